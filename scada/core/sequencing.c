/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing.c - sequences of the site file with their checks; what the checks say now.
 */
#include "config.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/say_value.h"
#include "scada/core/sequencing_private.h"

/* ---- checks */

static enum sequence_verdict
judge(const struct sequencing *q, struct step_check *k, struct utc now)
{
	if (k->is_broken)
		return SEQ_BAD;
	if (k->e == NULL && k->tagged == POINT_NONE)
		return SEQ_NOTHING;
	if (k->e != NULL) {
		expr_eval(k->e, table_values(q->table), now, 0, &k->v);
		if (quality_validity(k->v.quality) != V_GOOD || !isfinite(k->v.v))
			return SEQ_BAD;
		if (k->v.v == 0)
			return SEQ_FALSE;
	}
	return k->tagged == POINT_NONE || q->ops->is_inhibited(k->tagged, q->arg) ? SEQ_TRUE : SEQ_FALSE;
}

/* What is said of it now, and since when it holds. */
static void
look_at(struct sequencing *q, struct sequence *s, unsigned i, struct utc now, struct mono mono)
{
	struct step_check *k = &s->checks[i];

	k->verdict = judge(q, k, now);
	if (k->verdict != SEQ_TRUE) {
		k->since = (struct utc){ 0 };
		return;
	}
	if (k->since.us == 0) {
		k->since = now;
		k->mono = mono;
	}
	if (s->run.steps[i].mark == SEQ_OPEN && mono_diff_us(mono, k->mono) < s->steps[i].wait_us)
		k->verdict = SEQ_WAITING;
}

/* Is what this check says of interest: of the current step, and of confirmed ones that are to stay so? */
static bool
is_watched(const struct sequence *s, unsigned i)
{
	return s->run.state == SEQ_RUNNING &&
	    (i == s->run.now || (s->run.steps[i].mark == SEQ_CONFIRMED && s->steps[i].lasts));
}

void
sequence_look(struct sequencing *q, struct sequence *s, struct utc now, struct mono mono)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (is_watched(s, i)) {
			look_at(q, s, i, now, mono);
		} else {
			s->checks[i].verdict = SEQ_NOTHING;
			s->checks[i].since = (struct utc){ 0 };
		}
	}
}

/* A confirmed step that is no longer so, or is so again: once each into the journal. Of an input that is not good nobody knows. */
static void
note_lost(struct sequencing *q, struct sequence *s, unsigned i, struct utc now, struct mono mono)
{
	struct step_check *k = &s->checks[i];
	char step[300], inputs[500];
	bool is_told = s->run.state == SEQ_RUNNING && s->run.steps[i].mark == SEQ_CONFIRMED && s->steps[i].lasts;

	if (!is_told) {
		k->is_lost = false;
		return;
	}
	if (k->verdict == SEQ_BAD || k->verdict == SEQ_NOTHING || (k->verdict == SEQ_FALSE) == k->is_lost)
		return;
	k->is_lost = k->verdict == SEQ_FALSE;
	sequence_say_step(s, i, step, sizeof(step));
	sequence_say_inputs(q, s, i, inputs, sizeof(inputs));
	logbook_say(q->log, now, mono, JOURNAL_SEQUENCE, s->steps[i].point, "%s: %s: %s; read: %s", s->def->name,
	    k->is_lost ? "no longer so" : "so again", step, inputs);
}

void
sequencing_turn(struct sequencing *q, struct utc now, struct mono mono)
{
	if (q->table == NULL)
		return;
	for (uint32_t i = 0; i < q->count; i++) {
		struct sequence *s = &q->list[i];

		if (s->run.state != SEQ_RUNNING && !s->is_changed)
			continue;
		sequence_look(q, s, now, mono);
		for (unsigned k = 0; k < s->count; k++)
			note_lost(q, s, k, now, mono);
		sequence_tell(q, s);
		s->is_changed = false;
	}
}

/* ---- words */

void
sequence_say_step(const struct sequence *s, unsigned step, char *buf, size_t size)
{
	if (step >= s->count)
		str_printf(buf, size, "all %u steps are behind", s->count);
	else
		str_printf(buf, size, "step %u of %u: %s", step + 1, s->count, s->steps[step].text);
}

void
sequence_say_inputs(const struct sequencing *q, const struct sequence *s, unsigned step, char *buf, size_t size)
{
	const struct step_check *k = &s->checks[step];
	const struct site *site = table_site(q->table);
	size_t count = 0;
	const point_id *ids = k->e != NULL ? expr_inputs(k->e, &count) : NULL;

	buf[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		char value[160], one[160 + POINT_NAME_MAX + 8];

		str_printf(one, sizeof(one), "%s%s %s", i > 0 ? "; " : "", site->points[ids[i]].name,
		    say_value(&site->points[ids[i]], &table_values(q->table)[ids[i]], value, sizeof(value)));
		if (strlen(buf) + strlen(one) + 40 > size) {
			str_printf(one, sizeof(one), "; and %zu more", count - i);
			str_append(buf, size, one);
			break;
		}
		str_append(buf, size, one);
	}
	if (k->tagged == POINT_NONE)
		return;
	str_append(buf, size, buf[0] != '\0' ? "; " : "");
	str_append(
	    buf, size, q->ops->is_inhibited(k->tagged, q->arg) ? "an inhibit tag is on " : "no inhibit tag is on ");
	str_append(buf, size, site->points[k->tagged].name);
}

/* ---- the site */

struct sequence *
sequence_find(const struct sequencing *q, const char *name)
{
	for (uint32_t i = 0; i < q->count; i++)
		if (strcmp(q->list[i].def->name, name) == 0)
			return &q->list[i];
	return NULL;
}

static point_id
find(const char *name, void *arg)
{
	return table_find(arg, name);
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	const struct table *t = arg;

	for (point_id id = 0; id < table_count(t); id++)
		if (str_glob(pattern, table_site(t)->points[id].name))
			each(id, each_arg);
}

static void
make_check(struct step_check *k, const struct site_step *p, struct table *t)
{
	struct expr_names names = { .find = find, .glob = glob, .arg = t };
	char message[200];
	size_t at;

	*k = (struct step_check){ .point = POINT_NONE, .tagged = POINT_NONE };
	k->v = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	if (p->check != NULL) {
		k->e = expr_parse(p->check, &names, message, sizeof(message), &at);
		k->is_broken = k->e == NULL; /* chisan-site has told */
	}
	if (p->point != NULL)
		k->point = table_find(t, p->point);
	if (p->tagged != NULL) {
		k->tagged = table_find(t, p->tagged);
		k->is_broken |= k->tagged == POINT_NONE;
	}
}

static void
hash_text(crypto_generichash_state *h, const char *text)
{
	(void)crypto_generichash_update(
	    h, (const uint8_t *)(text != NULL ? text : ""), text != NULL ? strlen(text) + 1 : 1);
}

/* Of all that a person who goes on with a run relies on; titles may change. */
static void
hash_steps(const struct sequence *s, uint8_t out[SEQ_HASH])
{
	crypto_generichash_state h;

	(void)crypto_generichash_init(&h, NULL, 0, SEQ_HASH);
	for (unsigned i = 0; i < s->count; i++) {
		hash_text(&h, s->steps[i].text);
		hash_text(&h, s->steps[i].check);
		hash_text(&h, s->steps[i].tagged);
	}
	(void)crypto_generichash_final(&h, out, SEQ_HASH);
}

static void
make(struct sequence *s, const struct site_sequence *def, struct table *t)
{
	memset(s, 0, sizeof(*s));
	s->def = def;
	s->is_changed = true;
	s->steps = def->steps.v;
	s->count = def->steps.n < SEQUENCE_STEPS_MAX ? def->steps.n : SEQUENCE_STEPS_MAX;
	hash_steps(s, s->hash);
	for (unsigned i = 0; i < s->count; i++)
		make_check(&s->checks[i], &s->steps[i], t);
}

static void
free_list(struct sequence *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < list[i].count; k++)
			expr_free(list[i].checks[k].e);
		wbuf_done(&list[i].told);
	}
	free(list);
}

/* What was there before this configuration. The old site is still there. */
static void
move_over(struct sequencing *q, const struct sequence *old, struct utc now, struct mono mono)
{
	struct sequence *s = sequence_find(q, old->def->name);
	bool is_same = s != NULL && memcmp(s->hash, old->hash, SEQ_HASH) == 0;

	if (is_same) {
		s->run = old->run;
		s->is_held = old->is_held;
		for (unsigned i = 0; i < s->count; i++) {
			s->checks[i].since = old->checks[i].since;
			s->checks[i].is_lost = old->checks[i].is_lost;
			s->checks[i].mono = old->checks[i].mono;
		}
		return;
	}
	if (old->run.state == SEQ_RUNNING)
		logbook_say(q->log, now, mono, JOURNAL_SEQUENCE, NULL, "%s ended at step %u of %u: the site file %s",
		    old->def->name, old->run.now + 1, old->count,
		    s == NULL ? "has no such sequence any more" : "has other steps now");
	if (s == NULL)
		return;
	s->run.id = old->run.id; /* never used again */
	if (old->run.state != SEQ_IDLE)
		sequence_save(q, s, now);
}

void
sequencing_site(struct sequencing *q, struct table *t, uint16_t generation, struct utc now, struct mono mono)
{
	struct sequence *old = q->list;
	uint32_t old_count = q->count;
	const struct site *site = t != NULL ? table_site(t) : NULL;
	const struct site_sequence *defs = site != NULL ? site->sequences.v : NULL;

	q->table = t;
	q->generation = generation;
	q->count = site != NULL ? site->sequences.n : 0;
	q->list = xcalloc((size_t)q->count + 1, sizeof(*q->list));
	for (uint32_t i = 0; i < q->count; i++)
		make(&q->list[i], &defs[i], t);
	for (uint32_t i = 0; i < old_count && t != NULL; i++)
		move_over(q, &old[i], now, mono);
	free_list(old, old_count);
}

/* ---- life */

struct sequencing *
sequencing_new(struct logbook *l, const struct sequencing_ops *ops, void *arg)
{
	struct sequencing *q = xcalloc(1, sizeof(*q));

	q->log = l;
	q->ops = ops;
	q->arg = arg;
	return q;
}

void
sequencing_free(struct sequencing *q)
{
	if (q == NULL)
		return;
	free_list(q->list, q->count);
	free(q);
}
