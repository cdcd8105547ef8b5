/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.h - chisand put together: one loop, and what happens in which order when it starts, reloads and stops.
 */
#ifndef CHISAN_CORE_H
#define CHISAN_CORE_H

struct core_options {
	const char *site_folder;
	const char *data_folder;
	const char *socket;
};

/* Returns the exit code of the program. */
int core_run(const struct core_options *options);

#endif
