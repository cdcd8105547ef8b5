/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakewheel.c - the answers to W_WHEEL_GET, W_WHEEL and W_WHEEL_FILE_GET.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/date.h"
#include "scada/base/command.h"
#include "scada/base/wheel_words.h"
#include "tests/screen/fakewheel.h"

#define ZONE_US  (9 * 3600 * US_PER_S) /* Japan */
#define DAY_US   (24 * 3600 * US_PER_S)
#define SLOTS    48
#define HOUR_US  (3600 * US_PER_S)
#define PART_KWH 22.5

static int64_t
today(const struct fakewheel *w)
{
	return (w->now.us + ZONE_US) / DAY_US;
}

static enum wheel_phase
phase_of(int64_t start, int64_t now)
{
	return now >= start + WHEEL_SLOT_US ? WHEEL_OVER
	    : now >= start                  ? WHEEL_RUNNING
	    : now >= start - HOUR_US        ? WHEEL_CLOSED
	                                    : WHEEL_OPEN;
}

static void
put_pair(struct wbuf *b, double made, double used)
{
	w_f64(b, made);
	w_f64(b, used);
}

/* Delivered as planned but for a dip at noon; from 40 on a surplus is foreseen. */
static void
put_row(const struct fakewheel *w, struct wbuf *b, unsigned slot, int64_t start, bool is_today)
{
	enum wheel_phase phase = phase_of(start, w->now.us);
	bool is_planned = is_today, is_changed = w->edit > 0 && slot >= w->from && slot <= w->to;
	double made = is_planned ? 320 : (double)NAN, used = is_planned ? 45 : (double)NAN;
	double miss = slot == 24 ? 61.5 : slot > 40 ? -12.25 : 0;
	bool is_over = phase == WHEEL_OVER, is_seen = is_over || phase == WHEEL_RUNNING;

	w_u8(b, (uint8_t)phase);
	w_u8(b,
	    (uint8_t)(!is_planned                                       ? WHEEL_NONE
	            : w->is_pending && slot >= w->from && slot <= w->to ? WHEEL_SUBMITTED
	                                                                : WHEEL_FILED));
	w_u8(b, is_changed);
	put_pair(b, is_changed ? w->kwh : made, used);
	put_pair(b, made, used);
	put_pair(b, is_over ? made - miss : is_seen ? 88 : (double)NAN, is_over && slot != 10 ? used : (double)NAN);
	w_u8(b, is_seen ? 0 : WHEEL_MISSING);
	w_u8(b, (uint8_t)(is_over && slot != 10 ? WHEEL_PARTIAL : WHEEL_MISSING));
	put_pair(b, miss, slot == 10 ? (double)NAN : 0);
	w_u8(b, !is_over);
	w_f64(b, slot < 30 ? 18.5 : 15);
	w_u8(b, slot < 30 ? WHEEL_PRICE_PRELIMINARY : WHEEL_PRICE_EXPECTED);
	w_f64(b, is_planned ? miss * (slot < 30 ? 18.5 : 15) : (double)NAN);
}

static void
put_version(struct wbuf *b, uint32_t number, enum wheel_answer answer, int64_t at, const char *author)
{
	w_u32(b, number);
	w_u32(b, number - 1);
	w_u8(b, (uint8_t)answer);
	w_i64(b, at);
	w_i64(b, answer == WHEEL_PENDING ? 0 : at + 12 * 60 * US_PER_S);
	w_str(b, author);
}

static void
tell_day(const struct fakewheel *w, struct conn *c, uint32_t sequence, int64_t date)
{
	struct wbuf b = { 0 }, parts = { 0 }, versions = { 0 }, rows = { 0 }, kwh = { 0 };
	int64_t start = date * DAY_US - ZONE_US;
	bool is_today = date == today(w);
	uint32_t latest = is_today ? w->latest : 0;

	if (date < today(w) - 1 || date > today(w) + 2) {
		conn_result(c, sequence, ERR_NOT_FOUND, -1, "that day is not at hand");
		return;
	}
	w_str(&parts, "SCH01");
	w_str(&parts, "1st elementary school");
	w_str(&parts, "第一小学校");
	w_u8(&parts, 1);
	w_str(&parts, "SCH04");
	w_str(&parts, "4th junior high school");
	w_str(&parts, "第四中学校");
	w_u8(&parts, 0);
	if (is_today)
		put_version(&versions, 1, WHEEL_ACCEPTED, start - 13 * HOUR_US, "planner");
	if (latest > 1)
		put_version(&versions, latest, w->is_pending ? WHEEL_PENDING : WHEEL_ACCEPTED, w->now.us, "operator");
	for (unsigned slot = 0; slot < SLOTS; slot++)
		put_row(w, &rows, slot, start + slot * WHEEL_SLOT_US, is_today);
	for (unsigned i = 0; i < 2 * SLOTS; i++)
		w_f32(&kwh, is_today ? PART_KWH : (double)NAN);
	msg_wheel_day_put(&b,
	    &(struct msg_wheel_day){ .date = date,
	        .first = today(w) - 1,
	        .last = today(w) + 2,
	        .start = start,
	        .file_by = start - 12 * HOUR_US,
	        .gate_us = HOUR_US,
	        .now = w->now.us,
	        .slots = SLOTS,
	        .flags = (uint32_t)(w->edit > 0 ? WHEEL_UNFILED | WHEEL_IMBALANCE
	                : w->is_pending         ? WHEEL_AWAITED
	                                        : 0),
	        .in_force = is_today ? (w->is_pending ? latest - 1 : latest) : 0,
	        .latest = latest,
	        .edit = is_today ? w->edit : 0,
	        .base = is_today && w->edit > 0 ? latest : 0,
	        .draft_time = w->now.us,
	        .draft_author = w->edit > 0 ? "operator" : "",
	        .loss_share = 0.03,
	        .limit_kwh = 40,
	        .limit_pct = (double)NAN,
	        .export = "GRID.RX.KWH_EXP",
	        .parts = { parts.data, parts.len },
	        .versions = { versions.data, versions.len },
	        .rows = { rows.data, rows.len },
	        .kwh = { kwh.data, kwh.len } });
	conn_send(c, W_WHEEL_DAY, sequence, &b, NULL);
	conn_result(c, sequence, OK, -1, "%s", "");
	wbuf_done(&b);
	wbuf_done(&parts);
	wbuf_done(&versions);
	wbuf_done(&rows);
	wbuf_done(&kwh);
}

static void
do_act(struct fakewheel *w, struct conn *c, uint32_t sequence, const struct msg_wheel *m)
{
	switch (m->act) {
	case WHEEL_SET:
		w->edit++;
		w->from = m->from;
		w->to = m->to;
		w->kwh = m->kwh;
		break;
	case WHEEL_FILE:
		if (m->number != w->edit) {
			conn_result(c, sequence, ERR_REFUSED, AC_INCONSISTENT,
			    "the draft is another than the one that you saw");
			return;
		}
		w->edit = 0;
		w->latest++;
		w->is_pending = true;
		break;
	case WHEEL_DROP: w->edit = 0; break;
	case WHEEL_ACCEPT: w->is_pending = false; break;
	default:
		conn_result(c, sequence, ERR_REFUSED, AC_BLOCKED_PROCESS,
		    "no draft: there is no plan of dispatch to make it from: chisan-planner does not run");
		return;
	}
	conn_result(c, sequence, OK, -1, "recorded as entry %llu: plan: %s", (unsigned long long)++w->entries,
	    wheel_act_word(m->act));
}

bool
fakewheel_frame(struct fakewheel *w, struct conn *c, const struct frame *f)
{
	struct msg_wheel_get get;
	struct msg_wheel m;
	struct rbuf r;

	if (w->latest == 0)
		w->latest = 1;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_WHEEL_GET && msg_wheel_get_get(&r, &get))
		tell_day(w, c, f->sequence, get.date != 0 ? get.date : today(w));
	else if (f->type == W_WHEEL && msg_wheel_get(&r, &m))
		do_act(w, c, f->sequence, &m);
	else
		return false;
	return true;
}
