/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_main.c - chisan-probe-modbus, chisan-probe-serial: started by `chisan probe`; asks one device, says what was found, and ends. No
 * server is needed, and none is asked: the device must be free for one more connection, the line for another master.
 */
#include "config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/probe.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/base/version.h"

#define TIMEOUT_US (2 * US_PER_S)
#define LONGEST    125

/* The exit codes of chisan. */
enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3 };

struct asked {
	const char *link, *line; /* line: its form; NULL = not given */
	const char *profile;     /* print one of this name; NULL = what was found */
	int64_t timeout_us, longest;
	bool json, all;
};

static int
usage(FILE *to)
{
	fprintf(to,
	    "usage: %s [--json] [--profile NAME] [--timeout TIME] [--registers N] [--line FORM] [--all] LINK\n"
	    "LINK is %s; started by: chisan probe\n",
	    probe_wire.program, probe_wire.example);
	return to == stdout ? DONE : USAGE;
}

static bool
is_profile_name(const char *name)
{
	return name[0] >= 'a' && name[0] <= 'z' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* False: that is none. */
static bool
take_option(struct asked *o, int c, const char *value)
{
	switch (c) {
	case 'j': o->json = true; return true;
	case 'a': o->all = true; return true;
	case 'l': o->line = value; return true;
	case 'p': o->profile = value; return is_profile_name(value);
	case 'r': return str_to_i64(value, 2, LONGEST, &o->longest);
	case 't':
		return str_to_duration(value, &o->timeout_us) && o->timeout_us >= US_PER_MS &&
		    o->timeout_us <= 60 * US_PER_S;
	default: return false;
	}
}

/* Exit code of what is not the real work; -1 = do it. */
static int
options(int argc, char **argv, struct asked *o)
{
	static const struct option rows[] = { { "json", no_argument, NULL, 'j' }, { "all", no_argument, NULL, 'a' },
		{ "profile", required_argument, NULL, 'p' }, { "registers", required_argument, NULL, 'r' },
		{ "timeout", required_argument, NULL, 't' }, { "line", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	char text[512];
	int c;

	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout);
		if (c == 'V')
			return fputs(version_text(text, sizeof(text), probe_wire.program, NULL), stdout) < 0 ? FAILED
			                                                                                     : DONE;
		if (c != '?' && take_option(o, c, optarg))
			continue;
		if (c == 'p')
			fprintf(stderr, "chisan: '%s' is no name of a profile; write small letters, figures and -\n",
			    optarg);
		return usage(stderr);
	}
	if (optind + 1 != argc)
		return usage(stderr);
	o->link = argv[optind];
	return -1;
}

static int
no_chain(const struct asked *o, struct probe *p, enum err e, const char *why)
{
	fprintf(stderr, "chisan: %s: %s\n", o->link, why);
	if (e == ERR_CONFIG && !o->json && o->profile == NULL)
		probe_print_plain(stdout, p);
	return e == ERR_CONFIG ? NOT_FOUND : FAILED;
}

static void
tell(const struct asked *o, struct probe *p, const struct chain *c)
{
	bool is_text = !o->json && o->profile == NULL;
	struct probe_point *points = xcalloc(PROBE_POINTS, sizeof(*points));
	size_t n = 0, from;

	if (is_text)
		probe_print_chain(stdout, p, c);
	for (uint16_t i = 0; i < c->count; i++) {
		from = n;
		n += probe_model(p, &c->models[i], points + n, PROBE_POINTS - n);
		if (is_text)
			probe_print_points(stdout, &c->models[i], points + from, n - from, o->all);
	}
	if (o->json)
		probe_print_json(stdout, p, c, points, n);
	else if (o->profile != NULL)
		probe_print_profile(stdout, o->profile, c, points, n);
	free(points);
}

int
main(int argc, char **argv)
{
	struct asked o = { .timeout_us = TIMEOUT_US, .longest = LONGEST };
	struct probe p = { .fd = -1 };
	static const char *const folders[] = { "/dev", NULL };
	struct discovery d;
	char why[200] = "";
	int code = options(argc, argv, &o);
	enum err e;

	if (code >= 0)
		return code;
	log_init("chisan", 0);
	if (!probe_parse(&p, o.link, o.line, why, sizeof(why))) {
		fprintf(stderr, "chisan: %s\n", why);
		return USAGE;
	}
	p.timeout_us = o.timeout_us;
	p.longest = (uint16_t)o.longest;
	if (probe_open(&p, why, sizeof(why)) != OK) {
		fprintf(stderr, "chisan: %s\n", why);
		probe_close(&p);
		return FAILED;
	}
	if (sandbox_enter(probe_wire.may, probe_wire.may == SANDBOX_SERIAL ? folders : NULL) != OK)
		log_fatal("cannot enter the sandbox");
	e = probe_discover(&p, &d, why, sizeof(why));
	if (e == OK)
		tell(&o, &p, &d.chain);
	code = e == OK ? DONE : no_chain(&o, &p, e, why);
	probe_close(&p);
	return fflush(stdout) == 0 ? code : FAILED;
}
