#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# howto.sh - what the how-to pages show is what chisan-site accepts; and the smallest site can be copied and still loads.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
site="$top_builddir/scada/site/chisan-site"

# block FILE KIND: the lines of the fenced block ```KIND
block() {
	awk -v fence="\`\`\`$2" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$1"
}

cp -R "$top_srcdir/layouts/minimal" "$work/minimal"
cp -R "$top_srcdir/layouts/profiles" "$work/profiles"
chmod -R u+w "$work"
block "$top_srcdir/docs/how-to-screen.md" screen >"$work/minimal/screens/battery.screen"
block "$top_srcdir/docs/how-to-profile.md" profile >"$work/minimal/my-meter.yaml"
sed 's/profile: energy-meter.*/profile: my-meter/; /^energy:/,$d' "$work/minimal/site.yaml" >"$work/new"
mv "$work/new" "$work/minimal/site.yaml"
[ -s "$work/minimal/screens/battery.screen" ] && [ -s "$work/minimal/my-meter.yaml" ]

mkdir "$work/battery"
block "$top_srcdir/docs/how-to-profile.md" sunspec >"$work/battery/my-battery.yaml"
cat >"$work/battery/site.yaml" <<-END
	site: Battery
	timezone: Asia/Tokyo
	devices:
	  - {name: BAT1, profile: my-battery, link: "modbus-tcp://192.0.2.7:502/1", serial: A1, area: here}
END

for dir in "$work/minimal" "$work/battery" "$top_srcdir/layouts/minimal" "$top_srcdir/layouts/musashino" "$top_srcdir/layouts/musashino-study"; do
	"$site" -n "$dir" >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
	if [ "$(wc -l <"$work/out")" -ne 1 ] || ! grep -q ': no faults$' "$work/out"; then
		echo "$dir: more than 'no faults' was said:"
		cat "$work/out"
		exit 1
	fi
done

# The profile of the page about ECHONET Lite, whose block stands in a list and is indented.
mkdir "$work/node"
sed 's/^   //' "$top_srcdir/docs/how-to-echonet.md" >"$work/page"
block "$work/page" profile >"$work/node/my-node.yaml"
cat >"$work/node/site.yaml" <<'SITE'
site: A node
timezone: Asia/Tokyo
devices: [{name: N, profile: my-node, link: "echonet://192.0.2.1/192.0.2.10"}]
SITE
"$site" -n "$work/node" >"$work/out" 2>&1 && grep -q '3 points, 1 device.*: no faults$' "$work/out" || { cat "$work/out"; exit 1; }

# The ready profiles of ECHONET Lite, each as a device of one node.
mkdir "$work/nodes"
cp "$top_srcdir"/layouts/profiles/el-*.yaml "$work/nodes"
{ printf 'site: Nodes\ntimezone: Asia/Tokyo\ndevices:\n'
for profile in "$work"/nodes/el-*.yaml; do
	name=$(basename "$profile" .yaml)
	echo "  - {name: $(echo "$name" | tr 'a-z-' 'A-Z_'), profile: $name, link: \"echonet://192.0.2.1/192.0.2.10\"}"
done; } >"$work/nodes/site.yaml"
"$site" -n "$work/nodes" >"$work/out" 2>&1 && grep -q '6 devices.*: no faults$' "$work/out" && [ "$(wc -l <"$work/out")" -eq 1 ] ||
	{ cat "$work/out"; exit 1; }

# The check is alive: a screen that names a point the site does not have is refused.
sed 's/ESS1.TMAX full/METER.NOTHING full/' "$work/minimal/screens/battery.screen" >"$work/new"
mv "$work/new" "$work/minimal/screens/battery.screen"
if "$site" -n "$work/minimal" >"$work/out" 2>&1; then
	echo "a faulty screen was accepted"
	exit 1
fi
