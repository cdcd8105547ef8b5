/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_due.c - what is due when: a heap with one place for each alarm and device, keyed by the earliest of its timers.
 * Nothing is allocated, and a timer that is set again and again costs no more than its place's way through the heap.
 */
#include "config.h"

#include "scada/alarm/alarms_private.h"

static void
put(struct alarms *a, uint32_t at, uint32_t id)
{
	a->heap[at] = id;
	a->heap_at[id] = at;
}

static void
sift_up(struct alarms *a, uint32_t at, uint32_t id)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / 2;
		if (a->heap_key[a->heap[parent]] <= a->heap_key[id])
			break;
		put(a, at, a->heap[parent]);
		at = parent;
	}
	put(a, at, id);
}

static void
sift_down(struct alarms *a, uint32_t at, uint32_t id)
{
	for (;;) {
		uint32_t child = 2 * at + 1;
		if (child >= a->heap_len)
			break;
		if (child + 1 < a->heap_len && a->heap_key[a->heap[child + 1]] < a->heap_key[a->heap[child]])
			child++;
		if (a->heap_key[id] <= a->heap_key[a->heap[child]])
			break;
		put(a, at, a->heap[child]);
		at = child;
	}
	put(a, at, id);
}

static void
rekey(struct alarms *a, uint32_t id, int64_t key)
{
	uint32_t at = a->heap_at[id];
	int64_t was = a->heap_key[id];

	if (key == was)
		return;
	a->heap_key[id] = key;
	if (at == NONE) {
		sift_up(a, a->heap_len++, id);
	} else if (key == NEVER) {
		uint32_t last = a->heap[--a->heap_len];
		a->heap_at[id] = NONE;
		if (last == id)
			return;
		/* The last one takes its place, and goes whichever way it has to. */
		if (at > 0 && a->heap_key[last] < a->heap_key[a->heap[(at - 1) / 2]])
			sift_up(a, at, last);
		else
			sift_down(a, at, last);
	} else if (key < was) {
		sift_up(a, at, id);
	} else {
		sift_down(a, at, id);
	}
}

void
due_again(struct alarms *a, uint32_t id)
{
	int64_t key = NEVER;

	if (id >= a->count) {
		rekey(a, id, a->device[id - a->count].grace);
		return;
	}
	for (int t = 0; t < TIMER_COUNT; t++)
		if (a->alarms[id].due[t] < key)
			key = a->alarms[id].due[t];
	rekey(a, id, key);
}

void
due_set(struct alarms *a, uint32_t alarm, enum timer t, int64_t at_us)
{
	if (a->alarms[alarm].due[t] == at_us)
		return;
	a->alarms[alarm].due[t] = at_us;
	due_again(a, alarm);
}

void
due_set_device(struct alarms *a, uint32_t device, int64_t at_us)
{
	a->device[device].grace = at_us;
	due_again(a, a->count + device);
}

bool
due_take(struct alarms *a, uint32_t *id)
{
	if (a->heap_len == 0 || a->heap_key[a->heap[0]] > a->mono.us)
		return false;
	*id = a->heap[0];
	return true;
}
