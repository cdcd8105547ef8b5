#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dispatch.sh - the guard on the simulated district, first without a planner, then with one: a site begins in manual; the batteries bring
# the receiving point to nothing; a killed chisand goes on in its mode; the utility's grid is lost and comes back; a plan is made, followed and
# outlives its maker; what is entered ahead is kept, and what an override would do is told; manual lets all go at once; what a person may not is
# refused.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=74
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/district.sh"
at_fail() { timeout 20 "$chisan" dispatch; }
# is EXPRESSION: of what `chisan dispatch --json` says, as d, in Python
is() { json_is "$1" dispatch; }
said() { "$chisan" journal --since 1d --kind dispatch 2>/dev/null | grep -qE "$1"; }
nothing='all(w["wanted"] is None for w in d["wants"])'
batteries='[w for w in d["wants"] if w["kind"] == "battery"]'

sed -i "s/rest_kw: 5}/rest_kw: 5, forecast_file: weather}/" "$site/site.yaml"
start_plant --start 2026-11-25T10:00:00+09:00
launch

# ---- it begins in manual, and watches
until_ 40 'the grid is there' is 'd["grid"] == "there" and d["power_kw"] is not None'
is "d['mode'] == 'manual' and d['acting'] == 'manual' and d['is_there'] and $nothing" || fail "it does not begin in manual"
is 'd["target_kw"] == 1450 and d["steps"] == 6 and len(d["wants"]) == 11' || fail "not the site's target, steps and outputs"

# ---- a mode: the batteries take what would go out, or give what would be drawn, as far as they can
"$chisan" mode economic >"$dir/out" 2>&1 && fail "a mode without a reason: $(cat "$dir/out")"
grep -q -- '--reason' "$dir/out" || fail "no word of the reason: $(cat "$dir/out")"
"$chisan" mode econmic --reason x >"$dir/out" 2>&1; [ $? = 2 ] || fail "a mode that is none"
"$chisan" mode demand-response --reason x >"$dir/out" 2>&1; [ $? = 2 ] || fail "demand response without its figures"
"$chisan" mode peak-cut --reason 'only looked at' --dry-run | grep -q '^DRY RUN, nothing was done: mode peak-cut would be set' || fail "dry run: $(cat "$dir/out")"
is 'd["mode"] == "manual"' || fail "a dry run has set it"
before=$(timeout 20 "$chisan" get GRID.RX.P --json | sed 's/.*"value":\([-0-9.e]*\).*/\1/')
"$chisan" mode economic --reason 'a test' | grep -q '^DONE, recorded as entry' || fail "economic"
until_ 90 "the receiving point goes from $before kW to nothing" is 'abs(d["power_kw"]) < 15'
until_ 20 'the batteries do what is wanted' is "all(abs(w['wanted'] - w['measured_kw']) < 8 for w in $batteries if w['wanted'] is not None)"
is "d['user'] == '$(id -un)' and d['reason'] == 'a test' and any(w['why'].startswith('surplus') for w in $batteries)" || fail "who and why"
until_ 10 'its mode is a point' sh -c "'$chisan' get CEMS.DISP_MODE --json | grep -q '\"value\":1[,.]'"
until_ 10 'the mode is in the journal' said 'a test.*mode manual -> mode economic'

# ---- a killed chisand goes on in its mode
kill -9 "$server"
wait "$server" 2>/dev/null
launch
until_ 60 'after kill -9: the same mode, and at work' is "d['mode'] == 'economic' and d['reason'] == 'a test' and any(w['wanted'] is not None for w in $batteries) and abs(d['power_kw']) < 30"

# ---- the utility's grid goes, and comes
"$plant" --ctl "$dir/ctl" grid lost | grep -q ok || fail "the plant keeps its grid"
until_ 40 'the loss is seen, and it works as an island' is 'd["grid"] == "lost" and d["acting"] == "island" and d["mode"] == "economic"'
until_ 10 'the loss is in the journal' said "the utility's grid is lost"
"$plant" --ctl "$dir/ctl" grid back | grep -q ok || fail "the plant's grid does not come back"
"$plant" --ctl "$dir/ctl" clear GRID | grep -q ok || fail "the plant's relays are not reset"

# ---- with a planner: a plan is made, followed through slot 3, and held when its maker dies
"$chisan" plan >"$dir/out" 2>&1; [ $? = 3 ] || fail "a plan before there is a planner: $(cat "$dir/out")"
close_52r() { "$chisan" set GRID.CB.52R_CMD 1 --reason 'the utility permits it' --yes --yes-typed GRID.CB.52R_CMD --yes-confirmed --emergency; }
until_ 120 '52R is closed, once relay 25 permits it' close_52r
until_ 40 'the grid is there again' is 'd["grid"] == "there"'
kill "$server"
wait "$server" || fail "chisand does not end well"
export CHISAN_LIBEXECDIR=$CHISAN_LIBEXECDIR:$top_builddir/scada/planner
# give VALUE [END]: a file of forecasts as another program writes it, 50 hours from now on; END: how the last line ends
give() {
	/usr/bin/python3 -c '
import sys, datetime
now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
rows = ["HALL.P,%s,%s" % ((now + datetime.timedelta(minutes=30 * i)).strftime("%Y-%m-%dT%H:%M:%SZ"), sys.argv[1]) for i in range(100)]
sys.stdout.write("point,time,value\n" + "\n".join(rows) + sys.argv[2])' "$1" "${2-
}" >"$dir/data/forecasts/.new" && mv "$dir/data/forecasts/.new" "$dir/data/forecasts/weather.csv"
}
# plan_is EXPRESSION: of what `chisan plan --json` says, as p, in Python
plan_is() {
	timeout 20 "$chisan" plan --json >"$dir/plan.json" 2>/dev/null &&
		/usr/bin/python3 -c 'import json, sys; p = json.load(open(sys.argv[1])); sys.exit(0 if eval(sys.argv[2]) else 1)' "$dir/plan.json" "$1"
}
give 512 || fail 'there is no folder for forecasts'
launch
until_ 90 'a plan is made, and followed' is "d['plan_made'] and d['mode'] == 'economic' and any(w['why'].startswith('plan: ') for w in d['wants'])"
timeout 20 "$chisan" plan --json >"$dir/plan.json" || fail "the plan is not told"
/usr/bin/python3 -c '
import json, sys
p = json.load(open(sys.argv[1]))
assert p["steps"] == 192 and p["step_s"] == 900 and p["unserved_kwh"] < 0.01, p["text"]
made = [a for a in p["assets"] if a["name"] in ("GRID", "STG", "GTC", "PV1", "PV2", "PV3", "ESS1", "ESS2", "ESS3")]
assert len(made) == 9 and all(len(a["kw"]) == 192 for a in p["assets"])
assert all(abs(x) <= 180.2 for a in made if a["name"].startswith("ESS") for x in a["kw"])
' "$dir/plan.json" || fail "the plan is none: $(cut -c 1-300 "$dir/plan.json")"
"$chisan" plan | grep -qE '^Time +price +GRID +STG' || fail "no table of the plan"
until_ 10 'it is in the journal' sh -c "'$chisan' journal --since 1d --kind plan | grep -q 'a plan was made'"
until_ 10 'what is planned is a point' sh -c "'$chisan' get PLAN.ESS1.P PLAN.ESS1.SOC --json | grep -q '\"point\":\"PLAN.ESS1.SOC\".*\"quality\":\"good\"'"
plan_is 'p["age_s"] < 60 and p["until"] and p["failing"] is None and p["solver"]["state"] in ("optimal", "cut")' || fail 'not its age and state'
plan_is 'p["forecasts"]["file"]["state"] == "fresh" and [s for s in p["forecasts"]["series"] if s["point"] == "HALL.P"][0]["given"] == "file"' ||
	fail 'the given forecast is not taken'
plan_is 'all(abs(x - 512) < 0.01 for a in p["assets"] if a["name"] == "HALL" for x in a["kw"])' || fail 'not what was given'

# ---- entered ahead: refused, kept, planned with; it outlives a kill. And what an override would do
"$chisan" schedule add out F2 --from now --until 6h --reason overhaul | grep -q '^DONE, recorded as entry .*entry 1: F2 out' || fail "a furnace is not entered"
"$chisan" schedule add steam F2 --steam 5 --from 1h --until 2h --reason x 2>"$dir/out"; [ $? = 5 ] || fail "an overlap"
grep -q 'overlaps with entry 1: F2 out' "$dir/out" || fail "the overlap is not named: $(cat "$dir/out")"
"$chisan" schedule add demand-response --kw 900 --from now --until 30m --reason 'event 12' | grep -q '^DONE' || fail "an event is not entered"
"$chisan" schedule add target --kw 1200 --from now --until 2h --reason 'heat wave' | grep -q '^DONE.*entry 3: target 1200 kW' || fail "a target is not entered"
until_ 10 'a target holds by itself' is "d['target_kw'] == 1200 and d['target_entry'] == 3"
"$chisan" dispatch | grep -q '^Target     1200 kW until .* by entry 3 of .*: heat wave' || fail "nobody says whose target it is: $("$chisan" dispatch)"
until_ 10 'an event begins by itself' is "d['acting'] == 'demand-response' and d['mode'] == 'economic'"
until_ 40 'a plan counts with both' sh -c "'$chisan' plan --json | grep -q 'schedule: 3 entries'"
until_ 10 'what each battery keeps is told' is "any(w['reserve_kwh'] is not None and w['reserve_why'] in (None, 'own', 'outage') for w in d['wants'])"
kill -9 "$server"
wait "$server" 2>/dev/null
launch
until_ 60 'after kill -9 event and target are kept' is "d['acting'] == 'demand-response' and d['mode'] == 'economic' and d['target_kw'] == 1200"
until_ 60 'a plan is made' is "d['plan_made']"
# the end of the event asks for a plan, which goes first: who waits is answered behind it, not sent away
"$chisan" set ESS1.P_SP 50 --preview --json >"$dir/preview.json" 2>"$dir/out" &
asking=$!
"$chisan" schedule end 2 --reason 'called off' | grep -q '^DONE' || fail "an event is not ended"
wait "$asking" || fail "what an override would do is not told: $(cat "$dir/out")"
/usr/bin/python3 -c '
import json, sys
p = json.load(open(sys.argv[1]))
assert p["preview"] and p["cost"]["with"] is not None and p["cost"]["without"] is not None and 0 <= p["lowest_soc_pct"]["with"] <= 100
' "$dir/preview.json" || fail "no figures: $(cat "$dir/preview.json")"
"$chisan" set HALL.SHED 1 --preview 2>"$dir/out"; [ $? = 3 ] || fail "a preview of what is not planned: $(cat "$dir/out")"
"$chisan" schedule end 2 --reason 'called off' 2>/dev/null; [ $? = 3 ] || fail "an entry is ended twice"
"$chisan" schedule end 3 --reason 'cool again' | grep -q '^DONE' || fail "a target is not ended"
until_ 10 'the standing target is back' is "d['target_kw'] == 1450 and d['target_entry'] is None"
until_ 10 'it is over at once' is "d['acting'] == 'economic'"
until_ 10 'it is in the journal' said 'demand response of the schedule is over, entry 2'
"$chisan" schedule --json | grep -q '"kind":"out","asset":"F2"' || fail "the other entry is gone: $("$chisan" schedule)"
until_ 90 'a plan is made again, and followed' is "d['plan_made'] and any(w['why'].startswith('plan: ') for w in d['wants'])"
give 51 '' # half written
planner=$(pgrep -P "$server" -x chisan-planner | head -n 1)
kill -9 "$planner"
until_ 20 'a killed planner is started again' sh -c "p=\$(pgrep -P $server -x chisan-planner | head -n 1); [ -n \"\$p\" ] && [ \"\$p\" != $planner ]"
is "d['plan_made'] and any(w['why'].startswith('plan: ') for w in d['wants'])" || fail "its plan is gone with it"
until_ 60 'a file that is half written is refused by the next' plan_is 'p["forecasts"]["file"]["state"] == "refused" and "weather.csv:101: the last line has no end" in p["forecasts"]["file"]["text"]'
until_ 10 'which is in the journal' sh -c "'$chisan' journal --since 1d --kind plan | grep -q 'forecasts from elsewhere, refused: weather.csv:101'"
until_ 60 'and plans again' sh -c "[ \"\$('$chisan' journal --since 1d --kind plan | grep -c 'a plan was made')\" -ge 2 ]"
planner=$(pgrep -P "$server" -x chisan-planner | head -n 1)
kill -STOP "$planner"
until_ 60 'a planner that hangs is ended and started again' sh -c "p=\$(pgrep -P $server -x chisan-planner | head -n 1); [ -n \"\$p\" ] && [ \"\$p\" != $planner ]"
until_ 10 'the journal says so' sh -c "'$chisan' journal --since 1d --kind plan | grep -q 'the planner did not answer and was ended'"

# ---- manual lets all go
"$chisan" mode manual | grep -q '^DONE' || fail "manual"
until_ 5 'manual: nothing is wanted' is "d['mode'] == 'manual' and d['acting'] == 'manual' and $nothing"
"$chisan" mode --target 1300 --reason 'winter' | grep -q '^DONE' || fail "target"
until_ 5 'another target' is 'd["target_kw"] == 1300'
grep -E 'sanitizer|runtime error' "$dir/chisand.log" && fail 'a sanitizer spoke'
echo 'ok: all'
