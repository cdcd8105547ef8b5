/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h - strict reading of numbers, durations and globs; bounded printing.
 * Nothing here looks at the locale: numbers are read and printed as in C.
 */
#ifndef CHISAN_STR_H
#define CHISAN_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decimal number, the whole string: [+-]digits[.digits][e[+-]digits]. Refuses "", " 1", "1 ", "010" (a
 * leading zero before a digit), "0x10", "nan", "inf", "1_000", "1,5" and what overflows a double.
 */
bool str_to_double(const char *s, double *out);

/* Whole decimal number in min..max; the same refusals. */
bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out);

/* "500ms" "1s" "30m" "8h" "2d", also sums in falling order such as "1h30m"; microseconds. A bare number is refused. */
bool str_to_duration(const char *s, int64_t *us);

/* The shortest exact form: "1s", "500ms", "1h30m". buf of at least 32. Returns buf. */
char *str_duration(char *buf, size_t size, int64_t us);

/* Shell glob with * ? [a-z], case-sensitive, bounded time (no exponential patterns). */
bool str_glob(const char *pattern, const char *s);

/* As snprintf; returns false if it was cut (the buffer is still terminated). */
bool str_printf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* strlcpy/strlcat semantics; true if everything fitted. */
bool str_copy(char *buf, size_t size, const char *s);
bool str_append(char *buf, size_t size, const char *s);

/* Shortest decimal text that reads back to the same double; "nan", "inf" as such. buf >= 32. */
char *str_double(char *buf, size_t size, double v);

/* Value at a number of decimals, "-0.0" never. buf >= 48. */
char *str_fixed(char *buf, size_t size, double v, int decimals);

/* The nearest of names[] to word for "did you mean"; NULL if none is near. Names end with NULL. */
const char *str_nearest(const char *word, const char *const *names);

#endif
