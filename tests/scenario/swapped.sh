#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# swapped.sh - a battery is replaced by one with another serial number: it is said as what it is, in the links and as an alarm, nothing is
# written to it, and when the right one is back all goes on.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=66
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
plant=$top_builddir/drivers/plant/chisan-plant
rm -rf "$work/site"
cp -R "$top_srcdir/layouts/minimal" "$work/site" && cp -R "$top_srcdir/layouts/profiles" "$work/profiles" && chmod -R u+w "$work"
sed -i "s|127\.0\.0\.1|$address|; s|^\( *\)link: \(.*:16031/1\)|&\n\1serial: MU-1|" "$work/site/site.yaml"
"$plant" --control "$work/plant.sock" "$work/site" >>"$work/log" 2>&1 & meter="$meter $!"
ctl() { "$plant" --ctl "$work/plant.sock" "$@" >"$work/out" 2>&1 || fail "plant $*"; }
until_true 20 test -S "$work/plant.sock"
mkdir -p "$work/run"
launch
link_says() { timeout 20 "$chisan" links ESS1 2>/dev/null | grep -q -- "$1"; }
alarm_says() { timeout 20 "$chisan" alarms --json 2>/dev/null | grep -q -- "$1"; }
journal_says() { timeout 20 "$chisan" journal --json -n 1000 2>/dev/null | grep -q -- "$1"; }
sets() { timeout 20 "$chisan" set ESS1.P_SP 20 --for 10m --reason try --yes >"$work/out" 2>&1; }

check "the battery is read" until_true 30 marked ESS1.P '"quality":"good"'
check "and takes a setpoint" until_true 30 sets
ctl swap ESS1 OTHER
ctl reset ESS1 # the cable was pulled for it
until_true 10 link_says 'reset\|connecting\|down'
ctl clear ESS1
check "the links say that another one answers" until_true 20 link_says 'serial number "OTHER", "MU-1" was expected'
check "the alarm is there" until_true 30 alarm_says ESS1.COMM
check "and the journal has its sentence" until_true 10 journal_says 'another device answers in the place of ESS1'
sets && fail "the other device got a setpoint" || pass "nothing is written to it: $(tail -n 1 "$work/out")"
ctl swap ESS1 MU-1
check "the right one is back" until_true 70 marked ESS1.P '"quality":"good"'
check "and takes setpoints again" until_true 30 sets
[ $failures = 0 ]
