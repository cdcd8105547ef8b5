/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_screen.c - any bytes as a screen file: no crash, and what is accepted keeps its own bounds. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/screenfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ignore(uint32_t line, uint32_t column, const char *text, void *arg)
{
	(void)line;
	(void)column;
	if (text == NULL || text[0] == '\0' || arg != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct screen_file *f = screen_file_parse((const char *)data, size, ignore, NULL);

	if (f == NULL)
		return 0;
	if (f->name == NULL || f->title == NULL || f->drawing_count == 0)
		abort();
	for (uint32_t i = 0; i < f->drawing_count; i++) {
		const struct screen_drawing *d = &f->drawings[i];
		for (uint32_t row = 0; row < d->rows; row++)
			if (strlen(d->lines[row]) > SCREEN_FILE_MAX)
				abort();
		for (uint32_t k = 0; k < d->field_count; k++)
			if (d->fields[k].binding >= f->binding_count || d->fields[k].row >= d->rows ||
			    d->fields[k].column + d->fields[k].width > d->columns)
				abort();
	}
	screen_file_free(f);
	return 0;
}
