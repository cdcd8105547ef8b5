/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - a request from the stream, its reply with the same head.
 */
#include "config.h"

#include <string.h>

#include "scada/north/stream.h"

#define PREFIX           6 /* bytes that the length does not count */
#define LENGTH_MIN       2 /* unit and function */
#define LENGTH_MAX       (1 + NORTH_PDU_MAX)
#define UNIT_ANY         0 /* the device itself, by two customs */
#define UNIT_ITSELF      255
#define EXC_GATEWAY_PATH 10

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

enum err
stream_take(const uint8_t *buf, size_t len, struct stream_request *out, size_t *used)
{
	size_t length;

	*used = 0;
	if (len >= 4 && get16(buf + 2) != 0)
		return ERR_BAD_PROTOCOL;
	if (len < PREFIX)
		return ERR_BUSY;
	length = get16(buf + 4);
	if (length < LENGTH_MIN || length > LENGTH_MAX)
		return ERR_BAD_LENGTH;
	if (len < PREFIX + length)
		return ERR_BUSY;
	*out = (struct stream_request){ .unit = buf[6], .pdu = buf + STREAM_HEAD, .len = length - 1 };
	*used = PREFIX + length;
	return OK;
}

size_t
stream_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *adu, const struct stream_request *r, uint8_t out[STREAM_ADU_MAX])
{
	bool is_ours = r->unit == m->unit || r->unit == UNIT_ANY || r->unit == UNIT_ITSELF;
	size_t n;

	if (is_ours)
		n = north_answer(m, now, source, r->pdu, r->len, out + STREAM_HEAD);
	else
		n = north_exception(r->pdu[0], EXC_GATEWAY_PATH, out + STREAM_HEAD);
	memcpy(out, adu, STREAM_HEAD); /* transaction, protocol 0, unit */
	out[4] = (uint8_t)((n + 1) >> 8);
	out[5] = (uint8_t)(n + 1);
	return STREAM_HEAD + n;
}
