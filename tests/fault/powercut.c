/* SPDX-License-Identifier: Apache-2.0 */
/*
 * powercut.c - powercut.so: the calls that change files, in front of those of libc. Each is done, then written down. Calls go straight to
 * the kernel: a sandbox that is entered later knows them, and no other library is asked.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/fault/powercut.h"

#define LOG_FD 200 /* out of the way of what the program counts on */

static int log_fd = -1;
static char root[512];
static size_t root_len;
static dev_t device;
static unsigned long steps, cut_at;

__attribute__((constructor)) static void
begin(void)
{
	const char *r = getenv(POWERCUT_ROOT), *l = getenv(POWERCUT_LOG), *at = getenv(POWERCUT_AT);
	struct stat st;
	long fd;

	if (r == NULL || l == NULL || strlen(r) >= sizeof(root) || stat(r, &st) != 0)
		return;
	memcpy(root, r, strlen(r) + 1);
	root_len = strlen(r);
	device = st.st_dev;
	for (; at != NULL && *at >= '0' && *at <= '9'; at++)
		cut_at = cut_at * 10 + (unsigned long)(*at - '0');
	fd = syscall(SYS_openat, AT_FDCWD, l, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0)
		log_fd = fcntl((int)fd, F_DUPFD_CLOEXEC, LOG_FD);
	if (fd >= 0)
		(void)syscall(SYS_close, (int)fd);
}

/* The power is cut before this step. */
static void
step(void)
{
	if (++steps == cut_at)
		(void)syscall(SYS_exit_group, 137);
}

/* What cannot be written down makes the log worthless: the test must not go on. */
static void
note(const struct powercut_record *r, const void *body)
{
	struct iovec v[2] = { { (void *)(uintptr_t)r, sizeof(*r) }, { (void *)(uintptr_t)body, r->length } };
	int why = errno;

	if (syscall(SYS_writev, log_fd, v, 2) != (long)(sizeof(*r) + r->length))
		abort();
	errno = why;
}

/* ---- names */

static bool
is_below(const char *path)
{
	return log_fd >= 0 && strncmp(path, root, root_len) == 0 && path[root_len] == '/';
}

static const char *
name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static uint64_t
parent_of(const char *path)
{
	char folder[1024];
	struct stat st;

	if (snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path) >= (int)sizeof(folder) ||
	    stat(folder, &st) != 0)
		abort();
	return st.st_ino;
}

static bool
is_there(const char *path)
{
	struct stat st;
	int why = errno;
	bool is = lstat(path, &st) == 0;

	errno = why;
	return is;
}

static void
note_birth(const char *path)
{
	struct powercut_record r = {
		.kind = POWERCUT_BORN, .parent = parent_of(path), .length = strlen(name_of(path))
	};
	struct stat st;

	if (lstat(path, &st) != 0)
		abort();
	r.inode = st.st_ino;
	r.mode = st.st_mode;
	note(&r, name_of(path));
}

/* ---- descriptors */

/* A file or folder on the same disk; whether it is below the root is known to who reads the log. */
static bool
is_watched(int fd, uint64_t *inode)
{
	struct stat st;
	int why = errno;
	bool is =
	    log_fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == device && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));

	errno = why;
	*inode = is ? st.st_ino : 0;
	return is;
}

static void
note_inode(uint32_t kind, uint64_t inode, off_t offset)
{
	note(&(struct powercut_record){ .kind = kind, .inode = inode, .offset = (uint64_t)offset }, NULL);
}

static void
note_bytes(uint64_t inode, const void *data, ssize_t len, off_t at)
{
	const struct powercut_record r = {
		.kind = POWERCUT_WROTE, .inode = inode, .offset = (uint64_t)at, .length = (uint64_t)len
	};

	if (len > 0)
		note(&r, data);
}

/* ---- the calls */

static int
open_at(int folder, const char *path, int flags, mode_t mode)
{
	bool is_ours = is_below(path), is_new = is_ours && (flags & O_CREAT) != 0 && !is_there(path);
	uint64_t inode;
	long fd;

	if (is_new || (is_ours && (flags & O_TRUNC) != 0))
		step();
	fd = syscall(SYS_openat, folder, path, flags, mode);
	if (fd >= 0 && is_new)
		note_birth(path);
	else if (fd >= 0 && is_ours && (flags & O_TRUNC) != 0 && is_watched((int)fd, &inode))
		note_inode(POWERCUT_SIZED, inode, 0);
	return (int)fd;
}

#define MODE_OF(flags) \
	mode_t mode = 0; \
	if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
		va_list list; \
		va_start(list, flags); \
		mode = va_arg(list, mode_t); \
		va_end(list); \
	}

int
open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat(int folder, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(folder, path, flags, mode);
}

static ssize_t
write_at(int fd, const void *data, size_t len, off_t at)
{
	uint64_t inode;
	bool is = is_watched(fd, &inode);
	ssize_t n;

	if (is)
		step();
	n = syscall(SYS_pwrite64, fd, data, len, at);
	if (is)
		note_bytes(inode, data, n, at);
	return n;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return write_at(fd, data, len, at);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	uint64_t inode;
	bool is = is_watched(fd, &inode);
	ssize_t n;

	if (is)
		step();
	n = syscall(SYS_write, fd, data, len);
	if (is && n > 0) /* where it came to lie, appended or not */
		note_bytes(inode, data, n, lseek(fd, 0, SEEK_CUR) - n);
	return n;
}

static int
size_to(int fd, off_t len)
{
	uint64_t inode;
	bool is = is_watched(fd, &inode);
	int code;

	if (is)
		step();
	code = (int)syscall(SYS_ftruncate, fd, len);
	if (is && code == 0)
		note_inode(POWERCUT_SIZED, inode, len);
	return code;
}

int
ftruncate(int fd, off_t len)
{
	return size_to(fd, len);
}

/* Those of the width that SQLite asks for; elsewhere the names above are already these. */
#if !defined(_FILE_OFFSET_BITS) || _FILE_OFFSET_BITS != 64
int
open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat64(int folder, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(folder, path, flags, mode);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return write_at(fd, data, len, at);
}

int
ftruncate64(int fd, off64_t len)
{
	return size_to(fd, len);
}
#endif

static int
sync_by(long call, int fd)
{
	uint64_t inode;
	bool is = is_watched(fd, &inode);
	int code;

	if (is)
		step();
	code = (int)syscall(call, fd);
	if (is && code == 0)
		note_inode(POWERCUT_SYNCED, inode, 0);
	return code;
}

int
fsync(int fd)
{
	return sync_by(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return sync_by(SYS_fdatasync, fd);
}

int
mkdir(const char *path, mode_t mode)
{
	bool is = is_below(path) && !is_there(path);
	int code;

	if (is)
		step();
	code = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
	if (is && code == 0)
		note_birth(path);
	return code;
}

static int
remove_path(const char *path, int flags)
{
	bool is = is_below(path) && is_there(path);
	int code;

	if (is)
		step();
	code = (int)syscall(SYS_unlinkat, AT_FDCWD, path, flags);
	if (is && code == 0)
		note(
		    &(struct powercut_record){
		        .kind = POWERCUT_GONE, .parent = parent_of(path), .length = strlen(name_of(path)) },
		    name_of(path));
	return code;
}

int
unlink(const char *path)
{
	return remove_path(path, 0);
}

int
rmdir(const char *path)
{
	return remove_path(path, AT_REMOVEDIR);
}

int
rename(const char *from, const char *to)
{
	bool is = is_below(from) && is_below(to) && is_there(from);
	struct powercut_record r = { .kind = POWERCUT_RENAMED };
	char names[600];
	struct stat st;
	int code;

	if (is)
		step();
	code = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
	if (!is || code != 0)
		return code;
	r.offset = parent_of(from);
	r.parent = parent_of(to);
	r.inode = lstat(to, &st) == 0 ? st.st_ino : 0;
	r.length = (uint64_t)snprintf(names, sizeof(names), "%s%c%s", name_of(from), '\0', name_of(to)) + 1;
	note(&r, names);
	return code;
}
