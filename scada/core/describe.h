/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe.h - the checked site in the words of the pipe: what consoles are told, and what the field program is to do.
 */
#ifndef CHISAN_DESCRIBE_H
#define CHISAN_DESCRIBE_H

#include "scada/site/site.h"

/* Each empties b and writes one body. */
void describe_device(const struct site *s, uint32_t device, struct wbuf *b); /* W_DEVICE */
void describe_point(const struct site *s, point_id id, struct wbuf *b);      /* W_POINT */

bool describe_is_field(const struct site *s, uint32_t device); /* is it the field program's? */
void describe_field_link(const struct site *s, uint32_t link, struct wbuf *b);
bool describe_field_serial(const struct site *s, uint32_t link, struct wbuf *b); /* false: it is no serial line */
bool describe_field_proxy(const struct site *s, uint32_t link, struct wbuf *b);  /* false: it is not lent */
void describe_field_device(const struct site *s, uint32_t device, struct wbuf *b);
/* False: nothing is read for this point. */
bool describe_field_item(const struct site *s, point_id id, struct wbuf *b);
bool describe_is_output(const struct site *s, point_id id); /* is it written, and by the field program? */
/* False: nothing is written for this point. */
bool describe_field_output(const struct site *s, point_id id, uint8_t left_set, struct wbuf *b);
/* Of a device, point or output by the models of SunSpec. False: there is nothing to say. n: 0.. */
bool describe_field_sunspec(const struct site *s, uint32_t device, struct wbuf *b);
bool describe_field_place(const struct site *s, point_id id, bool is_output, struct wbuf *b);
bool describe_field_step(const struct site *s, point_id id, uint32_t n, struct wbuf *b);

/* ---- describe_echonet.c */
bool describe_is_echonet(const struct site *s, uint32_t device);
/* since: until when its values are known; offset_us: civil time less utc. */
/* was: which node it was before, "" = nobody knows. */
void describe_echonet_device(
    const struct site *s, uint32_t device, struct utc since, int64_t offset_us, const char *was, struct wbuf *b);
/* False: nothing of ECHONET Lite is read, or written, for this point. */
bool describe_echonet_item(const struct site *s, point_id id, bool is_write, struct wbuf *b);
/* W_NORTH; false: the site serves nothing. */
bool describe_north(const struct site *s, struct wbuf *b);

#endif
