/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_wheel.c - any bytes as a plan file, as a stored version, as prices of imbalance and as metered amounts; what is taken is written, and
 * comes back the same.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include <stdlib.h>

#include "scada/dispatch/wheel_file.h"
#include "scada/dispatch/wheel_metered.h"
#include "scada/dispatch/wheel_prices.h"

static const struct wheel_terms terms = { .part_count = 2, .parts = { "A", "B" }, .loss_share = 0.05 };

static void
heard(const char *sentence, void *arg)
{
	assert(strncmp(sentence, "f:", 2) == 0);
	++*(unsigned *)arg;
}

static void
there_and_back(struct wheel_day *d, const struct wheel_version *v)
{
	struct wheel_file f;
	struct wbuf b;
	unsigned faults = 0;
	wbuf_init(&b);
	wheel_write(&b, d, v, d->start);
	enum err e = wheel_read(d, "f", (const char *)b.data, b.len, &f, heard, &faults);
	assert(e == OK ? faults == 0 && strcmp(f.author, v->author) == 0 : faults > 0);
	wbuf_done(&b);
}

static void
prices(const uint8_t *data, size_t size)
{
	struct wheel_price *rows = NULL;
	size_t count = 0;
	unsigned faults = 0;
	enum err e = wheel_prices_read("f", (const char *)data, size, &rows, &count, heard, &faults);
	assert((e == OK) == (faults == 0) && (e == OK) == (count > 0));
	free(rows);
	rows = NULL;
	count = 0;
	if (wheel_prices_get(data, size, 20780, &rows, &count))
		assert(count > 0 && wheel_price_fault(rows[count - 1].price) == NULL);
	free(rows);
}

static void
amounts(const struct wheel_day *d, const uint8_t *data, size_t size)
{
	static struct wheel_metered m, again;
	unsigned faults = 0;
	struct wbuf b = { .len = 0 };
	struct utc over = utc_add(d->start, 30 * WHEEL_SLOT_US);

	enum err e = wheel_metered_read(d, "f", (const char *)data, size, over, &m, heard, &faults);
	assert((e == OK) == (faults == 0) && (e != OK || m.count > 0));
	if (e != OK && !wheel_metered_get(data, size, &m))
		return;
	for (unsigned i = 0; i < m.count; i++)
		assert(m.rows[i].of < m.name_count && wheel_metered_part(&terms, &m, &m.rows[i]) <= WHEEL_PARTS_MAX);
	wheel_metered_put(&b, &m);
	bool is_same = wheel_metered_get(b.data, b.len, &again);
	assert(is_same && again.count == m.count);
	wbuf_done(&b);
}

/* What a report takes from a row of another site file. */
static void
head(const uint8_t *data, size_t size)
{
	struct wheel_terms t;
	struct wheel_day d;
	if (wheel_head(data, size, &d, &t))
		assert(t.part_count <= WHEEL_PARTS_MAX && d.slots <= WHEEL_SLOTS_MAX && d.terms == &t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct utc start = { INT64_C(1795359600) * US_PER_S };
	struct wheel_day d;
	struct wheel_file f;
	unsigned faults = 0, n;
	char why[400];
	prices(data, size);
	head(data, size);
	enum err e = wheel_init(&d, &terms, 20780, start, utc_add(start, 48 * WHEEL_SLOT_US), start);
	assert(e == OK);
	amounts(&d, data, size);
	if (wheel_take(&d, data, size) == OK)
		there_and_back(&d, wheel_version(&d, 1));
	wheel_done(&d);
	e = wheel_read(&d, "f", (const char *)data, size, &f, heard, &faults);
	assert((e == OK) == (faults == 0) && faults <= WHEEL_FAULTS_MAX);
	if (e == OK &&
	    wheel_submit(&d, 0, &f.plan, f.author, utc_add(start, -4 * WHEEL_SLOT_US), &n, why, sizeof(why)) == OK)
		there_and_back(&d, wheel_version(&d, n));
	wheel_done(&d);
	return 0;
}
