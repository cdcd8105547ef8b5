#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ssh.sh - the lines of docs/how-to-ssh.md in a real sshd: the console and nothing else. No command, file transfer, tunnel or foreign setting gets
# through, keys that mean a shell elsewhere mean nothing, the journal names where a person came from, and a lost line leaves nothing behind.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"
scene=74
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/scenario/scene.sh"
sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd)
for program in "$sshd" ssh ssh-keygen sftp tmux; do
	command -v "$program" >/dev/null || { echo "SKIP: ${program:-sshd} is not installed (openssh-server, openssh-client, tmux)"; exit 77; }
done
me=$(id -un)
port=15722
daemon='' label=chisan-ssh-$$ made=''
at_end() {
	tmux_ kill-server 2>/dev/null
	[ -z "$made" ] || rmdir "$made" 2>/dev/null
}
tmux_() { env -i PATH="$PATH" HOME="$work" TERM=xterm-256color LC_ALL=C.UTF-8 TMUX_TMPDIR="$work" tmux -L $label -f /dev/null "$@"; }
screen() { tmux_ capture-pane -p; }
shows() { screen | grep -qE -e "$1"; }

# ---- the daemon: the block of the page, for this account, this socket and keys of the test
if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
	made=/run/sshd
	mkdir -m 0755 $made || { echo "SKIP: sshd has no /run/sshd"; exit 77; }
fi
mkdir "$work/keys"
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/mine" || exit 1
cp "$work/mine.pub" "$work/keys/$me"
block=$(sed -n '/^Match Group operators$/,/^```$/p' "$top_srcdir/docs/how-to-ssh.md" | sed '$d')
[ "$(wc -l <<<"$block")" -ge 7 ] || { fail "the page has no block any more"; exit 1; }
{
	printf '%s\n' "Port $port" "ListenAddress $address" "HostKey $work/host" 'PidFile none' 'UsePAM no' 'StrictModes no' \
		'PermitRootLogin yes' 'AcceptEnv LANG LC_*' 'Subsystem sftp internal-sftp' 'LogLevel VERBOSE'
	sed "s|^Match Group operators|Match User $me|; s|/usr/local/bin/chisan|$chisan -s $CHISAN_SOCKET|; s|/etc/ssh/keys|$work/keys|" <<<"$block"
} >"$work/sshd_config"
check "sshd takes the lines of the page" "$sshd" -t -f "$work/sshd_config"
"$sshd" -D -e -f "$work/sshd_config" 2>"$work/sshd.log" &
daemon=$!
meter="$meter $daemon" # ended with the device
until_true 10 grep -q 'Server listening' "$work/sshd.log" || { echo "SKIP: sshd does not start here: $(tail -n 1 "$work/sshd.log")"; exit 77; }
options="-F /dev/null -p $port -i $work/mine -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
far() { timeout 30 ssh $options "$@" </dev/null >"$work/out" 2>"$work/err"; }
printf '\nusers:\n  - {user: %s, role: operator}\n' "$me" >>"$work/site/site.yaml"
start

# ---- what is asked for besides the console
far "$me@$address" touch "$work/escaped" && fail "a command ended well"
grep -q 'Permission denied' "$work/err" && { echo "SKIP: this account may not log in here: $(tail -n 2 "$work/sshd.log")"; exit 77; }
check "a command is not run" test ! -e "$work/escaped"
check "and it is said why" grep -q 'opens the console and nothing else, so "touch .*" was not run' "$work/err"
far "$me@$address" && fail "without a terminal it ended well"
check "without a terminal: a sentence" grep -q 'the console needs a terminal' "$work/err"
echo "put $work/mine.pub $work/escaped" >"$work/batch"
timeout 30 sftp ${options/-p $port/-P $port} -b "$work/batch" "$me@$address" >/dev/null 2>&1 && fail "sftp went through"
timeout 30 scp ${options/-p $port/-P $port} "$work/mine.pub" "$me@$address:$work/escaped" >/dev/null 2>&1 </dev/null && fail "scp went through"
check "no file gets in" test ! -e "$work/escaped"
far -W "$address:15502" "$me@$address" && fail "a tunnel was opened"
check "no tunnel" grep -qiE 'prohibited|forwarding failed|open failed' "$work/err"

# ---- the console
tmux_ new-session -d -x 80 -y 24 "env TERM=xterm-256color SHELL=/bin/sh ssh $options -o SetEnv='CHISAN_SOCKET=/nowhere TERMINFO=$work' -tt $me@$address; echo ended; sleep 60" \; \
	set -g status off >/dev/null
check "the console opens" until_true 20 shows 'Attacked.*VIEW'
tmux_ send-keys C-z
check "Ctrl-Z has nowhere to go" until_true 10 shows 'no shell to go back to'
for line in "!touch $work/escaped" ":!touch $work/escaped" ":shell" ":sh -c 'touch $work/escaped'" ":e $work/escaped" ":report daily > $work/escaped" "|touch $work/escaped" '`touch '"$work/escaped"'`'; do
	tmux_ send-keys -l "$line"
	tmux_ send-keys Enter
	tmux_ send-keys Escape Escape
done
tmux_ send-keys C-c C-d 'C-\'
tmux_ send-keys -l ':note'
tmux_ send-keys Enter
tmux_ send-keys Escape
check "the console is still there" until_true 10 shows 'Attacked'
check "no key made a file" test ! -e "$work/escaped"
until_true 10 logged "$me connected as operator \(chisan\)"
tmux_ send-keys -l ':goto M.A'
tmux_ send-keys Enter
check "pages open" until_true 10 shows '^ M\.A'

# ---- who it was, and the end
tmux_ send-keys -l 'C'
until_true 10 shows 'CONTROL' || fail "C gives no CONTROL"
tmux_ send-keys -l ':note from afar'
tmux_ send-keys Enter
check "an act names where it came from" until_true 15 journalled "from afar.*from 127\.|from 127\..*from afar"
kill "$(pgrep -f "^ssh $(printf '%s' "-F /dev/null -p $port -i $work/mine")" | head -n 1)"
check "a lost line leaves no console behind" until_true 20 sh -c "! pgrep -f '^$chisan -s $CHISAN_SOCKET'"
check "and chisand knows" until_true 10 logged "$me left"
stop
[ $failures = 0 ]
