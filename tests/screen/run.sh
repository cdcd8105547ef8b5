#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh: golden screens. Scripts of keys against a site that stands still; every cell must be as in golden/.
# UPDATE=1 writes the golden files anew: review them with git diff.
set -eu
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
export top_srcdir
here=$top_srcdir/tests/screen
chisan=$top_builddir/console/chisan
fakesite=$top_builddir/tests/screen/fakesite
dir=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# Frozen time, a clean environment, a home of its own.
screen() { # SCRIPT OUT OPTIONS...
	script=$1 out=$2
	shift 2
	mkdir -p "$out"
	(cd "$out" && env -i PATH="$PATH" HOME="$dir" XDG_STATE_HOME="${state:-$dir/none}" LC_ALL=C.UTF-8 TERM=xterm CHISAN_NOW=2026-11-22T12:08:31.4Z \
	    ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} "$chisan" -s ../../s --script "$here/$script" "$@") || {
		echo "FAIL $script $*: exit $?"
		failed=1
	}
}

# "ready" of the one before is no answer: what is not yet the server may not hear that it is to end.
serve() { # [MODEL]
	rm -f "$dir/log"
	"$fakesite" "$dir/s" "$here/${1:-model.txt}" </dev/null >"$dir/log" 2>&1 &
	pid=$!
	until grep -q ready "$dir/log" 2>/dev/null; do
		kill -0 "$pid" || { cat "$dir/log"; exit 1; }
		sleep 0.02
	done
}

serve
for size in 80x24 132x43 200x60; do
	screen tour.script "$dir/out/$size" --size $size
	screen tour.script "$dir/out/$size-ja" --size $size --ja
done
screen tour.script "$dir/out/80x24-ascii" --size 80x24 --ascii
screen tour.script "$dir/out/80x24-wide" --size 80x24 --ja --ambiguous 2
screen tour.script "$dir/out/80x24-accessible" --size 80x24 --accessible
for size in 80x24 132x43; do
	screen trend.script "$dir/out/trend-$size" --size $size
done
screen trend.script "$dir/out/trend-132x43-ja" --size 132x43 --ja
screen trend.script "$dir/out/trend-ascii" --size 80x24 --ascii
screen trend.script "$dir/out/trend-block" --size 80x24 --graph block
screen trend.script "$dir/out/trend-ambiguous" --size 80x24 --ja --ambiguous 2
screen trend.script "$dir/out/trend-accessible" --size 80x24 --accessible
screen trend.script "$dir/out/trend-small" --size 60x16
screen work.script "$dir/out/work" --size 80x24
screen small.script "$dir/out/small" --size 60x16
screen nolink.script "$dir/out/nolink" --size 80x24 -s ../../nobody

# The record: journal, reports and dialogues; state is kept away from the tree.
for size in 80x24 132x43; do
	screen records.script "$dir/out/records-$size" --size $size
	screen records.script "$dir/out/records-$size-ja" --size $size --ja
done
screen records.script "$dir/out/records-80x24-ascii" --size 80x24 --ascii
screen records.script "$dir/out/records-80x24-accessible" --size 80x24 --accessible
for look in "--size 80x24" "--size 80x24 --ja" "--size 80x24 --ascii" "--size 80x24 --accessible" "--size 132x43" "--size 132x43 --ja" \
    "--size 60x16"; do
	# shellcheck disable=SC2086 # words
	screen co2.script "$dir/out/co2-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
# Acts change the site: each run has a server of its own.
for look in "--size 80x24" "--size 80x24 --accessible" "--size 132x43 --ja"; do
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	serve
	# shellcheck disable=SC2086 # words
	screen acts.script "$dir/out/acts-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
# Commands to the field, tags, approvals: a site of their own, and a server for each run.
for look in "--size 80x24" "--size 80x24 --accessible" "--size 80x24 --ascii" "--size 132x43 --ja"; do
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	serve hand.txt
	# shellcheck disable=SC2086 # words
	screen hand.script "$dir/out/hand-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
# Dispatch: the same.
for look in "--size 80x24" "--size 80x24 --ascii" "--size 80x24 --accessible" "--size 132x43 --ja" "--size 60x16"; do
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	serve dispatch.txt
	# shellcheck disable=SC2086 # words
	screen dispatch.script "$dir/out/dispatch-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
# Self-wheeling: the same.
for look in "--size 80x24" "--size 80x24 --ascii" "--size 132x43" "--size 132x43 --ja" "--size 60x16"; do
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	serve dispatch.txt
	# shellcheck disable=SC2086 # words
	screen wheel.script "$dir/out/wheel-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
# Guided sequences: the same.
for look in "--size 80x24" "--size 80x24 --ascii" "--size 80x24 --accessible" "--size 132x43 --ja" "--size 60x16"; do
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	serve sequence.txt
	# shellcheck disable=SC2086 # words
	screen sequence.script "$dir/out/sequence-$(echo "$look" | tr -cd 'a-z0-9')" $look
done
kill "$pid"
wait "$pid" 2>/dev/null || true
serve

# Alarms: looked at, acted on, and as they come. A site of its own, which is told what happens.
serve_alarms() {
	if test -n "$pid"; then
		kill "$pid"
		wait "$pid" 2>/dev/null || true
	fi
	rm -f "$dir/in" "$dir/log"
	mkfifo "$dir/in"
	"$fakesite" "$dir/s" "$here/model.txt" "$here/alarms.txt" <"$dir/in" >"$dir/log" 2>&1 &
	pid=$!
	exec 9>"$dir/in"
	until grep -q ready "$dir/log" 2>/dev/null; do
		kill -0 "$pid" || { cat "$dir/log"; exit 1; }
		sleep 0.02
	done
}
shown() { # FILE: until the console has written it
	until test -s "$1"; do
		kill -0 $waiting 2>/dev/null || { echo "FAIL alarm-live.script: no $1"; failed=1; return; }
		sleep 0.02
	done
}
serve_alarms
screen alarms.script "$dir/out/alarms-80x24" --size 80x24
screen alarms.script "$dir/out/alarms-132x43" --size 132x43
screen alarms.script "$dir/out/alarms-132x43-ja" --size 132x43 --ja
screen alarms.script "$dir/out/alarms-80x24-ascii" --size 80x24 --ascii
screen alarms.script "$dir/out/alarms-80x24-accessible" --size 80x24 --accessible
for size in 80x24 132x43; do
	screen kpi.script "$dir/out/kpi-$size" --size $size
	screen kpi.script "$dir/out/kpi-$size-ja" --size $size --ja
done
screen kpi.script "$dir/out/kpi-80x24-ascii" --size 80x24 --ascii
screen kpi.script "$dir/out/kpi-80x24-accessible" --size 80x24 --accessible
screen kpi.script "$dir/out/kpi-60x16" --size 60x16
for size in 80x24 132x43; do
	serve_alarms
	screen alarm-acts.script "$dir/out/alarm-acts-$size" --size $size
	serve_alarms
	echo "knob engineer 1" >&9
	until grep -q done "$dir/log"; do sleep 0.02; done
	screen alarm-engineer.script "$dir/out/alarm-engineer-$size" --size $size
	if test $size = 80x24; then
		screen raw.script "$dir/out/raw-$size" --size $size
		screen raw.script "$dir/out/raw-$size-accessible" --size $size --accessible
	fi
	serve_alarms
	screen alarm-live.script "$dir/out/alarm-live-$size" --size $size &
	waiting=$!
	shown "$dir/out/alarm-live-$size/before.txt"
	echo "alarm GRID.RX.F.L UNACK" >&9
	echo "horn 2 GRID.RX.F.L" >&9
	shown "$dir/out/alarm-live-$size/home.txt"
	echo "flood 1" >&9
	shown "$dir/out/alarm-live-$size/flood.txt"
	kill "$pid"
	wait $waiting || failed=1
	pid=
done
exec 9>&-
serve

# Bookmarks are kept between runs; a page becomes a file that tells when it was seen.
state=$dir/state
screen keep.script "$dir/out/keep"
screen kept.script "$dir/out/kept"
cp "$dir"/state/chisan/page-20261122-210831-*.txt "$dir/out/keep/" || failed=1
state=

# The server dies while the console looks on.
screen lost.script "$dir/out/lost" --size 80x24 &
waiting=$!
until test -s "$dir/out/lost/live.txt"; do
	kill -0 $waiting || break
	sleep 0.02
done
kill "$pid"
wait $waiting || failed=1
pid=
rm -f "$dir/out/lost/live.txt"

# The same under a trend.
serve
screen trend-lost.script "$dir/out/trend-lost" --size 80x24 &
waiting=$!
until test -s "$dir/out/trend-lost/live.txt"; do
	kill -0 $waiting || break
	sleep 0.02
done
kill "$pid"
wait $waiting || failed=1
pid=
rm -f "$dir/out/trend-lost/live.txt"

# And under a command that was sent.
serve hand.txt
screen hand-lost.script "$dir/out/hand-lost" --size 80x24 &
waiting=$!
until test -s "$dir/out/hand-lost/live.txt"; do
	kill -0 $waiting || break
	sleep 0.02
done
kill "$pid"
wait $waiting || failed=1
pid=
rm -f "$dir/out/hand-lost/live.txt"

# It dies, comes back, and dies again.
saved() { # FILE: until the console has written it
	until test -s "$dir/out/again/$1"; do
		kill -0 $waiting 2>/dev/null || { echo "FAIL again.script: no $1"; failed=1; return; }
		sleep 0.02
	done
}
serve
screen again.script "$dir/out/again" --size 80x24 &
waiting=$!
saved live.txt
kill "$pid"
saved down.txt
serve
saved back.txt
kill "$pid"
wait $waiting || failed=1
pid=
rm -f "$dir/out/again/live.txt" "$dir/out/again/down.txt"

if test "${UPDATE:-0}" = 1 && test $failed = 0; then
	rm -rf "$here/golden"
	cp -r "$dir/out" "$here/golden"
	echo "golden screens written: $(find "$here/golden" -type f | wc -l)"
fi
diff -ru "$here/golden" "$dir/out" || failed=1

# No line is wider than its screen, no screen higher; no control character anywhere.
if LC_ALL=C grep -rlP '[\x00-\x08\x0b-\x1f\x7f]' "$dir/out"; then
	echo "FAIL: control characters in a screen"
	failed=1
fi
if LC_ALL=C grep -lP '[\x80-\xff]' "$dir"/out/80x24-ascii/* "$dir"/out/trend-ascii/* "$dir"/out/records-80x24-ascii/* \
    "$dir"/out/hand-size80x24ascii/* "$dir"/out/wheel-size80x24ascii/* "$dir"/out/alarms-80x24-ascii/*; then
	echo "FAIL: ASCII screens hold something else"
	failed=1
fi
exit $failed
