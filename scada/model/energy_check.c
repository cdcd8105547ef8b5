/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy_check.c - faults of the energy section that the tables cannot see.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/model/energy.h"

#define PLAN_FIGURES_MAX 27000 /* assets times steps: 19 bytes each of at most 512 KiB, W_PLAN in base/wire.h */

struct check {
	const struct energy *e;
	energy_fault_fn fault;
	void *arg;
};

static void say(const struct check *c, struct mark where, bool is_warning, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(const struct check *c, struct mark where, bool is_warning, const char *fmt, ...)
{
	char text[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->fault(&where, is_warning, text, c->arg);
}

static const struct bus *
find_bus(const struct energy *e, const char *name)
{
	const struct bus *list = e->buses.v;
	for (uint32_t i = 0; i < e->buses.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* ", did you mean X?" or the list of buses. */
static const char *
bus_hint(const struct energy *e, const char *name, char *buf, size_t size)
{
	const char *names[64] = { NULL };
	const struct bus *list = e->buses.v;
	size_t n = 0;
	buf[0] = '\0';
	for (uint32_t i = 0; i < e->buses.n && n < ARRAY_LEN(names) - 1; i++)
		if (list[i].name != NULL)
			names[n++] = list[i].name;
	const char *near = str_nearest(name, names);
	if (near != NULL) {
		str_printf(buf, size, "did you mean %s?", near);
		return buf;
	}
	str_append(buf, size, n > 0 ? "the buses are" : "energy: buses: is empty");
	for (size_t i = 0; i < n && i < 8; i++) {
		str_append(buf, size, i > 0 ? ", " : " ");
		str_append(buf, size, names[i]);
	}
	return buf;
}

static void
check_bus_name(const struct check *c, const struct asset *a, const char *name, size_t member, int carrier)
{
	char hint[300];
	struct mark where = schema_mark(&asset_schema, a, member);
	const struct bus *b = find_bus(c->e, name);
	if (b == NULL)
		say(c, where, false, "there is no bus %s; %s", name, bus_hint(c->e, name, hint, sizeof(hint)));
	else if (node_has(&b->node, 3) && b->carrier != carrier)
		say(c, where, false, "the bus %s carries %s; %s: wants one that carries %s", name,
		    b->carrier == CARRIER_HEAT ? "heat" : "electricity",
		    member == offsetof(struct asset, bus) ? "bus" : "heat_bus",
		    carrier == CARRIER_HEAT ? "heat" : "electricity");
}

static void
check_buses(const struct check *c)
{
	char hint[300];
	const struct bus *list = c->e->buses.v;
	for (uint32_t i = 0; i < c->e->buses.n; i++) {
		const struct bus *b = &list[i];
		struct mark where = schema_mark(&bus_schema, b, offsetof(struct bus, parent));
		if (b->name == NULL)
			continue;
		if (find_bus(c->e, b->name) != b)
			say(c, schema_mark(&bus_schema, b, offsetof(struct bus, name)), false,
			    "a second bus is called %s; every bus has a name of its own", b->name);
		if (b->parent == NULL)
			continue;
		const struct bus *p = find_bus(c->e, b->parent);
		if (p == NULL) {
			say(c, where, false, "there is no bus %s; %s", b->parent,
			    bus_hint(c->e, b->parent, hint, sizeof(hint)));
			continue;
		}
		if (p->carrier != b->carrier)
			say(c, where, false, "the bus %s carries something else; a parent carries the same", b->parent);
		/* Up the chain: more steps than buses means a ring. */
		uint32_t steps = 0;
		while (p != NULL && p->parent != NULL && p != b && steps++ <= c->e->buses.n)
			p = find_bus(c->e, p->parent);
		if (p == b) /* a ring above it is said of its own buses */
			say(c, where, false, "the bus %s feeds itself through its parents; leave one parent out",
			    b->name);
	}
}

static void
check_roles(const struct check *c, const struct asset *a)
{
	char list[400] = "";
	struct mark where = schema_mark(&asset_schema, a, offsetof(struct asset, points));
	const char *const *roles = asset_kind_roles(a->kind);
	for (size_t i = 0; roles[i] != NULL; i++) {
		str_append(list, sizeof(list), i > 0 ? ", " : "");
		str_append(list, sizeof(list), roles[i]);
	}
	for (uint32_t i = 0; i < a->points.n; i++) {
		size_t j = 0;
		while (roles[j] != NULL && strcmp(roles[j], a->points.v[i].role) != 0)
			j++;
		if (roles[j] == NULL)
			say(c, where, false, "a %s has no point '%s'; it takes %s", asset_kind_word(a->kind),
			    a->points.v[i].role, list);
	}
}

/* low and high of one kind's parameters; says so when they are the wrong way round. */
static void
check_order(const struct check *c, const struct asset *a, const char *low, const char *high)
{
	const struct schema *s = asset_kind_schema(a->kind);
	int l = schema_find(s, low, strlen(low)), h = schema_find(s, high, strlen(high));
	char lo[40], hi[40];
	const char *p = a->parameters;
	double vl, vh;
	memcpy(&vl, p + s->keys[l].offset, sizeof(vl));
	memcpy(&vh, p + s->keys[h].offset, sizeof(vh));
	if (vl > vh)
		say(c, schema_mark(s, p, s->keys[l].offset), false, "%s %s is above %s %s; write the smaller one in %s",
		    low, str_double(lo, sizeof(lo), vl), high, str_double(hi, sizeof(hi), vh), low);
}

static const struct {
	int kind;
	const char *low, *high;
} orders[] = {
	{ ASSET_STG, "min_kw", "rated_kw" },
	{ ASSET_GTC, "min_kw", "rated_kw" },
	{ ASSET_BATTERY, "soc_min_pct", "soc_max_pct" },
	{ ASSET_BATTERY, "reserve_pct", "soc_max_pct" },
	{ ASSET_BATTERY, "temperature_min_c", "temperature_max_c" },
	{ ASSET_BOILER, "min_t_per_h", "rated_t_per_h" },
	{ ASSET_LOAD, "base_kw", "peak_kw" },
};

/* Which series a kind can use, as words parted by blanks. */
static const char *const kind_series[ASSET_KIND_COUNT] = {
	[ASSET_GRID] =
	    ("available fixed_kw price_import price_export co2_kg_per_kwh import_max_kw export_max_kw filed_kw "
	     "price_short price_surplus"),
	[ASSET_FURNACE] = "available steam_t_per_h",
	[ASSET_STG] = "available fixed_kw",
	[ASSET_GTC] = "available fixed_kw fuel_price",
	[ASSET_PV] = "available fixed_kw pv_kw",
	[ASSET_BATTERY] = "available fixed_kw",
	[ASSET_BOILER] = "available fuel_price",
	[ASSET_HEATSTORE] = "available",
	[ASSET_DUMP] = "available",
	[ASSET_LOAD] = "available fixed_kw load_kw heat_t_per_h",
};

static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(list, word); p != NULL; p = strstr(p + 1, word))
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static void
check_data(const struct check *c, const struct asset *a)
{
	const struct asset_data *list = a->data.v;
	const struct key_word *words = asset_data_schema.keys[0].words;

	for (uint32_t i = 0; i < a->data.n; i++) {
		struct mark where = schema_mark(&asset_data_schema, &list[i], offsetof(struct asset_data, series));
		const char *word = node_has(&list[i].node, 0) ? words[list[i].series].word : NULL;
		if (word == NULL)
			continue;
		if (!has_word(kind_series[a->kind], word))
			say(c, where, false, "a %s has no series '%s'; it takes %s", asset_kind_word(a->kind), word,
			    kind_series[a->kind]);
		for (uint32_t j = 0; j < i; j++)
			if (list[j].series == list[i].series && node_has(&list[j].node, 0))
				say(c, where, false, "a second column for %s; one is right", word);
	}
}

static void
check_asset(const struct check *c, const struct asset *a)
{
	static const bool is_heat_only[ASSET_KIND_COUNT] = {
		[ASSET_FURNACE] = true,
		[ASSET_BOILER] = true,
		[ASSET_HEATSTORE] = true,
		[ASSET_DUMP] = true,
	};
	if (a->name != NULL && energy_find_asset(c->e, a->name) != a)
		say(c, schema_mark(&asset_schema, a, offsetof(struct asset, name)), false,
		    "a second asset is called %s; every asset has a name of its own", a->name);
	if (a->bus != NULL)
		check_bus_name(c, a, a->bus, offsetof(struct asset, bus), CARRIER_ELECTRICITY);
	if (a->heat_bus != NULL)
		check_bus_name(c, a, a->heat_bus, offsetof(struct asset, heat_bus), CARRIER_HEAT);
	if (a->parameters == NULL)
		return; /* its kind is not known; that was said */
	if (is_heat_only[a->kind] && a->heat_bus == NULL)
		say(c, a->node.at, false, "a %s without heat_bus; name the heat bus that it is on",
		    asset_kind_word(a->kind));
	/* A load may take heat alone. */
	if (!is_heat_only[a->kind] && a->bus == NULL && (a->kind != ASSET_LOAD || a->heat_bus == NULL))
		say(c, a->node.at, false, "a %s without bus; name the electric bus that it is on",
		    asset_kind_word(a->kind));
	check_roles(c, a);
	check_data(c, a);
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (orders[i].kind == a->kind)
			check_order(c, a, orders[i].low, orders[i].high);
}

/* Half hours of demand and of what is filed are counted from whole steps; a plan is one frame. */
static void
check_plan_step(const struct check *c)
{
	static const int64_t lengths_s[] = { 300, 600, 900, 1800, 3600 };
	struct mark where = schema_mark(&energy_schema, c->e, offsetof(struct energy, plan_step_us));
	char text[32];

	if (c->e->plan_step_us < lengths_s[0] * US_PER_S ||
	    c->e->plan_step_us > lengths_s[ARRAY_LEN(lengths_s) - 1] * US_PER_S)
		return; /* that was said */
	for (size_t i = 0; i < ARRAY_LEN(lengths_s); i++)
		if (c->e->plan_step_us == lengths_s[i] * US_PER_S) {
			if (c->e->assets.n * (48 * 3600 / lengths_s[i]) > PLAN_FIGURES_MAX)
				say(c, where, false,
				    "%u assets in steps of %s are too many for a plan; longer steps would be right, up "
				    "to 1h",
				    (unsigned)c->e->assets.n, str_duration(text, sizeof(text), c->e->plan_step_us));
			return;
		}
	say(c, where, false, "a plan has no steps of %s; 5m, 10m, 15m, 30m or 1h would be right",
	    str_duration(text, sizeof(text), c->e->plan_step_us));
}

void
energy_check(const struct energy *e, energy_fault_fn fault, void *arg)
{
	const struct check c = { e, fault, arg };
	const struct asset *assets = e->assets.v;
	check_buses(&c);
	check_plan_step(&c);
	for (uint32_t i = 0; i < e->assets.n; i++)
		check_asset(&c, &assets[i]);
}
