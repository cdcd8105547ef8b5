#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chisan-north before masters that nobody here wrote (pymodbus, mbpoll) and before some that mean no good: values, quality, identification;
# setpoints through the checks; chisand away and back; another map after a reload.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=73
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
/usr/bin/python3 -c 'import pymodbus' 2>/dev/null || { echo "SKIP: no python3-pymodbus"; exit 77; }
north_program=$top_builddir/scada/north/chisan-north
port=15504

mkdir "$work/plc"
cat >"$work/site/plc.yaml" <<'SITE'
profile: plc
protocol: modbus
points:
  - {tag: SP, kind: setpoint, unit: kW, decimals: 0, range: [0, 1000], read: {table: holding, address: 10, type: u16},
     write: {table: holding, address: 10, type: u16}, check_back: {time: 1s}, output: {retries: 0}}
SITE
cat >"$work/north.yaml" <<SITE
north:
  listen: $address:$port
  idle: 5m
  points:
    - {point: M.A, address: 0}
    - {point: M.B, address: 2}
    - {point: M.C, address: 100}
    - {point: P.SP, address: 102}
  setpoints:
    - {point: P.SP, address: 40, for: 10m, reason: the neighbour asks}
SITE
sed -i "s|^  - {name: SYS|  - {name: P, profile: plc, link: \"modbus-tcp://$address:15503/1\", poll: 200ms, timeout: 500ms}\n&|" "$work/site/site.yaml"
cp "$work/site/site.yaml" "$work/site.plain"
cat "$work/north.yaml" >>"$work/site/site.yaml"
/usr/bin/python3 "$top_srcdir/tests/scenario/plc.py" "$address" 15503 "$work/plc" >"$work/plc/out" 2>&1 &
devices="$meter $!"
: >"$work/plc/writes"
until_true 10 grep -q ready "$work/plc/out" || { echo "SKIP: the test's own device does not listen"; exit 77; }

: >"$work/north.log"
# an account of its own, as the manual has it, where there may be a second one
own='' person=$(id -un)
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && id nobody >/dev/null 2>&1; then
	own="setpriv --reuid=nobody --regid=$(id -g) --clear-groups"
	chmod 0755 "$work"
	printf 'users:\n  - {user: %s, role: engineer}\n  - {user: nobody, role: operator}\n' "$person" | tee -a "$work/site.plain" >>"$work/site/site.yaml"
fi
$own "$north_program" -v -s "$CHISAN_SOCKET" >>"$work/north.log" 2>&1 &
north=$!
meter="$devices $north" # that are ended with the test
at_end() {
	[ "$failures" = 0 ] || tail -n 20 "$work/north.log" | sed 's/^/    north: /'
}
master() { timeout 60 /usr/bin/python3 "$top_srcdir/tests/scenario/north.py" "$address" $port "$@" 2>&1; }
reads() { [ "$(master read "$1" "$2")" = "$3" ] && return; echo "read $1 $2: $(master read "$1" "$2")" >"$work/out"; return 1; }
holds() { [ "$(master held "$1" "$2")" = "$3" ] && return; echo "held $1 $2: $(master held "$1" "$2")" >"$work/out"; return 1; }
replies() { [ "$(master raw "$1")" = "$2" ] && return; echo "raw $1: $(master raw "$1")" >"$work/out"; return 1; }

start
until_true 15 logged 'alarms and control begin' || fail "control never begins"
until_true 10 value_is P.SP 0 good || fail "no setpoint"

# ---- values: B is 7 = 40E0 0000, C is 9 = 4110 0000
check "a value in two registers, the high one first" until_true 10 reads 2 2 '16608 0'
check "another master reads the same" eval 'mbpoll -0 -1 -m tcp -p $port -a 1 -t 3:float -B -r 2 -c 1 "$address" 2>&1 | grep -qE "^\[2\]:[[:space:]]+7$"'
check "quality and age of a fresh value are 0" until_true 5 reads 30002 2 '0 0'
check "what is not in the map is exception 2, never zeros" reads 4 2 'exception 2'
check "a hole between two values is exception 2" reads 0 102 'exception 2'
check "a value is not parted" reads 3 1 'exception 2'
check "nor at its end" reads 2 1 'exception 2'
check "126 registers are exception 3" replies 040000007e 8403
check "no register is exception 3" replies 0400000000 8403
check "values are no holding registers" holds 2 2 'exception 2'
check "other functions are exception 1" replies 0500000000 8501
check "the map says that its values are live" reads 60001 2 '1 1'
beat=$(master read 60000 1)
check "the heartbeat goes on" until_true 5 eval '[ "$(master read 60000 1)" != "$beat" ]'
check "the site's name" reads 60010 4 '16756 29793 25451 25956'
master identify >"$work/out"
check "it says what it is" grep -qx '0 Chisan' "$work/out"
check "and for which site" grep -qx '6 Attacked' "$work/out"
[ "$(master identify 1 | wc -l)" = 3 ] && pass "basic identification has three objects" || fail "basic identification: $(master identify 1)"
check "one object alone" replies 2b0e0400 2b0e0482000001000643686973616e
check "an object that there is not is exception 2" replies 2b0e0463 ab02

# ---- setpoints: only the one, whole, through the checks
check "a setpoint reads what the device has" holds 40 2 '0 0'
check "its status is idle at first" holds 30040 1 0
[ "$(master set 40 400)" = taken ] && until_true 10 holds 30040 2 '2 25' && until_true 5 holds 40 2 '17352 0' && value_is P.SP 400 good &&
	[ "$(grep -c 'register 10 400' "$work/plc/writes")" = 1 ] && pass "a setpoint is set, read back, done" || fail "set: $(master held 30040 2; cat "$work/plc/writes")"
until_true 5 journalled 'the neighbour asks' || fail "the journal does not know who set it and why"
[ "$(master set 40 400)" = taken ] && [ "$(master set 40 400)" = taken ] && [ "$(grep -c 'register 10 400' "$work/plc/writes")" = 1 ] &&
	[ "$(entries_of 'the neighbour asks')" -le 3 ] && pass "what is set again and again is written once" || fail "again: $(cat "$work/plc/writes")"
[ "$(master set 40 5000)" = taken ] && until_true 10 holds 30040 2 '4 26' && pass "out of its range is refused, with the reason" || fail "range: $(master held 30040 2)"
[ "$(master set 40 nan)" = 'exception 3' ] || fail "NaN: $(master set 40 nan)"
[ "$(master set 102 1)" = 'exception 2' ] && [ "$(master set 0 1)" = 'exception 2' ] && pass "nothing else can be set" || fail "something else was set"
check "half a setpoint is not set" replies 1000280001020000 9002
check "nor by function 6" replies 0600280001 8601
kill -0 "$north" || fail "chisan-north has ended"

# ---- a person comes first
if [ -n "$own" ]; then
	written() { grep -c "^register 10 $1\$" "$work/plc/writes"; }
	ask 0 set P.SP 123 --for 10m --reason 'by hand' --yes
	until_true 5 value_is P.SP 123 good || fail "a person does not get it"
	[ "$(master set 40 200)" = taken ] && until_true 10 holds 30040 2 '4 27' && pass "while a person holds it masters are refused" || fail "held: $(master held 30040 2)"
	[ "$(master set 40 210)" = taken ] && value_is P.SP 123 good && [ "$(written '2[01]0')" = 0 ] || fail "it was set all the same: $(cat "$work/plc/writes")"
	until_true 5 journalled "a master may not set it to 200: $person holds it" && [ "$(entries_of 'a master may not set it')" = 1 ] &&
		pass "which the journal says once" || fail "journal: $(timeout 30 "$chisan" journal --json -n 20)"
	ask 0 release P.SP
	[ "$(master set 40 200)" = taken ] && until_true 10 holds 30040 2 '2 25' && until_true 5 value_is P.SP 200 good && [ "$(written 200)" = 1 ] &&
		pass "after the release they set it again" || fail "released: $(master held 30040 2; cat "$work/plc/writes")"
	until_true 5 journalled '"user":"nobody".*P.SP.*200|P.SP.*200.*"user":"nobody"' || fail "the journal does not name the account"
fi

# ---- bad values and a lost chisand
kill $devices 2>/dev/null
check "a value that is lost is no number" until_true 20 reads 2 2 '32704 0'
check "and says why" eval '[ $(($(master read 30002 1) & 0x2FF)) = $((0x202)) ]'
kill -KILL "$server"
wait "$server" 2>/dev/null
check "without chisand the map says so" until_true 10 eval '[ "$(master read 60001 1)" = 2 ]'
check "all values are old" eval '[ $(($(master read 30102 1) & 0x100)) = $((0x100)) ]'
[ "$(master set 40 10)" = 'exception 4' ] && pass "nothing can be set then" || fail "set without chisand: $(master set 40 10)"
/usr/bin/python3 "$top_srcdir/tests/scenario/meter.py" "$address" 15502 "$work/values" >"$work/meter" 2>&1 &
meter="$north $!"
start
check "it finds chisand again by itself" until_true 20 reads 2 2 '16608 0'

# ---- another map
sed -e 's/address: 2}/address: 6}/' -e 's/^  idle:.*/  word_order: low-first/' "$work/north.yaml" | cat "$work/site.plain" - >"$work/site/site.yaml"
kill -HUP "$server"
check "a new map is served after a reload, in its own word order" until_true 10 reads 6 2 '0 16608'
check "the old place is gone" reads 2 2 'exception 2'

# ---- masters that mean no good
[ "$(master hostile | tee "$work/out")" = ok ] && pass "hostile masters delay and disturb nobody" || fail "hostile: $(cat "$work/out")"
kill -0 "$north" || fail "chisan-north has ended"
cp "$work/site.plain" "$work/site/site.yaml"
kill -HUP "$server"
check "without north: nothing is served any more" until_true 10 eval '! master read 0 1 >/dev/null'
stop
exit $((failures != 0))
