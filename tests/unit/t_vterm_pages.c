/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_vterm_pages.c - pages of the console in a terminal: trends, dialogues, the journal, acts that wait.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/vterm_kit.h"

static void
open_trend(const char *options, const char *environment)
{
	start_console(80, 24, options, environment);
	wait_for("55.5 %");
	press("gESS1.SOC\r");
	wait_for("State of charge");
	press("t");
	wait_for("live at the right");
}

START_TEST(a_trend_opens_with_one_key_and_knows_its_own)
{
	char row[512];
	VTermPos pos;

	open_trend("", NULL);
	wait_for("38.2"); /* at the cursor, on the newest */
	press("\033OD");
	wait_for("21:07:15 JST");
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	settle();
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	ck_assert_int_eq(pos.row, 19); /* on the time axis, below what is read off */
	press("-");
	wait_for("2h, ");
	press("+++");
	wait_for("10m, ");
	press(",,");
	wait_for("past; End: now");
	press("\033OF");
	wait_for("live at the right");
	press("tGRID.RX.P\r");
	wait_for(">B GRID.RX.P");
	press("u");
	wait_for(">A GRID.RX.P");
	press("x");
	wait_for(" A ESS1.SOC");
	press("@03:30\r");
	wait_for("03:3");
	press("s8h\r");
	wait_for("8h, ");
	press("y");
	wait_for("a scale for each");
	press("q");
	wait_for("Source time");
	press("T"); /* it is in the last trend already */
	wait_for(" A ESS1.SOC");
	read_row(3, row, sizeof row);
	ck_assert(strstr(row, "Trend") != NULL);
}
END_TEST

START_TEST(a_trend_that_is_not_answered_says_so_and_can_be_left)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	tell_server("history gone\n");
	press("gESS1.SOC\r");
	wait_for("State of charge");
	press("t");
	wait_for("The history cannot be read: the reader");
	press("-");
	wait_for("2h, ");
	press("e");
	wait_for("cannot be read");
	press("qq");
	wait_for("Source time");
}
END_TEST

START_TEST(a_live_trend_costs_few_bytes)
{
	char line[64];

	open_trend("", "CHISAN_NOW=");
	press("s1m\r"); /* the liveliest there is */
	wait_for("1m, ");
	settle();
	size_t before = byte_count;
	int64_t from = clock_mono().us;
	for (int i = 0; i < 80; i++) {
		if (i % 10 == 0) {
			str_printf(line, sizeof line, "set ESS1.SOC %d\n", 40 + i);
			tell_server(line);
		}
		for (int64_t until = from + (i + 1) * 100 * US_PER_MS; clock_mono().us < until;)
			take(10);
	}
	printf("live trend of 1m at 80x24: %zu bytes a second\n", (byte_count - before) / 8);
	ck_assert_uint_gt(byte_count - before, 50);
	ck_assert_uint_lt((byte_count - before) / 8, 1000);
}
END_TEST

START_TEST(a_reload_keeps_the_page)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gESS1.SOC\r");
	wait_for("State of charge");
	tell_server("reload\n");
	wait_for("all values are new");
	ck_assert(shows("State of charge"));
}
END_TEST

/* ---- the record */

START_TEST(a_dialogue_takes_pastes_in_its_fields_only_and_y_does_it)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gESS1.SOC\r");
	wait_for("State of charge");
	press("M");
	wait_for("you are in VIEW");
	press("CM");
	wait_for("New value");
	press("\033[200~13\r\033[201~"); /* the end of line in a paste runs nothing */
	wait_for("13 ");
	press("\r\rmeter\r");
	wait_for("Do it?");
	press("\033[200~y\033[201~");
	settle();
	ck_assert(shows("Do it?"));
	ck_assert(!shows("DONE"));
	press("y");
	wait_for("DONE, recorded as entry 303: ESS1.SOC: by hand");
	wait_for("verified: the point shows 13.0 M");
	ck_assert(shows("1 by hand (M): h"));
	press("q");
	wait_for("entered by hand");
}
END_TEST

START_TEST(a_dialogue_goes_to_the_field_that_is_wrong)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gESS1.SOC\rCM");
	wait_for("New value");
	press("120\r"); /* said where it is typed, not after the reason */
	wait_for("outside the range of ESS1.SOC, 0 to 100 %");
	wait_for(">New value");
	press("\02512\r");
	wait_for(">For");
	press("\025soon\r");
	wait_for("how long?");
	wait_for(">For");
	press("\0252h\r\r");
	wait_for("why?");
	wait_for(">Reason");
	press("\t\025x\t\tmeter\r"); /* past what is wrong: found when it is asked for */
	wait_for("the value is no number");
	wait_for(">New value");
	press("\02512\r\r\r");
	wait_for("Do it?");
}
END_TEST

START_TEST(find_on_a_page_without_rows_goes_to_a_point)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("/ESS1.SOC\r");
	wait_for("State of charge");
	ck_assert(!shows("CONTROL"));
}
END_TEST

START_TEST(a_half_typed_value_survives_a_resize)
{
	struct winsize size = { .ws_row = 16, .ws_col = 60 };

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gESS1.SOC\rCM12.34");
	wait_for("12.34");
	rows = 16;
	columns = 60;
	vterm_set_size(vt, rows, columns);
	ioctl(tty, TIOCSWINSZ, &size);
	settle();
	ck_assert(shows("12.34"));
	press("\r\rmeter\r");
	wait_for("Do it?"); /* the question has its place on the least screen too */
}
END_TEST

START_TEST(the_question_is_not_answered_where_it_cannot_be_read)
{
	struct winsize size = { .ws_row = 9, .ws_col = 40 };

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gESS1.SOC\rCM12\r\rmeter\r");
	wait_for("Do it?");
	rows = 9;
	columns = 40;
	vterm_set_size(vt, rows, columns);
	ioctl(tty, TIOCSWINSZ, &size);
	wait_for("too small");
	press("y");
	settle();
	size.ws_row = (unsigned short)(rows = 24);
	size.ws_col = (unsigned short)(columns = 80);
	vterm_set_size(vt, rows, columns);
	ioctl(tty, TIOCSWINSZ, &size);
	wait_for("Do it?");
	ck_assert(!shows("DONE"));
}
END_TEST

START_TEST(the_journal_follows_at_its_end_and_nowhere_else)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("e");
	wait_for("newest below, follows");
	tell_server("entry 12 the-first-one\n");
	wait_for("> the-first-one");
	press("kkk");
	wait_for("G to the newest");
	settle();
	char before[2048], after[2048];
	read_row(12, before, sizeof before);
	tell_server("entry 12 the-second-one\n");
	wait_for("1 newer below");
	read_row(12, after, sizeof after);
	ck_assert_str_eq(before, after);
	press("G");
	wait_for("> the-second-one");
	wait_for("newest below, follows");
}
END_TEST

START_TEST(a_record_that_is_not_well_is_said_on_every_page)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	ck_assert(!shows("RECORD"));
	tell_server("health 2 nothing_is_recorded_since_02:13;_12_entries_wait\n");
	wait_for("RECORD FULL: nothing is recorded since 02:13; 12 entries wait");
	press("p");
	wait_for("All points");
	ck_assert(shows("RECORD FULL"));
	tell_server("health 0 \n");
	wait_for("No alarms: the site");
	ck_assert(!shows("RECORD"));
}
END_TEST

START_TEST(an_act_stays_marked_until_it_is_recorded)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	tell_server("knob slow 1\n");
	press("mdoor-open\r");
	wait_for("DONE, NOT YET RECORDED");
	wait_for("1 act not yet recorded: note");
	tell_server("knob slow 0\n");
	tell_server("recorded 12 door-open\n");
	wait_for("now recorded as entry 303");
	settle();
	ck_assert(!shows("not yet recorded"));
	/* one about a time before: its entry is of then */
	tell_server("knob slow 1\n");
	press("m--at 2h was-shut\r");
	wait_for("1 act not yet recorded: note");
	tell_server("knob slow 0\n");
	tell_server("recorded 12 was-shut 120\n");
	wait_for("now recorded as entry");
	settle();
	ck_assert(!shows("not yet recorded"));
}
END_TEST

START_TEST(a_lost_link_leaves_an_act_unknown)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	tell_server("knob silent 1\n");
	press("mdoor-open\r");
	settle();
	ck_assert(!shows("DONE"));
	stop_server();
	wait_for("UNKNOWN: sent, not confirmed");
}
END_TEST

START_TEST(who_may_only_look_is_told_before_a_long_text)
{
	tell_server("knob viewer 1\n");
	start_console(80, 24, "", NULL);
	wait_for("operator/viewer");
	wait_for("55.5 %");
	press("m");
	wait_for("a note needs the role operator; you are viewer");
	press(":note ");
	wait_for(":note   (a note needs the role operator; you are viewer)");
	press("\033");
	settle();
	press("C");
	wait_for("CONTROL needs the role operator; you are viewer");
	press("gESS1.SOC\r");
	wait_for("State of charge");
	ck_assert(!shows("m note") && !shows("by hand") && !shows("B scan"));
	press("M");
	wait_for("a value by hand needs the role operator");
	press("B");
	wait_for("switching a scan needs the role operator");
	press("r");
	wait_for("not confirmed");
	ck_assert(!shows("c confirm"));
	press("c");
	wait_for("confirming a report needs the role operator");
	press(":report daily 2026-11-21\r");
	wait_for("NOT CONFIRMED");
	ck_assert(!shows("c confirm"));
	press("c");
	wait_for("confirming a report needs the role operator");
}
END_TEST

START_TEST(home_and_end_work_whatever_the_terminal_sends)
{
	static const char *const ends[] = { "\033[4~", "\033[8~", "\033[F", "\033OF" };
	static const char *const homes[] = { "\033[1~", "\033[7~", "\033[H", "\033OH" };

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("p");
	wait_for("1-16 of 28");
	press(ends[_i]);
	wait_for("13-28 of 28");
	press(homes[_i]);
	wait_for("1-16 of 28");
}
END_TEST

T_MAIN("vterm_pages",
    T_FIXTURE(set_up, tear_down) T(a_trend_opens_with_one_key_and_knows_its_own) T(
        a_trend_that_is_not_answered_says_so_and_can_be_left) T(a_live_trend_costs_few_bytes) T(a_reload_keeps_the_page)
        T(a_dialogue_takes_pastes_in_its_fields_only_and_y_does_it) T(a_dialogue_goes_to_the_field_that_is_wrong)
            T(find_on_a_page_without_rows_goes_to_a_point) T(a_half_typed_value_survives_a_resize) T(
                the_question_is_not_answered_where_it_cannot_be_read) T(the_journal_follows_at_its_end_and_nowhere_else)
                T(a_record_that_is_not_well_is_said_on_every_page) T(an_act_stays_marked_until_it_is_recorded)
                    T(a_lost_link_leaves_an_act_unknown) T(who_may_only_look_is_told_before_a_long_text)
                        T_LOOP(home_and_end_work_whatever_the_terminal_sends, 0, 4))
