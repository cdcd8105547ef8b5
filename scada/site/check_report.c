/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_report.c - reports and the tables they count with: points that there are, units that fit, rows that hold.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define DAYS_A_WEEK 8 /* and holidays */

/* The definition of a point, or NULL after saying that there is none. */
static const struct site_point_def *
find_def(struct check *c, const char *name, struct mark at)
{
	char hint[200];
	if (name == NULL)
		return NULL; /* said as missing or misread */
	point_id id = site_find_point(c->s, name);
	if (id != POINT_NONE)
		return c->s->points[id].def;
	if (!check_is_blurred(c, name))
		fault_at(c->f, at, "there is no point %s%s", name, check_point_hint(c, name, hint, sizeof(hint)));
	return NULL;
}

static void
check_as(struct check *c, const struct site_point_def *d, const char *point, int as, struct mark at)
{
	enum quantity q;
	double scale;
	bool is_rate;
	if (as == COLUMN_INCREMENT && d->kind != KIND_COUNTER)
		fault_at(
		    c->f, at, "%s is no counter and has no increment; write as: energy for a rate, or as: mean", point);
	else if (as != COLUMN_INCREMENT && as != COLUMN_FIRST && as != COLUMN_LAST && d->kind == KIND_COUNTER)
		fault_at(c->f, at, "%s is a counter; write as: increment, or first or last for its reading", point);
	else if (as == COLUMN_ENERGY && (!quantity_of_unit(d->unit, &q, &scale, &is_rate) || !is_rate))
		fault_at(c->f, at, "%s is in %s, which is no rate; as: energy wants kW, m3/h, t/h or the like", point,
		    d->unit != NULL ? d->unit : "no unit");
}

static void
check_columns(struct check *c, const struct key_list *columns)
{
	const struct site_column *list = columns->v;
	for (uint32_t i = 0; i < columns->n; i++) {
		struct mark at = AT_KEY(column_schema, &list[i], struct site_column, point);
		const struct site_point_def *d = find_def(c, list[i].point, at);
		if (d != NULL)
			check_as(c, d, list[i].point, list[i].as, at);
	}
}

static void
check_words(struct check *c, const struct key_words *words, const char *const *known, struct mark at)
{
	char list[200] = "";
	for (size_t i = 0; known[i] != NULL; i++) {
		str_append(list, sizeof(list), i > 0 ? ", " : "");
		str_append(list, sizeof(list), known[i]);
	}
	for (uint32_t i = 0; i < words->n; i++) {
		size_t k = 0;
		while (known[k] != NULL && strcmp(known[k], words->v[i]) != 0)
			k++;
		if (known[k] == NULL)
			fault_at(c->f, at, "'%s' is not known here; write one of %s", words->v[i], list);
	}
}

/* ---- factors */

static int
quantity_of_kind(int kind)
{
	static const enum quantity of[] = { QUANTITY_KWH, QUANTITY_M3, QUANTITY_GJ, QUANTITY_KG, QUANTITY_L, QUANTITY_L,
		QUANTITY_L, QUANTITY_KG, QUANTITY_KG, QUANTITY_GJ };
	return kind >= 0 && kind < (int)ARRAY_LEN(of) ? (int)of[kind] : -1;
}

static void
check_factors(struct check *c)
{
	char date[DATE_TEXT_MAX];
	const struct factor *f = c->s->factors.v;
	uint32_t n = c->s->factors.n;
	struct check_name *names = xcalloc((size_t)n + 1, sizeof(*names));
	for (uint32_t i = 0; i < n; i++) {
		const struct factor_unit *u = &factor_units[f[i].unit];
		struct mark at = AT_KEY(factor_schema, &f[i], struct factor, unit);
		bool has_unit = IS_SET(factor_schema, &f[i], struct factor, unit) &&
		    IS_SET(factor_schema, &f[i], struct factor, kind);
		names[i] = (struct check_name){ f[i].id, AT_KEY(factor_schema, &f[i], struct factor, id) };
		if (has_unit && (int)u->per != quantity_of_kind(f[i].kind))
			fault_at(c->f, at, "%s is for %s, but %s is counted in %s; write a unit for it", u->word,
			    quantity_unit(u->per), factor_kind_words[f[i].kind].word,
			    quantity_unit((enum quantity)quantity_of_kind(f[i].kind)));
		else if (has_unit && (f[i].kind == FACTOR_ENERGY) != (u->what == FACTOR_OIL_KL))
			fault_at(c->f, at, "kL/GJ goes with kind: energy, and no other unit does");
		for (uint32_t j = 0; has_unit && j < i; j++)
			if (f[j].from == f[i].from && f[j].kind == f[i].kind && f[j].basis == f[i].basis &&
			    factor_units[f[j].unit].what == u->what &&
			    strcmp(f[j].supplier != NULL ? f[j].supplier : "",
			        f[i].supplier != NULL ? f[i].supplier : "") == 0 &&
			    strcmp(f[j].menu != NULL ? f[j].menu : "", f[i].menu != NULL ? f[i].menu : "") == 0)
				fault_at(c->f, AT_KEY(factor_schema, &f[i], struct factor, from),
				    "%s says the same from %s on; a row of its own wants another day, supplier or menu",
				    f[j].id != NULL ? f[j].id : "another row",
				    date_text(date, sizeof(date), f[i].from));
	}
	check_unique(c, names, n, "the factor");
	free(names);
}

/* A line without a factor shows its quantity and no CO2. */
static void
check_factor_of(struct check *c, const struct site_use *u)
{
	int64_t until;
	const struct factor_want want = { u->kind, u->basis, FACTOR_CO2_KG, u->supplier, u->menu };
	if (factor_find(&c->s->factors, &want, DATE_MAX, &until) == NULL)
		warn_at(c->f, u->node.at, "no row of factors: gives the CO2 of %s%s%s%s; the report will say so",
		    factor_kind_words[u->kind].word, u->kind == FACTOR_ELECTRICITY ? ", " : "",
		    u->kind == FACTOR_ELECTRICITY ? factor_basis_words[u->basis].word : "",
		    u->supplier != NULL ? ", of this supplier" : "");
}

static void
check_uses(struct check *c, const struct site_reports *r)
{
	const struct site_use *u = r->energy.v;
	struct check_name *names = xcalloc((size_t)r->energy.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < r->energy.n; i++) {
		enum quantity q;
		double scale;
		bool is_rate;
		struct mark at = AT_KEY(use_schema, &u[i], struct site_use, point);
		names[i] = (struct check_name){ u[i].name, AT_KEY(use_schema, &u[i], struct site_use, name) };
		const struct site_point_def *d = find_def(c, u[i].point, at);
		if (d == NULL || !IS_SET(use_schema, &u[i], struct site_use, kind))
			continue;
		check_as(c, d, u[i].point, u[i].as, at);
		if (quantity_of_unit(d->unit, &q, &scale, &is_rate) && (int)q != quantity_of_kind(u[i].kind))
			fault_at(c->f, at, "%s is in %s, but %s is counted in %s; name its meter, or another kind",
			    u[i].point, d->unit, factor_kind_words[u[i].kind].word,
			    quantity_unit((enum quantity)quantity_of_kind(u[i].kind)));
		else if (!quantity_of_unit(d->unit, &q, &scale, &is_rate))
			fault_at(c->f, at, "%s is in %s, which is no energy; name a meter in kWh, m3, GJ or the like",
			    u[i].point, d->unit != NULL ? d->unit : "no unit");
		else if (IS_SET(use_schema, &u[i], struct site_use, role))
			check_factor_of(c, &u[i]);
	}
	check_unique(c, names, r->energy.n, "the line");
	free(names);
}

/* ---- tariffs and holidays */

/* The first time of the week for which no band has a price. */
static void
check_cover(struct check *c, const struct tariff *t)
{
	for (unsigned month = 1; month <= 12; month++)
		for (unsigned day = 0; day < DAYS_A_WEEK; day++)
			for (int64_t minute = 0; minute < 1440; minute += 30) {
				/* 2023-01-01 was a Sunday; any year will do. */
				int64_t date = date_days(2023, month, 1);
				while (day < 7 && date_weekday(date) != day)
					date++;
				if (tariff_band_find(t, date, minute, day == 7) != NULL)
					continue;
				warn_at(c->f, AT_KEY(tariff_schema, t, struct tariff, energy),
				    "no price holds in month %u, on %s, at %02d:%02d; a last one without months, days "
				    "and "
				    "times holds always",
				    month, tariff_day_words[day], (int)(minute / 60), (int)(minute % 60));
				return;
			}
}

static void
check_bands(struct check *c, const struct tariff *t)
{
	const struct tariff_band *b = t->energy.v;
	struct check_name *names = xcalloc((size_t)t->energy.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < t->energy.n; i++) {
		names[i] =
		    (struct check_name){ b[i].name, AT_KEY(tariff_band_schema, &b[i], struct tariff_band, name) };
		check_words(
		    c, &b[i].days, tariff_day_words, AT_KEY(tariff_band_schema, &b[i], struct tariff_band, days));
		for (uint32_t k = 0; k < b[i].months.n; k++) {
			double m = b[i].months.v[k];
			if (m < 1 || m > 12 || m != floor(m))
				fault_at(c->f, AT_KEY(tariff_band_schema, &b[i], struct tariff_band, months),
				    "%g is no month; write 1 to 12", m);
		}
	}
	check_unique(c, names, t->energy.n, "the price");
	free(names);
	if (t->energy.n > 0)
		check_cover(c, t);
}

static void
check_dates(
    struct check *c, const struct key_list *l, size_t size, size_t offset, const struct schema *s, const char *what)
{
	char date[DATE_TEXT_MAX];
	struct check_name *names = xcalloc((size_t)l->n + 1, sizeof(*names));
	for (uint32_t i = 0; i < l->n; i++) {
		const char *row = (const char *)l->v + (size_t)i * size;
		int64_t day;
		memcpy(&day, row + offset, sizeof(day));
		if (day != DATE_NONE)
			names[i] = (struct check_name){ arena_strdup(c->a, date_text(date, sizeof(date), day)),
				schema_mark(s, row, offset) };
	}
	check_unique(c, names, l->n, what);
	free(names);
}

static void
check_tariffs(struct check *c)
{
	const struct tariff *t = c->s->tariffs.v;
	check_dates(c, &c->s->tariffs, sizeof(*t), offsetof(struct tariff, from), &tariff_schema, "a tariff from");
	check_dates(
	    c, &c->s->holidays, sizeof(struct holiday), offsetof(struct holiday, date), &holiday_schema, "the holiday");
	for (uint32_t i = 0; i < c->s->tariffs.n; i++) {
		if (IS_SET(tariff_schema, &t[i], struct tariff, contract) && t[i].contract == CONTRACT_AGREED &&
		    !check_is_given(&tariff_schema, &t[i], offsetof(struct tariff, contract_kw)))
			fault_at(c->f, AT_KEY(tariff_schema, &t[i], struct tariff, contract),
			    "an agreed contract without contract_kw; write the kW that were agreed");
		check_dates(c, &t[i].adjustments, sizeof(struct tariff_adjustment),
		    offsetof(struct tariff_adjustment, from), &tariff_adjustment_schema, "an adjustment from");
		check_bands(c, &t[i]);
	}
}

/* ---- school terms */

/* The first of the rows before i that shares a day with it; NULL = none. */
static const struct term *
shares_a_day(const struct term *t, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (t[k].from != DATE_NONE && t[k].to != DATE_NONE && t[k].from <= t[i].to && t[i].from <= t[k].to)
			return &t[k];
	return NULL;
}

static void
check_terms(struct check *c)
{
	char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
	const struct term *t = c->s->terms.v;
	for (uint32_t i = 0; i < c->s->terms.n; i++) {
		if (t[i].from == DATE_NONE || t[i].to == DATE_NONE)
			continue; /* said by the table of keys */
		date_text(from, sizeof(from), t[i].from);
		date_text(to, sizeof(to), t[i].to);
		const struct term *other = t[i].from <= t[i].to ? shares_a_day(t, i) : NULL;
		if (t[i].from > t[i].to)
			fault_at(c->f, AT_KEY(term_schema, &t[i], struct term, to),
			    "the term ends on %s, before it begins on %s; write the last day of school", to, from);
		else if (other != NULL)
			fault_at(c->f, AT_KEY(term_schema, &t[i], struct term, from),
			    "the term from %s shares days with that of line %u; a day is in one term", from,
			    other->node.at.line);
	}
}

/* ---- reports */

static void
check_demand(struct check *c, const struct site_demand *d)
{
	struct mark at = AT_KEY(demand_schema, d, struct site_demand, counter);
	const struct site_point_def *counter = d->counter != NULL ? find_def(c, d->counter, at) : NULL;
	if (d->counter == NULL && d->power == NULL)
		fault_at(c->f, d->node.at, "neither counter nor power; name the meter of the energy that is drawn");
	if (counter != NULL &&
	    (counter->kind != KIND_COUNTER || counter->unit == NULL || strcmp(counter->unit, "kWh") != 0))
		fault_at(c->f, at, "%s is no counter in kWh; write power: for one in kW", d->counter);
	at = AT_KEY(demand_schema, d, struct site_demand, power);
	const struct site_point_def *power = d->power != NULL ? find_def(c, d->power, at) : NULL;
	if (power != NULL && (power->unit == NULL || strcmp(power->unit, "kW") != 0))
		fault_at(c->f, at, "%s is not in kW; name the power that is drawn from the grid", d->power);
}

static void
check_shifts(struct check *c, const struct site_reports *r)
{
	char was[16];
	const struct site_shift *s = r->shifts.v;
	struct check_name *names = xcalloc((size_t)r->shifts.n + 1, sizeof(*names));
	for (uint32_t i = 0; i < r->shifts.n; i++) {
		struct mark at = AT_KEY(shift_schema, &s[i], struct site_shift, from);
		names[i] = (struct check_name){ s[i].name, AT_KEY(shift_schema, &s[i], struct site_shift, name) };
		if (s[i].from >= 1440)
			fault_at(c->f, at, "24:00 is the end of a day; write 00:00 for a shift that begins there");
		else if (i > 0 && s[i].from <= s[i - 1].from)
			fault_at(c->f, at,
			    "%s does not come after the shift before; write them in the order of the day",
			    daytime_text(was, sizeof(was), s[i].from));
	}
	check_unique(c, names, r->shifts.n, "the shift");
	free(names);
}

void
check_reports(struct check *c)
{
	const struct site_reports *r = c->s->reports;
	check_factors(c);
	check_tariffs(c);
	check_terms(c);
	if (r == NULL)
		return;
	const struct site_page *pages = r->pages.v;
	for (uint32_t i = 0; i < r->pages.n; i++) {
		check_words(
		    c, &pages[i].reports, page_report_words, AT_KEY(page_schema, &pages[i], struct site_page, reports));
		check_columns(c, &pages[i].columns);
	}
	if (r->demand != NULL)
		check_demand(c, r->demand);
	if (r->heat != NULL) {
		check_columns(c, &r->heat->supplied);
		check_columns(c, &r->heat->consumers);
		check_columns(c, &r->heat->returned);
		check_columns(c, &r->heat->dumped);
	}
	check_uses(c, r);
	check_shifts(c, r);
}
