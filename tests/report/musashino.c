/* SPDX-License-Identifier: Apache-2.0 */
/*
 * musashino.c - months of plausible data of layouts/musashino in a database, made in seconds of simulated time. They take the way that
 * live ones take: raw readings, scaled and judged by the table, calculations, samples by exception, batches, history. What is read here
 * follows tests/data/year.csv: loads by the offices and the school, sun by the daylight. The same at every run.
 *
 *   musashino SITE_DIR DATA_DIR FROM UNTIL [STEP_S [RAW.csv]]     days of the site's zone, as 2026-11-01
 *   musashino --late SITE_DIR DATA_DIR DAY KW                     what the receiving point's meter kept while it did not answer that day
 *
 * RAW.csv: the readings themselves at every step, before anything was made of them, for those who add up by other ways; empty where the
 * device did not answer. Counters do not roll over there.
 *
 * What goes wrong in it, so that reports have something to tell:
 *   every day      the inverters do not answer in the dark
 *   every Monday   09:00-09:20 the analysers of furnace 1 are calibrated and give no value
 *   the 3rd        10:00-15:00 the power of PV2 is entered by hand
 *   the 7th        14:10-14:35 the meter of the receiving point does not answer; its counters go on
 *   the 15th       03:10-04:25 the gateway of the buildings does not answer
 *   the 20th       10:20-11:40 the gas turbine trips, on weekdays
 *   12-28 February and 1-16 June one furnace, 20-22 October both stand still for maintenance
 */
#include "config.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scada/base/clock.h"
#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/archive.h"
#include "scada/core/calc.h"
#include "scada/site/reader.h"
#include "scada/store/data.h"
#include "scada/store/history.h"

#define HOURS 8760
#define ESS   4
#define PVS   3

static double office[HOURS], school[HOURS], sun[HOURS]; /* per unit of the greatest, from a Sunday, 1 January on */

/* The district at one moment. Counters run on. */
struct district {
	double hall, gym, eco, cc, light, load;
	double pv[PVS], pv_kwh[PVS], pv_limit;
	double f1_load, f2_load, f1_steam, f2_steam, f1_temp, f2_temp, stg, stg_kwh, aux, pit;
	double gtc, gtc_kwh, gas, gas_m3, gtc_hours, hrb;
	double hall_t, gym_t, hall_gj_h, gym_gj_h, hall_gj, gym_gj, condensate, dump;
	double ess[ESS], soc[ESS], ess_in[ESS], ess_out[ESS], ess_temp[ESS];
	double grid, import_kwh, export_kwh, pf;
	double gas_q[2][5]; /* NOx, SOx, HCl, dust, CO */
	double hall_kwh, gym_kwh, eco_kwh, cc_kwh;
	double f1_run, f2_run, gtc_state, gtc_breaker, pv_state[PVS];
};
static struct district d;

#define AT(member) offsetof(struct district, member)
static const struct {
	const char *name;
	size_t at;
} model[] = {
	{ "GRID.RX.P", AT(grid) },
	{ "GRID.RX.KWH_IMP", AT(import_kwh) },
	{ "GRID.RX.KWH_EXP", AT(export_kwh) },
	{ "GRID.RX.PF", AT(pf) },
	{ "WTE.F1.LOAD", AT(f1_load) },
	{ "WTE.F2.LOAD", AT(f2_load) },
	{ "WTE.F1.STEAM_F", AT(f1_steam) },
	{ "WTE.F2.STEAM_F", AT(f2_steam) },
	{ "WTE.F1.T_COMB", AT(f1_temp) },
	{ "WTE.F2.T_COMB", AT(f2_temp) },
	{ "WTE.F1.RUN", AT(f1_run) },
	{ "WTE.F2.RUN", AT(f2_run) },
	{ "WTE.F1.NOX", AT(gas_q[0][0]) },
	{ "WTE.F1.SOX", AT(gas_q[0][1]) },
	{ "WTE.F1.HCL", AT(gas_q[0][2]) },
	{ "WTE.F1.DUST", AT(gas_q[0][3]) },
	{ "WTE.F1.CO", AT(gas_q[0][4]) },
	{ "WTE.F2.NOX", AT(gas_q[1][0]) },
	{ "WTE.F2.SOX", AT(gas_q[1][1]) },
	{ "WTE.F2.HCL", AT(gas_q[1][2]) },
	{ "WTE.F2.DUST", AT(gas_q[1][3]) },
	{ "WTE.F2.CO", AT(gas_q[1][4]) },
	{ "WTE.STG.P", AT(stg) },
	{ "WTE.STG.KWH", AT(stg_kwh) },
	{ "WTE.STG.AUX_P", AT(aux) },
	{ "WTE.PIT.LEVEL", AT(pit) },
	{ "GTC.P", AT(gtc) },
	{ "GTC.KWH", AT(gtc_kwh) },
	{ "GTC.GAS_F", AT(gas) },
	{ "GTC.GAS_V", AT(gas_m3) },
	{ "GTC.HRS", AT(gtc_hours) },
	{ "GTC.HRB_F", AT(hrb) },
	{ "GTC.STATE", AT(gtc_state) },
	{ "GTC.52G", AT(gtc_breaker) },
	{ "HEAT.HALL_F", AT(hall_t) },
	{ "HEAT.GYM_F", AT(gym_t) },
	{ "HEAT.Q_HALL", AT(hall_gj_h) },
	{ "HEAT.Q_GYM", AT(gym_gj_h) },
	{ "HEAT.HALL_GJ", AT(hall_gj) },
	{ "HEAT.GYM_GJ", AT(gym_gj) },
	{ "HEAT.COND_F", AT(condensate) },
	{ "HEAT.DUMP_V", AT(dump) },
	{ "HALL.P", AT(hall) },
	{ "HALL.KWH", AT(hall_kwh) },
	{ "GYM.P", AT(gym) },
	{ "GYM.KWH", AT(gym_kwh) },
	{ "ECO.P", AT(eco) },
	{ "ECO.KWH", AT(eco_kwh) },
	{ "CC.P", AT(cc) },
	{ "CC.KWH", AT(cc_kwh) },
	{ "LIGHT.P", AT(light) },
#define BATTERY(name, i) \
	{ name ".P", AT(ess[i]) }, { name ".SOC", AT(soc[i]) }, { name ".KWH_C", AT(ess_in[i]) }, \
	    { name ".KWH_D", AT(ess_out[i]) }, \
	{ \
		name ".TMAX", AT(ess_temp[i]) \
	}
	BATTERY("ESS1", 0),
	BATTERY("ESS2", 1),
	BATTERY("ESS3", 2),
	BATTERY("ESS4", 3),
#define INVERTER(name, i) \
	{ name ".P", AT(pv[i]) }, { name ".KWH", AT(pv_kwh[i]) }, { name ".ST", AT(pv_state[i]) }, \
	{ \
		name ".LIM", AT(pv_limit) \
	}
	INVERTER("PV1", 0),
	INVERTER("PV2", 1),
	INVERTER("PV3", 2),
};

/* ---- the year */

static uint64_t seed = 88172645463325252u;

static double
noise(void) /* about -1..1 */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) * 0x1p-52 - 1;
}

static double
clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

static void
divide(double *v)
{
	double most = 0;
	for (int i = 0; i < HOURS; i++)
		most = v[i] > most ? v[i] : most;
	for (int i = 0; i < HOURS; i++)
		v[i] /= most;
}

static bool
read_year(void)
{
	char path[512], line[200];
	const char *top = getenv("top_srcdir");
	int n = 0;
	str_printf(path, sizeof(path), "%s/tests/data/year.csv", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		fprintf(stderr, "musashino: %s cannot be read; set top_srcdir to the folder of the sources\n", path);
		return false;
	}
	bool is_good = fgets(line, sizeof(line), f) != NULL;
	for (; is_good && n < HOURS && fgets(line, sizeof(line), f) != NULL; n++) {
		char *field[5] = { line };
		for (int i = 1; i < 5 && field[i - 1] != NULL; i++)
			if ((field[i] = strchr(field[i - 1], ',')) != NULL)
				*field[i]++ = '\0';
		is_good = field[4] != NULL && str_to_double(field[1], &school[n]) &&
		    str_to_double(field[2], &office[n]) && str_to_double(field[3], &sun[n]);
	}
	fclose(f);
	divide(school);
	divide(office);
	divide(sun);
	if (n < HOURS)
		fprintf(stderr, "musashino: %s has %d hours, not %d\n", path, n, HOURS);
	return n == HOURS;
}

/* The hour of the file for a date: the same season, and the same day of the week (the file begins on a Sunday). */
static double
of_year(const double *v, int64_t date, double hour, bool is_weekly)
{
	int64_t year;
	unsigned month, day;
	date_civil(date, &year, &month, &day);
	int64_t at = date - date_days(year, 1, 1);
	if (is_weekly)
		at += ((int64_t)date_weekday(date) - at % 7 + 10) % 7 - 3;
	double x = (double)at * 24 + hour;
	int64_t i = (int64_t)floor(x);
	double part = x - floor(x);
	return v[(i + HOURS) % HOURS] * (1 - part) + v[(i + 1 + HOURS) % HOURS] * part;
}

/* ---- the district */

struct moment {
	int64_t ms, date;
	double hour; /* of the day, as clocks show it */
	unsigned month, day, weekday;
	double winter; /* 1 in the middle of January, 0 in July */
};

static struct moment
moment_of(int64_t ms)
{
	struct moment m = { .ms = ms };
	struct tm tm = { 0 };
	time_t s = (time_t)(ms / 1000);
	(void)localtime_r(&s, &tm);
	m.date = date_days((int64_t)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
	m.hour = tm.tm_hour + tm.tm_min / 60.0 + tm.tm_sec / 3600.0;
	m.month = (unsigned)tm.tm_mon + 1;
	m.day = (unsigned)tm.tm_mday;
	m.weekday = date_weekday(m.date);
	m.winter = 0.5 + 0.5 * cos(6.283185 * (double)(m.date - date_days((int64_t)tm.tm_year + 1900, 1, 15)) / 365.25);
	return m;
}

static bool
is_within(const struct moment *m, double from, double to)
{
	return m->hour >= from - 1e-9 && m->hour < to - 1e-9;
}

static void
loads(const struct moment *m)
{
	double o = of_year(office, m->date, m->hour, true), s = of_year(school, m->date, m->hour, true);
	d.hall = 180 + 600 * o + 60 * (1 - m->winter) * s + 3 * noise();
	d.gym = 110 + 240 * s + 60 * (m->hour > 9 && m->hour < 21) + 2 * noise();
	d.eco = 7 + 26 * o + noise();
	d.cc = 4 + 16 * s + 0.3 * noise();
	d.light = m->hour < 5.5 || m->hour > 17 ? 4.6 : 0;
	d.load = d.hall + d.gym + d.eco + d.cc + d.light;
	d.hall_t = clamp(0.15 + 2.2 * m->winter * o + 0.02 * noise(), 0, 4);
	d.gym_t = clamp(0.4 + 0.9 * m->winter + 0.2 * s + 0.02 * noise(), 0, 3);
	d.hall_gj_h = 2.4 * d.hall_t;
	d.gym_gj_h = 2.4 * d.gym_t;
	d.condensate = 0.93 * (d.hall_t + d.gym_t);
}

static void
furnaces(const struct moment *m)
{
	static double slow[2];
	bool both_stand = m->month == 10 && m->day >= 20 && m->day < 23;
	bool runs[2] = { !both_stand && !(m->month == 6 && m->day <= 16),
		!both_stand && !(m->month == 2 && m->day >= 12) };
	double *load[2] = { &d.f1_load, &d.f2_load }, *steam[2] = { &d.f1_steam, &d.f2_steam },
	       *temp[2] = { &d.f1_temp, &d.f2_temp };
	for (int i = 0; i < 2; i++) {
		slow[i] = 0.98 * slow[i] + 0.02 * noise();
		double q = 1 + 0.4 * slow[i];
		*load[i] = runs[i] ? clamp(2.05 * q, 0, 3) : 0;
		*steam[i] = *load[i] * 4.32;
		*temp[i] = runs[i] ? 905 + 60 * slow[i] + 3 * noise() : clamp(*temp[i] - 0.5, 25, 1200);
		static const double of[5] = { 38, 6, 6.2, 0.002, 8 };
		for (int k = 0; k < 5; k++)
			d.gas_q[i][k] = runs[i] ? of[k] * (1 + 0.5 * slow[i] + 0.05 * noise()) : 0;
	}
	d.f1_run = runs[0];
	d.f2_run = runs[1];
	d.aux = runs[0] && runs[1] ? 680 + 5 * noise() : runs[0] || runs[1] ? 500 + 5 * noise() : 110 + noise();
	double steam_sum = d.f1_steam + d.f2_steam, needed = d.hall_t + d.gym_t - d.hrb;
	d.stg = steam_sum > 5 ? clamp(160 * (steam_sum - 5) - 110 * clamp(needed, 0, 8) + 4 * noise(), 0, 2650) : 0;
	d.dump = steam_sum > 5 && needed < -0.2 ? clamp(-20 * needed, 0, 100) : 0;
}

static void
turbine(const struct moment *m)
{
	bool trips = m->day == 20 && m->weekday >= 1 && m->weekday <= 5 && is_within(m, 10 + 20 / 60.0, 11 + 40 / 60.0);
	bool is_wanted = m->weekday >= 1 && m->weekday <= 5 && is_within(m, 8, 20) && d.load + d.aux > d.stg + 100;
	double want = is_wanted && !trips ? clamp(d.load + d.aux - d.stg - 60, 450, 1500) : 0;
	d.gtc = want > 0 ? want + 3 * noise() : 0;
	d.gtc_state = trips ? 7 : want > 0 ? 5 : 1;
	d.gtc_breaker = want > 0;
	d.gas = d.gtc > 0 ? 540 * (0.22 + 0.78 * d.gtc / 1500) : 0;
	d.hrb = d.gtc > 0 ? 4.56 * (0.3 + 0.7 * d.gtc / 1500) : 0;
}

static void
inverters_and_batteries(const struct moment *m)
{
	static const double peak[PVS] = { 30, 20, 10 };
	double light = of_year(sun, m->date, m->hour, false);
	for (int i = 0; i < PVS; i++) {
		d.pv[i] = light > 0.003 ? clamp(peak[i] * 0.85 * light * (1 + 0.03 * noise()), 0, peak[i]) : 0;
		d.pv_state[i] = d.pv[i] > 0 ? 4 : 2;
	}
	d.pv_limit = 100;
	for (int i = 0; i < ESS; i++) {
		double p = is_within(m, 0.5, 5) && d.soc[i] < 88    ? -52
		    : is_within(m, 17, 20) && d.soc[i] > 24 + 4 * i ? 66
		                                                    : 0;
		d.ess[i] = p != 0 ? p + 0.5 * noise() : 0;
		d.ess_temp[i] = 27 - 8 * m->winter + fabs(d.ess[i]) / 12 + 0.2 * noise();
	}
}

/* What flowed since the last step flows into counters. */
static void
count(double hours)
{
	d.import_kwh += clamp(d.grid, 0, 1e9) * hours;
	d.export_kwh += clamp(-d.grid, 0, 1e9) * hours;
	d.stg_kwh += d.stg * hours;
	d.gtc_kwh += d.gtc * hours;
	d.gas_m3 += d.gas * hours;
	d.gtc_hours += d.gtc > 0 ? hours : 0;
	d.hall_gj += d.hall_gj_h * hours;
	d.gym_gj += d.gym_gj_h * hours;
	d.hall_kwh += d.hall * hours;
	d.gym_kwh += d.gym * hours;
	d.eco_kwh += d.eco * hours;
	d.cc_kwh += d.cc * hours;
	for (int i = 0; i < PVS; i++)
		d.pv_kwh[i] += d.pv[i] * hours;
	for (int i = 0; i < ESS; i++) {
		double kwh = d.ess[i] * hours;
		d.ess_out[i] += clamp(kwh, 0, 1e9);
		d.ess_in[i] += clamp(-kwh, 0, 1e9);
		d.soc[i] = clamp(d.soc[i] - 100 * (kwh > 0 ? kwh / 0.94 : kwh * 0.94) / 405 - 0.5 * hours / 24, 0, 100);
	}
	d.pit += (2.05 + 1.9) * hours - (d.f1_load + d.f2_load) * hours;
	d.pit = clamp(d.pit, 200, 700);
}

static void
step_district(const struct moment *m, double hours)
{
	count(hours);
	loads(m);
	furnaces(m);
	turbine(m);
	inverters_and_batteries(m);
	d.grid = d.load + d.aux - d.stg - d.gtc - d.pv[0] - d.pv[1] - d.pv[2] - d.ess[0] - d.ess[1] - d.ess[2];
	d.pf = clamp(97 + 2 * noise(), 0, 100);
}

static void
begin_district(void)
{
	d = (struct district){ .import_kwh = 912345,
		.export_kwh = 204400,
		.stg_kwh = 41230000,
		.gtc_kwh = 9120000,
		.gas_m3 = 3310000,
		.gtc_hours = 9321,
		.hall_gj = 61200,
		.gym_gj = 80310,
		.hall_kwh = 12345600,
		.gym_kwh = 8345600,
		.eco_kwh = 412300,
		.cc_kwh = 204000,
		.pit = 420,
		.f1_temp = 900,
		.f2_temp = 900 };
	for (int i = 0; i < ESS; i++) {
		d.soc[i] = 50 + 3 * i;
		d.ess_in[i] = 90000 + 1000 * i;
		d.ess_out[i] = 78000 + 1000 * i;
	}
	for (int i = 0; i < PVS; i++)
		d.pv_kwh[i] = 100000.0 / (i + 1);
}

/* ---- readings */

struct reading {
	const double *from; /* NULL: nominal, which hovers */
	double nominal, sway, phase;
	double scale, offset, modulus; /* modulus: in raw units */
	bool invert, is_read, is_number;
};

struct feed {
	struct site *site;
	struct reading *readings;
	struct table *table;
	struct calc *calc;
	struct archive *archive;
	struct history *history;
	int64_t *scan_first; /* ms of each device's stretch; -1: it is not being looked at */
	int64_t step_ms;
	FILE *raw;
	uint64_t batch;
};

/* A value at which no limit of the point alarms. */
static double
nominal_of(const struct site_point *p)
{
	const struct site_point_def *def = p->def;
	double low = isnan(def->range.lo) ? 0 : def->range.lo, high = isnan(def->range.hi) ? 100 : def->range.hi;
	const struct site_limit *l = def->alarms.v;
	if (def->kind == KIND_DIGITAL || def->kind == KIND_COMMAND)
		return strstr(p->name, ".52") != NULL || strstr(p->name, "CB.") != NULL ||
		        strstr(p->name, ".REM") != NULL || strstr(p->name, "PUMP_A") == p->name + strlen(p->name) - 6
		    ? 1
		    : 0;
	for (uint32_t i = 0; i < def->alarms.n; i++) {
		if ((l[i].type == LIMIT_L || l[i].type == LIMIT_LL) && l[i].limit > low)
			low = l[i].limit;
		if ((l[i].type == LIMIT_H || l[i].type == LIMIT_HH) && l[i].limit < high)
			high = l[i].limit;
	}
	return (low + high) / 2;
}

static struct reading
reading_of(const struct site_point *p, uint32_t number)
{
	const struct site_point_def *def = p->def;
	const struct site_register *reg = def->read;
	struct reading r = { .scale = 1, .phase = number };
	r.is_read = p->device != DEVICE_NONE && reg != NULL && reg->internal == NULL;
	if (reg != NULL) {
		r.scale = isfinite(reg->scale) && reg->scale != 0 ? reg->scale : 1;
		r.offset = isfinite(reg->offset) ? reg->offset : 0;
		r.invert = reg->invert;
	}
	for (size_t i = 0; i < ARRAY_LEN(model); i++)
		if (strcmp(model[i].name, p->name) == 0)
			r.from = (const double *)((const char *)&d + model[i].at);
	r.is_number = def->kind == KIND_ANALOG || def->kind == KIND_SETPOINT || def->kind == KIND_COUNTER;
	r.nominal = nominal_of(p);
	r.sway = def->kind == KIND_ANALOG && isfinite(def->deadband) ? 1.5 * def->deadband : 0;
	if (def->kind == KIND_COUNTER && def->counter != NULL && isfinite(def->counter->modulus))
		r.modulus = def->counter->modulus / r.scale;
	return r;
}

static double
raw_of(const struct reading *r, const struct moment *m)
{
	double v = r->from != NULL ? *r->from
	    : r->sway > 0 ? r->nominal + r->sway * sin((double)(m->ms / 1000) / (3000 + 40 * r->phase) + r->phase)
	                  : r->nominal;
	if (!r->is_number)
		return r->invert ? v == 0 : v;
	double raw = ((r->invert ? -v : v) - r->offset) / r->scale;
	/* A register holds whole steps, where it has some. */
	raw = r->scale < 1 ? floor(raw + 0.5) : raw;
	return r->modulus > 0 ? fmod(floor(raw), r->modulus) : raw;
}

static bool
is_asleep(const struct site_device *device, const struct moment *m)
{
	if (strncmp(device->name, "PV", 2) == 0)
		return d.pv[0] <= 0;
	if (strcmp(device->name, "GRID") == 0)
		return m->day == 7 && is_within(m, 14 + 10 / 60.0, 14 + 35 / 60.0);
	if (strcmp(device->area != NULL ? device->area : "", "buildings") == 0)
		return m->day == 15 && is_within(m, 3 + 10 / 60.0, 4 + 25 / 60.0);
	return false;
}

static bool
is_calibrated(const char *name, const struct moment *m)
{
	static const char *const items[] = { "NOX", "SOX", "HCL", "DUST", "CO" };
	if (m->weekday != 1 || !is_within(m, 9, 9 + 20 / 60.0) || strncmp(name, "WTE.F1.", 7) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		if (strcmp(name + 7, items[i]) == 0)
			return true;
	return false;
}

static void
by_hand(struct feed *f, const struct moment *m, struct utc now, struct mono mono)
{
	point_id id = site_find_point(f->site, "PV2.P");
	bool is_wanted = m->day == 3 && is_within(m, 10, 15), is = id != POINT_NONE && table_is_manual(f->table, id);
	if (id != POINT_NONE && is_wanted && !is)
		table_manual(f->table, id, 7.5, now, mono);
	else if (is && !is_wanted)
		table_manual_end(f->table, id, mono);
}

static void
read_device(struct feed *f, uint32_t device, const struct moment *m, struct utc now, struct mono mono)
{
	const struct site_node *node = &f->site->nodes[device];
	int64_t *first = &f->scan_first[device];
	if (is_asleep(node->device, m)) {
		table_device_down(f->table, device, ERR_TIMEOUT);
		*first = -1;
		return;
	}
	for (uint32_t i = 0; i < node->count; i++) {
		point_id id = node->first + i;
		const struct reading *r = &f->readings[id];
		if (r->is_read)
			table_sample(f->table, id, raw_of(r, m),
			    is_calibrated(f->site->points[id].name, m) ? ERR_EXC_DEVICE : OK, now, now, mono);
	}
	/* As each second a batch says it: looked at since the last time, if that was not long ago. */
	history_scan(f->history, device, *first >= 0 ? *first : m->ms, m->ms, 2 * f->step_ms);
	*first = m->ms;
}

static int64_t received; /* ms, for take() */

static void
take(const struct record *r, void *arg)
{
	struct feed *f = arg;
	const struct sample s = { r->time.us / US_PER_MS, r->v, r->quality, r->cause };
	history_put(f->history, r->point, &s, received);
}

/* What the archive gathered goes on as batches, as they go through the pipe to the writer. */
static bool
carry(struct feed *f, int64_t ms)
{
	static struct wbuf body;
	uint16_t generation;
	while (archive_next(f->archive, &generation, &body)) {
		struct msg_records head;
		struct rbuf r;
		rbuf_init(&r, body.data, body.len);
		received = ms;
		if (!msg_records_get(&r, &head) || !record_get_samples(&r, head.samples, take, f) ||
		    !archive_stored(f->archive, head.batch))
			return false;
		f->batch = head.batch;
	}
	return history_commit(f->history, ms, 1, f->batch) == OK;
}

static void
write_raw(struct feed *f, const struct moment *m)
{
	if (f->raw == NULL)
		return;
	fprintf(f->raw, "%lld", (long long)m->ms);
	for (size_t i = 0; i < ARRAY_LEN(model); i++) {
		point_id id = site_find_point(f->site, model[i].name);
		bool is_read = id != POINT_NONE && !is_asleep(f->site->nodes[f->site->points[id].device].device, m);
		fputc(',', f->raw);
		if (is_read)
			fprintf(f->raw, "%.9g", *(const double *)((const char *)&d + model[i].at));
	}
	fputc('\n', f->raw);
}

static bool
run(struct feed *f, int64_t from, int64_t until)
{
	if (f->raw != NULL) {
		fputs("ms", f->raw);
		for (size_t i = 0; i < ARRAY_LEN(model); i++)
			fprintf(f->raw, ",%s", model[i].name);
		fputc('\n', f->raw);
	}
	for (int64_t ms = from; ms < until; ms += f->step_ms) {
		struct moment m = moment_of(ms);
		struct utc now = { ms * US_PER_MS };
		struct mono mono = { (ms - from + 1000) * US_PER_MS };
		uint32_t n;
		step_district(&m, ms == from ? 0 : (double)f->step_ms / 3.6e6);
		write_raw(f, &m);
		by_hand(f, &m, now, mono);
		for (uint32_t i = 0; i < f->site->node_count; i++)
			if (protocol_is_field(f->site->nodes[i].profile->protocol))
				read_device(f, i, &m, now, mono);
		history_scan(f->history, DEVICE_NONE, ms == from ? ms : ms - f->step_ms, ms, 2 * f->step_ms);
		calc_run(f->calc, now, mono);
		const point_id *ids = table_fresh_take(f->table, &n);
		archive_take(f->archive, ids, n, now, mono);
		archive_close(f->archive, now, mono);
		if (!carry(f, ms))
			return false;
		/* As the writer does when it has nothing else to do. */
		if ((ms - from + f->step_ms) % 86400000 == 0)
			while (history_tidy(f->history, f->site, ms))
				continue;
	}
	return true;
}

/* ---- the program */

static struct site *
read_site(const char *dir)
{
	struct reader r = { .site = site_new(), .faults = faults_new(), .dir = dir };
	files_read(&r);
	check_site(&r);
	if (faults_count(r.faults) > 0) {
		fprintf(stderr, "musashino: the site in %s has faults; see chisan check\n", dir);
		exit(EXIT_FAILURE);
	}
	faults_free(r.faults);
	return r.site;
}

static int64_t
begin_of(const char *text)
{
	int64_t date;
	if (!date_from_text(text, &date)) {
		fprintf(stderr, "musashino: '%s' is no day; write it as 2026-11-01\n", text);
		exit(EXIT_FAILURE);
	}
	/* Midnight by looking for it, as no zone is farther off than 14 hours. */
	int64_t ms = (date * 24 - 14) * 3600000;
	while (moment_of(ms).date < date)
		ms += 900000;
	return ms;
}

static void
open_all(struct feed *f, struct db *db, const char *data_dir, int64_t from)
{
	struct data_folders folders;
	char text[800];
	if (!data_names(&folders, data_dir) || !data_make(&folders, text, sizeof(text)) ||
	    db_open(db, folders.store, true) != OK || (f->history = history_open(db)) == NULL ||
	    history_site(f->history, f->site, from) != OK) {
		fprintf(stderr, "musashino: no database in %s: %s\n", data_dir, db->text);
		exit(EXIT_FAILURE);
	}
	/* Nobody loses anything if the machine stops in the middle of this. */
	(void)db_exec(db, "PRAGMA synchronous = OFF");
	f->readings = xcalloc(f->site->point_count, sizeof(*f->readings));
	for (uint32_t i = 0; i < f->site->point_count; i++)
		f->readings[i] = reading_of(&f->site->points[i], i);
	f->scan_first = xcalloc(f->site->node_count, sizeof(*f->scan_first));
	for (uint32_t i = 0; i < f->site->node_count; i++)
		f->scan_first[i] = -1;
	f->table = table_new(f->site);
	f->calc = calc_new(f->table);
	f->archive = archive_new(0);
	archive_site(f->archive, f->table, 1, (struct utc){ from * US_PER_MS }, (struct mono){ US_PER_MS });
}

static void
close_all(struct feed *f, struct db *db)
{
	archive_free(f->archive);
	calc_free(f->calc);
	table_free(f->table);
	history_close(f->history);
	db_close(db);
	free(f->readings);
	free(f->scan_first);
	site_free(f->site);
}

/* As a device delivers that kept its samples while the line was down: old ones, of a time in which it was not looked at. */
static int
deliver_late(char **argv)
{
	struct feed f = { .site = read_site(argv[0]) };
	struct db db = { 0 };
	double kw;
	if (!str_to_double(argv[3], &kw) || (f.site->timezone != NULL && !clock_set_zone(f.site->timezone)))
		return 2;
	int64_t from = begin_of(argv[2]) + (14 * 60 + 10) * 60000, until = from + 25 * 60000;
	open_all(&f, &db, argv[1], from);
	point_id p = site_find_point(f.site, "GRID.RX.P");
	received = history_last_ms(f.history);
	for (int64_t ms = from; ms < until; ms += 60000) {
		const struct sample s = { ms, kw, 0, 0 };
		history_put(f.history, p, &s, received);
	}
	bool is_done = history_commit(f.history, received, 2, 1) == OK;
	close_all(&f, &db);
	return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct feed f = { 0 };
	struct db db = { 0 };
	int64_t step = 60;
	if (argc == 6 && strcmp(argv[1], "--late") == 0 && sodium_init() >= 0)
		return deliver_late(argv + 2);
	if (argc < 5 || argc > 7 || (argc > 5 && !str_to_i64(argv[5], 1, 3600, &step)) || 3600 % step != 0) {
		fputs("usage: musashino SITE_DIR DATA_DIR FROM UNTIL [STEP_S [RAW.csv]]\n"
		      "       musashino --late SITE_DIR DATA_DIR DAY KW\n"
		      "A step is a whole part of an hour, in seconds.\n",
		    stderr);
		return 2;
	}
	if (sodium_init() < 0 || !read_year())
		return EXIT_FAILURE;
	f.site = read_site(argv[1]);
	f.step_ms = step * 1000;
	if (f.site->timezone != NULL && !clock_set_zone(f.site->timezone))
		return EXIT_FAILURE;
	int64_t from = begin_of(argv[3]), until = begin_of(argv[4]);
	if (argc > 6 && (f.raw = fopen(argv[6], "w")) == NULL) {
		perror(argv[6]);
		return EXIT_FAILURE;
	}
	begin_district();
	open_all(&f, &db, argv[2], from);
	bool is_done = run(&f, from, until);
	if (!is_done)
		fprintf(stderr, "musashino: %s\n", db.text[0] != '\0' ? db.text : "a batch cannot be read");
	struct archive_figures figures;
	archive_figures(f.archive, &figures);
	printf("%llu samples\n", (unsigned long long)figures.samples);
	close_all(&f, &db);
	if (f.raw != NULL && fclose(f.raw) != 0)
		is_done = false;
	return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
