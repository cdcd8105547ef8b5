/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_store.c - writing history: samples a second, bytes on disk and bytes written, processor at one scan a second, against
 * SQLite with a row a sample and PostgreSQL with COPY, on series like a plant's.
 * Prints lines for "make bench": ROW|what|ours|rival|ratio|at least|1 if reached.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/history.h"
#include "tests/bench/plant_series.h"
#ifdef WITH_LIBPQ
#include <libpq-fe.h>
#endif

#define POINTS      10000
#define DEVICE_HAS  100
#define START_MS    INT64_C(1795392000000)
#define ROW_SCANS   60 /* of the rows: more would only slow them down */
#define PACED_SCANS 120
#define WINDOW      300 /* scans that are made beforehand and then given again, a little higher */

static char folder[64];
static int64_t scans = 14400; /* of the history: four hours */

/* ---- clocks and counters */

static double
wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Bytes that this process handed to write calls; the disk gets the same, in whole pages. */
static double
written(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[128];
	double n = 0;

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "wchar: ", 7) == 0) {
			line[strcspn(line, "\n")] = '\0';
			(void)str_to_double(line + 7, &n);
		}
	fclose(f);
	return n;
}

static double
folder_bytes(const char *path)
{
	DIR *d = opendir(path);
	char name[512];
	struct stat st;
	double sum = 0;

	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		str_printf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (lstat(name, &st) != 0 || e->d_name[0] == '.')
			continue;
		sum += S_ISDIR(st.st_mode) ? folder_bytes(name) : (double)st.st_blocks * 512;
	}
	if (d != NULL)
		closedir(d);
	return sum;
}

/* ---- the samples: a window of them, made once, so that making them is not measured */

static struct plant_series series[POINTS];
static double *window;      /* WINDOW * POINTS */
static double lift[POINTS]; /* what a counter rises over a window */

static void
make_window(void)
{
	window = xcalloc((size_t)WINDOW * POINTS, sizeof(*window));
	for (uint32_t p = 0; p < POINTS; p++) {
		plant_init(&series[p], p);
		for (uint32_t i = 0; i < WINDOW; i++)
			window[(size_t)i * POINTS + p] = plant_next(&series[p], 1);
		if (series[p].kind == PLANT_COUNTER)
			lift[p] = window[(size_t)(WINDOW - 1) * POINTS + p] - window[p];
	}
}

static double scan_values[POINTS]; /* of the scan that is given next */

/* Forwards, then backwards, so that there is no jump at its end; counters always up. */
static double
value(uint32_t scan, uint32_t p)
{
	uint32_t turn = scan / WINDOW, at = scan % WINDOW;
	bool is_back = turn % 2 == 1 && series[p].kind != PLANT_COUNTER;
	double v = window[(size_t)(is_back ? WINDOW - 1 - at : at) * POINTS + p];

	return lift[p] == 0 ? v : plant_round(v + lift[p] * turn, 10);
}

static void
make_scan(uint32_t scan)
{
	for (uint32_t p = 0; p < POINTS; p++)
		scan_values[p] = value(scan, p);
}

/* ---- ours */

static struct site site;
static struct site_point points[POINTS];
static struct site_point_def analog = { .kind = KIND_ANALOG, .unit = "kW" },
                             counter = { .kind = KIND_COUNTER, .unit = "kWh" };
static struct site_node nodes[POINTS / DEVICE_HAS];
static struct site_device devices[POINTS / DEVICE_HAS];

static void
make_site(void)
{
	static char names[POINTS][16], device_names[POINTS / DEVICE_HAS][16];

	for (uint32_t i = 0; i < POINTS / DEVICE_HAS; i++) {
		str_printf(device_names[i], sizeof(device_names[i]), "DEV%u", i);
		devices[i].name = device_names[i];
		nodes[i].device = &devices[i];
	}
	for (uint32_t i = 0; i < POINTS; i++) {
		enum plant_kind kind = plant_kind_of(i);

		str_printf(names[i], sizeof(names[i]), "DEV%u.P%u", i / DEVICE_HAS, i % DEVICE_HAS);
		points[i] = (struct site_point){ .name = names[i],
			.def = kind == PLANT_COUNTER ? &counter : &analog,
			.device = i / DEVICE_HAS,
			.decimals = (int8_t)plant_decimals[kind] };
	}
	site = (struct site){ .points = points,
		.point_count = POINTS,
		.nodes = nodes,
		.node_count = POINTS / DEVICE_HAS,
		.timezone = "Asia/Tokyo" };
}

struct store {
	struct db db;
	struct history *h;
	char folder[128];
	double took, cpu; /* s, for scans */
};

static void
must(enum err e, const struct db *db)
{
	if (e == OK)
		return;
	fprintf(stderr, "bench_store: %s: %s\n", err_word(e), db->text);
	exit(1);
}

static void
store_open(struct store *s, const char *name)
{
	s->took = s->cpu = 0;
	str_printf(s->folder, sizeof(s->folder), "%s/%s", folder, name);
	if (mkdir(s->folder, 0700) != 0 && errno != EEXIST)
		exit(1);
	must(db_open(&s->db, s->folder, true), &s->db);
	s->h = history_open(&s->db);
	if (s->h == NULL)
		must(ERR_FAILED, &s->db);
	must(history_site(s->h, &site, START_MS), &s->db);
}

static void
store_close(struct store *s)
{
	history_close(s->h);
	db_close(&s->db);
}

static void
store_scan(struct store *s, uint32_t scan)
{
	int64_t ms = START_MS + scan * INT64_C(1000);

	make_scan(scan);
	double from = wall_s(), cpu = cpu_s();
	for (uint32_t d = 0; d < POINTS / DEVICE_HAS; d++)
		history_scan(s->h, d, ms, ms, 3000);
	for (uint32_t p = 0; p < POINTS; p++) {
		struct sample x = { .ms = ms, .v = scan_values[p] };

		history_put(s->h, p, &x, ms);
	}
	must(history_commit(s->h, ms, 1, scan + 1), &s->db);
	s->took += wall_s() - from;
	s->cpu += cpu_s() - cpu;
}

struct figures {
	double rate, on_disk, wrote, cpu_ns;
};

static struct figures
bench_history(void)
{
	struct store s;
	struct figures f;

	store_open(&s, "ours");
	double bytes = written();
	for (uint32_t i = 0; i < (uint32_t)scans; i++)
		store_scan(&s, i);
	double wrote = written() - bytes;
	f.rate = (double)scans * POINTS / s.took;
	f.wrote = wrote / (double)scans / POINTS;
	f.on_disk = folder_bytes(s.folder) / (double)scans / POINTS;
	f.cpu_ns = s.cpu / (double)scans / POINTS * 1e9;
	printf("history: %.2f million samples/s, %.0f ns of processor a sample, %.3f B on disk, %.1f B written, memory "
	       "%.1f MB\n",
	    f.rate / 1e6, f.cpu_ns, f.on_disk, f.wrote, (double)history_bytes(s.h) / 1e6);
	store_close(&s);
	return f;
}

/* As it runs: one scan each second, fully durable; only the processor's time counts, so seconds need not pass. */
static double
bench_paced(void)
{
	struct store s;

	store_open(&s, "paced");
	for (uint32_t i = 0; i < 1000; i++) /* until runs get full all the time */
		store_scan(&s, i);
	s.cpu = 0;
	for (uint32_t i = 1000; i < 1000 + PACED_SCANS; i++)
		store_scan(&s, i);
	double pct = s.cpu / PACED_SCANS * 100;
	store_close(&s);
	return pct;
}

static double
bench_start(void)
{
	struct store s;
	double from = wall_s();

	store_open(&s, "ours");
	double took = wall_s() - from;
	store_close(&s);
	return took;
}

/* ---- a row a sample */

static struct figures
bench_rows(void)
{
	char path[128], dir[100];
	struct figures f;
	sqlite3 *db;
	sqlite3_stmt *st;

	str_printf(dir, sizeof(dir), "%s/rows", folder);
	(void)mkdir(dir, 0700);
	str_printf(path, sizeof(path), "%s/rows.db", dir);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db,
	        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE sample (point INTEGER NOT NULL, ms "
	        "INTEGER "
	        "NOT NULL, v REAL, quality INTEGER NOT NULL, PRIMARY KEY (point, ms)) WITHOUT ROWID",
	        NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO sample VALUES (?, ?, ?, ?)", -1, &st, NULL) != SQLITE_OK)
		exit(1);
	double bytes = written(), took = 0;
	for (uint32_t i = 0; i < ROW_SCANS; i++) {
		make_scan(i);
		double from = wall_s();
		(void)sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		for (uint32_t p = 0; p < POINTS; p++) {
			sqlite3_bind_int64(st, 1, p);
			sqlite3_bind_int64(st, 2, START_MS + i * INT64_C(1000));
			sqlite3_bind_double(st, 3, scan_values[p]);
			sqlite3_bind_int64(st, 4, 0);
			if (sqlite3_step(st) != SQLITE_DONE)
				exit(1);
			(void)sqlite3_reset(st);
		}
		(void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		took += wall_s() - from;
	}
	f.rate = (double)ROW_SCANS * POINTS / took;
	f.wrote = (written() - bytes) / ROW_SCANS / POINTS;
	sqlite3_finalize(st);
	sqlite3_close(db);
	f.on_disk = folder_bytes(dir) / ROW_SCANS / POINTS;
	f.cpu_ns = 0;
	printf("rows: %.2f million samples/s, %.1f B a sample on disk, %.0f B written\n", f.rate / 1e6, f.on_disk,
	    f.wrote);
	return f;
}

/* ---- PostgreSQL: COPY of each scan, in a transaction of its own, durable */

#ifdef WITH_LIBPQ
#define PG_BIN   "/usr/lib/postgresql/15/bin"
#define PG_SCANS 30
#define PG_WAIT  200 /* times 100 ms */

static char pg_folder[100];

/* As somebody who is not root: the server refuses to run as root. */
static pid_t
spawn_unprivileged(const char *const argv[])
{
	const struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(1);
	if (nobody != NULL && (setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0))
		_exit(1);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(1);
}

static bool
make_cluster(void)
{
	const struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;
	const char *const argv[] = { PG_BIN "/initdb", "-D", pg_folder, "-U", "bench", "--auth=trust", "--no-sync",
		"--locale=C", NULL };
	int status = 1;

	/* the folder above must let others through */
	if (mkdir(pg_folder, 0700) != 0 || chmod(folder, 0711) != 0)
		return false;
	if (nobody != NULL && chown(pg_folder, nobody->pw_uid, nobody->pw_gid) != 0)
		return false;
	pid_t pid = spawn_unprivileged(argv);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static PGconn *
connect_to(void)
{
	char info[200];
	PGconn *c = NULL;

	str_printf(info, sizeof(info), "host=%s user=bench dbname=postgres", pg_folder);
	for (int i = 0; i < PG_WAIT; i++) {
		const struct timespec pause = { 0, 100000000 };

		c = PQconnectdb(info);
		if (PQstatus(c) == CONNECTION_OK)
			return c;
		PQfinish(c);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static bool
sql(PGconn *c, const char *text)
{
	PGresult *r = PQexec(c, text);
	ExecStatusType s = PQresultStatus(r);

	PQclear(r);
	return s == PGRES_COMMAND_OK || s == PGRES_COPY_IN || s == PGRES_TUPLES_OK;
}

static void
put_field(struct wbuf *b, uint64_t v, uint32_t len)
{
	w_u32(b, len);
	if (len == 8)
		w_u64(b, v);
	else if (len == 4)
		w_u32(b, (uint32_t)v);
	else
		w_u16(b, (uint16_t)v);
}

static bool
copy_scan(PGconn *c, struct wbuf *b, uint32_t scan)
{
	static const uint8_t head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* and its NUL: 19 bytes */
	int64_t ms = START_MS + scan * INT64_C(1000);

	if (!sql(c, "COPY sample FROM STDIN (FORMAT binary)"))
		return false;
	wbuf_reset(b);
	memcpy(wbuf_grow(b, 19), head, 19);
	for (uint32_t p = 0; p < POINTS; p++) {
		double v = scan_values[p];
		uint64_t bits;

		memcpy(&bits, &v, sizeof(bits));
		w_u16(b, 4);
		put_field(b, p, 4);
		put_field(b, (uint64_t)ms, 8);
		put_field(b, bits, 8);
		put_field(b, 0, 2);
	}
	w_u16(b, 0xFFFF);
	if (PQputCopyData(c, (const char *)b->data, (int)b->len) != 1 || PQputCopyEnd(c, NULL) != 1)
		return false;
	PGresult *r = PQgetResult(c);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;
	for (; r != NULL; r = PQgetResult(c))
		PQclear(r);
	return ok;
}

/* Samples a second; 0: there is no server here. */
static double
copy_all(PGconn *c)
{
	struct wbuf b;
	double rate = 0;

	wbuf_init(&b);
	if (sql(c,
	        "CREATE TABLE sample (point int4 NOT NULL, ms int8 NOT NULL, v float8, quality int2 NOT NULL, "
	        "PRIMARY KEY (point, ms))")) {
		double took = 0;
		bool ok = true;

		for (uint32_t i = 0; i < PG_SCANS && ok; i++) {
			make_scan(i);
			double from = wall_s();
			ok = copy_scan(c, &b, i);
			took += wall_s() - from;
		}
		rate = ok ? (double)PG_SCANS * POINTS / took : 0;
	}
	wbuf_done(&b);
	return rate;
}

static double
bench_postgres(void)
{
	const char *const argv[] = { PG_BIN "/postgres", "-D", pg_folder, "-k", pg_folder, "-h", "", NULL };
	double rate = 0;

	str_printf(pg_folder, sizeof(pg_folder), "%s/pg", folder);
	if (access(PG_BIN "/postgres", X_OK) != 0 || !make_cluster())
		return 0;
	pid_t pid = spawn_unprivileged(argv);
	if (pid <= 0)
		return 0;
	PGconn *c = connect_to();
	if (c != NULL) {
		rate = copy_all(c);
		PQfinish(c);
	}
	kill(pid, SIGINT);
	waitpid(pid, NULL, 0);
	return rate;
}
#else
static double
bench_postgres(void)
{
	return 0;
}
#endif

/* ---- */

static void
rows(const struct figures *ours, const struct figures *theirs, double postgres, double paced_pct, double start)
{
	printf("ROW|ingest of 10,000 points at 1 s, durable each scan|%.2f million/s|%.2f million/s (SQLite, a row a "
	       "sample)|%.0fx|15x|%d\n",
	    ours->rate / 1e6, theirs->rate / 1e6, ours->rate / theirs->rate, ours->rate >= 15 * theirs->rate);
	if (postgres > 0)
		printf("ROW|the same|%.2f million/s|%.2f million/s (PostgreSQL 15, COPY)|%.0fx|10x|%d\n",
		    ours->rate / 1e6, postgres / 1e6, ours->rate / postgres, ours->rate >= 10 * postgres);
	else
		printf("ROW|the same|%.2f million/s|no PostgreSQL 15 here|-|10x|0\n", ours->rate / 1e6);
	printf(
	    "ROW|bytes on disk a sample, everything counted|%.2f|%.1f (SQLite, a row a sample)|%.0fx|<= 0.7, 30x|%d\n",
	    ours->on_disk, theirs->on_disk, theirs->on_disk / ours->on_disk,
	    ours->on_disk <= 0.7 && ours->on_disk * 30 <= theirs->on_disk);
	printf("ROW|bytes written a sample|%.1f|%.0f (SQLite, a row a sample)|%.0fx|20x|%d\n", ours->wrote,
	    theirs->wrote, theirs->wrote / ours->wrote, ours->wrote * 20 <= theirs->wrote);
	printf("ROW|10,000 samples/s, durable each second: core|%.2f %%|-|-|<= 1 %%|%d\n", paced_pct, paced_pct <= 1);
	printf("ROW|start with four hours of 10,000 points|%.3f s|-|-|<= 1 s|%d\n", start, start <= 1);
}

static void
remove_folder(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

int
main(int argc, char *argv[])
{
	static const char pattern[] = "/var/tmp/chisan-bench-XXXXXX"; /* on a disk, not in memory */

	memcpy(folder, pattern, sizeof(pattern));
	if (mkdtemp(folder) == NULL)
		return 1;
	make_window();
	if (argc > 1)
		(void)str_to_i64(argv[1], 1, 100000, &scans);
	make_site();
	struct figures ours = bench_history();
	double start = bench_start(), paced = bench_paced();
	struct figures theirs = bench_rows();
	double postgres = bench_postgres();
	rows(&ours, &theirs, postgres, paced, start);
	free(window);
	remove_folder();
	return 0;
}
