/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmp.h - the name of a temporary folder, for mkdtemp(3): below TMPDIR where it is set and short enough for names of sockets, else /tmp.
 */
#ifndef CHISAN_TEST_TMP_H
#define CHISAN_TEST_TMP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TMP_LONGEST 40

/* buf of at least 64 bytes. */
static inline char *
tmp_pattern(char *buf, size_t size)
{
	const char *where = getenv("TMPDIR");

	if (where == NULL || where[0] != '/' || strlen(where) > TMP_LONGEST)
		where = "/tmp";
	(void)snprintf(buf, size, "%s/chisan-test-XXXXXX", where);
	return buf;
}

#endif
