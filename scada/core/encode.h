/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.h - a value in the unit of its point into the number that the field program writes: what the table does to what is read,
 * undone, by the scale, offset and invert of the point's `write`. Pure.
 */
#ifndef CHISAN_CORE_ENCODE_H
#define CHISAN_CORE_ENCODE_H

#include "scada/site/site.h"

/*
 * OK; ERR_RANGE with a sentence in why: no finite number, a state that the profile does not name, a number that means "not
 * implemented" to the device, or a point whose value passes a curve, which is not undone. Types and their ends are the field
 * program's to check, ranges of the point those of control.
 */
enum err encode_value(const struct site_point_def *d, double value, double *raw, char *why, size_t size);

#endif
