# SPDX-License-Identifier: Apache-2.0
# bash completion for chisan(1). The words come from chisan itself, the names of points and devices from the running server.

_chisan_server() {
	local -a at=()
	[[ -n $2 ]] && at=(-s "$2")
	"${COMP_WORDS[0]/#\~/$HOME}" "$1" ${3:+"$3"} "${at[@]}" --timeout 2s 2>/dev/null
}

_chisan() {
	local current=$2 previous=$3 command='' socket='' i word
	local program=${COMP_WORDS[0]/#\~/$HOME}
	COMPREPLY=()
	# bash takes --theme=mono apart
	[[ $current == '=' ]] && current=''
	[[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-s | --socket) socket=${COMP_WORDS[i + 1]} && ((i++)) ;;
		--socket=*) socket=${word#*=} ;;
		--seconds | --buckets | --png | --wait | --timeout | --count | -n | --since | --until | --point | --user | --kind | --text | --checkpoint | --at | --reason | --for | --yes-typed | --permit | --revision | --area | --priority | --state | --comment | --order | --output | -o | --rate | --color | --theme | --graph | --ambiguous | --script | --size | --screen) ((i++)) ;;
		-* | '=') ;;
		*) [[ -z $command ]] && command=$word ;;
		esac
	done

	case $previous in
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	--point | --yes-typed) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server points "$socket" --names)" -- "$current") && return ;;
	--kind) mapfile -t COMPREPLY < <(compgen -W "$("$program" journal --kind help 2>/dev/null | while read -r word _; do echo "$word"; done)" -- "$current") && return ;;
	-s | --socket | --script) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto never 16 256' -- "$current") && return ;;
	--theme) mapfile -t COMPREPLY < <(compgen -W 'default deutan mono high-contrast light' -- "$current") && return ;;
	--graph) mapfile -t COMPREPLY < <(compgen -W 'braille block ascii' -- "$current") && return ;;
	--ambiguous) mapfile -t COMPREPLY < <(compgen -W '1 2' -- "$current") && return ;;
	--png) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	--priority) mapfile -t COMPREPLY < <(compgen -W '1 2 3 4' -- "$current") && return ;;
	--state) mapfile -t COMPREPLY < <(compgen -W 'NORM UNACK ACKED RTNUN LATUN LATAK SHLVD DSUPR OOSRV' -- "$current") && return ;;
	--since | --until) mapfile -t COMPREPLY < <(compgen -W 'now today yesterday 1h 8h 1d 7d 31d' -- "$current") && return ;;
	--buckets | --wait | --timeout | --count | -n | --rate | --size | --screen | --user | --text | --checkpoint | --at | --reason | --for | --permit | --revision | --area | --comment | --order) return ;;
	esac

	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" --complete-words "${command:--}" 2>/dev/null)" -- "$current")
		COMPREPLY=("${COMPREPLY[@]%=}")
	elif [[ -z $command || $command == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" --complete-words 2>/dev/null)" -- "$current")
	else
		case $command in
		alarms) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server alarms "$socket" --names)" -- "$current") ;;
		ack | reset | shelve) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server alarms "$socket" --names)" -- "$current") ;;
		unshelve) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]/#\~/$HOME}" alarms --shelved --names ${socket:+-s "$socket"} --timeout 2s 2>/dev/null)" -- "$current") ;;
		oos) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]/#\~/$HOME}" alarms --all --names ${socket:+-s "$socket"} --timeout 2s 2>/dev/null)" -- "$current") ;;
		points | get | watch | trend | overrides | tags) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server points "$socket" --names)" -- "$current") ;;
		manual | set | release | extend | undo | untag) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server points "$socket" --names)" -- "$current") ;;
		tag) mapfile -t COMPREPLY < <(compgen -W "inhibit authority caution info $(_chisan_server points "$socket" --names)" -- "$current") ;;
		approve) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server approve "$socket" | while read -r word _; do echo "$word"; done)" -- "$current") ;;
		scan) mapfile -t COMPREPLY < <(compgen -W "on off $(_chisan_server points "$socket" --names)" -- "$current") ;;
		journal) mapfile -t COMPREPLY < <(compgen -W 'verify' -- "$current") ;;
		report) mapfile -t COMPREPLY < <(compgen -W 'confirm daily monthly yearly demand co2 energy battery heat operation shift alarms today yesterday' -- "$current") ;;
		backup) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
		links | raw | dump) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server links "$socket" --names)" -- "$current") ;;
		check) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
		esac
	fi
}
complete -o bashdefault -F _chisan chisan
