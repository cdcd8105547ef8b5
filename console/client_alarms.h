/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_alarms.h - the client's copy of the alarms: what each is, how it is, limits that were moved, what sounds. Part of the model of
 * client.h: whole from the first CLIENT_LIVE on, kept while the link is down.
 */
#ifndef CHISAN_CLIENT_ALARMS_H
#define CHISAN_CLIENT_ALARMS_H

#include "scada/base/alarm.h"
#include "scada/base/msg.h"

struct client;

struct client_alarm {
	/* what it is; own memory, never NULL, raw: go through put_safe. Numbers of a point or device that the site has, or none. */
	const char *name, *area, *class, *group, *text, *text_ja, *response, *response_ja, *consequence,
	    *consequence_ja, *cause, *screen;
	point_id point;
	uint32_t device;
	enum alarm_type type;
	uint8_t priority, flags; /* 1..4; enum alarm_def_flags */
	double limit, deadband;  /* of the site file; NaN = none */
	uint32_t on_delay_ms, off_delay_ms, shelve_max_s, respond_s;
	/* how it is; strings are own memory */
	struct msg_alarm m;
	struct msg_alarm_limit moved; /* strings are own memory */
	bool has_moved;               /* another limit than the site file's holds */
	uint32_t standing;            /* its place among those not at rest; UINT32_MAX = at rest */
};

/* An area in which there are too many. */
struct client_flood {
	const char *area; /* raw */
	int64_t since;    /* utc */
	uint32_t rate;    /* alarms within the window */
};

struct client_alarms {
	struct client_alarm *alarms;
	uint32_t count;
	uint32_t *standing, standing_count; /* numbers of those not at rest, in no order */
	uint32_t unacked[ALARM_PRIORITIES],
	    active[ALARM_PRIORITIES]; /* by priority - 1; active: on the list and its cause holds */
	uint32_t shelved, suppressed, out;
	struct msg_horn
	    horn; /* strings are own memory; horn.alarm: a number of ours or ALARM_NONE; floods: taken apart below */
	struct client_flood *floods; /* the worst first; horn.flood_count says how many there are, which may be more */
	uint32_t flood_count;
	uint64_t changes; /* grows with each change */
	struct client_alarms_private *private;
};

/* ---- for the model: points and devices are those that the site announced */
struct client_alarms *client_alarms_new(uint32_t points, uint32_t devices);
void client_alarms_free(struct client_alarms *a); /* NULL is fine */
/* W_ALARM_DEF W_ALARM W_ALARM_LIMIT W_HORN. *alarm: which one it is about; ALARM_NONE = the horn. ERR_FRAME: nothing was changed. */
enum err client_alarms_take(struct client_alarms *a, const struct frame *f, uint32_t *alarm);

/* ---- for who shows them; a NULL has no alarms */
uint32_t client_alarms_find(const struct client_alarms *a, const char *name); /* ALARM_NONE */
/* The worst that wait for an acknowledgement: by priority, then the newest first; at most `most`. Returns how many. */
unsigned client_alarms_worst(const struct client_alarms *a, uint32_t *out, unsigned most);
/* Does x stand above y in a list? Unacknowledged first, by priority, then the newest. */
bool client_alarm_is_before(const struct client_alarm *x, const struct client_alarm *y);
/* Is this alarm (ALARM_NONE: one of no area) one of those that are too many? So chisand's horn has it too. */
bool client_alarms_flood(const struct client_alarms *a, uint32_t alarm);
double client_alarm_limit(const struct client_alarm *a); /* that holds; NaN = it has none */
/* "s", "o", "d" of points-and-commands 4.1: alarms of the point that are shelved, out of service, suppressed by design. At most 3 letters. */
const char *client_alarms_letters(const struct client_alarms *a, point_id id);

#endif
