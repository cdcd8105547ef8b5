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
	_(str, program) _(str, build) _(str, user) /* user: whom the server takes the client for */ \
	_(str, areas)       /* of responsibility, parted by spaces; "" = all */

#define MSG_RESULT_FIELDS(_) \
	_(u16, err)         /* enum err */ \
	_(u8,  addcause)    /* enum addcause; 255 = none */ \
	_(u16, detail)      /* enum result_detail; 0 */ \
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

/* Of each serial line, behind its W_FIELD_LINK, whose host is the path and whose port is 0. */
#define MSG_FIELD_SERIAL_FIELDS(_) \
	_(u32, link) \
	_(u32, baud) \
	_(u8,  parity)          /* enum serial_parity */ \
	_(u8,  stop_bits)       /* 1, 2 */ \
	_(u8,  is_rs485)        /* 1: the kernel switches the adapter's sender */ \
	_(u16, before_ms) _(u16, after_ms) /* it is on so long before and after */ \
	_(u8,  retries)         /* of a read that was garbled or not answered, while the device is up */

/* Behind the link. Who asks at that address asks its devices, between what chisand wants of them. */
#define MSG_FIELD_PROXY_FIELDS(_) \
	_(u32, link) \
	_(str, host) _(u16, port) /* where it listens; numeric */ \
	_(u16, clients)         /* connections at a time */ \
	_(u32, idle_ms)         /* one without a request for so long is closed */ \
	_(u16, writes_a_minute) \
	_(str, masters)         /* addresses that may connect, parted by spaces; "" = whoever can reach it */ \
	_(bytes, writes)        /* n times: unit u8, table u8, from u16, to u16, past_control u8: what may be written */

/* Known by names: it may have happened under a configuration that has ended. */
#define MSG_FORWARDED_FIELDS(_) \
	_(u16, err)             /* enum err: OK, ERR_EXC_* that the device answered, else nobody knows */ \
	_(u8,  exception)       /* its code as it came; 0 = none */ \
	_(u8,  unit) _(u8, table) _(u16, address) _(u16, count) \
	_(bytes, data)          /* registers in network order, bits packed from the lowest */ \
	_(str, device) _(str, master) /* master: its address */

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

#define MSG_FIELD_START_FIELDS(_) _(u32, links) _(u32, devices) _(u32, items) _(u32, outputs)

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

/* Of each device of a link that is lent, once a second if it changed. The numbers are those of the link, since it was lent. */
#define MSG_SHARED_FIELDS(_) \
	_(u32, device) \
	_(u16, masters)         /* connected just now */ \
	_(u16, clients)         /* that may be */ \
	_(u64, requests)        /* of all masters */ \
	_(u64, refused)         /* writes among them that were not passed on */ \
	_(u64, turned_away)     /* connections that were not taken */ \
	_(u64, held_back)       /* requests of who came anew before what his address owes was over */ \
	_(i64, last_time)       /* utc of the last request; 0 = none yet */ \
	_(i64, refused_time)    /* and of the last refusal of a write */ \
	_(str, master)          /* whose request that was; "" = nobody's yet */ \
	_(str, refusal)         /* who wanted to write what: "192.0.2.7, holding 40 of unit 1"; "" = none yet */

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

#define REGISTERS_MAX 125  /* of one request; of the protocol, a device may bear less */
#define REGISTER_BITS_MAX 2000
#define MSG_REGISTERS_GET_FIELDS(_) \
	_(u32, device) \
	_(u8,  table)           /* enum mb_table */ \
	_(u16, address)         /* zero-based */ \
	_(u16, count)           /* 1..REGISTERS_MAX, of bits 1..REGISTER_BITS_MAX; the last one is at most 65535 */
#define MSG_REGISTERS_FIELDS(_) \
	MSG_REGISTERS_GET_FIELDS(_) \
	_(i64, time)            /* utc of the answer */ \
	_(bytes, data)          /* registers in network order; bits packed from the lowest */

#define DUMP_SECONDS_MAX 3600
#define MSG_DUMP_GET_FIELDS(_) \
	_(u32, device) \
	_(u8,  whole)           /* all that share its link */ \
	_(u32, seconds)         /* 1..DUMP_SECONDS_MAX; 0, from chisand alone: no more of the question whose sequence is `frames` */ \
	_(u32, frames)          /* no more than these; 0 = any number */
#define MSG_DUMP_FIELDS(_) \
	_(u32, left_out)        /* frames for which there was no room, before these */ \
	_(u16, lines)           /* in data */ \
	_(bytes, data)          /* MSG_DUMP_LINE_FIELDS, one after the other */
#define MSG_DUMP_LINE_FIELDS(_) \
	_(i64, time)            /* utc */ \
	_(u32, device)          /* DUMP_NO_DEVICE: what none of the configuration sent, or what goes to all */ \
	_(u8,  what)            /* enum dump_what */ \
	_(u8,  form)            /* enum dump_form */ \
	_(u16, err)             /* of DUMP_NONE: why; else OK */ \
	_(u32, took_us)         /* since it was asked; 0 = nothing was */ \
	_(str, peer)            /* of datagrams: the address at the other end, with the port where it is not the usual one; else "" */ \
	_(bytes, raw)           /* as on the wire; of DUMP_NONE what came all the same */

/* Of this generation; all points are read at its start. */
#define MSG_FIELD_SCAN_FIELDS(_) _(u32, point) _(u8, on)

/* Of each output, with the items. */
#define MSG_FIELD_OUTPUT_FIELDS(_) \
	_(u32, point) _(u32, device) \
	_(u8,  table) _(u16, address) _(u8, type) _(u8, order) \
	_(u8,  bit_lo) _(u8, bit_hi) /* part of the raw integer: the rest of the register is read first and kept */ \
	_(u32, open_address)    /* second coil, for 0; UINT32_MAX = none */ \
	_(u32, pulse_us)        /* the coil is set for so long; 0 = stays */ \
	_(u8,  has_sf) _(u16, sf_address) /* register of the same table with an i16 power of ten, read before each write */ \
	_(u32, timer_address)   /* holding register with the seconds of the reversion timer; UINT32_MAX = none */ \
	_(u8,  is_echoed)       /* 1: the point has a `read` of its own, which is read at once after a write */ \
	_(u8,  left_set)        /* enum pulse_coils that a field program before this one may have left set: cleared as soon as the device is up */

#define MSG_FIELD_WRITE_FIELDS(_) \
	_(u64, write)           /* number of the write, given back */ \
	_(u32, point) \
	_(f64, raw)             /* before encoding: scale, offset and invert are undone already */ \
	_(u32, timer_s)         /* for the reversion timer, written first; 0 = leave it */

/*
 * err OK: the device accepted. ERR_EXC_*: it refused. ERR_NOT_CONNECTED, ERR_RANGE, ERR_DISABLED, ERR_BUSY (a newer one took its place):
 * nothing was sent. ERR_FAILED: it answered, but with another address or value. Else: not known. Samples of the read-back come as W_SAMPLES before or after it; those
 * with a later scan than `time` are of after the write. point is POINT_NONE once another configuration has come.
 */
#define MSG_FIELD_WRITTEN_FIELDS(_) \
	_(u64, write) _(u32, point) _(u16, err) \
	_(i64, time)            /* utc: when it was answered, or given up */ \
	_(str, detail)          /* a sentence for people; "" = none */

#define MSG_ECHONET_DEVICE_FIELDS(_) \
	_(u32, device) \
	_(u8,  enabled) \
	_(u16, port)            /* of both sides; 3610 but in tests */ \
	_(u32, timeout_us) \
	_(u32, retry_min_us) _(u32, retry_max_us) /* back-off */ \
	_(i64, since)           /* utc until which its values are known; 0 = nobody knows: no history is asked for */ \
	_(i64, offset_us)       /* civil time less utc: meters count in civil time */ \
	_(str, own)             /* numeric address of the interface, with %zone where it has one */ \
	_(str, node)            /* numeric address of the node */ \
	_(str, name) \
	_(str, id)              /* its identification as digits of base 16; "" = anything, as long as it stays */ \
	_(str, was)             /* the same as it was met by an earlier field program or configuration; "" = it was not */

/* It was met, or was met as another one that the site file names. */
#define MSG_NODE_ID_FIELDS(_) \
	_(u32, device) \
	_(bytes, id)            /* 1..17 */

#define MSG_ECHONET_ITEM_FIELDS(_) \
	_(u32, point) _(u32, device) \
	_(u8,  is_write)        /* 0: read, or read back; 1: written by SetC */ \
	_(u32, object)          /* class and instance */ \
	_(u8,  epc) \
	_(u8,  form)            /* enum echonet_form */ \
	_(u8,  at) _(u8, size)  /* first byte in the property; its size, 0 = any */ \
	_(f64, scale) \
	_(u32, factors)         /* properties by which it is multiplied, from the highest byte; 0 ends them */ \
	_(u8,  history) _(u8, day) /* its values of each half hour of a day, and the property that chooses the day; 0 = none */ \
	_(u32, period_us)       /* 0 = not read by itself */ \
	_(u32, slow_us)         /* the same where the node announces it */

#define MSG_ECHONET_START_FIELDS(_) _(u32, devices) _(u32, items)

/* Followed by `count` times: time i64 (utc), value f64, before scaling in the point table. */
#define MSG_LATE_FIELDS(_) _(u32, device) _(u32, point) _(u16, count)

/* After each write of a pulse and each clearing. */
#define MSG_FIELD_PULSE_FIELDS(_) \
	_(u32, point) \
	_(u8,  coils)           /* enum pulse_coils that may be set: they are cleared at their time */ \
	_(u8,  refused)         /* those that stay set, for the device refuses to have them cleared: nothing more is done */

/* Answer to W_NORTH_GET; a W_RESULT ERR_NOT_FOUND in its place: the site serves nothing. */
#define MSG_NORTH_FIELDS(_) \
	_(str, host) _(u16, port) /* numeric address */ \
	_(u8,  unit) \
	_(u8,  is_low_first)    /* order of the two registers of a value */ \
	_(u16, connections) _(u16, a_master) /* at a time: of all, of one address */ \
	_(u32, rate)            /* requests a second and connection */ \
	_(u32, idle_ms) \
	_(str, masters)         /* numeric addresses, parted by spaces; "" = whoever comes */ \
	_(bytes, points)        /* n times: point u32, address u16 */ \
	_(bytes, setpoints)     /* n times: point u32, address u16, for_s u32, reason str */

/* After its W_FIELD_DEVICE, before W_FIELD_START. Texts: as model 1 must say them; "" = anything, as long as it stays. */
#define MSG_FIELD_SUNSPEC_FIELDS(_) \
	_(u32, device) \
	_(str, manufacturer) _(str, model) _(str, serial) \
	_(u16, beat_model)      /* model of the point that is counted up; 0 = none */ \
	_(u16, beat_address)    /* counted from the model's number */ \
	_(u8,  beat_registers)  /* 1 or 2 */ \
	_(u32, beat_us)         /* period */

/* After its W_FIELD_ITEM or W_FIELD_OUTPUT, whose addresses then count from the number of the first such model in the chain. */
#define MSG_FIELD_PLACE_FIELDS(_) \
	_(u32, point) \
	_(u8,  is_output)       /* 0: the item */ \
	_(u16, model) \
	_(u16, timer_model)     /* outputs: of the timer; 0 = its address is one */ \
	_(u8,  timer_registers) /* outputs: 1 or 2 */

/* After its W_FIELD_OUTPUT, in the order of writing. Model as in W_FIELD_PLACE. */
#define MSG_FIELD_STEP_FIELDS(_) \
	_(u32, point) \
	_(u8,  is_after)        /* 1: behind the value; 0: before it */ \
	_(u16, model) _(u16, address) \
	_(u8,  type)            /* enum raw_type */ \
	_(u8,  is_times)        /* 1: the output's own raw value times `value`, by its power of ten; 0: `value` as it is */ \
	_(f64, value)

#define MSG_SUBSCRIBE_FIELDS(_) _(u32, what) /* enum subscribe */

#define MSG_SITE_FIELDS(_) \
	_(u16, generation) _(u32, points) _(u32, devices) _(u32, screens) _(u32, groups) \
	_(str, name) _(str, title_ja) _(str, timezone) \
	_(i64, started)         /* utc at which chisand started */ \
	_(u8,  simulated)       /* 1: the site file says that its devices are simulated */

#define MSG_DEVICE_FIELDS(_) \
	_(u32, device) _(str, name) _(str, title) _(str, title_ja) _(str, profile) _(str, link) \
	_(u8,  protocol)        /* enum protocol */ \
	_(u32, poll_us) \
	_(str, area)            /* "" = none */

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
	_(bytes, states) _(bytes, bits) \
	_(u8,  output)          /* enum output_kind_flags; 0 = no output */ \
	_(f64, ramp_per_s)      /* of an output; NaN = none */ \
	_(u32, revert_s)        /* the device gives it up after so long without a refresh; 0 = never */ \
	_(str, falls_back)      /* what the device does without Chisan */ \
	_(str, confirm)         /* a question that the person answers with yes before a command; "" = none */

#define MSG_SCREEN_FIELDS(_) _(str, name) _(str, text)
#define MSG_SNAPSHOT_END_FIELDS(_) _(u32, devices) _(u32, points) _(u32, screens)

/* ---- alarms */

#define MSG_ALARM_DEF_FIELDS(_) \
	_(u32, alarm) \
	_(u32, point) _(u32, device) /* POINT_NONE, DEVICE_NONE = none */ \
	_(u8,  type)            /* enum alarm_type */ \
	_(u8,  priority)        /* 1..4 */ \
	_(u8,  flags)           /* enum alarm_def_flags */ \
	_(f64, limit) _(f64, deadband) /* NaN = none; of the site file */ \
	_(u32, on_delay_ms) _(u32, off_delay_ms) \
	_(u32, shelve_max_s) _(u32, respond_s) /* 0 = not said */ \
	_(str, name) _(str, area) _(str, class) _(str, group) \
	_(str, text) _(str, text_ja) _(str, response) _(str, response_ja) _(str, consequence) _(str, consequence_ja) \
	_(str, cause) _(str, screen)

#define MSG_ALARM_FIELDS(_) \
	_(u32, alarm) \
	_(u8,  state)           /* enum alarm_state */ \
	_(u8,  bits)            /* enum alarm_bits */ \
	_(u16, marks)           /* enum alarm_marks */ \
	_(u64, occurrence)      /* 0 = none is open */ \
	_(i64, active)          /* utc, source time, of its (last) raising; 0 = never */ \
	_(i64, changed)         /* utc of the last transition */ \
	_(i64, acked)           /* utc; 0 = not */ \
	_(f64, value) _(u16, quality) /* at the raising; NaN = none */ \
	_(u32, repeats)         /* raised so often more within this occurrence */ \
	_(u8,  first_out)       /* place in its group since the group was at rest, from 1; 0 = none */ \
	_(i64, until)           /* utc: of shelf or maintenance; 0 = open */ \
	_(str, by)              /* who acknowledged, shelved, took out of service */ \
	_(str, reason)          /* of shelf or maintenance; the expression that suppresses */ \
	_(str, comment)         /* the newest one of the occurrence, kept until the next: a remark, or the words of an acknowledgement */ \
	_(i64, commented) _(str, comment_by) /* utc, 0 = none; whose */

#define MSG_HORN_FIELDS(_) \
	_(u8,  priority)        /* that sounds; 0 = silent */ \
	_(u32, alarm)           /* the newest of it; ALARM_NONE */ \
	_(i64, since)           /* utc at which it began to sound */ \
	_(u8,  is_flood) \
	_(i64, flood_since)     /* utc; 0 */ \
	_(u32, rate)            /* alarms annunciated within the window, in the whole site */ \
	_(u32, window_s)        /* in which they are counted */ \
	_(str, silenced_by) _(i64, silenced) /* the last silence */ \
	_(u16, flood_count)     /* areas in flood */ \
	_(bytes, floods)        /* of those, the worst first: n times str area, i64 since (utc), u32 rate */

/* Answered by one W_RESULT: OK, all of it was done; else what was refused, and why, alarm by alarm; the rest was done. */
#define MSG_ALARM_ACT_FIELDS(_) \
	_(u64, token) \
	_(u8,  act)             /* enum alarm_act */ \
	_(u8,  is_dry)          /* 1: checks only */ \
	_(u8,  is_emergency)    /* 1: one person alone where two are asked for: alarm to the duty list, and the journal says so */ \
	_(i64, until)           /* utc: shelve (0 = one-shot), oos (expected end) */ \
	_(f64, limit)           /* limit; NaN = the site file's again */ \
	_(str, reason)          /* shelve, oos (work order), limit, comment; words that go along with an acknowledgement, a reset */ \
	_(bytes, alarms)        /* n times: str name, u64 occurrence that was seen (0 = whatever it is now); silence: none */

#define MSG_NOTIFY_STATE_FIELDS(_) \
	_(u8,  state)           /* enum notify_state */ \
	_(str, text)            /* why, when it fails */

#define MSG_NOTIFY_TOLD_FIELDS(_) \
	_(str, duty)            /* name */ \
	_(u32, lines)           /* alarms that were told one by one */ \
	_(u32, more)            /* and those that were only counted */ \
	_(u8,  ok)              /* 1: the program took them */ \
	_(str, text)            /* the names of the first ones; how it failed */

#define MSG_ALARM_LIMIT_FIELDS(_) \
	_(u32, alarm) \
	_(f64, limit)           /* NaN: the site file's again */ \
	_(i64, time) _(str, user) _(str, approved_by) _(str, reason)

/* ---- control */

/* Answered by W_CHECK of each check, W_COMMAND_STATE as it goes on, and a W_RESULT when this step is over (operate: at its end). */
#define MSG_COMMAND_FIELDS(_) \
	_(u64, token) \
	_(u8,  step)            /* enum command_step */ \
	_(u8,  is_emergency)    /* one person alone where two are asked for */ \
	_(u64, command)         /* operate, cancel after select; 0 = none */ \
	_(f64, value)           /* setpoint, or number of the state */ \
	_(i64, until)           /* utc: end of the override; 0 = OVERRIDE_DEFAULT_US from now; ignored for commands */ \
	_(str, point) _(str, reason) \
	_(str, typed)           /* dangerous outputs: the point's name as the person typed it */

#define MSG_COMMAND_STATE_FIELDS(_) \
	_(u64, command) \
	_(u8,  state)           /* enum command_state */ \
	_(u8,  slot)            /* enum slot of who gave it */ \
	_(u8,  addcause)        /* 255 = none */ \
	_(u8,  is_recorded)     /* 0: the intent is not yet recorded */ \
	_(f64, value) _(f64, before) /* before: what the device had; NaN = not known */ \
	_(i64, time) _(i64, until) /* of the change; of selection or approval */ \
	_(str, point) _(str, user) _(str, text)

#define MSG_CHECK_FIELDS(_) \
	_(u8,  check) _(u8, verdict) _(u8, addcause) /* enum check, check_verdict; 255 = none */ \
	_(str, text)

#define MSG_OUTPUT_FIELDS(_) \
	_(u32, point) \
	_(u8,  slot)            /* that wins; SLOT_COUNT = none */ \
	_(u16, flags)           /* enum output_flags */ \
	_(f64, wanted)          /* of the slot that wins; NaN */ \
	_(f64, target)          /* after protection: where it goes */ \
	_(f64, written)         /* what was written last; NaN = nothing in this run */ \
	_(f64, slot_operator) _(f64, slot_guard) _(f64, slot_dispatch) _(f64, slot_default) /* NaN = empty */ \
	_(i64, since) _(i64, until) /* utc, of the slot that wins; 0 = open */ \
	_(u64, command)         /* under way or selected; 0 = none */ \
	_(str, user) _(str, reason) /* of the slot that wins */ \
	_(str, clamp)           /* protection: a sentence; "" = it does not clamp */ \
	_(str, selected_by)

#define MSG_TAG_FIELDS(_) \
	_(u64, token) \
	_(u8,  on) \
	_(u64, tag)             /* off: which one */ \
	_(u8,  kind)            /* enum tag_kind */ \
	_(i64, until)           /* utc, expected end; 0 = open */ \
	_(str, point) _(str, text) /* off: why */ \
	_(str, permit)          /* number of the work permit; "" = none */

#define MSG_TAG_STATE_FIELDS(_) \
	_(u64, tag) _(u8, on) _(u32, point) _(u8, kind) \
	_(i64, since) _(i64, until) \
	_(str, text) _(str, permit) _(str, owner)

#define MSG_APPROVAL_FIELDS(_) \
	_(u64, approval) \
	_(u8,  state)           /* enum approval_state */ \
	_(i64, until) \
	_(u8,  role)            /* least role of the second person */ \
	_(str, area) _(str, user) /* who asks */ \
	_(str, what)            /* a sentence */ \
	_(str, by)              /* who answered */ \
	_(str, outcome)         /* "": it waits, or was approved and is done (a command: W_COMMAND_STATE tells that); else why it was not done */

#define MSG_APPROVE_FIELDS(_) \
	_(u64, token) _(u64, approval) _(u8, yes) _(str, reason)

/* token: random, of the act; one that was there before gets the first outcome. 0 = none. */
#define MSG_MANUAL_FIELDS(_) \
	_(u64, token) \
	_(u8,  on)              /* 0: back to what is measured; value is ignored */ \
	_(f64, value) \
	_(i64, until)           /* utc at which it ends by itself; 0 = when somebody ends it */ \
	_(str, point) _(str, reason)

#define MSG_SCAN_FIELDS(_) \
	_(u64, token) \
	_(u8,  on) \
	_(str, point) _(str, reason)

/* ---- chisand and chisan-store */

/* Followed by W_SITE_TREE frames with `length` bytes in all: what site_get() reads. Sent to both stores, at start and reload. */
#define MSG_STORE_SITE_FIELDS(_) \
	_(u16, generation) _(u32, length) \
	_(u64, hash_a) _(u64, hash_b) \
	_(u64, boot)            /* of this run of chisand, random: batches are counted within it */

/*
 * A thing that a restart must not lose. From the store: all of them, before W_STORE_READY. To the store: saved with the next batch,
 * without an entry in the journal (sums of integrators, bases of counters). blob: the owner's own form; "" on the way to the
 * store: forget it.
 */
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
	_(i64, closed)          /* utc: when chisand had all of it; 0 = not known. It may have waited for hours since. */ \
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

/*
 * The store is full, failing or new: `state` and a sentence. chisand hands the newest one on to each console that subscribes to the
 * site, and again when state or text change.
 */
#define MSG_STORE_HEALTH_FIELDS(_) \
	_(u8,  state)           /* enum store_state */ \
	_(u64, size)            /* bytes of the database with its log */ \
	_(u64, space) _(u64, total) /* bytes free, bytes in all, of its file system */ \
	_(f64, growth)          /* bytes a day, over the last days; NaN: not known yet */ \
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
	_(str, text)            /* part of text, before or after, A-Z as a-z; "" = all */

/* The body may be empty: nothing is known. */
#define MSG_VERIFY_GET_FIELDS(_) \
	_(str, known)           /* a checkpoint seen elsewhere, say in the system log: "SEQ HASH"; "" = none */

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
	_(u64, token) \
	_(str, report) _(str, label) _(u32, revision) \
	_(bytes, digest)        /* what the person saw; another is refused */ \
	_(str, text)

/* Answered as W_JOURNAL_ADD is; ERR_REFUSED: there is no such revision, another digest, or it is confirmed already. */
#define MSG_REPORT_SIGN_FIELDS(_) \
	_(str, report) _(str, label) _(u32, revision) \
	_(bytes, digest) \
	_(bytes, entry)         /* what W_JOURNAL_ADD carries */

#define MSG_NOTE_FIELDS(_) \
	_(u64, token) \
	_(i64, time)            /* utc that it is about; 0 = now */ \
	_(str, point) _(str, text)

/* W_BACKUP_GET: pieces of the file as they are; its W_RESULT says "backup of N bytes, blake2b HEX" (BLAKE2b-256 of all of them). */

#define MSG_MORE_FIELDS(_) _(u16, frames)

/* A person sets the mode or the target. Answered by W_RESULT as other acts are. */
#define MSG_MODE_FIELDS(_) \
	_(u64, token) \
	_(u8,  what)            /* enum mode_what */ \
	_(u8,  mode)            /* MODE_SET: enum guard_mode */ \
	_(f64, kw)              /* MODE_SET of demand-response: most that may be drawn; MODE_TARGET: the target, 0 = none */ \
	_(i64, until)           /* utc, of demand-response: its end; 0 = none */ \
	_(u8,  is_dry)          /* 1: say what would be, and do nothing */ \
	_(str, reason)

/* In a snapshot and whenever something of it has changed, at most once a second. NaN = not known. */
#define MSG_DISPATCH_FIELDS(_) \
	_(u8,  is_there)        /* 0: the site has no dispatch, or lacks what `reason` says */ \
	_(u8,  mode)            /* that a person chose; enum guard_mode */ \
	_(u8,  acting)          /* that holds: an island comes by itself */ \
	_(u8,  grid)            /* enum grid_state */ \
	_(u32, flags)           /* enum guard_flag */ \
	_(i64, since) _(i64, until) /* utc; until: of demand response */ \
	_(f64, response_kw) \
	_(f64, target_kw)       /* NaN = none */ \
	_(f64, elapsed_min) _(f64, used_kwh) _(f64, power_kw) /* of this half hour; power now */ \
	_(f64, now_kw) _(f64, forecast_kw) _(f64, adjust_kw) \
	_(u8,  stage)           /* enum demand_stage of scada/dispatch: 0 clear, 1 caution, 2 warning, 3 over */ \
	_(u8,  is_estimated) \
	_(f64, month_kw) _(f64, year_kw) /* greatest half hours of this month, of twelve */ \
	_(u8,  shed) _(u8, steps) \
	_(f64, total_kw) _(f64, short_kw) /* wanted of the batteries; what they cannot */ \
	_(f64, reserve_kwh) _(f64, hours) /* above the least state of charge; that an outage would be survived */ \
	_(f64, kept_kwh)        /* of it what the reserves of the batteries in service ask for, together */ \
	_(str, user) _(str, reason) /* of the mode */ \
	_(i64, plan_made) _(i64, plan_until) /* 0 = there is none */ \
	_(str, plan_text)       /* what it is made from, or why there is none */ \
	_(bytes, wants)         /* each: u32 point, u8 kind (0 battery, 1 source, 2 load), f64 wanted of it or NaN, f64 measured, str why, */ \
	                        /* f64 kWh that it keeps as reserve by the plan, NaN = not known or no battery, u8 enum reserve_why */

/* Assets in the order of the site's energy section. */
#define MSG_PLAN_ASK_FIELDS(_) \
	_(u32, serial)          /* of this ask, for its answer */ \
	_(i64, now) \
	_(u8,  grid)            /* enum grid_state */ \
	_(f64, month_kw) _(f64, year_kw) /* greatest half hours; NaN = none yet */ \
	_(f64, target_kw)       /* demand target that stands while no entry of the schedule sets another; NaN or 0 = none */ \
	_(f64, window_kwh) _(f64, window_min) /* of this half hour: drawn, gone; NaN = not known */ \
	_(bytes, assets)        /* each: u8 is available, u8 is on, f64 power kW, f64 hours in that state, f64 level (battery: kWh stored; */ \
	                        /* heat store: GJ; furnace: t/h of steam), f64 health, f64 held kW; NaN = not known, free */ \
	_(bytes, schedule)      /* entries of base/schedule.h */ \
	_(f64, filed_kwh)       /* of self-wheeling: went out in this half hour so far; NaN = not known */ \
	_(bytes, filed)         /* what is to be kept to of it, from this half hour on, of each: f64 kW of net export in force, f64 price of */ \
	                        /* a kWh more or less; NaN = none. Empty: nothing is in force, or the mode does not keep to it */

#define MSG_PLAN_FIELDS(_) \
	_(u32, serial) \
	_(u8,  is_good)         /* 0: `text` says why there is none */ \
	_(i64, made) _(i64, start) \
	_(u16, steps) _(u32, step_s) \
	_(str, text)            /* what it is made from, or why there is none */ \
	_(f64, total) _(f64, co2_kg) _(f64, unserved_kwh) _(f64, peak_kw) _(f64, gap) _(f64, seconds) \
	_(u8,  is_cut)          /* 1: the solver was ended by its deadline; the plan is as good as `gap` says */ \
	_(bytes, costs)         /* each: str name, f64 */ \
	_(bytes, assets)        /* each: str name, str kind, u8 has (1 energy, 2 on), then of each step: f32 kW, u8 reason, f32 shadow price, [f32], [u8] */ \
	_(bytes, prices)        /* of the receiving point's bus, of each step: f32 */ \
	_(bytes, relaxed)       /* each: str what, str where, u16 step, f64 size */ \
	_(bytes, held)          /* of each battery: str name, then of each step: f32 kWh of what it has at its end that are reserve, u8 enum reserve_why */

/* Answered by W_PLAN_AHEAD, then W_RESULT; by W_RESULT alone where nothing is planned for it, or no plan holds. */
#define MSG_PLAN_AHEAD_GET_FIELDS(_) _(str, point) /* that says what is planned: PLAN.ESS1.P */

#define MSG_PLAN_AHEAD_FIELDS(_) \
	_(i64, made) _(i64, start) \
	_(u32, step_s) \
	_(u8,  is_level)        /* 1: a value is that of the end of its step, and changes evenly until then; 0: it is that of the whole step */ \
	_(f64, before)          /* is_level: of when it was made; NaN = not known */ \
	_(bytes, values)        /* of each step f32, in the unit of the point; NaN = none */

/* Answered by W_RESULT as other acts are. */
#define MSG_WHEEL_FIELDS(_) \
	_(u64, token) \
	_(u8,  act)             /* enum wheel_act */ \
	_(i64, date)            /* the day of delivery, date.h; WHEEL_PRICES: any */ \
	_(u32, number)          /* WHEEL_FILE, WHEEL_DROP: the edit of the draft that the person saw; WHEEL_ACCEPT, WHEEL_REJECT: the version */ \
	_(u16, from) _(u16, to) /* WHEEL_SET: slots from 0, both of them too */ \
	_(f64, kwh)             /* WHEEL_SET: of each; NaN: not planned, of the whole slot */ \
	_(str, part)            /* WHEEL_SET: whose; "" = the generation */ \
	_(str, name)            /* WHEEL_IMPORT, WHEEL_PRICES: of the file, for sentences */ \
	_(bytes, data)          /* its text */ \
	_(str, reason)

#define MSG_WHEEL_GET_FIELDS(_) \
	_(i64, date)            /* 0 = today */

#define MSG_WHEEL_DAY_FIELDS(_) \
	_(i64, date) _(i64, first) _(i64, last) /* the day, and which ones can be asked for */ \
	_(i64, start) _(i64, file_by) _(i64, gate_us) _(i64, now) \
	_(u16, slots) \
	_(u32, flags)           /* enum wheel_flag, of now */ \
	_(u32, in_force) _(u32, latest) /* versions; 0 = none */ \
	_(u32, edit)            /* of the draft; 0 = there is none */ \
	_(u32, base)            /* the version that it was made from */ \
	_(i64, draft_time) _(str, draft_author) \
	_(f64, loss_share) _(f64, limit_kwh) _(f64, limit_pct) /* NaN = none */ \
	_(str, export)          /* the counter of the generation */ \
	_(bytes, parts)         /* each: str name, str title, str title_ja, u8 has a counter */ \
	_(bytes, versions)      /* each: u32 number, u32 base, u8 enum wheel_answer, i64 submitted, i64 answered (0 = not), str author */ \
	_(bytes, rows)          /* each slot: u8 enum wheel_phase, u8 enum wheel_standing, u8 draft differs from the latest version, \
	                           f64 generation, f64 demand of the draft or the latest version, f64 f64 the same in force, \
	                           f64 f64 delivered, u8 u8 enum wheel_mark of each, f64 f64 shortage of each, u8 it is foreseen, \
	                           f64 price, u8 enum wheel_price_kind, f64 yen of the sum */ \
	_(bytes, kwh)           /* parts times slots: f32 of the draft or the latest version */

#define MSG_WHEEL_FILE_GET_FIELDS(_) \
	_(i64, date) _(u32, number) /* 0 = the draft if there is one, else the latest version */

#define MSG_WHEEL_FILE_FIELDS(_) \
	_(u32, number)          /* 0 = a draft */ \
	_(str, name) _(bytes, data)

#define MSG_PLAN_POINTS_FIELDS(_) \
	_(bytes, pairs)         /* each: u32 point of what is planned, u32 point that measures it */

#define MSG_FORECAST_STATE_FIELDS(_) \
	_(str, name)            /* of the point that is foretold */ \
	_(bytes, blob)          /* a form of scada/forecast; empty: nothing was saved */

#define MSG_FORECAST_FIELDS(_) \
	_(i64, made)            /* when the forecasts were */ \
	_(u8,  file)            /* enum forecast_file of base/forecast.h */ \
	_(i64, written)         /* utc, of what is used of the file; 0 = none */ \
	_(str, text)            /* of the file: what is wrong with it, or what it is used for; "" = the site names none */ \
	_(bytes, series)        /* each: str point, u8 enum forecast_kind, u8 enum forecast_given, str basis, f64 mean of the next day, \
	                           f64 hours it was learned from, u8 n, then n times: u16 minutes ahead, u32 count, f64 error, bias, low, high */

/* Answered by W_RESULT as other acts are. run and step: those that the person saw; another one is refused. */
#define MSG_SEQUENCE_FIELDS(_) \
	_(u64, token) \
	_(u8,  act)             /* enum sequence_act */ \
	_(u64, run)             /* SEQ_BEGIN: 0 */ \
	_(u16, step)            /* from 0 */ \
	_(str, name) _(str, reason)

/* One a sequence, in a snapshot; `index` counts from 0 within this generation. */
#define MSG_SEQUENCE_DEF_FIELDS(_) \
	_(u16, index) _(u16, count) \
	_(u8,  role)            /* least role of whoever runs it */ \
	_(str, name) _(str, title) _(str, title_ja) _(str, area) \
	_(bytes, steps)         /* each: u8 enum sequence_step_flags, u32 point, u32 output that has to be tagged (POINT_NONE: none), \
	                           i64 us that the check must hold, str text, text_ja, check, check_text, check_text_ja, \
	                           u16 n, n times u32: the points that the check reads */

/* Behind its definition in a snapshot, and whenever something of it has changed. */
#define MSG_SEQUENCE_STATE_FIELDS(_) \
	_(u16, index) \
	_(u8,  state)           /* enum sequence_state */ \
	_(u64, run)             /* never used again; 0 = none yet */ \
	_(u16, now)             /* the current step, from 0; at the end the count of steps */ \
	_(i64, since) _(i64, ended) /* utc; 0 = not */ \
	_(str, user) _(str, reason) /* who began it, and why */ \
	_(str, end_user) _(str, end_reason) \
	_(bytes, steps)         /* each: u8 enum sequence_mark, u8 enum sequence_verdict, i64 utc since when its check holds (0 = it does not), \
	                           i64 utc of its mark, str who, str reason */

/* Answered by W_RESULT as other acts are. */
#define MSG_SCHEDULE_FIELDS(_) \
	_(u64, token) \
	_(u8,  act)             /* enum schedule_act */ \
	_(u64, id)              /* change, end: of the entry; add: 0 */ \
	_(i64, seen)            /* change, end: when the entry was set that the person saw; another one is refused */ \
	_(u8,  kind)            /* add: enum schedule_kind */ \
	_(i64, from) _(i64, until) /* utc; add, change */ \
	_(f64, value)           /* add, change: in the kind's unit; NaN = none */ \
	_(u8,  is_dry)          /* 1: say what would be, and do nothing */ \
	_(str, asset)           /* add: its name; "" = of none */ \
	_(str, reason)

/* All entries, in order of their begin; in a snapshot and whenever one of them has changed. */
#define MSG_SCHEDULE_STATE_FIELDS(_) _(bytes, entries) /* base/schedule.h */

/* Answered by W_PREVIEW, then W_RESULT; by W_RESULT alone if there can be none. */
#define MSG_PREVIEW_GET_FIELDS(_) \
	_(f64, value)           /* that the override would have, in the unit of the output */ \
	_(i64, until)           /* utc: its end */ \
	_(str, point)

#define MSG_PLAN_PREVIEW_FIELDS(_) \
	_(u32, serial) \
	_(u16, asset)           /* in the order of the energy section */ \
	_(f64, kw) _(i64, until) /* it is held so from now on, until then */ \
	_(bytes, ask)           /* body of W_PLAN_ASK */

/* Each figure twice: with the override, and with the output left to dispatch. NaN = not known. */
#define MSG_PREVIEW_FIELDS(_) \
	_(u32, serial) \
	_(u8,  is_good)         /* 0: `text` says why there is none */ \
	_(i64, from) _(i64, until) /* utc, of the plans */ \
	_(f64, cost_with) _(f64, cost_without) /* with what is stored less at the end than at the begin */ \
	_(f64, co2_with) _(f64, co2_without) /* kg */ \
	_(f64, soc_with) _(f64, soc_without) /* lowest state of charge, % */ \
	_(i64, soc_at_with) _(i64, soc_at_without) /* utc: when; 0 = no battery */ \
	_(f64, hours_with) _(f64, hours_without) /* least time for which critical loads survive an outage, of those that begin within a day */ \
	_(f64, peak_with) _(f64, peak_without) /* greatest half hour drawn, kW */ \
	_(str, soc_of_with) _(str, soc_of_without) /* names of batteries */ \
	_(str, missed)          /* goals that are kept less with it than without; "" = none */ \
	_(str, text)            /* what it is made from, or why there is none */

#define MSG_LIST(_) \
	_(manual, MANUAL) _(scan, SCAN) \
	_(alarm_def, ALARM_DEF) _(alarm, ALARM) _(horn, HORN) _(alarm_act, ALARM_ACT) _(alarm_limit, ALARM_LIMIT) \
	_(notify_state, NOTIFY_STATE) _(notify_told, NOTIFY_TOLD) \
	_(command, COMMAND) _(command_state, COMMAND_STATE) _(check, CHECK) _(output, OUTPUT) _(tag, TAG) _(tag_state, TAG_STATE) \
	_(approval, APPROVAL) _(approve, APPROVE) _(mode, MODE) _(dispatch, DISPATCH) _(plan_ask, PLAN_ASK) _(plan, PLAN) \
	_(wheel, WHEEL) _(wheel_get, WHEEL_GET) _(wheel_day, WHEEL_DAY) _(wheel_file_get, WHEEL_FILE_GET) _(wheel_file, WHEEL_FILE) \
	_(plan_points, PLAN_POINTS) _(plan_ahead_get, PLAN_AHEAD_GET) _(plan_ahead, PLAN_AHEAD) _(forecast_state, FORECAST_STATE) _(forecast, FORECAST) \
	_(schedule, SCHEDULE) _(schedule_state, SCHEDULE_STATE) _(preview_get, PREVIEW_GET) _(plan_preview, PLAN_PREVIEW) _(preview, PREVIEW) \
	_(sequence, SEQUENCE) _(sequence_def, SEQUENCE_DEF) _(sequence_state, SEQUENCE_STATE) \
	_(field_output, FIELD_OUTPUT) _(field_write, FIELD_WRITE) _(field_written, FIELD_WRITTEN) _(field_pulse, FIELD_PULSE) \
	_(echonet_device, ECHONET_DEVICE) _(node_id, NODE_ID) _(echonet_item, ECHONET_ITEM) _(echonet_start, ECHONET_START) _(late, LATE) \
	_(store_site, STORE_SITE) _(store_state, STORE_STATE) _(store_ready, STORE_READY) _(records, RECORDS) _(stored, STORED) \
	_(journal_add, JOURNAL_ADD) _(journal, JOURNAL) _(store_health, STORE_HEALTH) _(report_file, REPORT_FILE) \
	_(trend_get, TREND_GET) _(trend, TREND) _(history_get, HISTORY_GET) _(history, HISTORY) _(journal_get, JOURNAL_GET) _(verify_get, VERIFY_GET) \
	_(verified, VERIFIED) _(report_get, REPORT_GET) _(report, REPORT) _(report_list, REPORT_LIST) \
	_(report_confirm, REPORT_CONFIRM) _(report_sign, REPORT_SIGN) _(note, NOTE) _(more, MORE) \
	_(hello, HELLO) _(result, RESULT) _(bye, BYE) _(site_fault, SITE_FAULT) _(site_end, SITE_END) \
	_(field_link, FIELD_LINK) _(field_device, FIELD_DEVICE) _(field_item, FIELD_ITEM) _(field_start, FIELD_START) \
	_(samples, SAMPLES) _(device_state, DEVICE_STATE) _(shared, SHARED) _(field_stats, FIELD_STATS) _(raw_get, RAW_GET) _(raw, RAW) \
	_(registers_get, REGISTERS_GET) _(registers, REGISTERS) _(dump_get, DUMP_GET) _(dump, DUMP) \
	_(field_scan, FIELD_SCAN) _(field_serial, FIELD_SERIAL) _(north, NORTH) _(field_sunspec, FIELD_SUNSPEC) _(field_place, FIELD_PLACE) _(field_step, FIELD_STEP) \
	_(field_proxy, FIELD_PROXY) _(forwarded, FORWARDED) \
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
MSG_DECLARE(dump_line, DUMP_LINE) /* a part of W_DUMP, no frame */
/* clang-format on */

enum pulse_coils { PULSE_COIL = 1, PULSE_OPEN_COIL = 2 }; /* address, open_address of an output */
enum transport {
	TRANSPORT_MODBUS_TCP,
	TRANSPORT_ECHONET,
	TRANSPORT_MODBUS_RTU_TCP, /* the bytes of a serial line on TCP */
	TRANSPORT_MODBUS_RTU,     /* a serial line */
	TRANSPORT_COUNT
};
enum dump_what { DUMP_REQUEST, DUMP_ANSWER, DUMP_NONE, DUMP_WHAT_COUNT }; /* NONE: a request was given up */
enum dump_form { DUMP_TCP, DUMP_RTU, DUMP_ECHONET, DUMP_FORM_COUNT };     /* of TCP; of serial lines; a datagram */
#define DUMP_NO_DEVICE UINT32_MAX
enum serial_parity { SERIAL_EVEN, SERIAL_ODD, SERIAL_NONE, SERIAL_PARITY_COUNT };
#define SERIAL_PATH_MAX     128 /* bytes with the terminator */
#define SERIAL_BAUD_MIN     1200
#define SERIAL_BAUD_MAX     921600
#define SERIAL_DELAY_MAX_MS 100
#define SERIAL_RETRIES_MAX  5
#define SERIAL_LINES_MAX    16 /* a site may have; a process each */
enum protocol { PROTOCOL_MODBUS, PROTOCOL_INTERNAL, PROTOCOL_CALC, PROTOCOL_ECHONET, PROTOCOL_SUNSPEC, PROTOCOL_COUNT };
/* Is it spoken by chisan-field with devices? */
static inline bool
protocol_is_field(int p)
{
	return p == PROTOCOL_MODBUS || p == PROTOCOL_SUNSPEC || p == PROTOCOL_ECHONET;
}
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
	SUB_JOURNAL = 64,  /* entries as they are recorded */
	SUB_ALARMS = 128,  /* definitions and states of alarms, the horn */
	SUB_CONTROL = 256, /* outputs, tags, commands, approvals */
	SUB_ALL = 447      /* what a console needs; the journal is asked for */
};
enum notify_state {
	NOTIFY_IDLE,    /* nobody is to be told */
	NOTIFY_WELL,    /* the last call of each duty went well, or none was needed yet */
	NOTIFY_FAILING, /* a duty cannot be told, also when it was tried again */
	NOTIFY_STATE_COUNT
};
enum result_detail {
	RESULT_NOT_RECORDED = 1, /* an act was done, but its journal entry still waits for the store */
	RESULT_NEEDS_SECOND = 2, /* nothing was done yet: it waits for a second person (W_APPROVAL) */
};
enum store_state {
	STORE_WELL,
	STORE_SLOW,      /* a commit took over a second, or batches wait */
	STORE_FULL,      /* no space; waits in memory */
	STORE_FAILING,   /* input or output errors; it is opened again and again */
	STORE_READ_ONLY, /* the file system or the file cannot be written */
	STORE_RENEWED, /* a damaged database was moved aside and a new one begun; until somebody restarts or an hour has passed */
	STORE_MEDDLED, /* another program wrote to the database, or its files were put in place by hand; for an hour */
	STORE_ABSENT,  /* said by chisand: no chisan-store runs */
	STORE_STATE_COUNT
};
/*
 * UNVOUCHED: the chain is whole, but from first_bad on signed with a key that the first one does not vouch for, or goes on there after
 * a jump that no signature covers.
 */
enum verify_state { VERIFY_BROKEN, VERIFY_WHOLE, VERIFY_AT_WORK, VERIFY_UNVOUCHED, VERIFY_STATE_COUNT };
enum approval_state {
	APPROVAL_PENDING,
	APPROVAL_YES,
	APPROVAL_NO,
	APPROVAL_EXPIRED,
	APPROVAL_WITHDRAWN,
	APPROVAL_STATE_COUNT
};
enum report_form { REPORT_TEXT, REPORT_CSV, REPORT_CSV_CP932, REPORT_FORM_COUNT };

/* Most registers or bits of a table in one request. */
static inline unsigned
mb_table_max(enum mb_table t)
{
	return t == TABLE_COIL || t == TABLE_DISCRETE ? REGISTER_BITS_MAX : REGISTERS_MAX;
}
/* Bytes that an answer of so many has. */
static inline size_t
mb_table_bytes(enum mb_table t, unsigned count)
{
	return t == TABLE_COIL || t == TABLE_DISCRETE ? (count + 7) / 8 : (size_t)2 * count;
}

const char *mb_table_word(enum mb_table t);   /* "coil" "discrete" "holding" "input" */
const char *raw_type_word(enum raw_type t);   /* "bit" "u16" ... */
unsigned raw_type_registers(enum raw_type t); /* 1, 2 or 4; a bit counts 1 */
double raw_type_modulus(enum raw_type t); /* at which a register that counts begins anew; 0: not in a meter's life */
const char *byte_order_word(enum byte_order o); /* "ABCD" ... */
const char *store_state_word(unsigned s); /* "well" "slow" "full" "failing" "read-only" "renewed" "meddled" "absent" */
const char *device_state_word(enum device_state s); /* "off" "connecting" "up" "down" */

#endif
