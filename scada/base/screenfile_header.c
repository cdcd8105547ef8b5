/* SPDX-License-Identifier: Apache-2.0 */
/* screenfile_header.c - the header of a screen file: its keys, and the binding of fields to points. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/point.h"
#include "scada/base/screenfile_private.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* clang-format off */
#define KIND_ROW(id, word, args, help) { word, args },
static const struct { const char *word; unsigned args; } kinds[] = { FIELD_LIST(KIND_ROW) };
#define KIND_WORD(id, word, args, help) word,
static const char *const kind_words[] = { FIELD_LIST(KIND_WORD) NULL };
static const char *const header_words[] = { "screen", "title", "title_ja", "key", NULL };
/* clang-format on */

bool
screenfile_is_name(const struct piece *p)
{
	if (p->len == 0 || p->len > NAME_MAX_BYTES || p->s[0] < 'a' || p->s[0] > 'z')
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!is_name_char(p->s[i]))
			return false;
	return true;
}

struct screen_binding *
screenfile_find(struct reader *r, const struct piece *name)
{
	for (uint32_t i = 0; i < r->binding_count; i++)
		if (piece_is(name, r->bindings[i].name))
			return &r->bindings[i];
	return NULL;
}

static bool
is_screen_name(const struct piece *p)
{
	if (p->len == 0 || p->len > NAME_MAX_BYTES || p->s[0] < 'a' || p->s[0] > 'z')
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!is_name_char(p->s[i]) && p->s[i] != '-')
			return false;
	return true;
}

/*
 * The next word of a binding: to the next space, or in quotes. False at the end of the line or at a comment.
 * A word in quotes may hold spaces and # but no quote.
 */
static bool
next_word(struct reader *r, const char **s, struct piece *word, bool *is_quoted)
{
	const char *end = reader_line_end(r), *start;

	while (*s < end && is_blank(**s))
		(*s)++;
	if (*s == end || **s == '#')
		return false;
	*is_quoted = **s == '"';
	start = *s += *is_quoted;
	while (*s < end && (*is_quoted ? **s != '"' : !is_blank(**s)))
		(*s)++;
	*word = (struct piece){ start, (size_t)(*s - start) };
	if (*is_quoted) {
		if (*s == end)
			screenfile_fault(r, start - 1, "a quote that does not end; write it as \"text\"");
		else
			(*s)++;
	}
	return true;
}

static void
read_header(struct reader *r, const char *colon)
{
	struct screen_file *f = r->file;
	const char *const places[] = { f->name, f->title, f->title_ja, f->key };
	const char **const members[] = { &f->name, &f->title, &f->title_ja, &f->key };
	struct piece word = screenfile_trim(r->line.s, colon), value = screenfile_trim(colon + 1, reader_line_end(r));
	char buf[40];
	const char *near;
	unsigned i = 0;

	while (header_words[i] != NULL && !piece_is(&word, header_words[i]))
		i++;
	if (header_words[i] == NULL) {
		near = str_nearest(screenfile_text(&word, buf, sizeof(buf)), header_words);
		if (near != NULL)
			screenfile_fault(r, word.s, "no key '%s'; did you mean '%s'?", buf, near);
		else
			screenfile_fault(r, word.s,
			    "no key '%s'; the keys are screen, title, title_ja and key, a field is bound "
			    "with '='",
			    buf);
	} else if (places[i] != NULL)
		screenfile_fault(r, word.s, "'%s' stands twice; once is right", header_words[i]);
	else if (value.len == 0)
		screenfile_fault(r, reader_line_end(r), "'%s' is empty; give it a value", header_words[i]);
	else if (i == 0 && !is_screen_name(&value))
		screenfile_fault(r, value.s, "'%s' is no name of a screen; small letters, digits and '-', 31 at most",
		    screenfile_text(&value, buf, sizeof(buf)));
	else if (i == 3 && (value.len != 1 || value.s[0] <= ' '))
		screenfile_fault(
		    r, value.s, "'%s' is no key; one character such as 1", screenfile_text(&value, buf, sizeof(buf)));
	else if (value.len > 200)
		screenfile_fault(r, value.s, "'%s' is too long; 200 bytes at most", header_words[i]);
	else
		*members[i] = arena_strndup(f->arena, value.s, value.len);
}

static bool
read_kind(struct reader *r, const struct piece *word, enum field_kind *kind)
{
	char buf[40];
	const char *near;

	for (unsigned i = 0; i < FIELD_KIND_COUNT; i++)
		if (piece_is(word, kinds[i].word)) {
			*kind = (enum field_kind)i;
			return true;
		}
	near = str_nearest(screenfile_text(word, buf, sizeof(buf)), kind_words);
	if (near != NULL)
		screenfile_fault(r, word->s, "no kind of field '%s'; did you mean '%s'?", buf, near);
	else
		screenfile_fault(r, word->s, "no kind of field '%s'; chisan-screen(5) lists them", buf);
	return false;
}

static void
read_bounds(struct reader *r, struct screen_binding *b, const struct piece *arg)
{
	double *const bounds[] = { &b->lo, &b->hi };
	char buf[40];

	for (unsigned i = 0; i < 2; i++) {
		screenfile_text(&arg[i], buf, sizeof(buf));
		if (arg[i].len >= sizeof(buf) || !str_to_double(buf, bounds[i])) {
			screenfile_fault(r, arg[i].s, "'%s' is no number; write it as 0, -180 or 4.5", buf);
			return;
		}
	}
	if (b->lo >= b->hi)
		screenfile_fault(r, arg[0].s, "the bar ends before it begins; the smaller number stands first");
}

static void
read_texts(struct reader *r, struct screen_binding *b, const struct piece *arg, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		b->text[i] = arena_strndup(r->file->arena, arg[i].s, arg[i].len);
		if (text_width(b->text[i]) > TEXT_MAX_CELLS)
			screenfile_fault(r, arg[i].s, "too long for a sign; %d cells at most", TEXT_MAX_CELLS);
	}
}

/* NAME = POINT [KIND [ARGUMENT...]] */
static void
read_binding(struct reader *r, const char *equals)
{
	struct screen_binding b = { .kind = FIELD_VALUE, .lo = (double)NAN, .hi = (double)NAN, .line = r->number };
	struct piece name = screenfile_trim(r->line.s, equals), word[ARGS_MAX];
	const char *s = equals + 1;
	unsigned count = 0, args, wanted, before = r->faults;
	bool is_quoted;
	char buf[80];

	while (count < ARGS_MAX && next_word(r, &s, &word[count], &is_quoted))
		count++;
	if (!screenfile_is_name(&name))
		screenfile_fault(r, name.s,
		    "'%s' is no name of a field; small letters, digits and '_', beginning with a letter, 31 "
		    "at most",
		    screenfile_text(&name, buf, sizeof(buf)));
	else if (screenfile_find(r, &name) != NULL)
		screenfile_fault(r, name.s, "'%s' is bound in line %u already; each field once",
		    screenfile_text(&name, buf, sizeof(buf)), (unsigned)screenfile_find(r, &name)->line);
	if (count == 0) {
		screenfile_fault(r, equals, "no point; write NAME = DEVICE.ITEM");
		return;
	}
	if (word[0].len >= sizeof(buf) || !point_name_is_valid(screenfile_text(&word[0], buf, sizeof(buf))))
		screenfile_fault(r, word[0].s, "'%s' is no name of a point; write it as ESS1.SOC",
		    screenfile_text(&word[0], buf, sizeof(buf)));
	if (count > 1 && !read_kind(r, &word[1], &b.kind))
		return;
	args = count > 1 ? count - 2 : 0;
	wanted = kinds[b.kind].args;
	if (args != wanted)
		screenfile_fault(r, args > wanted ? word[2 + wanted].s : reader_line_end(r),
		    "%u arguments of '%s'; it takes %u", args, kinds[b.kind].word, wanted);
	if (r->faults != before)
		return;
	if (b.kind == FIELD_BAR || b.kind == FIELD_LEVEL)
		read_bounds(r, &b, &word[2]);
	else
		read_texts(r, &b, &word[2], args);
	if (r->faults != before)
		return;
	if (r->binding_count == BINDINGS_MAX) {
		screenfile_fault(r, name.s, "more than %d fields bound; split the screen", BINDINGS_MAX);
		return;
	}
	if (r->binding_count == r->binding_room) {
		uint32_t room = r->binding_room == 0 ? 64 : 2 * r->binding_room;
		r->bindings = xrecallocarray(r->bindings, r->binding_room, room, sizeof(*r->bindings));
		r->is_drawn = xrecallocarray(r->is_drawn, r->binding_room, room, sizeof(*r->is_drawn));
		r->binding_room = room;
	}
	b.name = arena_strndup(r->file->arena, name.s, name.len);
	b.point = arena_strndup(r->file->arena, word[0].s, word[0].len);
	r->bindings[r->binding_count++] = b;
}

void
screenfile_header_line(struct reader *r)
{
	struct piece line = screenfile_trim(r->line.s, reader_line_end(r));
	const char *s = line.s;

	if (line.len == 0 || line.s[0] == '#')
		return;
	while (s < line.s + line.len && *s != ':' && *s != '=')
		s++;
	if (s == line.s + line.len)
		screenfile_fault(
		    r, line.s, "neither a key nor a field; write 'key: value', 'field = POINT' or '--- 80x17'");
	else if (*s == ':')
		read_header(r, s);
	else
		read_binding(r, s);
}
