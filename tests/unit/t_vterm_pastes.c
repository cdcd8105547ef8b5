/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_vterm_pastes.c - what is pasted into each field, prompt and question of the console, and where there is none: it is text or it is
 * nothing. Nothing of it is sent, nothing is done by it, no byte of it steers the terminal, and what was open stays open.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/base/text.h"
#include "tests/unit/t.h"

#include "tests/unit/vterm_kit.h"

/* ---- what is pasted */

static const struct {
	const char *bytes;
	size_t len;
	unsigned times; /* one after another */
} pastes[] = {
#define PASTE(text, times) \
	{ \
		text, sizeof(text) - 1, times \
	}
	PASTE("12\r\nreason\ry\ry\nE\r", 1), /* lines, as answers to what may come */
	PASTE("\r\r\r\ry\ry\ry\r", 1),
	PASTE(":quit\r:note pwned\rQ", 1),
	PASTE("y", 1),
	PASTE("\t\t\ty\t\t", 1),
	PASTE("\033[2J\033]0;owned\007\033[31mred\033[0m\033P1;1|x\033\\", 1), /* a title, colours, a string */
	PASTE("\033", 1),
	PASTE("\033\033\033qQy", 1),
	PASTE("\033[A\033[B\033OA\033OP\033[5~\033[3~\033[Z", 1), /* keys */
	PASTE("\001\002\003\004\005\006\007\010\013\014\016\017\020",
	    1), /* without Ctrl-Z, Ctrl-S, Ctrl-Q: the terminal's own */
	PASTE("\022\024\025\026\027\030\031\034\035\036\037\177", 1),
	PASTE("\003\007\010\010\010\177\025\013y", 1),
	PASTE("\000\000y\000", 1),
	PASTE("\xC2\x9B"
	      "2J\xC2\x9D"
	      "0;owned\xC2\x9C\x9B"
	      "31m\x9D\x90",
	    1),                                                                       /* C1, as UTF-8 and as bytes */
	PASTE("\xFF\xFE\xC0\xAF\xE0\x80\xAF\xED\xA0\x80\xF4\x90\x80\x80\xF0\x9F", 1), /* no UTF-8 */
	PASTE("0123456789abcdef", 256),                                               /* 4 kB */
	PASTE("\xE6\xBC\xA2", 700),                                                   /* wide */
	PASTE("e\xCC\x81\xCC\x82\xCC\x83", 300),                                      /* combining */
	PASTE("\xE2\x80\xAE"
	      "drowssap\xE2\x80\xAC \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE2\x81\xA6x\xE2\x81\xA9\xE2\x80\x8F",
	    1),                                                       /* right to left, and its marks */
	PASTE("\xE2\x80\x8B\xEF\xBB\xBF\xE2\x80\xA8\xE2\x80\xA9", 1), /* of no width; lines */
	PASTE("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7\xF0\x9F\x87\xAF\xF0\x9F\x87\xB5", 40),
	PASTE("%s%n%x%99999d $(reboot) `reboot` ;reboot|| ' \" \\", 1),
#undef PASTE
};

/* ---- where */

static const struct place {
	const char *name;
	bool is_hand, is_engineer; /* the site of outputs; more may be done */
	const char *keys[4], *shows[4];
} places[] = {
	{ "no field, first page", false, false, { NULL }, { "55.5 %" } },
	{ "no field, points", false, false, { "p" }, { "All points" } },
	{ "no field, alarms", false, false, { "a" }, { "Raised" } },
	{ "no field, alarm", false, false, { "a", "\r" }, { "Raised", "Otherwise" } },
	{ "no field, figures", false, false, { "%" }, { "Most frequent" } },
	{ "no field, trend", false, false, { "gESS1.SOC\r", "t" }, { "State of charge", "live at the right" } },
	{ "no field, journal", false, false, { "e" }, { "newest below" } },
	{ "no field, reports", false, false, { "r" }, { "As of now" } },
	{ "no field, help", false, false, { "?" }, { "Enter runs" } },
	{ "goto", false, false, { "g" }, { "go to point:" } },
	{ "palette", false, false, { "p", ":" }, { "All points", NULL } },
	{ "page", false, false, { ":page\r" }, { "page:" } },
	{ "report", false, false, { ":report\r" }, { "report:" } },
	{ "note", false, false, { "m" }, { "note:" } },
	{ "note on a point", false, false, { "gESS1.SOC\r", "m" }, { "State of charge", "note on ESS1.SOC:" } },
	{ "find", false, false, { "p", "/" }, { "All points", "find:" } },
	{ "filter", false, false, { "p", "\\" }, { "All points", "filter (" } },
	{ "help's find", false, false, { "?", "/" }, { "Enter runs", "find:" } },
	{ "trend's time", false, false, { "gESS1.SOC\r", "t", "@" },
	    { "State of charge", "live at the right", "time" } },
	{ "trend's span", false, false, { "gESS1.SOC\r", "t", "s" },
	    { "State of charge", "live at the right", "span" } },
	{ "trend's point", false, false, { "gESS1.SOC\r", "t", "t" },
	    { "State of charge", "live at the right", "add" } },
	{ "journal's filter", false, false, { "e", "\\" }, { "newest below", "filter (" } },
	{ "export", false, false, { ":report daily 2026-11-21\r", "x" }, { "CONFIRM", "write to" } },
	{ "confirming", false, false, { ":report daily 2026-11-21\r", "c" }, { "NOT CONFIRMED", "Do it?" } },
	{ "value by hand", false, false, { "gESS1.SOC\r", "CM" }, { "State of charge", "New value" } },
	{ "its end", false, false, { "gESS1.SOC\r", "CM\t" }, { "State of charge", ">For" } },
	{ "its reason", false, false, { "gESS1.SOC\r", "CM\t\t" }, { "State of charge", ">Reason" } },
	{ "its question", false, false, { "gESS1.SOC\r", "CM12\r\rmeter\r" }, { "State of charge", "Do it?" } },
	{ "scan", false, false, { "gESS1.SOC\r", "CB" }, { "State of charge", ">Reason" } },
	{ "alarms' find", false, false, { "a", "/" }, { "Raised", "find:" } },
	{ "alarms' filter", false, false, { "a", "\\" }, { "Raised", "filter (" } },
	{ "remark", false, false, { "a", "c" }, { "Raised", "remark on" } },
	{ "acknowledging all", false, false, { "a", "A" }, { "Raised", "y does it" } },
	{ "resetting all", false, false, { "a", "CZ" }, { "Raised", "y does it" } },
	{ "shelf", false, false, { "a", "Cs" }, { "Raised", ">For" } },
	{ "shelf's reason", false, false, { "a", "Cs\t" }, { "Raised", ">Reason" } },
	{ "shelf's question", false, false, { "a", "Cs\rwet\r" }, { "Raised", "Do it?" } },
	{ "out of service", false, true, { "a", "CO" }, { "Raised", ">Until" } },
	{ "work order", false, true, { "a", "CO\t" }, { "Raised", ">Work order" } },
	{ "limit", false, true, { "a", "CL" }, { "Raised", ">New limit" } },
	{ "limit's reason", false, true, { "a", "CL\t" }, { "Raised", ">Reason" } },
	{ "a test", false, true, { "a", "G", "CY" }, { "Raised", NULL, "y does it" } },
	{ "setpoint", true, false, { "gGTC.P_SP\r", "Co" }, { "Output setpoint", ">New value" } },
	{ "setpoint's end", true, false, { "gGTC.P_SP\r", "Co\t" }, { "Output setpoint", ">For" } },
	{ "setpoint's reason", true, false, { "gGTC.P_SP\r", "Co\t\t" }, { "Output setpoint", ">Reason" } },
	{ "setpoint's question", true, false, { "gGTC.P_SP\r", "Co1200\r\rtrial\r" }, { "Output setpoint", "Do it?" } },
	{ "tag", true, false, { "gGTC.P_SP\r", "CF" }, { "Output setpoint", ">" } },
	{ "tag's text", true, false, { "gGTC.P_SP\r", "CF\t" }, { "Output setpoint", ">" } },
	{ "approving", true, false, { "CW" }, { "relief asks" } },
};

static unsigned
ask_server(const char *line)
{
	char answer[64];
	unsigned n = 0, number = 0;

	ck_assert_int_eq(write(server_in, line, strlen(line)), (ssize_t)strlen(line));
	while (n + 1 < sizeof answer && (n == 0 || answer[n - 1] != '\n'))
		n += (unsigned)(read(server_out, answer + n, 1) == 1);
	answer[n] = '\0';
	ck_assert_msg(sscanf(answer, "sent %u", &number) == 1, "the server says: %s", answer);
	return number;
}

/* A whole sequence of those that draw, from bytes + at on; 0: it is another one. */
static size_t
drawing_sequence(size_t at)
{
	size_t n = 2;

	if (at + 1 >= byte_count)
		return 1;
	if (bytes[at + 1] == '(' || bytes[at + 1] == ')')
		return 3;
	if (strchr("78=>M", bytes[at + 1]) != NULL)
		return 2;
	if (bytes[at + 1] != '[')
		return 0;
	while (at + n < byte_count && bytes[at + n] >= 0x20 && bytes[at + n] < 0x40)
		n++;
	/* moves, erases, colours, modes; no report, no printing, no window */
	return at + n >= byte_count || strchr("@ABCDEFGHJKLMPSTXbdfhlmrsu", bytes[at + n]) != NULL ? n + 1 : 0;
}

/* What the console wrote since is what draws a screen, and text that is inert. */
static void
check_bytes(size_t from, const char *place)
{
	for (size_t at = from; at < byte_count;) {
		unsigned char c = (unsigned char)bytes[at];
		size_t n = c == '\033' ? drawing_sequence(at) : 1;
		if (c >= 0x80) {
			uint32_t cp;
			n = text_next(bytes + at, byte_count - at, &cp);
			bool is_cut = at + 4 > byte_count; /* the last one may not be whole yet */
			ck_assert_msg(is_cut || (cp >= 0xA0 && text_is_inert(cp)) || cp == 0xFFFD,
			    "%s: U+%04X reaches the terminal", place, (unsigned)cp);
		} else if (c < 0x20 && c != '\033') {
			ck_assert_msg(
			    strchr("\r\n\b\t\016\017", c) != NULL, "%s: byte %u reaches the terminal", place, c);
		}
		ck_assert_msg(n > 0 && c != 0x7F, "%s: at %zu of %zu something is sent that draws nothing: %.20s",
		    place, at, byte_count, bytes + at + 1);
		at += n;
	}
}

static void
send_bytes(const char *what, size_t len)
{
	while (len > 0) {
		ssize_t n = write(tty, what, len < 512 ? len : 512);
		ck_assert_int_gt(n, 0);
		what += n;
		len -= (size_t)n;
		take(1); /* the console's own bytes may not fill the pipe */
	}
}

static void
paste(size_t i)
{
	send_bytes("\033[200~", 6);
	for (unsigned k = 0; k < pastes[i].times; k++)
		send_bytes(pastes[i].bytes, pastes[i].len);
	send_bytes("\033[201~", 6);
}

/* Nothing more for a moment. What comes later is looked at with the next paste, and once more in the end. */
static void
calm(void)
{
	size_t before;

	do {
		before = byte_count;
		take(15);
	} while (byte_count != before);
}

/* Is it a line of text, and no question? */
static bool
is_field(const struct place *at, const char *shown)
{
	return strncmp(at->name, "no field", 8) != 0 &&
	    (shown == NULL || (strstr(shown, "y ") == NULL && strstr(shown, "Do it?") == NULL));
}

static void
open_place(const struct place *at)
{
	const char *src = getenv("top_srcdir");

	str_printf(alarms_model, sizeof alarms_model, "%s/tests/screen/alarms.txt", src != NULL ? src : ".");
	model_name = at->is_hand ? "hand.txt" : "model.txt";
	set_up();
	if (at->is_engineer)
		tell_server("knob engineer 1\n");
	start_console(80, 24, "", NULL);
	wait_for(at->is_hand ? "Musashino" : "55.5 %");
	settle();
	for (int i = 0; i < 4 && (i == 0 || at->keys[i] != NULL); i++) {
		if (at->keys[i] != NULL)
			press(at->keys[i]);
		if (at->shows[i] != NULL)
			wait_for(at->shows[i]);
		settle(); /* keys typed ahead are not taken everywhere */
	}
}

START_TEST(a_paste_is_text_or_nothing)
{
	const struct place *at = &places[_i];
	const char *shown = NULL;

	open_place(at);
	for (int i = 0; i < 4; i++)
		shown = at->shows[i] != NULL ? at->shows[i] : shown;
	unsigned sent = ask_server("sent\n");
	for (size_t i = 0; i < ARRAY_LEN(pastes); i++) {
		size_t before = byte_count;
		paste(i);
		calm();
		ck_assert_msg(shows("Musashino"), "%s: after paste %zu there is no console", at->name, i);
		ck_assert_msg(shown == NULL || shows(shown), "%s: after paste %zu \"%s\" is gone", at->name, i, shown);
		ck_assert_msg(!shows("DONE") && !shows("ASKED"), "%s: paste %zu did something", at->name, i);
		check_bytes(before, at->name);
		if (i + 1 == ARRAY_LEN(pastes) && is_field(at, shown) && !at->is_hand)
			wait_for("`reboot`"); /* it is a field, and takes text */
		if (is_field(at, shown))
			press("\025"); /* it is emptied for the next one */
	}
	settle();
	ck_assert_msg(shown == NULL || shows(shown), "%s: in the end \"%s\" is gone", at->name, shown);
	ck_assert_msg(ask_server("sent\n") == sent, "%s: something was sent", at->name);
}
END_TEST

/* Its end is lost, with what the terminal took for itself: keys count again after a moment. */
START_TEST(a_paste_that_never_ends_is_over_after_a_moment)
{
	alarms_model[0] = '\0';
	model_name = "model.txt";
	set_up();
	start_console(80, 24, "", NULL);
	wait_for("55.5 %");
	send_bytes("\033[200~abc", 9);
	settle();
	for (int64_t end = clock_mono().us + 2500 * US_PER_MS; clock_mono().us < end;)
		take(20);
	press("p");
	wait_for("All points");
}
END_TEST

T_MAIN("vterm_pastes",
    T_FIXTURE(NULL, tear_down) T_LONG_LOOP(a_paste_is_text_or_nothing, 0, ARRAY_LEN(places))
        T(a_paste_that_never_ends_is_over_after_a_moment))
