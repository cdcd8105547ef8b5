/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_backup.c - the whole record into one file. It is whole only if its size and its BLAKE2b are those that the server names at the
 * end; until then it has another name, and what is not whole is taken away.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"
#include "console/health.h"
#include "console/jout.h"
#include "console/newfile.h"
#include "console/say.h"
#include "scada/base/str.h"

#define DIGEST_BYTES   32
#define PROGRESS_BYTES (8ull * 1024 * 1024)
static const char magic[] = "SQLite format 3"; /* with its NUL: what each database begins with */

struct backup {
	const struct options *o;
	struct newfile file; /* fd is standard output for "-" */
	bool is_stream, is_terminal, has_failed, is_no_database;
	crypto_generichash_state hash;
	unsigned long long bytes, shown, total; /* total: of the database with its log, 0 = not known */
};

static void
progress(struct backup *k)
{
	char done[32], all[32];

	if (!k->is_terminal || k->bytes - k->shown < PROGRESS_BYTES)
		return;
	k->shown = k->bytes;
	fprintf(stderr, "\r%s of about %s ", health_bytes(done, sizeof done, k->bytes),
	    health_bytes(all, sizeof all, k->total));
}

static bool
take(struct client *c, const struct frame *f, void *arg)
{
	struct backup *k = arg;

	(void)c;
	if (f->type != W_BACKUP)
		return true;
	if (k->bytes == 0)
		k->is_no_database = f->length < sizeof magic || memcmp(f->body, magic, sizeof magic) != 0;
	k->has_failed = k->is_no_database || newfile_write(&k->file, f->body, f->length) != OK;
	if (k->has_failed)
		return false;
	crypto_generichash_update(&k->hash, f->body, f->length);
	k->bytes += f->length;
	progress(k);
	return true;
}

/* "backup of N bytes, blake2b HEX": what the server says of what it sent. */
static bool
read_end(const char *text, unsigned long long *bytes, char *hex, size_t size)
{
	static const char head[] = "backup of ", middle[] = " bytes, blake2b ";
	char number[32];
	int64_t n;

	if (strncmp(text, head, sizeof head - 1) != 0)
		return false;
	text += sizeof head - 1;
	size_t len = strspn(text, "0123456789");
	str_printf(number, sizeof number, "%.*s", (int)(len > 30 ? 30 : len), text);
	if (!str_to_i64(number, 0, INT64_MAX, &n) || strncmp(text + len, middle, sizeof middle - 1) != 0)
		return false;
	*bytes = (unsigned long long)n;
	str_copy(hex, size, text + len + sizeof middle - 1);
	return strspn(hex, "0123456789abcdef") == 2 * DIGEST_BYTES;
}

/* Is what arrived what was sent? */
static int
compare(struct backup *k, const struct cmd_answer *end, char *hex, size_t size)
{
	uint8_t digest[DIGEST_BYTES];
	unsigned long long bytes;
	char theirs[2 * DIGEST_BYTES + 1];

	crypto_generichash_final(&k->hash, digest, sizeof digest);
	sodium_bin2hex(hex, size, digest, sizeof digest);
	if (!read_end(end->text, &bytes, theirs, sizeof theirs)) {
		say_error("the server does not say of what size and digest its backup is (\"%.200s\"); it is not kept",
		    end->text);
		return CMD_FAILED;
	}
	if (bytes == k->bytes && strcmp(theirs, hex) == 0)
		return CMD_DONE;
	say_error("the backup is not what the server sent: %llu of %llu bytes, blake2b %.16s... in place of %.16s...; "
	          "it is not kept",
	    k->bytes, bytes, hex, theirs);
	return CMD_FAILED;
}

static void
report(const struct backup *k, const char *hex)
{
	char size[32];

	if (k->o->json) {
		json_t *j = jout_begin();
		json_object_set_new(j, "file", jout_text(k->file.path));
		json_object_set_new(j, "bytes", json_integer((json_int_t)k->bytes));
		json_object_set_new(j, "blake2b", json_string(hex));
		jout_print(j);
		return;
	}
	fprintf(stderr, "%s%s: %s, whole, blake2b %s\n", k->is_terminal ? "\r\033[K" : "",
	    k->is_stream ? "backup" : k->file.path, health_bytes(size, sizeof size, k->bytes), hex);
}

static int
run(struct backup *k, struct client *c)
{
	struct cmd_answer end;
	struct wbuf b;
	char hex[2 * DIGEST_BYTES + 1];

	k->total = c->has_health ? c->health.size : 0;
	crypto_generichash_init(&k->hash, NULL, 0, DIGEST_BYTES);
	wbuf_init(&b);
	int code = cmd_ask(k->o, c, W_BACKUP_GET, &b, take, k, &end);
	wbuf_done(&b);
	if (k->has_failed) {
		say_error(
		    "%s", k->is_no_database ? "what the server sends is no database; it is not kept" : k->file.why);
		return CMD_FAILED;
	}
	if (code == CMD_UNKNOWN) /* nothing of the plant hangs on it */
		code = CMD_NO_SERVER;
	if (code != CMD_DONE)
		return code;
	code = compare(k, &end, hex, sizeof hex);
	if (code == CMD_DONE && !k->is_stream && newfile_finish(&k->file) != OK) {
		say_error("%s", k->file.why);
		code = CMD_FAILED;
	}
	if (code == CMD_DONE)
		report(k, hex);
	return code;
}

int
cmd_backup(const struct options *o)
{
	static struct backup k;
	int code;
	enum err e;

	k = (struct backup){ .o = o, .is_stream = strcmp(o->args[1], "-") == 0, .is_terminal = isatty(STDERR_FILENO) };
	if (sodium_init() < 0)
		return CMD_FAILED;
	if (k.is_stream && isatty(STDOUT_FILENO)) {
		say_error("a backup is no text for a terminal; name a file, or send it into one");
		return CMD_USAGE;
	}
	if (k.is_stream && o->json) {
		say_error("--json would stand in the middle of the backup; name a file");
		return CMD_USAGE;
	}
	if (k.is_stream) {
		k.file.fd = STDOUT_FILENO;
		str_copy(k.file.part, sizeof k.file.part, "standard output");
	} else if ((e = newfile_open(&k.file, o->args[1], o->force)) != OK) {
		say_error("%s", k.file.why);
		return e == ERR_IO ? CMD_FAILED : (int)cmd_exit_of(e);
	}
	struct client *c = cmd_snapshot(o, SUB_SITE, &code);
	if (c != NULL)
		code = run(&k, c);
	client_free(c);
	if (!k.is_stream)
		newfile_drop(&k.file);
	return code;
}
