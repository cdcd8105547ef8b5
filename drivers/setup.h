/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup.h - one generation of the configuration as chisand handed it over: links, devices, items, outputs, checked again, since
 * whoever reads a frame treats it as hostile. Built beside the one in use and swapped whole.
 */
#ifndef CHISAN_SETUP_H
#define CHISAN_SETUP_H

#include <sys/socket.h>

#include "drivers/driver.h"
#include "scada/base/mem.h"

/* A serial line; baud 0 = this link is none. */
struct cfg_serial {
	uint32_t baud;
	uint8_t parity, stop_bits, retries; /* parity: enum serial_parity; retries of reads */
	bool is_rs485;
	uint16_t before_ms, after_ms; /* the adapter's sender is on so long before and after */
};

/* What other masters may write. */
struct cfg_proxy_write {
	uint8_t unit, table; /* TABLE_COIL, TABLE_HOLDING */
	uint16_t from, to;
	bool past_control; /* also where an output is */
};

/* The link is lent to other masters. */
struct cfg_proxy {
	const char *host, *masters; /* masters: parted by spaces; "" = whoever can reach it */
	uint16_t port, clients, writes_a_minute;
	uint32_t idle_ms;
	const struct cfg_proxy_write *writes;
	uint32_t write_count;
};

#define PROXY_CLIENTS_MAX 64

struct cfg_link {
	uint32_t number;
	struct sockaddr_storage addr; /* two links to one address are one endpoint */
	socklen_t addr_len;
	uint16_t connections; /* 0 = one a unit */
	uint32_t gap_us;
	const char *name;            /* "127.0.0.1:502", "/dev/ttyS0" */
	const struct driver *driver; /* NULL: a serial line */
	struct cfg_serial serial;
	const struct cfg_proxy *proxy; /* NULL = it is not lent */
};

struct cfg_range {
	uint8_t table;
	uint16_t from, to;
};

struct cfg_identity {
	bool present;
	uint8_t table;
	uint16_t address, mask, equals;
};

/* A device whose addresses are found by the models of SunSpec. */
struct cfg_sunspec {
	const char *manufacturer, *model, *serial; /* "" = anything, as long as it stays */
	uint16_t beat_model, beat_offset;          /* point that is counted up; model 0 = none */
	uint8_t beat_registers;
	uint32_t beat_us;
};

/* Where an address counts from; the address itself is set when the device has said what it is (locate.h). */
struct cfg_place {
	uint16_t model; /* 0: the address is one */
	uint16_t offset, sf_offset;
	uint16_t absent; /* enum err: the device has no such place; OK = it has */
};

struct cfg_item {
	point_id point;
	uint8_t table, type, order; /* enum mb_table, raw_type, byte_order */
	uint8_t bit_lo, bit_hi;
	bool has_sf;
	uint16_t address, sf_address;
	uint16_t invalid_count;
	uint32_t period_us; /* 0 = not polled */
	uint32_t device;    /* index */
	const double *invalid;
	struct cfg_place place;
};

/* What is written beside the value of an output. */
struct cfg_step {
	uint16_t model, offset, address;
	uint8_t type;  /* enum raw_type */
	bool is_times; /* the output's own raw value times `value`, by its power of ten; else value as it is */
	double value;
};

#define CFG_STEPS 16 /* of an output */

/* Where a point is written. */
struct cfg_output {
	point_id point;
	uint32_t device; /* index */
	uint32_t item;   /* index, after setup_finish; UINT32_MAX = it is not read back */
	uint8_t table, type, order;
	uint8_t bit_lo, bit_hi;
	bool has_sf, is_echoed;
	uint16_t address, sf_address;
	uint32_t open_address, timer_address; /* UINT32_MAX = none */
	uint32_t pulse_us;
	uint8_t left_set; /* enum pulse_coils, by a field program before this one */
	struct cfg_place place;
	uint16_t timer_model, timer_offset; /* where timer_address counts from; model 0: it is one */
	uint8_t timer_registers;            /* 1 or 2 */
	struct cfg_step *steps;             /* before the value, then after it */
	uint8_t before_count, after_count;
};

struct cfg_device {
	uint32_t number;
	uint32_t link; /* index */
	uint8_t unit, outstanding;
	bool enabled;
	uint16_t max_registers, max_bits, max_gap;
	uint32_t connect_timeout_us, timeout_us, retry_min_us, retry_max_us;
	const char *name;
	const struct cfg_range *forbidden;
	uint32_t forbidden_count;
	struct cfg_identity identity;
	const struct cfg_sunspec *sunspec; /* NULL = addresses are as they are */
	uint32_t first_item, item_count;   /* in items, after setup_finish */
	uint32_t first_output;             /* the first one that came; UINT32_MAX = none */
};

struct setup {
	struct arena *arena;
	uint16_t generation;
	struct cfg_link *links;
	struct cfg_device *devices;
	struct cfg_item *items; /* by device, after setup_finish */
	struct cfg_output *outputs;
	uint32_t link_count, device_count, item_count, output_count;
	uint32_t link_cap, device_cap, item_cap, output_cap;
	uint32_t *link_index, *device_index, *item_index, *output_index; /* by number; UINT32_MAX = none */
	uint32_t link_numbers, device_numbers, item_numbers, output_numbers;
	char why[160]; /* what was wrong with the last frame */
};

struct setup *setup_new(uint16_t generation);
void setup_free(struct setup *c); /* NULL is fine */

/* Says in c->why what is wrong. ERR_CONFIG. */
enum err setup_refuse(struct setup *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* OK or ERR_CONFIG with a sentence in c->why; then the whole generation is to be refused. */
enum err setup_link(struct setup *c, const struct msg_field_link *m);
enum err setup_serial(struct setup *c, const struct msg_field_serial *m); /* behind its link */
enum err setup_device(struct setup *c, const struct msg_field_device *m);
enum err setup_item(struct setup *c, const struct msg_field_item *m);
enum err setup_output(struct setup *c, const struct msg_field_output *m);
enum err setup_proxy(struct setup *c, const struct msg_field_proxy *m); /* behind its link: setup_proxy.c */
/* Of what came before: setup_sunspec.c */
enum err setup_sunspec(struct setup *c, const struct msg_field_sunspec *m);
enum err setup_place(struct setup *c, const struct msg_field_place *m);
enum err setup_step(struct setup *c, const struct msg_field_step *m);
/* Compares the counts, sorts the items by device and finds what each output is read back by. */
enum err setup_finish(struct setup *c, const struct msg_field_start *m);

/* Index into links of a number; UINT32_MAX = none. */
uint32_t setup_find_link(const struct setup *c, uint32_t number);
/* Index into devices of a number; UINT32_MAX = none. */
uint32_t setup_find_device(const struct setup *c, uint32_t number);
/* Index into items of a point; UINT32_MAX = it is not read here. */
uint32_t setup_find(const struct setup *c, point_id point);
/* Index into outputs; UINT32_MAX = it is not written here. */
uint32_t setup_find_output(const struct setup *c, point_id point);

#endif
