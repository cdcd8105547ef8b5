/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.h - the full-screen console, as `chisan` without a command opens it.
 */
#ifndef CHISAN_CONSOLE_H
#define CHISAN_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

/* Zero everywhere is what a bare `chisan` means. Strings are borrowed while it runs. */
struct console_options {
	const char *socket; /* NULL: by the rules of client_socket_path() */
	const char
	    *page; /* the page to begin with, "overview", "points", "links" or a point's name; NULL: the first mimic */
	const char *theme;  /* "default" "deutan" "mono" "high-contrast" "light"; NULL: default */
	const char *color;  /* "auto" "never" "16" "256"; NULL: auto */
	const char *graph;  /* "braille" "block" "ascii"; NULL: by terminal and locale */
	const char *script; /* keys and commands from this file, without a terminal; "-" is standard input */
	const char *size;   /* "80x24", with script */
	double rate_hz;     /* most redraws a second because of values, 0.1..20; 0: 2 */
	int ambiguous;      /* cells of ambiguous characters, 1 or 2; 0: 1 */
	bool slow;          /* 0.5 Hz, no decoration */
	bool ascii;         /* nothing but ASCII on the screen */
	bool accessible;    /* one column, no boxes, changes appended as lines */
	bool ja;            /* Japanese titles; also by LANG=ja* */
	bool no_guardian;   /* no parent process that mends the terminal (for debuggers) */
};

/* Runs until the operator leaves. Returns the exit code. Needs a terminal unless o->script is given: says so and returns 2. */
int console_run(const struct console_options *o);

/* "KEY<tab>NAME<tab>PAGES<tab>HELP" a line, for the manual. */
void console_print_keys(FILE *out);

/* NULL-terminated. */
const char *const *console_theme_names(void);

#endif
