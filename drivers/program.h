/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - what the field programs have in common from their options on: the pipe, the loop, the sandbox.
 */
#ifndef CHISAN_PROGRAM_H
#define CHISAN_PROGRAM_H

#include <stdbool.h>

/* has_pipe: of spawn_has_pipe(), asked before anything was opened. may, folders: as of sandbox_enter_files(). Returns the exit code. */
int program_run(const char *name, int verbosity, bool has_pipe, unsigned may, const char *const folders[]);

#endif
