#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# read_only.sh - chisand is started on a data folder that cannot be written, with a record in it and without one, and one becomes so
# while it runs: values, screens and acts go on, what was saved holds, everybody is told, and it is well again without a restart when
# the folder can be written. Needs root, for a mount of its own.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=65
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
[ "$(id -u)" = 0 ] || { echo "SKIP: only root may mount a tmpfs"; exit 77; }
mkdir "$work/disk" && mount -t tmpfs -o size=64m,mode=0700 tmpfs "$work/disk" 2>/dev/null || { echo "SKIP: no tmpfs may be mounted here"; exit 77; }
mkdir -m 0750 "$data" "$data/store" && mount -t tmpfs -o size=64m,mode=0750 tmpfs "$data/store" || { echo "SKIP: no tmpfs may be mounted here"; exit 77; }
at_end() { umount -l "$work/disk" "$work/data/store"; }
writable() { mount -o remount,"$1" "$work/disk"; }
# what is open for writing would forbid it: the store is away for the moment in which it happens, and chisand starts it again
turn_read_only() {
	kill -STOP "$server"
	kill -9 $(pgrep -P "$server" -f chisan-store)
	until_true 10 mount -o remount,ro "$data/store" || { echo "SKIP: no remount"; exit 77; }
	: >"$work/log"
	kill -CONT "$server"
}
status_says() { timeout 20 "$chisan" status >"$work/out" 2>"$work/err"; grep -qiE -- "$1" "$work/out"; }
goes_on() { # NAME
	until_true 20 value_is M.B 7 good && pass "$1: values live" || fail "$1: no values"
	check "$1: SYS.STORE says read-only" until_true 30 value_is SYS.STORE 4 good
	status_says 'read-only|cannot be written' && pass "$1: status says: $(grep -iE 'read-only|cannot be written' "$work/out" | head -n 1)" || fail "$1: status: $(cat "$work/out")"
	(cd "$work" && printf '%s\n' ':wait live' ':tick 3' ':save-screen screen' Q | timeout 30 "$chisan" --script - --size 100x30 --no-guardian) >"$work/out" 2>"$work/err" || fail "$1: the console ended with $?"
	grep -qi 'read-only' "$work/screen" && pass "$1: the console's head says it" || { fail "$1: the console says nothing"; head -n 4 "$work/screen"; }
	ask 0 note "note: $1" && grep -qi 'not yet recorded' "$work/out" && pass "$1: a note waits" || fail "$1: note: $(cat "$work/out" "$work/err")"
	ask 0 manual M.C 66 --reason "value: $1" && until_true 5 marked M.C '"value":66[,.].*substituted' && pass "$1: a value by hand is taken" || fail "$1: manual"
	local a b
	a=$(value_of M.A)
	until_true 5 sh -c "[ \"\$('$chisan' get M.A --json | sed 's/.*\"value\":\\([0-9]*\\).*/\\1/')\" != '$a' ]" || fail "$1: M.A stands still"
	[ "$(grep -c 'chisan-store is up' "$work/log")" -le 2 ] || fail "$1: the store is started again and again"
}
mended() { # NAME COMMAND: without a restart
	local pid=$server
	$2
	check "$1: well again" until_true 60 value_is SYS.STORE 0 good
	kill -0 "$pid" && [ "$pid" = "$server" ] || fail "$1: chisand ended"
	check "$1: the note is recorded" until_true 30 journalled "\"note: $1\""
	check "$1: the value by hand is recorded" until_true 30 journalled "value: $1"
	check "$1: samples are recorded" until_true 30 sh -c "timeout 20 '$chisan' trend M.A --since 10s --samples --json | grep -q value"
	is_whole && pass "$1: the chain is whole"
	ask 0 manual M.C --off || fail "$1: manual off"
}

# 1 it becomes so while it runs
start
until_true 15 value_is SYS.STORE 0 good || fail "not well at the start"
ask 0 note 'the first'
turn_read_only
goes_on 'while it runs'
mended 'while it runs' 'mount -o remount,rw '"$data/store"
stop

# 2 it is so from the start, with a record: what was saved is known all the same
data=$work/disk/data
start
until_true 15 value_is SYS.STORE 0 good || fail "not well in the second folder"
ask 0 note 'the first'
ask 0 manual M.N 1234 --reason 'before the stop' || fail "manual before the stop"
until_true 10 journalled 'before the stop'
stop
: >"$work/log"
until_true 10 writable ro || { writable ro; fail "no remount"; }
launch
until_true 30 "$chisan" get M.A || fail "no start on a folder that cannot be written"
check "from the start: a value by hand of before holds" until_true 20 marked M.N '"value":1234[,.].*substituted'
goes_on 'from the start'
mended 'from the start' 'writable rw'
until_true 20 journalled '"the first"' || fail "the first note is gone"
stop

# 3 and without one: an empty folder
rm -rf "$data"
mkdir -m 0750 "$data"
: >"$work/log"
until_true 10 writable ro || { writable ro; fail "no remount"; }
launch
if until_true 30 "$chisan" get M.A; then
	until_true 20 value_is M.B 7 good && pass "empty: values live" || fail "empty: no values"
	until_true 30 sh -c "timeout 20 '$chisan' status | grep -qiE 'read-only|cannot be|does not run'" && pass "empty: status: $(timeout 20 "$chisan" status | grep -iE 'read-only|cannot be|does not run' | head -n 1)" || fail "empty: status: $(timeout 20 "$chisan" status)"
	ask 0 note 'note: empty' && grep -qi 'not yet recorded' "$work/out" && pass "empty: a note waits" || fail "empty: note"
	grep -iE 'read-only' "$work/log" | head -n 1
	writable rw
	check "empty: well again" until_true 100 value_is SYS.STORE 0 good
	check "empty: the note is recorded" until_true 30 journalled '"note: empty"'
else
	fail "no start on an empty folder that cannot be written: $(tail -n 3 "$work/log")"
fi
[ -z "$server" ] || stop
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
