#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clock_steps.sh - the clock of the server is set while all programs run, by an hour and by a year, both ways, and is wrong from the
# start (1970, 2036): values by hand stay, what was recorded stays as it was, recording goes on at its pace, the journal says so.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=58
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
is_sanitized && { echo "SKIP: libfaketime and sanitizers do not go together"; exit 77; }
faker=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
[ -n "$faker" ] || { echo "SKIP: no libfaketime (package faketime)"; exit 77; }

# The helpers inherit it. Their sandbox would not let them read the file that says what time it is.
before="env LD_PRELOAD=$faker FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
	FAKETIME_DISABLE_SHM=1 CHISAN_SANDBOX=off"
offset=0
set_clock() { # SECONDS from the true one
	offset=$1
	printf '%+d\n' "$1" >"$work/clock.new" && mv "$work/clock.new" "$work/clock"
}
server_time() { date -u -d "@$(($(date +%s) + offset + ${1:-0}))" +%Y-%m-%dT%H:%M:%SZ; }
# The sample before --since, which stood at that time, comes too: it is not asked for.
samples() {
	timeout 60 "$chisan" trend "$1" --since "$2" --until "$3" --samples --json 2>"$work/err" | awk -F'"' -v from="${2%Z}" '$10 >= from'
}
# What was recorded before all steps is there to the bit; where the clock went through the same seconds again, there may be more.
is_as_it_was() {
	samples M.A "$began" "$mark" >"$work/again"
	[ -s "$work/first" ] && ! comm -23 <(sort "$work/first") <(sort "$work/again") | grep . && { [ -n "${again-}" ] || cmp -s "$work/first" "$work/again"; }
}
count_from() { samples M.A "$1" "$(server_time 5)" | grep -c '"t":'; }
has_from() { [ "$(count_from "$1")" -ge "$2" ]; }
# Polls are the measure of time here, for they go by the clock that nobody sets: one is due every $poll ms, and M.A counts them.
poll=200
polled() { local n; n=$(value_of M.A); echo "${n%.*}"; }
has_polled() { [ "$(polled)" -ge "$1" ]; }
polls() { # N: waits for so many, prints the ms that they took
	local at code
	at=$(milliseconds)
	until_true 20 has_polled $(($(polled) + $1))
	code=$?
	echo $(($(milliseconds) - at))
	return $code
}
rows() { sqlite3 -readonly "$data/store/chisan.db" "$1" 2>/dev/null; }

year=$((365 * 86400))
set_clock 0
start
until_true 10 value_is M.B 7 good || fail "no live value"
began=$(server_time)
ask 0 manual M.B 123 --reason 'for two hours' --for 2h
ask 0 manual M.C 55 --reason 'until somebody ends it'
check "samples are recorded" until_true 15 has_from "$began" 8
mark=$(server_time)
check "up to the mark" until_true 15 has_from "$mark" 1
samples M.A "$began" "$mark" >"$work/first"
grep -q '"value":' "$work/first" || fail "nothing was recorded before the first step"

has_step() { [ "$(entries_of "system clock was set $1")" -gt "$2" ]; }
# step NAME SECONDS WAY: the clock is set; all must go on as if nothing was
step() {
	local name=$1 seconds=$2 way=$3 from before after n0 steps
	steps=$(entries_of "system clock was set $way")
	before=$(polls 5) || fail "$name: no polls before it"
	set_clock "$seconds"
	from=$(server_time)
	after=$(polls 8) || fail "$name: no polls after it"
	# neither a burst nor a pause
	[ "$after" -ge $((8 * poll / 2)) ] && [ "$after" -le $((3 * before * 8 / 5 + 1000)) ] &&
		pass "$name: polls go on at their pace (5 in $before ms, then 8 in $after ms)" || fail "$name: 5 polls in $before ms, then 8 in $after ms"
	until_true 10 has_step "$way" "$steps"
	[ "$(entries_of "system clock was set $way")" = $((steps + 1)) ] && pass "$name: the journal says so, once" || fail "$name: no entry, or several"
	check "$name: recording goes on" until_true 15 has_from "$from" 8
	marked M.B '"value":123[,.].*substituted' && marked M.C '"value":55[,.].*substituted' && pass "$name: values by hand stay" || fail "$name: a value by hand went"
	check "$name: what was recorded stays as it was" is_as_it_was
	check "$name: the store is well" until_true 10 value_is SYS.STORE 0 good
	# a tenth of a second a poll is the most that can be: a burst would be more
	n0=$(count_from "$from")
	[ -n "${again-}" ] || [ "$n0" -le $((($(date +%s) + offset - $(date -u -d "$from" +%s) + 3) * 6)) ] || fail "$name: $n0 samples in so short a time"
	ask 0 trend M.A --since "$from" --until "$(server_time 2)" --buckets 10 --json
	ask 0 report daily --now --json
	ask 0 note "after $name"
	is_whole && pass "$name: the chain is whole"
}
step "an hour forward" 3600 forward
step "an hour back" 0 back
step "an hour back from the true time" -3600 back
step "the true time again" 0 forward
step "a year forward" $year forward
step "a year back" 0 back
again=yes
step "back into what is recorded" $(($(date -u -d "$began" +%s) - $(date +%s) - 2)) back
step "the true time once more" 0 forward

# order is that of the sequence, whatever the times say
"$chisan" journal --json -n 100000 2>/dev/null | grep -o '"seq":[0-9]*' | cut -d: -f2 >"$work/seqs"
sort -n -u "$work/seqs" | cmp -s - "$work/seqs" && pass "the journal is in order of its sequence" || fail "sequences: $(tr '\n' ' ' <"$work/seqs")"

# a kill: all of it is read back from a tail and chunks in which time goes to and fro
kill -9 "$server" $(pgrep -P "$server"); wait "$server" 2>/dev/null; server=''
start
until_true 15 marked M.B '"value":123[,.].*substituted' && pass "values by hand come back" || fail "M.B after the restart"
check "after a kill what was recorded is as it was" is_as_it_was
from=$(server_time)
check "and recording goes on" until_true 15 has_from "$from" 5
is_whole
stop
[ "$(rows 'PRAGMA integrity_check')" = ok ] || fail "the database: $(rows 'PRAGMA integrity_check')"
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"

# the clock is dead at the start; a value by hand with an end does not end, and the clock comes right while all runs
dead() { # NAME OFFSET WARNED
	local from
	set_clock "$2"
	: >"$work/log"
	start
	until_true 15 value_is M.A '[0-9]*' good || fail "$1: no live values"
	[ "$3" = no ] || { logged 'system clock is wrong' && pass "$1: said at the start" || fail "$1: not said at the start"; }
	check "$1: the store takes it" until_true 10 value_is SYS.STORE 0 good
	until_true 10 marked M.C '"value":55[,.].*substituted' && pass "$1: the value by hand is there" || fail "$1: M.C"
	[ "$3" = no ] || { marked M.B '"value":123[,.].*substituted' && pass "$1: nor does one with an end end" || fail "$1: M.B"; }
	ask 0 note "written in $1"
	polls 8 >/dev/null || fail "$1: no polls"
	from=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	set_clock 0
	until_true 10 logged 'system clock was set' && pass "$1: the clock comes right" || fail "$1: the step was not seen"
	check "$1: recording goes on at the right time" until_true 20 has_from "$from" 8
	[ "$3" = no ] || { marked M.B '"value":123[,.].*substituted' && pass "$1: the end is still to come" || fail "$1: M.B ended"; }
	until_true 10 journalled "written in $1" || fail "$1: the note is not in the journal"
	check "$1: what was recorded stays as it was" is_as_it_was
	ask 0 trend M.A --since "$from" --until "$(server_time 2)" --buckets 10 --json
	ask 0 report daily --now
	is_whole && pass "$1: the chain is whole"
	stop
}
dead 1970 -$(date +%s) yes
dead 2036 $((10 * year)) no

# a first start with a dead clock, and nothing there yet
data=$work/fresh
set_clock -$(date +%s)
: >"$work/log"
start
until_true 10 value_is M.A '[0-9]*' good || fail "fresh in 1970: no values"
check "fresh in 1970: the store takes it" until_true 10 value_is SYS.STORE 0 good
ask 0 manual M.C 77 --reason 'in 1970'
polls 12 >/dev/null || fail "fresh in 1970: no polls"
from=$(date -u +%Y-%m-%dT%H:%M:%SZ)
set_clock 0
check "fresh in 1970: recording goes on when the clock is right" until_true 20 has_from "$from" 8
marked M.C '"value":77[,.].*substituted' || fail "fresh in 1970: M.C"
is_whole
stop
start
until_true 15 marked M.C '"value":77[,.].*substituted' && pass "fresh in 1970: the value by hand comes back" || fail "fresh in 1970: M.C after a restart"
from2=$(server_time)
check "fresh in 1970: and recording goes on" until_true 15 has_from "$from2" 5
has_from "$from" 8 || fail "fresh in 1970: samples are gone after a restart"
stop
[ $failures = 0 ]
