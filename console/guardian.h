/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guardian.h - a small parent of the console that puts the terminal right when the console dies without doing so itself.
 */
#ifndef CHISAN_GUARDIAN_H
#define CHISAN_GUARDIAN_H

/* Returns in the child, which then is the console. The parent waits for it here, and exits with its exit code. */
void guardian_start(void);

#endif
