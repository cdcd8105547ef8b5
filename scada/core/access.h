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
 * Where a process sits, as the system knows: "pts/3", "tty1"; and from where its user came: by the records of logins
 * ("pts/3 from 10.0.0.7"), else by what SSH left in its environment, where that may be read. "" = no terminal, or it is gone.
 * Returns buf, of at least 96.
 */
char *access_terminal(pid_t pid, char *buf, size_t size);
/* The parts of it. Pure. Each returns buf, "" = nothing. */
char *access_terminal_name(const char *stat, char *buf, size_t size); /* of /proc/PID/stat */
char *access_login_host(const void *logins, size_t len, const char *terminal, char *buf, size_t size); /* of utmp(5) */
char *access_ssh_host(const char *environment, size_t len, char *buf, size_t size); /* of /proc/PID/environ */

/*
 * Without users in the site file: the user who runs chisand and root are engineers, nobody else is known. With users: the row of
 * the user decides, else the highest of the rows of its groups. ROLE_NONE = not known.
 * *name: as the site file calls the peer, else "uid N"; buf of at least 32 is used for that.
 */
enum role access_role(
    const struct site *site, const struct peer *p, uid_t own, const char **name, char *buf, size_t size);
/* The areas of responsibility of the row that gave the role, as the site file has them; "" = all. Borrowed from the site. */
const char *access_areas(const struct site *site, const struct peer *p);

#endif
