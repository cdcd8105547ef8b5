/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_random.c - what must hold of the engine whatever happens: random samples, bad lines, persons, silent devices, crashes and
 * time, against a small model that only follows what was journalled.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/alarm_kit.h"

#define POINTS 5 /* a device */
#define SEEN   (1 << 14)

struct follow {              /* one alarm, as the journal tells it */
	uint64_t open, lost; /* lost: open before a crash, and the store has not answered yet */
	bool owed;           /* announced, and nobody has acknowledged since */
	struct utc shelf;
};

static struct ak k;
static struct follow *follow;
static uint64_t *closed;
static uint32_t closed_count;
static uint64_t newest;
static enum device_state devices[2];
static int64_t last_time; /* of what the end of a turn told */
static uint64_t seed;
static unsigned step_number;
static bool in_turn;

/* Not ck_assert: that tells the runner of each check, and there are millions. */
#define HOLDS(x) \
	do { \
		if (!(x)) \
			ck_abort_msg("seed %llu, step %u: " #x, (unsigned long long)_seed, step_number); \
	} while (0)
static uint64_t _seed;

static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % below);
}

/* ---- the model */

static void
follow_move(struct ak *kit, const struct ak_move *x)
{
	struct follow *f = &follow[x->alarm];
	const struct alarm_move *m = &x->m;

	(void)kit;
	if (m->occurrence != 0 && m->occurrence == f->lost) {
		f->lost = 0;
		if (!m->is_close) { /* it goes on; the one that was opened meanwhile was closed before */
			HOLDS(f->open == 0);
			f->open = m->occurrence;
		}
	}
	if (m->occurrence != 0 && !(m->is_close && m->occurrence != f->open)) {
		for (uint32_t i = 0; i < closed_count; i++)
			HOLDS(closed[i] != m->occurrence); /* one close, and nothing after it */
		if (f->open == 0) {
			HOLDS(m->occurrence > newest); /* never used again */
			f->open = newest = m->occurrence;
		}
		HOLDS(f->open == m->occurrence); /* one at a time */
	}
	if (m->is_close) {
		HOLDS(m->occurrence != 0 && closed_count < SEEN);
		for (uint32_t i = 0; i < closed_count; i++)
			HOLDS(closed[i] != m->occurrence);
		closed[closed_count++] = m->occurrence;
		if (f->open == m->occurrence)
			f->open = 0;
	}
	if (m->event == EVENT_ACK) {
		HOLDS(f->owed);
		f->owed = false;
	}
	if (m->after == ALARM_UNACK && m->event != EVENT_BAD && m->event != EVENT_GOOD)
		f->owed = true;
	if (m->event == EVENT_CONFIG)
		f->owed = !(ak_tell(&k, x->name).bits & ALARM_IS_ACKED);
	if (m->event == EVENT_SHELVE)
		f->shelf = (struct utc){ ak_tell(&k, x->name).until };
	bool is_sorted =
	    in_turn && (m->event == EVENT_RAISE || m->event == EVENT_CLEAR) && strncmp(m->words, "TEST", 4) != 0;
	if (is_sorted) {
		HOLDS(m->time.us >= last_time); /* by source time */
		last_time = m->time.us;
	}
}

static void
check_counts(void)
{
	struct alarm_counts have, want = { 0 };

	alarms_counts(k.a, &have);
	for (uint32_t n = 0; n < alarms_count(k.a); n++) {
		struct msg_alarm m;
		alarms_tell(k.a, n, &m);
		unsigned p = alarms_def(k.a, n)->priority - 1u;
		want.unacked[p] += alarm_is_unacked(m.state);
		want.active[p] += m.state == ALARM_UNACK || m.state == ALARM_ACKED;
		want.shelved += m.state == ALARM_SHLVD;
		want.suppressed += m.state == ALARM_DSUPR;
		want.out += m.state == ALARM_OOSRV;
		want.chattering += (m.marks & ALARM_CHATTERS) != 0;
		want.old += (m.marks & ALARM_IS_OLD) != 0 && alarm_is_listed(m.state);
	}
	for (int p = 0; p < ALARM_PRIORITIES; p++)
		HOLDS(have.unacked[p] == want.unacked[p] && have.active[p] == want.active[p]);
	HOLDS(have.shelved == want.shelved && have.suppressed == want.suppressed && have.out == want.out);
	HOLDS(have.chattering == want.chattering && have.old == want.old);
}

static void
check_all(void)
{
	struct msg_horn h = ak_tell_horn(&k);

	if (h.priority != 0)
		HOLDS(
		    alarms_state(k.a, h.alarm) == ALARM_UNACK); /* suppressed, returned and acknowledged never sound */
	for (uint32_t n = 0; n < alarms_count(k.a); n++) {
		struct msg_alarm m;
		alarms_tell(k.a, n, &m);
		bool is_open = (m.bits & (ALARM_COND | ALARM_LATCH)) || !(m.bits & ALARM_IS_ACKED);
		HOLDS(is_open == (m.occurrence != 0));
		HOLDS(m.occurrence == follow[n].open);
		HOLDS(m.state != ALARM_NORM || !follow[n].owed); /* no way from unacknowledged to normal but one */
		HOLDS(!follow[n].owed || !(m.bits & ALARM_IS_ACKED));
		if (m.bits & ALARM_SHELVED)
			HOLDS(k.now.us < follow[n].shelf.us); /* an end always comes */
	}
	check_counts();
}

/* ---- what happens */

static void
turn(void)
{
	last_time = 0;
	in_turn = true;
	ak_turn(&k);
	in_turn = false;
}

static void
pass(int64_t us)
{
	struct mono to = mono_add(k.mono, us), at;

	while (alarms_due(k.a, &at) && at.us <= to.us) {
		if (at.us > k.mono.us) {
			k.now = utc_add(k.now, at.us - k.mono.us);
			k.mono = at;
		}
		turn();
	}
	k.now = utc_add(k.now, to.us - k.mono.us);
	k.mono = to;
	turn();
}

static void
some_sample(void)
{
	static const unsigned qualities[] = { 0, 0, 0, 0, 0, 0, Q_OUT_OF_RANGE, Q_FAILURE, Q_STALE, Q_SUBSTITUTED };
	point_id id = draw(k.site->point_count);
	unsigned q = qualities[draw(ARRAY_LEN(qualities))];
	double v = k.site->points[id].def->kind == KIND_DIGITAL ? draw(4) : draw(1200) / 10.0;

	if (devices[k.site->points[id].device] != DEVICE_UP)
		q = Q_NO_COMM;
	ak_sample(&k, id, v, q, (struct utc){ k.now.us - draw(3000) });
}

static void
some_device(void)
{
	static const enum device_state states[] = { DEVICE_UP, DEVICE_UP, DEVICE_DOWN, DEVICE_CONNECTING };
	uint32_t d = draw(2);

	devices[d] = states[draw(4)];
	alarms_device(k.a, d, devices[d], k.now, k.mono);
	for (point_id id = 0; devices[d] != DEVICE_UP && id < k.site->point_count; id++)
		if (k.site->points[id].device == d)
			ak_sample(&k, id, 0, Q_NO_COMM, k.now);
}

static void
some_act(void)
{
	static const enum alarm_act acts[] = { ALARM_ACT_ACK, ALARM_ACT_ACK, ALARM_ACT_ACK, ALARM_ACT_RESET,
		ALARM_ACT_SHELVE, ALARM_ACT_UNSHELVE, ALARM_ACT_OOS, ALARM_ACT_RETURN, ALARM_ACT_COMMENT,
		ALARM_ACT_TEST, ALARM_ACT_LIMIT };
	uint32_t n = draw(alarms_count(k.a));
	struct alarm_request r = { .act = acts[draw(ARRAY_LEN(acts))] };
	enum alarm_state was = alarms_state(k.a, n);
	uint32_t told = k.move_count;

	if (r.act == ALARM_ACT_SHELVE || r.act == ALARM_ACT_OOS)
		r.until = draw(4) == 0 ? (struct utc){ 0 } : utc_add(k.now, S(1 + draw(3000)));
	r.limit = draw(3) == 0 ? (double)NAN : draw(1200) / 10.0;
	r.is_emergency = draw(8) == 0;
	r.is_dry = draw(8) == 0;
	if (!ak_do(&k, &ak_relief, n, r)) {
		HOLDS(ak_why[0] != '\0' && k.move_count == told && alarms_state(k.a, n) == was);
		return;
	}
	if (r.is_dry) {
		HOLDS(k.move_count == told);
		return;
	}
	HOLDS(k.move_count > told);
	if (r.act == ALARM_ACT_ACK) { /* both at once: one */
		told = k.move_count;
		HOLDS(!ak_do(&k, &ak_duty, n, r) && k.move_count == told);
	}
}

/* As after kill -9: only what was said is known; the same alarms stand as before, or as far as time has gone on meanwhile. */
static void
crash(int64_t down)
{
	turn();
	uint32_t count = alarms_count(k.a);
	struct msg_alarm *before = xcalloc(count, sizeof(*before)), now;
	for (uint32_t n = 0; n < count; n++)
		alarms_tell(k.a, n, &before[n]);
	ak_crash(&k, down);
	for (uint32_t d = 0; d < 2; d++)
		alarms_device(k.a, d, devices[d], k.now, k.mono);
	ak_restore(&k);
	alarms_begin(k.a, k.now, k.mono);
	for (uint32_t n = 0; n < count; n++) {
		alarms_tell(k.a, n, &now);
		bool has_ended = (before[n].bits & ALARM_SHELVED) && follow[n].shelf.us <= k.now.us;
		bool is_told_again = alarms_def(k.a, n)->type == ALARM_COMM || alarms_def(k.a, n)->type == ALARM_SYSTEM;
		if (before[n].state == ALARM_DSUPR || now.state == ALARM_DSUPR || has_ended || is_told_again)
			continue;
		HOLDS(now.state == before[n].state);
		HOLDS(now.occurrence == before[n].occurrence);
		/* the silence of a device is found out anew, and is not kept */
		unsigned kept = ~(unsigned)(ALARM_DOUBTFUL | ALARM_BY_DESIGN);
		HOLDS((now.bits & kept) == (before[n].bits & kept));
		if (now.state != ALARM_NORM) { /* what is at rest is forgotten */
			HOLDS(now.active == before[n].active && now.acked == before[n].acked);
			HOLDS(now.repeats == before[n].repeats && now.until == before[n].until);
		}
		bool was_moved = before[n].marks & ALARM_MOVED_LIMIT;
		HOLDS(was_moved == ((now.marks & ALARM_MOVED_LIMIT) != 0));
	}
	free(before);
}

static bool
is_kept(const struct ak_saved *s)
{
	for (uint32_t i = 0; i < k.saved_count; i++)
		if (k.saved[i].kind == s->kind && strcmp(k.saved[i].name, s->name) == 0)
			return true;
	return false;
}

/* The store answers only after things went on without it: each occurrence still has its one end, and nothing gets acknowledged by it. */
static void
crash_with_late_store(void)
{
	turn();
	uint32_t count = alarms_count(k.a), saved_count = k.saved_count;
	bool *was_owed = xcalloc(count, sizeof(*was_owed));
	struct ak_saved *saved = k.saved;
	for (uint32_t n = 0; n < count; n++) {
		was_owed[n] = follow[n].owed;
		follow[n].lost = follow[n].open;
		follow[n].open = 0;
		follow[n].owed = false;
	}
	k.saved = NULL;
	k.saved_count = 0;
	ak_crash(&k, S(5000));
	for (uint32_t d = 0; d < 2; d++)
		alarms_device(k.a, d, devices[d], k.now, k.mono);
	alarms_begin(k.a, k.now, k.mono);
	for (unsigned i = draw(12); i > 0; i--) {
		if (draw(3) == 0)
			pass(draw(20) * 500000);
		else
			some_sample();
	}
	turn();
	for (uint32_t i = 0; i < saved_count; i++)
		HOLDS(saved[i].len == 0 ||
		    alarms_restore(
		        k.a, saved[i].kind, saved[i].name, saved[i].blob, saved[i].len, saved[i].at, k.now, k.mono));
	/* what nobody has written over since is still there */
	for (uint32_t i = 0; i < saved_count; i++) {
		if (!is_kept(&saved[i]))
			ak_keep(&k, saved[i].kind, saved[i].name, saved[i].blob, saved[i].len);
		free(saved[i].blob);
	}
	free(saved);
	turn();
	for (uint32_t n = 0; n < count; n++) {
		struct msg_alarm m;
		alarms_tell(k.a, n, &m);
		HOLDS(follow[n].lost == 0);
		HOLDS(!was_owed[n] || !(m.bits & ALARM_IS_ACKED));
	}
	free(was_owed);
}

/* The same site again: nothing is told, nothing differs, and what was due is due. */
static void
reload(void)
{
	turn();
	struct alarms *old = k.a, *new = alarms_new(k.site, k.values, &ak_ops, &k);
	struct mono was = { 0 }, is = { 0 };
	uint32_t told = k.move_count;
	bool was_due = alarms_due(old, &was);

	k.leaving = old;
	alarms_adopt(new, old, k.now, k.mono);
	for (uint32_t n = 0; n < alarms_count(new); n++)
		HOLDS(alarms_state(new, n) == alarms_state(old, n));
	k.leaving = NULL;
	k.a = new;
	alarms_free(old);
	turn();
	HOLDS(k.move_count == told);
	HOLDS(alarms_due(new, &is) == was_due && is.us == was.us);
}

static void
some_thing(void)
{
	char why[200];
	unsigned what = draw(100);

	if (what < 45)
		some_sample();
	else if (what < 68)
		some_act();
	else if (what < 74)
		some_device();
	else if (what < 76)
		alarms_own(k.a, (enum alarm_own)draw(ALARM_OWN_COUNT), draw(2), "found", k.now, k.mono);
	else if (what < 78)
		(void)alarms_silence(k.a, &ak_duty, k.now, why, sizeof(why));
	else if (what < 79)
		crash(S(draw(2000)));
	else if (what < 80)
		crash_with_late_store();
	else if (what < 81)
		reload();
	else if (what < 90)
		pass(draw(20) * 500000);
	else if (what < 92)
		pass(S(draw(4000)));
	else
		turn();
}

static void
make_site(void)
{
	static const char *const tags[POINTS] = { "A", "B", "C", "RUN", "A_SP" };
	struct site_point_def *d[POINTS];

	ak_init(&k, 2);
	for (int i = 0; i < POINTS; i++)
		d[i] = ak_point(&k, tags[i], i == 3 ? KIND_DIGITAL : i == 4 ? KIND_SETPOINT : KIND_ANALOG);
	d[4]->write = d[4]->read;
	ak_limit(&k, d[0], LIMIT_L, 20)->group = "trip";
	struct site_limit *l = ak_limit(&k, d[0], LIMIT_H, 80);
	l->deadband = 5;
	l->delay_us = S(2);
	l->group = "trip";
	l = ak_limit(&k, d[0], LIMIT_HH, 100);
	l->priority = 1;
	l->latched = true;
	l->group = "trip";
	ak_limit(&k, d[0], LIMIT_DEV, 60)->off_delay_us = S(3);
	d[1]->suppress_when = "$.RUN == 0";
	l = ak_limit(&k, d[1], LIMIT_H, 60);
	l->suppress_when = "$.RUN == 2";
	l->latched = true;
	l->realarm_us = S(900);
	ak_limit(&k, d[1], LIMIT_ROC, 5);
	l = ak_limit(&k, d[2], LIMIT_L, 50);
	l->advisory = true;
	l->priority = 4;
	ak_limit(&k, d[2], LIMIT_STALE, 0)->delay_us = S(1);
	ak_limit(&k, d[3], LIMIT_STATE, 3)->priority = 2;
	ak_limit(&k, d[3], LIMIT_BIT, 0)->may_shelve = false;
	ak_calc(&k, "SITE.SUM", "D0.A + D1.A > 150")->delay_us = S(1);
}

START_TEST(whatever_happens_these_hold)
{
	int rounds = getenv("CHISAN_SWEEP") != NULL ? 600 : t_rounds(60), steps = 400;

	for (int r = 0; r < rounds; r++) {
		_seed = seed = 88172645463325252u + (uint64_t)(_i * 100000 + r) * 7919u;
		make_site();
		k.each = follow_move;
		ak_build(&k);
		follow = xcalloc(alarms_count(k.a), sizeof(*follow));
		closed = xcalloc(SEEN, sizeof(*closed));
		closed_count = 0;
		newest = 0;
		devices[0] = devices[1] = DEVICE_UP;
		ak_begin(&k);
		for (step_number = 0; step_number < (unsigned)steps; step_number++) {
			some_thing();
			check_all();
		}
		ak_done(&k);
		free(follow);
		free(closed);
	}
}
END_TEST

T_MAIN("alarm_random", T_TIMEOUT(300) T_LOOP(whatever_happens_these_hold, 0, 4))
