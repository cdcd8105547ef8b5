#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# north_npm.sh - modbus-serial and jsmodbus as masters of chisan-north: values, quality, refusals, identification, a setpoint.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=76
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
. "$top_srcdir/tests/peer/npm_lib.sh"
. "$top_srcdir/tests/peer/north_lib.sh"
start_north
check "modbus-serial as a master" peer_js north modbus-serial "$address" $port 400
check "jsmodbus as a master" peer_js north jsmodbus "$address" $port 250
check "what they set is with the device, once each" [ "$(grep -c '^register 10 \(400\|250\)$' "$work/plc/writes")" = 2 ]
stop
exit $((failures != 0))
