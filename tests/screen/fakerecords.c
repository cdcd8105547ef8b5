/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakerecords.c - answers as chisan-store -r gives them through chisand: frames with reply-to, then a result.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/screen/fakerecords.h"

#define PIECE 60000

/* What happens in a day, over and over. %u: the entry's number. */
static const struct {
	uint16_t kind;
	const char *point, *user, *terminal, *text, *before, *after;
	uint16_t reason;
} day[] = {
	{ JOURNAL_SYSTEM, "", "", "", "chisand 0.1.0 started, generation 3", "", "", 255 },
	{ JOURNAL_ACCESS, "", "duty", "pts/3", "came, role operator", "", "", 255 },
	{ JOURNAL_EVENT, "GTC.STATE", "", "", "state", "ready", "run", 255 },
	{ JOURNAL_LINK, "", "", "", "ESS2: the device did not answer in time", "up", "down", 255 },
	{ JOURNAL_NOTE, "ESS2.SOC", "duty", "pts/3", "Switch room door found open; contractor called, comes at 14:00",
	    "", "", 255 },
	{ JOURNAL_MANUAL, "GRID.RX.P", "duty", "pts/3", "meter under repair", "842.5 kW", "850 kW until 16:00", 255 },
	{ JOURNAL_SCAN, "ESS2.SOC", "duty", "pts/3", "battery out for maintenance", "on", "off", 255 },
	{ JOURNAL_COMMAND, "GTC.P_SP", "relief", "192.0.2.17", "setpoint refused", "1200 kW", "1600 kW", 7 },
	{ JOURNAL_NOTE, "", "当直", "pts/4", "体育館の蓄電池、換気扇より異音あり。次直で確認願います。", "", "", 255 },
	{ JOURNAL_STORE, "", "", "", "backup of 1843200 bytes", "", "", 255 },
	{ JOURNAL_REPORT, "", "", "", "daily 2026-11-21, revision 1 filed", "", "", 255 },
	{ JOURNAL_CONFIG, "", "root", "pts/1", "layouts/musashino loaded", "generation 2", "generation 3", 255 },
};

static void
hash_of(struct fake_entry *e)
{
	crypto_generichash(e->hash, sizeof e->hash, (const unsigned char *)&e->m.seq, sizeof e->m.seq, NULL, 0);
	e->m.hash = (struct msg_bytes){ e->hash, sizeof e->hash };
}

static char *
bulk(void)
{
	char *text = xcalloc(1, FAKERECORDS_BULK + 1);

	for (size_t i = 0; i < FAKERECORDS_BULK; i++)
		text[i] = i % 9 == 8 ? ' ' : (char)('a' + i / 9 % 26);
	return text;
}

/* Freed with the rest. */
static char *
own(struct fakerecords *r, char *text)
{
	r->owned = xrecallocarray(r->owned, r->owned_count, r->owned_count + 1, sizeof *r->owned);
	r->owned[r->owned_count++] = text;
	return text;
}

static struct fake_entry *
append(struct fakerecords *r, int64_t time, uint16_t kind)
{
	struct fake_entry *e = &r->entries[r->count % FAKERECORDS_MAX];

	e->m = (struct msg_journal){ .seq = ++r->count,
		.time = time,
		.kind = kind,
		.reason = 255,
		.uid = UINT32_MAX,
		.point = "",
		.user = "",
		.terminal = "",
		.text = "",
		.before = "",
		.after = "" };
	hash_of(e);
	return e;
}

void
fakerecords_init(struct fakerecords *r, struct utc now, uint32_t entries)
{
	if (sodium_init() < 0)
		abort();
	*r = (struct fakerecords){ .now = now, .verify = VERIFY_WHOLE, .health_text = "" };
	r->entries = xcalloc(FAKERECORDS_MAX, sizeof *r->entries);
	for (uint32_t i = 0; i < entries; i++) {
		size_t k = i % ARRAY_LEN(day);
		struct fake_entry *e =
		    append(r, now.us - (int64_t)(entries - i) * 17 * 60 * US_PER_S - 31 * US_PER_S, day[k].kind);
		e->m.point = day[k].point;
		e->m.user = day[k].user;
		e->m.terminal = day[k].terminal;
		e->m.text = day[k].text;
		e->m.before = day[k].before;
		e->m.after = day[k].after;
		e->m.reason = day[k].reason;
		e->m.uid = day[k].user[0] != '\0' ? 1000 + (uint32_t)k : UINT32_MAX;
	}
	/* the newest two are what a hostile or careless hand writes */
	struct fake_entry *e = append(r, now.us - 20 * US_PER_S, JOURNAL_NOTE);
	e->m.user = "mallory\033]0;owned\007";
	e->m.terminal = "\u202Epts/9";
	e->m.text = "\033[2J\033[31mall is well\r\n\tALARM CLEARED\u200B\u202E";
	e = append(r, now.us - 10 * US_PER_S, JOURNAL_NOTE);
	e->m.user = "duty";
	e->m.terminal = "pts/3";
	e->m.point = "ESS1.SOC";
	e->m.text = own(r, bulk());
}

void
fakerecords_done(struct fakerecords *r)
{
	for (uint32_t i = 0; i < r->owned_count; i++)
		free(r->owned[i]);
	free(r->owned);
	free(r->entries);
}

/* ---- who listens */

void
fakerecords_health(struct fakerecords *r, struct conn *c)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_store_health_put(&b,
	    &(struct msg_store_health){ .state = r->health,
	        .size = UINT64_C(1300000000),
	        .space = r->health == STORE_FULL ? 0 : UINT64_C(50200000000),
	        .total = UINT64_C(64000000000),
	        .growth = 3.6e6,
	        .chain = 1,
	        .text = r->health_text });
	conn_send(c, W_STORE_HEALTH, 0, &b, NULL);
	wbuf_done(&b);
}

void
fakerecords_subscribed(struct fakerecords *r, struct conn *c, uint32_t what)
{
	r->savings = 0;
	fakerecords_health(r, c);
	for (size_t i = 0; (what & SUB_JOURNAL) && i < ARRAY_LEN(r->followers); i++) {
		if (r->followers[i] != NULL && r->followers[i] != c)
			continue;
		r->followers[i] = c;
		return;
	}
}

void
fakerecords_left(struct fakerecords *r, struct conn *c)
{
	for (size_t i = 0; i < ARRAY_LEN(r->followers); i++)
		if (r->followers[i] == c)
			r->followers[i] = NULL;
}

static void
publish(struct fakerecords *r, const struct msg_journal *m)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_journal_put(&b, m);
	for (size_t i = 0; i < ARRAY_LEN(r->followers); i++)
		if (r->followers[i] != NULL)
			conn_send(r->followers[i], W_JOURNAL, 0, &b, NULL);
	wbuf_done(&b);
}

void
fakerecords_add(struct fakerecords *r, enum journal_kind kind, const char *point, const char *user, const char *text,
    bool is_recorded)
{
	struct msg_journal m;

	if (is_recorded) {
		struct fake_entry *e = append(r, r->now.us, kind);
		e->m.point = own(r, xstrdup(point));
		e->m.user = own(r, xstrdup(user));
		e->m.terminal = user[0] != '\0' ? "pts/7" : "";
		e->m.text = own(r, xstrdup(text));
		m = e->m;
	} else {
		m = (struct msg_journal){ .time = r->now.us,
			.kind = (uint16_t)kind,
			.reason = 255,
			.uid = 1000,
			.point = point,
			.user = user,
			.terminal = "pts/7",
			.text = text,
			.before = "",
			.after = "" };
	}
	publish(r, &m);
}

/* ---- the journal */

static bool
passes(const struct msg_journal_get *q, const struct msg_journal *m)
{
	return (q->from == 0 || m->time >= q->from) && (q->to == 0 || m->time < q->to) &&
	    (q->after == 0 || m->seq > q->after) && (q->before == 0 || m->seq < q->before) &&
	    (q->kinds == 0 || (q->kinds >> m->kind & 1) != 0) &&
	    (q->point[0] == '\0' || str_glob(q->point, m->point)) &&
	    (q->user[0] == '\0' || str_glob(q->user, m->user)) &&
	    (q->text[0] == '\0' || strstr(m->text, q->text) != NULL || strstr(m->before, q->text) != NULL ||
	        strstr(m->after, q->text) != NULL);
}

static void
answer_journal(struct fakerecords *r, struct conn *c, const struct frame *f, struct rbuf *in)
{
	struct msg_journal_get q;
	struct wbuf b;
	uint32_t sent = 0;

	if (!msg_journal_get_get(in, &q)) {
		conn_result(c, f->sequence, ERR_FRAME, -1, "%s", "");
		return;
	}
	wbuf_init(&b);
	for (uint32_t i = 0; i < r->count && (q.most == 0 || sent < q.most); i++) {
		const struct msg_journal *m = &r->entries[q.newest ? r->count - 1 - i : i].m;
		if (!passes(&q, m))
			continue;
		wbuf_reset(&b);
		msg_journal_put(&b, m);
		conn_send(c, W_JOURNAL, f->sequence, &b, NULL);
		sent++;
	}
	wbuf_done(&b);
	conn_result(c, f->sequence, OK, -1, "%u entries", sent);
}

static void
answer_verify(struct fakerecords *r, struct conn *c, const struct frame *f, struct rbuf *in)
{
	struct wbuf b;
	struct msg_verified m = { .state = VERIFY_AT_WORK, .entries = r->count / 2, .text = "" };
	struct msg_verify_get ask = { .known = "" };

	(void)msg_verify_get_get(in, &ask);
	str_copy(r->known, sizeof r->known, ask.known);

	wbuf_init(&b);
	msg_verified_put(&b, &m);
	conn_send(c, W_VERIFIED, f->sequence, &b, NULL);
	wbuf_reset(&b);
	m = (struct msg_verified){ .state = r->verify,
		.entries = r->count,
		.first_bad = r->verify == VERIFY_WHOLE ? 0 : 4,
		.checkpoints = 3,
		.text = r->verify == VERIFY_BROKEN ? "entry 4 was changed after it was written" : "" };
	msg_verified_put(&b, &m);
	conn_send(c, W_VERIFIED, f->sequence, &b, NULL);
	wbuf_done(&b);
	conn_result(c, f->sequence, OK, -1, "proved");
}

/* ---- reports */

static uint8_t digest[32] = { 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89 };

static void
put_report(struct fakerecords *r, struct conn *c, uint32_t sequence, const char *kind, const char *label,
    uint32_t revision, bool is_confirmed)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_report_put(&b,
	    &(struct msg_report){ .report = kind,
	        .label = label,
	        .from = r->now.us - 45 * 3600 * US_PER_S,
	        .to = r->now.us - 21 * 3600 * US_PER_S,
	        .revision = revision,
	        .made = r->now.us - 20 * 3600 * US_PER_S + r->savings * 60 * US_PER_S,
	        .is_final = revision > 0,
	        .digest = { digest, sizeof digest },
	        .confirmed_by = is_confirmed ? "keeper" : "",
	        .confirmed_at = is_confirmed ? r->now.us - 19 * 3600 * US_PER_S : 0 });
	conn_send(c, W_REPORT, sequence, &b, NULL);
	wbuf_done(&b);
}

/* A report as wide as those on paper: hours down, devices across, a Japanese head. */
static void
write_report(struct wbuf *b, const struct msg_report_get *q)
{
	char line[1024], cell[48];

	str_printf(line, sizeof line, "%s  %s  %s%*sMusashino\n\n", q->is_ja ? "運転日報" : "Daily report", q->report,
	    q->label, 80, "");
	memcpy(wbuf_grow(b, strlen(line)), line, strlen(line));
	str_copy(line, sizeof line, "Hour     ");
	for (int k = 0; k < 12; k++) {
		str_printf(cell, sizeof cell, "%10s",
		    k == 0        ? "GRID.RX"
		        : k == 1  ? "GTC"
		        : k == 11 ? "BALANCE"
		                  : "ESS");
		str_append(line, sizeof line, cell);
	}
	str_append(line, sizeof line, "\n");
	memcpy(wbuf_grow(b, strlen(line)), line, strlen(line));
	for (int hour = 0; hour < 24; hour++) {
		str_printf(line, sizeof line, "%02d:00    ", hour);
		for (int k = 0; k < 12; k++) {
			str_printf(cell, sizeof cell, k == 3 && hour == 5 ? "       ***" : "%9d%s", hour * 100 + k * 7,
			    k == 2 && hour == 7 ? "#" : " ");
			str_append(line, sizeof line, cell);
		}
		str_append(line, sizeof line, "\n");
		memcpy(wbuf_grow(b, strlen(line)), line, strlen(line));
	}
	str_copy(line, sizeof line,
	    "\n*** missing   # part of the time missing   M by hand   digest of the journal abcdef01\n");
	memcpy(wbuf_grow(b, strlen(line)), line, strlen(line));
}

/* As the report itself was once made of a made day: the file that its own test compares. */
static void
put_alarms_csv(struct wbuf *b)
{
	const char *src = getenv("top_srcdir");
	char path[600], piece[4096];
	size_t n;

	str_printf(path, sizeof path, "%s/tests/report/golden/alarms.csv", src != NULL ? src : ".");
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		fprintf(stderr, "fakesite: no %s; is top_srcdir set?\n", path);
		abort();
	}
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		memcpy(wbuf_grow(b, n), piece, n);
	fclose(file);
}

/* CO2 and cost so far, as the report writes them: a day that is known, a month that is not wholly so, a battery's history that is lost. */
static const char saving_csv[] =
    "\xEF\xBB\xBFreport,CO2 and cost so far\r\nsite,Musashino energy district\r\nperiod,2026-11-22\r\n"
    "from,2026-11-22T00:00:00+09:00\r\nto,2026-11-23T00:00:00+09:00\r\nstate,running\r\nday,Sunday\r\n\r\n"
    "\"Energy, CO2 and cost\"\r\nItem,Day,mark,Month,mark,Fiscal year,mark,Unit,Key\r\n"
    "tag,2026-11-22,,2026-11,,2026,,,\r\n"
    "saved by local production,3120,,58904,#,623511,#,kg-CO2,saved_local\r\n"
    "saved by dispatch,-41.2,,310.5,#,***,,kg-CO2,saved_dispatch\r\n"
    "emitted (bought + fuel),4210,,91200,#,703344,#,kg-CO2,emitted\r\n"
    "without local production,7330,,150104,#,1326855,#,kg-CO2,without_local\r\n"
    "target until now,2414,,59865,,646239,,kg-CO2,target_due\r\n"
    "of the target until now,129.2,,98.4,#,96.5,#,%,target_share\r\n"
    "target of the fiscal year,,,,,1000000,,kg-CO2,target\r\n"
    "expected by its end,,,,,964829,S,kg-CO2,expected\r\n"
    "electricity drawn,6210,,140233,#,1122010,#,kWh,bought\r\n"
    "electricity given,413,,9120,#,88001,#,kWh,given\r\n"
    "electricity made here,41210,,902311,#,8702113,#,kWh,made\r\n"
    "Steam turbine,34000,,740000,,7100000,,kWh,local.STG\r\n"
    "\"PV, city hall\",101.3,,2100,#,21033,#,kWh,local.PV1\r\n"
    "used by the plant itself,14900,,320000,,3400000,,kWh,own\r\n"
    "heat supplied,61.2,,1410.0,,9120.4,#,GJ,heat\r\n"
    "City gas of the gas turbine,5200,,101000,,800000,,m3N,fuel.GAS\r\n"
    "cost of energy drawn,92411,,2188112,#,17012334,#,JPY,cost\r\n"
    "saved by dispatch,-1492,,12011,#,***,,JPY,cost_saved\r\n"
    "greatest half hour,934,,1390,#,1442,#,kW,greatest\r\n"
    "without batteries,1014,,1431,#,1533,#,kW,greatest_without\r\n"
    "demand charge,,,2536500,,20292000,,JPY,base\r\n"
    "of it saved by dispatch,,,0,#,83720,#,JPY,base_saved\r\n"
    "known of the time: energies,100.0,,99.1,,91.7,,%,known\r\n"
    "known of the time: cost,100.0,,99.6,,97.2,,%,known_cost\r\n"
    "known of the time: dispatch,100.0,,99.1,,0.0,,%,known_dispatch\r\n"
    "\"known least: PV, city hall (PV1.KWH); what is not known is left out, not guessed\"\r\n"
    "\"saved by local production: (local - own - sold) x factor\"\r\n\r\n"
    "Factors used\r\nFactor,Value,mark,Unit,Year,Basis,From,\"Supplier, menu\",Source\r\n"
    "GRID_2024,0.43,,kg-CO2/kWh,2024,adjusted,2024-04-01,,example: about the mean of the country\r\n"
    "GAS_13A,2.05,,t-CO2/1000m3,2024,\"25degC, converted\",2024-04-01,,Tokyo Gas FAQ 8954\r\n"
    "HEAT_BASE,0.06,,t-CO2/GJ,,,2024-04-01,,example: steam of a gas boiler\r\n"
    "converted: m3N x 1.106\r\n\r\n"
    "Tariffs used\r\nPlan,From,Supplier,Contract,Source\r\n"
    "\"Special high voltage, example\",2025-04-01,TEPCO EP,\"agreed, 1500 kW\",prices are made up\r\n";

static void
answer_report(struct fakerecords *r, struct conn *c, const struct frame *f, struct rbuf *in)
{
	static const char csv[] = "\xEF\xBB\xBFhour,kWh\r\n00:00,12.5\r\n";
	static const char cp932[] = "\x8E\x9E,kWh\r\n00:00,12.5\r\n"; /* the character for hour */
	struct msg_report_get q;
	struct wbuf b;

	if (!msg_report_get_get(in, &q)) {
		conn_result(c, f->sequence, ERR_FRAME, -1, "%s", "");
		return;
	}
	if (strcmp(q.report, "heat") == 0) {
		conn_result(c, f->sequence, ERR_NOT_FOUND, -1, "the site has no points for the heat report");
		return;
	}
	if (q.revision > 2 && q.revision != UINT32_MAX) {
		conn_result(
		    c, f->sequence, ERR_NOT_FOUND, -1, "%s %s has no revision %u", q.report, q.label, q.revision);
		return;
	}
	bool is_filed = q.revision != UINT32_MAX && r->now.us > 0 && strcmp(q.label, "2026-11-22") != 0;
	bool is_saving = strcmp(q.report, "saving") == 0;
	r->savings += is_saving;
	put_report(r, c, f->sequence, q.report, q.label,
	    !is_filed             ? 0
	        : q.revision == 0 ? 2
	                          : q.revision,
	    q.revision == 1 || r->confirmed > 0);
	wbuf_init(&b);
	if (q.form == REPORT_CSV && strcmp(q.report, "alarms") == 0)
		put_alarms_csv(&b);
	else if (q.form == REPORT_CSV && is_saving)
		memcpy(wbuf_grow(&b, sizeof saving_csv - 1), saving_csv, sizeof saving_csv - 1);
	else if (q.form == REPORT_CSV)
		memcpy(wbuf_grow(&b, sizeof csv - 1), csv, sizeof csv - 1);
	else if (q.form == REPORT_CSV_CP932)
		memcpy(wbuf_grow(&b, sizeof cp932 - 1), cp932, sizeof cp932 - 1);
	else
		write_report(&b, &q);
	for (size_t at = 0; at < b.len; at += 1000) { /* in pieces, split anywhere */
		struct wbuf piece;
		wbuf_init(&piece);
		size_t len = b.len - at < 1000 ? b.len - at : 1000;
		memcpy(wbuf_grow(&piece, len), b.data + at, len);
		conn_send(c, W_REPORT_DATA, f->sequence, &piece, NULL);
		wbuf_done(&piece);
	}
	wbuf_done(&b);
	conn_result(c, f->sequence, OK, -1, "made");
}

static void
answer_list(struct fakerecords *r, struct conn *c, const struct frame *f, struct rbuf *in)
{
	static const char *const kinds[] = { "daily", "demand", "operation" };
	struct msg_report_list q;
	uint32_t sent = 0;
	char label[16];

	if (!msg_report_list_get(in, &q)) {
		conn_result(c, f->sequence, ERR_FRAME, -1, "%s", "");
		return;
	}
	for (int d = 21; d > 1 && sent < q.most; d--) {
		str_printf(label, sizeof label, "2026-11-%02d", d);
		for (size_t k = 0; k < ARRAY_LEN(kinds) && sent < q.most; k++) {
			if (q.report[0] != '\0' && strcmp(q.report, kinds[k]) != 0)
				continue;
			put_report(r, c, f->sequence, kinds[k], label, d == 21 && k == 0 ? 2 : 1,
			    d < 21 || (k == 0 && r->confirmed > 0));
			sent++;
		}
	}
	conn_result(c, f->sequence, OK, -1, "%u reports", sent);
}

/* ---- the backup */

static void
answer_backup(struct fakerecords *r, struct conn *c, const struct frame *f)
{
	uint8_t *all = xcalloc(3, PIECE), hash[32];
	char hex[65];
	struct wbuf b;

	memcpy(all, "SQLite format 3", 16);
	for (size_t i = 16; i < 3 * (size_t)PIECE; i++)
		all[i] = (uint8_t)(i * 31);
	crypto_generichash(hash, sizeof hash, all, 3 * (size_t)PIECE, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	if (r->is_damaged)
		all[PIECE + 5] ^= 1;
	for (size_t i = 0; i < 3; i++) {
		wbuf_init(&b);
		memcpy(wbuf_grow(&b, PIECE), all + i * PIECE, PIECE);
		conn_send(c, W_BACKUP, f->sequence, &b, NULL);
		wbuf_done(&b);
	}
	free(all);
	conn_result(c, f->sequence, OK, -1, "backup of %d bytes, blake2b %s", 3 * PIECE, hex);
}

/* ---- acts */

static void
result_of_act(struct fakerecords *r, struct conn *c, uint32_t reply_to, const char *text)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_result_put(&b,
	    &(struct msg_result){
	        .err = OK, .addcause = 255, .detail = r->is_slow_to_record ? RESULT_NOT_RECORDED : 0, .text = text });
	conn_send(c, W_RESULT, reply_to, &b, NULL);
	wbuf_done(&b);
}

static void
done(struct fakerecords *r, struct conn *c, const struct frame *f, enum journal_kind kind, const char *point,
    const char *text, const char *what)
{
	char sentence[256];

	str_copy(r->act_point, sizeof r->act_point, point);
	str_copy(r->act_text, sizeof r->act_text, text);
	r->acts++;
	if (r->dies_at_act) {
		conn_finish(c, ERR_CLOSED);
		return;
	}
	if (r->is_silent)
		return;
	if (r->is_refusing) {
		conn_result(c, f->sequence, ERR_REFUSED, AC_NO_AUTHORITY, "only engineers do this");
		return;
	}
	fakerecords_add(r, kind, point, "operator", text, !r->is_slow_to_record);
	if (r->is_slow_to_record)
		str_printf(sentence, sizeof sentence, "not yet recorded: %.100s", what);
	else
		str_printf(sentence, sizeof sentence, "recorded as entry %u: %.100s", r->count, what);
	result_of_act(r, c, f->sequence, sentence);
}

static bool
take_act(struct fakerecords *r, struct conn *c, const struct frame *f, struct rbuf *in)
{
	struct msg_note note;
	struct msg_report_confirm confirm;
	char what[160];

	if (f->type == W_NOTE && msg_note_get(in, &note)) {
		r->token = note.token;
		r->act_time = note.time;
		done(r, c, f, JOURNAL_NOTE, note.point, note.text, "noted");
	} else if (f->type == W_MANUAL && msg_manual_get(in, &r->manual)) {
		r->token = r->manual.token;
		str_printf(what, sizeof what, "%s: %s", r->manual.point, r->manual.on ? "by hand" : "as measured");
		done(r, c, f, JOURNAL_MANUAL, r->manual.point, r->manual.reason, what);
		r->manual.point = r->manual.reason = "";
		if (r->changed != NULL && !r->is_refusing)
			r->changed(r->act_point, true, r->manual.on, r->manual.value, r->arg);
	} else if (f->type == W_SCAN && msg_scan_get(in, &r->scan)) {
		r->token = r->scan.token;
		str_printf(what, sizeof what, "%s: scan %s", r->scan.point, r->scan.on ? "on" : "off");
		done(r, c, f, JOURNAL_SCAN, r->scan.point, r->scan.reason, what);
		r->scan.point = r->scan.reason = "";
		if (r->changed != NULL && !r->is_refusing)
			r->changed(r->act_point, false, r->scan.on, 0, r->arg);
	} else if (f->type == W_REPORT_CONFIRM && msg_report_confirm_get(in, &confirm)) {
		r->token = confirm.token;
		if (confirm.digest.len != sizeof digest || memcmp(confirm.digest.data, digest, sizeof digest) != 0) {
			conn_result(c, f->sequence, ERR_REFUSED, -1, "another digest");
			return true;
		}
		r->confirmed++;
		done(r, c, f, JOURNAL_REPORT, "", confirm.report, "confirmed");
	} else {
		return false;
	}
	return true;
}

bool
fakerecords_frame(struct fakerecords *r, struct conn *c, const struct frame *f)
{
	struct rbuf in;

	rbuf_init(&in, f->body, f->length);
	if (take_act(r, c, f, &in))
		return true;
	bool is_question = f->type == W_JOURNAL_GET || f->type == W_VERIFY_GET || f->type == W_REPORT_GET ||
	    f->type == W_REPORT_LIST || f->type == W_BACKUP_GET;
	if (!is_question)
		return f->type == W_MORE || f->type == W_CANCEL;
	r->questions++;
	if (r->is_absent) {
		conn_result(c, f->sequence, ERR_NO_SERVER, -1, "the record cannot be asked: chisan-store does not run");
		return true;
	}
	switch (f->type) {
	case W_JOURNAL_GET: answer_journal(r, c, f, &in); break;
	case W_VERIFY_GET: answer_verify(r, c, f, &in); break;
	case W_REPORT_GET: answer_report(r, c, f, &in); break;
	case W_REPORT_LIST: answer_list(r, c, f, &in); break;
	default: answer_backup(r, c, f); break;
	}
	return true;
}
