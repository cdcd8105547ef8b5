#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# storm.sh - a live chisand under attack: helpers killed and stopped, good and bad reloads, rude clients; then all is well again.
set -u

chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
for program in "$chisand" "$chisan" "$top_builddir/scada/site/chisan-site" "$top_builddir/drivers/chisan-field"; do
	[ -x "$program" ] || { echo "SKIP: $program is not built"; exit 77; }
done
command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }

work=$(mktemp -d) || exit 1
export CHISAN_SOCKET="$work/run/s"
address=127.47.$(($$ / 250 % 250)).$(($$ % 250 + 1))
server=; meter=; watcher=; rude=; stopped=
finish() {
	for pid in $stopped; do kill -CONT "$pid" 2>/dev/null; done
	for pid in $rude $watcher $server $meter; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
. "$top_srcdir/tests/until.sh"
value_is() { "$chisan" get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.].*\"quality\":\"good\""; }
is_bad() { "$chisan" get "$1" >/dev/null 2>&1; [ $? = 8 ]; }
logged() { grep -q -- "$1" "$work/log"; }
count() { grep -c -- "$1" "$work/log"; }
counted() { [ "$(count "$1")" -ge "$2" ]; }
child() { pgrep -P "$server" -f "$1"; }
new_field() { [ -n "$(child chisan-field)" ] && [ "$(child chisan-field)" != "$1" ]; }
gone() { ! kill -0 "$1"; }
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }

write_site() { # write_site DEVICE TAG EXTRA
	cat > "$work/new.yaml" <<SITE
site: Storm
timezone: UTC
devices:
  - {name: $1, profile: meter, link: "modbus-tcp://$address:15502/1", poll: 100ms, timeout: 300ms}
  - {name: M2, profile: meter, link: "modbus-tcp://$address:15502/2", poll: 100ms, timeout: 300ms}
calculations:
  - {tag: $2, kind: analog, expression: $1.A + M2.B, decimals: 0}
$3
SITE
	mv "$work/new.yaml" "$work/site/site.yaml"
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
write_site M1 SUM.X ""
python3 "$top_srcdir/tests/scenario/meter.py" "$address" 15502 > "$work/meter" 2>&1 & meter=$!
until_true 10 grep -q ready "$work/meter" || { echo "SKIP: the test's own device does not listen"; exit 77; }

# ---- stopped while its first site is still being read: not a word of error
cat > "$work/slow-site" <<SLOW
#!/bin/sh
exec sleep 30
SLOW
mkdir "$work/slow" && mv "$work/slow-site" "$work/slow/chisan-site" && chmod +x "$work/slow/chisan-site"
CHISAN_LIBEXECDIR="$work/slow:$CHISAN_LIBEXECDIR" "$chisand" -v -f "$work/site" -d "$work/data" -s "$CHISAN_SOCKET" 2> "$work/log" & server=$!
until_true 5 child sleep || fail "the slow reader was not started"
kill -TERM $server
wait $server; code=$?; server=
[ $code = 0 ] || fail "stopped while it loads: exit code $code"
logged "error:" && { fail "stopped while it loads, it complains"; cat "$work/log"; }

# ---- the storm, seen by one client that stays
"$chisand" -v -f "$work/site" -d "$work/data" -s "$CHISAN_SOCKET" 2> "$work/log" & server=$!
until_true 10 value_is SUM.X 203 || { fail "no start"; cat "$work/log"; exit 1; }
"$chisan" watch --json > "$work/watch" 2>&1 & watcher=$!
before=$(memory)

python3 - "$CHISAN_SOCKET" > "$work/rude" <<'RUDE' & rude=$!
import socket, struct, sys, time
def head(length, kind):
    return struct.pack(">IHHII", length, kind, 0, 1, 0)
def client():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(2)
    s.connect(sys.argv[1])
    return s
held, refused = [], 0
for i in range(100):                      # many who say nothing, or a byte of a greeting
    s = client()
    try:
        if i % 2:
            s.sendall(b"\0")
        held.append(s)
    except OSError:
        refused += 1
for i in range(400):                      # come and go, some with frames that no client may send
    try:
        s = client()
        if i % 4 == 1:
            s.sendall(head(0xFFFFFFFF, 1))
        elif i % 4 == 2:
            s.sendall(head(4, 64) + b"\0\0\0\x3f")
        elif i % 4 == 3:
            s.sendall(b"\0" * 65536)
        s.close()
    except OSError:
        refused += 1
print("rude", flush=True)
time.sleep(60)
RUDE

for round in 1 2 3; do
	old=$(child chisan-field)
	kill -9 $old
	kill -HUP $server # while the field program is down
	until_true 15 new_field "$old" || fail "round $round: no new chisan-field"
	until_true 15 value_is SUM.X 203 || fail "round $round: no values after the kill"
done
until_true 15 grep -q rude "$work/rude" || fail "rude clients were not served"
for round in 1 2 3 4; do
	kill -HUP $server
	until_true 2 child chisan-site && kill -9 $(child chisan-site) 2>/dev/null
done
until_true 5 value_is SUM.X 203 || fail "values suffer from a reader that dies"

for round in 1 2 3 4 5; do # bad and good in turn; a device is renamed and back, a calculation comes and goes
	told=$(count "was not reloaded")
	write_site M1 SUM.X "colour: red"
	kill -HUP $server
	until_true 10 counted "was not reloaded" $((told + 1)) || fail "round $round: a broken site was not refused"
	write_site N1 SUM.Y ""
	kill -HUP $server
	until_true 10 value_is SUM.Y 203 || fail "round $round: no value after the rename"
	"$chisan" get M1.A >/dev/null 2>&1; code=$?
	[ $code = 3 ] || fail "round $round: get of a point that is gone: exit code $code"
	write_site M1 SUM.X ""
	kill -HUP $server
	until_true 10 value_is SUM.X 203 || fail "round $round: no value after the way back"
done
for round in $(seq 50); do kill -HUP $server; done # as fast as they come: one load runs, one waits

stopped=$meter # a device that is there, but says nothing
kill -STOP "$meter"
until_true 10 is_bad M1.A || fail "a silent device passes for good"
kill -CONT "$meter"
stopped=
until_true 15 value_is SUM.X 203 || fail "no values after the device came back"

# ---- what must hold afterwards
kill -0 $watcher 2>/dev/null || fail "the client that stayed fell"
grep -q '"no-comm"' "$work/watch" || fail "the client that stayed was not told of the losses"
after=$(memory)
[ "$after" -lt $((before + 65536)) ] || fail "memory grew from $before kB to $after kB"
[ "$(wc -l < "$work/log")" -lt 4000 ] || fail "the log has $(wc -l < "$work/log") lines"
kill $rude; wait $rude 2>/dev/null; rude=
children=$(pgrep -P $server)
kill -HUP $server
kill -TERM $server
until_true 10 gone $server || fail "it does not stop"
wait $server; code=$?; server=
[ $code = 0 ] || fail "exit code $code"
[ ! -e "$CHISAN_SOCKET" ] || fail "the socket stayed"
for pid in $children; do kill -0 "$pid" 2>/dev/null && fail "process $pid stayed"; done
"$chisan" status >/dev/null 2>&1; code=$?
[ $code = 6 ] || fail "status without a server: exit code $code"
grep -E "Sanitizer|runtime error|memory leak" "$work/log" && fail "a sanitizer spoke"
[ $failures = 0 ] || { tail -20 "$work/log"; exit 1; }
echo "the storm is weathered"
