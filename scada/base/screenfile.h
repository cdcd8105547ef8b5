/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screenfile.h - reading a screen file: a header that binds fields to points, then drawings in which what you see is what
 * you get.  chisan-site checks with it, the console draws with it.  chisan-screen(5) is the manual.
 *
 *   screen: overview
 *   title: District overview
 *   title_ja: 地域概要
 *   key: 1
 *   rx = GRID.RX.P
 *   rxu = GRID.RX.P unit
 *   flow = GRID.RX.P flow > < -        # positive, negative, none
 *   soc = ESS1.SOC bar 0 100
 *   --- 80x17
 *   drawing
 *   --- 132x36
 *   drawing
 *
 * In a drawing {rx....} is a field: the name, then dots up to its width; the braces count. Everything else stands as it is.
 */
#ifndef CHISAN_SCREENFILE_H
#define CHISAN_SCREENFILE_H

#include <stdint.h>

#include "scada/base/mem.h"

/* clang-format off */
/* _(id, word, arguments, help) */
#define FIELD_LIST(_) \
	_(FIELD_VALUE,   "value",   0, "the value with its quality mark, right-aligned (the default)") \
	_(FIELD_LEFT,    "left",    0, "the value with its quality mark, left-aligned") \
	_(FIELD_FULL,    "full",    0, "value, unit and mark") \
	_(FIELD_UNIT,    "unit",    0, "the unit") \
	_(FIELD_NAME,    "name",    0, "the point's name") \
	_(FIELD_TITLE,   "title",   0, "the point's title in the operator's language") \
	_(FIELD_STATE,   "state",   0, "the state's name, left-aligned") \
	_(FIELD_MARK,    "mark",    0, "the quality letters alone") \
	_(FIELD_AGE,     "age",     0, "age of the value") \
	_(FIELD_BAR,     "bar",     2, "a bar from the first number to the second, with the limits on it") \
	_(FIELD_LEVEL,   "level",   2, "a bar without limits") \
	_(FIELD_SPARK,   "spark",   0, "what the console has seen of it, as a line") \
	_(FIELD_FLOW,    "flow",    3, "first text while positive, second while negative, third near zero, repeated over the width") \
	_(FIELD_SYMBOL,  "symbol",  2, "first text while not zero, second while zero")
/* clang-format on */
#define FIELD_ENUM(id, word, args, help) id,
enum field_kind { FIELD_LIST(FIELD_ENUM) FIELD_KIND_COUNT };
#undef FIELD_ENUM

struct screen_binding {
	const char *name, *point;
	enum field_kind kind;
	double lo, hi;
	const char *text[3];
	uint32_t line;
};
struct screen_field {
	uint32_t binding;
	uint16_t row, column, width;
}; /* cells, from 0 */
struct screen_drawing {
	uint16_t columns, rows;
	char **lines; /* [rows] UTF-8, exactly as drawn, fields blanked with spaces */
	struct screen_field *fields;
	uint32_t field_count;
};
struct screen_file {
	struct arena *arena;
	const char *name, *title, *title_ja, *key;
	struct screen_binding *bindings;
	uint32_t binding_count;
	struct screen_drawing *drawings;
	uint32_t drawing_count; /* smallest first */
};

#define SCREEN_FILE_MAX    (128 * 1024)
#define SCREEN_COLUMNS_MAX 400
#define SCREEN_ROWS_MAX    120

/* Calls fault() for each; text as "what is wrong; what would be right". */
typedef void (*screen_fault_fn)(uint32_t line, uint32_t column, const char *text, void *arg);

/* NULL if there was a fault. The caller frees with screen_file_free. */
struct screen_file *screen_file_parse(const char *text, size_t len, screen_fault_fn fault, void *arg);
void screen_file_free(struct screen_file *f);
/* The largest drawing that fits; NULL = none does. */
const struct screen_drawing *screen_file_fit(const struct screen_file *f, int columns, int rows);

#endif
