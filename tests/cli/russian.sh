#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program in Russian: the catalogue is whole, every command speaks it, and what scripts read stays.
. "$(dirname "$0")/lib.sh"
[ -e "$build/share/locale/ru/LC_MESSAGES/gosttoken.mo" ] || skip "built without msgfmt"

if command -v xgettext >/dev/null; then
    checks=$((checks + 1))
    "$top/po/update" --check >out 2>err || flaw "po/ru.po: po/update, then translate"
fi

# A locale that is not installed is no obstacle, however it is asked for; one of another encoding is.
for variable in LC_ALL LC_MESSAGES LANG; do
    t 0 '^Использование: gosttoken' env -u LC_ALL $variable=ru_RU.UTF-8 "$gosttoken" --help
    t 0 '^Использование: gosttoken' env -u LC_ALL $variable=ru_XX.utf8 "$gosttoken" --help
done
t 0 '^Использование' env LC_ALL=en_XX.UTF-8 LANGUAGE=ru:en "$gosttoken" --help
t 0 '^Usage' env LC_ALL=ru_XX.UTF-8 LANGUAGE=en "$gosttoken" --help
t 0 '^Usage' env LC_ALL=xx_XX.UTF-8 "$gosttoken" --help
t 0 '^Usage' env LC_ALL=ru_XX.KOI8-R "$gosttoken" --help
is "nothing that is not ASCII is in it" "$(LC_ALL=C grep -c '[^ -~]' out)" -eq 0
t 2 'команды «frobnicate» нет' env LC_ALL=ru_XX.UTF-8 "$gosttoken" frobnicate

# gettext translates in no locale "C", and in newer C libraries in no "C.UTF-8" either.
locale=C.UTF-8
if ! LANGUAGE=ru gt --help | grep '^Использование' >/dev/null; then
    mkdir locales
    localedef -i ru_RU -f UTF-8 "$work/locales/ru_RU.UTF-8" >/dev/null 2>&1 ||
        skip "no locale of a language can be had here (package locales)"
    export LOCPATH=$work/locales
    # The C library's own setlocale() loses 50 bytes of LOCPATH.
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
    locale=ru_RU.UTF-8
fi

ru() {
    LC_ALL=$locale LANGUAGE=ru setsid -w "$gosttoken" "$@"
}

t 0 '^Использование: gosttoken' ru --help
for command in $(gt --print-tables | awk '/^command/ { print $2 }'); do
    t 0 "^Использование: gosttoken $command" ru "$command" --help
    is "$command --help has its summary in Russian" "$(sed -n 2p out | grep -c '[^ -~]')" -eq 1
done
t 2 'команды «frobnicate» нет' ru frobnicate
t 2 'параметр --frob' ru list --frob
t 0 '' ru init --label work --pin-file pin --so-pin-file so-pin
t 4 'PIN-код' ru list objects --token work --pin-file wrong-pin --login
t 3 'не найден токен' ru list objects --token other
t 0 ' был неверный PIN +work$' ru list
is "the label stands under its heading" "$(python3 -c '
head, row = open("out", encoding="utf-8").read().splitlines()[:2]
print(head.index(head.split()[-1]) == row.index("work"))')" = True
t 0 '^  память +.*[КМГТ]иБ' ru info --token work
t 0 '^[0-9]+ (ошибка|ошибки|ошибок), [0-9]+ (предупреждение|предупреждения|предупреждений)$' ru doctor clock
t 2 'нельзя указывать вместе' ru config --check --tls13
t 2 '--must-change действует только вместе с pin set' ru pin unlock --must-change
gt list --json >english
t 0 '' ru list --json
is "JSON does not change with the language" "$(cmp english out && echo same)" = same
# Another language, and none.
LC_ALL=$locale LANGUAGE=xx t 0 '^Usage' gt --help
LC_ALL=C LANGUAGE=ru t 0 '^Usage' gt --help
