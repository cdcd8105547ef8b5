/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - what the console knows of the site: a copy of chisand's live truth, kept by snapshot and changes, and the
 * connection it comes over.  Commands and screens both stand on it.
 */
#ifndef CHISAN_CLIENT_H
#define CHISAN_CLIENT_H

#include <ev.h>

#include "console/client_alarms.h"
#include "scada/base/conn.h"
#include "scada/base/delta.h"
#include "scada/base/msg.h"

struct client_name {
	int64_t number;
	const char *text, *text_ja;
};

struct client_point {
	/* own memory, never NULL, raw: go through put_safe */
	const char *name, *title, *title_ja, *unit, *source;
	enum point_kind kind;
	uint32_t device, group;
	int8_t decimals;
	double range_lo, range_hi, ll, l, h, hh, deadband; /* NaN = none */
	int64_t period_us;
	struct client_name *states;
	uint32_t state_count;
	struct client_name *bits;
	uint32_t bit_count;
	/* of an output */
	unsigned output;        /* enum output_kind_flags; 0 = none */
	double ramp_per_s;      /* NaN = none */
	uint32_t revert_s;      /* 0 = the device keeps it for ever */
	const char *falls_back; /* what the device does without Chisan; "" = not said */
	const char *confirm;    /* a question to be answered with yes before a command; "" = none */
};
/* Other masters at a device whose link is lent; all the numbers are those of the link. */
struct client_shared {
	bool is_known; /* false: it is not lent */
	unsigned masters, clients;
	uint64_t requests, refused, turned_away, held_back;
	struct utc last_time, refused_time;
	char master[64], refusal[160]; /* raw: go through put_safe */
};
struct client_device {
	const char *name, *title, *title_ja, *profile, *link, *area;
	int protocol;
	int64_t poll_us;
	point_id first;
	uint32_t count;                /* its points */
	struct msg_device_state state; /* state.detail is own memory */
	bool has_state;
	struct client_shared shared;
};
struct client_screen {
	const char *name, *text;
};

enum client_phase { CLIENT_DOWN, CLIENT_CONNECTING, CLIENT_SNAPSHOT, CLIENT_LIVE };

struct client {
	enum client_phase phase;
	enum err why; /* why it is down, and a sentence */
	char why_text[256];
	struct mono phase_since;
	struct utc lost_at; /* wall time at which the link was lost; 0 = it is not */
	char socket[108];
	/* ---- the model: valid from the first CLIENT_LIVE on, kept (and marked by phase) while the link is down */
	uint16_t generation;
	char user[64], server_build[64], areas[256]; /* areas of responsibility; "" = all */
	enum role role;
	const char *site_name, *site_title_ja, *timezone;
	bool simulated;
	struct utc server_started;
	struct client_point *points;
	uint32_t point_count;
	struct delta_cell *cells; /* [point_count]; decimals set */
	struct client_device *devices;
	uint32_t device_count;
	struct utc *group_time, *group_received; /* [group_count] */
	uint32_t group_count;
	struct client_screen *screens;
	uint32_t screen_count;
	const struct client_alarms *alarms; /* NULL before the first snapshot */
	struct utc newest;                  /* time of the last broadcast */
	uint64_t bytes_in, changes_in;
	struct msg_store_health health; /* how the record is, as last told; health.text is own memory */
	bool has_health;
	const struct client_control *control; /* client_control.h; NULL before the first snapshot */
	uint16_t result_detail; /* enum result_detail of the result with which an answer ends, for its done() */
	struct client_private *private;
};

enum client_control_kind {
	CONTROL_OUTPUT,
	CONTROL_TAG,
	CONTROL_COMMAND,
	CONTROL_APPROVAL,
	CONTROL_DISPATCH,
	CONTROL_SEQUENCE
};

struct client_ops {
	void (*phase)(struct client *c, void *arg); /* it changed; after CLIENT_LIVE all points are new */
	void (*changed)(struct client *c, point_id id, void *arg);    /* a value; many between two broadcasts */
	void (*broadcast)(struct client *c, void *arg);               /* one frame of changes is complete */
	void (*device)(struct client *c, uint32_t device, void *arg); /* communication of a device changed */
	void (*raw)(struct client *c, const struct msg_raw *raw, void *arg);
	void (*journal)(
	    struct client *c, const struct msg_journal *m, void *arg); /* with SUB_JOURNAL, as it is recorded */
	void (*health)(struct client *c, void *arg);                   /* the record is well, or not any more */
	/* An output, a tag, a command, an approval changed; number: point, tag, command, approval. */
	void (*control)(struct client *c, enum client_control_kind what, uint64_t number, void *arg);
	/* Of an alarm its state or limit changed, many in a burst; ALARM_NONE: what sounds. */
	void (*alarm)(struct client *c, uint32_t alarm, void *arg);
};

/*
 * A question whose answers come as frames and end with a result. Both are called from the loop, never from client_ask(); done is
 * called once, also when the link is lost (ERR_CLOSED). Frames are asked for as they are taken: who is slow slows only itself.
 */
struct client_answer {
	void (*frame)(struct client *c, const struct frame *f, void *arg); /* may be NULL */
	void (*done)(struct client *c, enum err e, int addcause, const char *text, void *arg);
};

/* Socket by the rules of chisan(1): given, $CHISAN_SOCKET, $XDG_RUNTIME_DIR/chisan.sock, /run/chisan/chisan.sock. */
void client_socket_path(char *buf, size_t size, const char *given);

/* what: enum subscribe. With reconnect, tries again after 0.2 s, growing to 5 s. */
struct client *client_new(
    struct ev_loop *loop, const char *socket, unsigned what, bool reconnect, const struct client_ops *ops, void *arg);
void client_free(struct client *c);                                             /* open questions end without a word */
void client_set_ops(struct client *c, const struct client_ops *ops, void *arg); /* from now on */

point_id client_find(const struct client *c, const char *name); /* POINT_NONE = there is none */
/* The value as it stands: number, quality, time (of its group's scan while good). */
struct value client_value(const struct client *c, point_id id);
/* "55.5", "run", "FAN, DOOR", "none" of its bits; "-" if never read. Without unit and marks. Japanese names if ja. Made safe. */
void client_format(const struct client *c, point_id id, bool ja, char *buf, size_t size);
/* The same of any value that the point could have; NaN is "-". */
void client_format_value(const struct client *c, point_id id, double v, bool ja, char *buf, size_t size);
/* Does a person hold it: by hand, or off scan? A sum of one by hand bears its mark too, and a device may be off in the site file. */
bool client_is_by_hand(const struct client *c, point_id id);
bool client_is_off_scan(const struct client *c, point_id id);
/* When chisand took the last sample of the value's group; 0 = never. */
struct utc client_received(const struct client *c, point_id id);
/* Age of the value at `now`: since it was received; one that was not renewed is as old as its own time. */
int64_t client_age_us(const struct client *c, point_id id, struct utc now);
/* Is it older than two scan periods? Then screens print the age. */
bool client_is_old(const struct client *c, point_id id, struct utc now);
/* Is the device up, and yet answers some request with an error, as of its last polls? Then some points have no new values. */
bool client_is_failing(const struct client_device *d, struct utc now);
/* 0: there is no link, and nothing will be called. Else its number, for client_forget(): then nothing more is called. */
uint32_t client_ask(
    struct client *c, uint16_t type, const struct wbuf *body, const struct client_answer *answer, void *arg);
void client_forget(struct client *c, uint32_t *ask); /* and it becomes 0; 0 is fine */
/* Why an answer that has ended brought nothing, safe; "" = it did. is_read: what it was to bring was read; what: "plan". */
void client_answer_said(enum err e, const char *text, bool is_read, const char *what, char *buf, size_t size);
/* Civil times are those of the site from here on, if this system knows its zone. */
void client_use_zone(const struct client *c);
bool client_is_asking(const struct client *c);          /* is a question open? */
enum err client_ask_raw(struct client *c, point_id id); /* answer comes by ops.raw */

#endif
