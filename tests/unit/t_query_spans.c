/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_query_spans.c - buckets of random history against the oracle: runs that lie alone, late ones, the tail, gaps, bad values, counters.
 */
#include "config.h"

#include "scada/store/roll.h"
#include "scada/store/tail.h"
#include "tests/unit/query_kit.h"
#include "tests/unit/query_oracle.h"

#define MOST         3000
#define EDGES        400
#define DAY_MS       INT64_C(86400000)
#define HALF_HOUR_MS INT64_C(1800000)

static struct sample all[MOST]; /* in order of time, then of arrival */
static size_t all_n;
static struct stretch seen[64], awake[8];
static struct oracle o;
static int64_t first_ms, last_ms;

static void
setup(void)
{
}

static void
teardown(void)
{
	kit_close();
}

static const double moduli[] = { -1, 0, -1, 1000 };

/* ---- making a history */

static uint16_t
any_quality(struct kit *k)
{
	static const uint16_t some[] = { 0, Q_STALE, Q_FAILURE, Q_NO_COMM, Q_SUBSTITUTED, Q_OUT_OF_RANGE,
		Q_BLOCKED | Q_STALE, RECORD_CLOCK };

	return some[kit_below(k, sizeof(some) / sizeof(some[0]))];
}

static double
next_value(struct kit *k, double v, double modulus)
{
	if (modulus < 0)
		return v + ((double)kit_below(k, 200) - 100) / 10;
	if (kit_below(k, 60) == 0)
		return (double)kit_below(k, 50); /* another meter */
	v += (double)kit_below(k, 30);
	return modulus > 0 && v >= modulus ? v - modulus : v;
}

/* Samples: regular, with pauses, several at a time; bad ones keep the last good number. */
static void
make_samples(struct kit *k, size_t n, double modulus, uint64_t slow)
{
	int64_t ms = T0 + (int64_t)kit_below(k, 5000), step = 1 + (int64_t)kit_below(k, slow);
	uint16_t quality = kit_below(k, 3) == 0 ? any_quality(k) : 0;
	bool is_calm = kit_below(k, 3) == 0;
	double v = quality & (Q_FAILURE | Q_NO_COMM | Q_BLOCKED) ? (double)NAN : 500;

	for (all_n = 0; all_n < n; all_n++) {
		all[all_n] = (struct sample){ .ms = ms, .v = v, .quality = quality };
		if (!is_calm && kit_below(k, 15) == 0)
			quality = kit_below(k, 2) ? 0 : any_quality(k);
		if (quality_validity(quality) != V_BAD)
			v = next_value(k, isnan(v) ? 500 : v, modulus);
		ms += kit_below(k, 40) == 0 ? 0 : kit_below(k, 60) == 0 ? step * (int64_t)kit_below(k, 200) : step;
	}
	first_ms = all[0].ms;
	last_ms = ms;
}

/* When the device was looked at; chunks' rows are made from what was not. */
static void
make_scans(struct kit *k)
{
	int64_t ms = first_ms - (int64_t)kit_below(k, 10000), span = last_ms - ms + 1;
	size_t n = 0, most = kit_below(k, 3) == 0 ? 1 : 1 + kit_below(k, 40);

	kit_unseen[0].from = 0;
	for (; n < most && ms < last_ms; n++) {
		int64_t to =
		    ms + 1 + (int64_t)kit_below(k, (uint64_t)(most == 1 ? 2 * span : span / (int64_t)most * 2 + 1));

		seen[n] = (struct stretch){ ms, to };
		kit_unseen[n].to = ms;
		kit_unseen[n + 1].from = to;
		ms = to + 1 + (int64_t)kit_below(k, (uint64_t)(span / (int64_t)most / 2 + 1));
	}
	kit_unseen[n].to = INT64_MAX;
	kit_unseen_count = n + 1;
	for (size_t i = 0; i < n; i++)
		kit_scan(1, seen[i].from, seen[i].to);
	o = (struct oracle){
		.s = all, .n = all_n, .seen = seen, .awake = awake, .seen_n = n, .modulus = point.modulus
	};
	/* Chisan itself was awake, or not, whatever devices did */
	ms = first_ms + (int64_t)kit_below(k, (uint64_t)span) - span / 2;
	for (uint64_t i = kit_below(k, sizeof(awake) / sizeof(awake[0])); i > 0 && ms < last_ms; i--) {
		int64_t to = ms + 1 + (int64_t)kit_below(k, (uint64_t)span);

		awake[o.awake_n++] = (struct stretch){ ms, to };
		kit_scan(0, ms, to);
		ms = to + 1 + (int64_t)kit_below(k, (uint64_t)span / 4 + 1);
	}
}

static void
put_tail_row(struct tail_bases *bases, int64_t row, const struct sample *s, size_t n)
{
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO tail VALUES (?1, ?2)");
	struct tail_head head = { .boot = 1, .batch = (uint64_t)row, .ms = last_ms };
	struct tail_out out = { 0 };
	struct wbuf b = { 0 };

	for (size_t i = 0; i < n; i++)
		tail_put(&out, bases, POINT, &s[i], 1);
	tail_row(&b, &out, &head, NULL, 0, NULL, 0);
	sqlite3_bind_int64(st, 1, row);
	sqlite3_bind_blob64(st, 2, b.data, b.len, SQLITE_STATIC);
	must(db_note(&db, sqlite3_step(st), "tail"));
	sqlite3_finalize(st);
	wbuf_done(&b);
	wbuf_done(&out.samples);
}

/* Where each sample is kept: on time, in one of two late runs, in the tail. */
static void
store(struct kit *k, unsigned how)
{
	static struct sample run[MOST], late[2][MOST], tail[MOST];
	size_t n = 0, late_n[2] = { 0 }, tail_n = 0,
	       tail_from = how == 1 ? 0
	    : how == 2              ? all_n
	                            : kit_below(k, all_n + 1);
	size_t late_from = kit_below(k, all_n), late_to = how == 2 ? late_from : late_from + kit_below(k, 300);
	struct tail_bases bases = { 0 };

	for (size_t i = 0; i < all_n; i++) {
		if (i >= tail_from) {
			tail[tail_n++] = all[i];
			continue;
		}
		/* those of one time stay together: among them the order of arrival decides */
		bool is_free = (i == 0 || all[i - 1].ms != all[i].ms) && (i + 1 == all_n || all[i + 1].ms != all[i].ms);
		if (i >= late_from && i < late_to && is_free && kit_below(k, 2)) {
			size_t which = kit_below(k, 2);
			if (late_n[which] > 0 && all[i].ms - late[which][0].ms > DAY_MS)
				kit_chunk(late[which], late_n[which], (int64_t)(which + 1)), late_n[which] = 0;
			late[which][late_n[which]++] = all[i];
			continue;
		}
		if (n > 0 && all[i].ms - run[0].ms > DAY_MS) {
			kit_chunk(run, n, 0);
			n = 0;
		}
		run[n++] = all[i];
		bool is_full = n >= 1 + kit_below(k, 200);
		if (is_full && (i + 1 == all_n || all[i + 1].ms != all[i].ms)) {
			kit_chunk(run, n, 0);
			n = 0;
		}
	}
	if (n > 0)
		kit_chunk(run, n, 0);
	for (int i = 0; i < 2; i++)
		if (late_n[i] > 0)
			kit_chunk(late[i], late_n[i], i + 1);
	tail_bases_room(&bases, POINT + 1);
	int64_t row = 100;
	for (size_t i = 0, m; i < tail_n; i += m) {
		m = 1 + kit_below(k, 5);
		m = m < tail_n - i ? m : tail_n - i;
		put_tail_row(&bases, row++, tail + i, m);
	}
	tail_bases_done(&bases);
}

/* ---- comparing */

static void
same(const char *what, double a, double b, double scale)
{
	ck_assert_msg((isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * (1 + scale), "%s: %.12g, want %.12g", what, a, b);
}

static void
compare(const struct bucket *k, const struct bucket *want)
{
	double scale = isnan(want->max) ? 0 : fmax(fabs(want->max), fabs(want->min));

	ck_assert_int_eq(k->from.us, want->from.us);
	ck_assert_uint_eq(k->samples, want->samples);
	same("min", k->min, want->min, 0);
	same("mean", k->mean, want->mean, scale);
	same("max", k->max, want->max, 0);
	same("first", k->first, want->first, 0);
	same("last", k->last, want->last, 0);
	same("increment", k->increment, want->increment, fabs(want->increment) + 1000);
	same("good", (double)k->good, (double)want->good, 0);
	same("known", (double)k->known, (double)want->known, 0);
	same("seen", (double)k->seen, (double)want->seen, 0);
	ck_assert_uint_eq(k->quality, want->quality);
	ck_assert_uint_eq(k->marks, want->marks);
}

static int64_t
any_time(struct kit *k)
{
	int64_t span = last_ms - first_ms + 20000;

	switch (kit_below(k, 4)) {
	case 0: return all[kit_below(k, all_n)].ms;
	case 1: return seen[kit_below(k, o.seen_n)].to;
	case 2: return seen[kit_below(k, o.seen_n)].from;
	default: return first_ms - 10000 + (int64_t)kit_below(k, (uint64_t)span);
	}
}

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
ask(struct kit *k, uint32_t most)
{
	static struct bucket out[EDGES];
	int64_t edges[EDGES + 1];
	uint32_t n = 0;

	for (uint32_t i = 2 + (uint32_t)kit_below(k, most); i > 0; i--)
		edges[n++] = any_time(k);
	qsort(edges, n, sizeof(*edges), by_number);
	uint32_t kept = 1;
	for (uint32_t i = 1; i < n; i++)
		if (edges[i] > edges[kept - 1])
			edges[kept++] = edges[i];
	if (kept < 2)
		return;
	must(query_spans(q, &point, edges, kept - 1, out));
	for (uint32_t i = 0; i + 1 < kept; i++) {
		struct bucket want = oracle_bucket(&o, edges[i], edges[i + 1]);
		compare(&out[i], &want);
	}
}

START_TEST(any_history_is_weighed_as_the_oracle_does)
{
	struct kit k = { .random = (uint64_t)_i * 987654321 + 7 };
	double modulus = moduli[_i % 4];

	for (unsigned round = 0; round < 3; round++) {
		kit_open(modulus < 0 ? KIND_ANALOG : KIND_COUNTER, modulus);
		must(db_begin(&db));
		make_samples(&k, 1 + kit_below(&k, round == 0 ? 20 : 1500), modulus, 20000);
		make_scans(&k);
		store(&k, (unsigned)kit_below(&k, 4));
		must(db_commit(&db));
		for (unsigned i = 0; i < 12; i++)
			ask(&k, i < 6 ? 3 : 60);
		ck_assert_uint_eq(query_damaged(q), 0);
		if (round < 2)
			kit_close();
	}
}
END_TEST

/* ---- silence */

/* Whether its samples are in chunks or in the tail. */
START_TEST(silence_is_told_from_what_nobody_recorded)
{
	const int64_t hour = 3600000;
	struct bucket b[9];

	kit_open(KIND_ANALOG, -1);
	all[0] = (struct sample){ .ms = T0, .v = 5 };
	all[1] = (struct sample){ .ms = T0 + hour / 2, .v = 5, .quality = Q_NO_COMM };
	if (_i == 0) {
		kit_chunk(all, 2, 0);
	} else {
		struct tail_bases bases = { 0 };

		tail_bases_room(&bases, POINT + 1);
		put_tail_row(&bases, 1, all, 2);
		tail_bases_done(&bases);
	}
	kit_scan(1, T0, T0 + hour / 2 - 5000);
	kit_scan(0, T0, T0 + 3 * hour);
	kit_scan(0, T0 + 5 * hour, T0 + 6 * hour); /* chisand did not run in between, nor after it */
	must(query_buckets(q, &point, T0 - hour, T0 + 8 * hour, 9, b));
	ck_assert_uint_eq(b[0].quality, 0);
	ck_assert_uint_eq(b[1].samples, 2);
	for (int i = 2; i < 9; i++) {
		bool is_told = i == 2 || i == 3 || i == 6;

		ck_assert_msg(b[i].quality == (is_told ? Q_NO_COMM : 0), "hour %d: %x", i, b[i].quality);
		ck_assert(b[i].samples == 0 && b[i].seen <= 0 && b[i].known <= 0 && isnan(b[i].mean));
	}
}
END_TEST

/* ---- damage */

/* The time of a damaged run counts as not looked at; before and after it all is as ever, and its row says what held after it. */
START_TEST(a_damaged_run_is_time_that_was_not_seen)
{
	struct kit k = { .random = (uint64_t)_i * 4711 + 5 };
	struct sample lost[60];
	struct bucket b[12];
	int64_t edges[13];

	kit_open(KIND_ANALOG, -1);
	all_n = 180;
	for (size_t i = 0; i < all_n; i++)
		all[i] = (struct sample){ .ms = T0 + (int64_t)i * 1000, .v = (double)kit_below(&k, 100) };
	first_ms = T0;
	last_ms = T0 + 180000;
	all[59].quality = Q_STALE; /* it does not hold on into what is lost */
	for (size_t i = 0; i < 180; i += 60)
		kit_chunk(all + i, 60, 0);
	kit_scan(1, T0, last_ms);
	kit_scan(0, T0, last_ms);
	run_sql("UPDATE block SET data = x'0badbadbad' WHERE id = 2", 0, 0, 0);
	memcpy(lost, all + 60, sizeof(lost));
	memmove(all + 60, all + 119, 61 * sizeof(*all)); /* of the lost ones only the last */
	all_n = 121;
	seen[0] = (struct stretch){ T0, T0 + 60000 };
	seen[1] = (struct stretch){ T0 + 119000, last_ms };
	o = (struct oracle){
		.s = all, .n = all_n, .seen = seen, .seen_n = 2, .awake = seen, .awake_n = 2, .modulus = -1
	};
	for (int i = 0; i <= 12; i++)
		edges[i] = T0 + i * 15500;
	must(query_spans(q, &point, edges, 12, b));
	for (int i = 0; i < 12; i++) {
		struct bucket want = oracle_bucket(&o, edges[i], edges[i + 1]);
		compare(&b[i], &want);
	}
	ck_assert_uint_eq(query_damaged(q), 1);
	/* in one bucket its row is enough, and nothing is lost */
	must(query_buckets(q, &point, T0 - 1000, last_ms, 1, b));
	ck_assert_uint_eq(b[0].samples, 180);
}
END_TEST

START_TEST(edges_that_do_not_rise_are_refused)
{
	static const int64_t bad[][3] = { { 5, 5, 6 }, { 6, 5, 7 }, { -1, 5, 6 }, { 5, 6, INT64_MAX }, { 5, 6, 6 } };
	struct bucket b[2];

	kit_open(KIND_ANALOG, -1);
	ck_assert_int_eq(query_spans(q, &point, bad[_i], 2, b), ERR_USAGE);
	ck_assert_int_eq(query_spans(q, &point, bad[0], 0, b), ERR_USAGE);
	ck_assert_int_eq(query_buckets(q, &point, 10, 10, 1, b), ERR_USAGE);
	ck_assert_int_eq(query_buckets(q, &point, 10, 11, 2, b), ERR_USAGE);
	ck_assert_int_eq(query_buckets(q, &point, INT64_MIN, INT64_MAX, 2, b), ERR_USAGE);
}
END_TEST

/* Without rolls in the way it is not gone through half hour by half hour. */
START_TEST(all_of_time_is_asked_for_at_once)
{
	struct bucket b[3];

	kit_open(KIND_ANALOG, -1);
	all[0] = (struct sample){ .ms = T0, .v = 5 };
	kit_chunk(all, 1, 0);
	must(query_buckets(q, &point, 0, INT64_MAX / 2000, 3, b));
	ck_assert_uint_eq(b[0].samples, 1);
	ck_assert(b[0].min >= 5 && b[0].max <= 5);
}
END_TEST

START_TEST(where_there_is_nothing_buckets_are_empty)
{
	struct bucket b[7];

	kit_open(_i ? KIND_COUNTER : KIND_ANALOG, _i - 1);
	must(query_buckets(q, &point, T0, T0 + 1000, 7, b));
	for (int i = 0; i < 7; i++) {
		ck_assert(isnan(b[i].mean) && isnan(b[i].first) && isnan(b[i].last) && isnan(b[i].increment));
		ck_assert_uint_eq(b[i].samples, 0);
		ck_assert_uint_eq(b[i].marks, BUCKET_PARTIAL);
		ck_assert(b[i].seen <= 0);
	}
}
END_TEST

/* ---- rolls */

#define DAYS 3000
static int64_t rolled; /* until when there are some */
static int64_t day_edges[DAYS];
static uint32_t days_n;

static void
put_roll(int64_t level, const int64_t *edges, uint32_t n)
{
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO roll VALUES (?1, ?2, ?3, ?4)");
	struct bucket buckets[ROLL_MOST];
	struct wbuf b = { 0 };

	for (uint32_t i = 0; i < n; i++)
		buckets[i] = oracle_bucket(&o, edges[i], edges[i + 1]);
	roll_put(&b, edges, buckets, n, 1);
	sqlite3_bind_int64(st, 1, POINT);
	sqlite3_bind_int64(st, 2, level);
	sqlite3_bind_int64(st, 3, edges[0]);
	sqlite3_bind_blob64(st, 4, b.data, b.len, SQLITE_STATIC);
	must(db_note(&db, sqlite3_step(st), "roll"));
	sqlite3_finalize(st);
	wbuf_done(&b);
}

/* The half hours of each day in UTC, and local days from 19:30 on of 24, now and then 23 and 25 hours, 25 a row. */
static void
make_rolls(struct kit *k)
{
	int64_t edges[ROLL_MOST + 1], day = first_ms - first_ms % DAY_MS;

	for (rolled = day; rolled + DAY_MS <= last_ms; rolled += DAY_MS) {
		for (int i = 0; i <= 48; i++)
			edges[i] = rolled + i * HALF_HOUR_MS;
		put_roll(ROLL_HALF_HOURS, edges, 48);
	}
	day_edges[0] = day - 9 * HALF_HOUR_MS;
	for (days_n = 0; days_n + 1 < DAYS && day_edges[days_n] < rolled; days_n++)
		day_edges[days_n + 1] = day_edges[days_n] + DAY_MS +
		    (kit_below(k, 7) == 0 ? (int64_t)kit_below(k, 3) - 1 : 0) * 2 * HALF_HOUR_MS;
	for (uint32_t i = 0; i < days_n; i += 25)
		put_roll(ROLL_DAYS, &day_edges[i], days_n - i < 25 ? days_n - i : 25);
}

/* Means of rolls are kept to a thousandth of the resolution; a step may be called estimated though its spread ends in the bucket. */
static void
compare_rolled(const struct bucket *k, struct bucket want)
{
	/* of samples that never held it is a mean of means */
	double most = want.known > 0 ? 1e-4 : want.max - want.min;

	ck_assert_msg((isnan(k->mean) && isnan(want.mean)) || fabs(k->mean - want.mean) <= most,
	    "mean: %.12g, want %.12g", k->mean, want.mean);
	ck_assert_msg(fabsf(k->good - want.good) < 1e-6f, "good");
	ck_assert_msg(fabsf(k->known - want.known) < 1e-6f, "known");
	ck_assert_msg(fabsf(k->seen - want.seen) < 1e-6f, "seen");
	want.mean = k->mean;
	want.good = k->good;
	want.known = k->known;
	want.seen = k->seen;
	ck_assert((want.marks & ~k->marks) == 0);
	want.marks |= k->marks & BUCKET_ESTIMATED;
	compare(k, &want);
}

static void
ask_rolled(const int64_t *edges, uint32_t n)
{
	static struct bucket out[EDGES];

	must(query_spans(q, &point, edges, n, out));
	for (uint32_t i = 0; i < n; i++)
		compare_rolled(&out[i], oracle_bucket(&o, edges[i], edges[i + 1]));
}

/* Weeks of it, a sample each few minutes. */
static void
make_long(struct kit *k, double modulus)
{
	kit_open(modulus < 0 ? KIND_ANALOG : KIND_COUNTER, modulus);
	must(db_begin(&db));
	make_samples(k, 300 + kit_below(k, 1200), modulus, 4000000);
	make_scans(k);
	store(k, 3);
	make_rolls(k);
	must(db_commit(&db));
}

START_TEST(long_buckets_are_the_same_from_rolls)
{
	struct kit k = { .random = (uint64_t)_i * 24680 + 11 };

	make_long(&k, moduli[_i % 4]);
	for (unsigned round = 0; round < 8; round++) {
		int64_t edges[EDGES + 1], ms = any_time(&k);
		uint32_t n = 0;

		edges[n++] = ms;
		while (n < 20 && ms < last_ms + 2 * DAY_MS) {
			ms += 1 + (int64_t)kit_below(&k, kit_below(&k, 3) ? 5 * DAY_MS : HALF_HOUR_MS);
			edges[n++] = kit_below(&k, 3) ? ms : (ms += HALF_HOUR_MS - ms % HALF_HOUR_MS);
		}
		if (n > 1)
			ask_rolled(edges, n - 1);
	}
	ck_assert_uint_eq(query_damaged(q), 0);
}
END_TEST

/* Samples before some time are gone; whole half hours are as they were, and so are whole days where half hours are gone as well. */
START_TEST(what_is_thinned_out_is_told_by_rolls)
{
	struct kit k = { .random = (uint64_t)_i * 13579 + 17 };
	int64_t edges[EDGES + 1], gone, ms, from, coarse;
	uint32_t n = 0, day = 0;

	make_long(&k, moduli[_i % 4]);
	from = first_ms - first_ms % DAY_MS;
	gone = from + (int64_t)kit_below(&k, (uint64_t)(rolled - from) + 1);
	coarse = from + (int64_t)kit_below(&k, (uint64_t)(gone - from) / DAY_MS + 1) * DAY_MS;
	/* the newest run is open and stays */
	run_sql("DELETE FROM chunk WHERE t1 < ?1 AND t0 < (SELECT max(t0) FROM chunk WHERE seq = 0)", gone, 0, 0);
	run_sql("DELETE FROM roll WHERE level = 1 AND t0 < ?1", coarse, 0, 0);
	/* where only days are left the edges are theirs */
	ms = from;
	if (coarse > from) {
		day = (uint32_t)kit_below(&k, days_n);
		while (day > 0 && day_edges[day] > coarse)
			day--;
		for (; n < EDGES - 100 && (n == 0 || edges[n - 1] < coarse) && day <= days_n; day++)
			if (n == 0 || kit_below(&k, 3) == 0 || day_edges[day] >= coarse || n > 90)
				edges[n++] = day_edges[day];
		ms = edges[n - 1];
	}
	for (; n < EDGES && ms < last_ms + DAY_MS; ms += HALF_HOUR_MS * (1 + (int64_t)kit_below(&k, 90)))
		if (n == 0 || ms > edges[n - 1])
			edges[n++] = ms;
	ck_assert_uint_gt(n, 1);
	ask_rolled(edges, n - 1);
}
END_TEST

/* Buckets shorter than a roll share it out: nothing is counted twice or lost. */
START_TEST(a_roll_is_shared_out_among_short_buckets)
{
	struct kit k = { .random = (uint64_t)_i * 8642 + 23 };
	static struct bucket out[EDGES];
	int64_t from = (first_ms = 0, 0), to;
	double sum = 0;
	uint64_t samples = 0;

	do {
		if (from != 0)
			kit_close();
		make_long(&k, 0);
		from = first_ms - first_ms % DAY_MS;
	} while (rolled <= from);
	to = rolled;
	run_sql("DELETE FROM chunk", 0, 0, 0);
	run_sql("DELETE FROM tail", 0, 0, 0);
	struct bucket want = oracle_bucket(&o, from, to);
	must(query_buckets(q, &point, from, to, 397, out));
	for (unsigned i = 0; i < 397; i++) {
		sum += isnan(out[i].increment) ? 0 : out[i].increment;
		samples += out[i].samples;
		ck_assert(isnan(out[i].min) || (out[i].min >= want.min && out[i].max <= want.max));
		ck_assert(isnan(out[i].mean) || (out[i].mean >= out[i].min && out[i].mean <= out[i].max));
		ck_assert(out[i].good <= out[i].known && out[i].known <= out[i].seen && out[i].seen <= 1);
	}
	same("increment", sum, isnan(want.increment) ? 0 : want.increment, 1e4);
	ck_assert_uint_le(samples, want.samples + 400);
}
END_TEST

/* In slices, whatever their length: to the bit as at once, but for what rolls and parts of long buckets share out. */
START_TEST(slices_are_what_one_piece_is)
{
	struct kit k = { .random = (uint64_t)_i * 1357911 + 31 };
	struct spans s = { .is_whole = _i % 2 == 0 };
	struct bucket at_once[EDGES], sliced[EDGES];
	int64_t edges[EDGES + 1], ms;
	unsigned slices = 0;
	uint32_t n = 0;

	make_long(&k, moduli[_i % 4]);
	ck_assert(clock_set_zone("UTC"));
	ms = first_ms - first_ms % DAY_MS;
	while (n < 60 && ms < last_ms + DAY_MS) {
		edges[n++] = ms;
		ms += kit_below(&k, 3) == 0 ? (1 + (int64_t)kit_below(&k, 40)) * DAY_MS
		                            : HALF_HOUR_MS * (1 + (int64_t)kit_below(&k, 100));
	}
	edges[n] = ms;
	must(query_spans(q, &point, edges, n, at_once));
	spans_begin(&s, &point, edges, n, sliced);
	while (s.at < s.n) {
		must(spans_step(q, &s));
		spans_took(&s, (int64_t)kit_below(&k, 12000), 4000);
		ck_assert_uint_lt(slices++, 20000);
	}
	ck_assert_uint_gt(slices, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct bucket *a = &sliced[i], *b = &at_once[i];
		double scale = isnan(b->max) ? 1 : fmax(fabs(b->max), fabs(b->min)) + 1;

		if (s.is_whole) {
			ck_assert_int_eq(a->from.us, b->from.us);
			ck_assert(a->samples == b->samples && a->quality == b->quality && a->marks == b->marks);
			ck_assert(memcmp(&a->mean, &b->mean, sizeof(a->mean)) == 0 || isnan(b->mean));
			ck_assert(a->seen == b->seen && a->good == b->good && a->known == b->known);
		}
		ck_assert_uint_eq(a->samples, b->samples);
		ck_assert_uint_eq(a->quality, b->quality);
		same("min", a->min, b->min, 0);
		same("max", a->max, b->max, 0);
		same("first", a->first, b->first, 0);
		same("last", a->last, b->last, 0);
		if (b->known > 0) /* else it is of samples that held for no time, part by part */
			same("mean", a->mean, b->mean, scale * 1e4);
		same("increment", a->increment, b->increment, 1e6);
		same("seen", (double)a->seen, (double)b->seen, 1e4);
		same("known", (double)a->known, (double)b->known, 1e4);
	}
}
END_TEST

/* A roll that lacks late data is not asked; nor is one that is damaged. */
START_TEST(rolls_that_are_not_right_are_left_alone)
{
	struct kit k = { .random = (uint64_t)_i * 112233 + 29 };
	int64_t edges[3];

	make_long(&k, moduli[_i % 4]);
	edges[0] = first_ms - first_ms % DAY_MS;
	edges[1] = edges[0] + 2 * DAY_MS;
	edges[2] = last_ms + DAY_MS;
	if (edges[1] >= edges[2])
		return;
	if (_i % 2 == 0) {
		run_sql("UPDATE roll SET data = x'01020304'", 0, 0, 0);
	} else {
		run_sql("UPDATE roll SET data = (SELECT data FROM roll ORDER BY level, t0 LIMIT 1)", 0, 0, 0);
		run_sql("INSERT INTO late VALUES (5, ?1, ?2, ?3)", _i % 4 == 1 ? POINT : 0, first_ms - DAY_MS, last_ms);
		run_sql("INSERT INTO meta VALUES ('late', 4)", 0, 0, 0);
	}
	ask_rolled(edges, 2);
}
END_TEST

T_MAIN("query_spans",
    T_FIXTURE(setup, teardown) T_LOOP(any_history_is_weighed_as_the_oracle_does, 0, t_rounds(40)) T_LOOP(
        silence_is_told_from_what_nobody_recorded, 0, 2) T_LOOP(a_damaged_run_is_time_that_was_not_seen, 0, t_rounds(5))
        T_LOOP(edges_that_do_not_rise_are_refused, 0, t_rounds(5)) T(all_of_time_is_asked_for_at_once)
            T_LOOP(where_there_is_nothing_buckets_are_empty, 0, t_rounds(2))
                T_LOOP(long_buckets_are_the_same_from_rolls, 0, t_rounds(30))
                    T_LOOP(what_is_thinned_out_is_told_by_rolls, 0, t_rounds(30))
                        T_LONG_LOOP(a_roll_is_shared_out_among_short_buckets, 0, t_rounds(10))
                            T_LOOP(slices_are_what_one_piece_is, 0, t_rounds(16))
                                T_LOOP(rolls_that_are_not_right_are_left_alone, 0, t_rounds(12)))
