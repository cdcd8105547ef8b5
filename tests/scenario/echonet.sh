#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# echonet.sh - ECHONET Lite from the node to the command line: values, what is announced, a restriction that is written and read back,
# a node that falls silent, a school's meter that gives the half hours that nobody fetched, and chisan probe.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
chisand=$top_builddir/scada/core/chisand
chisan=$top_builddir/console/chisan
plant=$top_builddir/drivers/plant/chisan-plant
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
unset CHISAN_NOW LANG NO_COLOR
export LC_ALL=C.UTF-8
for program in "$chisand" "$chisan" "$plant" "$top_builddir/drivers/chisan-field" "$top_builddir/scada/store/chisan-store" /usr/bin/python3; do
	[ -x "$program" ] || { echo "SKIP: $program is missing"; exit 77; }
done
work=$(mktemp -d) || exit 1
export CHISAN_SOCKET=$work/run/s
own=127.81.$(($$ / 250 % 250)).$(($$ % 250 + 1))
nodes=127.181.$(($$ % 250 + 1))
id=FE000077000000000000000000000000A1
server='' others='' failures=0
tidy() {
	[ "$BASHPID" = "$$" ] || return
	for pid in $server $others; do kill -CONT "$pid" 2>/dev/null; kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
}
trap tidy EXIT
trap 'exit 1' INT TERM
check() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@"; then echo "ok: $what"; else
		echo "FAIL: $what"
		failures=$((failures + 1))
		tail -n 8 "$work/log" "$work/node/log" 2>/dev/null | sed 's/^/    /'
	fi
}
. "$top_srcdir/tests/until.sh"
is() { timeout 20 "$chisan" get "$1" --json 2>/dev/null | grep -q "\"value\":$2[,.}].*\"quality\":\"$3\""; }
saw() { grep -q "$1" "$work/node/log"; }
saw_not() { ! saw "$1"; }
says_other() { timeout 20 "$chisan" links AC 2>/dev/null | grep -q "it is FE.*B2, $id was expected"; }
announce() { printf '%s\n' "$1" >"$work/node/new" && mv "$work/node/new" "$work/node/announce"; }
start() { # with a clock that stands, or none
	env ${1:+CHISAN_NOW=$1} "$chisand" -v -f "$work/site" -d "$work/data" -s "$CHISAN_SOCKET" >>"$work/log" 2>&1 &
	server=$!
	until_true 30 "$chisan" get SCH.KWH || { echo "FAIL: no start"; cat "$work/log"; exit 1; }
}
stop() {
	kill -TERM "$server"
	wait "$server" || { echo "FAIL: chisand ended with $?"; failures=$((failures + 1)); }
	server=''
}

mkdir -p "$work/site" "$work/run" "$work/node"
chmod 0750 "$work/run"
cp "$top_srcdir/layouts/profiles/school.yaml" "$top_srcdir"/layouts/profiles/el-*.yaml "$work/site"
cat >"$work/site/site.yaml" <<SITE
site: Nodes
timezone: Asia/Tokyo
devices:
  - {name: SCH, profile: school, link: "echonet://$own/$nodes.1", poll: 500ms, retry_max: 2s}
  - {name: AC, profile: room, link: "echonet://$own/$nodes.2", poll: 4s, retry_max: 2s, serial: $id}
  - {name: OUT, profile: el-aircon-outdoor, link: "echonet://$own/$nodes.3", poll: 4s}
  - {name: IN, profile: el-aircon-indoor, link: "echonet://$own/$nodes.4", poll: 4s}
  - {name: FC, profile: el-fuel-cell, link: "echonet://$own/$nodes.5", poll: 4s}
  - {name: EV, profile: el-ev, link: "echonet://$own/$nodes.6", poll: 4s}
  - {name: BAT, profile: el-battery, link: "echonet://$own/$nodes.8", poll: 4s}
  - {name: PCS, profile: el-multi-pcs, link: "echonet://$own/$nodes.7", poll: 4s}
SITE
cat >"$work/site/room.yaml" <<'SITE'
profile: room
protocol: echonet
points:
  - {tag: P, kind: analog, unit: kW, read: {property: 0157.DB, scale: 0.001}, decimals: 1}
  - tag: LIMIT
    kind: setpoint
    unit: W
    range: [0, 60000]
    read: {property: 0157.power-restriction}
    write: {property: 0157.DE}
    falls_back: it stays
  - {tag: BAT.P, kind: analog, unit: W, read: {property: 027D.D3, invert: true}, decimals: 0}
  - {tag: BAT.ST, kind: digital, read: {property: 027D.CF}, states: {66: charging, 67: discharging, 68: standby}}
  - {tag: NONE, kind: analog, unit: W, read: {property: 0157.DD}}
SITE
/usr/bin/python3 "$top_srcdir/tests/scenario/el_node.py" "$nodes.2" 3610 "$work/node" 2>"$work/node/err" &
others="$others $!" node=$!
"$plant" --control "$work/plant.sock" "$work/site" --only SCH,OUT,IN,FC,EV,BAT,PCS 2>"$work/plant.log" &
others="$others $!"
until_true 20 grep -q ready "$work/plant.log" || { echo "SKIP: the simulated school does not start"; cat "$work/plant.log"; exit 77; }
until_true 10 saw ready || { echo "SKIP: the test's own node does not start"; cat "$work/node/err"; exit 77; }
: >"$work/log"

# 1 what is read, and what a node does not have
early=$(date -u -d '-150 minutes' +%Y-%m-%dT%H:%M:%SZ)
start "$early"
check "values of a node" until_true 20 is AC.P 5 good
check "a code is a state" is AC.BAT.ST 68 good
check "what the node lacks is bad, and that alone" is AC.NONE null bad
check "a meter with its coefficient" until_true 20 is SCH.DEM30 '[0-9]*' good
stop

# 2 the half hours of two hours and a half in which nobody asked
start
sleep 0.2
half_hours() {
	"$chisan" trend SCH.KWH --since 140m --buckets 14 --json | /usr/bin/python3 -c '
import json, sys
v = [x["max"] for x in json.load(sys.stdin)["buckets"] if x["samples"] > 0]
rising = all(p <= q for p, q in zip(v, v[1:]))
sys.exit(0 if len(set(v)) >= 4 and rising else 1)'
}
check "missed half hours come from the meter's memory" until_true 20 half_hours

# 3 what is announced is there at once, long before the next poll
check "the node is read again" until_true 20 is AC.P 5 good
announce '027D01 D3 000003E8'
check "an announced value arrives, charging as negative" until_true 2 is AC.BAT.P -1000 good
announce '!027D01 CF 42'
check "one that wants to be confirmed" until_true 2 is AC.BAT.ST 66 good
check "is confirmed" until_true 4 saw '^confirmed 10810063.*7a01cf00'

# 4 a restriction: accepted, read back; refused
check "a restriction is set" timeout 30 "$chisan" set AC.LIMIT 1500 --reason test
check "and arrives" saw 'set 015701 DE 000005dc done'
check "and is read back" until_true 5 is AC.LIMIT 1500 good
"$chisan" set AC.LIMIT 40000 --reason test >"$work/out" 2>"$work/err"
check "one that the node refuses ends as refused" saw 'set 015701 DE 00009c40 refused'
check "and the console is told" [ -s "$work/err" ]

# 5 the ready profiles: from a node to a good value, and a command of each kind
profile_is_read() { # every point but those that a node may lack
	timeout 20 "$chisan" points "$1.*" --json 2>/dev/null | /usr/bin/python3 -c '
import json, sys
points = json.load(sys.stdin)["points"]
bad = [p["name"] for p in points if p["quality"] != "good"]
print(bad, file=sys.stderr)
sys.exit(0 if len(points) > 4 and not bad else 1)' 2>"$work/bad" || { cat "$work/bad" >&2; return 1; }
}
for device in OUT IN FC EV BAT PCS; do
	check "profile of $device, each point of it" until_true 20 profile_is_read $device
done
check "power is saved" timeout 30 "$chisan" set OUT.CUT 2.5 --reason test
check "and reads back so" until_true 5 is OUT.CUT 2.5 good
check "a temperature is set" timeout 30 "$chisan" set IN.TSET 27 --reason test
"$chisan" set EV.MODE charge --yes --reason test >"$work/out" 2>"$work/err"
check "without a vehicle nothing is charged" grep -q 'Only with a vehicle' "$work/err"
"$plant" --ctl "$work/plant.sock" set EV.VEHICLE 67 >"$work/out" 2>&1
check "a vehicle comes" until_true 10 is EV.VEHICLE 67 good
check "and is to be charged" timeout 30 "$chisan" set EV.MODE charge --yes --reason test
check "and that is read back" until_true 5 is EV.MODE 66 good
"$plant" --ctl "$work/plant.sock" set EV.FAULT 65 >"$work/out" 2>&1
alarm_says() { timeout 20 "$chisan" alarms --json 2>/dev/null | grep -q "$1"; }
check "its fault is an alarm" until_true 10 alarm_says EV.FAULT
check "a battery is to wait" timeout 30 "$chisan" set BAT.MODE standby --yes --reason test
check "with so much" timeout 30 "$chisan" set EV.CHARGE_SP 3 --reason test

# 5b what is said on the wire, garbage and what nobody asked for included
looks() { # WHAT... : until it ends, into $work/dump
	timeout 300 "$chisan" dump "$@" >"$work/dump" 2>"$work/dump.err" &
	looker=$!
	until_true 10 pgrep -P $looker
}
looks AC --count 4
wait $looker
check "a node is looked at" grep -Eq '^O [0-9:.]+ AC '"$nodes"'\.2 #[0-9]+ Get 05FF01>0[0-9A-F]+ ' "$work/dump"
check "and what it answers" grep -Eq '^I [0-9:.]+ AC '"$nodes"'\.2 #[0-9]+ [0-9.]+ ms Get_(Res|SNA) .*=[0-9A-F]' "$work/dump"
check "and no other" [ "$(grep -vc " AC $nodes.2 " "$work/dump")" = 0 ]
looks "echonet://$own" --seconds 300
shout() { # COUNT: datagrams that are none, and that would like to be seen by a terminal
	/usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[2], 0))
for i in range(int(sys.argv[3])):
    s.sendto(b"\x1b[2J\x07" + b"x" * 200, (sys.argv[1], 3610))' "$own" "$nodes.77" "$1"
}
garbage() { shout 1; grep -Eq "^I [0-9:.]+ - $nodes\\.77:[0-9]+ no ECHONET Lite: it begins with 1B5B" "$work/dump"; }
check "so is garbage, by whom" until_true 20 garbage
check "and other nodes" until_true 20 grep -q " SCH $nodes.1 " "$work/dump"
field=$(pgrep -P $server chisan-field)
flood() { # all at once, whatever the machine
	grep -q 'lines were left out' "$work/dump.err" && return
	kill -STOP "$field"
	shout 2000
	kill -CONT "$field"
	return 1
}
check "a flood is left out, and that is said" until_true 60 flood
check "and the values go on" until_true 10 is SCH.PV_P '[0-9]*' good
check "nothing of it reaches the terminal" [ "$(LC_ALL=C tr -d '\n -~' <"$work/dump" | wc -c)" = 0 ]
kill -KILL "$field"
ended() { ! kill -0 $looker; }
check "a field program that falls ends it" until_true 20 ended
check "with a sentence" [ -s "$work/dump.err" ]
check "and the next one is looked at" until_true 40 is AC.P 5 good
"$chisan" raw AC holding 0 >"$work/out" 2>"$work/err"
check "a node has no registers" grep -q 'AC has no registers: it speaks ECHONET Lite' "$work/err"

# 6 a node in the place of another: nothing is written to it, and the right one is known again
announce "$(printf '0EF001 83 %sB2' "${id%A1}")"
check "that it is another one is said" until_true 20 says_other
"$chisan" set AC.LIMIT 700 --reason test >"$work/out" 2>"$work/err"
check "and nothing is written to it" saw_not 'set 015701 DE 000002bc'
announce "0EF001 83 $id"
check "the right one is back" until_true 40 is AC.P 5 good

# 7 silence, and the way back
kill -STOP "$node"
looks AC --seconds 60
check "a silent node is told" until_true 40 is AC.P 5 bad
check "and seen" until_true 20 grep -Eq '^! [0-9:.]+ AC '"$nodes"'\.2 [0-9.]+ ms #[0-9]+ Get .*: the device did not answer in time' "$work/dump"
kill $looker
check "its neighbour goes on" is SCH.PV_P '[0-9]*' good
kill -CONT "$node"
check "it comes back" until_true 20 is AC.P 5 good

# 8 the port is taken: another address of this machine can still ask
"$chisan" probe "echonet://$own/$nodes.2" >"$work/out" 2>"$work/err"
check "an address that chisand has is refused with a sentence" grep -q 'another program that speaks ECHONET Lite has it' "$work/err"
other=127.82.$(($$ / 250 % 250)).$(($$ % 250 + 1))
"$chisan" probe --json "echonet://$other/$nodes.2" >"$work/out" 2>"$work/err"
check "probe says which node it is" grep -q "\"identification\":\"$id\"" "$work/out"
check "probe reads a node" grep -q '"property":"015701.DE","name":"power-restriction","value":1500,"unit":"W","set":true,"announced":true' "$work/out"
"$chisan" probe --profile "$work/site/found.yaml" "echonet://$other/$nodes.9" 2>"$work/err"
check "who does not answer leaves no profile" [ ! -e "$work/site/found.yaml" ]
"$chisan" probe --profile "$work/site/found.yaml" "echonet://$other/$nodes.2" 2>"$work/err"
"$chisan" probe --profile "$work/site/found.yaml" "echonet://$other/$nodes.2" 2>"$work/err"
check "a profile that is there is not written over" grep -q 'not there yet' "$work/err"
sed -i 's/profile: room/profile: found/' "$work/site/site.yaml"
check "its profile loads" "$chisan" check "$work/site"
stop
[ $failures = 0 ] && echo "ok: all"
exit $failures
