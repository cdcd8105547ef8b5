#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# chisand_life.sh - chisand from its start to its end: a second one, a dead helper, a bad reload, hostile clients, a clean stop.
set -u

chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
for program in "$chisand" "$chisan" "$top_builddir/scada/site/chisan-site" "$top_builddir/drivers/chisan-field"; do
	[ -x "$program" ] || { echo "SKIP: $program is not built"; exit 77; }
done
command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }

work=$(mktemp -d) || exit 1
socket=$work/run/s.sock
address=127.45.$(($$ / 250 % 250)).$(($$ % 250 + 1))
server=; meter=; watcher=; manager=; stopping=
finish() {
	[ -z "$stopping" ] || kill -CONT $(pgrep -P "$stopping") 2>/dev/null
	for pid in $server $stopping $watcher $manager $meter; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
pass() { echo "ok: $*"; }
. "$top_srcdir/tests/until.sh"
value_is() { [ "$("$chisan" -s "$socket" get "$1" --json 2>/dev/null | grep -c "\"value\":$2[,.].*\"quality\":\"$3\"")" = 1 ]; }
quality_is() { "$chisan" -s "$socket" get "$1" --json 2>/dev/null | grep -q "\"quality\":\"$2\""; }
logged() { grep -q -- "$1" "$work/log"; }
field_pid() { pgrep -P "$server" -f chisan-field; }
new_field() { [ -n "$(field_pid)" ] && [ "$(field_pid)" != "$1" ]; }

write_site() { # write_site EXTRA
	cat > "$work/site/site.yaml" <<SITE
site: Life
timezone: UTC
devices:
  - {name: M1, profile: meter, link: "modbus-tcp://$address:15502/1", poll: 200ms}
  - {name: SYS, profile: own}
calculations:
  - {tag: SUM.X, kind: analog, expression: M1.A + M1.B, decimals: 0}
$1
SITE
}
mkdir -p "$work/site" "$work/run"
chmod 0750 "$work/run"
cat > "$work/site/meter.yaml" <<SITE
profile: meter
protocol: modbus
points:
  - {tag: A, kind: analog, read: {table: holding, address: 1, type: u16}, decimals: 0}
  - {tag: B, kind: analog, read: {table: holding, address: 2, type: u16}, decimals: 0}
SITE
cat > "$work/site/own.yaml" <<SITE
profile: own
protocol: internal
points:
  - {tag: SESS, kind: analog, read: {internal: sessions}, decimals: 0}
  - {tag: LAG, kind: analog, read: {internal: loop-lag}, unit: ms, decimals: 1}
SITE
write_site ""

python3 "$top_srcdir/tests/scenario/meter.py" "$address" 15502 > "$work/meter" 2>&1 & meter=$!
until_true 10 grep -q ready "$work/meter" || { cat "$work/meter"; echo "SKIP: the test's own device does not listen"; exit 77; }

# 0 a helper that a person starts has no pipe, and does not take its own log for one (stderr is a pipe here, 3 is free)
by_hand() { # by_hand PROGRAM ARGUMENTS...
	code=$({ timeout 10 "$@" 3>&- 2>&1 >/dev/null; echo "code $?"; } | sed -n 's/^code //p')
	[ "$code" = 1 ] || [ "$code" = 2 ] && pass "$(basename "$1") started by hand ends" || fail "$1 by hand: code $code"
}
by_hand "$top_builddir/drivers/chisan-field"
by_hand "$top_builddir/scada/site/chisan-site" "$work/site"
by_hand "$top_builddir/scada/store/chisan-store" -d "$work/none"
by_hand "$top_builddir/scada/store/chisan-store" -r -d "$work/none"

# 1 a site with faults: all are named, nothing starts
echo "colour: red" >> "$work/site/site.yaml"
"$chisand" -f "$work/site" -d "$work/data" -s "$socket" > "$work/log" 2>&1; code=$?
[ $code = 1 ] && logged "site.yaml:[0-9]*:[0-9]*: .*colour" && pass "a faulty site does not start" || { fail "start with a faulty site: $code"; cat "$work/log"; }
[ ! -e "$socket" ] || fail "the socket stayed after a start that failed"
write_site ""

# 2 the start
"$chisand" -v -f "$work/site" -d "$work/data" -s "$socket" > "$work/log" 2>&1 & server=$!
until_true 10 value_is M1.A 101 good && pass "first value is live" || { fail "no live value"; cat "$work/log"; exit 1; }
value_is SUM.X 203 good && pass "the calculation follows" || fail "SUM.X: $("$chisan" -s "$socket" get SUM.X --json)"
until_true 5 quality_is SYS.LAG good && pass "chisand knows its own figures" || fail "SYS.LAG is not good"
[ "$(stat -c %a "$socket")" = 660 ] && pass "the socket is for user and group" || fail "mode of the socket: $(stat -c %a "$socket")"

# 3 who asks while it stops: helpers that do not end hold the stop up, and their pipes are gone. It takes as long as a disk may take,
# so it has a folder of its own and goes on beside the next parts.
stops() { "$chisan" -s "$work/run/stopping.sock" "$@" > "$work/late" 2>&1; }
ending() { grep -q -- "$1 is to end" "$work/stopping"; }
"$chisand" -v -v -f "$work/site" -d "$work/data-stopping" -s "$work/run/stopping.sock" > "$work/stopping" 2>&1 & stopping=$!
until_true 10 stops get M1.A || { fail "no start beside"; cat "$work/stopping"; }
reader=$(pgrep -P "$stopping" -f 'chisan-store -r')
field=$(pgrep -P "$stopping" -f chisan-field)
kill -STOP "$reader" "$field"
kill -TERM $stopping
until_true 5 ending chisan-field || fail "the field program is not told to end"
stops scan M1.A off --reason late; code=$?
[ $code = 6 ] && grep -q "chisand stops; nothing was done" "$work/late" && pass "an act is refused" || { fail "an act while it stops: $code"; cat "$work/late"; }
kill -0 "$field" 2>/dev/null || fail "the test is wrong: the field program had ended"
until_true 5 sh -c "! kill -0 $field" || fail "the field program is not killed"
until_true 5 ending 'chisan-store -r' || fail "the reader is not told to end"
stops journal; code=$?
[ $code = 6 ] && grep -q "chisand stops" "$work/late" && pass "a question is refused" || { fail "a question while it stops: $code"; cat "$work/late"; }
kill -0 "$reader" 2>/dev/null || fail "the test is wrong: the reader had ended"

# 4 a second one is refused, by the data folder and by the socket
"$chisand" -f "$work/site" -d "$work/data" -s "$work/run/2.sock" > "$work/second" 2>&1; code=$?
[ $code = 1 ] && grep -q "another chisand, process $server, works in" "$work/second" && pass "second on the same data folder is refused" || { fail "second by data: $code"; cat "$work/second"; }
"$chisand" -f "$work/site" -d "$work/data2" -s "$socket" > "$work/second" 2>&1; code=$?
[ $code = 1 ] && grep -q "another chisand listens on" "$work/second" && pass "second on the same socket is refused" || { fail "second by socket: $code"; cat "$work/second"; }
value_is M1.A 101 good || fail "the first suffered from the second"

# 5 the field program is killed: its points say so, and come back
"$chisan" -s "$socket" watch M1.A SYS.LAG --json > "$work/watch" 2>&1 & watcher=$!
until_true 10 test -s "$work/watch" || fail "the watcher is told nothing" # the lag moves by itself
old=$(field_pid)
kill -9 "$old"
until_true 5 logged "chisan-field killed by signal 9" && pass "the death of a helper is told" || fail "nothing said of the dead helper"
until_true 10 new_field "$old" && pass "the helper is started again" || fail "no new chisan-field"
until_true 10 value_is M1.A 101 good && pass "its values come back" || fail "no values after the restart"
until_true 5 grep -q '"no-comm"' "$work/watch" && pass "a client saw the loss" || { fail "the client did not see the loss"; cat "$work/watch"; }

# 6 a reload with a broken site keeps the old one; a good one keeps the values of points that stay
echo "colour: red" >> "$work/site/site.yaml"
kill -HUP $server
until_true 10 logged "was not reloaded" && pass "a broken site is not taken" || { fail "reload of a broken site"; cat "$work/log"; }
logged "site.yaml:[0-9]*:[0-9]*: .*colour" || fail "the fault was not told"
value_is M1.A 101 good && pass "the old configuration works on" || fail "the old one does not work after a broken reload"
write_site "  - {tag: SUM.Y, kind: analog, expression: SUM.X * 2, decimals: 0}"
kill -HUP $server
until_true 10 value_is SUM.Y 406 good && pass "a good reload brings the new point" || { fail "no SUM.Y"; tail -5 "$work/log"; }
until_true 5 value_is M1.A 101 good && pass "and keeps the old" || fail "M1.A after the reload"
kill -0 $watcher 2>/dev/null && pass "the client stayed through the reload" || fail "the client fell at the reload"

# 7 hostile bytes do not disturb a good client
python3 - "$socket" <<'HOSTILE'
import os, socket, struct, sys
path = sys.argv[1]
held = []
def head(length, kind, generation=0, sequence=1, reply=0):
    return struct.pack(">IHHII", length, kind, generation, sequence, reply)
for attempt in range(60):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    s.connect(path)
    kind = attempt % 6
    try:
        if kind == 0:
            s.sendall(os.urandom(4096))
        elif kind == 1:
            s.sendall(head(0xFFFFFFFF, 1))
        elif kind == 2:
            s.sendall(head(4, 64) + b"\0\0\0\x3f")   # a verb before the greeting
        elif kind == 3:
            s.sendall(head(200, 1)[:9])                 # half a head, then silence
            held.append(s)
            continue
        elif kind == 4:
            s.sendall(b"GET / HTTP/1.1\r\n\r\n")
        else:
            for i in range(1000):
                s.sendall(head(0, 4))
    except OSError:
        pass
    s.close()
HOSTILE
value_is M1.A 101 good && pass "good clients are served among hostile ones" || fail "a good client suffers"
kill -0 $watcher 2>/dev/null && kill -0 $server || fail "somebody fell over hostile bytes"

# 8 a clean stop leaves nothing
children=$(pgrep -P $server)
kill -TERM $server
until_true 10 sh -c "! kill -0 $server" && pass "SIGTERM ends it" || fail "it does not stop"
wait $server; code=$?; server=
[ $code = 0 ] && pass "with code 0" || fail "exit code $code"
[ ! -e "$socket" ] && pass "the socket is gone" || fail "the socket stayed"
for pid in $children; do kill -0 "$pid" 2>/dev/null && fail "process $pid stayed"; done
pass "no helper stayed"
grep -E "Sanitizer|runtime error|memory leak" "$work/log" && fail "a sanitizer spoke"

# 9 a socket that a killed chisand left behind is replaced
"$chisand" -f "$work/site" -d "$work/data" -s "$socket" > "$work/log" 2>&1 & server=$!
until_true 10 value_is M1.A 101 good || fail "no second start"
kill -9 $server; wait $server 2>/dev/null; server=
[ -S "$socket" ] || fail "the test is wrong: no dead socket"
python3 - "$work/notify" > "$work/told" <<'MANAGER' & manager=$!
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)
MANAGER
until_true 10 grep -q ready "$work/told"
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=400000 "$chisand" -f "$work/site" -d "$work/data" -s "$socket" > "$work/log" 2>&1 & server=$!
until_true 10 value_is M1.A 101 good && pass "a dead socket is replaced" || { fail "no start over a dead socket"; cat "$work/log"; }

# 10 the service manager is told: the protocol of sd_notify(3)
told() { grep -qE -- "$1" "$work/told"; }
until_true 5 told '^READY=1$' && pass "READY" || fail "not told: READY"
until_true 5 told '^WATCHDOG=1$' && pass "WATCHDOG" || fail "not told: WATCHDOG"
until_true 10 told '^STATUS=[0-9]+ points, ' && pass "STATUS" || fail "not told: STATUS"
kill -HUP $server
until_true 5 told '^RELOADING=1 MONOTONIC_USEC=[0-9]+$' && pass "RELOADING" || fail "not told: RELOADING"
until_true 5 sh -c "[ \$(grep -c '^READY=1' '$work/told') = 2 ]" && pass "READY after the reload" || fail "not told: READY after the reload"
tr '\0' '\n' < "/proc/$(field_pid)/environ" | grep -q NOTIFY_SOCKET && fail "a helper could speak to the service manager"
kill -TERM $server; wait $server; server=
told '^STOPPING=1$' && pass "STOPPING" || fail "not told: STOPPING"

# and the one of part 3 has ended meanwhile
until_true 20 sh -c "! kill -0 $stopping" || fail "it does not stop"
wait $stopping; code=$?; stopping=
[ $code = 0 ] && pass "one whose helpers hang ends well" || fail "exit code $code"
grep -E "Sanitizer|runtime error|memory leak" "$work/log" "$work/stopping" && fail "a sanitizer spoke"

[ $failures = 0 ]
