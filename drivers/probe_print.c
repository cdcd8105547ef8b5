/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_print.c - what was found, for a person, for a script, and as the beginning of a profile.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "drivers/probe.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static const char *
safe(const char *text, char *buf, size_t size)
{
	text_put_safe(buf, size, text, -1);
	return buf;
}

static void
line(FILE *to, const char *what, const char *text)
{
	char buf[200];

	fprintf(to, "%-14s %s\n", what, text[0] != '\0' ? safe(text, buf, sizeof(buf)) : "-");
}

void
probe_print_chain(FILE *to, const struct probe *p, const struct chain *c)
{
	line(to, "device", p->link);
	line(to, "manufacturer", c->manufacturer);
	line(to, "model", c->model);
	line(to, "options", c->options);
	line(to, "version", c->version);
	line(to, "serial number", c->serial);
	fprintf(to, "%-14s at holding %u, %u models%s%s\n\n", "chain", c->base, c->count,
	    c->note[0] != '\0' ? "; " : "", c->note);
	fprintf(to, "%5s %6s %6s  %s\n", "MODEL", "AT", "LENGTH", "WHAT");
	for (uint16_t i = 0; i < c->count; i++) {
		const struct sunspec_model *m = sunspec_model(c->models[i].number);

		fprintf(to, "%5u %6u %6u  %s\n", c->models[i].number, c->models[i].address, c->models[i].length,
		    m != NULL ? m->label : "unknown here, skipped");
	}
}

static void
print_value(FILE *to, const struct probe_point *p)
{
	if (p->cause != OK)
		fprintf(to, "%s", err_text(p->cause));
	else if (p->place.point->type == SS_STRING)
		fprintf(to, "%s", p->text);
	else
		fprintf(to, "%.12g%s%s", p->value, p->place.point->unit[0] != '\0' ? " " : "", p->place.point->unit);
}

void
probe_print_points(FILE *to, const struct chain_model *m, const struct probe_point *points, size_t n, bool all)
{
	const struct sunspec_model *layout = sunspec_model(m->number);
	size_t absent = 0;
	char name[SUNSPEC_TEXT];

	if (layout == NULL)
		return;
	fprintf(to, "\n%u %s\n", m->number, layout->label);
	for (size_t i = 0; i < n; i++) {
		if (points[i].cause == ERR_NOT_IMPLEMENTED && !all) {
			absent++;
			continue;
		}
		fprintf(to, "  %-28s ", sunspec_text(&points[i].place, name, sizeof(name)));
		print_value(to, &points[i]);
		fputc('\n', to);
	}
	if (absent > 0)
		fprintf(to, "  and %zu that it does not implement\n", absent);
}

void
probe_print_plain(FILE *to, struct probe *p)
{
	static const char *const names[] = { "manufacturer", "product", "revision" };
	struct identity_text texts[8];
	size_t n = probe_identify(p, texts, sizeof(texts) / sizeof(texts[0]));
	uint8_t data[4] = { 0 };

	line(to, "device", p->link);
	for (size_t i = 0; i < n; i++)
		if (texts[i].id < sizeof(names) / sizeof(names[0]))
			line(to, names[texts[i].id], texts[i].text);
	fprintf(to, "\nWhat stands at the beginning of its tables, for a profile of protocol modbus:\n");
	for (unsigned t = 0; t < TABLE_COUNT; t++) {
		enum err e = probe_read(p, t, 0, 1, data);

		fprintf(to, "%-14s 0: ", mb_table_word((enum mb_table)t));
		if (e != OK)
			fprintf(to, "%s\n", err_text(e));
		else if (t == TABLE_COIL || t == TABLE_DISCRETE)
			fprintf(to, "%u\n", data[0] & 1u);
		else
			fprintf(to, "0x%02X%02X\n", data[0], data[1]);
	}
}

/* ---- for scripts */

static void
json_text(FILE *to, const char *text)
{
	char buf[300];

	fputc('"', to);
	for (const char *q = safe(text, buf, sizeof(buf)); *q != '\0'; q++)
		fprintf(to, *q == '"' || *q == '\\' ? "\\%c" : "%c", *q);
	fputc('"', to);
}

void
probe_print_json(FILE *to, const struct probe *p, const struct chain *c, const struct probe_point *points, size_t n)
{
	const struct {
		const char *key, *text;
	} texts[] = { { "device", p->link }, { "manufacturer", c->manufacturer }, { "model", c->model },
		{ "options", c->options }, { "version", c->version }, { "serial", c->serial } };
	char name[SUNSPEC_TEXT];

	fprintf(to, "{\"schema\":1");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fprintf(to, ",\"%s\":", texts[i].key);
		json_text(to, texts[i].text);
	}
	fprintf(to, ",\"base\":%u,\"requests\":%u,\"whole\":%s,\"models\":[", c->base, p->requests,
	    c->has_end ? "true" : "false");
	for (uint16_t i = 0; i < c->count; i++)
		fprintf(to, "%s{\"model\":%u,\"address\":%u,\"length\":%u}", i > 0 ? "," : "", c->models[i].number,
		    c->models[i].address, c->models[i].length);
	fprintf(to, "],\"points\":[");
	for (size_t i = 0; i < n; i++) {
		fprintf(
		    to, "%s{\"name\":\"%s\",", i > 0 ? "," : "", sunspec_text(&points[i].place, name, sizeof(name)));
		if (points[i].cause != OK)
			fprintf(to, "\"error\":\"%s\"}", err_text(points[i].cause));
		else if (points[i].place.point->type != SS_STRING)
			fprintf(to, "\"value\":%.17g,\"unit\":\"%s\"}", points[i].value, points[i].place.point->unit);
		else
			fprintf(to, "\"text\":"), json_text(to, points[i].text), fputc('}', to);
	}
	fprintf(to, "]}\n");
}

/* ---- a profile */

/* "160.1.DCW": a tag has capitals, figures and dots. */
static void
put_tag(FILE *to, const struct sunspec_place *p)
{
	fprintf(to, p->repeat > 0 ? "%u.%u." : "%u.", p->model, p->repeat);
	for (const char *q = p->point->name; *q != '\0'; q++)
		fputc(toupper((unsigned char)*q), to);
}

static bool
is_counter(const struct sunspec_point *p)
{
	return p->type == SS_ACC32 || p->type == SS_ACC64 || p->type == SS_U64;
}

static void
put_point(FILE *to, const struct probe_point *p)
{
	const struct sunspec_point *s = p->place.point;
	char name[SUNSPEC_TEXT];

	fprintf(to, "  - tag: ");
	put_tag(to, &p->place);
	sunspec_text(&p->place, name, sizeof(name));
	fprintf(to, "\n    title: %s %s\n    kind: %s\n    read: {point: \"%s\"}\n", p->place.layout->label, s->name,
	    is_counter(s) ? "counter" : "analog", name);
	if (s->unit[0] != '\0')
		fprintf(to, "    unit: \"%s\"\n", s->unit);
}

static void
put_quoted(FILE *to, const char *key, const char *text)
{
	char buf[200];

	if (text[0] == '\0')
		return;
	fprintf(to, "%s: \"", key);
	for (const char *q = safe(text, buf, sizeof(buf)); *q != '\0'; q++)
		fprintf(to, *q == '"' || *q == '\\' ? "\\%c" : "%c", *q);
	fprintf(to, "\"\n");
}

void
probe_print_profile(FILE *to, const char *name, const struct chain *c, const struct probe_point *points, size_t n)
{
	fprintf(to,
	    "# %s.yaml - to start from: what the device implements, by its own names. Keep what you need, give it "
	    "tags,\n"
	    "# titles, ranges, states and alarms, and hold each value against the device's own display.\n"
	    "profile: %s\nprotocol: sunspec\n",
	    name, name);
	put_quoted(to, "manufacturer", c->manufacturer);
	put_quoted(to, "model", c->model);
	fprintf(to, "points:\n");
	for (size_t i = 0; i < n; i++)
		if (points[i].cause == OK && points[i].place.point->type != SS_STRING &&
		    points[i].place.model != SUNSPEC_COMMON)
			put_point(to, &points[i]);
}
