#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables of keys in chisan-site(5) are what the program prints from its own tables.  UPDATE=1 writes them in.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
page=$top_srcdir/docs/man/chisan-site.5
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
from='.\\" ---- from here on: chisan-site --print-keys'
to='.\\" ---- to here'
"$top_builddir/scada/site/chisan-site" --print-keys >"$work/keys" || exit 1
if [ -n "$UPDATE" ]; then
	awk -v from="$from" -v to="$to" -v keys="$work/keys" '
		$0 == to { inside = 0 }
		!inside { print }
		$0 == from { inside = 1; while ((getline line < keys) > 0) print line }' "$page" >"$work/page"
	cp "$work/page" "$page"
fi
awk -v from="$from" -v to="$to" '$0 == to { inside = 0 } inside { print } $0 == from { inside = 1 }' "$page" >"$work/now"
if ! diff -u "$work/now" "$work/keys"; then
	echo "docs/man/chisan-site.5 says something else than the program: UPDATE=1 tests/config/man_keys.sh"
	exit 1
fi
[ "$(wc -l <"$work/keys")" -gt 200 ] || exit 1
# Every example in the page is a site that loads.
awk '/^\.\\" example/ { inside = 1; next } /^\.Ed/ { inside = 0 } inside && !/^\.Bd/ { print }' "$page" | sed 's/\\e/\\/g' >"$work/all"
mkdir "$work/site"
awk -v dir="$work/site" '/^# .*\.yaml$/ { out = dir "/" $2 } out { print > out }' "$work/all"
if ! "$top_builddir/scada/site/chisan-site" -n "$work/site" >"$work/said" || [ "$(wc -l <"$work/said")" -ne 1 ]; then
	cat "$work/said"
	echo "the example of docs/man/chisan-site.5 does not load"
	exit 1
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$page" || exit 1
fi
exit 0
