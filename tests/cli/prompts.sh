#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asking on the terminal: no echo, twice for new PINs, the terminal put back after a signal.
. "$(dirname "$0")/lib.sh"
command -v expect >/dev/null || skip "expect is not installed"

# dialogue SCRIPT: an expect script; it exits 0 if all went as it says. $gosttoken, $pin, $so_pin are
# there. What the terminal showed is in ./out.
dialogue() {
    checks=$((checks + 1))
    : >err
    expect -c "
        log_user 1
        set timeout 60
        set gosttoken {$gosttoken}
        set pin {$pin}
        set so_pin {$so_pin}
        proc want {text} {
            expect {
                -re \$text {}
                timeout { puts \"\\nno \$text\"; exit 9 }
                eof { puts \"\\nended without \$text\"; exit 8 }
            }
        }
        proc ends {code} {
            expect { eof {} timeout { exit 9 } }
            set status [lindex [wait] 3]
            if {\$status != \$code} { puts \"\\nexit code \$status\"; exit 7 }
        }
        $1" >out 2>err || flaw "dialogue: $1"
    if grep -aqF -e "$pin" -e "$so_pin" out; then
        flaw "a PIN was echoed: $1"
    fi
}

dialogue '
    spawn $gosttoken init --label work
    want "SO PIN.*: $"
    send "$so_pin\r"
    want "Repeat.*SO PIN.*: $"
    send "$so_pin\r"
    want "New user PIN: $"
    send "$pin\r"
    want "Repeat.*user PIN: $"
    send "$pin\r"
    want "is ready"
    ends 0'
dialogue '
    spawn $gosttoken init --label other --so-pin-file so-pin
    want "New user PIN: $"
    send "$pin\r"
    want "Repeat"
    send "another\r"
    want "not the same"
    ends 4'
dialogue '
    spawn $gosttoken keygen --label alice --type gost2012_256
    want "PIN of the token .work.: $"
    send "$pin\r"
    want "pkcs11:token=work"
    ends 0'
dialogue '
    spawn $gosttoken list objects --login
    want "PIN of the token"
    send "wrong-one\r"
    want "wrong"
    ends 4'
dialogue '
    spawn $gosttoken list objects --login
    want "PIN of the token"
    send "\r"
    want "no PIN was given"
    ends 4'
dialogue '
    spawn $gosttoken list objects --login
    want "PIN of the token"
    send "\004"
    want "no PIN was given"
    ends 4'

# Questions.
dialogue '
    spawn $gosttoken delete --label alice --type key --pin-file pin
    want "private key .alice.*public key .alice.*Delete\\? .y/N. $"
    send "n\r"
    want "nothing was changed"
    ends 5'
dialogue '
    spawn $gosttoken delete --label alice --type key --pin-file pin
    want "Delete\\?"
    send "\r"
    ends 5'
dialogue '
    spawn $gosttoken init --label work --force --pin-file pin --so-pin-file so-pin
    want "Erase the token .work."
    send "no\r"
    ends 5'
t 0 alice gt list objects --pin-file pin
dialogue '
    spawn $gosttoken delete --label alice --type key --pin-file pin
    want "Delete\\?"
    send "yes\r"
    want "Deleted"
    ends 0'

# A signal at the prompt: the echo is on again afterwards, and the program has died of the signal.
shell='
    spawn env PS1=% bash --norc --noprofile --noediting
    want "%"
    send "stty -a | tr -s \"; \" \"\\\\n\" | grep -x -e echo -e -echo\r"
    want "\necho\r"
    want "%"'
dialogue "$shell"'
    send "$gosttoken list objects --login\r"
    want "PIN of the token"
    send "\003"
    want "%"
    send "echo code $?; stty -a | tr -s \"; \" \"\\n\" | grep -x -e echo -e -echo\r"
    want "code 130"
    want "\necho\r"
    want "%"
    send "exit\r"
    ends 0'

# Stopped and continued: the question is asked again, and the answer is not echoed.
dialogue "$shell"'
    send "$gosttoken list objects --login\r"
    want "PIN of the token"
    send "\032"
    want "Stopped"
    want "%"
    send "stty -a | tr -s \"; \" \"\\n\" | grep -x -e echo -e -echo; fg\r"
    want "\necho\r"
    want "PIN of the token"
    send "$pin\r"
    want "nothing on the token"
    want "%"
    send "exit\r"
    ends 0'

# The last try: said before it is asked for, and a right PIN brings the tries back.
for _ in 1 2 3 4 5 6 7 8 9; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
t 4 'one try is left' gt list objects --pin-file pin
dialogue '
    spawn $gosttoken list objects --login
    want "One try is left"
    want "PIN of the token"
    send "$pin\r"
    want "nothing on the token"
    ends 0'
t 0 'nothing on the token' gt list objects --pin-file pin

# Locked.
for _ in 1 2 3 4 5 6 7 8 9; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
dialogue '
    spawn $gosttoken list objects --login
    want "One try is left"
    send "wrong-one\r"
    want "locked"
    ends 4'
t 4 'locked' gt list objects --pin-file pin
t 0 'user-pin-locked' gt list
