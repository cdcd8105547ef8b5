/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_kit.h - the test site, made series, and cells of a report's CSV by name. Include after t.h.
 */
#ifndef CHISAN_REPORT_KIT_H
#define CHISAN_REPORT_KIT_H

#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/report/calendar.h"
#include "scada/report/report.h"
#include "scada/site/reader.h"

#include "tests/unit/fake_query.h"

static inline const char *
kit_path(char *buf, size_t size, const char *rest)
{
	const char *top = getenv("top_srcdir");
	snprintf(buf, size, "%s/tests/report/%s", top != NULL ? top : ".", rest);
	return buf;
}

static inline struct site *
kit_site(void)
{
	char path[512];
	struct reader r = { .site = site_new(), .faults = faults_new(), .dir = kit_path(path, sizeof(path), "site") };
	files_read(&r);
	check_site(&r);
	ck_assert_uint_eq(faults_count(r.faults), 0);
	faults_free(r.faults);
	return r.site;
}

static inline int64_t
kit_ms(const char *iso)
{
	struct utc t;
	ck_assert_msg(utc_from_iso(iso, &t), "%s", iso);
	return t.us / 1000;
}

/* Numbers without a pattern, the same in every run. */
static inline double
kit_noise(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 40) / (double)(1 << 24);
}

/*
 * A minute's samples of the district of tests/report/site from..to, a step of minutes apart: power about 900 kW, by night given
 * to the grid; counters that roll over at 10^8 hundredths.
 */
static inline void
kit_fill(struct query *q, int64_t from, int64_t to, int64_t step_ms)
{
	struct fake_series *p = fake_add(q, "RX.P", "kW", KIND_ANALOG, 1),
	                   *imp = fake_add(q, "RX.IMP", "kWh", KIND_COUNTER, 2),
	                   *out = fake_add(q, "RX.EXP", "kWh", KIND_COUNTER, 2),
	                   *gas = fake_add(q, "RX.GAS", "m3N", KIND_COUNTER, 1),
	                   *gen = fake_add(q, "RX.GEN", "kW", KIND_ANALOG, 1),
	                   *ess = fake_add(q, "ESS1.P", "kW", KIND_ANALOG, 1),
	                   *soc = fake_add(q, "ESS1.SOC", "%", KIND_ANALOG, 1),
	                   *kwh_d = fake_add(q, "ESS1.KWH_D", "kWh", KIND_COUNTER, 1),
	                   *kwh_c = fake_add(q, "ESS1.KWH_C", "kWh", KIND_COUNTER, 1),
	                   *t = fake_add(q, "ESS1.T", "degC", KIND_ANALOG, 1),
	                   *sent = fake_add(q, "HEAT.SENT", "t/h", KIND_ANALOG, 2),
	                   *hall = fake_add(q, "HEAT.HALL", "t/h", KIND_ANALOG, 2),
	                   *gym = fake_add(q, "HEAT.GYM_GJ", "GJ", KIND_COUNTER, 2),
	                   *cond = fake_add(q, "HEAT.COND", "t/h", KIND_ANALOG, 2);
	uint64_t seed = 1;
	double a = 99999000, b = 500, g = 1000, d = 0, c = 0, gj = 10, charge = 60;
	imp->point.modulus = 1e8;
	for (int64_t ms = from; ms < to; ms += step_ms) {
		double hours = (double)step_ms / 3.6e6;
		int64_t minute = calendar_minute(ms);
		double shape = minute >= 480 && minute < 1200 ? 1300 : minute < 360 ? -200 : 500;
		double kw = round(10 * (shape + 300 * (kit_noise(&seed) - 0.5))) / 10;
		double battery = minute < 300 ? -60 : minute >= 600 && minute < 780 ? 90 : 0;
		charge -= battery * hours / 400 * 100;
		charge = charge > 95 ? 95 : charge < 12 ? 12 : charge;
		fake_put(p, ms, kw, 0);
		fake_put(imp, ms, round(100 * fmod(a, 1e8)) / 100, 0);
		fake_put(out, ms, round(100 * b) / 100, 0);
		fake_put(gas, ms, round(10 * g) / 10, 0);
		fake_put(gen, ms, minute >= 360 && minute < 1320 ? 1450 : 0, 0);
		fake_put(ess, ms, battery, 0);
		fake_put(soc, ms, round(10 * charge) / 10, 0);
		fake_put(kwh_d, ms, round(10 * d) / 10, 0);
		fake_put(kwh_c, ms, round(10 * c) / 10, 0);
		fake_put(t, ms, round(10 * (22 + battery / 20)) / 10, 0);
		fake_put(sent, ms, 3.2, 0);
		fake_put(hall, ms, 2.5, 0);
		fake_put(gym, ms, round(100 * gj) / 100, 0);
		fake_put(cond, ms, 2.8, 0);
		a += kw > 0 ? kw * hours : 0;
		b += kw < 0 ? -kw * hours : 0;
		g += minute >= 360 && minute < 1320 ? 520 * hours : 0;
		d += battery > 0 ? battery * hours : 0;
		c += battery < 0 ? -battery * hours : 0;
		gj += 4.1 * hours;
	}
}

static inline struct fake_series *
kit_series(struct query *q, const char *name)
{
	for (unsigned i = 0; i < q->count; i++)
		if (strcmp(q->series[i].point.name, name) == 0)
			return &q->series[i];
	ck_abort_msg("no series %s", name);
	return NULL;
}

/* Field `column` (0 = label) of the row with the label, in the table with the title. False: there is none. */
static inline bool
kit_cell(const char *csv, const char *table, const char *label, unsigned column, char *out, size_t size)
{
	bool is_in = table[0] == '\0';
	const char *line = csv;
	for (; *line != '\0'; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n')) {
		size_t len = strcspn(line, "\n");
		if (len == strlen(table) && strncmp(line, table, len) == 0) {
			is_in = true;
			continue;
		}
		if (!is_in || strncmp(line, label, strlen(label)) != 0 || line[strlen(label)] != ',')
			continue;
		const char *s = line;
		for (unsigned i = 0; i < column; i++) {
			s += strcspn(s, ",\n");
			if (*s != ',')
				return false;
			s++;
		}
		snprintf(out, size, "%.*s", (int)strcspn(s, ",\n"), s);
		return true;
	}
	return false;
}

/* The number of column k (from 0) of a table whose rows have a time: label, from, then value and mark of each. */
static inline double
kit_number(const char *csv, const char *table, const char *label, unsigned k)
{
	char cell[64];
	double v;
	ck_assert_msg(
	    kit_cell(csv, table, label, 2 + 2 * k, cell, sizeof(cell)), "no row %s in %s of:\n%s", label, table, csv);
	ck_assert_msg(str_to_double(cell, &v), "%s of %s: '%s'", label, table, cell);
	return v;
}

static inline const char *
kit_mark(const char *csv, const char *table, const char *label, unsigned k, char *cell, size_t size)
{
	ck_assert(kit_cell(csv, table, label, 3 + 2 * k, cell, size));
	return cell;
}

static inline unsigned
kit_count_lines(const char *text, const char *part)
{
	unsigned n = 0;
	for (const char *s = strstr(text, part); s != NULL; s = strstr(s + 1, part))
		n++;
	return n;
}

#endif
