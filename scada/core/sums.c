/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.c - sums as saved states, and back.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/sums.h"

struct saving {
	const struct table *table;
	point_id from, below;
	struct utc now;
	sums_save_fn save;
	void *arg;
	struct wbuf blob;
};

static void
save(struct saving *s, enum state_kind kind, point_id id)
{
	struct msg_store_state m = {
		.kind = (uint8_t)kind,
		.name = table_site(s->table)->points[id].name,
		.time = s->now.us,
		.blob = { s->blob.data, s->blob.len },
	};

	s->save(&m, s->arg);
}

static void
save_sums(point_id id, const char *expression, const double *sums, size_t count, void *arg)
{
	struct saving *s = arg;

	if (id < s->from || id >= s->below)
		return;
	wbuf_reset(&s->blob);
	w_str(&s->blob, expression);
	for (size_t i = 0; i < count; i++)
		w_f64(&s->blob, sums[i]);
	save(s, STATE_INTEGRATOR, id);
}

void
sums_save(const struct table *t, const struct calc *c, point_id from, point_id below, struct utc now, sums_save_fn fn,
    void *arg)
{
	struct saving s = { .table = t, .from = from, .below = below, .now = now, .save = fn, .arg = arg };

	for (point_id id = from; id < below && id < table_count(t); id++) {
		double last, total;

		if (!table_counter(t, id, &last, &total))
			continue;
		wbuf_reset(&s.blob);
		w_f64(&s.blob, last);
		w_f64(&s.blob, total);
		save(&s, STATE_COUNTER, id);
	}
	calc_each_state(c, save_sums, &s);
	wbuf_done(&s.blob);
}

static bool
restore_sums(struct calc *c, point_id id, struct rbuf *r)
{
	const char *expression = r_str(r);
	double sums[CALC_SUMS_MAX];
	size_t count = 0;

	while (!r->bad && r->pos < r->len && count < CALC_SUMS_MAX)
		sums[count++] = r_f64(r);
	return r_done(r) && calc_restore(c, id, expression, sums, count);
}

static bool
restore_counter(struct table *t, point_id id, struct rbuf *r, struct utc saved, struct utc now, struct mono mono)
{
	double last = r_f64(r), total = r_f64(r);
	int64_t age = utc_is_plausible(now) && now.us > saved.us ? utc_diff_us(now, saved) : 0;

	return r_done(r) && table_counter_restore(t, id, last, total, age, mono);
}

bool
sums_restore(struct table *t, struct calc *c, const struct msg_store_state *m, struct utc now, struct mono mono)
{
	point_id id;
	struct rbuf r;

	if (m->kind != STATE_INTEGRATOR && m->kind != STATE_COUNTER)
		return false;
	id = table_find(t, m->name);
	if (id == POINT_NONE)
		id = table_find_renamed(t, m->name);
	if (id == POINT_NONE)
		return false;
	rbuf_init(&r, m->blob.data, m->blob.len);
	if (m->kind == STATE_COUNTER)
		return restore_counter(t, id, &r, (struct utc){ m->time }, now, mono);
	return restore_sums(c, id, &r);
}
