#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each folder here is a site.  NAME.err holds what chisan-site -n says of it, NAME.out the print-back of a good one, which
# must load again and print the same.  UPDATE=1 rewrites both; review them by diff.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
site=$top_builddir/scada/site/chisan-site
golden=$top_srcdir/tests/config
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failed=0

# The installed folder of profiles depends on the prefix.
say() { sed 's|[^ ,]*/share/chisan/layouts/profiles|DATADIR/layouts/profiles|'; }

compare() { # compare GOLDEN ACTUAL
	if [ -n "$UPDATE" ]; then
		cp "$2" "$1"
	elif ! diff -u "$1" "$2"; then
		failed=1
	fi
}

cd "$golden" || exit 99
for folder in */; do
	name=${folder%/}
	timeout 60 "$site" -n "$name" >"$work/raw" 2>"$work/words"
	status=$?
	say <"$work/raw" >"$work/err"
	case $name in
	bad-*) wanted=1 ;;
	*) wanted=0 ;;
	esac
	if [ $status -ne $wanted ] || [ -s "$work/words" ]; then
		echo "$name: exit status $status, $wanted wanted"
		cat "$work/words"
		failed=1
	fi
	compare "$golden/$name.err" "$work/err"
	# No control character of a file reaches the reader's terminal.
	if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$work/err"; then
		echo "$name: a control character was printed"
		failed=1
	fi
	[ $wanted -eq 1 ] && continue
	timeout 60 "$site" -n -v "$name" >"$work/out" 2>/dev/null || failed=1
	compare "$golden/$name.out" "$work/out"
	rm -rf "$work/again"
	mkdir "$work/again"
	cp "$work/out" "$work/again/site.yaml"
	timeout 60 "$site" -n -v "$work/again" >"$work/out2" 2>"$work/words" || {
		echo "$name: what was printed does not load again"
		cat "$work/words" "$work/out2"
		failed=1
	}
	if ! cmp -s "$work/out" "$work/out2"; then
		echo "$name: the print-back of the print-back differs"
		diff -u "$work/out" "$work/out2" | head -20
		failed=1
	fi
done

# What is shipped has no faults and no warnings, and prints back to itself.
cd "$top_srcdir" || exit 99
for layout in layouts/*/site.yaml; do
	[ -f "$layout" ] || continue
	folder=${layout%/site.yaml}
	timeout 60 "$site" -n "$folder" >"$work/out" 2>&1 || failed=1
	[ "$(wc -l <"$work/out")" -eq 1 ] || { cat "$work/out"; failed=1; }
	rm -rf "$work/again"
	mkdir "$work/again"
	timeout 60 "$site" -n -v "$folder" >"$work/again/site.yaml" 2>/dev/null
	timeout 60 "$site" -n -v "$work/again" >"$work/out2" 2>/dev/null
	cmp "$work/again/site.yaml" "$work/out2" || failed=1
done

# JSON: one value, whose faults are the lines above.
"$site" -n --json "$golden/bad-numbers" >"$work/json"
[ $? -eq 1 ] || failed=1
if command -v python3 >/dev/null; then
	python3 - "$work/json" "$golden/bad-numbers.err" <<'PY' || failed=1
import json, sys
value = json.load(open(sys.argv[1]))
lines = [l for l in open(sys.argv[2]) if not l.startswith(" ")]
assert value["schema"] == 1 and value["ok"] is False
assert len(value["faults"]) == len(lines), (len(value["faults"]), len(lines))
for fault, line in zip(value["faults"], lines):
    assert line.startswith("bad-numbers/meter.yaml:%d:%d: " % (fault["line"], fault["column"])), line
    assert fault["text"] in line and fault["file"].endswith("bad-numbers/meter.yaml")
PY
fi
exit $failed
