/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakesite.c - stands in for chisand with a site from a text file, so that every screen can be repeated to the cell.
 *
 *   fakesite SOCKET MODEL [ALARMS]   then lines on standard input:   set POINT VALUE [QUALITY CAUSE]   device NAME STATE   die   reload
 *                             alarm NAME STATE [AGE_S]   horn PRIORITY NAME   flood 0|1
 *                             history MODE (as in fakehistory.h; "on": as it should be)
 *   Prints "ready" when it listens, "done" after each line.  Fields of the model are separated by '|'.
 */
#include "config.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/conn.h"
#include "scada/base/delta.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "scada/base/str.h"
#include "tests/screen/fakecontrol.h"
#include "tests/screen/fakedispatch.h"
#include "tests/screen/fakeschedule.h"
#include "tests/screen/fakesequence.h"
#include "tests/screen/fakewheel.h"
#include "tests/screen/fakealarms.h"
#include "tests/screen/fakehistory.h"
#include "tests/screen/fakerecords.h"

#define FIELDS  20
#define POINTS  1000
#define DEVICES 100
#define SCREENS 20
#define CLIENTS 8

struct fake_point {
	char *field[FIELDS];
	uint32_t device;
	struct value v;
	struct delta_cell cell;
};
struct fake_device {
	char *field[FIELDS];
	int state;
};
static struct fake_point points[POINTS];
static struct fake_device devices[DEVICES];
static char *screens[SCREENS][2];
static uint32_t point_count, device_count, screen_count;
static char *site[FIELDS];
static struct utc now;
static struct conn *clients[CLIENTS];
static struct ev_loop *loop;
static uint16_t generation = 1;
static enum role role = ROLE_OPERATOR;
static struct fakerecords records;
static struct fakecontrol control;
static struct fakedispatch dispatch;
static struct fakewheel wheel;
static struct fakeschedule schedule;
static struct fakesequence sequences;
static struct fakealarms alarms;

/* "\e" and "\a" become ESC and BEL: titles of a hostile device. */
static char *
unescape(char *s)
{
	char *to = s;

	for (char *from = s; *from != '\0'; from++) {
		if (from[0] == '\\' && (from[1] == 'e' || from[1] == 'a'))
			*to++ = *++from == 'e' ? '\033' : '\007';
		else
			*to++ = *from;
	}
	*to = '\0';
	return s;
}

static void
split(char *line, char **field, char by)
{
	int n = 0;

	for (int i = 0; i < FIELDS; i++)
		field[i] = NULL;
	while (n < FIELDS) {
		char *end = strchr(line, by);
		if (end != NULL)
			*end = '\0';
		field[n++] = unescape(xstrdup(line));
		if (end == NULL)
			break;
		line = end + 1;
	}
	for (; n < FIELDS; n++)
		field[n] = xstrdup("");
}

static double
number(const char *s)
{
	double v;

	return str_to_double(s, &v) ? v : strtod("nan", NULL);
}

static uint32_t
unsigned_of(const char *s)
{
	int64_t v;

	return str_to_i64(s, 0, UINT32_MAX, &v) ? (uint32_t)v : 0;
}

static char *
slurp(const char *folder, const char *name)
{
	char path[1024];
	char *text = xcalloc(1, 131072);
	FILE *f;

	str_printf(path, sizeof path, "%s/%s", folder, name);
	if ((f = fopen(path, "r")) == NULL) {
		fprintf(stderr, "fakesite: %s?\n", path);
		exit(1);
	}
	text[fread(text, 1, 131071, f)] = '\0';
	fclose(f);
	return text;
}

static void
read_line(char *line, const char *folder)
{
	char *field[FIELDS];

	split(line, field, '|');
	if (strcmp(field[0], "site") == 0) {
		memcpy(site, field, sizeof field);
		utc_from_iso(field[5], &now);
		control.now = dispatch.now = sequences.now = wheel.now = now;
		fakeschedule_init(&schedule, now);
	} else if (strcmp(field[0], "device") == 0) {
		memcpy(devices[device_count].field, field, sizeof field);
		devices[device_count++].state = (int)unsigned_of(field[8]);
	} else if (strcmp(field[0], "point") == 0) {
		struct fake_point *p = &points[point_count++];
		memcpy(p->field, field, sizeof field);
		p->device = device_count - 1;
		p->v = (struct value){ .v = number(field[16]),
			.quality = (uint16_t)unsigned_of(field[17]),
			.cause = (uint16_t)unsigned_of(field[18]),
			.time = { now.us - (int64_t)unsigned_of(field[19]) * 1000 } };
		p->cell.decimals = (int8_t)unsigned_of(field[3]);
	} else if (fakecontrol_line(&control, field) || fakedispatch_line(&dispatch, field) ||
	    fakeschedule_line(&schedule, field) || fakesequence_line(&sequences, field)) {
		;
	} else if (strcmp(field[0], "screen") == 0) {
		screens[screen_count][0] = field[1];
		screens[screen_count++][1] = slurp(folder, field[2]);
	}
}

static void
read_model(const char *path)
{
	char line[4096], folder[1024];
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		fprintf(stderr, "fakesite: %s?\n", path);
		exit(1);
	}
	str_copy(folder, sizeof folder, path);
	if (strrchr(folder, '/') != NULL)
		*strrchr(folder, '/') = '\0';
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			read_line(line, folder);
	}
	fclose(f);
}

static void
send_body(struct conn *c, uint16_t type, struct wbuf *b)
{
	conn_send(c, type, 0, b, NULL);
	wbuf_reset(b);
}

/* "0=stop/停止,1=run/運転" */
static void
put_names(struct wbuf *b, const char *text, bool is_bits)
{
	char copy[1024], *at = copy, *one;

	str_copy(copy, sizeof copy, text);
	while ((one = strsep(&at, ",")) != NULL && *one != '\0') {
		char *name = strchr(one, '='), *ja = strchr(one, '/');
		if (ja != NULL)
			*ja++ = '\0';
		*name++ = '\0';
		if (is_bits)
			w_u8(b, (uint8_t)unsigned_of(one));
		else
			w_i64(b, (int64_t)unsigned_of(one));
		w_str(b, name);
		w_str(b, ja != NULL ? ja : "");
	}
}

static void
send_point(struct conn *c, uint32_t i)
{
	struct fake_point *p = &points[i];
	struct wbuf b, states, bits;
	enum point_kind kind = KIND_ANALOG;

	wbuf_init(&b);
	wbuf_init(&states);
	wbuf_init(&bits);
	point_kind_from_word(p->field[2], &kind);
	const struct fake_output *o = fakecontrol_find(&control, p->field[1]);
	put_names(&states, p->field[14], false);
	put_names(&bits, p->field[15], true);
	msg_point_put(&b,
	    &(struct msg_point){ .point = i,
	        .device = p->device,
	        .group = p->device,
	        .kind = (uint8_t)kind,
	        .decimals_plus_8 = (uint8_t)(p->cell.decimals + 8),
	        .name = p->field[1],
	        .title = p->field[5],
	        .title_ja = p->field[6],
	        .unit = p->field[4],
	        .range_lo = number(p->field[7]),
	        .range_hi = number(p->field[8]),
	        .ll = number(p->field[9]),
	        .l = number(p->field[10]),
	        .h = number(p->field[11]),
	        .hh = number(p->field[12]),
	        .deadband = 0.5,
	        .period_us = 1000000,
	        .source = p->field[13],
	        .states = { states.data, states.len },
	        .bits = { bits.data, bits.len },
	        .output = (uint8_t)(o != NULL ? o->kind : 0),
	        .ramp_per_s = o != NULL ? o->ramp : number(""),
	        .revert_s = o != NULL ? o->revert : 0,
	        .falls_back = o != NULL ? o->falls_back : "",
	        .confirm = o != NULL && o->confirm != NULL ? o->confirm : "" });
	send_body(c, W_POINT, &b);
	wbuf_done(&b);
	wbuf_done(&states);
	wbuf_done(&bits);
}

/* Field 18: "masters/clients/requests/refused/turned away/held back/master/refusal"; "" = the link is not lent. */
static void
send_shared(struct conn *c, uint32_t i)
{
	const char *f = devices[i].field[18];
	unsigned masters, most, requests, refused, away, back;
	char master[64], refusal[160];
	struct wbuf b;

	if (f == NULL ||
	    sscanf(f, "%u/%u/%u/%u/%u/%u/%63[^/]/%159[^/]", &masters, &most, &requests, &refused, &away, &back, master,
	        refusal) != 8)
		return;
	wbuf_init(&b);
	msg_shared_put(&b,
	    &(struct msg_shared){ .device = i,
	        .masters = (uint16_t)masters,
	        .clients = (uint16_t)most,
	        .requests = requests,
	        .refused = refused,
	        .turned_away = away,
	        .held_back = back,
	        .last_time = now.us - US_PER_S,
	        .refused_time = now.us - 400 * US_PER_S,
	        .master = master,
	        .refusal = refusal });
	send_body(c, W_SHARED, &b);
	wbuf_done(&b);
}

static void
send_device_state(struct conn *c, uint32_t i)
{
	char **f = devices[i].field;
	struct utc since = { 0 }, last = { 0 };
	struct wbuf b;

	wbuf_init(&b);
	utc_from_iso(f[13], &since);
	utc_from_iso(f[15], &last);
	msg_device_state_put(&b,
	    &(struct msg_device_state){ .device = i,
	        .state = (uint8_t)devices[i].state,
	        .answer_us = unsigned_of(f[9]),
	        .requests = unsigned_of(f[10]),
	        .timeouts = unsigned_of(f[11]),
	        .errors = unsigned_of(f[12]),
	        .connects = 1,
	        .since = since.us,
	        .last_error = (uint16_t)unsigned_of(f[14]),
	        .last_error_time = last.us,
	        .last_error_count = unsigned_of(f[16]),
	        .detail = f[17] });
	send_body(c, W_DEVICE_STATE, &b);
	wbuf_done(&b);
	send_shared(c, i);
}

static void
send_values(struct conn *c)
{
	struct delta_writer w = { 0 };
	struct wbuf b;

	wbuf_init(&b);
	delta_begin(&w, &b, now, true);
	for (uint32_t i = 0; i < device_count; i++) {
		bool is_silent = devices[i].state != DEVICE_UP && strcmp(devices[i].field[6], "1") == 0;
		struct utc scanned = utc_add(now, (is_silent ? -37000 : -250) * US_PER_MS);
		delta_group(&w, i, scanned, utc_add(scanned, 70 * US_PER_MS));
	}
	for (uint32_t i = 0; i < point_count; i++) {
		points[i].cell.n = 0;
		delta_point(&w, i, &points[i].cell, &points[i].v);
	}
	delta_end(&w);
	send_body(c, W_VALUES, &b);
	delta_writer_done(&w);
	wbuf_done(&b);
}

static void
send_snapshot(struct conn *c)
{
	struct wbuf b;

	wbuf_init(&b);
	conn_set_generation(c, generation);
	msg_site_put(&b,
	    &(struct msg_site){ .generation = generation,
	        .points = point_count,
	        .devices = device_count,
	        .screens = screen_count,
	        .groups = device_count,
	        .name = site[1],
	        .title_ja = site[2],
	        .timezone = site[3],
	        .started = now.us - 3600 * US_PER_S,
	        .simulated = strcmp(site[4], "1") == 0 });
	send_body(c, W_SITE, &b);
	for (uint32_t i = 0; i < device_count; i++) {
		char **f = devices[i].field;
		msg_device_put(&b,
		    &(struct msg_device){ .device = i,
		        .name = f[1],
		        .title = f[2],
		        .title_ja = f[3],
		        .profile = f[4],
		        .link = f[5],
		        .protocol = strcmp(f[6], "1") == 0 ? PROTOCOL_MODBUS : PROTOCOL_CALC,
		        .poll_us = 1000000 });
		send_body(c, W_DEVICE, &b);
	}
	for (uint32_t i = 0; i < point_count; i++)
		send_point(c, i);
	for (uint32_t i = 0; i < screen_count; i++) {
		msg_screen_put(&b, &(struct msg_screen){ .name = screens[i][0], .text = screens[i][1] });
		send_body(c, W_SCREEN, &b);
	}
	for (uint32_t i = 0; i < device_count; i++)
		if (strcmp(devices[i].field[6], "1") == 0)
			send_device_state(c, i);
	send_values(c);
	fakecontrol_snapshot(&control, c);
	fakedispatch_snapshot(&dispatch, c);
	fakeschedule_snapshot(&schedule, c);
	fakesequence_snapshot(&sequences, c);
	fakealarms_snapshot(&alarms, c);
	msg_snapshot_end_put(
	    &b, &(struct msg_snapshot_end){ .devices = device_count, .points = point_count, .screens = screen_count });
	send_body(c, W_SNAPSHOT_END, &b);
	wbuf_done(&b);
}

static void
send_raw(struct conn *c, const struct frame *f)
{
	static const uint8_t bytes[] = { 0x44, 0x9A, 0x50, 0x00 };
	struct msg_raw_get m;
	struct rbuf r;
	struct wbuf b;

	rbuf_init(&r, f->body, f->length);
	if (!msg_raw_get_get(&r, &m) || m.point >= point_count)
		return;
	wbuf_init(&b);
	msg_raw_put(&b,
	    &(struct msg_raw){ .point = m.point,
	        .table = TABLE_HOLDING,
	        .address = (uint16_t)(m.point * 2),
	        .type = RAW_F32,
	        .order = ORDER_ABCD,
	        .time = now.us - 250 * US_PER_MS,
	        .cause = OK,
	        .decoded = 1234.5,
	        .raw = { bytes, sizeof bytes } });
	conn_send(c, W_RAW, f->sequence, &b, NULL);
	wbuf_done(&b);
}

/* A made device: text, a float in both orders of words, a number below zero, and counting up; it refuses what begins at 9000. */
static void
send_registers(struct conn *c, const struct frame *f)
{
	static const uint16_t begin[] = { 0x4368, 0x6973, 0x616E, 0x0000, 0x449A, 0x5000, 0x5000, 0x449A, 0xFFFD,
		0x40E0, 0xFFFF, 0x8000 };
	uint8_t data[2 * REGISTERS_MAX];
	struct msg_registers_get m;
	struct rbuf r;
	struct wbuf b;

	rbuf_init(&r, f->body, f->length);
	if (!msg_registers_get_get(&r, &m))
		return;
	if (m.address >= 9000) {
		conn_result(c, f->sequence, ERR_EXC_ADDRESS, -1, "MET.RX, %s %u..%u: %s",
		    mb_table_word((enum mb_table)m.table), m.address, m.address + m.count - 1,
		    err_text(ERR_EXC_ADDRESS));
		return;
	}
	for (unsigned i = 0; i < sizeof data / 2; i++) {
		unsigned at = m.address + i, v = at < sizeof begin / sizeof begin[0] ? begin[at] : at;
		data[2 * i] = (uint8_t)(v >> 8);
		data[2 * i + 1] = (uint8_t)v;
	}
	wbuf_init(&b);
	msg_registers_put(&b,
	    &(struct msg_registers){ m.device, m.table, m.address, m.count, now.us - 120 * US_PER_MS,
	        { data, mb_table_bytes((enum mb_table)m.table, m.count) } });
	conn_send(c, W_REGISTERS, f->sequence, &b, NULL);
	conn_result(c, f->sequence, OK, -1, "%s", "");
	wbuf_done(&b);
}

static bool
find_history(const char *name, struct fakehistory_point *p, void *arg)
{
	(void)arg;
	if (strcmp(name, "GTC.T_OLD") == 0) { /* gone from the site */
		*p = (struct fakehistory_point){ name, "degC", KIND_ANALOG, 1, 0, 600 };
		return true;
	}
	for (uint32_t i = 0; i < point_count; i++) {
		char **f = points[i].field;
		enum point_kind kind = KIND_ANALOG;
		if (strcmp(f[1], name) != 0)
			continue;
		point_kind_from_word(f[2], &kind);
		*p =
		    (struct fakehistory_point){ f[1], f[4], kind, points[i].cell.decimals, number(f[7]), number(f[8]) };
		return true;
	}
	return false;
}

static struct fakehistory history = { .find = find_history, .mode = "" };

static unsigned acts_heard; /* frames by which a person changes something */

static void
count_act(uint16_t type)
{
	static const uint16_t acts[] = { W_NOTE, W_MANUAL, W_SCAN, W_REPORT_CONFIRM, W_ALARM_ACT, W_COMMAND, W_TAG,
		W_APPROVE };

	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		acts_heard += acts[i] == type;
}

static void
on_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct wbuf b;

	(void)arg;
	count_act(f->type);
	wbuf_init(&b);
	if (f->type == W_HELLO) {
		msg_hello_put(&b,
		    &(struct msg_hello){ .version = WIRE_VERSION,
		        .generation = generation,
		        .role = (uint8_t)role,
		        .program = "chisand",
		        .build = "0.1.0",
		        .user = "operator" });
		send_body(c, W_HELLO, &b);
		conn_set_role(c, role);
	} else if (fakecontrol_frame(&control, c, f) || fakealarms_frame(&alarms, c, f) ||
	    fakerecords_frame(&records, c, f) || fakedispatch_frame(&dispatch, c, f) ||
	    fakeschedule_frame(&schedule, c, f) || fakesequence_frame(&sequences, c, f) ||
	    fakewheel_frame(&wheel, c, f)) {
		;
	} else if (f->type == W_SUBSCRIBE) {
		struct msg_subscribe m;
		struct rbuf r;
		rbuf_init(&r, f->body, f->length);
		send_snapshot(c);
		if (msg_subscribe_get(&r, &m))
			fakerecords_subscribed(&records, c, m.what);
	} else if (f->type == W_RAW_GET) {
		send_raw(c, f);
	} else if (f->type == W_REGISTERS_GET) {
		send_registers(c, f);
	} else if (f->type == W_PING) {
		conn_send(c, W_PONG, f->sequence, NULL, NULL);
	} else {
		history.now = now;
		fakehistory_answer(&history, c, f);
	}
	wbuf_done(&b);
}

static void
on_closed(struct conn *c, enum err why, void *arg)
{
	(void)why;
	(void)arg;
	fakerecords_left(&records, c);
	fakecontrol_left(&control, c);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i] == c)
			clients[i] = NULL;
	conn_free(c);
}

static const struct conn_ops ops = { .frame = on_frame, .closed = on_closed };

static void
on_accept(struct ev_loop *l, ev_io *w, int revents)
{
	int fd = accept(w->fd, NULL, NULL);

	(void)revents;
	for (int i = 0; fd >= 0 && i < CLIENTS; i++) {
		if (clients[i] == NULL) {
			clients[i] = conn_new(l, fd, &ops, NULL, NULL);
			conn_set_generation(clients[i], generation);
			return;
		}
	}
	close(fd);
}

static void
send_change(uint32_t i)
{
	struct delta_cell before = points[i].cell;
	struct wbuf b;

	for (int k = 0; k < CLIENTS; k++) {
		struct delta_writer w = { 0 };
		if (clients[k] == NULL)
			continue;
		wbuf_init(&b);
		points[i].cell = before;
		delta_begin(&w, &b, now, false);
		delta_group(&w, points[i].device, utc_add(now, -250 * US_PER_MS), utc_add(now, -180 * US_PER_MS));
		delta_point(&w, i, &points[i].cell, &points[i].v);
		delta_end(&w);
		send_body(clients[k], W_CHANGES, &b);
		delta_writer_done(&w);
		wbuf_done(&b);
	}
}

/* An act took effect. */
static void
act_changed(const char *point, bool is_manual, bool on, double v, void *arg)
{
	uint16_t flag = is_manual ? Q_SUBSTITUTED : Q_BLOCKED;
	bool is_set = is_manual ? on : !on;

	(void)arg;
	for (uint32_t i = 0; i < point_count; i++) {
		if (strcmp(points[i].field[1], point) != 0)
			continue;
		if (is_manual && on)
			points[i].v.v = v;
		points[i].v.quality = (uint16_t)(is_set ? points[i].v.quality | flag : points[i].v.quality & ~flag);
		points[i].v.cause = (uint16_t)(!is_set ? OK : is_manual ? ERR_BY_HAND : ERR_SCAN_OFF);
		send_change(i);
	}
}

/* A command took effect. */
static void
control_changed(point_id id, double v, void *arg)
{
	(void)arg;
	points[id].v.v = v;
	send_change(id);
}

static point_id
find_point(const char *name, void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < point_count; i++)
		if (strcmp(points[i].field[1], name) == 0)
			return i;
	return POINT_NONE;
}

static double
value_of(point_id id, void *arg)
{
	(void)arg;
	return points[id].v.v;
}

/* "health STATE [text_with_underscores]", "entry KIND text" of somebody, "recorded KIND text [MINUTES ago]" of us, "knob NAME 0|1" */
static void
records_command(char **field)
{
	if (strcmp(field[0], "health") == 0) {
		records.health = (uint8_t)unsigned_of(field[1]);
		records.health_text = field[2];
		for (char *p = field[2]; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
		for (int k = 0; k < CLIENTS; k++)
			if (clients[k] != NULL)
				fakerecords_health(&records, clients[k]);
	} else if (strcmp(field[0], "entry") == 0) {
		fakerecords_add(&records, (enum journal_kind)unsigned_of(field[1]), "", "duty", field[2], true);
	} else if (strcmp(field[0], "recorded") == 0) {
		records.now.us -= unsigned_of(field[3]) * 60 * US_PER_S;
		fakerecords_add(&records, (enum journal_kind)unsigned_of(field[1]), "", "operator", field[2], true);
		records.now.us += unsigned_of(field[3]) * 60 * US_PER_S;
	} else if (strcmp(field[0], "knob") == 0) {
		bool on = unsigned_of(field[2]) != 0;
		if (strcmp(field[1], "slow") == 0)
			records.is_slow_to_record = on;
		else if (strcmp(field[1], "refuse") == 0)
			records.is_refusing = on;
		else if (strcmp(field[1], "silent") == 0)
			records.is_silent = on;
		else if (strcmp(field[1], "engineer") == 0)
			role = on ? ROLE_ENGINEER : ROLE_OPERATOR;
		else if (strcmp(field[1], "viewer") == 0)
			role = on ? ROLE_VIEWER : ROLE_OPERATOR;
		else if (strcmp(field[1], "absent") == 0)
			records.is_absent = on;
	}
}

static uint32_t
find_named(const char *name)
{
	return find_point(name, NULL);
}

static uint32_t
find_device(const char *name)
{
	for (uint32_t i = 0; i < device_count; i++)
		if (strcmp(devices[i].field[1], name) == 0)
			return i;
	return DEVICE_NONE;
}

static void
publish(uint16_t type, struct wbuf *b, void *arg)
{
	(void)arg;
	for (int k = 0; k < CLIENTS; k++)
		if (clients[k] != NULL)
			conn_send(clients[k], type, 0, b, NULL);
}

static void
alarm_command(char **field)
{
	uint32_t alarm = fakealarms_find(&alarms, field[1][0] >= '0' && field[1][0] <= '9' ? field[2] : field[1]);
	enum alarm_state state;

	alarms.now = utc_add(now, -(int64_t)unsigned_of(field[3]) * US_PER_S);
	if (strcmp(field[0], "alarm") == 0 && alarm != ALARM_NONE && alarm_state_from_word(field[2], &state))
		fakealarms_go(&alarms, alarm, state);
	else if (strcmp(field[0], "horn") == 0)
		fakealarms_tell_horn(&alarms, unsigned_of(field[1]), alarm, alarms.horn.is_flood);
	else if (strcmp(field[0], "flood") == 0)
		fakealarms_tell_horn(&alarms, alarms.horn.priority, alarms.horn.alarm, strcmp(field[1], "1") == 0);
	else if (strcmp(field[0], "decide") == 0) { /* "decide yes|no|late [outcome_with_underscores]" */
		for (char *p = field[2]; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
		fakealarms_decide(&alarms, field[1], field[2]);
	} else if (strcmp(field[0], "knob") == 0 && strcmp(field[1], "deaf") == 0)
		alarms.is_deaf = unsigned_of(field[2]) != 0;
	alarms.now = now;
}

static void
command(char *line)
{
	char *field[FIELDS];

	split(line, field, ' ');
	if (strcmp(field[0], "die") == 0)
		_exit(0);
	records_command(field);
	alarm_command(field);
	if (strcmp(field[0], "reload") == 0) {
		generation++;
		for (int k = 0; k < CLIENTS; k++)
			if (clients[k] != NULL)
				send_snapshot(clients[k]);
	}
	if (strcmp(field[0], "history") == 0)
		history.mode = strcmp(field[1], "on") == 0 ? "" : field[1];
	for (uint32_t i = 0; strcmp(field[0], "set") == 0 && i < point_count; i++) {
		if (strcmp(points[i].field[1], field[1]) != 0)
			continue;
		points[i].v.v = number(field[2]);
		points[i].v.quality = (uint16_t)unsigned_of(field[3]);
		points[i].v.cause = (uint16_t)unsigned_of(field[4]);
		send_change(i);
	}
	for (uint32_t i = 0; strcmp(field[0], "device") == 0 && i < device_count; i++) {
		if (strcmp(devices[i].field[1], field[1]) != 0)
			continue;
		devices[i].state = (int)unsigned_of(field[2]);
		for (int k = 0; k < CLIENTS; k++)
			if (clients[k] != NULL)
				send_device_state(clients[k], i);
	}
	if (strcmp(field[0], "sent") == 0)
		printf("sent %u\n", acts_heard);
	else
		printf("done\n");
	fflush(stdout);
}

static void
on_input(struct ev_loop *l, ev_io *w, int revents)
{
	static char buf[4096];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, buf + have, sizeof buf - 1 - have);
	char *end;

	(void)revents;
	if (n <= 0) {
		ev_io_stop(l, w); /* serves on until it is killed */
		return;
	}
	have += (size_t)n;
	buf[have] = '\0';
	while ((end = strchr(buf, '\n')) != NULL) {
		*end = '\0';
		command(buf);
		have -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, have + 1);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	ev_io listener, input;
	int fd;

	if (argc < 3 || argc > 4 || !str_copy(sa.sun_path, sizeof sa.sun_path, argv[1]))
		return 2;
	fakecontrol_init(&control, now);
	fakedispatch_init(&dispatch, now);
	fakeschedule_init(&schedule, now);
	dispatch.find = find_point;
	fakesequence_init(&sequences, now);
	sequences.find = find_point;
	control.find = find_point;
	control.value = value_of;
	control.changed = control_changed;
	read_model(argv[2]);
	fakerecords_init(&records, now, 300);
	records.changed = act_changed;
	fakealarms_init(&alarms, now, &records);
	alarms.find_point = find_named;
	alarms.find_device = find_device;
	alarms.publish = publish;
	if (argc == 4 && !fakealarms_read(&alarms, argv[3])) {
		fprintf(stderr, "fakesite: %s?\n", argv[3]);
		return 1;
	}
	loop = ev_default_loop(0);
	unlink(sa.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) != 0 || listen(fd, 8) != 0) {
		perror("fakesite");
		return 1;
	}
	ev_io_init(&listener, on_accept, fd, EV_READ);
	ev_io_start(loop, &listener);
	ev_io_init(&input, on_input, STDIN_FILENO, EV_READ);
	ev_io_start(loop, &input);
	printf("ready\n");
	fflush(stdout);
	ev_run(loop, 0);
	return 0;
}
