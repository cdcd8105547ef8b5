/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold_check.h - which point may be held and at which value: asked when a person acts, and again when what was saved meets a site
 * that has changed.  What is wrong is told in a sentence that begins with the point and says what would be right.
 */
#ifndef CHISAN_HOLD_CHECK_H
#define CHISAN_HOLD_CHECK_H

#include "scada/base/record.h"
#include "scada/site/site.h"

/* kind: STATE_MANUAL, STATE_SCAN_OFF. */
bool hold_fits_point(const struct site *s, const struct site_point *p, enum state_kind kind, char *why, size_t size);
/* A value by hand. addcause: enum addcause, if it does not fit. */
bool hold_fits_value(const struct site_point *p, double v, int *addcause, char *why, size_t size);

#endif
