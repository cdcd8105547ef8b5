/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_scheduling.c - the schedule of dispatch: what may be entered, how it then is, its saved form; entries as bytes.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/scheduling.h"
#include "tests/unit/t.h"

#define NOW  INT64_C(1795392000000000) /* 2026-11-23T00:00:00Z */
#define HOUR (3600 * US_PER_S)

static struct asset_furnace furnace = { .steam_t_per_h = 10 };
static struct asset assets[] = {
	{ .name = "F1", .kind = ASSET_FURNACE, .parameters = &furnace },
	{ .name = "ESS1", .kind = ASSET_BATTERY, .parameters = &furnace },
	{ .name = "HALL", .kind = ASSET_LOAD, .parameters = &furnace },
};
static struct energy energy = { .assets = { assets, 3 } };
static struct scheduling s;
static struct refusal why;
static struct schedule_said said;
static const struct actor duty = { .user = "duty" };

static void
setup(void)
{
	s = (struct scheduling){ .count = 0 };
	(void)clock_set_zone("Asia/Tokyo");
}

static struct schedule_ask
ask(enum schedule_kind kind, const char *asset, double from_h, double until_h, double value)
{
	struct schedule_ask a = { .act = SCHEDULE_ADD,
		.entry = { .kind = kind,
		    .from = { NOW + (int64_t)(from_h * (double)HOUR) },
		    .until = { NOW + (int64_t)(until_h * (double)HOUR) },
		    .value = value } };

	str_copy(a.entry.asset, sizeof(a.entry.asset), asset);
	return a;
}

static bool
may(const struct schedule_ask *a)
{
	return scheduling_check(&s, &energy, a, (struct utc){ NOW }, &why);
}

static void
take(const struct schedule_ask *a)
{
	struct scheduling next;

	ck_assert_msg(may(a), "%s", why.text);
	scheduling_next(&s, a, &duty, "a test", (struct utc){ NOW }, &next, &said);
	s = next;
}

static void
refused(struct schedule_ask a, enum err e, const char *part)
{
	ck_assert(!may(&a));
	ck_assert_int_eq(why.e, e);
	ck_assert_msg(strstr(why.text, part) != NULL, "\"%s\" is not in: %s", part, why.text);
}

START_TEST(what_is_entered_stands_in_order_of_its_begin)
{
	struct schedule_ask a = ask(SCHEDULE_OUT, "F1", 10, 20, (double)NAN), b = ask(SCHEDULE_RESPONSE, "", 2, 4, 900),
	                    c = ask(SCHEDULE_STEAM, "F1", 5, 10, 7.5);

	take(&a);
	ck_assert_str_eq(said.before, "none");
	ck_assert_ptr_nonnull(
	    strstr(said.after, "entry 1: F1 out, 2026-11-23 19:00:00 JST to 2026-11-24 05:00:00 JST: a test"));
	take(&b);
	take(&c); /* ends where the other begins: no overlap */
	ck_assert_uint_eq(s.count, 3);
	ck_assert_uint_eq(s.list[0].id, 2);
	ck_assert_uint_eq(s.list[1].id, 3);
	ck_assert_uint_eq(s.list[2].id, 1);
	ck_assert_str_eq(s.list[2].user, "duty");
	ck_assert(!scheduling_is_out(&s, "F1", (struct utc){ NOW + 10 * HOUR - 1 }));
	ck_assert(scheduling_is_out(&s, "F1", (struct utc){ NOW + 10 * HOUR }));
	ck_assert(!scheduling_is_out(&s, "F1", (struct utc){ NOW + 20 * HOUR }));
	ck_assert(!scheduling_is_out(&s, "F1", (struct utc){ NOW + 6 * HOUR })); /* steam, but not out */
	ck_assert_ptr_null(scheduling_response(&s, (struct utc){ NOW }));
	ck_assert_double_eq(scheduling_response(&s, (struct utc){ NOW + 2 * HOUR })->value, 900);
	ck_assert_uint_ne(
	    scheduling_phase(&s, (struct utc){ NOW }), scheduling_phase(&s, (struct utc){ NOW + 3 * HOUR }));
}
END_TEST

START_TEST(what_cannot_be_is_refused_with_what_would_be_right)
{
	struct schedule_ask held = ask(SCHEDULE_OUT, "F1", 1, 2, (double)NAN);

	refused(ask(SCHEDULE_OUT, "F9", 1, 2, (double)NAN), ERR_NOT_FOUND, "there is no asset \"F9\"");
	refused(ask(SCHEDULE_OUT, "", 1, 2, (double)NAN), ERR_USAGE, "name it");
	refused(ask(SCHEDULE_OUT, "F1", 1, 2, 3), ERR_USAGE, "no value");
	refused(ask(SCHEDULE_OUT, "HALL", 1, 2, (double)NAN), ERR_REFUSED, "HALL is a load");
	refused(ask(SCHEDULE_OUT, "F1", 2, 2, (double)NAN), ERR_REFUSED, "is not after its begin");
	refused(ask(SCHEDULE_OUT, "F1", -2, -1, (double)NAN), ERR_REFUSED, "over already");
	refused(ask(SCHEDULE_OUT, "F1", 1, 24 * 800, (double)NAN), ERR_REFUSED, "within two years");
	refused(ask(SCHEDULE_OUT, "F1", -24 * 400, 5, (double)NAN), ERR_REFUSED, "a year ago");
	refused(ask(SCHEDULE_STEAM, "ESS1", 1, 2, 5), ERR_REFUSED, "steam is entered of a furnace");
	refused(ask(SCHEDULE_STEAM, "F1", 1, 2, 0), ERR_REFUSED, "at most 12.0 t/h");
	refused(ask(SCHEDULE_STEAM, "F1", 1, 2, 12.1), ERR_REFUSED, "at most 12.0 t/h");
	refused(ask(SCHEDULE_STEAM, "F1", 1, 2, (double)NAN), ERR_REFUSED, "at most 12.0 t/h");
	refused(ask(SCHEDULE_RESPONSE, "F1", 1, 2, 5), ERR_USAGE, "not of an asset");
	refused(ask(SCHEDULE_RESPONSE, "", 1, 2, -1), ERR_REFUSED, "0 to 1000000 kW");
	refused(ask(SCHEDULE_RESPONSE, "", 1, 2, (double)NAN), ERR_REFUSED, "0 to 1000000 kW");
	refused(ask(SCHEDULE_RESPONSE, "", 1, 50, 5), ERR_REFUSED, "at most 48 h");
	ck_assert(!scheduling_check(&s, NULL, &held, (struct utc){ NOW }, &why));
	s.is_held = true;
	refused(held, ERR_BUSY, "just being recorded");
}
END_TEST

/* It is the contract's that no target goes beyond; a site that names none has no such bound. */
START_TEST(a_demand_target_stays_below_the_contract)
{
	struct schedule_ask a = ask(SCHEDULE_TARGET, "", 1, 3, 1300), event = ask(SCHEDULE_RESPONSE, "", 2, 4, 900);

	refused(ask(SCHEDULE_TARGET, "F1", 1, 2, 5), ERR_USAGE, "not of an asset");
	refused(ask(SCHEDULE_TARGET, "", 1, 2, 0), ERR_REFUSED, "above 0 and at most 1000000 kW, not 0");
	refused(ask(SCHEDULE_TARGET, "", 1, 2, (double)NAN), ERR_REFUSED, "above 0");
	struct asset_grid grid = { .contract_kw = 1600 };
	struct asset with[] = { { .name = "GRID", .kind = ASSET_GRID, .parameters = &grid } };
	struct energy contract = { .assets = { with, 1 } };
	struct schedule_ask more = ask(SCHEDULE_TARGET, "", 1, 3, 1601);
	ck_assert(!scheduling_check(&s, &contract, &more, (struct utc){ NOW }, &why));
	ck_assert_str_eq(why.text, "a demand target is above 0 and at most the contract, 1600 kW, not 1601");
	more.entry.value = 1600;
	ck_assert_msg(scheduling_check(&s, &contract, &more, (struct utc){ NOW }, &why), "%s", why.text);
	take(&a);
	take(&event); /* both hold: they are two things */
	refused(ask(SCHEDULE_TARGET, "", 2, 5, 1200), ERR_REFUSED, "overlaps with entry 1: target 1300 kW");
	ck_assert_ptr_null(scheduling_target(&s, (struct utc){ NOW }));
	ck_assert_double_eq(scheduling_target(&s, (struct utc){ NOW + HOUR })->value, 1300);
	ck_assert_double_eq(scheduling_response(&s, (struct utc){ NOW + 2 * HOUR })->value, 900);
	ck_assert_ptr_null(scheduling_target(&s, (struct utc){ NOW + 3 * HOUR }));
}
END_TEST

START_TEST(two_of_the_same_never_hold_at_once)
{
	struct schedule_ask a = ask(SCHEDULE_OUT, "F1", 1, 3, (double)NAN), b = ask(SCHEDULE_RESPONSE, "", 1, 3, 900);

	take(&a);
	take(&b);
	refused(ask(SCHEDULE_STEAM, "F1", 2, 4, 5), ERR_REFUSED, "overlaps with entry 1: F1 out");
	refused(ask(SCHEDULE_OUT, "F1", 0, 10, (double)NAN), ERR_REFUSED, "overlaps");
	refused(ask(SCHEDULE_RESPONSE, "", 2.5, 5, 100), ERR_REFUSED, "overlaps with entry 2: demand-response 900 kW");
	struct schedule_ask other = ask(SCHEDULE_OUT, "ESS1", 1, 3, (double)NAN);
	take(&other);
}
END_TEST

START_TEST(an_entry_is_changed_and_ended_as_it_was_seen)
{
	struct schedule_ask a = ask(SCHEDULE_OUT, "F1", 1, 3, (double)NAN),
	                    b = ask(SCHEDULE_OUT, "F1", 5, 6, (double)NAN);

	take(&a);
	take(&b);
	struct schedule_ask c = ask(SCHEDULE_RESPONSE, "ESS1", 2, 4, (double)NAN); /* kind and asset stay */
	c.act = SCHEDULE_CHANGE;
	c.entry.id = 1;
	refused(c, ERR_REFUSED, "was changed by duty since you saw it");
	c.seen = NOW;
	take(&c);
	ck_assert_int_eq(s.list[0].kind, SCHEDULE_OUT);
	ck_assert_str_eq(s.list[0].asset, "F1");
	ck_assert_int_eq(s.list[0].until.us, NOW + 4 * HOUR);
	ck_assert_uint_eq(s.last, 2); /* it is the same entry */
	c.entry.until.us = NOW + 5 * HOUR + 1;
	refused(c, ERR_REFUSED, "overlaps with entry 2");
	c.act = SCHEDULE_END;
	take(&c);
	ck_assert_str_eq(said.after, "entry 1 is taken out");
	ck_assert_uint_eq(s.count, 1);
	refused(c, ERR_NOT_FOUND, "there is no entry 1");
	take(&a);
	ck_assert_uint_eq(s.list[0].id, 3); /* a number is never used again */
}
END_TEST

START_TEST(the_list_is_bounded)
{
	for (int i = 0; i < SCHEDULE_MAX; i++) {
		struct schedule_ask a = ask(SCHEDULE_OUT, "F1", i + 1, i + 2, (double)NAN);
		take(&a);
	}
	refused(ask(SCHEDULE_OUT, "F1", 500, 501, (double)NAN), ERR_REFUSED, "the schedule is full: 64 entries");
}
END_TEST

START_TEST(what_is_over_goes_after_a_day)
{
	struct schedule_ask a = ask(SCHEDULE_OUT, "F1", 1, 3, (double)NAN);

	take(&a);
	ck_assert(!scheduling_tidy(&s, (struct utc){ NOW + 3 * HOUR + SCHEDULE_KEPT_US }));
	s.is_held = true;
	ck_assert(!scheduling_tidy(&s, (struct utc){ NOW + 4 * HOUR + SCHEDULE_KEPT_US }));
	s.is_held = false;
	ck_assert(scheduling_tidy(&s, (struct utc){ NOW + 4 * HOUR + SCHEDULE_KEPT_US }));
	ck_assert_uint_eq(s.count, 0);
}
END_TEST

START_TEST(the_saved_form_gives_all_back_and_nothing_less)
{
	struct schedule_ask a = ask(SCHEDULE_OUT, "F1", 1, 3, (double)NAN), b = ask(SCHEDULE_RESPONSE, "", 2, 4, 900);
	struct scheduling got = { .count = 0 };
	struct wbuf blob = { 0 };

	take(&a);
	take(&b);
	scheduling_put(&s, &blob);
	ck_assert(scheduling_get(&got, blob.data, blob.len));
	ck_assert_uint_eq(got.count, 2);
	ck_assert_uint_eq(got.last, 2);
	ck_assert_int_eq(got.list[0].from.us, s.list[0].from.us);
	ck_assert(isnan(got.list[0].value));
	ck_assert_double_eq(got.list[1].value, 900);
	ck_assert_str_eq(got.list[1].reason, "a test");
	struct scheduling before = got;
	for (size_t len = 0; len < blob.len; len++) {
		bool is_whole = scheduling_get(&got, blob.data, len);
		if (is_whole) /* cut between two entries */
			ck_assert_uint_lt(got.count, 2);
		else
			ck_assert_uint_eq(got.count, before.count);
		got = before;
	}
	blob.data[0] = 99;
	ck_assert(!scheduling_get(&got, blob.data, blob.len));
	wbuf_done(&blob);
}
END_TEST

/* What a hostile writer could put there. */
START_TEST(an_entry_that_cannot_be_is_not_read)
{
	struct schedule_entry good = {
		.id = 1, .kind = SCHEDULE_RESPONSE, .from = { NOW }, .until = { NOW + 1 }, .value = 5, .reason = "x"
	};
	struct schedule_entry bad[7], got, list[SCHEDULE_MAX];
	struct wbuf b = { 0 };
	struct rbuf r;
	unsigned count;

	for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
		bad[i] = good;
	bad[0].id = 0;
	bad[1].kind = SCHEDULE_KINDS;
	bad[2].until = bad[2].from;
	bad[3].value = (double)NAN;
	bad[4].value = (double)INFINITY;
	str_copy(bad[5].asset, sizeof(bad[5].asset), "F1");
	bad[6].kind = SCHEDULE_OUT;
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
		wbuf_reset(&b);
		schedule_put(&b, &bad[i]);
		rbuf_init(&r, b.data, b.len);
		ck_assert_msg(!schedule_get(&r, &got), "%u", i);
	}
	wbuf_reset(&b);
	for (unsigned i = 0; i <= SCHEDULE_MAX; i++)
		schedule_put(&b, &good);
	ck_assert(!schedule_get_all(b.data, b.len, list, &count)); /* one too many */
	ck_assert(schedule_get_all(b.data, b.len / (SCHEDULE_MAX + 1) * SCHEDULE_MAX, list, &count));
	ck_assert_uint_eq(count, SCHEDULE_MAX);
	wbuf_done(&b);
}
END_TEST

T_MAIN("scheduling",
    T_FIXTURE(setup, NULL) T(a_demand_target_stays_below_the_contract) T(what_is_entered_stands_in_order_of_its_begin)
        T(what_cannot_be_is_refused_with_what_would_be_right) T(two_of_the_same_never_hold_at_once)
            T(an_entry_is_changed_and_ended_as_it_was_seen) T(the_list_is_bounded) T(what_is_over_goes_after_a_day)
                T(the_saved_form_gives_all_back_and_nothing_less) T(an_entry_that_cannot_be_is_not_read))
