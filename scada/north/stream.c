/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - units: who is meant, and what is said to who is not here.
 */
#include "config.h"

#include "scada/north/stream.h"

#define UNIT_ANY         0 /* the device itself, by two customs */
#define UNIT_ITSELF      255
#define EXC_GATEWAY_PATH 10

size_t
stream_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *adu, const struct adu_request *r, uint8_t out[ADU_MAX])
{
	bool is_ours = r->unit == m->unit || r->unit == UNIT_ANY || r->unit == UNIT_ITSELF;

	return adu_head(out, adu,
	    is_ours ? north_answer(m, now, source, r->pdu, r->len, out + ADU_HEAD)
	            : north_exception(r->pdu[0], EXC_GATEWAY_PATH, out + ADU_HEAD));
}
