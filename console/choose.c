/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose.c - options, environment and terminal taken together.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/choose.h"
#include "console/grid.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"

bool
choose_size(const char *size, int *columns, int *rows)
{
	char first[16];
	char *x;
	int64_t w = 80, h = 24;

	*columns = 80;
	*rows = 24;
	if (size == NULL)
		return true;
	if (!str_copy(first, sizeof first, size) || (x = strchr(first, 'x')) == NULL)
		return false;
	*x = '\0';
	if (!str_to_i64(first, 1, GRID_COLUMNS_MAX, &w) || !str_to_i64(x + 1, 1, GRID_ROWS_MAX, &h))
		return false;
	*columns = (int)w;
	*rows = (int)h;
	return true;
}

enum color_depth
choose_color(const struct console_options *o)
{
	const char *no_color = getenv("NO_COLOR");
	enum color_depth depth = COLOR_AUTO;

	if (o->color != NULL)
		color_from_word(o->color, &depth);
	if (depth == COLOR_AUTO)
		depth = no_color != NULL && no_color[0] != '\0' ? COLOR_NEVER : COLOR_256;
	return depth;
}

bool
choose_is_japanese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);
		if (v != NULL && v[0] != '\0')
			return strncmp(v, "ja", 2) == 0;
	}
	return false;
}

bool
choose_check(const struct console_options *o)
{
	enum color_depth depth;
	int columns, rows;

	if (o->theme != NULL && theme_find(o->theme) == NULL)
		fprintf(stderr, "chisan: no theme '%s'; default, deutan, mono, high-contrast or light\n", o->theme);
	else if (o->color != NULL && !color_from_word(o->color, &depth))
		fprintf(stderr, "chisan: no colour mode '%s'; auto, never, 16 or 256\n", o->color);
	else if (!choose_size(o->size, &columns, &rows))
		fprintf(stderr, "chisan: '%s' is no size; one such as 80x24\n", o->size);
	else
		return true;
	return false;
}

const char *const *
console_theme_names(void)
{
	static const char *const names[] = { "default", "deutan", "mono", "high-contrast", "light", NULL };

	return names;
}
