/* SPDX-License-Identifier: Apache-2.0 */
/*
 * theme.c - the themes as tables. 16 colours carry all meaning; red and green are never told apart from each other.
 */
#include "config.h"

#include <string.h>

#include "console/theme.h"

#include "scada/base/mem.h"

/* clang-format off */
#define B STYLE_BOLD
#define D STYLE_DIM
#define U STYLE_UNDERLINE
#define R STYLE_REVERSE
enum { BLUE = 4, MAGENTA = 5, CYAN = 6, YELLOW = 3, RED = 1, BLACK = 0, WHITE = 15 };

struct theme {
	const char *name, *help;
	struct style styles[LOOK_COUNT];
};

#define LOOK_CALM(label) \
	[LOOK_NORMAL] = { -1, -1, 0 }, [LOOK_LABEL] = { -1, -1, label }, [LOOK_TITLE] = { -1, -1, B }, \
	[LOOK_TOP] = { -1, -1, R }, [LOOK_KEY] = { -1, -1, B }, [LOOK_SELECTED] = { -1, -1, R }, [LOOK_FOUND] = { -1, -1, U }

static const struct theme themes[] = {
	{ "default", "default background, yellow for uncertain, magenta for bad",
		{ LOOK_CALM(D),
			[LOOK_UNCERTAIN] = { YELLOW, -1, 0 }, [LOOK_BAD] = { MAGENTA, -1, B }, [LOOK_LIMIT] = { YELLOW, -1, B },
			[LOOK_LOST] = { -1, -1, D }, [LOOK_BADGE] = { CYAN, -1, B | R }, [LOOK_LOUD] = { YELLOW, -1, B | R },
			[LOOK_ERROR] = { MAGENTA, -1, B },
			[LOOK_P1] = { MAGENTA, -1, B }, [LOOK_P2] = { YELLOW, -1, B }, [LOOK_P3] = { -1, -1, B }, [LOOK_P4] = { -1, -1, 0 },
			[LOOK_U1] = { MAGENTA, -1, B | R }, [LOOK_U2] = { YELLOW, -1, B | R }, [LOOK_U3] = { -1, -1, B | R }, [LOOK_U4] = { -1, -1, R },
			[LOOK_PEN_A] = { CYAN, -1, 0 }, [LOOK_PEN_B] = { BLUE + 8, -1, 0 }, [LOOK_PEN_C] = { -1, -1, B }, [LOOK_PEN_D] = { -1, -1, 0 } } },
	{ "deutan", "for eyes that mix up red and green: yellow and blue",
		{ LOOK_CALM(D),
			[LOOK_UNCERTAIN] = { YELLOW, -1, 0 }, [LOOK_BAD] = { BLUE + 8, -1, B | U }, [LOOK_LIMIT] = { YELLOW, -1, B | U },
			[LOOK_LOST] = { -1, -1, D }, [LOOK_BADGE] = { CYAN, -1, B | R }, [LOOK_LOUD] = { YELLOW, -1, B | R },
			[LOOK_ERROR] = { BLUE + 8, -1, B },
			[LOOK_P1] = { BLUE + 8, -1, B | U }, [LOOK_P2] = { YELLOW, -1, B }, [LOOK_P3] = { -1, -1, B }, [LOOK_P4] = { -1, -1, 0 },
			[LOOK_U1] = { BLUE + 8, -1, B | R | U }, [LOOK_U2] = { YELLOW, -1, B | R }, [LOOK_U3] = { -1, -1, B | R }, [LOOK_U4] = { -1, -1, R },
			[LOOK_PEN_A] = { CYAN, -1, 0 }, [LOOK_PEN_B] = { CYAN + 8, -1, U }, [LOOK_PEN_C] = { -1, -1, B }, [LOOK_PEN_D] = { -1, -1, 0 } } },
	{ "mono", "no colour at all",
		{ LOOK_CALM(D),
			[LOOK_UNCERTAIN] = { -1, -1, B }, [LOOK_BAD] = { -1, -1, B | U }, [LOOK_LIMIT] = { -1, -1, B },
			[LOOK_LOST] = { -1, -1, D }, [LOOK_BADGE] = { -1, -1, B | R }, [LOOK_LOUD] = { -1, -1, B | R },
			[LOOK_ERROR] = { -1, -1, B },
			[LOOK_P1] = { -1, -1, B | U }, [LOOK_P2] = { -1, -1, B }, [LOOK_P3] = { -1, -1, U }, [LOOK_P4] = { -1, -1, 0 },
			[LOOK_U1] = { -1, -1, B | R | U }, [LOOK_U2] = { -1, -1, B | R }, [LOOK_U3] = { -1, -1, R | U }, [LOOK_U4] = { -1, -1, R },
			[LOOK_PEN_A] = { -1, -1, 0 }, [LOOK_PEN_B] = { -1, -1, D }, [LOOK_PEN_C] = { -1, -1, U }, [LOOK_PEN_D] = { -1, -1, D | U } } },
	{ "high-contrast", "nothing dim, marks in reverse",
		{ LOOK_CALM(0),
			[LOOK_UNCERTAIN] = { YELLOW + 8, BLACK, B | U }, [LOOK_BAD] = { YELLOW + 8, BLACK, B | R },
			[LOOK_LIMIT] = { YELLOW + 8, BLACK, B | U }, [LOOK_LOST] = { -1, -1, U }, [LOOK_BADGE] = { -1, -1, B | R },
			[LOOK_LOUD] = { YELLOW + 8, BLACK, B | R }, [LOOK_ERROR] = { YELLOW + 8, BLACK, B | R },
			[LOOK_P1] = { YELLOW + 8, BLACK, B | U }, [LOOK_P2] = { YELLOW + 8, BLACK, B }, [LOOK_P3] = { -1, -1, B }, [LOOK_P4] = { -1, -1, 0 },
			[LOOK_U1] = { YELLOW + 8, BLACK, B | R | U }, [LOOK_U2] = { YELLOW + 8, BLACK, B | R }, [LOOK_U3] = { -1, -1, B | R }, [LOOK_U4] = { -1, -1, R },
			[LOOK_PEN_A] = { CYAN + 8, BLACK, B }, [LOOK_PEN_B] = { CYAN + 8, BLACK, B | U }, [LOOK_PEN_C] = { -1, -1, B }, [LOOK_PEN_D] = { -1, -1, 0 } } },
	{ "light", "for light backgrounds: blue for uncertain, magenta for bad",
		{ LOOK_CALM(0),
			[LOOK_UNCERTAIN] = { BLUE, -1, 0 }, [LOOK_BAD] = { MAGENTA, -1, B }, [LOOK_LIMIT] = { BLUE, -1, B },
			[LOOK_LOST] = { -1, -1, D }, [LOOK_BADGE] = { BLUE, -1, B | R }, [LOOK_LOUD] = { MAGENTA, -1, B | R },
			[LOOK_ERROR] = { MAGENTA, -1, B },
			[LOOK_P1] = { MAGENTA, -1, B }, [LOOK_P2] = { BLUE, -1, B }, [LOOK_P3] = { -1, -1, B }, [LOOK_P4] = { -1, -1, 0 },
			[LOOK_U1] = { MAGENTA, -1, B | R }, [LOOK_U2] = { BLUE, -1, B | R }, [LOOK_U3] = { -1, -1, B | R }, [LOOK_U4] = { -1, -1, R },
			[LOOK_PEN_A] = { CYAN, -1, 0 }, [LOOK_PEN_B] = { CYAN, -1, U }, [LOOK_PEN_C] = { -1, -1, B }, [LOOK_PEN_D] = { -1, -1, 0 } } },
};
/* clang-format on */

static const struct {
	char letter;
	bool is_loud;
	const char *help;
} looks[] = {
#define THEME_ROW(id, letter, loud, help) [id] = { letter, loud, help },
	LOOK_LIST(THEME_ROW)
#undef THEME_ROW
};

char
look_letter(enum look l)
{
	return l < LOOK_COUNT ? looks[l].letter : '?';
}

bool
look_is_loud(enum look l)
{
	return l < LOOK_COUNT && looks[l].is_loud;
}

const char *
look_help(enum look l)
{
	return looks[l].help;
}

const struct theme *
theme_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(themes); i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}

const struct theme *
theme_at(int i)
{
	return i >= 0 && (size_t)i < ARRAY_LEN(themes) ? &themes[i] : NULL;
}

const char *
theme_name(const struct theme *t)
{
	return t->name;
}

const char *
theme_help(const struct theme *t)
{
	return t->help;
}

struct style
theme_style(const struct theme *t, enum look l, enum color_depth depth)
{
	struct style s = t->styles[l];

	if (depth == COLOR_NEVER && (s.fg >= 0 || s.bg >= 0)) {
		s = theme_find("mono")->styles[l];
		s.fg = s.bg = -1;
	}
	return s;
}

bool
color_from_word(const char *word, enum color_depth *out)
{
	static const char *const words[] = { "never", "16", "256", "auto" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = (enum color_depth)i;
			return true;
		}
	}
	return false;
}
