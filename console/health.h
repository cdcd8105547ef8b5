/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.h - how the record is, in words: one sentence for every page while it is not well, one line for status.
 */
#ifndef CHISAN_HEALTH_H
#define CHISAN_HEALTH_H

#include <jansson.h>

#include "console/client.h"

/* "RECORD FULL: nothing is recorded since 02:13; 12 entries wait"; false: it is well, or nothing is known of it. Made safe. */
bool health_trouble(const struct client *c, char *buf, size_t size);
/* "well, 1.3 GB, 50.2 GB free: full in 3 years"; without the newest entry. */
void health_line(const struct client *c, char *buf, size_t size);
/* Days until the file system is full at the growth of the last days; negative: it does not grow, or is not known. */
double health_days(const struct client *c);
/* newest: of the journal; seq 0 = not known. */
json_t *health_json(const struct client *c, const struct msg_journal *newest);
/* "1.3 GB" */
char *health_bytes(char *buf, size_t size, uint64_t bytes);

#endif
