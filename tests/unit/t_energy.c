/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_energy.c - the energy model: its registry, and the faults that tables cannot see.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/model/energy.h"
#include "tests/unit/t.h"

START_TEST(every_kind_has_a_table_a_word_and_roles)
{
	for (int kind = 0; kind < ASSET_KIND_COUNT; kind++) {
		const struct schema *s = asset_kind_schema(kind);
		ck_assert(s != NULL);
		ck_assert_str_eq(s->name, asset_kind_word(kind));
		const char *const *roles = asset_kind_roles(kind);
		ck_assert(roles[0] != NULL);
		for (size_t i = 0; roles[i] != NULL; i++) {
			const struct key_word *w = asset_role_words;
			while (w->word != NULL && strcmp(w->word, roles[i]) != 0)
				w++;
			ck_assert_msg(w->word != NULL, "%s of %s is no role", roles[i], s->name);
		}
		/* Its keys stand beside the common ones, so that none may have the name of one. */
		for (unsigned i = 0; i < s->key_count; i++)
			ck_assert_int_lt(schema_find(&asset_schema, s->keys[i].name, strlen(s->keys[i].name)), 0);
	}
	ck_assert(asset_kind_schema(-1) == NULL);
	ck_assert(asset_kind_schema(ASSET_KIND_COUNT) == NULL);
	ck_assert(asset_kind_roles(-1)[0] == NULL);
}
END_TEST

static char said[2000];

static void
keep(const struct mark *where, bool is_warning, const char *text, void *arg)
{
	(void)where;
	(void)is_warning;
	(void)arg;
	str_append(said, sizeof(said), text);
	str_append(said, sizeof(said), "\n");
}

static struct asset_battery battery;
static struct bus buses[2];
static struct asset assets[2];

/* One battery on one bus, without a fault. */
static struct energy
sound_energy(void)
{
	memset(&battery, 0, sizeof(battery));
	memset(buses, 0, sizeof(buses));
	memset(assets, 0, sizeof(assets));
	battery.soc_min_pct = 10;
	battery.soc_max_pct = 90;
	battery.temperature_max_c = 45;
	buses[0] = (struct bus){ .name = "MAIN", .carrier = CARRIER_ELECTRICITY, .node.set = 1 | 1 << 3 };
	buses[1] = (struct bus){ .name = "STEAM", .carrier = CARRIER_HEAT, .node.set = 1 | 1 << 3 };
	assets[0] = (struct asset){ .name = "ESS1", .kind = ASSET_BATTERY, .bus = "MAIN", .parameters = &battery };
	struct energy e = { .buses = { buses, 2 }, .assets = { assets, 1 } };
	said[0] = '\0';
	return e;
}

static const char *
faults_of(const struct energy *e)
{
	energy_check(e, keep, NULL);
	return said;
}

START_TEST(a_sound_model_has_no_faults)
{
	struct energy e = sound_energy();
	ck_assert_str_eq(faults_of(&e), "");
	ck_assert_ptr_eq(energy_find_asset(&e, "ESS1"), &assets[0]);
	ck_assert(energy_find_asset(&e, "ESS2") == NULL);
}
END_TEST

START_TEST(a_bus_that_does_not_exist_is_named)
{
	struct energy e = sound_energy();
	assets[0].bus = "MIAN";
	ck_assert_str_eq(faults_of(&e), "there is no bus MIAN; did you mean MAIN?\n");
}
END_TEST

START_TEST(a_bus_of_another_carrier_is_refused)
{
	struct energy e = sound_energy();
	assets[0].bus = "STEAM";
	ck_assert(strstr(faults_of(&e), "the bus STEAM carries heat") != NULL);
}
END_TEST

START_TEST(limits_the_wrong_way_round_are_refused)
{
	struct energy e = sound_energy();
	battery.soc_min_pct = 95;
	ck_assert(strstr(faults_of(&e), "soc_min_pct 95 is above soc_max_pct 90") != NULL);
}
END_TEST

START_TEST(a_ring_of_buses_is_refused)
{
	struct energy e = sound_energy();
	buses[1].carrier = CARRIER_ELECTRICITY;
	buses[0].parent = "STEAM";
	buses[1].parent = "MAIN";
	ck_assert(strstr(faults_of(&e), "MAIN feeds itself") != NULL);
	ck_assert(strstr(said, "STEAM feeds itself") != NULL);
}
END_TEST

START_TEST(a_point_that_the_kind_does_not_have_is_refused)
{
	static struct key_point points[] = { { "p", "ESS1.P" }, { "steam", "ESS1.X" } };
	struct energy e = sound_energy();
	assets[0].points = (struct key_points){ points, 2 };
	ck_assert(strstr(faults_of(&e), "a battery has no point 'steam'") != NULL);
	ck_assert_str_eq(asset_point(&assets[0], "p"), "ESS1.P");
	ck_assert(asset_point(&assets[0], "soc") == NULL);
}
END_TEST

START_TEST(two_assets_of_one_name_are_refused)
{
	struct energy e = sound_energy();
	assets[1] = assets[0];
	e.assets.n = 2;
	ck_assert_str_eq(faults_of(&e), "a second asset is called ESS1; every asset has a name of its own\n");
}
END_TEST

T_MAIN("energy",
    T(every_kind_has_a_table_a_word_and_roles) T(a_sound_model_has_no_faults) T(a_bus_that_does_not_exist_is_named)
        T(a_bus_of_another_carrier_is_refused) T(limits_the_wrong_way_round_are_refused) T(a_ring_of_buses_is_refused)
            T(a_point_that_the_kind_does_not_have_is_refused) T(two_assets_of_one_name_are_refused))
