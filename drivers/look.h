/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look.h - registers that a person wants to see: read once, between the polls of the device and over the same connection.
 *
 * One request at a time for a field program, so that nobody takes turns from the polls; how often is chisand's to bound. What a device
 * refuses is told to who asked and does not count as an error of the device; that it does not answer does.
 */
#ifndef CHISAN_LOOK_H
#define CHISAN_LOOK_H

#include "drivers/poll.h"
#include "scada/base/conn.h"

/* Zeroed at first. Embedded; conn has to outlive the poll engine, which ends what is under way when it is freed. */
struct look {
	struct order order;
	struct msg_registers_get what;
	struct conn *conn;
	const char *name; /* of the device; the configuration's */
	uint32_t reply_to;
	uint16_t generation; /* of the numbers that were asked with */
	bool is_open;
};

/*
 * Takes W_REGISTERS_GET; W_REGISTERS or W_RESULT answers it, now or later. p: NULL while no configuration is in use.
 * Refused with a sentence: ERR_USAGE, ERR_GENERATION, ERR_NOT_FOUND (no Modbus device of this program), ERR_RANGE (more than the device
 * bears, a range that its profile forbids), ERR_BUSY, ERR_DISABLED, ERR_NOT_CONNECTED; of the device ERR_EXC_*.
 */
void look_ask(struct look *l, struct conn *conn, struct poll *p, const struct frame *f, struct moment now);

#endif
