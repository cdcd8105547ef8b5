/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_query.c - reading history: a day and a year of 1 s data into 200 buckets, warm, the day against SQL over a row a sample; and
 * how long a start takes that finds 400 days.  Both sides are asked for the same and must answer the same.
 * Prints lines for "make bench": ROW|what|ours|rival|ratio|at least|1 if reached.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/history.h"
#include "scada/store/query.h"
#include "tests/bench/plant_series.h"

#define START_MS INT64_C(1795392000000)
#define DAY_S    86400
#define POINTS   20 /* of the day */
#define BUCKETS  200
#define TRIES    15

static char folder[64];
static int days = 400;

static struct site site;
static struct site_point points[POINTS];
static struct site_counter rolls_over = { .modulus = 1000000 };
static struct site_point_def analog = { .kind = KIND_ANALOG, .unit = "kW" },
                             counter = { .kind = KIND_COUNTER, .unit = "kWh", .counter = &rolls_over };
static struct site_node node;
static struct site_device device = { .name = "DEV0" };

struct store {
	struct db db, reader;
	struct history *h;
	struct query *q;
	char folder[128];
	uint64_t batch;
};

static double
wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Warm answers wait for nothing: what the processor took is what they take, also while others use it. */
static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(enum err e, const struct db *db)
{
	if (e == OK)
		return;
	fprintf(stderr, "bench_query: %s: %s\n", err_word(e), db->text);
	exit(1);
}

/* ---- ours */

static void
make_site(uint32_t n)
{
	static char names[POINTS][16];

	node.device = &device;
	for (uint32_t i = 0; i < n; i++) {
		enum plant_kind kind = plant_kind_of(i);

		str_printf(names[i], sizeof(names[i]), "DEV0.P%u", (unsigned)i);
		points[i] = (struct site_point){ .name = names[i],
			.def = kind == PLANT_COUNTER ? &counter : &analog,
			.decimals = (int8_t)plant_decimals[kind] };
	}
	site = (struct site){
		.points = points, .point_count = n, .nodes = &node, .node_count = 1, .timezone = "Asia/Tokyo"
	};
}

static void
store_open(struct store *s, const char *name)
{
	str_printf(s->folder, sizeof(s->folder), "%s/%s", folder, name);
	(void)mkdir(s->folder, 0700);
	must(db_open(&s->db, s->folder, true), &s->db);
	must(db_exec(&s->db, "PRAGMA synchronous = OFF"), &s->db); /* writing is not measured here */
	s->h = history_open(&s->db);
	if (s->h == NULL)
		must(ERR_FAILED, &s->db);
	must(history_site(s->h, &site, START_MS), &s->db);
}

static void
reader_open(struct store *s)
{
	must(db_open(&s->reader, s->folder, false), &s->reader);
	s->q = query_open(&s->reader);
	if (s->q == NULL)
		must(ERR_FAILED, &s->reader);
}

static void
store_close(struct store *s)
{
	query_close(s->q);
	db_close(&s->reader);
	history_close(s->h);
	db_close(&s->db);
}

static void
commit(struct store *s, int64_t now)
{
	must(history_commit(s->h, now, 1, ++s->batch), &s->db);
	while (history_tidy(s->h, &site, now))
		;
}

static struct bucket ours[BUCKETS];

/* ms of the quickest; the first one fills caches and the tail in memory. */
static double
ask(struct store *s, const char *name, int64_t from, int64_t to, double *first)
{
	struct query_point p;
	double best = 1e9;

	for (int i = 0; i < TRIES; i++) {
		double start = cpu_s(), took;

		must(query_find(s->q, name, &p), &s->reader);
		must(query_buckets(s->q, &p, from, to, BUCKETS, ours), &s->reader);
		took = (cpu_s() - start) * 1e3;
		if (i == 0)
			*first = took;
		best = took < best ? took : best;
	}
	if (query_damaged(s->q) > 0)
		exit(1);
	return best;
}

/* ---- a row a sample */

struct rows {
	sqlite3 *db;
	sqlite3_stmt *put;
};

static void
rows_open(struct rows *r)
{
	char path[128];

	str_printf(path, sizeof(path), "%s/rows.db", folder);
	if (sqlite3_open(path, &r->db) != SQLITE_OK ||
	    sqlite3_exec(r->db,
	        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE sample (point INTEGER NOT NULL, ms "
	        "INTEGER NOT NULL, v REAL, quality INTEGER NOT NULL, PRIMARY KEY (point, ms)) WITHOUT ROWID; BEGIN",
	        NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(r->db, "INSERT INTO sample VALUES (?, ?, ?, 0)", -1, &r->put, NULL) != SQLITE_OK)
		exit(1);
}

static void
rows_put(struct rows *r, uint32_t point, int64_t ms, double v)
{
	sqlite3_bind_int64(r->put, 1, point);
	sqlite3_bind_int64(r->put, 2, ms);
	sqlite3_bind_double(r->put, 3, v);
	if (sqlite3_step(r->put) != SQLITE_DONE)
		exit(1);
	(void)sqlite3_reset(r->put);
}

/* ms of the quickest; and is the answer the same? */
static double
rows_ask(struct rows *r, uint32_t point, int64_t from, int64_t to)
{
	sqlite3_stmt *st;
	double best = 1e9;

	if (sqlite3_prepare_v2(r->db,
	        "SELECT (ms - ?2) / ?4, count(*), min(v), avg(v), max(v) FROM sample WHERE point = ?1 AND ms >= ?2 AND "
	        "ms < ?3 GROUP BY 1",
	        -1, &st, NULL) != SQLITE_OK)
		exit(1);
	for (int i = 0; i < TRIES; i++) {
		double start = cpu_s();

		sqlite3_bind_int64(st, 1, point);
		sqlite3_bind_int64(st, 2, from);
		sqlite3_bind_int64(st, 3, to);
		sqlite3_bind_int64(st, 4, (to - from) / BUCKETS);
		for (int n = 0; sqlite3_step(st) == SQLITE_ROW; n++) {
			const struct bucket *k = &ours[n];

			if (n >= BUCKETS || sqlite3_column_int64(st, 0) != n ||
			    sqlite3_column_int64(st, 1) != k->samples ||
			    fabs(sqlite3_column_double(st, 2) - k->min) > 0 ||
			    fabs(sqlite3_column_double(st, 3) - k->mean) > 1e-3 + (k->max - k->min) / 100 ||
			    fabs(sqlite3_column_double(st, 4) - k->max) > 0) {
				fprintf(stderr, "bench_query: bucket %d is another one than that of the rows\n", n);
				exit(1);
			}
		}
		(void)sqlite3_reset(st);
		best = cpu_s() - start < best ? cpu_s() - start : best;
	}
	sqlite3_finalize(st);
	return best * 1e3;
}

/* ---- a day of twenty points */

static void
bench_day(void)
{
	static const uint32_t asked[] = { 3, 8, 9 }; /* a power, a counter, a setpoint */
	struct plant_series series[POINTS];
	struct store s = { .batch = 0 };
	struct rows r;
	double worst = 0, rival = 0, worst_ratio = 1e9;

	make_site(POINTS);
	store_open(&s, "day");
	rows_open(&r);
	for (uint32_t p = 0; p < POINTS; p++)
		plant_init(&series[p], p);
	for (int64_t i = 0; i < DAY_S; i++) {
		int64_t ms = START_MS + i * 1000;

		history_scan(s.h, 0, ms, ms, 3000);
		for (uint32_t p = 0; p < POINTS; p++) {
			struct sample x = { .ms = ms, .v = plant_next(&series[p], 1) };

			history_put(s.h, p, &x, ms);
			rows_put(&r, p, ms, x.v);
		}
		commit(&s, ms);
	}
	(void)sqlite3_exec(r.db, "COMMIT", NULL, NULL, NULL);
	reader_open(&s);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		int64_t to = START_MS + DAY_S * INT64_C(1000);
		double first, took = ask(&s, points[asked[i]].name, START_MS, to, &first);
		double theirs = rows_ask(&r, asked[i], START_MS, to);

		printf("day of %s: %.3f ms (first %.3f ms), rows %.1f ms\n", plant_kind_words[series[asked[i]].kind],
		    took, first, theirs);
		if (took > worst)
			worst = took, rival = theirs;
		worst_ratio = theirs / took < worst_ratio ? theirs / took : worst_ratio;
	}
	printf(
	    "ROW|one day of 1 s data into %d buckets, warm|%.2f ms|%.1f ms (SQL GROUP BY over rows)|%.0fx|20x and <= 2 "
	    "ms|%d\n",
	    BUCKETS, worst, rival, worst_ratio, worst_ratio >= 20 && worst <= 2);
	sqlite3_finalize(r.put);
	sqlite3_close(r.db);
	store_close(&s);
}

/* ---- more than a year of one point */

static void
bench_start(struct store *s)
{
	double from = wall_s(), took;

	store_open(s, "year");
	took = wall_s() - from;
	printf("ROW|start with %d days of history: open runs and tail are back|%.3f s|-|-|<= 1 s|%d\n", days, took,
	    took <= 1);
}

static void
bench_year(uint32_t point)
{
	struct plant_series series;
	struct store s = { .batch = 0 };
	double first, took, late;
	int64_t n = (int64_t)days * DAY_S, end = START_MS + n * 1000;
	struct query_point p;

	make_site(POINTS);
	points[0] = points[point];
	site.point_count = 1;
	store_open(&s, "year");
	plant_init(&series, point);
	for (int64_t i = 0; i < n; i++) {
		struct sample x = { .ms = START_MS + i * 1000, .v = plant_next(&series, 1) };

		history_put(s.h, 0, &x, x.ms);
		if (i % 600 == 599) {
			history_scan(s.h, 0, x.ms - 599000, x.ms, 3000);
			commit(&s, x.ms);
		}
	}
	commit(&s, end);
	history_close(s.h);
	db_close(&s.db);
	bench_start(&s);
	reader_open(&s);
	took = ask(&s, points[0].name, end - 365 * DAY_S * INT64_C(1000) - 12345, end - 12345, &first);
	printf("year of %s: %.2f ms (first %.1f ms)\n", plant_kind_words[series.kind], took, first);
	printf("ROW|one year of 1 s data (%s) into %d buckets, warm|%.1f ms|-|-|<= 50 ms|%d\n",
	    plant_kind_words[series.kind], BUCKETS, took, took <= 50);
	must(query_find(s.q, points[0].name, &p), &s.reader);
	late = cpu_s();
	for (unsigned i = 0; i < BUCKETS; i++)
		must(query_buckets(s.q, &p, end - 86400000, end, 1, ours), &s.reader);
	printf("a day into one bucket: %.3f ms\n", (cpu_s() - late) * 1e3 / BUCKETS);
	store_close(&s);
}

int
main(int argc, char **argv)
{
	static const char pattern[] = "/tmp/chisan-bench-XXXXXX";
	int64_t number;
	pid_t pid;

	memcpy(folder, pattern, sizeof(pattern));
	if (mkdtemp(folder) == NULL)
		return 1;
	if (argc > 1 && str_to_i64(argv[1], 366, 4000, &number))
		days = (int)number;
	bench_day();
	bench_year(3);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
