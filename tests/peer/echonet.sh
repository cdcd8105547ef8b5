#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Against software that nobody here wrote, in two network namespaces: a node of the npm package echonet-lite is read, announces, is written to,
# over IPv4 and IPv6, and finds us; node-echonet-lite as a controller finds our node and reads it.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
export LC_ALL=C.UTF-8
unset CHISAN_NOW
skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v ip >/dev/null || skip "apt-get install iproute2"
command -v node >/dev/null && command -v npm >/dev/null || skip "apt-get install nodejs npm"
modules=$top_builddir/tests/peer/npm
mkdir -p "$modules"
modules=$(cd "$modules" && pwd)
if [ ! -d "$modules/node_modules/node-echonet-lite" ]; then
	(cd "$modules" && echo '{"private":true}' >package.json &&
		timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts echonet-lite@2.16.2 date-utils@1.2.21 node-echonet-lite@0.6.0) \
		>"$modules/log" 2>&1 || skip "npm cannot fetch echonet-lite: $(tail -n 1 "$modules/log")"
fi
export NODE_PATH=$modules/node_modules
a=chel-a-$$ b=chel-b-$$
work=$(mktemp -d) || exit 1
export CHISAN_SOCKET=$work/run/s
server='' peer='' failures=0
tidy() {
	[ "$BASHPID" = "$$" ] || return
	for pid in $server $peer; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
	rm -rf "$work"
}
trap tidy EXIT
trap 'exit 1' INT TERM
ip netns add "$a" 2>"$work/err" && ip netns add "$b" 2>>"$work/err" || skip "no network namespaces here: $(head -n 1 "$work/err")"
ip link add el0 netns "$a" type veth peer name el0 netns "$b" 2>"$work/err" || skip "no virtual network: $(head -n 1 "$work/err")"
n=1
for ns in "$a" "$b"; do
	ip -n "$ns" link set lo up
	ip -n "$ns" addr add 192.168.77.$n/24 dev el0
	ip -n "$ns" -6 addr add fd00:77::$n/64 dev el0 nodad 2>/dev/null
	ip -n "$ns" link set el0 up
	ip -n "$ns" route add 224.0.0.0/4 dev el0
	n=$((n + 1))
done
check() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@"; then echo "ok: $what"; else
		echo "FAIL: $what"
		failures=$((failures + 1))
		tail -n 6 "$work/log" "$work/peer" "$work/controller" 2>/dev/null | sed 's/^/    /'
	fi
}
. "$top_srcdir/tests/until.sh"
chisan() { timeout 30 "$top_builddir/console/chisan" "$@"; }
is() { chisan get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.}].*\"quality\":\"$3\""; }

mkdir -p "$work/site" "$work/run" "$work/peer.d"
chmod 0750 "$work/run"
cat >"$work/site/site.yaml" <<'SITE'
site: Two networks
timezone: Asia/Tokyo
devices:
  - {name: N, profile: house, link: "echonet://192.168.77.2/192.168.77.1", poll: 4s, retry_max: 2s}
  - {name: V6, profile: sun, link: "echonet://[fd00:77::2%el0]/[fd00:77::1]", poll: 1s, retry_max: 2s}
SITE
cat >"$work/site/house.yaml" <<'SITE'
profile: house
protocol: echonet
points:
  - {tag: KWH, kind: counter, unit: kWh, read: {property: 0288.E0}}
  - {tag: KWH30, kind: counter, unit: kWh, read: {property: 0288.energy-fixed-time}}
  - {tag: P, kind: analog, unit: W, read: {property: 0288.E7}, decimals: 0}
  - {tag: I_R, kind: analog, unit: A, read: {property: 0288.current-r}, decimals: 1}
  - {tag: I_T, kind: analog, unit: A, read: {property: 0288.current-t}, decimals: 1}
  - {tag: PV, kind: analog, unit: kW, read: {property: 0279.E0, scale: 0.001}, decimals: 1}
  - {tag: RESTRAINT, kind: digital, read: {property: 0279.D1}, states: {65: control, 68: none}}
  - {tag: LIMIT, kind: setpoint, unit: W, range: [0, 9000], read: {property: 0157.DE}, write: {property: 0157.DE}, falls_back: it stays}
SITE
cat >"$work/site/sun.yaml" <<'SITE'
profile: sun
protocol: echonet
points:
  - {tag: KWH, kind: counter, unit: kWh, read: {property: 0279.E1}, decimals: 3}
SITE
ip netns exec "$a" node "$top_srcdir/tests/peer/echonet_peer.js" node el0 "$work/peer.d" >"$work/peer" 2>&1 &
peer=$!
until_true 20 grep -q ready "$work/peer" || { cat "$work/peer"; echo "FAIL: the foreign node does not start"; exit 1; }
ip netns exec "$b" "$top_builddir/console/chisan" probe echonet://192.168.77.2 >"$work/found"
check "probe finds its three instances" [ "$(grep -c '^192.168.77.1 ' "$work/found")" = 3 ]
ip netns exec "$b" "$top_builddir/console/chisan" probe echonet://192.168.77.2/192.168.77.1 >"$work/found"
check "probe reads its meter through a map of bits" grep -q 'E0  G--  energy  *2469 kWh' "$work/found"
ip netns exec "$b" "$top_builddir/scada/core/chisand" -v -f "$work/site" -d "$work/data" -s "$CHISAN_SOCKET" >"$work/log" 2>&1 &
server=$!
until_true 30 chisan get N.P || { cat "$work/log"; echo "FAIL: chisand does not start"; exit 1; }
check "energy, with coefficient 2 and unit 0.1" until_true 20 is N.KWH 2469 good
check "energy at a fixed time" is N.KWH30 2468 good
check "a negative power" is N.P -500 good
check "one phase" is N.I_R 5 good
check "the other phase, which it does not measure" is N.I_T null bad
check "photovoltaics" is N.PV 4 good
check "a property that it lacks, alone" is N.RESTRAINT null bad
check "over IPv6" until_true 20 is V6.KWH 123 good
echo '028801 e7 000003E8' >"$work/peer.d/announce"
check "what it announces is there before the next poll" until_true 3 is N.P 1000 good
check "a restriction is set, answered and read back" until_true 20 chisan set N.LIMIT 1234 --reason test
check "and stands" until_true 5 is N.LIMIT 1234 good
seen() { grep -q '"192.168.77.2":{[^}]*"0ef001":{[^}]*"d6":"0105ff01"' "$work/peer.d/seen"; }
check "it finds our node by its own search" until_true 15 seen
kill "$peer"
wait "$peer" 2>/dev/null
peer=''
check "that it is gone is told" until_true 40 is N.P 1000 bad
timeout 60 ip netns exec "$a" node "$top_srcdir/tests/peer/echonet_peer.js" controller 192.168.77.1 192.168.77.2 >"$work/controller" 2>&1
check "another controller finds our node" grep -q 'found \[5,255,1\]' "$work/controller"
check "and reads its maps" grep -q '^maps .*159' "$work/controller"
check "and a property" grep -q '^fault {"fault":false}' "$work/controller"
if command -v tshark >/dev/null && ! tshark -G protocols 2>/dev/null | grep -qi echonet; then
	echo "note: this tshark has no dissector for ECHONET Lite"
fi
kill -TERM "$server"
wait "$server" || { echo "FAIL: chisand ended with $?"; failures=$((failures + 1)); }
server=''
[ $failures = 0 ] && echo "ok: all"
exit $failures
