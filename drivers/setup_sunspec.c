/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup_sunspec.c - frames about places that count from a model into structs; nothing is believed here either.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/setup.h"
#include "scada/base/sunspec.h"

#define BEAT_MIN_US (100 * US_PER_MS)
#define BEAT_MAX_US (60 * US_PER_S)
#define TEXT_MAX    32

static bool
is_model(uint16_t number)
{
	return number > 0 && number < SUNSPEC_END;
}

enum err
setup_sunspec(struct setup *c, const struct msg_field_sunspec *m)
{
	uint32_t device = setup_find_device(c, m->device);
	struct cfg_sunspec *s;

	if (device == UINT32_MAX || c->devices[device].sunspec != NULL || c->devices[device].identity.present)
		return setup_refuse(c,
		    "SunSpec device %u: there is none, it was said already, or it has an identity register", m->device);
	if (strlen(m->manufacturer) > TEXT_MAX || strlen(m->model) > TEXT_MAX || strlen(m->serial) > TEXT_MAX)
		return setup_refuse(
		    c, "device %s: a text of its identity has over %d bytes", c->devices[device].name, TEXT_MAX);
	if (m->beat_model != 0 &&
	    (!is_model(m->beat_model) || m->beat_registers < 1 || m->beat_registers > 2 || m->beat_us < BEAT_MIN_US ||
	        m->beat_us > BEAT_MAX_US))
		return setup_refuse(c, "device %s: a heartbeat of model %u, %u registers, %u us is none",
		    c->devices[device].name, m->beat_model, m->beat_registers, m->beat_us);
	s = arena_alloc(c->arena, sizeof(*s));
	*s = (struct cfg_sunspec){ .manufacturer = arena_strdup(c->arena, m->manufacturer),
		.model = arena_strdup(c->arena, m->model),
		.serial = arena_strdup(c->arena, m->serial),
		.beat_model = m->beat_model,
		.beat_offset = m->beat_address,
		.beat_registers = m->beat_registers,
		.beat_us = m->beat_us };
	c->devices[device].sunspec = s;
	return OK;
}

/* Until the device has said where its models are, nothing of them is there. */
static struct cfg_place
place_of(const struct msg_field_place *m, uint16_t address, uint16_t sf_address)
{
	return (struct cfg_place){
		.model = m->model, .offset = address, .sf_offset = sf_address, .absent = ERR_NOT_IMPLEMENTED
	};
}

static enum err
place_output(struct setup *c, const struct msg_field_place *m)
{
	uint32_t i = setup_find_output(c, m->point);
	struct cfg_output *o;

	if (i == UINT32_MAX || c->outputs[i].place.model != 0 || c->outputs[i].table != TABLE_HOLDING ||
	    c->devices[c->outputs[i].device].sunspec == NULL)
		return setup_refuse(
		    c, "output %u: it is none of a SunSpec device, or its model was said already", m->point);
	o = &c->outputs[i];
	if (m->timer_model != 0 &&
	    (!is_model(m->timer_model) || m->timer_registers < 1 || m->timer_registers > 2 ||
	        o->timer_address == UINT32_MAX))
		return setup_refuse(c, "output %u: a timer of model %u, %u registers is none", m->point, m->timer_model,
		    m->timer_registers);
	o->place = place_of(m, o->address, o->sf_address);
	if (m->timer_model != 0) {
		o->timer_model = m->timer_model;
		o->timer_offset = (uint16_t)o->timer_address;
		o->timer_registers = m->timer_registers;
	}
	return OK;
}

enum err
setup_place(struct setup *c, const struct msg_field_place *m)
{
	uint32_t i;

	if (!is_model(m->model))
		return setup_refuse(c, "point %u: model %u is none", m->point, m->model);
	if (m->is_output != 0)
		return place_output(c, m);
	i = setup_find(c, m->point);
	if (i == UINT32_MAX || c->items[i].place.model != 0 || c->items[i].table != TABLE_HOLDING ||
	    c->devices[c->items[i].device].sunspec == NULL)
		return setup_refuse(
		    c, "point %u: it is none of a SunSpec device, or its model was said already", m->point);
	c->items[i].place = place_of(m, c->items[i].address, c->items[i].sf_address);
	return OK;
}

enum err
setup_step(struct setup *c, const struct msg_field_step *m)
{
	uint32_t i = setup_find_output(c, m->point);
	struct cfg_output *o = i == UINT32_MAX ? NULL : &c->outputs[i];

	if (o == NULL || o->place.model == 0 || !is_model(m->model))
		return setup_refuse(
		    c, "step of output %u: the output counts from no model, or model %u is none", m->point, m->model);
	if (m->type <= RAW_BIT || m->type >= RAW_F32 || !isfinite(m->value) ||
	    (m->is_times == 0 && m->value != round(m->value)))
		return setup_refuse(
		    c, "step of output %u: type %u and value %g do not go together", m->point, m->type, m->value);
	if (o->before_count + o->after_count == CFG_STEPS || (m->is_after == 0 && o->after_count > 0))
		return setup_refuse(c, "step of output %u: over %d, or out of order", m->point, CFG_STEPS);
	if (o->steps == NULL)
		o->steps = arena_alloc(c->arena, CFG_STEPS * sizeof(*o->steps));
	o->steps[o->before_count + o->after_count] = (struct cfg_step){ .model = m->model,
		.offset = m->address,
		.type = m->type,
		.is_times = m->is_times != 0,
		.value = m->value };
	if (m->is_after != 0)
		o->after_count++;
	else
		o->before_count++;
	return OK;
}
