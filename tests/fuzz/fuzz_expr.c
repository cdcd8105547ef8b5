/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_expr.c - any text as an expression, evaluated over points of every quality.
 * The first bytes choose the qualities; the rest is the text.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/expr.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

static const char *const names[] = { "A.P", "B.P", "GRID.CB.52R", "ESS1.P", "ESS2.P", "ESS3.SOC" };
static struct value values[ARRAY_LEN(names)];

static point_id
find(const char *name, void *arg)
{
	(void)arg;
	for (point_id id = 0; id < ARRAY_LEN(names); id++)
		if (strcmp(names[id], name) == 0)
			return id;
	return POINT_NONE;
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	(void)arg;
	for (point_id id = 0; id < ARRAY_LEN(names); id++)
		if (str_glob(pattern, names[id]))
			each(id, each_arg);
}

static void
evaluate(struct expr *e)
{
	struct value v = { .v = 1, .time = { 5 } };
	size_t count;
	const point_id *in = expr_inputs(e, &count);

	for (size_t i = 0; i < count; i++)
		assert(in[i] < ARRAY_LEN(names) && (i == 0 || in[i - 1] < in[i]));
	for (int64_t dt = -1; dt < 3600 * US_PER_S; dt += 1800 * US_PER_S) {
		expr_eval(e, values, (struct utc){ 100 + dt }, dt, &v);
		assert(isfinite(v.v));
		assert((v.quality & ~(Q_DERIVED | Q_SUBSTITUTED | Q_FAILURE)) == 0);
		assert((quality_validity(v.quality) == V_GOOD) == (v.cause == OK));
	}
	for (size_t i = 0; i < expr_state_count(e); i++)
		assert(isfinite(expr_state(e, i)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expr_names all = { .find = find, .glob = glob };
	char message[120];
	size_t at = 0;

	if (size < ARRAY_LEN(names))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		values[i] =
		    (struct value){ .v = (double)(int8_t)data[i], .quality = (uint16_t)(1u << data[i] % 16 & Q_ALL) };
		if (data[i] == 0xFF)
			values[i].v = (double)NAN;
	}
	data += ARRAY_LEN(names);
	size -= ARRAY_LEN(names);
	char *text = xmalloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	struct expr *e = expr_parse(text, &all, message, sizeof(message), &at);
	if (e != NULL)
		evaluate(e);
	else
		assert(at <= strlen(text) && message[0] != '\0');
	expr_free(e);
	free(text);
	return 0;
}
