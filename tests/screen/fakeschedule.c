/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakeschedule.c - one frame of the whole schedule, and the answers to W_SCHEDULE and W_PREVIEW_GET.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/str.h"
#include "tests/screen/fakeschedule.h"

#define MINUTE (60 * US_PER_S)

void
fakeschedule_init(struct fakeschedule *s, struct utc now)
{
	*s = (struct fakeschedule){ .now = { now.us / MINUTE * MINUTE }, .entries = 400 };
}

static double
number(const char *s)
{
	double v;

	return s != NULL && str_to_double(s, &v) ? v : (double)NAN;
}

bool
fakeschedule_line(struct fakeschedule *s, char **f)
{
	struct schedule_entry *e = &s->list[s->count];

	if (strcmp(f[0], "preview") == 0)
		return str_copy(s->previewed, sizeof s->previewed, f[1]);
	if (strcmp(f[0], "schedule") != 0 || s->count == SCHEDULE_MAX || !schedule_kind_from_word(f[1], &e->kind))
		return false;
	e->id = ++s->last;
	s->count++;
	str_copy(e->asset, sizeof e->asset, f[2]);
	e->from = utc_add(s->now, (int64_t)number(f[3]) * MINUTE);
	e->until = utc_add(s->now, (int64_t)number(f[4]) * MINUTE);
	e->set = utc_add(s->now, -3600 * US_PER_S);
	e->value = number(f[5]);
	str_copy(e->user, sizeof e->user, f[6]);
	str_copy(e->reason, sizeof e->reason, f[7]);
	return true;
}

void
fakeschedule_snapshot(struct fakeschedule *s, struct conn *c)
{
	struct wbuf entries = { .len = 0 }, b = { .len = 0 };

	for (unsigned i = 0; i < s->count; i++)
		schedule_put(&entries, &s->list[i]);
	msg_schedule_state_put(&b, &(struct msg_schedule_state){ .entries = { entries.data, entries.len } });
	conn_send(c, W_SCHEDULE_STATE, 0, &b, NULL);
	wbuf_done(&b);
	wbuf_done(&entries);
}

static void
preview(struct fakeschedule *s, struct conn *c, const struct frame *f)
{
	struct msg_preview_get m;
	struct wbuf b = { .len = 0 };
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_preview_get_get(&r, &m) || strcmp(m.point, s->previewed) != 0) {
		conn_result(c, f->sequence, ERR_NOT_FOUND, AC_NOT_SUPPORTED,
		    "no preview: this output is the setpoint of no asset that is planned");
		return;
	}
	if (m.value < 0) {
		conn_result(c, f->sequence, ERR_NOT_FOUND, -1, "no preview: chisan-planner has not answered in time");
		return;
	}
	msg_preview_put(&b,
	    &(struct msg_preview){ .is_good = 1,
	        .from = s->now.us,
	        .until = s->now.us + 48 * 60 * MINUTE,
	        .cost_with = 624200,
	        .cost_without = 620831,
	        .co2_with = 3190,
	        .co2_without = 3120,
	        .soc_with = 12,
	        .soc_without = 30,
	        .soc_at_with = s->now.us + 60 * MINUTE,
	        .soc_at_without = s->now.us + 300 * MINUTE,
	        .hours_with = 1.1,
	        .hours_without = 3.4,
	        .peak_with = 1210,
	        .peak_without = 934,
	        .soc_of_with = "ESS1",
	        .soc_of_without = "ESS2",
	        .missed = "reserve",
	        .text = "" });
	conn_send(c, W_PREVIEW, f->sequence, &b, NULL);
	conn_result(c, f->sequence, OK, -1, "%s", "");
	wbuf_done(&b);
}

/* As chisand does it, without its checks. */
static void
act(struct fakeschedule *s, const struct msg_schedule *m)
{
	unsigned at = 0;

	while (at < s->count && s->list[at].id != m->id)
		at++;
	if (m->act != SCHEDULE_ADD && at == s->count)
		return;
	if (m->act == SCHEDULE_END) {
		memmove(&s->list[at], &s->list[at + 1], (s->count - at - 1) * sizeof s->list[0]);
		s->count--;
		return;
	}
	struct schedule_entry *e = &s->list[m->act == SCHEDULE_ADD ? s->count : at];
	if (m->act == SCHEDULE_ADD) {
		e->id = ++s->last;
		s->count++;
		e->kind = (enum schedule_kind)m->kind;
		str_copy(e->asset, sizeof e->asset, m->asset);
	}
	e->from.us = m->from;
	e->until.us = m->until;
	e->value = m->value;
	e->set = s->now;
	str_copy(e->user, sizeof e->user, "operator");
	str_copy(e->reason, sizeof e->reason, m->reason);
}

bool
fakeschedule_frame(struct fakeschedule *s, struct conn *c, const struct frame *f)
{
	struct msg_schedule m;
	struct rbuf r;

	if (f->type == W_PREVIEW_GET) {
		preview(s, c, f);
		return true;
	}
	if (f->type != W_SCHEDULE)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (!msg_schedule_get(&r, &m) || m.act >= SCHEDULE_ACTS || m.kind >= SCHEDULE_KINDS)
		conn_result(c, f->sequence, ERR_USAGE, -1, "the request cannot be read");
	else if (m.until <= m.from)
		conn_result(c, f->sequence, ERR_REFUSED, AC_INCONSISTENT, "its end is not after its begin");
	else {
		act(s, &m);
		conn_result(
		    c, f->sequence, OK, -1, "recorded as entry %llu: it is entered", (unsigned long long)++s->entries);
		fakeschedule_snapshot(s, c);
	}
	return true;
}
