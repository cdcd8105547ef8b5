/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system.c - measures chisand and its helpers each second.  /proc is memory: reading it waits for no disk.
 */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/system.h"

#define PROCESSES_MAX 32
#define MINUTE        60
#define DAYS_MAX      9999.0

struct system {
	struct ev_loop *loop;
	const struct system_ops *ops;
	void *arg;
	ev_timer tick;
	ev_check woke;     /* a turn begins when the kernel gave events */
	ev_prepare sleeps; /* and ends before the next wait */
	struct mono turn_began;
	int64_t longest_us;
	struct table *table;
	point_id *points[FIGURE_COUNT];
	uint32_t counts[FIGURE_COUNT];
	double figures[FIGURE_COUNT];
	bool was_known[FIGURE_COUNT];
	uint64_t pages; /* resident */
	uint64_t cpu_ticks;
	struct mono cpu_at;
	int64_t clock_offset;
	double late[MINUTE]; /* polls late in all, a second apart */
	unsigned late_next, late_filled;
	struct system_facts facts;
	double recorded_before;
	struct mono recorded_at;
};

#define FIGURE_WORD(id, word, unit, help) [id] = word,
static const char *const words[FIGURE_COUNT] = { FIGURE_LIST(FIGURE_WORD) };
#undef FIGURE_WORD

static bool
read_proc(pid_t pid, const char *what, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	str_printf(path, sizeof(path), "/proc/%ld/%s", (long)pid, what);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The index-th word after the closing parenthesis of the program's name, or from the start. */
static uint64_t
word_number(const char *text, unsigned index)
{
	const char *end = strrchr(text, ')');
	uint64_t v = 0;

	if (end != NULL)
		text = end + 2;
	while (index-- > 0 && text != NULL) {
		text = strchr(text, ' ');
		if (text != NULL)
			text++;
	}
	for (; text != NULL && *text >= '0' && *text <= '9'; text++)
		v = v * 10 + (uint64_t)(*text - '0');
	return v;
}

static void
measure_processes(struct system *s, struct mono now, const pid_t pids[], size_t count)
{
	uint64_t pages = 0, ticks = 0;
	int64_t elapsed = mono_diff_us(now, s->cpu_at);
	char buf[512];

	for (size_t i = 0; i < count; i++) {
		if (read_proc(pids[i], "statm", buf, sizeof(buf)))
			pages += word_number(buf, 1);
		if (read_proc(pids[i], "stat", buf, sizeof(buf)))
			ticks +=
			    word_number(buf, 11) + word_number(buf, 12); /* utime, stime: fields 14 and 15 of proc(5) */
	}
	s->pages = pages;
	if (s->cpu_at.us != 0 && elapsed > 0 && ticks >= s->cpu_ticks)
		s->figures[FIGURE_CPU] =
		    (double)(ticks - s->cpu_ticks) / (double)sysconf(_SC_CLK_TCK) / ((double)elapsed / 1e6) * 100;
	s->cpu_ticks = ticks;
	s->cpu_at = now;
}

static void
count_late(struct system *s, double late)
{
	double before = s->late[s->late_filled < MINUTE ? 0 : s->late_next];

	if (s->late_filled == 0)
		before = late;
	s->figures[FIGURE_OVERRUNS] = late >= before ? late - before : late; /* the field program began anew */
	s->late[s->late_next] = late;
	s->late_next = (s->late_next + 1) % MINUTE;
	if (s->late_filled < MINUTE)
		s->late_filled++;
}

static bool
has_unit(const struct system *s, point_id id, const char *unit)
{
	const char *own = table_site(s->table)->points[id].def->unit;

	return own != NULL && strcmp(own, unit) == 0;
}

/* Samples of the second, whatever it was long. */
static void
count_recorded(struct system *s, struct mono now)
{
	int64_t elapsed = mono_diff_us(now, s->recorded_at);

	if (s->recorded_at.us != 0 && elapsed > 0)
		s->figures[FIGURE_RECORDED] = (s->facts.recorded - s->recorded_before) / ((double)elapsed / 1e6);
	s->recorded_before = s->facts.recorded;
	s->recorded_at = now;
}

static void
measure_store(struct system *s, struct mono now)
{
	const struct msg_store_health *h = &s->facts.health;
	double days = h->growth > 0 ? (double)h->space / h->growth : DAYS_MAX;

	s->figures[FIGURE_STORE] = h->state;
	s->figures[FIGURE_FREE] = (double)h->space;
	s->figures[FIGURE_USED] = h->total == 0 ? 0 : 100 * (1 - (double)h->space / (double)h->total);
	s->figures[FIGURE_DAYS] = days < DAYS_MAX ? days : DAYS_MAX;
	s->figures[FIGURE_HISTORY] = (double)h->size;
	s->figures[FIGURE_DURABLE] = s->facts.durable_s;
	s->figures[FIGURE_WAITING] = s->facts.waiting;
	s->figures[FIGURE_CHAIN] = h->chain == 1;
	count_recorded(s, now);
}

static void
take_alarms(struct system *s)
{
	const struct system_facts *f = &s->facts;

	s->figures[FIGURE_UNACKED] = f->unacked;
	s->figures[FIGURE_RATE] = f->rate;
	s->figures[FIGURE_FLOOD] = f->flood;
	s->figures[FIGURE_SHELVED] = f->shelved;
	s->figures[FIGURE_SUPPRESSED] = f->suppressed;
	s->figures[FIGURE_OUT] = f->out;
	s->figures[FIGURE_OLD] = f->old;
	s->figures[FIGURE_CHATTERING] = f->chattering;
	s->figures[FIGURE_OVERRIDES] = f->overrides;
	s->figures[FIGURE_TAGS] = f->tags;
}

static void
take_dispatch(struct system *s)
{
	const struct dispatch_facts *f = &s->facts.dispatch;

	s->figures[FIGURE_MODE] = f->mode;
	s->figures[FIGURE_GRID] = f->grid;
	s->figures[FIGURE_GUARD] = f->flags;
	s->figures[FIGURE_DEM_NOW] = f->now_kw;
	s->figures[FIGURE_DEM_FCST] = f->forecast_kw;
	s->figures[FIGURE_DEM_TGT] = f->target_kw;
	s->figures[FIGURE_DEM_ADJ] = f->adjust_kw;
	s->figures[FIGURE_DEM_STAGE] = f->stage;
	s->figures[FIGURE_DEM_MONTH] = f->month_kw;
	s->figures[FIGURE_DEM_YEAR] = f->year_kw;
	s->figures[FIGURE_SHED] = f->shed;
	s->figures[FIGURE_RESERVE] = f->reserve_kwh;
	s->figures[FIGURE_HOURS] = f->hours;
}

static void
take_wheel(struct system *s)
{
	const struct wheel_facts *f = &s->facts.wheel;

	s->figures[FIGURE_WHEEL_FLAGS] = f->flags;
	s->figures[FIGURE_WHEEL_PLAN] = f->plan_kwh;
	s->figures[FIGURE_WHEEL_MADE] = f->made_kwh;
	s->figures[FIGURE_WHEEL_USE] = f->use_kwh;
	s->figures[FIGURE_WHEEL_MISS] = f->imbalance_kwh;
	s->figures[FIGURE_WHEEL_MISS_GEN] = f->made_short_kwh;
	s->figures[FIGURE_WHEEL_MISS_DEM] = f->use_short_kwh;
}

static void
take_today(struct system *s)
{
	for (int i = 0; i < TODAY_COUNT; i++)
		s->figures[FIGURE_CO2_SAVED + i] = s->facts.today.v[i];
}

static bool
is_of_today(int figure)
{
	return figure >= FIGURE_CO2_SAVED && figure <= FIGURE_COST;
}

static bool
is_of_wheel(int figure)
{
	return figure >= FIGURE_WHEEL_FLAGS && figure <= FIGURE_WHEEL_MISS_DEM;
}

static bool
is_of_dispatch(int figure)
{
	return figure >= FIGURE_MODE && figure <= FIGURE_HOURS;
}

/* False: nothing can be said of it since the start, so that its points were never read, and grow old without news. */
static bool
is_known(struct system *s, int figure)
{
	if (is_of_dispatch(figure))
		return s->was_known[figure] |= s->facts.dispatch.is_there && isfinite(s->figures[figure]);
	if (is_of_wheel(figure))
		return s->was_known[figure] |= s->facts.wheel.is_there && isfinite(s->figures[figure]);
	if (is_of_today(figure))
		return s->was_known[figure] |= isfinite(s->figures[figure]);
	return figure != FIGURE_DAYS || (s->facts.health.total != 0 && isfinite(s->facts.health.growth));
}

static double
figure_of(const struct system *s, int figure, point_id id)
{
	double bytes = (double)s->pages * (double)sysconf(_SC_PAGESIZE), total = (double)s->facts.health.total;

	switch (figure) {
	case FIGURE_MEMORY:
		return has_unit(s, id, "MB") ? bytes / 1e6
		    : has_unit(s, id, "kB")  ? bytes / 1e3
		                             : 100 * (double)s->pages / (double)sysconf(_SC_PHYS_PAGES);
	case FIGURE_FREE: return has_unit(s, id, "%") ? 100 * s->figures[figure] / total : s->figures[figure] / 1e9;
	case FIGURE_HISTORY: return s->figures[figure] / (has_unit(s, id, "MB") ? 1e6 : 1e9);
	default: return s->figures[figure];
	}
}

static enum err
cause_of_today(const struct system *s, int figure)
{
	if (!isfinite(s->figures[figure]))
		return ERR_NO_SAMPLE;
	return s->facts.today.is_part[figure - FIGURE_CO2_SAVED] ? ERR_PART : OK;
}

/* Of a store that does not run, or has not said it yet, neither the size of the disk is known nor whether the journal is whole. */
static enum err
cause_of(const struct system *s, int figure)
{
	if (is_of_dispatch(figure))
		return s->facts.dispatch.is_there && isfinite(s->figures[figure]) ? OK : ERR_NO_SAMPLE;
	if (is_of_wheel(figure))
		return s->facts.wheel.is_there && isfinite(s->figures[figure]) ? OK : ERR_NO_SAMPLE;
	if (is_of_today(figure))
		return cause_of_today(s, figure);
	if (figure == FIGURE_CHAIN)
		return s->facts.health.chain > 1 ? ERR_UNPROVED : OK;
	if (figure == FIGURE_TIME_OFF)
		return isfinite(s->figures[figure]) ? OK : ERR_CLOCK;
	bool is_of_disk =
	    figure == FIGURE_FREE || figure == FIGURE_USED || figure == FIGURE_DAYS || figure == FIGURE_HISTORY;

	return is_of_disk && (s->facts.health.state == STORE_ABSENT || s->facts.health.total == 0) ? ERR_NO_SAMPLE : OK;
}

/* Time-outs and staleness count on the other clock; people who read times need to know. */
static void
tell_step(int64_t step_us, struct utc now)
{
	char by[32], at[32];

	if (step_us != 0)
		log_warn("the system clock was set %s by %s and is %s now; times before and after do not compare",
		    step_us > 0 ? "forward" : "back",
		    str_duration(by, sizeof(by), (llabs(step_us) + US_PER_S / 2) / US_PER_S * US_PER_S),
		    utc_iso(at, sizeof(at), now));
	if (step_us != 0 && !utc_is_plausible(now))
		log_warn("the system clock is wrong; times will be wrong until it is set");
}

static void
tick_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct system *s = w->data;
	pid_t pids[PROCESSES_MAX + 1] = { getpid() };
	struct mono now = clock_mono();
	struct utc scan = clock_utc();
	int64_t step = clock_step_us(&s->clock_offset, now, scan);
	size_t count;

	(void)loop;
	(void)revents;
	tell_step(step, scan);
	if (step != 0 && s->ops->stepped != NULL)
		s->ops->stepped(step, scan, now, s->arg);
	count = s->ops->ask(&s->facts, pids + 1, PROCESSES_MAX, s->arg);
	s->figures[FIGURE_SESSIONS] = s->facts.sessions;
	s->figures[FIGURE_TIME_OFF] = s->facts.time_off_ms;
	s->figures[FIGURE_RESTARTS] = s->facts.restarts;
	measure_processes(s, now, pids, count + 1);
	count_late(s, s->facts.late);
	measure_store(s, now);
	take_alarms(s);
	take_dispatch(s);
	take_wheel(s);
	take_today(s);
	s->figures[FIGURE_LAG] = (double)s->longest_us / 1e3;
	s->longest_us = 0;
	if (s->table == NULL)
		return;
	for (int f = 0; f < FIGURE_COUNT; f++)
		for (uint32_t i = 0; i < s->counts[f] && is_known(s, f); i++)
			table_sample(s->table, s->points[f][i], figure_of(s, f, s->points[f][i]), cause_of(s, f), scan,
			    scan, now);
	s->ops->touched(s->arg);
}

static void
woke_cb(struct ev_loop *loop, ev_check *w, int revents)
{
	struct system *s = w->data;

	(void)loop;
	(void)revents;
	s->turn_began = clock_mono();
}

static void
sleeps_cb(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct system *s = w->data;
	int64_t us = s->turn_began.us == 0 ? 0 : mono_diff_us(clock_mono(), s->turn_began);

	(void)loop;
	(void)revents;
	if (us > s->longest_us)
		s->longest_us = us;
}

struct system *
system_new(struct ev_loop *loop, const struct system_ops *ops, void *arg)
{
	struct system *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->ops = ops;
	s->arg = arg;
	ev_timer_init(&s->tick, tick_cb, 0.2, 1.0);
	ev_check_init(&s->woke, woke_cb);
	ev_prepare_init(&s->sleeps, sleeps_cb);
	ev_set_priority(&s->woke, EV_MAXPRI);
	s->tick.data = s->woke.data = s->sleeps.data = s;
	ev_timer_start(loop, &s->tick);
	ev_check_start(loop, &s->woke);
	ev_prepare_start(loop, &s->sleeps);
	return s;
}

static void
forget_points(struct system *s)
{
	for (int f = 0; f < FIGURE_COUNT; f++) {
		free(s->points[f]);
		s->points[f] = NULL;
		s->counts[f] = 0;
	}
}

void
system_free(struct system *s)
{
	if (s == NULL)
		return;
	ev_timer_stop(s->loop, &s->tick);
	ev_check_stop(s->loop, &s->woke);
	ev_prepare_stop(s->loop, &s->sleeps);
	forget_points(s);
	free(s);
}

static int
find_figure(const struct site *site, point_id id)
{
	const struct site_point *p = &site->points[id];
	const struct site_register *r = p->def->read;

	if (p->device == DEVICE_NONE || r == NULL || r->internal == NULL ||
	    site->nodes[p->device].profile->protocol != PROTOCOL_INTERNAL)
		return FIGURE_COUNT;
	for (int f = 0; f < FIGURE_COUNT; f++)
		if (strcmp(words[f], r->internal) == 0)
			return f;
	return FIGURE_COUNT;
}

void
system_site(struct system *s, struct table *t)
{
	const struct site *site = t == NULL ? NULL : table_site(t);

	forget_points(s);
	s->table = t;
	for (point_id id = 0; site != NULL && id < site->point_count; id++) {
		int f = find_figure(site, id);

		if (f == FIGURE_COUNT || !site->nodes[site->points[id].device].device->enabled)
			continue;
		s->points[f] = xrecallocarray(s->points[f], s->counts[f], s->counts[f] + 1, sizeof(point_id));
		s->points[f][s->counts[f]++] = id;
	}
}
