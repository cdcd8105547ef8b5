/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - one serial line through libmodbus, which opens it, sets it up and sends. It blocks, so a process has one line and nothing
 * else. Receiving is our own: libmodbus 3.1.6 takes a garbled byte for a length, has no deadline for a whole reply (a device that drips
 * holds it for as long as it likes) and believes replies that answer something else.
 */
#ifndef CHISAN_LINE_H
#define CHISAN_LINE_H

#include "drivers/identity.h"
#include "drivers/rtu.h"
#include "drivers/setup.h"

struct line;

struct line *line_new(void);
void line_free(struct line *l); /* NULL is fine */

/* OK, or ERR_NO_ADAPTER with a sentence in why. Open already with the same path and manners: stays so. */
enum err line_open(struct line *l, const struct cfg_link *cfg, char *why, size_t size);
void line_close(struct line *l);
bool line_is_open(const struct line *l);

/*
 * One transaction: waits until the answer is there, at most timeout_us and the time that the bytes take. OK: *out holds it, valid until
 * the next call. ERR_TIMEOUT: nothing came. ERR_BAD_CHECKSUM, ERR_SPLIT_REPLY, ERR_BAD_*: no reply was in what came; of ERR_BAD_COUNT
 * out->len says how many bytes the reply had. ERR_NO_ADAPTER: the line is gone, and closed.
 */
enum err line_ask(struct line *l, const struct frame_request *r, int64_t timeout_us, struct frame_answer *out);

/* The same for the question which device it is (identity.h); a refusal is an answer, too. */
enum err line_identify(struct line *l, uint8_t unit, int64_t timeout_us, struct frame_raw *out);

/* What came since the last question was sent, with noise and all; until the next call. */
const uint8_t *line_seen(const struct line *l, size_t *len);

/* The pause that the line needs between two frames: 3.5 characters, and 1.75 ms above 19200 baud (V1.02, 2.5.1.1). */
int64_t line_gap_us(const struct cfg_serial *s);
/* Time that so many bytes take. */
int64_t line_wire_us(const struct cfg_serial *s, size_t bytes);

#endif
