/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_site.h - the tables of the site's keys as the files of this folder see each other.
 */
#ifndef CHISAN_SCHEMA_SITE_H
#define CHISAN_SCHEMA_SITE_H

#include "scada/site/site.h"

#define SITE_SCREEN_MAX 130000 /* bytes: fits one W_SCREEN with its name */

extern const struct key_word table_words[], order_words[];
extern const struct schema limit_schema, filter_schema, counter_schema, check_back_schema, revert_schema,
    forbidden_schema, identity_schema, link_schema, proxy_schema, proxy_write_schema, user_schema, retention_schema,
    screen_schema, output_schema, priority_schema, class_schema, alarming_schema, duty_time_schema, duty_schema,
    notify_schema, sequence_schema, sequence_step_schema, wheel_schema, wheel_part_schema, north_schema,
    north_point_schema, north_setpoint_schema, beside_schema;

/* All tables of site and profile files with the path by which the manual calls them; ends with NULL. */
struct schema_page {
	const struct schema *schema;
	const char *path; /* "devices[]" */
};
extern const struct schema_page schema_pages[];

#endif
