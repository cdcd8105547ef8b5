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
	struct arena *a;                    /* until the checks are done */
	const struct site_device **devices; /* by name; those that have one */
	uint32_t device_count;
	bool *is_blurred;   /* by profile: its tags are not all known, because of faults that were told */
	uint32_t *sorted;   /* points by name; after the site was built */
	const char **areas; /* that devices are in, ends with NULL; NULL: not looked for yet */
	bool has_nameless;  /* a device without a name: nobody knows whose points are missing */
	bool is_too_large;  /* more devices or points than a site may have: nothing is looked at point by point */
};

/* Where a member stands. */
#define AT_KEY(schema, obj, type, member) schema_mark(&(schema), (obj), offsetof(type, member))
/* In the file, whether or not its value could be read; a faulty value was told already. */
bool check_is_given(const struct schema *s, const void *obj, size_t offset);
#define IS_SET(schema, obj, type, member) schema_is_set(&(schema), (obj), offsetof(type, member))

/* 0 */ void check_sort_devices(struct check *c);
/* 1 */ void check_general(struct check *c);  /* zone, identity, users, links */
/* 2 */ void check_profiles(struct check *c); /* each with its points, whether used or not */
void check_point(
    struct check *c, const struct site_point_def *d, const struct site_profile *p); /* p NULL: a calculation */
void check_history(struct check *c, const struct site_point_def *d);
void check_register(
    struct check *c, const struct site_point_def *d, const struct site_profile *p, const struct site_register *r);
void check_echonet(struct check *c, const struct site_point_def *d, const struct site_register *r);
/* enum raw_type of a register, as it will be once the site is built. */
int check_type_of(const struct site_register *r);
/* A register with point:. True: its other keys can be checked. */
bool check_place(struct check *c, const struct site_profile *p, const struct site_register *r, bool is_write);
void check_timer(struct check *c, const struct site_point_def *d, const struct site_profile *p);
void check_sunspec_profile(struct check *c, const struct site_profile *p);
void check_overlaps(struct check *c, const struct site_profile *p);
void check_alarm_keys(struct check *c, const struct site_limit *l); /* of one alarm, whoever has it */
void check_alarms(struct check *c, const struct site_point_def *d, const struct key_list *alarms);
void check_output(struct check *c, const struct site_point_def *d); /* d has an output: and may have one */
/* 3 */ void check_devices(struct check *c);                        /* names, links, overrides; calculations */
/* 3 */ void check_alarming(struct check *c);                       /* the site's own alarms; alarming; areas */
/* 3 */ void check_notify(struct check *c);
/* 3 */ void check_sequences(struct check *c);
void check_line(struct check *c, const struct site_link *l, int transport); /* manners of a serial line, or of none */
/* A device at a serial line: its address is written into address. */
void check_line_device(struct check *c, const struct site_device *d, const char *path, unsigned unit, struct mark at,
    char *address, size_t size);
/* 3 */ void check_ports(struct check *c); /* TCP or a serial line's frames on TCP, one of both at a port */
/* 5 */ void check_lines(struct check *c); /* not more than there may be processes */
/* 4 the site is built, and its names sorted */
void check_sort_names(struct check *c);
/* 5 */ void check_built(struct check *c);                    /* manners nobody uses, earlier names that are taken */
/* 5 */ void check_expressions(struct check *c);              /* names, form, circles; points that are named alone */
void check_circles(struct check *c, point_id *const *inputs); /* inputs: by point; [0] of each is the count */
/* 5 */ void check_alarm_names(struct check *c);              /* of the site's own alarms, against all others */
/* 6 */ void check_energy(struct check *c);
/* 6 */ void check_reports(struct check *c); /* and factors, tariffs, holidays, terms */
/* 6 */ void check_wheel(struct check *c);
/* 6 */ void check_north(struct check *c);
/* 6 */ void check_proxies(struct check *c);
/* 7 */ void check_screens(struct check *c);

/* Equal names in a list: said at the later one. What is not given (NULL) is left out. */
struct check_name {
	const char *name;
	struct mark at;
};
void check_unique(struct check *c, struct check_name *names, size_t n, const char *what);

/* The first device of this name (len bytes); NULL = none. */
const struct site_device *check_find_device(const struct check *c, const char *name, size_t len);
/* True if nobody can know which points `name` has: its device's profile is missing or could not be read. */
bool check_is_blurred(const struct check *c, const char *name);
bool check_profile_is_blurred(const struct check *c, const struct site_profile *p);
/* Each word of areas is one that a device has; a warning with a hint if not. areas may be NULL. */
void check_areas(struct check *c, struct mark at, const char *areas);
/* "; did you mean X?" for a point that does not exist, or what else helps. Returns buf. */
const char *check_point_hint(const struct check *c, const char *name, char *buf, size_t size);
/* First and one past the last of c->sorted whose names begin with the prefix. */
void check_prefix_range(const struct check *c, const char *prefix, size_t len, uint32_t *first, uint32_t *end);

#endif
