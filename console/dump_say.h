/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_say.h - a frame of Modbus or ECHONET Lite as a line that a person reads, and as bytes that text2pcap reads. What an answer of Modbus
 * is about stands in its request alone, so the requests of late are kept.
 */
#ifndef CHISAN_DUMP_SAY_H
#define CHISAN_DUMP_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "scada/base/msg.h"

#define DUMP_SAY_LINE   600  /* bytes of a line, with its end */
#define DUMP_SAY_BYTES  6144 /* of the bytes of the longest frame that chisan-field shows, some lines */
#define DUMP_SAY_VALUES 10   /* of more values the first ones are shown, and how many there are */
#define DUMP_SAY_ASKED  64   /* requests without an answer that are kept */

struct dump_asked {
	bool is_set;
	uint32_t device;
	uint16_t id; /* of TCP; of ECHONET Lite its TID */
	uint8_t form, unit, function;
	uint16_t address, count;
	/* of ECHONET Lite, whose service is the function */
	uint32_t object;
	uint8_t epc;
};

/* Zeroed at first. */
struct dump_say {
	struct dump_asked asked[DUMP_SAY_ASKED];
	unsigned next;
};

/*
 * "O 16:04:05.123 BAT1/1 #17 read holding 40000..40001", and of its answer "I 16:04:05.131 BAT1/1 #17 8.2 ms read holding
 * 40000..40001: 21365 28243"; ! in place of I: nothing that is an answer came. Of ECHONET Lite "I 16:04:05.131 AC 192.0.2.7 #17 8.2 ms
 * Get_Res 015701>05FF01 (Package air conditioner, outdoor unit): DB power=1388". Safe for a terminal if device is.
 */
char *dump_say_line(struct dump_say *d, const struct msg_dump_line *m, const char *device, char buf[DUMP_SAY_LINE]);
/* dump_say_echonet.c: what follows the device, of a datagram. */
void dump_say_echonet(struct dump_say *d, const struct msg_dump_line *m, char buf[DUMP_SAY_LINE]);
/* "O 16:04:05.123456", then "000000 00 11 00 ...", sixteen a line, each line with its end; "" of no bytes. For text2pcap -D. */
char *dump_say_bytes(const struct msg_dump_line *m, char buf[DUMP_SAY_BYTES]);

#endif
