/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - the district on one page, as numbers: what status prints for people and for programs.
 * Works for any site: what it has no point for is simply not there.
 */
#ifndef CHISAN_STATUS_H
#define CHISAN_STATUS_H

#include <jansson.h>

#include "console/client.h"

/* clang-format off */
/* _(key in JSON, point, words, Japanese words) */
#define STATUS_POWER_LIST(_) \
	_(load,          "CEMS.LOAD_KW",   "Load",                "総需要") \
	_(generation,    "CEMS.GEN_KW",    "Generation",          "総発電") \
	_(pv,            "CEMS.PV_KW",     "Photovoltaics",       "太陽光") \
	_(battery,       "CEMS.ESS_KW",    "Batteries, + out",    "蓄電池(+放電)") \
	_(grid,          "GRID.RX.P",      "Grid, + import",      "受電(+買電)") \
	_(demand,        "CEMS.DEM_NOW",   "Demand, 30 min",      "現在デマンド") \
	_(self_rate,     "CEMS.SELF_RATE", "Met locally",         "地産地消率") \
	_(balance_error, "CEMS.BAL_ERR",   "Residual",            "収支誤差")
/* clang-format on */

#define STATUS_POWER_ENUM(key, point, en, ja) STATUS_POWER_##key,
enum status_power { STATUS_POWER_LIST(STATUS_POWER_ENUM) STATUS_POWER_COUNT };
#undef STATUS_POWER_ENUM

#define STATUS_LIST_MAX 64

struct status_battery {
	uint32_t device;
	point_id soc, power, state;
}; /* POINT_NONE = has none */

struct status {
	uint32_t links[DEVICE_STATE_COUNT]; /* devices in each state */
	uint32_t validity[V_BAD + 1];       /* points of each */
	uint32_t never_read;                /* among the bad ones */
	uint32_t overrides, tags;           /* outputs that persons hold; tags that hang */
	point_id mode, power[STATUS_POWER_COUNT];
	point_id heat[STATUS_LIST_MAX];
	uint32_t heat_count;
	struct status_battery batteries[STATUS_LIST_MAX];
	uint32_t battery_count;
};

void status_gather(struct status *s, const struct client *c);
const char *status_power_words(enum status_power row, bool ja);
json_t *status_json(const struct status *s, const struct client *c, struct utc now);

#endif
