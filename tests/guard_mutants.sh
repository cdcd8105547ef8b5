#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make guard-mutants: each line below breaks the guard, the demand controller or the sharing in one place; the tests must notice: first those of
# each rule, which take no second, then t_guard_plant.  Not part of the check: it is for whoever changes the guard, or the tests of it.  A mutant that
# nothing notices is a limit that is not proven.
#   top_srcdir, top_builddir   where the sources are, and the tests are built
#   MUTANT_CC, MUTANT_LIBS     how the mutant and a test become a program, before and behind them (Makefile.am)
#   MUTANTS='import ramp'      only these; CHISAN_GUARD_HOURS: hours of the runs with faults (6)
# NAME | FILE of scada/dispatch | sed.  Each sed must change the file, and what it makes must compile.
set -u
src=$(cd "${top_srcdir:-.}" && pwd) build=$(cd "${top_builddir:-build}" && pwd)
export top_srcdir="$src" CHISAN_LIBEXECDIR="$build/scada/site"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

list() {
	cat <<'LIST'
import            |guard.c        |s/return at_least(t, total, zero - g->set.demand.import_max_kw, WHY_GRID_LIMIT);/return total;/
import-under-all  |guard.c        |s/zero - g->set.demand.import_max_kw, W/zero - 1.1 * g->set.demand.import_max_kw, W/
export            |guard.c        |s/most = zero + g->set.export_max_kw;/most = zero + 1e9;/
export-by-demand  |guard.c        |/may not push power out/{n;s/total > most/false/}
curtail           |guard.c        |s/^\t\tcurtail(g, &t);$//
curtail-first     |guard.c        |s/if (down > 0 \&\& can > 0)/if (down > 0 \&\& can > 0 \&\& i == 0)/
curtail-least     |guard.c        |s/double can = made - g->set.source_least_kw\[i\];/double can = made;/
curtail-release   |guard.c        |s/back = back < room ? back : room;/back = rated;/
curtail-forget    |guard.c        |s/isfinite(cap) \&\& cap < to ? cap : to/to/
peak-floor        |guard.c        |s/^\ttotal = at_least(t, total, t->out->demand.battery_floor_kw.*$//
peak-given        |guard.c        |s/battery_floor_kw - t->given_kw, WHY_PEAK/battery_floor_kw, WHY_PEAK/
peak-shed         |guard.c        |s/out->shed = out->demand.shed;/out->shed = 0;/
peak-room         |guard_look.c   |s/d.battery_more_kw = t->room_kw;/d.battery_more_kw = 0;/
peak-battery      |guard_look.c   |s/d.battery_kw = t->battery_kw;/d.battery_kw = 0;/
response          |guard.c        |s/total = at_least(t, total, zero - t->in->dr_kw, WHY_RESPONSE);/;/
follow            |guard.c        |s/return follow(g, t);/return planned(g, t);/
follow-last-min   |guard.c        |s/left_s > 60 ? left_s : 60/left_s > 600 ? left_s : 600/
follow-made       |guard.c        |s/g->slot_kwh -= or_zero/g->slot_kwh += or_zero/
discharge-rating  |guard_look.c   |s/\.discharge_kw = a->discharge_kw,/.discharge_kw = a->discharge_kw * 1.05,/
charge-rating     |guard_look.c   |s/\.charge_kw = a->charge_kw,/.charge_kw = a->charge_kw * 1.05,/
soc-floor         |guard_look.c   |s/floor_pct = a->reserve_pct;/floor_pct = a->soc_min_pct;/
soc-ceiling       |guard_look.c   |s/\.ceiling_pct = a->soc_max_pct,/.ceiling_pct = a->soc_max_pct + 2,/
soc-island        |guard_look.c   |s/t->in->mode != GUARD_ISLAND \&\& a->reserve_pct > floor_pct/a->reserve_pct > floor_pct/
temperature       |guard_look.c   |s/\.temperature_c = b->temperature_c,/.temperature_c = (double)NAN,/
device-charge     |guard_look.c   |s/\.device_charge_kw = b->device_charge_kw,/.device_charge_kw = (double)NAN,/
device-discharge  |guard_look.c   |s/\.device_discharge_kw = b->device_discharge_kw,/.device_discharge_kw = (double)NAN,/
ramp              |guard_look.c   |s/\.ramp_kw = ramp \* t->dt_s,/.ramp_kw = 2 * ramp * t->dt_s,/
ramp-own          |guard_look.c   |s/ramp = a->ramp_kw_per_s;/;/
ramp-from         |guard_look.c   |s/isfinite(g->kw\[i\]) ? g->kw\[i\] : b->power_kw/isfinite(g->kw[i]) ? g->kw[i] : 0/
ramp-pause        |guard.c        |s/t.dt_s > CHANGE_MAX_S ? CHANGE_MAX_S : t.dt_s/t.dt_s/
bad-state         |guard_look.c   |s/!b->is_available || !isfinite(b->soc_pct) || !isfinite(b->power_kw)/!b->is_available || !isfinite(b->power_kw)/
bad-power         |guard_look.c   |s/!b->is_available || !isfinite(b->soc_pct) || !isfinite(b->power_kw)/!b->is_available || !isfinite(b->soc_pct)/
bad-given         |guard_look.c   |s/if (is_out || isfinite(b->held_kw) || b->is_forming) {/if (isfinite(b->held_kw) || b->is_forming) {/
held              |guard_look.c   |s/if (is_out || isfinite(b->held_kw) || b->is_forming) {/if (is_out || b->is_forming) {/
held-given        |guard_look.c   |s/^\t\t\tt->given_kw += or_zero(b->power_kw);$//
out-wanted        |guard.c        |s/if (isfinite(b->held_kw) || is_out) {/if (false) {/
no-return         |guard.c        |s/if (got > most) {/if (false) {/
no-return-unread  |guard.c        |s/b->site_load_kw > 0 ? b->site_load_kw : 0, kw/isnan(b->site_load_kw) ? 50 : b->site_load_kw, kw/
no-return-more    |guard.c        |s/b->site_load_kw > 0 ? b->site_load_kw : 0, kw/b->site_load_kw + 20, kw/
elsewhere-share   |guard_look.c   |s/if (g->set.battery\[i\].is_elsewhere)$/if (false)/
elsewhere-not     |guard.c        |s/if (g->set.battery\[i\].is_elsewhere)$/if (false)/
elsewhere-island  |guard_island.c |s/if (g->set.battery\[i\].is_elsewhere)$/if (false)/
plan-fits         |guard.c        |s/return t->is_plan \&\& fabs(sum - total) < DEAD_KW;/return t->is_plan;/
plan-limits       |guard.c        |s/if (!(kw >= p.low_kw - DEAD_KW/if (false \&\& !(kw >= p.low_kw - DEAD_KW/
plan-blind        |guard.c        |s/bool fits = !t->is_blind/bool fits = true/
plan-stale        |guard_look.c   |s/t->in->plan_until.us > t->in->demand.utc.us/t->in->plan_until.us > 0/
plan-not          |guard.c        |s/return planned(g, t);/return 0;/
blind-never       |guard.c        |s/give(g, t, is_long ? 0 : or_zero(g->total_kw));/give(g, t, or_zero(g->total_kw));/
blind-at-once     |guard.c        |s/give(g, t, is_long ? 0 : or_zero(g->total_kw));/give(g, t, 0);/
blind-unsaid      |guard_look.c   |s/t->out->flags |= GUARD_METER_BAD;/;/
blind-works-on    |guard.c        |s/if (t.is_blind || !isfinite(t.power_kw))/if (t.is_blind)/
blind-sources     |guard.c        |s/t->why = WHY_BLIND;/t->why = WHY_BLIND; g->source_kw[1] = (double)NAN;/
manual            |guard.c        |/^\t\trest_at_manual(g);$/{n;s/return;//}
manual-bump       |guard.c        |s/^\t\trest_at_manual(g);$//
total-lost        |guard.c        |s/g->total_kw = total - t->out->short_kw;/g->total_kw = total;/
share-weight      |share.c        |s/return b->energy_kwh \* health \* (room > 0.1 ? room : 0.1);/return b->energy_kwh * health;/
share-health      |share.c        |s/isfinite(b->health) ? clamp(b->health, 0.01, 1) : 1/1/
share-rest        |share.c        |s/^\tdouble total = clamp(total_kw, low, high);/\tdouble total = clamp(total_kw, low, high) * 0.99;/
share-warm        |share.c        |s/warm = 1 - (below > above ? below : above) \/ OUTSIDE_K;/warm = 1 - above \/ OUTSIDE_K;/
share-cold        |share.c        |s/warm = 1 - (below > above ? below : above) \/ OUTSIDE_K;/warm = 1 - below \/ OUTSIDE_K;/
share-floor       |share.c        |s/(b->soc_pct - b->floor_pct) \/ BAND_PCT/(b->soc_pct - b->floor_pct + 1) \/ BAND_PCT/
share-ceiling     |share.c        |s/(b->ceiling_pct - b->soc_pct) \/ BAND_PCT/(b->ceiling_pct - b->soc_pct + 1) \/ BAND_PCT/
share-ramp-up     |share.c        |s/part->high_kw = from + b->ramp_kw;/;/
share-ramp-down   |share.c        |s/part->low_kw = from - b->ramp_kw;/;/
share-device      |share.c        |s/isnan(device) || device > rated ? rated/true ? rated/
demand-slope      |demand.c       |s/d->sum.drawn_kwh - a.drawn_kwh) \* per_h/d->sum.drawn_kwh - a.drawn_kwh) * per_h * 0.8/
demand-twice      |demand.c       |s/d->held_floor = mean.battery_kwh - out->adjust_kw - done_kw;/d->held_floor = in->battery_kw - out->adjust_kw - done_kw;/
demand-done       |demand.c       |s/d->held_floor = mean.battery_kwh - out->adjust_kw - done_kw;/d->held_floor = mean.battery_kwh - out->adjust_kw;/
demand-target     |demand.c       |s/demand_adjust(target, out->forecast_kw, out->elapsed_min)/demand_adjust(target * 1.1, out->forecast_kw, out->elapsed_min)/
demand-after      |demand.c       |s/return (target_kw - forecast_kw) \* 30/return forecast_kw > target_kw * 1.3 ? 1e3 : (target_kw - forecast_kw) * 30/
demand-hold       |demand.c       |s/left \* 60 < DEMAND_HOLD_S;/left * 60 < 600;/
demand-nothing    |demand.c       |s/if (need_kw > in->power_kw)/if (false)/
shed-gap          |demand.c       |s/if (d->act_us != 0 \&\& !is_quiet)/if (false)/
shed-mask         |demand.c       |s/if (!is_masked \&\& need_kw > 0/if (need_kw > 0/
shed-early        |demand.c       |s/^\tneed_kw -= more_kw;/;/
shed-late         |demand.c       |s/^\tneed_kw -= more_kw;/need_kw -= more_kw + 100;/
shed-one          |demand.c       |s/need_kw > 0 \&\& d->shed < d->set.step_count/need_kw > 0 \&\& d->shed < 1/
shed-order        |district.c     |s/^\t\t\t    l->priority > next)/\t\t\t    (next == INT64_MIN || l->priority < next))/
return-early      |demand.c       |s/>= d->set.min_off_s \* (double)US_PER_S/>= d->set.min_off_s * 0.5e6/
return-gap        |demand.c       |s/^\t    now - d->act_us >= DEMAND_SHED_GAP_S \* US_PER_S;/\t    true;/
return-high       |demand.c       |s/forecast_kw < DEMAND_RELEASE \* d->set.target_kw/true/
return-with       |demand.c       |s/with_it <= d->set.target_kw/true/
return-never      |demand.c       |s/^\t\tgive_back(d, now);$/\t\t;/
blind-steps       |demand.c       |s/if (is_over \&\& may_return(d, in->mono.us))/if (may_return(d, in->mono.us))/
blind-steps-stay  |demand.c       |s/if (is_over \&\& may_return(d, in->mono.us))/if (false)/
blind-floor       |demand.c       |s/^\t\td->held_floor = (double)NAN;$//
window-new        |demand.c       |s/d->held_u = d->held_floor = (double)NAN; \/\* another window \*\//;/
offset-export     |demand_meter.c |s/return kw <= 0 ? 0 : kw < most ? kw : most;/return kw < most ? kw : most;/
roll-over         |demand_meter.c |s/if (rise < 0 \&\& d->set.counter_size_kwh > 0)/if (false)/
counter-lies      |demand_meter.c |s/return rise >= 0 \&\& rise <= most ? rise/return rise >= 0 ? rise/
counter-backward  |demand_meter.c |s/return rise >= 0 \&\& rise <= most ? rise/return rise <= most ? rise/
counter-not       |demand_meter.c |s/is_read = isfinite(in->counter_kwh)/is_read = false \&\& isfinite(in->counter_kwh)/
counter-twice     |demand_meter.c |s/d->counter_from_kwh + rise);/d->sum.drawn_kwh + rise);/
pulse-ignored     |demand_meter.c |s/if (!d->is_synced || is_due || is_train) {/if (false) {/
pulse-any         |demand_meter.c |s/if (!d->is_synced || is_due || is_train) {/if (true) {/
pulse-lost        |demand_meter.c |s/return gone >= DEMAND_WINDOW_US ? d->start_us + DEMAND_WINDOW_US : d->start_us;/return d->start_us;/
clock-set         |demand_meter.c |s/return now - in->utc.us % DEMAND_WINDOW_US;/return now - d->start_us >= DEMAND_WINDOW_US ? d->start_us + DEMAND_WINDOW_US : d->start_us;/
clock-closes      |demand_meter.c |s/if (length > DEMAND_WINDOW_US - slack \&\& length < DEMAND_WINDOW_US + slack) {/if (length != 0) {/
gap-unsaid        |demand_meter.c |s/^\t\t\td->estimated_us = in->mono.us;$/;/
gap-still         |demand_meter.c |s/kwh = sum + d->slope_kw \* (double)dt \* H_PER_US;/kwh = sum;/
restart-energy    |demand.c       |s/struct demand_cell end = { used,/struct demand_cell end = { 0,/
restart-steps     |demand.c       |s/^\td->shed = shed;$//
restart-off       |demand.c       |s/d->shed_us\[i\] = saved_us - off\[i\];/d->shed_us[i] = 0;/
restart-other     |demand.c       |s/if (!is_sound || away < 0 || gone + away >= DEMAND_WINDOW_US)/if (!is_sound)/
counter-seldom    |demand_meter.c |s/now_us - d->rose_us/now_us - d->counter_us/
counter-slow      |demand_meter.c |s/ \&\& meter_watch_is_quick(\&d->watch)//
counter-read      |demand_meter.c |s/if (in->counter_kwh != d->counter_kwh || d->watch.counter_stands) {/if (true) {/
stands-filled     |demand_meter.c |s/kwh = d->sum.drawn_kwh + d->watch.drawn_kwh;/;/
stands-jump       |demand_meter.c |s/ \&\& rewind_to(d, d->watch.rise_us)//
stands-believed   |demand_meter.c |s/is_read \&\& !d->watch.counter_stands/is_read/
stands-leap       |demand_meter.c |s/in->counter_kwh != d->counter_kwh || d->watch.counter_stands/in->counter_kwh != d->counter_kwh/
stands-saved      |demand.c       |s/^\td->watch = learned;$//
stands-power      |demand.c       |s/if (d->watch.power_stands)/if (false)/
stands-unsaid     |guard_look.c   |s/t->out->flags |= GUARD_COUNTER_STANDS;/;/
frozen-counter    |guard_look.c   |s/(batteries_tell || counter_tells)/batteries_tell/
frozen-zero       |guard_look.c   |s/d->power_kw == 0 \&\& !counter_tells/d->power_kw == 0/
watch-wait        |meter_watch.c  |s/WAITS \* w->period_us > STAND_US/false/
watch-step        |meter_watch.c  |s/w->run_kwh <= 2 \* step_of(w, s)/false/
watch-small       |meter_watch.c  |s/w->power_kw >= least_kw/w->power_kw >= 1/
watch-both        |meter_watch.c  |s/ || now.us - w->power_us >= STAND_US//
watch-unknown     |meter_watch.c  |s/METER_WATCH_UNKNOWN_S \* US_PER_S/STAND_US/
watch-stutter     |meter_watch.c  |s/if (w->is_whole \&\& rise < HONEST \* w->drawn_kwh)/if (false)/
watch-once        |meter_watch.c  |s/w->honest_us == 0 || now.us - w->honest_us < STAND_US/w->honest_us == 0/
watch-other       |meter_watch.c  |s/rise < 0 || rise > most_of(w, s, now)/rise < 0/
watch-coarse      |meter_watch.c  |s/COARSE \* s->limit_kw/0 * s->limit_kw/
watch-late        |meter_watch.c  |s/w->rise_us < w->power_us + STAND_US/false/
watch-moves       |meter_watch.c  |s/is_pause || power_kw != was_kw/is_pause/
rules-dead        |rules.c        |s/<= dead_kw/<= 0/
rules-refill      |rules.c        |s/net < refill_kw ? net - refill_kw : 0/0/
rules-export      |rules.c        |s/kind == RULES_PEAK \&\& net > 0/kind == RULES_PEAK/
rules-unknown     |rules.c        |s/if (!isfinite(net))/if (false)/
peaks-old         |peaks.c        |s/if (p->of\[i\].month > month)/if (false)/
peaks-lower       |peaks.c        |s/ || kw > p->of\[i\].kw//
peaks-thirteen    |peaks.c        |s/month - PEAKS_MONTHS + 1/month - PEAKS_MONTHS/
peaks-eleven      |peaks.c        |s/month - PEAKS_MONTHS + 1/month - PEAKS_MONTHS + 2/
peaks-no-number   |peaks.c        |s/!isfinite(kw) || month <= 0/month <= 0/
peaks-read        |peaks.c        |s/place((int32_t)month) != i || !isfinite(kw)/!isfinite(kw)/
island-high       |guard_island.c |s/given > 0.9 \* high/given > 1.9 * high/
island-gap        |guard_island.c |s/since >= GUARD_ISLAND_GAP_S \* US_PER_S/true/
island-back       |guard_island.c |s/since >= GUARD_ISLAND_BACK_S \* US_PER_S/true/
island-empty      |guard_island.c |s/if (least < 5)/if (false)/
island-forming    |guard_island.c |s/if (!is_forming \&\& p/if (p/
island-held       |guard_island.c |s/ \&\& !isfinite(t->in->battery\[i\].held_kw)//
LIST
}

program() { # test
	(cd "$build" && eval "$MUTANT_CC -o '$dir/$1' 'tests/unit/$1-$1.o' '$dir/m.o' $MUTANT_LIBS") >"$dir/log" 2>&1 && return
	echo "$name: $1 does not link: $(head -n 3 "$dir/log")"
	return 1
}

run() { # name file sed; 0 killed, 1 survives, 2 not tried
	from=$src/scada/dispatch/$2
	sed "$3" "$from" >"$dir/$2" || return 2
	[ "$1" != none ] && cmp -s "$dir/$2" "$from" && { echo "$1: the sed changes nothing in $2; the list wants mending"; return 2; }
	(cd "$build" && eval "$MUTANT_CC -c -o '$dir/m.o' '$dir/$2'") >"$dir/log" 2>&1 || { echo "$1: does not compile: $(head -n 3 "$dir/log")"; return 2; }
	for test in t_share t_rules t_utility t_meter_watch t_demand t_demand_meter t_guard t_guard_limits; do
		program $test || return 2
		CHISAN_VALGRIND=1 "$dir/$test" >"$dir/log" 2>&1 && continue
		echo "$1: killed: $(grep -a -m1 -o 't_[a-z_]*\.c:[0-9]*:[EF]:.*' "$dir/log" | cut -c1-150)"
		return 0
	done
	program t_guard_plant || return 2
	for seed in 5 1 6 3 0 2 4 7; do # the ones with most to notice first
		CHISAN_GUARD_SEED=$seed CHISAN_GUARD_HOURS=${CHISAN_GUARD_HOURS:-6} CK_FORK=no "$dir/t_guard_plant" >"$dir/log" 2>&1 && continue
		echo "$1: killed: $(grep -a -m1 -o '[0-9]*: [a-z-]*, after.*' "$dir/log" | cut -c1-150)"
		return 0
	done
	echo "$1: SURVIVES"
	return 1
}

run none guard.c '' >"$dir/none" && { echo "without a mutant: $(cat "$dir/none")"; exit 1; }
killed=0 alive=0 faults=0
list >"$dir/list"
while IFS='|' read -r name file sed; do
	name=${name%% *} file=${file%% *}
	case " ${MUTANTS:-$name} " in *" $name "*) ;; *) continue ;; esac
	run "$name" "$file" "$sed"
	case $? in 0) killed=$((killed + 1)) ;; 1) alive=$((alive + 1)) ;; *) faults=$((faults + 1)) ;; esac
done <"$dir/list"
echo "$killed killed, $alive survive, $faults not tried"
[ $((alive + faults)) -eq 0 ]
