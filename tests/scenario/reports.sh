#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# reports.sh - reports from recorded data to the page: weeks of made data of the district, held against independent sums; days of 23 and
# 25 hours. How they are filed: closed_days.sh.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/made_record.sh"
sums() { # RAW WORDS...
	if timeout 120 /usr/bin/python3 "$top_srcdir/tests/report/sums.py" "$chisan" "$@" >"$work/out" 2>&1; then
		sed 's/^/    /' "$work/out"
		return 0
	else
		fail "the reports are not what sums say: ${*:2}"
		return 1
	fi
}

# 1 the sums, with a furnace standstill, a trip, days without a meter, a hand-entered value, inverters that sleep
site tokyo Asia/Tokyo
"$fill" "$work/tokyo" "$work/a" 2025-10-19 2025-11-04 120 "$work/a.csv" >"$work/out" 2>&1 || fail "no data"
start "$work/tokyo" "$work/a"
TZ=Asia/Tokyo sums "$work/a.csv" daily 2025-10-20 daily 2025-11-03 demand 2025-10-20 monthly 2025-10 co2 2025-10 saving 2025-10-20 saving 2025-10-31 &&
	pass "daily, monthly, demand and CO2 reports, and what dispatch saved, are the sums of the samples"
mkdir "$work/pages"
for kind in "daily 2025-10-20" "monthly 2025-10" "yearly 2025" "demand 2025-10-20" "co2 2025-10" "saving 2025-10-20" "energy 2025" "battery 2025-10" \
	"heat 2025-10" "wheel 2025-10-20" "imbalance 2025-10" "operation 2025-10-20" "shift 2025-10-20-1" "shift 2025-10-20T0500"; do
	for words in "" --ja; do
		page="$work/pages/$kind $words"
		# shellcheck disable=SC2086
		"$chisan" report $kind --now $words >"$page" 2>&1 || { [ "$kind" = "shift 2025-10-20T0500" ] || fail "report $kind $words"; }
	done
	# shellcheck disable=SC2086
	"$chisan" report $kind --now --cp932 -o "$work/cp932.csv" --force >/dev/null 2>&1
	iconv -f CP932 -t UTF-8 "$work/cp932.csv" >"$work/back" 2>"$work/out" || fail "report $kind is no CP932"
	grep -q '?' "$work/back" && fail "report $kind loses characters in CP932"
done
/usr/bin/python3 - "$work"/pages/* >"$work/out" <<'PYTHON' || fail "pages do not fit the paper"
import sys, unicodedata
faults = 0
for name in sys.argv[1:]:
    text = open(name, encoding="utf-8").read()
    wide = [l for l in text.split("\n") if sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in l) > 132]
    bad = [w for w in ("nan", "inf", "\t", "\ufffd") if w in text]
    if wide or bad:
        print(name, wide[:2], bad)
        faults += 1
sys.exit(1 if faults or len(sys.argv) != 29 else 0)
PYTHON
pass "every report in both languages keeps to 132 columns, and CP932 has all of its characters"
stop

# 2 the days on which clocks change
site berlin Europe/Berlin
for days in "2025-03-29 2025-03-31 2025-03-30 23" "2025-10-25 2025-10-27 2025-10-26 25"; do
	# shellcheck disable=SC2086
	set -- $days
	"$fill" "$work/berlin" "$work/b$4" "$1" "$2" 120 "$work/b.csv" >"$work/out" 2>&1 || fail "no data"
	start "$work/berlin" "$work/b$4"
	TZ=Europe/Berlin sums "$work/b.csv" daily "$3" demand "$3"
	grep -q "daily $3: .* $4 hours" "$work/out" && pass "a day of $4 hours" || fail "$3 has not $4 hours"
	"$chisan" report demand "$3" --now --csv >"$work/out"
	[ "$(grep -c ",${3}T" "$work/out")" = $(($4 * 2 + 1)) ] || fail "$3 has not $(($4 * 2)) half hours" # and the begin in the head
	stop
done
[ $failures = 0 ] && ! grep -iE 'sanitizer|runtime error' "$work/log"
