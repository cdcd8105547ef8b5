/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_sequence.c - guided sequences: what their keys say together. Expressions and names of points: check_expr.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/sequence.h"
#include "scada/site/check.h"

#define AT(member)    AT_KEY(sequence_step_schema, p, struct site_step, member)
#define GIVEN(member) check_is_given(&sequence_step_schema, p, offsetof(struct site_step, member))

static void
check_step(struct check *c, const struct site_step *p)
{
	if (GIVEN(check) || GIVEN(tagged)) {
		if (GIVEN(check) && !GIVEN(check_text))
			warn_at(c->f, AT(check),
			    "a check without check_text; write what it asks for, people read that beside the step");
		return;
	}
	const struct {
		bool is_given;
		struct mark at;
		const char *key;
	} lonely[] = {
		{ GIVEN(check_text), AT(check_text), "check_text" },
		{ GIVEN(check_text_ja), AT(check_text_ja), "check_text_ja" },
		{ GIVEN(wait_us) && p->wait_us != 0, AT(wait_us), "wait" },
		{ GIVEN(lasts), AT(lasts), "lasts" },
	};
	for (size_t i = 0; i < ARRAY_LEN(lonely); i++)
		if (lonely[i].is_given)
			fault_at(c->f, lonely[i].at,
			    "%s without check: there is nothing that it could be about; write check:, or leave it out",
			    lonely[i].key);
}

static void
check_sequence(struct check *c, const struct site_sequence *q)
{
	const struct site_step *steps = q->steps.v;
	check_areas(c, AT_KEY(sequence_schema, q, struct site_sequence, area), q->area);
	if (q->area != NULL && strpbrk(q->area, " ,") != NULL)
		fault_at(c->f, AT_KEY(sequence_schema, q, struct site_sequence, area),
		    "'%s' is more than one word; a sequence stands in one area", q->area);
	for (uint32_t i = 0; i < q->steps.n; i++)
		check_step(c, &steps[i]);
}

void
check_sequences(struct check *c)
{
	const struct site_sequence *q = c->s->sequences.v;
	uint32_t n = c->s->sequences.n;
	struct check_name *names = xcalloc((size_t)n + 1, sizeof(*names));
	for (uint32_t i = 0; i < n; i++) {
		check_sequence(c, &q[i]);
		names[i] = (struct check_name){ q[i].name, AT_KEY(sequence_schema, &q[i], struct site_sequence, name) };
		if (q[i].name != NULL && strlen(q[i].name) >= SEQUENCE_NAME_MAX)
			fault_at(c->f, names[i].at, "its name has %zu bytes; write one of at most %d",
			    strlen(q[i].name), SEQUENCE_NAME_MAX - 1);
	}
	check_unique(c, names, n, "the sequence");
	free(names);
}
