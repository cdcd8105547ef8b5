/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_source.c - the database as the reader has it: read-only, opened when there is one, given up when another stands in its place.
 * The reader never checkpoints and holds no transaction between slices, but for a copy that is being made.
 */
#include "config.h"

#include <stdio.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define TRY_US (200 * US_PER_MS) /* pause between two attempts to open it */

void
source_init(struct source *s, const char *data_folder)
{
	*s = (struct source){ .why = ERR_NOT_FOUND };
	str_printf(s->folder, sizeof(s->folder), "%s/%s", data_folder, DB_FOLDER);
	s->place = data_place_of(s->folder);
}

void
source_close(struct source *s)
{
	if (!s->is_open)
		return;
	query_close(s->query);
	s->query = NULL;
	db_close(&s->db);
	s->is_open = false;
	s->tried.us = 0;
}

static void
explain(struct source *s)
{
	switch (s->why) {
	case ERR_NOT_FOUND:
		str_copy(s->text, sizeof(s->text), "nothing is recorded yet: the store has made no database so far");
		break;
	case ERR_BAD_DATA:
		str_printf(s->text, sizeof(s->text),
		    "the database is damaged and cannot be read (%s); the store moves it aside and begins a new one",
		    s->db.text);
		break;
	case ERR_VERSION: str_copy(s->text, sizeof(s->text), s->db.text); break;
	default:
		str_printf(s->text, sizeof(s->text), "the database cannot be read now (%s); ask again in a moment",
		    s->db.text);
	}
}

enum err
source_ready(struct source *s, struct mono now)
{
	enum err e;

	if (s->is_open)
		return OK;
	if (s->tried.us != 0 && mono_diff_us(now, s->tried) < TRY_US)
		return s->why;
	s->tried = now;
	e = db_open(&s->db, s->folder, false);
	if (e == OK && (s->query = query_open(&s->db)) == NULL) {
		e = s->db.why;
		db_close(&s->db);
	}
	s->is_open = e == OK;
	if (e == OK) {
		log_info("the database is open for reading");
		s->why = OK;
		return OK;
	}
	if (s->why != e && e != ERR_NOT_FOUND)
		log_warn("%s", s->db.text);
	s->why = e;
	explain(s);
	return e;
}

bool
source_is_gone(struct source *s)
{
	bool log_too;

	return s->is_open && (db_is_deleted(&s->db, &log_too) || log_too);
}
