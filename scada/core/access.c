/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.c - credentials of a peer, and its role.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utmpx.h>

#include "scada/base/str.h"
#include "scada/core/access.h"

bool
access_peer(int fd, struct peer *p)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || len != sizeof(cred))
		return false;
	*p = (struct peer){ .uid = cred.uid, .gid = cred.gid, .pid = cred.pid };
	len = sizeof(p->groups);
	/* who has more groups than we look at is judged by the user's row and the first group alone */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, p->groups, &len) == 0)
		p->group_count = len / sizeof(p->groups[0]);
	return true;
}

static bool
has_group(const struct peer *p, int64_t gid)
{
	if ((int64_t)p->gid == gid)
		return true;
	for (size_t i = 0; i < p->group_count; i++)
		if ((int64_t)p->groups[i] == gid)
			return true;
	return false;
}

static const char *
number_name(const struct peer *p, char *buf, size_t size)
{
	if (p->uid == 0)
		return "root";
	str_printf(buf, size, "uid %lu", (unsigned long)p->uid);
	return buf;
}

/* The row that decides: the user's own, else the highest of its groups; NULL = none. */
static const struct site_user *
find_row(const struct site *site, const struct peer *p)
{
	const struct site_user *users = site == NULL ? NULL : site->users.v, *best = NULL;
	uint32_t count = site == NULL ? 0 : site->users.n;

	for (uint32_t i = 0; i < count; i++) {
		const struct site_user *u = &users[i];

		if (u->role <= ROLE_NONE || u->role >= ROLE_PEER || u->id < 0)
			continue;
		if (u->user != NULL && u->id == (int64_t)p->uid)
			return u;
		if (u->group != NULL && (best == NULL || u->role > best->role) && has_group(p, u->id))
			best = u;
	}
	return best;
}

enum role
access_role(const struct site *site, const struct peer *p, uid_t own, const char **name, char *buf, size_t size)
{
	const struct site_user *row = find_row(site, p);

	*name = number_name(p, buf, size);
	if (site == NULL || site->users.n == 0)
		return p->uid == own || p->uid == 0 ? ROLE_ENGINEER : ROLE_NONE;
	if (row == NULL)
		return ROLE_NONE;
	if (row->user != NULL)
		*name = row->user;
	return (enum role)row->role;
}

const char *
access_areas(const struct site *site, const struct peer *p)
{
	const struct site_user *row = find_row(site, p);

	return row != NULL && row->areas != NULL ? row->areas : "";
}

/* ---- where from */

#define ENVIRONMENT_MAX 65536
#define LOGINS_MAX      (256 * sizeof(struct utmpx))
#define SSH_VARIABLE    "SSH_CONNECTION="

/* tty_nr: the fifth word after the name in parentheses, which may hold anything. */
static unsigned
terminal_number(const char *stat)
{
	const char *p = strrchr(stat, ')');
	unsigned n = 0, words = 0;

	for (; p != NULL && *p != '\0' && words < 5; p++)
		words += *p == ' ';
	for (; p != NULL && *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return words == 5 ? n : 0;
}

char *
access_terminal_name(const char *stat, char *buf, size_t size)
{
	unsigned number = terminal_number(stat), kind = major(number), which = minor(number);

	buf[0] = '\0';
	if (kind >= 136 && kind <= 143) /* Unix98 pseudo-terminals, of the kernel's devices.txt */
		str_printf(buf, size, "pts/%u", which + (kind - 136) * 256);
	else if (kind == 4 && which < 64)
		str_printf(buf, size, "tty%u", which);
	else if (kind == 4)
		str_printf(buf, size, "ttyS%u", which - 64);
	else if (number != 0)
		str_printf(buf, size, "terminal %u:%u", kind, which);
	return buf;
}

/* Of an address of either kind with its zone, or of a host's name. */
static bool
is_of_host(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' ||
	    c == '%' || c == '-';
}

static char *
copy_host(const char *from, size_t len, char *buf, size_t size)
{
	size_t n = 0;

	while (n < len && n + 1 < size && is_of_host(from[n])) {
		buf[n] = from[n];
		n++;
	}
	buf[n] = '\0';
	return buf;
}

/* The file is read as it is: its library would wait for locks. */
char *
access_login_host(const void *logins, size_t len, const char *terminal, char *buf, size_t size)
{
	struct utmpx u;

	buf[0] = '\0';
	for (size_t at = 0; at + sizeof(u) <= len && terminal[0] != '\0'; at += sizeof(u)) {
		memcpy(&u, (const char *)logins + at, sizeof(u));
		if (u.ut_type == USER_PROCESS && strncmp(u.ut_line, terminal, sizeof(u.ut_line)) == 0)
			copy_host(u.ut_host, sizeof(u.ut_host), buf, size);
	}
	return buf;
}

char *
access_ssh_host(const char *environment, size_t len, char *buf, size_t size)
{
	size_t name = strlen(SSH_VARIABLE);

	buf[0] = '\0';
	for (size_t at = 0; at + name < len; at += strnlen(environment + at, len - at) + 1)
		if (strncmp(environment + at, SSH_VARIABLE, name) == 0)
			return copy_host(environment + at + name, len - at - name, buf, size);
	return buf;
}

static size_t
read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size);

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

char *
access_terminal(pid_t pid, char *buf, size_t size)
{
	static char text[LOGINS_MAX > ENVIRONMENT_MAX ? LOGINS_MAX
	                                              : ENVIRONMENT_MAX]; /* nothing of it lives beyond this call */
	char path[64], host[64];

	str_printf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	text[read_file(path, text, 1024)] = '\0';
	access_terminal_name(text, buf, size);
	access_login_host(text, read_file("/run/utmp", text, LOGINS_MAX), buf, host, sizeof(host));
	if (host[0] == '\0') {
		str_printf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
		access_ssh_host(text, read_file(path, text, ENVIRONMENT_MAX), host, sizeof(host));
	}
	if (host[0] != '\0') {
		str_append(buf, size, buf[0] != '\0' ? " from " : "from ");
		str_append(buf, size, host);
	}
	return buf;
}
