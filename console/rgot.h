/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rgot.h - a report as it comes from the server: what it is, then its text in pieces. For the command and the page alike.
 */
#ifndef CHISAN_RGOT_H
#define CHISAN_RGOT_H

#include "console/rkind.h"
#include "scada/base/msg.h"

#define RGOT_DIGEST 64         /* most bytes of a digest that are kept */
#define RGOT_NOW    UINT32_MAX /* revision: made now, whatever is filed */

struct rgot {
	bool has_head, is_too_big;
	char kind[32], label[RKIND_LABEL], confirmed_by[128];
	int64_t from, to, made, confirmed_at;
	uint32_t revision; /* 0 = not filed */
	bool is_final;
	uint8_t digest[RGOT_DIGEST];
	size_t digest_len;
	struct wbuf content; /* the owner's: wbuf_init, wbuf_done */
};

void rgot_question(
    struct wbuf *b, const struct rkind *k, const char *label, uint32_t revision, enum report_form form, bool is_ja);
/* One frame of the answer; false: it has grown beyond what a report can be. */
bool rgot_take(struct rgot *g, const struct frame *f);
void rgot_head(struct rgot *g, const struct msg_report *m);
/* "a1b2..." of the first `most` bytes of the digest. */
void rgot_hex(const struct rgot *g, size_t most, char *buf, size_t size);

#endif
