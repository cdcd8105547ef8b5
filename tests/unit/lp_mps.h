/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lp_mps.h - an lp as a file in free MPS form, and what Cbc makes of it. Everything is static.
 */
#ifndef CHISAN_LP_MPS_H
#define CHISAN_LP_MPS_H

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/dispatch/lp.h"

#define CBC "/usr/bin/cbc" /* package coinor-cbc */

/* Free, equal, at least, at most; one with both bounds is at most, with a range. */
static inline char
mps_kind(double lower, double upper)
{
	if (lower <= -LP_INFINITY)
		return upper >= LP_INFINITY ? 'N' : 'L';
	return lower == upper ? 'E' : upper >= LP_INFINITY ? 'G' : 'L';
}

static inline void
mps_columns(const struct lp *lp, FILE *f)
{
	bool is_whole = false;

	fprintf(f, "COLUMNS\n");
	for (unsigned c = 0; c < lp->columns; c++) {
		if (lp->is_binary[c] != is_whole)
			fprintf(f, " M%u 'MARKER' '%s'\n", c, is_whole ? "INTEND" : "INTORG");
		is_whole = lp->is_binary[c];
		fprintf(f, " C%u COST %.17g\n", c, lp->cost[c]);
		for (int e = lp->start[c]; e < lp->start[c + 1]; e++)
			fprintf(f, " C%u R%d %.17g\n", c, lp->index[e], lp->value[e]);
	}
	if (is_whole)
		fprintf(f, " M 'MARKER' 'INTEND'\n");
}

static inline void
mps_bounds(const struct lp *lp, FILE *f)
{
	fprintf(f, "BOUNDS\n");
	for (unsigned c = 0; c < lp->columns; c++) {
		if (lp->lower[c] <= -LP_INFINITY)
			fprintf(f, " MI BOUND C%u\n", c);
		else
			fprintf(f, " LO BOUND C%u %.17g\n", c, lp->lower[c]);
		if (lp->upper[c] >= LP_INFINITY)
			fprintf(f, " PL BOUND C%u\n", c);
		else
			fprintf(f, " UP BOUND C%u %.17g\n", c, lp->upper[c]);
	}
}

/* Without the fixed cost. */
static inline bool
mps_write(const struct lp *lp, const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return false;
	fprintf(f, "NAME CHISAN FREE\nROWS\n N COST\n");
	for (unsigned r = 0; r < lp->rows; r++)
		fprintf(f, " %c R%u\n", mps_kind(lp->row_lower[r], lp->row_upper[r]), r);
	mps_columns(lp, f);
	fprintf(f, "RHS\n");
	for (unsigned r = 0; r < lp->rows; r++) {
		char kind = mps_kind(lp->row_lower[r], lp->row_upper[r]);
		if (kind != 'N')
			fprintf(f, " RHS R%u %.17g\n", r, kind == 'L' ? lp->row_upper[r] : lp->row_lower[r]);
	}
	fprintf(f, "RANGES\n");
	for (unsigned r = 0; r < lp->rows; r++)
		if (mps_kind(lp->row_lower[r], lp->row_upper[r]) == 'L' && lp->row_lower[r] > -LP_INFINITY)
			fprintf(f, " RNG R%u %.17g\n", r, lp->row_upper[r] - lp->row_lower[r]);
	mps_bounds(lp, f);
	fprintf(f, "ENDATA\n");
	return fclose(f) == 0;
}

/* Spawned, not forked: a fork would leave its parent's pages to be copied when they are written next, which a bench would count as ours. */
static inline void
mps_run(char *in, char *out, const char *gap, const char *seconds)
{
	char name[] = CBC, ratio[] = "-ratioGap", ratio_is[32], allowed[] = "-allowableGap", none[] = "0",
	     within[] = "-seconds", within_s[32], solve[] = "-solve", to[] = "-solution";
	char *args[] = { name, in, ratio, ratio_is, allowed, none, within, within_s, solve, to, out, NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;

	snprintf(ratio_is, sizeof(ratio_is), "%s", gap);
	snprintf(within_s, sizeof(within_s), "%s", seconds);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, CBC, &quiet, NULL, args, environ) == 0)
		waitpid(pid, NULL, 0);
	posix_spawn_file_actions_destroy(&quiet);
}

/* What Cbc says is the least cost, with the fixed cost; NaN: it did not get there. gap: relative, "0" or "0.0001". */
static inline double
mps_cbc(const struct lp *lp, const char *gap, const char *seconds)
{
	char folder[] = "/tmp/chisan-cbc-XXXXXX", in[64], out[64], line[200] = "";
	double cost = (double)NAN;

	if (mkdtemp(folder) == NULL)
		return cost;
	snprintf(in, sizeof(in), "%s/in.mps", folder);
	snprintf(out, sizeof(out), "%s/out", folder);
	if (mps_write(lp, in))
		mps_run(in, out, gap, seconds);
	FILE *f = fopen(out, "r");
	if (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		char *said = strstr(line, "objective value ");
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "Optimal", 7) == 0 && said != NULL &&
		    str_to_double(said + strlen("objective value "), &cost))
			cost += lp->fixed_cost;
	}
	if (f != NULL)
		fclose(f);
	unlink(in);
	unlink(out);
	rmdir(folder);
	return cost;
}

#endif
