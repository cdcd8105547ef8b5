#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# folders.sh - a data folder that is not as it should be: a database of a newer build, links and pipes where files should be, owned by
# somebody else, read-only. Values and acts go on, the reason is said, nothing of others is touched, and mending it is enough.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=63
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
command -v sqlite3 >/dev/null || { echo "SKIP: no sqlite3"; exit 77; }
db=$data/store/chisan.db
lives() { until_true 15 value_is M.B 7 good; }
is_ill() { local s; s=$(value_of SYS.STORE); [ -n "$s" ] && [ "$s" != 0 ]; }
says() { timeout 20 "$chisan" status --json >"$work/out" 2>"$work/err"; grep -qE -- "$1" "$work/out"; }
notes() { timeout 20 "$chisan" note "$1" >"$work/out" 2>"$work/err"; }
launch_and_note() { # NAME SENTENCE: it starts, is ill, says why, takes a note
	: >"$work/log"
	launch
	lives && pass "$1: values live" || fail "$1: no values"
	until_true 15 is_ill && pass "$1: the store is said to be ill" || fail "$1: SYS.STORE $(value_of SYS.STORE)"
	until_true 15 says "$2" && pass "$1: and why: $(grep -o '"text":"[^"]*"' "$work/out" | head -n 1 | cut -c8-200)" || fail "$1: status: $(cat "$work/out")"
	notes "$1" && grep -qi 'not yet recorded' "$work/out" && pass "$1: a note waits" || fail "$1: note: $(cat "$work/out" "$work/err")"
	[ "$(logged 'chisan-store is up' && grep -c 'chisan-store is up' "$work/log")" -le 2 ] || fail "$1: the store is started again and again"
}
mended() { # NAME: without a restart of chisand
	until_true 45 value_is SYS.STORE 0 good && pass "$1: well when it is mended" || fail "$1: not well again"
	until_true 30 journalled "\"$1\"" && pass "$1: the note is recorded" || fail "$1: the note is not recorded"
}
with() { # NAME SENTENCE BREAK MEND: the words are evaluated
	eval "$3"
	launch_and_note "$1" "$2"
	eval "$4"
	mended "$1"
	is_whole
	stop
}

start
until_true 15 value_is SYS.STORE 0 good
ask 0 note 'the first'
stop

# 1 a database of a newer build (the older build was put back): refused, not touched; the newer one takes it again
version=$(sqlite3 "$db" 'PRAGMA user_version')
sqlite3 "$db" "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = $((version + 1))" >/dev/null
sum=$(sha256sum <"$db")
launch_and_note 'newer' 'newer|version'
[ "$(sha256sum <"$db")" = "$sum" ] && [ "$(sqlite3 "$db" 'PRAGMA user_version')" = $((version + 1)) ] && pass "newer: the file is as it was" || fail "newer: the file was touched"
[ "$(ls "$data/store" | grep -cvE '^chisan.db(-wal|-shm)?$')" = 0 ] && pass "newer: nothing was moved aside" || fail "newer: $(ls "$data/store")"
timeout 20 "$chisan" journal >"$work/out" 2>"$work/err" && fail "newer: the reader reads it" || { [ -s "$work/err" ] && pass "newer: the reader says so too: $(head -n 1 "$work/err" | cut -c1-150)"; }
stop
sqlite3 "$db" "PRAGMA user_version = $version"
: >"$work/log"
start
until_true 15 value_is SYS.STORE 0 good && until_true 15 journalled 'the first' && pass "newer: the other build goes on where it was" || fail "newer: not taken back"
is_whole
stop

# 2 not a file where the database should be
mkdir "$work/elsewhere"
with 'fifo' '"text":"..' 'mv "$db" "$work/kept"; rm -f "$db"-*; mkfifo "$db"' 'rm -f "$db" "$db"-*; mv "$work/kept" "$db"'
with 'folder' '"text":"..' 'mv "$db" "$work/kept"; mkdir "$db"' 'rmdir "$db"; rm -f "$db"-*; mv "$work/kept" "$db"'
echo 'of somebody else' >"$work/elsewhere/file"
with 'link' '"text":"..' 'mv "$db" "$work/kept"; ln -s "$work/elsewhere/file" "$db"' 'rm -f "$db" "$db"-*; mv "$work/kept" "$db"'
[ "$(cat "$work/elsewhere/file")" = 'of somebody else' ] && [ "$(ls "$work/elsewhere")" = file ] && pass "link: what it pointed to is untouched" || fail "link: $(ls -la "$work/elsewhere")"
# a folder of the data folder: nothing is followed; the program that finds it ends with a sentence and is started again
mv "$data/store" "$work/kept"; ln -s "$work/elsewhere" "$data/store"
: >"$work/log"
launch
lives && until_true 20 logged 'data/store is there, but it is a link' && pass "store link: said" || fail "store link: not said"
notes 'store link' && grep -qi 'not yet recorded' "$work/out" || fail "store link: note"
[ "$(ls "$work/elsewhere")" = file ] && pass "store link: what it pointed to is untouched" || fail "store link: $(ls -la "$work/elsewhere")"
rm "$data/store"; mv "$work/kept" "$data/store"
until_true 90 value_is SYS.STORE 0 good && until_true 30 journalled '"store link"' && pass "store link: well when it is mended" || fail "store link: not well"

# another folder in its place, while it runs: with a new database, and back to the old one
: >"$work/log"
mv "$data/store" "$work/kept"; mkdir "$data/store"
until_true 30 logged '.*another folder than before; started again, the store' || fail "another folder: not seen"
notes 'in another folder' || fail "note in another folder"
until_true 60 sh -c "sqlite3 '$db' \"SELECT text FROM journal\" | grep -q 'in another folder'" && pass "another folder: recorded in it" || fail "another folder: nothing recorded"
until_true 20 value_is SYS.STORE 6 good || until_true 20 value_is SYS.STORE 0 good || fail "another folder: SYS.STORE $(value_of SYS.STORE)"
: >"$work/log"
mv "$data/store" "$work/other"; mv "$work/kept" "$data/store"
until_true 30 logged '.*another folder than before; started again, the store' || fail "the first folder again: not seen"
notes 'in the first folder again' || fail "note in the first folder"
until_true 60 sh -c "sqlite3 '$db' \"SELECT text FROM journal\" | grep -q 'in the first folder again'" && pass "the first folder again: recorded in it" || fail "the first folder again: nothing recorded"
until_true 20 journalled 'store link' && pass "and read" || fail "the reader reads another"
stop

# links on the way to the data folder are everyday life
ln -s "$work" "$work/elsewhere/way"
really=$data data=$work/elsewhere/way/data
start
until_true 15 value_is SYS.STORE 0 good && pass "a link on the way: well" || until_true 1 value_is SYS.STORE 6 good && pass "a link on the way: it records" || fail "a link on the way: SYS.STORE $(value_of SYS.STORE)"
until_true 20 journalled 'the first' || fail "a link on the way: not read"
stop
data=$really
rm "$work/elsewhere/way"

# a pipe where the key should be hangs nobody: a new key is made, and the journal says so
mv "$data/key/journal.key" "$work/kept"; mkfifo "$data/key/journal.key"
start
until_true 20 journalled '"kind":"key"' && pass "key fifo: the store lives" || fail "key fifo"
stop

# 3 the data folder itself: refused at the start, with a sentence
refused() { # NAME SENTENCE
	: >"$work/log"
	timeout 20 "$chisand" -v -f "$work/site" -d "$data" -s "$CHISAN_SOCKET" >>"$work/log" 2>&1
	code=$?
	[ $code != 0 ] && [ $code != 124 ] && logged "$2" && pass "$1: $(grep -E "$2" "$work/log" | head -n 1 | cut -c1-160)" || fail "$1: code $code"
}
mv "$data" "$work/real" && ln -s "$work/real" "$data"
refused 'a link as data folder' 'link|no folder'
rm "$data" && mv "$work/real" "$data"
if [ "$(id -u)" = 0 ]; then
	chown 65534:65534 "$data"
	refused 'a folder of another user' 'nobody|belongs|uid|user'
	chown 0:0 "$data"
fi
chmod 0777 "$data"
refused 'a folder that everybody may write' 'everybody'
chmod 0750 "$data"
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
