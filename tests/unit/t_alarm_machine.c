/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_machine.c - the table of states: all states with all events, its properties over random sequences, and its print in docs/.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/alarm/machine.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#define PLAIN   (ALARM_NEEDS_ACK | ALARM_MAY_SHELVE)
#define LATCHED (PLAIN | ALARM_LATCHES)
#define ON      ALARM_COND
#define OK_     ALARM_IS_ACKED
#define LA      ALARM_LATCH
#define SH      ALARM_SHELVED
#define BD      ALARM_BY_DESIGN
#define OU      ALARM_OUT
#define OS      (ALARM_SHELVED | ALARM_ONE_SHOT)

/* clang-format off */
/* row of the domain's table, flags, bits before, event, bits after, opens, closes, announced */
static const struct {
	unsigned row, flags, before;
	enum alarm_event event;
	unsigned after;
	int opens, closes, announced;
} moves[] = {
	{ 1,  PLAIN,   OK_,           EVENT_RAISE,    ON,             1, 0, 1 },
	{ 2,  ALARM_MAY_SHELVE, OK_,  EVENT_RAISE,    ON | OK_,       1, 0, 0 },
	{ 3,  PLAIN,   ON,            EVENT_ACK,      ON | OK_,       0, 0, 0 },
	{ 4,  PLAIN,   ON,            EVENT_CLEAR,    0,              0, 0, 0 },
	{ 5,  LATCHED, ON,            EVENT_CLEAR,    LA,             0, 0, 0 },
	{ 8,  PLAIN,   ON,            EVENT_REALARM,  ON,             0, 0, 1 },
	{ 9,  PLAIN,   ON | OK_,      EVENT_CLEAR,    OK_,            0, 1, 0 },
	{ 10, LATCHED, ON | OK_,      EVENT_CLEAR,    LA | OK_,       0, 0, 0 },
	{ 13, PLAIN,   ON | OK_,      EVENT_REALARM,  ON,             0, 0, 1 },
	{ 14, PLAIN,   0,             EVENT_ACK,      OK_,            0, 1, 0 },
	{ 15, PLAIN,   0,             EVENT_RAISE,    ON,             0, 0, 1 },
	{ 16, LATCHED, LA,            EVENT_ACK,      LA | OK_,       0, 0, 0 },
	{ 18, LATCHED, LA,            EVENT_RAISE,    ON,             0, 0, 1 },
	{ 19, LATCHED, LA | OK_,      EVENT_RESET,    OK_,            0, 1, 0 },
	{ 21, LATCHED, LA | OK_,      EVENT_RAISE,    ON,             0, 0, 1 },
	{ 22, PLAIN,   ON,            EVENT_SHELVE,   ON | SH,        0, 0, 0 },
	{ 22, LATCHED, LA | OK_,      EVENT_SHELVE,   LA | OK_ | SH,  0, 0, 0 },
	{ 23, PLAIN,   ON | SH | BD,  EVENT_RELEASE,  ON | SH,        0, 0, 0 },
	{ 23, PLAIN,   ON | SH | OU,  EVENT_UNSHELVE, ON | OU,        0, 0, 0 },
	{ 23, PLAIN,   OK_ | SH | OU, EVENT_BACK,     OK_ | SH,       0, 0, 0 },
	{ 24, PLAIN,   ON | OK_ | SH, EVENT_UNSHELVE, ON,             0, 0, 1 },
	{ 24, PLAIN,   ON | OK_ | BD, EVENT_RELEASE,  ON,             0, 0, 1 },
	{ 24, PLAIN,   ON | OU,       EVENT_BACK,     ON,             0, 0, 1 },
	{ 24, ALARM_MAY_SHELVE, ON | OK_ | SH, EVENT_EXPIRE, ON | OK_, 0, 0, 0 },
	{ 25, PLAIN,   SH,            EVENT_EXPIRE,   0,              0, 0, 0 },
	{ 25, PLAIN,   OK_ | SH,      EVENT_EXPIRE,   OK_,            0, 0, 0 },
	{ 25, LATCHED, LA | SH,       EVENT_UNSHELVE, LA,             0, 0, 0 },
	{ 25, LATCHED, LA | OK_ | OU, EVENT_BACK,     LA | OK_,       0, 0, 0 },
	{ 26, PLAIN,   ON | OS,       EVENT_CLEAR,    0,              0, 0, 0 },
	{ 26, PLAIN,   ON | OK_ | OS, EVENT_CLEAR,    OK_,            0, 1, 0 },
	{ 26, LATCHED, ON | OK_ | OS, EVENT_CLEAR,    LA | OK_,       0, 0, 0 },
	{ 26, PLAIN,   ON | OK_ | OS | BD, EVENT_CLEAR, OK_ | BD,     0, 1, 0 },
	{ 27, PLAIN,   ON,            EVENT_SUPPRESS, ON | BD,        0, 0, 0 },
	{ 27, PLAIN,   OK_ | SH,      EVENT_SUPPRESS, OK_ | SH | BD,  0, 0, 0 },
	{ 27, PLAIN,   OK_ | OU,      EVENT_SUPPRESS, OK_ | OU | BD,  0, 0, 0 },
	{ 29, PLAIN,   ON | BD | SH,  EVENT_OUT,      ON | BD | SH | OU, 0, 0, 0 },
	{ 31, PLAIN,   OK_ | SH,      EVENT_RAISE,    ON | OK_ | SH,  1, 0, 0 },
	{ 31, PLAIN,   ON | OK_ | SH, EVENT_CLEAR,    OK_ | SH,       0, 1, 0 },
	{ 31, PLAIN,   ON | SH,       EVENT_CLEAR,    SH,             0, 0, 0 },
	{ 31, LATCHED, ON | OK_ | OU, EVENT_CLEAR,    LA | OK_ | OU,  0, 0, 0 },
	{ 33, PLAIN,   ON,            EVENT_BAD,      ON | ALARM_DOUBTFUL, 0, 0, 0 },
	{ 34, PLAIN,   ON | ALARM_DOUBTFUL, EVENT_GOOD, ON,           0, 0, 0 },
	{ 36, PLAIN,   OK_,           EVENT_COMMENT,  OK_,            0, 0, 0 },
	{ 39, PLAIN,   ON,            EVENT_LIMIT,    ON,             0, 0, 0 },
	{ 39, LATCHED, LA | SH,       EVENT_CONFIG,   OK_,            0, 1, 0 },
	{ 40, PLAIN,   OK_,           EVENT_TEST,     ON,             1, 0, 1 },
};

static const struct {
	unsigned row, flags, bits;
	enum alarm_event event;
	const char *sentence;
} refusals[] = {
	{ 17, LATCHED, LA,       EVENT_RESET,    "acknowledge it first" },
	{ 32, PLAIN,   ON | SH,  EVENT_ACK,      "it is shelved; take it from the shelf first" },
	{ 32, PLAIN,   ON | BD,  EVENT_ACK,      "it is suppressed by design; it comes back when what suppresses it has ended" },
	{ 32, PLAIN,   ON | OU,  EVENT_RESET,    "it is out of service; put it back into service first" },
	{ 0,  PLAIN,   OK_,      EVENT_ACK,      "it is normal; there is nothing to acknowledge" },
	{ 0,  PLAIN,   ON | OK_, EVENT_ACK,      "it is acknowledged already" },
	{ 0,  LATCHED, LA | OK_, EVENT_ACK,      "it is acknowledged already" },
	{ 0,  PLAIN,   OK_,      EVENT_RESET,    "it is normal; there is nothing to reset" },
	{ 0,  LATCHED, ON | OK_, EVENT_RESET,    "its condition still holds; it can be reset when that is gone" },
	{ 0,  PLAIN,   0,        EVENT_RESET,    "it is not latched; acknowledge it, and it is normal" },
	{ 0,  ALARM_NEEDS_ACK, ON, EVENT_SHELVE, "it may not be shelved; the site file says so" },
	{ 0,  PLAIN,   ON | SH,  EVENT_SHELVE,   "it is shelved already; take it from the shelf first" },
	{ 0,  PLAIN,   ON,       EVENT_UNSHELVE, "it is not shelved" },
	{ 0,  PLAIN,   ON | OU,  EVENT_OUT,      "it is out of service already" },
	{ 0,  PLAIN,   ON | SH,  EVENT_BACK,     "it is not out of service" },
	{ 0,  PLAIN,   ON,       EVENT_TEST,     "it is not normal; only an alarm at rest is tested" },
	{ 0,  PLAIN,   OK_ | SH, EVENT_TEST,     "it is shelved; take it from the shelf first" },
};
/* clang-format on */

START_TEST(rows_move_as_the_table_says)
{
	struct alarm_step s = machine_step(moves[_i].before, moves[_i].flags, moves[_i].event, false);

	ck_assert_int_eq(s.outcome, OUTCOME_MOVED);
	ck_assert_uint_eq(s.row, moves[_i].row);
	ck_assert_uint_eq(s.bits, moves[_i].after);
	ck_assert_int_eq(s.opens, moves[_i].opens);
	ck_assert_int_eq(s.closes, moves[_i].closes);
	ck_assert_int_eq(s.annunciates, moves[_i].announced);
}
END_TEST

START_TEST(persons_are_refused_with_a_sentence)
{
	struct alarm_step s = machine_step(refusals[_i].bits, refusals[_i].flags, refusals[_i].event, false);

	ck_assert_int_eq(s.outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(s.row, refusals[_i].row);
	ck_assert_uint_eq(s.bits, refusals[_i].bits);
	ck_assert_str_eq(s.sentence, refusals[_i].sentence);
}
END_TEST

/* Not ck_assert: that tells the runner of each check, and there are many. */
#define HOLDS(x) \
	do { \
		if (!(x)) \
			ck_abort_msg("%s does not hold", #x); \
	} while (0)

/* Bits that can be: a latch only where the condition is gone, one-shot only on a shelf, no doubt. */
static bool
can_be(unsigned bits)
{
	return !((bits & ON) && (bits & LA)) && !((bits & ALARM_ONE_SHOT) && !(bits & SH));
}

static bool
is_open(unsigned bits)
{
	return (bits & (ON | LA)) != 0 || !(bits & OK_);
}

START_TEST(every_state_answers_every_event)
{
	for (unsigned flags = 0; flags < 8; flags += getenv("CHISAN_VALGRIND") != NULL ? 7 : 1)
		for (unsigned bits = 0; bits < 256; bits++)
			for (unsigned e = 0; can_be(bits) && e < ALARM_EVENT_COUNT; e++)
				for (int once = 0; once < 2; once++) {
					struct alarm_step s = machine_step(bits, flags, (enum alarm_event)e, once);
					if (s.outcome != OUTCOME_MOVED)
						HOLDS(s.bits == bits);
					if (s.outcome == OUTCOME_REFUSED) {
						HOLDS(alarm_event_is_act(e));
						HOLDS(strcmp(s.sentence, "it has no place in this state") != 0);
					}
					if (s.outcome == OUTCOME_NOTHING)
						HOLDS(!alarm_event_is_act(e));
					HOLDS(can_be(s.bits));
					HOLDS((s.opens) == (!is_open(bits) && is_open(s.bits)));
					HOLDS((s.closes) == (is_open(bits) && !is_open(s.bits)));
					/* what is announced is seen, active and not acknowledged; suppressed never sounds */
					if (s.annunciates)
						HOLDS((alarm_state_of(s.bits)) == (ALARM_UNACK));
					/* nobody acknowledges but a person; but what leaves the site file is closed */
					if (!(bits & OK_) && (s.bits & OK_))
						HOLDS(e == EVENT_ACK || e == EVENT_CONFIG);
				}
}
END_TEST

static uint64_t seed = 88172645463325252u;

static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

/* From unacknowledged to normal there is no way without an acknowledgement, through all suppressions; one close for each opening. */
START_TEST(properties_hold_over_random_events)
{
	int rounds = t_rounds(10000);

	for (int r = 0; r < rounds; r++) {
		unsigned bits = OK_, flags = draw(8) | ALARM_NEEDS_ACK;
		bool open = false, owed = false; /* announced, and nobody acknowledged since */
		for (int i = 0; i < 40; i++) {
			enum alarm_event e = (enum alarm_event)draw(ALARM_EVENT_COUNT);
			if (e == EVENT_CONFIG)
				continue;
			struct alarm_step s = machine_step(bits, flags, e, draw(2));
			HOLDS(!s.opens || !open);
			HOLDS(!s.closes || open);
			open = (open || s.opens) && !s.closes;
			if (s.outcome == OUTCOME_MOVED && e == EVENT_ACK)
				owed = false;
			owed |= s.annunciates;
			bits = s.bits;
			if (alarm_state_of(bits) == ALARM_NORM)
				HOLDS(!owed && !open);
			if (owed)
				HOLDS(open && !(bits & OK_));
		}
	}
}
END_TEST

START_TEST(two_acknowledgements_are_one)
{
	struct alarm_step first = machine_step(ON, PLAIN, EVENT_ACK, false);
	struct alarm_step second = machine_step(first.bits, PLAIN, EVENT_ACK, false);

	ck_assert_int_eq(first.outcome, OUTCOME_MOVED);
	ck_assert_int_eq(second.outcome, OUTCOME_REFUSED);
	ck_assert_str_eq(second.sentence, "it is acknowledged already");
}
END_TEST

/* ---- the print */

static void
print_table(FILE *f)
{
	char row[600];

	fputs("# States of an alarm\n\n"
	      "Printed from the table in `scada/alarm/machine.c`, which the program walks; `UPDATE=1 "
	      "tests/unit/t_alarm_machine` writes it\n"
	      "again. Numbers are those of the transition table in the form of ISA-18.2 (IEC 62682); `-` is a refusal "
	      "that has none there.\n"
	      "What is not a row: a process event changes nothing, and a person's event is refused with a sentence. "
	      "SILENCE changes no alarm.\n"
	      "After a restart (row 37) states are as they were saved, and conditions are looked at again.\n\n"
	      "| state | word | 日本語 |\n| --- | --- | --- |\n",
	    f);
	for (unsigned s = 0; s < ALARM_STATE_COUNT; s++)
		fprintf(f, "| %s | %s | %s |\n", alarm_state_word(s), alarm_state_text(s, false),
		    alarm_state_text(s, true));
	fputs("\n| row | from | event | to | what is done |\n| --- | --- | --- | --- | --- |\n", f);
	for (unsigned i = 0; machine_row(i, row, sizeof(row)); i++)
		fprintf(f, "%s\n", row);
	fputs("\nThe three suppressions are kept side by side: out of service shows before by design, that before "
	      "shelved. An occurrence is open\n"
	      "while the condition holds, is latched, or is not acknowledged. A limit that a person or a new site file "
	      "moves returns an alarm\n"
	      "that it no longer covers at once, with the reason \"limit changed\"; one that nobody acknowledged stays "
	      "until somebody does.\n",
	    f);
}

START_TEST(the_documentation_is_the_table)
{
	const char *top = getenv("top_srcdir");
	char path[500], *made = NULL, *kept;
	size_t size = 0;
	long length;

	str_printf(path, sizeof(path), "%s/docs/alarm-states.md", top != NULL ? top : ".");
	FILE *f = open_memstream(&made, &size);
	print_table(f);
	fclose(f);
	if (getenv("UPDATE") != NULL) {
		f = fopen(path, "w");
		ck_assert_msg(f != NULL, "%s cannot be written", path);
		fwrite(made, 1, size, f);
		fclose(f);
	}
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s is not there; UPDATE=1 writes it", path);
	fseek(f, 0, SEEK_END);
	length = ftell(f);
	rewind(f);
	kept = xcalloc(1, (size_t)length + 1);
	ck_assert_uint_eq(fread(kept, 1, (size_t)length, f), (size_t)length);
	fclose(f);
	ck_assert_msg(strcmp(kept, made) == 0, "%s is not what the table says; UPDATE=1 writes it again", path);
	free(kept);
	free(made);
}
END_TEST

#define ROWS_MAX 80
#define CELLS    5

/* The print taken apart again: row, from, event, to, what is done. */
static unsigned
read_print(char text[ROWS_MAX][600], const char *cells[ROWS_MAX][CELLS])
{
	unsigned rows = 0;

	for (; machine_row(rows, text[rows], sizeof(text[rows])); rows++) {
		char *at = text[rows] + 1;
		ck_assert_uint_lt(rows + 1, ROWS_MAX);
		for (int c = 0; c < CELLS; c++) {
			cells[rows][c] = at;
			at = strchr(at, '|');
			ck_assert(at != NULL);
			*at++ = '\0';
		}
	}
	return rows;
}

/* What the print says of a row's end is where the machine goes, from each of its states. */
START_TEST(the_print_says_where_it_goes)
{
	static char text[ROWS_MAX][600];
	static const char *cells[ROWS_MAX][CELLS];
	unsigned rows = read_print(text, cells);

	for (unsigned bits = 0; bits < 256; bits++)
		for (unsigned flags = 0; can_be(bits) && flags < 8; flags += getenv("CHISAN_VALGRIND") != NULL ? 7 : 1)
			for (unsigned e = 0; e < ALARM_EVENT_COUNT; e++) {
				struct alarm_step s = machine_step(bits, flags, (enum alarm_event)e, false);
				enum alarm_state from = alarm_state_of(bits), to = alarm_state_of(s.bits);
				bool is_said = s.outcome != OUTCOME_MOVED;
				char number[16];
				str_printf(number, sizeof(number), " %u ", s.row);
				for (unsigned i = 0; !is_said && i < rows; i++)
					if (strcmp(cells[i][0], number) == 0 &&
					    strstr(cells[i][2], alarm_event_word(e)) != NULL)
						is_said = strstr(cells[i][3], "the same") != NULL
						    ? from == to
						    : strstr(cells[i][3], alarm_state_word(to)) != NULL;
				if (!is_said)
					ck_abort_msg("row %u, %s from %s to %s", s.row, alarm_event_word(e),
					    alarm_state_word(from), alarm_state_word(to));
			}
}
END_TEST

START_TEST(a_sentence_names_an_alarm_and_not_one_with_a_longer_name)
{
	ck_assert(alarm_is_named("there is no alarm ESS1.SOC.L any more", "ESS1.SOC.L"));
	ck_assert(alarm_is_named("ESS1.SOC.L: it is shelved", "ESS1.SOC.L"));
	ck_assert(alarm_is_named("ESS1.SOC.LL is shelved, and ESS1.SOC.L", "ESS1.SOC.L"));
	ck_assert(!alarm_is_named("ESS1.SOC.LL is shelved", "ESS1.SOC.L"));
	ck_assert(!alarm_is_named("XESS1.SOC.L is shelved", "ESS1.SOC.L"));
	ck_assert(!alarm_is_named("ESS1.SOC.L.X is shelved", "ESS1.SOC.L"));
	ck_assert(!alarm_is_named("it is shelved", "ESS1.SOC.L"));
	ck_assert(!alarm_is_named("", "ESS1.SOC.L") && !alarm_is_named("anything", ""));
}
END_TEST

/* clang-format off */
T_MAIN("alarm_machine",
    T_LOOP(rows_move_as_the_table_says, 0, ARRAY_LEN(moves))
    T_LOOP(persons_are_refused_with_a_sentence, 0, ARRAY_LEN(refusals))
    T(every_state_answers_every_event)
    T(properties_hold_over_random_events)
    T(two_acknowledgements_are_one)
    T(the_documentation_is_the_table)
    T(the_print_says_where_it_goes)
    T(a_sentence_names_an_alarm_and_not_one_with_a_longer_name))
/* clang-format on */
