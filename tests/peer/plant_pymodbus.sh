#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plant_pymodbus.sh - runs plant_pymodbus.py against chisan-plant; at night and by day.
/usr/bin/python3 -c 'import pymodbus.client, yaml' 2>/dev/null || { echo "python3-pymodbus or python3-yaml is missing"; exit 77; }
. "$top_srcdir/tests/peer/plant_lib.sh"
plant_start 127.21.5.2 --speed 50 --seed 9 --start 2026-11-24T02:00:00+09:00
/usr/bin/python3 "$top_srcdir/tests/peer/plant_pymodbus.py" "$site" "$host" || fail "by night"
plant_stop
plant_start 127.21.5.2 --speed 50 --seed 10 --start 2026-07-20T12:00:00+09:00
/usr/bin/python3 "$top_srcdir/tests/peer/plant_pymodbus.py" "$site" "$host" || fail "by day"
exit 0
