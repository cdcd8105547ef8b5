/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onduty.h - chisand's end of chisan-notify: started when the site has `notify`, given the site and the alarms as a console gets them;
 * what it says goes into the journal, and whether it can tell anybody is an alarm of Chisan itself.
 */
#ifndef CHISAN_ONDUTY_H
#define CHISAN_ONDUTY_H

#include "scada/core/logbook.h"
#include "scada/core/publish.h"
#include "scada/core/supervise.h"
#include "scada/site/site.h"

struct onduty;

struct onduty_ops {
	/* Those on duty cannot be told, or can be again. */
	void (*failing)(bool is_failing, const char *words, void *arg);
};

struct onduty *onduty_new(
    struct supervise *s, struct publish *p, struct logbook *l, const struct onduty_ops *ops, void *arg);
void onduty_free(struct onduty *o); /* NULL is fine */

/* A new site, before publish_site() is called with its table: chisan-notify knows it before its alarms come. */
void onduty_site(struct onduty *o, const struct site *s, uint16_t generation, const uint64_t hash[4]);
/* Values and alarms are about to come: it is started now, if the site wants it. Before this only what is wanted is remembered. */
void onduty_begin(struct onduty *o);

void onduty_up(struct onduty *o, struct conn *c);
enum err onduty_frame(struct onduty *o, const struct frame *f, struct utc now, struct mono mono);
void onduty_down(struct onduty *o, enum err why);

#endif
