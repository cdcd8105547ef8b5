#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chisan-field reads and writes a foreign server: pymodbus with every type in every byte order, bits, exceptions, a unit that is not there.
set -u
python=/usr/bin/python3
"$python" -c 'import pymodbus.server, serial' 2>/dev/null || { echo "skipped: apt-get install python3-pymodbus python3-serial"; exit 77; }
dir=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
"$python" "${top_srcdir:-.}/tests/peer/field_pymodbus.py" 127.44.1.1 >"$dir/port" 2>"$dir/log" &
server=$!
for _ in $(seq 100); do
	[ -s "$dir/port" ] && break
	kill -0 "$server" 2>/dev/null || { cat "$dir/log"; exit 1; }
	sleep 0.1
done
"${top_builddir:-.}/tests/peer/field_peer" 127.44.1.1 "$(cat "$dir/port")" || { cat "$dir/log"; exit 1; }
# what was written, by a foreign client too
"$python" "${top_srcdir:-.}/tests/peer/field_pymodbus.py" 127.44.1.1 "$(cat "$dir/port")" || { cat "$dir/log"; exit 1; }
