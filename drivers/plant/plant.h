/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plant.h - the simulated district: a world of models that hang together by buses and a steam header, stepped in simulated time.
 * No sockets and no clock here: the world is given its time, and one seed repeats a run to the bit for the same steps.
 *
 * kW, kvar, kWh, t/h, MPaG, degC; every signal is a double, a digital one 0 or 1.  p of a source is positive into its bus, p of
 * a load positive as consumption.
 */
#ifndef CHISAN_PLANT_H
#define CHISAN_PLANT_H

#include "drivers/plant/random.h"
#include "scada/base/clock.h"
#include "scada/model/energy.h"

#define BUS_NONE   UINT32_MAX
#define STEP_MAX_S 10.0 /* longer steps are refused: the controls would swing */

struct world;
struct model;

/* One quantity that a model shows: where it lies in the model's struct (a double), and in which unit. */
struct signal {
	const char *name; /* also the role in the site file's energy section */
	size_t offset;
	const char *unit; /* "" = none */
};

struct model_kind {
	int kind; /* enum asset_kind */
	size_t size;
	const struct signal *signals;                   /* besides model_signals; ends with a NULL name */
	void (*init)(struct model *m, struct world *w); /* a plausible steady state for the world's time */
	void (*step)(struct model *m, struct world *w); /* by w->dt; sets p_kw and q_kvar */
	bool (*command)(struct model *m, struct world *w, const char *signal,
	    double v); /* NaN = to the plant's own control; false: no such */
	/* In an island: give up to `kw` more (negative: take) at once; returns what was given. NULL: cannot. */
	double (*follow)(struct model *m, struct world *w, double kw);
	void (*settle)(struct model *m, struct world *w); /* after the balance is closed: what p_kw did; may be NULL */
};

struct model {
	const struct model_kind *kind;
	const struct asset *asset;
	uint32_t bus; /* of w->buses; BUS_NONE */
	struct rng rng;
	uint64_t rng_key; /* for noise_at */
	double p_kw, q_kvar;
	double aux_kw;                 /* taken by the works around it, a consumer on its bus */
	double forming;                /* it may carry an island by itself */
	double kwh_out, kwh_in, kvarh; /* of p_kw above and below zero; counters without roll-over */
	double hours;                  /* in operation */
	double run;                    /* 0..1: is it in operation */
	double load;                   /* 0..1: how hard */
	double warm, load_slow;        /* run and load, lagging by minutes: for temperatures and oil */
	double v_pu, f_hz;             /* at its terminals */
	double trip, minor, remote;    /* digital */
	double local_request;          /* fault command: switched to local */
	bool is_shed;                  /* its feeder was opened by low frequency, and closes again by itself */
};

struct bus_state {
	const struct bus *def;
	struct model *grid; /* closes its balance; NULL: the utility does so unmetered */
	bool is_live;
	double f_hz, v_pu;
	double unmetered_kw; /* what the utility gives where no grid meter is */
	double error_kw;     /* of the balance after each step; always near 0 */
	double short_s;      /* island: how long load was not covered */
	double restore_s;    /* connected again: until the next shed feeder is closed */
};

struct calendar {
	double hour;     /* local, 0..24 */
	int weekday;     /* 0 = Sunday */
	int day_of_year; /* 0..365 */
	int64_t day;     /* local days since 1970 */
	int64_t next_us; /* when civil time must be asked again */
	int64_t base_us; /* utc of the local midnight before */
};

struct weather {
	struct rng rng;
	struct wander synoptic, cloud_slow, cloud_fast, wind, humid;
	double ta, rh, ws, rain, rain_mm, ghi, cloud; /* degC, %, m/s, mm/h, mm since midnight, W/m2, 0..1 */
	double elevation_deg;
};

struct steam_net { /* low-pressure header, its lines and the condensate */
	struct rng rng;
	struct wander level_w, cond_w;
	double pressure, temperature;
	double demand, delivered;         /* t/h at the consumers; set by loads, answered by the header */
	double hrb, fired, stored;        /* supplies of this step */
	double ext_t, ext_max, ext_valve; /* extraction: actual, what turbines can give, controller's integral */
	double prv_t;                     /* main steam let down when no turbine gives */
	double dump_t, dump_max, dump_valve;
	double loss_t, share; /* share of the demand that is met */
	double cond_f, cond_t, cond_cond, tank_l;
	double pump_a, pump_b, pump_af, pump_bf, sv_lift, gasdet, remote;
	double error_t; /* of the mass balance after each step */
	bool is_present;
};

struct pit {
	double level_t, capacity_t;
};

struct world {
	const struct energy *energy; /* NULL: only weather */
	struct arena *arena;
	uint64_t seed;
	struct utc now;
	double dt, t_s; /* this step; simulated seconds since the start */
	struct calendar calendar;
	struct weather weather;
	struct steam_net net;
	struct pit pit;
	double steam_main, steam_used; /* t/h made by furnaces; taken by turbines and let-down before */
	double furnaces_running, furnace_steam_rated;
	struct bus_state *buses;
	uint32_t bus_count;
	struct model **models; /* in the order of stepping */
	uint32_t model_count;
};

/* e lives as long as the world; NULL is fine. The zone of the process is the site's. */
struct world *world_new(const struct energy *e, struct utc start, uint64_t seed);
void world_free(struct world *w); /* NULL is fine */
void world_step(struct world *w, double dt_s);
struct model *world_find(const struct world *w, const char *asset); /* NULL = none */
struct model *world_first(const struct world *w, int kind);         /* NULL = none */
bool world_trip(struct world *w, const char *asset, bool is_on);    /* false: no such asset */
bool world_utility(struct world *w, bool is_live);                  /* false: no grid */

/* A signal by name; NULL = the model (m NULL: the world) has none. *unit may be NULL. */
const double *world_signal(const struct world *w, const struct model *m, const char *name, const char **unit);
extern const struct signal model_signals[], world_signals[];

const struct model_kind *model_kind_of(int kind);
void calendar_update(struct calendar *c, struct utc now);
void weather_init(struct world *w);
void weather_step(struct world *w);
void steam_net_init(struct world *w);
void steam_net_step(struct world *w);
void grid_close(struct world *w); /* the balance of all buses, after all other models */

#endif
