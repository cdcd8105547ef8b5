/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onduty.c - what chisan-notify is given, and what it says.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/err.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/onduty.h"
#include "scada/core/recorder.h"

#define PROGRAM_MAX 401 /* as the site's key */

struct onduty {
	struct supervise *supervise;
	struct publish *publish;
	struct logbook *log;
	const struct onduty_ops *ops;
	void *arg;
	bool is_wanted, has_begun, is_started;
	char program[PROGRAM_MAX];
	const char *arguments[3]; /* of its start, and of each one after */
	struct stored_site site;
	struct feed feed;
};

struct onduty *
onduty_new(struct supervise *s, struct publish *p, struct logbook *l, const struct onduty_ops *ops, void *arg)
{
	struct onduty *o = xcalloc(1, sizeof(*o));

	o->supervise = s;
	o->publish = p;
	o->log = l;
	o->ops = ops;
	o->arg = arg;
	o->arguments[0] = "-p";
	o->arguments[1] = o->program;
	return o;
}

void
onduty_free(struct onduty *o)
{
	if (o == NULL)
		return;
	publish_leave(o->publish, &o->feed);
	wbuf_done(&o->site.tree);
	free(o);
}

static void
start(struct onduty *o)
{
	enum err e;

	if (!o->is_wanted || !o->has_begun || o->is_started)
		return;
	e = supervise_start(o->supervise, HELPER_NOTIFY, o->arguments);
	o->is_started = e == OK || e == ERR_FAILED || e == ERR_NOT_FOUND; /* it is tried again by itself */
	if (e != OK)
		o->ops->failing(true, e == ERR_NOT_FOUND ? "chisan-notify is not installed" : err_text(e), o->arg);
}

void
onduty_site(struct onduty *o, const struct site *s, uint16_t generation, const uint64_t hash[4])
{
	struct conn *c = supervise_conn(o->supervise, HELPER_NOTIFY);
	bool was_wanted = o->is_wanted;

	o->is_wanted = s->notify != NULL;
	/* Another program: chisan-notify sees that it is not its own, ends, and is started with this one. */
	if (s->notify != NULL)
		str_copy(o->program, sizeof(o->program), s->notify->program);
	stored_site_make(&o->site, s, generation, hash, 0);
	if (c != NULL)
		stored_site_send(&o->site, c);
	if (was_wanted && !o->is_wanted)
		o->ops->failing(false, "nobody is to be told any more", o->arg);
	start(o);
}

void
onduty_begin(struct onduty *o)
{
	o->has_begun = true;
	start(o);
}

void
onduty_up(struct onduty *o, struct conn *c)
{
	stored_site_send(&o->site, c);
	publish_join(o->publish, &o->feed, c, SUB_ALARMS);
}

void
onduty_down(struct onduty *o, enum err why)
{
	publish_leave(o->publish, &o->feed);
	if (o->is_wanted)
		o->ops->failing(
		    true, why == ERR_CLOSED ? "chisan-notify ended; it is started again" : err_text(why), o->arg);
}

/* ---- what it says */

static bool
take_state(struct onduty *o, struct rbuf *r)
{
	struct msg_notify_state m;

	if (!msg_notify_state_get(r, &m) || m.state >= NOTIFY_STATE_COUNT)
		return false;
	o->ops->failing(
	    m.state == NOTIFY_FAILING, m.state == NOTIFY_FAILING ? m.text : "those on duty can be told", o->arg);
	return true;
}

static bool
take_told(struct onduty *o, struct rbuf *r, struct utc now, struct mono mono)
{
	struct msg_notify_told m;
	char more[40] = "";

	if (!msg_notify_told_get(r, &m))
		return false;
	if (m.more > 0)
		str_printf(more, sizeof(more), " and %u more", m.more);
	logbook_say(o->log, now, mono, JOURNAL_SYSTEM, NULL, "%.64s %s of %u alarms%s: %.400s", m.duty,
	    m.ok != 0 ? "was told" : "could not be told", m.lines, more, m.text);
	return true;
}

enum err
onduty_frame(struct onduty *o, const struct frame *f, struct utc now, struct mono mono)
{
	struct rbuf r;
	struct msg_bye bye;

	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_NOTIFY_STATE: return take_state(o, &r) ? OK : ERR_FRAME;
	case W_NOTIFY_TOLD: return take_told(o, &r, now, mono) ? OK : ERR_FRAME;
	case W_PONG: return OK;
	case W_BYE:
		if (!msg_bye_get(&r, &bye))
			return ERR_FRAME;
		log_warn("chisan-notify: %s", bye.text);
		return OK;
	default: return ERR_FRAME;
	}
}
