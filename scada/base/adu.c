/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adu.c - lengths are compared before what they measure is touched.
 */
#include "config.h"

#include <string.h>

#include "scada/base/adu.h"

#define LENGTH_MIN 2 /* unit and function */
#define LENGTH_MAX (1 + ADU_PDU_MAX)

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

enum err
adu_whole(const uint8_t *buf, size_t len, size_t least, size_t *length)
{
	if (len >= 4 && get16(buf + 2) != 0)
		return ERR_BAD_PROTOCOL;
	if (len < ADU_PREFIX)
		return ERR_BUSY;
	*length = get16(buf + 4);
	if (*length < least || *length > LENGTH_MAX)
		return ERR_BAD_LENGTH;
	return len < ADU_PREFIX + *length ? ERR_BUSY : OK;
}

enum err
adu_take(const uint8_t *buf, size_t len, struct adu_request *out, size_t *used)
{
	size_t length;
	enum err e = adu_whole(buf, len, LENGTH_MIN, &length);

	*used = 0;
	if (e != OK)
		return e;
	*out = (struct adu_request){ .unit = buf[6], .pdu = buf + ADU_HEAD, .len = length - 1 };
	*used = ADU_PREFIX + length;
	return OK;
}

size_t
adu_head(uint8_t out[ADU_MAX], const uint8_t request[ADU_HEAD], size_t pdu)
{
	memcpy(out, request, ADU_HEAD); /* transaction, protocol 0, unit */
	out[4] = (uint8_t)((pdu + 1) >> 8);
	out[5] = (uint8_t)(pdu + 1);
	return ADU_HEAD + pdu;
}
