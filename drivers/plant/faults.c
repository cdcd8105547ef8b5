/* SPDX-License-Identifier: Apache-2.0 */
/* faults.c - what can be made to go wrong on request: one row a command, words in and a sentence out. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/plant/server.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define WORDS       5
#define WRONG_KINDS "transaction protocol unit function count length half drip twice garbage hangup, exception N"

struct request {
	struct district *d;
	const struct server *server;
	unsigned n;
	char *w[WORDS];
	char *out;
	size_t size;
};

static bool
say(struct request *r, const char *what, const char *detail)
{
	str_printf(r->out, r->size, "%s%s", what, detail);
	return false;
}

static struct image *
device(struct request *r)
{
	struct image *im = r->n > 1 ? district_image(r->d, r->w[1]) : NULL;
	if (im == NULL)
		say(r, r->n > 1 ? "no such device: " : "which device?", r->n > 1 ? r->w[1] : "");
	return im;
}

static bool
do_silent(struct request *r)
{
	struct image *im = device(r);
	if (im != NULL)
		im->fault = FAULT_SILENT;
	return im != NULL;
}

static bool
do_slow(struct request *r)
{
	struct image *im = device(r);
	int64_t us = 2 * US_PER_S;
	if (im == NULL)
		return false;
	if (r->n > 2 && (!str_to_duration(r->w[2], &us) || us < 0 || us > 3600 * US_PER_S))
		return say(r, "not a duration, as 2s or 500ms: ", r->w[2]);
	im->fault = FAULT_SLOW;
	im->slow_s = (double)us / 1e6;
	return true;
}

static bool
do_reset(struct request *r)
{
	struct image *im = device(r);
	if (im != NULL)
		im->fault = FAULT_RESET;
	return im != NULL;
}

#define WRONG_WORD(id, word, help) word,
static const char *const wrong_words[] = { WRONG_LIST(WRONG_WORD) NULL };
#undef WRONG_WORD

static bool
do_wrong(struct request *r)
{
	struct image *im = device(r);
	int64_t code = 4;
	if (im == NULL)
		return false;
	for (int k = 0; r->n > 2 && wrong_words[k] != NULL; k++) {
		if (strcmp(r->w[2], wrong_words[k]) != 0)
			continue;
		if (k == WRONG_EXCEPTION && r->n > 3 && !str_to_i64(r->w[3], 1, 255, &code))
			return say(r, "not an exception number, 1..255: ", r->w[3]);
		im->fault = FAULT_WRONG;
		im->wrong = k == WRONG_EXCEPTION ? k | (int)code << 8 : k;
		return true;
	}
	return say(r, "wrong how? one of: ", WRONG_KINDS);
}

static bool
do_swap(struct request *r)
{
	struct image *im = device(r);
	if (im == NULL)
		return false;
	if (im->chain == NULL)
		return say(r, "no SunSpec device, and says no serial number: ", r->w[1]);
	sunspec_serial(im, r->n > 2 ? r->w[2] : "SWAPPED");
	return true;
}

static bool
do_clear(struct request *r)
{
	struct image *im = r->n > 1 ? district_image(r->d, r->w[1]) : NULL, *of;
	struct image_point *p = r->n > 1 ? district_point(r->d, r->w[1], &of) : NULL;
	struct model *m = r->n > 1 ? world_find(r->d->world, r->w[1]) : NULL;
	if (im == NULL && p == NULL && m == NULL)
		return say(r, r->n > 1 ? "no such device, asset or point: " : "clear what?", r->n > 1 ? r->w[1] : "");
	if (im != NULL)
		im->fault = FAULT_NONE;
	if (p != NULL)
		p->override = OVERRIDE_NONE;
	for (uint32_t i = 0; im != NULL && i < im->point_count; i++)
		im->points[i].override = OVERRIDE_NONE;
	if (m != NULL) {
		m->trip = m->local_request = 0;
		if (m->kind->kind == ASSET_GRID)
			m->kind->command(m, r->d->world, "reset", 1);
		if (m->kind->kind == ASSET_LOAD)
			m->kind->command(m, r->d->world, "breaker", 1);
	}
	return true;
}

static struct model *
asset(struct request *r)
{
	struct model *m = r->n > 1 ? world_find(r->d->world, r->w[1]) : NULL;
	if (m == NULL)
		say(r, r->n > 1 ? "no such asset: " : "which asset?", r->n > 1 ? r->w[1] : "");
	return m;
}

static bool
do_trip(struct request *r)
{
	struct model *m = asset(r);
	if (m != NULL)
		m->trip = 1;
	return m != NULL;
}

static bool
do_local(struct request *r)
{
	struct model *m = asset(r);
	if (m != NULL)
		m->local_request = 1;
	return m != NULL;
}

static bool
do_grid(struct request *r)
{
	bool lost = r->n > 1 && strcmp(r->w[1], "lost") == 0, back = r->n > 1 && strcmp(r->w[1], "back") == 0;
	if (!lost && !back)
		return say(r, "grid lost, or grid back", "");
	return world_utility(r->d->world, back) || say(r, "this site has no grid connection", "");
}

static struct image_point *
point(struct request *r, struct image **im)
{
	struct image_point *p = r->n > 1 ? district_point(r->d, r->w[1], im) : NULL;
	if (p == NULL)
		say(r, r->n > 1 ? "no such point: " : "which point?", r->n > 1 ? r->w[1] : "");
	return p;
}

static bool
do_hold(struct request *r)
{
	struct image *im;
	struct image_point *p = point(r, &im);
	if (p == NULL)
		return false;
	p->override_value = image_value(im, p);
	p->override = OVERRIDE_VALUE;
	return true;
}

static bool
do_set(struct request *r)
{
	struct image *im;
	struct image_point *p = point(r, &im);
	double v;
	if (p == NULL)
		return false;
	if (r->n > 2 && strcmp(r->w[2], "invalid") == 0) {
		if (!image_invalid(im, p, &v))
			return say(r, "its profile names no invalid value: ", r->w[1]);
	} else if (r->n > 2 && strcmp(r->w[2], "nan") == 0)
		v = (double)NAN;
	else if (r->n < 3 || !str_to_double(r->w[2], &v))
		return say(r, r->n > 2 ? "not a number: " : "set it to what?", r->n > 2 ? r->w[2] : "");
	p->override_value = v;
	p->override = OVERRIDE_VALUE;
	return true;
}

static bool
do_status(struct request *r)
{
	const struct world *w = r->d->world;
	static const char *const words[] = { "", "silent", "slow", "resets", "wrong" };
	char line[160], iso[32];
	r->out[0] = '\0';
	str_printf(line, sizeof(line),
	    "time %s, %u devices, %u clients, outside %.1f degC, sun %.0f W/m2, header %.3f MPaG\n",
	    utc_iso(iso, sizeof(iso), w->now), r->d->image_count, r->server != NULL ? server_clients(r->server) : 0,
	    w->weather.ta, w->weather.ghi, w->net.pressure);
	str_append(r->out, r->size, line);
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		const double *soc = world_signal(w, m, "soc", NULL), *steam = world_signal(w, m, "steam", NULL);
		str_printf(
		    line, sizeof(line), "%-8s %-14s %9.1f kW", m->asset->name, m->run > 0.5 ? "on" : "off", m->p_kw);
		str_append(r->out, r->size, line);
		if (soc != NULL && str_printf(line, sizeof(line), "  %5.1f %%", *soc))
			str_append(r->out, r->size, line);
		if (steam != NULL && str_printf(line, sizeof(line), "  %6.2f t/h", *steam))
			str_append(r->out, r->size, line);
		str_append(r->out, r->size, m->trip > 0.5 ? "  tripped\n" : "\n");
	}
	for (uint32_t i = 0; i < r->d->image_count; i++) {
		const struct image *im = &r->d->images[i];
		if (im->fault != FAULT_NONE &&
		    str_printf(line, sizeof(line), "fault: %s %s\n", im->name, words[im->fault]))
			str_append(r->out, r->size, line);
	}
	size_t n = strlen(r->out);
	if (n > 0 && r->out[n - 1] == '\n')
		r->out[n - 1] = '\0';
	return true;
}

static bool do_help(struct request *r);

/* clang-format off */
static const struct {
	const char *word;
	bool (*run)(struct request *r);
	const char *help;
} commands[] = {
	{ "silent", do_silent, "silent DEVICE           answers no more" },
	{ "slow",   do_slow,   "slow DEVICE [2s]        answers late" },
	{ "reset",  do_reset,  "reset DEVICE            resets the connection at each request" },
	{ "wrong",  do_wrong,  "wrong DEVICE KIND       answers wrongly: " WRONG_KINDS },
	{ "swap",   do_swap,   "swap DEVICE [SERIAL]    another SunSpec device in its place: another serial number" },
	{ "clear",  do_clear,  "clear NAME              a device, an asset or a point is well again" },
	{ "trip",   do_trip,   "trip ASSET              it trips, until cleared" },
	{ "local",  do_local,  "local ASSET             switched to local: it obeys no command, until cleared" },
	{ "grid",   do_grid,   "grid lost|back          the utility goes, and comes again" },
	{ "hold",   do_hold,   "hold POINT              its value freezes" },
	{ "set",    do_set,    "set POINT VALUE         its value is this; also: nan, invalid" },
	{ "status", do_status, "status                  the district in some lines" },
	{ "help",   do_help,   "help                    these lines" },
};
/* clang-format on */

static bool
do_help(struct request *r)
{
	r->out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		str_append(r->out, r->size, i > 0 ? "\n" : "");
		str_append(r->out, r->size, commands[i].help);
	}
	return true;
}

bool
control_run(struct district *d, const struct server *s, const char *line, char *out, size_t size)
{
	char copy[CONTROL_LINE_MAX], *save = NULL;
	struct request r = { .d = d, .server = s, .out = out, .size = size };
	str_copy(out, size, "ok");
	if (!str_copy(copy, sizeof(copy), line))
		return say(&r, "the line is too long", "");
	for (char *w = strtok_r(copy, " \t\r\n", &save); w != NULL && r.n < WORDS; w = strtok_r(NULL, " \t\r\n", &save))
		r.w[r.n++] = w;
	if (r.n == 0)
		return say(&r, "which command? try help", "");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(r.w[0], commands[i].word) == 0)
			return commands[i].run(&r);
	return say(&r, "no such command; try help: ", r.w[0]);
}
