/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_vterm_alarms.c - acts on alarms in a terminal: what a second person decides is told to who asked, wherever he is by then.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/vterm_kit.h"

static void
set_up_alarms(void)
{
	const char *src = getenv("top_srcdir");

	str_printf(alarms_model, sizeof alarms_model, "%s/tests/screen/alarms.txt", src != NULL ? src : ".");
	set_up();
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
}

/* The first person has asked, and looks at the page that says so. */
static void
ask(void)
{
	press("a");
	wait_for("Raised");
	press("Cs");
	wait_for("Shelve an alarm");
	press("\rsensor is wet\r");
	wait_for("Two persons");
	press("y");
	wait_for("ASKED");
	wait_for("the answer comes here");
}

START_TEST(a_yes_is_told_on_the_page_that_asked)
{
	ask();
	tell_server("decide yes\n");
	wait_for("approved by relief and DONE");
	ck_assert(!shows("ASKED") && !shows("nothing is done yet") && !shows("the answer comes here"));
	wait_for("the alarm is now SHLVD");
}
END_TEST

START_TEST(a_no_is_told_with_its_reason)
{
	ask();
	tell_server("decide no look_at_it_first\n");
	wait_for("NOT DONE: relief said no: look at it first");
	ck_assert(!shows("ASKED"));
	wait_for("the alarm is now UNACK");
}
END_TEST

START_TEST(nobody_in_time_is_told)
{
	ask();
	tell_server("decide late nobody_answered_within_120_s\n");
	wait_for("NOT DONE: nobody said yes in time");
	ck_assert(!shows("ASKED"));
}
END_TEST

START_TEST(a_yes_to_what_cannot_be_done_any_more_is_no_success)
{
	ask();
	tell_server("decide yes ESS1.SOC.LL:_it_is_shelved_already\n");
	wait_for("approved by relief, and REFUSED: ESS1.SOC.LL: it is");
	ck_assert(!shows("DONE"));
}
END_TEST

START_TEST(who_has_left_the_page_is_told_in_the_message_line)
{
	ask();
	press("q");
	wait_for("Raised");
	press("p");
	wait_for("All points");
	settle();
	tell_server("decide no look_at_it_first\n");
	wait_for("shelve of ESS1.SOC.LL: NOT DONE: relief said no: look at it first");
	ck_assert(shows("All points"));
}
END_TEST

/* Sixteen later acts need places: none of them is refused because of it, and it is still heard of. */
START_TEST(what_waits_is_not_forgotten_over_other_acts)
{
	ask();
	press("q");
	wait_for("Raised");
	for (int i = 0; i < 18; i++) {
		char line[64];
		str_printf(line, sizeof line, "remark on ESS1.SOC.LL: DONE, recorded as entry %d", 303 + i);
		press("cx\r");
		wait_for(line);
	}
	tell_server("decide yes\n");
	wait_for("approved by relief and DONE");
}
END_TEST

/* Decided while there was no link: unknown is said, not asked for ever. */
START_TEST(a_decision_that_nobody_heard_is_unknown)
{
	ask();
	tell_server("reload\n"); /* the whole is told anew; it still waits */
	wait_for("all values are new");
	ck_assert(shows("ASKED"));
	tell_server("knob deaf 1\n");
	tell_server("decide no look_at_it_first\n");
	tell_server("reload\n"); /* and now it is not among what waits */
	wait_for("UNKNOWN: it was decided while there was no link");
	ck_assert(!shows("ASKED"));
}
END_TEST

/* ---- the list */

/* The row of the screen that this text stands in; -1 = none. */
static int
row_of(const char *text)
{
	char row[2048];

	for (int i = 0; i < rows; i++) {
		read_row(i, row, sizeof row);
		if (strstr(row, text) != NULL)
			return i;
	}
	return -1;
}

/* The list has empty lines below: what is new comes in above and moves nothing, and a step goes one line. */
START_TEST(what_is_new_above_moves_nothing_on_a_half_empty_page)
{
	press("a");
	wait_for("Raised");
	press("jj");
	wait_for("Do: Lower the boiler");
	settle();
	int on = row_of(">-3 21:07:57 HEAT.STEAM_P.H "), below = row_of(">-3 21:07:54 ESS2.COMM ");
	ck_assert_int_gt(on, 0);
	ck_assert_int_eq(below, on + 1);
	tell_server("alarm GRID.RX.F.L UNACK\n"); /* priority 2: above */
	wait_for(">*2 21:08:31 GRID.RX.F.L       UNACK");
	wait_for("1 above waits: Home"); /* that of priority 1, which has left the view for it */
	settle();
	ck_assert_int_eq(row_of(">-3 21:07:57 HEAT.STEAM_P.H "), on);
	ck_assert(shows("Do: Lower the boiler"));
	press("j");
	wait_for("Do: Look at the page of links");
	settle();
	ck_assert_int_eq(row_of(">-3 21:07:57 HEAT.STEAM_P.H "), on);
	ck_assert_int_eq(row_of(">-3 21:07:54 ESS2.COMM "), below);
}
END_TEST

/* A group of which one is left is that one; no key acts on it before it was read. */
START_TEST(what_came_under_the_cursor_by_itself_is_not_acted_on)
{
	tell_server("flood 1\n");
	press("a");
	wait_for("ESS1: 2 alarms, 1 not acknowledged");
	press("G");
	settle();
	settle(); /* so long nobody acts on what he has not read */
	press("a");
	wait_for("a group: Enter opens it");
	tell_server("alarm ESS1.SOC.L NORM\n");
	wait_for(">-3 20:58:31 ESS1.STATE.STATE~");
	settle();
	press("a");
	wait_for("ESS1.STATE.STATE99 is under the cursor now: read it, then press the key again");
	settle();
	ck_assert(!shows("DONE"));
	press("a");
	wait_for("acknowledgement of ESS1.STATE.STATE99: DONE");
}
END_TEST

T_MAIN("vterm_alarms",
    T_FIXTURE(set_up_alarms, tear_down) T(a_yes_is_told_on_the_page_that_asked) T(a_no_is_told_with_its_reason)
        T(nobody_in_time_is_told) T(a_yes_to_what_cannot_be_done_any_more_is_no_success)
            T(who_has_left_the_page_is_told_in_the_message_line) T(what_waits_is_not_forgotten_over_other_acts)
                T(a_decision_that_nobody_heard_is_unknown) T(what_is_new_above_moves_nothing_on_a_half_empty_page)
                    T(what_came_under_the_cursor_by_itself_is_not_acted_on))
