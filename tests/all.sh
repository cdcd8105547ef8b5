#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test, in the builds that must work; called by `quickstart check`.  The last line counts them.
#   1 gcc    warnings are errors, make check          4 valgrind   the unit tests of 1
#   2 clang  address and undefined-behaviour checks   5 distcheck  a release builds, installs and passes by itself
#   3 lint   the rules of the house                   6 fuzz       every fuzzer for a short while
# CHISAN_FUZZ_SECONDS (30) is the time for each fuzzer.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
jobs=$(nproc 2>/dev/null || echo 2)
logs=$root/build-check/logs
passed=0 failed=0 skipped=0
mkdir -p "$logs"
ulimit -n "$(ulimit -Hn)" 2>/dev/null
export LC_ALL=C.UTF-8
unset CHISAN_SOCKET CHISAN_NOW NO_COLOR TMUX

say() { printf '== %s  (%ss)\n' "$*" "$SECONDS"; }
pass() { passed=$((passed + 1)); }
fail() {
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$1"
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
# Steps beside each other, as many as there are cores: pool NAME COMMAND..., then pool_end.
running=() names=()
reap() {
	wait "${running[0]}"
	case $? in
	0) pass ;;
	77) skip "${names[0]}" "$logs/${names[0]}.log" ;;
	*) fail "${names[0]}" "$logs/${names[0]}.log" ;;
	esac
	running=("${running[@]:1}")
	names=("${names[@]:1}")
}
pool() {
	local name=$1
	shift
	[ ${#running[@]} -lt "$jobs" ] || reap
	"$@" >"$logs/$name.log" 2>&1 &
	running+=($!)
	names+=("$name")
}
pool_end() { while [ ${#running[@]} -gt 0 ]; do reap; done; }
built() { # name, environment and options of configure...
	local name=$1 folder=$root/build-check/$1
	shift
	rm -rf "$folder"
	mkdir -p "$folder"
	(cd "$folder" && "$root/configure" -q "$@") && make -C "$folder" -j"$jobs" all
}

step autogen ./autogen.sh || exit 1

say "gcc: build with warnings as errors, make check"
if step gcc-build built gcc CC=gcc CFLAGS='-O2 -g' --enable-werror; then
	make -C build-check/gcc -j"$jobs" check >"$logs/gcc-check.log" 2>&1 || grep -q '^# TOTAL' "$logs/gcc-check.log" ||
		fail gcc-check "$logs/gcc-check.log"
	count "$root/build-check/gcc" gcc
fi

say "lint"
step lint env top_builddir="$root/build-check/gcc" tests/lint.sh
sed -n '/^note:/p' "$logs/lint.log" | tail -n 12

say "quickstart without a terminal"
quickstart() {
	CHISAN_BUILD=$root/build-check/gcc ./quickstart </dev/null || return 1
	! pgrep -f "$root/build-check/gcc/(scada/core/chisand|drivers/)" || { echo "it left something running"; return 1; }
}
[ ! -f build-check/gcc/Makefile ] || step quickstart quickstart

say "clang with address and undefined-behaviour sanitizers: build, make check"
if step clang-build built clang CC=clang-14 CFLAGS='-O1 -g' --enable-werror --enable-sanitizers; then
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
		make -C build-check/clang -j"$jobs" check >"$logs/clang-check.log" 2>&1 || grep -q '^# TOTAL' "$logs/clang-check.log" ||
		fail clang-check "$logs/clang-check.log"
	count "$root/build-check/clang" clang
fi

say "valgrind: the unit tests"
if [ -f build-check/gcc/Makefile ]; then
	for program in build-check/gcc/tests/unit/t_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		case $program in *.o | *.log | *.trs) continue ;; esac
		pool "valgrind-${program##*/}" env CK_FORK=no CHISAN_SANDBOX=off CHISAN_VALGRIND=1 top_srcdir="$root" \
			top_builddir="$root/build-check/gcc" \
			CHISAN_LIBEXECDIR="$root/build-check/gcc/scada/site:$root/build-check/gcc/scada/store:$root/build-check/gcc/drivers" \
			CK_TIMEOUT_MULTIPLIER=20 valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
			--errors-for-leak-kinds=definite,indirect --error-exitcode=9 --child-silent-after-fork=yes "$program"
	done
	pool_end
fi

say "distcheck"
step distcheck make -C build-check/gcc -j"$jobs" distcheck

say "fuzz: ${CHISAN_FUZZ_SECONDS:-30} s each"
if step fuzz-build built fuzz CC=clang-14 CFLAGS='-O1 -g' --enable-fuzzers; then
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
	fuzz() {
		local name=${1##*/} corpus result
		corpus=$(mktemp -d) || return 1
		seed "$name" "$corpus"
		"$1" -max_total_time="${CHISAN_FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix="$logs/$name." "$corpus"
		result=$?
		rm -rf "$corpus"
		return $result
	}
	for program in build-check/fuzz/tests/fuzz/fuzz_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		pool "${program##*/}" fuzz "$root/$program"
	done
	pool_end
fi

say "done"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
