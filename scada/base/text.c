/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - UTF-8, widths in cells, and the door that makes foreign text inert.
 * Works in any LC_CTYPE: the decoding is our own, and wcwidth() is asked in C.UTF-8 whatever the process runs in.
 */
#include "config.h"

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define MARKS_MAX 4

struct range {
	uint32_t first, last;
};

/* clang-format off */
/* East Asian Width "A" of Unicode 14 less marks, format and private characters: narrow or wide, as the terminal likes. */
static const struct range ambiguous[] = {
	{ 0xA1, 0xA1 }, { 0xA4, 0xA4 }, { 0xA7, 0xA8 }, { 0xAA, 0xAA }, { 0xAE, 0xAE }, { 0xB0, 0xB4 },
	{ 0xB6, 0xBA }, { 0xBC, 0xBF }, { 0xC6, 0xC6 }, { 0xD0, 0xD0 }, { 0xD7, 0xD8 }, { 0xDE, 0xE1 },
	{ 0xE6, 0xE6 }, { 0xE8, 0xEA }, { 0xEC, 0xED }, { 0xF0, 0xF0 }, { 0xF2, 0xF3 }, { 0xF7, 0xFA },
	{ 0xFC, 0xFC }, { 0xFE, 0xFE }, { 0x101, 0x101 }, { 0x111, 0x111 }, { 0x113, 0x113 }, { 0x11B, 0x11B },
	{ 0x126, 0x127 }, { 0x12B, 0x12B }, { 0x131, 0x133 }, { 0x138, 0x138 }, { 0x13F, 0x142 },
	{ 0x144, 0x144 }, { 0x148, 0x14B }, { 0x14D, 0x14D }, { 0x152, 0x153 }, { 0x166, 0x167 },
	{ 0x16B, 0x16B }, { 0x1CE, 0x1CE }, { 0x1D0, 0x1D0 }, { 0x1D2, 0x1D2 }, { 0x1D4, 0x1D4 },
	{ 0x1D6, 0x1D6 }, { 0x1D8, 0x1D8 }, { 0x1DA, 0x1DA }, { 0x1DC, 0x1DC }, { 0x251, 0x251 },
	{ 0x261, 0x261 }, { 0x2C4, 0x2C4 }, { 0x2C7, 0x2C7 }, { 0x2C9, 0x2CB }, { 0x2CD, 0x2CD },
	{ 0x2D0, 0x2D0 }, { 0x2D8, 0x2DB }, { 0x2DD, 0x2DD }, { 0x2DF, 0x2DF }, { 0x391, 0x3A1 },
	{ 0x3A3, 0x3A9 }, { 0x3B1, 0x3C1 }, { 0x3C3, 0x3C9 }, { 0x401, 0x401 }, { 0x410, 0x44F },
	{ 0x451, 0x451 }, { 0x2010, 0x2010 }, { 0x2013, 0x2016 }, { 0x2018, 0x2019 }, { 0x201C, 0x201D },
	{ 0x2020, 0x2022 }, { 0x2024, 0x2027 }, { 0x2030, 0x2030 }, { 0x2032, 0x2033 }, { 0x2035, 0x2035 },
	{ 0x203B, 0x203B }, { 0x203E, 0x203E }, { 0x2074, 0x2074 }, { 0x207F, 0x207F }, { 0x2081, 0x2084 },
	{ 0x20AC, 0x20AC }, { 0x2103, 0x2103 }, { 0x2105, 0x2105 }, { 0x2109, 0x2109 }, { 0x2113, 0x2113 },
	{ 0x2116, 0x2116 }, { 0x2121, 0x2122 }, { 0x2126, 0x2126 }, { 0x212B, 0x212B }, { 0x2153, 0x2154 },
	{ 0x215B, 0x215E }, { 0x2160, 0x216B }, { 0x2170, 0x2179 }, { 0x2189, 0x2189 }, { 0x2190, 0x2199 },
	{ 0x21B8, 0x21B9 }, { 0x21D2, 0x21D2 }, { 0x21D4, 0x21D4 }, { 0x21E7, 0x21E7 }, { 0x2200, 0x2200 },
	{ 0x2202, 0x2203 }, { 0x2207, 0x2208 }, { 0x220B, 0x220B }, { 0x220F, 0x220F }, { 0x2211, 0x2211 },
	{ 0x2215, 0x2215 }, { 0x221A, 0x221A }, { 0x221D, 0x2220 }, { 0x2223, 0x2223 }, { 0x2225, 0x2225 },
	{ 0x2227, 0x222C }, { 0x222E, 0x222E }, { 0x2234, 0x2237 }, { 0x223C, 0x223D }, { 0x2248, 0x2248 },
	{ 0x224C, 0x224C }, { 0x2252, 0x2252 }, { 0x2260, 0x2261 }, { 0x2264, 0x2267 }, { 0x226A, 0x226B },
	{ 0x226E, 0x226F }, { 0x2282, 0x2283 }, { 0x2286, 0x2287 }, { 0x2295, 0x2295 }, { 0x2299, 0x2299 },
	{ 0x22A5, 0x22A5 }, { 0x22BF, 0x22BF }, { 0x2312, 0x2312 }, { 0x2460, 0x24E9 }, { 0x24EB, 0x254B },
	{ 0x2550, 0x2573 }, { 0x2580, 0x258F }, { 0x2592, 0x2595 }, { 0x25A0, 0x25A1 }, { 0x25A3, 0x25A9 },
	{ 0x25B2, 0x25B3 }, { 0x25B6, 0x25B7 }, { 0x25BC, 0x25BD }, { 0x25C0, 0x25C1 }, { 0x25C6, 0x25C8 },
	{ 0x25CB, 0x25CB }, { 0x25CE, 0x25D1 }, { 0x25E2, 0x25E5 }, { 0x25EF, 0x25EF }, { 0x2605, 0x2606 },
	{ 0x2609, 0x2609 }, { 0x260E, 0x260F }, { 0x261C, 0x261C }, { 0x261E, 0x261E }, { 0x2640, 0x2640 },
	{ 0x2642, 0x2642 }, { 0x2660, 0x2661 }, { 0x2663, 0x2665 }, { 0x2667, 0x266A }, { 0x266C, 0x266D },
	{ 0x266F, 0x266F }, { 0x269E, 0x269F }, { 0x26BF, 0x26BF }, { 0x26C6, 0x26CD }, { 0x26CF, 0x26D3 },
	{ 0x26D5, 0x26E1 }, { 0x26E3, 0x26E3 }, { 0x26E8, 0x26E9 }, { 0x26EB, 0x26F1 }, { 0x26F4, 0x26F4 },
	{ 0x26F6, 0x26F9 }, { 0x26FB, 0x26FC }, { 0x26FE, 0x26FF }, { 0x273D, 0x273D }, { 0x2776, 0x277F },
	{ 0x2B56, 0x2B59 }, { 0x3248, 0x324F }, { 0xFFFD, 0xFFFD }, { 0x1F100, 0x1F10A }, { 0x1F110, 0x1F12D },
	{ 0x1F130, 0x1F169 }, { 0x1F170, 0x1F18D }, { 0x1F18F, 0x1F190 }, { 0x1F19B, 0x1F1AC },
};

/*
 * Not inert although their category would pass: they change how the neighbour is drawn or show nothing at all.
 * (Format characters Cf, which hold the bidi controls, joiners and tags, are refused by category.)
 */
static const struct range not_inert[] = {
	{ 0x034F, 0x034F },   /* combining grapheme joiner */
	{ 0x115F, 0x115F },   /* Hangul filler; U+1160 is refused only where it stands alone, as a mark without a base */
	{ 0x17B4, 0x17B5 },   /* Khmer vowels that show nothing */
	{ 0x180B, 0x180F },   /* Mongolian variation selectors */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xFE00, 0xFE0F },   /* variation selectors: emoji or text, wide or narrow */
	{ 0xFFA0, 0xFFA0 },   /* Hangul filler */
	{ 0xFFF9, 0xFFFD - 1 }, /* annotations, object replacement */
	{ 0xE0000, 0xE0FFF }, /* tags, more variation selectors */
};
/* clang-format on */

static int ambiguous_cells = 1;

static bool
in_ranges(const struct range *r, size_t count, uint32_t cp)
{
	size_t lo = 0, hi = count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (cp > r[mid].last)
			lo = mid + 1;
		else if (cp < r[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

/* ---- UTF-8 */

size_t
text_next(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	*cp = TEXT_REPLACEMENT;
	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	if (p[0] < 0xC2 || p[0] > 0xF4 || len < n)
		return 1;
	uint32_t c = p[0] & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 1;
	*cp = c;
	return n;
}

size_t
text_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = TEXT_REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)((0xF00u >> n & 0xF0) | cp);
	return n;
}

bool
text_is_utf8(const char *s, size_t len, size_t *bad)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = text_next(s + i, len - i, &cp);
		/* An invalid byte and a genuine U+FFFD differ in the bytes used. */
		if (cp == TEXT_REPLACEMENT && n == 1) {
			if (bad != NULL)
				*bad = i;
			return false;
		}
		i += n;
	}
	return true;
}

/* ---- widths */

/* What glibc says of an assigned character: -1, 0, 1 or 2. */
static int
system_width(uint32_t cp)
{
	static locale_t utf8;
	static bool was_tried;

	if (!was_tried) {
		was_tried = true;
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	}
	if (utf8 == (locale_t)0)
		return utf8proc_charwidth((utf8proc_int32_t)cp);
	locale_t old = uselocale(utf8);
	int w = wcwidth((wchar_t)cp);
	uselocale(old);
	return w;
}

bool
text_is_inert(uint32_t cp)
{
	if (cp < 0x7F)
		return cp >= 0x20;
	if (cp < 0xA0 || cp > 0x10FFFF || in_ranges(not_inert, ARRAY_LEN(not_inert), cp))
		return false;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP: return false;
	default: return system_width(cp) >= 0;
	}
}

int
text_char_width(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7F)
		return 1;
	if (!text_is_inert(cp))
		cp = TEXT_REPLACEMENT;
	int w = system_width(cp);
	if (w == 1 && ambiguous_cells == 2 && in_ranges(ambiguous, ARRAY_LEN(ambiguous), cp))
		return 2;
	return w;
}

int
text_width(const char *s)
{
	size_t len = strlen(s);
	int cells = 0;

	while (len > 0) {
		uint32_t cp;
		size_t n = text_next(s, len, &cp);
		if (cells > INT_MAX - 2)
			break;
		cells += text_char_width(cp);
		s += n;
		len -= n;
	}
	return cells;
}

void
text_set_ambiguous(int cells)
{
	ambiguous_cells = cells == 2 ? 2 : 1;
}

/* ---- the door */

/* Decodes up to `max` characters of src, each made inert and canonically decomposed; at most MARKS_MAX marks a base. */
static size_t
gather(const char *src, utf8proc_int32_t *out, size_t max)
{
	size_t len = strlen(src), count = 0;
	unsigned marks = MARKS_MAX; /* a mark without a base before it is none */
	bool has_base = false;

	while (len > 0 && count + 8 <= max) {
		uint32_t cp;
		size_t n = text_next(src, len, &cp);
		src += n;
		len -= n;
		if (!text_is_inert(cp))
			cp = TEXT_REPLACEMENT;
		if (cp >= 0x300 && text_char_width(cp) == 0) {
			if (!has_base)
				cp = TEXT_REPLACEMENT;
			else if (++marks > MARKS_MAX)
				continue;
		} else {
			marks = 0;
		}
		has_base = true;
		if (cp < 0xC0) {
			out[count++] = (utf8proc_int32_t)cp;
			continue;
		}
		int boundclass = 0;
		utf8proc_ssize_t got = utf8proc_decompose_char((utf8proc_int32_t)cp, out + count,
		    (utf8proc_ssize_t)(max - count), UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &boundclass);
		if (got > 0 && (size_t)got <= max - count)
			count += (size_t)got;
		else
			out[count++] = TEXT_REPLACEMENT;
	}
	return count;
}

/* Marks in the order of their classes, as composition needs them; at most a few stand together. */
static void
reorder(utf8proc_int32_t *s, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		int class = (int)utf8proc_get_property(s[i])->combining_class;
		for (size_t j = i; class != 0 && j > 0; j--) {
			if (utf8proc_get_property(s[j - 1])->combining_class <= class)
				break;
			utf8proc_int32_t t = s[j];
			s[j] = s[j - 1];
			s[j - 1] = t;
		}
	}
}

/* As text_put_safe; *was_cut: something did not fit. */
static int
put(char *dst, size_t dst_size, const char *src, int max_cells, bool *was_cut)
{
	utf8proc_int32_t few[512], *cps = few;
	size_t src_len = strlen(src), max = ARRAY_LEN(few), used = 0;
	int cells = 0;

	*was_cut = false;
	if (dst_size == 0) {
		*was_cut = src_len != 0;
		return 0;
	}
	/* No more can fit: five characters at most compose to one, which takes a byte at least; 8 is gather()'s reserve. */
	size_t need = src_len < dst_size ? src_len : dst_size;
	need = need * 5 + 16;
	if (need > max) {
		cps = xmalloc(need * sizeof(*cps));
		max = need;
	}
	size_t count = gather(src, cps, max);
	reorder(cps, count);
	utf8proc_ssize_t composed =
	    utf8proc_normalize_utf32(cps, (utf8proc_ssize_t)count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	count = composed > 0 ? (size_t)composed : 0;
	for (size_t i = 0; i < count; i++) {
		char bytes[4];
		size_t n = text_encode((uint32_t)cps[i], bytes);
		int w = text_char_width((uint32_t)cps[i]);
		if (used + n >= dst_size || (max_cells >= 0 && cells + w > max_cells)) {
			*was_cut = true;
			break;
		}
		memcpy(dst + used, bytes, n);
		used += n;
		cells += w;
	}
	dst[used] = '\0';
	if (cps != few)
		free(cps);
	return cells;
}

int
text_put_safe(char *dst, size_t dst_size, const char *src, int max_cells)
{
	bool was_cut;
	return put(dst, dst_size, src, max_cells, &was_cut);
}

void
text_fit(char *dst, size_t dst_size, const char *src, int cells, bool right)
{
	bool was_cut;

	if (dst_size == 0)
		return;
	if (cells < 0)
		cells = 0;
	int used = put(dst, dst_size, src, cells, &was_cut);
	if (was_cut && cells > 0) {
		/* Room for the '~' and for the space beside it where a wide character was cut in two. */
		used = put(dst, dst_size > 2 ? dst_size - 2 : 1, src, cells - 1, &was_cut);
		right = false;
		was_cut = true;
	} else {
		was_cut = false;
	}
	size_t len = strlen(dst), pad = (size_t)(cells - used);
	if (pad > dst_size - 1 - len)
		pad = dst_size - 1 - len;
	if (right)
		memmove(dst + pad, dst, len);
	memset(right ? dst : dst + len, ' ', pad);
	dst[len + pad] = '\0';
	if (was_cut && pad > 0)
		dst[len + pad - 1] = '~';
}

bool
text_from_person(char *out, size_t size, const char *given, const char *what, char *why, size_t why_size)
{
	size_t len = strlen(given);
	char *line;

	out[0] = '\0';
	if (len >= 4 * size) {
		str_printf(why, why_size, "the %s is too long; %zu bytes are the most", what, size - 1);
		return false;
	}
	line = xstrdup(given);
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
	const char *from = line + strspn(line, " ");
	bool is_too_long = strlen(from) >= size;
	text_put_safe(out, size, from, -1);
	free(line);
	if (is_too_long)
		str_printf(why, why_size, "the %s is too long; %zu bytes are the most", what, size - 1);
	else if (out[0] == '\0')
		str_printf(why, why_size, "the %s is empty; write why, others will read it", what);
	return !is_too_long && out[0] != '\0';
}
