/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_keys.c - what the console says before it asks is what the server would say: there is something to reset where the machine resets.
 */
#include "config.h"

#include "console/alarm_keys.h"
#include "scada/alarm/machine.h"
#include "tests/unit/t.h"

START_TEST(a_reset_is_asked_for_where_the_machine_does_it_and_nowhere_else)
{
	unsigned asked = 0;

	for (unsigned bits = 0; bits < 256; bits++)
		for (unsigned flags = 0; flags < 8; flags++) {
			struct alarm_step s = machine_step(bits, flags, EVENT_RESET, false);
			struct client_alarm a = { .flags = (uint8_t)flags,
				.m = { .bits = (uint8_t)bits, .state = (uint8_t)alarm_state_of(bits) } };
			const char *why = alarm_why_no_reset(&a);
			if ((bits & ALARM_COND) && (bits & ALARM_LATCH))
				continue; /* the machine never is in it: what holds is not latched yet */
			if ((s.outcome == OUTCOME_MOVED) != (why == NULL))
				ck_abort_msg("bits %u, flags %u: %s", bits, flags, why != NULL ? why : "asked");
			asked += why == NULL;
		}
	ck_assert_uint_gt(asked, 0);
}
END_TEST

START_TEST(the_sentence_is_that_of_the_machine)
{
	for (unsigned bits = 0; bits < 256; bits++)
		for (unsigned flags = 0; flags < 8; flags++) {
			struct alarm_step s = machine_step(bits, flags, EVENT_RESET, false);
			struct client_alarm a = { .flags = (uint8_t)flags,
				.m = { .bits = (uint8_t)bits, .state = (uint8_t)alarm_state_of(bits) } };
			const char *why = alarm_why_no_reset(&a);
			if (s.outcome != OUTCOME_REFUSED || ((bits & ALARM_COND) && (bits & ALARM_LATCH)))
				continue;
			/* and behind it the key that helps */
			ck_assert_msg(why != NULL && strncmp(why, s.sentence, strlen(s.sentence)) == 0,
			    "bits %u, flags %u: \"%s\" is not \"%s\"", bits, flags, why != NULL ? why : "", s.sentence);
		}
}
END_TEST

T_MAIN("alarm_keys",
    T(a_reset_is_asked_for_where_the_machine_does_it_and_nowhere_else) T(the_sentence_is_that_of_the_machine))
