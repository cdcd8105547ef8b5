/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_entry.h - the page of one entry is opened with the entry, not with a word.
 */
#ifndef CHISAN_SCR_ENTRY_H
#define CHISAN_SCR_ENTRY_H

#include "console/entry.h"
#include "console/screen.h"

bool scr_entry_open(struct console *co, const struct msg_journal *m); /* copies it */

#endif
