#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plant_faults.sh - runs plant_faults.py: the simulated district misbehaves on request, and only then.
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
. "$top_srcdir/tests/peer/plant_lib.sh"
plant_start 127.21.5.3 --seed 2
python3 "$top_srcdir/tests/fault/plant_faults.py" "$plant" "$control" "$host" "$site" || fail "see above"
kill -0 "$plant_pid" || fail "chisan-plant ended"
kill "$plant_pid"
wait "$plant_pid" || fail "chisan-plant did not end well"
plant_pid=
[ ! -e "$control" ] || fail "the control socket was left behind"
exit 0
