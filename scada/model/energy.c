/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy.c - buses and assets: their tables and look-ups. What the tables cannot see is in energy_check.c.
 */
#include "config.h"

#include <string.h>

#include "scada/model/energy.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word carrier_words[] = {
	{ "electricity", CARRIER_ELECTRICITY, "kW" },
	{ "heat", CARRIER_HEAT, "t/h of steam" },
	{ NULL, 0, NULL },
};

#define T struct bus
static const struct key bus_keys[] = {
	{ "name", KEY_NAME, AT(name), true, .help = "unique among buses" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "carrier", KEY_ENUM, AT(carrier), true, .words = carrier_words, .help = "what it carries" },
	{ "parent", KEY_NAME, AT(parent), .help = "bus that feeds it over the grid or a transformer; absent: it stands alone" },
};
const struct schema bus_schema = { "bus", sizeof(T), bus_keys, ARRAY_LEN(bus_keys), "a place where powers add up to zero", NULL, 0, 0 };
#undef T

static const struct key_word kind_words[] = {
	{ "grid", ASSET_GRID, "connection to the utility" },
	{ "furnace", ASSET_FURNACE, "waste furnace with boiler: makes steam" },
	{ "steam-turbine", ASSET_STG, "steam to power, with heat-power trade-off" },
	{ "gas-turbine", ASSET_GTC, "gas turbine or engine set with heat recovery" },
	{ "pv", ASSET_PV, "photovoltaics" },
	{ "battery", ASSET_BATTERY, "battery with power converter" },
	{ "boiler", ASSET_BOILER, "fired boiler" },
	{ "heat-store", ASSET_HEATSTORE, "hot water or steam store" },
	{ "dump", ASSET_DUMP, "surplus heat dumped" },
	{ "load", ASSET_LOAD, "electric or heat consumer" },
	{ NULL, 0, NULL },
};

const struct key_word asset_role_words[] = {
	{ "p", 0, "active power" },
	{ "q", 1, "reactive power" },
	{ "f", 2, "frequency" },
	{ "v", 3, "voltage" },
	{ "e_import", 4, "energy drawn, a counter" },
	{ "e_export", 5, "energy made or given, a counter" },
	{ "soc", 6, "state of charge" },
	{ "soh", 7, "state of health" },
	{ "p_sp", 8, "setpoint of active power" },
	{ "state", 9, "what it is doing" },
	{ "breaker", 10, "its breaker" },
	{ "trip", 11, "it has tripped" },
	{ "start", 12, "command to start" },
	{ "stop", 13, "command to stop" },
	{ "run", 14, "it runs" },
	{ "steam", 15, "steam made or taken, t/h" },
	{ "heat", 16, "heat, GJ/h" },
	{ "temperature", 17, "of furnace, cells, modules or room" },
	{ "load", 18, "waste burnt, t/h" },
	{ "pressure", 19, "of its steam or gas" },
	{ "ghi", 20, "irradiance on the level" },
	{ "pulse", 21, "beginning of the half hour" },
	{ "level", 22, "of a store" },
	{ "shed", 23, "shed level of a load" },
	{ "line_v", 24, "voltage on the utility's side of the breaker" },
	{ NULL, 0, NULL },
};

/* In the order of SERIES_LIST of scada/dispatch/problem.h, which a test holds them against. */
static const struct key_word series_words[] = {
	{ "available", 0, "0 or 1: in service; of a grid connection: the utility's grid is there" },
	{ "fixed_kw", 1, "kW held by an operator or a test; empty: free" },
	{ "load_kw", 2, "kW a load takes" },
	{ "heat_t_per_h", 3, "t/h of steam a load takes" },
	{ "pv_kw", 4, "kW that the sun would give" },
	{ "steam_t_per_h", 5, "t/h that a furnace makes" },
	{ "price_import", 6, "a kWh drawn, without demand charge" },
	{ "price_export", 7, "a kWh given" },
	{ "co2_kg_per_kwh", 8, "kg of a kWh drawn" },
	{ "import_max_kw", 9, "kW, most drawn" },
	{ "export_max_kw", 10, "kW, most given" },
	{ "fuel_price", 11, "a unit of fuel" },
	{ "filed_kw", 12, "kW of net export filed with the utility; empty: none" },
	{ "price_short", 13, "a kWh less than filed" },
	{ "price_surplus", 14, "got for a kWh more than filed" },
	{ NULL, 0, NULL },
};

#define T struct asset_data
static const struct key data_keys[] = {
	{ "series", KEY_ENUM, AT(series), true, .words = series_words, .help = "what it is of the asset" },
	{ "column", KEY_STRING, AT(column), true, .min = 1, .max = 64, .help = "of the study's file, by the name in its first line" },
	{ "scale", KEY_NUMBER, AT(scale), .min = -1e9, .max = 1e9, .def = "1", .help = "times which the column is taken" },
	{ "offset", KEY_NUMBER, AT(offset), .min = -1e9, .max = 1e9, .def = "0", .help = "and what is added then" },
};
const struct schema asset_data_schema = { "data", sizeof(T), data_keys, ARRAY_LEN(data_keys), "a column of a study's file that is a series of the asset", NULL, 0, 0 };
#undef T

#define T struct asset
static const struct key asset_keys[] = {
	{ "name", KEY_NAME, AT(name), true, .help = "unique among assets" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "kind", KEY_ENUM, AT(kind), true, .words = kind_words, .help = "what it is; further keys depend on it" },
	{ "bus", KEY_NAME, AT(bus), .help = "its electric bus" },
	{ "heat_bus", KEY_NAME, AT(heat_bus), .help = "its heat bus" },
	{ "points", KEY_POINTS, AT(points), .words = asset_role_words, .help = "which point is what of it" },
	{ "data", KEY_LIST, AT(data), .max = 16, .sub = &asset_data_schema, .help = "for chisan study: which column of its file is what of it" },
};
enum { ASSET_KEY_KIND = 3 };
const struct schema asset_schema = {
	"asset", sizeof(T), asset_keys, ARRAY_LEN(asset_keys), "a source, store or consumer of energy",
	asset_kind_schema, ASSET_KEY_KIND, AT(parameters),
};
#undef T

#define T struct energy
static const struct key energy_keys[] = {
	{ "buses", KEY_LIST, AT(buses), true, .sub = &bus_schema, .help = "places where powers add up to zero" },
	{ "assets", KEY_LIST, AT(assets), true, .sub = &asset_schema, .help = "sources, stores and consumers on them" },
	{ "dispatch", KEY_MAP, AT(dispatch), .sub = &energy_dispatch_schema, .help = "how the receiving point is kept; absent: no mode but manual" },
	{ "outage", KEY_DURATION, AT(outage_us), .min = 0, .max = 2592000, .def = "0s", .help = "length of the outage that reserves must cover" },
	{ "co2_price_per_kg", KEY_NUMBER, AT(co2_price_per_kg), .min = 0, .max = 1e6, .def = "0", .help = "what a kilogram of CO2 costs" },
	{ "calm_within_pct", KEY_NUMBER, AT(calm_within_pct), .min = 0, .max = 5, .unit = "%", .def = "0.05", .help = "of what a plan pays and earns: so much dearer it may be for setpoints that change less; 0: only what costs nothing" },
	{ "plan_step", KEY_DURATION, AT(plan_step_us), .min = 300, .max = 3600, .def = "15m", .help = "length of a plan's steps: 5m, 10m, 15m, 30m or 1h; half hours of demand count by the step where it is longer" },
	{ "over_cost_per_kwh", KEY_NUMBER, AT(over_cost_per_kwh), .min = 0, .max = 1e6, .help = "for chisan study: of a kWh that nobody takes; absent: avoided at any price" },
	{ "curtail_cost_per_kwh", KEY_NUMBER, AT(curtail_cost_per_kwh), .min = 0, .max = 1e6, .help = "for chisan study: of a kWh of sun that is not used; absent: nothing" },
	{ "heat_lost_cost_per_t", KEY_NUMBER, AT(heat_lost_cost_per_t), .min = 0, .max = 1e6, .help = "for chisan study: of a t of steam that is missing; absent: avoided at any price" },
	{ "latitude_deg", KEY_NUMBER, AT(latitude_deg), .min = -90, .max = 90, .unit = "deg", .help = "for the sun" },
	{ "longitude_deg", KEY_NUMBER, AT(longitude_deg), .min = -180, .max = 180, .unit = "deg", .help = "for the sun" },
};
const struct schema energy_schema = { "energy", sizeof(T), energy_keys, ARRAY_LEN(energy_keys), "the district's energy", NULL, 0, 0 };
#undef T

#define ASSET_SCHEMA_ROW(lower, UPPER, help) [ASSET_##UPPER] = &asset_##lower##_schema,
static const struct schema *const kind_schemas[] = { ASSET_LIST(ASSET_SCHEMA_ROW) };
#define ASSET_ROLES_ROW(lower, UPPER, help) [ASSET_##UPPER] = asset_##lower##_roles,
static const char *const *const kind_roles[] = { ASSET_LIST(ASSET_ROLES_ROW) };
/* clang-format on */

const struct schema *
asset_kind_schema(int kind)
{
	return kind >= 0 && kind < ASSET_KIND_COUNT ? kind_schemas[kind] : NULL;
}

const char *const *
asset_kind_roles(int kind)
{
	static const char *const none[] = { NULL };
	return kind >= 0 && kind < ASSET_KIND_COUNT ? kind_roles[kind] : none;
}

const char *
asset_kind_word(int kind)
{
	return kind >= 0 && kind < ASSET_KIND_COUNT ? kind_words[kind].word : "?";
}

const struct asset *
energy_find_asset(const struct energy *e, const char *name)
{
	const struct asset *list = e->assets.v;
	for (uint32_t i = 0; i < e->assets.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

const char *
asset_point(const struct asset *a, const char *role)
{
	for (uint32_t i = 0; i < a->points.n; i++)
		if (strcmp(a->points.v[i].role, role) == 0)
			return a->points.v[i].point;
	return NULL;
}
