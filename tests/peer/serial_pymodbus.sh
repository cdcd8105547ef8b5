#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# serial_pymodbus.sh - chisan-serial reads and writes slaves of pymodbus at the other end of a pair of pseudo-terminals (socat): two plain
# ones, and a SunSpec device with its chain, its identity, a setpoint that reverts, and its end and return.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=75
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
command -v socat >/dev/null || { echo "SKIP: no socat"; exit 77; }
/usr/bin/python3 -c 'import pymodbus, serial_asyncio' 2>/dev/null || { echo "SKIP: no python3-pymodbus or python3-serial-asyncio"; exit 77; }
socat "PTY,raw,echo=0,link=$work/bus" "PTY,raw,echo=0,link=$work/slaves" 2>"$work/socat" &
meter="$meter $!"
until_true 10 test -e "$work/slaves" || { echo "SKIP: no pseudo-terminals"; exit 77; }
/usr/bin/python3 "$top_srcdir/tests/peer/serial_slave.py" "$work/slaves" 2>"$work/slave" &
slaves=$!
meter="$meter $slaves"
cat >"$work/site/slave.yaml" <<'SITE'
profile: slave
protocol: modbus
points:
  - {tag: A, kind: analog, read: {table: holding, address: 1, type: u16}, decimals: 0}
  - {tag: B, kind: analog, read: {table: input, address: 60, type: u32}, decimals: 0}
  - {tag: SP, kind: setpoint, decimals: 0, range: [0, 100000], read: {table: holding, address: 40, type: u32},
     write: {table: holding, address: 40, type: u32}, check_back: {time: 2s}, output: {retries: 0}}
SITE
cat >"$work/site/box.yaml" <<'SITE'
profile: box
protocol: sunspec
manufacturer: Foreign Works
model: FW-9000
heartbeat: 715.ControllerHb
points:
  - {tag: SOC, kind: analog, unit: "%", read: {point: 713.SoC}}
  - {tag: V, kind: analog, unit: V, read: {point: 701.LLV}}
  - {tag: DCW2, kind: analog, unit: W, read: {point: "160.module[2].DCW"}}
  - {tag: HB, kind: analog, read: {point: 715.ControllerHb}}
  - {tag: ENA, kind: analog, read: {point: 704.WSetEna}}
  - {tag: RVRT, kind: analog, unit: s, read: {point: 704.WSetRvrtTms}}
  - tag: P_SP
    kind: setpoint
    unit: kW
    range: [-100, 100]
    write:
      point: 704.WSet
      scale: 0.001
      before: [{point: 704.WSetMod, value: 1}, {point: 704.WSetRvrt, value: 0}, {point: 704.WSetEnaRvrt, value: 1}]
      after: [{point: 704.WSetEna, value: 1}]
    read: {point: 704.WSet, scale: 0.001}
    revert: {after: 60s, to: 0, timer_point: 704.WSetRvrtTms}
    check_back: {tolerance: 0.1, time: 5s}
    falls_back: nothing
SITE
cp "$work/site/site.yaml" "$work/plain"
{
	sed '/^devices/,$d' "$work/plain"
	printf 'links:\n  - {link: "modbus-rtu://%s/bus", baud: 38400, parity: none, stop_bits: 2}\n' "$work"
	sed -n '/^devices/,$p' "$work/plain" | sed "/^devices/a\\
  - {name: BOX, profile: box, serial: 0042-Z, link: \"modbus-rtu://$work/bus/5\", poll: 500ms, timeout: 500ms}\\
  - {name: S7, profile: slave, link: \"modbus-rtu://$work/bus/7\", poll: 300ms}\\
  - {name: S9, profile: slave, link: \"modbus-rtu://$work/bus/9\", poll: 300ms}"
} >"$work/site/site.yaml"
# ---- chisan probe, while the line is free
box=modbus-rtu://$work/bus/5
until_true 20 "$chisan" probe --line 38400N2 "$box" || fail "nobody answers at the line"
ask 0 probe --line 38400N2 --json "$box"
check "a probe at a line finds what was laid out" /usr/bin/python3 "$top_srcdir/tests/peer/sunspec_pymodbus.py" compare "$work/out"
ask 0 probe --line 38400n2 --registers 40 --profile "$work/found.yaml" "$box" && check "and writes a profile" grep -q 'point: "713.SoC"' "$work/found.yaml"
ask 3 probe --line 38400N2 "${box%5}7" && check "a device without a chain is said to have none" eval \
	'grep -q "nothing begins with SunS" "$work/err" && grep -q "holding *0: 0x02BC" "$work/out"'
check "its device identification is asked at a line, too" eval \
	'grep -Eq "^manufacturer +Foreign Works$" "$work/out" && grep -Eq "^product .*\[2JS7" "$work/out" && grep -Eq "^revision +4\.7$" "$work/out"'
check "and no escape of it reaches the terminal" eval '! LC_ALL=C grep -q "[[:cntrl:]]" "$work/out"'
ask 1 probe --line 38400N2 "modbus-rtu://$work/none/5" && check "a line that is not there" grep -q "$work/none: No such file.*is the adapter plugged in?" "$work/err"
for form in 9601 38400X 38400N3 N2; do
	ask 2 probe --line $form "$box" && grep -q "'$form' is no form of a line; write a rate" "$work/err" || fail "$form"
done
ask 2 probe --line 9600 modbus-tcp://127.0.0.1:9/1 && check "a connection has no form" grep -q 'is of a serial line' "$work/err"
ask 2 probe "${box%5}0" && check "unit 0 is asked nothing" grep -q 'names no unit of 1 to 247' "$work/err"

# ---- chisand has it
start
check "the first slave of pymodbus" until_true 20 value_is S7.A 701 good
check "the second" until_true 10 value_is S9.A 901 good
check "two registers of input" until_true 10 value_is S9.B $((960 * 65536 + 961)) good
until_true 15 logged 'alarms and control begin' || fail "control never begins"
raw command operate S7.SP 70000 'a write on a line' >"$work/out" 2>&1
grep -q '^0 0 ' "$work/out" && until_true 5 value_is S7.SP 70000 good && pass "two registers are written, read back, done" || fail "write: $(cat "$work/out")"

# ---- SunSpec on the line
link_of() { timeout 20 "$chisan" links BOX --json 2>/dev/null; }
is() { link_of | grep -q "\"state\": *\"$1\""; }
over() { awk -v a="$(value_of "$1")" -v b="$2" 'BEGIN { exit !(a + 0 > b) }'; }
check "a SunSpec device is found on the line, and its scale factors" eval 'until_true 20 value_is BOX.SOC 55.5 good && until_true 5 value_is BOX.V 202.1 good'
check "a repeated block" until_true 5 value_is BOX.DCW2 22.2 good
ask 0 set BOX.P_SP -42.5 --for 10m --reason 'on a line' --yes
check "its setpoint is written, enabled, and reverts after a minute" eval 'until_true 10 value_is BOX.P_SP -42.5 good &&
	until_true 5 value_is BOX.ENA 1 good && until_true 5 value_is BOX.RVRT 60 good'
check "its heartbeat is counted up" until_true 10 over BOX.HB 2
kill -STOP $slaves
check "it is gone" until_true 30 is down
kill -CONT $slaves
check "and back, the same device, its setpoint still held" eval 'until_true 40 is up && until_true 10 value_is BOX.SOC 55.5 good &&
	until_true 10 value_is BOX.P_SP -42.5 good'
seen=$(value_of BOX.HB)
check "and its heartbeat goes on" until_true 10 over BOX.HB "$seen"
sed -i 's/serial: 0042-Z/serial: 0043-Z/' "$work/site/site.yaml"
kill -HUP "$server"
check "with another serial number it is another device" until_true 30 eval 'is down && link_of | grep -q other-device'
stop
exit $((failures != 0))
