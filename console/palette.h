/* SPDX-License-Identifier: Apache-2.0 */
/*
 * palette.h - what is typed: commands by name, completion, and the keys that go to the prompt.
 */
#ifndef CHISAN_PALETTE_H
#define CHISAN_PALETTE_H

#include "console/screen.h"

/* A key for the open prompt. */
void palette_key(struct console *co, uint32_t key);
/* Completes the text of the prompt as far as it is certain; *choices gets what else there is. */
void palette_complete(struct console *co);

#endif
