/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec.h - the models of SunSpec as data: where each point stands in its model, as what, and where its power of ten stands.
 * Offsets count registers from the model's own number: 0 is the number, 1 the length, 2 the first point. Pure, nothing is allocated.
 * Source: SunSpec Alliance, Information Model Reference, the models of the same numbers.
 */
#ifndef CHISAN_SUNSPEC_H
#define CHISAN_SUNSPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/msg.h"

#define SUNSPEC_END        0xFFFF /* number that ends a chain; its length is 0 */
#define SUNSPEC_COMMON     1      /* model that says what the device is */
#define SUNSPEC_MODELS     64     /* a chain of more is none */
#define SUNSPEC_REPEAT_MAX 512    /* blocks of a model */
#define SUNSPEC_FACTOR_MAX 10     /* powers of ten that a scale factor may be, either way */
#define SUNSPEC_NO_FACTOR  0x8000 /* scale factor that is not implemented */
#define SUNSPEC_TEXT       64     /* bytes that hold any place as text */

/* clang-format off */
/* _(id, word, raw type, registers; 0 = as the row says) */
#define SUNSPEC_TYPE_LIST(_) \
	_(SS_U16,    "uint16",     RAW_U16, 1) \
	_(SS_I16,    "int16",      RAW_I16, 1) \
	_(SS_U32,    "uint32",     RAW_U32, 2) \
	_(SS_I32,    "int32",      RAW_I32, 2) \
	_(SS_U64,    "uint64",     RAW_U64, 4) \
	_(SS_ACC32,  "acc32",      RAW_U32, 2) \
	_(SS_ACC64,  "acc64",      RAW_U64, 4) \
	_(SS_ENUM16, "enum16",     RAW_U16, 1) \
	_(SS_BITS16, "bitfield16", RAW_U16, 1) \
	_(SS_BITS32, "bitfield32", RAW_U32, 2) \
	_(SS_SF,     "sunssf",     RAW_I16, 1) \
	_(SS_F32,    "float32",    RAW_F32, 2) \
	_(SS_STRING, "string",     RAW_U16, 0)
/* clang-format on */
#define SUNSPEC_TYPE_ID(id, word, raw, registers) id,
enum sunspec_type { SUNSPEC_TYPE_LIST(SUNSPEC_TYPE_ID) SS_TYPE_COUNT };
#undef SUNSPEC_TYPE_ID

struct sunspec_point {
	const char *name;
	uint16_t offset;  /* of a repeated block: from the block's beginning */
	uint8_t size;     /* registers */
	uint8_t type;     /* enum sunspec_type */
	const char *sf;   /* point of the same model that holds its power of ten; NULL = none */
	const char *unit; /* "" = none */
};

struct sunspec_model {
	uint16_t from, to; /* numbers of the models that are laid out so */
	const char *label;
	uint16_t fixed; /* registers before the first repeated block, number and length included */
	const struct sunspec_point *points;
	uint16_t count;
	const char *group; /* name of the repeated block; NULL = none */
	uint16_t block;    /* its registers */
	const struct sunspec_point *repeated;
	uint16_t repeated_count;
};

/* One point of a device: "701.W", "160.module[2].DCW". */
struct sunspec_place {
	uint16_t model;
	uint16_t repeat; /* block, from 1; 0 = not in one */
	const struct sunspec_model *layout;
	const struct sunspec_point *point;
};

/* NULL = unknown here: skipped by its length. */
const struct sunspec_model *sunspec_model(uint16_t number);
/* The i-th row of the tables; NULL at the end. */
const struct sunspec_model *sunspec_row(size_t i);

/* False: message says what was read and what would be right. */
bool sunspec_parse(const char *text, struct sunspec_place *out, char *message, size_t size);
/* "160.module[2].DCW"; buf >= SUNSPEC_TEXT. */
const char *sunspec_text(const struct sunspec_place *p, char *buf, size_t size);

/* From the model's beginning to the point, and to its power of ten (-1 = none). */
uint32_t sunspec_offset(const struct sunspec_place *p);
int32_t sunspec_factor_offset(const struct sunspec_place *p);
enum raw_type sunspec_raw_type(const struct sunspec_point *p);
const char *sunspec_type_word(const struct sunspec_point *p);
/* Raw value by which a device says that it has no such value; NaN for floats. False: the type has none (text). */
bool sunspec_invalid(const struct sunspec_point *p, double *raw);
/* Blocks that a model of this length holds. */
uint32_t sunspec_repeats(const struct sunspec_model *m, uint16_t length);

/* Text of a device: ends at the first NUL, without blanks at its end, never beyond size. buf >= 2 * registers + 1. */
void sunspec_string(const uint8_t *registers, unsigned count, char *buf, size_t size);

#endif
