/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h - the registers of one device: every point of its profile encoded where the profile says, decoded when written.
 * Nothing is stored but what clients wrote: a register is made from its point's value when it is read.
 */
#ifndef CHISAN_PLANT_IMAGE_H
#define CHISAN_PLANT_IMAGE_H

#include "drivers/plant/plant.h"
#include "scada/site/site.h"

enum source_kind {
	SOURCE_SIGNAL,  /* of a model: at0 + factor * signal */
	SOURCE_DERIVED, /* by a rule: at0 + (at1 - at0) * signal, with noise */
	SOURCE_WANDER,  /* nothing known: at0 with noise */
	SOURCE_COUNT,   /* nothing known, but it counts: at0 + at1 per second */
	SOURCE_HELD,    /* what was written last, at first at0 */
	SOURCE_DEMAND,  /* of the image's meter: mean of the half hour that ended last, by factor */
	SOURCE_ENERGY,  /* of the image's meter: up to the half hour that ended last, by factor */
	SOURCE_SUN,     /* at1 by the sun's share of full sun */
};

/* Where a point's value comes from. */
struct source {
	enum source_kind kind;
	const double *signal;
	double factor, at0, at1, noise, period_s;
	uint64_t key;
	struct model *model; /* takes the commands; NULL = nobody */
	const char *command; /* under this name; NULL = only held */
};

enum override { OVERRIDE_NONE, OVERRIDE_VALUE };

struct image_point {
	const struct site_point *point;
	struct source source;
	double held;
	enum override override; /* fault command: hold, set */
	double override_value;
	/* a value of several registers that came in pieces */
	uint16_t pending[4];
	unsigned pending_mask;
	/* reversion */
	double revert_s;    /* delay; 0 = none */
	double revert_at_s; /* world's t_s; 0 = not running */
	/* SunSpec */
	uint16_t gate;  /* holding register: what is written holds only while that is not zero; 0 = none */
	bool is_set_op; /* 802.SetOp: 1 connects, 2 disconnects */
};

enum spot_role { SPOT_READ, SPOT_WRITE, SPOT_OPEN, SPOT_FACTOR, SPOT_TIMER, SPOT_IDENTITY };

struct spot { /* a place in a table that means something */
	uint8_t table, role;
	uint16_t address, count;
	uint32_t point; /* of the image's */
	int factor;     /* SPOT_FACTOR: the power of ten */
};

struct image_span {
	uint8_t table;
	uint16_t from, to;
};

/* What a device does instead of answering well. */
enum fault { FAULT_NONE, FAULT_SILENT, FAULT_SLOW, FAULT_RESET, FAULT_WRONG };

struct el_meter;

struct image {
	const struct site_node *node;
	const char *name; /* the device's */
	struct world *world;
	struct image_point *points;
	uint32_t point_count;
	struct spot *spots; /* by table and address */
	uint32_t spot_count;
	uint16_t *chain;    /* holding registers of a SunSpec device, beneath what its points show; NULL = none */
	bool *chain_stored; /* of each: keeps what is written */
	uint16_t chain_base, chain_len;
	uint16_t longest;         /* count of the longest spot */
	struct image_span *spans; /* addresses that exist; by table and address */
	uint32_t span_count;
	struct image *next;     /* on the same connection */
	struct el_meter *meter; /* a node of ECHONET Lite: of its building; NULL */
	enum fault fault;
	int wrong; /* FAULT_WRONG: enum wrong of server.h */
	double slow_s;
	uint64_t requests, writes;
};

/* Modbus exception codes. */
enum {
	MB_OK = 0,
	MB_FUNCTION = 1,
	MB_ADDRESS = 2,
	MB_VALUE = 3,
	MB_FAILURE = 4,
	MB_BUSY = 6,
	MB_PATH = 10,
	MB_TARGET = 11
};

/* points[] with their sources must be set; the arrays go to the arena. */
void image_build(struct image *im, struct arena *arena);
/* Bits are 0 or 1, one a word. Returns an exception code. All or nothing. */
int image_read(struct image *im, int table, unsigned address, unsigned count, uint16_t *out);
int image_write(struct image *im, int table, unsigned address, unsigned count, const uint16_t *in);
void image_tick(struct image *im); /* reversions that are due */
/* The value whose registers mean "not implemented"; false: the profile names none. */
bool image_invalid(const struct image *im, const struct image_point *p, double *v);

double image_value(const struct image *im, const struct image_point *p); /* in the point's unit, as it stands now */
bool image_command(struct image *im, struct image_point *p, double v);   /* as if written; false: nothing to write */

/* The encoding alone. words: 1, 2 or 4; factor: power of ten of the scale-factor register. Bits outside of the field stay. */
void image_encode(const struct site_point_def *d, const struct site_register *r, int order, int factor, double value,
    uint16_t *words);
double image_decode(
    const struct site_point_def *d, const struct site_register *r, int order, int factor, const uint16_t *words);
int image_factor(const struct image *im, const struct site_register *r); /* power of ten of its scale-factor register */
int image_order(const struct site_register *r, const struct site_profile *p);

/* sunspec.c: the chain of the nth SunSpec device, and its points' places in it; between bind_image and image_build. */
void sunspec_build(struct image *im, struct arena *arena, unsigned nth);
void sunspec_serial(struct image *im, const char *serial); /* another device stands in its place */

/* bind.c: fills points[].source for every point of the device. */
void bind_image(struct image *im, struct arena *arena, const struct site *site);

#endif
