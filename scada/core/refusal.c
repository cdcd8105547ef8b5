/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal.c - see refusal.h.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "scada/core/refusal.h"

bool
refusal_say(struct refusal *r, enum err e, int addcause, const char *fmt, ...)
{
	va_list ap;

	r->e = e;
	r->addcause = addcause;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	return false;
}
