#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# serial_pymodbus.sh - chisan-serial reads and writes two slaves of pymodbus at the other end of a pair of pseudo-terminals (socat).
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=75
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
command -v socat >/dev/null || { echo "SKIP: no socat"; exit 77; }
/usr/bin/python3 -c 'import pymodbus, serial_asyncio' 2>/dev/null || { echo "SKIP: no python3-pymodbus or python3-serial-asyncio"; exit 77; }
socat "PTY,raw,echo=0,link=$work/bus" "PTY,raw,echo=0,link=$work/slaves" 2>"$work/socat" &
meter="$meter $!"
until_true 10 test -e "$work/slaves" || { echo "SKIP: no pseudo-terminals"; exit 77; }
/usr/bin/python3 "$top_srcdir/tests/peer/serial_slave.py" "$work/slaves" 2>"$work/slave" &
meter="$meter $!"
cat >"$work/site/slave.yaml" <<'SITE'
profile: slave
protocol: modbus
points:
  - {tag: A, kind: analog, read: {table: holding, address: 1, type: u16}, decimals: 0}
  - {tag: B, kind: analog, read: {table: input, address: 60, type: u32}, decimals: 0}
  - {tag: SP, kind: setpoint, decimals: 0, range: [0, 100000], read: {table: holding, address: 40, type: u32},
     write: {table: holding, address: 40, type: u32}, check_back: {time: 2s}, output: {retries: 0}}
SITE
cp "$work/site/site.yaml" "$work/plain"
{
	sed '/^devices/,$d' "$work/plain"
	printf 'links:\n  - {link: "modbus-rtu://%s/bus", baud: 38400, parity: none, stop_bits: 2}\n' "$work"
	sed -n '/^devices/,$p' "$work/plain" | sed "/^devices/a\\
  - {name: S7, profile: slave, link: \"modbus-rtu://$work/bus/7\", poll: 300ms}\\
  - {name: S9, profile: slave, link: \"modbus-rtu://$work/bus/9\", poll: 300ms}"
} >"$work/site/site.yaml"
start
check "the first slave of pymodbus" until_true 20 value_is S7.A 701 good
check "the second" until_true 10 value_is S9.A 901 good
check "two registers of input" until_true 10 value_is S9.B $((960 * 65536 + 961)) good
until_true 15 logged 'alarms and control begin' || fail "control never begins"
raw command operate S7.SP 70000 'a write on a line' >"$work/out" 2>&1
grep -q '^0 0 ' "$work/out" && until_true 5 value_is S7.SP 70000 good && pass "two registers are written, read back, done" || fail "write: $(cat "$work/out")"
stop
exit $((failures != 0))
