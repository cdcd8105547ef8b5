/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_say.h - the other masters of a device whose link is lent, in two lines: who is there and what they did, who was last.
 */
#ifndef CHISAN_SHARED_SAY_H
#define CHISAN_SHARED_SAY_H

#include "console/client.h"

#define SHARED_SAY 400 /* bytes of a line, with its end */

/* "2 of 4 masters: 4711 requests, 3 writes refused, 1 turned away, 2 held back". */
char *shared_say(const struct client_shared *s, char buf[SHARED_SAY]);
/* "last 192.0.2.7 12:08:30; refused 12:01:00: 192.0.2.9, holding 40 of unit 1". Raw: go through put_safe. */
char *shared_say_last(const struct client_shared *s, struct utc now, char buf[SHARED_SAY]);

#endif
