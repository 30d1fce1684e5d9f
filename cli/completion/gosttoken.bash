# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion for gosttoken(1). What there is to complete comes from the program's own tables.

_gosttoken() {
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word line tables argument=''
    COMPREPLY=()

    tables=$("$program" --print-tables 2>/dev/null) || return
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $tables == *"command $word "* ]]; then
            command=$word
            break
        fi
    done
    if [ -n "$command" ]; then
        tables=$(grep '^option ' <<<"$tables")$'\n'$("$program" --print-tables "$command" 2>/dev/null)
    fi

    # The argument of the option before the cursor.
    while read -r word line argument; do
        [ "$word" = option ] && [ "$line" = "$previous" ] && break
        argument=
    done <<<"$tables"
    case $argument in
    PATH | FILE)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    TYPE)
        if [ "$command" = keygen ]; then
            word='gost2012_256 gost2012_512'
        else
            word='private public key cert secret-key data all'
        fi
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
        return
        ;;
    ?*) return ;;
    esac

    local words=()
    while read -r word line argument; do
        case $word in
        option) words+=("$line") ;;
        command) words+=("$line") ;;
        esac
    done <<<"$tables"
    case $command:$current in
    list:[!-]* | list:) words=(tokens objects) ;;
    import-cert:[!-]* | import-cert:)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
}

complete -F _gosttoken gosttoken
