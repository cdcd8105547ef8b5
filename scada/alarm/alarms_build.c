/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_build.c - the list of a site's alarms: their numbers, names and tests, from the site's points, devices and own list.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/site/schema_site.h"

#define OUTAGE_PERIODS 2.5 /* a rate's window holds three samples, whatever the site file says */

static const enum alarm_type type_of[LIMIT_TYPE_COUNT] = { ALARM_LL, ALARM_L, ALARM_H, ALARM_HH, ALARM_DIGITAL,
	ALARM_BIT, ALARM_ROC, ALARM_DEV, ALARM_FROZEN, ALARM_STALE, ALARM_CALC };
/* What is said of an alarm whose text nobody wrote. */
static const char *const plain_text[ALARM_TYPE_COUNT] = { "very low", "low", "high", "very high", "is", "",
	"changes too fast", "differs from its reference", "does not change", "is not renewed", "", "", "",
	"the device does not keep it" };
static const char *const plain_ja[ALARM_TYPE_COUNT] = { "下下限", "下限", "上限", "上上限", "", "", "変化率大",
	"偏差大", "固着", "更新停止", "", "", "", "設定値不一致" };

/* ---- counting */

static bool
is_of_point(const struct site_limit *l)
{
	return l->type >= 0 && l->type < LIMIT_CALC;
}

static bool
has_drift(const struct site_point_def *d)
{
	return d->write != NULL && (d->kind == KIND_SETPOINT || d->kind == KIND_COMMAND);
}

static void
count_alarms(struct alarms *a)
{
	const struct site *s = a->site;
	uint32_t n = 0, drifts = 0;

	for (point_id id = 0; id < s->point_count; id++) {
		const struct key_list *list = &s->points[id].def->alarms;
		const struct site_limit *l = list->v;
		for (uint32_t i = 0; i < list->n; i++)
			n += is_of_point(&l[i]);
		drifts += has_drift(s->points[id].def);
	}
	a->first_comm = n;
	for (uint32_t d = 0; d < s->node_count; d++)
		n += s->nodes[d].device != NULL && s->nodes[d].device->comm_priority > 0;
	a->first_calc = n;
	a->first_own = a->first_calc + s->alarms.n;
	a->first_drift = a->first_own + ALARM_OWN_COUNT;
	a->count = a->first_drift + drifts;
	a->points = s->point_count;
	a->devices = s->node_count;
}

/* ---- what each is */

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static const char *
text_of(struct arena *arena, const char *given, const char *title, const char *what)
{
	if (given != NULL)
		return given;
	if (what[0] == '\0')
		return title != NULL ? title : "";
	return title == NULL || title[0] == '\0' ? what : arena_printf(arena, "%s %s", title, what);
}

static const char *
state_text(struct arena *arena, const struct site_point_def *d, const struct site_limit *l, bool ja)
{
	const struct key_names *en = l->type == LIMIT_BIT ? &d->bits : &d->states;
	const struct key_names *own = !ja ? en : l->type == LIMIT_BIT ? &d->bits_ja : &d->states_ja;

	for (uint32_t i = 0; i < own->n; i++)
		if (own->v[i].number == l->state)
			return own->v[i].text;
	for (uint32_t i = 0; ja && i < en->n; i++)
		if (en->v[i].number == l->state)
			return en->v[i].text;
	return arena_printf(arena, "%s %lld", l->type == LIMIT_BIT ? "bit" : "state", (long long)l->state);
}

static unsigned
flags_of(const struct alarms *a, const struct alarm_def *def, const struct site_limit *l)
{
	unsigned flags = ALARM_NEEDS_ACK | ALARM_MAY_SHELVE;

	if (l != NULL) {
		flags = (l->latched ? ALARM_LATCHES : 0u) | (l->advisory ? 0u : ALARM_NEEDS_ACK) |
		    (l->may_shelve ? ALARM_MAY_SHELVE : 0u);
	}
	return flags | (limit_is_guarded(a, (uint32_t)(def - a->defs)) ? ALARM_TWO_PERSON : 0u);
}

static void
from_limit(struct alarms *a, struct alarm_def *def, const struct site_limit *l)
{
	def->limit = l;
	def->priority = (uint8_t)(l->priority >= 1 && l->priority <= ALARM_PRIORITIES ? l->priority : ALARM_PRIORITIES);
	def->class = or_empty(l->class);
	def->group = or_empty(l->group);
	def->response = or_empty(l->response);
	def->response_ja = or_empty(l->response_ja);
	def->consequence = or_empty(l->consequence);
	def->consequence_ja = or_empty(l->consequence_ja);
	def->cause = or_empty(l->cause);
	def->flags = (uint8_t)flags_of(a, def, l);
}

static void
from_nothing(struct alarms *a, struct alarm_def *def, int64_t priority, const char *class)
{
	def->priority = (uint8_t)(priority >= 1 && priority <= ALARM_PRIORITIES ? priority : ALARM_PRIORITIES);
	def->class = class;
	def->area = def->group = def->text_ja = def->response = def->response_ja = def->consequence =
	    def->consequence_ja = def->cause = "";
	def->flags = (uint8_t)flags_of(a, def, NULL);
}

static const char *
device_area(const struct site *s, uint32_t device)
{
	return device < s->node_count && s->nodes[device].device != NULL ? or_empty(s->nodes[device].device->area) : "";
}

/* "$.X" of a profile is the device's X, should the site not have said so already. */
const char *
build_expand(struct alarms *a, const char *text, uint32_t device)
{
	if (text == NULL || strstr(text, "$.") == NULL || device >= a->devices)
		return text;
	const char *name = a->site->nodes[device].device->name, *out = "", *at;
	while ((at = strstr(text, "$.")) != NULL) {
		out = arena_printf(a->arena, "%s%.*s%s", out, (int)(at - text), text, name);
		text = at + 1;
	}
	return arena_printf(a->arena, "%s%s", out, text);
}

static void
build_test(struct alarms *a, uint32_t n, const struct site_point *p)
{
	const struct site_limit *l = a->defs[n].limit;
	struct test *t = &a->tests[n];

	t->rule = (struct alarm_rule){ .limit = l->limit,
		.deadband = l->deadband > 0 ? l->deadband : 0,
		.type = a->defs[n].type,
		.state = l->state >= 0 ? (uint32_t)l->state : 0,
		.window_us = l->window_us > 0 ? l->window_us : 10 * US_PER_S,
		.is_watched = p->def->frozen_us > 0 };
	if (t->rule.window_us < (int64_t)((double)p->period_us * OUTAGE_PERIODS))
		t->rule.window_us = (int64_t)((double)p->period_us * OUTAGE_PERIODS);
	if (t->kind->has_trace)
		t->rule.trace = arena_alloc(a->arena, sizeof(*t->rule.trace));
	if (t->kind->has_other) {
		const char *of =
		    l->of != NULL ? build_expand(a, l->of, p->device) : arena_printf(a->arena, "%s_SP", p->name);
		t->other = site_find_point(a->site, of);
	}
	t->on_delay_us = l->delay_us;
	t->off_delay_us = l->off_delay_us;
}

static void
build_point(struct alarms *a, point_id id, uint32_t *n)
{
	const struct site_point *p = &a->site->points[id];
	const struct site_limit *list = p->def->alarms.v;

	for (uint32_t i = 0; i < p->def->alarms.n; i++) {
		const struct site_limit *l = &list[i];
		struct alarm_def *def = &a->defs[*n];
		if (!is_of_point(l))
			continue;
		bool is_digital = l->type == LIMIT_STATE || l->type == LIMIT_BIT;
		*def = (struct alarm_def){ .type = type_of[l->type], .point = id, .device = p->device };
		def->name = is_digital
		    ? arena_printf(a->arena, "%s.%s%lld", p->name, alarm_type_word(def->type), (long long)l->state)
		    : arena_printf(a->arena, "%s.%s", p->name, alarm_type_word(def->type));
		def->area = device_area(a->site, p->device);
		from_limit(a, def, l);
		def->text = text_of(a->arena, l->text, p->def->title,
		    is_digital ? state_text(a->arena, p->def, l, false) : plain_text[def->type]);
		def->text_ja = text_of(a->arena, l->text_ja, p->def->title_ja,
		    is_digital ? state_text(a->arena, p->def, l, true) : plain_ja[def->type]);
		a->tests[*n].kind = kind_of(def->type);
		build_test(a, *n, p);
		(*n)++;
	}
}

static void
build_comm(struct alarms *a, uint32_t d, uint32_t *n)
{
	const struct site_device *dev = a->site->nodes[d].device;
	struct alarm_def *def = &a->defs[*n];

	a->device[d].comm = NONE;
	if (dev == NULL || dev->comm_priority <= 0)
		return;
	*def = (struct alarm_def){ .type = ALARM_COMM, .point = POINT_NONE, .device = d };
	from_nothing(a, def, dev->comm_priority, "comm");
	def->name = arena_printf(a->arena, "%s.COMM", dev->name);
	def->area = or_empty(dev->area);
	def->text = text_of(a->arena, NULL, dev->title != NULL ? dev->title : dev->name, "does not answer");
	def->text_ja = text_of(a->arena, NULL, dev->title_ja != NULL ? dev->title_ja : dev->name, "通信異常");
	def->response = "Look at the device's power, cable and address; the page of links says what is wrong";
	def->response_ja = "機器の電源・配線・アドレスを確認。通信画面に原因を表示";
	def->consequence = "Its values stand still, and its alarms do not come";
	def->consequence_ja = "値が更新されず、警報も発生しない";
	a->tests[*n].kind = kind_of(ALARM_COMM);
	a->tests[*n].on_delay_us = dev->comm_delay_us;
	a->device[d].comm = (*n)++;
}

static void
build_site_alarm(struct alarms *a, uint32_t i, uint32_t n)
{
	const struct site_limit *l = (const struct site_limit *)a->site->alarms.v + i;
	struct alarm_def *def = &a->defs[n];

	*def = (struct alarm_def){ .type = ALARM_CALC, .point = POINT_NONE, .device = DEVICE_NONE };
	def->name = l->name != NULL ? l->name : arena_printf(a->arena, "SITE.ALARM%u", i + 1);
	def->area = or_empty(l->area);
	from_limit(a, def, l);
	def->text = l->text != NULL ? l->text : def->name;
	def->text_ja = or_empty(l->text_ja);
	a->tests[n].kind = kind_of(ALARM_CALC);
	a->tests[n].on_delay_us = l->delay_us;
	a->tests[n].off_delay_us = l->off_delay_us;
}

struct own_row {
	const char *word, *text, *response;
	int priority;
};
#define OWN(id, word, priority, text, response) { word, text, response, priority },
static const struct own_row own_rows[] = { ALARM_OWN_LIST(OWN) };
#undef OWN

static void
build_own(struct alarms *a, uint32_t i)
{
	struct alarm_def *def = &a->defs[a->first_own + i];

	*def = (struct alarm_def){ .type = ALARM_SYSTEM, .point = POINT_NONE, .device = DEVICE_NONE };
	from_nothing(a, def, own_rows[i].priority, "system");
	def->name = arena_printf(a->arena, "CHISAN.%s", own_rows[i].word);
	def->text = own_rows[i].text;
	def->response = own_rows[i].response;
	a->tests[a->first_own + i].kind = kind_of(ALARM_SYSTEM);
}

/* Has this site an alarm for this state of a figure of chisand's own? */
static bool
has_own_alarm(const struct site *s, const char *figure, unsigned state)
{
	for (point_id id = 0; id < s->point_count; id++) {
		const struct site_point *p = &s->points[id];
		const struct site_limit *l = p->def->alarms.v;
		if (p->def->read == NULL || p->def->read->internal == NULL ||
		    strcmp(p->def->read->internal, figure) != 0 || p->device == DEVICE_NONE ||
		    !s->nodes[p->device].device->enabled)
			continue;
		for (uint32_t i = 0; i < p->def->alarms.n; i++)
			if (l[i].type == LIMIT_STATE && l[i].state == (int64_t)state)
				return true;
	}
	return false;
}

/* One fault is one alarm: that which the site file declares, with its words, priority and delay. Only if it declares all of them. */
static void
build_twins(struct alarms *a)
{
	static const unsigned not_recording[] = { STORE_FULL, STORE_FAILING, STORE_READ_ONLY, STORE_ABSENT };

	a->site_tells_store = true;
	for (size_t i = 0; i < ARRAY_LEN(not_recording); i++)
		a->site_tells_store &= has_own_alarm(a->site, "store-state", not_recording[i]);
	/* It stands for two: the chain is broken, or somebody meddled. */
	a->site_tells_journal =
	    has_own_alarm(a->site, "journal-chain", 0) && has_own_alarm(a->site, "store-state", STORE_MEDDLED);
}

static void
build_drift(struct alarms *a, point_id id, uint32_t n)
{
	const struct site_point *p = &a->site->points[id];
	struct alarm_def *def = &a->defs[n];
	struct site_output out = { 0 };

	schema_defaults(&output_schema, &out, a->arena);
	*def = (struct alarm_def){ .type = ALARM_DRIFT, .point = id, .device = p->device };
	from_nothing(a, def, p->def->output != NULL ? p->def->output->drift_priority : out.drift_priority, "control");
	def->name = arena_printf(a->arena, "%s.DRIFT", p->name);
	def->area = device_area(a->site, p->device);
	def->text = text_of(a->arena, NULL, p->def->title, plain_text[ALARM_DRIFT]);
	def->text_ja = text_of(a->arena, NULL, p->def->title_ja, plain_ja[ALARM_DRIFT]);
	def->response = "Look at the device: is it in local, was it set elsewhere? Then set or release the output";
	def->response_ja = "機器側の切替・設定を確認し、設定し直すか解除する";
	a->tests[n].kind = kind_of(ALARM_DRIFT);
}

/* ---- finding by name */

static uint32_t
slot_of(const struct alarms *a, const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *c = name; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	uint32_t i = h & (a->index_size - 1);
	while (a->index[i] != NONE && strcmp(a->defs[a->index[i]].name, name) != 0)
		i = (i + 1) & (a->index_size - 1);
	return i;
}

uint32_t
alarms_find(const struct alarms *a, const char *name)
{
	return a->index[slot_of(a, name)];
}

/* A twin of a name is not found by it; the checks refuse such a site, and an index is no place to tell. */
static void
build_index(struct alarms *a)
{
	a->index_size = 16;
	while (a->index_size < a->count * 2)
		a->index_size *= 2;
	a->index = arena_alloc(a->arena, a->index_size * sizeof(*a->index));
	memset(a->index, 0xff, a->index_size * sizeof(*a->index));
	for (uint32_t n = a->count; n-- > 0;) {
		uint32_t i = slot_of(a, a->defs[n].name);
		a->index[i] = n;
	}
}

uint32_t
alarms_find_before(const struct alarms *old, const struct alarms *a, uint32_t alarm)
{
	const struct alarm_def *def = &a->defs[alarm];
	uint32_t found = alarms_find(old, def->name);
	char name[ALARM_NAME_MAX + 8];

	if (found != ALARM_NONE || def->point == POINT_NONE || a->site->points[def->point].was == NULL)
		return found;
	str_printf(name, sizeof(name), "%s%s", a->site->points[def->point].was, strrchr(def->name, '.'));
	return alarms_find(old, name);
}

/* ---- all of it */

static void
build_how(struct alarms *a)
{
	if (a->site->alarming != NULL)
		a->how = *a->site->alarming;
	else
		schema_defaults(&alarming_schema, &a->how, a->arena);
	for (int p = 0; p < ALARM_PRIORITIES; p++)
		schema_defaults(&priority_schema, &a->by_priority[p], a->arena);
	const struct site_priority *list = a->how.priorities.v;
	for (uint32_t i = 0; i < a->how.priorities.n; i++)
		if (list[i].priority >= 1 && list[i].priority <= ALARM_PRIORITIES)
			a->by_priority[list[i].priority - 1] = list[i];
}

static void
make_room(struct alarms *a)
{
	a->watch = arena_alloc(a->arena, (a->points + 1) * sizeof(*a->watch));
	a->tests = arena_alloc(a->arena, a->count * sizeof(*a->tests));
	a->alarms = arena_alloc(a->arena, a->count * sizeof(*a->alarms));
	a->defs = arena_alloc(a->arena, a->count * sizeof(*a->defs));
	a->device = arena_alloc(a->arena, (a->devices + 1) * sizeof(*a->device));
	a->given = arena_alloc(a->arena, (a->count - a->first_own) * sizeof(*a->given));
	a->queue_cap = a->count + 64;
	a->queue = arena_alloc(a->arena, a->queue_cap * sizeof(*a->queue));
	a->heap = arena_alloc(a->arena, (a->count + a->devices) * sizeof(*a->heap));
	a->heap_at = arena_alloc(a->arena, (a->count + a->devices) * sizeof(*a->heap_at));
	a->heap_key = arena_alloc(a->arena, (a->count + a->devices) * sizeof(*a->heap_key));
	a->raises = arena_alloc(a->arena, a->count * (size_t)a->how.chatter_count * sizeof(*a->raises));
	a->raise_next = arena_alloc(a->arena, a->count);
	for (uint32_t i = 0; i < a->count + a->devices; i++) {
		a->heap_at[i] = NONE;
		a->heap_key[i] = NEVER;
	}
	for (uint32_t i = 0; i < a->count * a->how.chatter_count; i++)
		a->raises[i] = INT64_MIN / 2;
}

static void
build_devices(struct alarms *a)
{
	for (uint32_t d = 0; d < a->devices; d++) {
		const struct site_node *node = &a->site->nodes[d];
		struct machine_device *dev = &a->device[d];
		uint32_t end = node->first + node->count;
		dev->grace = NEVER;
		dev->silence = arena_printf(
		    a->arena, "%s does not answer", node->device != NULL ? node->device->name : "the device");
		if (node->count == 0)
			continue;
		dev->first = a->watch[node->first].first;
		dev->count = (end < a->points ? a->watch[end].first : a->first_comm) - dev->first;
	}
}

void
build_alarms(struct alarms *a)
{
	uint32_t n = 0;

	build_how(a);
	count_alarms(a);
	make_room(a);
	for (uint32_t i = 0; i < a->count; i++) {
		a->tests[i].other = POINT_NONE;
		a->tests[i].left_us = NEVER;
		a->alarms[i].bits = ALARM_IS_ACKED;
		a->alarms[i].raised.v = (double)NAN;
		for (int t = 0; t < TIMER_COUNT; t++)
			a->alarms[i].due[t] = NEVER;
	}
	for (point_id id = 0; id < a->points; id++) {
		a->watch[id].first = n;
		build_point(a, id, &n);
		a->watch[id].count = (uint16_t)(n - a->watch[id].first);
	}
	a->watch[a->points].first = n;
	assert(n == a->first_comm);
	for (uint32_t d = 0; d < a->devices; d++)
		build_comm(a, d, &n);
	assert(n == a->first_calc);
	for (uint32_t i = 0; i < a->site->alarms.n; i++)
		build_site_alarm(a, i, n++);
	for (uint32_t i = 0; i < ALARM_OWN_COUNT; i++, n++)
		build_own(a, i);
	for (point_id id = 0; id < a->points; id++)
		if (has_drift(a->site->points[id].def))
			build_drift(a, id, n++);
	assert(n == a->count);
	build_devices(a);
	build_twins(a);
	build_index(a);
}
