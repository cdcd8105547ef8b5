/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score_state.c - a score as bytes, and back: whatever is not one is refused whole.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/forecast/score.h"

#define FORM       1
#define COUNT_MOST 2689.0 /* what fades over 28 days of quarters of an hour never gets beyond */

static void
put_float(struct wbuf *out, float v)
{
	uint32_t bits;
	memcpy(&bits, &v, sizeof(bits));
	w_u32(out, bits);
}

static bool
take_float(struct rbuf *r, float *v)
{
	uint32_t bits = r_u32(r);
	memcpy(v, &bits, sizeof(bits));
	return fabsf(*v) <= (float)(3 * PAST_MOST);
}

enum { SUMS = 9 };
static void
sums_of(const struct score_sums *u, double *v)
{
	const double all[SUMS] = { u->n, u->miss, u->error, u->day_n, u->day_error, u->day_own, u->week_n,
		u->week_error, u->week_own };
	memcpy(v, all, sizeof(all));
}

void
score_save(const struct score *s, struct wbuf *out)
{
	double sums[SUMS];
	w_u8(out, FORM);
	w_i64(out, s->step_us);
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		sums_of(&s->sums[lead], sums);
		for (unsigned i = 0; i < SUMS; i++)
			w_f64(out, sums[i]);
		for (unsigned b = 0; b < SCORE_SORTS * SCORE_BLOCKS; b++) {
			const struct score_cell *c = &s->cell[lead][b / SCORE_BLOCKS][b % SCORE_BLOCKS];
			w_u8(out, (uint8_t)c->count);
			put_float(out, c->wide);
			for (unsigned i = 0; i < c->count; i++) /* the oldest first */
				put_float(out, c->miss[(c->next + SCORE_KEPT - c->count + i) % SCORE_KEPT]);
		}
		unsigned noted = 0;
		for (unsigned i = 0; i < SCORE_AHEAD; i++)
			noted += s->noted[lead][i].step != 0;
		w_u8(out, (uint8_t)noted);
		for (unsigned i = 0; i < SCORE_AHEAD; i++)
			if (s->noted[lead][i].step != 0) {
				w_zigzag(out, s->noted[lead][i].step);
				put_float(out, s->noted[lead][i].v);
			}
	}
}

static bool
take_cell(struct rbuf *r, struct score_cell *c)
{
	unsigned count = r_u8(r);
	bool is_sound = take_float(r, &c->wide) && c->wide > 0 && c->wide < 100 && count <= SCORE_KEPT;
	for (unsigned i = 0; is_sound && i < count; i++)
		is_sound = take_float(r, &c->miss[i]);
	c->count = (uint16_t)count;
	c->next = (uint16_t)(count % SCORE_KEPT);
	return is_sound;
}

static bool
take_noted(struct rbuf *r, struct score_noted *noted)
{
	unsigned count = r_u8(r);
	bool is_sound = count <= SCORE_AHEAD;
	for (unsigned i = 0; is_sound && i < count; i++) {
		struct score_noted n = { .step = r_zigzag(r) };
		is_sound = take_float(r, &n.v) && n.step > 0;
		if (is_sound)
			noted[n.step % SCORE_AHEAD] = n;
	}
	return is_sound;
}

static bool
take_lead(struct score *s, unsigned lead, struct rbuf *r)
{
	double v[SUMS];
	bool is_sound = true;
	for (unsigned i = 0; i < SUMS; i++) {
		v[i] = r_f64(r);
		/* Each third is a count. */
		is_sound = is_sound && fabs(v[i]) <= (i % 3 == 0 ? COUNT_MOST : COUNT_MOST * 3 * PAST_MOST) &&
		    (v[i] >= 0 || i == 1);
	}
	s->sums[lead] = (struct score_sums){ v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8] };
	for (unsigned b = 0; is_sound && b < SCORE_SORTS * SCORE_BLOCKS; b++)
		is_sound = take_cell(r, &s->cell[lead][b / SCORE_BLOCKS][b % SCORE_BLOCKS]);
	return is_sound && take_noted(r, s->noted[lead]);
}

bool
score_restore(struct score *s, int64_t step_us, const uint8_t *blob, size_t len)
{
	struct rbuf r;
	rbuf_init(&r, blob, len);
	score_init(s, step_us);
	bool is_sound = r_u8(&r) == FORM && r_i64(&r) == step_us;
	for (unsigned lead = 0; is_sound && lead < SCORE_LEADS; lead++)
		is_sound = take_lead(s, lead, &r);
	if (is_sound && r_done(&r))
		return true;
	score_init(s, step_us);
	return false;
}
