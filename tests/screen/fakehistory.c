/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakehistory.c - a sum of sines whose phases come from the point's name; everything else is seen relative to `now`.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "tests/screen/fakehistory.h"

#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/base/str.h"

#define MINUTE    (60 * US_PER_S)
#define DAY       (86400 * US_PER_S)
#define LOOKS     24 /* into one bucket */
#define PER_FRAME 500
#define SAMPLE_US (10 * US_PER_S)

static unsigned
hash_of(const char *name)
{
	unsigned h = 5381;

	for (; *name != '\0'; name++)
		h = h * 33 + (unsigned char)*name;
	return h % 1000;
}

static double
value_at(const struct fakehistory_point *p, int64_t us)
{
	double s = (double)us / 1e6, phase = (double)hash_of(p->name) / 159;
	double lo = isnan(p->lo) ? 0 : p->lo, hi = isnan(p->hi) ? 100 : p->hi;
	double w =
	    0.5 + 0.28 * sin(s / 86400 * 6.2831853 + phase) + 0.1 * sin(s / 1500 + phase * 2) + 0.04 * sin(s / 47);

	if (p->kind == KIND_DIGITAL || p->kind == KIND_COMMAND)
		return (double)(us / (20 * MINUTE) % 4);
	if (p->kind == KIND_COUNTER)
		return s / 36;
	if (strstr(p->name, ".RX.F") != NULL)
		return 50 + (w - 0.5) / 10;
	return lo + (hi - lo) * w;
}

/* false: nobody looked. */
static bool
look(const struct fakehistory *h, int64_t us, uint16_t *quality)
{
	int64_t ago = h->now.us - us;

	*quality = ago > 20 * MINUTE && ago <= 25 * MINUTE ? Q_FAILURE
	    : ago > 8 * MINUTE && ago <= 10 * MINUTE       ? Q_STALE
	                                                   : 0;
	return ago >= 0 && ago < 400 * DAY && !(ago > 37 * MINUTE && ago <= 40 * MINUTE) &&
	    !(us % DAY >= DAY * 18 / 24 && us % DAY < DAY * 19 / 24);
}

void
fakehistory_bucket(
    const struct fakehistory *h, const struct fakehistory_point *p, struct utc from, int64_t step_us, struct bucket *b)
{
	double sum = 0;
	int usable = 0, good = 0, seen = 0;

	*b = (struct bucket){ .from = from,
		.min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	for (int i = 0; i < LOOKS; i++) {
		int64_t at = from.us + step_us * i / LOOKS;
		uint16_t quality;
		double v = value_at(p, at);
		if (!look(h, at, &quality)) {
			b->last = (double)NAN;
			continue;
		}
		seen++;
		b->quality |= quality;
		good += quality == 0;
		b->last = quality_validity(quality) == V_BAD ? (double)NAN : v;
		if (quality_validity(quality) == V_BAD)
			continue;
		usable++;
		sum += v;
		b->min = fmin(b->min, v);
		b->max = fmax(b->max, v);
		if (i == 0)
			b->first = v;
	}
	if (usable > 0)
		b->mean = sum / usable;
	b->good = (float)good / LOOKS;
	b->seen = (float)seen / LOOKS;
	b->samples = (uint32_t)(seen * step_us / LOOKS / US_PER_S);
	b->marks = seen < LOOKS ? BUCKET_PARTIAL : 0;
	if (p->kind == KIND_COUNTER && usable > 0)
		b->increment = value_at(p, from.us + step_us) - value_at(p, from.us);
}

/* ---- answers */

static bool
is_refused(struct fakehistory *h, struct conn *c, const struct frame *f, const char *name, struct fakehistory_point *p)
{
	size_t len = strlen(name);
	const char *end = len > 5 ? name + len - 5 : "";

	if (strcmp(h->mode, "mute") == 0 || strcmp(end, ".BITS") == 0)
		return true;
	if (strcmp(h->mode, "gone") == 0)
		conn_result(c, f->sequence, ERR_HELPER, -1, "the reader of the store is not running");
	else if (strcmp(h->mode, "busy") == 0 || strcmp(end, ".EVIL") == 0)
		conn_result(c, f->sequence, ERR_BUSY, -1, "the store answers others; try again");
	else if (strcmp(end, ".HUGE") == 0 || !h->find(name, p, h->arg))
		conn_result(c, f->sequence, ERR_NOT_FOUND, -1, "nothing was ever recorded of this point");
	else
		return false;
	h->open -= h->open > 0;
	return true;
}

static void
answer_trend(struct fakehistory *h, struct conn *c, const struct frame *f)
{
	struct fakehistory_point p;
	struct msg_trend_get m;
	struct rbuf r, points;
	struct wbuf b;

	rbuf_init(&r, f->body, f->length);
	if (!msg_trend_get_get(&r, &m) || m.buckets == 0 || m.to <= m.from) {
		conn_result(c, f->sequence, ERR_USAGE, -1, "a trend needs a time and buckets");
		return;
	}
	rbuf_init(&points, m.points.data, m.points.len);
	if (++h->open > h->most_open)
		h->most_open = h->open;
	if (is_refused(h, c, f, r_str(&points), &p))
		return;
	wbuf_init(&b);
	int64_t step = (m.to - m.from) / m.buckets;
	for (uint32_t first = 0; first < m.buckets; first += PER_FRAME) {
		uint32_t count = m.buckets - first < PER_FRAME ? m.buckets - first : PER_FRAME;
		bool is_cut = strcmp(h->mode, "cut") == 0;
		if (is_cut)
			count = count / 2 + 1;
		msg_trend_put(&b,
		    &(struct msg_trend){ .first = first,
		        .count = count,
		        .unit = p.unit,
		        .kind = (uint8_t)p.kind,
		        .decimals_plus_8 = (uint8_t)(p.decimals + 8) });
		for (uint32_t i = first; i < first + count; i++) {
			struct bucket k;
			fakehistory_bucket(h, &p, (struct utc){ m.from + i * step }, step, &k);
			bucket_put(&b, &k);
		}
		conn_send(c, W_TREND, f->sequence, &b, NULL);
		wbuf_reset(&b);
		if (is_cut) {
			wbuf_done(&b);
			return;
		}
	}
	wbuf_done(&b);
	h->open -= h->open > 0;
	conn_result(c, f->sequence, OK, -1, "%s", "");
}

static void
answer_history(struct fakehistory *h, struct conn *c, const struct frame *f)
{
	struct fakehistory_point p;
	struct msg_history_get m;
	struct rbuf r;
	struct wbuf b, tail;
	uint32_t count = 0, sent = 0;

	rbuf_init(&r, f->body, f->length);
	if (!msg_history_get_get(&r, &m) || is_refused(h, c, f, m.point, &p))
		return;
	wbuf_init(&b);
	wbuf_init(&tail);
	int64_t at = m.from / SAMPLE_US * SAMPLE_US;
	for (; at < m.to && at <= h->now.us && sent < m.most; at += SAMPLE_US) {
		uint16_t quality;
		if (!look(h, at, &quality))
			continue;
		w_i64(&tail, at);
		w_f64(&tail, value_at(&p, at));
		w_u16(&tail, quality);
		w_u16(&tail, quality == Q_FAILURE ? ERR_EXC_DEVICE : OK);
		count++;
		sent++;
		if (strcmp(h->mode, "pairs") == 0 && sent < m.most) { /* and at once it was something else */
			w_i64(&tail, at);
			w_f64(&tail, -7);
			w_u16(&tail, Q_STALE);
			w_u16(&tail, ERR_NO_SAMPLE);
			count++;
			sent++;
		}
		if (count < PER_FRAME && at + SAMPLE_US < m.to && sent < m.most)
			continue;
		msg_history_put(&b, &(struct msg_history){ .count = count });
		memcpy(wbuf_grow(&b, tail.len), tail.data, tail.len);
		conn_send(c, W_HISTORY, f->sequence, &b, NULL);
		wbuf_reset(&b);
		wbuf_reset(&tail);
		count = 0;
	}
	if (count > 0) {
		msg_history_put(&b, &(struct msg_history){ .count = count });
		memcpy(wbuf_grow(&b, tail.len), tail.data, tail.len);
		conn_send(c, W_HISTORY, f->sequence, &b, NULL);
	}
	wbuf_done(&b);
	wbuf_done(&tail);
	conn_result(c, f->sequence, OK, -1, "%s", "");
}

/* clang-format off */
static const struct {
	int64_t ago_us;
	enum journal_kind kind;
	const char *point, *user, *text, *before, *after;
} entries[] = {
	{ 50 * MINUTE, JOURNAL_NOTE, "", "duty", "引継ぎ: 受電点の点検は20:20まで。 Handed over: the supply point is inspected until 20:20.", "", "" },
	{ 40 * MINUTE, JOURNAL_LINK, "", "", "ESS1: communication is lost: the device did not answer in time; holding 0..23", "", "" },
	{ 37 * MINUTE, JOURNAL_LINK, "", "", "ESS1: communication is back after 3m", "", "" },
	{ 35 * MINUTE, JOURNAL_LINK, "", "", "ESS9: communication is lost: beside ESS1: no route to the device", "", "" },
	{ 30 * MINUTE, JOURNAL_NOTE, "ESS1.SOC", "keeper", "The battery was asked for 40 kW more because the sports hall opened a second court; watch the temperature of rack 3 and give it back when the evening peak is over.", "", "" },
	{ 25 * MINUTE, JOURNAL_ALARM, "ESS1.SOC", "", "the device reports a failure of its own", "NORM", "UNACK" },
	{ 24 * MINUTE, JOURNAL_ACK, "ESS1.SOC", "keeper", "acknowledged", "UNACK", "ACKED" },
	{ 15 * MINUTE, JOURNAL_MANUAL, "ESS1.P", "keeper", "manual value", "-118.5", "-100" },
	{ 2 * DAY, JOURNAL_SYSTEM, "", "", "chisand stops", "", "" },
	{ 3 * DAY, JOURNAL_NOTE, "", "relief", "Storm warning for the night.\033[31m", "", "" },
};
/* clang-format on */

static void
answer_journal(struct fakehistory *h, struct conn *c, const struct frame *f)
{
	struct msg_journal_get m;
	struct rbuf r;
	struct wbuf b;

	rbuf_init(&r, f->body, f->length);
	if (!msg_journal_get_get(&r, &m) || strcmp(h->mode, "mute") == 0)
		return;
	if (strcmp(h->mode, "gone") == 0) {
		conn_result(c, f->sequence, ERR_HELPER, -1, "the reader of the store is not running");
		return;
	}
	wbuf_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		int64_t time = h->now.us - entries[i].ago_us;
		uint64_t seq = 4000 + i;
		if (time < m.from || (m.to != 0 && time >= m.to) || seq <= m.after ||
		    (m.kinds != 0 && (m.kinds >> entries[i].kind & 1) == 0) ||
		    (m.point[0] != '\0' && !str_glob(m.point, entries[i].point)) ||
		    (m.text[0] != '\0' && strstr(entries[i].text, m.text) == NULL))
			continue;
		msg_journal_put(&b,
		    &(struct msg_journal){ .seq = seq,
		        .time = time,
		        .kind = (uint16_t)entries[i].kind,
		        .reason = 255,
		        .point = entries[i].point,
		        .user = entries[i].user,
		        .terminal = "",
		        .text = entries[i].text,
		        .before = entries[i].before,
		        .after = entries[i].after });
		conn_send(c, W_JOURNAL, f->sequence, &b, NULL);
		wbuf_reset(&b);
	}
	wbuf_done(&b);
	conn_result(c, f->sequence, OK, -1, "%s", "");
}

bool
fakehistory_answer(struct fakehistory *h, struct conn *c, const struct frame *f)
{
	if (f->type == W_CANCEL) {
		h->cancelled++;
		h->open -= h->open > 0;
		return true;
	}
	if (f->type != W_TREND_GET && f->type != W_HISTORY_GET && f->type != W_JOURNAL_GET)
		return false;
	h->asked++;
	if (f->type == W_TREND_GET)
		answer_trend(h, c, f);
	else if (f->type == W_HISTORY_GET)
		answer_history(h, c, f);
	else
		answer_journal(h, c, f);
	return true;
}
