/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_report.h - the page of one report is opened with its kind, period and revision.
 */
#ifndef CHISAN_SCR_REPORT_H
#define CHISAN_SCR_REPORT_H

#include "console/rgot.h"
#include "console/screen.h"

/* date as rkind_read() takes it; revision 0: the newest that is filed, RGOT_NOW: as of now. false: the message says why not. */
bool scr_report_open(struct console *co, const char *kind, const char *date, uint32_t revision);
/* Asks a person to confirm what g is the head of; opens the dialogue, or the message says why not. */
void scr_report_confirm(struct console *co, const struct rgot *g);

#endif
