/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake.h - a server in the test's own process and loop: a small site, sent as chisand sends it, or as badly as a test wants.
 * Include after t.h; everything is static, so a test file is still one file.
 */
#ifndef CHISAN_FAKE_H
#define CHISAN_FAKE_H

#include <ev.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/conn.h"
#include "scada/base/delta.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/str.h"

#define FAKE_POINTS        6
#define FAKE_BATTERIES_MAX 40
#define FAKE_NOW           (INT64_C(1795000000) * US_PER_S)

struct fake {
	struct ev_loop *loop;
	char folder[64], path[108];
	int listener;
	ev_io accept_io;
	struct conn *conn; /* the one client; NULL = none */
	unsigned accepted, subscribed, raw_asked;
	uint32_t last_sequence;             /* of the last request */
	unsigned asked, granted, cancelled; /* questions, frames granted with W_MORE, W_CANCEL */
	uint32_t question[8], about;        /* their sequences; what the last W_MORE or W_CANCEL is about */
	uint16_t version, generation;
	const char *timezone;  /* NULL: Asia/Tokyo */
	bool is_ess1_internal; /* its points are figures of chisand itself */
	bool (*answer)(struct fake *s, struct conn *c, const struct frame *f); /* to questions; NULL = none */
	enum role role;
	bool is_mute;         /* accepts and says nothing */
	bool is_closed_to_us; /* says that we are not among its users */
	bool is_busy;         /* refuses to be subscribed */
	bool gives_no_end;    /* the snapshot never ends */
	unsigned batteries;   /* further devices, each with a point "Bn.SOC"; they are down */
	/* what stands in for the record; NULL: there is none */
	bool (*records)(struct fake *s, struct conn *c, const struct frame *f);
	void (*left)(struct conn *c);                 /* a client is gone; may be NULL */
	uint8_t outputs[FAKE_POINTS];                 /* enum output_kind_flags of the points */
	const char *confirms[FAKE_POINTS];            /* their questions; NULL = none */
	void (*whole)(struct fake *s);                /* more pieces of a snapshot, before its end; may be NULL */
	void (*more)(struct fake *s, struct conn *c); /* further pieces of a snapshot; NULL = none */
	unsigned fails;                               /* times that PV1 has failed in a row */
	struct delta_cell cells[FAKE_POINTS + FAKE_BATTERIES_MAX];
	struct value values[FAKE_POINTS + FAKE_BATTERIES_MAX];
};

static const struct fake_point {
	const char *name, *title, *title_ja, *unit;
	uint32_t device;
	enum point_kind kind;
	int decimals;
} fake_points[FAKE_POINTS] = {
	{ "ESS1.SOC", "State of charge", "充電率", "%", 0, KIND_ANALOG, 1 },
	{ "ESS1.P", "Active power", "有効電力", "kW", 0, KIND_ANALOG, 1 },
	{ "ESS1.STATE", "State", "状態", "", 0, KIND_DIGITAL, 0 },
	{ "ESS1.ALRM", "Alarms\033[31m", "警報", "", 0, KIND_DIGITAL, 0 },
	{ "PV1.P", "Power", "出力", "kW", 1, KIND_ANALOG, 0 },
	{ "CEMS.LOAD_KW", "Load", "総需要", "kW", DEVICE_NONE, KIND_ANALOG, 0 },
};

static inline void
fake_send(struct fake *s, uint16_t type, struct wbuf *b)
{
	if (s->conn != NULL)
		conn_send(s->conn, type, 0, b, NULL);
	wbuf_reset(b);
}

static inline void
fake_names(struct wbuf *b, bool is_bits)
{
	static const struct {
		int64_t n;
		const char *en, *ja;
	} v[] = { { 0, "stop", "停止" }, { 1, "run", "運転" }, { 99, "fault", "" } };

	for (unsigned i = 0; i < (is_bits ? 2 : 3); i++) {
		if (is_bits)
			w_u8(b, (uint8_t)v[i].n);
		else
			w_i64(b, v[i].n);
		w_str(b, is_bits ? (i == 0 ? "FAN" : "DOOR") : v[i].en);
		w_str(b, v[i].ja);
	}
}

static inline void
fake_point(struct fake *s, uint32_t number, const char *name)
{
	const struct fake_point *p = &fake_points[number % FAKE_POINTS];
	double none = (double)NAN;
	struct wbuf b, states, bits;

	wbuf_init(&b);
	wbuf_init(&states);
	wbuf_init(&bits);
	if (strcmp(p->name, "ESS1.STATE") == 0)
		fake_names(&states, false);
	if (strcmp(p->name, "ESS1.ALRM") == 0)
		fake_names(&bits, true);
	struct msg_point m = {
		.point = number,
		.device = number < FAKE_POINTS ? p->device : 2 + number - FAKE_POINTS,
		.group = p->device == DEVICE_NONE ? 2 : p->device,
		.kind = (uint8_t)p->kind,
		.decimals_plus_8 = (uint8_t)(p->decimals + 8),
		.name = name,
		.title = p->title,
		.title_ja = p->title_ja,
		.unit = p->unit,
		.range_lo = 0,
		.range_hi = 100,
		.ll = none,
		.l = 10,
		.h = none,
		.hh = none,
		.deadband = 0.5,
		.period_us = 1000000,
		.source = "holding 0, f32 ABCD",
		.states = { states.data, states.len },
		.bits = { bits.data, bits.len },
		.output = number < FAKE_POINTS ? s->outputs[number] : 0,
		.ramp_per_s = none,
		.confirm = number < FAKE_POINTS && s->confirms[number] != NULL ? s->confirms[number] : "",
	};
	if (m.output != 0)
		m.kind = states.len > 0 ? KIND_COMMAND : KIND_SETPOINT;
	msg_point_put(&b, &m);
	fake_send(s, W_POINT, &b);
	wbuf_done(&b);
	wbuf_done(&states);
	wbuf_done(&bits);
}

static inline void
fake_device_state(struct fake *s, uint32_t device, enum device_state state, enum err last)
{
	struct wbuf b;

	wbuf_init(&b);
	struct msg_device_state m = {
		.device = device,
		.state = (uint8_t)state,
		.answer_us = 3100,
		.requests = 99,
		.timeouts = s->fails > 1 ? 2 : 0,
		.errors = 1,
		.connects = 1,
		.since = FAKE_NOW - 60 * US_PER_S,
		.last_error = (uint16_t)last,
		.last_error_time = last == OK ? 0 : FAKE_NOW - 30 * US_PER_S,
		.last_error_count = last == OK ? 0 : s->fails,
		.detail = last == OK ? "" : "holding 0..9",
	};
	msg_device_state_put(&b, &m);
	fake_send(s, W_DEVICE_STATE, &b);
	wbuf_done(&b);
}

static inline void
fake_shared(struct fake *s, uint32_t device, const char *master)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_shared_put(&b,
	    &(struct msg_shared){ .device = device,
	        .masters = 2,
	        .clients = 4,
	        .requests = 4711,
	        .last_time = FAKE_NOW,
	        .master = master,
	        .refusal = "" });
	fake_send(s, W_SHARED, &b);
	wbuf_done(&b);
}

/* Values 0..count-1 as they stand in s->values; absolute, or as changes. */
static inline void
fake_values(struct fake *s, uint32_t first, uint32_t below, bool is_absolute, struct utc now)
{
	struct delta_writer w = { 0 };
	struct wbuf b;

	wbuf_init(&b);
	delta_begin(&w, &b, now, is_absolute);
	for (uint32_t g = 0; g < 3; g++)
		delta_group(&w, g, utc_add(now, -100 * US_PER_MS), utc_add(now, -40 * US_PER_MS));
	for (uint32_t i = first; i < below; i++)
		delta_point(&w, i, &s->cells[i], &s->values[i]);
	delta_end(&w);
	fake_send(s, is_absolute ? W_VALUES : W_CHANGES, &b);
	delta_writer_done(&w);
	wbuf_done(&b);
}

static inline void
fake_site(struct fake *s, uint32_t points, uint32_t devices)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_site_put(&b,
	    &(struct msg_site){ .generation = s->generation,
	        .points = points,
	        .devices = devices,
	        .screens = 1,
	        .groups = 3,
	        .name = "Musashino",
	        .title_ja = "武蔵野",
	        .timezone = s->timezone != NULL ? s->timezone : "Asia/Tokyo",
	        .started = FAKE_NOW - 3600 * US_PER_S,
	        .simulated = 1 });
	fake_send(s, W_SITE, &b);
	wbuf_done(&b);
}

static inline void
fake_devices(struct fake *s)
{
	struct wbuf b;

	wbuf_init(&b);
	for (uint32_t i = 0; i < 2 + s->batteries; i++) {
		char name[16];
		str_printf(name, sizeof name, "B%u", i);
		msg_device_put(&b,
		    &(struct msg_device){ .device = i,
		        .name = i == 0 ? "ESS1"
		            : i == 1   ? "PV1"
		                       : name,
		        .title = i == 0 ? "Battery" : "Sun",
		        .title_ja = "",
		        .profile = "battery",
		        .protocol = i == 0 && s->is_ess1_internal ? PROTOCOL_INTERNAL : PROTOCOL_MODBUS,
		        .link = "modbus-tcp://127.0.0.1:15001/1",
		        .poll_us = 1000000 });
		fake_send(s, W_DEVICE, &b);
	}
	wbuf_done(&b);
}

static inline void
fake_end(struct fake *s, uint32_t points)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_snapshot_end_put(
	    &b, &(struct msg_snapshot_end){ .devices = 2 + s->batteries, .points = points, .screens = 1 });
	fake_send(s, W_SNAPSHOT_END, &b);
	wbuf_done(&b);
}

static inline void
fake_snapshot(struct fake *s)
{
	struct wbuf b;

	wbuf_init(&b);
	conn_set_generation(s->conn, s->generation);
	uint32_t points = FAKE_POINTS + s->batteries;
	fake_site(s, points, 2 + s->batteries);
	fake_devices(s);
	for (uint32_t i = 0; i < points; i++) {
		char name[16];
		str_printf(name, sizeof name, "B%u.SOC", 2 + i - FAKE_POINTS);
		fake_point(s, i, i < FAKE_POINTS ? fake_points[i].name : name);
	}
	msg_screen_put(&b, &(struct msg_screen){ .name = "overview", .text = "screen: overview\n" });
	fake_send(s, W_SCREEN, &b);
	fake_device_state(s, 0, DEVICE_UP, OK);
	for (uint32_t i = 1; i < 2 + s->batteries; i++)
		fake_device_state(s, i, DEVICE_DOWN, ERR_TIMEOUT);
	fake_values(s, 0, 3, true, (struct utc){ FAKE_NOW });
	fake_values(s, 3, points, true, (struct utc){ FAKE_NOW });
	if (s->whole != NULL)
		s->whole(s);
	if (s->more != NULL)
		s->more(s, s->conn);
	if (!s->gives_no_end)
		fake_end(s, points);
	wbuf_done(&b);
}

static inline void
fake_bye(struct fake *s, enum err e, const char *text)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_bye_put(&b, &(struct msg_bye){ .err = (uint16_t)e, .text = text });
	fake_send(s, W_BYE, &b);
	wbuf_done(&b);
}

static inline void
fake_hello(struct fake *s)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_hello_put(&b,
	    &(struct msg_hello){ .version = s->version,
	        .generation = s->generation,
	        .role = (uint8_t)s->role,
	        .program = "chisand",
	        .build = "0.1.0",
	        .user = "operator" });
	fake_send(s, W_HELLO, &b);
	wbuf_done(&b);
}

static inline void
fake_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct fake *s = arg;

	s->last_sequence = f->sequence;
	if (s->records != NULL && s->records(s, c, f))
		return;
	if (f->type == W_HELLO) {
		if (s->is_closed_to_us) {
			fake_bye(s, ERR_DENIED, "you are not among the users of this site");
			conn_finish(c, ERR_DENIED);
			return;
		}
		if (!s->is_mute)
			fake_hello(s);
		conn_set_role(c, s->role);
	} else if (f->type == W_SUBSCRIBE) {
		s->subscribed++;
		if (s->is_busy)
			conn_result(c, f->sequence, ERR_BUSY, -1, "the site is still being read");
		else
			fake_snapshot(s);
	} else if (s->answer != NULL && s->answer(s, c, f)) {
		; /* a test's own answer */
	} else if (f->type == W_JOURNAL_GET) {
		conn_result(c, f->sequence, ERR_NO_SERVER, -1, "the record cannot be asked: chisan-store does not run");
	} else if (f->type == W_RAW_GET) {
		s->raw_asked++;
	} else if (f->type == W_TREND_GET || f->type == W_HISTORY_GET || f->type == W_NOTE) {
		s->question[s->asked++ % 8] = f->sequence;
	} else if (f->type == W_MORE || f->type == W_CANCEL) {
		s->about = f->reply_to;
		s->cancelled += f->type == W_CANCEL;
		s->granted += f->type == W_MORE ? (unsigned)(f->body[0] << 8 | f->body[1]) : 0;
	} else if (f->type == W_PING && !s->is_mute) {
		conn_send(c, W_PONG, f->sequence, NULL, NULL);
	}
}

static inline void
fake_closed(struct conn *c, enum err why, void *arg)
{
	struct fake *s = arg;

	(void)why;
	if (s->left != NULL)
		s->left(c);
	conn_free(c);
	if (s->conn == c)
		s->conn = NULL;
}

static const struct conn_ops fake_ops = { .frame = fake_frame, .closed = fake_closed };

static inline void
fake_accept(struct ev_loop *loop, ev_io *w, int revents)
{
	struct fake *s = w->data;
	int fd = accept(s->listener, NULL, NULL);

	(void)revents;
	if (fd < 0)
		return;
	s->accepted++;
	if (s->conn != NULL && s->left != NULL)
		s->left(s->conn);
	if (s->conn != NULL)
		conn_free(s->conn);
	s->conn = conn_new(loop, fd, &fake_ops, s, NULL);
	conn_set_generation(s->conn, s->generation);
}

static inline void
fake_listen(struct fake *s)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	str_copy(sa.sun_path, sizeof sa.sun_path, s->path);
	unlink(s->path);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(s->listener, (struct sockaddr *)&sa, sizeof sa), 0);
	ck_assert_int_eq(listen(s->listener, 5), 0);
	ev_io_init(&s->accept_io, fake_accept, s->listener, EV_READ);
	s->accept_io.data = s;
	ev_io_start(s->loop, &s->accept_io);
}

static inline void
fake_start(struct fake *s, struct ev_loop *loop)
{
	static const struct value first[FAKE_POINTS] = {
		{ .v = 55.5 },
		{ .v = -120.25 },
		{ .v = 1 },
		{ .v = 3 },
		{ .v = 17, .quality = Q_NO_COMM, .cause = ERR_TIMEOUT, .time = { FAKE_NOW - 37 * US_PER_S } },
		{ .v = (double)NAN, .quality = Q_NEVER_READ },
	};

	*s = (struct fake){ .loop = loop, .version = WIRE_VERSION, .generation = 7, .fails = 4, .role = ROLE_OPERATOR };
	str_copy(s->folder, sizeof s->folder, "/tmp/chisan-fake-XXXXXX");
	ck_assert(mkdtemp(s->folder) != NULL);
	str_printf(s->path, sizeof s->path, "%s/s", s->folder);
	memcpy(s->values, first, sizeof first);
	for (unsigned i = 0; i < FAKE_POINTS + FAKE_BATTERIES_MAX; i++)
		s->cells[i].decimals = (int8_t)fake_points[i % FAKE_POINTS].decimals;
	fake_listen(s);
}

/* The server dies: nobody listens, the client's connection ends. */
static inline void
fake_die(struct fake *s)
{
	if (s->listener < 0)
		return;
	ev_io_stop(s->loop, &s->accept_io);
	close(s->listener);
	s->listener = -1;
	if (s->conn != NULL && s->left != NULL)
		s->left(s->conn);
	if (s->conn != NULL)
		conn_free(s->conn);
	s->conn = NULL;
	unlink(s->path);
}

static inline void
fake_stop(struct fake *s)
{
	fake_die(s);
	rmdir(s->folder);
}

#endif
