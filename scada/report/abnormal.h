/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abnormal.h - what was beyond its limits in a span, or is at its end; devices that could not be read; what is held by hand.
 */
#ifndef CHISAN_ABNORMAL_H
#define CHISAN_ABNORMAL_H

#include "scada/report/report.h"
#include "scada/report/sheet.h"

/* Tables, each with a note "none" when it is empty. from..to was clipped at now. */
enum err abnormal_points(const struct report_source *src, struct sheet *s, int64_t from, int64_t to);
enum err abnormal_devices(const struct report_source *src, struct sheet *s, int64_t from, int64_t to);
enum err abnormal_held(const struct report_source *src, struct sheet *s); /* manual values and scan off, as saved now */

#endif
