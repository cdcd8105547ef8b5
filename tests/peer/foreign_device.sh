#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole path on a foreign device: a server in Python stands where the site file says; chisand reads it, marks it when it
# is gone, and has it back without a restart.
set -u
python=/usr/bin/python3
"$python" -c 'import pymodbus.server, serial' 2>/dev/null || { echo "skipped: apt-get install python3-pymodbus python3-serial"; exit 77; }
dir=$(mktemp -d) || exit 1
device='' server=''
tidy() {
	exec 7>&-
	for pid in $device $server; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap tidy EXIT
fail() {
	echo "$*"
	tail -n 20 "$dir/log" "$dir/device.log"
	exit 1
}
chisan() { "$top_builddir/console/chisan" -s "$dir/run/chisan.sock" "$@"; }
# until COMMAND prints PATTERN: at most 20 s
until_it_says() { # pattern, command...
	local i=0 pattern=$1
	shift
	until "$@" 2>&1 | grep -qE "$pattern"; do
		i=$((i + 1))
		[ $i -lt 200 ] || fail "never seen: $pattern; last: $("$@" 2>&1)"
		sleep 0.1
	done
}
mkfifo "$dir/values"
start_device() { # port (0: any)
	: >"$dir/port"
	"$python" "$top_srcdir/tests/peer/foreign_device.py" 127.46.1.1 "$1" <"$dir/values" >"$dir/port" 2>"$dir/device.log" &
	device=$!
	exec 7>"$dir/values"
	until_it_says '^[0-9]+$' cat "$dir/port"
	port=$(cat "$dir/port")
}
start_device 0
mkdir -p "$dir/site" "$dir/run"
chmod 750 "$dir/run"
cat >"$dir/site/heat-meter.yaml" <<'END'
profile: heat-meter
protocol: modbus
byte_order: CDAB
points:
  - {tag: Q, title: Heat, kind: analog, unit: GJ/h, range: [0, 100], decimals: 2, read: {table: holding, address: 100, type: f32}}
  - {tag: GJ, title: Energy, kind: counter, unit: GJ, read: {table: holding, address: 102, type: u32, byte_order: ABCD, scale: 0.01}}
  - {tag: T, title: Outside, kind: analog, unit: degC, range: [-40, 60], read: {table: holding, address: 104, type: i16, scale: 0.1}}
  - {tag: PUMP, title: Pump, kind: digital, states: {0: stopped, 1: runs}, read: {table: coil, address: 3, type: bit}}
END
cat >"$dir/site/site.yaml" <<END
site: Foreign
timezone: Europe/Berlin
devices:
  - {name: HM, title: Heat meter, profile: heat-meter, link: "modbus-tcp://127.46.1.1:$port/7", poll: 200ms, retry_max: 1s}
END
"$top_builddir/scada/core/chisand" -f "$dir/site" -d "$dir/data" -s "$dir/run/chisan.sock" 2>"$dir/log" &
server=$!

# 1. every type arrives as it was meant
until_it_says '"quality": *"good"' chisan --json get HM.Q
chisan --json get HM.Q HM.GJ HM.T HM.PUMP >"$dir/out" || fail "get ends with $?"
"$python" - "$dir/out" <<'END' || fail "other values than the device holds"
import json
import sys
points = {p["point"]: p for p in json.load(open(sys.argv[1]))["points"]}
got = [points[n]["value"] for n in ("HM.Q", "HM.GJ", "HM.T", "HM.PUMP")] + [points["HM.PUMP"]["state"], points["HM.T"]["unit"]]
want = [12.5, 1000.0, -7.2, 1, "runs", "degC"]
print("read", got)
sys.exit(got != want)
END
# 2. a change arrives
echo 33.25 >&7
until_it_says '"value": *33.25' chisan --json get HM.Q
# 3. the device goes: the last value stays, marked; get says so with 8
kill -9 "$device"
wait "$device" 2>/dev/null
until_it_says '"no-comm"' chisan --json get HM.Q
chisan --json get HM.Q >"$dir/out"
[ $? = 8 ] || fail "a value without communication does not end with 8"
grep -qE '"value": *33.25' "$dir/out" || fail "the last good value did not stay: $(cat "$dir/out")"
# 4. it comes back by itself
start_device "$port"
until_it_says '"value": *12.5' chisan --json get HM.Q
until_it_says '"quality": *"good"' chisan --json get HM.Q
# 5. the end is clean
kill "$server"
wait "$server" || fail "chisand ends with $?"
server=''
