/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_control.h - what the console knows of the operator's hand: outputs and what holds them, tags, commands, what waits for a
 * second person.  Part of the client's model: built with a snapshot, changed as it is told, kept while the link is down.
 */
#ifndef CHISAN_CLIENT_CONTROL_H
#define CHISAN_CLIENT_CONTROL_H

#include "console/client.h"
#include "console/client_dispatch.h"
#include "console/client_schedule.h"
#include "console/client_sequence.h"
#include "scada/base/command.h"

#define CLIENT_TAGS_MAX      20000
#define CLIENT_COMMANDS_MAX  1000 /* under way; and so many that have ended are remembered at most: */
#define CLIENT_COMMANDS_OVER 64
#define CLIENT_APPROVALS_MAX 1000

/* Strings of all of them: own memory, never NULL, raw: go through put_safe. Pointers are good until the loop turns. */
struct client_control {
	struct msg_output **outputs; /* [points]; NULL = not told yet, or no output */
	struct msg_tag_state *tags;  /* in order of their numbers */
	uint32_t tag_count, tag_room;
	struct msg_command_state *commands; /* in order of their numbers, also those that have ended */
	uint32_t command_count, command_room;
	struct msg_approval *approvals; /* pending */
	uint32_t approval_count, approval_room;
	struct msg_approval
	    decided;       /* the last of this run of the link; its number 0: none, and its strings are NULL */
	uint16_t *tags_of; /* [points] */
	uint32_t points;   /* room of the arrays by point */
	uint32_t overrides;
	struct client_dispatch dispatch;
	point_id *planned; /* [points]: which point says what is planned for this one; POINT_NONE = none */
	struct client_schedule schedule;
	struct client_sequences sequences;
};

/* NULL: the point is no output, or nothing was told about it. */
const struct msg_output *client_output(const struct client *c, point_id id);
bool client_is_output(const struct client *c, point_id id); /* can it be commanded at all? */
bool client_is_overridden(const struct client *c, point_id id);
unsigned client_tags_of(const struct client *c, point_id id);
/* The i-th tag of a point, the most severe first; NULL at the end. */
const struct msg_tag_state *client_tag_of(const struct client *c, point_id id, unsigned i);
const struct msg_tag_state *client_tag(const struct client *c, uint64_t tag);             /* NULL = there is none */
const struct msg_command_state *client_command(const struct client *c, uint64_t command); /* NULL = there is none */
/* The newest of this user on this point that is done; what an undo takes back. NULL = none that this console saw. */
const struct msg_command_state *client_last_done(const struct client *c, const char *point, const char *user);
/* The override that ends first among those whose end was warned of; POINT_NONE. */
point_id client_ends_soon(const struct client *c);
const struct msg_approval *client_approval(const struct client *c, uint64_t approval); /* pending; NULL = it is not */
/* Could this user answer it: another user, role and area? */
bool client_may_approve(const struct client *c, const struct msg_approval *a);
bool client_has_area(const struct client *c, const char *area); /* "" is everybody's */

/* V T L and s o d of points-and-commands 4.1 behind the letters of the quality: "?cVTs"; "" = none. buf of MARKS_MAX. */
#define MARKS_MAX 12
const char *client_marks(const struct client *c, point_id id, uint16_t quality, char *buf, size_t size);

#endif
