/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.c - under another name first, then renamed: a crash leaves no half of a file.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/store/keep.h"

#define MARK_BYTES 512

static bool
write_whole(int fd, const uint8_t *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, data + done, len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

bool
keep_names(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

bool
keep_file(const char *folder, const char *name, mode_t mode, const void *data, size_t len)
{
	char path[640], part[660];
	bool ok;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", folder, name);
	str_printf(part, sizeof(part), "%s.part", path);
	(void)unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return false;
	ok = write_whole(fd, data, len);
	ok = close(fd) == 0 && ok;
	return ok && rename(part, path) == 0 && keep_names(folder);
}

/* ---- the mark: lines of a word and a value, so that a person can read it */

bool
keep_mark_write(const char *folder, const struct keep_mark *m)
{
	char text[MARK_BYTES], identity[2 * DB_IDENTITY + 1], hash[2 * JOURNAL_HASH + 1];

	(void)sodium_bin2hex(identity, sizeof(identity), m->identity, DB_IDENTITY);
	(void)sodium_bin2hex(hash, sizeof(hash), m->hash, JOURNAL_HASH);
	str_printf(text, sizeof(text), "chisan-mark 1\nidentity %s\nseq %llu\nhash %s\nreserved %llu\njump %d\n",
	    identity, (unsigned long long)m->seq, hash, (unsigned long long)m->reserved, m->must_jump);
	return keep_file(folder, KEEP_MARK_FILE, 0600, text, strlen(text));
}

/* The rest of the line that begins with word and a blank; *line goes on to the next. False: it is another. */
static bool
value_of(char **line, const char *word, const char **value)
{
	size_t len = strlen(word);
	char *end = strchr(*line, '\n');

	if (end == NULL || strncmp(*line, word, len) != 0 || (*line)[len] != ' ')
		return false;
	*end = '\0';
	*value = *line + len + 1;
	*line = end + 1;
	return true;
}

static bool
bytes_of(const char *hex, uint8_t *out, size_t len)
{
	size_t n;

	return sodium_hex2bin(out, len, hex, strlen(hex), NULL, &n, NULL) == 0 && n == len && strlen(hex) == 2 * len;
}

static bool
number_of(const char *text, uint64_t *out)
{
	int64_t n;

	if (!str_to_i64(text, 0, INT64_MAX, &n))
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool
parse_mark(char *text, struct keep_mark *m)
{
	const char *v;
	uint64_t jump = 2;

	if (!value_of(&text, "chisan-mark", &v) || strcmp(v, "1") != 0)
		return false;
	if (!value_of(&text, "identity", &v) || !bytes_of(v, m->identity, DB_IDENTITY))
		return false;
	if (!value_of(&text, "seq", &v) || !number_of(v, &m->seq))
		return false;
	if (!value_of(&text, "hash", &v) || !bytes_of(v, m->hash, JOURNAL_HASH))
		return false;
	if (!value_of(&text, "reserved", &v) || !number_of(v, &m->reserved))
		return false;
	if (!value_of(&text, "jump", &v) || !number_of(v, &jump) || jump > 1 || *text != '\0')
		return false;
	m->must_jump = jump == 1;
	return m->reserved >= m->seq;
}

enum err
keep_mark_read(const char *folder, struct keep_mark *m)
{
	char path[640], text[MARK_BYTES + 1];
	ssize_t n;
	int fd;

	*m = (struct keep_mark){ .seq = 0 };
	str_printf(path, sizeof(path), "%s/%s", folder, KEEP_MARK_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	n = read(fd, text, MARK_BYTES);
	close(fd);
	if (n < 0)
		return ERR_IO;
	text[n] = '\0';
	return strlen(text) == (size_t)n && parse_mark(text, m) ? OK : ERR_BAD_DATA;
}
