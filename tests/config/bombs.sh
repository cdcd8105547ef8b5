#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files made to hurt: each gets a sentence, within a time and an amount of memory that are generous to this machine and
# tiny beside what the file asks for.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
site=$top_builddir/scada/site/chisan-site
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
failed=0

# Address space of sanitized builds cannot be limited.
limited=yes
grep -q 'define CHISAN_SANITIZED' "$top_builddir/config.h" 2>/dev/null && limited=no

# bomb NAME SECONDS KILOBYTES WORDS: the folder NAME must be refused with WORDS
bomb() {
	(
		[ $limited = yes ] && ulimit -v "$3"
		timeout "$2" "$site" -n "$1"
	) >out 2>&1
	status=$?
	if [ $status -ne 1 ] || ! grep -q -- "$4" out; then
		echo "$1: exit status $status within $2 s and $3 kB, wanted 1 and '$4'; said:"
		head -5 out | cut -c1-300
		failed=1
	fi
	lines=$(wc -l <out)
	if [ "$lines" -gt 700 ]; then
		echo "$1: $lines lines"
		failed=1
	fi
}

begin() { # begin NAME: its site.yaml comes on stdin, behind a sound beginning
	mkdir -p "$1"
	{
		printf 'site: B\ntimezone: UTC\n'
		cat
	} >"$1/site.yaml"
}
repeat() { # repeat COUNT FORMAT: FORMAT with the numbers from 0
	awk -v n="$1" -v f="$2" 'BEGIN { for (i = 0; i < n; i++) printf f, i, i, i }'
}

# ---- files that are none
mkdir big fifo folder loop zero
truncate -s 104857600 big/site.yaml
bomb big 5 200000 'the file has 104857600 bytes; at most 4194304 are read'
mkfifo fifo/site.yaml
bomb fifo 5 200000 'not a regular file but a pipe'
mkdir folder/site.yaml
bomb folder 5 200000 'this is a folder'
ln -s site.yaml loop/site.yaml
bomb loop 5 200000 'a symbolic link that leads to itself'
ln -s /dev/zero zero/site.yaml
bomb zero 5 200000 'not a regular file'
begin profile-loop <<'E2'
devices:
  - {name: A, profile: p, link: "modbus-tcp://127.0.0.1:502/1"}
  - {name: B, profile: q, link: "modbus-tcp://127.0.0.1:502/2"}
E2
ln -s p.yaml profile-loop/p.yaml
mkfifo profile-loop/q.yaml
bomb profile-loop 5 200000 'p.yaml: a symbolic link that leads to itself'
bomb profile-loop 5 200000 'q.yaml: this is not a regular file'
if [ "$(id -u)" -ne 0 ]; then
	begin unreadable </dev/null
	chmod 0 unreadable/site.yaml
	bomb unreadable 5 200000 'may not read the file'
fi
mkdir growing
head -c 3000000 /dev/urandom >growing/site.yaml
bomb growing 10 300000 'site.yaml'

# ---- many keys
{ echo 'devices: []'; repeat 20000 'title: x\n'; } | begin equal-keys
bomb equal-keys 10 300000 'and 19799 more faults, which are not shown'
{ echo 'devices: []'; repeat 20000 'key%d: x\n'; } | begin unknown-keys
bomb unknown-keys 10 300000 "has no key 'key0'"
{ echo 'devices: []'; printf 'energy: {'; repeat 200000 'a: 1, '; echo 'b: 1}'; } | begin equal-in-flow
bomb equal-in-flow 20 600000 "the key 'a' stands here again"

# ---- depth
{ printf 'devices: '; repeat 1000000 '['; } | begin deep-flow
bomb deep-flow 30 1500000 'nested more than 16 deep'
{ printf 'devices: '; repeat 500000 '{a: '; } | begin deep-map
bomb deep-map 30 1500000 'nested more than 16 deep'
{ printf 'devices:\n'; repeat 1000000 '- '; echo; } | begin deep-list
bomb deep-list 30 1500000 'nested more than 16 deep'
awk 'BEGIN { print "devices:"; for (i = 1; i < 2500; i++) printf "%" i "sa:\n", "" }' | begin deep-block
bomb deep-block 30 1500000 'nested more than 16 deep'
repeat 1500000 '? ' | begin deep-questions
bomb deep-questions 30 1500000 'nested more than 16 deep'

# ---- length
{ printf 'devices: []\ntitle: '; repeat 400000 'xxxxxxxxxx'; echo; } | begin long-text
bomb long-text 20 600000 'at most 120'
repeat 600000 '- {}\n' | { echo 'devices:'; cat; } | begin many-items
bomb many-items 30 1000000 'this device has no name'
repeat 200000 '- &a%d x\n' | { echo 'devices:'; cat; } | begin many-anchors
bomb many-anchors 30 1000000 'an anchor (&)'
{ echo 'devices:'; echo '- &a x'; repeat 400000 '- *a\n'; } | begin many-aliases
bomb many-aliases 30 1000000 'an alias (\*)'
repeat 100000 '? [a, b]\n: 1\n' | begin complex-keys
bomb complex-keys 30 1000000 'a list stands where the name of a key is wanted'

# ---- many points
points() { # points COUNT: of a profile
	repeat "$1" '  - {tag: P%d, title: Power, kind: analog, read: {table: holding, address: 7, type: u16, scale: 0.1}, unit: kW}\n'
}
{ echo 'devices:'; repeat 20000 '  - {name: D%d, profile: p, link: "modbus-tcp://127.0.0.1:502/1"}\n'; } | begin too-many
{ printf 'profile: p\npoints:\n'; points 20000; } >too-many/p.yaml
bomb too-many 30 1000000 '400000000 points in all; a site has at most 200000'
{
	printf 'devices: []\ncalculations:\n'
	awk 'BEGIN { for (i = 0; i < 30000; i++) printf "  - {tag: C.N%d, kind: analog, expression: C.N%d + 1}\n", i, (i + 1) % 30000 }'
} | begin circle
bomb circle 30 1000000 'a circle: C.N0 reads C.N1'
{
	printf 'devices:\n  - {name: D, profile: p, link: "modbus-tcp://127.0.0.1:502/1"}\ncalculations:\n'
	repeat 30000 '  - {tag: C.N%d, kind: analog, expression: "sum(\\"*19999\\")"}\n'
} | begin patterns
{ printf 'profile: p\npoints:\n'; points 20000; } >patterns/p.yaml
bomb patterns 40 1000000 'compared with too many points'

# ---- and what is only large loads: 100,000 points of five device types
{ echo 'devices:'; repeat 5 '  - {name: D%d, profile: p%d, link: "modbus-tcp://127.0.0.1:502/%d"}\n'; } | begin large
for i in 0 1 2 3 4; do
	{ printf 'profile: p%d\npoints:\n' $i; points 20000; } >large/p$i.yaml
done
(
	[ $limited = yes ] && ulimit -v 600000
	timeout 60 "$site" -n large
) >out 2>&1
status=$?
if [ $status -ne 0 ] || ! grep -q '^large: 100000 points, 5 devices: no faults$' out; then
	echo "large: exit status $status"
	head -5 out | cut -c1-300
	failed=1
fi

# ---- memory that is not there: a sentence and an exit status, no hang
if [ $limited = yes ]; then
	(
		ulimit -v 60000
		timeout 30 "$site" -n large
	) >out 2>&1
	status=$?
	if [ $status -eq 0 ] || [ $status -eq 124 ] || ! grep -q 'memory' out; then
		echo "large in 60 MB: exit status $status"
		head -5 out
		failed=1
	fi
fi
exit $failed
