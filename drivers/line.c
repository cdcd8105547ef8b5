/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.c - opening, the direction of RS-485, sending, and what comes back until a reply is in it.
 */
#include "config.h"

#include <errno.h>
#include <linux/serial.h>
#include <modbus.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "drivers/line.h"
#include "scada/base/str.h"

#define CHARACTER_BITS 11
#define SILENCE_US \
	(60 * US_PER_MS) /* adapters on USB hand bytes over in lumps of 16 ms; behind more, no more of it comes */
#define SETTLE_US (500 * US_PER_MS) /* for which a line that babbles is waited for */

struct line {
	modbus_t *ctx; /* NULL = closed */
	char path[SERIAL_PATH_MAX];
	struct cfg_serial serial;
	bool is_unsure; /* something came that was no reply: let the line fall silent first */
	uint8_t seen[RTU_SEEN];
	size_t seen_len;
};

struct line *
line_new(void)
{
	return xcalloc(1, sizeof(struct line));
}

void
line_close(struct line *l)
{
	if (l->ctx == NULL)
		return;
	(void)tcflush(modbus_get_socket(l->ctx), TCIOFLUSH); /* else closing waits for bytes that nobody takes */
	modbus_close(l->ctx);
	modbus_free(l->ctx);
	l->ctx = NULL;
}

void
line_free(struct line *l)
{
	if (l == NULL)
		return;
	line_close(l);
	free(l);
}

bool
line_is_open(const struct line *l)
{
	return l->ctx != NULL;
}

int64_t
line_wire_us(const struct cfg_serial *s, size_t bytes)
{
	return (int64_t)bytes * CHARACTER_BITS * US_PER_S / s->baud;
}

int64_t
line_gap_us(const struct cfg_serial *s)
{
	return s->baud > 19200 ? 1750 : (7 * CHARACTER_BITS * US_PER_S / 2 + s->baud - 1) / s->baud;
}

/* ---- opening */

/*
 * The kernel switches the sender, where its driver can: only there can it be done in time. Returns 0 or errno. What the driver made of it
 * stands in the request afterwards: some agree and switch nothing.
 */
static int
set_rs485(int fd, const struct cfg_serial *s)
{
	struct serial_rs485 rs = { .flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND };

	rs.delay_rts_before_send = s->before_ms;
	rs.delay_rts_after_send = s->after_ms;
	if (ioctl(fd, TIOCSRS485, &rs) != 0)
		return errno;
	return (rs.flags & SER_RS485_ENABLED) != 0 ? 0 : EOPNOTSUPP;
}

static const char *
advice(int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV: return ": is the adapter plugged in?";
	case EACCES:
	case EPERM: return ": is the account of chisand in the group of the line (dialout)?";
	case EBUSY: return ": another program has it";
	case ENOTTY:
	case EINVAL: return ": it is no serial line";
	default: return "";
	}
}

static enum err
fail(struct line *l, const char *path, int error, char *why, size_t size)
{
	line_close(l);
	str_printf(why, size, "%s: %s%s", path, strerror(error), advice(error));
	return ERR_NO_ADAPTER;
}

static bool
is_same(const struct cfg_serial *a, const struct cfg_serial *b)
{
	return a->baud == b->baud && a->parity == b->parity && a->stop_bits == b->stop_bits &&
	    a->is_rs485 == b->is_rs485 && a->before_ms == b->before_ms && a->after_ms == b->after_ms;
}

enum err
line_open(struct line *l, const struct cfg_link *cfg, char *why, size_t size)
{
	static const char parities[SERIAL_PARITY_COUNT] = { 'E', 'O', 'N' };
	const struct cfg_serial *s = &cfg->serial;
	int fd, error;

	if (l->ctx != NULL && strcmp(l->path, cfg->name) == 0 && is_same(&l->serial, s)) {
		l->serial = *s;
		return OK;
	}
	line_close(l);
	l->serial = *s;
	str_copy(l->path, sizeof(l->path), cfg->name);
	errno = EINVAL;
	l->ctx = modbus_new_rtu(l->path, (int)s->baud, parities[s->parity], 8, s->stop_bits);
	if (l->ctx == NULL || modbus_set_slave(l->ctx, 0) != 0 || modbus_connect(l->ctx) != 0)
		return fail(l, cfg->name, errno, why, size);
	fd = modbus_get_socket(l->ctx);
	if (!isatty(fd))
		return fail(l, cfg->name, ENOTTY, why, size);
	(void)ioctl(fd, TIOCEXCL); /* two masters on one line garble each other */
	error = s->is_rs485 ? set_rs485(fd, s) : 0;
	if (error != 0) {
		line_close(l);
		str_printf(why, size,
		    "%s: its driver cannot switch the direction of RS-485 (%s); if the adapter does so by itself, "
		    "write rs485: false",
		    cfg->name, strerror(error));
		return ERR_NO_ADAPTER;
	}
	(void)tcflush(fd, TCIOFLUSH);
	l->is_unsure = true;
	return OK;
}

/* ---- a transaction */

static int64_t
left_us(struct mono deadline)
{
	return mono_diff_us(deadline, clock_mono());
}

/* Bytes that came within us; 0: none; -1: the line is gone. */
static ssize_t
receive(struct line *l, int64_t us, uint8_t *buf, size_t size)
{
	struct pollfd p = { .fd = modbus_get_socket(l->ctx), .events = POLLIN };
	struct timespec t = { .tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000 };
	int ready = us <= 0 ? 0 : ppoll(&p, 1, &t, NULL);
	ssize_t n;

	if (ready == 0 || (ready < 0 && errno == EINTR))
		return 0;
	if (ready < 0 || (p.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return -1;
	n = read(p.fd, buf, size);
	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR)
	    ? 0
	    : -1; /* nothing to read though it was readable: unplugged */
}

static enum err
gone(struct line *l)
{
	line_close(l);
	return ERR_NO_ADAPTER;
}

/* After a doubt nothing is asked until the line has been silent: what is late must not be taken for the next reply. */
static enum err
settle(struct line *l)
{
	struct mono deadline = mono_add(clock_mono(), SETTLE_US);
	ssize_t n = 1;

	while (l->is_unsure && n > 0 && left_us(deadline) > 0) {
		n = receive(l, line_gap_us(&l->serial), l->seen, sizeof(l->seen));
		if (n < 0)
			return gone(l);
	}
	l->is_unsure = false;
	return tcflush(modbus_get_socket(l->ctx), TCIFLUSH) == 0 ? OK : gone(l);
}

/* Unit, function and data; libmodbus adds the checksum. */
static enum err
transmit(struct line *l, const struct frame_request *r)
{
	uint8_t frame[RTU_MAX];
	size_t len = rtu_put(frame, r);

	if (len == 0)
		return ERR_USAGE;
	(void)modbus_set_slave(l->ctx, r->unit);
	return modbus_send_raw_request(l->ctx, frame, (int)len - 2) > 0 ? OK : gone(l);
}

/* What is waited for: the reply to r, or, r being NULL, which device unit is. */
struct awaited {
	const struct frame_request *r;
	struct frame_answer *answer;
	uint8_t unit;
	struct frame_raw *identity;
};

static enum err
find(const struct line *l, size_t len, const struct awaited *w)
{
	return w->r != NULL ? rtu_find(l->seen, len, w->r, w->answer)
	                    : identity_find(l->seen, len, w->unit, w->identity);
}

/* What was wrong with what came, and is no reply. */
static enum err
verdict(enum err e, const struct awaited *w)
{
	if (e != ERR_BUSY)
		return e;
	return w->r != NULL && w->answer->err != OK ? w->answer->err : ERR_SPLIT_REPLY;
}

/* Until the reply is there, its time is over, or what came has fallen silent without being one. */
static enum err
await(struct line *l, const struct awaited *w, struct mono deadline)
{
	int64_t silence = SILENCE_US + 2 * line_gap_us(&l->serial);
	enum err e = ERR_BUSY;
	size_t len = 0;

	for (;;) {
		int64_t left = left_us(deadline);
		ssize_t n =
		    receive(l, len > 0 && silence < left ? silence : left, l->seen + len, sizeof(l->seen) - len);

		if (n < 0)
			return gone(l);
		if (n > 0) {
			len += (size_t)n;
			l->seen_len = len;
			e = find(l, len, w);
		}
		if (e == OK)
			return OK;
		if (len == sizeof(l->seen) || (n == 0 && (len > 0 || left_us(deadline) <= 0)))
			return len == 0 ? ERR_TIMEOUT : verdict(e, w);
	}
}

const uint8_t *
line_seen(const struct line *l, size_t *len)
{
	*len = l->seen_len;
	return l->seen;
}

enum err
line_ask(struct line *l, const struct frame_request *r, int64_t timeout_us, struct frame_answer *out)
{
	enum err e = settle(l);
	int64_t wire;

	l->seen_len = 0;
	if (e == OK)
		e = transmit(l, r);
	if (e != OK)
		return e;
	wire = line_wire_us(&l->serial, RTU_MAX < 13 + rtu_reply_len(r) ? RTU_MAX : 13 + rtu_reply_len(r));
	e = await(l, &(struct awaited){ .r = r, .answer = out }, mono_add(clock_mono(), timeout_us + wire));
	if (l->ctx != NULL)
		l->is_unsure = e != OK;
	return e;
}

enum err
line_identify(struct line *l, uint8_t unit, int64_t timeout_us, struct frame_raw *out)
{
	int64_t wire = line_wire_us(&l->serial, RTU_MAX);
	uint8_t frame[1 + IDENTIFY_PDU] = { unit };
	enum err e = settle(l);

	l->seen_len = 0;
	if (e != OK)
		return e;
	identity_put(frame + 1);
	(void)modbus_set_slave(l->ctx, unit);
	if (modbus_send_raw_request(l->ctx, frame, sizeof(frame)) <= 0)
		return gone(l);
	e = await(l, &(struct awaited){ .unit = unit, .identity = out }, mono_add(clock_mono(), timeout_us + wire));
	if (l->ctx != NULL)
		l->is_unsure = e != OK;
	return e;
}
