/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_submit.c - a new version of a day's plan, the answer to it, and the sentence of each refusal; versions as bytes.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/dispatch/wheel_private.h"

const char *
wheel_author_fault(const char *author)
{
	size_t len = strlen(author);
	if (len == 0)
		return "is empty; a plan is somebody's";
	if (len >= WHEEL_AUTHOR_MAX)
		return "is longer than 63 bytes";
	if (strchr("=+-@", author[0]) != NULL)
		return "begins with = + - or @, which a spreadsheet takes for a formula";
	if (author[0] == ' ' || author[len - 1] == ' ')
		return "begins or ends with a space";
	for (size_t at = 0, used; at < len; at += used) {
		uint32_t cp;
		used = text_next(author + at, len - at, &cp);
		if (cp == TEXT_REPLACEMENT || !text_is_inert(cp))
			return "has characters that are not printed as they are";
	}
	return NULL;
}

static bool
kwh_is_ok(double *kwh)
{
	if (!(*kwh >= 0 && *kwh <= WHEEL_KWH_MAX))
		return false;
	*kwh = round(*kwh * 1000) / 1000 + 0.0; /* + 0.0: no -0 */
	return true;
}

bool
wheel_plan_slot(const struct wheel_terms *t, struct wheel_plan *p, unsigned slot, char *why, size_t size)
{
	bool is_planned = !isnan(p->generation[slot]);
	char number[32];
	if (is_planned && !kwh_is_ok(&p->generation[slot])) {
		str_printf(why, size, "slot %u: generation of %s kWh; a plan is from 0 to 1000000 kWh", slot + 1,
		    str_double(number, sizeof(number), p->generation[slot]));
		return false;
	}
	for (unsigned i = 0; i < t->part_count; i++) {
		double *kwh = &p->part[i][slot];
		if (is_planned == isnan(*kwh)) {
			str_printf(why, size,
			    "slot %u: %s %s planned, generation %s; a slot is planned wholly or not at all", slot + 1,
			    t->parts[i], is_planned ? "is not" : "is", is_planned ? "is" : "is not");
			return false;
		}
		if (is_planned && !kwh_is_ok(kwh)) {
			str_printf(why, size, "slot %u: %s of %s kWh; a plan is from 0 to 1000000 kWh", slot + 1,
			    t->parts[i], str_double(number, sizeof(number), *kwh));
			return false;
		}
	}
	return true;
}

struct wheel_version *
wheel_add(struct wheel_day *d)
{
	d->versions = xrecallocarray(d->versions, d->version_count, d->version_count + 1, sizeof(*d->versions));
	struct wheel_version *v = xcalloc(1, sizeof(*v));
	d->versions[d->version_count++] = v;
	v->number = d->version_count;
	return v;
}

/* Which slots differ although their gate is closed: their number, and the first. */
static unsigned
closed_changes(const struct wheel_day *d, const struct wheel_plan *plan, struct utc now, unsigned *first)
{
	const struct wheel_version *latest = wheel_latest(d);
	unsigned count = 0;
	for (unsigned slot = 0; slot < d->slots; slot++) {
		if (now.us < wheel_gate(d, slot).us)
			continue;
		if (latest != NULL ? wheel_is_same(d->terms, plan, &latest->plan, slot) : isnan(plan->generation[slot]))
			continue;
		if (count++ == 0)
			*first = slot;
	}
	return count;
}

static enum err
refuse_race(const struct wheel_day *d, unsigned base, char *why, size_t size)
{
	const struct wheel_version *latest = wheel_latest(d);
	char when[32];
	if (latest == NULL)
		str_printf(why, size,
		    "made from version %u, but no version holds: begin from none; nothing was changed", base);
	else
		str_printf(why, size,
		    "made from version %u, but version %u of %s (%s) is the latest: look at it and begin from there; "
		    "nothing was changed",
		    base, latest->number, latest->author, utc_said(when, sizeof(when), latest->submitted_at));
	return ERR_BUSY;
}

static enum err
refuse_closed(const struct wheel_day *d, unsigned slot, unsigned count, struct utc now, char *why, size_t size)
{
	char start[32], gate[32], at[32], before[32];
	int64_t us = utc_diff_us(wheel_slot_start(d, slot), wheel_gate(d, slot));
	str_printf(why, size,
	    "slot %u (%s) may not be changed any more: its gate closed at %s, %s before delivery, and it is "
	    "%s%s; nothing was changed",
	    slot + 1, utc_said(start, sizeof(start), wheel_slot_start(d, slot)),
	    utc_said(gate, sizeof(gate), wheel_gate(d, slot)),
	    us == WHEEL_GATE_US ? "one hour" : str_duration(before, sizeof(before), us), utc_said(at, sizeof(at), now),
	    count > 1 ? ", and so with others of this plan" : "");
	return ERR_REFUSED;
}

enum err
wheel_submit(struct wheel_day *d, unsigned base, const struct wheel_plan *plan, const char *author, struct utc now,
    unsigned *number, char *why, size_t size)
{
	const struct wheel_version *latest = wheel_latest(d);
	struct wheel_plan own = *plan;
	unsigned slot = 0, count, planned = 0;
	const char *fault = wheel_author_fault(author);
	if (fault != NULL) {
		str_printf(why, size, "the author's name %s; nothing was changed", fault);
		return ERR_USAGE;
	}
	if (d->version_count > 0 && now.us < d->versions[d->version_count - 1]->submitted_at.us)
		now = d->versions[d->version_count - 1]->submitted_at;
	if (base != (latest != NULL ? latest->number : 0))
		return refuse_race(d, base, why, size);
	for (slot = 0; slot < d->slots; slot++) {
		if (!wheel_plan_slot(d->terms, &own, slot, why, size))
			return ERR_USAGE;
		planned += !isnan(own.generation[slot]);
	}
	if (latest == NULL && planned == 0) {
		str_printf(why, size, "no slot is planned; nothing was changed");
		return ERR_USAGE;
	}
	if ((count = closed_changes(d, &own, now, &slot)) > 0)
		return refuse_closed(d, slot, count, now, why, size);
	if (d->version_count >= WHEEL_VERSIONS_MAX) {
		str_printf(why, size, "this day has %u versions already, and no more are kept; nothing was changed",
		    d->version_count);
		return ERR_TOO_BIG;
	}
	struct wheel_version *v = wheel_add(d);
	v->base = base;
	v->submitted_at = now;
	str_copy(v->author, sizeof(v->author), author);
	v->plan = own;
	*number = v->number;
	return OK;
}

/* Pending ones that stand on a rejected or dropped version: what they hold of it was never accepted. */
static void
drop_built_on(struct wheel_day *d, unsigned number, struct utc at)
{
	for (unsigned n = number + 1; n <= d->version_count; n++) {
		struct wheel_version *v = d->versions[n - 1];
		const struct wheel_version *base = wheel_version(d, v->base);
		if (v->answer != WHEEL_PENDING || base == NULL || base->number < number)
			continue;
		if (base->answer == WHEEL_REJECTED || base->answer == WHEEL_DROPPED) {
			v->answer = WHEEL_DROPPED;
			v->answered_at = at;
		}
	}
}

enum err
wheel_answer(struct wheel_day *d, unsigned number, bool is_accepted, struct utc at, char *why, size_t size)
{
	if (wheel_version(d, number) == NULL) {
		str_printf(why, size, "there is no version %u; the latest is %u; nothing was changed", number,
		    d->version_count);
		return ERR_NOT_FOUND;
	}
	struct wheel_version *v = d->versions[number - 1];
	if (v->answer != WHEEL_PENDING) {
		str_printf(why, size, "version %u is %s already; an answer stays; nothing was changed", number,
		    wheel_answer_word(v->answer, false));
		return ERR_REFUSED;
	}
	if (at.us < v->submitted_at.us) {
		char answered[32], submitted[32];
		str_printf(why, size,
		    "version %u was submitted at %s and cannot be answered at %s, before it; nothing was changed",
		    number, utc_said(submitted, sizeof(submitted), v->submitted_at),
		    utc_said(answered, sizeof(answered), at));
		return ERR_REFUSED;
	}
	v->answer = is_accepted ? WHEEL_ACCEPTED : WHEEL_REJECTED;
	v->answered_at = at;
	if (!is_accepted) {
		drop_built_on(d, number, at);
		return OK;
	}
	for (unsigned n = 1; n < number; n++) /* a later one that is accepted holds alone */
		if (d->versions[n - 1]->answer == WHEEL_PENDING) {
			d->versions[n - 1]->answer = WHEEL_DROPPED;
			d->versions[n - 1]->answered_at = at;
		}
	return OK;
}

/* ---- as bytes: form, date, start, slots, parts with their names, loss; then the version */

void
wheel_put(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v)
{
	const struct wheel_terms *t = d->terms;
	w_u8(b, WHEEL_STATE_FORM);
	w_i64(b, d->date);
	w_i64(b, d->start.us);
	w_i64(b, d->file_by.us);
	w_u8(b, (uint8_t)d->slots);
	w_u8(b, (uint8_t)t->part_count);
	for (unsigned p = 0; p < t->part_count; p++)
		w_str(b, t->parts[p]);
	w_f64(b, t->loss_share);
	w_u32(b, v->number);
	w_u32(b, v->base);
	w_u8(b, (uint8_t)v->answer);
	w_i64(b, v->submitted_at.us);
	w_i64(b, v->answered_at.us);
	w_str(b, v->author);
	for (unsigned slot = 0; slot < d->slots; slot++) {
		w_f64(b, v->plan.generation[slot]);
		for (unsigned p = 0; p < t->part_count; p++)
			w_f64(b, v->plan.part[p][slot]);
	}
}

/* Up to the version itself. */
static bool
read_head(struct rbuf *r, struct wheel_day *d, struct wheel_terms *t)
{
	*t = (struct wheel_terms){ 0 };
	*d = (struct wheel_day){ .terms = t };
	d->date = r_i64(r);
	d->start.us = r_i64(r);
	d->file_by.us = r_i64(r);
	d->slots = r_u8(r);
	t->part_count = r_u8(r);
	if (r->bad || t->part_count > WHEEL_PARTS_MAX || d->slots > WHEEL_SLOTS_MAX)
		return false;
	for (unsigned p = 0; p < t->part_count; p++)
		t->parts[p] = r_str(r);
	t->loss_share = r_f64(r);
	return !r->bad && t->loss_share >= 0 && t->loss_share < 1;
}

bool
wheel_head(const void *data, size_t len, struct wheel_day *d, struct wheel_terms *t)
{
	struct rbuf r;
	rbuf_init(&r, data, len);
	return r_u8(&r) == WHEEL_STATE_FORM && read_head(&r, d, t);
}

/* Is it of this day, and of these parts in this order? */
static bool
take_head(struct rbuf *r, const struct wheel_day *d)
{
	const struct wheel_terms *t = d->terms;
	struct wheel_day own;
	struct wheel_terms terms;
	if (!read_head(r, &own, &terms) || own.date != d->date || own.start.us != d->start.us ||
	    own.file_by.us != d->file_by.us || own.slots != d->slots || terms.part_count != t->part_count)
		return false;
	for (unsigned p = 0; p < t->part_count; p++)
		if (strcmp(terms.parts[p], t->parts[p]) != 0)
			return false;
	return terms.loss_share == t->loss_share;
}

static bool
take_version(struct rbuf *r, const struct wheel_day *d, struct wheel_version *v)
{
	char why[200];
	v->number = r_u32(r);
	v->base = r_u32(r);
	v->answer = (enum wheel_answer)r_u8(r);
	v->submitted_at.us = r_i64(r);
	v->answered_at.us = r_i64(r);
	const char *author = r_str(r);
	if (r->bad || wheel_author_fault(author) != NULL || !str_copy(v->author, sizeof(v->author), author))
		return false;
	for (unsigned slot = 0; slot < d->slots; slot++) {
		v->plan.generation[slot] = r_f64(r);
		for (unsigned p = 0; p < d->terms->part_count; p++)
			v->plan.part[p][slot] = r_f64(r);
		if (!wheel_plan_slot(d->terms, &v->plan, slot, why, sizeof(why)))
			return false;
	}
	return r_done(r) && (unsigned)v->answer < WHEEL_ANSWERS &&
	    (v->answer == WHEEL_PENDING) == (v->answered_at.us == 0);
}

enum err
wheel_get(const struct wheel_day *d, const void *data, size_t len, struct wheel_version *v)
{
	struct rbuf r;
	rbuf_init(&r, data, len);
	*v = (struct wheel_version){ 0 };
	if (r_u8(&r) != WHEEL_STATE_FORM)
		return ERR_VERSION;
	return take_head(&r, d) && take_version(&r, d, v) ? OK : ERR_USAGE;
}

enum err
wheel_take(struct wheel_day *d, const void *data, size_t len)
{
	if (d->version_count >= WHEEL_VERSIONS_MAX)
		return ERR_USAGE;
	struct wheel_version *v = xcalloc(1, sizeof(*v));
	enum err e = wheel_get(d, data, len, v);
	if (e == OK && (v->number != d->version_count + 1 || v->base >= v->number))
		e = ERR_USAGE;
	if (e == OK)
		*wheel_add(d) = *v;
	free(v);
	return e;
}
