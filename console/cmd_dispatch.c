/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_dispatch.c - dispatch: how it is; mode: another mode, or the demand target.
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

#define WHAT  (SUB_SITE | SUB_POINTS | SUB_CONTROL)
#define MODES "manual, economic, plan-following, peak-cut, demand-response, island"

/* ---- how it is */

static json_t *
wants_json(const struct client *c, const struct client_dispatch *d)
{
	static const char *const kinds[] = { "battery", "source", "load" };
	json_t *a = json_array();

	for (uint32_t i = 0; i < d->want_count; i++) {
		const struct client_want *w = &d->wants[i];
		json_t *j = json_object();

		json_object_set_new(j, "point", jout_text(c->points[w->point].name));
		json_object_set_new(j, "kind", json_string(kinds[w->kind]));
		json_object_set_new(j, "wanted", jout_number(w->wanted));
		json_object_set_new(j, "unit", jout_text(c->points[w->point].unit));
		json_object_set_new(j, "measured_kw", jout_number(w->measured));
		json_object_set_new(j, "why", jout_text(w->why));
		json_object_set_new(j, "reserve_kwh", jout_number(w->held_kwh));
		json_object_set_new(j, "reserve_why",
		    isnan(w->held_kwh) || w->held_why == RESERVE_NONE ? json_null()
		                                                      : json_string(reserve_name(w->held_why)));
		json_array_append_new(a, j);
	}
	return a;
}

static void
print_json(const struct client *c, const struct client_dispatch *d)
{
	json_t *j = jout_begin(), *flags = json_array();
	const char *flag;

	for (unsigned i = 0; (flag = guard_flag_help(d->m.flags, i)) != NULL; i++)
		json_array_append_new(flags, json_string(flag));
	json_object_set_new(j, "is_there", json_boolean(d->m.is_there));
	json_object_set_new(j, "mode", json_string(guard_mode_name(d->m.mode)));
	json_object_set_new(j, "acting", json_string(guard_mode_name(d->m.acting)));
	json_object_set_new(j, "since", jout_time((struct utc){ d->m.since }));
	json_object_set_new(j, "until", jout_time((struct utc){ d->m.until }));
	json_object_set_new(j, "user", jout_text(d->m.user));
	json_object_set_new(j, "reason", jout_text(d->m.reason));
	json_object_set_new(j, "grid", json_string(grid_state_word(d->m.grid)));
	json_object_set_new(j, "found", flags);
	json_object_set_new(j, "target_kw", jout_number(d->m.target_kw));
	const struct schedule_entry *e = client_schedule_target(c, clock_utc());
	json_object_set_new(j, "target_entry", e != NULL ? json_integer((json_int_t)e->id) : json_null());
	json_object_set_new(j, "power_kw", jout_number(d->m.power_kw));
	json_object_set_new(j, "elapsed_min", jout_number(d->m.elapsed_min));
	json_object_set_new(j, "used_kwh", jout_number(d->m.used_kwh));
	json_object_set_new(j, "now_kw", jout_number(d->m.now_kw));
	json_object_set_new(j, "forecast_kw", jout_number(d->m.forecast_kw));
	json_object_set_new(j, "adjust_kw", jout_number(d->m.adjust_kw));
	json_object_set_new(j, "stage", json_string(client_stage_word(d->m.stage, false)));
	json_object_set_new(j, "estimated", json_boolean(d->m.is_estimated));
	json_object_set_new(j, "month_kw", jout_number(d->m.month_kw));
	json_object_set_new(j, "year_kw", jout_number(d->m.year_kw));
	json_object_set_new(j, "shed", json_integer(d->m.shed));
	json_object_set_new(j, "steps", json_integer(d->m.steps));
	json_object_set_new(j, "reserve_kwh", jout_number(d->m.reserve_kwh));
	json_object_set_new(j, "kept_kwh", jout_number(d->m.kept_kwh));
	json_object_set_new(j, "outage_hours", jout_number(d->m.hours));
	json_object_set_new(j, "plan_made", jout_time((struct utc){ d->m.plan_made }));
	json_object_set_new(j, "plan_until", jout_time((struct utc){ d->m.plan_until }));
	json_object_set_new(j, "plan_text", jout_text(d->m.plan_text));
	json_object_set_new(j, "wants", wants_json(c, d));
	jout_print(j);
}

static void
line(const char *name, const char *text)
{
	char safe[1400];

	text_put_safe(safe, sizeof safe, text, -1);
	say("%-10s %s\n", name, safe);
}

static const char *
kw(double v, char *buf, size_t size)
{
	char number[32];

	if (isnan(v))
		str_copy(buf, size, "-");
	else
		str_printf(buf, size, "%s kW", str_fixed(number, sizeof number, v, 0));
	return buf;
}

static void
print_wants(const struct client *c, const struct client_dispatch *d)
{
	char wanted[64], number[40], measured[40], why[700], held[200];

	for (uint32_t i = 0; i < d->want_count; i++) {
		const struct client_want *w = &d->wants[i];

		if (isnan(w->wanted))
			str_copy(wanted, sizeof wanted, "-");
		else
			str_printf(wanted, sizeof wanted, "%s %s", str_fixed(number, sizeof number, w->wanted, 0),
			    c->points[w->point].unit);
		text_put_safe(why, sizeof why, w->why, -1);
		if (client_held_text(w, held, sizeof held)[0] != '\0') {
			str_append(why, sizeof why, why[0] != '\0' ? "; " : "");
			str_append(why, sizeof why, held);
		}
		say("%-20s %10s %10s  %s\n", c->points[w->point].name, wanted,
		    kw(w->measured, measured, sizeof measured), why);
	}
}

static void
print_text(const struct options *o, const struct client *c, const struct client_dispatch *d)
{
	char text[1200], mode[80], a[40], b[40], e[40], f[40];
	const char *flag;

	if (!d->m.is_there) {
		str_printf(text, sizeof text, "there is none here: %s", d->m.reason);
		line("Dispatch", text);
		return;
	}
	str_printf(text, sizeof text, "%s%s%s%s%s", client_mode_text(d, o->ja, "", mode, sizeof mode),
	    d->m.user[0] != '\0' ? ", set by " : "", d->m.user, d->m.reason[0] != '\0' ? ": " : "", d->m.reason);
	line("Mode", text);
	str_copy(text, sizeof text, grid_state_title(d->m.grid, o->ja));
	for (unsigned i = 0; (flag = guard_flag_help(d->m.flags, i)) != NULL; i++) {
		str_append(text, sizeof text, "; ");
		str_append(text, sizeof text, flag);
	}
	line("Grid", text);
	str_printf(text, sizeof text, "so far %s, will be %s, target %s: %s%s", kw(d->m.now_kw, a, sizeof a),
	    kw(d->m.forecast_kw, b, sizeof b), kw(d->m.target_kw, e, sizeof e), client_stage_word(d->m.stage, o->ja),
	    d->m.is_estimated ? ", estimated" : "");
	line("Half hour", text);
	const struct schedule_entry *entry = client_schedule_target(c, clock_utc());
	if (entry != NULL)
		line("Target", client_schedule_target_text(entry, text, sizeof text));
	line("Now", client_now_text(d, text, sizeof text));
	str_printf(text, sizeof text, "this month %s, twelve months %s; %u of %u steps shed",
	    kw(d->m.month_kw, a, sizeof a), kw(d->m.year_kw, b, sizeof b), d->m.shed, d->m.steps);
	line("Greatest", text);
	str_printf(text, sizeof text,
	    "%s kWh in batteries, %s kept as reserve; critical loads would be carried for %s h",
	    isnan(d->m.reserve_kwh) ? "-" : str_fixed(e, sizeof e, d->m.reserve_kwh, 0),
	    isnan(d->m.kept_kwh) ? "-" : str_fixed(b, sizeof b, d->m.kept_kwh, 0),
	    isnan(d->m.hours)         ? "-"
	        : d->m.hours >= 999.0 ? "999 or more"
	                              : str_fixed(f, sizeof f, d->m.hours, 1));
	line("Outage", text);
	line("Plan", client_plan_text(d, clock_utc(), text, sizeof text));
	print_wants(c, d);
}

int
cmd_dispatch(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, WHAT, &code);
	const struct client_dispatch *d = c == NULL ? NULL : client_dispatch(c);

	if (c == NULL)
		return code;
	if (d == NULL) {
		say_error("chisand has told nothing of dispatch");
		code = CMD_FAILED;
	} else if (o->json) {
		print_json(c, d);
	} else {
		print_text(o, c, d);
	}
	client_free(c);
	return code;
}

/* ---- another mode */

static int
read_mode(const struct options *o, struct msg_mode *m)
{
	enum guard_mode mode;

	if (!guard_mode_from_word(o->args[1], &mode)) {
		say_error("there is no mode \"%.40s\"; there are " MODES, o->args[1]);
		return CMD_USAGE;
	}
	m->what = MODE_SET;
	m->mode = (uint8_t)mode;
	m->kw = (double)NAN;
	if (mode != GUARD_RESPONSE) {
		if (!o->given[OPT_KW] && o->until == NULL)
			return CMD_DONE;
		say_error("--kw and --until belong to demand-response");
		return CMD_USAGE;
	}
	if (!o->given[OPT_KW] || o->until == NULL) {
		say_error("demand-response needs --kw KW, the most that may be drawn, and --until TIME");
		return CMD_USAGE;
	}
	m->kw = o->kw;
	if (act_read_end(o->until, clock_utc(), &m->until))
		return CMD_DONE;
	say_error("--until %.40s is no time to come; write it as 17:00, 2h, or \"2026-11-25 08:00\"", o->until);
	return CMD_USAGE;
}

static int
send(const struct options *o, struct msg_mode *m)
{
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);
	struct wbuf b;

	if (c == NULL)
		return code;
	m->token = act_token();
	m->is_dry = o->dry_run;
	m->reason = o->reason;
	wbuf_init(&b);
	msg_mode_put(&b, m);
	code = cmd_act(o, c, W_MODE, &b, "");
	wbuf_done(&b);
	client_free(c);
	return code;
}

int
cmd_mode(const struct options *o)
{
	struct msg_mode m = { .kw = (double)NAN };
	int code = CMD_DONE;
	bool is_stop = o->arg_count == 2 && strcmp(o->args[1], "manual") == 0;
	struct options stop = *o;

	if (o->arg_count == 1 && !o->given[OPT_TARGET])
		return cmd_dispatch(o);
	if (o->arg_count == 2 && o->given[OPT_TARGET]) {
		say_error("a mode or --target, not both: they are two acts");
		return CMD_USAGE;
	}
	if (o->arg_count == 2) {
		code = read_mode(o, &m);
	} else {
		m.what = MODE_TARGET;
		m.kw = o->target_kw;
	}
	/* who stops it has no time for reasons */
	if (is_stop && o->reason == NULL)
		stop.reason = "stopped";
	if (code == CMD_DONE && !is_stop)
		code = cmd_check_reason(o);
	return code == CMD_DONE ? send(&stop, &m) : code;
}
