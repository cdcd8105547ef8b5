#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# restore.sh - chisan-store --restore of files that are no backup of this version: of a schema that never was, of a later one, of another
# program, without tables. Each is refused with a sentence and nothing is changed; then a backup of its own is put back.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=67
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
command -v sqlite3 >/dev/null || { echo "SKIP: no sqlite3"; exit 77; }
db=$data/store/chisan.db
state() { (cd "$data" && find . -type f -exec sha256sum {} + | sort -k 2; find . | sort); }
refused() { # NAME SENTENCE SQL...: of a copy of the backup that SQL was done to
	local name=$1 sentence=$2
	shift 2
	rm -f "$work/bad"*
	cp "$work/backup" "$work/bad"
	[ $# = 0 ] || sqlite3 "$work/bad" "$@" >/dev/null || fail "$name: cannot be made"
	for force in '' --force; do
		"$store" --restore "$work/bad" -d "$data" $force >"$work/out" 2>"$work/err" </dev/null
		code=$?
		[ $code = 1 ] && grep -qE -- "$sentence" "$work/err" && pass "$name $force: $(head -n 1 "$work/err" | cut -c1-160)" || fail "$name $force: code $code"
		[ "$(state)" = "$was" ] || fail "$name $force: the data folder was changed: $(ls -R "$data")"
	done
}

start
until_true 15 value_is SYS.STORE 0 good || fail "not well"
ask 0 note 'in the backup'
until_true 10 journalled 'in the backup'
ask 0 backup "$work/backup" || fail "no backup"
seen=$(timeout 20 "$chisan" journal verify | head -n 1)
ask 0 note 'after the backup'
stop
was=$(state)

refused 'version 0' 'version that never was|schema' 'PRAGMA user_version = 0'
refused 'a negative version' 'version that never was|schema' 'PRAGMA user_version = -3'
refused 'a newer version' 'newer Chisan' 'PRAGMA user_version = 99'
refused 'of another program' 'not one of Chisan' 'PRAGMA application_id = 7'
refused 'without its tables' 'tables are missing|damaged|cannot' 'DROP TABLE chunk' 'DROP TABLE tail'
rm -f "$work/backup.kept"; cp "$work/backup" "$work/backup.kept"
rm -f "$work/backup"; sqlite3 "$work/backup" 'CREATE TABLE measured (t, v); INSERT INTO measured VALUES (1, 2)'
refused 'a database of somebody else' 'not one of Chisan'
head -c 65536 /dev/urandom >"$work/backup"
refused 'no database at all' 'cannot be|not a database|damaged'
mv "$work/backup.kept" "$work/backup"

"$store" --restore "$work/backup" -d "$data" >"$work/out" 2>"$work/err" && grep -q 'in place' "$work/out" && pass "its own backup is put back" || fail "restore: $(cat "$work/err")"
start
until_true 20 journalled 'in the backup' || fail "the backup's entry is not there"
[ "$(entries_of 'after the backup')" = 0 ] || fail "an entry of after the backup is there"
is_whole && pass "the chain is whole"
stop
logged 'sanitizer|runtime error' && fail "a sanitizer spoke"
[ $failures = 0 ]
