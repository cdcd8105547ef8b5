/* SPDX-License-Identifier: Apache-2.0 */
/*
 * farm.c - devices for the bench: epoll, a queue of answers in the order in which they fall due, nothing else.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/bench/farm.h"

#define FDS   8192
#define QUEUE 65536 /* answers waiting, a power of two */

struct due {
	int64_t at;
	int fd;
	uint32_t opening; /* of the connection, so that an answer to a closed one is not sent to its successor */
	uint8_t head[12];
};

static struct {
	struct farm farm;
	int epoll, listener;
	uint32_t device[FDS], opening[FDS];
	struct due queue[QUEUE];
	uint32_t first, last;
} s;

const char *
farm_address(char *buf, uint32_t i)
{
	str_printf(buf, 16, "127.2.%u.%u", i / 250, i % 250 + 1);
	return buf;
}

static void
take_connections(void)
{
	for (;;) {
		struct sockaddr_in own;
		socklen_t len = sizeof(own);
		struct epoll_event e = { .events = EPOLLIN };
		int one = 1, fd = accept4(s.listener, NULL, NULL, SOCK_NONBLOCK);
		uint32_t address;

		if (fd < 0)
			return;
		if (fd >= FDS || getsockname(fd, (struct sockaddr *)&own, &len) != 0) {
			close(fd);
			continue;
		}
		address = ntohl(own.sin_addr.s_addr);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		s.device[fd] = (address >> 8 & 0xFF) * 250 + (address & 0xFF) - 1;
		s.opening[fd]++;
		e.data.fd = fd;
		epoll_ctl(s.epoll, EPOLL_CTL_ADD, fd, &e);
	}
}

/* The register a request asks for first holds its address; all else is 7. */
static void
answer(const struct due *d)
{
	uint8_t out[260] = { 0 };
	unsigned count = d->head[11], len = 9 + count * 2;

	if (s.opening[d->fd] != d->opening)
		return;
	memcpy(out, d->head, 8);
	out[4] = 0;
	out[5] = (uint8_t)(len - 6);
	out[8] = (uint8_t)(count * 2);
	for (unsigned i = 0; i < count; i++)
		out[10 + 2 * i] = 7;
	if (s.device[d->fd] == s.farm.half_device)
		len /= 2;
	(void)!send(d->fd, out, len, MSG_NOSIGNAL);
}

static void
take_request(int fd, int64_t now)
{
	uint8_t in[512];
	ssize_t n = recv(fd, in, sizeof(in), 0);

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN) {
			s.opening[fd]++;
			close(fd);
		}
		return;
	}
	if (farm_is_silent(&s.farm, s.device[fd]))
		return;
	for (ssize_t at = 0; at + 12 <= n; at += 12) {
		struct due *d = &s.queue[s.last++ % QUEUE];

		*d = (struct due){ .at = now + s.farm.latency_us, .fd = fd, .opening = s.opening[fd] };
		memcpy(d->head, in + at, 12);
	}
}

static void
serve(void)
{
	struct epoll_event e[256], mine = { .events = EPOLLIN };

	s.epoll = epoll_create1(0);
	mine.data.fd = s.listener;
	epoll_ctl(s.epoll, EPOLL_CTL_ADD, s.listener, &mine);
	for (;;) {
		int64_t now = clock_mono().us;
		struct timespec wait, *timeout = NULL;
		int n;

		while (s.first != s.last && s.queue[s.first % QUEUE].at <= now)
			answer(&s.queue[s.first++ % QUEUE]);
		if (s.first != s.last) {
			int64_t us = s.queue[s.first % QUEUE].at - now;

			wait = (struct timespec){ us / US_PER_S, us % US_PER_S * 1000 };
			timeout = &wait;
		}
		n = epoll_pwait2(s.epoll, e, 256, timeout, NULL);
		now = clock_mono().us;
		for (int i = 0; i < n; i++) {
			if (e[i].data.fd == s.listener)
				take_connections();
			else
				take_request(e[i].data.fd, now);
		}
	}
}

void
farm_start(struct farm *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	struct rlimit r;

	s.farm = *f;
	s.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(s.listener, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(s.listener, 4096) != 0 ||
	    getsockname(s.listener, (struct sockaddr *)&a, &len) != 0) {
		perror("farm");
		exit(1);
	}
	f->port = ntohs(a.sin_port);
	f->pid = fork();
	if (f->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
			r.rlim_cur = r.rlim_max;
			(void)setrlimit(RLIMIT_NOFILE, &r);
		}
		serve();
		_exit(0);
	}
	close(s.listener);
}

void
farm_stop(struct farm *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
}
