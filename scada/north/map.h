/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - what masters see: registers made of points, and the answer to one request. No socket, no clock, no memory of its own
 * beyond the map: it is given the values and the time.
 *
 *   input registers    A, A+1             value of the point at A (even), float32
 *                      30000+A, 30001+A   its quality word and its age in seconds (65535: older, or never read)
 *                      60000..60041       the server itself: NORTH_OWN_*
 *   holding registers  A, A+1             setpoint at A: reads what the device has; function 16 on exactly these two sets it
 *                      30000+A, 30001+A   what became of the last one (enum north_outcome), and the reason (enum addcause)
 *
 * What is not in the map is refused with exception 2, never answered with zeros; so is a read that parts a value, since two halves of
 * two moments are no value. A value that is bad is NaN, whatever its quality word says beside it.
 */
#ifndef CHISAN_NORTH_MAP_H
#define CHISAN_NORTH_MAP_H

#include "scada/base/msg.h"

#define NORTH_HALF       30000 /* registers of the first block; the second lies so much above it */
#define NORTH_OWN        60000
#define NORTH_PDU_MAX    253
#define NORTH_READ_MAX   125
#define NORTH_LAYOUT     1 /* version of this layout, in the map itself */
#define NORTH_NAME_CHARS 64

/* Own registers, from NORTH_OWN. */
enum north_own {
	NORTH_OWN_HEARTBEAT,  /* one more each second */
	NORTH_OWN_STATE,      /* 1: the values are live; 2: chisand is away, and all of them are old */
	NORTH_OWN_LAYOUT,     /* NORTH_LAYOUT */
	NORTH_OWN_GENERATION, /* of the configuration: it changes when the map may have */
	NORTH_OWN_POINTS,     /* values in the map */
	NORTH_OWN_SETPOINTS,
	NORTH_OWN_AGE,       /* seconds since chisand was last heard */
	NORTH_OWN_RATE,      /* requests a second that a connection may make */
	NORTH_OWN_TIME,      /* UTC in seconds since 1970, two registers, the high one first */
	NORTH_OWN_NAME = 10, /* the site's name in UTF-8, NORTH_NAME_CHARS bytes, two a register, then zeros */
	NORTH_OWN_COUNT = NORTH_OWN_NAME + NORTH_NAME_CHARS / 2
};

/* The quality word: 0 is good. Low byte: 0 good, 1 uncertain, 2 bad. */
enum north_quality {
	NORTH_GOOD,
	NORTH_UNCERTAIN,
	NORTH_BAD,
	NORTH_OLD = 1 << 8,      /* not renewed, or chisand is away */
	NORTH_NO_COMM = 1 << 9,  /* the device does not answer */
	NORTH_BY_HAND = 1 << 10, /* entered by a person */
	NORTH_NEVER = 1 << 11,   /* there never was a value */
	NORTH_OUT_OF_RANGE = 1 << 12,
	NORTH_NO_FLOAT = 1 << 13, /* the value cannot be said as a float32 */
};

enum north_outcome {
	NORTH_IDLE,
	NORTH_UNDER_WAY,
	NORTH_DONE,    /* the device reports it */
	NORTH_FAILED,  /* the device refused it, or reports otherwise */
	NORTH_REFUSED, /* a check was not passed; nothing was sent */
	NORTH_UNKNOWN, /* it may have been carried out or not */
};

/* As map.c is given it for a point. */
struct north_value {
	double v;         /* NaN: never */
	uint16_t quality; /* enum quality */
	int64_t age_us;   /* negative: never read */
};

struct north_point {
	point_id point;
	uint16_t address;
};
struct north_setpoint {
	point_id point;
	uint16_t address;
	uint32_t for_s;
	const char *reason; /* into the map */
	/* of the last one that a master set */
	uint16_t outcome, addcause; /* enum north_outcome, addcause */
	uint32_t asked;             /* sequence of the command that is under way; 0 = none */
	bool is_told;               /* that masters are kept off it: once, until one is let in again */
};

struct north_map {
	char host[64], masters[64 * 48], site[NORTH_NAME_CHARS + 1];
	uint16_t port, connections, a_master, generation;
	uint8_t unit;
	bool is_low_first;
	uint32_t rate, idle_ms;
	struct north_point *points;
	struct north_setpoint *setpoints;
	uint32_t point_count, setpoint_count;
	uint16_t at_value[NORTH_HALF / 2],
	    at_setpoint[NORTH_HALF / 2]; /* by half the address: index plus one; 0 = nothing */
	struct arena *arena;
};

/* What the server is just now, for NORTH_OWN. */
struct north_now {
	uint16_t heartbeat;
	bool is_live;
	int64_t heard_us; /* since chisand was heard */
	struct utc time;
};

struct north_source {
	void (*value)(point_id point, struct north_value *out, void *arg);
	/*
	 * A master sets a setpoint, to a finite value. OK: it is on its way, and s->outcome will tell. ERR_BUSY: one is under way.
	 * Any other: it cannot be asked for.
	 */
	enum err (*set)(struct north_setpoint *s, double value, void *arg);
	void *arg;
};

/* NULL: a number, an address or a count in it cannot be. points: of the site. */
struct north_map *north_map_new(const struct msg_north *m, const char *site, uint16_t generation, uint32_t points);
void north_map_free(struct north_map *m); /* NULL is fine */
uint16_t north_quality(const struct north_value *v);

/* The answer to one request (function and what follows), 2..NORTH_PDU_MAX bytes; len at least 1. */
size_t north_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *pdu, size_t len, uint8_t out[NORTH_PDU_MAX]);
size_t north_exception(uint8_t function, uint8_t code, uint8_t out[NORTH_PDU_MAX]);

/* ident.c: function 43, MEI type 14. */
size_t north_identify(const char *site, const uint8_t *pdu, size_t len, uint8_t out[NORTH_PDU_MAX]);

#endif
