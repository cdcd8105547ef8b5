/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tag.c - tags (fuda) on points: any number a point, each with its owner, text, work permit and expected end.  None ends by itself:
 * what protects a person at work is taken away by a person.  One that is set bites at once, one that is removed when that is recorded.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

#define TAGS_MAX    10000
#define TAG_LETTERS 72

const struct tag *
tag_first(const struct control *c, const char *point, enum tag_kind kind)
{
	const struct tag *t;

	TAILQ_FOREACH(t, &c->tags, entry)
		if (t->kind == kind && strcmp(t->point, point) == 0)
			return t;
	return NULL;
}

void
tag_apply(struct control *c, const char *point)
{
	struct output *o = output_find(c, point);

	if (o == NULL)
		return;
	o->tag_inhibits = tag_first(c, point, TAG_INHIBIT) != NULL;
	o->tag_reserves = tag_first(c, point, TAG_AUTHORITY) != NULL;
	o->is_dirty = true;
}

void
tag_apply_all(struct control *c)
{
	const struct tag *t;

	TAILQ_FOREACH(t, &c->tags, entry)
		tag_apply(c, t->point);
}

void
tag_describe(const struct control *c, const struct tag *t, bool on, struct msg_tag_state *m)
{
	*m = (struct msg_tag_state){
		.tag = t->id,
		.on = on,
		.point = c->site != NULL ? site_find_point(c->site, t->point) : POINT_NONE,
		.kind = (uint8_t)t->kind,
		.since = t->since.us,
		.until = t->until.us,
		.text = t->text,
		.permit = t->permit,
		.owner = t->owner.user,
	};
}

static void
tell(struct control *c, const struct tag *t, bool on)
{
	struct msg_tag_state m;

	tag_describe(c, t, on, &m);
	c->ops->tag(&m, c->arg);
}

static void
say(const struct tag *t, char *buf, size_t size)
{
	str_printf(buf, size, "%s tag %llu: %s%s%s", tag_kind_word(t->kind), (unsigned long long)t->id, t->text,
	    t->permit[0] != '\0' ? ", permit " : "", t->permit);
}

/* ---- setting */

static struct tag *
make(struct control *c, const char *point, enum tag_kind kind, const struct actor *by, struct utc now)
{
	struct tag *t = xcalloc(1, sizeof(*t));

	t->id = control_id(c, now);
	t->kind = kind;
	t->since = now;
	str_copy(t->point, sizeof(t->point), point);
	person_from(&t->owner, by);
	return t;
}

static void
put(struct control *c, struct tag *t)
{
	TAILQ_INSERT_TAIL(&c->tags, t, entry);
	tag_apply(c, t->point);
	tell(c, t, true);
}

void
tag_by_itself(struct control *c, const char *point, const char *text, const char *why, struct utc now)
{
	struct tag *t = make(c, point, TAG_INHIBIT, NULL, now);
	struct wbuf states = { .len = 0 };
	char after[400];

	str_copy(t->owner.user, sizeof(t->owner.user), "chisand");
	text_put_safe(t->text, sizeof(t->text), text, TAG_LETTERS * 2);
	put(c, t);
	say(t, after, sizeof(after));
	save_tag(t, false, &states);
	control_note(c, JOURNAL_TAG, NULL, point, -1, why, "", after, &states);
	wbuf_done(&states);
}

static bool
is_short(const char *text)
{
	size_t len = strlen(text), letters = 0, used;
	uint32_t cp;

	for (size_t at = 0; at < len; at += used, letters++)
		if ((used = text_next(text + at, len - at, &cp)) == 0)
			break;
	return letters <= TAG_LETTERS;
}

/* False: why not. */
static bool
check(const struct msg_tag *m, struct tag *t, struct utc now, char *why, size_t size)
{
	if (m->kind >= TAG_KIND_COUNT) {
		str_printf(why, size, "%u is no kind of tag; inhibit, authority, caution or info is one", m->kind);
		return false;
	}
	if (!text_from_person(t->text, sizeof(t->text), m->text, "text of the tag", why, size))
		return false;
	if (!is_short(t->text)) {
		str_printf(why, size, "the text of the tag is too long; %d letters are the most", TAG_LETTERS);
		return false;
	}
	if (m->permit[0] != '\0' &&
	    !text_from_person(t->permit, sizeof(t->permit), m->permit, "number of the permit", why, size))
		return false;
	if (m->until != 0 && m->until <= now.us) {
		str_copy(why, size, "its expected end is over already; leave it out if it is not known");
		return false;
	}
	return true;
}

static const char *
area_of(const struct control *c, point_id id)
{
	uint32_t device = c->site->points[id].device;
	const struct site_device *d = device < c->site->node_count ? c->site->nodes[device].device : NULL;

	return d != NULL && d->area != NULL ? d->area : "";
}

/* Is it a point, and one of this person's? */
static bool
check_point(struct control *c, const char *point, const struct actor *by, struct request *r, point_id *id)
{
	char safe[POINT_NAME_MAX];

	*id = c->site != NULL ? site_find_point(c->site, point) : POINT_NONE;
	if (*id == POINT_NONE) {
		text_put_safe(safe, sizeof(safe), point, -1);
		request_end(c, r, ERR_NOT_FOUND, AC_NOT_SUPPORTED, (enum result_detail)0, "there is no point %s", safe);
		return false;
	}
	if (by->role < ROLE_OPERATOR || by->role >= ROLE_PEER) {
		request_end(c, r, ERR_DENIED, AC_NO_AUTHORITY, (enum result_detail)0,
		    "%s is %s; at least operator is needed for a tag", by->user, role_word(by->role));
		return false;
	}
	if (!actor_has_area(by, area_of(c, *id))) {
		request_end(c, r, ERR_DENIED, AC_NO_AUTHORITY, (enum result_detail)0,
		    "it stands in area %s; %s answers for: %s", area_of(c, *id), by->user, by->areas);
		return false;
	}
	return true;
}

static void
intend(struct control *c, struct tag *t, const struct actor *by, const char *text, bool on, struct utc now)
{
	struct wbuf states = { .len = 0 };
	char words[400];
	struct control_entry e = { .kind = JOURNAL_TAG,
		.by = by,
		.point = t->point,
		.addcause = -1,
		.token = t->request->token,
		.text = text,
		.before = on ? "" : words,
		.after = on ? words : "no such tag",
		.states = &states };

	say(t, words, sizeof(words));
	save_tag(t, !on, &states);
	t->act = control_id(c, now);
	c->ops->intent(t->act, &e, c->arg);
	wbuf_done(&states);
}

static void
set(struct control *c, const struct msg_tag *m, const struct actor *by, struct request *r, struct utc now)
{
	unsigned count = 0;
	char why[CONTROL_TEXT];
	struct tag *t, *other;
	point_id id;

	TAILQ_FOREACH(other, &c->tags, entry)
		count++;
	if (!check_point(c, m->point, by, r, &id))
		return;
	if (count >= TAGS_MAX) {
		request_end(c, r, ERR_BUSY, -1, (enum result_detail)0,
		    "there are %d tags, which is the most; remove those that are over", TAGS_MAX);
		return;
	}
	t = make(c, c->site->points[id].name, (enum tag_kind)m->kind, by, now);
	if (!check(m, t, now, why, sizeof(why))) {
		request_end(c, r, ERR_REFUSED, AC_INCONSISTENT, (enum result_detail)0, "%s", why);
		free(t);
		return;
	}
	t->until.us = m->until;
	t->request = r;
	put(c, t);
	intend(c, t, by, "set", true, now);
}

/* ---- removing */

static struct tag *
find(const struct control *c, uint64_t id)
{
	struct tag *t;

	TAILQ_FOREACH(t, &c->tags, entry)
		if (t->id == id)
			return t;
	return NULL;
}

static void
removal(struct control *c, const struct msg_tag *m, const struct actor *by, struct request *r, struct utc now)
{
	char reason[COMMAND_REASON], why[CONTROL_TEXT];
	struct tag *t = find(c, m->tag);

	if (t == NULL) {
		request_end(c, r, ERR_NOT_FOUND, AC_NOT_SUPPORTED, (enum result_detail)0,
		    "there is no tag %llu any more; look at the tags again", (unsigned long long)m->tag);
		return;
	}
	if (by->uid != t->owner.uid && (by->role < ROLE_SUPERVISOR || by->role >= ROLE_PEER)) {
		request_end(c, r, ERR_DENIED, AC_NO_AUTHORITY, (enum result_detail)0,
		    "tag %llu is of %s; its owner or a supervisor removes it", (unsigned long long)t->id,
		    t->owner.user);
		return;
	}
	if (by->role < ROLE_OPERATOR || by->role >= ROLE_PEER) {
		request_end(c, r, ERR_DENIED, AC_NO_AUTHORITY, (enum result_detail)0,
		    "%s is %s now; at least operator is needed for a tag", by->user, role_word(by->role));
		return;
	}
	if (!text_from_person(reason, sizeof(reason), m->text, "reason", why, sizeof(why))) {
		request_end(c, r, ERR_REFUSED, AC_INCONSISTENT, (enum result_detail)0, "%s", why);
		return;
	}
	if (t->is_ending || t->act != 0) {
		request_end(c, r, ERR_BUSY, AC_ALREADY_IN_EXECUTION, (enum result_detail)0,
		    "tag %llu is on its way into the journal; try again in a moment", (unsigned long long)t->id);
		return;
	}
	t->is_ending = true;
	t->request = r;
	intend(c, t, by, reason, false, now);
}

void
control_tag(struct control *c, const struct msg_tag *m, const struct actor *by, void *asker, uint32_t sequence,
    struct utc now, struct mono mono)
{
	struct wbuf body = { .len = 0 };
	struct request *r;

	msg_tag_put(&body, m);
	r = request_begin(c, W_TAG, m->token, &body, by, asker, sequence);
	wbuf_done(&body);
	if (r == NULL)
		return;
	if (m->on)
		set(c, m, by, r, now);
	else
		removal(c, m, by, r, now);
	control_settle(c, now, mono);
}

static void
take_off(struct control *c, struct tag *t)
{
	struct tag *oldest;

	TAILQ_REMOVE(&c->tags, t, entry);
	tag_apply(c, t->point);
	tell(c, t, false);
	TAILQ_INSERT_HEAD(&c->removed, t, entry);
	if (++c->removed_count <= REMEMBERED)
		return;
	oldest = TAILQ_LAST(&c->removed, tag_list);
	TAILQ_REMOVE(&c->removed, oldest, entry);
	c->removed_count--;
	free(oldest);
}

bool
tag_recorded(struct control *c, uint64_t act, bool is_durable, enum err refused, const char *text, struct utc now)
{
	struct request *r;
	struct tag *t;

	(void)now;
	TAILQ_FOREACH(t, &c->tags, entry)
		if (t->act == act)
			break;
	if (t == NULL || act == 0)
		return false;
	r = t->request;
	t->request = NULL;
	t->act = 0;
	enum result_detail detail = is_durable ? (enum result_detail)0 : RESULT_NOT_RECORDED;
	if (refused != OK) { /* what was not recorded is not: a new tag goes, an old one stays */
		if (!t->is_ending)
			take_off(c, t);
		t->is_ending = false;
		request_end(c, r, refused, -1, (enum result_detail)0, "the journal refuses it: %s",
		    text != NULL && text[0] != '\0' ? text : err_text(refused));
	} else if (t->is_ending) {
		request_end(c, r, OK, -1, detail, "tag %llu is removed from %s", (unsigned long long)t->id, t->point);
		take_off(c, t);
	} else {
		request_end(c, r, OK, -1, detail, "%s: %s tag %llu is set", t->point, tag_kind_word(t->kind),
		    (unsigned long long)t->id);
	}
	return true;
}

void
tag_turn(struct control *c, struct utc now)
{
	char words[400];
	struct tag *t;

	if (!utc_is_plausible(now))
		return;
	TAILQ_FOREACH(t, &c->tags, entry)
		if (!t->is_overdue && t->until.us != 0 && now.us >= t->until.us) {
			t->is_overdue = true;
			say(t, words, sizeof(words));
			control_note(c, JOURNAL_TAG, NULL, t->point, -1,
			    "its expected end has passed; it stays until somebody removes it", words, words, NULL);
			tell(c, t, true);
		}
}

void
tag_free_all(struct control *c)
{
	struct tag_list *lists[] = { &c->tags, &c->removed };
	struct tag *t;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		while ((t = TAILQ_FIRST(lists[i])) != NULL) {
			TAILQ_REMOVE(lists[i], t, entry);
			free(t);
		}
}

void
control_each_tag(const struct control *c, void (*each)(const struct msg_tag_state *m, void *arg), void *arg)
{
	const struct tag *t;
	struct msg_tag_state m;

	TAILQ_FOREACH(t, &c->tags, entry) {
		tag_describe(c, t, true, &m);
		each(&m, arg);
	}
}
