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
#include "scada/site/site_reports.h"

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
	const char *internal; /* protocol internal: which figure of chisand (system.h lists them) */
	const char *property; /* protocol echonet: what echonet_place() reads */
	/* protocol sunspec */
	const char *point; /* 701.W, 160.module[2].DCW: takes the place of table, address, type, scale_factor */
	struct key_list before, after; /* write: struct site_beside, what is written beside the value */
	uint16_t model, repeat; /* of `point`, once the site is built; address counts from the model. 0 = no `point` */
};
struct site_beside { /* before:, after: of write */
	struct node node;
	const char *point; /* as of a register */
	double value;      /* raw; NaN = `times` is given */
	double times;      /* what is written to the output itself, times this; NaN = `value` is given */
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
	const char *text, *text_ja, *response, *response_ja, *consequence, *consequence_ja, *cause;
	int64_t window_us; /* ROC: the change is taken over this time */
	const char *of;    /* DEV: the point that it is compared with; NULL: its own setpoint, that is P_SP of P */
	const char *suppress_when; /* of this alarm alone, beside that of the point; expression */
	int64_t respond_in_us;     /* 0 = not said */
	bool advisory;             /* needs no acknowledgement; priority 4 only */
	bool may_shelve;
	int64_t shelve_max_us; /* 0 = by priority, from `alarming` */
	int64_t realarm_us;    /* annunciated again when still active after so long; 0 = by priority */
	const char *screen;    /* page that shows it; NULL = the point's */
	/* of the site's own list only (CALC) */
	const char *name, *when; /* a name as of points; an expression that is true while the alarm holds */
	const char *area;
};
struct site_priority { /* alarming.priorities: */
	struct node node;
	int64_t priority;
	int64_t shelve_max_us, realarm_us, bell_us; /* bell: pause between two bells; 0 = it rings once */
};
struct site_alarming { /* alarming: how alarms are treated as a whole */
	struct node node;
	int64_t flood_window_us, flood_enter, flood_leave; /* alarms within the window */
	int64_t flood_horn_us; /* during a flood the horn sounds at most so often, priority 1 always */
	int64_t chatter_count, chatter_window_us;
	int64_t old_us;             /* active longer than this: stale */
	int64_t release_hold_us;    /* after a suppression by design ends, before the alarm is looked at again */
	int64_t comm_grace_us;      /* device silent for so long: its children are suppressed by design */
	const char *horn;           /* a command point that sounds a horn; NULL = none */
	struct key_list priorities; /* struct site_priority */
	struct key_list two_person; /* struct site_class: classes whose limits two persons change */
};
struct site_class {
	struct node node;
	const char *name;
};
struct site_duty { /* notify.duty: who is told when nobody answers in the control room */
	struct node node;
	const char *name, *address; /* handed to the program as they are */
	struct key_list times;      /* struct site_duty_time; none: always */
	int64_t after_us;           /* told when an alarm is not acknowledged for so long: the step of the chain */
	int64_t priority;           /* and it is of this priority or more urgent: 1..4 */
	const char *areas;          /* NULL = all */
	bool returns;               /* told as well when what was told is over, or somebody acknowledged it */
};
struct site_duty_time {
	struct node node;
	int days;               /* bits, Monday 1; 0 = all */
	int64_t from_us, to_us; /* of the day in the site's zone; to <= from: over midnight */
};
struct site_notify { /* notify: */
	struct node node;
	const char *program;  /* full path; gets name, address as arguments, and one line an alarm on its input */
	int64_t timeout_us;   /* that it may take */
	int64_t group_us;     /* alarms within so long go out together */
	int64_t least_gap_us; /* between two calls for one person */
	int64_t most_an_hour; /* for one person; beyond, one line says how many more */
	int64_t retries;
	struct key_list duty; /* struct site_duty, in the order of the chain */
};
enum bad_input_rule { BAD_INPUT_HOLD, BAD_INPUT_SAFE, BAD_INPUT_RELEASE, BAD_INPUT_RULE_COUNT };
enum return_rule { RETURN_ASSERT, RETURN_COMPARE, RETURN_GIVE_UP, RETURN_RULE_COUNT };
struct site_output { /* output: of a setpoint or command, what control does with it */
	struct node node;
	const char *local;                   /* expression: true while the plant is in local */
	const char *mode_when;               /* expression: must be true, else blocked by mode */
	const char *needs;                   /* expression: its inputs must be good and fresh */
	const char *protect_lo, *protect_hi; /* expressions: the clamp on whoever wins */
	const char *protect_text;
	double default_value; /* slot 4; NaN = none */
	double safe_value;    /* for `safe`; NaN = none */
	int on_bad_input;     /* enum bad_input_rule */
	int on_return;        /* enum return_rule: after a loss, a time-out or the device's restart */
	int64_t retries;      /* setpoints: 0..2 */
	int64_t least_gap_us; /* between two commands */
	double drift;         /* alarm when the device differs by more; NaN = the check-back's tolerance */
	int64_t drift_delay_us, drift_priority;
	int64_t longest_us;    /* of an override; 0 = OVERRIDE_MAX_US */
	bool light;            /* direct operate: no dialog to confirm */
	const char *tag_after; /* point that gets an INHIBIT tag when this command is done, by itself; NULL */
	const char *tag_when;  /* expression, looked at then: only if it is true, or bad; NULL: always */
	const char *confirm; /* a question that the person has to answer with yes, as "The utility permits closing?" */
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
	LIMIT_STALE,
	LIMIT_CALC,
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
	const char
	    *shown_by; /* setpoints: expression that has to come as near as the tolerance, beside what is read back */
	double tolerance;
	int64_t time_us;
};
struct site_revert { /* the device gives a setpoint up by itself */
	struct node node;
	int64_t after_us;        /* without a refresh */
	double to;               /* value it falls to; NaN = the plant's own control */
	int64_t timer_register;  /* holding register with the seconds; -1 = fixed in the device */
	const char *timer_point; /* protocol sunspec: the same as 704.WSetRvrtTms */
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
	const char *history;    /* class of retention; NULL = SITE_HISTORY_DEFAULT; SITE_HISTORY_NONE: not recorded */
	const char *interlock;  /* expression that must be true */
	const char *interlock_text;
	struct site_output *output; /* NULL = as the defaults of its keys say */
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
	const char *manufacturer, *model; /* protocol sunspec: what model 1 of the device must say; NULL = anything */
	const char *heartbeat;            /* protocol sunspec: point that is counted up each second; NULL = none */
	struct key_list points;           /* struct site_point_def */
};

struct site_device {
	struct node node;
	const char *name, *title, *title_ja;
	const char *profile;
	const char *link;   /* modbus-tcp://127.0.0.1:15023/1; NULL for protocol internal */
	const char *serial; /* protocol sunspec: serial number that it must have; NULL = any, as long as it stays */
	int64_t poll_us, timeout_us, connect_timeout_us, retry_min_us, retry_max_us;
	bool enabled;
	const char *area;
	int64_t comm_priority; /* of its communication alarm, 1..4; 0 = none */
	int64_t comm_delay_us;
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
	const char *interlock, *interlock_text;
	struct site_output *output; /* in place of the profile's, as a whole; NULL = the profile's */
};
struct site_link { /* links: manners of a connection */
	struct node node;
	const char *link; /* modbus-tcp://127.0.0.1:15051 */
	int64_t gap_us, connections;
	/* of a serial line */
	int64_t baud, stop_bits, retries, before_us, after_us;
	int parity; /* enum serial_parity */
	bool rs485;
	struct site_proxy *proxy; /* NULL = nobody else asks its devices through Chisan */
};
struct site_proxy { /* links[].proxy: the connection is lent to other masters */
	struct node node;
	const char *listen;       /* "127.0.0.1:1502" */
	struct key_words masters; /* addresses; none: whoever can reach it, which on loopback is this machine */
	int64_t clients, idle_us, writes_a_minute;
	struct key_list write; /* struct site_proxy_write */
};
struct site_proxy_write {
	struct node node;
	int64_t unit, from, to;
	int table;
	bool past_control; /* also where points of this site are written */
};
struct site_user {
	struct node node;
	const char *user, *group;
	int role;
	const char *areas; /* parted by spaces or commas; NULL = all */
	int64_t id;        /* uid or gid, looked up by chisan-site */
};
struct site_screen {
	struct node node;
	const char *name, *text;
};
struct site_retention { /* history: how long what is kept, by class of point */
	struct node node;
	const char *name; /* class: of the points' key `history`; "default" for those without */
	int64_t samples_us, half_hours_us, days_us; /* 0 = for ever */
};
#define SITE_LINK_MAX        160 /* bytes of a link */
#define SITE_HOST_MAX        128 /* of its address or path, with the terminator */
#define SITE_HISTORY_DEFAULT "default"
#define SITE_HISTORY_NONE    "none" /* of a point: not recorded */

enum word_order { WORDS_HIGH_FIRST, WORDS_LOW_FIRST, WORD_ORDER_COUNT };
#define NORTH_VALUES_END \
	30000       /* addresses of values and setpoints are below; their second block is this much above them */
struct site_north { /* north: what other systems may read, and set, by Modbus */
	struct node node;
	const char *listen; /* "192.0.2.1:502" */
	int64_t unit, connections, a_master, rate, idle_us;
	int word_order;            /* enum word_order */
	struct key_words masters;  /* addresses; none: whoever can reach it */
	struct key_list points;    /* struct site_north_point */
	struct key_list setpoints; /* struct site_north_setpoint */
};
struct site_north_point {
	struct node node;
	const char *point;
	int64_t address; /* even, below NORTH_VALUES_END */
};
struct site_north_setpoint {
	struct node node;
	const char *point, *reason;
	int64_t address, for_us; /* for: how long what a master sets holds */
};

struct site_sequence { /* sequences: what persons do step by step, each step checked against points */
	struct node node;
	const char *name, *title, *title_ja, *area;
	int role;              /* enum role: the least */
	struct key_list steps; /* struct site_step */
};
struct site_step {
	struct node node;
	const char *text, *text_ja;
	const char *check; /* expression; NULL: the person's word alone */
	const char *check_text, *check_text_ja;
	const char *point;  /* that it is about; NULL */
	const char *tagged; /* an output that has to carry an inhibit tag; NULL */
	int64_t wait_us;    /* the check must hold for so long */
	bool skip, danger;  /* may be passed over with a reason; the console wants a word typed */
	bool lasts;         /* false: its check may turn false behind it */
};

struct site_wheel_part { /* who takes over the utility's grid what is made here, as a school */
	struct node node;
	const char *name, *title, *title_ja;
	const char *counter; /* of what it takes, in kWh; NULL: nobody reads it here */
	const char *asset;   /* the load of the energy section whose forecast is its own; NULL */
	double base_kw, peak_kw;
	int64_t from, to; /* minutes of the day: the peak's, on days of work */
	bool follows_terms;
};
struct site_wheel { /* self-wheeling (自己託送) */
	struct node node;
	const char *export;          /* counter of what goes out at the receiving point: the generation */
	double loss_pct;             /* of the way: a kWh that is taken is 1 + this of the demand plan */
	int64_t file_by, make_at;    /* minutes of the day before; make_at 0: no draft is made by itself */
	int64_t remind_us, gate_us;  /* before file_by and before a gate; a gate closes so long before delivery */
	double limit_kwh, limit_pct; /* of the imbalance; NaN = none */
	double price;                /* of a kWh of imbalance while none is known; NaN = none is assumed */
	const char *price_file;      /* in the folder wheel of the data folder; NULL = none is looked for */
	struct key_list parts;       /* struct site_wheel_part */
};

struct site {
	struct node node;
	struct arena *arena;
	const char *name, *title, *title_ja, *timezone, *id, *currency;
	bool simulated;
	struct key_list links;          /* struct site_link */
	struct key_list devices;        /* struct site_device */
	struct key_list calculations;   /* struct site_point_def; tag is the full name */
	struct key_list retention;      /* struct site_retention */
	struct key_list users;          /* struct site_user */
	struct key_list alarms;         /* struct site_limit: conditions over points */
	struct site_alarming *alarming; /* NULL = the defaults of its keys */
	struct site_notify *notify;     /* NULL = nobody is told */
	struct site_north *north;       /* NULL = nothing is served */
	struct energy *energy;          /* NULL = none */
	struct site_reports *reports;   /* NULL = none */
	struct key_list factors;        /* struct factor */
	struct key_list tariffs;        /* struct tariff */
	struct key_list holidays;       /* struct holiday */
	struct key_list terms;          /* struct term */
	struct key_list sequences;      /* struct site_sequence */
	struct site_wheel *wheel;       /* NULL = no self-wheeling */
	struct key_list profiles;       /* struct site_profile; from their own files */
	struct key_list screens;        /* struct site_screen */

	/* ---- made by site_build() */
	struct site_conn *conns;
	uint32_t conn_count; /* distinct transport://host:port */
	uint32_t line_count; /* of them serial lines */
	struct site_node *nodes;
	uint32_t
	    node_count; /* devices, in the file's order, then PLAN if there is one; number = device id on the wire */
	struct site_point *points;
	uint32_t point_count; /* number = point_id */
	struct site_group *groups;
	uint32_t group_count; /* scan groups: one a device and period */
	struct site_planned *planned;
	uint32_t planned_count; /* what a plan decides, as points: each once */
	uint32_t *index;
	uint32_t index_size; /* of points by name; site_find_point's own */
	const struct site_profile **profile_index;
	uint32_t profile_index_count; /* sorted by name */
};

struct site_conn {
	const char *host; /* of a serial line its path */
	uint16_t port;    /* 0 */
	int transport;
	int64_t gap_us;
	uint16_t connections;
	const struct site_link *manners; /* NULL = as the defaults of its keys say */
	uint32_t line;                   /* of serial lines: their number, from 0; UINT32_MAX: it is none */
};
struct site_node {
	const struct site_device *device;
	const struct site_profile *profile;
	uint32_t conn;    /* UINT32_MAX = none */
	const char *node; /* protocol echonet: its address; NULL */
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
/*
 * What a plan decides of an asset is a point, PLAN.ASSET.P and the like, if the site has energy: dispatch: and no device of that name. Nobody
 * writes these into a file.
 */
#define SITE_PLAN_DEVICE "PLAN"
enum site_planned_what { PLANNED_KW, PLANNED_SOC, PLANNED_HEAT, PLANNED_COUNT }; /* kW, %, GJ */
struct site_planned {
	point_id point;
	const char *actual; /* point that measures it; NULL = none */
	const struct asset *asset;
	enum site_planned_what what;
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
/*
 * "modbus-tcp://127.0.0.1:502/1" into parts; numeric IPv4, [IPv6] or "localhost". "modbus-rtu:///dev/ttyUSB0/1": host is the path, port 0.
 * host: of SITE_HOST_MAX bytes. False: message says what is wrong.
 */
bool site_link_parse(const char *link, int *transport, char *host, size_t host_size, uint16_t *port, uint8_t *unit,
    bool *has_unit, char *message, size_t size);
/* "echonet://192.0.2.1/192.0.2.10": the node's address, in the form of inet_ntop. False: message says what is wrong. */
bool site_link_node(const char *link, char *node, size_t node_size, char *message, size_t size);
/* "192.0.2.1:502", "[2001:db8::1]:502", "localhost:502"; an address alone, an IPv6 one without brackets. Else the same. */
bool site_address_parse(const char *text, char *host, size_t host_size, uint16_t *port, char *message, size_t size);
bool site_host_parse(const char *text, char *host, size_t size, char *message, size_t message_size);
/* How long the points of a class are kept: the site's own row, else 400 days of samples, 10 years of half hours, days for ever. */
struct site_retention site_retention_of(const struct site *s, const char *class);
int8_t site_decimals(const struct site_point_def *d); /* given, or derived from scale and deadband */

/* The tree as bytes and back (schema_put and _get of site_schema and all below). */
void site_put(const struct site *s, struct wbuf *b);
struct site *site_get(const uint8_t *data, size_t len); /* NULL: bad bytes. Built already. */

#endif
