/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.h - the files that were read, and everything found wrong in them: collected, put in order, told once at the end.
 */
#ifndef CHISAN_FAULTS_H
#define CHISAN_FAULTS_H

#include "scada/base/msg.h"
#include "scada/base/schema.h"

#define FAULTS_KEPT 200 /* faults that are told, and as many warnings; the rest is counted */

struct source {
	char *name; /* as printed: SITE_DIR's spelling and what is below */
	char *data; /* NUL after the last byte; without byte order mark, newlines as LF; NULL = could not be read */
	size_t len;
};

struct faults; /* with the sources */

struct faults *faults_new(void);
void faults_free(struct faults *f);

uint16_t faults_add_source(struct faults *f, const char *name); /* number for marks */
struct source *faults_source(struct faults *f, uint16_t number);

void fault_at(struct faults *f, struct mark at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void warn_at(struct faults *f, struct mark at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

uint32_t faults_count(const struct faults *f);
uint32_t faults_warnings(const struct faults *f);

/* All that were kept, by file, line and column; at the end a line with the count of the others. */
void faults_tell(struct faults *f, void (*tell)(const struct msg_site_fault *m, void *arg), void *arg);

#endif
