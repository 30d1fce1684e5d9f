# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# What the tests under valgrind share. There are no suppressions: what libraries lose that are not
# ours is told apart by the stack.

# The start of a command line; the log's file follows.
valgrind=(valgrind --quiet --leak-check=full --show-leak-kinds=definite --num-callers=30)

# What is ours in a stack: the modules by name, or, with debugging information, our functions.
mine='gosttoken|: (gt|tok|gost|vault)_'

# judge COMMAND...: reads valgrind's log
judge() {
    awk -v mine="$mine" '
        function end_block() {
            if (text ~ /definitely lost|possibly lost|indirectly lost/) { if (text ~ mine) bad = bad text }
            else if (text ~ /Invalid|ninitialised|Mismatched|overlap|Process terminating/) bad = bad text
            text = ""
        }
        { sub(/^==[0-9]+== ?/, "") }
        /^ *$/ { end_block(); next }
        { text = text $0 "\n" }
        END { end_block(); printf "%s", bad; exit bad != "" }' vg.log >"$out" ||
        flaw "valgrind complains" "$@"
}

checked() {
    checks=$((checks + 1))
    local status=0
    rm -f vg.log
    env OPENSSL_CONF="$cnf" "${valgrind[@]}" --log-file=vg.log "$@" >"$out" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        cat vg.log >>"$out"
        flaw "exit status $status" "$@"
    fi
    clean "$@"
    judge "$@"
}
