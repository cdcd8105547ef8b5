/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_sequence.h - what the console knows of guided sequences: their steps, and how the last run of each stands.
 */
#ifndef CHISAN_CLIENT_SEQUENCE_H
#define CHISAN_CLIENT_SEQUENCE_H

#include "console/client.h"
#include "scada/base/sequence.h"

/* Strings are own memory, never NULL, raw: go through put_safe. */
struct client_step {
	unsigned flags;         /* enum sequence_step_flags */
	point_id point, tagged; /* POINT_NONE = none */
	int64_t wait_us;
	char *text, *text_ja, *check, *check_text, *check_text_ja;
	point_id *inputs; /* that the check reads */
	uint32_t input_count;
	/* ---- of the run */
	enum sequence_mark mark;
	enum sequence_verdict verdict;
	struct utc holds, at; /* its check holds since; when it was marked; 0 = not */
	char by[64], reason[SEQUENCE_REASON];
};
struct client_sequence {
	bool is_told; /* both its definition and its state */
	enum role role;
	char *name, *title, *title_ja, *area;
	struct client_step *steps;
	uint32_t step_count;
	/* ---- the last run */
	enum sequence_state state;
	uint64_t run;
	uint32_t now; /* current step; step_count: all are behind */
	struct utc since, ended;
	char user[64], reason[SEQUENCE_REASON], end_user[64], end_reason[SEQUENCE_REASON];
};
struct client_sequences {
	struct client_sequence *v;
	uint32_t n;
};

/* The i-th; NULL at the end, and while it is not told whole. */
const struct client_sequence *client_sequence(const struct client *c, uint32_t i);
const struct client_sequence *client_sequence_find(const struct client *c, const char *name); /* NULL = none */
uint32_t client_sequence_count(const struct client *c);

/* How a step stands, a word: "done" "now" "waiting" "no longer so" "skipped" "". With a check: "true", "false", "not known" are the verdict's. */
enum client_step_look { STEP_AHEAD, STEP_NOW, STEP_WAITS, STEP_PASSED, STEP_SKIPPED, STEP_NO_LONGER, STEP_LOOKS };
enum client_step_look client_step_look(const struct client_sequence *s, uint32_t step);
const char *client_step_word(enum client_step_look look, bool ja);
/* What the check asks for, for people; "" = nothing. */
const char *client_step_needs(const struct client_step *p, bool ja);
/* "so for 4 s of 10 s", "not so", "not known: an input is not good", "so", "your word alone". Returns buf. */
char *client_step_verdict(const struct client_step *p, struct utc now, bool ja, char *buf, size_t size);
/* "running since 11-22 21:08 by duty: grid lost". Returns buf. */
char *client_sequence_text(const struct client_sequence *s, bool ja, char *buf, size_t size);

#endif
