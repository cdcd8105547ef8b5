/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_question.c - questions from a stranger to chisan-store -r, on a small database: each ends, with a sentence if it is refused, and
 * sends no more than it was granted.
 */
#include "config.h"

#include <assert.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t types[] = { W_TREND_GET, W_HISTORY_GET, W_JOURNAL_GET, W_VERIFY_GET, W_REPORT_GET, W_REPORT_LIST,
	W_BACKUP_GET };
static struct ev_loop *loop;
static struct reader *reader;
static int peer;
static char folder[] = "/tmp/chisan-fuzz-XXXXXX";

static void
tidy(void)
{
	static const char *const files[] = { "store/chisan.db", "store/chisan.db-wal", "store/chisan.db-shm",
		"store/lock", "store", "spool", "" };
	char path[120];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		str_printf(path, sizeof(path), "%s/%s", folder, files[i]);
		(void)remove(path);
	}
}

static void
start(void)
{
	const struct store_options o = { .data_folder = folder };
	char store[80], spool[80];
	int pair[2];
	static struct db db;

	if (mkdtemp(folder) == NULL || sodium_init() < 0)
		abort();
	atexit(tidy);
	str_printf(store, sizeof(store), "%s/%s", folder, DB_FOLDER);
	str_printf(spool, sizeof(spool), "%s/%s", folder, DB_SPOOL_FOLDER);
	if (mkdir(store, 0700) != 0 || mkdir(spool, 0700) != 0 || db_open(&db, store, true) != OK ||
	    db_exec(&db,
	        "INSERT INTO point VALUES (7, 'A.B', 0, 1, 'kW', -1, 'default');"
	        "INSERT INTO journal VALUES (1, 5, 0, 0, 0, 0, 'A.B', 'op', '', 'text', '', '', zeroblob(32));"
	        "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv) VALUES ('daily', "
	        "'2026-11-22', 1, 0, 1, 2, 0, zeroblob(32), 'text', 'a,b')") != OK)
		abort();
	/* the writer stays: its log is what the reader reads */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		abort();
	loop = ev_loop_new(0);
	reader = reader_new(loop, pair[0], &o);
	reader->site = site_new();
	peer = pair[1];
}

static void
drain(void)
{
	static uint8_t sink[65536];

	do
		ev_run(loop, EVRUN_NOWAIT);
	while (read(peer, sink, sizeof(sink)) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire_row *row;
	struct question q = { .credit = CREDIT_BEGIN };
	struct rbuf body;
	enum turn turn;

	if (reader == NULL)
		start();
	if (size < 1)
		return 0;
	q.answer = answer_find(types[data[0] % ARRAY_LEN(types)]);
	row = wire_find(q.answer->type);
	if (size - 1 < row->min || size - 1 > row->max)
		return 0;
	q.reader = reader;
	q.own = xcalloc(1, q.answer->size);
	rbuf_init(&body, data + 1, size - 1);
	turn = q.answer->begin(&q, &body);
	for (int i = 0; turn == TURN_MORE && q.credit > 0 && i < 40; i++) {
		unsigned credit = q.credit;

		if (source_ready(&reader->source, (struct mono){ 1 }) != OK)
			abort();
		turn = q.answer->step(&q);
		assert(q.credit <= credit);
		q.has_begun = true;
	}
	assert(turn == TURN_MORE || q.err == OK || q.text[0] != '\0');
	if (q.answer->end != NULL)
		q.answer->end(&q);
	free(q.own);
	assert(!reader->is_copying && reader->out.len == 0);
	drain();
	return 0;
}
