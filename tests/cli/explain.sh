#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken explain: every code there is has a row, in both languages; each is a line "ok CODE".
. "$(dirname "$0")/lib.sh"
unset LANGUAGE LC_MESSAGES LANG

# ---- every code ---------------------------------------------------------------------------------

t 0 '' gt explain --all --json --lang en
cp out all-en.json
t 0 '' gt explain --all --json --lang ru
cp out all-ru.json

# The names there are: of PKCS #11 and Rutoken in the headers and in the client's table, of the
# provider in its header, of the control panel and programs here.
headers=("$top"/include/gosttoken/*.h)
p11kit=$(pkg-config --variable=includedir p11-kit-1 2>/dev/null)
for f in "${p11kit:-/usr/include}"/p11-kit-1/p11-kit/pkcs11.h "${p11kit:-/usr/include}"/p11-kit/pkcs11.h; do
    [ -e "$f" ] && headers+=("$f")
done
{
    grep -hoE '^#[[:space:]]*define CKR_[A-Z0-9_]+' "${headers[@]}" | sed 's/.* //'
    grep -oE '"CKR_[A-Z0-9_]+"' "$top/p11/error.c" | tr -d '"'
    grep -oE '\bGT_R_[A-Z_]+' "$top/provider/error.h"
    # What the vendor's table of errors and remedies has beside those.
    cat <<'NAMES'
CKR_ARGUMENTS_BAD
CKR_ATTRIBUTE_READ_ONLY
CKR_ATTRIBUTE_SENSITIVE
CKR_ATTRIBUTE_TYPE_INVALID
CKR_ATTRIBUTE_VALUE_INVALID
CKR_BUFFER_TOO_SMALL
CKR_CANT_LOCK
CKR_CRYPTOKI_ALREADY_INITIALIZED
CKR_CRYPTOKI_NOT_INITIALIZED
CKR_DATA_INVALID
CKR_DATA_LEN_RANGE
CKR_DEVICE_ERROR
CKR_DEVICE_MEMORY
CKR_DEVICE_REMOVED
CKR_DOMAIN_PARAMS_INVALID
CKR_ENCRYPTED_DATA_INVALID
CKR_ENCRYPTED_DATA_LEN_RANGE
CKR_FUNCTION_CANCELED
CKR_FUNCTION_FAILED
CKR_FUNCTION_NOT_SUPPORTED
CKR_FUNCTION_REJECTED
CKR_GENERAL_ERROR
CKR_HOST_MEMORY
CKR_KEY_FUNCTION_NOT_PERMITTED
CKR_KEY_HANDLE_INVALID
CKR_KEY_NOT_WRAPPABLE
CKR_KEY_SIZE_RANGE
CKR_KEY_TYPE_INCONSISTENT
CKR_KEY_UNEXTRACTABLE
CKR_MECHANISM_INVALID
CKR_MECHANISM_PARAM_INVALID
CKR_NEED_TO_CREATE_THREADS
CKR_OBJECT_HANDLE_INVALID
CKR_OPERATION_ACTIVE
CKR_OPERATION_NOT_INITIALIZED
CKR_PIN_EXPIRED
CKR_PIN_INCORRECT
CKR_PIN_INVALID
CKR_PIN_LEN_RANGE
CKR_PIN_LOCKED
CKR_RANDOM_NO_RNG
CKR_SESSION_CLOSED
CKR_SESSION_COUNT
CKR_SESSION_EXISTS
CKR_SESSION_HANDLE_INVALID
CKR_SESSION_PARALLEL_NOT_SUPPORTED
CKR_SESSION_READ_ONLY
CKR_SESSION_READ_WRITE_SO_EXISTS
CKR_SIGNATURE_INVALID
CKR_SIGNATURE_LEN_RANGE
CKR_SLOT_ID_INVALID
CKR_TEMPLATE_INCOMPLETE
CKR_TEMPLATE_INCONSISTENT
CKR_TOKEN_NOT_PRESENT
CKR_UNWRAPPING_KEY_HANDLE_INVALID
CKR_UNWRAPPING_KEY_SIZE_RANGE
CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT
CKR_USER_ALREADY_LOGGED_IN
CKR_USER_ANOTHER_ALREADY_LOGGED_IN
CKR_USER_NOT_LOGGED_IN
CKR_USER_PIN_NOT_INITIALIZED
CKR_USER_TOO_MANY_TYPES
CKR_USER_TYPE_INVALID
CKR_WRAPPED_KEY_INVALID
CKR_WRAPPED_KEY_LEN_RANGE
CKR_WRAPPING_KEY_HANDLE_INVALID
CKR_WRAPPING_KEY_SIZE_RANGE
CKR_WRAPPING_KEY_TYPE_INCONSISTENT
RUTOKEN_FILE_NOT_FOUND
RUTOKEN_MEMORY_UNCHANGED
RUTOKEN_WRONG_VALUE
RUTOKEN_SYSTEM_MEMORY_CRC
RUTOKEN_REFERENCE_DATA_NOT_FOUND
RUTOKEN_PIN_BLOCKED
RUTOKEN_INTERNAL_ERROR
RUTOKEN_CERT_NOT_TRUSTED
RUTOKEN_LOST_AFTER_SLEEP
RUTOKEN_NOT_SEEN
RUTOKEN_CONNECT_NO_TOKEN
RUTOKEN_CONNECT_NO_CERT
RUTOKEN_CERT_NOT_SEEN
SIGNATURE_ELEMENT_NOT_FOUND
SIGNATURE_CHAIN_NOT_BUILT
EGAIS_INSERT_SMART_CARD
EGAIS_CONNECT_SMART_CARD
WINDOWS_DEVICE_CODE_28
RUTOKEN_HOUSING_DAMAGED
RUTOKEN_LED_BURNT
CRYPTOPRO_INSTALL_INACTIVE
RUTOKEN_KEYS_CHECK
PCSC_INSERT_READER
NAMES
} | sort -u >names
cp names out
: >err
is "there are codes" "$(wc -l <names)" -ge 140
is "no row is there twice" "$(python3 -c 'import json
n = [c["name"] for c in json.load(open("all-en.json"))["codes"]]
print(len(n) - len(set(n)))')" -eq 0

# A code is right if its row is whole in both languages, and the command finds that row by the name
# and by the number.
python3 - all-en.json all-ru.json >rows <<'END'
import json, re, sys
en, ru = ({c['name']: c for c in json.load(open(f, encoding='utf-8'))['codes']} for f in sys.argv[1:])
for name in sorted(en):
    e, r = en[name], ru[name]
    wrong = [k for k in ('meaning', 'from', 'remedy') if not (e[k] or '').strip() or not (r[k] or '').strip()]
    wrong += ['in Russian: ' + k for k in ('meaning', 'remedy') if not re.search('[а-яА-Я]', r[k])]
    wrong += ['in English: ' + k for k in ('meaning', 'remedy', 'from') if re.search('[а-яА-Я]', e[k])]
    wrong += ['no full stop: ' + k for k in ('meaning', 'remedy') if not (e[k].endswith('.') or e[k].endswith('…')) or not (r[k].endswith('.') or r[k].endswith('…'))]
    print(name, '-' if e['number'] is None else hex(e['number']), '; '.join(wrong) or 'whole')
END
while read -r name; do
    checks=$((checks + 1))
    read -r _ number state < <(grep "^$name " rows) || { number=; state='no row'; }
    read -r by_name _ < <("$gosttoken" explain "$name" 2>&1)
    by_number=$name
    [ "${number:--}" = - ] || read -r by_number _ < <("$gosttoken" explain "$number" 2>&1)
    if [ "$state" = whole ] && [ "$by_name" = "$name" ] && [ "$by_number" = "$name" ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        flaw "$name: $state; by its name $by_name, by its number $by_number"
    fi
done <names

# And the numbers are those of the client's own table, the texts those of the provider.
python3 - "$top" >out 2>err <<'END'
import json, re, sys
rows = {c['name']: c for c in json.load(open('all-en.json'))['codes']}
text = open(sys.argv[1] + '/p11/error.c').read()
for number, name in re.findall(r'\{(0x[0-9A-F]+), "(CKR_\w+)"\}', text):
    if rows[name]['number'] != int(number, 16):
        print(name, 'has the number', rows[name]['number'])
for name, words in re.findall(r'\{(GT_R_\w+), "([^"]+)"\}', open(sys.argv[1] + '/provider/error.c').read()):
    if rows[name]['text'] != words:
        print(name, 'is', words)
END
is "numbers and texts are those of the sources" ! -s out -a ! -s err

# ---- commands in the remedies -----------------------------------------------------------------------

# Every command that a remedy names is one there is, with the options it has.
python3 - "$gosttoken" all-en.json all-ru.json >out 2>err <<'END'
import json, re, subprocess, sys
gosttoken = sys.argv[1]
def table(*command):
    text = subprocess.run([gosttoken, '--print-tables', *command], stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line.split() for line in text.splitlines()]
main = table()
commands = {w[1] for w in main if w[0] == 'command'}
common = {w[1] for w in main if w[0] == 'option'}
takes = {w[1] for w in main if w[0] == 'option' and len(w) > 2}
# Words that a command takes in place of an operand.
words = {'pin': {'change', 'set', 'unlock', 'policy'}, 'list': {'objects'}, 'cert': {'install'}, 'journal': {'show', 'verify'},
         'doctor': set(re.search(r'Checks: ([a-z,\s]+);', subprocess.run([gosttoken, 'doctor', '--help'], stdout=subprocess.PIPE,
                       text=True, env={'LC_ALL': 'C'}).stdout).group(1).replace(',', ' ').split())}
seen = set()
for f in sys.argv[2:]:
    for row in json.load(open(f, encoding='utf-8'))['codes']:
        for text in (row['remedy'], row['meaning']):
            quoted = re.findall(r'"(gosttoken [^"]*)"', text) + re.findall('«(gosttoken [^»]*)»', text)
            if len(quoted) != len(re.findall(r'["«]gosttoken ', text)):
                print(row['name'], 'has a command whose end is not seen')
            for line in quoted:
                seen.add(line)
                left = line.split()[1:]
                while left and left[0].startswith('--'):
                    if left[0] not in common:
                        print(row['name'], line, 'no option', left[0])
                    left = left[2 if left[0] in takes else 1:]
                if not left or left[0] not in commands:
                    print(row['name'], line, 'no such command')
                    continue
                own = common | {w[1] for w in table(left[0]) if w[0] == 'option'}
                for word in left[1:]:
                    if word.startswith('-'):
                        if word not in own:
                            print(row['name'], line, 'no option', word)
                    elif not (word in words.get(left[0], ()) or word in ('FILE', 'ФАЙЛ', 'N', 'CKR_…')):
                        print(row['name'], line, 'no word', word)
if len(seen) < 25:
    print('only', len(seen), 'commands found')
END
is "the remedies' commands are there" ! -s out -a ! -s err

# And those for PINs do what is said, in the situation that they are for.
t 0 '' gt init --label pins --so-pin-file so-pin --pin-file pin
t 0 '' gt keygen --token pins --label kept --type gost2012_256 --pin-file pin
printf 'another-pin\n' >new-pin
chmod 600 new-pin
t 0 'is set' gt pin set --token pins --so-pin-file so-pin --new-pin-file new-pin # it was forgotten
t 0 'object=kept' gt list objects --token pins --login --pin-file new-pin
for _ in 1 2 3 4 5 6 7 8 9; do
    gt pin unlock --token pins --so-pin-file wrong-pin >/dev/null 2>&1 # … until none is left that a file may spend
done
t 4 '' gt format --token pins --yes --force --so-pin-file so-pin --new-pin-file pin
t 0 'is formatted' gt format --token pins --yes --repair --force --new-so-pin-file so-pin --new-pin-file pin
t 0 'CKM_GOSTR3410 .*' gt info --token pins --mechanisms

# ---- ways to ask ----------------------------------------------------------------------------------

for query in 0x000000A0 0xa0 160 A0 CKR_PIN_INCORRECT ckr_pin_incorrect PIN_INCORRECT 'pin incorrect' pin-incorrect \
    'error: PKCS11 function C_Login failed: rv = CKR_PIN_INCORRECT (0xa0)' 'C_Login: 0xa0'; do
    t 0 '^CKR_PIN_INCORRECT \(0xA0, 160\)$' gt explain "$query"
done
t 0 '^CKR_PIN_INCORRECT' gt explain cannot log in: CKR_PIN_INCORRECT
t 0 '^RUTOKEN_FILE_NOT_FOUND \(0x6A82' gt explain 0x6a82
t 0 '^RUTOKEN_FILE_NOT_FOUND \(0x6A82' gt explain 'Код ошибки: 0х6a82' # the x is a Russian letter
t 0 '^RUTOKEN_MEMORY_UNCHANGED' gt explain 6400
t 0 '^RUTOKEN_MEMORY_UNCHANGED' gt explain 'Описание ошибки: Состояние памяти Rutoken не изменилось'
t 0 '^RUTOKEN_PIN_BLOCKED' gt explain '«PIN-КОД ЗАБЛОКИРОВАН»'
t 0 '^GT_R_PIN_LOCKED' gt explain 'error:4000000A:gosttoken::pin locked:p11/login.c:10:'
t 0 '^CKR_PIN_IN_HISTORY \(0x8000000B' gt explain 0x8000000b
t 0 '^CKR_PIN_TOO_WEAK \(0x1B8' gt explain 0x1c3 # as p11-kit's header has it

# What vendors' pages say, pasted as it is.
texts=0
while IFS=$'\t' read -r names text; do
    [ "${names:0:1}" = '#' ] && continue
    for query in "$text" "Ошибка: ${text^^}."; do
        case $names in
        CKR_*) [ "$query" = "$text" ] || query=$text. ;;
        esac
        got=$("$gosttoken" explain --lang en "$query" 2>&1 | grep -oE '^[A-Z_]+[A-Z0-9_]+( |$)' | xargs)
        : >out
        : >err
        is "\"$query\" is $names, not $got" "$got" = "$names"
        texts=$((texts + 1))
    done
done <"$top/tests/cli/explain-texts.txt"
is "they are all there" "$texts" -gt 200

t 0 '^CKR_PIN_LOCKED .*: The PIN' gt explain pin
is "whole words stand before parts of words" "$(grep -n WRAPPING out | head -1 | cut -d: -f1)" -gt "$(grep -nE '^[A-Z_]*PIN[_ :]' out | tail -1 | cut -d: -f1)"
is "the first begins with it" "$(head -1 out | grep -c '^CKR_PIN_')" -eq 1
is "a part of a word lists candidates" "$(wc -l <out)" -ge 8
t 0 'What to do' gt explain too_small
t 3 'not known; like it are: .*CKR_PIN_INCORRECT' gt explain pin_incorect
t 3 'not known; "gosttoken explain --all"' gt explain frobnicate
t 3 'not known; "gosttoken explain --all"' gt explain qq
t 3 'not known' gt explain 0xfedcba98
t 3 'not known' gt explain ' '
t 3 'not known' gt explain "$(printf 'qq\033[31m')"
is "no escape reaches the terminal" "$(grep -c $'\033' err)" -eq 0
# A long text with no code in it comes to an end.
t 3 'not known' timeout 20 "$gosttoken" explain "$(printf '%060000d' 0 | tr 0 A)"
t 2 'needs a code' gt explain
t 2 'give no other' gt explain --all CKR_OK
t 2 'en or ru' gt explain --lang de CKR_OK
t 2 'exclude' gt explain --markdown --json

# ---- languages, forms -----------------------------------------------------------------------------

t 0 'Что делать:' gt explain --lang ru 160
t 0 'Что делать:' env LC_ALL=ru_RU.UTF-8 "$gosttoken" explain 160
LC_ALL=C.UTF-8 LANGUAGE=ru t 0 'Что делать:' gt explain 160
LC_ALL=C LANGUAGE=ru t 0 'What to do:' gt explain 160
t 0 'Что делать:' env LC_ALL=en_US.UTF-8 LANGUAGE=ru:en "$gosttoken" explain 160
t 0 'What to do:' env LC_ALL=ru_RU.UTF-8 "$gosttoken" explain --lang en 160
t 0 '' gt explain --json --lang ru 160
json 'j["lang"] == "ru" and len(j["codes"]) == 1'
json 'set(j["codes"][0]) == {"name", "number", "kind", "text", "meaning", "from", "remedy"}'
json 'j["codes"][0]["number"] == 160 and j["codes"][0]["kind"] == "pkcs11" and j["codes"][0]["text"] is None'

# The pages of documentation are what the program prints.
for lang in en ru; do
    page=$top/docs/errors.md
    [ $lang = en ] || page=$top/docs/errors.ru.md
    t 0 '^# ' gt explain --markdown --lang $lang
    checks=$((checks + 1))
    cmp -s out "$page" || flaw "$page is out of date: gosttoken explain --markdown --lang $lang makes it"
done

# A code that has no sentence of its own in a message points here.
if [ -e "$build/tests/cli-crash.so" ]; then
    RESULT=0x180 t 1 'answered CKR_STATE_UNSAVEABLE; "gosttoken explain CKR_STATE_UNSAVEABLE"' \
        gt --module "$build/tests/cli-crash.so" list
    RESULT=0xe0 t 3 'cannot list the tokens: there is no token in the slot .CKR_TOKEN_NOT_PRESENT' \
        gt --module "$build/tests/cli-crash.so" list
fi
