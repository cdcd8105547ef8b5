/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.c - gives up what a helper does not need.  A refused call fails with EPERM as any other failure does; it never kills.
 */
#include "config.h"

#include "scada/base/log.h"
#include "scada/base/sandbox.h"

#if defined(CHISAN_SANITIZED) || defined(CHISAN_COVERAGE)

enum err
sandbox_enter_files(unsigned may, const char *const reads[], const char *const writes[])
{
	(void)may;
	(void)reads;
	(void)writes;
	return OK;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scada/base/mem.h"

/* ---- Landlock, by number: glibc has no wrappers, and older headers lack the later rights */

#define LL_CREATE_RULESET    444
#define LL_ADD_RULE          445
#define LL_RESTRICT_SELF     446
#define LL_VERSION           1u
#define LL_RULE_PATH_BENEATH 1
#define LL_WRITE_FILE        (UINT64_C(1) << 1)
#define LL_READ_FILE         (UINT64_C(1) << 2)
#define LL_READ_DIR          (UINT64_C(1) << 3)
#define LL_REMOVE_FILE       (UINT64_C(1) << 5)
#define LL_MAKE_FILE         (UINT64_C(1) << 8)
#define LL_FS_1              ((UINT64_C(1) << 13) - 1) /* execute .. make symlink */
#define LL_FS_2              (UINT64_C(1) << 13)       /* refer */
#define LL_FS_3              (UINT64_C(1) << 14)       /* truncate */
#define LL_FS_5              (UINT64_C(1) << 15)       /* ioctl of devices */
#define LL_NET_BIND          UINT64_C(1)
#define LL_NET_CONNECT       UINT64_C(2)

struct ll_ruleset {
	uint64_t fs, net;
};
struct ll_path {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

#define LL_READING (LL_READ_FILE | LL_READ_DIR)
#define LL_WRITING (LL_READING | LL_WRITE_FILE | LL_REMOVE_FILE | LL_MAKE_FILE)

static bool
landlock_allow(int ruleset, const char *folder, uint64_t rights)
{
	struct ll_path rule = { .allowed = rights };
	int fd = open(folder, O_PATH | O_CLOEXEC | O_DIRECTORY);
	bool ok;

	if (fd < 0) {
		fd = open(folder, O_PATH | O_CLOEXEC);
		rule.allowed = rights & (LL_READ_FILE | LL_WRITE_FILE | LL_FS_3);
	}
	if (fd < 0)
		return errno == ENOENT; /* what is not there needs no permission */
	rule.parent = fd;
	ok = syscall(LL_ADD_RULE, ruleset, LL_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(fd);
	return ok;
}

/* False: this kernel cannot. */
static bool
landlock_enter(unsigned may, const char *const reads[], const char *const writes[])
{
	long abi = syscall(LL_CREATE_RULESET, NULL, 0, LL_VERSION);
	struct ll_ruleset attr = { .fs = LL_FS_1 };
	bool ok = true;
	int ruleset;

	if (abi < 1)
		return false;
	attr.fs |= (abi >= 2 ? LL_FS_2 : 0) | (abi >= 3 ? LL_FS_3 : 0) | (abi >= 5 ? LL_FS_5 : 0);
	if (abi >= 4)
		attr.net = ((may & SANDBOX_LISTEN) == 0 ? LL_NET_BIND : 0) |
		    ((may & SANDBOX_CONNECT) == 0 ? LL_NET_CONNECT : 0);
	ruleset = (int)syscall(LL_CREATE_RULESET, &attr, abi >= 4 ? sizeof(attr) : sizeof(attr.fs), 0);
	if (ruleset < 0)
		return false;
	for (size_t i = 0; (may & SANDBOX_READ_FILES) != 0 && reads != NULL && reads[i] != NULL; i++)
		ok = landlock_allow(ruleset, reads[i], LL_READING) && ok;
	for (size_t i = 0; (may & SANDBOX_WRITE_FILES) != 0 && writes != NULL && writes[i] != NULL; i++)
		ok = landlock_allow(ruleset, writes[i], LL_WRITING | (attr.fs & LL_FS_3)) && ok;
	for (size_t i = 0; (may & SANDBOX_SERIAL) != 0 && writes != NULL && writes[i] != NULL; i++)
		ok = landlock_allow(ruleset, writes[i], LL_READING | LL_WRITE_FILE | (attr.fs & LL_FS_5)) && ok;
	ok = ok && syscall(LL_RESTRICT_SELF, ruleset, 0) == 0;
	close(ruleset);
	return ok;
}

/* ---- seccomp: the calls that stay */

#define CALL(name) SCMP_SYS(name)

/* clang-format off */
static const int calls_always[] = {
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64), CALL(pwrite64), CALL(close), CALL(lseek), CALL(fstat),
	CALL(recvfrom), CALL(sendto), CALL(recvmsg), CALL(sendmsg), CALL(recvmmsg), CALL(sendmmsg), CALL(shutdown),
	CALL(getsockopt), CALL(setsockopt), CALL(getsockname), CALL(getpeername), CALL(fcntl), CALL(dup), CALL(dup2), CALL(dup3),
	CALL(epoll_create1), CALL(epoll_create), CALL(epoll_ctl), CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2), CALL(poll),
	CALL(ppoll), CALL(select), CALL(pselect6), CALL(eventfd2), CALL(timerfd_create), CALL(timerfd_settime), CALL(pipe2),
	CALL(clock_gettime), CALL(clock_getres), CALL(clock_nanosleep), CALL(nanosleep), CALL(gettimeofday), CALL(time),
	CALL(munmap), CALL(mremap), CALL(madvise), CALL(brk), CALL(futex), CALL(set_robust_list), CALL(rseq), CALL(membarrier),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigaltstack), CALL(tgkill), CALL(restart_syscall),
	CALL(exit), CALL(exit_group), CALL(getpid), CALL(getppid), CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid),
	CALL(getrandom), CALL(getrusage), CALL(times), CALL(sysinfo), CALL(uname), CALL(sched_yield), CALL(sched_getaffinity),
	CALL(getrlimit), CALL(getcpu),
};
static const int calls_read[] = {
	CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx), CALL(access), CALL(faccessat), CALL(faccessat2), CALL(readlink),
	CALL(readlinkat), CALL(getdents64), CALL(getcwd), CALL(fstatfs), CALL(statfs), CALL(fadvise64),
};
static const int calls_write[] = {
	CALL(openat), CALL(open), CALL(ftruncate), CALL(fsync), CALL(fdatasync), CALL(fallocate), CALL(unlink), CALL(unlinkat),
	CALL(rename), CALL(renameat), CALL(renameat2), CALL(fchmod), CALL(fchown), CALL(flock),
};
static const int calls_connect[] = { CALL(connect) };
static const int calls_listen[] = { CALL(bind), CALL(listen), CALL(accept), CALL(accept4), CALL(unlink), CALL(unlinkat), CALL(umask) };
static const int calls_spawn[] = {
	CALL(clone), CALL(fork), CALL(vfork), CALL(execve), CALL(wait4), CALL(waitid), CALL(kill), CALL(prctl), CALL(prlimit64),
	CALL(setrlimit), CALL(close_range), CALL(socketpair), CALL(arch_prctl), CALL(set_tid_address), CALL(openat), CALL(open),
	CALL(mmap), CALL(mprotect), CALL(ioctl),
};
/* clang-format on */

static int
allow(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	int failed = 0;

	/* a call that this architecture lacks is refused by the library and missed by nobody */
	for (size_t i = 0; i < count; i++)
		if (calls[i] >= 0)
			failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return failed;
}

static int
allow_memory(scmp_filter_ctx ctx)
{
	int failed = 0;

	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, TCGETS, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, FIONREAD, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, FIONBIO, 0));
	/* limits may be asked, not set */
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0, 0));
	/* ENOSYS, so that glibc falls back to clone, and that is refused or not by the list */
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0);
	return failed;
}

static int
allow_files(scmp_filter_ctx ctx)
{
	const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
	int failed = allow(ctx, calls_read, ARRAY_LEN(calls_read));

	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0));
	return failed;
}

static int
allow_sockets(scmp_filter_ctx ctx, unsigned may)
{
	int failed = 0;

	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0));
	if ((may & (SANDBOX_LISTEN | SANDBOX_LOCAL)) != 0)
		failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	if ((may & SANDBOX_LISTEN) != 0) {
		failed |= allow(ctx, calls_listen, ARRAY_LEN(calls_listen));
	}
	if ((may & (SANDBOX_CONNECT | SANDBOX_LOCAL)) != 0)
		failed |= allow(ctx, calls_connect, ARRAY_LEN(calls_connect));
	if ((may & SANDBOX_BIND) != 0) {
		failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(bind), 0);
		failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, SIOCGIFINDEX));
	}
	return failed;
}

/* Nothing is made or cut: a line is there, or it is not. */
static int
allow_serial(scmp_filter_ctx ctx)
{
	static const unsigned long controls[] = { TCSETS, TCSETSW, TCFLSH, TIOCEXCL, TIOCGRS485, TIOCSRS485, TIOCMGET,
		TIOCMSET };
	const uint64_t making = O_CREAT | O_TRUNC | O_APPEND;
	int failed = 0;

	for (size_t i = 0; i < ARRAY_LEN(controls); i++)
		failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, controls[i], 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, making, 0));
	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, making, 0));
	return failed;
}

static int
allow_syslog(scmp_filter_ctx ctx)
{
	int failed = allow(ctx, calls_connect, ARRAY_LEN(calls_connect));

	failed |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, CALL(socket), 2, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0),
	    SCMP_A1(SCMP_CMP_MASKED_EQ, ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), SOCK_DGRAM));
	return failed;
}

static bool
seccomp_enter(unsigned may)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int failed;

	if (ctx == NULL)
		return false;
	failed = allow(ctx, calls_always, ARRAY_LEN(calls_always)) | allow_memory(ctx);
	if ((may & (SANDBOX_READ_FILES | SANDBOX_WRITE_FILES)) != 0)
		failed |= allow_files(ctx);
	if ((may & SANDBOX_WRITE_FILES) != 0)
		failed |= allow(ctx, calls_write, ARRAY_LEN(calls_write));
	if ((may & (SANDBOX_CONNECT | SANDBOX_LISTEN | SANDBOX_LOCAL)) != 0)
		failed |= allow_sockets(ctx, may);
	if ((may & SANDBOX_SERIAL) != 0)
		failed |= allow_serial(ctx);
	if ((may & SANDBOX_SYSLOG) != 0)
		failed |= allow_syslog(ctx);
	if ((may & SANDBOX_SPAWN) != 0)
		failed |=
		    allow(ctx, calls_spawn, ARRAY_LEN(calls_spawn)) | allow(ctx, calls_read, ARRAY_LEN(calls_read));
	failed |= seccomp_load(ctx);
	seccomp_release(ctx);
	return failed == 0;
}

enum err
sandbox_enter_files(unsigned may, const char *const reads[], const char *const writes[])
{
	const char *wish = getenv("CHISAN_SANDBOX");

	if (wish != NULL && strcmp(wish, "off") == 0)
		return OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_FAILED;
	/* who may start programs must be able to read them and their libraries: no file rules then */
	if ((may & SANDBOX_SPAWN) == 0 && !landlock_enter(may, reads, writes))
		log_info("this kernel has no Landlock; files are guarded by seccomp alone");
	if (!seccomp_enter(may))
		log_warn("this kernel takes no seccomp filter; going on without");
	return OK;
}

#endif

enum err
sandbox_enter(unsigned may, const char *const folders[])
{
	return sandbox_enter_files(may & ~(unsigned)SANDBOX_WRITE_FILES, folders, NULL);
}
