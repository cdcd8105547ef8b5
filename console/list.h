/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - which row of a list is selected and which part of it is seen. The selected row keeps its place on the screen when the
 * list around it changes.
 */
#ifndef CHISAN_LIST_H
#define CHISAN_LIST_H

#include <stdbool.h>

#include "console/keys.h"

struct list {
	int count, at, top; /* rows, selected, first seen */
	int rows;           /* seen at a time, from the last drawing */
};

/* Brings at and top into bounds for `rows` seen rows. */
void list_fit(struct list *l, int count, int rows);
/* The selected item is now at `at`: the view moves along so that it stays on its line. */
void list_follow(struct list *l, int at);
/* Up, down, page, first, last, next, previous. false: not one of these. */
bool list_request(struct list *l, enum request req);
/* "12-29 of 389" */
void list_span(const struct list *l, char *buf, int size);

#endif
