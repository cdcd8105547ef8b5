/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_dispatch.h - what the console knows of dispatch: mode, grid, the half hour, what it wants of which output.
 */
#ifndef CHISAN_CLIENT_DISPATCH_H
#define CHISAN_CLIENT_DISPATCH_H

#include "console/client.h"
#include "scada/base/mode.h"
#include "scada/base/reason.h"

#define CLIENT_WANTS_MAX 256

enum client_want_kind { WANT_BATTERY, WANT_SOURCE, WANT_LOAD, WANT_KINDS };
struct client_want {
	point_id point; /* the output */
	enum client_want_kind kind;
	double wanted, measured; /* kW, or the level of a load; NaN = nothing */
	char why[200];           /* raw */
	double held_kwh;         /* of a battery: that it keeps as reserve by the plan; NaN = not known */
	enum reserve_why held_why;
};
struct client_dispatch {
	bool is_told;          /* something was said of it */
	struct msg_dispatch m; /* strings own memory, raw; `wants` is empty */
	struct client_want wants[CLIENT_WANTS_MAX];
	uint32_t want_count;
};

/* The point that says what is planned for this one; POINT_NONE: nothing is. */
point_id client_planned(const struct client *c, point_id id);
/* NULL before anything was told. */
const struct client_dispatch *client_dispatch(const struct client *c);
/* "economic"; "island; chosen is economic": what holds, with its limit ("" = none) behind it, and what was chosen where that differs. */
char *client_mode_text(const struct client_dispatch *d, bool ja, const char *limit, char *buf, size_t size);
/* "draws 20 kW; may draw 7039 kW more until the half hour ends"; or what must go; or that the grid is lost. Returns buf. */
char *client_now_text(const struct client_dispatch *d, char *buf, size_t size);
/* "made 18:46, holds until 19:46; forecasts: ..."; "none: chisan-planner does not run". Raw. */
char *client_plan_text(const struct client_dispatch *d, struct utc now, char *buf, size_t size);
/* "keeps 42 kWh as reserve: critical loads in an outage"; "": nothing is known. Returns buf. */
char *client_held_text(const struct client_want *w, char *buf, size_t size);
const char *client_stage_word(unsigned stage, bool ja); /* "clear" "caution" "warning" "over" */

#endif
