/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - what the service manager is told: the protocol of sd_notify(3), without its library.  Silent without $NOTIFY_SOCKET.
 */
#ifndef CHISAN_NOTIFY_H
#define CHISAN_NOTIFY_H

#include <stdint.h>

#include "scada/base/clock.h"

/* Reads and clears the environment, so that no helper speaks in our name. */
void notify_init(void);
void notify_ready(void);
void notify_reloading(struct mono now);
void notify_stopping(void);
void notify_status(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void notify_alive(void);
/* How often notify_alive() must be called; 0 = nobody watches. Half of what the manager asks. */
int64_t notify_alive_us(void);

#endif
