#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# closed_days.sh - days that close by themselves in accelerated time and are filed; late data, revisions, a person's confirmation.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/made_record.sh"
faketime=/usr/lib/$(gcc -print-multiarch 2>/dev/null || echo x86_64-linux-gnu)/faketime/libfaketime.so.1
zone=Asia/Tokyo
if [ ! -r "$faketime" ] || grep -q 'fsanitize' "$top_builddir/config.log"; then
	echo "SKIP: libfaketime is not installed, or would not bear with a sanitizer"
	exit 77
fi
filed() { # KIND LABEL REVISION
	"$chisan" report --list "$1" -n 1000 | awk -v label="$2" -v revision="$3" '$2 == label && $3 == revision { found = 1 } END { exit !found }'
}
revisions() { "$chisan" report --list "$1" -n 1000 | awk -v label="$2" '$2 == label' | wc -l; }
foot() { "$chisan" report daily 2025-11-07 "$@" | tail -n 1; }
site tokyo Asia/Tokyo
"$fill" "$work/tokyo" "$work/c" 2025-11-06 2025-11-08 300 >"$work/out" 2>&1 || fail "no data"
start "$work/tokyo" "$work/c" "@2025-11-07 23:59:30 x80"
until_true 5 filed daily 2025-11-06 1 && pass "the day before is filed, as it was missed" || fail "2025-11-06 is not filed"
filed daily 2025-11-07 1 && fail "the day is filed before it is over"
if until_true 40 filed daily 2025-11-07 1 && until_true 10 filed demand 2025-11-07 1 && until_true 10 filed operation 2025-11-07 1; then
	pass "a day that closes is filed by itself"
else
	fail "2025-11-07 is not filed: $("$chisan" report --list)"
fi
"$chisan" journal --kind report >"$work/out"
grep -q 'report daily of 2025-11-07 was filed' "$work/out" && pass "and journalled" || fail "not in the journal"
digest=$("$chisan" report --list daily --json -n 1000 | grep '"label": *"2025-11-07"' | sed 's/.*"digest": *"\([0-9a-f]*\)".*/\1/')
case $(/usr/bin/python3 "$top_srcdir/tests/scenario/ask.py" "$CHISAN_SOCKET" confirm daily 2025-11-07 1 "${digest%?}$([ "${digest: -1}" = 0 ] && echo 1 || echo 0)") in
"5 "*"another digest"*) pass "what a person did not see is not confirmed" ;;
*) fail "a wrong digest was taken" ;;
esac
foot >"$work/out"
grep -q 'revision 1, .*not confirmed$' "$work/out" || fail "the foot: $(cat "$work/out")"
"$chisan" report confirm daily 2025-11-07 --yes >"$work/out" 2>&1 && foot | grep -q "revision 1, .*confirmed by $(id -un) at 2025-11-08 .*digest ${digest:0:16}" &&
	pass "a confirmation stands at the foot with name, time and digest" || fail "confirm: $(foot)"
"$chisan" report confirm daily 2025-11-07 --yes >"$work/out" 2>&1 && fail "confirmed twice"
"$chisan" report daily 2025-11-07 --revision 1 --ja >"$work/first"
stop
"$fill" --late "$work/tokyo" "$work/c" 2025-11-07 250 || fail "no late data"
start "$work/tokyo" "$work/c" "@2025-11-08 00:40:00 x80"
until_true 40 filed daily 2025-11-07 2 && pass "late data make a second revision" || fail "no second revision: $("$chisan" report --list daily)"
[ "$(revisions demand 2025-11-07)" = 1 ] && pass "a report that they do not change stays as it is" || fail "demand was filed again"
foot >"$work/out"
grep -q "revision 2, .*not confirmed: revision 1 was, by $(id -un); late data changed it" "$work/out" &&
	pass "which says that it is not confirmed, and that another was" || fail "the foot of revision 2"
"$chisan" report daily 2025-11-07 --revision 1 --ja >"$work/out"
cmp -s "$work/out" "$work/first" && pass "what was confirmed stays to the letter" || fail "revision 1 changed"
"$chisan" journal --kind report >"$work/out"
grep -q "report daily of 2025-11-07 was made again as revision 2 .*confirmed by $(id -un), stays" "$work/out" && pass "the journal says so" ||
	fail "revision 2 in the journal"
"$chisan" report confirm daily 2025-11-07 --yes >"$work/out" 2>&1 && foot | grep -q 'revision 2, .*; confirmed by' &&
	pass "it is confirmed anew" || fail "confirm of revision 2: $(foot)"
stop
[ $failures = 0 ] && ! grep -iE 'sanitizer|runtime error' "$work/log"
