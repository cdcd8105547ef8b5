/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_wheel.c - wheel: a day of self-wheeling as a table of half hours and as JSON; and what a person does with its plan.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/act.h"
#include "console/cmd_hand.h"
#include "console/jout.h"
#include "console/newfile.h"
#include "console/say.h"
#include "console/wheel_got.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define DATA_MAX (500 * 1024)

/* ---- questions */

static bool
take_day(struct client *c, const struct frame *f, void *arg)
{
	struct wheel_got *g = arg;

	(void)c;
	if (f->type == W_WHEEL_DAY && !g->is_there)
		(void)wheel_got_read(g, f->body, f->length); /* that it cannot be read is said below */
	return true;
}

/* *date 0: today. "tomorrow" and a date. */
static bool
read_date(const char *text, int64_t *date)
{
	int64_t today = utc_date(clock_utc(), NULL);

	if (strcmp(text, "today") == 0)
		*date = today;
	else if (strcmp(text, "tomorrow") == 0)
		*date = today + 1;
	else if (strcmp(text, "yesterday") == 0)
		*date = today - 1;
	else if (!date_from_text(text, date)) {
		say_error("\"%.40s\" is no day; write 2026-12-01, today, tomorrow or yesterday", text);
		return false;
	}
	return true;
}

static int
ask_day(const struct options *o, struct client *c, int64_t date, struct wheel_got *g)
{
	struct wbuf b = { .len = 0 };
	int code;

	msg_wheel_get_put(&b, &(struct msg_wheel_get){ .date = date });
	code = cmd_ask(o, c, W_WHEEL_GET, &b, take_day, g, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && !g->is_there) {
		say_error("the day that chisand sent cannot be read");
		code = CMD_FAILED;
	}
	return code;
}

/* ---- a table */

static void
cell(double v, int decimals, int width, const char *mark)
{
	char number[40];

	say(" %*s%-1s", width, isfinite(v) ? str_fixed(number, sizeof number, v, decimals) : "-", mark);
}

static void
print_row(const struct options *o, const struct wheel_got *g, unsigned slot)
{
	const struct wheel_got_row *w = &g->rows[slot];
	char when[24];

	say("%2u %s", slot + 1, utc_civil(when, sizeof when, wheel_got_start(g, slot), "%H:%M"));
	for (int side = 0; side < WHEEL_SIDES; side++) {
		cell(w->plan[side], 1, 8, w->is_changed ? "*" : "");
		cell(w->actual[side], 1, 8, wheel_got_marks(w->marks[side]));
		cell(w->shortage[side], 1, 8, w->is_foreseen && isfinite(w->shortage[side]) ? "?" : "");
	}
	cell(w->price, 2, 7, w->kind == WHEEL_PRICE_EXPECTED ? "?" : w->kind == WHEEL_PRICE_PRELIMINARY ? "p" : "");
	cell(w->yen, 0, 8, "");
	say(" %s, %s\n", wheel_phase_word(w->phase, o->ja), wheel_standing_word(w->standing, o->ja));
}

static void
print_text(const struct options *o, const struct wheel_got *g)
{
	char date[DATE_TEXT_MAX], text[600], when[40], plan[2][40], number[3][40];
	struct wheel_got_sum sum;

	say("Day        %s, filed by %s\n", date_text(date, sizeof date, g->m.date),
	    utc_civil(when, sizeof when, (struct utc){ g->m.file_by }, "%Y-%m-%d %H:%M"));
	say("Plan       %s\n", wheel_got_standing(g, o->ja, text, sizeof text));
	if (wheel_got_found(g, o->ja, text, sizeof text)[0] != '\0')
		say("Found      %s\n", text);
	wheel_got_sum(g, &sum);
	say("Sum        generation %s kWh, demand %s kWh planned\n",
	    str_fixed(plan[0], sizeof plan[0], sum.plan[WHEEL_GENERATION], 1),
	    str_fixed(plan[1], sizeof plan[1], sum.plan[WHEEL_DEMAND], 1));
	say("Delivered  shortage %s kWh, surplus %s kWh, %s in money; %u amounts not known\n",
	    str_fixed(number[0], sizeof number[0], sum.shortage, 1),
	    str_fixed(number[1], sizeof number[1], sum.surplus, 1), str_fixed(number[2], sizeof number[2], sum.yen, 0),
	    sum.unknown);
	say("\n   time   gen.plan   actual shortage dem.plan   actual shortage    price     yen  state\n");
	for (unsigned slot = 0; slot < g->m.slots; slot++)
		print_row(o, g, slot);
}

/* ---- JSON */

static json_t *
versions_json(const struct wheel_got *g)
{
	json_t *a = json_array();

	for (unsigned i = 0; i < g->version_count; i++) {
		const struct wheel_got_version *v = &g->versions[i];
		json_t *j = json_object();

		json_object_set_new(j, "version", json_integer(v->number));
		json_object_set_new(j, "base", json_integer(v->base));
		json_object_set_new(j, "answer", json_string(wheel_answer_word(v->answer, false)));
		json_object_set_new(j, "author", jout_text(v->author));
		json_object_set_new(j, "submitted_at", jout_time(v->submitted));
		json_object_set_new(j, "answered_at", jout_time(v->answered));
		json_array_append_new(a, j);
	}
	return a;
}

static json_t *
side_json(const struct wheel_got_row *w, int side)
{
	json_t *j = json_object();

	json_object_set_new(j, "plan", jout_number(w->plan[side]));
	json_object_set_new(j, "in_force", jout_number(w->in_force[side]));
	json_object_set_new(j, "actual", jout_number(w->actual[side]));
	json_object_set_new(j, "partial", json_boolean((w->marks[side] & WHEEL_PARTIAL) != 0));
	json_object_set_new(j, "metered", json_boolean((w->marks[side] & WHEEL_METERED) != 0));
	json_object_set_new(j, "shortage", jout_number(w->shortage[side]));
	return j;
}

static json_t *
slot_json(const struct wheel_got *g, unsigned slot)
{
	const struct wheel_got_row *w = &g->rows[slot];
	json_t *j = json_object(), *parts = json_object();

	for (unsigned p = 0; p < g->part_count; p++)
		json_object_set_new(parts, g->parts[p].name, jout_number((double)g->kwh[p][slot]));
	json_object_set_new(j, "slot", json_integer(slot + 1));
	json_object_set_new(j, "begins", jout_time(wheel_got_start(g, slot)));
	json_object_set_new(j, "phase", json_string(wheel_phase_word(w->phase, false)));
	json_object_set_new(j, "standing", json_string(wheel_standing_word(w->standing, false)));
	json_object_set_new(j, "changed", json_boolean(w->is_changed));
	json_object_set_new(j, "generation", side_json(w, WHEEL_GENERATION));
	json_object_set_new(j, "demand", side_json(w, WHEEL_DEMAND));
	json_object_set_new(j, "foreseen", json_boolean(w->is_foreseen));
	json_object_set_new(j, "price", jout_number(w->price));
	json_object_set_new(j, "price_kind", json_string(wheel_price_word(w->kind, false)));
	json_object_set_new(j, "yen", jout_number(w->yen));
	json_object_set_new(j, "parts", parts);
	return j;
}

static void
print_json(const struct wheel_got *g)
{
	json_t *j = jout_begin(), *slots = json_array(), *found = json_array();
	char date[DATE_TEXT_MAX];
	const char *help;

	for (unsigned slot = 0; slot < g->m.slots; slot++)
		json_array_append_new(slots, slot_json(g, slot));
	for (unsigned i = 0; (help = wheel_flag_help(g->m.flags, i, false)) != NULL; i++)
		json_array_append_new(found, json_string(help));
	json_object_set_new(j, "date", json_string(date_text(date, sizeof date, g->m.date)));
	json_object_set_new(j, "file_by", jout_time((struct utc){ g->m.file_by }));
	json_object_set_new(j, "found", found);
	json_object_set_new(j, "in_force", g->m.in_force != 0 ? json_integer(g->m.in_force) : json_null());
	json_object_set_new(j, "latest", g->m.latest != 0 ? json_integer(g->m.latest) : json_null());
	json_object_set_new(j, "draft", g->m.edit != 0 ? json_integer(g->m.edit) : json_null());
	json_object_set_new(j, "draft_author", g->m.edit != 0 ? jout_text(g->m.draft_author) : json_null());
	json_object_set_new(j, "limit_kwh", jout_number(g->m.limit_kwh));
	json_object_set_new(j, "limit_pct", jout_number(g->m.limit_pct));
	json_object_set_new(j, "versions", versions_json(g));
	json_object_set_new(j, "slots", slots);
	jout_print(j);
}

static int
show(const struct options *o, struct client *c, int64_t date)
{
	struct wheel_got *g = xcalloc(1, sizeof *g);
	int code = ask_day(o, c, date, g);

	if (code == CMD_DONE && o->json)
		print_json(g);
	else if (code == CMD_DONE)
		print_text(o, g);
	wheel_got_done(g);
	free(g);
	return code;
}

/* ---- export */

struct exported {
	const struct options *o;
	bool is_there;
	int code;
};

static void
write_out(struct exported *x, const struct msg_wheel_file *m)
{
	char name[WHEEL_FILE_NAME], path[4096];
	struct newfile f;
	enum err e;

	text_put_safe(name, sizeof name, m->name, -1);
	if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '\0') {
		say_error("chisand gave the file a name that is none");
		x->code = CMD_FAILED;
		return;
	}
	str_printf(path, sizeof path, "%s", x->o->output != NULL ? x->o->output : name);
	e = newfile_open(&f, path, x->o->force);
	if (e == OK)
		e = newfile_write(&f, m->data.data, m->data.len);
	if (e == OK)
		e = newfile_finish(&f);
	if (e != OK) {
		say_error("%s", f.why);
		newfile_drop(&f);
		x->code = e == ERR_REFUSED ? CMD_REFUSED : CMD_FAILED;
		return;
	}
	if (!x->o->json)
		say("%s\n", path);
}

static bool
take_file(struct client *c, const struct frame *f, void *arg)
{
	struct exported *x = arg;
	struct msg_wheel_file m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_WHEEL_FILE || x->is_there || !msg_wheel_file_get(&r, &m) || !r_done(&r))
		return true;
	x->is_there = true;
	if (x->o->output != NULL && strcmp(x->o->output, "-") == 0)
		say("%.*s", (int)m.data.len, (const char *)m.data.data);
	else
		write_out(x, &m);
	return true;
}

static int
export_file(const struct options *o, struct client *c, int64_t date, uint32_t number)
{
	struct exported x = { .o = o, .code = CMD_DONE };
	struct wbuf b = { .len = 0 };
	int code;

	msg_wheel_file_get_put(&b, &(struct msg_wheel_file_get){ .date = date, .number = number });
	code = cmd_ask(o, c, W_WHEEL_FILE_GET, &b, take_file, &x, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && !x.is_there) {
		say_error("chisand sent no plan file that can be read");
		code = CMD_FAILED;
	}
	return code == CMD_DONE ? x.code : code;
}

/* ---- acts */

/* A whole file, at most DATA_MAX bytes. The caller frees; NULL: said. */
static char *
read_file(const char *path, size_t *len)
{
	char *text = xmalloc(DATA_MAX + 1);
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 0;

	*len = 0;
	while (fd >= 0 && *len <= DATA_MAX && (n = read(fd, text + *len, DATA_MAX + 1 - *len)) > 0)
		*len += (size_t)n;
	if (n < 0)
		say_error("%.200s cannot be read: %s", path, strerror(errno));
	else if (*len > DATA_MAX)
		say_error("%.200s is larger than %d kB", path, DATA_MAX / 1024);
	if (fd > STDIN_FILENO)
		close(fd);
	if (n >= 0 && *len <= DATA_MAX)
		return text;
	free(text);
	return NULL;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
send(const struct options *o, struct client *c, struct msg_wheel *m)
{
	struct wbuf b = { .len = 0 };
	int code;

	m->token = act_token();
	m->reason = o->reason != NULL ? o->reason : "";
	msg_wheel_put(&b, m);
	code = cmd_act(o, c, W_WHEEL, &b, "");
	wbuf_done(&b);
	return code;
}

/* "17" "17-20": slots from 1. */
static bool
read_slots(const char *text, struct msg_wheel *m)
{
	char first[16];
	const char *dash = strchr(text, '-');
	int64_t from, to;

	str_printf(first, sizeof first, "%.*s", (int)(dash != NULL ? dash - text : (ptrdiff_t)strlen(text)), text);
	if (!str_to_i64(first, 1, WHEEL_SLOTS_MAX, &from) ||
	    !str_to_i64(dash != NULL ? dash + 1 : first, from, WHEEL_SLOTS_MAX, &to)) {
		say_error("\"%.40s\" are no slots; write 17 or 17-20, from 1 to 48", text);
		return false;
	}
	m->from = (uint16_t)(from - 1);
	m->to = (uint16_t)(to - 1);
	return true;
}

/* wheel set DAY SLOTS KWH [PART] */
static int
set(const struct options *o, struct client *c, struct msg_wheel *m)
{
	if (o->arg_count < 5 || o->arg_count > 6) {
		say_error("write: chisan wheel set DAY SLOTS KWH [PART], as in: set tomorrow 17-20 320; KWH \"none\": "
		          "not planned");
		return CMD_USAGE;
	}
	if (!read_slots(o->args[3], m))
		return CMD_USAGE;
	if (strcmp(o->args[4], "none") == 0) {
		m->kwh = (double)NAN;
	} else if (!str_to_double(o->args[4], &m->kwh) || !(m->kwh >= 0 && m->kwh <= WHEEL_KWH_MAX)) {
		say_error("\"%.40s\" are no kWh of a half hour; a number from 0, or none", o->args[4]);
		return CMD_USAGE;
	}
	m->part = o->arg_count == 6 ? o->args[5] : "";
	return send(o, c, m);
}

/* File and drop are about the draft as it is now, accept and reject about the version that waits. */
static int
about_now(const struct options *o, struct client *c, struct msg_wheel *m)
{
	struct wheel_got *g = xcalloc(1, sizeof *g);
	int code = ask_day(o, c, m->date, g);

	if (code == CMD_DONE && (m->act == WHEEL_FILE || m->act == WHEEL_DROP)) {
		m->number = g->m.edit;
		if (m->number == 0) {
			say_error("there is no draft of that day; make one with: chisan wheel make DAY");
			code = CMD_NOT_FOUND;
		}
	} else if (code == CMD_DONE) {
		m->number = o->revision != 0 ? (uint32_t)o->revision : g->m.latest;
		if (m->number == 0) {
			say_error("nothing is filed for that day");
			code = CMD_NOT_FOUND;
		}
	}
	wheel_got_done(g);
	free(g);
	return code == CMD_DONE ? send(o, c, m) : code;
}

static int
with_file(const struct options *o, struct client *c, struct msg_wheel *m, int at)
{
	size_t len;
	char *text;
	int code;

	if (o->arg_count != at + 1) {
		say_error("write: chisan wheel %s%s", m->act == WHEEL_PRICES ? "prices FILE" : wheel_act_word(m->act),
		    m->act == WHEEL_PRICES ? "" : " DAY FILE");
		return CMD_USAGE;
	}
	text = read_file(o->args[at], &len);
	if (text == NULL)
		return CMD_FAILED;
	m->name = base_name(o->args[at]);
	m->data = (struct msg_bytes){ (const uint8_t *)text, len };
	code = send(o, c, m);
	free(text);
	return code;
}

static int
act(const struct options *o, struct client *c, enum wheel_act what, int64_t date)
{
	struct msg_wheel m = {
		.act = (uint8_t)what, .date = date, .kwh = (double)NAN, .part = "", .name = "", .reason = ""
	};
	int code = wheel_act_wants_reason(what) ? cmd_check_reason(o) : CMD_DONE;

	if (code != CMD_DONE)
		return code;
	switch (what) {
	case WHEEL_SET: return set(o, c, &m);
	case WHEEL_IMPORT:
	case WHEEL_ACTUAL: return with_file(o, c, &m, 3);
	case WHEEL_PRICES: return with_file(o, c, &m, 2);
	case WHEEL_MAKE: return send(o, c, &m);
	default: return about_now(o, c, &m);
	}
}

int
cmd_wheel(const struct options *o)
{
	const char *what = o->arg_count > 1 ? o->args[1] : "show";
	bool is_export = strcmp(what, "export") == 0, is_show = strcmp(what, "show") == 0;
	enum wheel_act a = WHEEL_ACTS;
	int64_t date = 0;
	struct client *c;
	int code;

	if (!is_export && !is_show && !wheel_act_from_word(what, &a)) {
		say_error(
		    "\"%.40s\" is nothing that can be done; write show, make, set, import, drop, file, accept, reject, "
		    "prices, actual or export",
		    what);
		return CMD_USAGE;
	}
	if (o->arg_count < 3 && !is_show && a != WHEEL_PRICES) {
		say_error("of which day? write: chisan wheel %s tomorrow, or a date as 2026-12-01", what);
		return CMD_USAGE;
	}
	c = cmd_snapshot(o, SUB_SITE, &code); /* the zone: a day is one of the site's */
	if (c == NULL)
		return code;
	if (a != WHEEL_PRICES && o->arg_count > 2 && !read_date(o->args[2], &date))
		code = CMD_USAGE;
	else if (is_show)
		code = show(o, c, date);
	else if (is_export)
		code = export_file(o, c, date, (uint32_t)o->revision);
	else
		code = act(o, c, a, date);
	client_free(c);
	return code;
}
