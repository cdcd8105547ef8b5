/* SPDX-License-Identifier: Apache-2.0 */
/* t_rtu.c - frames of a serial line: checksums, requests, replies out of noise; the driver that speaks them on TCP; a line's manners. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drivers/driver.h"
#include "drivers/identity.h"
#include "drivers/line.h"
#include "drivers/rtu.h"
#include "drivers/setup.h"
#include "tests/unit/t.h"

static const struct frame_request asked = { .unit = 1, .function = FC_READ_HOLDING, .address = 0, .count = 2 };
/* "unit 1, two registers: 000A 000B" */
static const uint8_t good[] = { 1, 3, 4, 0, 10, 0, 11, 0x9B, 0xF6 };

/* The vector of many manuals: 01 03 0000 000A -> C5 CD; and of V1.02's own text: 02 07 -> 41 12. */
START_TEST(checksums_are_those_of_the_standard)
{
	ck_assert_uint_eq(rtu_crc((const uint8_t *)"\x01\x03\x00\x00\x00\x0A", 6), 0xCDC5);
	ck_assert_uint_eq(rtu_crc((const uint8_t *)"\x02\x07", 2), 0x1241);
	ck_assert_uint_eq(rtu_crc(good, sizeof(good) - 2), 0xF69B);
	ck_assert_uint_eq(rtu_crc(good, 0), 0xFFFF);
}
END_TEST

START_TEST(request_is_that_of_tcp_without_its_head)
{
	struct frame_request r = { .unit = 1, .function = FC_READ_HOLDING, .address = 0, .count = 10 };
	uint8_t out[RTU_MAX];

	ck_assert_uint_eq(rtu_put(out, &r), 8);
	ck_assert_mem_eq(out, "\x01\x03\x00\x00\x00\x0A\xC5\xCD", 8);
	r.count = 126;
	ck_assert_uint_eq(rtu_put(out, &r), 0);
	r = (struct frame_request){ 1, FC_WRITE_REGISTERS, 0, 123, good };
	r.data = (const uint8_t[246]){ 0 };
	ck_assert_uint_eq(rtu_put(out, &r), 255);
}
END_TEST

START_TEST(reply_waits_until_it_is_whole)
{
	struct frame_answer a;

	for (size_t i = 0; i < sizeof(good); i++)
		ck_assert_int_eq(rtu_find(good, i, &asked, &a), ERR_BUSY);
	ck_assert_int_eq(rtu_find(good, sizeof(good), &asked, &a), OK);
	ck_assert_uint_eq(a.len, 4);
	ck_assert_mem_eq(a.data, "\x00\x0A\x00\x0B", 4);
	ck_assert_uint_eq(rtu_reply_len(&asked), sizeof(good));
}
END_TEST

START_TEST(each_flipped_bit_is_seen)
{
	uint8_t bad[sizeof(good)];
	struct frame_answer a;

	for (size_t bit = 0; bit < sizeof(good) * 8; bit++) {
		memcpy(bad, good, sizeof(bad));
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_ne(rtu_find(bad, sizeof(bad), &asked, &a), OK);
	}
}
END_TEST

/* What comes before the reply; is it found behind it? */
static const struct {
	const char *bytes;
	size_t len;
} before[] = {
	{ "\x00", 1 }, { "\xFF\xFF\xFF", 3 }, { "\x01", 1 }, { "\x01\x03", 2 }, /* as if it began */
	{ "\x01\x03\x04\x00\x0A", 5 },                                          /* and was broken off */
	{ "\x01\x03\x00\x00\x00\x02\xC4\x0B", 8 },     /* our own request: an adapter that hears itself */
	{ "\x02\x03\x04\x00\x0A\x00\x0B\xA8\xF6", 9 }, /* another unit */
};

START_TEST(noise_before_a_reply_is_passed_over)
{
	uint8_t line[64];
	struct frame_answer a;

	memcpy(line, before[_i].bytes, before[_i].len);
	memcpy(line + before[_i].len, good, sizeof(good));
	ck_assert_int_eq(rtu_find(line, before[_i].len + sizeof(good), &asked, &a), OK);
	ck_assert_mem_eq(a.data, "\x00\x0A\x00\x0B", 4);
}
END_TEST

/* frames with a sound checksum that are no reply to `asked` */
static const struct {
	uint8_t bytes[12];
	size_t len; /* without the checksum */
	enum err e;
} wrongs[] = {
	{ { 2, 3, 4, 0, 1, 0, 2 }, 7, ERR_BAD_UNIT },
	{ { 1, 4, 4, 0, 1, 0, 2 }, 7, ERR_BAD_FUNCTION },
	{ { 1, 3, 2, 0, 1 }, 5, ERR_BAD_COUNT },
	{ { 1, 3, 6, 0, 1, 0, 2, 0, 3 }, 9, ERR_BAD_COUNT },
	{ { 1, 0x84, 2 }, 3, ERR_BAD_FUNCTION },
};

START_TEST(what_answers_something_else_is_no_reply)
{
	uint8_t line[16];
	size_t n = wrongs[_i].len;
	struct frame_answer a;
	uint16_t crc;

	memcpy(line, wrongs[_i].bytes, n);
	crc = rtu_crc(line, n);
	line[n] = (uint8_t)crc;
	line[n + 1] = (uint8_t)(crc >> 8);
	ck_assert_int_eq(rtu_find(line, n + 2, &asked, &a), wrongs[_i].e);
	ck_assert_int_eq(a.err, wrongs[_i].e == ERR_BAD_COUNT ? ERR_BAD_COUNT : OK);
	if (a.err == ERR_BAD_COUNT)
		ck_assert_uint_eq(a.len, wrongs[_i].bytes[2]);
}
END_TEST

START_TEST(exception_is_an_answer)
{
	struct frame_answer a;

	ck_assert_int_eq(rtu_find((const uint8_t *)"\x01\x83\x02\xC0\xF1", 5, &asked, &a), OK);
	ck_assert_int_eq(a.err, ERR_EXC_ADDRESS);
}
END_TEST

START_TEST(noise_alone_never_answers)
{
	uint8_t line[RTU_SEEN];
	struct frame_answer a;
	uint32_t seed = 1;

	for (int round = 0; round < t_rounds(300); round++) {
		for (size_t i = 0; i < sizeof(line); i++) {
			seed = seed * 1664525u + 1013904223u;
			line[i] = (uint8_t)(seed >> 24);
		}
		ck_assert_int_ne(rtu_find(line, sizeof(line), &asked, &a), OK);
	}
}
END_TEST

START_TEST(driver_takes_one_reply_and_refuses_a_broken_one)
{
	const struct driver *d = driver_find(TRANSPORT_MODBUS_RTU_TCP);
	struct request r = { .kind = REQUEST_READ, .unit = 1, .table = TABLE_HOLDING, .count = 2 };
	uint8_t out[DRIVER_REQUEST_MAX], bad[sizeof(good)];
	struct reply reply;
	struct answer a;
	size_t used;

	ck_assert(d != NULL && d->has_no_ids);
	ck_assert_uint_eq(d->request(&r, 7, out), 8);
	for (size_t i = 0; i < sizeof(good); i++)
		ck_assert_int_eq(d->readable(good, i, &reply, &used), ERR_BUSY);
	ck_assert_int_eq(d->readable(good, sizeof(good), &reply, &used), OK);
	ck_assert_uint_eq(used, sizeof(good));
	ck_assert_int_eq(d->match(&reply, &r, &a), OK);
	ck_assert_uint_eq(a.len, 4);
	r.unit = 2;
	ck_assert_int_eq(d->match(&reply, &r, &a), ERR_BAD_UNIT);
	memcpy(bad, good, sizeof(bad));
	bad[4]++;
	ck_assert_int_eq(d->readable(bad, sizeof(bad), &reply, &used), ERR_BAD_CHECKSUM);
	bad[1] = 99;
	ck_assert_int_eq(d->readable(bad, sizeof(bad), &reply, &used), ERR_BAD_FUNCTION);
}
END_TEST

/* ---- the manners of a line, as a frame brings them */

static const struct {
	struct msg_field_serial m;
	bool ok;
} manners[] = {
	{ { 0, 9600, SERIAL_EVEN, 1, 0, 0, 0, 2 }, true },
	{ { 0, 115200, SERIAL_NONE, 2, 1, 1, 100, 5 }, true },
	{ { 1, 9600, SERIAL_EVEN, 1, 0, 0, 0, 2 }, false }, /* no such link */
	{ { 0, 0, SERIAL_EVEN, 1, 0, 0, 0, 2 }, false },
	{ { 0, 4000000, SERIAL_EVEN, 1, 0, 0, 0, 2 }, false },
	{ { 0, 9600, SERIAL_PARITY_COUNT, 1, 0, 0, 0, 2 }, false },
	{ { 0, 9600, SERIAL_EVEN, 0, 0, 0, 0, 2 }, false },
	{ { 0, 9600, SERIAL_EVEN, 3, 0, 0, 0, 2 }, false },
	{ { 0, 9600, SERIAL_EVEN, 1, 1, 101, 0, 2 }, false },
	{ { 0, 9600, SERIAL_EVEN, 1, 1, 0, 101, 2 }, false },
	{ { 0, 9600, SERIAL_EVEN, 1, 0, 0, 0, 6 }, false },
};

START_TEST(manners_of_a_line_are_checked_again)
{
	struct setup *c = setup_new(1);
	struct msg_field_link l = { .transport = TRANSPORT_MODBUS_RTU, .host = "/dev/ttyS9" };

	ck_assert_int_eq(setup_link(c, &l), OK);
	ck_assert_int_eq(setup_serial(c, &manners[_i].m), manners[_i].ok ? OK : ERR_CONFIG);
	if (manners[_i].ok)
		ck_assert_int_eq(setup_serial(c, &manners[_i].m), ERR_CONFIG); /* told twice */
	setup_free(c);
}
END_TEST

START_TEST(only_a_path_is_a_line)
{
	struct setup *c = setup_new(1);
	struct msg_field_link l = { .transport = TRANSPORT_MODBUS_RTU, .host = "ttyS9" };
	struct msg_field_serial m = { .baud = 9600, .stop_bits = 1 };

	ck_assert_int_eq(setup_link(c, &l), ERR_CONFIG);
	l.host = "/dev/ttyS9";
	l.port = 1;
	ck_assert_int_eq(setup_link(c, &l), ERR_CONFIG);
	l = (struct msg_field_link){ .transport = TRANSPORT_MODBUS_TCP, .host = "127.0.0.1", .port = 502 };
	ck_assert_int_eq(setup_link(c, &l), OK);
	ck_assert_int_eq(setup_serial(c, &m), ERR_CONFIG); /* a connection has no baud rate */
	setup_free(c);
}
END_TEST

/* ---- which device it is */

/* An answer of unit 7 with its checksum: maker, product with an escape, revision. Returns its bytes. */
static size_t
identity_of(uint8_t out[RTU_MAX])
{
	static const uint8_t head[] = { 7, FC_IDENTIFY, IDENTIFY_TYPE, 1, 1, 0, 0, 3 };
	static const char *const texts[] = { "Works", "\033[2Jbox\007\xff", "" };
	size_t n = sizeof(head);

	memcpy(out, head, n);
	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		out[n++] = (uint8_t)i;
		out[n++] = (uint8_t)strlen(texts[i]);
		memcpy(out + n, texts[i], strlen(texts[i]));
		n += strlen(texts[i]);
	}
	out[n] = (uint8_t)rtu_crc(out, n);
	out[n + 1] = (uint8_t)(rtu_crc(out, n) >> 8);
	return n + 2;
}

START_TEST(which_device_it_is_is_found_when_it_is_whole)
{
	uint8_t seen[RTU_SEEN] = { 0xFF, 7, 0x2B, 0x0E }; /* noise that begins as it does */
	size_t len = identity_of(seen + 1);
	struct identity_text texts[4];
	struct frame_raw raw = { 0 };

	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(identity_find(seen, 1 + i, 7, &raw), i == 0 ? ERR_BAD_CHECKSUM : ERR_BUSY);
	ck_assert_int_eq(identity_find(seen, 1 + len, 7, &raw), OK);
	ck_assert_int_eq(identity_find(seen, 1 + len, 8, &raw), ERR_BAD_CHECKSUM);
	ck_assert_uint_eq(identity_take(&raw, texts, ARRAY_LEN(texts)), 3);
	ck_assert_str_eq(texts[0].text, "Works");
	ck_assert(texts[1].id == 1 && strstr(texts[1].text, "[2Jbox") != NULL);
	for (const char *p = texts[1].text; *p != '\0'; p++)
		ck_assert((unsigned char)*p >= ' ');
	ck_assert_str_eq(texts[2].text, "");
	ck_assert_uint_eq(identity_take(&raw, texts, 1), 1);
	for (size_t bit = 8; bit < 8 * (1 + len); bit++) { /* each flipped bit is seen */
		seen[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_ne(identity_find(seen, 1 + len, 7, &raw), OK);
		seen[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

START_TEST(no_bytes_are_taken_for_a_device_that_they_do_not_name)
{
	uint8_t refusal[] = { 7, 0xAB, 1, 0, 0 },
	        lies[RTU_MAX + 8] = { 7, FC_IDENTIFY, IDENTIFY_TYPE, 1, 1, 0, 0, 255 };
	struct identity_text texts[4];
	struct frame_raw raw;
	uint32_t x = 1;

	refusal[3] = (uint8_t)rtu_crc(refusal, 3);
	refusal[4] = (uint8_t)(rtu_crc(refusal, 3) >> 8);
	ck_assert_int_eq(identity_find(refusal, sizeof(refusal), 7, &raw), OK);
	ck_assert_uint_eq(identity_take(&raw, texts, ARRAY_LEN(texts)), 0);
	ck_assert_int_eq(identity_find(lies, sizeof(lies), 7, &raw), ERR_BAD_CHECKSUM); /* longer than any frame */
	for (int n = 0; n < 2000; n++) {
		for (size_t i = 8; i < sizeof(lies); i++)
			lies[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 26);
		lies[7] = (uint8_t)(n % 9);
		raw = (struct frame_raw){ .function = FC_IDENTIFY, .body = lies + 2, .len = (size_t)(x >> 8) % 64 };
		ck_assert_uint_le(identity_take(&raw, texts, ARRAY_LEN(texts)), 4);
		ck_assert_int_ne(identity_find(lies, (x >> 8) % sizeof(lies), 7, &raw), OK);
	}
}
END_TEST

/* ---- RS-485: what a pseudo-terminal refuses, as a driver that can and some that cannot answer it */

static struct {
	unsigned calls;
	struct serial_rs485 asked, made;
	int error, unplug; /* errno, 0 = accepted; unplug: closed meanwhile, -1 = nothing is */
} rs;

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* The linker puts it in the place of line.c's calls. */
int
__wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request != TIOCSRS485)
		return __real_ioctl(fd, request, arg);
	rs.calls++;
	memcpy(&rs.asked, arg, sizeof(rs.asked));
	if (rs.unplug >= 0)
		close(rs.unplug);
	if (rs.error != 0) {
		errno = rs.error;
		return -1;
	}
	memcpy(arg, &rs.made, sizeof(rs.made));
	return 0;
}

/* A line to open, and the other end of it. */
static int
plug_in(struct cfg_link *cfg)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	static char path[64];

	ck_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	ck_assert_int_eq(ptsname_r(master, path, sizeof(path)), 0);
	*cfg = (struct cfg_link){ .name = path };
	cfg->serial = (struct cfg_serial){ .baud = 9600, .parity = SERIAL_NONE, .stop_bits = 1, .is_rs485 = true };
	cfg->serial.before_ms = 1;
	cfg->serial.after_ms = 2;
	rs.calls = 0;
	rs.error = 0;
	rs.unplug = -1;
	rs.made.flags = SER_RS485_ENABLED;
	return master;
}

START_TEST(the_direction_of_rs485_is_the_kernels_where_its_driver_can)
{
	struct line *l = line_new();
	char why[256] = "";
	struct cfg_link cfg;
	int master = plug_in(&cfg);

	ck_assert_int_eq(line_open(l, &cfg, why, sizeof(why)), OK);
	ck_assert(line_is_open(l));
	ck_assert_uint_eq(rs.calls, 1);
	ck_assert_uint_eq(rs.asked.flags, SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND);
	ck_assert_uint_eq(rs.asked.delay_rts_before_send, 1);
	ck_assert_uint_eq(rs.asked.delay_rts_after_send, 2);
	cfg.serial.is_rs485 = false; /* other manners: opened anew, and nothing is asked of the driver */
	ck_assert_int_eq(line_open(l, &cfg, why, sizeof(why)), OK);
	ck_assert_uint_eq(rs.calls, 1);
	line_free(l);
	close(master);
}
END_TEST

static const struct {
	int error;
	bool is_unplugged; /* what closing it says is not why it was closed */
} refusals[] = { { ENOTTY, false }, { EINVAL, false }, { EINVAL, true }, { 0, false } };

START_TEST(a_driver_that_cannot_switch_rs485_is_told_with_what_to_write)
{
	struct line *l = line_new();
	char why[256] = "", want[256];
	struct cfg_link cfg;
	int master = plug_in(&cfg);

	rs.error = refusals[_i].error;
	rs.unplug = refusals[_i].is_unplugged ? master : -1;
	rs.made.flags = 0; /* the last one agrees, and switches nothing */
	ck_assert_int_eq(line_open(l, &cfg, why, sizeof(why)), ERR_NO_ADAPTER);
	ck_assert(!line_is_open(l));
	snprintf(want, sizeof(want),
	    "%s: its driver cannot switch the direction of RS-485 (%s); if the adapter does so by itself, write rs485: "
	    "false",
	    cfg.name, strerror(rs.error != 0 ? rs.error : EOPNOTSUPP));
	ck_assert_str_eq(why, want);
	line_free(l);
	if (rs.unplug < 0)
		close(master);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))
T_MAIN("rtu",
    T(checksums_are_those_of_the_standard) T(request_is_that_of_tcp_without_its_head) T(reply_waits_until_it_is_whole)
        T(each_flipped_bit_is_seen) T_LOOP(noise_before_a_reply_is_passed_over, 0, N(before))
            T_LOOP(what_answers_something_else_is_no_reply, 0, N(wrongs)) T(exception_is_an_answer)
                T(noise_alone_never_answers) T(driver_takes_one_reply_and_refuses_a_broken_one) T_LOOP(
                    manners_of_a_line_are_checked_again, 0, N(manners)) T(which_device_it_is_is_found_when_it_is_whole)
                    T(no_bytes_are_taken_for_a_device_that_they_do_not_name) T(only_a_path_is_a_line)
                        T(the_direction_of_rs485_is_the_kernels_where_its_driver_can)
                            T_LOOP(a_driver_that_cannot_switch_rs485_is_told_with_what_to_write, 0, N(refusals)))
