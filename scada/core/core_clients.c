/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core_clients.c - what clients, devices and the second's figures bring to the parts of chisand that they concern.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/core_private.h"
#include "scada/core/describe.h"
#include "scada/core/entries.h"

#define LOOK_EACH_US \
	(100 * US_PER_MS) /* a reading of registers by hand, of all persons together, takes so much of the time */
#define DUMP_QUEUE_MAX (256 * 1024) /* bytes that wait for a client beyond which it gets no more frames */
#define LOOK_BURST     10           /* and so many may come at once */

/* ---- clients */

static void
subscribe_cb(struct session *s, unsigned what, void *arg)
{
	struct core *c = arg;

	publish_join(c->publish, &s->feed, s->conn, what);
}

static void
raw_get_cb(struct session *s, uint32_t sequence, point_id point, void *arg)
{
	struct core *c = arg;

	links_raw_get(c->links, s, sequence, point);
}

static void
end_dump(struct core *c, struct session *s)
{
	if (!s->dump.is_open)
		return;
	entries_dump_end(memory_log(c->memory), s, clock_utc(), clock_mono());
	s->dump.is_open = false;
}

static void
gone_cb(struct session *s, void *arg)
{
	struct core *c = arg;

	publish_leave(c->publish, &s->feed);
	end_dump(c, s);
	links_forget(c->links, s);
	memory_forget(c->memory, s);
	hand_forget(c->hand, s, clock_utc(), clock_mono());
	dispatching_preview_forget(c->dispatching, s);
	if (c->is_stopping && sessions_count(c->sessions) <= 1 && ev_is_active(&c->farewell))
		ev_break(c->loop, EVBREAK_ALL);
}

/* Who reads slowly gets less and is told how much: nothing waits for it. */
static void
forward_dump(struct session *s, uint32_t sequence, const struct frame *f)
{
	struct session_dump *d = &s->dump;
	struct msg_dump m;
	struct rbuf r;
	struct wbuf b;

	rbuf_init(&r, f->body, f->length);
	if (!msg_dump_get(&r, &m) || !r_done(&r))
		return;
	d->left_out += m.left_out;
	d->owed += m.left_out;
	if (conn_queued(s->conn) > DUMP_QUEUE_MAX) {
		d->left_out += m.lines;
		d->owed += m.lines;
		return;
	}
	d->shown += m.lines;
	m.left_out = d->owed;
	d->owed = 0;
	wbuf_init(&b);
	msg_dump_put(&b, &m);
	conn_send(s->conn, W_DUMP, sequence, &b, NULL);
	wbuf_done(&b);
}

static void
raw_cb(void *asker, uint32_t sequence, const struct frame *f, void *arg)
{
	struct session *s = asker;
	struct wbuf b = { .len = 0 };

	(void)arg;
	if (f->type == W_DUMP) {
		forward_dump(s, sequence, f);
		return;
	}
	memcpy(wbuf_grow(&b, f->length), f->body, f->length);
	conn_send(s->conn, f->type, sequence, &b, NULL);
	if (f->type == W_REGISTERS)
		conn_result(s->conn, sequence, OK, -1, "%s", "");
	wbuf_done(&b);
	s->raw_open--;
}

static void
raw_failed_cb(void *asker, uint32_t sequence, enum err why, const char *text, void *arg)
{
	struct session *s = asker;

	if (s->dump.is_open && s->dump.sequence == sequence)
		end_dump(arg, s);
	conn_result(s->conn, sequence, why, -1, "%s", text);
	s->raw_open--;
}

static void
tell_plan(const struct core *c, struct session *s, uint32_t sequence)
{
	const struct plans *p = dispatching_plans(c->dispatching);
	const struct wbuf *body = plans_frame(p, clock_utc());
	struct wbuf copy = { .len = 0 };

	if (body == NULL) {
		conn_result(s->conn, sequence, ERR_NOT_FOUND, -1, "there is no plan: %s", plans_text(p));
		return;
	}
	memcpy(wbuf_grow(&copy, body->len), body->data, body->len);
	conn_send(s->conn, W_PLAN, sequence, &copy, NULL);
	conn_result(s->conn, sequence, OK, -1, "%s", "");
	wbuf_done(&copy);
}

static void
tell_ahead(const struct core *c, struct session *s, const struct frame *f)
{
	struct msg_plan_ahead_get m;
	struct wbuf body = { .len = 0 };
	char why[500];
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_plan_ahead_get_get(&r, &m) || !r_done(&r)) {
		conn_result(s->conn, f->sequence, ERR_USAGE, -1, "the request cannot be read");
	} else if (!dispatching_plan_ahead(c->dispatching, m.point, clock_utc(), &body, why, sizeof(why))) {
		conn_result(s->conn, f->sequence, ERR_NOT_FOUND, -1, "%s", why);
	} else {
		conn_send(s->conn, W_PLAN_AHEAD, f->sequence, &body, NULL);
		conn_result(s->conn, f->sequence, OK, -1, "%s", "");
	}
	wbuf_done(&body);
}

static void
tell_wheel(const struct core *c, struct session *s, const struct frame *f)
{
	struct msg_wheel_get day;
	struct msg_wheel_file_get file;
	struct wbuf body = { .len = 0 };
	char why[200] = "the question cannot be read";
	enum err e = ERR_USAGE;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (f->type == W_WHEEL_GET && msg_wheel_get_get(&r, &day) && r_done(&r))
		e = wheeling_day(c->wheeling, day.date, clock_utc(), &body, why, sizeof(why));
	else if (f->type == W_WHEEL_FILE_GET && msg_wheel_file_get_get(&r, &file) && r_done(&r))
		e = wheeling_file(c->wheeling, file.date, file.number, clock_utc(), &body, why, sizeof(why));
	if (e == OK)
		conn_send(s->conn, f->type == W_WHEEL_GET ? W_WHEEL_DAY : W_WHEEL_FILE, f->sequence, &body, NULL);
	conn_result(s->conn, f->sequence, e, -1, "%s", e == OK ? "" : why);
	wbuf_done(&body);
}

static void
ask_preview(struct core *c, struct session *s, const struct frame *f)
{
	struct msg_preview_get m;
	char why[200];
	int addcause = -1;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_preview_get_get(&r, &m) || !r_done(&r))
		conn_result(s->conn, f->sequence, ERR_USAGE, -1, "the request cannot be read");
	else if (!dispatching_preview(
	             c->dispatching, s, f->sequence, &m, clock_utc(), clock_mono(), &addcause, why, sizeof(why)))
		conn_result(s->conn, f->sequence, ERR_NOT_FOUND, addcause, "no preview: %s", why);
}

/* A person reads registers: that is in the journal, which nobody fills by asking in a loop. */
static void
ask_registers(struct core *c, struct session *s, const struct frame *f)
{
	struct msg_registers_get m;
	struct mono mono = clock_mono();
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_registers_get_get(&r, &m) || !r_done(&r)) {
		conn_result(s->conn, f->sequence, ERR_USAGE, -1, "the request cannot be read");
		return;
	}
	if (s->raw_open >= SESSION_RAW_MAX) {
		conn_result(s->conn, f->sequence, ERR_BUSY, -1, "%u questions are open already", s->raw_open);
		return;
	}
	if (mono_diff_us(c->look_free, mono) > LOOK_BURST * LOOK_EACH_US) {
		conn_result(s->conn, f->sequence, ERR_BUSY, -1,
		    "registers are read by hand at most ten times a second: ask again in a second");
		return;
	}
	s->raw_open++;
	if (!links_registers_get(c->links, s, f->sequence, &m))
		return;
	c->look_free = mono_add(mono_diff_us(c->look_free, mono) > 0 ? c->look_free : mono, LOOK_EACH_US);
	entries_registers(memory_log(c->memory), s, c->site->nodes[m.device].device->name, &m, clock_utc(), mono);
}

static void
ask_dump(struct core *c, struct session *s, const struct frame *f)
{
	struct msg_dump_get m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_dump_get_get(&r, &m) || !r_done(&r)) {
		conn_result(s->conn, f->sequence, ERR_USAGE, -1, "the request cannot be read");
		return;
	}
	if (s->dump.is_open || s->raw_open >= SESSION_RAW_MAX) {
		conn_result(s->conn, f->sequence, ERR_BUSY, -1, "other frames are looked at already; one at a time");
		return;
	}
	s->raw_open++;
	if (!links_dump_get(c->links, s, f->sequence, &m))
		return;
	s->dump = (struct session_dump){ .is_open = true, .sequence = f->sequence };
	str_copy(s->dump.of, sizeof(s->dump.of), c->site->nodes[m.device].device->name);
	entries_dump(memory_log(c->memory), s, m.whole != 0, clock_utc(), clock_mono());
}

static void
tell_north(const struct core *c, struct session *s, uint32_t sequence)
{
	struct wbuf b = { .len = 0 };

	if (c->site == NULL || !describe_north(c->site, &b)) {
		conn_result(s->conn, sequence, ERR_NOT_FOUND, -1, "the site file has no north:, so nothing is served");
		return;
	}
	conn_send(s->conn, W_NORTH, sequence, &b, NULL);
	wbuf_done(&b);
}

static void
tell_forecasts(const struct core *c, struct session *s, uint32_t sequence)
{
	const struct wbuf *body = forecasts_told(c->forecasts);
	struct wbuf copy = { .len = 0 };

	if (body == NULL) {
		conn_result(s->conn, sequence, ERR_NOT_FOUND, -1, "nothing was foretold yet");
		return;
	}
	memcpy(wbuf_grow(&copy, body->len), body->data, body->len);
	conn_send(s->conn, W_FORECAST, sequence, &copy, NULL);
	conn_result(s->conn, sequence, OK, -1, "%s", "");
	wbuf_done(&copy);
}

static bool
request_cb(struct session *s, const struct frame *f, void *arg)
{
	struct core *c = arg;
	struct actor by = session_actor(s);

	if (f->type == W_PLAN_GET) {
		tell_plan(c, s, f->sequence);
		return true;
	}
	if (f->type == W_PLAN_AHEAD_GET) {
		tell_ahead(c, s, f);
		return true;
	}
	if (f->type == W_WHEEL_GET || f->type == W_WHEEL_FILE_GET) {
		tell_wheel(c, s, f);
		return true;
	}
	if (f->type == W_PREVIEW_GET) {
		ask_preview(c, s, f);
		return true;
	}
	if (f->type == W_REGISTERS_GET) {
		ask_registers(c, s, f);
		return true;
	}
	if (f->type == W_DUMP_GET) {
		ask_dump(c, s, f);
		return true;
	}
	if (f->type == W_NORTH_GET) {
		tell_north(c, s, f->sequence);
		return true;
	}
	if (f->type == W_FORECAST_GET) {
		tell_forecasts(c, s, f->sequence);
		return true;
	}
	if (c->is_stopping || c->table == NULL || (f->type != W_COMMAND && f->type != W_TAG && f->type != W_APPROVE))
		return memory_request(c->memory, s, f);
	return hand_frame(c->hand, s, &by, f, clock_utc(), clock_mono());
}

static void
came_cb(struct session *s, void *arg)
{
	struct core *c = arg;

	entries_came(memory_log(c->memory), s, clock_utc(), clock_mono());
}

static void
left_cb(struct session *s, enum err why, void *arg)
{
	struct core *c = arg;

	entries_left(memory_log(c->memory), s, why, clock_utc(), clock_mono());
}

static void
refused_cb(long uid, long pid, const char *text, uint32_t count, void *arg)
{
	struct core *c = arg;

	logbook_say(memory_log(c->memory), clock_utc(), clock_mono(), JOURNAL_ACCESS, NULL,
	    "uid %ld, process %ld was refused: %s (%u since the last word of it)", uid, pid, text, count);
}

const struct sessions_ops core_sessions_ops = {
	.hello = core_hello,
	.subscribe = subscribe_cb,
	.raw_get = raw_get_cb,
	.gone = gone_cb,
	.request = request_cb,
	.came = came_cb,
	.left = left_cb,
	.refused = refused_cb,
};

static void
device_cb(const struct msg_device_state *m, void *arg)
{
	struct core *c = arg;
	struct utc now = clock_utc();
	struct mono mono = clock_mono();

	memory_device(c->memory, m, now, mono);
	alarming_device(c->alarming, m, now, mono);
	control_device(hand_control(c->hand), m->device, (enum device_state)m->state, now, mono);
}

static void
written_cb(const struct msg_field_written *m, void *arg)
{
	struct core *c = arg;

	control_written(hand_control(c->hand), m, clock_utc(), clock_mono());
	core_touch(c);
}

static bool
is_of_part(const struct site *s, uint32_t device, void *arg)
{
	return links_part(s, device) == *(const unsigned *)arg;
}

static void
field_down_cb(unsigned part, void *arg)
{
	struct core *c = arg;

	control_field_down(hand_control(c->hand), is_of_part, &part, clock_utc(), clock_mono());
	core_touch(c);
}

static void
pulse_cb(const struct msg_field_pulse *m, void *arg)
{
	struct core *c = arg;

	control_pulse(hand_control(c->hand), m);
}

static void
forwarded_cb(const struct msg_forwarded *m, void *arg)
{
	struct core *c = arg;

	entries_forwarded(memory_log(c->memory), m, clock_utc(), clock_mono());
}

static void
late_cb(point_id point, struct utc time, double value, void *arg)
{
	struct core *c = arg;

	memory_late(c->memory, point, time, value, clock_utc(), clock_mono());
}

static uint8_t
left_set_cb(point_id point, void *arg)
{
	struct core *c = arg;

	return control_left_set(hand_control(c->hand), point);
}

const struct links_ops core_links_ops = { .raw = raw_cb,
	.raw_failed = raw_failed_cb,
	.state = device_cb,
	.written = written_cb,
	.down = field_down_cb,
	.late = late_cb,
	.pulse = pulse_cb,
	.forwarded = forwarded_cb,
	.left_set = left_set_cb };

/* ---- figures */

static void
count_acting(const struct core *c, struct system_facts *facts)
{
	const struct alarms *engine = alarming_engine(c->alarming);
	struct alarm_counts n = { .rate = 0 };
	struct control_counts control;

	if (engine != NULL)
		alarms_counts(engine, &n);
	facts->unacked = 0;
	for (unsigned i = 0; i < ALARM_PRIORITIES; i++)
		facts->unacked += n.unacked[i];
	facts->rate = n.rate;
	facts->flood = n.is_flood;
	facts->shelved = n.shelved;
	facts->suppressed = n.suppressed;
	facts->out = n.out;
	facts->old = n.old;
	facts->chattering = n.chattering;
	control_counts(hand_control(c->hand), &control);
	facts->overrides = control.overrides;
	facts->tags = control.tags;
	dispatching_facts(c->dispatching, &facts->dispatch);
	wheeling_facts(c->wheeling, &facts->wheel);
}

static size_t
ask_cb(struct system_facts *facts, pid_t pids[], size_t max, void *arg)
{
	struct core *c = arg;
	size_t n = 0;

	facts->sessions = sessions_count(c->sessions);
	facts->time_off_ms = clock_off_ms();
	facts->restarts = 0;
	memory_facts(c->memory, facts, clock_utc(), clock_mono());
	count_acting(c, facts);
	for (int i = 0; i < HELPER_ALL; i++) {
		pid_t pid = supervise_pid(c->supervise, (enum helper_id)i);
		facts->restarts += supervise_restarts(c->supervise, (enum helper_id)i);
		if (pid != 0 && n < max)
			pids[n++] = pid;
	}
	return n;
}

static void
touched_cb(void *arg)
{
	core_touch(arg);
}

static void
stepped_cb(int64_t step_us, struct utc now, struct mono mono, void *arg)
{
	struct core *c = arg;
	char words[120];

	entries_step(memory_log(c->memory), step_us, now, mono);
	str_printf(words, sizeof(words), "set by %+.3f s", (double)step_us / 1e6);
	if (utc_is_plausible(now))
		alarming_event(c->alarming, OWN_CLOCK, words, now, mono);
	else
		alarming_own(c->alarming, OWN_CLOCK, true, words, now, mono);
	core_touch(c);
}

const struct system_ops core_system_ops = { .ask = ask_cb, .stepped = stepped_cb, .touched = touched_cb };
