/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisand: options, and the few things that are set once for the process.
 */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/core/core.h"
#include "scada/core/place.h"

#define EXIT_USAGE  2
#define DESCRIPTORS 65536

static const char usage_text[] =
    "usage: chisand -f SITE_DIR [-d DATA_DIR] [-s SOCKET] [-v]\n"
    "       chisand -n [-v] -f SITE_DIR\n"
    "\n"
    "  -f SITE_DIR   folder with site.yaml\n"
    "  -d DATA_DIR   folder that this chisand alone holds (root: /var/lib/chisan)\n"
    "  -s SOCKET     where clients find it ($XDG_RUNTIME_DIR/chisan.sock or /run/chisan/chisan.sock)\n"
    "  -n            check the site, print all faults, and exit\n"
    "  -v            say more; with -n, print the site as it was understood; twice: say all\n"
    "  -V, --version versions of chisand and its libraries\n"
    "  -h, --help    this text\n"
    "\n"
    "SIGHUP reloads the site, SIGTERM stops.  Exit: 0 done, 1 failed, 2 usage.  See chisand(8).\n";

struct wishes {
	struct core_options core;
	bool check_only;
	int verbosity;
};

static void
print_version(void)
{
	char text[512], sodium[64];

	str_printf(sodium, sizeof(sodium), "libsodium %s", sodium_version_string());
	fputs(version_text(text, sizeof(text), "chisand", sodium), stdout);
}

/* -1: go on; else the exit code. */
static int
read_options(int argc, char **argv, struct wishes *w)
{
	static const struct option longs[] = { { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	int ch;

	while ((ch = getopt_long(argc, argv, "f:d:s:nvVh", longs, NULL)) != -1) {
		switch (ch) {
		case 'f': w->core.site_folder = optarg; break;
		case 'd': w->core.data_folder = optarg; break;
		case 's': w->core.socket = optarg; break;
		case 'n': w->check_only = true; break;
		case 'v': w->verbosity++; break;
		case 'V': print_version(); return EXIT_SUCCESS;
		case 'h': fputs(usage_text, stdout); return EXIT_SUCCESS;
		default: fputs(usage_text, stderr); return EXIT_USAGE;
		}
	}
	if (optind < argc)
		fprintf(stderr, "chisand: what is \"%s\" for? The folder of the site is given with -f\n", argv[optind]);
	else if (w->core.site_folder == NULL)
		fputs("chisand: which site? Give its folder with -f\n", stderr);
	else
		return -1;
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

/* chisan-site knows how to check; chisand -n is just another door to it. */
static int
check_site(const struct wishes *w)
{
	char path[4096], program[] = "chisan-site", check[] = "-n", verbose[] = "-v",
	                 *folder = xstrdup(w->core.site_folder);
	char *plain[] = { program, check, folder, NULL }, *wordy[] = { program, check, verbose, folder, NULL };

	if (spawn_find(program, path, sizeof(path)))
		execv(path, w->verbosity > 0 ? wordy : plain);
	log_error("chisan-site is not installed: no site can be read");
	free(folder);
	return EXIT_FAILURE;
}

static void
prepare_process(void)
{
	struct rlimit limit;
	int fd;

	/* 0, 1 and 2 must be open, or a socket would take their place */
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	(void)signal(SIGPIPE, SIG_IGN);
	/* helpers inherit it: each device and each client takes one */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS) {
		limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int
main(int argc, char **argv)
{
	struct wishes w = { .verbosity = 0 };
	char data[4096], path[4096];
	int code;

	(void)setlocale(LC_CTYPE, "");
	code = read_options(argc, argv, &w);
	if (code >= 0)
		return code;
	log_init("chisand", w.verbosity);
	if (w.check_only)
		return check_site(&w);
	if (!place_data_folder(w.core.data_folder, data, sizeof(data)) ||
	    !place_socket(w.core.socket, path, sizeof(path))) {
		log_error("the name of the data folder or of the socket is too long");
		return EXIT_FAILURE;
	}
	w.core.data_folder = data;
	w.core.socket = path;
	prepare_process();
	log_notice("chisand %s starts with %s", VERSION, w.core.site_folder);
	return core_run(&w.core);
}
