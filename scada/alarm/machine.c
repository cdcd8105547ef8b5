/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine.c - the one table of an alarm's states, and the walk over it.
 */
#include "config.h"

#include <string.h>

#include "scada/alarm/machine.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

/* States and events as bits of a set. */
#define S(state) (1u << ALARM_##state)
#define E(event) (1u << EVENT_##event)
#define A        S(NORM)
#define B        S(UNACK)
#define C        S(ACKED)
#define D        S(RTNUN)
#define ELATUN   S(LATUN)
#define F        S(LATAK)
#define G        S(SHLVD)
#define H        S(DSUPR)
#define I        S(OOSRV)
#define SHOWN    (A | B | C | D | ELATUN | F) /* A-F */
#define HIDDEN   (G | H | I)
#define ENDS     (E(UNSHELVE) | E(EXPIRE) | E(RELEASE) | E(BACK)) /* of a suppression; which one says the event */

enum guard {
	NEEDS_ACK = 1 << 0,
	ADVISORY = 1 << 1, /* needs no acknowledgement */
	LATCHES = 1 << 2,
	PLAIN = 1 << 3, /* does not latch */
	MAY_SHELVE = 1 << 4,
	ONCE = 1 << 5,   /* the event: a one-shot shelf */
	TIMED = 1 << 6,  /* the event: a shelf with an end */
	ACTIVE = 1 << 7, /* cond = 1 */
	GONE = 1 << 8,   /* cond = 0 */
	HOLDS = 1 << 9,  /* the suppression that the event ends is there */
	MORE = 1 << 10,  /* and another one too */
	LAST = 1 << 11,  /* and no other one */
	SHOT = 1 << 12,  /* on a one-shot shelf */
	SURE = 1 << 13,  /* inputs were good */
	DOUBT = 1 << 14, /* inputs were bad */
	FREE = 1 << 15,  /* not suppressed by design */
};
enum action {
	ANNOUNCE = 1,
	REPEAT = 2,
	END = 4 /* clears the bit of the suppression that the event ends */,
	REFUSE = 8
};

struct row {
	unsigned number, from, events, guard, set, clear, action;
	const char *to, *says; /* to: as printed; says: the sentence of a refusal, else what is done */
};

#define COND  ALARM_COND
#define ACKED ALARM_IS_ACKED
#define LATCH ALARM_LATCH
#define SHELF (ALARM_SHELVED | ALARM_ONE_SHOT)
#define IN_G  "it is shelved; take it from the shelf first"
#define IN_H  "it is suppressed by design; it comes back when what suppresses it has ended"
#define IN_I  "it is out of service; put it back into service first"

/* clang-format off */
/*
 * Numbers are those of the state table in ISA-18.2's form that docs/alarm-states.md prints; 0: a refusal without a number there.
 * The first row that fits is taken.  A person's event that fits none is refused; a process event that fits none changes nothing.
 *
 * number, from, events, guard (all of it), bits set, bits cleared, action, to, what is done or why not
 */
static const struct row rows[] = {
	{ 1,  A,      E(RAISE),   NEEDS_ACK,           COND,        ACKED | LATCH, ANNOUNCE,          "UNACK",       "opens an occurrence; horn by priority, first-out" },
	{ 2,  A,      E(RAISE),   ADVISORY,            COND,        LATCH,         0,                 "ACKED",       "opens an occurrence; no horn" },
	{ 3,  B,      E(ACK),     0,                   ACKED,       0,             0,                 "ACKED",       "who, when; the horn of it stops" },
	{ 4,  B,      E(CLEAR),   PLAIN,               0,           COND,          0,                 "RTNUN",       "stays until it is acknowledged" },
	{ 5,  B,      E(CLEAR),   LATCHES,             LATCH,       COND,          0,                 "LATUN",       "stays until it is acknowledged and reset" },
	{ 8,  B,      E(REALARM), NEEDS_ACK,           0,           0,             ANNOUNCE,          "UNACK",       "sounds again" },
	{ 9,  C,      E(CLEAR),   PLAIN,               0,           COND,          0,                 "NORM",        "closes the occurrence" },
	{ 10, C,      E(CLEAR),   LATCHES,             LATCH,       COND,          0,                 "LATAK",       "stays until it is reset" },
	{ 13, C,      E(REALARM), NEEDS_ACK,           0,           ACKED,         ANNOUNCE,          "UNACK",       "a reminder: to be acknowledged again" },
	{ 14, D,      E(ACK),     0,                   ACKED,       0,             0,                 "NORM",        "closes the occurrence" },
	{ 15, D,      E(RAISE),   0,                   COND,        LATCH,         ANNOUNCE | REPEAT, "UNACK",       "the same occurrence, counted as a repeat" },
	{ 16, ELATUN, E(ACK),     0,                   ACKED,       0,             0,                 "LATAK",       "stays until it is reset" },
	{ 17, ELATUN, E(RESET),   0,                   0,           0,             REFUSE,            "-",           "acknowledge it first" },
	{ 18, ELATUN, E(RAISE),   0,                   COND,        LATCH,         ANNOUNCE | REPEAT, "UNACK",       "the same occurrence, counted as a repeat" },
	{ 19, F,      E(RESET),   GONE,                0,           LATCH,         0,                 "NORM",        "closes the occurrence" },
	{ 20, F,      E(RESET),   ACTIVE,              0,           0,             REFUSE,            "-",           "its condition still holds" },
	{ 21, F,      E(RAISE),   0,                   COND,        ACKED | LATCH, ANNOUNCE | REPEAT, "UNACK",       "the same occurrence, counted as a repeat" },
	{ 22, SHOWN,  E(SHELVE),  MAY_SHELVE | TIMED,  ALARM_SHELVED, ALARM_ONE_SHOT, 0,              "SHLVD",       "who, why, until when; acknowledgement and latch are kept" },
	{ 22, SHOWN,  E(SHELVE),  MAY_SHELVE | ONCE,   SHELF,       0,             0,                 "SHLVD",       "the same, until it returns" },
	{ 23, HIDDEN, ENDS,       HOLDS | MORE,        0,           0,             END,               "SHLVD DSUPR OOSRV", "another suppression still holds" },
	{ 24, HIDDEN, ENDS,       HOLDS | LAST | ACTIVE | NEEDS_ACK, 0, ACKED,     END | ANNOUNCE,    "UNACK",       "announced as new, also when it was acknowledged before" },
	{ 24, HIDDEN, ENDS,       HOLDS | LAST | ACTIVE | ADVISORY, 0, 0,          END,               "UNACK ACKED", "no horn" },
	{ 25, HIDDEN, ENDS,       HOLDS | LAST | GONE, 0,           0,             END,               "NORM RTNUN LATUN LATAK", "by what was kept: what nobody acknowledged does not disappear" },
	{ 26, HIDDEN, E(CLEAR),   ACTIVE | SHOT | PLAIN, 0,         COND | SHELF,  0,                 "NORM RTNUN DSUPR OOSRV", "the one-shot shelf ends; then as row 25" },
	{ 26, HIDDEN, E(CLEAR),   ACTIVE | SHOT | LATCHES, LATCH,   COND | SHELF,  0,                 "LATUN LATAK DSUPR OOSRV", "the one-shot shelf ends; then as row 25" },
	{ 27, SHOWN | G | I, E(SUPPRESS), FREE,        ALARM_BY_DESIGN, 0,         0,                 "DSUPR OOSRV", "what suppresses it is recorded; out of service shows before it" },
	{ 29, SHOWN | G | H, E(OUT), 0,                ALARM_OUT,   0,             0,                 "OOSRV",       "who, work order, expected end" },
	{ 31, HIDDEN, E(RAISE),   GONE,                COND,        LATCH,         0,                 "SHLVD DSUPR OOSRV", "followed and journalled as suppressed; no horn, not counted" },
	{ 31, HIDDEN, E(CLEAR),   ACTIVE | PLAIN,      0,           COND,          0,                 "SHLVD DSUPR OOSRV", "followed and journalled as suppressed" },
	{ 31, HIDDEN, E(CLEAR),   ACTIVE | LATCHES,    LATCH,       COND,          0,                 "SHLVD DSUPR OOSRV", "followed and journalled as suppressed" },
	{ 32, G,      E(ACK) | E(RESET), 0,            0,           0,             REFUSE,            "-",           IN_G },
	{ 32, H,      E(ACK) | E(RESET), 0,            0,           0,             REFUSE,            "-",           IN_H },
	{ 32, I,      E(ACK) | E(RESET), 0,            0,           0,             REFUSE,            "-",           IN_I },
	{ 33, SHOWN | HIDDEN, E(BAD),  SURE,           ALARM_DOUBTFUL, 0,          0,                 "the same",    "held as it is, shown with ?" },
	{ 34, SHOWN | HIDDEN, E(GOOD), DOUBT,          0,           ALARM_DOUBTFUL, 0,                "the same",    "looked at again" },
	{ 36, SHOWN | HIDDEN, E(COMMENT), 0,           0,           0,             0,                 "the same",    "appended, never edited" },
	{ 39, SHOWN | HIDDEN, E(LIMIT), 0,             0,           0,             0,                 "the same",    "journalled with old and new; looked at again: if it no longer holds, it returns at once" },
	{ 39, SHOWN | HIDDEN, E(CONFIG), 0,            ACKED,       ~(unsigned)ACKED, 0,              "NORM",        "it is no longer in the site file: closed, with the reason" },
	{ 40, A,      E(TEST),    NEEDS_ACK,           COND,        ACKED | LATCH, ANNOUNCE,          "UNACK",       "a test, marked so; it returns by itself" },
	{ 40, A,      E(TEST),    ADVISORY,            COND,        LATCH,         0,                 "ACKED",       "a test, marked so; it returns by itself" },
	/* refusals that have no number there */
	{ 0, A,       E(ACK),     0,                   0,           0,             REFUSE,            "-",           "it is normal; there is nothing to acknowledge" },
	{ 0, C | F,   E(ACK),     0,                   0,           0,             REFUSE,            "-",           "it is acknowledged already" },
	{ 0, A,       E(RESET),   0,                   0,           0,             REFUSE,            "-",           "it is normal; there is nothing to reset" },
	{ 0, B | C,   E(RESET),   LATCHES,             0,           0,             REFUSE,            "-",           "its condition still holds; it can be reset when that is gone" },
	{ 0, B | C,   E(RESET),   PLAIN,               0,           0,             REFUSE,            "-",           "it does not latch; it goes by itself when its condition is gone" },
	{ 0, D,       E(RESET),   0,                   0,           0,             REFUSE,            "-",           "it is not latched; acknowledge it, and it is normal" },
	{ 0, SHOWN,   E(SHELVE),  0,                   0,           0,             REFUSE,            "-",           "it may not be shelved; the site file says so" },
	{ 0, G,       E(SHELVE),  0,                   0,           0,             REFUSE,            "-",           "it is shelved already; take it from the shelf first" },
	{ 0, H,       E(SHELVE),  0,                   0,           0,             REFUSE,            "-",           IN_H },
	{ 0, I,       E(SHELVE),  0,                   0,           0,             REFUSE,            "-",           IN_I },
	{ 0, SHOWN | HIDDEN, E(UNSHELVE), 0,           0,           0,             REFUSE,            "-",           "it is not shelved" },
	{ 0, I,       E(OUT),     0,                   0,           0,             REFUSE,            "-",           "it is out of service already" },
	{ 0, SHOWN | HIDDEN, E(BACK), 0,               0,           0,             REFUSE,            "-",           "it is not out of service" },
	{ 0, B | C | D | ELATUN | F, E(TEST), 0,       0,           0,             REFUSE,            "-",           "it is not normal; only an alarm at rest is tested" },
	{ 0, G,       E(TEST),    0,                   0,           0,             REFUSE,            "-",           IN_G },
	{ 0, H,       E(TEST),    0,                   0,           0,             REFUSE,            "-",           IN_H },
	{ 0, I,       E(TEST),    0,                   0,           0,             REFUSE,            "-",           IN_I },
};
/* clang-format on */

struct event_row {
	const char *word, *help;
	bool is_act;
};
#define EVENT(id, word, is_act, help) { word, help, is_act },
static const struct event_row events[] = { ALARM_EVENT_LIST(EVENT) };
#undef EVENT

static unsigned
ended_by(enum alarm_event e)
{
	return e == EVENT_UNSHELVE || e == EVENT_EXPIRE ? ALARM_SHELVED
	    : e == EVENT_RELEASE                        ? ALARM_BY_DESIGN
	    : e == EVENT_BACK                           ? ALARM_OUT
	                                                : 0;
}

/* All that is true of this alarm and this event, as guards. */
static unsigned
facts_of(unsigned bits, unsigned flags, enum alarm_event event, bool one_shot)
{
	unsigned all = bits & (ALARM_SHELVED | ALARM_BY_DESIGN | ALARM_OUT), ends = ended_by(event), facts = 0;

	facts |= flags & ALARM_NEEDS_ACK ? NEEDS_ACK : ADVISORY;
	facts |= flags & ALARM_LATCHES ? LATCHES : PLAIN;
	facts |= flags & ALARM_MAY_SHELVE ? MAY_SHELVE : 0;
	facts |= one_shot ? ONCE : TIMED;
	facts |= bits & ALARM_COND ? ACTIVE : GONE;
	facts |= bits & ends ? HOLDS : 0;
	facts |= all & ~ends ? MORE : LAST;
	facts |= bits & ALARM_ONE_SHOT ? SHOT : 0;
	facts |= bits & ALARM_DOUBTFUL ? DOUBT : SURE;
	facts |= bits & ALARM_BY_DESIGN ? 0 : FREE;
	return facts;
}

/* Not at rest: it holds, is latched, or nobody acknowledged it. */
static bool
is_open(unsigned bits)
{
	return (bits & (COND | LATCH)) != 0 || (bits & ACKED) == 0;
}

struct alarm_step
machine_step(unsigned bits, unsigned flags, enum alarm_event event, bool one_shot)
{
	unsigned state = 1u << alarm_state_of(bits), facts = facts_of(bits, flags, event, one_shot);
	struct alarm_step step = { .outcome = OUTCOME_NOTHING, .bits = bits };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		if (!(r->from & state) || !(r->events & 1u << event) || (r->guard & ~facts) != 0)
			continue;
		step.row = r->number;
		if (r->action & REFUSE) {
			step.outcome = OUTCOME_REFUSED;
			step.sentence = r->says;
			return step;
		}
		step.outcome = OUTCOME_MOVED;
		step.bits = (bits & ~r->clear) | r->set;
		if (r->action & END)
			step.bits &= ~(ended_by(event) | (ended_by(event) == ALARM_SHELVED ? ALARM_ONE_SHOT : 0u));
		step.opens = !is_open(bits) && is_open(step.bits);
		step.closes = is_open(bits) && !is_open(step.bits);
		step.annunciates = (r->action & ANNOUNCE) != 0;
		step.repeats = (r->action & REPEAT) != 0;
		return step;
	}
	if (alarm_event_is_act(event)) {
		step.outcome = OUTCOME_REFUSED;
		step.sentence = "it has no place in this state";
	}
	return step;
}

const char *
alarm_event_word(unsigned e)
{
	return e < ALARM_EVENT_COUNT ? events[e].word : "unknown";
}

bool
alarm_event_is_act(unsigned e)
{
	return e < ALARM_EVENT_COUNT && events[e].is_act;
}

/* ---- for the documentation */

static void
put_states(char *buf, size_t size, unsigned set)
{
	if (set == (SHOWN | HIDDEN)) {
		str_copy(buf, size, "any");
		return;
	}
	buf[0] = '\0';
	for (unsigned s = 0; s < ALARM_STATE_COUNT; s++)
		if (set & 1u << s) {
			str_append(buf, size, buf[0] != '\0' ? " " : "");
			str_append(buf, size, alarm_state_word(s));
		}
}

static void
put_events(char *buf, size_t size, const struct row *r)
{
	static const char *const words[] = { "acknowledgement needed", "advisory", "latching", "not latching",
		"may be shelved", "one-shot", "timed", "cond = 1", "cond = 0", NULL, "another suppression holds",
		"it was the last suppression", "one-shot shelf", NULL, NULL, NULL };
	bool has_guard = false;

	buf[0] = '\0';
	for (unsigned e = 0; e < ALARM_EVENT_COUNT; e++)
		if (r->events & 1u << e) {
			str_append(buf, size, buf[0] != '\0' ? ", " : "");
			str_append(buf, size, events[e].word);
		}
	for (unsigned g = 0; g < ARRAY_LEN(words); g++)
		if ((r->guard & 1u << g) && words[g] != NULL) {
			str_append(buf, size, has_guard ? ", " : " [");
			str_append(buf, size, words[g]);
			has_guard = true;
		}
	str_append(buf, size, has_guard ? "]" : "");
}

bool
machine_row(unsigned i, char *buf, size_t size)
{
	char number[12] = "-", from[100], event[200];

	if (i >= ARRAY_LEN(rows))
		return false;
	const struct row *r = &rows[i];
	if (r->number != 0)
		str_printf(number, sizeof(number), "%u", r->number);
	put_states(from, sizeof(from), r->from);
	put_events(event, sizeof(event), r);
	const char *mark = r->action & REFUSE ? "refused: " : "";
	str_printf(buf, size, "| %s | %s | %s | %s | %s%s |", number, from, event, r->to, mark, r->says);
	return true;
}
