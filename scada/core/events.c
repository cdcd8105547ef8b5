/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.c - digital points and devices, each with its last state and a count of its changes.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/events.h"
#include "scada/core/say_value.h"

#define MINUTE_US (60 * US_PER_S)

struct flap {
	struct mono since; /* of the minute that is counted; of the last change while it flaps */
	uint32_t count, kept_back;
	bool is_flapping;
};

struct digital {
	double v;
	bool is_watched, is_known;
	struct flap flap;
};

struct seen {
	bool is_lost;
	struct utc lost_at;
	struct flap flap;
};

struct events {
	struct logbook *log;
	struct table *table;
	struct digital *points; /* [points] */
	struct seen *devices;   /* [devices] */
	uint32_t flapping;      /* of both kinds */
};

struct events *
events_new(struct logbook *l)
{
	struct events *e = xcalloc(1, sizeof(*e));

	e->log = l;
	return e;
}

void
events_free(struct events *e)
{
	if (e == NULL)
		return;
	free(e->points);
	free(e->devices);
	free(e);
}

/* ---- a site */

static uint32_t
find_device(const struct site *s, const char *name)
{
	for (uint32_t i = 0; i < s->node_count; i++)
		if (strcmp(s->nodes[i].device->name, name) == 0)
			return i;
	return DEVICE_NONE;
}

static void
adopt(struct events *e, const struct events *old)
{
	const struct site *s = table_site(e->table), *was = table_site(old->table);

	for (point_id id = 0; id < s->point_count; id++) {
		point_id o = e->points[id].is_watched ? table_find_before(old->table, &s->points[id]) : POINT_NONE;

		if (o == POINT_NONE || !old->points[o].is_watched)
			continue;
		e->points[id] = old->points[o];
		e->flapping += e->points[id].flap.is_flapping;
	}
	for (uint32_t i = 0; i < s->node_count; i++) {
		uint32_t o = find_device(was, s->nodes[i].device->name);

		if (o == DEVICE_NONE)
			continue;
		e->devices[i] = old->devices[o];
		e->flapping += e->devices[i].flap.is_flapping;
	}
}

void
events_site(struct events *e, struct table *t)
{
	struct events old = *e;
	const struct site *s = t != NULL ? table_site(t) : NULL;

	e->table = t;
	e->points = NULL;
	e->devices = NULL;
	e->flapping = 0;
	if (s != NULL) {
		e->points = xcalloc(s->point_count + 1, sizeof(*e->points));
		e->devices = xcalloc(s->node_count + 1, sizeof(*e->devices));
		for (point_id id = 0; id < s->point_count; id++) {
			const struct site_point_def *d = s->points[id].def;
			e->points[id].is_watched = d->kind == KIND_DIGITAL && d->states.n > 0 && d->bits.n == 0;
		}
		if (old.table != NULL)
			adopt(e, &old);
	}
	free(old.points);
	free(old.devices);
}

/* ---- flapping */

enum flap_say { FLAP_SAY, FLAP_BEGINS, FLAP_KEEP_BACK };

static enum flap_say
flap_step(struct events *e, struct flap *f, struct mono now)
{
	if (f->is_flapping) {
		f->since = now;
		f->kept_back++;
		return FLAP_KEEP_BACK;
	}
	if (f->count == 0 || mono_diff_us(now, f->since) >= MINUTE_US) {
		f->since = now;
		f->count = 0;
	}
	if (++f->count <= EVENTS_A_MINUTE)
		return FLAP_SAY;
	f->is_flapping = true;
	f->since = now;
	f->kept_back = 1;
	e->flapping++;
	return FLAP_BEGINS;
}

/* True: it is calm again; *kept_back changes were not told. */
static bool
flap_ends(struct events *e, struct flap *f, struct mono now, uint32_t *kept_back)
{
	if (!f->is_flapping || mono_diff_us(now, f->since) < MINUTE_US)
		return false;
	*kept_back = f->kept_back;
	*f = (struct flap){ .count = 0 };
	e->flapping--;
	return true;
}

/* ---- points */

static void
say_event(struct events *e, point_id id, const char *text, const char *before, const char *after, struct utc time,
    struct mono mono)
{
	struct msg_journal_add m = {
		.time = time.us,
		.kind = JOURNAL_EVENT,
		.reason = 255,
		.uid = LOGBOOK_NO_UID,
		.point = table_site(e->table)->points[id].name,
		.user = "",
		.terminal = "",
		.text = text,
		.before = before,
		.after = after,
	};

	logbook_add(e->log, &m, mono);
}

static void
point_changed(struct events *e, point_id id, const struct value *v, struct utc now, struct mono mono)
{
	const struct site_point *p = &table_site(e->table)->points[id];
	struct digital *d = &e->points[id];
	char before[96], after[96];

	say_number(p, d->v, before, sizeof(before));
	say_number(p, v->v, after, sizeof(after));
	switch (flap_step(e, &d->flap, mono)) {
	case FLAP_SAY:
		say_event(e, id, p->def->title != NULL ? p->def->title : "", before, after,
		    v->time.us != 0 ? v->time : now, mono);
		break;
	case FLAP_BEGINS:
		say_event(
		    e, id, "changes all the time; its changes are not told until it is calm", before, after, now, mono);
		break;
	case FLAP_KEEP_BACK: break;
	}
}

void
events_take(struct events *e, const point_id *ids, uint32_t count, struct utc now, struct mono mono)
{
	if (e->table == NULL)
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct digital *d = &e->points[ids[i]];
		const struct value *v = &table_values(e->table)[ids[i]];

		if (!d->is_watched || quality_validity(v->quality) == V_BAD || (v->quality & Q_STALE) != 0 ||
		    isnan(v->v))
			continue; /* the number is the last one, nothing new is known */
		if (d->is_known && d->v != v->v)
			point_changed(e, ids[i], v, now, mono);
		d->v = v->v;
		d->is_known = true;
	}
}

/* ---- devices */

static void
say_lost(struct events *e, const char *name, const struct msg_device_state *m, struct utc now, struct mono mono)
{
	const char *why = err_is_known(m->last_error) && m->last_error != OK ? err_text((enum err)m->last_error) : "";

	logbook_say(e->log, now, mono, JOURNAL_LINK, NULL, "%s: communication is lost%s%s%s%s", name,
	    why[0] != '\0' ? ": " : "", why, m->detail[0] != '\0' ? "; " : "", m->detail);
}

static void
say_back(struct events *e, const char *name, struct utc since, struct utc now, struct mono mono)
{
	char age[16];

	logbook_say(e->log, now, mono, JOURNAL_LINK, NULL, "%s: communication is back after %s", name,
	    clock_age(age, sizeof(age), utc_diff_us(now, since)));
}

void
events_device(struct events *e, const struct msg_device_state *m, struct utc now, struct mono mono)
{
	const struct site *s = e->table != NULL ? table_site(e->table) : NULL;
	struct seen *d;
	bool is_loss = m->state == DEVICE_DOWN;

	if (s == NULL || m->device >= s->node_count)
		return;
	d = &e->devices[m->device];
	if (m->last_error == ERR_HELPER && is_loss)
		return; /* the field program is gone, and has its own entry */
	if (m->state == DEVICE_OFF)
		d->is_lost = false;
	if ((!is_loss && m->state != DEVICE_UP) || d->is_lost == is_loss)
		return;
	d->is_lost = is_loss;
	const char *name = s->nodes[m->device].device->name;
	switch (flap_step(e, &d->flap, mono)) {
	case FLAP_SAY:
		if (is_loss)
			say_lost(e, name, m, now, mono);
		else
			say_back(e, name, d->lost_at, now, mono);
		break;
	case FLAP_BEGINS:
		logbook_say(e->log, now, mono, JOURNAL_LINK, NULL,
		    "%s: communication comes and goes; it is not told until it is calm", name);
		break;
	case FLAP_KEEP_BACK: break;
	}
	if (is_loss)
		d->lost_at = now;
}

/* ---- calm again */

void
events_tick(struct events *e, struct utc now, struct mono mono)
{
	const struct site *s = e->table != NULL ? table_site(e->table) : NULL;
	uint32_t kept_back;
	char text[128], state[96];

	if (s == NULL || e->flapping == 0)
		return;
	for (point_id id = 0; id < s->point_count; id++) {
		if (!flap_ends(e, &e->points[id].flap, mono, &kept_back))
			continue;
		say_number(&s->points[id], e->points[id].v, state, sizeof(state));
		str_printf(text, sizeof(text), "is calm again; %u changes were not told", kept_back);
		say_event(e, id, text, "", state, now, mono);
	}
	for (uint32_t i = 0; i < s->node_count; i++)
		if (flap_ends(e, &e->devices[i].flap, mono, &kept_back))
			logbook_say(e->log, now, mono, JOURNAL_LINK, NULL,
			    "%s: communication has been %s for a minute; %u changes were not told",
			    s->nodes[i].device->name, e->devices[i].is_lost ? "away" : "steady", kept_back);
}
