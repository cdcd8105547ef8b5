/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_frame.c - what chisand sends, frame by frame.  A frame that cannot be used ends the connection: a new one brings
 * a whole snapshot, and that is the only way back to the truth.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/client_private.h"
#include "scada/base/str.h"

static void
swap_in(struct client *c)
{
	struct client_private *p = c->private;
	struct client_model *old = p->live, *m = p->next;

	p->live = m;
	p->next = NULL;
	c->generation = m->generation;
	c->site_name = m->site_name;
	c->site_title_ja = m->site_title_ja;
	c->timezone = m->timezone;
	c->simulated = m->simulated;
	c->server_started = m->server_started;
	c->points = m->points;
	c->point_count = m->point_count;
	c->cells = m->cells;
	c->devices = m->devices;
	c->device_count = m->device_count;
	c->group_time = m->group_time;
	c->group_received = m->group_received;
	c->group_count = m->group_count;
	c->screens = m->screens;
	c->screen_count = m->screen_count;
	c->alarms = m->alarms;
	c->newest = m->newest;
	c->control = m->control;
	c->lost_at = (struct utc){ 0 };
	c->why = OK;
	c->why_text[0] = '\0';
	p->pause_s = CLIENT_PAUSE_FIRST_S;
	memset(p->raw, 0, sizeof p->raw);
	client_set_phase(c, CLIENT_LIVE);
	client_model_free(old); /* after the owner has let go of it */
}

static void
got_hello(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_hello h;

	rbuf_init(&r, f->body, f->length);
	if (!msg_hello_get(&r, &h)) {
		client_lost(c, ERR_FRAME, "what listens on %s does not greet as chisand does", c->socket);
		return;
	}
	if (h.version != WIRE_VERSION) {
		client_lost(c, ERR_VERSION,
		    "chisand (%.60s) speaks wire version %u and this chisan speaks %u: install the same "
		    "version of both",
		    h.build, h.version, WIRE_VERSION);
		return;
	}
	c->role = h.role < ROLE_PEER ? (enum role)h.role : ROLE_VIEWER;
	str_copy(c->user, sizeof c->user, h.user);
	str_copy(c->server_build, sizeof c->server_build, h.build);
	str_copy(c->areas, sizeof c->areas, h.areas);
	if (p->greeted)
		return; /* a change of role */
	p->greeted = true;

	struct wbuf b;
	wbuf_init(&b);
	msg_subscribe_put(&b, &(struct msg_subscribe){ .what = p->what });
	conn_send(p->conn, W_SUBSCRIBE, 0, &b, &p->subscribe_sequence);
	wbuf_done(&b);
	client_set_phase(c, CLIENT_SNAPSHOT);
}

static void
got_site(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_site s;

	rbuf_init(&r, f->body, f->length);
	client_model_free(p->next);
	p->next = msg_site_get(&r, &s) ? client_model_new(&s) : NULL;
	if (p->next == NULL) {
		client_lost(c, ERR_FRAME, "chisand sends a site that cannot be: %s", err_text(ERR_FRAME));
		return;
	}
	conn_set_generation(p->conn, s.generation);
	if (c->phase == CLIENT_LIVE)
		client_set_phase(c, CLIENT_SNAPSHOT);
}

static void
point_changed(uint32_t point, void *arg)
{
	struct client *c = arg;

	c->changes_in++;
	if (c->private->ops->changed != NULL)
		c->private->ops->changed(c, point, c->private->arg);
}

static enum err
got_changes(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;

	if (p->next != NULL) /* between two pieces of a snapshot */
		return client_model_values(p->next, f, NULL, NULL);
	if (c->phase != CLIENT_LIVE)
		return ERR_FRAME;
	enum err e = client_model_values(p->live, f, point_changed, c);
	c->newest = p->live->newest;
	if (e == OK && p->ops->broadcast != NULL)
		p->ops->broadcast(c, p->arg);
	return e;
}

static enum err
got_device_state(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct client_model *m = p->next != NULL ? p->next : p->live;
	uint32_t device;

	if (m == NULL || !(p->what & SUB_DEVICES))
		return OK;
	enum err e =
	    f->type == W_SHARED ? client_model_shared(m, f, &device) : client_model_device_state(m, f, &device);
	if (e == OK && m == p->live && p->ops->device != NULL)
		p->ops->device(c, device, p->arg);
	return e;
}

/* What alarms there are comes with a snapshot only; how they are, whenever it changes. */
static enum err
got_alarm(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct client_model *m = p->next != NULL || f->type == W_ALARM_DEF ? p->next : p->live;
	uint32_t alarm;

	if (!(p->what & SUB_ALARMS))
		return OK;
	if (m == NULL)
		return ERR_FRAME;
	enum err e = client_alarms_take(m->alarms, f, &alarm);
	if (e == OK && m == p->live && p->ops->alarm != NULL)
		p->ops->alarm(c, alarm, p->arg);
	return e;
}

static enum err
got_raw(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_raw raw;

	rbuf_init(&r, f->body, f->length);
	if (c->phase != CLIENT_LIVE)
		return OK;
	if (!msg_raw_get(&r, &raw) || raw.point >= c->point_count || raw.table >= TABLE_COUNT ||
	    raw.type >= RAW_COUNT || raw.order >= ORDER_COUNT)
		return ERR_FRAME;
	if (p->ops->raw != NULL)
		p->ops->raw(c, &raw, p->arg);
	return OK;
}

static enum err
got_journal(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_journal m;

	rbuf_init(&r, f->body, f->length);
	if (!msg_journal_get(&r, &m))
		return ERR_FRAME;
	if (c->phase == CLIENT_LIVE && p->ops->journal != NULL)
		p->ops->journal(c, &m, p->arg);
	return OK;
}

/* The size of the record changes all the time: who draws is told only when what people read changes. */
static enum err
got_health(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_store_health m;

	rbuf_init(&r, f->body, f->length);
	if (!msg_store_health_get(&r, &m))
		return ERR_FRAME;
	bool is_new = !c->has_health || m.state != c->health.state || strcmp(m.text, p->health_text) != 0;
	str_copy(p->health_text, sizeof p->health_text, m.text);
	c->health = m;
	c->health.text = p->health_text;
	c->has_health = true;
	if (is_new && p->ops->health != NULL)
		p->ops->health(c, p->arg);
	return OK;
}

bool
client_read_result(struct client *c, const struct frame *f, struct msg_result *m, enum err *e)
{
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_result_get(&r, m)) {
		client_lost(c, ERR_FRAME, "chisand sends a result that cannot be read");
		return false;
	}
	*e = err_is_known(m->err) ? (enum err)m->err : ERR_FAILED;
	if (m->text[0] == '\0')
		m->text = err_text(*e);
	return true;
}

/* Only refusals matter: of the subscription, and of a question for registers. */
static void
got_result(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct msg_result m;
	enum err e;

	if (!client_read_result(c, f, &m, &e) || e == OK)
		return;
	if (f->reply_to == p->subscribe_sequence && c->phase == CLIENT_SNAPSHOT) {
		client_lost(c, e, "chisand refuses: %.200s", m.text);
		return;
	}
	for (unsigned i = 0; i < CLIENT_RAW_MAX; i++) {
		if (p->raw[i].sequence != f->reply_to || f->reply_to == 0 || p->raw[i].point >= c->point_count)
			continue;
		p->raw[i].sequence = 0;
		struct msg_raw raw = { .point = p->raw[i].point, .cause = (uint16_t)e, .decoded = (double)NAN };
		if (c->phase == CLIENT_LIVE && p->ops->raw != NULL)
			p->ops->raw(c, &raw, p->arg);
		return;
	}
}

static void
got_bye(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct rbuf r;
	struct msg_bye m;

	rbuf_init(&r, f->body, f->length);
	if (!msg_bye_get(&r, &m))
		return;
	p->said_bye = true;
	c->why = err_is_known(m.err) && m.err != OK ? (enum err)m.err : ERR_CLOSED;
	str_printf(c->why_text, sizeof c->why_text, "chisand: %.200s", m.text[0] != '\0' ? m.text : err_text(c->why));
}

static enum err
snapshot_frame(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	enum err e = ERR_FRAME;

	if (p->next == NULL)
		return ERR_FRAME; /* a piece without its beginning */
	switch (f->type) {
	case W_DEVICE: return client_model_device(p->next, f);
	case W_POINT: return client_model_point(p->next, f);
	case W_SCREEN: return client_model_screen(p->next, f);
	case W_VALUES: return client_model_values(p->next, f, NULL, NULL);
	case W_SNAPSHOT_END:
		e = client_model_end(p->next, f, p->what);
		if (e == OK)
			swap_in(c);
		return e;
	}
	return e;
}

void
client_take_frame(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	enum err e = OK;

	c->bytes_in += WIRE_HEAD + f->length;
	p->heard = true;
	p->pinged = false;
	if (!p->greeted && f->type != W_HELLO && f->type != W_BYE && f->type != W_RESULT) {
		client_lost(c, ERR_FRAME, "what listens on %s does not greet as chisand does", c->socket);
		return;
	}
	if (f->type == W_COMMAND_STATE) /* whoever asked: how a command is, is part of the model */
		e = client_control_frame(c, f);
	if (e == OK && f->reply_to != 0 && client_ask_take(c, f))
		return;
	switch (f->type) {
	case W_HELLO: got_hello(c, f); return;
	case W_SITE: got_site(c, f); return;
	case W_RESULT: got_result(c, f); return;
	case W_BYE: got_bye(c, f); return;
	case W_PING: conn_send(p->conn, W_PONG, f->sequence, &(struct wbuf){ 0 }, NULL); return;
	case W_CHANGES: e = got_changes(c, f); break;
	case W_SHARED:
	case W_DEVICE_STATE: e = got_device_state(c, f); break;
	case W_RAW: e = got_raw(c, f); break;
	case W_ALARM_DEF:
	case W_ALARM:
	case W_ALARM_LIMIT:
	case W_HORN: e = got_alarm(c, f); break;
	case W_JOURNAL: e = f->reply_to == 0 ? got_journal(c, f) : OK; break; /* a late answer to what was forgotten */
	case W_STORE_HEALTH: e = got_health(c, f); break;
	case W_OUTPUT:
	case W_TAG_STATE:
	case W_DISPATCH:
	case W_PLAN_POINTS:
	case W_SCHEDULE_STATE:
	case W_SEQUENCE_DEF:
	case W_SEQUENCE_STATE:
	case W_APPROVAL: e = client_control_frame(c, f); break;
	case W_DEVICE:
	case W_POINT:
	case W_SCREEN:
	case W_VALUES:
	case W_SNAPSHOT_END: e = snapshot_frame(c, f); break;
	default: break; /* rows of later versions that we did not ask for */
	}
	if (e != OK)
		client_lost(c, e, "a frame of chisand (%s) cannot be used: %s", wire_find(f->type)->name, err_text(e));
}
