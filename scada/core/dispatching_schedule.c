/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_schedule.c - what is entered ahead for dispatch: acts of persons, its saved form; an event of demand response that begins and ends by
 * itself: in every mode in which dispatch works by itself, never in manual, and never against an island; and a demand target, which begins and ends
 * by itself in every mode: in manual it is what figures and alarms go by.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/conn.h"
#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"
#include "scada/core/say_value.h"

#define STATE_NAME "schedule"

/* ---- acts */

bool
dispatching_schedule_check(
    const struct dispatching *d, const struct schedule_ask *ask, struct utc now, struct refusal *why)
{
	if (!d->is_there && ask->act != SCHEDULE_END) {
		why->e = ERR_REFUSED;
		why->addcause = AC_NOT_SUPPORTED;
		str_printf(why->text, sizeof(why->text), "dispatch does not work here: %s",
		    d->missing[0] != '\0' ? d->missing : "the site is not read yet");
		return false;
	}
	return scheduling_check(&d->schedule, d->is_there ? d->district.energy : NULL, ask, now, why);
}

const struct schedule_entry *
dispatching_schedule_find(const struct dispatching *d, uint64_t id)
{
	for (unsigned i = 0; i < d->schedule.count; i++)
		if (d->schedule.list[i].id == id)
			return &d->schedule.list[i];
	return NULL;
}

void
dispatching_schedule_describe(const struct dispatching *d, const struct schedule_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct schedule_said *said, struct wbuf *states)
{
	struct wbuf blob = { .len = 0 };
	struct scheduling next;

	scheduling_next(&d->schedule, ask, by, reason, now, &next, said);
	scheduling_put(&next, &blob);
	w_u8(states, STATE_DISPATCH);
	w_str(states, STATE_NAME);
	w_bytes(states, blob.data, blob.len);
	wbuf_done(&blob);
}

void
dispatching_schedule_hold(struct dispatching *d, bool is_held)
{
	d->schedule.is_held = is_held;
}

void
dispatching_schedule_set(struct dispatching *d, const struct schedule_ask *ask, const struct actor *by,
    const char *reason, struct utc set, struct utc now, struct mono mono)
{
	struct schedule_said said;
	struct scheduling next;

	scheduling_next(&d->schedule, ask, by, reason, set, &next, &said);
	next.is_held = false;
	d->schedule = next;
	dispatch_tell_schedule(d);
	d->second.us = 0; /* what holds now holds at once */
	dispatching_tick(d, now, mono);
}

/* ---- saved and told */

void
dispatch_save_schedule(struct dispatching *d, struct utc now)
{
	struct wbuf blob = { .len = 0 };

	scheduling_put(&d->schedule, &blob);
	d->ops->save(
	    &(struct msg_store_state){
	        .kind = STATE_DISPATCH, .name = STATE_NAME, .time = now.us, .blob = { blob.data, blob.len } },
	    d->arg);
	wbuf_done(&blob);
}

bool
dispatch_restore_schedule(struct dispatching *d, const struct msg_store_state *s)
{
	if (strcmp(s->name, STATE_NAME) != 0 || !scheduling_get(&d->schedule, s->blob.data, s->blob.len))
		return false;
	dispatch_tell_schedule(d);
	return true;
}

void
dispatch_put_schedule(const struct dispatching *d, struct wbuf *entries)
{
	for (unsigned i = 0; i < d->schedule.count; i++)
		schedule_put(entries, &d->schedule.list[i]);
}

void
dispatch_schedule_frame(const struct dispatching *d, uint16_t generation, struct wbuf *frames)
{
	struct wbuf entries = { .len = 0 }, body = { .len = 0 };

	dispatch_put_schedule(d, &entries);
	msg_schedule_state_put(&body, &(struct msg_schedule_state){ .entries = { entries.data, entries.len } });
	conn_encode(frames, W_SCHEDULE_STATE, generation, &body);
	wbuf_done(&entries);
	wbuf_done(&body);
}

void
dispatch_tell_schedule(struct dispatching *d)
{
	struct wbuf frames = { .len = 0 };

	dispatch_schedule_frame(d, d->generation, &frames);
	d->ops->publish(&frames, d->arg);
	wbuf_done(&frames);
}

/* ---- the event */

static bool
works_by_itself(enum guard_mode m)
{
	return m == GUARD_ECONOMIC || m == GUARD_FOLLOW || m == GUARD_PEAK || m == GUARD_RESPONSE;
}

/* Of a person's event and a scheduled one the lower draw is kept. */
bool
dispatch_response(const struct dispatching *d, struct utc now, double *kw, struct utc *until)
{
	const struct schedule_entry *e =
	    works_by_itself(d->chosen.mode) ? scheduling_response(&d->schedule, now) : NULL;

	*kw = d->chosen.response_kw;
	*until = d->chosen.until;
	if (e == NULL)
		return d->chosen.mode == GUARD_RESPONSE;
	if (!isfinite(*kw) || e->value < *kw) {
		*kw = e->value;
		*until = e->until;
	}
	return true;
}

static void
say_event(struct dispatching *d, const struct schedule_entry *e, bool is_kept, struct utc now, struct mono mono)
{
	char what[700];

	scheduling_say(e, what, sizeof(what));
	if (is_kept)
		logbook_say(
		    d->log, now, mono, JOURNAL_DISPATCH, NULL, "demand response of the schedule is kept: %s", what);
	else
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    "demand response of the schedule is not kept, dispatch is in %s: %s",
		    guard_mode_name(d->chosen.mode), what);
}

/* ---- the demand target */

static void
follow_target(struct dispatching *d, struct utc now, struct mono mono)
{
	const struct schedule_entry *e = scheduling_target(&d->schedule, now);
	uint64_t id = e != NULL ? e->id : 0, was = d->target;
	struct utc set = e != NULL ? e->set : (struct utc){ 0 };
	char what[700], kw[32] = "none";

	if (id == was && set.us == d->target_set.us)
		return;
	d->target = id;
	d->target_set = set;
	d->scheduled_kw = e != NULL ? e->value : (double)NAN;
	dispatch_use_target(d);
	if (e != NULL) {
		scheduling_say(e, what, sizeof(what));
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL, "demand target of the schedule holds: %s", what);
		return;
	}
	if (!isnan(dispatch_target_now(d)))
		str_printf(kw, sizeof(kw), "%.0f kW", dispatch_target_now(d));
	logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
	    "demand target of the schedule is over, entry %llu; the target is %s", (unsigned long long)was, kw);
}

void
dispatch_schedule_second(struct dispatching *d, struct utc now, struct mono mono)
{
	if (scheduling_tidy(&d->schedule, now)) {
		dispatch_save_schedule(d, now);
		dispatch_tell_schedule(d);
	}
	follow_target(d, now, mono);
	const struct schedule_entry *e = scheduling_response(&d->schedule, now);
	uint64_t id = e != NULL ? e->id : 0;
	bool is_kept = e != NULL && works_by_itself(d->chosen.mode);

	if (id == d->event && is_kept == d->event_is_kept)
		return;
	if (e == NULL)
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    "demand response of the schedule is over, entry %llu; dispatch works as %s",
		    (unsigned long long)d->event, guard_mode_name(d->chosen.mode));
	else
		say_event(d, e, is_kept, now, mono);
	d->event = id;
	d->event_is_kept = is_kept;
}
