/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.c - folders, lock and socket; whatever somebody else could have put in their place is refused.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/place.h"

#define BACKLOG 128

static bool refuse(char *message, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool
refuse(char *message, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, size, fmt, ap);
	va_end(ap);
	return false;
}

bool
place_data_folder(const char *given, char *path, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (given != NULL)
		return str_copy(path, size, given);
	if (geteuid() == 0)
		return str_copy(path, size, "/var/lib/chisan");
	if (state != NULL && state[0] == '/')
		return str_printf(path, size, "%s/chisan", state);
	if (home != NULL && home[0] == '/')
		return str_printf(path, size, "%s/.local/state/chisan", home);
	return str_copy(path, size, "/var/lib/chisan");
}

bool
place_socket(const char *given, char *path, size_t size)
{
	const char *given_by_user = getenv("CHISAN_SOCKET"), *run = getenv("XDG_RUNTIME_DIR");

	if (given == NULL && given_by_user != NULL && given_by_user[0] != '\0')
		given = given_by_user;
	if (given != NULL)
		return str_copy(path, size, given);
	if (run != NULL && run[0] == '/')
		return str_printf(path, size, "%s/chisan.sock", run);
	return str_copy(path, size, "/run/chisan/chisan.sock");
}

/* Opens a folder that nobody but us and root can have prepared; -1: message says what is wrong. */
static int
open_folder(const char *folder, mode_t mode, char *message, size_t size)
{
	struct stat st;
	int fd;

	if (mkdir(folder, mode) != 0 && errno != EEXIST) {
		str_printf(message, size, "cannot make the folder %s: %s", folder, strerror(errno));
		return -1;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ELOOP || errno == ENOTDIR)
			str_printf(message, size, "%s is a symbolic link or no folder; name the folder itself", folder);
		else
			str_printf(message, size, "cannot enter the folder %s: %s", folder, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0)
		str_printf(message, size, "cannot look at the folder %s: %s", folder, strerror(errno));
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		str_printf(message, size, "the folder %s belongs to user %u; it must be yours or root's", folder,
		    (unsigned)st.st_uid);
	else if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
		str_printf(message, size, "everybody may write into the folder %s; chmod o-w it", folder);
	else
		return fd;
	close(fd);
	return -1;
}

/* The folders above, as a new user's ~/.local/state may lack them. */
static void
make_parents(const char *folder)
{
	char path[4096];

	if (!str_copy(path, sizeof(path), folder))
		return;
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
}

void
place_make(const char *folder, const char *name)
{
	char path[4096];

	/* the service's umask leaves the group nothing */
	if (str_printf(path, sizeof(path), "%s/%s", folder, name) && mkdir(path, 0770) == 0)
		(void)chmod(path, 0770);
}

/*
 * A file system that cannot be written, as after an error of its disk, is no reason to leave a plant alone: the file that is there can
 * be locked all the same, and without one the folder itself. -1: errno says why.
 */
static int
open_lock(int dir)
{
	int fd = openat(dir, "chisand.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd >= 0 || errno != EROFS)
		return fd;
	fd = openat(dir, "chisand.lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 && errno == ENOENT ? fcntl(dir, F_DUPFD_CLOEXEC, 0) : fd;
}

bool
place_lock(const char *folder, char *message, size_t size)
{
	char pid[32], holder[32] = "";
	bool is_folder;
	struct stat st;
	int dir, fd;

	make_parents(folder);
	dir = open_folder(folder, 0750, message, size);
	if (dir < 0)
		return false;
	fd = flock(dir, LOCK_EX | LOCK_NB) == 0 ? open_lock(dir) : -1;
	if (fd < 0 && errno == EWOULDBLOCK) { /* it began while there was no file to lock */
		close(dir);
		return refuse(message, size,
		    "another chisand works in %s; stop it first, or give this one a data folder with -d", folder);
	}
	int why = errno;

	is_folder = fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	close(dir); /* and with it that lock, unless the duplicate keeps it */
	if (is_folder)
		return true;
	errno = why;
	if (fd < 0 && errno == ELOOP)
		return refuse(message, size, "%s/chisand.lock is a symbolic link; remove it", folder);
	if (fd < 0)
		return refuse(message, size, "cannot open %s/chisand.lock: %s", folder, strerror(errno));
	/* it is written to: what somebody else put there must not be */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
		close(fd);
		return refuse(message, size, "%s/chisand.lock is no file of its own; remove it", folder);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = read(fd, holder, sizeof(holder) - 1);

		holder[n > 0 ? strspn(holder, "0123456789") : 0] = '\0';
		if (errno == EWOULDBLOCK || n >= 0)
			str_printf(message, size,
			    "another chisand%s%s%s works in %s; stop it first, or give this one a data folder with -d",
			    holder[0] != '\0' ? ", process " : "", holder, holder[0] != '\0' ? "," : "", folder);
		else
			str_printf(message, size, "cannot lock %s/chisand.lock: %s", folder, strerror(errno));
		close(fd);
		return false;
	}
	str_printf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || write(fd, pid, strlen(pid)) < 0)
		(void)fd; /* the number is a courtesy; the lock holds without it */
	return true;      /* the descriptor stays open for the life of the process, and with it the lock */
}

/* Is somebody behind the socket? */
static bool
is_alive(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive = fd >= 0 && (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return alive;
}

static bool
remove_stale(const struct sockaddr_un *sa, char *message, size_t size)
{
	struct stat st;

	if (lstat(sa->sun_path, &st) != 0)
		return true;
	if (S_ISLNK(st.st_mode))
		return refuse(message, size, "the socket %s is a symbolic link; remove it", sa->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return refuse(
		    message, size, "%s exists and is no socket; remove it, or name another with -s", sa->sun_path);
	if (st.st_uid != geteuid())
		return refuse(message, size, "the socket %s belongs to user %u", sa->sun_path, (unsigned)st.st_uid);
	if (is_alive(sa))
		return refuse(message, size,
		    "another chisand listens on %s; stop it first, or give this one a socket with -s", sa->sun_path);
	if (unlink(sa->sun_path) != 0 && errno != ENOENT)
		return refuse(message, size, "cannot remove the dead socket %s: %s", sa->sun_path, strerror(errno));
	return true;
}

static bool
bind_and_listen(struct place_socket *s, const struct sockaddr_un *sa, char *message, size_t size)
{
	mode_t mask = umask(0117); /* so that it is 0660 from its first moment */
	int ok;
	struct stat st;

	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ok = s->fd >= 0 && bind(s->fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 && listen(s->fd, BACKLOG) == 0;
	umask(mask);
	if (!ok) {
		return refuse(message, size, "cannot listen on %s: %s", sa->sun_path, strerror(errno));
	}
	if (lstat(sa->sun_path, &st) == 0) {
		s->device = (unsigned long)st.st_dev;
		s->inode = (unsigned long)st.st_ino;
	}
	return true;
}

bool
place_listen(struct place_socket *s, const char *path, char *message, size_t size)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char folder[sizeof(sa.sun_path)];
	char *slash;
	bool ok;
	int dir;

	s->fd = -1;
	if (!str_copy(sa.sun_path, sizeof(sa.sun_path), path) || path[0] == '\0') {
		return refuse(
		    message, size, "the name of the socket must have 1 to %zu bytes", sizeof(sa.sun_path) - 1);
	}
	str_copy(s->path, sizeof(s->path), path);
	str_copy(folder, sizeof(folder), path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		str_copy(folder, sizeof(folder), ".");
	else
		slash[slash == folder ? 1 : 0] = '\0';
	dir = open_folder(folder, 0750, message, size);
	if (dir < 0)
		return false;
	/* the lock keeps two that start at once from removing each other's socket */
	if (flock(dir, LOCK_EX | LOCK_NB) != 0) {
		str_printf(message, size, "another program holds the folder %s; try again", folder);
		close(dir);
		return false;
	}
	ok = remove_stale(&sa, message, size) && bind_and_listen(s, &sa, message, size);
	close(dir);
	if (!ok && s->fd >= 0) {
		close(s->fd);
		s->fd = -1;
	}
	return ok;
}

void
place_unlisten(struct place_socket *s)
{
	struct stat st;

	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	if (lstat(s->path, &st) == 0 && (unsigned long)st.st_dev == s->device && (unsigned long)st.st_ino == s->inode)
		(void)unlink(s->path);
}

/* ---- files */

bool
place_file(
    const char *data_folder, const char *folder, const char *name, const void *data, size_t len, char *why, size_t size)
{
	char path[4096], part[4096 + 8];
	ssize_t written;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", data_folder, folder);
	if (mkdir(path, 0750) != 0 && errno != EEXIST) {
		str_printf(why, size, "%s cannot be made: %s", path, strerror(errno));
		return false;
	}
	if (!str_append(path, sizeof(path), "/") || !str_append(path, sizeof(path), name)) {
		str_printf(why, size, "the path is too long");
		return false;
	}
	str_printf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	written = fd < 0 ? -1 : write(fd, data, len);
	if (written >= 0 && (size_t)written != len)
		errno = ENOSPC;
	if (written < 0 || (size_t)written != len || rename(part, path) != 0) {
		str_printf(why, size, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		(void)unlink(part);
		return false;
	}
	(void)close(fd);
	return true;
}

static uint64_t
stamp_of(const struct stat *st)
{
	return ((uint64_t)st->st_mtim.tv_sec * 1000000007u + (uint64_t)st->st_mtim.tv_nsec) * 31 +
	    (uint64_t)st->st_size * 7 + (uint64_t)st->st_ino + 1;
}

char *
place_changed(const char *data_folder, const char *folder, const char *name, size_t most, uint64_t *stamp, size_t *len,
    char *why, size_t size)
{
	char path[4096], *text = NULL;
	struct stat st;
	ssize_t n = 0;

	why[0] = '\0';
	str_printf(path, sizeof(path), "%s/%s/%s", data_folder, folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || stamp_of(&st) == *stamp) {
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	*stamp = stamp_of(&st);
	text = xmalloc(most + 1);
	for (*len = 0; *len <= most && (n = read(fd, text + *len, most + 1 - *len)) > 0;)
		*len += (size_t)n;
	if (n < 0)
		str_printf(why, size, "%s cannot be read: %s", path, strerror(errno));
	else if (*len > most)
		str_printf(why, size, "%s is larger than %zu bytes", path, most);
	(void)close(fd);
	if (why[0] == '\0')
		return text;
	free(text);
	return NULL;
}
