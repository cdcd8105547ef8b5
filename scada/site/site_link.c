/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_link.c - "modbus-tcp://127.0.0.1:502/1", "modbus-rtu:///dev/ttyUSB0/1", "echonet://127.0.0.1/127.0.1.1" into their parts. Numeric
 * addresses only: no name is ever looked up.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/echonet.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/site/site.h"

#define FORM      "write modbus-tcp://192.0.2.1:502/1"
#define FORM_LINE "write modbus-rtu:///dev/ttyUSB0/1"
#define EL        "echonet://"
#define EL_FORM   "write echonet://192.0.2.1/192.0.2.10, the own address before the slash"

static const struct {
	const char *scheme;
	int transport;
} transports[] = {
	{ "modbus-tcp://", TRANSPORT_MODBUS_TCP },
	{ "modbus-rtu-tcp://", TRANSPORT_MODBUS_RTU_TCP },
	{ "modbus-rtu://", TRANSPORT_MODBUS_RTU },
};

struct say {
	char *message;
	size_t size;
};

static bool refuse(const struct say *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
refuse(const struct say *s, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_put_safe(s->message, s->size, text, -1);
	return false;
}

/* The address in the one form that inet_ntop gives, so that equal addresses have equal texts. */
static bool
parse_host(const char *text, bool is_v6, char *host, size_t size, const struct say *s)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (strcmp(text, "localhost") == 0 && !is_v6)
		return str_copy(host, size, "127.0.0.1");
	if (is_v6) {
		if (inet_pton(AF_INET6, text, &v6) == 1 && inet_ntop(AF_INET6, &v6, host, (socklen_t)size) != NULL)
			return true;
		return refuse(s, "'%.40s' is not an IPv6 address; write it in figures between [ and ]", text);
	}
	if (inet_pton(AF_INET, text, &v4) == 1 && inet_ntop(AF_INET, &v4, host, (socklen_t)size) != NULL)
		return true;
	if (inet_pton(AF_INET6, text, &v6) == 1)
		return refuse(s, "an IPv6 address stands between brackets; write [%s]", text);
	if (text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0')
		return refuse(
		    s, "'%.40s' is not an IPv4 address; write four numbers of 0 to 255 without leading zeros", text);
	return refuse(s,
	    "'%.40s' is not an address in figures; names are not looked up, so write the IPv4 or [IPv6] address", text);
}

static bool
parse_port(const char *text, uint16_t *port, const struct say *s)
{
	int64_t v;
	if (!str_to_i64(text, 1, 65535, &v))
		return refuse(s, "'%.20s' is not a port; write a number of 1 to 65535 after the colon", text);
	*port = (uint16_t)v;
	return true;
}

static bool
parse_unit(const char *text, uint8_t *unit, const struct say *s)
{
	int64_t v;
	if (!str_to_i64(text, 0, 255, &v))
		return refuse(s, "'%.20s' is not a unit; write a number of 0 to 255 after the slash", text);
	*unit = (uint8_t)v;
	return true;
}

/* An address with or without brackets, cut out of text; of IPv6 a zone behind % is kept: fe80::1%eth0. */
static bool
parse_address(char *text, char *host, size_t size, const struct say *s)
{
	size_t len = strlen(text);
	bool is_v6 = text[0] == '[';
	char *zone;

	if (!is_v6)
		return parse_host(text, false, host, size, s);
	if (text[len - 1] != ']')
		return refuse(s, "'%.60s' has no ] after the address; " EL_FORM, text);
	text[len - 1] = '\0';
	zone = strchr(text, '%');
	if (zone != NULL)
		*zone++ = '\0';
	if (!parse_host(text + 1, true, host, size, s))
		return false;
	if (zone == NULL)
		return true;
	if (zone[0] == '\0' || strlen(zone) > 15 || zone[strcspn(zone, "/%[] ")] != '\0')
		return refuse(s, "'%.40s' is no interface; write its name behind the %%, as in [fe80::1%%eth0]", zone);
	return str_append(host, size, "%") && str_append(host, size, zone);
}

static bool
is_v6_address(const char *host)
{
	return strchr(host, ':') != NULL;
}

/* "192.0.2.1:3610/192.0.2.10" behind the scheme; node may be NULL. */
static bool
parse_echonet(const char *rest, char *host, size_t host_size, uint16_t *port, char *node, size_t node_size,
    bool *has_node, const struct say *s)
{
	char copy[160];
	char *slash, *end;

	*port = ECHONET_PORT;
	if (!str_copy(copy, sizeof(copy), rest))
		return refuse(s, "the link is too long; " EL_FORM);
	slash = strchr(copy, '/');
	*has_node = slash != NULL;
	if (slash != NULL)
		*slash++ = '\0';
	end = copy[0] == '[' ? strchr(copy, ']') : strchr(copy, ':');
	if (end != NULL && copy[0] == '[')
		end = end[1] == ':' ? end + 1 : NULL;
	if (end != NULL)
		*end++ = '\0';
	if (copy[0] == '\0')
		return refuse(s, "the own address is missing; " EL_FORM);
	if ((end != NULL && !parse_port(end, port, s)) || !parse_address(copy, host, host_size, s))
		return false;
	if (slash == NULL || node == NULL)
		return true;
	if (slash[0] == '\0')
		return refuse(s, "the node's address is missing; " EL_FORM);
	if (!parse_address(slash, node, node_size, s))
		return false;
	if (is_v6_address(host) != is_v6_address(node))
		return refuse(
		    s, "the own address and the node's are of two kinds; write both as IPv4 or both as [IPv6]");
	return strcmp(host, node) != 0 || refuse(s, "the node has the own address; " EL_FORM);
}

bool
site_link_node(const char *link, char *node, size_t node_size, char *message, size_t size)
{
	const struct say s = { message, size };
	char host[80];
	uint16_t port;
	bool has_node;

	if (strncmp(link, EL, strlen(EL)) != 0)
		return refuse(&s, "'%.60s' is no link of ECHONET Lite; " EL_FORM, link);
	if (!parse_echonet(link + strlen(EL), host, sizeof(host), &port, node, node_size, &has_node, &s))
		return false;
	return has_node || refuse(&s, "no node is given; " EL_FORM);
}

/* "127.0.0.1:502", "[::1]:502"; changes copy. */
static bool
parse_endpoint(char *copy, char *host, size_t host_size, uint16_t *port, const struct say *s, const char *form)
{
	bool is_v6 = copy[0] == '[';
	char *end = is_v6 ? strchr(copy, ']') : strrchr(copy, ':');
	if (is_v6 && end == NULL)
		return refuse(s, "'%.60s' has no ] after the address; %s", copy, form);
	if (is_v6)
		*end++ = '\0';
	if (end == NULL || *end != ':')
		return refuse(s, "'%.60s' has no port; write :502 after the address", copy + is_v6);
	*end = '\0';
	return parse_host(copy + is_v6, is_v6, host, host_size, s) && parse_port(end + 1, port, s);
}

bool
site_address_parse(const char *text, char *host, size_t host_size, uint16_t *port, char *message, size_t size)
{
	const struct say s = { message, size };
	char copy[160];
	if (!str_copy(copy, sizeof(copy), text))
		return refuse(&s, "the address is too long; write 192.0.2.1:502");
	return parse_endpoint(copy, host, host_size, port, &s, "write [2001:db8::1]:502");
}

bool
site_host_parse(const char *text, char *host, size_t size, char *message, size_t message_size)
{
	const struct say s = { message, message_size };
	return parse_host(text, strchr(text, ':') != NULL, host, size, &s);
}

/* A serial line: a full path, the unit behind its last slash. copy is changed. */
static bool
parse_line(char *copy, char *host, size_t host_size, uint8_t *unit, bool *has_unit, const struct say *s)
{
	char *slash = strrchr(copy, '/');
	if (copy[0] != '/' || slash == NULL)
		return refuse(s, "'%.60s' is not a full path; " FORM_LINE, copy);
	*has_unit = slash[1] != '\0' && slash[1 + strspn(slash + 1, "0123456789")] == '\0' && slash != copy;
	if (*has_unit) {
		*slash = '\0';
		if (!parse_unit(slash + 1, unit, s))
			return false;
	}
	if (strstr(copy, "//") != NULL || strstr(copy, "/../") != NULL || strstr(copy, "/./") != NULL ||
	    copy[strlen(copy) - 1] == '/' ||
	    !str_copy(host, host_size < SERIAL_PATH_MAX ? host_size : SERIAL_PATH_MAX, copy))
		return refuse(s, "'%.60s' is not the path of a serial line; " FORM_LINE, copy);
	return true;
}

bool
site_link_parse(const char *link, int *transport, char *host, size_t host_size, uint16_t *port, uint8_t *unit,
    bool *has_unit, char *message, size_t size)
{
	const struct say s = { message, size };
	char copy[SITE_LINK_MAX + 1];
	size_t kind = 0;
	*unit = 0;
	if (strncmp(link, EL, strlen(EL)) == 0) {
		char node[80];
		*transport = TRANSPORT_ECHONET;
		return parse_echonet(link + strlen(EL), host, host_size, port, node, sizeof(node), has_unit, &s);
	}
	*port = 0;
	while (kind < ARRAY_LEN(transports) &&
	    strncmp(link, transports[kind].scheme, strlen(transports[kind].scheme)) != 0)
		kind++;
	if (kind == ARRAY_LEN(transports)) {
		const char *colon = strstr(link, "://");
		if (colon == NULL)
			return refuse(&s, "'%.60s' does not say how; " FORM, link);
		return refuse(&s, "'%.*s' is not a transport that Chisan has; " FORM,
		    (int)(colon - link < 40 ? colon - link : 40), link);
	}
	*transport = transports[kind].transport;
	if (!str_copy(copy, sizeof(copy), link + strlen(transports[kind].scheme)))
		return refuse(&s, "the link is too long; " FORM);
	if (*transport == TRANSPORT_MODBUS_RTU)
		return parse_line(copy, host, host_size, unit, has_unit, &s);
	char *slash = strchr(copy, '/');
	*has_unit = slash != NULL;
	if (slash != NULL) {
		*slash = '\0';
		if (!parse_unit(slash + 1, unit, &s))
			return false;
	}
	return parse_endpoint(copy, host, host_size, port, &s, FORM);
}
