/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given_file.h - the file of forecasts that another program writes: looked at before each plan, read when it is another one, kept while it is
 * fresh. Who writes it writes beside it and renames: a file that grows while it is read, or whose last line has no end, is refused.
 */
#ifndef CHISAN_GIVEN_FILE_H
#define CHISAN_GIVEN_FILE_H

#include "scada/base/forecast.h"
#include "scada/forecast/given.h"
#include "scada/site/site.h"

struct given_file;

/* folder: where the files of all sites are; NULL: there is none. Opened when it is looked into. */
struct given_file *given_file_new(const char *folder);
void given_file_free(struct given_file *f); /* NULL is fine */
/* The file that the site names; what was read of another is forgotten. Borrowed until the next call. */
void given_file_site(struct given_file *f, const struct site *s);
/* Reads it if it is another one than before. True: something is new, as text or figures. */
bool given_file_look(struct given_file *f, struct utc now);

/* The last that had no fault, whether or not it is fresh; NULL = none. */
const struct given *given_file_get(const struct given_file *f, struct utc *written, int64_t *max_age_us);
enum forecast_file given_file_state(const struct given_file *f);
const char *given_file_text(const struct given_file *f); /* a sentence, for people; "" = the site names no file */

#endif
