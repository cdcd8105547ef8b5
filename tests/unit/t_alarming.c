/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarming.c - alarms on their way into the journal, into what is saved, to the consoles and to the horn contact; over reloads,
 * restarts and names that change; and a burst of ten thousand.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/acting_kit.h"

static const struct made tanks = { .devices = 2, .levels = 3 };
static const struct made with_horn = { .devices = 1, .levels = 2, .has_horn = true };

/* ---- transitions */

START_TEST(a_transition_is_an_entry_with_its_state)
{
	const struct line *l;

	start(&tanks);
	feed("D0.L1", 85);
	turn();
	l = find_line("D0.L1.H P3 #");
	ck_assert(l != NULL && strstr(l->text, " RAISE: ") != NULL && !l->is_act);
	ck_assert_uint_eq(l->kind, JOURNAL_ALARM);
	ck_assert_str_eq(l->before, "NORM");
	ck_assert_str_eq(l->after, "UNACK");
	ck_assert_str_eq(l->point, "D0.L1");
	ck_assert_str_eq(l->user, "");
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	feed("D0.L1", 10);
	turn();
	STATE_IS("D0.L1.H", NORM);
	ck_assert(kept(STATE_ALARM, "D0.L1.H") == NULL); /* at rest: forgotten */
	stop();
}
END_TEST

/* How many frames of the type are in w.published; *last gets the newest state of that alarm in it. */
static unsigned
published(uint16_t type, uint32_t alarm, struct msg_alarm *last)
{
	unsigned count = 0;

	for (size_t at = 0, used = 0; at < w.published.len; at += used) {
		struct msg_alarm m;
		struct frame f;
		struct rbuf r;
		ck_assert_int_eq(wire_take(w.published.data + at, w.published.len - at, &f, &used), OK);
		if (f.type != type)
			continue;
		count++;
		rbuf_init(&r, f.body, f.length);
		if (type == W_ALARM && msg_alarm_get(&r, &m) && m.alarm == alarm)
			*last = m;
	}
	return count;
}

START_TEST(changes_of_one_turn_are_told_once)
{
	struct msg_alarm m = { .alarm = 0 };
	uint32_t n;

	start(&tanks);
	n = alarms_find(alarming_engine(w.alarming), "D0.L1.H");
	wbuf_reset(&w.published);
	feed("D0.L1", 85);
	feed("D0.L1", 10);
	feed("D0.L1", 86);
	turn();
	ck_assert_uint_eq(published(W_ALARM, n, &m), 1);
	ck_assert_uint_eq(m.state, ALARM_UNACK);
	ck_assert_uint_eq(published(W_HORN, n, &m), 1);
	ck_assert_uint_ge(count_lines("D0.L1.H P3"), 3); /* the journal has each of them */
	wbuf_reset(&w.published);
	turn();
	ck_assert_uint_eq(w.published.len, 0);
	stop();
}
END_TEST

/* An expression may be as long as a frame. */
START_TEST(what_suppresses_is_told_also_if_it_is_longer_than_a_frame)
{
	static char expression[4200];
	struct made m = { .devices = 1, .levels = 2, .suppress = expression };
	struct msg_alarm told = { .alarm = 0 };
	uint32_t n;

	str_copy(expression, sizeof(expression), "D0.L1 > 50");
	while (strlen(expression) < 4080)
		str_append(expression, sizeof(expression), " or D0.L1 > 50");
	start(&m);
	n = alarms_find(alarming_engine(w.alarming), "D0.L0.H");
	feed("D0.L1", 60);
	turn();
	feed("D0.L0", 85);
	turn();
	STATE_IS("D0.L0.H", DSUPR);
	ck_assert_uint_gt(published(W_ALARM, n, &told), 0);
	ck_assert(strncmp(told.reason, "D0.L1 > 50 or ", 14) == 0);
	ck_assert_uint_ge(strlen(told.reason), 200);
	stop();
}
END_TEST

/* ---- snapshots */

struct seen {
	uint32_t defs, states, limits, horns;
};

static struct seen
read_pieces(bool is_defs)
{
	struct seen s = { 0 };
	struct wbuf b = { 0 };

	for (uint32_t i = 0; i < alarming_pieces(w.alarming, is_defs); i++) {
		wbuf_reset(&b);
		alarming_piece(w.alarming, is_defs, i, 3, &b);
		for (size_t at = 0, used = 0; at < b.len; at += used) {
			struct msg_alarm_def def;
			struct frame f;
			struct rbuf r;
			ck_assert_int_eq(wire_take(b.data + at, b.len - at, &f, &used), OK);
			ck_assert_uint_eq(f.generation, 3);
			rbuf_init(&r, f.body, f.length);
			if (f.type == W_ALARM_DEF) {
				ck_assert(msg_alarm_def_get(&r, &def) && r_done(&r));
				ck_assert_uint_eq(def.alarm, s.defs); /* in order, none left out */
				s.defs++;
			}
			s.states += f.type == W_ALARM;
			s.limits += f.type == W_ALARM_LIMIT;
			s.horns += f.type == W_HORN;
		}
	}
	wbuf_done(&b);
	return s;
}

static const struct {
	uint32_t devices, levels;
} sizes[] = { { 0, 0 }, { 1, 42 }, { 1, 43 }, { 1, 44 }, { 10, 94 }, { 20, 500 } };

START_TEST(a_snapshot_has_every_alarm_whatever_their_number)
{
	struct made m = { .devices = sizes[_i].devices, .levels = sizes[_i].levels };
	struct seen s;
	uint32_t count;

	start(&m);
	count = alarms_count(alarming_engine(w.alarming));
	ck_assert_uint_ge(count, m.devices * (m.levels + 1));
	s = read_pieces(true);
	ck_assert_uint_eq(s.defs, count);
	ck_assert_uint_eq(s.states + s.limits + s.horns, 0); /* what there is comes first */
	s = read_pieces(false);
	ck_assert_uint_eq(s.states, 0); /* all at rest */
	ck_assert_uint_eq(s.horns, 1);
	feed_all(85);
	turn();
	s = read_pieces(false);
	ck_assert_uint_eq(s.states, m.devices * m.levels);
	ck_assert_uint_eq(s.defs, 0);
	stop();
}
END_TEST

START_TEST(a_limit_that_is_the_site_files_again_is_told_to_all_also_if_somebody_joins_just_then)
{
	struct actor engineer = chief;
	struct msg_alarm_act m = act_on(ALARM_ACT_LIMIT);
	struct msg_alarm none;

	engineer.role = ROLE_ENGINEER;
	start(&tanks);
	m.limit = 70;
	do_act(&engineer, m, "D0.L1.H");
	turn();
	ck_assert_uint_eq(read_pieces(false).limits, 1);
	m.limit = (double)NAN;
	do_act(&engineer, m, "D0.L1.H");
	ck_assert_uint_eq(read_pieces(false).limits, 0); /* a console that joins, before the turn ends */
	wbuf_reset(&w.published);
	turn();
	ck_assert_uint_eq(published(W_ALARM_LIMIT, 0, &none), 1);
	stop();
}
END_TEST

/* ---- reloads and restarts */

START_TEST(over_a_reload_alarms_stay_and_those_that_are_gone_are_closed_under_their_own_names)
{
	struct made fewer = { .devices = 1, .levels = 2 };
	const struct line *l;

	start(&tanks);
	feed("D0.L1", 85);
	feed("D1.L2", 85); /* among the last, whose number the new engine has not */
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	take_site(&fewer);
	devices_are(DEVICE_UP);
	turn();
	STATE_IS("D0.L1.H", ACKED);
	l = find_line("D1.L2.H P3 #");
	ck_assert(l != NULL && strstr(l->text, "CONFIG: it is no longer in the site file") != NULL);
	ck_assert_str_eq(l->point, "D1.L2");
	ck_assert(kept(STATE_ALARM, "D1.L2.H") == NULL);
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
	feed("D0.L1", 10);
	turn();
	STATE_IS("D0.L1.H", NORM);
	stop();
}
END_TEST

START_TEST(after_a_restart_alarms_are_as_they_were)
{
	start(&tanks);
	feed("D0.L1", 85);
	feed("D0.L2", 85);
	feed("D1.L1", 85);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);
	m.until = now().us + S(60);
	do_act(&duty_a, m, "D1.L1.H");
	turn();
	restart(&tanks, S(30), false);
	feed("D0.L1", 85);
	feed("D0.L2", 85);
	feed("D1.L1", 85);
	turn();
	STATE_IS("D1.L1.H", SHLVD);
	restart(&tanks, S(60), false); /* the shelf came to its end meanwhile */
	ck_assert(find_line("it came to its end while the server was down") != NULL);
	stop();
}
END_TEST

START_TEST(an_old_name_does_not_come_back)
{
	struct made renamed = { .devices = 2, .levels = 3, .first = "LEVEL", .was = "D0.L0" };

	start(&tanks);
	feed("D0.L0", 85);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L0.H");
	turn();
	restart(&renamed, S(1), false);
	ck_assert(kept(STATE_ALARM, "D0.L0.H") == NULL);
	ck_assert(find_line("D0.LEVEL.H P3 #") != NULL); /* it has cleared, for the level is 10 */
	STATE_IS("D0.LEVEL.H", NORM);
	restart(&renamed, S(1), false);
	STATE_IS("D0.LEVEL.H", NORM);
	stop();
}
END_TEST

START_TEST(what_is_no_longer_in_the_site_file_is_closed_also_if_nothing_ran_meanwhile)
{
	struct made other = { .devices = 2, .levels = 3, .first = "OTHER" };
	const struct line *l;
	struct actor engineer = chief;
	struct msg_alarm_act m = act_on(ALARM_ACT_LIMIT);

	start(&tanks);
	engineer.role = ROLE_ENGINEER;
	m.limit = 60;
	do_act(&engineer, m, "D0.L0.H");
	feed("D0.L0", 85);
	turn();
	restart(&other, S(1), false);
	l = find_line("D0.L0.H P4 #");
	ck_assert(l != NULL);
	ck_assert(find_line(" CONFIG: it is no longer in the site file") != NULL);
	ck_assert(kept(STATE_ALARM, "D0.L0.H") == NULL && kept(STATE_LIMIT, "D0.L0.H") == NULL);
	ck_assert_uint_eq(count_lines("D0.L0.H P4"), 2); /* alarm and limit, once each */
	restart(&other, S(1), false);
	ck_assert_uint_eq(count_lines("D0.L0.H P4"), 2);
	stop();
}
END_TEST

START_TEST(what_cannot_be_read_is_neither_taken_nor_forgotten)
{
	static const uint8_t future[] = { 99, 1, 2, 3 };
	struct msg_store_state s = { .kind = STATE_ALARM, .name = "D7.GONE.H", .blob = { future, sizeof(future) } };

	start(&tanks);
	w.line_count = 0;
	(void)alarming_restore(w.alarming, &s, now(), mono());
	s.name = "D0.L1.H";
	ck_assert(!alarming_restore(w.alarming, &s, now(), mono()));
	s.kind = STATE_OVERRIDE;
	ck_assert(!alarming_restore(w.alarming, &s, now(), mono()));
	turn();
	ck_assert_uint_eq(w.line_count, 0);
	STATE_IS("D0.L1.H", NORM);
	stop();
}
END_TEST

START_TEST(a_store_that_comes_late_is_merged)
{
	start(&tanks);
	feed("D0.L1", 85);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	restart(&tanks, S(10), true);
	feed("D0.L1", 85);
	turn();
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
	ck_assert(state_of("D0.L1.H") != ALARM_NORM);
	stop();
}
END_TEST

START_TEST(a_new_database_gets_what_holds_and_forgets_what_came_to_rest)
{
	start(&tanks);
	feed("D0.L1", 85);
	feed("D0.L2", 85);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H D0.L2.H");
	turn();
	w.mode = STORE_AWAY; /* entries of this are lost, and with them the states */
	logbook_down(w.book, false, mono());
	feed("D0.L2", 10);
	turn();
	STATE_IS("D0.L2.H", NORM);
	ck_assert(kept(STATE_ALARM, "D0.L2.H") != NULL);
	free(w.kept[0].blob);
	w.kept[0].blob = NULL;
	w.kept[0].len = 0;
	alarming_save_all(w.alarming, now());
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
	ck_assert(kept(STATE_ALARM, "D0.L2.H") == NULL);
	ck_assert(kept(STATE_ALARMING, "alarms") != NULL);
	stop();
}
END_TEST

/* ---- alarms of chisand itself */

START_TEST(what_chisand_finds_before_there_is_a_site_is_an_alarm_when_there_is_one)
{
	memset(&w, 0, sizeof(w));
	w.field = OK;
	w.book = logbook_new(&kit_book_ops, NULL, 99);
	w.alarming = alarming_new(w.book, &kit_alarming_ops, NULL);
	ck_assert_uint_eq(alarming_pieces(w.alarming, true) + alarming_pieces(w.alarming, false), 0);
	alarming_own(w.alarming, OWN_STORE, true, "chisan-store does not run", now(), mono());
	alarming_emergency(w.alarming, "nobody can see it yet", now(), mono());
	alarming_free(w.alarming);
	logbook_free(w.book);

	start(&tanks);
	alarming_own(w.alarming, OWN_STORE, true, "chisan-store does not run", now(), mono());
	turn();
	STATE_IS("CHISAN.STORE", UNACK);
	ck_assert(find_line("CHISAN.STORE P2 #") != NULL);
	ck_assert(strstr(find_line("CHISAN.STORE P2 #")->text, "chisan-store does not run") != NULL);
	take_site(&tanks);
	devices_are(DEVICE_UP);
	turn();
	STATE_IS("CHISAN.STORE", UNACK);
	alarming_own(w.alarming, OWN_STORE, false, "it is recorded again", now(), mono());
	turn();
	STATE_IS("CHISAN.STORE", RTNUN);
	stop();
}
END_TEST

START_TEST(an_emergency_outlives_reload_and_restart_until_somebody_confirms_it)
{
	start(&tanks);
	alarming_emergency(w.alarming, "duty_a: opened alone", now(), mono());
	turn();
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	take_site(&tanks);
	turn();
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	restart(&tanks, S(5), false);
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	do_act(&chief, act_on(ALARM_ACT_ACK), "CHISAN.EMERGENCY");
	turn();
	STATE_IS("CHISAN.EMERGENCY", NORM);
	take_site(&tanks);
	turn();
	STATE_IS("CHISAN.EMERGENCY", NORM);
	stop();
}
END_TEST

START_TEST(what_comes_and_goes_at_once_stays_until_it_is_acknowledged)
{
	start(&tanks);
	alarming_event(w.alarming, OWN_CLOCK, "set by +3600.000 s", now(), mono());
	turn();
	STATE_IS("CHISAN.CLOCK", RTNUN);
	ck_assert(find_line("RAISE: set by +3600.000 s") != NULL);
	take_site(&tanks);
	turn();
	STATE_IS("CHISAN.CLOCK", RTNUN);
	stop();
}
END_TEST

/* ---- the horn contact */

START_TEST(the_contact_follows_what_sounds)
{
	start(&with_horn);
	ck_assert_uint_eq(w.contact_count, 0); /* it reports that it is off */
	feed("D0.L1", 85);
	turn();
	ck_assert_uint_eq(w.contact_count, 1);
	ck_assert(w.contacts[0]);
	feed("D0.HORN", 1);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_SILENCE), "");
	turn();
	ck_assert_uint_eq(w.contact_count, 2);
	ck_assert(!w.contacts[1]);
	feed("D0.HORN", 0);
	pass(S(60));
	ck_assert_uint_eq(w.contact_count, 2);
	stop();
}
END_TEST

START_TEST(a_contact_that_does_not_follow_is_switched_again)
{
	start(&with_horn);
	feed("D0.L1", 85);
	turn();
	pass(S(16));
	ck_assert_uint_eq(w.contact_count, 4); /* at once, and after 5, 10, 15 s: it still says that it is off */
	feed("D0.HORN", 1);
	pass(S(60));
	ck_assert_uint_eq(w.contact_count, 4);
	w.is_contact_stuck = true; /* nor can it be switched off */
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	pass(S(11));
	ck_assert_uint_eq(w.contact_count, 7);
	ck_assert(!w.contacts[6]);
	stop();
}
END_TEST

START_TEST(a_contact_that_was_left_on_is_switched_off_after_a_restart)
{
	struct made blind = with_horn;

	start(&with_horn);
	feed("D0.HORN", 1);
	pass(S(6));
	ck_assert_uint_ge(w.contact_count, 1);
	ck_assert(!w.contacts[0]);
	stop();
	/* one that reports nothing is told once */
	blind.is_horn_blind = true;
	start(&blind);
	pass(S(60));
	ck_assert_uint_eq(w.contact_count, 1);
	ck_assert(!w.contacts[0]);
	stop();
}
END_TEST

/* ---- a burst */

START_TEST(ten_thousand_in_a_second_are_all_journalled_and_all_told)
{
	struct made plant = { .devices = 20, .levels = 500 };
	struct msg_alarm m;
	uint32_t first;
	bool *seen;

	start(&plant);
	w.mode = STORE_HANGS;
	w.line_count = 0;
	wbuf_reset(&w.published);
	for (unsigned i = 0; i < plant.devices; i++)
		for (unsigned l = 0; l < plant.levels; l++) {
			char name[32];
			str_printf(name, sizeof(name), "D%u.L%u", i, l);
			ck_assert(table_sample(w.table, point(name), 85, OK, now(), now(), mono()));
		}
	turn();
	first = published(W_ALARM, 0, &m);
	ck_assert_uint_ge(first, 2000);
	ck_assert_uint_lt(first, 2200); /* a turn stays short */
	for (unsigned i = 0; i < 10; i++) {
		w.us += US_PER_MS;
		turn();
	}
	ck_assert_uint_eq(published(W_ALARM, 0, &m), 10000);
	ck_assert_uint_eq(logbook_waiting(w.book), 10003); /* and the floods of two areas and of the site begin */
	ck_assert_uint_eq(logbook_lost(w.book), 0);
	w.mode = STORE_ANSWERS;
	turn();
	turn();
	ck_assert_uint_eq(logbook_waiting(w.book), 0);
	ck_assert_uint_eq(w.line_count, 10003);
	ck_assert_uint_eq(count_lines("a flood of alarms begins in "), 3);
	seen = xcalloc(10000, sizeof(*seen));
	for (unsigned i = 0; i < w.line_count; i++) {
		unsigned d, l;
		if (strstr(w.lines[i].text, "a flood") == w.lines[i].text)
			continue;
		ck_assert_int_eq(sscanf(w.lines[i].text, "D%u.L%u.H P3 #", &d, &l), 2);
		ck_assert(!seen[d * 500 + l]);
		seen[d * 500 + l] = true;
	}
	free(seen);
	stop();
}
END_TEST

/* What the last W_HORN says of floods. */
static void
horn_is(const char *words)
{
	char text[200] = "no horn";

	for (size_t at = 0, used = 0; at < w.published.len; at += used) {
		struct msg_horn m;
		struct frame f;
		struct rbuf r;
		ck_assert_int_eq(wire_take(w.published.data + at, w.published.len - at, &f, &used), OK);
		rbuf_init(&r, f.body, f.length);
		if (f.type != W_HORN)
			continue;
		ck_assert(msg_horn_get(&r, &m) && r_done(&r));
		text[0] = '\0';
		rbuf_init(&r, m.floods.data, m.floods.len);
		while (r.pos < r.len && !r.bad) {
			const char *area = r_str(&r);
			(void)r_i64(&r);
			str_printf(text + strlen(text), sizeof(text) - strlen(text), "%s %u; ", area, r_u32(&r));
		}
		str_printf(
		    text + strlen(text), sizeof(text) - strlen(text), "of %u, within %u s", m.flood_count, m.window_s);
	}
	ck_assert_str_eq(text, words);
}

START_TEST(a_flood_of_an_area_is_journalled_told_and_kept)
{
	static const struct made many = { .devices = 3, .levels = 14 }; /* D0 and D2 north, D1 south */
	struct msg_alarm none;
	const struct line *l;

	start(&many);
	for (unsigned i = 0; i < 12; i++) {
		char name[32];
		str_printf(name, sizeof(name), "D%u.L%u", i % 2 * 2, i);
		feed(name, 85);
	}
	turn();
	l = find_line("a flood of alarms begins in area north: 12 in 10m");
	ck_assert(l != NULL);
	ck_assert_uint_eq(l->kind, JOURNAL_ALARM);
	ck_assert(find_line("a flood of alarms begins in the whole site: 12 in 10m") != NULL);
	ck_assert(kept(STATE_ALARMING, "areas") != NULL);
	ck_assert_uint_ge(published(W_HORN, ALARM_NONE, &none), 1);
	horn_is("north 12; of 1, within 600 s");
	pass(S(120));
	restart(&many, S(10), false);
	ck_assert_uint_eq(count_lines("flood of alarms begins"), 2); /* it goes on */
	pass(S(600));
	ck_assert(find_line("the flood of alarms in area north is over: it lasted ") != NULL);
	ck_assert(strstr(find_line("in the whole site is over")->text, ", with at most 12 in 10m") != NULL);
	stop();
}
END_TEST

T_MAIN("alarming",
    T(a_transition_is_an_entry_with_its_state) T(changes_of_one_turn_are_told_once)
        T(what_suppresses_is_told_also_if_it_is_longer_than_a_frame)
            T_LOOP(a_snapshot_has_every_alarm_whatever_their_number, 0, t_is_short() ? 4 : 6)
                T(a_limit_that_is_the_site_files_again_is_told_to_all_also_if_somebody_joins_just_then)
                    T(over_a_reload_alarms_stay_and_those_that_are_gone_are_closed_under_their_own_names)
                        T(after_a_restart_alarms_are_as_they_were) T(an_old_name_does_not_come_back)
                            T(what_is_no_longer_in_the_site_file_is_closed_also_if_nothing_ran_meanwhile) T(
                                what_cannot_be_read_is_neither_taken_nor_forgotten) T(a_store_that_comes_late_is_merged)
                                T(a_new_database_gets_what_holds_and_forgets_what_came_to_rest)
                                    T(what_chisand_finds_before_there_is_a_site_is_an_alarm_when_there_is_one)
                                        T(an_emergency_outlives_reload_and_restart_until_somebody_confirms_it)
                                            T(what_comes_and_goes_at_once_stays_until_it_is_acknowledged)
                                                T(the_contact_follows_what_sounds)
                                                    T(a_contact_that_does_not_follow_is_switched_again) T(
                                                        a_contact_that_was_left_on_is_switched_off_after_a_restart)
                                                        T(a_flood_of_an_area_is_journalled_told_and_kept) T_LONG(
                                                            ten_thousand_in_a_second_are_all_journalled_and_all_told))
