/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storepipe.c - chisan-store from chisand's side, for tests.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/spawn.h"
#include "scada/base/str.h"
#include "scada/site/site_load.h"
#include "scada/store/history.h"
#include "scada/store/journal_chain.h"
#include "tests/fault/storepipe.h"

#define BUF_SIZE (4u << 20)

void
sp_die(const char *file, int line, const char *what, const struct storepipe *sp)
{
	fprintf(stderr,
	    "%s:%d: never came true: %s\n  answered %u of %u entries, batch %llu of %llu, ready %u, health %s \"%s\", "
	    "result \"%s\"%s\n",
	    file, line, what, sp->answered, sp->count, (unsigned long long)sp->stored, (unsigned long long)sp->batch,
	    sp->ready, store_state_word(sp->health), sp->health_text, sp->result_text,
	    sp->has_ended ? ", it has ended" : "");
	abort();
}

#define MUST(cond) \
	do { \
		if (!(cond)) \
			sp_die(__FILE__, __LINE__, #cond, sp); \
	} while (0)

void
sp_init(struct storepipe *sp)
{
	memset(sp, 0, sizeof(*sp));
	sp->in = xmalloc(BUF_SIZE);
	sp->fd = -1;
	MUST(sodium_init() >= 0);
}

void
sp_free(struct storepipe *sp)
{
	free(sp->in);
}

/* ---- starting and ending */

void
sp_start(struct storepipe *sp, const char *data, const char *const before[])
{
	const char *argv[64], *verbose = getenv("SP_VERBOSE");
	char path[1024];
	int pair[2], n = 0;

	MUST(spawn_find("chisan-store", path, sizeof(path)));
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	while (before != NULL && before[n] != NULL && n < 50) {
		argv[n] = before[n];
		n++;
	}
	argv[n++] = path;
	if (verbose != NULL)
		argv[n++] = "-v";
	argv[n++] = "-d";
	argv[n++] = data;
	argv[n] = NULL;
	sp->pid = fork();
	MUST(sp->pid >= 0);
	if (sp->pid == 0) {
		if (pair[1] == SPAWN_FD || dup2(pair[1], SPAWN_FD) != SPAWN_FD)
			_exit(126);
		if (before != NULL) /* who is traced cannot look for leaks */
			(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		if (verbose == NULL && freopen("/dev/null", "w", stderr) == NULL)
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(pair[1]);
	sp->fd = pair[0];
	sp->len = 0;
	sp->has_ended = false;
	sp->ready = sp->states = sp->healths = sp->byes = 0;
	sp->state_text[0] = '\0';
	memset(sp->seen, 0, sizeof(sp->seen));
	for (uint32_t i = 0; i < sp->count; i++)
		sp->entries[i].sequence = 0;
	struct msg_hello m = {
		.version = WIRE_VERSION, .role = ROLE_PEER, .program = "test", .build = "0", .user = ""
	};
	struct wbuf b;

	wbuf_init(&b);
	msg_hello_put(&b, &m);
	sp_send(sp, W_HELLO, &b);
	wbuf_done(&b);
}

static int
end(struct storepipe *sp)
{
	struct mono until = mono_add(clock_mono(), 20 * US_PER_S);
	int status = 0;

	if (sp->fd >= 0)
		close(sp->fd);
	sp->fd = -1;
	while (waitpid(sp->pid, &status, WNOHANG) == 0) {
		if (clock_mono().us > until.us)
			sp_die(__FILE__, __LINE__, "it ends with its pipe", sp);
		usleep(1000);
	}
	sp->has_ended = true;
	return status;
}

int
sp_stop(struct storepipe *sp)
{
	return end(sp);
}

int
sp_kill(struct storepipe *sp)
{
	kill(sp->pid, SIGKILL);
	return end(sp);
}

/* ---- sending */

void
sp_send(struct storepipe *sp, uint16_t type, const struct wbuf *body)
{
	struct frame f = { .type = type, .generation = 1, .sequence = ++sp->sequence };
	struct pollfd p = { .fd = sp->fd, .events = POLLOUT };
	struct wbuf b;
	size_t sent = 0;

	f.length = body == NULL ? 0 : (uint32_t)body->len;
	wbuf_init(&b);
	wire_put_head(wbuf_grow(&b, WIRE_HEAD), &f);
	if (f.length > 0)
		memcpy(wbuf_grow(&b, f.length), body->data, f.length);
	while (sent < b.len && !sp->has_ended) {
		ssize_t n = send(sp->fd, b.data + sent, b.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		else if (errno == EAGAIN || errno == EINTR)
			(void)poll(&p, 1, 100); /* it always reads, however much of its answers waits */
		else
			sp->has_ended = true;
	}
	wbuf_done(&b);
}

/* The shipped site, as chisan-site reads it; once for the whole test. */
static const struct wbuf *
site_tree(struct storepipe *sp)
{
	static struct wbuf tree;
	struct site *site = NULL;
	const char *top = getenv("top_srcdir");
	char folder[1024];

	if (tree.len > 0)
		return &tree;
	str_printf(folder, sizeof(folder), "%s/layouts/musashino", top != NULL ? top : ".");
	MUST(site_load(folder, NULL, NULL, &site) == OK);
	site_put(site, &tree);
	site_free(site);
	return &tree;
}

void
sp_site(struct storepipe *sp, uint64_t boot)
{
	struct wbuf tree = *site_tree(sp), b;
	struct msg_store_site m = { .generation = 1, .boot = boot };

	wbuf_init(&b);
	m.length = (uint32_t)tree.len;
	sp->boot = boot;
	msg_store_site_put(&b, &m);
	sp_send(sp, W_STORE_SITE, &b);
	for (size_t at = 0; at < tree.len; at += 100000) {
		size_t n = tree.len - at < 100000 ? tree.len - at : 100000;

		wbuf_reset(&b);
		memcpy(wbuf_grow(&b, n), tree.data + at, n);
		sp_send(sp, W_SITE_TREE, &b);
	}
	wbuf_done(&b);
}

void
sp_begin(struct storepipe *sp, const char *data, uint64_t boot)
{
	sp_start(sp, data, NULL);
	sp_site(sp, boot);
	SP_MUST(sp, 10000, sp->ready > 0);
}

static void
put_entry(struct wbuf *b, const struct sp_entry *e, const char *text, const char *state)
{
	struct wbuf list;
	struct msg_journal_add m = { .token = e->token,
		.is_act = e->is_act,
		.time = INT64_C(1795000000000000) + (int64_t)e->token,
		.kind = JOURNAL_NOTE,
		.reason = 255,
		.uid = 1000,
		.point = "D0.P0",
		.user = "op",
		.terminal = "pts/1",
		.text = text,
		.before = "",
		.after = "" };

	wbuf_init(&list);
	if (state != NULL) {
		char name[64];
		const char *blob = strchr(state, '=') + 1;

		str_printf(name, sizeof(name), "%.*s", (int)(blob - 1 - state), state);
		w_u8(&list, STATE_MANUAL);
		w_str(&list, name);
		w_bytes(&list, blob, strlen(blob));
	}
	m.states = (struct msg_bytes){ list.data, list.len };
	msg_journal_add_put(b, &m);
	wbuf_done(&list);
}

static struct sp_entry *
new_entry(struct storepipe *sp, bool is_act)
{
	struct sp_entry *e = &sp->entries[sp->count];

	MUST(sp->count < SP_ENTRIES);
	*e = (struct sp_entry){ .token = 1000 + sp->tokens++, .is_act = is_act };
	sp->count++;
	return e;
}

/* Texts are made from the token, so that an entry can be sent again as it was. */
static void
send_entry(struct storepipe *sp, struct sp_entry *e, const char *text, const char *state)
{
	struct wbuf b;

	wbuf_init(&b);
	put_entry(&b, e, text, state);
	sp_send(sp, W_JOURNAL_ADD, &b);
	e->sequence = sp->sequence;
	wbuf_done(&b);
}

void
sp_act(struct storepipe *sp, const char *text, const char *state)
{
	sp->sent_at = clock_mono();
	send_entry(sp, new_entry(sp, true), text, state);
}

void
sp_note(struct storepipe *sp, const char *text)
{
	send_entry(sp, new_entry(sp, false), text, NULL);
}

static void
send_batch(struct storepipe *sp, uint64_t batch, struct utc now)
{
	struct msg_records m = { .batch = batch, .closed = now.us, .samples = 4, .scans = 1 };
	struct record r[4];
	struct scan_record scan = { .device = 0, .first = now, .last = now, .allowed_us = 3000000 };
	struct wbuf b;

	for (uint32_t i = 0; i < 4; i++)
		r[i] = (struct record){ .point = i, .time = now, .v = (double)(batch * 10 + i) };
	wbuf_init(&b);
	msg_records_put(&b, &m);
	record_put_samples(&b, r, 4);
	record_put_scans(&b, &scan, 1);
	sp_send(sp, W_RECORDS, &b);
	wbuf_done(&b);
}

void
sp_batch(struct storepipe *sp)
{
	send_batch(sp, ++sp->batch, clock_utc());
}

void
sp_batch_of(struct storepipe *sp, struct utc closed)
{
	send_batch(sp, ++sp->batch, closed);
}

void
sp_state(struct storepipe *sp, const char *name, const char *blob)
{
	struct msg_store_state m = {
		.kind = STATE_COUNTER, .name = name, .blob = { (const uint8_t *)blob, strlen(blob) }
	};
	struct wbuf b;

	wbuf_init(&b);
	msg_store_state_put(&b, &m);
	sp_send(sp, W_STORE_STATE, &b);
	wbuf_done(&b);
}

void
sp_report(struct storepipe *sp, const char *label, const char *csv)
{
	uint8_t digest[32];
	struct msg_report_file m = { .report = "daily", .label = label, .from = 0, .to = 1 };
	struct wbuf b;

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)csv, strlen(csv), NULL, 0);
	m.digest = (struct msg_bytes){ digest, sizeof(digest) };
	m.csv = m.text = (struct msg_bytes){ (const uint8_t *)csv, strlen(csv) };
	wbuf_init(&b);
	msg_report_file_put(&b, &m);
	sp_send(sp, W_REPORT_FILE, &b);
	wbuf_done(&b);
}

void
sp_sign(struct storepipe *sp, const char *label, uint32_t revision, const char *csv)
{
	struct sp_entry *e = new_entry(sp, true);
	uint8_t digest[32];
	struct msg_report_sign m = { .report = "daily", .label = label, .revision = revision };
	struct wbuf b, entry;

	wbuf_init(&b);
	wbuf_init(&entry);
	put_entry(&entry, e, "confirmed", NULL);
	crypto_generichash(digest, sizeof(digest), (const uint8_t *)csv, strlen(csv), NULL, 0);
	m.digest = (struct msg_bytes){ digest, sizeof(digest) };
	m.entry = (struct msg_bytes){ entry.data, entry.len };
	msg_report_sign_put(&b, &m);
	sp_send(sp, W_REPORT_SIGN, &b);
	e->sequence = sp->sequence;
	wbuf_done(&b);
	wbuf_done(&entry);
}

void
sp_ping(struct storepipe *sp)
{
	sp_send(sp, W_PING, NULL);
}

/* ---- what it tells */

static struct sp_entry *
find(struct storepipe *sp, uint32_t sequence)
{
	for (uint32_t i = sp->count; i-- > 0;)
		if (sp->entries[i].sequence == sequence)
			return &sp->entries[i];
	return NULL;
}

static void
take_journal(struct storepipe *sp, struct rbuf *r, uint32_t reply_to)
{
	struct msg_journal m;
	struct sp_entry *e;

	MUST(msg_journal_get(r, &m) && m.hash.len == 32 && m.seq > 0);
	if (m.seq > sp->newest)
		sp->newest = m.seq;
	if (reply_to == 0) {
		sp->unasked++;
		return;
	}
	e = find(sp, reply_to);
	MUST(e != NULL && e->seq == 0);
	e->seq = m.seq;
	memcpy(e->hash, m.hash.data, 32);
	sp->answered++;
	if (e->is_act)
		sp->act_us = mono_diff_us(clock_mono(), sp->sent_at);
}

static void
take_result(struct storepipe *sp, struct rbuf *r, uint32_t reply_to)
{
	struct msg_result m;
	struct sp_entry *e = find(sp, reply_to);

	MUST(msg_result_get(r, &m));
	sp->result = (enum err)m.err;
	str_copy(sp->result_text, sizeof(sp->result_text), m.text);
	if (e != NULL && e->seq == 0 && !e->is_refused) {
		e->is_refused = true;
		e->err = (enum err)m.err;
		sp->answered++;
	}
}

/* As chisand does: what was not answered is sent again, in order. */
static void
take_ready(struct storepipe *sp, struct rbuf *r)
{
	MUST(msg_store_ready_get(r, &sp->last_ready));
	MUST(sp->last_ready.states == sp->states);
	sp->ready++;
	sp->states = 0;
	if (sp->last_ready.batch > sp->stored) /* durable, and killed before it said so */
		sp->stored = sp->last_ready.batch;
	for (uint32_t i = 0; i < sp->count; i++)
		if (sp->entries[i].seq == 0 && !sp->entries[i].is_refused)
			send_entry(sp, &sp->entries[i], "sent again", NULL);
	for (uint64_t b = sp->stored + 1; b <= sp->batch; b++)
		send_batch(sp, b, clock_utc());
}

static void
take_state(struct storepipe *sp, struct rbuf *r)
{
	struct msg_store_state m;
	char line[256];

	MUST(msg_store_state_get(r, &m));
	if (sp->states++ == 0)
		sp->state_text[0] = '\0';
	str_printf(line, sizeof(line), "%u %s %.*s;", m.kind, m.name, (int)m.blob.len, (const char *)m.blob.data);
	str_append(sp->state_text, sizeof(sp->state_text), line);
}

static void
take_health(struct storepipe *sp, struct rbuf *r)
{
	struct msg_store_health m;

	MUST(msg_store_health_get(r, &m) && m.state < STORE_STATE_COUNT);
	sp->healths++;
	sp->health = m.state;
	sp->growth = m.growth;
	sp->chain = m.chain;
	sp->size = m.size;
	sp->space = m.space;
	sp->total = m.total;
	sp->lag_ms = m.lag_ms;
	sp->seen[m.state]++;
	str_copy(sp->health_text, sizeof(sp->health_text), m.text);
	MUST((m.state == STORE_WELL) == (m.text[0] == '\0'));
}

static void
take(struct storepipe *sp, const struct frame *f)
{
	struct msg_stored stored;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_JOURNAL: take_journal(sp, &r, f->reply_to); break;
	case W_RESULT: take_result(sp, &r, f->reply_to); break;
	case W_STORE_READY: take_ready(sp, &r); break;
	case W_STORE_STATE: take_state(sp, &r); break;
	case W_STORE_HEALTH: take_health(sp, &r); break;
	case W_STORED:
		MUST(msg_stored_get(&r, &stored));
		if (stored.batch > sp->stored)
			sp->stored = stored.batch;
		break;
	case W_PONG: sp->pongs++; break;
	case W_BYE: sp->byes++; break;
	default: break;
	}
}

bool
sp_pump(struct storepipe *sp, int64_t us)
{
	struct pollfd p = { .fd = sp->fd, .events = POLLIN };
	size_t done = 0, used;
	struct frame f;
	ssize_t n;

	if (sp->has_ended || poll(&p, 1, (int)(us / 1000 + 1)) <= 0)
		return false;
	n = recv(sp->fd, sp->in + sp->len, BUF_SIZE - sp->len, MSG_DONTWAIT);
	if (n <= 0) {
		sp->has_ended = n == 0 || (errno != EAGAIN && errno != EINTR);
		return false;
	}
	sp->len += (size_t)n;
	while (wire_take(sp->in + done, sp->len - done, &f, &used) == OK) {
		take(sp, &f);
		done += used;
	}
	memmove(sp->in, sp->in + done, sp->len - done);
	sp->len -= done;
	return true;
}

void
sp_forget(struct storepipe *sp)
{
	sp->count = sp->answered = 0;
}

bool
sp_all_answered(const struct storepipe *sp)
{
	return sp->answered == sp->count && sp->stored == sp->batch;
}

/* ---- what is on the disk */

static void
check_entries(struct storepipe *sp, struct db *db)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT token, hash FROM journal WHERE seq = ?1");

	MUST(st != NULL);
	for (uint32_t i = 0; i < sp->count; i++) {
		const struct sp_entry *e = &sp->entries[i];

		if (e->seq == 0)
			continue;
		sqlite3_bind_int64(st, 1, (int64_t)e->seq);
		MUST(sqlite3_step(st) == SQLITE_ROW);
		MUST((uint64_t)sqlite3_column_int64(st, 0) == e->token);
		MUST(memcmp(sqlite3_column_blob(st, 1), e->hash, 32) == 0);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
}

/* Computed here, from what journal_chain.h says; a proof of the store's own would share its mistakes. */
static void
check_chain(struct storepipe *sp, struct db *db)
{
	sqlite3_stmt *st = db_prepare(db,
	    "SELECT seq, us, kind, reason, uid, token, point, user, terminal, text, before, after, hash FROM journal "
	    "ORDER BY seq");
	uint8_t hash[JOURNAL_HASH] = { 0 };
	uint64_t last = 0;

	MUST(st != NULL);
	sp->jumps = 0;
	while (sqlite3_step(st) == SQLITE_ROW) {
		const struct msg_journal m = {
			.seq = (uint64_t)sqlite3_column_int64(st, 0),
			.time = sqlite3_column_int64(st, 1),
			.kind = (uint16_t)sqlite3_column_int(st, 2),
			.reason = (uint16_t)sqlite3_column_int(st, 3),
			.uid = (uint32_t)sqlite3_column_int64(st, 4),
			.point = (const char *)sqlite3_column_text(st, 6),
			.user = (const char *)sqlite3_column_text(st, 7),
			.terminal = (const char *)sqlite3_column_text(st, 8),
			.text = (const char *)sqlite3_column_text(st, 9),
			.before = (const char *)sqlite3_column_text(st, 10),
			.after = (const char *)sqlite3_column_text(st, 11),
		};

		MUST(m.seq == last + 1 || journal_is_jump(&m, last));
		sp->jumps += m.seq != last + 1;
		last = m.seq;
		journal_chain(hash, &m, (uint64_t)sqlite3_column_int64(st, 5), hash);
		MUST(sqlite3_column_bytes(st, 12) == JOURNAL_HASH);
		MUST(memcmp(sqlite3_column_blob(st, 12), hash, JOURNAL_HASH) == 0);
	}
	sqlite3_finalize(st);
}

/* And by the store's own proof, with the signatures. */
static void
check_proof(struct storepipe *sp, struct db *db)
{
	struct journal_proof *proof = journal_prove(db, NULL, NULL);
	struct msg_verified m;
	bool done = false;

	while (!done)
		MUST(journal_prove_step(proof, 1000, &m, &done) == OK);
	/* killed between a jump and its signature */
	if (m.state != VERIFY_WHOLE && !(m.state == VERIFY_UNVOUCHED && sp->jumps > 0))
		fprintf(stderr, "chain: %s\n", m.text);
	MUST(m.state == VERIFY_WHOLE || (m.state == VERIFY_UNVOUCHED && sp->jumps > 0));
	journal_prove_end(proof);
}

static void
check_states(struct storepipe *sp, struct db *db, const char *const states[])
{
	sqlite3_stmt *st = db_prepare(db, "SELECT count(*) FROM state WHERE name || '=' || CAST(data AS TEXT) = ?1");

	for (int i = 0; states != NULL && states[i] != NULL; i++) {
		sqlite3_bind_text(st, 1, states[i], -1, SQLITE_STATIC);
		MUST(sqlite3_step(st) == SQLITE_ROW);
		if (sqlite3_column_int(st, 0) != 1)
			fprintf(stderr, "state: %s\n", states[i]);
		MUST(sqlite3_column_int(st, 0) == 1);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
}

void
sp_check(struct storepipe *sp, const char *data, const char *const last_states[])
{
	char folder[256];
	struct history *h;
	sqlite3_stmt *st;
	struct db db;

	str_printf(folder, sizeof(folder), "%s/%s", data, DB_FOLDER);
	MUST(db_open(&db, folder, true) == OK);
	st = db_prepare(&db, "PRAGMA integrity_check(1)");
	MUST(sqlite3_step(st) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0);
	sqlite3_finalize(st);
	check_entries(sp, &db);
	check_chain(sp, &db);
	if (sp->jumps == 0)
		check_proof(sp, &db);
	check_states(sp, &db, last_states);
	h = history_open(&db);
	MUST(h != NULL && (sp->stored == 0 || history_batch(h, sp->boot) >= sp->stored));
	history_close(h);
	db_close(&db);
}
