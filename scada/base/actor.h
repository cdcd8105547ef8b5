/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor.h - a person who acts, as the kernel and the site file know it.
 */
#ifndef CHISAN_ACTOR_H
#define CHISAN_ACTOR_H

#include "scada/base/point.h"

struct actor {
	uint32_t uid;
	enum role role;
	const char *user, *terminal; /* borrowed for the call */
	const char *areas;           /* of responsibility, parted by spaces or commas; NULL or "": all */
	const void *session;         /* identity of the connection; compared, never looked into */
};

/* Is it responsible for this area? What has no area ("" or NULL) is everybody's. */
bool actor_has_area(const struct actor *a, const char *area);

#endif
