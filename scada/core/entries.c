/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries.c - starts and reloads, clients, steps of the clock.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/entries.h"

#define SHOWN        8 /* values of a write by another master that stand in its entry */
#define DEVICE_CHARS 80
#define MASTER_CHARS 64

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

/* Registers in hexadecimal digits, coils as 0 and 1; the first of many. */
static void
put_written(const struct msg_forwarded *m, char *buf, size_t size)
{
	uint16_t shown = m->count < SHOWN ? m->count : SHOWN;

	buf[0] = '\0';
	for (uint16_t i = 0; i < shown; i++) {
		char one[16];

		if (m->table == TABLE_COIL)
			str_printf(one, sizeof(one), " %d", m->data.data[i / 8] >> (i % 8) & 1);
		else
			str_printf(one, sizeof(one), " 0x%02X%02X", m->data.data[2 * i], m->data.data[2 * i + 1]);
		str_append(buf, size, one);
	}
	if (shown < m->count)
		str_append(buf, size, " ...");
}

/* Nothing is known of a write whose answer was lost, be it behind a gateway. */
static void
put_outcome(const struct msg_forwarded *m, char *buf, size_t size)
{
	bool is_refused = m->err >= ERR_EXC_FUNCTION && m->err <= ERR_EXC_OTHER && m->err != ERR_EXC_GATEWAY_TARGET;

	if (m->err == OK)
		buf[0] = '\0';
	else if (m->err == ERR_EXC_ACK)
		str_printf(buf, size, "; exception %u: %s", m->exception, err_text((enum err)m->err));
	else if (is_refused)
		str_printf(buf, size, "; refused with exception %u: %s", m->exception, err_text((enum err)m->err));
	else
		str_printf(buf, size, "; whether it was taken is not known: %s", err_text((enum err)m->err));
}

void
entries_forwarded(struct logbook *l, const struct msg_forwarded *m, struct utc now, struct mono mono)
{
	char text[400], device[DEVICE_CHARS], master[MASTER_CHARS], places[48], values[SHOWN * 8 + 8], outcome[160];
	struct msg_journal_add e = begin(JOURNAL_COMMAND, NULL, text, now);

	text_put_safe(device, sizeof(device), m->device, -1);
	text_put_safe(master, sizeof(master), m->master, -1);
	if (m->count == 1)
		str_printf(places, sizeof(places), "%s %u", mb_table_word((enum mb_table)m->table), m->address);
	else
		str_printf(places, sizeof(places), "%s %u..%u", mb_table_word((enum mb_table)m->table), m->address,
		    m->address + m->count - 1u);
	put_written(m, values, sizeof(values));
	put_outcome(m, outcome, sizeof(outcome));
	str_printf(text, sizeof(text), "another master, %s, wrote %s of %s, unit %u, through its proxy:%s%s", master,
	    places, device, m->unit, values, outcome);
	e.user = master;
	logbook_add(l, &e, mono);
}

void
entries_registers(struct logbook *l, const struct session *s, const char *device, const struct msg_registers_get *m,
    struct utc now, struct mono mono)
{
	char text[200];
	struct msg_journal_add add = begin(JOURNAL_LINK, s, text, now);

	str_printf(text, sizeof(text), "registers of %.64s are read by hand: %u %s from %u on", device, m->count,
	    mb_table_word((enum mb_table)m->table), m->address);
	logbook_add(l, &add, mono);
}

void
entries_dump(struct logbook *l, const struct session *s, bool is_whole, struct utc now, struct mono mono)
{
	char text[200];
	struct msg_journal_add add = begin(JOURNAL_LINK, s, text, now);

	str_printf(text, sizeof(text), "frames of %s%s are looked at", s->dump.of,
	    is_whole ? " and of all that share its link" : "");
	logbook_add(l, &add, mono);
}

void
entries_dump_end(struct logbook *l, const struct session *s, struct utc now, struct mono mono)
{
	char text[200];
	struct msg_journal_add add = begin(JOURNAL_LINK, s, text, now);

	str_printf(text, sizeof(text), "frames of %s are looked at no more: %" PRIu64 " shown, %" PRIu64 " left out",
	    s->dump.of, s->dump.shown, s->dump.left_out);
	logbook_add(l, &add, mono);
}

void
entries_step(struct logbook *l, int64_t step_us, struct utc now, struct mono mono)
{
	char by[32];

	logbook_say(l, now, mono, JOURNAL_SYSTEM, NULL, "the system clock was set %s by %s",
	    step_us > 0 ? "forward" : "back",
	    str_duration(by, sizeof(by), (llabs(step_us) + US_PER_S / 2) / US_PER_S * US_PER_S));
}
