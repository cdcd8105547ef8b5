/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakecontrol.h - stands in for the one door to the field: outputs, tags, commands, approvals, played through as their reason asks.
 * In the reason of a command: "fails", "unknown", "sticks" (stays sent), "waits" (the device accepted), "approved", "rejected".
 */
#ifndef CHISAN_FAKECONTROL_H
#define CHISAN_FAKECONTROL_H

#include "scada/base/command.h"
#include "scada/base/conn.h"
#include "scada/base/msg.h"

#define FAKECONTROL_MAX 32

struct fake_output {
	char *name;
	unsigned kind; /* enum output_kind_flags */
	double ramp, lo, hi;
	uint32_t revert;
	char *falls_back;
	const char *confirm; /* NULL = asks nothing first */
	struct msg_output m; /* strings are the fake's for ever */
};

struct fakecontrol {
	struct utc now;
	struct fake_output outputs[FAKECONTROL_MAX];
	unsigned output_count;
	struct msg_tag_state tags[FAKECONTROL_MAX];
	unsigned tag_count;
	struct msg_approval approvals[FAKECONTROL_MAX];
	unsigned approval_count;
	struct msg_command_state commands[FAKECONTROL_MAX];
	unsigned command_count;
	uint64_t last_number;
	struct conn *clients[8];
	/* a command that waits for a second person, and who waits for its answer */
	struct msg_command pending;
	struct conn *asker;
	uint32_t asker_sequence;
	uint64_t pending_approval;
	/* what goes wrong */
	bool is_interlocked;  /* the interlock of every output refuses */
	bool is_denied;       /* the role does not suffice */
	bool dies_at_operate; /* the link is lost in the middle */
	bool is_silent;       /* takes a step and says nothing */
	/* what happened */
	unsigned steps[STEP_COUNT];
	struct msg_command asked; /* the last; its strings are below */
	char asked_point[64], asked_reason[256], asked_typed[64];
	struct msg_tag tag;
	char tag_text[256], tag_point[64], tag_permit[64];
	struct msg_approve approve;
	char approve_reason[256];
	const char *user; /* who the clients are */
	char **owned;     /* texts */
	unsigned owned_count;
	/* the number of a point; POINT_NONE. A value took effect; may be NULL. */
	point_id (*find)(const char *name, void *arg);
	double (*value)(point_id id, void *arg);
	void (*changed)(point_id id, double v, void *arg);
	void *arg;
};

void fakecontrol_init(struct fakecontrol *k, struct utc now);
void fakecontrol_done(struct fakecontrol *k);
struct fake_output *fakecontrol_add(struct fakecontrol *k, const char *name, unsigned kind, double lo, double hi,
    double ramp, uint32_t revert, const char *falls_back);
/* fields of a line of the model; false: it is not one of ours. */
bool fakecontrol_line(struct fakecontrol *k, char **field);
const struct fake_output *fakecontrol_find(const struct fakecontrol *k, const char *name); /* NULL = no output */
/* A piece of a snapshot, before its end; the client is told of changes from now on. */
void fakecontrol_snapshot(struct fakecontrol *k, struct conn *c);
bool fakecontrol_frame(struct fakecontrol *k, struct conn *c, const struct frame *f); /* true: it was ours */
void fakecontrol_left(struct fakecontrol *k, struct conn *c);
/* A second person answers what waits. */
void fakecontrol_answer(struct fakecontrol *k, bool yes, const char *user);

#endif
