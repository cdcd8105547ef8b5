/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h - one device asked what it is: blocking, for a person who waits; it reads and never writes. chisan-probe-modbus asks on TCP
 * (probe_tcp.c), chisan-probe-serial at a serial line (probe_line.c): which one a program does is decided by what it links.
 */
#ifndef CHISAN_PROBE_H
#define CHISAN_PROBE_H

#include <stdio.h>
#include <sys/socket.h>

#include "drivers/identity.h"
#include "drivers/line.h"
#include "drivers/sunspec.h"
#include "scada/base/clock.h"

#define PROBE_POINTS 4096 /* of a device, at most */

struct probe {
	const char *link; /* as it was given */
	uint8_t unit;
	int64_t timeout_us; /* of a connection and of an answer */
	uint16_t longest;   /* registers asked for at a time */
	unsigned requests;
	enum err last; /* of what went wrong last, OK = nothing */
	/* of TCP */
	struct sockaddr_storage addr;
	socklen_t addr_len;
	int fd; /* -1 = not connected */
	uint16_t id;
	/* of a serial line */
	struct line *line;
	struct cfg_link cfg;
	char path[SERIAL_PATH_MAX];
};

/* One point as it was read. */
struct probe_point {
	struct sunspec_place place;
	enum err cause; /* OK, ERR_NOT_IMPLEMENTED, ERR_SCALE_FACTOR, ERR_NOT_A_NUMBER, or of the read */
	double value;   /* in the model's unit, by its power of ten */
	char text[2 * SUNSPEC_TEXT + 1]; /* of text: made safe */
};

/* ---- probe_tcp.c, probe_line.c */

struct probe_wire {
	const char *program, *example; /* its name; a link */
	unsigned may;                  /* enum sandbox */
};
extern const struct probe_wire probe_wire;

/* The link, and the form of a line ("9600E1"; NULL = not given). False: message says what would be right. */
bool probe_parse(struct probe *p, const char *link, const char *form, char *message, size_t size);
/* Before the sandbox is entered. OK, or a sentence in why. */
enum err probe_open(struct probe *p, char *why, size_t size);
void probe_close(struct probe *p);

/* Registers of a table in network order. ERR_EXC_*: refused; else there is no answer, and the connection is closed. */
enum err probe_read(struct probe *p, unsigned table, uint16_t address, uint16_t count, uint8_t *out);

/*
 * Device identification of Modbus (function 43, 14), the basic texts: maker, product, revision. Returns how many there are; text made
 * safe. 0: it does not say.
 */
size_t probe_identify(struct probe *p, struct identity_text *out, size_t most);

/* ---- probe.c */

/* Finds the chain. OK, or why there is none, with a sentence. */
enum err probe_discover(struct probe *p, struct discovery *d, char *why, size_t size);
/* Reads a model that is known here; returns how many points, repeated blocks included. */
size_t probe_model(struct probe *p, const struct chain_model *m, struct probe_point *out, size_t most);

/* ---- probe_print.c */
void probe_print_chain(FILE *to, const struct probe *p, const struct chain *c);
/* all: those too that are not implemented. */
void probe_print_points(FILE *to, const struct chain_model *m, const struct probe_point *points, size_t n, bool all);
void probe_print_plain(FILE *to, struct probe *p); /* no chain: what the four tables say at their beginning */
void probe_print_json(
    FILE *to, const struct probe *p, const struct chain *c, const struct probe_point *points, size_t n);
/* A profile to start from, of this name. */
void probe_print_profile(FILE *to, const char *name, const struct chain *c, const struct probe_point *points, size_t n);

#endif
