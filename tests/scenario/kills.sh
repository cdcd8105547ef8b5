#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kills.sh - programs are killed at random while people write notes and set values by hand: what was confirmed as recorded is there,
# once; values by hand are true to what was answered; the chain is whole. Then the writer and the reader hang and come back.
# CHISAN_ROUNDS: kills (12); CHISAN_SEED: of the choice.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=62
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
rounds=${CHISAN_ROUNDS:-12}
seed=${CHISAN_SEED:-$$}
echo "seed $seed, $rounds kills"
RANDOM=$seed

# Notes and values by hand, one after the other, until it is told to stop: a line for each, with what was answered.
# A client asks again with the same words if it does not know what became of it; as a person does, under a new token.
writer_of() { # NAME
	local n=0 code value
	: >"$work/acts.$1"
	while [ ! -e "$work/enough" ]; do
		n=$((n + 1))
		timeout 20 "$chisan" note "note $1-$n." >"$work/out.$1" 2>&1
		code=$?
		echo "note $1-$n. $code $(head -n 1 "$work/out.$1")" >>"$work/acts.$1"
		if [ "$1" = a ] && [ $((n % 3)) = 0 ]; then
			value=$((1000 + n))
			timeout 20 "$chisan" manual M.C $value --reason "value $value." >"$work/out.$1" 2>&1
			code=$?
			echo "manual $value $code $(head -n 1 "$work/out.$1")" >>"$work/acts.$1"
		fi
		sleep 0.05
	done
}
start
until_true 10 value_is M.B 7 good || fail "no live value"
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
writer_of a & first=$!
writer_of b & second=$!
at_end() { : >"$work/enough" 2>/dev/null; kill $first $second 2>/dev/null; wait $first $second 2>/dev/null; }
victims=''
for _ in $(seq "$rounds"); do
	sleep "0.$((RANDOM % 10))"
	[ $((RANDOM % 3)) != 0 ] || sleep 1
	case $((RANDOM % 5)) in
	0) victim=chisand; helpers=$(pgrep -P "$server"); kill -9 "$server"; wait "$server" 2>/dev/null
		# its helpers end with their pipes, and finish what they had; now and then they are killed too
		[ $((RANDOM % 2)) = 0 ] && { kill -9 $helpers 2>/dev/null; victim=all; }
		for pid in $helpers; do until_true 10 sh -c "! kill -0 $pid" || fail "helper $pid outlives chisand"; done
		launch ;;
	1 | 2) victim=store; kill -9 $(helper '-d') 2>/dev/null ;;
	3) victim=reader; kill -9 $(helper '-r') 2>/dev/null ;;
	*) victim=field; kill -9 $(pgrep -P "$server" -f chisan-field) 2>/dev/null ;;
	esac
	victims="$victims $victim"
done
echo "killed:$victims"
until_true 40 value_is SYS.STORE 0 good && pass "all come back" || fail "the store is not well: $("$chisan" get SYS.STORE --json)"
: >"$work/enough"
wait $first $second
until_true 40 "$chisan" get M.A || fail "no chisand at the end"
until_true 30 value_is SYS.EVTQ 0 good && until_true 30 value_is SYS.STORE 0 good || fail "acts still wait for the journal"
until_true 30 "$chisan" journal --json -n 1 || fail "the journal cannot be asked for"
# Figures are of the second before: what waited then may have become more since.
all_recorded() {
	timeout 60 "$chisan" journal --json -n 100000 >"$work/journal" 2>"$work/err" || return 1
	shown=$(value_of M.C)
	newest=$(grep -o '"text":"value [0-9]*\.' "$work/journal" | tail -n 1 | grep -o '[0-9]*')
	[ -n "$newest" ] && [ "$newest" = "$shown" ]
}
until_true 30 all_recorded || fail "the value is $shown, and the one that was recorded last $newest"
/usr/bin/python3 - "$work" >"$work/out" 2>&1 <<'PY' && pass "$(cat "$work/out")" || fail "$(cat "$work/out")"
import collections, json, sys
work = sys.argv[1]
texts = collections.Counter()
reasons = []
with open(work + "/journal") as f:
    for line in f:
        e = json.loads(line)
        if e["kind"] == "note":
            texts[e["text"]] += 1
        elif e["kind"] == "manual":
            reasons.append(e["text"])
            texts[e["text"]] += 1
bad, recorded, late, unknown, refused = [], 0, 0, 0, 0
for who in "ab":
    with open("%s/acts.%s" % (work, who)) as f:
        for line in f:
            kind, name, code, said = line.split(" ", 3) if line.startswith("manual") else ["note"] + line.split(" ", 3)[1:]
            text = "value %s." % name if kind == "manual" else "note %s" % name
            n = texts[text]
            if code == "0" and "not yet recorded" not in said.lower():
                recorded += 1
                if n != 1:
                    bad.append("%s was confirmed as recorded and is there %d times" % (text, n))
            elif code == "0":
                late += 1
                if n > 1:
                    bad.append("%s is there %d times" % (text, n))
            elif code in ("6", "7", "124"):
                unknown += 1
                if n > 1:
                    bad.append("%s of unknown outcome is there %d times" % (text, n))
            else:
                refused += 1
                if n > 1:
                    bad.append("%s was refused (%s %s) and is there %d times" % (text, code, said.strip(), n))
                if code not in ("5", "15", "1", "3"):
                    bad.append("%s ended with %s: %s" % (text, code, said.strip()))
for b in bad[:10]:
    print(b)
print("%d acts confirmed as recorded are there once; %d were late, of %d the outcome was not known, %d refused" % (recorded, late, unknown, refused))
sys.exit(1 if bad or recorded < 5 else 0)
PY
last=$(grep '^manual' "$work/acts.a" | awk '$3 == 0 { v = $2 } END { print v }')
echo "M.C is $shown; confirmed last: $last, recorded last: $newest"
# what was confirmed last is true, unless one of which the client did not hear came after it
until_true 10 marked M.C "\"value\":$shown[,.].*substituted" && [ "$shown" -ge "$last" ] && [ "$shown" = "$newest" ] && pass "the value by hand is the one that was recorded last" ||
	fail "M.C is $shown; confirmed last: $last, recorded last: $newest"
is_whole && pass "the chain is whole"

# the writer hangs
has_helpers() { pid=$(helper '-d') reader=$(helper '-r'); [ -n "$pid" ] && [ -n "$reader" ]; }
until_true 30 has_helpers || fail "the store is not back"
is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }
hung_for() { [ $(($(milliseconds) - hung)) -ge "$1" ]; } # ms
kill -STOP "$pid"
until_true 5 is_stopped "$pid" || fail "the writer does not hang"
hung=$(milliseconds)
worst=0
for n in 1 2 3 4 5; do
	took=$(milliseconds)
	raw note "hang $n" >"$work/out"
	took=$(($(milliseconds) - took))
	grep -q '^0 1 ' "$work/out" || fail "note while the writer hangs: $(cat "$work/out")"
	[ $took -gt $worst ] && worst=$took
done
[ $worst -lt 1500 ] && pass "while the writer hangs acts are answered as not recorded (at worst $worst ms with the client's start)" || fail "an act took $worst ms"
has_other() { [ "$(value_of M.A)" != "$1" ]; }
until_true 5 has_other "$(value_of M.A)" && pass "and values go on" || fail "values stand"
until_true 10 hung_for 6000
kill -CONT "$pid"
until_true 15 journalled 'hang 5' && pass "what waited is recorded" || fail "hang 5 is not recorded"
for n in 1 2 3 4 5; do [ "$(entries_of "hang $n")" = 1 ] || fail "hang $n: $(entries_of "hang $n") entries"; done
[ "$(helper '-d')" = "$pid" ] && pass "by the same process" || fail "six seconds were too many for it"

# the reader hangs
kill -STOP "$reader"
took=$(milliseconds)
timeout 60 "$chisan" --timeout 3s journal -n 5 >"$work/out" 2>"$work/err"; code=$?
took=$(($(milliseconds) - took))
[ $code != 0 ] && [ $code != 124 ] && [ -s "$work/err" ] && [ $took -lt 20000 ] && pass "a question ends with a sentence ($took ms, code $code): $(head -n 1 "$work/err")" ||
	fail "code $code after $took ms"
timeout 60 "$chisan" --timeout 3s trend M.A --since "$began" --buckets 5 --json >"$work/out" 2>"$work/err"; code=$?
[ $code != 0 ] && [ $code != 124 ] && [ -s "$work/err" ] && pass "so does a trend" || fail "trend: code $code"
timeout 60 "$chisan" status >"$work/out" 2>"$work/err" && pass "status does not wait for it" || fail "status while the reader hangs"
ask 0 note 'while the reader hangs' && grep -qi 'DONE, recorded' "$work/out" && pass "acts do not need it" || fail "note: $(cat "$work/out")"
kill -CONT "$reader" 2>/dev/null
until_true 30 journalled 'while the reader hangs' && pass "and it answers again" || fail "no answers after the reader hung"
is_whole
stop
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
