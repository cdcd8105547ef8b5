/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_load.c - starting chisan-site and taking its frames; what it sends is checked like all that comes from outside.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/spawn.h"
#include "scada/base/text.h"
#include "scada/site/site_load.h"

#define TREE_MAX   ((size_t)256 * 1024 * 1024)
#define FAULTS_MAX 1000

struct site_intake {
	site_fault_fn fault;
	void *arg;
	struct wbuf tree;
	struct site *site;
	uint64_t hash[4];
	uint32_t faults, told;
	bool is_done;
};

struct site_intake *
site_intake_new(site_fault_fn fault, void *arg)
{
	struct site_intake *in = xcalloc(1, sizeof(*in));
	in->fault = fault;
	in->arg = arg;
	wbuf_init(&in->tree);
	return in;
}

void
site_intake_free(struct site_intake *in)
{
	if (in == NULL)
		return;
	wbuf_done(&in->tree);
	site_free(in->site);
	free(in);
}

static enum err
take_hello(struct rbuf *r)
{
	struct msg_hello m;
	if (!msg_hello_get(r, &m))
		return ERR_FRAME;
	return m.version == WIRE_VERSION ? ERR_BUSY : ERR_VERSION;
}

static enum err
take_fault(struct site_intake *in, struct rbuf *r)
{
	struct msg_site_fault m;
	if (!msg_site_fault_get(r, &m) || ++in->told > FAULTS_MAX)
		return ERR_FRAME;
	in->faults += !m.is_warning;
	if (in->fault != NULL)
		in->fault(&m, in->arg);
	return ERR_BUSY;
}

static enum err
take_tree(struct site_intake *in, const struct frame *f)
{
	if (in->tree.len + f->length > TREE_MAX)
		return ERR_TOO_BIG;
	if (in->tree.cap < in->tree.len + f->length) {
		size_t cap = in->tree.cap * 2 > in->tree.len + f->length ? in->tree.cap * 2 : in->tree.len + f->length;
		in->tree.data = xrecallocarray(in->tree.data, in->tree.cap, cap, 1);
		in->tree.cap = cap;
	}
	memcpy(in->tree.data + in->tree.len, f->body, f->length);
	in->tree.len += f->length;
	return ERR_BUSY;
}

static uint64_t
big_endian(const uint8_t *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static enum err
take_end(struct site_intake *in, struct rbuf *r)
{
	struct msg_site_end m;
	uint8_t hash[32];
	if (!msg_site_end_get(r, &m) || m.length != in->tree.len)
		return ERR_FRAME;
	in->is_done = true;
	if (m.faults > 0)
		return ERR_CONFIG;
	if (in->tree.len == 0 || in->faults > 0)
		return ERR_FRAME;
	crypto_generichash(hash, sizeof(hash), in->tree.data, in->tree.len, NULL, 0);
	for (int i = 0; i < 4; i++)
		in->hash[i] = big_endian(hash + 8 * i);
	if (in->hash[0] != m.hash_a || in->hash[1] != m.hash_b || in->hash[2] != m.hash_c || in->hash[3] != m.hash_d)
		return ERR_FRAME;
	in->site = site_get(in->tree.data, in->tree.len);
	wbuf_done(&in->tree);
	wbuf_init(&in->tree);
	return in->site != NULL ? OK : ERR_FRAME;
}

enum err
site_intake_frame(struct site_intake *in, const struct frame *f)
{
	struct rbuf r;
	rbuf_init(&r, f->body, f->length);
	if (in->is_done)
		return ERR_FRAME;
	switch (f->type) {
	case W_HELLO: return take_hello(&r);
	case W_SITE_FAULT: return take_fault(in, &r);
	case W_SITE_TREE: return take_tree(in, f);
	case W_SITE_END: return take_end(in, &r);
	default: return ERR_FRAME;
	}
}

struct site *
site_intake_take(struct site_intake *in)
{
	struct site *s = in->site;
	in->site = NULL;
	return s;
}

void
site_intake_hash(const struct site_intake *in, uint64_t hash[4])
{
	memcpy(hash, in->hash, sizeof(in->hash));
}

/* ---- waiting for it */

struct stream {
	uint8_t *data;
	size_t len, cap;
};

/* Bytes until at least one more came, the other end closed, or the deadline passed. */
static enum err
read_more(struct stream *s, int fd, struct mono deadline)
{
	if (s->cap - s->len < 65536) {
		s->data = xrecallocarray(s->data, s->cap, s->cap * 2 + 131072, 1);
		s->cap = s->cap * 2 + 131072;
	}
	for (;;) {
		int64_t left_ms = mono_diff_us(deadline, clock_mono()) / US_PER_MS;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (left_ms <= 0)
			return ERR_TIMEOUT;
		if (poll(&p, 1, (int)(left_ms < 1000 ? left_ms : 1000)) < 0 && errno != EINTR)
			return ERR_IO;
		ssize_t n = read(fd, s->data + s->len, s->cap - s->len);
		if (n > 0) {
			s->len += (size_t)n;
			return OK;
		}
		if (n == 0)
			return ERR_CLOSED;
		if (errno != EAGAIN && errno != EINTR)
			return ERR_IO;
	}
}

static enum err
take_stream(struct site_intake *in, int fd)
{
	struct mono deadline = mono_add(clock_mono(), (int64_t)SITE_LOAD_DEADLINE_S * US_PER_S);
	struct stream s = { 0 };
	enum err e = ERR_BUSY;
	while (e == ERR_BUSY) {
		struct frame f;
		size_t done = 0, used = 0;
		while (
		    e == ERR_BUSY && s.data != NULL && (e = wire_take(s.data + done, s.len - done, &f, &used)) == OK) {
			e = site_intake_frame(in, &f);
			done += used;
		}
		if (done > 0) {
			memmove(s.data, s.data + done, s.len - done);
			s.len -= done;
		}
		if (e == ERR_BUSY) {
			enum err io = read_more(&s, fd, deadline);
			e = io == OK ? ERR_BUSY : io;
		}
	}
	free(s.data);
	return e;
}

enum err
site_load(const char *folder, site_fault_fn fault, void *arg, struct site **out)
{
	const char *const argv[] = { folder, NULL };
	pid_t pid;
	int fd, status;
	*out = NULL;
	if (sodium_init() < 0)
		return ERR_FAILED;
	enum err e = spawn_start("chisan-site", argv, &pid, &fd);
	if (e != OK)
		return e;
	struct site_intake *in = site_intake_new(fault, arg);
	e = take_stream(in, fd);
	close(fd);
	if (e != OK && e != ERR_CONFIG)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (e == OK)
		*out = site_intake_take(in);
	site_intake_free(in);
	return e;
}

/* ---- printing */

/* Of a line longer than the screen, the part around the column. */
uint32_t
site_fault_window(uint32_t column)
{
	return column <= SITE_FAULT_WIDTH - 20 ? 1 : column - SITE_FAULT_WIDTH / 2;
}

/* Under the character that stands behind so many others; characters are counted before put_safe composes any. */
static void
print_caret(const char *source, uint32_t characters, FILE *out)
{
	char prefix[SITE_FAULT_WIDTH * 4 + 1], safe[SITE_FAULT_WIDTH * 4 + 1];
	size_t n = 0, len = strlen(source);
	uint32_t cp;
	for (uint32_t i = 0; i < characters && n < len; i++)
		n += text_next(source + n, len - n, &cp);
	if (n >= sizeof(prefix))
		return;
	memcpy(prefix, source, n);
	prefix[n] = '\0';
	text_put_safe(safe, sizeof(safe), prefix, -1);
	fprintf(out, "  %*s^\n", text_width(safe), "");
}

void
site_fault_print(const struct msg_site_fault *f, void *stdio_file)
{
	FILE *out = stdio_file;
	char file[1024], text[2048], source[SITE_FAULT_WIDTH * 4 + 1];
	text_put_safe(file, sizeof(file), f->file, -1);
	text_put_safe(text, sizeof(text), f->text, -1);
	text_put_safe(source, sizeof(source), f->source, -1);
	const char *kind = f->is_warning ? "warning: " : "";
	if (f->line == 0) {
		fprintf(out, "%s: %s%s\n", file, kind, text);
		return;
	}
	fprintf(out, "%s:%u:%u: %s%s\n", file, f->line, f->column, kind, text);
	if (source[0] == '\0' || f->column == 0)
		return;
	fprintf(out, "  %s\n", source);
	print_caret(f->source, f->column - site_fault_window(f->column), out);
}
