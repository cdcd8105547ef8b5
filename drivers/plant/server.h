/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - sockets in front of a district: a listener for each address of the site file, any number of clients, and the
 * misbehaviour that faults ask for.
 */
#ifndef CHISAN_PLANT_SERVER_H
#define CHISAN_PLANT_SERVER_H

#include <ev.h>

#include "drivers/plant/district.h"

/* clang-format off */
/* Ways to answer wrongly: _(id, word, help) */
#define WRONG_LIST(_) \
	_(WRONG_TRANSACTION, "transaction", "another transaction number") \
	_(WRONG_PROTOCOL,    "protocol",    "a protocol number that is not Modbus") \
	_(WRONG_UNIT,        "unit",        "another unit's number") \
	_(WRONG_FUNCTION,    "function",    "another function") \
	_(WRONG_NUMBER,      "count",       "fewer values than asked for") \
	_(WRONG_LENGTH,      "length",      "a length that does not fit") \
	_(WRONG_HALF,        "half",        "the first half, then nothing") \
	_(WRONG_DRIP,        "drip",        "byte by byte, 20 ms apart") \
	_(WRONG_TWICE,       "twice",       "each reply twice") \
	_(WRONG_GARBAGE,     "garbage",     "random bytes") \
	_(WRONG_HANGUP,      "hangup",      "no reply: the connection is closed in order") \
	_(WRONG_EXCEPTION,   "exception",   "exception N, as in: wrong DEV exception 6")
/* clang-format on */
#define WRONG_ENUM(id, word, help) id,
enum wrong { WRONG_LIST(WRONG_ENUM) };
#undef WRONG_ENUM

struct server;

/* false: an address cannot be listened on; message says which and why. All addresses or none. */
struct server *server_new(struct ev_loop *loop, struct district *d, char *message, size_t size);
void server_free(struct server *s); /* NULL is fine */
unsigned server_clients(const struct server *s);
/* "127.0.0.1:15021 and 12 more"; buf >= 96 */
const char *server_where(const struct server *s, char *buf, size_t size);

/* ---- control.c: one text command a line on a Unix socket; faults.c: the commands */
#define CONTROL_LINE_MAX 512
struct control;
struct control *control_new(
    struct ev_loop *loop, struct district *d, struct server *s, const char *path, char *message, size_t size);
void control_free(struct control *c); /* NULL is fine */
/* Runs one command; out gets "ok" or a sentence or several lines. Returns true for ok. */
bool control_run(struct district *d, const struct server *s, const char *line, char *out, size_t size);
/* The other side: sends one command, prints the answer; an exit code. */
int control_send(const char *path, int argc, char *const argv[]);

#endif
