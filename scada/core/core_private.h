/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core_private.h - what core.c (start, turn, reload, stop), core_clients.c (clients, devices, figures) and core_acting.c (alarms and
 * the operator's hand) share.
 */
#ifndef CHISAN_CORE_PRIVATE_H
#define CHISAN_CORE_PRIVATE_H

#include <ev.h>

#include "scada/core/alarming.h"
#include "scada/core/calc.h"
#include "scada/core/core.h"
#include "scada/core/dispatching.h"
#include "scada/core/forecasts.h"
#include "scada/core/hand.h"
#include "scada/core/intake.h"
#include "scada/core/lines.h"
#include "scada/core/links.h"
#include "scada/core/memory.h"
#include "scada/core/onduty.h"
#include "scada/core/place.h"
#include "scada/core/sequencing.h"
#include "scada/core/wheeling.h"

struct core {
	struct ev_loop *loop;
	const struct core_options *options;
	struct place_socket socket;
	struct supervise *supervise;
	struct intake *intake;
	struct links *links;
	struct lines lines;
	uint32_t fields_down; /* by part, as of links.h */
	struct publish *publish;
	struct sessions *sessions;
	struct system *system;
	struct memory *memory;
	struct alarming *alarming;
	struct hand *hand;
	struct dispatching *dispatching;
	struct forecasts *forecasts;
	struct sequencing *sequencing;
	struct wheeling *wheeling;
	struct mono prices_at; /* when the file of prices was looked for */
	uint64_t prices_stamp; /* of the one that was read */
	struct mono look_free; /* until when the time for registers by hand is taken */
	struct onduty *onduty;
	const char *writer[3], *reader[4], *planner[3]; /* arguments of the store and of chisan-planner */
	/* ---- of the generation */
	struct site *site;
	struct table *table;
	struct calc *calc;
	uint16_t generation;
	uint64_t hash[4];
	uint64_t uuid[2];
	/* ---- */
	ev_prepare turn; /* never started, only fed: runs after all events of a turn, before the queues go out */
	ev_timer tick, status, alive, last, farewell, due;
	struct mono restored_at; /* what was saved is back; 0 = not yet */
	bool is_acting;          /* alarms and control have begun */
	struct mono stopped_at;
	ev_signal term, interrupt, hangup;
	char status_text[128];
	bool is_stopping;
	int exit_code;
};

void core_touch(struct core *c); /* something came: the turn ends with calculations, record and publishing */
void core_hello(struct msg_hello *m, void *core);

/* core_acting.c, in the order of a run */
void core_act_new(struct core *c);
void core_act_site(
    struct core *c, struct utc now, struct mono mono); /* a new table; the old one and its site are still there */
bool core_restore(const struct msg_store_state *state, void *core);
void core_renewed(void *core); /* the store has a new database, which knows of nothing */
void core_begin_acting(struct core *c, struct utc now, struct mono mono);
void core_wheel_tick(
    struct core *c, struct utc now, struct mono mono); /* before dispatch, which keeps to what is filed */
void core_act_turn(struct core *c, struct utc now, struct mono mono);
void core_act_flush(struct core *c, struct mono mono);
uint64_t core_second(const struct actor *by, enum role least, const char *area, const char *what, approval_fn *decided,
    void *decided_arg, void *core);
void core_act_free(struct core *c);

extern const struct sessions_ops core_sessions_ops;
extern const struct links_ops core_links_ops;
extern const struct system_ops core_system_ops;

#endif
