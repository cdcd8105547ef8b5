# SPDX-License-Identifier: Apache-2.0
# npm_lib.sh - sourced: the npm packages that speak Modbus, into the build folder, once. Wants $top_builddir; gives $NODE_PATH, or skips.
command -v node >/dev/null && command -v npm >/dev/null || { echo "SKIP: apt-get install nodejs npm"; exit 77; }
modules=$top_builddir/tests/peer/npm/modbus
mkdir -p "$modules"
modules=$(cd "$modules" && pwd)
# Tests run side by side: whoever comes second waits, and finds them there. Without the native part of modbus-serial, which no test needs.
fetch_modules() {
	[ ! -f "$modules/whole" ] || return 0
	cd "$modules" && echo '{"private":true}' >package.json &&
		timeout 60 npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional modbus-serial@8.0.25 jsmodbus@4.0.10 &&
		: >whole
}
(flock 9 && fetch_modules) 9>"$modules/lock" >"$modules/log" 2>&1 ||
	{ echo "SKIP: npm cannot fetch modbus-serial and jsmodbus: $(tail -n 1 "$modules/log")"; exit 77; }
export NODE_PATH="$modules/node_modules"
peer_js() { node "$top_srcdir/tests/peer/modbus_npm.js" "$@"; }
