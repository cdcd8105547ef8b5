/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newfile.h - a file that is there whole or not at all: written beside its place under FILE.part, mode 0600, and moved when all of
 * it is on the disk.
 */
#ifndef CHISAN_NEWFILE_H
#define CHISAN_NEWFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "scada/base/err.h"

struct newfile {
	char path[4096], part[4096 + 8];
	int fd; /* -1 = not open */
	unsigned long long bytes;
	bool may_replace;
	char why[512]; /* a sentence, when something failed */
};

/* ERR_REFUSED: the file is there and may not be replaced. why says what is wrong and what helps. */
enum err newfile_open(struct newfile *f, const char *path, bool may_replace);
enum err newfile_write(struct newfile *f, const void *data, size_t len);
enum err newfile_finish(struct newfile *f); /* synchronised and moved to its place */
void newfile_drop(struct newfile *f);       /* nothing remains; harmless after newfile_finish */

#endif
