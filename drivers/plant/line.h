/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - a serial line of the plant: a pseudo-terminal whose name stands as a link at the path that the site file gives, and behind
 * it the units of that line. Has its own frames and checksums: chisan-serial's are not asked.
 */
#ifndef CHISAN_PLANT_LINE_H
#define CHISAN_PLANT_LINE_H

#include <ev.h>

#include "drivers/plant/district.h"

struct plant_line;

/* conn: of the site. NULL: message says why. */
struct plant_line *plant_line_new(struct ev_loop *loop, struct district *d, uint32_t conn, char *message, size_t size);
void plant_line_free(struct plant_line *l); /* and the link is removed; NULL is fine */

/* The checksum of len bytes, as it stands behind them: low byte first. */
void plant_line_sum(const uint8_t *p, size_t len, uint8_t sum[2]);

#endif
