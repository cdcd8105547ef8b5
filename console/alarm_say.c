/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_say.c - the words of one alarm. What comes from the site or from people is raw until the last step makes it safe.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/alarm_say.h"
#include "console/client_control.h"
#include "console/jout.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define DAY_US (INT64_C(86400) * US_PER_S)

const char *
alarm_code(unsigned priority)
{
	static const char *const codes[] = { "?0", "!1", "*2", "-3", ".4" };

	return priority <= ALARM_PRIORITIES ? codes[priority] : codes[0];
}

char *
alarm_marks(const struct client_alarm *a, char *buf, size_t size)
{
	unsigned bits = a->m.bits, marks = a->m.marks;

	str_printf(buf, size, "%s%s%s%s%s%s", bits & ALARM_DOUBTFUL ? "?" : "", bits & ALARM_OUT ? "o" : "",
	    bits & ALARM_BY_DESIGN ? "d" : "", bits & ALARM_SHELVED ? "s" : "", marks & ALARM_CHATTERS ? "w" : "",
	    marks & ALARM_IS_TEST ? "t" : "");
	return buf;
}

static const struct client_point *
point_of(const struct client *c, const struct client_alarm *a)
{
	return a->point < c->point_count ? &c->points[a->point] : NULL;
}

void
alarm_words(const struct client *c, const struct client_alarm *a, bool ja, char *buf, size_t size)
{
	const struct client_point *p = point_of(c, a);
	const char *text = ja && a->text_ja[0] != '\0' ? a->text_ja : a->text;

	if (text[0] == '\0' && p != NULL)
		text = ja && p->title_ja[0] != '\0' ? p->title_ja : p->title;
	str_printf(buf, size, "%s%s",
	    (a->m.marks & ALARM_IS_TEST) == 0 ? ""
	        : ja                          ? "試験: "
	                                      : "TEST: ",
	    text[0] != '\0' ? text : alarm_type_word(a->type));
	if (a->type == ALARM_COMM && a->device < c->device_count && c->devices[a->device].count > 0) {
		char more[32];
		str_printf(more, sizeof more, " (%u points)", c->devices[a->device].count);
		str_append(buf, size, more);
	}
}

void
alarm_number(const struct client *c, const struct client_alarm *a, double v, bool ja, char *buf, size_t size)
{
	const struct client_point *p = point_of(c, a);
	char number[48];

	buf[0] = '\0';
	if (isnan(v))
		return;
	for (uint32_t i = 0; p != NULL && i < p->state_count; i++) {
		const struct client_name *s = &p->states[i];
		if ((double)s->number < v || (double)s->number > v)
			continue;
		str_copy(buf, size, ja && s->text_ja[0] != '\0' ? s->text_ja : s->text);
		return;
	}
	if (p != NULL && fabs(v) < 1e12)
		str_fixed(number, sizeof number, v, p->decimals > 0 ? p->decimals : 0);
	else
		str_double(number, sizeof number, v);
	str_printf(buf, size, "%s%s%s", number, p != NULL && p->unit[0] != '\0' ? " " : "", p != NULL ? p->unit : "");
}

void
alarm_value(const struct client *c, const struct client_alarm *a, bool ja, char *buf, size_t size)
{
	double limit = client_alarm_limit(a);
	char number[32];

	buf[0] = '\0';
	if (a->type == ALARM_BIT) /* the sum of all bits says nothing of this one */
		return;
	alarm_number(c, a, a->m.value, ja, buf, size);
	if (isnan(limit) || a->type == ALARM_DIGITAL)
		return;
	const char *sign = a->type == ALARM_LL || a->type == ALARM_L ? "<" : ">";
	str_append(buf, size, buf[0] != '\0' ? " " : "");
	str_append(buf, size, sign);
	str_append(buf, size, " ");
	str_append(buf, size, str_double(number, sizeof number, limit));
}

static char *
when(struct utc t, struct utc now, bool is_short, char *buf, size_t size)
{
	char today[16], day[16];

	if (t.us == 0) {
		str_copy(buf, size, "-");
		return buf;
	}
	utc_civil(today, sizeof today, now, "%Y-%m-%d");
	utc_civil(day, sizeof day, t, "%Y-%m-%d");
	return utc_civil(buf, size, t, strcmp(day, today) == 0 ? "%H:%M:%S" : is_short ? "%m-%d" : "%m-%d %H:%M:%S");
}

char *
alarm_time(const struct client_alarm *a, struct utc now, bool is_short, char *buf, size_t size)
{
	return when((struct utc){ a->m.active }, now, is_short, buf, size);
}

static void
add(char *buf, size_t size, const char *text)
{
	if (text[0] == '\0')
		return;
	if (buf[0] != '\0')
		str_append(buf, size, ", ");
	str_append(buf, size, text);
}

void
alarm_more(const struct client_alarm *a, struct utc now, char *buf, size_t size)
{
	char text[ALARM_REASON + 64], at[32], age[8];

	buf[0] = '\0';
	if (a->m.active != 0 && a->m.state != ALARM_NORM) {
		str_printf(text, sizeof text, "since %s",
		    clock_age(age, sizeof age, utc_diff_us(now, (struct utc){ a->m.active })));
		add(buf, size, text);
	}
	if (a->m.repeats > 0) {
		str_printf(text, sizeof text, "%u time%s more", a->m.repeats, a->m.repeats == 1 ? "" : "s");
		add(buf, size, text);
	}
	if (a->m.first_out > 0) {
		str_printf(text, sizeof text, a->m.first_out == 1 ? "first of %s" : "of %s: number %u", a->group,
		    a->m.first_out);
		add(buf, size, text);
	}
	add(buf, size, a->m.bits & ALARM_DOUBTFUL ? "doubtful: its inputs are bad" : "");
	add(buf, size, a->m.marks & ALARM_CHATTERS ? "chatters" : "");
	add(buf, size, a->m.marks & ALARM_IS_TEST ? "a test" : "");
	add(buf, size, a->has_moved ? "another limit than the site file's" : "");
	if (a->m.bits & (ALARM_SHELVED | ALARM_OUT | ALARM_BY_DESIGN)) {
		str_copy(text, sizeof text, alarm_state_text(a->m.state, false));
		if (a->m.until != 0) {
			utc_civil(at, sizeof at, (struct utc){ a->m.until }, " until %m-%d %H:%M");
			str_append(text, sizeof text, at);
		} else if (a->m.bits & ALARM_ONE_SHOT) {
			str_append(text, sizeof text, " until it returns");
		}
		if (a->m.by[0] != '\0') {
			str_append(text, sizeof text, " by ");
			str_append(text, sizeof text, a->m.by);
		}
		add(buf, size, text);
		if (a->m.reason[0] != '\0') {
			str_append(buf, size, ": ");
			str_append(buf, size, a->m.reason);
		}
	} else if (a->m.acked != 0) {
		utc_civil(at, sizeof at, (struct utc){ a->m.acked }, "%H:%M:%S");
		str_printf(text, sizeof text, "acknowledged %s by %s", at, a->m.by);
		add(buf, size, text);
	}
}

void
alarm_line(const struct client *c, const struct client_alarm *a, struct utc now, bool ja, char *buf, size_t size)
{
	char time[32], marks[8], fitted[8], value[160], words[512], raw[ALARM_LINE_MAX];

	when((struct utc){ a->m.changed != 0 ? a->m.changed : a->m.active }, now, false, time, sizeof time);
	text_fit(fitted, sizeof fitted, alarm_marks(a, marks, sizeof marks), 3, false);
	alarm_value(c, a, ja, value, sizeof value);
	alarm_words(c, a, ja, words, sizeof words);
	str_printf(raw, sizeof raw, "%-14s %s %-5s %s %-20s %s%s%s", time, alarm_code(a->priority),
	    alarm_state_word(a->m.state), fitted, a->name, words, value[0] != '\0' ? ": " : "", value);
	text_put_safe(buf, size, raw, -1);
}

void
alarm_said(const struct client *c, const struct client_alarm *a, struct utc now, bool ja, char *buf, size_t size)
{
	char time[32], value[160], words[512], more[700], raw[ALARM_LINE_MAX];

	alarm_time(a, now, false, time, sizeof time);
	alarm_value(c, a, ja, value, sizeof value);
	alarm_words(c, a, ja, words, sizeof words);
	alarm_more(a, now, more, sizeof more);
	str_printf(raw, sizeof raw, "Priority %u, %s: %s, %s, at %s%s%s%s%s", a->priority,
	    alarm_state_text(a->m.state, ja), a->name, words, time, value[0] != '\0' ? ", value " : "", value,
	    more[0] != '\0' ? "; " : "", more);
	text_put_safe(buf, size, raw, -1);
}

/* ---- JSON */

static json_t *
text_or_null(const char *s)
{
	return s[0] == '\0' ? json_null() : jout_text(s);
}

static json_t *
flags_json(const struct client_alarm *a)
{
	static const struct {
		bool is_bit;
		unsigned mask;
		const char *word;
	} rows[] = {
		{ true, ALARM_DOUBTFUL, "doubtful" },
		{ true, ALARM_SHELVED, "shelved" },
		{ true, ALARM_BY_DESIGN, "suppressed" },
		{ true, ALARM_OUT, "out-of-service" },
		{ true, ALARM_ONE_SHOT, "one-shot" },
		{ true, ALARM_LATCH, "latched" },
		{ false, ALARM_CHATTERS, "chatters" },
		{ false, ALARM_IS_OLD, "old" },
		{ false, ALARM_IS_TEST, "test" },
		{ false, ALARM_FLEETING, "fleeting" },
		{ false, ALARM_MOVED_LIMIT, "limit-moved" },
	};
	json_t *j = json_array();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((rows[i].is_bit ? a->m.bits : a->m.marks) & rows[i].mask)
			json_array_append_new(j, json_string(rows[i].word));
	return j;
}

json_t *
alarm_json(const struct client *c, const struct client_alarm *a)
{
	json_t *j = json_object();
	char words[512];

	alarm_words(c, a, false, words, sizeof words);
	json_object_set_new(j, "alarm", jout_text(a->name));
	json_object_set_new(j, "state", json_string(alarm_state_word(a->m.state)));
	json_object_set_new(j, "priority", json_integer(a->priority));
	json_object_set_new(j, "time", jout_time((struct utc){ a->m.active }));
	json_object_set_new(j, "value", jout_number(a->m.value));
	json_object_set_new(j, "limit", jout_number(client_alarm_limit(a)));
	json_object_set_new(j, "text", jout_text(words));
	json_object_set_new(j, "response", jout_text(a->response));
	json_object_set_new(j, "consequence", jout_text(a->consequence));
	json_object_set_new(j, "type", json_string(alarm_type_word(a->type)));
	json_object_set_new(j, "point", a->point < c->point_count ? jout_text(c->points[a->point].name) : json_null());
	json_object_set_new(
	    j, "device", a->device < c->device_count ? jout_text(c->devices[a->device].name) : json_null());
	json_object_set_new(j, "area", text_or_null(a->area));
	json_object_set_new(j, "class", text_or_null(a->class));
	json_object_set_new(j, "group", text_or_null(a->group));
	json_object_set_new(j, "occurrence", json_integer((json_int_t)a->m.occurrence));
	json_object_set_new(j, "changed", jout_time((struct utc){ a->m.changed }));
	json_object_set_new(j, "acknowledged", jout_time((struct utc){ a->m.acked }));
	json_object_set_new(j, "by", text_or_null(a->m.by));
	json_object_set_new(j, "until", jout_time((struct utc){ a->m.until }));
	json_object_set_new(j, "reason", text_or_null(a->m.reason));
	json_object_set_new(j, "comment", text_or_null(a->m.comment));
	json_object_set_new(j, "comment_by", text_or_null(a->m.comment_by));
	json_object_set_new(j, "commented", jout_time((struct utc){ a->m.commented }));
	json_object_set_new(j, "repeats", json_integer(a->m.repeats));
	json_object_set_new(j, "first_out", a->m.first_out > 0 ? json_integer(a->m.first_out) : json_null());
	json_object_set_new(j, "site_limit", jout_number(a->limit));
	json_object_set_new(j, "flags", flags_json(a));
	return j;
}

char *
alarm_flood(const struct client *c, unsigned most, char *buf, size_t size)
{
	const struct client_alarms *a = c->alarms;
	char text[400], part[96], window[32];
	uint32_t n = 0, s;

	buf[0] = '\0';
	if (a == NULL || !a->horn.is_flood)
		return buf;
	s = a->horn.window_s;
	str_printf(window, sizeof window, s % 60 == 0 ? "%u min" : "%u s", s % 60 == 0 ? s / 60 : s);
	str_copy(text, sizeof text, a->flood_count > 0 ? "FLOOD in area" : "FLOOD");
	for (; n < a->flood_count && n < most; n++) {
		str_printf(part, sizeof part, "%s %.40s: %u", n > 0 ? "," : "", a->floods[n].area, a->floods[n].rate);
		str_append(text, sizeof text, part);
	}
	if (a->horn.flood_count > n) {
		str_printf(part, sizeof part, " and %u more", a->horn.flood_count - n);
		str_append(text, sizeof text, part);
	}
	if (n == 0 || a->horn.flood_count > 1) {
		str_printf(part, sizeof part, n == 0 ? ": %u" : "; %u", a->horn.rate);
		str_append(text, sizeof text, part);
	}
	str_append(text, sizeof text, " in ");
	str_append(text, sizeof text, window);
	text_put_safe(buf, size, text, -1);
	return buf;
}

bool
alarm_flood_is_ours(const struct client *c)
{
	const struct client_alarms *a = c->alarms;

	if (a == NULL || !a->horn.is_flood || a->horn.flood_count == 0)
		return a != NULL && a->horn.is_flood;
	for (uint32_t i = 0; i < a->flood_count; i++)
		if (client_has_area(c, a->floods[i].area))
			return true;
	return a->horn.flood_count > a->flood_count; /* of those that are not told one may be ours */
}

static json_t *
floods_json(const struct client_alarms *a)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < a->flood_count; i++) {
		json_t *j = json_object();
		json_object_set_new(j, "area", jout_text(a->floods[i].area));
		json_object_set_new(j, "since", jout_time((struct utc){ a->floods[i].since }));
		json_object_set_new(j, "rate", json_integer(a->floods[i].rate));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
horn_json(const struct client *c)
{
	const struct msg_horn *h = &c->alarms->horn;
	json_t *j = json_object();

	json_object_set_new(j, "priority", h->priority > 0 ? json_integer(h->priority) : json_null());
	json_object_set_new(
	    j, "alarm", h->alarm != ALARM_NONE ? jout_text(c->alarms->alarms[h->alarm].name) : json_null());
	json_object_set_new(j, "since", jout_time((struct utc){ h->since }));
	json_object_set_new(j, "flood", json_boolean(h->is_flood));
	json_object_set_new(j, "rate", json_integer(h->rate));
	json_object_set_new(j, "window", json_integer(h->window_s));
	return j;
}

json_t *
alarm_counts_json(const struct client *c)
{
	const struct client_alarms *a = c->alarms;
	json_t *j = json_object(), *unacked = json_array(), *active = json_array();

	for (unsigned p = 0; p < ALARM_PRIORITIES; p++) {
		json_array_append_new(unacked, json_integer(a->unacked[p]));
		json_array_append_new(active, json_integer(a->active[p]));
	}
	json_object_set_new(j, "unacknowledged", unacked);
	json_object_set_new(j, "active", active);
	json_object_set_new(j, "shelved", json_integer(a->shelved));
	json_object_set_new(j, "suppressed", json_integer(a->suppressed));
	json_object_set_new(j, "out_of_service", json_integer(a->out));
	json_object_set_new(j, "flood", json_boolean(a->horn.is_flood));
	json_object_set_new(j, "flood_areas", floods_json(a));
	json_object_set_new(j, "horn", horn_json(c));
	return j;
}
