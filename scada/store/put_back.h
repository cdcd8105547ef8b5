/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put_back.h - chisan-store --restore: a backup takes the place of the database, which is kept beside it.
 */
#ifndef CHISAN_PUT_BACK_H
#define CHISAN_PUT_BACK_H

#include <stdbool.h>

#include "scada/store/store.h"

/*
 * Copies file, proves the copy (pages, schema, chain of the journal), puts it in place in one step. Says all on stdout and stderr.
 * is_forced: also if the chain of its journal is broken. Exit code.
 */
int put_back(const struct store_options *o, const char *file, bool is_forced);

#endif
