/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_dump.c - requests and answers of a device, or of all on its link, as they come: a line each.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/dump_say.h"
#include "console/jout.h"
#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define SECONDS   10 /* unless given */
#define BYTES_MAX 1536

struct dump {
	const struct options *o;
	struct dump_say say;
	bool is_bad; /* what came cannot be read */
};

static void
print_json(const struct msg_dump_line *m, const char *device, const char *line)
{
	static const char *const words[DUMP_WHAT_COUNT] = { "request", "answer", "none" };
	static const char *const forms[DUMP_FORM_COUNT] = { "tcp", "rtu", "echonet" };
	json_t *j = jout_begin();
	char hex[2 * BYTES_MAX + 1] = "", text[8];

	for (size_t i = 0; i < m->raw.len && i < BYTES_MAX; i++) {
		str_printf(text, sizeof text, "%02x", m->raw.data[i]);
		str_append(hex, sizeof hex, text);
	}
	json_object_set_new(j, "time", jout_time((struct utc){ m->time }));
	json_object_set_new(j, "device", m->device == DUMP_NO_DEVICE ? json_null() : jout_text(device));
	json_object_set_new(j, "what", json_string(words[m->what]));
	json_object_set_new(j, "form", json_string(forms[m->form]));
	if (m->form == DUMP_ECHONET)
		json_object_set_new(j, "peer", jout_text(m->peer));
	json_object_set_new(j, "answer_ms", jout_number((double)m->took_us / 1000));
	json_object_set_new(j, "line", jout_text(line));
	json_object_set_new(j, "bytes", json_string(hex));
	jout_print(j);
}

static void
print(struct dump *d, const struct client *c, const struct msg_dump_line *m)
{
	char line[DUMP_SAY_LINE], bytes[DUMP_SAY_BYTES], device[POINT_NAME_MAX * 2] = "?";

	if (m->device == DUMP_NO_DEVICE)
		str_copy(device, sizeof device, "-");
	if (m->device < c->device_count)
		text_put_safe(device, sizeof device, c->devices[m->device].name, -1);
	dump_say_line(&d->say, m, device, line);
	if (d->o->json)
		print_json(m, device, line);
	else
		say("%s%s\n%s", d->o->hex ? "# " : "", line, d->o->hex ? dump_say_bytes(m, bytes) : "");
}

static void
say_left_out(uint32_t count)
{
	if (count > 0)
		say_error("%u lines were left out here: more came than could be taken", count);
}

/* False: what came cannot be read, or nobody reads what is printed. */
static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct dump *d = arg;
	struct msg_dump m;
	struct msg_dump_line line;
	struct rbuf r, lines;

	rbuf_init(&r, f->body, f->length);
	d->is_bad = f->type != W_DUMP || !msg_dump_get(&r, &m) || !r_done(&r);
	if (d->is_bad)
		return false;
	say_left_out(m.left_out);
	rbuf_init(&lines, m.data.data, m.data.len);
	for (unsigned i = 0; i < m.lines && !d->is_bad; i++) {
		d->is_bad =
		    !msg_dump_line_get(&lines, &line) || line.what >= DUMP_WHAT_COUNT || line.form >= DUMP_FORM_COUNT;
		if (!d->is_bad)
			print(d, c, &line);
	}
	return say_flush() == 0 && !d->is_bad;
}

/*
 * A device by its name, or all that share a link by its address without or with a unit; a node of ECHONET Lite by the whole of its address,
 * all of an interface by what stands before. False: there is none, as was said.
 */
static bool
find(const struct client *c, const char *what, struct msg_dump_get *m)
{
	const char **names = xcalloc((size_t)c->device_count + 1, sizeof *names), *near;
	size_t len = strlen(what);
	bool is_found = false;

	m->whole = strstr(what, "://") != NULL;
	for (uint32_t i = 0; i < c->device_count; i++) {
		const char *link = c->devices[i].link;
		names[i] = c->devices[i].name;
		if (is_found ||
		    (m->whole ? strncmp(link, what, len) != 0 || (link[len] != '\0' && link[len] != '/')
		              : strcmp(names[i], what) != 0))
			continue;
		m->device = i;
		m->whole = m->whole && !(link[len] == '\0' && strncmp(link, "echonet:", 8) == 0);
		is_found = true;
	}
	near = str_nearest(what, names);
	if (!is_found && near != NULL)
		say_error("there is no device %s; did you mean %s?", what, near);
	else if (!is_found)
		say_error("there is no device or link %s; \"chisan links\" lists them", what);
	free(names);
	return is_found;
}

int
cmd_dump(const struct options *o)
{
	struct dump *d = xcalloc(1, sizeof *d);
	struct msg_dump_get m = { .seconds = o->seconds > 0 ? (uint32_t)o->seconds : SECONDS };
	int code = CMD_NOT_FOUND;
	struct client *c = cmd_snapshot(o, SUB_SITE | SUB_DEVICES, &code);
	struct wbuf b;

	d->o = o;
	m.frames = o->count > UINT32_MAX ? 0 : (uint32_t)o->count;
	if (o->count > 0 && o->seconds == 0)
		m.seconds = DUMP_SECONDS_MAX;
	if (c != NULL && !find(c, o->args[1], &m)) {
		code = CMD_NOT_FOUND;
	} else if (c != NULL) {
		wbuf_init(&b);
		msg_dump_get_put(&b, &m);
		code = cmd_ask(o, c, W_DUMP_GET, &b, take, d, NULL);
		wbuf_done(&b);
	}
	if (d->is_bad) {
		say_error("chisand answers something else than frames of this device");
		code = CMD_FAILED;
	}
	if (c != NULL)
		client_free(c);
	free(d);
	return code;
}
