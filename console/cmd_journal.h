/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_journal.h - the second word of journal.
 */
#ifndef CHISAN_CMD_JOURNAL_H
#define CHISAN_CMD_JOURNAL_H

#include "console/options.h"

int cmd_journal_verify(const struct options *o); /* enum cmd_exit */

#endif
