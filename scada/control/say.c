/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say.c - values, times and persons in words, and the entries of the journal that nobody waits for.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

char *
control_say(const struct output *o, double v, char *buf, size_t size)
{
	const struct site_point_def *d = o->p->def;
	char number[64];

	if (isnan(v)) {
		str_copy(buf, size, "not known");
		return buf;
	}
	for (uint32_t i = 0; i < d->states.n; i++)
		if ((double)d->states.v[i].number == v) {
			str_printf(buf, size, "%s (%d)", d->states.v[i].text, (int)d->states.v[i].number);
			return buf;
		}
	str_fixed(number, sizeof(number), v, o->p->decimals);
	str_printf(buf, size, "%s%s%s", number, d->unit != NULL && d->unit[0] != '\0' ? " " : "",
	    d->unit != NULL ? d->unit : "");
	return buf;
}

char *
control_say_time(struct utc t, char *buf, size_t size)
{
	return utc_said(buf, size, t);
}

void
person_from(struct person *p, const struct actor *a)
{
	*p = (struct person){ .uid = UINT32_MAX, .role = ROLE_PEER };
	if (a == NULL)
		return;
	p->uid = a->uid;
	p->role = a->role;
	p->session = a->session;
	text_put_safe(p->user, sizeof(p->user), a->user != NULL ? a->user : "", -1);
	text_put_safe(p->terminal, sizeof(p->terminal), a->terminal != NULL ? a->terminal : "", -1);
}

const struct actor *
person_actor(const struct person *p, struct actor *out)
{
	if (p == NULL || p->uid == UINT32_MAX)
		return NULL;
	*out = (struct actor){ .uid = p->uid,
		.role = p->role,
		.user = p->user,
		.terminal = p->terminal,
		.areas = "",
		.session = p->session };
	return out;
}

void
control_note(struct control *c, enum journal_kind kind, const struct person *by, const char *point, int addcause,
    const char *text, const char *before, const char *after, struct wbuf *states)
{
	struct wbuf none = { .len = 0 };
	struct actor actor;
	struct control_entry e = {
		.kind = kind,
		.by = person_actor(by, &actor),
		.point = point,
		.addcause = addcause,
		.text = text,
		.before = before,
		.after = after,
		.states = states != NULL ? states : &none,
	};

	c->ops->journal(&e, c->arg);
}
