/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_register.c - places in a device that cannot be: beyond the tables of Modbus, beyond the device's limits.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/figure.h"
#include "scada/base/str.h"
#include "scada/base/sunspec.h"
#include "scada/site/check.h"

struct place { /* one register of a point while it is checked */
	struct check *c;
	const struct site_point_def *d;
	const struct site_profile *p;
	const struct site_register *r;
	bool is_write;
};

#define AT(member)    schema_mark(&register_schema, l->r, offsetof(struct site_register, member))
#define HAS(member)   schema_is_set(&register_schema, l->r, offsetof(struct site_register, member))
#define GIVEN(member) check_is_given(&register_schema, l->r, offsetof(struct site_register, member))
#define IS_BITS(r)    ((r)->table == TABLE_COIL || (r)->table == TABLE_DISCRETE)

/* As settle_register() will have it. */
int
check_type_of(const struct site_register *r)
{
	struct sunspec_place place;
	char message[300];
	if (r->point != NULL && sunspec_parse(r->point, &place, message, sizeof(message)))
		return (int)sunspec_raw_type(place.point);
	return schema_is_set(&register_schema, r, offsetof(struct site_register, type)) ? r->type : RAW_BIT;
}

static unsigned
width_bits(int type)
{
	return type == RAW_BIT ? 1 : raw_type_registers((enum raw_type)type) * 16;
}

static bool
is_float(int type)
{
	return type == RAW_F32 || type == RAW_F64;
}

/* Both false: the rest makes no sense without. */
static bool
check_table(const struct place *l)
{
	const struct site_register *r = l->r;
	if (!HAS(table) || !HAS(address)) {
		if (!GIVEN(table) || !GIVEN(address))
			fault_at(l->c->f, r->node.at,
			    "%s without %s; write both, as {table: holding, address: 0, type: u16}",
			    l->is_write ? "write" : "read", !GIVEN(table) ? "table" : "address");
		return false;
	}
	if (l->is_write && (r->table == TABLE_DISCRETE || r->table == TABLE_INPUT)) {
		fault_at(l->c->f, AT(table), "the table %s cannot be written; write to coil or holding",
		    mb_table_word(r->table));
		return false;
	}
	return true;
}

static bool
check_type(const struct place *l)
{
	const struct site_register *r = l->r;
	int type = check_type_of(r);
	if (GIVEN(type) && !HAS(type))
		return false;
	if (IS_BITS(r) && type != RAW_BIT)
		fault_at(l->c->f, AT(type), "a %s is one bit, not %s; write type: bit, or table: holding or input",
		    r->table == TABLE_COIL ? "coil" : "discrete input", raw_type_word(type));
	else if (!IS_BITS(r) && !HAS(type))
		fault_at(
		    l->c->f, r->node.at, "no type is given; write type: with u16, i16, u32, i32, u64, i64, f32 or f64");
	else if (!IS_BITS(r) && type == RAW_BIT)
		fault_at(
		    l->c->f, AT(type), "a register is no bit; write type: u16 and bit: with the number of the bit");
	else
		return true;
	return false;
}

static void
check_reach(const struct place *l)
{
	const struct site_register *r = l->r;
	unsigned n = raw_type_registers((enum raw_type)check_type_of(r));
	const char *type = raw_type_word(check_type_of(r));
	if (r->address + n - 1 > 65535)
		fault_at(l->c->f, AT(address),
		    "%s at %" PRId64 " ends beyond register 65535; the last address for it is %u", type, r->address,
		    65536 - n);
	if (!IS_BITS(r) && n > l->p->max_registers)
		fault_at(l->c->f, AT(type),
		    "%s takes %u registers, but max_registers of the profile is %" PRId64 "; raise it", type, n,
		    l->p->max_registers);
	const struct site_forbidden *list = l->p->forbidden.v;
	for (uint32_t i = 0; i < l->p->forbidden.n; i++)
		if (list[i].table == r->table && r->address <= list[i].to && r->address + n - 1 >= list[i].from)
			fault_at(l->c->f, AT(address),
			    "%s at %" PRId64 " lies in the forbidden range %" PRId64 " to %" PRId64
			    "; one of the two is wrong",
			    type, r->address, list[i].from, list[i].to);
}

static void
check_bits(const struct place *l)
{
	const struct site_register *r = l->r;
	int type = check_type_of(r);
	unsigned width = width_bits(type);
	if (!HAS(bits) && !HAS(bit))
		return;
	struct mark at = HAS(bits) ? AT(bits) : AT(bit);
	double lo = HAS(bits) ? r->bits.lo : (double)r->bit, hi = HAS(bits) ? r->bits.hi : (double)r->bit;
	if (HAS(bits) && HAS(bit))
		fault_at(l->c->f, AT(bit), "bit and bits at once; keep one of them");
	else if (type == RAW_BIT || is_float(type))
		fault_at(l->c->f, at, "%s has no bits to take; write a whole type, as u16", raw_type_word(type));
	else if (lo != floor(lo) || hi != floor(hi) || lo < 0)
		fault_at(l->c->f, at, "the numbers of bits are whole, from 0; write [lowest, highest]");
	else if (hi > width - 1)
		fault_at(
		    l->c->f, at, "bit %.0f is beyond %s, which has bits 0 to %u", hi, raw_type_word(type), width - 1);
}

static void
check_scaling(const struct place *l)
{
	const struct site_register *r = l->r;
	bool is_digital = l->d->kind == KIND_DIGITAL || l->d->kind == KIND_COMMAND;
	if (r->scale == 0)
		fault_at(l->c->f, AT(scale), "a scale of 0 makes every value 0; write what one raw step is worth");
	if (is_digital && (HAS(scale) || HAS(offset)))
		fault_at(l->c->f, HAS(scale) ? AT(scale) : AT(offset),
		    "a %s has states, not a scale; leave it out, or make it analog", point_kind_word(l->d->kind));
	bool is_one_bit = check_type_of(r) == RAW_BIT || HAS(bit) || (HAS(bits) && r->bits.lo == r->bits.hi);
	if (is_digital && r->invert && !is_one_bit)
		fault_at(l->c->f, AT(invert), "only one bit can be inverted; name the states as they are");
	if (check_type_of(r) == RAW_BIT && !is_digital)
		fault_at(l->c->f, l->r->node.at, "a bit makes no %s; write kind: digital, or command for an output",
		    point_kind_word(l->d->kind));
	if (is_digital && is_float(check_type_of(r)))
		fault_at(l->c->f, AT(type), "%s has no states; a digital point is read from bit or a whole type",
		    raw_type_word(check_type_of(r)));
}

static void
check_scale_factor(const struct place *l)
{
	const struct site_register *r = l->r;
	if (r->scale_factor < 0)
		return;
	struct mark at = AT(scale_factor);
	unsigned n = raw_type_registers((enum raw_type)check_type_of(r));
	int64_t last = r->address + n - 1;
	int64_t from = r->scale_factor < r->address ? r->scale_factor : r->address;
	int64_t to = r->scale_factor > last ? r->scale_factor : last;
	if (IS_BITS(r) || is_float(check_type_of(r))) {
		fault_at(l->c->f, at, "%s takes no scale factor; a power of ten goes with a whole type",
		    raw_type_word(check_type_of(r)));
		return;
	}
	if (r->scale_factor >= r->address && r->scale_factor <= last)
		fault_at(l->c->f, at,
		    "the scale factor is a register of the value itself; write the register behind or before it");
	else if (to - from + 1 > l->p->max_registers)
		fault_at(l->c->f, at,
		    "the scale factor is %" PRId64
		    " registers away, but they are read together and a block has at most %" PRId64
		    "; is the address right?",
		    to - from, l->p->max_registers);
	const struct site_forbidden *list = l->p->forbidden.v;
	for (uint32_t i = 0; i < l->p->forbidden.n; i++)
		if (list[i].table == r->table && from <= list[i].to && to >= list[i].from)
			fault_at(l->c->f, at,
			    "between value and scale factor lies the forbidden range %" PRId64 " to %" PRId64
			    ", and they are read together",
			    list[i].from, list[i].to);
}

/* What an integer type can hold; floats and what is read as part are left alone. */
static void
check_invalid(const struct place *l)
{
	const struct site_register *r = l->r;
	char was[40], lo[40], hi[40];
	int type = check_type_of(r);
	bool is_signed = type == RAW_I16 || type == RAW_I32 || type == RAW_I64;
	unsigned width = width_bits(type);
	if (r->invalid.n == 0 || is_float(type))
		return;
	if (type == RAW_BIT) {
		fault_at(l->c->f, AT(invalid), "a bit is never invalid; leave the key out");
		return;
	}
	double min = is_signed ? -ldexp(1, (int)width - 1) : 0,
	       max = is_signed ? ldexp(1, (int)width - 1) - 1 : ldexp(1, (int)width) - 1;
	for (uint32_t i = 0; i < r->invalid.n; i++)
		if (r->invalid.v[i] < min || r->invalid.v[i] > max)
			fault_at(l->c->f, AT(invalid), "%s is no raw value of %s; write %s to %s",
			    str_double(was, sizeof(was), r->invalid.v[i]), raw_type_word(type),
			    str_double(lo, sizeof(lo), min), str_double(hi, sizeof(hi), max));
}

static void
check_write(const struct place *l)
{
	const struct site_register *r = l->r;
	if (!l->is_write) {
		if (HAS(open_address) || HAS(pulse_us))
			fault_at(l->c->f, HAS(open_address) ? AT(open_address) : AT(pulse_us),
			    "%s belongs to write:; move it there", HAS(open_address) ? "open_address" : "pulse");
		return;
	}
	if (HAS(open_address) && r->table != TABLE_COIL)
		fault_at(l->c->f, AT(open_address),
		    "only coils come in pairs; write table: coil, or leave open_address out");
	else if (HAS(open_address) && r->open_address == r->address)
		fault_at(
		    l->c->f, AT(open_address), "the coil that opens is the one that closes; write its own address");
	if (HAS(pulse_us) && l->d->kind != KIND_COMMAND)
		fault_at(l->c->f, AT(pulse_us), "only a command has a pulse; write kind: command, or leave it out");
	if (HAS(scale_factor) && check_type_of(r) == RAW_BIT)
		fault_at(l->c->f, AT(scale_factor), "a coil has no scale factor; leave it out");
}

#define FIGURE_WORD(id, word, unit, help) word,
static const char *const figures[] = { FIGURE_LIST(FIGURE_WORD) NULL };
#undef FIGURE_WORD

static const char *
list_figures(char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; figures[i] != NULL; i++) {
		str_append(buf, size, i > 0 ? ", " : "");
		str_append(buf, size, figures[i]);
	}
	return buf;
}

static void
check_internal(const struct place *l)
{
	char list[800];
	const struct site_register *r = l->r;
	if (l->is_write || HAS(table) || HAS(address)) {
		fault_at(l->c->f, r->node.at,
		    "protocol internal has no registers; write read: {internal: cpu}, or protocol: modbus");
		return;
	}
	if (r->internal == NULL) {
		fault_at(l->c->f, r->node.at, "no figure is named; write internal: with one of %s",
		    list_figures(list, sizeof(list)));
		return;
	}
	for (size_t i = 0; figures[i] != NULL; i++)
		if (strcmp(figures[i], r->internal) == 0)
			return;
	const char *near = str_nearest(r->internal, figures);
	fault_at(l->c->f, AT(internal), "chisand has no figure '%s'; %s%s", r->internal,
	    near != NULL ? "did you mean " : "write one of ", near != NULL ? near : list_figures(list, sizeof(list)));
}

void
check_register(
    struct check *c, const struct site_point_def *d, const struct site_profile *p, const struct site_register *r)
{
	const struct place here = { c, d, p, r, r == d->write }, *l = &here;
	if (p->protocol == PROTOCOL_INTERNAL) {
		check_internal(l);
		return;
	}
	if (GIVEN(point)) {
		if (check_place(c, p, r, l->is_write)) {
			check_bits(l);
			check_scaling(l);
			check_invalid(l);
		}
		return;
	}
	if (r->before.n > 0 || r->after.n > 0)
		fault_at(c->f, r->before.n > 0 ? AT(before) : AT(after),
		    "before: and after: go with a point: of protocol sunspec; leave them out");
	if (p->protocol == PROTOCOL_ECHONET)
		check_echonet(c, d, r);
	else if (GIVEN(property))
		fault_at(c->f, AT(property), "property: goes with protocol: echonet; write table: and address:");
	else if (GIVEN(internal))
		fault_at(c->f, AT(internal), "internal: goes with protocol: internal; write table: and address:");
	else if (check_table(l) && check_type(l)) {
		check_reach(l);
		check_bits(l);
		check_scaling(l);
		check_scale_factor(l);
		check_invalid(l);
		check_write(l);
	}
}

/* ---- registers of different points that overlap */

struct span {
	const struct site_point_def *d;
	const struct site_register *r;
	int table;
	int64_t from, to;
};

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	if (x->table != y->table)
		return x->table - y->table;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->r->node.at.line < y->r->node.at.line ? -1 : 1;
}

static bool
takes_bits(const struct site_register *r)
{
	return schema_is_set(&register_schema, r, offsetof(struct site_register, bits)) ||
	    schema_is_set(&register_schema, r, offsetof(struct site_register, bit));
}

/* Several points may read one register, as a whole or each its bits; only as bits may they write it. */
static bool
is_shared_by_right(const struct span *a, const struct span *b, bool is_write)
{
	if (a->d == b->d || (takes_bits(a->r) && takes_bits(b->r)))
		return true;
	return !is_write && a->from == b->from && a->to == b->to;
}

static void
warn_overlaps(struct check *c, struct span *spans, uint32_t n, bool is_write)
{
	if (n > 0)
		qsort(spans, n, sizeof(*spans), compare_spans);
	for (uint32_t i = 1, far = 0; i < n; i++) {
		const struct span *a = &spans[far], *b = &spans[i];
		if (a->table == b->table && b->from <= a->to && !is_shared_by_right(a, b, is_write))
			warn_at(c->f, AT_KEY(register_schema, b->r, struct site_register, address),
			    "%s %" PRId64 " of %s is also %s by %s (line %u); is the address right?",
			    mb_table_word((enum mb_table)b->table), b->from, b->d->tag != NULL ? b->d->tag : "a point",
			    is_write ? "written" : "read", a->d->tag != NULL ? a->d->tag : "a point",
			    a->r->node.at.line);
		if (a->table != b->table || b->to >= a->to)
			far = i;
	}
}

static uint32_t
add_spans(struct span *spans, const struct site_point_def *d, const struct site_register *r)
{
	uint32_t n = 0;
	if (r == NULL || r->address < 0)
		return 0;
	int64_t last = r->address + (IS_BITS(r) ? 1 : raw_type_registers((enum raw_type)check_type_of(r))) - 1;
	spans[n++] = (struct span){ d, r, r->table, r->address, last };
	if (r->open_address >= 0)
		spans[n++] = (struct span){ d, r, r->table, r->open_address, r->open_address };
	return n;
}

void
check_overlaps(struct check *c, const struct site_profile *p)
{
	const struct site_point_def *points = p->points.v;
	struct span *spans = xcalloc((size_t)p->points.n * 2 + 1, sizeof(*spans));
	uint32_t n = 0;
	for (uint32_t i = 0; i < p->points.n; i++)
		n += add_spans(spans + n, &points[i], points[i].read);
	warn_overlaps(c, spans, n, false);
	n = 0;
	for (uint32_t i = 0; i < p->points.n; i++)
		n += add_spans(spans + n, &points[i], points[i].write);
	warn_overlaps(c, spans, n, true);
	free(spans);
}
