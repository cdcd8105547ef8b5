/* SPDX-License-Identifier: Apache-2.0 */
/* t_window.c - the part of the journal that a page holds: bounded, in order, still under the cursor; and lines of long text. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/t.h"

#include "console/window.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define ROWS 10

static struct window *w;

static void
set_up(void)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	w = xcalloc(1, sizeof *w);
	w->list.rows = ROWS;
}

static void
tear_down(void)
{
	window_empty(w);
	free(w);
}

/* An entry every hour. */
static struct entry *
entry(uint64_t seq, const char *text)
{
	return entry_new(&(struct msg_journal){ .seq = seq,
	    .time = INT64_C(1795000000) * US_PER_S + (int64_t)seq * 3600 * US_PER_S,
	    .reason = 255,
	    .point = "",
	    .user = "",
	    .terminal = "",
	    .text = text,
	    .before = "",
	    .after = "" });
}

static void
fill(uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++)
		window_add_newer(w, entry(i, "x"));
	window_build(w, NULL);
}

static void
check_order(void)
{
	for (int i = 1; i < w->count; i++)
		ck_assert(w->entries[i]->m.seq == 0 || w->entries[i]->m.seq > w->entries[i - 1]->m.seq);
	for (int i = 0; i < w->list.count; i++)
		ck_assert(w->rows[i] < w->count);
	ck_assert(w->list.count == 0 || w->rows[0] == -1); /* it begins with its day */
}

START_TEST(newer_ones_do_not_move_what_is_selected)
{
	fill(100, 160);
	window_select(w, 20);
	uint64_t seq = window_selected(w)->m.seq;
	int line = w->list.at - w->list.top;
	const struct entry *at = window_selected(w);
	for (uint64_t i = 161; i < 400; i++)
		window_add_newer(w, entry(i, "x"));
	window_build(w, at);
	ck_assert_uint_eq(window_selected(w)->m.seq, seq);
	ck_assert_int_eq(w->list.at - w->list.top, line);
	check_order();
}
END_TEST

START_TEST(older_ones_do_not_move_what_is_selected)
{
	fill(500, 560);
	window_select(w, 5);
	uint64_t seq = window_selected(w)->m.seq;
	int line = w->list.at - w->list.top;
	const struct entry *at = window_selected(w);
	for (uint64_t i = 499; i > 300; i--)
		window_add_older(w, entry(i, "x"));
	window_build(w, at);
	ck_assert_uint_eq(window_selected(w)->m.seq, seq);
	ck_assert_int_eq(w->list.at - w->list.top, line);
	ck_assert_uint_eq(window_first(w), 301);
	check_order();
}
END_TEST

START_TEST(it_never_grows_beyond_its_bounds)
{
	static char large[16000];

	fill(1, 5000);
	ck_assert_int_eq(w->count, WINDOW_ENTRIES);
	ck_assert_uint_eq(window_last(w), 5000);
	ck_assert(!w->has_first);
	w->has_last = true;
	for (uint64_t i = window_first(w) - 1; i > 3000; i--)
		window_add_older(w, entry(i, "x"));
	window_build(w, NULL);
	ck_assert_int_eq(w->count, WINDOW_ENTRIES);
	ck_assert(!w->has_last); /* the newest went, and it knows that */
	memset(large, 'x', sizeof large - 1);
	for (uint64_t i = 6000; i < 7000; i++)
		window_add_newer(w, entry(i, large));
	ck_assert_uint_le(w->bytes, WINDOW_BYTES);
	window_build(w, NULL);
	check_order();
}
END_TEST

START_TEST(what_comes_twice_is_there_once)
{
	fill(1, 20);
	window_add_newer(w, entry(20, "x"));
	window_add_newer(w, entry(7, "x"));
	window_add_older(w, entry(1, "x"));
	ck_assert_int_eq(w->count, 20);
}
END_TEST

START_TEST(an_entry_that_waits_is_replaced_when_it_is_recorded)
{
	struct entry *waits = entry(0, "door"), *other = entry(0, "window"), *recorded;

	fill(1, 3);
	window_add_newer(w, waits);
	window_add_newer(w, other);
	ck_assert_int_eq(w->count, 5);
	recorded = entry(0, "door");
	recorded->m.seq = 4; /* the same time and text */
	window_add_newer(w, recorded);
	ck_assert_int_eq(w->count, 5);
	ck_assert_uint_eq(w->entries[3]->m.seq, 4);
	ck_assert_str_eq(w->entries[4]->m.text, "window");
	ck_assert_uint_eq(window_last(w), 4);
}
END_TEST

START_TEST(the_cursor_never_stops_on_a_day)
{
	static const enum request moves[] = { REQ_UP, REQ_PAGE_UP, REQ_UP, REQ_DOWN, REQ_PAGE_DOWN, REQ_HOME, REQ_DOWN,
		REQ_END, REQ_PAGE_UP, REQ_PAGE_UP, REQ_DOWN };

	fill(1, 200); /* a day each 24 */
	for (unsigned i = 0; i < 3000; i++) {
		ck_assert(window_request(w, moves[(i * i + i / 7) % ARRAY_LEN(moves)]));
		ck_assert_int_ge(w->list.at, 0);
		ck_assert_int_lt(w->list.at, w->list.count);
		ck_assert_int_ge(w->rows[w->list.at], 0);
		ck_assert(w->list.at >= w->list.top && w->list.at < w->list.top + ROWS);
	}
}
END_TEST

START_TEST(an_empty_one_is_fine)
{
	window_build(w, NULL);
	ck_assert(window_selected(w) == NULL);
	ck_assert(window_is_at_end(w));
	ck_assert(window_request(w, REQ_UP));
	ck_assert(window_request(w, REQ_PAGE_DOWN));
	ck_assert_uint_eq(window_last(w), 0);
}
END_TEST

static const char *const texts[] = { "", "short", "the words of a sentence that is longer than one line is",
	"onewordthatislongerthanalineisandhasnospaceatall", "蓄電池の換気扇より異音あり次直で確認願います", "a\nb\n\nc",
	"trailing        spaces        and    more",
	"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301" };

START_TEST(lines_are_never_wider_and_lose_nothing)
{
	for (int cells = 2; cells < 30; cells++) {
		const char *at = texts[_i];
		while (*at != '\0') {
			char line[512];
			size_t skip, len = wrap_line(at, cells, &skip);
			ck_assert_uint_gt(len + skip, 0);
			ck_assert_uint_lt(len, sizeof line);
			memcpy(line, at, len);
			line[len] = '\0';
			ck_assert_int_le(text_width(line), cells);
			ck_assert(text_is_utf8(line, len, NULL));
			for (size_t i = 0; i < skip; i++)
				ck_assert(at[len + i] == ' ' || at[len + i] == '\n');
			at += len + skip;
		}
	}
}
END_TEST

T_MAIN("window",
    T_FIXTURE(set_up, tear_down) T(newer_ones_do_not_move_what_is_selected) T(older_ones_do_not_move_what_is_selected)
        T(it_never_grows_beyond_its_bounds) T(what_comes_twice_is_there_once)
            T(an_entry_that_waits_is_replaced_when_it_is_recorded) T(the_cursor_never_stops_on_a_day)
                T(an_empty_one_is_fine) T_LOOP(lines_are_never_wider_and_lose_nothing, 0, (int)ARRAY_LEN(texts)))
