/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_screen.c - screens: their form, and the points that their fields show.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/screenfile.h"
#include "scada/base/str.h"
#include "scada/site/check.h"

struct screens {
	struct check *c;
	const struct site_screen *s;
};

/* A screen of its own file: that line. One within site.yaml: its text, the line in words. */
static void
take_fault(uint32_t line, uint32_t column, const char *text, void *arg)
{
	const struct screens *x = arg;
	struct mark at = x->s->node.at;
	if (at.line == 0) {
		at.line = line;
		at.column = (uint16_t)(column == 0 ? 1 : column < UINT16_MAX ? column : UINT16_MAX);
		fault_at(x->c->f, at, "%s", text);
	} else {
		fault_at(x->c->f, AT_KEY(screen_schema, x->s, struct site_screen, text), "line %u of the screen: %s",
		    line, text);
	}
}

static void
check_bindings(struct screens *x, const struct screen_file *f)
{
	char hint[200], text[400];
	for (uint32_t i = 0; i < f->binding_count; i++) {
		const struct screen_binding *b = &f->bindings[i];
		if (b->point == NULL || site_find_point(x->c->s, b->point) != POINT_NONE ||
		    check_is_blurred(x->c, b->point))
			continue;
		str_printf(text, sizeof(text), "%s: there is no point %s%s", b->name, b->point,
		    check_point_hint(x->c, b->point, hint, sizeof(hint)));
		take_fault(b->line, 0, text, x);
	}
}

void
check_screens(struct check *c)
{
	const struct site_screen *list = c->s->screens.v;
	uint32_t n = c->s->screens.n;
	struct check_name *names = xcalloc((size_t)n + 1, sizeof(*names)),
	                  *keys = xcalloc((size_t)n + 1, sizeof(*keys));
	for (uint32_t i = 0; i < n; i++) {
		struct screens x = { c, &list[i] };
		names[i] = (struct check_name){ list[i].name, list[i].node.at };
		if (list[i].text == NULL || list[i].name == NULL)
			continue;
		struct screen_file *f = screen_file_parse(list[i].text, strlen(list[i].text), take_fault, &x);
		if (f == NULL)
			continue;
		if (f->name != NULL && strcmp(f->name, list[i].name) != 0)
			fault_at(c->f, list[i].node.at,
			    "the screen calls itself '%s'; here it is '%s', so make them the same", f->name,
			    list[i].name);
		if (f->key != NULL && f->key[0] != '\0')
			keys[i] = (struct check_name){ arena_strdup(c->a, f->key), list[i].node.at };
		check_bindings(&x, f);
		screen_file_free(f);
	}
	check_unique(c, names, n, "the screen");
	check_unique(c, keys, n, "the key of a screen,");
	free(names);
	free(keys);
}
