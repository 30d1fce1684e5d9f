#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tables of commands and options against --help, the manual page, the completion; and usage.
. "$(dirname "$0")/lib.sh"
page=$top/docs/gosttoken.1

t 0 '^gosttoken [0-9]+\.[0-9]+' gt --version
t 0 '^Commands' gt --help
t 0 '^Commands' gt -h
t 0 '^Commands' gt help
t 2 'a command is needed' gt
t 2 'no command "frobnicate"' gt frobnicate
t 2 'no command' gt help frobnicate
t 2 'unknown option --frob' gt --frob list
t 2 'unknown option --frob of list' gt list --frob
t 2 'unknown option -Z' gt list -Z
t 2 'needs its argument' gt list --token
t 2 'takes no argument' gt list --json=yes
t 2 'exclude each other' gt list --pin-file pin --pin-fd 3
t 2 'does not take "--json"' gt config -- --json
t 1 'cannot be loaded' gt --module /nonexistent.so list
t 1 'cannot be loaded|not a PKCS' gt --module "$work/pin" list

# The section of the manual page about a command: from its .Ss to the next.
section() {
    awk -v name="$1" '/^\.S[sh] / { inside = ($2 == name && $1 == ".Ss") } inside' "$page"
}

gt --print-tables >tables
commands=$(awk '/^command/ { print $2 }' tables)
is "there are six commands" "$(wc -w <<<"$commands")" -ge 6
cp tables out
: >err
while read -r _ option argument; do
    checks=$((checks + 1))
    grep -qE "^\.It (Fl . , )?Fl -${option#--}( |\$)" "$page" || flaw "$option is not in the manual page"
    gt --help >out
    is "$option is in --help" "$(grep -cE -- "$option( |\$)" out)" -ge 1
done < <(grep '^option' tables)
for command in $commands; do
    t 0 "^Usage: gosttoken $command" gt "$command" --help
    cp out help-text
    t 0 "^Usage: gosttoken $command" gt help "$command"
    # Asked for its version, it does nothing else: no token is made, no file looked for.
    t 0 '^gosttoken [0-9]+[.][0-9]+[^ ]*$' gt "$command" --version
    is "and only that" "$(wc -l <out)" -eq 1
    t 0 '^gosttoken [0-9]' gt "$command" --json --version one two three four
    is "and nothing was done" ! -e tokens
    is "$command has a summary in --help" "$(gt --help | grep -cE "^  $command +[A-Z]")" -eq 1
    is "the manual page has a section on $command" "$(grep -cx "\.Ss $command" "$page")" -eq 1
    is "and it is in the synopsis" "$(sed -n '/SYNOPSIS/,/DESCRIPTION/p' "$page" | grep -cx "\.Cm $command")" -eq 1
    while read -r _ option argument; do
        is "$command --help has $option" "$(grep -cE -- "$option${argument:+ $argument}( |\$)" help-text)" -ge 1
        checks=$((checks + 1))
        section "$command" | grep -E "^\.It (Fl . , )?Fl -${option#--}( |\$)" >/dev/null ||
            flaw "$option of $command is not in the manual page"
    done < <(gt --print-tables "$command")
    # And nothing in the manual page that the program does not take.
    while read -r option; do
        is "$command takes $option, as the manual page says" \
            "$(gt --print-tables "$command" | grep -cE -- "^option --$option( |\$)")" -eq 1
    done < <(section "$command" | sed -nE 's/^\.It (Fl . , )?Fl -([a-z0-9-]+).*/\2/p')
done
for code in 0 1 2 3 4 5 6; do
    is "exit code $code is documented" "$(grep -cx "\.It $code" "$page")" -eq 1
    is "exit code $code is in --help" "$(gt --help | grep -cE "^  $code  [a-z]")" -eq 1
done
if command -v groff >/dev/null; then
    groff -mandoc -Tutf8 -ww -z "$page" >out 2>err
    is "groff has nothing to say" ! -s err
fi

# Completion.
complete_words() {
    PATH=$build/bin:$PATH bash -c '
        . "$1"
        COMP_WORDS=("${@:2}")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _gosttoken 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$top/cli/completion/gosttoken.bash" "$@" >out
}
complete_words gosttoken k
is "k is keygen" "$(cat out)" = keygen
complete_words gosttoken keygen --para
is "--para is --paramset" "$(cat out)" = --paramset
complete_words gosttoken keygen --type gost2012_5
is "a key type" "$(cat out)" = gost2012_512
complete_words gosttoken delete --type pub
is "a class" "$(cat out)" = public
complete_words gosttoken list ob
is "what to list" "$(cat out)" = objects
complete_words gosttoken pin un
is "what to do with a PIN" "$(cat out)" = unlock
complete_words gosttoken journal ''
is "what to do with a journal" "$(sort out | tr '\n' ' ')" = "show verify "
complete_words gosttoken format --changed-by u
is "who may change it" "$(cat out)" = user
complete_words gosttoken keygen --type gost2012_256 --paramset TC
is "parameter sets" "$(tr '\n' ' ' <out)" = "TCA TCB TCC TCD "
complete_words gosttoken keygen --type gost28147 --paramset Z
is "an S-box" "$(cat out)" = Z
complete_words gosttoken explain --lang r
is "a language" "$(cat out)" = ru
complete_words gosttoken csr --key-usage digitalSignature,non
is "a list" "$(cat out)" = digitalSignature,nonRepudiation
complete_words gosttoken csr --eku-string client
is "a usage" "$(cat out)" = clientAuth
complete_words gosttoken csr --certificate-policies KC1,KB
is "policies" "$(tr '\n' ' ' <out)" = "KC1,KB1 KC1,KB2 "
make_token work
make_token 'a b$(id)'
complete_words gosttoken info --token w
is "a token" "$(cat out)" = work
complete_words gosttoken info --token a
is "a token whose label a shell must not run" "$(cat out)" = 'a\ b\$\(id\)'
complete_words gosttoken --module pi
is "a file" "$(cat out)" = pin
complete_words gosttoken init --so
is "options of init" "$(wc -l <out)" -eq 2
complete_words gosttoken doctor ce
is "a check" "$(cat out)" = certificates
complete_words gosttoken explain CKR_PIN_INC
is "a code" "$(cat out)" = CKR_PIN_INCORRECT
