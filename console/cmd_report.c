/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_report.c - reports as text and for spreadsheets, the list of those that are filed, a person's confirmation, and the shift report.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/act.h"
#include "console/cmd.h"
#include "console/jout.h"
#include "console/newfile.h"
#include "console/rgot.h"
#include "console/say.h"
#include "console/when.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LIST_MOST 100

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	(void)c;
	return rgot_take(arg, f);
}

static int
get(const struct options *o, struct client *c, const struct rkind *k, const char *label, struct rgot *g)
{
	struct wbuf b;

	wbuf_init(&b);
	wbuf_init(&g->content);
	rgot_question(&b, k, label, o->now ? RGOT_NOW : (uint32_t)o->revision,
	    o->cp932     ? REPORT_CSV_CP932
	        : o->csv ? REPORT_CSV
	                 : REPORT_TEXT,
	    o->ja);
	int code = cmd_ask(o, c, W_REPORT_GET, &b, take, g, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && (g->is_too_big || !g->has_head)) {
		say_error(g->is_too_big ? "the report is larger than a report can be" : "the server sent no report");
		code = CMD_FAILED;
	}
	return code;
}

/* ---- out */

/* Text line by line, each made safe; nothing of it can steer a terminal. */
static void
print_text(const struct wbuf *b)
{
	const char *at = (const char *)b->data, *end = at + b->len;
	char *line = xcalloc(1, b->len + 1), *safe = xcalloc(1, 4 * b->len + 16);

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop == NULL ? end : stop) - at);
		memcpy(line, at, len);
		line[len] = '\0';
		bool is_page = line[0] == '\f'; /* of a printer; a terminal has no pages */
		text_put_safe(safe, 4 * b->len + 16, line + is_page, -1);
		say_text(safe);
		say_text("\n");
		at += len + (stop != NULL);
	}
	free(line);
	free(safe);
}

static int
write_file(const struct options *o, const struct rkind *k, const struct rgot *g)
{
	char path[4096], name[64];
	struct newfile file;
	struct stat st;

	rkind_file(k, g->label, g->revision, o->csv, name, sizeof name);
	str_copy(path, sizeof path, o->output);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		str_printf(path, sizeof path, "%s/%s", o->output, name);
	enum err e = newfile_open(&file, path, o->force);
	if (e == OK)
		e = newfile_write(&file, g->content.data, g->content.len);
	if (e == OK)
		e = newfile_finish(&file);
	newfile_drop(&file);
	if (e != OK) {
		say_error("%s", file.why);
		return e == ERR_IO ? CMD_FAILED : (int)cmd_exit_of(e);
	}
	say_error("written to %s", path);
	return CMD_DONE;
}

static json_t *
head_json(const struct rgot *g)
{
	json_t *j = jout_begin();
	char hex[2 * RGOT_DIGEST + 1];

	rgot_hex(g, RGOT_DIGEST, hex, sizeof hex);
	json_object_set_new(j, "report", jout_text(g->kind));
	json_object_set_new(j, "label", jout_text(g->label));
	json_object_set_new(j, "from", jout_time((struct utc){ g->from }));
	json_object_set_new(j, "to", jout_time((struct utc){ g->to }));
	json_object_set_new(j, "revision", g->revision == 0 ? json_null() : json_integer(g->revision));
	json_object_set_new(j, "made", jout_time((struct utc){ g->made }));
	json_object_set_new(j, "final", json_boolean(g->is_final));
	json_object_set_new(j, "digest", jout_text(hex));
	json_object_set_new(j, "confirmed_by", g->confirmed_by[0] == '\0' ? json_null() : jout_text(g->confirmed_by));
	json_object_set_new(j, "confirmed_at", jout_time((struct utc){ g->confirmed_at }));
	return j;
}

static int
put_out(const struct options *o, const struct rkind *k, const struct rgot *g)
{
	if (o->output != NULL && strcmp(o->output, "-") != 0)
		return write_file(o, k, g);
	if (o->json) {
		json_t *j = head_json(g);
		char *text = xcalloc(1, g->content.len + 1);
		if (g->content.len > 0)
			memcpy(text, g->content.data, g->content.len);
		json_object_set_new(j, "content", jout_text(text));
		free(text);
		jout_print(j);
	} else if (!o->csv) {
		print_text(&g->content);
	} else if (say_flush() == 0 && g->content.len > 0) {
		fwrite(
		    g->content.data, 1, g->content.len, stdout); /* byte for byte; a failure shows when it is flushed */
	}
	return CMD_DONE;
}

static bool
is_for_terminal(const struct options *o)
{
	if (!o->cp932)
		return true;
	if (o->json) {
		say_error("--cp932 is no text for JSON; --csv --json is");
		return false;
	}
	if (isatty(STDOUT_FILENO) && (o->output == NULL || strcmp(o->output, "-") == 0)) {
		say_error("CP932 is no text for a terminal; -o FILE writes it to a file");
		return false;
	}
	return true;
}

/* ---- the list */

struct listing {
	const struct options *o;
	struct say_table *table;
	unsigned count;
};

static bool
take_row(struct client *c, const struct frame *f, void *arg)
{
	struct listing *l = arg;
	struct msg_report m;
	struct rbuf r;
	struct rgot g = { 0 };
	char text[192], hex[24];

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_REPORT || !msg_report_get(&r, &m))
		return true;
	l->count++;
	rgot_head(&g, &m);
	if (l->o->json) {
		jout_print(head_json(&g));
		return true;
	}
	say_table_cell(l->table, g.kind);
	say_table_cell(l->table, g.label);
	str_printf(text, sizeof text, "%u", g.revision);
	say_table_cell(l->table, text);
	utc_civil(text, sizeof text, (struct utc){ g.made }, "%Y-%m-%d %H:%M");
	say_table_cell(l->table, text);
	rgot_hex(&g, 8, hex, sizeof hex);
	say_table_cell(l->table, hex);
	say_table_cell(l->table, g.confirmed_by[0] != '\0' ? g.confirmed_by : "-");
	if (g.confirmed_at != 0)
		utc_civil(text, sizeof text, (struct utc){ g.confirmed_at }, "%Y-%m-%d %H:%M");
	say_table_cell(l->table, g.confirmed_at != 0 ? text : "");
	return true;
}

static int
list(const struct options *o, struct client *c, const struct rkind *k)
{
	static const struct say_column columns[] = { { "REPORT", false, 12 }, { "PERIOD", false, 20 },
		{ "REV", true, 0 }, { "MADE", false, 0 }, { "DIGEST", false, 0 }, { "CONFIRMED BY", false, 40 },
		{ "AT", false, 0 } };
	struct listing l = { .o = o };
	struct wbuf b;

	l.table = o->json ? NULL : say_table_new(columns, ARRAY_LEN(columns));
	wbuf_init(&b);
	msg_report_list_put(&b,
	    &(struct msg_report_list){ .report = k == NULL ? "" : k->name,
	        .most = o->count > 0 && o->count < UINT32_MAX ? (uint32_t)o->count : LIST_MOST });
	int code = cmd_ask(o, c, W_REPORT_LIST, &b, take_row, &l, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && l.count == 0)
		say_error("no report is filed yet");
	if (l.table != NULL)
		say_table_print(l.table);
	return code;
}

/* ---- confirm */

static bool
is_agreed(const struct options *o)
{
	char line[16];

	if (o->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		say_error("confirming needs a person at a terminal, or --yes");
		return false;
	}
	fputs("Type yes to confirm it in your name: ", stderr);
	if (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "yes\n") == 0)
		return true;
	say_error("not confirmed");
	return false;
}

static void
print_head(const struct options *o, const struct rgot *g)
{
	char from[40], to[40], made[40], hex[2 * RGOT_DIGEST + 1], text[512], safe[1024];

	utc_civil(from, sizeof from, (struct utc){ g->from }, "%Y-%m-%d %H:%M");
	utc_civil(to, sizeof to, (struct utc){ g->to }, "%Y-%m-%d %H:%M %Z");
	utc_civil(made, sizeof made, (struct utc){ g->made }, "%Y-%m-%d %H:%M:%S");
	rgot_hex(g, RGOT_DIGEST, hex, sizeof hex);
	str_printf(text, sizeof text, "%s %s, revision %u", g->kind, g->label, g->revision);
	text_put_safe(safe, sizeof safe, text, -1);
	(void)o;
	fprintf(stderr, "Report   %s\nPeriod   %s to %s\nMade     %s\nDigest   %s\n", safe, from, to, made, hex);
}

static int
send_confirm(const struct options *o, struct client *c, const struct rgot *g)
{
	struct cmd_answer end;
	struct wbuf b;
	char text[1024], safe[2048];

	wbuf_init(&b);
	msg_report_confirm_put(&b,
	    &(struct msg_report_confirm){ .token = act_token(),
	        .report = g->kind,
	        .label = g->label,
	        .revision = g->revision,
	        .digest = { g->digest, g->digest_len },
	        .text = "" });
	int code = cmd_ask(o, c, W_REPORT_CONFIRM, &b, NULL, NULL, &end);
	wbuf_done(&b);
	if (code != CMD_DONE)
		return code;
	act_outcome(end.err, end.addcause, end.detail, end.text, text, sizeof text);
	text_put_safe(safe, sizeof safe, text, -1);
	if (o->json) {
		json_t *j = head_json(g);
		json_object_set_new(j, "result", json_string("done"));
		json_object_set_new(j, "recorded", json_boolean(end.detail != RESULT_NOT_RECORDED));
		json_object_set_new(j, "text", jout_text(end.text));
		json_object_set_new(
		    j, "entry", act_entry(end.text) != 0 ? json_integer((json_int_t)act_entry(end.text)) : json_null());
		jout_print(j);
	} else {
		say("%s\n", safe);
	}
	return code;
}

static int
confirm(const struct options *o, struct client *c, const struct rkind *k, const char *label)
{
	struct rgot g = { 0 };
	int code = get(o, c, k, label, &g);

	if (code == CMD_DONE && g.revision == 0) {
		say_error("%s %s is not filed%s", k->name, label,
		    !rkind_is_filed(k->name) ? ": reports of this kind are made when they are asked for"
		        : g.is_final         ? " yet: it will be in a few minutes"
		                             : ": its period is not over");
		code = CMD_REFUSED;
	}
	if (code == CMD_DONE && g.confirmed_at != 0) {
		say_error(
		    "revision %u of %s %s is confirmed already, by %s", g.revision, k->name, label, g.confirmed_by);
		code = CMD_REFUSED;
	}
	if (code == CMD_DONE) {
		print_head(o, &g);
		code = is_agreed(o) ? send_confirm(o, c, &g) : isatty(STDIN_FILENO) ? CMD_REFUSED : CMD_USAGE;
	}
	wbuf_done(&g.content);
	return code;
}

/* ---- the words */

struct words {
	bool is_confirm;
	const struct rkind *kind; /* NULL: none given */
	const char *date;
};

static bool
read_words(const struct options *o, struct words *w)
{
	int at = 1;

	*w = (struct words){ .date = "" };
	if (at < o->arg_count && strcmp(o->args[at], "confirm") == 0) {
		w->is_confirm = true;
		at++;
	}
	if (at < o->arg_count) {
		w->kind = rkind_find(o->args[at]);
		if (w->kind == NULL) {
			const char *near = rkind_nearest(o->args[at]);
			say_error("there is no report \"%.40s\"%s%s%s", o->args[at],
			    near != NULL ? "; did you mean \"" : "",
			    near != NULL
			        ? near
			        : "; there are daily, monthly, yearly, demand, co2, saving, energy, battery, heat, "
			          "operation, shift",
			    near != NULL ? "\"?" : "");
			return false;
		}
		at++;
	}
	if (at < o->arg_count)
		w->date = o->args[at++];
	if (at < o->arg_count || (w->kind == NULL && !o->list) || (o->list && w->date[0] != '\0')) {
		say_error("usage: chisan report KIND [DATE], report confirm KIND [DATE], or report --list [KIND]");
		return false;
	}
	if (w->is_confirm && (o->now || o->csv || o->list || o->output != NULL)) {
		say_error("only what is filed can be confirmed, as it is");
		return false;
	}
	if (o->now && o->revision > 0) {
		say_error("--now and --revision are two different reports; choose one");
		return false;
	}
	return true;
}

static int
make(const struct options *o, struct client *c, const struct rkind *k, const char *date, bool is_confirm)
{
	char label[RKIND_LABEL];
	struct rgot g = { 0 };

	if (!rkind_read(k, date, clock_utc(), label, sizeof label)) {
		say_error("\"%.40s\" is no period of %s; write it as %s", date, k->name, rkind_example(k));
		return CMD_USAGE;
	}
	if (is_confirm)
		return confirm(o, c, k, label);
	int code = get(o, c, k, label, &g);
	if (code == CMD_DONE)
		code = put_out(o, k, &g);
	wbuf_done(&g.content);
	return code;
}

int
cmd_report(const struct options *o)
{
	struct words w;
	int code;

	if (!read_words(o, &w) || !is_for_terminal(o))
		return CMD_USAGE;
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);
	if (c == NULL)
		return code;
	code = o->list ? list(o, c, w.kind) : make(o, c, w.kind, w.date, w.is_confirm);
	client_free(c);
	return code;
}

int
cmd_handover(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);

	if (c == NULL)
		return code;
	code = make(o, c, rkind_find("shift"), o->since == NULL ? "" : o->since, false);
	client_free(c);
	return code;
}
