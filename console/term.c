/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term.c - ncurses, and nothing of it elsewhere. Boxes through ACS; keys as enum key; a terminal that reads slowly is not
 * drowned: frames are left out while its queue is full.
 */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "console/keys.h"
#include "console/term.h"

#include "scada/base/mem.h"
#include "scada/base/text.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>
#undef columns /* term.h makes it a macro */
#undef lines

#define QUEUE_MAX        2048 /* bytes that wait in the terminal's queue before frames are left out */
#define PASTE_BEGIN_CODE 0x3F0
#define PASTE_END_CODE   0x3F1

static SCREEN *curses;
static struct grid *shown; /* what the terminal shows */
static attr_t looks[LOOK_COUNT];
static short pairs[LOOK_COUNT];
static enum color_depth depth;
static bool is_ascii, has_bracketed_paste, is_open;
static struct termios at_start;

bool
term_needs_ascii(void)
{
	const char *term = getenv("TERM");
	bool is_utf8;

	setlocale(LC_CTYPE, "");
	is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!is_utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
	return !is_utf8 || (term != NULL && strncmp(term, "vt", 2) == 0);
}

static void
set_looks(const struct theme *t)
{
	for (int i = 0; i < LOOK_COUNT; i++) {
		struct style s = theme_style(t, (enum look)i, depth);
		attr_t a = A_NORMAL;
		short fg = s.fg, bg = s.bg;
		a |= s.attr & STYLE_BOLD ? A_BOLD : 0;
		a |= s.attr & STYLE_DIM ? A_DIM : 0;
		a |= s.attr & STYLE_UNDERLINE ? A_UNDERLINE : 0;
		a |= s.attr & STYLE_REVERSE ? A_REVERSE : 0;
		pairs[i] = 0;
		if (depth != COLOR_NEVER && (fg >= 0 || bg >= 0)) {
			if (COLORS < 16 && fg >= 8) {
				fg = (short)(fg - 8);
				a |= A_BOLD;
			}
			init_pair((short)(i + 1), fg, (short)(COLORS < 16 && bg >= 8 ? bg - 8 : bg));
			pairs[i] = (short)(i + 1);
		}
		looks[i] = a;
	}
}

void
term_set_theme(const struct theme *t)
{
	set_looks(t);
	if (shown != NULL)
		grid_resize(shown, shown->columns, shown->rows);
	clearok(stdscr, TRUE);
}

/* Bracketed paste is asked for only where the terminal description is of the kind that knows it. */
static void
paste_mode(bool on)
{
	if (!has_bracketed_paste)
		return;
	putp(on ? "\033[?2004h" : "\033[?2004l");
	fflush(stdout);
}

static void
set_signals_keys(void)
{
	struct termios t;

	/* Ctrl-C and Ctrl-\ are keys here: a slip of the hand must not close the console. Ctrl-Z suspends as everywhere. */
	if (tcgetattr(STDIN_FILENO, &t) != 0)
		return;
	t.c_cc[VINTR] = _POSIX_VDISABLE;
	t.c_cc[VQUIT] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
	def_prog_mode();
}

static bool
has_string(const char *name)
{
	const char *text = tigetstr(name);

	return text != NULL && text != (const char *)-1;
}

/*
 * What terminals send whatever TERM says, one within another most of all. A sequence that is not known would be the keys that it is
 * made of: back, a page, nothing.
 */
static void
define_keys(void)
{
	static const struct {
		const char *sent;
		int code;
	} keys[] = {
		{ "\033[1~", KEY_HOME },
		{ "\033[7~", KEY_HOME },
		{ "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },
		{ "\033[4~", KEY_END },
		{ "\033[8~", KEY_END },
		{ "\033[F", KEY_END },
		{ "\033OF", KEY_END },
		{ "\033[A", KEY_UP },
		{ "\033[B", KEY_DOWN },
		{ "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },
		{ "\033[3~", KEY_DC },
		{ "\033[5~", KEY_PPAGE },
		{ "\033[6~", KEY_NPAGE },
		{ "\033[200~", PASTE_BEGIN_CODE },
		{ "\033[201~", PASTE_END_CODE },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		define_key(keys[i].sent, keys[i].code);
}

bool
term_init(const struct term_options *o, const char **why)
{
	const char *term = getenv("TERM");
	int err;

	*why = NULL;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &at_start) != 0) {
		*why = "the console needs a terminal; chisan status, points and watch work without";
		return false;
	}
	if (term == NULL || term[0] == '\0' || setupterm(NULL, STDOUT_FILENO, &err) != OK) {
		*why = "this terminal is unknown ($TERM); try TERM=vt100 chisan, or chisan status";
		return false;
	}
	if (!has_string("cup") || !has_string("clear")) {
		*why =
		    "this terminal cannot place its cursor ($TERM); chisan status, points and watch need nothing of it";
		return false;
	}
	del_curterm(cur_term); /* newterm makes its own */
	set_escdelay(25);
	if ((curses = newterm(NULL, stdout, stdin)) == NULL) {
		*why = "the terminal cannot be opened";
		return false;
	}
	is_open = true;
	cbreak();
	noecho();
	nonl();
	set_signals_keys();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	is_ascii = o->ascii;
	depth = o->color;
	if (depth != COLOR_NEVER && has_colors()) {
		start_color();
		use_default_colors();
	} else {
		depth = COLOR_NEVER;
	}
	set_looks(o->theme);
	has_bracketed_paste =
	    strncmp(term, "xterm", 5) == 0 || strncmp(term, "screen", 6) == 0 || strncmp(term, "tmux", 4) == 0;
	define_keys();
	paste_mode(true);
	shown = grid_new(COLS, LINES, FOLD_NONE);
	return true;
}

void
term_done(void)
{
	if (!is_open)
		return;
	is_open = false;
	paste_mode(false);
	endwin();
	delscreen(curses);
	tcsetattr(STDIN_FILENO, TCSANOW, &at_start);
	grid_free(shown);
	shown = NULL;
}

void
term_size(int *columns, int *rows)
{
	*columns = COLS;
	*rows = LINES;
}

void
term_resize(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
		resizeterm(w.ws_row, w.ws_col);
	grid_resize(shown, COLS, LINES);
	clearok(stdscr, TRUE);
}

static const wchar_t *
acs_of(uint32_t cp, const cchar_t **acs)
{
	switch (cp) {
	case 0x2500: *acs = WACS_HLINE; break;
	case 0x2502: *acs = WACS_VLINE; break;
	case 0x250C: *acs = WACS_ULCORNER; break;
	case 0x2510: *acs = WACS_URCORNER; break;
	case 0x2514: *acs = WACS_LLCORNER; break;
	case 0x2518: *acs = WACS_LRCORNER; break;
	case 0x251C: *acs = WACS_LTEE; break;
	case 0x2524: *acs = WACS_RTEE; break;
	case 0x252C: *acs = WACS_TTEE; break;
	case 0x2534: *acs = WACS_BTEE; break;
	case 0x253C: *acs = WACS_PLUS; break;
	default: *acs = NULL; break;
	}
	return NULL;
}

static bool
is_plain(enum look l)
{
	return (looks[l] & (A_REVERSE | A_UNDERLINE)) == 0;
}

/* A space looks the same in most looks: it takes that of its left neighbour, which spares the terminal two changes of attributes. */
static enum look
look_of(const struct cell *c, int column)
{
	if (c->text[0] != ' ' || !is_plain((enum look)c->look))
		return (enum look)c->look;
	return column > 0 && is_plain((enum look)c[-1].look) && c[-1].text[0] != ' ' ? (enum look)c[-1].look
	                                                                             : LOOK_NORMAL;
}

static void
write_cell(const struct grid *g, int row, int column)
{
	const struct cell *c = &g->cells[row * g->columns + column];
	enum look look = look_of(c, column);
	wchar_t text[CELL_BYTES];
	const cchar_t *acs = NULL;
	cchar_t out;
	const char *p = c->text;
	size_t left = strlen(p), used;
	int n = 0;
	uint32_t cp;

	for (; n < CCHARW_MAX && (used = text_next(p, left, &cp)) > 0; p += used, left -= used)
		text[n++] = (wchar_t)cp;
	text[n] = L'\0';
	if (n == 1 && !is_ascii)
		acs_of((uint32_t)text[0], &acs);
	if (acs != NULL) {
		wchar_t glyph[CCHARW_MAX];
		attr_t attr;
		short pair;
		if (getcchar(acs, glyph, &attr, &pair, NULL) == OK &&
		    setcchar(&out, glyph, attr | looks[look], pairs[look], NULL) == OK)
			mvadd_wch(row, column, &out);
		return;
	}
	if (setcchar(&out, text, looks[look], pairs[look], NULL) == OK)
		mvadd_wch(row, column, &out);
}

/* A terminal that is stopped (Ctrl-S) or far behind gets no frame: the console must not wait for it. */
static bool
is_queue_full(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int waiting;

	if (poll(&p, 1, 0) <= 0 || (p.revents & POLLOUT) == 0)
		return true;
	return ioctl(STDOUT_FILENO, TIOCOUTQ, &waiting) == 0 && waiting > QUEUE_MAX;
}

void
term_draw(const struct grid *g, bool all)
{
	bool is_changed = all;

	if (!all && is_queue_full())
		return; /* `shown` stays as it is: the next frame brings the difference */
	if (g->columns != shown->columns || g->rows != shown->rows) {
		grid_resize(shown, g->columns, g->rows);
		all = true;
	}
	if (all) {
		werase(stdscr);
		clearok(stdscr, TRUE);
	}
	for (int i = 0; i < g->columns * g->rows; i++) {
		const struct cell *c = &g->cells[i];
		if (!all && grid_same(c, &shown->cells[i]))
			continue;
		is_changed = true;
		if (c->width > 0 && i / g->columns < LINES && i % g->columns < COLS)
			write_cell(g, i / g->columns, i % g->columns);
	}
	if (is_changed || g->cursor_row != shown->cursor_row || g->cursor_column != shown->cursor_column) {
		grid_copy(shown, g);
		move(g->cursor_row, g->cursor_column);
		refresh();
	}
}

/* clang-format off */
static const struct {
	int code;
	uint32_t key;
} codes[] = {
	{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT }, { KEY_PPAGE, K_PAGE_UP },
	{ KEY_NPAGE, K_PAGE_DOWN }, { KEY_HOME, K_HOME }, { KEY_END, K_END }, { KEY_ENTER, K_ENTER }, { KEY_BACKSPACE, K_BACKSPACE },
	{ KEY_DC, K_DELETE }, { KEY_BTAB, K_BACKTAB }, { KEY_F(1), K_F1 }, { KEY_F(2), K_F2 }, { KEY_F(3), K_F3 }, { KEY_F(4), K_F4 },
	{ KEY_F(5), K_F5 }, { KEY_F(6), K_F6 }, { KEY_F(7), K_F7 }, { KEY_F(8), K_F8 }, { KEY_F(9), K_F9 }, { KEY_F(10), K_F10 },
	{ PASTE_BEGIN_CODE, K_PASTE_BEGIN }, { PASTE_END_CODE, K_PASTE_END }, { KEY_RESIZE, K_RESIZE },
	{ KEY_A1, K_HOME }, { KEY_C1, K_END }, { KEY_A3, K_PAGE_UP }, { KEY_C3, K_PAGE_DOWN },
};
/* clang-format on */

uint32_t
term_key(void)
{
	wint_t w;
	int got;

	errno = 0;
	got = get_wch(&w);
	if (got == ERR) {
		struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
		bool is_gone = poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
		return is_gone || errno == EIO || errno == ENXIO ? K_HANGUP : KEY_NONE;
	}
	if (got == KEY_CODE_YES) {
		for (size_t i = 0; i < ARRAY_LEN(codes); i++)
			if (codes[i].code == (int)w)
				return codes[i].key;
		return K_SPECIAL; /* a key without meaning here */
	}
	if (w == '\r' || w == '\n')
		return K_ENTER;
	if (w == 127 || w == 8)
		return K_BACKSPACE;
	return (uint32_t)w;
}

void
term_bell(void)
{
	beep();
}

void
term_suspend(void)
{
	paste_mode(false);
	endwin();
	kill(getpid(), SIGSTOP);
	paste_mode(true);
	refresh();
	set_signals_keys();
	term_resize();
}

void
term_emergency(int fd, const void *saved)
{
	static const char *const reset[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
	static const char modes[] = "\033[?2004l\033[?1000l";
	const char *term = getenv("TERM");
	int err;

	if (saved != NULL)
		tcsetattr(fd, TCSANOW, saved);
	if (term == NULL || setupterm(NULL, fd, &err) != OK)
		return;
	for (size_t i = 0; i < ARRAY_LEN(reset); i++) {
		char *text = tigetstr(reset[i]);
		if (text != NULL && text != (char *)-1)
			putp(text);
	}
	fflush(stdout);
	if (strncmp(term, "xterm", 5) == 0 || strncmp(term, "screen", 6) == 0 || strncmp(term, "tmux", 4) == 0)
		(void)!write(fd, modes, sizeof modes - 1);
}
