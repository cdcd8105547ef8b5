/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakedispatch.h - dispatch as chisand tells it: what the model says, then what a person sets.
 */
#ifndef CHISAN_FAKEDISPATCH_H
#define CHISAN_FAKEDISPATCH_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"

#define FAKEDISPATCH_WANTS   32
#define FAKEDISPATCH_PLANNED 8

struct fakedispatch {
	struct utc now;
	bool is_there; /* the model says something of it */
	struct msg_dispatch m;
	struct {
		const char *point, *why;
		unsigned kind;
		double wanted, measured;
	} wants[FAKEDISPATCH_WANTS];
	unsigned want_count;
	struct {
		const char *point, *planned;
	} pairs[FAKEDISPATCH_PLANNED];
	unsigned pair_count;
	uint64_t entries; /* of the journal */
	char reason[256];
	point_id (*find)(const char *name, void *arg);
	void *arg;
};

void fakedispatch_init(struct fakedispatch *d, struct utc now);
/*
 * "dispatch|mode|acting|grid|flags|stage|power|so far|will be|target|adjust|minutes gone|month|year|shed|steps|reserve|hours|user|reason"
 * "want|POINT|kind|wanted|measured|why"; "planned|POINT|POINT of its plan". False: none of these. The strings are kept.
 */
bool fakedispatch_line(struct fakedispatch *d, char **field);
void fakedispatch_snapshot(struct fakedispatch *d, struct conn *c);
bool fakedispatch_frame(struct fakedispatch *d, struct conn *c,
    const struct frame *f); /* W_MODE, W_PLAN_GET, W_FORECAST_GET; true: it was ours */

#endif
