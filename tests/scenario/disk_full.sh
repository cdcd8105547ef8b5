#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# disk_full.sh - the disk of the data folder is full and is free again, with chisand, its helpers and a console running on: values,
# screens and acts go on, everybody is told, and when there is room all that waited is recorded. Needs root, for a small tmpfs.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=60
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
[ "$(id -u)" = 0 ] || { echo "SKIP: only root may mount a tmpfs"; exit 77; }
mkdir "$work/disk" && mount -t tmpfs -o size=6m,mode=0700 tmpfs "$work/disk" 2>/dev/null || { echo "SKIP: no tmpfs may be mounted here"; exit 77; }
at_end() { umount -l "$work/disk"; }
data=$work/disk/data

fill() { dd if=/dev/zero of="$work/disk/rubbish" bs=4k 2>/dev/null; sync -f "$work/disk"; }
count() { timeout 60 "$chisan" trend M.A --since "$1" --samples --json 2>/dev/null | grep -o '"value":[0-9]*' | cut -d: -f2; }
has_more() { [ "$(count "$began" | wc -l)" -ge "$1" ]; }
has_upto() { [ "$(count "$began" | tail -n 1)" -ge "$1" ]; }
status_says() { timeout 20 "$chisan" status >"$work/out" 2>"$work/err"; grep -qi -- "$1" "$work/out"; }

start
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
until_true 10 value_is M.B 7 good || fail "no live value"
check "samples are recorded" until_true 15 has_more 8
ask 0 note 'written before' && grep -q 'recorded' "$work/out" || fail "a note"
pids=$(pgrep -P "$server" | sort)

fill
check "SYS.STORE says full" until_true 30 value_is SYS.STORE 2 good
full_is_told() { raw alarms | grep -q '^SYS.STORE.STATE2 UNACK'; }
until_true 30 full_is_told && ! raw alarms | grep -q '^CHISAN.STORE ' && pass "one fault is one alarm" || fail "alarms: $(raw alarms)"
check "chisan status says it" until_true 10 status_says full
tr -d '\n' <"$work/out" | sed 's/   *//g' | grep -q "no room in $data" || fail "status does not say where room is needed"
"$chisan" status --json >"$work/out" 2>"$work/err"; grep -q '"state":"full"' "$work/out" && pass "and for scripts" || fail "status --json: $(cat "$work/out")"
first=$(value_of M.A)
for n in 1 2 3; do
	at=$(milliseconds)
	ask 0 note "full $n"
	at=$(($(milliseconds) - at))
	grep -qi 'not yet recorded' "$work/out" && pass "a note is taken, and said not to be recorded yet ($at ms)" || fail "note: $(cat "$work/out")"
	[ $at -lt 3000 ] || fail "a note took $at ms"
done
ask 0 manual M.C 55 --reason 'full disk' && grep -qi 'not yet recorded' "$work/out" && until_true 5 marked M.C '"value":55[,.].*substituted' &&
	pass "a value by hand is taken" || fail "manual: $(cat "$work/out")"
ask 0 scan M.N off --reason 'full disk' && ask 0 scan M.N on --reason 'full disk, again' || fail "scan"
logged 'not recorded yet: note.*full 2' && pass "the system log has the acts" || fail "not in the system log"
(cd "$work" && printf '%s\n' ':wait live' ':tick 3' ':save-screen screen' Q | timeout 30 "$chisan" --script - --size 100x30 --no-guardian) >"$work/out" 2>"$work/err" || fail "the console ended with $?"
grep -qi 'full' "$work/screen" && pass "the console's head says it" || { fail "the console says nothing"; head -n 4 "$work/screen"; }
second=$(value_of M.A)
[ "$first" != "$second" ] && pass "values go on" || fail "M.A stands still at $first"
ask 0 trend M.A --since "$began" --buckets 5 --json && pass "history can be read"
lags() { local s; s=$(value_of SYS.DBLAG); [ "${s%.*}" -ge "$1" ]; }
check "how far the record lags behind is a point" until_true 15 lags 4
check "it is still said to be full" value_is SYS.STORE 2 good
[ "$(journalled 'full 1' && echo yes)" != yes ] || fail "a note is in the journal that could not be recorded"

rm "$work/disk/rubbish"
check "room: the store is well again" until_true 30 value_is SYS.STORE 0 good
until_true 20 journalled 'full 3' && pass "the acts are recorded" || fail "the notes are not recorded"
for word in 'written before' 'full 1' 'full 2' 'full 3' '"kind":"manual".*full disk' 'full disk, again'; do
	[ "$(entries_of "$word")" = 1 ] || fail "$(entries_of "$word") entries of $word"
done
journalled '"kind":"store".*full' && pass "the journal knows that the disk was full" || fail "no entry of the full disk"
[ "$(pgrep -P "$server" | sort)" = "$pids" ] && pass "no program was started again" || fail "other processes than before"
status_says 'well' || fail "status after: $(cat "$work/out")"
last=$(value_of M.A)
until_true 15 has_upto "${last%.*}" || fail "what M.A is now is not recorded"
# M.A grows by one a poll: what is recorded must not leave a hole, but for the one value in which a poll failed
count "$began" | awk 'NR > 1 && $1 - last > 1 { print "after " last " comes " $1 } { last = $1 }' >"$work/holes"
[ -s "$work/holes" ] && { fail "samples are missing"; head -n 5 "$work/holes"; } || pass "no sample is missing ($(count "$began" | wc -l))"
[ "$(sqlite3 -readonly "$data/store/chisan.db" 'SELECT count(*) FROM gap')" = 0 ] && pass "no gap" || fail "a gap without a reason"
is_whole && pass "the chain is whole"

# once more, and killed while it is full: what was acknowledged is there, what was not said to be recorded may be gone
ask 0 note 'second time'
fill
until_true 30 value_is SYS.STORE 2 good || fail "not full a second time"
ask 0 note 'lost with the kill'
kill -9 "$server" $(pgrep -P "$server"); wait "$server" 2>/dev/null; server=''
launch
until_true 30 value_is M.B 7 good && pass "it starts on a full disk" || fail "no start on a full disk"
until_true 20 value_is SYS.STORE 2 good && pass "and says so" || fail "SYS.STORE: $("$chisan" get SYS.STORE --json)"
ask 0 note 'after the start'
rm "$work/disk/rubbish"
check "room again: well" until_true 30 value_is SYS.STORE 0 good
until_true 20 journalled 'after the start' && journalled 'second time' && pass "what was acknowledged is there" || fail "an entry is missing"
is_whole && pass "the chain is whole"
stop
[ "$(sqlite3 "$data/store/chisan.db" 'PRAGMA integrity_check')" = ok ] || fail "the database is damaged"
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
