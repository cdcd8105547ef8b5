/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_verify.c - the proof that the journal is as it was written: made by the server entry by entry, and held there against a
 * checkpoint that was seen elsewhere, since a journal that was cut off at its end proves itself all the same.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/cmd_journal.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define HASH_BYTES 32

struct verify {
	const struct options *o;
	bool is_terminal, has_progress, has_outcome;
	uint8_t state;
	uint64_t entries, first_bad;
	uint32_t checkpoints;
	char text[1024];
	char known[128]; /* the checkpoint that was seen elsewhere: "SEQ HASH"; "" = none */
};

/* "4000 91ab..." with all 64 digits, as the system log has it; the words before it may stay. */
static bool
read_checkpoint(struct verify *v, const char *text)
{
	char words[256], *hash, *seq;
	int64_t n;

	if (!str_copy(words, sizeof words, text))
		return false;
	for (size_t len = strlen(words); len > 0 && words[len - 1] == ' ';)
		words[--len] = '\0';
	if ((hash = strrchr(words, ' ')) == NULL)
		return false;
	*hash++ = '\0';
	seq = strrchr(words, ' ');
	seq = seq == NULL ? words : seq + 1;
	if (!str_to_i64(seq, 1, INT64_MAX, &n) || strlen(hash) != 2 * HASH_BYTES ||
	    strspn(hash, "0123456789abcdef") != 2 * HASH_BYTES)
		return false;
	return str_printf(v->known, sizeof v->known, "%lld %s", (long long)n, hash);
}

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct verify *v = arg;
	struct msg_verified m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_VERIFIED || !msg_verified_get(&r, &m))
		return true;
	v->entries = m.entries;
	if (m.state == VERIFY_AT_WORK) {
		if (v->is_terminal)
			fprintf(stderr, "\r%llu entries proved ", (unsigned long long)m.entries);
		v->has_progress = true;
		return true;
	}
	v->has_outcome = true;
	v->state = m.state;
	v->first_bad = m.first_bad;
	v->checkpoints = m.checkpoints;
	str_copy(v->text, sizeof v->text, m.text);
	return true;
}

static const char *
state_word(uint8_t state)
{
	return state == VERIFY_WHOLE ? "whole" : state == VERIFY_UNVOUCHED ? "unvouched" : "broken";
}

static void
print(const struct verify *v)
{
	char safe[2048];

	if (v->o->json) {
		json_t *j = jout_begin();
		json_object_set_new(j, "state", json_string(state_word(v->state)));
		json_object_set_new(j, "entries", json_integer((json_int_t)v->entries));
		json_object_set_new(
		    j, "first_bad", v->first_bad == 0 ? json_null() : json_integer((json_int_t)v->first_bad));
		json_object_set_new(j, "checkpoints", json_integer(v->checkpoints));
		json_object_set_new(j, "text", v->text[0] == '\0' ? json_null() : jout_text(v->text));
		jout_print(j);
		return;
	}
	if (v->state == VERIFY_WHOLE) {
		say("WHOLE: %llu entries, %u signed checkpoint%s%s\n", (unsigned long long)v->entries, v->checkpoints,
		    v->checkpoints == 1 ? "" : "s", v->known[0] != '\0' ? ", and the one that was seen elsewhere" : "");
	} else if (v->state == VERIFY_UNVOUCHED) {
		say("NOT VOUCHED FOR from entry %llu on: no entry is broken, but no signature that counts covers what\n"
		    "happened there. A person must judge whether that was right.\n",
		    (unsigned long long)v->first_bad);
	} else {
		say("BROKEN at entry %llu\n", (unsigned long long)v->first_bad);
	}
	if (v->text[0] != '\0') {
		text_put_safe(safe, sizeof safe, v->text, -1);
		say("%s\n", safe);
	}
	if (v->state == VERIFY_WHOLE && v->known[0] == '\0')
		say("entries cut off at the end show only against a checkpoint that was seen\n"
		    "elsewhere, as in the system log: --checkpoint \"SEQ HASH\"\n");
}

int
cmd_journal_verify(const struct options *o)
{
	struct verify v = { .o = o, .is_terminal = isatty(STDERR_FILENO) };
	struct wbuf b;
	int code;

	if (o->checkpoint != NULL && !read_checkpoint(&v, o->checkpoint)) {
		say_error(
		    "--checkpoint takes \"SEQ HASH\" as the system log has it: a number and 64 digits of 0-9 a-f");
		return CMD_USAGE;
	}
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);
	if (c == NULL)
		return code;
	wbuf_init(&b);
	msg_verify_get_put(&b, &(struct msg_verify_get){ .known = v.known });
	code = cmd_ask(o, c, W_VERIFY_GET, &b, take, &v, NULL);
	wbuf_done(&b);
	if (v.is_terminal && v.has_progress)
		fputs("\r\033[K", stderr);
	if (code == CMD_DONE && !v.has_outcome) {
		say_error("the proof ended without an outcome");
		code = CMD_FAILED;
	}
	if (code == CMD_DONE) {
		print(&v);
		code = v.state == VERIFY_WHOLE ? CMD_DONE : CMD_FAILED;
	}
	client_free(c);
	return code;
}
