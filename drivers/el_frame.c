/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_frame.c - frames of ECHONET Lite.
 */
#include "config.h"

#include <string.h>

#include "drivers/el_frame.h"
#include "scada/base/str.h"

#define EHD1 0x10
#define EHD2 0x81 /* format 1: as specified; 82 is arbitrary */

static uint32_t
u24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void
put_u24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static bool
is_known(uint8_t service)
{
	switch (service) {
	case EL_SETI_SNA:
	case EL_SETC_SNA:
	case EL_GET_SNA:
	case EL_INF_SNA:
	case EL_SETGET_SNA:
	case EL_SETI:
	case EL_SETC:
	case EL_GETS:
	case EL_INF_REQ:
	case EL_SETGET:
	case EL_SET_RES:
	case EL_GET_RES:
	case EL_INF:
	case EL_INFC:
	case EL_INFC_RES:
	case EL_SETGET_RES: return true;
	default: return false;
	}
}

static bool
has_two_lists(uint8_t service)
{
	return service == EL_SETGET || service == EL_SETGET_RES || service == EL_SETGET_SNA;
}

/* One list behind its count, from *pos on. */
static enum err
take_list(const uint8_t *data, size_t len, size_t *pos, struct el_frame *out)
{
	unsigned n;

	if (*pos >= len)
		return ERR_BAD_LENGTH;
	n = data[(*pos)++];
	if (n > EL_PROPS_MAX - (unsigned)out->count)
		return ERR_TOO_BIG;
	while (n-- > 0) {
		struct el_prop *p = &out->props[out->count];

		if (len - *pos < 2 || len - *pos - 2 < data[*pos + 1])
			return ERR_BAD_LENGTH;
		*p = (struct el_prop){ .epc = data[*pos], .len = data[*pos + 1] };
		if (p->len > 0)
			p->data = data + *pos + 2;
		*pos += 2u + p->len;
		out->count++;
	}
	return OK;
}

enum err
el_frame_take(const uint8_t *data, size_t len, struct el_frame *out)
{
	size_t pos = EL_HEAD - 1;
	enum err e;

	out->count = out->got = 0;
	if (len < EL_HEAD)
		return ERR_BAD_LENGTH;
	if (len > EL_FRAME_MAX)
		return ERR_TOO_BIG;
	if (data[0] != EHD1 || data[1] != EHD2)
		return ERR_BAD_PROTOCOL;
	out->tid = (uint16_t)(data[2] << 8 | data[3]);
	out->seoj = u24(data + 4);
	out->deoj = u24(data + 7);
	out->service = data[10];
	if (!is_known(out->service))
		return ERR_BAD_FUNCTION;
	e = take_list(data, len, &pos, out);
	out->got = out->count;
	if (e == OK && has_two_lists(out->service))
		e = take_list(data, len, &pos, out);
	return e == OK && pos != len ? ERR_BAD_LENGTH : e;
}

static size_t
put_list(uint8_t *out, size_t pos, const struct el_prop *p, unsigned n)
{
	if (pos >= EL_FRAME_MAX)
		return 0;
	out[pos++] = (uint8_t)n;
	for (; n > 0; n--, p++) {
		if (EL_FRAME_MAX - pos < 2u + p->len)
			return 0;
		out[pos] = p->epc;
		out[pos + 1] = p->len;
		if (p->len > 0)
			memcpy(out + pos + 2, p->data, p->len);
		pos += 2u + p->len;
	}
	return pos;
}

size_t
el_frame_put(uint8_t out[EL_FRAME_MAX], const struct el_frame *f)
{
	unsigned first = has_two_lists(f->service) ? f->got : f->count;
	size_t pos;

	out[0] = EHD1;
	out[1] = EHD2;
	out[2] = (uint8_t)(f->tid >> 8);
	out[3] = (uint8_t)f->tid;
	put_u24(out + 4, f->seoj);
	put_u24(out + 7, f->deoj);
	out[10] = f->service;
	pos = put_list(out, EL_HEAD - 1, f->props, first);
	if (pos > 0 && has_two_lists(f->service))
		pos = put_list(out, pos, f->props + first, f->count - first);
	return pos;
}

bool
el_is_request(uint8_t service)
{
	return service == EL_INFC || (service >= EL_SETI && service <= EL_SETGET);
}

bool
el_is_refusal(uint8_t service)
{
	return service >= EL_SETI_SNA && service <= EL_SETGET_SNA;
}

bool
el_is_answer(uint8_t request, uint8_t answer)
{
	switch (request) {
	case EL_SETC: return answer == EL_SET_RES || answer == EL_SETC_SNA;
	case EL_GETS: return answer == EL_GET_RES || answer == EL_GET_SNA;
	case EL_SETGET: return answer == EL_SETGET_RES || answer == EL_SETGET_SNA;
	case EL_INFC: return answer == EL_INFC_RES;
	default: return false;
	}
}

/* ---- property maps */

void
el_map_add(struct el_map *m, uint8_t epc)
{
	m->bits[epc / 32] |= UINT32_C(1) << (epc % 32);
}

/* In the form of bits, byte i has the properties that end in i, and its bit b those that begin with 8 + b. */
bool
el_map_take(const uint8_t *data, size_t len, struct el_map *out)
{
	unsigned n;

	*out = (struct el_map){ 0 };
	if (len < 1)
		return false;
	n = data[0];
	if (n < 16) {
		if (len != 1u + n)
			return false;
		for (unsigned i = 0; i < n; i++)
			el_map_add(out, data[1 + i]);
		return true;
	}
	if (len != 17)
		return false;
	for (unsigned i = 0; i < 16; i++)
		for (unsigned b = 0; b < 8; b++)
			if ((data[1 + i] >> b & 1) != 0)
				el_map_add(out, (uint8_t)(0x80 + b * 16 + i));
	return true;
}

size_t
el_map_put(const struct el_map *m, uint8_t out[17])
{
	unsigned n = 0;

	memset(out, 0, 17);
	for (unsigned epc = 0x80; epc <= 0xFF; epc++)
		n += el_map_has(m, (uint8_t)epc);
	out[0] = (uint8_t)n;
	if (n < 16) {
		size_t pos = 1;

		for (unsigned epc = 0x80; epc <= 0xFF; epc++)
			if (el_map_has(m, (uint8_t)epc))
				out[pos++] = (uint8_t)epc;
		return pos;
	}
	for (unsigned epc = 0x80; epc <= 0xFF; epc++)
		if (el_map_has(m, (uint8_t)epc))
			out[1 + (epc & 15)] |= (uint8_t)(1u << (epc / 16 - 8));
	return 17;
}

/* ---- who it is */

bool
el_id_take(const struct el_prop *p, struct el_id *out)
{
	*out = (struct el_id){ 0 };
	if (p->len == 0 || p->len > EL_ID_MAX || p->data[0] == 0)
		return false;
	out->len = p->len;
	memcpy(out->bytes, p->data, p->len);
	return true;
}

const char *
el_id_text(const struct el_id *id, char text[2 * EL_ID_MAX + 1])
{
	text[0] = '\0';
	for (unsigned i = 0; i < id->len; i++)
		str_printf(text + (size_t)(2 * i), 3, "%02X", id->bytes[i]);
	return text;
}

uint32_t
el_instance(const struct el_prop *p, unsigned i)
{
	if (p->len < 1 || i >= p->data[0] || p->len < 1u + 3u * (i + 1))
		return 0;
	return u24(p->data + 1 + 3 * i);
}
