/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.c - look-ups in the lists of schedule.h, and entries as bytes.
 *
 *   entry  id u64 | kind u8 | from, until, set i64 | value f64 | asset, user, reason str
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mode.h"
#include "scada/base/schedule.h"
#include "scada/base/str.h"

static const struct {
	const char *word, *ja;
	bool is_of_asset;
	const char *unit, *help;
} kinds[] = {
#define ROW_KIND(id, word, ja, of_asset, unit, help) { word, ja, of_asset, unit, help },
	SCHEDULE_KIND_LIST(ROW_KIND)
};
static const char *const acts[] = {
#define ROW_ACT(id, word, help) word,
	SCHEDULE_ACT_LIST(ROW_ACT)
};

const char *
schedule_kind_word(unsigned k)
{
	return k < SCHEDULE_KINDS ? kinds[k].word : "";
}

const char *
schedule_kind_title(unsigned k, bool ja)
{
	return k >= SCHEDULE_KINDS ? "" : ja ? kinds[k].ja : kinds[k].word;
}

const char *
schedule_kind_unit(unsigned k)
{
	return k < SCHEDULE_KINDS ? kinds[k].unit : "";
}

const char *
schedule_kind_help(unsigned k)
{
	return k < SCHEDULE_KINDS ? kinds[k].help : "";
}

bool
schedule_kind_is_of_asset(unsigned k)
{
	return k < SCHEDULE_KINDS && kinds[k].is_of_asset;
}

enum role
schedule_kind_role(unsigned k)
{
	return k == SCHEDULE_TARGET ? mode_what_role(MODE_TARGET) : ROLE_OPERATOR;
}

bool
schedule_kind_from_word(const char *word, enum schedule_kind *out)
{
	for (unsigned i = 0; i < SCHEDULE_KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0) {
			*out = (enum schedule_kind)i;
			return true;
		}
	return false;
}

const char *
schedule_act_word(unsigned a)
{
	return a < SCHEDULE_ACTS ? acts[a] : "";
}

bool
schedule_act_from_word(const char *word, enum schedule_act *out)
{
	for (unsigned i = 0; i < SCHEDULE_ACTS; i++)
		if (strcmp(acts[i], word) == 0) {
			*out = (enum schedule_act)i;
			return true;
		}
	return false;
}

/* ---- entries */

void
schedule_put(struct wbuf *b, const struct schedule_entry *e)
{
	w_u64(b, e->id);
	w_u8(b, (uint8_t)e->kind);
	w_i64(b, e->from.us);
	w_i64(b, e->until.us);
	w_i64(b, e->set.us);
	w_f64(b, e->value);
	w_str(b, e->asset);
	w_str(b, e->user);
	w_str(b, e->reason);
}

static bool
take(struct rbuf *r, char *buf, size_t size)
{
	const char *s = r_str(r);

	if (r->bad || strlen(s) >= size)
		return false;
	str_copy(buf, size, s);
	return true;
}

bool
schedule_get(struct rbuf *r, struct schedule_entry *e)
{
	uint8_t kind;

	memset(e, 0, sizeof(*e));
	e->id = r_u64(r);
	kind = r_u8(r);
	e->from.us = r_i64(r);
	e->until.us = r_i64(r);
	e->set.us = r_i64(r);
	e->value = r_f64(r);
	e->kind = (enum schedule_kind)kind;
	return take(r, e->asset, sizeof(e->asset)) && take(r, e->user, sizeof(e->user)) &&
	    take(r, e->reason, sizeof(e->reason)) && e->id != 0 && kind < SCHEDULE_KINDS && e->from.us > 0 &&
	    e->until.us > e->from.us && (e->asset[0] != '\0') == schedule_kind_is_of_asset(kind) &&
	    (kinds[kind].unit[0] != '\0' ? isfinite(e->value) : isnan(e->value));
}

bool
schedule_get_all(const uint8_t *data, size_t len, struct schedule_entry list[SCHEDULE_MAX], unsigned *count)
{
	struct rbuf r;

	rbuf_init(&r, data, len);
	*count = 0;
	while (r.pos < r.len) {
		if (*count == SCHEDULE_MAX || !schedule_get(&r, &list[*count]))
			return false;
		++*count;
	}
	return r_done(&r);
}

char *
schedule_say(const struct schedule_entry *e, bool ja, char *buf, size_t size)
{
	char number[40];
	const char *unit = schedule_kind_unit(e->kind);

	str_printf(buf, size, "%s%s%s", e->asset, e->asset[0] != '\0' ? " " : "", schedule_kind_title(e->kind, ja));
	if (unit[0] == '\0')
		return buf;
	str_append(buf, size, " ");
	str_append(buf, size, str_fixed(number, sizeof(number), e->value, e->kind == SCHEDULE_STEAM ? 1 : 0));
	str_append(buf, size, " ");
	str_append(buf, size, unit);
	return buf;
}
