/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_parse.c - libfyaml's events into a small tree of our own, which keeps places and drops all else.
 * Its documents are not used: they take 18 kB a point, look for equal keys in quadratic time and stop at the first.
 */
#include "config.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/text.h"
#include "scada/site/reader.h"

struct cursor { /* of byte offsets that mostly rise */
	const struct source *s;
	size_t pos, line_start;
	uint32_t line, column;
};

struct parse {
	struct faults *f;
	struct arena *a;
	struct cursor c;
	uint16_t file;
	struct fy_parser *fyp;
	struct yaml *root;
	struct yaml *open[YAML_DEPTH_MAX];  /* lists and mappings that are being filled */
	struct yaml **tail[YAML_DEPTH_MAX]; /* where the next child of each goes */
	unsigned depth, documents;
	bool is_bad; /* something was said that leaves the tree unusable */
};

static struct mark
mark_at(struct parse *p, size_t pos)
{
	struct cursor *c = &p->c;
	uint32_t cp;
	if (pos > c->s->len)
		pos = c->s->len;
	if (pos < c->pos) {
		/* Back to the start of its line; a step back over lines is rare, so from the top. */
		if (pos < c->line_start)
			c->line_start = 0, c->line = 1;
		c->pos = c->line_start;
		c->column = 1;
	}
	while (c->pos < pos) {
		if (c->s->data[c->pos] == '\n') {
			c->line++;
			c->line_start = c->pos + 1;
			c->column = 0;
			c->pos++;
		} else {
			size_t used = text_next(c->s->data + c->pos, c->s->len - c->pos, &cp);
			c->pos += used > 0 ? used : 1;
		}
		c->column++;
	}
	return (struct mark){ p->file, (uint16_t)(c->column < UINT16_MAX ? c->column : UINT16_MAX), c->line };
}

static struct mark
event_mark(struct parse *p, struct fy_event *e)
{
	const struct fy_mark *m = fy_event_start_mark(e);
	return mark_at(p, m != NULL ? m->input_pos : p->c.pos);
}

/* Anchors, aliases and tags let one line stand for many, or change what a text means: refused everywhere. */
static void
refuse_decoration(struct parse *p, struct fy_event *e)
{
	struct fy_token *anchor = fy_event_get_anchor_token(e), *tag = fy_event_get_tag_token(e);
	if (anchor != NULL)
		fault_at(p->f, mark_at(p, fy_token_start_mark(anchor)->input_pos),
		    "an anchor (&), which site files do not have; write the text where it is wanted");
	if (tag != NULL)
		fault_at(p->f, mark_at(p, fy_token_start_mark(tag)->input_pos),
		    "a tag (!), which site files do not have; leave it out");
}

static struct yaml *
add_node(struct parse *p, enum yaml_kind kind, struct mark at)
{
	struct yaml *y = arena_alloc(p->a, sizeof(*y));
	y->kind = kind;
	y->at = at;
	if (p->depth > 0) {
		*p->tail[p->depth - 1] = y;
		p->tail[p->depth - 1] = &y->next;
		p->open[p->depth - 1]->count++;
	} else if (p->root == NULL) {
		p->root = y;
	}
	return y;
}

/* Stands for what was refused. */
static void
add_told(struct parse *p, struct mark at)
{
	struct yaml *y = add_node(p, YAML_SCALAR, at);
	y->text = "";
	y->is_told = true;
}

static void
open_node(struct parse *p, enum yaml_kind kind, struct fy_event *e)
{
	struct mark at = event_mark(p, e);
	refuse_decoration(p, e);
	struct yaml *y = add_node(p, kind, at);
	if (p->depth == YAML_DEPTH_MAX) {
		fault_at(p->f, at, "lists and mappings nested more than %d deep; site files need no more than 8",
		    YAML_DEPTH_MAX);
		p->is_bad = true;
		return;
	}
	p->open[p->depth] = y;
	p->tail[p->depth++] = &y->first;
}

static void
add_scalar(struct parse *p, struct fy_event *e)
{
	size_t len = 0;
	struct mark at = event_mark(p, e);
	refuse_decoration(p, e);
	const char *text = fy_token_get_text(e->scalar.value, &len);
	struct yaml *y = add_node(p, YAML_SCALAR, at);
	y->is_plain = e->scalar.value == NULL || fy_token_scalar_style(e->scalar.value) == FYSS_PLAIN;
	if (text != NULL && memchr(text, '\0', len) != NULL) {
		fault_at(p->f, at, "the text holds a NUL character; leave it out");
		len = 0;
		y->is_told = true;
	}
	y->text = arena_strndup(p->a, text != NULL ? text : "", len);
}

/* %YAML and %TAG change how a file is to be read. */
static void
refuse_directives(struct parse *p, struct fy_event *e)
{
	struct fy_document_state *d = e->document_start.document_state;
	if (d != NULL && (fy_document_state_version_explicit(d) || fy_document_state_tags_explicit(d)))
		fault_at(p->f, (struct mark){ .file = p->file },
		    "a directive (%%YAML or %%TAG), which site files do not have; leave it out");
}

static void
take_event(struct parse *p, struct fy_event *e)
{
	switch (e->type) {
	case FYET_DOCUMENT_START:
		refuse_directives(p, e);
		if (p->documents++ == 1) {
			fault_at(p->f, event_mark(p, e),
			    "a second document begins here; a file holds exactly one, so leave the --- out");
			p->is_bad = true;
		}
		break;
	case FYET_ALIAS:
		fault_at(p->f, event_mark(p, e), "an alias (*), which site files do not have; write the text itself");
		add_told(p, event_mark(p, e));
		break;
	case FYET_SCALAR: add_scalar(p, e); break;
	case FYET_SEQUENCE_START: open_node(p, YAML_LIST, e); break;
	case FYET_MAPPING_START: open_node(p, YAML_MAP, e); break;
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END: p->depth -= p->depth > 0; break;
	default: break;
	}
}

static void
swallow(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

static struct fy_diag *
new_diag(void)
{
	struct fy_diag_cfg cfg;
	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	cfg.output_fn = swallow;
	cfg.colorize = false;
	struct fy_diag *diag = fy_diag_create(&cfg);
	if (diag != NULL)
		fy_diag_set_collect_errors(diag, true);
	return diag;
}

/* What libfyaml says, in its own words; it stops at the first fault of the form. */
static void
say_syntax(struct parse *p, struct fy_diag *diag)
{
	struct fy_diag_error *e;
	void *prev = NULL;
	int said = 0;
	while ((e = fy_diag_errors_iterate(diag, &prev)) != NULL && said < 5) {
		struct mark at = { .file = p->file };
		if (e->line > 0) {
			at.line = (uint32_t)e->line;
			at.column = (uint16_t)(e->column > 0 && e->column < UINT16_MAX ? e->column : 1);
		}
		char *line = xstrdup(e->msg != NULL ? e->msg : "it cannot be read");
		line[strcspn(line, "\r\n")] = '\0';
		fault_at(p->f, at, "not YAML here: %s; see what stands here and in the line above", line);
		free(line);
		said++;
	}
	if (said == 0 && errno == ENOMEM)
		fault_at(p->f, mark_at(p, p->c.pos),
		    "too much for the memory that this program allows itself; divide the file");
	else if (said == 0)
		fault_at(p->f, mark_at(p, p->c.pos),
		    "not YAML behind this place; see what stands here and in the line below");
}

static void
parse_events(struct parse *p)
{
	struct fy_diag *diag = new_diag();
	struct fy_parse_cfg cfg = { .search_path = "",
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
		.diag = diag };
	p->fyp = diag != NULL ? fy_parser_create(&cfg) : NULL;
	if (p->fyp == NULL || fy_parser_set_string(p->fyp, p->c.s->data, p->c.s->len) != 0) {
		fault_at(p->f, (struct mark){ .file = p->file }, "libfyaml does not start; is there memory left?");
		p->is_bad = true;
	}
	struct fy_event *e;
	errno = 0;
	while (!p->is_bad && (e = fy_parser_parse(p->fyp)) != NULL) {
		bool is_end = e->type == FYET_STREAM_END;
		take_event(p, e);
		fy_parser_event_free(p->fyp, e);
		if (is_end)
			break;
	}
	if (!p->is_bad && fy_parser_get_stream_error(p->fyp)) {
		say_syntax(p, diag);
		p->is_bad = true;
	}
	if (p->fyp != NULL)
		fy_parser_destroy(p->fyp);
	fy_diag_destroy(diag);
}

struct yaml *
yaml_parse(struct faults *f, uint16_t number, struct arena *a)
{
	struct parse p = { .f = f, .a = a, .file = number };
	p.c = (struct cursor){ faults_source(f, number), 0, 0, 1, 1 };
	parse_events(&p);
	if (!p.is_bad && p.root == NULL)
		fault_at(
		    f, (struct mark){ .file = number }, "the file is empty; chisan-site(5) says what stands in it");
	return p.is_bad ? NULL : p.root;
}
