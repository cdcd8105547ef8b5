/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_echonet.c - 500 nodes of ECHONET Lite on addresses of the loopback, polled each second while each announces twice a second, with
 * chisan-field, the nodes and this program on one core: what was announced and answered is what arrived.
 * Prints lines  ROW|what|ours|rival|ratio|wanted|1 if reached.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/echonet.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/fault/fieldpipe.h"

#define NODES   500
#define PORT    13610
#define OWN     "127.3.0.1"
#define SECONDS 10
#define HALF_US 500000
#define GROUP   "224.0.23.0"

/* What the nodes have done, seen from both processes. */
struct counts {
	_Atomic uint32_t answered, announced, told[NODES];
	_Atomic bool announces, is_ready;
};
static struct counts *counts;
static struct fieldpipe fp;
static int nodes[NODES];

static void
die(const char *what)
{
	fprintf(stderr, "bench_echonet: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in
address(const char *host)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		die(host);
	return a;
}

static const char *
node_address(char buf[16], uint32_t i)
{
	str_printf(buf, 16, "127.3.%u.%u", 1 + i / 250, 1 + i % 250);
	return buf;
}

/* ---- the nodes: a meter each, by the shortest program that can be one */

static void
open_node(uint32_t i)
{
	char host[16];
	struct sockaddr_in a = address(node_address(host, i));
	int room = 1 << 20;

	nodes[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (nodes[i] < 0 || bind(nodes[i], (struct sockaddr *)&a, sizeof(a)) != 0)
		die(host);
	(void)setsockopt(nodes[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	(void)setsockopt(nodes[i], IPPROTO_IP, IP_MULTICAST_IF, &a.sin_addr, sizeof(a.sin_addr));
}

static size_t
put_property(uint8_t *out, uint8_t epc, uint32_t i)
{
	uint8_t *v = out + 2;
	size_t n = 1;

	switch (epc) {
	case 0xD6: memcpy(v, (const uint8_t[]){ 1, 0x02, 0x88, 1 }, n = 4); break;
	case 0x9D: memcpy(v, (const uint8_t[]){ 1, 0xE7 }, n = 2); break;
	case 0xD3: memcpy(v, (const uint8_t[]){ 0, 0, 0, 1 }, n = 4); break;
	case 0xE1: v[0] = 1; break;
	case 0xE0: memcpy(v, (const uint8_t[]){ 0, 1, (uint8_t)(i >> 8), (uint8_t)i }, n = 4); break;
	case 0xE8: memcpy(v, (const uint8_t[]){ 0, 51, 0, 49 }, n = 4); break;
	default: n = 0; break;
	}
	out[0] = epc;
	out[1] = (uint8_t)n;
	return 2 + n;
}

static void
answer(uint32_t i)
{
	uint8_t in[1500], out[1500];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(nodes[i], in, sizeof(in), 0, (struct sockaddr *)&from, &from_len);
	size_t pos = 12;

	if (len < 14 || in[10] != 0x62)
		return;
	memcpy(out, in, 12);
	memcpy(out + 4, in + 7, 3);
	memcpy(out + 7, in + 4, 3);
	out[10] = 0x72;
	for (unsigned k = 0; k < in[11]; k++) {
		size_t n = put_property(out + pos, in[12 + 2 * k], i);

		if (n == 2)
			out[10] = 0x52;
		pos += n;
	}
	if (sendto(nodes[i], out, pos, 0, (struct sockaddr *)&from, from_len) == (ssize_t)pos)
		counts->answered++;
}

static void
announce(uint32_t i)
{
	static struct sockaddr_in group;
	uint32_t n = counts->told[i] + 1;
	uint8_t out[] = { 0x10, 0x81, 0, 1, 0x02, 0x88, 1, 0x0E, 0xF0, 1, 0x73, 1, 0xE7, 4, (uint8_t)(n >> 24),
		(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	if (group.sin_port == 0)
		group = address(GROUP);
	if (sendto(nodes[i], out, sizeof(out), 0, (struct sockaddr *)&group, sizeof(group)) == (ssize_t)sizeof(out)) {
		counts->told[i] = n;
		counts->announced++;
	}
}

/* Each node announces at its own place in the half second. */
static void
farm(void)
{
	int fd = epoll_create1(0);
	int64_t start = clock_mono().us, next = 0;

	for (uint32_t i = 0; i < NODES; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };

		open_node(i);
		if (epoll_ctl(fd, EPOLL_CTL_ADD, nodes[i], &e) != 0)
			die("epoll");
	}
	counts->is_ready = true;
	for (;;) {
		struct epoll_event e[64];
		int n = epoll_wait(fd, e, 64, 1);

		for (int k = 0; k < n; k++)
			answer(e[k].data.u32);
		if (!counts->announces) {
			start = clock_mono().us;
			next = 0;
		}
		for (; counts->announces && clock_mono().us - start >= next * HALF_US / NODES; next++)
			announce((uint32_t)(next % NODES));
	}
}

/* ---- chisand's side */

static void
configure(void)
{
	struct msg_echonet_device d = { .enabled = 1,
		.port = PORT,
		.timeout_us = 1000000,
		.retry_min_us = 1000000,
		.retry_max_us = 5000000,
		.own = OWN,
		.name = "N",
		.id = "" };
	char host[16];

	fp_begin(&fp);
	for (uint32_t i = 0; i < NODES; i++) {
		d.node = node_address(host, i);
		(void)fp_node(&fp, d);
	}
	for (uint32_t i = 0; i < NODES; i++) {
		struct msg_echonet_item it = {
			.device = i, .object = 0x028801, .epc = 0xE7, .form = EL_I32, .size = 4, .scale = 1
		};

		(void)fp_property(&fp, it); /* 3 i: announced, and never asked for */
		it.period_us = it.slow_us = 1000000;
		it.epc = 0xE0;
		it.form = EL_U32;
		it.factors = 0xD3E10000;
		(void)fp_property(&fp, it);
		it.epc = 0xE8;
		it.form = EL_I16;
		it.factors = 0;
		it.scale = 0.1;
		(void)fp_property(&fp, it);
	}
	fp_nodes_done(&fp);
	fp_go(&fp);
}

static uint32_t
taken(bool announced)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < NODES; i++)
		n += announced ? fp.points[3 * i].good : fp.points[3 * i + 1].good;
	return n;
}

static bool
all_up(void)
{
	for (uint32_t i = 0; i < NODES; i++)
		if (fp.device[i].state != DEVICE_UP || fp.points[3 * i + 1].good == 0)
			return false;
	return true;
}

static bool
all_there(void)
{
	for (uint32_t i = 0; i < NODES; i++)
		if (fp.points[3 * i].good != counts->told[i])
			return false;
	return true;
}

static void
row(const char *what, const char *ours, const char *rival, double ratio, const char *wanted, bool is_reached)
{
	printf("ROW|%s|%s|%s|%.4f|%s|%d\n", what, ours, rival, ratio, wanted, is_reached);
	fflush(stdout);
}

static void
measure(void)
{
	uint32_t polled_before = taken(false), polled, in, out;
	uint64_t requests_before = fp.stats.requests;
	uint64_t timeouts = 0;
	char ours[64], rival[64];

	counts->announces = true;
	fp_listen(&fp, SECONDS * 1000);
	counts->announces = false;
	fp_listen(&fp, 20); /* the last round of the nodes is over */
	int64_t end = clock_mono().us + 5 * US_PER_S;
	while (!all_there() && clock_mono().us < end)
		(void)fp_pump(&fp, 100000);
	out = counts->announced;
	in = taken(true);
	polled = taken(false) - polled_before;
	for (uint32_t i = 0; i < NODES; i++)
		timeouts += fp.device[i].timeouts;
	str_printf(ours, sizeof(ours), "%u arrived", in);
	str_printf(rival, sizeof(rival), "%u announced", out);
	row("500 ECHONET nodes, 1,000 announcements/s, on one core", ours, rival, out > 0 ? in / (double)out : 0,
	    "1.0000", in == out && out >= NODES * 2 * (SECONDS - 1));
	str_printf(ours, sizeof(ours), "%u polls, %llu timed out", polled, (unsigned long long)timeouts);
	str_printf(rival, sizeof(rival), "%u due; %llu requests", NODES * SECONDS,
	    (unsigned long long)(fp.stats.requests - requests_before));
	row("the same nodes, polled each second beside it", ours, rival, polled / (double)(NODES * SECONDS), "0.9800",
	    polled >= NODES * SECONDS * 98 / 100 && timeouts == 0);
}

int
main(void)
{
	cpu_set_t one;
	pid_t child;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		die("one core");
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("memory");
	child = fork();
	if (child == 0)
		farm();
	while (!counts->is_ready)
		if (waitpid(child, NULL, WNOHANG) != 0)
			die("the nodes do not start");
	fp_start(&fp);
	configure();
	FP_UNTIL(&fp, 30000, all_up());
	measure();
	fp_stop(&fp);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	return 0;
}
