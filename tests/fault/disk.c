/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk.c - the log is read once; each disk is played from it. A file is one from its birth on: its inode may serve another one later.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/fault/disk.h"
#include "tests/fault/powercut.h"

#define SECTOR  512
#define THINGS  4096 /* files and folders in a life */
#define NOTHING SIZE_MAX

struct thing {
	uint64_t inode;
	uint32_t mode;
	bool is_synced; /* while looking backwards: there is a later sync */
	uint8_t *bytes;
	size_t len, room;
};

struct event {
	struct powercut_record r;
	const uint8_t *body;
	size_t thing, folder, from; /* NOTHING = none below the root */
	bool is_safe;
};

struct entry {
	size_t folder, thing;
	char name[128];
};

struct disk {
	uint8_t *log;
	struct event *events;
	size_t count;
	struct thing things[THINGS]; /* the first is the root */
	size_t thing_count;
	struct entry entries[THINGS];
	size_t entry_count;
	uint64_t lot;
};

/* ---- reading */

static uint8_t *
read_all(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *all = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		*len = (size_t)st.st_size;
		all = xmalloc(*len + 1);
		for (size_t done = 0; done < *len;) {
			ssize_t n = read(fd, all + done, *len - done);

			if (n <= 0)
				*len = done;
			done += n > 0 ? (size_t)n : 0;
		}
	}
	if (fd >= 0)
		close(fd);
	return all;
}

static size_t
thing_of(const struct disk *d, uint64_t inode)
{
	for (size_t i = d->thing_count; i-- > 0;)
		if (d->things[i].inode == inode)
			return i;
	return NOTHING;
}

/* Who each is about, in the order of time: only then an inode is clear. */
static bool
name_things(struct disk *d)
{
	for (size_t i = 0; i < d->count; i++) {
		struct event *e = &d->events[i];

		e->folder = thing_of(d, e->r.parent);
		e->from = thing_of(d, e->r.offset);
		if (e->r.kind == POWERCUT_BORN && d->thing_count < THINGS)
			d->things[d->thing_count++] = (struct thing){ .inode = e->r.inode, .mode = e->r.mode };
		else if (e->r.kind == POWERCUT_BORN)
			return false;
		e->thing = thing_of(d, e->r.inode);
	}
	return true;
}

/* Backwards: what is followed by a sync of its file or folder is safe. */
static void
find_safe(struct disk *d)
{
	for (size_t i = d->count; i-- > 0;) {
		struct event *e = &d->events[i];
		size_t of = e->r.kind <= POWERCUT_RENAMED ? e->folder : e->thing;

		if (e->r.kind == POWERCUT_SYNCED && of != NOTHING)
			d->things[of].is_synced = true;
		e->is_safe = of != NOTHING && d->things[of].is_synced;
	}
}

struct disk *
disk_read(const char *log, const char *root, bool may_end_torn)
{
	struct disk *d = xcalloc(1, sizeof(*d));
	size_t len = 0, at = 0;
	struct stat st;

	d->log = read_all(log, &len);
	d->events = xcalloc(len / sizeof(struct powercut_record) + 1, sizeof(*d->events));
	while (len - at >= sizeof(struct powercut_record)) {
		struct event *e = &d->events[d->count];

		memcpy(&e->r, d->log + at, sizeof(e->r));
		at += sizeof(e->r);
		if (e->r.length > len - at)
			break;
		e->body = d->log + at;
		at += e->r.length;
		d->count++;
	}
	if (d->log != NULL && (at == len || may_end_torn) && stat(root, &st) == 0) {
		d->things[d->thing_count++] = (struct thing){ .inode = st.st_ino, .mode = S_IFDIR | 0700 };
		if (name_things(d)) {
			find_safe(d);
			return d;
		}
	}
	disk_free(d);
	return NULL;
}

void
disk_free(struct disk *d)
{
	for (size_t i = 0; i < d->thing_count; i++)
		free(d->things[i].bytes);
	free(d->events);
	free(d->log);
	free(d);
}

size_t
disk_steps(const struct disk *d)
{
	return d->count;
}

bool
disk_is_write(const struct disk *d, size_t step)
{
	return d->events[step].r.kind == POWERCUT_WROTE;
}

bool
disk_is_sync(const struct disk *d, size_t step)
{
	return d->events[step].r.kind == POWERCUT_SYNCED;
}

/* ---- playing */

/* splitmix64, by S. Vigna */
static bool
heads(struct disk *d)
{
	uint64_t z = d->lot += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((z ^ (z >> 31)) & 1) != 0;
}

static bool
has_name(struct disk *d, const struct event *e, enum disk_way way)
{
	return e->is_safe || way == DISK_WHOLE || way == DISK_NAMES || (way == DISK_TORN && heads(d));
}

static bool
has_bytes(struct disk *d, const struct event *e, enum disk_way way)
{
	return e->is_safe || way == DISK_WHOLE || way == DISK_BYTES || (way == DISK_TORN && heads(d));
}

static void
size_thing(struct thing *t, size_t len)
{
	if (len > t->room) {
		t->bytes = xrecallocarray(t->bytes, t->room, 2 * len, 1);
		t->room = 2 * len;
	}
	if (len > t->len)
		memset(t->bytes + t->len, 0, len - t->len);
	t->len = len;
}

static void
write_bytes(struct disk *d, const struct event *e, enum disk_way way)
{
	struct thing *t = &d->things[e->thing];
	size_t start = (size_t)e->r.offset, end = start + (size_t)e->r.length;

	/* the length may come to the disk before the bytes */
	if (end > t->len && (way == DISK_NAMES || (way == DISK_TORN && !e->is_safe && heads(d))))
		size_thing(t, end);
	for (size_t at = start, next; at < end; at = next) {
		next = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
		if (!has_bytes(d, e, way))
			continue;
		if (next > t->len)
			size_thing(t, next);
		memcpy(t->bytes + at, e->body + (at - start), next - at);
	}
}

static struct entry *
find(struct disk *d, size_t folder, const char *name, size_t len)
{
	for (size_t i = 0; i < d->entry_count; i++)
		if (d->entries[i].folder == folder && strlen(d->entries[i].name) == len &&
		    memcmp(d->entries[i].name, name, len) == 0)
			return &d->entries[i];
	return NULL;
}

static void
set_name(struct disk *d, size_t folder, const char *name, size_t len, size_t thing)
{
	struct entry *e = find(d, folder, name, len);

	if (e == NULL && d->entry_count < THINGS)
		e = &d->entries[d->entry_count++];
	if (e == NULL)
		abort();
	*e = (struct entry){ .folder = folder, .thing = thing };
	str_printf(e->name, sizeof(e->name), "%.*s", (int)len, name);
}

static void
drop_name(struct disk *d, size_t folder, const char *name, size_t len)
{
	struct entry *e = find(d, folder, name, len);

	if (e != NULL)
		*e = d->entries[--d->entry_count];
}

/* Both names at once, as every file system does it. Played even if the birth of the old name was lost: that of the new one counts. */
static void
rename_thing(struct disk *d, const struct event *e)
{
	const char *from = (const char *)e->body, *to = from + strlen(from) + 1;

	if (e->thing == NOTHING)
		return;
	set_name(d, e->folder, to, strlen(to), e->thing);
	if (find(d, e->from, from, strlen(from)) != NULL)
		drop_name(d, e->from, from, strlen(from));
}

static void
play(struct disk *d, const struct event *e, enum disk_way way)
{
	const char *name = (const char *)e->body;

	switch ((enum powercut_kind)e->r.kind) {
	case POWERCUT_BORN:
		if (e->folder != NOTHING && has_name(d, e, way))
			set_name(d, e->folder, name, e->r.length, e->thing);
		break;
	case POWERCUT_GONE:
		if (e->folder != NOTHING && has_name(d, e, way))
			drop_name(d, e->folder, name, e->r.length);
		break;
	case POWERCUT_RENAMED:
		if (e->folder != NOTHING && e->from != NOTHING && has_name(d, e, way))
			rename_thing(d, e);
		break;
	case POWERCUT_WROTE:
		if (e->thing != NOTHING)
			write_bytes(d, e, way);
		break;
	case POWERCUT_SIZED:
		if (e->thing != NOTHING && has_bytes(d, e, way))
			size_thing(&d->things[e->thing], (size_t)e->r.offset);
		break;
	case POWERCUT_SYNCED: break;
	}
}

/* ---- making */

static bool
make_file(const struct thing *t, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && fchmod(fd, t->mode & 07777) == 0;

	for (size_t done = 0; ok && done < t->len;) {
		ssize_t n = write(fd, t->bytes + done, t->len - done);

		ok = n > 0;
		done += ok ? (size_t)n : 0;
	}
	return (fd < 0 || close(fd) == 0) && ok;
}

static bool
make_below(const struct disk *d, size_t folder, const char *path)
{
	bool ok = true;

	for (size_t i = 0; ok && i < d->entry_count; i++) {
		const struct entry *e = &d->entries[i];
		const struct thing *t = &d->things[e->thing];
		char name[1024];

		if (e->folder != folder)
			continue;
		str_printf(name, sizeof(name), "%s/%s", path, e->name);
		if (S_ISDIR(t->mode))
			ok = mkdir(name, 0700) == 0 && make_below(d, e->thing, name) &&
			    chmod(name, t->mode & 07777) == 0;
		else
			ok = make_file(t, name);
	}
	return ok;
}

bool
disk_make(struct disk *d, enum disk_way way, uint64_t seed, const char *folder)
{
	d->lot = seed;
	d->entry_count = 0;
	for (size_t i = 0; i < d->thing_count; i++)
		d->things[i].len = 0;
	for (size_t i = 0; i < d->count; i++)
		play(d, &d->events[i], way);
	return make_below(d, 0, folder);
}
