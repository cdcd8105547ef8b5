/* SPDX-License-Identifier: Apache-2.0 */
/* t_layouts.c - the layouts that are shipped: no fault, no warning, and screens that an operator can read at every size. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/screenfile.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

static const char *const sites[] = { "layouts/musashino", "layouts/minimal" };
static const char *const pages[] = { "overview", "batteries", "heat", "loads", "plant", "schools" };
static const struct {
	int columns, rows;
} bodies[] = { { 80, 17 }, { 132, 36 }, { 200, 53 } };

static char told[4096];

static void
tell(const struct msg_site_fault *f, void *arg)
{
	char line[700];

	(void)arg;
	snprintf(line, sizeof(line), "%s:%u: %s\n", f->file, (unsigned)f->line, f->text);
	str_append(told, sizeof(told), line);
}

static void
tell_screen(uint32_t line, uint32_t column, const char *text, void *arg)
{
	char part[600];

	snprintf(part, sizeof(part), "%s:%u:%u: %s\n", (const char *)arg, (unsigned)line, (unsigned)column, text);
	str_append(told, sizeof(told), part);
}

static struct site *
load(const char *folder)
{
	char path[1024];
	const char *top = getenv("top_srcdir");
	struct site *s = NULL;

	told[0] = '\0';
	ck_assert(str_printf(path, sizeof(path), "%s/%s", top != NULL ? top : ".", folder));
	ck_assert_msg(site_load(path, tell, NULL, &s) == OK, "%s", told);
	ck_assert_msg(told[0] == '\0', "%s", told); /* warnings too */
	return s;
}

static struct screen_file *
parse(const struct site *s, const char *name)
{
	const struct site_screen *list = s->screens.v;
	struct screen_file *f;

	for (uint32_t i = 0; i < s->screens.n; i++)
		if (strcmp(list[i].name, name) == 0) {
			f = screen_file_parse(list[i].text, strlen(list[i].text), tell_screen, told);
			ck_assert_msg(f != NULL, "%s", told);
			return f;
		}
	ck_abort_msg("the site has no screen %s", name);
	return NULL;
}

START_TEST(shipped_sites_have_no_fault_and_no_warning)
{
	struct site *s = load(sites[_i]);

	ck_assert_uint_gt(s->point_count, 0);
	ck_assert_uint_gt(s->screens.n, 0);
	site_free(s);
}
END_TEST

START_TEST(every_page_has_a_drawing_for_each_terminal)
{
	struct site *s = load(sites[0]);
	struct screen_file *f = parse(s, pages[_i]);

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct screen_drawing *d = screen_file_fit(f, bodies[i].columns, bodies[i].rows);
		ck_assert(d != NULL);
		ck_assert_int_eq(d->columns, bodies[i].columns);
		ck_assert_int_eq(d->rows, bodies[i].rows);
	}
	ck_assert(f->title_ja != NULL);
	ck_assert(f->key != NULL && f->key[0] == '1' + _i);
	screen_file_free(f);
	site_free(s);
}
END_TEST

/* ASCII, the eleven box characters that every terminal has, and characters that are wide everywhere. */
static bool
is_drawable(uint32_t cp)
{
	static const uint32_t boxes[] = { 0x2500, 0x2502, 0x250C, 0x2510, 0x2514, 0x2518, 0x251C, 0x2524, 0x252C,
		0x2534, 0x253C };

	if (cp >= 0x20 && cp < 0x7F)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(boxes); i++)
		if (cp == boxes[i])
			return true;
	return text_char_width(cp) == 2;
}

static void
check_text(const char *text, const char *where)
{
	uint32_t cp;

	for (size_t used; (used = text_next(text, strlen(text), &cp)) > 0; text += used)
		ck_assert_msg(
		    is_drawable(cp), "U+%04X in %s: terminals do not agree on its width", (unsigned)cp, where);
}

START_TEST(drawings_hold_no_character_of_doubtful_width)
{
	struct site *s = load(sites[0]);
	struct screen_file *f = parse(s, pages[_i]);

	for (uint32_t i = 0; i < f->drawing_count; i++)
		for (uint32_t row = 0; row < f->drawings[i].rows; row++)
			check_text(f->drawings[i].lines[row], f->name);
	for (uint32_t i = 0; i < f->binding_count; i++)
		for (size_t k = 0; k < 3; k++)
			if (f->bindings[i].text[k] != NULL)
				check_text(f->bindings[i].text[k], f->bindings[i].point);
	screen_file_free(f);
	site_free(s);
}
END_TEST

/* The widest number within the range, its unit (of a full field), and two letters of quality. */
static int
cells_wanted(const struct site_point *p, enum field_kind kind)
{
	char lo[48], hi[48];
	size_t digits;

	if (isnan(p->def->range.lo) || p->def->states.n > 0 || p->def->bits.n > 0)
		return 8;
	str_fixed(lo, sizeof(lo), p->def->range.lo, p->decimals);
	str_fixed(hi, sizeof(hi), p->def->range.hi, p->decimals);
	digits = strlen(lo) > strlen(hi) ? strlen(lo) : strlen(hi);
	if (kind == FIELD_FULL && p->def->unit != NULL)
		digits += 1 + strlen(p->def->unit);
	return (int)digits + 2;
}

START_TEST(every_value_has_room_for_its_number_unit_and_mark)
{
	struct site *s = load(sites[0]);
	struct screen_file *f = parse(s, pages[_i]);

	for (uint32_t i = 0; i < f->drawing_count; i++)
		for (uint32_t k = 0; k < f->drawings[i].field_count; k++) {
			const struct screen_field *at = &f->drawings[i].fields[k];
			const struct screen_binding *b = &f->bindings[at->binding];
			const struct site_point *p = &s->points[site_find_point(s, b->point)];
			if ((b->kind == FIELD_FULL || b->kind == FIELD_VALUE) && p->def->kind != KIND_COUNTER)
				ck_assert_msg(at->width >= cells_wanted(p, b->kind),
				    "%s: %s has %d cells, wants %d in %dx%d", f->name, b->point, at->width,
				    cells_wanted(p, b->kind), f->drawings[i].columns, f->drawings[i].rows);
		}
	screen_file_free(f);
	site_free(s);
}
END_TEST

START_TEST(the_balance_of_the_district_is_said_with_its_parts)
{
	struct site *s = load(sites[0]);
	const struct asset *list = s->energy->assets.v;
	unsigned count[ASSET_KIND_COUNT] = { 0 };

	for (uint32_t i = 0; i < s->energy->assets.n; i++)
		count[list[i].kind]++;
	ck_assert_uint_eq(count[ASSET_GRID], 1);
	ck_assert_uint_eq(count[ASSET_FURNACE], 2);
	ck_assert_uint_eq(count[ASSET_STG], 1);
	ck_assert_uint_eq(count[ASSET_GTC], 1);
	ck_assert_uint_eq(count[ASSET_PV], 3);
	ck_assert_uint_eq(count[ASSET_BATTERY], 4);
	ck_assert_str_eq(
	    energy_find_asset(s->energy, "ESS4")->bus, "SCH04"); /* no part of the private line's balance */
	ck_assert_str_eq(energy_find_asset(s->energy, "ESS1")->bus, "MAIN");
	site_free(s);
}
END_TEST

/* clang-format off */
T_MAIN("layouts",
	T_LOOP(shipped_sites_have_no_fault_and_no_warning, 0, 2)
	T_LOOP(every_page_has_a_drawing_for_each_terminal, 0, 6)
	T_LOOP(drawings_hold_no_character_of_doubtful_width, 0, 6)
	T_LOOP(every_value_has_room_for_its_number_unit_and_mark, 0, 6)
	T(the_balance_of_the_district_is_said_with_its_parts))
