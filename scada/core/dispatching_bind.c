/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_bind.c - from assets to points and back: what is measured now, as the guard takes it.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/command.h"
#include "scada/core/dispatching_private.h"

#define REFUSED_US (10 * US_PER_S) /* an output that refuses is left out so long */
#define FINE_KWH   0.1

static point_id
point_of(const struct dispatching *d, const struct asset *a, const char *role)
{
	const char *name = asset_point(a, role);

	return name == NULL ? POINT_NONE : table_find(d->table, name);
}

static struct wanting
nothing_of(point_id id)
{
	return (struct wanting){ .point = id, .value = (double)NAN, .reason = "" };
}

static bool
has_unit(const struct dispatching *d, point_id id, const char *unit)
{
	const char *own = id == POINT_NONE ? NULL : table_site(d->table)->points[id].def->unit;

	return own != NULL && strcmp(own, unit) == 0;
}

static void
bind_grid(struct dispatching *d)
{
	const struct asset *g = d->district.grid;

	d->meter = point_of(d, g, "p");
	d->counter = point_of(d, g, "e_import");
	d->breaker = point_of(d, g, "breaker");
	d->trip = point_of(d, g, "trip");
	d->line_v = point_of(d, g, "line_v");
	d->bus_v = point_of(d, g, "v");
	d->frequency = point_of(d, g, "f");
	d->pulse = point_of(d, g, "pulse");
	if (d->pulse == POINT_NONE)
		d->district.set.demand.has_pulse = false;
	else
		d->pulses = table_pulses(d->table, d->pulse);
	/* the table has counted roll-over and reset already: what it gives only grows */
	d->district.set.demand.counter_size_kwh = 0;
	d->district.set.demand.counter_step_kwh = d->counter == POINT_NONE || !has_unit(d, d->counter, "kWh")
	    ? 10 * FINE_KWH
	    : pow(10, -table_site(d->table)->points[d->counter].decimals);
}

static void
bind_battery(struct dispatching *d, unsigned i)
{
	const struct asset *a = d->district.battery[i];

	d->battery[i] = (struct bound_battery){
		.p = point_of(d, a, "p"),
		.soc = point_of(d, a, "soc"),
		.soh = point_of(d, a, "soh"),
		.temperature = point_of(d, a, "temperature"),
		.run = point_of(d, a, "run"),
		.breaker = point_of(d, a, "breaker"),
		.trip = point_of(d, a, "trip"),
		.want = nothing_of(point_of(d, a, "p_sp")),
		.plan = nothing_of(point_of(d, a, "p_sp")),
	};
}

static void
bind_load(struct dispatching *d, const struct asset *a)
{
	for (unsigned i = 0; i < d->load_count; i++)
		if (d->load[i].asset == a)
			return;
	d->load[d->load_count++] =
	    (struct bound_load){ .asset = a, .p = point_of(d, a, "p"), .want = nothing_of(point_of(d, a, "shed")) };
}

void
dispatch_bind(struct dispatching *d)
{
	bind_grid(d);
	for (unsigned i = 0; i < d->district.set.battery_count; i++)
		bind_battery(d, i);
	for (unsigned i = 0; i < d->district.set.source_count; i++) {
		const struct asset *a = d->district.source[i];
		point_id sp = point_of(d, a, "p_sp");

		d->source[i] = (struct bound_source){ .p = point_of(d, a, "p"),
			.is_percent = has_unit(d, sp, "%"),
			.want = nothing_of(sp),
			.plan = nothing_of(sp) };
	}
	d->load_count = 0;
	for (unsigned i = 0; i < d->district.set.demand.step_count; i++)
		bind_load(d, d->district.step[i].load);
}

/* ---- reading */

double
dispatch_read(const struct dispatching *d, point_id id)
{
	const struct value *v = id == POINT_NONE ? NULL : &table_values(d->table)[id];

	if (v == NULL || (v->quality & ~(unsigned)(Q_SUBSTITUTED | Q_ADJUSTED | Q_DERIVED | Q_INACCURATE)) != 0)
		return (double)NAN;
	return v->v;
}

/* A counter in kWh that only grows; NaN: not read now. */
static double
read_counter(const struct dispatching *d)
{
	if (!isfinite(dispatch_read(d, d->counter)) || !has_unit(d, d->counter, "kWh"))
		return (double)NAN;
	return table_total(d->table, d->counter);
}

static bool
is_refusing(const struct wanting *w, struct mono mono)
{
	return w->refused[0] != '\0' && mono_diff_us(mono, w->refused_at) < REFUSED_US;
}

static bool
is_zero(double v)
{
	return isfinite(v) && fabs(v) < 0.5;
}

/* What its own points say; who has none of them is taken to be in service. */
static bool
is_in_service(const struct dispatching *d, const struct bound_battery *b)
{
	double trip = dispatch_read(d, b->trip);

	return !is_zero(dispatch_read(d, b->run)) && !is_zero(dispatch_read(d, b->breaker)) &&
	    !(isfinite(trip) && fabs(trip) >= 0.5);
}

static double
load_of_bus(const struct dispatching *d, const char *bus)
{
	const struct asset *list = d->district.energy->assets.v;
	double sum = 0;

	for (uint32_t i = 0; i < d->district.energy->assets.n; i++)
		if (list[i].kind == ASSET_LOAD && list[i].bus != NULL && strcmp(list[i].bus, bus) == 0)
			sum += dispatch_read(d, point_of(d, &list[i], "p"));
	return sum;
}

static void
measure_battery(const struct dispatching *d, unsigned i, struct utc now, struct mono mono, struct guard_battery_in *in)
{
	const struct bound_battery *b = &d->battery[i];
	const struct asset *a = d->district.battery[i];
	bool has_output = false;
	struct msg_output o;

	*in = (struct guard_battery_in){
		.soc_pct = dispatch_read(d, b->soc),
		.temperature_c = dispatch_read(d, b->temperature),
		.health = dispatch_read(d, b->soh) / 100,
		.power_kw = dispatch_read(d, b->p),
		.device_charge_kw = (double)NAN,
		.device_discharge_kw = (double)NAN,
		.held_kw = (double)NAN,
		.plan_kw = plans_kw(d->plans, a->name, now),
		.site_load_kw = d->district.set.battery[i].is_elsewhere ? load_of_bus(d, a->bus) : (double)NAN,
	};
	district_complete(&d->district, i, d->acting, in);
	if (b->want.point != POINT_NONE)
		has_output = d->ops->output(b->want.point, &o, d->arg);
	if (has_output)
		in->held_kw = o.slot_operator;
	in->is_available = has_output && (o.flags & OUTPUT_LOCAL) == 0 && !is_refusing(&b->want, mono) &&
	    is_in_service(d, b) && !scheduling_is_out(&d->schedule, a->name, now);
}

static bool
has_pulse(struct dispatching *d)
{
	uint64_t n = d->pulse == POINT_NONE ? 0 : table_pulses(d->table, d->pulse);
	bool came = n != d->pulses;

	d->pulses = n;
	return came;
}

void
dispatch_measure(struct dispatching *d, struct utc now, struct mono mono, struct guard_input *in)
{
	struct utc until;

	d->power_kw = dispatch_read(d, d->meter);
	*in = (struct guard_input){
		.demand = { .utc = now,
		    .mono = mono,
		    .power_kw = d->power_kw,
		    .counter_kwh = read_counter(d),
		    .pulse = has_pulse(d),
		    .month_max_kw = peaks_month(&d->peaks, dispatch_month(now)) },
		.mode = d->acting,
		.plan_until = plans_until(d->plans),
		.filed_kw = d->filed_kw,
		.has_made = isfinite(d->made_kwh),
		.made_kwh = d->made_kwh,
	};
	(void)dispatch_response(d, now, &in->dr_kw, &until);
	for (unsigned i = 0; i < d->district.set.battery_count; i++)
		measure_battery(d, i, now, mono, &in->battery[i]);
	for (unsigned i = 0; i < d->district.set.source_count; i++)
		in->source_kw[i] = dispatch_read(d, d->source[i].p);
}

/* ---- what an outage would find */

/* Of the receiving point's bus. A source that is not read makes nothing, a load that is not read makes it unknown. */
void
dispatch_reckon(struct dispatching *d)
{
	const struct asset *list = d->district.energy->assets.v;
	double critical = 0, made = 0, stored = 0;

	for (uint32_t i = 0; i < d->district.energy->assets.n; i++) {
		const struct asset *a = &list[i];
		double p;

		if (a->bus == NULL || strcmp(a->bus, d->district.grid->bus) != 0)
			continue;
		p = dispatch_read(d, point_of(d, a, "p"));
		if (a->kind == ASSET_LOAD && a->parameters != NULL &&
		    ((const struct asset_load *)a->parameters)->is_critical)
			critical += p;
		else if ((a->kind == ASSET_GTC || a->kind == ASSET_STG || a->kind == ASSET_PV) && isfinite(p))
			made += p;
	}
	for (unsigned i = 0; i < d->district.set.battery_count; i++) {
		double kwh = district_deliverable_kwh(d->district.set.battery[i].asset,
		    dispatch_read(d, d->battery[i].soc), dispatch_read(d, d->battery[i].soh) / 100);

		if (!d->district.set.battery[i].is_elsewhere && isfinite(kwh))
			stored += kwh; /* one that is not measured does not count */
	}
	d->reserve_kwh = stored;
	d->hours = district_hours(stored, critical, made);
}
