/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.c - moving in a list.
 */
#include "config.h"

#include "console/list.h"

#include "scada/base/str.h"

void
list_fit(struct list *l, int count, int rows)
{
	l->count = count;
	l->rows = rows > 0 ? rows : 1;
	if (l->at >= count)
		l->at = count - 1;
	if (l->at < 0)
		l->at = 0;
	if (l->top > l->at)
		l->top = l->at;
	if (l->at - l->top >= l->rows)
		l->top = l->at - l->rows + 1;
	if (l->top > count - l->rows)
		l->top = count - l->rows;
	if (l->top < 0)
		l->top = 0;
}

void
list_follow(struct list *l, int at)
{
	l->top += at - l->at;
	l->at = at;
	if (l->top < 0)
		l->top = 0;
}

bool
list_request(struct list *l, enum request req)
{
	int page = l->rows > 1 ? l->rows - 1 : 1;

	switch (req) {
	case REQ_UP:
	case REQ_PREVIOUS: l->at--; break;
	case REQ_DOWN:
	case REQ_NEXT: l->at++; break;
	case REQ_PAGE_UP:
		l->at -= page;
		l->top -= page;
		break;
	case REQ_PAGE_DOWN:
		l->at += page;
		l->top += page;
		break;
	case REQ_HOME: l->at = 0; break;
	case REQ_END: l->at = l->count - 1; break;
	default: return false;
	}
	if (l->top < 0)
		l->top = 0;
	list_fit(l, l->count, l->rows);
	return true;
}

void
list_span(const struct list *l, char *buf, int size)
{
	int last = l->top + l->rows < l->count ? l->top + l->rows : l->count;

	str_printf(buf, (size_t)size, l->count == 0 ? "none" : "%d-%d of %d", l->top + 1, last, l->count);
}
