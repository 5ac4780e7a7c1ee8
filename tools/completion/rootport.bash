# SPDX-License-Identifier: MIT
# Completes the arguments of rootport in bash.

_rootport_audit() {
    case $2 in
    --from | --dump | --save | --svg)
        mapfile -t COMPREPLY < <(compgen -f -- "$1")
        ;;
    --root)
        mapfile -t COMPREPLY < <(compgen -d -- "$1")
        ;;
    --policy)
        mapfile -t COMPREPLY < <(compgen -W "strict default probe off" -- "$1")
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -W "--from --dump --root --json --tree
            --capabilities --policy --identifiers --save --svg --help" -- "$1")
        ;;
    esac
}

_rootport_config() {
    case $COMP_CWORD in
    2)
        mapfile -t COMPREPLY < <(compgen -W "check new --help" -- "$1")
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -f -- "$1")
        if [ "${COMP_WORDS[2]}" = check ] && [ "$2" != --audit ]; then
            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "--audit" -- "$1")
        fi
        ;;
    esac
}

# First column of a table of rootport list: FUNCTION, or the NAME of a DOMAIN.
_rootport_column() {
    rootport list 2>/dev/null | awk -v title="$1" -v column="$2" '
        NF == 0 { inside = 0 }
        inside { print $column }
        $1 == title && (title != "DOMAIN" || $2 == "NAME") { inside = 1 }'
}

# bash parts words at colons: what stands before the last one is left out.
_rootport_functions() {
    mapfile -t COMPREPLY < <(compgen -W "$2 $(_rootport_column FUNCTION 1)" -- "$1")
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$1"
    fi
}

_rootport() {
    local word=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "attach audit config detach
            list log seal wait --help --version" -- "$word")
        return
    fi
    case ${COMP_WORDS[1]} in
    attach) _rootport_functions "$word" "--now --port --timeout --vendor-capabilities $(_rootport_column DOMAIN 2)" ;;
    audit) _rootport_audit "$word" "$previous" ;;
    config) _rootport_config "$word" "$previous" ;;
    detach) _rootport_functions "$word" "--force --timeout" ;;
    list) mapfile -t COMPREPLY < <(compgen -W "--json --stats" -- "$word") ;;
    wait) _rootport_functions "$word" "--timeout attached released detached" ;;
    esac
}

complete -o filenames -F _rootport rootport
