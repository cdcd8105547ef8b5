/* SPDX-License-Identifier: Apache-2.0 */
/*
 * farm.h - thousands of Modbus/TCP devices in one child process: one listener, a device an address of 127.2.0.0/16.
 */
#ifndef CHISAN_BENCH_FARM_H
#define CHISAN_BENCH_FARM_H

#include <stdint.h>
#include <sys/types.h>

struct farm {
	/* what it is to be */
	uint32_t devices;
	uint32_t silent_every; /* every n-th device never answers; 0 = all do */
	int64_t latency_us;    /* from request to answer */
	uint32_t half_device;  /* answers with half a frame, then nothing; UINT32_MAX = none */
	/* what it became */
	pid_t pid;
	uint16_t port;
};

void farm_start(struct farm *f);
void farm_stop(struct farm *f);
/* "127.2.0.1" of device i; buf >= 16. */
const char *farm_address(char *buf, uint32_t i);
static inline int
farm_is_silent(const struct farm *f, uint32_t i)
{
	return f->silent_every != 0 && i % f->silent_every == 1;
}

#endif
