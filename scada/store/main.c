/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - chisan-store: the writer, or with -r the reader; both are started by chisand with a pipe as descriptor 3.
 */
#include "config.h"

#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/store/data.h"
#include "scada/store/put_back.h"
#include "scada/store/reader.h"
#include "scada/store/writer.h"

static const char usage_text[] =
    "usage: chisan-store [-v]... -d DATA             records; started by chisand, with the pipe as descriptor 3\n"
    "       chisan-store [-v]... -r -d DATA          answers questions; started by chisand as well\n"
    "       chisan-store --restore FILE [--force] -d DATA   puts a backup back; chisand must not run\n"
    "       chisan-store -V\n";

/* Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines. */
static bool
has_reset_bug(int version)
{
	return version < 3044006 || (version >= 3045000 && version < 3050007) ||
	    (version >= 3051000 && version < 3051003);
}

static void
print_version(void)
{
	char text[512], more[160];

	str_printf(more, sizeof(more), "SQLite %s, libsodium %s", sqlite3_libversion(), sodium_version_string());
	fputs(version_text(text, sizeof(text), "chisan-store", more), stdout);
	if (has_reset_bug(sqlite3_libversion_number()))
		puts("This SQLite can damage a database when two processes write its log back (fixed in 3.51.3, 3.50.7 "
		     "and\n"
		     "3.44.6). Chisan does that in one process alone; let no other program write to the database.");
}

struct options {
	struct store_options store;
	bool is_reader, is_forced;
	const char *restore; /* NULL = the real work */
	int verbosity;
};

/* Exit code of what is not the real work; -1 = do it. */
static int
read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0) {
			o->verbosity++;
		} else if (strcmp(argv[i], "-r") == 0) {
			o->is_reader = true;
		} else if (strcmp(argv[i], "--force") == 0) {
			o->is_forced = true;
		} else if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) {
			o->store.data_folder = argv[++i];
		} else if (strcmp(argv[i], "--restore") == 0 && i + 1 < argc) {
			o->restore = argv[++i];
		} else if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0) {
			print_version();
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		} else {
			fputs(usage_text, stderr);
			return 2;
		}
	}
	if (o->store.data_folder != NULL && (o->restore == NULL || !o->is_reader))
		return -1;
	fputs(usage_text, stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct options o = { .is_reader = false };
	char resolved[PATH_MAX];
	int code = read_options(argc, argv, &o);
	bool has_pipe;

	if (code >= 0)
		return code;
	has_pipe = spawn_has_pipe(); /* before the log opens a descriptor, which may get the number */
	log_init("chisan-store", o.verbosity);
	umask(0027); /* copies too are for the group to read, at most */
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	o.store.data_folder = data_resolve(o.store.data_folder, resolved);
	if (o.restore != NULL)
		return put_back(&o.store, o.restore, o.is_forced);
	if (!has_pipe)
		log_fatal("descriptor %d is no pipe: chisan-store is started by chisand", SPAWN_FD);
	signal(SIGINT, SIG_IGN); /* for the whole group of a terminal: chisand ends its helpers itself, by the pipe */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return o.is_reader ? reader_run(&o.store) : writer_run(&o.store);
}
