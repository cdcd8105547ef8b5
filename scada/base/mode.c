/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mode.c - look-ups in the lists of mode.h.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mode.h"
#include "scada/base/schema.h"

struct mode_row {
	const char *word, *ja, *help;
};
#define ROW_MODE(id, word, ja, help) { word, ja, help },
static const struct mode_row modes[] = { GUARD_MODE_LIST(ROW_MODE) };
#define ROW_GRID(id, word, ja) { word, ja, "" },
static const struct mode_row grids[] = { GRID_STATE_LIST(ROW_GRID) };
#define ROW_FLAG(id, bit, word, help) { word, "", help },
static const struct mode_row flags_of[] = { GUARD_FLAG_LIST(ROW_FLAG) };

static const struct {
	const char *word;
	enum role role;
} whats[] = {
#define ROW_WHAT(id, word, role, help) { word, role },
	MODE_WHAT_LIST(ROW_WHAT)
};

const char *
guard_mode_name(unsigned m)
{
	return m < ARRAY_LEN(modes) ? modes[m].word : "";
}

const char *
guard_mode_title(unsigned m, bool ja)
{
	return m >= ARRAY_LEN(modes) ? "" : ja ? modes[m].ja : modes[m].word;
}

const char *
guard_mode_help(unsigned m)
{
	return m < ARRAY_LEN(modes) ? modes[m].help : "";
}

bool
guard_mode_from_word(const char *word, enum guard_mode *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(modes[i].word, word) == 0) {
			*out = (enum guard_mode)i;
			return true;
		}
	return false;
}

const char *
mode_what_word(unsigned w)
{
	return w < ARRAY_LEN(whats) ? whats[w].word : "";
}

enum role
mode_what_role(unsigned w)
{
	return w < ARRAY_LEN(whats) ? whats[w].role : ROLE_PEER;
}

const char *
grid_state_word(unsigned s)
{
	return s < ARRAY_LEN(grids) ? grids[s].word : "";
}

const char *
grid_state_title(unsigned s, bool ja)
{
	return s >= ARRAY_LEN(grids) ? "" : ja ? grids[s].ja : grids[s].word;
}

const char *
guard_flag_help(unsigned flags, unsigned i)
{
	for (unsigned bit = 0; bit < ARRAY_LEN(flags_of); bit++)
		if ((flags & 1u << bit) != 0 && i-- == 0)
			return flags_of[bit].help;
	return NULL;
}
