/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries.c - starts and reloads, clients, steps of the clock.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/core/entries.h"

/* An entry of chisand's own, or of the person at s. */
static struct msg_journal_add
begin(enum journal_kind kind, const struct session *s, const char *text, struct utc now)
{
	return (struct msg_journal_add){
		.time = now.us,
		.kind = (uint16_t)kind,
		.reason = 255,
		.uid = s != NULL ? (uint32_t)s->peer.uid : LOGBOOK_NO_UID,
		.point = "",
		.user = s != NULL ? s->user : "",
		.terminal = s != NULL ? s->terminal : "",
		.text = text,
		.before = "",
		.after = "",
	};
}

static uint32_t
count_new(const struct site *s, const struct site *before)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->point_count; i++)
		n += site_find_point(before, s->points[i].name) == POINT_NONE;
	return n;
}

static void
write_hash(char *buf, size_t size, const uint64_t hash[4])
{
	str_printf(buf, size, "%016llx%016llx", (unsigned long long)hash[0], (unsigned long long)hash[1]);
}

void
entries_site(struct logbook *l, const struct site *site, const uint64_t hash[4], const struct site *before,
    const uint64_t old_hash[4], uint16_t generation, struct utc now, struct mono mono)
{
	char text[256], was[40], is[40];
	struct msg_journal_add m = begin(before == NULL ? JOURNAL_SYSTEM : JOURNAL_CONFIG, NULL, text, now);

	write_hash(is, sizeof(is), hash);
	m.after = is;
	if (before == NULL) {
		str_printf(text, sizeof(text), "chisand %s starts with site %s: %u points, %u devices", VERSION,
		    site->name, site->point_count, site->node_count);
	} else {
		write_hash(was, sizeof(was), old_hash);
		m.before = was;
		str_printf(text, sizeof(text), "reloaded: %u points (%u new, %u gone), %u devices, generation %u",
		    site->point_count, count_new(site, before), count_new(before, site), site->node_count, generation);
	}
	logbook_add(l, &m, mono);
}

static void
say_access(struct logbook *l, const struct session *s, const char *text, struct utc now, struct mono mono)
{
	struct msg_journal_add m = begin(JOURNAL_ACCESS, s, text, now);

	if (s->role >= ROLE_OPERATOR)
		logbook_add(l, &m, mono);
}

void
entries_came(struct logbook *l, const struct session *s, struct utc now, struct mono mono)
{
	char text[64];

	str_printf(text, sizeof(text), "came as %s", role_word(s->role));
	say_access(l, s, text, now, mono);
}

void
entries_left(struct logbook *l, const struct session *s, enum err why, struct utc now, struct mono mono)
{
	char text[160] = "left";

	if (why != ERR_CLOSED)
		str_printf(text, sizeof(text), "was dropped: %s", err_text(why));
	say_access(l, s, text, now, mono);
}

void
entries_step(struct logbook *l, int64_t step_us, struct utc now, struct mono mono)
{
	char by[32];

	logbook_say(l, now, mono, JOURNAL_SYSTEM, NULL, "the system clock was set %s by %s",
	    step_us > 0 ? "forward" : "back",
	    str_duration(by, sizeof(by), (llabs(step_us) + US_PER_S / 2) / US_PER_S * US_PER_S));
}
