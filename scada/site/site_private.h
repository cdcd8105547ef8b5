/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_private.h - what the files of libsite.a share.
 */
#ifndef CHISAN_SITE_PRIVATE_H
#define CHISAN_SITE_PRIVATE_H

#include "scada/site/schema_site.h"

#define SITE_TREE_VERSION 4

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

/* The definition as it holds for the device: `of` itself if nothing differs. o may be NULL. */
const struct site_point_def *site_make_def(
    struct arena *a, const struct site_point_def *of, const struct site_override *o, const char *device);

#endif
