/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_point.c - one point of a profile, or one calculation: keys that do not go together.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define AT(member)    schema_mark(&point_schema, d, offsetof(struct site_point_def, member))
#define GIVEN(member) check_is_given(&point_schema, d, offsetof(struct site_point_def, member))
#define HAS(member)   schema_is_set(&point_schema, d, offsetof(struct site_point_def, member))

static bool
is_output(const struct site_point_def *d)
{
	return d->kind == KIND_SETPOINT || d->kind == KIND_COMMAND;
}

static bool
is_digital(const struct site_point_def *d)
{
	return d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND;
}

/* read, write and expression: which the kind wants, and which it cannot have. */
static void
check_source(struct check *c, const struct site_point_def *d)
{
	const char *kind = point_kind_word((enum point_kind)d->kind);
	bool read = GIVEN(read), write = GIVEN(write), expression = GIVEN(expression);
	if (read && expression)
		fault_at(c->f, AT(expression),
		    "read and expression at once; a point is either read or calculated, so keep one");
	if (is_output(d) && !write)
		fault_at(c->f, d->node.at, "a %s without write; say where it is written, or make it analog or digital",
		    kind);
	if (!is_output(d) && write)
		fault_at(c->f, AT(write),
		    "a point of kind %s is not written; leave write out, or make it setpoint or command", kind);
	if (is_output(d) && expression)
		fault_at(c->f, AT(expression), "a %s is set, not calculated; make it analog or digital", kind);
	if (!is_output(d) && !read && !expression)
		fault_at(c->f, d->node.at, "a point without read and expression; say where its value comes from");
}

static void
check_kind_keys(struct check *c, const struct site_point_def *d)
{
	const char *kind = point_kind_word((enum point_kind)d->kind);
	static const struct {
		size_t offset;
		const char *name;
		unsigned kinds; /* bits of enum point_kind that may have the key */
	} rules[] = {
#define RULE(member, name, kinds) { offsetof(struct site_point_def, member), name, kinds }
#define A                         (1u << KIND_ANALOG)
#define D                         (1u << KIND_DIGITAL)
#define N                         (1u << KIND_COUNTER)
#define S                         (1u << KIND_SETPOINT)
#define C                         (1u << KIND_COMMAND)
		RULE(states, "states", D | C),
		RULE(states_ja, "states_ja", D | C),
		RULE(bits, "bits", D),
		RULE(bits_ja, "bits_ja", D),
		RULE(pulse, "pulse", D),
		RULE(counter, "counter", N),
		RULE(curve, "curve", A | S),
		RULE(square_root, "square_root", A),
		RULE(filter, "filter", A),
		RULE(frozen_us, "frozen", A | N),
		RULE(ramp_per_s, "ramp", S),
		RULE(select_before_operate, "select_before_operate", S | C),
		RULE(dangerous, "dangerous", S | C),
		RULE(two_person, "two_person", S | C),
		RULE(check_back, "check_back", S | C),
		RULE(revert, "revert", S | C),
		RULE(falls_back, "falls_back", S | C),
		RULE(interlock, "interlock", S | C),
		RULE(interlock_text, "interlock_text", S | C),
		RULE(output, "output", S | C),
#undef RULE
	};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (!schema_is_set(&point_schema, d, rules[i].offset) || ((rules[i].kinds >> d->kind) & 1))
			continue;
		char list[80] = "";
		for (int k = 0; k < KIND_COUNT; k++) {
			if (!((rules[i].kinds >> k) & 1))
				continue;
			str_append(list, sizeof(list), list[0] != '\0' ? " or " : "");
			str_append(list, sizeof(list), point_kind_word((enum point_kind)k));
		}
		fault_at(c->f, schema_mark(&point_schema, d, rules[i].offset),
		    "%s belongs to kind %s, and this is %s; change one of the two", rules[i].name, list, kind);
	}
}

/* Highest number that the raw value can have, for states; 65535 when it is not known. */
static int64_t
highest_state(const struct site_point_def *d)
{
	const struct site_register *r = d->read != NULL ? d->read : d->write;
	if (r == NULL || r->internal != NULL || r->property != NULL)
		return 65535;
	int type = check_type_of(r);
	unsigned width = type == RAW_BIT ? 1 : raw_type_registers((enum raw_type)type) * 16;
	if (schema_is_set(&register_schema, r, offsetof(struct site_register, bits)))
		width = (unsigned)(r->bits.hi - r->bits.lo) + 1;
	else if (r->bit >= 0)
		width = 1;
	return width < 16 ? (INT64_C(1) << width) - 1 : 65535;
}

static bool
has_number(const struct key_names *l, int64_t number)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i].number == number)
			return true;
	return false;
}

static void
check_names_in(struct check *c, struct mark at, const struct key_names *l, const struct key_names *of, const char *what)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (!has_number(of, l->v[i].number))
			fault_at(c->f, at, "%" PRId64 " ('%s') has no name in %s; name it there too", l->v[i].number,
			    l->v[i].text, what);
}

static void
check_states(struct check *c, const struct site_point_def *d)
{
	int64_t high = highest_state(d);
	if (HAS(states) && HAS(bits))
		fault_at(c->f, AT(bits), "states and bits at once; a point is one state of several or a field of bits");
	if (HAS(states) && d->states.n > 0 && d->states.v[d->states.n - 1].number > high)
		fault_at(c->f, AT(states),
		    "the state %" PRId64 " cannot be read: the raw value has only 0 to %" PRId64 "; is the type right?",
		    d->states.v[d->states.n - 1].number, high);
	if (HAS(states) || !GIVEN(states))
		check_names_in(c, AT(states_ja), &d->states_ja, &d->states, "states");
	if (HAS(bits) || !GIVEN(bits))
		check_names_in(c, AT(bits_ja), &d->bits_ja, &d->bits, "bits");
	const struct site_register *r = d->read;
	bool is_register = r != NULL && (r->table >= TABLE_HOLDING || r->point != NULL);
	if (!HAS(bits) || d->bits.n == 0 || !is_register || check_type_of(r) == RAW_BIT)
		return;
	int64_t width = raw_type_registers((enum raw_type)check_type_of(r)) * 16;
	if (schema_is_set(&register_schema, r, offsetof(struct site_register, bits)))
		width = (int64_t)(r->bits.hi - r->bits.lo) + 1;
	if (d->bits.v[d->bits.n - 1].number >= width)
		fault_at(c->f, AT(bits), "bit %" PRId64 " is beyond the raw value, which has bits 0 to %" PRId64,
		    d->bits.v[d->bits.n - 1].number, width - 1);
}

static void
check_values(struct check *c, const struct site_point_def *d)
{
	if (HAS(range) && d->range.lo == d->range.hi)
		fault_at(c->f, AT(range), "a range of nothing; write [low, high] with the lower one first");
	if (HAS(range) && HAS(deadband) && d->deadband > d->range.hi - d->range.lo)
		fault_at(c->f, AT(deadband),
		    "the deadband is wider than the range, so that nothing is ever reported; write a smaller one");
	if (d->kind == KIND_SETPOINT && !GIVEN(range))
		warn_at(c->f, d->node.at, "a setpoint without range; write what may be set, as range: [0, 100]");
	const struct site_filter *f = d->filter;
	if (f != NULL && !schema_is_set(&filter_schema, f, offsetof(struct site_filter, type)))
		f = NULL;
	if (f != NULL && f->type == FILTER_FIRST_ORDER && f->time_us == 0)
		fault_at(c->f, f->node.at, "a first-order filter without time; write time: 5s");
	if (f != NULL && f->type == FILTER_MEDIAN && (f->window == 0 || f->window % 2 == 0))
		fault_at(
		    c->f, f->node.at, "a median over %" PRId64 " samples; write an odd window of 3 to 15", f->window);
	const struct site_check_back *b = d->check_back;
	if (b != NULL && !check_is_given(&check_back_schema, b, offsetof(struct site_check_back, done_when)) &&
	    !(d->kind == KIND_SETPOINT && d->read != NULL))
		fault_at(c->f, b->node.at,
		    "check_back without done_when; write the condition by which it is known to be done");
	if (b != NULL && b->shown_by != NULL && (d->kind != KIND_SETPOINT || d->read == NULL || b->done_when != NULL))
		fault_at(c->f, AT_KEY(check_back_schema, b, struct site_check_back, shown_by),
		    "shown_by goes with a setpoint that is read back, and without done_when; write done_when: alone");
	const struct site_revert *v = d->revert;
	if (v != NULL && !check_is_given(&revert_schema, v, offsetof(struct site_revert, after_us)) &&
	    !check_is_given(&revert_schema, v, offsetof(struct site_revert, timer_register)) &&
	    !check_is_given(&revert_schema, v, offsetof(struct site_revert, timer_point)))
		fault_at(c->f, v->node.at,
		    "revert without after and timer_register; say when the device gives the setpoint up");
	if (HAS(interlock_text) && !GIVEN(interlock))
		fault_at(c->f, AT(interlock_text), "a text without an interlock; write interlock: with the condition");
	if (HAS(pulse) && d->pulse && d->read != NULL && highest_state(d) > 1)
		fault_at(c->f, AT(pulse), "a pulse is one bit; read type bit, or bit: of a register");
	if (HAS(frozen_us) && HAS(poll_us) && d->frozen_us < d->poll_us * 3)
		fault_at(c->f, AT(frozen_us), "frozen before three polls have passed; write a longer time");
}

void
check_point(struct check *c, const struct site_point_def *d, const struct site_profile *p)
{
	/* Without a kind, which was said, nothing else can be judged. */
	if (!HAS(kind))
		return;
	if (p != NULL) {
		check_source(c, d);
		if (d->read != NULL)
			check_register(c, d, p, d->read);
		if (d->write != NULL)
			check_register(c, d, p, d->write);
	}
	check_kind_keys(c, d);
	if (is_digital(d))
		check_states(c, d);
	check_values(c, d);
	check_timer(c, d, p);
	check_history(c, d);
	check_alarms(c, d, &d->alarms);
	if (d->output != NULL && is_output(d))
		check_output(c, d);
}
