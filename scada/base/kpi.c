/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpi.c - targets of the alarm system's figures, and whether a figure meets its own.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/kpi.h"
#include "scada/base/mem.h"

#define ROW(id, name, ja, decimals, unit, sense, target, most, text) \
	[id] = { name, ja, decimals, unit, sense, (double)target, (double)most, text },
static const struct kpi_row rows[KPI_COUNT] = { KPI_LIST(ROW) };
#undef ROW

static const struct {
	const char *word, *ja;
} verdicts[KPI_VERDICT_COUNT] = {
	[KPI_NONE] = { "", "" },
	[KPI_MET] = { "met", "達成" },
	[KPI_MISSED] = { "missed", "未達" },
	[KPI_FAR] = { "far beyond", "大幅超過" },
};

const struct kpi_row *
kpi_row(enum kpi k)
{
	return &rows[k];
}

enum kpi
kpi_find(const char *name)
{
	unsigned k = 0;

	while (k < KPI_COUNT && strcmp(rows[k].name, name) != 0 && strcmp(rows[k].name_ja, name) != 0)
		k++;
	return (enum kpi)k;
}

enum kpi_verdict
kpi_judge(enum kpi k, double v)
{
	const struct kpi_row *r = &rows[k];
	bool is_met = false;

	if (isnan(v))
		return KPI_NONE;
	switch (r->sense) {
	case KPI_TREND: return KPI_NONE;
	case KPI_UPTO: is_met = v <= r->target; break;
	case KPI_UNDER: is_met = v < r->target; break;
	case KPI_FROM: is_met = v >= r->target; break;
	}
	if (is_met)
		return KPI_MET;
	return !isnan(r->most) && v > r->most ? KPI_FAR : KPI_MISSED;
}

const char *
kpi_verdict_word(enum kpi_verdict v, bool ja)
{
	return ja ? verdicts[v].ja : verdicts[v].word;
}

enum kpi_verdict
kpi_verdict_from_word(const char *word)
{
	for (unsigned v = KPI_MET; v < KPI_VERDICT_COUNT; v++)
		if (strcmp(verdicts[v].word, word) == 0 || strcmp(verdicts[v].ja, word) == 0)
			return (enum kpi_verdict)v;
	return KPI_NONE;
}
