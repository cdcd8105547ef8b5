/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatched.c - half hours with batteries and without them.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/report/dispatched.h"

double
dispatched_drawn_without(double drawn, double given, double discharged)
{
	if (discharged >= 0) /* less would have been given, then more drawn */
		return drawn + fmax(0, discharged - given);
	return fmax(0, drawn + discharged);
}

/* ---- meters */

static enum err
find(const struct report_source *src, const char *name, struct query_point *p, double *scale)
{
	enum quantity q;
	bool is_rate;
	point_id id = name != NULL ? site_find_point(src->site, name) : POINT_NONE;
	enum err e = name != NULL ? query_find(src->query, name, p) : ERR_NOT_FOUND;
	*scale = 1;
	if (id != POINT_NONE)
		(void)quantity_of_unit(src->site->points[id].def->unit, &q, scale, &is_rate);
	if (e == ERR_NOT_FOUND)
		p->key = 0;
	return e == ERR_NOT_FOUND ? OK : e;
}

static const char *
grid_bus(const struct energy *energy)
{
	const struct asset *assets = energy->assets.v;
	for (uint32_t i = 0; i < energy->assets.n; i++)
		if (assets[i].kind == ASSET_GRID)
			return assets[i].bus;
	return NULL;
}

static enum err
open_batteries(const struct report_source *src, const struct energy *energy, struct dispatched_meters *m)
{
	const struct asset *assets = energy->assets.v;
	const char *bus = grid_bus(energy);
	enum err e = OK;
	m->batteries = xcalloc(energy->assets.n + 1, sizeof(*m->batteries));
	for (uint32_t i = 0; i < energy->assets.n && e == OK; i++) {
		struct dispatched_battery *b = &m->batteries[m->battery_count];
		if (assets[i].kind != ASSET_BATTERY)
			continue;
		b->asset = &assets[i];
		b->is_apart = bus != NULL && assets[i].bus != NULL && strcmp(bus, assets[i].bus) != 0;
		e = find(src, asset_point(b->asset, "e_export"), &b->out, &b->out_scale);
		if (e == OK)
			e = find(src, asset_point(b->asset, "e_import"), &b->in, &b->in_scale);
		if (e == OK)
			e = find(src, asset_point(b->asset, "p"), &b->power, &b->power_scale);
		m->apart_count += b->is_apart;
		m->battery_count++;
	}
	return e;
}

enum err
dispatched_open(const struct report_source *src, struct dispatched_meters *m)
{
	const struct site_reports *r = src->site->reports;
	const struct site_use *lines = r->energy.v;
	enum err e = OK;
	*m = (struct dispatched_meters){ .has_drawn = r->demand != NULL };
	m->given = xcalloc(r->energy.n + 1, sizeof(*m->given));
	m->given_lines = xcalloc(r->energy.n + 1, sizeof(*m->given_lines));
	m->given_scales = xcalloc(r->energy.n + 1, sizeof(*m->given_scales));
	if (m->has_drawn)
		e = demand_open(src, &m->drawn);
	for (uint32_t i = 0; i < r->energy.n && e == OK; i++)
		if (lines[i].role == USE_SOLD && lines[i].kind == FACTOR_ELECTRICITY) {
			unsigned k = m->given_count++;
			m->given_lines[k] = &lines[i];
			e = find(src, lines[i].point, &m->given[k], &m->given_scales[k]);
		}
	if (e == OK && src->site->energy != NULL)
		e = open_batteries(src, src->site->energy, m);
	return e;
}

void
dispatched_close(struct dispatched_meters *m)
{
	free(m->given);
	free(m->given_lines);
	free(m->given_scales);
	free(m->batteries);
}

/* ---- half hours */

struct halves {
	int64_t edges[CALENDAR_ROWS + 1]; /* clipped at now */
	unsigned n;
	double given[CALENDAR_ROWS], here[CALENDAR_ROWS],
	    apart[CALENDAR_ROWS];           /* kWh; here, apart: of batteries, given less taken */
	struct figure drawn[CALENDAR_ROWS]; /* kW */
	double known[CALENDAR_ROWS];        /* share of the half hour that drawn is of */
	unsigned given_marks[CALENDAR_ROWS], moved_marks[CALENDAR_ROWS]; /* of given; of here and apart */
};

/* A power is the mean of the time that is known; what a counter counted is of all of it. Of the half hour that runs: until now. */
static enum err
read_drawn(const struct report_source *src, const struct dispatched_meters *m, struct halves *h)
{
	struct bucket b[CALENDAR_ROWS];
	enum err e = OK;
	for (unsigned i = 0; i < h->n; i++) {
		h->drawn[i].v = (double)NAN;
		h->known[i] = 1;
	}
	if (!m->has_drawn || m->drawn.point.key == 0)
		return OK;
	e = demand_read(src, &m->drawn, h->edges, h->n, h->drawn);
	if (e == OK && !m->drawn.is_counter)
		e = report_spans(src, &m->drawn.point, h->edges, h->n, b);
	for (unsigned i = 0; i < h->n && e == OK && !m->drawn.is_counter; i++)
		h->known[i] = (double)b[i].known;
	return e;
}

/* Adds what a meter counted, or the mean of a power, in kWh; a half hour that is not known stays so. */
static enum err
add_kwh(const struct report_source *src, const struct query_point *p, bool is_counter, double scale, struct halves *h,
    double *sum, unsigned *marks)
{
	struct bucket b[CALENDAR_ROWS];
	enum err e = p->key != 0 ? report_spans(src, p, h->edges, h->n, b) : OK;
	for (unsigned i = 0; i < h->n && e == OK; i++) {
		double hours = (double)(h->edges[i + 1] - h->edges[i]) / (double)MS_PER_HOUR;
		if (p->key == 0)
			sum[i] = (double)NAN;
		else
			sum[i] += scale * (is_counter ? b[i].increment : b[i].mean * (double)b[i].known * hours);
		if (p->key != 0 && !isnan(sum[i]))
			marks[i] |= figures_marks(
			    src, p, is_counter ? COLUMN_INCREMENT : COLUMN_MEAN, &b[i], h->edges[i], h->edges[i + 1]);
	}
	return e;
}

static enum err
read_batteries(const struct report_source *src, const struct dispatched_meters *m, struct halves *h)
{
	enum err e = OK;
	for (unsigned k = 0; k < m->battery_count && e == OK; k++) {
		const struct dispatched_battery *b = &m->batteries[k];
		double *sum = b->is_apart ? h->apart : h->here;
		if (b->out.key == 0 || b->in.key == 0) {
			e = add_kwh(src, &b->power, false, b->power_scale, h, sum, h->moved_marks);
			continue;
		}
		e = add_kwh(src, &b->out, true, b->out_scale, h, sum, h->moved_marks);
		if (e == OK)
			e = add_kwh(src, &b->in, true, -b->in_scale, h, sum, h->moved_marks);
	}
	return e;
}

/* False: the day has not begun. */
static bool
begin(const struct report_source *src, int64_t from, int64_t to, struct halves *h)
{
	int64_t now = src->now.us / US_PER_MS;
	memset(h, 0, sizeof(*h));
	h->n = calendar_steps(from, to, 30, h->edges, CALENDAR_ROWS + 1);
	while (h->n > 0 && h->edges[h->n - 1] >= now)
		h->n--;
	if (h->n > 0 && h->edges[h->n] > now)
		h->edges[h->n] = now;
	return h->n > 0;
}

/* Of a kWh in a half hour; NaN: there is none. */
static double
price_at(const struct site *site, int64_t ms)
{
	int64_t day = calendar_day(ms);
	const struct tariff *t = tariff_find(&site->tariffs, day);
	return t != NULL ? tariff_energy_price(t, day, calendar_minute(ms), holiday_find(&site->holidays, day) != NULL)
	                 : (double)NAN;
}

static void
add_to(double *sum, double v)
{
	if (!isnan(v))
		*sum = (isnan(*sum) ? 0 : *sum) + v;
}

static double
greater(double a, double b)
{
	return isnan(a) || b > a ? b : a;
}

/* What batteries did in a half hour: known of all of them, and of the receiving point where some are there, or not at all. */
static void
add_moved(const struct halves *h, unsigned i, double kwh, double price, double ms, bool is_over, struct dispatched *out)
{
	double all = h->here[i] + h->apart[i];
	double without = h->here[i] == 0 ? kwh : dispatched_drawn_without(kwh, h->given[i], h->here[i]);
	if (is_over && !isnan(kwh))
		out->greatest_without_kw =
		    greater(out->greatest_without_kw, (isnan(without) ? kwh : without) / (ms / (double)MS_PER_HOUR));
	/* Batteries that did nothing moved nothing, whatever the meters say. */
	double moved = h->here[i] == 0 ? 0 : without - kwh;
	if (isnan(all) || isnan(moved))
		return;
	out->moved_marks |= h->moved_marks[i] | (h->here[i] == 0 ? 0 : h->drawn[i].marks | h->given_marks[i]);
	add_to(&out->moved_kwh, moved);
	add_to(&out->apart_kwh, h->apart[i]);
	add_to(&out->moved_cost, moved == 0 ? 0 : moved * price);
	add_to(&out->discharged_kwh, all > 0 ? all : 0);
	add_to(&out->charged_kwh, all < 0 ? -all : 0);
	out->moved_ms += ms; /* of the same sum as length_ms: to be compared with it */
}

static void
add_half(const struct report_source *src, const struct dispatched_meters *m, const struct halves *h, unsigned i,
    bool is_over, struct dispatched *out)
{
	double ms = (double)(h->edges[i + 1] - h->edges[i]), hours = ms / (double)MS_PER_HOUR;
	double kwh = h->drawn[i].v * hours, price = price_at(src->site, h->edges[i]);
	out->length_ms += ms;
	if (!isnan(kwh)) {
		out->marks |= h->drawn[i].marks;
		out->drawn_ms += ms * h->known[i];
		add_to(&out->drawn_kwh, kwh * h->known[i]);
		add_to(&out->cost, kwh * h->known[i] * price);
		out->cost_ms += isnan(price) ? 0 : ms * h->known[i];
		out->lacks_price |= isnan(price);
		if (is_over)
			out->greatest_kw = greater(out->greatest_kw, h->drawn[i].v);
	}
	if (m->battery_count > 0)
		add_moved(h, i, kwh, price, ms, is_over, out);
	else if (is_over)
		out->greatest_without_kw = out->greatest_kw;
}

struct dispatched
dispatched_none(void)
{
	double nan = (double)NAN;
	return (struct dispatched){ .drawn_kwh = nan,
		.cost = nan,
		.moved_kwh = nan,
		.apart_kwh = nan,
		.moved_cost = nan,
		.discharged_kwh = nan,
		.charged_kwh = nan,
		.greatest_kw = nan,
		.greatest_without_kw = nan };
}

enum err
dispatched_read(const struct report_source *src, const struct dispatched_meters *m, int64_t from, int64_t to,
    struct dispatched *out)
{
	struct halves h;
	int64_t edges[CALENDAR_ROWS + 1];
	enum err e = OK;
	*out = dispatched_none();
	if (!begin(src, from, to, &h))
		return OK;
	(void)calendar_steps(from, to, 30, edges, CALENDAR_ROWS + 1);
	e = read_drawn(src, m, &h);
	for (unsigned k = 0; k < m->given_count && e == OK; k++)
		e = add_kwh(src, &m->given[k], m->given_lines[k]->as == COLUMN_INCREMENT, m->given_scales[k], &h,
		    h.given, h.given_marks);
	if (e == OK)
		e = read_batteries(src, m, &h);
	for (unsigned i = 0; i < h.n && e == OK; i++)
		add_half(src, m, &h, i, h.edges[i + 1] == edges[i + 1], out);
	return e;
}

void
dispatched_add(struct dispatched *sum, const struct dispatched *day)
{
	add_to(&sum->drawn_kwh, day->drawn_kwh);
	add_to(&sum->cost, day->cost);
	add_to(&sum->moved_kwh, day->moved_kwh);
	add_to(&sum->apart_kwh, day->apart_kwh);
	add_to(&sum->moved_cost, day->moved_cost);
	add_to(&sum->discharged_kwh, day->discharged_kwh);
	add_to(&sum->charged_kwh, day->charged_kwh);
	if (!isnan(day->greatest_kw))
		sum->greatest_kw = greater(sum->greatest_kw, day->greatest_kw);
	if (!isnan(day->greatest_without_kw))
		sum->greatest_without_kw = greater(sum->greatest_without_kw, day->greatest_without_kw);
	sum->length_ms += day->length_ms;
	sum->drawn_ms += day->drawn_ms;
	sum->cost_ms += day->cost_ms;
	sum->moved_ms += day->moved_ms;
	sum->lacks_price |= day->lacks_price;
	sum->marks |= day->marks;
	sum->moved_marks |= day->moved_marks;
}
