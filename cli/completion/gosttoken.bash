# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion for gosttoken(1). What there is to complete comes from the program's own tables.

# The word after the last comma of a list: the cursor's word, those there are.
_gosttoken_list() {
    local last=${1##*,}
    mapfile -t COMPREPLY < <(compgen -P "${1%"$last"}" -W "$2" -- "$last")
    compopt -o nospace 2>/dev/null
}

# The labels of the tokens. Not by compgen -W, which would expand what others have put into a label.
_gosttoken_tokens() {
    local word previous='' label module=()
    for word in "${COMP_WORDS[@]}"; do
        [ "$previous" != --module ] || module=(--module "$word")
        previous=$word
    done
    while read -r label; do
        [[ $label != "$2"* || $label == *\\* ]] || COMPREPLY+=("$(printf %q "$label")")
    done < <("$1" "${module[@]}" list --json 2>/dev/null </dev/null |
        sed -n 's/^[[:space:]]*"label":[[:space:]]*"\(..*\)",$/\1/p')
}

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
    case ${argument:+$previous} in
    --token)
        _gosttoken_tokens "$program" "$current"
        return
        ;;
    --paramset)
        case " ${COMP_WORDS[*]} " in
        *' gost28147 '*) word='Z A B C D' ;;
        *' gost2012_512 '*) word='A B C' ;;
        *) word='A B C XA XB TCA TCB TCC TCD' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
        return
        ;;
    --lang)
        mapfile -t COMPREPLY < <(compgen -W 'en ru' -- "$current")
        return
        ;;
    --key-usage)
        _gosttoken_list "$current" 'digitalSignature nonRepudiation keyEncipherment dataEncipherment keyAgreement keyCertSign cRLSign encipherOnly decipherOnly'
        return
        ;;
    --eku-string)
        _gosttoken_list "$current" 'serverAuth clientAuth codeSigning emailProtection timeStamping OCSPSigning'
        return
        ;;
    --certificate-policies)
        _gosttoken_list "$current" 'KC1 KC2 KC3 KB1 KB2 KA1'
        return
        ;;
    esac
    case $argument in
    PATH | FILE | FILE\|DIR | DIR)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    TYPE)
        if [ "$command" = keygen ]; then
            word='gost2012_256 gost2012_512 rsa:2048 rsa:3072 rsa:4096 ec:p256 ec:p384 ec:p521 kuznyechik magma gost28147'
        else
            word='private public key cert secret-key data all'
        fi
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
        return
        ;;
    pem\|der | pkcs9\|microsoft | First\|Renew | DER\|PEM | none\|signer\|chain)
        mapfile -t COMPREPLY < <(compgen -W "${argument//|/ }" -- "$current")
        return
        ;;
    UNIT)
        mapfile -t COMPREPLY < <(compgen -W 'Years Months Weeks Days Hours Minutes' -- "$current")
        return
        ;;
    KIND)
        mapfile -t COMPREPLY < <(compgen -W 'in-person qualified-signature passport esia' -- "$current")
        return
        ;;
    WHO)
        mapfile -t COMPREPLY < <(compgen -W 'so user both' -- "$current")
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
    cert:[!-]* | cert:)
        words=(install show)
        if [[ $previous == install || $previous == show ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        fi
        ;;
    list:[!-]* | list:) words=(tokens objects) ;;
    pin:[!-]* | pin:) words=(change set unlock policy) ;;
    journal:[!-]* | journal:) words=(show verify) ;;
    doctor:[!-]* | doctor:)
        words=(environment config openssl provider engines module store space tokens pins certificates keys clock)
        ;;
    explain:[!-]* | explain:)
        mapfile -t words < <("$program" explain --all --lang en 2>/dev/null | sed -n 's/^\([A-Z][A-Z0-9_]*\).*/\1/p')
        ;;
    sign:[!-]* | sign: | verify:[!-]* | verify: | import-cert:[!-]* | import-cert: | import-key:[!-]* | import-key: | backup:[!-]* | backup: | restore:[!-]* | restore: | config:[!-]* | config:)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
}

complete -F _gosttoken gosttoken
