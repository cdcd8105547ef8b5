/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_private.h - the engine as its own files see it.  What every sample touches (watch, then test) is kept apart from what only a
 * transition touches (alarm).  Numbers of tests and alarms are the same; those of points come first, in the order of the points.
 */
#ifndef CHISAN_ALARMS_PRIVATE_H
#define CHISAN_ALARMS_PRIVATE_H

#include <sys/queue.h>

#include "scada/alarm/kind.h"
#include "scada/base/expr.h"

#define NONE         UINT32_MAX
#define NEVER        INT64_MAX
#define FLEETING_US  (10 * US_PER_S) /* gone within so long, and nobody acted: fleeting */
#define TEST_US      (10 * US_PER_S) /* a test returns by itself */
#define SAVE_GAP_US  (60 * US_PER_S) /* rates are saved at most so often */
#define CLOCK_JUMP   US_PER_S        /* less is slewing */
#define RATE_BUCKETS 600             /* of the window in which alarms are counted */
#define WORDS_MAX    256

/* One a point, 40 bytes: while the quality is as it was and the number within lo..hi, no test of the point gives another answer. */
struct watch {
	double lo, hi;
	double last;        /* that what depends on the point has seen */
	uint32_t first;     /* test */
	uint16_t count;     /* tests */
	uint16_t quality;   /* last seen */
	bool has_followers; /* expressions and deviations that read it */
	bool has_every;     /* a test that wants each sample */
};

struct test {
	struct alarm_rule rule;
	const struct alarm_kind *kind;
	int64_t on_delay_us, off_delay_us;
	point_id other;    /* POINT_NONE */
	bool answer;       /* of the last sample */
	bool settled;      /* the same after the delays: what the machine was told, or is about to be */
	bool is_held;      /* its inputs are bad */
	bool is_given;     /* what others say: comm, calc, own, drift */
	bool is_told;      /* they have said something */
	bool is_adopted;   /* answer and delay go on over a reload */
	bool is_redefined; /* and the site file says another limit now */
	double before;     /* that limit before */
	bool is_renamed;   /* by `was` */
	int64_t left_us;   /* of a delay while it is held; NEVER = none runs */
	int64_t changed_us,
	    last_us; /* utc of the source: when the answer changed; of the last crossing, which never goes back */
};

enum timer {
	TIMER_DELAY,
	TIMER_SHELF,
	TIMER_RELEASE,
	TIMER_REALARM,
	TIMER_OLD,
	TIMER_CHATTER,
	TIMER_TEST,
	TIMER_COUNT
};

enum loud { LOUD_NOT, LOUD_WAITS, LOUD_SOUNDS };

struct alarm {                   /* what only a transition touches */
	TAILQ_ENTRY(alarm) ring; /* of what sounds, or waits for the flood's next horn */
	unsigned bits, marks;
	enum loud loud;
	uint64_t occurrence, closed;       /* closed: the one before */
	struct utc active, changed, acked; /* active: of the source */
	struct utc announced;
	struct value raised; /* what it was at the raising */
	uint32_t repeats;
	uint32_t rank; /* in its first-out group */
	int64_t rank_us;
	char *acked_by, *comment, *comment_by; /* NULL = none */
	struct utc commented;
	struct held {
		struct utc until; /* 0 = open */
		char *by, *reason;
	} shelf, out;
	bool is_limit_known; /* a limit of its own was, or is, saved */
	struct utc limit_time;
	double limit_base; /* the site file's when it was moved */
	char *limit_by, *limit_second, *limit_reason;
	struct utc saved; /* of the state that was restored; 0 = none */
	bool is_touched;  /* something happened to it since the start */
	bool is_acted;    /* by a person */
	int64_t due[TIMER_COUNT];
};
TAILQ_HEAD(alarm_ring, alarm);

enum truth { TRUTH_UNKNOWN, TRUTH_FALSE, TRUTH_TRUE };

/* An expression that suppresses alarms, or is one. Equal texts are one. */
struct cond {
	struct expr *e; /* NULL: it did not parse; never true */
	const char *text;
	struct value result;
	enum truth truth; /* bad inputs leave it as it was */
	bool is_bad, is_due, has_run;
	struct mono last;
	uint32_t first, count; /* in bound: alarms */
};

struct machine_device {
	enum device_state state;
	bool is_told, is_silent, suppresses;
	bool is_unknown; /* connecting for the first time */
	bool is_other;   /* another one answers in its place */
	struct utc since;
	uint32_t comm;         /* alarm; NONE */
	uint32_t first, count; /* alarms of its points */
	int64_t grace;         /* timer */
	const char *silence;   /* in words */
};

struct group {
	const char *name;
	uint32_t first, count; /* in members: alarms */
	uint32_t ranked, open; /* with a place; member that was seen not at rest */
	int64_t newest_us;
};

/* An answer that changed, delays over, until the end of the turn. */
struct crossing {
	int64_t time_us; /* utc of the source */
	struct value value;
	uint32_t alarm, seq;
	bool on;
};

/* Of an area, or of the whole site. */
struct flood {
	bool is_on, is_untold; /* untold: that it began */
	struct utc since;
	uint32_t counts[RATE_BUCKETS];
	int64_t bucket;     /* number of the newest */
	uint32_t sum, peak; /* peak: of a flood that is on */
};

struct horn {
	struct alarm_ring sounding[ALARM_PRIORITIES], waiting;
	struct utc since, silenced;
	struct mono next; /* during a flood: not before */
	char silenced_by[64];
	bool is_changed;
};

struct alarms {
	const struct site *site;
	const struct value *values;
	const struct alarms_ops *ops;
	void *arg;
	struct arena *arena;
	struct site_alarming how;
	struct site_priority by_priority[ALARM_PRIORITIES];

	uint32_t count, points, devices;
	uint32_t first_comm, first_calc, first_own, first_drift;
	struct watch *watch;
	struct test *tests;
	struct alarm *alarms;
	struct alarm_def *defs;
	struct machine_device *device;
	struct cond *conds;
	uint32_t cond_count;
	uint32_t *bound;                    /* of conds */
	uint32_t (*suppressor)[2];          /* of an alarm: cond; NONE */
	uint32_t *calc_cond;                /* of the site's own alarms, from first_calc */
	uint32_t *follow_first, *followers; /* of points: cond, or FOLLOW_TEST | alarm */
	uint32_t *due_conds, due_cond_count;
	char (*given)[WORDS_MAX];    /* words of own and drift, from first_own */
	uint32_t *index, index_size; /* of alarms by name */
	struct group *groups;
	uint32_t group_count, *members, *group_of; /* NONE */

	struct crossing *queue;
	uint32_t queue_len, queue_cap, seq;
	bool is_sorted;
	uint32_t *heap, heap_len, *heap_at; /* ids: alarms, then devices */
	int64_t *heap_key;
	int64_t *raises; /* mono of the last chatter_count raisings of each */
	uint8_t *raise_next;

	bool site_tells_store;            /* the site's own alarms say that nothing is recorded: OWN_STORE is silent */
	bool site_tells_journal;          /* and that the journal is broken or meddled with: OWN_JOURNAL */
	bool has_begun, begins_with_turn; /* the latter: after a reload */
	struct utc now;
	struct mono mono;
	uint64_t last_occurrence;
	struct flood flood, *areas; /* flood: of the whole site, the sum of the areas and of what is in none */
	const char **area_names;    /* [area_count], owned; the names are the site's */
	uint32_t area_count, areas_in_flood, *area_of; /* of an alarm: its area; NONE */
	bool is_eased;                                 /* a flood is over: what waits for it may sound */
	struct horn horn;
	struct alarm_counts counts;
	bool is_dirty; /* to be saved */
	struct mono saved;
};

#define FOLLOW_TEST 0x80000000u

/* What a transition comes from. */
struct occasion {
	struct utc time;
	const struct actor *by; /* NULL: by itself */
	const char *words;
	bool is_one_shot;
	bool is_silent; /* of the journal */
};

/* ---- alarms_build.c: what there is */
void build_alarms(struct alarms *a);
void build_conditions(struct alarms *a); /* alarms_follow.c */
void build_groups(struct alarms *a);     /* alarms_group.c */
const char *build_expand(struct alarms *a, const char *text, uint32_t device);
uint32_t alarms_find_before(const struct alarms *old, const struct alarms *a, uint32_t alarm); /* over a reload */

/* ---- alarms_watch.c: samples to answers, answers to crossings */
void watch_all(struct alarms *a);
void test_evaluate(struct alarms *a, uint32_t alarm, struct utc source);
void test_hold(struct alarms *a, uint32_t alarm, bool is_bad);
void test_delay_over(struct alarms *a, uint32_t alarm);
void test_say(const struct alarms *a, uint32_t alarm, const struct value *v, bool is_on, char *buf, size_t size);
void watch_again(struct alarms *a, point_id id); /* its quiet band, after a limit has moved */
void queue_run(struct alarms *a);

/* ---- alarms_due.c: timers of alarms and of devices */
void due_set(struct alarms *a, uint32_t alarm, enum timer t, int64_t at_us);
void due_set_device(struct alarms *a, uint32_t device, int64_t at_us);
bool due_take(struct alarms *a, uint32_t *id); /* the next one whose time has come */
void due_again(struct alarms *a, uint32_t id); /* after its timers were changed by hand */

/* ---- alarms_suppress.c */
void conds_run(struct alarms *a);
void cond_due(struct alarms *a, uint32_t cond);
bool cond_is_bad(const struct alarms *a, uint32_t alarm); /* of a CALC alarm: no answer now */
void suppress_settle(struct alarms *a, uint32_t alarm);
void suppress_device(struct alarms *a, uint32_t device);
const char *suppress_text(const struct alarms *a, uint32_t alarm); /* by what; borrowed */
void release_over(struct alarms *a, uint32_t alarm);

/* ---- alarms_step.c: the machine applied */
struct alarm_step step(struct alarms *a, uint32_t alarm, enum alarm_event e, const struct occasion *o);
void step_told(struct alarms *a, uint32_t alarm, enum alarm_event e, unsigned before, uint64_t occurrence,
    bool is_close, const struct occasion *o); /* journal and consoles, without the machine */
void count_bits(struct alarms *a, uint32_t alarm, unsigned bits, unsigned marks, bool is_added);
void mark_set(struct alarms *a, uint32_t alarm, unsigned mark, bool on);
void timers_of_state(struct alarms *a, uint32_t alarm);
bool bits_are_open(unsigned bits);
void replace_text(char **at, const char *text);
void comment_set(struct alarm *m, const char *comment, const char *by, struct utc at); /* "": none */

/* ---- alarms_horn.c */
void horn_annunciate(struct alarms *a, uint32_t alarm, bool counts);
void horn_drop(struct alarms *a, uint32_t alarm);
void horn_turn(struct alarms *a);
void horn_restore(
    struct alarms *a, struct crossing *list, uint32_t count); /* sounds again, in the order of their times */
void horn_tell(struct alarms *a);
int64_t horn_due(const struct alarms *a);

/* ---- alarms_flood.c */
void build_areas(struct alarms *a);
void flood_count(struct alarms *a, uint32_t alarm);        /* it was annunciated */
bool flood_covers(const struct alarms *a, uint32_t alarm); /* is it one of those that are too many? */
void flood_turn(struct alarms *a);
int64_t flood_due(const struct alarms *a);
void flood_adopt(struct alarms *a, struct alarms *old);
void flood_put(const struct alarms *a, struct wbuf *blob); /* the whole site's */
void flood_put_areas(const struct alarms *a, struct wbuf *blob);
bool flood_get(struct alarms *a, struct rbuf *r); /* false: not readable */
bool flood_get_areas(struct alarms *a, struct rbuf *r);

/* ---- alarms_group.c */
void group_raise(struct alarms *a, uint32_t alarm, int64_t time_us);
void group_close(struct alarms *a, uint32_t alarm);
void group_recount(struct alarms *a); /* after a restore */

/* ---- alarms_act.c: ", alone, in a declared emergency" where two persons are asked for, else "" */
const char *act_alone_words(const struct alarms *a, uint32_t alarm, const struct alarm_request *r);

/* ---- alarms_limit.c: limits that are not the site file's */
bool limit_is_guarded(const struct alarms *a, uint32_t alarm); /* two persons change it */
bool limit_may_be(const struct alarms *a, uint32_t alarm, double limit, int *addcause, char *why, size_t size);
void limit_move(struct alarms *a, uint32_t alarm, double limit, const struct alarm_request *r, const struct actor *by);
void limit_redefined(struct alarms *a, uint32_t alarm);
double limit_of_file(const struct alarms *a, uint32_t alarm); /* NaN: it has none */

/* ---- alarms_save.c */
void texts_free(struct alarm *m);
void adopt_tell_names(struct alarms *a);
uint32_t find_renamed(const struct alarms *a, const char *name); /* alarms_adopt.c; ALARM_NONE */
bool is_saved(const struct alarms *a, uint32_t alarm);           /* else it is at rest and has no comment: forgotten */

/* ---- alarms.c */
void time_set(struct alarms *a, struct utc now, struct mono mono);
struct utc plausible(const struct alarms *a, struct utc t); /* what a source says, or now */

#endif
