/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_client.c - a console whose server lies: some honest frames of a snapshot, then any frames at all.
 *
 * Input: how many honest frames (u8), then n times type's row (u8), length of body (u16), body.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/alarm_say.h"
#include "console/client_private.h"
#include "console/jout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HONEST 9

static const struct client_ops ops = { .phase = NULL };
static const struct conn_ops conn_ops = { .frame = NULL };

static struct ev_loop *loop;
static struct frame honest[HONEST];

static void
put_point(struct wbuf *b, uint32_t number)
{
	static const char *const names[] = { "A.B", "A.C" };
	struct wbuf states;

	wbuf_init(&states);
	w_i64(&states, 1);
	w_str(&states, "run");
	w_str(&states, "");
	struct msg_point m = { .point = number,
		.device = number == 0 ? 0 : DEVICE_NONE,
		.decimals_plus_8 = 9,
		.name = names[number],
		.title = "t",
		.title_ja = "",
		.unit = "kW",
		.range_lo = (double)NAN,
		.source = "",
		.states = { states.data, states.len } };
	msg_point_put(b, &m);
	wbuf_done(&states);
}

static void
put_values(struct wbuf *b)
{
	struct delta_writer w = { 0 };
	struct delta_cell cells[2] = { { .decimals = 1 }, { .decimals = 1 } };
	struct value v = { .v = 1 };

	delta_begin(&w, b, (struct utc){ INT64_C(1795000000000000) }, true);
	delta_group(&w, 0, (struct utc){ INT64_C(1794999999000000) }, (struct utc){ INT64_C(1794999999003000) });
	delta_point(&w, 0, &cells[0], &v);
	delta_point(&w, 1, &cells[1], &v);
	delta_end(&w);
	delta_writer_done(&w);
}

/* The bodies live as long as the program. */
static void
make_honest(void)
{
	static const uint16_t types[HONEST] = { W_HELLO, W_SITE, W_DEVICE, W_POINT, W_POINT, W_SCREEN, W_DEVICE_STATE,
		W_VALUES, W_SNAPSHOT_END };
	static struct wbuf b[HONEST];

	msg_hello_put(&b[0], &(struct msg_hello){ .version = WIRE_VERSION, .program = "x", .build = "x", .user = "x" });
	msg_site_put(&b[1],
	    &(struct msg_site){
	        .points = 2, .devices = 1, .screens = 1, .groups = 1, .name = "S", .title_ja = "", .timezone = "UTC" });
	msg_device_put(
	    &b[2], &(struct msg_device){ .name = "A", .title = "", .title_ja = "", .profile = "p", .link = "" });
	put_point(&b[3], 0);
	put_point(&b[4], 1);
	msg_screen_put(&b[5], &(struct msg_screen){ .name = "s", .text = "" });
	msg_device_state_put(&b[6], &(struct msg_device_state){ .state = DEVICE_UP, .detail = "" });
	put_values(&b[7]);
	msg_snapshot_end_put(&b[8], &(struct msg_snapshot_end){ .devices = 1, .points = 2, .screens = 1 });
	for (unsigned i = 0; i < HONEST; i++)
		honest[i] = (struct frame){ .type = types[i], .length = (uint32_t)b[i].len, .body = b[i].data };
}

static void
show_alarms(const struct client *c)
{
	char text[ALARM_LINE_MAX];

	for (uint32_t i = 0; c->alarms != NULL && i < c->alarms->count; i++) {
		alarm_line(c, &c->alarms->alarms[i], c->newest, i % 2 == 0, text, sizeof text);
		json_decref(alarm_json(c, &c->alarms->alarms[i]));
		(void)client_alarms_flood(c->alarms, i);
	}
	if (c->alarms == NULL)
		return;
	(void)alarm_flood(c, 3, text, sizeof text);
	(void)alarm_flood_is_ours(c);
	json_decref(alarm_counts_json(c));
}

/* Whatever was believed can be shown. */
static void
show(const struct client *c)
{
	char text[64];

	for (uint32_t i = 0; i < c->point_count; i++) {
		client_format(c, i, i % 2 == 0, text, sizeof text);
		(void)client_is_old(c, i, c->newest);
		json_decref(jout_point(c, i, c->newest));
		if (client_find(c, c->points[i].name) != i)
			abort();
	}
	for (uint32_t i = 0; i < c->device_count; i++) {
		if (c->devices[i].first + c->devices[i].count > c->point_count)
			abort();
		json_decref(jout_link(c, i));
	}
	show_alarms(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t rows = 0, pos = 1;
	int fd[2];

	if (loop == NULL) {
		loop = ev_loop_new(EVFLAG_AUTO);
		make_honest();
	}
	while (wire_row(rows) != NULL)
		rows++;
	if (size < 1 || socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0)
		return 0;
	struct client *c = client_new(loop, "/x", SUB_ALL, false, &ops, NULL);
	struct client_private *p = c->private;
	p->conn = conn_new(loop, fd[0], &conn_ops, c, NULL);
	for (unsigned i = 0; i < data[0] % (HONEST + 1) && p->conn != NULL; i++)
		client_take_frame(c, &honest[i]);
	while (pos + 3 <= size && p->conn != NULL) {
		const struct wire_row *row = wire_row(data[pos] % rows);
		struct frame f = { .type = row->type,
			.length = (uint32_t)data[pos + 1] << 8 | data[pos + 2],
			.body = data + pos + 3 };
		if (f.length > size - pos - 3)
			f.length = (uint32_t)(size - pos - 3);
		pos += 3 + f.length;
		if (f.length >= row->min && f.length <= row->max)
			client_take_frame(c, &f);
	}
	show(c);
	client_free(c);
	close(fd[1]);
	return 0;
}
