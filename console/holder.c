/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder.c - the newest entry about the hold that was not a refusal. While it is not known the text says what is known all the same.
 */
#include "config.h"

#include <string.h>

#include "console/entry.h"
#include "console/holder.h"

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define ASK_MOST 20 /* refusals may stand before it */

static enum journal_kind
kind_of(const struct holder *h)
{
	return h->is_manual ? JOURNAL_MANUAL : JOURNAL_SCAN;
}

static bool
tells(const struct holder *h, const struct msg_journal *m)
{
	return m->kind == kind_of(h) && strcmp(m->point, h->name) == 0 && strncmp(m->text, "refused:", 8) != 0;
}

/* "duty@pts/3 since 11-22 06:50:32: meter under repair (55 kW by hand until 2026-11-22 08:50:32 JST)" */
static void
put_text(struct holder *h, const struct msg_journal *m)
{
	char who[128], when[40], raw[800];

	entry_who(m, who, sizeof who);
	utc_civil(when, sizeof when, (struct utc){ m->time }, "%m-%d %H:%M:%S");
	str_printf(raw, sizeof raw, "%s since %s: %.300s%s%.200s%s", who, when, m->text,
	    m->after[0] != '\0' ? " (" : "", m->after, m->after[0] != '\0' ? ")" : "");
	text_put_safe(h->text, sizeof h->text, raw, -1);
}

static void
on_frame(struct client *c, const struct frame *f, void *arg)
{
	struct holder *h = arg;
	struct msg_journal m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (f->type != W_JOURNAL || !msg_journal_get(&r, &m) || !tells(h, &m))
		return;
	put_text(h, &m);
	client_forget(c, &h->ask); /* the newest is enough */
	console_changed(h->co, DRAW_BODY);
}

static void
on_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct holder *h = arg;

	(void)c;
	(void)addcause;
	(void)text;
	h->ask = 0;
	str_copy(h->text, sizeof h->text,
	    e == OK ? "somebody, before the journal begins" : "somebody; the journal cannot be asked who");
	console_changed(h->co, DRAW_BODY);
}

static const struct client_answer answer = { on_frame, on_done };

static void
ask(struct holder *h)
{
	struct wbuf b;

	str_copy(h->text, sizeof h->text, "the journal is asked ...");
	wbuf_init(&b);
	msg_journal_get_put(&b,
	    &(struct msg_journal_get){ .kinds = UINT64_C(1) << kind_of(h),
	        .most = ASK_MOST,
	        .newest = 1,
	        .point = h->name,
	        .user = "",
	        .text = "" });
	h->ask = client_ask(h->co->client, W_JOURNAL_GET, &b, &answer, h);
	wbuf_done(&b);
}

void
holder_look(struct holder *h, struct console *co, point_id id)
{
	const struct client *c = co->client;
	bool is_manual = id != POINT_NONE && client_is_by_hand(c, id);
	bool is_held = is_manual || (id != POINT_NONE && client_is_off_scan(c, id));

	if (is_held == h->is_held && is_manual == h->is_manual &&
	    (!is_held || strcmp(h->name, c->points[id].name) == 0))
		return;
	h->co = co;
	holder_done(h);
	h->is_held = is_held;
	h->is_manual = is_manual;
	if (!is_held)
		return;
	str_copy(h->name, sizeof h->name, c->points[id].name);
	ask(h);
}

bool
holder_take(struct holder *h, const struct msg_journal *m)
{
	if (!h->is_held || m->seq == 0 || !tells(h, m))
		return false;
	put_text(h, m);
	return true;
}

void
holder_done(struct holder *h)
{
	if (h->ask != 0) /* else it may never have begun */
		client_forget(h->co->client, &h->ask);
	h->is_held = false;
	h->text[0] = '\0';
}
