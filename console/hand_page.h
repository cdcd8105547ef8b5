/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand_page.h - the dialogue of a command as it stands, and how it is drawn: what is live above, what is typed and asked in the row of
 * the prompt, never over a value.  What keys do is in scr_hand.c.
 */
#ifndef CHISAN_HAND_PAGE_H
#define CHISAN_HAND_PAGE_H

#include "console/hand.h"
#include "console/preview.h"
#include "console/screen.h"

enum hand_kind { HAND_SET, HAND_RELEASE, HAND_EXTEND, HAND_UNDO, HAND_KIND_COUNT };
enum hand_at {
	AT_FILL,  /* fields are filled in */
	AT_CHECK, /* chisand checks */
	AT_ASK,   /* what will be is shown; a key or the name does it */
	AT_GO,    /* it is on its way, as the hand says */
	AT_ENDED,
};
enum hand_field { FIELD_VALUE_TYPED, FIELD_FOR, FIELD_WHY, HAND_FIELDS };
enum { HAND_LOG = 10 };

struct hand_page {
	struct console *co;
	enum hand_kind kind;
	enum hand_at at;
	char name[POINT_NAME_MAX];
	struct prompt fields[HAND_FIELDS], typed; /* typed: the name, or "emergency" */
	char label[160];                          /* of what is asked in the row of the prompt */
	int field;
	bool has_default;                        /* the time stands as it was offered: what is typed replaces it */
	bool is_pasting, is_asked, is_declaring; /* asked: the question is on the screen; declaring: an emergency */
	bool is_confirmed;                       /* the output's own question was answered with yes */
	char wrong[400];
	int64_t for_us;
	double from; /* what the device had when it was sent */
	struct hand hand;
	struct preview preview;  /* of HAND_SET, once the fields are filled in */
	char log[HAND_LOG][160]; /* what happened since it was sent */
	int logged;
	enum command_state last_state;
	bool has_last;
};

struct hand_row {
	const char *title, *title_ja;
	int fields[HAND_FIELDS], count;
	bool needs_reason, is_checked; /* checked: by a dry run first */
};
extern const struct hand_row hand_rows[HAND_KIND_COUNT];

point_id hand_page_point(const struct hand_page *p); /* POINT_NONE: the site does not have it any more */
/* Is the name to be typed before it is done? */
bool hand_page_is_typed(const struct hand_page *p);
bool hand_page_is_selected_first(const struct hand_page *p);
bool hand_page_has_end(const struct hand_page *p); /* a command is done and holds nothing: it has none */
/* The output's own question, of site_output.confirm; NULL = it has none for this, or it cannot be done anyway. */
const char *hand_page_question(const struct hand_page *p);
/* Does what is asked now take typed text? */
bool hand_page_takes_text(const struct hand_page *p);
/* Until when it would hold if it were done now; 0 = a command, which holds nothing. */
int64_t hand_page_until(const struct hand_page *p);
void hand_page_draw(struct console *co, void *private, struct area a);
void hand_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size);

#endif
