/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakerecords.h - stands in for the record behind chisand: a journal, reports, a backup, and acts that are recorded or are not.
 * Deterministic: the same time gives the same entries. What a test wants to go wrong is a member.
 */
#ifndef CHISAN_FAKERECORDS_H
#define CHISAN_FAKERECORDS_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"

#define FAKERECORDS_MAX  5000
#define FAKERECORDS_BULK 8000 /* bytes of the longest text */

struct fake_entry {
	struct msg_journal m; /* strings are the fake's for ever */
	uint8_t hash[32];
};

struct fakerecords {
	struct utc now;
	struct fake_entry *entries; /* [FAKERECORDS_MAX], oldest first */
	uint32_t count;
	char **owned; /* texts that were added */
	uint32_t owned_count;
	/* what goes wrong */
	bool is_silent;         /* takes acts and says nothing */
	char known[128];        /* the checkpoint that the last proof was to be held against */
	bool is_slow_to_record; /* RESULT_NOT_RECORDED */
	bool dies_at_act;       /* the link is lost in the middle */
	bool is_refusing;       /* acts: ERR_REFUSED, no access authority */
	bool is_absent;         /* questions: no store */
	bool is_damaged;        /* the backup's digest is another */
	uint8_t verify;         /* enum verify_state */
	uint8_t health;         /* enum store_state */
	const char *health_text;
	/* what happened */
	unsigned acts, questions, confirmed;
	unsigned
	    savings; /* CO2 and cost so far, asked for since a console came: each a minute later than the one before */
	uint64_t token; /* of the last act */
	struct msg_manual manual;
	struct msg_scan scan;
	char act_point[64], act_text[512];
	int64_t act_time;
	/* an act changes a value; may be NULL */
	void (*changed)(const char *point, bool is_manual, bool on, double v, void *arg);
	void *arg;
	/* who follows the journal */
	struct conn *followers[8];
};

void fakerecords_init(struct fakerecords *r, struct utc now, uint32_t entries);
void fakerecords_done(struct fakerecords *r);
/* True: it was for the record and is answered, or is not on purpose. */
bool fakerecords_frame(struct fakerecords *r, struct conn *c, const struct frame *f);
/* Whoever subscribed to the site gets how the record is; with SUB_JOURNAL what is recorded from now on. */
void fakerecords_subscribed(struct fakerecords *r, struct conn *c, uint32_t what);
void fakerecords_left(struct fakerecords *r, struct conn *c);
/* Tells everyone how it is now. */
void fakerecords_health(struct fakerecords *r, struct conn *c);
/* Adds an entry and sends it to who follows; not recorded: with sequence 0. */
void fakerecords_add(struct fakerecords *r, enum journal_kind kind, const char *point, const char *user,
    const char *text, bool is_recorded);

#endif
