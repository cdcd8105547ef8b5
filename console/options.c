/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.c - reading the command line by the table of options.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/options.h"
#include "console/say.h"
#include "scada/base/str.h"

#define FOR_MAX_US (366 * INT64_C(86400) * US_PER_S)

static const struct option_row rows[] = {
#define OPTION_ROW(id, name, letter, argument, where, help) [id] = { name, letter, argument, where, help },
	OPTION_LIST(OPTION_ROW)
};

const struct option_row *
option_row(size_t i)
{
	return i < OPTION_COUNT ? &rows[i] : NULL;
}

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

bool
option_belongs(const struct option_row *row, const char *command)
{
	return strcmp(row->where, "all") == 0 || has_word(row->where, command == NULL ? "console" : command);
}

/* ---- values */

static bool
read_word(const char *value, const char *const *words, const char **out)
{
	for (; *words != NULL; words++)
		if (strcmp(value, *words) == 0) {
			*out = value;
			return true;
		}
	return false;
}

static bool
read_duration(const char *value, int64_t *us)
{
	return str_to_duration(value, us) && *us > 0 && *us <= 86400 * US_PER_S;
}

static bool
store(struct options *o, enum option_id id, const char *value)
{
	static const char *const colors[] = { "auto", "never", "16", "256", NULL };
	static const char *const graphs[] = { "braille", "block", "ascii", NULL };
	struct console_options *c = &o->console;
	int64_t n;

	switch (id) {
	case OPT_SOCKET: c->socket = value; return value[0] != '\0';
	case OPT_JA: o->ja = c->ja = true; return true;
	case OPT_JSON: o->json = true; return true;
	case OPT_NAMES: o->names = true; return true;
	case OPT_NOW: o->now = true; return true;
	case OPT_VERBOSE: o->verbose = true; return true;
	case OPT_WAIT: return read_duration(value, &o->wait_us);
	case OPT_TIMEOUT: return read_duration(value, &o->timeout_us);
	case OPT_COUNT: return str_to_i64(value, 1, INT64_MAX, &o->count);
	case OPT_SINCE: o->since = value; return value[0] != '\0';
	case OPT_UNTIL: o->until = value; return value[0] != '\0';
	case OPT_BUCKETS: return str_to_i64(value, 1, 20000, &o->buckets);
	case OPT_SAMPLES: o->samples = true; return true;
	case OPT_PNG: o->png = value; return value[0] != '\0';
	case OPT_SIXEL: o->sixel = true; return true;
	case OPT_POINT: o->point = value; return value[0] != '\0';
	case OPT_USER: o->user = value; return value[0] != '\0';
	case OPT_KIND: o->kind = value; return value[0] != '\0';
	case OPT_TEXT: o->text = value; return value[0] != '\0';
	case OPT_PROFILE: o->profile = value; return value[0] != '\0';
	case OPT_CHECKPOINT: o->checkpoint = value; return value[0] != '\0';
	case OPT_AT: o->at = value; return value[0] != '\0';
	case OPT_REASON: o->reason = value; return value[0] != '\0';
	case OPT_OUTPUT: o->output = value; return value[0] != '\0';
	case OPT_SECONDS: return str_to_i64(value, 1, DUMP_SECONDS_MAX, &o->seconds);
	case OPT_HEX: o->hex = true; return true;
	case OPT_FOR: return str_to_duration(value, &o->for_us) && o->for_us > 0 && o->for_us <= FOR_MAX_US;
	case OPT_STEP:
		o->study[id] = value;
		if (!str_to_i64(value, 1, 1000, &o->step)) /* a study's is a time */
			o->step = 0;
		return o->step > 0 || str_to_duration(value, &n);
	case OPT_REVISION: return str_to_i64(value, 1, UINT32_MAX - 1, &o->revision);
	case OPT_FOLLOW: o->follow = true; return true;
	case OPT_REVERSE: o->reverse = true; return true;
	case OPT_OFF: o->off = true; return true;
	case OPT_DRY_RUN: o->dry_run = true; return true;
	case OPT_YES_TYPED: o->yes_typed = value; return true;
	case OPT_YES_CONFIRMED: o->yes_confirmed = true; return true;
	case OPT_EMERGENCY: o->emergency = true; return true;
	case OPT_PERMIT: o->permit = value; return value[0] != '\0';
	case OPT_REJECT: o->reject = true; return true;
	case OPT_ALL: o->all = true; return true;
	case OPT_SHELVED: o->shelved = true; return true;
	case OPT_AREA: o->area = value; return value[0] != '\0';
	case OPT_STATE: o->state = value; return value[0] != '\0';
	case OPT_COMMENT: o->comment = value; return value[0] != '\0';
	case OPT_ORDER: o->order = value; return value[0] != '\0';
	case OPT_ONCE: o->once = true; return true;
	case OPT_RETURN: o->back = true; return true;
	case OPT_PRIORITY:
		if (!str_to_i64(value, 1, 4, &n))
			return false;
		o->priority = (unsigned)n;
		return true;
	case OPT_KW: return str_to_double(value, &o->kw) && o->kw >= 0 && o->kw <= 1e6;
	case OPT_STEAM: return str_to_double(value, &o->steam) && o->steam > 0 && o->steam <= 1e4;
	case OPT_PREVIEW: o->preview = true; return true;
	case OPT_TARGET:
		o->study[id] = value;
		return str_to_double(value, &o->target_kw) && o->target_kw >= 0 && o->target_kw <= 1e6;
	case OPT_LIST: o->list = true; return true;
	case OPT_CSV: o->csv = true; return true;
	case OPT_CP932: o->csv = o->cp932 = true; return true;
	case OPT_YES: o->yes = true; return true;
	case OPT_FORCE: o->force = true; return true;
	case OPT_SCREEN: c->page = value; return value[0] != '\0';
	case OPT_RATE: return str_to_double(value, &c->rate_hz) && c->rate_hz >= 0.1 && c->rate_hz <= 20;
	case OPT_SLOW: c->slow = true; return true;
	case OPT_ACCESSIBLE: c->accessible = true; return true;
	case OPT_ASCII: c->ascii = true; return true;
	case OPT_COLOR: return read_word(value, colors, &c->color);
	case OPT_GRAPH: return read_word(value, graphs, &c->graph);
	case OPT_THEME: c->theme = value; return true; /* looked up where the themes are */
	case OPT_AMBIGUOUS:
		if (!str_to_i64(value, 1, 2, &n))
			return false;
		c->ambiguous = (int)n;
		return true;
	case OPT_SCRIPT: c->script = value; return value[0] != '\0';
	case OPT_SIZE: c->size = value; return value[0] != '\0';
	case OPT_NO_GUARD: c->no_guardian = true; return true;
	case OPT_LINE: o->line = value; return value[0] != '\0';
	case OPT_REGISTERS: return str_to_i64(value, 2, 125, &o->registers);
	case OPT_DATA:
	case OPT_POLICY:
	case OPT_FORECAST:
	case OPT_KNOWN:
	case OPT_FILED:
	case OPT_HORIZON:
	case OPT_REPLAN:
	case OPT_SOLVER_TIME:
	case OPT_GUARD:
	case OPT_GUARD_MODE:
	case OPT_FROM:
	case OPT_TO:
	case OPT_TRACE: o->study[id] = value; return value[0] != '\0';
	case OPT_HELP:
	case OPT_VERSION:
	case OPTION_COUNT: return true;
	}
	return true;
}

/* ---- the line */

struct reader {
	struct options *o;
	int argc, i;
	const char *const *argv;
	char *message;
	size_t size;
};

static int
find_long(const char *name, size_t len)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			return i;
	return -1;
}

static int
find_letter(char letter)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (rows[i].letter == letter)
			return i;
	return -1;
}

/* value: what stood behind '=' or the letter; NULL = nothing, then the next word is taken where one is needed. */
static bool
take(struct reader *r, int id, const char *value)
{
	const struct option_row *row = &rows[id];

	r->o->given[id] = true;
	if (row->argument == NULL)
		return store(r->o, (enum option_id)id, "");
	if (value == NULL && ++r->i < r->argc)
		value = r->argv[r->i];
	if (value == NULL) {
		str_printf(r->message, r->size, "--%s needs its %s", row->name, row->argument);
		return false;
	}
	if (!store(r->o, (enum option_id)id, value)) {
		str_printf(r->message, r->size, "--%s %s %s is not understood: %s", row->name, row->argument, value,
		    row->help);
		return false;
	}
	return true;
}

static bool
take_long(struct reader *r, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
	int id = find_long(word, len);

	if (id < 0) {
		const char *names[OPTION_COUNT + 1] = { NULL };
		for (int i = 0; i < OPTION_COUNT; i++)
			names[i] = rows[i].name;
		const char *near = str_nearest(word, names);
		str_printf(r->message, r->size, "there is no option --%.*s%s%s%s", (int)(len > 60 ? 60 : len), word,
		    near == NULL ? "" : "; did you mean --", near == NULL ? "" : near,
		    near == NULL ? "; see chisan --help" : "?");
		return false;
	}
	if (equals != NULL && rows[id].argument == NULL) {
		str_printf(r->message, r->size, "--%s takes no value", rows[id].name);
		return false;
	}
	return take(r, id, equals == NULL ? NULL : equals + 1);
}

static bool
take_letters(struct reader *r, const char *word)
{
	for (; *word != '\0'; word++) {
		int id = find_letter(*word);
		if (id < 0) {
			str_printf(r->message, r->size, "there is no option -%c; see chisan --help", *word);
			return false;
		}
		if (rows[id].argument != NULL)
			return take(r, id, word[1] == '\0' ? NULL : word + 1);
		if (!take(r, id, NULL))
			return false;
	}
	return true;
}

static bool
take_word(struct reader *r, const char *word)
{
	if (r->o->arg_count == OPTIONS_ARG_MAX) {
		str_printf(r->message, r->size, "more than %d words", OPTIONS_ARG_MAX);
		return false;
	}
	r->o->args[r->o->arg_count++] = word;
	return true;
}

/* "-120.5" is a value, as no letter of an option is a digit. */
static bool
is_negative_number(const char *word)
{
	double v;

	return str_to_double(word, &v);
}

bool
options_check(const struct options *o, char *message, size_t size)
{
	const char *command = o->arg_count == 0 ? NULL : o->args[0];

	for (int i = 0; i < OPTION_COUNT; i++) {
		if (!o->given[i] || option_belongs(&rows[i], command))
			continue;
		str_printf(message, size, "--%s does not belong to %s; it is for: %s", rows[i].name,
		    command == NULL ? "the console" : command, rows[i].where);
		return false;
	}
	return true;
}

bool
options_read(struct options *o, int argc, const char *const *argv, char *message, size_t size)
{
	struct reader r = { .o = o, .argc = argc, .argv = argv, .message = message, .size = size };
	bool ok = true, is_over = false;

	*o = (struct options){ .timeout_us = 10 * US_PER_S };
	for (r.i = 1; ok && r.i < argc; r.i++) {
		const char *word = argv[r.i];
		if (is_over || word[0] != '-' || word[1] == '\0' || is_negative_number(word))
			ok = take_word(&r, word);
		else if (strcmp(word, "--") == 0)
			is_over = true;
		else if (word[1] == '-')
			ok = take_long(&r, word + 2);
		else
			ok = take_letters(&r, word + 1);
	}
	if (!ok)
		return false;
	if (say_locale_is_japanese())
		o->ja = o->console.ja = true;
	client_socket_path(o->socket, sizeof o->socket, o->console.socket);
	return true;
}

void
options_print(const char *command)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		char left[48], letter[8] = "    ";
		const struct option_row *row = &rows[i];

		if (!option_belongs(row, command))
			continue;
		if (row->letter != 0)
			str_printf(letter, sizeof letter, "-%c, ", row->letter);
		str_printf(left, sizeof left, "%s--%s%s%s", letter, row->name, row->argument == NULL ? "" : " ",
		    row->argument == NULL ? "" : row->argument);
		say("  %-24s %s\n", left, row->help);
	}
}
