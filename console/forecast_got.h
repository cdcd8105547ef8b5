/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast_got.h - W_FORECAST as the console reads it, with bounds: how wrong forecasts have been; for the page and the command.
 */
#ifndef CHISAN_FORECAST_GOT_H
#define CHISAN_FORECAST_GOT_H

#include "scada/base/forecast.h"
#include "scada/base/msg.h"

enum { FORECAST_GOT_SERIES = 512, FORECAST_GOT_LEADS = 8 };

struct forecast_got_lead {
	unsigned ahead_min, count; /* count: forecasts that were compared */
	double error, bias, low,
	    high; /* in the unit of its kind; NaN = none yet. bias: above 0 too much was foretold */
};
struct forecast_got_series {
	char point[POINT_NAME_MAX], basis[32]; /* safe */
	enum forecast_kind kind;
	enum forecast_given given;
	double mean, hours; /* of the next day; that errors were learned from */
	struct forecast_got_lead leads[FORECAST_GOT_LEADS];
	unsigned lead_count;
};
struct forecast_got {
	bool is_there;
	struct utc made, written; /* written: of the file that is given; 0 = none */
	enum forecast_file file;
	char text[600]; /* safe; of the file */
	struct forecast_got_series *series;
	unsigned count;
};

/* Of a body of W_FORECAST. false: it cannot be read, and f is empty. f was zero, or done. */
bool forecast_got_read(struct forecast_got *f, const uint8_t *body, size_t length);
void forecast_got_done(struct forecast_got *f); /* and it is zero again */
/* In % of the mean; NaN where there is none. */
double forecast_got_share(const struct forecast_got_series *s, double v);

#endif
