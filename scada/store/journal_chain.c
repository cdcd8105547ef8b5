/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_chain.c - the canonical form of an entry and its hash.
 */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal_chain.h"

static void
put_text(struct wbuf *b, const char *s)
{
	size_t len = strlen(s);

	w_u32(b, (uint32_t)len);
	memcpy(wbuf_grow(b, len), s, len);
}

void
journal_chain(const uint8_t last[JOURNAL_HASH], const struct msg_journal *m, uint64_t token, uint8_t next[JOURNAL_HASH])
{
	const char *const texts[] = { m->point, m->user, m->terminal, m->text, m->before, m->after };
	struct wbuf b;

	wbuf_init(&b);
	memcpy(wbuf_grow(&b, JOURNAL_HASH), last, JOURNAL_HASH);
	w_u64(&b, m->seq);
	w_i64(&b, m->time);
	w_u16(&b, m->kind);
	w_u16(&b, m->reason);
	w_u32(&b, m->uid);
	w_u64(&b, token);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		put_text(&b, texts[i]);
	(void)crypto_generichash(next, JOURNAL_HASH, b.data, b.len, NULL, 0);
	wbuf_done(&b);
}

void
journal_signed(uint64_t seq, int64_t us, const uint8_t hash[JOURNAL_HASH], uint8_t out[JOURNAL_SIGNED_BYTES])
{
	memcpy(out, "chisan checkpoint 1", 19);
	for (unsigned i = 0; i < 8; i++) {
		out[19 + i] = (uint8_t)(seq >> (56 - 8 * i));
		out[27 + i] = (uint8_t)((uint64_t)us >> (56 - 8 * i));
	}
	memcpy(out + 35, hash, JOURNAL_HASH);
}

static bool
is_number(const char *s, uint64_t n)
{
	char text[24];

	str_printf(text, sizeof(text), "%llu", (unsigned long long)n);
	return strcmp(s, text) == 0;
}

bool
journal_is_jump(const struct msg_journal *m, uint64_t last_seq)
{
	return m->seq > last_seq + 1 && m->kind == JOURNAL_STORE && m->reason == 255 && m->uid == UINT32_MAX &&
	    strcmp(m->text, JOURNAL_JUMP_TEXT) == 0 && is_number(m->before, last_seq) && is_number(m->after, m->seq) &&
	    m->point[0] == '\0' && m->user[0] == '\0' && m->terminal[0] == '\0';
}
