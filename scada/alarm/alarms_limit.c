/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_limit.c - limits that are not the site file's: what may be set, by how many persons, and that the alarm is looked at again.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/str.h"

double
limit_of_file(const struct alarms *a, uint32_t n)
{
	enum alarm_type t = a->defs[n].type;
	bool has = t <= ALARM_HH || t == ALARM_ROC || t == ALARM_DEV;
	return has ? a->defs[n].limit->limit : (double)NAN;
}

bool
limit_is_guarded(const struct alarms *a, uint32_t n)
{
	const struct site_class *c = a->how.two_person.v;
	const char *class = a->defs[n].class;

	if (a->how.two_person.n == 0)
		return strcmp(class, "safety") == 0 || strcmp(class, "environment") == 0;
	for (uint32_t i = 0; i < a->how.two_person.n; i++)
		if (c[i].name != NULL && strcmp(c[i].name, class) == 0)
			return true;
	return false;
}

static const char *
number(const struct alarms *a, uint32_t n, double v, char *buf, size_t size)
{
	const struct site_point *p = &a->site->points[a->defs[n].point];

	str_double(buf, size, v);
	if (p->def->unit != NULL) {
		str_append(buf, size, " ");
		str_append(buf, size, p->def->unit);
	}
	return buf;
}

/* LL < L < H < HH, as the site file's checks ask for it. */
static bool
is_in_order(const struct alarms *a, uint32_t n, double limit, char *why, size_t size)
{
	const struct watch *w = &a->watch[a->defs[n].point];
	char one[64], other[64];

	for (uint32_t i = w->first; i < w->first + w->count; i++) {
		enum alarm_type t = a->defs[i].type, own = a->defs[n].type;
		double at = a->tests[i].rule.limit;
		if (i == n || t > ALARM_HH || own > ALARM_HH || (t < own ? at < limit : at > limit))
			continue;
		str_printf(why, size, "%s of %s would not be %s %s of %s; limits rise from LL over L and H to HH",
		    alarm_type_word(own), number(a, n, limit, one, sizeof(one)), t < own ? "above" : "below",
		    alarm_type_word(t), number(a, n, at, other, sizeof(other)));
		return false;
	}
	return true;
}

bool
limit_may_be(const struct alarms *a, uint32_t n, double limit, int *addcause, char *why, size_t size)
{
	double file = limit_of_file(a, n), wanted = isnan(limit) ? file : limit;
	char text[64];

	*addcause = AC_INCONSISTENT;
	if (isnan(file)) {
		*addcause = AC_NOT_SUPPORTED;
		str_printf(why, size, "an alarm of kind %s has no limit", alarm_type_word(a->defs[n].type));
	} else if (!isfinite(wanted)) {
		str_copy(why, size, "a limit is a finite number");
	} else if (a->defs[n].type > ALARM_HH && wanted <= 0) {
		str_printf(why, size, "%s of 0 or less is always there; give a limit above 0",
		    alarm_type_word(a->defs[n].type));
	} else if (wanted == a->tests[n].rule.limit) {
		*addcause = AC_POSITION_REACHED;
		str_printf(why, size, "the limit is %s already", number(a, n, wanted, text, sizeof(text)));
	} else {
		return is_in_order(a, n, wanted, why, size);
	}
	return false;
}

/* A condition that the new limit does not know any more is gone at once, without deadband and delay, and says why. */
static void
look_again(struct alarms *a, uint32_t n, const char *words)
{
	struct test *t = &a->tests[n];
	struct alarm_input in = { .value = &a->values[a->defs[n].point],
		.other = t->other != POINT_NONE ? &a->values[t->other] : NULL };
	struct occasion o = { .time = a->now, .words = words };

	if (!a->has_begun || t->is_held || t->kind->has_trace ||
	    ((in.value->quality | (in.other != NULL ? in.other->quality : 0)) & t->kind->holds) != 0 ||
	    !isfinite(in.value->v) || (t->kind->has_other && in.other == NULL))
		return; /* at the next good sample */
	if (t->answer && !t->kind->test(&t->rule, &in, false)) {
		t->answer = false;
		due_set(a, n, TIMER_DELAY, NEVER);
		if (t->settled) {
			t->settled = false;
			t->last_us = a->now.us > t->last_us ? a->now.us : t->last_us;
			step(a, n, EVENT_CLEAR, &o);
		}
	} else {
		test_evaluate(a, n, in.value->time);
	}
	watch_again(a, a->defs[n].point);
}

void
limit_move(struct alarms *a, uint32_t n, double limit, const struct alarm_request *r, const struct actor *by)
{
	struct alarm *m = &a->alarms[n];
	double file = limit_of_file(a, n), was = a->tests[n].rule.limit, is = isnan(limit) ? file : limit;
	char words[WORDS_MAX], old[64], new[64];

	queue_run(a); /* what the old limit found comes first */
	a->tests[n].rule.limit = is;
	m->limit_time = a->now;
	m->limit_base = file;
	m->is_limit_known = true;
	replace_text(&m->limit_by, by->user);
	replace_text(&m->limit_second, r->approved_by);
	replace_text(&m->limit_reason, r->reason);
	mark_set(a, n, ALARM_MOVED_LIMIT, is != file);
	str_printf(words, sizeof(words), "limit %s instead of %s%s%s%s%s: %s", number(a, n, is, new, sizeof(new)),
	    number(a, n, was, old, sizeof(old)), is == file ? ", the site file's again" : "",
	    r->approved_by[0] != '\0' ? ", approved by " : "", r->approved_by, act_alone_words(a, n, r), r->reason);
	struct occasion o = { .time = a->now, .by = by, .words = words };
	step(a, n, EVENT_LIMIT, &o);
	str_printf(words, sizeof(words), "limit changed from %s to %s", old, new);
	look_again(a, n, words);
}

/* After a reload: the site file says another one. It is the newer word, also over a limit that a person has moved. */
void
limit_redefined(struct alarms *a, uint32_t n)
{
	struct test *t = &a->tests[n];
	char words[WORDS_MAX], old[64], new[64];

	t->is_redefined = false;
	if (isnan(limit_of_file(a, n)) || t->before == t->rule.limit)
		str_copy(words, sizeof(words), "its definition changed in the site file");
	else
		str_printf(words, sizeof(words), "limit changed from %s to %s in the site file",
		    number(a, n, t->before, old, sizeof(old)), number(a, n, t->rule.limit, new, sizeof(new)));
	struct occasion o = { .time = a->now, .words = words };
	step_told(a, n, EVENT_CONFIG, a->alarms[n].bits, a->alarms[n].occurrence, false, &o);
	a->ops->changed(n, a->arg);
	look_again(a, n, words);
}

double
alarms_limit(const struct alarms *a, uint32_t n, bool *is_moved)
{
	*is_moved = n < a->count && (a->alarms[n].marks & ALARM_MOVED_LIMIT) != 0;
	return n < a->first_comm && !isnan(limit_of_file(a, n)) ? a->tests[n].rule.limit : (double)NAN;
}

bool
alarms_tell_limit(const struct alarms *a, uint32_t n, struct msg_alarm_limit *m)
{
	const struct alarm *x = &a->alarms[n];
	bool is_moved = (x->marks & ALARM_MOVED_LIMIT) != 0;

	*m = (struct msg_alarm_limit){ .alarm = n,
		.limit = is_moved ? a->tests[n].rule.limit : (double)NAN,
		.time = x->limit_time.us,
		.user = x->limit_by != NULL ? x->limit_by : "",
		.approved_by = x->limit_second != NULL ? x->limit_second : "",
		.reason = x->limit_reason != NULL ? x->limit_reason : "" };
	return is_moved;
}
