#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hostile.sh - clients that ask absurd things, do not read, flood, pretend: each gets a sentence, the others go on, memory stays bounded.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=61
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
cat >>"$work/site/site.yaml" <<SITE
users:
  - {user: root, role: engineer}
  - {user: $(id -un), role: engineer}
  - {user: daemon, role: operator}
  - {user: nobody, role: viewer}
SITE
[ "$(id -un)" != root ] || sed -i '0,/user: root/{/user: root/d}' "$work/site/site.yaml"
start
until_true 10 value_is M.B 7 good || fail "no live value"
has_history() { [ "$(timeout 20 "$chisan" trend M.A --since 1h --samples --json 2>/dev/null | grep -c '"t":')" -ge 8 ]; }
until_true 15 has_history || fail "nothing to ask about is recorded"
attack() { # NAME
	timeout 120 /usr/bin/python3 "$top_srcdir/tests/scenario/hostile.py" "$CHISAN_SOCKET" "$1" >"$work/out" 2>"$work/err" && pass "$1$(sed -n '/^[^w]/s/^/: /p' "$work/out" | head -n 1)" ||
		fail "$1: $(head -n 5 "$work/out")"
}
pids=$(pgrep -P "$server" | sort)
reader=$(helper '-r')
attack ranges
attack notes
calm=$(resident "$server") calm_reader=$(resident "$reader")
attack floods
most=0 most_reader=0
timeout 120 /usr/bin/python3 "$top_srcdir/tests/scenario/hostile.py" "$CHISAN_SOCKET" deaf >"$work/out" 2>"$work/err" & deaf=$!
while kill -0 $deaf 2>/dev/null; do
	rss=$(resident "$server"); [ "${rss:-0}" -gt $most ] && most=$rss
	rss=$(resident "$reader"); [ "${rss:-0}" -gt $most_reader ] && most_reader=$rss
	sleep 0.1
done
wait $deaf && pass "deaf: $(head -n 1 "$work/out")" || fail "deaf: $(head -n 5 "$work/out")"
echo "memory: chisand $calm kB, at most $most kB; reader $calm_reader kB, at most $most_reader kB"
if ! is_sanitized; then
	[ $most -lt $((calm + 300000)) ] && [ $most_reader -lt $((calm_reader + 200000)) ] && pass "memory is bounded" || fail "memory grows"
fi
attack storm
echo "memory after: chisand $(resident "$server") kB, reader $(resident "$reader") kB, writer $(resident "$(helper '-d')") kB"
if [ "$(id -u)" = 0 ]; then
	chmod 0755 "$work" "$work/run"; chmod 0666 "$CHISAN_SOCKET"
	attack viewer
	attack tokens
	[ "$(entries_of 'by another.s token')" = 0 ] || fail "an act by another's token is in the journal as done"
	marked M.C '"value":52[,.].*substituted' || fail "M.C: $("$chisan" get M.C --json)"
else
	echo "SKIP of viewer and tokens: only root can be several users"
fi
[ "$(pgrep -P "$server" | sort)" = "$pids" ] && pass "every program lives on" || fail "other processes than before"
ask 0 status && value_is SYS.STORE 0 good && pass "all is well" || fail "the store: $(cat "$work/out")"
is_whole && pass "the chain is whole"
stop
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
