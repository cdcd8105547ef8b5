/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor.c - areas of responsibility.
 */
#include "config.h"

#include <string.h>

#include "scada/base/actor.h"

bool
actor_has_area(const struct actor *a, const char *area)
{
	const char *s = a->areas;
	size_t n;

	if (s == NULL || s[0] == '\0' || area == NULL || area[0] == '\0')
		return true;
	for (; *s != '\0'; s += n) {
		s += strspn(s, " ,");
		n = strcspn(s, " ,");
		if (n > 0 && strlen(area) == n && memcmp(s, area, n) == 0)
			return true;
	}
	return false;
}
