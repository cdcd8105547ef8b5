/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.h - who may do what: the kernel says who is at the other end of a socket, the site file which role that is.
 * No names are looked up here; chisan-site has done that.
 */
#ifndef CHISAN_ACCESS_H
#define CHISAN_ACCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "scada/site/site.h"

#define ACCESS_GROUPS_MAX 256 /* supplementary groups that are looked at */

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	gid_t groups[ACCESS_GROUPS_MAX];
	size_t group_count;
};

/* False: the kernel does not say, then nobody is let in. */
bool access_peer(int fd, struct peer *p);

/*
 * Without users in the site file: the user who runs chisand and root are engineers, nobody else is known. With users: the row of
 * the user decides, else the highest of the rows of its groups. ROLE_NONE = not known.
 * *name: as the site file calls the peer, else "uid N"; buf of at least 32 is used for that.
 */
enum role access_role(
    const struct site *site, const struct peer *p, uid_t own, const char **name, char *buf, size_t size);

#endif
