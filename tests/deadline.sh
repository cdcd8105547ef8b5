#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one test and ends it, with all it started, when it goes on for too long: deadline.sh COMMAND...
# A second before, it says what was running, so that the log of the test tells where it hung.
# CHISAN_TEST_SECONDS (600) is the limit; the exit code is the test's own, or 124 when it was ended.
# CHISAN_TEST_TIMES names a file that gets a line for it: seconds, seconds of processor, what was run.
limit=${CHISAN_TEST_SECONDS:-600}
case ${*: -1} in *tests/fault/*) unset CK_FORK ;; esac # they change what a process may have: one process a test
seen() {
	ps -eo pid,ppid,pgid,stat,etimes,wchan:20,args --forest | awk -v me="$1" '
		NR == 1 { print; next }
		{ line[NR] = $0; parent[$1] = $2; pid[NR] = $1 }
		END { for (i = 2; i <= NR; i++) { p = pid[i]; while (p > 1 && p != me) p = parent[p]; if (p == me) print line[i] } }'
}
timeout --kill-after=10 "$limit" "$@" <&0 &
test=$!
(
	trap 'kill $nap 2>/dev/null; exit 0' TERM
	sleep $((limit - 1)) >/dev/null 2>&1 &
	nap=$!
	wait $nap
	echo "deadline: still running after $((limit - 1)) s:"
	seen $test
) &
watcher=$!
trap 'kill $test 2>/dev/null; wait $test; kill $watcher 2>/dev/null; exit 143' TERM INT HUP
wait $test
end=$?
kill $watcher 2>/dev/null
wait $watcher 2>/dev/null
case $end in
124 | 137) echo "deadline: did not end within $limit s: $*" ;;
esac
if [ -n "${CHISAN_TEST_TIMES-}" ]; then
	times > >(awk -v real=$SECONDS -v what="${*: -1}" 'NR == 2 { split($1, u, /[ms]/); split($2, s, /[ms]/)
		printf "%d %d %s\n", real, (u[1] + s[1]) * 60 + u[2] + s[2], what }' >>"$CHISAN_TEST_TIMES")
	wait $!
fi
exit $end
