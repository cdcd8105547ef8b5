/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echonet.h - what ECHONET Lite calls its things: classes and properties as a table, and "028A.E3", by which profiles name them.
 * Figures: "Appendix: Detailed Requirements for ECHONET Device Objects", release R, in its Machine Readable Appendix 1.3.1 of the ECHONET
 * Consortium; classes 0157 and 027C and the super class in 1.1.1, unchanged in them since releases I and J. The rows are our own.
 */
#ifndef CHISAN_ECHONET_H
#define CHISAN_ECHONET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHONET_PORT 3610
#define ECHONET_NODE 0x0EF001u /* the node profile, as an object */

/* How a part of a property makes a number; network order. _STATE: one byte that is a code, no quantity. */
enum echonet_form {
	EL_STATE,
	EL_U8,
	EL_I8,
	EL_U16,
	EL_I16,
	EL_U32,
	EL_I32,
	EL_U8_FD, /* as U8, and FD says that there is none: counts of channels */
	EL_FORM_COUNT
};

/* Other properties of the same object by which a raw number is multiplied; 0 ends the list. */
#define ECHONET_FACTORS 3

enum echonet_flags {
	EL_GET = 1 << 0,
	EL_SET = 1 << 1,
	EL_OPTIONAL = 1 << 2, /* as a factor: 1 where the node does not have it */
	EL_CODE = 1 << 3,     /* as a factor: a code for a power of ten */
};

/* A number in a property. A property of several parts has several rows, in order. */
struct echonet_row {
	uint16_t class;
	uint8_t epc;
	const char *name; /* "power", unique in its class */
	uint8_t form;     /* enum echonet_form */
	uint8_t at;       /* first byte */
	uint8_t size;     /* of the whole property; 0 = at least what the part needs */
	double scale;     /* value = raw * scale * factors */
	const char *unit; /* of the value; "" = none */
	uint8_t flags;
	uint8_t factors[ECHONET_FACTORS];
	/* The same quantity at each half hour of a day: 48 numbers behind two bytes; and the property that chooses the day. 0 = none. */
	uint8_t history, day;
};

struct echonet_class {
	uint16_t class;
	const char *name; /* "High-voltage smart meter" */
};

/* A place in a node: "028A.E3", "028A02.C3", "0288.E8.2" (second part), "0288.current-t". */
struct echonet_place {
	uint32_t object; /* class and instance, 24 bits */
	const struct echonet_row *row;
};

/* False: message (of size) says what is wrong with the text, and what would be right. */
bool echonet_place(const char *text, struct echonet_place *out, char *message, size_t size);

const struct echonet_row *echonet_row(size_t i); /* NULL at the end */
const struct echonet_row *echonet_find(
    uint16_t class, uint8_t epc); /* its first part; also of all classes; NULL = none */
const struct echonet_row *echonet_next_part(const struct echonet_row *r); /* of the same property; NULL = none */
const struct echonet_class *echonet_class(uint16_t class);                /* NULL = not known */
const struct echonet_class *echonet_class_row(size_t i);                  /* NULL at the end */

unsigned echonet_form_size(unsigned form); /* bytes */
/* True: one of the numbers by which the protocol says overflow, underflow or no data. Never of a state. */
bool echonet_is_nothing(unsigned form, int64_t raw);
/* Codes of units: 00=1, 01=0.1 .. 04=0.0001, 0A=10 .. 0D=10000. False: no such code. */
bool echonet_unit_code(uint8_t code, double *out);

#endif
