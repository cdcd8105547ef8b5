/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field.h - the field program between its pipe and its devices: configuration and writes in, samples, states and outcomes out.
 */
#ifndef CHISAN_FIELD_H
#define CHISAN_FIELD_H

#include <ev.h>

#include "scada/base/conn.h"

struct field;

/* Speaks on descriptor fd; ends the loop when that ends. statm_fd: /proc/self/statm, opened before the sandbox; -1 = none. */
struct field *field_new(struct ev_loop *loop, int fd, int statm_fd, uint64_t seed);
void field_free(struct field *f);

#endif
