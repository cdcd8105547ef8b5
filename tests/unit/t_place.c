/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_place.c - the data folder and the socket: whatever somebody else could have prepared is refused.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/core/place.h"
#include "tests/unit/t.h"

static char work[64], path[108], message[512];

static void
setup(void)
{
	str_copy(work, sizeof(work), "/tmp/t_place.XXXXXX");
	ck_assert(mkdtemp(work) != NULL);
}

static void
teardown(void)
{
	char command[128];
	pid_t pid = fork();
	int status;

	str_printf(command, sizeof(command), "%s", work);
	if (pid == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
}

static const char *
in_work(const char *name)
{
	str_printf(path, sizeof(path), "%s/%s", work, name);
	return path;
}

static void
refused(struct place_socket *s, const char *words)
{
	ck_assert(!place_listen(s, path, message, sizeof(message)));
	ck_assert_msg(strstr(message, words) != NULL, "\"%s\" does not say \"%s\"", message, words);
	ck_assert_int_eq(s->fd, -1);
}

START_TEST(a_socket_is_made_for_user_and_group)
{
	struct place_socket s;
	struct stat st;

	ck_assert(place_listen(&s, in_work("run/s"), message, sizeof(message)));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISSOCK(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	str_printf(path, sizeof(path), "%s/run", work);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0750);
	place_unlisten(&s);
	in_work("run/s");
	ck_assert_int_ne(stat(path, &st), 0);
}
END_TEST

START_TEST(a_live_socket_is_refused_and_a_dead_one_replaced)
{
	struct place_socket one, two;

	ck_assert(place_listen(&one, in_work("s"), message, sizeof(message)));
	refused(&two, "another chisand listens");
	close(one.fd); /* as a killed one leaves it */
	ck_assert(place_listen(&two, path, message, sizeof(message)));
	place_unlisten(&two);
}
END_TEST

START_TEST(a_socket_that_another_took_over_is_not_removed)
{
	struct place_socket one, two;
	struct stat st;

	ck_assert(place_listen(&one, in_work("s"), message, sizeof(message)));
	unlink(path);
	ck_assert(place_listen(&two, path, message, sizeof(message)));
	place_unlisten(&one);
	ck_assert_int_eq(stat(path, &st), 0);
	place_unlisten(&two);
	ck_assert_int_ne(stat(path, &st), 0);
}
END_TEST

START_TEST(symbolic_links_and_files_are_refused)
{
	struct place_socket s;

	ck_assert_int_eq(symlink("/tmp/elsewhere", in_work("s")), 0);
	refused(&s, "symbolic link");
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	refused(&s, "no socket");
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	refused(&s, "no socket");
	unlink(path);
	ck_assert_int_eq(symlink("/tmp", in_work("folder")), 0);
	in_work("folder/s");
	refused(&s, "symbolic link");
}
END_TEST

START_TEST(a_folder_open_to_everybody_is_refused)
{
	struct place_socket s;

	ck_assert_int_eq(mkdir(in_work("open"), 0700), 0);
	ck_assert_int_eq(chmod(path, 0777), 0);
	in_work("open/s");
	refused(&s, "everybody may write");
	in_work("open");
	ck_assert_int_eq(chmod(path, 01777), 0); /* sticky, as /tmp is */
	ck_assert(place_listen(&s, in_work("open/s"), message, sizeof(message)));
	place_unlisten(&s);
}
END_TEST

START_TEST(a_folder_of_somebody_else_is_refused)
{
	struct place_socket s;

	if (geteuid() != 0)
		return; /* only root can make one */
	ck_assert_int_eq(mkdir(in_work("theirs"), 0700), 0);
	ck_assert_int_eq(chown(path, 12345, 12345), 0);
	in_work("theirs/s");
	refused(&s, "belongs to user 12345");
}
END_TEST

START_TEST(a_name_too_long_gets_a_sentence)
{
	struct place_socket s;
	char longer[300];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ck_assert(!place_listen(&s, longer, message, sizeof(message)));
	ck_assert(strstr(message, "107 bytes") != NULL);
	path[0] = '\0';
	refused(&s, "1 to 107");
	in_work("no/such/folder/s");
	refused(&s, "cannot make the folder");
}
END_TEST

START_TEST(a_data_folder_has_one_holder)
{
	int status;
	pid_t pid;
	char want[64];

	ck_assert(place_lock(in_work("deep/data"), message, sizeof(message)));
	pid = fork();
	if (pid == 0)
		_exit(place_lock(path, message, sizeof(message))              ? 0
		        : strstr(message, "another chisand, process") != NULL ? 3
		                                                              : 4);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
	str_printf(want, sizeof(want), "%d", (int)getpid());
	ck_assert_str_ne(want, "0");
}
END_TEST

START_TEST(a_lock_that_is_a_symbolic_link_is_refused)
{
	ck_assert_int_eq(mkdir(in_work("data"), 0700), 0);
	ck_assert_int_eq(symlink("/etc/passwd", in_work("data/chisand.lock")), 0);
	ck_assert(!place_lock(in_work("data"), message, sizeof(message)));
	ck_assert(strstr(message, "chisand.lock") != NULL);
}
END_TEST

START_TEST(a_lock_that_is_no_file_of_its_own_is_refused)
{
	char lock[sizeof(path)];

	ck_assert_int_eq(mkdir(in_work("data"), 0700), 0);
	snprintf(lock, sizeof(lock), "%s", in_work("data/chisand.lock"));
	ck_assert_int_eq(mkfifo(lock, 0600), 0);
	ck_assert(!place_lock(in_work("data"), message, sizeof(message)));
	ck_assert(strstr(message, "chisand.lock is no file of its own") != NULL);
	unlink(lock);
	close(open(in_work("precious"), O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(link(path, lock), 0);
	ck_assert(!place_lock(in_work("data"), message, sizeof(message)));
	ck_assert(strstr(message, "chisand.lock is no file of its own") != NULL);
}
END_TEST

/* As the service runs it, with an umask that leaves the group nothing; one that is there stays as somebody made it. */
START_TEST(a_folder_for_others_is_writable_for_the_group)
{
	struct stat st;
	mode_t before = umask(0077);

	place_make(work, "forecasts");
	umask(before);
	ck_assert_int_eq(stat(in_work("forecasts"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0770);
	ck_assert_int_eq(chmod(path, 0750), 0);
	place_make(work, "forecasts");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0750);
	place_make("/nowhere/at/all", "forecasts"); /* nothing comes of it */
}
END_TEST

START_TEST(places_follow_the_environment)
{
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	unsetenv("CHISAN_SOCKET");
	ck_assert(place_socket(NULL, path, sizeof(path)));
	ck_assert_str_eq(path, "/run/user/7/chisan.sock");
	setenv("CHISAN_SOCKET", "/tmp/x", 1);
	ck_assert(place_socket(NULL, path, sizeof(path)));
	ck_assert_str_eq(path, "/tmp/x");
	ck_assert(place_socket("/tmp/y", path, sizeof(path)));
	ck_assert_str_eq(path, "/tmp/y");
	unsetenv("CHISAN_SOCKET");
	unsetenv("XDG_RUNTIME_DIR");
	ck_assert(place_socket(NULL, path, sizeof(path)));
	ck_assert_str_eq(path, "/run/chisan/chisan.sock");
	ck_assert(place_data_folder("/data", path, sizeof(path)));
	ck_assert_str_eq(path, "/data");
}
END_TEST

T_MAIN("place",
    T_FIXTURE(setup, teardown) T(a_socket_is_made_for_user_and_group)
        T(a_live_socket_is_refused_and_a_dead_one_replaced) T(a_socket_that_another_took_over_is_not_removed)
            T(symbolic_links_and_files_are_refused) T(a_folder_open_to_everybody_is_refused) T(
                a_folder_of_somebody_else_is_refused) T(a_name_too_long_gets_a_sentence) T(a_data_folder_has_one_holder)
                T(a_lock_that_is_a_symbolic_link_is_refused) T(a_lock_that_is_no_file_of_its_own_is_refused)
                    T(a_folder_for_others_is_writable_for_the_group) T(places_follow_the_environment))
