/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecasts.c - errors of forecasts between chisan-planner, the store and consoles.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/forecast.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/forecasts.h"

struct errors {
	char name[POINT_NAME_MAX];
	uint8_t *blob;
	size_t len;
};
struct forecasts {
	struct logbook *log;
	const struct forecasts_ops *ops;
	void *arg;
	struct conn *conn; /* NULL = it does not run */
	struct errors *errors;
	uint32_t count;
	struct wbuf told;
	uint8_t file; /* as told before */
	char text[600];
};

struct forecasts *
forecasts_new(struct logbook *l, const struct forecasts_ops *ops, void *arg)
{
	struct forecasts *f = xcalloc(1, sizeof(*f));

	f->log = l;
	f->ops = ops;
	f->arg = arg;
	return f;
}

void
forecasts_free(struct forecasts *f)
{
	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->count; i++)
		free(f->errors[i].blob);
	free(f->errors);
	wbuf_done(&f->told);
	free(f);
}

void
forecasts_up(struct forecasts *f, struct conn *c)
{
	struct wbuf b = { .len = 0 };

	f->conn = c;
	for (uint32_t i = 0; c != NULL && i < f->count; i++) {
		wbuf_reset(&b);
		msg_forecast_state_put(&b,
		    &(struct msg_forecast_state){
		        .name = f->errors[i].name, .blob = { f->errors[i].blob, f->errors[i].len } });
		conn_send(c, W_FORECAST_STATE, 0, &b, NULL);
	}
	wbuf_done(&b);
}

void
forecasts_site(struct forecasts *f)
{
	wbuf_reset(&f->told);
	forecasts_up(f, f->conn);
}

/* ---- errors */

/* NULL: there are too many. */
static struct errors *
find(struct forecasts *f, const char *name)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (strcmp(f->errors[i].name, name) == 0)
			return &f->errors[i];
	if (f->count == FORECASTS_MAX)
		return NULL;
	f->errors = xrecallocarray(f->errors, f->count, (size_t)f->count + 1, sizeof(*f->errors));
	str_copy(f->errors[f->count].name, sizeof(f->errors[0].name), name);
	return &f->errors[f->count++];
}

static bool
keep(struct forecasts *f, const char *name, const struct msg_bytes *blob)
{
	if (!point_name_is_valid(name) || strlen(name) >= POINT_NAME_MAX || blob->len == 0)
		return false;
	struct errors *e = find(f, name);
	if (e == NULL)
		return true; /* it is not kept; the planner learns it again */
	free(e->blob);
	e->blob = xmalloc(blob->len);
	e->len = blob->len;
	memcpy(e->blob, blob->data, blob->len);
	return true;
}

bool
forecasts_restore(struct forecasts *f, const struct msg_store_state *state)
{
	if (state->kind != STATE_FORECAST)
		return false;
	(void)keep(f, state->name, &state->blob);
	return true;
}

static void
save(struct forecasts *f, const char *name, const struct msg_bytes *blob, struct utc now)
{
	f->ops->save(
	    &(struct msg_store_state){ .kind = STATE_FORECAST, .name = name, .time = now.us, .blob = *blob }, f->arg);
}

void
forecasts_save_all(struct forecasts *f, struct utc now)
{
	for (uint32_t i = 0; i < f->count; i++)
		save(f, f->errors[i].name, &(struct msg_bytes){ f->errors[i].blob, f->errors[i].len }, now);
}

/* ---- what comes */

static enum err
take_errors(struct forecasts *f, struct rbuf *r, struct utc now)
{
	struct msg_forecast_state m;

	if (!msg_forecast_state_get(r, &m) || !r_done(r) || !keep(f, m.name, &m.blob))
		return ERR_FRAME;
	save(f, m.name, &m.blob, now);
	return OK;
}

enum err
forecasts_take(struct forecasts *f, const struct frame *frame, struct utc now, struct mono mono)
{
	struct msg_forecast m;
	struct rbuf r;

	rbuf_init(&r, frame->body, frame->length);
	if (frame->type == W_FORECAST_STATE)
		return take_errors(f, &r, now);
	if (!msg_forecast_get(&r, &m) || !r_done(&r) || m.file >= FORECAST_FILES)
		return ERR_FRAME;
	bool is_news = m.file != f->file || (m.file == FORECAST_FILE_REFUSED && strcmp(m.text, f->text) != 0);
	if (is_news && m.file != FORECAST_FILE_NONE)
		logbook_say(f->log, now, mono, JOURNAL_PLAN, NULL, "forecasts from elsewhere, %s: %s",
		    forecast_file_word(m.file), m.text);
	f->file = m.file;
	str_copy(f->text, sizeof(f->text), m.text);
	wbuf_reset(&f->told);
	memcpy(wbuf_grow(&f->told, frame->length), frame->body, frame->length);
	return OK;
}

const struct wbuf *
forecasts_told(const struct forecasts *f)
{
	return f->told.len > 0 ? &f->told : NULL;
}
