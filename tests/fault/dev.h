/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dev.h - tests/fault/baddev as a child of a test: started, told what to do, asked what it saw.
 */
#ifndef CHISAN_TESTS_DEV_H
#define CHISAN_TESTS_DEV_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct dev {
	pid_t pid;
	FILE *in, *out;
	uint16_t port;
};

void dev_start(struct dev *d);
void dev_stop(struct dev *d);
/* Says it, and waits until it holds. */
void dev_tell(struct dev *d, const char *command);
/* One number of its statistics, which begin anew. */
int64_t dev_ask(struct dev *d, const char *what);

#endif
