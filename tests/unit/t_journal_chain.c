/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_journal_chain.c - the canonical form of an entry: fixed for ever, and every field counts.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/store/journal_chain.h"
#include "tests/unit/t.h"

static const uint8_t zeros[JOURNAL_HASH];

static struct msg_journal
entry(void)
{
	return (struct msg_journal){
		.seq = 1,
		.time = INT64_C(1795000000000000),
		.kind = JOURNAL_NOTE,
		.reason = 255,
		.uid = 1000,
		.point = "ESS1.SOC",
		.user = "op",
		.terminal = "pts/3",
		.text = "checked \xe9\x9b\xbb\xe6\xb1\xa0",
		.before = "1",
		.after = "2",
	};
}

static void
hex(const uint8_t hash[JOURNAL_HASH], char out[2 * JOURNAL_HASH + 1])
{
	sodium_bin2hex(out, 2 * JOURNAL_HASH + 1, hash, JOURNAL_HASH);
}

/*
 * Made with Python's hashlib: b = b"\0"*32 + struct.pack(">QqHHIQ", 1, 1795000000000000, 12, 255, 1000, 7), then for each string
 * struct.pack(">I", len(s)) + s; hashlib.blake2b(b, digest_size=32).hexdigest()
 */
START_TEST(an_entry_has_the_hash_that_others_compute)
{
	struct msg_journal m = entry();
	uint8_t hash[JOURNAL_HASH];
	char text[2 * JOURNAL_HASH + 1];

	journal_chain(zeros, &m, 7, hash);
	hex(hash, text);
	ck_assert_str_eq(text, "0e6af6d454e0936a94ab2c0278ed76915de5f4d42194c1ebe22250428bd81a0d");
}
END_TEST

START_TEST(every_field_counts)
{
	uint8_t plain[JOURNAL_HASH], other[JOURNAL_HASH], last[JOURNAL_HASH] = { 1 };
	struct msg_journal m = entry();

	journal_chain(zeros, &m, 7, plain);
	journal_chain(last, &m, 7, other);
	ck_assert_mem_ne(plain, other, sizeof(plain));
	journal_chain(zeros, &m, 8, other);
	ck_assert_mem_ne(plain, other, sizeof(plain));
	for (int i = 0; i < 11; i++) {
		struct msg_journal n = m;

		switch (i) {
		case 0: n.seq++; break;
		case 1: n.time++; break;
		case 2: n.kind++; break;
		case 3: n.reason++; break;
		case 4: n.uid++; break;
		case 5: n.point = "ESS2.SOC"; break;
		case 6: n.user = "Op"; break;
		case 7: n.terminal = ""; break;
		case 8: n.text = "checked"; break;
		case 9: n.before = ""; break;
		default: n.after = "12"; break;
		}
		journal_chain(zeros, &n, 7, other);
		ck_assert_mem_ne(plain, other, sizeof(plain));
	}
}
END_TEST

/* What moves from one string to its neighbour changes the hash too. */
START_TEST(strings_do_not_run_into_each_other)
{
	uint8_t a[JOURNAL_HASH], b[JOURNAL_HASH];
	struct msg_journal m = entry();

	m.before = "12";
	m.after = "";
	journal_chain(zeros, &m, 0, a);
	m.before = "1";
	m.after = "2";
	journal_chain(zeros, &m, 0, b);
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(the_hash_may_replace_the_one_before)
{
	uint8_t a[JOURNAL_HASH], b[JOURNAL_HASH] = { 0 };
	struct msg_journal m = entry();

	journal_chain(zeros, &m, 0, a);
	journal_chain(b, &m, 0, b);
	ck_assert_mem_eq(a, b, sizeof(a));
}
END_TEST

START_TEST(what_is_signed_names_its_purpose_the_sequence_and_the_hash)
{
	uint8_t hash[JOURNAL_HASH], out[JOURNAL_SIGNED_BYTES];

	memset(hash, 0xAB, sizeof(hash));
	journal_signed(UINT64_C(0x0102030405060708), -2, hash, out);
	ck_assert_mem_eq(out, "chisan checkpoint 1\1\2\3\4\5\6\7\10\377\377\377\377\377\377\377\376", 35);
	ck_assert_mem_eq(out + 35, hash, sizeof(hash));
}
END_TEST

/* What goes on beyond all that were given says so in one form, and in no other. */
START_TEST(a_jump_is_taken_for_one_in_its_form_alone)
{
	const struct msg_journal jump = { .seq = 10001,
		.time = 5,
		.kind = JOURNAL_STORE,
		.reason = 255,
		.uid = UINT32_MAX,
		.point = "",
		.user = "",
		.terminal = "",
		.text = JOURNAL_JUMP_TEXT,
		.before = "7",
		.after = "10001" };
	struct msg_journal m;

	ck_assert(journal_is_jump(&jump, 7));
	ck_assert(!journal_is_jump(&jump, 6));
	for (int i = 0; i < 10; i++) {
		m = jump;
		switch (i) {
		case 0: m.seq = 10002; break;
		case 1: m.kind = JOURNAL_NOTE; break;
		case 2: m.reason = 0; break;
		case 3: m.uid = 0; break;
		case 4: m.point = "A"; break;
		case 5: m.user = "op"; break;
		case 6: m.terminal = "pts/1"; break;
		case 7: m.text = "the record goes on"; break;
		case 8: m.before = "07"; break;
		default: m.after = "10001 "; break;
		}
		ck_assert_msg(!journal_is_jump(&m, 7), "change %d", i);
	}
	m = jump; /* the next one is no jump */
	m.seq = 8;
	m.after = "8";
	ck_assert(!journal_is_jump(&m, 7));
	m.seq = 5001; /* the first of a database that was begun anew */
	m.before = "0";
	m.after = "5001";
	ck_assert(journal_is_jump(&m, 0));
}
END_TEST

T_MAIN("journal_chain",
    T(an_entry_has_the_hash_that_others_compute) T(every_field_counts) T(strings_do_not_run_into_each_other)
        T(the_hash_may_replace_the_one_before) T(what_is_signed_names_its_purpose_the_sequence_and_the_hash)
            T(a_jump_is_taken_for_one_in_its_form_alone))
