/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.h - a number into the registers of an output: the opposite of decode.h. What does not fit is refused, never wrapped and
 * never clamped; a whole number is rounded to the nearest, so that the device gets it to within half a step of what was asked.
 */
#ifndef CHISAN_ENCODE_H
#define CHISAN_ENCODE_H

#include "drivers/decode.h"

/* Does the output share its registers with others, so that they have to be read first? */
bool encode_is_part(const struct cfg_output *o);

/*
 * Into 2, 4 or 8 bytes of registers in network order, or one byte of a coil. Of a part: registers come in as they were read, and all
 * other bits stay. factor: power of ten of the scale factor, 0 without one; the number sent is raw / 10^factor.
 * OK, or ERR_RANGE with a sentence in why.
 */
enum err encode_output(
    const struct cfg_output *o, double raw, int factor, uint8_t registers[DECODE_RAW_MAX], char *why, size_t size);

/* The power of ten in two bytes of a register; false: it makes no sense. */
bool encode_factor(const uint8_t *registers, int *factor);

#endif
