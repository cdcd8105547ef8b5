/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share.c - one total power among batteries.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/share.h"

#define SOC_LOW_PCT  10
#define SOC_HIGH_PCT 90
#define BAND_PCT     1
#define OUTSIDE_K    10
#define RUNNING      0.7
#define STICKY       1.1
#define AT_KW        1e-6 /* a part at its limit is at it, whatever rounding says: the reason is told from it */

static double
clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

static void
less(double *factor, enum share_bound *by, double f, enum share_bound what)
{
	f = clamp(f, 0, 1);
	if (f < *factor) {
		*factor = f;
		*by = what;
	}
}

static double
rating(double rated, double device)
{
	return isnan(device) || device > rated ? rated : device > 0 ? device : 0;
}

void
share_limits(const struct share_battery *b, struct share_part *part)
{
	double up = 1, down = 1, warm = 1;
	*part = (struct share_part){ .low_by = SHARE_POWER, .high_by = SHARE_POWER };
	if (!b->is_available || !isfinite(b->soc_pct)) {
		part->low_by = part->high_by = part->bound = SHARE_OUT;
		return;
	}
	less(&up, &part->high_by, b->soc_pct / SOC_LOW_PCT, SHARE_EMPTY);
	less(&up, &part->high_by, (b->soc_pct - b->floor_pct) / BAND_PCT, SHARE_EMPTY);
	less(&down, &part->low_by, (100 - b->soc_pct) / (100 - SOC_HIGH_PCT), SHARE_FULL);
	less(&down, &part->low_by, (b->ceiling_pct - b->soc_pct) / BAND_PCT, SHARE_FULL);
	if (isfinite(b->temperature_c)) {
		double below = b->temperature_min_c - b->temperature_c, above = b->temperature_c - b->temperature_max_c;
		warm = 1 - (below > above ? below : above) / OUTSIDE_K;
		less(&up, &part->high_by, warm, SHARE_TEMPERATURE);
		less(&down, &part->low_by, warm, SHARE_TEMPERATURE);
	}
	part->high_kw = rating(b->discharge_kw, b->device_discharge_kw) * up;
	part->low_kw = -rating(b->charge_kw, b->device_charge_kw) * down;
	if (!isfinite(b->now_kw) || !isfinite(b->ramp_kw))
		return;
	double from = clamp(b->now_kw, part->low_kw, part->high_kw);
	if (from + b->ramp_kw < part->high_kw) {
		part->high_kw = from + b->ramp_kw;
		part->high_by = SHARE_RAMP;
	}
	if (from - b->ramp_kw > part->low_kw) {
		part->low_kw = from - b->ramp_kw;
		part->low_by = SHARE_RAMP;
	}
}

static double
weight(const struct share_battery *b, bool is_charging)
{
	double room = is_charging ? b->ceiling_pct - b->soc_pct : b->soc_pct - b->floor_pct;
	double health = isfinite(b->health) ? clamp(b->health, 0.01, 1) : 1;
	/* Never 0: one that must give something (ramp) has a place on the line. */
	return b->energy_kwh * health * (room > 0.1 ? room : 0.1);
}

static double
sum_at(const struct share_part *parts, const double *weights, const bool *in, unsigned n, double level)
{
	double sum = 0;
	for (unsigned i = 0; i < n; i++)
		if (in[i])
			sum += clamp(level * weights[i], parts[i].low_kw, parts[i].high_kw);
	return sum;
}

/* The level at which the parts add up: the sum rises with it, in straight pieces between the places where a part meets a limit. */
static void
fill(struct share_part *parts, const double *weights, const bool *in, unsigned n, double total)
{
	double low = -(double)INFINITY, high = (double)INFINITY;
	for (unsigned i = 0; i < 2 * n; i++) {
		const struct share_part *p = &parts[i / 2];
		if (!in[i / 2])
			continue;
		double level = (i & 1 ? p->high_kw : p->low_kw) / weights[i / 2];
		double sum = sum_at(parts, weights, in, n, level);
		if (sum <= total && level > low)
			low = level;
		if (sum >= total && level < high)
			high = level;
	}
	if (isinf(low))
		low = high;
	if (isinf(high))
		high = low;
	double a = sum_at(parts, weights, in, n, low), b = sum_at(parts, weights, in, n, high);
	double level = b > a ? low + (high - low) * clamp((total - a) / (b - a), 0, 1) : low;
	double rest = total;
	for (unsigned i = 0; i < n; i++) {
		parts[i].kw = in[i] ? clamp(level * weights[i], parts[i].low_kw, parts[i].high_kw) : 0;
		rest -= parts[i].kw;
	}
	/* What rounding left. */
	for (unsigned i = 0; i < n && rest != 0; i++)
		if (in[i]) {
			double kw = clamp(parts[i].kw + rest, parts[i].low_kw, parts[i].high_kw);
			rest -= kw - parts[i].kw;
			parts[i].kw = kw;
		}
}

/* The one that is to stand still: below its minimum, and the others can do without it. -1 = none. */
static int
idle_one(const struct share_battery *b, const struct share_part *parts, const double *weights, const bool *in,
    unsigned n, double total)
{
	double low = 0, high = 0, least = (double)INFINITY;
	unsigned count = 0;
	bool is_below = false;
	int found = -1;
	for (unsigned i = 0; i < n; i++)
		if (in[i]) {
			low += parts[i].low_kw;
			high += parts[i].high_kw;
			count++;
			is_below = is_below || fabs(parts[i].kw) < b[i].min_kw * (b[i].is_running ? RUNNING : 1);
		}
	if (count < 2 || !is_below)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		double w = weights[i] * (b[i].is_running ? STICKY : 1);
		bool can = in[i] && b[i].min_kw > 0 && parts[i].low_kw <= 0 && parts[i].high_kw >= 0 &&
		    total >= low - parts[i].low_kw && total <= high - parts[i].high_kw;
		if (can && w <= least) {
			least = w;
			found = (int)i;
		}
	}
	return found;
}

static enum share_bound
bound_of(const struct share_part *p, bool in)
{
	if (p->high_by == SHARE_OUT)
		return SHARE_OUT;
	if (!in)
		return SHARE_REST;
	return p->kw >= p->high_kw - AT_KW ? p->high_by : p->kw <= p->low_kw + AT_KW ? p->low_by : SHARE_FREE;
}

double
share_among(const struct share_battery *b, unsigned n, double total_kw, struct share_part *parts)
{
	double weights[SHARE_MAX], low = 0, high = 0, given = 0;
	bool in[SHARE_MAX];
	for (unsigned i = 0; i < n; i++) {
		share_limits(&b[i], &parts[i]);
		in[i] = parts[i].high_by != SHARE_OUT;
		weights[i] = weight(&b[i], total_kw < 0);
		low += parts[i].low_kw;
		high += parts[i].high_kw;
	}
	double total = clamp(total_kw, low, high);
	fill(parts, weights, in, n, total);
	for (int i; (i = idle_one(b, parts, weights, in, n, total)) >= 0;) {
		in[i] = false;
		fill(parts, weights, in, n, total);
	}
	for (unsigned i = 0; i < n; i++) {
		parts[i].bound = bound_of(&parts[i], in[i]);
		given += parts[i].kw;
	}
	return total_kw > high || total_kw < low ? total_kw - given : 0;
}
