/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site.h - the checked site as data: what the files say, and the flat list of points made from it.  No YAML here.
 * One tree in one arena; site_free() frees it all.  Strings live as long as the site.
 */
#ifndef CHISAN_SITE_H
#define CHISAN_SITE_H

#include "scada/base/msg.h"
#include "scada/base/point.h"
#include "scada/base/schema.h"
#include "scada/model/energy.h"

/* ---- as written in the files; the tables that describe them are in schema_*.c, each key with its help */

struct site_register { /* read: and write: of a point */
	struct node node;
	int table;                  /* enum mb_table */
	int64_t address;            /* zero-based PDU address 0..65535 */
	int type;                   /* enum raw_type */
	int byte_order;             /* enum byte_order; unset: the profile's */
	struct key_range bits;      /* [lowest, highest] of the raw integer; unset: all */
	int64_t bit;                /* one bit: bits: [b, b]; -1 = unset */
	double scale, offset;       /* value = raw * scale + offset */
	bool invert;                /* digital: not; analog: negated */
	struct key_numbers invalid; /* raw values that mean "not implemented" */
	int64_t scale_factor;       /* register with an i16 power of ten; -1 = none */
	/* write: only */
	int64_t open_address; /* second coil: 'address' closes, this one opens; -1 = none */
	int64_t pulse_us;     /* the coil is set for so long; 0 = stays */
	const char
	    *internal; /* protocol internal: which figure of chisand (cpu, memory, sessions, scan-overruns, loop-lag) */
};
struct site_limit { /* alarms: */
	struct node node;
	int type; /* enum limit_type */
	double limit, deadband;
	int64_t delay_us, off_delay_us;
	int64_t priority; /* 1..4 */
	int64_t state;    /* STATE: the state or bit that alarms; -1 = none */
	bool latched;
	const char *class, *group; /* first-out group */
	const char *text, *text_ja, *response, *response_ja, *consequence, *consequence_ja;
};
enum limit_type {
	LIMIT_LL,
	LIMIT_L,
	LIMIT_H,
	LIMIT_HH,
	LIMIT_STATE,
	LIMIT_BIT,
	LIMIT_ROC,
	LIMIT_DEV,
	LIMIT_FROZEN,
	LIMIT_TYPE_COUNT
};
struct site_filter {
	struct node node;
	int type;
	int64_t time_us;
	int64_t window;
}; /* first-order over time; median over window samples */
enum filter_type { FILTER_FIRST_ORDER, FILTER_MEDIAN, FILTER_TYPE_COUNT };
struct site_counter {
	struct node node;
	double modulus;
	double max_rate_per_s;
};
struct site_check_back {
	struct node node;
	const char *done_when, *failed_when;
	double tolerance;
	int64_t time_us;
};
struct site_revert { /* the device gives a setpoint up by itself */
	struct node node;
	int64_t after_us;       /* without a refresh */
	double to;              /* value it falls to; NaN = the plant's own control */
	int64_t timer_register; /* holding register with the seconds; -1 = fixed in the device */
	const char *text;
};

struct site_point_def { /* points: of a profile; calculations: of the site */
	struct node node;
	const char *tag; /* "P", "CB.52R" */
	const char *title, *title_ja;
	int kind;                           /* enum point_kind */
	const char *unit;                   /* NULL = none */
	struct site_register *read, *write; /* NULL = none */
	const char *expression;             /* calculated: instead of read */
	struct key_range range;
	int64_t decimals; /* -6..12; unset: derived from scale and deadband */
	double deadband;
	int64_t max_interval_us;
	int64_t poll_us; /* 0 = the device's */
	struct site_filter *filter;
	double stale_periods;   /* default 3 */
	int64_t frozen_us;      /* 0 = off */
	struct key_pairs curve; /* piecewise linear raw -> value, after scale */
	bool square_root;
	struct key_names states, states_ja, bits, bits_ja;
	struct site_counter *counter;
	bool pulse;                /* digital input that is on for a moment: its rising edge counts */
	struct key_list alarms;    /* struct site_limit */
	const char *suppress_when; /* expression */
	/* outputs */
	double ramp_per_s;
	bool select_before_operate, dangerous, two_person;
	struct site_check_back *check_back;
	struct site_revert *revert;
	const char *falls_back; /* what the device does without Chisan, in words */
	const char *interlock;  /* expression that must be true */
	const char *interlock_text;
};

struct site_forbidden {
	struct node node;
	int table;
	int64_t from, to;
};
struct site_identity {
	struct node node;
	int table;
	int64_t address, mask, equals;
};

struct site_profile {
	struct node node;
	const char *name; /* profile: */
	const char *title, *title_ja;
	int protocol; /* enum protocol */
	int byte_order;
	int64_t max_registers, max_bits, max_gap, outstanding;
	struct key_list forbidden; /* struct site_forbidden */
	struct site_identity *identity;
	struct key_list points; /* struct site_point_def */
};

struct site_device {
	struct node node;
	const char *name, *title, *title_ja;
	const char *profile;
	const char *link; /* modbus-tcp://127.0.0.1:15023/1; NULL for protocol internal */
	int64_t poll_us, timeout_us, connect_timeout_us, retry_min_us, retry_max_us;
	bool enabled;
	const char *area;
	struct key_list points; /* overrides, struct site_override, by tag */
};
struct site_override { /* points: {SOC: {...}} of a device; only what is set counts */
	struct node node;
	const char *tag;
	const char *title, *title_ja, *was;
	struct key_range range;
	double deadband, scale, offset;
	bool invert;
	int64_t poll_us;
	struct key_list alarms; /* replaces those of the profile of the same type */
	const char *suppress_when;
};
struct site_link { /* links: manners of a connection */
	struct node node;
	const char *link; /* modbus-tcp://127.0.0.1:15051 */
	int64_t gap_us, connections;
};
struct site_user {
	struct node node;
	const char *user, *group;
	int role;
	int64_t id; /* uid or gid, looked up by chisan-site */
};
struct site_screen {
	struct node node;
	const char *name, *text;
};

struct site {
	struct node node;
	struct arena *arena;
	const char *name, *title, *title_ja, *timezone, *id, *currency;
	bool simulated;
	struct key_list links;        /* struct site_link */
	struct key_list devices;      /* struct site_device */
	struct key_list calculations; /* struct site_point_def; tag is the full name */
	struct key_list users;        /* struct site_user */
	struct energy *energy;        /* NULL = none */
	struct key_list profiles;     /* struct site_profile; from their own files */
	struct key_list screens;      /* struct site_screen */

	/* ---- made by site_build() */
	struct site_conn *conns;
	uint32_t conn_count; /* distinct transport://host:port */
	struct site_node *nodes;
	uint32_t node_count; /* devices, in the file's order; number = device id on the wire */
	struct site_point *points;
	uint32_t point_count; /* number = point_id */
	struct site_group *groups;
	uint32_t group_count; /* scan groups: one a device and period */
	uint32_t *index;
	uint32_t index_size; /* of points by name; site_find_point's own */
	const struct site_profile **profile_index;
	uint32_t profile_index_count; /* sorted by name */
};

struct site_conn {
	const char *host;
	uint16_t port;
	int transport;
	int64_t gap_us;
	uint16_t connections;
};
struct site_node {
	const struct site_device *device;
	const struct site_profile *profile;
	uint32_t conn; /* UINT32_MAX = none */
	uint8_t unit;
	point_id first;
	uint32_t count;
};
struct site_point {
	const char *name;                 /* DEVICE.TAG */
	const struct site_point_def *def; /* of the profile, or an own copy where overridden */
	uint32_t device;                  /* DEVICE_NONE = calculated */
	uint32_t group;
	int64_t period_us;
	int8_t decimals;
	const char *was; /* earlier name; NULL */
};
struct site_group {
	uint32_t device;
	int64_t period_us;
};

extern const struct schema site_schema, device_schema, profile_schema, point_schema, override_schema, register_schema;

struct site *site_new(void);
void site_free(struct site *s); /* NULL is fine */
/* Flattens devices and profiles into conns, nodes, points, groups. The tree must have passed the checks. */
/*
 * It also settles what the files leave open: byte_order and type of every register, bits from bit, $ in expressions.
 * A point with an expression is calculated, also that of a profile. Neither read nor expression: period_us 0.
 */
void site_build(struct site *s);
const struct site_profile *site_find_profile(
    const struct site *s, const char *name);                      /* NULL = none; after site_build */
point_id site_find_point(const struct site *s, const char *name); /* POINT_NONE; hashed by site_build */
/* "modbus-tcp://127.0.0.1:502/1" into parts; numeric IPv4, [IPv6] or "localhost". False: message says what is wrong. */
bool site_link_parse(const char *link, int *transport, char *host, size_t host_size, uint16_t *port, uint8_t *unit,
    bool *has_unit, char *message, size_t size);
int8_t site_decimals(const struct site_point_def *d); /* given, or derived from scale and deadband */

/* The tree as bytes and back (schema_put and _get of site_schema and all below). */
void site_put(const struct site *s, struct wbuf *b);
struct site *site_get(const uint8_t *data, size_t len); /* NULL: bad bytes. Built already. */

#endif
