/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_print_guard.c - what the guard did in a study, for people and programs.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/planner/study_print.h"

static const char *
figure(char buf[48], double v, int decimals)
{
	return str_fixed(buf, 48, v, decimals);
}

/* ---- for people */

static void
print_peak(FILE *out, const char *name, const struct study_peak *p, const struct study_guarded *g)
{
	char kw[48], at[32];

	fprintf(out, "  %-22s %14s kW   of %s", name, figure(kw, p->kw, 1), utc_said(at, sizeof(at), p->at));
	if (isfinite(g->target_kw))
		fprintf(out, "; %u of %u half hours above the target", p->above, g->half_hours);
	fprintf(out, "\n");
}

static void
print_seconds(FILE *out, const char *name, double s, const char *help)
{
	char buf[48];

	if (s > 0)
		fprintf(out, "  %-22s %14s s    %s\n", name, figure(buf, s, 0), help);
}

static void
print_over(FILE *out, const char *name, double s, double kwh)
{
	char a[48], b[48];

	if (s > 0)
		fprintf(out, "  %-22s %14s s    %s kWh\n", name, figure(a, s, 0), figure(b, kwh, 2));
}

void
study_print_guard_text(FILE *out, const struct study_asked *asked, const struct study_guarded *g)
{
	char buf[48], more[48];

	if (asked->guard.tick_us == 0)
		return;
	fprintf(out, "\nGuard, mode %s, ticks of %s", guard_mode_name(asked->guard.mode),
	    str_duration(buf, sizeof(buf), asked->guard.tick_us));
	if (isfinite(g->target_kw))
		fprintf(out, ", demand target %s kW", figure(more, g->target_kw, 1));
	fprintf(out, "\n");
	if (isfinite(g->with.kw)) {
		print_peak(out, "highest half hour", &g->with, g);
		print_peak(out, "without the guard", &g->without, g);
	}
	print_seconds(out, "limited", g->limited_s, "a battery or a source could not do what was planned or wanted");
	for (int r = WHY_NONE + 1; r < GUARD_REASONS; r++)
		print_seconds(out, guard_reason_name((enum guard_reason)r), g->reason_s[r],
		    guard_reason_help((enum guard_reason)r));
	print_over(out, "beyond import_max_kw", g->import_over_s, g->import_over_kwh);
	print_over(out, "beyond export_max_kw", g->export_over_s, g->export_over_kwh);
	for (unsigned i = 0; i < g->shed_count; i++)
		if (g->shed[i].seconds > 0)
			fprintf(out, "  shed: %-16s %14s kWh  level %u, off for %s s\n", g->shed[i].load->name,
			    figure(buf, g->shed[i].kwh, 1), g->shed[i].level, figure(more, g->shed[i].seconds, 0));
}

/* ---- for programs */

static void
put_number(FILE *out, const char *key, double v)
{
	char buf[32];

	fprintf(out, ",\"%s\":%s", key, isfinite(v) ? str_double(buf, sizeof(buf), v) : "null");
}

static void
put_peak(FILE *out, const char *key, const struct study_peak *p)
{
	char at[32];

	fprintf(out, ",\"%s\":{\"above_target\":%u", key, p->above);
	put_number(out, "highest_kw", p->kw);
	if (isfinite(p->kw))
		fprintf(out, ",\"at\":\"%s\"", utc_iso(at, sizeof(at), p->at));
	fprintf(out, "}");
}

static void
put_reasons(FILE *out, const struct study_guarded *g)
{
	const char *comma = "";
	char buf[32];

	fprintf(out, ",\"reason_s\":{");
	for (int r = WHY_NONE + 1; r < GUARD_REASONS; r++)
		if (g->reason_s[r] > 0) {
			fprintf(out, "%s\"%s\":%s", comma, guard_reason_name((enum guard_reason)r),
			    str_double(buf, sizeof(buf), g->reason_s[r]));
			comma = ",";
		}
	fprintf(out, "}");
}

void
study_print_guard_json(FILE *out, const struct study_asked *asked, const struct study_guarded *g)
{
	if (asked->guard.tick_us == 0)
		return;
	fprintf(out, ",\"guard\":{\"mode\":\"%s\"", guard_mode_name(asked->guard.mode));
	put_number(out, "tick_s", (double)asked->guard.tick_us / 1e6);
	put_number(out, "target_kw", g->target_kw);
	put_number(out, "half_hours", g->half_hours);
	put_peak(out, "with", &g->with);
	put_peak(out, "without", &g->without);
	put_number(out, "seconds", g->seconds);
	put_number(out, "limited_s", g->limited_s);
	put_number(out, "island_s", g->island_s);
	put_reasons(out, g);
	put_number(out, "import_over_s", g->import_over_s);
	put_number(out, "import_over_kwh", g->import_over_kwh);
	put_number(out, "export_over_s", g->export_over_s);
	put_number(out, "export_over_kwh", g->export_over_kwh);
	fprintf(out, ",\"shed\":[");
	for (unsigned i = 0; i < g->shed_count; i++) {
		/* A name of an asset is a word: nothing in it wants quoting. */
		fprintf(
		    out, "%s{\"load\":\"%s\",\"level\":%u", i > 0 ? "," : "", g->shed[i].load->name, g->shed[i].level);
		put_number(out, "kwh", g->shed[i].kwh);
		put_number(out, "seconds", g->shed[i].seconds);
		fprintf(out, "}");
	}
	fprintf(out, "]}");
}
