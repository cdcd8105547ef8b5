/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.c - the text of --version.
 */
#include "config.h"

#include <ev.h>
#include <seccomp.h>
#include <sys/utsname.h>
#include <utf8proc.h>

#include "scada/base/str.h"
#include "scada/base/version.h"
#include "scada/base/wire.h"

char *
version_text(char *buf, size_t size, const char *program, const char *more)
{
	const struct scmp_version *s = seccomp_version();
	char line[256];
	struct utsname u;

	str_printf(buf, size, "%s %s, wire version %d\nlibev %d.%d, utf8proc %s", program, PACKAGE_VERSION,
	    WIRE_VERSION, ev_version_major(), ev_version_minor(), utf8proc_version());
	if (s != NULL) {
		str_printf(line, sizeof(line), ", libseccomp %u.%u.%u", s->major, s->minor, s->micro);
		str_append(buf, size, line);
	}
	if (more != NULL) {
		str_append(buf, size, ", ");
		str_append(buf, size, more);
	}
	str_append(buf, size, "\n");
	if (uname(&u) == 0) {
		str_printf(line, sizeof(line), "%s %s %s\n", u.sysname, u.release, u.machine);
		str_append(buf, size, line);
	}
	return buf;
}
