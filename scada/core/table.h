/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - the live truth: one value a point, made from raw samples by the pipeline of each point.
 * Pure: no I/O, no clock, and between table_new and table_free only a value by hand allocates.
 *
 * A sample passes, in this order:
 *   1 cause of the driver   2 finite?   3 scale, offset, invert   4 curve, square root   5 range   6 filter   7 frozen
 *   8 live value (calculations and alarms read it)   9 reporting deadband   10 reported value and its mark for the publisher
 * Digital points pass 1, 2, invert, names of states, 7 to 10; counters have roll-over and reset after 3.
 * A value that is bad keeps the last number and that number's time; NaN and time 0 if there never was one.
 */
#ifndef CHISAN_TABLE_H
#define CHISAN_TABLE_H

#include "scada/base/point.h"
#include "scada/site/site.h"

struct table;

/* All points begin as Q_NEVER_READ. The site is borrowed and must outlive the table. */
struct table *table_new(const struct site *s);
void table_free(struct table *t); /* NULL is fine */

/* After a reload, before the first sample: takes over what old knows of points with the same name (or `was`), kind and unit. */
void table_adopt(struct table *t, const struct table *old);

/*
 * raw: decoded by the driver, before scaling; ignored unless cause is OK, or ERR_PART: a new number, but not a good one. scan: when
 * it was read; received: when it came here.
 * False: no such point, or a calculated one (the sender is wrong). Points of chisand itself (protocol internal) come through
 * here too.
 */
bool table_sample(
    struct table *t, point_id id, double raw, enum err cause, struct utc scan, struct utc received, struct mono now);

/* What such a raw number is in the point's unit: scale, offset and invert alone. False: no such point, not read, or no finite number. */
bool table_scaled(const struct table *t, point_id id, double raw, double *out);

/* A finished value of a calculated point, from step 8 on. */
void table_put(struct table *t, point_id id, const struct value *v, struct mono now);

/*
 * A value by hand, Q_SUBSTITUTED, in place of the measured or calculated one, which goes on below it and is back when it ends.
 * Not taken over by table_adopt: who keeps it gives it again. since: when it was entered. Setting it again replaces it.
 */
void table_manual(struct table *t, point_id id, double v, struct utc since, struct mono now);
void table_manual_end(struct table *t, point_id id, struct mono now);
bool table_is_manual(const struct table *t, point_id id);
/* Off: the value stays as Q_BLOCKED and samples are not looked at. On: stale until the next one. Likewise given again. */
void table_scan(struct table *t, point_id id, bool on, struct mono now);
bool table_is_off(const struct table *t, point_id id);
/* What the device or the calculation says, whatever stands in its place. */
const struct value *table_measured(const struct table *t, point_id id);

/*
 * No communication: all points of the device at once, without waiting for the stale time. ERR_DISABLED makes them Q_BLOCKED,
 * all else Q_NO_COMM. Calling it again with the same cause changes nothing. The next sample ends it, point by point.
 */
void table_device_down(struct table *t, uint32_t device, enum err cause);

/* Marks points stale that had no sample for stale_periods of their period. Cheap: call it at every turn of the loop, or at 1 Hz. */
void table_tick(struct table *t, struct mono now);

/*
 * seen() is called for each live value as it is set, also one that changes nothing: alarms look at every sample. mono: of the last
 * sample. NULL: nobody looks. It must not change the table.
 */
void table_watch(
    struct table *t, void (*seen)(point_id id, const struct value *v, struct mono mono, void *arg), void *arg);

/* ---- reading; arrays are indexed by point_id and borrowed until table_free */
uint32_t table_count(const struct table *t);
const struct value *table_values(const struct table *t);   /* live: after every sample */
const struct value *table_reported(const struct table *t); /* what consoles are told: moves by at least the deadband */
/* Of each scan group: when it was last read; 0 = never. A good value is as fresh as its group. Calculations: table_group_touch. */
const struct utc *table_group_times(const struct table *t, uint32_t *count);
void table_group_touch(struct table *t, uint32_t group, struct utc evaluated); /* scanned and received are one */
/* Of each scan group: when the sample that gave its scan time was received; 0 = never. */
const struct utc *table_group_received(const struct table *t);
double table_total(
    const struct table *t, point_id id); /* counters: monotone sum of increments; 0 at the first sample */
/* The base of a counter, for saving: the last raw reading and the total. False: it is none, or has none yet. */
bool table_counter(const struct table *t, point_id id, double *last, double *total);
/*
 * A base of an earlier run, age_us old: what was counted meanwhile counts, at latest with the next reading, which is flagged.
 * False: no counter.
 */
bool table_counter_restore(struct table *t, point_id id, double last, double total, int64_t age_us, struct mono now);
uint64_t table_pulses(const struct table *t, point_id id);    /* rising edges seen of a point with `pulse` */
point_id table_find(const struct table *t, const char *name); /* POINT_NONE */
/* Over a reload: what a point of the new site was in the old table, by its name or by `was`; and what was called so before. */
point_id table_find_before(const struct table *old, const struct site_point *p);
point_id table_find_renamed(const struct table *t, const char *old_name);
/* Calls each() for every point that the glob matches, by rising number. Allocates. */
void table_glob(const struct table *t, const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg);
const struct site *table_site(const struct table *t);

/* Points whose reported value changed since the last take: rising, each once; borrowed until the next take. */
const point_id *table_changes_take(struct table *t, uint32_t *count);
bool table_has_changes(const struct table *t);
/* The same for live values that changed at all, by whatever; for the record, whose keeper is the only taker. */
const point_id *table_fresh_take(struct table *t, uint32_t *count);
/* The same for live values that a sample or the state of a device changed at all; for calc, which is the only taker. */
const point_id *table_live_take(struct table *t, uint32_t *count);

#endif
