/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_say_echonet.c - a datagram of ECHONET Lite in words: ECHONET Lite Specification V1.14, part 2, 3.2. The bytes may be anything at all;
 * what can be read of them is said, and where it ends to make sense.
 */
#include "config.h"

#include <string.h>

#include "console/dump_say.h"
#include "scada/base/echonet.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define HEAD       11 /* bytes before the count of properties */
#define EHD        0x1081u
#define FORMAT_2   0x1082u
#define BYTES_MAX  16     /* of a property that are shown */
#define PROPS_MAX  8      /* of a datagram that are shown */
#define FRAME_MAX  1500   /* chisan-field looks at no more */
#define CUT        " ..." /* at the end of a line that is too long */
#define SETGET     0x6E
#define SETGET_RES 0x7E
#define SETGET_SNA 0x5E

static unsigned
word(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
object_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* NULL: there is no such service. */
static const char *
service_name(uint8_t service)
{
	switch (service) {
	case 0x50: return "SetI_SNA";
	case 0x51: return "SetC_SNA";
	case 0x52: return "Get_SNA";
	case 0x53: return "INF_SNA";
	case SETGET_SNA: return "SetGet_SNA";
	case 0x60: return "SetI";
	case 0x61: return "SetC";
	case 0x62: return "Get";
	case 0x63: return "INF_REQ";
	case SETGET: return "SetGet";
	case 0x71: return "Set_Res";
	case 0x72: return "Get_Res";
	case 0x73: return "INF";
	case 0x74: return "INFC";
	case 0x7A: return "INFC_Res";
	case SETGET_RES: return "SetGet_Res";
	default: return NULL;
	}
}

/* Those that each object has, and of the node; NULL: not known. */
static const char *
property_name(uint32_t object, uint8_t epc)
{
	static const struct {
		uint8_t epc;
		bool is_node;
		const char *name;
	} rows[] = {
		{ 0x82, false, "version" },
		{ 0x83, false, "identification" },
		{ 0x8A, false, "manufacturer" },
		{ 0x8C, false, "product" },
		{ 0x8D, false, "serial-number" },
		{ 0x97, false, "time" },
		{ 0x98, false, "date" },
		{ 0x9D, false, "announced" },
		{ 0x9E, false, "settable" },
		{ 0x9F, false, "readable" },
		{ 0xD3, true, "instance-count" },
		{ 0xD4, true, "class-count" },
		{ 0xD5, true, "instances-announced" },
		{ 0xD6, true, "instances" },
		{ 0xD7, true, "classes" },
	};
	bool is_node = object >> 8 == ECHONET_NODE >> 8;
	const struct echonet_row *r = echonet_find((uint16_t)(object >> 8), epc);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].epc == epc && (is_node || !rows[i].is_node))
			return rows[i].name;
	return r != NULL && !is_node ? r->name : NULL;
}

/* What has no room is cut, and the line says so at its end. */
static void
add(char *buf, const char *text)
{
	if (!str_append(buf, DUMP_SAY_LINE, text))
		str_copy(buf + strlen(buf) - (sizeof CUT - 1), sizeof CUT, CUT);
}

static void
add_hex(char *buf, const uint8_t *p, size_t len)
{
	char text[32];

	for (size_t i = 0; i < len && i < BYTES_MAX; i++) {
		str_printf(text, sizeof text, "%02X", p[i]);
		add(buf, text);
	}
	if (len > BYTES_MAX) {
		str_printf(text, sizeof text, ".. of %zu bytes", len);
		add(buf, text);
	}
}

static bool
is_request(const uint8_t *p)
{
	return p[10] >= 0x60 && p[10] <= SETGET;
}

/* The object that the properties are of: of a request whom it goes to, else whom it comes from. */
static uint32_t
owner(const uint8_t *p)
{
	return object_at(is_request(p) ? p + 7 : p + 4);
}

static void
add_property(char *buf, uint32_t object, const uint8_t *p)
{
	const char *name = property_name(object, p[0]);
	char text[80];

	str_printf(text, sizeof text, "%02X%s%.64s", p[0], name != NULL ? " " : "", name != NULL ? name : "");
	add(buf, text);
	if (p[1] > 0)
		add(buf, "=");
	add_hex(buf, p + 2, p[1]);
}

/* One list behind its count at *at. False: it goes on beyond the end of what came. */
static bool
add_list(char *buf, const uint8_t *p, size_t len, size_t *at)
{
	unsigned count = *at < len ? p[*at] : 0;
	char text[48];

	if (*at >= len)
		return false;
	++*at;
	for (unsigned i = 0; i < count; i++) {
		if (len - *at < 2 || len - *at - 2 < p[*at + 1])
			return false;
		if (i < PROPS_MAX) {
			add(buf, i > 0 ? ", " : " ");
			add_property(buf, owner(p), p + *at);
		}
		*at += 2u + p[*at + 1];
	}
	if (count > PROPS_MAX) {
		str_printf(text, sizeof text, " and %u more", count - PROPS_MAX);
		add(buf, text);
	}
	return true;
}

static void
add_properties(char *buf, const uint8_t *p, size_t len)
{
	bool has_two = p[10] == SETGET || p[10] == SETGET_RES || p[10] == SETGET_SNA;
	size_t at = HEAD;
	char text[80];
	bool is_whole;

	add(buf, ":");
	is_whole = add_list(buf, p, len, &at);
	if (is_whole && has_two) {
		add(buf, "; get");
		is_whole = add_list(buf, p, len, &at);
	}
	if (!is_whole) {
		add(buf, "; it is cut off here");
	} else if (at < len) {
		str_printf(text, sizeof text, "; %zu bytes too many follow: ", len - at);
		add(buf, text);
		add_hex(buf, p + at, len - at);
	}
}

/* "Get 05FF01>015701 (Package air conditioner, outdoor unit)" */
static void
add_who(char *buf, const uint8_t *p)
{
	const char *name = service_name(p[10]);
	uint32_t from = object_at(p + 4), to = object_at(p + 7), other = owner(p);
	const struct echonet_class *c = echonet_class((uint16_t)(other >> 8));
	char text[120];

	if (name != NULL)
		str_printf(text, sizeof text, " %s %06X>%06X", name, from, to);
	else
		str_printf(text, sizeof text, " service %02X, which there is not, %06X>%06X", p[10], from, to);
	add(buf, text);
	if (c != NULL) {
		str_printf(text, sizeof text, " (%.100s)", c->name);
		add(buf, text);
	}
}

/* What is no frame at all, or none of format 1. */
static void
add_garbage(char *buf, const struct msg_dump_line *m)
{
	const uint8_t *p = m->raw.data;
	char text[120];

	if (m->raw.len == 0)
		str_copy(text, sizeof text, " an empty datagram");
	else if (m->raw.len >= 2 && word(p) == FORMAT_2)
		str_copy(text, sizeof text, " a frame of format 2, of which nothing is known: ");
	else if (m->raw.len >= 2 && word(p) != EHD)
		str_printf(text, sizeof text, " no ECHONET Lite: it begins with %04X, 1081 would be right: ", word(p));
	else
		str_printf(text, sizeof text, " less than a frame, %zu bytes: ", m->raw.len);
	add(buf, text);
	add_hex(buf, p, m->raw.len);
}

/* ---- what was asked of a node: one request at a time is under way */

/* Only what asks: our own answers and announcements go out, too. */
static void
keep(struct dump_say *d, const struct msg_dump_line *m)
{
	const uint8_t *p = m->raw.data;

	if (!is_request(p))
		return;
	d->asked[d->next] = (struct dump_asked){ .is_set = true,
		.device = m->device,
		.id = (uint16_t)word(p + 2),
		.form = DUMP_ECHONET,
		.function = p[10],
		.object = object_at(p + 7),
		.epc = m->raw.len > HEAD + 1 ? p[HEAD + 1] : 0 };
	d->next = (d->next + 1) % DUMP_SAY_ASKED;
}

/* The last one, and it is forgotten. NULL: of before this began. */
static const struct dump_asked *
last_of(struct dump_say *d, uint32_t device)
{
	for (unsigned i = 1; i <= DUMP_SAY_ASKED; i++) {
		struct dump_asked *a = &d->asked[(d->next + DUMP_SAY_ASKED - i) % DUMP_SAY_ASKED];

		if (!a->is_set || a->form != DUMP_ECHONET || a->device != device)
			continue;
		a->is_set = false;
		return a;
	}
	return NULL;
}

static void
say_none(struct dump_say *d, const struct msg_dump_line *m, char *buf)
{
	const struct dump_asked *a = last_of(d, m->device);
	const char *name = a != NULL ? service_name(a->function) : NULL;
	char text[80];

	if (name != NULL) {
		str_printf(text, sizeof text, " #%u %s %06X.%02X:", a->id, name, a->object, a->epc);
		add(buf, text);
	}
	add(buf, " ");
	add(buf, err_text(err_is_known(m->err) ? (enum err)m->err : ERR_FAILED));
}

void
dump_say_echonet(struct dump_say *d, const struct msg_dump_line *m, char buf[DUMP_SAY_LINE])
{
	const uint8_t *p = m->raw.data;
	bool is_frame = m->raw.len >= HEAD && word(p) == EHD;
	char text[80], peer[80];

	text_put_safe(peer, sizeof peer, m->peer, -1);
	str_printf(text, sizeof text, " %.64s", peer);
	add(buf, text);
	if (is_frame) {
		str_printf(text, sizeof text, " #%u", word(p + 2));
		add(buf, text);
	}
	if (m->took_us > 0) {
		str_printf(text, sizeof text, " %.1f ms", (double)m->took_us / 1000);
		add(buf, text);
	}
	if (m->what == DUMP_NONE) {
		say_none(d, m, buf);
		return;
	}
	if (!is_frame) {
		add_garbage(buf, m);
		return;
	}
	if (m->what == DUMP_REQUEST && m->device != DUMP_NO_DEVICE)
		keep(d, m);
	add_who(buf, p);
	add_properties(buf, p, m->raw.len);
	if (m->raw.len > FRAME_MAX)
		add(buf, "; it is longer than 1500 bytes, and not looked at");
}
