/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_plan.c - plan: the plan that chisand holds, as a table of hours and as JSON.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define STEPS_MAX  600
#define ASSETS_MAX 128
#define COLUMN     9

enum { HAS_ENERGY = 1, HAS_ON = 2 };

struct asset {
	char name[64], kind[32];
	bool has_energy, has_on;
	double *kw, *shadow, *energy;
	uint8_t *reason, *on;
};
struct plan {
	struct msg_plan m; /* strings and bytes point into `body` */
	uint8_t *body;
	struct asset assets[ASSETS_MAX];
	unsigned asset_count;
	double *price;
};

static void
done(struct plan *p)
{
	for (unsigned i = 0; i < p->asset_count; i++) {
		free(p->assets[i].kw);
		free(p->assets[i].shadow);
		free(p->assets[i].energy);
		free(p->assets[i].reason);
		free(p->assets[i].on);
	}
	free(p->price);
	free(p->body);
}

static bool
read_asset(struct rbuf *r, unsigned steps, struct asset *a)
{
	str_copy(a->name, sizeof a->name, r_str(r));
	str_copy(a->kind, sizeof a->kind, r_str(r));
	uint8_t has = r_u8(r);

	a->has_energy = (has & HAS_ENERGY) != 0;
	a->has_on = (has & HAS_ON) != 0;
	a->kw = xcalloc(steps, sizeof *a->kw);
	a->shadow = xcalloc(steps, sizeof *a->shadow);
	a->energy = xcalloc(steps, sizeof *a->energy);
	a->reason = xcalloc(steps, sizeof *a->reason);
	a->on = xcalloc(steps, sizeof *a->on);
	for (unsigned t = 0; t < steps && !r->bad; t++) {
		a->kw[t] = r_f32(r);
		a->reason[t] = r_u8(r);
		a->shadow[t] = r_f32(r);
		a->energy[t] = a->has_energy ? r_f32(r) : (double)NAN;
		a->on[t] = a->has_on ? r_u8(r) : 1;
	}
	return !r->bad;
}

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct plan *p = arg;
	struct rbuf r;

	(void)c;
	if (f->type != W_PLAN || p->body != NULL)
		return true;
	p->body = xmalloc((size_t)f->length + 1);
	memcpy(p->body, f->body, f->length);
	rbuf_init(&r, p->body, f->length);
	bool ok = msg_plan_get(&r, &p->m) && r_done(&r) && p->m.steps > 0 && p->m.steps <= STEPS_MAX;
	rbuf_init(&r, p->m.assets.data, p->m.assets.len);
	while (ok && r.pos < r.len && p->asset_count < ASSETS_MAX)
		ok = read_asset(&r, p->m.steps, &p->assets[p->asset_count++]);
	p->price = xcalloc(STEPS_MAX, sizeof *p->price);
	rbuf_init(&r, p->m.prices.data, p->m.prices.len);
	for (unsigned t = 0; ok && t < p->m.steps; t++)
		p->price[t] = r_f32(&r);
	if (!ok || r.bad)
		p->m.steps = 0; /* said below */
	return true;
}

/* ---- a table */

static bool
is_shown(const struct asset *a)
{
	return strcmp(a->kind, "load") != 0 && strcmp(a->kind, "furnace") != 0 && strcmp(a->kind, "dump") != 0;
}

static double
loads(const struct plan *p, unsigned t)
{
	double sum = 0;

	for (unsigned i = 0; i < p->asset_count; i++)
		if (strcmp(p->assets[i].kind, "load") == 0)
			sum += p->assets[i].kw[t];
	return sum;
}

static void
cell(double v, int decimals)
{
	char number[40];

	say(" %*s", COLUMN - 1, isfinite(v) ? str_fixed(number, sizeof number, v, decimals) : "-");
}

/* Money by its parts, those that are not nothing. */
static void
print_costs(const struct plan *p)
{
	char text[600] = "", number[40], total[40];
	struct rbuf r;

	rbuf_init(&r, p->m.costs.data, p->m.costs.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);
		double v = r_f64(&r);

		if (r.bad || fabs(v) < 0.5)
			continue;
		str_append(text, sizeof text, text[0] != '\0' ? ", " : " (");
		str_append(text, sizeof text, name);
		str_append(text, sizeof text, " ");
		str_append(text, sizeof text, str_fixed(number, sizeof number, v, 0));
	}
	say("Costs      %s%s%s\n", str_fixed(total, sizeof total, p->m.total, 0), text, text[0] != '\0' ? ")" : "");
}

static void
print_relaxed(const struct plan *p)
{
	char safe[300], size[40], when[40];
	struct rbuf r;

	rbuf_init(&r, p->m.relaxed.data, p->m.relaxed.len);
	for (int n = 0; r.pos < r.len && !r.bad && n < 10; n++) {
		const char *what = r_str(&r), *where = r_str(&r);
		uint16_t step = r_u16(&r);
		double v = r_f64(&r);
		char text[200];

		str_printf(text, sizeof text, "%s %s: %s at %s", what, where, str_fixed(size, sizeof size, v, 1),
		    utc_civil(when, sizeof when, (struct utc){ p->m.start + (int64_t)step * p->m.step_s * US_PER_S },
		        "%m-%d %H:%M"));
		text_put_safe(safe, sizeof safe, text, -1);
		if (!r.bad)
			say("Not kept   %s\n", safe);
	}
}

static void
print_text(const struct options *o, const struct plan *p)
{
	char when[40], start[40], text[400], a[40], b[40];
	unsigned every = o->all || p->m.step_s >= 3600 ? 1 : 3600 / p->m.step_s;

	text_put_safe(text, sizeof text, p->m.text, -1);
	say("Made       %s; %s\n", utc_civil(when, sizeof when, (struct utc){ p->m.made }, "%Y-%m-%d %H:%M:%S"), text);
	print_costs(p);
	say("CO2        %s kg; greatest half hour %s kW\n", str_fixed(a, sizeof a, p->m.co2_kg, 0),
	    str_fixed(b, sizeof b, p->m.peak_kw, 0));
	print_relaxed(p);
	say("\n%-11s %*s", "Time", COLUMN - 1, "price");
	for (unsigned i = 0; i < p->asset_count; i++)
		if (is_shown(&p->assets[i]))
			say(" %*.*s", COLUMN - 1, COLUMN - 1, p->assets[i].name);
	say(" %*s\n", COLUMN - 1, "loads");
	for (unsigned t = 0; t < p->m.steps; t++) {
		struct utc at = { p->m.start + (int64_t)t * p->m.step_s * US_PER_S };

		if (every > 1 && t > 0 && (at.us / (3600 * US_PER_S)) * 3600 * US_PER_S != at.us)
			continue;
		say("%-11s", utc_civil(start, sizeof start, at, "%m-%d %H:%M"));
		cell(p->price[t], 2);
		for (unsigned i = 0; i < p->asset_count; i++)
			if (is_shown(&p->assets[i]))
				cell(p->assets[i].kw[t], 0);
		cell(loads(p, t), 0);
		say("\n");
	}
}

/* ---- JSON */

static json_t *
numbers(const double *v, unsigned n)
{
	json_t *a = json_array();

	for (unsigned t = 0; t < n; t++)
		json_array_append_new(a, jout_number(v[t]));
	return a;
}

static json_t *
asset_json(const struct asset *a, unsigned n)
{
	json_t *j = json_object(), *on = json_array();

	json_object_set_new(j, "name", jout_text(a->name));
	json_object_set_new(j, "kind", jout_text(a->kind));
	json_object_set_new(j, "kw", numbers(a->kw, n));
	json_object_set_new(j, "shadow_price", numbers(a->shadow, n));
	if (a->has_energy)
		json_object_set_new(j, "energy", numbers(a->energy, n));
	for (unsigned t = 0; a->has_on && t < n; t++)
		json_array_append_new(on, json_boolean(a->on[t]));
	if (a->has_on)
		json_object_set(j, "on", on);
	json_decref(on);
	return j;
}

static void
print_json(const struct plan *p)
{
	json_t *j = jout_begin(), *costs = json_object(), *assets = json_array();
	struct rbuf r;

	rbuf_init(&r, p->m.costs.data, p->m.costs.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);
		double v = r_f64(&r);

		if (!r.bad)
			json_object_set_new(costs, name, jout_number(v));
	}
	for (unsigned i = 0; i < p->asset_count; i++)
		json_array_append_new(assets, asset_json(&p->assets[i], p->m.steps));
	json_object_set_new(j, "made", jout_time((struct utc){ p->m.made }));
	json_object_set_new(j, "start", jout_time((struct utc){ p->m.start }));
	json_object_set_new(j, "steps", json_integer(p->m.steps));
	json_object_set_new(j, "step_s", json_integer(p->m.step_s));
	json_object_set_new(j, "text", jout_text(p->m.text));
	json_object_set_new(j, "total", jout_number(p->m.total));
	json_object_set_new(j, "costs", costs);
	json_object_set_new(j, "co2_kg", jout_number(p->m.co2_kg));
	json_object_set_new(j, "unserved_kwh", jout_number(p->m.unserved_kwh));
	json_object_set_new(j, "peak_kw", jout_number(p->m.peak_kw));
	json_object_set_new(j, "gap", jout_number(p->m.gap));
	json_object_set_new(j, "seconds", jout_number(p->m.seconds));
	json_object_set_new(j, "price", numbers(p->price, p->m.steps));
	json_object_set_new(j, "assets", assets);
	jout_print(j);
}

int
cmd_plan(const struct options *o)
{
	struct plan *p = xcalloc(1, sizeof *p);
	struct wbuf none = { 0 };
	struct client *c;
	int code;

	c = cmd_snapshot(o, SUB_SITE, &code);
	if (c != NULL)
		code = cmd_ask(o, c, W_PLAN_GET, &none, take, p, NULL);
	if (c != NULL && code == CMD_DONE && p->m.steps == 0) {
		say_error("the plan that chisand sent cannot be read");
		code = CMD_FAILED;
	} else if (c != NULL && code == CMD_DONE && o->json) {
		print_json(p);
	} else if (c != NULL && code == CMD_DONE) {
		print_text(o, p);
	}
	if (c != NULL)
		client_free(c);
	done(p);
	free(p);
	return code;
}
