/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storepipe.h - chisan-store from chisand's side, for tests: starts it (also under strace), gives it a site, acts and batches as
 * chisand does, and keeps what it answered. What was not answered is sent again after W_STORE_READY.
 */
#ifndef CHISAN_TESTS_STOREPIPE_H
#define CHISAN_TESTS_STOREPIPE_H

#include <stdbool.h>
#include <sys/types.h>

#include "scada/base/clock.h"
#include "scada/base/msg.h"

#define SP_ENTRIES 4000

struct sp_entry {
	uint64_t token, seq; /* seq 0 = not answered yet */
	uint32_t sequence;   /* of the frame it went out with; 0 = not sent since the start */
	uint8_t hash[32];
	bool is_act, is_refused;
	enum err err;
};

struct storepipe {
	pid_t pid;
	int fd;
	uint32_t sequence;
	uint8_t *in;
	size_t len;
	uint64_t boot;
	bool has_ended;

	struct sp_entry entries[SP_ENTRIES]; /* as long as the test runs, over restarts */
	uint32_t count, answered;
	uint64_t tokens;          /* given so far */
	uint64_t batch, stored;   /* newest sent, newest answered */
	uint32_t jumps;           /* found by sp_check */
	uint64_t unasked, newest; /* entries that the store made by itself; greatest sequence seen in all */

	uint32_t ready, states; /* frames of this start */
	struct msg_store_ready last_ready;
	char state_text[4096]; /* "KIND NAME BLOB;" of this start */
	uint32_t pongs, healths, byes;
	uint8_t health, chain;
	double growth;
	uint64_t size, space, total;
	uint32_t lag_ms;
	char health_text[512];
	uint32_t seen[STORE_STATE_COUNT]; /* healths of each kind */
	char result_text[512];
	enum err result;
	struct mono sent_at; /* of the last act, for how long it took */
	int64_t act_us;
};

void sp_init(struct storepipe *sp);
/* before: words in front of the program, such as those of strace; NULL = none. Returns when it runs, not when it is ready. */
void sp_start(struct storepipe *sp, const char *data, const char *const before[]);
void sp_site(struct storepipe *sp, uint64_t boot);
/* Start, site, until it is ready. */
void sp_begin(struct storepipe *sp, const char *data, uint64_t boot);
int sp_stop(struct storepipe *sp); /* closes the pipe; the status of the process */
int sp_kill(struct storepipe *sp);
void sp_free(struct storepipe *sp);

void sp_act(struct storepipe *sp, const char *text, const char *state); /* state: "NAME=BLOB", NULL = none */
void sp_note(struct storepipe *sp, const char *text);                   /* nobody waits for it */
void sp_batch(struct storepipe *sp);                                    /* a sample of each of four points */
void sp_batch_of(struct storepipe *sp, struct utc closed);              /* that waited since then */
void sp_state(struct storepipe *sp, const char *name, const char *blob);
void sp_report(struct storepipe *sp, const char *label, const char *csv);
void sp_sign(struct storepipe *sp, const char *label, uint32_t revision, const char *csv);
void sp_ping(struct storepipe *sp);
void sp_send(struct storepipe *sp, uint16_t type, const struct wbuf *body);

void sp_forget(struct storepipe *sp);           /* entries of a database that is no more */
bool sp_pump(struct storepipe *sp, int64_t us); /* false: nothing came, or it has ended */
bool sp_all_answered(const struct storepipe *sp);

/* Pumps until cond holds or the store has ended, at most ms. */
#define SP_UNTIL(sp, ms, cond) \
	do { \
		int64_t sp_end_ = clock_mono().us + INT64_C(1000) * (ms); \
		while (!(cond) && !(sp)->has_ended && clock_mono().us < sp_end_) \
			sp_pump((sp), sp_end_ - clock_mono().us); \
	} while (0)
/* The same; then demands it. */
#define SP_MUST(sp, ms, cond) \
	do { \
		SP_UNTIL(sp, ms, cond); \
		if (!(cond)) \
			sp_die(__FILE__, __LINE__, #cond, (sp)); \
	} while (0)
void sp_die(const char *file, int line, const char *what, const struct storepipe *sp) __attribute__((noreturn));

/*
 * What is in the database must be all that was answered: entries by sequence and hash, batches, states, and a chain that holds. The store
 * must not run. last_states: "NAME=BLOB" that must be there, NULL-terminated.
 */
void sp_check(struct storepipe *sp, const char *data, const char *const last_states[]);

#endif
