/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_kit.h - a made site, its alarms in simulated time, and a store of what they give away, as a crash leaves it.
 * Points are added before ak_start(); device D0, then D1 ..., all of one profile.  Include after t.h.
 */
#ifndef CHISAN_ALARM_KIT_H
#define CHISAN_ALARM_KIT_H

#include <stdio.h>
#include <string.h>

#include "scada/alarm/alarm.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/site/schema_site.h"

#define AK_T0     INT64_C(1795380786000000)
#define AK_POINTS 64
#define AK_LIMITS 8
#define S(n)      ((n)*US_PER_S)

struct ak_move {
	uint32_t alarm;
	struct alarm_move m;
	char by[32];
	char name[ALARM_NAME_MAX];
};
struct ak_saved {
	uint8_t kind;
	char name[ALARM_NAME_MAX];
	uint8_t *blob;
	size_t len;
	struct utc at;
};

struct ak {
	struct site *site;
	struct site_profile *profile;
	struct site_device *list;
	uint32_t devices;
	struct value *values;
	struct alarms *a;
	struct utc now;
	struct mono mono;
	struct ak_move *moves;
	uint32_t move_count, move_cap;
	struct ak_saved *saved;
	uint32_t saved_count;
	uint32_t changes, horns, saves;
	char floods[2000];      /* begins and ends: "+north 11;-north 4 of 12;" */
	struct alarms *leaving; /* whose numbers moved() speaks of while a reload goes on */
	void (*each)(struct ak *k, const struct ak_move *m);
};

static const struct actor ak_duty = {
	.uid = 1, .role = ROLE_SUPERVISOR, .user = "duty", .terminal = "t1", .areas = ""
};
static const struct actor ak_relief = {
	.uid = 2, .role = ROLE_ENGINEER, .user = "relief", .terminal = "t2", .areas = ""
};

/* ---- making */

static inline void
ak_init(struct ak *k, uint32_t devices)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	*k = (struct ak){ .site = site_new(), .now = { AK_T0 }, .mono = { S(1000) }, .devices = devices };
	struct site *s = k->site;

	k->profile = arena_alloc(s->arena, sizeof(*k->profile));
	schema_defaults(&profile_schema, k->profile, s->arena);
	k->profile->name = "made";
	k->profile->protocol = PROTOCOL_MODBUS;
	k->profile->points.v = arena_alloc(s->arena, AK_POINTS * sizeof(struct site_point_def));
	k->list = arena_alloc(s->arena, devices * sizeof(*k->list));
	for (uint32_t i = 0; i < devices; i++) {
		schema_defaults(&device_schema, &k->list[i], s->arena);
		k->list[i].name = arena_printf(s->arena, "D%u", i);
		k->list[i].title = "Device";
		k->list[i].title_ja = "機器";
		k->list[i].profile = "made";
		k->list[i].area = "plant";
		k->list[i].link = arena_printf(s->arena, "modbus-tcp://127.0.0.1:1502/%u", i + 1);
	}
	s->name = "Made";
	s->timezone = "UTC";
	s->profiles = (struct key_list){ k->profile, 1 };
	s->devices = (struct key_list){ k->list, devices };
	s->alarms.v = arena_alloc(s->arena, AK_LIMITS * sizeof(struct site_limit));
	s->alarming = arena_alloc(s->arena, sizeof(*s->alarming));
	schema_defaults(&alarming_schema, s->alarming, s->arena);
}

static inline struct site_point_def *
ak_point(struct ak *k, const char *tag, enum point_kind kind)
{
	struct site_point_def *d = (struct site_point_def *)k->profile->points.v + k->profile->points.n++;
	struct site_register *r = arena_alloc(k->site->arena, sizeof(*r));

	schema_defaults(&point_schema, d, k->site->arena);
	schema_defaults(&register_schema, r, k->site->arena);
	r->table = TABLE_HOLDING;
	r->address = k->profile->points.n * 4;
	r->type = RAW_F64;
	*d = (struct site_point_def){ .tag = tag,
		.title = "Level",
		.title_ja = "液位",
		.unit = "kW",
		.kind = kind,
		.read = r,
		.node = d->node,
		.stale_periods = 3,
		.range = d->range,
		.decimals = d->decimals };
	d->deadband = 0.1;
	d->alarms.v = arena_alloc(k->site->arena, AK_LIMITS * sizeof(struct site_limit));
	return d;
}

static inline struct site_limit *
ak_new_limit(struct ak *k, struct key_list *list, enum limit_type type)
{
	struct site_limit *l = (struct site_limit *)list->v + list->n++;

	schema_defaults(&limit_schema, l, k->site->arena);
	l->type = type;
	l->priority = 3;
	return l;
}

static inline struct site_limit *
ak_limit(struct ak *k, struct site_point_def *d, enum limit_type type, double limit)
{
	struct site_limit *l = ak_new_limit(k, &d->alarms, type);

	l->limit = limit;
	l->state = type == LIMIT_STATE || type == LIMIT_BIT ? (int64_t)limit : -1;
	return l;
}

static inline struct site_limit *
ak_calc(struct ak *k, const char *name, const char *when)
{
	struct site_limit *l = ak_new_limit(k, &k->site->alarms, LIMIT_CALC);

	l->name = name;
	l->when = when;
	return l;
}

/* ---- what the engine says */

static inline void
ak_keep(struct ak *k, uint8_t kind, const char *name, const uint8_t *blob, size_t len)
{
	uint32_t i = 0;

	while (i < k->saved_count && (k->saved[i].kind != kind || strcmp(k->saved[i].name, name) != 0))
		i++;
	if (i == k->saved_count) {
		k->saved = xrecallocarray(k->saved, k->saved_count, k->saved_count + 1, sizeof(*k->saved));
		k->saved[i].kind = kind;
		str_copy(k->saved[i].name, sizeof(k->saved[i].name), name);
		k->saved_count++;
	}
	free(k->saved[i].blob);
	k->saved[i].blob = xmalloc(len + 1);
	if (len > 0)
		memcpy(k->saved[i].blob, blob, len);
	k->saved[i].len = len;
	k->saved[i].at = k->now;
}

static inline void
ak_keep_all(struct ak *k, const struct wbuf *b)
{
	struct rbuf r;

	rbuf_init(&r, b->data, b->len);
	while (r.pos < r.len) {
		uint8_t kind = r_u8(&r);
		const char *name = r_str(&r);
		size_t len;
		const uint8_t *blob = r_bytes(&r, &len);
		ck_assert(!r.bad);
		ak_keep(k, kind, name, blob, len);
	}
}

static inline void
ak_moved(uint32_t alarm, const struct alarm_move *m, const struct actor *by, void *arg)
{
	struct ak *k = arg;
	struct alarms *a = k->leaving != NULL ? k->leaving : k->a;
	struct wbuf b;

	if (k->move_count == k->move_cap) {
		uint32_t cap = k->move_cap == 0 ? 64 : k->move_cap * 2;
		k->moves = xrecallocarray(k->moves, k->move_cap, cap, sizeof(*k->moves));
		k->move_cap = cap;
	}
	struct ak_move *to = &k->moves[k->move_count++];
	to->alarm = alarm;
	to->m = *m;
	str_copy(to->by, sizeof(to->by), by != NULL ? by->user : "");
	str_copy(to->name, sizeof(to->name), alarms_def(a, alarm)->name);
	wbuf_init(&b);
	alarms_put_state(a, alarm, &b);
	ak_keep_all(k, &b);
	wbuf_done(&b);
	if (k->each != NULL)
		k->each(k, to);
}

static inline void
ak_changed(uint32_t alarm, void *arg)
{
	struct ak *k = arg;
	(void)alarm;
	k->changes++;
}

static inline void
ak_horn(void *arg)
{
	struct ak *k = arg;
	k->horns++;
}

static inline void
ak_save(void *arg)
{
	struct ak *k = arg;
	struct wbuf b;

	k->saves++;
	wbuf_init(&b);
	alarms_put_alarming(k->a, &b);
	ak_keep_all(k, &b);
	wbuf_done(&b);
}

static inline void
ak_flood(const struct alarm_flood *f, void *arg)
{
	struct ak *k = arg;
	size_t at = strlen(k->floods), room = sizeof(k->floods) - at;
	const char *area = f->area != NULL ? f->area : "site";

	if (f->is_on)
		str_printf(k->floods + at, room, "+%s %u;", area, f->count);
	else
		str_printf(k->floods + at, room, "-%s %u of %u%s%s;", area, f->count, f->peak,
		    f->why[0] != '\0' ? " " : "", f->why);
}

static const struct alarms_ops ak_ops = {
	.moved = ak_moved, .changed = ak_changed, .horn = ak_horn, .save = ak_save, .flood = ak_flood
};

/* ---- running */

static inline void
ak_build(struct ak *k)
{
	site_build(k->site);
	k->values = xcalloc(k->site->point_count + 1, sizeof(*k->values));
	for (point_id id = 0; id < k->site->point_count; id++)
		k->values[id] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	k->a = alarms_new(k->site, k->values, &ak_ops, k);
}

static inline void
ak_begin(struct ak *k)
{
	for (uint32_t d = 0; d < k->devices; d++)
		alarms_device(k->a, d, DEVICE_UP, k->now, k->mono);
	alarms_begin(k->a, k->now, k->mono);
}

static inline void
ak_start(struct ak *k)
{
	ak_build(k);
	ak_begin(k);
}

static inline void
ak_done(struct ak *k)
{
	alarms_free(k->a);
	free(k->values);
	free(k->moves);
	for (uint32_t i = 0; i < k->saved_count; i++)
		free(k->saved[i].blob);
	free(k->saved);
	site_free(k->site);
}

static inline void
ak_turn(struct ak *k)
{
	alarms_turn(k->a, k->now, k->mono);
}

/* Time passes; every timer on the way has its turn at its time. */
static inline void
ak_pass(struct ak *k, int64_t us)
{
	struct mono to = mono_add(k->mono, us), at;

	while (alarms_due(k->a, &at) && at.us <= to.us) {
		if (at.us > k->mono.us) {
			k->now = utc_add(k->now, at.us - k->mono.us);
			k->mono = at;
		}
		ak_turn(k);
	}
	k->now = utc_add(k->now, to.us - k->mono.us);
	k->mono = to;
	ak_turn(k);
}

static inline void
ak_sample(struct ak *k, point_id id, double v, unsigned quality, struct utc time)
{
	struct value *x = &k->values[id];

	x->quality = (uint16_t)quality;
	if (!(quality & (Q_NO_COMM | Q_FAILURE | Q_BLOCKED | Q_NEVER_READ | Q_STALE))) {
		x->v = v;
		x->time = time;
	}
	alarms_sample(k->a, id, x, k->mono);
}

static inline void
ak_feed(struct ak *k, point_id id, double v)
{
	ak_sample(k, id, v, 0, k->now);
	ak_turn(k);
}

static inline uint32_t
ak_find(struct ak *k, const char *name)
{
	uint32_t n = alarms_find(k->a, name);
	ck_assert_msg(n != ALARM_NONE, "no alarm %s", name);
	return n;
}

static inline enum alarm_state
ak_state(struct ak *k, const char *name)
{
	return alarms_state(k->a, ak_find(k, name));
}

static inline struct msg_alarm
ak_tell(struct ak *k, const char *name)
{
	struct msg_alarm m;
	alarms_tell(k->a, ak_find(k, name), &m);
	return m;
}

static inline struct msg_horn
ak_tell_horn(struct ak *k)
{
	struct msg_horn m;
	alarms_tell_horn(k->a, &m);
	return m;
}

static char ak_why[300];
static int ak_cause;

static inline bool
ak_do(struct ak *k, const struct actor *by, uint32_t alarm, struct alarm_request r)
{
	if (r.reason == NULL)
		r.reason = r.act == ALARM_ACT_ACK || r.act == ALARM_ACT_RESET ? "" : "because"; /* as the keys do it */
	if (r.approved_by == NULL)
		r.approved_by = "";
	return alarms_act(k->a, alarm, &r, by, k->now, k->mono, &ak_cause, ak_why, sizeof(ak_why));
}

static inline bool
ak_act(struct ak *k, const char *name, enum alarm_act act)
{
	return ak_do(k, &ak_duty, ak_find(k, name), (struct alarm_request){ .act = act });
}

static inline bool
ak_shelve(struct ak *k, const char *name, int64_t us)
{
	return ak_do(k, &ak_duty, ak_find(k, name),
	    (struct alarm_request){
	        .act = ALARM_ACT_SHELVE, .until = us > 0 ? utc_add(k->now, us) : (struct utc){ 0 } });
}

static inline const struct ak_move *
ak_last(struct ak *k)
{
	ck_assert_uint_gt(k->move_count, 0);
	return &k->moves[k->move_count - 1];
}

/* A crash: the engine is gone, what was saved is there; it stays down for so long. */
static inline void
ak_crash(struct ak *k, int64_t down_us)
{
	alarms_free(k->a);
	k->now = utc_add(k->now, down_us);
	k->mono = (struct mono){ S(5) + down_us % 1000 }; /* another boot: its clock begins anew */
	k->a = alarms_new(k->site, k->values, &ak_ops, k);
}

static inline void
ak_restore(struct ak *k)
{
	for (uint32_t i = 0; i < k->saved_count; i++)
		if (k->saved[i].len > 0)
			ck_assert_msg(alarms_restore(k->a, k->saved[i].kind, k->saved[i].name, k->saved[i].blob,
			                  k->saved[i].len, k->saved[i].at, k->now, k->mono),
			    "%s of kind %u", k->saved[i].name, k->saved[i].kind);
}

static inline void
ak_restart(struct ak *k, int64_t down_us)
{
	ak_crash(k, down_us);
	ak_restore(k);
	ak_begin(k);
}

#endif
