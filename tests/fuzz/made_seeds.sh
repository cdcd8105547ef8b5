#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# made_seeds.sh - the seeds of the fuzzers that are made are those that make_seeds makes now.  UPDATE=1 writes them anew.
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
seeds=$top_srcdir/tests/fuzz/seeds
make=$top_builddir/tests/fuzz/make_seeds
[ -x "$make" ] || { echo "skipped: $make is missing"; exit 77; }
if [ -n "${UPDATE-}" ]; then
	"$make" "$seeds" || exit 1
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$make" "$work" || exit 1
failed=0
for file in "$work"/*/*; do
	name=${file#"$work"/}
	cmp "$file" "$seeds/$name" || failed=1
done
# each kind of alarms (96 to 127) and control (128 to 159), each write, each frame of SunSpec, of ECHONET Lite and of what a person looks at has one
for kind in $(sed -nE 's/^\t_\((W_[A-Z_]+), *(9[6-9]|1[0-5][0-9]|4[6789]|5[0-7]|6[123]),.*/\1/p' "$top_srcdir/scada/base/wire.h"); do
	[ -f "$work/fuzz_wire/$kind" ] || { echo "$kind has no seed in make_seeds.c"; failed=1; }
done
[ $failed = 0 ] || echo "a frame has changed: UPDATE=1 make -C BUILD check TESTS=tests/fuzz/made_seeds.sh"
exit $failed
