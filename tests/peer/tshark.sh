#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tshark.sh - Wireshark's dissector reads our bytes: requests of chisan-field and what they are answered, as chisan dump --hex shows them and
# as docs/how-to-commission.md tells to open them; answers of chisan-north. Functions, addresses, counts, values, exceptions; nothing malformed.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
command -v tshark >/dev/null && command -v text2pcap >/dev/null || { echo "SKIP: tshark is missing: apt-get install tshark"; exit 77; }
scene=77
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
. "$top_srcdir/tests/peer/north_lib.sh"
start_north
export HOME=$work # no settings of who runs it

dissect() { # TEXT: its fields in $work/fields, one line a frame
	text2pcap -q -D -t '%H:%M:%S.%f' -T 502,40000 "$1" "$1.pcap" >"$work/err" 2>&1 || fail "text2pcap"
	tshark -r "$1.pcap" -T fields -E 'separator=|' -e tcp.dstport -e mbtcp.unit_id -e modbus.func_code \
		-e modbus.reference_num -e modbus.word_cnt -e modbus.regval_uint16 -e modbus.data -e modbus.exception_code >"$work/fields" 2>"$work/err" || fail "tshark"
	tshark -r "$1.pcap" -Y '_ws.malformed || _ws.expert.severity >= 0x00600000 || !mbtcp' >"$work/out" 2>"$work/err"
	[ -s "$work/out" ] && fail "it finds fault with frames"
}
is_there() { check "$1" grep -qx "$2" "$work/fields"; } # WHAT LINE

# ---- what chisan-field asks, and is answered: reads, a write of one register, an exception
ask 0 dump M --count 10 --hex
cp "$work/out" "$work/m"
"$chisan" dump P --seconds 30 --hex >"$work/p" 2>"$work/looks" &
looks="$!"
until_true 10 journalled 'frames of P are looked at"' || fail "nobody looks at frames of P"
raw command operate P.SP 321 'a write to be looked at' >"$work/written"
"$chisan" raw P input 0 1 >"$work/out" 2>"$work/err" # it has no such function
until_true 10 grep -q 'exception' "$work/p"
kill -INT "$looks"
wait "$looks" && pass "who looks on ends it" || fail "an interrupted dump ended with $?"
dissect "$work/m"
is_there "requests of chisan-field" '502|1|3|1|4|||'
is_there "their answers" '40000|1|3|||[0-9]*,7,[0-9]*,9||'
dissect "$work/p"
is_there "a write" '502|1|6|10|||01:\?41|'
is_there "its echo" '40000|1|6|10|||01:\?41|'
is_there "an exception" '40000|1|4|||||1'

# ---- what chisan-north answers: values, quality, an address that is none, a setpoint
/usr/bin/python3 - "$address" $port >"$work/n" <<'PYTHON'
import socket
import sys

s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
s.settimeout(5)
for n, pdu in enumerate(["04 0002 0002", "04 0064 0002", "04 0063 0001", "10 0028 0002 04 43480000", "2b 0e 01 00"]):
    pdu = bytes.fromhex(pdu.replace(" ", ""))
    asked = bytes([0, n, 0, 0, 0, len(pdu) + 1, 1]) + pdu
    s.sendall(asked)
    for way, data in (("O", asked), ("I", s.recv(300))):
        print("%s 00:00:%02d.0\n000000 %s" % (way, n, data.hex(" ")))
PYTHON
dissect "$work/n"
is_there "M.B is 7, a float" '40000|1|4|||16608,0||'
is_there "M.C is 9" '40000|1|4|||16656,0||'
is_there "an address that is none is refused" '40000|1|4|||||2'
is_there "a setpoint is taken" '40000|1|16|40|2|||'
[ $failures = 0 ] || cat "$work/fields"
stop
exit $((failures != 0))
