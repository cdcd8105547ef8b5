/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - a mapping of a site file as one table of keys.  Reading, checking, print-back, the form on the wire and the
 * list of keys in the manual all come from the table; who adds a key adds one row.
 */
#ifndef CHISAN_SCHEMA_H
#define CHISAN_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/mem.h"
#include "scada/base/wire.h"

/* Where something stood in the files. Not sent over the wire (0 there). */
struct mark {
	uint16_t file;   /* index into the reader's list of files */
	uint16_t column; /* from 1 */
	uint32_t line;   /* from 1; 0 = not given */
};

/*
 * Every struct that a schema describes begins with a struct node.  marks[i] is where the value of key i of its schema stood;
 * NULL outside of chisan-site.  set has bit i when key i was given (at most 64 keys a mapping): absent and zero differ.
 */
struct node {
	uint64_t set;
	const struct mark *marks;
	struct mark at; /* of the mapping itself */
};

/* clang-format off */
/* _(id, C type of the member, what the manual calls it) */
#define KEY_TYPE_LIST(_) \
	_(KEY_STRING,   const char *,           "text")                        /* one line; min..max bytes */ \
	_(KEY_NAME,     const char *,           "name")                        /* [A-Z][A-Z0-9_]*: device, bus, asset */ \
	_(KEY_TAG,      const char *,           "tag")                         /* point_tag_is_valid */ \
	_(KEY_POINT,    const char *,           "point")                       /* DEVICE.ITEM; checked to exist */ \
	_(KEY_WORD,     const char *,           "word")                        /* [a-z][a-z0-9-]*: profile, screen */ \
	_(KEY_EXPR,     const char *,           "expression")                  /* expr.h; checked with its names */ \
	_(KEY_UNIT,     const char *,           "unit")                        /* one of unit_list() */ \
	_(KEY_BOOL,     bool,                   "true or false") \
	_(KEY_INT,      int64_t,                "whole number")                /* min..max */ \
	_(KEY_NUMBER,   double,                 "number")                      /* min..max; absent: NaN unless def is given */ \
	_(KEY_DURATION, int64_t,                "duration")                    /* microseconds; min..max in seconds */ \
	_(KEY_RATE,     double,                 "rate, as 150/min")            /* per second, written as 5/s, 150/min or 10/h */ \
	_(KEY_ENUM,     int,                    "one of")                      /* words[] */ \
	_(KEY_RANGE,    struct key_range,       "[low, high]") \
	_(KEY_NUMBERS,  struct key_numbers,     "list of numbers") \
	_(KEY_NAMES,    struct key_names,       "number: name")                /* mapping of whole numbers to text */ \
	_(KEY_PAIRS,    struct key_pairs,       "list of [x, y]")              /* rising x */ \
	_(KEY_WORDS,    struct key_words,       "list of words") \
	_(KEY_POINTS,   struct key_points,      "name: point")                 /* mapping of a fixed set of words (words[]) to points */ \
	_(KEY_MAP,      void *,                 "mapping")                     /* sub: pointer to the struct; NULL = absent */ \
	_(KEY_LIST,     struct key_list,        "list of mappings")            /* sub */ \
	_(KEY_DICT,     struct key_list,        "mapping of name to mapping")  /* sub; the name goes to the sub's key 0 */ \
	_(KEY_TEXT,     const char *,           "text of several lines")       /* at most max bytes; printed as a block */ \
	_(KEY_DATE,     int64_t,                "date")                        /* date.h: days; 0 = not given */ \
	_(KEY_DAYTIME,  int64_t,                "time of day")                 /* date.h: minutes, 0..1440 */
/* clang-format on */

#define KEY_ENUM_ID(id, ctype, help) id,
enum key_type { KEY_TYPE_LIST(KEY_ENUM_ID) KEY_TYPE_COUNT };
#undef KEY_ENUM_ID

/* clang-format off */
struct key_range { double lo, hi; };                       /* NaN, NaN = absent */
struct key_numbers { double *v; uint32_t n; };
struct key_name { int64_t number; const char *text; };
struct key_names { struct key_name *v; uint32_t n; };      /* sorted by number */
struct key_pair { double x, y; };
struct key_pairs { struct key_pair *v; uint32_t n; };
struct key_words { const char **v; uint32_t n; };
struct key_point { const char *role; const char *point; }; /* role: one of words[] */
struct key_points { struct key_point *v; uint32_t n; };
struct key_list { void *v; uint32_t n; };                  /* v: array of sub->size */
struct key_word { const char *word; int value; const char *help; };
/* clang-format on */

#define SCHEMA_UNBOUNDED 1e15 /* a max of this or more is none: "0 or more" */

struct schema;

struct key {
	const char *name;
	enum key_type type;
	size_t offset; /* of the member */
	bool is_required;
	double min, max;              /* both 0: no bounds; of lists the count */
	const char *def;              /* as it would be written; NULL: zero, NaN or NULL */
	const char *unit;             /* of the number, for messages and the manual */
	const struct key_word *words; /* KEY_ENUM, KEY_POINTS; ends with { NULL } */
	const struct schema *sub;     /* KEY_MAP, KEY_LIST, KEY_DICT */
	const char *help;             /* one line; mandatory */
};

struct schema {
	const char *name; /* what messages call it: "device", "point" */
	size_t size;      /* of the struct */
	const struct key *keys;
	unsigned key_count; /* at most 64 */
	const char *help;
	/*
	 * A mapping whose keys depend on one of them (an asset on its kind): given the value of the enum key `variant_key`, the schema
	 * that holds further keys, whose struct is pointed to by the member at variant_offset. NULL: plain.
	 */
	const struct schema *(*variant)(int value);
	unsigned variant_key;
	size_t variant_offset;
};

/* The row of a key by name, or by its member; -1 = none. */
int schema_find(const struct schema *s, const char *name, size_t len);
int schema_find_member(const struct schema *s, size_t offset);
/* Was the member at offset given in the file? Where? (Line 0 outside of chisan-site; the mapping's own place if not given.) */
bool schema_is_set(const struct schema *s, const void *obj, size_t offset);
struct mark schema_mark(const struct schema *s, const void *obj, size_t offset);
/* The schema of obj's variant and its struct; NULL = plain, or the kind is not given. */
const struct schema *schema_variant(const struct schema *s, const void *obj, void **sub);
const char *key_type_text(enum key_type type);

/* Sets all members to their defaults; obj is zeroed memory. False if a def does not read: our bug, a unit test finds it. */
bool schema_defaults(const struct schema *s, void *obj, struct arena *a);

/* One scalar from text into the member of k. False: *message says "what was read; what would be right". */
bool schema_scalar(const struct key *k, const char *text, void *obj, struct arena *a, char *message, size_t size);

/* The same, for a value that is in place already (from the wire or assembled): bounds, form. True: fine. */
bool schema_value_ok(const struct key *k, const void *obj, char *message, size_t size);

/* The form on the wire: all keys that are set, in order. */
void schema_put(const struct schema *s, const void *obj, struct wbuf *b);
/* From the wire; strings and arrays go to the arena, what is absent gets its default. False: the bytes are bad. Bounded depth. */
bool schema_get(const struct schema *s, void *obj, struct rbuf *r, struct arena *a);

/* YAML that loads again, indented by `indent` spaces; calls out() with pieces of text. */
void schema_print(
    const struct schema *s, const void *obj, int indent, void (*out)(const char *text, void *arg), void *arg);

/* The member's text as it would be written; scalars only. buf >= 64. */
const char *schema_scalar_text(const struct key *k, const void *obj, char *buf, size_t size);

/* All units known, NULL-terminated: SI and the trade's, ASCII spelling (m3, degC). */
const char *const *unit_list(void);
bool unit_is_known(const char *unit);

static inline bool
node_has(const struct node *n, unsigned key)
{
	return (n->set >> key) & 1;
}

#endif
