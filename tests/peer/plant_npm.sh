#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plant_npm.sh - modbus-serial and jsmodbus as masters of the simulated district.
. "$top_srcdir/tests/peer/npm_lib.sh"
. "$top_srcdir/tests/peer/plant_lib.sh"
plant_start 127.21.5.3 --speed 50 --seed 5 --start 2026-11-24T09:00:00+09:00
for package in modbus-serial jsmodbus; do
	peer_js plant $package "$host" || fail "$package as a master"
done
exit 0
