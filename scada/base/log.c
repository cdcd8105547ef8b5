/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - lines on stderr that never make the program wait: what does not fit into a full pipe is dropped and counted.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LINE_MAX_BYTES 2048 /* below PIPE_BUF, so that a pipe takes a line whole or not at all */

static struct {
	char name[32];
	int verbosity;
	int own_fd; /* stderr opened once more, non-blocking; -1 = none */
	dev_t dev;
	ino_t ino;
	bool is_journal; /* systemd's journal reads priorities */
	unsigned long lost;
} state = { .name = "chisan", .own_fd = -1 };

static bool
is_same_file(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && st.st_dev == state.dev && st.st_ino == state.ino;
}

/*
 * The flag O_NONBLOCK on descriptor 2 itself would change it for everybody who shares it, such as the stdout of
 * "chisan points 2>&1 | less". So pipes and terminals are opened a second time.
 */
static void
open_stderr(void)
{
	struct stat st;

	if (state.own_fd >= 0 && is_same_file(state.own_fd))
		close(state.own_fd);
	state.own_fd = -1;
	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	state.dev = st.st_dev;
	state.ino = st.st_ino;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		state.own_fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];

	return stream != NULL &&
	    str_printf(own, sizeof(own), "%llu:%llu", (unsigned long long)state.dev, (unsigned long long)state.ino) &&
	    strcmp(stream, own) == 0;
}

void
log_init(const char *name, int verbosity)
{
	str_copy(state.name, sizeof(state.name), name);
	state.verbosity = verbosity;
	state.lost = 0;
	open_stderr();
	state.is_journal = is_journal();
}

bool
log_is_system(void)
{
	return state.is_journal;
}

/* True if the line went out. */
static bool
put_bytes(const char *line, size_t len)
{
	ssize_t n = send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n >= 0 || errno != ENOTSOCK)
		return n == (ssize_t)len;
	/* Somebody may have closed our descriptor and got its number for a device: look before writing. */
	if (state.own_fd >= 0 && is_same_file(state.own_fd) && is_same_file(STDERR_FILENO))
		return write(state.own_fd, line, len) == (ssize_t)len;
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) == 0)
		return false;
	if (p.revents == 0)
		return false;
	return write(STDERR_FILENO, line, len) == (ssize_t)len;
}

static bool
put_line(enum log_level level, const char *text)
{
	const char *word = level == LOG_LEVEL_ERROR ? "error: " : level == LOG_LEVEL_WARN ? "warning: " : "";
	char safe[LINE_MAX_BYTES - 64], line[LINE_MAX_BYTES];

	text_put_safe(safe, sizeof(safe), text, -1);
	if (state.is_journal)
		str_printf(line, sizeof(line), "<%d>%s%s\n", (int)level, word, safe);
	else
		str_printf(line, sizeof(line), "%s: %s%s\n", state.name, word, safe);
	return put_bytes(line, strlen(line));
}

static void put(enum log_level level, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static void
put(enum log_level level, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES];
	int saved = errno;

	if ((int)level <= LOG_LEVEL_NOTICE + state.verbosity) {
		vsnprintf(text, sizeof(text), fmt, ap);
		if (state.lost != 0) {
			char lost[64];
			str_printf(lost, sizeof(lost), "%lu lines were lost: nobody reads stderr", state.lost);
			if (put_line(LOG_LEVEL_WARN, lost))
				state.lost = 0;
		}
		if (state.lost != 0 || !put_line(level, text))
			state.lost++;
	}
	errno = saved;
}

#define DEFINE(function, level) \
	void function(const char *fmt, ...) \
	{ \
		va_list ap; \
		va_start(ap, fmt); \
		put(level, fmt, ap); \
		va_end(ap); \
	}

DEFINE(log_error, LOG_LEVEL_ERROR)
DEFINE(log_warn, LOG_LEVEL_WARN)
DEFINE(log_notice, LOG_LEVEL_NOTICE)
DEFINE(log_info, LOG_LEVEL_INFO)
DEFINE(log_debug, LOG_LEVEL_DEBUG)

bool
log_once(enum err *last, enum err e, const char *fmt, ...)
{
	bool has_changed = *last != e;
	enum log_level level = !has_changed ? LOG_LEVEL_DEBUG : e == OK ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARN;
	va_list ap;

	*last = e;
	va_start(ap, fmt);
	put(level, fmt, ap);
	va_end(ap);
	return has_changed;
}

void
log_fatal(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	put(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	exit(1);
}
