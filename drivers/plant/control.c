/* SPDX-License-Identifier: Apache-2.0 */
/* control.c - the Unix socket that takes fault commands, and the client that sends one. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "drivers/plant/server.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define ANSWER_MAX 16384
#define WORDS      5
#define CLIENTS    16

struct control_client {
	LIST_ENTRY(control_client) entry;
	struct control *control;
	ev_io io;
	size_t len;
	char line[CONTROL_LINE_MAX];
};

struct control {
	struct ev_loop *loop;
	struct district *district;
	struct server *server;
	int fd;
	unsigned count;
	ev_io io;
	LIST_HEAD(, control_client) clients;
	char path[108];
};

static void
drop(struct control_client *c)
{
	ev_io_stop(c->control->loop, &c->io);
	close(c->io.fd);
	LIST_REMOVE(c, entry);
	c->control->count--;
	free(c);
}

/* Answers are small against a socket's buffer; who does not take one is dropped. */
static bool
reply(struct control_client *c, const char *line)
{
	char answer[ANSWER_MAX];
	control_run(c->control->district, c->control->server, line, answer, sizeof(answer) - 1);
	str_append(answer, sizeof(answer), "\n");
	ssize_t n = send(c->io.fd, answer, strlen(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
	return n == (ssize_t)strlen(answer);
}

static void
on_line(struct ev_loop *loop, ev_io *io, int events)
{
	struct control_client *c = io->data;
	(void)loop;
	(void)events;
	ssize_t n = recv(io->fd, c->line + c->len, sizeof(c->line) - 1 - c->len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	char *end;
	while ((end = memchr(c->line, '\n', c->len)) != NULL) {
		*end = '\0';
		if (!reply(c, c->line)) {
			drop(c);
			return;
		}
		size_t used = (size_t)(end - c->line) + 1;
		memmove(c->line, end + 1, c->len - used + 1);
		c->len -= used;
	}
	if (c->len >= sizeof(c->line) - 1)
		drop(c);
}

static void
on_control(struct ev_loop *loop, ev_io *io, int events)
{
	struct control *c = io->data;
	(void)events;
	int fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	if (c->count >= CLIENTS) {
		close(fd);
		return;
	}
	struct control_client *k = xcalloc(1, sizeof(*k));
	k->control = c;
	ev_io_init(&k->io, on_line, fd, EV_READ);
	k->io.data = k;
	ev_io_start(loop, &k->io);
	LIST_INSERT_HEAD(&c->clients, k, entry);
	c->count++;
}

static bool
unix_address(const char *path, struct sockaddr_un *un)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	return str_copy(un->sun_path, sizeof(un->sun_path), path);
}

/* A socket that nobody answers on is left over and goes; anything else stays. */
static bool
remove_stale(const struct sockaddr_un *un)
{
	struct stat st;
	if (lstat(un->sun_path, &st) != 0)
		return true;
	if (!S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0;
	if (fd >= 0)
		close(fd);
	return !alive && unlink(un->sun_path) == 0;
}

struct control *
control_new(struct ev_loop *loop, struct district *d, struct server *s, const char *path, char *message, size_t size)
{
	struct sockaddr_un un;
	if (!unix_address(path, &un)) {
		str_printf(message, size, "%s is too long for a socket's path", path);
		return NULL;
	}
	if (!remove_stale(&un)) {
		str_printf(message, size, "%s is in use, or is no socket", path);
		return NULL;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t old = umask(077);
	bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0 && listen(fd, 16) == 0;
	umask(old);
	if (!bound) {
		str_printf(message, size, "cannot listen on %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct control *c = xcalloc(1, sizeof(*c));
	c->loop = loop;
	c->district = d;
	c->server = s;
	c->fd = fd;
	str_copy(c->path, sizeof(c->path), path);
	LIST_INIT(&c->clients);
	ev_io_init(&c->io, on_control, fd, EV_READ);
	c->io.data = c;
	ev_io_start(loop, &c->io);
	return c;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	while (!LIST_EMPTY(&c->clients))
		drop(LIST_FIRST(&c->clients));
	ev_io_stop(c->loop, &c->io);
	close(c->fd);
	unlink(c->path);
	free(c);
}

/* ---- the other side */

int
control_send(const char *path, int argc, char *const argv[])
{
	struct sockaddr_un un;
	char line[CONTROL_LINE_MAX] = "", answer[ANSWER_MAX];
	size_t len = 0;
	for (int i = 0; i < argc; i++)
		if (!str_append(line, sizeof(line) - 1, i > 0 ? " " : "") ||
		    !str_append(line, sizeof(line) - 1, argv[i]))
			return 2;
	str_append(line, sizeof(line), "\n");
	int fd = unix_address(path, &un) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
	struct timeval most = { .tv_sec = 10 };
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) != 0) {
		fprintf(stderr, "chisan-plant: nobody answers on %s\n", path);
		if (fd >= 0)
			close(fd);
		return 6;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
	bool sent = send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line);
	shutdown(fd, SHUT_WR);
	while (sent && len < sizeof(answer) - 1) {
		ssize_t n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	answer[len] = '\0';
	close(fd);
	bool several = memchr(answer, '\n', len) != NULL && strchr(answer, '\n') + 1 < answer + len;
	bool ok = strcmp(answer, "ok\n") == 0 || several || strncmp(answer, "time ", 5) == 0;
	fputs(answer, ok ? stdout : stderr);
	return len == 0 ? 6 : ok ? 0 : 1;
}
