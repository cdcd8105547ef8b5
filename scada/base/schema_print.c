/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_print.c - a struct that a table describes, printed as YAML that loads again to the same tree.
 * Small mappings without lists of mappings stand in one line, all else one key a line.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/schema.h"
#include "scada/base/str.h"

#define FLOW_WIDTH 100

struct printer {
	void (*out)(const char *text, void *arg);
	void *arg;
};

static void print_object(const struct printer *p, const struct schema *s, const void *obj, int indent, bool is_item);

static void
put(const struct printer *p, const char *text)
{
	p->out(text, p->arg);
}

static void
put_indent(const struct printer *p, int indent)
{
	char blanks[64];
	snprintf(blanks, sizeof(blanks), "%*s", indent < 60 ? indent : 60, "");
	put(p, blanks);
}

/* Text that means itself to every YAML reader; all else is quoted. */
static bool
is_plain(const char *t)
{
	static const char *const words[] = { "true", "false", "null", "yes", "no", "on", "off", "y", "n", NULL };
	unsigned char c = (unsigned char)t[0];
	if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80))
		return false;
	for (const unsigned char *q = (const unsigned char *)t; *q != '\0'; q++) {
		if (*q >= 0x80 || (*q >= '0' && *q <= '9') || (*q >= 'A' && *q <= 'Z') || (*q >= 'a' && *q <= 'z'))
			continue;
		if (strchr("_./%()+-*=", *q) != NULL)
			continue;
		if (*q == ' ' && q[1] != '\0' && q[1] != ' ')
			continue;
		return false;
	}
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t j = 0;
		while (words[i][j] != '\0' && (t[j] | 0x20) == words[i][j])
			j++;
		if (words[i][j] == '\0' && t[j] == '\0')
			return false;
	}
	return true;
}

static void
put_text(const struct printer *p, const char *t)
{
	char piece[3] = "";
	if (is_plain(t)) {
		put(p, t);
		return;
	}
	put(p, "\"");
	for (; *t != '\0'; t++) {
		snprintf(piece, sizeof(piece), *t == '"' || *t == '\\' ? "\\%c" : "%c", *t);
		put(p, piece);
	}
	put(p, "\"");
}

/* "|2+" and the lines: the indicator since the first may begin with blanks, "+" so that every newline is kept. */
static void
put_block(const struct printer *p, const char *t, int indent)
{
	if (t[0] == '\0' || t[strlen(t) - 1] != '\n' || strspn(t, " \n") == strlen(t)) {
		put(p, "\"");
		for (; *t != '\0'; t++) {
			char piece[3] = { *t, '\0', '\0' };
			if (*t == '\n')
				memcpy(piece, "\\n", 2);
			else if (*t == '"' || *t == '\\')
				memcpy(piece, (char[]){ '\\', *t }, 2);
			put(p, piece);
		}
		put(p, "\"\n");
		return;
	}
	put(p, "|2+\n");
	while (*t != '\0') {
		char line[512];
		size_t n = strcspn(t, "\n");
		if (n > 0)
			put_indent(p, indent + 2);
		for (size_t done = 0; done < n;) {
			size_t part = n - done < sizeof(line) - 1 ? n - done : sizeof(line) - 1;
			snprintf(line, sizeof(line), "%.*s", (int)part, t + done);
			put(p, line);
			done += part;
		}
		put(p, "\n");
		t += n + (t[n] == '\n');
	}
}

static void
put_number(const struct printer *p, double v)
{
	char buf[40];
	put(p, str_double(buf, sizeof(buf), v));
}

static void
put_int(const struct printer *p, int64_t v)
{
	char buf[32];
	snprintf(buf, sizeof(buf), "%" PRId64, v);
	put(p, buf);
}

static void
put_array(const struct printer *p, const struct key *k, const void *m)
{
	if (k->type == KEY_NUMBERS) {
		const struct key_numbers *l = m;
		put(p, "[");
		for (uint32_t i = 0; i < l->n; i++) {
			put(p, i > 0 ? ", " : "");
			put_number(p, l->v[i]);
		}
		put(p, "]");
	} else if (k->type == KEY_NAMES) {
		const struct key_names *l = m;
		put(p, "{");
		for (uint32_t i = 0; i < l->n; i++) {
			put(p, i > 0 ? ", " : "");
			put_int(p, l->v[i].number);
			put(p, ": ");
			put_text(p, l->v[i].text);
		}
		put(p, "}");
	} else if (k->type == KEY_PAIRS) {
		const struct key_pairs *l = m;
		put(p, "[");
		for (uint32_t i = 0; i < l->n; i++) {
			put(p, i > 0 ? ", [" : "[");
			put_number(p, l->v[i].x);
			put(p, ", ");
			put_number(p, l->v[i].y);
			put(p, "]");
		}
		put(p, "]");
	} else if (k->type == KEY_WORDS) {
		const struct key_words *l = m;
		put(p, "[");
		for (uint32_t i = 0; i < l->n; i++) {
			put(p, i > 0 ? ", " : "");
			put_text(p, l->v[i]);
		}
		put(p, "]");
	} else {
		const struct key_points *l = m;
		put(p, "{");
		for (uint32_t i = 0; i < l->n; i++) {
			put(p, i > 0 ? ", " : "");
			put(p, l->v[i].role);
			put(p, ": ");
			put(p, l->v[i].point);
		}
		put(p, "}");
	}
}

/* What stands in one line. */
static void
put_flat(const struct printer *p, const struct key *k, const void *obj)
{
	char buf[64];
	const void *m = (const char *)obj + k->offset;
	switch (k->type) {
	case KEY_RANGE: {
		const struct key_range *r = m;
		put(p, "[");
		put_number(p, r->lo);
		put(p, ", ");
		put_number(p, r->hi);
		put(p, "]");
		break;
	}
	case KEY_NUMBERS:
	case KEY_NAMES:
	case KEY_PAIRS:
	case KEY_WORDS:
	case KEY_POINTS: put_array(p, k, m); break;
	case KEY_STRING:
	case KEY_EXPR:
	case KEY_UNIT: put_text(p, schema_scalar_text(k, obj, buf, sizeof(buf))); break;
	case KEY_WORD:
	case KEY_TAG:
	case KEY_NAME:
	case KEY_ENUM: put_text(p, schema_scalar_text(k, obj, buf, sizeof(buf))); break;
	default: put(p, schema_scalar_text(k, obj, buf, sizeof(buf))); break;
	}
}

/* ---- a mapping in one line, if it is small */

struct flow {
	char text[FLOW_WIDTH + 1];
	bool is_cut;
};

static void
flow_out(const char *text, void *arg)
{
	struct flow *f = arg;
	if (!str_append(f->text, sizeof(f->text), text))
		f->is_cut = true;
}

static bool
put_flow(const struct printer *p, const struct schema *s, const void *obj, unsigned skip)
{
	struct flow f = { "", false };
	const struct printer inner = { flow_out, &f };
	bool is_first = true;
	if (s->variant != NULL)
		return false;
	put(&inner, " {");
	for (unsigned i = 0; i < s->key_count && !f.is_cut; i++) {
		const struct key *k = &s->keys[i];
		if (i == skip || !node_has(obj, i) || k->name[0] == '\0')
			continue;
		if (k->type == KEY_LIST || k->type == KEY_DICT || k->type == KEY_MAP || k->type == KEY_TEXT)
			return false;
		put(&inner, is_first ? "" : ", ");
		put(&inner, k->name);
		put(&inner, ": ");
		put_flat(&inner, k, obj);
		is_first = false;
	}
	put(&inner, "}");
	if (f.is_cut)
		return false;
	put(p, f.text);
	put(p, "\n");
	return true;
}

/* ---- one key a line */

static bool
is_small(const struct schema *s)
{
	for (unsigned i = 0; i < s->key_count; i++)
		if (s->keys[i].type == KEY_LIST || s->keys[i].type == KEY_DICT || s->keys[i].type == KEY_MAP)
			return false;
	return true;
}

static void
print_list(const struct printer *p, const struct key *k, const struct key_list *l, int indent)
{
	if (l->n == 0) {
		put(p, k->type == KEY_DICT ? " {}\n" : " []\n");
		return;
	}
	put(p, "\n");
	for (uint32_t i = 0; i < l->n; i++) {
		const char *item = (const char *)l->v + (size_t)i * k->sub->size;
		char buf[64];
		put_indent(p, indent + 2);
		if (k->type == KEY_DICT) {
			put_text(p, schema_scalar_text(&k->sub->keys[0], item, buf, sizeof(buf)));
			put(p, ":");
			if (put_flow(p, k->sub, item, 0))
				continue;
			put(p, "\n");
			print_object(p, k->sub, item, indent + 4, false);
		} else {
			put(p, "-");
			if (is_small(k->sub) && put_flow(p, k->sub, item, UINT32_MAX))
				continue;
			put(p, " ");
			print_object(p, k->sub, item, indent + 4, true);
		}
	}
}

static void
print_member(const struct printer *p, const struct key *k, const void *obj, int indent)
{
	const void *m = (const char *)obj + k->offset;
	put(p, k->name);
	put(p, ":");
	if (k->type == KEY_LIST || k->type == KEY_DICT) {
		print_list(p, k, m, indent);
		return;
	}
	if (k->type == KEY_MAP) {
		const void *sub = *(void *const *)m;
		if (put_flow(p, k->sub, sub, UINT32_MAX))
			return;
		put(p, "\n");
		print_object(p, k->sub, sub, indent + 2, false);
		return;
	}
	put(p, " ");
	if (k->type == KEY_TEXT) {
		put_block(p, schema_scalar_text(k, obj, NULL, 0), indent);
	} else {
		put_flat(p, k, obj);
		put(p, "\n");
	}
}

static void
print_keys(const struct printer *p, const struct schema *s, const void *obj, int indent, bool *is_open)
{
	for (unsigned i = 0; i < s->key_count; i++) {
		/* Nameless keys are not written: the name of a mapping in a KEY_DICT stands before the colon. */
		if (!node_has(obj, i) || s->keys[i].name[0] == '\0')
			continue;
		if (!*is_open)
			put_indent(p, indent);
		*is_open = false;
		print_member(p, &s->keys[i], obj, indent);
	}
}

static void
print_object(const struct printer *p, const struct schema *s, const void *obj, int indent, bool is_item)
{
	void *sub;
	bool is_open = is_item; /* the dash of a list stands already */
	print_keys(p, s, obj, indent, &is_open);
	const struct schema *variant = schema_variant(s, obj, &sub);
	if (variant != NULL)
		print_keys(p, variant, sub, indent, &is_open);
	if (is_open)
		put(p, "{}\n");
}

void
schema_print(const struct schema *s, const void *obj, int indent, void (*out)(const char *text, void *arg), void *arg)
{
	const struct printer p = { out, arg };
	print_object(&p, s, obj, indent, false);
}
