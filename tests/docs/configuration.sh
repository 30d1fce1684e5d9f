#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every key of a configuration, every quirk and every variable of the environment that the sources know
# stands in docs/configuration.md and in the manual page that it belongs to.
#   configuration.sh SOURCE_DIR
set -euo pipefail
cd "$1"
missing=0 seen=0

# known NAME PAGE: NAME stands, as a word, in docs/configuration.md and in the manual page.
known() {
    local name=$1 page=$2
    seen=$((seen + 1))
    grep -q -- "\`$name\`" docs/configuration.md || { echo "docs/configuration.md lacks $name"; missing=1; }
    sed -e ':more' -e '/\\$/{N;s/\\\n//;b more}' "docs/$page" | grep '^\.\(It\|Cm\|Ev\)' |
        grep -E -- " ${name//./\\.}( |,|\$)" >/dev/null ||
        { echo "docs/$page lacks $name"; missing=1; }
}

# table FILE PATTERN: the names in the table whose first line matches; a prefix that stands for several keeps its dot.
table() {
    sed -n "/$2/,/^};/p" "$1" | grep -oE '(\{|RULES\()"[a-z0-9.-]+"' | cut -d'"' -f2
}

for name in $(table provider/config.c '^} keys\[\] = {') $(table p11/quirks.c '^} quirks\[\] = {') \
    $(grep -oE 'construct_utf8_ptr\("[a-z-]+"' provider/config.c | cut -d'"' -f2); do
    known "$name" provider-gosttoken.7
done
rules=$(sed -n '/^#define RULES/,/^$/p' token/config.c | grep -oE 'prefix "[a-z-]+"' | cut -d'"' -f2)
for name in $(table token/config.c '^static const key keys\[\] = {'); do
    case $name in
    *.) for rule in $rules; do known "$name$rule" gosttoken.conf.5; done ;;
    *) known "$name" gosttoken.conf.5 ;;
    esac
done
for name in $(grep -rhoE 'getenv\("GOSTTOKEN_[A-Z_]+"' token p11 provider --include='*.c' | cut -d'"' -f2 | sort -u); do
    case $name in
    GOSTTOKEN_PIN) known "$name" provider-gosttoken.7 ;;
    GOSTTOKEN_MODULE) known "$name" gosttoken.1 ;;
    *) known "$name" gosttoken.conf.5 ;;
    esac
done
# 8 keys of the provider, 9 quirks, 24 keys of the token, 6 variables: a table that is not found must not pass.
[ $seen -ge 47 ] || { echo "only $seen names found"; missing=1; }
exit $missing
