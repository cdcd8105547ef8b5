/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - what the tables cannot see, in the order in which it is looked at.
 */
#ifndef CHISAN_CHECK_H
#define CHISAN_CHECK_H

#include "scada/site/reader.h"

struct check {
	struct reader *r;
	struct site *s;
	struct faults *f;
	struct arena *a; /* until the checks are done */
};

/* Places of members. */
#define AT_KEY(schema, obj, type, member) schema_mark(&(schema), (obj), offsetof(type, member))

/* 1 */ void check_general(struct check *c);                       /* zone, identity, users, links */
/* 2 */ void check_profiles(struct check *c);                      /* each with its points, whether used or not */
void check_registers(struct check *c, const struct site_profile *p);
void check_point(struct check *c, const struct site_point_def *d, const struct site_profile *p); /* p NULL: a calculation */
void check_alarms(struct check *c, const struct site_point_def *d, const struct key_list *alarms);
/* 3 */ void check_devices(struct check *c);                       /* names, links, overrides; calculations */
/* 4 the site is built */
/* 5 */ void check_expressions(struct check *c);                   /* names, form, circles */
/* 6 */ void check_energy(struct check *c);
/* 7 */ void check_screens(struct check *c);

/* True if nobody can know which points `name` has: its device's profile is missing or has faults. */
bool check_is_blurred(const struct check *c, const char *name);
/* ": did you mean X?" for a point that does not exist; "" if nothing is near. */
const char *check_point_hint(const struct check *c, const char *name, char *buf, size_t size);

#endif
