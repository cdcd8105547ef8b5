/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_query.c - a database from a stranger: rows of tail, chunks, scans and rolls made of his bytes, and questions about them. Whatever
 * they are, answers must keep to their promises.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/query.h"
#include "scada/store/schema.h"
#include "scada/store/tail.h"

#define BUCKETS 7
#define DAY     INT64_C(86400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct in {
	const uint8_t *p;
	size_t left;
};

static uint64_t
take(struct in *in, unsigned bytes)
{
	uint64_t v = 0;

	for (; bytes > 0 && in->left > 0; bytes--, in->left--)
		v = v << 8 | *in->p++;
	return v;
}

/* Near to one day, so that rows meet; now and then anything. */
static int64_t
take_time(struct in *in)
{
	uint64_t v = take(in, 1);

	return v == 255 ? (int64_t)take(in, 8) : 20000 * DAY + (int64_t)(v & 7) * DAY / 4 + (int64_t)take(in, 2) * 500;
}

/* One of up to 255 bytes, a longer one for 255. */
static void
bind_piece(sqlite3_stmt *st, int i, struct in *in)
{
	size_t len = take(in, 1);

	if (len == 255)
		len = take(in, 2);
	len = len < in->left ? len : in->left;
	sqlite3_bind_blob64(st, i, in->p, len, SQLITE_STATIC);
	in->p += len;
	in->left -= len;
}

static void
end(sqlite3_stmt *st)
{
	(void)sqlite3_step(st); /* a row that is there already is none */
	sqlite3_finalize(st);
}

#define SAMPLES 64

/* A few samples that are such. */
static size_t
make(struct sample *s, struct in *in, int64_t ms)
{
	size_t n = 1 + take(in, 1) % SAMPLES;

	for (size_t i = 0; i < n; i++) {
		uint64_t what = take(in, 2);

		ms += (int64_t)(what & 15) * 60000;
		s[i] = (struct sample){
			.ms = ms, .v = (double)(what >> 4) / 10, .quality = what & 16 ? 0 : what >> 5 & 15
		};
	}
	return n;
}

static void
bind_bytes(sqlite3_stmt *st, int i, struct wbuf *b)
{
	sqlite3_bind_blob64(st, i, b->data, b->len, SQLITE_TRANSIENT);
	wbuf_done(b);
}

/* A right run with a right row, so that what comes after decoding is tried as well. */
static void
put_right_run(struct db *db, struct in *in, int64_t block)
{
	sqlite3_stmt *st = db_prepare(db, "INSERT INTO block VALUES (?1, ?2)");
	struct sample s[SAMPLES];
	size_t n = make(s, in, take_time(in) & (INT64_C(1) << 50) - 1);
	struct wbuf b = { 0 };

	chunk_encode(&b, s, n, 1);
	sqlite3_bind_int64(st, 1, block);
	bind_bytes(st, 2, &b);
	end(st);
	st =
	    db_prepare(db, "INSERT INTO chunk VALUES (1, ?1, ?2, ?3, ?4, 1, 2, 3, 1.5, 0, 0, 1, 2, 0, 0, 1, 0, 0, ?5)");
	sqlite3_bind_int64(st, 1, s[0].ms);
	sqlite3_bind_int64(st, 2, (int64_t)take(in, 1) & 1);
	sqlite3_bind_int64(st, 3, s[n - 1].ms);
	sqlite3_bind_int64(st, 4, (int64_t)n);
	sqlite3_bind_int64(st, 5, block);
	end(st);
}

static void
put_right_tail(struct db *db, struct in *in, int64_t row)
{
	sqlite3_stmt *st = db_prepare(db, "INSERT INTO tail VALUES (?1, ?2)");
	struct tail_bases bases = { 0 };
	struct tail_head head = { .batch = (uint64_t)row };
	struct tail_out out = { 0 };
	struct sample s[SAMPLES];
	size_t n = make(s, in, take_time(in));
	struct wbuf b = { 0 };

	tail_bases_room(&bases, 2);
	for (size_t i = 0; i < n; i++)
		tail_put(&out, &bases, 1, &s[i], 1);
	tail_row(&b, &out, &head, NULL, 0, NULL, 0);
	sqlite3_bind_int64(st, 1, row);
	bind_bytes(st, 2, &b);
	end(st);
	wbuf_done(&out.samples);
	tail_bases_done(&bases);
}

static void
put_run(struct db *db, struct in *in, int64_t block)
{
	sqlite3_stmt *st = db_prepare(db, "INSERT INTO block VALUES (?1, ?2)");
	int64_t t0 = take_time(in);

	sqlite3_bind_int64(st, 1, block);
	bind_piece(st, 2, in);
	end(st);
	st = db_prepare(db, "INSERT INTO chunk VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	sqlite3_bind_int64(st, 1, t0);
	sqlite3_bind_int64(st, 2, (int64_t)take(in, 1) & 3);
	sqlite3_bind_int64(st, 3, take(in, 1) & 1 ? take_time(in) : t0 + (int64_t)take(in, 3));
	sqlite3_bind_int64(st, 4, (int64_t)take(in, 2));
	for (int i = 5; i <= 17; i++) {
		bool is_real = i <= 8 || i == 11 || i == 12 || i == 15;
		uint64_t bits = take(in, is_real ? 8 : 3);
		double v;

		memcpy(&v, &bits, sizeof(v));
		if (is_real)
			sqlite3_bind_double(st, i, v);
		else
			sqlite3_bind_int64(st, i, (int64_t)bits);
	}
	sqlite3_bind_int64(st, 18, block);
	end(st);
}

static void
fill(struct db *db, struct in *in)
{
	sqlite3_stmt *st;

	for (int64_t row = 1; in->left > 0 && row < 64; row++) {
		uint64_t what = take(in, 1);

		if (what & 8) {
			(what & 1 ? put_right_run : put_right_tail)(db, in, row);
			continue;
		}
		switch (what & 3) {
		case 0:
			st = db_prepare(db, "INSERT INTO tail VALUES (?1, ?2)");
			sqlite3_bind_int64(st, 1, row);
			bind_piece(st, 2, in);
			end(st);
			break;
		case 1:
			st = db_prepare(db, "INSERT INTO roll VALUES (1, ?1, ?2, ?3)");
			sqlite3_bind_int64(st, 1, what & 4 ? 1 : 2);
			sqlite3_bind_int64(st, 2, take_time(in));
			bind_piece(st, 3, in);
			end(st);
			break;
		case 2: put_run(db, in, row); break;
		default:
			st = db_prepare(db,
			    what & 4 ? "INSERT INTO scan VALUES (?1, ?2, ?3)"
			             : "INSERT INTO late VALUES (NULL, ?1, ?2, ?3)");
			sqlite3_bind_int64(st, 1, (int64_t)take(in, 1) & 3);
			sqlite3_bind_int64(st, 2, take_time(in));
			sqlite3_bind_int64(st, 3, take_time(in));
			end(st);
		}
	}
}

static int64_t told;

static bool
rises(const struct sample *s, void *arg)
{
	(void)arg;
	if (s->ms < told)
		abort();
	told = s->ms;
	return true;
}

static void
check(const struct bucket *k)
{
	if (!(k->good >= 0 && k->good <= 1.0001f && k->known >= 0 && k->known <= 1.0001f && k->seen >= 0))
		abort();
	if (k->min > k->max || k->mean < k->min || k->mean > k->max)
		abort();
}

static void
ask(struct db *db, struct in *in)
{
	struct query_point p = { .key = 1, .modulus = -1 };
	struct query *q = query_open(db);
	struct bucket out[BUCKETS];
	int64_t from = take_time(in), to = take_time(in);
	struct sample s;

	if (q == NULL)
		abort();
	for (int i = 0; i < 2; i++) {
		p.modulus = i == 0 ? -1 : 1000;
		if (query_buckets(q, &p, from, to, BUCKETS, out) == OK)
			for (int j = 0; j < BUCKETS; j++)
				check(&out[j]);
	}
	told = INT64_MIN;
	(void)query_samples(q, &p, from, to, rises, NULL);
	(void)query_at(q, &p, to, &s);
	if (query_seen_ms(q, &p, from, to) < 0)
		abort();
	query_close(q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct db db;
	struct in in = { data, size };

	if (db.sqlite == NULL) {
		if (sqlite3_open(":memory:", &db.sqlite) != SQLITE_OK)
			abort();
		for (size_t i = 0; i < ARRAY_LEN(schema_sql); i++)
			(void)db_exec(&db, schema_sql[i]);
	}
	(void)db_exec(&db,
	    "BEGIN; DELETE FROM tail; DELETE FROM roll; DELETE FROM chunk; DELETE FROM block; DELETE FROM scan; DELETE "
	    "FROM "
	    "late; DELETE FROM point; DELETE FROM point_device; INSERT INTO point VALUES (1, 'A.B', 0, 1, '', -1, ''); "
	    "INSERT INTO point_device VALUES (1, 0, 1)");
	fill(&db, &in);
	in = (struct in){ data, size };
	ask(&db, &in);
	(void)db_exec(&db, "COMMIT");
	return 0;
}
