#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# wheel.sh - self-wheeling on the simulated district: a plan is made from the plan of dispatch, changed, filed, answered; its file is written and
# comes back as a draft; what cannot be is refused with a sentence; prices are read; a killed chisand has all of it; reports close the day.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=75
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/district.sh"
[ -x "$top_builddir/scada/planner/chisan-planner" ] || { echo 'skipped: no chisan-planner'; exit 77; }
export CHISAN_LIBEXECDIR=$helpers:$top_builddir/scada/planner
at_fail() { timeout 20 "$chisan" wheel show tomorrow | head -12; }
# is DAY EXPRESSION: of what `chisan wheel show DAY --json` says, as d, in Python
is() { json_is "$2" wheel show "$1"; }
must() { "$chisan" wheel "$@" >"$dir/out" 2>&1 && grep -q '^DONE' "$dir/out" || fail "wheel $*: $(cat "$dir/out")"; }
# refused CODE SAYS ARGUMENTS...
refused() {
	local code=$1 says=$2
	shift 2
	"$chisan" wheel "$@" >"$dir/out" 2>&1
	local got=$?
	[ $got = "$code" ] && grep -qE "$says" "$dir/out" || fail "wheel $*: exit $got, not $code; $(cat "$dir/out")"
}
sed -i 's/^  make_at: .*/  make_at: 00:00/' "$site/site.yaml"
# Gates close by the clock: the district lives where it is between ten and eleven in the morning.
east=$(((34 - $(date -u +%-H)) % 24))
[ $east -le 12 ] || east=$((east - 24))
sed -i "s|^timezone: .*|timezone: Etc/GMT$(printf '%+d' $((-east)))|" "$site/site.yaml"
start_plant
launch

# ---- a draft from the plan of dispatch, changed, filed, accepted
until_ 40 'a day is told' is tomorrow 'len(d["slots"]) == 48 and d["draft"] is None and d["latest"] is None'
refused 3 'there is no draft' file tomorrow
until_ 60 'a draft is made' sh -c "'$chisan' wheel make tomorrow | grep -q '48 of 48 slots'"
is tomorrow 'd["draft"] is not None and all(s["changed"] and s["standing"] == "none" for s in d["slots"])' || fail 'a draft'
is tomorrow 'all(len(s["parts"]) == 18 and s["generation"]["plan"] >= 0 for s in d["slots"])' || fail 'all schools are planned'
must set tomorrow 17-20 320 --reason 'furnace 1 is out'
must set tomorrow 17 30 SCH04 --reason 'an event'
refused 2 'reason' set tomorrow 17 30
refused 3 'there is no part SCH99' set tomorrow 17 30 SCH99 --reason x
refused 5 'may not be changed any more: its gate closed' set today 1 30 --reason x
refused 2 'is no day' make 2026-13-01
must file tomorrow
is tomorrow 'd["draft"] is None and d["latest"] == 1 and d["in_force"] is None and d["versions"][0]["answer"] == "pending"' || fail 'filed'
must accept tomorrow
is tomorrow 'd["in_force"] == 1 and d["slots"][16]["generation"]["in_force"] == 320 and d["slots"][16]["parts"]["SCH04"] == 30' || fail 'accepted'
refused 5 'accepted already' reject tomorrow --reason late
day=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["date"])' "$dir/d.json")
[ "$(grep -c "^$day," "$dir/data/wheel/wheel_${day}_v001.csv")" = 48 ] || fail "the plan file is not in the data folder: $(ls "$dir/data/wheel")"

# ---- its file, there and back
"$chisan" wheel export "$day" -o "$dir/plan.csv" >/dev/null || fail 'export'
refused 5 'is there' export "$day" -o "$dir/plan.csv"
sed -i 's/,320\.000,/,300.000,/' "$dir/plan.csv"
must import "$day" "$dir/plan.csv"
is "$day" 'd["draft"] is not None and d["slots"][16]["generation"]["plan"] == 300 and d["slots"][16]["generation"]["in_force"] == 320' || fail 'imported'
sed 's/,300\.000,/,many,/' "$dir/plan.csv" >"$dir/bad.csv"
refused 5 'bad.csv:18: generation_kwh is "many"' import "$day" "$dir/bad.csv"
must drop "$day" --reason 'not needed'

# ---- prices
printf 'date,slot,price,kind,published_at\n%s,17,18.5,preliminary,2026-11-01T09:00:00+09:00\n' "$day" >"$dir/prices.csv"
must prices "$dir/prices.csv"
is "$day" 'd["slots"][16]["price"] == 18.5 and d["slots"][16]["price_kind"] == "preliminary" and d["slots"][17]["price_kind"] == "expected"' || fail 'prices'

# the file that the site file names is read by itself, when chisand begins and within a minute of its change
printf 'date,slot,price,kind,published_at\n%s,18,21.25,final,2026-11-01T09:00:00+09:00\n' "$day" >"$dir/data/wheel/prices.csv"

# ---- figures and alarms are there, and a killed chisand has all of it
until_ 20 'what is found is a point' sh -c "'$chisan' get WHEEL.FLAGS --json | grep -q '\"value\":[0-9]'"
must set "$day" 20 310 --reason 'a last word'
kill -9 "$server"
wait "$server" 2>/dev/null
launch
until_ 60 'after kill -9: version, draft, prices' is "$day" 'd["in_force"] == 1 and d["draft"] is not None and d["slots"][19]["generation"]["plan"] == 310 and d["slots"][16]["price"] == 18.5'
until_ 20 'the file of prices was read' is "$day" 'd["slots"][17]["price"] == 21.25 and d["slots"][17]["price_kind"] == "final"'
until_ 20 'the journal has who did it' sh -c "'$chisan' journal --since 1d --kind wheel | grep -q 'furnace 1 is out.*draft: slots 17 to 20 of generation 320.000 kWh'"

# ---- reports close a day
is today 'True' || fail 'today'
day=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["date"])' "$dir/d.json")
printf 'date,slot,of,kwh,source\n%s,3,generation,12.5,utility\n' "$day" >"$dir/meter.csv"
refused 2 'reason' actual "$day" "$dir/meter.csv"
must actual "$day" "$dir/meter.csv" --reason 'list of the utility'
is "$day" 'd["slots"][2]["generation"]["actual"] == 12.5 and d["slots"][2]["generation"]["metered"] and not d["slots"][1]["generation"]["metered"]' || fail 'metered'
sed 's/,12.5,/,-1,/' "$dir/meter.csv" >"$dir/bad.csv"
refused 5 'bad.csv:2:25: kwh is "-1"' actual "$day" "$dir/bad.csv" --reason x
"$chisan" report wheel "$day" --now >"$dir/out" 2>&1 || fail "report wheel: $(cat "$dir/out")"
grep -q 'list of the utility' "$dir/out" && grep -qE '^01:00 .*(utility|託送)' "$dir/out" || fail "no entry in the report: $(head -30 "$dir/out")"
grep -q 'SCH04 第四中学校\|SCH04 4th junior' "$dir/out" || fail "no school in the report: $(head -30 "$dir/out")"
"$chisan" report imbalance "${day%-*}" --now --csv >"$dir/out" 2>&1 || fail "report imbalance: $(cat "$dir/out")"
echo 'ok: reports'
