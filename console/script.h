/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.h - keys and commands from a file, drawn on a grid only: for tests and for pages in documents.
 *
 *   # a comment            :save-screen FILE   text of the screen     :resize 132x43
 *   <Down>j/SOC<Enter>     :save-looks FILE    its looks              :tick 5       five seconds of samples
 *   :goto ESS1.SOC         :wait live|lost|raw|down|answer|answers|flood|alarm NAME=STATE          any command of the palette
 */
#ifndef CHISAN_SCRIPT_H
#define CHISAN_SCRIPT_H

#include "console/screen.h"

struct script;
struct script *script_new(const char *path); /* NULL: cannot be read; said on stderr */
void script_free(struct script *s);
/* Does what can be done now; draw() is called before a screen is saved. false: the end, or a fault (co->exit_code). */
bool script_run(
    struct script *s, struct console *co, void (*draw)(struct console *co), void (*tick)(struct console *co));

#endif
