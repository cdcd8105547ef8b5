/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_client_schedule.c - the schedule in the console's model: what is read of a frame, an entry as a typed line and back.
 */
#include "config.h"

#include <string.h>

#include "console/client_private.h"
#include "console/client_dispatch.h"
#include "console/client_schedule.h"
#include "scada/base/msg.h"
#include "scada/base/schema.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#define NOW  INT64_C(1795392000000000) /* 2026-11-23T00:00:00Z, 9 o'clock in Japan */
#define HOUR (3600 * US_PER_S)

static struct schedule_words w;
static char why[300];

static void
setup(void)
{
	(void)clock_set_zone("Asia/Tokyo");
	why[0] = '\0';
}

static bool
reads(const char *line)
{
	return schedule_read(line, (struct utc){ NOW }, &w, why, sizeof(why));
}

START_TEST(a_line_is_an_entry)
{
	ck_assert_msg(reads("out F1 2026-12-01 08:00 2026-12-05 18:00 overhaul of the grate"), "%s", why);
	ck_assert_int_eq(w.entry.kind, SCHEDULE_OUT);
	ck_assert_str_eq(w.entry.asset, "F1");
	ck_assert_int_eq(w.entry.from.us, NOW + (8 * 24 - 1) * HOUR);
	ck_assert_int_eq(w.entry.until.us, NOW + (12 * 24 + 9) * HOUR);
	ck_assert(isnan(w.entry.value));
	ck_assert_str_eq(w.entry.reason, "overhaul of the grate");
	/* an end is read from the begin on */
	ck_assert_msg(reads("demand-response 900 17:00 19:00 event 12"), "%s", why);
	ck_assert_str_eq(w.entry.asset, "");
	ck_assert_double_eq(w.entry.value, 900);
	ck_assert_int_eq(w.entry.from.us, NOW + 8 * HOUR);
	ck_assert_int_eq(w.entry.until.us, NOW + 10 * HOUR);
	ck_assert_msg(reads("demand-response 900 23:00 01:00 over midnight"), "%s", why);
	ck_assert_int_eq(w.entry.until.us - w.entry.from.us, 2 * HOUR);
	ck_assert_msg(reads("target 1300 13:00 16:00 heat wave"), "%s", why);
	ck_assert_int_eq(w.entry.kind, SCHEDULE_TARGET);
	ck_assert_double_eq(w.entry.value, 1300);
	ck_assert_str_eq(w.entry.reason, "heat wave");
	ck_assert_msg(reads("steam  F2 7.5  now 3h x"), "%s", why);
	ck_assert_int_eq(w.entry.from.us, NOW);
	ck_assert_int_eq(w.entry.until.us, NOW + 3 * HOUR);
	ck_assert_msg(
	    reads("out F1 2026-11-20 08:00 2h it has begun"), "%s", why); /* that its end is over chisand says */
	ck_assert_int_lt(w.entry.from.us, NOW);
	ck_assert_msg(reads("out F1 2026-11-25 2026-11-26 whole days"), "%s", why);
	ck_assert_int_eq(w.entry.until.us - w.entry.from.us, 24 * HOUR);
}
END_TEST

static const struct {
	const char *line, *says;
} wrong[] = {
	{ "", "out, steam, demand-response, target" },
	{ "gone F1 17:00 2h x", "\"gone\" is nothing" },
	{ "out", "of which asset?" },
	{ "out F1", "from when?" },
	{ "out F1 17:00", "until when? as: out F1" },
	{ "target 1450 now", "until when? as: target 1300 13:00 16:00 REASON" },
	{ "out F1 noon 2h x", "from when?" },
	{ "out F1 17:00 soon x", "until when?" },
	{ "out F1 17:00 2h", "the reason goes behind it; as: out F1" },
	{ "steam F2 17:00 2h x", "a number is missing; as: steam F2 7.5" },
	{ "demand-response now 2h x", "a number is missing; as: demand-response 900" },
	{ "target now 2h x", "a number is missing; as: target 1300" },
};

START_TEST(what_is_wrong_with_a_line_is_said)
{
	ck_assert(!reads(wrong[_i].line));
	ck_assert_msg(strstr(why, wrong[_i].says) != NULL, "%s: %s", wrong[_i].line, why);
}
END_TEST

START_TEST(what_is_written_reads_as_the_same)
{
	static const char *const lines[] = { "out F1 2026-12-01 08:00 2026-12-05 18:00 overhaul",
		"steam F2 7.5 2026-12-01 08:00 2026-12-01 18:00 half load",
		"demand-response 900 2026-12-01 17:00 2026-12-01 19:00 event 12",
		"target 1300 2026-12-01 13:00 2026-12-01 16:00 heat wave" };
	char line[400];

	for (unsigned i = 0; i < ARRAY_LEN(lines); i++) {
		ck_assert_msg(reads(lines[i]), "%s", why);
		ck_assert_str_eq(schedule_write(&w.entry, line, sizeof(line)), lines[i]);
	}
}
END_TEST

START_TEST(a_frame_is_read_whole_or_refused)
{
	struct client_schedule s = { 0 };
	struct schedule_entry e = { .id = 3,
		.kind = SCHEDULE_OUT,
		.from = { NOW },
		.until = { NOW + HOUR },
		.value = (double)NAN,
		.asset = "F1",
		.user = "duty",
		.reason = "x" };
	struct wbuf entries = { 0 }, b = { 0 };
	struct rbuf r;

	schedule_put(&entries, &e);
	msg_schedule_state_put(&b, &(struct msg_schedule_state){ .entries = { entries.data, entries.len } });
	rbuf_init(&r, b.data, b.len);
	ck_assert_int_eq(client_schedule_take(&s, &r), OK);
	ck_assert(s.is_told && s.count == 1);
	ck_assert_uint_eq(s.list[0].id, 3);
	wbuf_reset(&b);
	msg_schedule_state_put(&b, &(struct msg_schedule_state){ .entries = { entries.data, entries.len - 1 } });
	rbuf_init(&r, b.data, b.len);
	ck_assert_int_eq(client_schedule_take(&s, &r), ERR_FRAME);
	ck_assert_uint_eq(s.count, 1); /* what was there stays */
	wbuf_reset(&b);
	msg_schedule_state_put(&b, &(struct msg_schedule_state){ .entries = { NULL, 0 } });
	rbuf_init(&r, b.data, b.len);
	ck_assert_int_eq(client_schedule_take(&s, &r), OK);
	ck_assert_uint_eq(s.count, 0);
	wbuf_done(&b);
	wbuf_done(&entries);
}
END_TEST

/* Nobody has to read a minus, and nobody is told of kW that cannot be had. */
START_TEST(what_flows_now_is_said_without_signs)
{
	struct client_dispatch d = { .m = { .power_kw = 1620, .adjust_kw = -107, .grid = GRID_THERE } };
	char text[200];

	ck_assert_str_eq(
	    client_now_text(&d, text, sizeof(text)), "draws 1620 kW; 107 kW must go until the half hour ends");
	d.m.adjust_kw = 250;
	d.m.power_kw = -2;
	ck_assert_str_eq(
	    client_now_text(&d, text, sizeof(text)), "gives 2 kW; may draw 250 kW more until the half hour ends");
	d.m.adjust_kw = (double)NAN;
	ck_assert_str_eq(client_now_text(&d, text, sizeof(text)), "gives 2 kW");
	d.m.power_kw = (double)NAN;
	ck_assert_str_eq(client_now_text(&d, text, sizeof(text)), "draws -");
	d.m.grid = GRID_LOST;
	ck_assert_str_eq(client_now_text(&d, text, sizeof(text)), "nothing can be drawn: the grid is lost");
}
END_TEST

START_TEST(what_was_chosen_is_told_beside_what_holds)
{
	struct client_dispatch d = { .m = { .mode = GUARD_ECONOMIC, .acting = GUARD_ECONOMIC } };
	char text[200];

	ck_assert_str_eq(client_mode_text(&d, false, "", text, sizeof(text)), "economic");
	d.m.acting = GUARD_ISLAND;
	ck_assert_str_eq(client_mode_text(&d, false, "", text, sizeof(text)), "island; chosen is economic");
	d.m.acting = GUARD_RESPONSE;
	ck_assert_str_eq(client_mode_text(&d, false, ", at most 900 kW", text, sizeof(text)),
	    "demand-response, at most 900 kW; chosen is economic");
}
END_TEST

T_MAIN("client_schedule",
    T_FIXTURE(setup, NULL) T(a_line_is_an_entry) T_LOOP(what_is_wrong_with_a_line_is_said, 0, ARRAY_LEN(wrong))
        T(what_is_written_reads_as_the_same) T(a_frame_is_read_whole_or_refused) T(what_flows_now_is_said_without_signs)
            T(what_was_chosen_is_told_beside_what_holds))
