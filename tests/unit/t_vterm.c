/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_vterm.c - the console and its terminal: bytes counted, cursor, colours, resizes, suspend, hang up, kill.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/vterm_kit.h"

START_TEST(the_overview_comes_by_itself)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	ck_assert(shows("SIM"));
	ck_assert(shows("No alarms: the site defines none"));
}
END_TEST

START_TEST(an_idle_console_writes_nothing)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	size_t before = byte_count;
	for (int i = 0; i < 150; i++) /* three seconds of ticks; the clock stands still */
		take(20);
	ck_assert_uint_eq(byte_count, before);
}
END_TEST

START_TEST(a_changed_value_costs_few_bytes)
{
	start_console(80, 24, "--rate 20", NULL);
	wait_for("55.5 %");
	settle();
	size_t before = byte_count;
	tell_server("set ESS1.SOC 56.5\n");
	wait_for("56.5 %");
	settle();
	ck_assert_uint_lt(byte_count - before, 60);
}
END_TEST

START_TEST(the_cursor_is_on_the_selection)
{
	VTermPos pos;
	char row[512];

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("p");
	wait_for("GRID.RX.Q");
	press("jjj");
	settle();
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	read_row(pos.row, row, sizeof row);
	ck_assert(strstr(row, "GRID.RX.V_RS") != NULL);
	press("/soc");
	wait_for("find: soc");
	settle();
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	ck_assert_int_eq(pos.row, 21); /* in the prompt while typing */
	press("\r");
	settle();
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
	read_row(pos.row, row, sizeof row);
	ck_assert(strstr(row, "ESS1.SOC") != NULL);
}
END_TEST

/* Is there an SGR with a colour in what was written? */
static bool
has_colour(void)
{
	for (size_t i = 0; i + 2 < byte_count; i++) {
		int number = 0;
		if (bytes[i] != '\033' || bytes[i + 1] != '[')
			continue;
		for (i += 2; i < byte_count && ((bytes[i] >= '0' && bytes[i] <= '9') || bytes[i] == ';'); i++) {
			number = bytes[i] == ';' ? 0 : number * 10 + bytes[i] - '0';
			if (i + 1 < byte_count && (bytes[i + 1] == 'm' || bytes[i + 1] == ';') &&
			    ((number >= 30 && number <= 38) || (number >= 40 && number <= 48) ||
			        (number >= 90 && number <= 107)))
				return true;
		}
	}
	return false;
}

START_TEST(no_color_means_no_colour)
{
	start_console(80, 24, "", "NO_COLOR=1");
	wait_for("48.0 %?c"); /* a bad value, which has a colour otherwise */
	settle();
	ck_assert(!has_colour());
}
END_TEST

START_TEST(with_colours_bad_values_have_one)
{
	start_console(80, 24, "", NULL);
	wait_for("48.0 %?c");
	settle();
	ck_assert(has_colour());
}
END_TEST

START_TEST(hostile_titles_are_inert_and_no_strings_are_sent)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("gCEMS.EVIL\r"); /* its title and unit hold escape sequences */
	wait_for("owned");
	press("p");
	wait_for("GRID.RX.Q");
	press("G");
	wait_for("CEMS.EVIL");
	settle();
	for (size_t i = 0; i + 1 < byte_count; i++)
		ck_assert(bytes[i] != '\033' ||
		    (bytes[i + 1] != ']' && bytes[i + 1] != 'P' && bytes[i + 1] != '_' && bytes[i + 1] != '^'));
}
END_TEST

START_TEST(a_paste_outside_of_a_field_does_nothing)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	press("\033[200~Qpl:quit\r\033[201~");
	settle();
	ck_assert(shows("District overview"));
	press("p"); /* and keys count again */
	wait_for("All points");
}
END_TEST

static void
resize(int w, int h)
{
	struct winsize size = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };

	ioctl(tty, TIOCSWINSZ, &size);
}

START_TEST(a_storm_of_sizes_ends_in_the_right_picture)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	press("/"); /* no field on this page: nothing */
	press(":goto ES");
	wait_for(":goto ES");
	for (int i = 0; i < 60; i++) {
		resize(40 + i * 3, 9 + i % 50);
		take(2);
	}
	rows = 43;
	columns = 132;
	vterm_set_size(vt, 43, 132);
	resize(132, 43);
	wait_for("2026-11-22 21:08:31 JST");
	wait_for(":goto ES"); /* what was half typed is still there */
	settle();
	resize(40, 9);
	rows = 9;
	columns = 40;
	vterm_set_size(vt, 9, 40);
	wait_for("too small");
	wait_for("link up");
	settle();
}
END_TEST

START_TEST(suspend_gives_the_terminal_back_and_fg_draws_again)
{
	int status;

	has_shell = true;
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	size_t before = byte_count;
	press("\032");
	ck_assert_int_eq(waitpid(console, &status, WUNTRACED), console);
	ck_assert(WIFSTOPPED(status));
	settle();
	ck_assert(memmem(bytes + before, byte_count - before, "\033[?1049l", 8) != NULL);
	ck_assert(memmem(bytes + before, byte_count - before, "\033[?2004l", 8) != NULL);
	before = byte_count;
	kill(console, SIGCONT);
	int64_t end = clock_mono().us + 10 * US_PER_S;
	while (memmem(bytes + before, byte_count - before, "\033[?1049h", 8) == NULL && clock_mono().us < end)
		take(20);
	wait_for("55.5 %");
	press("p");
	wait_for("All points");
	has_shell = false;
}
END_TEST

START_TEST(without_a_shell_there_is_nowhere_to_suspend_to)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	press("\032");
	wait_for("there is no shell to go back to: Q leaves");
	press("p");
	wait_for("All points");
}
END_TEST

/* The child of the guardian: the console itself. */
static pid_t
child_of(pid_t parent)
{
	char path[64], text[64] = "";
	FILE *f;

	str_printf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	(void)!fgets(text, sizeof text, f);
	fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

START_TEST(kill_9_leaves_a_usable_terminal)
{
	struct termios before, after;
	int status;

	start_console(80, 24, "", NULL);
	tcgetattr(tty, &before); /* forkpty's own: cooked, or already the console's */
	wait_for("55.5 %");
	settle();
	pid_t inner = child_of(console);
	ck_assert_int_gt(inner, 0);
	tcgetattr(tty, &after);
	ck_assert((after.c_lflag & ICANON) == 0);
	size_t mark = byte_count;
	kill(inner, SIGKILL);
	while (take(2000) && memmem(bytes + mark, byte_count - mark, "put right", 9) == NULL)
		;
	ck_assert(memmem(bytes + mark, byte_count - mark, "\033[?1049l", 8) != NULL);
	ck_assert(memmem(bytes + mark, byte_count - mark, "\033[?2004l", 8) != NULL);
	ck_assert(memmem(bytes + mark, byte_count - mark, "\033[?1000l", 8) != NULL);
	tcgetattr(tty, &after);
	ck_assert((after.c_lflag & ICANON) != 0);
	ck_assert((after.c_lflag & ECHO) != 0);
	waitpid(console, &status, 0);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	console = 0;
}
END_TEST

START_TEST(a_lost_server_is_said_at_once_and_found_again)
{
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	stop_server();
	int64_t from = clock_mono().us;
	wait_for("LINK LOST");
	wait_for("55.5 %?c");
	ck_assert(clock_mono().us - from < US_PER_S / 2);
	start_server();
	wait_for("link up");
	settle();
	ck_assert(!shows("55.5 %?c"));
}
END_TEST

START_TEST(hang_up_ends_it)
{
	int status;

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	pid_t inner = child_of(console);
	close(tty);
	tty = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(waitpid(console, &status, 0), console);
	console = 0;
	int64_t end = clock_mono().us + 5 * US_PER_S;
	while (kill(inner, 0) == 0 && clock_mono().us < end)
		poll(NULL, 0, 10);
	ck_assert_int_ne(kill(inner, 0), 0);
}
END_TEST

START_TEST(sigterm_restores_the_terminal)
{
	int status;

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	size_t before = byte_count;
	kill(console, SIGTERM);
	while (take(2000))
		;
	ck_assert(memmem(bytes + before, byte_count - before, "\033[?1049l", 8) != NULL);
	waitpid(console, &status, 0);
	console = 0;
	ck_assert(WIFEXITED(status));
}
END_TEST

START_TEST(a_stopped_terminal_catches_up)
{
	start_console(80, 24, "--rate 20", NULL);
	wait_for("55.5 %");
	settle();
	press("\023"); /* Ctrl-S */
	for (int i = 0; i < 50; i++)
		tell_server(i % 2 == 0 ? "set ESS1.SOC 61.5\n" : "set ESS1.SOC 62.5\n");
	tell_server("set ESS1.SOC 63.5\n");
	settle();
	ck_assert(!shows("63.5 %"));
	press("\021"); /* Ctrl-Q */
	wait_for("63.5 %");
}
END_TEST

START_TEST(help_is_there_without_a_server)
{
	stop_server();
	unlink(sock);
	start_console(80, 24, "", NULL);
	wait_for("waiting for chisand");
	press("?");
	wait_for("Keys and commands");
	press("q");
	wait_for("waiting for chisand");
	start_server();
	wait_for("55.5 %");
}
END_TEST

START_TEST(quitting_exits_with_0_and_restores)
{
	int status;

	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	settle();
	size_t before = byte_count;
	press("Q");
	while (take(2000))
		;
	ck_assert(memmem(bytes + before, byte_count - before, "\033[?1049l", 8) != NULL);
	waitpid(console, &status, 0);
	console = 0;
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(paused_values_stand_still)
{
	start_console(80, 24, "--rate 20", NULL);
	wait_for("55.5 %");
	press("z");
	wait_for("PAUSED");
	tell_server("set ESS1.SOC 77.5\n");
	settle();
	ck_assert(shows("55.5 %"));
	press("z");
	wait_for("77.5 %");
	ck_assert(!shows("PAUSED"));
}
END_TEST

T_MAIN("vterm",
    T_FIXTURE(set_up, tear_down) T(the_overview_comes_by_itself) T(an_idle_console_writes_nothing)
        T(a_changed_value_costs_few_bytes) T(the_cursor_is_on_the_selection) T(no_color_means_no_colour) T(
            with_colours_bad_values_have_one) T(hostile_titles_are_inert_and_no_strings_are_sent)
            T(a_paste_outside_of_a_field_does_nothing) T(a_storm_of_sizes_ends_in_the_right_picture) T(
                suspend_gives_the_terminal_back_and_fg_draws_again) T(without_a_shell_there_is_nowhere_to_suspend_to)
                T(kill_9_leaves_a_usable_terminal) T(a_lost_server_is_said_at_once_and_found_again) T(hang_up_ends_it)
                    T(sigterm_restores_the_terminal) T(a_stopped_terminal_catches_up) T(help_is_there_without_a_server)
                        T(quitting_exits_with_0_and_restores) T(paused_values_stand_still))
