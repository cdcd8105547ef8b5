/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.c - words of commands.
 */
#include "config.h"

#include <string.h>

#include "scada/base/command.h"

#define WORD(id, word, ...) word,
static const char *const slots[] = { SLOT_LIST(WORD) };
static const char *const steps[] = { COMMAND_STEP_LIST(WORD) };
static const char *const states[] = { COMMAND_STATE_LIST(WORD) };
static const char *const checks[] = { CHECK_LIST(WORD) };
static const char *const tags[] = { TAG_KIND_LIST(WORD) };
#undef WORD
#define ROLE(id, word, role, help) role,
static const enum role step_roles[] = { COMMAND_STEP_LIST(ROLE) };
#undef ROLE
#define IS_END(id, word, is_end, help) is_end,
static const bool ends[] = { COMMAND_STATE_LIST(IS_END) };
#undef IS_END
#define ADDCAUSE(id, word, addcause, help) addcause,
static const enum addcause addcauses[] = { CHECK_LIST(ADDCAUSE) };
#undef ADDCAUSE
#define HELP(id, word, help, ja) help,
static const char *const tag_helps[] = { TAG_KIND_LIST(HELP) };
#undef HELP
#define JA(id, word, help, ja) ja,
static const char *const tag_helps_ja[] = { TAG_KIND_LIST(JA) };
#undef JA

const char *
slot_word(unsigned s)
{
	return s < SLOT_COUNT ? slots[s] : "none";
}

const char *
command_step_word(unsigned s)
{
	return s < STEP_COUNT ? steps[s] : "unknown";
}

enum role
command_step_role(unsigned s)
{
	return s < STEP_COUNT ? step_roles[s] : ROLE_PEER;
}

const char *
command_state_word(unsigned s)
{
	return s < COMMAND_STATE_COUNT ? states[s] : "unknown";
}

bool
command_state_is_end(unsigned s)
{
	return s < COMMAND_STATE_COUNT && ends[s];
}

const char *
check_word(unsigned c)
{
	return c < CHECK_COUNT ? checks[c] : "unknown";
}

enum addcause
check_addcause(unsigned c)
{
	return c < CHECK_COUNT ? addcauses[c] : AC_UNKNOWN;
}

const char *
tag_kind_word(unsigned k)
{
	return k < TAG_KIND_COUNT ? tags[k] : "unknown";
}

const char *
tag_kind_text(unsigned k, bool ja)
{
	if (k >= TAG_KIND_COUNT)
		return "unknown";
	return ja ? tag_helps_ja[k] : tag_helps[k];
}

bool
tag_kind_from_word(const char *word, enum tag_kind *out)
{
	for (unsigned k = 0; k < TAG_KIND_COUNT; k++)
		if (strcmp(word, tags[k]) == 0) {
			*out = (enum tag_kind)k;
			return true;
		}
	return false;
}
