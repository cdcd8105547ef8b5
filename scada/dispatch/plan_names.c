/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_names.c - the words of plan.h's lists.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/dispatch/lp_what.h"
#include "scada/dispatch/plan.h"

/* clang-format off */
#define NAME3(id, name, help) name,
#define HELP3(id, name, help) help,
#define NAME2(id, name) name,
static const char *const relax_names[] = { RELAX_LIST(NAME3) }, *const relax_helps[] = { RELAX_LIST(HELP3) },
	*const cost_names[] = { COST_LIST(NAME2) }, *const what_names[] = { LP_WHAT_LIST(NAME2) };
/* clang-format on */

static const char *
word(const char *const *list, size_t count, size_t i)
{
	return i < count ? list[i] : "?";
}

const char *
relax_name(enum relax r)
{
	return word(relax_names, ARRAY_LEN(relax_names), r);
}

const char *
relax_help(enum relax r)
{
	return word(relax_helps, ARRAY_LEN(relax_helps), r);
}

const char *
cost_name(enum cost_part c)
{
	return word(cost_names, ARRAY_LEN(cost_names), c);
}

const char *
lp_what_name(enum lp_what w)
{
	return word(what_names, ARRAY_LEN(what_names), w);
}
