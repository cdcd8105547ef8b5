/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_echonet.h - chisan probe of a link of ECHONET Lite: a program of its own asks, so that no parser of what devices send runs in
 * here.
 */
#ifndef CHISAN_PROBE_ECHONET_H
#define CHISAN_PROBE_ECHONET_H

#include "console/cmd.h"

bool probe_echonet_is(const char *link);
/* With a profile to be written: only to a file that was not there, and only if a node answered. */
int probe_echonet(const struct options *o); /* enum cmd_exit */

#endif
