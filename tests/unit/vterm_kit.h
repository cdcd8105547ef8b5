/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vterm_kit.h - the real console in a virtual terminal, before a server of the test's own; all bytes that it writes are kept.
 * Include after t.h; everything is static.
 */
#ifndef CHISAN_VTERM_KIT_H
#define CHISAN_VTERM_KIT_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#include "scada/base/clock.h"
#include "scada/base/str.h"

#define BYTES_MAX (4 * 1024 * 1024)

static char folder[64], sock[128], model[512];
static char alarms_model[512]; /* "": a site without alarms; set before the server is started, as is: */
static const char *model_name = "model.txt";
static pid_t server, console;
static int server_in, server_out, tty;
static VTerm *vt;
static VTermScreen *screen;
static int rows, columns;
static char *bytes; /* everything that the console wrote */
static size_t byte_count;

static const char *
built(char *buf, size_t size, const char *program)
{
	const char *dir = getenv("top_builddir");

	str_printf(buf, size, "%s/%s", dir != NULL ? dir : ".", program);
	return buf;
}

static void
start_server(void)
{
	char program[512];
	int in[2], out[2];
	char c = 0;

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	built(program, sizeof program, "tests/screen/fakesite");
	server = fork();
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl(program, "fakesite", sock, model, alarms_model[0] != '\0' ? alarms_model : (char *)NULL,
		    (char *)NULL);
		_exit(127);
	}
	server_in = in[1];
	server_out = out[0];
	close(in[0]);
	close(out[1]);
	while (c != '\n') /* "ready" */
		ck_assert_int_eq(read(server_out, &c, 1), 1);
}

static void
tell_server(const char *line)
{
	char c = 0;

	ck_assert_int_eq(write(server_in, line, strlen(line)), (ssize_t)strlen(line));
	while (c != '\n')
		ck_assert_int_eq(read(server_out, &c, 1), 1);
}

static void
stop_server(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
		close(server_in);
		close(server_out);
	}
	server = 0;
}

static void
set_up(void)
{
	const char *src = getenv("top_srcdir");

	str_copy(folder, sizeof folder, "/tmp/chisan-vterm-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	str_printf(sock, sizeof sock, "%s/s", folder);
	str_printf(model, sizeof model, "%s/tests/screen/%s", src != NULL ? src : ".", model_name);
	bytes = malloc(BYTES_MAX);
	byte_count = 0;
	start_server();
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *place)
{
	(void)st;
	(void)what;
	(void)place;
	return remove(path);
}

static void
tear_down(void)
{
	if (console > 0) {
		kill(console, SIGKILL);
		waitpid(console, NULL, 0);
	}
	console = 0;
	close(tty);
	stop_server();
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS); /* the console has its own things at home */
	if (vt != NULL)
		vterm_free(vt);
	vt = NULL;
	free(bytes);
}

static bool has_shell; /* started from a shell with job control, whose process `console` then is */

/* options: further arguments, one string split at spaces. environment: NAME=VALUE or NULL. */
static void
start_console(int w, int h, const char *options, const char *environment)
{
	char program[512], console_path[512], copy[256], *argv[24] = { (char[]){ "chisan" }, (char[]){ "-s" }, sock },
	                                                 *at = copy;
	struct winsize size = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };
	int n = 3;

	rows = h;
	columns = w;
	built(program, sizeof program, "console/chisan");
	str_copy(console_path, sizeof console_path, program);
	str_copy(copy, sizeof copy, options);
	for (char *one; (one = strsep(&at, " ")) != NULL && n < 15;)
		if (*one != '\0')
			argv[n++] = one;
	argv[n] = NULL;
	console = forkpty(&tty, NULL, NULL, &size);
	if (console == 0) {
		const char *path = getenv("PATH"), *asan = getenv("ASAN_OPTIONS");
		clearenv();
		setenv("PATH", path != NULL ? path : "/usr/bin", 1);
		setenv("HOME", folder, 1);
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("CHISAN_NOW", "2026-11-22T12:08:31.4Z", 1);
		if (asan != NULL)
			setenv("ASAN_OPTIONS", asan, 1);
		if (environment != NULL)
			putenv((char *)(uintptr_t)environment);
		if (has_shell) { /* which stops with it, as far as the test sees, and has it go on */
			memmove(argv + 4, argv, (size_t)(n + 1) * sizeof argv[0]);
			memcpy(argv,
			    (char *[]){ (char[]){ "sh" }, (char[]){ "-mc" }, (char[]){ "\"$@\"; kill -STOP $$; fg" },
			        (char[]){ "sh" } },
			    4 * sizeof argv[0]);
			str_copy(program, sizeof program, "/bin/sh");
			argv[4] = console_path;
		}
		execv(program, argv);
		_exit(127);
	}
	ck_assert_int_gt(console, 0);
	vt = vterm_new(h, w);
	vterm_set_utf8(vt, 1);
	screen = vterm_obtain_screen(vt);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_reset(screen, 1);
}

/* Takes what comes within ms; false: the console is gone. */
static bool
take(int ms)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };
	char buf[8192];

	if (poll(&p, 1, ms) <= 0)
		return true;
	ssize_t n = read(tty, buf, sizeof buf);
	if (n <= 0)
		return false;
	if (byte_count + (size_t)n < BYTES_MAX) {
		memcpy(bytes + byte_count, buf, (size_t)n);
		byte_count += (size_t)n;
	}
	vterm_input_write(vt, buf, (size_t)n);
	return true;
}

static void
read_row(int row, char *buf, size_t size)
{
	VTermRect r = { .start_row = row, .end_row = row + 1, .start_col = 0, .end_col = columns };
	size_t n = vterm_screen_get_text(screen, buf, size - 1, r);

	buf[n < size ? n : size - 1] = '\0';
}

static bool
shows(const char *text)
{
	char row[2048];

	for (int i = 0; i < rows; i++) {
		read_row(i, row, sizeof row);
		if (strstr(row, text) != NULL)
			return true;
	}
	return false;
}

/* Polls until the screen has the text; fails after ten seconds. */
static void
wait_for(const char *text)
{
	int64_t end = clock_mono().us + 10 * US_PER_S;

	while (!shows(text)) {
		if (!take(20) || clock_mono().us > end) {
			char row[2048];
			for (int i = 0; i < rows; i++) {
				read_row(i, row, sizeof row);
				fprintf(stderr, "%s\n", row);
			}
			ck_abort_msg("never saw: %s", text);
		}
	}
}

/* Nothing more for 150 ms. */
static void
settle(void)
{
	size_t before;

	do {
		before = byte_count;
		for (int i = 0; i < 15; i++)
			take(10);
	} while (byte_count != before);
}

static void
press(const char *keys)
{
	ck_assert_int_eq(write(tty, keys, strlen(keys)), (ssize_t)strlen(keys));
}

#endif
