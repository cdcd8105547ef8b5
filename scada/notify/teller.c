/* SPDX-License-Identifier: Apache-2.0 */
/*
 * teller.c - both ends of the socket pair, and the life of the programs that are run: input, what they print, deadline, end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/notify/teller.h"

#define CALLS_MAX 64
#define KILL_US   (2 * US_PER_S) /* from the polite word to the other one */
#define FDS       3              /* of a call: its end, its input, what it prints */

struct ask_head {
	uint32_t id;
	uint32_t name, address, lines; /* bytes with the terminator */
	int64_t timeout_us;
};
struct answer_head {
	uint32_t id;
	uint32_t is_ok;
};

struct call {
	bool is_used;
	uint32_t id;
	pid_t pid;
	int end, in, out; /* of the process, by pidfd; -1 */
	char *lines;
	size_t len, sent;
	char said[200];
	size_t said_len;
	int64_t timeout_us;
	struct mono deadline;
	unsigned kills;
};

struct teller {
	const char *program;
	int fd; /* -1: nobody asks any more */
	struct call calls[CALLS_MAX];
};

/* ---- our end */

bool
teller_ask(int fd, uint32_t id, int64_t timeout_us, const char *name, const char *address, const char *lines)
{
	struct ask_head h = { .id = id, .timeout_us = timeout_us };
	h.name = (uint32_t)strlen(name) + 1;
	h.address = (uint32_t)strlen(address) + 1;
	h.lines = (uint32_t)strlen(lines) + 1;
	struct iovec parts[] = { { &h, sizeof(h) }, { (void *)(uintptr_t)name, h.name },
		{ (void *)(uintptr_t)address, h.address }, { (void *)(uintptr_t)lines, h.lines } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = ARRAY_LEN(parts) };
	if (sizeof(h) + h.name + h.address + h.lines > TELLER_ASK_MAX)
		return false;
	return sendmsg(fd, &m, MSG_NOSIGNAL) > 0;
}

enum err
teller_read(int fd, struct teller_answer *out)
{
	struct {
		struct answer_head head;
		char words[TELLER_WORDS_MAX];
	} a = { .words = "" };
	ssize_t n = recv(fd, &a, sizeof(a), 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_CLOSED;
	if (n < (ssize_t)sizeof(a.head))
		return ERR_CLOSED;
	a.words[sizeof(a.words) - 1] = '\0';
	out->id = a.head.id;
	out->is_ok = a.head.is_ok == 1;
	text_put_safe(out->words, sizeof(out->words), a.words, -1);
	return OK;
}

/* ---- the program, in the child after fork: only calls that are safe there */

static void
become_program(const char *program, const char *name, const char *address, int in, int out)
{
	char *const environment[] = {
		(char *)(uintptr_t) "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		(char *)(uintptr_t) "LANG=C.UTF-8", NULL
	};
	char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)name, NULL, NULL };
	sigset_t none;
	if (address[0] != '\0')
		argv[2] = (char *)(uintptr_t)address;
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
	    chdir("/") != 0)
		_exit(127);
	(void)close_range(3, ~0U, 0);
	execve(program, argv, environment);
	_exit(127);
}

/* 0 if it could not be begun. */
static pid_t
run(const struct teller *t, struct call *c, const char *name, const char *address)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = -1;
	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		become_program(t->program, name, address, in[0], out[1]);
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	c->in = in[1];
	c->out = out[0];
	c->end = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (c->in >= 0)
		(void)fcntl(c->in, F_SETFL, O_NONBLOCK);
	if (c->out >= 0)
		(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	if (pid > 0 && c->end < 0) {
		kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		pid = -1;
	}
	return pid > 0 ? pid : 0;
}

/* ---- one call */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
answer(struct teller *t, struct call *c, bool is_ok, const char *how)
{
	struct {
		struct answer_head head;
		char words[TELLER_WORDS_MAX];
	} a = { .head = { c->id, is_ok } };
	char said[sizeof(c->said) + 1];
	str_printf(said, sizeof(said), "%.*s", (int)c->said_len, c->said);
	said[strcspn(said, "\n")] = '\0'; /* its first line says most */
	str_printf(a.words, sizeof(a.words), "%s%s%s", how, said[0] != '\0' ? ": " : "", said);
	if (t->fd >= 0)
		(void)send(t->fd, &a, sizeof(a.head) + strlen(a.words) + 1, MSG_NOSIGNAL);
	close_fd(&c->end);
	close_fd(&c->in);
	close_fd(&c->out);
	free(c->lines);
	*c = (struct call){ .is_used = false };
}

static void
feed(struct call *c)
{
	ssize_t n = write(c->in, c->lines + c->sent, c->len - c->sent);
	if (n > 0)
		c->sent += (size_t)n;
	/* A program that does not want to read all of it may still do its work: its exit says whether it did. */
	if (c->sent == c->len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&c->in);
}

static void
hear(struct call *c)
{
	char rest[512];
	size_t room = sizeof(c->said) - c->said_len;
	ssize_t n = room > 0 ? read(c->out, c->said + c->said_len, room) : read(c->out, rest, sizeof(rest));
	if (n > 0 && room > 0)
		c->said_len += (size_t)n;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&c->out);
}

static void
ended(struct teller *t, struct call *c)
{
	int status = 0;
	char how[160], time[32];
	if (waitpid(c->pid, &status, WNOHANG) <= 0)
		return;
	if (c->out >= 0)
		hear(c);
	spawn_status_text(how, sizeof(how), status);
	if (c->kills > 0)
		str_printf(how, sizeof(how), "it took longer than %s", str_duration(time, sizeof(time), c->timeout_us));
	answer(t, c, WIFEXITED(status) && WEXITSTATUS(status) == 0 && c->kills == 0, how);
}

static void
end_late(struct call *c, struct mono now)
{
	if (mono_diff_us(now, c->deadline) < 0)
		return;
	kill(-c->pid, c->kills == 0 ? SIGTERM : SIGKILL); /* it and all that it started */
	c->kills++;
	c->deadline = mono_add(now, KILL_US);
}

/* ---- the loop */

static struct call *
free_call(struct teller *t)
{
	for (size_t i = 0; i < CALLS_MAX; i++)
		if (!t->calls[i].is_used)
			return &t->calls[i];
	return NULL;
}

static bool
is_whole(const char *data, size_t len, const struct ask_head *h)
{
	uint64_t sum = sizeof(*h) + (uint64_t)h->name + h->address + h->lines;
	const char *name = data + sizeof(*h);
	return sum == len && h->name > 0 && h->address > 0 && h->lines > 0 && name[h->name - 1] == '\0' &&
	    name[h->name + h->address - 1] == '\0' && name[h->name + h->address + h->lines - 1] == '\0';
}

static void
take_ask(struct teller *t)
{
	static char data[TELLER_ASK_MAX];
	struct ask_head h;
	ssize_t n = recv(t->fd, data, sizeof(data), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)sizeof(h)) { /* its end: chisan-notify is gone */
		close_fd(&t->fd);
		return;
	}
	memcpy(&h, data, sizeof(h));
	struct call *c = free_call(t), none = { .id = h.id, .end = -1, .in = -1, .out = -1 };
	if (!is_whole(data, (size_t)n, &h) || c == NULL) {
		answer(t, &none, false, c == NULL ? "too many calls are under way" : "the question cannot be read");
		return;
	}
	const char *name = data + sizeof(h), *address = name + h.name, *lines = address + h.address;
	*c = (struct call){ .is_used = true, .id = h.id, .end = -1, .in = -1, .out = -1, .timeout_us = h.timeout_us };
	c->lines = xstrdup(lines);
	c->len = strlen(lines);
	c->deadline = mono_add(clock_mono(), h.timeout_us);
	c->pid = run(t, c, name, address);
	if (c->pid == 0)
		answer(t, c, false, "no process can be made for it");
}

/* ms until the next deadline; -1: none. */
static int
wait_ms(const struct teller *t, struct mono now)
{
	int64_t least = -1;
	for (size_t i = 0; i < CALLS_MAX; i++) {
		int64_t us = t->calls[i].is_used ? mono_diff_us(t->calls[i].deadline, now) : -1;
		if (t->calls[i].is_used && (least < 0 || us < least))
			least = us > 0 ? us : 0;
	}
	return least < 0 ? -1 : (int)(least / US_PER_MS) + 1;
}

static size_t
watch(const struct teller *t, struct pollfd *fds, size_t *calls)
{
	size_t n = 0;
	*calls = 0;
	if (t->fd >= 0)
		fds[n++] = (struct pollfd){ .fd = t->fd, .events = POLLIN };
	for (size_t i = 0; i < CALLS_MAX; i++) {
		const struct call *c = &t->calls[i];
		if (!c->is_used)
			continue;
		++*calls;
		fds[n++] = (struct pollfd){ .fd = c->end, .events = POLLIN };
		if (c->in >= 0)
			fds[n++] = (struct pollfd){ .fd = c->in, .events = POLLOUT };
		if (c->out >= 0)
			fds[n++] = (struct pollfd){ .fd = c->out, .events = POLLIN };
	}
	return n;
}

static bool
is_ready(const struct pollfd *fds, size_t n, int fd)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i].fd == fd && fd >= 0)
			return fds[i].revents != 0;
	return false;
}

static void
serve(struct teller *t)
{
	struct pollfd fds[1 + CALLS_MAX * FDS];
	size_t calls = 0;
	for (;;) {
		size_t n = watch(t, fds, &calls);
		if (t->fd < 0 && calls == 0)
			return;
		if (poll(fds, n, wait_ms(t, clock_mono())) < 0 && errno != EINTR)
			return;
		for (size_t i = 0; i < CALLS_MAX; i++) {
			struct call *c = &t->calls[i];
			if (c->is_used && is_ready(fds, n, c->in))
				feed(c);
			if (c->is_used && is_ready(fds, n, c->out))
				hear(c);
			if (c->is_used && is_ready(fds, n, c->end))
				ended(t, c);
			if (c->is_used)
				end_late(c, clock_mono());
		}
		if (t->fd >= 0 && is_ready(fds, n, t->fd))
			take_ask(t);
	}
}

enum err
teller_start(const char *program, pid_t *pid, int *fd)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return ERR_FAILED;
	*pid = fork();
	if (*pid < 0) {
		close(pair[0]);
		close(pair[1]);
		return ERR_FAILED;
	}
	if (*pid == 0) {
		struct teller t = { .program = program, .fd = pair[1] };
		close(pair[0]);
		(void)prctl(PR_SET_PDEATHSIG, 0); /* what is being told is told, also when chisand ends */
		close(SPAWN_FD);                  /* the pipe is not for it */
		signal(SIGPIPE, SIG_IGN);
		umask(0077);
		serve(&t);
		_exit(0);
	}
	close(pair[1]);
	*fd = pair[0];
	return OK;
}
