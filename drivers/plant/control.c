/* SPDX-License-Identifier: Apache-2.0 */
/* control.c - faults on request: the command table, the Unix socket that takes commands, and the client that sends one. */
#include "config.h"

#include <errno.h>
#include <math.h>
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

#define LINE_MAX_BYTES 512
#define ANSWER_MAX 16384
#define WORDS 5
#define CLIENTS 16

/* ---- commands */

struct request {
	struct district *d;
	const struct server *server;
	unsigned n;
	char *w[WORDS];
	char *out;
	size_t size;
};

static bool
say(struct request *r, const char *what, const char *detail)
{
	str_printf(r->out, r->size, "%s%s", what, detail);
	return false;
}

static struct image *
device(struct request *r)
{
	struct image *im = r->n > 1 ? district_image(r->d, r->w[1]) : NULL;
	if (im == NULL)
		say(r, r->n > 1 ? "no such device: " : "which device?", r->n > 1 ? r->w[1] : "");
	return im;
}

static bool
do_silent(struct request *r)
{
	struct image *im = device(r);
	if (im != NULL)
		im->fault = FAULT_SILENT;
	return im != NULL;
}

static bool
do_slow(struct request *r)
{
	struct image *im = device(r);
	int64_t us = 2 * US_PER_S;
	if (im == NULL)
		return false;
	if (r->n > 2 && (!str_to_duration(r->w[2], &us) || us < 0 || us > 3600 * US_PER_S))
		return say(r, "not a duration, as 2s or 500ms: ", r->w[2]);
	im->fault = FAULT_SLOW;
	im->slow_s = (double)us / 1e6;
	return true;
}

static bool
do_reset(struct request *r)
{
	struct image *im = device(r);
	if (im != NULL)
		im->fault = FAULT_RESET;
	return im != NULL;
}

#define WRONG_WORD(id, word, help) word,
static const char *const wrong_words[] = { WRONG_LIST(WRONG_WORD) NULL };
#undef WRONG_WORD

static bool
do_wrong(struct request *r)
{
	struct image *im = device(r);
	int64_t code = 4;
	if (im == NULL)
		return false;
	for (int k = 0; r->n > 2 && wrong_words[k] != NULL; k++) {
		if (strcmp(r->w[2], wrong_words[k]) != 0)
			continue;
		if (k == WRONG_EXCEPTION && r->n > 3 && !str_to_i64(r->w[3], 1, 255, &code))
			return say(r, "not an exception number, 1..255: ", r->w[3]);
		im->fault = FAULT_WRONG;
		im->wrong = k | (int)code << 8;
		return true;
	}
	return say(r, "wrong how? one of: transaction protocol unit function count length half drip twice garbage exception", "");
}

static bool
do_clear(struct request *r)
{
	struct image *im = r->n > 1 ? district_image(r->d, r->w[1]) : NULL, *of;
	struct image_point *p = r->n > 1 ? district_point(r->d, r->w[1], &of) : NULL;
	struct model *m = r->n > 1 ? world_find(r->d->world, r->w[1]) : NULL;
	if (im == NULL && p == NULL && m == NULL)
		return say(r, r->n > 1 ? "no such device, asset or point: " : "clear what?", r->n > 1 ? r->w[1] : "");
	if (im != NULL)
		im->fault = FAULT_NONE;
	if (p != NULL)
		p->override = OVERRIDE_NONE;
	for (uint32_t i = 0; im != NULL && i < im->point_count; i++)
		im->points[i].override = OVERRIDE_NONE;
	if (m != NULL) {
		m->trip = m->local_request = 0;
		if (m->kind->kind == ASSET_GRID)
			m->kind->command(m, r->d->world, "reset", 1);
		if (m->kind->kind == ASSET_LOAD)
			m->kind->command(m, r->d->world, "breaker", 1);
	}
	return true;
}

static struct model *
asset(struct request *r)
{
	struct model *m = r->n > 1 ? world_find(r->d->world, r->w[1]) : NULL;
	if (m == NULL)
		say(r, r->n > 1 ? "no such asset: " : "which asset?", r->n > 1 ? r->w[1] : "");
	return m;
}

static bool
do_trip(struct request *r)
{
	struct model *m = asset(r);
	if (m != NULL)
		m->trip = 1;
	return m != NULL;
}

static bool
do_local(struct request *r)
{
	struct model *m = asset(r);
	if (m != NULL)
		m->local_request = 1;
	return m != NULL;
}

static bool
do_grid(struct request *r)
{
	bool lost = r->n > 1 && strcmp(r->w[1], "lost") == 0, back = r->n > 1 && strcmp(r->w[1], "back") == 0;
	if (!lost && !back)
		return say(r, "grid lost, or grid back", "");
	return world_utility(r->d->world, back) || say(r, "this site has no grid connection", "");
}

static struct image_point *
point(struct request *r, struct image **im)
{
	struct image_point *p = r->n > 1 ? district_point(r->d, r->w[1], im) : NULL;
	if (p == NULL)
		say(r, r->n > 1 ? "no such point: " : "which point?", r->n > 1 ? r->w[1] : "");
	return p;
}

static bool
do_hold(struct request *r)
{
	struct image *im;
	struct image_point *p = point(r, &im);
	if (p == NULL)
		return false;
	p->override_value = image_value(im, p);
	p->override = OVERRIDE_VALUE;
	return true;
}

static bool
do_set(struct request *r)
{
	struct image *im;
	struct image_point *p = point(r, &im);
	double v;
	if (p == NULL)
		return false;
	if (r->n > 2 && strcmp(r->w[2], "nan") == 0)
		v = (double)NAN;
	else if (r->n < 3 || !str_to_double(r->w[2], &v))
		return say(r, r->n > 2 ? "not a number: " : "set it to what?", r->n > 2 ? r->w[2] : "");
	p->override_value = v;
	p->override = OVERRIDE_VALUE;
	return true;
}

static bool
do_status(struct request *r)
{
	const struct world *w = r->d->world;
	static const char *const words[] = { "", "silent", "slow", "resets", "wrong" };
	char line[160], iso[32];
	r->out[0] = '\0';
	str_printf(line, sizeof(line), "time %s, %u devices, %u clients, outside %.1f degC, sun %.0f W/m2, header %.3f MPaG\n",
	    utc_iso(iso, sizeof(iso), w->now), r->d->image_count, r->server != NULL ? server_clients(r->server) : 0, w->weather.ta, w->weather.ghi, w->net.pressure);
	str_append(r->out, r->size, line);
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		const double *soc = world_signal(w, m, "soc", NULL), *steam = world_signal(w, m, "steam", NULL);
		str_printf(line, sizeof(line), "%-8s %-14s %9.1f kW", m->asset->name, m->run > 0.5 ? "on" : "off", m->p_kw);
		str_append(r->out, r->size, line);
		if (soc != NULL && str_printf(line, sizeof(line), "  %5.1f %%", *soc))
			str_append(r->out, r->size, line);
		if (steam != NULL && str_printf(line, sizeof(line), "  %6.2f t/h", *steam))
			str_append(r->out, r->size, line);
		str_append(r->out, r->size, m->trip > 0.5 ? "  tripped\n" : "\n");
	}
	for (uint32_t i = 0; i < r->d->image_count; i++) {
		const struct image *im = &r->d->images[i];
		if (im->fault != FAULT_NONE && str_printf(line, sizeof(line), "fault: %s %s\n", im->name, words[im->fault]))
			str_append(r->out, r->size, line);
	}
	size_t n = strlen(r->out);
	if (n > 0 && r->out[n - 1] == '\n')
		r->out[n - 1] = '\0';
	return true;
}

static bool do_help(struct request *r);

static const struct {
	const char *word;
	bool (*run)(struct request *r);
	const char *help;
} commands[] = {
	{ "silent", do_silent, "silent DEVICE           answers no more" },
	{ "slow", do_slow, "slow DEVICE [2s]        answers late" },
	{ "reset", do_reset, "reset DEVICE            resets the connection at each request" },
	{ "wrong", do_wrong, "wrong DEVICE KIND       answers wrongly: transaction protocol unit function count length half drip twice garbage, exception N" },
	{ "clear", do_clear, "clear NAME              a device, an asset or a point is well again" },
	{ "trip", do_trip, "trip ASSET              it trips, until cleared" },
	{ "local", do_local, "local ASSET             switched to local: it obeys no command, until cleared" },
	{ "grid", do_grid, "grid lost|back          the utility goes, and comes again" },
	{ "hold", do_hold, "hold POINT              its value freezes" },
	{ "set", do_set, "set POINT VALUE         its value is this (nan: not a number)" },
	{ "status", do_status, "status                  the district in some lines" },
	{ "help", do_help, "help                    these lines" },
};

static bool
do_help(struct request *r)
{
	r->out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		str_append(r->out, r->size, i > 0 ? "\n" : "");
		str_append(r->out, r->size, commands[i].help);
	}
	return true;
}

bool
control_run(struct district *d, const struct server *s, const char *line, char *out, size_t size)
{
	char copy[LINE_MAX_BYTES], *save = NULL;
	struct request r = { .d = d, .server = s, .out = out, .size = size };
	str_copy(out, size, "ok");
	if (!str_copy(copy, sizeof(copy), line))
		return say(&r, "the line is too long", "");
	for (char *w = strtok_r(copy, " \t\r\n", &save); w != NULL && r.n < WORDS; w = strtok_r(NULL, " \t\r\n", &save))
		r.w[r.n++] = w;
	if (r.n == 0)
		return say(&r, "which command? try help", "");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(r.w[0], commands[i].word) == 0)
			return commands[i].run(&r);
	return say(&r, "no such command; try help: ", r.w[0]);
}

/* ---- socket */

struct control_client {
	LIST_ENTRY(control_client) entry;
	struct control *control;
	ev_io io;
	size_t len;
	char line[LINE_MAX_BYTES];
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
	char line[LINE_MAX_BYTES] = "", answer[ANSWER_MAX];
	size_t len = 0;
	for (int i = 0; i < argc; i++)
		if (!str_append(line, sizeof(line) - 1, i > 0 ? " " : "") || !str_append(line, sizeof(line) - 1, argv[i]))
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
