/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fieldpipe.c - chisan-field from chisand's side, for tests and benches.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "tests/fault/fieldpipe.h"

#define BUF_SIZE (4u << 20)
#define END_MS   5000

void
fp_die(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: never came true: %s\n", file, line, what);
	abort();
}

#define MUST(cond) \
	do { \
		if (!(cond)) \
			fp_die(__FILE__, __LINE__, #cond); \
	} while (0)

static void
put_frame(struct fieldpipe *fp, uint16_t type, const struct wbuf *body)
{
	struct frame f = { .type = type, .generation = fp->generation, .sequence = ++fp->sequence };
	uint8_t head[WIRE_HEAD];

	f.length = body == NULL ? 0 : (uint32_t)body->len;
	wire_put_head(head, &f);
	for (size_t i = 0; i < sizeof(head); i++)
		w_u8(&fp->out, head[i]);
	for (size_t i = 0; i < f.length; i++)
		w_u8(&fp->out, body->data[i]);
}

/* Sends what was put together; takes what comes meanwhile, so that neither side waits for the other for ever. */
static void
flush(struct fieldpipe *fp)
{
	size_t sent = 0;

	while (sent < fp->out.len && !fp->has_ended) {
		ssize_t n = send(fp->fd, fp->out.data + sent, fp->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		else
			fp_pump(fp, 1000);
	}
	wbuf_reset(&fp->out);
}

void
fp_send(struct fieldpipe *fp, uint16_t type, const struct wbuf *body)
{
	put_frame(fp, type, body);
	flush(fp);
}

void
fp_start(struct fieldpipe *fp)
{
	static const char *const quiet[] = { NULL }, *const loud[] = { "-v", NULL };
	struct msg_hello m = {
		.version = WIRE_VERSION, .role = ROLE_PEER, .program = "test", .build = "0", .user = ""
	};
	struct wbuf b;

	memset(fp, 0, sizeof(*fp));
	fp->buf = xmalloc(BUF_SIZE);
	wbuf_init(&fp->out);
	MUST(spawn_start("chisan-field", getenv("FP_VERBOSE") != NULL ? loud : quiet, &fp->pid, &fp->fd) == OK);
	wbuf_init(&b);
	msg_hello_put(&b, &m);
	fp_send(fp, W_HELLO, &b);
	wbuf_done(&b);
}

void
fp_stop(struct fieldpipe *fp)
{
	int status = 0;
	struct mono end = mono_add(clock_mono(), END_MS * US_PER_MS);

	close(fp->fd);
	while (waitpid(fp->pid, &status, WNOHANG) == 0) {
		MUST(clock_mono().us < end.us);
		usleep(1000);
	}
	free(fp->buf);
	wbuf_done(&fp->out);
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void
fp_kill(struct fieldpipe *fp)
{
	MUST(kill(fp->pid, SIGKILL) == 0);
	MUST(waitpid(fp->pid, NULL, 0) == fp->pid);
	close(fp->fd);
	free(fp->buf);
	wbuf_done(&fp->out);
}

/* ---- configuration */

void
fp_begin(struct fieldpipe *fp)
{
	fp->generation++;
	fp->links = fp->devices = fp->items = fp->outputs = fp->nodes = fp->properties = 0;
	put_frame(fp, W_FIELD_BEGIN, NULL);
}

uint32_t
fp_link(struct fieldpipe *fp, const char *host, uint16_t port, uint16_t connections, uint32_t gap_us)
{
	struct msg_field_link m = {
		.link = fp->links, .host = host, .port = port, .connections = connections, .gap_us = gap_us
	};
	struct wbuf b;

	wbuf_init(&b);
	msg_field_link_put(&b, &m);
	put_frame(fp, W_FIELD_LINK, &b);
	wbuf_done(&b);
	return fp->links++;
}

struct msg_field_device
fp_device_default(uint32_t link, uint8_t unit)
{
	return (struct msg_field_device){
		.link = link,
		.unit = unit,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.max_gap = 8,
		.connect_timeout_us = 300000,
		.timeout_us = 300000,
		.retry_min_us = 200000,
		.retry_max_us = 800000,
		.name = "D",
	};
}

uint32_t
fp_device(struct fieldpipe *fp, struct msg_field_device m)
{
	struct wbuf b;

	m.device = fp->devices;
	wbuf_init(&b);
	msg_field_device_put(&b, &m);
	put_frame(fp, W_FIELD_DEVICE, &b);
	wbuf_done(&b);
	return fp->devices++;
}

uint32_t
fp_item(struct fieldpipe *fp, struct msg_field_item m)
{
	struct wbuf b;

	m.point = fp->items;
	if (m.bit_lo == 0 && m.bit_hi == 0)
		m.bit_hi = 63;
	wbuf_init(&b);
	msg_field_item_put(&b, &m);
	put_frame(fp, W_FIELD_ITEM, &b);
	wbuf_done(&b);
	return fp->items++;
}

uint32_t
fp_node(struct fieldpipe *fp, struct msg_echonet_device m)
{
	struct wbuf b;

	m.device = fp->nodes;
	wbuf_init(&b);
	msg_echonet_device_put(&b, &m);
	put_frame(fp, W_ECHONET_DEVICE, &b);
	wbuf_done(&b);
	return fp->nodes++;
}

uint32_t
fp_property(struct fieldpipe *fp, struct msg_echonet_item m)
{
	struct wbuf b;

	m.point = fp->properties;
	wbuf_init(&b);
	msg_echonet_item_put(&b, &m);
	put_frame(fp, W_ECHONET_ITEM, &b);
	wbuf_done(&b);
	return fp->properties++;
}

void
fp_nodes_done(struct fieldpipe *fp)
{
	struct msg_echonet_start m = { fp->nodes, fp->properties };
	struct wbuf b;

	wbuf_init(&b);
	msg_echonet_start_put(&b, &m);
	put_frame(fp, W_ECHONET_START, &b);
	wbuf_done(&b);
}

struct msg_field_output
fp_output_default(uint32_t device, uint32_t point, uint8_t table, uint16_t address, uint8_t type)
{
	return (struct msg_field_output){
		.point = point,
		.device = device,
		.table = table,
		.address = address,
		.type = type,
		.bit_hi = 63,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX,
		.is_echoed = 1,
	};
}

void
fp_output(struct fieldpipe *fp, struct msg_field_output m)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_field_output_put(&b, &m);
	put_frame(fp, W_FIELD_OUTPUT, &b);
	wbuf_done(&b);
	fp->outputs++;
}

uint64_t
fp_write_timed(struct fieldpipe *fp, uint32_t point, double raw, uint32_t timer_s)
{
	struct msg_field_write m = { .write = ++fp->writes, .point = point, .raw = raw, .timer_s = timer_s };
	struct wbuf b;

	MUST(m.write < FP_WRITES);
	wbuf_init(&b);
	msg_field_write_put(&b, &m);
	fp_send(fp, W_FIELD_WRITE, &b);
	wbuf_done(&b);
	return m.write;
}

uint64_t
fp_write(struct fieldpipe *fp, uint32_t point, double raw)
{
	return fp_write_timed(fp, point, raw, 0);
}

uint32_t
fp_u16(struct fieldpipe *fp, uint32_t device, uint16_t address, uint32_t period_us)
{
	return fp_item(fp,
	    (struct msg_field_item){ .device = device,
	        .table = TABLE_HOLDING,
	        .address = address,
	        .type = RAW_U16,
	        .period_us = period_us });
}

void
fp_go(struct fieldpipe *fp)
{
	struct msg_field_start m = { fp->links, fp->devices, fp->items, fp->outputs };
	struct wbuf b;

	memset(fp->points, 0, sizeof(fp->points));
	memset(fp->device, 0, sizeof(fp->device));
	wbuf_init(&b);
	msg_field_start_put(&b, &m);
	put_frame(fp, W_FIELD_START, &b);
	wbuf_done(&b);
	flush(fp);
}

/* ---- what it tells */

static void
take_samples(struct fieldpipe *fp, struct rbuf *r)
{
	struct msg_samples m;
	struct mono now = clock_mono();

	MUST(msg_samples_get(r, &m) && m.device < fp->devices + fp->nodes);
	for (uint16_t i = 0; i < m.count; i++) {
		uint32_t point = r_u32(r);
		uint16_t cause = r_u16(r);
		double value = r_f64(r);
		struct fp_point *p;

		MUST(point < fp->items + fp->properties && err_is_known(cause));
		p = &fp->points[point % FP_POINTS];
		p->count++;
		p->cause = (enum err)cause;
		if (cause != OK)
			continue;
		if (p->good > 0 && mono_diff_us(now, p->came) > p->longest_us)
			p->longest_us = mono_diff_us(now, p->came);
		p->good++;
		p->value = value;
		p->time.us = m.time;
		p->came = now;
	}
	MUST(r_done(r));
}

static void
take_state(struct fieldpipe *fp, struct rbuf *r)
{
	struct msg_device_state m;
	struct fp_device *d;

	MUST(msg_device_state_get(r, &m) && r_done(r) && m.device < fp->devices + fp->nodes);
	d = &fp->device[m.device];
	d->count++;
	d->state = m.state;
	d->error = (enum err)m.last_error;
	d->error_count = m.last_error_count;
	d->answer_us = m.answer_us;
	d->requests = m.requests;
	d->timeouts = m.timeouts;
	d->errors = m.errors;
	d->connects = m.connects;
	str_copy(d->detail, sizeof(d->detail), m.detail);
	d->was_up = d->was_up || m.state == DEVICE_UP;
	d->was_down = d->was_down || m.state == DEVICE_DOWN;
}

static void
take_raw(struct fieldpipe *fp, struct rbuf *r)
{
	MUST(msg_raw_get(r, &fp->raw) && fp->raw.raw.len <= sizeof(fp->raw_bytes));
	memcpy(fp->raw_bytes, fp->raw.raw.data, fp->raw.raw.len);
	fp->raw_seen++;
}

/* Each write is answered once, and in words. */
static void
take_written(struct fieldpipe *fp, struct rbuf *r)
{
	struct msg_field_written m;
	struct fp_written *w;

	MUST(msg_field_written_get(r, &m) && r_done(r) && err_is_known(m.err));
	MUST(m.write > 0 && m.write <= fp->writes && m.detail[0] != '\0');
	w = &fp->written[m.write];
	MUST(w->count == 0);
	w->count = 1;
	w->err = (enum err)m.err;
	w->time.us = m.time;
	w->point = m.point;
	str_copy(w->detail, sizeof(w->detail), m.detail);
}

static void
take_dump(struct fieldpipe *fp, struct rbuf *r)
{
	struct msg_dump m;
	struct msg_dump_line line;
	struct rbuf lines;

	MUST(msg_dump_get(r, &m) && r_done(r) && m.left_out == 0);
	rbuf_init(&lines, m.data.data, m.data.len);
	for (unsigned i = 0; i < m.lines; i++) {
		MUST(msg_dump_line_get(&lines, &line) && line.what < DUMP_WHAT_COUNT);
		fp->dumped[line.what]++;
	}
	MUST(r_done(&lines));
}

static void
take_frame(struct fieldpipe *fp, const struct frame *f)
{
	struct rbuf r;
	struct msg_result result;
	struct msg_bye bye;

	fp->frames++;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_BYE) {
		MUST(msg_bye_get(&r, &bye));
		fp->bye_seen++;
		fp->bye = (enum err)bye.err;
	} else if (f->type == W_RESULT) {
		MUST(msg_result_get(&r, &result));
		fp->result_seen++;
		fp->result = (enum err)result.err;
	} else if (f->type == W_FIELD_STATS) {
		MUST(msg_field_stats_get(&r, &fp->stats));
		fp->stats_count++;
	} else if (f->type == W_FIELD_WRITTEN) {
		take_written(fp, &r);
	} else if (f->generation != fp->generation) {
		return; /* numbers of another configuration */
	} else if (f->type == W_FIELD_PULSE) {
		MUST(msg_field_pulse_get(&r, &fp->pulse));
		fp->pulses++;
	} else if (f->type == W_SAMPLES) {
		take_samples(fp, &r);
	} else if (f->type == W_DEVICE_STATE) {
		take_state(fp, &r);
	} else if (f->type == W_RAW) {
		take_raw(fp, &r);
	} else if (f->type == W_DUMP) {
		take_dump(fp, &r);
	} else if (f->type == W_REGISTERS) {
		MUST(msg_registers_get(&r, &fp->looked) && r_done(&r) && fp->looked.data.len <= sizeof(fp->raw_bytes));
		memcpy(fp->raw_bytes, fp->looked.data.data, fp->looked.data.len);
		fp->looked_seen++;
	}
}

bool
fp_pump(struct fieldpipe *fp, int64_t us)
{
	struct pollfd p = { .fd = fp->fd, .events = POLLIN };
	size_t pos = 0, used;
	struct frame f;
	ssize_t n;

	if (fp->has_ended || us < 0 || poll(&p, 1, (int)((us + 999) / 1000)) <= 0)
		return false;
	n = recv(fp->fd, fp->buf + fp->len, BUF_SIZE - fp->len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		fp->has_ended = true;
		return false;
	}
	fp->len += (size_t)n;
	while (pos < fp->len) {
		enum err e = wire_take(fp->buf + pos, fp->len - pos, &f, &used);

		if (e == ERR_BUSY)
			break;
		MUST(e == OK);
		take_frame(fp, &f);
		pos += used;
	}
	memmove(fp->buf, fp->buf + pos, fp->len - pos);
	fp->len -= pos;
	return true;
}

void
fp_listen(struct fieldpipe *fp, int ms)
{
	int64_t end = clock_mono().us + ms * US_PER_MS, left;

	while ((left = end - clock_mono().us) > 0 && !fp->has_ended)
		fp_pump(fp, left);
}

void
fp_forget(struct fieldpipe *fp)
{
	for (uint32_t i = 0; i < FP_POINTS; i++)
		fp->points[i].longest_us = 0;
	for (uint32_t i = 0; i < FP_MAX; i++)
		fp->device[i].was_up = fp->device[i].was_down = false;
}
