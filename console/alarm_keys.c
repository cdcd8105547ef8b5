/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_keys.c - one alarm, one key. What lets go of something is asked about first; what takes a time or a reason has its dialogue.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/alarm_keys.h"
#include "console/scr_alarm_act.h"
#include "scada/base/str.h"

void
alarm_keys_ack(struct console *co, const struct alarm_seen *seen)
{
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_ACK);
	char what[ALARM_NAME_MAX + 32];

	str_printf(what, sizeof what, "acknowledgement of %s", seen->name);
	if (alarm_acts_allowed(co, ALARM_ACT_ACK))
		alarm_acts_send(co, &ask, seen, 1, what);
}

const char *
alarm_why_no_reset(const struct client_alarm *a)
{
	bool latches = (a->flags & ALARM_LATCHES) != 0;

	switch ((enum alarm_state)a->m.state) {
	case ALARM_LATAK: return NULL;
	case ALARM_LATUN: return "acknowledge it first: a";
	case ALARM_UNACK:
	case ALARM_ACKED:
		return latches ? "its condition still holds; it can be reset when that is gone"
		               : "it does not latch; it goes by itself when its condition is gone";
	case ALARM_RTNUN: return "it is not latched; acknowledge it, and it is normal: a";
	case ALARM_SHLVD: return "it is shelved; take it from the shelf first: s";
	case ALARM_DSUPR: return "it is suppressed by design; it comes back when what suppresses it has ended";
	case ALARM_OOSRV: return "it is out of service; put it back into service first: O";
	default: return "it is normal; there is nothing to reset";
	}
}

/* y to a question is about what was asked, not about what is selected by then. */
static struct {
	struct alarm_seen seen;
	enum alarm_act act;
} asked;

static void
ask(struct console *co, enum request req, enum alarm_act act, const struct alarm_seen *seen, const char *question)
{
	if (!alarm_acts_allowed(co, act))
		return;
	asked.seen = *seen;
	asked.act = act;
	str_printf(
	    co->prompt_label, sizeof co->prompt_label, "%s %.*s? y does it ", question, ALARM_NAME_MAX, seen->name);
	prompt_ask(&co->prompt, co->prompt_label, (int)req);
	console_message(co, false, "any other key: nothing is done");
}

static void
answered(struct console *co)
{
	struct alarm_ask a = ALARM_ASK_INIT(asked.act);
	char what[ALARM_NAME_MAX + 32];

	a.reason = asked.act == ALARM_ACT_RESET ? "" : ACT_NO_REASON;
	str_printf(what, sizeof what, "%s of %s", alarm_act_word(asked.act), asked.seen.name);
	if (alarm_acts_allowed(co, asked.act))
		alarm_acts_send(co, &a, &asked.seen, 1, what);
}

/* Without a text it is asked for; what it will be about stands before it. */
static void
comment(struct console *co, const struct alarm_seen *seen, const char *text)
{
	struct alarm_ask a = ALARM_ASK_INIT(ALARM_ACT_COMMENT);
	char what[ALARM_NAME_MAX + 32];

	if (!alarm_acts_allowed(co, ALARM_ACT_COMMENT))
		return;
	if (text == NULL) {
		asked.seen = *seen;
		str_printf(co->prompt_label, sizeof co->prompt_label, "remark on %.*s: ", ALARM_NAME_MAX, seen->name);
		prompt_open(&co->prompt, co->prompt_label, REQ_COMMENT, "");
		return;
	}
	if (co->prompt.purpose == REQ_COMMENT)
		seen = &asked.seen;
	co->prompt.purpose = REQ_NONE;
	if (strlen(text) >= ALARM_REASON) {
		console_message(co, true, "a remark has at most %d bytes; nothing was sent", ALARM_REASON - 1);
		return;
	}
	a.reason = text;
	str_printf(what, sizeof what, "remark on %s", seen->name);
	alarm_acts_send(co, &a, seen, 1, what);
}

static void
reset(struct console *co, const struct alarm_seen *seen, const struct client_alarm *a)
{
	const char *why = alarm_why_no_reset(a);

	if (why != NULL)
		console_message(co, true, "%s: %s", a->name, why);
	else
		ask(co, REQ_RESET, ALARM_ACT_RESET, seen, "Was it seen to in the field? Reset");
}

static void
go_to_page(struct console *co, const struct client_alarm *a)
{
	const struct client *c = co->client;

	for (uint32_t i = 0; i < c->screen_count; i++)
		if (a->screen[0] != '\0' && strcmp(c->screens[i].name, a->screen) == 0) {
			console_open(co, &scr_mimic, a->screen);
			return;
		}
	console_message(co, true, a->screen[0] != '\0' ? "the site has no drawing %s" : "no drawing is named for %s",
	    a->screen[0] != '\0' ? a->screen : a->name);
}

static bool
is_ways(struct console *co, const struct client_alarm *a, enum request req)
{
	const struct client *c = co->client;

	if (req == REQ_ITS_PAGE) {
		go_to_page(co, a);
		return true;
	}
	if (req != REQ_ITS_POINT)
		return false;
	if (a->point < c->point_count)
		console_open(co, &scr_point, c->points[a->point].name);
	else if (a->device < c->device_count)
		console_open(co, &scr_links, NULL);
	else
		console_message(co, true, "%s is of no point", a->name);
	return true;
}

unsigned
alarm_keys_request(
    struct console *co, const struct alarm_seen *seen, uint32_t alarm, enum request req, const char *argument)
{
	const struct client_alarm *a = &co->client->alarms->alarms[alarm];
	bool is_yes = argument != NULL && strcmp(argument, "y") == 0 && co->prompt.purpose == (int)req;
	struct alarm_seen named = *seen;

	if (named.name[0] == '\0')
		str_copy(named.name, sizeof named.name, a->name);
	if (is_ways(co, a, req))
		return DRAW_ALL;
	if (is_yes && req != REQ_COMMENT) {
		co->prompt.purpose = REQ_NONE;
		answered(co);
		return DRAW_ALL;
	}
	switch (req) {
	case REQ_COMMENT: comment(co, &named, argument); break;
	case REQ_RESET: reset(co, &named, a); break;
	case REQ_TEST: ask(co, req, ALARM_ACT_TEST, &named, "Raise a test of"); break;
	case REQ_SHELVE:
		if (a->m.bits & ALARM_SHELVED)
			ask(co, req, ALARM_ACT_UNSHELVE, &named, "Take from the shelf");
		else
			scr_alarm_act_open(co, ALARM_ACT_SHELVE, a->name);
		break;
	case REQ_OOS:
		if (a->m.bits & ALARM_OUT)
			ask(co, req, ALARM_ACT_RETURN, &named, "Put back into service");
		else
			scr_alarm_act_open(co, ALARM_ACT_OOS, a->name);
		break;
	case REQ_LIMIT: scr_alarm_act_open(co, ALARM_ACT_LIMIT, a->name); break;
	default: return REQ_UNHANDLED;
	}
	return DRAW_ALL;
}
