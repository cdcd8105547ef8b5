/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rgot.c - a report, frame by frame.
 */
#include "config.h"

#include <string.h>

#include "console/rgot.h"
#include "scada/base/str.h"

#define REPORT_MAX (16 * 1024 * 1024) /* bytes of one; far more than the store files */

void
rgot_hex(const struct rgot *g, size_t most, char *buf, size_t size)
{
	char two[4];

	buf[0] = '\0';
	for (size_t i = 0; i < g->digest_len && i < most; i++) {
		str_printf(two, sizeof two, "%02x", g->digest[i]);
		str_append(buf, size, two);
	}
}

void
rgot_head(struct rgot *g, const struct msg_report *m)
{
	g->has_head = true;
	str_copy(g->kind, sizeof g->kind, m->report);
	str_copy(g->label, sizeof g->label, m->label);
	str_copy(g->confirmed_by, sizeof g->confirmed_by, m->confirmed_by);
	g->from = m->from;
	g->to = m->to;
	g->made = m->made;
	g->confirmed_at = m->confirmed_at;
	g->revision = m->revision;
	g->is_final = m->is_final;
	g->digest_len = m->digest.len < RGOT_DIGEST ? m->digest.len : RGOT_DIGEST;
	if (g->digest_len > 0)
		memcpy(g->digest, m->digest.data, g->digest_len);
}

bool
rgot_take(struct rgot *g, const struct frame *f)
{
	struct msg_report m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (f->type == W_REPORT && msg_report_get(&r, &m)) {
		rgot_head(g, &m);
	} else if (f->type == W_REPORT_DATA) {
		g->is_too_big = g->content.len + f->length > REPORT_MAX;
		if (g->is_too_big)
			return false;
		memcpy(wbuf_grow(&g->content, f->length), f->body, f->length);
	}
	return true;
}

void
rgot_question(
    struct wbuf *b, const struct rkind *k, const char *label, uint32_t revision, enum report_form form, bool is_ja)
{
	msg_report_get_put(b,
	    &(struct msg_report_get){
	        .report = k->name, .label = label, .revision = revision, .form = (uint8_t)form, .is_ja = is_ja });
}
