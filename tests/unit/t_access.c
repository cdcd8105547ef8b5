/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_access.c - roles by user and group, as the kernel and the site file name them.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

T_MAIN("access",
    T(without_users_the_one_who_runs_it_and_root_may_do_all) T(with_users_only_they_count)
        T(the_highest_of_the_groups_counts) T(the_row_of_a_user_decides_before_groups)
            T(an_account_that_does_not_exist_matches_nobody) T(a_role_of_peers_is_never_given_to_a_person)
                T(the_kernel_names_the_peer))
