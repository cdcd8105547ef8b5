/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_schedule.c - W_SCHEDULE_STATE into the model, bounded and checked; and an entry as a line that is typed.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/client_control.h"
#include "console/client_private.h"
#include "console/when.h"
#include "scada/base/str.h"

enum err
client_schedule_take(struct client_schedule *s, struct rbuf *r)
{
	struct client_schedule next = { .is_told = true };
	struct msg_schedule_state m;

	if (!msg_schedule_state_get(r, &m) || !r_done(r) ||
	    !schedule_get_all(m.entries.data, m.entries.len, next.list, &next.count))
		return ERR_FRAME;
	*s = next;
	return OK;
}

const struct client_schedule *
client_schedule(const struct client *c)
{
	return c->control != NULL && c->control->schedule.is_told ? &c->control->schedule : NULL;
}

const struct schedule_entry *
client_schedule_find(const struct client *c, uint64_t id)
{
	const struct client_schedule *s = client_schedule(c);

	for (unsigned i = 0; s != NULL && i < s->count; i++)
		if (s->list[i].id == id)
			return &s->list[i];
	return NULL;
}

const struct schedule_entry *
client_schedule_target(const struct client *c, struct utc now)
{
	const struct client_schedule *s = client_schedule(c);

	for (unsigned i = 0; s != NULL && i < s->count; i++)
		if (s->list[i].kind == SCHEDULE_TARGET && schedule_holds(&s->list[i], now))
			return &s->list[i];
	return NULL;
}

char *
client_schedule_target_text(const struct schedule_entry *e, char *buf, size_t size)
{
	char kw[40], until[24], set[24];

	str_printf(buf, size, "%s kW until %s by entry %llu of %s, set %s: %s", str_fixed(kw, sizeof kw, e->value, 0),
	    utc_civil(until, sizeof until, e->until, "%m-%d %H:%M"), (unsigned long long)e->id, e->user,
	    utc_civil(set, sizeof set, e->set, "%m-%d %H:%M"), e->reason);
	return buf;
}

enum schedule_look
client_schedule_look(const struct client *c, const struct schedule_entry *e, struct utc now)
{
	const struct client_dispatch *d = client_dispatch(c);

	if (now.us < e->from.us)
		return ENTRY_AHEAD;
	if (now.us >= e->until.us)
		return ENTRY_OVER;
	if (e->kind == SCHEDULE_RESPONSE && d != NULL && d->m.acting != GUARD_RESPONSE)
		return ENTRY_NOT_KEPT;
	if (e->kind == SCHEDULE_TARGET && d != NULL && (d->m.acting == GUARD_MANUAL || d->m.acting == GUARD_ISLAND))
		return ENTRY_NOT_KEPT;
	return ENTRY_NOW;
}

const char *
client_schedule_word(enum schedule_look look, bool ja)
{
	static const char *const words[ENTRY_LOOKS][2] = {
		[ENTRY_AHEAD] = { "ahead", "予定" },
		[ENTRY_NOW] = { "now", "実施中" },
		[ENTRY_NOT_KEPT] = { "NOT KEPT", "未実施" },
		[ENTRY_OVER] = { "over", "終了" },
	};

	return look < ENTRY_LOOKS ? words[look][ja] : "";
}

/* ---- a typed line */

/* The next word into buf; what is behind it is returned. */
static const char *
take_word(const char *line, char *buf, size_t size)
{
	line += strspn(line, " ");
	size_t len = strcspn(line, " ");

	str_printf(buf, size, "%.*s", (int)(len < size ? len : size - 1), line);
	line += len;
	return line + strspn(line, " ");
}

/* A date and the time of day behind it are one time. */
static const char *
take_time(const char *line, char *buf, size_t size)
{
	char next[40];

	line = take_word(line, buf, size);
	const char *behind = take_word(line, next, sizeof next);
	if (strchr(buf, '-') == NULL || strchr(buf, ':') != NULL || strchr(next, ':') == NULL ||
	    strspn(next, "0123456789:") != strlen(next))
		return line;
	str_append(buf, size, " ");
	str_append(buf, size, next);
	return behind;
}

bool
schedule_read_begin(const char *text, struct utc now, struct utc *out)
{
	int64_t us;

	if (strcmp(text, "now") == 0) {
		*out = now;
		return true;
	}
	if (act_read_end(text, now, &us)) {
		out->us = us;
		return true;
	}
	return strchr(text, '-') != NULL && when_read(text, now, out); /* it may have begun */
}

bool
schedule_read_end(const char *text, struct utc begin, struct utc *out)
{
	int64_t us;

	if (act_read_end(text, begin, &us)) {
		out->us = us;
		return true;
	}
	return strchr(text, '-') != NULL &&
	    when_read(text, begin, out); /* chisand says that it is not after its begin */
}

static const char *
example_of(enum schedule_kind kind)
{
	switch (kind) {
	case SCHEDULE_STEAM: return "steam F2 7.5 17:00 2h REASON";
	case SCHEDULE_RESPONSE: return "demand-response 900 17:00 19:00 REASON";
	case SCHEDULE_TARGET: return "target 1300 13:00 16:00 REASON";
	default: return "out F1 2026-12-01 08:00 2026-12-05 18:00 REASON";
	}
}

static bool
wrong(enum schedule_kind kind, const char *what, char *why, size_t size)
{
	const char *joint = what[strlen(what) - 1] == '?' ? "" : ";"; /* a question has its end */

	str_printf(why, size, "%s%s as: %s", what, joint, example_of(kind));
	return false;
}

bool
schedule_read(const char *line, struct utc now, struct schedule_words *w, char *why, size_t size)
{
	char word[80];
	struct schedule_entry *e = &w->entry;

	memset(w, 0, sizeof *w);
	e->value = (double)NAN;
	line = take_word(line, word, sizeof word);
	if (!schedule_kind_from_word(word, &e->kind)) {
		str_printf(
		    why, size, "\"%.40s\" is nothing that is entered: out, steam, demand-response, target", word);
		return false;
	}
	if (schedule_kind_is_of_asset(e->kind)) {
		line = take_word(line, word, sizeof word);
		if (word[0] == '\0' || !str_copy(e->asset, sizeof e->asset, word))
			return wrong(e->kind, "of which asset?", why, size);
	}
	if (schedule_kind_unit(e->kind)[0] != '\0') {
		line = take_word(line, word, sizeof word);
		if (!str_to_double(word, &e->value))
			return wrong(e->kind, "a number is missing", why, size);
	}
	line = take_time(line, word, sizeof word);
	if (!schedule_read_begin(word, now, &e->from))
		return wrong(e->kind, "from when?", why, size);
	line = take_time(line, word, sizeof word);
	if (!schedule_read_end(word, e->from, &e->until))
		return wrong(e->kind, "until when?", why, size);
	if (line[0] == '\0')
		return wrong(e->kind, "why? the reason goes behind it", why, size);
	if (!str_copy(e->reason, sizeof e->reason, line)) {
		str_printf(why, size, "the reason has at most %d bytes", SCHEDULE_REASON - 1);
		return false;
	}
	return true;
}

char *
schedule_write(const struct schedule_entry *e, char *buf, size_t size)
{
	char value[40] = "", from[24], until[24];

	if (schedule_kind_unit(e->kind)[0] != '\0')
		(void)str_double(value, sizeof value, e->value);
	str_printf(buf, size, "%s%s%s%s%s %s %s %s", schedule_kind_word(e->kind), e->asset[0] != '\0' ? " " : "",
	    e->asset, value[0] != '\0' ? " " : "", value, utc_civil(from, sizeof from, e->from, "%Y-%m-%d %H:%M"),
	    utc_civil(until, sizeof until, e->until, "%Y-%m-%d %H:%M"), e->reason);
	return buf;
}
