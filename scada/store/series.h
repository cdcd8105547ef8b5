/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h - samples of one point in memory, 1 to 3 bytes each when they are regular: what is not in a sealed chunk yet.
 * Kept in order of arrival, so that late ones cost nothing; read in order of time.
 */
#ifndef CHISAN_SERIES_H
#define CHISAN_SERIES_H

#include "scada/store/codec.h"

/* What the next sample is told from. */
struct series_end {
	int64_t ms;
	uint64_t bits;  /* of the value */
	int64_t scaled; /* the newest value that was a decimal */
	uint64_t tag;
	uint32_t step; /* ms to the sample before */
	uint16_t quality, cause;
	uint8_t tag_step;
	uint8_t scaling; /* of its value: see decimal.h */
};

struct series {
	uint8_t *data;
	uint32_t len, cap, count;
	int8_t decimals;
	bool is_mixed;          /* times do not rise in order of arrival */
	int64_t first, last;    /* ms, the least and the greatest time; only if count > 0 */
	struct series_end tail; /* the newest by arrival: tail.tag is its tag */
	struct series_end head; /* before the first sample; last here, since a put has no use for it */
};

void series_init(struct series *s, int decimals); /* takes no memory yet */
void series_done(struct series *s);
void series_reset(struct series *s); /* empty, keeps the memory */

/* tag: whatever rises with arrival, such as the row of `tail` it stands in; one that falls counts as the one before. -0.0 becomes 0.0. */
void series_put(struct series *s, const struct sample *x, uint64_t tag);

/* All by rising time, of equal times the one that came first before; out has room for s->count. Returns s->count. */
uint32_t series_read(const struct series *s, struct sample *out);
/* The same of samples with a greater tag. */
uint32_t series_read_after(const struct series *s, uint64_t tag, struct sample *out);
/* The newest in time; of equal ones the one that came last. False: there is none. */
bool series_newest(const struct series *s, struct sample *out);

/* Those with a tag up to this one go. */
void series_forget(struct series *s, uint64_t tag);
/* The first n in order of time go, say because they are in a chunk; tags of the others stay. */
void series_cut(struct series *s, uint32_t n);

size_t series_bytes(const struct series *s); /* of memory, without the struct */

#endif
