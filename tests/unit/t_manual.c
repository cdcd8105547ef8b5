/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_manual.c - chisan(1) knows each command, option, mark and exit code that the tables know, and no option besides.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "scada/base/point.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

static char page[65536];

static void
setup(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	str_printf(path, sizeof path, "%s/docs/man/chisan.1", top == NULL ? "." : top);
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "no %s", path);
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
}

#define IN_PAGE(text) ck_assert_msg(strstr(page, text) != NULL, "chisan.1 lacks: %s", text)

START_TEST(each_command_is_described)
{
	char text[128];

	for (size_t i = 0; cmd_row(i) != NULL; i++) {
		const struct cmd *c = cmd_row(i);
		str_printf(text, sizeof text, "\n.It Cm %s%s", c->name, c->args_max == 0 ? "\n" : " ");
		IN_PAGE(text);
		str_printf(text, sizeof text, "\n.Nm\n.Cm %s\n", c->name);
		IN_PAGE(text);
	}
}
END_TEST

START_TEST(each_option_is_described_with_its_letter_and_argument)
{
	char text[128];

	for (size_t i = 0; option_row(i) != NULL; i++) {
		const struct option_row *o = option_row(i);
		if (o->letter != 0)
			str_printf(text, sizeof text, "\n.It Fl %c , -%s%s", o->letter, o->name,
			    o->argument == NULL ? "\n" : " Ar ");
		else
			str_printf(text, sizeof text, "\n.It Fl -%s%s", o->name, o->argument == NULL ? "\n" : " Ar ");
		IN_PAGE(text);
	}
}
END_TEST

START_TEST(no_option_is_described_that_does_not_exist)
{
	for (const char *p = page; (p = strstr(p, "\n.It Fl ")) != NULL; p++) {
		char name[64] = "";
		const char *dash = strstr(p, " -");
		ck_assert(dash != NULL);
		sscanf(dash, " -%63[a-z0-9-]", name);
		bool is_known = false;
		for (size_t i = 0; option_row(i) != NULL; i++)
			is_known |= strcmp(option_row(i)->name, name) == 0;
		ck_assert_msg(is_known, "chisan.1 describes --%s", name);
	}
}
END_TEST

START_TEST(each_mark_is_explained)
{
	char text[128];

	for (unsigned bit = 0; quality_flag_word(bit) != NULL; bit++) {
		str_printf(text, sizeof text, "%s Ta %s\n", quality_letters((uint16_t)(1u << bit)),
		    quality_text((uint16_t)(1u << bit)));
		IN_PAGE(text);
	}
}
END_TEST

START_TEST(each_exit_code_is_listed)
{
	char text[16];

	for (int i = CMD_DONE; i <= CMD_BAD_DATA; i++) {
		str_printf(text, sizeof text, "\n.It %d\n", i);
		IN_PAGE(text);
	}
}
END_TEST

T_MAIN("manual",
    T_FIXTURE(setup, NULL) T(each_command_is_described) T(each_option_is_described_with_its_letter_and_argument)
        T(no_option_is_described_that_does_not_exist) T(each_mark_is_explained) T(each_exit_code_is_listed))
