/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_probe_tell.c - what was found, for people, for programs, and as a profile to start from.
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "drivers/el_probe.h"
#include "scada/base/str.h"

static const char *
class_name(uint32_t object)
{
	const struct echonet_class *c = echonet_class((uint16_t)(object >> 8));

	return c != NULL ? c->name : "a class that Chisan does not know";
}

void
probe_tell_list(FILE *to, const struct probe_node *nodes, uint32_t count)
{
	fprintf(to, "%-39s %-8s %s\n", "NODE", "INSTANCE", "CLASS");
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < nodes[i].count; k++)
			fprintf(to, "%-39s %06" PRIX32 "   %s\n", nodes[i].address, nodes[i].objects[k],
			    class_name(nodes[i].objects[k]));
}

/* ---- values */

static const struct probe_property *
property(const struct probe_instance *in, uint8_t epc)
{
	return &in->properties[epc - 0x80];
}

/* As the field program reads it: with the coefficients and units of the instance. */
static enum err
value_of(const struct probe_instance *in, const struct echonet_row *r, double *out)
{
	const struct probe_property *p = property(in, r->epc);
	struct el_cfg_item cfg = { .epc = r->epc, .form = r->form, .at = r->at, .size = r->size, .scale = r->scale };
	struct el_object o = { .object = in->object };
	struct el_item it = { .cfg = &cfg, .object = &o };
	const struct el_prop prop = { r->epc, p->len, p->data };

	memcpy(cfg.factors, r->factors, sizeof(cfg.factors));
	for (unsigned i = 0; i < ECHONET_FACTORS && r->factors[i] != 0; i++) {
		const struct probe_property *q = property(in, r->factors[i]);
		const struct echonet_row *row = echonet_find((uint16_t)(in->object >> 8), r->factors[i]);
		const struct el_prop f = { r->factors[i], q->is_given ? q->len : 0, q->data };
		struct el_factor *x = &o.factors[o.factor_count++];

		x->epc = r->factors[i];
		x->is_known =
		    el_factor_take(&f, row != NULL && (row->flags & EL_OPTIONAL) != 0 && !el_map_has(&in->get, x->epc),
		        &x->value) == OK;
	}
	el_item_take(&it, &prop);
	*out = it.value;
	return (enum err)it.cause;
}

static void
put_value(char *buf, size_t size, const struct probe_instance *in, const struct echonet_row *r)
{
	double v;
	enum err e = value_of(in, r, &v);

	if (e == ERR_NOT_IMPLEMENTED)
		str_copy(buf, size, "no data");
	else if (e != OK)
		str_copy(buf, size, err_word(e));
	else if (r->form == EL_STATE)
		str_printf(buf, size, "%.0f (0x%02X)", v, (unsigned)v);
	else
		str_printf(buf, size, "%.10g%s%s", v, r->unit[0] != '\0' ? " " : "", r->unit);
}

static void
put_bytes(FILE *to, const struct probe_property *p, unsigned most)
{
	for (unsigned i = 0; i < p->len && i < most; i++)
		fprintf(to, "%s%02X", i > 0 ? " " : "", p->data[i]);
	if (p->len > most)
		fprintf(to, " ... %u bytes", p->len);
}

static void
tell_property(FILE *to, const struct probe_instance *in, uint8_t epc)
{
	const struct echonet_row *r = echonet_find((uint16_t)(in->object >> 8), epc);
	const struct probe_property *p = property(in, epc);
	char access[4], value[48];
	bool is_first = true;

	str_printf(access, sizeof(access), "%c%c%c", el_map_has(&in->get, epc) ? 'G' : '-',
	    el_map_has(&in->set, epc) ? 'S' : '-', el_map_has(&in->announced, epc) ? 'A' : '-');
	do {
		str_copy(value, sizeof(value), p->is_given ? "" : "not given");
		if (p->is_given && r != NULL)
			put_value(value, sizeof(value), in, r);
		fprintf(to, "  %02X  %s  %-24s %-20s ", epc, access, r != NULL ? r->name : "-", value);
		if (is_first && p->is_given)
			put_bytes(to, p, 16);
		fprintf(to, "\n");
		is_first = false;
		r = r != NULL ? echonet_next_part(r) : NULL;
	} while (r != NULL);
}

void
probe_tell_node(FILE *to, const struct probe_node *n)
{
	char id[2 * EL_ID_MAX + 1];

	fprintf(to, "%s: %" PRIu32 " instances. G can be read, S can be set, A is announced.\n", n->address, n->count);
	if (n->id.len > 0)
		fprintf(to, "Identification %s (serial: in site.yaml)\n", el_id_text(&n->id, id));
	for (uint32_t i = 0; i < n->count && n->instances != NULL; i++) {
		const struct probe_instance *in = &n->instances[i];

		fprintf(to, "\n%06" PRIX32 "  %s%s\n", in->object, class_name(in->object),
		    in->has_maps ? "" : ": it does not say what it has");
		for (unsigned epc = 0x80; epc <= 0xFF; epc++)
			if (el_map_has(&in->get, (uint8_t)epc) || el_map_has(&in->set, (uint8_t)epc) ||
			    el_map_has(&in->announced, (uint8_t)epc))
				tell_property(to, in, (uint8_t)epc);
	}
}

/* ---- for programs; all texts are our own or figures, so that nothing has to be escaped */

static void
json_property(FILE *to, const struct probe_instance *in, uint8_t epc, bool is_first)
{
	const struct echonet_row *r = echonet_find((uint16_t)(in->object >> 8), epc);
	const struct probe_property *p = property(in, epc);
	double v = 0;
	bool has_value = r != NULL && p->is_given && value_of(in, r, &v) == OK;
	char number[48] = "null";

	if (has_value)
		str_double(number, sizeof(number), v);
	fprintf(to,
	    "%s{\"property\":\"%06" PRIX32
	    ".%02X\",\"name\":%s%s%s,\"value\":%s,\"unit\":\"%s\",\"set\":%s,\"announced\":%s,"
	    "\"bytes\":\"",
	    is_first ? "" : ",", in->object, epc, r != NULL ? "\"" : "", r != NULL ? r->name : "null",
	    r != NULL ? "\"" : "", number, r != NULL ? r->unit : "", el_map_has(&in->set, epc) ? "true" : "false",
	    el_map_has(&in->announced, epc) ? "true" : "false");
	if (p->is_given)
		put_bytes(to, p, PROBE_BYTES);
	fprintf(to, "\"}");
}

static void
json_instance(FILE *to, const struct probe_node *n, uint32_t i)
{
	bool is_first = true;

	fprintf(to, "%s{\"instance\":\"%06" PRIX32 "\",\"class\":\"%s\"", i > 0 ? "," : "", n->objects[i],
	    class_name(n->objects[i]));
	if (n->instances == NULL) {
		fprintf(to, "}");
		return;
	}
	fprintf(to, ",\"properties\":[");
	for (unsigned epc = 0x80; epc <= 0xFF; epc++) {
		if (!el_map_has(&n->instances[i].get, (uint8_t)epc))
			continue;
		json_property(to, &n->instances[i], (uint8_t)epc, is_first);
		is_first = false;
	}
	fprintf(to, "]}");
}

void
probe_tell_json(FILE *to, const char *own, const struct probe_node *nodes, uint32_t count)
{
	char id[2 * EL_ID_MAX + 1];

	fprintf(to, "{\"schema\":1,\"own\":\"%s\",\"nodes\":[", own);
	for (uint32_t i = 0; i < count; i++) {
		fprintf(to, "%s{\"node\":\"%s\",\"identification\":\"%s\",\"instances\":[", i > 0 ? "," : "",
		    nodes[i].address, el_id_text(&nodes[i].id, id));
		for (uint32_t k = 0; k < nodes[i].count; k++)
			json_instance(to, &nodes[i], k);
		fprintf(to, "]}");
	}
	fprintf(to, "]}\n");
}

/* ---- a profile */

static bool
is_counted(const struct echonet_row *r)
{
	return strcmp(r->unit, "kWh") == 0 || strcmp(r->unit, "kvarh") == 0 || strcmp(r->unit, "m3") == 0;
}

/* "energy-fixed-time" of one among several instances: 028A01.ENERGY_FIXED_TIME */
static void
put_tag(char *buf, size_t size, const struct probe_node *n, uint32_t object, const struct echonet_row *r)
{
	buf[0] = '\0';
	if (n->count > 1)
		str_printf(buf, size, "%06" PRIX32 ".", object);
	str_append(buf, size, r->name);
	for (char *c = buf; *c != '\0'; c++)
		*c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
}

static void
profile_point(
    FILE *to, const struct probe_node *n, const struct probe_instance *in, const struct echonet_row *r, unsigned part)
{
	const char *kind = r->form == EL_STATE ? "digital" : is_counted(r) ? "counter" : "analog";
	char tag[80], value[48];

	put_tag(tag, sizeof(tag), n, in->object, r);
	put_value(value, sizeof(value), in, r);
	fprintf(to, "  - tag: %s%*s# %s\n    kind: %s\n    read: {property: \"%06" PRIX32 ".%02X", tag,
	    (int)(strlen(tag) < 30 ? 30 - strlen(tag) : 1), "", value, kind, in->object, r->epc);
	if (part > 1)
		fprintf(to, ".%u", part);
	fprintf(to, "\"}\n");
	if (r->unit[0] != '\0')
		fprintf(to, "    unit: %s\n", strcmp(r->unit, "%") == 0 ? "\"%\"" : r->unit);
	if (el_map_has(&in->set, r->epc) && (r->flags & EL_SET) != 0)
		fprintf(to,
		    "    # can be set: kind: %s and write: {property: \"%06" PRIX32
		    ".%02X\"}, with a range and interlocks\n",
		    r->form == EL_STATE ? "command" : "setpoint", in->object, r->epc);
}

/* Chooses whose half hours the meter gives: the field program's own to set. */
static bool
is_day(const struct echonet_row *r)
{
	for (size_t i = 0; echonet_row(i) != NULL; i++)
		if (echonet_row(i)->class == r->class && echonet_row(i)->day == r->epc)
			return true;
	return false;
}

void
probe_tell_profile(FILE *to, const char *name, const struct probe_node *n)
{
	fprintf(to,
	    "# What the node at %s gave. Take out what is not needed, give titles, ranges, deadbands, names of states\n"
	    "# and alarms, and check each value against the device's own display.\nprofile: %s\nprotocol: "
	    "echonet\npoints:\n",
	    n->address, name);
	for (uint32_t i = 0; i < n->count; i++) {
		const struct probe_instance *in = &n->instances[i];

		for (size_t k = 0; echonet_row(k) != NULL; k++) {
			const struct echonet_row *r = echonet_row(k);
			unsigned part = 1;

			if ((r->class != 0 && r->class != in->object >> 8) ||
			    echonet_class((uint16_t)(in->object >> 8)) == NULL ||
			    (r->flags & (EL_OPTIONAL | EL_CODE)) != 0 || is_day(r) || !property(in, r->epc)->is_given)
				continue;
			for (size_t back = k; back > 0 && echonet_row(back - 1)->class == r->class &&
			     echonet_row(back - 1)->epc == r->epc;
			     back--)
				part++;
			profile_point(to, n, in, r, part);
		}
	}
}
