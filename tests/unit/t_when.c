/* SPDX-License-Identifier: Apache-2.0 */
/* t_when.c - times as people write them, in zones with and without daylight saving. */
#include "config.h"

#include "tests/unit/t.h"

#include "console/when.h"
#include "scada/base/mem.h"

static struct utc
iso(const char *text)
{
	struct utc t;

	ck_assert_msg(utc_from_iso(text, &t), "%s", text);
	return t;
}

static const struct {
	const char *text, *iso;
} tokyo[] = {
	{ "now", "2026-11-22T12:08:31Z" },
	{ "today", "2026-11-22T00:00:00+09:00" },
	{ "yesterday", "2026-11-21T00:00:00+09:00" },
	{ "2h", "2026-11-22T10:08:31Z" },
	{ "-2h", "2026-11-22T10:08:31Z" },
	{ "2h ago", "2026-11-22T10:08:31Z" },
	{ "1d12h", "2026-11-21T00:08:31Z" },
	{ "13:00", "2026-11-22T13:00:00+09:00" },
	{ "13:00:05", "2026-11-22T13:00:05+09:00" },
	{ "24:00", "2026-11-23T00:00:00+09:00" },
	{ "2026-11", "2026-11-01T00:00:00+09:00" },
	{ "2026-11-22", "2026-11-22T00:00:00+09:00" },
	{ "2026-11-22 13:00", "2026-11-22T13:00:00+09:00" },
	{ "2026-11-22T13:00:07", "2026-11-22T13:00:07+09:00" },
	{ "2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z" },
	{ "2026-11-22T13:00:00+02:00", "2026-11-22T11:00:00Z" },
};

START_TEST(what_people_write_is_understood)
{
	struct utc now = iso("2026-11-22T12:08:31Z"), t;

	clock_set_zone("Asia/Tokyo");
	ck_assert_msg(when_read(tokyo[_i].text, now, &t), "%s", tokyo[_i].text);
	ck_assert_msg(t.us == iso(tokyo[_i].iso).us, "%s", tokyo[_i].text);
}
END_TEST

static const char *const wrong[] = { "", " ", "tomorrow", "25:00", "13:60", "13", "2026", "2026-13", "2026-02-30",
	"2026-11-22 ", "2026-11-22 24:01", "1h2d", "h", "-", "ago", "0x10", "2026/11/22", "1969-01-01", "99999999999d",
	"now ", "2026-11-22T13:00Z0" };

START_TEST(what_is_no_time_is_refused)
{
	struct utc now = iso("2026-11-22T12:08:31Z"), t;

	clock_set_zone("Asia/Tokyo");
	ck_assert_msg(!when_read(wrong[_i], now, &t), "%s", wrong[_i]);
}
END_TEST

START_TEST(days_of_23_and_25_hours_begin_at_midnight)
{
	struct utc t;

	clock_set_zone("Europe/Berlin");
	ck_assert(when_read("yesterday", iso("2026-03-30T10:00:00Z"), &t));
	ck_assert_int_eq(t.us, iso("2026-03-29T00:00:00+01:00").us);
	ck_assert(when_read("today", iso("2026-03-29T10:00:00Z"), &t));
	ck_assert_int_eq(t.us, iso("2026-03-29T00:00:00+01:00").us);
	ck_assert(when_read("2026-10-26", iso("2026-10-27T00:00:00Z"), &t));
	ck_assert_int_eq(t.us, iso("2026-10-26T00:00:00+01:00").us);
	ck_assert(when_read("2026-03-29 02:30", iso("2026-10-27T00:00:00Z"), &t)); /* was never; some time near it */
	ck_assert_int_le(llabs(t.us - iso("2026-03-29T01:30:00Z").us), 3600 * US_PER_S);
	struct when_fields f = when_fields(iso("2026-10-25T00:30:00Z"));
	ck_assert_int_eq(f.hour, 2);
	ck_assert_int_eq(f.day, 25);
}
END_TEST

T_MAIN("when",
    T_LOOP(what_people_write_is_understood, 0, (int)ARRAY_LEN(tokyo))
        T_LOOP(what_is_no_time_is_refused, 0, (int)ARRAY_LEN(wrong)) T(days_of_23_and_25_hours_begin_at_midnight))
