/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_control_random.c - what must hold whatever happens: persons, faults, losses, tags, kills in any order, in simulated time.
 * The kit looks at every send, state and answer (control_kit.h): a switch is given once a command, nothing is written while a tag or the
 * plant blocks it, a ramp never jumps, done is what the device has, a command ends once, a request is answered once.
 */
#include "config.h"

#include "t.h"

#include "control_kit.h"

#ifndef ROUNDS
#define ROUNDS 20
#endif

static struct kit k;
static uint64_t seed;
static int64_t clean_since;               /* mono: nothing disturbs since */
static int64_t held_since;                /* D.RAMP is held since */
static bool is_answered_for[KIT_ANSWERS]; /* its session was there all the time */

static unsigned
roll(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % sides);
}

static const struct actor *
somebody(void)
{
	static const struct actor *const all[] = { &kit_duty, &kit_relief, &kit_keeper, &kit_guest, &kit_southern };

	return all[roll(10) < 8 ? roll(3) : roll(5)];
}

static void
disturb(void)
{
	clean_since = k.mono.us;
}

static void
command(void)
{
	struct msg_command m =
	    kit_message(&k, (enum command_step)roll(STEP_COUNT), (enum kit_point)roll(KIT_OUTPUTS), 0);

	if (roll(3) == 0)
		m.step = STEP_OPERATE;
	m.value = k.site->points[site_find_point(k.site, m.point)].def->kind == KIND_SETPOINT ? roll(1100) : roll(3);
	m.is_emergency = roll(4) == 0;
	m.token = roll(5) == 0 ? 1 + roll(20) : 0;
	m.until = roll(3) == 0 ? k.now.us + (int64_t)roll(9 * 3600) * US_PER_S : 0;
	if (m.step == STEP_OPERATE && roll(2) == 0)
		m.command = k.last_command;
	if (m.command != 0) /* mostly what was selected */
		for (unsigned i = 0; i < KIT_OUTPUTS; i++)
			if (kit_told(&k, (enum kit_point)i).command == m.command && roll(8) != 0) {
				m.point = m.typed = k.site->points[i].name;
				m.value = kit_command(&k, m.command)->m.value;
			}
	if (roll(20) == 0)
		m.typed = "";
	is_answered_for[(k.sequence + 1) % KIT_ANSWERS] = true;
	kit_ask(&k, &m, somebody());
}

static void
tag(void)
{
	is_answered_for[(k.sequence + 1) % KIT_ANSWERS] = true;
	if (roll(3) == 0)
		kit_tag(&k, (enum kit_point)roll(KIT_OUTPUTS), (enum tag_kind)roll(TAG_KIND_COUNT), somebody());
	else
		kit_untag(
		    &k, k.inhibit_count > 0 ? k.inhibits[roll(k.inhibit_count)].id : k.last_tag, "over", &kit_keeper);
	disturb();
}

static void
approve(void)
{
	is_answered_for[(k.sequence + 1) % KIT_ANSWERS] = true;
	kit_approve(&k, roll(4) != 0, somebody());
}

static void
leave(void)
{
	const struct actor *a = somebody();

	for (int i = 0; i < KIT_ANSWERS; i++)
		is_answered_for[i] = false; /* whose it was is not kept */
	control_forget(k.c, a->session, k.now, k.mono);
}

static void
want(void)
{
	char why[300];
	int addcause;

	control_want(k.c, roll(2) ? SLOT_GUARD : SLOT_DISPATCH, roll(KIT_OUTPUTS),
	    roll(4) == 0 ? (double)NAN : roll(1000),
	    (struct utc){ roll(2) ? k.now.us + (int64_t)roll(600) * US_PER_S : 0 }, "as planned", k.now, k.mono,
	    &addcause, why, sizeof(why));
}

static void
device_fault(void)
{
	k.fault = roll(2) ? FAULT_NONE : (enum kit_fault)roll(FAULT_COUNT);
	disturb();
}

static void
device_goes(void)
{
	kit_device(&k, roll(3) != 0);
	disturb();
}

static void
device_restarts(void)
{
	for (int i = 0; i < KIT_OUTPUTS; i++)
		k.device[i] = roll(2) ? 0 : k.device[i];
	kit_device(&k, false);
	kit_run(&k, US_PER_S);
	kit_device(&k, true);
	disturb();
}

static void
field_goes(void)
{
	k.is_field_up = roll(3) != 0;
	if (!k.is_field_up) {
		k.write_count = 0;
		control_field_down(k.c, NULL, NULL, k.now, k.mono);
	} else {
		kit_device(&k, k.is_up);
	}
	disturb();
}

static void
plant_switches(void)
{
	static const enum kit_point which[] = { LOCAL, MODE, LOCK, FAULT };

	for (size_t i = 0; i < ARRAY_LEN(which); i++)
		k.device[which[i]] = which[i] == MODE || which[i] == LOCK ? roll(6) != 0 : roll(6) == 0;
	k.device[LO] = roll(3) == 0 ? roll(500) : 0;
	k.device[HI] = roll(3) == 0 ? 400 + roll(600) : 1000;
	kit_scan(&k);
	control_turn(k.c, k.now, k.mono);
	disturb();
}

static void
values_turn_bad(void)
{
	enum kit_point p = (enum kit_point)roll(KIT_COUNT);

	k.values[p].quality = roll(2) ? 0 : Q_FAILURE;
	disturb();
}

static void
journal(void)
{
	k.records = roll(3) != 0;
	k.refuses = roll(6) == 0 ? ERR_TOO_BIG : OK;
	if (roll(2) == 0)
		kit_record(&k, roll(2) == 0);
}

static void
die(void)
{
	kit_kill(&k, (int64_t)roll(200) * US_PER_S);
	for (int i = 0; i < KIT_ANSWERS; i++)
		is_answered_for[i] = false;
	disturb();
}

static void (*const events[])(void) = { command, command, command, command, command, command, command, command, tag,
	approve, approve, leave, want, want, device_fault, device_goes, device_restarts, field_goes, plant_switches,
	values_turn_bad, journal, journal, die };

/* ---- what must hold */

static void
look(void)
{
	struct msg_output o = kit_told(&k, RAMP);

	if (o.slot == SLOT_COUNT || isnan(o.target))
		held_since = k.mono.us;
	if (k.fault != FAULT_NONE || !k.is_up || !k.is_field_up || k.tags_on[RAMP] > 0 || k.values[LOCAL].v != 0 ||
	    k.values[MODE].v != 1 || k.values[LOCK].v != 1 || k.values[RAMP].quality != 0 ||
	    (k.values[LOCAL].quality | k.values[MODE].quality | k.values[LOCK].quality) != 0)
		disturb();
	/* protection clamps whoever wins, as far as the range permits, where its limits are known */
	if (o.slot != SLOT_COUNT && k.values[HI].quality == 0 && k.values[LO].quality == 0 &&
	    k.values[LO].v <= k.values[HI].v)
		ck_assert_msg(o.target >= k.values[LO].v && o.target <= k.values[HI].v, "%g is outside %g..%g",
		    o.target, k.values[LO].v, k.values[HI].v);
	/* refreshed within half the timer, unless something is in the way */
	if (k.mono.us - clean_since > 60 * US_PER_S && k.mono.us - held_since > 40 * US_PER_S)
		ck_assert_int_le(k.mono.us - k.last_send_at[RAMP], 30 * US_PER_S);
	/* an override has an author, a reason and an end */
	for (int i = 0; i < 2; i++) {
		o = kit_told(&k, (enum kit_point)i);
		if (isnan(o.slot_operator))
			continue;
		ck_assert_uint_eq(o.slot, SLOT_OPERATOR);
		ck_assert(o.user[0] != '\0' && o.reason[0] != '\0');
		ck_assert_int_gt(o.until, k.now.us);
		ck_assert_int_le(o.until, k.now.us + OVERRIDE_MAX_US);
	}
}

/* The device gives D.RAMP up when it was not written for longer than its timer. */
static void
pass(int64_t us)
{
	for (int64_t t = 0; t < us; t += 250 * US_PER_MS) {
		kit_step(&k, 250 * US_PER_MS);
		if (k.is_up && k.sends[RAMP] > 0 && k.mono.us - k.last_send_at[RAMP] > 60 * US_PER_S)
			k.device[RAMP] = 0;
		look();
	}
}

static void
come_to_rest(void)
{
	struct control_counts counts;

	k.fault = FAULT_NONE;
	k.is_field_up = true;
	k.records = true;
	k.refuses = OK;
	k.device[LOCAL] = k.device[FAULT] = 0;
	k.device[MODE] = k.device[LOCK] = 1;
	for (int i = 0; i < KIT_COUNT; i++)
		k.values[i].quality = 0;
	kit_device(&k, true);
	pass(30 * US_PER_S);
	for (int i = 0; i < 9 * 120; i++) /* longer than any override */
		kit_step(&k, 30 * US_PER_S);
	control_counts(k.c, &counts);
	ck_assert_uint_eq(counts.overrides, 0);
	ck_assert_uint_eq(counts.under_way, 0);
	for (unsigned i = 0; i < k.command_count; i++)
		ck_assert_msg(k.commands[i].ends != 0, "#%llu has no end: %s, %s", (unsigned long long)k.commands[i].id,
		    command_state_word(k.commands[i].state), k.commands[i].text);
	for (uint32_t n = 1; n <= k.sequence && n < KIT_ANSWERS; n++)
		if (is_answered_for[n])
			ck_assert_msg(kit_answer(&k, n)->count == 1, "request %u has no answer", n);
	for (unsigned i = 0; i < k.state_count; i++)
		ck_assert_uint_eq(k.states[i].kind, STATE_TAG);
}

static void
live(uint64_t with)
{
	seed = with * UINT64_C(0x9E3779B97F4A7C15) + 1;
	memset(is_answered_for, 0, sizeof(is_answered_for));
	kit_init(&k);
	kit_def(&k, SP)->output->needs = "D.IN";
	kit_def(&k, SP)->output->on_bad_input = (int)roll(BAD_INPUT_RULE_COUNT);
	kit_def(&k, SP)->output->safe_value = 20;
	kit_def(&k, SP)->output->on_return = (int)roll(RETURN_RULE_COUNT);
	kit_def(&k, RAMP)->output->on_return = (int)roll(2) == 0 ? RETURN_ASSERT : RETURN_GIVE_UP;
	kit_def(&k, TWO)->select_before_operate = roll(2) == 0;
	kit_def(&k, CMD)->output->tag_after = roll(2) ? "D.HELD" : NULL;
	if (roll(2) == 0)
		kit_def(&k, RAMP)->output->default_value = 100;
	k.checks_ramp = true;
	kit_boot(&k);
	clean_since = held_since = k.mono.us;
	for (int i = 0; i < 120; i++) {
		events[roll(ARRAY_LEN(events))]();
		pass((int64_t)(roll(4) == 0 ? roll(60) : roll(3)) * US_PER_S);
	}
	come_to_rest();
	kit_done(&k);
}

START_TEST(whatever_happens_the_truth_is_told)
{
	for (int i = 0; i < t_rounds(ROUNDS); i++)
		live((uint64_t)_i * 1000 + (uint64_t)i);
}
END_TEST

/* The kill comes at each moment of one command's life. */
START_TEST(a_kill_at_any_moment_ends_in_a_truthful_state)
{
	static const enum kit_point points[] = { SP, RAMP, TWO, HELD, PULSE };

	for (int at = 0; at < 60; at += t_rounds(10) < 10 ? 17 : 3)
		for (size_t p = 0; p < ARRAY_LEN(points); p++) {
			bool is_switch = points[p] != SP && points[p] != RAMP;
			kit_start(&k);
			k.fault = (enum kit_fault)_i;
			struct msg_command m = kit_message(&k, STEP_OPERATE, points[p], is_switch ? 1 : 300);
			m.is_emergency = 1;
			uint32_t n = kit_ask(&k, &m, &kit_duty);
			uint64_t id = k.last_command;
			for (int s = 0; s < at; s++)
				kit_step(&k, s < 10 ? 5 * US_PER_MS : 500 * US_PER_MS);
			enum command_state before = kit_command(&k, id)->state;
			bool was_answered = kit_answer(&k, n)->count > 0, was_told = kit_command(&k, id)->ends > 0;
			unsigned sends = k.sends[points[p]];
			kit_kill(&k, 5 * US_PER_S);
			for (int s = 0; s < 80; s++)
				kit_step(&k, 500 * US_PER_MS);
			const struct kit_command *x = kit_command(&k, id);
			if (is_switch)
				ck_assert_uint_eq(k.sends[points[p]], sends); /* given once, or never */
			if (was_told && x->ends == 1)
				ck_assert(x->state == before || x->state == COMMAND_UNKNOWN);
			else if (sends > 0)
				ck_assert_uint_eq(x->state, COMMAND_UNKNOWN);
			ck_assert(x->ends != 0);
			ck_assert(kit_answer(&k, n)->count == (was_answered ? 1U : 0U));
			kit_done(&k);
		}
}
END_TEST

/* clang-format off */
T_MAIN("control_random",
	T_LOOP(whatever_happens_the_truth_is_told, 0, 1)
	T_LOOP(a_kill_at_any_moment_ends_in_a_truthful_state, 0, FAULT_COUNT))
/* clang-format on */
