/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - the one list of things that can go wrong, with the sentence for each.
 * A function that can fail for more than one reason returns enum err, OK = 0.
 * The numbers travel on the wire and stay: append, never renumber.
 */
#ifndef CHISAN_ERR_H
#define CHISAN_ERR_H

/* clang-format off */
/* _(id, number, short word for JSON and lists, sentence for people) */
#define ERR_LIST(_) \
	_(OK,                      0, "ok",              "done") \
	_(ERR_FAILED,              1, "failed",          "it failed") \
	_(ERR_USAGE,               2, "usage",           "the request is not formed as it should be") \
	_(ERR_NOT_FOUND,           3, "not-found",       "there is no such thing") \
	_(ERR_DENIED,              4, "denied",          "your role does not permit this") \
	_(ERR_REFUSED,             5, "refused",         "refused by a check") \
	_(ERR_NO_SERVER,           6, "no-server",       "no server answers") \
	_(ERR_UNKNOWN,             7, "unknown",         "the outcome is not known") \
	_(ERR_BAD_DATA,            8, "bad-data",        "the data are stale or bad") \
	_(ERR_VERSION,             9, "version",         "the other side speaks another version") \
	_(ERR_FRAME,              10, "bad-frame",       "a frame breaks the rules of the pipe") \
	_(ERR_TOO_BIG,            11, "too-big",         "larger than the limit") \
	_(ERR_CLOSED,             12, "closed",          "the other side closed the connection") \
	_(ERR_SLOW,               13, "slow",            "the other side does not read") \
	_(ERR_GENERATION,         14, "generation",      "it belongs to another configuration") \
	_(ERR_BUSY,               15, "busy",            "busy; try again") \
	_(ERR_IO,                 16, "io",              "input or output error") \
	_(ERR_CONFIG,             17, "config",          "the configuration has faults") \
	/* devices: connecting */ \
	_(ERR_CONNECT_REFUSED,    32, "connect-refused", "the device refuses the connection: is its address right, is it switched on?") \
	_(ERR_CONNECT_TIMEOUT,    33, "connect-timeout", "the device does not answer the connection: check cable, power and address") \
	_(ERR_UNREACHABLE,        34, "unreachable",     "no route to the device: check the network") \
	_(ERR_RESET,              35, "reset",           "the device reset the connection") \
	_(ERR_HANGUP,             36, "hang-up",         "the device closed the connection") \
	_(ERR_TIMEOUT,            37, "timeout",         "the device did not answer in time") \
	_(ERR_NO_DESCRIPTOR,      38, "no-descriptor",   "the system is out of file descriptors") \
	_(ERR_NOT_CONNECTED,      39, "not-connected",   "no connection to the device") \
	_(ERR_OTHER_DEVICE,       40, "other-device",    "another device answers in its place: nothing is read from it or written to it") \
	_(ERR_NO_ADAPTER,         44, "no-adapter",      "the serial line cannot be opened: is the adapter plugged in, its path right, and may chisan open it?") \
	/* devices: replies that break the protocol */ \
	_(ERR_BAD_TRANSACTION,    48, "bad-transaction", "the reply belongs to another request") \
	_(ERR_BAD_PROTOCOL,       49, "bad-protocol",    "the reply is not Modbus") \
	_(ERR_BAD_LENGTH,         50, "bad-length",      "the reply has an impossible length") \
	_(ERR_BAD_UNIT,           51, "bad-unit",        "the reply comes from another unit") \
	_(ERR_BAD_FUNCTION,       52, "bad-function",    "the reply answers another function") \
	_(ERR_BAD_COUNT,          53, "bad-count",       "the reply holds another number of values than asked") \
	_(ERR_UNSOLICITED,        54, "unsolicited",     "the device sent what nobody asked for") \
	_(ERR_SPLIT_REPLY,        55, "split-reply",     "the reply stopped half way") \
	_(ERR_BAD_CHECKSUM,       60, "bad-checksum",    "the reply was garbled on the line: check wiring, terminators, baud rate and parity") \
	/* Modbus exceptions 1 to 11 (MODBUS Application Protocol V1.1b3, 7); 64 + code */ \
	_(ERR_EXC_FUNCTION,       65, "exception-1",     "the device does not know this function: check the table in the profile") \
	_(ERR_EXC_ADDRESS,        66, "exception-2",     "the device has no such address: check the address in the profile") \
	_(ERR_EXC_VALUE,          67, "exception-3",     "the device refuses the length or value: check type and address in the profile") \
	_(ERR_EXC_DEVICE,         68, "exception-4",     "the device reports a failure of its own") \
	_(ERR_EXC_ACK,            69, "exception-5",     "the device accepted the request and needs time") \
	_(ERR_EXC_BUSY,           70, "exception-6",     "the device is busy") \
	_(ERR_EXC_NAK,            71, "exception-7",     "the device cannot do this now") \
	_(ERR_EXC_PARITY,         72, "exception-8",     "the device found its memory damaged") \
	_(ERR_EXC_GATEWAY_PATH,   74, "exception-10",    "the gateway has no path to the unit: check the unit number") \
	_(ERR_EXC_GATEWAY_TARGET, 75, "exception-11",    "the unit behind the gateway does not answer") \
	_(ERR_EXC_OTHER,          79, "exception-other", "the device answers with an unknown exception") \
	/* values */ \
	_(ERR_NOT_IMPLEMENTED,    96, "not-implemented", "the device says that it has no such value") \
	_(ERR_NOT_A_NUMBER,       97, "not-a-number",    "the device sent what is no finite number") \
	_(ERR_NO_SAMPLE,          98, "no-sample",       "no new value for three scan periods") \
	_(ERR_FROZEN,             99, "frozen",          "the value has not changed by one bit for longer than it should") \
	_(ERR_RANGE,             100, "range",           "outside the instrument's range") \
	_(ERR_INPUT,             101, "input",           "calculated from inputs that are not good") \
	_(ERR_MATH,              102, "math",            "the calculation has no result") \
	_(ERR_RATE,              103, "rate",            "it jumped farther than it can") \
	_(ERR_SCALE_FACTOR,      104, "scale-factor",    "the scale factor cannot be read") \
	_(ERR_DISABLED,          105, "disabled",        "switched off in the site file") \
	_(ERR_HELPER,            106, "helper",          "the field program is not running") \
	_(ERR_COUNTER,           107, "counter",         "the counter was reset or jumped") \
	_(ERR_STATE,             108, "state",           "the device reports a state that the profile does not name") \
	_(ERR_SCAN_OFF,          109, "scan-off",        "somebody switched its scan off") \
	_(ERR_BY_HAND,           110, "by-hand",         "somebody entered it by hand") \
	_(ERR_CLOCK,             111, "clock",           "the system clock is not kept: is a time service running, and does it reach its source?") \
	_(ERR_UNPROVED,          112, "unproved",        "the chain of the journal was not proved yet since the store began") \
	_(ERR_PART,              113, "part",            "a part of the day so far was not measured; it is left out of the figure")
/* clang-format on */

#define ERR_ENUM(id, number, word, text) id = (number),
enum err { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* The short word, stable for scripts; "error-N" is never returned: unknown numbers give "unknown". */
const char *err_word(enum err e);

/* The sentence for people. Never NULL, static. */
const char *err_text(enum err e);

/* True if e is a row of the list; what comes from the wire is asked first. */
#include <stdbool.h>
#include <stdint.h>
bool err_is_known(uint32_t number);

/* Translates errno of a connect, read or write on a device's socket. */
enum err err_from_errno(int errnum);

#endif
