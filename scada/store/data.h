/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.h - the data folder of a site: what lies where, who may read it, and that one process writes.
 *
 *   DATA/store/  0750  chisan.db and its log       DATA/key/  0700  what signs the journal       DATA/spool/  0750  copies
 */
#ifndef CHISAN_DATA_H
#define CHISAN_DATA_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct data_folders {
	char data[512], store[544], key[544], spool[544];
};

/* The folder without links on the way to it: SQLite follows none. data itself if that cannot be told. */
const char *data_resolve(const char *data, char buf[PATH_MAX]);
/* Names only. False: the name is too long. */
bool data_names(struct data_folders *f, const char *data);
/* Makes what is missing, moves files of the first layout, which lay in the folder itself, and syncs the folders. False: text says why. */
bool data_make(const struct data_folders *f, char *text, size_t size);
/* The descriptor that holds the lock, for as long as it is open. -1: text says why. */
int data_lock(const struct data_folders *f, char *text, size_t size);

/*
 * A folder itself, whatever it is called. A sandbox names folders once: in another one that was put in the place of the first, by hand
 * or by a mount, nothing may be opened. Whoever finds that ends, and is started again there.
 */
struct data_place {
	dev_t device;
	ino_t inode; /* 0 = it is not there */
};
struct data_place data_place_of(const char *folder);
bool data_is_another(const char *folder, const struct data_place *was); /* false also if there is none now */

#endif
