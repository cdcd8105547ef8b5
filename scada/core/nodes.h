/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - which node of ECHONET Lite was first met at which link, for as long as chisand lives: over configurations and field programs.
 */
#ifndef CHISAN_NODES_H
#define CHISAN_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_ID_MAX 17 /* bytes of an identification (property 83) */

struct nodes;

struct nodes *nodes_new(void);
void nodes_free(struct nodes *n); /* NULL is fine */

/* The device of this name and link said so; 1..NODE_ID_MAX bytes. Of more devices than a site may have, the rest is not kept. */
void nodes_met(struct nodes *n, const char *name, const char *link, const uint8_t *id, size_t len);
/* As digits of base 16; "" = it was not met yet. */
const char *nodes_known(const struct nodes *n, const char *name, const char *link, char text[2 * NODE_ID_MAX + 1]);

#endif
