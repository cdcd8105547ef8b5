/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling.h - a day of self-wheeling for reports: the plan in force and its versions from what is saved, amounts from history or, where some
 * were entered, of the utility's meters or by hand, prices from what is saved. What was filed under an earlier site file is read with its own parts.
 */
#ifndef CHISAN_REPORT_WHEELING_H
#define CHISAN_REPORT_WHEELING_H

#include "scada/dispatch/wheel_actual.h"
#include "scada/dispatch/wheel_metered.h"
#include "scada/report/figures.h"

struct wheeled_given { /* an amount in place of our own */
	bool is_there, is_utility;
	double kwh;
};
struct wheeled_sources { /* how many amounts of a side of a slot are of whom */
	unsigned char utility, hand, own;
};
struct wheeled {
	struct wheel_terms terms;
	struct wheel_day day; /* without versions: nothing was filed */
	struct wheel_price *prices;
	size_t price_count;
	struct figure made[WHEEL_SLOTS_MAX], used[WHEEL_SLOTS_MAX]; /* kWh; used: of all parts, with loss */
	struct figure by_part[WHEEL_PARTS_MAX];                     /* of the whole day, without loss */
	struct wheel_closed closed[WHEEL_SIDES][WHEEL_SLOTS_MAX];   /* of slots that are over */
	struct wheel_sum sum[WHEEL_SIDES];
	unsigned unmetered;                                               /* parts without a counter in the site file */
	void *blobs;                                                      /* that names point into */
	struct wheeled_given given[WHEEL_PARTS_MAX + 1][WHEEL_SLOTS_MAX]; /* the last: the generation */
	struct wheeled_sources sources[WHEEL_SIDES][WHEEL_SLOTS_MAX];     /* of slots that are over */
	struct wheel_metered **entries;                                   /* in the order in which they were entered */
	unsigned entry_count;
};

/* from..to: the day, in ms. In one query_begin. ERR_NOT_FOUND: the site has no self-wheeling; the message says it. wheeled_done() in any case. */
enum err wheeled_read(const struct report_source *src, struct sheet *s, int64_t from, int64_t to, struct wheeled *w,
    char *message, size_t size);
void wheeled_done(struct wheeled *w);
/* Of both sides at the price of the slot: positive is paid. NaN: not known. */
double wheeled_yen(const struct wheeled *w, unsigned slot);
/* Who measured the side of a slot: "utility", "own", "hand", "mixed", "-" for nobody. */
struct sheet_text wheeled_source(const struct wheeled *w, enum wheel_side side, unsigned slot);
/* All of it by the utility? */
bool wheeled_is_metered(const struct wheeled *w, enum wheel_side side, unsigned slot);

#endif
