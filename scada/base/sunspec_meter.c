/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec_meter.c - models 201-204, 302 and 307; one row a point, source: the SunSpec models of these numbers.
 */
#include "config.h"

#include "scada/base/sunspec_private.h"

/* clang-format off */
static const struct sunspec_point points_201[] = {
	{ "A", 2, 1, SS_I16, "A_SF", "A" },
	{ "AphA", 3, 1, SS_I16, "A_SF", "A" },
	{ "AphB", 4, 1, SS_I16, "A_SF", "A" },
	{ "AphC", 5, 1, SS_I16, "A_SF", "A" },
	{ "A_SF", 6, 1, SS_SF, NULL, "" },
	{ "PhV", 7, 1, SS_I16, "V_SF", "V" },
	{ "PhVphA", 8, 1, SS_I16, "V_SF", "V" },
	{ "PhVphB", 9, 1, SS_I16, "V_SF", "V" },
	{ "PhVphC", 10, 1, SS_I16, "V_SF", "V" },
	{ "PPV", 11, 1, SS_I16, "V_SF", "V" },
	{ "PhVphAB", 12, 1, SS_I16, "V_SF", "V" },
	{ "PhVphBC", 13, 1, SS_I16, "V_SF", "V" },
	{ "PhVphCA", 14, 1, SS_I16, "V_SF", "V" },
	{ "V_SF", 15, 1, SS_SF, NULL, "" },
	{ "Hz", 16, 1, SS_I16, "Hz_SF", "Hz" },
	{ "Hz_SF", 17, 1, SS_SF, NULL, "" },
	{ "W", 18, 1, SS_I16, "W_SF", "W" },
	{ "WphA", 19, 1, SS_I16, "W_SF", "W" },
	{ "WphB", 20, 1, SS_I16, "W_SF", "W" },
	{ "WphC", 21, 1, SS_I16, "W_SF", "W" },
	{ "W_SF", 22, 1, SS_SF, NULL, "" },
	{ "VA", 23, 1, SS_I16, "VA_SF", "VA" },
	{ "VAphA", 24, 1, SS_I16, "VA_SF", "VA" },
	{ "VAphB", 25, 1, SS_I16, "VA_SF", "VA" },
	{ "VAphC", 26, 1, SS_I16, "VA_SF", "VA" },
	{ "VA_SF", 27, 1, SS_SF, NULL, "" },
	{ "VAR", 28, 1, SS_I16, "VAR_SF", "var" },
	{ "VARphA", 29, 1, SS_I16, "VAR_SF", "var" },
	{ "VARphB", 30, 1, SS_I16, "VAR_SF", "var" },
	{ "VARphC", 31, 1, SS_I16, "VAR_SF", "var" },
	{ "VAR_SF", 32, 1, SS_SF, NULL, "" },
	{ "PF", 33, 1, SS_I16, "PF_SF", "%" },
	{ "PFphA", 34, 1, SS_I16, "PF_SF", "%" },
	{ "PFphB", 35, 1, SS_I16, "PF_SF", "%" },
	{ "PFphC", 36, 1, SS_I16, "PF_SF", "%" },
	{ "PF_SF", 37, 1, SS_SF, NULL, "" },
	{ "TotWhExp", 38, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhExpPhA", 40, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhExpPhB", 42, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhExpPhC", 44, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhImp", 46, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhImpPhA", 48, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhImpPhB", 50, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWhImpPhC", 52, 2, SS_ACC32, "TotWh_SF", "Wh" },
	{ "TotWh_SF", 54, 1, SS_SF, NULL, "" },
	{ "TotVAhExp", 55, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhExpPhA", 57, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhExpPhB", 59, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhExpPhC", 61, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhImp", 63, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhImpPhA", 65, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhImpPhB", 67, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAhImpPhC", 69, 2, SS_ACC32, "TotVAh_SF", "" },
	{ "TotVAh_SF", 71, 1, SS_SF, NULL, "" },
	{ "TotVArhImpQ1", 72, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ1PhA", 74, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ1PhB", 76, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ1PhC", 78, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ2", 80, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ2PhA", 82, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ2PhB", 84, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhImpQ2PhC", 86, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ3", 88, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ3PhA", 90, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ3PhB", 92, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ3PhC", 94, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ4", 96, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ4PhA", 98, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ4PhB", 100, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArhExpQ4PhC", 102, 2, SS_ACC32, "TotVArh_SF", "varh" },
	{ "TotVArh_SF", 104, 1, SS_SF, NULL, "" },
	{ "Evt", 105, 2, SS_BITS32, NULL, "" },
};

/* A block a sensor; a station has one, and of several the first is meant. */
static const struct sunspec_point points_302[] = {
	{ "GHI", 2, 1, SS_U16, NULL, "W/m2" },
	{ "POAI", 3, 1, SS_U16, NULL, "W/m2" },
	{ "DFI", 4, 1, SS_U16, NULL, "W/m2" },
	{ "DNI", 5, 1, SS_U16, NULL, "W/m2" },
	{ "OTI", 6, 1, SS_U16, NULL, "W/m2" },
};

/* The power of ten stands in the model's document, and in no register: the temperature comes in tenths. Units of the last ones: V/m, kOhm. */
static const struct sunspec_point points_307[] = {
	{ "TmpAmb", 2, 1, SS_I16, NULL, "" },
	{ "RH", 3, 1, SS_I16, NULL, "%" },
	{ "Pres", 4, 1, SS_I16, NULL, "hPa" },
	{ "WndSpd", 5, 1, SS_I16, NULL, "m/s" },
	{ "WndDir", 6, 1, SS_I16, NULL, "deg" },
	{ "Rain", 7, 1, SS_I16, NULL, "mm" },
	{ "Snw", 8, 1, SS_I16, NULL, "mm" },
	{ "PPT", 9, 1, SS_I16, NULL, "" },
	{ "ElecFld", 10, 1, SS_I16, NULL, "" },
	{ "SurWet", 11, 1, SS_I16, NULL, "" },
	{ "SoilWet", 12, 1, SS_I16, NULL, "%" },
};

const struct sunspec_model sunspec_meter[] = {
	{ 201, 204, "Meter", 107, points_201, ARRAY_LEN(points_201), NULL, 0, NULL, 0 },
	{ 302, 302, "Irradiance", 7, points_302, ARRAY_LEN(points_302), NULL, 0, NULL, 0 },
	{ 307, 307, "Base met", 13, points_307, ARRAY_LEN(points_307), NULL, 0, NULL, 0 },
	{ 0 },
};
/* clang-format on */
