/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echonet.c - the table of ECHONET Lite's properties, and names of places in it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scada/base/echonet.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

/* Of a circuit of a distribution board. */
#define CHANNEL(epc, n) \
	{ 0x0287, epc, "channel-" #n "-energy", EL_U32, 0, 8, 1, "kWh", EL_GET, { 0xC2 }, 0, 0 }, \
	    { 0x0287, epc, "channel-" #n "-current-r", EL_I16, 4, 8, 0.1, "A", EL_GET, { 0 }, 0, 0 }, \
	    { 0x0287, epc, "channel-" #n "-current-t", EL_I16, 6, 8, 0.1, "A", EL_GET, { 0 }, 0, 0 },

/* clang-format off */
/* ONE ROW PER NUMBER.  Rows of a class stand together, the parts of a property in order.  Class 0: of every device. */
static const struct echonet_row rows[] = {
	/* class   epc   name  form  at  size  scale  unit  flags  factors  history  day */
	/* ---- every device */
	{ 0x0000, 0x80, "operation", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0000, 0x84, "instant-consumption", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0000, 0x85, "cumulative-consumption", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x0000, 0x88, "fault", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0000, 0x89, "fault-code", EL_U16, 0, 2, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0000, 0x81, "place", EL_STATE, 0, 0, 1, "", EL_GET, { 0 }, 0, 0 },
	/* ---- Package air conditioner, indoor unit */
	{ 0x0156, 0xAC, "thermostat", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0156, 0xAE, "automatic-function", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0156, 0xB0, "mode", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0156, 0xB3, "set-temperature", EL_U8, 0, 1, 1, "degC", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0156, 0xBB, "room-temperature", EL_I8, 0, 1, 1, "degC", EL_GET, { 0 }, 0, 0 },
	{ 0x0156, 0xCA, "group", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0156, 0xDB, "power-range", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	/* ---- Package air conditioner, outdoor unit */
	{ 0x0157, 0xAB, "special-state", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xB8, "rated-power-cooling", EL_U32, 0, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xB8, "rated-power-heating", EL_U32, 4, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xBE, "outdoor-temperature", EL_I8, 0, 1, 1, "degC", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xCA, "group", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xDB, "power", EL_U32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xDD, "possible-saving", EL_U32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0157, 0xDE, "power-restriction", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0157, 0xDF, "least-restricted-power", EL_U32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	/* ---- Photovoltaics */
	{ 0x0279, 0xA0, "output-limit", EL_U8, 0, 1, 1, "%", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xA1, "output-limit-power", EL_U16, 0, 2, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xA2, "surplus-purchase-control", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xC3, "approved-capacity", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xD0, "interconnection", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xD1, "restraint", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xE0, "power", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xE1, "energy", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xE3, "energy-sold", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x0279, 0xE5, "generation-limit", EL_U8, 0, 1, 1, "%", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xE6, "generation-limit-power", EL_U16, 0, 2, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xE7, "sale-limit-power", EL_U16, 0, 2, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0279, 0xE8, "rated-power", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	/* ---- Fuel cell */
	{ 0x027C, 0xC1, "water-temperature", EL_U8, 0, 1, 1, "degC", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC2, "rated-power", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC3, "tank-heat", EL_U16, 0, 2, 1, "MJ", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC4, "power", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC5, "energy", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC7, "gas-flow", EL_U16, 0, 2, 0.001, "m3/h", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xC8, "gas-volume", EL_U32, 0, 4, 0.001, "m3", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xCA, "generation-setting", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027C, 0xCB, "generation-status", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xCC, "house-power", EL_U16, 0, 2, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xCD, "house-energy", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xD0, "interconnection", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xD2, "generation-mode", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027C, 0xE1, "hot-water", EL_U16, 0, 2, 1, "L", EL_GET, { 0 }, 0, 0 },
	{ 0x027C, 0xE2, "tank-capacity", EL_U16, 0, 2, 1, "L", EL_GET, { 0 }, 0, 0 },
	/* ---- Storage battery */
	{ 0x027D, 0xA0, "charge-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA1, "discharge-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA2, "chargeable-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA3, "dischargeable-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA4, "chargeable-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA5, "dischargeable-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA6, "charge-limit", EL_U8, 0, 1, 1, "%", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xA7, "discharge-limit", EL_U8, 0, 1, 1, "%", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xA8, "energy-charged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xA9, "energy-discharged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xAA, "charge-amount", EL_U32, 0, 4, 1, "Wh", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xAB, "discharge-amount", EL_U32, 0, 4, 1, "Wh", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xC1, "charge-method", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xC2, "discharge-method", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xC7, "ac-rated-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xC8, "least-charge-power", EL_U32, 0, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xC8, "most-charge-power", EL_U32, 4, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xC9, "least-discharge-power", EL_U32, 0, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xC9, "most-discharge-power", EL_U32, 4, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xCC, "reconnection-permission", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xCD, "operation-permission", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xCE, "island-permission", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xCF, "status", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD0, "rated-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD2, "rated-voltage", EL_U16, 0, 2, 1, "V", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD3, "power", EL_I32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD4, "current", EL_I16, 0, 2, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD5, "voltage", EL_I16, 0, 2, 1, "V", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD6, "dc-energy-discharged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xD8, "dc-energy-charged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xDA, "mode", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xDB, "interconnection", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xE2, "remaining-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xE3, "remaining-capacity", EL_U16, 0, 2, 0.1, "Ah", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xE4, "remaining", EL_U8, 0, 1, 1, "%", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xE5, "health", EL_U8, 0, 1, 1, "%", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xE6, "type", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027D, 0xEB, "charge-power", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027D, 0xEC, "discharge-power", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	/* ---- EV charger and discharger */
	{ 0x027E, 0xC0, "dischargeable-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC2, "dischargeable-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC4, "dischargeable", EL_U8, 0, 1, 1, "%", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC5, "rated-charge-power", EL_U32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC6, "rated-discharge-power", EL_U32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC7, "vehicle", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC8, "least-charge-power", EL_U32, 0, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC8, "most-charge-power", EL_U32, 4, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC9, "least-discharge-power", EL_U32, 0, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xC9, "most-discharge-power", EL_U32, 4, 8, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xCC, "type", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xCE, "chargeable-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xCF, "chargeable-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD0, "used-capacity", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD2, "rated-voltage", EL_U16, 0, 2, 1, "V", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD3, "power", EL_I32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD4, "current", EL_I16, 0, 2, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD5, "voltage", EL_I16, 0, 2, 1, "V", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD6, "energy-discharged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xD8, "energy-charged", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xDA, "mode", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xDB, "interconnection", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xDC, "charge-method", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xDD, "discharge-method", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xDE, "purchase-limit-power", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xDF, "reconnection-permission", EL_STATE, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xE0, "v2g-power", EL_I32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xE1, "status", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xE2, "remaining-energy", EL_U32, 0, 4, 1, "Wh", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xE4, "remaining", EL_U8, 0, 1, 1, "%", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xE5, "maintenance", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x027E, 0xE7, "charge-amount", EL_U32, 0, 4, 1, "Wh", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xEA, "discharge-amount", EL_U32, 0, 4, 1, "Wh", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xEB, "charge-power", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x027E, 0xEC, "discharge-power", EL_U32, 0, 4, 1, "W", EL_GET | EL_SET, { 0 }, 0, 0 },
	/* ---- Distribution board */
	{ 0x0287, 0xB0, "rated-current", EL_U8, 0, 1, 1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xB1, "channels", EL_U8_FD, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xC0, "energy", EL_U32, 0, 4, 1, "kWh", EL_GET, { 0xC2 }, 0, 0 },
	{ 0x0287, 0xC1, "energy-reverse", EL_U32, 0, 4, 1, "kWh", EL_GET, { 0xC2 }, 0, 0 },
	{ 0x0287, 0xC2, "energy-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE, { 0 }, 0, 0 },
	{ 0x0287, 0xC6, "power", EL_I32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xC7, "current-r", EL_I16, 0, 4, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xC7, "current-t", EL_I16, 2, 4, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xC8, "voltage-rn", EL_U16, 0, 4, 0.1, "V", EL_GET, { 0 }, 0, 0 },
	{ 0x0287, 0xC8, "voltage-sn", EL_U16, 2, 4, 0.1, "V", EL_GET, { 0 }, 0, 0 },
	CHANNEL(0xD0, 1)
	CHANNEL(0xD1, 2)
	CHANNEL(0xD2, 3)
	CHANNEL(0xD3, 4)
	CHANNEL(0xD4, 5)
	CHANNEL(0xD5, 6)
	CHANNEL(0xD6, 7)
	CHANNEL(0xD7, 8)
	CHANNEL(0xD8, 9)
	CHANNEL(0xD9, 10)
	CHANNEL(0xDA, 11)
	CHANNEL(0xDB, 12)
	CHANNEL(0xDC, 13)
	CHANNEL(0xDD, 14)
	CHANNEL(0xDE, 15)
	CHANNEL(0xDF, 16)
	CHANNEL(0xE0, 17)
	CHANNEL(0xE1, 18)
	CHANNEL(0xE2, 19)
	CHANNEL(0xE3, 20)
	CHANNEL(0xE4, 21)
	CHANNEL(0xE5, 22)
	CHANNEL(0xE6, 23)
	CHANNEL(0xE7, 24)
	CHANNEL(0xE8, 25)
	CHANNEL(0xE9, 26)
	CHANNEL(0xEA, 27)
	CHANNEL(0xEB, 28)
	CHANNEL(0xEC, 29)
	CHANNEL(0xED, 30)
	CHANNEL(0xEE, 31)
	CHANNEL(0xEF, 32)
	/* ---- Low-voltage smart meter */
	{ 0x0288, 0xD0, "energy-minute", EL_U32, 7, 15, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0, 0 },
	{ 0x0288, 0xD0, "energy-reverse-minute", EL_U32, 11, 15, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0, 0 },
	{ 0x0288, 0xD3, "coefficient", EL_U32, 0, 4, 1, "", EL_GET | EL_OPTIONAL, { 0 }, 0, 0 },
	{ 0x0288, 0xD7, "digits", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x0288, 0xE0, "energy", EL_U32, 0, 4, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0xE2, 0xE5 },
	{ 0x0288, 0xE1, "energy-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE, { 0 }, 0, 0 },
	{ 0x0288, 0xE3, "energy-reverse", EL_U32, 0, 4, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0xE4, 0xE5 },
	{ 0x0288, 0xE5, "history-day", EL_U8, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x0288, 0xE7, "power", EL_I32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
	{ 0x0288, 0xE8, "current-r", EL_I16, 0, 4, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x0288, 0xE8, "current-t", EL_I16, 2, 4, 0.1, "A", EL_GET, { 0 }, 0, 0 },
	{ 0x0288, 0xEA, "energy-fixed-time", EL_U32, 7, 11, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0xE2, 0xE5 },
	{ 0x0288, 0xEB, "energy-reverse-fixed-time", EL_U32, 7, 11, 1, "kWh", EL_GET, { 0xD3, 0xE1 }, 0xE4, 0xE5 },
	/* ---- High-voltage smart meter */
	{ 0x028A, 0xC1, "month-max-demand", EL_U32, 0, 4, 1, "kW", EL_GET, { 0xD3, 0xD4, 0xC5 }, 0, 0 },
	{ 0x028A, 0xC3, "demand", EL_U32, 7, 11, 1, "kW", EL_GET, { 0xD3, 0xD4, 0xC5 }, 0xC6, 0xE1 },
	{ 0x028A, 0xC4, "demand-digits", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x028A, 0xC5, "demand-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE, { 0 }, 0, 0 },
	{ 0x028A, 0xCA, "reactive-energy", EL_U32, 7, 11, 1, "kvarh", EL_GET, { 0xD3, 0xD4, 0xCD }, 0xCE, 0xE1 },
	{ 0x028A, 0xCB, "reactive-energy-fixed-time", EL_U32, 7, 11, 1, "kvarh", EL_GET, { 0xD3, 0xD4, 0xCD }, 0xCE, 0xE1 },
	{ 0x028A, 0xCC, "reactive-digits", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x028A, 0xCD, "reactive-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE, { 0 }, 0, 0 },
	{ 0x028A, 0xD3, "coefficient", EL_U32, 0, 4, 1, "", EL_GET | EL_OPTIONAL, { 0 }, 0, 0 },
	{ 0x028A, 0xD4, "coefficient-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE | EL_OPTIONAL, { 0 }, 0, 0 },
	{ 0x028A, 0xE0, "fixed-day", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x028A, 0xE1, "history-day", EL_U8, 0, 1, 1, "", EL_GET | EL_SET, { 0 }, 0, 0 },
	{ 0x028A, 0xE2, "energy", EL_U32, 7, 11, 1, "kWh", EL_GET, { 0xD3, 0xD4, 0xE6 }, 0xE7, 0xE1 },
	{ 0x028A, 0xE3, "energy-fixed-time", EL_U32, 7, 11, 1, "kWh", EL_GET, { 0xD3, 0xD4, 0xE6 }, 0xE7, 0xE1 },
	{ 0x028A, 0xE5, "energy-digits", EL_U8, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x028A, 0xE6, "energy-unit", EL_STATE, 0, 1, 1, "", EL_GET | EL_CODE, { 0 }, 0, 0 },
	/* ---- Multi-input power conditioner */
	{ 0x02A5, 0xD0, "interconnection", EL_STATE, 0, 1, 1, "", EL_GET, { 0 }, 0, 0 },
	{ 0x02A5, 0xE0, "energy", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x02A5, 0xE3, "energy-reverse", EL_U32, 0, 4, 0.001, "kWh", EL_GET, { 0 }, 0, 0 },
	{ 0x02A5, 0xE7, "power", EL_I32, 0, 4, 1, "W", EL_GET, { 0 }, 0, 0 },
};

static const struct echonet_class classes[] = {
	{ 0x0156, "Package air conditioner, indoor unit" },
	{ 0x0157, "Package air conditioner, outdoor unit" },
	{ 0x0279, "Photovoltaics" },
	{ 0x027C, "Fuel cell" },
	{ 0x027D, "Storage battery" },
	{ 0x027E, "EV charger and discharger" },
	{ 0x0287, "Distribution board" },
	{ 0x0288, "Low-voltage smart meter" },
	{ 0x028A, "High-voltage smart meter" },
	{ 0x02A5, "Multi-input power conditioner" },
	{ 0x0EF0, "Node profile" },
	{ 0x05FF, "Controller" },
};
/* clang-format on */

const struct echonet_row *
echonet_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct echonet_class *
echonet_class_row(size_t i)
{
	return i < ARRAY_LEN(classes) ? &classes[i] : NULL;
}

const struct echonet_class *
echonet_class(uint16_t class)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (classes[i].class == class)
			return &classes[i];
	return NULL;
}

const struct echonet_row *
echonet_find(uint16_t class, uint8_t epc)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].epc == epc &&
		    (rows[i].class == class || (rows[i].class == 0 && class != ECHONET_NODE >> 8)))
			return &rows[i];
	return NULL;
}

const struct echonet_row *
echonet_next_part(const struct echonet_row *r)
{
	const struct echonet_row *next = r + 1;

	return next < rows + ARRAY_LEN(rows) && next->class == r->class && next->epc == r->epc ? next : NULL;
}

unsigned
echonet_form_size(unsigned form)
{
	static const unsigned sizes[EL_FORM_COUNT] = { 1, 1, 1, 2, 2, 4, 4, 1 };

	return form < EL_FORM_COUNT ? sizes[form] : 0;
}

bool
echonet_is_nothing(unsigned form, int64_t raw)
{
	switch (form) {
	case EL_U8: return raw >= 0xFE;
	case EL_U8_FD: return raw >= 0xFD;
	case EL_I8: return raw >= 0x7E || raw == -0x80;
	case EL_U16: return raw >= 0xFFFE;
	case EL_I16: return raw >= 0x7FFE || raw == -0x8000;
	case EL_U32: return raw >= INT64_C(0xFFFFFFFE);
	case EL_I32: return raw >= INT64_C(0x7FFFFFFE) || raw == -INT64_C(0x80000000);
	default: return false;
	}
}

bool
echonet_unit_code(uint8_t code, double *out)
{
	static const double below[] = { 1, 0.1, 0.01, 0.001, 0.0001 }, above[] = { 10, 100, 1000, 10000 };

	if (code < ARRAY_LEN(below))
		*out = below[code];
	else if (code >= 0x0A && code < 0x0A + ARRAY_LEN(above))
		*out = above[code - 0x0A];
	else
		return false;
	return true;
}

/* ---- names */

/* n digits of base 16 at the start of text. */
static bool
take_hex(const char *text, size_t n, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		    : c >= 'A' && c <= 'F'        ? (unsigned)(c - 'A' + 10)
		    : c >= 'a' && c <= 'f'        ? (unsigned)(c - 'a' + 10)
		                                  : 16;

		if (d > 15)
			return false;
		*out = *out << 4 | d;
	}
	return true;
}

static bool
is_in(const struct echonet_row *r, uint16_t class)
{
	return r->class == class || r->class == 0;
}

/* "E3", "E8.2" */
static const struct echonet_row *
by_number(uint16_t class, const char *text)
{
	const struct echonet_row *r;
	uint32_t epc;
	int64_t part = 1;

	if (!take_hex(text, 2, &epc) || (text[2] != '\0' && text[2] != '.'))
		return NULL;
	if (text[2] == '.' && !str_to_i64(text + 3, 1, 9, &part))
		return NULL;
	r = echonet_find(class, (uint8_t)epc);
	while (r != NULL && --part > 0)
		r = echonet_next_part(r);
	return r;
}

static bool
say_unknown(uint16_t class, const char *text, char *message, size_t size)
{
	const char *names[ARRAY_LEN(rows) + 1], *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_in(&rows[i], class))
			names[n++] = rows[i].name;
	names[n] = NULL;
	near = str_nearest(text, names);
	str_printf(message, size, "class %04X has no property '%.40s' that Chisan knows; %s%s%s", class, text,
	    near != NULL ? "did you mean " : "write its number or name, as 028A.E3 or 028A.energy",
	    near != NULL ? near : "", near != NULL ? "?" : "");
	return false;
}

bool
echonet_place(const char *text, struct echonet_place *out, char *message, size_t size)
{
	uint32_t class = 0, instance = 1;
	size_t len = strcspn(text, ".");

	*out = (struct echonet_place){ 0 };
	if ((len != 4 && len != 6) || text[len] != '.' || !take_hex(text, 4, &class) ||
	    (len == 6 && !take_hex(text + 4, 2, &instance))) {
		str_printf(
		    message, size, "'%.40s' names no property; write class, instance and property, as 028A01.E3", text);
		return false;
	}
	if (instance == 0 || instance > 127) {
		str_printf(message, size, "instance %02X of '%.40s' is none; instances are 01 to 7F",
		    (unsigned)instance, text);
		return false;
	}
	if (class == 0 || echonet_class((uint16_t) class) == NULL) {
		str_printf(
		    message, size, "class %04X is none that Chisan knows; chisan-site(5) lists them", (unsigned)class);
		return false;
	}
	text += len + 1;
	out->object = class << 8 | instance;
	out->row = by_number((uint16_t) class, text);
	for (size_t i = 0; i < ARRAY_LEN(rows) && out->row == NULL; i++)
		if (is_in(&rows[i], (uint16_t) class) && strcmp(rows[i].name, text) == 0)
			out->row = &rows[i];
	return out->row != NULL || say_unknown((uint16_t) class, text, message, size);
}
