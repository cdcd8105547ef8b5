/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_tcp.c - one request at a time, with a deadline; whatever is odd closes the connection, and the next request opens another.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "drivers/frame.h"
#include "drivers/probe.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"

#define SCHEME "modbus-tcp://"
#define FORM   "write modbus-tcp://192.0.2.1:502/1"

#define IDENTIFY_BYTES (7 + IDENTIFY_PDU)

const struct probe_wire probe_wire = {
	.program = "chisan-probe-modbus",
	.example = "modbus-tcp://192.0.2.1:502/1",
	.may = SANDBOX_CONNECT,
};

/* ---- the link */

static bool
parse_host(struct probe *p, const char *host, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&p->addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&p->addr;

	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		p->addr_len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	p->addr_len = sizeof(*v6);
	return true;
}

bool
probe_parse(struct probe *p, const char *link, const char *form, char *message, size_t size)
{
	char copy[120], *slash, *colon, *host = copy;
	int64_t port = 0, unit = 0;

	if (form != NULL) {
		str_printf(message, size, "--line is of a serial line (modbus-rtu://), and this is none; leave it out");
		return false;
	}
	memset(&p->addr, 0, sizeof(p->addr));
	p->link = link;
	p->fd = -1;
	if (strncmp(link, SCHEME, strlen(SCHEME)) != 0 || !str_copy(copy, sizeof(copy), link + strlen(SCHEME))) {
		str_printf(message, size, "'%.60s' is no link that can be probed; " FORM, link);
		return false;
	}
	slash = strchr(copy, '/');
	if (slash == NULL || !str_to_i64(slash + 1, 0, 255, &unit)) {
		str_printf(message, size, "'%.60s' names no unit of 0 to 255 behind a slash; " FORM, link);
		return false;
	}
	*slash = '\0';
	colon = strrchr(copy, ':');
	if (colon == NULL || !str_to_i64(colon + 1, 1, 65535, &port)) {
		str_printf(message, size, "'%.60s' names no port of 1 to 65535; " FORM, link);
		return false;
	}
	*colon = '\0';
	if (host[0] == '[' && colon > copy + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		host++;
	}
	p->unit = (uint8_t)unit;
	if (parse_host(p, host, (uint16_t)port))
		return true;
	str_printf(message, size, "'%.60s' has no address in figures, and names are not looked up; " FORM, link);
	return false;
}

/* Connected when something is asked. */
enum err
probe_open(struct probe *p, char *why, size_t size)
{
	(void)p;
	(void)why;
	(void)size;
	return OK;
}

/* ---- one request */

/* ERR_TIMEOUT, or OK: something can be done. */
static enum err
wait_for(const struct probe *p, short events, struct mono end)
{
	for (;;) {
		struct pollfd f = { .fd = p->fd, .events = events };
		int64_t left = mono_diff_us(end, clock_mono());
		int n = poll(&f, 1, left > 0 ? (int)(left / 1000) + 1 : 0);

		if (n > 0)
			return OK;
		if (n == 0)
			return ERR_TIMEOUT;
		if (errno != EINTR)
			return err_from_errno(errno);
	}
}

void
probe_close(struct probe *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static enum err
dial(struct probe *p, struct mono end)
{
	int error = 0;
	socklen_t len = sizeof(error);
	enum err e;

	if (p->fd >= 0)
		return OK;
	p->fd = socket(p->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (p->fd < 0)
		return err_from_errno(errno);
	if (connect(p->fd, (struct sockaddr *)&p->addr, p->addr_len) == 0)
		return OK;
	if (errno != EINPROGRESS)
		return err_from_errno(errno);
	e = wait_for(p, POLLOUT, end);
	if (e != OK)
		return e == ERR_TIMEOUT ? ERR_CONNECT_TIMEOUT : e;
	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	return error != 0 ? err_from_errno(error) : OK;
}

/* One whole frame into buf, of FRAME_MAX bytes. */
static enum err
hear_frame(struct probe *p, struct mono end, uint8_t *buf, struct frame_raw *raw)
{
	size_t len = 0, used;

	for (;;) {
		enum err e = len == 0 ? ERR_BUSY : frame_take(buf, len, raw, &used);
		ssize_t n;

		if (e == OK && raw->id != p->id)
			return ERR_BAD_TRANSACTION;
		if (e != ERR_BUSY)
			return e;
		e = wait_for(p, POLLIN, end);
		if (e != OK)
			return e;
		n = recv(p->fd, buf + len, FRAME_MAX - len, MSG_DONTWAIT);
		if (n == 0)
			return ERR_HANGUP;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_from_errno(errno);
		len += n > 0 ? (size_t)n : 0;
	}
}

static enum err
hear(struct probe *p, const struct frame_request *q, struct mono end, uint8_t *out)
{
	uint8_t buf[FRAME_MAX];
	struct frame_raw raw;
	struct frame_answer a;
	enum err e = hear_frame(p, end, buf, &raw);

	if (e == OK)
		e = frame_check(&raw, q, &a);
	if (e == OK && a.err == OK)
		memcpy(out, a.data, a.len);
	return e == OK ? a.err : e;
}

size_t
probe_identify(struct probe *p, struct identity_text *out, size_t most)
{
	struct mono end = mono_add(clock_mono(), p->timeout_us);
	uint8_t buf[FRAME_MAX] = { 0, 0, 0, 0, 0, 1 + IDENTIFY_PDU, p->unit };
	struct frame_raw raw;
	enum err e = dial(p, end);

	identity_put(buf + 7);
	p->id++;
	buf[0] = (uint8_t)(p->id >> 8);
	buf[1] = (uint8_t)p->id;
	p->requests++;
	if (e == OK && send(p->fd, buf, IDENTIFY_BYTES, MSG_NOSIGNAL) != IDENTIFY_BYTES)
		e = err_from_errno(errno);
	if (e == OK)
		e = hear_frame(p, end, buf, &raw);
	if (e != OK) {
		probe_close(p);
		return 0;
	}
	return identity_take(&raw, out, most);
}

enum err
probe_read(struct probe *p, unsigned table, uint16_t address, uint16_t count, uint8_t *out)
{
	static const uint8_t functions[TABLE_COUNT] = { FC_READ_COILS, FC_READ_DISCRETE, FC_READ_HOLDING,
		FC_READ_INPUT };
	struct frame_request q = { .unit = p->unit, .function = functions[table], .address = address, .count = count };
	struct mono end = mono_add(clock_mono(), p->timeout_us);
	uint8_t buf[FRAME_MAX];
	size_t len;
	enum err e = dial(p, end);

	p->requests++;
	len = frame_put(buf, ++p->id, &q);
	if (e == OK && send(p->fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len)
		e = err_from_errno(errno);
	if (e == OK)
		e = hear(p, &q, mono_add(clock_mono(), p->timeout_us), out);
	if (e != OK && (e < ERR_EXC_FUNCTION || e > ERR_EXC_OTHER))
		probe_close(p);
	p->last = e;
	return e;
}
