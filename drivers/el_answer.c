/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_answer.c - what an answer, an announcement or the lack of both changes.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/el_poll.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define NEVER INT64_MAX

/* ---- samples */

static void
add_sample(struct el_device *d, uint32_t *n, struct el_item *it, struct utc time)
{
	it->time = time;
	if (!it->is_off)
		d->poll->scratch[(*n)++] = (struct sample){
			.point = it->cfg->point, .cause = it->cause, .value = it->cause == OK ? it->value : 0
		};
}

static void
give(struct el_device *d, uint32_t n, struct utc time)
{
	if (n > 0)
		d->poll->ops->samples(d, time, d->poll->scratch, n, d->poll->arg);
}

/* The same reason for all points of an instance. */
static void
give_cause(struct el_device *d, struct el_object *o, enum err cause, struct moment now)
{
	uint32_t n = 0;

	o->cause = (uint16_t)cause;
	for (uint32_t i = 0; i < o->count; i++) {
		struct el_item *it = &d->items[o->first + i];

		it->cause = (uint16_t)cause;
		it->is_new = false;
		add_sample(d, &n, it, now.utc);
	}
	give(d, n, now.utc);
}

/* Asked again on its grid; what the node announces by itself, rarely. */
static void
put_off(struct el_item *it, struct moment now)
{
	bool is_told = el_map_has(&it->object->announced, it->cfg->epc);
	int64_t period = is_told ? it->cfg->slow_us : it->cfg->period_us;

	if (it->cfg->period_us == 0) {
		it->due.us = NEVER;
		return;
	}
	it->due = mono_add(it->due, period);
	if (it->due.us <= now.mono.us || it->due.us > now.mono.us + period)
		it->due = mono_add(now.mono, period);
}

static const struct el_prop *
find_prop(const struct el_frame *f, unsigned from, uint8_t epc)
{
	for (unsigned i = from; i < f->count; i++)
		if (f->props[i].epc == epc)
			return &f->props[i];
	return NULL;
}

/* ---- 2 instances */

static bool
is_in_list(const struct el_prop *p, uint32_t object)
{
	uint32_t o;

	for (unsigned i = 0; (o = el_instance(p, i)) != 0; i++)
		if (o == object)
			return true;
	return false;
}

/* What the node says it has. A list that is full may lack some, and one that cannot be read says nothing. */
static void
take_list(struct el_device *d, const struct el_prop *p, struct moment now)
{
	bool is_list = p != NULL && p->len > 0 && p->len >= 1u + 3u * p->data[0] && p->data[0] > 0 && p->data[0] < 84;

	bool is_fresh =
	    d->state != DEVICE_UP || d->is_renewed; /* else only an instance was silent, and keeps its pause */

	d->is_known = true;
	d->is_renewed = false;
	if (is_fresh || !d->gives_no_id)
		el_who_doubt(d);
	for (uint32_t i = 0; i < d->object_count; i++) {
		struct el_object *o = &d->objects[i];
		char text[64];

		o->is_listed = !is_list || is_in_list(p, o->object);
		if (is_fresh || o->cause == ERR_EXC_ADDRESS) {
			o->is_met = false;
			o->meet_at = now.mono;
			o->cause = OK;
			o->piece = 0;
			o->most = EL_ASK_MAX;
		}
		if (o->is_listed)
			continue;
		str_printf(text, sizeof(text), "the node has no instance %06" PRIX32, o->object);
		el_note(d, ERR_EXC_ADDRESS, text, now);
		give_cause(d, o, ERR_EXC_ADDRESS, now);
	}
}

/* It says which instances it has, and is the node that it should be. */
static void
come_up(struct el_device *d, struct moment now)
{
	d->fails = 0;
	if (d->state == DEVICE_UP)
		return;
	log_once(&d->logged, OK, "node %s: answers", d->cfg->name);
	d->state = DEVICE_UP;
	d->since = now.utc;
	d->connects++;
	d->watch_at.us = NEVER;
	for (uint32_t i = 0; i < d->item_count; i++)
		d->items[i].due = d->items[i].cfg->period_us != 0 ? now.mono : (struct mono){ NEVER };
	if (d->item_count == 0)
		d->watch_at = mono_add(now.mono, EL_WATCH_US);
	el_history_want(d, d->heard.us != 0 ? d->heard : d->cfg->since, now);
	d->poll->ops->state(d, d->poll->arg);
	el_who_met(d, now);
}

/* ---- 3 an instance is met */

/* A node that takes no long requests may refuse all of one, or answer a part, where each alone would be answered. */
static bool
is_in_pieces(const struct el_ask *a, const struct el_frame *f)
{
	bool is_any = false;

	if (a->count < 2)
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		const struct el_prop *p = find_prop(f, 0, a->epcs[i]);

		if (p == NULL)
			return true;
		is_any |= p->len > 0;
	}
	return !is_any && el_is_refusal(f->service);
}

static void
take_meeting(struct el_device *d, struct el_object *o, const struct el_frame *f, struct moment now)
{
	const struct el_prop *map = find_prop(f, 0, EPC_MAP_INF), *get = find_prop(f, 0, EPC_MAP_GET);
	enum err worst = OK;
	char text[64];

	if (is_in_pieces(&d->ask, f)) {
		o->piece = 1;
		return;
	}
	if (o->piece < 2 && (map == NULL || !el_map_take(map->data, map->len, &o->announced)))
		o->announced = (struct el_map){ 0 };
	if (o->piece == 0 || o->piece == 2)
		o->has_readable = get != NULL && el_map_take(get->data, get->len, &o->readable);
	for (unsigned i = 0; i < o->factor_count; i++) {
		if (o->piece == 0 || o->piece == i + 3)
			el_factor_learn(o, &o->factors[i], find_prop(f, 0, o->factors[i].epc));
		worst = o->factors[i].is_known ? worst : (enum err)o->factors[i].cause;
	}
	if (o->piece > 0 && o->piece < o->factor_count + 2) {
		o->piece++;
		return;
	}
	if (worst != OK) {
		str_printf(text, sizeof(text), "a coefficient or unit of instance %06" PRIX32, o->object);
		el_note(d, worst, text, now);
	}
	o->piece = o->piece > 0;
	o->is_met = true;
	o->cause = OK;
	o->meet_at = mono_add(now.mono, worst == OK ? EL_MEET_US : d->cfg->retry_max_us);
}

/* ---- 4, 5 values */

/* Asked for, and not in the answer: in smaller pieces, until it is asked for alone. */
static void
take_missing(struct el_device *d, struct el_item *it, uint32_t *n, struct utc time, struct moment now)
{
	if (d->ask.count > 1) {
		it->object->most = (uint8_t)(d->ask.count / 2);
		it->due = now.mono;
		return;
	}
	it->cause = ERR_BAD_COUNT;
	add_sample(d, n, it, time);
	put_off(it, now);
}

static void
take_values(struct el_device *d, struct el_object *o, const struct el_frame *f, struct utc time, struct moment now)
{
	bool is_parted = is_in_pieces(&d->ask, f);
	uint32_t n = 0;

	for (uint32_t i = 0; i < o->count; i++) {
		struct el_item *it = &d->items[o->first + i];
		const struct el_prop *p = find_prop(f, 0, it->cfg->epc);

		if (memchr(d->ask.epcs, it->cfg->epc, d->ask.count) == NULL)
			continue;
		if (p == NULL || (is_parted && p->len == 0)) {
			take_missing(d, it, &n, time, now);
			continue;
		}
		el_item_take(it, p);
		if (p->len == 0 && f->service == EL_GET_RES)
			it->cause = ERR_BAD_LENGTH; /* it was given, and is empty */
		it->is_new = false;
		add_sample(d, &n, it, time);
		put_off(it, now);
	}
	give(d, n, time);
}

/* ---- 1 writes */

static void
tell(struct el_device *d, const struct el_write *w, enum err e, const char *text, struct moment now)
{
	struct msg_field_written m = {
		.write = w->write, .point = w->cfg->point, .err = (uint16_t)e, .time = now.utc.us, .detail = text
	};

	log_info("write %llu: %s", (unsigned long long)w->write, text);
	d->poll->ops->written(&m, w->reply_to, d->poll->arg);
}

/* Whatever came of it: what the node has now is read at once. */
static void
end_write(struct el_device *d, enum err e, const char *text, struct moment now)
{
	struct el_write *w = d->writing;

	d->writing = NULL;
	for (uint32_t i = 0; i < d->item_count; i++)
		if (d->items[i].cfg->point == w->cfg->point)
			d->items[i].is_new = true;
	tell(d, w, e, text, now);
	free(w);
}

static void
take_written(struct el_device *d, const struct el_frame *f, struct moment now)
{
	const struct el_cfg_item *c = d->writing->cfg;
	char text[160];

	if (f->service == EL_SET_RES) {
		str_printf(text, sizeof(text), "%.64s accepted it, property %02X of %06" PRIX32, d->cfg->name, c->epc,
		    c->object);
		end_write(d, OK, text, now);
		return;
	}
	str_printf(text, sizeof(text),
	    "%.64s refused property %02X of %06" PRIX32 ": it does not take this value, or not now", d->cfg->name,
	    c->epc, c->object);
	el_note(d, ERR_EXC_NAK, text, now);
	end_write(d, ERR_EXC_NAK, text, now);
}

/* ---- history */

static void
take_day(struct el_device *d, const struct el_frame *f, struct moment now)
{
	enum err e;

	if (f->service != EL_SET_RES) {
		el_history_take(d, NULL, d->ask.day, now);
		return;
	}
	d->ask.kind = ASK_HISTORY;
	d->ask.service = EL_GETS;
	d->ask.tries = 0;
	e = el_ask_send(d, now);
	if (e != OK)
		el_unanswered(d, e, now);
}

static void
take_history(struct el_device *d, const struct el_frame *f, struct moment now)
{
	const struct el_prop *p = find_prop(f, d->ask.service == EL_SETGET ? f->got : 0, d->ask.epcs[0]);

	/* few meters know SetGet: then in two steps */
	if (d->ask.service == EL_SETGET && el_is_refusal(f->service)) {
		d->has_no_setget = true;
		return;
	}
	el_history_take(d, p, d->ask.day, now);
}

/* ---- all */

void
el_answered(struct el_device *d, const struct el_frame *f, struct moment now)
{
	struct el_ask *a = &d->ask;
	int64_t took = mono_diff_us(now.mono, a->sent);
	struct utc middle = utc_add(now.utc, -(took / 2));
	uint8_t kind = a->kind;

	if (kind != ASK_LIST && kind != ASK_WHO) /* those may be of another node */
		d->heard = now.utc;
	d->is_dirty = true;
	d->answer_us = d->answer_us == 0 ? (uint32_t)took : (uint32_t)((d->answer_us * INT64_C(7) + took) / 8);
	switch (kind) {
	case ASK_WRITE: take_written(d, f, now); break;
	case ASK_LIST: take_list(d, find_prop(f, 0, EPC_INSTANCES), now); break;
	case ASK_WHO:
		a->kind = ASK_NONE; /* it may be the end of it */
		if (el_who_take(d, f, now))
			come_up(d, now);
		break;
	case ASK_MEET: take_meeting(d, a->of, f, now); break;
	case ASK_DAY: take_day(d, f, now); break;
	case ASK_HISTORY: take_history(d, f, now); break;
	case ASK_READ: take_values(d, a->of, f, middle, now); break;
	default: break;
	}
	if (kind != ASK_DAY || a->kind == ASK_DAY)
		a->kind = ASK_NONE;
}

/* ---- no answer */

static int64_t
back_off_us(struct el_device *d)
{
	int64_t delay = d->cfg->retry_min_us;
	struct el_poll *p = d->poll;

	for (uint32_t i = 0; i < d->fails && delay < d->cfg->retry_max_us; i++)
		delay *= 2;
	if (delay > d->cfg->retry_max_us)
		delay = d->cfg->retry_max_us;
	d->fails++;
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return delay * 3 / 4 + (int64_t)(p->random % (uint64_t)(delay / 2 + 1));
}

static void
go_down(struct el_device *d, const char *why, struct moment now)
{
	struct el_write *w;
	char text[96];

	d->is_known = d->is_identified = false;
	for (uint32_t i = 0; i < d->object_count; i++)
		d->objects[i].is_met = false;
	d->retry_at = mono_add(now.mono, back_off_us(d));
	if (d->state != DEVICE_DOWN) {
		d->state = DEVICE_DOWN;
		d->since = now.utc;
		d->poll->ops->state(d, d->poll->arg);
	}
	while ((w = TAILQ_FIRST(&d->writes)) != NULL) {
		TAILQ_REMOVE(&d->writes, w, entry);
		str_printf(text, sizeof(text), "nothing was sent: %s", why);
		tell(d, w, ERR_NOT_CONNECTED, text, now);
		free(w);
	}
}

void
el_unanswered(struct el_device *d, enum err e, struct moment now)
{
	struct el_ask *a = &d->ask;
	uint8_t kind = a->kind;
	char text[96];

	str_printf(text, sizeof(text), "object %06" PRIX32 ", property %02X%s", a->object, a->epcs[0],
	    a->count > 1 ? " and others" : "");
	a->kind = ASK_NONE;
	switch (kind) {
	case ASK_WRITE:
		el_note(d, e, text, now);
		end_write(d, e, "it was sent and not answered; it may have been carried out or not", now);
		break;
	case ASK_WHO:
		if (el_who_unanswered(d, now)) {
			come_up(d, now);
			break;
		}
		/* FALLTHROUGH */
	case ASK_LIST:
		el_note(d, e, d->elsewhere[0] != '\0' ? el_who_text(d, text, sizeof(text)) : text, now);
		go_down(d, "the node went away before its turn came", now);
		break;
	case ASK_DAY:
	case ASK_HISTORY:
		el_note(d, e, text, now);
		if (a->service == EL_SETGET)
			d->has_no_setget = true;
		else
			el_history_take(d, NULL, a->day, now);
		break;
	default:
		/* the instance, or the node as a whole? */
		el_note(d, e, text, now);
		a->of->is_met = false;
		a->of->meet_at = mono_add(now.mono, d->cfg->retry_max_us);
		d->is_known = false;
		give_cause(d, a->of, e, now);
		break;
	}
}

void
el_fail(struct el_device *d, enum err e, const char *detail, struct moment now)
{
	if (d->ask.kind == ASK_WRITE)
		end_write(d, ERR_UNKNOWN, "it was sent, and the network went away before it was answered", now);
	d->ask.kind = ASK_NONE;
	el_note(d, e, detail, now);
	go_down(d,
	    e == ERR_OTHER_DEVICE  ? "another node answers in its place"
	        : e == ERR_EXC_NAK ? "the node does not say which it is"
	                           : "the node went away before its turn came",
	    now);
}

/* ---- what the node says by itself */

/* A second after it was heard last. */
static void
read_soon(struct el_item *it, struct moment now)
{
	int64_t since = now.utc.us - it->time.us;
	struct mono at = mono_add(now.mono, since >= 0 && since < US_PER_S ? US_PER_S - since : 0);

	if (it->due.us < NEVER && at.us < it->due.us)
		it->due = at;
}

void
el_announced(struct el_device *d, const struct el_frame *f, struct moment now)
{
	uint32_t n = 0;

	if (f->seoj >> 8 == ECHONET_NODE >> 8) {
		const struct el_prop *p = find_prop(f, 0, EPC_INSTANCES_ANNOUNCED);

		/* it has come up anew, and may be another one: nothing is written to it before it said which */
		d->is_told |= p != NULL;
		if (p != NULL)
			d->who_at = mono_add(now.mono, -EL_WHO_US);
		return;
	}
	for (uint32_t i = 0; i < d->item_count && d->state == DEVICE_UP && d->is_identified; i++) {
		struct el_item *it = &d->items[i];
		const struct el_prop *p = it->cfg->object == f->seoj ? find_prop(f, 0, it->cfg->epc) : NULL;

		if (p == NULL || !it->object->is_met || p->len == 0)
			continue;
		if (el_is_flood(d, now)) {
			read_soon(it, now);
			continue;
		}
		el_item_take(it, p);
		add_sample(d, &n, it, now.utc);
		put_off(it, now);
	}
	if (d->state == DEVICE_UP)
		d->heard = now.utc; /* what was missed before it is still missing otherwise */
	give(d, n, now.utc);
}
