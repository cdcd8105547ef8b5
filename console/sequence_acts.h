/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_acts.h - what a person does with a guided sequence, from the console's page. What is sent names the run and the step that stood on
 * the screen when it was asked; chisand refuses any other.
 */
#ifndef CHISAN_SEQUENCE_ACTS_H
#define CHISAN_SEQUENCE_ACTS_H

#include "console/client_sequence.h"
#include "console/screen.h"

/* What a person saw, and was asked about. */
struct sequence_seen {
	bool is_there;
	uint64_t run;
	uint32_t step;
};

/*
 * seen: what the last drawing showed. *asked: what the question that is open is about, kept by the page. answer NULL: the question is asked
 * first, or the reason, or for a dangerous step the name of the sequence.
 */
void sequence_acts_begin(struct console *co, const struct client_sequence *s, const char *answer);
void sequence_acts_confirm(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer);
/* The same with a remark; not for dangerous steps, where the name is typed. */
void sequence_acts_remark(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer);
void sequence_acts_skip(struct console *co, const struct client_sequence *s, const struct sequence_seen *seen,
    struct sequence_seen *asked, const char *answer);
void sequence_acts_abort(
    struct console *co, const struct client_sequence *s, struct sequence_seen *asked, const char *answer);

#endif
