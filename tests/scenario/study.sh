#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# study.sh - chisan study as a person runs it: the shipped example, its trace, its JSON, and what is said of faults.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir/build}"
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/planner"
chisan=$top_builddir/console/chisan
example=$top_srcdir/layouts/musashino-study
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
	echo "FAIL: $*"
	failed=1
}
# study CODE OPTIONS...: runs it and wants that exit code
study() {
	want=$1
	shift
	"$chisan" study "$@" >"$work/out" 2>"$work/err"
	code=$?
	[ $code = "$want" ] || fail "chisan study $*: exit code $code, wanted $want: $(cat "$work/err")"
}
says() { grep -qF -- "$1" "$work/err" || fail "not said: $1; but: $(cat "$work/err")"; }
# figure KEY: a number of the JSON's top level
figure() { sed 's/"months".*//' "$work/out" | sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p"; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

# The example's file is what its generator prints.
if command -v python3 >/dev/null; then
	python3 "$top_srcdir/tests/data/make_musashino_year.py" "$top_srcdir/tests/data/year.csv" >"$work/year.csv" || fail "the generator"
	cmp "$work/year.csv" "$example/year.csv" || fail "layouts/musashino-study/year.csv is not what tests/data/make_musashino_year.py prints"
fi

# A week: planned it costs less than by rules or with nothing, and nothing is unserved.
week="--data $example/year.csv --from 2026-04-06 --to 2026-04-13 --json"
study 0 $week --policy none "$example"
none=$(figure total)
study 0 $week --policy rules "$example"
rules=$(figure total)
study 0 $week --trace "$work/trace.csv" --horizon 24h "$example"
plan=$(figure total)
less "$plan" "$none" || fail "planned $plan, nothing $none"
less "$plan" "$rules" || fail "planned $plan, rules $rules"
[ "$(figure unserved_kwh)" = 0 ] || fail "unserved: $(figure unserved_kwh)"
[ "$(figure steps)" = 168 ] || fail "steps: $(figure steps)"
[ "$(wc -l <"$work/trace.csv")" = 169 ] || fail "the trace has $(wc -l <"$work/trace.csv") lines"
head -n 1 "$work/trace.csv" | grep -q '^time,GRID.kw,GRID.reason,.*ESS1.kw,ESS1.kwh,ESS1.reason' || fail "the trace's first line"
# As many columns in each line, and the total is the sum of its rows and the month's demand charge.
awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' "$work/trace.csv" || fail "rows of the trace have other columns than its first"
sum=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "import") first = i; next } { for (i = first; i < NF - 3; i++) s += $i } END { printf "%.2f", s }' "$work/trace.csv")
demand=$(sed -n 's/.*"cost":{[^}]*"demand":\([-0-9.]*\).*/\1/p' "$work/out" | head -n 1)
awk -v a="$plan" -v b="$sum" -v c="$(sed 's/"months".*//' "$work/out" | sed -n 's/.*"demand":\([-0-9.]*\).*/\1/p')" \
	'BEGIN { d = a - b - c; exit !(d < 0.5 && d > -0.5) }' || fail "the trace adds up to $sum and demand $demand, the total is $plan"
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/out" || fail "that is no JSON"
fi

# Learned forecasts, for people.
study 0 --data "$example/year.csv" --from 2026-04-06 --to 2026-04-07 --forecast learned --replan 1h "$example"
grep -q '24 steps were settled anew' "$work/out" || fail "learned: $(tail -n 2 "$work/out")"
# What was foreseen elsewhere: the file itself is as good as knowing.
study 0 --data "$example/year.csv" --from 2026-04-06 --to 2026-04-07 --json "$example"
plan=$(figure total)
study 0 --data "$example/year.csv" --from 2026-04-06 --to 2026-04-07 --forecast "$example/year.csv" --json "$example"
awk -v a="$plan" -v b="$(figure total)" 'BEGIN { d = a - b; exit !(d < 100 && d > -100) }' || fail "foreseen by its own file: $(figure total), known: $plan"

# The guard within the steps: it tells what it did, and its trace and JSON have it; half of the hours' target cannot be kept without shedding.
day="--data $example/year.csv --from 2026-09-18 --to 2026-09-19 --policy rules"
study 0 $day --json "$example"
grep -q '"guard"' "$work/out" && fail "a guard that nobody asked for"
total=$(figure total)
study 0 $day --guard 1m --target 500 --trace "$work/trace.csv" --json "$example"
less "$total" "$(figure total)" || fail "loads were shed for nothing: $(figure total), without $total"
grep -q '"guard":{"mode":"economic","tick_s":60,"target_kw":500,"half_hours":48,"with":{"above_target":' "$work/out" || fail "the guard's JSON: $(cat "$work/out")"
head -n 1 "$work/trace.csv" | grep -q ',demand_kw,limited_s,shed_kwh,without_kw$' || fail "the guard's trace: $(head -n 1 "$work/trace.csv")"
awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' "$work/trace.csv" || fail "rows of the guard's trace have other columns than its first"
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; g = json.load(open(sys.argv[1]))["guard"]; w = g["without"]; assert g["with"]["above_target"] < w["above_target"] and sum(s["kwh"] for s in g["shed"]) > 0' \
		"$work/out" || fail "the guard did nothing: $(cat "$work/out")"
fi
study 0 $day --guard 1m --guard-mode peak-cut "$example"
grep -q '^Guard, mode peak-cut, ticks of 1m, demand target 1450.0 kW$' "$work/out" || fail "the guard's page: $(cat "$work/out")"

# What was filed is ignored: no imbalance in the total, and what it would have been beside it.
study 0 --data "$example/year.csv" --from 2026-04-06 --to 2026-04-07 --policy none --filed ignored --json "$example"
[ "$(figure imbalance)" = 0 ] || fail "filed ignored, and imbalance $(figure imbalance)"
awk -v a="$(figure imbalance_beside)" 'BEGIN { exit !(a > 100 || a < -100) }' || fail "imbalance beside: $(figure imbalance_beside)"

# Faults: where, what, and nothing is run.
study 1 --data "$work/nothing.csv" "$example"
says 'cannot open'
sed '1s/gym_kw/gim_kw/' "$example/year.csv" >"$work/bad.csv"
study 1 --data "$work/bad.csv" "$example"
says "bad.csv:1:1: there is no column \"gym_kw\", which the site file wants as load_kw of GYM; did you mean gim_kw?"
sed '7s/,/;/' "$example/year.csv" >"$work/bad.csv"
study 1 --data "$work/bad.csv" "$example"
says 'bad.csv:7:1: 15 columns and the first line has 16'
sed '9d' "$example/year.csv" >"$work/bad.csv"
study 1 --data "$work/bad.csv" "$example"
says 'bad.csv:9:1: "8" is not one step after the row before'
[ ! -s "$work/out" ] || fail "something was printed beside the fault"
study 2 --data "$example/year.csv" --policy clever "$example"
says '--policy is "clever"; plan, rules or none would be right'
study 2 --data "$example/year.csv" --filed maybe "$example"
says '--filed is "maybe"; kept or ignored would be right'
study 1 $day --guard 1m --filed ignored "$example"
says '--filed ignored is of studies without the guard, which keeps to what was filed; no --guard would be right'
study 2 --data "$example/year.csv" --horizon 2 "$example"
says '--horizon is "2"; a duration as 15m, 1h or 48h would be right'
study 2 --data "$example/year.csv" --from yesterday "$example"
says '--from is "yesterday"'
study 2 "$example"
says '--data is missing'
for bad in 0s 7m 10m 1500ms soon; do
	study 2 --data "$example/year.csv" --guard $bad "$example"
	says "--guard is \"$bad\"; 1s to 5m, of which half an hour is a multiple, as 10s or 1m, would be right"
done
study 2 --data "$example/year.csv" --guard 1m --guard-mode island "$example"
says '--guard-mode is "island"; economic, plan-following or peak-cut would be right'
study 2 --data "$example/year.csv" --guard 1m --target=-5 "$example"
says '--target KW -5 is not understood: another demand target, 0 to 1e6'
"$top_builddir/scada/planner/chisan-study" --data "$example/year.csv" --guard 1m --target much "$example" 2>"$work/err" && fail "a target of much"
says '--target is "much"; 0 to 1e6 kW would be right'
study 2 --data "$example/year.csv" --guard-mode peak-cut "$example"
says '--guard-mode is for the guard; --guard 1m beside it would be right'
study 1 --data "$example/year.csv" --from 2026-05-01 --to 2026-05-01 "$example"
says 'leave no step of the file'
study 1 --data "$example/year.csv" "$work"
[ $failed = 0 ] && echo "study: all is as it should be"
exit $failed
