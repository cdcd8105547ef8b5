/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_line.c - one request at a time at a serial line; what is garbled is asked again a few times, as chisan-serial does.
 */
#include "config.h"

#include <poll.h>
#include <string.h>

#include "drivers/probe.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"

#define SCHEME "modbus-rtu://"
#define FORM   "write modbus-rtu:///dev/ttyUSB0/1"
#define TRIES  3

const struct probe_wire probe_wire = {
	.program = "chisan-probe-serial",
	.example = "modbus-rtu:///dev/ttyUSB0/1",
	.may = SANDBOX_SERIAL,
};

/* ---- the link, and the form of the line */

static bool
is_rate(int64_t baud)
{
	static const int64_t rates[] = { 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600 };

	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		if (rates[i] == baud)
			return true;
	return false;
}

/* "9600", "9600N", "9600N2": as the keys of a link begin where nothing is said. */
static bool
parse_form(struct cfg_serial *s, const char *form)
{
	static const char parities[] = "EON"; /* in the order of enum serial_parity */
	size_t digits = strspn(form, "0123456789");
	const char *parity, *rest = form + digits;
	char rate[16];
	int64_t baud;

	if (!str_printf(rate, sizeof(rate), "%.*s", (int)digits, form) ||
	    !str_to_i64(rate, 1, SERIAL_BAUD_MAX, &baud) || !is_rate(baud))
		return false;
	s->baud = (uint32_t)baud;
	if (rest[0] == '\0')
		return true;
	parity = strchr(parities, rest[0] & ~0x20);
	if (parity == NULL || *parity == '\0')
		return false;
	s->parity = (uint8_t)(parity - parities);
	if (rest[1] == '\0')
		return true;
	s->stop_bits = (uint8_t)(rest[1] - '0');
	return (rest[1] == '1' || rest[1] == '2') && rest[2] == '\0';
}

bool
probe_parse(struct probe *p, const char *link, const char *form, char *message, size_t size)
{
	const char *path = link + strlen(SCHEME);
	const char *slash;
	int64_t unit;

	p->link = link;
	p->fd = -1;
	p->cfg = (struct cfg_link){ .name = p->path };
	p->cfg.serial = (struct cfg_serial){ .baud = 9600, .parity = SERIAL_EVEN, .stop_bits = 1 };
	if (strncmp(link, SCHEME, strlen(SCHEME)) != 0 || path[0] != '/') {
		str_printf(message, size, "'%.60s' is no link that can be probed here; " FORM, link);
		return false;
	}
	slash = strrchr(path, '/');
	if (!str_to_i64(slash + 1, 1, 247, &unit)) {
		str_printf(message, size, "'%.60s' names no unit of 1 to 247 behind its path; " FORM, link);
		return false;
	}
	p->unit = (uint8_t)unit;
	if (slash == path || !str_printf(p->path, sizeof(p->path), "%.*s", (int)(slash - path), path)) {
		str_printf(message, size, "'%.60s' names no path of a line; " FORM, link);
		return false;
	}
	if (form == NULL || parse_form(&p->cfg.serial, form))
		return true;
	str_printf(message, size,
	    "--line: '%.20s' is no form of a line; write a rate of 1200 to 921600, E, O or N for the parity, and 1 or "
	    "2 stop "
	    "bits, as 9600E1",
	    form);
	return false;
}

enum err
probe_open(struct probe *p, char *why, size_t size)
{
	p->line = line_new();
	return line_open(p->line, &p->cfg, why, size);
}

void
probe_close(struct probe *p)
{
	line_free(p->line);
	p->line = NULL;
}

/* ---- one request */

static void
rest(const struct probe *p)
{
	struct timespec t = { .tv_nsec = line_gap_us(&p->cfg.serial) * 1000 };

	(void)ppoll(NULL, 0, &t, NULL);
}

/* May it go better the next time? */
static bool
is_garbled(enum err e)
{
	return e == ERR_BAD_CHECKSUM || e == ERR_SPLIT_REPLY || e == ERR_BAD_UNIT || e == ERR_BAD_FUNCTION;
}

enum err
probe_read(struct probe *p, unsigned table, uint16_t address, uint16_t count, uint8_t *out)
{
	struct request r = {
		.kind = REQUEST_READ, .unit = p->unit, .table = (uint8_t)table, .address = address, .count = count
	};
	struct frame_request q = driver_modbus(&r);
	enum err e = line_is_open(p->line) ? ERR_BAD_CHECKSUM : ERR_NO_ADAPTER;
	struct frame_answer a;

	for (unsigned i = 0; i < TRIES && is_garbled(e); i++) {
		p->requests++;
		rest(p);
		e = line_ask(p->line, &q, p->timeout_us, &a);
	}
	if (e == OK && a.err == OK)
		memcpy(out, a.data, a.len);
	p->last = e == OK ? a.err : e;
	return p->last;
}

size_t
probe_identify(struct probe *p, struct identity_text *out, size_t most)
{
	enum err e = line_is_open(p->line) ? ERR_BAD_CHECKSUM : ERR_NO_ADAPTER;
	struct frame_raw raw;

	for (unsigned i = 0; i < TRIES && is_garbled(e); i++) {
		p->requests++;
		rest(p);
		e = line_identify(p->line, p->unit, p->timeout_us, &raw);
	}
	return e == OK ? identity_take(&raw, out, most) : 0;
}
