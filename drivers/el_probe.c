/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_probe.c - chisan-probe-echonet LINK: which nodes there are, or what one of them has; started by `chisan probe`.
 */
#include "config.h"

#include <arpa/inet.h>
#include <ev.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "drivers/el_node.h"
#include "drivers/el_port.h"
#include "drivers/el_probe.h"
#include "scada/base/log.h"
#include "scada/base/sandbox.h"
#include "scada/base/str.h"
#include "scada/base/version.h"

#define SCHEME   "echonet://"
#define FORM     "write echonet://OWN-ADDRESS for all nodes, or echonet://OWN-ADDRESS/NODE for one"
#define SEARCH_S 2.0 /* that nodes have to answer the question to all */
#define ANSWER_S 0.7
#define TRIES    3
#define A_TIME   8 /* properties of one request */

/* Of chisan, as scripts know them. */
enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3 };

struct probe {
	struct ev_loop *loop;
	struct el_port port;
	struct el_node self;
	ev_timer deadline;
	uint16_t tid;
	/* the answer that is waited for; object 0: any node's list */
	uint32_t object;
	struct sockaddr_storage from;
	bool is_answered;
	uint8_t data[EL_FRAME_MAX];
	struct el_frame answer;
	struct probe_node nodes[PROBE_NODES];
	uint32_t count;
};

/* ---- the network */

static void
add_node(struct probe *p, const struct sockaddr_storage *from, const struct el_prop *list)
{
	struct probe_node *n = &p->nodes[p->count];

	for (uint32_t i = 0; i < p->count; i++)
		if (el_address_is_same(&p->nodes[i].from, from))
			return;
	if (p->count == PROBE_NODES)
		return;
	n->from = *from;
	(void)inet_ntop(from->ss_family,
	    from->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)from)->sin_addr
	                               : (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr,
	    n->address, sizeof(n->address));
	for (uint32_t o; n->count < PROBE_INSTANCES && (o = el_instance(list, n->count)) != 0;)
		n->objects[n->count++] = o;
	p->count++;
}

static void
received(struct el_port *port, const struct sockaddr_storage *from, const uint8_t *data, size_t len, void *arg)
{
	struct probe *p = arg;
	struct el_frame f;
	uint8_t out[EL_FRAME_MAX];
	bool is_to_all;
	size_t n;

	(void)port;
	if (len > sizeof(p->data) || el_frame_take(data, len, &f) != OK || el_address_is_same(from, &p->port.own.addr))
		return;
	/* while we are here we are a node too */
	n = el_node_answer(&p->self, &f, out, &is_to_all);
	if (n > 0)
		(void)(is_to_all ? el_port_send_group(&p->port, out, n) : el_port_reply(&p->port, from, out, n));
	if (f.tid != p->tid || !el_is_answer(EL_GETS, f.service))
		return;
	if (p->object == 0) {
		for (unsigned i = 0; i < f.count; i++)
			if (f.seoj >> 8 == ECHONET_NODE >> 8 && f.props[i].epc == EPC_INSTANCES && f.props[i].len > 0)
				add_node(p, from, &f.props[i]);
	} else if (f.seoj == p->object && el_address_is_same(from, &p->from)) {
		memcpy(p->data, data, len);
		(void)el_frame_take(p->data, len, &p->answer);
		p->is_answered = true;
		ev_break(p->loop, EVBREAK_ONE);
	}
}

static const struct el_port_ops port_ops = { .received = received };

static void
over(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ONE);
}

static void
wait_for(struct probe *p, double seconds)
{
	ev_timer_stop(p->loop, &p->deadline);
	ev_timer_set(&p->deadline, seconds, 0);
	ev_timer_start(p->loop, &p->deadline);
	ev_run(p->loop, 0);
	ev_timer_stop(p->loop, &p->deadline);
}

/* True: p->answer is it, refused in part perhaps. */
static bool
ask(struct probe *p, const struct el_address *to, uint32_t object, const uint8_t *epcs, unsigned n)
{
	struct el_frame f = { .seoj = EL_CONTROLLER, .deoj = object, .service = EL_GETS, .count = (uint8_t)n };
	uint8_t out[EL_FRAME_MAX];

	for (unsigned i = 0; i < n; i++)
		f.props[i].epc = epcs[i];
	p->object = object;
	p->from = to->addr;
	p->is_answered = false;
	for (unsigned i = 0; i < TRIES && !p->is_answered; i++) {
		f.tid = ++p->tid;
		(void)el_port_send(&p->port, to, out, el_frame_put(out, &f));
		wait_for(p, ANSWER_S);
	}
	return p->is_answered;
}

static void
search(struct probe *p)
{
	static const uint8_t list = EPC_INSTANCES;
	struct el_frame f = {
		.tid = ++p->tid, .seoj = EL_CONTROLLER, .deoj = ECHONET_NODE, .service = EL_GETS, .count = 1
	};
	uint8_t out[EL_FRAME_MAX];

	f.props[0].epc = list;
	p->object = 0;
	(void)el_port_send_group(&p->port, out, el_frame_put(out, &f));
	wait_for(p, SEARCH_S);
}

/* ---- one node */

static void
take_properties(struct probe *p, struct probe_instance *in)
{
	for (unsigned i = 0; i < p->answer.count; i++) {
		const struct el_prop *q = &p->answer.props[i];
		struct probe_property *to;

		if (q->epc < 0x80 || q->len == 0)
			continue;
		to = &in->properties[q->epc - 0x80];
		to->is_given = true;
		to->len = q->len;
		memcpy(to->data, q->data, q->len);
	}
}

/* In pieces; what a piece does not give is asked for alone. */
static void
read_all(struct probe *p, const struct el_address *to, struct probe_instance *in)
{
	uint8_t epcs[128];
	unsigned n = 0;

	for (unsigned epc = 0x80; epc <= 0xFF; epc++)
		if (el_map_has(&in->get, (uint8_t)epc))
			epcs[n++] = (uint8_t)epc;
	for (unsigned i = 0; i < n; i += A_TIME) {
		unsigned many = n - i < A_TIME ? n - i : A_TIME;

		if (ask(p, to, in->object, epcs + i, many))
			take_properties(p, in);
		for (unsigned k = i; k < i + many && many > 1; k++)
			if (!in->properties[epcs[k] - 0x80].is_given && ask(p, to, in->object, &epcs[k], 1))
				take_properties(p, in);
	}
}

static bool
take_map(const struct probe_instance *in, uint8_t epc, struct el_map *out)
{
	const struct probe_property *q = &in->properties[epc - 0x80];

	return q->is_given && el_map_take(q->data, q->len, out);
}

static void
read_instance(struct probe *p, const struct el_address *to, struct probe_instance *in)
{
	static const uint8_t maps[] = { EPC_MAP_INF, EPC_MAP_SET, EPC_MAP_GET };

	if (ask(p, to, in->object, maps, 3))
		take_properties(p, in);
	in->has_maps = take_map(in, EPC_MAP_GET, &in->get);
	(void)take_map(in, EPC_MAP_SET, &in->set);
	(void)take_map(in, EPC_MAP_INF, &in->announced);
	if (in->has_maps)
		read_all(p, to, in);
}

/* False: it does not answer. */
static bool
read_node(struct probe *p, const struct el_address *to)
{
	static const uint8_t list = EPC_INSTANCES, id = EPC_ID;
	struct probe_node *n = &p->nodes[0];

	if (!ask(p, to, ECHONET_NODE, &list, 1) || p->answer.props[0].len == 0)
		return false;
	add_node(p, &to->addr, &p->answer.props[0]);
	if (ask(p, to, ECHONET_NODE, &id, 1))
		(void)el_id_take(&p->answer.props[0], &n->id);
	n->instances = xcalloc(n->count + 1, sizeof(*n->instances));
	for (uint32_t i = 0; i < n->count; i++) {
		n->instances[i].object = n->objects[i];
		read_instance(p, to, &n->instances[i]);
	}
	return true;
}

/* ---- the link */

/* "[fe80::1%eth0]:3610" or "192.0.2.1": *port stays where none is given. */
static bool
take_address(char *text, uint16_t *port, struct el_address *out, const char **bare)
{
	char *end = text[0] == '[' ? strchr(text, ']') : text + strcspn(text, ":");
	int64_t v;

	if (end == NULL)
		return false;
	if (text[0] == '[') {
		text++;
		*end++ = '\0';
	}
	if (*end == ':') {
		if (!str_to_i64(end + 1, 1, 65535, &v))
			return false;
		*port = (uint16_t)v;
		*end = '\0';
	} else if (*end != '\0') {
		return false;
	}
	*bare = text;
	return el_address_take(strcmp(text, "localhost") == 0 ? "127.0.0.1" : text, *port, out);
}

struct link {
	char copy[200];
	const char *own, *node; /* node NULL: all */
	struct el_cfg_port port;
	struct el_address to;
};

static bool
take_link(const char *text, struct link *l)
{
	char *slash;

	*l = (struct link){ .port.port = ECHONET_PORT };
	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0 || !str_copy(l->copy, sizeof(l->copy), text + strlen(SCHEME)))
		return false;
	slash = strchr(l->copy, '/');
	if (slash != NULL)
		*slash++ = '\0';
	if (!take_address(l->copy, &l->port.port, &l->port.own, &l->own))
		return false;
	if (slash == NULL || slash[0] == '\0')
		return true;
	return take_address(slash, &l->port.port, &l->to, &l->node) &&
	    l->to.addr.ss_family == l->port.own.addr.ss_family;
}

/* ---- all */

static int
tell(const struct probe *p, const struct link *l, bool as_json, const char *profile)
{
	if (as_json)
		probe_tell_json(stdout, l->own, p->nodes, p->count);
	else if (profile != NULL)
		probe_tell_profile(stdout, profile, &p->nodes[0]);
	else if (l->node != NULL)
		probe_tell_node(stdout, &p->nodes[0]);
	else
		probe_tell_list(stdout, p->nodes, p->count);
	return fflush(stdout) == 0 ? DONE : FAILED;
}

static int
run(struct probe *p, const struct link *l, bool as_json, const char *profile)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)getpid();
	p->tid = (uint16_t)seed;
	el_node_init(&p->self, seed);
	p->loop = ev_default_loop(EVFLAG_NOSIGMASK);
	if (p->loop == NULL)
		log_fatal("no event loop");
	ev_init(&p->deadline, over);
	el_port_init(&p->port, p->loop, &l->port, &port_ops, p);
	if (sandbox_enter(SANDBOX_CONNECT | SANDBOX_BIND, NULL) != OK)
		log_fatal("cannot enter the sandbox");
	if (el_port_open(&p->port) != OK) {
		log_error("%s", p->port.why);
		return FAILED;
	}
	if (l->node == NULL) {
		search(p);
	} else if (!read_node(p, &l->to)) {
		log_error(
		    "%s does not answer: is its address right, is it in the same network as %s?", l->node, l->own);
		return NOT_FOUND;
	}
	if (p->count == 0) {
		log_error("no node answered in the network of %s within %.0f s", l->own, SEARCH_S);
		return NOT_FOUND;
	}
	return tell(p, l, as_json, profile);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
		{ "profile", required_argument, NULL, 'p' }, { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 } };
	static struct probe p; /* some hundred nodes */
	const char *profile = NULL;
	bool as_json = false;
	struct link l;
	char text[512];
	int c, code;

	log_init("chisan", 0);
	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt_long(argc, argv, "V", options, NULL)) != -1) {
		if (c == 'V') {
			fputs(version_text(text, sizeof(text), "chisan-probe-echonet", NULL), stdout);
			return DONE;
		}
		as_json |= c == 'j';
		profile = c == 'p' ? optarg : profile;
		if (c == '?')
			return USAGE;
	}
	if (optind + 1 != argc || !take_link(argv[optind], &l)) {
		log_error("%s%snot a link of ECHONET Lite; " FORM, optind < argc ? argv[optind] : "",
		    optind < argc ? ": " : "");
		return USAGE;
	}
	if (profile != NULL && l.node == NULL) {
		log_error("a profile is made of one node; " FORM);
		return USAGE;
	}
	code = run(&p, &l, as_json, profile);
	el_port_close(&p.port);
	free(p.nodes[0].instances);
	return code;
}
