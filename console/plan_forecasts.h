/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_forecasts.h - the second face of the page of the plan: what the plan was made from, and how wrong that has been.
 */
#ifndef CHISAN_PLAN_FORECASTS_H
#define CHISAN_PLAN_FORECASTS_H

#include "console/forecast_got.h"
#include "console/list.h"
#include "console/screen.h"

/* One line for the head of the plan: the file that is given; "" = the site names none. Returns buf. */
char *plan_forecasts_file(const struct console *co, const struct forecast_got *f, char *buf, size_t size);
void plan_forecasts_draw(struct console *co, const struct forecast_got *f, struct list *list, struct area a);

#endif
