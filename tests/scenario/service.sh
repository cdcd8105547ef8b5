#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The systemd unit verifies and scores at most 2.0 of exposure; chisand tells a service manager READY, RELOADING and STOPPING.
set -u
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
command -v socat >/dev/null || { echo "no socat"; exit 77; }
dir=$(mktemp -d) || exit 1
pids=''
tidy() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	wait
	rm -rf "$dir"
}
trap tidy EXIT
fail() {
	echo "$*"
	cat "$dir"/notify "$dir"/log 2>/dev/null | tail -n 20
	exit 1
}
. "$top_srcdir/tests/until.sh"
becomes_true() { until_true 10 eval "$1" || fail "this never came true: $1"; }

# 1. the unit, with its program where this build has it
unit=$dir/chisan.service
sed "s|^ExecStart=[^ ]*|ExecStart=$top_builddir/scada/core/chisand|" "$top_builddir/scada/core/chisan.service" >"$unit"
systemd-analyze verify --man=no "$unit" >"$dir/log" 2>&1 || fail "the unit does not verify"
! grep -q "$unit" "$dir/log" || fail "the unit verifies with complaints"
systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit" >"$dir/log" 2>&1 || fail "the unit is exposed above 2.0"
tail -n 1 "$dir/log"

north=$dir/chisan-north.service
sed "s|^ExecStart=[^ ]*|ExecStart=$top_builddir/scada/north/chisan-north|" "$top_builddir/scada/north/chisan-north.service" >"$north"
systemd-analyze verify --man=no "$unit" "$north" >"$dir/log" 2>&1 || fail "the northbound server's unit does not verify"
! grep -q "$north" "$dir/log" || fail "the northbound server's unit verifies with complaints"
systemd-analyze security --offline=yes --threshold=20 --no-pager "$north" >"$dir/log" 2>&1 || fail "the northbound server's unit is exposed above 2.0"
tail -n 1 "$dir/log"

# 2. what chisand says to a service manager
mkdir "$dir/site" "$dir/run"
chmod 750 "$dir/run"
printf 'site: Small\ntimezone: Asia/Tokyo\ndevices: []\n' >"$dir/site/site.yaml"
socat -u UNIX-RECV:"$dir/notify.sock" OPEN:"$dir/notify",creat,append &
pids="$!"
becomes_true '[ -S "$dir/notify.sock" ]'
: >"$dir/log"
NOTIFY_SOCKET=$dir/notify.sock "$top_builddir/scada/core/chisand" -f "$dir/site" -d "$dir/data" -s "$dir/run/chisan.sock" 2>"$dir/log" &
server=$!
pids="$server $pids"
becomes_true 'grep -qa READY=1 "$dir/notify"'
kill -HUP "$server"
becomes_true 'grep -qa RELOADING=1 "$dir/notify"'
becomes_true '[ "$(grep -ca READY=1 "$dir/notify")" = 2 ]'
kill "$server"
wait "$server" || fail "it ended with $?"
becomes_true 'grep -qa STOPPING=1 "$dir/notify"'
grep -qa MONOTONIC_USEC "$dir/notify" || fail "RELOADING comes without its time"
echo "said: $(tr '\n' ' ' <"$dir/notify" | cut -c1-300)"
