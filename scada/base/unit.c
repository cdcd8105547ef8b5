/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit.c - the units that a site file may use: SI's and the trade's, in ASCII. N after m3 is "at normal conditions".
 */
#include "config.h"

#include <string.h>

#include "scada/base/schema.h"

static const char *const units[] = {
	/* electricity */
	"W", "kW", "MW", "GW", "var", "kvar", "Mvar", "VA", "kVA", "MVA", "Wh", "kWh", "MWh", "GWh", "varh", "kvarh", "Mvarh",
	"VAh", "kVAh", "V", "mV", "kV", "A", "mA", "kA", "Ah", "kAh", "Hz", "mHz", "ohm", "mohm", "kohm", "Mohm", "F", "uF", "H",
	"mH", "cosphi", "pulse/kWh",
	/* ratios and counts */
	"%", "%RH", "permille", "ppm", "ppb", "p.u.", "count", "count/min", "count/h", "count/day", "level", "bits", "bool", "enum",
	"unit", "step", "people",
	/* temperature, pressure, mechanics */
	"degC", "K", "degF", "degC/min", "K/min", "deg", "rad", "Pa", "hPa", "kPa", "MPa", "PaG", "kPaG", "MPaG", "Pa(a)", "kPa(a)",
	"MPa(a)", "bar", "mbar", "bar(a)", "bar(g)", "mmH2O", "mmHg", "psi", "N", "kN", "Nm", "kNm", "um", "mm", "cm", "m", "km",
	"mm/s", "m/s", "km/h", "m/s2", "g", "kg", "t", "rpm", "min-1", "rad/s", "dB", "dB(A)",
	/* heat, steam, water, gas, fuel */
	"J", "kJ", "MJ", "GJ", "TJ", "MJ/h", "GJ/h", "kJ/s", "MJ/kg", "kJ/kg", "MJ/m3", "MJ/m3N", "kcal", "kcal/h", "Mcal", "Gcal",
	"Gcal/h", "USRT", "kg/h", "kg/s", "t/h", "t/d", "L", "kL", "L/s", "L/min", "L/h", "m2", "m3", "m3/s", "m3/min", "m3/h",
	"m3/d", "m3N", "m3N/h", "m3N/kWh", "kg/m3", "g/m3", "mg/m3", "ug/m3", "g/m3N", "mg/m3N", "ng/m3N", "ng-TEQ/m3N", "mg/L",
	"g/L", "ug/L", "NTU", "pH", "uS/cm", "mS/cm", "mS/m", "mV/pH",
	/* weather and light */
	"W/m2", "kW/m2", "MJ/m2", "kWh/m2", "J/cm2", "lx", "klx", "mm/h", "hPa/h", "okta",
	/* time, money, carbon, data */
	"us", "ms", "s", "min", "h", "d", "month", "year", "yen", "yen/kWh", "yen/kW", "yen/h", "EUR", "EUR/kWh", "EUR/MWh", "USD",
	"USD/kWh", "USD/MWh", "g-CO2", "kg-CO2", "t-CO2", "kg-CO2/h", "g-CO2/kWh", "kg-CO2/kWh", "t-CO2/MWh", "kg/kWh", "B", "kB",
	"MB", "GB", "B/s", "kB/s", "bit/s", "kW/s", "kW/min", "Hz/s", "dBm", NULL,
};

const char *const *
unit_list(void)
{
	return units;
}

bool
unit_is_known(const char *unit)
{
	for (size_t i = 0; units[i] != NULL; i++)
		if (strcmp(units[i], unit) == 0)
			return true;
	return false;
}
