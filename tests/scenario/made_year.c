/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_year.c SITE_DIR DATA DAYS - a history of so many days that end now, of all points of a site that are recorded: a sample each
 * two minutes, no two alike, with scans and all that housekeeping makes of them.  For tests only.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/site/site_load.h"
#include "scada/store/data.h"
#include "scada/store/history.h"

#define STEP_MS   (120 * 1000)
#define COMMIT_MS (3600 * 1000)
#define BOOT      7

static struct db db;

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "made_year: %s: %s\n", what, db.text);
	exit(1);
}

static void
put_all(struct history *h, const struct site *s, int64_t ms, uint64_t n)
{
	for (uint32_t d = 0; d < s->node_count; d++)
		history_scan(h, d, ms, ms, 2 * STEP_MS);
	history_scan(h, DEVICE_NONE, ms, ms, 2 * STEP_MS);
	for (point_id id = 0; id < s->point_count; id++) {
		struct sample x = { .ms = ms, .v = (double)((n * 7 + id * 31 + n / 30 * 11) % 1000) };

		history_put(h, id, &x, ms);
	}
}

int
main(int argc, char **argv)
{
	char text[800];
	struct data_folders f;
	struct site *s = NULL;
	struct history *h;
	int64_t days = 0, end = clock_utc().us / US_PER_MS, from;
	uint64_t samples = 0, batch = 0;

	if (argc != 4 || !str_to_i64(argv[3], 1, 4000, &days) || sodium_init() < 0) {
		fputs("usage: made_year SITE_DIR DATA DAYS\n", stderr);
		return 2;
	}
	must(site_load(argv[1], NULL, NULL, &s) == OK, "the site has faults");
	must(data_names(&f, argv[2]) && data_make(&f, text, sizeof(text)), text);
	must(db_open(&db, f.store, true) == OK && db_exec(&db, "PRAGMA synchronous = OFF") == OK, "no database");
	h = history_open(&db);
	from = end - days * 86400 * 1000;
	must(h != NULL && history_site(h, s, from) == OK, "no history");
	must(clock_set_zone(s->timezone), "the zone");
	for (int64_t ms = from; ms < end; ms += STEP_MS) {
		put_all(h, s, ms, samples / s->point_count);
		samples += s->point_count;
		if ((ms - from) % COMMIT_MS != 0)
			continue;
		must(history_commit(h, ms, BOOT, ++batch) == OK, "a commit");
		if ((ms - from) % (24 * COMMIT_MS) == 0)
			while (history_tidy(h, s, ms))
				;
	}
	must(history_commit(h, end, BOOT, ++batch) == OK, "the last commit");
	while (history_tidy(h, s, end))
		;
	history_close(h);
	db_close(&db);
	printf("%llu samples of %u points, %lld days\n", (unsigned long long)samples, s->point_count, (long long)days);
	site_free(s);
	return 0;
}
