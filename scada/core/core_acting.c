/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core_acting.c - alarms and the operator's hand in chisand: where their words go, when they begin, and what else is due.
 *
 * Neither begins before what was saved is back and each device has answered or been given up, or ten seconds have passed: until then
 * values show, but nothing is raised, closed or written.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/core/core_private.h"
#include "scada/core/describe.h"
#include "scada/dispatch/wheel_prices.h"

#define BEGIN_US  (10 * US_PER_S)
#define PRICES_US (60 * US_PER_S)

static struct utc
now_cb(struct mono *mono, void *arg)
{
	(void)arg;
	*mono = clock_mono();
	return clock_utc();
}

static void
touched_cb(void *arg)
{
	core_touch(arg);
}

/* ---- alarms */

static void
publish_alarms(const struct wbuf *frames, void *arg)
{
	struct core *c = arg;

	publish_encoded(c->publish, SUB_ALARMS, frames);
}

static void
save_cb(const struct msg_store_state *state, void *arg)
{
	struct core *c = arg;

	memory_save(c->memory, state);
}

static void
act_cb(const struct msg_journal_add *m, void *arg)
{
	struct core *c = arg;

	memory_alarm_entry(c->memory, m);
}

static bool
contact_cb(point_id horn, bool on, void *arg)
{
	struct core *c = arg;

	return hand_want(c->hand, SLOT_GUARD, horn, on ? 1 : 0, on ? "an alarm sounds" : "nothing sounds", clock_utc(),
	    clock_mono());
}

static const struct alarming_ops alarming_ops = {
	.publish = publish_alarms, .save = save_cb, .act = act_cb, .contact = contact_cb
};

/* ---- the hand */

static enum err
send_cb(uint64_t write, point_id id, double value, uint32_t timer_s, char *why, size_t size, void *arg)
{
	struct core *c = arg;
	struct msg_field_write w = { .write = write, .point = id, .raw = value, .timer_s = timer_s };

	return links_write(c->links, &w, why, size);
}

static void
frame_cb(void *asker, uint32_t sequence, uint16_t type, const struct wbuf *body, void *arg)
{
	struct session *s = asker;
	struct wbuf copy = { .len = 0 };

	(void)arg;
	if (body->len > 0)
		memcpy(wbuf_grow(&copy, body->len), body->data, body->len);
	conn_send(s->conn, type, sequence, &copy, NULL);
	wbuf_done(&copy);
}

static void
publish_hand(const struct wbuf *frames, void *arg)
{
	struct core *c = arg;

	publish_encoded(c->publish, SUB_CONTROL, frames);
}

static void
drift_cb(point_id id, bool on, const char *words, void *arg)
{
	struct core *c = arg;

	if (alarming_engine(c->alarming) != NULL)
		alarms_drift(alarming_engine(c->alarming), id, on, words, clock_utc(), clock_mono());
}

static void
emergency_cb(const struct actor *by, const char *words, void *arg)
{
	struct core *c = arg;
	char text[200];

	str_printf(text, sizeof(text), "%s: %s", by->user, words);
	alarming_emergency(c->alarming, text, clock_utc(), clock_mono());
	core_touch(c);
}

static const struct hand_ops hand_ops = {
	.send = send_cb,
	.frame = frame_cb,
	.publish = publish_hand,
	.save = save_cb,
	.drift = drift_cb,
	.emergency = emergency_cb,
	.touched = touched_cb,
	.now = now_cb,
};

uint64_t
core_second(const struct actor *by, enum role least, const char *area, const char *what, approval_fn *decided,
    void *decided_arg, void *arg)
{
	struct core *c = arg;

	return approval_ask(
	    hand_control(c->hand), by, least, area, what, decided, decided_arg, clock_utc(), clock_mono());
}

/* ---- dispatch */

static bool
want_cb(
    enum slot slot, point_id id, double value, struct utc until, const char *reason, char *why, size_t size, void *arg)
{
	struct core *c = arg;

	return hand_wish(c->hand, slot, id, value, until, reason, clock_utc(), clock_mono(), why, size);
}

static bool
output_cb(point_id id, struct msg_output *m, void *arg)
{
	struct core *c = arg;

	return control_tell_output(hand_control(c->hand), id, m);
}

static void
preview_cb(void *asker, uint32_t sequence, const struct wbuf *body, const char *why, void *arg)
{
	struct session *s = asker;

	(void)arg;
	if (body != NULL)
		conn_send(s->conn, W_PREVIEW, sequence, body, NULL);
	conn_result(s->conn, sequence, body != NULL ? OK : ERR_NOT_FOUND, -1, "%s%s",
	    body != NULL ? "" : "no preview: ", body != NULL ? "" : why);
}

static void
filed_cb(struct utc now, struct wbuf *b, void *arg)
{
	struct core *c = arg;

	wheeling_put_filed(c->wheeling, now, b);
}

static const struct dispatching_ops dispatching_ops = {
	.want = want_cb,
	.output = output_cb,
	.filed = filed_cb,
	.publish = publish_hand,
	.preview = preview_cb,
	.save = save_cb,
};

static const struct forecasts_ops forecasts_ops = { .save = save_cb };

/* ---- sequences */

struct inhibited {
	point_id id;
	bool is_so;
};

static void
see_tag(const struct msg_tag_state *m, void *arg)
{
	struct inhibited *i = arg;

	i->is_so |= m->on != 0 && m->kind == TAG_INHIBIT && m->point == i->id;
}

static bool
inhibited_cb(point_id id, void *arg)
{
	struct core *c = arg;
	struct inhibited i = { .id = id };

	control_each_tag(hand_control(c->hand), see_tag, &i);
	return i.is_so;
}

static const struct sequencing_ops sequencing_ops = {
	.publish = publish_hand, .save = save_cb, .is_inhibited = inhibited_cb
};

/* ---- self-wheeling */

static bool
plan_file_cb(const char *name, const struct wbuf *text, char *why, size_t size, void *arg)
{
	struct core *c = arg;

	return place_file(c->options->data_folder, "wheel", name, text->data, text->len, why, size);
}

static const struct wheeling_ops wheeling_ops = { .save = save_cb, .file = plan_file_cb };

/* The file of prices, when it is another than a minute ago. */
static void
look_for_prices(struct core *c, struct utc now, struct mono mono)
{
	const char *name = wheeling_price_file(c->wheeling);
	char why[300], *text;
	size_t len;

	if (name == NULL || (c->prices_at.us != 0 && mono_diff_us(mono, c->prices_at) < PRICES_US))
		return;
	c->prices_at = mono;
	text = place_changed(
	    c->options->data_folder, "wheel", name, WHEEL_PRICE_FILE_MAX, &c->prices_stamp, &len, why, sizeof(why));
	if (text != NULL)
		wheeling_take_prices(c->wheeling, name, text, len, now, mono);
	else if (why[0] != '\0')
		log_warn("prices of imbalance: %s", why);
	free(text);
}

void
core_wheel_tick(struct core *c, struct utc now, struct mono mono)
{
	double filed_kw, made_kwh;

	if (c->restored_at.us == 0)
		return; /* what was filed is not back yet */
	wheeling_tick(c->wheeling, now, mono);
	look_for_prices(c, now, mono);
	wheeling_filed(c->wheeling, now, &filed_kw, &made_kwh);
	dispatching_filed(c->dispatching, filed_kw, made_kwh);
}

/* ---- snapshots */

static uint32_t
pieces_cb(enum feed_phase part, void *arg)
{
	const struct core *c = arg;

	/* behind those of the hand one of dispatch, then one a sequence */
	return part == FEED_CONTROL ? hand_pieces(c->hand) + 1 + sequencing_pieces(c->sequencing)
	                            : alarming_pieces(c->alarming, part == FEED_ALARM_DEFS);
}

static void
piece_cb(enum feed_phase part, uint32_t i, uint16_t generation, struct wbuf *frames, void *arg)
{
	const struct core *c = arg;
	uint32_t of_hand = part == FEED_CONTROL ? hand_pieces(c->hand) : 0;

	if (part == FEED_CONTROL && i == of_hand)
		dispatching_piece(c->dispatching, generation, frames);
	else if (part == FEED_CONTROL && i > of_hand)
		sequencing_piece(c->sequencing, i - of_hand - 1, generation, frames);
	else if (part == FEED_CONTROL)
		hand_piece(c->hand, i, generation, frames);
	else
		alarming_piece(c->alarming, part == FEED_ALARM_DEFS, i, generation, frames);
}

static const struct publish_source source = { .pieces = pieces_cb, .piece = piece_cb };

/* ---- start */

/* Has each of its points been read, or at least tried? One that is not scanned is not waited for. */
static bool
points_are_known(const struct core *c, const struct site_node *n)
{
	const struct value *values = table_values(c->table);

	for (point_id id = n->first; id < n->first + n->count; id++)
		if ((values[id].quality & Q_NEVER_READ) != 0 && values[id].cause == OK &&
		    c->site->points[id].def->read != NULL && !table_is_off(c->table, id))
			return false;
	return true;
}

/* Has each device of the field answered, or been given up? */
static bool
devices_are_known(const struct core *c)
{
	for (uint32_t d = 0; d < c->site->node_count; d++) {
		const struct msg_device_state *s = publish_device_state(c->publish, d);

		if (!describe_is_field(c->site, d) || s == NULL)
			continue;
		if (s->state == DEVICE_CONNECTING ||
		    (s->state == DEVICE_UP && !points_are_known(c, &c->site->nodes[d])))
			return false;
	}
	return true;
}

void
core_begin_acting(struct core *c, struct utc now, struct mono mono)
{
	if (c->is_acting || c->restored_at.us == 0 || c->table == NULL)
		return;
	if (!devices_are_known(c) && mono_diff_us(mono, c->restored_at) < BEGIN_US)
		return;
	c->is_acting = true;
	log_info("alarms and control begin");
	alarms_begin(alarming_engine(c->alarming), now, mono);
	control_begin(hand_control(c->hand), now, mono);
	dispatching_begin(c->dispatching);
}

/* ---- turns */

static void
due_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	core_touch(w->data);
}

/* The loop wakes when the first of what waits is due. */
static void
set_due(struct core *c, struct mono mono)
{
	struct mono at = { INT64_MAX }, other;

	if (alarming_due(c->alarming, &other))
		at = other;
	if (hand_due(c->hand, &other) && other.us < at.us)
		at = other;
	ev_timer_stop(c->loop, &c->due);
	if (at.us == INT64_MAX)
		return;
	ev_timer_set(&c->due, at.us <= mono.us ? 0.001 : (double)mono_diff_us(at, mono) / 1e6 + 0.0005, 0.0);
	ev_timer_start(c->loop, &c->due);
}

void
core_act_turn(struct core *c, struct utc now, struct mono mono)
{
	alarming_turn(c->alarming, now, mono);
	hand_turn(c->hand, now, mono);
	alarming_turn(c->alarming, now, mono); /* what control found: a device that does not keep its setpoint */
	sequencing_turn(c->sequencing, now, mono);
}

void
core_act_flush(struct core *c, struct mono mono)
{
	alarming_flush(c->alarming);
	hand_flush(c->hand);
	set_due(c, mono);
}

void
core_act_site(struct core *c, struct utc now, struct mono mono)
{
	alarming_site(c->alarming, c->table, c->generation, now, mono);
	hand_site(c->hand, c->table, c->generation, now, mono);
	dispatching_site(c->dispatching, c->table, c->generation, c->hash, now, mono);
	forecasts_site(c->forecasts);
	sequencing_site(c->sequencing, c->table, c->generation, now, mono);
	wheeling_site(c->wheeling, c->table, now, mono);
	memory_alarms(c->memory, c->table != NULL ? c->alarming : NULL);
	memory_dispatch(c->memory, c->table != NULL ? c->dispatching : NULL);
	memory_sequences(c->memory, c->table != NULL ? c->sequencing : NULL);
	memory_wheel(c->memory, c->table != NULL ? c->wheeling : NULL);
	if (c->is_acting && c->table != NULL && !alarms_has_begun(alarming_engine(c->alarming)))
		alarms_begin(alarming_engine(c->alarming), now, mono);
}

bool
core_restore(const struct msg_store_state *state, void *arg)
{
	struct core *c = arg;
	struct utc now = clock_utc();
	struct mono mono = clock_mono();

	return alarming_restore(c->alarming, state, now, mono) || hand_restore(c->hand, state, now, mono) ||
	    dispatching_restore(c->dispatching, state, now, mono) ||
	    sequencing_restore(c->sequencing, state, now, mono) || wheeling_restore(c->wheeling, state, now) ||
	    forecasts_restore(c->forecasts, state);
}

void
core_renewed(void *arg)
{
	struct core *c = arg;

	alarming_save_all(c->alarming, clock_utc());
	hand_save_all(c->hand, clock_utc());
	dispatching_save_all(c->dispatching, clock_utc(), clock_mono());
	sequencing_save_all(c->sequencing, clock_utc());
	wheeling_save_all(c->wheeling, clock_utc());
	forecasts_save_all(c->forecasts, clock_utc());
}

/* ---- life */

void
core_act_new(struct core *c)
{
	ev_timer_init(&c->due, due_cb, 0.0, 0.0);
	c->due.data = c;
	c->alarming = alarming_new(memory_log(c->memory), &alarming_ops, c);
	c->hand = hand_new(memory_log(c->memory), &hand_ops, c);
	c->dispatching = dispatching_new(memory_log(c->memory), &dispatching_ops, c);
	c->forecasts = forecasts_new(memory_log(c->memory), &forecasts_ops, c);
	c->sequencing = sequencing_new(memory_log(c->memory), &sequencing_ops, c);
	c->wheeling = wheeling_new(memory_log(c->memory), dispatching_plans(c->dispatching), &wheeling_ops, c);
	publish_source(c->publish, &source, c);
}

void
core_act_free(struct core *c)
{
	publish_source(c->publish, NULL, NULL);
	ev_timer_stop(c->loop, &c->due);
	memory_wheel(c->memory, NULL);
	wheeling_free(c->wheeling);
	sequencing_free(c->sequencing);
	forecasts_free(c->forecasts);
	dispatching_free(c->dispatching);
	hand_free(c->hand);
	alarming_free(c->alarming);
}
