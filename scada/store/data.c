/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.c - folders, the first layout, the lock.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/data.h"
#include "scada/store/journal.h"
#include "scada/store/keep.h"

const char *
data_resolve(const char *data, char buf[PATH_MAX])
{
	char parent[PATH_MAX], real[PATH_MAX];
	char *slash;

	if (realpath(data, buf) != NULL)
		return buf;
	/* not made yet: then what it is to be made in */
	slash = str_copy(parent, sizeof(parent), data) ? strrchr(parent, '/') : NULL;
	if (errno != ENOENT || slash == NULL || slash == parent || slash[1] == '\0')
		return data;
	*slash = '\0';
	return realpath(parent, real) != NULL && str_printf(buf, PATH_MAX, "%s/%s", real, slash + 1) ? buf : data;
}

bool
data_names(struct data_folders *f, const char *data)
{
	return str_copy(f->data, sizeof(f->data), data) &&
	    str_printf(f->store, sizeof(f->store), "%s/%s", data, DB_FOLDER) &&
	    str_printf(f->key, sizeof(f->key), "%s/%s", data, DB_KEY_FOLDER) &&
	    str_printf(f->spool, sizeof(f->spool), "%s/%s", data, DB_SPOOL_FOLDER) &&
	    strlen(data) < sizeof(((struct db *)NULL)->folder) - 16;
}

static bool
make_folder(const char *path, mode_t mode, char *text, size_t size)
{
	struct stat st;

	if (mkdir(path, mode) != 0 && errno != EEXIST) {
		str_printf(text, size, "%s cannot be made: %s", path, strerror(errno));
		return false;
	}
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		str_printf(text, size, "%s is there, but it is %s", path,
		    S_ISLNK(st.st_mode) ? "a link; to have it elsewhere, mount it there (mount --bind)" : "no folder");
		return false;
	}
	/* a copy by hand may have opened the key folder to others */
	if (mode == 0700 && (st.st_mode & 0077) != 0)
		(void)chmod(path, mode);
	return true;
}

static bool
move_file(const char *from, const char *to, const char *name, char *text, size_t size)
{
	char a[640], b[640];
	struct stat st;

	str_printf(a, sizeof(a), "%s/%s", from, name);
	str_printf(b, sizeof(b), "%s/%s", to, name);
	if (lstat(a, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	if (lstat(b, &st) == 0) {
		str_printf(text, size, "both %s and %s are there; remove the one that does not count", a, b);
		return false;
	}
	if (rename(a, b) == 0)
		return true;
	str_printf(text, size, "%s cannot be moved to %s: %s", a, to, strerror(errno));
	return false;
}

/*
 * A file's own sync keeps its bytes, not the folders on the way to it: without this a power cut takes what was answered with the folder.
 * At each start, for the folders may have been made by one that was cut off, or by another program.
 */
static bool
keep_folders(const struct data_folders *f, char *text, size_t size)
{
	const char *const folders[] = { f->store, f->key, f->data };
	const char *slash = strrchr(f->data, '/');
	char parent[512];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (!keep_names(folders[i]) && errno != EINVAL &&
		    errno != EROFS) { /* no such sync there, or nothing to sync */
			str_printf(text, size, "%s cannot be synced: %s", folders[i], strerror(errno));
			return false;
		}
	str_printf(parent, sizeof(parent), "%.*s", slash == NULL || slash == f->data ? 1 : (int)(slash - f->data),
	    slash == NULL ? "." : f->data);
	(void)keep_names(parent); /* may be closed to us, and then whoever made DATA there answers for it */
	return true;
}

bool
data_make(const struct data_folders *f, char *text, size_t size)
{
	/* the log first: a file that stands without its log has lost its last transactions */
	static const char *const files[] = { DB_FILE "-wal", DB_FILE };
	static const char *const keys[] = { JOURNAL_PUBLIC_FILE, JOURNAL_KEY_FILE };
	char index[640];
	bool ok = make_folder(f->data, 0750, text, size) && make_folder(f->store, 0750, text, size) &&
	    make_folder(f->key, 0700, text, size) && make_folder(f->spool, 0750, text, size);

	for (size_t i = 0; ok && i < ARRAY_LEN(files); i++)
		ok = move_file(f->data, f->store, files[i], text, size);
	for (size_t i = 0; ok && i < ARRAY_LEN(keys); i++)
		ok = move_file(f->data, f->key, keys[i], text, size);
	str_printf(index, sizeof(index), "%s/%s-shm", f->data, DB_FILE);
	if (ok)
		(void)unlink(index); /* made anew from the log */
	return ok && keep_folders(f, text, size);
}

/* The folder itself is locked: that needs no space, works where nothing can be written, and nobody deletes it by mistake. */
int
data_lock(const struct data_folders *f, char *text, size_t size)
{
	int fd = open(f->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		str_printf(text, size, "%s: %s", f->store, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	str_printf(text, size, "%s: %s", f->store,
	    errno == EWOULDBLOCK ? "another chisan-store writes there already; \"fuser -v\" of the folder names it"
	                         : strerror(errno));
	close(fd);
	return -1;
}

struct data_place
data_place_of(const char *folder)
{
	struct stat st;

	return stat(folder, &st) == 0 ? (struct data_place){ st.st_dev, st.st_ino } : (struct data_place){ .inode = 0 };
}

bool
data_is_another(const char *folder, const struct data_place *was)
{
	struct data_place now = data_place_of(folder);

	return now.inode != 0 && (now.device != was->device || now.inode != was->inode);
}
