/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_kit.h - a client of the console and a server of the test's own in one loop; what the client tells its owner is counted.
 * Include after t.h; everything is static.
 */
#ifndef CHISAN_CLIENT_KIT_H
#define CHISAN_CLIENT_KIT_H

#include "console/client_private.h"

#include "tests/unit/fake.h"

static struct ev_loop *loop;
static struct fake fake;
static unsigned n_phase, n_changed, n_broadcast, n_device, n_raw;
static unsigned n_journal;
static uint64_t journal_seq;
static uint16_t raw_cause;
static uint32_t raw_address;

static void
on_phase(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	n_phase++;
}
static void
on_changed(struct client *c, point_id id, void *arg)
{
	(void)c;
	(void)id;
	(void)arg;
	n_changed++;
}
static void
on_broadcast(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	n_broadcast++;
}
static void
on_device(struct client *c, uint32_t d, void *arg)
{
	(void)c;
	(void)d;
	(void)arg;
	n_device++;
}

static void
on_raw(struct client *c, const struct msg_raw *raw, void *arg)
{
	(void)c;
	(void)arg;
	n_raw++;
	raw_cause = raw->cause;
	raw_address = raw->address;
}

static void
on_journal(struct client *c, const struct msg_journal *m, void *arg)
{
	(void)c;
	(void)arg;
	n_journal++;
	journal_seq = m->seq;
}

static unsigned n_health;
static void
on_health(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	n_health++;
}

static const struct client_ops ops = { .phase = on_phase,
	.changed = on_changed,
	.broadcast = on_broadcast,
	.device = on_device,
	.raw = on_raw,
	.journal = on_journal,
	.health = on_health };

static void
timeout_cb(struct ev_loop *l, ev_timer *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(l, EVBREAK_ALL);
}

/* Runs the loop until the condition holds; the test fails if that takes ten seconds. */
#define UNTIL(condition) \
	do { \
		ev_timer t_limit; \
		bool t_over = false; \
		ev_timer_init(&t_limit, timeout_cb, 10., 0.); \
		ev_timer_start(loop, &t_limit); \
		while (!(condition) && !t_over) { \
			ev_run(loop, EVRUN_ONCE); \
			t_over = !ev_is_active(&t_limit); \
		} \
		ev_timer_stop(loop, &t_limit); \
		ck_assert_msg(!t_over, "waited in vain for %s", #condition); \
	} while (0)

static void
setup(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	fake_start(&fake, loop);
	n_phase = n_changed = n_broadcast = n_device = n_raw = n_journal = n_health = 0;
}

static void
teardown(void)
{
	fake_stop(&fake);
	ev_loop_destroy(loop);
}

static struct client *
live(bool reconnect)
{
	struct client *c = client_new(loop, fake.path, SUB_ALL, reconnect, &ops, NULL);

	UNTIL(c->phase == CLIENT_LIVE);
	return c;
}

#endif
