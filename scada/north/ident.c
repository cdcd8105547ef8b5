/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ident.c - device identification: function 43, MEI type 14, of MODBUS Application Protocol V1.1b3, 6.21. Basic and regular objects,
 * as a stream and one by one.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/north/map.h"

#define MEI_IDENTIFY  14
#define CODE_BASIC    1
#define CODE_REGULAR  2
#define CODE_EXTENDED 3 /* there are no extended objects: the regular ones */
#define CODE_ONE      4
#define CONFORMITY    0x82 /* regular, stream and individual */
#define OBJECTS_BASIC 3
#define OBJECTS       7
#define OBJECT_MAX    33 /* with the terminator: all seven fit one answer */
#define HEAD          7

#define EXC_ADDRESS 2
#define EXC_VALUE   3

/* VendorName ProductCode MajorMinorRevision VendorUrl ProductName ModelName UserApplicationName */
static void
object(const char *site, unsigned id, char buf[OBJECT_MAX])
{
	static const char *const texts[OBJECTS] = { "Chisan", "chisan-north", PACKAGE_VERSION, "",
		"Chisan northbound Modbus server", "SCADA and energy management", NULL };

	str_copy(buf, OBJECT_MAX, texts[id] != NULL ? texts[id] : site);
	for (char *p = buf; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?'; /* the standard wants ASCII */
}

size_t
north_identify(const char *site, const uint8_t *pdu, size_t len, uint8_t out[NORTH_PDU_MAX])
{
	unsigned code, first, end;
	size_t at = HEAD;
	char text[OBJECT_MAX];

	if (len != 4 || pdu[1] != MEI_IDENTIFY || pdu[2] < CODE_BASIC || pdu[2] > CODE_ONE)
		return north_exception(pdu[0], EXC_VALUE, out);
	code = pdu[2];
	first = pdu[3];
	if (code == CODE_ONE && first >= OBJECTS)
		return north_exception(pdu[0], EXC_ADDRESS, out);
	end = code == CODE_ONE ? first + 1 : code == CODE_BASIC ? OBJECTS_BASIC : OBJECTS;
	if (first >= end)
		first = 0; /* a stream begins anew where there is no such object */
	out[0] = pdu[0];
	out[1] = MEI_IDENTIFY;
	out[2] = (uint8_t)code;
	out[3] = CONFORMITY;
	out[4] = 0; /* no more follows */
	out[5] = 0;
	out[6] = (uint8_t)(end - first);
	for (unsigned i = first; i < end; i++) {
		object(site, i, text);
		out[at++] = (uint8_t)i;
		out[at++] = (uint8_t)strlen(text);
		memcpy(out + at, text, strlen(text));
		at += strlen(text);
	}
	return at;
}
