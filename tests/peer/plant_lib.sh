# SPDX-License-Identifier: Apache-2.0
# plant_lib.sh - sourced: starts chisan-plant for the shipped site on an address of the test's own, and stops it at the end.
# Wants $top_srcdir and $top_builddir; gives plant_start HOST OPTIONS..., $site, $control, $plant_pid.

plant="$top_builddir/drivers/plant/chisan-plant"
work=$(mktemp -d)
site="$work/layouts/musashino"
control="$work/control.sock"
plant_pid=

plant_stop() {
	if [ -n "$plant_pid" ]; then
		kill "$plant_pid" 2>/dev/null
		wait "$plant_pid" 2>/dev/null
		plant_pid=
	fi
}

plant_end() {
	plant_stop
	rm -rf "$work"
}
trap plant_end EXIT
trap 'exit 1' INT TERM

fail() {
	echo "FAIL: $*" >&2
	[ -f "$work/plant.err" ] && sed 's/^/  plant: /' "$work/plant.err" >&2
	exit 1
}

plant_start() {
	host=$1
	shift
	if [ ! -d "$site" ]; then
		mkdir -p "$work/layouts"
		cp -R "$top_srcdir/layouts/musashino" "$top_srcdir/layouts/profiles" "$work/layouts/" || fail "no layouts"
		chmod -R u+w "$work/layouts"
		nodes=$(echo "$host" | awk -F. '{ print "127." $2 + 100 "." $4 }') # of the schools
		sed "s/127\.0\.0\.1/$host/g; s/127\.0\.1\./$nodes./g" "$top_srcdir/layouts/musashino/site.yaml" >"$site/site.yaml"
	fi
	: >"$work/plant.err"
	"$plant" "$site" --control "$control" "$@" 2>"$work/plant.err" &
	plant_pid=$!
	n=0
	until grep -q ', ready$' "$work/plant.err"; do
		kill -0 "$plant_pid" 2>/dev/null || fail "chisan-plant ended"
		n=$((n + 1))
		[ $n -lt 300 ] || fail "chisan-plant is not ready after 30 s"
		sleep 0.1
	done
}

. "$top_srcdir/tests/until.sh"
