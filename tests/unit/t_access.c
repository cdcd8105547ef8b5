/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_access.c - roles by user and group, as the kernel and the site file name them.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utmpx.h>

#include "scada/base/mem.h"
#include "scada/core/access.h"
#include "tests/unit/t.h"

#define OWN 500u

static struct site_user users[] = {
	{ .user = "hanako", .role = ROLE_SUPERVISOR, .id = 1001 },
	{ .group = "operators", .role = ROLE_OPERATOR, .id = 70 },
	{ .group = "guests", .role = ROLE_VIEWER, .id = 71 },
	{ .user = "taro", .role = ROLE_VIEWER, .id = 1002 },
	{ .user = "unknown-here", .role = ROLE_ENGINEER, .id = -1 },
	{ .group = "engineers", .role = ROLE_ENGINEER, .id = 72 },
};
static const struct site nobody_named, with_users = { .users = { users, ARRAY_LEN(users) } };

static enum role
role_of(const struct site *s, const struct peer *p, const char *want)
{
	char buf[64];
	const char *name;
	enum role r = access_role(s, p, OWN, &name, buf, sizeof(buf));

	if (want != NULL)
		ck_assert_str_eq(name, want);
	return r;
}

START_TEST(without_users_the_one_who_runs_it_and_root_may_do_all)
{
	ck_assert_int_eq(role_of(&nobody_named, &(struct peer){ .uid = OWN }, "uid 500"), ROLE_ENGINEER);
	ck_assert_int_eq(role_of(&nobody_named, &(struct peer){ .uid = 0 }, "root"), ROLE_ENGINEER);
	ck_assert_int_eq(role_of(&nobody_named, &(struct peer){ .uid = 501 }, NULL), ROLE_NONE);
	ck_assert_int_eq(role_of(NULL, &(struct peer){ .uid = 501 }, NULL), ROLE_NONE);
}
END_TEST

START_TEST(with_users_only_they_count)
{
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = OWN }, NULL), ROLE_NONE);
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = 0 }, NULL), ROLE_NONE);
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = 1001 }, "hanako"), ROLE_SUPERVISOR);
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = 4000 }, "uid 4000"), ROLE_NONE);
}
END_TEST

START_TEST(the_highest_of_the_groups_counts)
{
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = 4000, .gid = 71 }, NULL), ROLE_VIEWER);
	ck_assert_int_eq(
	    role_of(&with_users, &(struct peer){ .uid = 4000, .gid = 71, .groups = { 9, 70 }, .group_count = 2 }, NULL),
	    ROLE_OPERATOR);
	ck_assert_int_eq(
	    role_of(&with_users, &(struct peer){ .uid = 4000, .gid = 9, .groups = { 72, 70 }, .group_count = 1 }, NULL),
	    ROLE_ENGINEER);
	/* beyond the count is not looked at */
	ck_assert_int_eq(
	    role_of(&with_users, &(struct peer){ .uid = 4000, .gid = 9, .groups = { 9, 70 }, .group_count = 1 }, NULL),
	    ROLE_NONE);
}
END_TEST

START_TEST(the_row_of_a_user_decides_before_groups)
{
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = 1002, .gid = 72 }, "taro"), ROLE_VIEWER);
}
END_TEST

START_TEST(an_account_that_does_not_exist_matches_nobody)
{
	ck_assert_int_eq(role_of(&with_users, &(struct peer){ .uid = (uid_t)-1, .gid = (gid_t)-1 }, NULL), ROLE_NONE);
}
END_TEST

START_TEST(a_role_of_peers_is_never_given_to_a_person)
{
	struct site_user bad[] = { { .user = "x", .role = ROLE_PEER, .id = 7 } };
	struct site s = { .users = { bad, 1 } };

	ck_assert_int_eq(role_of(&s, &(struct peer){ .uid = 7 }, NULL), ROLE_NONE);
}
END_TEST

START_TEST(the_kernel_names_the_peer)
{
	int pair[2];
	struct peer p;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert(access_peer(pair[0], &p));
	ck_assert_uint_eq(p.uid, geteuid());
	ck_assert_uint_eq(p.gid, getegid());
	ck_assert_int_eq(getgroups(0, NULL), (int)p.group_count);
	close(pair[0]);
	close(pair[1]);
	ck_assert(!access_peer(-1, &p));
}
END_TEST

static const char *
terminal(const char *stat)
{
	static char buf[96];

	return access_terminal_name(stat, buf, sizeof(buf));
}

START_TEST(a_terminal_is_named_as_the_kernel_knows_it)
{
	/* tty_nr: major 136, minor 3; 137, 3; 4, 1; 4, 64; none */
	ck_assert_str_eq(terminal("77 (chisan) S 1 77 77 34819 77"), "pts/3");
	ck_assert_str_eq(terminal("77 (chisan) S 1 77 77 35075 77"), "pts/259");
	ck_assert_str_eq(terminal("77 (a) b (c) S 1 77 77 34819 77"), "pts/3");
	ck_assert_str_eq(terminal("77 (chisan) S 1 77 77 1025 77"), "tty1");
	ck_assert_str_eq(terminal("77 (chisan) S 1 77 77 1088 77"), "ttyS0");
	ck_assert_str_eq(terminal("77 (chisan) S 1 77 77 0 77"), "");
	ck_assert_str_eq(terminal("77 (chisan) S 1 77"), "");
	ck_assert_str_eq(terminal(""), "");
}
END_TEST

static const char *
ssh(const char *environment, size_t len)
{
	static char buf[64];

	return access_ssh_host(environment, len, buf, sizeof(buf));
}

START_TEST(an_address_is_taken_from_ssh_if_it_looks_like_one)
{
	static const char env[] = "HOME=/root\0SSH_CONNECTION=10.0.0.7 50022 10.0.0.1 22\0TERM=xterm";
	static const char v6[] = "SSH_CONNECTION=fe80::1%eth0 50022 fe80::2 22";
	static const char evil[] = "SSH_CONNECTION=\033[2J nobody";
	static const char late[] = "X_SSH_CONNECTION=10.0.0.7 1 2 3\0SSH_CONNECTION";
	static const char cut[] = "SSH_CONNECTION=10.0";

	ck_assert_str_eq(ssh(env, sizeof(env)), "10.0.0.7");
	ck_assert_str_eq(ssh(v6, sizeof(v6)), "fe80::1%eth0");
	ck_assert_str_eq(ssh(evil, sizeof(evil)), "");
	ck_assert_str_eq(ssh(late, sizeof(late) - 1), "");
	ck_assert_str_eq(ssh(cut, sizeof(cut) - 1), "10.0");
	ck_assert_str_eq(ssh(NULL, 0), "");
}
END_TEST

START_TEST(logins_say_from_where_a_terminal_is_used)
{
	struct utmpx logins[3] = { { .ut_type = USER_PROCESS, .ut_line = "tty1", .ut_host = ":0" },
		{ .ut_type = DEAD_PROCESS, .ut_line = "pts/3", .ut_host = "10.9.9.9" },
		{ .ut_type = USER_PROCESS, .ut_line = "pts/3", .ut_host = "10.0.0.7" } };
	char buf[64];

	ck_assert_str_eq(access_login_host(logins, sizeof(logins), "pts/3", buf, sizeof(buf)), "10.0.0.7");
	ck_assert_str_eq(access_login_host(logins, sizeof(logins), "pts/33", buf, sizeof(buf)), "");
	ck_assert_str_eq(access_login_host(logins, sizeof(logins), "", buf, sizeof(buf)), "");
	ck_assert_str_eq(access_login_host(logins, sizeof(logins) - 1, "pts/3", buf, sizeof(buf)), ""); /* cut short */
	memset(logins[2].ut_host, 'x', sizeof(logins[2].ut_host)); /* without an end */
	ck_assert_uint_eq(
	    strlen(access_login_host(logins, sizeof(logins), "pts/3", buf, sizeof(buf))), sizeof(buf) - 1);
}
END_TEST

START_TEST(a_process_that_is_gone_has_no_terminal)
{
	char buf[96] = "x";

	ck_assert_str_eq(access_terminal(-1, buf, sizeof(buf)), "");
	access_terminal(getpid(), buf, sizeof(buf)); /* whatever it is, it can be read */
	ck_assert_uint_lt(strlen(buf), sizeof(buf));
}
END_TEST

T_MAIN("access",
    T(without_users_the_one_who_runs_it_and_root_may_do_all) T(with_users_only_they_count)
        T(the_highest_of_the_groups_counts) T(the_row_of_a_user_decides_before_groups)
            T(an_account_that_does_not_exist_matches_nobody) T(a_role_of_peers_is_never_given_to_a_person)
                T(the_kernel_names_the_peer) T(a_terminal_is_named_as_the_kernel_knows_it)
                    T(an_address_is_taken_from_ssh_if_it_looks_like_one) T(logins_say_from_where_a_terminal_is_used)
                        T(a_process_that_is_gone_has_no_terminal))
