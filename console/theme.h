/* SPDX-License-Identifier: Apache-2.0 */
/*
 * theme.h - what a piece of text means, and how each theme shows that. Calm is the rule: colour is for what is abnormal,
 * and nothing is said by colour alone.
 */
#ifndef CHISAN_THEME_H
#define CHISAN_THEME_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
/* _(id, letter in dumps, loud, what it is for).  loud: stays as it is when the link is lost and all else is dimmed. */
#define LOOK_LIST(_) \
	_(LOOK_NORMAL,    ' ', 0, "values and text in their normal state") \
	_(LOOK_LABEL,     'l', 0, "labels, units, hints") \
	_(LOOK_TITLE,     't', 0, "titles and heads of columns") \
	_(LOOK_TOP,       'T', 0, "the top line") \
	_(LOOK_KEY,       'k', 0, "names of keys") \
	_(LOOK_SELECTED,  's', 1, "the selected row or field") \
	_(LOOK_FOUND,     'f', 0, "what find found") \
	_(LOOK_UNCERTAIN, 'u', 1, "a value of uncertain quality") \
	_(LOOK_BAD,       'b', 1, "a value of bad quality; a device that is down") \
	_(LOOK_LIMIT,     'h', 1, "a value beyond a limit") \
	_(LOOK_LOST,      'o', 1, "everything while there is no link to the server") \
	_(LOOK_BADGE,     'm', 1, "the mode: simulation") \
	_(LOOK_LOUD,      'P', 1, "PAUSED, LINK LOST") \
	_(LOOK_ERROR,     'e', 1, "a refusal or a fault, in the message line") \
	_(LOOK_P1,        '1', 0, "an alarm of priority 1") \
	_(LOOK_P2,        '2', 0, "an alarm of priority 2") \
	_(LOOK_P3,        '3', 0, "an alarm of priority 3") \
	_(LOOK_P4,        '4', 0, "an alarm of priority 4") \
	_(LOOK_U1,        '!', 0, "the code of one that waits for an acknowledgement, priority 1") \
	_(LOOK_U2,        '*', 0, "the same, priority 2") \
	_(LOOK_U3,        '-', 0, "the same, priority 3") \
	_(LOOK_U4,        '.', 0, "the same, priority 4") \
	_(LOOK_PEN_A,     'A', 0, "the first curve of a trend") \
	_(LOOK_PEN_B,     'B', 0, "the second curve of a trend") \
	_(LOOK_PEN_C,     'C', 0, "the third curve of a trend") \
	_(LOOK_PEN_D,     'D', 0, "the fourth curve of a trend")
/* clang-format on */

#define THEME_ENUM_LOOK(id, letter, loud, help) id,
enum look { LOOK_LIST(THEME_ENUM_LOOK) LOOK_COUNT };
#undef THEME_ENUM_LOOK

char look_letter(enum look l);
bool look_is_loud(enum look l);
const char *look_help(enum look l);

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_UNDERLINE = 4, STYLE_REVERSE = 8 };
struct style {
	int8_t fg, bg; /* 0..15, -1 = the terminal's own */
	uint8_t attr;  /* STYLE_* */
};

enum color_depth { COLOR_NEVER, COLOR_16, COLOR_256, COLOR_AUTO };

struct theme;
const struct theme *theme_find(const char *name); /* NULL = no such theme */
const struct theme *theme_at(int i);              /* NULL at the end */
const char *theme_name(const struct theme *t);
const char *theme_help(const struct theme *t);
/* Without colours every theme shows what mono shows. */
struct style theme_style(const struct theme *t, enum look l, enum color_depth depth);

bool color_from_word(const char *word, enum color_depth *out);

#endif
