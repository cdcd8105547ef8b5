/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate.c - identities compared, addresses set.
 */
#include "config.h"

#include <string.h>

#include "drivers/locate.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

void
locate_init(struct locate *l, const struct cfg_device *d)
{
	*l = (struct locate){ 0 };
	discovery_init(&l->discovery, d->max_registers);
}

static enum err
say_other(const char *what, const char *is, const char *wanted, const char *tail, char *why, size_t size)
{
	char text[240];

	str_printf(text, sizeof(text), "%s \"%s\", \"%s\" %s", what, is, wanted, tail);
	text_put_safe(why, size, text, -1);
	return ERR_OTHER_DEVICE;
}

enum err
locate_check(struct locate *l, const struct cfg_device *d, char *why, size_t size)
{
	const struct chain *c = &l->discovery.chain;
	const struct {
		const char *what, *is, *wanted;
		char *seen;
	} texts[] = {
		{ "manufacturer", c->manufacturer, d->sunspec->manufacturer, l->manufacturer },
		{ "model", c->model, d->sunspec->model, l->model },
		{ "serial number", c->serial, d->sunspec->serial, l->serial },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		bool is_given = texts[i].wanted[0] != '\0';

		if (is_given && strcmp(texts[i].is, texts[i].wanted) != 0)
			return say_other(texts[i].what, texts[i].is, texts[i].wanted, "was expected", why, size);
		/* what the site file does not say has to stay as it was when the device was first met */
		if (!is_given && l->has_seen && strcmp(texts[i].is, texts[i].seen) != 0)
			return say_other(texts[i].what, texts[i].is, texts[i].seen, "was there before", why, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts) && !l->has_seen; i++)
		str_copy(texts[i].seen, sizeof(l->serial), texts[i].is);
	l->has_seen = true;
	return OK;
}

/* An address in *out; false: the device has no such registers. */
static bool
lay_one(const struct chain *c, uint16_t model, uint16_t offset, unsigned registers, uint16_t *out)
{
	uint32_t at = chain_place(c, model, offset, registers);

	if (at == CHAIN_NONE)
		return false;
	*out = (uint16_t)at;
	return true;
}

static void
lay_item(struct cfg_item *it, const struct chain *c)
{
	const struct cfg_place *p = &it->place;
	bool is_there = lay_one(c, p->model, p->offset, raw_type_registers(it->type), &it->address) &&
	    (!it->has_sf || lay_one(c, p->model, p->sf_offset, 1, &it->sf_address));

	it->place.absent = is_there ? OK : ERR_NOT_IMPLEMENTED;
}

static void
lay_output(struct cfg_output *o, const struct chain *c)
{
	const struct cfg_place *p = &o->place;
	uint16_t timer = 0;
	bool is_there = lay_one(c, p->model, p->offset, raw_type_registers(o->type), &o->address) &&
	    (!o->has_sf || lay_one(c, p->model, p->sf_offset, 1, &o->sf_address));

	for (unsigned i = 0; i < (unsigned)o->before_count + o->after_count; i++)
		is_there &= lay_one(c, o->steps[i].model, o->steps[i].offset, raw_type_registers(o->steps[i].type),
		    &o->steps[i].address);
	if (o->timer_model != 0) {
		is_there &= lay_one(c, o->timer_model, o->timer_offset, o->timer_registers, &timer);
		o->timer_address = timer;
	}
	o->place.absent = is_there ? OK : ERR_NOT_IMPLEMENTED;
}

bool
locate_lay(struct locate *l, struct setup *c, uint32_t device)
{
	const struct chain *chain = &l->discovery.chain;
	const struct cfg_device *d = &c->devices[device];

	if (l->has_laid && chain_is_same(&l->laid, chain))
		return false;
	l->laid = *chain;
	l->has_laid = true;
	for (uint32_t i = 0; i < d->item_count; i++)
		if (c->items[d->first_item + i].place.model != 0)
			lay_item(&c->items[d->first_item + i], chain);
	for (uint32_t i = 0; i < c->output_count; i++)
		if (c->outputs[i].device == device && c->outputs[i].place.model != 0)
			lay_output(&c->outputs[i], chain);
	return true;
}
