/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_links.c - the field side: configuration out, samples in, and a field program that lies or dies.
 */
#include "config.h"

#include <ev.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>

#include "scada/base/mem.h"
#include "scada/core/links.h"
#include "tests/unit/t.h"

#include "scada/site/schema_site.h"
#include "tests/unit/made_site.h"

#define SCANNED  INT64_C(1795000000000000)
#define RECEIVED (SCANNED + 7000)

static struct ev_loop *loop;
static struct publish *pub;
static struct links *l;
static struct site *site;
static struct table *table;
static struct conn *ours, *field; /* two ends of one pipe */
static unsigned states_told, scans_off, scans_on;
static unsigned begins, link_count, device_count, item_count, starts, raw_gets, answers;
static struct msg_field_start start;
static struct msg_field_item last_item;
static struct msg_field_output last_output;
static struct msg_field_write last_write;
static unsigned output_count, write_count;
static uint32_t left_told; /* points, as bits */
static point_id last_scanned;
static uint32_t raw_sequence, answered_to;
static uint16_t field_generation;
static enum err failed_with;
static uint16_t reported_generation;
static int asker_a, asker_b;
static void *answered;

static struct msg_dump_get dump_asked; /* the last */
static unsigned dump_gets;

static void
field_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct msg_field_link link;
	struct msg_field_device device;
	struct msg_field_scan scan;
	struct rbuf r;

	(void)arg;
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_FIELD_BEGIN:
		begins++;
		link_count = device_count = item_count = output_count = 0;
		conn_set_generation(c, f->generation);
		field_generation = f->generation;
		break;
	case W_FIELD_LINK:
		ck_assert(msg_field_link_get(&r, &link) && r_done(&r));
		link_count++;
		break;
	case W_FIELD_DEVICE:
		ck_assert(msg_field_device_get(&r, &device) && r_done(&r));
		ck_assert_uint_lt(device.link, link_count);
		device_count++;
		break;
	case W_FIELD_ITEM:
		ck_assert(msg_field_item_get(&r, &last_item) && r_done(&r));
		item_count++;
		break;
	case W_FIELD_OUTPUT:
		ck_assert(msg_field_output_get(&r, &last_output) && r_done(&r));
		left_told |= last_output.left_set != 0 ? 1u << last_output.point : 0;
		output_count++;
		break;
	case W_FIELD_WRITE:
		ck_assert(msg_field_write_get(&r, &last_write) && r_done(&r));
		ck_assert_uint_eq(f->generation, field_generation);
		write_count++;
		break;
	case W_FIELD_START:
		ck_assert(msg_field_start_get(&r, &start) && r_done(&r));
		starts++;
		break;
	case W_FIELD_SCAN:
		ck_assert(msg_field_scan_get(&r, &scan) && r_done(&r));
		ck_assert_uint_eq(f->generation, field_generation);
		ck_assert_uint_gt(starts, 0); /* all is read until it is said */
		scans_off += scan.on == 0;
		scans_on += scan.on == 1;
		last_scanned = scan.point;
		break;
	case W_DUMP_GET:
		ck_assert(msg_dump_get_get(&r, &dump_asked) && r_done(&r));
		dump_gets++;
		raw_sequence = f->sequence;
		break;
	case W_REGISTERS_GET:
	case W_RAW_GET:
		raw_gets++;
		raw_sequence = f->sequence;
		break;
	default: ck_abort_msg("%s to the field program", wire_find(f->type)->name);
	}
}

static const struct conn_ops field_ops = { field_frame, NULL }, our_ops = { NULL, NULL };

static void
raw_cb(void *asker, uint32_t sequence, const struct frame *f, void *arg)
{
	(void)f;
	(void)arg;
	answered = asker;
	answered_to = sequence;
	failed_with = OK;
	answers++;
}

static void
raw_failed_cb(void *asker, uint32_t sequence, enum err why, const char *text, void *arg)
{
	(void)arg;
	ck_assert(text != NULL);
	answered = asker;
	answered_to = sequence;
	failed_with = why;
	answers++;
}

static void
state_cb(const struct msg_device_state *m, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(m->device, 4);
	states_told++;
}

static struct msg_field_written last_written;
static unsigned writtens, downs;

static void
written_cb(const struct msg_field_written *m, void *arg)
{
	(void)arg;
	last_written = *m;
	writtens++;
}

static void
down_cb(unsigned part, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(part, LINKS_PARTS);
	downs++;
}

static uint8_t left_coils; /* of point 4 */
static struct msg_field_pulse pulse;
static unsigned pulses;

static void
pulse_cb(const struct msg_field_pulse *m, void *arg)
{
	(void)arg;
	pulse = *m;
	pulses++;
}

static unsigned forwards;

static void
forwarded_cb(const struct msg_forwarded *m, void *arg)
{
	(void)arg;
	ck_assert_str_eq(m->device, "D");
	forwards++;
}

static uint8_t
left_set_cb(point_id point, void *arg)
{
	(void)arg;
	return point == 4 ? left_coils : 0;
}

static const struct links_ops ops = { .raw = raw_cb,
	.raw_failed = raw_failed_cb,
	.state = state_cb,
	.written = written_cb,
	.down = down_cb,
	.pulse = pulse_cb,
	.forwarded = forwarded_cb,
	.left_set = left_set_cb };

static void
turns(void)
{
	for (int i = 0; i < 5; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static struct site_register place;
static struct site_revert revert;

/* The last two points of each device are outputs: P3 a setpoint with a scale and a timer, P4 a pair of coils. */
static void
make_outputs(void)
{
	struct site_profile *p = (struct site_profile *)site->profiles.v;
	struct site_point_def *defs = (struct site_point_def *)p->points.v;
	struct site_register *coil = arena_alloc(site->arena, sizeof(*coil));

	schema_defaults(&register_schema, &place, site->arena);
	schema_defaults(&register_schema, coil, site->arena);
	schema_defaults(&revert_schema, &revert, site->arena);
	place.table = TABLE_HOLDING;
	place.address = 100;
	place.type = RAW_I16;
	place.scale = 0.1;
	place.offset = 5;
	place.invert = true;
	place.invalid = (struct key_numbers){ arena_alloc(site->arena, sizeof(double)), 1 };
	place.invalid.v[0] = -32768;
	revert.timer_register = 104;
	defs[3].kind = KIND_SETPOINT;
	defs[3].write = &place;
	defs[3].revert = &revert;
	*coil = place;
	coil->table = TABLE_COIL;
	coil->type = RAW_BIT;
	coil->address = 7;
	coil->open_address = 8;
	coil->pulse_us = 500000;
	coil->scale = 1;
	coil->offset = 0;
	coil->invert = false;
	defs[4].kind = KIND_COMMAND;
	defs[4].write = coil;
}

static void
setup(void)
{
	int pair[2];

	writtens = downs = write_count = 0;
	begins = starts = raw_gets = answers = states_told = scans_off = scans_on = 0;
	loop = ev_loop_new(EVFLAG_AUTO);
	pub = publish_new(loop, (struct utc){ 1 });
	l = links_new(pub, &ops, NULL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = conn_new(loop, pair[0], &our_ops, NULL, NULL);
	field = conn_new(loop, pair[1], &field_ops, NULL, NULL);
	conn_set_role(field, ROLE_PEER);
	site = made_site(3, 5);
	make_outputs();
	table = table_new(site);
	publish_site(pub, table, 4);
	links_site(l, table, 4);
}

static void
teardown(void)
{
	conn_free(ours);
	conn_free(field);
	links_free(l);
	publish_site(pub, NULL, 0);
	publish_free(pub);
	table_free(table);
	site_free(site);
	ev_loop_destroy(loop);
}

/* What the field program would send, straight to the reader. */
static enum err
report(uint16_t type, const struct wbuf *b)
{
	/* of exactly its size, so that a sanitizer sees a read beyond */
	uint8_t *copy = xmalloc(b->len + 1);
	struct frame f = { .type = type,
		.length = (uint32_t)b->len,
		.body = copy,
		.reply_to = raw_sequence,
		.generation = reported_generation };
	enum err e;

	memcpy(copy, b->data, b->len);
	e = links_frame(l, 0, &f, (struct utc){ RECEIVED }, (struct mono){ 1000000 });
	free(copy);
	return e;
}

static enum err
samples(uint32_t device, uint16_t count, uint16_t sent, point_id first, uint16_t cause)
{
	struct msg_samples m = { .device = device, .time = SCANNED, .count = count };
	struct wbuf b = { 0 };
	enum err e;

	msg_samples_put(&b, &m);
	for (uint16_t i = 0; i < sent; i++) {
		w_u32(&b, first + i);
		w_u16(&b, cause);
		w_f64(&b, 100 + i);
	}
	e = report(W_SAMPLES, &b);
	wbuf_done(&b);
	return e;
}

static enum err
state(uint32_t device, unsigned s, unsigned error)
{
	struct msg_device_state m = {
		.device = device, .state = (uint8_t)s, .last_error = (uint16_t)error, .detail = ""
	};
	struct wbuf b = { 0 };
	enum err e;

	msg_device_state_put(&b, &m);
	e = report(W_DEVICE_STATE, &b);
	wbuf_done(&b);
	return e;
}

static enum err
shared(uint32_t device, uint16_t masters, uint16_t clients)
{
	struct msg_shared m = { .device = device,
		.masters = masters,
		.clients = clients,
		.requests = 7,
		.master = "192.0.2.7",
		.refusal = "192.0.2.9, holding 40 of unit 1" };
	struct wbuf b = { 0 };
	enum err e;

	msg_shared_put(&b, &m);
	e = report(W_SHARED, &b);
	wbuf_done(&b);
	return e;
}

START_TEST(masters_of_a_device_are_known_until_the_field_program_falls)
{
	const struct msg_shared *s;

	links_up(l, 0, ours);
	ck_assert_ptr_null(publish_shared_state(pub, 0));
	ck_assert_int_eq(shared(0, 2, 4), OK);
	s = publish_shared_state(pub, 0);
	ck_assert_ptr_nonnull(s);
	ck_assert(s->masters == 2 && s->clients == 4 && s->requests == 7);
	ck_assert_str_eq(s->refusal, "192.0.2.9, holding 40 of unit 1");
	ck_assert_int_eq(shared(3, 2, 4), ERR_FRAME); /* chisand's own */
	ck_assert_int_eq(shared(0, 2, 0), ERR_FRAME);
	ck_assert_int_eq(shared(999, 2, 4), ERR_FRAME);
	links_down(l, 0);
	s = publish_shared_state(pub, 0);
	ck_assert(s->masters == 0 && s->requests == 7);
	ck_assert_str_eq(s->master, "192.0.2.7");
	ck_assert_ptr_null(publish_shared_state(pub, 1));
}
END_TEST

START_TEST(the_field_program_gets_its_share_and_no_more)
{
	links_up(l, 0, ours);
	turns();
	ck_assert_uint_eq(begins, 1);
	ck_assert_uint_eq(field_generation, 4);
	ck_assert_uint_eq(starts, 1);
	ck_assert_uint_eq(link_count, 1);
	ck_assert_uint_eq(device_count, 3); /* not the internal one */
	ck_assert_uint_eq(item_count, 15);  /* not the calculation */
	ck_assert_uint_eq(start.links, 1);
	ck_assert_uint_eq(start.devices, 3);
	ck_assert_uint_eq(start.items, 15);
	ck_assert_uint_eq(output_count, 6);
	ck_assert_uint_eq(start.outputs, 6);
	ck_assert_uint_eq(last_output.point, 14);
	ck_assert_uint_eq(last_output.device, 2);
	ck_assert_uint_eq(last_output.table, TABLE_COIL);
	ck_assert_uint_eq(last_output.address, 7);
	ck_assert_uint_eq(last_output.open_address, 8);
	ck_assert_uint_eq(last_output.pulse_us, 500000);
	ck_assert_uint_eq(last_output.timer_address, UINT32_MAX);
	ck_assert_uint_eq(last_output.is_echoed, 1);
	ck_assert_uint_eq(last_output.bit_hi, 63);
	ck_assert_uint_eq(last_item.point, 14);
	ck_assert_uint_eq(last_item.device, 2);
	ck_assert_uint_eq(last_item.table, TABLE_HOLDING);
	ck_assert_uint_eq(last_item.address, 4);
	ck_assert_uint_eq(last_item.bit_lo, 0);
	ck_assert_uint_eq(last_item.bit_hi, 63);
	ck_assert_uint_eq(last_item.has_sf, 0);
	ck_assert_uint_eq(last_item.period_us, 1000000);
}
END_TEST

START_TEST(samples_reach_the_table)
{
	ck_assert_int_eq(samples(1, 5, 5, 5, OK), OK);
	ck_assert_double_eq(table_values(table)[7].v, 102);
	uint32_t group = site->points[7].group, groups;
	ck_assert_int_eq(table_group_times(table, &groups)[group].us, SCANNED);
	ck_assert_int_eq(table_group_received(table)[group].us, RECEIVED);
	ck_assert_uint_eq(table_values(table)[7].quality, 0);
	ck_assert_uint_ne(table_values(table)[0].quality, 0);
	ck_assert_int_eq(samples(1, 1, 1, 5, ERR_EXC_ADDRESS), OK);
	ck_assert_uint_eq(table_values(table)[5].cause, ERR_EXC_ADDRESS);
	ck_assert_double_eq(table_values(table)[5].v, 100);
}
END_TEST

START_TEST(lies_of_the_field_program_are_refused)
{
	struct wbuf b = { 0 };

	ck_assert_int_eq(samples(99, 1, 1, 0, OK), ERR_FRAME);         /* no such device */
	ck_assert_int_eq(samples(1, 1, 1, 0, OK), ERR_FRAME);          /* a point of another device */
	ck_assert_int_eq(samples(2, 6, 6, 10, OK), ERR_FRAME);         /* runs into the next device */
	ck_assert_int_eq(samples(1, 5, 4, 5, OK), ERR_FRAME);          /* fewer than said */
	ck_assert_int_eq(samples(1, 4, 5, 5, OK), ERR_FRAME);          /* more than said */
	ck_assert_int_eq(samples(1, 1, 1, UINT32_MAX, OK), ERR_FRAME); /* no such point */
	ck_assert_int_eq(samples(1, 1, 1, 5, 9999), ERR_FRAME);        /* no such cause */
	ck_assert_int_eq(state(99, DEVICE_UP, OK), ERR_FRAME);
	ck_assert_int_eq(state(3, DEVICE_UP, OK), ERR_FRAME); /* chisand's own */
	ck_assert_int_eq(state(1, DEVICE_STATE_COUNT, OK), ERR_FRAME);
	ck_assert_int_eq(state(1, DEVICE_UP, 9999), ERR_FRAME);
	w_u8(&b, 0);
	ck_assert_int_eq(report(W_SITE_TREE, &b), ERR_FRAME); /* not its business */
	wbuf_done(&b);
}
END_TEST

START_TEST(a_device_that_is_down_takes_its_points_along)
{
	uint32_t counts[DEVICE_STATE_COUNT];

	samples(1, 5, 5, 5, OK);
	samples(2, 5, 5, 10, OK);
	ck_assert_int_eq(state(1, DEVICE_DOWN, ERR_CONNECT_REFUSED), OK);
	ck_assert_uint_eq(table_values(table)[6].quality, Q_NO_COMM);
	ck_assert_uint_eq(table_values(table)[6].cause, ERR_CONNECT_REFUSED);
	ck_assert_double_eq(table_values(table)[6].v, 101);
	ck_assert_uint_eq(table_values(table)[11].quality, 0);
	links_count(l, counts);
	ck_assert_uint_eq(counts[DEVICE_DOWN], 1);
	ck_assert_uint_eq(counts[DEVICE_UP], 1); /* chisand's own */
	ck_assert_int_eq(state(1, DEVICE_UP, OK), OK);
	samples(1, 5, 5, 5, OK);
	ck_assert_uint_eq(table_values(table)[6].quality, 0);
}
END_TEST

START_TEST(the_death_of_the_field_program_is_seen_in_every_point)
{
	links_up(l, 0, ours);
	samples(0, 5, 5, 0, OK);
	links_down(l, 0);
	ck_assert_uint_eq(table_values(table)[2].quality, Q_NO_COMM);
	ck_assert_uint_eq(table_values(table)[2].cause, ERR_HELPER);
	ck_assert_double_eq(table_values(table)[2].v, 102);
	ck_assert_uint_eq(table_values(table)[10].cause, ERR_HELPER);
	ck_assert_uint_eq(publish_device_state(pub, 0)->state, DEVICE_DOWN);
	ck_assert_uint_eq(publish_device_state(pub, 3)->state, DEVICE_UP);
}
END_TEST

START_TEST(a_device_that_is_switched_off_stays_off)
{
	struct site *old_site = site;
	struct table *old_table = table;

	site = made_site(2, 3);
	((struct site_device *)site->devices.v)[1].enabled = false;
	table = table_new(site);
	publish_site(pub, table, 5);
	links_site(l, table, 5);
	table_free(old_table);
	site_free(old_site);
	ck_assert_uint_eq(publish_device_state(pub, 1)->state, DEVICE_OFF);
	ck_assert_uint_eq(table_values(table)[4].quality, Q_BLOCKED);
	ck_assert_int_eq(state(1, DEVICE_DOWN, ERR_TIMEOUT), OK);
	ck_assert_uint_eq(publish_device_state(pub, 1)->state, DEVICE_OFF);
	ck_assert_uint_eq(table_values(table)[4].quality, Q_BLOCKED);
}
END_TEST

START_TEST(scans_that_are_off_are_told_at_once_and_with_each_configuration)
{
	struct mono now = { 5 };

	table_scan(table, 7, false, now);
	links_scan(l, 7, false); /* nobody there yet */
	links_up(l, 0, ours);
	turns();
	ck_assert_uint_eq(scans_off, 1);
	ck_assert_uint_eq(last_scanned, 7);
	table_scan(table, 3, false, now);
	links_scan(l, 3, false);
	turns();
	ck_assert_uint_eq(scans_off, 2);
	links_site(l, table, 5); /* a reload: the same holds */
	turns();
	ck_assert_uint_eq(begins, 2);
	ck_assert_uint_eq(scans_off, 4);
	table_scan(table, 3, true, now);
	links_scan(l, 3, true);
	turns();
	ck_assert_uint_eq(scans_on, 1);
	ck_assert_uint_eq(last_scanned, 3);
}
END_TEST

START_TEST(each_state_of_a_device_is_told)
{
	unsigned before = states_told;

	ck_assert_int_eq(state(1, DEVICE_DOWN, ERR_TIMEOUT), OK);
	ck_assert_int_eq(state(1, DEVICE_UP, OK), OK);
	ck_assert_uint_eq(states_told, before + 2);
	links_up(l, 0, ours);
	links_down(l, 0);
	ck_assert_uint_eq(states_told, before + 5);
}
END_TEST

/* ---- writes */

static enum err
write_to(point_id point, double value, char why[256])
{
	struct msg_field_write w = { .write = 77, .point = point, .raw = value, .timer_s = 60 };
	enum err e;

	why[0] = '\0';
	e = links_write(l, &w, why, 256);
	ck_assert((e == OK) == (why[0] == '\0'));
	turns();
	return e;
}

START_TEST(a_write_goes_out_as_the_number_that_reads_back_as_the_value)
{
	char why[256];

	links_up(l, 0, ours);
	turns();
	ck_assert_int_eq(write_to(3, -25, why), OK);
	ck_assert_uint_eq(write_count, 1);
	ck_assert_uint_eq(last_write.write, 77);
	ck_assert_uint_eq(last_write.point, 3);
	ck_assert_uint_eq(last_write.timer_s, 60);
	ck_assert_double_eq_tol(last_write.raw, 200, 1e-9); /* -(200 * 0.1 + 5) */
	ck_assert_double_eq_tol(-(last_write.raw * place.scale + place.offset), -25, 1e-9);
	ck_assert_int_eq(write_to(9, 1, why), OK);
	ck_assert_double_eq(last_write.raw, 1);
}
END_TEST

START_TEST(what_cannot_be_written_is_refused_with_a_sentence_and_not_sent)
{
	char why[256];

	ck_assert_int_eq(write_to(3, 1, why), ERR_HELPER); /* not up */
	links_up(l, 0, ours);
	turns();
	ck_assert_int_eq(write_to(2, 1, why), ERR_NOT_FOUND);  /* measured */
	ck_assert_int_eq(write_to(15, 1, why), ERR_NOT_FOUND); /* internal */
	ck_assert_int_eq(write_to(16, 1, why), ERR_NOT_FOUND); /* calculated */
	ck_assert_int_eq(write_to(POINT_NONE, 1, why), ERR_NOT_FOUND);
	ck_assert_int_eq(write_to(3, (double)NAN, why), ERR_RANGE);
	ck_assert_int_eq(write_to(3, (double)INFINITY, why), ERR_RANGE);
	ck_assert_int_eq(write_to(3, 1e308, why), ERR_RANGE);  /* beyond a double, by the scale */
	ck_assert_int_eq(write_to(3, 3271.8, why), ERR_RANGE); /* -32768: not implemented */
	ck_assert(strstr(why, "-32768") != NULL);
	ck_assert_int_eq(write_to(4, 0.5, why), ERR_RANGE); /* half a coil */
	((struct site_device *)site->devices.v)[1].enabled = false;
	ck_assert_int_eq(write_to(8, 1, why), ERR_DISABLED);
	ck_assert_uint_eq(write_count, 0);
}
END_TEST

static enum err
say_written(uint32_t point, unsigned error)
{
	struct msg_field_written m = { .write = 5, .point = point, .err = (uint16_t)error, .detail = "so" };
	struct wbuf b = { 0 };
	enum err e;

	msg_field_written_put(&b, &m);
	e = report(W_FIELD_WRITTEN, &b);
	wbuf_done(&b);
	return e;
}

START_TEST(outcomes_are_handed_on_also_those_of_an_earlier_configuration)
{
	struct wbuf b = { 0 };

	reported_generation = 4;
	ck_assert_int_eq(say_written(3, ERR_EXC_VALUE), OK);
	ck_assert_uint_eq(writtens, 1);
	ck_assert_uint_eq(last_written.write, 5);
	ck_assert_uint_eq(last_written.point, 3);
	ck_assert_uint_eq(last_written.err, ERR_EXC_VALUE);
	reported_generation = 3;
	ck_assert_int_eq(say_written(999, ERR_UNKNOWN), OK); /* a number of then */
	ck_assert_uint_eq(last_written.point, POINT_NONE);
	reported_generation = 4;
	ck_assert_int_eq(say_written(POINT_NONE, ERR_UNKNOWN), OK);
	ck_assert_uint_eq(writtens, 3);
	ck_assert_int_eq(say_written(999, OK), ERR_FRAME);
	ck_assert_int_eq(say_written(2, OK), ERR_FRAME); /* not an output */
	ck_assert_int_eq(say_written(3, 9999), ERR_FRAME);
	w_u64(&b, 1);
	ck_assert_int_eq(report(W_FIELD_WRITTEN, &b), ERR_FRAME); /* cut short */
	wbuf_done(&b);
	ck_assert_uint_eq(writtens, 3);
}
END_TEST

static enum err
say_pulse(uint32_t point, unsigned coils, unsigned refused)
{
	struct wbuf b = { 0 };
	enum err e;

	msg_field_pulse_put(
	    &b, &(struct msg_field_pulse){ .point = point, .coils = (uint8_t)coils, .refused = (uint8_t)refused });
	e = report(W_FIELD_PULSE, &b);
	wbuf_done(&b);
	return e;
}

START_TEST(coils_that_may_be_set_are_told_both_ways)
{
	left_coils = PULSE_COIL;
	left_told = 0;
	links_up(l, 0, ours);
	turns();
	ck_assert_uint_eq(left_told, 1u << 4); /* and no other one */
	left_coils = 0;
	reported_generation = 4;
	pulses = 0;
	ck_assert_int_eq(say_pulse(4, PULSE_COIL, 0), OK);
	ck_assert_uint_eq(pulse.coils, PULSE_COIL);
	ck_assert_int_eq(say_pulse(4, 0, PULSE_COIL), OK);
	ck_assert_uint_eq(pulses, 2);
	ck_assert_int_eq(say_pulse(4, 4, 0), ERR_FRAME); /* there are two coils at most */
	ck_assert_int_eq(say_pulse(2, 0, 0), ERR_FRAME); /* not an output */
	ck_assert_int_eq(say_pulse(999, 0, 0), ERR_FRAME);
	ck_assert_uint_eq(pulses, 2);
}
END_TEST

static enum err
say_forwarded(uint8_t kind, uint16_t count, size_t bytes, uint16_t e)
{
	static const uint8_t data[8] = { 0 };
	struct wbuf b = { 0 };
	enum err answer;

	msg_forwarded_put(&b,
	    &(struct msg_forwarded){ .err = e,
	        .table = kind,
	        .count = count,
	        .data = { data, bytes },
	        .device = "D",
	        .master = "192.0.2.7" });
	answer = report(W_FORWARDED, &b);
	wbuf_done(&b);
	return answer;
}

START_TEST(writes_of_other_masters_are_whole_or_a_lie)
{
	links_up(l, 0, ours);
	turns();
	forwards = 0;
	ck_assert_int_eq(say_forwarded(TABLE_HOLDING, 2, 4, OK), OK);
	ck_assert_int_eq(say_forwarded(TABLE_COIL, 9, 2, ERR_TIMEOUT), OK);
	ck_assert_uint_eq(forwards, 2);
	ck_assert_int_eq(say_forwarded(TABLE_HOLDING, 2, 3, OK), ERR_FRAME);
	ck_assert_int_eq(say_forwarded(TABLE_HOLDING, 3, 4, OK), ERR_FRAME);
	ck_assert_int_eq(say_forwarded(TABLE_COIL, 9, 1, OK), ERR_FRAME);
	ck_assert_int_eq(say_forwarded(TABLE_INPUT, 2, 4, OK), ERR_FRAME);
	ck_assert_int_eq(say_forwarded(TABLE_HOLDING, 0, 0, OK), ERR_FRAME);
	ck_assert_int_eq(say_forwarded(TABLE_HOLDING, 2, 4, 9999), ERR_FRAME);
	ck_assert_uint_eq(forwards, 2);
}
END_TEST

START_TEST(the_death_of_the_field_program_is_told_to_whoever_waits_for_an_outcome)
{
	char why[256];

	links_up(l, 0, ours);
	turns();
	ck_assert_int_eq(write_to(3, 1, why), OK);
	links_down(l, 0);
	ck_assert_uint_eq(downs, 1);
	ck_assert_int_eq(write_to(3, 1, why), ERR_HELPER);
}
END_TEST

static void
ask(int *asker, uint32_t sequence, point_id point)
{
	links_raw_get(l, asker, sequence, point);
	turns();
}

START_TEST(questions_for_registers_find_their_way_back)
{
	struct msg_raw raw = { .point = 3 };
	struct wbuf b = { 0 };
	uint32_t first;

	links_up(l, 0, ours);
	ask(&asker_a, 17, 3);
	first = raw_sequence;
	ask(&asker_b, 17, 4);
	ck_assert_uint_eq(raw_gets, 2);
	msg_raw_put(&b, &raw);
	ck_assert_int_eq(report(W_RAW, &b), OK);
	ck_assert(answered == &asker_b && answered_to == 17 && failed_with == OK);
	raw_sequence = first;
	ck_assert_int_eq(report(W_RAW, &b), OK);
	ck_assert(answered == &asker_a);
	ck_assert_int_eq(report(W_RAW, &b), OK); /* once more: nobody waits */
	ck_assert_uint_eq(answers, 2);
	wbuf_done(&b);
}
END_TEST

START_TEST(questions_that_cannot_be_answered_say_why)
{
	ask(&asker_a, 1, 3);
	ck_assert_int_eq(failed_with, ERR_HELPER); /* not up */
	links_up(l, 0, ours);
	ask(&asker_a, 2, 999);
	ck_assert_int_eq(failed_with, ERR_NOT_FOUND);
	ask(&asker_a, 3, 15); /* internal */
	ck_assert_int_eq(failed_with, ERR_NOT_FOUND);
	ask(&asker_a, 4, 16); /* calculated */
	ck_assert_int_eq(failed_with, ERR_NOT_FOUND);
	ck_assert_uint_eq(answers, 4);
	for (uint32_t i = 0; i < 600; i++)
		links_raw_get(l, &asker_a, i, 3);
	ck_assert_int_eq(failed_with, ERR_BUSY);
	answers = 0;
	links_down(l, 0);
	ck_assert_uint_eq(answers, 512);
	ck_assert_int_eq(failed_with, ERR_HELPER);
}
END_TEST

static enum err
ask_registers(uint32_t device, unsigned of, unsigned address, unsigned count)
{
	struct msg_registers_get m = { device, (uint8_t)of, (uint16_t)address, (uint16_t)count };

	failed_with = OK;
	links_registers_get(l, &asker_a, 9, &m);
	turns();
	return failed_with;
}

START_TEST(registers_that_a_person_asks_for_are_judged_and_find_their_way_back)
{
	struct msg_registers m = { .device = 0, .table = TABLE_HOLDING, .address = 5, .count = 1 };
	struct msg_raw other = { .point = 3 };
	struct wbuf b = { 0 };

	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 5, 1), ERR_HELPER); /* not up */
	links_up(l, 0, ours);
	ck_assert_int_eq(ask_registers(999, TABLE_HOLDING, 5, 1), ERR_NOT_FOUND);
	ck_assert_int_eq(ask_registers(0, TABLE_COUNT, 5, 1), ERR_RANGE);
	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 5, 0), ERR_RANGE);
	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 5, 126), ERR_RANGE);
	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 65535, 2), ERR_RANGE);
	ck_assert_int_eq(ask_registers(0, TABLE_COIL, 0, 2001), ERR_RANGE);
	ck_assert_uint_eq(raw_gets, 0);
	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 65535, 1), OK);
	ck_assert_int_eq(ask_registers(0, TABLE_HOLDING, 5, 1), OK);
	ck_assert_uint_eq(raw_gets, 2);
	answers = 0;
	msg_raw_put(&b, &other);
	ck_assert_int_eq(report(W_RAW, &b), ERR_FRAME); /* answers another question */
	wbuf_reset(&b);
	msg_registers_put(&b, &m);
	ck_assert_int_eq(report(W_REGISTERS, &b), OK);
	ck_assert(answers == 1 && answered == &asker_a && answered_to == 9);
	wbuf_done(&b);
}
END_TEST

static enum err
ask_dump(uint32_t device, uint32_t seconds)
{
	failed_with = OK;
	links_dump_get(l, &asker_a, 9, &(struct msg_dump_get){ .device = device, .seconds = seconds, .frames = 7 });
	turns();
	return failed_with;
}

START_TEST(frames_come_until_they_end_or_nobody_looks_on)
{
	struct msg_dump m = { .lines = 0 };
	struct wbuf b = { 0 };

	dump_gets = 0;
	links_up(l, 0, ours);
	ck_assert_int_eq(ask_dump(999, 10), ERR_NOT_FOUND);
	ck_assert_int_eq(ask_dump(0, 0), ERR_RANGE);
	ck_assert_int_eq(ask_dump(0, DUMP_SECONDS_MAX + 1), ERR_RANGE);
	ck_assert_uint_eq(dump_gets, 0);
	ck_assert_int_eq(ask_dump(0, 10), OK);
	ck_assert(dump_gets == 1 && dump_asked.seconds == 10 && dump_asked.frames == 7);
	answers = 0;
	msg_dump_put(&b, &m);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(report(W_DUMP, &b), OK);
	ck_assert(answers == 3 && answered == &asker_a && answered_to == 9);
	uint32_t sequence = raw_sequence;
	links_forget(l, &asker_a);
	turns();
	ck_assert(dump_gets == 2 && dump_asked.seconds == 0 && dump_asked.frames == sequence);
	raw_sequence = sequence;
	ck_assert_int_eq(report(W_DUMP, &b), OK); /* was under way */
	ck_assert_uint_eq(answers, 3);
	wbuf_done(&b);
}
END_TEST

START_TEST(an_asker_that_is_gone_gets_no_answer)
{
	struct msg_raw raw = { .point = 3 };
	struct wbuf b = { 0 };

	links_up(l, 0, ours);
	ask(&asker_a, 1, 3);
	links_forget(l, &asker_a);
	msg_raw_put(&b, &raw);
	ck_assert_int_eq(report(W_RAW, &b), OK);
	links_down(l, 0);
	ck_assert_uint_eq(answers, 0);
	wbuf_done(&b);
}
END_TEST

/* The third serial line is part 3. */
START_TEST(each_field_program_has_its_own_devices)
{
	site->conns[0].line = 2;
	ck_assert_uint_eq(links_part(site, 0), 3);
	ck_assert_uint_eq(links_part(site, 3), LINKS_PARTS); /* internal */
	links_up(l, 3, ours);
	turns();
	ck_assert_uint_eq(starts, 1);
	ck_assert_uint_eq(device_count, 3);
	ck_assert_int_eq(samples(0, 1, 1, 0, OK), ERR_FRAME); /* as from chisan-field, whose device it is not */
	ck_assert_int_eq(state(0, DEVICE_UP, OK), ERR_FRAME);
	links_down(l, 0); /* of no concern to the line */
	ck_assert_int_ne(publish_device_state(pub, 0)->state, DEVICE_DOWN);
	links_down(l, 3);
	ck_assert_int_eq(publish_device_state(pub, 0)->state, DEVICE_DOWN);
}
END_TEST

T_MAIN("links",
    T_FIXTURE(setup, teardown) T(each_field_program_has_its_own_devices) T(
        masters_of_a_device_are_known_until_the_field_program_falls) T(the_field_program_gets_its_share_and_no_more)
        T(samples_reach_the_table) T(lies_of_the_field_program_are_refused) T(
            a_device_that_is_down_takes_its_points_along) T(the_death_of_the_field_program_is_seen_in_every_point)
            T(a_device_that_is_switched_off_stays_off) T(questions_for_registers_find_their_way_back) T(
                questions_that_cannot_be_answered_say_why)
                T(registers_that_a_person_asks_for_are_judged_and_find_their_way_back) T(
                    frames_come_until_they_end_or_nobody_looks_on) T(an_asker_that_is_gone_gets_no_answer)
                    T(scans_that_are_off_are_told_at_once_and_with_each_configuration) T(each_state_of_a_device_is_told)
                        T(a_write_goes_out_as_the_number_that_reads_back_as_the_value)
                            T(what_cannot_be_written_is_refused_with_a_sentence_and_not_sent)
                                T(outcomes_are_handed_on_also_those_of_an_earlier_configuration)
                                    T(coils_that_may_be_set_are_told_both_ways)
                                        T(writes_of_other_masters_are_whole_or_a_lie)
                                            T(the_death_of_the_field_program_is_told_to_whoever_waits_for_an_outcome))
