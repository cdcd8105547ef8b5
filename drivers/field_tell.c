/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_tell.c - what chisand is told: samples at once, states at once when they change, counters each second.
 */
#include "config.h"

#include <unistd.h>

#include "drivers/field_private.h"
#include "drivers/transport.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define SAMPLES_A_FRAME 4000
#define TELL_PARTS      10

void
field_send_samples(uint32_t device, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	struct field *f = arg;

	while (count > 0 && !f->is_muted) {
		uint32_t n = count < SAMPLES_A_FRAME ? count : SAMPLES_A_FRAME;
		struct msg_samples m = { .device = device, .time = time.us, .count = (uint16_t)n };

		wbuf_reset(&f->out);
		msg_samples_put(&f->out, &m);
		for (uint32_t i = 0; i < n; i++) {
			w_u32(&f->out, s[i].point);
			w_u16(&f->out, (uint16_t)s[i].cause);
			w_f64(&f->out, s[i].value);
		}
		conn_send(f->conn, W_SAMPLES, 0, &f->out, NULL);
		s += n;
		count -= n;
	}
}

void
field_send_late(
    uint32_t device, point_id point, const struct utc *times, const double *values, uint32_t count, void *arg)
{
	struct field *f = arg;
	struct msg_late m = { .device = device, .point = point, .count = (uint16_t)count };

	if (f->is_muted)
		return;
	wbuf_reset(&f->out);
	msg_late_put(&f->out, &m);
	for (uint32_t i = 0; i < count; i++) {
		w_i64(&f->out, times[i].us);
		w_f64(&f->out, values[i]);
	}
	conn_send(f->conn, W_LATE, 0, &f->out, NULL);
}

void
field_put_state(const struct msg_device_state *m, void *arg)
{
	struct field *f = arg;

	if (f->is_muted)
		return;
	wbuf_reset(&f->out);
	msg_device_state_put(&f->out, m);
	conn_send(f->conn, W_DEVICE_STATE, 0, &f->out, NULL);
}

void
field_send_state(struct device *d, void *arg)
{
	struct field *f = arg;
	struct msg_device_state m = {
		.device = d->cfg->number,
		.state = d->state,
		.answer_us = d->answer_us,
		.requests = d->requests,
		.timeouts = d->timeouts,
		.errors = d->errors,
		.connects = d->connects,
		.since = d->since.us,
		.last_error = (uint16_t)d->error,
		.last_error_time = d->error_time.us,
		.last_error_count = d->error_count,
		.detail = d->detail,
	};

	if (f->is_muted)
		return;
	d->is_dirty = false;
	field_put_state(&m, f);
}

/* Resident memory: the second number of statm, in pages. */
static uint32_t
resident_kb(const struct field *f)
{
	char text[128], *word = text, *end;
	ssize_t n = f->statm_fd < 0 ? -1 : pread(f->statm_fd, text, sizeof(text) - 1, 0);
	int64_t pages;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	while (*word != '\0' && *word != ' ')
		word++;
	word += *word == ' ';
	for (end = word; *end != '\0' && *end != ' ';)
		end++;
	*end = '\0';
	if (!str_to_i64(word, 0, INT64_C(1) << 32, &pages))
		return 0;
	return (uint32_t)(pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static void
send_stats(struct field *f)
{
	struct msg_field_stats m = {
		.lag_us = f->timers.lag_us > UINT32_MAX ? UINT32_MAX : (uint32_t)f->timers.lag_us,
		.late = f->poll->late,
		.connected = net_connected(f->net),
		.rss_kb = resident_kb(f),
		.requests = f->poll->requests,
	};

	echonet_count(f->echonet, &m.requests, &m.connected);
	f->timers.lag_us = 0;
	wbuf_reset(&f->out);
	msg_field_stats_put(&f->out, &m);
	conn_send(f->conn, W_FIELD_STATS, 0, &f->out, NULL);
}

void
field_tell_fire(struct timer *t, struct moment now)
{
	struct field *f = t->arg;

	timer_set(&f->timers, t, mono_add(now.mono, TELL_US));
	if (f->is_muted || f->poll == NULL)
		return;
	for (uint32_t i = f->told; i < f->poll->device_count; i += TELL_PARTS)
		if (f->poll->devices[i].is_dirty)
			field_send_state(&f->poll->devices[i], f);
	echonet_tell(f->echonet, f->told, TELL_PARTS);
	f->told = (f->told + 1) % TELL_PARTS;
	if (f->told == 0) {
		send_stats(f);
		proxies_tell(f->proxies);
	}
}

void
field_bye(struct field *f, enum err e, const char *text)
{
	struct msg_bye m = { .err = (uint16_t)e, .text = text };

	log_error("%s", text);
	wbuf_reset(&f->out);
	msg_bye_put(&f->out, &m);
	conn_send(f->conn, W_BYE, 0, &f->out, NULL);
	conn_finish(f->conn, e);
}
