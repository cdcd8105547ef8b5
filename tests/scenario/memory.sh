#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# memory.sh - chisand with its store: what is recorded, what is held over kills and reloads, and acts while the store is away.
set -u

chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
for program in "$chisand" "$chisan" "$top_builddir/scada/site/chisan-site" "$top_builddir/drivers/chisan-field" \
	"$top_builddir/scada/store/chisan-store"; do
	[ -x "$program" ] || { echo "SKIP: $program is not built"; exit 77; }
done
command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }

work=$(mktemp -d) || exit 1
socket=$work/run/s.sock
address=127.46.$(($$ / 250 % 250)).$(($$ % 250 + 1))
server=; meter=; follower=
finish() {
	for pid in $server $follower $meter; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
pass() { echo "ok: $*"; }
. "$top_srcdir/tests/until.sh"
value_is() { "$chisan" -s "$socket" get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.].*\"quality\":\"$3\""; }
marked() { "$chisan" -s "$socket" get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.].*$3"; }
is_blocked() { "$chisan" -s "$socket" get "$1" --json 2>/dev/null | grep -q blocked; }
logged() { grep -q -- "$1" "$work/log"; }
ask() { python3 "$top_srcdir/tests/scenario/ask.py" "$socket" "$@" 2>&1; }
told() { grep -qE -- "$1" "$work/told"; }
store_pid() { pgrep -P "$server" -f 'chisan-store -d'; }
new_store() { [ -n "$(store_pid)" ] && [ "$(store_pid)" != "$1" ]; }
requests() { "$chisan" -s "$socket" links --json 2>/dev/null | grep -o "\"device\":\"$1\"[^}]*" | grep -o '"requests":[0-9]*' | cut -d: -f2; }
asks_again() { [ "$(requests M1)" != "$1" ]; }
m2_has() { [ "$(requests M2)" -ge "$1" ]; }
# scans N: so many of another device of the same period, which is the clock for what must not happen
scans() { until_true 20 m2_has $(($(requests M2) + $1)) || fail "the other device is not asked"; }
start() {
	"$chisand" -v -f "$work/site" -d "$work/data" -s "$socket" > "$work/log" 2>&1 & server=$!
	until_true 10 test -S "$socket"
}
follow() {
	: > "$work/told"
	ask follow "$work/told" > /dev/null & follower=$!
	until_true 10 told '^health' || fail "the follower is not told how the store is"
}

mkdir -p "$work/site" "$work/run"
chmod 0750 "$work/run"
write_site() { # write_site NAME-OF-A
cat > "$work/site/site.yaml" <<SITE
site: Memory
timezone: UTC
devices:
  - {name: M1, profile: meter, link: "modbus-tcp://$address:15502/1", poll: 200ms}
  - {name: M2, profile: meter, link: "modbus-tcp://$address:15502/2", poll: 200ms}
  - {name: SYS, profile: own}
calculations:
  - {tag: SUM.X, kind: analog, expression: M1.A + M1.B, decimals: 0}
SITE
}
write_site
cat > "$work/site/meter.yaml" <<SITE
profile: meter
protocol: modbus
points:
  - {tag: A, kind: analog, read: {table: holding, address: 1, type: u16}, decimals: 0, unit: kW, range: [0, 1000]}
  - {tag: B, kind: analog, read: {table: holding, address: 2, type: u16}, decimals: 0}
SITE
cat > "$work/site/own.yaml" <<SITE
profile: own
protocol: internal
points:
  - {tag: STORE, kind: digital, read: {internal: store-state}, states: {0: well, 1: slow, 2: full, 3: failing, 4: read-only, 5: renewed, 6: meddled, 7: absent}}
  - {tag: FREE, kind: analog, read: {internal: disk-free}, unit: "%", decimals: 1}
  - {tag: JWAIT, kind: analog, read: {internal: journal-waiting}, decimals: 0}
SITE

python3 "$top_srcdir/tests/scenario/meter.py" "$address" 15502 > "$work/meter" 2>&1 & meter=$!
until_true 10 grep -q ready "$work/meter" || { cat "$work/meter"; echo "SKIP: the test's own device does not listen"; exit 77; }

# 1 the start: the store is ready, its figures are points
start
until_true 10 value_is M1.A 101 good && pass "first value is live" || { fail "no live value"; cat "$work/log"; exit 1; }
logged "the store is ready" && pass "the store was ready before the field" || { fail "the store is not ready"; cat "$work/log"; }
until_true 5 value_is SYS.STORE 0 good && pass "the store says that it is well" || fail "SYS.STORE: $("$chisan" -s "$socket" get SYS.STORE --json)"
until_true 5 "$chisan" -s "$socket" get SYS.FREE && pass "free space is a point" || fail "SYS.FREE"
follow

# 2 a value by hand: recorded, marked in what is made of it
case $(ask manual M1.A 500 "gauge is stuck") in "0 0 "*) pass "a value by hand is recorded and taken" ;; *) fail "manual" ;; esac
until_true 5 marked M1.A 500 substituted || fail "M1.A: $("$chisan" -s "$socket" get M1.A --json)"
until_true 5 marked SUM.X 602 substituted && pass "the mark goes into the calculation" || fail "SUM.X: $("$chisan" -s "$socket" get SUM.X --json)"
until_true 5 told 'kind=8 point=M1.A .*text=gauge is stuck before=101 kW after=500 kW by hand' && pass "the journal was told as it was recorded" || { fail "not told"; cat "$work/told"; }
case $(ask manual M1.A 5000 "too much") in "5 0 "*"0 kW to 1000 kW"*) pass "a value out of range is refused with the limits" ;; *) fail "out of range" ;; esac
case $(ask note "round of the turbine hall" M1.B) in "0 0 "*) pass "a note is recorded" ;; *) fail "note" ;; esac

# 3 scan off: the device is not asked any more
first=$(requests M1)
until_true 5 asks_again "$first" || fail "the device is not asked at all"
ask scan M1.B off "sensor is being changed" | grep -q '^0 0 ' || fail "scan off"
ask scan M1.A off "both are of one block" | grep -q '^0 0 ' || fail "scan off of the neighbour"
until_true 5 marked M1.B 102 blocked || fail "M1.B: $("$chisan" -s "$socket" get M1.B --json)"
scans 2; before=$(requests M1); scans 7; after=$(requests M1)
[ -n "$before" ] && [ "$before" = "$after" ] && pass "the device is left alone" || fail "requests went on: $before, $after"
ask scan M1.A on "one is enough" | grep -q '^0 0 ' || fail "scan on"
until_true 5 asks_again "$after" && pass "and asked again" || fail "no requests after scan on"

# 4 killed: all of it is there again before the field speaks
kill -9 $server; wait $server 2>/dev/null; server=
start
until_true 5 marked M1.A 500 substituted && pass "the value by hand survived a kill" || { fail "M1.A after the kill: $("$chisan" -s "$socket" get M1.A --json)"; cat "$work/log"; }
until_true 5 is_blocked M1.B && pass "and the scan that is off" || fail "M1.B after the kill: $("$chisan" -s "$socket" get M1.B --json)"
follow

# 5 a reload keeps what is held
echo "  - {tag: SUM.Y, kind: analog, expression: SUM.X * 2, decimals: 0}" >> "$work/site/site.yaml"
kill -HUP $server
until_true 10 marked M1.A 500 substituted && until_true 10 logged "reloaded" && pass "a reload keeps it" || fail "M1.A after the reload"
until_true 5 told 'kind=11 .*text=reloaded: 9 points \(1 new, 0 gone\)' && pass "the reload is in the journal" || { fail "no entry of the reload"; cat "$work/told"; }

# 6 the store is away: acts go on, and are recorded when it is back
old=$(store_pid)
kill -STOP "$old"
began=$(date +%s%N)
case $(ask manual M1.A 600 "while the store hangs") in "0 1 "*) pass "an act goes on without the store, and says so" ;; *) fail "act without the store" ;; esac
took=$((($(date +%s%N) - began) / 1000000))
[ $took -lt 2000 ] && pass "without waiting long ($took ms)" || fail "it took $took ms"
until_true 2 marked M1.A 600 substituted || fail "M1.A while the store hangs"
kill -9 "$old"
until_true 5 logged "not recorded yet: manual M1.A" && pass "the system log has it" || { fail "not in the system log"; cat "$work/log"; }
until_true 10 new_store "$old" || fail "no new store"
until_true 10 told 'kind=8 point=M1.A .*text=while the store hangs' && pass "it is recorded when the store is back" || { fail "not recorded later"; cat "$work/told"; }
until_true 10 value_is SYS.STORE 0 good || fail "SYS.STORE after the return"
until_true 5 value_is SYS.JWAIT 0 good && pass "nothing waits any more" || fail "SYS.JWAIT"
until_true 5 told 'kind=0 .*text=chisan-store is gone' && told 'kind=0 .*text=chisan-store is back .before: killed by signal 9' && pass "the journal knows that it was away" || { fail "not told of the death"; cat "$work/told"; }

# 7 an end comes by itself
ask manual M1.A 700 "for two seconds" 2 | grep -q '^0 0 ' || fail "manual with an end"
until_true 10 value_is M1.A 101 good && pass "a value by hand ends by itself" || fail "M1.A after its end: $("$chisan" -s "$socket" get M1.A --json)"
until_true 5 told 'kind=8 point=M1.A user= text=the value by hand of .* came to its end' && pass "and the journal says so" || { fail "no entry of the end"; cat "$work/told"; }

# 8 a clean stop loses nothing: the last entry is there at the next start
kill -TERM $server; wait $server; code=$?; server=
[ $code = 0 ] && pass "a clean stop" || fail "exit code $code"
grep -E "Sanitizer|runtime error|memory leak" "$work/log" && fail "a sanitizer spoke"
start
until_true 10 value_is M1.A 101 good || fail "no start after the stop"
if pgrep -P "$server" -f 'chisan-store -r' >/dev/null && ! logged 'chisan-store -r exited'; then
	until_true 10 sh -c "python3 '$top_srcdir/tests/scenario/ask.py' '$socket' journal > '$work/journal' 2>&1; grep -q 'text=chisand stops' '$work/journal'" && pass "the journal can be asked for, up to the last entry before the stop" || { fail "the journal cannot be asked for"; cat "$work/journal"; }
	grep -q 'text=gauge is stuck' "$work/journal" || fail "an act is missing"
	[ "$(grep -c 'text=while the store hangs' "$work/journal")" = 1 ] && pass "what was sent twice is there once" || fail "doubled or lost entry"
fi
kill -TERM $server; wait $server; server=

# 9 no store installed: values, acts, and a state that says so
mkdir "$work/bin"
ln -s "$top_builddir/scada/site/chisan-site" "$top_builddir/drivers/chisan-field" "$work/bin/"
(CHISAN_LIBEXECDIR=$work/bin; export CHISAN_LIBEXECDIR; exec "$chisand" -v -f "$work/site" -d "$work/data2" -s "$socket") > "$work/log" 2>&1 & server=$!
if until_true 3 logged "chisan-store is not installed: nothing is recorded"; then
	until_true 5 value_is M1.A 101 good && pass "without a store there are values" || fail "no values without a store"
	until_true 5 marked SYS.STORE 7 '"state":"absent"' && pass "and the store is said to be absent" || fail "SYS.STORE without a store"
	case $(ask manual M1.A 500 "no store") in "0 1 "*) pass "and operators may act" ;; *) fail "act without a store" ;; esac
	case $(ask journal) in "result 12") pass "and questions get an answer at once" ;; *) fail "question without a reader" ;; esac
else
	echo "SKIP of part 9: a store is installed in the system"
fi
kill -TERM $server; wait $server; server=
grep -E "Sanitizer|runtime error|memory leak" "$work/log" && fail "a sanitizer spoke"

[ $failures = 0 ]
