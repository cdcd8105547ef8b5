/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_turn.c - when a device has something to ask: its scans on their grids, its watch, its next try.
 */
#include "config.h"

#include "drivers/poll_private.h"

/* The next place of a scan on its grid: every device has its own phase, by the golden ratio. */
static struct mono
next_due(const struct device *d, const struct scan *s, struct moment now)
{
	int64_t period = s->period_us;
	int64_t phase = (int64_t)((uint64_t)period * ((d->index + 1) * UINT32_C(2654435769)) >> 32);
	int64_t since = now.mono.us - d->poll->start.us - phase;
	int64_t turns = since < 0 ? 0 : since / period + 1;

	return mono_add(d->poll->start, phase + turns * period);
}

void
poll_start_scan(struct device *d, struct scan *s, struct moment now)
{
	s->due = next_due(d, s, now);
	scan_start(s, now, &(struct scan_out){ poll_sink, d, d->poll->scratch });
}

void
poll_start_due(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++) {
		struct scan *s = &d->scans[i];
		int64_t late = mono_diff_us(now.mono, s->due);

		if (late < 0 || scan_is_running(s))
			continue;
		if (late > s->period_us / 2)
			d->poll->late += 1 + (uint32_t)(late / s->period_us);
		poll_start_scan(d, s, now);
	}
}

void
poll_start_idle(struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		if (!scan_is_running(&d->scans[i]))
			poll_start_scan(d, &d->scans[i], now);
}

bool
poll_has_read(const struct device *d, struct moment now)
{
	for (uint32_t i = 0; i < d->scan_count; i++)
		if (scan_has_work(&d->scans[i], now))
			return true;
	return false;
}

/* The nearest time at which an idle device that is up has something to do. */
static struct mono
next_wake(const struct device *d, struct moment now)
{
	int64_t at = INT64_MAX;

	if (d->watch_at.us != 0 && !d->watch.is_queued)
		at = d->watch_at.us;
	for (uint32_t i = 0; i < d->scan_count; i++) {
		const struct scan *s = &d->scans[i];

		if (!scan_is_running(s) && s->due.us < at)
			at = s->due.us;
		if (scan_is_running(s) && s->busy_until.us > now.mono.us && s->busy_until.us < at)
			at = s->busy_until.us;
	}
	return (struct mono){ at };
}

void
poll_run(struct device *d, struct moment now)
{
	struct mono wake = d->retry_at;

	if (d->state == DEVICE_UP) {
		if (d->watch_at.us != 0 && !d->watch.is_queued && mono_diff_us(now.mono, d->watch_at) >= 0)
			poll_put_order(d, &d->watch, false);
		poll_start_due(d, now);
		wake = next_wake(d, now);
	} else if (!d->is_trying && mono_diff_us(now.mono, d->retry_at) >= 0) {
		d->is_trying = true;
	}
	if (d->is_trying || wake.us == INT64_MAX)
		timer_stop(d->poll->timers, &d->timer);
	else
		timer_set(d->poll->timers, &d->timer, wake);
	if (poll_has_next(d, now))
		d->poll->ops->want(d, now, d->poll->arg);
}

void
poll_fire(struct timer *t, struct moment now)
{
	poll_run(t->arg, now);
}
