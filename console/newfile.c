/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newfile.c - write, sync, move.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/newfile.h"
#include "scada/base/str.h"

static enum err
fail(struct newfile *f, const char *what, const char *path)
{
	str_printf(f->why, sizeof f->why, "%s %.300s: %s", what, path, strerror(errno));
	return ERR_IO;
}

enum err
newfile_open(struct newfile *f, const char *path, bool may_replace)
{
	struct stat st;

	*f = (struct newfile){ .fd = -1, .may_replace = may_replace };
	if (!str_copy(f->path, sizeof f->path, path)) {
		str_copy(f->why, sizeof f->why, "the name of the file is too long");
		return ERR_USAGE;
	}
	str_printf(f->part, sizeof f->part, "%s.part", path);
	if (lstat(path, &st) == 0 && (!may_replace || !S_ISREG(st.st_mode))) {
		str_printf(f->why, sizeof f->why,
		    S_ISREG(st.st_mode) ? "%.300s is there already; --force writes over it"
		                        : "%.300s is there and is no ordinary file",
		    path);
		return ERR_REFUSED;
	}
	f->fd = open(f->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd >= 0)
		return OK;
	if (errno != EEXIST)
		return fail(f, "cannot write", f->part);
	str_printf(f->why, sizeof f->why,
	    "%.300s is there: another one is writing it, or one was interrupted; remove it if nobody is", f->part);
	return ERR_REFUSED;
}

enum err
newfile_write(struct newfile *f, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(f->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(f, "cannot write", f->part);
		p += n;
		len -= (size_t)n;
		f->bytes += (unsigned long long)n;
	}
	return OK;
}

/* So that the name survives a crash too. */
static void
sync_folder(const char *path)
{
	char copy[4096];

	str_copy(copy, sizeof copy, path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/*
 * A name that came into being meanwhile is not written over. Where the file system cannot rename so (NFS), a second name does it; where
 * it knows no second names either (FAT on a stick), a look before has to do.
 */
static bool
give_name(const struct newfile *f)
{
	struct stat st;

	if (f->may_replace)
		return rename(f->part, f->path) == 0;
	if (renameat2(AT_FDCWD, f->part, AT_FDCWD, f->path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (link(f->part, f->path) == 0) {
		unlink(f->part);
		return true;
	}
	if (errno != EPERM && errno != EOPNOTSUPP)
		return false;
	if (lstat(f->path, &st) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(f->part, f->path) == 0;
}

enum err
newfile_finish(struct newfile *f)
{
	enum err e = OK;
	int bad;

	if (fsync(f->fd) != 0)
		return fail(f, "cannot put on the disk", f->part);
	bad = close(f->fd);
	f->fd = -1;
	if (bad != 0)
		e = fail(f, "cannot close", f->part);
	else if (!give_name(f))
		e = fail(f, "cannot name it", f->path);
	if (e != OK)
		unlink(f->part);
	else
		sync_folder(f->path);
	return e;
}

void
newfile_drop(struct newfile *f)
{
	if (f->fd < 0)
		return;
	close(f->fd);
	f->fd = -1;
	unlink(f->part);
}
