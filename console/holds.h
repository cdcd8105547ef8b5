/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holds.h - an output in sentences: what holds it and until when, what waits behind that, where it leads, what the device does alone.
 * All text is made safe. Times are in the process's zone.
 */
#ifndef CHISAN_HOLDS_H
#define CHISAN_HOLDS_H

#include "console/client_control.h"

/* "1200 kW", "closed"; "-" for NaN. */
char *holds_value(const struct client *c, point_id id, double v, bool ja, char *buf, size_t size);
/* "21:38 (29m)", another day "11-23 02:10 (5h)"; 0: "open". */
char *holds_until(int64_t until, struct utc now, char *buf, size_t size);
/* "operator duty, 20:31 until 21:31 (22m): burner test"; "nobody". */
char *holds_who(const struct client *c, point_id id, struct utc now, char *buf, size_t size);
/* "operator 1200  guard -  >dispatch 950  default 450": the one that wins is marked. false: nothing was told. */
bool holds_slots(const struct client *c, point_id id, bool ja, char *buf, size_t size);
/* "wants 1200 kW, goes to 1100 kW: SENTENCE": protection clamps. false: it does not. */
bool holds_clamp(const struct client *c, point_id id, bool ja, char *buf, size_t size);
/* "walks to 1200 kW; written 1010 kW; the device has 1004 kW", drift, given up, local. false: nothing of that. */
bool holds_progress(const struct client *c, point_id id, bool ja, char *buf, size_t size);
/* What takes over when the override ends: "dispatch, 950 kW", "nobody; the device keeps 1200 kW". */
char *holds_next(const struct client *c, point_id id, bool ja, char *buf, size_t size);
/* "from 950 kW to 1200 kW, in 1m40s by its ramp"; "from open to closed". */
char *holds_step(const struct client *c, point_id id, double from, double to, bool ja, char *buf, size_t size);
double holds_device(const struct client *c, point_id id); /* what the device has, as read last; NaN */
/* "GTC up, modbus-tcp://127.0.0.1:15023/1, holding 200, f32 ABCD" */
char *holds_path(const struct client *c, point_id id, char *buf, size_t size);
/* "is given up by the device 60s after the last refresh: 450 kW"; false: nothing is said about it. */
bool holds_alone(const struct client *c, point_id id, char *buf, size_t size);
/* "a second person; selection first; its name typed"; false: none of that. */
bool holds_manners(const struct client *c, point_id id, char *buf, size_t size);
/* "INHIBIT duty since 11-22 20:31, permit 12, until 17:00: TEXT" */
char *holds_tag(const struct msg_tag_state *t, struct utc now, bool ja, char *buf, size_t size);
/* "command 17 of duty: waiting" */
char *holds_command(const struct msg_command_state *m, char *buf, size_t size);

#endif
