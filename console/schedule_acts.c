/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule_acts.c - typed in one line, then sent; what is wrong with the line is said and the line stays.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/act.h"
#include "console/acts.h"
#include "console/schedule_acts.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static bool
send(struct console *co, enum schedule_act act, const struct schedule_seen *about, const struct schedule_entry *e,
    const char *reason)
{
	char what[96], kind[96];
	struct wbuf b;

	wbuf_init(&b);
	msg_schedule_put(&b,
	    &(struct msg_schedule){ .token = act_token(),
	        .act = (uint8_t)act,
	        .id = about->id,
	        .seen = about->set,
	        .kind = (uint8_t)e->kind,
	        .from = e->from.us,
	        .until = e->until.us,
	        .value = e->value,
	        .asset = e->asset,
	        .reason = reason });
	str_printf(
	    what, sizeof what, "schedule, %s: %s", schedule_act_word(act), schedule_say(e, false, kind, sizeof kind));
	bool is_sent = acts_send(co, W_SCHEDULE, &b, JOURNAL_DISPATCH, "", what, (struct utc){ 0 });
	wbuf_done(&b);
	return is_sent;
}

static const char *
label(struct console *co, const char *before, const struct schedule_seen *about, const char *behind)
{
	str_printf(
	    co->prompt_label, sizeof co->prompt_label, "%s %llu%s", before, (unsigned long long)about->id, behind);
	return co->prompt_label;
}

bool
schedule_acts_add(struct console *co, const char *answer, struct schedule_entry *sent)
{
	static const struct schedule_seen none;
	struct schedule_words w;
	char why[256];

	if (!acts_is_allowed(co, W_SCHEDULE, true))
		return false;
	if (answer == NULL || answer[0] == '\0') {
		prompt_open(&co->prompt, "enter: ", REQ_SCHEDULE_ADD, "");
		console_message(
		    co, false, "out ASSET, steam FURNACE T/H, demand-response KW, target KW; FROM UNTIL REASON");
	} else if (schedule_read(answer, co->now, &w, why, sizeof why)) {
		*sent = w.entry;
		return send(co, SCHEDULE_ADD, &none, &w.entry, w.entry.reason);
	} else {
		prompt_open(
		    &co->prompt, "enter: ", REQ_SCHEDULE_ADD, answer); /* what was typed is mended, not typed anew */
		console_message(co, true, "%s", why);
	}
	return false;
}

/* May it be done, and with which entry? */
static bool
is_open(struct console *co, const struct schedule_entry *e, const struct schedule_seen *asked)
{
	if (!acts_is_allowed(co, W_SCHEDULE, true))
		return false;
	if (e == NULL && asked->id == 0) {
		console_message(co, true, "no entry is selected");
		return false;
	}
	return true;
}

void
schedule_acts_change(
    struct console *co, const struct schedule_entry *e, struct schedule_seen *asked, const char *answer)
{
	struct schedule_seen about = *asked;
	struct schedule_words w;
	char line[PROMPT_MAX], why[256] = "";

	asked->id = 0;
	if (!is_open(co, e, &about))
		return;
	if (answer == NULL || about.id == 0) {
		if (e == NULL) {
			console_message(co, true, "no entry is selected");
			return;
		}
		*asked = (struct schedule_seen){ e->id, e->set.us };
		prompt_open(&co->prompt, label(co, "entry", asked, ": "), REQ_SCHEDULE_CHANGE,
		    schedule_write(e, line, sizeof line));
		return;
	}
	const struct schedule_entry *was = client_schedule_find(co->client, about.id);
	if (!schedule_read(answer, co->now, &w, why, sizeof why) ||
	    (was != NULL && (was->kind != w.entry.kind || strcmp(was->asset, w.entry.asset) != 0))) {
		*asked = about;
		prompt_open(&co->prompt, label(co, "entry", asked, ": "), REQ_SCHEDULE_CHANGE, answer);
		console_message(co, true, "%s",
		    was != NULL && why[0] == '\0' ? "kind and asset stay: end this entry and enter another" : why);
		return;
	}
	(void)send(co, SCHEDULE_CHANGE, &about, &w.entry, w.entry.reason);
}

void
schedule_acts_end(struct console *co, const struct schedule_entry *e, struct schedule_seen *asked, const char *answer)
{
	struct schedule_seen about = *asked;

	asked->id = 0;
	if (!is_open(co, e, &about))
		return;
	if (answer == NULL || about.id == 0) {
		if (e == NULL) {
			console_message(co, true, "no entry is selected");
			return;
		}
		*asked = (struct schedule_seen){ e->id, e->set.us };
		prompt_open(&co->prompt, label(co, "end entry", asked, ", why: "), REQ_SCHEDULE_END, "");
		return;
	}
	const struct schedule_entry *was = client_schedule_find(co->client, about.id);
	if (was == NULL)
		console_message(co, true, "entry %llu is gone already", (unsigned long long)about.id);
	else
		(void)send(co, SCHEDULE_END, &about, was, answer);
}
