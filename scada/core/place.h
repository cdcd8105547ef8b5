/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - where a running chisand is: the data folder that it alone holds, and the socket at which it is found.
 */
#ifndef CHISAN_PLACE_H
#define CHISAN_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Data folder by the rules of chisand(8): given, else by user. False: none can be named. */
bool place_data_folder(const char *given, char *path, size_t size);
/* Likewise the socket. */
bool place_socket(const char *given, char *path, size_t size);

/*
 * Makes the folder if it is missing and locks it for the life of the process. False: message says why, as a sentence; such as that
 * another chisand holds it.
 */
bool place_lock(const char *folder, char *message, size_t size);

/*
 * A file in a folder of the data folder, which is made if it is missing: whole or not at all, in place of one of that name. It does not wait for
 * the disk. False: why.
 */
bool place_file(const char *data_folder, const char *folder, const char *name, const void *data, size_t len, char *why,
    size_t size);

/*
 * What such a file holds, if it is another than *stamp says, which begins as 0; at most `most` bytes. NULL: it is not there, is the same as
 * before, or cannot be read (why is a sentence then, else ""). The caller frees.
 */
char *place_changed(const char *data_folder, const char *folder, const char *name, size_t most, uint64_t *stamp,
    size_t *len, char *why, size_t size);

/* A folder within, made if it is missing and writable for the group; where it cannot be made, who needs it says so. */
void place_make(const char *folder, const char *name);

struct place_socket {
	char path[108];
	int fd; /* listening, non-blocking; -1 = none */
	unsigned long device, inode;
};

/* False: message says why: another chisand listens, a symbolic link, somebody else's folder ... */
bool place_listen(struct place_socket *s, const char *path, char *message, size_t size);
void place_unlisten(struct place_socket *s); /* removes the socket if it is still the one we made */

#endif
