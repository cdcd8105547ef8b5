/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk.h - a disk after a power cut, made from what powercut.so wrote down. What was synced is there: bytes by a sync of their file, names
 * by a sync of their folder. Of all else the disk may have any part, by sectors of 512 bytes.
 */
#ifndef CHISAN_TESTS_DISK_H
#define CHISAN_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_way {
	DISK_WHOLE, /* all of it: what the kernel had */
	DISK_BARE,  /* nothing but what was synced */
	DISK_NAMES, /* all names, and of the bytes only those synced: files are as long as they were, with zeros */
	DISK_BYTES, /* all bytes, and of the names only those synced */
	DISK_TORN,  /* drawn by lot */
	DISK_WAY_COUNT
};

struct disk;

/* root: the folder that was watched, empty at the start. NULL: the log cannot be read, or is none. */
/*
 * may_end_torn: its writer was killed from outside, which may cut its last record short, between two pages of a write. That step was
 * neither synced nor answered: a disk without it is one that a power cut leaves.
 */
struct disk *disk_read(const char *log, const char *root, bool may_end_torn);
void disk_free(struct disk *d);
size_t disk_steps(const struct disk *d);
bool disk_is_write(const struct disk *d, size_t step); /* of bytes into a file; else of names, sizes, or a sync */
bool disk_is_sync(const struct disk *d, size_t step);
/* Makes the files below folder, which is empty. The same seed gives the same disk. False: errno says why. */
bool disk_make(struct disk *d, enum disk_way way, uint64_t seed, const char *folder);

#endif
