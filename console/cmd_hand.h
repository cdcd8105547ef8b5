/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_hand.h - what the commands of the operator's hand share.
 */
#ifndef CHISAN_CMD_HAND_H
#define CHISAN_CMD_HAND_H

#include "console/cmd.h"
#include "console/hand.h"

/* Sends an act and prints how it ended: a line, or {"point","result","reason","text"}. point "" = none. Returns the exit code. */
int cmd_act(const struct options *o, struct client *c, uint16_t type, const struct wbuf *b, const char *point);
/* The point of this name; NULL: *code says why, and stderr in a sentence. */
const struct client_point *cmd_one_point(const struct options *o, const struct client *c, const char *name, int *code);
/* --reason: CMD_DONE, or CMD_USAGE and a sentence. */
int cmd_check_reason(const struct options *o);
/* A value as it was typed: CMD_DONE, CMD_USAGE, CMD_REFUSED; the latter with a sentence. */
int cmd_read_value(const struct client_point *p, const char *text, double *v);

#endif
