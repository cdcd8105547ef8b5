/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_prices.h - prices of imbalance from a CSV file, and as bytes for a restart. Pure: text in memory, strictly read.
 *
 *   date,slot,price,kind,published_at
 *   2026-12-01,1,12.34,preliminary,2026-12-06T09:00:00+09:00
 *
 * slot from 1, price of a kWh from 0 to 600, kind preliminary or final; rows in any order, none twice.
 */
#ifndef CHISAN_WHEEL_PRICES_H
#define CHISAN_WHEEL_PRICES_H

#include "scada/base/csv.h"
#include "scada/dispatch/wheel_actual.h"

enum { WHEEL_PRICE_ROWS = 40000, WHEEL_PRICE_FILE_ROWS = 6000, WHEEL_PRICE_FAULTS = 20 };
#define WHEEL_PRICE_FILE_MAX ((size_t)500 * 1024)

/* *rows: the caller frees. Says every fault up to WHEEL_PRICE_FAULTS; ERR_USAGE if there was one, then there are no rows. */
enum err wheel_prices_read(const char *name, const char *text, size_t len, struct wheel_price **rows, size_t *count,
    csv_fault_fn *fault, void *arg);

/* The rows of one date, of at most WHEEL_DAY_PRICES; further ones are left out. */
enum { WHEEL_DAY_PRICES = 1000 };
void wheel_prices_put(struct wbuf *b, const struct wheel_price *rows, size_t count, int64_t date);
/* Appends them to *rows. False: not to be read, and nothing was appended. */
bool wheel_prices_get(const void *data, size_t len, int64_t date, struct wheel_price **rows, size_t *count);

#endif
