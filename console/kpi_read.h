/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpi_read.h - the figures of the alarm system, read from the CSV of the report `alarms`: what is shown is what is printed and filed.
 */
#ifndef CHISAN_KPI_READ_H
#define CHISAN_KPI_READ_H

#include <stddef.h>

#include "scada/base/alarm.h"
#include "scada/base/kpi.h"

struct kpi_top { /* raw: go through put_safe */
	char name[ALARM_NAME_MAX], priority[8], times[16], share[16];
};
struct kpi_figures {
	char value[KPI_COUNT][24]; /* as the report prints it, without its unit; "-": there is none */
	enum kpi_verdict verdict[KPI_COUNT];
	struct kpi_top top[KPI_TOP_MOST];
	unsigned tops;
};

/* In the language of the site, whichever that is. False: a figure is missing, or it is no such report; *out is then not to be used. */
bool kpi_read(const char *csv, size_t len, struct kpi_figures *out);

#endif
