#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chisan-notify against the simulated district: a calm site tells nobody, a trip is told, a program that fails is an alarm itself and is
# tried again, and a chisan-notify that is killed comes back and tells at most once more.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=73
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/district.sh"
at_fail() { tail -20 "$dir/told"; }
journal() { "$chisan" journal --since 1d 2>/dev/null; }
said() { journal | grep -qE "$1"; }
told() { grep -cE "$1" "$dir/told" 2>/dev/null; }

# ---- a site of our own, with a duty and a program that writes down what it is told
# whether a day's plan was filed is another matter, and not calm after noon
sed -i '/^    alarms:/,/^  - tag: PLAN/{/^  - tag: PLAN/!d}' "$dir/layouts/profiles/chisand-wheel.yaml"
cat >"$dir/tell" <<EOF
#!/bin/sh
[ -e '$dir/broken' ] && { echo 'no line to the gateway' >&2; exit 4; }
sed "s/^/\$1 \$2: /" >>'$dir/told'
EOF
chmod 755 "$dir/tell"
cat >>"$site/site.yaml" <<EOF
notify:
  program: $dir/tell
  group: 1s
  least_gap: 1s
  retries: 0
  duty:
    - {name: night, address: "+81-422", after: 1s, priority: 2}
    - {name: pv, after: 1s, priority: 4, areas: pv}
EOF
: >"$dir/told"
start_plant --start 2026-11-25T10:00:00+09:00
launch
until_ 30 'a value' "$chisan" get ESS1.SOC
until_ 30 'chisan-notify' grep -q 'chisan-notify is up' "$dir/chisand.log"
notify=$(pgrep -P "$server" -x chisan-notify | head -n 1)
[ -n "$notify" ] || fail 'there is no process chisan-notify'
grep -q 'NoNewPrivs:.*1' "/proc/$notify/status" || [ -n "${CHISAN_SANITIZED:-}" ] || echo 'note: no sandbox in this build'

# ---- a trip is told, once, to whom it concerns; before it the district was calm
until_ 30 'all devices' sh -c "'$chisan' status | grep -qE '^Links +[0-9]+ up, 0 down, 0 connecting'"
[ -s "$dir/told" ] && fail 'somebody was told of a calm district'
"$plant" --ctl "$dir/ctl" trip GTC | grep -q ok || fail 'the plant does not trip the gas turbine'
until_ 20 'the trip on duty' grep -q '^night +81-422: P1 GTC\.TRIP\.STATE1 2[0-9T:+-]* UNACK ' "$dir/told"
until_ 10 'its entry' said 'night was told of [0-9]+ alarms: .*GTC\.TRIP\.STATE1'
grep -q '^pv ' "$dir/told" && fail 'the gas turbine is no affair of pv'

# ---- a program that fails is an alarm; when it works again what waited is told
: >"$dir/broken"
"$plant" --ctl "$dir/ctl" trip F1 | grep -q ok || fail 'the plant does not trip the furnace'
until_ 20 'the alarm' said 'CHISAN\.NOTIFY P2 .*RAISE: .*night cannot be told: exited with 4: no line to the gateway'
[ "$(told 'WTE\.F1\.TRIP')" -eq 0 ] || fail 'told by a program that failed'
rm "$dir/broken"
until_ 40 'the furnace on duty' grep -q 'night .*P1 WTE\.F1\.TRIP\.STATE1 ' "$dir/told"
until_ 10 'the end of the alarm' said 'CHISAN\.NOTIFY P2 .*CLEAR'

# ---- killed, it comes back, and tells of what nobody acknowledged at most once more
before=$(told 'GTC\.TRIP')
[ "$before" -eq 1 ] || fail "told $before times of one trip"
kill -9 "$notify"
until_ 30 'the new chisan-notify' sh -c "pgrep -P $server -x chisan-notify | grep -qvx $notify"
until_ 30 'what it tells again' sh -c "[ \$(grep -c 'GTC\.TRIP' '$dir/told') -ge 2 ]"
"$plant" --ctl "$dir/ctl" trip F2 | grep -q ok || fail 'the plant does not trip the other furnace'
until_ 20 'the other furnace on duty' grep -q 'P1 WTE\.F2\.TRIP\.STATE1 ' "$dir/told"
[ "$(told 'GTC\.TRIP')" -eq 2 ] || fail "told $(told 'GTC\.TRIP') times of one trip, after one restart"

# ---- another program by a reload: started again with it
cp "$dir/tell" "$dir/tell2"
sed -i "s|program: $dir/tell$|program: $dir/tell2|" "$site/site.yaml"
kill -HUP "$server"
until_ 30 'the reload' grep -q 'reloaded' "$dir/chisand.log"
until_ 30 'the new program' sh -c "tr '\\0' ' ' </proc/\$(pgrep -P $server -x chisan-notify | head -n 1)/cmdline | grep -q tell2"
# ---- and nobody at all
sed -i '/^notify:/,$d' "$site/site.yaml"
kill -HUP "$server"
until_ 30 'the second reload' sh -c "[ \$(grep -c reloaded '$dir/chisand.log') -ge 2 ]"
lines=$(wc -l <"$dir/told")
"$plant" --ctl "$dir/ctl" set HEAT.GASDET 1 | grep -q ok || fail 'the plant does not take a value'
until_ 20 'the gas' said 'HEAT\.GASDET\.STATE1 P1 .*RAISE'
[ "$(wc -l <"$dir/told")" -eq "$lines" ] || fail 'somebody was told though nobody is on duty any more'

kill -TERM "$server"
wait "$server" || fail 'chisand did not end cleanly'
kill "$district"
wait "$district"
pgrep -f "$dir/" >/dev/null && fail 'something was left behind'
echo 'those on duty are told of what they have to know'
