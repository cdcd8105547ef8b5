/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_got.h - a day of self-wheeling as W_WHEEL_DAY tells it, read with bounds; for the page and the command.
 */
#ifndef CHISAN_WHEEL_GOT_H
#define CHISAN_WHEEL_GOT_H

#include "scada/base/date.h"
#include "scada/base/msg.h"
#include "scada/base/wheel_words.h"

struct wheel_got_part {
	char name[64], title[96], title_ja[96]; /* safe */
	bool has_counter;
};
struct wheel_got_version {
	uint32_t number, base;
	enum wheel_answer answer;
	struct utc submitted, answered; /* answered: 0 = not */
	char author[WHEEL_AUTHOR_MAX];  /* safe */
};
struct wheel_got_row { /* arrays: of enum wheel_side; kWh, NaN = not known, not planned */
	enum wheel_phase phase;
	enum wheel_standing standing;
	bool is_changed;          /* the draft differs from what is filed */
	double plan[WHEEL_SIDES]; /* of the draft, or the latest version */
	double in_force[WHEEL_SIDES];
	double actual[WHEEL_SIDES];
	uint8_t marks[WHEEL_SIDES];
	double shortage[WHEEL_SIDES]; /* against what is in force */
	bool is_foreseen;
	double price, yen;
	enum wheel_price_kind kind;
};
struct wheel_got {
	bool is_there;
	struct msg_wheel_day m; /* strings and bytes point into `body` */
	uint8_t *body;
	struct wheel_got_part parts[WHEEL_PARTS_MAX];
	unsigned part_count;
	struct wheel_got_version *versions;
	unsigned version_count;
	struct wheel_got_row rows[WHEEL_SLOTS_MAX];
	float kwh[WHEEL_PARTS_MAX][WHEEL_SLOTS_MAX]; /* of the draft, or the latest version */
};

/* Of a body of W_WHEEL_DAY. false: it cannot be read, and g is empty. g was zero, or done. */
bool wheel_got_read(struct wheel_got *g, const uint8_t *body, size_t length);
void wheel_got_done(struct wheel_got *g);

struct utc wheel_got_start(const struct wheel_got *g, unsigned slot);
/* The slot of that time; -1: not of this day. */
int wheel_got_slot(const struct wheel_got *g, struct utc t);
const struct wheel_got_version *wheel_got_version(const struct wheel_got *g, uint32_t number); /* NULL = none */
/* "draft on v1 (11-30 11:40, a); v1 in force since 11-30 11:02 (b)". Returns buf. */
char *wheel_got_standing(const struct wheel_got *g, bool is_ja, char *buf, size_t size);
/* What is found, in one line; "" = nothing. Returns buf. */
char *wheel_got_found(const struct wheel_got *g, bool is_ja, char *buf, size_t size);
/* "*" where a draft differs, letters of marks: what stands behind an amount. */
const char *wheel_got_marks(unsigned marks);

/* Sums of slots in which both are known. */
struct wheel_got_sum {
	double plan[WHEEL_SIDES], shortage, surplus, yen; /* plan: of all slots that are planned */
	unsigned unknown;                                 /* delivered, and not known */
};
void wheel_got_sum(const struct wheel_got *g, struct wheel_got_sum *s);

#endif
