/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plans.h - the plan as chisand holds it: asked for of chisan-planner, looked at before it is used, held until it expires. Pure: frames in
 * and out, no clock but the time that it is given.
 *
 * Asked     every PLAN_EVERY_US, or up to PLAN_YIELDS_US later while a person waits for a preview; and at once (PLAN_LEAST_US apart) when something that the plan took as given has changed: an asset came or went,
 *           a person holds or lets go an output or sets another demand target, the grid is lost or back, dispatch was switched on
 * Taken     if it is of this site, its numbers are finite and within the ratings of its assets, and it is not older than the one that is held
 * Expires   PLAN_HOLDS_US after it was made, or with its last step: then there is none, and the guard goes by rules
 */
#ifndef CHISAN_PLANS_H
#define CHISAN_PLANS_H

#include "scada/base/conn.h"
#include "scada/base/reason.h"
#include "scada/core/logbook.h"
#include "scada/core/recorder.h"

#define PLAN_EVERY_US  (5 * 60 * US_PER_S)
#define PLAN_YIELDS_US (30 * US_PER_S)
#define PLAN_LEAST_US  (10 * US_PER_S)
#define PLAN_ANSWER_US (60 * US_PER_S) /* an ask that is not answered for so long is asked again */
#define PLAN_HOLDS_US  (60 * 60 * US_PER_S)

struct plans;

struct plans *plans_new(struct logbook *l); /* the logbook gets an entry when plans begin, fail or expire */
void plans_free(struct plans *p);           /* NULL is fine */
void plans_site(struct plans *p, const struct site *s, uint16_t generation, const uint64_t hash[4]);
void plans_up(struct plans *p, struct conn *c);
/* ERR_TIMEOUT: it did not answer and was ended; OK: chisand stops. In the journal and in plans_text(), with what holds until it is back. */
void plans_down(struct plans *p, enum err why, struct utc now, struct mono mono);
const struct conn *plans_conn(const struct plans *p); /* NULL unless up */

/* Is it time to ask? changed: something that a plan takes as given; is_asked: a person waits for what an override would do. */
bool plans_is_due(const struct plans *p, bool changed, bool is_asked, struct mono mono);
/* Asks; m->serial is filled in. */
void plans_ask(struct plans *p, struct msg_plan_ask *m, struct mono mono);
/* Another frame to chisan-planner. False: it does not run, and nothing was sent. */
bool plans_send(struct plans *p, uint16_t type, const struct wbuf *body);
/* W_PLAN. OK, or what is wrong with it: then its sender must go. */
enum err plans_take(struct plans *p, const struct frame *f, struct utc now, struct mono mono);

/* ---- reading; NaN and 0 where there is no plan */
double plans_kw(const struct plans *p, const char *asset, struct utc now);
/* The same of a time to come, as far as the plan that holds now reaches. */
double plans_ahead(const struct plans *p, const char *asset, struct utc at, struct utc now);
struct utc plans_reach(const struct plans *p, struct utc now); /* end of its last step; 0 = there is none */
/*
 * What it is to have stored now, kWh or GJ: between the ends of two steps in a straight line, in the first step from what it had when the plan
 * was asked for. NaN also of what stores nothing, is out of service, or was not measured then.
 */
double plans_stored(const struct plans *p, const char *asset, struct utc now);
/* kWh of what a battery has at the end of this step that are reserve, and why. NaN: no plan holds, or it says nothing of it. */
double plans_held(const struct plans *p, const char *asset, struct utc now, enum reserve_why *why);
/*
 * Of each step of the plan that holds now an f32 into `values`: kW, or (is_stored) what is stored at its end, kWh or GJ, times `factor`; NaN where
 * the asset is out of service. *before: what was stored when it was made, times factor. 0: there is no plan, or it says nothing of that.
 */
unsigned plans_put_steps(const struct plans *p, const char *asset, bool is_stored, double factor, struct utc now,
    struct wbuf *values, struct utc *start, uint32_t *step_s, double *before);
const char *plans_reason(const struct plans *p, const char *asset, struct utc now); /* a word; "" */
/* Does it hold this one down now, though there is more to be had? */
bool plans_is_curtailed(const struct plans *p, const char *asset, struct utc now);
struct utc plans_until(const struct plans *p); /* 0 = there is none */
struct utc plans_made(const struct plans *p);
const char *plans_text(const struct plans *p); /* what it is made from, or why there is none */
/* The frame as it came, for W_PLAN_GET; NULL = there is none. */
const struct wbuf *plans_frame(const struct plans *p, struct utc now);

#endif
