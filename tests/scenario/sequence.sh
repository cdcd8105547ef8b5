#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sequence.sh - the black start of the simulated district, walked through to its end: the turbine trips and the utility's grid is lost, the plant
# does what the operator commands; a step is refused while its check is false, is not yet long enough true, or is dangerous and not typed; chisand
# is killed in the middle and goes on at the same step. Nothing is written to the field but by the operator's own commands. Then the way back
# to the grid, which 52R does not find by itself.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=78
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/district.sh"
name=black-start
at_fail() {
	cat "$dir/out" 2>/dev/null
	timeout 20 "$chisan" sequence $name
}
# is EXPRESSION: of what `chisan sequence NAME --json` says, as d, in Python
is() { json_is "$1" sequence $name; }
value_is() { timeout 20 "$chisan" get "$1" --json 2>/dev/null | grep -qE "\"value\":$2[,.].*\"quality\":\"good\""; }
said() { timeout 20 "$chisan" journal --since 1d --kind sequence 2>/dev/null | grep -qE "$1"; }
sequence() { timeout 30 "$chisan" sequence $name "$@" >"$dir/out" 2>&1; }
refused() { # CODE WORDS ACT...: ends with this code, and says this
	local code=$1 words=$2
	shift 2
	sequence "$@"
	local got=$?
	[ $got = "$code" ] || fail "$*: ended with $got, not $code"
	grep -qE -e "$words" "$dir/out" || fail "$*: no word of: $words"
	echo "ok: refused: $(head -c 150 "$dir/out")"
}
# step N: waits until its check is true, then confirms it
step() {
	local n=$1
	shift
	until_ 120 "step $n may be confirmed" is "d['now'] == $n and d['steps'][$n - 1]['verdict'] in ('true', 'none')"
	sequence confirm --step "$n" "$@" || fail "step $n"
	grep -qE '^DONE, (recorded as entry|NOT YET RECORDED)' "$dir/out" || fail "step $n" # a starved store comes later
}
command_() { # POINT VALUE: a command of the operator, carried out
	timeout 120 "$chisan" set "$1" "$2" --reason "$name" --yes --yes-typed "$1" --yes-confirmed --timeout 100s >"$dir/out" 2>&1 ||
		fail "$1 $2"
}
ctl() { "$plant" --ctl "$dir/ctl" "$@" | grep -q ok || fail "the plant: $*"; }

# the dead bus has to hold for longer, so that it is refused before also on a slow machine
sed -i "s/wait: 10s/wait: 20s/; s/wait: 5m/wait: 12s/; s/wait: 30s/wait: 5s/" "$site/site.yaml"
# a quiet night, so that the gas turbine alone carries the block; a minute of it in three seconds
start_plant --speed 20 --start 2026-11-25T23:30:00+09:00
launch

# ---- nothing is under way
until_ 40 'the sequence is there' is 'd["state"] == "idle" and len(d["steps"]) == 14'
until_ 40 'the line is live' value_is GRID.LINE.V '6[0-9]'
refused 5 'is not under way' confirm
refused 2 '--reason' begin
refused 2 'nothing that can be done' finish
timeout 20 "$chisan" sequence no-such >"$dir/out" 2>&1
[ $? = 3 ] || fail 'a sequence that there is not'

# ---- begun too early: the first check is false, and so it stays
sequence begin --reason 'grid lost' || fail begin
until_ 10 'it is under way' is 'd["state"] == "running" and d["now"] == 1 and d["reason"] == "grid lost"'
refused 5 'step 1 is not so; needed: less than 10 kV.*read: GRID.LINE.V 6[0-9.]+ kV' confirm
refused 5 'under way already' begin --reason again
refused 5 'may not be skipped' skip --reason 'in a hurry'

# ---- the turbine trips, the grid is lost: the bus dies
ctl trip STG
ctl grid lost
step 1
refused 5 'step 2 is the current one, you meant step 1' confirm --step 1
step 2
refused 5 'no inhibit tag is on GRID.CB.52R_CMD' confirm
timeout 20 "$chisan" tag GRID.CB.52R_CMD inhibit --text 'black start: do not close' >"$dir/out" 2>&1 || fail tag
step 3
until_ 60 'the bus is dead' is 'd["steps"][3]["verdict"] == "waiting"'
refused 5 'has been so for [0-9]+ s, and is to be so for 20 s' confirm

# ---- chisand is killed in the middle, and goes on where it was
kill -9 "$server"
wait "$server" 2>/dev/null
launch
until_ 60 'after kill -9: the same step, with who did those before' \
	is "d['state'] == 'running' and d['now'] == 4 and d['steps'][2]['mark'] == 'confirmed' and d['steps'][2]['user'] == '$(id -un)'"
until_ 60 'after kill -9: what it reads is good again' is 'all(i["quality"] == "good" for i in d["steps"][3]["inputs"])'
step 4

# ---- the feeders are opened, the gas turbine is started on the dead bus
refused 5 'step 5 is not so' confirm
command_ GRID.CB.52F_HALL_CMD 0
command_ GRID.CB.52F_GYM_CMD 0
step 5
step 6
refused 2 'dangerous: --yes-typed black-start' confirm
refused 5 'step 7 is not so.*GTC.STATE ready' confirm --yes-typed black-start
command_ GTC.START 1
step 7 --yes-typed black-start
step 8

# ---- supply: hall, gymnasium, the others, the furnace; the turbine stays tripped
refused 5 'step 9 is not so' confirm
command_ GRID.CB.52F_HALL_CMD 1
step 9
command_ GRID.CB.52F_GYM_CMD 1
step 10
step 11
step 12
refused 5 'step 13 is not so.*WTE.STG.TRIP TRIPPED' confirm
refused 2 '--reason' skip
sequence skip --step 13 --reason 'its trip is being looked into' || fail skip
step 14 --reason 'held for a minute'
is 'd["state"] == "done" and d["now"] is None and d["steps"][12]["mark"] == "skipped"' || fail 'not at its end'
echo 'ok: the end'
value_is GTC.STATE 5 && value_is GRID.CB.52R 0 || fail 'the block does not stand'

# ---- the journal has who, and what was read; nothing was commanded by the sequence
until_ 10 'what was read stands in the journal' said 'confirmed: step 7 of 14.*GTC.STATE running'
said 'skipped: step 13 of 14.*its trip is being looked into' || fail 'the skipped step'
said 'refused: step 1 is not so' || fail 'the refusal'
n=$(timeout 20 "$chisan" journal --since 1d --kind command --json 2>/dev/null | grep -c '"kind":"command"')
[ "$n" = 5 ] || fail "$n commands in the journal, and five were given"
timeout 60 "$chisan" journal verify >/dev/null || fail 'the chain of the journal'

# ---- once more, and aborted; what is no longer so is said
sequence begin --reason 'a second time' || fail begin
step 1
step 2
is 'd["steps"][1]["no_longer_so"] is False' || fail 'step 2 holds'
ctl set GRID.CB.52R 1
until_ 20 'step 2 is no longer so, and stays confirmed' is 'd["steps"][1]["no_longer_so"] and d["steps"][1]["mark"] == "confirmed" and d["now"] == 3'
ctl clear GRID.CB.52R
until_ 20 'it is so again' is 'not d["steps"][1]["no_longer_so"]'
refused 2 '--reason' abort
sequence abort --reason 'only a test' || fail abort
is 'd["state"] == "aborted" and d["end_reason"] == "only a test"' || fail 'not aborted'
until_ 10 'that stands in the journal too' said 'black-start: no longer so: step 2 of 14: .*52R.*read: GRID.CB.52R closed'
said 'black-start: so again: step 2 of 14' || fail 'that it is so again'

# ---- the utility is back: 52R stays open, and is not closed before the relays are reset, the tags are off and the line has been live
name=back-to-grid
sequence begin --reason 'the utility called' || fail "$name: begin"
refused 5 'step 1 is not so' confirm
ctl grid back
until_ 20 'the line is live' is 'd["steps"][0]["verdict"] == "waiting"'
timeout 20 "$chisan" set GRID.CB.52R_CMD 1 --reason early --yes --yes-typed GRID.CB.52R_CMD --yes-confirmed --emergency >"$dir/out" 2>&1 && fail '52R is closed through a tag'
grep -q 'tag' "$dir/out" || fail "no word of the tag"
step 1
step 2 --reason 'load dispatcher, by telephone'
refused 5 'step 3 is not so.*GRID.RY.27' confirm
value_is GRID.CB.52R 0 || fail '52R has closed by itself'
ctl clear GRID
step 3
for tag in $(timeout 20 "$chisan" tags --json | grep -o '"tag":[0-9]*' | cut -d: -f2); do
	timeout 20 "$chisan" untag "$tag" --reason 'back to the grid' >"$dir/out" 2>&1 || fail "tag $tag"
done
step 4
refused 2 'dangerous: --yes-typed back-to-grid' confirm
refused 5 'step 5 is not so' confirm --yes-typed back-to-grid
until_ 120 'relay 25 permits it' value_is GRID.RY.25 1
for _ in 1 2 3 4 5; do # the moment is the relay's: in a swing it waits for the next
	timeout 60 "$chisan" set GRID.CB.52R_CMD 1 --reason "$name" --yes --yes-typed GRID.CB.52R_CMD --yes-confirmed --emergency >"$dir/out" 2>&1 && break
	sleep 1
done
until_ 20 '52R is closed' value_is GRID.CB.52R 1
step 5 --yes-typed back-to-grid
step 6
is 'd["state"] == "done"' || fail 'not back on the grid'
grep -E 'sanitizer|runtime error' "$dir/chisand.log" && fail 'a sanitizer spoke'
echo 'ok: all'
