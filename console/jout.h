/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jout.h - the shapes of --json.  Scripts stand on them: keys may be added, none may go.
 * Times are ISO 8601 in UTC; a value that is not good is given with its quality; what is no number is null.
 */
#ifndef CHISAN_JOUT_H
#define CHISAN_JOUT_H

#include <jansson.h>

#include "console/client.h"

json_t *jout_number(double v);    /* null if not finite */
json_t *jout_time(struct utc t);  /* null if not known */
json_t *jout_text(const char *s); /* as it is; escaped when printed */
json_t *jout_point(const struct client *c, point_id id, struct utc now);
json_t *jout_link(const struct client *c, uint32_t device);
json_t *jout_begin(void); /* {"schema":1} */

/* One line on stdout; nothing but ASCII leaves. Takes the object. */
void jout_print(json_t *j);

/* {"schema":1,"KEY":[...]} item by item, so that a large site needs no large memory. jout_list_item takes the object. */
void jout_list_begin(const char *key);
void jout_list_item(json_t *j, bool is_first);
void jout_list_end(void);

#endif
