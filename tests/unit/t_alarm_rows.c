/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_rows.c - the rows of an alarm list: in order, complete, and still under the cursor whatever happens.
 */
#include "config.h"

#include <stdio.h>

#include "console/alarm_rows.h"
#include "tests/unit/t.h"

#include "tests/unit/client_alarm_kit.h"

#define ALARMS 60
#define LINES  9

static struct client client;
static struct client_alarms *a;
static struct alarm_rows rows;
static struct client_device devices[4];

static void
setup(void)
{
	char name[24];

	a = client_alarms_new(0, 4);
	for (uint32_t i = 0; i < ALARMS; i++) {
		str_printf(name, sizeof name, "D%u.A%u", i % 4, i);
		struct msg_alarm_def d = kit_def(i, name, 1 + i % 4);
		d.device = i / 4 % 4;
		d.area = i % 2 == 0 ? "north" : "south";
		d.text = i == 7 ? "Door open" : "";
		ck_assert_int_eq(kit_define(a, &d), OK);
	}
	client = (struct client){ .alarms = a, .devices = devices, .device_count = 4 };
	rows = (struct alarm_rows){ 0 };
}

static void
teardown(void)
{
	alarm_rows_done(&rows);
	client_alarms_free(a);
}

/* As a page does it: bring in, fit, draw. */
static void
look(void)
{
	alarm_rows_follow(&rows, &client);
	alarm_rows_fit(&rows, LINES);
	for (int i = rows.list.top; i < rows.list.top + LINES && i < (int)rows.count; i++)
		rows.rows[i].is_seen = true;
}

static const char *
name_at(int i)
{
	return a->alarms[rows.rows[i].alarm].name;
}

START_TEST(the_worst_stand_above_and_the_newest_first)
{
	kit_go(a, 2, ALARM_UNACK, KIT_NOW);     /* P3 */
	kit_go(a, 0, ALARM_ACKED, KIT_NOW + 9); /* P1, acknowledged */
	kit_go(a, 4, ALARM_UNACK, KIT_NOW + 1); /* P1 */
	kit_go(a, 8, ALARM_RTNUN, KIT_NOW + 2); /* P1 */
	kit_go(a, 1, ALARM_SHLVD, KIT_NOW + 3);
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, 4);
	ck_assert_str_eq(name_at(0), "D0.A8");
	ck_assert_str_eq(name_at(1), "D0.A4");
	ck_assert_str_eq(name_at(2), "D2.A2");
	ck_assert_str_eq(name_at(3), "D0.A0");
}
END_TEST

START_TEST(a_new_one_moves_no_row_on_the_screen)
{
	for (uint32_t i = 0; i < 20; i++)
		kit_go(a, i, ALARM_UNACK, KIT_NOW + i);
	alarm_rows_settle(&rows, &client, true);
	look();
	rows.list.at = 3;
	look();
	const char *selected = name_at(3);
	kit_go(a, 40, ALARM_UNACK, KIT_NOW + 99); /* P1, the newest */
	look();
	ck_assert_str_eq(name_at(rows.list.at), selected);
	ck_assert_int_eq(rows.list.at - rows.list.top, 3);
	ck_assert_uint_eq(alarm_rows_new_above(&rows), 1);
	kit_go(a, 44, ALARM_UNACK, KIT_NOW + 100);
	look();
	ck_assert_int_eq(rows.list.at - rows.list.top, 3);
	ck_assert_uint_eq(alarm_rows_new_above(&rows), 2);
	alarm_rows_settle(&rows, &client, true); /* Home */
	look();
	ck_assert_uint_eq(alarm_rows_new_above(&rows), 0);
	ck_assert_str_eq(name_at(0), "D0.A44");
}
END_TEST

/* Also where the whole list has room: the list would have to make room above. */
START_TEST(a_short_list_does_not_move_either)
{
	kit_go(a, 2, ALARM_UNACK, KIT_NOW);
	kit_go(a, 6, ALARM_UNACK, KIT_NOW + 1);
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert_int_eq(rows.list.top, 0);
	kit_go(a, 0, ALARM_UNACK, KIT_NOW + 2);
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D2.A6");
	ck_assert_int_eq(rows.list.at, rows.list.top); /* on the line where it was */
	ck_assert_uint_eq(alarm_rows_new_above(&rows), 1);
}
END_TEST

/* A step goes to the next row as it was seen: nothing else moves, though there are empty lines below. */
START_TEST(on_a_half_empty_page_a_step_moves_no_row)
{
	kit_go(a, 2, ALARM_UNACK, KIT_NOW);
	kit_go(a, 6, ALARM_UNACK, KIT_NOW + 1);
	kit_go(a, 10, ALARM_UNACK, KIT_NOW + 2);
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D2.A10");
	kit_go(a, 0, ALARM_UNACK, KIT_NOW + 3);
	kit_go(a, 4, ALARM_UNACK, KIT_NOW + 4);
	look();
	ck_assert_int_eq(rows.list.top, 2);
	ck_assert_uint_eq(alarm_rows_unacked_above(&rows, &client), 2);
	kit_go(a, 4, ALARM_ACKED, KIT_NOW + 4);
	look();
	ck_assert_uint_eq(alarm_rows_unacked_above(&rows, &client), 1);
	ck_assert(alarm_rows_move(&rows, REQ_DOWN));
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D2.A6");
	ck_assert_int_eq(rows.list.at - rows.list.top, 1); /* one line below */
	ck_assert_str_eq(name_at(rows.list.top), "D2.A10");
	ck_assert(alarm_rows_move(&rows, REQ_UP));
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D2.A10");
	ck_assert_int_eq(rows.list.at, rows.list.top);
	ck_assert(alarm_rows_move(&rows, REQ_UP)); /* what is new comes line by line */
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D0.A0");
	ck_assert_int_eq(rows.list.at, rows.list.top);
	ck_assert_int_eq(rows.list.top, 1);
	for (int i = 0; i < 9; i++)
		ck_assert(alarm_rows_move(&rows, REQ_UP));
	ck_assert_int_eq(rows.list.at, 0);
	for (int i = 0; i < 9; i++)
		ck_assert(alarm_rows_move(&rows, REQ_DOWN));
	ck_assert_int_eq(rows.list.at, 4);
	ck_assert(!alarm_rows_move(&rows, REQ_OPEN));
}
END_TEST

/* Another size of the screen: all are shown where there is room. */
START_TEST(a_taller_screen_is_filled)
{
	for (uint32_t i = 0; i < LINES + 3; i++)
		kit_go(a, i, ALARM_UNACK, KIT_NOW + i);
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert(alarm_rows_move(&rows, REQ_END));
	look();
	ck_assert_int_eq(rows.list.top, 3);
	alarm_rows_fit(&rows, LINES + 2);
	ck_assert_int_eq(rows.list.top, 1);
	alarm_rows_fit(&rows, LINES + 20);
	ck_assert_int_eq(rows.list.top, 0);
	ck_assert_int_eq(rows.list.at, LINES + 2);
}
END_TEST

START_TEST(what_is_acknowledged_or_over_stays_until_the_rows_are_settled)
{
	for (uint32_t i = 0; i < 12; i += 4)
		kit_go(a, i, ALARM_UNACK, KIT_NOW + i);
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert_str_eq(name_at(0), "D0.A8");
	kit_go(a, 8, ALARM_ACKED, KIT_NOW + 8);
	kit_go(a, 4, ALARM_NORM, KIT_NOW + 4);
	look();
	ck_assert_uint_eq(rows.count, 3);
	ck_assert_str_eq(name_at(0), "D0.A8");
	ck_assert_str_eq(name_at(1), "D0.A4");
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, 2);
	ck_assert_str_eq(name_at(0), "D0.A0");
	ck_assert_str_eq(name_at(1), "D0.A8");
}
END_TEST

START_TEST(one_that_is_raised_again_rises_unless_the_cursor_is_on_it)
{
	kit_go(a, 0, ALARM_ACKED, KIT_NOW);
	kit_go(a, 4, ALARM_ACKED, KIT_NOW + 1);
	kit_go(a, 8, ALARM_UNACK, KIT_NOW + 2);
	alarm_rows_settle(&rows, &client, true);
	look();
	rows.list.at = 2; /* D0.A0 */
	look();
	kit_go(a, 4, ALARM_UNACK, KIT_NOW + 10);
	kit_go(a, 0, ALARM_UNACK, KIT_NOW + 11);
	look();
	ck_assert_str_eq(name_at(0), "D0.A4");
	ck_assert_str_eq(name_at(rows.list.at), "D0.A0");
	ck_assert_int_eq(rows.list.at, 2);
}
END_TEST

START_TEST(the_filter_chooses)
{
	for (uint32_t i = 0; i < 16; i++)
		kit_go(a, i, i % 3 == 0 ? ALARM_ACKED : ALARM_UNACK, KIT_NOW + i);
	rows.filter.priority = 2;
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, 8);
	rows.filter.want = WANT_UNACKED;
	alarm_rows_settle(&rows, &client, true);
	for (uint32_t i = 0; i < rows.count; i++)
		ck_assert(alarm_is_unacked((enum alarm_state)a->alarms[rows.rows[i].alarm].m.state));
	rows.filter = (struct alarm_filter){ .text = "door" };
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, 1);
	ck_assert_str_eq(name_at(0), "D3.A7");
	rows.filter = (struct alarm_filter){ .text = "D1.A?" };
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, 3);
	rows.filter = (struct alarm_filter){ .shelf = SHELF_ALL };
	alarm_rows_settle(&rows, &client, true);
	ck_assert_uint_eq(rows.count, ALARMS);
}
END_TEST

START_TEST(areas_are_gone_through_in_turn)
{
	struct alarm_filter f = { 0 };

	alarm_filter_next_area(&f, &client);
	ck_assert_str_eq(f.area, "north");
	alarm_filter_next_area(&f, &client);
	ck_assert_str_eq(f.area, "south");
	alarm_filter_next_area(&f, &client);
	ck_assert_str_eq(f.area, "");
}
END_TEST

START_TEST(in_a_flood_only_the_worst_stand_by_themselves)
{
	uint32_t members = 0, groups = 0;

	for (uint32_t i = 0; i < 40; i++)
		kit_go(a, i, ALARM_UNACK, KIT_NOW + i);
	rows.is_grouped = true;
	alarm_rows_settle(&rows, &client, true);
	for (uint32_t i = 0; i < rows.count; i++) {
		const struct alarm_row *r = &rows.rows[i];
		if (r->members > 0) {
			groups++;
			members += r->members;
			ck_assert_uint_eq(r->unacked, r->members);
		} else {
			ck_assert_uint_le(a->alarms[r->alarm].priority, 2);
			ck_assert_uint_eq(groups, 0); /* above the groups */
		}
	}
	ck_assert_uint_eq(groups, 4);
	ck_assert_uint_eq(members, 20);
	ck_assert_uint_eq(rows.count, 24);
	/* one opens where it stands */
	rows.has_open = true;
	rows.open = 2;
	alarm_rows_settle(&rows, &client, false);
	ck_assert_uint_gt(rows.count, 24);
	for (uint32_t i = 0; i < rows.count; i++)
		if (rows.rows[i].is_inside)
			ck_assert_uint_eq(a->alarms[rows.rows[i].alarm].device, 2);
}
END_TEST

/* P3 and P4 of a device are one line in a flood; the cursor stays on what it is on all the same. */
START_TEST(in_a_flood_the_cursor_does_not_go_to_another_alarm)
{
	kit_go(a, 2, ALARM_UNACK, KIT_NOW); /* P3 of device 0 */
	kit_go(a, 18, ALARM_UNACK, KIT_NOW + 1);
	kit_go(a, 6, ALARM_UNACK, KIT_NOW + 2); /* P3 of device 1 */
	rows.is_grouped = true;
	rows.has_open = true;
	rows.open = 0;
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert_uint_eq(rows.count, 4);
	rows.list.at = 3;
	look();
	ck_assert_str_eq(name_at(3), "D2.A2");
	kit_go(a, 2, ALARM_NORM, KIT_NOW + 3); /* acknowledged by another one, and over */
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D2.A2");
	ck_assert_uint_eq(rows.rows[rows.list.at].members, 0);
	/* a group of which one is left: the cursor is on that one */
	rows.list.at = 1;
	ck_assert_uint_gt(rows.rows[1].members, 0);
	look();
	kit_go(a, 10, ALARM_UNACK, KIT_NOW + 4); /* P3 of device 2, which stands below */
	look();
	const struct alarm_row *r = alarm_rows_selected(&rows);
	ck_assert_uint_eq(r->device, 0);
	ck_assert_str_eq(name_at(rows.list.at), "D2.A18");
}
END_TEST

/* What is over goes when rows are made anew; not from under the cursor. */
START_TEST(a_flood_that_begins_leaves_the_cursor_where_it_is)
{
	kit_go(a, 0, ALARM_UNACK, KIT_NOW);
	kit_go(a, 4, ALARM_UNACK, KIT_NOW + 1);
	kit_go(a, 8, ALARM_UNACK, KIT_NOW + 2);
	alarm_rows_settle(&rows, &client, true);
	look();
	rows.list.at = 1;
	look();
	ck_assert_str_eq(name_at(1), "D0.A4");
	kit_go(a, 4, ALARM_NORM, KIT_NOW + 1);
	look();
	rows.is_grouped = true;
	alarm_rows_settle(&rows, &client, false);
	look();
	ck_assert_str_eq(name_at(rows.list.at), "D0.A4");
	ck_assert_uint_eq(rows.count, 3);
	alarm_rows_settle(&rows, &client, true); /* Home lets it go */
	ck_assert_uint_eq(rows.count, 2);
}
END_TEST

START_TEST(nothing_can_be_grouped)
{
	rows.is_grouped = true;
	look();
	ck_assert_uint_eq(rows.count, 0);
}
END_TEST

START_TEST(after_a_reload_the_cursor_finds_its_group)
{
	kit_go(a, 2, ALARM_UNACK, KIT_NOW); /* device 0 */
	kit_go(a, 18, ALARM_UNACK, KIT_NOW + 1);
	kit_go(a, 6, ALARM_UNACK, KIT_NOW + 2); /* device 1 */
	kit_go(a, 22, ALARM_UNACK, KIT_NOW + 3);
	rows.is_grouped = true;
	alarm_rows_settle(&rows, &client, true);
	look();
	ck_assert_uint_eq(rows.count, 2);
	rows.list.at = 1;
	alarm_rows_renew(&rows, &client, name_at(1));
	look();
	ck_assert_uint_eq(rows.rows[rows.list.at].device, 1);
}
END_TEST

/* Random: the cursor is on the same alarm, or on the group that holds it; a group's is on that group, or on what is left of it. */
START_TEST(whatever_happens_in_a_flood_the_cursor_is_on_the_same)
{
	uint32_t seed = 7 + (uint32_t)_i;

	rows.is_grouped = true;
	for (int n = 0; n < t_rounds(3000); n++) {
		seed = seed * 1103515245u + 12345u;
		const struct alarm_row *at = alarm_rows_selected(&rows);
		struct alarm_row was = at != NULL ? *at : (struct alarm_row){ .alarm = ALARM_NONE };
		int line = rows.list.at - rows.list.top;
		for (unsigned k = 0; k < 1 + (seed >> 29); k++) {
			seed = seed * 1103515245u + 12345u;
			kit_go(
			    a, (seed >> 8) % ALARMS, (enum alarm_state)((seed >> 16) % ALARM_STATE_COUNT), KIT_NOW + n);
		}
		if (n % 50 == 0) { /* as the page does it when a flood begins or ends */
			rows.is_grouped = !rows.is_grouped;
			alarm_rows_settle(&rows, &client, false);
		}
		look();
		at = alarm_rows_selected(&rows);
		if (was.alarm != ALARM_NONE && was.members == 0) {
			ck_assert(at != NULL);
			ck_assert(
			    at->alarm == was.alarm || (at->members > 0 && at->device == a->alarms[was.alarm].device));
			ck_assert(rows.list.at - rows.list.top == line || rows.list.top == 0);
		} else if (was.alarm != ALARM_NONE && at != NULL && rows.is_grouped) {
			bool is_there = false;
			for (uint32_t i = 0; i < rows.count; i++)
				is_there |= rows.rows[i].device == was.device && rows.rows[i].priority > 2;
			ck_assert(!is_there || at->device == was.device);
		}
		seed = seed * 1103515245u + 12345u;
		if (seed >> 24 < 20)
			alarm_rows_settle(&rows, &client, true);
		else if (seed >> 24 < 160)
			alarm_rows_move(&rows, seed >> 24 < 70 ? REQ_DOWN : seed >> 24 < 120 ? REQ_UP : REQ_PAGE_DOWN);
	}
}
END_TEST

START_TEST(after_a_reload_the_selected_one_is_found_by_its_name)
{
	for (uint32_t i = 0; i < 8; i++)
		kit_go(a, i, ALARM_UNACK, KIT_NOW + i);
	alarm_rows_settle(&rows, &client, true);
	look();
	rows.list.at = 5;
	char name[ALARM_NAME_MAX];
	str_copy(name, sizeof name, name_at(5));
	alarm_rows_renew(&rows, &client, name);
	look();
	ck_assert_str_eq(name_at(rows.list.at), name);
	alarm_rows_renew(&rows, &client, "GONE.H");
	ck_assert_int_lt(rows.list.at, (int)rows.count);
}
END_TEST

/* Every alarm of the list once, none twice, in the order of what the rows hold. */
static void
check_whole(void)
{
	bool has[ALARMS] = { false };

	for (uint32_t i = 0; i < rows.count; i++) {
		const struct alarm_row *r = &rows.rows[i], *before = i > 0 ? &rows.rows[i - 1] : NULL;
		ck_assert(!has[r->alarm]);
		has[r->alarm] = true;
		if (before == NULL)
			continue;
		ck_assert(before->rank <= r->rank);
		if (before->rank == r->rank)
			ck_assert(before->priority <= r->priority);
		if (before->rank == r->rank && before->priority == r->priority)
			ck_assert(before->active >= r->active);
	}
	for (uint32_t i = 0; i < ALARMS; i++)
		if (alarm_is_listed((enum alarm_state)a->alarms[i].m.state))
			ck_assert_msg(has[i], "%s is not listed", a->alarms[i].name);
}

START_TEST(whatever_happens_the_list_is_whole_and_the_cursor_stays)
{
	uint32_t seed = 99 + (uint32_t)_i;

	for (int n = 0; n < t_rounds(3000); n++) {
		seed = seed * 1103515245u + 12345u;
		const struct alarm_row *r = alarm_rows_selected(&rows);
		uint32_t selected = r != NULL ? r->alarm : ALARM_NONE;
		int line = rows.list.at - rows.list.top;
		for (unsigned k = 0; k < 1 + (seed >> 28); k++) {
			seed = seed * 1103515245u + 12345u;
			kit_go(
			    a, (seed >> 8) % ALARMS, (enum alarm_state)((seed >> 16) % ALARM_STATE_COUNT), KIT_NOW + n);
		}
		look();
		check_whole();
		if (selected != ALARM_NONE) {
			ck_assert_uint_eq(rows.rows[rows.list.at].alarm, selected);
			/* a row less above than its line needs: only then it moves up */
			ck_assert(rows.list.at - rows.list.top == line || rows.list.top == 0);
			ck_assert_int_le(rows.list.at - rows.list.top, line > LINES - 1 ? LINES - 1 : line);
		}
		if (seed >> 24 < 20)
			alarm_rows_settle(&rows, &client, true);
		else if (seed >> 24 < 120)
			list_request(&rows.list, seed >> 24 < 60 ? REQ_DOWN : seed >> 24 < 90 ? REQ_UP : REQ_PAGE_DOWN);
	}
}
END_TEST

START_TEST(ten_thousand_are_listed_within_a_frame)
{
	struct client_alarms *many = client_alarms_new(0, 4);
	struct alarm_rows r = { 0 };
	struct client c = { .alarms = many };
	char name[24];

	for (uint32_t i = 0; i < 10000; i++) {
		str_printf(name, sizeof name, "M.A%u", i);
		struct msg_alarm_def d = kit_def(i, name, 1 + i % 4);
		ck_assert_int_eq(kit_define(many, &d), OK);
		kit_go(many, i, ALARM_UNACK, KIT_NOW + i);
	}
	struct mono before = clock_mono();
	alarm_rows_follow(&r, &c);
	int64_t us = mono_diff_us(clock_mono(), before);
	ck_assert_uint_eq(r.count, 10000);
	ck_assert_str_eq(many->alarms[r.rows[0].alarm].name, "M.A9996");
	printf("10,000 rows built in %lld us\n", (long long)us);
	ck_assert_int_lt(us, getenv("CHISAN_VALGRIND") != NULL ? 5000000 : 500000);
	alarm_rows_done(&r);
	client_alarms_free(many);
}
END_TEST

T_MAIN("alarm_rows",
    T_FIXTURE(setup, teardown) T(the_worst_stand_above_and_the_newest_first) T(a_new_one_moves_no_row_on_the_screen)
        T(a_short_list_does_not_move_either) T(what_is_acknowledged_or_over_stays_until_the_rows_are_settled)
            T(on_a_half_empty_page_a_step_moves_no_row) T(a_taller_screen_is_filled) T(
                in_a_flood_the_cursor_does_not_go_to_another_alarm) T(a_flood_that_begins_leaves_the_cursor_where_it_is)
                T(nothing_can_be_grouped) T(after_a_reload_the_cursor_finds_its_group)
                    T_LOOP(whatever_happens_in_a_flood_the_cursor_is_on_the_same, 0, t_rounds(5))
                        T(one_that_is_raised_again_rises_unless_the_cursor_is_on_it) T(the_filter_chooses)
                            T(areas_are_gone_through_in_turn) T(in_a_flood_only_the_worst_stand_by_themselves)
                                T(after_a_reload_the_selected_one_is_found_by_its_name)
                                    T_LOOP(whatever_happens_the_list_is_whole_and_the_cursor_stays, 0, t_rounds(5))
                                        T(ten_thousand_are_listed_within_a_frame))
