/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_notify.c - notify: the program that tells, and the chain of those who are told.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define DAY_US (86400 * US_PER_S)

static void
check_program(struct check *c, const struct site_notify *n)
{
	struct mark at = AT_KEY(notify_schema, n, struct site_notify, program);
	struct stat st;
	const char *name = n->program;
	if (name == NULL)
		return;
	if (name[0] != '/') {
		fault_at(c->f, at,
		    "'%s' is not a full path, and nothing is searched for; write it from the root, as "
		    "/usr/local/lib/chisan/tell-duty",
		    name);
		return;
	}
	/* The files may be looked at on another machine than the one that serves them. */
	if (stat(name, &st) != 0)
		warn_at(c->f, at, "there is no %s on this machine; nobody is told until it is there", name);
	else if (!S_ISREG(st.st_mode))
		warn_at(c->f, at, "%s is not a file; write the path of a program", name);
	else if (access(name, X_OK) != 0)
		warn_at(c->f, at, "%s cannot be executed; chmod +x makes it a program", name);
}

static void
check_times(struct check *c, const struct site_duty *d)
{
	const struct site_duty_time *t = d->times.v;
	for (uint32_t i = 0; i < d->times.n; i++) {
		if (t[i].from_us == DAY_US)
			fault_at(c->f, AT_KEY(duty_time_schema, &t[i], struct site_duty_time, from_us),
			    "from 24h is the next day; write 0s, or an earlier time");
		if (t[i].from_us % (60 * US_PER_S) != 0 || t[i].to_us % (60 * US_PER_S) != 0)
			fault_at(c->f, t[i].node.at, "times of duty are whole minutes; write them as 17h30m");
	}
}

static void
check_duty(struct check *c, const struct site_duty *d, const struct site_duty *before)
{
	const struct {
		const char *text;
		size_t offset;
		const char *key;
	} words[] = {
		{ d->name, offsetof(struct site_duty, name), "name" },
		{ d->address, offsetof(struct site_duty, address), "address" },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].text != NULL && words[i].text[0] == '-')
			fault_at(c->f, schema_mark(&duty_schema, d, words[i].offset),
			    "%s: '%s' begins with -, which the program would take for an option; write another",
			    words[i].key, words[i].text);
	if (before != NULL && d->after_us < before->after_us)
		warn_at(c->f, AT_KEY(duty_schema, d, struct site_duty, after_us),
		    "told earlier than the step above it; the chain is in the order of after, so move it up");
	check_times(c, d);
	check_areas(c, AT_KEY(duty_schema, d, struct site_duty, areas), d->areas);
}

void
check_notify(struct check *c)
{
	const struct site_notify *n = c->s->notify;
	if (n == NULL)
		return;
	const struct site_duty *list = n->duty.v;
	struct check_name *names = xcalloc((size_t)n->duty.n + 1, sizeof(*names));
	check_program(c, n);
	for (uint32_t i = 0; i < n->duty.n; i++) {
		names[i] = (struct check_name){ list[i].name, AT_KEY(duty_schema, &list[i], struct site_duty, name) };
		check_duty(c, &list[i], i > 0 ? &list[i - 1] : NULL);
	}
	check_unique(c, names, n->duty.n, "the duty");
	if (n->duty.n == 0 && IS_SET(notify_schema, n, struct site_notify, duty))
		fault_at(c->f, AT_KEY(notify_schema, n, struct site_notify, duty),
		    "a chain without anybody; write at least one duty with name and address");
	free(names);
}
