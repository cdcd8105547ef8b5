/* SPDX-License-Identifier: Apache-2.0 */
/* t_plant_image.c - registers of the simulated devices: encoding, addresses, writes, reversion, and the server's frames. */
#include "config.h"

#include <string.h>

#include "drivers/plant/image.h"
#include "drivers/plant/modbus_server.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

static struct site_register
plain(int type, double scale)
{
	return (struct site_register){ .bit = -1,
		.bits = { (double)NAN, (double)NAN },
		.type = type,
		.scale = scale,
		.scale_factor = -1,
		.open_address = -1 };
}

/* ---- encoding */

static const struct {
	double value;
	int type, order;
	double scale, offset;
	bool invert;
	unsigned n;
	uint16_t words[4];
} vectors[] = {
	{ 1500, RAW_F32, ORDER_ABCD, 1, 0, false, 2, { 0x44BB, 0x8000 } },
	{ 1500, RAW_F32, ORDER_CDAB, 1, 0, false, 2, { 0x8000, 0x44BB } },
	{ 1500, RAW_F32, ORDER_BADC, 1, 0, false, 2, { 0xBB44, 0x0080 } },
	{ 1500, RAW_F32, ORDER_DCBA, 1, 0, false, 2, { 0x0080, 0xBB44 } },
	{ -1800, RAW_I16, ORDER_ABCD, 1, 0, false, 1, { 0xF8F8 } },
	{ -180, RAW_I16, ORDER_ABCD, 0.1, 0, false, 1, { 0xF8F8 } },
	{ 55.5, RAW_U16, ORDER_ABCD, 0.1, 0, false, 1, { 555 } },
	{ 55.5, RAW_U16, ORDER_BADC, 0.1, 0, false, 1, { 0x2B02 } },
	{ 305419896, RAW_U32, ORDER_ABCD, 1, 0, false, 2, { 0x1234, 0x5678 } },
	{ 305419896, RAW_U32, ORDER_CDAB, 1, 0, false, 2, { 0x5678, 0x1234 } },
	{ -2, RAW_I32, ORDER_ABCD, 1, 0, false, 2, { 0xFFFF, 0xFFFE } },
	{ 4294967298.0, RAW_U64, ORDER_ABCD, 1, 0, false, 4, { 0, 1, 0, 2 } },
	{ 4294967298.0, RAW_U64, ORDER_DCBA, 1, 0, false, 4, { 0x0200, 0, 0x0100, 0 } },
	{ 1, RAW_F64, ORDER_ABCD, 1, 0, false, 4, { 0x3FF0, 0, 0, 0 } },
	{ 25, RAW_I16, ORDER_ABCD, 0.1, -40, false, 1, { 650 } },
	{ -100, RAW_I16, ORDER_ABCD, 1, 0, true, 1, { 100 } },
	{ 1e9, RAW_I16, ORDER_ABCD, 1, 0, false, 1, { 0x7FFF } },
	{ -1e9, RAW_I16, ORDER_ABCD, 1, 0, false, 1, { 0x8000 } },
	{ -5, RAW_U16, ORDER_ABCD, 1, 0, false, 1, { 0 } },
	{ 1e9, RAW_U16, ORDER_ABCD, 1, 0, false, 1, { 0xFFFF } },
};

START_TEST(encodes_every_type_and_order)
{
	const struct site_point_def d = { .kind = KIND_ANALOG };
	struct site_register r = { .bit = -1,
		.bits = { (double)NAN, (double)NAN },
		.type = vectors[_i].type,
		.scale = vectors[_i].scale,
		.offset = vectors[_i].offset,
		.invert = vectors[_i].invert,
		.scale_factor = -1,
		.open_address = -1 };
	uint16_t words[4] = { 0 };
	image_encode(&d, &r, vectors[_i].order, 0, vectors[_i].value, words);
	for (unsigned k = 0; k < vectors[_i].n; k++)
		ck_assert_msg(
		    words[k] == vectors[_i].words[k], "word %u is %04x, not %04x", k, words[k], vectors[_i].words[k]);
	if (fabs(vectors[_i].value) < 1e8 && vectors[_i].value != -5)
		ck_assert_double_eq_tol(image_decode(&d, &r, vectors[_i].order, 0, words), vectors[_i].value, 1e-9);
}
END_TEST

START_TEST(bit_fields_share_a_word)
{
	const struct site_point_def d = { .kind = KIND_DIGITAL };
	struct site_register low = plain(RAW_U16, 1), one = plain(RAW_U16, 1);
	low.bits = (struct key_range){ 0, 3 };
	one.bit = 9;
	uint16_t word = 0x8000;
	image_encode(&d, &low, ORDER_ABCD, 0, 5, &word);
	image_encode(&d, &one, ORDER_ABCD, 0, 1, &word);
	ck_assert_uint_eq(word, 0x8205);
	ck_assert_double_eq(image_decode(&d, &low, ORDER_ABCD, 0, &word), 5);
	image_encode(&d, &one, ORDER_ABCD, 0, 0, &word);
	ck_assert_uint_eq(word, 0x8005);
}
END_TEST

START_TEST(counters_roll_over_at_their_modulus_and_at_the_register)
{
	struct site_counter c = { .modulus = 1000000 };
	struct site_point_def d = { .kind = KIND_COUNTER, .counter = &c };
	struct site_register r = plain(RAW_U32, 0.01);
	uint16_t w[2] = { 0 };
	image_encode(&d, &r, ORDER_ABCD, 0, 3000012.34, w);
	ck_assert_uint_eq((unsigned)w[0] << 16 | w[1], 1234);
	d.counter = NULL;
	r.scale = 1;
	image_encode(&d, &r, ORDER_ABCD, 0, 4294967296.0 + 7, w);
	ck_assert_uint_eq((unsigned)w[0] << 16 | w[1], 7);
}
END_TEST

START_TEST(scale_factor_is_a_power_of_ten)
{
	const struct site_point_def d = { .kind = KIND_ANALOG };
	struct site_register r = plain(RAW_I16, 0.001);
	uint16_t w = 0;
	image_encode(&d, &r, ORDER_ABCD, 2, -180, &w); /* 701.W raw -1800, W_SF 2 */
	ck_assert_int_eq((int16_t)w, -1800);
}
END_TEST

/* ---- a device: two analogs, a status bit, a setpoint with reversion, a command with two coils, a digital output */

static struct site_revert revert = { .after_us = 60 * US_PER_S, .to = 0, .timer_register = 202 };
static struct key_name switch_states[] = { { 0, "off" }, { 1, "on" } };
static struct site_register r_p = { .table = TABLE_HOLDING,
	.address = 0,
	.type = RAW_F32,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 1,
	.scale_factor = -1,
	.open_address = -1 };
static struct site_register r_t = { .table = TABLE_HOLDING,
	.address = 5,
	.type = RAW_I16,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 0.1,
	.scale_factor = -1,
	.open_address = -1 };
static struct site_register r_d = { .table = TABLE_DISCRETE,
	.address = 3,
	.type = RAW_BIT,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 1,
	.scale_factor = -1,
	.open_address = -1 };
static struct site_register r_sp = { .table = TABLE_HOLDING,
	.address = 200,
	.type = RAW_F32,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 1,
	.scale_factor = -1,
	.open_address = -1 };
static struct site_register r_cmd = { .table = TABLE_COIL,
	.address = 17,
	.type = RAW_BIT,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 1,
	.scale_factor = -1,
	.open_address = 18,
	.pulse_us = 500000 };
static struct site_register r_lt = { .table = TABLE_COIL,
	.address = 24,
	.type = RAW_BIT,
	.bit = -1,
	.bits = { (double)NAN, (double)NAN },
	.scale = 1,
	.scale_factor = -1,
	.open_address = -1 };
static const struct site_point_def defs[] = {
	{ .tag = "P", .kind = KIND_ANALOG, .read = &r_p, .range = { 0, 100 } },
	{ .tag = "T", .kind = KIND_ANALOG, .read = &r_t, .range = { -20, 80 } },
	{ .tag = "RUN", .kind = KIND_DIGITAL, .read = &r_d, .range = { (double)NAN, (double)NAN } },
	{ .tag = "SP", .kind = KIND_SETPOINT, .read = &r_sp, .write = &r_sp, .range = { -50, 50 }, .revert = &revert },
	{ .tag = "CB_CMD",
	    .kind = KIND_COMMAND,
	    .write = &r_cmd,
	    .range = { (double)NAN, (double)NAN },
	    .states = { switch_states, 2 } },
	{ .tag = "LT",
	    .kind = KIND_COMMAND,
	    .read = &r_lt,
	    .write = &r_lt,
	    .range = { (double)NAN, (double)NAN },
	    .states = { switch_states, 2 } },
};
static struct site_forbidden forbidden = { .table = TABLE_HOLDING, .from = 3, .to = 3 };
static struct site_identity identity = { .table = TABLE_HOLDING, .address = 300, .mask = 0xFF00, .equals = 0x4200 };
static struct site_profile profile = { .name = "x",
	.protocol = PROTOCOL_MODBUS,
	.byte_order = ORDER_ABCD,
	.max_registers = 100,
	.max_bits = 2000,
	.max_gap = 8,
	.forbidden = { NULL, 0 },
	.identity = &identity };
static struct site_point points[ARRAY_LEN(defs)];
static struct site_node node = { .profile = &profile, .count = ARRAY_LEN(defs) };
static struct site site;

static struct image *
new_image(struct world *w)
{
	static const char *const names[] = { "D.P", "D.T", "D.RUN", "D.SP", "D.CB_CMD", "D.LT" };
	struct image *im = arena_alloc(w->arena, sizeof(*im));
	for (size_t i = 0; i < ARRAY_LEN(defs); i++)
		points[i] = (struct site_point){ .name = names[i], .def = &defs[i] };
	site.points = points;
	site.point_count = ARRAY_LEN(defs);
	im->node = &node;
	im->name = "D";
	im->world = w;
	bind_image(im, w->arena, &site);
	image_build(im, w->arena);
	return im;
}

static struct world *
new_world(void)
{
	struct utc t;
	utc_from_iso("2026-11-24T00:00:00Z", &t);
	return world_new(NULL, t, 1);
}

START_TEST(unknown_device_shows_values_within_its_range)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	double lo = 1e9, hi = -1e9;
	for (int i = 0; i < 3600; i++) {
		world_step(w, 1);
		uint16_t words[2];
		ck_assert_int_eq(image_read(im, TABLE_HOLDING, 0, 2, words), MB_OK);
		double v = image_decode(&defs[0], &r_p, ORDER_ABCD, 0, words);
		lo = fmin(lo, v);
		hi = fmax(hi, v);
	}
	ck_assert(lo >= 0 && hi <= 100 && hi - lo > 1);
	uint16_t run;
	ck_assert_int_eq(image_read(im, TABLE_DISCRETE, 3, 1, &run), MB_OK);
	ck_assert_uint_eq(run, 1);
	world_free(w);
}
END_TEST

static const struct {
	const char *tag, *unit;
	double lo, hi, from, to;
} usual[] = {
	{ "F", "Hz", 45, 65, 49.9, 50.1 },
	{ "F", "Hz", 55, 65, 59.9, 60.1 },
	{ "V", "V", 0, 500, 225, 235 },
	{ "V", "V", 0, 8000, 6500, 6700 },
	{ "PF", NULL, -1, 1, 0.9, 1 },
	{ "T", "degC", -20, 100, 10, 40 },
	{ "P", "kW", -500, 500, 50, 200 },
	{ "LEVEL", "%", 0, 100, 20, 80 },
};

START_TEST(a_point_without_limits_shows_what_its_unit_makes_usual)
{
	struct world *w = new_world();
	struct site_point_def d = { .tag = usual[_i].tag,
		.unit = usual[_i].unit,
		.kind = KIND_ANALOG,
		.read = &r_p,
		.range = { usual[_i].lo, usual[_i].hi } };
	struct site_point p = { .name = "X.Y", .def = &d };
	struct site_node n = { .profile = &profile, .count = 1 };
	struct site s = { .points = &p, .point_count = 1 };
	struct image im = { .node = &n, .name = "X", .world = w };
	bind_image(&im, w->arena, &s);
	for (int i = 0; i < 1000; i++) {
		world_step(w, 10);
		double v = image_value(&im, &im.points[0]);
		ck_assert_msg(v >= usual[_i].from && v <= usual[_i].to, "%s = %g", usual[_i].tag, v);
	}
	world_free(w);
}
END_TEST

START_TEST(addresses_that_nobody_has_are_refused_and_small_gaps_read_as_zero)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	uint16_t words[100];
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 0, 6, words), MB_OK);
	ck_assert_uint_eq(words[3], 0);
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 0, 7, words), MB_ADDRESS);
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 100, 1, words), MB_ADDRESS);
	ck_assert_int_eq(image_read(im, TABLE_INPUT, 0, 1, words), MB_ADDRESS);
	ck_assert_int_eq(image_read(im, TABLE_COIL, 17, 2, words), MB_OK);
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 300, 1, words), MB_OK);
	ck_assert_uint_eq(words[0], 0x4200);
	profile.forbidden = (struct key_list){ &forbidden, 1 };
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 0, 6, words), MB_ADDRESS);
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 0, 2, words), MB_OK);
	profile.forbidden = (struct key_list){ NULL, 0 };
	world_free(w);
}
END_TEST

static double
setpoint(struct image *im)
{
	uint16_t words[2];
	ck_assert_int_eq(image_read(im, TABLE_HOLDING, 200, 2, words), MB_OK);
	return image_decode(&defs[3], &r_sp, ORDER_ABCD, 0, words);
}

static int
write_setpoint(struct image *im, double v)
{
	uint16_t words[2];
	image_encode(&defs[3], &r_sp, ORDER_ABCD, 0, v, words);
	return image_write(im, TABLE_HOLDING, 200, 2, words);
}

START_TEST(a_setpoint_is_taken_checked_and_read_back)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	ck_assert_int_eq(write_setpoint(im, 12.5), MB_OK);
	ck_assert_double_eq(setpoint(im), 12.5);
	ck_assert_int_eq(write_setpoint(im, 51), MB_VALUE);
	ck_assert_int_eq(write_setpoint(im, (double)NAN), MB_VALUE);
	ck_assert_double_eq(setpoint(im), 12.5);
	uint16_t zero = 0;
	ck_assert_int_eq(image_write(im, TABLE_HOLDING, 0, 1, &zero), MB_ADDRESS); /* measured, not set */
	world_free(w);
}
END_TEST

START_TEST(a_value_of_two_registers_may_come_in_two_requests)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	uint16_t words[2];
	write_setpoint(im, 10);
	image_encode(&defs[3], &r_sp, ORDER_ABCD, 0, -20.25, words);
	ck_assert_int_eq(image_write(im, TABLE_HOLDING, 201, 1, &words[1]), MB_OK);
	ck_assert_double_eq(setpoint(im), 10);
	ck_assert_int_eq(image_write(im, TABLE_HOLDING, 200, 1, &words[0]), MB_OK);
	ck_assert_double_eq(setpoint(im), -20.25);
	world_free(w);
}
END_TEST

START_TEST(a_setpoint_reverts_when_nobody_refreshes_it)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	write_setpoint(im, 30);
	for (int i = 0; i < 59; i++) {
		world_step(w, 1);
		image_tick(im);
	}
	ck_assert_double_eq(setpoint(im), 30);
	write_setpoint(im, 31);
	for (int i = 0; i < 59; i++) {
		world_step(w, 1);
		image_tick(im);
	}
	ck_assert_double_eq(setpoint(im), 31);
	world_step(w, 2);
	image_tick(im);
	ck_assert_double_eq(setpoint(im), 0);
	/* The device's timer can be set. */
	uint16_t seconds = 5;
	ck_assert_int_eq(image_write(im, TABLE_HOLDING, 202, 1, &seconds), MB_OK);
	write_setpoint(im, 7);
	world_step(w, 6);
	image_tick(im);
	ck_assert_double_eq(setpoint(im), 0);
	world_free(w);
}
END_TEST

START_TEST(two_coils_close_and_open)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	uint16_t on = 1, off = 0, seen;
	ck_assert_int_eq(image_write(im, TABLE_COIL, 17, 1, &on), MB_OK);
	ck_assert_double_eq(im->points[4].held, 1);
	ck_assert_int_eq(image_write(im, TABLE_COIL, 17, 1, &off), MB_OK); /* the pulse is taken back */
	ck_assert_double_eq(im->points[4].held, 1);
	ck_assert_int_eq(image_write(im, TABLE_COIL, 18, 1, &on), MB_OK);
	ck_assert_double_eq(im->points[4].held, 0);
	/* A plain coil keeps what was written. */
	ck_assert_int_eq(image_write(im, TABLE_COIL, 24, 1, &on), MB_OK);
	ck_assert_int_eq(image_read(im, TABLE_COIL, 24, 1, &seen), MB_OK);
	ck_assert_uint_eq(seen, 1);
	world_free(w);
}
END_TEST

/* ---- frames */

static int
read_fn(void *arg, int table, unsigned address, unsigned count, uint16_t *out)
{
	return image_read(arg, table, address, count, out);
}

static int
write_fn(void *arg, int table, unsigned address, unsigned count, const uint16_t *in)
{
	return image_write(arg, table, address, count, in);
}

static const struct {
	const char *what;
	uint8_t pdu[24];
	size_t len;
	int exception; /* -1: a good answer */
} requests[] = {
	{ "read holding", { 3, 0, 0, 0, 2 }, 5, -1 },
	{ "read nothing", { 3, 0, 0, 0, 0 }, 5, 3 },
	{ "read 126", { 3, 0, 0, 0, 126 }, 5, 3 },
	{ "read above the device's limit", { 3, 0, 0, 0, 101 }, 5, 3 },
	{ "read beyond the end", { 3, 0xFF, 0xFF, 0, 2 }, 5, 2 },
	{ "read cut", { 3, 0, 0, 0 }, 4, 3 },
	{ "read long", { 3, 0, 0, 0, 2, 0 }, 6, 3 },
	{ "read discrete", { 2, 0, 3, 0, 1 }, 5, -1 },
	{ "read 2001 bits", { 2, 0, 3, 7, 0xD1 }, 5, 3 },
	{ "unknown function", { 43, 14, 1, 0 }, 4, 1 },
	{ "function alone", { 3 }, 1, 3 },
	{ "function 0", { 0 }, 1, 1 },
	{ "coil half on", { 5, 0, 24, 0x12, 0 }, 5, 3 },
	{ "coil on", { 5, 0, 24, 0xFF, 0 }, 5, -1 },
	{ "coil nowhere", { 5, 0, 99, 0xFF, 0 }, 5, 2 },
	{ "write two", { 16, 0, 200, 0, 2, 4, 0x41, 0x20, 0, 0 }, 10, -1 },
	{ "write two, byte count lies", { 16, 0, 200, 0, 2, 5, 0x41, 0x20, 0, 0 }, 10, 3 },
	{ "write two, cut", { 16, 0, 200, 0, 2, 4, 0x41, 0x20 }, 8, 3 },
	{ "write not a number", { 16, 0, 200, 0, 2, 4, 0x7F, 0xC0, 0, 0 }, 10, 3 },
	{ "write coils", { 15, 0, 24, 0, 1, 1, 1 }, 7, -1 },
	{ "write no coils", { 15, 0, 24, 0, 0, 0 }, 6, 3 },
	{ "mask", { 22, 0, 202, 0, 0, 0, 60 }, 7, -1 },
	{ "mask, cut", { 22, 0, 202, 0, 0 }, 5, 3 },
	{ "read and write", { 23, 0, 0, 0, 2, 0, 200, 0, 2, 4, 0x41, 0x20, 0, 0 }, 14, -1 },
	{ "read and write, wrong read", { 23, 0, 90, 0, 2, 0, 200, 0, 2, 4, 0x41, 0x20, 0, 0 }, 14, 2 },
};

START_TEST(requests_are_answered_or_refused_with_the_right_exception)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	struct mb_target t = { read_fn, write_fn, 100, 2000, im };
	uint8_t frame[ADU_MAX] = { 0x12, 0x34, 0, 0, 0, (uint8_t)(requests[_i].len + 1), 1 }, reply[ADU_MAX];
	memcpy(frame + ADU_HEAD, requests[_i].pdu, requests[_i].len);
	size_t len = ADU_HEAD + requests[_i].len;
	ck_assert_int_eq(mb_frame_length(frame, len), (int)len);
	size_t n = mb_answer(&t, frame, len, reply);
	ck_assert(reply[0] == 0x12 && reply[1] == 0x34 && reply[2] == 0 && reply[3] == 0 && reply[6] == 1);
	ck_assert_uint_eq(n, 6u + reply[5]);
	if (requests[_i].exception < 0) {
		ck_assert_msg(reply[7] == requests[_i].pdu[0], "%s: exception %d", requests[_i].what, reply[8]);
	} else {
		ck_assert_msg(reply[7] == (requests[_i].pdu[0] | 0x80), "%s: answered", requests[_i].what);
		ck_assert_msg(reply[8] == requests[_i].exception, "%s: exception %d", requests[_i].what, reply[8]);
		ck_assert_uint_eq(n, 9);
	}
	world_free(w);
}
END_TEST

START_TEST(every_short_prefix_waits_and_garbage_is_seen)
{
	const uint8_t good[] = { 0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2 };
	for (size_t n = 0; n < sizeof(good); n++)
		ck_assert_int_eq(mb_frame_length(good, n), 0);
	ck_assert_int_eq(mb_frame_length(good, sizeof(good)), 12);
	ck_assert_int_eq(mb_frame_length((const uint8_t *)"GET / HTTP/1.1", 14), -1);
	ck_assert_int_eq(mb_frame_length((const uint8_t[]){ 0, 1, 0, 0, 0, 1, 1 }, 7), -1);
	ck_assert_int_eq(mb_frame_length((const uint8_t[]){ 0, 1, 0, 0, 1, 0, 1 }, 7), -1);
}
END_TEST

START_TEST(hold_and_set_override_a_value)
{
	struct world *w = new_world();
	struct image *im = new_image(w);
	im->points[0].override = OVERRIDE_VALUE;
	im->points[0].override_value = 42;
	world_step(w, 5);
	ck_assert_double_eq(image_value(im, &im->points[0]), 42);
	im->points[0].override = OVERRIDE_NONE;
	ck_assert_double_ne(image_value(im, &im->points[0]), 42);
	world_free(w);
}
END_TEST

T_MAIN("plant_image",
    T_LOOP(encodes_every_type_and_order, 0, ARRAY_LEN(vectors)) T(bit_fields_share_a_word)
        T(counters_roll_over_at_their_modulus_and_at_the_register) T(scale_factor_is_a_power_of_ten) T(
            unknown_device_shows_values_within_its_range) T_LOOP(a_point_without_limits_shows_what_its_unit_makes_usual,
            0, ARRAY_LEN(usual)) T(addresses_that_nobody_has_are_refused_and_small_gaps_read_as_zero)
            T(a_setpoint_is_taken_checked_and_read_back) T(a_value_of_two_registers_may_come_in_two_requests)
                T(a_setpoint_reverts_when_nobody_refreshes_it) T(two_coils_close_and_open)
                    T_LOOP(requests_are_answered_or_refused_with_the_right_exception, 0, ARRAY_LEN(requests))
                        T(every_short_prefix_waits_and_garbage_is_seen) T(hold_and_set_override_a_value))
