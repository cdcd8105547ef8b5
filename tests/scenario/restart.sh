#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# restart.sh - chisand starts with a long history: how long until the first live value, what memory the store takes, how long a trend
# over all of it. Times are printed and fail nothing; that all is there does. CHISAN_DAYS: of history (20; 400 for the full trial).
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=64
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
days=${CHISAN_DAYS:-20}
maker=$top_builddir/tests/scenario/made_year
[ -x "$maker" ] || { echo "SKIP: $maker is not built"; exit 77; }
is_sanitized && days=3
{
	echo "profile: many"
	echo "protocol: modbus"
	echo "points:"
	for n in $(seq 100); do
		echo "  - {tag: P$n, kind: analog, unit: kW, read: {table: holding, address: $n, type: u16}, decimals: 0}"
	done
} >"$work/site/many.yaml"
for d in 1 2 3; do
	sed -i "/name: SYS/i\\  - {name: D$d, profile: many, link: \"modbus-tcp://$address:15502/1\", poll: 1s}" "$work/site/site.yaml"
done
mkdir -m 0750 "$data"
at=$(milliseconds)
"$maker" "$work/site" "$data" "$days" >"$work/out" 2>"$work/err" && pass "made in $(($(milliseconds) - at)) ms: $(cat "$work/out"), $(du -sk "$data/store" | cut -f1) kB" ||
	{ fail "no history: $(cat "$work/err")"; exit 1; }

first_value() { # prints ms from the start of chisand to its first live value
	local at
	at=$(milliseconds)
	launch
	until "$chisan" get M.B --json 2>/dev/null | grep -q '"quality":"good"'; do
		[ $(($(milliseconds) - at)) -lt 60000 ] || { echo "none in 60000"; return; }
		sleep 0.01
	done
	echo $(($(milliseconds) - at))
}
for kind in cold warm; do
	[ $kind = warm ] || sync
	first_value >"$work/first"
	server=$(cat "$data/chisand.lock")
	echo "$kind: first live value after $(cat "$work/first") ms"
	until_true 20 value_is SYS.STORE 0 good || fail "$kind: the store is not well: $(value_of SYS.STORE)"
	[ $kind = warm ] || stop
done
echo "when all is well: chisand $(resident "$server") kB, writer $(resident "$(helper '-d')") kB, reader $(resident "$(helper '-r')") kB"
since=$(date -u -d "$days days ago" +%Y-%m-%dT%H:%M:%SZ)
for n in 1 2; do
	at=$(milliseconds)
	ask 0 trend D1.P1 D2.P50 --since "$since" --buckets 200 --json
	echo "two points, $days days, 200 buckets: $(($(milliseconds) - at)) ms with the command's start"
done
/usr/bin/python3 - "$work/out" "$days" <<'PY' && pass "all of it is there" || fail "the trend lacks what was made"
import json, sys
for line in open(sys.argv[1]):
    p = json.loads(line)
    full = sum(1 for b in p["buckets"] if b["samples"] > 0)
    assert full >= 199, full
    count = sum(b["samples"] for b in p["buckets"])
    assert abs(count - int(sys.argv[2]) * 720) < 800, count
PY
echo "after it: writer $(resident "$(helper '-d')") kB, reader $(resident "$(helper '-r')") kB"
stop
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
