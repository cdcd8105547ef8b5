/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act_page.h - the dialogue of an act as it stands: its fields, the step it is in, and how it is drawn. What keys do is in scr_act.c.
 */
#ifndef CHISAN_ACT_PAGE_H
#define CHISAN_ACT_PAGE_H

#include "console/client_control.h"
#include "console/holder.h"
#include "console/rgot.h"
#include "console/screen.h"

#define ACT_FIELDS  8
#define ACT_ASKS    4 /* fields of one act, most */
#define ACT_SAY_MAX 400

enum act_kind {
	ACT_MANUAL_ON,
	ACT_MANUAL_OFF,
	ACT_SCAN_OFF,
	ACT_SCAN_ON,
	ACT_CONFIRM,
	ACT_TAG,
	ACT_UNTAG,
	ACT_APPROVE, /* or not: what somebody else asks for */
	ACT_KIND_COUNT
};
enum act_step { STEP_FILL, STEP_ASK, STEP_SENT, STEP_ENDED };
enum act_field { F_VALUE, F_FOR, F_REASON, F_KIND, F_TEXT, F_PERMIT, F_END, F_ANSWER };

/* Which fields an act has, in the order of the page. */
struct act_row {
	const char *title, *title_ja, *will;
	int fields[ACT_ASKS], count; /* enum act_field */
	bool needs_reason;
};
extern const struct act_row act_rows[ACT_KIND_COUNT];

struct act_page {
	struct console *co;
	enum act_kind kind;
	enum act_step step;
	char name[POINT_NAME_MAX];
	struct rgot report;
	struct prompt fields[ACT_FIELDS];
	int at;
	bool is_pasting;
	bool is_tight;           /* few rows: what is not needed to decide is left out */
	bool is_asked;           /* is the question on the screen? y answers only what can be read */
	char wrong[ACT_SAY_MAX]; /* why it cannot be asked for yet */
	double value;
	uint64_t number;   /* of the tag, of the approval */
	char about[400];   /* what that is, made safe: it stays when the thing itself is gone */
	enum tag_kind tag; /* to be put on */
	bool is_yes;
	int64_t for_us; /* 0 = until somebody ends it */
	int64_t until;
	struct holder holder;
};

point_id act_page_point(const struct act_page *p); /* POINT_NONE: the site does not have it any more */
bool act_page_is_on_point(const struct act_page *p);
/* Is what it is about still there: the point, the tag, the approval? */
bool act_page_is_there(const struct act_page *p);
void act_page_draw(struct console *co, void *private, struct area a);
void act_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size);

#endif
