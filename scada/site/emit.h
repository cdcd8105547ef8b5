/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit.h - what chisan-site says: faults and the site, as frames, as lines, as JSON.
 */
#ifndef CHISAN_EMIT_H
#define CHISAN_EMIT_H

#include <stdio.h>

#include "scada/site/reader.h"

void emit_frames(struct reader *r, int fd);      /* to who started us; false frames never */
void emit_lines(struct reader *r, FILE *out);    /* "FILE:LINE:COLUMN: text", the line, a caret */
void emit_json(struct reader *r, FILE *out);     /* one value, as chisan check --json */
void emit_site(const struct site *s, FILE *out); /* YAML that loads again as one site.yaml */

#endif
