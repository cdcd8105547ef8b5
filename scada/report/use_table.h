/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use_table.h - the tables of the CO2 and energy reports.
 */
#ifndef CHISAN_USE_TABLE_H
#define CHISAN_USE_TABLE_H

#include "scada/report/use.h"

/* *oil_kl: crude oil of the whole, NaN if it is not known. */
enum err use_make(const struct report_source *src, struct sheet *s, const struct rows *r, double *oil_kl,
    unsigned *marks, char *message, size_t size);

#endif
