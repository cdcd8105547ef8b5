/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.h - the bodies of the frames, each described once: the list of its fields gives the struct, the writer and the reader.
 * Strings and bytes that a reader returns point into the receive buffer.
 *
 *   struct msg_hello m;  msg_hello_put(&wbuf, &m);  bool ok = msg_hello_get(&rbuf, &m);
 */
#ifndef CHISAN_MSG_H
#define CHISAN_MSG_H

#include "scada/base/wire.h"

struct msg_bytes {
	const uint8_t *data;
	size_t len;
};

/* clang-format off */
#define MSG_HELLO_FIELDS(_) \
	_(u16, version)     /* WIRE_VERSION */ \
	_(u16, generation)  /* of the configuration; 0 = none yet */ \
	_(u8,  role)        /* enum role: what the server grants; what a client says here is ignored */ \
	_(u64, hash_a) _(u64, hash_b) /* first 16 bytes of the site's hash */ \
	_(u64, uuid_a) _(u64, uuid_b) /* the site's identity; 0 = none */ \
	_(str, program) _(str, build) _(str, user) /* user: whom the server takes the client for */

#define MSG_RESULT_FIELDS(_) \
	_(u16, err)         /* enum err */ \
	_(u8,  addcause)    /* enum addcause; 255 = none */ \
	_(u16, detail)      /* by message; 0 */ \
	_(str, text)

#define MSG_BYE_FIELDS(_) _(u16, err) _(str, text)

#define MSG_SITE_FAULT_FIELDS(_) \
	_(u8,  is_warning) \
	_(u32, line) _(u32, column) /* from 1; 0 = the whole file */ \
	_(str, file) _(str, text)   /* "what is wrong; what would be right" */ \
	_(str, source)              /* the line of the file, made safe; "" = none */

#define MSG_SITE_END_FIELDS(_) \
	_(u32, faults) _(u32, warnings) _(u32, length) /* of the tree in bytes */ \
	_(u64, hash_a) _(u64, hash_b) _(u64, hash_c) _(u64, hash_d) /* BLAKE2b-256 of the tree */

#define MSG_FIELD_LINK_FIELDS(_) \
	_(u32, link) \
	_(u8,  transport)       /* enum transport */ \
	_(str, host)            /* numeric address */ \
	_(u16, port) \
	_(u16, connections)     /* most connections to it at a time; 0 = one a unit */ \
	_(u32, gap_us)          /* least pause between two requests on one connection */

#define MSG_FIELD_DEVICE_FIELDS(_) \
	_(u32, device) _(u32, link) \
	_(u8,  unit) \
	_(u8,  outstanding)     /* requests in flight at a time, 1.. */ \
	_(u8,  enabled) \
	_(u16, max_registers)   /* longest block, 1..125 */ \
	_(u16, max_bits)        /* 1..2000 */ \
	_(u16, max_gap)         /* unused registers read along to merge two blocks */ \
	_(u32, connect_timeout_us) _(u32, timeout_us) \
	_(u32, retry_min_us) _(u32, retry_max_us) /* back-off */ \
	_(str, name) \
	_(bytes, forbidden)     /* n times: table u8, from u16, to u16: never read across */ \
	_(bytes, identity)      /* "" or table u8, address u16, mask u16, equals u16: read at each connect */

#define MSG_FIELD_ITEM_FIELDS(_) \
	_(u32, point) _(u32, device) \
	_(u8,  table)           /* enum mb_table */ \
	_(u16, address)         /* zero-based */ \
	_(u8,  type)            /* enum raw_type */ \
	_(u8,  order)           /* enum byte_order */ \
	_(u8,  bit_lo) _(u8, bit_hi) /* part of the raw integer; 0 and 63 = the whole */ \
	_(u32, period_us)       /* 0 = not read by itself: read back after writes only */ \
	_(u8,  has_sf) _(u16, sf_address) /* register of the same table with an i16 power of ten; read in the same request */ \
	_(bytes, invalid)       /* n times f64: raw values that mean "not implemented" */

#define MSG_FIELD_START_FIELDS(_) _(u32, links) _(u32, devices) _(u32, items)

/* Followed by `count` times: point u32, cause u16 (enum err; OK = good), value f64 (0 when not good). */
#define MSG_SAMPLES_FIELDS(_) \
	_(u32, device) \
	_(i64, time)            /* struct utc: middle of the transaction */ \
	_(u16, count)

#define MSG_DEVICE_STATE_FIELDS(_) \
	_(u32, device) \
	_(u8,  state)           /* enum device_state */ \
	_(u32, answer_us)       /* smoothed time to answer */ \
	_(u64, requests) _(u64, timeouts) _(u64, errors) _(u64, connects) \
	_(i64, since)           /* utc of the last change of state */ \
	_(u16, last_error) _(i64, last_error_time) /* enum err, utc; OK and 0 = none yet */ \
	_(u32, last_error_count) /* times the same error came in a row */ \
	_(str, detail)          /* the block it was about, "holding 100..124"; "" = none */

#define MSG_FIELD_STATS_FIELDS(_) \
	_(u32, lag_us)          /* longest delay of its loop in the last second */ \
	_(u32, late)            /* polls that started later than half a period, ever */ \
	_(u32, connected) _(u32, rss_kb) _(u64, requests)

#define MSG_RAW_GET_FIELDS(_) _(u32, point)

#define MSG_RAW_FIELDS(_) \
	_(u32, point) \
	_(u8,  table) _(u16, address) _(u8, type) _(u8, order) \
	_(i64, time)            /* utc of the scan; 0 = never read */ \
	_(u16, cause)           /* enum err */ \
	_(f64, decoded)         /* before scaling in the point table */ \
	_(bytes, raw)           /* registers in network order; bits: one byte each */

#define MSG_SUBSCRIBE_FIELDS(_) _(u32, what) /* enum subscribe */

#define MSG_SITE_FIELDS(_) \
	_(u16, generation) _(u32, points) _(u32, devices) _(u32, screens) _(u32, groups) \
	_(str, name) _(str, title_ja) _(str, timezone) \
	_(i64, started)         /* utc at which chisand started */ \
	_(u8,  simulated)       /* 1: the site file says that its devices are simulated */

#define MSG_DEVICE_FIELDS(_) \
	_(u32, device) _(str, name) _(str, title) _(str, title_ja) _(str, profile) _(str, link) \
	_(u8,  protocol)        /* enum protocol */ \
	_(u32, poll_us)

/* states: n times i64 number, str name, str name_ja.  bits: n times u8 bit, str name, str name_ja. */
#define MSG_POINT_FIELDS(_) \
	_(u32, point) _(u32, device) \
	_(u32, group)           /* scan group: points read together */ \
	_(u8,  kind)            /* enum point_kind */ \
	_(u8,  decimals_plus_8) /* decimals of the value on the wire and on screens: -6..12, plus 8 */ \
	_(str, name) _(str, title) _(str, title_ja) _(str, unit) \
	_(f64, range_lo) _(f64, range_hi) /* NaN = none */ \
	_(f64, ll) _(f64, l) _(f64, h) _(f64, hh) \
	_(f64, deadband) \
	_(u32, period_us) \
	_(str, source)          /* "holding 4, f32 ABCD" or "= A + B" */ \
	_(bytes, states) _(bytes, bits)

#define MSG_SCREEN_FIELDS(_) _(str, name) _(str, text)
#define MSG_SNAPSHOT_END_FIELDS(_) _(u32, devices) _(u32, points) _(u32, screens)

#define MSG_LIST(_) \
	_(hello, HELLO) _(result, RESULT) _(bye, BYE) _(site_fault, SITE_FAULT) _(site_end, SITE_END) \
	_(field_link, FIELD_LINK) _(field_device, FIELD_DEVICE) _(field_item, FIELD_ITEM) _(field_start, FIELD_START) \
	_(samples, SAMPLES) _(device_state, DEVICE_STATE) _(field_stats, FIELD_STATS) _(raw_get, RAW_GET) _(raw, RAW) \
	_(subscribe, SUBSCRIBE) _(site, SITE) _(device, DEVICE) _(point, POINT) _(screen, SCREEN) \
	_(snapshot_end, SNAPSHOT_END)

#define MSG_TYPE_u8 uint8_t
#define MSG_TYPE_u16 uint16_t
#define MSG_TYPE_u32 uint32_t
#define MSG_TYPE_u64 uint64_t
#define MSG_TYPE_i64 int64_t
#define MSG_TYPE_f64 double
#define MSG_TYPE_str const char *
#define MSG_TYPE_bytes struct msg_bytes
#define MSG_MEMBER(type, name) MSG_TYPE_##type name;
#define MSG_DECLARE(lower, UPPER) \
	struct msg_##lower { MSG_##UPPER##_FIELDS(MSG_MEMBER) }; \
	void msg_##lower##_put(struct wbuf *b, const struct msg_##lower *m); \
	bool msg_##lower##_get(struct rbuf *r, struct msg_##lower *m); /* false: the body is bad */
MSG_LIST(MSG_DECLARE)
/* clang-format on */

enum transport { TRANSPORT_MODBUS_TCP, TRANSPORT_COUNT };
enum protocol { PROTOCOL_MODBUS, PROTOCOL_INTERNAL, PROTOCOL_CALC, PROTOCOL_COUNT };
enum mb_table { TABLE_COIL, TABLE_DISCRETE, TABLE_HOLDING, TABLE_INPUT, TABLE_COUNT }; /* FC 1, 2, 3, 4 */
enum raw_type { RAW_BIT, RAW_U16, RAW_I16, RAW_U32, RAW_I32, RAW_U64, RAW_I64, RAW_F32, RAW_F64, RAW_COUNT };
enum byte_order { ORDER_ABCD, ORDER_CDAB, ORDER_BADC, ORDER_DCBA, ORDER_COUNT };
enum device_state { DEVICE_OFF, DEVICE_CONNECTING, DEVICE_UP, DEVICE_DOWN, DEVICE_STATE_COUNT };
enum subscribe {
	SUB_SITE = 1,
	SUB_POINTS = 2,
	SUB_VALUES = 4,
	SUB_DEVICES = 8,
	SUB_SCREENS = 16,
	SUB_CHANGES = 32,
	SUB_ALL = 63
};

const char *mb_table_word(enum mb_table t);         /* "coil" "discrete" "holding" "input" */
const char *raw_type_word(enum raw_type t);         /* "bit" "u16" ... */
unsigned raw_type_registers(enum raw_type t);       /* 1, 2 or 4; a bit counts 1 */
const char *byte_order_word(enum byte_order o);     /* "ABCD" ... */
const char *device_state_word(enum device_state s); /* "off" "connecting" "up" "down" */

#endif
