/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine.h - the states of an alarm as one table (ISA-18.2, IEC 62682): event, guard, what becomes of it, and the sentence with
 * which it is refused otherwise.  The same rows are printed into docs/alarm-states.md and drive the property tests.
 * No point, no time, no text of a site in here.
 */
#ifndef CHISAN_ALARM_MACHINE_H
#define CHISAN_ALARM_MACHINE_H

#include "scada/base/alarm.h"

/* clang-format off */
/* _(id, word, is it a person's, help) */
#define ALARM_EVENT_LIST(_) \
	_(EVENT_RAISE,    "RAISE",    0, "the condition holds, the on-delay is over") \
	_(EVENT_CLEAR,    "CLEAR",    0, "it is gone past the deadband, the off-delay is over") \
	_(EVENT_ACK,      "ACK",      1, "acknowledged") \
	_(EVENT_RESET,    "RESET",    1, "reset") \
	_(EVENT_SHELVE,   "SHELVE",   1, "shelved") \
	_(EVENT_UNSHELVE, "UNSHELVE", 1, "taken from the shelf") \
	_(EVENT_EXPIRE,   "EXPIRE",   0, "the shelf came to its end") \
	_(EVENT_SUPPRESS, "SBD+",     0, "suppressed by design begins") \
	_(EVENT_RELEASE,  "SBD-",     0, "suppressed by design ends, the hold-off is over") \
	_(EVENT_OUT,      "OOS+",     1, "taken out of service") \
	_(EVENT_BACK,     "OOS-",     1, "put back into service") \
	_(EVENT_REALARM,  "REALARM",  0, "still active after its time: announced again") \
	_(EVENT_BAD,      "BADQ",     0, "its inputs are bad: held as it is") \
	_(EVENT_GOOD,     "GOODQ",    0, "its inputs are good again") \
	_(EVENT_COMMENT,  "COMMENT",  1, "a remark") \
	_(EVENT_LIMIT,    "LIMIT",    1, "another limit") \
	_(EVENT_TEST,     "TEST",     1, "a test") \
	_(EVENT_CONFIG,   "CONFIG",   0, "another configuration: closed, or re-evaluated")
/* clang-format on */
#define ALARM_ENUM_EVENT(id, word, is_act, help) id,
enum alarm_event { ALARM_EVENT_LIST(ALARM_ENUM_EVENT) ALARM_EVENT_COUNT };
#undef ALARM_ENUM_EVENT

enum alarm_outcome {
	OUTCOME_NOTHING, /* a process event that changes nothing here */
	OUTCOME_MOVED,   /* bits are new */
	OUTCOME_REFUSED  /* a person's event that has no place here: *sentence */
};
struct alarm_step {
	enum alarm_outcome outcome;
	unsigned bits;        /* enum alarm_bits, after */
	bool opens, closes;   /* an occurrence */
	bool annunciates;     /* horn, flash, first-out, counted */
	bool repeats;         /* raised again within the same occurrence */
	const char *sentence; /* why not */
	unsigned row;         /* of the table, as docs/alarm-states.md numbers it */
};
/* flags: enum alarm_def_flags. one_shot: of EVENT_SHELVE. Pure. */
struct alarm_step machine_step(unsigned bits, unsigned flags, enum alarm_event event, bool one_shot);

const char *alarm_event_word(unsigned e);
bool alarm_event_is_act(unsigned e);
/* The i-th row as text, for the documentation; false: there are no more. */
bool machine_row(unsigned i, char *buf, size_t size);

#endif
