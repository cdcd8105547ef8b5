/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_raw.c - registers of a device, read once and shown as they are.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/registers.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

struct wanted {
	struct msg_registers_get asked;
	struct registers got;
	bool has_come;
};

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct wanted *w = arg;

	(void)c;
	w->has_come = registers_take(&w->got, f, &w->asked);
	return w->has_come; /* its result follows */
}

/* Its number; UINT32_MAX: no such device, as was said. */
static uint32_t
find_device(const struct client *c, const char *name)
{
	const char **names = xcalloc((size_t)c->device_count + 1, sizeof *names), *near;
	uint32_t found = UINT32_MAX;

	for (uint32_t i = 0; i < c->device_count; i++) {
		names[i] = c->devices[i].name;
		if (strcmp(name, names[i]) == 0)
			found = i;
	}
	near = str_nearest(name, names);
	if (found == UINT32_MAX && near != NULL)
		say_error("there is no device %s; did you mean %s?", name, near);
	else if (found == UINT32_MAX)
		say_error("there is no device %s; \"chisan links\" lists them", name);
	free(names);
	return found;
}

static void
print(const struct options *o, const struct wanted *w, const char *device)
{
	char line[REGISTERS_LINE];

	if (o->json) {
		jout_print(registers_json(&w->got, device));
		return;
	}
	say("%s\n", registers_head(&w->got));
	for (unsigned i = 0; i < registers_lines(&w->got); i++)
		say("%s\n", registers_line(&w->got, i, line));
}

static int
ask(const struct options *o, struct client *c, struct wanted *w)
{
	struct wbuf b;
	int code;

	wbuf_init(&b);
	msg_registers_get_put(&b, &w->asked);
	code = cmd_ask(o, c, W_REGISTERS_GET, &b, take, w, NULL);
	wbuf_done(&b);
	if (code == CMD_DONE && !w->has_come) {
		say_error("chisand answers something else than these registers");
		return CMD_FAILED;
	}
	if (code == CMD_DONE)
		print(o, w, c->devices[w->asked.device].name);
	return code;
}

int
cmd_raw(const struct options *o)
{
	struct wanted *w = xcalloc(1, sizeof *w);
	struct client *c = NULL;
	char why[200];
	int code = CMD_USAGE;

	if (!registers_read(o->args[2], o->args[3], o->arg_count > 4 ? o->args[4] : NULL, &w->asked, why, sizeof why))
		say_error("%s", why);
	else
		c = cmd_snapshot(o, SUB_SITE | SUB_DEVICES, &code);
	if (c != NULL) {
		w->asked.device = find_device(c, o->args[1]);
		code = w->asked.device == UINT32_MAX ? CMD_NOT_FOUND : ask(o, c, w);
		client_free(c);
	}
	free(w);
	return code;
}
