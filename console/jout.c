/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jout.c - values and links as JSON objects.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/client_control.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define EXACT_WHOLE 9007199254740992.0 /* 2^53 */

json_t *
jout_number(double v)
{
	if (!isfinite(v))
		return json_null();
	if (floor(v) == v && fabs(v) <= EXACT_WHOLE)
		return json_integer((json_int_t)v);
	return json_real(v);
}

json_t *
jout_time(struct utc t)
{
	char text[40];

	return t.us == 0 ? json_null() : json_string(utc_iso(text, sizeof text, t));
}

json_t *
jout_text(const char *s)
{
	json_t *j = json_string(s);
	char safe[1024];

	if (j == NULL) { /* not UTF-8 */
		text_put_safe(safe, sizeof safe, s, -1);
		j = json_string(safe);
	}
	return j;
}

json_t *
jout_begin(void)
{
	json_t *j = json_object();

	json_object_set_new(j, "schema", json_integer(1));
	return j;
}

static json_t *
seconds(int64_t us)
{
	return json_real(round((double)us / 1e3) / 1e3);
}

static json_t *
flags_of(uint16_t quality)
{
	json_t *a = json_array();

	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++)
		if ((quality >> bit) & 1)
			json_array_append_new(a, json_string(quality_flag_word(bit)));
	return a;
}

static json_t *
state_of(const struct client_point *p, double v)
{
	for (uint32_t i = 0; i < p->state_count; i++)
		if ((double)p->states[i].number == v)
			return jout_text(p->states[i].text);
	return json_null();
}

json_t *
jout_point(const struct client *c, point_id id, struct utc now)
{
	const struct client_point *p = &c->points[id];
	struct value v = client_value(c, id);
	const struct msg_output *o = client_output(c, id);
	json_t *j = json_object();
	char marks[MARKS_MAX];

	json_object_set_new(j, "point", jout_text(p->name));
	json_object_set_new(j, "value", jout_number(v.v));
	json_object_set_new(j, "state", state_of(p, v.v));
	json_object_set_new(j, "unit", p->unit[0] == '\0' ? json_null() : jout_text(p->unit));
	json_object_set_new(j, "quality", json_string(validity_word(quality_validity(v.quality))));
	json_object_set_new(j, "flags", flags_of(v.quality));
	json_object_set_new(j, "cause", v.cause == OK ? json_null() : json_string(err_word((enum err)v.cause)));
	json_object_set_new(j, "time", jout_time(v.time));
	json_object_set_new(j, "received", jout_time(client_received(c, id)));
	json_object_set_new(j, "age_s", v.time.us == 0 ? json_null() : seconds(client_age_us(c, id, now)));
	json_object_set_new(j, "held_by",
	    o != NULL && o->slot < SLOT_COUNT ? json_string(slot_word(o->slot))
	                                      : json_null()); /* an output alone is held */
	json_object_set_new(j, "marks", json_string(client_marks(c, id, v.quality, marks, sizeof marks)));
	return j;
}

/* null: its link is not lent. */
static json_t *
shared_json(const struct client_shared *s)
{
	json_t *j;

	if (!s->is_known)
		return json_null();
	j = json_object();
	json_object_set_new(j, "masters", json_integer(s->masters));
	json_object_set_new(j, "clients", json_integer(s->clients));
	json_object_set_new(j, "requests", json_integer((json_int_t)s->requests));
	json_object_set_new(j, "writes_refused", json_integer((json_int_t)s->refused));
	json_object_set_new(j, "turned_away", json_integer((json_int_t)s->turned_away));
	json_object_set_new(j, "held_back", json_integer((json_int_t)s->held_back));
	json_object_set_new(j, "last_master", s->master[0] == '\0' ? json_null() : jout_text(s->master));
	json_object_set_new(j, "last_time", jout_time(s->last_time));
	json_object_set_new(j, "last_refusal", s->refusal[0] == '\0' ? json_null() : jout_text(s->refusal));
	json_object_set_new(j, "last_refusal_time", jout_time(s->refused_time));
	return j;
}

json_t *
jout_link(const struct client *c, uint32_t device)
{
	const struct client_device *d = &c->devices[device];
	const struct msg_device_state *s = &d->state;
	json_t *j = json_object();

	json_object_set_new(j, "device", jout_text(d->name));
	json_object_set_new(
	    j, "state", json_string(d->has_state ? device_state_word((enum device_state)s->state) : "off"));
	json_object_set_new(j, "answer_ms", s->answer_us == 0 ? json_null() : json_real((double)s->answer_us / 1e3));
	json_object_set_new(j, "requests", json_integer((json_int_t)s->requests));
	json_object_set_new(j, "timeouts", json_integer((json_int_t)s->timeouts));
	json_object_set_new(j, "errors", json_integer((json_int_t)s->errors));
	json_object_set_new(
	    j, "last_error", s->last_error == OK ? json_null() : json_string(err_word((enum err)s->last_error)));
	json_object_set_new(j, "since", jout_time((struct utc){ s->since }));
	json_object_set_new(j, "last_error_time", jout_time((struct utc){ s->last_error_time }));
	json_object_set_new(j, "last_error_count", json_integer(s->last_error_count));
	json_object_set_new(
	    j, "last_error_text", s->last_error == OK ? json_null() : json_string(err_text((enum err)s->last_error)));
	json_object_set_new(
	    j, "detail", s->detail == NULL || s->detail[0] == '\0' ? json_null() : jout_text(s->detail));
	json_object_set_new(j, "connects", json_integer((json_int_t)s->connects));
	json_object_set_new(j, "shared", shared_json(&d->shared));
	json_object_set_new(j, "link", jout_text(d->link));
	json_object_set_new(j, "profile", jout_text(d->profile));
	return j;
}

/* 55.1 and not 55.100000000000001, unless the digits are needed. */
static bool
needs_all_digits(const json_t *j)
{
	char text[40];
	double back;
	size_t i;
	const char *key;
	json_t *value;

	if (json_is_real(j)) {
		snprintf(text, sizeof text, "%.15g", json_real_value(j));
		return !str_to_double(text, &back) || back < json_real_value(j) || back > json_real_value(j);
	}
	if (json_is_array(j)) {
		for (i = 0; i < json_array_size(j); i++)
			if (needs_all_digits(json_array_get(j, i)))
				return true;
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)j, key, value) if (needs_all_digits(value)) return true;
	return false;
}

static void
dump(json_t *j)
{
	size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(needs_all_digits(j) ? 17u : 15u);
	char *text = json_dumps(j, flags);

	if (text != NULL)
		say_text(text);
	free(text);
	json_decref(j);
}

void
jout_print(json_t *j)
{
	dump(j);
	say_text("\n");
}

void
jout_list_begin(const char *key)
{
	say("{\"schema\":1,\"%s\":[", key);
}

void
jout_list_item(json_t *j, bool is_first)
{
	if (!is_first)
		say_text(",");
	dump(j);
}

void
jout_list_end(void)
{
	say_text("]}\n");
}
