/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_preview.c - what an override would do: asked of chisan-planner, one question at a time, the others wait behind it. Whoever asks is
 * answered within PREVIEW_WAIT_US, with figures or with why there are none.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"

/* ---- the questions that wait */

static void
take_off(struct dispatching *d, unsigned i)
{
	memmove(&d->waits[i], &d->waits[i + 1], (d->wait_count - i - 1) * sizeof(d->waits[0]));
	d->wait_count--;
}

static void
answer(struct dispatching *d, unsigned i, const struct wbuf *body, const char *why)
{
	struct preview_wait w = d->waits[i];

	take_off(d, i);
	if (w.asker != NULL)
		d->ops->preview(w.asker, w.sequence, body, why, d->arg);
}

static void
send_next(struct dispatching *d, struct utc now)
{
	while (d->wait_count > 0 && d->waits[0].serial == 0) {
		struct preview_wait *w = &d->waits[0];
		struct wbuf ask = { .len = 0 }, b = { .len = 0 };

		if (w->asker == NULL) {
			take_off(d, 0);
			continue;
		}
		w->serial = ++d->preview_serial;
		dispatch_put_ask(d, now, &ask);
		msg_plan_preview_put(&b,
		    &(struct msg_plan_preview){ .serial = w->serial,
		        .asset = (uint16_t)w->asset,
		        .kw = w->kw,
		        .until = w->until,
		        .ask = { ask.data, ask.len } });
		bool is_sent = plans_send(d->plans, W_PLAN_PREVIEW, &b);
		wbuf_done(&ask);
		wbuf_done(&b);
		if (!is_sent)
			answer(d, 0, NULL, "chisan-planner does not run");
	}
}

void
dispatching_preview_down(struct dispatching *d, const char *why)
{
	while (d->wait_count > 0)
		answer(d, 0, NULL, why);
}

void
dispatching_preview_forget(struct dispatching *d, const void *asker)
{
	for (unsigned i = 0; i < d->wait_count; i++)
		if (d->waits[i].asker == asker)
			d->waits[i].asker = NULL;
}

void
dispatch_preview_second(struct dispatching *d, struct utc now, struct mono mono)
{
	for (unsigned i = d->wait_count; i-- > 0;)
		if (mono_diff_us(mono, d->waits[i].asked) >= PREVIEW_WAIT_US)
			answer(d, i, NULL, "chisan-planner has not answered in time");
	send_next(d, now);
}

enum err
dispatching_preview_take(struct dispatching *d, const struct frame *f, struct utc now)
{
	struct msg_preview m;
	struct wbuf body = { .len = 0 };
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_preview_get(&r, &m) || !r_done(&r))
		return ERR_FRAME;
	if (d->wait_count == 0 || d->waits[0].serial == 0 || d->waits[0].serial != m.serial)
		return OK; /* nobody waits for it any longer */
	memcpy(wbuf_grow(&body, f->length), f->body, f->length);
	if (m.is_good != 0)
		answer(d, 0, &body, "");
	else
		answer(d, 0, NULL, m.text);
	wbuf_done(&body);
	send_next(d, now);
	return OK;
}

/* ---- a question */

static bool
no(char *why, size_t size, const char *text)
{
	str_copy(why, size, text);
	return false;
}

static bool
runs(const struct dispatching *d, const struct asset *a)
{
	const char *p = asset_point(a, "p");
	double kw = p == NULL ? (double)NAN : dispatch_read(d, table_find(d->table, p));

	return a->kind == ASSET_BATTERY || a->kind == ASSET_PV || kw > 1;
}

/* The asset whose setpoint it is, and what the value means in kW. */
static bool
understand(const struct dispatching *d, const struct msg_preview_get *m, struct preview_wait *w, int *addcause,
    char *why, size_t size)
{
	const struct asset *list = d->is_there ? d->district.energy->assets.v : NULL;
	uint32_t n = d->is_there ? d->district.energy->assets.n : 0, i = 0;

	for (; i < n; i++) {
		const char *sp = asset_point(&list[i], "p_sp");
		if (sp != NULL && strcmp(sp, m->point) == 0)
			break;
	}
	*addcause = AC_NOT_SUPPORTED;
	if (!d->is_there)
		return no(why, size, "dispatch does not work here");
	if (i == n ||
	    (list[i].kind != ASSET_BATTERY && list[i].kind != ASSET_GTC && list[i].kind != ASSET_STG &&
	        list[i].kind != ASSET_PV))
		return no(why, size, "this output is the setpoint of no asset that is planned");
	*addcause = -1;
	if (!isfinite(m->value))
		return no(why, size, "the value is no number");
	if (!runs(d, &list[i]))
		return no(why, size, "the set does not run: its setpoint alone does not start it");
	w->asset = i;
	w->kw = dispatch_setpoint_kw(d, &list[i], m->value);
	return true;
}

bool
dispatching_preview(struct dispatching *d, void *asker, uint32_t sequence, const struct msg_preview_get *m,
    struct utc now, struct mono mono, int *addcause, char *why, size_t size)
{
	struct preview_wait w = { .asker = asker, .sequence = sequence, .until = m->until, .asked = mono };

	if (!understand(d, m, &w, addcause, why, size))
		return false;
	if (m->until <= now.us)
		return no(why, size, "its end is over already");
	if (plans_conn(d->plans) == NULL)
		return no(why, size, "chisan-planner does not run");
	for (unsigned i = 0; i < d->wait_count; i++) /* who asks again has typed another value */
		if (d->waits[i].asker == asker) {
			answer(d, i, NULL, "another one was asked for");
			break;
		}
	if (d->wait_count == PREVIEWS_MAX)
		return no(why, size, "too many others ask; try again in a moment");
	d->waits[d->wait_count++] = w;
	send_next(d, now);
	return true;
}
