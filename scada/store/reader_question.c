/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_question.c - what all questions share: their rows, their frames and how they end.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define TIME_END (INT64_C(7258118400) * US_PER_S) /* 2200-01-01 */

#define ANSWER_ROW(name) &answer_##name,
static const struct answer *const answers[] = { ANSWER_LIST(ANSWER_ROW) };
#undef ANSWER_ROW

const struct answer *
answer_find(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (answers[i]->type == type)
			return answers[i];
	return NULL;
}

enum turn
question_end(struct question *q, enum err e, const char *fmt, ...)
{
	va_list ap;

	q->err = e;
	va_start(ap, fmt);
	(void)vsnprintf(q->text, sizeof(q->text), fmt, ap);
	va_end(ap);
	return TURN_DONE;
}

enum turn
question_wait(struct question *q, const char *what)
{
	struct mono now = clock_mono();

	if (q->waits_since.us == 0) {
		log_warn("%s; tried again each second", what);
		q->waits_since = now;
	}
	if (mono_diff_us(now, q->waits_since) > WAIT_US) {
		log_warn("%s: given up after %d s", what, (int)(WAIT_US / US_PER_S));
		return question_end(q, ERR_BUSY, "%s; it was given up after %d s: ask again when that is over", what,
		    (int)(WAIT_US / US_PER_S));
	}
	q->is_resting = true;
	return TURN_MORE;
}

enum turn
question_failed(struct question *q, enum err e)
{
	const char *text = q->reader->source.db.text;

	if (e == ERR_BAD_DATA)
		return question_end(q, e,
		    "what was asked for lies in a damaged part of the database and cannot be read (%s); all else is "
		    "still answered",
		    text);
	return question_end(q, e, "%s", text);
}

void
question_send(struct question *q, uint16_t type, struct wbuf *b)
{
	conn_send(q->reader->conn, type, q->sequence, b, NULL);
	wbuf_reset(b);
	if (q->credit > 0)
		q->credit--;
}

bool
question_span(struct question *q, int64_t from_us, int64_t to_us)
{
	char from[40], to[40];

	if (from_us >= 0 && to_us <= TIME_END && from_us < to_us)
		return true;
	utc_iso(from, sizeof(from), (struct utc){ from_us });
	utc_iso(to, sizeof(to), (struct utc){ to_us });
	if (from_us < 0 || to_us > TIME_END)
		question_end(q, ERR_USAGE, "times lie between 1970 and 2200, not from %s to %s", from, to);
	else
		question_end(q, ERR_USAGE, "the begin of a span lies before its end, not from %s to %s", from, to);
	return false;
}
