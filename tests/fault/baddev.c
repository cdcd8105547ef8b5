/* SPDX-License-Identifier: Apache-2.0 */
/*
 * baddev.c - a Modbus/TCP device that misbehaves on request. Prints its port, then takes one command a line on its
 * standard input and answers each with a line, so that a test knows when it holds. Holding and input register n holds
 * n + map; coil and discrete input n is n & 1. Says nothing else; ends with its input.
 *
 *   ok                    behaves
 *   silent [UNIT]         takes requests and never answers (those to one unit)
 *   delay MS              answers after MS
 *   drip MS               answers byte by byte, one each MS
 *   rst | fin             sends half of the answer and a reset; closes without a word
 *   late                  answers a request when the next one comes, with the old number
 *   tid | proto | unit | func | count     the answer has another transaction, protocol, unit, function, byte count
 *   length N              the answer says N for its length
 *   short                 the first half of the answer, then silence
 *   exc N                 exception N
 *   busy N                exception 6 to the next N requests
 *   unsolicited           an answer nobody asked for, before the right one
 *   blurt                 one such frame to every connection, now
 *   flood                 answers for ever, as fast as it can, once asked
 *   hole A B              exception 2 to what touches registers A..B; empty A B: an answer without a register
 *   longest N             exception 3 to more than N registers
 *   serial MS             a gateway: one request at a time, the dead unit (silent UNIT) holds it for MS
 *   map N                 registers hold n + N; put N K: register N holds K
 *   write keep            takes no write, and answers as if; echo-address, echo-value: another one in the answer;
 *         silent | deaf   takes the write, does not take it, and in both cases never answers it; exc N; rst: half of the
 *         delay MS        answer and a reset; the answer comes after MS; ok: takes writes again, as from the start
 *   forget                all that was written: registers hold n + map again
 *   one                   a second connection is closed at once
 *   drop | reset          closes, resets all connections; mute: stops listening; listen: listens again
 *   stats                 "requests R connects C open O most M gap_us G depth D writes W": least pause of two requests,
 *                         over all connections, most requests unanswered at a time; counting begins anew
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/str.h"

#define CLIENTS   64
#define PENDING   32
#define REGISTERS 65536

enum mode {
	M_OK,
	M_DELAY,
	M_DRIP,
	M_RST,
	M_FIN,
	M_LATE,
	M_TID,
	M_PROTO,
	M_UNIT,
	M_FUNC,
	M_COUNT,
	M_LENGTH,
	M_SHORT,
	M_EXC,
	M_UNSOLICITED,
	M_FLOOD,
};

/* What becomes of writes alone. */
enum write_mode {
	WRITE_OK,
	WRITE_KEEP,
	WRITE_ECHO_ADDRESS,
	WRITE_ECHO_VALUE,
	WRITE_SILENT,
	WRITE_DEAF,
	WRITE_EXC,
	WRITE_RST,
	WRITE_DELAY
};

struct reply {
	uint8_t bytes[300];
	size_t len, sent;
	int64_t at; /* when its next byte is due */
};
struct client {
	int fd;
	uint8_t in[1024];
	size_t len;
	struct reply pending[PENDING];
	unsigned count;
	struct reply held; /* of mode late */
	bool has_held, is_flooded;
	int64_t busy_until;
};

static struct {
	enum mode mode;
	int64_t number;
	int silent_unit; /* -1 none, -2 all */
	bool is_hole_empty;
	int64_t hole_from, hole_to, longest, map, busy, serial_ms, put_at, put_value;
	bool one;
	int listener;
	uint16_t port;
	struct client clients[CLIENTS];
	enum write_mode write_mode;
	int64_t write_number;
	int32_t coils[REGISTERS], registers[REGISTERS]; /* as written, plus one; 0 = never */
	long requests, connects, open, most, depth, writes;
	int64_t gap_us, last_request;
} s = { .silent_unit = -1, .hole_from = -1, .longest = 125, .listener = -1, .put_at = -1, .gap_us = INT64_MAX };

/* All addresses of both families. */
static void
start_listening(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(s.port) };
	struct sockaddr_in b = { .sin_family = AF_INET, .sin_port = htons(s.port) };
	struct sockaddr *any = (struct sockaddr *)&a;
	socklen_t len = sizeof(a);
	int one = 1, zero = 0;

	s.listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (s.listener < 0) { /* no IPv6 here */
		s.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		any = (struct sockaddr *)&b;
		len = sizeof(b);
	} else {
		setsockopt(s.listener, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	}
	setsockopt(s.listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s.listener, any, len) != 0 || listen(s.listener, 64) != 0)
		perror("baddev");
	getsockname(s.listener, any, &len);
	s.port = ntohs(any == (struct sockaddr *)&a ? a.sin6_port : b.sin_port);
}

static void
drop(struct client *c, bool is_reset)
{
	struct linger hard = { 1, 0 };

	if (c->fd < 0)
		return;
	if (is_reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(c->fd);
	*c = (struct client){ .fd = -1 };
	s.open--;
}

static void
take_client(void)
{
	int fd = accept4(s.listener, NULL, NULL, SOCK_NONBLOCK), one = 1;

	if (fd < 0)
		return;
	s.connects++;
	if (s.one && s.open > 0) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (int i = 0; i < CLIENTS; i++) {
		if (s.clients[i].fd >= 0)
			continue;
		s.clients[i] = (struct client){ .fd = fd };
		if (++s.open > s.most)
			s.most = s.open;
		return;
	}
	close(fd);
}

/* ---- answers */

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static size_t
exception(uint8_t *out, unsigned code)
{
	out[7] |= 0x80;
	out[8] = (uint8_t)code;
	return 9;
}

static bool
is_write(unsigned function)
{
	return function == 5 || function == 6 || function == 15 || function == 16;
}

static unsigned
value_at(unsigned function, unsigned n)
{
	int32_t written = function == 1 ? s.coils[n] : function == 3 ? s.registers[n] : 0;

	if ((int64_t)n == s.put_at)
		return (unsigned)s.put_value;
	return written > 0 ? (unsigned)written - 1 : n + (unsigned)s.map;
}

/* Takes it, as far as the mode does. */
static size_t
answer_write(const uint8_t *q, uint8_t *out)
{
	unsigned function = q[7], address = get16(q + 8), value = get16(q + 10);
	unsigned count = function >= 15 ? value : 1;
	bool is_taken = s.write_mode != WRITE_KEEP && s.write_mode != WRITE_DEAF;

	s.writes++;
	if (s.write_mode == WRITE_EXC)
		return exception(out, (unsigned)s.write_number);
	if (address + count > REGISTERS)
		return exception(out, 2);
	for (unsigned i = 0; i < count && is_taken; i++) {
		if (function == 5 || function == 15)
			s.coils[address + i] = 1 + (function == 5 ? value != 0 : q[13 + i / 8] >> (i % 8) & 1);
		else
			s.registers[address + i] = 1 + (function == 6 ? (int32_t)value : get16(q + 13 + 2 * i));
	}
	memcpy(out + 8, q + 8, 4);
	if (s.write_mode == WRITE_ECHO_ADDRESS)
		put16(out + 8, address + 1);
	if (s.write_mode == WRITE_ECHO_VALUE)
		put16(out + 10, value + 1);
	return 12;
}

/* The right answer, head included. */
static size_t
answer(const uint8_t *q, uint8_t *out)
{
	unsigned function = q[7], address = get16(q + 8), count = get16(q + 10), bytes;
	bool is_bits = function <= 2;

	memcpy(out, q, 8);
	if (is_write(function))
		return answer_write(q, out);
	if (function < 1 || function > 4)
		return exception(out, 1);
	if (s.busy > 0) {
		s.busy--;
		return exception(out, 6);
	}
	if (s.hole_from >= 0 && address <= s.hole_to && address + count > s.hole_from && s.is_hole_empty) {
		out[8] = 0;
		return 9;
	}
	if (address + count > REGISTERS || (s.hole_from >= 0 && address <= s.hole_to && address + count > s.hole_from))
		return exception(out, 2);
	if (!is_bits && count > s.longest)
		return exception(out, 3);
	bytes = is_bits ? (count + 7) / 8 : count * 2;
	out[8] = (uint8_t)bytes;
	memset(out + 9, 0, bytes);
	for (unsigned i = 0; i < count; i++) {
		unsigned v = value_at(function, address + i);

		if (is_bits)
			out[9 + i / 8] |= (uint8_t)((v & 1) << (i % 8));
		else
			put16(out + 9 + 2 * i, v);
	}
	return 9 + bytes;
}

/* What the mode makes of it. */
static void
spoil(struct reply *r)
{
	switch (s.mode) {
	case M_TID: put16(r->bytes, get16(r->bytes) + 77u); break;
	case M_PROTO: r->bytes[3] = 1; break;
	case M_UNIT: r->bytes[6]++; break;
	case M_FUNC: r->bytes[7] ^= 1; break;
	case M_COUNT:
		r->bytes[8] = (uint8_t)(r->bytes[8] - 2);
		r->len -= 2;
		put16(r->bytes + 4, (unsigned)r->len - 6);
		break;
	case M_LENGTH: put16(r->bytes + 4, (unsigned)s.number); break;
	case M_SHORT: r->len /= 2; break;
	case M_EXC: r->len = exception(r->bytes, (unsigned)s.number); break;
	default: break;
	}
}

static void
queue(struct client *c, const struct reply *r)
{
	if (c->count < PENDING)
		c->pending[c->count++] = *r;
	if ((long)c->count > s.depth)
		s.depth = c->count;
}

/* A gateway to a serial line: one after the other, and the dead unit takes its time. */
static int64_t
serial_time(struct client *c, int unit, int64_t now)
{
	if (s.serial_ms == 0)
		return now;
	if (c->busy_until < now)
		c->busy_until = now;
	if (unit == s.silent_unit)
		c->busy_until += s.serial_ms * 1000;
	return c->busy_until;
}

static void
handle(struct client *c, const uint8_t *q, int64_t now)
{
	struct reply r = { .at = now };

	s.requests++;
	if (s.last_request != 0 && now - s.last_request < s.gap_us)
		s.gap_us = now - s.last_request;
	s.last_request = now;
	r.at = serial_time(c, q[6], now);
	if (s.silent_unit == -2 || s.silent_unit == q[6])
		return;
	r.len = answer(q, r.bytes);
	put16(r.bytes + 4, (unsigned)r.len - 6);
	spoil(&r);
	if (s.mode != M_LENGTH)
		put16(r.bytes + 4, s.mode == M_SHORT ? get16(r.bytes + 4) : (unsigned)r.len - 6);
	if (s.mode == M_DELAY)
		r.at = now + s.number * 1000;
	if (is_write(q[7])) {
		if (s.write_mode == WRITE_SILENT || s.write_mode == WRITE_DEAF)
			return;
		if (s.write_mode == WRITE_DELAY)
			r.at = now + s.write_number * 1000;
		if (s.write_mode == WRITE_RST) {
			(void)!write(c->fd, r.bytes, r.len / 2);
			drop(c, true);
			return;
		}
	}
	if (s.mode == M_FIN) {
		drop(c, false);
	} else if (s.mode == M_RST) {
		(void)!write(c->fd, r.bytes, r.len / 2);
		drop(c, true);
	} else if (s.mode == M_LATE) {
		if (c->has_held)
			queue(c, &c->held);
		c->held = r;
		c->has_held = true;
	} else if (s.mode == M_UNSOLICITED) {
		struct reply extra = r;

		put16(extra.bytes, get16(extra.bytes) + 1000u);
		queue(c, &extra);
		queue(c, &r);
	} else {
		queue(c, &r);
		c->is_flooded = s.mode == M_FLOOD;
		c->held = r;
	}
}

static void
read_client(struct client *c, int64_t now)
{
	ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - c->len);

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			drop(c, false);
		return;
	}
	c->len += (size_t)n;
	while (c->fd >= 0 && c->len >= 12 && c->len >= get16(c->in + 4) + 6u) {
		size_t used = get16(c->in + 4) + 6u;

		handle(c, c->in, now);
		if (c->fd < 0)
			return;
		memmove(c->in, c->in + used, c->len - used);
		c->len -= used;
	}
}

/* Sends what is due; the time of what is next. */
static int64_t
write_client(struct client *c, int64_t now)
{
	while (c->fd >= 0 && c->count > 0) {
		struct reply *r = &c->pending[0];
		size_t some = s.mode == M_DRIP ? 1 : r->len - r->sent;

		if (r->at > now)
			return r->at;
		if (write(c->fd, r->bytes + r->sent, some) < 0)
			return errno == EAGAIN ? now + 1000 : (drop(c, false), INT64_MAX);
		r->sent += some;
		r->at = s.mode == M_DRIP ? now + s.number * 1000 : now;
		if (r->sent < r->len)
			continue;
		memmove(c->pending, c->pending + 1, --c->count * sizeof(*r));
	}
	if (c->fd >= 0 && c->is_flooded) {
		for (int i = 0; i < 64; i++)
			if (write(c->fd, c->held.bytes, c->held.len) < 0)
				break;
		return now;
	}
	return INT64_MAX;
}

/* ---- commands */

static void
blurt(void)
{
	static const uint8_t frame[] = { 0x12, 0x34, 0, 0, 0, 5, 1, 3, 2, 0, 7 };

	for (int i = 0; i < CLIENTS; i++)
		if (s.clients[i].fd >= 0)
			(void)!write(s.clients[i].fd, frame, sizeof(frame));
}

static void
say_stats(void)
{
	printf("requests %ld connects %ld open %ld most %ld gap_us %lld depth %ld writes %ld\n", s.requests, s.connects,
	    s.open, s.most, s.gap_us == INT64_MAX ? -1LL : (long long)s.gap_us, s.depth, s.writes);
	s.requests = s.connects = s.depth = s.writes = 0;
	s.most = s.open;
	s.gap_us = INT64_MAX;
}

static bool
set_mode(const char *word, int64_t a, bool has_a)
{
	static const struct {
		const char *word;
		enum mode mode;
	} modes[] = { { "ok", M_OK }, { "delay", M_DELAY }, { "drip", M_DRIP }, { "rst", M_RST }, { "fin", M_FIN },
		{ "late", M_LATE }, { "tid", M_TID }, { "proto", M_PROTO }, { "unit", M_UNIT }, { "func", M_FUNC },
		{ "count", M_COUNT }, { "length", M_LENGTH }, { "short", M_SHORT }, { "exc", M_EXC },
		{ "unsolicited", M_UNSOLICITED }, { "flood", M_FLOOD } };

	if (strcmp(word, "silent") == 0) {
		s.silent_unit = has_a ? (int)a : -2;
		return true;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].word, word) != 0)
			continue;
		s.mode = modes[i].mode;
		s.number = a;
		if (s.mode == M_OK) {
			s.silent_unit = s.hole_from = s.put_at = -1;
			s.longest = 125;
			s.busy = s.serial_ms = 0;
			s.one = false;
			s.write_mode = WRITE_OK;
		}
		return true;
	}
	return false;
}

static bool
set_limits(const char *word, int64_t a, int64_t b)
{
	if (strcmp(word, "hole") == 0 || strcmp(word, "empty") == 0) {
		s.is_hole_empty = word[0] == 'e';
		s.hole_from = a;
		s.hole_to = b;
	} else if (strcmp(word, "put") == 0) {
		s.put_at = a;
		s.put_value = b;
	} else if (strcmp(word, "longest") == 0) {
		s.longest = a;
	} else if (strcmp(word, "serial") == 0) {
		s.serial_ms = a;
	} else if (strcmp(word, "busy") == 0) {
		s.busy = a;
	} else if (strcmp(word, "map") == 0) {
		s.map = a;
	} else if (strcmp(word, "one") == 0) {
		s.one = true;
	} else {
		return false;
	}
	return true;
}

static void
set_write_mode(char *word)
{
	static const char *const words[] = { "ok", "keep", "echo-address", "echo-value", "silent", "deaf", "exc", "rst",
		"delay" };
	char *number = word == NULL ? NULL : strchr(word, ' ');

	s.write_number = 0;
	if (number != NULL) {
		*number++ = '\0';
		if (!str_to_i64(number, 0, 70000, &s.write_number))
			fprintf(stderr, "baddev: %s is no number\n", number);
	}
	for (size_t i = 0; word != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0) {
			s.write_mode = (enum write_mode)i;
			return;
		}
	}
	fprintf(stderr, "baddev: writes cannot be made to %s\n", word == NULL ? "nothing" : word);
}

static void
obey(char *line)
{
	char *a = strchr(line, ' '), *b = a == NULL ? NULL : strchr(a + 1, ' ');
	int64_t x = 0, y = 0;

	if (a != NULL)
		*a++ = '\0';
	if (strcmp(line, "write") == 0) {
		set_write_mode(a);
		printf("ok\n");
		return;
	}
	if (b != NULL)
		*b++ = '\0';
	if (a != NULL && !str_to_i64(a, 0, 70000, &x))
		fprintf(stderr, "baddev: %s is no number\n", a);
	if (b != NULL && !str_to_i64(b, 0, 70000, &y))
		fprintf(stderr, "baddev: %s is no number\n", b);
	if (strcmp(line, "stats") == 0) {
		say_stats();
		return;
	}
	if (strcmp(line, "drop") == 0 || strcmp(line, "reset") == 0) {
		for (int i = 0; i < CLIENTS; i++)
			drop(&s.clients[i], line[0] == 'r');
	} else if (strcmp(line, "blurt") == 0) {
		blurt();
	} else if (strcmp(line, "forget") == 0) {
		memset(s.coils, 0, sizeof(s.coils));
		memset(s.registers, 0, sizeof(s.registers));
	} else if (strcmp(line, "mute") == 0) {
		close(s.listener);
		s.listener = -1;
	} else if (strcmp(line, "listen") == 0) {
		start_listening();
	} else if (!set_mode(line, x, a != NULL) && !set_limits(line, x, y)) {
		fprintf(stderr, "baddev: no command %s\n", line);
	}
	printf("ok\n");
}

/* False: the input has ended. */
static bool
read_commands(void)
{
	static char buf[4096];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof(buf) - len);
	char *end;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	len += (size_t)n;
	while ((end = memchr(buf, '\n', len)) != NULL) {
		*end = '\0';
		obey(buf);
		len -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, len);
	}
	fflush(stdout);
	return true;
}

int
main(void)
{
	for (int i = 0; i < CLIENTS; i++)
		s.clients[i].fd = -1;
	signal(SIGPIPE, SIG_IGN);
	start_listening();
	printf("%u\n", s.port);
	fflush(stdout);
	for (;;) {
		struct pollfd p[CLIENTS + 2] = { { .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = s.listener, .events = POLLIN } };
		int64_t now = clock_mono().us, next = INT64_MAX;

		for (int i = 0; i < CLIENTS; i++) {
			int64_t at = write_client(&s.clients[i], now);

			next = at < next ? at : next;
			p[i + 2] = (struct pollfd){ .fd = s.clients[i].fd, .events = POLLIN };
		}
		poll(p, CLIENTS + 2, next == INT64_MAX ? -1 : next <= now ? 0 : (int)((next - now + 999) / 1000));
		now = clock_mono().us;
		if ((p[0].revents & (POLLIN | POLLHUP)) != 0 && !read_commands())
			return 0;
		if (s.listener >= 0 && (p[1].revents & POLLIN) != 0)
			take_client();
		for (int i = 0; i < CLIENTS; i++)
			if (s.clients[i].fd >= 0 && s.clients[i].fd == p[i + 2].fd && p[i + 2].revents != 0)
				read_client(&s.clients[i], now);
	}
}
