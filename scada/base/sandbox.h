/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h - what a helper may still do after its start: no_new_privs, Landlock for files, seccomp for system calls.
 * Off in sanitizer builds; a warning where the kernel lacks a part. What is linked is the other half.
 */
#ifndef CHISAN_SANDBOX_H
#define CHISAN_SANDBOX_H

#include <stddef.h>

#include "scada/base/err.h"

enum sandbox_may {
	SANDBOX_READ_FILES = 1 << 0, /* below the given folders */
	SANDBOX_CONNECT = 1 << 1,    /* TCP and UDP sockets, no new listening ones */
	SANDBOX_LISTEN = 1 << 2,
	SANDBOX_SPAWN = 1 << 3,
	SANDBOX_SYSLOG =
	    1 << 5,             /* sockets of datagrams on this machine, so that syslog() finds a restarted log again */
	SANDBOX_BIND = 1 << 6,  /* UDP sockets with an address and an interface of their own; TCP listens nowhere */
	SANDBOX_LOCAL = 1 << 8, /* connections to sockets of this machine by name; with Landlock 4 or later no others */
	SANDBOX_SERIAL =
	    1 << 7, /* serial lines below the folders of sandbox_enter_files(): opened, set up, read and written */
	SANDBOX_WRITE_FILES = 1 << 4, /* below the folders of sandbox_enter_files(); includes reading them */
};

/* folders: NULL-terminated, may be NULL. On return the process can do only what `may` says, memory, time, its open descriptors. */
enum err sandbox_enter(unsigned may, const char *const folders[]);
/* The same with folders that may be written as well: files made, renamed, removed and locked there, no folder made. */
enum err sandbox_enter_files(unsigned may, const char *const reads[], const char *const writes[]);

#endif
