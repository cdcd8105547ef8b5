/* SPDX-License-Identifier: Apache-2.0 */
/*
 * powercut.h - what powercut.so, laid under a program with LD_PRELOAD, writes down of what the program does to the files below a folder,
 * so that a disk can be made as a power cut would have left it. The program ends before step AT, as if it had never been called.
 */
#ifndef CHISAN_TESTS_POWERCUT_H
#define CHISAN_TESTS_POWERCUT_H

#include <stdint.h>

#define POWERCUT_ROOT "POWERCUT_ROOT" /* environment: the folder, by its real name */
#define POWERCUT_LOG  "POWERCUT_LOG"  /* is appended to */
#define POWERCUT_AT   "POWERCUT_AT"   /* 1 = the first step; 0 or not set: never */

enum powercut_kind {
	POWERCUT_BORN, /* a file or folder: parent, inode, mode; body: name */
	POWERCUT_GONE, /* parent; body: name */
	POWERCUT_RENAMED, /* offset = the folder it leaves, parent = the one it comes to, inode; body: both names, each with a NUL */
	POWERCUT_WROTE, /* inode, offset; body: the bytes */
	POWERCUT_SIZED, /* inode, offset = the length */
	POWERCUT_SYNCED /* inode, of a file or a folder */
};

/* One after another, each followed by its body; in the order in which they were done. Failed calls leave none. */
struct powercut_record {
	uint32_t kind, mode;
	uint64_t parent, inode, offset;
	uint64_t length; /* of the body */
};

#endif
