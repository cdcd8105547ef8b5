/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_main.c - chisan-study: options and files of a study. `chisan study` starts it, so that the console links no solver.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/forecast/past.h"
#include "scada/planner/study_print.h"
#include "scada/site/site_load.h"

/* As enum cmd_exit of the console. */
enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

#define HORIZON_US    (48 * 3600 * US_PER_S)
#define SOLVER_US     (2 * US_PER_S)
#define YEAR_OF_HOURS 2026 /* of a file with an hour column, where --from does not say another */

struct options {
	const char *dir, *data, *forecast, *trace;
	struct study_asked asked;
	int64_t step_us;
	struct utc from, to;
	const char *guard_only; /* an option that only goes with --guard; NULL = none */
	bool json;
};

struct text {
	char *v;
	size_t len;
};

static void
usage(FILE *out)
{
	fputs("usage: chisan-study --data FILE.csv [options] SITE_DIR\n"
	      "What a site would have cost over given series; see chisan(1), study.\n"
	      "  --data FILE       the series: a column time or hour, and those that the site's assets name\n"
	      "  --policy WORD     plan, rules or none (plan)\n"
	      "  --forecast WORD   perfect, learned, or a FILE with the columns of the data (perfect)\n"
	      "  --known NAMES     with learned: these series and assets are as they will be\n"
	      "  --filed WORD      kept, or ignored: as if nothing had been filed, imbalance beside (kept)\n"
	      "  --horizon DUR     how far a plan looks ahead (48h)\n"
	      "  --replan DUR      a new plan so often (each step)\n"
	      "  --step DUR        steps, a multiple of the file's, at most 1h (the file's)\n"
	      "  --solver-time DUR for one plan, at most, where sets start and stop (2s)\n"
	      "  --guard DUR       the guard within each step, in ticks of 1s to 5m (none)\n"
	      "  --guard-mode WORD economic, plan-following or peak-cut (economic)\n"
	      "  --target KW       demand target of the guard, 0: none (the site file's)\n"
	      "  --from T --to T   only the steps between\n"
	      "  --trace FILE      each step, as CSV\n"
	      "  --json            the result as one JSON value\n"
	      "  --help, --version\n",
	    out);
}

static int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int
complain(const char *fmt, ...)
{
	va_list ap;

	fputs("chisan study: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static void
say_fault(const char *sentence, void *arg)
{
	(void)arg;
	fprintf(stderr, "%s\n", sentence);
}

static void
say_site_fault(const struct msg_site_fault *f, void *arg)
{
	(void)arg;
	site_fault_print(f, stderr);
}

/* ---- options */

static bool
take_duration(const char *name, const char *text, int64_t *us)
{
	if (str_to_duration(text, us) && *us > 0 && *us <= 400 * 86400 * US_PER_S)
		return true;
	complain("--%s is \"%s\"; a duration as 15m, 1h or 48h would be right", name, text);
	return false;
}

/* "2026-04-01": its midnight in the site's zone, which is known later; kept as text until then. */
static const char *from_text, *to_text;

static bool
take_policy(const char *text, struct options *o)
{
	for (int i = 0; study_policy_words[i] != NULL; i++)
		if (strcmp(text, study_policy_words[i]) == 0) {
			o->asked.policy = (enum study_policy)i;
			return true;
		}
	complain("--policy is \"%s\"; plan, rules or none would be right", text);
	return false;
}

static void
take_forecast(const char *text, struct options *o)
{
	o->asked.forecast = strcmp(text, "perfect") == 0 ? STUDY_PERFECT
	    : strcmp(text, "learned") == 0               ? STUDY_LEARNED
	                                                 : STUDY_FILE;
	o->forecast = o->asked.forecast == STUDY_FILE ? text : NULL;
}

enum letter {
	DATA = 256,
	POLICY,
	FORECAST,
	KNOWN,
	HORIZON,
	REPLAN,
	STEP,
	SOLVER,
	FROM,
	TO,
	TRACE,
	GUARD,
	GUARD_MODE,
	TARGET,
	FILED
};

static bool
take_guard(const char *text, struct options *o)
{
	int64_t us, half_hour = 1800 * US_PER_S;

	if (str_to_duration(text, &us) && us >= US_PER_S && us <= STUDY_TICK_MAX_US && us % US_PER_S == 0 &&
	    half_hour % us == 0) {
		o->asked.guard.tick_us = us;
		return true;
	}
	complain(
	    "--guard is \"%s\"; 1s to 5m, of which half an hour is a multiple, as 10s or 1m, would be right", text);
	return false;
}

static bool
take_guard_mode(const char *text, struct options *o)
{
	enum guard_mode m;

	if (guard_mode_from_word(text, &m) && (m == GUARD_ECONOMIC || m == GUARD_FOLLOW || m == GUARD_PEAK)) {
		o->asked.guard.mode = m;
		o->guard_only = "guard-mode";
		return true;
	}
	complain("--guard-mode is \"%s\"; economic, plan-following or peak-cut would be right", text);
	return false;
}

static bool
take_target(const char *text, struct options *o)
{
	double kw;

	if (str_to_double(text, &kw) && kw >= 0 && kw <= 1e6) {
		o->asked.guard.target_kw = kw;
		o->guard_only = "target";
		return true;
	}
	complain("--target is \"%s\"; 0 to 1e6 kW would be right", text);
	return false;
}

static bool
take_filed(const char *text, struct options *o)
{
	o->asked.ignores_filed = strcmp(text, "ignored") == 0;
	if (o->asked.ignores_filed || strcmp(text, "kept") == 0)
		return true;
	complain("--filed is \"%s\"; kept or ignored would be right", text);
	return false;
}

static bool
take_option(struct options *o, int c)
{
	int64_t us;

	switch (c) {
	case DATA: o->data = optarg; return true;
	case TRACE: o->trace = optarg; return true;
	case POLICY: return take_policy(optarg, o);
	case FORECAST: take_forecast(optarg, o); return true;
	case KNOWN: o->asked.known = optarg; return true;
	case FILED: return take_filed(optarg, o);
	case HORIZON: return take_duration("horizon", optarg, &o->asked.horizon_us);
	case REPLAN: return take_duration("replan", optarg, &o->asked.replan_us);
	case STEP: return take_duration("step", optarg, &o->step_us);
	case SOLVER:
		if (!take_duration("solver-time", optarg, &us))
			return false;
		o->asked.solver_s = (double)us / 1e6;
		return true;
	case GUARD: return take_guard(optarg, o);
	case GUARD_MODE: return take_guard_mode(optarg, o);
	case TARGET: return take_target(optarg, o);
	case FROM: from_text = optarg; return true;
	case TO: to_text = optarg; return true;
	case 'j': o->json = true; return true;
	default: usage(stderr); return false;
	}
}

static void
say_version(void)
{
	char text[512];

	fputs(version_text(text, sizeof(text), "chisan-study", "Clp"), stdout);
}

/* -1: go on; else the exit code. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "data", required_argument, NULL, DATA },
		{ "policy", required_argument, NULL, POLICY },
		{ "forecast", required_argument, NULL, FORECAST },
		{ "known", required_argument, NULL, KNOWN },
		{ "filed", required_argument, NULL, FILED },
		{ "horizon", required_argument, NULL, HORIZON },
		{ "replan", required_argument, NULL, REPLAN },
		{ "step", required_argument, NULL, STEP },
		{ "solver-time", required_argument, NULL, SOLVER },
		{ "guard", required_argument, NULL, GUARD },
		{ "guard-mode", required_argument, NULL, GUARD_MODE },
		{ "target", required_argument, NULL, TARGET },
		{ "from", required_argument, NULL, FROM },
		{ "to", required_argument, NULL, TO },
		{ "trace", required_argument, NULL, TRACE },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .asked = { .horizon_us = HORIZON_US,
		                   .solver_s = (double)SOLVER_US / 1e6,
		                   .guard = { .mode = GUARD_ECONOMIC, .target_kw = (double)NAN } } };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'h' || c == 'V') {
			c == 'h' ? usage(stdout) : say_version();
			return 0;
		}
		if (!take_option(o, c))
			return EXIT_USAGE;
	}
	if (optind + 1 != argc || argv[optind][0] == '\0')
		return complain("one site's folder is wanted; chisan study SITE_DIR --data FILE.csv would be right");
	o->dir = argv[optind];
	if (o->guard_only != NULL && o->asked.guard.tick_us == 0)
		return complain("--%s is for the guard; --guard 1m beside it would be right", o->guard_only);
	return o->data != NULL ? -1 : complain("--data is missing; a CSV file with the series would be right");
}

/* A date is its midnight in the process's zone. */
static bool
take_time(const char *name, const char *text, struct utc *out)
{
	int64_t day, at;
	unsigned minute;

	if (text == NULL || (utc_from_iso(text, out) && out->us > 0))
		return true;
	if (!date_from_text(text, &day)) {
		complain("--%s is \"%s\"; a date as 2026-04-01 or a time as 2026-04-01T00:00:00+09:00 would be right",
		    name, text);
		return false;
	}
	/* Twice: the first guess may lie on the other side of a clock's change. */
	*out = (struct utc){ day * 86400 * US_PER_S };
	for (int i = 0; i < 2; i++) {
		grid_place(*out, 1440, &at, &minute);
		*out = utc_add(*out, ((day - at) * 1440 - (int64_t)minute) * 60 * US_PER_S);
	}
	return true;
}

/* The midnight from which an hour column counts. */
static struct utc
first_midnight(const struct options *o)
{
	int64_t day = 0, year = YEAR_OF_HOURS;
	unsigned month, minute;
	char text[DATE_TEXT_MAX];
	struct utc out = { 0 };

	if (o->from.us != 0) {
		grid_place(o->from, 1440, &day, &minute);
		date_civil(day, &year, &month, &minute);
	}
	take_time("from", date_text(text, sizeof(text), date_days(year, 1, 1)), &out);
	return out;
}

/* ---- files */

static bool
read_file(const char *name, struct text *t)
{
	FILE *f = fopen(name, "rb");
	size_t room = 0, got;

	*t = (struct text){ 0 };
	if (f == NULL) {
		complain("cannot open %s: %s", name, strerror(errno));
		return false;
	}
	do {
		if (t->len == room) {
			size_t more = room == 0 ? 65536 : 2 * room;
			t->v = xrecallocarray(t->v, room, more, 1);
			room = more;
		}
		got = fread(t->v + t->len, 1, room - t->len, f);
		t->len += got;
	} while (got > 0 && t->len <= COLUMNS_FILE_MAX);
	bool is_read = ferror(f) == 0;
	fclose(f);
	if (!is_read) {
		complain("cannot read %s: %s", name, strerror(errno));
		free(t->v);
		t->v = NULL;
	}
	return is_read;
}

static int
run(const struct options *o, const struct study_data *d)
{
	struct study_result r;
	char why[500] = "";
	FILE *trace = NULL;

	if (o->trace != NULL) {
		trace = fopen(o->trace, "w");
		if (trace == NULL)
			return complain("cannot write %s: %s", o->trace, strerror(errno));
		study_trace_head(trace, d, &o->asked);
	}
	bool is_done = study_run(d, &o->asked, trace != NULL ? study_trace_step : NULL, trace, &r, why, sizeof(why));
	if (trace != NULL && (ferror(trace) != 0) + fclose(trace) != 0) {
		complain("cannot write %s whole", o->trace);
		is_done = false;
	} else if (!is_done)
		complain("%s", why);
	if (is_done)
		(o->json ? study_print_json : study_print_text)(stdout, d, &o->asked, &r);
	study_result_done(&r);
	return is_done && fflush(stdout) == 0 ? 0 : EXIT_FAILED;
}

static int
study(struct options *o, const struct site *site)
{
	struct text data, foreseen = { 0 };
	struct columns c = { 0 }, f = { 0 };
	struct study_data d = { 0 };
	int code = EXIT_FAILED;

	if (!take_time("from", from_text, &o->from) || !take_time("to", to_text, &o->to))
		return EXIT_USAGE;
	struct utc midnight = first_midnight(o);
	if (read_file(o->data, &data) && (o->forecast == NULL || read_file(o->forecast, &foreseen)) &&
	    columns_read(o->data, data.v, data.len, midnight, &c, say_fault, NULL) == OK &&
	    (o->forecast == NULL ||
	        columns_read(o->forecast, foreseen.v, foreseen.len, midnight, &f, say_fault, NULL) == OK) &&
	    study_bind(site, &c, o->forecast != NULL ? &f : NULL, o->step_us, o->from, o->to, &d))
		code = run(o, &d);
	study_data_done(&d);
	columns_done(&c);
	columns_done(&f);
	free(data.v);
	free(foreseen.v);
	return code;
}

int
main(int argc, char **argv)
{
	struct options o;
	struct site *site = NULL;
	int code = read_options(argc, argv, &o);

	if (code >= 0)
		return code;
	log_init("chisan-study", 0);
	enum err e = site_load(o.dir, say_site_fault, NULL, &site);
	if (e != OK) {
		complain("the site %s: %s", o.dir, err_text(e));
		return EXIT_FAILED;
	}
	if (!clock_set_zone(site->timezone))
		complain("the time zone %s is not known on this machine", site->timezone);
	code = study(&o, site);
	site_free(site);
	return code;
}
