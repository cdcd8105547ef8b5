#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The commands against a real chisand on a simulated district: exit codes, JSON that a foreign parser takes, clean ends.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
chisan=$top_builddir/console/chisan
chisand=$top_builddir/scada/core/chisand
plant=$top_builddir/drivers/plant/chisan-plant
export CHISAN_LIBEXECDIR="$top_builddir/scada/site:$top_builddir/scada/store:$top_builddir/drivers"
unset CHISAN_NOW LC_CTYPE LC_MESSAGES LANG NO_COLOR
export LC_ALL=C.UTF-8

for program in "$chisan" "$chisand" "$plant" /usr/bin/python3; do
	[ -x "$program" ] || { echo "skipped: $program is missing"; exit 77; }
done

dir=$(mktemp -d) || exit 1
pids=
failed=0
tidy() {
	[ "$BASHPID" = "$$" ] || return # not in a subshell that a signal ends
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	rm -rf "$dir"
}
trap tidy EXIT
export CHISAN_SOCKET=$dir/s

fail() {
	echo "FAILED: $*"
	sed 's/^/    out: /' "$dir/out" | head -20
	sed 's/^/    err: /' "$dir/err" | head -20
	failed=1
}
# expect CODE WORDS...: runs chisan; what it prints is in $dir/out and $dir/err
expect() {
	local want=$1 got
	shift
	timeout 60 "$chisan" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || fail "chisan $* ended with $got, not $want"
	if grep -q "$(printf '\033')" "$dir/out" "$dir/err"; then fail "chisan $* sent a control sequence"; fi
}
says() { grep -q -e "$1" "$dir/err" || fail "no \"$1\" on stderr"; }
prints() { grep -q -e "$1" "$dir/out" || fail "no \"$1\" on stdout"; }
json() { /usr/bin/python3 -m json.tool <"$dir/out" >/dev/null || fail "no JSON: $*"; }

# ---- without a server
expect 0 --help
prints 'Usage: chisan'
expect 0 --version
prints 'wire version'
prints 'libev [0-9].*, utf8proc [0-9].*, jansson [0-9].*, ncurses [0-9]'
expect 0 --print-keys
while IFS= read -r line; do
	grep -qxF -e "$line" "$top_srcdir/docs/man/chisan.1" || fail "chisan.1 lacks: $line"
done < <(sed "/^\t/d; s/\\\\/\\\\e/g; s/'/\\\\(aq/g; s/^\([^\t]*\)\t[^\t]*\t[^\t]*\t/.It \1 Ta /" "$dir/out")
expect 2 nothing
expect 2 get
expect 2 points --no-such-option
expect 6 status
says 'start it with "chisand -f SITE_DIR"'
expect 6 points --json
[ -s "$dir/out" ] && fail "something on stdout without a server"
expect 6 status --wait 300ms

# ---- a site of our own: the shipped one on an address that nobody else uses
host=127.71.$(($$ / 250 % 250)).$(($$ % 250 + 1))
mkdir "$dir/layouts" && cp -r "$top_srcdir/layouts/." "$dir/layouts" && chmod -R u+w "$dir/layouts"
site=$dir/layouts/musashino
nodes=$(echo "$host" | awk -F. '{ print "127." $2 + 100 "." $4 }') # of the schools
sed -i "s/127\.0\.0\.1/$host/g; s/127\.0\.1\./$nodes./g" "$site/site.yaml"

expect 0 check "$site"
prints 'no faults'
expect 0 check --json "$site"
json check
mkdir "$dir/bad" && printf 'site: Bad\ntimezone: Nowhere/City\nnonsense: 1\n' >"$dir/bad/site.yaml"
expect 1 check "$dir/bad"
prints 'site.yaml:3'
expect 1 check --json "$dir/bad"
json check

"$plant" --seed 7 "$site" 2>"$dir/plant.log" &
plant_pid=$!
pids="$pids $plant_pid"
for _ in $(seq 100); do grep -q ready "$dir/plant.log" && break; sleep 0.1; done
"$chisand" -f "$site" -d "$dir/data" -s "$CHISAN_SOCKET" 2>"$dir/chisand.log" &
pids="$pids $!"

# ---- live
expect 0 status --wait 30s
prints 'Musashino'
prints '[0-9] up'
[ "$(wc -l <"$dir/out")" -le 23 ] || fail "status does not fit 24 lines"
awk 'length($0) > 79 { exit 1 }' "$dir/out" || fail "status does not fit 80 columns"
expect 0 status --json
json status
for _ in $(seq 100); do # what the store says of itself reaches who comes later
	grep -q '"total_bytes":[1-9]' "$dir/out" && break
	sleep 0.1
	expect 0 status --json
done
prints '"total_bytes":[1-9]'
expect 0 points
prints 'ESS1.SOC'
expect 0 points --json
json points
expect 0 points --names 'ESS?.SOC'
[ "$(tr '\n' ' ' <"$dir/out")" = 'ESS1.SOC ESS2.SOC ESS3.SOC ESS4.SOC ' ] || fail "points --names"
expect 0 get ESS1.SOC
prints '^ESS1.SOC .* % .*good'
expect 0 get --json ESS1.SOC GRID.RX.P
json get
expect 3 get ESS1.SOK
says 'did you mean ESS1.SOC?'
expect 3 points 'NOPE*'
expect 3 links NOPE
expect 0 links
prints '^ESS1 .*up'
expect 0 links --json
json links
LC_ALL=C expect 0 points --ja
if LC_ALL=C grep -q '[^ -~]' "$dir/out"; then fail "LC_ALL=C printed what is not ASCII"; fi

# ---- every point of the site is served by the plant and arrives: in its protocol, good, within two minutes. Not known so early are the
# greatest half hours, the growth of the record and what of self-wheeling was never filed; inverters sleep by night; and a machine for tests
# may have no time service.
not_good() {
	timeout 30 "$chisan" points --json | /usr/bin/python3 -c '
import json, re, sys
points = {p["point"]: p for p in json.load(sys.stdin)["points"]}
late = r"CEMS\.(DEM_MAX_(M|12)|PLAN_|IMB_)|SYS\.DISKDAYS|SYS\.TIMEOFF|WHEEL\.|PLAN\."
if points["MET.GHI"]["quality"] == "good" and points["MET.GHI"]["value"] < 20:
    late += r"|PV\d\."
# of a day that is not measured from its midnight on: a figure, and marked so
today = ("CEMS.CO2_SAVED", "CEMS.CO2_LOCAL", "CEMS.COST_D")
for name, p in points.items():
    if name in today and (p["quality"], p["cause"]) == ("uncertain", "part") and p["value"] is not None:
        continue
    if p["quality"] != "good" and not re.match(late, name):
        print(name, p["quality"], p["cause"])'
}
all_good=0
for _ in $(seq 120); do
	not_good >"$dir/not_good" 2>&1 && [ ! -s "$dir/not_good" ] && all_good=1 && break
	sleep 1
done
[ $all_good = 1 ] || fail "$(wc -l <"$dir/not_good") points of the shipped site are not good: $(head -n 20 "$dir/not_good" | tr '\n' ';')"

# ---- changes
expect 0 watch --json -n 5
while read -r line; do
	printf '%s' "$line" | /usr/bin/python3 -m json.tool >/dev/null || fail "no JSON: $line"
done <"$dir/out"
[ "$(wc -l <"$dir/out")" -eq 5 ] || fail "watch -n 5 printed $(wc -l <"$dir/out") lines"
timeout 30 "$chisan" watch 2>"$dir/err" | head -n 1 >"$dir/out"
[ "${PIPESTATUS[0]}" -eq 0 ] || fail "watch did not end with 0 when nobody read on"
: >"$dir/out"
"$chisan" watch >"$dir/out" 2>"$dir/err" &
watch_pid=$!
for _ in $(seq 300); do [ -s "$dir/out" ] && break; sleep 0.1; done
kill -INT "$watch_pid"
wait "$watch_pid"
code=$?
[ "$code" -eq 0 ] || fail "watch ended with $code at SIGINT"
[ -s "$dir/out" ] || fail "watch printed nothing"

# ---- output that cannot be written
for words in points 'points --json' status watch 'watch --json'; do
	# shellcheck disable=SC2086
	timeout 30 "$chisan" $words >/dev/full 2>"$dir/err"
	code=$?
	: >"$dir/out"
	[ "$code" -eq 1 ] || fail "chisan $words ended with $code on a full disk"
	[ "$(grep -c 'cannot write the output' "$dir/err")" -eq 1 ] || fail "chisan $words did not say once that the disk is full"
	# shellcheck disable=SC2086
	timeout 30 "$chisan" $words 2>"$dir/err" | true
	[ "${PIPESTATUS[0]}" -eq 0 ] || fail "chisan $words did not end with 0 when nobody reads"
	[ -s "$dir/err" ] && fail "chisan $words complains that nobody reads"
done

# ---- completion asks the running server
words=$(CHISAN=$chisan bash -c '
	. "$0"
	complete_() { COMP_WORDS=("$CHISAN" "$@"); COMP_CWORD=$#; _chisan chisan "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[*]}"; }
	complete_ poi; complete_ get ESS1.SO; complete_ points --na; complete_ --acc; complete_ links ESS; complete_ --theme = mo; complete_ --color ne' \
	"$top_srcdir/console/chisan.bash" | tr '\n' '|')
[ "$words" = 'points|ESS1.SOC ESS1.SOH|--names|--accessible|ESS1 ESS2 ESS3 ESS4|mono|never|' ] || { : >"$dir/out"; : >"$dir/err"; fail "completion gave $words"; }

# ---- the plant falls silent: values stay, and say that they are old
kill "$plant_pid"
for _ in $(seq 100); do
	"$chisan" get ESS1.SOC >/dev/null 2>&1 || break
	sleep 0.2
done
expect 8 get ESS1.SOC
prints '^ESS1.SOC  *[0-9.]* '
says 'is not good'
expect 8 get --json ESS1.SOC
json get
prints '"quality":"\(bad\|uncertain\)"'
expect 0 status
prints 'Musashino'

[ "$failed" -eq 0 ] && echo "all commands keep their promises"
exit "$failed"
