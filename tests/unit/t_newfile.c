/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_newfile.c - a file that is there whole or not at all, on file systems of several kinds.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the file system refuses; else the kernel does it. */
static int rename_errno, link_errno;

static int
try_renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	if (rename_errno == 0)
		return renameat2(from_folder, from, to_folder, to, flags);
	errno = rename_errno;
	return -1;
}

static int
try_link(const char *from, const char *to)
{
	if (link_errno == 0)
		return link(from, to);
	errno = link_errno;
	return -1;
}

/* No file system of these kinds can be had without being root: its answers are given here. */
#define renameat2 try_renameat2
#define link      try_link
#include "console/newfile.c"
#undef renameat2
#undef link

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#include "tests/unit/folder.h"

static struct newfile file;
static char path[128], part[140];

static void
setup(void)
{
	folder_make();
	str_printf(path, sizeof(path), "%s/backup.db", folder);
	str_printf(part, sizeof(part), "%s.part", path);
	rename_errno = link_errno = 0;
}

static void
write_it(const char *text, bool may_replace)
{
	ck_assert_msg(newfile_open(&file, path, may_replace) == OK, "%s", file.why);
	ck_assert_int_eq(newfile_write(&file, text, strlen(text)), OK);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static void
holds(const char *text)
{
	char buf[64] = "";
	FILE *f = fopen(path, "r");

	ck_assert(f != NULL);
	ck_assert(fgets(buf, sizeof(buf), f) != NULL);
	fclose(f);
	ck_assert_str_eq(buf, text);
	ck_assert(!is_there(part));
}

static const struct {
	int rename_errno, link_errno;
} kinds[] = {
	{ 0, 0 },          /* ext4 */
	{ EINVAL, 0 },     /* NFS */
	{ EINVAL, EPERM }, /* an old FAT */
	{ ENOSYS, EOPNOTSUPP },
};

START_TEST(it_gets_its_name_on_every_kind_of_file_system)
{
	rename_errno = kinds[_i].rename_errno;
	link_errno = kinds[_i].link_errno;
	write_it("first", false);
	ck_assert(!is_there(path));
	ck_assert_msg(newfile_finish(&file) == OK, "%s", file.why);
	newfile_drop(&file);
	holds("first");
	ck_assert_int_eq(newfile_open(&file, path, false), ERR_REFUSED);
	write_it("second", true);
	ck_assert_int_eq(newfile_finish(&file), OK);
	holds("second");
}
END_TEST

START_TEST(what_came_into_being_meanwhile_is_not_written_over)
{
	FILE *other;

	rename_errno = kinds[_i].rename_errno;
	link_errno = kinds[_i].link_errno;
	write_it("ours", false);
	other = fopen(path, "w");
	fputs("theirs", other);
	fclose(other);
	ck_assert_int_eq(newfile_finish(&file), ERR_IO);
	ck_assert(strstr(file.why, "cannot name it") != NULL);
	newfile_drop(&file);
	holds("theirs");
}
END_TEST

START_TEST(nothing_is_written_through_a_link)
{
	char target[140];

	str_printf(target, sizeof(target), "%s/target", folder);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(newfile_open(&file, path, false), ERR_REFUSED);
	ck_assert_int_eq(newfile_open(&file, path, true), ERR_REFUSED);
	unlink(path);
	ck_assert_int_eq(symlink(target, part), 0);
	ck_assert_int_eq(newfile_open(&file, path, true), ERR_REFUSED);
	ck_assert(strstr(file.why, ".part is there") != NULL);
	ck_assert(!is_there(target));
}
END_TEST

T_MAIN("newfile",
    T_FIXTURE(setup, folder_remove) T_LOOP(it_gets_its_name_on_every_kind_of_file_system, 0, (int)ARRAY_LEN(kinds))
        T_LOOP(what_came_into_being_meanwhile_is_not_written_over, 0, (int)ARRAY_LEN(kinds))
            T(nothing_is_written_through_a_link))
