/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_points_csv.c - the points of layouts/musashino against the district's point list, row by row.
 * The list is $CHISAN_POINTS_CSV, or domain/points.csv in a folder beside the sources; without it the test is skipped.
 */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

enum column {
	TAG,
	JA,
	KIND,
	DEVICE,
	ADDR,
	RAW,
	SCALE,
	UNIT,
	EU_LO,
	EU_HI,
	LL,
	L,
	H,
	HH,
	DEADBAND,
	ON_DELAY,
	PRIORITY,
	NOTE,
	PRIO_INNER,
	SUPPRESS,
	COLUMN_COUNT
};
struct row {
	char *cell[COLUMN_COUNT];
};

/* Of a second server and a system above, which there are not. Every other row of the list must be there. */
static const char *const absent[] = { "SYS.ROLE", "SYS.PEER", "SYS.SYNC", "SYS.SNF" };

static char list_path[1024];
static struct row *rows;
static size_t row_count;
static struct site *site;
static char told[65536];
static unsigned told_count;

static void __attribute__((format(printf, 2, 3))) differ(const struct row *r, const char *fmt, ...)
{
	char text[400], line[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "%s: %s\n", r->cell[TAG], text);
	str_append(told, sizeof(told), line);
	told_count++;
}

static bool
find_list(void)
{
	const char *named = getenv("CHISAN_POINTS_CSV"), *top = getenv("top_srcdir");
	char pattern[1024];
	glob_t found;

	if (named != NULL)
		return str_copy(list_path, sizeof(list_path), named);
	if (!str_printf(pattern, sizeof(pattern), "%s/../*/domain/points.csv", top != NULL ? top : "."))
		return false;
	bool is_found =
	    glob(pattern, 0, NULL, &found) == 0 && str_copy(list_path, sizeof(list_path), found.gl_pathv[0]);
	globfree(&found);
	return is_found;
}

/* One line of CSV: cells may stand in quotes; a cell's memory is the line's. */
static bool
split(char *line, struct row *r)
{
	char *in = line;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		char *out = in;
		bool is_quoted = *in == '"';
		r->cell[i] = out;
		in += is_quoted;
		while (*in != '\0' && *in != '\r' && *in != '\n' && (is_quoted || *in != ',')) {
			if (is_quoted && *in == '"') {
				if (in[1] != '"') {
					is_quoted = false;
					in++;
					continue;
				}
				in++;
			}
			*out++ = *in++;
		}
		bool is_last = *in != ',';
		in += !is_last;
		*out = '\0';
		if (is_last && i < COLUMN_COUNT - 1)
			return false;
	}
	return true;
}

static void
read_list(void)
{
	static char text[256 * 1024];
	FILE *f = fopen(list_path, "r");
	size_t len = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;

	ck_assert_msg(f != NULL && len > 0, "%s cannot be read", list_path);
	fclose(f);
	rows = xcalloc(1000, sizeof(*rows));
	row_count = 0;
	for (char *line = text, *next; *line != '\0' && row_count < 1000; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		else
			next = line + strlen(line);
		if (line != text)
			ck_assert_msg(split(line, &rows[row_count++]), "a line of %s has too few cells", list_path);
	}
}

static void
ignore(const struct msg_site_fault *f, void *arg)
{
	(void)arg;
	fprintf(stderr, "%s:%u: %s\n", f->file, (unsigned)f->line, f->text);
}

static void
set_up(void)
{
	char path[1024];
	const char *top = getenv("top_srcdir");

	read_list();
	told[0] = '\0';
	told_count = 0;
	ck_assert(str_printf(path, sizeof(path), "%s/layouts/musashino", top != NULL ? top : "."));
	ck_assert_int_eq(site_load(path, ignore, NULL, &site), OK);
}

static void
tear_down(void)
{
	site_free(site);
	free(rows);
}

static bool
is_ours(const struct row *r)
{
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		if (strcmp(r->cell[TAG], absent[i]) == 0)
			return false;
	return true;
}

/* Calls each() for all rows that the site must have. */
static void
for_all(void (*each)(const struct row *, const struct site_point *))
{
	unsigned seen = 0;

	for (size_t i = 0; i < row_count; i++) {
		if (!is_ours(&rows[i]))
			continue;
		point_id id = site_find_point(site, rows[i].cell[TAG]);
		seen++;
		if (id == POINT_NONE)
			differ(&rows[i], "is not in the site");
		else
			each(&rows[i], &site->points[id]);
	}
	ck_assert_uint_gt(row_count, 388);
	ck_assert_uint_eq(seen, row_count - ARRAY_LEN(absent));
	ck_assert_msg(told_count == 0, "%u differences:\n%.3000s", told_count, told);
}

static bool
same_number(const char *cell, double v)
{
	double want;

	return str_to_double(cell, &want) && fabs(want - v) <= 1e-9 * fmax(1, fabs(want));
}

static bool
has(const struct row *r, enum column c)
{
	return r->cell[c][0] != '\0';
}

static void
compare_kind(const struct row *r, const struct site_point *p)
{
	bool is_word = strcmp(r->cell[UNIT], "enum") == 0 || strcmp(r->cell[UNIT], "bits") == 0 ||
	    strcmp(r->cell[UNIT], "bool") == 0;
	const struct {
		const char *list;
		enum point_kind kind;
	} kinds[] = {
		{ "AI", is_word ? KIND_DIGITAL : KIND_ANALOG },
		{ "DI", KIND_DIGITAL },
		{ "CN", KIND_COUNTER },
		{ "AO", KIND_SETPOINT },
		{ "DO", KIND_COMMAND },
		{ "CALC", is_word ? KIND_DIGITAL : KIND_ANALOG },
		{ "SYS", is_word ? KIND_DIGITAL : KIND_ANALOG },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].list, r->cell[KIND]) == 0 && p->def->kind != (int)kinds[i].kind)
			differ(r, "is %s, the list says %s", point_kind_word(p->def->kind), r->cell[KIND]);
	if (is_word && p->def->kind == KIND_DIGITAL && p->def->states.n == 0 && p->def->bits.n == 0)
		differ(r, "has no names for its states or bits");
	if (!is_word && strcmp(r->cell[UNIT], p->def->unit != NULL ? p->def->unit : "") != 0)
		differ(r, "has unit %s, the list says %s", p->def->unit, r->cell[UNIT]);
}

START_TEST(every_point_is_there_with_its_kind_and_unit)
{
	for_all(compare_kind);
}
END_TEST

/* The list says "building item"; where several devices share a profile, the building is the device's title. */
static void
compare_title(const struct row *r, const struct site_point *p)
{
	char joined[400];
	const struct site_device *d = p->device != DEVICE_NONE ? site->nodes[p->device].device : NULL;

	if (p->def->title == NULL || p->def->title[0] == '\0')
		differ(r, "has no English title");
	if (p->def->title_ja == NULL) {
		differ(r, "has no Japanese title");
		return;
	}
	if (strcmp(p->def->title_ja, r->cell[JA]) == 0)
		return;
	if (d != NULL) {
		str_printf(joined, sizeof(joined), "%s %s", d->title_ja, p->def->title_ja);
		if (strcmp(joined, r->cell[JA]) == 0)
			return;
		str_printf(joined, sizeof(joined), "%s %s", d->name, p->def->title_ja);
		if (strcmp(joined, r->cell[JA]) == 0)
			return;
	}
	differ(r, "is called %s, the list says %s", p->def->title_ja, r->cell[JA]);
}

START_TEST(titles_are_those_of_the_list)
{
	for_all(compare_title);
}
END_TEST

static const struct {
	char digit;
	enum mb_table table;
} tables[] = { { '0', TABLE_COIL }, { '1', TABLE_DISCRETE }, { '4', TABLE_HOLDING } };
static const struct {
	const char *word;
	enum raw_type type;
} types[] = {
	{ "bit", RAW_BIT },
	{ "pulse 500ms", RAW_BIT },
	{ "pulse 1s", RAW_BIT },
	{ "u16", RAW_U16 },
	{ "i16", RAW_I16 },
	{ "e16", RAW_U16 },
	{ "u32", RAW_U32 },
	{ "b32", RAW_U32 },
	{ "acc32", RAW_U32 },
	{ "i32", RAW_I32 },
	{ "u64", RAW_U64 },
	{ "f32", RAW_F32 },
};

/* "4x00022", "0x0011/0x0012", "vendor 4x41000"; what is named by a model (701.W) has its place in the profile alone. */
static void
compare_address(const struct row *r, const struct site_point *p)
{
	const struct site_register *g = p->def->write != NULL ? p->def->write : p->def->read;
	const char *a = r->cell[ADDR];
	char *end;

	if (strncmp(a, "vendor ", 7) == 0)
		a += 7;
	if (a[0] < '0' || a[0] > '9' || a[1] != 'x')
		return;
	if (g == NULL) {
		differ(r, "has no register, the list says %s", r->cell[ADDR]);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (tables[i].digit == a[0] && tables[i].table != (enum mb_table)g->table)
			differ(r, "is in table %s, the list says %s", mb_table_word(g->table), r->cell[ADDR]);
	if (strtol(a + 2, &end, 10) != g->address)
		differ(r, "has address %d, the list says %s", (int)g->address, r->cell[ADDR]);
	if (end[0] == '/' && strtol(end + 3, NULL, 10) != g->open_address)
		differ(r, "opens at %d, the list says %s", (int)g->open_address, r->cell[ADDR]);
}

/*
 * "701.W"; of outputs also what enables them, "704.WSet+WSetEna". ESS4 speaks the older models, and what the list says of it stands
 * elsewhere in them.
 */
static void
compare_place(const struct row *r, const struct site_point *p, const struct site_register *g)
{
	static const char *const older[][2] = { { "701.W", "103.W" }, { "701.Var", "103.VAr" },
		{ "701.LLV", "103.PPVphAB" }, { "701.Hz", "103.Hz" }, { "701.InvSt", "103.St" },
		{ "701.Alrm", "103.Evt1" }, { "713.SoC", "124.ChaState" }, { "713.SoH", "802.SoH" },
		{ "715.DERHb", "802.Hb" }, { "715.LocRemCtl", "802.LocRemCtl" }, { "701.TotWhInj", "103.WH" },
		{ "704.WSet+WSetEna", "124.OutWRte" }, { "715.OpCtl", "802.SetOp" },
		{ "715.AlarmReset", "802.AlmRst" } };
	const char *want = r->cell[ADDR];
	size_t n;

	if (strcmp(site->nodes[p->device].device->name, "ESS4") == 0)
		for (size_t i = 0; i < ARRAY_LEN(older); i++)
			if (strcmp(older[i][0], want) == 0)
				want = older[i][1];
	n = strcspn(want, "+");
	if (strlen(g->point) != n || strncmp(g->point, want, n) != 0)
		differ(r, "is %s, the list says %s", g->point, want);
}

static void
compare_register(const struct row *r, const struct site_point *p)
{
	const struct site_register *g = p->def->write != NULL ? p->def->write : p->def->read;

	compare_address(r, p);
	if (g == NULL || g->internal != NULL)
		return;
	if (g->point != NULL) {
		compare_place(r, p, g);
		return;
	}
	if (g->property != NULL && strcmp(g->property, r->cell[ADDR]) != 0)
		differ(r, "is property %s, the list says %s", g->property, r->cell[ADDR]);
	if (g->property == NULL && strcmp(r->cell[RAW], "obj") == 0)
		differ(r, "is no property of ECHONET Lite, the list says %s", r->cell[ADDR]);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (g->property == NULL && strcmp(types[i].word, r->cell[RAW]) == 0 &&
		    types[i].type != (enum raw_type)g->type)
			differ(r, "is of type %s, the list says %s", raw_type_word(g->type), r->cell[RAW]);
	if (has(r, SCALE) && r->cell[SCALE][0] <= '9' && !same_number(r->cell[SCALE], g->scale))
		differ(r, "has scale %g, the list says %s", g->scale, r->cell[SCALE]);
	if (strncmp(r->cell[RAW], "pulse", 5) == 0 &&
	    g->pulse_us != (strcmp(r->cell[RAW], "pulse 1s") == 0 ? 1000000 : 500000))
		differ(r, "has a pulse of %d us, the list says %s", (int)g->pulse_us, r->cell[RAW]);
}

START_TEST(registers_types_and_scales_are_those_of_the_list)
{
	for_all(compare_register);
}
END_TEST

static void
compare_range(const struct row *r, const struct site_point *p)
{
	if (p->def->kind == KIND_DIGITAL || p->def->kind == KIND_COMMAND || !has(r, EU_LO) || !has(r, EU_HI))
		return;
	if (!same_number(r->cell[EU_LO], p->def->range.lo) || !same_number(r->cell[EU_HI], p->def->range.hi))
		differ(r, "ranges from %g to %g, the list says %s to %s", p->def->range.lo, p->def->range.hi,
		    r->cell[EU_LO], r->cell[EU_HI]);
	if (p->def->kind == KIND_ANALOG && has(r, DEADBAND) && !same_number(r->cell[DEADBAND], p->def->deadband))
		differ(r, "has deadband %g, the list says %s", p->def->deadband, r->cell[DEADBAND]);
}

START_TEST(ranges_and_deadbands_are_those_of_the_list)
{
	for_all(compare_range);
}
END_TEST

static const struct site_limit *
find_limit(const struct site_point *p, enum limit_type type)
{
	const struct site_limit *list = p->def->alarms.v;

	for (uint32_t i = 0; i < p->def->alarms.n; i++)
		if (list[i].type == (int)type)
			return &list[i];
	return NULL;
}

static void
compare_limits(const struct row *r, const struct site_point *p)
{
	static const struct {
		enum column cell;
		enum limit_type type;
		bool is_inner;
	} limits[] = { { LL, LIMIT_LL, false }, { L, LIMIT_L, true }, { H, LIMIT_H, true }, { HH, LIMIT_HH, false } };

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct site_limit *a = find_limit(p, limits[i].type);
		const char *cell = r->cell[limits[i].cell];
		const char *priority = r->cell[limits[i].is_inner && has(r, PRIO_INNER) ? PRIO_INNER : PRIORITY];
		if ((a != NULL) != (cell[0] != '\0'))
			differ(r, "%s the limit %s of the list", a != NULL ? "has more than" : "has not", cell);
		if (a == NULL || cell[0] == '\0')
			continue;
		if (!same_number(cell, a->limit))
			differ(r, "alarms at %g, the list says %s", a->limit, cell);
		if (!same_number(priority, (double)a->priority))
			differ(r, "alarms with priority %d, the list says %s", (int)a->priority, priority);
		if (has(r, ON_DELAY) && !same_number(r->cell[ON_DELAY], (double)a->delay_us / 1e6))
			differ(r, "alarms after %g s, the list says %s", (double)a->delay_us / 1e6, r->cell[ON_DELAY]);
	}
	if ((strcmp(r->cell[KIND], "DI") == 0 || strcmp(r->cell[UNIT], "bool") == 0 || p->def->bits.n > 0) &&
	    has(r, PRIORITY) && p->def->alarms.n == 0)
		differ(r, "has no alarm, the list gives it priority %s", r->cell[PRIORITY]);
}

START_TEST(limits_priorities_and_delays_are_those_of_the_list)
{
	for_all(compare_limits);
}
END_TEST

static void
compare_notes(const struct row *r, const struct site_point *p)
{
	const char *note = r->cell[NOTE];
	const struct site_limit *a = find_limit(p, LIMIT_STATE);

	if (strstr(note, "latched") != NULL && p->def->kind == KIND_DIGITAL && (a == NULL || !a->latched))
		differ(r, "has no latched alarm; the list says %s", note);
	if (strstr(note, "first-out") != NULL && (a == NULL || a->group == NULL))
		differ(r, "is in no first-out group; the list says %s", note);
	if ((strncmp(note, "SBO", 3) == 0 || strstr(note, "; SBO") != NULL) != p->def->select_before_operate)
		differ(r, "select before operate is not as in the list: %s", note);
	if ((strstr(note, "two-person") != NULL) != p->def->two_person)
		differ(r, "two persons are not as in the list: %s", note);
	if (p->def->kind == KIND_SETPOINT && p->def->falls_back == NULL && p->def->revert == NULL)
		differ(r, "does not say what it falls back to");
	if (has(r, SUPPRESS) &&
	    (p->def->suppress_when == NULL || strstr(p->def->suppress_when, r->cell[SUPPRESS]) == NULL))
		differ(r, "is suppressed when %s, the list says %s", p->def->suppress_when, r->cell[SUPPRESS]);
}

START_TEST(notes_and_suppression_are_carried_out)
{
	for_all(compare_notes);
}
END_TEST

/* clang-format off */
static Suite *
suite(void)
{
	Suite *s = suite_create("points_csv");
	TCase *t_case = tcase_create("points_csv");

	tcase_set_timeout(t_case, 60);
	T_FIXTURE(set_up, tear_down)
	T(every_point_is_there_with_its_kind_and_unit)
	T(titles_are_those_of_the_list)
	T(registers_types_and_scales_are_those_of_the_list)
	T(ranges_and_deadbands_are_those_of_the_list)
	T(limits_priorities_and_delays_are_those_of_the_list)
	T(notes_and_suppression_are_carried_out)
	suite_add_tcase(s, t_case);
	return s;
}
/* clang-format on */

int
main(void)
{
	if (!find_list()) {
		fprintf(stderr, "skipped: no point list; name one in CHISAN_POINTS_CSV\n");
		return 77;
	}
	SRunner *r = srunner_create(suite());
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
