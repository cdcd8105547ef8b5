/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given_file.c - a file that others write: opened without following links, of limited size, read whole or not at all.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/planner/forecasting.h"
#include "scada/planner/given_file.h"

#define NAME_SIZE 80
#define TEXT_SIZE 600

#define PRICE_MAX 1000.0 /* as in the site file */
#define CO2_MAX   10.0

struct given_file {
	char *folder;
	const struct site *site;
	char name[NAME_SIZE]; /* "weather.csv"; "" = none */
	int64_t max_age_us;
	struct stat seen; /* of the file that was read last; st_ino 0 = none */
	struct given good;
	struct utc written; /* of good; 0 = none */
	unsigned unknown;   /* points of it that are not foretold here */
	unsigned faults;    /* of the one that was read last */
	char fault[400];    /* the first of them */
	enum forecast_file state;
	char text[TEXT_SIZE];
};

struct given_file *
given_file_new(const char *folder)
{
	struct given_file *f = xcalloc(1, sizeof(*f));

	f->folder = folder != NULL ? xstrdup(folder) : NULL;
	return f;
}

static void
forget(struct given_file *f)
{
	given_done(&f->good);
	f->written.us = 0;
	f->unknown = f->faults = 0;
	f->seen.st_ino = 0;
}

void
given_file_free(struct given_file *f)
{
	if (f == NULL)
		return;
	forget(f);
	free(f->folder);
	free(f);
}

void
given_file_site(struct given_file *f, const struct site *s)
{
	const struct energy_dispatch *d = s != NULL && s->energy != NULL ? s->energy->dispatch : NULL;

	forget(f);
	f->site = s;
	f->name[0] = f->text[0] = '\0';
	f->state = FORECAST_FILE_NONE;
	if (d == NULL || d->forecast_file == NULL)
		return;
	str_printf(f->name, sizeof(f->name), "%s.csv", d->forecast_file);
	f->max_age_us = d->forecast_max_age_us;
}

/* ---- faults */

static void
take_fault(const char *sentence, void *arg)
{
	struct given_file *f = arg;

	if (f->faults++ == 0)
		str_copy(f->fault, sizeof(f->fault), sentence);
}

static void fault(struct given_file *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
fault(struct given_file *f, const char *fmt, ...)
{
	char sentence[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	take_fault(sentence, f);
}

/* ---- what the text says */

static const struct asset *
asset_with(const struct given_file *f, const char *point)
{
	const struct asset *list = f->site->energy->assets.v;

	for (uint32_t i = 0; i < f->site->energy->assets.n; i++) {
		const char *p = asset_point(&list[i], "p"), *steam = asset_point(&list[i], "steam");

		if ((list[i].kind == ASSET_LOAD || list[i].kind == ASSET_PV) && p != NULL && strcmp(p, point) == 0)
			return &list[i];
		if (list[i].kind == ASSET_LOAD && steam != NULL && strcmp(steam, point) == 0)
			return &list[i];
	}
	return NULL;
}

static void
say_figure(struct given_file *f, const struct given_point *p, const struct given_row *row, enum series_kind market)
{
	unsigned line = (unsigned)row->line, place = (unsigned)row->place;

	if (market == SERIES_COUNT)
		fault(f, "%s:%u:%u: value is %g; what %s takes or makes is 0 or more", f->name, line, place, row->v,
		    p->name);
	else if (market == SERIES_CO2)
		fault(f, "%s:%u:%u: value is %g; kg of CO2 a kWh are 0 to %g", f->name, line, place, row->v, CO2_MAX);
	else
		fault(f, "%s:%u:%u: value is %g; a price of a kWh is %g to %g", f->name, line, place, row->v,
		    -PRICE_MAX, PRICE_MAX);
}

/* Of a connection to the grid: its prices and its CO2. COUNT: none of those. */
static enum series_kind
market_of(const struct given_file *f, const char *point)
{
	const struct asset *list = f->site->energy->assets.v;
	char name[POINT_NAME_MAX];

	for (uint32_t i = 0; i < f->site->energy->assets.n; i++)
		for (const enum series_kind *k = forecasting_market; list[i].kind == ASSET_GRID && *k != SERIES_COUNT;
		     k++)
			if (strcmp(forecasting_market_name(name, sizeof(name), &list[i], *k), point) == 0)
				return *k;
	return SERIES_COUNT;
}

/* Of loads, heat and the sun no figure is below zero, of CO2 neither; a file that says so has its signs the wrong way. */
static void
check_figures(struct given_file *f, const struct given *g)
{
	for (uint32_t i = 0; i < g->count; i++) {
		const struct given_point *p = &g->points[i];
		enum series_kind market = market_of(f, p->name);
		bool is_price = market == SERIES_PRICE_IMPORT || market == SERIES_PRICE_EXPORT,
		     is_known = market != SERIES_COUNT || asset_with(f, p->name) != NULL;
		double least = is_price ? -PRICE_MAX : 0;
		double most = is_price ? PRICE_MAX : market == SERIES_CO2 ? CO2_MAX : HUGE_VAL;

		f->unknown += !is_known;
		for (uint32_t k = 0; is_known && k < p->count; k++)
			if (p->rows[k].v < least || p->rows[k].v > most) {
				say_figure(f, p, &p->rows[k], market);
				break;
			}
	}
}

static unsigned
count_lines(const char *text, size_t len)
{
	unsigned n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static void
take_text(struct given_file *f, const char *text, size_t len, struct utc written)
{
	struct given g;

	f->unknown = 0;
	if (len > 0 && text[len - 1] != '\n') {
		fault(f,
		    "%s:%u: the last line has no end, so that the file may be half written; write it under another "
		    "name and rename it",
		    f->name, count_lines(text, len));
		return;
	}
	if (given_read(f->name, text, len, &g, take_fault, f) != OK)
		return;
	check_figures(f, &g);
	if (f->faults > 0) {
		given_done(&g);
		return;
	}
	given_done(&f->good);
	f->good = g;
	f->written = written;
}

/* ---- the file */

static struct utc
written_at(const struct stat *st)
{
	return (struct utc){ (int64_t)st->st_mtim.tv_sec * US_PER_S + st->st_mtim.tv_nsec / 1000 };
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* All of it; NULL: a fault was said. */
static char *
read_all(struct given_file *f, int fd, const struct stat *st)
{
	size_t size = (size_t)st->st_size, got = 0;
	struct stat after;
	char *text = xmalloc(size + 1);

	while (got < size) {
		ssize_t n = read(fd, text + got, size - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (got == size && fstat(fd, &after) == 0 && is_same(st, &after))
		return text;
	fault(f, "%s:1: it changed while it was read; write it under another name and rename it", f->name);
	free(text);
	return NULL;
}

static void
read_file(struct given_file *f, int fd, const struct stat *st)
{
	f->seen = *st;
	f->faults = 0;
	if (!S_ISREG(st->st_mode)) {
		fault(f, "%s:1: it is no file", f->name);
		return;
	}
	if (st->st_size > GIVEN_FILE_MAX) {
		fault(f, "%s:1: the file is larger than %d MB; give less points, or less far ahead", f->name,
		    GIVEN_FILE_MAX >> 20);
		return;
	}
	char *text = read_all(f, fd, st);
	if (text == NULL) {
		f->seen.st_ino = 0; /* looked at again with the next plan */
		return;
	}
	take_text(f, text, (size_t)st->st_size, written_at(st));
	free(text);
}

/* -1: there is none, or it may not be opened: then a fault was said. */
static int
open_file(struct given_file *f)
{
	char path[4096];
	int fd;

	if (f->folder == NULL || !str_printf(path, sizeof(path), "%s/%s", f->folder, f->name))
		return -1;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	f->faults = 0; /* of one that is gone */
	if (errno != ENOENT)
		fault(f, "%s:1: it cannot be opened: %s", f->name,
		    errno == ELOOP ? "it is a symbolic link; put the file itself there" : strerror(errno));
	return -1;
}

/* ---- words */

/* When the newest of its forecasts was made. */
static struct utc
newest(const struct given_file *f)
{
	struct utc at = { 0 };

	for (uint32_t i = 0; i < f->good.count; i++) {
		struct utc made = f->good.points[i].made_at.us != 0 ? f->good.points[i].made_at : f->written;
		at = made.us > at.us ? made : at;
	}
	return at;
}

static void
say_used(const struct given_file *f, bool is_fresh, char *buf, size_t size)
{
	char made[32];

	utc_civil(made, sizeof(made), newest(f), "%m-%d %H:%M");
	if (f->written.us == 0)
		str_copy(buf, size, "there was none before");
	else if (is_fresh && f->faults > 0)
		str_printf(buf, size, "the one before goes on, made %s", made);
	else if (is_fresh)
		str_printf(buf, size, "%u points made %s go before the site's own", f->good.count - f->unknown, made);
	else
		str_printf(buf, size, "what was made %s is too old: the site's own forecasts are taken", made);
}

static void
judge(struct given_file *f, bool is_there, struct utc now)
{
	struct utc made = newest(f);
	bool is_fresh =
	    f->written.us != 0 && utc_diff_us(now, made) <= f->max_age_us && utc_diff_us(made, now) <= GIVEN_AHEAD_US;
	char used[160], more[40] = "";

	say_used(f, is_fresh, used, sizeof(used));
	if (f->faults > 0) {
		f->state = FORECAST_FILE_REFUSED;
		if (f->faults > 1)
			str_printf(more, sizeof(more), " (and %u more)", f->faults - 1);
		str_printf(f->text, sizeof(f->text), "%s%s; %s", f->fault, more, used);
		return;
	}
	f->state = is_fresh ? FORECAST_FILE_FRESH : FORECAST_FILE_LATE;
	if (!is_there && f->written.us == 0)
		str_printf(f->text, sizeof(f->text), "%s is not there: the site's own forecasts are taken", f->name);
	else
		str_printf(f->text, sizeof(f->text), "%s%s: %s", f->name, is_there ? "" : " is gone", used);
	if (f->unknown > 0)
		str_printf(f->text + strlen(f->text), sizeof(f->text) - strlen(f->text),
		    "; %u of its points are none that is foretold here", f->unknown);
}

bool
given_file_look(struct given_file *f, struct utc now)
{
	char before[TEXT_SIZE];
	struct stat st;
	bool is_new = false;

	if (f->name[0] == '\0')
		return false;
	str_copy(before, sizeof(before), f->text);
	int fd = open_file(f);
	if (fd >= 0 && fstat(fd, &st) == 0 && !is_same(&st, &f->seen)) {
		read_file(f, fd, &st);
		is_new = true;
	} else if (fd < 0) {
		f->seen.st_ino = 0;
	}
	judge(f, fd >= 0, now);
	if (fd >= 0)
		close(fd);
	return is_new || strcmp(before, f->text) != 0;
}

const struct given *
given_file_get(const struct given_file *f, struct utc *written, int64_t *max_age_us)
{
	*written = f->written;
	*max_age_us = f->max_age_us;
	return f->written.us != 0 ? &f->good : NULL;
}

enum forecast_file
given_file_state(const struct given_file *f)
{
	return f->state;
}

const char *
given_file_text(const struct given_file *f)
{
	return f->text;
}
