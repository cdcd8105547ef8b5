/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mode_acts.c - mode and target, typed in one line; manual with one key.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/acts.h"
#include "console/client_dispatch.h"
#include "console/mode_acts.h"
#include "scada/base/str.h"

#define MODES "manual, economic, plan-following, peak-cut, demand-response, island"

/* The next word into buf; what is behind it is returned. */
static const char *
take_word(const char *line, char *buf, size_t size)
{
	line += strspn(line, " ");
	size_t len = strcspn(line, " ");

	str_printf(buf, size, "%.*s", (int)(len < size ? len : size - 1), line);
	line += len;
	return line + strspn(line, " ");
}

static bool
read_event(const char **line, struct utc now, struct mode_words *w, char *why, size_t size)
{
	char kw[32], until[32];

	*line = take_word(*line, kw, sizeof kw);
	*line = take_word(*line, until, sizeof until);
	if (!str_to_double(kw, &w->kw) || !(w->kw >= 0)) {
		str_copy(why, size,
		    "demand-response needs the kW that may be drawn, and until when: demand-response 900 17:00 REASON");
		return false;
	}
	if (!act_read_end(until, now, &w->until.us)) {
		str_printf(why, size, "\"%s\" is no time to come; write 17:00, 2h or 2026-11-25", until);
		return false;
	}
	return true;
}

bool
mode_read(const char *line, struct utc now, struct mode_words *w, char *why, size_t size)
{
	char word[32];

	*w = (struct mode_words){ .what = MODE_SET, .kw = (double)NAN };
	line = take_word(line, word, sizeof word);
	if (!guard_mode_from_word(word, &w->mode)) {
		str_printf(why, size, "there is no mode \"%s\"; there are " MODES, word);
		return false;
	}
	if (w->mode == GUARD_RESPONSE && !read_event(&line, now, w, why, size))
		return false;
	return act_read_reason(line, w->reason, sizeof w->reason, why, size);
}

bool
mode_read_target(const char *line, struct mode_words *w, char *why, size_t size)
{
	char word[32];

	*w = (struct mode_words){ .what = MODE_TARGET };
	line = take_word(line, word, sizeof word);
	if (!str_to_double(word, &w->kw) || !(w->kw >= 0 && w->kw <= 1e6)) {
		str_printf(why, size, "\"%s\" is no target; a number of kW, 0: none, then the reason", word);
		return false;
	}
	return act_read_reason(line, w->reason, sizeof w->reason, why, size);
}

static void
send(struct console *co, const struct mode_words *w)
{
	char what[96];
	struct wbuf b;

	wbuf_init(&b);
	msg_mode_put(&b,
	    &(struct msg_mode){ .token = act_token(),
	        .what = (uint8_t)w->what,
	        .mode = (uint8_t)w->mode,
	        .kw = w->kw,
	        .until = w->until.us,
	        .reason = w->reason });
	str_printf(what, sizeof what, "%s %s", mode_what_word(w->what),
	    w->what == MODE_SET ? guard_mode_name(w->mode) : "of demand");
	acts_send(co, W_MODE, &b, JOURNAL_DISPATCH, "", what, (struct utc){ 0 });
	wbuf_done(&b);
}

/* May it be sent, and is there somebody to ask? */
static bool
is_open(struct console *co, enum mode_what what)
{
	if (!acts_is_allowed(co, W_MODE, true))
		return false;
	if (co->client->role >= mode_what_role(what))
		return true;
	console_message(co, true, "the %s of dispatch needs the role %s; you are %s", mode_what_word(what),
	    role_word(mode_what_role(what)), role_word(co->client->role));
	return false;
}

void
mode_acts_set(struct console *co, const char *line)
{
	struct mode_words w;
	char why[256];

	if (!is_open(co, MODE_SET))
		return;
	if (line == NULL || line[0] == '\0') {
		prompt_open(&co->prompt, "mode: ", REQ_MODE, "");
		console_message(co, false, "then the reason, as: peak-cut heat wave; Tab completes the mode");
	} else if (mode_read(line, co->now, &w, why, sizeof why)) {
		send(co, &w);
	} else {
		console_message(co, true, "%s", why);
	}
}

void
mode_acts_target(struct console *co, const char *line)
{
	struct mode_words w;
	char why[256];

	if (!is_open(co, MODE_TARGET))
		return;
	if (line == NULL || line[0] == '\0') {
		prompt_open(&co->prompt, "demand target, kW: ", REQ_TARGET, "");
		console_message(co, false, "the number, then the reason; 0: none");
	} else if (mode_read_target(line, &w, why, sizeof why)) {
		send(co, &w);
	} else {
		console_message(co, true, "%s", why);
	}
}

void
mode_acts_stop(struct console *co)
{
	struct mode_words w = { .what = MODE_SET, .mode = GUARD_MANUAL, .kw = (double)NAN };

	if (!acts_is_allowed(co, W_MODE, false)) /* not in CONTROL alone: whoever may stop it may stop it now */
		return;
	str_copy(w.reason, sizeof w.reason, "stopped by key");
	send(co, &w);
}
