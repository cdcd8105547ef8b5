/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one line an event on stderr; under systemd with the priority prefix of sd-daemon(3).
 * Never blocks for long: stderr is switched to non-blocking when it is a pipe, and lines that do not fit are counted.
 */
#ifndef CHISAN_LOG_H
#define CHISAN_LOG_H

#include <stdbool.h>

#include "scada/base/err.h"

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* name: the program's, stands before every line. verbosity: 0 notice, 1 info, 2 debug. */
void log_init(const char *name, int verbosity);

/* True: what is logged goes to the system log (systemd's) by itself. */
bool log_is_system(void);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Logs a change of *last to e (warning for an error, notice for OK), repeats only at debug. Returns true if it changed. */
bool log_once(enum err *last, enum err e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Our bug or an impossible start: says it and exits 1. Never for what came from outside while running. */
void log_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
