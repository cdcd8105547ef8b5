/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy_dispatch.c - keys of how the receiving point is kept.
 */
#include "config.h"

#include "scada/model/energy.h"

#define T          struct energy_dispatch
#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word window_words[] = {
	{ "clock", WINDOWS_CLOCK, "at :00 and :30" },
	{ "pulse", WINDOWS_PULSE, "with the utility's pulse, the role pulse of the grid; by the clock while none comes" },
	{ NULL, 0, NULL },
};

static const struct key keys[] = {
	{ "target_kw", KEY_NUMBER, AT(target_kw), .min = 0, .max = 1e6, .def = "0", .unit = "kW", .help = "demand target as a mean of the half hour, until a supervisor sets another; 0: none" },
	{ "windows", KEY_ENUM, AT(windows), .def = "clock", .words = window_words, .help = "where half hours begin" },
	{ "slope", KEY_DURATION, AT(slope_us), .min = 60, .max = 180, .def = "2m", .help = "span of the mean that the forecast of the half hour goes on with" },
	{ "least_off", KEY_DURATION, AT(least_off_us), .min = 0, .max = 7200, .def = "5m", .help = "a load that was shed stays off so long" },
	{ "blind", KEY_DURATION, AT(blind_us), .min = 10, .max = 3600, .def = "5m", .help = "after so long without a good meter batteries go to 0 and loads are given back" },
	{ "ramp_pct_per_s", KEY_NUMBER, AT(ramp_pct_per_s), .min = 0.1, .max = 100, .def = "10", .unit = "%", .help = "most change of a battery in a second, of its rating" },
	{ "rest_kw", KEY_NUMBER, AT(rest_kw), .min = 0, .max = 1e5, .def = "0", .unit = "kW", .help = "a battery that would do less stands still; others carry it" },
	{ "forecast_file", KEY_WORD, AT(forecast_file), .help = "name of a file of forecasts, NAME.csv in the folder forecasts of the data folder; while fresh it goes before the site's own" },
	{ "forecast_max_age", KEY_DURATION, AT(forecast_max_age_us), .min = 300, .max = 604800, .def = "6h", .help = "it is fresh for so long after it was made" },
};
/* clang-format on */

const struct schema energy_dispatch_schema = { "dispatch", sizeof(T), keys, ARRAY_LEN(keys),
	"how the receiving point is kept", NULL, 0, 0 };
