/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_rules.h - what a master asks of a link that is lent, held against what it may; and the reply. No socket, no clock, no memory.
 *
 * Functions 1 to 6, 15 and 16, as every device knows them. Reads pass, but for what the profile forbids. Writes pass where the site file
 * says so, and never where an output of ours is, unless it says that too: nobody goes around the door of control by mistake.
 */
#ifndef CHISAN_PROXY_RULES_H
#define CHISAN_PROXY_RULES_H

#include "drivers/poll.h"
#include "scada/base/adu.h"

enum proxy_exception {
	PROXY_FUNCTION = 0x01,
	PROXY_ADDRESS = 0x02,
	PROXY_VALUE = 0x03,
	PROXY_BUSY = 0x06,
	PROXY_PATH = 0x0A,   /* no device of the link has this unit */
	PROXY_TARGET = 0x0B, /* it is away, or did not answer */
};

/*
 * 0: *out is what the device is to be asked, and *d which one; out->data points into r, or into coil where r has no bit. Else an exception
 * code; *out is as it was if the form is wrong or the unit is nobody's. link: index in p->config.
 */
uint8_t proxy_judge(const struct poll *p, uint32_t link, const struct adu_request *r, struct device **d,
    struct request *out, uint8_t coil[1]);

/* The reply to pdu, its exception included, 2..ADU_PDU_MAX bytes. */
size_t proxy_exception(uint8_t function, uint8_t code, uint8_t out[ADU_PDU_MAX]);
/* pdu is the request that was judged as r, and a what the device answered: OK or an exception with its code. */
size_t proxy_answer(const uint8_t *pdu, const struct request *r, const struct answer *a, uint8_t out[ADU_PDU_MAX]);

#endif
