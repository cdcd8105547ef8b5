/* SPDX-License-Identifier: Apache-2.0 */
/* line.c - one pseudo-terminal: requests are told apart by silence, answered by mb_answer(), and the faults of the units are theirs here, too. */
#include "config.h"

#include "drivers/plant/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "drivers/plant/modbus_server.h"
#include "drivers/plant/server.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define FRAME_MAX 256
#define SILENCE_S 0.02 /* ends a frame: a pseudo-terminal has no baud rate, and lumps of bytes may be apart */
#define SHORTEST  8

struct plant_line {
	struct ev_loop *loop;
	struct district *district;
	uint32_t conn;
	char path[SERIAL_PATH_MAX];
	int master, slave; /* slave: kept open, so that nobody is the last to leave */
	bool is_linked;
	ev_io io;
	ev_timer silence, late; /* late: a reply that waits */
	size_t in_len, out_len;
	uint8_t in[FRAME_MAX], out[ADU_MAX];
	struct rng rng;
};

/* Bit by bit, as V1.02 6.2.2 draws it: the divisor is 1 1000 0000 0000 0101, the lowest bit first. */
void
plant_line_sum(const uint8_t *p, size_t len, uint8_t sum[2])
{
	unsigned rest = 0xFFFF;

	for (size_t bit = 0; bit < len * 8; bit++) {
		unsigned in = (unsigned)p[bit / 8] >> bit % 8 & 1;
		bool is_odd = ((rest ^ in) & 1) != 0;

		rest >>= 1;
		if (is_odd)
			rest ^= 0xA001;
	}
	sum[0] = (uint8_t)(rest & 0xFF);
	sum[1] = (uint8_t)(rest >> 8);
}

/* ---- answering */

static int
read_image(void *arg, int table, unsigned address, unsigned count, uint16_t *out)
{
	return image_read(arg, table, address, count, out);
}

static int
write_image(void *arg, int table, unsigned address, unsigned count, const uint16_t *in)
{
	return image_write(arg, table, address, count, in);
}

/* Whoever drives the line reads, or the bytes are lost: as on a wire. */
static void
put(struct plant_line *l)
{
	ssize_t n = write(l->master, l->out, l->out_len);

	(void)n;
	l->out_len = 0;
}

static void
on_late(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	put(w->data);
}

/* A wrong reply of any kind: on a line most of them end as a wrong checksum. */
static void
spoil(struct plant_line *l, const struct image *im)
{
	switch (im->wrong & 0xFF) {
	case WRONG_UNIT: l->out[0] ^= 0x11; break;
	case WRONG_FUNCTION: l->out[1] ^= 0x06; break;
	case WRONG_HALF: l->out_len /= 2; return;
	case WRONG_GARBAGE:
		for (size_t i = 0; i < l->out_len; i++)
			l->out[i] = (uint8_t)rng_next(&l->rng);
		return;
	default: l->out[l->out_len - 1] ^= 0x5A; return;
	}
	plant_line_sum(l->out, l->out_len - 2, l->out + l->out_len - 2);
}

/* mb_answer() speaks frames of TCP: unit, function and data are the same. */
static size_t
answer_of(struct image *im, const uint8_t *frame, size_t len, uint8_t *out)
{
	const struct site_profile *p = im->node->profile;
	struct mb_target t = { .read = read_image,
		.write = write_image,
		.max_registers = (unsigned)p->max_registers,
		.max_bits = (unsigned)p->max_bits,
		.arg = im };
	uint8_t request[ADU_MAX] = { 0 }, reply[ADU_MAX];
	size_t n;

	request[4] = (uint8_t)(len >> 8);
	request[5] = (uint8_t)len;
	memcpy(request + 6, frame, len);
	if (im->fault == FAULT_WRONG && im->wrong >> 8 != 0)
		n = mb_exception(request, im->wrong >> 8, reply);
	else
		n = mb_answer(&t, request, len + 6, reply);
	memcpy(out, reply + 6, n - 6);
	return n - 6;
}

static void
answer(struct plant_line *l)
{
	bool is_gateway;
	size_t len = l->in_len - 2;
	struct image *im = district_unit(l->district, l->conn, l->in[0], &is_gateway);

	if (im == NULL || im->fault == FAULT_SILENT || im->fault == FAULT_RESET || district_sleeps(l->district, im))
		return; /* nobody says anything on a line */
	im->requests++;
	l->out_len = answer_of(im, l->in, len, l->out);
	plant_line_sum(l->out, l->out_len, l->out + l->out_len);
	l->out_len += 2;
	if (im->fault == FAULT_WRONG && im->wrong >> 8 == 0)
		spoil(l, im);
	ev_timer_stop(l->loop, &l->late);
	if (im->fault != FAULT_SLOW) {
		put(l);
		return;
	}
	ev_timer_set(&l->late, im->slow_s, 0);
	ev_timer_start(l->loop, &l->late);
}

/* ---- what comes */

static bool
is_whole(const struct plant_line *l)
{
	uint8_t sum[2];

	if (l->in_len < SHORTEST)
		return false;
	plant_line_sum(l->in, l->in_len - 2, sum);
	return memcmp(sum, l->in + l->in_len - 2, 2) == 0;
}

static void
on_silence(struct ev_loop *loop, ev_timer *w, int events)
{
	struct plant_line *l = w->data;

	(void)loop;
	(void)events;
	l->in_len = 0; /* what was no request until now is none */
}

static void
on_bytes(struct ev_loop *loop, ev_io *w, int events)
{
	struct plant_line *l = w->data;
	ssize_t n = read(l->master, l->in + l->in_len, sizeof(l->in) - l->in_len);

	(void)events;
	if (n <= 0)
		return;
	l->in_len += (size_t)n;
	if (is_whole(l)) {
		answer(l);
		l->in_len = 0;
	} else if (l->in_len == sizeof(l->in)) {
		l->in_len = 0;
	}
	ev_timer_stop(loop, &l->silence);
	ev_timer_set(&l->silence, SILENCE_S, 0);
	ev_timer_start(loop, &l->silence);
}

/* ---- the pseudo-terminal and its name */

static bool
open_pair(struct plant_line *l, char *name, size_t size)
{
	struct termios t;

	l->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (l->master < 0 || grantpt(l->master) != 0 || unlockpt(l->master) != 0 ||
	    ptsname_r(l->master, name, size) != 0)
		return false;
	l->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (l->slave < 0 || tcgetattr(l->slave, &t) != 0)
		return false;
	cfmakeraw(&t);
	return tcsetattr(l->slave, TCSANOW, &t) == 0;
}

/* A link of a plant before this one is replaced; anything else is left alone. */
static bool
link_name(struct plant_line *l, const char *name, char *message, size_t size)
{
	struct stat st;

	if (lstat(l->path, &st) == 0 && (!S_ISLNK(st.st_mode) || unlink(l->path) != 0)) {
		str_printf(message, size,
		    "%s is there already, and is no link of mine: is it a real line? Then this plant is not for it",
		    l->path);
		return false;
	}
	if (symlink(name, l->path) == 0) {
		l->is_linked = true;
		return true;
	}
	str_printf(message, size, "cannot make %s, which stands for a serial line: %s", l->path, strerror(errno));
	return false;
}

struct plant_line *
plant_line_new(struct ev_loop *loop, struct district *d, uint32_t conn, char *message, size_t size)
{
	struct plant_line *l = xcalloc(1, sizeof(*l));
	char name[64] = "";

	l->loop = loop;
	l->district = d;
	l->conn = conn;
	l->master = l->slave = -1;
	str_copy(l->path, sizeof(l->path), d->site->conns[conn].host);
	rng_init(&l->rng, d->world->seed, "line");
	ev_init(&l->silence, on_silence);
	ev_init(&l->late, on_late);
	ev_init(&l->io, on_bytes);
	l->silence.data = l->late.data = l->io.data = l;
	if (!open_pair(l, name, sizeof(name)))
		str_printf(message, size, "cannot make a pseudo-terminal for %s: %s", l->path, strerror(errno));
	else if (link_name(l, name, message, size)) {
		ev_io_set(&l->io, l->master, EV_READ);
		ev_io_start(loop, &l->io);
		log_info("%s is %s", l->path, name);
		return l;
	}
	plant_line_free(l);
	return NULL;
}

void
plant_line_free(struct plant_line *l)
{
	if (l == NULL)
		return;
	ev_io_stop(l->loop, &l->io);
	ev_timer_stop(l->loop, &l->silence);
	ev_timer_stop(l->loop, &l->late);
	if (l->is_linked)
		unlink(l->path);
	if (l->master >= 0)
		close(l->master);
	if (l->slave >= 0)
		close(l->slave);
	free(l);
}
