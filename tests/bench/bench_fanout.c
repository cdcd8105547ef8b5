/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_fanout.c - 10,000 changes a second to 50 consoles: packed frames encoded once, against a JSON line per change and
 * client.  Prints bytes and server CPU of both and their ratios.  The clients live in a child that reads everything.
 */
#include "config.h"

#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/conn.h"
#include "scada/base/delta.h"
#include "scada/base/mem.h"

enum { CLIENTS = 50, POINTS = 5000, CHANGES = 1000, FRAMES = 40 }; /* 10 Hz for 4 s */

struct bench {
	struct ev_loop *loop;
	struct conn *conns[CLIENTS];
	int fds[CLIENTS];
	struct delta_cell cells[POINTS];
	double values[POINTS];
	unsigned frames;
	uint64_t bytes;
	bool is_json;
	uint32_t random;
	char *queue[CLIENTS];
	size_t queued[CLIENTS], capacity[CLIENTS];
};

static uint32_t
next_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	b->random ^= b->random << 5;
	return b->random;
}

/* Every fifth point moves a little, as a plant's values do. */
static void
step(struct bench *b, uint32_t *changed, struct utc now)
{
	uint32_t at = next_random(b) % 5, n = 0;

	(void)now;
	for (; n < CHANGES; at += 5)
		changed[n++] = at;
	for (uint32_t i = 0; i < CHANGES; i++)
		b->values[changed[i]] += (double)((int)(next_random(b) % 41) - 20) * 0.1;
}

static void
send_packed(struct bench *b, const uint32_t *changed, struct utc now)
{
	struct wbuf body, frame;
	struct delta_writer w;

	wbuf_init(&body);
	wbuf_init(&frame);
	delta_begin(&w, &body, now, false);
	for (uint32_t g = 0; g < 15; g++)
		delta_group(&w, g, utc_add(now, -30 * US_PER_MS), utc_add(now, -20 * US_PER_MS));
	for (uint32_t i = 0; i < CHANGES; i++) {
		struct value v = { .v = b->values[changed[i]], .time = now };

		delta_point(&w, changed[i], &b->cells[changed[i]], &v);
	}
	delta_end(&w);
	delta_writer_done(&w);
	conn_encode(&frame, W_CHANGES, 1, &body);
	for (int c = 0; c < CLIENTS; c++) {
		if (conn_send_encoded(b->conns[c], frame.data, frame.len) != OK)
			fprintf(stderr, "a client was too slow\n");
		b->bytes += frame.len;
	}
	wbuf_done(&body);
	wbuf_done(&frame);
}

static void
push(struct bench *b, int c, const char *text, size_t len)
{
	if (b->queued[c] + len > b->capacity[c]) {
		size_t more = (b->queued[c] + len) * 2;

		b->queue[c] = xrecallocarray(b->queue[c], b->capacity[c], more, 1);
		b->capacity[c] = more;
	}
	memcpy(b->queue[c] + b->queued[c], text, len);
	b->queued[c] += len;
}

static void
flush(struct bench *b, int c)
{
	ssize_t n = send(b->fds[c], b->queue[c], b->queued[c], MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0) {
		memmove(b->queue[c], b->queue[c] + n, b->queued[c] - (size_t)n);
		b->queued[c] -= (size_t)n;
	}
}

static void
send_json(struct bench *b, const uint32_t *changed)
{
	for (int c = 0; c < CLIENTS; c++) {
		for (uint32_t i = 0; i < CHANGES; i++) {
			char line[160];
			int n = snprintf(line, sizeof(line),
			    "{\"point\":\"DEV%u.P\",\"value\":%.1f,\"quality\":\"good\",\"time\":\"2026-11-22T20:53:06."
			    "123Z\"}\n",
			    changed[i], b->values[changed[i]]);

			push(b, c, line, (size_t)n);
			b->bytes += (uint64_t)n;
		}
		flush(b, c);
	}
}

static void
tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bench *b = timer->data;
	uint32_t changed[CHANGES];
	struct utc now = clock_utc();

	(void)events;
	step(b, changed, now);
	if (b->is_json)
		send_json(b, changed);
	else
		send_packed(b, changed, now);
	if (++b->frames == FRAMES)
		ev_break(loop, EVBREAK_ALL);
}

static void
ignore_frame(struct conn *c, const struct frame *f, void *arg)
{
	(void)c;
	(void)f;
	(void)arg;
}

static void
ignore_closed(struct conn *c, enum err why, void *arg)
{
	(void)c;
	(void)why;
	(void)arg;
}

/* The clients: read everything until the server is gone. */
static void
drain(int fds[CLIENTS])
{
	struct pollfd p[CLIENTS];
	char buf[65536];
	int open = CLIENTS;

	for (int c = 0; c < CLIENTS; c++)
		p[c] = (struct pollfd){ .fd = fds[c], .events = POLLIN };
	while (open > 0 && poll(p, CLIENTS, -1) > 0) {
		for (int c = 0; c < CLIENTS; c++) {
			if (p[c].fd < 0 || p[c].revents == 0)
				continue;
			if (read(p[c].fd, buf, sizeof(buf)) <= 0) {
				p[c].fd = -1;
				open--;
			}
		}
	}
	_exit(0);
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* One run; returns the server's CPU seconds and the bytes it sent. */
static double
run(bool is_json, uint64_t *bytes)
{
	static const struct conn_ops ops = { ignore_frame, ignore_closed };
	struct bench *b = xcalloc(1, sizeof(*b));
	int server[CLIENTS], client[CLIENTS];

	for (int c = 0; c < CLIENTS; c++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
			return -1;
		server[c] = pair[0];
		client[c] = pair[1];
	}
	pid_t child = fork();
	if (child == 0) {
		for (int c = 0; c < CLIENTS; c++)
			close(server[c]);
		drain(client);
	}
	b->loop = ev_default_loop(0);
	b->is_json = is_json;
	b->random = 42;
	for (int c = 0; c < CLIENTS; c++) {
		close(client[c]);
		b->fds[c] = server[c];
		if (!is_json)
			b->conns[c] = conn_new(b->loop, server[c], &ops, b, NULL);
	}
	for (int i = 0; i < POINTS; i++)
		b->cells[i].decimals = 1;
	ev_timer timer;
	ev_timer_init(&timer, tick, 0.1, 0.1);
	timer.data = b;
	ev_timer_start(b->loop, &timer);
	double before = cpu_seconds();
	ev_run(b->loop, 0);
	double used = cpu_seconds() - before;
	ev_timer_stop(b->loop, &timer);
	for (int c = 0; c < CLIENTS; c++) {
		if (is_json)
			close(server[c]);
		else
			conn_free(b->conns[c]);
		free(b->queue[c]);
	}
	waitpid(child, NULL, 0);
	*bytes = b->bytes;
	free(b);
	return used;
}

int
main(void)
{
	uint64_t packed_bytes = 0, json_bytes = 0;
	double packed = run(false, &packed_bytes), json = run(true, &json_bytes);
	double changes = (double)CHANGES * FRAMES * CLIENTS;

	printf("ROW|10,000 changes/s to 50 consoles: bytes a change|%.2f|%.2f, JSON per client|1/%.0f|1/20|%d\n",
	    (double)packed_bytes / changes, (double)json_bytes / changes, (double)json_bytes / (double)packed_bytes,
	    json_bytes >= 20 * packed_bytes);
	printf("ROW|the same: CPU of the server|%.2f %%|%.2f %%, JSON per client|1/%.0f|1/30|%d\n",
	    packed / (FRAMES / 10.0) * 100, json / (FRAMES / 10.0) * 100, json / packed, json >= 30 * packed);
	return 0;
}
