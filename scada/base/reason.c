/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.c - the words of reason.h.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/base/reason.h"

#define REASON_NAME(id, name, help) name,
#define REASON_HELP(id, name, help) help,
static const char *const names[] = { REASON_LIST(REASON_NAME) }, *const helps[] = { REASON_LIST(REASON_HELP) };

const char *
plan_reason_name(unsigned r)
{
	return r < ARRAY_LEN(names) ? names[r] : "?";
}

const char *
plan_reason_help(unsigned r)
{
	return r < ARRAY_LEN(helps) ? helps[r] : "?";
}

static const char *const reserve_names[] = { RESERVE_LIST(REASON_NAME) },
                         *const reserve_helps[] = { RESERVE_LIST(REASON_HELP) };

const char *
reserve_name(unsigned w)
{
	return w < ARRAY_LEN(reserve_names) ? reserve_names[w] : "?";
}

const char *
reserve_help(unsigned w)
{
	return w < ARRAY_LEN(reserve_helps) ? reserve_helps[w] : "?";
}
