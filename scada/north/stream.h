/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - the reply to a request out of a stream. No socket, no clock, no memory.
 */
#ifndef CHISAN_NORTH_STREAM_H
#define CHISAN_NORTH_STREAM_H

#include "scada/base/adu.h"
#include "scada/north/map.h"

/* Bytes of the reply to the request at adu in out, whatever was asked. */
size_t stream_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *adu, const struct adu_request *r, uint8_t out[ADU_MAX]);

#endif
