#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A serial line with several units: noise, garbled and half replies, strangers, silence, an adapter that is unplugged and plugged in again;
# writes once; a process of its own; a foreign slave (pymodbus) behind a socat pair, and a gateway that hands RTU through on TCP.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=74
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
[ -x "$top_builddir/drivers/chisan-serial" ] || { echo "SKIP: no chisan-serial"; exit 77; }
command -v socat >/dev/null || { echo "SKIP: no socat"; exit 77; }

mkdir "$work/line"
bus=$work/line/bus
/usr/bin/python3 "$top_srcdir/tests/scenario/line.py" "$bus" "$work/line" >"$work/line/out" 2>&1 &
slaves=$!
meter="$meter $slaves"
until_true 10 grep -q ready "$work/line/out" || { echo "SKIP: no pseudo-terminal"; exit 77; }
# the same slaves once more, behind what stands for a gateway
mkdir "$work/far"
/usr/bin/python3 "$top_srcdir/tests/scenario/line.py" "$work/far/bus" "$work/far" >"$work/far/out" 2>&1 &
meter="$meter $!"
until_true 10 grep -q ready "$work/far/out"
socat TCP-LISTEN:15505,bind="$address",reuseaddr,fork "OPEN:$work/far/bus,raw,echo=0" 2>"$work/far/socat" &
meter="$meter $!"

cat >"$work/site/slave.yaml" <<'SITE'
profile: slave
protocol: modbus
points:
  - {tag: A, kind: analog, read: {table: holding, address: 1, type: u16}, decimals: 0}
  - {tag: B, kind: analog, read: {table: input, address: 9, type: u16}, decimals: 0}
  - {tag: SP, kind: setpoint, decimals: 0, range: [0, 60000], read: {table: holding, address: 40, type: u16},
     write: {table: holding, address: 40, type: u16}, check_back: {time: 1s}, output: {retries: 0}}
SITE
cp "$work/site/site.yaml" "$work/site.plain"
site() { # DEVICES...: lines of devices
	{
		printf 'links:\n  - {link: "modbus-rtu://%s", baud: 115200, parity: none, gap: 2ms, proxy: {listen: "%s:15511"}}\n' "$bus" "$address"
		printf '  - {link: "modbus-rtu-tcp://%s:15505", proxy: {listen: "%s:15512"}}\n' "$address" "$address"
		sed -n '/^devices/,/name: SYS/p' "$work/site.plain" | sed "/^devices/a\\
$(printf '  - %s\\\n' "$@")
"
	} >"$work/tail"
	{ sed '/^devices/,$d' "$work/site.plain"; cat "$work/tail"; } >"$work/site/site.yaml"
}
S1="{name: S1, profile: slave, link: \"modbus-rtu://$bus/1\", poll: 200ms, timeout: 300ms}"
S2="{name: S2, profile: slave, link: \"modbus-rtu://$bus/2\", poll: 200ms, timeout: 300ms}"
S3="{name: S3, profile: slave, link: \"modbus-rtu://$bus/3\", poll: 200ms, timeout: 300ms}"
G1="{name: G1, profile: slave, link: \"modbus-rtu-tcp://$address:15505/1\", poll: 200ms, timeout: 500ms}"
site "$S1" "$S2" "$S3" "$G1"
mode() { echo "$@" >"$work/line/mode.new"; mv "$work/line/mode.new" "$work/line/mode"; }
link_of() { timeout 20 "$chisan" links "$1" --json 2>/dev/null; }
is() { link_of "$1" | grep -q "\"state\": *\"$2\""; }
number() { link_of "$1" | sed "s/.*\"$2\":\([0-9]*\).*/\1/"; }
asked() { grep -c "^$1" "$work/line/asked"; }
more_asked() { [ "$(asked "$1")" -gt "$2" ]; }
fresh() { # POINT VALUE: read anew
	[ "$(timeout 20 "$chisan" get "$1" --json 2>/dev/null | sed -nE 's/.*"age_s":([0-9]+).*"quality".*/\1/p; s/.*"quality":"good".*"age_s":([0-9]+)\..*/\1/p' | head -n 1)" = 0 ] && value_is "$1" "$2" good
}

start
until_true 15 logged 'alarms and control begin' || fail "control never begins"
check "two units on one line are read" eval 'until_true 10 value_is S1.A 1001 good && until_true 10 value_is S2.B 2009 good'
[ $failures = 0 ] || exit 1
check "a unit behind a gateway that hands RTU through is read" until_true 10 value_is G1.A 1001 good
check "who is silent is down" until_true 15 is S3 down
master() { [ "$(timeout 20 /usr/bin/python3 "$top_srcdir/tests/scenario/proxy.py" "$address" "$1" raw "$2" 2>&1 | tee "$work/out")" = "$3" ]; }
check "another master asks a unit of the line, by its process" until_true 5 master 15511 0300010001 030203e9
check "and one behind the gateway" until_true 5 master 15512 0300010001 030203e9
check "and writes nothing" eval 'master 15511 0600280001 8601 && master 15512 0600280001 8601'
# ---- registers by hand: over the line, between its polls, journalled; what a device refuses is no error of its
ask 0 raw S1 holding 100 3
grep -qE '^ +101 +0[0-9A-F]{3} +1101 +1101 ' "$work/out" && pass "registers that no point has are read by hand" || fail "raw: $(cat "$work/out")"
ask 0 raw G1 input 9 --json
check "and behind a gateway" grep -q '"u16":1009' "$work/out"
check "that is in the journal" until_true 10 journalled 'registers of S1 are read by hand: 3 holding from 100 on'
ask 2 raw S1 holding 65535 2
so_far=$(entries_of 'read by hand')
raw registers 0 2 100 60 >"$work/out"
[ "$(grep -c . "$work/out")" = 60 ] && grep -q '^0 ' "$work/out" && [ $(($(entries_of 'read by hand') - so_far)) -le 12 ] &&
	pass "who asks in a loop is refused, and does not fill the journal" || fail "asked 60 times at once: $(sort "$work/out" | uniq -c)"
ask 3 raw S9 holding 1
# ---- and frames as they come, of a line and of a gateway
ask 0 dump "modbus-rtu://$bus" --count 12
grep -qE '^O [0-9:.]{12} S1/1 read ' "$work/out" && grep -qE '^I [0-9:.]{12} S2/2 [0-9.]+ ms read input 9: 2009$' "$work/out" &&
	pass "requests and answers of a line are shown" || fail "dump: $(cat "$work/out")"
ask 0 dump G1 --count 4 --hex
check "and of a gateway, with their bytes" grep -qE '^000000 01 03 02 03 e9 ' "$work/out"
check "that is in the journal" until_true 10 journalled 'frames of G1 are looked at no more: 4 shown, 0 left out'
line=$(pgrep -P "$server" -f chisan-serial)
[ "$(printf '%s\n' $line | grep -c .)" = 1 ] && pass "the line has a process of its own" || fail "processes of lines: $line"
before_asked=$(asked 3)
one=$(asked 1) two=$(asked 2)
until_true 10 more_asked 1 $((one + 40))
one=$(($(asked 1) - one)) two=$(($(asked 2) - two))
[ "$one" -lt $((two * 2)) ] && [ "$two" -lt $((one * 2)) ] && pass "turns are fair: $one, $two" || fail "turns: $one of unit 1, $two of unit 2"

# ---- writes
raw command operate S1.SP 12345 'a write on a line' >"$work/out" 2>&1
grep -q '^0 0 ' "$work/out" && [ "$(grep -c '^1 40 12345' "$work/line/writes")" = 1 ] && until_true 5 value_is S1.SP 12345 good &&
	pass "a setpoint is written once, read back, done" || fail "write: $(cat "$work/out" "$work/line/writes")"

# ---- what lines do
goes_on() { is S1 up && is S2 up && value_is S1.A 1001 good && value_is S2.A 2001 good; }
for how in noise other 'garbled 7' drip 'late 100' echo; do
	mode $how
	a=$(asked 1) b=$(asked 2)
	until_true 20 more_asked 1 $((a + 12)) && until_true 20 more_asked 2 $((b + 12)) || fail "$how: it is asked no more"
	until_true 10 goes_on && pass "survived: $how" || # what is asked again just now is doubtful for a moment
		fail "$how: $(link_of S1; link_of S2; timeout 20 "$chisan" get S1.A S2.A)"
done
[ $(($(number S1 errors) + $(number S2 errors))) -gt 0 ] && pass "garbled replies are counted" || fail "no errors are counted: $(link_of S1)"
mode empty 4
cp "$work/line/mode" "$work/far/mode"
check "answers without a register cost their own points alone" eval 'until_true 20 marked S1.B bad-count && until_true 20 marked G1.B bad-count &&
	 is S1 up && is S2 up && is G1 up'
left_alone() { [ "$(tail -n 12 "$work/line/asked" | grep -c "^. 4")" = 0 ]; }
others_go_on() { is S1 up && is G1 up && value_is S1.A 1001 good && value_is G1.A 1001 good; }
until_true 20 left_alone && until_true 10 others_go_on &&
	pass "the others go on, and that request is left alone" || fail "after empty answers: $(link_of S1; link_of G1; tail -n 12 "$work/line/asked")"
mode empty
check "a device of which every answer is empty is down" eval 'until_true 20 is S1 down && until_true 20 is S2 down'
mode normal
check "and comes back" eval 'until_true 30 value_is S1.A 1001 good && until_true 30 value_is S2.A 2001 good'
mode half
check "half replies are no values" eval 'until_true 20 is S1 down && until_true 20 is S2 down'
mode normal
check "and the line comes back" eval 'until_true 20 is S1 up && until_true 20 value_is S2.A 2001 good'
mode babble
sleep 1
mode normal
check "a line that babbled comes back" eval 'until_true 20 is S1 up && until_true 20 value_is S2.A 2001 good'
mode silent 1
check "one silent unit" until_true 20 is S1 down
b=$(asked 2)
check "delays the other little" until_true 6 more_asked 2 $((b + 12))
raw command operate S1.SP 7 'to nobody' >"$work/out" 2>&1
grep -q '^0 0 ' "$work/out" && fail "a write to a silent unit is done: $(cat "$work/out")" || pass "a write to a silent unit is not done"
mode normal
check "it comes back" until_true 20 is S1 up

# ---- the adapter
mode unplug
check "without the adapter all are down" eval 'until_true 20 is S1 down && until_true 20 is S2 down'
link_of S1 | grep -q no-adapter && pass "and it says why" || fail "why: $(link_of S1)"
mode normal
check "plugged in again they come back" eval 'until_true 30 is S1 up && until_true 30 value_is S2.A 2001 good'

# ---- its process
kill -KILL $line
check "a killed process is started again" until_true 20 eval '[ "$(pgrep -P $server -f chisan-serial)" -gt 0 ] && [ "$(pgrep -P $server -f chisan-serial)" != "$line" ]'
check "its devices come back, and others never noticed" eval 'until_true 20 is S1 up && is G1 up && is M up'
site "$S2"
kill -HUP "$server"
until_true 10 logged 'reloaded' || fail "no reload"
check "after a reload it goes on with what is left" until_true 10 value_is S2.A 2001 good
mv "$bus" "$work/line/moved"
bus=$work/line/moved
S2="{name: S2, profile: slave, link: \"modbus-rtu://$bus/2\", poll: 200ms, timeout: 300ms}"
site "$S2"
kill -HUP "$server"
check "and at another path" until_true 20 eval 'pgrep -P $server -f "chisan-serial -l $bus" && is S2 up'
cp "$work/site.plain" "$work/site/site.yaml"
kill -HUP "$server"
check "a line that the site has no more has no process" until_true 10 eval '! pgrep -P $server -f chisan-serial'
stop
exit $((failures != 0))
