/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit.c - what chisan-site says: faults and the checked site, as frames, as lines, as JSON.
 */
#include "config.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/text.h"
#include "scada/site/emit.h"
#include "scada/site/site_load.h"

#define PIECE (256u * 1024 - 64) /* of the tree in one frame */

/* ---- frames */

struct pipe_out {
	int fd;
	uint32_t sequence;
	struct wbuf body;
	bool is_broken;
};

static void
write_all(struct pipe_out *p, const uint8_t *data, size_t len)
{
	while (len > 0 && !p->is_broken) {
		ssize_t n = write(p->fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			p->is_broken = true; /* who started us is gone */
		else
			data += n, len -= (size_t)n;
	}
}

static void
send_body(struct pipe_out *p, uint16_t type, const uint8_t *data, size_t len)
{
	uint8_t head[WIRE_HEAD];
	struct frame f = { .length = (uint32_t)len, .type = type, .sequence = ++p->sequence };
	wire_put_head(head, &f);
	write_all(p, head, sizeof(head));
	write_all(p, data, len);
}

static void
send_fault(const struct msg_site_fault *m, void *arg)
{
	struct pipe_out *p = arg;
	wbuf_reset(&p->body);
	msg_site_fault_put(&p->body, m);
	send_body(p, W_SITE_FAULT, p->body.data, p->body.len);
}

static void
send_hello(struct pipe_out *p)
{
	struct msg_hello m = { .version = WIRE_VERSION,
		.role = ROLE_PEER,
		.program = "chisan-site",
		.build = PACKAGE_VERSION,
		.user = "" };
	wbuf_reset(&p->body);
	msg_hello_put(&p->body, &m);
	send_body(p, W_HELLO, p->body.data, p->body.len);
}

static uint64_t
big_endian(const uint8_t *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static void
send_end(struct pipe_out *p, const struct reader *r, const struct wbuf *tree)
{
	uint8_t hash[32];
	crypto_generichash(hash, sizeof(hash), tree->len > 0 ? tree->data : (const uint8_t *)"", tree->len, NULL, 0);
	struct msg_site_end m = { .faults = faults_count(r->faults),
		.warnings = faults_warnings(r->faults),
		.length = (uint32_t)tree->len,
		.hash_a = big_endian(hash),
		.hash_b = big_endian(hash + 8),
		.hash_c = big_endian(hash + 16),
		.hash_d = big_endian(hash + 24) };
	wbuf_reset(&p->body);
	msg_site_end_put(&p->body, &m);
	send_body(p, W_SITE_END, p->body.data, p->body.len);
}

/* Whoever gets the tree checks it again and believes nothing; what would be refused there is told here. */
static bool
reads_back(struct reader *r)
{
	struct wbuf tree;
	wbuf_init(&tree);
	site_put(r->site, &tree);
	struct site *back = site_get(tree.data, tree.len);
	bool ok = back != NULL;
	if (!ok)
		fault_at(r->faults, (struct mark){ 0 },
		    "the site cannot be handed over, which is a fault of Chisan; please report it");
	site_free(back);
	wbuf_done(&tree);
	return ok;
}

/* 1 HELLO  2 faults and warnings  3 the tree, only if there is no fault  4 END. */
void
emit_frames(struct reader *r, int fd)
{
	struct pipe_out p = { .fd = fd };
	struct wbuf tree;
	wbuf_init(&p.body);
	wbuf_init(&tree);
	send_hello(&p);
	bool is_sound = faults_count(r->faults) == 0 && reads_back(r);
	faults_tell(r->faults, send_fault, &p);
	if (is_sound)
		site_put(r->site, &tree);
	for (size_t done = 0; done < tree.len; done += PIECE)
		send_body(&p, W_SITE_TREE, tree.data + done, tree.len - done < PIECE ? tree.len - done : PIECE);
	send_end(&p, r, &tree);
	wbuf_done(&tree);
	wbuf_done(&p.body);
}

/* ---- lines */

static void
print_fault(const struct msg_site_fault *m, void *arg)
{
	site_fault_print(m, arg);
}

void
emit_lines(struct reader *r, FILE *out)
{
	faults_tell(r->faults, print_fault, out);
}

/* ---- JSON */

struct json_out {
	FILE *out;
	bool is_first;
};

static void
json_text(FILE *out, const char *t)
{
	fputc('"', out);
	for (; *t != '\0'; t++) {
		if (*t == '"' || *t == '\\')
			fprintf(out, "\\%c", *t);
		else if ((unsigned char)*t < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*t);
		else
			fputc(*t, out);
	}
	fputc('"', out);
}

static void
json_fault(const struct msg_site_fault *m, void *arg)
{
	struct json_out *j = arg;
	char safe[2048];
	fprintf(j->out, "%s\n  {\"file\":", j->is_first ? "" : ",");
	j->is_first = false;
	text_put_safe(safe, sizeof(safe), m->file, -1);
	json_text(j->out, safe);
	fprintf(j->out, ",\"line\":%u,\"column\":%u,\"warning\":%s,\"text\":", m->line, m->column,
	    m->is_warning ? "true" : "false");
	text_put_safe(safe, sizeof(safe), m->text, -1);
	json_text(j->out, safe);
	fputc('}', j->out);
}

void
emit_json(struct reader *r, FILE *out)
{
	struct json_out j = { out, true };
	fprintf(out, "{\"schema\":1,\"points\":%u,\"devices\":%u,\"ok\":%s,\"faults\":[", r->site->point_count,
	    r->site->node_count, faults_count(r->faults) == 0 ? "true" : "false");
	faults_tell(r->faults, json_fault, &j);
	fprintf(out, "%s]}\n", j.is_first ? "" : "\n");
}

/* ---- YAML */

static void
put_text(const char *text, void *arg)
{
	fputs(text, arg);
}

void
emit_site(const struct site *s, FILE *out)
{
	schema_print(&site_schema, s, 0, put_text, out);
}
