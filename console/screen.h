/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - what a page of the console is, and what pages share. A page draws on the grid only, reads the model of client.h,
 * and knows neither terminal nor clock.
 */
#ifndef CHISAN_SCREEN_H
#define CHISAN_SCREEN_H

#include "console/client.h"
#include "console/console.h"
#include "console/graph.h"
#include "console/grid.h"
#include "console/keys.h"
#include "console/prompt.h"
#include "console/spark.h"

/* ONE ROW PER SCREEN.  Row `x` needs scr_x defined in a console/scr_*.c. */
/* clang-format off */
#define SCREEN_LIST(_) \
	_(mimic) \
	_(points) \
	_(alarms) \
	_(alarm) \
	_(alarm_act) \
	_(kpi) \
	_(bookmarks) \
	_(point) \
	_(links) \
	_(raw) \
	_(trend) \
	_(journal) \
	_(entry) \
	_(reports) \
	_(report) \
	_(act) \
	_(hand) \
	_(held) \
	_(dispatch) \
	_(plan) \
	_(wheel) \
	_(schedule) \
	_(co2) \
	_(sequence) \
	_(help)
/* clang-format on */

enum change {
	CHANGE_VALUES,
	CHANGE_DEVICE,
	CHANGE_RAW,
	CHANGE_PHASE,
	CHANGE_MODEL,
	CHANGE_SECOND,
	CHANGE_LANGUAGE,
	CHANGE_JOURNAL, /* co->entry was recorded, or is not yet */
	CHANGE_ACT,     /* the act under way has ended; number: of an act on alarms, 0 = another */
	CHANGE_CONTROL, /* an output, a tag, a command, an approval */
	CHANGE_ALARM,   /* number: the alarm, ALARM_NONE = the horn */
};
/* What a page answers; the last: ask screen_request. */
enum { DRAW_NOTHING = 0, DRAW_BODY = 1, DRAW_ALL = 2, REQ_UNHANDLED = 4 };

struct console;
struct acts;
struct alarm_acts;
struct bell;

struct screen_ops {
	const char *name;
	const char *title, *title_ja; /* NULL: title() */
	const char *help;
	unsigned modes;   /* enum key_mode */
	bool works_alone; /* also before the site is known */
	size_t private_size;
	bool (*open)(struct console *co, void *private, const char *argument); /* false: no; the message says why */
	unsigned (*update)(struct console *co, void *private, enum change what, uint32_t number);
	void (*draw)(struct console *co, void *private, struct area area);
	unsigned (*request)(struct console *co, void *private, enum request req, const char *argument);
	void (*close)(struct console *co, void *private);
	void (*head)(struct console *co, void *private, char *title, size_t title_size, char *hint,
	    size_t hint_size);                                      /* may be NULL */
	const char *(*selected)(struct console *co, void *private); /* the selected point's name; may be NULL */
	/* A page with fields takes keys itself; false: it has no use for this one. Pastes come between K_PASTE_BEGIN and _END. */
	bool (*key)(struct console *co, void *private, uint32_t key);
};

#define SCREEN_DECLARE(name) extern const struct screen_ops scr_##name;
SCREEN_LIST(SCREEN_DECLARE)
#undef SCREEN_DECLARE

#define VIEW_MAX 16
struct view {
	const struct screen_ops *ops;
	void *private;
};

struct pause {
	bool is_on;
	struct utc since;
	struct delta_cell *cells;
	struct utc *group_time, *group_received;
	struct utc newest;
};

/* A drawing of the site: what its screen file says of itself. */
#define PAGES_MAX 60
struct page_row {
	char name[64], title[128], title_ja[128];
	uint32_t key; /* KEY_NONE = none */
};

/* What all pages see. */
struct console {
	const struct console_options *options;
	struct ev_loop *loop;
	struct client *client;
	struct grid *grid;
	const struct theme *theme;
	struct spark_store *sparks;
	struct view views[VIEW_MAX];
	int depth; /* views in use */
	struct prompt prompt;
	struct pause pause;
	struct utc now;                   /* the time of this turn of the loop */
	struct utc started;               /* when the console began to look for its server */
	bool has_model;                   /* the client was live once */
	struct page_row pages[PAGES_MAX]; /* in the order of their keys */
	int page_count;
	bool is_ja, is_ascii, is_slow, is_accessible;
	enum graph graph;    /* what curves are drawn with */
	bool is_ascii_graph; /* lines of what was seen in ASCII: fonts without block characters */
	int asking;          /* questions of the top page under way, as drawn last */
	double rate_hz;
	char message[256];
	bool message_is_error, message_is_link; /* "the link is back": no longer once it is lost again */
	struct utc message_at;
	struct msg_raw raw; /* the last answer; raw.raw points to raw_bytes */
	uint8_t raw_bytes[256];
	bool has_raw;
	char found[64]; /* text of find, shared by all lists */
	bool leave;
	int exit_code;
	unsigned dirty;                  /* DRAW_* that wait for the next frame */
	uint64_t frames;                 /* drawn so far */
	const struct msg_journal *entry; /* while CHANGE_JOURNAL is told */
	struct acts *acts;               /* what this console has asked to be done */
	struct alarm_acts *alarm_acts;
	struct bell *bell;
	bool is_control;            /* acts on points are allowed; else everything is only looked at */
	struct utc key_at;          /* of the last key */
	char form_keys[80];         /* of a page with fields, for the last line */
	const struct prompt *field; /* of such a page, for the row of the prompt; set by its draw() */
	char prompt_label[120], note_point[POINT_NAME_MAX];
};

const struct screen_ops *screen_find(const char *name);
/* The common handler of requests that a page left. */
unsigned screen_request(struct console *co, enum request req, const char *argument);

/* ---- what pages ask of the console */
void console_message(struct console *co, bool is_error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What a page shows has changed outside of its update(): an answer has come. */
void console_changed(struct console *co, unsigned draw);
/* Opens a page on top of the present one. false: it did not open, and the message says why. */
bool console_open(struct console *co, const struct screen_ops *ops, const char *argument);
/* Opens by a word: a page, a mimic or a point. */
bool console_open_word(struct console *co, const char *word);
/* A request to the page, then to the common handler. */
void console_request(struct console *co, enum request req, const char *argument);
void console_key(struct console *co, uint32_t key);
/* One line of the palette or of a script. */
void console_command(struct console *co, const char *line);
struct view *console_top(struct console *co);
bool console_is_lost(const struct console *co);
const char *console_title(const struct console *co, const char *title, const char *title_ja);

#endif
