/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mimic.h - a screen file on the grid: the drawing as it stands, and its fields filled with values.
 */
#ifndef CHISAN_MIMIC_H
#define CHISAN_MIMIC_H

#include "console/screen.h"
#include "scada/base/screenfile.h"

struct mimic {
	struct screen_file *file;
	point_id *points; /* [binding_count]; POINT_NONE = the site has no such point */
};

bool mimic_open(struct mimic *m, struct console *co, const char *name); /* false: no such screen, or it has a fault */
void mimic_close(struct mimic *m);
/* For screen_file_parse(): what a page of no interest here is wrong about is not told. */
void mimic_ignore_fault(uint32_t line, uint32_t column, const char *text, void *arg);
/* Point numbers are new. */
void mimic_resolve(struct mimic *m, struct console *co);
/* NULL: none fits. */
const struct screen_drawing *mimic_fit(const struct mimic *m, struct area a);
/* selected: index of a field, -1 = none; its place becomes the cursor. */
void mimic_draw(const struct mimic *m, struct console *co, const struct screen_drawing *d, struct area a, int selected);
/* Can the operator select this field? */
bool mimic_is_selectable(const struct mimic *m, const struct screen_field *f);

#endif
