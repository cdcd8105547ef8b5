/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry.c - the drivers by number, out of the one list in driver.h.
 */
#include "config.h"

#include "drivers/driver.h"
#include "scada/base/mem.h"

#define ROW(name, transport) { transport, &drv_##name },
static const struct {
	unsigned transport;
	const struct driver *driver;
} rows[] = { DRIVER_LIST(ROW) };
#undef ROW

const struct driver *
driver_find(unsigned transport)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].transport == transport)
			return rows[i].driver;
	return NULL;
}

const struct driver *
driver_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? rows[i].driver : NULL;
}
