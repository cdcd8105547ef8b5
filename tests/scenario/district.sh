# SPDX-License-Identifier: Apache-2.0
# district.sh - what the tests share that live in the simulated district: a copy of its site on addresses of its own, chisan-plant, chisand.
# Sourced by bash. `scene` is the second number of its addresses; the site is $site, with a link to each device at $host and its schools at $nodes.N.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=$top_srcdir}"
chisand=$top_builddir/scada/core/chisand chisan=$top_builddir/console/chisan plant=$top_builddir/drivers/plant/chisan-plant
helpers=$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/scada/notify:$top_builddir/drivers
export CHISAN_LIBEXECDIR=$helpers # and no chisan-planner: a test that wants one adds it
unset CHISAN_NOW LANG
export LC_ALL=C.UTF-8
dir=$(mktemp -d) || exit 99
chmod 750 "$dir"
export CHISAN_SOCKET=$dir/sock
pids= server= district=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait; rm -rf "$dir"' EXIT
at_fail() { :; } # what a test wants to show besides
fail() {
	echo "FAIL: $*"
	at_fail
	for f in "$dir"/*.log; do
		echo "--- $f"
		tail -20 "$f"
	done
	exit 1
}
until_() { # SECONDS WHAT COMMAND...: waits for the condition
	local limit=$(($1 * 5)) what=$2
	shift 2
	for _ in $(seq "$limit"); do
		"$@" >/dev/null 2>&1 && { echo "ok: $what"; return; }
		sleep 0.2
	done
	fail "$what: not within $((limit / 5)) s"
}
# json_is EXPRESSION WORDS...: of what `chisan WORDS --json` says, as d, in Python
json_is() {
	local expression=$1
	shift
	timeout 20 "$chisan" "$@" --json >"$dir/d.json" 2>/dev/null &&
		/usr/bin/python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(0 if eval(sys.argv[2]) else 1)' "$dir/d.json" "$expression"
}
start_plant() { # OPTIONS...
	"$plant" --seed 7 --control "$dir/ctl" "$@" "$site" 2>"$dir/plant.log" &
	district=$!
	pids="$pids $district"
	until_ 20 'the plant' grep -q ', ready' "$dir/plant.log"
}
launch() {
	"$chisand" -v -f "$site" -d "$dir/data" -s "$CHISAN_SOCKET" 2>>"$dir/chisand.log" &
	server=$!
	pids="$pids $server"
}

host=127.$scene.$(($$ / 250 % 250)).$(($$ % 250 + 1))
nodes=127.$((scene + 100)).$(($$ % 250 + 1)) # of the schools
mkdir "$dir/layouts" && cp -r "$top_srcdir/layouts/." "$dir/layouts" && chmod -R u+w "$dir/layouts"
site=$dir/layouts/musashino
sed -i "s/127\.0\.0\.1/$host/g; s/127\.0\.1\./$nodes./g" "$site/site.yaml"
