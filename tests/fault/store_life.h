/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_life.h - a short life of chisan-store in a folder of its own, for the programs that end it at every step, several beside each
 * other. Everything is static.
 */
#ifndef CHISAN_STORE_LIFE_H
#define CHISAN_STORE_LIFE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/fault/storepipe.h"
#include "tests/unit/tmp.h"

#define SKIP    77
#define BOOT    UINT64_C(0x1234)
#define AT_ONCE 4 /* lives beside each other: they wait most of the time */

static char data[64];
static struct storepipe sp;

static bool
make_folder(void)
{
	return mkdtemp(tmp_pattern(data, sizeof(data))) != NULL;
}

static void
sweep_folder(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", data, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* Each step waits for its answer, so that what follows it on the disk is known. */
static void
life(void)
{
	sp_site(&sp, BOOT);
	SP_UNTIL(&sp, 10000, sp.ready > 0);
	sp_state(&sp, "COUNTER", "1");
	sp_batch(&sp);
	SP_UNTIL(&sp, 10000, sp.stored == 1);
	sp_act(&sp, "an act", "A=one");
	SP_UNTIL(&sp, 10000, sp_all_answered(&sp));
	for (int i = 0; i < 1100; i++) /* until a checkpoint is due */
		sp_note(&sp, "a note");
	sp_batch(&sp);
	sp_batch(&sp);
	SP_UNTIL(&sp, 10000, sp_all_answered(&sp));
	sp_report(&sp, "2026-11-22", "a,b\n");
	sp_act(&sp, "another act", "A=two");
	SP_UNTIL(&sp, 10000, sp_all_answered(&sp) && sp.unasked > 0);
	sp_sign(&sp, "2026-11-22", 1, "a,b\n");
	sp_state(&sp, "COUNTER", "2");
	sp_batch(&sp);
	SP_UNTIL(&sp, 10000, sp_all_answered(&sp));
}

/* Waits until fewer than so many run. False: one of them failed, or was none of ours. */
static bool
wait_below(unsigned *running, unsigned limit)
{
	bool is_good = true;

	while (*running >= limit) {
		int status = 1;

		if (wait(&status) <= 0)
			return false;
		--*running;
		is_good = is_good && status == 0;
	}
	return is_good;
}

#endif
