/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_plant.c - a client's bytes to the simulated devices: framing, requests, writes, and what the models do with them. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/plant/image.h"
#include "drivers/plant/modbus_server.h"
#include "scada/base/mem.h"

#define PLAIN .bit = -1, .bits = { (double)NAN, (double)NAN }, .scale_factor = -1, .open_address = -1

static struct site_revert revert = { .after_us = 60 * US_PER_S, .to = (double)NAN, .timer_register = 14 };
static struct site_register registers[] = {
	{ .table = TABLE_HOLDING, .address = 0, .type = RAW_F32, .scale = 1, PLAIN },
	{ .table = TABLE_HOLDING, .address = 2, .type = RAW_U64, .scale = 0.001, PLAIN },
	{ .table = TABLE_HOLDING, .address = 6, .type = RAW_F64, .scale = 1, .offset = -40, PLAIN },
	{ .table = TABLE_HOLDING, .address = 10, .type = RAW_I32, .scale = 0.001, PLAIN },
	{ .table = TABLE_HOLDING, .address = 12, .type = RAW_I16, .scale = 0.1, .invert = true, PLAIN },
	{ .table = TABLE_COIL, .address = 1, .type = RAW_BIT, .scale = 1, .pulse_us = 1, PLAIN },
	{ .table = TABLE_DISCRETE, .address = 7, .type = RAW_BIT, .scale = 1, PLAIN },
	{ .table = TABLE_INPUT, .address = 0, .type = RAW_U16, .scale = 1, PLAIN },
};
static struct site_point_def defs[] = {
	{ .tag = "P", .kind = KIND_ANALOG, .read = &registers[0], .range = { (double)NAN, (double)NAN } },
	{ .tag = "KWH", .kind = KIND_COUNTER, .read = &registers[1], .range = { (double)NAN, (double)NAN } },
	{ .tag = "D",
	    .kind = KIND_SETPOINT,
	    .read = &registers[2],
	    .write = &registers[2],
	    .range = { (double)NAN, (double)NAN } },
	{ .tag = "P_SP",
	    .kind = KIND_SETPOINT,
	    .read = &registers[3],
	    .write = &registers[3],
	    .range = { -180, 180 },
	    .revert = &revert },
	{ .tag = "ONOFF",
	    .kind = KIND_COMMAND,
	    .read = &registers[4],
	    .write = &registers[4],
	    .range = { (double)NAN, (double)NAN } },
	{ .tag = "START", .kind = KIND_COMMAND, .write = &registers[5], .range = { (double)NAN, (double)NAN } },
	{ .tag = "RUN", .kind = KIND_DIGITAL, .read = &registers[6], .range = { (double)NAN, (double)NAN } },
	{ .tag = "X", .kind = KIND_ANALOG, .read = &registers[7], .range = { 0, 100 } },
};
static struct bus bus = { .name = "MAIN", .carrier = CARRIER_ELECTRICITY };
static struct asset_battery battery = { .energy_kwh = 405,
	.charge_kw = 180,
	.discharge_kw = 180,
	.efficiency_charge = 0.94,
	.efficiency_discharge = 0.94,
	.soc_max_pct = 90,
	.temperature_max_c = 45 };
static struct key_point roles[] = { { "p", "D.P" }, { "p_sp", "D.P_SP" } };
static struct asset asset = {
	.name = "D", .kind = ASSET_BATTERY, .bus = "MAIN", .points = { roles, 2 }, .parameters = &battery
};
static const struct energy energy = {
	.buses = { &bus, 1 }, .assets = { &asset, 1 }, .latitude_deg = 35, .longitude_deg = 139
};

static int
read_fn(void *arg, int table, unsigned address, unsigned count, uint16_t *out)
{
	return image_read(arg, table, address, count, out);
}

static int
write_fn(void *arg, int table, unsigned address, unsigned count, const uint16_t *in)
{
	return image_write(arg, table, address, count, in);
}

static struct image *
device(void)
{
	static struct site_profile profile = {
		.name = "x", .byte_order = ORDER_CDAB, .max_registers = 125, .max_bits = 2000, .max_gap = 8
	};
	static struct site_point points[ARRAY_LEN(defs)];
	static struct site_node node = { .profile = &profile, .count = ARRAY_LEN(defs) };
	static struct site site = { .points = points, .point_count = ARRAY_LEN(defs) };
	static const char *const names[] = { "D.P", "D.KWH", "D.D", "D.P_SP", "D.ONOFF", "D.START", "D.RUN", "D.X" };
	static struct image *im;
	if (im != NULL)
		return im;
	struct world *w = world_new(&energy, (struct utc){ INT64_C(1790000000) * US_PER_S }, 1);
	for (size_t i = 0; i < ARRAY_LEN(defs); i++)
		points[i] = (struct site_point){ .name = names[i], .def = &defs[i] };
	im = arena_alloc(w->arena, sizeof(*im));
	*im = (struct image){ .node = &node, .name = "D", .world = w };
	bind_image(im, w->arena, &site);
	image_build(im, w->arena);
	return im;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct image *im = device();
	struct mb_target t = { read_fn, write_fn, 125, 2000, im };
	uint8_t reply[ADU_MAX];
	size_t at = 0;
	while (at < len) {
		int n = mb_frame_length(data + at, len - at);
		if (n <= 0)
			break;
		size_t r = mb_answer(&t, data + at, (size_t)n, reply);
		if (r < 9 || r > ADU_MAX || r != 6u + ((size_t)reply[4] << 8 | reply[5]))
			__builtin_trap();
		at += (size_t)n;
	}
	world_step(im->world, 1);
	image_tick(im);
	const double *soc = world_signal(im->world, im->world->models[0], "soc", NULL);
	if (!(*soc >= 0 && *soc <= 100) || !isfinite(im->world->models[0]->p_kw))
		__builtin_trap();
	return 0;
}
