/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_journal.c - the journal as lines: chosen, newest last, and followed without a hole between what was and what comes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "console/cmd.h"
#include "console/cmd_journal.h"
#include "console/entry.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/stream.h"
#include "console/when.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define FOLLOW_FIRST 10      /* entries before the stream, as tail does */
#define KEEP_MAX     1000000 /* entries turned round in memory, newest N last */
#define FLUSH_EVERY  256
#define QUEUE_MAX    100000 /* that came while the question was being answered */

struct kept {
	TAILQ_ENTRY(kept) next;
	struct entry *entry;
};
TAILQ_HEAD(kept_list, kept);

struct follow {
	struct stream stream;
	const struct options *o;
	struct client *client;
	struct entry_filter filter;
	struct kept_list turned, queued; /* the answer to be turned round; what came meanwhile */
	uint32_t queue_count;
	uint32_t taken;  /* entries of answers so far */
	uint64_t last;   /* newest sequence that was printed or looked at */
	bool is_turning; /* the answer comes newest first and is printed the other way round */
	bool is_asking;
};

static void
print(const struct options *o, const struct msg_journal *m)
{
	static char line[ENTRY_LINE_MAX];

	if (o->json) {
		jout_print(entry_json(m));
		return;
	}
	entry_line(m, line, sizeof line);
	say_text(line);
	say_text("\n");
}

/* ---- the filter */

static bool
read_time(const char *name, const char *text, int64_t *us)
{
	struct utc t;

	if (text == NULL)
		return true;
	if (!when_read(text, clock_utc(), &t)) {
		say_error("--%s %s is no time; write it %s", name, text, WHEN_HELP);
		return false;
	}
	*us = t.us;
	return true;
}

static void
list_kinds(void)
{
	for (unsigned i = 0; i < JOURNAL_KIND_COUNT; i++)
		say("%-10s %s\n", journal_kind_word(i), journal_kind_help(i));
}

/* What needs no server. */
static int
check(const struct options *o, struct entry_filter *f)
{
	char bad[48];
	const char *near;

	if (o->kind != NULL && !entry_read_kinds(o->kind, &f->kinds, bad, sizeof bad, &near)) {
		say_error("--kind: there is no kind \"%s\"%s%s%s", bad, near != NULL ? "; did you mean \"" : "",
		    near != NULL ? near : "; chisan journal --kind help lists them", near != NULL ? "\"?" : "");
		return CMD_USAGE;
	}
	if (o->follow && (o->reverse || o->until != NULL)) {
		say_error(
		    "--follow goes on with what comes: --%s does not go with it", o->reverse ? "reverse" : "until");
		return CMD_USAGE;
	}
	if (o->count > KEEP_MAX) {
		say_error("--count takes at most %d here; --since chooses more", KEEP_MAX);
		return CMD_USAGE;
	}
	if (!str_copy(f->point, sizeof f->point, o->point == NULL ? "" : o->point) ||
	    !str_copy(f->user, sizeof f->user, o->user == NULL ? "" : o->user) ||
	    !str_copy(f->text, sizeof f->text, o->text == NULL ? "" : o->text)) {
		say_error("--point, --user and --text take at most 127 bytes, --text 255");
		return CMD_USAGE;
	}
	return CMD_DONE;
}

/* Times are those of the site's zone, which a snapshot tells. */
static bool
read_times(const struct options *o, struct entry_filter *f)
{
	return read_time("since", o->since, &f->from) && read_time("until", o->until, &f->to);
}

/* ---- entries kept for a while */

static struct kept *
keep(struct kept_list *list, const struct msg_journal *m, bool at_head)
{
	struct kept *k = xcalloc(1, sizeof *k);

	k->entry = entry_new(m);
	if (at_head)
		TAILQ_INSERT_HEAD(list, k, next);
	else
		TAILQ_INSERT_TAIL(list, k, next);
	return k;
}

static void
drop(struct kept_list *list, struct kept *k)
{
	TAILQ_REMOVE(list, k, next);
	free(k->entry);
	free(k);
}

static void
empty(struct kept_list *list)
{
	while (!TAILQ_EMPTY(list))
		drop(list, TAILQ_FIRST(list));
}

static void
print_kept(struct follow *w)
{
	while (!TAILQ_EMPTY(&w->turned)) {
		print(w->o, &TAILQ_FIRST(&w->turned)->entry->m);
		drop(&w->turned, TAILQ_FIRST(&w->turned));
	}
}

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct follow *w = arg;
	struct msg_journal m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_JOURNAL || !msg_journal_get(&r, &m))
		return true;
	if (m.seq > w->last)
		w->last = m.seq;
	if (w->is_turning)
		keep(&w->turned, &m, true);
	else
		print(w->o, &m);
	return ++w->taken % FLUSH_EVERY != 0 || say_flush() == 0; /* nobody reads on: it need not come to its end */
}

static void
question(const struct follow *w, struct wbuf *b)
{
	struct msg_journal_get m = entry_question(&w->filter);
	int64_t count = w->o->count > 0 ? w->o->count : w->o->follow && w->o->since == NULL ? FOLLOW_FIRST : 0;

	if (w->stream.was_live) {
		m.after = w->last; /* what was missed while the link was away */
	} else {
		m.most = (uint32_t)count;
		m.newest = count > 0 || w->o->reverse;
	}
	wbuf_init(b);
	msg_journal_get_put(b, &m);
}

/* ---- once */

static int
list(const struct options *o, const struct entry_filter *f)
{
	struct follow w = { .o = o, .filter = *f };
	struct wbuf b;
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);

	if (c == NULL)
		return code;
	TAILQ_INIT(&w.turned);
	w.is_turning = o->count > 0 && !o->reverse;
	if (!read_times(o, &w.filter)) {
		client_free(c);
		return CMD_USAGE;
	}
	question(&w, &b);
	code = cmd_ask(o, c, W_JOURNAL_GET, &b, take, &w, NULL);
	wbuf_done(&b);
	print_kept(&w);
	client_free(c);
	return code;
}

/* ---- for ever */

static void
drain(struct follow *w)
{
	while (!TAILQ_EMPTY(&w->queued)) {
		const struct msg_journal *m = &TAILQ_FIRST(&w->queued)->entry->m;
		if (m->seq == 0 || m->seq > w->last)
			print(w->o, m);
		if (m->seq > w->last)
			w->last = m->seq;
		drop(&w->queued, TAILQ_FIRST(&w->queued));
	}
	w->queue_count = 0;
}

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	take(c, f, arg);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct follow *w = arg;

	(void)c;
	(void)addcause;
	w->is_asking = false;
	print_kept(w);
	w->is_turning = false;
	if (e == ERR_CLOSED)
		return; /* the link: it is asked again when it is back */
	if (e != OK)
		say_error("what was recorded before cannot be read: %s", text);
	if (e != OK && !w->stream.was_live) {
		stream_end(&w->stream, cmd_exit_of(e));
		return;
	}
	w->stream.was_live = true;
	drain(w);
	stream_flush(&w->stream);
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
ask(struct follow *w)
{
	struct wbuf b;

	w->is_turning = !w->stream.was_live && (w->o->count > 0 || w->o->since == NULL);
	question(w, &b);
	w->is_asking = client_ask(w->client, W_JOURNAL_GET, &b, &answer, w) != 0;
	wbuf_done(&b);
}

static void
phase_changed(struct client *c, void *arg)
{
	struct follow *w = arg;

	if (!stream_phase(&w->stream, c))
		return;
	if (!w->stream.was_live && !read_times(w->o, &w->filter))
		stream_end(&w->stream, CMD_USAGE);
	else
		ask(w);
}

static void
entry_came(struct client *c, const struct msg_journal *m, void *arg)
{
	struct follow *w = arg;

	(void)c;
	if (!entry_passes(&w->filter, m))
		return;
	if (w->is_asking) {
		if (w->queue_count == QUEUE_MAX)
			drop(&w->queued, TAILQ_FIRST(&w->queued)); /* nobody answers: the newest matter */
		else
			w->queue_count++;
		keep(&w->queued, m, false);
		return;
	}
	if (m->seq != 0 && m->seq <= w->last)
		return;
	if (m->seq != 0)
		w->last = m->seq;
	print(w->o, m);
	stream_flush(&w->stream);
}

static const struct client_ops ops = { .phase = phase_changed, .journal = entry_came };

static int
follow(const struct options *o, const struct entry_filter *f)
{
	struct follow w = {
		.stream = { .loop = ev_default_loop(0), .o = o, .late = "has not answered" }, .o = o, .filter = *f
	};
	int code;

	TAILQ_INIT(&w.turned);
	TAILQ_INIT(&w.queued);
	w.client = client_new(w.stream.loop, o->socket, SUB_SITE | SUB_JOURNAL, true, &ops, &w);
	code = stream_run(&w.stream);
	client_free(w.client);
	empty(&w.turned);
	empty(&w.queued);
	return code;
}

int
cmd_journal(const struct options *o)
{
	struct entry_filter f = { 0 };

	if (o->kind != NULL && strcmp(o->kind, "help") == 0) {
		list_kinds();
		return CMD_DONE;
	}
	if (o->arg_count == 2 && strcmp(o->args[1], "verify") == 0)
		return cmd_journal_verify(o);
	if (o->arg_count == 2) {
		say_error("journal takes nothing or \"verify\", not \"%.60s\"; --point and --text choose entries",
		    o->args[1]);
		return CMD_USAGE;
	}
	int code = check(o, &f);
	if (code != CMD_DONE)
		return code;
	return o->follow ? follow(o, &f) : list(o, &f);
}
