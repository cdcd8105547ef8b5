/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_forecasting.c - series of a plan: from the record or a file, noted, scored as time goes on, saved and given back, with what a reserve has to
 * reckon with; and the file that others write, in all the ways in which it can be wrong.
 */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/base/trend.h"
#include "scada/forecast/score.h"
#include "scada/planner/forecasting.h"
#include "scada/planner/given_file.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define NOW  (INT64_C(1795392000) * US_PER_S) /* 2026-11-23T00:00Z, 9 o'clock in Japan */
#define HALF FORECASTING_STEP_US
#define N    97

static struct key_point hall_points[] = { { "p", "HALL.P" }, { "steam", "HALL.F" } };
static struct key_point pv_points[] = { { "p", "PV.P" } };
static struct asset_load hall = { .peak_kw = 800 };
static struct asset_pv pv = { .peak_kw = 30, .performance_ratio = 0.85 };
static struct asset_grid grid = { .import_max_kw = 1000, .export_max_kw = 1000, .price_export = 9 };
static struct asset assets[] = {
	{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .points = { hall_points, 2 }, .parameters = &hall },
	{ .name = "PV", .kind = ASSET_PV, .bus = "MAIN", .points = { pv_points, 1 }, .parameters = &pv },
	{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .parameters = &grid },
};
static struct energy_dispatch keys = { .forecast_file = "weather", .forecast_max_age_us = 6 * 3600 * US_PER_S };
static struct energy energy = {
	.assets = { assets, 3 }, .dispatch = &keys, .latitude_deg = 35.7, .longitude_deg = 139.6
};
static struct site *site;
static struct forecasting *f;
static struct past_ask *past;
static struct given_file *file;
static double v[N], low[N], high[N];
static char why[300];
static struct forecasting_answer answer;

/* What was taken in the half hour that begins then: by day more, each day a little other. */
static double
was(int64_t us)
{
	int64_t hour = us / (3600 * US_PER_S) + 9, day = hour / 24;

	return (hour % 24 > 8 && hour % 24 < 18 ? 400 : 150) + 20 * sin(1.7 * (double)day) +
	    5 * sin((double)(us / HALF));
}

/* The record as of `now`: `days` of it are known. */
static void
know(int64_t now, unsigned days)
{
	struct wbuf q = { 0 }, b = { 0 };

	past_ask_begin(past, (struct utc){ now });
	while (past_ask_next(past, &q)) {
		struct msg_trend_get ask;
		struct rbuf r;

		rbuf_init(&r, q.data, q.len);
		ck_assert(msg_trend_get_get(&r, &ask));
		struct msg_trend m = { .count = ask.buckets, .unit = "kW" };
		msg_trend_put(&b, &m);
		for (uint32_t i = 0; i < ask.buckets; i++) {
			int64_t us = ask.from + (int64_t)i * HALF;
			bool is_known = us >= now - (int64_t)days * 86400 * US_PER_S;
			bucket_put(
			    &b, &(struct bucket){ .samples = 9, .mean = was(us), .known = is_known, .seen = is_known });
		}
		struct frame frame = { .type = W_TREND, .body = b.data, .length = (uint32_t)b.len };
		ck_assert(past_ask_take(past, &frame));
		past_ask_ended(past);
		wbuf_reset(&q);
		wbuf_reset(&b);
	}
	wbuf_done(&q);
	wbuf_done(&b);
}

static bool
make(const char *point, int64_t now)
{
	struct forecasting_ask ask = { .point = point,
		.past = past,
		.now = { now },
		.from = { now - now % HALF },
		.count = N,
		.rated_kw = strcmp(point, "PV.P") == 0 ? pv.peak_kw : (double)NAN };

	return forecasting_make(f, &ask, v, low, high, &answer, why, sizeof(why));
}

static void
setup(void)
{
	folder_make();
	(void)clock_set_zone("Asia/Tokyo");
	site = site_new();
	site->energy = &energy;
	f = forecasting_new();
	past = past_ask_new();
	file = given_file_new(folder);
	forecasting_site(f, site);
	given_file_site(file, site);
	past_ask_add(past, "HALL.P");
	past_ask_begin(past, (struct utc){ NOW });
}

static void
teardown(void)
{
	forecasting_free(f);
	past_ask_free(past);
	given_file_free(file);
	site->energy = NULL;
	site_free(site);
	folder_remove();
}

/* ---- errors */

struct read_back {
	double hours, error, bias;
	unsigned count;
	char basis[32];
	uint8_t given;
};

/* What is told of a point a lead ahead; false: it is not told. */
static bool
told(const char *point, unsigned ahead_min, struct read_back *out)
{
	struct wbuf b = { 0 };
	struct rbuf r;
	bool found = false;

	forecasting_tell(f, &b);
	rbuf_init(&r, b.data, b.len);
	while (r.pos < r.len) {
		bool is_it = strcmp(r_str(&r), point) == 0;
		struct read_back x = { 0 };
		(void)r_u8(&r);
		x.given = r_u8(&r);
		str_copy(x.basis, sizeof(x.basis), r_str(&r));
		(void)r_f64(&r);
		x.hours = r_f64(&r);
		for (unsigned n = r_u8(&r); n > 0; n--) {
			unsigned lead = r_u16(&r);
			x.count = r_u32(&r);
			x.error = r_f64(&r);
			x.bias = r_f64(&r);
			(void)r_f64(&r);
			(void)r_f64(&r);
			if (is_it && lead == ahead_min)
				*out = x, found = true;
		}
	}
	ck_assert(r_done(&r));
	wbuf_done(&b);
	return found;
}

/* Foretold each half hour; two days later each has its error, an hour ahead from as many half hours as there were. */
START_TEST(what_was_foretold_is_scored_when_it_is_known)
{
	struct read_back x;

	ck_assert(!told("HALL.P", 60, &x));
	for (int i = 0; i < 8; i++) {
		know(NOW + i * HALF, 2);
		forecasting_learn(f, past, (struct utc){ NOW + i * HALF });
		ck_assert_msg(make("HALL.P", NOW + i * HALF), "%s", why);
	}
	ck_assert(told("HALL.P", 60, &x));
	ck_assert_uint_eq(x.count, 6); /* the first two of eight are over a step later than they end */
	ck_assert_double_eq(x.hours, 3);
	ck_assert(x.error > 0.1 && x.error < 200 && isfinite(x.bias));
	ck_assert_str_eq(x.basis, "plain");
	ck_assert(told("HALL.P", 1440, &x) && x.count == 0);
	/* Learned again, nothing counts twice. */
	forecasting_learn(f, past, (struct utc){ NOW + 7 * HALF });
	ck_assert(told("HALL.P", 60, &x) && x.count == 6);
}
END_TEST

START_TEST(a_new_series_gets_its_errors_from_its_past)
{
	struct read_back x;

	know(NOW, 5);
	ck_assert(!forecasting_hindcast(f, past, (struct utc){ NOW })); /* too short a record */
	know(NOW, 30);
	ck_assert(forecasting_hindcast(f, past, (struct utc){ NOW }));
	ck_assert(!forecasting_hindcast(f, past, (struct utc){ NOW })); /* each once */
	ck_assert(make("HALL.P", NOW));
	ck_assert(told("HALL.P", 1440, &x));
	ck_assert_uint_ge(x.count, 40);
	ck_assert_double_lt(x.error, 60);
	/* From here on the band is what was missed, not half of the forecast. */
	for (unsigned i = 2; i < N; i++) {
		ck_assert(low[i] <= v[i] && v[i] <= high[i]);
		ck_assert_double_lt(high[i] - v[i], 0.45 * v[i]);
	}
}
END_TEST

START_TEST(errors_survive_a_restart)
{
	struct wbuf blob = { 0 };
	struct read_back before, after;
	const char *point;

	know(NOW, 30);
	ck_assert(forecasting_hindcast(f, past, (struct utc){ NOW }));
	ck_assert(make("HALL.P", NOW) && told("HALL.P", 720, &before));
	ck_assert(forecasting_save(f, (struct utc){ NOW }, &point, &blob));
	ck_assert_str_eq(point, "HALL.P");
	ck_assert_uint_le(blob.len, SCORE_SIZE_MAX);
	struct wbuf more = { 0 };
	ck_assert(make("HALL.P", NOW + HALF));
	ck_assert(!forecasting_save(f, (struct utc){ NOW + HALF }, &point, &more)); /* not again within the hour */
	ck_assert(forecasting_save(f, (struct utc){ NOW + FORECASTING_SAVE_US }, &point, &more));
	wbuf_done(&more);

	forecasting_free(f);
	f = forecasting_new();
	forecasting_site(f, site);
	forecasting_restore(f, "NO.SUCH", blob.data, blob.len);
	forecasting_restore(f, "HALL.P", blob.data, blob.len - 1); /* one that is cut is none */
	ck_assert(make("HALL.P", NOW) && told("HALL.P", 720, &after) && after.count == 0);
	forecasting_restore(f, "HALL.P", blob.data, blob.len);
	ck_assert(make("HALL.P", NOW) && told("HALL.P", 720, &after));
	ck_assert_uint_eq(after.count, before.count);
	ck_assert_double_eq(after.error, before.error);
	ck_assert(!forecasting_hindcast(f, past, (struct utc){ NOW })); /* it has them */
	wbuf_done(&blob);
}
END_TEST

START_TEST(without_errors_a_reserve_reckons_with_half)
{
	know(NOW, 2);
	ck_assert(make("HALL.P", NOW));
	ck_assert_double_eq_tol(high[5], 1.5 * v[5], 1e-6);
	ck_assert_double_eq_tol(low[5], 0.5 * v[5], 1e-6);
	ck_assert(make("PV.P", NOW)); /* nobody has seen it: a clear sky times a half */
	for (unsigned i = 0; i < N; i++)
		ck_assert(low[i] >= 0 && low[i] <= v[i] && v[i] <= high[i] && high[i] <= pv.peak_kw);
	ck_assert(!make("HALL.F", NOW));
	ck_assert(!make("NO.SUCH", NOW));
	ck_assert_ptr_nonnull(strstr(why, "NO.SUCH"));
}
END_TEST

/* ---- the file */

/* Written beside and renamed, as the manual says. `made`: when, in seconds before NOW. */
static void
write_file(const char *text, int64_t made)
{
	char path[128], temporary[128];
	struct timespec at[2] = { { .tv_sec = NOW / US_PER_S - made }, { .tv_sec = NOW / US_PER_S - made } };

	str_printf(path, sizeof(path), "%s/weather.csv", folder);
	str_printf(temporary, sizeof(temporary), "%s/.weather.new", folder);
	FILE *out = fopen(temporary, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, temporary, at, 0), 0);
	ck_assert_int_eq(rename(temporary, path), 0);
}

static char *
rows(double kw, unsigned step_min, unsigned count)
{
	static char text[20000];
	char iso[32];

	str_copy(text, sizeof(text), "point,time,value\n");
	for (unsigned i = 0; i < count; i++)
		str_printf(text + strlen(text), sizeof(text) - strlen(text), "HALL.P,%s,%g\n",
		    utc_iso(iso, sizeof(iso), (struct utc){ NOW + (int64_t)i * step_min * 60 * US_PER_S }), kw);
	return text;
}

static bool
look(int64_t later_s)
{
	struct utc now = { NOW + later_s * US_PER_S }, written;
	int64_t max_age_us;
	bool is_new = given_file_look(file, now);

	const struct given *g = given_file_get(file, &written, &max_age_us);
	forecasting_given(f, g, written, max_age_us);
	return is_new;
}

START_TEST(a_fresh_file_goes_before)
{
	struct read_back x;

	know(NOW, 2);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_LATE);
	ck_assert_str_eq(given_file_text(file), "weather.csv is not there: the site's own forecasts are taken");
	write_file(rows(512, 30, 100), 60);
	ck_assert(look(0));
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_FRESH);
	ck_assert(!look(300)); /* the same file is not read again */
	ck_assert(make("HALL.P", NOW));
	ck_assert(answer.is_given && v[0] == 512 && v[N - 1] == 512);
	ck_assert(told("HALL.P", 60, &x) && x.given == FORECAST_GIVEN);
	/* Where it ends the site's own goes on. */
	write_file(rows(513, 30, 10), 59);
	ck_assert(look(0));
	ck_assert(make("HALL.P", NOW));
	ck_assert(v[9] == 513 && v[10] != 513 && answer.is_given);
	ck_assert(told("HALL.P", 60, &x) && x.given == FORECAST_PARTLY);
	/* A file alone is enough where there is no record. */
	write_file(rows(514, 15, 200), 58);
	ck_assert(look(0));
	know(NOW, 0);
	ck_assert(make("HALL.P", NOW));
	ck_assert(v[N - 1] == 514);
}
END_TEST

START_TEST(one_that_is_too_old_is_left)
{
	know(NOW, 2);
	write_file(rows(512, 30, 100), 60);
	(void)look(6 * 3600 - 61);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_FRESH);
	ck_assert(make("HALL.P", NOW) && v[0] == 512);
	(void)look(6 * 3600);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_LATE);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "is too old"));
	ck_assert(make("HALL.P", NOW + 6 * 3600 * US_PER_S) && v[0] != 512);
	/* Made in time to come: somebody's clock is wrong. */
	write_file(rows(512, 30, 100), -3600);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_LATE);
	ck_assert(make("HALL.P", NOW) && v[0] != 512);
}
END_TEST

/* Prices of a market, 5 minutes each, beside loads: by name of connection and series, below zero too. */
START_TEST(prices_of_a_market_are_given)
{
	char text[6000] = "point,time,value\n", iso[32];
	double price[12];
	struct utc from = { NOW };

	for (unsigned i = 0; i < 9; i++)
		str_printf(text + strlen(text), sizeof(text) - strlen(text), "GRID.PRICE_EXPORT,%s,%d\nHALL.P,%s,512\n",
		    utc_iso(iso, sizeof(iso), utc_add(from, i * 300 * US_PER_S)), i < 3 ? 12 : -4, iso);
	know(NOW, 2);
	write_file(text, 60);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_FRESH);
	ck_assert_ptr_null(strstr(given_file_text(file), "none that is foretold"));
	for (unsigned i = 0; i < 12; i++)
		price[i] = 9;
	ck_assert(forecasting_market_given(f, &assets[2], SERIES_PRICE_EXPORT, from, from, 300 * US_PER_S, 12, price));
	for (unsigned i = 0; i < 12; i++)
		ck_assert_double_eq(price[i], i < 3 ? 12 : i < 9 ? -4 : 9); /* where it ends the site's own goes on */
	ck_assert(forecasting_market_given(f, &assets[2], SERIES_PRICE_EXPORT, from, from, 1800 * US_PER_S, 1, price));
	ck_assert_double_eq(price[0], 4); /* of a longer step the mean */
	ck_assert(!forecasting_market_given(f, &assets[2], SERIES_CO2, from, from, 300 * US_PER_S, 12, price));
	from.us += 7 * 3600 * US_PER_S; /* too old by then */
	ck_assert(!forecasting_market_given(f, &assets[2], SERIES_PRICE_EXPORT, from, from, 300 * US_PER_S, 12, price));
}
END_TEST

#define HEAD "point,time,value\n"
#define T1   "2026-11-23T00:00:00Z"
#define T2   "2026-11-23T00:30:00Z"

static const struct {
	const char *text, *says;
} faulty[] = {
	{ HEAD "HALL.P," T1 ",400\nHALL.P," T2 ",41", "weather.csv:3: the last line has no end" }, /* of 412.5 */
	{ HEAD "HALL.P," T1 ",nan\nHALL.P," T2 ",400\n", "weather.csv:2:29: value is \"nan\"" },
	{ HEAD "HALL.P," T1 ",inf\nHALL.P," T2 ",400\n", "weather.csv:2:29: value is \"inf\"" },
	{ HEAD "HALL.P," T1 ",400\nHALL.P," T2 ",-5\n",
	    "weather.csv:3:29: value is -5; what HALL.P takes or makes is 0 or more" },
	{ HEAD "GRID.CO2_KG_PER_KWH," T1 ",0.4\nGRID.CO2_KG_PER_KWH," T2 ",-0.4\n",
	    "weather.csv:3:42: value is -0.4; kg of CO2 a kWh are 0 to 10" },
	{ HEAD "GRID.PRICE_IMPORT," T1 ",1500\nGRID.PRICE_IMPORT," T2 ",15\n",
	    "weather.csv:2:40: value is 1500; a price of a kWh is -1000 to 1000" },
	{ HEAD "HALL.P," T1 ",400\nHALL.P,2026-11-23T05:00:00Z,400\n", "more than 3 hours apart" },
	{ HEAD "HALL.P," T1 ",400\nHALL.P,2026-11-23T00:00:30Z,400\n", "at least a minute apart" },
	{ HEAD "HALL.P," T1 ",400\n", "has one row only" },
	{ HEAD "HALL.P," T1 "\n", "weather.csv:2: 2 columns" },
	{ HEAD "HALL.P,tomorrow,3\nHALL.P," T2 ",400\n", "weather.csv:2:8: time is \"tomorrow\"" },
	{ "", "weather.csv:1: the file is empty" },
	{ HEAD, "no row after the first line" },
};

/* Each is refused with its sentence; the one before goes on while it is fresh. */
START_TEST(a_bad_file_is_refused_and_the_one_before_goes_on)
{
	know(NOW, 2);
	write_file(faulty[_i].text, 120);
	ck_assert(look(0));
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_REFUSED);
	ck_assert_msg(strstr(given_file_text(file), faulty[_i].says) != NULL, "%s", given_file_text(file));
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "there was none before"));
	ck_assert(make("HALL.P", NOW) && !answer.is_given);

	write_file(rows(512, 30, 100), 60);
	ck_assert(look(0));
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_FRESH);
	write_file(faulty[_i].text, 30);
	ck_assert(look(0));
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_REFUSED);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "the one before goes on"));
	ck_assert(make("HALL.P", NOW) && answer.is_given && v[0] == 512);
	ck_assert(!look(60)); /* said once */
	(void)look(6 * 3600);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "too old"));
	ck_assert(make("HALL.P", NOW + 6 * 3600 * US_PER_S) && v[0] != 512);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	char path[128];

	str_printf(path, sizeof(path), "%s/weather.csv", folder);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_REFUSED);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "symbolic link"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0); /* nobody waits for who would write */
	(void)look(0);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "it is no file"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_REFUSED);
	ck_assert_int_eq(rmdir(path), 0);
	FILE *out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(ftruncate(fileno(out), GIVEN_FILE_MAX + 1), 0);
	ck_assert_int_eq(fclose(out), 0);
	(void)look(0);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "larger than"));
	ck_assert_int_eq(unlink(path), 0);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_LATE);
}
END_TEST

START_TEST(points_that_are_not_foretold_are_named_by_their_number)
{
	write_file(HEAD "HALL.P," T1 ",400\nX.Y," T1 ",-3\nHALL.P," T2 ",400\nX.Y," T2 ",-4\n", 60);
	(void)look(0);
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_FRESH);
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "1 points made"));
	ck_assert_ptr_nonnull(strstr(given_file_text(file), "1 of its points are none that is foretold here"));
}
END_TEST

START_TEST(a_site_that_names_none_reads_none)
{
	struct energy_dispatch none = { .forecast_file = NULL };

	write_file("rubbish", 60);
	energy.dispatch = &none;
	given_file_site(file, site);
	ck_assert(!look(0));
	ck_assert_int_eq(given_file_state(file), FORECAST_FILE_NONE);
	ck_assert_str_eq(given_file_text(file), "");
	energy.dispatch = &keys;
}
END_TEST

T_MAIN("forecasting",
    T_FIXTURE(setup, teardown) T(what_was_foretold_is_scored_when_it_is_known)
        T(a_new_series_gets_its_errors_from_its_past) T(errors_survive_a_restart)
            T(without_errors_a_reserve_reckons_with_half) T(a_fresh_file_goes_before) T(prices_of_a_market_are_given)
                T(one_that_is_too_old_is_left) T_LOOP(a_bad_file_is_refused_and_the_one_before_goes_on, 0, 11)
                    T(what_is_no_file_is_refused) T(points_that_are_not_foretold_are_named_by_their_number)
                        T(a_site_that_names_none_reads_none))
