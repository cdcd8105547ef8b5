/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph.h - what curves are drawn with. Chosen by option, else by character set and terminal; fonts are not asked.
 */
#ifndef CHISAN_GRAPH_H
#define CHISAN_GRAPH_H

#include <stdbool.h>

enum graph {
	GRAPH_BRAILLE, /* 2 x 4 dots a cell */
	GRAPH_BLOCK,   /* eighths of a cell, from below */
	GRAPH_ASCII,
};

/* word: "braille" "block" "ascii", NULL = by the terminal's name (NULL: a script). is_ascii: nothing else can be shown. */
enum graph graph_choose(const char *word, const char *term, bool is_ascii);

#endif
