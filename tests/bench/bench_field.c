/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_field.c - chisan-field against a farm of devices, side by side with a sequential libmodbus loop.
 * Prints lines  ROW|what|ours|rival|ratio|wanted|1 if reached.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef WITH_LIBMODBUS
#include <modbus/modbus.h>
#endif

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/bench/farm.h"
#include "tests/fault/fieldpipe.h"

#define REGISTERS  10
#define TIMEOUT_US 500000
#define AGES       20000 /* of 0.1 ms */

static struct fieldpipe fp;

static void
row(const char *what, const char *ours, const char *rival, const char *ratio, const char *wanted, bool is_reached)
{
	printf("ROW|%s|%s|%s|%s|%s|%d\n", what, ours, rival, ratio, wanted, is_reached);
	fflush(stdout);
}

/* Processor time of a process in seconds. */
static double
cpu_s(pid_t pid)
{
	char path[64], text[256];
	int64_t ns = 0;
	int fd;
	ssize_t n;

	str_printf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	text[strcspn(text, " ")] = '\0';
	(void)str_to_i64(text, 0, INT64_MAX, &ns);
	return (double)ns / 1e9;
}

/* All devices of the farm, each of ten registers; point i is the first of device i. */
static void
poll_farm(const struct farm *f, uint32_t period_us)
{
	char host[16];

	fp_begin(&fp);
	for (uint32_t i = 0; i < f->devices; i++) {
		struct msg_field_device m = fp_device_default(fp_link(&fp, farm_address(host, i), f->port, 0, 0), 1);

		m.timeout_us = m.connect_timeout_us = TIMEOUT_US;
		m.retry_min_us = 1000000;
		m.retry_max_us = 60000000;
		fp_device(&fp, m);
	}
	for (uint32_t i = 0; i < f->devices; i++)
		fp_item(&fp,
		    (struct msg_field_item){
		        .device = i, .table = TABLE_HOLDING, .type = RAW_U64, .address = 0, .period_us = period_us });
	for (uint32_t i = 0; i < f->devices; i++)
		fp_u16(&fp, i, REGISTERS - 1, period_us);
	fp_go(&fp);
}

static uint32_t
live_devices(const struct farm *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->devices; i++)
		n += fp.points[i].good > 0;
	return n;
}

static uint32_t
live_wanted(const struct farm *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->devices; i++)
		n += !farm_is_silent(f, i);
	return n;
}

static uint64_t
all_samples(const struct farm *f)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < f->devices; i++)
		n += fp.points[i].good;
	return n;
}

/* ---- 1: back to back, ten of a hundred silent */

#ifdef WITH_LIBMODBUS
/* Milliseconds between two values of a live device, by a loop over all. */
static double
sequential_ms(const struct farm *f)
{
	modbus_t **m = xcalloc(f->devices, sizeof(*m));
	uint16_t registers[REGISTERS];
	char host[16];
	struct mono from;
	int rounds = 2;
	double ms;

	for (uint32_t i = 0; i < f->devices; i++) {
		m[i] = modbus_new_tcp(farm_address(host, i), f->port);
		modbus_set_response_timeout(m[i], 0, TIMEOUT_US);
		modbus_set_slave(m[i], 1);
		if (modbus_connect(m[i]) != 0)
			perror("libmodbus");
	}
	from = clock_mono();
	for (int round = 0; round < rounds; round++)
		for (uint32_t i = 0; i < f->devices; i++)
			(void)modbus_read_registers(m[i], 0, REGISTERS, registers);
	ms = (double)mono_diff_us(clock_mono(), from) / 1e3 / rounds;
	for (uint32_t i = 0; i < f->devices; i++) {
		modbus_close(m[i]);
		modbus_free(m[i]);
	}
	free(m);
	return ms;
}
#else
static double
sequential_ms(const struct farm *f)
{
	return ((double)live_wanted(f) * 10.4) + (double)(f->devices - live_wanted(f)) * TIMEOUT_US / 1e3; /* its law */
}
#endif

static double
own_ms(const struct farm *f)
{
	struct mono from;
	uint64_t before;

	fp_start(&fp);
	poll_farm(f, 1000);
	FP_UNTIL(&fp, 10000, live_devices(f) == live_wanted(f));
	fp_listen(&fp, 2000);
	before = all_samples(f);
	from = clock_mono();
	fp_listen(&fp, 4000);
	before = all_samples(f) - before;
	fp_stop(&fp);
	return (double)mono_diff_us(clock_mono(), from) / 1e3 * live_wanted(f) / (double)before;
}

static void
bench_back_to_back(void)
{
	struct farm f = { .devices = 100, .silent_every = 10, .latency_us = 10000, .half_device = UINT32_MAX };
	double ours, theirs;
	char a[32], b[64], c[32];

	farm_start(&f);
	ours = own_ms(&f);
	theirs = sequential_ms(&f);
	farm_stop(&f);
	str_printf(a, sizeof(a), "%.2f ms", ours);
	str_printf(b, sizeof(b), "%.0f ms, libmodbus in a loop", theirs);
	str_printf(c, sizeof(c), "%.0fx", theirs / ours);
	row("100 devices of 10 ms, 10 silent, back to back: time between two values", a, b, c, "200x",
	    theirs / ours >= 200);
}

/* ---- 2: a thousand devices at a second */

struct ages {
	double p99_ms, p50_ms, cpu;
};

static uint32_t histogram[AGES];

static double
percentile(double share)
{
	uint64_t all = 0, so_far = 0;

	for (uint32_t i = 0; i < AGES; i++)
		all += histogram[i];
	for (uint32_t i = 0; i < AGES; i++) {
		so_far += histogram[i];
		if ((double)so_far >= (double)all * share)
			return (double)i / 10;
	}
	return AGES / 10.0;
}

/* Ages of all live values, looked at every 20 ms as somebody who looks at any time would. */
static struct ages
watch_ages(const struct farm *f, int seconds)
{
	struct mono from = clock_mono();
	double cpu = cpu_s(fp.pid);
	struct ages a;

	memset(histogram, 0, sizeof(histogram));
	for (int look = 0; look < seconds * 50; look++) {
		int64_t at = from.us + look * 20 * US_PER_MS, now;

		while ((now = clock_mono().us) < at)
			fp_pump(&fp, at - now);
		now = clock_utc().us;
		for (uint32_t i = 0; i < f->devices; i++) {
			int64_t age = (now - fp.points[i].time.us) / 100;

			if (fp.points[i].good > 0)
				histogram[age < 0 ? 0 : age >= AGES ? AGES - 1 : age]++;
		}
	}
	a.cpu = (cpu_s(fp.pid) - cpu) / ((double)mono_diff_us(clock_mono(), from) / 1e6);
	a.p50_ms = percentile(0.5);
	a.p99_ms = percentile(0.99);
	return a;
}

static struct ages
thousand(uint32_t silent_every)
{
	struct farm f = {
		.devices = 1000, .silent_every = silent_every, .latency_us = 10000, .half_device = UINT32_MAX
	};
	struct ages a;

	farm_start(&f);
	fp_start(&fp);
	poll_farm(&f, 1000000);
	FP_UNTIL(&fp, 30000, live_devices(&f) == live_wanted(&f));
	fp_listen(&fp, 3000);
	a = watch_ages(&f, 10);
	fp_stop(&fp);
	farm_stop(&f);
	return a;
}

static void
bench_thousand(void)
{
	struct ages alive = thousand(0), dead = thousand(10);
	char a[64], b[64], c[32];

	str_printf(a, sizeof(a), "%.0f ms", dead.p99_ms);
	str_printf(b, sizeof(b), "%.0f ms, all alive", alive.p99_ms);
	str_printf(c, sizeof(c), "%.3fx", dead.p99_ms / alive.p99_ms);
	row("1,000 devices at 1 s, 100 dead: p99 age of live values", a, b, c, "<= 1.1x",
	    dead.p99_ms <= 1.1 * alive.p99_ms);
	str_printf(a, sizeof(a), "%.1f %% of a core", dead.cpu * 100);
	str_printf(b, sizeof(b), "%.1f %%, all alive", alive.cpu * 100);
	row("1,000 devices at 1 s, 100 dead: chisan-field", a, b, "-", "<= 20 %", dead.cpu <= 0.2);
}

/* ---- 3: half a frame */

static double
longest_delay_ms(uint32_t half_device)
{
	struct farm f = { .devices = 50, .latency_us = 2000, .half_device = half_device };
	int64_t longest = 0;
	const uint32_t period_us = 20000;

	farm_start(&f);
	fp_start(&fp);
	poll_farm(&f, period_us);
	FP_UNTIL(&fp, 10000, live_devices(&f) >= f.devices - 1);
	fp_listen(&fp, 1000);
	fp_forget(&fp);
	fp_listen(&fp, 5000);
	for (uint32_t i = 0; i < f.devices; i++)
		if (i != half_device && fp.points[i].longest_us > longest)
			longest = fp.points[i].longest_us;
	fp_stop(&fp);
	farm_stop(&f);
	return (double)(longest - period_us) / 1e3;
}

static void
bench_half_frame(void)
{
	double without = longest_delay_ms(UINT32_MAX), with = longest_delay_ms(0);
	char a[64], b[64], c[32];

	str_printf(a, sizeof(a), "%.2f ms", with);
	str_printf(b, sizeof(b), "%.2f ms, all answer whole", without);
	str_printf(c, sizeof(c), "%+.2f ms", with - without);
	row("half a frame from one device: longest delay of the others", a, b, c, "<= 5 ms", with - without <= 5);
}

/* ---- 4: descriptors above 1,024 */

static void
bench_many(void)
{
	struct farm f = { .devices = 1200, .latency_us = 1000, .half_device = UINT32_MAX };
	char a[64];
	uint32_t n;

	farm_start(&f);
	fp_start(&fp);
	poll_farm(&f, 1000000);
	FP_UNTIL(&fp, 30000, live_devices(&f) == f.devices && fp.stats.connected == f.devices);
	fp_forget(&fp);
	fp_listen(&fp, 3000);
	n = fp.stats.connected;
	str_printf(a, sizeof(a), "%u connected, %.1f MB", n, fp.stats.rss_kb / 1024.0);
	fp_stop(&fp);
	farm_stop(&f);
	row("more than 1,100 devices connected", a, "libmodbus aborts at descriptor 1,024 (recorded)", "-", "works",
	    n >= 1100);
}

int
main(int argc, char **argv)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	if (r.rlim_max < 1400) {
		fprintf(stderr, "bench_field: %s\n", "needs 1,400 descriptors: ulimit -n");
		return 1;
	}
	if (argc < 2 || strcmp(argv[1], "1") == 0)
		bench_back_to_back();
	if (argc < 2 || strcmp(argv[1], "2") == 0)
		bench_thousand();
	if (argc < 2 || strcmp(argv[1], "3") == 0)
		bench_half_frame();
	if (argc < 2 || strcmp(argv[1], "4") == 0)
		bench_many();
	return 0;
}
