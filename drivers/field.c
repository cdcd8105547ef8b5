/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field.c - the pipe to chisand, the generations of the configuration, and what is told: samples at once, states at once
 * when they change, counters each second.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "drivers/echonet.h"
#include "drivers/field.h"
#include "drivers/output.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define SAMPLES_A_FRAME 4000
#define TELL_US         (100 * US_PER_MS) /* a tenth of the devices each, so that each has its second */
#define TELL_PARTS      10
#define END_US          US_PER_S    /* in which pulses are cleared when chisand has gone */
#define QUEUE_MAX       (32u << 20) /* bytes that wait for a chisand that does not read: then it ends */

struct field {
	struct ev_loop *loop;
	struct conn *conn;
	struct timers timers;
	ev_timer clock;     /* the next of timers */
	ev_prepare prepare; /* sets it before the loop sleeps */
	struct mono clock_at;
	struct net *net;
	struct setup *config, *pending;
	struct poll *poll;
	struct outputs *outputs;
	struct echonet *echonet;
	struct timer tell, end;
	uint32_t told; /* part of the second */
	struct wbuf out;
	uint64_t seed;
	int statm_fd;
	bool is_ending;            /* the pipe is closed */
	bool is_greeted, is_muted; /* muted: a new generation is coming in, and the old numbers mean nothing any more */
};

/* ---- time */

static void
clock_cb(struct ev_loop *loop, ev_timer *w, int events)
{
	struct field *f = w->data;

	(void)loop;
	(void)events;
	f->clock_at.us = 0;
	timers_run(&f->timers, moment_now());
}

static void
prepare_cb(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct field *f = w->data;
	struct mono at, now;

	(void)events;
	if (!timers_next(&f->timers, &at)) {
		ev_timer_stop(loop, &f->clock);
		f->clock_at.us = 0;
		return;
	}
	if (at.us == f->clock_at.us && ev_is_active(&f->clock))
		return;
	now = clock_mono();
	ev_timer_stop(loop, &f->clock);
	ev_now_update(loop);
	ev_timer_set(&f->clock, at.us > now.us ? (double)mono_diff_us(at, now) / 1e6 : 0.0, 0.0);
	ev_timer_start(loop, &f->clock);
	f->clock_at = at;
}

/* ---- what is told */

static void
send_samples_of(uint32_t device, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	struct field *f = arg;

	while (count > 0 && !f->is_muted) {
		uint32_t n = count < SAMPLES_A_FRAME ? count : SAMPLES_A_FRAME;
		struct msg_samples m = { .device = device, .time = time.us, .count = (uint16_t)n };

		wbuf_reset(&f->out);
		msg_samples_put(&f->out, &m);
		for (uint32_t i = 0; i < n; i++) {
			w_u32(&f->out, s[i].point);
			w_u16(&f->out, (uint16_t)s[i].cause);
			w_f64(&f->out, s[i].value);
		}
		conn_send(f->conn, W_SAMPLES, 0, &f->out, NULL);
		s += n;
		count -= n;
	}
}

static void
send_samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	send_samples_of(d->cfg->number, time, s, count, arg);
}

static void
send_late(uint32_t device, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg)
{
	struct field *f = arg;
	struct msg_late m = { .device = device, .point = point, .count = (uint16_t)count };

	if (f->is_muted)
		return;
	wbuf_reset(&f->out);
	msg_late_put(&f->out, &m);
	for (uint32_t i = 0; i < count; i++) {
		w_i64(&f->out, times[i].us);
		w_f64(&f->out, values[i]);
	}
	conn_send(f->conn, W_LATE, 0, &f->out, NULL);
}

static void
put_state(const struct msg_device_state *m, void *arg)
{
	struct field *f = arg;

	if (f->is_muted)
		return;
	wbuf_reset(&f->out);
	msg_device_state_put(&f->out, m);
	conn_send(f->conn, W_DEVICE_STATE, 0, &f->out, NULL);
}

static void
send_state(struct device *d, void *arg)
{
	struct field *f = arg;
	struct msg_device_state m = {
		.device = d->cfg->number,
		.state = d->state,
		.answer_us = d->answer_us,
		.requests = d->requests,
		.timeouts = d->timeouts,
		.errors = d->errors,
		.connects = d->connects,
		.since = d->since.us,
		.last_error = (uint16_t)d->error,
		.last_error_time = d->error_time.us,
		.last_error_count = d->error_count,
		.detail = d->detail,
	};

	if (f->is_muted)
		return;
	d->is_dirty = false;
	put_state(&m, f);
}

/* Resident memory: the second number of statm, in pages. */
static uint32_t
resident_kb(const struct field *f)
{
	char text[128], *word = text, *end;
	ssize_t n = f->statm_fd < 0 ? -1 : pread(f->statm_fd, text, sizeof(text) - 1, 0);
	int64_t pages;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	while (*word != '\0' && *word != ' ')
		word++;
	word += *word == ' ';
	for (end = word; *end != '\0' && *end != ' ';)
		end++;
	*end = '\0';
	if (!str_to_i64(word, 0, INT64_C(1) << 32, &pages))
		return 0;
	return (uint32_t)(pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static void
send_stats(struct field *f)
{
	struct msg_field_stats m = {
		.lag_us = f->timers.lag_us > UINT32_MAX ? UINT32_MAX : (uint32_t)f->timers.lag_us,
		.late = f->poll->late,
		.connected = net_connected(f->net),
		.rss_kb = resident_kb(f),
		.requests = f->poll->requests,
	};

	echonet_count(f->echonet, &m.requests, &m.connected);
	f->timers.lag_us = 0;
	wbuf_reset(&f->out);
	msg_field_stats_put(&f->out, &m);
	conn_send(f->conn, W_FIELD_STATS, 0, &f->out, NULL);
}

static void
tell_fire(struct timer *t, struct moment now)
{
	struct field *f = t->arg;

	timer_set(&f->timers, t, mono_add(now.mono, TELL_US));
	if (f->is_muted || f->poll == NULL)
		return;
	for (uint32_t i = f->told; i < f->poll->device_count; i += TELL_PARTS)
		if (f->poll->devices[i].is_dirty)
			send_state(&f->poll->devices[i], f);
	echonet_tell(f->echonet, f->told, TELL_PARTS);
	f->told = (f->told + 1) % TELL_PARTS;
	if (f->told == 0)
		send_stats(f);
}

/* ---- generations */

static void
want(struct device *d, struct moment now, void *arg)
{
	(void)arg;
	net_want(d, now);
}

static void
drop(struct device *d, struct moment now, void *arg)
{
	(void)arg;
	net_drop(d, now);
}

static void
changed(struct device *d, void *arg)
{
	struct field *f = arg;

	send_state(d, f);
	if (f->outputs != NULL)
		outputs_device(f->outputs, d, moment_now());
}

/* The program ends when the last pulse is cleared, if it is only for that that it is still there. */
static void
cleared(void *arg)
{
	struct field *f = arg;

	if (f->is_ending && !outputs_end(f->outputs, moment_now()))
		ev_break(f->loop, EVBREAK_ALL);
}

static void
send_written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
{
	struct field *f = arg;
	struct msg_field_written told = *m;

	if (f->pending != NULL)
		told.point = POINT_NONE; /* a number of the configuration that ends */
	wbuf_reset(&f->out);
	msg_field_written_put(&f->out, &told);
	conn_send(f->conn, W_FIELD_WRITTEN, reply_to, &f->out, NULL);
	cleared(f); /* the last write of a pulse may just have failed */
}

static const struct poll_ops poll_ops = { .want = want, .drop = drop, .samples = send_samples, .state = changed };
static void
send_pulse(const struct msg_field_pulse *m, void *arg)
{
	struct field *f = arg;

	if (f->pending != NULL)
		return; /* a number of the configuration that ends; the next one takes over what is set, and tells its end */
	wbuf_reset(&f->out);
	msg_field_pulse_put(&f->out, m);
	conn_send(f->conn, W_FIELD_PULSE, 0, &f->out, NULL);
}

static const struct echonet_ops echonet_ops = {
	.samples = send_samples_of, .late = send_late, .state = put_state, .written = send_written
};
static const struct outputs_ops outputs_ops = { .written = send_written, .cleared = cleared, .pulse = send_pulse };

static void
say_bye(struct field *f, enum err e, const char *text)
{
	struct msg_bye m = { .err = (uint16_t)e, .text = text };

	log_error("%s", text);
	wbuf_reset(&f->out);
	msg_bye_put(&f->out, &m);
	conn_send(f->conn, W_BYE, 0, &f->out, NULL);
	conn_finish(f->conn, e);
}

/* The new generation takes the place of the old one, on the connections that both have. */
static void
swap(struct field *f)
{
	struct moment now = moment_now();
	struct outputs *old = f->outputs;
	char why[200];

	poll_free(f->poll, now); /* what was under way is told as unknown, what was not sent as not sent */
	f->poll = poll_new(f->pending, &poll_ops, f, &f->timers, ++f->seed);
	f->outputs = outputs_new(f->poll, &outputs_ops, f);
	net_seat(f->net, f->poll);
	f->is_muted = false;
	poll_start(f->poll, now);
	outputs_begin(f->outputs, now);
	if (old != NULL)
		outputs_take_over(f->outputs, old, now);
	else
		outputs_clear_left(f->outputs, now);
	outputs_free(old, now);
	setup_free(f->config);
	f->config = f->pending;
	if (echonet_swap(f->echonet, now, why, sizeof(why)) != OK)
		say_bye(f, ERR_CONFIG, why);
	f->pending = NULL;
	log_info("generation %u: %u links, %u devices, %u points, %u outputs", f->config->generation,
	    f->config->link_count, f->config->device_count, f->config->item_count, f->config->output_count);
}

static void
begin(struct field *f, uint16_t generation)
{
	setup_free(f->pending);
	f->pending = setup_new(generation);
	echonet_begin(f->echonet);
	f->is_muted = true;
	conn_set_generation(f->conn, generation);
}

/* Only what this program carries: serial lines have a process each, and all else another. */
static enum err
take_link(struct field *f, const struct msg_field_link *m)
{
	if (!net_carries(m->transport)) {
		str_printf(f->pending->why, sizeof(f->pending->why), "link %u: this program has no transport %u",
		    m->link, m->transport);
		return ERR_CONFIG;
	}
	return setup_link(f->pending, m);
}

/* One frame of the generation that is coming in. */
static void
take_config(struct field *f, const struct frame *frame)
{
	union {
		struct msg_field_link link;
		struct msg_field_serial serial;
		struct msg_field_device device;
		struct msg_field_item item;
		struct msg_field_output output;
		struct msg_field_sunspec sunspec;
		struct msg_field_place place;
		struct msg_field_step step;
		struct msg_field_start start;
	} m;
	struct rbuf r;
	enum err e = ERR_FRAME;

	if (f->pending == NULL)
		return;
	rbuf_init(&r, frame->body, frame->length);
	switch (frame->type) {
	case W_ECHONET_DEVICE:
	case W_ECHONET_ITEM:
	case W_ECHONET_START:
		e = echonet_config(f->echonet, frame->type, &r, f->pending->why, sizeof(f->pending->why));
		break;
	case W_FIELD_LINK:
		if (msg_field_link_get(&r, &m.link))
			e = take_link(f, &m.link);
		break;
	case W_FIELD_SERIAL:
		if (msg_field_serial_get(&r, &m.serial))
			e = setup_serial(f->pending, &m.serial);
		break;
	case W_FIELD_DEVICE:
		if (msg_field_device_get(&r, &m.device))
			e = setup_device(f->pending, &m.device);
		break;
	case W_FIELD_ITEM:
		if (msg_field_item_get(&r, &m.item))
			e = setup_item(f->pending, &m.item);
		break;
	case W_FIELD_OUTPUT:
		if (msg_field_output_get(&r, &m.output))
			e = setup_output(f->pending, &m.output);
		break;
	case W_FIELD_SUNSPEC:
		if (msg_field_sunspec_get(&r, &m.sunspec))
			e = setup_sunspec(f->pending, &m.sunspec);
		break;
	case W_FIELD_PLACE:
		if (msg_field_place_get(&r, &m.place))
			e = setup_place(f->pending, &m.place);
		break;
	case W_FIELD_STEP:
		if (msg_field_step_get(&r, &m.step))
			e = setup_step(f->pending, &m.step);
		break;
	case W_FIELD_START:
		if (msg_field_start_get(&r, &m.start))
			e = setup_finish(f->pending, &m.start);
		break;
	}
	if (e != OK)
		say_bye(f, e, e == ERR_CONFIG ? f->pending->why : "a frame of the configuration cannot be read");
	else if (frame->type == W_FIELD_START)
		swap(f);
}

/* ---- the pipe */

static void
greet(struct field *f)
{
	struct msg_hello m = {
		.version = WIRE_VERSION, .role = ROLE_PEER, .program = "chisan-field", .build = VERSION, .user = ""
	};

	wbuf_reset(&f->out);
	msg_hello_put(&f->out, &m);
	conn_send(f->conn, W_HELLO, 0, &f->out, NULL);
}

static void
take_hello(struct field *f, const struct frame *frame)
{
	struct msg_hello m;
	struct rbuf r;
	char text[160];

	rbuf_init(&r, frame->body, frame->length);
	if (!msg_hello_get(&r, &m)) {
		say_bye(f, ERR_FRAME, "the greeting cannot be read");
	} else if (m.version != WIRE_VERSION) {
		str_printf(text, sizeof(text),
		    "%s %s speaks version %u of the pipe, chisan-field %s speaks %u: install both from one build",
		    m.program, m.build, m.version, VERSION, WIRE_VERSION);
		say_bye(f, ERR_VERSION, text);
	} else {
		f->is_greeted = true;
	}
}

static void
answer_raw(struct field *f, const struct frame *frame)
{
	struct msg_raw_get get;
	struct msg_raw m = { 0 };
	struct rbuf r;
	uint32_t item;

	rbuf_init(&r, frame->body, frame->length);
	if (msg_raw_get_get(&r, &get) && f->pending == NULL && echonet_raw(f->echonet, get.point, &m)) {
		wbuf_reset(&f->out);
		msg_raw_put(&f->out, &m);
		conn_send(f->conn, W_RAW, frame->sequence, &f->out, NULL);
		return;
	}
	rbuf_init(&r, frame->body, frame->length);
	if (!msg_raw_get_get(&r, &get) || f->poll == NULL || (item = setup_find(f->config, get.point)) == UINT32_MAX) {
		conn_result(
		    f->conn, frame->sequence, ERR_NOT_FOUND, AC_NONE, "this point is not read by the field program");
		return;
	}
	m.point = get.point;
	m.table = f->config->items[item].table;
	m.address = f->config->items[item].address;
	m.type = f->config->items[item].type;
	m.order = f->config->items[item].order;
	m.time = f->poll->readings[item].time.us;
	m.cause = f->poll->readings[item].cause;
	m.decoded = f->poll->readings[item].value;
	m.raw = (struct msg_bytes){ f->poll->readings[item].raw, f->poll->readings[item].raw_len };
	wbuf_reset(&f->out);
	msg_raw_put(&f->out, &m);
	conn_send(f->conn, W_RAW, frame->sequence, &f->out, NULL);
}

static void
take_scan(struct field *f, const struct frame *frame)
{
	struct msg_field_scan m;
	struct rbuf r;
	uint32_t item;

	rbuf_init(&r, frame->body, frame->length);
	if (f->poll == NULL || f->pending != NULL || !msg_field_scan_get(&r, &m) ||
	    echonet_scan(f->echonet, m.point, m.on != 0) || (item = setup_find(f->config, m.point)) == UINT32_MAX)
		return;
	f->poll->readings[item].is_off = m.on == 0;
}

static void
take_write(struct field *f, const struct frame *frame)
{
	struct msg_field_write m;
	struct msg_field_written none = { .err = ERR_DISABLED,
		.detail = "nothing was sent: no configuration is in use" };
	struct moment now = moment_now();
	struct rbuf r;

	rbuf_init(&r, frame->body, frame->length);
	if (!msg_field_write_get(&r, &m)) {
		say_bye(f, ERR_FRAME, "a frame with a write cannot be read");
	} else if (f->poll == NULL || f->pending != NULL) {
		none.write = m.write;
		none.point = m.point;
		none.time = now.utc.us;
		send_written(&none, frame->sequence, f);
	} else if (!echonet_write(f->echonet, &m, frame->sequence, now)) {
		outputs_write(f->outputs, &m, frame->sequence, now);
	}
}

static void
pipe_frame(struct conn *c, const struct frame *frame, void *arg)
{
	struct field *f = arg;

	if (frame->type != W_HELLO && !f->is_greeted) {
		say_bye(f, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	switch (frame->type) {
	case W_HELLO: take_hello(f, frame); break;
	case W_PING: conn_send(c, W_PONG, frame->sequence, NULL, NULL); break;
	case W_FIELD_BEGIN: begin(f, frame->generation); break;
	case W_ECHONET_DEVICE:
	case W_ECHONET_ITEM:
	case W_ECHONET_START:
	case W_FIELD_LINK:
	case W_FIELD_SERIAL:
	case W_FIELD_DEVICE:
	case W_FIELD_ITEM:
	case W_FIELD_OUTPUT:
	case W_FIELD_SUNSPEC:
	case W_FIELD_PLACE:
	case W_FIELD_STEP:
	case W_FIELD_START: take_config(f, frame); break;
	case W_FIELD_WRITE: take_write(f, frame); break;
	case W_FIELD_SCAN: take_scan(f, frame); break;
	case W_RAW_GET: answer_raw(f, frame); break;
	case W_BYE: log_info("chisand says good-bye"); break;
	default: break; /* of no concern to a field program */
	}
}

static void
pipe_closed(struct conn *c, enum err why, void *arg)
{
	struct field *f = arg;
	struct moment now = moment_now();

	(void)c;
	if (why != ERR_CLOSED)
		log_warn("the pipe to chisand: %s", err_text(why));
	f->is_muted = f->is_ending = true;
	if (f->outputs != NULL && outputs_end(f->outputs, now))
		timer_set(&f->timers, &f->end, mono_add(now.mono, END_US)); /* no coil stays set for want of a second */
	else
		ev_break(f->loop, EVBREAK_ALL);
}

static void
end_fire(struct timer *t, struct moment now)
{
	struct field *f = t->arg;

	(void)now;
	log_error("the pipe is closed, and a coil that was set for a moment could not be cleared in time");
	ev_break(f->loop, EVBREAK_ALL);
}

/* ---- life */

struct field *
field_new(struct ev_loop *loop, int fd, int statm_fd, uint64_t seed)
{
	static const struct conn_ops ops = { .frame = pipe_frame, .closed = pipe_closed };
	static const struct conn_limits limits = { .queue_max = QUEUE_MAX };
	struct field *f = xcalloc(1, sizeof(*f));

	f->loop = loop;
	f->seed = seed;
	f->statm_fd = statm_fd;
	wbuf_init(&f->out);
	timers_init(&f->timers);
	timers_reserve(&f->timers, 2);
	f->net = net_new(loop, &f->timers);
	f->echonet = echonet_new(loop, &f->timers, &echonet_ops, f, seed);
	f->conn = conn_new(loop, fd, &ops, f, &limits);
	conn_set_role(f->conn, ROLE_PEER);
	ev_init(&f->clock, clock_cb);
	ev_prepare_init(&f->prepare, prepare_cb);
	f->clock.data = f->prepare.data = f;
	ev_prepare_start(loop, &f->prepare);
	timer_init(&f->tell, tell_fire, f);
	timer_init(&f->end, end_fire, f);
	timer_set(&f->timers, &f->tell, mono_add(clock_mono(), TELL_US));
	greet(f);
	return f;
}

void
field_free(struct field *f)
{
	if (f == NULL)
		return;
	ev_prepare_stop(f->loop, &f->prepare);
	ev_timer_stop(f->loop, &f->clock);
	net_free(f->net);
	f->is_ending = false;
	f->is_muted = true;
	echonet_free(f->echonet);
	poll_free(f->poll, moment_now());
	outputs_free(f->outputs, moment_now());
	setup_free(f->config);
	setup_free(f->pending);
	timer_stop(&f->timers, &f->tell);
	timer_stop(&f->timers, &f->end);
	timers_done(&f->timers);
	conn_free(f->conn);
	wbuf_done(&f->out);
	free(f);
}
