/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_dispatch.c - W_DISPATCH into the model, bounded and checked: what listens on a socket may be anything.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/client_private.h"
#include "scada/base/str.h"

void
client_dispatch_done(struct client_dispatch *d)
{
	free((void *)(uintptr_t)d->m.user);
	free((void *)(uintptr_t)d->m.reason);
	free((void *)(uintptr_t)d->m.plan_text);
	memset(d, 0, sizeof *d);
}

static bool
take_wants(struct client_dispatch *d, const struct msg_bytes *b, uint32_t points)
{
	struct rbuf r;

	rbuf_init(&r, b->data, b->len);
	d->want_count = 0;
	while (r.pos < r.len && !r.bad && d->want_count < CLIENT_WANTS_MAX) {
		struct client_want *w = &d->wants[d->want_count];
		uint8_t kind, why;

		w->point = r_u32(&r);
		kind = r_u8(&r);
		w->kind = (enum client_want_kind)kind;
		w->wanted = r_f64(&r);
		w->measured = r_f64(&r);
		str_copy(w->why, sizeof w->why, r_str(&r));
		w->held_kwh = r_f64(&r);
		why = r_u8(&r);
		w->held_why = (enum reserve_why)why;
		if (r.bad || w->point >= points || kind >= WANT_KINDS || why >= RESERVE_COUNT || isinf(w->held_kwh))
			return false;
		d->want_count++;
	}
	return r_done(&r);
}

enum err
client_dispatch_take(struct client_dispatch *d, struct rbuf *r, uint32_t points)
{
	struct client_dispatch next = { .is_told = true };

	if (!msg_dispatch_get(r, &next.m) || next.m.mode >= GUARD_MODES || next.m.acting >= GUARD_MODES ||
	    next.m.grid >= GRID_STATES || !take_wants(&next, &next.m.wants, points))
		return ERR_FRAME;
	next.m.user = xstrdup(next.m.user);
	next.m.reason = xstrdup(next.m.reason);
	next.m.plan_text = xstrdup(next.m.plan_text);
	next.m.wants = (struct msg_bytes){ 0 };
	client_dispatch_done(d);
	*d = next;
	return OK;
}

enum err
client_plan_points_take(struct client_control *k, struct rbuf *r)
{
	struct msg_plan_points m;
	struct rbuf pairs;

	if (!msg_plan_points_get(r, &m) || m.pairs.len % 8 != 0)
		return ERR_FRAME;
	rbuf_init(&pairs, m.pairs.data, m.pairs.len);
	while (pairs.pos < pairs.len) {
		point_id planned = r_u32(&pairs), actual = r_u32(&pairs);

		if (planned >= k->points || actual >= k->points)
			return ERR_FRAME;
		k->planned[actual] = planned;
	}
	return r_done(r) ? OK : ERR_FRAME;
}

point_id
client_planned(const struct client *c, point_id id)
{
	return c->control != NULL && id < c->control->points ? c->control->planned[id] : POINT_NONE;
}

const struct client_dispatch *
client_dispatch(const struct client *c)
{
	return c->control != NULL && c->control->dispatch.is_told ? &c->control->dispatch : NULL;
}

char *
client_mode_text(const struct client_dispatch *d, bool ja, const char *limit, char *buf, size_t size)
{
	str_printf(buf, size, "%s%s", guard_mode_title(d->m.acting, ja), limit);
	if (d->m.acting != d->m.mode) {
		str_append(buf, size, ja ? "、設定は" : "; chosen is ");
		str_append(buf, size, guard_mode_title(d->m.mode, ja));
	}
	return buf;
}

char *
client_now_text(const struct client_dispatch *d, char *buf, size_t size)
{
	char power[40] = "-", adjust[40];
	const char *flow = d->m.power_kw < 0 ? "gives" : "draws";

	if (d->m.grid == GRID_LOST) {
		str_copy(buf, size, "nothing can be drawn: the grid is lost");
		return buf;
	}
	if (!isnan(d->m.power_kw))
		str_fixed(power, sizeof power, fabs(d->m.power_kw), 0);
	str_printf(buf, size, "%s %s%s", flow, power, isnan(d->m.power_kw) ? "" : " kW");
	if (isnan(d->m.adjust_kw))
		return buf;
	str_append(buf, size, d->m.adjust_kw < 0 ? "; " : "; may draw ");
	str_append(buf, size, str_fixed(adjust, sizeof adjust, fabs(d->m.adjust_kw), 0));
	str_append(buf, size,
	    d->m.adjust_kw < 0 ? " kW must go until the half hour ends" : " kW more until the half hour ends");
	return buf;
}

char *
client_held_text(const struct client_want *w, char *buf, size_t size)
{
	char kwh[40];

	buf[0] = '\0';
	if (!isnan(w->held_kwh) && w->held_why == RESERVE_NONE)
		str_copy(buf, size, "keeps nothing as reserve by the plan");
	else if (!isnan(w->held_kwh))
		str_printf(buf, size, "keeps %s kWh as reserve by the plan: %s",
		    str_fixed(kwh, sizeof kwh, w->held_kwh, 0), reserve_help(w->held_why));
	return buf;
}

char *
client_plan_text(const struct client_dispatch *d, struct utc now, char *buf, size_t size)
{
	char made[16], until[16];

	if (d->m.plan_made == 0 || d->m.plan_until <= now.us)
		str_printf(buf, size, "none: %s", d->m.plan_text);
	else
		str_printf(buf, size, "made %s, holds until %s; %s",
		    utc_civil(made, sizeof made, (struct utc){ d->m.plan_made }, "%H:%M"),
		    utc_civil(until, sizeof until, (struct utc){ d->m.plan_until }, "%H:%M"), d->m.plan_text);
	return buf;
}

const char *
client_stage_word(unsigned stage, bool ja)
{
	static const char *const words[][2] = { { "clear", "正常" }, { "caution", "注意" }, { "warning", "警戒" },
		{ "over", "超過" } };

	return stage < sizeof words / sizeof words[0] ? words[stage][ja] : "?";
}
