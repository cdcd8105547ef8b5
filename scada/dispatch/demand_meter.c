/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand_meter.c - the demand controller's energy and windows: counter and power into a ring over time, and where the window begins in it.
 */
#include "config.h"

#include "scada/dispatch/demand_private.h"

#define H_PER_US (1.0 / 3600e6)
#define FINE_KWH 0.1 /* a counter of coarser steps is noise in the forecast: power is better */

static int64_t
cell_of(int64_t us)
{
	return us / DEMAND_CELL_US;
}

static struct demand_cell
between(struct demand_cell a, struct demand_cell b, double share)
{
	return (struct demand_cell){ a.drawn_kwh + (b.drawn_kwh - a.drawn_kwh) * share,
		a.battery_kwh + (b.battery_kwh - a.battery_kwh) * share,
		a.shed_kwh + (b.shed_kwh - a.shed_kwh) * share };
}

struct demand_cell
demand_at(const struct demand *d, int64_t us)
{
	int64_t oldest = d->cell > DEMAND_RING - 1 ? (d->cell - (DEMAND_RING - 1)) * DEMAND_CELL_US : 0;
	int64_t from = d->first_us > oldest ? d->first_us : oldest;
	if (us >= d->last_us)
		return d->sum;
	us = us < from ? from : us;
	int64_t c = cell_of(us), begin = c * DEMAND_CELL_US, end = begin + DEMAND_CELL_US;
	struct demand_cell a = d->ring[c % DEMAND_RING];
	struct demand_cell b = c < d->cell ? d->ring[(c + 1) % DEMAND_RING] : d->sum;
	/* The first cell begins where the ring does, the last one is not full. */
	begin = begin < d->first_us ? d->first_us : begin;
	end = end > d->last_us ? d->last_us : end;
	return end > begin ? between(a, b, (double)(us - begin) / (double)(end - begin)) : a;
}

void
demand_advance(struct demand *d, int64_t us, struct demand_cell sum)
{
	int64_t to = cell_of(us), from = to - d->cell > DEMAND_RING ? to - DEMAND_RING : d->cell;
	for (int64_t c = from + 1; c <= to; c++) {
		double share = (double)(c * DEMAND_CELL_US - d->last_us) / (double)(us - d->last_us);
		d->ring[c % DEMAND_RING] = between(d->sum, sum, share);
	}
	d->cell = to;
	d->sum = sum;
	d->last_us = us;
}

/* By how much the counter rose since it was read last; NaN: it says nothing that could be true. */
static double
counter_rise(const struct demand *d, double counter_kwh, int64_t now_us)
{
	/* One that is read seldom stands between: what comes then is of all the time since it changed. */
	double rise = counter_kwh - d->counter_kwh,
	       most =
	           d->set.import_max_kw * 1.2 * (double)(now_us - d->rose_us) * H_PER_US + 2 * d->set.counter_step_kwh;
	if (rise < 0 && d->set.counter_size_kwh > 0)
		rise += d->set.counter_size_kwh;
	return rise >= 0 && rise <= most ? rise : (double)NAN;
}

static double
drawn(double kw, double most)
{
	return kw <= 0 ? 0 : kw < most ? kw : most;
}

/* The sums are again what they were at us, and go on from there: nothing was measured since, and now it is known what came. */
static bool
rewind_to(struct demand *d, int64_t us)
{
	if (d->last_us - us >= (DEMAND_RING - 2) * DEMAND_CELL_US)
		return false; /* the ring does not know any more */
	d->sum = demand_at(d, us);
	d->last_us = us > d->first_us ? us : d->first_us;
	d->cell = cell_of(d->last_us);
	return true;
}

/* kwh: the sum, from which on its next rise counts. What it did not tell while it stood it does not tell later. */
static void
note_counter(struct demand *d, const struct demand_input *in, double kwh)
{
	if (in->counter_kwh != d->counter_kwh || d->watch.counter_stands) {
		d->rose_us = in->mono.us;
		d->counter_from_kwh = kwh;
	}
	d->counter_kwh = in->counter_kwh;
	d->counter_us = in->mono.us;
	d->counter_estimated_us = d->estimated_us;
}

/* A counter whose step is fine and comes soon makes the half hour, unless it stands. */
static bool
is_by_counter(const struct demand *d)
{
	return d->set.counter_step_kwh <= FINE_KWH && meter_watch_is_quick(&d->watch) && !d->watch.counter_stands;
}

/*
 * The counter is read against where the sum stood when it changed last, so that what power filled in meanwhile is corrected by it
 * and not added to it.  What power measured never falls again, as a window's energy does not; what was only estimated gives way, and what the
 * counter says lies evenly over the span: as a jump at its end it would be a slope that nobody drew.
 */
static double
energy_now(struct demand *d, const struct demand_input *in, int64_t dt, bool *good)
{
	double most = d->set.import_max_kw * 1.2, sum = d->sum.drawn_kwh, kwh = (double)NAN;
	bool has_power = isfinite(in->power_kw), is_read = isfinite(in->counter_kwh) && in->counter_kwh >= 0;
	bool has_counter = is_read && !d->watch.counter_stands, is_fine = is_by_counter(d);
	bool is_short = dt <= DEMAND_GAP_S * US_PER_S;
	if (has_power && is_short && isfinite(d->power_kw))
		kwh = sum + (drawn(in->power_kw, most) + drawn(d->power_kw, most)) / 2 * (double)dt * H_PER_US;
	/* Found out just now: since its last step it was power. */
	if (d->watch.counter_stands && d->is_by_counter && rewind_to(d, d->watch.rise_us)) {
		kwh = d->sum.drawn_kwh + d->watch.drawn_kwh;
		if (!d->watch.is_whole) /* nobody measured all of it */
			d->estimated_us = in->mono.us;
	}
	d->is_by_counter = is_fine;
	*good = has_power || has_counter;
	if (has_counter) {
		double rise = isfinite(d->counter_kwh) ? counter_rise(d, in->counter_kwh, in->mono.us) : (double)NAN;
		if (isfinite(rise) && (is_fine || !isfinite(kwh))) {
			double by_counter = d->counter_from_kwh + rise;
			if (d->estimated_us > d->counter_us) {
				(void)rewind_to(d, d->counter_us);
				sum = d->sum.drawn_kwh;
			}
			kwh = by_counter > sum ? by_counter : sum;
		} else if (!isfinite(rise) && !has_power)
			*good = false;
		/* A gap that the counter spans is measured after all, unless a window ended in it. */
		bool is_spanned = d->counter_us >= d->start_us || in->mono.us - d->counter_us <= 60 * US_PER_S;
		if (isfinite(rise) && is_spanned && d->estimated_us > d->counter_us)
			d->estimated_us = d->counter_estimated_us;
		if (isfinite(rise) && is_fine) {
			note_counter(d, in, d->counter_from_kwh + rise);
			d->power_kw = in->power_kw;
			return kwh;
		}
	}
	if (!isfinite(kwh)) {
		kwh = sum + d->slope_kw * (double)dt * H_PER_US;
		if (in->mono.us - d->good_us > DEMAND_GAP_S * US_PER_S)
			d->estimated_us = in->mono.us;
	}
	d->power_kw = in->power_kw;
	if (is_read)
		note_counter(d, in, kwh);
	return kwh;
}

void
demand_measure(struct demand *d, const struct demand_input *in)
{
	int64_t dt = in->mono.us - d->last_us;
	bool good;
	double shed_kw = 0;
	if (dt <= 0)
		return;
	for (unsigned i = 0; i < d->shed; i++)
		shed_kw += d->set.step_kw[i];
	struct demand_cell sum = d->sum;
	sum.drawn_kwh = energy_now(d, in, dt, &good);
	sum.battery_kwh += (isfinite(in->battery_kw) ? in->battery_kw : 0) * (double)dt * H_PER_US;
	sum.shed_kwh += shed_kw * (double)dt * H_PER_US;
	demand_advance(d, in->mono.us, sum);
	if (good)
		d->good_us = in->mono.us;
}

/* Where the window begins, by pulses. */
static int64_t
pulse_start(struct demand *d, const struct demand_input *in, struct demand_output *out)
{
	int64_t now = in->mono.us, gone = now - d->start_us;
	if (in->pulse) {
		int64_t since = d->pulse_us == 0 ? 0 : now - d->pulse_us - DEMAND_WINDOW_US;
		bool is_train = d->pulse_us != 0 && since > -2 * US_PER_S && since < 2 * US_PER_S;
		bool is_due = gone >= DEMAND_WINDOW_US - 60 * US_PER_S || gone <= 60 * US_PER_S;
		d->pulse_us = now;
		if (!d->is_synced || is_due || is_train) {
			d->is_synced = true;
			d->accepted_us = now;
			return now;
		}
	}
	out->pulse_lost = now - d->accepted_us > DEMAND_WINDOW_US + 60 * US_PER_S;
	if (out->pulse_lost)
		d->is_synced = false;
	return gone >= DEMAND_WINDOW_US ? d->start_us + DEMAND_WINDOW_US : d->start_us;
}

static int64_t
clock_start(const struct demand *d, const struct demand_input *in)
{
	int64_t now = in->mono.us;
	if (utc_is_plausible(in->utc))
		return now - in->utc.us % DEMAND_WINDOW_US;
	int64_t start = d->start_us;
	while (now - start >= DEMAND_WINDOW_US)
		start += DEMAND_WINDOW_US;
	return start;
}

void
demand_window(struct demand *d, const struct demand_input *in, struct demand_output *out)
{
	int64_t start = d->set.has_pulse ? pulse_start(d, in, out) : clock_start(d, in), before = d->start_us;
	int64_t length = start - before;
	/* A clock that slews, a pulse that wanders, are one window's end; what is farther off is a clock that was set. */
	int64_t slack = d->set.has_pulse ? 60 * US_PER_S : 2 * US_PER_S;
	if (length > DEMAND_WINDOW_US - slack && length < DEMAND_WINDOW_US + slack) {
		out->window_closed = true;
		out->closed_kw = demand_now(demand_at(d, start).drawn_kwh - demand_at(d, before).drawn_kwh);
		out->closed_is_whole = d->first_us <= before && d->estimated_us <= before;
	}
	d->start_us = start;
}
