/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_start.h - chisan probe of a link: a program of its own asks, one a scheme, so that no parser of what devices send runs in
 * here.
 */
#ifndef CHISAN_PROBE_START_H
#define CHISAN_PROBE_START_H

#include "console/cmd.h"

bool probe_knows(const char *link);
/* With a profile to be written: only to a file that was not there, and only if a node answered. */
int probe_start(const struct options *o); /* enum cmd_exit */

#endif
