/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preview.c - the question, its answer, and the lines.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/preview.h"
#include "scada/base/command.h"
#include "scada/base/str.h"

void
preview_init(struct preview *p, struct client *c, void (*changed)(void *arg), void *arg)
{
	*p = (struct preview){ .client = c, .changed = changed, .arg = arg };
}

void
preview_drop(struct preview *p)
{
	client_forget(p->client, &p->asked);
	p->is_there = p->is_of_none = false;
	p->failed[0] = '\0';
}

bool
preview_take(struct preview *p, const struct frame *f)
{
	struct msg_preview m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!msg_preview_get(&r, &m) || !r_done(&r) || m.is_good != 1)
		return false;
	str_copy(p->soc_of_with, sizeof p->soc_of_with, m.soc_of_with);
	str_copy(p->soc_of_without, sizeof p->soc_of_without, m.soc_of_without);
	str_copy(p->missed, sizeof p->missed, m.missed);
	str_copy(p->text, sizeof p->text, m.text);
	m.soc_of_with = p->soc_of_with;
	m.soc_of_without = p->soc_of_without;
	m.missed = p->missed;
	m.text = p->text;
	p->m = m;
	p->is_there = true;
	return true;
}

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	(void)c;
	if (f->type == W_PREVIEW)
		(void)preview_take(arg, f);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct preview *p = arg;

	(void)c;
	p->asked = 0;
	p->is_of_none = addcause == AC_NOT_SUPPORTED;
	if (e != OK)
		str_copy(p->failed, sizeof p->failed, text);
	else if (!p->is_there)
		str_copy(p->failed, sizeof p->failed, "no preview: what chisand sent cannot be read");
	p->changed(p->arg);
}

static const struct client_answer answer = { answer_frame, answer_done };

void
preview_ask(struct preview *p, const char *point, double value, int64_t until)
{
	struct wbuf b;

	preview_drop(p);
	wbuf_init(&b);
	msg_preview_get_put(&b, &(struct msg_preview_get){ .value = value, .until = until, .point = point });
	p->asked = client_ask(p->client, W_PREVIEW_GET, &b, &answer, p);
	if (p->asked == 0)
		str_copy(p->failed, sizeof p->failed, "no preview: there is no link to chisand");
	wbuf_done(&b);
}

/* ---- words */

static const char *
number(double v, int decimals, char *buf, size_t size)
{
	if (isnan(v))
		str_copy(buf, size, "-");
	else
		str_fixed(buf, size, v, decimals);
	return buf;
}

/* "1.9 h (3.4 without)" */
static void
pair(double with, double without, int decimals, const char *unit, bool ja, char *buf, size_t size)
{
	char a[40], b[40];

	str_printf(buf, size, ja ? "%s%s（なしの場合 %s）" : "%s%s (%s without)", number(with, decimals, a, sizeof a),
	    unit, number(without, decimals, b, sizeof b));
}

static void
charge(double pct, const char *of, int64_t at, char *buf, size_t size)
{
	char v[40], when[24];

	if (isnan(pct))
		str_copy(buf, size, "-");
	else
		str_printf(buf, size, "%s %% %s %s", number(pct, 0, v, sizeof v), of,
		    utc_civil(when, sizeof when, (struct utc){ at }, "%m-%d %H:%M"));
}

static const char *
change(double with, double without, char *buf, size_t size)
{
	char v[40];

	number(with - without, 0, v, sizeof v);
	str_printf(buf, size, "%s%s", with - without >= 0.5 ? "+" : "", v);
	return buf;
}

static int
say_short(const struct msg_preview *m, bool ja, char *buf, size_t size)
{
	char cost[40], co2[40], soc[40], hours[40];

	str_printf(buf, size,
	    ja ? "費用 %s、CO2 %s kg、最低SOC %s %%、自立 %s h%s%s"
	       : "cost %s, CO2 %s kg; lowest charge %s %%, stored lasts %s h%s%s",
	    change(m->cost_with, m->cost_without, cost, sizeof cost),
	    change(m->co2_with, m->co2_without, co2, sizeof co2), number(m->soc_with, 0, soc, sizeof soc),
	    number(m->hours_with, 1, hours, sizeof hours),
	    m->missed[0] == '\0' ? ""
	        : ja             ? "、未達: "
	                         : "; kept less: ",
	    m->missed);
	return 1;
}

int
preview_say(const struct preview *p, bool is_short, bool ja, char lines[PREVIEW_LINES][PREVIEW_LINE])
{
	const struct msg_preview *m = &p->m;
	char a[80], b[80];

	if (p->is_of_none || (p->asked == 0 && !p->is_there && p->failed[0] == '\0'))
		return 0;
	if (p->asked != 0) {
		str_copy(
		    lines[0], PREVIEW_LINE, ja ? "計画への影響を計算中" : "computing what it would do to the plan");
		return 1;
	}
	if (!p->is_there) {
		str_copy(lines[0], PREVIEW_LINE, p->failed);
		return 1;
	}
	if (is_short)
		return say_short(m, ja, lines[0], PREVIEW_LINE);
	pair(m->cost_with, m->cost_without, 0, "", ja, a, sizeof a);
	pair(m->co2_with, m->co2_without, 0, " kg", ja, b, sizeof b);
	str_printf(lines[0], PREVIEW_LINE, ja ? "48時間の費用 %s、CO2 %s" : "48 h cost %s; CO2 %s", a, b);
	pair(m->hours_with, m->hours_without, 1, " h", ja, a, sizeof a);
	pair(m->peak_with, m->peak_without, 0, " kW", ja, b, sizeof b);
	str_printf(
	    lines[1], PREVIEW_LINE, ja ? "蓄電での自立 %s、最大30分値 %s" : "stored lasts %s; half hour %s", a, b);
	charge(m->soc_with, m->soc_of_with, m->soc_at_with, a, sizeof a);
	charge(m->soc_without, m->soc_of_without, m->soc_at_without, b, sizeof b);
	str_printf(lines[2], PREVIEW_LINE, ja ? "最低SOC %s（なしの場合 %s）" : "lowest charge %s (%s without)", a, b);
	if (m->missed[0] == '\0')
		return 3;
	str_printf(lines[3], PREVIEW_LINE, ja ? "守れなくなる目標: %s" : "kept less with it: %s", m->missed);
	return 4;
}

bool
preview_warns(const struct preview *p)
{
	return p->is_there && p->m.missed[0] != '\0';
}
