/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake.c - one run of chisan-site: its frames are collected, its faults told, its site handed on.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/core/intake.h"

#define FAULTS_LOGGED 20 /* of a reload; the first start prints all */

struct intake {
	struct supervise *supervise;
	const char *folder;
	const struct intake_ops *ops;
	void *arg;
	struct site_intake *run; /* NULL: nothing runs, or the outcome is known */
	uint32_t faults;
	bool is_first, is_running, again;
};

struct intake *
intake_new(struct supervise *s, const char *folder, const struct intake_ops *ops, void *arg)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->supervise = s;
	in->folder = folder;
	in->ops = ops;
	in->arg = arg;
	in->is_first = true;
	return in;
}

void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	site_intake_free(in->run);
	free(in);
}

static void
fault_cb(const struct msg_site_fault *f, void *arg)
{
	struct intake *in = arg;

	if (in->is_first) {
		site_fault_print(f, stderr);
		return;
	}
	if (in->faults++ < FAULTS_LOGGED) {
		if (f->is_warning)
			log_warn("%s:%u:%u: %s", f->file, f->line, f->column, f->text);
		else
			log_error("%s:%u:%u: %s", f->file, f->line, f->column, f->text);
	}
}

static void
finish(struct intake *in, enum err e)
{
	struct site *site = e == OK ? site_intake_take(in->run) : NULL;
	uint64_t hash[4] = { 0 };

	if (site != NULL)
		site_intake_hash(in->run, hash);
	else if (e == OK)
		e = ERR_FRAME;
	site_intake_free(in->run);
	in->run = NULL;
	if (in->faults > FAULTS_LOGGED)
		log_error("and %u more; \"chisand -n -f %s\" prints all", in->faults - FAULTS_LOGGED, in->folder);
	if (e == OK) {
		in->is_first = false;
		in->ops->loaded(site, hash, in->arg);
	} else {
		in->ops->failed(e, in->arg);
	}
}

void
intake_start(struct intake *in)
{
	const char *arguments[] = { in->folder, NULL };
	enum err e;

	if (in->is_running) {
		in->again = true;
		return;
	}
	in->again = false;
	in->faults = 0;
	in->run = site_intake_new(fault_cb, in);
	e = supervise_start(in->supervise, HELPER_SITE, arguments);
	if (e == OK)
		in->is_running = true;
	else
		finish(in, e);
}

void
intake_frame(struct intake *in, const struct frame *f)
{
	enum err e;

	if (in->run == NULL)
		return;
	e = site_intake_frame(in->run, f);
	if (e != ERR_BUSY)
		finish(in, e);
}

void
intake_down(struct intake *in, enum err why)
{
	in->is_running = false;
	if (in->run != NULL) {
		log_error("chisan-site ended before its work was done%s%s", why == ERR_CLOSED ? "" : ": ",
		    why == ERR_CLOSED ? "" : err_text(why));
		finish(in, ERR_FAILED);
	}
	if (in->again)
		intake_start(in);
}
