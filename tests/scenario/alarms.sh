#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# alarms.sh - alarms come and go, an operator acknowledges and shelves them, and chisand, its store and its field program are killed at
# random: every alarm goes on from the state in which the journal left it, no occurrence is used twice or ends twice, what was confirmed as
# recorded is there once; a shelf that came to its end while nothing ran is over; two consoles at once give one acknowledgement.
# CHISAN_ROUNDS: kills (6); CHISAN_SEED: of the choice.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=63
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
rounds=${CHISAN_ROUNDS:-6}
seed=${CHISAN_SEED:-$$}
echo "seed $seed, $rounds kills"
RANDOM=$seed

# ---- a plant of its own beside the meter
mkdir "$work/plc"
{
	printf 'profile: plc\nprotocol: modbus\npoints:\n'
	for n in 1 2 3 4 5 6 7 8; do
		printf '  - {tag: A%d, kind: analog, unit: kW, read: {table: holding, address: %d, type: u16}, range: [0, 1000], decimals: 0, alarms: [{type: H, limit: 80, deadband: 5, priority: 3, response: "Look"}]}\n' $n $n
	done
} >"$work/site/plc.yaml"
sed -i "s|^  - {name: SYS|  - {name: P, profile: plc, area: north, link: \"modbus-tcp://$address:15503/1\", poll: 200ms, timeout: 1s}\n&|" "$work/site/site.yaml"
for n in 1 2 3 4 5 6 7 8; do echo "$n 50"; done >"$work/plc/set"
/usr/bin/python3 "$top_srcdir/tests/scenario/plc.py" "$address" 15503 "$work/plc" >"$work/plc/out" 2>&1 &
meter="$meter $!"
until_true 10 grep -q ready "$work/plc/out" || { echo "SKIP: the test's own device does not listen"; exit 77; }
plant() { printf '%s\n' "$@" >"$work/plc/set.new" && mv "$work/plc/set.new" "$work/plc/set"; }
state_is() { raw alarms | grep -q "^$1 $2 "; }
at_rest() { ! raw alarms | grep -q "^P\.A"; }
begun() { logged 'alarms and control begin'; }

start
until_true 15 begun || fail "alarms never begin"
plant '1 90'
until_true 10 state_is P.A1.H UNACK && pass "a limit that is passed raises its alarm" || fail "no alarm: $(raw alarms)"

# ---- two consoles at once
raw act ack first 0 P.A1.H >"$work/first" & one=$!
raw act ack second 0 P.A1.H >"$work/second" & two=$!
wait $one $two
cat "$work/first" "$work/second" >"$work/both"
[ "$(grep -c '^0 0 recorded' "$work/both")" = 1 ] && [ "$(grep -c '^5 .*acknowledged already: by' "$work/both")" = 1 ] &&
	pass "of two at once one acknowledges, the other is told who did" || fail "two at once: $(cat "$work/both")"
[ "$(entries_of ' ACK: ')" = 1 ] || fail "$(entries_of ' ACK: ') acknowledgements in the journal"

# ---- a shelf that ends while nothing runs
plant '1 90' '2 90' '3 90'
until_true 10 state_is P.A2.H UNACK && until_true 10 state_is P.A3.H UNACK || fail "no second alarm"
raw act shelve short 2 P.A2.H >"$work/out"; grep -q '^0 0 ' "$work/out" || fail "shelve: $(cat "$work/out")"
raw act shelve long 600 P.A3.H >"$work/out"
raw act ack before 0 P.A1.H >/dev/null
before_kill=$(raw alarms | grep '^P.A1.H')
kill -9 "$server"; wait "$server" 2>/dev/null
ended=$(milliseconds)
over() { [ $(($(milliseconds) - ended)) -gt 2500 ]; }
until_true 5 over
: >"$work/log"
launch
until_true 15 begun || fail "alarms do not begin again"
until_true 5 state_is P.A2.H UNACK && pass "a shelf that ended while nothing ran is over" || fail "P.A2.H: $(raw alarms)"
until_true 10 journalled 'it came to its end while the server was down' || fail "its end is not in the journal"
state_is P.A3.H SHLVD && pass "another one goes on" || fail "P.A3.H: $(raw alarms)"
[ "$(raw alarms | grep '^P.A1.H')" = "$before_kill" ] && pass "and the acknowledged one is the same occurrence, acknowledged" ||
	fail "before: $before_kill, now: $(raw alarms | grep '^P.A1.H')"

# ---- kills at random
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$top_srcdir/tests/scenario/operators.py" "$CHISAN_SOCKET" "$work/plc" "$seed" >"$work/operators" 2>&1 & operator=$!
at_end() { : >"$work/plc/enough" 2>/dev/null; kill $operator 2>/dev/null; wait $operator 2>/dev/null; }
victims=''
for _ in $(seq "$rounds"); do
	sleep "0.$((RANDOM % 10))"
	[ $((RANDOM % 2)) != 0 ] || sleep 1
	case $((RANDOM % 4)) in
	0 | 1) victim=chisand; helpers=$(pgrep -P "$server"); kill -9 "$server"; wait "$server" 2>/dev/null
		[ $((RANDOM % 2)) = 0 ] && { kill -9 $helpers 2>/dev/null; victim=all; }
		for pid in $helpers; do until_true 10 sh -c "! kill -0 $pid" || fail "helper $pid outlives chisand"; done
		: >"$work/log"
		launch
		until_true 15 begun || fail "alarms do not begin again" ;;
	2) victim=store; kill -9 $(helper '-d') 2>/dev/null ;;
	*) victim=field; kill -9 $(pgrep -P "$server" -f chisan-field) 2>/dev/null ;;
	esac
	victims="$victims $victim"
done
echo "killed:$victims"
: >"$work/plc/enough"
wait $operator || fail "the operator: $(tail -n 3 "$work/operators")"
[ -s "$work/operators" ] && fail "refused strangely: $(head -n 3 "$work/operators")"
until_true 20 value_is SYS.EVTQ 0 good || fail "entries still wait"
until_true 20 "$chisan" journal --json -n 1 || fail "the journal cannot be asked for"
cat >"$work/judge.py" <<'PY'
import collections, json, re, sys
work = sys.argv[1]
pattern = re.compile(r"(P\.A\d\.H) P3 #(\d+) ([A-Z+-]+)(?:: (.*))?$")
with open(work + "/journal") as f:
    entries = sorted((json.loads(line) for line in f), key=lambda e: e["seq"])
state, owner, ended, texts, bad = collections.defaultdict(lambda: "NORM"), {}, set(), collections.Counter(), []
acks = raised = 0
for e in entries:
    m = pattern.match(e["text"])
    if m is None:
        continue
    name, occurrence, event, words = m.group(1), int(m.group(2)), m.group(3), m.group(4) or ""
    for reason in re.findall(r"act \d+-\d+\.", words):
        texts[(name, reason)] += 1
    before, after = e["before"], e["after"].split(",")[0]
    if before != state[name]:
        bad.append("%d %s: %s was %s before, and is %s here" % (e["seq"], name, event, state[name], before))
    state[name] = after
    if occurrence == 0:
        continue
    if owner.setdefault(occurrence, name) != name:
        bad.append("#%d is of %s and of %s" % (occurrence, owner[occurrence], name))
    if occurrence in ended:
        bad.append("%d #%d of %s goes on after its end: %s" % (e["seq"], occurrence, name, event))
    if after == "NORM":
        ended.add(occurrence)
    if event == "ACK":
        acks += 1
        if before not in ("UNACK", "RTNUN"):
            bad.append("%s acknowledged while %s" % (name, before))
    if before == "ACKED" and after in ("UNACK", "RTNUN") and event not in ("RAISE", "REALARM"):
        bad.append("%s was acknowledged and is not any more: %s" % (name, event))
    raised += event == "RAISE"
standing = {}
with open(work + "/standing") as f:
    for line in f:
        name, now, _ = line.split()
        standing[name] = now
for name in state:
    if standing.get(name, "NORM") != state[name]:
        bad.append("%s is %s, the journal says %s" % (name, standing.get(name, "NORM"), state[name]))
recorded = late = unknown = 0
with open(work + "/plc/acts") as f:
    for line in f:
        word, name, reason, outcome = line.rstrip("\n").split("\t")
        n = texts[(name, reason)]
        recorded += outcome == "recorded"
        late += outcome == "late"
        unknown += outcome == "unknown"
        if n > 1 or (n == 0 and outcome == "recorded"):
            bad.append("%s %s %s (%s) is in the journal %d times" % (word, name, reason, outcome, n))
for b in bad[:10]:
    print(b)
print("%d raised, %d acknowledged, %d occurrences with one end; %d acts recorded, %d late, %d unknown" % (raised, acks, len(ended), recorded, late, unknown))
sys.exit(1 if bad or recorded < 5 or raised < 10 else 0)
PY
judge() { # what the journal has of the last second may be on its way yet
	raw alarms >"$work/standing"
	timeout 60 "$chisan" journal --json -n 100000 >"$work/journal" 2>"$work/err" || return
	/usr/bin/python3 "$work/judge.py" "$work" >"$work/judged" 2>&1
}
until_true 5 judge && pass "$(cat "$work/judged")" || fail "$(cat "$work/judged")"
is_whole && pass "the chain is whole"

# ---- at rest again
plant '1 50' '2 50' '3 50' '4 50' '5 50' '6 50' '7 50' '8 50'
calm() {
	for n in 1 2 3 4 5 6 7 8; do
		raw act unshelve calm 0 P.A$n.H >/dev/null
		raw act ack calm 0 P.A$n.H >/dev/null
	done
	at_rest
}
until_true 15 calm && pass "all are at rest when they are gone and acknowledged" || fail "left: $(raw alarms)"
stop
logged 'sanitizer|runtime error|assert' && fail "a sanitizer spoke"
[ $failures = 0 ]
