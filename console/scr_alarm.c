/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_alarm.c - one alarm: first what to do, then what it means, how it stands, its limit beside the site file's, and what happened in
 * this occurrence, as the journal has it.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/alarm_keys.h"
#include "console/alarm_say.h"
#include "console/banner.h"
#include "console/entry.h"
#include "console/shown.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 13
#define LINES_MAX   200
#define HISTORY_MAX 60

struct line {
	enum look look;
	char label[LABEL_CELLS + 1], text[400];
};
struct page {
	struct console *co;
	char name[ALARM_NAME_MAX];
	struct alarm_seen seen; /* as it was drawn */
	uint64_t occurrence;    /* whose history is held; 0: of its name */
	struct entry *history[HISTORY_MAX];
	int history_count;
	uint32_t ask; /* 0 = none under way */
	char failed[160];
	struct line lines[LINES_MAX];
	int count, top, rows;
	ev_tstamp opened;
};

static const struct client_alarm *
alarm_of(const struct page *p)
{
	const struct client_alarms *all = p->co->client->alarms;
	uint32_t alarm = p->co->has_model ? client_alarms_find(all, p->name) : ALARM_NONE;

	return alarm == ALARM_NONE ? NULL : &all->alarms[alarm];
}

/* ---- history */

static bool
is_ours(const struct page *p, const struct msg_journal *m)
{
	char name[ALARM_NAME_MAX], event[16];
	unsigned priority;
	uint64_t occurrence;

	return alarm_read_entry(m->text, name, &priority, &occurrence, event) && strcmp(name, p->name) == 0 &&
	    (p->occurrence == 0 || occurrence == p->occurrence);
}

static void
empty(struct page *p)
{
	while (p->history_count > 0)
		free(p->history[--p->history_count]);
}

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;
	struct msg_journal m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_JOURNAL && msg_journal_get(&r, &m) && is_ours(p, &m) && p->history_count < HISTORY_MAX)
		p->history[p->history_count++] = entry_new(&m);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;

	(void)c;
	(void)addcause;
	p->ask = 0;
	p->failed[0] = '\0';
	if (e != OK && e != ERR_CLOSED)
		text_put_safe(p->failed, sizeof p->failed, text, -1);
	p->co->dirty |= DRAW_ALL;
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
ask(struct page *p)
{
	const struct client_alarm *a = alarm_of(p);
	char text[ALARM_NAME_MAX + 8];
	struct wbuf b;

	client_forget(p->co->client, &p->ask);
	if (a == NULL)
		return;
	empty(p);
	p->occurrence = a->m.occurrence;
	if (p->occurrence != 0)
		str_printf(text, sizeof text, "#%" PRIu64 " ", p->occurrence);
	else
		str_printf(text, sizeof text, "%s P", p->name);
	wbuf_init(&b);
	msg_journal_get_put(&b,
	    &(struct msg_journal_get){ .kinds = UINT64_C(1) << JOURNAL_ALARM | UINT64_C(1) << JOURNAL_ACK,
	        .most = HISTORY_MAX,
	        .newest = 1,
	        .point = "",
	        .user = "",
	        .text = text });
	p->ask = client_ask(p->co->client, W_JOURNAL_GET, &b, &answer, p);
	wbuf_done(&b);
}

/* An entry came while one looks: newest first. One that was not recorded yet comes again when it is. */
static unsigned
entry_came(struct page *p, const struct msg_journal *m)
{
	if (!is_ours(p, m) || p->ask != 0)
		return DRAW_NOTHING;
	if (p->history_count > 0 && p->history[0]->m.seq == 0 && strcmp(p->history[0]->m.text, m->text) == 0) {
		free(p->history[0]);
		p->history[0] = entry_new(m);
		return DRAW_BODY;
	}
	if (p->history_count == HISTORY_MAX)
		free(p->history[--p->history_count]);
	memmove(&p->history[1], &p->history[0], (size_t)p->history_count * sizeof p->history[0]);
	p->history[0] = entry_new(m);
	p->history_count++;
	return DRAW_BODY;
}

static bool
open_alarm(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	p->co = co;
	p->opened = ev_now(co->loop);
	str_copy(p->name, sizeof p->name, argument != NULL ? argument : "");
	if (alarm_of(p) == NULL) {
		console_message(co, true, "there is no alarm %s; a lists those that stand", p->name);
		return false;
	}
	ask(p);
	return true;
}

static void
close_alarm(struct console *co, void *private)
{
	struct page *p = private;

	client_forget(co->client, &p->ask);
	empty(p);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;
	const struct client_alarm *a = alarm_of(p);

	switch (what) {
	case CHANGE_JOURNAL: return entry_came(p, co->entry);
	case CHANGE_ALARM:
		if (a == NULL || number != a->m.alarm)
			return DRAW_NOTHING;
		if (a->m.occurrence != p->occurrence && a->m.occurrence != 0)
			ask(p);
		return DRAW_ALL;
	case CHANGE_MODEL: ask(p); return DRAW_ALL;
	case CHANGE_SECOND:
	case CHANGE_DEVICE:
	case CHANGE_RAW: return DRAW_NOTHING;
	case CHANGE_VALUES: return co->is_accessible ? DRAW_NOTHING : DRAW_BODY;
	default: return DRAW_ALL;
	}
}

/* ---- lines */

/* In as many lines as it takes. */
static void
add(struct page *p, int columns, const char *label, enum look look, const char *text)
{
	int cells = columns - LABEL_CELLS - 3;
	char safe[1200];
	const char *at = safe;
	size_t skip;

	text_put_safe(safe, sizeof safe, text, -1);
	do {
		size_t used = wrap_line(at, cells < 10 ? 10 : cells, &skip);
		struct line *l = &p->lines[p->count];
		if (p->count == LINES_MAX)
			return;
		p->count++;
		l->look = look;
		str_copy(l->label, sizeof l->label, label);
		str_printf(
		    l->text, sizeof l->text, "%.*s", (int)(used < sizeof l->text ? used : sizeof l->text - 1), at);
		label = "";
		at += used + skip;
	} while (*at != '\0');
}

static void
add_if(struct page *p, int columns, const char *label, enum look look, const char *text)
{
	if (text[0] != '\0')
		add(p, columns, label, look, text);
}

static void
add_now(struct page *p, int columns, const struct client_alarm *a)
{
	struct console *co = p->co;
	char text[400], value[160];
	struct shown s;

	if (a->point < co->client->point_count) {
		const struct client_point *pt = &co->client->points[a->point];
		shown_get(co, a->point, &s);
		str_printf(text, sizeof text, "%s = %s%s%s%s%s", pt->name, s.text, pt->unit[0] != '\0' ? " " : "",
		    pt->unit, s.mark[0] != '\0' ? " " : "", s.mark);
		add(p, columns, "Now", s.look == LOOK_NORMAL ? LOOK_TITLE : s.look, text);
	}
	alarm_number(co->client, a, a->m.value, co->is_ja, value, sizeof value);
	if (value[0] != '\0')
		add(p, columns, "When raised", LOOK_NORMAL, value);
}

/* "above 95 %, deadband 1; on after 10s, off after 5s", and what the site file says where that is something else. */
static void
add_limit(struct page *p, int columns, const struct client_alarm *a)
{
	static const char *const words[ALARM_TYPE_COUNT] = { [ALARM_LL] = "below",
		[ALARM_L] = "below",
		[ALARM_H] = "above",
		[ALARM_HH] = "above",
		[ALARM_ROC] = "changes by more than",
		[ALARM_DEV] = "differs by more than",
		[ALARM_DIGITAL] = "is",
		[ALARM_BIT] = "has bit" };
	const struct client *c = p->co->client;
	char text[400], limit[64], band[32], on[32], off[32], when[32];
	double v = client_alarm_limit(a);

	if (isnan(v) || words[a->type] == NULL)
		return;
	if (a->type == ALARM_DIGITAL)
		alarm_number(c, a, v, p->co->is_ja, limit, sizeof limit);
	else
		str_double(limit, sizeof limit, v);
	str_printf(text, sizeof text, "%s %s", words[a->type], limit);
	if (a->type != ALARM_DIGITAL && a->type != ALARM_BIT && a->point < c->point_count &&
	    c->points[a->point].unit[0] != '\0') {
		str_append(text, sizeof text, " ");
		str_append(text, sizeof text, c->points[a->point].unit);
	}
	if (a->deadband > 0) {
		str_append(text, sizeof text, ", deadband ");
		str_append(text, sizeof text, str_double(band, sizeof band, a->deadband));
	}
	if (a->on_delay_ms + a->off_delay_ms > 0) {
		char delays[96];
		str_printf(delays, sizeof delays, "; on after %s, off after %s",
		    str_duration(on, sizeof on, a->on_delay_ms * US_PER_MS),
		    str_duration(off, sizeof off, a->off_delay_ms * US_PER_MS));
		str_append(text, sizeof text, delays);
	}
	add(p, columns, "Limit", LOOK_NORMAL, text);
	if (!a->has_moved)
		return;
	str_printf(text, sizeof text, "the site file says %s; moved %s by %s%s%s: %s",
	    str_double(band, sizeof band, a->limit),
	    utc_civil(when, sizeof when, (struct utc){ a->moved.time }, "%Y-%m-%d %H:%M"), a->moved.user,
	    a->moved.approved_by[0] != '\0' ? ", approved by " : "", a->moved.approved_by, a->moved.reason);
	add(p, columns, "", LOOK_UNCERTAIN, text);
}

/* The newest of this occurrence; all that were made are below, in its history. */
static void
add_remark(struct page *p, int columns, const struct client_alarm *a)
{
	char text[ALARM_REASON + 160], when[32] = "";

	if (a->m.comment[0] == '\0')
		return;
	if (a->m.commented != 0)
		utc_civil(when, sizeof when, (struct utc){ a->m.commented }, ", %m-%d %H:%M:%S");
	str_printf(text, sizeof text, "%s%s%s%s%s", a->m.comment, a->m.comment_by[0] != '\0' ? " (" : "",
	    a->m.comment_by, a->m.comment_by[0] != '\0' ? when : "", a->m.comment_by[0] != '\0' ? ")" : "");
	add(p, columns, "Remark", LOOK_NORMAL, text);
}

static void
add_history(struct page *p, int columns)
{
	char text[700], when[32], who[160], today[8];

	add(p, columns, "History", LOOK_TITLE,
	    p->occurrence != 0 ? "of this occurrence, newest first" : "the newest entries about it");
	if (p->failed[0] != '\0')
		add(p, columns, "", LOOK_BAD, p->failed);
	else if (p->ask != 0)
		add(p, columns, "", LOOK_LABEL, "the journal is being read");
	else if (p->history_count == 0)
		add(p, columns, "", LOOK_LABEL,
		    console_is_lost(p->co) ? "cannot be read without a link to chisand" : "no entry");
	utc_civil(today, sizeof today, p->co->now, "%m-%d");
	for (int i = 0; i < p->history_count; i++) {
		const struct msg_journal *m = &p->history[i]->m;
		const char *event = strstr(m->text, " #");
		bool is_act = m->kind == JOURNAL_ACK;
		event = event != NULL ? strchr(event + 1, ' ') : NULL;
		utc_civil(when, sizeof when, (struct utc){ m->time }, "%m-%d %H:%M");
		if (strncmp(when, today, 5) == 0)
			utc_civil(when, sizeof when, (struct utc){ m->time }, "%H:%M:%S");
		entry_who(m, who, sizeof who);
		str_printf(text, sizeof text, "%s%s%s%s%s", m->seq == 0 ? "not yet recorded: " : "",
		    event != NULL ? event + 1 : m->text, is_act ? " (" : "", is_act ? who : "", is_act ? ")" : "");
		add(p, columns, when, m->seq == 0 ? LOOK_UNCERTAIN : LOOK_NORMAL, text);
	}
}

static void
build(struct page *p, int columns)
{
	const struct client_alarm *a = alarm_of(p);
	struct console *co = p->co;
	char text[1000], more[700], span[32];

	p->count = 0;
	if (a == NULL) {
		add(p, columns, "Alarm", LOOK_BAD, "the site has no such alarm any more");
		return;
	}
	alarm_words(co->client, a, co->is_ja, text, sizeof text);
	add(p, columns, "What", LOOK_TITLE, text);
	alarm_more(a, co->now, more, sizeof more);
	str_printf(text, sizeof text, "%s, %s%s%s", alarm_state_word(a->m.state),
	    alarm_state_text(a->m.state, co->is_ja), more[0] != '\0' ? "; " : "", more);
	add(p, columns, "State", banner_look(a), text);
	const char *response = console_title(co, a->response, a->response_ja);
	add(p, columns, "Do", response[0] != '\0' ? LOOK_TITLE : LOOK_LABEL,
	    response[0] != '\0' ? response : "the site file names no response");
	if (a->respond_s > 0) {
		str_duration(span, sizeof span, a->respond_s * US_PER_S);
		add(p, columns, "Within", LOOK_NORMAL, span);
	}
	add_if(p, columns, "Otherwise", LOOK_NORMAL, console_title(co, a->consequence, a->consequence_ja));
	add_if(p, columns, "Cause", LOOK_NORMAL, a->cause);
	add_now(p, columns, a);
	add_limit(p, columns, a);
	add_remark(p, columns, a);
	if (a->m.marks & ALARM_CHATTERS)
		add(p, columns, "Chatters", LOOK_UNCERTAIN,
		    "3 times within a minute or more often; s shelves it for a while");
	str_printf(text, sizeof text, "priority %u%s%s%s%s%s%s", a->priority, a->class[0] != '\0' ? ", class " : "",
	    a->class, a->area[0] != '\0' ? ", area " : "", a->area, a->group[0] != '\0' ? ", group " : "", a->group);
	add(p, columns, "Belongs to", LOOK_NORMAL, text);
	if (!(a->flags & ALARM_MAY_SHELVE))
		add(p, columns, "Shelf", LOOK_NORMAL, "not allowed for this alarm");
	add_history(p, columns);
}

/* ---- the page */

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	const struct client_alarm *x = alarm_of(p);

	build(p, a.columns);
	p->rows = a.rows;
	if (p->top > p->count - a.rows)
		p->top = p->count - a.rows;
	if (p->top < 0)
		p->top = 0;
	for (int i = 0; i < a.rows && p->top + i < p->count; i++) {
		const struct line *l = &p->lines[p->top + i];
		grid_put(co->grid, a.row + i, a.column + 1, LABEL_CELLS, LOOK_LABEL, l->label);
		grid_put(
		    co->grid, a.row + i, a.column + LABEL_CELLS + 2, a.columns - LABEL_CELLS - 3, l->look, l->text);
	}
	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column + 1;
	p->seen = (struct alarm_seen){ .occurrence = x != NULL ? x->m.occurrence : 0 };
	if (x != NULL)
		str_copy(p->seen.name, sizeof p->seen.name, x->name);
}

static unsigned
ack(struct console *co, struct page *p)
{
	if (co->options->script == NULL && ev_now(co->loop) - p->opened < ALARM_READ_S)
		console_message(co, true, "the page had just opened: read it, then acknowledge");
	else if (p->seen.name[0] != '\0')
		alarm_keys_ack(co, &p->seen);
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct client_alarm *a = alarm_of(p);
	int page = p->rows > 1 ? p->rows - 1 : 1;

	switch (req) {
	case REQ_UP: p->top--; return DRAW_BODY;
	case REQ_DOWN: p->top++; return DRAW_BODY;
	case REQ_PAGE_UP: p->top -= page; return DRAW_BODY;
	case REQ_PAGE_DOWN: p->top += page; return DRAW_BODY;
	case REQ_HOME: p->top = 0; return DRAW_BODY;
	case REQ_END: p->top = p->count; return DRAW_BODY;
	case REQ_ALARMS: return argument != NULL ? REQ_UNHANDLED : ack(co, p);
	default: return a == NULL ? REQ_UNHANDLED : alarm_keys_request(co, &p->seen, a->m.alarm, req, argument);
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	const struct client_alarm *a = alarm_of(p);

	(void)co;
	str_printf(title, title_size, "%s %s %s", a != NULL ? alarm_code(a->priority) : "", p->name,
	    a != NULL ? alarm_state_word(a->m.state) : "");
	if (p->count > p->rows)
		str_printf(hint, hint_size, "%d-%d of %d lines", p->top + 1,
		    p->top + p->rows < p->count ? p->top + p->rows : p->count, p->count);
}

static const char *
selected(struct console *co, void *private)
{
	const struct client_alarm *a = alarm_of(private);

	return a != NULL && a->point < co->client->point_count ? co->client->points[a->point].name : NULL;
}

const struct screen_ops scr_alarm = {
	.name = "alarm",
	.title = "Alarm",
	.title_ja = "警報",
	.help = "one alarm: what to do, how it stands, what happened",
	.modes = MODE_ALL | MODE_ALARM,
	.private_size = sizeof(struct page),
	.open = open_alarm,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_alarm,
	.head = head,
	.selected = selected,
};
