/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the two clocks, kept apart by type. Only event loops read them; everything below is given the time.
 */
#ifndef CHISAN_CLOCK_H
#define CHISAN_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mono {
	int64_t us; /* CLOCK_MONOTONIC; expiries and time-outs */
};
struct utc {
	int64_t us; /* since 1970-01-01T00:00:00Z; 0 = not known */
};

#define US_PER_MS INT64_C(1000)
#define US_PER_S  INT64_C(1000000)

struct timex;

struct mono clock_mono(void);
int64_t clock_processor_us(void); /* that this process has used */
/*
 * How far the system's clock is off, ms, from 0: the larger of what the kernel has still to correct (offset, at most 500 ms) and the time
 * service's own estimate of its error. NaN: no time service keeps it, or the kernel does not say. Read only: adjtimex(2).
 */
double clock_off_ms(void);
double clock_off_of(const struct timex *t, int state); /* the same of what adjtimex() gave and returned */
struct utc clock_utc(void);                            /* $CHISAN_NOW (ISO 8601) freezes it, for screens in tests */

static inline int64_t
mono_diff_us(struct mono later, struct mono earlier)
{
	return later.us - earlier.us;
}
static inline int64_t
utc_diff_us(struct utc later, struct utc earlier)
{
	return later.us - earlier.us;
}
static inline struct mono
mono_add(struct mono t, int64_t us)
{
	return (struct mono){ t.us + us };
}
static inline struct utc
utc_add(struct utc t, int64_t us)
{
	return (struct utc){ t.us + us };
}

/* False before 2024 and after 2100: a dead real-time clock. */
bool utc_is_plausible(struct utc t);

/*
 * By how much wall time was set since the call before, positive forward; 0 below a second, which is slewing. *offset is the
 * caller's memory of the two clocks' distance; 0 before the first call, which returns 0.
 */
int64_t clock_step_us(int64_t *offset, struct mono m, struct utc u);

/* "2026-11-22T20:53:06.123Z"; buf >= 32. "-" if not known. Returns buf. */
char *utc_iso(char *buf, size_t size, struct utc t);
bool utc_from_iso(const char *s, struct utc *out); /* with Z or +hh:mm, fraction optional */

/* Civil time in a zone of the tz database; the zone was checked with clock_zone_exists. Edges only. */
bool clock_zone_exists(const char *zone); /* no "..", no absolute path, file present and TZif */
bool clock_set_zone(const char *zone);    /* for this process; false if it does not exist */
int64_t utc_zone_offset_us(struct utc t); /* civil time less UTC at t, in this process's zone */
char *utc_civil(char *buf, size_t size, struct utc t, const char *strftime_fmt);
/* A day (date.h) and minutes of it as clocks show them, into a time, and back. Where clocks are set forward: the time after; back: the first. */
struct utc utc_of_date(int64_t date, int64_t minutes);
int64_t utc_date(struct utc t, int64_t *minutes); /* minutes may be NULL */
/* "2026-11-22 20:53:06 JST": a time in a sentence for people, in this process's zone. buf >= 32. Returns buf. */
char *utc_said(char *buf, size_t size, struct utc t);

/* "0.4s" "37s" "12m" "3h" "2d": at most 5 cells. buf >= 8. Negative counts as 0. */
char *clock_age(char *buf, size_t size, int64_t us);

#endif
