/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec_kit.h - a device of registers for tests of SunSpec: a chain is laid into it word by word, by hand and not by the tables
 * that are tested. Include after t.h; everything is static.
 */
#ifndef CHISAN_SUNSPEC_KIT_H
#define CHISAN_SUNSPEC_KIT_H

#include <string.h>

#include "drivers/sunspec.h"

struct card {
	uint16_t words[65536 + 128];
	bool exists[65536 + 128];
	uint32_t at; /* where the next model goes */
};

static void __attribute__((unused)) card_put(struct card *c, uint32_t at, uint16_t word)
{
	c->words[at] = word;
	c->exists[at] = true;
}

/* Begins a chain. */
static void __attribute__((unused)) card_begin(struct card *c, uint32_t base)
{
	card_put(c, base, 0x5375);
	card_put(c, base + 1, 0x6E53);
	c->at = base + 2;
}

/* A model of zeros; where its number stands. */
static uint32_t __attribute__((unused)) card_model(struct card *c, uint16_t number, uint16_t length)
{
	uint32_t at = c->at;

	card_put(c, at, number);
	card_put(c, at + 1, length);
	for (uint32_t i = 0; i < length && at + 2 + i < 65536 + 128; i++)
		card_put(c, at + 2 + i, 0);
	c->at += 2 + (uint32_t)length;
	return at;
}

static void __attribute__((unused)) card_text(struct card *c, uint32_t at, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i += 2)
		card_put(c, at + (uint32_t)i / 2,
		    (uint16_t)((uint8_t)text[i] << 8 | (i + 1 < n ? (uint8_t)text[i + 1] : 0)));
}

/* Model 1 that says who it is. */
static void __attribute__((unused))
card_common(struct card *c, const char *maker, const char *model, const char *serial)
{
	uint32_t at = card_model(c, 1, 66);

	card_text(c, at + 2, maker);
	card_text(c, at + 18, model);
	card_text(c, at + 50, serial);
}

static void __attribute__((unused)) card_end(struct card *c)
{
	card_put(c, c->at, 0xFFFF);
	card_put(c, c->at + 1, 0);
}

/* OK and registers in network order, or ERR_EXC_ADDRESS. */
static enum err __attribute__((unused)) card_read(const struct card *c, uint16_t address, uint16_t count, uint8_t *out)
{
	for (uint32_t i = 0; i < count; i++) {
		if ((uint32_t)address + i > 65535 || !c->exists[address + i])
			return ERR_EXC_ADDRESS;
		out[2 * i] = (uint8_t)(c->words[address + i] >> 8);
		out[2 * i + 1] = (uint8_t)c->words[address + i];
	}
	return OK;
}

#endif
