/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_keys.c - the tables of keys as rows of mdoc, so that chisan-site(5) cannot say anything else than the program does.
 */
#include "config.h"

#include <string.h>

#include "scada/base/echonet.h"
#include "scada/base/str.h"
#include "scada/site/print_keys.h"
#include "scada/site/schema_site.h"

/* A text line of mdoc: backslashes and a dot at the beginning mean something to it. */
static void
put_escaped(FILE *out, const char *t)
{
	if (*t == '.' || *t == '\'')
		fputs("\\&", out);
	for (; *t != '\0'; t++)
		fputs(*t == '\\' ? "\\e" : (char[]){ *t, '\0' }, out);
}

static void
put_words(FILE *out, const struct key *k)
{
	for (const struct key_word *w = k->words; w->word != NULL; w++)
		fprintf(out, "%s%s", w == k->words ? " " : w[1].word == NULL ? " or " : ", ", w->word);
}

static void
put_bounds(FILE *out, const struct key *k)
{
	char lo[40], hi[40];
	if (k->min == 0 && k->max == 0)
		return;
	if (k->type == KEY_DURATION) {
		str_duration(lo, sizeof(lo), (int64_t)(k->min * 1e6));
		str_duration(hi, sizeof(hi), (int64_t)(k->max * 1e6));
	} else {
		str_double(lo, sizeof(lo), k->min);
		str_double(hi, sizeof(hi), k->max);
	}
	if (k->type == KEY_STRING || k->type == KEY_EXPR || k->type == KEY_TEXT)
		fprintf(out, ", at most %s bytes", hi);
	else if (k->type == KEY_NUMBERS || k->type == KEY_NAMES || k->type == KEY_PAIRS || k->type == KEY_WORDS)
		fprintf(out, ", at most %s of them", hi);
	else if (k->max >= SCHEMA_UNBOUNDED)
		fprintf(out, ", %s or more", lo);
	else
		fprintf(out, ", %s to %s", lo, hi);
}

/* A default outside of the bounds stands for "none". */
static bool
def_is_none(const struct key *k)
{
	int64_t us;
	if (k->def == NULL || strcmp(k->def, "-1") == 0)
		return true;
	return k->type == KEY_DURATION && str_to_duration(k->def, &us) && (double)us < k->min * 1e6;
}

static const char *
full_stop(const char *help)
{
	size_t n = strlen(help);
	return n > 0 && help[n - 1] == '?' ? "" : ".";
}

static void
put_key(FILE *out, const struct key *k)
{
	fprintf(out, ".It Ic %s\n", k->name);
	put_escaped(out, k->help);
	fprintf(out, "%s\n(", full_stop(k->help));
	fputs(key_type_text(k->type), out);
	if (k->type == KEY_ENUM)
		put_words(out, k);
	put_bounds(out, k);
	if (k->unit != NULL)
		fprintf(out, ", in %s", k->unit);
	if (k->is_required)
		fputs("; required", out);
	else if (!def_is_none(k))
		fprintf(out, "; default %s", k->def);
	fputs(")\n", out);
}

static void
put_table(FILE *out, const struct schema *s, const char *path)
{
	fprintf(out, ".Ss %s\n", path);
	put_escaped(out, s->help);
	fprintf(out, "%s\n", full_stop(s->help));
	fputs(".Bl -tag -width select_before_operate\n", out);
	for (unsigned i = 0; i < s->key_count; i++)
		if (s->keys[i].name[0] != '\0')
			put_key(out, &s->keys[i]);
	fputs(".El\n", out);
}

static void
put_meanings(FILE *out, const char *title, const struct key_word *words)
{
	fprintf(out, ".Ss %s\n.Bl -tag -width select_before_operate\n", title);
	for (; words->word != NULL; words++) {
		fprintf(out, ".It Cm %s\n", words->word);
		put_escaped(out, words->help);
		fputs(".\n", out);
	}
	fputs(".El\n", out);
}

static void
put_roles(FILE *out, int kind)
{
	const char *const *roles = asset_kind_roles(kind);
	fputs("Its points:\n", out);
	for (size_t i = 0; roles[i] != NULL; i++)
		fprintf(out, "%s%s", roles[i], roles[i + 1] == NULL ? ".\n" : roles[i + 2] == NULL ? " and " : ", ");
}

static void
put_units(FILE *out)
{
	const char *const *u = unit_list();
	fputs(".Ss units\n", out);
	for (size_t i = 0; u[i] != NULL; i++) {
		put_escaped(out, u[i]);
		fputs(u[i + 1] != NULL ? (i % 12 == 11 ? ",\n" : ", ") : ".\n", out);
	}
}

/* What property: names, of each class; of a distribution board one circuit stands for all. */
static void
put_properties(FILE *out)
{
	uint16_t class = UINT16_MAX;
	fputs(".Ss properties of ECHONET Lite\nBy number or name, as 028A01.E3 or 028A.energy-fixed-time; kinds of "
	      "numbers are the table's.\n",
	    out);
	for (size_t i = 0; echonet_row(i) != NULL; i++) {
		const struct echonet_row *r = echonet_row(i);
		const struct echonet_class *c = echonet_class(r->class);
		if (r->class == 0x0287 && r->epc > 0xD0)
			continue;
		if (r->class != class)
			fprintf(out, ".Pp\n%04X, %s:\n", r->class,
			    c != NULL ? c->name : "of every device, with its own class");
		else
			fputs(",\n", out);
		class = r->class;
		fprintf(out, "%02X ", r->epc);
		put_escaped(out, r->name);
		fprintf(out, "%s%s%s%s%s", r->unit[0] != '\0' ? " (" : "", r->unit, r->unit[0] != '\0' ? ")" : "",
		    (r->flags & EL_SET) != 0 ? " set" : "", r->history != 0 ? " remembered" : "");
		if (echonet_row(i + 1) == NULL || echonet_row(i + 1)->class != class ||
		    (class == 0x0287 && echonet_row(i + 1)->epc > 0xD0))
			fputs(class == 0x0287 ? ", and so on to EF channel\\-32.\n" : ".\n", out);
	}
}

void
print_keys(FILE *out)
{
	char path[80];
	for (const struct schema_page *p = schema_pages; p->schema != NULL; p++)
		put_table(out, p->schema, p->path);
	for (int kind = 0; kind < ASSET_KIND_COUNT; kind++) {
		str_printf(path, sizeof(path), "energy.assets[], kind %s", asset_kind_word(kind));
		put_table(out, asset_kind_schema(kind), path);
		put_roles(out, kind);
	}
	put_meanings(out, "points of assets", asset_role_words);
	put_units(out);
	put_properties(out);
}
