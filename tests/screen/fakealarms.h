/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakealarms.h - stands in for the alarms of chisand: what each is and how it stands comes from a text file, acts of persons change it by
 * the table of states, as far as screens and commands need it.
 *
 *   alarm|NAME|point|device|TYPE|priority|flags|limit|deadband|area|class|group|screen|respond_s|shelve_max_s
 *   say|text|ja|response|response_ja|consequence|cause                                    of the alarm above
 *   is|STATE|age_s|value|marks|repeats|first|occurrence|bits|by|reason|comment|until_s|acked_age_s    a comment is of who acknowledged
 *   limit|LIMIT|age_s|user|approved_by|reason
 *   many|COUNT|priority|device|age_s                             as many alarms "Mnnn.X", active and not acknowledged
 */
#ifndef CHISAN_FAKEALARMS_H
#define CHISAN_FAKEALARMS_H

#include "scada/base/alarm.h"
#include "scada/base/conn.h"
#include "tests/screen/fakerecords.h"

#define FAKEALARMS_MAX 20000

struct fakealarm {
	struct msg_alarm_def def; /* strings are the fake's for ever */
	struct msg_alarm m;
	struct msg_alarm_limit limit;
	bool has_limit;
};
struct fakealarms {
	struct fakealarm *alarms; /* [FAKEALARMS_MAX] */
	uint32_t count;
	uint64_t occurrence; /* of the next */
	struct msg_horn horn;
	struct utc now;
	struct fakerecords *records; /* entries of acts; NULL = none */
	uint32_t (*find_point)(const char *name);
	uint32_t (*find_device)(const char *name);
	void (*publish)(uint16_t type, struct wbuf *b, void *arg); /* to whoever is there; empties b */
	void *arg;
	char **owned;
	uint32_t owned_count;
	/* shelving of priority 1 waits for a second person: whose word is in the reason ("approved", "rejected"), else fakealarms_decide() */
	uint64_t approval, approval_last; /* number; 0 = nothing waits */
	struct msg_alarm_act pending;
	uint32_t pending_alarm;
	bool is_deaf; /* the decision is not told */
	/* what happened */
	unsigned acts, dry;
	uint8_t last_act;
	bool was_emergency;
	int64_t last_until;
	double last_limit;
	char last_reason[256];
	uint32_t last_count;
	uint64_t last_seen; /* occurrence of the last alarm named */
};

void fakealarms_init(struct fakealarms *a, struct utc now, struct fakerecords *records);
void fakealarms_done(struct fakealarms *a);
void fakealarms_line(struct fakealarms *a, const char *line); /* of the file */
bool fakealarms_read(struct fakealarms *a, const char *path);
/* W_ALARM_DEF, W_ALARM of those not at rest, W_ALARM_LIMIT, W_HORN: before the end of a snapshot. */
void fakealarms_snapshot(struct fakealarms *a, struct conn *c);
/* True: it was an act on alarms, and is answered. */
bool fakealarms_frame(struct fakealarms *a, struct conn *c, const struct frame *f);
uint32_t fakealarms_find(const struct fakealarms *a, const char *name);
/* Goes into a state and tells; raising opens an occurrence. */
void fakealarms_go(struct fakealarms *a, uint32_t alarm, enum alarm_state state);
/* A second person says yes or no, or nobody does ("late"): W_APPROVAL, and on yes the act. */
void fakealarms_decide(struct fakealarms *a, const char *word, const char *outcome);
void fakealarms_tell_horn(struct fakealarms *a, unsigned priority, uint32_t alarm, bool is_flood);

#endif
