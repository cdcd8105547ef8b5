/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_kit.h - self-wheeling on a small site in simulated time: its store, its plan of dispatch, acts of a person, what consoles are told. Two
 * schools, one of them with a counter. Include after t.h; everything is static.
 */
#ifndef CHISAN_WHEELING_KIT_H
#define CHISAN_WHEELING_KIT_H

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/core/wheeling.h"
#include "scada/model/energy.h"
#include "tests/unit/sitekit.h"

#define START INT64_C(1795993200000000) /* 2026-11-30T08:00 in Japan */
#define H(n)  ((n)*3600 * US_PER_S)
#define M(n)  ((n)*60 * US_PER_S)

enum { OUT, SCHOOL, POWER, POINTS };
static struct bus buses[] = { { .name = "MAIN", .carrier = CARRIER_ELECTRICITY } };
static struct asset_grid grid = { .import_max_kw = 3000, .export_max_kw = 3000 };
static struct key_point roles[] = { { .role = "p", .point = "RX.P" } };
static struct asset assets[] = {
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .points = { roles, 1 }, .parameters = &grid },
};
static struct energy energy = { .buses = { buses, 1 }, .assets = { assets, 1 } };
static struct site_wheel_part parts[] = {
	{ .name = "SCH01",
	    .title = "School 1",
	    .counter = "SCH01.KWH",
	    .base_kw = 12,
	    .peak_kw = 45,
	    .from = 480,
	    .to = 1080,
	    .follows_terms = true },
	{ .name = "SCH02", .base_kw = 10, .peak_kw = 40, .from = 480, .to = 1080, .follows_terms = true },
};
static struct site_wheel set;
static struct kit kit;
static struct table *table;
static struct logbook *book;
static struct plans *plans;
static struct wheeling *w;
static struct ev_loop *loop;
static struct conn *conn;
static int far_end;
static int64_t us;
static char logged[8192], file_name[100], file_text[32768];
static double readings[POINTS];
static const uint64_t hash[4];
static const struct actor duty = { .uid = 1, .user = "duty", .role = ROLE_OPERATOR, .areas = "" };

/* ---- the store */

static struct row {
	char name[64];
	uint8_t *data;
	size_t len;
} rows[128];
static unsigned row_count;

static void
store(uint8_t kind, const char *name, const uint8_t *data, size_t len)
{
	unsigned i = 0;
	ck_assert_uint_eq(kind, STATE_WHEEL);
	while (i < row_count && strcmp(rows[i].name, name) != 0)
		i++;
	if (len == 0) {
		if (i < row_count) {
			free(rows[i].data);
			rows[i] = rows[--row_count];
		}
		return;
	}
	ck_assert_uint_lt(i, ARRAY_LEN(rows));
	if (i < row_count)
		free(rows[i].data);
	else
		row_count++;
	str_copy(rows[i].name, sizeof(rows[i].name), name);
	rows[i].data = xmalloc(len);
	memcpy(rows[i].data, data, len);
	rows[i].len = len;
}

static bool
is_stored(const char *name)
{
	for (unsigned i = 0; i < row_count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return true;
	return false;
}

static void
save_cb(const struct msg_store_state *s, void *arg)
{
	(void)arg;
	store(s->kind, s->name, s->blob.data, s->blob.len);
}

static bool
file_cb(const char *name, const struct wbuf *text, char *why, size_t size, void *arg)
{
	(void)why;
	(void)size;
	(void)arg;
	str_copy(file_name, sizeof(file_name), name);
	ck_assert_uint_lt(text->len, sizeof(file_text));
	memcpy(file_text, text->data, text->len);
	file_text[text->len] = '\0';
	return true;
}

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	struct msg_journal_add m;
	struct rbuf r;
	(void)type;
	(void)arg;
	*sequence = 1;
	rbuf_init(&r, body->data, body->len);
	ck_assert(msg_journal_add_get(&r, &m));
	str_append(logged, sizeof(logged), m.text);
	str_append(logged, sizeof(logged), "\n");
	return true;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}

static void
frame_cb(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

/* ---- time */

static struct utc
now(void)
{
	return (struct utc){ START + us };
}

static struct mono
mono(void)
{
	return (struct mono){ 1000 * US_PER_S + us };
}

/* Some seconds later, with the counters and the power as they are then. */
static void
pass(int64_t by, double out_kwh, double school_kwh, double power_kw)
{
	us += by;
	readings[OUT] += out_kwh;
	readings[SCHOOL] += school_kwh;
	readings[POWER] = power_kw;
	for (unsigned i = 0; i < POINTS; i++)
		(void)table_sample(table, i, readings[i], OK, now(), now(), mono());
	wheeling_tick(w, now(), mono());
}

static void
go_to(int64_t at)
{
	ck_assert_int_ge(at, us);
	pass(at - us, 0, 0, 0);
}

static int64_t
today(void)
{
	return utc_date(now(), NULL);
}

/* ---- the plan of dispatch: the whole of it one power at the receiving point */

static void
plan_of(double grid_kw, unsigned steps)
{
	struct msg_plan_ask a = { .now = now().us };
	struct wbuf list = { 0 }, b = { 0 };
	struct frame f = { .type = W_PLAN };
	plans_ask(plans, &a, mono());
	w_str(&list, "GRID");
	w_str(&list, "grid");
	w_u8(&list, 0);
	for (unsigned t = 0; t < steps; t++) {
		w_f32(&list, grid_kw);
		w_u8(&list, 0);
		w_f32(&list, 0);
	}
	msg_plan_put(&b,
	    &(struct msg_plan){ .serial = a.serial,
	        .is_good = 1,
	        .made = now().us,
	        .start = now().us - now().us % M(15),
	        .steps = (uint16_t)steps,
	        .step_s = 900,
	        .text = "made",
	        .assets = { list.data, list.len } });
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert_int_eq(plans_take(plans, &f, now(), mono()), OK);
	wbuf_done(&list);
	wbuf_done(&b);
}

/* ---- acts */

static struct refusal why;
static char after[500];

/* As acts.c does it: tried, journalled with its states, applied. */
static bool
do_ask(const struct wheel_ask *ask)
{
	struct wheel_change *c = wheeling_try(w, ask, &duty, now(), &why);
	struct wheel_entry e;
	struct rbuf r;
	if (c == NULL)
		return false;
	wheeling_entry(c, &e);
	str_copy(after, sizeof(after), e.after);
	rbuf_init(&r, e.states.data, e.states.len);
	while (r.pos < r.len) {
		size_t len;
		uint8_t kind = r_u8(&r);
		const char *name = r_str(&r);
		const uint8_t *data = r_bytes(&r, &len);
		ck_assert(!r.bad);
		store(kind, name, data, len);
	}
	wheeling_apply(w, c, now(), mono());
	wheeling_end(w, c);
	return true;
}

static struct wheel_ask
ask_of(enum wheel_act a, int64_t date, uint32_t number)
{
	return (struct wheel_ask){
		.act = a, .date = date, .number = number, .kwh = (double)NAN, .part = "", .name = "", .reason = "why"
	};
}

static void
must(enum wheel_act a, int64_t date, uint32_t number)
{
	struct wheel_ask ask = ask_of(a, date, number);
	ck_assert_msg(do_ask(&ask), "%s: %s", wheel_act_word(a), why.text);
}

static void
must_not(enum wheel_act a, int64_t date, uint32_t number, const char *says)
{
	struct wheel_ask ask = ask_of(a, date, number);
	ck_assert_msg(!do_ask(&ask), "%s was done", wheel_act_word(a));
	ck_assert_msg(strstr(why.text, says) != NULL, "\"%s\" does not say \"%s\"", why.text, says);
}

static bool
set_slots(int64_t date, unsigned from, unsigned to, double kwh, const char *part)
{
	struct wheel_ask ask = ask_of(WHEEL_SET, date, 0);
	ask.from = from;
	ask.to = to;
	ask.kwh = kwh;
	ask.part = part;
	return do_ask(&ask);
}

/* ---- what consoles are told */

static struct {
	struct msg_wheel_day m;
	struct wbuf body;
	struct {
		uint8_t phase, standing, changed, marks[2], is_foreseen, kind;
		double plan[2], force[2], actual[2], miss[2], price, yen;
	} slot[WHEEL_SLOTS_MAX];
} day;

static void
look(int64_t date)
{
	char text[200];
	struct rbuf r;
	wbuf_reset(&day.body);
	ck_assert_msg(wheeling_day(w, date, now(), &day.body, text, sizeof(text)) == OK, "%s", text);
	rbuf_init(&r, day.body.data, day.body.len);
	ck_assert(msg_wheel_day_get(&r, &day.m) && r_done(&r));
	rbuf_init(&r, day.m.rows.data, day.m.rows.len);
	for (unsigned i = 0; i < day.m.slots; i++) {
		day.slot[i].phase = r_u8(&r);
		day.slot[i].standing = r_u8(&r);
		day.slot[i].changed = r_u8(&r);
		for (unsigned k = 0; k < 2; k++)
			day.slot[i].plan[k] = r_f64(&r);
		for (unsigned k = 0; k < 2; k++)
			day.slot[i].force[k] = r_f64(&r);
		for (unsigned k = 0; k < 2; k++)
			day.slot[i].actual[k] = r_f64(&r);
		day.slot[i].marks[0] = r_u8(&r);
		day.slot[i].marks[1] = r_u8(&r);
		for (unsigned k = 0; k < 2; k++)
			day.slot[i].miss[k] = r_f64(&r);
		day.slot[i].is_foreseen = r_u8(&r);
		day.slot[i].price = r_f64(&r);
		day.slot[i].kind = r_u8(&r);
		day.slot[i].yen = r_f64(&r);
	}
	ck_assert(r_done(&r));
}

static unsigned
flags(void)
{
	struct wheel_facts f;
	wheeling_facts(w, &f);
	ck_assert(f.is_there);
	return (unsigned)f.flags;
}

/* ---- life */

static void
begin(void)
{
	static const struct wheeling_ops ops = { .save = save_cb, .file = file_cb };
	w = wheeling_new(book, plans, &ops, NULL);
	wheeling_site(w, table, now(), mono());
}

static void
setup(void)
{
	static const struct logbook_ops book_ops = { .send = send_cb, .recorded = recorded_cb };
	static const struct conn_ops conn_ops = { .frame = frame_cb };
	static const char *const names[POINTS] = { "RX.KWH", "SCH01.KWH", "RX.P" };
	int fd[2];

	(void)clock_set_zone("Asia/Tokyo");
	us = 0;
	logged[0] = file_name[0] = '\0';
	memset(readings, 0, sizeof(readings));
	set = (struct site_wheel){ .export = "RX.KWH",
		.loss_pct = 5,
		.file_by = 720,
		.remind_us = M(30),
		.gate_us = H(1),
		.limit_kwh = 40,
		.limit_pct = (double)NAN,
		.price = 15,
		.parts = { parts, 2 } };
	kit_init(&kit, POINTS);
	for (unsigned i = 0; i < POINTS; i++)
		kit_read(&kit, names[i], i == POWER ? KIND_ANALOG : KIND_COUNTER)->unit = i == POWER ? "kW" : "kWh";
	kit.site.energy = &energy;
	kit.site.wheel = &set;
	table = table_new(&kit.site);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	far_end = fd[1];
	loop = ev_loop_new(EVFLAG_AUTO);
	conn = conn_new(loop, fd[0], &conn_ops, NULL, NULL);
	book = logbook_new(&book_ops, NULL, 1);
	logbook_ready(book);
	plans = plans_new(book);
	plans_site(plans, &kit.site, 1, hash);
	plans_up(plans, conn);
	begin();
	pass(US_PER_S, 0, 0, 0);
}

static void
teardown(void)
{
	wheeling_free(w);
	plans_free(plans);
	logbook_free(book);
	conn_free(conn);
	close(far_end);
	ev_loop_destroy(loop);
	table_free(table);
	kit_done(&kit);
	wbuf_done(&day.body);
	while (row_count > 0)
		free(rows[--row_count].data);
}

/* As after a restart: what was saved comes back in the order of its names. */
static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static void
restart(void)
{
	wheeling_free(w);
	begin();
	qsort(rows, row_count, sizeof(rows[0]), by_name);
	for (unsigned i = 0; i < row_count; i++) {
		struct msg_store_state s = {
			.kind = STATE_WHEEL, .name = rows[i].name, .blob = { rows[i].data, rows[i].len }
		};
		ck_assert_msg(wheeling_restore(w, &s, now()), "%s", rows[i].name);
	}
}

#endif
