/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - what --version says, alike in every program: the program, the pipe's version, the libraries as they run.
 */
#ifndef CHISAN_VERSION_H
#define CHISAN_VERSION_H

#include <stddef.h>

/*
 * "chisand 0.1.0, wire version 1\nlibev 4.33, utf8proc 2.8.0, libseccomp 2.5.4, MORE\nLinux 6.1.0 x86_64\n"
 * more: the program's own libraries, NULL = none. buf of at least 512. Returns buf.
 */
char *version_text(char *buf, size_t size, const char *program, const char *more);

#endif
