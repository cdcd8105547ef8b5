/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_act.c - what persons do with a day's plan: tried first, with the sentence of each refusal; then journalled; then applied.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/wheeling_private.h"
#include "scada/dispatch/wheel_file.h"
#include "scada/dispatch/wheel_prices.h"

struct wheel_change {
	enum wheel_act act;
	int64_t date;
	unsigned epoch;
	char text[WHEEL_REASON], before[200], after[400];
	struct wbuf states;
	struct wheel_version *draft; /* the new one; NULL: it stays, or goes with `ends_draft` */
	bool ends_draft;
	struct wbuf version; /* WHEEL_FILE: the new one; WHEEL_ACTUAL: the entry */
	uint32_t number;     /* of the version */
	struct utc at;       /* of its answer */
	struct wheel_price *prices;
	size_t price_count;
};

/* ---- drafts */

static struct wheel_version *
begin_draft(const struct wheeling_day *y, const char *author, struct utc now)
{
	struct wheel_version *v = xcalloc(1, sizeof(*v));
	const struct wheel_version *from = wheeling_shown(y), *latest = wheel_latest(&y->d);

	if (from != NULL) {
		v->plan = from->plan;
	} else {
		for (unsigned slot = 0; slot < WHEEL_SLOTS_MAX; slot++) {
			v->plan.generation[slot] = (double)NAN;
			for (unsigned p = 0; p < WHEEL_PARTS_MAX; p++)
				v->plan.part[p][slot] = (double)NAN;
		}
	}
	v->base = y->draft != NULL ? y->draft->base : latest != NULL ? latest->number : 0;
	v->submitted_at = now;
	str_copy(v->author, sizeof(v->author), author);
	return v;
}

struct wheel_version *
wheeling_make(const struct wheeling *w, const struct wheeling_day *y, const char *author, struct utc now,
    unsigned *missing, char *why, size_t size)
{
	struct wheel_version *v = begin_draft(y, author, now);
	unsigned made = 0, open = 0;
	char reach[32];

	for (unsigned slot = 0; slot < y->d.slots; slot++) {
		double kwh = wheeling_ahead_made(w, y, slot, now);
		if (now.us >= wheel_gate(&y->d, slot).us)
			continue;
		open++;
		if (isnan(kwh))
			continue;
		made++;
		v->plan.generation[slot] = kwh;
		for (unsigned p = 0; p < w->terms.part_count; p++)
			v->plan.part[p][slot] = wheeling_ahead_used(w, y, p, slot, now);
		if (!wheel_plan_slot(&w->terms, &v->plan, slot, why, size)) { /* a forecast that cannot be true */
			free(v);
			return NULL;
		}
	}
	v->base = wheel_latest(&y->d) != NULL ? wheel_latest(&y->d)->number : 0;
	*missing = y->d.slots - made;
	if (made > 0)
		return v;
	if (open == 0)
		str_copy(why, size, "all gates of that day are closed");
	else if (plans_reach(w->plans, now).us == 0)
		str_printf(why, size, "there is no plan of dispatch to make it from: %s", plans_text(w->plans));
	else
		str_printf(why, size, "the plan of dispatch reaches until %s only; make it later, or import a file",
		    utc_said(reach, sizeof(reach), plans_reach(w->plans, now)));
	free(v);
	return NULL;
}

static bool
try_make(const struct wheeling *w, const struct wheeling_day *y, const struct actor *by, struct utc now,
    struct wheel_change *c, struct refusal *why)
{
	char text[400];
	unsigned missing;

	c->draft = wheeling_make(w, y, by->user, now, &missing, text, sizeof(text));
	if (c->draft == NULL)
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_PROCESS, "no draft: %s", text);
	str_printf(c->after, sizeof(c->after), "a draft from what is foreseen, %u of %u slots", y->d.slots - missing,
	    y->d.slots);
	return true;
}

static int
part_of(const struct wheeling *w, const char *name)
{
	for (unsigned p = 0; p < w->terms.part_count; p++)
		if (strcmp(w->terms.parts[p], name) == 0)
			return (int)p;
	return -1;
}

/* One slot: of all, one number; not planned before: what is not named is 0. */
static void
set_slot(const struct wheeling *w, struct wheel_plan *plan, unsigned slot, int part, double kwh)
{
	bool was_planned = !isnan(plan->generation[slot]);

	for (unsigned p = 0; p < w->terms.part_count; p++)
		if (isnan(kwh) || !was_planned)
			plan->part[p][slot] = isnan(kwh) ? kwh : 0;
	if (isnan(kwh) || !was_planned)
		plan->generation[slot] = isnan(kwh) ? kwh : 0;
	if (isnan(kwh))
		return;
	if (part < 0)
		plan->generation[slot] = kwh;
	else
		plan->part[part][slot] = kwh;
}

static bool
try_set(const struct wheeling *w, const struct wheeling_day *y, const struct wheel_ask *ask, const struct actor *by,
    struct utc now, struct wheel_change *c, struct refusal *why)
{
	int part = ask->part[0] == '\0' ? -1 : part_of(w, ask->part);
	char text[300], safe[80], at[32], kwh[40], was[40];

	if (ask->part[0] != '\0' && part < 0) {
		text_put_safe(safe, sizeof(safe), ask->part, -1);
		return refusal_say(why, ERR_NOT_FOUND, -1, "there is no part %s; %s to %s are those of the site file",
		    safe, w->terms.parts[0], w->terms.parts[w->terms.part_count - 1]);
	}
	if (ask->from > ask->to || ask->to >= y->d.slots)
		return refusal_say(
		    why, ERR_USAGE, -1, "slots are 1 to %u, and the first is not after the last", y->d.slots);
	if (!isnan(ask->kwh) && !(ask->kwh >= 0 && ask->kwh <= WHEEL_KWH_MAX))
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "kWh of a slot are from 0 to 1000000");
	if (now.us >= wheel_gate(&y->d, ask->from).us)
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_PROCESS,
		    "slot %u may not be changed any more: its gate closed at %s", ask->from + 1,
		    utc_said(at, sizeof(at), wheel_gate(&y->d, ask->from)));
	c->draft = begin_draft(y, by->user, now);
	double before = part < 0 ? c->draft->plan.generation[ask->from] : c->draft->plan.part[part][ask->from];
	for (unsigned slot = ask->from; slot <= ask->to; slot++) {
		set_slot(w, &c->draft->plan, slot, part, ask->kwh);
		if (!wheel_plan_slot(&w->terms, &c->draft->plan, slot, text, sizeof(text)))
			return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "%s", text);
	}
	str_printf(
	    c->before, sizeof(c->before), "%s", isnan(before) ? "not planned" : str_fixed(was, sizeof(was), before, 3));
	str_printf(text, sizeof(text), ask->to > ask->from ? "slots %u to %u" : "slot %u", ask->from + 1, ask->to + 1);
	str_printf(c->after, sizeof(c->after), "draft: %s of %s %s%s", text, part < 0 ? "generation" : ask->part,
	    isnan(ask->kwh) ? "not planned" : str_fixed(kwh, sizeof(kwh), ask->kwh, 3), isnan(ask->kwh) ? "" : " kWh");
	return true;
}

void
wheeling_hear(const char *sentence, void *arg)
{
	struct wheeling_heard *h = arg;

	if (h->count++ < 5) {
		str_append(h->text, sizeof(h->text), h->count > 1 ? "; " : "");
		str_append(h->text, sizeof(h->text), sentence);
	}
}

void
wheeling_hear_rest(struct wheeling_heard *h)
{
	char more[40];

	if (h->count <= 5)
		return;
	str_printf(more, sizeof(more), "; and %u more", h->count - 5);
	str_append(h->text, sizeof(h->text), more);
}

static bool
try_import(const struct wheeling_day *y, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    struct wheel_change *c, struct refusal *why)
{
	struct wheel_file *f = xcalloc(1, sizeof(*f));
	struct wheeling_heard h = { .count = 0 };
	char name[WHEEL_FILE_NAME];

	text_put_safe(name, sizeof(name), ask->name[0] != '\0' ? ask->name : "file", -1);
	if (wheel_read(&y->d, name, ask->data, ask->len, f, wheeling_hear, &h) != OK) {
		free(f);
		wheeling_hear_rest(&h);
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "nothing was taken: %s", h.text);
	}
	const struct wheel_version *latest = wheel_latest(&y->d);
	unsigned base = latest != NULL ? latest->number : 0;
	if (f->version != base) {
		refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
		    "%s was made from version %u, and version %u is the latest: export it, and change that one", name,
		    f->version, base);
		free(f);
		return false;
	}
	c->draft = begin_draft(y, by->user, now);
	c->draft->plan = f->plan;
	c->draft->base = base;
	free(f);
	str_printf(c->after, sizeof(c->after), "a draft from the file %s", name);
	return true;
}

static bool
is_of_draft(const struct wheeling_day *y, const struct wheel_ask *ask, struct refusal *why)
{
	char at[32];

	if (y->draft == NULL)
		return refusal_say(why, ERR_NOT_FOUND, -1, "there is no draft of that day; make one first");
	if (ask->number != y->draft->number)
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
		    "the draft is another than the one that you saw: %s changed it at %s; look at it again",
		    y->draft->author, utc_said(at, sizeof(at), y->draft->submitted_at));
	return true;
}

static bool
try_drop(const struct wheeling_day *y, const struct wheel_ask *ask, struct wheel_change *c, struct refusal *why)
{
	if (!is_of_draft(y, ask, why))
		return false;
	c->ends_draft = true;
	str_printf(c->before, sizeof(c->before), "a draft of %s", y->draft->author);
	str_copy(c->after, sizeof(c->after), "no draft; what is filed stays");
	return true;
}

/* ---- versions */

static void
put_state(struct wbuf *b, const char *name, const struct wbuf *blob)
{
	w_u8(b, STATE_WHEEL);
	w_str(b, name);
	w_bytes(b, blob != NULL ? blob->data : NULL, blob != NULL ? blob->len : 0);
}

/* The draft is submitted to the day itself, put into bytes, and taken away again until the journal has it. */
static bool
try_file(struct wheeling_day *y, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    struct wheel_change *c, struct refusal *why)
{
	char name[WHEELING_NAME], text[600];
	unsigned planned = 0;

	if (!is_of_draft(y, ask, why))
		return false;
	enum err e =
	    wheel_submit(&y->d, y->draft->base, &y->draft->plan, by->user, now, &c->number, text, sizeof(text));
	if (e != OK)
		return refusal_say(why, e == ERR_BUSY ? ERR_REFUSED : e, AC_INCONSISTENT, "%s", text);
	const struct wheel_version *v = wheel_version(&y->d, c->number);
	for (unsigned slot = 0; slot < y->d.slots; slot++)
		planned += !isnan(v->plan.generation[slot]);
	wheel_put(&c->version, &y->d, v);
	wheel_untake(&y->d);
	wheeling_version_name(name, y->d.date, c->number);
	put_state(&c->states, name, &c->version);
	wheeling_name(name, y->d.date, "draft");
	put_state(&c->states, name, NULL);
	c->ends_draft = true;
	str_printf(c->before, sizeof(c->before), y->draft->base > 0 ? "version %u" : "nothing filed", y->draft->base);
	str_printf(c->after, sizeof(c->after), "filed as version %u, %u of %u slots%s", c->number, planned, y->d.slots,
	    now.us >= y->d.file_by.us ? "; after the filing time" : "");
	return true;
}

/* Tried on the day, put into bytes, and all answers as they were until the journal has it. */
static bool
try_answer(
    struct wheeling_day *y, const struct wheel_ask *ask, struct utc now, struct wheel_change *c, struct refusal *why)
{
	struct wbuf blob = { .len = 0 };
	char name[WHEELING_NAME], text[400];
	unsigned n = y->d.version_count;
	struct was {
		enum wheel_answer answer;
		struct utc at;
	} *was = xcalloc((size_t)n + 1, sizeof(*was));

	for (unsigned i = 0; i < n; i++)
		was[i] = (struct was){ y->d.versions[i]->answer, y->d.versions[i]->answered_at };
	enum err e = wheel_answer(&y->d, ask->number, ask->act == WHEEL_ACCEPT, now, text, sizeof(text));
	if (e == OK) {
		wheel_put(&blob, &y->d, wheel_version(&y->d, ask->number));
		wheeling_version_name(name, y->d.date, ask->number);
		put_state(&c->states, name, &blob);
	}
	for (unsigned i = 0; i < n; i++) {
		y->d.versions[i]->answer = was[i].answer;
		y->d.versions[i]->answered_at = was[i].at;
	}
	free(was);
	wbuf_done(&blob);
	if (e != OK)
		return refusal_say(why, e, -1, "%s", text);
	c->number = ask->number;
	c->at = now;
	str_printf(c->before, sizeof(c->before), "version %u, answer awaited", ask->number);
	str_printf(c->after, sizeof(c->after), "version %u %s", ask->number,
	    ask->act == WHEEL_ACCEPT ? "accepted: it is in force" : "refused by who keeps the plans");
	return true;
}

/* ---- prices */

static bool
try_prices(const struct wheeling *w, const struct wheel_ask *ask, struct wheel_change *c, struct refusal *why)
{
	struct wheeling_heard h = { .count = 0 };
	char name[WHEEL_FILE_NAME], first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];

	text_put_safe(name, sizeof(name), ask->name[0] != '\0' ? ask->name : "file", -1);
	if (wheel_prices_read(name, ask->data, ask->len, &c->prices, &c->price_count, wheeling_hear, &h) != OK) {
		wheeling_hear_rest(&h);
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "nothing was taken: %s", h.text);
	}
	if (w->price_count + c->price_count > WHEEL_PRICE_ROWS)
		return refusal_say(why, ERR_TOO_BIG, -1, "more than %d prices; nothing was taken", WHEEL_PRICE_ROWS);
	str_printf(c->after, sizeof(c->after), "%zu prices of imbalance from %s, of %s to %s", c->price_count, name,
	    date_text(first, sizeof(first), c->prices[0].date),
	    date_text(last, sizeof(last), c->prices[c->price_count - 1].date));
	return true;
}

/* Where the same publication of it stands; price_count: nowhere. */
static size_t
place_of(const struct wheeling *w, const struct wheel_price *p)
{
	size_t at = 0;

	while (at < w->price_count &&
	    (w->prices[at].date != p->date || w->prices[at].slot != p->slot || w->prices[at].is_final != p->is_final ||
	        w->prices[at].published_at.us != p->published_at.us))
		at++;
	return at;
}

static bool
brings_news(const struct wheeling *w, const struct wheel_change *c)
{
	for (size_t i = 0; i < c->price_count; i++) {
		size_t at = place_of(w, &c->prices[i]);
		if (at == w->price_count || fabs(w->prices[at].price - c->prices[i].price) > 1e-9)
			return true;
	}
	return false;
}

/* What is read again takes the place of what was read before. */
static void
apply_prices(struct wheeling *w, const struct wheel_change *c, struct utc now)
{
	w->prices = xrecallocarray(w->prices, w->price_count, w->price_count + c->price_count, sizeof(*w->prices));
	for (size_t i = 0; i < c->price_count; i++) {
		size_t at = place_of(w, &c->prices[i]);
		w->prices[at] = c->prices[i];
		w->price_count += at == w->price_count;
	}
	for (size_t i = 0; i < c->price_count; i++) /* sorted by date */
		if (i == 0 || c->prices[i].date != c->prices[i - 1].date)
			wheeling_save_prices(w, c->prices[i].date, now);
}

static bool
try_actual(struct wheeling *w, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    struct wheel_change *c, struct refusal *why)
{
	char name[WHEELING_NAME];

	if (!wheeling_metered_try(w, ask, by, now, name, &c->version, c->after, sizeof(c->after), why))
		return false;
	put_state(&c->states, name, &c->version);
	return true;
}

/* ---- the way of an act */

static bool
try_act(struct wheeling *w, struct wheeling_day *y, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    struct wheel_change *c, struct refusal *why)
{
	switch (ask->act) {
	case WHEEL_MAKE: return try_make(w, y, by, now, c, why);
	case WHEEL_SET: return try_set(w, y, ask, by, now, c, why);
	case WHEEL_IMPORT: return try_import(y, ask, by, now, c, why);
	case WHEEL_DROP: return try_drop(y, ask, c, why);
	case WHEEL_FILE: return try_file(y, ask, by, now, c, why);
	case WHEEL_ACCEPT:
	case WHEEL_REJECT: return try_answer(y, ask, now, c, why);
	default: return refusal_say(why, ERR_USAGE, -1, "there is no such act");
	}
}

static void
put_draft_state(const struct wheeling_day *y, struct wheel_change *c)
{
	struct wbuf blob = { .len = 0 };
	char name[WHEELING_NAME];

	c->draft->number = y->edits + 1;
	wheeling_name(name, y->d.date, "draft");
	wheel_put(&blob, &y->d, c->draft);
	put_state(&c->states, name, &blob);
	wbuf_done(&blob);
}

/* Whose name would spoil the file. */
static bool
has_name(const struct actor *by, struct refusal *why)
{
	const char *fault = wheel_author_fault(by->user);

	return fault == NULL || refusal_say(why, ERR_DENIED, -1, "your name %s", fault);
}

struct wheel_change *
wheeling_try(
    struct wheeling *w, const struct wheel_ask *ask, const struct actor *by, struct utc now, struct refusal *why)
{
	struct wheeling_day *y = NULL;
	struct wheel_change *c;
	char first[DATE_TEXT_MAX], last[DATE_TEXT_MAX], date[DATE_TEXT_MAX];
	bool ok;

	*why = (struct refusal){ .e = OK, .addcause = -1 };
	if (w->set == NULL || w->first == 0) {
		(void)refusal_say(why, ERR_NOT_FOUND, AC_NOT_SUPPORTED, "the site file has no self-wheeling");
		return NULL;
	}
	if (!has_name(by, why))
		return NULL;
	bool is_of_plan = ask->act != WHEEL_PRICES && ask->act != WHEEL_ACTUAL;
	if (is_of_plan && (y = wheeling_find(w, ask->date)) == NULL) {
		(void)refusal_say(why, ERR_NOT_FOUND, -1, "plans are worked with of %s to %s",
		    date_text(first, sizeof(first), w->first),
		    date_text(last, sizeof(last), w->first + WHEELING_DAYS - 1));
		return NULL;
	}
	if (y != NULL && y->is_held) {
		(void)refusal_say(
		    why, ERR_BUSY, AC_ALREADY_IN_EXECUTION, "somebody acts on this day just now; try again");
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->act = ask->act;
	c->date = ask->date;
	c->epoch = w->epoch;
	ok = y != NULL                 ? try_act(w, y, ask, by, now, c, why)
	    : ask->act == WHEEL_ACTUAL ? try_actual(w, ask, by, now, c, why)
	                               : try_prices(w, ask, c, why);
	if (!ok) {
		wheeling_end(w, c);
		return NULL;
	}
	if (c->draft != NULL)
		put_draft_state(y, c);
	str_copy(c->text, sizeof(c->text), ask->reason);
	if (y != NULL) {
		char after[sizeof(c->after)];
		str_copy(after, sizeof(after), c->after);
		str_printf(
		    c->after, sizeof(c->after), "plan of %s: %.300s", date_text(date, sizeof(date), y->d.date), after);
		y->is_held = true;
	}
	return c;
}

void
wheeling_entry(const struct wheel_change *c, struct wheel_entry *e)
{
	*e = (struct wheel_entry){ c->text, c->before, c->after, { c->states.data, c->states.len } };
}

static void
write_file(struct wheeling *w, const struct wheeling_day *y, unsigned number, struct utc now, struct mono mono)
{
	struct wbuf text = { .len = 0 };
	char name[WHEEL_FILE_NAME], date[DATE_TEXT_MAX], why[300];

	str_printf(name, sizeof(name), "wheel_%s_v%03u.csv", date_text(date, sizeof(date), y->d.date), number);
	wheel_write(&text, &y->d, wheel_version(&y->d, number), now);
	if (!w->ops->file(name, &text, why, sizeof(why), w->arg))
		logbook_say(
		    w->log, now, mono, JOURNAL_WHEEL, NULL, "the plan file %s could not be written: %s", name, why);
	wbuf_done(&text);
}

static void
apply_answer(struct wheeling *w, struct wheeling_day *y, const struct wheel_change *c, struct utc now, struct mono mono)
{
	char why[300];
	unsigned n = y->d.version_count;
	enum wheel_answer was[WHEEL_VERSIONS_MAX];

	for (unsigned i = 0; i < n; i++)
		was[i] = y->d.versions[i]->answer;
	if (wheel_answer(&y->d, c->number, c->act == WHEEL_ACCEPT, c->at, why, sizeof(why)) != OK)
		return;
	for (unsigned i = 0; i < n; i++) /* the answered one is saved with its entry */
		if (y->d.versions[i]->answer != was[i] && i + 1 != c->number)
			wheeling_save_version(w, y, i + 1, now);
	if (c->act == WHEEL_ACCEPT) /* the same file, now with the time of its answer */
		write_file(w, y, c->number, now, mono);
}

void
wheeling_apply(struct wheeling *w, struct wheel_change *c, struct utc now, struct mono mono)
{
	struct wheeling_day *y = wheeling_find(w, c->date);
	char name[WHEELING_NAME];

	if (c->act == WHEEL_PRICES) {
		apply_prices(w, c, now);
		return;
	}
	if (c->act == WHEEL_ACTUAL) {
		(void)wheeling_metered_take(w, c->date, c->version.data, c->version.len);
		return;
	}
	if (y == NULL || c->epoch != w->epoch) { /* within the blink in which the journal took it */
		logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL,
		    "another site file came, or the day went, before it was done: %s", c->after);
		return;
	}
	if (c->draft != NULL || c->ends_draft) {
		free(y->draft);
		y->draft = c->draft;
		y->edits += c->draft != NULL;
		c->draft = NULL;
	}
	if (c->act == WHEEL_FILE && wheel_take(&y->d, c->version.data, c->version.len) == OK)
		write_file(w, y, c->number, now, mono);
	if (c->act == WHEEL_ACCEPT || c->act == WHEEL_REJECT)
		apply_answer(w, y, c, now, mono);
	if (c->number > 0) { /* saved with the entry */
		wheeling_version_name(name, y->d.date, c->number);
		wheeling_keep(w, y->d.date, name);
	}
	wheeling_name(name, y->d.date, "draft");
	wheeling_keep(w, y->d.date, name);
	w->second.us = 0; /* it is looked at at once */
}

void
wheeling_end(struct wheeling *w, struct wheel_change *c)
{
	struct wheeling_day *y = w == NULL || c == NULL ? NULL : wheeling_find(w, c->date);

	if (c == NULL)
		return;
	if (y != NULL && c->epoch == w->epoch)
		y->is_held = false;
	free(c->draft);
	free(c->prices);
	wbuf_done(&c->states);
	wbuf_done(&c->version);
	free(c);
}

/* ---- the file that the site file names */

const char *
wheeling_price_file(const struct wheeling *w)
{
	return w->set != NULL ? w->set->price_file : NULL;
}

void
wheeling_take_prices(
    struct wheeling *w, const char *name, const char *text, size_t len, struct utc now, struct mono mono)
{
	struct wheel_ask ask = { .act = WHEEL_PRICES,
		.kwh = (double)NAN,
		.part = "",
		.name = name,
		.data = text,
		.len = len,
		.reason = "" };
	struct refusal why;
	struct wheel_change *c = wheeling_try(w, &ask, &(struct actor){ .user = "chisand" }, now, &why);

	if (c == NULL) {
		logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL, "prices of imbalance: %s", why.text);
		return;
	}
	if (brings_news(w, c)) { /* it is read at each start too */
		logbook_say(w->log, now, mono, JOURNAL_WHEEL, NULL, "%s", c->after);
		wheeling_apply(w, c, now, mono);
	}
	wheeling_end(w, c);
}
