/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds.c - the registry of kinds of alarms, and how they print a number.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/kind.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define KIND_ROW(x) &alarm_##x,
static const struct alarm_kind *const kinds[] = { ALARM_KIND_LIST(KIND_ROW) };
#undef KIND_ROW

const struct alarm_kind *
kind_row(size_t i)
{
	return i < ARRAY_LEN(kinds) ? kinds[i] : NULL;
}

const struct alarm_kind *
kind_of(enum alarm_type t)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->types & 1u << t)
			return kinds[i];
	return kinds[0];
}

char *
kind_number(char *buf, size_t size, double v, const struct alarm_context *c)
{
	if (!isfinite(v))
		str_copy(buf, size, "unknown");
	else
		str_fixed(buf, size, v, c->decimals);
	if (c->def != NULL && c->def->unit != NULL) {
		str_append(buf, size, " ");
		str_append(buf, size, c->def->unit);
	}
	return buf;
}
