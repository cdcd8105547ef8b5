/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_load.h - getting the checked site from chisan-site.  chisand feeds frames as they come; programs that have nothing
 * else to do meanwhile wait for it.
 */
#ifndef CHISAN_SITE_LOAD_H
#define CHISAN_SITE_LOAD_H

#include "scada/site/site.h"

#define SITE_LOAD_DEADLINE_S 60

struct site_intake; /* collects the frames of one chisan-site */
typedef void (*site_fault_fn)(const struct msg_site_fault *f, void *arg);
struct site_intake *site_intake_new(site_fault_fn fault, void *arg);
void site_intake_free(struct site_intake *in);
/* ERR_BUSY: more to come. OK: site_intake_take() has it. ERR_CONFIG: the files have faults. Else: the helper lies. */
enum err site_intake_frame(struct site_intake *in, const struct frame *f);
struct site *site_intake_take(struct site_intake *in); /* caller owns */
void site_intake_hash(const struct site_intake *in, uint64_t hash[4]);

/* Starts chisan-site for folder, waits at most SITE_LOAD_DEADLINE_S. Not for chisand. */
enum err site_load(const char *folder, site_fault_fn fault, void *arg, struct site **out);

/* Of a long line only a part is shown, and sent: at most so many characters, from this one on. */
#define SITE_FAULT_WIDTH 160
uint32_t site_fault_window(uint32_t column);

/* Prints "FILE:LINE:COLUMN: text" and the line with a caret, as chisan-site -n does. out: stderr or stdout. */
void site_fault_print(const struct msg_site_fault *f, void *stdio_file);

#endif
