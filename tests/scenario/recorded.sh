#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# recorded.sh - what was recorded is there again: the whole way from a device over chisand and chisan-store to the commands, through
# kills of every program, a full restart, a backup and its restore, and an attempt to change the journal.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=46
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
sql() { # DATABASE STATEMENT: prints the first value of the last row
	/usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2].split(";"):
    rows = db.execute(statement).fetchall()
db.commit()
print(rows[-1][0] if rows else "")' "$@"
}
crash() { # kill -9 of chisand and of all its helpers
	local helpers
	helpers=$(pgrep -P "$server")
	kill -9 "$server" $helpers 2>/dev/null
	wait "$server" 2>/dev/null
	server=''
}

cat >"$work/site/site.yaml" <<SITE
site: Memory
timezone: Asia/Tokyo
devices:
  - {name: M, profile: meter, link: "modbus-tcp://$address:15502/1", poll: 100ms, timeout: 2s}
  - {name: SYS, profile: chisand-system}
calculations:
  - {tag: SUM.KWH, kind: analog, unit: kWh, expression: "integrate(M.A, 1h)", decimals: 6}
SITE
cat >"$work/site/meter.yaml" <<SITE
profile: meter
protocol: modbus
points:
  - {tag: A, kind: analog, unit: kW, read: {table: holding, address: 1, type: u16}, range: [0, 500], decimals: 0}
  - {tag: B, kind: analog, unit: kW, read: {table: holding, address: 2, type: u16}, decimals: 0}
  - {tag: N, kind: counter, unit: kWh, read: {table: holding, address: 3, type: u16}, counter: {modulus: 65536}, decimals: 0}
  - {tag: RUN, kind: digital, read: {table: holding, address: 4, type: u16}, states: {0: stop, 1: run}}
SITE
set_meter '1 40' '2 7' '3 65530' '4 0'
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# 1 history: values that were there come back, after the store, then all of it was killed
start
until_true 10 value_is M.A 40 good || fail "no live value"
set_meter '1 41' '2 7' '3 65535' '4 1'
until_true 10 value_is M.A 41 good || fail "the device's change does not come through"
samples() { "$chisan" trend M.A --since "$began" --samples --json 2>/dev/null | grep -o '"value":[0-9]*' | sort -u | tr -d '\n'; }
has_samples() { [ "$(samples)" = "$1" ]; }
until_true 10 has_samples '"value":40"value":41' && pass "samples are recorded" || fail "samples: $(samples)"
old=$(helper '-d')
kill -9 "$old"
set_meter '1 42' '2 7' '3 4' '4 1'
until_true 20 has_samples '"value":40"value":41"value":42' && pass "the writer may die: nothing is missing" || fail "after the writer's death: $(samples)"
old=$(helper '-r')
kill -9 "$old"
until_true 20 has_samples '"value":40"value":41"value":42' && pass "the reader may die" || fail "after the reader's death: $(samples)"

# 2 acts: recorded before they are confirmed, and there after kill -9 of everything
ask 0 manual M.B 123 --reason 'meter is being changed' && value_is M.B 123 substituted ||
	until_true 5 value_is M.B 123 good && pass "a manual value" || fail "no manual value"
ask 0 scan M.RUN off --reason 'contact chatters'
ask 0 note 'heard a noise in hall 2' --point M.A
crash
start
until_true 10 sh -c "'$chisan' get M.B --json | grep -q '\"value\":123[,.].*substituted'" && pass "a manual value survives kill -9" ||
	fail "M.B after the crash: $("$chisan" get M.B --json)"
until_true 10 sh -c "'$chisan' get M.RUN --json | grep -q blocked" && pass "so does a scan that is off" || fail "M.RUN: $("$chisan" get M.RUN --json)"
ask 0 journal --json
for word in '"kind":"manual"' '"kind":"scan"' '"kind":"note"' 'meter is being changed' 'contact chatters' 'heard a noise'; do
	grep -q -- "$word" "$work/out" || fail "the journal lacks $word"
done
ask 0 journal verify && pass "the chain is whole" || fail "the chain"
ask 0 manual M.B --off --reason 'meter changed'
ask 0 scan M.RUN on --reason 'contact mended'
until_true 10 value_is M.B 7 good && pass "and ends when a person ends it" || fail "M.B stays"

# 3 sums go on, counters count over the roll-over and over the outage
kwh() { "$chisan" get SUM.KWH --json | sed 's/.*"value":\([0-9.e-]*\).*/\1/'; }
until_true 15 sh -c "'$chisan' get SUM.KWH --json | grep -q '\"quality\":\"good\"'" || fail "SUM.KWH"
integral=$(kwh)
stop
set_meter '1 43' '2 7' '3 20' '4 1'
start
until_true 10 value_is M.A 43 good
awk -v a="$integral" -v b="$(kwh)" 'BEGIN { exit !(b >= a && a > 0) }' && pass "an integral goes on after a stop" || fail "integral: $integral, then $(kwh)"
counted() { [ "$("$chisan" trend M.N --since "$began" --buckets 1 --json 2>/dev/null | grep -o '"increment":[0-9]*' | head -n 1)" = "\"increment\":$1" ]; }
until_true 15 counted 26 && pass "a counter counts over roll-over and outage" ||
	fail "increment: $("$chisan" trend M.N --since "$began" --buckets 1 --json)"

# 4 backup while it runs, and the restore
ask 0 backup "$work/copy.db" && [ "$(sql "$work/copy.db" 'PRAGMA integrity_check')" = ok ] && pass "a backup is whole" || fail "backup"
ask 0 note 'after the backup'
newest=$("$chisan" journal --json | tail -n 1 | sed 's/.*"seq":\([0-9]*\).*/\1/')
stop
"$store" --restore "$work/copy.db" -d "$work/data" >"$work/out" 2>&1 || fail "the restore ended with $?"
start
until_true 20 has_samples '"value":40"value":41"value":42"value":43' && pass "the restored history is there" || fail "restored: $(samples)"
ask 0 journal verify && pass "the chain is whole after a restore" || fail "the chain after the restore"
ask 0 note 'after the restore'
again=$("$chisan" journal --json | tail -n 1 | sed 's/.*"seq":\([0-9]*\).*/\1/')
[ "$again" -gt "$newest" ] && pass "no number of an entry is used again ($newest, then $again)" || fail "entry $again after $newest"

# 5 who changes the journal is found out
stop
sql "$work/data/store/chisan.db" "DROP TRIGGER journal_stays; UPDATE journal SET text = 'nothing happened' WHERE text LIKE '%noise%'" >/dev/null || fail "the test is wrong"
seq=$(sql "$work/data/store/chisan.db" "SELECT seq FROM journal WHERE text = 'nothing happened'")
start
ask 1 journal verify
grep -q "entry $seq" "$work/out" "$work/err" && pass "the first changed entry is named" || fail "entry $seq is not named"
stop
[ $failures = 0 ] && ! grep -iE 'sanitizer|runtime error' "$work/log"
