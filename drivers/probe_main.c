/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_main.c - chisan-probe: started by `chisan probe`; asks one device, says what was found, and ends. No server is needed, and
 * none is asked: the device must be free for one more connection.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	const char *link, *profile;
	int64_t timeout_us, longest;
	bool json, all;
	FILE *file; /* of the profile; NULL = none */
};

static int
usage(FILE *to)
{
	fprintf(to,
	    "usage: chisan-probe [--profile=FILE] [--timeout=TIME] [--registers=N] [--all] [--json] LINK\n"
	    "LINK is modbus-tcp://192.0.2.1:502/1; started by: chisan probe\n");
	return to == stdout ? DONE : USAGE;
}

/* Exit code of what is not the real work; -1 = do it. */
static int
options(int argc, char **argv, struct asked *o)
{
	char text[512];

	for (int i = 1; i < argc; i++) {
		const char *w = argv[i];

		if (strcmp(w, "--help") == 0)
			return usage(stdout);
		if (strcmp(w, "--version") == 0)
			return fputs(version_text(text, sizeof(text), "chisan-probe", NULL), stdout) < 0 ? FAILED
			                                                                                 : DONE;
		if (strcmp(w, "--json") == 0)
			o->json = true;
		else if (strcmp(w, "--all") == 0)
			o->all = true;
		else if (strncmp(w, "--profile=", 10) == 0 && w[10] != '\0')
			o->profile = w + 10;
		else if (strncmp(w, "--timeout=", 10) == 0 && str_to_duration(w + 10, &o->timeout_us) &&
		    o->timeout_us >= US_PER_MS && o->timeout_us <= 60 * US_PER_S)
			continue;
		else if (strncmp(w, "--registers=", 12) == 0 && str_to_i64(w + 12, 2, LONGEST, &o->longest))
			continue;
		else if (w[0] == '-' || o->link != NULL)
			return usage(stderr);
		else
			o->link = w;
	}
	return o->link == NULL ? usage(stderr) : -1;
}

/* The name of the profile: that of its file. False: it can be none. */
static bool
name_of(const char *file, char *name, size_t size)
{
	const char *slash = strrchr(file, '/'), *from = slash != NULL ? slash + 1 : file;
	size_t len = strlen(from);

	if (len < 6 || strcmp(from + len - 5, ".yaml") != 0 || len - 5 >= size)
		return false;
	memcpy(name, from, len - 5);
	name[len - 5] = '\0';
	return name[0] >= 'a' && name[0] <= 'z' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* Never over a file that is there: somebody may have worked at it. */
static bool
open_profile(struct asked *o, char *name, size_t size)
{
	int fd;

	if (o->profile == NULL)
		return true;
	if (!name_of(o->profile, name, size)) {
		fprintf(stderr,
		    "chisan: %s is no name of a profile; write small letters, figures and -, ending in .yaml\n",
		    o->profile);
		return false;
	}
	fd = open(o->profile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	o->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (o->file == NULL)
		fprintf(stderr, "chisan: cannot make %s: %s\n", o->profile, strerror(errno));
	return o->file != NULL;
}

static int
no_chain(const struct asked *o, struct probe *p, enum err e, const char *why)
{
	fprintf(stderr, "chisan: %s: %s\n", o->link, why);
	if (e == ERR_CONFIG && !o->json)
		probe_print_plain(stdout, p);
	return e == ERR_CONFIG ? NOT_FOUND : FAILED;
}

static void
tell(const struct asked *o, struct probe *p, const struct chain *c, const char *name)
{
	struct probe_point *points = xcalloc(PROBE_POINTS, sizeof(*points));
	size_t n = 0, from;

	if (!o->json)
		probe_print_chain(stdout, p, c);
	for (uint16_t i = 0; i < c->count; i++) {
		from = n;
		n += probe_model(p, &c->models[i], points + n, PROBE_POINTS - n);
		if (!o->json)
			probe_print_points(stdout, &c->models[i], points + from, n - from, o->all);
	}
	if (o->json)
		probe_print_json(stdout, p, c, points, n);
	if (o->file != NULL)
		probe_print_profile(o->file, name, c, points, n);
	free(points);
}

int
main(int argc, char **argv)
{
	struct asked o = { .timeout_us = TIMEOUT_US, .longest = LONGEST };
	struct probe p = { .fd = -1 };
	struct discovery d;
	char why[200] = "", name[100] = "";
	int code = options(argc, argv, &o);
	enum err e;

	if (code >= 0)
		return code;
	log_init("chisan", 0);
	if (!probe_parse(&p, o.link, why, sizeof(why))) {
		fprintf(stderr, "chisan: %s\n", why);
		return USAGE;
	}
	p.timeout_us = o.timeout_us;
	p.longest = (uint16_t)o.longest;
	if (!open_profile(&o, name, sizeof(name)))
		return FAILED;
	if (sandbox_enter(SANDBOX_CONNECT, NULL) != OK)
		log_fatal("cannot enter the sandbox");
	e = probe_discover(&p, &d, why, sizeof(why));
	if (e != OK)
		return no_chain(&o, &p, e, why);
	tell(&o, &p, &d.chain, name);
	if (o.file != NULL && fclose(o.file) != 0) {
		fprintf(stderr, "chisan: cannot write %s: %s\n", o.profile, strerror(errno));
		return FAILED;
	}
	if (p.fd >= 0)
		close(p.fd);
	return fflush(stdout) == 0 ? DONE : FAILED;
}
