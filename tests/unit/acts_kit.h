/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_kit.h - chisand's door for acts in a test: a small site, its table, the journal, what is held; both clocks are the test's own.
 * Include after t.h; everything is static.
 */
#ifndef CHISAN_ACTS_KIT_H
#define CHISAN_ACTS_KIT_H

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/acts.h"
#include "scada/core/calc.h"
#include "scada/core/sums.h"
#include "tests/unit/sitekit.h"

#define T0 INT64_C(1795380786000000)

enum { P, Q, S, B, E, SP, CMD, SUM, INT, POINTS };

static struct kit kit;
static struct table *table;
static struct calc *calc;
static struct logbook *book;
static struct held *held;
static struct acts *acts;
static int64_t clock_us, step_us; /* step: of the wall clock */
static bool takes;

/* what the store got last */
static struct wbuf sent;
static uint16_t sent_type;
static uint32_t sent_sequence;
static unsigned sent_count;
/* what the asker got last */
static unsigned answers;
static enum err result;
static int addcause;
static unsigned detail;
static char text[600];
static void *answered;
static unsigned touched, scans_off, scans_on, ended, renamed, unfit;
static int asker_a;

static struct utc
now(void)
{
	return (struct utc){ T0 + clock_us + step_us };
}

static struct mono
mono(void)
{
	return (struct mono){ 1000000 + clock_us };
}

static bool
send_cb(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg)
{
	(void)arg;
	if (!takes)
		return false;
	wbuf_reset(&sent);
	memcpy(wbuf_grow(&sent, body->len), body->data, body->len);
	sent_type = type;
	*sequence = ++sent_sequence;
	sent_count++;
	return true;
}

static void
recorded_cb(const struct msg_journal *m, void *arg)
{
	(void)m;
	(void)arg;
}

static const struct logbook_ops logbook_ops = { .send = send_cb, .recorded = recorded_cb };

static void
answer_cb(void *asker, uint32_t sequence, enum err e, int cause, enum result_detail d, const char *words, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(sequence, 17);
	answers++;
	answered = asker;
	result = e;
	addcause = cause;
	detail = d;
	str_copy(text, sizeof(text), words);
}

static void
touched_cb(void *arg)
{
	(void)arg;
	touched++;
}

static struct utc
now_cb(struct mono *m, void *arg)
{
	(void)arg;
	*m = mono();
	return now();
}

static const struct acts_ops acts_ops = { .answer = answer_cb, .touched = touched_cb, .now = now_cb };

static void
scan_cb(point_id id, bool on, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(id, table_count(table));
	scans_off += !on;
	scans_on += on;
}

static void
ended_cb(const struct hold *h, void *arg)
{
	(void)arg;
	ended++;
	acts_ended(acts, h, now(), mono());
}

static void
renamed_cb(const struct hold *h, const char *old_name, void *arg)
{
	(void)arg;
	ck_assert_str_ne(h->name, old_name);
	renamed++;
}

static void
unfit_cb(const struct hold *h, const char *why, void *arg)
{
	(void)arg;
	ck_assert_msg(strstr(why, h->name) != NULL, "%s", why);
	unfit++;
}

static const struct held_ops held_ops = { scan_cb, ended_cb, renamed_cb, unfit_cb };

static void
make_site(void)
{
	static struct key_name states[] = { { 0, "stop" }, { 1, "run" }, { 9, "fault" } };
	static struct site_profile profile = { .protocol = PROTOCOL_MODBUS };
	struct site_point_def *d;

	kit_init(&kit, POINTS + 1);
	kit.site.nodes[0].profile = &profile;
	d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->range = (struct key_range){ 0, 100 };
	d->unit = "kW";
	kit_read(&kit, "A.Q", KIND_ANALOG);
	d = kit_read(&kit, "A.S", KIND_DIGITAL);
	d->states = (struct key_names){ states, 3 };
	kit_read(&kit, "A.B", KIND_DIGITAL);
	d = kit_read(&kit, "A.E", KIND_COUNTER);
	d->read->type = RAW_U16;
	kit_read(&kit, "A.SP", KIND_SETPOINT);
	kit_read(&kit, "A.CMD", KIND_COMMAND);
	kit_calc(&kit, "C.SUM", "A.P + A.Q");
	kit_calc(&kit, "C.INT", "integrate(A.Q, 1h)");
}

static void
begin(void)
{
	table = table_new(&kit.site);
	calc = calc_new(table);
	book = logbook_new(&logbook_ops, NULL, 99);
	held = held_new(&held_ops, NULL);
	acts = acts_new(book, held, &acts_ops, NULL);
	held_site(held, table, mono());
	acts_site(acts, table);
	logbook_ready(book);
}

static void
end(void)
{
	acts_free(acts);
	held_free(held);
	logbook_free(book);
	calc_free(calc);
	table_free(table);
}

static void
setup(void)
{
	clock_us = step_us = 0;
	takes = true;
	sent_count = answers = touched = scans_off = scans_on = ended = renamed = unfit = 0;
	wbuf_init(&sent);
	make_site();
	begin();
}

static void
teardown(void)
{
	end();
	kit_done(&kit);
	wbuf_done(&sent);
}

static void
feed(point_id id, double raw)
{
	clock_us += US_PER_S;
	ck_assert(table_sample(table, id, raw, OK, now(), now(), mono()));
	calc_run(calc, now(), mono());
}

static const struct value *
at(point_id id)
{
	return &table_values(table)[id];
}

static void
request(void *asker, uint16_t type, const struct wbuf *b, const char *user)
{
	struct actor who = {
		.uid = 1000, .role = ROLE_OPERATOR, .user = user, .terminal = "pts/3 from 10.0.0.7", .session = asker
	};
	uint8_t *copy = xmalloc(b->len + 1);
	struct frame f = { .type = type, .sequence = 17, .length = (uint32_t)b->len, .body = copy };

	memcpy(copy, b->data, b->len);
	ck_assert(acts_frame(acts, asker, &who, &f, now(), mono()));
	free(copy);
}

static void
manual_as(void *asker, const char *user, uint64_t token, const char *point, bool on, double v, int64_t until,
    const char *reason)
{
	struct msg_manual m = {
		.token = token, .on = on, .value = v, .until = until, .point = point, .reason = reason
	};
	struct wbuf b = { 0 };

	msg_manual_put(&b, &m);
	request(asker, W_MANUAL, &b, user);
	wbuf_done(&b);
}

static void
manual(const char *point, bool on, double v, const char *reason)
{
	manual_as(&asker_a, "duty", 0, point, on, v, 0, reason);
}

static void
scan(const char *point, bool on, const char *reason)
{
	struct msg_scan m = { .on = on, .point = point, .reason = reason };
	struct wbuf b = { 0 };

	msg_scan_put(&b, &m);
	request(&asker_a, W_SCAN, &b, "duty");
	wbuf_done(&b);
}

/* The entry that the store got last. */
static struct msg_journal_add
entry(void)
{
	struct msg_journal_add m;
	struct rbuf r;

	ck_assert_uint_eq(sent_type, W_JOURNAL_ADD);
	rbuf_init(&r, sent.data, sent.len);
	ck_assert(msg_journal_add_get(&r, &m) && r_done(&r));
	return m;
}

static void
store_answers_at(int64_t time)
{
	struct msg_journal m = {
		.seq = 5, .time = time, .point = "", .user = "", .terminal = "", .text = "", .before = "", .after = ""
	};
	struct wbuf b = { 0 };
	struct frame f = { .type = W_JOURNAL, .reply_to = sent_sequence };

	msg_journal_put(&b, &m);
	f.body = b.data;
	f.length = (uint32_t)b.len;
	ck_assert(logbook_answer(book, &f));
	wbuf_done(&b);
}

static void
store_answers(void)
{
	store_answers_at(entry().time);
}

/* The only state of the entry, as the store would give it back. */
static struct msg_store_state
saved_state(void)
{
	struct msg_journal_add m = entry();
	struct msg_store_state s = { .time = m.time };
	struct rbuf r;

	rbuf_init(&r, m.states.data, m.states.len);
	s.kind = r_u8(&r);
	s.name = r_str(&r);
	s.blob.data = r_bytes(&r, &s.blob.len);
	ck_assert(r_done(&r));
	return s;
}

#endif
