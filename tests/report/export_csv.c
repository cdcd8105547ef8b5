/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_csv.c - UTF-8 from standard input as report_export() writes it: in CP932, or with -u in UTF-8 with BOM. For cp932.sh.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/report/report.h"

#define MOST (4u << 20)

int
main(int argc, char **argv)
{
	char *text = xcalloc(1, MOST);
	size_t len = fread(text, 1, MOST - 1, stdin);
	text[len] = '\0';
	char *out = report_export(text, argc > 1 && strcmp(argv[1], "-u") == 0 ? REPORT_CSV : REPORT_CSV_CP932, &len);
	if (out == NULL) {
		fputs("export_csv: this system has no converter for CP932\n", stderr);
		return 77;
	}
	fwrite(out, 1, len, stdout);
	free(out);
	free(text);
	return fflush(stdout) == 0 ? 0 : 1;
}
