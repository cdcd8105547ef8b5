/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_cmd.c - the commands, from the words of the command line to what is printed and the exit code, against a small server.
 */
#include "config.h"

#include <jansson.h>
#include <locale.h>
#include <signal.h>

#include "console/cmd.h"
#include "console/say.h"
#include "scada/base/text.h"
#include "tests/unit/t.h"

#include "tests/unit/cmd_kit.h"
#include "tests/unit/fake.h"

static struct fake fake;

static void
setup(void)
{
	setenv("CHISAN_NOW", "2026-11-18T11:06:40.400Z", 1); /* FAKE_NOW + 0.4 s */
	unsetenv("LC_ALL");
	unsetenv("LANG");
	unsetenv("LC_MESSAGES");
	setenv("LC_CTYPE", "C.UTF-8", 1);
	say_init();
	fake_start(&fake, ev_default_loop(0));
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static void
teardown(void)
{
	fake_stop(&fake);
}

/* ---- the tables */

START_TEST(each_command_has_a_name_of_its_own_and_help)
{
	const struct cmd *c;

	for (size_t i = 0; (c = cmd_row(i)) != NULL; i++) {
		ck_assert_uint_gt(strlen(c->name), 0);
		ck_assert_uint_gt(strlen(c->help), 10);
		ck_assert(c->run != NULL);
		ck_assert_int_le(c->args_min, c->args_max);
		ck_assert_int_le(c->args_max, OPTIONS_ARG_MAX - 1);
		ck_assert(cmd_find(c->name) == c);
		ck_assert_int_eq(c->args_max > 0, c->arguments[0] != '\0');
	}
	ck_assert(cmd_find("nothing") == NULL);
}
END_TEST

START_TEST(each_option_has_a_name_of_its_own_help_and_an_owner)
{
	const struct option_row *a, *b;

	for (size_t i = 0; (a = option_row(i)) != NULL; i++) {
		bool has_owner = option_belongs(a, NULL);
		for (size_t j = 0; j < i && (b = option_row(j)) != NULL; j++) {
			ck_assert_str_ne(a->name, b->name);
			ck_assert(a->letter == 0 || a->letter != b->letter);
		}
		for (size_t j = 0; cmd_row(j) != NULL; j++)
			has_owner |= option_belongs(a, cmd_row(j)->name);
		ck_assert_msg(has_owner, "--%s belongs to nobody", a->name);
		ck_assert_uint_gt(strlen(a->help), 10);
	}
}
END_TEST

START_TEST(help_names_every_command_and_its_options)
{
	ck_assert_int_eq(run("help"), CMD_DONE);
	for (size_t i = 0; cmd_row(i) != NULL; i++)
		HAS(out, cmd_row(i)->name);
	ck_assert_int_eq(run("watch --help"), CMD_DONE);
	HAS(out, "Usage: chisan watch");
	HAS(out, "--count N");
	HAS_NOT(out, "--names");
	ck_assert_int_eq(run("help wacth"), CMD_NOT_FOUND);
	HAS(err, "did you mean \"watch\"?");
	ck_assert_uint_eq(fake.accepted, 0);
}
END_TEST

static const struct {
	const char *line, *says;
} bad[] = {
	{ "nothing-like-it", "there is no command" },
	{ "statsu", "did you mean \"status\"?" },
	{ "get", "something is missing" },
	{ "check", "something is missing" },
	{ "check a b", "too many words" },
	{ "status x", "too many words" },
	{ "points --naems", "did you mean --names?" },
	{ "points --names=yes", "takes no value" },
	{ "points --timeout", "needs its TIME" },
	{ "points --timeout 5", "not understood" },
	{ "points --timeout -1s", "not understood" },
	{ "watch --count 0", "not understood" },
	{ "points --count 3", "does not belong to points" },
	{ "status --theme mono", "does not belong to status" },
	{ "points -x", "there is no option -x" },
	{ "points -s", "needs its SOCKET" },
	{ "status --wait 0s", "not understood" },
	{ "points --\033[31m", "there is no option" },
};

START_TEST(wrong_usage_is_said_and_ends_with_2)
{
	ck_assert_int_eq(run(bad[_i].line), CMD_USAGE);
	HAS(err, bad[_i].says);
	HAS_NOT(err, "\033");
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_uint_eq(fake.accepted, 0);
}
END_TEST

START_TEST(options_stand_before_and_after_and_in_every_form)
{
	struct options o;
	char message[256];
	const char *const a[] = { "chisan", "--json", "points", "-s", "/x", "A*", "--wait=3s", NULL };
	const char *const b[] = { "chisan", "points", "-s/y", "--", "--json", NULL };
	const char *const c[] = { "chisan", "--rate", "2.5", "--theme=mono", "--slow", "--ambiguous", "2", NULL };

	ck_assert(options_read(&o, 7, a, message, sizeof message));
	ck_assert(o.json);
	ck_assert_str_eq(o.socket, "/x");
	ck_assert_int_eq(o.arg_count, 2);
	ck_assert_str_eq(o.args[1], "A*");
	ck_assert_int_eq(o.wait_us, 3000000);
	ck_assert(options_read(&o, 5, b, message, sizeof message));
	ck_assert_str_eq(o.socket, "/y");
	ck_assert(!o.json);
	ck_assert_str_eq(o.args[1], "--json");
	ck_assert(options_read(&o, 7, c, message, sizeof message));
	ck_assert(options_check(&o, message, sizeof message));
	ck_assert_double_eq(o.console.rate_hz, 2.5);
	ck_assert_str_eq(o.console.theme, "mono");
	ck_assert(o.console.slow);
	ck_assert_int_eq(o.console.ambiguous, 2);
	ck_assert(!o.ja);
	setenv("LANG", "ja_JP.UTF-8", 1);
	ck_assert(options_read(&o, 1, a, message, sizeof message));
	ck_assert(o.ja && o.console.ja);
}
END_TEST

/* ---- against a server */

START_TEST(no_server_ends_with_6_and_says_what_to_start)
{
	static const char *const lines[] = { "status", "points", "get A.B", "watch", "links" };

	fake_die(&fake);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		ck_assert_int_eq(run(lines[i]), CMD_NO_SERVER);
		HAS(err, "chisand -f");
		HAS(err, fake.path);
		ck_assert_str_eq(capture.out_text, "");
	}
}
END_TEST

START_TEST(who_is_not_permitted_ends_with_4)
{
	fake.is_closed_to_us = true;
	ck_assert_int_eq(run("points"), CMD_DENIED);
	HAS(err, "not among the users");
}
END_TEST

START_TEST(another_version_ends_with_6)
{
	fake.version = WIRE_VERSION + 1;
	ck_assert_int_eq(run("points"), CMD_NO_SERVER);
	HAS(err, "install the same version of both");
}
END_TEST

START_TEST(a_snapshot_that_never_ends_is_given_up)
{
	fake.gives_no_end = true;
	ck_assert_int_eq(run("points --timeout 1s"), CMD_NO_SERVER);
	HAS(err, "in time");
	ck_assert_int_eq(run("watch --timeout 1s"), CMD_NO_SERVER);
	HAS(err, "in time");
}
END_TEST

START_TEST(waiting_for_a_server_that_never_comes_ends_with_6)
{
	fake_die(&fake);
	ck_assert_int_eq(run("status --wait 300ms"), CMD_NO_SERVER);
	HAS(err, "chisand -f");
}
END_TEST

START_TEST(waiting_ends_when_all_devices_have_spoken)
{
	fake.values[5] = (struct value){ .v = 800 };
	ck_assert_int_eq(run("status --wait 10s"), CMD_DONE);
	HAS(out, "1 up, 1 down");
}
END_TEST

START_TEST(waiting_does_not_take_one_failure_for_the_last_word)
{
	fake.values[5] = (struct value){ .v = 800 };
	fake.fails = 1;
	ck_assert_int_eq(run("status --wait 300ms"), CMD_BAD_DATA);
	fake.fails = 2;
	ck_assert_int_eq(run("status --wait 10s"), CMD_DONE);
}
END_TEST

START_TEST(waiting_does_not_last_until_every_figure_of_chisand_is_known)
{
	fake.is_ess1_internal = true;
	fake.values[5] = (struct value){ .v = 800 };
	fake.values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ | Q_STALE };
	ck_assert_int_eq(run("status --wait 10s"), CMD_DONE);
	for (unsigned i = 0; i < FAKE_POINTS; i++)
		if (strncmp(fake_points[i].name, "ESS1.", 5) == 0)
			fake.values[i] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	ck_assert_int_eq(run("status --wait 300ms"), CMD_BAD_DATA);
}
END_TEST

START_TEST(waiting_in_vain_prints_and_ends_with_8)
{
	fake.values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	ck_assert_int_eq(run("status --wait 300ms"), CMD_BAD_DATA);
	HAS(out, "Musashino");
	HAS(err, "not every device");
}
END_TEST

START_TEST(get_prints_value_unit_age_and_quality)
{
	ck_assert_int_eq(run("get ESS1.SOC"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.SOC 55.5  % 0.4s good State of charge\n");
	ck_assert_str_eq(capture.err_text, "");
	ck_assert_int_eq(run("get --ja ESS1.STATE"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.STATE 運転   0.4s good 状態\n");
}
END_TEST

START_TEST(get_of_a_bad_value_prints_it_and_ends_with_8)
{
	ck_assert_int_eq(run("get ESS1.SOC PV1.P"), CMD_BAD_DATA);
	HAS(out, "ESS1.SOC 55.5");
	HAS(out, "17 ?c kW");
	HAS(out, "37s no-comm");
	HAS(err, "PV1.P is not good: no communication; last value; the device did not answer in time");
	ck_assert_int_eq(run("get CEMS.LOAD_KW"), CMD_BAD_DATA);
	HAS(out, "CEMS.LOAD_KW - ?i kW - initial");
}
END_TEST

START_TEST(unknown_points_end_with_3_and_a_guess)
{
	ck_assert_int_eq(run("get ESS1.SOK"), CMD_NOT_FOUND);
	HAS(err, "did you mean ESS1.SOC?");
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_int_eq(run("get ess1.soc"), CMD_NOT_FOUND);
	HAS(err, "did you mean ESS1.SOC?");
	ck_assert_int_eq(run("get ESS*"), CMD_NOT_FOUND);
	HAS(err, "chisan points 'ESS*'");
	ck_assert_int_eq(run("points Z*"), CMD_NOT_FOUND);
	HAS(err, "no point of Musashino matches Z*");
	ck_assert_int_eq(run("watch Z*"), CMD_NOT_FOUND);
	ck_assert_int_eq(run("links ESS2"), CMD_NOT_FOUND);
	HAS(err, "did you mean ESS1?");
	ck_assert_int_eq(run("get \033]0;x"), CMD_NOT_FOUND);
	HAS_NOT(err, "\033");
}
END_TEST

START_TEST(points_are_a_table_right_to_the_cell)
{
	char *save, *line;
	int value_end = -1;

	ck_assert_int_eq(run("points --ja"), CMD_DONE);
	HAS(out, "POINT");
	HAS(out, "充電率");
	HAS_NOT(out, "\033");
	for (line = strtok_r(capture.out_text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		const char *unit = strstr(line, strncmp(line, "POINT", 5) == 0 ? "UNIT" : "kW");
		if (unit == NULL)
			continue;
		char before[512];
		str_copy(before, sizeof before, line);
		before[unit - line] = '\0';
		if (value_end < 0)
			value_end = text_width(before);
		ck_assert_int_eq(text_width(before), value_end);
	}
	ck_assert_int_gt(value_end, 0);
}
END_TEST

START_TEST(points_are_chosen_by_glob_name_and_device)
{
	ck_assert_int_eq(run("points --names ESS1.S*"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.SOC\nESS1.STATE\n");
	ck_assert_int_eq(run("points --names PV1 ESS1.P"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.P\nPV1.P\n");
	ck_assert_int_eq(run("points --names ES"), CMD_NOT_FOUND);
}
END_TEST

START_TEST(ascii_is_kept_where_the_locale_asks_for_it)
{
	setenv("LC_ALL", "C", 1);
	say_init();
	ck_assert_int_eq(run("points --ja"), CMD_DONE);
	for (const char *p = capture.out_text; *p != '\0'; p++)
		ck_assert_msg((unsigned char)*p < 0x80, "byte %02x", (unsigned char)*p);
	HAS(out, "??????"); /* three characters of two cells */
	unsetenv("LC_ALL");
	say_init();
}
END_TEST

START_TEST(links_show_state_counters_and_help)
{
	ck_assert_int_eq(run("links"), CMD_DONE);
	HAS(out, "ESS1");
	HAS(out, "3.10ms");
	HAS(out, "timeout, 4x, 30s ago, holding 0..9");
	HAS(out, "PV1 down: the device did not answer in time (modbus-tcp://127.0.0.1:15001/1)");
	ck_assert_int_eq(run("links ESS*"), CMD_DONE);
	HAS_NOT(out, "PV1");
}
END_TEST

static void
fits_a_page(void)
{
	char *save, *line;
	int lines = 0;

	for (const char *p = capture.out_text; *p != '\0'; p++)
		lines += *p == '\n';
	ck_assert_int_le(lines, 23);
	for (line = strtok_r(capture.out_text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		ck_assert_int_le(text_width(line), 79);
}

START_TEST(status_fits_a_small_terminal)
{
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Musashino  SIMULATED");
	HAS(out, "2026-11-18 20:06:40 JST");
	HAS(out, "1 up, 1 down");
	HAS(out, "6: 4 good, 0 uncertain, 2 bad (1 never read)");
	HAS(out, "PV1: the device did not answer in time");
	HAS(out, "BATTERY");
	HAS(out, "run");
	HAS(out, "Mode      no plan is followed; 0 overrides, 0 tags\n");
	HAS(out, "Alarms    the site defines none\n");
	fits_a_page();
}
END_TEST

START_TEST(status_of_a_large_site_in_trouble_fits_too)
{
	fake.batteries = FAKE_BATTERIES_MAX;
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "41 down");
	HAS(out, "PV1 B2 B3");
	HAS(out, " more: chisan points '*.SOC'");
	fits_a_page();
	fake.batteries = 1;
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "B2: the device did not answer in time");
	HAS_NOT(out, " more: ");
}
END_TEST

START_TEST(nobody_prints_what_a_terminal_would_obey)
{
	static const char *const lines[] = { "status", "points", "points --json", "links", "get ESS1.ALRM" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		run(lines[i]);
		HAS_NOT(out, "\033");
		HAS_NOT(err, "\033");
	}
}
END_TEST

/* ---- watch */

static ev_timer feeder;

static void
feed(struct ev_loop *loop, ev_timer *w, int revents)
{
	static int n;

	(void)revents;
	if (fake.conn == NULL || fake.subscribed == 0)
		return;
	n++;
	fake.values[0].v = 50 + n % 10;
	fake.values[1].v = n;
	fake_values(&fake, 0, 2, false, (struct utc){ FAKE_NOW + n * 10 * US_PER_MS });
	if (w->data != NULL && n % 5 == 0)
		raise(SIGINT);
	(void)loop;
}

static void
feed_begin(bool interrupts)
{
	ev_timer_init(&feeder, feed, 0.05, 0.02);
	feeder.data = interrupts ? &feeder : NULL;
	ev_timer_start(fake.loop, &feeder);
}

START_TEST(watch_prints_changes_in_stable_columns)
{
	char *save, *line;
	int n = 0;

	feed_begin(false);
	ck_assert_int_eq(run("watch ESS1.SOC ESS1.P --count 6"), CMD_DONE);
	ev_timer_stop(fake.loop, &feeder);
	HAS_NOT(out, "\033");
	for (line = strtok_r(capture.out_text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save), n++) {
		ck_assert_int_eq(strlen(line), strlen("20:06:40 ESS1.SOC   55.5    %  good"));
		ck_assert_int_eq(strncmp(line, "20:06:", 6), 0);
		ck_assert(strncmp(line + 9, "ESS1.SOC ", 9) == 0 || strncmp(line + 9, "ESS1.P   ", 9) == 0);
	}
	ck_assert_int_eq(n, 6);
}
END_TEST

START_TEST(watch_in_json_is_an_object_a_line)
{
	char *save, *line;

	feed_begin(false);
	ck_assert_int_eq(run("watch --json -n 4 ESS1.*"), CMD_DONE);
	ev_timer_stop(fake.loop, &feeder);
	for (line = strtok_r(capture.out_text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		ck_assert(j != NULL);
		ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
		ck_assert(json_is_string(json_object_get(j, "point")));
		ck_assert(json_is_number(json_object_get(j, "value")));
		json_decref(j);
	}
}
END_TEST

START_TEST(watch_can_begin_with_what_there_is)
{
	ck_assert_int_eq(run("watch --now -n 2 PV1.P ESS1.STATE"), CMD_DONE);
	HAS(out, "ESS1.STATE");
	HAS(out, " 17 ?c kW no-comm");
}
END_TEST

START_TEST(watch_ends_with_0_when_interrupted)
{
	feed_begin(true);
	ck_assert_int_eq(run("watch"), CMD_DONE);
	ev_timer_stop(fake.loop, &feeder);
	HAS(out, "ESS1.SOC");
}
END_TEST

static void
die_once(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	if (fake.subscribed == 0)
		return;
	ev_timer_stop(loop, w);
	fake_die(&fake);
	fake.values[0].v = 12;
	fake_listen(&fake);
}

static void
reload_once(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	if (fake.subscribed == 0)
		return;
	ev_timer_stop(loop, w);
	fake.generation++;
	fake.values[1].v = 4;
	fake.values[4].quality = Q_STALE;
	fake_snapshot(&fake);
	fake_values(&fake, 0, FAKE_POINTS, false, (struct utc){ FAKE_NOW + US_PER_S }); /* nothing new */
	fake.values[0].v = 60;
	fake_values(&fake, 0, 1, false, (struct utc){ FAKE_NOW + 2 * US_PER_S });
}

START_TEST(watch_prints_only_what_a_reload_has_changed)
{
	ev_timer reloader;

	ev_timer_init(&reloader, reload_once, 0.1, 0.05);
	ev_timer_start(fake.loop, &reloader);
	ck_assert_int_eq(run("watch -n 3"), CMD_DONE);
	HAS(out, "ESS1.P ");
	HAS(out, "PV1.P ");
	HAS(out, "ESS1.SOC ");
	ck_assert_str_eq(capture.err_text, "");
}
END_TEST

START_TEST(watch_finds_the_server_again)
{
	ev_timer killer;

	ev_timer_init(&killer, die_once, 0.1, 0.05);
	ev_timer_start(fake.loop, &killer);
	ck_assert_int_eq(run("watch ESS1.* -n 1"), CMD_DONE);
	HAS(err, "trying again");
	HAS(err, "is back");
	HAS(out, "12.0");
}
END_TEST

T_MAIN("cmd",
    T_FIXTURE(setup, teardown) T(each_command_has_a_name_of_its_own_and_help) T(
        each_option_has_a_name_of_its_own_help_and_an_owner) T(help_names_every_command_and_its_options)
        T_LOOP(wrong_usage_is_said_and_ends_with_2, 0, (int)ARRAY_LEN(bad)) T(
            options_stand_before_and_after_and_in_every_form) T(no_server_ends_with_6_and_says_what_to_start)
            T(who_is_not_permitted_ends_with_4) T(another_version_ends_with_6) T(a_snapshot_that_never_ends_is_given_up)

                T(waiting_for_a_server_that_never_comes_ends_with_6) T(waiting_ends_when_all_devices_have_spoken)
                    T(waiting_does_not_take_one_failure_for_the_last_word)
                        T(waiting_does_not_last_until_every_figure_of_chisand_is_known)
                            T(waiting_in_vain_prints_and_ends_with_8) T(get_prints_value_unit_age_and_quality) T(
                                get_of_a_bad_value_prints_it_and_ends_with_8) T(unknown_points_end_with_3_and_a_guess)
                                T(points_are_a_table_right_to_the_cell) T(points_are_chosen_by_glob_name_and_device) T(
                                    ascii_is_kept_where_the_locale_asks_for_it) T(links_show_state_counters_and_help)
                                    T(status_fits_a_small_terminal) T(status_of_a_large_site_in_trouble_fits_too)
                                        T(nobody_prints_what_a_terminal_would_obey) T(
                                            watch_prints_changes_in_stable_columns) T(watch_in_json_is_an_object_a_line)
                                            T(watch_can_begin_with_what_there_is) T(watch_ends_with_0_when_interrupted)
                                                T(watch_prints_only_what_a_reload_has_changed)
                                                    T(watch_finds_the_server_again))
