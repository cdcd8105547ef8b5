/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_kit.h - a command of chisan run inside a test, and what it printed.
 */
#ifndef CHISAN_CMD_KIT_H
#define CHISAN_CMD_KIT_H

#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "console/options.h"
#include "console/say.h"
#include "scada/base/str.h"
#include "tests/unit/capture.h"
#include "tests/unit/t.h"

#define CMD_KIT_WORDS 32

static const char *cmd_folder = ""; /* what "%d/" at the begin of a word stands for */

/*
 * Runs "chisan LINE" with no terminal at its input: words are split at spaces, '_' stands for a space within a word that has no '.'
 * (points and files keep theirs). What it prints is in capture. Returns its exit code.
 */
static inline int
run(const char *line)
{
	static char words[1024], copies[CMD_KIT_WORDS][256];
	static const char *argv[CMD_KIT_WORDS] = { "chisan" };
	static struct options o;
	char message[512];
	int argc = 1, code, in = dup(STDIN_FILENO);

	str_copy(words, sizeof words, line);
	for (char *save, *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		ck_assert_int_lt(argc, CMD_KIT_WORDS);
		bool is_file = strncmp(w, "%d/", 3) == 0;
		str_printf(copies[argc], sizeof copies[0], "%s%s", is_file ? cmd_folder : "", w + (is_file ? 2 : 0));
		for (char *p = copies[argc]; *p != '\0' && !is_file && strchr(w, '.') == NULL; p++)
			*p = *p == '_' ? ' ' : *p;
		argv[argc] = copies[argc];
		argc++;
	}
	ck_assert(freopen("/dev/null", "r", stdin) != NULL);
	capture_begin();
	if (!options_read(&o, argc, argv, message, sizeof message)) {
		say_error("%s", message);
		code = CMD_USAGE;
	} else {
		if (t_is_short()) { /* and everything takes twenty times as long */
			o.timeout_us *= o.given[OPT_TIMEOUT] ? 1 : 20;
			o.wait_us *= 20;
		}
		code = cmd_run(&o);
	}
	capture_end();
	dup2(in, STDIN_FILENO);
	close(in);
	return code;
}

#define HAS(where, what) \
	ck_assert_msg(strstr(capture.where##_text, what) != NULL, "no \"%s\" in:\n%s", what, capture.where##_text)
#define HAS_NOT(where, what) \
	ck_assert_msg(strstr(capture.where##_text, what) == NULL, "\"%s\" in:\n%s", what, capture.where##_text)

#endif
