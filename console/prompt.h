/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prompt.h - the one line where the operator types: find, filter, goto, command. A resize never loses what is half typed.
 */
#ifndef CHISAN_PROMPT_H
#define CHISAN_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMPT_MAX     512
#define PROMPT_HISTORY 20

enum prompt_event { PROMPT_NOTHING, PROMPT_CHANGED, PROMPT_DONE, PROMPT_LEFT, PROMPT_COMPLETE };

struct prompt {
	bool is_open;
	const char *label; /* "/" "filter: " */
	int purpose;       /* enum request that opened it */
	char text[PROMPT_MAX];
	size_t cursor;               /* byte */
	bool is_pasting, was_pasted; /* was_pasted: something of what stands here, or stood when it was closed */
	bool is_question;            /* y answers it, any other key leaves */
	char history[PROMPT_HISTORY][PROMPT_MAX];
	int history_count, history_at;
	char choices[256]; /* what Tab found, shown behind the text */
};

void prompt_open(struct prompt *p, const char *label, int purpose, const char *text);
/* A question that one key answers: y, and then request(purpose, "y"). */
void prompt_ask(struct prompt *p, const char *label, int purpose);
void prompt_close(struct prompt *p);
/* One key; says what happened. Enter puts the text into the history. Control characters are swallowed. */
enum prompt_event prompt_key(struct prompt *p, uint32_t key);
void prompt_set(struct prompt *p, const char *text);
/* Cells before the cursor. */
int prompt_cursor_cells(const struct prompt *p);

#endif
