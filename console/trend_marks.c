/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_marks.c - one source a point, one a device behind them, one for what is about no point, asked one after the other. From then on
 * entries are taken as they are recorded.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/trend_marks.h"

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"

#define NAMES_MAX  8
#define TROUBLE_US (15 * US_PER_S)
#define GIVE_UP_US (30 * US_PER_S)
#define FRESH_US   (150 * US_PER_MS)
#define ASK_MOST   500

struct trend_marks {
	struct client *client;
	void (*changed)(void *arg);
	void *arg;
	struct trend_mark list[TREND_MARKS_MAX];
	int count;
	char names[NAMES_MAX][POINT_NAME_MAX];
	int name_count;
	struct utc from, to;                         /* what the list is of */
	char devices[NAMES_MAX][POINT_NAME_MAX + 2]; /* "ESS1:", as entries about a device begin */
	int device_count;
	uint32_t ask;
	int source; /* asked now: a name, then a device, then the rest */
	struct utc asked, again, now;
	bool is_whole; /* every source was asked once */
	char trouble[256];
};

static void ask_next(struct trend_marks *m);

struct trend_marks *
trend_marks_new(struct client *c, void (*changed)(void *arg), void *arg)
{
	struct trend_marks *m = xcalloc(1, sizeof *m);

	m->client = c;
	m->changed = changed;
	m->arg = arg;
	return m;
}

static void
free_mark(struct trend_mark *k)
{
	free(k->point);
	free(k->user);
	free(k->text);
	free(k->before);
	free(k->after);
}

static void
clear(struct trend_marks *m)
{
	for (int i = 0; i < m->count; i++)
		free_mark(&m->list[i]);
	m->count = 0;
	m->is_whole = false;
}

static void
forget(struct trend_marks *m)
{
	client_forget(m->client, &m->ask);
}

void
trend_marks_free(struct trend_marks *m)
{
	if (m == NULL)
		return;
	forget(m);
	clear(m);
	free(m);
}

static void
insert(struct trend_marks *m, const struct msg_journal *e)
{
	int at = m->count;

	for (int i = 0; i < m->count; i++)
		if (m->list[i].seq == e->seq)
			return;
	if (m->count == TREND_MARKS_MAX) { /* the oldest goes, or this one is it */
		if (e->time <= m->list[0].time.us)
			return;
		free_mark(&m->list[0]);
		memmove(&m->list[0], &m->list[1], (TREND_MARKS_MAX - 1) * sizeof m->list[0]);
		at = --m->count;
	}
	while (at > 0 && m->list[at - 1].time.us > e->time)
		at--;
	memmove(&m->list[at + 1], &m->list[at], (size_t)(m->count - at) * sizeof m->list[0]);
	m->list[at] = (struct trend_mark){ .seq = e->seq,
		.time = { e->time },
		.kind = e->kind,
		.point = xstrdup(e->point),
		.user = xstrdup(e->user),
		.text = xstrdup(e->text),
		.before = xstrdup(e->before),
		.after = xstrdup(e->after) };
	m->count++;
}

static bool
is_one_of(const char (*list)[POINT_NAME_MAX], int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Does it tell something of what is drawn? About a point; communication of its device; gaps that the server itself made; notes. */
static bool
is_ours(const struct trend_marks *m, const struct msg_journal *e)
{
	if (e->time < m->from.us || e->time >= m->to.us)
		return false;
	if (e->point[0] != '\0')
		return is_one_of((const char(*)[POINT_NAME_MAX])m->names, m->name_count, e->point);
	if (e->kind != JOURNAL_LINK)
		return e->kind == JOURNAL_NOTE || e->kind == JOURNAL_SYSTEM;
	for (int i = 0; i < m->device_count; i++)
		if (strncmp(e->text, m->devices[i], strlen(m->devices[i])) == 0)
			return true;
	return false;
}

bool
trend_marks_take(struct trend_marks *m, const struct msg_journal *e)
{
	if (e->seq == 0 || !is_ours(m, e)) /* not yet recorded: it comes again with its number */
		return false;
	insert(m, e);
	return true;
}

static void
on_frame(struct client *c, const struct frame *f, void *arg)
{
	struct msg_journal e;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_JOURNAL && msg_journal_get(&r, &e))
		trend_marks_take(arg, &e);
}

static void
on_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct trend_marks *m = arg;

	(void)c;
	(void)addcause;
	m->ask = 0;
	m->trouble[0] = '\0';
	if (e != OK && e != ERR_NOT_FOUND) {
		str_copy(m->trouble, sizeof m->trouble, text != NULL ? text : "");
		m->again = utc_add(m->now, TROUBLE_US);
	} else if (m->source++ < m->name_count + m->device_count) {
		ask_next(m);
	} else {
		m->is_whole = true;
	}
	m->changed(m->arg);
}

static const struct client_answer answer = { on_frame, on_done };

static void
ask_next(struct trend_marks *m)
{
	struct msg_journal_get q = {
		.from = m->from.us, .to = m->to.us, .most = ASK_MOST, .newest = 1, .point = "", .user = "", .text = ""
	};
	struct wbuf body;

	if (m->source < m->name_count) {
		q.point = m->names[m->source];
	} else if (m->source < m->name_count + m->device_count) {
		q.kinds = UINT64_C(1) << JOURNAL_LINK;
		q.text = m->devices[m->source - m->name_count];
	} else {
		q.kinds = UINT64_C(1) << JOURNAL_NOTE | UINT64_C(1) << JOURNAL_SYSTEM;
	}
	wbuf_init(&body);
	msg_journal_get_put(&body, &q);
	m->ask = client_ask(m->client, W_JOURNAL_GET, &body, &answer, m);
	m->asked = m->now;
	wbuf_done(&body);
}

static void
note_device(struct trend_marks *m, const char *point)
{
	point_id id = client_find(m->client, point);
	uint32_t device = id == POINT_NONE ? DEVICE_NONE : m->client->points[id].device;
	char word[POINT_NAME_MAX + 2];

	if (device >= m->client->device_count || !str_printf(word, sizeof word, "%s:", m->client->devices[device].name))
		return;
	for (int i = 0; i < m->device_count; i++)
		if (strcmp(m->devices[i], word) == 0)
			return;
	str_copy(m->devices[m->device_count++], sizeof m->devices[0], word);
}

static void
note_names(struct trend_marks *m, const char (*names)[POINT_NAME_MAX], int count)
{
	m->name_count = count;
	m->device_count = 0;
	for (int i = 0; i < count; i++) {
		str_copy(m->names[i], sizeof m->names[i], names[i]);
		note_device(m, names[i]);
	}
}

static bool
is_covered(const struct trend_marks *m, const char (*names)[POINT_NAME_MAX], int count, struct utc from, struct utc to)
{
	if (count != m->name_count || from.us < m->from.us || to.us > m->to.us ||
	    m->to.us - m->from.us >
	        8 * (to.us - from.us)) /* after zooming in, the newest 500 of too much may be none of these */
		return false;
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], m->names[i]) != 0)
			return false;
	return true;
}

void
trend_marks_want(struct trend_marks *m, const char (*names)[POINT_NAME_MAX], int count, struct utc from, struct utc to,
    struct utc now)
{
	m->now = now;
	if (count > NAMES_MAX)
		count = NAMES_MAX;
	if (m->ask != 0 && utc_diff_us(now, m->asked) > GIVE_UP_US)
		forget(m);
	if (!is_covered(m, names, count, from, to)) {
		if (m->ask != 0 && utc_diff_us(now, m->asked) < FRESH_US)
			return; /* keys that repeat: when it has come */
		forget(m);
		clear(m);
		note_names(m, names, count);
		int64_t beside = (to.us - from.us) / 2;
		m->from.us = from.us > beside ? from.us - beside : 1;
		m->to = utc_add(to, beside);
		m->source = 0;
		m->again = now;
	}
	if (m->ask == 0 && !m->is_whole && now.us >= m->again.us)
		ask_next(m);
}

void
trend_marks_reset(struct trend_marks *m)
{
	forget(m);
	m->again = (struct utc){ 0 };
	m->source = 0;
	m->is_whole = false; /* what came meanwhile was not told */
}

int
trend_marks_count(const struct trend_marks *m)
{
	return m->count;
}

const struct trend_mark *
trend_marks_at(const struct trend_marks *m, int i)
{
	return &m->list[i];
}

const char *
trend_marks_trouble(const struct trend_marks *m)
{
	return m->trouble;
}

bool
trend_marks_are_asked(const struct trend_marks *m)
{
	return m->ask != 0;
}
