/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_state.c - what a person sets of dispatch: checked, described for the journal, saved, restored.
 *
 * The saved form: u8 version, u8 mode, u8 before, i64 since, i64 until, f64 response_kw, f64 target_kw, str user, str reason, peaks, bytes demand,
 * u8 steps shed in an island. Version 1 ends before that.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"
#include "scada/core/say_value.h"

#define VERSION_2  2
#define VERSION_1  1
#define STATE_NAME "dispatch"
#define KW_MAX     1e6

int32_t
dispatch_month(struct utc t)
{
	char year[8], month[8];
	int64_t y, m;

	(void)utc_civil(year, sizeof(year), t, "%Y");
	(void)utc_civil(month, sizeof(month), t, "%m");
	return str_to_i64(year, 1, 9999, &y) && str_to_i64(month, 1, 12, &m) ? (int32_t)(12 * y + m - 1) : 0;
}

double
dispatch_target(const struct dispatching *d, const struct chosen *c)
{
	if (!isnan(c->target_kw))
		return c->target_kw > 0 ? c->target_kw : (double)NAN;
	return d->is_there
	    ? (d->district.energy->dispatch->target_kw > 0 ? d->district.energy->dispatch->target_kw : (double)NAN)
	    : (double)NAN;
}

double
dispatch_target_now(const struct dispatching *d)
{
	return isnan(d->scheduled_kw) ? dispatch_target(d, &d->chosen) : d->scheduled_kw;
}

void
dispatch_apply_target(struct dispatching *d)
{
	d->district.set.demand.target_kw = dispatch_target_now(d);
}

void
dispatch_use_target(struct dispatching *d)
{
	char why[200];

	dispatch_apply_target(d);
	(void)demand_set(&d->guard.demand, &d->district.set.demand, why, sizeof(why));
	d->guard.set.demand = d->district.set.demand;
}

/* ---- checks and words */

static bool
refuse(enum addcause cause, int *addcause, char *why, size_t size, const char *words)
{
	*addcause = cause;
	str_copy(why, size, words);
	return false;
}

static bool
check_response(const struct mode_ask *ask, struct utc now, int *addcause, char *why, size_t size)
{
	if (!(ask->kw >= 0 && ask->kw <= KW_MAX))
		return refuse(AC_INCONSISTENT, addcause, why, size,
		    "demand response needs what may be drawn at most, 0 to 1000000 kW");
	if (ask->until.us <= now.us)
		return refuse(AC_INCONSISTENT, addcause, why, size, "demand response needs an end in the future");
	if (ask->until.us - now.us > MODE_EVENT_MAX_US)
		return refuse(AC_INCONSISTENT, addcause, why, size, "demand response ends within 48 h");
	return true;
}

bool
dispatching_check(
    const struct dispatching *d, const struct mode_ask *ask, struct utc now, int *addcause, char *why, size_t size)
{
	char text[300];

	if (ask->what == MODE_SET && ask->mode == GUARD_MANUAL)
		return true; /* whatever is missing */
	if (!d->is_there) {
		str_printf(text, sizeof(text), "dispatch does not work here: %s",
		    d->missing[0] != '\0' ? d->missing : "the site is not read yet");
		return refuse(AC_NOT_SUPPORTED, addcause, why, size, text);
	}
	if (ask->what == MODE_TARGET && !(ask->kw >= 0 && ask->kw <= KW_MAX))
		return refuse(AC_INCONSISTENT, addcause, why, size, "the demand target is 0 to 1000000 kW; 0: none");
	if (ask->what == MODE_SET && ask->mode == GUARD_RESPONSE)
		return check_response(ask, now, addcause, why, size);
	if (ask->what == MODE_SET && ask->mode == GUARD_PEAK && isnan(dispatch_target(d, &d->chosen)))
		return refuse(AC_BLOCKED_MODE, addcause, why, size, "peak-cut needs a demand target; set one first");
	return true;
}

static struct chosen
chosen_by(
    const struct dispatching *d, const struct mode_ask *ask, const struct actor *by, const char *reason, struct utc now)
{
	struct chosen c = d->chosen;

	if (ask->what == MODE_TARGET) {
		c.target_kw = ask->kw;
		return c;
	}
	if (ask->mode == GUARD_RESPONSE && c.mode != GUARD_RESPONSE)
		c.before = c.mode;
	c.mode = ask->mode;
	c.since = now;
	c.until = ask->mode == GUARD_RESPONSE ? ask->until : (struct utc){ 0 };
	c.response_kw = ask->mode == GUARD_RESPONSE ? ask->kw : (double)NAN;
	str_copy(c.user, sizeof(c.user), by->user);
	str_copy(c.reason, sizeof(c.reason), reason);
	return c;
}

static void
say_chosen(const struct dispatching *d, const struct chosen *c, enum mode_what what, char *buf, size_t size)
{
	double target = dispatch_target(d, c);
	char until[SAY_TIME];

	if (what == MODE_TARGET && isnan(target))
		str_copy(buf, size, "no demand target");
	else if (what == MODE_TARGET)
		str_printf(buf, size, "demand target %.0f kW", target);
	else if (c->mode == GUARD_RESPONSE)
		str_printf(buf, size, "mode %s: at most %.0f kW until %s", guard_mode_name(c->mode), c->response_kw,
		    say_time(c->until, until, sizeof(until)));
	else
		str_printf(buf, size, "mode %s", guard_mode_name(c->mode));
}

void
dispatching_describe(const struct dispatching *d, const struct mode_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct mono mono, struct mode_entry *e)
{
	struct chosen c = chosen_by(d, ask, by, reason, now);
	struct wbuf blob = { .len = 0 };

	memset(e, 0, sizeof(*e));
	say_chosen(d, &d->chosen, ask->what, e->before, sizeof(e->before));
	say_chosen(d, &c, ask->what, e->after, sizeof(e->after));
	dispatch_put_state(d, &c, now, mono, &blob);
	w_u8(&e->states, STATE_DISPATCH);
	w_str(&e->states, STATE_NAME);
	w_bytes(&e->states, blob.data, blob.len);
	wbuf_done(&blob);
}

void
dispatching_set(struct dispatching *d, const struct mode_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct mono mono)
{
	d->chosen = chosen_by(d, ask, by, reason, now);
	if (ask->what == MODE_TARGET && d->is_there)
		dispatch_use_target(d);
	d->second.us = 0; /* it holds at once */
	dispatching_tick(d, now, mono);
}

/* ---- saved */

void
dispatch_put_state(
    const struct dispatching *d, const struct chosen *c, struct utc now, struct mono mono, struct wbuf *blob)
{
	struct wbuf demand = { .len = 0 };

	w_u8(blob, VERSION_2);
	w_u8(blob, (uint8_t)c->mode);
	w_u8(blob, (uint8_t)c->before);
	w_i64(blob, c->since.us);
	w_i64(blob, c->until.us);
	w_f64(blob, c->response_kw);
	w_f64(blob, c->target_kw);
	w_str(blob, c->user);
	w_str(blob, c->reason);
	peaks_put(&d->peaks, blob);
	if (d->is_there)
		demand_save(&d->guard.demand, now, mono, &demand);
	w_bytes(blob, demand.data, demand.len);
	w_u8(blob, (uint8_t)(d->is_there ? guard_island_steps(&d->guard) : 0));
	wbuf_done(&demand);
}

void
dispatch_save(struct dispatching *d, struct utc now, struct mono mono)
{
	struct wbuf blob = { .len = 0 };

	d->saved_at = mono;
	d->saved_shed = d->out.demand.shed;
	d->saved_island = guard_island_steps(&d->guard);
	dispatch_put_state(d, &d->chosen, now, mono, &blob);
	d->ops->save(
	    &(struct msg_store_state){
	        .kind = STATE_DISPATCH, .name = STATE_NAME, .time = now.us, .blob = { blob.data, blob.len } },
	    d->arg);
	wbuf_done(&blob);
}

void
dispatching_save_all(struct dispatching *d, struct utc now, struct mono mono)
{
	dispatch_save(d, now, mono);
	dispatch_save_schedule(d, now);
}

static bool
read_chosen(struct rbuf *r, struct chosen *c, uint8_t *version)
{
	*version = r_u8(r);
	uint8_t mode = r_u8(r), before = r_u8(r);

	*c = (struct chosen){ .mode = (enum guard_mode)mode, .before = (enum guard_mode)before };
	c->since.us = r_i64(r);
	c->until.us = r_i64(r);
	c->response_kw = r_f64(r);
	c->target_kw = r_f64(r);
	const char *user = r_str(r), *reason = r_str(r);
	if (r->bad || (*version != VERSION_2 && *version != VERSION_1) || mode >= GUARD_MODES ||
	    before >= GUARD_MODES || isinf(c->target_kw) || c->target_kw < 0 ||
	    (mode == GUARD_RESPONSE && !isfinite(c->response_kw)))
		return false;
	str_copy(c->user, sizeof(c->user), user);
	str_copy(c->reason, sizeof(c->reason), reason);
	return true;
}

bool
dispatching_restore(struct dispatching *d, const struct msg_store_state *s, struct utc now, struct mono mono)
{
	const uint8_t *demand;
	struct chosen c;
	struct peaks peaks;
	struct rbuf r;
	char why[200];
	size_t len;
	uint8_t version, island = 0;

	if (s->kind != STATE_DISPATCH)
		return false;
	if (strcmp(s->name, STATE_NAME) != 0)
		return dispatch_restore_schedule(d, s);
	rbuf_init(&r, s->blob.data, s->blob.len);
	if (!read_chosen(&r, &c, &version) || !peaks_get(&peaks, &r))
		return false;
	demand = r_bytes(&r, &len);
	if (version != VERSION_1)
		island = r_u8(&r);
	if (!r_done(&r))
		return false;
	d->chosen = c;
	d->peaks = peaks;
	if (d->is_there) {
		dispatch_apply_target(d);
		(void)demand_set(&d->guard.demand, &d->district.set.demand, why, sizeof(why));
		d->guard.set.demand = d->district.set.demand;
		(void)demand_restore(&d->guard.demand, demand, len, now, mono);
		guard_restore_island(&d->guard, island);
	}
	return true;
}
