/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduling.c - may an entry be, and how the schedule then is.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/mode.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/say_value.h"
#include "scada/core/scheduling.h"

#define FORM         1
#define KW_MAX       1e6
#define STEAM_SHARE  1.2 /* of a furnace's rating, most */
#define BEGAN_AGO_US (366 * 86400 * US_PER_S)

static const struct schedule_entry *
find(const struct scheduling *s, uint64_t id)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i].id == id)
			return &s->list[i];
	return NULL;
}

void
scheduling_say(const struct schedule_entry *e, char *buf, size_t size)
{
	char what[160], from[SAY_TIME], until[SAY_TIME];

	str_printf(buf, size, "entry %llu: %s, %s to %s%s%s", (unsigned long long)e->id,
	    schedule_say(e, false, what, sizeof(what)), say_time(e->from, from, sizeof(from)),
	    say_time(e->until, until, sizeof(until)), e->reason[0] != '\0' ? ": " : "", e->reason);
}

/* ---- may it be? */

static bool
check_asset(const struct energy *energy, const struct schedule_entry *e, struct refusal *why)
{
	const struct asset *a = energy_find_asset(energy, e->asset);
	char safe[SCHEDULE_NAME * 2];

	if (a == NULL) {
		text_put_safe(safe, sizeof(safe), e->asset, -1);
		return refusal_say(why, ERR_NOT_FOUND, -1,
		    "there is no asset \"%s\"; the energy section of the site names them", safe);
	}
	if (e->kind == SCHEDULE_OUT && (a->kind == ASSET_LOAD || a->kind == ASSET_DUMP))
		return refusal_say(why, ERR_REFUSED, AC_NOT_SUPPORTED,
		    "%s is a %s: furnaces, sets, batteries, sun, boilers, stores and connections go out of service",
		    a->name, asset_kind_word(a->kind));
	if (e->kind != SCHEDULE_STEAM)
		return true;
	if (a->kind != ASSET_FURNACE)
		return refusal_say(why, ERR_REFUSED, AC_NOT_SUPPORTED, "steam is entered of a furnace; %s is a %s",
		    a->name, asset_kind_word(a->kind));
	double most = ((const struct asset_furnace *)a->parameters)->steam_t_per_h * STEAM_SHARE;
	if (!(e->value > 0 && e->value <= most))
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
		    "%s makes more than 0 and at most %.1f t/h of steam, not %g; out of service: \"out\"", a->name,
		    most, e->value);
	return true;
}

static bool
check_times(const struct schedule_entry *e, struct utc now, struct refusal *why)
{
	char from[SAY_TIME], until[SAY_TIME];

	if (!utc_is_plausible(e->from) || !utc_is_plausible(e->until))
		return refusal_say(why, ERR_USAGE, AC_INCONSISTENT, "it needs a begin and an end");
	(void)say_time(e->from, from, sizeof(from));
	(void)say_time(e->until, until, sizeof(until));
	if (e->until.us <= e->from.us)
		return refusal_say(
		    why, ERR_REFUSED, AC_INCONSISTENT, "its end, %s, is not after its begin, %s", until, from);
	if (e->until.us <= now.us)
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "its end, %s, is over already", until);
	if (e->until.us - now.us > SCHEDULE_AHEAD_US || now.us - e->from.us > BEGAN_AGO_US)
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
		    "%s to %s: it ends within two years, and began no longer than a year ago", from, until);
	if (e->kind == SCHEDULE_RESPONSE && e->until.us - e->from.us > MODE_EVENT_MAX_US)
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT, "an event of demand response lasts at most 48 h");
	return true;
}

/* Of which two cannot hold at the same time: an asset's, events, and targets. */
static bool
is_of_same(const struct schedule_entry *a, const struct schedule_entry *b)
{
	if (!schedule_kind_is_of_asset(a->kind) || !schedule_kind_is_of_asset(b->kind))
		return a->kind == b->kind;
	return strcmp(a->asset, b->asset) == 0;
}

/* kW of all connections together; 0 = the site names none. */
static double
contract_of(const struct energy *energy)
{
	const struct asset *list = energy->assets.v;
	double kw = 0;

	for (uint32_t i = 0; i < energy->assets.n; i++)
		if (list[i].kind == ASSET_GRID)
			kw += fmax(0, ((const struct asset_grid *)list[i].parameters)->contract_kw);
	return kw;
}

static bool
check_target(const struct energy *energy, const struct schedule_entry *e, struct refusal *why)
{
	double contract = contract_of(energy), most = contract > 0 ? contract : KW_MAX;

	if (e->value > 0 && e->value <= most)
		return true;
	return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
	    contract > 0 ? "a demand target is above 0 and at most the contract, %.0f kW, not %g"
	                 : "a demand target is above 0 and at most %.0f kW, not %g",
	    most, e->value);
}

static bool
check_overlap(const struct scheduling *s, const struct schedule_entry *e, struct refusal *why)
{
	char other[400];

	for (unsigned i = 0; i < s->count; i++) {
		const struct schedule_entry *o = &s->list[i];
		if (o->id == e->id || !is_of_same(o, e) || o->until.us <= e->from.us || e->until.us <= o->from.us)
			continue;
		scheduling_say(o, other, sizeof(other));
		return refusal_say(why, ERR_REFUSED, AC_INCONSISTENT,
		    "it overlaps with %s; change or end that one, or choose another time", other);
	}
	return true;
}

static bool
check_entry(const struct scheduling *s, const struct energy *energy, const struct schedule_entry *e, struct utc now,
    struct refusal *why)
{
	const char *unit = schedule_kind_unit(e->kind);

	if (energy == NULL)
		return refusal_say(
		    why, ERR_REFUSED, AC_NOT_SUPPORTED, "the site has no energy section: nothing can be entered");
	if (schedule_kind_is_of_asset(e->kind) != (e->asset[0] != '\0'))
		return refusal_say(why, ERR_USAGE, -1, "%s is entered %s", schedule_kind_word(e->kind),
		    schedule_kind_is_of_asset(e->kind) ? "of an asset: name it" : "of the district, not of an asset");
	if (unit[0] == '\0' && !isnan(e->value))
		return refusal_say(why, ERR_USAGE, -1, "%s has no value", schedule_kind_word(e->kind));
	if (e->kind == SCHEDULE_RESPONSE && !(e->value >= 0 && e->value <= KW_MAX))
		return refusal_say(
		    why, ERR_REFUSED, AC_INCONSISTENT, "an event needs what may be drawn at most, 0 to 1000000 kW");
	if (e->kind == SCHEDULE_TARGET && !check_target(energy, e, why))
		return false;
	return (e->asset[0] == '\0' || check_asset(energy, e, why)) && check_times(e, now, why) &&
	    check_overlap(s, e, why);
}

/* The entry as it would be. */
static struct schedule_entry
changed(const struct schedule_entry *was, const struct schedule_entry *ask)
{
	struct schedule_entry e = *was;

	e.from = ask->from;
	e.until = ask->until;
	e.value = ask->value;
	return e;
}

bool
scheduling_check(const struct scheduling *s, const struct energy *energy, const struct schedule_ask *ask,
    struct utc now, struct refusal *why)
{
	const struct schedule_entry *was = ask->act == SCHEDULE_ADD ? NULL : find(s, ask->entry.id);

	if (s->is_held)
		return refusal_say(why, ERR_BUSY, AC_ALREADY_IN_EXECUTION,
		    "another change of the schedule is just being recorded; look at it and try again");
	if (ask->act == SCHEDULE_ADD) {
		if (s->count == SCHEDULE_MAX)
			return refusal_say(why, ERR_REFUSED, AC_BLOCKED_PROCESS,
			    "the schedule is full: %d entries; end some that are no longer needed", SCHEDULE_MAX);
		return check_entry(s, energy, &ask->entry, now, why);
	}
	if (was == NULL)
		return refusal_say(why, ERR_NOT_FOUND, -1, "there is no entry %llu in the schedule",
		    (unsigned long long)ask->entry.id);
	if (was->set.us != ask->seen)
		return refusal_say(why, ERR_REFUSED, AC_PARAMETER_CHANGE,
		    "entry %llu was changed by %s since you saw it; look at it first", (unsigned long long)was->id,
		    was->user);
	if (ask->act == SCHEDULE_END)
		return true;
	struct schedule_entry e = changed(was, &ask->entry);
	return check_entry(s, energy, &e, now, why);
}

/* ---- how it will be */

static void
take_out(struct scheduling *s, uint64_t id)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i].id != id)
			s->list[n++] = s->list[i];
	s->count = n;
}

static void
put_in(struct scheduling *s, const struct schedule_entry *e)
{
	unsigned at = s->count;

	while (at > 0 && s->list[at - 1].from.us > e->from.us) {
		s->list[at] = s->list[at - 1];
		at--;
	}
	s->list[at] = *e;
	s->count++;
}

void
scheduling_next(const struct scheduling *s, const struct schedule_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct scheduling *next, struct schedule_said *said)
{
	const struct schedule_entry *was = find(s, ask->entry.id);
	struct schedule_entry e = was != NULL && ask->act == SCHEDULE_CHANGE ? changed(was, &ask->entry) : ask->entry;

	*next = *s;
	str_copy(said->before, sizeof(said->before), "none");
	str_copy(said->after, sizeof(said->after), "none");
	if (ask->act != SCHEDULE_ADD && was != NULL) {
		scheduling_say(was, said->before, sizeof(said->before));
		take_out(next, was->id);
	}
	if (ask->act == SCHEDULE_END) {
		str_printf(
		    said->after, sizeof(said->after), "entry %llu is taken out", (unsigned long long)ask->entry.id);
		return;
	}
	if (ask->act == SCHEDULE_ADD)
		e.id = ++next->last;
	e.set = now;
	str_copy(e.user, sizeof(e.user), by->user);
	str_copy(e.reason, sizeof(e.reason), reason);
	put_in(next, &e);
	scheduling_say(&e, said->after, sizeof(said->after));
}

bool
scheduling_tidy(struct scheduling *s, struct utc now)
{
	bool went = false;

	for (unsigned i = s->count; i-- > 0 && !s->is_held;)
		if (now.us - s->list[i].until.us > SCHEDULE_KEPT_US) {
			take_out(s, s->list[i].id);
			went = true;
		}
	return went;
}

/* ---- saved: u8 form, u64 last, then the entries */

void
scheduling_put(const struct scheduling *s, struct wbuf *blob)
{
	w_u8(blob, FORM);
	w_u64(blob, s->last);
	for (unsigned i = 0; i < s->count; i++)
		schedule_put(blob, &s->list[i]);
}

bool
scheduling_get(struct scheduling *s, const uint8_t *data, size_t len)
{
	struct scheduling got = { .count = 0 };
	struct schedule_entry list[SCHEDULE_MAX];
	struct rbuf r;
	unsigned count;

	rbuf_init(&r, data, len);
	if (r_u8(&r) != FORM)
		return false;
	got.last = r_u64(&r);
	if (r.bad || !schedule_get_all(data + r.pos, len - r.pos, list, &count))
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (list[i].id > got.last || find(&got, list[i].id) != NULL)
			return false;
		put_in(&got, &list[i]);
	}
	got.is_held = s->is_held;
	*s = got;
	return true;
}

/* ---- reading */

static const struct schedule_entry *
holding(const struct scheduling *s, enum schedule_kind kind, struct utc now)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i].kind == kind && schedule_holds(&s->list[i], now))
			return &s->list[i];
	return NULL;
}

const struct schedule_entry *
scheduling_response(const struct scheduling *s, struct utc now)
{
	return holding(s, SCHEDULE_RESPONSE, now);
}

const struct schedule_entry *
scheduling_target(const struct scheduling *s, struct utc now)
{
	return holding(s, SCHEDULE_TARGET, now);
}

bool
scheduling_is_out(const struct scheduling *s, const char *asset, struct utc now)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i].kind == SCHEDULE_OUT && strcmp(s->list[i].asset, asset) == 0 &&
		    schedule_holds(&s->list[i], now))
			return true;
	return false;
}

uint64_t
scheduling_phase(const struct scheduling *s, struct utc now)
{
	uint64_t h = 0;

	for (unsigned i = 0; i < s->count; i++)
		if (now.us < s->list[i].until.us)
			h = h * 31 + (uint64_t)s->list[i].set.us + s->list[i].id * 2 + schedule_holds(&s->list[i], now);
	return h;
}
