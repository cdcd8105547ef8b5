#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A SunSpec device that nobody here wrote the server of: chisan probe says what it is and writes a profile, a site with that profile has no
# faults, chisand reads it, and what it writes stands where SunSpec says.
set -u
python=/usr/bin/python3
"$python" -c 'import pymodbus.server, serial' 2>/dev/null || { echo "skipped: apt-get install python3-pymodbus python3-serial"; exit 77; }
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
chisan=$top_builddir/console/chisan
host=127.44.1.2
dir=$(mktemp -d) || exit 1
pids=
tidy() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	rm -rf "$dir"
}
trap tidy EXIT
fail() { echo "FAILED: $*"; head -n 40 "$dir/log" "$dir/out" 2>/dev/null; exit 1; }
peer() { "$python" "$top_srcdir/tests/peer/sunspec_pymodbus.py" "$@"; }

"$python" "$top_srcdir/tests/peer/sunspec_pymodbus.py" serve $host >"$dir/port" 2>"$dir/log" & pids=$!
for _ in $(seq 200); do [ -s "$dir/port" ] && break; sleep 0.1; done
link=modbus-tcp://$host:$(cat "$dir/port")/1

# 1. what it says, to a script and to a person
"$chisan" probe --json "$link" >"$dir/out" 2>>"$dir/log" || fail "probe"
peer compare "$dir/out" || fail "the probe says something else"
"$chisan" probe "$link" >"$dir/out" 2>>"$dir/log" || fail "probe"
for words in 'manufacturer   Foreign Works' '64777 .*unknown here, skipped' '701.LLV  *202.1 V' '160.module.2..DCW  *22.2 W'; do
	grep -q "$words" "$dir/out" || fail "the probe does not say: $words"
done
grep -q '701.W ' "$dir/out" && fail "what is not implemented is shown"
"$chisan" probe "${link%1}2" >"$dir/out" 2>"$dir/err"
[ $? = 3 ] || fail "a device without SunSpec"
for words in 'manufacturer   Plain Works' 'product        PW-1' 'holding *0: 0x1234'; do
	grep -q "$words" "$dir/out" || fail "the probe of a device without SunSpec does not say: $words"
done
grep -q 'nothing begins with SunS' "$dir/err" || fail "it is not said that it has no SunSpec"
# 2. a profile to start from: whole, and never written over another
mkdir "$dir/site"
"$chisan" probe --registers 20 --profile "$dir/site/foreign.yaml" "$link" >"$dir/out" 2>>"$dir/log" || fail "probe --profile"
"$chisan" probe --profile "$dir/site/foreign.yaml" "$link" >"$dir/out" 2>>"$dir/log" && fail "a file was written over"
cat >>"$dir/site/foreign.yaml" <<-END
	  - tag: P_SP
	    kind: setpoint
	    unit: kW
	    range: [-100, 100]
	    write:
	      point: 704.WSet
	      scale: 0.001
	      before: [{point: 704.WSetMod, value: 1}, {point: 704.WSetRvrt, value: 0}, {point: 704.WSetEnaRvrt, value: 1}]
	      after: [{point: 704.WSetEna, value: 1}]
	    read: {point: 704.WSet, scale: 0.001}
	    revert: {after: 60s, to: 0, timer_point: 704.WSetRvrtTms}
	    check_back: {tolerance: 0.1, time: 5s}
	    falls_back: nothing
END
sed -i 's/^points:/heartbeat: 715.ControllerHb\npoints:/' "$dir/site/foreign.yaml"
cat >"$dir/site/site.yaml" <<-END
	site: Foreign
	timezone: Asia/Tokyo
	devices:
	  - {name: BOX, profile: foreign, link: "$link", serial: 0042-Z, area: here}
END
"$chisan" check "$dir/site" >"$dir/out" 2>&1 || fail "the profile that was written has faults"
# 3. read and written through the whole of it
export CHISAN_SOCKET=$dir/s
"$top_builddir/scada/core/chisand" -f "$dir/site" -d "$dir/data" -s "$CHISAN_SOCKET" >>"$dir/log" 2>&1 & pids="$pids $!"
for _ in $(seq 200); do "$chisan" get BOX.713.SOC >"$dir/out" 2>/dev/null && break; sleep 0.1; done
grep -Eq 'BOX.713.SOC +55.50? ' "$dir/out" || fail "the state of charge"
"$chisan" get BOX.160.2.DCW >"$dir/out" 2>&1
grep -Eq '22.20? ' "$dir/out" || fail "a value of a repeated block"
for _ in $(seq 100); do # until what was saved is there
	"$chisan" set BOX.P_SP -42.5 --for 10m --reason peer --yes >"$dir/out" 2>&1 && break
	grep -q 'has only started' "$dir/out" || fail "the setpoint"
	sleep 0.1
done
grep -q '^DONE' "$dir/out" || fail "the setpoint"
peer written $host "$(cat "$dir/port")" || fail "704 is not as it should be"
exit 0
