/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot.c - pictures by gnuplot, started directly and fed through a pipe: no shell, no file of its own, no start-up file of the
 * user. What came from outside goes in as numbers or as quoted text.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/cmd_trend.h"
#include "console/newfile.h"
#include "console/say.h"
#include "console/ticks.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define PNG_CELLS   140 /* so many characters its time axis is wide */
#define SIXEL_CELLS 90
#define LOOK_MS     20              /* how soon its end is noticed */
#define DEADLINE_US (20 * US_PER_S) /* of a picture, unless --timeout says another */

/* A full path in the absolute folders of $PATH. */
static bool
find_program(char *path, size_t size)
{
	const char *at = getenv("PATH");

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, ":");
		if (*at == '/' && str_printf(path, size, "%.*s/gnuplot", (int)len, at) && access(path, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

/* 'it''s': within single quotes gnuplot knows no other escape; what it could run or break a line with becomes a space. */
static void
put_quoted(FILE *f, const char *text)
{
	char safe[512];

	text_put_safe(safe, sizeof safe, text, 100);
	fputc('\'', f);
	for (const char *p = safe; *p != '\0'; p++) {
		if (*p == '\'')
			fputs("''", f);
		else
			fputc(*p == '`' ? ' ' : *p, f);
	}
	fputc('\'', f);
}

static void
put_number(FILE *f, double v)
{
	char text[48];

	fprintf(f, " %s", isfinite(v) ? str_double(text, sizeof text, v) : "NaN");
}

/* Points of one unit share a panel. */
static uint32_t
panel_of(const struct trend_set *s, uint32_t point)
{
	uint32_t panel = 0;

	for (uint32_t i = 0; i <= point; i++) {
		bool is_new = true;
		for (uint32_t k = 0; k < i && is_new; k++)
			is_new = strcmp(s->points[k].unit, s->points[i].unit) != 0;
		if (strcmp(s->points[i].unit, s->points[point].unit) == 0)
			return panel;
		panel += is_new;
	}
	return panel;
}

static double
middle_of(const struct trend_point *p, const struct bucket *b)
{
	return p->kind == KIND_COUNTER ? b->increment : b->mean;
}

/*
 * Seconds since the begin of the picture: they run on in the hour that a zone has twice. gnuplot knows no zones, so the labels of the
 * axis are ours.
 */
static double
x_of(const struct trend_set *s, struct utc t)
{
	return (double)utc_diff_us(t, s->from) / (double)US_PER_S;
}

static void
put_axis(FILE *f, const struct trend_set *s, bool is_png)
{
	struct time_tick ticks[TICKS_MAX];
	int count = ticks_times(s->from, s->to, is_png ? PNG_CELLS : SIXEL_CELLS, ticks);

	fputs("set xrange [0:", f);
	put_number(f, x_of(s, s->to));
	fputs("]\nset xtics (", f);
	for (int i = 0; i < count; i++) {
		fputs(i > 0 ? ", " : "", f);
		put_quoted(f, ticks[i].label);
		put_number(f, x_of(s, ticks[i].at));
	}
	fputs(")\n", f);
}

static void
put_data(FILE *f, const struct trend_set *s, uint32_t point)
{
	const struct trend_point *p = &s->points[point];

	fprintf(f, "$p%u << EOD\n", point);
	for (uint32_t i = 0; i < s->count; i++) {
		const struct bucket *b = &p->buckets[i];
		put_number(f, x_of(s, b->from));
		put_number(f, middle_of(p, b));
		put_number(f, p->kind == KIND_COUNTER ? b->increment : b->min);
		put_number(f, p->kind == KIND_COUNTER ? b->increment : b->max);
		fputc('\n', f);
	}
	fputs("EOD\n", f);
}

static void
put_panel(FILE *f, const struct trend_set *s, uint32_t panel)
{
	const char *before = "plot";
	char title[256];

	for (uint32_t i = 0; i < s->point_count; i++) {
		const struct trend_point *p = &s->points[i];
		if (panel_of(s, i) != panel)
			continue;
		if (strcmp(before, "plot") == 0) {
			fputs("set ylabel ", f);
			put_quoted(f, p->unit);
			fputc('\n', f);
		}
		str_printf(title, sizeof title, "%s  %s", p->name,
		    p->point == NULL                             ? ""
		        : s->ja && p->point->title_ja[0] != '\0' ? p->point->title_ja
		                                                 : p->point->title);
		fprintf(f, "%s $p%u using 1:3:4 with filledcurves lc %u fs transparent solid 0.25 notitle,", before, i,
		    i + 1);
		fprintf(f, " $p%u using 1:2 with lines lw 1.5 lc %u title ", i, i + 1);
		put_quoted(f, title);
		before = ",";
	}
	fputc('\n', f);
}

static void
put_script(FILE *f, const struct trend_set *s, bool is_png)
{
	uint32_t panels = 0;
	char from[48], to[48], title[128];

	for (uint32_t i = 0; i < s->point_count; i++)
		panels = panel_of(s, i) + 1 > panels ? panel_of(s, i) + 1 : panels;
	fprintf(f, "set terminal %s size %d,%u noenhanced\n", is_png ? "pngcairo" : "sixelgd", is_png ? 1200 : 800,
	    (is_png ? 120 : 80) + (is_png ? 380 : 240) * panels);
	fputs("set encoding utf8\nset grid\nset key top left\n", f);
	fputs("set lmargin 12\n", f);
	for (uint32_t i = 0; i < s->point_count; i++)
		put_data(f, s, i);
	put_axis(f, s, is_png);
	utc_civil(to, sizeof to, s->to, "%Y-%m-%d %H:%M %Z");
	utc_civil(from, sizeof from, s->from, "%Y-%m-%d %H:%M");
	str_printf(title, sizeof title, "%s to %s", from, to);
	fprintf(f, "set multiplot layout %u,1 title ", panels);
	put_quoted(f, title);
	fputc('\n', f);
	for (uint32_t i = 0; i < panels; i++)
		put_panel(f, s, i);
	fputs("unset multiplot\n", f);
}

/* The child: gnuplot with our pipe as its input, and an environment that says nothing. */
static void
become(const char *path, int in, int out)
{
	char *const argv[] = { (char[]){ "gnuplot" }, (char[]){ "-d" }, (char[]){ "-" }, NULL };
	char *const envp[] = { (char[]){ "LC_ALL=C.UTF-8" }, (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "HOME=/" },
		NULL };

	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
		signal(SIGPIPE, SIG_DFL);
		execve(path, argv, envp);
	}
	_exit(127);
}

/*
 * Feeds it as fast as it reads, closes its input and waits for its end. False: that did not come in time, and it was ended. *status as
 * of waitpid().
 */
static bool
feed(pid_t child, int in, const char *script, size_t len, int64_t deadline_us, int *status)
{
	struct mono began = clock_mono();
	bool is_late = false;
	pid_t ended;

	(void)fcntl(in, F_SETFL, O_NONBLOCK);
	while ((ended = waitpid(child, status, WNOHANG)) == 0 && !is_late) {
		struct pollfd p = { .fd = in, .events = POLLOUT };
		ssize_t n = poll(&p, 1, LOOK_MS) > 0 && in >= 0 ? write(in, script, len) : 0;

		script += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		if (in >= 0 && (len == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))) {
			close(in);
			in = -1; /* poll() passes over it */
		}
		is_late = mono_diff_us(clock_mono(), began) >= deadline_us;
	}
	if (in >= 0)
		close(in);
	if (ended == child)
		return true;
	kill(child, SIGKILL);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		continue;
	return false;
}

static int
start(const char *path, int out, int *in)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	if ((child = fork()) == 0)
		become(path, ends[0], out);
	close(ends[0]);
	if (child < 0)
		close(ends[1]);
	*in = ends[1];
	return child;
}

static int
draw(const struct trend_set *s, const char *path, int out, bool is_png)
{
	int64_t deadline_us = s->picture_us > 0 ? s->picture_us : DEADLINE_US;
	int in, status = 0, code = CMD_FAILED;
	char *script = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&script, &len);
	pid_t child = -1;

	if (f != NULL) {
		put_script(f, s, is_png);
		fclose(f);
		child = start(path, out, &in);
	}
	if (child < 0)
		say_error("gnuplot cannot be started: %s", strerror(errno));
	else if (!feed(child, in, script, len, deadline_us, &status))
		say_error(
		    "gnuplot did not end within %lld s and was ended; --timeout gives it longer, --csv needs none",
		    (long long)(deadline_us / US_PER_S));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		code = CMD_DONE;
	else
		say_error("gnuplot has failed; what it said stands above");
	free(script);
	return code;
}

/* Whole or not at all: a failure costs nothing that was there. */
static int
draw_file(const struct trend_set *s, const char *path, const char *file)
{
	static struct newfile f;
	enum err e = newfile_open(&f, file, true);
	int code = e == OK ? draw(s, path, f.fd, true) : CMD_FAILED;

	if (e == OK && code == CMD_DONE)
		e = newfile_finish(&f);
	newfile_drop(&f);
	if (e != OK) {
		say_error("%s", f.why);
		return e == ERR_IO ? CMD_FAILED : (int)cmd_exit_of(e);
	}
	return code;
}

int
trend_picture(const struct trend_set *s, const char *file)
{
	char path[4096];

	if (!find_program(path, sizeof path)) {
		say_error("pictures are drawn by gnuplot, which is not in $PATH; install the package gnuplot-nox");
		return CMD_FAILED;
	}
	if (cmd_flush(-1) != -1)
		return CMD_FAILED;
	return file != NULL ? draw_file(s, path, file) : draw(s, path, STDOUT_FILENO, false);
}
