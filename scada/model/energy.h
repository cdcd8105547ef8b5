/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy.h - the district's energy as data: buses, and the assets on them with their points and parameters.
 * No optimisation and no physics here: the planner, the guard and the simulated district each bring their own.
 *
 * One file a kind (asset_battery.c ...) holds the table of the kind's keys; this header holds the structs.
 * Power in kW, energy in kWh, steam in t/h, heat in GJ, prices in the site's currency; efficiencies 0..1; states of charge in %.
 */
#ifndef CHISAN_ENERGY_H
#define CHISAN_ENERGY_H

#include "scada/base/schema.h"

enum carrier { CARRIER_ELECTRICITY, CARRIER_HEAT, CARRIER_COUNT };

struct bus {
	struct node node;
	const char *name; /* MAIN */
	const char *title, *title_ja;
	int carrier;        /* enum carrier */
	const char *parent; /* bus that feeds it over the utility's grid or a transformer; NULL = stands alone */
};

/* clang-format off */
/* ONE ROW PER KIND.  Row `battery` needs scada/model/asset_battery.c defining asset_battery_schema. */
#define ASSET_LIST(_) \
	_(grid,          GRID,    "connection to the utility") \
	_(furnace,       FURNACE, "waste furnace with boiler: makes steam") \
	_(steam_turbine, STG,     "extraction condensing turbine: steam to power, with heat-power trade-off") \
	_(gas_turbine,   GTC,     "gas turbine or engine set with heat recovery") \
	_(pv,            PV,      "photovoltaics") \
	_(battery,       BATTERY, "battery with power converter") \
	_(boiler,        BOILER,  "fired boiler") \
	_(heat_store,    HEATSTORE, "hot water or steam store") \
	_(dump,          DUMP,    "surplus heat dumped") \
	_(load,          LOAD,    "electric or heat consumer")
/* clang-format on */

#define ASSET_ENUM(lower, UPPER, help) ASSET_##UPPER,
enum asset_kind { ASSET_LIST(ASSET_ENUM) ASSET_KIND_COUNT };
#undef ASSET_ENUM

struct asset_data { /* of a study: a column of its file that is a series of the asset: column x scale + offset */
	struct node node;
	int series; /* enum series_kind of scada/dispatch/problem.h */
	const char *column;
	double scale, offset;
};

struct asset {
	struct node node;
	const char *name; /* ESS1; unique among assets */
	const char *title, *title_ja;
	int kind;                 /* enum asset_kind */
	const char *bus;          /* name of its bus (of the electric side) */
	const char *heat_bus;     /* of the heat side; NULL = none */
	struct key_points points; /* role -> point: each kind lists its roles ("p", "soc", "p_sp", "state", ...) */
	struct key_list data;     /* struct asset_data */
	void *parameters;         /* struct asset_<kind> */
};

struct asset_grid {
	struct node node;
	double import_max_kw, export_max_kw, contract_kw;
	double voltage_v, frequency_hz;
	double line_voltage; /* in the unit of its point line_v; 0 = voltage_v */
	double co2_kg_per_kwh;
	double price_import, price_export; /* flat, until tariffs are given */
};
struct asset_furnace {
	struct node node;
	double waste_t_per_h; /* rated */
	double steam_t_per_h; /* at rated load */
	double steam_pressure_mpa, steam_temperature_c;
	int64_t lag_us; /* waste to steam, first order */
	double quality_noise_pct;
	int64_t quality_correlation_us;
};
struct asset_stg {
	struct node node;
	double rated_kw, min_kw;
	double kw_per_t; /* condensing: kW per t/h of steam beyond internal use */
	double internal_steam_t_per_h;
	double extraction_kw_per_t; /* power lost per t/h extracted */
	double extraction_max_t_per_h;
	double ramp_kw_per_min;
	double aux_kw_one, aux_kw_two; /* plant's own use with one and with two furnaces */
};
struct asset_gtc {
	struct node node;
	double rated_kw, min_kw, ramp_kw_per_min;
	double fuel_full_m3_per_h, fuel_idle_share;
	double heat_full_t_per_h;
	int64_t heat_lag_us;
	int64_t start_time_us, min_up_us, min_down_us;
	double start_cost, fuel_price, fuel_co2_kg_per_m3;
	bool can_black_start;
};
struct asset_pv {
	struct node node;
	double peak_kw, performance_ratio, temperature_coefficient_per_k;
};
struct asset_battery {
	struct node node;
	double energy_kwh, charge_kw, discharge_kw;
	double efficiency_charge, efficiency_discharge;
	double standby_pct_per_day;
	double soc_min_pct, soc_max_pct, reserve_pct;
	double ramp_kw_per_s;
	double temperature_min_c, temperature_max_c;
	double wear_cost_per_kwh;
	bool can_form_grid;
};
struct asset_boiler {
	struct node node;
	double rated_t_per_h, min_t_per_h, efficiency, fuel_price, fuel_co2_kg_per_m3, fuel_m3_per_t;
};
struct asset_heatstore {
	struct node node;
	double energy_gj, charge_t_per_h, discharge_t_per_h, loss_pct_per_h;
};
struct asset_dump {
	struct node node;
	double max_t_per_h;
};
struct asset_load {
	struct node node;
	double peak_kw, base_kw;  /* electric: by day, by night */
	double heat_peak_t_per_h; /* 0 = none */
	int profile;              /* enum load_profile: shape of its day */
	int64_t priority;         /* 1 = last to be shed */
	double lost_load_cost_per_kwh;
	bool is_critical;
	struct key_numbers shed_kw; /* kW given up at shed level 1, 2, 3 */
};
enum load_profile { LOAD_OFFICE, LOAD_GYM, LOAD_SCHOOL, LOAD_PUBLIC, LOAD_LIGHTING, LOAD_CONSTANT, LOAD_PROFILE_COUNT };

/* How the guard keeps the receiving point; what operators change while it runs (mode, target) begins here. */
enum demand_windows { WINDOWS_CLOCK, WINDOWS_PULSE };
struct energy_dispatch {
	struct node node;
	double target_kw;      /* of the half hour's mean; 0 = none */
	double ramp_pct_per_s; /* of a battery's rating */
	double rest_kw;        /* a battery that would do less stands still, and others carry it */
	int windows;           /* enum demand_windows */
	int64_t slope_us, least_off_us, blind_us;
	const char *forecast_file; /* NAME of forecasts/NAME.csv in the data folder; NULL = none is given */
	int64_t forecast_max_age_us;
};

struct energy {
	struct node node;
	struct key_list buses;            /* struct bus */
	struct key_list assets;           /* struct asset */
	struct energy_dispatch *dispatch; /* NULL = the modes of dispatch cannot be switched on */
	int64_t outage_us;                /* length of the outage that reserves must cover */
	double co2_price_per_kg;
	double calm_within_pct; /* of what a plan pays and earns */
	int64_t plan_step_us;   /* of chisand's plans: a part of the half hour, or an hour */
	/* Of a study; NaN = none given: then it is a goal that no price stands against. */
	double over_cost_per_kwh, curtail_cost_per_kwh, heat_lost_cost_per_t;
	double latitude_deg, longitude_deg; /* for the sun */
};

extern const struct schema energy_schema, bus_schema, asset_schema, asset_data_schema, energy_dispatch_schema;
#define ASSET_DECLARE(lower, UPPER, help) \
	extern const struct schema asset_##lower##_schema; \
	extern const char *const asset_##lower##_roles[]; /* points that the kind takes; ends with NULL */
ASSET_LIST(ASSET_DECLARE)
#undef ASSET_DECLARE
extern const struct key_word asset_role_words[]; /* all roles with their meaning */
const struct schema *asset_kind_schema(int kind);
const char *const *asset_kind_roles(int kind);
const char *asset_kind_word(int kind); /* "steam-turbine" */
const struct asset *energy_find_asset(const struct energy *e, const char *name);
const char *asset_point(const struct asset *a, const char *role); /* NULL = not given */
/* Faults that the tables cannot see: buses that do not exist, carriers that do not fit, limits the wrong way round. */
typedef void (*energy_fault_fn)(const struct mark *where, bool is_warning, const char *text, void *arg);
void energy_check(const struct energy *e, energy_fault_fn fault, void *arg);

#endif
