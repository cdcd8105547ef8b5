#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tmux.sh: the console in real terminals of every kind. A screen counts when it equals the golden text and holds for 100 ms.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
here=$top_srcdir/tests/screen
chisan=$top_builddir/console/chisan
command -v tmux >/dev/null || { echo "tmux is not installed"; exit 77; }
dir=$(mktemp -d)
label=chisan-test-$$
started=0
pid=
failed=0
trap 'tmux -L $label kill-server 2>/dev/null; test -z "$pid" || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

t() { env -i PATH="$PATH" HOME="$dir" TERM=xterm-256color LC_ALL=C.UTF-8 TMUX_TMPDIR="$dir" tmux -L $label -f /dev/null "$@"; }

fail() { echo "FAIL $*"; failed=1; }

"$top_builddir/tests/screen/fakesite" "$dir/s" "$here/model.txt" </dev/null >"$dir/log" 2>&1 &
pid=$!
until grep -q ready "$dir/log" 2>/dev/null; do kill -0 $pid || exit 1; sleep 0.02; done

# start COLUMNS ROWS TERM LC_ALL OPTIONS...: a session of its own, the exit code in $dir/rc
start() {
	label=chisan-test-$$-$((++started)) # a server of its own: the one before may still be about to end
	local w=$1 h=$2 term=$3 lc=$4
	shift 4
	rm -f "$dir/rc"
	t new-session -d -x "$w" -y "$h" "env -i PATH='$PATH' HOME='$dir' TERM=$term LC_ALL=$lc CHISAN_NOW=2026-11-22T12:08:31.4Z \
${ASAN_OPTIONS:+ASAN_OPTIONS='$ASAN_OPTIONS'} '$chisan' -s '$dir/s' $* 2>'$dir/err'; echo \$? >'$dir/rc'; sleep 1" \; \
		set -g status off \; set -g window-size manual >/dev/null
}

# holds FILE WHAT: the pane becomes equal to the file and stays so for 100 ms; at most 10 s.
holds() {
	local i
	for i in $(seq 200); do
		t capture-pane -p >"$dir/now" 2>/dev/null
		if cmp -s "$dir/now" "$1"; then
			sleep 0.1
			t capture-pane -p >"$dir/now"
			cmp -s "$dir/now" "$1" && return 0
		fi
		sleep 0.05
	done
	fail "$2"
	diff -u "$1" "$dir/now" | head -40
	return 1
}

leave() {
	t send-keys Q
	local i
	for i in $(seq 200); do test -s "$dir/rc" && break; sleep 0.05; done
	test "$(cat "$dir/rc" 2>/dev/null)" = 0 || fail "$1: exit code $(cat "$dir/rc" 2>/dev/null)"
	t kill-session 2>/dev/null
}

# The golden text as a terminal of that many rows shows it.
for size in 80x24 132x43; do
	w=${size%x*} h=${size#*x}
	for kind in xterm-256color/C.UTF-8 linux/C.UTF-8 screen/C.UTF-8 vt100/C vt220/C xterm-256color/C; do
		term=${kind%/*} lc=${kind#*/} golden=$here/golden/$size
		test "$lc" = C && golden=$dir/ascii-$size
		if test "$lc" = C && ! test -d "$golden"; then # the same screens in ASCII
			mkdir "$golden"
			(cd "$golden" && env -i PATH="$PATH" HOME="$dir" LC_ALL=C.UTF-8 TERM=xterm CHISAN_NOW=2026-11-22T12:08:31.4Z \
				"$chisan" -s "$dir/s" --script "$here/terminal.script" --size $size --ascii) || fail "script $size"
		fi
		start "$w" "$h" "$term" "$lc"
		holds "$golden/overview.txt" "$kind $size overview"
		t send-keys p
		holds "$golden/points.txt" "$kind $size points"
		t send-keys l Down Down Down Down
		holds "$golden/links.txt" "$kind $size links"
		leave "$kind $size"
	done
done

# Resizes there and back, in between too small.
start 80 24 xterm-256color C.UTF-8
holds "$here/golden/80x24/overview.txt" "before resizing"
t resize-window -x 132 -y 43
holds "$here/golden/132x43/overview.txt" "resized to 132x43"
t resize-window -x 40 -y 9
for i in $(seq 100); do t capture-pane -p | grep -q "too small" && break; sleep 0.05; done
t capture-pane -p | grep -q "too small" || fail "too small is not said"
t capture-pane -p | grep -q "link up" || fail "the link is not shown when too small"
t resize-window -x 80 -y 24
holds "$here/golden/80x24/overview.txt" "resized back"
test "$(t display-message -p '#{pane_title}')" != "owned" || fail "title set"
leave "resizing"

# NO_COLOR: the same text, and no colour in it.
start 80 24 xterm-256color C.UTF-8 --color=never
holds "$here/golden/80x24/overview.txt" "--color=never"
t capture-pane -e -p | grep -qP '\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7])\b[0-9;]*m' && fail "colour in --color=never"
leave "--color=never"

# Terminals that cannot: a sentence, and exit code 2.
for term in dumb no-such-terminal; do
	start 80 24 $term C.UTF-8
	for i in $(seq 200); do test -s "$dir/rc" && break; sleep 0.05; done
	test "$(cat "$dir/rc" 2>/dev/null)" = 2 || fail "TERM=$term: exit code $(cat "$dir/rc" 2>/dev/null)"
	grep -q "terminal" "$dir/err" || fail "TERM=$term: no sentence"
	t kill-session 2>/dev/null
done
env -i PATH="$PATH" HOME="$dir" "$chisan" -s "$dir/s" </dev/null >"$dir/out" 2>"$dir/err"
test $? = 2 || fail "without a terminal: not 2"
grep -q "terminal" "$dir/err" || fail "without a terminal: no sentence"
exit $failed
