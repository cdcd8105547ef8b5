/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_start.c - starts the program that asks, and gives it the file for its profile.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/probe_start.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"

/* ONE ROW PER PROGRAM: it takes [--json] [--profile NAME] LINK; one of registers also [--all] [--registers N] [--line FORM]. */
struct asker {
	const char *scheme, *program;
	bool has_registers;
};
static const struct asker askers[] = {
	{ "echonet://", "chisan-probe-echonet", false },
	{ "modbus-tcp://", "chisan-probe-modbus", true },
	{ "modbus-rtu://", "chisan-probe-serial", true },
};

static const struct asker *
asker_of(const char *link)
{
	for (size_t i = 0; i < ARRAY_LEN(askers); i++)
		if (strncmp(link, askers[i].scheme, strlen(askers[i].scheme)) == 0)
			return &askers[i];
	return NULL;
}

bool
probe_knows(const char *link)
{
	return asker_of(link) != NULL;
}

/* A profile is named after its file. False: a file could not be one. */
static bool
name_of(const char *file, char *name, size_t size)
{
	const char *base = strrchr(file, '/');
	size_t len;

	base = base != NULL ? base + 1 : file;
	len = strlen(base);
	if (len <= 5 || strcmp(base + len - 5, ".yaml") != 0 ||
	    base[strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '.')
		return false;
	return str_printf(name, size, "%.*s", (int)(len - 5), base) && strchr(name, '.') == NULL;
}

static int
start(const struct options *o, const char *path, char *name)
{
	char program[40], json[] = "--json", profile[] = "--profile", end[] = "--", link[200];
	char all[] = "--all", registers[] = "--registers", number[16];
	char form[] = "--line", line[40];
	char *argv[12] = { program };
	const struct asker *asker = asker_of(o->args[1]);
	int n = 1;

	str_copy(program, sizeof program, asker->program);
	if (!str_copy(link, sizeof link, o->args[1])) {
		say_error("the link is too long");
		return CMD_USAGE;
	}
	if (o->json)
		argv[n++] = json;
	if (name != NULL) {
		argv[n++] = profile;
		argv[n++] = name;
	}
	if (asker->has_registers && o->all)
		argv[n++] = all;
	if (asker->has_registers && o->registers > 0) {
		str_printf(number, sizeof number, "%d", (int)o->registers);
		argv[n++] = registers;
		argv[n++] = number;
	}
	if (asker->has_registers && o->line != NULL) {
		if (!str_copy(line, sizeof line, o->line)) {
			say_error("--line is too long; write it as 9600E1");
			return CMD_USAGE;
		}
		argv[n++] = form;
		argv[n++] = line;
	}
	argv[n++] = end;
	argv[n++] = link;
	fflush(stdout);
	execv(path, argv);
	say_error("cannot start %s: %s", path, strerror(errno));
	return CMD_FAILED;
}

/* The asking program may write no files: what it prints goes into one that is made here. */
static int
write_profile(const struct options *o, const char *path, char *name)
{
	int fd = open(o->profile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), status = 0;
	pid_t child;

	if (fd < 0) {
		say_error("%s: %s%s", o->profile, strerror(errno),
		    errno == EEXIST ? "; a profile is written to a file that is not there yet" : "");
		return CMD_FAILED;
	}
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (dup2(fd, STDOUT_FILENO) < 0)
			_exit(CMD_FAILED);
		_exit(start(o, path, name));
	}
	close(fd);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == CMD_DONE) {
		return CMD_DONE;
	}
	(void)unlink(o->profile);
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : CMD_FAILED;
}

int
probe_start(const struct options *o)
{
	char path[4096], name[80];

	const char *program = asker_of(o->args[1])->program;

	if (!spawn_find(program, path, sizeof path)) {
		say_error("%s is not installed: looked in $CHISAN_LIBEXECDIR and %s", program, PKGLIBEXECDIR);
		return CMD_FAILED;
	}
	if (o->profile == NULL)
		return start(o, path, NULL);
	if (o->json || !name_of(o->profile, name, sizeof name)) {
		say_error("%s%s: a profile is named after its file; write a-z, 0-9 and - and .yaml, as my-node.yaml",
		    o->json ? "--json prints no profile; " : "", o->profile);
		return CMD_USAGE;
	}
	return write_profile(o, path, name);
}
