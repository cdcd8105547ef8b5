#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The rules of the house that a machine can hold.  Each fault is one line: FILE:LINE: what is wrong; what would be right.
# Lines that begin with "note:" are sizes, printed and never failed.  top_builddir: where the programs were built.
set -u
cd "${top_srcdir:-$(dirname "$0")/..}" || exit 1
built=${top_builddir:-build}
faults=0
fault() {
	printf '%s\n' "$*"
	faults=$((faults + 1))
}
each() { while IFS= read -r line; do [ -z "$line" ] || fault "$line$1"; done; }

sources=$(find scada drivers console tests -name '*.[ch]' | sort)
own=$(printf '%s\n' "$sources" | grep -v '^tests/')

# 1. who may include whom: the room of the file, then the rooms it may reach
may() {
	case $1 in
	scada/base) echo 'scada/base' ;;
	scada/model) echo 'scada/base|scada/model' ;;
	scada/site) echo 'scada/base|scada/model|scada/site' ;;
	scada/alarm) echo 'scada/base|scada/model|scada/site|scada/alarm' ;;
	scada/control) echo 'scada/base|scada/model|scada/site|scada/control' ;;
	scada/forecast) echo 'scada/base|scada/model|scada/forecast' ;;
	scada/dispatch) echo 'scada/base|scada/model|scada/forecast|scada/dispatch' ;;
	scada/planner) echo 'scada/base|scada/model|scada/site|scada/forecast|scada/dispatch|scada/planner' ;;
	scada/notify) echo 'scada/base|scada/model|scada/site|scada/notify' ;;
	scada/north) echo 'scada/base|scada/north' ;;
	scada/store) echo 'scada/base|scada/model|scada/site|scada/report|scada/store' ;;
	scada/report) echo 'scada/base|scada/model|scada/site|scada/store|scada/dispatch|scada/report' ;;
	scada/core) echo 'scada/base|scada/model|scada/site|scada/alarm|scada/control|scada/forecast|scada/dispatch|scada/core' ;;
	drivers) echo 'scada/base|drivers' ;;
	drivers/plant) echo 'scada/base|scada/model|scada/site|drivers/plant' ;;
	console) echo 'scada/base|console' ;;
	esac
}
for file in $own; do
	room=${file%/*}
	allowed=$(may "$room")
	[ -n "$allowed" ] || fault "$file:1: the room $room is not in the list of tests/lint.sh"
	grep -n '^#include "' "$file" | grep -vE "\"(config\.h|($allowed)/[a-z0-9_]+\.h)\"" |
		sed -E "s#^([0-9]+):(.*)#$file:\1: \2 reaches into another room; $room may include $allowed#" | each ''
done

# 2. config.h first, the SPDX line on line 1 (2 in scripts), a head that says what the file is for
for file in $sources; do
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || fault "$file:1: the SPDX line is missing"
	case $file in
	*.c)
		first=$(grep -m1 -n '^#include' "$file")
		[ -z "$first" ] || [[ $first == *'"config.h"' ]] || fault "$file:${first%%:*}: the first include is \"config.h\""
		;;
	esac
done

# 3. banned calls, with the reason
ban() { # pattern, advice, files...
	local pattern=$1 advice=$2
	shift 2
	[ $# = 0 ] || grep -nE "(^|[^A-Za-z0-9_>.])($pattern) *\(" "$@" /dev/null | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)' | sed -E 's/^([^:]*:[0-9]+):.*/\1/' | each ": $advice"
}
ban 'strcpy|strcat|sprintf|vsprintf|gets|strncpy|strncat' 'unbounded or unterminated; use str.h' $sources
ban 'strtok|atoi|atol|atof|strtod|strtol|strtoul|strtoull|sscanf' 'lenient or locale-bound; use str.h' $(printf '%s\n' $own | grep -v '^scada/base/str.c$')
ban 'malloc|calloc|realloc|strdup|strndup|asprintf' 'may return NULL; use mem.h' $(printf '%s\n' $own | grep -v '^scada/base/mem.c$')
ban 'system|popen|alloca|tmpnam|mktemp|rand|srand' 'not in this house' $sources
ban 'gethostbyname|getaddrinfo' 'names are never resolved in a loop; addresses are numeric' $own
ban 'select|FD_SET' 'descriptors above 1023 exist; use libev' $own
ban 'time|gettimeofday|clock_gettime' 'clock.h alone reads the clock' $(printf '%s\n' $own | grep -v '^scada/base/clock.c$')
ban 'clock_utc|clock_mono' 'this file is given the time' $(printf '%s\n' $own | grep -E '^(scada/base/(expr|expr_parse|sun|delta|wire|msg|text|str|point|schema|screenfile)|scada/core/(table|calc|pipeline)[a-z_]*|scada/(model|alarm|forecast|dispatch|report)/.*|scada/store/(codec|series|history|weigh|tail|roll|query|journal|saved)[a-z_]*|scada/site/(site|site_build|site_point|site_link|schema[a-z_]*|check[a-z_]*|yaml[a-z_]*)|drivers/(plan|decode|frame)|console/(grid|theme|mimic|spark))\.c$')

# 4. one owner a library
owner() { # header, allowed files as a pattern
	grep -nE "#include <$1" $sources | grep -vE "^($2)" | sed -E "s/^([^:]*:[0-9]+):.*/\1/" | each ": <$1> belongs to $2"
}
owner '(ncurses|curses|term)\.h' 'console/term\.c'
owner 'libfyaml\.h' 'scada/site/|tests/fuzz/'
owner 'modbus\.h' 'drivers/line\.c|tests/'
owner 'sqlite3' 'scada/(store|report)/|tests/'
owner 'jansson' 'console/|tests/'
owner '(seccomp|linux/landlock|linux/seccomp)\.h' 'scada/base/(sandbox|version)\.c'
owner 'coin/' 'scada/planner/'
owner 'utf8proc\.h' 'scada/base/(text|version)\.c'

# 5. adding a thing: its file has its row and its line in Makefile.am
row() { # file pattern, header with the rows, row pattern with % for the name
	local file name
	for file in $1; do
		[ -f "$file" ] || continue
		name=${file##*/}
		name=${name%.c}
		grep -qE "${3//%/${name#*_}}" $2 || fault "$file: no row _(${name#*_}) in $2"
	done
}
row 'drivers/drv_*.c' drivers/driver.h '_\(%[,)]'
row 'console/scr_*.c' console/screen.h '_\(%[,)]'
row 'scada/model/asset_*.c' scada/model/energy.h '_\(%[, )]'
row 'scada/report/rep_*.c' scada/report/report.h '_\(%[,)]'
row 'scada/alarm/alarm_*.c' scada/alarm/alarm.h '_\(%[,)]'
for file in $(printf '%s\n' "$sources" | grep '\.c$'); do
	grep -qE "(^|[[:space:]=])${file%.c}(\.c)?([[:space:]]|$)" Makefile.am || fault "$file: not in Makefile.am"
done
for file in tests/*/*.sh tests/*/*.py; do
	[ -f "$file" ] && { grep -q "$file" Makefile.am || fault "$file: not in Makefile.am"; }
done

# 6. what each built program links; the loader and the C library go without saying
links() { # program, libraries as a pattern
	local file=$built/$1 library
	[ -x "$file" ] || { fault "$1: not built in $built"; return; }
	for library in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		case $library in libc.so* | ld-linux* | libm.so* | libasan* | libubsan* | libgcc_s*) continue ;; esac
		[[ $library =~ ^($2)\.so ]] || fault "$1: links $library; it may link $2"
	done
}
links scada/core/chisand 'libev|libutf8proc|libsodium|libseccomp'
links scada/site/chisan-site 'libfyaml|libev|libutf8proc|libsodium|libseccomp'
links scada/planner/chisan-study 'libClp|libCoinUtils|libstdc\+\+|libev|libutf8proc|libsodium|libseccomp'
links scada/store/chisan-store 'libsqlite3|libsodium|libev|libutf8proc|libseccomp'
links scada/notify/chisan-notify 'libev|libutf8proc|libsodium|libseccomp'
links scada/north/chisan-north 'libev|libutf8proc|libseccomp'
links scada/planner/chisan-planner 'libClp|libev|libutf8proc|libseccomp'
links drivers/chisan-field 'libev|libutf8proc|libseccomp'
links drivers/chisan-probe-echonet 'libev|libutf8proc|libseccomp'
links drivers/chisan-serial 'libmodbus|libev|libutf8proc|libseccomp'
links drivers/chisan-probe-modbus 'libev|libutf8proc|libseccomp'
links drivers/chisan-probe-serial 'libev|libutf8proc|libseccomp|libmodbus'
links drivers/plant/chisan-plant 'libev|libutf8proc|libsodium|libseccomp'
links console/chisan 'libncursesw|libtinfo|libjansson|libev|libutf8proc|libseccomp|libsodium' # the digest of a backup

# 7. form: the formatter, trailing blanks, open ends without a number
if command -v clang-format-14 >/dev/null; then
	for file in $sources; do
		clang-format-14 --dry-run -Werror "$file" >/dev/null 2>&1 || fault "$file: not formatted; run clang-format-14 -i $file"
	done
fi
grep -nE '[[:space:]]$' $sources tests/*.sh tests/*/*.sh quickstart configure.ac Makefile.am | sed -E 's/^([^:]*:[0-9]+):.*/\1/' | each ': blanks at the end of the line'
grep -nwE '(TODO|FIXME|XXX)' $sources | grep -v 'TODO(#[0-9]*)' | sed -E 's/^([^:]*:[0-9]+):.*/\1/' | each ': an open end needs an issue, as TODO(#12)'

# 8. manuals
if command -v mandoc >/dev/null; then
	for file in docs/man/*.[158]; do
		[ -f "$file" ] && mandoc -T lint -W error "$file" 2>&1 | each ''
	done
fi

# 9. sizes
for file in $sources; do
	lines=$(wc -l <"$file")
	[ "$lines" -le 800 ] || echo "note: $file has $lines lines; above 800"
done
awk 'FNR == 1 { inside = 0 } /^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name); start = FNR; inside = 1 }
	/^}/ { if (inside && FNR - start > 60) printf "note: %s:%d: %s has %d lines; above 60\n", FILENAME, start, name, FNR - start; inside = 0 }' \
	$(printf '%s\n' $own | grep '\.c$')

[ $faults = 0 ] || { echo "lint: $faults faults"; exit 1; }
echo "lint: clean"
