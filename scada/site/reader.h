/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - how chisan-site goes from files to a checked site; its files see each other through this.
 *
 *   1 source.c      a file's bytes, refused by kind, size and characters
 *   2 yaml_parse.c  a tree of what stands where; libfyaml is seen here alone
 *   3 yaml_read.c   the tree into structs, through the tables of keys
 *   4 files.c       which files there are: site.yaml, profiles, screens
 *   5 check_*.c     what the tables cannot see
 */
#ifndef CHISAN_READER_H
#define CHISAN_READER_H

#include "scada/site/faults.h"
#include "scada/site/schema_site.h"
#include "scada/site/site_private.h"

#define SOURCE_MAX     (4u * 1024 * 1024)
#define YAML_DEPTH_MAX 16

/* ---- 1 */
bool source_read(struct faults *f, uint16_t number, const char *path, size_t max); /* false: said why */
bool source_take(struct faults *f, uint16_t number, char *data, size_t len); /* takes data (malloc, NUL after it) */

/* ---- 2 */
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml {
	enum yaml_kind kind;
	bool is_plain; /* a scalar without quotes */
	bool is_told;  /* a fault that leaves nothing to read was said: pass over it */
	struct mark at;
	const char *text;          /* of a scalar; NULL otherwise */
	struct yaml *first, *next; /* children; of a mapping key, value, key, value */
	uint32_t count;            /* children */
};
/* NULL: said why, or (is_empty) nothing stands in the file. */
struct yaml *yaml_parse(struct faults *f, uint16_t number, struct arena *a);

/* ---- 3 */
/* Fills obj, of s->size and zeroed; every fault is said; what has a fault stays as if it were not given. */
void yaml_read(struct faults *f, const struct yaml *y, const struct schema *s, void *obj, struct arena *a);

/* ---- 4 */
struct reader {
	struct site *site;
	struct faults *faults;
	const char *dir;      /* as given on the command line */
	const char *searched; /* where profiles were looked for, for messages */
};
void files_read(struct reader *r);

/* ---- 5 all of it; the site is built (site_build_tree) on the way */
void check_site(struct reader *r);
void check_warm_up(void); /* before the sandbox: what name services load at first use */

#endif
