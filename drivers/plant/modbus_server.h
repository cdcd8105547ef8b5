/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modbus_server.h - the server's side of Modbus/TCP, bytes to bytes: no sockets here, so that it can be fuzzed whole.
 * MODBUS Application Protocol V1.1b3 and Messaging on TCP/IP V1.0b; functions 1-6, 15, 16, 22, 23.
 */
#ifndef CHISAN_PLANT_MODBUS_SERVER_H
#define CHISAN_PLANT_MODBUS_SERVER_H

#include <stddef.h>
#include <stdint.h>

#define ADU_HEAD 7
#define ADU_MAX  260
#define PDU_MAX  253

struct mb_target {
	/* Registers as numbers, bits as 0 or 1; an exception code or 0. */
	int (*read)(void *arg, int table, unsigned address, unsigned count, uint16_t *out);
	int (*write)(void *arg, int table, unsigned address, unsigned count, const uint16_t *in);
	unsigned max_registers, max_bits;
	void *arg;
};

/* Bytes of the frame at the start of data: 0 = more is needed, -1 = this is not Modbus. */
int mb_frame_length(const uint8_t *data, size_t len);

/* Answers one whole request frame; returns the bytes in reply. */
size_t mb_answer(const struct mb_target *t, const uint8_t *request, size_t len, uint8_t reply[ADU_MAX]);
size_t mb_exception(const uint8_t *request, int code, uint8_t reply[ADU_MAX]);

#endif
