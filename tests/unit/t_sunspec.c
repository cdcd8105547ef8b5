/* SPDX-License-Identifier: Apache-2.0 */
/* t_sunspec.c - the tables of models, names into places, and the walk along chains that are whole, broken and hostile. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/schema.h"
#include "scada/base/sunspec.h"
#include "tests/unit/t.h"
#include "tests/unit/sunspec_kit.h"

/* ---- tables */

static void
check_points(const struct sunspec_model *m, const struct sunspec_point *list, uint16_t count, uint16_t from,
    uint16_t end, uint16_t repeat)
{
	uint16_t at = from;

	for (uint16_t i = 0; i < count; i++) {
		struct sunspec_place p = { .model = m->from, .repeat = repeat, .layout = m, .point = &list[i] }, back;
		char text[SUNSPEC_TEXT], why[200];

		ck_assert_msg(list[i].offset >= at && list[i].size > 0, "%u.%s overlaps what is before it", m->from,
		    list[i].name);
		at = (uint16_t)(list[i].offset + list[i].size);
		ck_assert_msg(at <= end, "%u.%s ends behind its model", m->from, list[i].name);
		ck_assert_msg(list[i].unit[0] == '\0' || unit_is_known(list[i].unit), "%u.%s: unit %s", m->from,
		    list[i].name, list[i].unit);
		ck_assert_msg(list[i].sf == NULL || sunspec_factor_offset(&p) > 1, "%u.%s: no %s", m->from,
		    list[i].name, list[i].sf);
		if (list[i].type != SS_STRING)
			ck_assert_uint_eq(raw_type_registers(sunspec_raw_type(&list[i])), list[i].size);
		ck_assert_msg(
		    sunspec_parse(sunspec_text(&p, text, sizeof(text)), &back, why, sizeof(why)), "%s: %s", text, why);
		ck_assert(back.point == &list[i] && back.repeat == repeat);
	}
}

START_TEST(every_row_lies_in_its_model_and_has_its_scale_factor)
{
	const struct sunspec_model *m;
	size_t n = 0;

	for (; (m = sunspec_row(n)) != NULL; n++) {
		check_points(m, m->points, m->count, 2, m->fixed, 0);
		ck_assert((m->group == NULL) == (m->block == 0));
		if (m->group != NULL)
			check_points(m, m->repeated, m->repeated_count, 0, m->block, 1);
		for (uint16_t k = m->from; k <= m->to; k++)
			ck_assert(sunspec_model(k) == m);
	}
	ck_assert_uint_eq(n, 22);
	ck_assert(sunspec_model(0) == NULL && sunspec_model(801) == NULL && sunspec_model(SUNSPEC_END) == NULL);
}
END_TEST

/* Places as the models' own documents give them, counted by hand. */
static const struct {
	const char *text;
	uint32_t offset;
	int32_t sf;
	enum raw_type type;
	double invalid;
} places[] = {
	{ "1.DA", 66, -1, RAW_U16, 65535 },
	{ "103.W", 14, 15, RAW_I16, -32768 },
	{ "102.WH", 24, 26, RAW_U32, 0 },
	{ "103.Evt1", 40, -1, RAW_U32, 4294967295.0 },
	{ "112.W", 22, -1, RAW_F32, (double)NAN },
	{ "113.St", 48, -1, RAW_U16, 65535 },
	{ "120.WHRtg", 19, 20, RAW_U16, 65535 },
	{ "121.WGra", 12, 28, RAW_U16, 65535 },
	{ "122.ActWh", 5, -1, RAW_U64, 0 },
	{ "123.WMaxLimPct", 5, 23, RAW_U16, 65535 },
	{ "124.OutWRte", 12, 25, RAW_I16, -32768 },
	{ "160.module[1].DCW", 21, 4, RAW_U16, 65535 },
	{ "160.module[2].DCW", 41, 4, RAW_U16, 65535 },
	{ "203.TotWhImp", 46, 54, RAW_U32, 0 },
	{ "204.Evt", 105, -1, RAW_U32, 4294967295.0 },
	{ "302.GHI", 2, -1, RAW_U16, 65535 },
	{ "307.TmpAmb", 2, -1, RAW_I16, -32768 },
	{ "307.WndSpd", 5, -1, RAW_I16, -32768 },
	{ "307.SoilWet", 12, -1, RAW_I16, -32768 },
	{ "701.W", 10, 116, RAW_I16, -32768 },
	{ "701.TotWhAbs", 23, 120, RAW_U64, 18446744073709551616.0 },
	{ "702.WMax", 26, 45, RAW_U16, 65535 },
	{ "703.ESHzLo", 7, 18, RAW_U32, 4294967295.0 },
	{ "704.WSet", 24, 55, RAW_I32, -2147483648.0 },
	{ "704.WSetRvrtTms", 31, -1, RAW_U32, 4294967295.0 },
	{ "704.WMaxLimPct", 15, 54, RAW_U16, 65535 },
	{ "713.SoC", 4, 8, RAW_U16, 65535 },
	{ "714.Prt[1].DCW", 32, 17, RAW_I16, -32768 },
	{ "715.OpCtl", 8, -1, RAW_U16, 65535 },
	{ "802.CellVMin", 40, 60, RAW_U16, 65535 },
	{ "802.SetOp", 50, -1, RAW_U16, 65535 },
	{ "803.ModTmpMax", 4, 23, RAW_I16, -32768 },
	{ "803.string[3].StrSoC", 96, 26, RAW_U16, 65535 },
	{ "804.Evt1", 28, -1, RAW_U32, 4294967295.0 },
};

START_TEST(points_stand_where_their_model_says)
{
	struct sunspec_place p;
	char why[200];
	double invalid;

	ck_assert_msg(sunspec_parse(places[_i].text, &p, why, sizeof(why)), "%s: %s", places[_i].text, why);
	ck_assert_uint_eq(sunspec_offset(&p), places[_i].offset);
	ck_assert_int_eq(sunspec_factor_offset(&p), places[_i].sf);
	ck_assert_int_eq(sunspec_raw_type(p.point), places[_i].type);
	ck_assert(sunspec_invalid(p.point, &invalid));
	ck_assert(invalid == places[_i].invalid || (isnan(invalid) && isnan(places[_i].invalid)));
}
END_TEST

static const struct {
	const char *text, *says;
} nonsense[] = {
	{ "", "names no point of a model" },
	{ "W", "names no point of a model" },
	{ "701", "names no point of a model" },
	{ "W.701", "is no number of a model" },
	{ "801.SoC", "model 801 is not among those that are known" },
	{ "65535.W", "is no number of a model" },
	{ "701.Watt", "model 701 has no point 'Watt'" },
	{ "701.Varr", "did you mean Var" },
	{ "160.DCW", "write 160.module[1].DCW" },
	{ "160.modul[1].DCW", "is called module" },
	{ "160.module[0].DCW", "count from 1" },
	{ "160.module[x].DCW", "count from 1" },
	{ "160.module[9999999].DCW", "count from 1 to 512" },
	{ "160.module[1]DCW", "no number between" },
	{ "701.module[1].W", "no block that is repeated" },
	{ "701.\033x", "has no point" },
};

START_TEST(what_names_no_point_is_told_with_what_would_be_right)
{
	struct sunspec_place p;
	char why[200] = "";

	ck_assert(!sunspec_parse(nonsense[_i].text, &p, why, sizeof(why)));
	ck_assert_msg(strstr(why, nonsense[_i].says) != NULL, "'%s' says: %s", nonsense[_i].text, why);
	ck_assert(strchr(why, '\033') == NULL);
}
END_TEST

/* ---- chains */

static struct card card;
static struct discovery d;
static unsigned asked;
static char why[200];

/* Answers until it is done; silent: no word from the bases of these bits. */
static enum err
walk(unsigned silent)
{
	uint8_t data[250];
	enum err e = ERR_BUSY;

	discovery_begin(&d);
	for (asked = 0; e == ERR_BUSY; asked++) {
		uint16_t address, count;

		ck_assert_uint_lt(asked, 200);
		discovery_next(&d, &address, &count);
		ck_assert_uint_le(count, d.longest);
		ck_assert_uint_le((uint32_t)address + count, 65536);
		for (unsigned i = 0; i < CHAIN_BASES; i++)
			if (d.state == DISCOVERY_BASE && address == chain_base(i) && (silent >> i & 1) != 0)
				return ERR_TIMEOUT;
		memset(data, 0xEE, sizeof(data));
		e = card_read(&card, address, count, data);
		e = discovery_answer(&d, e, e == OK ? data : NULL, why, sizeof(why));
	}
	return e;
}

static void
fresh(uint16_t longest)
{
	memset(&card, 0, sizeof(card));
	discovery_init(&d, longest);
}

static void
put_battery(uint32_t base)
{
	card_begin(&card, base);
	card_common(&card, "Maker", "Model  ", "SN 7");
	card_model(&card, 701, 153);
	card_model(&card, 64001, 1000);
	card_model(&card, 713, 7);
	card_end(&card);
}

START_TEST(a_chain_is_found_at_each_of_its_three_places)
{
	fresh(125);
	put_battery(chain_base((unsigned)_i));
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.base, chain_base((unsigned)_i));
	ck_assert_uint_eq(d.chain.count, 4);
	ck_assert(d.chain.has_end && d.chain.note[0] == '\0');
	ck_assert_str_eq(d.chain.manufacturer, "Maker");
	ck_assert_str_eq(d.chain.model, "Model"); /* blanks at the end are none */
	ck_assert_str_eq(d.chain.serial, "SN 7");
	/* what is unknown is skipped by its length */
	ck_assert_uint_eq(
	    chain_place(&d.chain, 713, 4, 1), (uint32_t)chain_base((unsigned)_i) + 2 + 68 + 155 + 1002 + 4);
	ck_assert_uint_eq(chain_place(&d.chain, 713, 8, 1), chain_place(&d.chain, 713, 4, 1) + 4);
	ck_assert_uint_eq(chain_place(&d.chain, 713, 8, 2), CHAIN_NONE);
	ck_assert_uint_eq(chain_place(&d.chain, 802, 4, 1), CHAIN_NONE);
	/* the next time it is looked for there first: marker, five heads, the texts */
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(asked, 7);
}
END_TEST

START_TEST(silence_at_one_place_does_not_end_the_search)
{
	fresh(125);
	put_battery(0);
	ck_assert_int_eq(walk(3), ERR_TIMEOUT); /* at 40000 */
	ck_assert(discovery_silent(&d));
	ck_assert_int_eq(walk(3), ERR_TIMEOUT); /* at 50000 */
	ck_assert(discovery_silent(&d));
	ck_assert_int_eq(walk(3), OK);
	/* one that was found is away when it is silent, and its place is not given up at once */
	ck_assert_int_eq(walk(7), ERR_TIMEOUT);
	ck_assert(!discovery_silent(&d));
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(asked, 7);
	/* but after a while all are tried again */
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(walk(7), ERR_TIMEOUT);
		ck_assert(!discovery_silent(&d));
	}
	ck_assert_int_eq(walk(1), ERR_TIMEOUT);
	ck_assert(discovery_silent(&d));
}
END_TEST

START_TEST(all_three_silent_is_one_failure)
{
	fresh(125);
	ck_assert(discovery_silent(&d));
	ck_assert(discovery_silent(&d));
	ck_assert(!discovery_silent(&d));
}
END_TEST

START_TEST(a_device_without_a_chain_says_so)
{
	fresh(125);
	ck_assert_int_eq(walk(0), ERR_CONFIG);
	ck_assert_msg(strstr(why, "nothing begins with SunS at holding 40000, 50000 or 0") != NULL, "%s", why);
	ck_assert_uint_eq(asked, 3);
}
END_TEST

START_TEST(a_device_that_answers_few_registers_is_asked_for_few)
{
	fresh(10);
	put_battery(40000);
	ck_assert_int_eq(walk(0), OK);
	ck_assert_str_eq(d.chain.serial, "SN 7");
	ck_assert_uint_eq(asked, 6 + 7); /* 64 registers of texts by ten */
}
END_TEST

START_TEST(a_chain_without_its_end_is_taken_as_far_as_it_goes)
{
	fresh(125);
	put_battery(40000);
	card.exists[card.at] = false;
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.count, 4);
	ck_assert(!d.chain.has_end);
	ck_assert_msg(strstr(d.chain.note, "has no end") != NULL, "%s", d.chain.note);
}
END_TEST

START_TEST(hostile_lengths_end_the_walk)
{
	fresh(125);
	card_begin(&card, 50000);
	card_common(&card, "M", "", "");
	card_put(&card, card.at, 701);
	card_put(&card, card.at + 1, 65535); /* would come round to the beginning */
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.count, 1);
	ck_assert(!d.chain.has_end && strstr(d.chain.note, "model 701 of length 65535") != NULL);
	card_put(&card, card.at + 1, (uint16_t)(65536 - card.at - 2)); /* leaves no room for an end */
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.count, 1);
	card_put(&card, card.at, 0);
	card_put(&card, card.at + 1, 0);
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.count, 1);
	ck_assert(!d.chain.has_end);
}
END_TEST

START_TEST(a_chain_that_never_ends_is_cut_off)
{
	fresh(125);
	card_begin(&card, 0);
	for (int i = 0; i < 500; i++)
		card_model(&card, 700, 0);
	ck_assert_int_eq(walk(0), OK);
	ck_assert_uint_eq(d.chain.count, SUNSPEC_MODELS);
	ck_assert(!d.chain.has_end);
	ck_assert_uint_lt(asked, 80);
}
END_TEST

START_TEST(a_common_model_that_is_too_short_says_nothing)
{
	fresh(125);
	card_begin(&card, 0);
	card_model(&card, 1, 20);
	card_model(&card, 1, 65); /* the first one of full length counts, 65 or 66 */
	card_end(&card);
	card_text(&card, 24 + 2, "Second");
	ck_assert_int_eq(walk(0), OK);
	ck_assert_str_eq(d.chain.manufacturer, "Second");
	ck_assert_uint_eq(d.chain.count, 2);
}
END_TEST

START_TEST(a_busy_device_is_asked_again_later)
{
	fresh(125);
	discovery_begin(&d);
	ck_assert_int_eq(discovery_answer(&d, ERR_EXC_BUSY, NULL, why, sizeof(why)), ERR_EXC_BUSY);
	ck_assert_uint_eq(d.tried, 0);
}
END_TEST

T_MAIN("sunspec",
    T(every_row_lies_in_its_model_and_has_its_scale_factor)
        T_LOOP(points_stand_where_their_model_says, 0, (int)ARRAY_LEN(places))
            T_LOOP(what_names_no_point_is_told_with_what_would_be_right, 0, (int)ARRAY_LEN(nonsense))
                T_LOOP(a_chain_is_found_at_each_of_its_three_places, 0, CHAIN_BASES)
                    T(silence_at_one_place_does_not_end_the_search) T(all_three_silent_is_one_failure)
                        T(a_device_without_a_chain_says_so) T(a_device_that_answers_few_registers_is_asked_for_few)
                            T(a_chain_without_its_end_is_taken_as_far_as_it_goes) T(hostile_lengths_end_the_walk)
                                T(a_chain_that_never_ends_is_cut_off) T(a_common_model_that_is_too_short_says_nothing)
                                    T(a_busy_device_is_asked_again_later))
