/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_frame.h - frames of ECHONET Lite and property maps, bytes to structs and back. Nothing that came is believed before it was
 * checked; a frame is good as a whole or not at all. Pure.
 *
 *   EHD1 10 | EHD2 81 | TID 2 | SEOJ 3 | DEOJ 3 | ESV 1 | OPC 1 | (EPC 1, PDC 1, EDT PDC)... ; SetGet has a second OPC and list
 */
#ifndef CHISAN_EL_FRAME_H
#define CHISAN_EL_FRAME_H

#include "scada/base/echonet.h"
#include "scada/base/err.h"

#define EL_FRAME_MAX 1500 /* bytes that we send or look at */
#define EL_HEAD      12
#define EL_PROPS_MAX 64 /* properties of a frame that we look at; more is no frame that anybody needs */

#define EL_GENERAL_GROUP_V4 "224.0.23.0"
#define EL_GENERAL_GROUP_V6 "ff02::1"

enum el_service {
	EL_SETI_SNA = 0x50,
	EL_SETC_SNA = 0x51,
	EL_GET_SNA = 0x52,
	EL_INF_SNA = 0x53,
	EL_SETGET_SNA = 0x5E,
	EL_SETI = 0x60,
	EL_SETC = 0x61,
	EL_GETS = 0x62, /* Get */
	EL_INF_REQ = 0x63,
	EL_SETGET = 0x6E,
	EL_SET_RES = 0x71,
	EL_GET_RES = 0x72,
	EL_INF = 0x73,
	EL_INFC = 0x74,
	EL_INFC_RES = 0x7A,
	EL_SETGET_RES = 0x7E,
};

enum el_epc {
	EPC_ID = 0x83,
	EPC_INSTANCES_ANNOUNCED = 0xD5,
	EPC_INSTANCES = 0xD6,
	EPC_MAP_INF = 0x9D,
	EPC_MAP_SET = 0x9E,
	EPC_MAP_GET = 0x9F
};

struct el_prop {
	uint8_t epc, len;
	const uint8_t *data; /* into the frame; NULL where len is 0 */
};

struct el_frame {
	uint16_t tid;
	uint32_t seoj, deoj; /* 24 bits */
	uint8_t service;     /* as it came; enum el_service or another */
	uint8_t count;       /* of props */
	uint8_t got;         /* of SetGet and its answers: of props, those from here on are of the second list */
	struct el_prop props[EL_PROPS_MAX];
};

/*
 * OK, or why it is none of ours: ERR_BAD_PROTOCOL (another EHD; format 2 is one), ERR_BAD_LENGTH (cut off, or bytes too many),
 * ERR_TOO_BIG, ERR_BAD_FUNCTION (a service that there is not). out points into data.
 */
enum err el_frame_take(const uint8_t *data, size_t len, struct el_frame *out);
/* Lays it out; 0: it does not fit. */
size_t el_frame_put(uint8_t out[EL_FRAME_MAX], const struct el_frame *f);

bool el_is_request(uint8_t service);                /* one that wants an answer, or may */
bool el_is_answer(uint8_t request, uint8_t answer); /* does this service answer that one? */
bool el_is_refusal(uint8_t service);                /* 50..5F */

/* Which properties: a bit each. */
struct el_map {
	uint32_t bits[8];
};
static inline bool
el_map_has(const struct el_map *m, uint8_t epc)
{
	return (m->bits[epc / 32] >> (epc % 32) & 1) != 0;
}
void el_map_add(struct el_map *m, uint8_t epc);
/* Below 16: a list; from 16 on: 16 bytes of bits. False: it is none. */
bool el_map_take(const uint8_t *data, size_t len, struct el_map *out);
size_t el_map_put(const struct el_map *m, uint8_t out[17]);

/* Identification of a node (83). */
#define EL_ID_MAX 17
struct el_id {
	uint8_t len; /* 0 = none */
	uint8_t bytes[EL_ID_MAX];
};
/* False: it has none (00 at its begin says so), or this is no identification. */
bool el_id_take(const struct el_prop *p, struct el_id *out);
const char *el_id_text(const struct el_id *id, char text[2 * EL_ID_MAX + 1]); /* digits of base 16 */

/* The i-th object of an instance list (D5, D6); 0: there is none. */
uint32_t el_instance(const struct el_prop *p, unsigned i);

#endif
