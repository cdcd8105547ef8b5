/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_kit.h - the reader in the test's own loop, chisand on the other end of a socket pair, and a database filled by the test.
 * Include after query_kit.h; everything is static.
 */
#ifndef CHISAN_READER_KIT_H
#define CHISAN_READER_KIT_H

#include <ev.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "scada/base/mem.h"
#include "scada/store/journal_chain.h"
#include "scada/store/reader_private.h"
#include "tests/unit/site_tree.h"

#define ASKED_MAX 100

/* A question and what came for it. */
struct asked {
	uint32_t sequence;
	unsigned frames;    /* before its end */
	struct wbuf bodies; /* one after the other */
	size_t at[4000];    /* where each begins; the first ones */
	uint16_t types[4000];
	unsigned ended;
	enum err err;
	char text[1000];
	unsigned order; /* of its end, among all */
};

static struct ev_loop *loop;
static struct reader *reader;
static struct conn *peer;
static struct asked asked[ASKED_MAX];
static unsigned asked_count, ended_count, byes, filed;
static bool grants; /* a frame for each that came */
static char store_folder[96];
static struct wbuf out, filed_body; /* filed_body: of the last W_REPORT_FILE */

static void
kit_grant(const struct asked *a, unsigned frames)
{
	struct wbuf b = { 0 };

	msg_more_put(&b, &(struct msg_more){ .frames = (uint16_t)frames });
	conn_send(peer, W_MORE, a->sequence, &b, NULL);
	wbuf_done(&b);
}

static struct asked *
kit_find(uint32_t sequence)
{
	for (unsigned i = 0; i < asked_count; i++)
		if (asked[i].sequence == sequence)
			return &asked[i];
	return NULL;
}

/* The report of the week's alarms: the days of these tests are Sundays, and not about it. */
static bool
kit_is_weekly(const struct frame *f)
{
	struct msg_report_file m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	ck_assert(msg_report_file_get(&r, &m));
	return strcmp(m.report, "alarms") == 0;
}

static void
kit_frame(struct conn *c, const struct frame *f, void *arg)
{
	struct asked *a = kit_find(f->reply_to);
	struct msg_result m;
	struct rbuf r;

	(void)c;
	(void)arg;
	byes += f->type == W_BYE;
	if (f->type == W_REPORT_FILE && !kit_is_weekly(f)) {
		filed++;
		wbuf_reset(&filed_body);
		memcpy(wbuf_grow(&filed_body, f->length), f->body, f->length);
	}
	if (a == NULL)
		return;
	ck_assert_msg(a->ended == 0, "a frame came after the end");
	if (f->type == W_RESULT) {
		rbuf_init(&r, f->body, f->length);
		ck_assert(msg_result_get(&r, &m));
		a->err = (enum err)m.err;
		str_copy(a->text, sizeof(a->text), m.text);
		a->ended++;
		a->order = ++ended_count;
		return;
	}
	if (a->frames < 4000) {
		a->at[a->frames] = a->bodies.len;
		a->types[a->frames] = f->type;
		memcpy(wbuf_grow(&a->bodies, f->length), f->body, f->length);
	}
	a->frames++;
	if (grants)
		kit_grant(a, 1);
}

static void
kit_closed(struct conn *c, enum err why, void *arg)
{
	(void)why;
	(void)arg;
	conn_free(c);
	peer = NULL;
}

static void
kit_wake(struct ev_loop *l, ev_timer *w, int events)
{
	(void)l;
	(void)w;
	(void)events;
}

/* Turns of the loop until a condition holds, with a limit that only a hanging reader reaches, on whatever machine. */
#define KIT_LIMIT_US ((getenv("CHISAN_VALGRIND") != NULL ? 400 : 40) * US_PER_S)
#define KIT_UNTIL(condition) \
	do { \
		struct mono kit_from = clock_mono(); \
		while (!(condition)) { \
			ck_assert_msg( \
			    mono_diff_us(clock_mono(), kit_from) < KIT_LIMIT_US, "not in time: " #condition); \
			kit_turn(); \
		} \
	} while (0)

static void
kit_turn(void)
{
	ev_timer wake;

	ev_timer_init(&wake, kit_wake, 0.02, 0);
	ev_timer_start(loop, &wake);
	ev_run(loop, EVRUN_ONCE);
	ev_timer_stop(loop, &wake);
}

/* So many turns, for what must not happen. */
static inline void
kit_turns(int n)
{
	while (n-- > 0)
		kit_turn();
}

static struct asked *
kit_ask(uint16_t type)
{
	struct asked *a = &asked[asked_count++];

	ck_assert_uint_le(asked_count, ASKED_MAX);
	ck_assert_int_eq(conn_send(peer, type, 0, &out, &a->sequence), OK);
	wbuf_reset(&out);
	return a;
}

static inline struct asked *
kit_answer(uint16_t type)
{
	struct asked *a = kit_ask(type);

	KIT_UNTIL(a->ended);
	return a;
}

static inline struct asked *
kit_trend(int64_t from_ms, int64_t to_ms, uint32_t buckets, const char *const *points)
{
	struct wbuf names = { 0 };

	for (; *points != NULL; points++)
		w_str(&names, *points);
	msg_trend_get_put(&out,
	    &(struct msg_trend_get){ .from = from_ms * US_PER_MS,
	        .to = to_ms * US_PER_MS,
	        .buckets = buckets,
	        .points = { names.data, names.len } });
	wbuf_done(&names);
	return kit_ask(W_TREND_GET);
}

static inline struct asked *
kit_history(int64_t from_ms, int64_t to_ms, uint32_t most, const char *name)
{
	msg_history_get_put(&out,
	    &(struct msg_history_get){
	        .from = from_ms * US_PER_MS, .to = to_ms * US_PER_MS, .most = most, .point = name });
	return kit_ask(W_HISTORY_GET);
}

static inline struct asked *
kit_journal(const struct msg_journal_get *f)
{
	msg_journal_get_put(&out, f);
	return kit_ask(W_JOURNAL_GET);
}

static inline struct rbuf
kit_body(const struct asked *a, unsigned frame, uint16_t type)
{
	struct rbuf r;

	ck_assert_uint_lt(frame, a->frames);
	ck_assert_uint_eq(a->types[frame], type);
	rbuf_init(&r, a->bodies.data + a->at[frame],
	    (frame + 1 < a->frames && frame + 1 < 4000 ? a->at[frame + 1] : a->bodies.len) - a->at[frame]);
	return r;
}

static void
kit_greet(void)
{
	msg_hello_put(&out,
	    &(struct msg_hello){
	        .version = WIRE_VERSION, .role = ROLE_PEER, .program = "chisand", .build = "t", .user = "" });
	conn_send(peer, W_HELLO, 0, &out, NULL);
	wbuf_reset(&out);
}

static inline void
kit_new_site(const char *yaml)
{
	struct wbuf tree = { 0 };

	site_tree(yaml, &tree);
	msg_store_site_put(&out, &(struct msg_store_site){ .generation = 1, .length = (uint32_t)tree.len, .boot = 1 });
	conn_send(peer, W_STORE_SITE, 0, &out, NULL);
	wbuf_reset(&out);
	for (size_t at = 0; at < tree.len; at += 1000) {
		size_t n = tree.len - at < 1000 ? tree.len - at : 1000;

		memcpy(wbuf_grow(&out, n), tree.data + at, n);
		conn_send(peer, W_SITE_TREE, 0, &out, NULL);
		wbuf_reset(&out);
	}
	wbuf_done(&tree);
	kit_turns(3);
}

static inline void
kit_site(const char *yaml)
{
	kit_new_site(yaml);
	KIT_UNTIL(reader->site != NULL);
}

static void
kit_folders(void)
{
	char path[96];

	folder_make();
	str_printf(store_folder, sizeof(store_folder), "%s/%s", folder, DB_FOLDER);
	ck_assert_int_eq(mkdir(store_folder, 0700), 0);
	str_printf(path, sizeof(path), "%s/%s", folder, DB_SPOOL_FOLDER);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* The writer's side. */
static void
kit_database(void)
{
	must(db_open(&db, store_folder, true));
	must(db_exec(&db, "PRAGMA synchronous = OFF"));
	q = query_open(&db);
	ck_assert_msg(q != NULL, "%s", db.text);
	blocks = 0;
	kit_unseen_count = 0;
	kit_point(KIND_ANALOG, -1);
	run_sql("INSERT INTO point_device VALUES (?1, 0, 1)", POINT, 0, 0);
}

static void
kit_leave_database(void)
{
	query_close(q);
	q = NULL;
	db_close(&db);
}

static void
kit_reader(void)
{
	static const struct conn_ops ops = { .frame = kit_frame, .closed = kit_closed };
	const struct store_options o = { .data_folder = folder };
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	loop = ev_loop_new(0);
	reader = reader_new(loop, pair[0], &o);
	peer = conn_new(loop, pair[1], &ops, NULL, NULL);
	conn_set_role(peer, ROLE_PEER);
	asked_count = ended_count = byes = filed = 0;
	grants = true;
	kit_greet();
}

static void
kit_end(void)
{
	reader_free(reader);
	if (peer != NULL)
		conn_free(peer);
	peer = NULL;
	ev_loop_destroy(loop);
	for (unsigned i = 0; i < asked_count; i++)
		wbuf_done(&asked[i].bodies);
	memset(asked, 0, sizeof(asked));
	wbuf_done(&out);
	wbuf_done(&filed_body);
	kit_leave_database();
	folder_remove();
}

/* Entries with texts "entry 1" ...; hashes as the chain wants them. */
static inline void
kit_entries(uint64_t from, uint64_t to)
{
	static uint8_t hash[JOURNAL_HASH];
	sqlite3_stmt *st = db_prepare(
	    &db, "INSERT INTO journal VALUES (?1, ?2, 11, 255, 1000, 0, 'ESS1.SOC', 'op', 'pts/1', ?3, '', '', ?4)");
	char text[40];

	if (from == 1)
		memset(hash, 0, sizeof(hash));
	must(db_begin(&db));
	for (uint64_t i = from; i <= to; i++) {
		const struct msg_journal m = { .seq = i,
			.time = T0 * US_PER_MS + (int64_t)i,
			.kind = JOURNAL_CONFIG,
			.reason = 255,
			.uid = 1000,
			.point = "ESS1.SOC",
			.user = "op",
			.terminal = "pts/1",
			.text = text,
			.before = "",
			.after = "" };

		str_printf(text, sizeof(text), "entry %llu", (unsigned long long)i);
		journal_chain(hash, &m, 0, hash);
		sqlite3_bind_int64(st, 1, (int64_t)i);
		sqlite3_bind_int64(st, 2, m.time);
		sqlite3_bind_text(st, 3, text, -1, SQLITE_STATIC);
		sqlite3_bind_blob(st, 4, hash, sizeof(hash), SQLITE_STATIC);
		ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	must(db_commit(&db));
}

#endif
