/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_scalar.c - one scalar, read strictly: no null, no quotes around numbers, no YAML 1.1 surprises.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/text.h"
#include "scada/site/yaml_scalar.h"

struct yaml_shown
yaml_show(const struct yaml *y)
{
	struct yaml_shown s;
	char safe[168];
	if (y->kind != YAML_SCALAR || y->text[0] == '\0') {
		snprintf(s.text, sizeof(s.text), "%s",
		    y->kind == YAML_LIST      ? "a list"
		        : y->kind == YAML_MAP ? "a mapping"
		        : y->is_plain         ? "nothing"
		                              : "an empty text");
		return s;
	}
	bool is_cut = text_width(y->text) > 40;
	text_put_safe(safe, sizeof(safe), y->text, 40);
	snprintf(s.text, sizeof(s.text), "'%s%s'", safe, is_cut ? "~" : "");
	return s;
}

static bool
is_null(const struct yaml *y)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	for (size_t i = 0; i < ARRAY_LEN(nulls) && y->is_plain; i++)
		if (strcmp(y->text, nulls[i]) == 0)
			return true;
	return false;
}

static bool
is_number_like(enum key_type t)
{
	return t == KEY_INT || t == KEY_NUMBER || t == KEY_BOOL;
}

/* What every scalar must be before its text counts. */
static bool
check_scalar(struct faults *f, const struct yaml *y, const struct key *k, enum key_type type)
{
	const char *name = k->name[0] != '\0' ? k->name : "name";
	if (y->is_told)
		return false;
	if (y->kind != YAML_SCALAR)
		fault_at(f, y->at, "%s: %s stands where a %s is wanted; write one value", name, yaml_show(y).text,
		    key_type_text(type));
	else if (is_null(y))
		fault_at(f, y->at, "%s: no value is given; write one, or leave the key out", name);
	else if (is_number_like(type) && !y->is_plain)
		fault_at(
		    f, y->at, "%s: %s is a text because of its quotes; write it without them", name, yaml_show(y).text);
	else
		return true;
	return false;
}

bool
yaml_scalar(struct faults *f, const struct yaml *y, const struct key *k, void *obj, struct arena *a)
{
	char message[600];
	if (!check_scalar(f, y, k, k->type))
		return false;
	if (schema_scalar(k, y->text, obj, a, message, sizeof(message)))
		return true;
	fault_at(f, y->at, "%s: %s", k->name[0] != '\0' ? k->name : "name", message);
	return false;
}

bool
yaml_number(struct faults *f, const struct yaml *y, const struct key *k, double *out)
{
	char message[600];
	const struct key number = { .name = k->name, .type = KEY_NUMBER, .unit = k->unit };
	if (!check_scalar(f, y, k, KEY_NUMBER))
		return false;
	if (schema_scalar(&number, y->text, out, NULL, message, sizeof(message)))
		return true;
	fault_at(f, y->at, "%s: %s", k->name, message);
	return false;
}

bool
yaml_whole(struct faults *f, const struct yaml *y, const struct key *k, int64_t min, int64_t max, int64_t *out)
{
	char message[600];
	const struct key whole = { .name = k->name, .type = KEY_INT, .min = (double)min, .max = (double)max };
	if (!check_scalar(f, y, k, KEY_INT))
		return false;
	if (schema_scalar(&whole, y->text, out, NULL, message, sizeof(message)))
		return true;
	fault_at(f, y->at, "%s: %s", k->name, message);
	return false;
}

const char *
yaml_line(struct faults *f, const struct yaml *y, const struct key *k, size_t max, struct arena *a)
{
	char message[600];
	const char *text = NULL;
	const struct key line = { .name = k->name, .type = KEY_STRING, .min = 1, .max = (double)max };
	if (!check_scalar(f, y, k, KEY_STRING))
		return NULL;
	if (schema_scalar(&line, y->text, &text, a, message, sizeof(message)))
		return text;
	fault_at(f, y->at, "%s: %s", k->name, message);
	return NULL;
}
