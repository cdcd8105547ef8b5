/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_private.h - the inside of the client: the model that a snapshot builds, and the connection it comes over.
 * A model is built beside the live one and takes its place whole, so that nobody ever sees half a site.
 */
#ifndef CHISAN_CLIENT_PRIVATE_H
#define CHISAN_CLIENT_PRIVATE_H

#include <sys/queue.h>
#include <uthash.h>

#include "console/client.h"
#include "scada/base/mem.h"

struct client_entry {
	const char *name; /* of points[id] */
	point_id id;
	UT_hash_handle hh;
};

struct client_model {
	struct arena *arena; /* all text */
	uint16_t generation;
	const char *site_name, *site_title_ja, *timezone;
	bool simulated;
	struct utc server_started, newest;
	uint32_t point_max, device_max, screen_max; /* as the site announced them */
	struct client_point *points;
	uint32_t point_count; /* count: received so far, in order of number */
	struct delta_cell *cells;
	struct client_device *devices;
	uint32_t device_count;
	struct utc *group_time, *group_received;
	uint32_t group_count;
	struct client_screen *screens;
	uint32_t screen_count;
	struct client_entry *entries, *hash;
	struct client_control *control;
	struct client_alarms *alarms;
};

#define CLIENT_MODEL_TEXT_MAX ((size_t)512 * 1024 * 1024) /* bytes of text that a snapshot may bring */
#define CLIENT_SCREEN_MAX     1000

/* Each returns OK or why the frame is refused; a refused frame leaves the model usable but incomplete. */
struct client_model *client_model_new(const struct msg_site *m); /* NULL: impossible counts */
void client_model_free(struct client_model *m);                  /* NULL is fine */
enum err client_model_device(struct client_model *m, const struct frame *f);
enum err client_model_point(struct client_model *m, const struct frame *f);
enum err client_model_screen(struct client_model *m, const struct frame *f);
enum err client_model_device_state(struct client_model *m, const struct frame *f, uint32_t *device);
enum err client_model_shared(struct client_model *m, const struct frame *f, uint32_t *device);
enum err client_model_values(
    struct client_model *m, const struct frame *f, void (*changed)(uint32_t point, void *arg), void *arg);
struct client_control *client_control_new(uint32_t points);
void client_control_free(struct client_control *k); /* NULL is fine */
/* W_OUTPUT, W_TAG_STATE, W_COMMAND_STATE, W_APPROVAL: into the snapshot that is being built, else into the live model. */
enum err client_control_frame(struct client *c, const struct frame *f);
/* client_dispatch.c: W_DISPATCH. */
struct client_dispatch;
enum err client_dispatch_take(struct client_dispatch *d, struct rbuf *r, uint32_t points);
void client_dispatch_done(struct client_dispatch *d);
/* client_schedule.c: W_SCHEDULE_STATE. */
struct client_schedule;
enum err client_schedule_take(struct client_schedule *s, struct rbuf *r);
/* client_sequence.c: W_SEQUENCE_DEF, W_SEQUENCE_STATE. */
struct client_sequences;
enum err client_plan_points_take(struct client_control *k, struct rbuf *r);
enum err client_sequence_def(struct client_sequences *q, struct rbuf *r, uint32_t points);
enum err client_sequence_state(struct client_sequences *q, struct rbuf *r, uint64_t *number);
void client_sequences_done(struct client_sequences *q);
enum err client_model_end(struct client_model *m, const struct frame *f, unsigned what);

#define CLIENT_PAUSE_FIRST_S 0.2
#define CLIENT_RAW_MAX       16 /* questions for registers under way; the oldest is forgotten */
struct client_raw_asked {
	uint32_t sequence;
	point_id point;
};

TAILQ_HEAD(client_asked_list, client_asked);

struct client_private {
	struct ev_loop *loop;
	struct conn *conn; /* NULL = none */
	ev_timer timer;    /* pause before the next try, or patience with the server */
	const struct client_ops *ops;
	void *arg;
	unsigned what;
	bool reconnect, heard, pinged, said_bye, greeted;
	double pause_s, patience_s;
	uint32_t subscribe_sequence;
	struct client_model *live, *next; /* next: being received; NULL = none */
	struct client_raw_asked raw[CLIENT_RAW_MAX];
	unsigned raw_at;
	struct client_asked_list asked; /* questions that are open */
	uint32_t ask_number;
	char health_text[512];
};

void client_set_phase(struct client *c, enum client_phase phase);
/* The link is gone (or never came): keeps the values, says why, and plans the next try. */
void client_lost(struct client *c, enum err why, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A frame that answers an open question is taken by it; false: it answers none. */
bool client_ask_take(struct client *c, const struct frame *f);
void client_ask_lost(struct client *c); /* ends them all with ERR_CLOSED */
void client_ask_free(struct client_private *p);
void client_take_frame(struct client *c, const struct frame *f);

/* False: it cannot be read, and the link is given up. m->text is never empty. */
bool client_read_result(struct client *c, const struct frame *f, struct msg_result *m, enum err *e);

#endif
