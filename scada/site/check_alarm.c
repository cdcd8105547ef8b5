/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_alarm.c - the alarm conditions of one point: which go with its kind, and limits in their order.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define AT(member)  schema_mark(&limit_schema, l, offsetof(struct site_limit, member))
#define HAS(member) schema_is_set(&limit_schema, l, offsetof(struct site_limit, member))

static const char *const type_words[LIMIT_TYPE_COUNT] = { "LL", "L", "H", "HH", "STATE", "BIT", "ROC", "DEV", "FROZEN",
	"STALE", "CALC" };

static bool
has_name(const struct key_names *names, int64_t number)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (names->v[i].number == number)
			return true;
	return names->n == 0;
}

static void
check_digital_alarm(struct check *c, const struct site_point_def *d, const struct site_limit *l)
{
	const char *type = type_words[l->type];
	if (d->kind != KIND_DIGITAL && d->kind != KIND_COMMAND)
		fault_at(c->f, AT(type), "%s is for digital points, and this is %s; write L, H, ROC, DEV or FROZEN",
		    type, point_kind_word((enum point_kind)d->kind));
	else if (!check_is_given(&limit_schema, l, offsetof(struct site_limit, state)))
		fault_at(c->f, l->node.at, "%s without state; write state: with the number of the %s", type,
		    l->type == LIMIT_BIT ? "bit" : "state");
	else if (l->state < 0)
		return; /* told */
	else if (l->type == LIMIT_STATE && !has_name(&d->states, l->state))
		fault_at(c->f, AT(state), "the point has no state %" PRId64 "; write one of its states", l->state);
	else if (l->type == LIMIT_BIT && (d->bits.n == 0 || !has_name(&d->bits, l->state)))
		fault_at(c->f, AT(state), "the point has no bit %" PRId64 "; name it in bits", l->state);
	if (HAS(limit))
		fault_at(c->f, AT(limit), "%s has a state, not a limit; write state:", type);
}

static void
check_analog_alarm(struct check *c, const struct site_point_def *d, const struct site_limit *l)
{
	const char *type = type_words[l->type];
	if (d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND) {
		fault_at(c->f, AT(type), "%s is for numbers, and this is %s; write STATE or BIT", type,
		    point_kind_word((enum point_kind)d->kind));
		return;
	}
	if (!HAS(limit)) {
		if (!check_is_given(&limit_schema, l, offsetof(struct site_limit, limit)))
			fault_at(c->f, l->node.at, "%s without limit; write limit: in the point's unit", type);
		return;
	}
	if ((l->type == LIMIT_ROC || l->type == LIMIT_DEV) && l->limit <= 0)
		fault_at(c->f, AT(limit), "%s of 0 or less is always there; write a limit above 0", type);
	if (l->type > LIMIT_HH || !schema_is_set(&point_schema, d, offsetof(struct site_point_def, range)))
		return;
	if (l->limit < d->range.lo || l->limit > d->range.hi) {
		char lo[40], hi[40], was[40];
		warn_at(c->f, AT(limit),
		    "the limit %s is outside the range [%s, %s], where values are doubted; is one of them wrong?",
		    str_double(was, sizeof(was), l->limit), str_double(lo, sizeof(lo), d->range.lo),
		    str_double(hi, sizeof(hi), d->range.hi));
	}
}

/* What belongs to some types alone. */
static void
check_type_keys(struct check *c, const struct site_limit *l)
{
#define TYPE(t) (1u << (t))
#define CALC    TYPE(LIMIT_CALC)
#define RULE(member, name, types) \
	{ \
		offsetof(struct site_limit, member), name, types \
	}
	static const struct {
		size_t offset;
		const char *key;
		unsigned types;
	} rules[] = {
		RULE(of, "of", TYPE(LIMIT_DEV)),
		RULE(window_us, "window", TYPE(LIMIT_ROC)),
		RULE(state, "state", TYPE(LIMIT_STATE) | TYPE(LIMIT_BIT)),
		RULE(limit, "limit",
		    (TYPE(LIMIT_HH + 1) - 1) | TYPE(LIMIT_STATE) | TYPE(LIMIT_BIT) | TYPE(LIMIT_ROC) | TYPE(LIMIT_DEV)),
		RULE(deadband, "deadband", (TYPE(LIMIT_HH + 1) - 1) | TYPE(LIMIT_ROC) | TYPE(LIMIT_DEV)),
		RULE(name, "name", CALC),
		RULE(when, "when", CALC),
		RULE(area, "area", CALC),
	};
#undef RULE
#undef CALC
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (!schema_is_set(&limit_schema, l, rules[i].offset) || ((rules[i].types >> l->type) & 1))
			continue;
		char list[80] = "";
		for (int t = 0; t < LIMIT_TYPE_COUNT; t++)
			if (((rules[i].types >> t) & 1) != 0) {
				str_append(list, sizeof(list), list[0] != '\0' ? ", " : "");
				str_append(list, sizeof(list), type_words[t]);
			}
		fault_at(c->f, schema_mark(&limit_schema, l, rules[i].offset),
		    "%s belongs to %s, and this is %s; leave it out", rules[i].key, list, type_words[l->type]);
	}
#undef TYPE
}

void
check_alarm_keys(struct check *c, const struct site_limit *l)
{
	if (HAS(type))
		check_type_keys(c, l);
	if (l->advisory && HAS(priority) && l->priority < 4)
		fault_at(c->f, AT(advisory),
		    "an advisory needs no answer, and priority %" PRId64
		    " does; write priority: 4, or leave advisory out",
		    l->priority);
	if (l->advisory && HAS(realarm_us))
		fault_at(c->f, AT(realarm_us), "an advisory sounds no horn, so not again either; leave realarm out");
	if (l->advisory && l->latched)
		fault_at(
		    c->f, AT(advisory), "an advisory that is latched would have to be reset; leave one of the two out");
	if (!l->may_shelve && HAS(may_shelve) && HAS(shelve_max_us))
		fault_at(c->f, AT(shelve_max_us), "may_shelve: false and a longest shelf at once; leave one out");
	if (HAS(respond_in_us) && HAS(priority) && l->priority <= 2 && l->respond_in_us > 30 * 60 * US_PER_S)
		warn_at(c->f, AT(respond_in_us),
		    "priority %" PRId64 " and more than half an hour to answer it; is it less urgent than that?",
		    l->priority);
	if (l->screen == NULL)
		return;
	const struct site_screen *screens = c->s->screens.v;
	for (uint32_t i = 0; i < c->s->screens.n; i++)
		if (screens[i].name != NULL && strcmp(screens[i].name, l->screen) == 0)
			return;
	warn_at(c->f, AT(screen), "screen: the site has no page '%s'; write the name of one of its screens", l->screen);
}

/* LL < L < H < HH, and a deadband never reaches the limit on the other side. */
static void
check_limit_order(struct check *c, const struct site_limit *const by_type[4])
{
	for (int hi = 1; hi < 4; hi++)
		for (int lo = hi - 1; lo >= 0; lo--) {
			const struct site_limit *a = by_type[lo], *l = by_type[hi];
			if (a == NULL || l == NULL)
				continue;
			char was[40], other[40];
			str_double(was, sizeof(was), l->limit);
			str_double(other, sizeof(other), a->limit);
			if (l->limit <= a->limit)
				fault_at(c->f, AT(limit),
				    "%s at %s is not above %s at %s; limits rise from LL over L and H to HH",
				    type_words[hi], was, type_words[lo], other);
			else if (lo < 2 && hi >= 2 && l->limit - l->deadband <= a->limit)
				fault_at(c->f, AT(deadband),
				    "with this deadband %s at %s goes only below %s at %s; write a smaller one",
				    type_words[hi], was, type_words[lo], other);
			break;
		}
}

void
check_alarms(struct check *c, const struct site_point_def *d, const struct key_list *alarms)
{
	const struct site_limit *list = alarms->v, *by_type[4] = { NULL };
	for (uint32_t i = 0; i < alarms->n; i++) {
		const struct site_limit *l = &list[i];
		check_alarm_keys(c, l);
		if (!HAS(type))
			continue;
		if (l->type == LIMIT_CALC) {
			fault_at(c->f, AT(type),
			    "CALC is a condition over several points; put it into alarms: of the site, with name and "
			    "when");
			continue;
		}
		for (uint32_t j = 0; j < i && j < 256; j++)
			if ((list[j].node.set & 1) && list[j].type == l->type && list[j].state == l->state) {
				fault_at(c->f, l->node.at, "a second alarm %s, after line %u; keep one",
				    type_words[l->type], list[j].node.at.line);
				break;
			}
		if (l->type == LIMIT_STATE || l->type == LIMIT_BIT)
			check_digital_alarm(c, d, l);
		else if (l->type < LIMIT_FROZEN)
			check_analog_alarm(c, d, l);
		else if (l->type == LIMIT_FROZEN && d->frozen_us == 0 &&
		    !check_is_given(&point_schema, d, offsetof(struct site_point_def, frozen_us)))
			fault_at(c->f, AT(type),
			    "FROZEN of a point without frozen:, which says after how long; write frozen: 1m at the "
			    "point");
		if (l->type <= LIMIT_HH && HAS(limit))
			by_type[l->type] = l;
	}
	check_limit_order(c, by_type);
}
