/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_private.h - the parts of dispatching: dispatching.c the second, dispatching_bind.c points of assets, dispatching_state.c what is
 * set, saved and journalled, dispatching_plan.c what is planned as points, dispatching_schedule.c what is entered ahead,
 * dispatching_tell.c consoles and figures.
 */
#ifndef CHISAN_DISPATCHING_PRIVATE_H
#define CHISAN_DISPATCHING_PRIVATE_H

#include "scada/core/dispatching.h"
#include "scada/dispatch/peaks.h"

#define WHY_MAX 160

/* An output that something is wanted of. */
struct wanting {
	point_id point;
	double value;          /* as it was wanted last; NaN = nothing */
	const char *reason;    /* a word of the guard's list */
	char refused[WHY_MAX]; /* why it could not be; "" = it could */
	char said[WHY_MAX];    /* in the log, until it can be again */
	struct mono refused_at;
};
struct bound_battery {
	point_id p, soc, soh, temperature, run, breaker, trip;
	struct wanting want, plan; /* of slots 2 and 3 */
};
struct bound_source {
	point_id p;
	bool is_percent;
	struct wanting want, plan;
};
struct bound_load { /* of the steps: each load once */
	const struct asset *asset;
	point_id p;
	struct wanting want;
};
/* Who waits for what an override would do. */
enum { PREVIEWS_MAX = 8 };
struct preview_wait {
	void *asker;               /* NULL = it has gone */
	uint32_t sequence, serial; /* serial: of the question to the planner; 0 = not asked yet */
	unsigned asset;
	double kw;
	int64_t until;
	struct mono asked;
};
/* What a person chose; saved. */
struct chosen {
	enum guard_mode mode, before; /* before: to which demand response returns */
	struct utc since, until;
	double response_kw, target_kw; /* target NaN: the site file's */
	char user[64], reason[MODE_REASON];
};

struct dispatching {
	struct logbook *log;
	struct plans *plans;
	const struct dispatching_ops *ops;
	void *arg;
	struct table *table; /* NULL = none */
	uint16_t generation;
	bool has_begun, is_there; /* is_there: district and guard are made */
	char missing[200];        /* else why not */
	struct district district;
	struct guard guard;
	struct grid_watch watch;
	struct guard_output out;
	struct chosen chosen;
	enum guard_mode acting;
	struct peaks peaks;
	struct scheduling schedule;
	uint64_t event; /* entry of the event of demand response that the journal knows of; 0 = none */
	bool event_is_kept;
	uint64_t target;       /* entry of the demand target that holds; 0 = the one that a person set, or the site's */
	double scheduled_kw;   /* of that entry; NaN = none */
	struct utc target_set; /* when it was entered, or changed last */
	uint64_t given;        /* digest of what a plan takes as given */
	struct mono second, saved_at; /* when it ran last; when it was saved last */
	uint64_t pulses;
	/* ---- points of assets */
	point_id meter, counter, breaker, trip, line_v, bus_v, frequency, pulse;
	struct bound_battery battery[GUARD_BATTERIES_MAX];
	struct bound_source source[GUARD_SOURCES_MAX];
	struct bound_load load[DEMAND_STEPS_MAX];
	unsigned load_count;
	/* ---- figures */
	double reserve_kwh, hours, power_kw;
	double filed_kw, made_kwh;       /* of self-wheeling: the running half hour */
	int64_t now_us;                  /* utc of the last second */
	bool counter_stood, power_stood; /* in the second before */
	unsigned saved_island;
	struct utc sun_needed;     /* when the plan was made whose sun held down was wanted after all; 0 = none */
	unsigned shed, saved_shed; /* wanted; of the half hour when it was saved last */
	struct preview_wait waits[PREVIEWS_MAX]; /* the first is the one that was asked */
	unsigned wait_count;
	uint32_t preview_serial;
	struct wbuf body, told; /* told: the body that consoles have */
};

/* dispatching_bind.c */
void dispatch_bind(struct dispatching *d);
double dispatch_read(
    const struct dispatching *d, point_id id); /* NaN unless it is usable: good, or calculated from some that is not */
void dispatch_measure(struct dispatching *d, struct utc now, struct mono mono, struct guard_input *in);
void dispatch_reckon(struct dispatching *d); /* reserve and hours */

/* dispatching_plan.c: what is planned now into the table; which point is planned by which, for consoles. */
void dispatch_put_planned(struct dispatching *d, struct utc now, struct mono mono);
void dispatch_tell_planned(const struct dispatching *d, uint16_t generation, struct wbuf *frames);

/* dispatching_ask.c: asks for a plan when it is time; every second. */
void dispatch_ask(struct dispatching *d, struct utc now, struct mono mono);
void dispatch_put_ask(
    const struct dispatching *d, struct utc now, struct wbuf *body); /* of W_PLAN_ASK, without a serial */
/* What a setpoint of an asset means in kW: PV may be told in % of its peak. */
double dispatch_setpoint_kw(const struct dispatching *d, const struct asset *a, double value);

/* dispatching_preview.c */
void dispatch_preview_second(struct dispatching *d, struct utc now, struct mono mono);

/* dispatching_state.c */
int32_t dispatch_month(struct utc t); /* of peaks.h, in the site's zone */
void dispatch_save(struct dispatching *d, struct utc now, struct mono mono);
void dispatch_put_state(
    const struct dispatching *d, const struct chosen *c, struct utc now, struct mono mono, struct wbuf *blob);
double dispatch_target(const struct dispatching *d, const struct chosen *c);
double dispatch_target_now(const struct dispatching *d); /* the schedule's while an entry holds */
void dispatch_apply_target(struct dispatching *d);       /* to settings that the guard begins with */
void dispatch_use_target(struct dispatching *d);         /* and to the one that runs */

/* dispatching_schedule.c */
/* Is demand response to be kept now? With what may be drawn, and until when. */
bool dispatch_response(const struct dispatching *d, struct utc now, double *kw, struct utc *until);
void dispatch_schedule_second(struct dispatching *d, struct utc now, struct mono mono);
void dispatch_put_schedule(const struct dispatching *d, struct wbuf *entries);
void dispatch_schedule_frame(const struct dispatching *d, uint16_t generation, struct wbuf *frames);
void dispatch_tell_schedule(struct dispatching *d);
void dispatch_save_schedule(struct dispatching *d, struct utc now);
bool dispatch_restore_schedule(struct dispatching *d, const struct msg_store_state *s);

/* dispatching_tell.c */
void dispatch_tell(struct dispatching *d, struct utc now);

#endif
