/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_say.h - an alarm in words, the same on every page, in commands and for who hears it: code of its priority, marks, value, line.
 */
#ifndef CHISAN_ALARM_SAY_H
#define CHISAN_ALARM_SAY_H

#include <jansson.h>

#include "console/client.h"

#define ALARM_LINE_MAX 2048

/* "!1" "*2" "-3" ".4": told apart without colour. */
const char *alarm_code(unsigned priority);
/* "?" doubtful, "w" chatters, "t" test, "s" "d" "o" shelved, suppressed, out of service; at most 5 letters. buf >= 8. Returns buf. */
char *alarm_marks(const struct client_alarm *a, char *buf, size_t size);
/* Its text in the language, else its name's kind: never "". Of a device that does not answer: "(24 points)" behind it. */
void alarm_words(const struct client *c, const struct client_alarm *a, bool ja, char *buf, size_t size);
/* v as its point shows it, with unit: "9.2 %", "trip"; "" if NaN. */
void alarm_number(const struct client *c, const struct client_alarm *a, double v, bool ja, char *buf, size_t size);
/* "9.2 % < 10": at the raising, and the limit that holds; "" when there is neither. */
void alarm_value(const struct client *c, const struct client_alarm *a, bool ja, char *buf, size_t size);
/* The time of its raising: of today "21:08:31", else "11-21 21:08:31", is_short: "11-21". */
char *alarm_time(const struct client_alarm *a, struct utc now, bool is_short, char *buf, size_t size);
/* "since 5m, 3 times more, first in its group, limit moved, shelved until 21:30: reason" */
void alarm_more(const struct client_alarm *a, struct utc now, char *buf, size_t size);

/* One line in stable columns: time of its last change, code, state, marks, name, value, words. Made safe. */
void alarm_line(const struct client *c, const struct client_alarm *a, struct utc now, bool ja, char *buf, size_t size);
/* One line to be heard: what matters first. Made safe. */
void alarm_said(const struct client *c, const struct client_alarm *a, struct utc now, bool ja, char *buf, size_t size);
/*
 * "FLOOD in area north: 12, south: 11 and 3 more areas; 30 in 10 min", of `most` areas; "FLOOD: 14 in 10 min" where no single area is in
 * flood; "" without one. Made safe. Returns buf.
 */
char *alarm_flood(const struct client *c, unsigned most, char *buf, size_t size);
/* A flood of what this client answers for: in one of its areas, or in no single one. */
bool alarm_flood_is_ours(const struct client *c);
/* "alarms" of --json. */
json_t *alarm_json(const struct client *c, const struct client_alarm *a);
/* {"unacknowledged":[p1..p4],"active":[p1..p4],"shelved":..,"suppressed":..,"out_of_service":..,"flood":..,"flood_areas":[{"area":..,"since":..,"rate":..}],"horn":{...}} */
json_t *alarm_counts_json(const struct client *c);

#endif
