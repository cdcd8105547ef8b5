/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say_value.h - values of points in words, for entries of the journal and for answers: "55.5 %", "run (1)", "12.0 kW, by hand".
 */
#ifndef CHISAN_SAY_VALUE_H
#define CHISAN_SAY_VALUE_H

#include "scada/site/site.h"

#define SAY_TIME 48 /* room for a time */

/* The number with its unit, or the name of its state. Returns buf. */
char *say_number(const struct site_point *p, double v, char *buf, size_t size);
/* The same and what is to be said of its quality; "none yet" if it was never read. Returns buf. */
char *say_value(const struct site_point *p, const struct value *v, char *buf, size_t size);
/* "2026-11-22 21:08:31 JST": a time within a sentence for people, in the zone of the site. Returns buf. */
char *say_time(struct utc t, char *buf, size_t size);

#endif
