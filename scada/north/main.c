/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-north: serves chosen points to other systems by Modbus; a client of chisand, with a user account of its own.
 */
#include "config.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/masters.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/north/feed.h"
#include "scada/north/stream.h"

#define SOCKET_DEFAULT "/run/chisan/chisan.sock"

static const char usage_text[] = "usage: chisan-north [-v]... [-s SOCKET]\n"
                                 "  -s SOCKET  chisand's ($CHISAN_SOCKET, or " SOCKET_DEFAULT ")\n"
                                 "  -v         say more\n"
                                 "What is served stands in the site file, under north:.  See chisan-north(8).\n";

struct north {
	struct feed *feed;
	struct masters *masters;
	const struct north_map *map; /* NULL = nothing is served */
	struct north_source source;
	struct mono start;
};

static void
look_now(const struct north *n, struct north_now *out)
{
	struct mono mono = clock_mono(), heard = feed_heard(n->feed);

	*out = (struct north_now){
		.heartbeat = (uint16_t)(mono_diff_us(mono, n->start) / US_PER_S),
		.is_live = feed_is_live(n->feed),
		.heard_us = heard.us == 0 ? -1 : mono_diff_us(mono, heard),
		.time = clock_utc(),
	};
}

static void
value_cb(point_id point, struct north_value *out, void *arg)
{
	const struct north *n = arg;

	feed_value(n->feed, point, clock_utc(), out);
}

static enum err
set_cb(struct north_setpoint *s, double value, void *arg)
{
	const struct north *n = arg;

	return feed_set(n->feed, s, value, clock_utc());
}

static size_t
request_cb(struct master *m, const uint8_t *adu, const struct adu_request *r, uint8_t out[ADU_MAX], void *arg)
{
	const struct north *n = arg;
	struct north_now now;

	(void)m;
	look_now(n, &now);
	return stream_answer(n->map, &now, &n->source, adu, r, out);
}

static void
map_cb(const struct north_map *m, void *arg)
{
	struct north *n = arg;
	struct masters_rules rules;
	char what[80];

	n->map = m;
	if (m == NULL) {
		masters_use(n->masters, NULL);
		return;
	}
	str_printf(what, sizeof(what), "masters find %u points and %u setpoints", m->point_count, m->setpoint_count);
	rules = (struct masters_rules){
		.host = m->host,
		.port = m->port,
		.admitted = m->masters,
		.what = what,
		.connections = m->connections,
		.a_master = m->a_master,
		.rate = m->rate,
		.idle_ms = m->idle_ms,
	};
	masters_use(n->masters, &rules);
}

static void
stop_cb(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void
run(const char *socket)
{
	static const struct feed_ops feed_ops = { .map = map_cb };
	static const struct masters_ops masters_ops = { .request = request_cb };
	struct north n = { .start = clock_mono(), .source = { .value = value_cb, .set = set_cb, .arg = &n } };
	struct ev_loop *loop = ev_default_loop(EVFLAG_NOSIGMASK);
	ev_signal term, interrupt;

	if (loop == NULL)
		log_fatal("no event loop: %s", strerror(errno));
	ev_signal_init(&term, stop_cb, SIGTERM);
	ev_signal_init(&interrupt, stop_cb, SIGINT);
	ev_signal_start(loop, &term);
	ev_signal_start(loop, &interrupt);
	/* from here on: sockets of this machine, and masters that come; no file, no program, nothing that goes out by itself */
	if (sandbox_enter(SANDBOX_LISTEN | SANDBOX_LOCAL, NULL) != OK)
		log_fatal("cannot enter the sandbox");
	n.masters = masters_new(loop, &masters_ops, &n);
	n.feed = feed_new(loop, socket, &feed_ops, &n);
	ev_run(loop, 0);
	masters_free(n.masters);
	feed_free(n.feed);
	ev_loop_destroy(loop);
}

int
main(int argc, char **argv)
{
	const char *socket = getenv("CHISAN_SOCKET");
	int verbosity = 0;

	for (int i = 1; i < argc; i++) {
		char text[512];

		if (strcmp(argv[i], "-v") == 0) {
			verbosity++;
		} else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
			socket = argv[++i];
		} else if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0) {
			fputs(version_text(text, sizeof(text), "chisan-north", NULL), stdout);
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		} else {
			fputs(usage_text, stderr);
			return 2;
		}
	}
	log_init("chisan-north", verbosity);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* the map comes from chisand, which is the one that reloads */
	run(socket != NULL && socket[0] != '\0' ? socket : SOCKET_DEFAULT);
	return EXIT_SUCCESS;
}
