/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_peer HOST PORT [lenient] - what chisan-field must make of the server of field_pymodbus.py: all types in all orders, both
 * register tables, bits, a scale factor, an address that does not exist, a unit that is not there; and what it must write to it.
 * lenient: a server that answers for each unit and knows no exceptions, and for such an address with nothing.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/fault/fieldpipe.h"

#define PERIOD 100000
#define SOON   8000

static const struct {
	enum raw_type type;
	double want;
} values[] = {
	{ RAW_U16, 54321 },
	{ RAW_I16, -12345 },
	{ RAW_U32, 3123456789.0 },
	{ RAW_I32, -2012345678 },
	{ RAW_U64, 1234567890123456.0 },
	{ RAW_I64, -1234567890123456.0 },
	{ RAW_F32, 123.4375 },
	{ RAW_F64, -98765.4321 },
};

static const double written[ARRAY_LEN(values)] = { 65535, -32768, 4023456789.0, -1912345678, 9234567890123456.0,
	-9234567890123456.0, -0.0078125, 31415.926535 };

static struct fieldpipe fp;
static double wanted[256];
static unsigned faults;

static void
add(uint32_t device, struct msg_field_item m, double want)
{
	m.device = device;
	m.period_us = PERIOD;
	wanted[fp_item(&fp, m)] = want;
}

static void
add_registers(uint32_t device, uint8_t table)
{
	uint16_t address = 0;

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		for (uint8_t order = 0; order < ORDER_COUNT; order++) {
			add(device,
			    (struct msg_field_item){
			        .table = table, .address = address, .type = values[i].type, .order = order },
			    values[i].want);
			address = (uint16_t)(address + raw_type_registers(values[i].type));
		}
	}
	/* the first register, 54321, with a scale factor far behind it: the site allows one request of 200 registers to no
	 * device, so it is said that it cannot be read; the one beside it can */
	add(device,
	    (struct msg_field_item){ .table = table, .address = 0, .type = RAW_U16, .has_sf = 1, .sf_address = 199 },
	    (double)NAN);
	add(device,
	    (struct msg_field_item){ .table = table, .address = 198, .type = RAW_U16, .has_sf = 1, .sf_address = 199 },
	    0);
}

static void
check(uint32_t point)
{
	const struct fp_point *p = &fp.points[point];
	bool is_right =
	    isnan(wanted[point]) ? p->cause != OK && p->count > 0 : p->good > 0 && p->value == wanted[point];

	if (is_right)
		return;
	fprintf(
	    stderr, "point %u: %.17g (%s), %.17g was expected\n", point, p->value, err_word(p->cause), wanted[point]);
	faults++;
}

/* ---- writes */

static struct {
	uint32_t point;
	double value;
	uint32_t timer_s;
} writes[128];
static uint32_t write_count;

/* An output read where it is written, and what it is to be. */
static struct msg_field_output *
add_output(struct msg_field_output *m, double value)
{
	uint32_t point = fp.items;

	m->point = point;
	add(m->device,
	    (struct msg_field_item){ .table = m->table,
	        .address = m->address,
	        .type = m->type,
	        .order = m->order,
	        .bit_lo = m->bit_lo,
	        .bit_hi = m->bit_hi },
	    value);
	writes[write_count].point = point;
	writes[write_count++].value = value;
	return m;
}

static void
add_outputs(uint32_t device)
{
	struct msg_field_output m;
	uint16_t address = 200;

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		for (uint8_t order = 0; order < ORDER_COUNT; order++) {
			m = fp_output_default(device, 0, TABLE_HOLDING, address, values[i].type);
			m.order = order;
			fp_output(&fp, *add_output(&m, written[i]));
			address = (uint16_t)(address + raw_type_registers(values[i].type));
		}
	}
	m = fp_output_default(device, 0, TABLE_HOLDING, 300, RAW_U16);
	m.bit_lo = 4;
	m.bit_hi = 11;
	fp_output(&fp, *add_output(&m, 0xA7));
	m = fp_output_default(device, 0, TABLE_HOLDING, 311, RAW_U16);
	m.timer_address = 310;
	writes[write_count].timer_s = 3600;
	fp_output(&fp, *add_output(&m, 5));
	m = fp_output_default(device, 0, TABLE_COIL, 100, RAW_BIT);
	fp_output(&fp, *add_output(&m, 1));
	m = fp_output_default(device, 0, TABLE_COIL, 110, RAW_BIT);
	fp_output(&fp, *add_output(&m, 0));
	m = fp_output_default(device, 0, TABLE_COIL, 120, RAW_BIT);
	m.pulse_us = 300000;
	fp_output(&fp, *add_output(&m, 1));
}

/* All at once; each is accepted, and reads as it was written. */
static void
write_all(void)
{
	uint64_t first = fp.writes + 1;

	for (uint32_t i = 0; i < write_count; i++)
		fp_write_timed(&fp, writes[i].point, writes[i].value, writes[i].timer_s);
	for (uint32_t i = 0; i < write_count; i++) {
		const struct fp_written *w = &fp.written[first + i];
		const struct fp_point *p = &fp.points[writes[i].point];

		FP_UNTIL(&fp, SOON, w->count == 1);
		FP_UNTIL(&fp, SOON, p->time.us > w->time.us);
		if (w->err == OK && (p->value == writes[i].value || (i + 1 == write_count && p->value == 0)))
			continue;
		fprintf(stderr, "write of %.17g to point %u: %s, reads as %.17g\n", writes[i].value, writes[i].point,
		    w->detail, p->value);
		faults++;
	}
	FP_UNTIL(&fp, SOON, fp.points[writes[write_count - 1].point].value == 0); /* the pulse is over */
}

int
main(int argc, char **argv)
{
	int64_t port;
	uint32_t link, device, absent, lost;
	bool is_lenient;

	if (argc < 3 || argc > 4 || !str_to_i64(argv[2], 1, 65535, &port))
		return 2;
	is_lenient = argc == 4 && strcmp(argv[3], "lenient") == 0;
	fp_start(&fp);
	fp_begin(&fp);
	link = fp_link(&fp, argv[1], (uint16_t)port, 0, 0);
	device = fp_device(&fp, fp_device_default(link, 1));
	absent = fp_device(&fp, fp_device_default(link, 9));
	add_registers(device, TABLE_HOLDING);
	add_registers(device, TABLE_INPUT);
	for (uint16_t i = 0; i < 40; i++) {
		add(device, (struct msg_field_item){ .table = TABLE_COIL, .address = i, .type = RAW_BIT }, i % 3 == 0);
		add(device, (struct msg_field_item){ .table = TABLE_DISCRETE, .address = i, .type = RAW_BIT },
		    i % 3 == 0);
	}
	lost = fp.items;
	add(device, (struct msg_field_item){ .table = TABLE_HOLDING, .address = 1000, .type = RAW_U16 }, (double)NAN);
	fp_u16(&fp, absent, 0, PERIOD);
	add_outputs(device);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON,
	    fp.device[device].state == DEVICE_UP && fp.device[absent].state == (is_lenient ? DEVICE_UP : DEVICE_DOWN));
	for (uint32_t i = 0; i <= lost; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].count > 2);
	for (uint32_t i = 0; i <= lost; i++)
		check(i);
	if (fp.points[lost].cause != (is_lenient ? ERR_BAD_COUNT : ERR_EXC_ADDRESS)) {
		fprintf(stderr, "the address that does not exist: %s\n", err_word(fp.points[lost].cause));
		faults++;
	}
	write_all();
	printf("field_peer: %u points, %u writes, the absent unit: %s, %u faults\n", fp.items, write_count,
	    err_word(fp.device[absent].error), faults);
	fp_stop(&fp);
	return faults == 0 ? 0 : 1;
}
