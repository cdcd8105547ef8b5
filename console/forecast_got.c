/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast_got.c - W_FORECAST into series.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/forecast_got.h"
#include "scada/base/mem.h"
#include "scada/base/text.h"

void
forecast_got_done(struct forecast_got *f)
{
	free(f->series);
	memset(f, 0, sizeof *f);
}

static bool
read_series(struct rbuf *r, struct forecast_got_series *s)
{
	text_put_safe(s->point, sizeof s->point, r_str(r), -1);
	uint8_t kind = r_u8(r), given = r_u8(r);
	text_put_safe(s->basis, sizeof s->basis, r_str(r), -1);
	s->mean = r_f64(r);
	s->hours = r_f64(r);
	uint8_t leads = r_u8(r);

	if (r->bad || kind >= FORECAST_KINDS || given >= FORECAST_GIVENS || leads > FORECAST_GOT_LEADS)
		return false;
	s->kind = (enum forecast_kind)kind;
	s->given = (enum forecast_given)given;
	s->lead_count = leads;
	for (unsigned i = 0; i < leads; i++)
		s->leads[i] = (struct forecast_got_lead){ .ahead_min = r_u16(r),
			.count = r_u32(r),
			.error = r_f64(r),
			.bias = r_f64(r),
			.low = r_f64(r),
			.high = r_f64(r) };
	return !r->bad;
}

static bool
read_body(struct forecast_got *f, const uint8_t *body, size_t length)
{
	struct msg_forecast m;
	struct rbuf r;

	rbuf_init(&r, body, length);
	if (!msg_forecast_get(&r, &m) || !r_done(&r) || m.file >= FORECAST_FILES)
		return false;
	f->made.us = m.made;
	f->written.us = m.written;
	f->file = (enum forecast_file)m.file;
	text_put_safe(f->text, sizeof f->text, m.text, -1);
	rbuf_init(&r, m.series.data, m.series.len);
	f->series = xcalloc(FORECAST_GOT_SERIES, sizeof *f->series);
	while (r.pos < r.len)
		if (f->count == FORECAST_GOT_SERIES || !read_series(&r, &f->series[f->count++]))
			return false;
	return true;
}

bool
forecast_got_read(struct forecast_got *f, const uint8_t *body, size_t length)
{
	f->is_there = read_body(f, body, length);
	if (!f->is_there)
		forecast_got_done(f);
	return f->is_there;
}

double
forecast_got_share(const struct forecast_got_series *s, double v)
{
	return fabs(s->mean) > 1e-6 ? 100 * v / fabs(s->mean) : (double)NAN;
}
