#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plant_mbpoll.sh - mbpoll reads and writes the simulated district: floats of both orders, bits, whole numbers, commands, refusals.
command -v mbpoll >/dev/null || { echo "mbpoll is missing: apt-get install mbpoll"; exit 77; }
. "$top_srcdir/tests/peer/plant_lib.sh"
plant_start 127.21.5.1 --speed 50 --seed 4 --start 2026-11-24T09:00:00+09:00

# get PORT UNIT TYPE REFERENCE [more options]: the first value; references count from 1. PORT line: the meter at the serial line
get() {
	port=$1 unit=$2 type=$3 ref=$4
	shift 4
	if [ "$port" = line ]; then
		mbpoll -m rtu -b 38400 -P none -s 2 -q -a "$unit" -t "$type" -r "$ref" -c 1 -1 "$@" "/tmp/chisan-grid-$host" 2>&1 | sed -n 's/^\[[0-9]*\]:[[:space:]]*\([-+0-9.e]*\).*/\1/p'
		return
	fi
	mbpoll -m tcp -q -p "$port" -a "$unit" -t "$type" -r "$ref" -c 1 -1 "$@" "$host" 2>&1 | sed -n 's/^\[[0-9]*\]:[[:space:]]*\([-+0-9.e]*\).*/\1/p'
}
put() {
	port=$1 unit=$2 type=$3 ref=$4 value=$5
	shift 5
	mbpoll -m tcp -q -p "$port" -a "$unit" -t "$type" -r "$ref" -1 "$@" "$host" -- "$value" >"$work/put.out" 2>&1 || { cat "$work/put.out"; return 1; }
}
between() { # WHAT VALUE LOW HIGH
	[ -n "$2" ] && awk -v v="$2" -v lo="$3" -v hi="$4" 'BEGIN { exit !(v >= lo && v <= hi) }' || fail "$1 is '$2', not $3..$4"
}
is_between() {
	[ -n "$1" ] && awk -v v="$1" -v lo="$2" -v hi="$3" 'BEGIN { exit !(v >= lo && v <= hi) }'
}

# 1. floats, high word first
between "receiving voltage" "$(get line 1 4:float 11 -B)" 6300 6900
between "frequency" "$(get line 1 4:float 9 -B)" 49.8 50.2
between "furnace 1 steam" "$(get 15022 1 4:float 5 -B)" 7 11.5
# 2. floats, low word first
between "header pressure" "$(get 15024 1 4:float 1)" 0.6 0.9
between "header temperature" "$(get 15024 1 4:float 3)" 160 200
# 3. bits, unsigned and signed words
[ "$(get line 1 1 2)" = 1 ] || fail "the receiving breaker is not closed"
between "gas turbine state" "$(get 15023 1 4 35)" 1 1
between "battery state of charge" "$(get 15031 1 4 40368)" 1000 9000 # 713.SoC, of a chain at 40000
# 4. units behind one address, and one that is not there
between "city hall" "$(get 15051 1 4:float 1 -B)" 100 900
between "gymnasium" "$(get 15051 2 4:float 1 -B)" 80 500
mbpoll -m tcp -q -p 15051 -a 77 -t 4 -r 1 -c 1 -1 "$host" >"$work/out" 2>&1
grep -qi 'target device failed' "$work/out" || fail "unit 77: $(cat "$work/out")"
# 5. an address that does not exist
mbpoll -m tcp -q -p 15022 -a 1 -t 4 -r 5001 -c 1 -1 "$host" >"$work/out" 2>&1
grep -qi 'illegal data address' "$work/out" || fail "address 5000: $(cat "$work/out")"
# 6. a battery follows its setpoint (704.WSet, 32 bits, in hundredths of W) once it is enabled, and gives it up by itself
battery_w() { get 15031 1 4 40081; } # 701.W, in 10 W
enable() {
	put 15031 1 4:int 40328 "$1" -B && put 15031 1 4:int 40321 5000000 -B && put 15031 1 4 40319 "$2"
}
battery_gives() { is_between "$(battery_w)" 4700 5300; }
battery_rests() { v=$(battery_w); is_between "$v" 0 50 || is_between "$v" 65486 65535 || is_between "$v" -50 50; }
put 15031 1 4 40319 0 || fail "the setpoint is not given back"
put 15031 1 4:int 40321 17000000 -B || fail "a setpoint that is not enabled"
battery_gives && fail "the battery followed a setpoint that is not enabled"
enable 3600 1 || fail "the setpoint"
until_true 20 battery_gives || fail "the battery gives $(battery_w), not about 5000 (50 kW)"
enable 60 1 || fail "the setpoint"
until_true 60 battery_rests || fail "the setpoint did not revert"
# 7. the gas turbine starts by its coil, and follows
put 15023 1 0 2 1 || fail "the start coil"
turbine_runs() { [ "$(get 15023 1 4 35)" = 5 ]; }
until_true 60 turbine_runs || fail "the gas turbine is in state $(get 15023 1 4 35)"
put 15023 1 4:float 201 900 -B || fail "the output setpoint"
turbine_gives() { is_between "$(get 15023 1 4:float 1 -B)" 890 910; }
until_true 60 turbine_gives || fail "the gas turbine gives $(get 15023 1 4:float 1 -B), not 900"
# 8. a value out of range is refused
put 15023 1 4:float 201 9000 -B && fail "9000 kW was accepted"
# 9. faults on request
"$plant" --ctl "$control" silent GTC >/dev/null || fail "silent GTC"
mbpoll -m tcp -q -p 15023 -a 1 -t 4 -r 35 -c 1 -1 -o 0.3 "$host" >"$work/out" 2>&1 && fail "a silent device answered"
"$plant" --ctl "$control" clear GTC >/dev/null || fail "clear GTC"
turbine_runs || fail "the cleared device does not answer"
"$plant" --ctl "$control" frobnicate >/dev/null 2>&1 && fail "an unknown command was taken"
exit 0
