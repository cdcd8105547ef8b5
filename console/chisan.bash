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
		--wait | --timeout | --count | -n | --rate | --color | --theme | --graph | --ambiguous | --script | --size | --screen) ((i++)) ;;
		-* | '=') ;;
		*) [[ -z $command ]] && command=$word ;;
		esac
	done

	case $previous in
	-s | --socket | --script) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto never 16 256' -- "$current") && return ;;
	--theme) mapfile -t COMPREPLY < <(compgen -W 'default deutan mono high-contrast light' -- "$current") && return ;;
	--graph) mapfile -t COMPREPLY < <(compgen -W 'block ascii' -- "$current") && return ;;
	--ambiguous) mapfile -t COMPREPLY < <(compgen -W '1 2' -- "$current") && return ;;
	--wait | --timeout | --count | -n | --rate | --size | --screen) return ;;
	esac

	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" --complete-words "${command:--}" 2>/dev/null)" -- "$current")
		COMPREPLY=("${COMPREPLY[@]%=}")
	elif [[ -z $command || $command == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" --complete-words 2>/dev/null)" -- "$current")
	else
		case $command in
		points | get | watch) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server points "$socket" --names)" -- "$current") ;;
		links) mapfile -t COMPREPLY < <(compgen -W "$(_chisan_server links "$socket" --names)" -- "$current") ;;
		check) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
		esac
	fi
}
complete -o bashdefault -F _chisan chisan
