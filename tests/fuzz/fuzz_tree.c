/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tree.c - bytes that claim to be a checked site; what is taken must give the same bytes again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/site/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	struct site *s = site_get(data, size);
	if (s == NULL)
		return 0;
	for (uint32_t i = 0; i < s->point_count; i++)
		if (site_find_point(s, s->points[i].name) != i || s->points[i].group >= s->group_count)
			abort();
	struct wbuf b, again;
	wbuf_init(&b);
	wbuf_init(&again);
	site_put(s, &b);
	struct site *t = site_get(b.data, b.len);
	if (t == NULL)
		abort();
	site_put(t, &again);
	if (again.len != b.len || memcmp(again.data, b.data, b.len) != 0)
		abort();
	site_free(t);
	site_free(s);
	wbuf_done(&b);
	wbuf_done(&again);
	return 0;
}
