# SPDX-License-Identifier: Apache-2.0
# made_record.sh - what the tests of reports share: the district at an address where nothing answers, data that are made for it, chisand.
# Sourced by bash; `zone` and `faketime` are for a start at another time.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
export top_srcdir
chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
fill=$top_builddir/tests/report/musashino
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
unset CHISAN_NOW LANG NO_COLOR TZ
export LC_ALL=C.UTF-8
for program in "$chisand" "$chisan" "$fill" "$top_builddir/scada/store/chisan-store" /usr/bin/python3; do
	[ -x "$program" ] || { echo "SKIP: $program is missing"; exit 77; }
done

work=$(mktemp -d) || exit 1
address=127.47.$(($$ / 250 % 250)).$(($$ % 250 + 1))
server='' failures=0
tidy() {
	[ "$BASHPID" = "$$" ] || return
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap tidy EXIT
fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
	tail -n 8 "$work/out" 2>/dev/null | sed 's/^/    /'
}
pass() { echo "ok: $*"; }
. "$top_srcdir/tests/until.sh"
site() { # NAME ZONE: the district at an address of our own, where nothing answers; what is old is kept
	mkdir -p "$work/$1"
	cp -r "$top_srcdir/layouts/profiles" "$work/"
	nodes=$(echo "$address" | awk -F. '{ print "127." $2 + 100 "." $4 }') # of the schools
	sed -e "s/127\.0\.0\.1/$address/g; s/127\.0\.1\./$nodes./g" -e "s|^timezone: .*|timezone: $2|" -e '/^retention:/,/^[^ ]/{/^retention:/d}' \
		"$top_srcdir/layouts/musashino/site.yaml" >"$work/$1/site.yaml"
	cp -r "$top_srcdir/layouts/musashino/screens" "$work/$1/"
	printf 'retention:\n  - {class: default, samples: 0s}\n' >>"$work/$1/site.yaml"
}
answers() { "$chisan" report --list; }
start() { # SITE DATA [TIME]
	mkdir -p "$2/run"
	chmod 0750 "$2/run"
	export CHISAN_SOCKET=$2/run/s
	if [ $# -gt 2 ]; then
		TZ=$zone FAKETIME="$3" LD_PRELOAD=$faketime "$chisand" -v -f "$1" -d "$2" -s "$CHISAN_SOCKET" >>"$work/log" 2>&1 &
	else
		"$chisand" -v -f "$1" -d "$2" -s "$CHISAN_SOCKET" >>"$work/log" 2>&1 &
	fi
	server=$!
	until_true 20 answers || { fail "no start"; cat "$work/log"; exit 1; }
}
stop() {
	kill -TERM "$server"
	wait "$server" || fail "chisand ended with $?"
	server=''
}
