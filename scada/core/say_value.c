/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say_value.c - values in words.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/core/say_value.h"

char *
say_number(const struct site_point *p, double v, char *buf, size_t size)
{
	const struct key_names *states = &p->def->states;
	char number[64];

	for (uint32_t i = 0; i < states->n && p->def->bits.n == 0; i++)
		if ((double)states->v[i].number == v) {
			str_printf(buf, size, "%s (%d)", states->v[i].text, (int)states->v[i].number);
			return buf;
		}
	str_fixed(number, sizeof(number), v, p->decimals);
	str_printf(buf, size, "%s%s%s", number, p->def->unit != NULL && p->def->unit[0] != '\0' ? " " : "",
	    p->def->unit != NULL ? p->def->unit : "");
	return buf;
}

char *
say_value(const struct site_point *p, const struct value *v, char *buf, size_t size)
{
	if (isnan(v->v)) {
		str_copy(buf, size, "none yet");
		return buf;
	}
	say_number(p, v->v, buf, size);
	if (v->quality != 0) {
		str_append(buf, size, ", ");
		str_append(buf, size, quality_text(v->quality));
	}
	return buf;
}

char *
say_time(struct utc t, char *buf, size_t size)
{
	return utc_said(buf, size, t);
}
