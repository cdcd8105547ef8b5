/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output_set.c - all outputs of a configuration: their begin and end, and the coils that one leaves set to the next.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/output_private.h"
#include "scada/base/log.h"

/* ---- pulses */

static void
leftover_over(struct pulse *p, struct moment now)
{
	struct outputs *all = p->arg;

	(void)now;
	if (all->ops->cleared != NULL)
		all->ops->cleared(all->arg);
}

static bool
cut(struct pulse *p, struct moment now)
{
	pulse_cut(p, now);
	return p->is_set && p->device->state == DEVICE_UP;
}

bool
outputs_end(struct outputs *all, struct moment now)
{
	bool is_left = false;

	for (uint32_t i = 0; i < all->config->output_count; i++) {
		struct output *o = &all->list[i];

		output_refuse_waiting(o, ERR_NOT_CONNECTED, "the field program ends", now);
		is_left |= o->cfg->pulse_us > 0 && (cut(&o->pulse, now) || o->step == STEP_VALUE);
	}
	for (struct leftover *l = all->leftovers; l != NULL; l = l->next)
		is_left |= cut(&l->pulse, now);
	return is_left;
}

/* The same unit at the same address. */
static struct device *
same_device(struct outputs *all, const struct setup *old, const struct cfg_device *d)
{
	const struct cfg_link *link = &old->links[d->link];

	for (uint32_t i = 0; i < all->poll->device_count; i++) {
		const struct cfg_device *c = &all->config->devices[i];
		const struct cfg_link *l = &all->config->links[c->link];

		if (c->unit == d->unit && c->enabled && memcmp(&l->addr, &link->addr, sizeof(l->addr)) == 0)
			return &all->poll->devices[i];
	}
	return NULL;
}

static void
take_over(struct outputs *all, const struct setup *old, const struct cfg_device *from, const struct pulse *p,
    struct moment now)
{
	struct device *d = same_device(all, old, from);
	struct leftover *l;

	if (d == NULL) {
		log_error("coil %u of %s was set for a moment and its device is not in the configuration any more: it "
		          "stays set",
		    p->coil, from->name);
		return;
	}
	for (struct output *o = all->of_device[d->index]; o != NULL; o = o->next) {
		if (o->cfg->pulse_us == 0 || (o->cfg->address != p->coil && o->cfg->open_address != p->coil))
			continue;
		pulse_begin(&o->pulse, p->coil, p->due, now);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	pulse_init(&l->pulse, d, leftover_over, all);
	l->cfg = d->cfg;
	l->next = all->leftovers;
	all->leftovers = l;
	pulse_begin(&l->pulse, p->coil, p->due, now);
}

void
outputs_take_over(struct outputs *all, const struct outputs *old, struct moment now)
{
	for (uint32_t i = 0; i < old->config->output_count; i++)
		if (old->list[i].cfg->pulse_us > 0 && old->list[i].pulse.is_set)
			take_over(all, old->config, &old->config->devices[old->list[i].cfg->device],
			    &old->list[i].pulse, now);
	for (struct leftover *l = old->leftovers; l != NULL; l = l->next)
		if (l->pulse.is_set)
			take_over(all, old->config, l->cfg, &l->pulse, now);
}

void
outputs_clear_left(struct outputs *all, struct moment now)
{
	for (uint32_t i = 0; i < all->config->output_count; i++) {
		struct output *o = &all->list[i];

		if (o->cfg->left_set == 0 || !o->device->cfg->enabled)
			continue;
		log_warn(
		    "device %s: a pulse of coil %u may have been left set by the field program before: it is cleared",
		    o->device->cfg->name, o->cfg->address);
		o->left = o->cfg->left_set;
		output_clear_left(o, now);
	}
}

/* ---- life */

struct outputs *
outputs_new(struct poll *p, const struct outputs_ops *ops, void *arg)
{
	struct outputs *all = xcalloc(1, sizeof(*all));
	uint32_t n = p->config->output_count;

	*all = (struct outputs){ .poll = p, .timers = p->timers, .config = p->config, .ops = ops, .arg = arg };
	all->list = xcalloc(n + 1, sizeof(*all->list));
	all->of_device = xcalloc(p->device_count + 1, sizeof(struct output *));
	for (uint32_t i = 0; i < n; i++) {
		struct output *o = &all->list[i];

		output_init(o, all, &p->config->outputs[i], &p->devices[p->config->outputs[i].device]);
		o->next = all->of_device[o->cfg->device];
		all->of_device[o->cfg->device] = o;
	}
	return all;
}

void
outputs_begin(struct outputs *all, struct moment now)
{
	struct poll *p = all->poll;

	all->beats = xcalloc(p->device_count + 1, sizeof(*all->beats));
	for (uint32_t i = 0; i < p->device_count; i++)
		if (beat_is_wanted(p->devices[i].cfg))
			beat_init(&all->beats[all->beat_count++], &p->devices[i], now);
}

void
outputs_free(struct outputs *all, struct moment now)
{
	if (all == NULL)
		return;
	for (uint32_t i = 0; i < all->beat_count; i++)
		beat_done(&all->beats[i], all->timers);
	free(all->beats);
	for (uint32_t i = 0; i < all->config->output_count; i++) {
		output_refuse_waiting(&all->list[i], ERR_NOT_CONNECTED, "its configuration has ended", now);
		if (all->list[i].cfg->pulse_us > 0)
			pulse_done(&all->list[i].pulse, all->timers);
	}
	while (all->leftovers != NULL) {
		struct leftover *l = all->leftovers;

		all->leftovers = l->next;
		pulse_done(&l->pulse, all->timers);
		free(l);
	}
	free(all->list);
	free(all->of_device);
	free(all);
}
