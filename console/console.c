/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.c - the loop of the full-screen console: keys at once, values at most so often, nothing when nothing changed.
 */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "console/acts.h"
#include "console/alarm_acts.h"
#include "console/bell.h"
#include "console/choose.h"
#include "console/console.h"
#include "console/frame.h"
#include "console/guardian.h"
#include "console/keep.h"
#include "console/mimic.h"
#include "console/palette.h"
#include "console/scr_hand.h"
#include "console/script.h"
#include "console/term.h"
#include "console/view.h"
#include "scada/base/screenfile.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"

#define RATE_HZ       2.0
#define ALARM_S       0.1 /* alarms are drawn at once, but a burst of them no more often */
#define SLOW_HZ       0.5
#define ANSWER_US     (2 * US_PER_S) /* what comes so soon after a key answers it, and is drawn at once */
#define RESIZE_S      0.06           /* a storm of sizes is drawn once */
#define MESSAGE_US    (20 * US_PER_S)
#define PASTE_QUIET_S 1.0  /* so long nothing comes within a paste */
#define SCRIPT_MAX_S  20.0 /* a script that waits longer has failed */

struct loop {
	struct console co;
	struct acts acts;
	struct alarm_acts alarm_acts;
	struct bell bell;
	struct script *script; /* NULL = a terminal */
	ev_io keys;
	ev_timer frame, second, resize, deadline;
	ev_signal winch, tstp, term, hup;
	ev_prepare prepare;
	ev_tstamp drawn_at;
	bool draw_all, is_pasting;
	ev_tstamp pasted_at;       /* the last key */
	const struct theme *theme; /* as the terminal has it */
	int64_t minute;            /* of the last tick that drew */
	char first_page[64];
	bool is_down[DEVICE_MAX]; /* as drawn last */
};

static void
draw_grid(struct console *co)
{
	struct loop *l = (struct loop *)co; /* the first member */

	co->now = clock_utc();
	frame_draw(co);
	co->dirty = 0;
	co->frames++;
	if (l->script == NULL && l->theme != co->theme) {
		term_set_theme(co->theme);
		l->theme = co->theme;
		l->draw_all = true;
	}
	if (l->script == NULL)
		term_draw(co->grid, l->draw_all);
	l->draw_all = false;
	l->drawn_at = ev_now(co->loop);
}

/* Draws at once (a key, the link), or when the rate allows (values). */
static void
want_frame(struct loop *l, bool at_once)
{
	struct console *co = &l->co;
	ev_tstamp wait = l->drawn_at + 1.0 / co->rate_hz - ev_now(co->loop);

	if (co->dirty == 0)
		return;
	if (at_once || wait <= 0) {
		draw_grid(co);
		ev_timer_stop(co->loop, &l->frame);
	} else if (!ev_is_active(&l->frame)) {
		ev_timer_set(&l->frame, wait, 0.);
		ev_timer_start(co->loop, &l->frame);
	}
}

void
console_changed(struct console *co, unsigned draw)
{
	co->now = clock_utc();
	co->dirty |= draw;
	want_frame((struct loop *)co, true);
}

static void
on_frame(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct loop *l = w->data;

	(void)loop;
	(void)revents;
	want_frame(l, true);
}

static void
leave_if_asked(struct loop *l)
{
	if (l->co.leave)
		ev_break(l->co.loop, EVBREAK_ALL);
}

static double
seen_value(point_id id, void *arg)
{
	const struct console *co = arg;
	struct value v;

	if (console_is_lost(co) || id >= co->client->point_count)
		return (double)NAN;
	v = client_value(co->client, id);
	return quality_validity(v.quality) == V_GOOD ? v.v : (double)NAN;
}

static void
look_at_bell(struct loop *l)
{
	struct console *co = &l->co;

	if (bell_due(&l->bell, co->client->alarms, console_is_lost(co), co->now) && l->script == NULL)
		term_bell();
}

static void
tick(struct console *co)
{
	co->now = clock_utc();
	if (utc_diff_us(co->now, co->message_at) > MESSAGE_US)
		co->message[0] = '\0';
	if (co->has_model)
		spark_sample(co->sparks, seen_value, co);
	acts_tick(co);
	alarm_acts_tick(co);
	look_at_bell((struct loop *)co);
	view_update(co, CHANGE_SECOND, 0);
}

static void
run_script(struct loop *l)
{
	if (l->script != NULL && !script_run(l->script, &l->co, draw_grid, tick))
		l->co.leave = true;
	leave_if_asked(l);
}

static void
on_second(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct loop *l = w->data;

	(void)loop;
	(void)revents;
	if (l->script != NULL) {
		run_script(l);
		return;
	}
	tick(&l->co);
	if (l->co.is_accessible && l->minute == l->co.now.us / (60 * US_PER_S) && l->co.client->phase == CLIENT_LIVE)
		return; /* nothing runs on the screen of somebody who hears it */
	l->minute = l->co.now.us / (60 * US_PER_S);
	l->co.dirty |= DRAW_ALL; /* the clock; what did not change costs no byte */
	want_frame(l, !l->co.is_slow);
}

/* ---- keys */

/*
 * Of a paste only text goes on: what ends a line, leaves, stops or moves does not, nor the keys that bytes in it look like. Where its end
 * was lost, as after a Ctrl-Z in it that the terminal took with all behind it, it is over when nothing came for a moment.
 */
static bool
is_dropped(struct loop *l, uint32_t key)
{
	struct console *co = &l->co;
	bool was_pasting = l->is_pasting, is_late = ev_now(co->loop) - l->pasted_at > PASTE_QUIET_S;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END)
		l->is_pasting = key == K_PASTE_BEGIN;
	else if (was_pasting && is_late)
		console_key(co, K_PASTE_END);
	l->pasted_at = ev_now(co->loop);
	return l->is_pasting && key != K_PASTE_BEGIN && (key < ' ' || key >= K_SPECIAL);
}

void
console_key(struct console *co, uint32_t key)
{
	struct loop *l = (struct loop *)co;
	enum request req;

	struct view *v = console_top(co);

	co->key_at = co->now;
	if (is_dropped(l, key))
		return;
	if (co->prompt.is_open) {
		palette_key(co, key);
		return;
	}
	if (v->ops->key != NULL && v->ops->key(co, v->private, key)) {
		co->dirty |= DRAW_ALL;
		return;
	}
	if (l->is_pasting || key == K_PASTE_END)
		return; /* a paste outside of a field means nothing */
	co->message[0] = '\0';
	co->dirty |= DRAW_ALL;
	for (int i = 0; i < co->page_count; i++) {
		if (co->pages[i].key == key && key != KEY_NONE && (key < 0x80 && key >= '0' && key <= '9')) {
			console_open(co, &scr_mimic, co->pages[i].name);
			return;
		}
	}
	req = req_of_key(key, console_top(co)->ops->modes | MODE_ALL);
	if (req != REQ_NONE)
		console_request(co, req, NULL);
	else if (key == 3)
		console_message(co, false, "Q leaves the console");
	else if (key > ' ' && key < 0x7F)
		console_message(co, false, "%c has no meaning on this page; ? lists the keys", (int)key);
}

static void
on_keys(struct ev_loop *loop, ev_io *w, int revents)
{
	struct loop *l = w->data;
	uint32_t key;

	(void)loop;
	(void)revents;
	l->co.now = clock_utc();
	while ((key = term_key()) != KEY_NONE) {
		if (key == K_HANGUP) {
			l->co.leave = true;
			break;
		}
		if (key == K_RESIZE)
			continue;
		if (key == 12 && !l->co.prompt.is_open) /* Ctrl-L */
			l->draw_all = true;
		console_key(&l->co, key);
		if (l->co.leave)
			break;
	}
	leave_if_asked(l);
	if (!l->co.leave)
		want_frame(l, true);
}

/* ---- what the server tells */
static int
by_key(const void *pa, const void *pb)
{
	const struct page_row *a = pa, *b = pb;
	uint32_t ka = a->key == KEY_NONE ? UINT32_MAX : a->key, kb = b->key == KEY_NONE ? UINT32_MAX : b->key;

	return ka != kb ? (ka > kb) - (ka < kb) : strcmp(a->name, b->name);
}

static void
note_pages(struct console *co)
{
	const struct client *c = co->client;

	co->page_count = 0;
	for (uint32_t i = 0; i < c->screen_count && co->page_count < PAGES_MAX; i++) {
		struct screen_file *f =
		    screen_file_parse(c->screens[i].text, strlen(c->screens[i].text), mimic_ignore_fault, NULL);
		struct page_row *row = &co->pages[co->page_count];
		if (f == NULL)
			continue;
		*row = (struct page_row){ .key = f->key != NULL ? (uint32_t)(unsigned char)f->key[0] : KEY_NONE };
		str_copy(row->name, sizeof row->name, c->screens[i].name);
		str_copy(row->title, sizeof row->title, f->title != NULL ? f->title : row->name);
		str_copy(row->title_ja, sizeof row->title_ja, f->title_ja != NULL ? f->title_ja : "");
		co->page_count++;
		screen_file_free(f);
	}
	qsort(co->pages, (size_t)co->page_count, sizeof co->pages[0], by_key);
}

/* The first page: asked for, else the drawing with the least key, else the list of points. */
static void
open_first(struct loop *l)
{
	struct console *co = &l->co;

	view_close_all(co);
	if (l->first_page[0] != '\0' && console_open_word(co, l->first_page))
		return;
	if (co->page_count > 0 && console_open(co, &scr_mimic, co->pages[0].name))
		return;
	console_open(co, &scr_points, NULL);
}

static void
on_model(struct loop *l)
{
	struct console *co = &l->co;
	bool is_first = !co->has_model;

	pause_end(co);
	co->has_model = true;
	client_use_zone(co->client);
	note_pages(co);
	spark_reset(co->sparks, co->client->point_count);
	for (point_id id = 0; id < co->client->point_count && id < SPARK_POINTS; id++)
		spark_watch(co->sparks, id);
	if (is_first) {
		keep_load(co->client->site_name);
		open_first(l);
		tick(co);
	} else {
		alarm_acts_model(co);
		view_update(co, CHANGE_MODEL, 0);
		console_message(co, false, "the link is back; all values are new");
		co->message_is_link = true;
	}
}

static void
on_phase(struct client *c, void *arg)
{
	struct loop *l = arg;

	l->co.now = clock_utc();
	if (c->phase == CLIENT_LIVE)
		on_model(l);
	else
		view_update(&l->co, CHANGE_PHASE, 0);
	if (c->phase != CLIENT_LIVE && l->co.message_is_link)
		console_message(&l->co, false, "%s", ""); /* it is not back any more */
	l->co.dirty |= DRAW_ALL;
	want_frame(l, true); /* a lost link is shown at once */
	run_script(l);
}

static void
on_broadcast(struct client *c, void *arg)
{
	struct loop *l = arg;

	if (c->phase != CLIENT_LIVE)
		return;
	l->co.now = clock_utc();
	view_update(&l->co, CHANGE_VALUES, 0);
	want_frame(l, false);
}

static void
on_device(struct client *c, uint32_t device, void *arg)
{
	struct loop *l = arg;

	if (c->phase != CLIENT_LIVE)
		return;
	bool is_down = c->devices[device].state.state == DEVICE_DOWN, *was_down = &l->is_down[device];
	view_update(&l->co, CHANGE_DEVICE, device);
	if (is_down != *was_down) /* the frame names it, on every page */
		l->co.dirty |= DRAW_ALL;
	*was_down = is_down;
	want_frame(l, false);
}

static void
on_raw(struct client *c, const struct msg_raw *raw, void *arg)
{
	struct loop *l = arg;
	struct console *co = &l->co;

	(void)c;
	co->raw = *raw;
	if (co->raw.raw.len > sizeof co->raw_bytes)
		co->raw.raw.len = sizeof co->raw_bytes;
	if (co->raw.raw.len > 0)
		memcpy(co->raw_bytes, raw->raw.data, co->raw.raw.len);
	co->raw.raw.data = co->raw_bytes;
	co->has_raw = true;
	view_update(co, CHANGE_RAW, raw->point);
	want_frame(l, false);
	run_script(l);
}

static void
on_journal(struct client *c, const struct msg_journal *m, void *arg)
{
	struct loop *l = arg;
	struct console *co = &l->co;

	(void)c;
	co->now = clock_utc();
	co->entry = m;
	acts_recorded(co, m);
	view_update(co, CHANGE_JOURNAL, 0);
	co->entry = NULL;
	want_frame(l, false);
	run_script(l);
}

static void
on_health(struct client *c, void *arg)
{
	struct loop *l = arg;

	(void)c;
	l->co.now = clock_utc();
	l->co.dirty |= DRAW_ALL;
	want_frame(l, true); /* that nothing is recorded is said at once */
}

static void
on_control(struct client *c, enum client_control_kind what, uint64_t number, void *arg)
{
	struct loop *l = arg;

	(void)number;
	if (c->phase != CLIENT_LIVE)
		return;
	l->co.now = clock_utc();
	if (what == CONTROL_COMMAND)
		scr_hand_heard(&l->co);
	if (what == CONTROL_APPROVAL)
		alarm_acts_decided(&l->co);
	view_update(&l->co, CHANGE_CONTROL, 0);
	l->co.dirty |= DRAW_ALL; /* counted in the top line */
	want_frame(l, what == CONTROL_COMMAND || what == CONTROL_APPROVAL);
}

static void
on_alarm(struct client *c, uint32_t alarm, void *arg)
{
	struct loop *l = arg;
	struct console *co = &l->co;
	ev_tstamp wait = l->drawn_at + ALARM_S - ev_now(co->loop);

	(void)c;
	co->now = clock_utc();
	view_update(co, CHANGE_ALARM, alarm);
	co->dirty |= DRAW_ALL;
	if (alarm == ALARM_NONE)
		look_at_bell(l);
	if (l->script != NULL || wait <= 0) {
		want_frame(l, true);
	} else if (!ev_is_active(&l->frame) || ev_timer_remaining(co->loop, &l->frame) > wait) {
		ev_timer_stop(co->loop, &l->frame);
		ev_timer_set(&l->frame, wait, 0.);
		ev_timer_start(co->loop, &l->frame);
	}
	run_script(l);
}

/* After each turn of the loop: answers change pages without saying so to anybody. */
static void
on_prepare(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct loop *l = w->data;

	(void)loop;
	(void)revents;
	if (l->script == NULL && l->co.dirty != 0)
		want_frame(l, utc_diff_us(l->co.now, l->co.key_at) < ANSWER_US);
}

static const struct client_ops ops = { .phase = on_phase,
	.broadcast = on_broadcast,
	.device = on_device,
	.raw = on_raw,
	.journal = on_journal,
	.health = on_health,
	.control = on_control,
	.alarm = on_alarm };

/* ---- signals and sizes */
static void
on_resize(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct loop *l = w->data;
	int columns, rows;

	(void)loop;
	(void)revents;
	term_resize();
	term_size(&columns, &rows);
	grid_resize(l->co.grid, columns, rows);
	l->draw_all = true;
	draw_grid(&l->co);
}

static void
on_winch(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct loop *l = w->data;

	(void)revents;
	if (!ev_is_active(&l->resize)) {
		ev_timer_set(&l->resize, RESIZE_S, 0.);
		ev_timer_start(loop, &l->resize);
	}
}

static void
on_tstp(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct loop *l = w->data;

	(void)revents;
	if (getpgrp() == getsid(0)) { /* started in the shell's place, by sshd or tmux: nobody could continue it */
		console_message(&l->co, false, "there is no shell to go back to: Q leaves");
		draw_grid(&l->co);
		return;
	}
	term_suspend();
	ev_now_update(loop);
	on_resize(loop, &l->resize, 0);
}

static void
on_end(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct loop *l = w->data;

	(void)revents;
	l->co.exit_code = 0;
	l->co.leave = true;
	ev_break(loop, EVBREAK_ALL);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct loop *l = w->data;

	(void)revents;
	fprintf(stderr, "chisan: the script waited too long\n");
	l->co.exit_code = 1;
	l->co.leave = true;
	ev_break(loop, EVBREAK_ALL);
}

/* ---- start and end */
static void
start_terminal(struct loop *l)
{
	struct ev_loop *loop = l->co.loop;

	ev_io_init(&l->keys, on_keys, STDIN_FILENO, EV_READ);
	l->keys.data = l;
	ev_io_start(loop, &l->keys);
	ev_signal_init(&l->winch, on_winch, SIGWINCH);
	ev_signal_init(&l->tstp, on_tstp, SIGTSTP);
	l->winch.data = l->tstp.data = l;
	ev_signal_start(loop, &l->winch);
	ev_signal_start(loop, &l->tstp);
}

static void
start(struct loop *l)
{
	struct ev_loop *loop = l->co.loop;

	ev_timer_init(&l->frame, on_frame, 0., 0.);
	ev_timer_init(&l->resize, on_resize, RESIZE_S, 0.);
	ev_timer_init(&l->second, on_second, l->script != NULL ? 0.02 : 1.0, l->script != NULL ? 0.05 : 1.0);
	ev_timer_init(&l->deadline, on_deadline, SCRIPT_MAX_S, 0.);
	ev_signal_init(&l->term, on_end, SIGTERM);
	ev_signal_init(&l->hup, on_end, SIGHUP);
	l->frame.data = l->resize.data = l->second.data = l->deadline.data = l->term.data = l->hup.data = l;
	ev_prepare_init(&l->prepare, on_prepare);
	l->prepare.data = l;
	ev_prepare_start(loop, &l->prepare);
	ev_timer_start(loop, &l->second);
	ev_signal_start(loop, &l->term);
	ev_signal_start(loop, &l->hup);
	if (l->script != NULL)
		ev_timer_start(loop, &l->deadline);
	else
		start_terminal(l);
}

static void
set_up(struct loop *l, const struct console_options *o)
{
	struct console *co = &l->co;
	bool needs_ascii = term_needs_ascii();

	co->options = o;
	co->theme = theme_find(o->theme != NULL ? o->theme : "default");
	co->is_ascii = o->ascii || (needs_ascii && o->script == NULL);
	co->graph = graph_choose(o->graph, o->script == NULL ? getenv("TERM") : NULL, co->is_ascii);
	co->is_ascii_graph = co->graph == GRAPH_ASCII;
	co->is_ja = !co->is_ascii && (o->ja || choose_is_japanese());
	co->is_slow = o->slow;
	co->is_accessible = o->accessible;
	co->rate_hz = o->rate_hz > 0 ? o->rate_hz : o->slow ? 0.5 : RATE_HZ;
	if (o->page != NULL)
		str_copy(l->first_page, sizeof l->first_page, o->page);
}

static void
run(struct loop *l, const struct console_options *o)
{
	struct console *co = &l->co;

	co->loop = ev_default_loop(0);
	co->now = co->started = clock_utc();
	co->sparks = spark_new();
	co->client = client_new(co->loop, o->socket, SUB_ALL | SUB_JOURNAL, true, &ops, l);
	acts_init(&l->acts, co);
	alarm_acts_init(&l->alarm_acts, co);
	co->bell = &l->bell;
	console_open(co, &scr_points, NULL); /* something to stand on until the site is known */
	co->dirty = 0;
	l->theme = co->theme;
	start(l);
	if (l->script == NULL)
		draw_grid(co);
	ev_run(co->loop, 0);
	view_close_all(co);
	pause_end(co);
	acts_done(&l->acts);
	alarm_acts_done(&l->alarm_acts);
	client_free(co->client);
	spark_free(co->sparks);
	keep_done();
}

int
console_run(const struct console_options *o)
{
	struct loop *l;
	const char *why;
	int columns, rows, code = 2;
	enum fold fold;

	if (!choose_check(o))
		return 2;
	l = xcalloc(1, sizeof *l);
	set_up(l, o);
	fold = l->co.is_ascii ? FOLD_ASCII : o->ambiguous == 2 ? FOLD_AMBIGUOUS : FOLD_NONE;
	choose_size(o->size, &columns, &rows);
	if (o->script != NULL) {
		l->script = script_new(o->script);
	} else {
		struct term_options t = { choose_color(o), l->co.theme, l->co.is_ascii };
		if (!o->no_guardian && isatty(STDIN_FILENO))
			guardian_start();
		if (!term_init(&t, &why))
			fprintf(stderr, "chisan: %s\n", why);
		else
			term_size(&columns, &rows);
		if (why != NULL)
			goto done;
	}
	if (o->script != NULL && l->script == NULL)
		goto done;
	l->co.grid = grid_new(columns, rows, fold);
	run(l, o);
	if (o->script == NULL)
		term_done();
	grid_free(l->co.grid);
	code = l->co.exit_code;
done:
	script_free(l->script);
	free(l);
	return code;
}
