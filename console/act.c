/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.c - tokens, outcomes and values of acts.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "console/act.h"
#include "console/when.h"
#include "scada/base/str.h"

uint64_t
act_token(void)
{
	uint64_t token = 0;

	while (token == 0)
		if (getrandom(&token, sizeof token, 0) != (ssize_t)sizeof token)
			abort(); /* cannot happen for 8 bytes; a token that repeats would do nothing and say done */
	return token;
}

#define ENTRY_WORDS "recorded as entry "
#define LATE_WORDS  "not yet recorded: "

uint64_t
act_entry(const char *text)
{
	char number[24];
	int64_t seq;

	if (strncmp(text, ENTRY_WORDS, strlen(ENTRY_WORDS)) != 0)
		return 0;
	text += strlen(ENTRY_WORDS);
	str_printf(number, sizeof number, "%.*s", (int)strspn(text, "0123456789"), text);
	return str_to_i64(number, 1, INT64_MAX, &seq) ? (uint64_t)seq : 0;
}

uint64_t
act_approval(const char *text)
{
	static const char words[] = "(approval ";
	const char *at = strstr(text, words);
	char number[24];
	int64_t n;

	if (at == NULL)
		return 0;
	at += sizeof words - 1;
	size_t len = strspn(at, "0123456789");
	str_printf(number, sizeof number, "%.*s", (int)(len < sizeof number ? len : sizeof number - 1), at);
	return at[len] == ')' && str_to_i64(number, 1, INT64_MAX, &n) ? (uint64_t)n : 0;
}

static enum act_end
done(uint16_t detail, const char *text, char *buf, size_t size)
{
	bool is_late = detail == RESULT_NOT_RECORDED;

	if (is_late && strncmp(text, LATE_WORDS, strlen(LATE_WORDS)) == 0)
		text += strlen(LATE_WORDS);
	if (!is_late && act_entry(text) != 0)
		str_printf(buf, size, "DONE, %s", text);
	else
		str_printf(buf, size, "DONE, %s%s%s", is_late ? "NOT YET RECORDED" : "recorded",
		    text[0] != '\0' ? ": " : "", text);
	return is_late ? ACT_NOT_RECORDED : ACT_RECORDED;
}

enum act_end
act_outcome(enum err e, int addcause, uint16_t detail, const char *text, char *buf, size_t size)
{
	bool has_more = text[0] != '\0' && strcmp(text, err_text(e)) != 0;
	const char *colon = has_more ? ": " : "", *more = has_more ? text : "";
	char reason[96] = "";

	if (addcause >= 0)
		str_printf(reason, sizeof reason, " (reason %d, %s)", addcause, addcause_text(addcause));
	if (e == OK && detail == RESULT_NEEDS_SECOND) {
		str_printf(
		    buf, size, "ASKED: %s", has_more ? more : "nothing is done yet; a second person has to say yes");
		return ACT_ASKED;
	}
	switch (e) {
	case OK: return done(detail, more, buf, size);
	case ERR_CLOSED:
	case ERR_UNKNOWN:
		str_printf(
		    buf, size, "UNKNOWN: sent, not confirmed%s%s; the journal tells what became of it", colon, more);
		return ACT_UNKNOWN;
	case ERR_REFUSED:
	case ERR_DENIED:
		str_printf(buf, size, "REFUSED: %s%s", has_more ? more : err_text(e), reason);
		return ACT_REFUSED;
	default: str_printf(buf, size, "NOT DONE: %s%s", has_more ? more : err_text(e), reason); return ACT_FAILED;
	}
}

const char *
act_end_word(enum act_end end)
{
	static const char *const words[ACT_END_COUNT] = {
		[ACT_RECORDED] = "recorded",
		[ACT_NOT_RECORDED] = "not-recorded",
		[ACT_ASKED] = "asked",
		[ACT_REFUSED] = "refused",
		[ACT_UNKNOWN] = "unknown",
		[ACT_FAILED] = "failed",
	};

	return words[end];
}

bool
act_read_value(const struct client_point *p, const char *text, double *v)
{
	if (str_to_double(text, v))
		return true;
	for (uint32_t i = 0; i < p->state_count; i++) {
		if (strcasecmp(p->states[i].text, text) != 0 && strcmp(p->states[i].text_ja, text) != 0)
			continue;
		*v = (double)p->states[i].number;
		return true;
	}
	return false;
}

bool
act_value_is_impossible(const struct client_point *p, double v, char *why, size_t size)
{
	char lo[48], hi[48];

	if (p->state_count > 0) {
		for (uint32_t i = 0; i < p->state_count; i++)
			if (!((double)p->states[i].number < v) && !((double)p->states[i].number > v))
				return false;
		str_printf(why, size, "%s has no such state; it has ", p->name);
		for (uint32_t i = 0; i < p->state_count; i++) {
			str_append(why, size, i > 0 ? ", " : "");
			str_append(why, size, p->states[i].text);
		}
		return true;
	}
	if ((isnan(p->range_lo) || v >= p->range_lo) && (isnan(p->range_hi) || v <= p->range_hi))
		return false;
	str_printf(why, size, "outside the range of %s, %s to %s%s%s", p->name, str_double(lo, sizeof lo, p->range_lo),
	    str_double(hi, sizeof hi, p->range_hi), p->unit[0] != '\0' ? " " : "", p->unit);
	return true;
}

bool
act_read_end(const char *text, struct utc now, int64_t *until)
{
	struct utc t;
	int64_t us;

	if (str_to_duration(text, &us)) {
		*until = now.us + us;
		return us > 0;
	}
	if (strcmp(text, "yesterday") == 0 || strcmp(text, "today") == 0 || !when_read(text, now, &t))
		return false;
	if (t.us <= now.us && strlen(text) <= 8 && strchr(text, ':') != NULL) { /* a time of day: the next one */
		struct when_fields f = when_fields(t);
		t = when_civil(f.year, f.month, f.day + 1, f.hour, f.minute, f.second);
	}
	*until = t.us;
	return t.us > now.us;
}

bool
act_read_reason(const char *line, char *buf, size_t buf_size, char *why, size_t size)
{
	if (line[0] == '\0') {
		str_copy(why, size, "why? the reason goes behind it and is kept in the journal");
		return false;
	}
	if (strlen(line) >= buf_size) {
		str_printf(why, size, "the reason has at most %zu bytes", buf_size - 1);
		return false;
	}
	str_copy(buf, buf_size, line);
	return true;
}
