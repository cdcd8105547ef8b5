/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_schedule.h - what the console knows of the schedule of dispatch: all entries, in order of their begin.
 */
#ifndef CHISAN_CLIENT_SCHEDULE_H
#define CHISAN_CLIENT_SCHEDULE_H

#include "console/client.h"
#include "scada/base/schedule.h"

struct client_schedule {
	bool is_told;
	struct schedule_entry list[SCHEDULE_MAX]; /* strings raw */
	unsigned count;
};

/* NULL before anything was told. */
const struct client_schedule *client_schedule(const struct client *c);
const struct schedule_entry *client_schedule_find(const struct client *c, uint64_t id); /* NULL = none */
/* The demand target that holds by an entry; NULL = it is the one that a person set, or the site's. */
const struct schedule_entry *client_schedule_target(const struct client *c, struct utc now);
/* "1300 kW until 11-22 16:00 by entry 4 of duty_a, set 11-22 20:08: heat wave". Raw. Returns buf. */
char *client_schedule_target_text(const struct schedule_entry *e, char *buf, size_t size);

/* What is typed of an entry; of a change its kind and asset are the entry's. */
struct schedule_words {
	struct schedule_entry entry; /* without id, user, set */
};
/*
 * "out F1 2026-12-01 08:00 2026-12-05 18:00 overhaul", "steam F2 7.5 17:00 2h bridging", "demand-response 900 17:00 19:00 event 12".
 * A begin is a time as everywhere, "now", or so long from now; an end is read from the begin on: 19:00 is the next one, 2h so long.
 * False: why, with what would be right.
 */
bool schedule_read(const char *line, struct utc now, struct schedule_words *w, char *why, size_t size);
/* The line that reads as this entry. Returns buf. */
char *schedule_write(const struct schedule_entry *e, char *buf, size_t size);
bool schedule_read_begin(const char *text, struct utc now, struct utc *out);
bool schedule_read_end(const char *text, struct utc begin, struct utc *out);

/* "ahead" "now" "over"; "not kept": an event, or a demand target, that holds while dispatch works in another way. */
enum schedule_look { ENTRY_AHEAD, ENTRY_NOW, ENTRY_NOT_KEPT, ENTRY_OVER, ENTRY_LOOKS };
enum schedule_look client_schedule_look(const struct client *c, const struct schedule_entry *e, struct utc now);
const char *client_schedule_word(enum schedule_look look, bool ja);

#endif
