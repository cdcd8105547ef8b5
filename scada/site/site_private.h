/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_private.h - what the files of libsite.a share.
 */
#ifndef CHISAN_SITE_PRIVATE_H
#define CHISAN_SITE_PRIVATE_H

#include "scada/site/schema_site.h"

#define SITE_TREE_VERSION 5

/*
 * site_build for a tree that is not believed: what does not fit is left out, and the answer is false. No member that
 * a key fills needs to be set.
 */
bool site_build_tree(struct site *s);

/* "$." becomes "DEVICE."; the text itself if it has none. */
const char *site_expand(struct arena *a, const char *text, const char *device);

/* The overrides of a device by tag, for as long as its points are made; `sorted` is freed by the caller. */
struct override_index {
	const struct site_override **sorted;
	uint32_t n;
};
struct override_index site_index_overrides(const struct site_device *d);
const struct site_override *site_find_override(const struct override_index *x, const char *tag); /* NULL = none */

/* ---- site_plan.c: what a plan decides, as points. How many there are at most; 0: the site has no dispatch. */
uint32_t site_plan_count(const struct site *s);
/* The site has points of that name itself: then there are none of what is planned. */
bool site_plan_is_taken(const struct site *s);
/* The device that has them and what it is. */
const struct site_profile *site_plan_profile(struct arena *a, const struct site_device **device);
/* Adds the points, of the node that comes next, while there are fewer than `room`. */
void site_plan_add(struct site *s, uint32_t group, uint32_t room);

/* The definition as it holds for the device: `of` itself if nothing differs. o may be NULL. */
const struct site_point_def *site_make_def(
    struct arena *a, const struct site_point_def *of, const struct site_override *o, const char *device);

#endif
