/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the one kind of frame that all programs of Chisan exchange, and the bounds-checked access to its body.
 * Whoever reads a frame treats it as hostile: nothing is believed before it was checked.
 *
 * Head, 16 bytes, network order:  length u32 (of the body) | type u16 | generation u16 | sequence u32 | reply-to u32
 *
 * WIRE_VERSION history
 *   1  first version: hello, results, site frames, field configuration, samples, snapshot and changes;
 *      manual values, the store: samples, journal, questions for history and reports;
 *      not frozen before the release of 0.1.0
 */
#ifndef CHISAN_WIRE_H
#define CHISAN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/err.h"
#include "scada/base/point.h"

#define WIRE_VERSION  1
#define WIRE_HEAD     16
#define WIRE_BODY_MAX (1024 * 1024)

enum wire_flags {
	WF_NUMBERS = 1 << 0, /* carries point or device numbers: dropped unless the generation is the receiver's */
	WF_REQUEST = 1 << 1, /* is answered, by a frame whose reply-to is this frame's sequence */
};

/* clang-format off */
/*
 * ONE ROW PER MESSAGE.  Numbers are never reused.  A type that is not here is refused; so is a body outside min..max and a
 * sender below the least role.  ROLE_PEER rows pass between chisand and its helpers only.
 * _(id, number, min body, max body, least role, flags, help)
 */
#define WIRE_LIST(_) \
	_(W_HELLO,         1,  40,   1024, ROLE_NONE,   0,                     "who I am: version, build, generation, hash, role") \
	_(W_RESULT,        2,   6,   4096, ROLE_NONE,   0,                     "outcome of the request named in reply-to") \
	_(W_BYE,           3,   2,   1024, ROLE_NONE,   0,                     "why this connection ends, in a sentence") \
	_(W_PING,          4,   0,      8, ROLE_NONE,   WF_REQUEST,            "are you there") \
	_(W_PONG,          5,   0,      8, ROLE_NONE,   0,                     "I am") \
	/* 16..31 chisan-site to whoever started it */ \
	_(W_SITE_FAULT,   16,  10,  16384, ROLE_PEER,   0,                     "one fault of the site's files") \
	_(W_SITE_TREE,    17,   1, 262144, ROLE_PEER,   0,                     "a piece of the checked site, in order") \
	_(W_SITE_END,     18,  44,     64, ROLE_PEER,   0,                     "counts of faults and warnings, length and hash of the tree") \
	/* 32..63 chisand and chisan-field */ \
	_(W_FIELD_BEGIN,  32,   0,      0, ROLE_PEER,   0,                     "a configuration of this head's generation follows; forget the old one") \
	_(W_FIELD_LINK,   33,   8,   1024, ROLE_PEER,   WF_NUMBERS,            "one connection or bus") \
	_(W_FIELD_DEVICE, 34,  16,   4096, ROLE_PEER,   WF_NUMBERS,            "one device and its manners") \
	_(W_FIELD_ITEM,   35,  16,   4096, ROLE_PEER,   WF_NUMBERS,            "one point's place in a device") \
	_(W_FIELD_START,  36,  16,     16, ROLE_PEER,   WF_NUMBERS,            "counts of links, devices, items, outputs; start polling") \
	_(W_FIELD_PROXY,  37,  19,  16384, ROLE_PEER,   WF_NUMBERS,            "a connection is lent to other masters: where, to whom, what they may write") \
	_(W_FORWARDED,    38,  14,   1024, ROLE_PEER,   0,                     "a write of another master that a device was handed, and what became of it") \
	_(W_SAMPLES,      40,  14,  65536, ROLE_PEER,   WF_NUMBERS,            "values of one scan of one device") \
	_(W_DEVICE_STATE, 41,  40,   1024, ROLE_PEER,   WF_NUMBERS,            "communication of one device: state and counters") \
	_(W_FIELD_STATS,  42,  24,     64, ROLE_PEER,   0,                     "how the field program itself is") \
	_(W_RAW_GET,      43,   4,      4, ROLE_VIEWER, WF_NUMBERS|WF_REQUEST, "the registers behind a point, as last read") \
	_(W_RAW,          44,  20,   1024, ROLE_NONE,   WF_NUMBERS,            "those registers") \
	_(W_FIELD_SCAN,   45,   5,      5, ROLE_PEER,   WF_NUMBERS,            "a point is read, or not read until further notice") \
	_(W_FIELD_OUTPUT,46,  31,   1024, ROLE_PEER,   WF_NUMBERS,            "where an output is written") \
	_(W_FIELD_WRITE, 47,  24,     64, ROLE_PEER,   WF_NUMBERS|WF_REQUEST, "write this to an output, now; then read it back") \
	_(W_FIELD_WRITTEN,48, 23,    512, ROLE_PEER,   0,                     "what became of a write; known by its number, also after a change of configuration") \
	_(W_FIELD_PULSE, 49,  6,     64, ROLE_PEER,   WF_NUMBERS,            "which coils of a pulse may be set just now") \
	_(W_FIELD_SUNSPEC, 50, 19, 1024, ROLE_PEER,   WF_NUMBERS,            "a device whose registers are found by the models of SunSpec, and what it has to be") \
	_(W_FIELD_PLACE, 51, 10,     10, ROLE_PEER,   WF_NUMBERS,            "the registers of a point or output count from a model") \
	_(W_FIELD_STEP,  52, 19,     19, ROLE_PEER,   WF_NUMBERS,            "what is written beside an output's value") \
	_(W_DUMP,        53,  7,  65536, ROLE_NONE,   WF_NUMBERS,            "requests and answers of a device or link, as bytes, for who asked for them") \
	_(W_ECHONET_DEVICE,54, 43,   1024, ROLE_PEER,   WF_NUMBERS,            "one node that speaks ECHONET Lite, and its manners") \
	_(W_ECHONET_ITEM, 55,  34,     64, ROLE_PEER,   WF_NUMBERS,            "one point's property in a node, to be read or written") \
	_(W_ECHONET_START,56,   8,      8, ROLE_PEER,   WF_NUMBERS,            "counts of nodes and properties; comes before W_FIELD_START") \
	_(W_LATE,         57,  10,  65536, ROLE_PEER,   WF_NUMBERS,            "what a device remembers of a point: values with their own times") \
	/* 58..63 chisand and chisan-north; serial lines */ \
	_(W_FIELD_SERIAL, 58,  16,     16, ROLE_PEER,   WF_NUMBERS,            "manners of a serial line") \
	_(W_NORTH_GET,    59,   0,      0, ROLE_VIEWER, WF_REQUEST,            "what the site serves to others by Modbus") \
	_(W_NORTH,        60,  22, 524288, ROLE_NONE,   WF_NUMBERS,            "where and how it is served; which points at which addresses") \
	/* 61..63 a person, chisand and chisan-field */ \
	_(W_REGISTERS_GET,61,   9,       9, ROLE_ENGINEER,WF_NUMBERS|WF_REQUEST,"read these registers of a device, once and now") \
	_(W_REGISTERS,   62,  18,     512, ROLE_NONE,   WF_NUMBERS,            "what stood in them") \
	_(W_DUMP_GET,     63,  13,      13, ROLE_ENGINEER,WF_NUMBERS|WF_REQUEST,"show requests and answers of a device or link as they come, for a time") \
	/* 64..95 chisand and its clients */ \
	_(W_SUBSCRIBE,    64,   4,      4, ROLE_VIEWER, WF_REQUEST,            "send a snapshot, then changes") \
	_(W_SITE,         65,  16,   4096, ROLE_NONE,   0,                     "the site: name, zone, counts; begins a snapshot") \
	_(W_DEVICE,       66,  12,   4096, ROLE_NONE,   WF_NUMBERS,            "what a device is") \
	_(W_POINT,        67,  40,  32768, ROLE_NONE,   WF_NUMBERS,            "what a point is") \
	_(W_SCREEN,       68,   4, 131072, ROLE_NONE,   0,                     "the text of a screen file") \
	_(W_VALUES,       69,   2, 524288, ROLE_NONE,   WF_NUMBERS,            "packed values, absolute: a piece of a snapshot") \
	_(W_SNAPSHOT_END, 70,  12,     12, ROLE_NONE,   0,                     "counts of devices, points, screens of the snapshot") \
	_(W_CHANGES,      71,   2, 524288, ROLE_NONE,   WF_NUMBERS,            "packed changes against the last broadcast") \
	/* 96..127 alarms */ \
	_(W_ALARM_DEF,    96,  60,  16384, ROLE_NONE,   WF_NUMBERS,            "what an alarm is: a piece of a snapshot") \
	_(W_ALARM,        97,  68,   4096, ROLE_NONE,   WF_NUMBERS,            "how an alarm is: in a snapshot where it is not at rest or has a comment, then each change") \
	_(W_HORN,          98,  43,   8192, ROLE_NONE,   0,                     "what sounds, the rate of alarms, whether there is a flood, and in which areas") \
	_(W_ALARM_ACT,    99,  30, 262144, ROLE_OPERATOR,WF_REQUEST,           "what a person does to alarms; which role for which act: base/alarm.h") \
	_(W_ALARM_LIMIT, 100,  26,   1024, ROLE_NONE,   WF_NUMBERS,            "a limit that is not that of the site file, or is again") \
	_(W_NOTIFY_STATE,101,   3,   1024, ROLE_PEER,   0,                     "chisan-notify: whether those on duty can be told") \
	_(W_NOTIFY_TOLD, 102,   8,   4096, ROLE_PEER,   0,                     "chisan-notify: who was told of what, or could not be") \
	/* 128..159 control */ \
	_(W_MANUAL,      128,   29,   1024, ROLE_OPERATOR, WF_REQUEST,          "a value by hand in place of the measured one, or its end") \
	_(W_SCAN,        129,   13,   1024, ROLE_OPERATOR, WF_REQUEST,          "scan of a point off or on") \
	_(W_COMMAND,     130,   40,   2048, ROLE_VIEWER,  WF_REQUEST,           "a step of a command; which role for which step: base/command.h") \
	_(W_COMMAND_STATE,131,  40,   4096, ROLE_NONE,   0,                     "how a command is; also the answer to a step") \
	_(W_CHECK,       132,   4,    1024, ROLE_NONE,   0,                     "one check of a command: passed, not passed, a warning") \
	_(W_OUTPUT,      133,  80,    4096, ROLE_NONE,   WF_NUMBERS,            "what holds an output, until when, and what the device has") \
	_(W_TAG,         134,  32,    2048, ROLE_OPERATOR,WF_REQUEST,           "a tag on a point, or its end") \
	_(W_TAG_STATE,   135,  36,    2048, ROLE_NONE,   WF_NUMBERS,            "a tag that is there, or is no longer") \
	_(W_APPROVAL,    136,  28,    2048, ROLE_NONE,   0,                     "an act that waits for a second person, or how that ended") \
	_(W_APPROVE,     137,  19,    1024, ROLE_OPERATOR,WF_REQUEST,           "a second person says yes or no") \
	_(W_MODE,        138,  28,    1024, ROLE_OPERATOR,WF_REQUEST,           "mode of dispatch or demand target; which role for which: base/mode.h") \
	_(W_DISPATCH,    139,  90,   65536, ROLE_NONE,   WF_NUMBERS,            "how dispatch is: mode, grid, the half hour's demand, what it wants of which output") \
	_(W_SEQUENCE,    140,  23,    1024, ROLE_OPERATOR,WF_REQUEST,           "a guided sequence is begun, a step confirmed or skipped, the run aborted") \
	_(W_SEQUENCE_STATE,141,38,   65536, ROLE_NONE,   WF_NUMBERS,            "how a sequence is: its run, marks of its steps, what their checks say") \
	_(W_SEQUENCE_DEF,142,  14,  524288, ROLE_NONE,   WF_NUMBERS,            "what a sequence is: a piece of a snapshot") \
	_(W_WHEEL,       143,  40,  524288, ROLE_OPERATOR,WF_REQUEST,           "an act on the plan of self-wheeling of a day: base/wheel_words.h") \
	_(W_WHEEL_GET,   144,   8,       8, ROLE_VIEWER, WF_REQUEST,            "a day of self-wheeling; answered by W_WHEEL_DAY") \
	_(W_WHEEL_DAY,   145, 118,  262144, ROLE_NONE,   0,                     "a day of self-wheeling: its slots, versions, draft, what was delivered and what is foreseen") \
	_(W_WHEEL_FILE_GET,146,12,      12, ROLE_VIEWER, WF_REQUEST,            "the plan file of a version; answered by W_WHEEL_FILE") \
	_(W_WHEEL_FILE,  147,   7,  524288, ROLE_NONE,   0,                     "a plan file and its name") \
	_(W_PLAN_AHEAD_GET,148,1,     128, ROLE_VIEWER, WF_REQUEST,            "what a point that is planned will be, by the plan that is held") \
	_(W_PLAN_AHEAD,  149,  30,   4096, ROLE_NONE,   0,                     "what it will be, step by step") \
	_(W_SCHEDULE,    151,  54,    2048, ROLE_OPERATOR,WF_REQUEST,           "an entry of dispatch's schedule is added, changed or ended") \
	_(W_SCHEDULE_STATE,152, 1,   65536, ROLE_NONE,   0,                     "what is entered ahead for dispatch: all of it") \
	_(W_PREVIEW_GET, 153,  17,    1024, ROLE_VIEWER, WF_REQUEST,            "what an override would do to the plan") \
	_(W_PREVIEW,     154,  80,    4096, ROLE_NONE,   0,                     "what it would do: cost, CO2, state of charge, hours of reserve, with and without; also from the planner") \
	_(W_PLAN_PREVIEW,155,  23,  131072, ROLE_PEER,   WF_NUMBERS,            "to the planner: plan with this output held, and without") \
	_(W_SHARED,      156,  60,     512, ROLE_PEER,   WF_NUMBERS,            "who asks a device through its proxy, and what became of it; to consoles with the state of devices") \
	_(W_NODE_ID,     157,   5,      23, ROLE_PEER,   WF_NUMBERS,            "which node of ECHONET Lite was met: chisand tells the next field program") \
	/* 160..191 chisand and chisan-store: the writer */ \
	_(W_STORE_SITE,  160,  30,     64, ROLE_PEER,   0,                     "pieces of the checked site follow (W_SITE_TREE), so many bytes") \
	_(W_STORE_STATE, 161,   12,  65536, ROLE_PEER,   0,                     "one thing that a restart must not lose: to be saved, or as it was saved") \
	_(W_STORE_READY, 162,  30,   1024, ROLE_PEER,   0,                     "all that was saved has been said; what is the last that is stored") \
	_(W_RECORDS,     163,  44, 524288, ROLE_PEER,   WF_NUMBERS,            "a batch of samples and of scans, to be made durable") \
	_(W_STORED,      164,   8,      8, ROLE_PEER,   0,                     "all batches up to this one are durable") \
	_(W_JOURNAL_ADD, 165,  38,  65536, ROLE_PEER,   WF_REQUEST,            "an entry and the changes of state that belong to it, in one transaction") \
	_(W_JOURNAL,     166,  37,  65536, ROLE_NONE,   0,                     "an entry of the journal, as it is recorded") \
	_(W_STORE_HEALTH,167,  40,   2048, ROLE_PEER,   0,                     "how the store is: state, size, free space, growth, lag; also told to consoles") \
	_(W_REPORT_FILE, 168,  31, 524288, ROLE_PEER,   0,                     "a report of a closed period, to be kept as its next revision") \
	/* 169..191 questions of clients, answered by chisan-store -r through chisand */ \
	_(W_TREND_GET,   169,  21,  16384, ROLE_VIEWER, WF_REQUEST,            "minimum, mean, maximum, quality of points, per bucket of time") \
	_(W_TREND,       170,  13, 262144, ROLE_NONE,   0,                     "buckets of one point, in order") \
	_(W_HISTORY_GET, 171,  22,   1024, ROLE_VIEWER, WF_REQUEST,            "the samples of a point, one by one") \
	_(W_HISTORY,     172,   4, 262144, ROLE_NONE,   0,                     "samples of a point, in order of time") \
	_(W_JOURNAL_GET, 173,  51,   2048, ROLE_VIEWER, WF_REQUEST,            "entries of the journal that pass a filter; answered by W_JOURNAL") \
	_(W_VERIFY_GET,  174,   0,    128, ROLE_VIEWER, WF_REQUEST,            "prove the chain of the journal from its first entry to its last") \
	_(W_VERIFIED,    175,  23,   2048, ROLE_NONE,   0,                     "outcome of that proof; also while it goes on") \
	_(W_REPORT_GET,  176,   10,   1024, ROLE_VIEWER, WF_REQUEST,            "a report, as filed or made now") \
	_(W_REPORT,      177,  44,   4096, ROLE_NONE,   0,                     "what a report is: period, revision, digest, who confirmed it") \
	_(W_REPORT_DATA, 178,   1, 262144, ROLE_NONE,   0,                     "a piece of a report's text") \
	_(W_REPORT_LIST, 179,   6,    256, ROLE_VIEWER, WF_REQUEST,            "the reports that are filed; answered by W_REPORT") \
	_(W_REPORT_CONFIRM,180, 19,   1024, ROLE_OPERATOR, WF_REQUEST,          "a person confirms a filed report, named with its digest") \
	_(W_NOTE,        181,   20,   4096, ROLE_OPERATOR, WF_REQUEST,          "an entry in the operator log") \
	_(W_BACKUP_GET,  182,   0,     64, ROLE_ENGINEER, WF_REQUEST,          "a copy of the whole database, consistent") \
	_(W_BACKUP,      183,   1, 262144, ROLE_NONE,   0,                     "a piece of that copy, in order") \
	_(W_MORE,        184,   2,      2, ROLE_VIEWER, 0,                     "so many more frames may come for the request in reply-to") \
	_(W_CANCEL,      185,   0,      0, ROLE_VIEWER, 0,                     "the request in reply-to is no longer wanted") \
	_(W_REPORT_SIGN, 186,  10,  65536, ROLE_PEER,   WF_REQUEST,            "a confirmation with its entry for the journal, in one transaction") \
	/* 192..223 chisand and chisan-planner */ \
	_(W_PLAN_ASK,    192,  40,  65536, ROLE_PEER,   WF_NUMBERS,            "how the district stands: plan from here on") \
	_(W_PLAN,        193,  61, 524288, ROLE_NONE,   0,                     "a plan, or why there is none; also the answer to W_PLAN_GET") \
	_(W_PLAN_GET,    194,   0,      0, ROLE_VIEWER, WF_REQUEST,            "the plan that is held") \
	_(W_PLAN_POINTS, 195,   1,  65536, ROLE_NONE,   WF_NUMBERS,            "which point says what is planned for which: a piece of a snapshot") \
	_(W_FORECAST_STATE,196, 2,  65536, ROLE_PEER,   0,                     "errors of one series of forecasts, to be saved, or as they were saved") \
	_(W_FORECAST_GET,197,   0,      0, ROLE_VIEWER, WF_REQUEST,            "how good forecasts have been") \
	_(W_FORECAST,    198,  19, 131072, ROLE_NONE,   0,                     "how good forecasts have been, and the file that is given; also the answer to W_FORECAST_GET")
/* clang-format on */
/* Reserved: 103..127 alarms, 148..150, 158..159 control, 187..191 store, 199..223 planner. */

#define WIRE_ENUM(id, number, min, max, role, flags, help) id = (number),
enum wire_type { WIRE_LIST(WIRE_ENUM) };
#undef WIRE_ENUM

struct wire_row {
	uint16_t type;
	uint32_t min, max; /* bytes of body */
	enum role role;
	unsigned flags;   /* enum wire_flags */
	const char *name; /* "W_HELLO" */
	const char *help;
};

const struct wire_row *wire_find(uint16_t type); /* NULL = no such message */
const struct wire_row *wire_row(size_t i);       /* i-th row, NULL at the end */

struct frame {
	uint32_t length; /* of body */
	uint16_t type;
	uint16_t generation;
	uint32_t sequence;
	uint32_t reply_to;   /* 0 = none */
	const uint8_t *body; /* into the receive buffer, valid until the next read */
};

/*
 * Takes one frame from the start of buf. OK: *used bytes were taken. ERR_BUSY: more bytes are needed (*used = 0).
 * ERR_FRAME, ERR_TOO_BIG: the stream cannot be trusted any more; close it.
 */
enum err wire_take(const uint8_t *buf, size_t len, struct frame *out, size_t *used);
void wire_put_head(uint8_t out[WIRE_HEAD], const struct frame *f);

/* ---- writing a body: grows, owned by the caller; wbuf_done frees */
struct wbuf {
	uint8_t *data;
	size_t len, cap;
};
void wbuf_init(struct wbuf *b);
void wbuf_done(struct wbuf *b);
void wbuf_reset(struct wbuf *b);                /* empty, keeps the memory */
uint8_t *wbuf_grow(struct wbuf *b, size_t add); /* room for add more bytes, counted as written: the caller fills them */
void w_u8(struct wbuf *b, uint8_t v);
void w_u16(struct wbuf *b, uint16_t v);
void w_u32(struct wbuf *b, uint32_t v);
void w_u64(struct wbuf *b, uint64_t v);
void w_i64(struct wbuf *b, int64_t v);
void w_f64(struct wbuf *b, double v);
void w_f32(struct wbuf *b, double v);      /* as a float: half the bytes, seven digits */
void w_varint(struct wbuf *b, uint64_t v); /* LEB128, 1 to 10 bytes */
void w_zigzag(struct wbuf *b, int64_t v);
void w_str(struct wbuf *b, const char *s);               /* varint length, bytes, NUL; NULL is "" */
void w_bytes(struct wbuf *b, const void *p, size_t len); /* varint length, bytes */

/* ---- reading a body: a fault is sticky, then everything reads as 0 or "" */
struct rbuf {
	const uint8_t *data;
	size_t len, pos;
	bool bad;
};
void rbuf_init(struct rbuf *r, const void *data, size_t len);
uint8_t r_u8(struct rbuf *r);
uint16_t r_u16(struct rbuf *r);
uint32_t r_u32(struct rbuf *r);
uint64_t r_u64(struct rbuf *r);
int64_t r_i64(struct rbuf *r);
double r_f64(struct rbuf *r);
double r_f32(struct rbuf *r);
uint64_t r_varint(struct rbuf *r);
int64_t r_zigzag(struct rbuf *r);
const char *r_str(struct rbuf *r); /* into the buffer; refused if it is not valid UTF-8 or holds a NUL */
const uint8_t *r_bytes(struct rbuf *r, size_t *len);
bool r_done(const struct rbuf *r); /* all read and nothing bad */

#endif
