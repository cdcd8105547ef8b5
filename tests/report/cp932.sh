#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CP932 against Python's codec: every character of the basic plane, and the golden CSV files. A character that CP932 lacks is a '?'.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
command -v python3 >/dev/null || exit 77
exec python3 "$top_srcdir/tests/report/cp932.py" "$top_builddir/tests/report/export_csv" "$top_srcdir/tests/report/golden"
