# SPDX-License-Identifier: Apache-2.0
# until.sh - waits for a condition, not for luck. Sourced by sh and bash.
# until_true SECONDS COMMAND...: false if it is not true by then. However busy a machine is with others, it gets as
# many looks as seconds.
until_true() {
	until_end=$(($(date +%s) + $1 + 1)) until_looks=$1
	shift
	until "$@" >/dev/null 2>&1; do
		until_looks=$((until_looks - 1))
		[ "$until_looks" -gt 0 ] || [ "$(date +%s)" -lt "$until_end" ] || return 1
		sleep 0.05
	done
}
