/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend.c - buckets as bytes.  An empty bucket, and what is not a number, costs one byte.
 *
 *   has u8 (a bit a number that follows) | samples varint | min mean max first last increment f64 | good seen [known] u16 of 65535 |
 *   quality varint | marks u8
 */
#include "config.h"

#include <math.h>

#include "scada/base/trend.h"

#define SHARE 65535.0f

#define HAS_KNOWN 64 /* it differs from what is good, as it seldom does */

static uint16_t
share_of(float share)
{
	float s = share > 0 ? (share < 1 ? share : 1) : 0; /* NaN counts as none */

	return (uint16_t)(s * SHARE + 0.5f);
}

void
bucket_put(struct wbuf *b, const struct bucket *k)
{
	const double numbers[] = { k->min, k->mean, k->max, k->first, k->last, k->increment };
	uint8_t has = 0;

	for (unsigned i = 0; i < 6; i++)
		if (isfinite(numbers[i]))
			has |= (uint8_t)(1u << i);
	if (share_of(k->known) != share_of(k->good))
		has |= HAS_KNOWN;
	w_u8(b, has);
	w_varint(b, k->samples);
	for (unsigned i = 0; i < 6; i++)
		if ((has & 1u << i) != 0)
			w_f64(b, numbers[i]);
	w_u16(b, share_of(k->good));
	w_u16(b, share_of(k->seen));
	if ((has & HAS_KNOWN) != 0)
		w_u16(b, share_of(k->known));
	w_varint(b, k->quality);
	w_u8(b, k->marks);
}

bool
bucket_get(struct rbuf *r, struct bucket *k)
{
	double numbers[6];
	uint8_t has = r_u8(r);
	uint64_t samples = r_varint(r), quality;

	for (unsigned i = 0; i < 6; i++)
		numbers[i] = (has & 1u << i) != 0 ? r_f64(r) : (double)NAN;
	k->min = numbers[0];
	k->mean = numbers[1];
	k->max = numbers[2];
	k->first = numbers[3];
	k->last = numbers[4];
	k->increment = numbers[5];
	k->good = (float)r_u16(r) / SHARE;
	k->seen = (float)r_u16(r) / SHARE;
	k->known = (has & HAS_KNOWN) != 0 ? (float)r_u16(r) / SHARE : k->good;
	quality = r_varint(r);
	k->marks = r_u8(r);
	if (has >= 2 * HAS_KNOWN || samples > UINT32_MAX || quality > UINT16_MAX)
		r->bad = true;
	k->samples = (uint32_t)samples;
	k->quality = (uint16_t)quality;
	return !r->bad;
}
