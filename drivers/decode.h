/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.h - registers into numbers: types, byte orders, bits, values that mean "not there", scale factors.
 * Scale, offset and range of a point are not applied here: that is the point table's.
 */
#ifndef CHISAN_DECODE_H
#define CHISAN_DECODE_H

#include "drivers/setup.h"

#define DECODE_RAW_MAX 8 /* bytes of the widest item */

/* One item as it was last read. */
struct reading {
	double value;                /* decoded; the last good one stays when cause is not OK */
	struct utc time;             /* of the scan; 0 = never read */
	uint16_t cause;              /* enum err */
	bool is_off;                 /* its scan is: no samples, and no request for it alone */
	uint8_t raw_len;             /* bytes of raw; 0 = never read */
	uint8_t raw[DECODE_RAW_MAX]; /* registers in network order; a bit is one byte */
};

/*
 * Decodes it out of a block that begins at register or bit `first`; the block holds all of it, and of its scale factor.
 * Sets value, cause, raw and raw_len. Causes: ERR_NOT_IMPLEMENTED, ERR_NOT_A_NUMBER, ERR_SCALE_FACTOR.
 */
void decode_item(const struct cfg_item *it, const uint8_t *data, uint16_t first, struct reading *out);

/* The registers of a type as one number with the first byte highest. */
uint64_t decode_bits(const uint8_t *registers, unsigned count, enum byte_order order);

/* Where the i-th most significant of n bytes stands. */
unsigned decode_place(unsigned i, unsigned n, enum byte_order order);

#endif
