/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_raw.h - the question for registers of a device, as the pages of communication and of registers ask it.
 */
#ifndef CHISAN_SCR_RAW_H
#define CHISAN_SCR_RAW_H

#include "console/screen.h"
#include "scada/base/msg.h"

/* Has it typed; text stands there already. The answer comes as REQ_RAW to the page on top. */
void scr_raw_prompt(struct console *co, const char *device, const char *text);
/* What was typed into m but for the device. False: it was said what is wrong, and the line can be mended. */
bool scr_raw_typed(struct console *co, const char *device, const char *typed, struct msg_registers_get *m);

#endif
