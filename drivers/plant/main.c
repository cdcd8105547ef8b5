/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chisan-plant: options, the site, and the loop that moves simulated time along with the clock. */
#include "config.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>
#include <sys/resource.h>

#include "drivers/plant/el_plant.h"
#include "drivers/plant/server.h"
#include "scada/base/clock.h"
#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/site/site_load.h"

#define TICK_S         0.05
#define STEP_S         0.1 /* simulated, at ordinary speed */
#define STEP_FAST_S    1.0 /* above STEP_FAST_FROM times the clock */
#define STEP_FAST_FROM 20
#define BEHIND_MAX_S   2.0 /* of the clock: after a stop the plant does not run after it for longer */

struct options {
	const char *folder, *only, *control;
	double speed;
	int64_t seed;
	struct utc start;
	bool pv_sleeps;
	int verbosity;
};

static const char usage_text[] =
    "usage: chisan-plant [options] SITE_DIR\n"
    "       chisan-plant --ctl SOCKET COMMAND...\n"
    "Serves every device of the site on the address that the site file gives, from a simulated district.\n"
    "  --speed N          runs N times as fast as the clock (0.1..1000; 1)\n"
    "  --seed N           another district; the same seed repeats a run (1)\n"
    "  --start TIME       simulated time at the start, as 2026-07-20T08:00:00+09:00 (now)\n"
    "  --only DEV,DEV     serves these devices only\n"
    "  --control SOCKET   takes faults on this Unix socket\n"
    "  --ctl SOCKET ...   sends one fault command to a running plant; try: --ctl SOCKET help\n"
    "  --pv-sleep         inverters do not answer by night, as real ones\n"
    "  -v                 says more\n"
    "  --help, --version\n";

enum { OPT_SPEED = 256, OPT_SEED, OPT_START, OPT_ONLY, OPT_CONTROL, OPT_CTL, OPT_SLEEP, OPT_HELP, OPT_VERSION };

static const struct option long_options[] = {
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "start", required_argument, NULL, OPT_START },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "ctl", required_argument, NULL, OPT_CTL },
	{ "pv-sleep", no_argument, NULL, OPT_SLEEP },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static void
print_version(void)
{
	char text[512], sodium[64];

	str_printf(sodium, sizeof(sodium), "libsodium %s", sodium_version_string());
	fputs(version_text(text, sizeof(text), "chisan-plant", sodium), stdout);
}

static void
bad_option(const char *what, const char *arg, const char *allowed)
{
	fprintf(stderr, "chisan-plant: %s %s; %s\n", what, arg, allowed);
	exit(2);
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	int c;
	while ((c = getopt_long(argc, argv, "vh", long_options, NULL)) != -1)
		switch (c) {
		case OPT_SPEED:
			if (!str_to_double(optarg, &o->speed) || o->speed < 0.1 || o->speed > 1000)
				bad_option("--speed", optarg, "0.1 to 1000");
			break;
		case OPT_SEED:
			if (!str_to_i64(optarg, 0, INT64_MAX, &o->seed))
				bad_option("--seed", optarg, "a whole number from 0");
			break;
		case OPT_START:
			if (!utc_from_iso(optarg, &o->start))
				bad_option("--start", optarg, "as 2026-07-20T08:00:00+09:00");
			break;
		case OPT_ONLY: o->only = optarg; break;
		case OPT_CONTROL: o->control = optarg; break;
		case OPT_CTL:
			bad_option("--ctl", optarg, "it must be the first word, and a command must follow");
			break;
		case OPT_SLEEP: o->pv_sleeps = true; break;
		case 'v': o->verbosity++; break;
		case 'h':
		case OPT_HELP: fputs(usage_text, stdout); exit(0);
		case OPT_VERSION: print_version(); exit(0);
		default: fputs(usage_text, stderr); exit(2);
		}
	if (optind + 1 < argc)
		bad_option("too many arguments:", argv[optind + 1], "one folder");
	o->folder = optind < argc ? argv[optind] : NULL;
}

static void
on_fault(const struct msg_site_fault *f, void *arg)
{
	(void)arg;
	if (!f->is_warning)
		site_fault_print(f, stderr);
}

static void
raise_limits(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max < 65536 ? r.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

struct loop_state {
	struct district *district;
	struct el_server *nodes;
	double speed, owed_s; /* simulated seconds that the clock is ahead */
	struct mono last;
};

static void
on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct loop_state *s = timer->data;
	(void)events;
	(void)loop;
	struct mono now = clock_mono();
	double passed = (double)mono_diff_us(now, s->last) / 1e6;
	s->last = now;
	s->owed_s += clamp(passed, 0, BEHIND_MAX_S) * s->speed;
	double step = s->speed > STEP_FAST_FROM ? STEP_FAST_S : STEP_S;
	while (s->owed_s >= step) {
		district_step(s->district, step);
		s->owed_s -= step;
	}
	el_server_tick(s->nodes);
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static int
serve(struct district *d, const struct options *o)
{
	struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
	char message[256], where[96];
	int rc = 1;
	struct control *control = NULL;
	struct el_server *nodes = NULL;
	struct server *server = server_new(loop, d, message, sizeof(message));
	if (server == NULL || (nodes = el_server_new(loop, d, message, sizeof(message))) == NULL) {
		log_error("%s", message);
		goto done;
	}
	if (o->control != NULL &&
	    (control = control_new(loop, d, server, o->control, message, sizeof(message))) == NULL) {
		log_error("%s", message);
		goto done;
	}
	struct loop_state state = { .district = d, .nodes = nodes, .speed = o->speed };
	ev_timer tick;
	ev_signal ends[2];
	static const int signals[] = { SIGINT, SIGTERM };
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		ev_signal_init(&ends[i], on_signal, signals[i]);
		ev_signal_start(loop, &ends[i]);
	}
	ev_timer_init(&tick, on_tick, TICK_S, TICK_S);
	tick.data = &state;
	state.last = clock_mono();
	ev_timer_start(loop, &tick);
	log_notice("%u devices on %s, ready", d->image_count, server_where(server, where, sizeof(where)));
	ev_run(loop, 0);
	rc = 0;
done:
	control_free(control);
	el_server_free(nodes);
	server_free(server);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options o = { .speed = 1, .seed = 1 };
	struct site *site = NULL;
	char unknown[64];
	/* What follows --ctl belongs to the command. */
	if (argc > 3 && strcmp(argv[1], "--ctl") == 0)
		return control_send(argv[2], argc - 3, argv + 3);
	parse_options(argc, argv, &o);
	if (o.folder == NULL) {
		fputs(usage_text, stderr);
		return 2;
	}
	log_init("chisan-plant", o.verbosity);
	raise_limits();
	enum err e = site_load(o.folder, on_fault, NULL, &site);
	if (e != OK) {
		log_error("%s: %s", o.folder,
		    e == ERR_NOT_FOUND ? "chisan-site, which reads site files, is not installed" : err_text(e));
		return 1;
	}
	if (site->timezone != NULL && !clock_set_zone(site->timezone))
		log_warn("the time zone %s is not installed here; using UTC", site->timezone);
	struct utc start = o.start.us != 0 ? o.start : clock_utc();
	struct district *d = district_new(site, start, (uint64_t)o.seed, o.only, unknown, sizeof(unknown));
	int rc = 1;
	if (d == NULL)
		log_error("--only %s: the site has no such device", unknown);
	else if (d->image_count == 0)
		log_error("%s: no device to serve", o.folder);
	else {
		d->pv_sleeps = o.pv_sleeps;
		rc = serve(d, &o);
	}
	district_free(d);
	site_free(site);
	return rc;
}
