/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operating.h - what the daily, monthly and yearly operating reports share: the pages of the site.
 */
#ifndef CHISAN_OPERATING_H
#define CHISAN_OPERATING_H

#include "scada/report/figures.h"

/* Called for each page after its figures were read, to add rows to its foot; NULL = none. */
typedef enum err (*operating_foot_fn)(
    const struct report_source *src, struct sheet *s, const struct figures *f, unsigned count, const struct rows *r);
enum err operating_make(const struct report_source *src, struct sheet *s, const char *report, const struct rows *r,
    operating_foot_fn foot, char *message, size_t size);
/* "Sunday", the holiday: of a day's report. */
void operating_subtitle(const struct report_source *src, struct sheet *s, int64_t from);

#endif
