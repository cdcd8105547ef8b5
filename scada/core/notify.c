/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.c - datagrams to the service manager; never waited for.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/core/notify.h"

static struct {
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;
	int64_t alive_us;
} manager = { .fd = -1 };

static void
read_watchdog(void)
{
	const char *every = getenv("WATCHDOG_USEC"), *whom = getenv("WATCHDOG_PID");
	int64_t us, pid;

	if (every == NULL || !str_to_i64(every, 1, INT64_C(3600) * US_PER_S, &us))
		return;
	if (whom != NULL && (!str_to_i64(whom, 1, INT32_MAX, &pid) || pid != getpid()))
		return;
	manager.alive_us = us / 2;
}

void
notify_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);

	read_watchdog();
	if (len > 1 && len < sizeof(manager.to.sun_path) && (path[0] == '/' || path[0] == '@')) {
		manager.to.sun_family = AF_UNIX;
		memcpy(manager.to.sun_path, path, len);
		if (path[0] == '@')
			manager.to.sun_path[0] = '\0';
		manager.to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
		manager.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void
tell(const char *text)
{
	if (manager.fd >= 0)
		(void)sendto(manager.fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
		    (const struct sockaddr *)&manager.to, manager.to_len);
}

void
notify_ready(void)
{
	tell("READY=1");
}

void
notify_reloading(struct mono now)
{
	char text[64];

	str_printf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now.us);
	tell(text);
}

void
notify_stopping(void)
{
	tell("STOPPING=1");
}

void
notify_status(const char *fmt, ...)
{
	char text[512] = "STATUS=";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + 7, sizeof(text) - 7, fmt, ap);
	va_end(ap);
	/* a line feed would begin another assignment */
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	tell(text);
}

void
notify_alive(void)
{
	tell("WATCHDOG=1");
}

int64_t
notify_alive_us(void)
{
	return manager.fd >= 0 ? manager.alive_us : 0;
}
