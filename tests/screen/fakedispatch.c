/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakedispatch.c - one frame of how dispatch is, and the answer to W_MODE.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mode.h"
#include "scada/base/str.h"
#include "tests/screen/fakedispatch.h"

void
fakedispatch_init(struct fakedispatch *d, struct utc now)
{
	*d = (struct fakedispatch){ .now = now, .entries = 300 };
}

static double
number(const char *s)
{
	double v;

	return s != NULL && str_to_double(s, &v) ? v : (double)NAN;
}

static unsigned
whole(const char *s)
{
	double v = number(s);

	return isnan(v) ? 0 : (unsigned)v;
}

static void
line_dispatch(struct fakedispatch *d, char **f)
{
	double so_far = number(f[7]);

	d->is_there = true;
	d->m = (struct msg_dispatch){ .is_there = 1,
		.mode = (uint8_t)whole(f[1]),
		.acting = (uint8_t)whole(f[2]),
		.grid = (uint8_t)whole(f[3]),
		.flags = whole(f[4]),
		.stage = (uint8_t)whole(f[5]),
		.since = d->now.us - 38 * 60 * US_PER_S,
		.response_kw = (double)NAN,
		.power_kw = number(f[6]),
		.now_kw = so_far,
		.used_kwh = so_far / 2,
		.forecast_kw = number(f[8]),
		.target_kw = number(f[9]),
		.adjust_kw = number(f[10]),
		.elapsed_min = number(f[11]),
		.month_kw = number(f[12]),
		.year_kw = number(f[13]),
		.shed = (uint8_t)whole(f[14]),
		.steps = (uint8_t)whole(f[15]),
		.reserve_kwh = number(f[16]),
		.hours = number(f[17]),
		.user = f[18],
		.reason = f[19] };
}

bool
fakedispatch_line(struct fakedispatch *d, char **f)
{
	if (strcmp(f[0], "dispatch") == 0) {
		line_dispatch(d, f);
		return true;
	}
	if (strcmp(f[0], "want") != 0 || d->want_count == FAKEDISPATCH_WANTS)
		return false;
	d->wants[d->want_count].point = f[1];
	d->wants[d->want_count].kind = whole(f[2]);
	d->wants[d->want_count].wanted = number(f[3]);
	d->wants[d->want_count].measured = number(f[4]);
	d->wants[d->want_count++].why = f[5];
	return true;
}

void
fakedispatch_snapshot(struct fakedispatch *d, struct conn *c)
{
	struct wbuf wants = { .len = 0 }, b = { .len = 0 };

	if (!d->is_there)
		return;
	for (unsigned i = 0; i < d->want_count; i++) {
		w_u32(&wants, d->find(d->wants[i].point, d->arg));
		w_u8(&wants, (uint8_t)d->wants[i].kind);
		w_f64(&wants, d->m.acting == GUARD_MANUAL ? (double)NAN : d->wants[i].wanted);
		w_f64(&wants, d->wants[i].measured);
		w_str(&wants, d->m.acting == GUARD_MANUAL ? "" : d->wants[i].why);
	}
	d->m.plan_made = d->now.us - 4 * 60 * US_PER_S;
	d->m.plan_until = d->now.us + 56 * 60 * US_PER_S;
	d->m.plan_text = "forecasts: 7 from similar days, 0 plain, 0 flat, 0 as they are now";
	d->m.wants = (struct msg_bytes){ wants.data, wants.len };
	msg_dispatch_put(&b, &d->m);
	conn_send(c, W_DISPATCH, 0, &b, NULL);
	wbuf_done(&b);
	wbuf_done(&wants);
}

bool
fakedispatch_frame(struct fakedispatch *d, struct conn *c, const struct frame *f)
{
	struct msg_mode m;
	struct rbuf r;

	if (f->type != W_MODE)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (!msg_mode_get(&r, &m) || m.mode >= GUARD_MODES) {
		conn_result(c, f->sequence, ERR_USAGE, -1, "the request cannot be read");
		return true;
	}
	if (m.what == MODE_TARGET) {
		d->m.target_kw = m.kw;
	} else {
		d->m.mode = d->m.acting = m.mode;
		d->m.since = d->now.us;
		d->m.until = m.until;
		d->m.response_kw = m.kw;
		d->m.user = "operator";
		str_copy(d->reason, sizeof d->reason, m.reason);
		d->m.reason = d->reason;
	}
	conn_result(c, f->sequence, OK, -1, "recorded as entry %llu: %s %s", (unsigned long long)++d->entries,
	    mode_what_word(m.what), m.what == MODE_SET ? guard_mode_name(m.mode) : "set");
	fakedispatch_snapshot(d, c);
	return true;
}
