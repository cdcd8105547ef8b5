/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_config.c - the generations of the configuration: one comes in frame by frame, and takes the place of the one before.
 */
#include "config.h"

#include "drivers/field_private.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

static void
send_samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	field_send_samples(d->cfg->number, time, s, count, arg);
}

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

	field_send_state(d, f);
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

void
field_send_written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
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

static void
send_node_id(const struct msg_node_id *m, void *arg)
{
	struct field *f = arg;

	if (f->is_muted)
		return; /* the next configuration meets it again */
	wbuf_reset(&f->out);
	msg_node_id_put(&f->out, m);
	conn_send(f->conn, W_NODE_ID, 0, &f->out, NULL);
}

const struct echonet_ops field_echonet_ops = { .samples = field_send_samples,
	.late = field_send_late,
	.state = field_put_state,
	.written = field_send_written,
	.met = send_node_id };
static const struct outputs_ops outputs_ops = {
	.written = field_send_written, .cleared = cleared, .pulse = send_pulse
};

/* Known by names, so that it needs no generation. */
static void
send_forwarded(const struct msg_forwarded *m, void *arg)
{
	struct field *f = arg;

	wbuf_reset(&f->out);
	msg_forwarded_put(&f->out, m);
	conn_send(f->conn, W_FORWARDED, 0, &f->out, NULL);
}

static void
send_shared(const struct msg_shared *m, void *arg)
{
	struct field *f = arg;

	wbuf_reset(&f->out);
	msg_shared_put(&f->out, m);
	conn_send(f->conn, W_SHARED, 0, &f->out, NULL);
}

const struct proxy_ops field_proxy_ops = { .forwarded = send_forwarded, .shared = send_shared };

/* The new generation takes the place of the old one, on the connections that both have. */
static void
swap(struct field *f)
{
	struct moment now = moment_now();
	struct outputs *old = f->outputs;
	char why[200];

	proxies_leave(f->proxies);
	dump_end(&f->dump, ERR_GENERATION, now);
	poll_free(f->poll, now); /* what was under way is told as unknown, what was not sent as not sent */
	f->poll = poll_new(f->pending, &poll_ops, f, &f->timers, ++f->seed);
	f->poll->dump = &f->dump;
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
		field_bye(f, ERR_CONFIG, why);
	f->pending = NULL;
	proxies_use(f->proxies, f->poll);
	log_info("generation %u: %u links, %u devices, %u points, %u outputs", f->config->generation,
	    f->config->link_count, f->config->device_count, f->config->item_count, f->config->output_count);
}

void
field_begin(struct field *f, uint16_t generation)
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

/* OK, ERR_CONFIG with its sentence in pending->why, or ERR_FRAME. */
static enum err
take_frame(struct field *f, const struct frame *frame)
{
	union {
		struct msg_field_link link;
		struct msg_field_serial serial;
		struct msg_field_proxy proxy;
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
	case W_FIELD_PROXY:
		if (msg_field_proxy_get(&r, &m.proxy))
			e = setup_proxy(f->pending, &m.proxy);
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
	return e;
}

void
field_take_config(struct field *f, const struct frame *frame)
{
	enum err e;

	if (f->pending == NULL)
		return;
	e = take_frame(f, frame);
	if (e != OK)
		field_bye(f, e, e == ERR_CONFIG ? f->pending->why : "a frame of the configuration cannot be read");
	else if (frame->type == W_FIELD_START)
		swap(f);
}
