/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_got.c - W_WHEEL_DAY into parts, versions and slots.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/wheel_got.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

void
wheel_got_done(struct wheel_got *g)
{
	free(g->body);
	free(g->versions);
	memset(g, 0, sizeof *g);
}

static bool
read_parts(struct wheel_got *g)
{
	struct rbuf r;

	rbuf_init(&r, g->m.parts.data, g->m.parts.len);
	while (r.pos < r.len && !r.bad) {
		if (g->part_count == WHEEL_PARTS_MAX)
			return false;
		struct wheel_got_part *p = &g->parts[g->part_count++];
		text_put_safe(p->name, sizeof p->name, r_str(&r), -1);
		text_put_safe(p->title, sizeof p->title, r_str(&r), -1);
		text_put_safe(p->title_ja, sizeof p->title_ja, r_str(&r), -1);
		p->has_counter = r_u8(&r) != 0;
	}
	return !r.bad && g->part_count > 0;
}

static bool
read_versions(struct wheel_got *g)
{
	struct rbuf r;

	rbuf_init(&r, g->m.versions.data, g->m.versions.len);
	g->versions = xcalloc(WHEEL_VERSIONS_MAX, sizeof *g->versions);
	while (r.pos < r.len && !r.bad) {
		if (g->version_count == WHEEL_VERSIONS_MAX)
			return false;
		struct wheel_got_version *v = &g->versions[g->version_count++];
		v->number = r_u32(&r);
		v->base = r_u32(&r);
		v->answer = (enum wheel_answer)r_u8(&r);
		v->submitted.us = r_i64(&r);
		v->answered.us = r_i64(&r);
		text_put_safe(v->author, sizeof v->author, r_str(&r), -1);
	}
	return !r.bad;
}

static void
read_pair(struct rbuf *r, double v[WHEEL_SIDES])
{
	v[WHEEL_GENERATION] = r_f64(r);
	v[WHEEL_DEMAND] = r_f64(r);
	for (int side = 0; side < WHEEL_SIDES; side++)
		if (!isfinite(v[side]))
			v[side] = (double)NAN;
}

static bool
read_row(struct rbuf *r, struct wheel_got_row *w)
{
	w->phase = (enum wheel_phase)r_u8(r);
	w->standing = (enum wheel_standing)r_u8(r);
	w->is_changed = r_u8(r) != 0;
	read_pair(r, w->plan);
	read_pair(r, w->in_force);
	read_pair(r, w->actual);
	w->marks[WHEEL_GENERATION] = r_u8(r);
	w->marks[WHEEL_DEMAND] = r_u8(r);
	read_pair(r, w->shortage);
	w->is_foreseen = r_u8(r) != 0;
	w->price = r_f64(r);
	w->kind = (enum wheel_price_kind)r_u8(r);
	w->yen = r_f64(r);
	return !r->bad;
}

static bool
read_body(struct wheel_got *g, size_t length)
{
	struct rbuf r;

	rbuf_init(&r, g->body, length);
	if (!msg_wheel_day_get(&r, &g->m) || !r_done(&r) || g->m.slots == 0 || g->m.slots > WHEEL_SLOTS_MAX ||
	    !DATE_IS_OK(g->m.date) || !read_parts(g) || !read_versions(g))
		return false;
	rbuf_init(&r, g->m.rows.data, g->m.rows.len);
	for (unsigned slot = 0; slot < g->m.slots; slot++)
		if (!read_row(&r, &g->rows[slot]))
			return false;
	if (!r_done(&r))
		return false;
	rbuf_init(&r, g->m.kwh.data, g->m.kwh.len);
	for (unsigned p = 0; p < g->part_count; p++)
		for (unsigned slot = 0; slot < g->m.slots; slot++)
			g->kwh[p][slot] = (float)r_f32(&r);
	return r_done(&r);
}

bool
wheel_got_read(struct wheel_got *g, const uint8_t *body, size_t length)
{
	g->body = xmalloc(length + 1);
	memcpy(g->body, body, length);
	g->is_there = read_body(g, length);
	if (!g->is_there)
		wheel_got_done(g);
	return g->is_there;
}

/* ---- reading */

struct utc
wheel_got_start(const struct wheel_got *g, unsigned slot)
{
	return (struct utc){ g->m.start + (int64_t)slot * WHEEL_SLOT_US };
}

int
wheel_got_slot(const struct wheel_got *g, struct utc t)
{
	int64_t us = t.us - g->m.start;

	return us < 0 || us >= (int64_t)g->m.slots * WHEEL_SLOT_US ? -1 : (int)(us / WHEEL_SLOT_US);
}

const struct wheel_got_version *
wheel_got_version(const struct wheel_got *g, uint32_t number)
{
	for (unsigned i = 0; i < g->version_count; i++)
		if (g->versions[i].number == number)
			return &g->versions[i];
	return NULL;
}

static void
add_version(const struct wheel_got_version *v, bool is_in_force, bool is_ja, char *buf, size_t size)
{
	char text[200], when[24];

	utc_civil(when, sizeof when, is_in_force ? v->answered : v->submitted, "%m-%d %H:%M");
	if (is_in_force)
		str_printf(text, sizeof text, is_ja ? "第%u版 有効 (%s受理 %s)" : "v%u in force since %s (%s)",
		    v->number, when, v->author);
	else
		str_printf(text, sizeof text,
		    is_ja ? "第%u版 回答待ち (%s提出 %s)" : "v%u filed %s (%s), answer awaited", v->number, when,
		    v->author);
	str_append(buf, size, buf[0] != '\0' ? (is_ja ? "、" : "; ") : "");
	str_append(buf, size, text);
}

char *
wheel_got_standing(const struct wheel_got *g, bool is_ja, char *buf, size_t size)
{
	const struct wheel_got_version *force = wheel_got_version(g, g->m.in_force),
	                               *latest = wheel_got_version(g, g->m.latest);
	char text[240], when[24], author[80];

	buf[0] = '\0';
	if (g->m.edit != 0) {
		text_put_safe(author, sizeof author, g->m.draft_author, -1);
		utc_civil(when, sizeof when, (struct utc){ g->m.draft_time }, "%m-%d %H:%M");
		if (g->m.base != 0)
			str_printf(text, sizeof text, is_ja ? "下書き (第%u版より、%s %s)" : "draft on v%u (%s, %s)",
			    g->m.base, when, author);
		else
			str_printf(text, sizeof text, is_ja ? "下書き (%s %s)" : "draft (%s, %s)", when, author);
		str_append(buf, size, text);
	}
	if (latest != NULL && latest != force)
		add_version(latest, false, is_ja, buf, size);
	if (force != NULL)
		add_version(force, true, is_ja, buf, size);
	if (latest == NULL && force == NULL) {
		str_append(buf, size, buf[0] != '\0' ? (is_ja ? "、" : "; ") : "");
		str_append(buf, size, is_ja ? "未提出" : "nothing is filed");
	}
	return buf;
}

char *
wheel_got_found(const struct wheel_got *g, bool is_ja, char *buf, size_t size)
{
	const char *help;

	buf[0] = '\0';
	for (unsigned i = 0; (help = wheel_flag_help(g->m.flags, i, is_ja)) != NULL; i++) {
		str_append(buf, size, i > 0 ? (is_ja ? "、" : "; ") : "");
		str_append(buf, size, help);
	}
	return buf;
}

const char *
wheel_got_marks(unsigned marks)
{
	return (marks & WHEEL_MISSING) != 0 ? ""
	    : (marks & WHEEL_PARTIAL) != 0  ? "#"
	    : (marks & WHEEL_MANUAL) != 0   ? "M"
	    : (marks & WHEEL_SHARED) != 0   ? "S"
	    : (marks & WHEEL_METERED) != 0  ? "U"
	                                    : "";
}

void
wheel_got_sum(const struct wheel_got *g, struct wheel_got_sum *s)
{
	memset(s, 0, sizeof *s);
	for (unsigned slot = 0; slot < g->m.slots; slot++) {
		const struct wheel_got_row *w = &g->rows[slot];
		for (int side = 0; side < WHEEL_SIDES; side++)
			s->plan[side] += isnan(w->plan[side]) ? 0 : w->plan[side];
		if (w->is_foreseen)
			continue;
		for (int side = 0; side < WHEEL_SIDES; side++) {
			s->unknown += isnan(w->shortage[side]);
			s->shortage += w->shortage[side] > 0 ? w->shortage[side] : 0;
			s->surplus += w->shortage[side] < 0 ? -w->shortage[side] : 0;
		}
		s->yen += isfinite(w->yen) ? w->yen : 0;
	}
}
