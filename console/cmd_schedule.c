/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_schedule.c - schedule: what is entered ahead for dispatch, and what a person enters, changes, ends.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/client_control.h"
#include "console/cmd_hand.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define WHAT (SUB_SITE | SUB_POINTS | SUB_DEVICES | SUB_CONTROL)

/* ---- the list */

static json_t *
entry_json(const struct client *c, const struct schedule_entry *e)
{
	static const char *const states[ENTRY_LOOKS] = { "ahead", "now", "not-kept", "over" };
	const char *unit = schedule_kind_unit(e->kind);
	json_t *j = json_object();

	json_object_set_new(j, "entry", json_integer((json_int_t)e->id));
	json_object_set_new(j, "kind", json_string(schedule_kind_word(e->kind)));
	json_object_set_new(j, "asset", e->asset[0] != '\0' ? jout_text(e->asset) : json_null());
	json_object_set_new(j, "from", jout_time(e->from));
	json_object_set_new(j, "until", jout_time(e->until));
	json_object_set_new(j, "value", jout_number(e->value));
	json_object_set_new(j, "unit", unit[0] != '\0' ? json_string(unit) : json_null());
	json_object_set_new(j, "state", json_string(states[client_schedule_look(c, e, clock_utc())]));
	json_object_set_new(j, "set", jout_time(e->set));
	json_object_set_new(j, "user", jout_text(e->user));
	json_object_set_new(j, "reason", jout_text(e->reason));
	return j;
}

static void
print_json(const struct client *c, const struct client_schedule *s)
{
	json_t *j = jout_begin(), *all = json_array();

	for (unsigned i = 0; i < s->count; i++)
		json_array_append_new(all, entry_json(c, &s->list[i]));
	json_object_set_new(j, "entries", all);
	jout_print(j);
}

static void
print_text(const struct options *o, const struct client *c, const struct client_schedule *s)
{
	char text[900], safe[1800], what[160], from[24], until[24];

	if (s->count == 0)
		say("nothing is entered ahead\n");
	for (unsigned i = 0; i < s->count; i++) {
		const struct schedule_entry *e = &s->list[i];

		str_printf(text, sizeof text, "%4llu %-9s %s  %s  %s: %s (%s)", (unsigned long long)e->id,
		    client_schedule_word(client_schedule_look(c, e, clock_utc()), o->ja),
		    utc_civil(from, sizeof from, e->from, "%Y-%m-%d %H:%M"),
		    utc_civil(until, sizeof until, e->until, "%Y-%m-%d %H:%M"),
		    schedule_say(e, o->ja, what, sizeof what), e->reason, e->user);
		text_put_safe(safe, sizeof safe, text, -1);
		say("%s\n", safe);
	}
}

/* ---- acts */

static int
usage(const char *text)
{
	say_error("%s; see: chisan help schedule", text);
	return CMD_USAGE;
}

/* Times and value as they are given; what is not given stays as e has it. */
static int
read_options(const struct options *o, struct schedule_entry *e)
{
	const char *from = o->study[OPT_FROM];
	bool is_steam = e->kind == SCHEDULE_STEAM, is_kw = strcmp(schedule_kind_unit(e->kind), "kW") == 0;

	if (from != NULL && !schedule_read_begin(from, clock_utc(), &e->from)) {
		say_error("--from %.40s is no time; write it as now, 17:00, 2h or \"2026-12-01 08:00\"", from);
		return CMD_USAGE;
	}
	if (o->until != NULL && !schedule_read_end(o->until, e->from, &e->until)) {
		say_error("--until %.40s is no time behind its begin; write it as 19:00, 2h or \"2026-12-05 18:00\"",
		    o->until);
		return CMD_USAGE;
	}
	if (o->given[OPT_KW] && !is_kw)
		return usage("--kw belongs to demand-response and target");
	if (o->given[OPT_STEAM] && !is_steam)
		return usage("--steam belongs to steam");
	if (o->given[OPT_KW])
		e->value = o->kw;
	if (o->given[OPT_STEAM])
		e->value = o->steam;
	if (isnan(e->value) && e->kind == SCHEDULE_TARGET)
		return usage("target needs --kw KW, the demand target of that time");
	if (isnan(e->value) && (is_kw || is_steam))
		return usage(is_kw ? "demand-response needs --kw KW, the most that may be drawn"
		                   : "steam needs --steam T_PER_H");
	return CMD_DONE;
}

static int
read_new(const struct options *o, struct schedule_entry *e)
{
	e->value = (double)NAN;
	if (o->arg_count < 3 || !schedule_kind_from_word(o->args[2], &e->kind))
		return usage("what? out ASSET, steam FURNACE, demand-response or target");
	if (schedule_kind_is_of_asset(e->kind) != (o->arg_count == 4))
		return usage(schedule_kind_is_of_asset(e->kind) ? "of which asset?"
		        : e->kind == SCHEDULE_TARGET            ? "a demand target is of no asset"
		                                                : "demand response is of no asset");
	if (o->arg_count == 4 && !str_copy(e->asset, sizeof e->asset, o->args[3]))
		return usage("there is no asset with so long a name");
	if (o->study[OPT_FROM] == NULL || o->until == NULL)
		return usage("--from TIME and --until TIME are needed");
	return read_options(o, e);
}

static int
read_old(const struct options *o, const struct client *c, struct schedule_entry *e)
{
	const struct schedule_entry *was;
	int64_t id;

	if (o->arg_count != 3 || !str_to_i64(o->args[2], 1, INT64_MAX, &id))
		return usage("which entry? its number");
	was = client_schedule_find(c, (uint64_t)id);
	if (was == NULL) {
		say_error("there is no entry %lld; chisan schedule lists them", (long long)id);
		return CMD_NOT_FOUND;
	}
	*e = *was;
	return CMD_DONE;
}

static int
send(const struct options *o, struct client *c, enum schedule_act act, const struct schedule_entry *e)
{
	struct wbuf b;
	int code;

	wbuf_init(&b);
	msg_schedule_put(&b,
	    &(struct msg_schedule){ .token = act_token(),
	        .act = (uint8_t)act,
	        .id = e->id,
	        .seen = e->set.us,
	        .kind = (uint8_t)e->kind,
	        .from = e->from.us,
	        .until = e->until.us,
	        .value = e->value,
	        .is_dry = o->dry_run,
	        .asset = e->asset,
	        .reason = o->reason });
	code = cmd_act(o, c, W_SCHEDULE, &b, "");
	wbuf_done(&b);
	return code;
}

static int
act(const struct options *o, struct client *c)
{
	struct schedule_entry e = { .id = 0 };
	enum schedule_act which;
	int code = cmd_check_reason(o);

	if (!schedule_act_from_word(o->args[1], &which))
		return usage("what is to be done? add, change or end");
	if (code != CMD_DONE)
		return code;
	if (which == SCHEDULE_END &&
	    (o->study[OPT_FROM] != NULL || o->until != NULL || o->given[OPT_KW] || o->given[OPT_STEAM]))
		return usage("end takes an entry out: it has no times and no value");
	code = which == SCHEDULE_ADD ? read_new(o, &e) : read_old(o, c, &e);
	if (code == CMD_DONE && which == SCHEDULE_CHANGE)
		code = read_options(o, &e);
	return code == CMD_DONE ? send(o, c, which, &e) : code;
}

int
cmd_schedule(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	const struct client_schedule *s = c == NULL ? NULL : client_schedule(c);

	if (c == NULL)
		return code;
	if (s == NULL) {
		say_error("chisand has told nothing of a schedule");
		code = CMD_FAILED;
	} else if (o->arg_count > 1) {
		code = act(o, c);
	} else if (o->json) {
		print_json(c, s);
	} else {
		print_text(o, c, s);
	}
	client_free(c);
	return code;
}
