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

/* ---- control */

#define MSG_MANUAL_FIELDS(_) \
	_(u8,  on)              /* 0: back to what is measured; value is ignored */ \
	_(f64, value) \
	_(str, point) _(str, reason)

#define MSG_SCAN_FIELDS(_) \
	_(u8,  on) \
	_(str, point) _(str, reason)

/* ---- chisand and chisan-store */

/* Followed by W_SITE_TREE frames with `length` bytes in all: what site_get() reads. Sent to both stores, at start and reload. */
#define MSG_STORE_SITE_FIELDS(_) \
	_(u16, generation) _(u32, length) \
	_(u64, hash_a) _(u64, hash_b) \
	_(u64, boot)            /* of this run of chisand, random: batches are counted within it */

/* A thing that a restart must not lose. blob: the owner's own form; "" in W_JOURNAL_ADD's list: forget it. */
#define MSG_STORE_STATE_FIELDS(_) \
	_(u8,  kind)            /* enum state_kind */ \
	_(str, name)            /* mostly a point's */ \
	_(i64, time)            /* utc at which it was saved */ \
	_(bytes, blob)

#define MSG_STORE_READY_FIELDS(_) \
	_(u32, states)          /* W_STORE_STATE frames that came before */ \
	_(u64, journal)         /* sequence of the newest entry; 0 = none */ \
	_(u64, batch)           /* newest batch of this boot that is durable; 0 = none */ \
	_(u16, schema)          /* version of the database */ \
	_(i64, last)            /* utc until which samples are durable; 0 = none: a new database */

/*
 * head, then packed as record.h says: `samples` samples, `scans` scans. Batches are numbered from 1 within a boot, without gaps;
 * one that is durable already is answered and not stored again.
 */
#define MSG_RECORDS_FIELDS(_) \
	_(u64, batch) \
	_(u32, samples) _(u32, scans) \
	_(u32, lost)            /* samples before this batch that found no room and are gone; then the gap below */ \
	_(i64, lost_from) _(i64, lost_to) /* utc; 0 = none */

#define MSG_STORED_FIELDS(_) _(u64, batch)

/* Answered by W_JOURNAL when it is durable, by W_RESULT if it cannot be. A token that was there before gets the entry of then. */
#define MSG_JOURNAL_ADD_FIELDS(_) \
	_(u64, token)           /* random, of the act; 0 = none */ \
	_(u8,  is_act)          /* a person waits for it: committed at once, with full synchronisation */ \
	_(i64, time)            /* utc of what happened */ \
	_(u16, kind)            /* enum journal_kind */ \
	_(u16, reason)          /* enum addcause; 255 = none */ \
	_(u32, uid)             /* UINT32_MAX = none: chisand itself */ \
	_(str, point)           /* "" = none */ \
	_(str, user) _(str, terminal) /* who, and from where: a terminal or a remote address */ \
	_(str, text) _(str, before) _(str, after) \
	_(bytes, states)        /* n times: kind u8, name str, blob bytes (empty: forget) */

#define MSG_JOURNAL_FIELDS(_) \
	_(u64, seq)             /* from 1; 0 = not yet recorded */ \
	_(i64, time) \
	_(u16, kind) _(u16, reason) _(u32, uid) \
	_(str, point) _(str, user) _(str, terminal) _(str, text) _(str, before) _(str, after) \
	_(bytes, hash)          /* BLAKE2b-256 of the entry before and this one; empty while seq is 0 */

#define MSG_STORE_HEALTH_FIELDS(_) \
	_(u8,  state)           /* enum store_state */ \
	_(u64, size)            /* bytes of the database with its log */ \
	_(u64, space) _(u64, total) /* bytes free, bytes in all, of its file system */ \
	_(f64, growth)          /* bytes a day, over the last days */ \
	_(u32, lag_ms)          /* age of the oldest batch that is not durable */ \
	_(u8,  chain)           /* 1: the journal's chain is whole as far as it was proved; 0: broken; 2: not proved yet */ \
	_(str, text)            /* a sentence when it is not well, else "" */

/* The content is one text in UTF-8 as people read it, and one as CSV. */
#define MSG_REPORT_FILE_FIELDS(_) \
	_(str, report)          /* "daily" ... */ \
	_(str, label)           /* "2026-11-22", "2026-11", "2026" (fiscal year) */ \
	_(i64, from) _(i64, to) \
	_(u64, late)            /* newest row of late data that it knows */ \
	_(bytes, digest)        /* BLAKE2b-256 of the CSV */ \
	_(bytes, text) _(bytes, csv)

/* ---- questions. Times are utc in us. Answers come as frames with reply-to and end with a W_RESULT. */

#define MSG_TREND_GET_FIELDS(_) \
	_(i64, from) _(i64, to) \
	_(u32, buckets)         /* 1..20000, all of the same length */ \
	_(bytes, points)        /* n times str, at most 16 */

/* Followed by `count` times a bucket, as trend.h says. */
#define MSG_TREND_FIELDS(_) \
	_(u8,  index)           /* which of the points */ \
	_(u32, first) _(u32, count) \
	_(str, unit) _(u8, kind) _(u8, decimals_plus_8)

#define MSG_HISTORY_GET_FIELDS(_) \
	_(i64, from) _(i64, to) \
	_(u32, most)            /* samples, 1..1000000; then the answer stops */ \
	_(str, point)

/* Followed by `count` times: time i64 us, value f64, quality u16, cause u16. The first may lie before `from`: what held there. */
#define MSG_HISTORY_FIELDS(_) _(u32, count)

#define MSG_JOURNAL_GET_FIELDS(_) \
	_(i64, from) _(i64, to) /* utc; 0 = open */ \
	_(u64, after) _(u64, before) /* sequence; 0 = open */ \
	_(u64, kinds)           /* a bit 1 << enum journal_kind; 0 = all */ \
	_(u32, most)            /* 0 = all */ \
	_(u8,  newest)          /* 1: newest first */ \
	_(str, point)           /* glob; "" = all */ \
	_(str, user)            /* glob */ \
	_(str, text)            /* part of text, before or after; "" = all */

#define MSG_VERIFIED_FIELDS(_) \
	_(u8,  state)           /* enum verify_state */            \
	_(u64, entries) _(u64, first_bad) /* 0 = none */ \
	_(u32, checkpoints)     /* signed ones that hold */ \
	_(str, text)

#define MSG_REPORT_GET_FIELDS(_) \
	_(str, report) _(str, label) \
	_(u32, revision)        /* 0 = the newest that is filed, else made now; UINT32_MAX = made now in any case */ \
	_(u8,  form)            /* enum report_form */ \
	_(u8,  is_ja)

/* Answer of W_REPORT_GET (then W_REPORT_DATA frames), and row of W_REPORT_LIST. */
#define MSG_REPORT_FIELDS(_) \
	_(str, report) _(str, label) \
	_(i64, from) _(i64, to) \
	_(u32, revision)        /* 0 = not filed: made now */ \
	_(i64, made) \
	_(u8,  is_final)        /* its period is over */ \
	_(bytes, digest) \
	_(str, confirmed_by) _(i64, confirmed_at) /* "" and 0 = not confirmed */

#define MSG_REPORT_LIST_FIELDS(_) \
	_(str, report)          /* "" = all */ \
	_(u32, most)

#define MSG_REPORT_CONFIRM_FIELDS(_) \
	_(str, report) _(str, label) _(u32, revision) \
	_(bytes, digest)        /* what the person saw; another is refused */ \
	_(str, text)

#define MSG_NOTE_FIELDS(_) \
	_(u64, token) \
	_(i64, time)            /* utc that it is about; 0 = now */ \
	_(str, point) _(str, text)

#define MSG_MORE_FIELDS(_) _(u16, frames)

#define MSG_LIST(_) \
	_(manual, MANUAL) _(scan, SCAN) \
	_(store_site, STORE_SITE) _(store_state, STORE_STATE) _(store_ready, STORE_READY) _(records, RECORDS) _(stored, STORED) \
	_(journal_add, JOURNAL_ADD) _(journal, JOURNAL) _(store_health, STORE_HEALTH) _(report_file, REPORT_FILE) \
	_(trend_get, TREND_GET) _(trend, TREND) _(history_get, HISTORY_GET) _(history, HISTORY) _(journal_get, JOURNAL_GET) \
	_(verified, VERIFIED) _(report_get, REPORT_GET) _(report, REPORT) _(report_list, REPORT_LIST) \
	_(report_confirm, REPORT_CONFIRM) _(note, NOTE) _(more, MORE) \
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
	SUB_JOURNAL = 64, /* entries as they are recorded */
	SUB_ALL = 63      /* what a console needs; the journal is asked for */
};
enum store_state {
	STORE_WELL,
	STORE_SLOW,
	STORE_FULL,
	STORE_FAILING,
	STORE_READ_ONLY,
	STORE_RENEWED,
	STORE_STATE_COUNT
};
/* UNVOUCHED: the chain is whole, but from first_bad on signed with a key that the first one does not vouch for. */
enum verify_state { VERIFY_BROKEN, VERIFY_WHOLE, VERIFY_AT_WORK, VERIFY_UNVOUCHED, VERIFY_STATE_COUNT };
enum report_form { REPORT_TEXT, REPORT_CSV, REPORT_CSV_CP932, REPORT_FORM_COUNT };

const char *mb_table_word(enum mb_table t);         /* "coil" "discrete" "holding" "input" */
const char *raw_type_word(enum raw_type t);         /* "bit" "u16" ... */
unsigned raw_type_registers(enum raw_type t);       /* 1, 2 or 4; a bit counts 1 */
const char *byte_order_word(enum byte_order o);     /* "ABCD" ... */
const char *device_state_word(enum device_state s); /* "off" "connecting" "up" "down" */

#endif
