/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_north.c - what masters send, as a stream: whatever it is, each request is answered within bounds, nothing but the one setpoint is
 * set, and only to a number. The first byte chooses the word order.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/north/stream.h"

#define SETPOINT_AT 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
value_of(point_id point, struct north_value *out, void *arg)
{
	(void)arg;
	*out = (struct north_value){ .v = point == 1 ? (double)NAN : 1.5, .quality = point == 2 ? Q_NO_COMM : 0 };
}

static enum err
set_it(struct north_setpoint *s, double value, void *arg)
{
	(void)arg;
	assert(s->address == SETPOINT_AT && isfinite(value));
	return OK;
}

static struct north_map *
make(bool is_low_first)
{
	struct wbuf points = { .len = 0 }, setpoints = { .len = 0 };
	struct msg_north m = {
		.host = "127.0.0.1", .port = 502, .unit = 1, .is_low_first = is_low_first, .connections = 4
	};
	struct north_map *map;

	for (uint32_t i = 0; i < 3; i++) {
		w_u32(&points, i);
		w_u16(&points, (uint16_t)(i * 2));
	}
	w_u32(&setpoints, 3);
	w_u16(&setpoints, SETPOINT_AT);
	w_u32(&setpoints, 600);
	w_str(&setpoints, "why");
	m.a_master = m.rate = m.idle_ms = 1;
	m.masters = "";
	m.points = (struct msg_bytes){ points.data, points.len };
	m.setpoints = (struct msg_bytes){ setpoints.data, setpoints.len };
	map = north_map_new(&m, "Town", 7, 4);
	wbuf_done(&points);
	wbuf_done(&setpoints);
	assert(map != NULL);
	return map;
}

/* A frame of chisand's with a map in it. */
static void
read_map(const uint8_t *data, size_t size)
{
	struct msg_north m;
	struct rbuf r;

	rbuf_init(&r, data, size);
	if (msg_north_get(&r, &m))
		north_map_free(north_map_new(&m, "Town", 1, 100));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct north_source source = { .value = value_of, .set = set_it };
	static const struct north_now now = { .heartbeat = 1, .is_live = true };
	struct north_map *maps[2] = { make(false), make(true) };
	struct adu_request r;
	uint8_t *stream, out[ADU_MAX];
	size_t pos = 0, used, n;

	if (size > 0) {
		stream = xmalloc(size); /* its own, so that one byte too far is seen */
		memcpy(stream, data + 1, size - 1);
		while (pos < size - 1 && adu_take(stream + pos, size - 1 - pos, &r, &used) == OK) {
			n = stream_answer(maps[data[0] & 1], &now, &source, stream + pos, &r, out);
			assert(n >= ADU_HEAD + 2 && n <= sizeof(out) && out[4] * 256u + out[5] == n - 6);
			assert((out[7] & 0x7F) == (r.pdu[0] & 0x7F));
			pos += used;
		}
		read_map(stream, size - 1);
		free(stream);
	}
	north_map_free(maps[0]);
	north_map_free(maps[1]);
	return 0;
}
