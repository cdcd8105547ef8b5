/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.c - reading a file that may be anything: size and kind before the first byte, characters before the parser.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/text.h"
#include "scada/site/reader.h"

#define CHARACTER_FAULTS_MAX 10 /* a binary file is told in ten lines, not in a million */

static void
say_open_error(struct faults *f, struct mark at, int errnum)
{
	if (errnum == ELOOP)
		fault_at(f, at, "a symbolic link that leads to itself; put the file here");
	else if (errnum == EACCES || errnum == EPERM)
		fault_at(f, at, "this user may not read the file; give read permission to who runs chisand");
	else if (errnum == ENOTDIR)
		fault_at(f, at, "this is no folder; name the folder in which site.yaml stands");
	else if (errnum == ENOENT)
		fault_at(f, at, "there is no such file; create it");
	else
		fault_at(f, at, "the file cannot be read (%s); check the disk", strerror(errnum));
}

/* The descriptor of a regular file within the size, or -1 after saying why not. */
static int
open_regular(struct faults *f, struct mark at, const char *path, size_t max, size_t *size)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO without a writer must not hold us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0) {
		say_open_error(f, at, errno);
	} else if (S_ISDIR(st.st_mode)) {
		fault_at(f, at, "this is a folder; a file is wanted");
	} else if (!S_ISREG(st.st_mode)) {
		fault_at(f, at, "this is not a regular file but a pipe, socket or device; put a file here");
	} else if (st.st_size > (off_t)max) {
		fault_at(f, at,
		    "the file has %" PRIdMAX " bytes; at most %zu are read, so split it into several profiles",
		    (intmax_t)st.st_size, max);
	} else {
		*size = (size_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* All bytes, also when the file grows or shrinks meanwhile. NULL after saying why not. */
static char *
read_all(struct faults *f, struct mark at, int fd, size_t size, size_t *len)
{
	char *data = xmalloc(size + 1);
	ssize_t n = 0;
	*len = 0;
	while (*len < size && ((n = read(fd, data + *len, size - *len)) > 0 || (n < 0 && errno == EINTR)))
		*len += n > 0 ? (size_t)n : 0;
	if (n < 0) {
		say_open_error(f, at, errno);
		free(data);
		return NULL;
	}
	data[*len] = '\0';
	return data;
}

static const char *
encoding_of(const unsigned char *p, size_t len)
{
	if (len >= 4 &&
	    ((p[0] == 0xFF && p[1] == 0xFE && p[2] == 0 && p[3] == 0) ||
	        (p[0] == 0 && p[1] == 0 && p[2] == 0xFE && p[3] == 0xFF)))
		return "UTF-32";
	if (len >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)))
		return "UTF-16";
	if (len >= 4 &&
	    ((p[0] == 0 && p[2] == 0 && p[1] != 0 && p[3] != 0) || (p[1] == 0 && p[3] == 0 && p[0] != 0 && p[2] != 0)))
		return "UTF-16";
	return NULL;
}

/* A byte order mark is left out and CR LF becomes LF: editors of Windows write both, and neither means anything. */
static void
normalise(struct source *s)
{
	char *out = s->data;
	const char *p = s->data, *end = s->data + s->len;
	if (s->len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	for (; p < end; p++)
		if (!(p[0] == '\r' && p + 1 < end && p[1] == '\n'))
			*out++ = *p;
	*out = '\0';
	s->len = (size_t)(out - s->data);
}

static void
say_character(struct faults *f, struct mark at, const char *p, size_t left, uint32_t cp)
{
	if (cp == 0)
		fault_at(f, at, "a NUL byte; the file is damaged or not text: write it again as UTF-8");
	else if (cp == '\r')
		fault_at(f, at, "a carriage return without a line feed; end lines with LF or CR LF");
	else if (cp == 0x1B)
		fault_at(f, at, "an escape character (U+001B), which could drive a terminal; leave it out");
	else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		fault_at(f, at, "a control character (U+%04" PRIX32 "); leave it out", cp);
	else if (cp == TEXT_REPLACEMENT && left > 0 && (unsigned char)p[0] != 0xEF)
		fault_at(f, at, "the byte 0x%02X is not UTF-8; save the file as UTF-8", (unsigned char)p[0]);
	else
		fault_at(f, at, "the invisible or unknown character U+%04" PRIX32 "; leave it out", cp);
}

static bool
check_characters(struct faults *f, struct mark at, const struct source *s)
{
	int found = 0;
	at.line = at.column = 1;
	for (size_t i = 0; i < s->len && found < CHARACTER_FAULTS_MAX;) {
		unsigned char c = (unsigned char)s->data[i];
		uint32_t cp = c;
		size_t used = 1;
		if (c < 0x20 || c >= 0x7F)
			used = text_next(s->data + i, s->len - i, &cp);
		if (c == '\n') {
			at.line++;
			at.column = 0;
		} else if (c != '\t' && (c < 0x20 || c >= 0x7F) && (!text_is_inert(cp) || cp == TEXT_REPLACEMENT)) {
			say_character(f, at, s->data + i, s->len - i, cp);
			found++;
		}
		i += used > 0 ? used : 1;
		if (at.column < UINT16_MAX)
			at.column++;
	}
	return found == 0;
}

bool
source_read(struct faults *f, uint16_t number, const char *path, size_t max)
{
	struct mark at = { .file = number };
	size_t size = 0, len = 0;
	int fd = open_regular(f, at, path, max, &size);
	if (fd < 0)
		return false;
	char *data = read_all(f, at, fd, size, &len);
	close(fd);
	if (data == NULL)
		return false;
	return source_take(f, number, data, len);
}

bool
source_take(struct faults *f, uint16_t number, char *data, size_t len)
{
	struct mark at = { .file = number };
	struct source *s = faults_source(f, number);
	const char *encoding = encoding_of((const unsigned char *)data, len);
	s->data = data;
	s->len = len;
	if (encoding != NULL) {
		fault_at(f, at, "the file is %s; save it as UTF-8", encoding);
		s->len = 0;
		return false;
	}
	normalise(s);
	return check_characters(f, at, s);
}
