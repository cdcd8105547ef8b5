/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.c - CSV as spreadsheets want it: UTF-8 with BOM, or CP932 (Windows-31J), both with CRLF.
 * CP932 by iconv, one character at a time, so that one that it lacks costs no more than itself.
 */
#include "config.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/text.h"
#include "scada/report/report.h"

/*
 * JIS X 0208 characters of which CP932 has Microsoft's mapping, not Unicode's: what other programs write for them is made what
 * Windows does. glibc takes some of them one way only, others not at all.
 */
static const struct {
	uint32_t from, to;
} alike[] = {
	{ 0x00A2, 0xFFE0 }, /* cent */
	{ 0x00A3, 0xFFE1 }, /* pound */
	{ 0x00A5, 0xFFE5 }, /* yen: never a backslash, which would be 0x5C */
	{ 0x00AC, 0xFFE2 }, /* not */
	{ 0x2014, 0x2015 }, /* dash */
	{ 0x2016, 0x2225 }, /* parallel */
	{ 0x203E, 0xFFE3 }, /* overline */
	{ 0x2212, 0xFF0D }, /* minus */
	{ 0x301C, 0xFF5E }, /* wave dash */
};

/* Opened once and kept: opening it reads files. */
static iconv_t
converter(void)
{
	static iconv_t cd = (iconv_t)-1;
	if (cd == (iconv_t)-1)
		cd = iconv_open("CP932", "UTF-8");
	return cd;
}

bool
report_warm_up(void)
{
	return converter() != (iconv_t)-1;
}

static size_t
put_cp932(iconv_t cd, uint32_t cp, char *out)
{
	char in[4], *from = in, *to = out;
	for (size_t i = 0; i < ARRAY_LEN(alike); i++)
		if (alike[i].from == cp)
			cp = alike[i].to;
	size_t in_left = text_encode(cp, in), out_left = 4;
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	/* A count above zero: the converter made something similar of it, which we do not want. */
	if (iconv(cd, &from, &in_left, &to, &out_left) == 0 && in_left == 0)
		return 4 - out_left;
	out[0] = '?';
	return 1;
}

char *
report_export(const char *csv, enum report_form form, size_t *len)
{
	size_t n = strlen(csv), used = 0;
	iconv_t cd = form == REPORT_CSV_CP932 ? converter() : (iconv_t)-1;
	if (form == REPORT_CSV_CP932 && cd == (iconv_t)-1)
		return NULL;
	/* No character grows but \n, which doubles, and a byte that is none, which becomes U+FFFD. */
	char *out = xmalloc(3 * n + 4);
	if (form == REPORT_CSV) {
		memcpy(out, "\xEF\xBB\xBF", 3);
		used = 3;
	}
	while (n > 0) {
		uint32_t cp;
		size_t bytes = text_next(csv, n, &cp);
		if (cp == '\n')
			out[used++] = '\r';
		if (cp < 0x80)
			out[used++] = (char)cp;
		else if (form == REPORT_CSV_CP932)
			used += put_cp932(cd, cp, out + used);
		else
			used += text_encode(cp, out + used);
		csv += bytes;
		n -= bytes;
	}
	out[used] = '\0';
	*len = used;
	return out;
}
