/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_journal_sweep.c - a small journal with a declared jump and two checkpoints; whatever is done to any byte or row of it is named at the
 * right entry.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal_chain.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define JUMP_FROM 7
#define JUMP_TO   20
#define LAST      25

static const uint64_t present[] = { 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23, 24, 25 };
#define PRESENT (sizeof(present) / sizeof(present[0]))

static struct db db;
static uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES], chain[JOURNAL_HASH];
static char known[100]; /* the last entry, as the system log has it */

static void
must(const char *sql)
{
	ck_assert_msg(
	    sqlite3_exec(db.sqlite, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db.sqlite));
}

static void
insert(const struct msg_journal *m, uint64_t token)
{
	sqlite3_stmt *st =
	    db_prepare(&db, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
	const char *const texts[] = { m->point, m->user, m->terminal, m->text, m->before, m->after };

	journal_chain(chain, m, token, chain);
	sqlite3_bind_int64(st, 1, (int64_t)m->seq);
	sqlite3_bind_int64(st, 2, m->time);
	sqlite3_bind_int(st, 3, m->kind);
	sqlite3_bind_int(st, 4, m->reason);
	sqlite3_bind_int64(st, 5, m->uid);
	sqlite3_bind_int64(st, 6, (int64_t)token);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_text(st, 7 + i, texts[i], -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 13, chain, JOURNAL_HASH, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static void
sign(uint64_t seq, int64_t us)
{
	uint8_t message[JOURNAL_SIGNED_BYTES], signature[crypto_sign_BYTES];
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5)");

	journal_signed(seq, us, chain, message);
	crypto_sign_detached(signature, NULL, message, sizeof(message), secret_key);
	sqlite3_bind_int64(st, 1, (int64_t)seq);
	sqlite3_bind_int64(st, 2, us);
	sqlite3_bind_blob(st, 3, chain, JOURNAL_HASH, SQLITE_STATIC);
	sqlite3_bind_blob(st, 4, public_key, sizeof(public_key), SQLITE_STATIC);
	sqlite3_bind_blob(st, 5, signature, sizeof(signature), SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static struct msg_journal
made(uint64_t seq)
{
	return (struct msg_journal){
		.seq = seq,
		.time = INT64_C(1795000000000000) + (int64_t)seq,
		.kind = JOURNAL_MANUAL,
		.reason = 3,
		.uid = 1000,
		.point = "A.B",
		.user = "op",
		.terminal = "p1",
		.text = "set",
		.before = "1",
		.after = "2",
	};
}

static void
build(void)
{
	char hex[2 * sizeof(public_key) + 1];

	for (size_t i = 0; i < PRESENT; i++) {
		struct msg_journal m = made(present[i]);

		if (m.seq == 1) {
			m.kind = JOURNAL_KEY;
			m.before = "";
			m.after = sodium_bin2hex(hex, sizeof(hex), public_key, sizeof(public_key));
		} else if (m.seq == JUMP_TO) {
			m.kind = JOURNAL_STORE;
			m.reason = 255;
			m.uid = UINT32_MAX;
			m.point = m.user = m.terminal = "";
			m.text = JOURNAL_JUMP_TEXT;
			m.before = "7";
			m.after = "20";
		}
		insert(&m, m.seq == JUMP_TO ? 0 : 500 + m.seq);
		if (m.seq == 5 || m.seq == 24)
			sign(m.seq, m.time);
	}
	str_printf(known, sizeof(known), "%d ", LAST);
	sodium_bin2hex(known + 3, sizeof(known) - 3, chain, sizeof(chain));
}

static void
setup(void)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = { 7 };

	ck_assert_int_ge(sodium_init(), 0);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	memset(chain, 0, sizeof(chain));
	folder_make();
	ck_assert_msg(db_open(&db, folder, true) == OK, "%s", db.text);
	build();
	must("DROP TRIGGER journal_stays; DROP TRIGGER journal_is_kept; DROP TRIGGER checkpoint_stays; DROP TRIGGER "
	     "checkpoint_is_kept");
}

static void
teardown(void)
{
	db_close(&db);
	folder_remove();
}

static char said[800];
static bool is_unvouched;
static uint32_t step = 4; /* entries; a search finds the first of each, and may go astray in a page that was damaged */

/* First bad entry; 0 = whole. */
static uint64_t
prove(struct db *of, const char *seen)
{
	struct journal_proof *p = journal_prove(of, NULL, seen);
	struct msg_verified out;
	bool done = false;
	uint64_t bad;

	while (!done) {
		enum err e = journal_prove_step(p, step, &out, &done);

		ck_assert_msg(e == OK, "%s: %s", err_word(e), of->text);
	}
	bad = out.first_bad;
	is_unvouched = out.state == VERIFY_UNVOUCHED;
	ck_assert(out.state == (bad == 0 ? VERIFY_WHOLE : is_unvouched ? VERIFY_UNVOUCHED : VERIFY_BROKEN));
	str_copy(said, sizeof(said), out.text);
	journal_prove_end(p);
	return bad;
}

/* The entry after the one that stands before this one; a jump and what follows it stand on the entry before the jump. */
static uint64_t
place_of(uint64_t seq)
{
	return seq > JUMP_FROM && seq <= JUMP_TO ? JUMP_FROM + 1 : seq;
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

START_TEST(a_declared_jump_is_named_and_whole)
{
	ck_assert_uint_eq(prove(&db, NULL), 0);
	ck_assert_msg(strstr(said, "at entry 20 after 7") != NULL, "%s", said);
	ck_assert_uint_eq(prove(&db, known), 0);
}
END_TEST

/* A checkpoint of an entry that the jump declares missing: seen elsewhere, or in the database. */
START_TEST(a_jump_does_not_explain_what_was_signed)
{
	char seen[100];

	str_printf(seen, sizeof(seen), "9 %s", known + 3);
	ck_assert_uint_eq(prove(&db, seen), JUMP_FROM + 1);
	must("UPDATE checkpoint SET seq = 12 WHERE seq = 24");
	ck_assert_uint_eq(prove(&db, NULL), JUMP_FROM + 1);
}
END_TEST

/* What was cut off cannot be covered with a jump declared afterwards: the signed checkpoint stays. */
START_TEST(a_cut_end_is_not_covered_by_a_jump)
{
	struct msg_journal jump = { .seq = 40,
		.time = 1,
		.kind = JOURNAL_STORE,
		.reason = 255,
		.uid = UINT32_MAX,
		.point = "",
		.user = "",
		.terminal = "",
		.text = JOURNAL_JUMP_TEXT,
		.before = "22",
		.after = "40" };
	sqlite3_stmt *st;

	must("DELETE FROM journal WHERE seq > 22");
	st = db_prepare(&db, "SELECT hash FROM journal WHERE seq = 22");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	memcpy(chain, sqlite3_column_blob(st, 0), JOURNAL_HASH);
	sqlite3_finalize(st);
	insert(&jump, 0);
	ck_assert_uint_eq(prove(&db, NULL), 23);
	/* then only what was seen elsewhere tells for sure; but nobody signed the jump, and that is said */
	must("DELETE FROM checkpoint WHERE seq = 24");
	ck_assert_uint_eq(prove(&db, NULL), 20);
	ck_assert(is_unvouched);
	ck_assert_msg(strstr(said, "no signature covers the jump at entry 20 yet") != NULL, "%s", said);
	ck_assert_uint_eq(prove(&db, known), 23);
}
END_TEST

/* ---- through statements */

static const char *const columns[] = { "seq", "us", "kind", "reason", "uid", "token", "point", "user", "terminal",
	"text", "before", "after", "hash" };

static uint64_t
prove_undone(const char *seen)
{
	uint64_t bad = prove(&db, seen);

	must("ROLLBACK TO sweep");
	return bad;
}

/* The value of a column with one byte changed. False: there is no such byte. */
static bool
changed(sqlite3_stmt *was, sqlite3_stmt *st, size_t byte, uint8_t by)
{
	int type = sqlite3_column_type(was, 0);
	size_t len = type == SQLITE_INTEGER ? 8 : (size_t)sqlite3_column_bytes(was, 0);
	uint8_t copy[200];
	int64_t v;

	if (byte >= len)
		return false;
	ck_assert_uint_lt(len, sizeof(copy));
	if (type == SQLITE_INTEGER) {
		v = (int64_t)((uint64_t)sqlite3_column_int64(was, 0) ^ (uint64_t)by << 8 * byte);
		sqlite3_bind_int64(st, 1, v);
		return true;
	}
	memcpy(
	    copy, type == SQLITE_TEXT ? (const void *)sqlite3_column_text(was, 0) : sqlite3_column_blob(was, 0), len);
	copy[byte] ^= by;
	if (type == SQLITE_TEXT)
		sqlite3_bind_text(st, 1, (const char *)copy, (int)len, SQLITE_TRANSIENT);
	else
		sqlite3_bind_blob(st, 1, copy, (int)len, SQLITE_TRANSIENT);
	return true;
}

/* Sets column of the row with one byte changed. 0: there is no such byte; -1: another row stands there already. */
static int
change(const char *table, const char *column, uint64_t seq, size_t byte, uint8_t by, int64_t *now)
{
	char sql[160];
	sqlite3_stmt *was, *st;
	int done = 0;

	str_printf(sql, sizeof(sql), "SELECT %s FROM %s WHERE seq = %d", column, table, (int)seq);
	was = db_prepare(&db, sql);
	ck_assert_int_eq(sqlite3_step(was), SQLITE_ROW);
	str_printf(sql, sizeof(sql), "UPDATE %s SET %s = ?1 WHERE seq = %d RETURNING seq", table, column, (int)seq);
	st = db_prepare(&db, sql);
	if (changed(was, st, byte, by))
		done = sqlite3_step(st) == SQLITE_ROW ? 1 : -1;
	*now = done == 1 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(was);
	sqlite3_finalize(st);
	return done;
}

/* Where an entry that was given another number shows: where it is missing, or where it stands now. */
static uint64_t
place_moved(uint64_t seq, int64_t to)
{
	return to > 0 && (uint64_t)to < place_of(seq) ? lesser(place_of(seq), place_of((uint64_t)to)) : place_of(seq);
}

START_TEST(any_byte_of_any_column_of_any_entry)
{
	static const uint8_t by[] = { 0x01, 0x80, 0x20 };
	unsigned tried = 0;
	int64_t now;

	must("SAVEPOINT sweep");
	for (size_t row = 0; row < PRESENT; row++)
		for (size_t byte = 0;; byte++) {
			int done = change("journal", columns[_i], present[row], byte, by[byte % 3], &now);
			uint64_t want = place_moved(present[row], now), bad;

			if (done == 0)
				break;
			if (done < 0)
				continue;
			bad = prove_undone(known);
			/* any other change to the jump makes it no jump; its hash is its own, though */
			if (present[row] == JUMP_TO && bad == JUMP_TO)
				want = JUMP_TO;
			ck_assert_msg(bad == want, "%s of %d, byte %zu: %d named, not %d: %s", columns[_i],
			    (int)present[row], byte, (int)bad, (int)want, said);
			tried++;
		}
	ck_assert_uint_ge(tried, PRESENT - 2);
}
END_TEST

START_TEST(any_byte_of_a_checkpoint)
{
	static const char *const of[] = { "us", "hash", "key", "signature" };
	int64_t now;

	must("SAVEPOINT sweep");
	for (size_t byte = 0; change("checkpoint", of[_i], 5, byte, 1, &now) != 0; byte++)
		ck_assert_uint_eq(prove_undone(NULL), 5);
	for (size_t byte = 0; change("checkpoint", of[_i], 24, byte, 128, &now) != 0; byte++)
		ck_assert_uint_eq(prove_undone(NULL), 24);
}
END_TEST

START_TEST(any_entry_removed_and_any_end_cut_off)
{
	uint64_t seq = present[_i];
	char sql[80];

	must("SAVEPOINT sweep");
	str_printf(sql, sizeof(sql), "DELETE FROM journal WHERE seq = %d", (int)seq);
	must(sql);
	ck_assert_uint_eq(prove_undone(known), place_of(seq));
	str_printf(sql, sizeof(sql), "DELETE FROM journal WHERE seq >= %d", (int)seq);
	must(sql);
	ck_assert_uint_eq(prove_undone(known), place_of(seq));
	must(sql);
	/* without anything seen elsewhere the signed one tells, but for what came after it */
	ck_assert_uint_eq(prove_undone(NULL), seq > 24 ? 0 : place_of(seq));
}
END_TEST

START_TEST(any_two_entries_swapped)
{
	uint64_t a = present[_i];
	char sql[240];

	must("SAVEPOINT sweep");
	for (size_t j = (size_t)_i + 1; j < PRESENT; j++) {
		int b = (int)present[j];

		str_printf(sql, sizeof(sql),
		    "UPDATE journal SET seq = -1 WHERE seq = %d; UPDATE journal SET seq = %d WHERE seq = %d; UPDATE "
		    "journal SET "
		    "seq = %d WHERE seq = -1",
		    (int)a, (int)a, b, b);
		must(sql);
		ck_assert_uint_eq(prove_undone(NULL), place_of(a));
	}
}
END_TEST

/* ---- through the bytes of the file */

struct rows {
	uint8_t digest[PRESENT + 4][16];
	size_t n;
};

static void
digest_row(sqlite3_stmt *st, uint8_t out[16])
{
	crypto_generichash_state h;

	crypto_generichash_init(&h, NULL, 0, 16);
	for (int i = 0; i < 13; i++) {
		int type = sqlite3_column_type(st, i);
		int64_t v = type == SQLITE_INTEGER ? sqlite3_column_int64(st, i) : 0;
		const void *data = type == SQLITE_INTEGER ? &v : sqlite3_column_blob(st, i);
		uint64_t len = type == SQLITE_INTEGER ? sizeof(v) : (uint64_t)sqlite3_column_bytes(st, i);

		crypto_generichash_update(&h, (const uint8_t *)&type, sizeof(type));
		crypto_generichash_update(&h, (const uint8_t *)&len, sizeof(len));
		if (len > 0)
			crypto_generichash_update(&h, data, len);
	}
	crypto_generichash_final(&h, out, 16);
}

static struct rows
rows_of(struct db *of)
{
	sqlite3_stmt *st = db_prepare(of,
	    "SELECT seq, us, kind, reason, uid, token, point, user, terminal, text, before, after, hash FROM journal "
	    "ORDER BY seq");
	struct rows r = { .n = 0 };

	while (r.n < PRESENT + 4 && sqlite3_step(st) == SQLITE_ROW)
		digest_row(st, r.digest[r.n++]);
	sqlite3_finalize(st);
	return r;
}

/* The first entry that is not as it was; PRESENT: all are. */
static size_t
first_changed(const struct rows *was, const struct rows *is)
{
	size_t i = 0;

	while (i < was->n && i < is->n && memcmp(was->digest[i], is->digest[i], 16) == 0)
		i++;
	return i == was->n && is->n > was->n ? PRESENT - 1 : i;
}

static unsigned found;

static void
prove_bytes(uint8_t *file, sqlite3_int64 len, const struct rows *was, size_t at)
{
	struct db of = { .is_writer = false };
	struct rows is;
	size_t first;
	uint64_t bad;

	ck_assert_int_eq(sqlite3_open(":memory:", &of.sqlite), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_deserialize(of.sqlite, "main", file, len, len, SQLITE_DESERIALIZE_READONLY), SQLITE_OK);
	is = rows_of(&of);
	first = first_changed(was, &is);
	bad = prove(&of, known);
	if (bad == 0 || is_unvouched) /* its checkpoint is not found any more */
		ck_assert_msg(first == PRESENT, "byte %zu changed entry %zu and nobody noticed", at, first);
	else if (first < PRESENT &&
	    at % 4096 >= 8 + 2 * PRESENT) /* before: the page's own list, without which searches go astray */
		ck_assert_msg(bad == present[first] || bad == place_of(present[first]),
		    "byte %zu: entry %d is named, not %d: %s", at, (int)bad, (int)present[first], said);
	found += bad != 0 && first < PRESENT;
	sqlite3_close(of.sqlite);
}

START_TEST(any_byte_of_the_pages_of_the_file)
{
	static const uint8_t by[] = { 0x01, 0x40, 0xff };
	const struct rows was = rows_of(&db);
	sqlite3_int64 len;
	uint8_t *file;
	sqlite3_stmt *st;
	unsigned pages = 0;
	size_t stride = getenv("CHISAN_SWEEP") != NULL ? 1 : getenv("CHISAN_VALGRIND") != NULL ? 67 : 5;

	step = 1000;
	ck_assert_uint_eq(was.n, PRESENT);
	must("PRAGMA wal_checkpoint(TRUNCATE)");
	file = sqlite3_serialize(db.sqlite, "main", &len, 0);
	ck_assert(file != NULL);
	file[18] = file[19] = 1; /* no log, which memory does not have */
	st = db_prepare(&db, "SELECT pageno FROM dbstat WHERE name IN ('journal', 'checkpoint')");
	for (; sqlite3_step(st) == SQLITE_ROW; pages++) {
		size_t page = (size_t)sqlite3_column_int(st, 0) - 1;

		for (size_t at = page * 4096; at < (page + 1) * 4096; at += stride) {
			file[at] ^= by[_i];
			prove_bytes(file, len, &was, at);
			file[at] ^= by[_i];
		}
	}
	sqlite3_finalize(st);
	sqlite3_free(file);
	ck_assert_uint_ge(pages, 2);
	ck_assert_uint_gt(found, PRESENT * 80 / stride); /* about as many bytes as the entries have */
}
END_TEST

T_MAIN("journal_sweep",
    T_FIXTURE(setup, teardown) T_TIMEOUT(240) T(a_declared_jump_is_named_and_whole)
        T(a_jump_does_not_explain_what_was_signed) T(a_cut_end_is_not_covered_by_a_jump)
            T_LOOP(any_byte_of_any_column_of_any_entry, 0, 13) T_LOOP(any_byte_of_a_checkpoint, 0, 4)
                T_LOOP(any_entry_removed_and_any_end_cut_off, 0, (int)PRESENT) T_LOOP(
                    any_two_entries_swapped, 0, (int)PRESENT - 1) T_LONG_LOOP(any_byte_of_the_pages_of_the_file, 0, 3))
