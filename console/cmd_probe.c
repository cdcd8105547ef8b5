/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_probe.c - probe: what the devices behind a link say they are; who asks them depends on the link.
 */
#include "config.h"

#include "console/probe_start.h"
#include "console/say.h"

int
cmd_probe(const struct options *o)
{
	if (probe_knows(o->args[1]))
		return probe_start(o);
	say_error("nobody here can ask '%s' what it is; a link begins with modbus-tcp://, modbus-rtu:// or echonet://",
	    o->args[1]);
	return CMD_USAGE;
}
