/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_site.c - permanent keys of what the site file names. A name that has a key keeps it; one that is new takes the key of what
 * it was called before, which then becomes an alias.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/history_private.h"

/* _(id, sql) */
/* clang-format off */
#define SITE_SQL_LIST(_) \
	_(S_DEVICE_FIND, "SELECT id FROM device WHERE name = ?1") \
	_(S_DEVICE_ADD, "INSERT INTO device (name) VALUES (?1)") \
	_(S_FIND, "SELECT id FROM point WHERE name = ?1") \
	_(S_FIND_ALIAS, "SELECT p.id, p.name FROM alias a JOIN point p ON p.id = a.point WHERE a.name = ?1") \
	_(S_ADD, "INSERT INTO point (name, kind, decimals, unit, modulus, class) VALUES (?1, 0, 0, '', -1, '')") \
	_(S_RENAME, "UPDATE point SET name = ?1 WHERE id = ?2") \
	_(S_ALIAS, "INSERT OR REPLACE INTO alias SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM point WHERE name = ?1)") \
	_(S_ALIAS_DROP, "DELETE FROM alias WHERE name = ?1") \
	_(S_SET, "UPDATE point SET kind = ?2, decimals = ?3, unit = ?4, modulus = ?5, class = ?6 WHERE id = ?1 AND " \
	         "(kind, decimals, unit, modulus, class) IS NOT (?2, ?3, ?4, ?5, ?6)") \
	_(S_READ_BY, "SELECT device FROM point_device WHERE point = ?1 ORDER BY since DESC LIMIT 1") \
	_(S_READ_BY_ADD, "INSERT OR REPLACE INTO point_device VALUES (?1, ?2, ?3)")
/* clang-format on */

#define SITE_ENUM(id, sql) id,
enum site_sql { SITE_SQL_LIST(SITE_ENUM) S_COUNT };
#undef SITE_ENUM
#define SITE_SQL(id, sql) [id] = sql,
static const char *const texts[S_COUNT] = { SITE_SQL_LIST(SITE_SQL) };
#undef SITE_SQL

struct keys {
	struct history *h;
	const struct site *s;
	int64_t now;
	sqlite3_stmt *st[S_COUNT];
	uint32_t *devices, *points; /* keys by number */
	enum err e;
};

static sqlite3_stmt *
named(struct keys *k, enum site_sql which, const char *name)
{
	sqlite3_bind_text(k->st[which], 1, name, -1, SQLITE_STATIC);
	return k->st[which];
}

static void
run(struct keys *k, sqlite3_stmt *st)
{
	if (k->e == OK)
		k->e = history_run(k->h, st, "the names of the site cannot be written");
}

static int64_t
number(struct keys *k, sqlite3_stmt *st)
{
	return history_number(k->h, st, 0, &k->e);
}

static uint32_t
checked(struct keys *k, int64_t key)
{
	if (key > 0 && key < TAIL_KEY_MOST)
		return (uint32_t)key;
	if (k->e == OK)
		k->e = db_note(k->h->db, SQLITE_FULL, "there are no more keys for names");
	return 0;
}

/* ---- one name */

static uint32_t
device_key(struct keys *k, const char *name)
{
	int64_t key = number(k, named(k, S_DEVICE_FIND, name));

	if (key == 0) {
		run(k, named(k, S_DEVICE_ADD, name));
		key = sqlite3_last_insert_rowid(k->h->db->sqlite);
	}
	return checked(k, key);
}

/* The key of what a point was called before, unless that name is still in use. */
static int64_t
key_before(struct keys *k, const char *was)
{
	int64_t key = number(k, named(k, S_FIND, was));

	if (key != 0)
		return site_find_point(k->s, was) == POINT_NONE ? key : 0;
	sqlite3_stmt *st = named(k, S_FIND_ALIAS, was);
	if (sqlite3_step(st) == SQLITE_ROW &&
	    site_find_point(k->s, (const char *)sqlite3_column_text(st, 1)) == POINT_NONE)
		key = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	return key;
}

static void
rename_to(struct keys *k, int64_t key, const char *name)
{
	sqlite3_stmt *st = db_prepare(k->h->db, "INSERT OR REPLACE INTO alias SELECT name, id FROM point WHERE id = ?");

	if (st == NULL) {
		k->e = k->h->db->why;
		return;
	}
	sqlite3_bind_int64(st, 1, key);
	run(k, st);
	sqlite3_finalize(st);
	run(k, named(k, S_ALIAS_DROP, name));
	sqlite3_bind_int64(k->st[S_RENAME], 2, key);
	run(k, named(k, S_RENAME, name));
}

static uint32_t
point_key(struct keys *k, const struct site_point *p)
{
	int64_t key = number(k, named(k, S_FIND, p->name));

	if (key == 0 && p->was != NULL) {
		key = key_before(k, p->was);
		if (key != 0)
			rename_to(k, key, p->name);
	}
	if (key == 0) {
		run(k, named(k, S_ADD, p->name));
		key = sqlite3_last_insert_rowid(k->h->db->sqlite);
	}
	if (p->was != NULL) { /* also one that was never recorded under that name */
		sqlite3_bind_int64(k->st[S_ALIAS], 2, key);
		run(k, named(k, S_ALIAS, p->was));
	}
	return checked(k, key);
}

/* ---- what is known of a point */

/* In the point's unit: what the site says, else what its register can hold; as the pipeline of values has it. */
static double
modulus_of(const struct site_point_def *d)
{
	if (d->kind != KIND_COUNTER)
		return -1;
	if (d->counter != NULL && d->counter->modulus > 0)
		return d->counter->modulus;
	if (d->read == NULL)
		return 0;
	double scale = fabs(d->read->scale);
	return raw_type_modulus((enum raw_type)d->read->type) * (scale > 0 && isfinite(scale) ? scale : 1);
}

static const char *
class_of(const struct site_point_def *d)
{
	return d->history != NULL ? d->history : SITE_HISTORY_DEFAULT;
}

static void
set_point(struct keys *k, uint32_t key, const struct site_point *p)
{
	const struct site_point_def *d = p->def;
	sqlite3_stmt *st = k->st[S_SET];

	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int(st, 2, d->kind);
	sqlite3_bind_int(st, 3, p->decimals);
	sqlite3_bind_text(st, 4, d->unit != NULL ? d->unit : "", -1, SQLITE_STATIC);
	sqlite3_bind_double(st, 5, modulus_of(d));
	sqlite3_bind_text(st, 6, class_of(d), -1, SQLITE_STATIC);
	run(k, st);
}

/* Through which device it is read: the first one since ever, another since now. */
static void
set_device(struct keys *k, uint32_t key, uint32_t device)
{
	sqlite3_stmt *st = k->st[S_READ_BY];

	sqlite3_bind_int64(st, 1, key);
	int64_t before = history_number(k->h, st, -1, &k->e);
	if (before == device)
		return;
	st = k->st[S_READ_BY_ADD];
	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int64(st, 2, before < 0 ? 0 : k->now);
	sqlite3_bind_int64(st, 3, device);
	run(k, st);
}

/* ---- all of them */

static void
write_keys(struct keys *k)
{
	for (uint32_t i = 0; i < k->s->node_count && k->e == OK; i++)
		k->devices[i] = device_key(k, k->s->nodes[i].device->name);
	for (uint32_t i = 0; i < k->s->point_count && k->e == OK; i++) {
		const struct site_point *p = &k->s->points[i];

		k->points[i] = point_key(k, p);
		if (k->e != OK)
			break;
		set_point(k, k->points[i], p);
		set_device(k, k->points[i], p->device == DEVICE_NONE ? 0 : k->devices[p->device]);
	}
}

uint32_t
history_device(struct history *h, uint32_t key)
{
	if (key >= h->device_by_key_cap) {
		uint32_t cap = key + key / 2 + 64;

		h->device_by_key =
		    xrecallocarray(h->device_by_key, h->device_by_key_cap, cap, sizeof(*h->device_by_key));
		for (uint32_t i = h->device_by_key_cap; i < cap; i++)
			h->device_by_key[i] = NO_TRACK;
		h->device_by_key_cap = cap;
	}
	if (h->device_by_key[key] != NO_TRACK)
		return h->device_by_key[key];
	h->devices = history_room(h->devices, h->device_count, &h->device_cap, sizeof(*h->devices));
	h->devices[h->device_count] = (struct looked){ .key = key };
	return h->device_by_key[key] = h->device_count++;
}

static void
use_point(struct history *h, struct keys *k, uint32_t i)
{
	const struct site_point *p = &k->s->points[i];
	uint32_t at = history_track(h, k->points[i], p->decimals, modulus_of(p->def));
	struct track *t = &h->tracks[at];

	t->decimals = p->decimals;
	t->modulus = modulus_of(p->def);
	t->device = p->device == DEVICE_NONE ? 0 : h->device_by_number[p->device];
	free(t->class);
	t->class = xstrdup(class_of(p->def));
	t->is_in_site = strcmp(t->class, SITE_HISTORY_NONE) != 0;
	h->by_number[i] = t->is_in_site ? at : NO_TRACK;
}

/* Numbers of the new site from now on. */
static void
use_keys(struct history *h, struct keys *k)
{
	free(h->device_by_number);
	h->device_by_number = xcalloc(k->s->node_count + 1, sizeof(*h->device_by_number));
	h->device_number_count = k->s->node_count;
	for (uint32_t i = 0; i < k->s->node_count; i++)
		h->device_by_number[i] = history_device(h, k->devices[i]);
	free(h->by_number);
	h->by_number = xcalloc(k->s->point_count + 1, sizeof(*h->by_number));
	h->number_count = k->s->point_count;
	for (uint32_t i = 0; i < h->track_count; i++)
		h->tracks[i].is_in_site = false;
	for (uint32_t i = 0; i < k->s->point_count; i++)
		use_point(h, k, i);
	h->has_site = true;
}

static void
prepare(struct keys *k)
{
	for (unsigned i = 0; i < S_COUNT && k->e == OK; i++) {
		k->st[i] = db_prepare(k->h->db, texts[i]);
		if (k->st[i] == NULL)
			k->e = k->h->db->why;
	}
}

enum err
history_site(struct history *h, const struct site *s, int64_t now_ms)
{
	struct keys k = { .h = h, .s = s, .now = now_ms, .e = OK };

	k.devices = xcalloc(s->node_count + 1, sizeof(*k.devices));
	k.points = xcalloc(s->point_count + 1, sizeof(*k.points));
	prepare(&k);
	if (k.e == OK)
		k.e = db_begin(h->db);
	if (k.e == OK)
		write_keys(&k);
	if (k.e == OK)
		k.e = db_commit(h->db);
	for (unsigned i = 0; i < S_COUNT; i++)
		sqlite3_finalize(k.st[i]);
	if (k.e == OK)
		use_keys(h, &k);
	else
		db_rollback(h->db);
	free(k.devices);
	free(k.points);
	return k.e;
}
