/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - UTF-8 as cells of a terminal, and the one door for text that came from outside.
 * Widths are those of glibc's wcwidth(), which ncurses uses too; ambiguous characters count 1
 * unless text_set_ambiguous(2) was called.
 */
#ifndef CHISAN_TEXT_H
#define CHISAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_REPLACEMENT 0xFFFDu

/*
 * One character of the string. Returns the bytes used (>= 1 unless at the end, then 0); an invalid byte
 * gives TEXT_REPLACEMENT and 1. Overlong forms, surrogates and values above U+10FFFF are invalid.
 */
size_t text_next(const char *s, size_t len, uint32_t *cp);

/* Encodes cp (made TEXT_REPLACEMENT if it is none); returns 1 to 4 bytes. No terminator. */
size_t text_encode(uint32_t cp, char out[4]);

/* True if the whole is valid UTF-8. *bad gets the offset of the first fault (may be NULL). */
bool text_is_utf8(const char *s, size_t len, size_t *bad);

/* Cells that cp takes: 0 (combining), 1 or 2. Controls count 1, since they are drawn as U+FFFD. */
int text_char_width(uint32_t cp);
int text_width(const char *s);
void text_set_ambiguous(int cells); /* 1 or 2 */

/*
 * Is this character inert on a terminal and in a log? No C0, DEL, C1, bidi controls (U+202A-202E, U+2066-2069,
 * U+200E-200F, U+061C), zero-width joiners and spaces (U+200B-200D, U+2060, U+FEFF), line or paragraph
 * separators, private use, unassigned, tags (U+E0000-E007F).
 */
bool text_is_inert(uint32_t cp);

/*
 * The door: copies src to dst (at most dst_size bytes with the terminator, at most max_cells cells; max_cells < 0:
 * no limit), NFC-normalised, every character that is not inert replaced by U+FFFD. Never splits a character; at most
 * 4 combining marks follow one base. Returns the cells used.
 */
int text_put_safe(char *dst, size_t dst_size, const char *src, int max_cells);

/* The same into exactly `cells` cells, padded with spaces; right = pad on the left. A cut is shown by '~' in the last cell. */
void text_fit(char *dst, size_t dst_size, const char *src, int cells, bool right);

/*
 * A reason, a comment, the text of a tag: through that door and in one line. `what` it is called in the sentence. False: empty or too
 * long, and why gets the sentence.
 */
bool text_from_person(char *out, size_t size, const char *given, const char *what, char *why, size_t why_size);

#endif
