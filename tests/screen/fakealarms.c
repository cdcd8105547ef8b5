/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakealarms.c - alarms from a file, and what persons do to them.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/screen/fakealarms.h"

#define FIELDS           16
#define FIRST_OCCURRENCE 7001

void
fakealarms_init(struct fakealarms *a, struct utc now, struct fakerecords *records)
{
	*a = (struct fakealarms){ .now = now, .records = records, .occurrence = FIRST_OCCURRENCE };
	a->alarms = xcalloc(FAKEALARMS_MAX, sizeof *a->alarms);
	a->horn = (struct msg_horn){ .alarm = ALARM_NONE, .silenced_by = "", .rate = 3, .window_s = 600 };
}

void
fakealarms_done(struct fakealarms *a)
{
	for (uint32_t i = 0; i < a->owned_count; i++)
		free(a->owned[i]);
	free(a->owned);
	free(a->alarms);
	*a = (struct fakealarms){ 0 };
}

static const char *
own(struct fakealarms *a, const char *text)
{
	if (text[0] == '\0')
		return "";
	if (a->owned_count % 256 == 0)
		a->owned = xrecallocarray(a->owned, a->owned_count, a->owned_count + 256, sizeof *a->owned);
	a->owned[a->owned_count] = xstrdup(text);
	/* "\e" becomes ESC: texts of a careless hand */
	for (char *p = a->owned[a->owned_count]; (p = strstr(p, "\\e")) != NULL;) {
		*p = '\033';
		memmove(p + 1, p + 2, strlen(p + 2) + 1);
	}
	return a->owned[a->owned_count++];
}

static double
number(const char *s)
{
	double v;

	return str_to_double(s, &v) ? v : (double)NAN;
}

static uint32_t
whole(const char *s)
{
	int64_t v;

	return str_to_i64(s, 0, UINT32_MAX, &v) ? (uint32_t)v : 0;
}

static int64_t
ago(const struct fakealarms *a, const char *seconds)
{
	return seconds[0] == '\0' ? 0 : a->now.us - (int64_t)whole(seconds) * US_PER_S;
}

static struct fakealarm *
add(struct fakealarms *a, const char *name, const char *type)
{
	struct fakealarm *x = &a->alarms[a->count];

	if (a->count >= FAKEALARMS_MAX)
		abort();
	*x = (struct fakealarm){ .def = { .alarm = a->count,
		                     .point = POINT_NONE,
		                     .device = DEVICE_NONE,
		                     .limit = (double)NAN,
		                     .deadband = (double)NAN,
		                     .flags = ALARM_NEEDS_ACK | ALARM_MAY_SHELVE,
		                     .name = own(a, name) } };
	x->def.area = x->def.class = x->def.group = x->def.text = x->def.text_ja = x->def.response =
	    x->def.response_ja = "";
	x->def.consequence = x->def.consequence_ja = x->def.cause = x->def.screen = "";
	for (unsigned t = 0; t < ALARM_TYPE_COUNT; t++)
		if (strcmp(alarm_type_word(t), type) == 0)
			x->def.type = (uint8_t)t;
	x->m = (struct msg_alarm){ .alarm = a->count,
		.bits = ALARM_IS_ACKED,
		.value = (double)NAN,
		.by = "",
		.reason = "",
		.comment = "",
		.comment_by = "" };
	a->count++;
	return x;
}

static unsigned
bits_of(enum alarm_state s)
{
	static const unsigned bits[ALARM_STATE_COUNT] = { [ALARM_NORM] = ALARM_IS_ACKED,
		[ALARM_UNACK] = ALARM_COND,
		[ALARM_ACKED] = ALARM_COND | ALARM_IS_ACKED,
		[ALARM_RTNUN] = 0,
		[ALARM_LATUN] = ALARM_LATCH,
		[ALARM_LATAK] = ALARM_LATCH | ALARM_IS_ACKED,
		[ALARM_SHLVD] = ALARM_SHELVED | ALARM_COND,
		[ALARM_DSUPR] = ALARM_BY_DESIGN | ALARM_COND,
		[ALARM_OOSRV] = ALARM_OUT | ALARM_COND };

	return bits[s];
}

static void
read_is(struct fakealarms *a, struct fakealarm *x, char **f)
{
	enum alarm_state state = ALARM_NORM;

	if (!alarm_state_from_word(f[1], &state))
		abort();
	x->m.state = (uint8_t)state;
	x->m.bits = (uint8_t)(bits_of(state) | whole(f[8]));
	x->m.active = x->m.changed = ago(a, f[2]);
	x->m.value = number(f[3]);
	x->m.marks = (uint16_t)whole(f[4]);
	x->m.repeats = whole(f[5]);
	x->m.first_out = (uint8_t)whole(f[6]);
	x->m.occurrence = f[7][0] != '\0' ? whole(f[7]) : state != ALARM_NORM ? a->occurrence++ : 0;
	x->m.by = own(a, f[9]);
	x->m.reason = own(a, f[10]);
	x->m.comment = own(a, f[11]);
	x->m.until = f[12][0] != '\0' ? a->now.us + (int64_t)whole(f[12]) * US_PER_S : 0;
	x->m.acked = ago(a, f[13]);
	x->m.comment_by = x->m.comment[0] != '\0' ? x->m.by : "";
	x->m.commented = x->m.comment[0] != '\0' ? x->m.acked : 0;
}

static void
many(struct fakealarms *a, uint32_t count, uint8_t priority, const char *device, const char *age)
{
	char name[32];

	for (uint32_t i = 0; i < count; i++) {
		str_printf(name, sizeof name, "M%u%04u.X", priority, i);
		struct fakealarm *x = add(a, name, "CALC");
		x->def.priority = priority;
		x->def.device = a->find_device != NULL ? a->find_device(device) : DEVICE_NONE;
		x->def.text = own(a, "one of many");
		x->m.state = ALARM_UNACK;
		x->m.bits = ALARM_COND;
		x->m.active = x->m.changed = ago(a, age) - (int64_t)i * US_PER_MS;
		x->m.occurrence = a->occurrence++;
	}
}

void
fakealarms_line(struct fakealarms *a, const char *line)
{
	char copy[2048], *at = copy, *f[FIELDS];
	struct fakealarm *x = a->count > 0 ? &a->alarms[a->count - 1] : NULL;

	str_copy(copy, sizeof copy, line);
	for (int i = 0; i < FIELDS; i++) {
		char *one = strsep(&at, "|");
		f[i] = one != NULL ? one : copy + strlen(copy);
	}
	if (strcmp(f[0], "alarm") == 0) {
		x = add(a, f[1], f[4]);
		x->def.point = f[2][0] != '\0' && a->find_point != NULL ? a->find_point(f[2]) : POINT_NONE;
		x->def.device = f[3][0] != '\0' && a->find_device != NULL ? a->find_device(f[3]) : DEVICE_NONE;
		x->def.priority = (uint8_t)whole(f[5]);
		if (f[6][0] != '\0')
			x->def.flags = (uint8_t)whole(f[6]);
		x->def.limit = number(f[7]);
		x->def.deadband = number(f[8]);
		x->def.on_delay_ms = 10000;
		x->def.area = own(a, f[9]);
		x->def.class = own(a, f[10]);
		x->def.group = own(a, f[11]);
		x->def.screen = own(a, f[12]);
		x->def.respond_s = whole(f[13]);
		x->def.shelve_max_s = whole(f[14]);
	} else if (x != NULL && strcmp(f[0], "say") == 0) {
		x->def.text = own(a, f[1]);
		x->def.text_ja = own(a, f[2]);
		x->def.response = own(a, f[3]);
		x->def.response_ja = own(a, f[4]);
		x->def.consequence = own(a, f[5]);
		x->def.cause = own(a, f[6]);
	} else if (x != NULL && strcmp(f[0], "is") == 0) {
		read_is(a, x, f);
	} else if (x != NULL && strcmp(f[0], "limit") == 0) {
		x->has_limit = true;
		x->limit = (struct msg_alarm_limit){ x->def.alarm, number(f[1]), ago(a, f[2]), own(a, f[3]),
			own(a, f[4]), own(a, f[5]) };
		x->m.marks |= ALARM_MOVED_LIMIT;
	} else if (strcmp(f[0], "many") == 0) {
		many(a, whole(f[1]), (uint8_t)whole(f[2]), f[3], f[4]);
	}
}

bool
fakealarms_read(struct fakealarms *a, const char *path)
{
	char line[2048];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return false;
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			fakealarms_line(a, line);
	}
	fclose(f);
	return true;
}

/* one: NULL = to all */
static void
tell_approval(struct fakealarms *a, struct conn *one, enum approval_state state, const char *by, const char *outcome)
{
	char what[400];
	struct wbuf b;

	str_printf(what, sizeof what, "shelve %s: %s", a->alarms[a->pending_alarm].def.name, a->pending.reason);
	wbuf_init(&b);
	msg_approval_put(&b,
	    &(struct msg_approval){ .approval = a->approval,
	        .state = (uint8_t)state,
	        .until = a->now.us + 120 * US_PER_S,
	        .role = ROLE_OPERATOR,
	        .area = "",
	        .user = "operator",
	        .what = what,
	        .by = by,
	        .outcome = outcome });
	if (one != NULL)
		conn_send(one, W_APPROVAL, 0, &b, NULL);
	else if (a->publish != NULL)
		a->publish(W_APPROVAL, &b, a->arg);
	wbuf_done(&b);
}

void
fakealarms_snapshot(struct fakealarms *a, struct conn *c)
{
	struct wbuf b;

	wbuf_init(&b);
	for (uint32_t i = 0; i < a->count; i++) {
		msg_alarm_def_put(&b, &a->alarms[i].def);
		conn_send(c, W_ALARM_DEF, 0, &b, NULL);
		wbuf_reset(&b);
	}
	for (uint32_t i = 0; i < a->count; i++) {
		if (a->alarms[i].m.state == ALARM_NORM)
			continue;
		msg_alarm_put(&b, &a->alarms[i].m);
		conn_send(c, W_ALARM, 0, &b, NULL);
		wbuf_reset(&b);
	}
	for (uint32_t i = 0; i < a->count; i++) {
		if (!a->alarms[i].has_limit)
			continue;
		msg_alarm_limit_put(&b, &a->alarms[i].limit);
		conn_send(c, W_ALARM_LIMIT, 0, &b, NULL);
		wbuf_reset(&b);
	}
	msg_horn_put(&b, &a->horn);
	conn_send(c, W_HORN, 0, &b, NULL);
	wbuf_done(&b);
	if (a->approval != 0)
		tell_approval(a, c, APPROVAL_PENDING, "", "");
}

uint32_t
fakealarms_find(const struct fakealarms *a, const char *name)
{
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->alarms[i].def.name, name) == 0)
			return i;
	return ALARM_NONE;
}

static void
tell(struct fakealarms *a, const struct fakealarm *x)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_alarm_put(&b, &x->m);
	if (a->publish != NULL)
		a->publish(W_ALARM, &b, a->arg);
	wbuf_done(&b);
}

static void
set(struct fakealarm *x, enum alarm_state state)
{
	x->m.state = (uint8_t)state;
	x->m.bits = (uint8_t)bits_of(state);
}

void
fakealarms_go(struct fakealarms *a, uint32_t alarm, enum alarm_state state)
{
	struct fakealarm *x = &a->alarms[alarm];

	if (state == ALARM_UNACK) {
		if (x->m.state == ALARM_NORM)
			x->m.occurrence = a->occurrence++;
		else
			x->m.repeats++;
		x->m.active = a->now.us;
		x->m.acked = 0;
		x->m.by = "";
	}
	x->m.changed = a->now.us;
	set(x, state);
	tell(a, x);
}

void
fakealarms_tell_horn(struct fakealarms *a, unsigned priority, uint32_t alarm, bool is_flood)
{
	struct wbuf b;

	a->horn.priority = (uint8_t)priority;
	a->horn.alarm = alarm;
	a->horn.since = priority > 0 ? a->now.us : 0;
	a->horn.is_flood = is_flood;
	a->horn.flood_since = is_flood ? a->now.us : 0;
	a->horn.rate = is_flood ? 43 : 3;
	wbuf_init(&b);
	msg_horn_put(&b, &a->horn);
	if (a->publish != NULL)
		a->publish(W_HORN, &b, a->arg);
	wbuf_done(&b);
}

/* ---- acts */

/* NULL: it was done. */
static const char *
act_on(struct fakealarms *a, struct fakealarm *x, const struct msg_alarm_act *m, uint64_t seen)
{
	enum alarm_state s = (enum alarm_state)x->m.state;

	if (seen != 0 && seen != x->m.occurrence)
		return "it was raised anew since you saw it";
	switch (m->act) {
	case ALARM_ACT_ACK:
		if (s >= ALARM_SHLVD)
			return "it is not on the list";
		if (!alarm_is_unacked(s))
			return "it is acknowledged already by relief";
		if (m->is_dry)
			return NULL;
		set(x, s == ALARM_UNACK ? ALARM_ACKED : s == ALARM_RTNUN ? ALARM_NORM : ALARM_LATAK);
		x->m.acked = a->now.us;
		x->m.by = "operator";
		if (x->m.state == ALARM_NORM)
			x->m.occurrence = 0;
		break;
	case ALARM_ACT_RESET:
		if (s != ALARM_LATAK)
			return s == ALARM_LATUN ? "acknowledge it first" : "nothing is latched";
		if (!m->is_dry)
			set(x, ALARM_NORM);
		break;
	case ALARM_ACT_SHELVE:
		if (!m->is_dry)
			set(x, ALARM_SHLVD);
		break;
	case ALARM_ACT_OOS:
		if (!m->is_dry)
			set(x, ALARM_OOSRV);
		break;
	case ALARM_ACT_UNSHELVE:
	case ALARM_ACT_RETURN:
		if (s != (m->act == ALARM_ACT_UNSHELVE ? ALARM_SHLVD : ALARM_OOSRV))
			return m->act == ALARM_ACT_UNSHELVE ? "it is not shelved" : "it is in service";
		if (!m->is_dry)
			set(x, ALARM_UNACK);
		break;
	default: break;
	}
	return NULL;
}

static void
publish_after(struct fakealarms *a, struct fakealarm *x, const struct msg_alarm_act *m)
{
	static const char *const events[] = { "ACK", "RESET", "SHELVE", "UNSHELVE", "OOS+", "OOS-", "", "COMMENT",
		"TEST", "LIMIT" };
	char text[400];

	x->m.changed = a->now.us;
	if (m->act == ALARM_ACT_SHELVE || m->act == ALARM_ACT_OOS) {
		x->m.until = m->until;
		x->m.by = "operator";
		x->m.reason = own(a, m->reason);
	}
	if (m->act == ALARM_ACT_COMMENT || (m->act == ALARM_ACT_ACK && m->reason[0] != '\0')) {
		x->m.comment = own(a, m->reason);
		x->m.comment_by = "operator";
		x->m.commented = a->now.us;
	}
	tell(a, x);
	if (m->act == ALARM_ACT_LIMIT) {
		struct wbuf b;
		x->has_limit = !isnan(m->limit);
		x->limit =
		    (struct msg_alarm_limit){ x->def.alarm, m->limit, a->now.us, "operator", "", own(a, m->reason) };
		wbuf_init(&b);
		msg_alarm_limit_put(&b, &x->limit);
		if (a->publish != NULL)
			a->publish(W_ALARM_LIMIT, &b, a->arg);
		wbuf_done(&b);
	}
	if (a->records == NULL)
		return;
	alarm_say_entry(text, sizeof text, x->def.name, x->def.priority, x->m.occurrence, events[m->act], m->reason);
	fakerecords_add(a->records, JOURNAL_ACK, "", "operator", text, !a->records->is_slow_to_record);
}

static void
note(struct fakealarms *a, const struct msg_alarm_act *m)
{
	a->acts += !m->is_dry;
	a->dry += m->is_dry;
	a->last_act = m->act;
	a->was_emergency = m->is_emergency;
	a->last_until = m->until;
	a->last_limit = m->limit;
	a->last_count = 0;
	str_copy(a->last_reason, sizeof a->last_reason, m->reason);
}

static void
answer(struct fakealarms *a, struct conn *c, uint32_t sequence, const struct msg_alarm_act *m, uint32_t done,
    const char *refused)
{
	bool is_late = a->records != NULL && a->records->is_slow_to_record;
	char text[400];
	struct wbuf b;

	if (refused[0] != '\0') {
		conn_result(c, sequence, ERR_REFUSED, AC_INVALID_POSITION, "%s; %u done", refused, done);
		return;
	}
	if (m->is_dry)
		str_printf(text, sizeof text, "would be done: %s of %u", alarm_act_word(m->act), done);
	else if (is_late)
		str_printf(text, sizeof text, "not yet recorded: %s of %u", alarm_act_word(m->act), done);
	else
		str_printf(text, sizeof text, "recorded as entry %u: %s of %u",
		    a->records != NULL ? a->records->count : 1, alarm_act_word(m->act), done);
	wbuf_init(&b);
	msg_result_put(&b,
	    &(struct msg_result){
	        .err = OK, .addcause = 255, .detail = is_late && !m->is_dry ? RESULT_NOT_RECORDED : 0, .text = text });
	conn_send(c, W_RESULT, sequence, &b, NULL);
	wbuf_done(&b);
}

/* ---- two persons */

void
fakealarms_decide(struct fakealarms *a, const char *word, const char *outcome)
{
	struct fakealarm *x = &a->alarms[a->pending_alarm];
	bool is_yes = strcmp(word, "yes") == 0, is_late = strcmp(word, "late") == 0;
	enum approval_state state = is_yes ? APPROVAL_YES : is_late ? APPROVAL_EXPIRED : APPROVAL_NO;

	if (a->approval == 0)
		return;
	if (is_yes && outcome[0] == '\0' && act_on(a, x, &a->pending, 0) == NULL)
		publish_after(a, x, &a->pending);
	if (!a->is_deaf)
		tell_approval(a, NULL, state, is_late ? "" : "relief", outcome);
	a->approval = 0;
}

/* True: it was asked of a second person, and the first is told so. */
static bool
asks_second(struct fakealarms *a, struct conn *c, uint32_t sequence, const struct msg_alarm_act *m)
{
	struct rbuf r;
	char text[160];
	struct wbuf b;

	rbuf_init(&r, m->alarms.data, m->alarms.len);
	uint32_t alarm = fakealarms_find(a, r_str(&r));
	if (m->act != ALARM_ACT_SHELVE || m->is_dry || m->is_emergency || alarm == ALARM_NONE ||
	    a->alarms[alarm].def.priority != 1)
		return false;
	a->approval = a->approval_last += 100;
	a->pending = *m;
	a->pending.reason = own(a, m->reason);
	a->pending.alarms = (struct msg_bytes){ 0 };
	a->pending_alarm = alarm;
	str_printf(text, sizeof text,
	    "this takes two persons: nothing is done yet; a second one has 120 s to approve it (approval %" PRIu64 ")",
	    a->approval);
	tell_approval(a, NULL, APPROVAL_PENDING, "", "");
	wbuf_init(&b);
	msg_result_put(
	    &b, &(struct msg_result){ .err = OK, .addcause = 255, .detail = RESULT_NEEDS_SECOND, .text = text });
	conn_send(c, W_RESULT, sequence, &b, NULL);
	wbuf_done(&b);
	if (strstr(m->reason, "approved") != NULL || strstr(m->reason, "rejected") != NULL)
		fakealarms_decide(a, strstr(m->reason, "approved") != NULL ? "yes" : "no",
		    strstr(m->reason, "approved") != NULL ? "" : "look at it first");
	return true;
}

bool
fakealarms_frame(struct fakealarms *a, struct conn *c, const struct frame *f)
{
	struct msg_alarm_act m;
	struct rbuf r, list;
	char refused[300] = "";
	uint32_t done = 0;

	if (f->type != W_ALARM_ACT)
		return false;
	rbuf_init(&r, f->body, f->length);
	if (!msg_alarm_act_get(&r, &m)) {
		conn_result(c, f->sequence, ERR_FRAME, -1, "%s", "");
		return true;
	}
	note(a, &m);
	if (a->records != NULL && a->records->is_silent)
		return true;
	if (m.act == ALARM_ACT_SILENCE && !m.is_dry) {
		fakealarms_tell_horn(a, 0, ALARM_NONE, a->horn.is_flood);
		if (a->records != NULL)
			fakerecords_add(
			    a->records, JOURNAL_ACK, "", "operator", "horn silenced", !a->records->is_slow_to_record);
	}
	if (asks_second(a, c, f->sequence, &m))
		return true;
	rbuf_init(&list, m.alarms.data, m.alarms.len);
	while (!list.bad && list.pos < list.len) {
		const char *name = r_str(&list);
		uint64_t seen = r_u64(&list);
		uint32_t alarm = fakealarms_find(a, name);
		const char *why =
		    alarm == ALARM_NONE ? "there is no such alarm" : act_on(a, &a->alarms[alarm], &m, seen);
		a->last_count++;
		a->last_seen = seen;
		if (why != NULL) {
			if (refused[0] == '\0')
				str_printf(refused, sizeof refused, "%s: %s", name, why);
			continue;
		}
		done++;
		if (!m.is_dry)
			publish_after(a, &a->alarms[alarm], &m);
	}
	answer(a, c, f->sequence, &m, done, refused);
	return true;
}
