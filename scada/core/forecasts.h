/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecasts.h - what chisan-planner says of its forecasts, as chisand keeps it: how wrong they were, for consoles; the errors of each series, saved
 * and given back when it starts again. Pure: frames in and out.
 */
#ifndef CHISAN_FORECASTS_H
#define CHISAN_FORECASTS_H

#include "scada/base/conn.h"
#include "scada/core/logbook.h"

enum { FORECASTS_MAX = 512 }; /* series whose errors are kept */

struct forecasts;
struct forecasts_ops {
	/* Saved without an entry. */
	void (*save)(const struct msg_store_state *state, void *arg);
};

/* The logbook gets an entry when a file that is given is taken, refused or too old. */
struct forecasts *forecasts_new(struct logbook *l, const struct forecasts_ops *ops, void *arg);
void forecasts_free(struct forecasts *f); /* NULL is fine */
/* Another site: what was told is of the one before; errors stay, by the names of points. */
void forecasts_site(struct forecasts *f);
/* It was sent the site: now the errors. NULL: it is gone. */
void forecasts_up(struct forecasts *f, struct conn *c);
/* W_FORECAST, W_FORECAST_STATE of chisan-planner. OK, or what is wrong: then its sender must go. */
enum err forecasts_take(struct forecasts *f, const struct frame *frame, struct utc now, struct mono mono);
/* STATE_FORECAST; false: another kind. */
bool forecasts_restore(struct forecasts *f, const struct msg_store_state *state);
void forecasts_save_all(struct forecasts *f, struct utc now);
/* Body of W_FORECAST as it came; NULL = nothing was told yet. */
const struct wbuf *forecasts_told(const struct forecasts *f);

#endif
