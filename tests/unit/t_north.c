/* SPDX-License-Identifier: Apache-2.0 */
/* t_north.c - the map that masters see: registers, quality, exceptions, identification, the stream; who may be set. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/base/masters.h"
#include "scada/base/mem.h"
#include "scada/north/copy.h"
#include "scada/north/stream.h"
#include "tests/unit/t.h"

static struct north_value values[8];
static double was_set;
static unsigned set_count;
static enum err set_answer;

static void
value_of(point_id point, struct north_value *out, void *arg)
{
	(void)arg;
	*out = values[point];
}

static enum err
set_it(struct north_setpoint *s, double value, void *arg)
{
	(void)arg;
	was_set = value;
	set_count++;
	if (set_answer == OK)
		s->outcome = NORTH_UNDER_WAY;
	return set_answer;
}

static const struct north_source source = { .value = value_of, .set = set_it };
static const struct north_now now = {
	.heartbeat = 0x1234, .is_live = true, .heard_us = 3 * US_PER_S, .time = { INT64_C(0x12345678) * US_PER_S }
};

/* Points 0 and 1 at 0 and 2, point 2 at 29998; setpoint 3 at 10. */
static struct north_map *
make(bool is_low_first)
{
	struct wbuf points = { .len = 0 }, setpoints = { .len = 0 };
	static const uint16_t at[] = { 0, 2, 29998 };
	struct msg_north m = {
		.host = "127.0.0.1", .port = 502, .unit = 1, .is_low_first = is_low_first, .connections = 4
	};
	struct north_map *map;

	for (uint32_t i = 0; i < ARRAY_LEN(at); i++) {
		w_u32(&points, i);
		w_u16(&points, at[i]);
	}
	w_u32(&setpoints, 3);
	w_u16(&setpoints, 10);
	w_u32(&setpoints, 600);
	w_str(&setpoints, "why");
	m.a_master = 2;
	m.rate = 10;
	m.idle_ms = 1000;
	m.masters = "192.0.2.1 2001:db8::1";
	m.points = (struct msg_bytes){ points.data, points.len };
	m.setpoints = (struct msg_bytes){ setpoints.data, setpoints.len };
	map = north_map_new(&m, "Town", 7, 8);
	ck_assert_ptr_nonnull(map);
	wbuf_done(&points);
	wbuf_done(&setpoints);
	set_count = 0;
	set_answer = OK;
	for (unsigned i = 0; i < ARRAY_LEN(values); i++)
		values[i] = (struct north_value){ .v = 1.5, .age_us = 2 * US_PER_S };
	return map;
}

/* The reply of one request, both in hexadecimal digits. */
static const char *
asked(const struct north_map *m, const char *hex)
{
	static char text[2 * NORTH_PDU_MAX + 1];
	uint8_t pdu[NORTH_PDU_MAX], out[NORTH_PDU_MAX];
	size_t len = strlen(hex) / 2, n;
	unsigned byte;

	for (size_t i = 0; i < len; i++) {
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		pdu[i] = (uint8_t)byte;
	}
	n = north_answer(m, &now, &source, pdu, len, out);
	ck_assert(n >= 2 && n <= NORTH_PDU_MAX);
	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", out[i]);
	return text;
}

/* With 1.5 = 3FC00000 in each point, two seconds old. */
static const struct {
	const char *request, *reply;
} reads[] = {
	{ "0400000002", "04043fc00000" },
	{ "0400000004", "04083fc000003fc00000" },
	{ "04752e0002", "04043fc00000" }, /* the last value: 29998 */
	{ "0475300002", "040400000002" }, /* quality, age */
	{ "0475310001", "04020002" },     /* age alone */
	{ "04ea5e0002", "040400000002" }, /* of the last value: 59998 */
	{ "0400000001", "8402" },         /* a value is not parted */
	{ "0400010002", "8402" },         /* nor begun in its middle */
	{ "0400000006", "8402" },         /* nothing at 4 */
	{ "0475340001", "8402" },         /* nor has it a quality */
	{ "0400000000", "8403" },         /* no register */
	{ "040000007e", "8403" },         /* 126 */
	{ "04ffff0002", "8402" },         /* beyond the last address */
	{ "04000000", "8403" },           /* too short */
	{ "040000000200", "8403" },       /* too long */
	{ "04ea600004",
	    "040812340001"
	    "00010007" },
	{ "04ea640006",
	    "040c00030001"
	    "0003000a"
	    "12345678" },
	{ "04ea6a0002", "0404546f776e" }, /* "Town" */
	{ "04ea6c0001", "04020000" },     /* and no more */
	{ "04ea890001", "04020000" },     /* 60041 */
	{ "04ea8a0001", "8402" },         /* 60042 */
	{ "03000a0002", "03043fc00000" }, /* the setpoint */
	{ "03753a0002", "030400000019" }, /* its status: idle, no reason */
	{ "0300000002", "8302" },
	{ "0100000001", "8101" },
	{ "0600000001", "8601" },
	{ "00", "8001" },
};

START_TEST(reading_is_whole_or_an_exception)
{
	struct north_map *m = make(false);

	ck_assert_str_eq(asked(m, reads[_i].request), reads[_i].reply);
	north_map_free(m);
}
END_TEST

START_TEST(low_word_may_come_first)
{
	struct north_map *m = make(true);

	ck_assert_str_eq(asked(m, "0400000002"), "040400003fc0");
	ck_assert_str_eq(asked(m,
	                     "1000"
	                     "0a0002"
	                     "040000"
	                     "4020"),
	    "10000a0002");
	ck_assert_double_eq(was_set, 2.5);
	north_map_free(m);
}
END_TEST

/* quality of the point, age; the word, and whether a number is served */
static const struct {
	double v;
	uint16_t quality;
	int64_t age_us;
	unsigned word;
	bool is_served;
} qualities[] = {
	{ 1.5, 0, 0, NORTH_GOOD, true },
	{ 1.5, Q_SUBSTITUTED, 0, NORTH_GOOD | NORTH_BY_HAND, true },
	{ 1.5, Q_STALE, 0, NORTH_UNCERTAIN | NORTH_OLD, true },
	{ 1.5, Q_OUT_OF_RANGE, 0, NORTH_UNCERTAIN | NORTH_OUT_OF_RANGE, true },
	{ 1.5, Q_NO_COMM, 0, NORTH_BAD | NORTH_NO_COMM, false },
	{ 1.5, Q_NO_COMM | Q_STALE, 0, NORTH_BAD | NORTH_NO_COMM | NORTH_OLD, false },
	{ (double)NAN, Q_NEVER_READ, -1, NORTH_BAD | NORTH_NEVER, false },
	{ (double)NAN, 0, 0, NORTH_BAD, false },
	{ (double)INFINITY, 0, 0, NORTH_BAD, false },
	{ 1e300, 0, 0, NORTH_BAD | NORTH_NO_FLOAT, false },
};

START_TEST(bad_value_is_no_number_beside_its_quality)
{
	struct north_map *m = make(false);
	char want[32];

	values[0] = (struct north_value){ qualities[_i].v, qualities[_i].quality, qualities[_i].age_us };
	snprintf(want, sizeof(want), "0402%04x", qualities[_i].word);
	ck_assert_str_eq(asked(m, "0475300001"), want);
	ck_assert_str_eq(asked(m, "0400000002"), qualities[_i].is_served ? "04043fc00000" : "04047fc00000");
	north_map_free(m);
}
END_TEST

START_TEST(age_stands_beside_quality)
{
	struct north_map *m = make(false);

	values[0].age_us = 70000 * US_PER_S;
	ck_assert_str_eq(asked(m, "0475310001"), "0402ffff");
	values[0].age_us = -1;
	ck_assert_str_eq(asked(m, "0475310001"), "0402ffff");
	values[0].age_us = 65534 * US_PER_S;
	ck_assert_str_eq(asked(m, "0475310001"), "0402fffe");
	north_map_free(m);
}
END_TEST

static const struct {
	const char *request, *reply;
	unsigned sets;
} writes[] = {
	{ "10000a00020440200000", "10000a0002", 1 }, /* 2.5 */
	{ "10000a0002047fc00000", "9003", 0 },       /* NaN */
	{ "10000a0002047f800000", "9003", 0 },       /* infinite */
	{ "10000a0001024020", "9002", 0 },           /* half of it */
	{ "10000a0004084020000040200000", "9002", 0 },
	{ "10000b00020440200000", "9002", 0 },
	{ "1000000002"
	  "0440200000",
	    "9002", 0 },                       /* a value is no setpoint */
	{ "10753a00020440200000", "9002", 0 }, /* nor its status */
	{ "10000a0002034020", "9003", 0 },     /* the count of bytes lies */
	{ "10000a000204402000", "9003", 0 },
	{ "10000a0002", "9003", 0 },
	{ "06000a0001", "8601", 0 },
};

START_TEST(setpoint_is_set_whole_or_not_at_all)
{
	struct north_map *m = make(false);

	ck_assert_str_eq(asked(m, writes[_i].request), writes[_i].reply);
	ck_assert_uint_eq(set_count, writes[_i].sets);
	if (set_count > 0)
		ck_assert_double_eq(was_set, 2.5);
	north_map_free(m);
}
END_TEST

START_TEST(setting_tells_what_becomes_of_it)
{
	struct north_map *m = make(false);

	ck_assert_str_eq(asked(m, writes[0].request), writes[0].reply);
	ck_assert_str_eq(asked(m, "03753a0001"), "03020001");
	m->setpoints[0].outcome = NORTH_REFUSED;
	m->setpoints[0].addcause = AC_INCONSISTENT;
	ck_assert_str_eq(asked(m, "03753a0002"), "03040004001a");
	set_answer = ERR_BUSY;
	ck_assert_str_eq(asked(m, writes[0].request), "9006");
	set_answer = ERR_NO_SERVER;
	ck_assert_str_eq(asked(m, writes[0].request), "9004");
	north_map_free(m);
}
END_TEST

START_TEST(identification_is_that_of_the_standard)
{
	struct north_map *m = make(false);
	const char *all;

	/* 6.21: code 4 gives one object alone; here the first, "Chisan" */
	ck_assert_str_eq(asked(m, "2b0e0400"), "2b0e0482000001000643686973616e");
	all = asked(m, "2b0e0100");
	ck_assert_int_eq(strncmp(all,
	                     "2b0e0182000003"
	                     "0006",
	                     18),
	    0);
	all = asked(m, "2b0e0200");
	ck_assert_int_eq(strncmp(all, "2b0e0282000007", 14), 0);
	ck_assert_ptr_nonnull(strstr(all, "0604546f776e")); /* object 6: "Town" */
	ck_assert_str_eq(asked(m, "2b0e0463"), "ab02");
	ck_assert_str_eq(asked(m, "2b0e0500"), "ab03");
	ck_assert_str_eq(asked(m, "2b0d0100"), "ab03");
	ck_assert_str_eq(asked(m, "2b0e01"), "ab03");
	ck_assert_int_eq(strncmp(asked(m, "2b0e0163"), "2b0e0182000003", 14), 0); /* a stream begins anew */
	north_map_free(m);
}
END_TEST

START_TEST(masters_are_compared_whole)
{
	struct north_map *m = make(false);

	ck_assert(masters_admit(m->masters, "192.0.2.1"));
	ck_assert(masters_admit(m->masters, "2001:db8::1"));
	ck_assert(!masters_admit(m->masters, "192.0.2.10"));
	ck_assert(!masters_admit(m->masters, "192.0.2."));
	ck_assert(!masters_admit(m->masters, "2.0.2.1"));
	m->masters[0] = '\0';
	ck_assert(masters_admit(m->masters, "192.0.2.10"));
	north_map_free(m);
}
END_TEST

/* point and address of a second value; false: the map is refused */
static const struct {
	uint32_t point;
	uint16_t address;
	size_t cut;
	bool ok;
} maps[] = {
	{ 1, 2, 0, true }, { 1, 0, 0, false },      /* taken */
	{ 1, 3, 0, false },                         /* odd */
	{ 1, 30000, 0, false }, { 8, 2, 0, false }, /* no such point */
	{ 1, 2, 1, false },                         /* cut off */
};

START_TEST(map_that_cannot_be_is_refused)
{
	struct wbuf points = { .len = 0 };
	struct msg_north m = {
		.host = "::1", .port = 1, .connections = 1, .a_master = 1, .rate = 1, .idle_ms = 1, .masters = ""
	};
	struct north_map *map;

	w_u32(&points, 0);
	w_u16(&points, 0);
	w_u32(&points, maps[_i].point);
	w_u16(&points, maps[_i].address);
	m.points = (struct msg_bytes){ points.data, points.len - maps[_i].cut };
	map = north_map_new(&m, "", 1, 8);
	ck_assert_int_eq(map != NULL, maps[_i].ok);
	north_map_free(map);
	m.rate = 0;
	ck_assert(north_map_new(&m, "", 1, 8) == NULL);
	wbuf_done(&points);
}
END_TEST

/* ---- the stream */

START_TEST(request_waits_until_it_is_whole)
{
	static const uint8_t adu[] = { 0xAB, 0xCD, 0, 0, 0, 6, 1, 4, 0, 0, 0, 2 };
	struct north_map *m = make(false);
	struct adu_request r;
	uint8_t out[ADU_MAX];
	size_t used;

	for (size_t i = 0; i < sizeof(adu); i++)
		ck_assert_int_eq(adu_take(adu, i, &r, &used), ERR_BUSY);
	ck_assert_int_eq(adu_take(adu, sizeof(adu), &r, &used), OK);
	ck_assert_uint_eq(used, sizeof(adu));
	ck_assert_uint_eq(stream_answer(m, &now, &source, adu, &r, out), 13);
	ck_assert_mem_eq(out, "\xAB\xCD\0\0\0\x07\x01\x04\x04\x3F\xC0\0\0", 13);
	r.unit = 255;
	ck_assert_uint_eq(stream_answer(m, &now, &source, adu, &r, out), 13);
	r.unit = 2; /* behind no gateway */
	ck_assert_uint_eq(stream_answer(m, &now, &source, adu, &r, out), 9);
	ck_assert_mem_eq(out + 4, "\0\x03\x01\x84\x0A", 5);
	north_map_free(m);
}
END_TEST

static const struct {
	uint8_t head[6];
	enum err e;
} heads[] = {
	{ { 0, 0, 0, 0, 0, 2 }, ERR_BUSY },
	{ { 0, 0, 0, 0, 0, 254 }, ERR_BUSY },
	{ { 0, 0, 0, 1, 0, 6 }, ERR_BAD_PROTOCOL },
	{ { 0, 0, 0, 0, 0, 0 }, ERR_BAD_LENGTH },
	{ { 0, 0, 0, 0, 0, 1 }, ERR_BAD_LENGTH },
	{ { 0, 0, 0, 0, 0, 255 }, ERR_BAD_LENGTH },
	{ { 0, 0, 0, 0, 255, 255 }, ERR_BAD_LENGTH },
};

START_TEST(head_that_cannot_be_ends_the_stream)
{
	struct adu_request r;
	size_t used;

	ck_assert_int_eq(adu_take(heads[_i].head, 6, &r, &used), heads[_i].e);
}
END_TEST

/* ---- the copy */

static struct frame
framed(uint16_t type, const struct wbuf *b)
{
	return (struct frame){ .type = type, .length = (uint32_t)b->len, .body = b->data };
}

static enum err
give(struct copy *c, uint16_t type, struct wbuf *b)
{
	struct frame f = framed(type, b);
	enum err e = copy_take(c, &f);

	wbuf_reset(b);
	return e;
}

static void
put_point(struct wbuf *b, uint32_t number, uint8_t output)
{
	msg_point_put(b,
	    &(struct msg_point){ .point = number,
	        .decimals_plus_8 = 9,
	        .name = "A.SP",
	        .title = "",
	        .title_ja = "",
	        .unit = "",
	        .source = "",
	        .falls_back = "",
	        .confirm = "",
	        .output = output });
}

static void
put_hold(struct wbuf *b, double value, const char *user)
{
	msg_output_put(b,
	    &(struct msg_output){ .point = 1,
	        .slot_operator = value,
	        .slot_guard = (double)NAN,
	        .user = user,
	        .reason = "",
	        .clamp = "",
	        .selected_by = "" });
}

static void
put_tag(struct wbuf *b, uint64_t tag, bool on, unsigned kind)
{
	msg_tag_state_put(b,
	    &(struct msg_tag_state){
	        .tag = tag, .on = on, .point = 1, .kind = (uint8_t)kind, .text = "", .permit = "", .owner = "" });
}

START_TEST(person_and_tag_keep_masters_off)
{
	struct copy *c = copy_new(&(struct msg_site){ .generation = 1, .points = 2, .groups = 1, .name = "Town" });
	struct wbuf b = { .len = 0 };
	const struct copy_hold *h;

	put_point(&b, 0, 0);
	ck_assert_int_eq(give(c, W_POINT, &b), OK);
	put_point(&b, 1, OUT_WRITABLE);
	ck_assert_int_eq(give(c, W_POINT, &b), OK);
	put_point(&b, 2, 0);
	ck_assert_int_eq(give(c, W_POINT, &b), ERR_FRAME); /* one more than announced */
	h = c->hold_of[1];
	ck_assert(h != NULL && c->hold_of[0] == NULL);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_NONE);
	put_hold(&b, 5, "north");
	ck_assert_int_eq(give(c, W_OUTPUT, &b), OK);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_NONE);
	put_hold(&b, 5, "suzuki");
	ck_assert_int_eq(give(c, W_OUTPUT, &b), OK);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_LOCKED_BY_OTHER);
	put_hold(&b, (double)NAN, ""); /* let go; dispatch may hold it */
	ck_assert_int_eq(give(c, W_OUTPUT, &b), OK);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_NONE);
	for (int i = 0; i < 2; i++) { /* the same tag again is one tag */
		put_tag(&b, 9, true, TAG_AUTHORITY);
		ck_assert_int_eq(give(c, W_TAG_STATE, &b), OK);
	}
	put_tag(&b, 10, true, TAG_CAUTION);
	ck_assert_int_eq(give(c, W_TAG_STATE, &b), OK);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_BLOCKED_COMMAND);
	put_tag(&b, 9, false, TAG_AUTHORITY);
	ck_assert_int_eq(give(c, W_TAG_STATE, &b), OK);
	ck_assert_int_eq(copy_blocks(h, "north"), AC_NONE);
	put_tag(&b, 77, false, TAG_AUTHORITY); /* one that is not known */
	ck_assert_int_eq(give(c, W_TAG_STATE, &b), OK);
	wbuf_done(&b);
	copy_free(c);
}
END_TEST

START_TEST(values_before_their_points_are_refused)
{
	struct copy *c = copy_new(&(struct msg_site){ .points = 1, .groups = 1, .name = "" });
	struct wbuf b = { .len = 0 };

	w_i64(&b, 0);
	ck_assert_int_eq(give(c, W_VALUES, &b), ERR_FRAME);
	msg_snapshot_end_put(&b, &(struct msg_snapshot_end){ .points = 1 });
	ck_assert_int_eq(give(c, W_SNAPSHOT_END, &b), ERR_FRAME);
	ck_assert(copy_new(&(struct msg_site){ .points = POINT_MAX + 1, .name = "" }) == NULL);
	wbuf_done(&b);
	copy_free(c);
}
END_TEST

T_MAIN("north",
    T_LOOP(reading_is_whole_or_an_exception, 0, ARRAY_LEN(reads)) T(low_word_may_come_first)
        T_LOOP(bad_value_is_no_number_beside_its_quality, 0, ARRAY_LEN(qualities)) T(age_stands_beside_quality)
            T_LOOP(setpoint_is_set_whole_or_not_at_all, 0, ARRAY_LEN(writes)) T(setting_tells_what_becomes_of_it)
                T(identification_is_that_of_the_standard) T(masters_are_compared_whole)
                    T_LOOP(map_that_cannot_be_is_refused, 0, ARRAY_LEN(maps)) T(request_waits_until_it_is_whole)
                        T_LOOP(head_that_cannot_be_ends_the_stream, 0, ARRAY_LEN(heads))
                            T(person_and_tag_keep_masters_off) T(values_before_their_points_are_refused))
