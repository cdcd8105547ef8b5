/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm.c - words of alarms, the one projection of their bits, and the one form of their entries in the journal.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scada/base/alarm.h"
#include "scada/base/str.h"

struct words {
	const char *word, *text, *ja;
};
#define STATE(id, word, text, ja) { word, text, ja },
static const struct words states[] = { ALARM_STATE_LIST(STATE) };
#undef STATE
#define WORD(id, word, help) word,
static const char *const types[] = { ALARM_TYPE_LIST(WORD) };
#undef WORD
struct act_row {
	const char *word, *help;
	enum role role;
};
#define ACT(id, word, role, help) { word, help, role },
static const struct act_row acts[] = { ALARM_ACT_LIST(ACT) };
#undef ACT

enum alarm_state
alarm_state_of(unsigned bits)
{
	if (bits & ALARM_OUT)
		return ALARM_OOSRV;
	if (bits & ALARM_BY_DESIGN)
		return ALARM_DSUPR;
	if (bits & ALARM_SHELVED)
		return ALARM_SHLVD;
	if (bits & ALARM_COND)
		return bits & ALARM_IS_ACKED ? ALARM_ACKED : ALARM_UNACK;
	if (bits & ALARM_LATCH)
		return bits & ALARM_IS_ACKED ? ALARM_LATAK : ALARM_LATUN;
	return bits & ALARM_IS_ACKED ? ALARM_NORM : ALARM_RTNUN;
}

bool
alarm_is_listed(enum alarm_state s)
{
	return s >= ALARM_UNACK && s <= ALARM_LATAK;
}

bool
alarm_is_unacked(enum alarm_state s)
{
	return s == ALARM_UNACK || s == ALARM_RTNUN || s == ALARM_LATUN;
}

const char *
alarm_state_word(unsigned s)
{
	return s < ALARM_STATE_COUNT ? states[s].word : "unknown";
}

const char *
alarm_state_text(unsigned s, bool ja)
{
	if (s >= ALARM_STATE_COUNT)
		return "unknown";
	return ja ? states[s].ja : states[s].text;
}

bool
alarm_state_from_word(const char *word, enum alarm_state *out)
{
	for (unsigned s = 0; s < ALARM_STATE_COUNT; s++)
		if (strcasecmp(word, states[s].word) == 0) {
			*out = (enum alarm_state)s;
			return true;
		}
	return false;
}

const char *
alarm_type_word(unsigned t)
{
	return t < ALARM_TYPE_COUNT ? types[t] : "unknown";
}

const char *
alarm_act_word(unsigned a)
{
	return a < ALARM_ACT_COUNT ? acts[a].word : "unknown";
}

bool
alarm_act_from_word(const char *word, enum alarm_act *out)
{
	for (unsigned a = 0; a < ALARM_ACT_COUNT; a++)
		if (strcmp(word, acts[a].word) == 0) {
			*out = (enum alarm_act)a;
			return true;
		}
	return false;
}

enum role
alarm_act_role(unsigned a)
{
	return a < ALARM_ACT_COUNT ? acts[a].role : ROLE_PEER;
}

const char *
alarm_act_help(unsigned a)
{
	return a < ALARM_ACT_COUNT ? acts[a].help : NULL;
}

void
alarm_say_entry(char *buf, size_t size, const char *name, unsigned priority, uint64_t occurrence, const char *event,
    const char *words)
{
	str_printf(buf, size, "%s P%u #%" PRIu64 " %s%s%s", name, priority, occurrence, event,
	    words[0] != '\0' ? ": " : "", words);
}

/* A word up to a space, a colon or the end. */
static size_t
word_length(const char *s)
{
	return strcspn(s, " :");
}

bool
alarm_read_entry(const char *text, char *name, unsigned *priority, uint64_t *occurrence, char event[16])
{
	size_t n = word_length(text);
	char word[32];
	int64_t number;

	if (n == 0 || n >= ALARM_NAME_MAX || strncmp(text + n, " P", 2) != 0)
		return false;
	str_printf(name, ALARM_NAME_MAX, "%.*s", (int)n, text);
	text += n + 2;
	if (text[0] < '1' || text[0] > '0' + ALARM_PRIORITIES || strncmp(text + 1, " #", 2) != 0)
		return false;
	*priority = (unsigned)(text[0] - '0');
	text += 3;
	n = word_length(text);
	if (n == 0 || n >= sizeof(word) || text[n] != ' ')
		return false;
	str_printf(word, sizeof(word), "%.*s", (int)n, text);
	if (!str_to_i64(word, 0, INT64_MAX, &number))
		return false;
	*occurrence = (uint64_t)number;
	text += n + 1;
	n = word_length(text);
	if (n == 0 || n >= 16)
		return false;
	str_printf(event, 16, "%.*s", (int)n, text);
	return true;
}

bool
alarm_is_named(const char *sentence, const char *name)
{
	static const char inside[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	for (const char *at = sentence; len > 0 && (at = strstr(at, name)) != NULL; at++) {
		bool begins = at == sentence || strchr(inside, at[-1]) == NULL;
		if (begins && (at[len] == '\0' || strchr(inside, at[len]) == NULL))
			return true;
	}
	return false;
}
