#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# field_npm.sh - chisan-field reads and writes devices of modbus-serial and of jsmodbus; what it wrote, the other of both reads as a master.
. "$top_srcdir/tests/peer/npm_lib.sh"
work=$(mktemp -d) || exit 1
devices=
trap 'for pid in $devices; do kill "$pid" 2>/dev/null; done; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
for package in modbus-serial jsmodbus; do
	: >"$work/$package.port"
done
node "$top_srcdir/tests/peer/modbus_npm.js" device modbus-serial 127.44.2.1 >"$work/modbus-serial.port" 2>"$work/modbus-serial.err" &
devices=$!
node "$top_srcdir/tests/peer/modbus_npm.js" device jsmodbus 127.44.2.2 >"$work/jsmodbus.port" 2>"$work/jsmodbus.err" &
devices="$devices $!"
try() { # PACKAGE OTHER HOST [lenient]
	n=0
	until [ -s "$work/$1.port" ]; do
		n=$((n + 1))
		[ $n -lt 200 ] || { echo "FAIL: $1 does not listen"; return 1; }
		sleep 0.1
	done
	port=$(cat "$work/$1.port")
	"$top_builddir/tests/peer/field_peer" "$3" "$port" ${4:+"$4"} || { echo "FAIL: $1 as a device"; return 1; }
	peer_js written "$2" "$3" "$port" || { echo "FAIL: what was written to $1, read by $2"; return 1; }
}
# both at once: each mostly waits
try modbus-serial jsmodbus 127.44.2.1 >"$work/log" 2>&1 &
first=$!
failed=0
try jsmodbus modbus-serial 127.44.2.2 lenient || failed=1
wait "$first" || failed=1
cat "$work/log" "$work"/*.err
exit $failed
