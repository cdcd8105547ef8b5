#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# stalled.sh - a store that takes nothing for so long that chisand's memory of what waits is full: values go on, memory stays bounded,
# the oldest samples go, and when the store goes on the record says what is missing. Needs root, for a small tmpfs.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=66
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
command -v sqlite3 >/dev/null || { echo "SKIP: no sqlite3"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "SKIP: only root may mount a tmpfs"; exit 77; }
mkdir "$work/disk" && mount -t tmpfs -o size=200m,mode=0700 tmpfs "$work/disk" 2>/dev/null || { echo "SKIP: no tmpfs may be mounted here"; exit 77; }
at_end() { umount -l "$work/disk"; }
data=$work/disk/data
points=12000
bound=$((32 * 1024)) # kB of batches that wait, as archive.h has it

# thousands of values that change with each poll fill it in a minute
sed -i "s/poll: 200ms/poll: 100ms/" "$work/site/site.yaml"
awk -v n=$points 'BEGIN { for (i = 1; i <= n; i++) printf "  - {tag: LOAD.P%d, kind: analog, unit: kW, expression: \"M.A * %d.37\", decimals: 2}\n", i, i }' >"$work/more"
sed -i "/tag: SUM.KWH/r $work/more" "$work/site/site.yaml"
rows() { sqlite3 -readonly "$data/store/chisan.db" "$1" 2>/dev/null; }

start
until_true 20 value_is SYS.STORE 0 good || fail "the store is not well: $(value_of SYS.STORE)"
until_true 20 sh -c "timeout 20 '$chisan' trend LOAD.P1 --since 10m --samples --json | grep -q value" || fail "nothing is recorded"
before=$(resident "$server")
dd if=/dev/zero of="$work/disk/rubbish" bs=64k 2>/dev/null
check "the store takes nothing" until_true 30 value_is SYS.STORE 2 good
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
check "samples go when the bound is reached, and it is said" until_true 240 logged 'the oldest samples go'
first=$(value_of M.A)
sleep 10 # beyond it: what waits grows no more
after=$(resident "$server")
# A sanitizer keeps what was freed: its memory says nothing of what waits.
is_sanitized || [ $((after - before)) -lt $((bound * 2)) ] && pass "chisand grew by $((after - before)) kB, and what waits is bounded" || fail "chisand grew from $before to $after kB"
[ "$first" != "$(value_of M.A)" ] && pass "values go on" || fail "M.A stands still"
ask 0 note 'while it stalls' && grep -qi 'not yet recorded' "$work/out" && pass "acts are taken" || fail "note: $(cat "$work/out")"
rm "$work/disk/rubbish"
check "room again: well" until_true 60 value_is SYS.STORE 0 good
check "the note is recorded" until_true 30 journalled 'while it stalls'
check "the record says what is missing" until_true 60 sh -c "[ \"\$(sqlite3 -readonly '$data/store/chisan.db' 'SELECT sum(lost) FROM gap')\" -gt 1000 ]"
check "and the log that it is over" until_true 30 logged 'samples were lost so far'
rows 'SELECT why FROM gap LIMIT 1' | grep -q 'memory' && pass "and why: $(rows 'SELECT count(*), sum(lost), why FROM gap')" || fail "gap: $(rows 'SELECT * FROM gap LIMIT 3')"
[ "$(rows 'SELECT count(*) FROM gap WHERE t1 < t0')" = 0 ] || fail "a gap ends before it begins"
is_whole && pass "the chain is whole"
stop
[ "$(sqlite3 "$data/store/chisan.db" 'PRAGMA integrity_check')" = ok ] || fail "the database is damaged"
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
