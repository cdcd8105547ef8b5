# SPDX-License-Identifier: Apache-2.0
# scene.sh - what the tests of whole programs share that break things: a small site, its device, chisand on a folder of its own.
# Sourced by bash; a test that wants something under chisand's name puts it into `before` (a command that runs it).
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
store=$top_builddir/scada/store/chisan-store
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
unset CHISAN_NOW LANG NO_COLOR
export LC_ALL=C.UTF-8
for program in "$chisand" "$chisan" "$store" "$top_builddir/scada/site/chisan-site" "$top_builddir/drivers/chisan-field" /usr/bin/python3; do
	[ -x "$program" ] || { echo "SKIP: $program is missing"; exit 77; }
done
is_sanitized() { grep -q '^#define CHISAN_SANITIZED' "$top_builddir/config.h"; }

work=$(mktemp -d) || exit 1
data=$work/data
export CHISAN_SOCKET=$work/run/s
address=127.${scene:-58}.$(($$ / 250 % 250)).$(($$ % 250 + 1))
server='' meter='' failures=0 before=''
at_end() { :; } # a test may have more to tidy
tidy() {
	[ "$BASHPID" = "$$" ] || return
	# what is stopped does not end otherwise
	[ -z "$server" ] || kill -CONT $(pgrep -P "$server") "$server" 2>/dev/null
	for pid in $server $meter; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	at_end
	rm -rf "$work"
}
trap tidy EXIT
trap 'exit 1' INT TERM
fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
	tail -n 8 "$work/log" "$work/out" "$work/err" 2>/dev/null | sed 's/^/    /'
}
pass() { echo "ok: $*"; }
check() { # WHAT COMMAND...: passes if it is true
	local what=$1
	shift
	if "$@"; then pass "$what"; else fail "$what"; fi
}
. "$top_srcdir/tests/until.sh"
ask() { # CODE WORDS...: runs chisan; what it prints is in $work/out and $work/err
	local want=$1 got
	shift
	timeout 60 "$chisan" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ $got = "$want" ] || { fail "chisan $* ended with $got, not $want"; return 1; }
}
raw() { /usr/bin/python3 "$top_srcdir/tests/scenario/ask.py" "$CHISAN_SOCKET" "$@" 2>&1; } # a client that is no chisan
value_is() { timeout 20 "$chisan" get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.].*\"quality\":\"$3\""; }
marked() { timeout 20 "$chisan" get "$1" --json 2>/dev/null | grep -q "$2"; }
value_of() { timeout 20 "$chisan" get "$1" --json 2>/dev/null | sed 's/.*"value":\([0-9.e+-]*\).*/\1/'; }
logged() { grep -qE -- "$1" "$work/log"; }
journalled() { timeout 30 "$chisan" journal --json -n 100000 2>/dev/null | grep -qE -- "$1"; }
entries_of() { timeout 30 "$chisan" journal --json -n 100000 2>/dev/null | grep -cE -- "$1"; }
helper() { pgrep -P "$server" -f "chisan-store $1" | head -n 1; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null; } # kB
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
set_meter() { printf '%s\n' "$@" >"$work/values.new" && mv "$work/values.new" "$work/values"; }
launch() {
	$before "$chisand" -v -f "$work/site" -d "$data" -s "$CHISAN_SOCKET" >>"$work/log" 2>&1 &
	server=$!
}
start() {
	launch
	until_true 30 "$chisan" get M.A || { fail "no start"; cat "$work/log"; exit 1; }
}
stop() {
	kill -TERM "$server"
	wait "$server" || fail "chisand ended with $?"
	server=''
}
is_whole() { ask 0 journal verify; } # the chain

mkdir -p "$work/site" "$work/run"
chmod 0750 "$work/run"
cp "$top_srcdir/layouts/profiles/chisand-system.yaml" "$work/site"
cat >"$work/site/site.yaml" <<SITE
site: Attacked
timezone: Asia/Tokyo
devices:
  - {name: M, profile: meter, link: "modbus-tcp://$address:15502/1", poll: 200ms, timeout: 2s}
  - {name: SYS, profile: chisand-system}
calculations:
  - {tag: SUM.KWH, kind: analog, unit: kWh, expression: "integrate(M.A, 1h)", decimals: 6}
reports:
  pages:
    - title: All
      columns:
        - {point: M.A, as: mean}
        - {point: M.N, as: increment}
SITE
cat >"$work/site/meter.yaml" <<SITE
profile: meter
protocol: modbus
points:
  - {tag: A, kind: analog, unit: kW, read: {table: holding, address: 1, type: u16}, range: [0, 65535], decimals: 0}
  - {tag: B, kind: analog, unit: kW, read: {table: holding, address: 2, type: u16}, decimals: 0}
  - {tag: N, kind: counter, unit: kWh, read: {table: holding, address: 3, type: u16}, counter: {modulus: 65536}, decimals: 0}
  - {tag: C, kind: analog, unit: kW, read: {table: holding, address: 4, type: u16}, decimals: 0}
SITE
set_meter '1 +' '2 7' '3 +' '4 9'
/usr/bin/python3 "$top_srcdir/tests/scenario/meter.py" "$address" 15502 "$work/values" >"$work/meter" 2>&1 &
meter=$!
until_true 10 grep -q ready "$work/meter" || { echo "SKIP: the test's own device does not listen"; exit 77; }
: >"$work/log"
