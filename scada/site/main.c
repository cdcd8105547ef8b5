/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-site: reads a site's files, checks them whole, and hands over either the faults or the checked site.
 * With -n for people, without for chisand and its like: frames on descriptor 3.
 */
#include "config.h"

#include <getopt.h>
#include <libfyaml.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scada/base/err.h"
#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/site/emit.h"
#include "scada/site/print_keys.h"
#include "scada/site/site_load.h"

#define MEMORY_MAX ((rlim_t)2 * 1024 * 1024 * 1024) /* 100,000 points take 150 MB, the worst files of 4 MB 400 MB */

struct options {
	bool for_people, prints_site, as_json;
	const char *dir;
};

static void
usage(FILE *out)
{
	fputs("usage: chisan-site -n [-v] [--json] SITE_DIR\n"
	      "Reads SITE_DIR/site.yaml, the profiles it names and screens/, and says everything that is wrong.\n"
	      "  -n         check; exit 1 if there are faults\n"
	      "  -v         print the checked site as YAML that loads again\n"
	      "  --json     faults as one JSON value\n"
	      "  --help     this\n"
	      "  --version  versions of the program and of what it uses\n"
	      "Without -n it speaks frames on descriptor 3; chisand starts it so.\n",
	    out);
}

static void
version(void)
{
	char text[512], more[128];

	str_printf(more, sizeof(more), "libfyaml %s, libsodium %s", fy_library_version(), sodium_version_string());
	fputs(version_text(text, sizeof(text), "chisan-site", more), stdout);
}

/* Exits where there is nothing to read. */
static struct options
parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "json", no_argument, NULL, 'j' },
		{ "print-keys", no_argument, NULL, 'K' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { 0 };
	int c;
	while ((c = getopt_long(argc, argv, "nvhV", longs, NULL)) != -1) {
		switch (c) {
		case 'n': o.for_people = true; break;
		case 'v': o.prints_site = true; break;
		case 'j': o.as_json = o.for_people = true; break;
		case 'K': print_keys(stdout); exit(0);
		case 'h': usage(stdout); exit(0);
		case 'V': version(); exit(0);
		default: usage(stderr); exit(2);
		}
	}
	if (optind + 1 != argc || argv[optind][0] == '\0') {
		usage(stderr);
		exit(2);
	}
	o.dir = argv[optind];
	return o;
}

/* "a/b/" is "a/b"; "/" stays. */
static char *
without_slashes(const char *dir)
{
	char *d = xstrdup(dir);
	for (size_t n = strlen(d); n > 1 && d[n - 1] == '/'; n--)
		d[n - 1] = '\0';
	return d;
}

static void
say_and_end(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));
	(void)n;
	_exit(1);
}

static void
too_late(int signum)
{
	(void)signum;
	say_and_end("chisan-site: not ready within the deadline; are the files on a disk that does not answer?\n");
}

/* xmalloc said "out of memory" before it aborted. */
static void
too_large(int signum)
{
	(void)signum;
	say_and_end("chisan-site: it needs more memory than it allows itself (2 GB); divide the site\n");
}

/* A file that asks for too much ends this process, never the one that started it. */
static void
limit_ourselves(void)
{
	signal(SIGALRM, too_late);
	signal(SIGABRT, too_large);
	alarm(SITE_LOAD_DEADLINE_S);
#ifndef CHISAN_SANITIZED
	struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	struct rlimit now;
	if (getrlimit(RLIMIT_AS, &now) == 0 && (now.rlim_max == RLIM_INFINITY || now.rlim_max > MEMORY_MAX))
		setrlimit(RLIMIT_AS, &memory);
#endif
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
}

static void
enter_sandbox(const char *dir)
{
	char *parent = xasprintf("%s/../profiles", dir);
	const char *const folders[] = { dir, parent, PKGDATADIR "/layouts/profiles", "/usr/share/zoneinfo", "/etc",
		NULL };
	enum err e = sandbox_enter(SANDBOX_READ_FILES, folders);
	if (e != OK)
		log_warn("the sandbox is not complete: %s", err_text(e));
	free(parent);
}

#ifdef CHISAN_SANITIZED
/* libfyaml 0.7.12 loses a buffer in some documents that are not YAML; this program ends after reading, so it may. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}
#endif

static int
answer_people(struct reader *r, const struct options *o)
{
	bool is_fine = faults_count(r->faults) == 0;
	bool prints = o->prints_site && is_fine && !o->as_json;
	/* With a print-back, only that goes to stdout, so that it can be loaded again. */
	FILE *words = prints ? stderr : stdout;
	if (o->as_json)
		emit_json(r, words);
	else
		emit_lines(r, words);
	if (is_fine && !o->as_json)
		fprintf(
		    words, "%s: %u points, %u devices: no faults\n", r->dir, r->site->point_count, r->site->node_count);
	if (prints)
		emit_site(r->site, stdout);
	if (fflush(stdout) != 0)
		return 1;
	return is_fine ? 0 : 1;
}

int
main(int argc, char **argv)
{
	bool has_pipe = spawn_has_pipe();
	struct options o = parse_options(argc, argv);
	log_init("chisan-site", 0);
	if (!o.for_people && !has_pipe) {
		usage(stderr);
		return 2;
	}
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	limit_ourselves();
	char *dir = without_slashes(o.dir);
	check_warm_up();
	if (!o.for_people)
		enter_sandbox(dir);
	struct reader r = { .site = site_new(), .faults = faults_new(), .dir = dir };
	files_read(&r);
	check_site(&r);
	int status = 0;
	if (o.for_people)
		status = answer_people(&r, &o);
	else
		emit_frames(&r, SPAWN_FD);
	faults_free(r.faults);
	site_free(r.site);
	free(dir);
	return status;
}
