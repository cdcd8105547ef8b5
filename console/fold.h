/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - what stands in for a character that a terminal cannot show, or shows in a width nobody can know.
 */
#ifndef CHISAN_FOLD_H
#define CHISAN_FOLD_H

#include <stdint.h>

enum fold {
	FOLD_NONE,      /* everything as it is */
	FOLD_AMBIGUOUS, /* characters of ambiguous width become ASCII: terminals that draw them two cells wide */
	FOLD_ASCII,     /* nothing but ASCII */
};

/* The character to draw: as wide as cp, except ambiguous ones, which become one cell. Wide ones become two '?' in FOLD_ASCII. */
uint32_t fold_char(uint32_t cp, enum fold fold);

#endif
