/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.c - credentials of a peer, and its role.
 */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>

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

enum role
access_role(const struct site *site, const struct peer *p, uid_t own, const char **name, char *buf, size_t size)
{
	const struct site_user *users = site == NULL ? NULL : site->users.v;
	uint32_t count = site == NULL ? 0 : site->users.n;
	int best = ROLE_NONE;

	*name = number_name(p, buf, size);
	if (count == 0)
		return p->uid == own || p->uid == 0 ? ROLE_ENGINEER : ROLE_NONE;
	for (uint32_t i = 0; i < count; i++) {
		const struct site_user *u = &users[i];

		if (u->role <= ROLE_NONE || u->role >= ROLE_PEER || u->id < 0)
			continue;
		if (u->user != NULL && u->id == (int64_t)p->uid) {
			*name = u->user;
			return (enum role)u->role;
		}
		if (u->group != NULL && u->role > best && has_group(p, u->id))
			best = u->role;
	}
	return (enum role)best;
}
