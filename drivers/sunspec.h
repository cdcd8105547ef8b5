/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec.h - the chain of models of a device: where it begins, what stands in it, what the device says it is. What to read
 * next comes out, answers go in; no socket, no clock, no memory. All that a device says is hostile: the chain only ever goes up,
 * ends at the last register, and has an end.
 *
 *   state    on                                   becomes
 *   BASE     "SunS"                               HEAD
 *   BASE     anything else, or silence            BASE at the next address; all three: failed
 *   HEAD     number, length                       HEAD behind it; of model 1 COMMON
 *   HEAD     0xFFFF, nonsense, no such address    done
 *   COMMON   texts                                HEAD
 */
#ifndef CHISAN_DRIVER_SUNSPEC_H
#define CHISAN_DRIVER_SUNSPEC_H

#include "drivers/driver.h"
#include "scada/base/sunspec.h"

#define CHAIN_BASES  3 /* addresses at which a chain may begin */
#define CHAIN_NONE   UINT32_MAX
#define COMMON_WORDS 64 /* registers of model 1 from the manufacturer to the serial number */

struct chain_model {
	uint16_t number, length;
	uint16_t address; /* of its number */
};

struct chain {
	uint16_t base; /* of "SunS" */
	uint16_t count;
	struct chain_model models[SUNSPEC_MODELS];
	bool has_end; /* false: it broke off, and `note` says how */
	bool has_common;
	/* As the device says it, any bytes; "" = nothing. */
	char manufacturer[33], model[33], options[17], version[17], serial[33];
	char note[80];
};

enum discovery_state { DISCOVERY_BASE, DISCOVERY_HEAD, DISCOVERY_COMMON, DISCOVERY_DONE };

struct discovery {
	uint8_t state;  /* enum discovery_state */
	uint8_t tried;  /* addresses without a chain so far, over several connections */
	uint8_t silent; /* searches at the known address without an answer */
	bool has_known;
	uint8_t known;    /* where it was found before: tried first */
	uint16_t longest; /* registers that the device answers at a time */
	uint16_t got;     /* registers of model 1 */
	uint32_t cursor;
	uint8_t common[COMMON_WORDS * 2];
	struct chain chain;
};

void discovery_init(struct discovery *d, uint16_t longest);
/* A new connection, or a new try: from the beginning, but not with addresses that were silent. */
void discovery_begin(struct discovery *d);
/* What to read now: holding registers. Not when done. */
void discovery_next(const struct discovery *d, uint16_t *address, uint16_t *count);
/* OK: done. ERR_BUSY: more is to be read. Else failed, with a sentence in why. data: of `count` registers where e is OK. */
enum err discovery_answer(struct discovery *d, enum err e, const uint8_t *data, char *why, size_t size);
/* No answer came. True: another address is to be tried at once. */
bool discovery_silent(struct discovery *d);

/* The first model of this number; NULL = none. */
const struct chain_model *chain_find(const struct chain *c, uint16_t number);
/* The address of a register `offset` behind the beginning of the model; CHAIN_NONE: the device has none. */
uint32_t chain_place(const struct chain *c, uint16_t model, uint16_t offset, unsigned registers);
/* The same models at the same addresses? */
bool chain_is_same(const struct chain *a, const struct chain *b);

/* The i-th address at which a chain may begin. */
uint16_t chain_base(unsigned i);

#endif
