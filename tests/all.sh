#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test, in the builds that must work; called by `quickstart check`.  The last line counts them.
#   1 gcc        warnings are errors                        4 clang     address and undefined-behaviour checks: make check
#   2 lint       the rules of the house                     5 valgrind  the unit tests of 1
#   3 distcheck  a release builds with gcc, passes all      6 fuzz      every fuzzer for a short while
#                its tests, installs and leaves nothing
# CHISAN_FUZZ_SECONDS (6) is the time for each fuzzer.  Tests mostly wait: 5, 6 and the build of 4 and 6 go on beside them, with what time
# the others leave.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
jobs=$(nproc 2>/dev/null || echo 2)
waiting=$((jobs + 1)) # tests at a time: most of them wait for something
logs=$root/build-check/logs
passed=0 failed=0 skipped=0
mkdir -p "$logs"
ulimit -n "$(ulimit -Hn)" 2>/dev/null
export LC_ALL=C.UTF-8
unset CHISAN_SOCKET CHISAN_NOW NO_COLOR TMUX
# The release is compiled with the flags of 1: what was compiled there need not be again. The store begins empty with each check.
flags='-O2 -g1' cc=gcc
if command -v ccache >/dev/null; then
	cc='ccache gcc'
	export CCACHE_DIR=$root/build-check/ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content
	rm -rf "$CCACHE_DIR"
fi

# Many tests wait for the disk again and again. Those of 4 and 5 have theirs in memory where there is enough; those of 3 on the disk.
fast=
if [ "$(df -P -k /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 4000000 ] 2>/dev/null; then
	fast=$(mktemp -d /dev/shm/ci.XXXX) && chmod 1777 "$fast"
fi
say() { printf '== %s  (%ss)\n' "$*" "$SECONDS"; }
pass() { passed=$((passed + 1)); }
fail() {
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$1"
	[ -z "${2-}" ] || grep -aE '^[^ ]+:[0-9]+:[EF]:' "$2" | head -n 10 # what Check says may stand far above what came after it
	[ -z "${2-}" ] || tail -n "${3-40}" "$2"
}
skip() {
	skipped=$((skipped + 1))
	printf 'skipped: %s: %s\n' "$1" "$(grep -av '^SKIP' "$2" | tail -n 1 | cut -c1-200)"
}
# Runs a step as one test of its own, its words in a log.
step() { # name, command...
	local name=$1
	shift
	if "$@" >"$logs/$name.log" 2>&1; then pass; else
		fail "$name" "$logs/$name.log"
		return 1
	fi
}
# Adds the counts of a finished make check: Check's own where a program prints them, one a script otherwise.
count() { # build folder, name
	local trs log result line n f e
	while read -r trs; do
		log=${trs%.trs}.log
		result=$(sed -n 's/^:test-result: //p' "$trs" | head -n 1)
		line=$(grep -aE '^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+' "$log" | tail -n 1)
		if [ -n "$line" ]; then
			read -r n f e < <(sed -E 's/.*Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+).*/\1 \2 \3/' <<<"$line")
			passed=$((passed + n - f - e))
			if [ $((f + e)) -gt 0 ]; then
				failed=$((failed + f + e - 1))
				fail "$2: ${log#"$1"/}" "$log"
			elif [ "$result" != PASS ]; then
				fail "$2: ${log#"$1"/} ($result)" "$log"
			fi
		else
			case $result in
			PASS) pass ;;
			SKIP) skip "$2: ${log#"$1"/}" "$log" ;;
			*) fail "$2: ${log#"$1"/} ($result)" "$log" ;;
			esac
		fi
	done < <(find "$1" -name '*.trs' | sort)
}
# Beside: steps in the background, one a core, their ends in files that `gather` counts.
beside() { # name, command...
	local name=$1
	shift
	"$@" >"$logs/$name.log" 2>&1
	echo $? >"$logs/$name.new" && mv "$logs/$name.new" "$logs/$name.end"
}
started=()
pool() { # name, command...: as many beside each other as there are cores
	[ ${#started[@]} -lt "$jobs" ] || { wait "${started[0]}"; started=("${started[@]:1}"); }
	beside "$@" &
	started+=($!)
}
pool_end() { wait; started=(); }
gather() { # name: waits for its end and counts it as a step
	until [ -f "$logs/$1.end" ]; do
		kill -0 "$background" 2>/dev/null || [ -f "$logs/$1.end" ] || break
		sleep 0.5
	done
	case $(cat "$logs/$1.end" 2>/dev/null) in
	0) pass ;;
	77) skip "$1" "$logs/$1.log" ;;
	*)
		fail "$1" "$logs/$1.log"
		return 1
		;;
	esac
}
built() { # name, environment and options of configure...
	local name=$1 folder=$root/build-check/$1
	shift
	[ ! -d "$folder" ] || chmod -R u+w "$folder" # a release that failed its tests lies there as it is tried: read-only
	rm -rf "$folder"
	mkdir -p "$folder"
	(cd "$folder" && "$root/configure" -q "$@") && make -C "$folder" -j"$jobs" all
}
check_programs() { # name, flags...
	local name=$1
	shift
	make -C "build-check/$name" -j"$jobs" "$@" check TESTS=
}
# One build for the sanitizers and the fuzzers. The optimizer would take most of the time over the tests' own lines, which nobody waits for.
clang_build() {
	built clang CC=clang-14 CFLAGS='-O1 -g1' --enable-werror --enable-sanitizers --enable-fuzzers && check_programs clang CFLAGS='-O0 -g1'
}
unit_tests() { # of gcc, by name
	local program
	for program in build-check/gcc/tests/unit/t_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		case $program in *.o | *.log | *.trs) continue ;; esac
		echo "${program##*/}"
	done
}
valgrind_test() { # name
	local built=$root/build-check/gcc
	env CK_FORK=no CHISAN_SANDBOX=off CHISAN_VALGRIND=1 TMPDIR="${fast:-/tmp}" top_srcdir="$root" top_builddir="$built" \
		CHISAN_LIBEXECDIR="$built/scada/site:$built/scada/store:$built/scada/notify:$built/scada/planner:$built/drivers" \
		CK_TIMEOUT_MULTIPLIER=20 CHISAN_TEST_SECONDS=1500 tests/deadline.sh valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --error-exitcode=9 --child-silent-after-fork=yes "$built/tests/unit/$1"
}
# What a fuzzer starts from: the golden files of its kind, and what was once found.
seed() { # name, folder
	local file n=0
	[ ! -d "$root/tests/fuzz/seeds/$1" ] || cp "$root/tests/fuzz/seeds/$1"/* "$2"/
	case $1 in
	fuzz_site) set -- "$2" tests/config/*/*.yaml layouts/minimal/*.yaml layouts/profiles/energy-meter.yaml ;;
	fuzz_screen) set -- "$2" layouts/*/screens/*.screen tests/screen/screens/*.screen ;;
	*) return ;;
	esac
	for file in "${@:2}"; do
		n=$((n + 1))
		[ ! -f "$file" ] || cp "$file" "$1/golden-$n"
	done
}
fuzz() { # name
	local corpus result
	corpus=$(mktemp -d) || return 1
	seed "$1" "$corpus"
	tests/deadline.sh "build-check/clang/tests/fuzz/$1" -max_total_time="${CHISAN_FUZZ_SECONDS:-6}" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$logs/$1." "$corpus"
	result=$?
	rm -rf "$corpus"
	return $result
}
fuzzers() {
	local source
	for source in tests/fuzz/fuzz_*.c; do basename "$source" .c; done
}
in_background() {
	local name
	renice -n 19 -p "$BASHPID" >/dev/null 2>&1
	beside clang-build clang_build
	for name in $(unit_tests); do pool "valgrind-$name" valgrind_test "$name"; done
	for name in $(fuzzers); do pool "$name" fuzz "$name"; done
	pool_end
}

step autogen ./autogen.sh || exit 1

say "gcc: build with warnings as errors"
rm -f "$logs"/*.end
step gcc-build built gcc CC="$cc" CFLAGS="$flags" --enable-werror && step gcc-tests-build check_programs gcc || exit 1
in_background &
background=$!
trap 'kill $background 2>/dev/null; [ -z "$fast" ] || rm -rf "$fast"' EXIT

say "lint"
step lint env top_builddir="$root/build-check/gcc" tests/lint.sh
sed -n '/^note:/p' "$logs/lint.log" | tail -n 12

say "quickstart without a terminal"
quickstart() {
	CHISAN_BUILD=$root/build-check/gcc ./quickstart </dev/null || return 1
	! pgrep -f "$root/build-check/gcc/(scada/core/chisand|drivers/)" || { echo "it left something running"; return 1; }
}
step quickstart quickstart

say "distcheck: a release, built with gcc, make check"
kept=$root/build-check/release
rm -rf "$kept" && mkdir -p "$kept"
step distcheck env CHISAN_KEEP_RESULTS="$kept" VERBOSE=1 make -C build-check/gcc -j"$waiting" distcheck \
	DISTCHECK_CONFIGURE_FLAGS="CC='$cc' CFLAGS='$flags'"
[ -n "$(find "$kept" -name '*.trs' -print -quit)" ] || kept=$(find build-check/gcc/chisan-* -maxdepth 3 -type d -name sub | head -n 1)
[ -z "$kept" ] || count "$kept" release

say "clang with address and undefined-behaviour sanitizers: make check"
if gather clang-build; then
	# in one process a program: it costs a sixth less, and what is found names its lines anyway
	CK_FORK=no TMPDIR=${fast:-/tmp} ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:quarantine_size_mb=32:malloc_context_size=12 UBSAN_OPTIONS=print_stacktrace=1 \
		make -C build-check/clang -j"$waiting" check >"$logs/clang-check.log" 2>&1 || grep -q '^# TOTAL' "$logs/clang-check.log" ||
		fail clang-check "$logs/clang-check.log"
	count "$root/build-check/clang" clang
fi

say "valgrind: the unit tests"
for name in $(unit_tests); do gather "valgrind-$name"; done

say "fuzz: ${CHISAN_FUZZ_SECONDS:-6} s each"
for name in $(fuzzers); do gather "$name"; done

say "done"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
