/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.c - words and sentences of ERR_LIST, and errno in their terms.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>

#include "scada/base/err.h"

struct row {
	uint32_t number;
	const char *word, *text;
};

#define ROW(id, number, word, text) { number, word, text },
static const struct row rows[] = { ERR_LIST(ROW) };
#undef ROW

static const struct row *
find(uint32_t number)
{
	/* The numbers rise, so the search can halve. */
	size_t lo = 0, hi = sizeof(rows) / sizeof(rows[0]);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (rows[mid].number == number)
			return &rows[mid];
		if (rows[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool
err_is_known(uint32_t number)
{
	return find(number) != NULL;
}

const char *
err_word(enum err e)
{
	const struct row *r = find((uint32_t)e);
	return r ? r->word : "unknown";
}

const char *
err_text(enum err e)
{
	const struct row *r = find((uint32_t)e);
	return r ? r->text : "an error that this version does not know";
}

enum err
err_from_errno(int errnum)
{
	switch (errnum) {
	case 0: return OK;
	case ECONNREFUSED: return ERR_CONNECT_REFUSED;
	case ETIMEDOUT: return ERR_CONNECT_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EACCES: /* a firewall's answer to connect(2) */
	case EPERM: return ERR_UNREACHABLE;
	case ECONNRESET:
	case ECONNABORTED: return ERR_RESET;
	case EPIPE: return ERR_HANGUP;
	case EMFILE:
	case ENFILE:
	case ENOBUFS: return ERR_NO_DESCRIPTOR;
	case ENOTCONN: return ERR_NOT_CONNECTED;
	default: return ERR_IO;
	}
}
