/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_alarm_acts.c - what a person does to alarms with one command. Alarms are named one by one: nothing here takes a pattern, and the
 * occurrence that the name stood for goes along.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/act.h"
#include "console/alarm_ask.h"
#include "console/cmd_second.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define NAMED_MAX 1000

/* ---- which alarms */

static const char *
nearest(const struct client_alarms *all, const char *name)
{
	const char **names = xcalloc((size_t)all->count + 1, sizeof *names);
	const char *near = NULL;

	for (uint32_t i = 0; i < all->count; i++) {
		names[i] = all->alarms[i].name;
		if (near == NULL && strcasecmp(name, names[i]) == 0)
			near = names[i];
	}
	near = near != NULL ? near : str_nearest(name, names);
	free(names);
	return near;
}

/* "ESS1.SOC.L", or with the number of the occurrence that was seen: "ESS1.SOC.L#7001". */
static bool
read_name(const struct client *c, const char *word, struct alarm_seen *seen)
{
	const char *hash = strrchr(word, '#');
	int64_t number;

	*seen = (struct alarm_seen){ .occurrence = 0 };
	if (hash != NULL && str_to_i64(hash + 1, 1, INT64_MAX, &number)) {
		str_printf(seen->name, sizeof seen->name, "%.*s", (int)(hash - word < 79 ? hash - word : 79), word);
		seen->occurrence = (uint64_t)number;
	} else {
		str_copy(seen->name, sizeof seen->name, word);
	}
	uint32_t alarm = client_alarms_find(c->alarms, seen->name);
	if (alarm != ALARM_NONE) {
		if (seen->occurrence == 0)
			seen->occurrence = c->alarms->alarms[alarm].m.occurrence;
		return true;
	}
	const char *near = nearest(c->alarms, seen->name);
	if (strpbrk(word, "*?[") != NULL)
		say_error("alarms are named one by one here, not by a pattern as %s; chisan alarms lists them", word);
	else if (near != NULL)
		say_error("there is no alarm %s; did you mean %s?", seen->name, near);
	else
		say_error("there is no alarm %s; \"chisan alarms --all --names\" lists them", seen->name);
	return false;
}

static int
read_names(const struct options *o, const struct client *c, struct alarm_seen *seen, unsigned *n)
{
	int code = CMD_DONE;

	*n = 0;
	for (int i = 1; i < o->arg_count && *n < NAMED_MAX; i++) {
		if (read_name(c, o->args[i], &seen[*n]))
			++*n;
		else
			code = CMD_NOT_FOUND;
	}
	return code;
}

/* ---- the act and its outcome */

static const char *
result_word(const struct options *o, enum act_end end)
{
	switch (end) {
	case ACT_RECORDED:
	case ACT_NOT_RECORDED: return o->dry_run ? "dry-run" : "done";
	case ACT_ASKED: return "asked";
	case ACT_REFUSED: return "refused";
	case ACT_UNKNOWN: return "unknown";
	default: return "failed";
	}
}

static void
print_json(const struct options *o, const struct alarm_ask *ask, const struct alarm_seen *seen, unsigned n,
    enum act_end end, const struct cmd_answer *answer, const char *text)
{
	json_t *j = jout_begin(), *names = json_array();
	bool is_recorded = end == ACT_RECORDED && !o->dry_run;

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(names, jout_text(seen[i].name));
	json_object_set_new(j, "act", json_string(alarm_act_word(ask->act)));
	json_object_set_new(j, "alarm", n == 1 ? jout_text(seen[0].name) : json_null());
	json_object_set_new(j, "alarms", names);
	json_object_set_new(j, "result", json_string(result_word(o, end)));
	json_object_set_new(j, "recorded", json_boolean(is_recorded));
	json_object_set_new(j, "reason", answer->addcause < 0 ? json_null() : json_integer(answer->addcause));
	json_object_set_new(j, "text", jout_text(text));
	json_object_set_new(j, "entry",
	    is_recorded && act_entry(answer->text) != 0 ? json_integer((json_int_t)act_entry(answer->text))
	                                                : json_null());
	jout_print(j);
}

static int
act(const struct options *o, struct client *c, const struct alarm_ask *ask, const struct alarm_seen *seen, unsigned n)
{
	struct cmd_answer answer;
	char text[1024], safe[2048], what[ALARM_NAME_MAX + 32];
	struct cmd_second second;
	struct wbuf b;

	wbuf_init(&b);
	alarm_ask_put(&b, ask, act_token(), seen, n);
	str_printf(what, sizeof what, "%s %s", alarm_act_word(ask->act), seen[0].name);
	cmd_second_init(&second, c, what);
	int code = cmd_ask(o, c, W_ALARM_ACT, &b, NULL, NULL, &answer);
	while (code == CMD_DONE && answer.detail == RESULT_NEEDS_SECOND &&
	    cmd_second_wait(&second, o, answer.text, sizeof answer.text))
		code = cmd_ask(o, c, W_ALARM_ACT, &b, NULL, NULL, &answer); /* the same act: it is told how it ended */
	cmd_second_done(&second);
	wbuf_done(&b);
	/* a trial that nobody answered has changed nothing */
	bool is_lost = code == CMD_UNKNOWN;
	if (is_lost && o->dry_run)
		code = CMD_NO_SERVER;
	enum act_end end = act_outcome(is_lost ? ERR_UNKNOWN : answer.err, answer.addcause, answer.detail,
	    is_lost ? "" : answer.text, text, sizeof text);
	if (end == ACT_ASKED) /* cmd_second_wait() has said why nobody waits any longer */
		code = CMD_UNKNOWN;
	if (o->dry_run && end == ACT_RECORDED)
		str_printf(text, sizeof text, "DRY RUN, nothing was done: %s", answer.text);
	if (o->json) {
		print_json(o, ask, seen, n, end, &answer, is_lost ? text : answer.text);
	} else if (code == CMD_DONE) {
		text_put_safe(safe, sizeof safe, text, -1);
		say("%s\n", safe);
	}
	return code;
}

static bool
is_allowed(const struct client *c, enum alarm_act what)
{
	enum role least = alarm_act_role(what);

	if (c->role >= least)
		return true;
	say_error("%s needs the role %s; you are %s", alarm_act_word(what), role_word(least), role_word(c->role));
	return false;
}

/* check(): of each alarm, when the site and its zone are known and before anything is sent; may be NULL. */
static int
run(const struct options *o, struct alarm_ask *ask,
    int (*check)(const struct options *o, struct alarm_ask *ask, const struct client_alarm *a))
{
	struct alarm_seen *seen = xcalloc(NAMED_MAX, sizeof *seen);
	struct client *c;
	unsigned n = 0;
	int code = CMD_DONE;

	ask->is_dry = o->dry_run;
	ask->is_emergency = o->emergency;
	/* a shelf may take a second person, of whom the control frames tell */
	c = cmd_snapshot(
	    o, SUB_SITE | SUB_ALARMS | (ask->act == ALARM_ACT_SHELVE ? SUB_CONTROL | SUB_CHANGES : 0), &code);
	if (c == NULL)
		goto done;
	code = read_names(o, c, seen, &n);
	if (code == CMD_DONE && !is_allowed(c, ask->act))
		code = CMD_DENIED;
	for (unsigned i = 0; i < n && code == CMD_DONE && check != NULL; i++)
		code = check(o, ask, &c->alarms->alarms[client_alarms_find(c->alarms, seen[i].name)]);
	if (code == CMD_DONE)
		code = act(o, c, ask, seen, n);
	client_free(c);
done:
	free(seen);
	return code;
}

static bool
is_text(const char *option, const char *text, bool is_needed)
{
	if (text == NULL && !is_needed)
		return true;
	if (text != NULL && text[strspn(text, " ")] != '\0' && strlen(text) < ALARM_REASON)
		return true;
	if (text == NULL)
		say_error("%s TEXT is needed; it is kept in the journal", option);
	else
		say_error("%s takes some words, at most %d bytes", option, ALARM_REASON - 1);
	return false;
}

int
cmd_ack(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_ACK);

	if (!is_text("--comment", o->comment, false))
		return CMD_USAGE;
	ask.reason = o->comment != NULL ? o->comment : "";
	return run(o, &ask, NULL);
}

int
cmd_reset(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_RESET);

	return run(o, &ask, NULL);
}

static int
check_shelf(const struct options *o, struct alarm_ask *ask, const struct client_alarm *a)
{
	int64_t most = (a->shelve_max_s > 0 ? (int64_t)a->shelve_max_s : ALARM_SHELVE_MAX_S) * US_PER_S;
	char text[32];

	(void)o;
	if (!(a->flags & ALARM_MAY_SHELVE)) {
		say_error("%s: the site file does not let it be shelved", a->name);
		return CMD_REFUSED;
	}
	if (ask->until != 0 && ask->until - clock_utc().us > most) {
		say_error("%s is shelved for at most %s", a->name, str_duration(text, sizeof text, most));
		return CMD_REFUSED;
	}
	return CMD_DONE;
}

int
cmd_shelve(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_SHELVE);

	if ((o->for_us > 0) == o->once) {
		say_error("for how long? --for TIME, as 30m, or --once: until it returns to normal");
		return CMD_USAGE;
	}
	if (!is_text("--reason", o->reason, true))
		return CMD_USAGE;
	ask.reason = o->reason;
	ask.until = o->once ? 0 : utc_add(clock_utc(), o->for_us).us;
	return run(o, &ask, check_shelf);
}

int
cmd_unshelve(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_UNSHELVE);

	if (!is_text("--reason", o->reason, false))
		return CMD_USAGE;
	ask.reason = o->reason != NULL ? o->reason : "";
	return run(o, &ask, NULL);
}

static int
read_end(const struct options *o, struct alarm_ask *ask, const struct client_alarm *a)
{
	(void)a;
	if (act_read_end(o->until, clock_utc(), &ask->until))
		return CMD_DONE;
	say_error(
	    "--until %s is no time to come; write it as 17:00, 8h, 2026-11-25, or \"2026-11-25 08:00\"", o->until);
	return CMD_USAGE;
}

int
cmd_oos(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(o->back ? ALARM_ACT_RETURN : ALARM_ACT_OOS);
	char reason[ALARM_REASON];

	if (o->back ? o->order != NULL || o->until != NULL : o->order == NULL || o->until == NULL) {
		say_error("usage: chisan oos ALARM --order WORK_ORDER --until TIME [--reason TEXT], or chisan oos "
		          "ALARM --return");
		return CMD_USAGE;
	}
	if (!is_text("--order", o->order, !o->back) || !is_text("--reason", o->reason, false))
		return CMD_USAGE;
	if (!str_printf(reason, sizeof reason, "%s%s%s", o->order != NULL ? o->order : "",
	        o->order != NULL && o->reason != NULL ? ": " : "", o->reason != NULL ? o->reason : "")) {
		say_error("work order and reason have at most %d bytes together", ALARM_REASON - 1);
		return CMD_USAGE;
	}
	ask.reason = reason;
	return run(o, &ask, o->back ? NULL : read_end);
}

int
cmd_silence(const struct options *o)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_SILENCE);

	return run(o, &ask, NULL);
}
