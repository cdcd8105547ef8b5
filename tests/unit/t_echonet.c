/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_echonet.c - frames, property maps, names of properties, our own node; and the simulated nodes, which have an encoder of their own.
 */
#include "config.h"

#include <string.h>

#include "drivers/el_frame.h"
#include "drivers/el_node.h"
#include "drivers/el_poll.h"
#include "drivers/el_setup.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

/* ---- frames; the first two were exchanged with a node that nobody here wrote */

static const uint8_t request[] = { 0x10, 0x81, 0, 1, 0x05, 0xFF, 1, 0x0E, 0xF0, 1, 0x62, 1, 0xD6, 0 };
static const uint8_t reply[] = { 0x10, 0x81, 0, 1, 0x0E, 0xF0, 1, 0x05, 0xFF, 1, 0x72, 1, 0xD6, 4, 1, 2, 0x7D, 1 };
static const uint8_t setget[] = { 0x10, 0x81, 0x12, 0x34, 0x05, 0xFF, 1, 0x02, 0x88, 1, 0x6E, 1, 0xE5, 1, 2, 1, 0xE2,
	0 };

START_TEST(a_request_is_read_and_laid_out_the_same)
{
	static const struct {
		const uint8_t *bytes;
		size_t len;
	} all[] = { { request, sizeof(request) }, { reply, sizeof(reply) }, { setget, sizeof(setget) } };
	uint8_t out[EL_FRAME_MAX];
	struct el_frame f;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		ck_assert_int_eq(el_frame_take(all[i].bytes, all[i].len, &f), OK);
		ck_assert_uint_eq(el_frame_put(out, &f), all[i].len);
		ck_assert_mem_eq(out, all[i].bytes, all[i].len);
	}
	ck_assert_int_eq(el_frame_take(reply, sizeof(reply), &f), OK);
	ck_assert_uint_eq(f.tid, 1);
	ck_assert_uint_eq(f.seoj, ECHONET_NODE);
	ck_assert_uint_eq(f.deoj, EL_CONTROLLER);
	ck_assert_uint_eq(el_instance(&f.props[0], 0), 0x027D01);
	ck_assert_uint_eq(el_instance(&f.props[0], 1), 0);
	ck_assert_int_eq(el_frame_take(setget, sizeof(setget), &f), OK);
	ck_assert_uint_eq(f.got, 1);
	ck_assert_uint_eq(f.props[1].epc, 0xE2);
}
END_TEST

START_TEST(what_is_cut_off_or_too_long_is_refused)
{
	uint8_t copy[64];
	struct el_frame f;

	for (size_t len = 0; len < sizeof(reply); len++)
		ck_assert_int_eq(el_frame_take(reply, len, &f), ERR_BAD_LENGTH);
	memcpy(copy, reply, sizeof(reply));
	ck_assert_int_eq(el_frame_take(copy, sizeof(reply) + 1, &f), ERR_BAD_LENGTH);
	copy[11] = 2; /* a property that is not there */
	ck_assert_int_eq(el_frame_take(copy, sizeof(reply), &f), ERR_BAD_LENGTH);
	copy[11] = 1;
	copy[1] = 0x82; /* format 2 */
	ck_assert_int_eq(el_frame_take(copy, sizeof(reply), &f), ERR_BAD_PROTOCOL);
	copy[1] = 0x81;
	copy[10] = 0x77;
	ck_assert_int_eq(el_frame_take(copy, sizeof(reply), &f), ERR_BAD_FUNCTION);
	memcpy(copy, setget, sizeof(setget));
	ck_assert_int_eq(el_frame_take(copy, 15, &f), ERR_BAD_LENGTH); /* the second list is missing */
}
END_TEST

START_TEST(more_properties_than_anybody_needs_are_refused)
{
	static uint8_t big[EL_FRAME_MAX + 1];
	struct el_frame f;

	memcpy(big, request, sizeof(request));
	big[11] = EL_PROPS_MAX + 1;
	ck_assert_int_eq(el_frame_take(big, 12 + 2 * (EL_PROPS_MAX + 1), &f), ERR_TOO_BIG);
	big[11] = EL_PROPS_MAX;
	ck_assert_int_eq(el_frame_take(big, 12 + 2 * EL_PROPS_MAX, &f), OK);
	ck_assert_int_eq(el_frame_take(big, sizeof(big), &f), ERR_TOO_BIG);
}
END_TEST

START_TEST(maps_are_lists_below_sixteen_and_bits_from_sixteen_on)
{
	uint8_t bytes[17];
	struct el_map m = { { 0 } }, back;

	for (unsigned n = 1; n <= 128; n++) {
		el_map_add(&m, (uint8_t)(0x80 + (n * 37) % 128));
		size_t len = el_map_put(&m, bytes);
		ck_assert_uint_eq(len, n < 16 ? n + 1 : 17);
		ck_assert_uint_eq(bytes[0], n);
		ck_assert(el_map_take(bytes, len, &back));
		ck_assert_mem_eq(&back, &m, sizeof(m));
	}
	/* the table of the specification: byte 1, bit 0 is 80; byte 1, bit 7 is F0; byte 16, bit 0 is 8F */
	static const uint8_t some[17] = { 16, 0x81, 0xFF, [4] = 0x3F };
	ck_assert(el_map_take(some, 17, &m));
	ck_assert(el_map_has(&m, 0x80) && el_map_has(&m, 0xF0) && el_map_has(&m, 0x81) && el_map_has(&m, 0xF1));
	ck_assert(el_map_has(&m, 0x83) && el_map_has(&m, 0xD3) && !el_map_has(&m, 0xE3) && !el_map_has(&m, 0x82));
	ck_assert(!el_map_take(some, 16, &m) && !el_map_take(bytes, 0, &m));
	static const uint8_t list[3] = { 2, 0x80, 0x81 };
	ck_assert(el_map_take(list, 3, &m) && !el_map_take(list, 2, &m));
}
END_TEST

/* ---- names */

static const struct {
	const char *text;
	uint32_t object; /* 0: refused */
	int epc, at;
} names[] = {
	{ "028A.E3", 0x028A01, 0xE3, 7 },
	{ "028A02.C3", 0x028A02, 0xC3, 7 },
	{ "028a01.energy", 0x028A01, 0xE2, 7 },
	{ "0288.E8.2", 0x028801, 0xE8, 2 },
	{ "0288.current-t", 0x028801, 0xE8, 2 },
	{ "0157.DE", 0x015701, 0xDE, 0 },
	{ "0279.88", 0x027901, 0x88, 0 }, /* of every device */
	{ "0287.EF", 0x028701, 0xEF, 0 },
	{ "0287.channel-32-current-r", 0x028701, 0xEF, 4 },
	{ "027D7F.E4", 0x027D7F, 0xE4, 0 },
	{ "028A.E9", 0, 0, 0 },
	{ "028A.E3.2", 0, 0, 0 },
	{ "028A00.E3", 0, 0, 0 },
	{ "028A80.E3", 0, 0, 0 },
	{ "0299.E3", 0, 0, 0 },
	{ "0000.88", 0, 0, 0 },
	{ "28A.E3", 0, 0, 0 },
	{ "028A", 0, 0, 0 },
	{ "028A.", 0, 0, 0 },
	{ "028A.enrgy", 0, 0, 0 },
	{ "", 0, 0, 0 },
};

START_TEST(properties_are_named_by_number_or_word)
{
	struct echonet_place p;
	char message[200] = "";
	bool ok = echonet_place(names[_i].text, &p, message, sizeof(message));

	ck_assert_msg(ok == (names[_i].object != 0), "%s: %s", names[_i].text, message);
	if (!ok) {
		ck_assert_str_ne(message, "");
		return;
	}
	ck_assert_uint_eq(p.object, names[_i].object);
	ck_assert_uint_eq(p.row->epc, (unsigned)names[_i].epc);
	ck_assert_uint_eq(p.row->at, (unsigned)names[_i].at);
}
END_TEST

START_TEST(a_word_that_is_nearly_right_is_proposed)
{
	struct echonet_place p;
	char message[200];

	ck_assert(!echonet_place("028A.enrgy", &p, message, sizeof(message)));
	ck_assert_ptr_nonnull(strstr(message, "did you mean energy?"));
}
END_TEST

START_TEST(the_table_is_sound)
{
	for (size_t i = 0; echonet_row(i) != NULL; i++) {
		const struct echonet_row *r = echonet_row(i);

		ck_assert_msg(r->class == 0 || echonet_class(r->class) != NULL, "%04X", r->class);
		ck_assert_uint_ge(r->epc, 0x80);
		ck_assert_uint_lt(r->form, EL_FORM_COUNT);
		ck_assert_msg(
		    r->size == 0 || r->at + echonet_form_size(r->form) <= r->size, "%04X.%02X", r->class, r->epc);
		ck_assert(r->scale != 0 && r->name[0] != '\0' && (r->flags & EL_GET) != 0);
		ck_assert((r->history == 0) == (r->day == 0));
		/* what multiplies is a property of the class, and a number or the code of one */
		for (unsigned k = 0; k < ECHONET_FACTORS && r->factors[k] != 0; k++) {
			const struct echonet_row *f = echonet_find(r->class, r->factors[k]);

			ck_assert_ptr_nonnull(f);
			ck_assert(f->form == EL_U32 || (f->flags & EL_CODE) != 0);
		}
		for (size_t k = i + 1; echonet_row(k) != NULL; k++)
			ck_assert_msg(echonet_row(k)->class != r->class || strcmp(echonet_row(k)->name, r->name) != 0,
			    "%04X.%s stands twice", r->class, r->name);
		if (echonet_next_part(r) != NULL)
			ck_assert_uint_gt(echonet_next_part(r)->at, r->at);
	}
}
END_TEST

START_TEST(units_are_powers_of_ten)
{
	double v;

	ck_assert(echonet_unit_code(0x00, &v) && v == 1);
	ck_assert(echonet_unit_code(0x02, &v) && v == 0.01);
	ck_assert(echonet_unit_code(0x04, &v) && v == 0.0001);
	ck_assert(echonet_unit_code(0x0A, &v) && v == 10);
	ck_assert(echonet_unit_code(0x0D, &v) && v == 10000);
	ck_assert(!echonet_unit_code(0x05, &v) && !echonet_unit_code(0x09, &v) && !echonet_unit_code(0x0E, &v) &&
	    !echonet_unit_code(0xFF, &v));
}
END_TEST

/* ---- bytes of properties, with sizes, signs, units and ends of range as the Machine Readable Appendix 1.3.1 has them */

static const struct {
	const char *property;
	enum err cause;
	double value;
	uint8_t len;
	uint8_t bytes[15];
} properties[] = {
	{ "0157.88", OK, 0x41, 1, { 0x41 } },
	{ "0157.89", OK, 3, 2, { 0, 3 } },
	{ "0156.B3", OK, 27, 1, { 27 } },
	{ "0156.B3", ERR_NOT_IMPLEMENTED, 0, 1, { 0xFF } }, /* no -1 degC: it is unsigned */
	{ "0156.BB", OK, -5, 1, { 0xFB } },
	{ "0156.BB", ERR_NOT_IMPLEMENTED, 0, 1, { 0x7E } }, /* cannot be measured */
	{ "0156.DB", OK, 3, 1, { 3 } },                     /* 100 to 150 W: a code, not a power */
	{ "0157.DB", OK, 70000, 4, { 0, 1, 0x11, 0x70 } },
	{ "0157.DB", ERR_BAD_LENGTH, 0, 2, { 0x13, 0x88 } },
	{ "0157.DE", OK, 0, 4, { 0 } }, /* nothing is to be saved */
	{ "0157.DE", ERR_NOT_IMPLEMENTED, 0, 4, { 0xFF, 0xFF, 0xFF, 0xFE } },
	{ "0157.rated-power-heating", OK, 5000, 8, { 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0x13, 0x88 } },
	{ "0157.rated-power-cooling", ERR_NOT_IMPLEMENTED, 0, 8, { 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0x13, 0x88 } },
	{ "027C.C4", OK, 700, 2, { 0x02, 0xBC } },
	{ "027C.C5", OK, 999999.999, 4, { 0x3B, 0x9A, 0xC9, 0xFF } },
	{ "027C.C7", OK, 0.123, 2, { 0, 123 } },
	{ "027C.CB", OK, 0x45, 1, { 0x45 } }, /* idling */
	{ "027E.C8.2", OK, 6000, 8, { 0, 0, 0, 100, 0, 0, 0x17, 0x70 } },
	{ "027E.C7", OK, 0xFF, 1, { 0xFF } },
	{ "027E.D3", OK, -999999999, 4, { 0xC4, 0x65, 0x36, 0x01 } },
	{ "027E.D4", OK, -3276.7, 2, { 0x80, 0x01 } },
	{ "027E.D6", OK, 0.001, 4, { 0, 0, 0, 1 } },
	{ "027E.v2g-power", OK, 999999999, 4, { 0x3B, 0x9A, 0xC9, 0xFF } },
	{ "02A5.E7", OK, -2147483647, 4, { 0x80, 0, 0, 1 } },
	{ "02A5.E3", OK, 0.001, 4, { 0, 0, 0, 1 } },
	{ "0279.D0", OK, 3, 1, { 3 } },
	{ "0279.E8", ERR_NOT_IMPLEMENTED, 0, 2, { 0xFF, 0xFF } }, /* not set */
	{ "027D.E3", OK, 12.3, 2, { 0, 123 } },
	{ "027D.D3", OK, -1, 4, { 0xFF, 0xFF, 0xFF, 0xFF } },
	{ "0287.B1", OK, 252, 1, { 252 } },
	{ "0287.B1", ERR_NOT_IMPLEMENTED, 0, 1, { 0xFD } }, /* their number is not defined */
	{ "0287.C8.2", ERR_NOT_IMPLEMENTED, 0, 4, { 3, 0xE8, 0xFF, 0xFE } },
	{ "0288.E8.2", ERR_NOT_IMPLEMENTED, 0, 4, { 0, 51, 0x7F, 0xFE } },
	{ "0288.E7", ERR_NOT_IMPLEMENTED, 0, 4, { 0x7F, 0xFF, 0xFF, 0xFE } },
};

START_TEST(bytes_mean_what_the_appendix_says)
{
	const char *name = properties[_i].property;
	struct echonet_place p;
	struct el_object none = { 0 };
	struct el_cfg_item c = { 0 };
	struct el_item it = { .cfg = &c, .object = &none };
	struct el_prop prop = { .len = properties[_i].len, .data = properties[_i].bytes };
	char message[200] = "";

	ck_assert_msg(echonet_place(name, &p, message, sizeof(message)), "%s", message);
	c.form = p.row->form;
	c.at = p.row->at;
	c.size = p.row->size;
	c.scale = p.row->scale;
	el_item_take(&it, &prop);
	ck_assert_msg(it.cause == properties[_i].cause, "%s: %s", name, err_text((enum err)it.cause));
	ck_assert_double_eq_tol(it.value, properties[_i].value, 1e-6);
}
END_TEST

/* ---- our own node */

static struct el_frame
ask(uint32_t deoj, uint8_t service, const uint8_t *epcs, unsigned n)
{
	struct el_frame f = { .tid = 7, .seoj = 0x05FF01, .deoj = deoj, .service = service, .count = (uint8_t)n };

	f.got = f.count;
	for (unsigned i = 0; i < n; i++)
		f.props[i].epc = epcs[i];
	return f;
}

START_TEST(our_node_answers_what_a_node_must_have)
{
	/* the mandatory properties of a node profile, and of a device object */
	static const uint8_t node[] = { 0x80, 0x82, 0x83, 0x8A, 0x9D, 0x9E, 0x9F, 0xD3, 0xD4, 0xD6, 0xD7 };
	static const uint8_t device[] = { 0x80, 0x81, 0x82, 0x88, 0x8A, 0x9D, 0x9E, 0x9F };
	uint8_t out[EL_FRAME_MAX];
	struct el_node n;
	struct el_frame a, q;
	struct el_map map;
	bool is_to_all;

	el_node_init(&n, 42);
	for (int i = 0; i < 2; i++) {
		q = i == 0 ? ask(ECHONET_NODE, EL_GETS, node, sizeof(node))
		           : ask(EL_CONTROLLER, EL_GETS, device, sizeof(device));
		size_t len = el_node_answer(&n, &q, out, &is_to_all);

		ck_assert_int_eq(el_frame_take(out, len, &a), OK);
		ck_assert_uint_eq(a.service, EL_GET_RES);
		ck_assert_uint_eq(a.tid, 7);
		ck_assert_uint_eq(a.seoj, q.deoj);
		ck_assert(!is_to_all);
		for (unsigned k = 0; k < a.count; k++)
			ck_assert_msg(a.props[k].len > 0, "property %02X is empty", a.props[k].epc);
		/* and its map of what can be read says the same */
		for (unsigned k = 0; k < a.count; k++)
			if (a.props[k].epc == EPC_MAP_GET)
				ck_assert(el_map_take(a.props[k].data, a.props[k].len, &map));
		for (unsigned k = 0; k < q.count; k++)
			ck_assert(el_map_has(&map, q.props[k].epc));
	}
}
END_TEST

START_TEST(our_node_refuses_property_by_property)
{
	static const uint8_t some[] = { 0x80, 0xB0 }, on[] = { 0x30 };
	uint8_t out[EL_FRAME_MAX];
	struct el_node n;
	struct el_frame a, q = ask(ECHONET_NODE, EL_GETS, some, 2);
	bool is_to_all;

	el_node_init(&n, 42);
	ck_assert_int_eq(el_frame_take(out, el_node_answer(&n, &q, out, &is_to_all), &a), OK);
	ck_assert_uint_eq(a.service, EL_GET_SNA);
	ck_assert(a.props[0].len == 1 && a.props[1].len == 0);
	q.service = EL_SETC;
	q.count = q.got = 1;
	q.props[0] = (struct el_prop){ 0x80, 1, on };
	ck_assert_int_eq(el_frame_take(out, el_node_answer(&n, &q, out, &is_to_all), &a), OK);
	ck_assert_uint_eq(a.service, EL_SETC_SNA);
	ck_assert_uint_eq(a.props[0].len, 1);
	q.deoj = 0x028801; /* of nobody here */
	ck_assert_uint_eq(el_node_answer(&n, &q, out, &is_to_all), 0);
	q.deoj = EL_CONTROLLER;
	q.service = EL_GET_RES; /* no question */
	ck_assert_uint_eq(el_node_answer(&n, &q, out, &is_to_all), 0);
}
END_TEST

START_TEST(what_wants_an_answer_gets_one)
{
	static const uint8_t energy[] = { 0xE3 }, list[] = { 0xD5 };
	uint8_t out[EL_FRAME_MAX];
	struct el_node n;
	struct el_frame a, q = ask(EL_CONTROLLER, EL_INFC, energy, 1);
	bool is_to_all;

	el_node_init(&n, 42);
	q.seoj = 0x028A01;
	ck_assert_int_eq(el_frame_take(out, el_node_answer(&n, &q, out, &is_to_all), &a), OK);
	ck_assert_uint_eq(a.service, EL_INFC_RES);
	ck_assert_uint_eq(a.deoj, 0x028A01);
	ck_assert(a.count == 1 && a.props[0].epc == 0xE3 && a.props[0].len == 0);
	q = ask(ECHONET_NODE, EL_INF_REQ, list, 1);
	ck_assert_int_eq(el_frame_take(out, el_node_answer(&n, &q, out, &is_to_all), &a), OK);
	ck_assert(a.service == EL_INF && is_to_all && el_instance(&a.props[0], 0) == EL_CONTROLLER);
	ck_assert_int_eq(el_frame_take(out, el_node_hello(&n, 3, out), &a), OK);
	ck_assert(a.service == EL_INF && a.props[0].epc == 0xD5);
}
END_TEST

/* ---- configuration */

static struct msg_echonet_device
device_default(void)
{
	return (struct msg_echonet_device){ .device = 3,
		.enabled = 1,
		.port = 3610,
		.timeout_us = 1,
		.retry_min_us = 1,
		.retry_max_us = 1,
		.own = "127.0.0.1",
		.node = "127.0.1.1",
		.name = "D",
		.id = "",
		.was = "" };
}

static struct msg_echonet_item
item_default(void)
{
	return (struct msg_echonet_item){ .point = 1,
		.device = 3,
		.object = 0x028A01,
		.epc = 0xE3,
		.form = EL_U32,
		.at = 7,
		.size = 11,
		.scale = 1,
		.factors = 0xD3D4E600,
		.history = 0xE7,
		.day = 0xE1,
		.period_us = 5,
		.slow_us = 9 };
}

START_TEST(a_configuration_is_checked_again)
{
	struct el_setup *c = el_setup_new();
	struct msg_echonet_device d = device_default();
	struct msg_echonet_item it = item_default();
	struct msg_echonet_start s = { 1, 1 };

	ck_assert_int_eq(el_setup_item(c, &it), ERR_CONFIG); /* no node yet */
	d.node = "127.0.1.256";
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d.node = "::1";
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG); /* not reached from IPv4 */
	d = device_default();
	d.timeout_us = 0;
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d = device_default();
	d.id = "FE00007g";
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d.id = "FE0";
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d.id = "FE000077aB000000000000000000000001FF"; /* a byte too many */
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d.id = "FE000077aB000000000000000000000001";
	d.was = "FE0";
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG);
	d.was = "FE000077aB000000000000000000000001";
	ck_assert_int_eq(el_setup_device(c, &d), OK);
	ck_assert_uint_eq(c->devices[0].id.len, EL_ID_MAX);
	ck_assert_mem_eq(c->devices[0].id.bytes, "\xFE\0\0\x77\xAB\0\0\0\0\0\0\0\0\0\0\0\1", EL_ID_MAX);
	ck_assert_int_eq(el_setup_device(c, &d), ERR_CONFIG); /* twice */
	it.at = 8;
	ck_assert_int_eq(el_setup_item(c, &it), ERR_CONFIG);
	it = item_default();
	it.scale = (double)NAN;
	ck_assert_int_eq(el_setup_item(c, &it), ERR_CONFIG);
	it = item_default();
	it.form = EL_FORM_COUNT;
	ck_assert_int_eq(el_setup_item(c, &it), ERR_CONFIG);
	it = item_default();
	it.is_write = 1; /* of a part, and with a factor */
	ck_assert_int_eq(el_setup_item(c, &it), ERR_CONFIG);
	it = item_default();
	ck_assert_int_eq(el_setup_item(c, &it), OK);
	s.items = 2;
	ck_assert_int_eq(el_setup_finish(c, &s), ERR_CONFIG);
	s.items = 1;
	ck_assert_int_eq(el_setup_finish(c, &s), OK);
	ck_assert_uint_eq(c->devices[0].item_count, 1);
	el_setup_free(c);
}
END_TEST

START_TEST(addresses_of_both_kinds_are_taken)
{
	struct el_address a, b;

	ck_assert(el_address_take("192.0.2.1", 3610, &a) && a.addr.ss_family == AF_INET);
	ck_assert(el_address_take("fe80::1%eth0", 3610, &b) && b.addr.ss_family == AF_INET6);
	ck_assert_str_eq(b.zone, "eth0");
	ck_assert(!el_address_is_same(&a.addr, &b.addr));
	ck_assert(el_address_take("192.0.2.1", 9, &b) && el_address_is_same(&a.addr, &b.addr));
	ck_assert(!el_address_take("192.0.2.1%eth0", 1, &a) && !el_address_take("fe80::1%", 1, &a) &&
	    !el_address_take("fe80::1%a-name-that-is-too-long", 1, &a) && !el_address_take("node", 1, &a));
}
END_TEST

T_MAIN("echonet",
    T(a_request_is_read_and_laid_out_the_same) T(what_is_cut_off_or_too_long_is_refused)
        T(more_properties_than_anybody_needs_are_refused) T(maps_are_lists_below_sixteen_and_bits_from_sixteen_on)
            T_LOOP(properties_are_named_by_number_or_word, 0, (int)ARRAY_LEN(names))
                T(a_word_that_is_nearly_right_is_proposed) T(the_table_is_sound) T(units_are_powers_of_ten)
                    T_LOOP(bytes_mean_what_the_appendix_says, 0, (int)ARRAY_LEN(properties))
                        T(our_node_answers_what_a_node_must_have) T(our_node_refuses_property_by_property)
                            T(what_wants_an_answer_gets_one) T(a_configuration_is_checked_again)
                                T(addresses_of_both_kinds_are_taken))
