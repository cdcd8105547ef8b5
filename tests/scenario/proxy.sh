#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A device that takes one connection, shared with other masters: pymodbus, and some that mean no good. Our own polling goes on; what others may
# write is journalled, what is ours to write they may not; the field program killed, the device away, another site file.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=77
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
/usr/bin/python3 -c 'import pymodbus' 2>/dev/null || { echo "SKIP: no python3-pymodbus"; exit 77; }
device=15503 port=15510
proxy() { timeout 60 /usr/bin/python3 "$top_srcdir/tests/scenario/proxy.py" "$address" "$@" 2>/dev/null; }
through() { proxy $port "$@"; }
says() { # WANT COMMAND...
	local want=$1
	shift
	through "$@" >"$work/out"
	[ "$(cat "$work/out")" = "$want" ]
}

cat >"$work/site/one.yaml" <<'SITE'
profile: one
protocol: modbus
forbidden:
  - {table: holding, from: 40, to: 45}
points:
  - {tag: SP, kind: setpoint, unit: kW, decimals: 0, range: [0, 1000], read: {table: holding, address: 10, type: u16},
     write: {table: holding, address: 10, type: u16}, check_back: {time: 1s}, output: {retries: 0}}
  - {tag: X, kind: analog, unit: kW, decimals: 0, read: {table: holding, address: 20, type: u16}}
SITE
sed -i "s|^  - {name: SYS|  - {name: ONE, profile: one, link: \"modbus-tcp://$address:$device/1\", poll: 200ms, timeout: 1500ms}\n&|" "$work/site/site.yaml"
cp "$work/site/site.yaml" "$work/site.plain"
cat >"$work/lent" <<SITE
links:
  - link: modbus-tcp://$address:$device
    proxy:
      listen: $address:$port
      clients: 6
      write:
        - {unit: 1, from: 8, to: 12}
        - {unit: 1, from: 30, to: 31}
SITE
: >"$work/writes"
serve() {
	proxy_pid=''
	/usr/bin/python3 "$top_srcdir/tests/scenario/proxy.py" "$address" $device serve "$work/writes" >"$work/device" 2>&1 &
	proxy_pid=$!
	until_true 10 grep -q ready "$work/device"
}
serve || { echo "SKIP: the test's own device does not listen"; exit 77; }
first=$meter
meter="$first $proxy_pid"
start
until_true 15 logged 'alarms and control begin' || fail "control never begins"
check "the device is read" until_true 10 value_is ONE.X 20 good
check "nothing is lent that is not said to be" says nothing read 20 1

# ---- lent by a reload: the field program is started anew, with leave to listen
cat "$work/site.plain" "$work/lent" >"$work/site/site.yaml"
kill -HUP "$server"
check "lent after a reload" until_true 20 says '20 21' read 20 2
check "the device is still read" until_true 10 value_is ONE.X 20 good
[ "$(proxy $device read 20 1)" = nothing ] && pass "it takes no second connection" || fail "the device took a second connection"
check "mbpoll finds it, too" eval '! command -v mbpoll >/dev/null || mbpoll -0 -1 -m tcp -p $port -a 1 -t 4 -r 20 -c 1 "$address" 2>&1 | grep -qE "^\[20\]:[[:space:]]+20$"'
check "what the device refuses is passed on" says 'exception 2' read 59 10
check "what its profile forbids is not asked" says 'exception 2' read 38 4
check "another unit is nowhere" says 'exception 10' read 20 1 2
check "126 registers are too many" says 8303 raw 030000007e
check "no register is too few" says 8303 raw 0300000000
check "function 22 is none" says 9601 raw 16001e00000001
check "an empty request is none" says 8303 raw 03

# ---- writes
check "what may be written is" says taken write 30 7 8
check "the device has it" grep -qx '31 8' "$work/writes"
check "the journal knows who wrote what" until_true 5 journalled "another master, 127.0.0.1, wrote holding 30..31 of ONE, unit 1, through its proxy: 0x0007 0x0008"
check "what may not is not" says 'exception 2' write 32 1
check "nor half of it" says 'exception 2' write 31 1 2
check "nor what control writes, though it is in the range" says 'exception 2' write 10 5
check "nor with others" says 'exception 2' write 9 5 5
check "its neighbour is" says taken write 9 5
grep -qE '^(10|32) ' "$work/writes" && fail "written all the same" || pass "the device saw none of it"
ask 0 set ONE.SP 400 --for 10m --reason ours && check "control does write it" until_true 5 grep -qx '10 400' "$work/writes"

# ---- who is there can be seen
shown() { timeout 20 "$chisan" links ONE | tr '\n' ' ' | grep -Eq "$1"; }
check "who shares it is shown, and what he was refused" until_true 10 shown '[0-9] of 6 masters: [0-9]+ requests, 4 writes refused .*last 127\.0\.0\.1 [0-9:]+; refused [0-9:]+: 127\.0\.0\.1, holding 9 of unit 1'
check "for programs, too" eval 'timeout 20 "$chisan" links ONE --json | grep -q "\"shared\":{\"masters\":[0-9],\"clients\":6,\"requests\":[0-9]*,\"writes_refused\":4,"'
check "others are not shared" eval 'timeout 20 "$chisan" links SYS --json | grep -q "\"shared\":null"'

# ---- a device that does not answer a master has not gone
before_down=$(grep -c 'ONE' "$work/log")
check "no answer is exception 11" says 'exception 11' read 60 1
check "nor does one that hangs up cost us values" says 'exception 11' read 50 1
check "values stay good" value_is ONE.X 20 good
[ "$(grep -c 'ONE' "$work/log")" = "$before_down" ] && pass "nothing is said against the device" || fail "the device is said to have failed"
ask 0 links --json
polls() { timeout 20 "$chisan" links --json | grep -o '"device":"ONE".*' | grep -oE '"(timeouts|errors)":[0-9]+' | tr '\n' ' '; }
was=$(polls)

# ---- masters that mean no good
[ "$(through hostile | tee "$work/out")" = ok ] && pass "hostile masters delay and disturb nobody" || fail "hostile: $(cat "$work/out")"
# one who asks for what the device never answers keeps us from it for a time-out, here longer than three scans
check "values go on through it" until_true 5 value_is ONE.X 20 good
[ "$(polls)" = "$was" ] && pass "no poll of ours went wrong" || fail "polls: $was, then $(polls)"

# ---- what dies comes back
kill -KILL "$(pgrep -P "$server" -f chisan-field)"
check "the field program killed: lent again, without a restart of chisand" until_true 20 says '20 21' read 20 2
check "and read" until_true 10 value_is ONE.X 20 good
kill "$proxy_pid"
wait "$proxy_pid" 2>/dev/null
check "a device that is away is exception 11" until_true 10 says 'exception 11' read 20 1
serve
meter="$first $proxy_pid"
check "and is lent again when it is back" until_true 20 says '20 21' read 20 2
cp "$work/site.plain" "$work/site/site.yaml"
kill -HUP "$server"
check "lent no more after a reload" until_true 10 says nothing read 20 1
check "and still read" until_true 10 value_is ONE.X 20 good
stop
exit $((failures != 0))
