/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fieldpipe.h - chisan-field from chisand's side, for tests and benches: starts it, configures it, and keeps what it tells.
 * Blocking, with deadlines; asserts by exit, so that it serves programs without Check too.
 */
#ifndef CHISAN_TESTS_FIELDPIPE_H
#define CHISAN_TESTS_FIELDPIPE_H

#include <sys/types.h>

#include "scada/base/msg.h"

#define FP_MAX    2048 /* devices and links */
#define FP_POINTS 8192
#define FP_WRITES 4096

struct fp_point {
	uint32_t count, good; /* samples seen */
	enum err cause;       /* of the last */
	double value;         /* last good */
	struct utc time;      /* of the last good scan */
	struct mono came;     /* when the last good sample was read here */
	int64_t longest_us;   /* between two good samples, since fp_forget */
};
struct fp_device {
	uint32_t count; /* states seen */
	uint8_t state;
	enum err error;
	uint32_t error_count, answer_us;
	uint64_t requests, timeouts, errors, connects;
	char detail[128];
	bool was_up, was_down; /* since fp_forget */
};
struct fp_written {
	uint32_t count; /* answers: 0 or 1 */
	enum err err;
	struct utc time;
	uint32_t point;
	char detail[256];
};
struct fieldpipe {
	pid_t pid;
	int fd;
	uint16_t generation;
	uint32_t sequence, links, devices, items, outputs;
	uint32_t nodes,
	    properties; /* of ECHONET Lite, beside devices and items and numbered by themselves: a test has either */
	uint8_t *buf;
	size_t len, used;
	struct wbuf out; /* frames of a configuration that is being put together */
	struct fp_point points[FP_POINTS];
	struct fp_device device[FP_MAX];
	uint64_t writes;                      /* sent so far: the number of the last */
	struct fp_written written[FP_WRITES]; /* by number */
	struct msg_field_stats stats;
	uint32_t stats_count;
	struct msg_raw raw;
	struct msg_registers looked; /* the last answer; its data are in raw_bytes */
	uint32_t looked_seen;
	uint32_t dumped[DUMP_WHAT_COUNT]; /* frames that were shown, by what they are */
	uint8_t raw_bytes[256];
	uint32_t raw_seen, result_seen, bye_seen, frames;
	enum err result, bye;
	bool has_ended;
	struct msg_field_pulse pulse; /* the last */
	uint32_t pulses;
};

void fp_start(struct fieldpipe *fp);
void fp_stop(struct fieldpipe *fp); /* ends the pipe and reaps the program; fails if it does not end by itself */

void fp_kill(struct fieldpipe *fp); /* SIGKILL: it can do nothing more */

/* A configuration: begin, links, devices, items, go. The numbers returned are those of the wire. */
void fp_begin(struct fieldpipe *fp);
uint32_t fp_link(struct fieldpipe *fp, const char *host, uint16_t port, uint16_t connections, uint32_t gap_us);
/* Sensible values for all that a test does not care for. */
struct msg_field_device fp_device_default(uint32_t link, uint8_t unit);
uint32_t fp_device(struct fieldpipe *fp, struct msg_field_device m);
uint32_t fp_item(struct fieldpipe *fp, struct msg_field_item m);
/* An u16 of a holding register. */
uint32_t fp_u16(struct fieldpipe *fp, uint32_t device, uint16_t address, uint32_t period_us);
/* An output of a point, by default read back. */
struct msg_field_output fp_output_default(
    uint32_t device, uint32_t point, uint8_t table, uint16_t address, uint8_t type);
void fp_output(struct fieldpipe *fp, struct msg_field_output m);
/* A node of ECHONET Lite, and a property of it; fp_nodes_done() before fp_go(). */
uint32_t fp_node(struct fieldpipe *fp, struct msg_echonet_device m);
uint32_t fp_property(struct fieldpipe *fp, struct msg_echonet_item m);
void fp_nodes_done(struct fieldpipe *fp);
void fp_go(struct fieldpipe *fp);

/* Sends a write; its number. */
uint64_t fp_write(struct fieldpipe *fp, uint32_t point, double raw);
uint64_t fp_write_timed(struct fieldpipe *fp, uint32_t point, double raw, uint32_t timer_s);

void fp_send(struct fieldpipe *fp, uint16_t type, const struct wbuf *body);
/* Takes what came, waiting at most us. False: nothing came, or the program has ended. */
bool fp_pump(struct fieldpipe *fp, int64_t us);
void fp_forget(struct fieldpipe *fp); /* the longest pauses and was_up, was_down */

/* Pumps until cond holds, at most ms; then demands it. */
#define FP_UNTIL(fp, ms, cond) \
	do { \
		int64_t fp_end_ = clock_mono().us + INT64_C(1000) * (ms); \
		while (!(cond) && clock_mono().us < fp_end_) \
			fp_pump((fp), fp_end_ - clock_mono().us); \
		if (!(cond)) \
			fp_die(__FILE__, __LINE__, #cond); \
	} while (0)
/* Pumps for ms, whatever comes. */
void fp_listen(struct fieldpipe *fp, int ms);
void fp_die(const char *file, int line, const char *what) __attribute__((noreturn));

#endif
