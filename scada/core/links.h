/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links.h - the field side: what chisan-field is told, and what it reports, on its way into the table.
 */
#ifndef CHISAN_LINKS_H
#define CHISAN_LINKS_H

#include "scada/core/publish.h"

/* The field programs: 0 is chisan-field, 1 and on are the serial lines, in their order. */
#define LINKS_PARTS (1 + SERIAL_LINES_MAX)

struct links;

/* raw, raw_failed: answers to a question for registers, W_RAW, W_REGISTERS or W_DUMP as the field program sent it, or an error. NULL: nobody wants to know. */
struct links_ops {
	void (*raw)(void *asker, uint32_t sequence, const struct frame *f, void *arg);
	void (*raw_failed)(void *asker, uint32_t sequence, enum err why, const char *text, void *arg);
	/* Communication of a device was reported, changed or not. */
	void (*state)(const struct msg_device_state *m, void *arg);
	/* What became of a write. m->point: POINT_NONE if it was one of an earlier configuration; m->write is what it is known by. */
	void (*written)(const struct msg_field_written *m, void *arg);
	/* A field program is gone: writes of its devices that were sent and not answered have no known outcome. */
	void (*down)(unsigned part, void *arg);
	/* A device remembers a value of earlier, in the point's unit; it fills a gap of the record. NULL: nobody wants to know. */
	void (*late)(point_id point, struct utc time, double value, void *arg);
	/* Which coils of a pulse may be set. NULL: nobody wants to know. */
	void (*pulse)(const struct msg_field_pulse *m, void *arg);
	/* Another master wrote to a device through its proxy; texts are the field program's, and as long. NULL: nobody wants to know. */
	void (*forwarded)(const struct msg_forwarded *m, void *arg);
	/* enum pulse_coils that an earlier field program may have left set: told to each with the configuration. NULL: none. */
	uint8_t (*left_set)(point_id point, void *arg);
};

struct links *links_new(struct publish *p, const struct links_ops *ops, void *arg);
void links_free(struct links *l);

/* A new configuration; sent at once if the field program is up. The table is borrowed until the next call. */
void links_site(struct links *l, struct table *t, uint16_t generation);
/* Until when samples of an earlier run are stored: what devices remember of later is asked for. */
void links_known(struct links *l, struct utc known);
void links_up(struct links *l, unsigned part, struct conn *c);
/* A field program is gone: all its points lose communication, open questions are answered. */
void links_down(struct links *l, unsigned part);
/* Which part a device belongs to; LINKS_PARTS: no field program has it. */
unsigned links_part(const struct site *s, uint32_t device);

/* OK, or what is wrong with the frame: then its sender must go. received, now: the time of this turn. */
enum err links_frame(struct links *l, unsigned part, const struct frame *f, struct utc received, struct mono now);

/* A point is read, or not until further notice, as the table has it; sent again with each configuration. */
void links_scan(struct links *l, point_id point, bool on);

/*
 * Writes to a point, now. w->raw is the value in the point's unit; w->write comes back with the outcome.
 * OK: it is on its way, and `written` or `down` follows. Else nothing was sent, and why holds a sentence: ERR_HELPER, ERR_NOT_FOUND
 * (no output of the field program), ERR_DISABLED (its device is off), ERR_RANGE.
 */
enum err links_write(struct links *l, const struct msg_field_write *w, char *why, size_t size);

/* asker is given back in the answer; sequence too. */
void links_raw_get(struct links *l, void *asker, uint32_t sequence, point_id point);
/* The same for registers that no point need stand behind: they are read now. Answered by W_REGISTERS. false: it was refused at once. */
bool links_registers_get(struct links *l, void *asker, uint32_t sequence, const struct msg_registers_get *m);
/* Answered by frames W_DUMP and, at the end, by raw_failed, OK among the errors then. It ends with its asker. false: it was refused at once. */
bool links_dump_get(struct links *l, void *asker, uint32_t sequence, const struct msg_dump_get *m);
void links_forget(struct links *l, const void *asker); /* it is gone: no answers to it any more */

/* Of all field programs: the longest lag, the sum of the rest. */
struct msg_field_stats links_stats(const struct links *l);
void links_count(const struct links *l, uint32_t by_state[DEVICE_STATE_COUNT]);

#endif
