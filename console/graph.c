/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph.c - one choice for all curves.
 */
#include "config.h"

#include <string.h>

#include "console/graph.h"

enum graph
graph_choose(const char *word, const char *term, bool is_ascii)
{
	if (is_ascii || (word != NULL && strcmp(word, "ascii") == 0))
		return GRAPH_ASCII;
	if (word != NULL)
		return strcmp(word, "block") == 0 ? GRAPH_BLOCK : GRAPH_BRAILLE;
	if (term != NULL && strcmp(term, "linux") == 0)
		return GRAPH_ASCII; /* its fonts have few block characters */
	if (term != NULL && strncmp(term, "vt", 2) == 0)
		return GRAPH_BLOCK;
	return GRAPH_BRAILLE;
}
