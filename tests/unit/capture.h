/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture.h - what a function prints on stdout and stderr, as text. One capture at a time.
 */
#ifndef CHISAN_CAPTURE_H
#define CHISAN_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct capture {
	int out, err; /* the real ones */
	FILE *out_file, *err_file;
	char out_text[65536], err_text[8192];
} capture;

static inline void
capture_begin(void)
{
	fflush(stdout);
	fflush(stderr);
	capture.out = dup(STDOUT_FILENO);
	capture.err = dup(STDERR_FILENO);
	capture.out_file = tmpfile();
	capture.err_file = tmpfile();
	dup2(fileno(capture.out_file), STDOUT_FILENO);
	dup2(fileno(capture.err_file), STDERR_FILENO);
}

static inline void
capture_end(void)
{
	fflush(stdout);
	fflush(stderr);
	dup2(capture.out, STDOUT_FILENO);
	dup2(capture.err, STDERR_FILENO);
	close(capture.out);
	close(capture.err);
	rewind(capture.out_file);
	rewind(capture.err_file);
	capture.out_text[fread(capture.out_text, 1, sizeof capture.out_text - 1, capture.out_file)] = '\0';
	capture.err_text[fread(capture.err_text, 1, sizeof capture.err_text - 1, capture.err_file)] = '\0';
	fclose(capture.out_file);
	fclose(capture.err_file);
}

#endif
