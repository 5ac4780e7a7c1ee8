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
        mapfile -t COMPREPLY < <(compgen -W "check --help" -- "$1")
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -f -- "$1")
        ;;
    esac
}

_rootport() {
    local word=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "audit config --help --version" -- "$word")
        return
    fi
    case ${COMP_WORDS[1]} in
    audit) _rootport_audit "$word" "$previous" ;;
    config) _rootport_config "$word" ;;
    esac
}

complete -o filenames -F _rootport rootport
