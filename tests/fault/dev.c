/* SPDX-License-Identifier: Apache-2.0 */
/* dev.c - tests/fault/baddev as a child of a test. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "tests/fault/dev.h"

void
dev_start(struct dev *d)
{
	const char *top = getenv("top_builddir");
	char path[512], line[64];
	int in[2], out[2];
	int64_t port;

	str_printf(path, sizeof(path), "%s/tests/fault/baddev", top != NULL ? top : ".");
	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	d->pid = fork();
	if (d->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(path, "baddev", (char *)NULL);
		perror(path);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	d->in = fdopen(in[1], "w");
	d->out = fdopen(out[0], "r");
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	line[strcspn(line, "\n")] = '\0';
	ck_assert(str_to_i64(line, 1, 65535, &port));
	d->port = (uint16_t)port;
}

void
dev_stop(struct dev *d)
{
	fclose(d->in);
	fclose(d->out);
	waitpid(d->pid, NULL, 0);
}

/* Says it, and waits until it holds. */
void
dev_tell(struct dev *d, const char *command)
{
	char line[128];

	fprintf(d->in, "%s\n", command);
	fflush(d->in);
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	ck_assert_str_eq(line, "ok\n");
}

/* One number of its statistics, which begin anew. */
int64_t
dev_ask(struct dev *d, const char *what)
{
	char line[256], *p;
	int64_t n;

	fprintf(d->in, "stats\n");
	fflush(d->in);
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	line[strcspn(line, "\n")] = '\0';
	p = strstr(line, what);
	ck_assert(p != NULL);
	p += strlen(what) + 1;
	p[strcspn(p, " ")] = '\0';
	ck_assert(str_to_i64(p, -1, INT64_MAX, &n));
	return n;
}
