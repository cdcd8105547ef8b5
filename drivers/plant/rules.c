/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - the table from tags to signals.  Who adds a device type adds rows; what no row names wanders within its limits. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "drivers/plant/rules.h"
#include "scada/model/energy.h"

/* clang-format off */
const struct rule rules[] = {
	/* kind          tag            signal            at0   at1    noise  period nominal */
	/* ---- receiving point */
	{ ASSET_GRID,    "RX.S",        "s",              0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "S",           "s",              0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "PF",          "pf",             0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "V_RS",        "v_rs",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "V_ST",        "v_st",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "V_TR",        "v_tr",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "I_R",         "i_r",            0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "I_S",         "i_s",            0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "I_T",         "i_t",            0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "KWH_IMP",     "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "KWH_EXP",     "kwh_in",         0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "KVARH",       "kvarh",          0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "PULSE30",     "pulse",          0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "52R",         "breaker",        0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "52R_CMD",     "breaker",        0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "52B",         "bus_tie",        0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "52B_CMD",     "bus_tie",        0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.27",       "ry27",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.51",       "ry51",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.59",       "ry59",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.64",       "ry64",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.67",       "ry67",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.67P",      "ry67p",          0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.95H",      "ry95h",          0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.95L",      "ry95l",          0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "RY.25",       "sync",           0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "TR*.TEMP",    "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_GRID,    "LINE.V",      "line_kv",        0, 0, 0, 0, 0 },
	/* ---- furnace and its flue gas: well below the limits, and following the fire */
	{ ASSET_FURNACE, "STEAM_F",     "steam",          0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "STEAM_P",     "pressure",       0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "STEAM_T",     "steam_t",        0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "T_COMB",      "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "LOAD",        "load",           0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "DRUM_L",      "drum",           0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "O2",          "o2",             0, 0, 0, 0, 0 },
	{ ASSET_FURNACE, "CO",          "effort",         0, 9,      3.5,    420,  0 },
	{ ASSET_FURNACE, "NOX",         "effort",         0, 33,     5,      700,  0 },
	{ ASSET_FURNACE, "SOX",         "effort",         0, 2.6,    1.1,    900,  0 },
	{ ASSET_FURNACE, "HCL",         "effort",         0, 3.8,    1.4,    800,  0 },
	{ ASSET_FURNACE, "DUST",        "effort",         0, 0.0024, 0.0011, 1200, 0 },
	/* ---- steam turbine */
	{ ASSET_STG,     "KWH",         "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_STG,     "V",           "v_pu",           0, 1,      0.001,  500,  1 },
	{ ASSET_STG,     "SPD",         "speed",          0, 0, 0, 0, 0 },
	{ ASSET_STG,     "VIB",         "run",            1, 27,     3,      75,   0 },
	{ ASSET_STG,     "BRG_T",       "warm",           28, 62,    0.7,    900,  0 },
	{ ASSET_STG,     "P_IN",        "pressure",       0, 0, 0, 0, 0 },
	{ ASSET_STG,     "EXT_P",       "ext_p",          0, 0, 0, 0, 0 },
	{ ASSET_STG,     "VAC",         "vacuum",         0, 0, 0, 0, 0 },
	{ ASSET_STG,     "AUX_P",       "aux",            0, 0, 0, 0, 0 },
	{ ASSET_STG,     "52G",         "breaker",        0, 0, 0, 0, 0 },
	/* ---- gas turbine */
	{ ASSET_GTC,     "KWH",         "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "V",           "run",            0, 1,      0.004,  300,  1 },
	{ ASSET_GTC,     "EGT",         "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "SPD",         "speed",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "OIL_P",       "run",            0.20, 0.25, 0.006, 120,  0 },
	{ ASSET_GTC,     "OIL_T",       "warm",           38, 62,    0.8,    800,  0 },
	{ ASSET_GTC,     "VIB",         "run",            0.2, 2.6,  0.5,    60,   0 },
	{ ASSET_GTC,     "GAS_F",       "gas",            0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "GAS_P",       "gas_p",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "GAS_V",       "gas_m3",         0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "HRB_F",       "steam",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "HRB_P",       "pressure",       0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "HRB_L",       "drum",           0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "HRS",         "hours",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "STATE",       "state",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "52G",         "breaker",        0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "BSREADY",     "black_start",    0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "START",       "start",          0, 0, 0, 0, 0 },
	{ ASSET_GTC,     "STOP",        "stop",           0, 0, 0, 0, 0 },
	/* ---- battery */
	{ ASSET_BATTERY, "V",           "v_pu",           0, 1,      0.002,  400,  1 },
	{ ASSET_BATTERY, "INVST",       "inverter_state", 0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "ALRM",        "alarms",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "WHAVL",       "energy",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "VDC",         "v_dc",           0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "ADC",         "a_dc",           0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "CVMAX",       "cv_max",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "CVMIN",       "cv_min",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "TMAX",        "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "TMIN",        "t_min",          0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "BSTATE",      "state",          0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "EVT*",        "events",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "HB",          "heartbeat",      0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "LOCREM",      "local",          0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "KWH_D",       "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "KWH_C",       "kwh_in",         0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "ONOFF",       "on",             0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "ARST",        "reset",          0, 0, 0, 0, 0 },
	{ ASSET_BATTERY, "GFM*",        "forming",        0, 0, 0, 0, 0 },
	/* ---- photovoltaics */
	{ ASSET_PV,      "KWH",         "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_PV,      "VDC",         "v_dc",           0, 0, 0, 0, 0 },
	{ ASSET_PV,      "TCAB",        "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_PV,      "ST",          "state",          0, 0, 0, 0, 0 },
	{ ASSET_PV,      "EVT*",        "events",         0, 0, 0, 0, 0 },
	{ ASSET_PV,      "LIM",         "limit",          0, 0, 0, 0, 0 },
	{ ASSET_PV,      "STR*_P",      "p",              0, 0.5,    0.05,   60,   0 },
	/* ---- consumers; the rows with a leading star come last: they are lines of the steam network */
	{ ASSET_LOAD,    "*52F*",       "breaker",        0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "KWH",         "kwh_out",        0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "PF",          "pf",             0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "AC_P",        "ac",             0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "LT_P",        "light",          0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "ABS_RUN",     "absorber",       0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "CHW_T",       "chilled",        0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "RM_T",        "temperature",    0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "RM_CO2",      "co2",            0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "POOL_T",      "pool",           0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "POOL_CL",     "chlorine",       0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "HW_T",        "hot_water",      0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "SHED",        "shed",           0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "SETT",        "set_c",          0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "FAN_RUN",     "run",            0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "EMG",         "emergency",      0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "AC_CMD",      "ac_on",          0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "LT_CMD",      "switch",         0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "CMD",         "switch",         0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_P_SP",      "pressure_sp",    0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_F",         "steam",          0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_P",         "pressure",       0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_T",         "steam_t",        0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_V",         "valve",          0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "Q_*",         "heat",           0, 0, 0, 0, 0 },
	{ ASSET_LOAD,    "*_GJ",        "heat_gj",        0, 0, 0, 0, 0 },
	/* ---- the district: weather, header, condensate, pit */
	{ RULE_WORLD,    "TA",          "ta",             0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "RH",          "rh",             0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "WS",          "ws",             0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "RAIN",        "rain",           0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "GHI",         "ghi",            0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "PIT.LEVEL",   "pit",            0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "HDR_P",       "header_p",       0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "HDR_T",       "header_t",       0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "COND_F",      "cond_f",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "COND_T",      "cond_t",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "COND_COND",   "cond_cond",      0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "TANK_L",      "tank_l",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "DUMP_V",      "dump_valve",     0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "PUMP_A",      "pump_a",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "PUMP_B",      "pump_b",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "PUMP_AF",     "pump_af",        0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "PUMP_BF",     "pump_bf",        0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "SV_LIFT",     "sv_lift",        0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "GASDET",      "gasdet",         0, 0, 0, 0, 0 },
	{ RULE_WORLD,    "REM",         "net_remote",     0, 0, 0, 0, 0 },
	/* ---- names that mean the same of every asset */
	{ RULE_ANY,      "P",           "p",              0, 0, 0, 0, 0 },
	{ RULE_ANY,      "Q",           "q",              0, 0, 0, 0, 0 },
	{ RULE_ANY,      "F",           "f",              0, 0, 0, 0, 0 },
	{ RULE_ANY,      "SOC",         "soc",            0, 0, 0, 0, 0 },
	{ RULE_ANY,      "SOH",         "soh",            0, 0, 0, 0, 0 },
	{ RULE_ANY,      "RUN",         "run",            0, 0, 0, 0, 0 },
	{ RULE_ANY,      "TRIP",        "trip",           0, 0, 0, 0, 0 },
	{ RULE_ANY,      "MINOR",       "minor",          0, 0, 0, 0, 0 },
	{ RULE_ANY,      "REM",         "remote",         0, 0, 0, 0, 0 },
	{ RULE_ANY,      "P_SP",        "p_sp",           0, 0, 0, 0, 0 },
	{ 0, NULL, NULL, 0, 0, 0, 0, 0 },
};
/* clang-format on */

const char *
role_signal(int asset_kind, const char *role)
{
	/* The grid and consumers draw what is positive, all others give it. */
	bool draws = asset_kind == ASSET_GRID || asset_kind == ASSET_LOAD;
	if (strcmp(role, "e_import") == 0)
		return draws ? "kwh_out" : "kwh_in";
	if (strcmp(role, "e_export") == 0)
		return draws ? "kwh_in" : "kwh_out";
	if (strcmp(role, "level") == 0)
		return "soc";
	return role;
}
