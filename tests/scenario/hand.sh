#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hand.sh - the operator's hand on a real device's registers: done and read back, refused, not answered, taken otherwise; two consoles; and
# chisand, the field program, the store or the device killed while a command is on its way: it ends as done, failed or unknown, once, and a
# switching command is never on the wire twice.  The device counts what comes in.
# CHISAN_ROUNDS: kills (6); CHISAN_SEED: of the choice.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=64
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
rounds=${CHISAN_ROUNDS:-6}
seed=${CHISAN_SEED:-$$}
echo "seed $seed, $rounds kills"
RANDOM=$seed

mkdir "$work/plc"
cat >"$work/site/plc.yaml" <<'SITE'
profile: plc
protocol: modbus
points:
  - {tag: SP, kind: setpoint, unit: kW, decimals: 0, range: [0, 1000], read: {table: holding, address: 10, type: u16},
     write: {table: holding, address: 10, type: u16}, check_back: {time: 1s}, output: {retries: 0}}
  - tag: CB
    kind: command
    states: {0: open, 1: closed}
    read: {table: coil, address: 20}
    write: {table: coil, address: 20}
    select_before_operate: true
    check_back: {done_when: "$.CB == 1", time: 1s}
  - {tag: PULSE, kind: command, states: {0: rest, 1: pulse}, read: {table: coil, address: 22}, write: {table: coil, address: 22, pulse: 8s}}
  - {tag: LAMP, kind: command, states: {0: "off", 1: "on"}, read: {table: coil, address: 21}, write: {table: coil, address: 21}, check_back: {done_when: "$.LAMP == 1", time: 1s}}
SITE
sed -i "s|^  - {name: SYS|  - {name: P, profile: plc, area: north, link: \"modbus-tcp://$address:15503/1\", poll: 200ms, timeout: 500ms}\n&|" "$work/site/site.yaml"
plc=''
start_plc() {
	: >"$work/plc/out"
	/usr/bin/python3 "$top_srcdir/tests/scenario/plc.py" "$address" 15503 "$work/plc" >"$work/plc/out" 2>&1 &
	plc=$!
	meter="$meter $plc" # that is ended with the test
	until_true 10 grep -q ready "$work/plc/out"
}
: >"$work/plc/writes"
start_plc || { echo "SKIP: the test's own device does not listen"; exit 77; }
mode() { echo "$1" >"$work/plc/mode"; }
writes() { grep -c "^$1" "$work/plc/writes"; }
give() { raw command "$@" >"$work/out" 2>&1; } # STEP POINT VALUE REASON
said() { grep -qE -- "$1" "$work/out"; }
begun() { logged 'alarms and control begin'; }
stores_up() { grep -ac 'chisan-store is up, process' "$work/log"; }
is_recording() { [ "$(stores_up)" -gt "$1" ] && value_is SYS.EVTQ 0 good; }
launch_and_begin() { : >"$work/log"; launch; until_true 15 begun || fail "control does not begin"; }
entry_of() { timeout 30 "$chisan" journal --json -n 100000 2>/dev/null | grep -F "$1"; }

start
until_true 15 begun || fail "control never begins"
until_true 10 value_is P.SP 0 good || fail "no setpoint"

# ---- done, refused, not answered, taken otherwise
give operate P.SP 400 'reason one.' && said '^0 0 ' && until_true 5 value_is P.SP 400 good && [ "$(writes 'register 10 400')" = 1 ] &&
	pass "a setpoint is written once and read back: $(cut -c 1-60 "$work/out")" || fail "setpoint: $(cat "$work/out" "$work/plc/writes")"
[ "$(raw outputs | grep -c ' 400 ')" = 1 ] || fail "no override: $(raw outputs)"
until_true 5 journalled 'reason one\.' && until_true 5 journalled 'done: the device reports 400' || fail "intent or outcome is not in the journal"
give release P.SP 0 'nobody holds anything that a device which comes back is told again.'
said '^0 ' || fail "release: $(cat "$work/out")"
ready() { mode normal; give check P.LAMP 2 'is it there'; said 'P does not answer' && return 1; marked P.LAMP '"quality":"good"'; }
mode refuse
give operate P.LAMP 1 'reason two.'
said '^1 .*refused' && [ "$(writes 'coil 21')" = 1 ] && pass "a device that refuses: failed" || fail "refused: $(cat "$work/out")"
until_true 15 ready; mode silent
give operate P.LAMP 1 'reason three.'
said '^0 0 .*the device reports' && [ "$(writes 'coil 21')" = 2 ] && pass "one that takes it and does not answer: read back, done" || fail "silent: $(cat "$work/out")"
until_true 15 ready; mode deaf
give operate P.LAMP 0 'reason four.'
said '^(1|7) ' && [ "$(writes 'coil 21')" = 3 ] && pass "one that neither takes nor answers: not done, and not tried again: $(cut -c 1-70 "$work/out")" ||
	fail "deaf: $(cat "$work/out")"
until_true 15 ready && value_is P.LAMP 1 good || fail "P.LAMP: $("$chisan" get P.LAMP)"
mode deaf
had=$(writes 'register 10')
give operate P.SP 700 'reason of doubt.'
said '^7 .*decides whether the override stands' && until_true 5 journalled 'given up, #[0-9]+: its outcome was unknown, and the device reports' &&
	! raw outputs | grep -q ' 700 ' && [ $(($(writes 'register 10') - had)) = 1 ] && pass "an override of unknown outcome that the device does not have is given up" ||
	fail "doubt: $(cat "$work/out") $(raw outputs)"
until_true 15 ready
mode other
give operate P.SP 600 'reason five.'
said '^(1|7) .*300' && pass "one that takes another value: $(cut -c 1-70 "$work/out")" || fail "other: $(cat "$work/out")"
until_true 15 ready
give check P.SP 5000 'too much.'
said '^5 ' && pass "a dry run refuses what is out of range" || fail "check: $(cat "$work/out")"
had=$(wc -l <"$work/plc/writes")
give check P.SP 500 'enough.'
said '^0 .*nothing was sent' && [ "$(wc -l <"$work/plc/writes")" = "$had" ] || fail "a dry run: $(cat "$work/out")"

# ---- two consoles
/usr/bin/python3 "$top_srcdir/tests/scenario/ask.py" "$CHISAN_SOCKET" command select P.CB 1 'first console.' >"$work/first" & first=$!
until_true 5 grep -q '^0 0 ' "$work/first" || fail "select: $(cat "$work/first")"
give operate P.CB 1 'no selection.'
said '^5 .*select' || fail "executed without selection: $(cat "$work/out")"
give select P.CB 0 'second console.'
said '^5 .*(selected|select)' && pass "what one console selected another one does not: $(cut -c 1-80 "$work/out")" || fail "second: $(cat "$work/out")"
kill $first 2>/dev/null; wait $first 2>/dev/null
unselected() { give check P.CB 1 'again.'; said '^0 '; }
until_true 5 unselected && pass "a console that goes leaves no selection" || fail "still selected: $(cat "$work/out")"
[ "$(writes 'coil 20')" = 0 ] || fail "a selection was written"

# ---- kills while a command is on its way
given=0 victims=''
: >"$work/given"
for n in $(seq "$rounds"); do
	on=$((n % 2 == 0))
	[ "$(value_of P.LAMP)" = 1 ] && on=0 || on=1
	case $((RANDOM % 3)) in 0) mode silent ;; 1) mode deaf ;; *) mode normal ;; esac
	was=$(writes 'coil 21')
	raw command operate P.LAMP $on "round $n." >"$work/said.$n" 2>&1 & asker=$!
	sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
	case $((RANDOM % 4)) in
	0) victim=field; kill -9 $(pgrep -P "$server" -f chisan-field) 2>/dev/null ;;
	1) victim=store; ups=$(stores_up); kill -9 $(helper '-d') 2>/dev/null ;;
	2) victim=device; kill -9 "$plc"; wait "$plc" 2>/dev/null; start_plc || fail "the device does not come back" ;;
	*) victim=chisand; helpers=$(pgrep -P "$server"); kill -9 "$server"; wait "$server" 2>/dev/null
		for pid in $helpers; do until_true 10 sh -c "! kill -0 $pid" || fail "helper $pid outlives chisand"; done
		launch_and_begin ;;
	esac
	victims="$victims $victim"
	wait $asker
	until_true 15 ready || fail "the device is not back"
	# One kill a round: what is done while the store is away is told as not recorded yet, and would go with a kill of chisand.
	[ $victim != store ] || until_true 30 is_recording "$ups" || fail "the store is not back"
	[ $(($(writes 'coil 21') - was)) -le 1 ] || fail "round $n ($victim): written $(($(writes 'coil 21') - was)) times"
	echo "$n $on $(value_of P.LAMP) $(($(writes 'coil 21') - was)) $victim $(grep -E '^[0-9]+ [0-9]+ ' "$work/said.$n" | tail -n 1)" >>"$work/given"
done
echo "killed:$victims"
until_true 20 value_is SYS.EVTQ 0 good || fail "entries still wait"
cat >"$work/judge.py" <<'PY'
import collections, json, re, sys
work = sys.argv[1]
with open(work + "/journal") as f:
    entries = sorted((json.loads(line) for line in f), key=lambda e: e["seq"])
intents, outcomes, bad = {}, collections.defaultdict(list), []
for e in entries:
    m = re.match(r"#(\d+) (.*)", e["text"])
    if m is None:
        continue
    if e["kind"] == "command":
        if m.group(1) in intents:
            bad.append("#%s is intended twice" % m.group(1))
        intents[m.group(1)] = m.group(2)
    elif e["kind"] == "outcome":
        outcomes[m.group(1)].append(m.group(2))
for number, ends in outcomes.items():
    if len(ends) != 1:
        bad.append("#%s ended %d times: %s" % (number, len(ends), ends))
for number, what in intents.items():
    if number not in outcomes:
        bad.append("#%s (%s) has no outcome" % (number, what))
by_round = {}
for number, what in intents.items():
    m = re.search(r"round (\d+)\.", what)
    if m is not None:
        by_round[int(m.group(1))] = outcomes[number][0] if outcomes[number] else ""
counts = collections.Counter()
with open(work + "/given") as f:
    for line in f:
        n, wanted, is_, written, victim, said = (line.rstrip("\n").split(" ", 5) + [""])[:6]
        end = by_round.get(int(n), "none")
        word = end.split(":")[0]
        counts[word] += 1
        if word == "done" and is_ != wanted and victim != "device":  # a device that was killed has forgotten
            bad.append("round %s (%s): said to be done, and it is %s: %s" % (n, victim, is_, end))
        if word == "none" and written != "0":
            bad.append("round %s (%s): written without an intent" % (n, victim))
        # an outcome that was answered and not recorded yet goes with a kill: then it is read back
        is_read_back = victim == "chisand" and word == "unknown" and is_ == wanted
        if said.startswith("0 ") and word != "done" and not is_read_back:
            bad.append("round %s (%s): answered %s, journalled %s" % (n, victim, said, end))
for b in bad[:10]:
    print(b)
print("%d commands with one outcome each; of those in kills: %s" % (len(intents), dict(counts)))
sys.exit(1 if bad else 0)
PY
judge() { # what is not known yet is read back for some seconds
	timeout 60 "$chisan" journal --json -n 100000 >"$work/journal" 2>"$work/err" || return
	/usr/bin/python3 "$work/judge.py" "$work" >"$work/judged" 2>&1
}
until_true 20 judge && pass "$(cat "$work/judged")" || { fail "$(cat "$work/judged")"; cat "$work/given"; }
is_whole && pass "the chain is whole"

# ---- a pulse in whose middle its programs are killed: the coil is set, and who would have cleared it is gone
pulse() { # TEXT: after the kills a device or a record may be slow for a moment; what was refused and not written is asked again
	local had
	had=$(writes 'coil 22 1')
	for _ in 1 2 3 4 5; do
		until_true 30 ready || fail "the device is not back: $("$chisan" links)"
		give operate P.PULSE 1 "$1"
		said '^[15] ' && [ "$(writes 'coil 22 1')" = "$had" ] || return
		echo "asked again, for it said: $(grep -E '^[15] ' "$work/out")"
	done
}
pulse 'cut off.'
until_true 5 value_is P.PULSE 1 good || fail "no pulse: $(cat "$work/out")"
kill -9 $(pgrep -P "$server" -f chisan-field)
until_true 20 value_is P.PULSE 0 good && [ "$(writes 'coil 22 0')" = 1 ] && pass "the next field program clears the coil of a pulse that was cut off" ||
	fail "the coil is left set: $(cat "$work/plc/writes")"
until_true 5 journalled 'the field program ended in the middle of a pulse' && until_true 5 journalled 'the coil of a pulse that was cut off has been cleared' ||
	fail "the journal says nothing of it"
pulse 'cut off with all.'
until_true 5 value_is P.PULSE 1 good || fail "no second pulse: $(cat "$work/out")"
kill -STOP "$server" # a field program that sees its end first would clear the coil
helpers=$(pgrep -P "$server")
kill -9 $helpers; kill -9 "$server"; wait "$server" 2>/dev/null
for pid in $helpers; do until_true 10 sh -c "! kill -0 $pid" || fail "helper $pid outlives chisand"; done
[ "$(writes 'coil 22 0')" = 1 ] || fail "somebody cleared it"
launch_and_begin
until_true 20 value_is P.PULSE 0 good && [ "$(writes 'coil 22 0')" = 2 ] && until_true 5 journalled 'chisand ended in the middle of a pulse' &&
	pass "also when all were killed at once" || fail "the coil is left set: $(writes 'coil 22') $(value_of P.PULSE) $(entry_of pulse | tail -n 3) $(cat "$work/plc/writes")"

# ---- an override outlives a kill
until_true 30 ready || fail "the device is not back: $("$chisan" links)"
give operate P.SP 250 'to be kept.'
said '^0 ' || fail "override: $(cat "$work/out")"
kill -9 "$server"; wait "$server" 2>/dev/null
launch_and_begin
held() { raw outputs | grep -q ' 250 '; }
until_true 5 held && pass "an override goes on after a restart" || fail "outputs: $(raw outputs)"
give release P.SP 0 'no longer.'
said '^0 ' && ! held && pass "until it is released" || fail "release: $(cat "$work/out")"
stop
logged 'sanitizer|runtime error|assert' && fail "a sanitizer spoke"
[ $failures = 0 ]
