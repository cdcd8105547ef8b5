/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_kit.h - a table of a site that the test makes, and a clock that goes on by a period with each sample.
 * Include after t.h; everything is static.
 */
#ifndef CHISAN_TABLE_KIT_H
#define CHISAN_TABLE_KIT_H

#include <string.h>

#include "scada/core/table.h"
#include "tests/unit/sitekit.h"

#define T0     INT64_C(1795380786000000)
#define LAG_US 3000 /* from scan to reception */

static struct kit kit;
static struct table *table;
static int64_t clock_us; /* of both clocks, since the start of the test */

static void
setup(void)
{
	kit_init(&kit, 5000);
	table = NULL;
	clock_us = 0;
}

static void
teardown(void)
{
	table_free(table);
	kit_done(&kit);
}

static void
start(void)
{
	table = table_new(&kit.site);
}

static struct mono
mono(void)
{
	return (struct mono){ 1000 + clock_us };
}

static struct value
fed(point_id id, double raw, enum err cause)
{
	ck_assert(table_sample(
	    table, id, raw, cause, (struct utc){ T0 + clock_us }, (struct utc){ T0 + clock_us + LAG_US }, mono()));
	return table_values(table)[id];
}

/* A sample one period after the one before. */
static struct value
feed(point_id id, double raw)
{
	clock_us += KIT_PERIOD_US;
	return fed(id, raw, OK);
}

#define ck_value(given, number, flags, why) \
	do { \
		struct value got_ = (given); \
		ck_assert_double_eq_tol(got_.v, number, 1e-9); \
		ck_assert_uint_eq(got_.quality, flags); \
		ck_assert_int_eq(got_.cause, why); \
	} while (0)

static uint32_t
change_count(void)
{
	uint32_t n;
	table_changes_take(table, &n);
	return n;
}

static struct site_point_def *
add_counter(double modulus, double rate, double scale)
{
	struct site_point_def *d = kit_read(&kit, "M.E", KIND_COUNTER);
	d->counter = arena_alloc(kit.arena, sizeof(*d->counter));
	*d->counter = (struct site_counter){ .modulus = modulus, .max_rate_per_s = rate };
	d->read->scale = scale;
	return d;
}

#endif
