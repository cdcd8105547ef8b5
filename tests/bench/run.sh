#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make bench: every figure against its rival in this one run, as one table.  docs/performance.md says how to read it.
# Each program prints lines  ROW|what|ours|rival|ratio|wanted|1 if reached.  A row that is not reached is said, not failed:
# a busy machine is no defect.
set -u
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 1
export top_builddir=${top_builddir:-$PWD/build}
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
ulimit -n "$(ulimit -Hn)" 2>/dev/null
rows=$(mktemp) || exit 1
trap 'rm -f "$rows"' EXIT
for bench in "$top_builddir"/tests/bench/bench_table "$top_builddir"/tests/bench/bench_alarm "$top_builddir"/tests/bench/bench_field "$top_builddir"/tests/bench/bench_echonet \
	"$top_builddir"/tests/bench/bench_query "$top_builddir"/tests/bench/bench_plan "$top_builddir"/tests/bench/bench_study \
	"$top_builddir"/tests/bench/bench_learned \
	"$top_builddir"/tests/bench/bench_fanout "$top_builddir"/tests/bench/bench_store tests/bench/bench_site.py tests/bench/bench_sunspec.py tests/bench/bench_console.py tests/bench/bench_operator.py tests/bench/bench_guard.py; do
	[ -x "$bench" ] || { echo "bench: $bench is not built" >&2; continue; }
	echo "bench: ${bench##*/}" >&2
	"$bench" "$@" | grep -a '^ROW|' >>"$rows" || echo "bench: ${bench##*/} gave no row" >&2
done
echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(uname -sr)"
awk -F'|' 'BEGIN { printf "%-72s %-22s %-34s %-10s %s\n", "what", "ours", "rival, same run unless recorded", "ratio", "at least" }
	{ printf "%-72s %-22s %-34s %-10s %s%s\n", $2, $3, $4, $5, $6, $7 == 1 ? "" : "   NOT REACHED"; missed += $7 != 1 }
	END { printf "%d rows, %d not reached\n", NR, missed }' "$rows"
