/* SPDX-License-Identifier: Apache-2.0 */
/* t_keys.c - the registry of requests and screens, the prompt, lists. */
#include "config.h"

#include <string.h>

#include "tests/unit/t.h"

#include "console/list.h"
#include "console/prompt.h"
#include "console/screen.h"

static const struct screen_ops *const all[] = {
#define ROW(name) &scr_##name,
	SCREEN_LIST(ROW)
#undef ROW
};
#define SCREENS (int)(sizeof all / sizeof all[0])

START_TEST(every_request_has_a_word_and_help_of_its_own)
{
	for (int i = 0; req_row(i) != NULL; i++) {
		ck_assert(req_row(i)->word[0] != '\0');
		ck_assert_uint_gt(strlen(req_row(i)->help), 1);
		ck_assert_uint_le(strlen(req_row(i)->help), 49); /* the help page at 80 columns */
		ck_assert_ptr_eq(req_of(req_row(i)->id), req_row(i));
		ck_assert_ptr_eq(req_find(req_row(i)->word), req_row(i));
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(req_row(i)->help, req_row(k)->help);
	}
}
END_TEST

START_TEST(no_key_means_two_things_on_a_page)
{
	unsigned modes = all[_i]->modes | MODE_ALL;

	for (int i = 0; req_row(i) != NULL; i++) {
		for (const char *p = req_row(i)->keys; *p != '\0' && (req_row(i)->where & modes) != 0;) {
			size_t len = strcspn(p, " ");
			uint32_t key = key_from_name(p, len);
			ck_assert_uint_ne(key, KEY_NONE);
			ck_assert_int_eq(req_of_key(key, modes), req_row(i)->id);
			ck_assert(key < '0' || key > '9'); /* digits belong to the site's drawings */
			p += len + (p[len] == ' ');
		}
	}
}
END_TEST

START_TEST(every_screen_is_whole)
{
	const struct screen_ops *s = all[_i];

	ck_assert(s->name != NULL && s->help != NULL && s->help[0] != '\0');
	ck_assert(s->draw != NULL);
	ck_assert(s->title != NULL || s->head != NULL);
	ck_assert_ptr_eq(screen_find(s->name), s);
}
END_TEST

static void
type(struct prompt *p, const char *text)
{
	for (; *text != '\0'; text++)
		prompt_key(p, (uint32_t)(unsigned char)*text);
}

START_TEST(the_prompt_edits_characters_not_bytes)
{
	struct prompt p = { 0 };

	prompt_open(&p, ":", 1, "");
	prompt_key(&p, 0x84C4);
	prompt_key(&p, 'a');
	ck_assert_int_eq(prompt_cursor_cells(&p), 3);
	prompt_key(&p, K_LEFT);
	ck_assert_int_eq(prompt_cursor_cells(&p), 2);
	ck_assert_int_eq(prompt_key(&p, K_BACKSPACE), PROMPT_CHANGED);
	ck_assert_str_eq(p.text, "a");
	prompt_key(&p, K_DELETE);
	ck_assert_str_eq(p.text, "");
	ck_assert_int_eq(prompt_key(&p, K_BACKSPACE), PROMPT_LEFT);
}
END_TEST

START_TEST(a_pasted_line_end_runs_nothing)
{
	struct prompt p = { 0 };

	prompt_open(&p, ":", 1, "");
	prompt_key(&p, K_PASTE_BEGIN);
	type(&p, "quit");
	ck_assert_int_eq(prompt_key(&p, K_ENTER), PROMPT_NOTHING);
	prompt_key(&p, K_PASTE_END);
	ck_assert_str_eq(p.text, "quit");
	ck_assert_int_eq(prompt_key(&p, K_ENTER), PROMPT_DONE);
}
END_TEST

START_TEST(control_characters_do_not_enter_the_prompt)
{
	struct prompt p = { 0 };

	prompt_open(&p, ":", 1, "");
	for (uint32_t c = 128; c < 160; c++)
		prompt_key(&p, c);
	prompt_key(&p, 0x202E);
	ck_assert_str_eq(p.text, "");
}
END_TEST

START_TEST(the_prompt_is_bounded)
{
	struct prompt p = { 0 };

	prompt_open(&p, ":", 1, "");
	for (int i = 0; i < 5000; i++)
		prompt_key(&p, 'x');
	ck_assert_uint_lt(strlen(p.text), PROMPT_MAX);
}
END_TEST

START_TEST(history_brings_back_what_was_entered)
{
	struct prompt p = { 0 };

	for (int i = 0; i < PROMPT_HISTORY + 3; i++) {
		char text[8] = { (char)('a' + i), '\0' };
		prompt_open(&p, ":", 1, text);
		prompt_key(&p, K_ENTER);
	}
	prompt_open(&p, ":", 1, "");
	prompt_key(&p, K_UP);
	ck_assert_str_eq(p.text, "w");
	prompt_key(&p, K_UP);
	ck_assert_str_eq(p.text, "v");
	prompt_key(&p, K_DOWN);
	prompt_key(&p, K_DOWN);
	ck_assert_str_eq(p.text, "");
}
END_TEST

START_TEST(a_list_keeps_the_selected_row_on_its_line)
{
	struct list l = { 0 };

	list_fit(&l, 100, 10);
	l.at = 50;
	list_fit(&l, 100, 10);
	int line = l.at - l.top;
	list_follow(&l, 70); /* it moved down in the order */
	list_fit(&l, 100, 10);
	ck_assert_int_eq(l.at, 70);
	ck_assert_int_eq(l.at - l.top, line);
}
END_TEST

START_TEST(a_list_never_leaves_its_bounds)
{
	struct list l = { 0 };
	static const enum request moves[] = { REQ_UP, REQ_PAGE_UP, REQ_END, REQ_PAGE_DOWN, REQ_DOWN, REQ_HOME,
		REQ_PREVIOUS, REQ_NEXT };

	for (int count = 0; count < 30; count += 7) {
		for (int i = 0; i < 64; i++) {
			list_fit(&l, count, 1 + i % 9);
			list_request(&l, moves[i % 8]);
			ck_assert_int_ge(l.at, 0);
			ck_assert_int_ge(l.top, 0);
			ck_assert(count == 0 || l.at < count);
			ck_assert(l.at >= l.top && l.at < l.top + l.rows);
		}
	}
}
END_TEST

T_MAIN("keys",
    T(every_request_has_a_word_and_help_of_its_own) T_LOOP(no_key_means_two_things_on_a_page, 0, SCREENS) T_LOOP(
        every_screen_is_whole, 0, SCREENS) T(the_prompt_edits_characters_not_bytes) T(a_pasted_line_end_runs_nothing)
        T(control_characters_do_not_enter_the_prompt) T(the_prompt_is_bounded) T(history_brings_back_what_was_entered)
            T(a_list_keeps_the_selected_row_on_its_line) T(a_list_never_leaves_its_bounds))
