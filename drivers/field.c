/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field.c - the pipe to chisand, what comes through it, and the life of the program.
 */
#include "config.h"

#include <stdlib.h>

#include "drivers/field_private.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define END_US    US_PER_S    /* in which pulses are cleared when chisand has gone */
#define QUEUE_MAX (32u << 20) /* bytes that wait for a chisand that does not read: then it ends */

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
		field_bye(f, ERR_FRAME, "the greeting cannot be read");
	} else if (m.version != WIRE_VERSION) {
		str_printf(text, sizeof(text),
		    "%s %s speaks version %u of the pipe, chisan-field %s speaks %u: install both from one build",
		    m.program, m.build, m.version, VERSION, WIRE_VERSION);
		field_bye(f, ERR_VERSION, text);
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
		field_bye(f, ERR_FRAME, "a frame with a write cannot be read");
	} else if (f->poll == NULL || f->pending != NULL) {
		none.write = m.write;
		none.point = m.point;
		none.time = now.utc.us;
		field_send_written(&none, frame->sequence, f);
	} else if (!echonet_write(f->echonet, &m, frame->sequence, now)) {
		outputs_write(f->outputs, &m, frame->sequence, now);
	}
}

/* Of either kind. */
static bool
find_place(uint32_t device, struct dump_place *out, void *arg)
{
	const struct field *f = arg;
	uint32_t at = setup_find_device(f->config, device);

	if (at != UINT32_MAX)
		*out = (struct dump_place){ f->poll, f->poll->devices[at].cfg->link, at };
	return at != UINT32_MAX || echonet_place_of(f->echonet, device, out);
}

static void
pipe_frame(struct conn *c, const struct frame *frame, void *arg)
{
	struct field *f = arg;

	if (frame->type != W_HELLO && !f->is_greeted) {
		field_bye(f, ERR_FRAME, "the first frame must be a greeting");
		return;
	}
	switch (frame->type) {
	case W_HELLO: take_hello(f, frame); break;
	case W_PING: conn_send(c, W_PONG, frame->sequence, NULL, NULL); break;
	case W_FIELD_BEGIN: field_begin(f, frame->generation); break;
	case W_ECHONET_DEVICE:
	case W_ECHONET_ITEM:
	case W_ECHONET_START:
	case W_FIELD_LINK:
	case W_FIELD_PROXY:
	case W_FIELD_SERIAL:
	case W_FIELD_DEVICE:
	case W_FIELD_ITEM:
	case W_FIELD_OUTPUT:
	case W_FIELD_SUNSPEC:
	case W_FIELD_PLACE:
	case W_FIELD_STEP:
	case W_FIELD_START: field_take_config(f, frame); break;
	case W_FIELD_WRITE: take_write(f, frame); break;
	case W_FIELD_SCAN: take_scan(f, frame); break;
	case W_RAW_GET: answer_raw(f, frame); break;
	case W_REGISTERS_GET:
		look_ask(&f->look, f->conn, f->pending == NULL ? f->poll : NULL, frame, moment_now());
		break;
	case W_DUMP_GET:
		dump_ask(&f->dump, f->pending == NULL && f->poll != NULL ? find_place : NULL, f, frame, moment_now());
		break;
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
	proxies_leave(f->proxies); /* what others would write now nobody would record */
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
	timers_reserve(&f->timers, 3);
	f->net = net_new(loop, &f->timers);
	f->echonet = echonet_new(loop, &f->timers, &field_echonet_ops, f, seed);
	f->proxies = proxies_new(loop, &f->timers, &field_proxy_ops, f);
	f->conn = conn_new(loop, fd, &ops, f, &limits);
	conn_set_role(f->conn, ROLE_PEER);
	dump_init(&f->dump, f->conn, &f->timers);
	echonet_show(f->echonet, &f->dump);
	ev_init(&f->clock, clock_cb);
	ev_prepare_init(&f->prepare, prepare_cb);
	f->clock.data = f->prepare.data = f;
	ev_prepare_start(loop, &f->prepare);
	timer_init(&f->tell, field_tell_fire, f);
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
	proxies_leave(f->proxies);
	poll_free(f->poll, moment_now());
	proxies_free(f->proxies);
	outputs_free(f->outputs, moment_now());
	setup_free(f->config);
	setup_free(f->pending);
	dump_done(&f->dump);
	timer_stop(&f->timers, &f->tell);
	timer_stop(&f->timers, &f->end);
	timers_done(&f->timers);
	conn_free(f->conn);
	wbuf_done(&f->out);
	free(f);
}
