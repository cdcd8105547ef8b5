/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registers.h - registers of a device that a person reads: the question as it is typed, and the answer as people and programs read it.
 * Each register is shown by itself and together with the one after it, in every way that it may be meant: which one is right, the
 * device's papers say.
 */
#ifndef CHISAN_REGISTERS_H
#define CHISAN_REGISTERS_H

#include <jansson.h>

#include "scada/base/msg.h"

#define REGISTERS_WORDS "TABLE ADDRESS [COUNT]"
#define REGISTERS_LINE  96 /* bytes of a line, with its end */
#define REGISTERS_SAID  200

/* An answer, of our own memory. */
struct registers {
	struct msg_registers m; /* m.data points to data */
	uint8_t data[2 * REGISTERS_MAX];
};

/*
 * "holding", "40000", "10" or NULL (then 1) into m but for the device. False: why says what was read and what would be right.
 * The address counts from 0, as in profiles.
 */
bool registers_read(
    const char *table, const char *address, const char *count, struct msg_registers_get *m, char *why, size_t size);
/* The same of one line. */
bool registers_read_line(const char *line, struct msg_registers_get *m, char *why, size_t size);

/* The body of W_REGISTERS; false: it is no answer to asked, or cannot be read. */
bool registers_take(struct registers *r, const struct frame *f, const struct msg_registers_get *asked);

/* Lines of at most 80 cells, the head not counted: one a register, or sixteen bits. */
unsigned registers_lines(const struct registers *r);
const char *registers_head(const struct registers *r);
/* Safe for a terminal. */
char *registers_line(const struct registers *r, unsigned i, char buf[REGISTERS_LINE]);
/* What the line has no room for, of a register: its bits and both orders without sign; the orders with exchanged bytes, "" if none follows. */
char *registers_more(const struct registers *r, unsigned i, char buf[REGISTERS_LINE]);
char *registers_swapped(const struct registers *r, unsigned i, char buf[REGISTERS_LINE]);
/* The line as it is read aloud: each number behind its name. */
char *registers_said(const struct registers *r, unsigned i, char buf[REGISTERS_SAID]);
json_t *registers_json(const struct registers *r, const char *device);

#endif
