/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_node.h - what we are to others: a node with its profile and one controller, that answers what is asked of it. Pure.
 */
#ifndef CHISAN_EL_NODE_H
#define CHISAN_EL_NODE_H

#include "drivers/el_frame.h"

#define EL_CONTROLLER 0x05FF01u

struct el_node {
	uint8_t id[17]; /* property 83: FE, maker, 13 bytes of our own */
};

/* seed: what makes it another one than its neighbours. */
void el_node_init(struct el_node *n, uint64_t seed);

/*
 * The answer to a request of another node, in out. 0: nothing is answered (it is none, or not for us). *is_to_all: an INF, which
 * goes to the group.
 */
size_t el_node_answer(const struct el_node *n, const struct el_frame *f, uint8_t out[EL_FRAME_MAX], bool *is_to_all);
/* The announcement of a node that has come up (D5), for the group. */
size_t el_node_hello(const struct el_node *n, uint16_t tid, uint8_t out[EL_FRAME_MAX]);

#endif
