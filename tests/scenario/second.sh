#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# second.sh - alarms of priority 1 are shelved from the shell by two persons: the first one's command waits until the second has said yes or
# no, says who it was, and tells the truth when it is interrupted.  Needs root: the second person is another user.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=65
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
{ [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && id nobody >/dev/null 2>&1; } || { echo "SKIP: a second user takes root and setpriv"; exit 77; }
chmod 0755 "$work"
sed -i 's|^  - {tag: A, .*range: \[0, 65535\]|&, alarms: [{type: H, limit: 0, deadband: 0, priority: 1, response: "Look"}]|; s|^  - {tag: B, .*u16}|&, range: [0, 100], alarms: [{type: H, limit: 5, deadband: 1, priority: 1, response: "Look"}]|' "$work/site/meter.yaml"
printf 'users:\n  - {user: %s, role: engineer}\n  - {user: nobody, role: operator}\n' "$(id -un)" >>"$work/site/site.yaml"
set_meter '1 9' '2 7' '3 +' '4 9'
state_is() { raw alarms | grep -q "^$1 $2 "; }
second() { setpriv --reuid=nobody --regid="$(id -g)" --clear-groups "$chisan" "$@" >"$work/second" 2>&1; }
id_of() { "$chisan" approve --json | tr '{' '\n' | sed -n "s/.*\"approval\":\([0-9]*\).*\"what\":\"shelve $1:.*/\1/p"; }
is_asked() { [ -n "$(id_of "$1")" ]; }
shelve() { # ALARM [WORDS...]: in the background; its exit code is in $work/code
	rm -f "$work/code"
	{ "$chisan" shelve "$1" --for 10m --reason 'two of us' "${@:2}" >"$work/out" 2>"$work/err" </dev/null; echo $? >"$work/code"; } &
	until_true 10 is_asked "$1" || fail "nobody is asked"
	until_true 5 grep -qE 'a second person is asked, until [0-9]{2}:[0-9]{2}:[0-9]{2}$' "$work/err" || fail "nothing is said of the second person"
	[ ! -e "$work/code" ] || fail "the command does not wait"
}
ended() { until_true 10 test -s "$work/code" && [ "$(cat "$work/code")" = "$1" ]; }

start
until_true 15 state_is M.A.H UNACK && until_true 5 state_is M.B.H UNACK || fail "no alarm: $(raw alarms)"

shelve M.A.H
state_is M.A.H UNACK || fail "shelved by one alone"
second approve "$(id_of M.A.H)" || fail "approve: $(cat "$work/second")"
ended 0 && grep -qE '^DONE, recorded as entry [0-9]+: M\.A\.H: shelve, approved by nobody$' "$work/out" && state_is M.A.H SHLVD &&
	pass "approved: $(cat "$work/out")" || fail "approved"

shelve M.B.H
second approve "$(id_of M.B.H)" --reject --reason 'look at it' || fail "reject: $(cat "$work/second")"
ended 5 && grep -q 'nobody said no: look at it' "$work/err" && state_is M.B.H UNACK && pass "said no: $(tail -n 1 "$work/err")" || fail "said no"

shelve M.B.H --json
second approve "$(id_of M.B.H)" || fail "approve: $(cat "$work/second")"
ended 0 && [ "$(wc -l <"$work/out")" = 1 ] && grep -q '"result":"done".*' "$work/out" && grep -q 'approved by nobody' "$work/out" &&
	pass "as JSON: one object, at the end" || fail "as JSON"
ask 0 unshelve M.B.H

shelve M.B.H
kill -INT "$(pgrep -P $! -f 'chisan shelve')"
ended 7 && grep -q 'interrupted; nothing is done yet, but a second person may still approve it until' "$work/err" &&
	pass "interrupted: $(tail -n 1 "$work/err")" || fail "interrupted"
is_asked M.B.H || fail "what was asked went with the command"
second approve "$(id_of M.B.H)" || fail "approve: $(cat "$work/second")"
until_true 5 state_is M.B.H SHLVD && pass "and it was still approved" || fail "approved after the interruption: $(raw alarms)"
stop
[ $failures = 0 ]
