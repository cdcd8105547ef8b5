/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_probe.h - what nodes of ECHONET Lite say they are: asked by el_probe.c, told by el_probe_tell.c. Only Get is ever sent.
 */
#ifndef CHISAN_EL_PROBE_H
#define CHISAN_EL_PROBE_H

#include <stdio.h>

#include "drivers/el_poll.h"

#define PROBE_NODES     256
#define PROBE_INSTANCES 84
#define PROBE_BYTES     255

struct probe_property {
	bool is_given; /* len bytes; else it was refused, or not answered */
	uint8_t len;
	uint8_t data[PROBE_BYTES];
};

struct probe_instance {
	uint32_t object;
	bool has_maps; /* else nobody knows what it has */
	struct el_map get, set, announced;
	struct probe_property properties[128]; /* from 80 on */
};

struct probe_node {
	char address[80];
	struct sockaddr_storage from;
	struct el_id id; /* length 0: it gives none, or was not asked */
	uint32_t count;
	uint32_t objects[PROBE_INSTANCES];
	struct probe_instance *instances; /* count of them; NULL = only listed */
};

void probe_tell_list(FILE *to, const struct probe_node *nodes, uint32_t count);
void probe_tell_node(FILE *to, const struct probe_node *n);
void probe_tell_json(FILE *to, const char *own, const struct probe_node *nodes, uint32_t count);
/* A profile with all that the table of classes knows and the node gave. */
void probe_tell_profile(FILE *to, const char *name, const struct probe_node *n);

#endif
