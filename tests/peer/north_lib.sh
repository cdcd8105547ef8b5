# SPDX-License-Identifier: Apache-2.0
# north_lib.sh - sourced after tests/scenario/scene.sh: a device P that is written to beside the meter M, and chisan-north with a map of both.
# Gives start_north, and $port of chisan-north.
port=15504 plc_port=15503
mkdir "$work/plc"
: >"$work/plc/writes"
cat >"$work/site/plc.yaml" <<'SITE'
profile: plc
protocol: modbus
points:
  - {tag: SP, kind: setpoint, unit: kW, decimals: 0, range: [0, 1000], read: {table: holding, address: 10, type: u16},
     write: {table: holding, address: 10, type: u16}, check_back: {time: 1s}, output: {retries: 0}}
SITE
start_north() {
	sed -i "s|^  - {name: SYS|  - {name: P, profile: plc, link: \"modbus-tcp://$address:$plc_port/1\", poll: 200ms}\n&|" "$work/site/site.yaml"
	cat >>"$work/site/site.yaml" <<SITE
north:
  listen: $address:$port
  points:
    - {point: M.A, address: 0}
    - {point: M.B, address: 2}
    - {point: M.C, address: 100}
    - {point: P.SP, address: 102}
  setpoints:
    - {point: P.SP, address: 40, for: 10m, reason: the neighbour asks}
SITE
	/usr/bin/python3 "$top_srcdir/tests/scenario/plc.py" "$address" $plc_port "$work/plc" >"$work/plc/out" 2>&1 &
	meter="$meter $!" # that is ended with the test
	until_true 10 grep -q ready "$work/plc/out" || { echo "SKIP: the test's own device does not listen"; exit 77; }
	start
	"$top_builddir/scada/north/chisan-north" -v -s "$CHISAN_SOCKET" >"$work/north.log" 2>&1 &
	meter="$meter $!"
	until_true 15 logged 'alarms and control begin' || fail "control never begins"
	until_true 10 value_is P.SP 0 good || fail "no setpoint"
	until_true 10 value_is M.C 9 good || fail "no values"
	until_true 10 north_serves || { fail "chisan-north does not serve"; cat "$work/north.log"; exit 1; }
}
# Two requests without a library: it says that its values are live and in the map's form, and M.B is 7.
north_serves() {
	/usr/bin/python3 - "$address" $port <<'PYTHON'
import socket
import sys

s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
s.settimeout(2)
got = []
for address in (60001, 2):  # live, M.B
    s.sendall(bytes([0, 1, 0, 0, 0, 6, 1, 4, address >> 8, address & 255, 0, 2]))
    got.append(s.recv(300)[9:])
sys.exit(got != [b"\0\1\0\1", b"\x40\xe0\0\0"])
PYTHON
}
