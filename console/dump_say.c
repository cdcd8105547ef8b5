/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_say.c - MODBUS Messaging on TCP/IP V1.0b, 3.1.3; MODBUS Application Protocol V1.1b3, 6 and 7; over Serial Line V1.02, 2.3.
 * The bytes may be anything at all.
 */
#include "config.h"

#include "console/dump_say.h"
#include "scada/base/str.h"

#define TCP_HEAD  6 /* bytes before the unit */
#define RTU_TAIL  2 /* the checksum */
#define EXCEPTION 0x80

enum function { READ_COILS = 1, READ_DISCRETE, READ_HOLDING, READ_INPUT, WRITE_COIL, WRITE_REGISTER };
enum { WRITE_COILS = 15, WRITE_REGISTERS = 16 };

/* Unit, function and what follows, without head and checksum. */
struct pdu {
	const uint8_t *p;
	size_t len;
	uint16_t id;
	bool has_id;
};

static unsigned
word(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* What a function is called, and of which table; NULL: not ours. */
static const char *
verb(uint8_t function, const char **table)
{
	static const struct {
		uint8_t function;
		const char *verb, *table;
	} rows[] = {
		{ READ_COILS, "read", "coil" },
		{ READ_DISCRETE, "read", "discrete" },
		{ READ_HOLDING, "read", "holding" },
		{ READ_INPUT, "read", "input" },
		{ WRITE_COIL, "write", "coil" },
		{ WRITE_REGISTER, "write", "holding" },
		{ WRITE_COILS, "write many", "coil" },
		{ WRITE_REGISTERS, "write many", "holding" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].function != function)
			continue;
		*table = rows[i].table;
		return rows[i].verb;
	}
	return NULL;
}

static const char *
exception_text(uint8_t code)
{
	static const char *const texts[] = { [1] = "no such function",
		[2] = "no such address",
		[3] = "no such value",
		[4] = "the device failed",
		[5] = "accepted, takes long",
		[6] = "the device is busy",
		[8] = "memory parity",
		[10] = "the gateway has no path",
		[11] = "nothing answers behind the gateway" };

	return code < sizeof texts / sizeof texts[0] && texts[code] != NULL ? texts[code] : "not of the protocol";
}

/* ---- a frame to its inner part */

/* Of a line the reply stands behind what noise came before it: where its unit and function are. */
static size_t
skip_noise(const struct msg_dump_line *m, const struct dump_asked *a)
{
	for (size_t i = 0; a != NULL && i + 2 + RTU_TAIL <= m->raw.len; i++)
		if (m->raw.data[i] == a->unit && (m->raw.data[i + 1] & ~EXCEPTION) == a->function)
			return i;
	return 0;
}

/* False: not even unit and function. */
static bool
open_frame(const struct msg_dump_line *m, const struct dump_asked *a, struct pdu *out)
{
	bool is_tcp = m->form == DUMP_TCP;
	size_t from = is_tcp ? TCP_HEAD : skip_noise(m, a), tail = is_tcp ? 0 : RTU_TAIL;

	if (m->raw.len < from + 2 + tail)
		return false;
	*out = (struct pdu){ .p = m->raw.data + from, .len = m->raw.len - from - tail, .has_id = is_tcp };
	if (is_tcp)
		out->id = (uint16_t)word(m->raw.data);
	return true;
}

/* ---- what was asked */

static struct dump_asked *
find(struct dump_say *d, const struct msg_dump_line *m)
{
	unsigned id = m->form == DUMP_TCP && m->raw.len >= 2 ? word(m->raw.data) : 0;
	bool is_any = m->form != DUMP_TCP || m->what == DUMP_NONE; /* of what did not come there is no number */

	for (unsigned i = 0; i < DUMP_SAY_ASKED; i++) { /* the oldest first */
		struct dump_asked *a = &d->asked[(d->next + i) % DUMP_SAY_ASKED];
		if (a->is_set && a->device == m->device && a->form == m->form && (is_any || a->id == id))
			return a;
	}
	return NULL;
}

static void
keep(struct dump_say *d, const struct msg_dump_line *m, const struct pdu *p)
{
	struct dump_asked a = {
		.is_set = true, .device = m->device, .id = p->id, .form = m->form, .unit = p->p[0], .function = p->p[1]
	};
	bool is_one = a.function == WRITE_COIL || a.function == WRITE_REGISTER;

	if (p->len < 6)
		return;
	a.address = (uint16_t)word(p->p + 2);
	a.count = is_one ? 1 : (uint16_t)word(p->p + 4);
	d->asked[d->next] = a;
	d->next = (d->next + 1) % DUMP_SAY_ASKED;
}

/* ---- words */

static void
add(char *buf, const char *text)
{
	str_append(buf, DUMP_SAY_LINE, text);
}

/* "read holding 40000..40001" */
static void
add_what(char *buf, uint8_t function, unsigned address, unsigned count)
{
	const char *table = "", *what = verb(function, &table);
	char text[64];

	if (what == NULL)
		str_printf(text, sizeof text, "function %u", function);
	else if (count <= 1)
		str_printf(text, sizeof text, "%s %s %u", what, table, address);
	else
		str_printf(text, sizeof text, "%s %s %u..%u", what, table, address, address + count - 1);
	add(buf, text);
}

static void
add_values(char *buf, bool is_bits, const uint8_t *p, size_t len, unsigned count)
{
	unsigned there = is_bits ? (unsigned)len * 8 : (unsigned)len / 2;
	char text[48];

	if (count > there)
		count = there;
	add(buf, ":");
	for (unsigned i = 0; i < count && i < DUMP_SAY_VALUES; i++) {
		str_printf(text, sizeof text, " %u", is_bits ? p[i / 8] >> (i % 8) & 1u : word(p + 2 * i));
		add(buf, text);
	}
	if (count > DUMP_SAY_VALUES) {
		str_printf(text, sizeof text, " and %u more", count - DUMP_SAY_VALUES);
		add(buf, text);
	}
}

/* The values that a write carries. */
static void
add_written(char *buf, const struct pdu *p, unsigned count)
{
	uint8_t function = p->p[1];
	char text[32];

	if (function == WRITE_COIL || function == WRITE_REGISTER) {
		unsigned v = word(p->p + 4);
		str_printf(text, sizeof text, ": %u", function == WRITE_COIL ? v == 0xFF00 : v);
		add(buf, text);
	} else if ((function == WRITE_COILS || function == WRITE_REGISTERS) && p->len > 7) {
		add_values(buf, function == WRITE_COILS, p->p + 7, p->len - 7, count);
	}
}

static void
say_request(struct dump_say *d, const struct msg_dump_line *m, const struct pdu *p, char *buf)
{
	uint8_t function = p->p[1];
	bool is_one = function == WRITE_COIL || function == WRITE_REGISTER;

	if (p->len < 6) {
		add_what(buf, function, 0, 0);
		return;
	}
	keep(d, m, p);
	add_what(buf, function, word(p->p + 2), is_one ? 1 : word(p->p + 4));
	add_written(buf, p, word(p->p + 4));
}

static void
say_answer(const struct dump_asked *a, const struct pdu *p, char *buf)
{
	uint8_t function = p->p[1] & (uint8_t)~EXCEPTION;
	char text[80];

	if (a == NULL || a->function != function) {
		str_printf(text, sizeof text, "function %u, asked before this began", function);
		add(buf, text);
		return;
	}
	add_what(buf, function, a->address, a->count);
	if ((p->p[1] & EXCEPTION) != 0 && p->len > 2) {
		str_printf(text, sizeof text, ": exception %u, %s", p->p[2], exception_text(p->p[2]));
		add(buf, text);
	} else if (function <= READ_INPUT && p->len > 3) {
		add_values(
		    buf, function <= READ_DISCRETE, p->p + 3, p->p[2] < p->len - 3 ? p->p[2] : p->len - 3, a->count);
	} else {
		add(buf, ": done");
	}
}

char *
dump_say_line(struct dump_say *d, const struct msg_dump_line *m, const char *device, char buf[DUMP_SAY_LINE])
{
	static const char marks[DUMP_WHAT_COUNT] = { 'O', 'I', '!' };
	struct dump_asked *a = m->what == DUMP_REQUEST ? NULL : find(d, m);
	struct pdu p = { NULL, 0, 0, false };
	bool is_whole = open_frame(m, a, &p) && m->what != DUMP_NONE;
	char time[24], text[64];

	utc_civil(time, sizeof time, (struct utc){ m->time }, "%H:%M:%S");
	str_printf(buf, DUMP_SAY_LINE, "%c %s.%03d %.80s", m->what < DUMP_WHAT_COUNT ? marks[m->what] : '?', time,
	    (int)(m->time / 1000 % 1000), device);
	if (m->form == DUMP_ECHONET) {
		dump_say_echonet(d, m, buf);
		return buf;
	}
	if (is_whole || a != NULL) {
		str_printf(text, sizeof text, "/%u", is_whole ? p.p[0] : a->unit);
		add(buf, text);
	}
	if (m->form == DUMP_TCP && (is_whole || a != NULL)) {
		str_printf(text, sizeof text, " #%u", is_whole ? p.id : a->id);
		add(buf, text);
	}
	if (m->what != DUMP_REQUEST) {
		str_printf(text, sizeof text, " %.1f ms", (double)m->took_us / 1000);
		add(buf, text);
	}
	add(buf, " ");
	if (m->what == DUMP_NONE) {
		if (a != NULL)
			add_what(buf, a->function, a->address, a->count);
		add(buf, a != NULL ? ": " : "");
		add(buf, err_text(err_is_known(m->err) ? (enum err)m->err : ERR_FAILED));
	} else if (!is_whole) {
		add(buf, "less than a frame");
	} else if (m->what == DUMP_REQUEST) {
		say_request(d, m, &p, buf);
	} else {
		say_answer(a, &p, buf);
	}
	if (a != NULL)
		a->is_set = false;
	return buf;
}

/* The words are a comment to text2pcap, which takes the numbers in them for bytes otherwise. */
char *
dump_say_bytes(const struct msg_dump_line *m, char buf[DUMP_SAY_BYTES])
{
	char text[16], time[24];

	buf[0] = '\0';
	if (m->raw.len == 0)
		return buf;
	utc_civil(time, sizeof time, (struct utc){ m->time }, "%H:%M:%S");
	str_printf(
	    buf, DUMP_SAY_BYTES, "%c %s.%06d\n", m->what == DUMP_REQUEST ? 'O' : 'I', time, (int)(m->time % 1000000));
	for (size_t i = 0; i < m->raw.len; i++) {
		if (i % 16 == 0) {
			str_printf(text, sizeof text, "%s%06zx", i == 0 ? "" : "\n", i);
			str_append(buf, DUMP_SAY_BYTES, text);
		}
		str_printf(text, sizeof text, " %02x", m->raw.data[i]);
		str_append(buf, DUMP_SAY_BYTES, text);
	}
	str_append(buf, DUMP_SAY_BYTES, "\n");
	return buf;
}
