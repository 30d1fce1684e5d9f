#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken doctor: each check, by making just that fault.
. "$(dirname "$0")/lib.sh"
# It warns of each variable with our name that it does not know: of those of the tests too.
for variable in "${!GOSTTOKEN_@}"; do
    [ "$variable" = GOSTTOKEN_DIR ] || unset "$variable"
done
unset XDG_CONFIG_HOME
export GOSTTOKEN_CONF=/dev/null

# doc CODE STATUS CHECK PATTERN ARGUMENT...: the exit code, and a line of CHECK with STATUS and the pattern.
# STATUS '' : no line is looked for. Nothing but --help may go without a word on standard error, and a
# finding is no failure of the program: it is silent there.
doc() {
    local code=$1 status=$2 check=$3 pattern=$4 got=0
    shift 4
    checks=$((checks + 1))
    gt doctor "$@" >out 2>err || got=$?
    if [ $got -ne "$code" ]; then
        flaw "exit code $got instead of $code: doctor $*"
    elif [ -n "$status" ] && ! grep -aqE "^$status +$check +.*($pattern)" out; then
        flaw "no $status of $check about /$pattern/: doctor $*"
    elif [ -s err ]; then
        flaw "something on standard error: doctor $*"
    elif grep -qaF -e "$pin" -e "$so_pin" out err; then
        flaw "a PIN in the output: doctor $*"
    fi
}
remedy() {
    checks=$((checks + 1))
    grep -qE "^ +\\$ ($1)" out || flaw "the remedy is not /$1/"
}

# ---- nothing there yet -----------------------------------------------------------------------------

doc 0 skipped store 'no token has been made' store
remedy 'gosttoken init --label NAME$'
doc 0 skipped tokens 'no token is in use' tokens
doc 0 skipped pins 'no token is in use' pins
doc 0 skipped certificates 'no token is in use' certificates
doc 0 skipped keys 'no token is in use' keys
doc 0 ok clock 'the clock says 20' clock
doc 0 ok space "the disk of $work" space
doc 0 ok module "$build/lib/libgosttoken-pkcs11.so works" module
doc 0 ok config '/dev/null is in effect' config
doc 0 ok environment 'no variable misleads' environment
is "nothing was made" ! -e tokens

# ---- all well ---------------------------------------------------------------------------------------

make_token work
gt config --token work >openssl.cnf
export OPENSSL_CONF=$work/openssl.cnf
doc 0 ok openssl "$work/openssl.cnf is in effect and activates gosttoken"
doc 0 ok openssl 'OpenSSL 3.*/libcrypto'
doc 0 ok provider 'works, in (hybrid|native) mode'
doc 0 ok store 'is closed to others; it holds 1 token$'
doc 0 ok tokens 'the token "work" is whole: [0-9]+ object'
doc 0 ok pins 'the PINs are in order'
doc 0 skipped keys 'no key or certificate'
is "the end counts" "$(tail -1 out)" = "0 errors, 0 warnings"
is "every check has run" "$(awk '/^[a-z]/ { print $2 }' out | sort -u | wc -l)" -ge 13
doc 0 '' '' '' -q
is "-q says nothing when all is well" ! -s out
doc 0 '' '' '' --json
json 'j["status"] == "ok" and all(set(f) == {"check", "status", "text", "remedy"} for f in j["findings"])'
json '{f["status"] for f in j["findings"]} <= {"ok", "skipped"}'
doc 0 '' '' '' --nagios
is "one line for monitoring" "$(cat out)" = "GOSTTOKEN OK - 0 errors, 0 warnings | errors=0 warnings=0"

# ---- usage ------------------------------------------------------------------------------------------

t 2 'no check "tokn"; there are: environment, config' gt doctor tokn
t 2 'takes a number' gt doctor --days soon
t 2 'takes a number' gt doctor --min-free -1
t 3 'exclude' gt doctor --json --nagios
t 3 'no check' gt doctor --nagios tokn
t 4 'cannot read the PIN file' gt doctor --pin-file nowhere

# ---- environment --------------------------------------------------------------------------------------

OPENSSL_CONF=$work/nowhere.cnf doc 1 error environment 'OPENSSL_CONF names .*nowhere.cnf, which cannot be read' environment
remedy 'unset OPENSSL_CONF'
OPENSSL_MODULES=$work/nowhere doc 1 error environment 'OPENSSL_MODULES .*not a directory' environment
OPENSSL_ENGINES=$work/pin doc 1 error environment 'OPENSSL_ENGINES .*not a directory' environment
GOSTTOKEN_CONF=$work doc 1 error environment 'GOSTTOKEN_CONF .*is a directory' environment
GOSTTOKEN_MODULE=$work/no.so doc 1 error environment 'GOSTTOKEN_MODULE .*cannot be read' environment
GOSTTOKEN_DIR=tokens doc 6 warning environment 'GOSTTOKEN_DIR is "tokens": it means another' environment
GOSTTOKEN_PIN=$pin doc 6 warning environment 'GOSTTOKEN_PIN holds the PIN' environment
GOSTTOKEN_FACTORY_TOKEN=no doc 6 warning environment 'can be on or off' environment
GOSTTOKEN_DIRECTORY=x doc 6 warning environment 'GOSTTOKEN_DIRECTORY is no variable' environment
# A remedy is copied into a shell: what others have named stays one word.
env 'GOSTTOKEN_;id=x' "$gosttoken" doctor environment >out 2>err
remedy "unset 'GOSTTOKEN_;id'"
echo 'wrong [' >'a cnf;id'
OPENSSL_CONF="$work/a cnf;id" doc 1 error openssl 'cannot be parsed' openssl
remedy "editor '$work/a cnf;id'"
SSL_CERT_FILE=$work/nowhere doc 1 error environment 'SSL_CERT_FILE' environment

# ---- gosttoken.conf -------------------------------------------------------------------------------------

echo 'journal = onn' >wrong.conf
GOSTTOKEN_CONF=$work/wrong.conf doc 1 error config 'wrong.conf: line 1: journal = "onn"' config
remedy "editor $work/wrong.conf"
echo 'journal = on' >right.conf
GOSTTOKEN_CONF=$work/right.conf doc 0 ok config "$work/right.conf is in effect" config
chmod o+w right.conf
GOSTTOKEN_CONF=$work/right.conf doc 1 error config 'others can write' config
(
    unset GOSTTOKEN_CONF
    [ -e /etc/gosttoken/gosttoken.conf ] || doc 0 ok config 'the defaults are in effect' config
    exit $failures
) || failures=$((failures + 1))
# And the rest says what it can: the module does not work, the directory is fine.
GOSTTOKEN_CONF=$work/wrong.conf doc 1 skipped pins 'the module does not work'
is "the module is at fault" "$(grep -c '^error *module' out)" -eq 1
is "the directory is not" "$(grep -c '^ok *store' out)" -eq 1

# ---- openssl.cnf ------------------------------------------------------------------------------------------

with() {
    OPENSSL_CONF=$work/this.cnf doc "$@"
}
printf '[broken\n' >this.cnf
with 1 error openssl 'cannot be parsed \(line 1' openssl
echo 'openssl_conf = nothing' >this.cnf
with 6 warning openssl 'does not activate gosttoken' openssl
remedy 'gosttoken config$'
OPENSSL_CONF=$work/nowhere doc 6 warning openssl 'reads no configuration' openssl
sed '/gosttoken_sect\]/,$ { /^activate/d }' openssl.cnf >this.cnf
with 1 error openssl 'without "activate = 1"' openssl
sed '/^default = default_sect/d' openssl.cnf | grep -v '^\.include' >this.cnf
with 1 error openssl "not OpenSSL's default provider" openssl
sed "s|^module = .*|module = $work/nowhere.so|" openssl.cnf >this.cnf
with 1 error openssl 'module = .*nowhere.so, which cannot be read' openssl
with 1 error provider 'does not load the provider' provider
sed "s|^module = .*|module = $work/pin|" openssl.cnf >this.cnf
with 1 error provider 'does not load the provider' provider
remedy "ldd $work/pin"
sed "s|^module-path = .*|module-path = $work/nowhere.so|" openssl.cnf >this.cnf
with 1 error module 'module-path = .*nowhere.so, which cannot be read' module
cp "$build/lib/libgosttoken-pkcs11.so" other.so
sed "s|^module-path = .*|module-path = $work/other.so|" openssl.cnf >this.cnf
with 6 warning module 'another module than this program' module
sed "s|^module-path = .*|&\nbridge = maybe|" openssl.cnf >this.cnf
with 1 error provider 'bridge = maybe' provider
sed "s|^module-path = .*|&\npin = $pin|" openssl.cnf >this.cnf
with 6 warning openssl 'holds the PIN .mode 600' openssl
chmod 644 this.cnf
with 1 error openssl 'holds the PIN, and others can read it' openssl
remedy 'gosttoken config --pin-source'
sed "s|^module-path = .*|&\npin-source = $work/nowhere|" openssl.cnf >this.cnf
with 1 error openssl 'pin-source = .*nowhere, which cannot be read' openssl
sed "s|^module-path = .*|&\npin-source = $work/open-pin|" openssl.cnf >this.cnf
cp pin open-pin
chmod 644 open-pin
with 1 error openssl 'open-pin is open to others .mode 644' openssl
remedy "chmod 600 $work/open-pin"
chmod 640 open-pin
with 6 warning openssl 'open-pin is open to others .mode 640' openssl
chmod 600 open-pin
with 0 ok openssl 'activates gosttoken' openssl
sed 's|^providers = .*|&\nengines = engine_sect|; $ a [engine_sect]\ngost = gost_sect\n[gost_sect]\nengine_id = gost\n' \
    openssl.cnf >this.cnf
with 6 warning engines 'another GOST engine .section \[gost_sect\]' engines
sed 's|^default = default_sect|&\ngostprov = gp_sect|; $ a [gp_sect]\nmodule = /nowhere/gostprov.so' openssl.cnf >this.cnf
with 6 warning engines 'another GOST provider .section \[gp_sect\]' engines

# Without the provider installed: a program away from its build tree.
mkdir -p away/bin
cp "$gosttoken" away/bin/
unset OPENSSL_CONF
if [ ! -e "$(away/bin/gosttoken config | sed -n 's/^module = //p')" ]; then
    away/bin/gosttoken doctor provider >out 2>err
    is "a provider that is not installed is skipped" "$(grep -c '^skipped *provider .*not installed' out)" -eq 1
    remedy 'apt install'
fi
export OPENSSL_CONF=$work/openssl.cnf

# ---- the module -------------------------------------------------------------------------------------------

GOSTTOKEN_MODULE=$work/no.so doc 1 error module 'no.so is not there' module
GOSTTOKEN_MODULE=$work/pin doc 1 error module 'cannot be loaded' module
remedy "ldd $work/pin"
crash=$build/tests/cli-crash.so
if [ -e "$crash" ] && ! ldd "$build/bin/gosttoken" | grep libasan >/dev/null; then
    CRASH=C_Initialize doc 1 error module 'the check "module" crashed .*Segmentation|SEGV' --module "$crash" module
    CRASH=C_GetInfo doc 1 error module 'crashed' --module "$crash" module
    CRASH=C_Finalize doc 1 error module 'crashed' --module "$crash" module
    CRASH=C_GetInfo doc 1 skipped pins 'the module does not work' --module "$crash" module pins
    CRASH='exit' doc 1 error module 'ended with code 7' --module "$crash" module
    CRASH=none doc 0 ok module 'works' --module "$crash" module
    # What only our module tells is skipped.
    CRASH=none doc 0 skipped store 'does not keep its tokens in files' --module "$crash" store
    CRASH=none doc 0 skipped tokens 'does not keep its tokens in files' --module "$crash" tokens
    TROUBLE=0x30 doc 1 error tokens 'slot 3 holds a token that cannot be read: .*DEVICE_ERROR' --module "$crash" tokens
fi

# ---- the store --------------------------------------------------------------------------------------------

file=$work/tokens/token-0.db
chmod g+w tokens
doc 1 error store 'others can write to it .mode 720' store
remedy "chmod go-w $work/tokens"
is "the module says so too" "$(gt doctor module | grep -c '^error *module .*others can write')" -eq 1
chmod 700 tokens
chmod o+w "$file"
doc 1 error store 'token-0.db: others can write' store
doc 1 error tokens 'token-0.db: others can write' tokens
chmod 640 "$file"
doc 6 warning store 'token-0.db: others can read it .mode 640' store
remedy "chmod go= $file"
chmod 400 "$file"
doc 1 error store 'token-0.db cannot be written: no PIN can be tried' store
remedy "chmod u\+w $file"
chmod 600 "$file"
chmod 500 tokens
doc 1 error store 'cannot be written by its owner' store
chmod 700 tokens
mkdir spare
chmod 700 spare
ln -s "$file" spare/token-0.db
doc 1 error store 'is not a plain file' --dir spare store
rm -r spare
: >spare
doc 1 error store 'is not a directory' --dir "$work/spare" store
rm spare
doc 0 ok store "$work/tokens belongs to" store
doc 0 skipped store 'no token has been made' --dir "$work/none" store
doc 6 warning space 'less than 100000000' --min-free 100000000 space
remedy "df -h $work/tokens"

# Whose store it is: root may look at a service's, nobody else at anyone's.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 "$work"
    cp -r tokens service
    chown -R 65534:65534 service
    doc 0 ok store 'service belongs to nobody' --dir "$work/service" store
    doc 0 ok tokens 'the token "work" is whole' --dir "$work/service" tokens
    chown 0 service/token-0.db
    doc 1 error store 'token-0.db does not belong to nobody' --dir "$work/service" store
    remedy "chown nobody $work/service/token-0.db"
    chown 65534 service/token-0.db
    if "${as[@]}" test -x "$gosttoken"; then
        "${as[@]}" "$gosttoken" doctor --dir "$work/tokens" store >out 2>err
        is "another user's store cannot be used" "$(grep -cE '^error *store .*(belongs to root|Permission)' out)" -eq 1
        "${as[@]}" "$gosttoken" doctor --dir "$work/service" store tokens >out 2>err
        is "the owner's can" $? -eq 0
        chmod 500 service
        "${as[@]}" "$gosttoken" doctor --dir "$work/service" store >out 2>err
        is "a read-only store is an error" "$(grep -c '^error *store .*cannot be written' out)" -eq 1
        chmod 700 service
        # A user without any token, and without a home.
        "${as[@]}" env -u GOSTTOKEN_DIR -u XDG_DATA_HOME HOME=/nonexistent "$gosttoken" doctor store tokens pins >out 2>err
        is "a user without a token is no error" $? -eq 0
    fi
    if command -v unshare >/dev/null && unshare -m true 2>/dev/null; then
        unshare -m bash -c "mount --bind $work/tokens $work/tokens && mount -o remount,ro,bind $work/tokens &&
            '$gosttoken' doctor store" >out 2>err
        if [ -s out ]; then
            is "a read-only mount is seen" "$(grep -c '^error *store .*mounted read-only' out)" -eq 1
            remedy 'findmnt -T'
        fi
        mkdir small
        unshare -m bash -c "mount -t tmpfs -o size=400k,mode=700 none $work/small &&
            '$gosttoken' doctor --dir $work/small space" >out 2>err
        if [ -s out ]; then
            is "a full disk is an error" "$(grep -c '^error *space .*is full' out)" -eq 1
        fi
    fi
    chmod 700 "$work"
fi

# ---- integrity ----------------------------------------------------------------------------------------------

make_key alice
cp "$file" saved.db
hurt() {
    cp saved.db "$file"
    printf '\377\377\377\377' | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
}
size=$(stat -c %s "$file")
for place in 20 $((size / 3)) $((size / 2)) $((size - 4500)); do
    hurt "$place"
    doc 1 error tokens "token-0.db" tokens
    remedy 'gosttoken restore FILE --slot 0 --force$'
done
: >"$file"
doc 1 error tokens 'token-0.db' tokens
cp saved.db "$file"
doc 0 ok tokens 'is whole' tokens
if [ -x "$build/tests/cli-alter" ]; then
    "$build/tests/cli-alter" tokens 0 "DELETE FROM journal WHERE seq = 2" >out 2>err
    doc 1 error tokens 'the journal of the token "work" was altered' tokens
    remedy 'gosttoken journal verify --token work'
    "$build/tests/cli-alter" tokens 0 "UPDATE journal SET body =
        CAST(replace(CAST(body AS TEXT), '\"time\":\"20', '\"time\":\"21') AS BLOB)" >out 2>err
    doc 1 error clock 'journal of the token "work" has a record of 21[0-9]{2}-.*put back' clock
    remedy 'timedatectl'
    cp saved.db "$file"
fi

# ---- certificates and keys ----------------------------------------------------------------------------------

cert() { # NAME OUT [YEARS]: of alice's key
    "$build/tests/cli-pubkey" "pkcs11:object=${key:-alice};type=public" | python3 "$here/mkcert.py" "$@" ||
        flaw "no certificate"
}
doc 0 skipped certificates 'there is no certificate' certificates
doc 6 warning keys 'there is no certificate for the key "alice"' keys
cert Alice alice.der
t 0 '' gt import-cert alice.der --pin-file pin
doc 0 ok certificates 'the certificate of Alice is valid until 2040-01-01' certificates
doc 0 ok keys 'the certificate of Alice has its key' keys
doc 0 ok keys 'the certificate of Alice has its key' keys --pin-file pin
doc 1 error keys 'the user PIN of the token "work" is wrong' keys --pin-file wrong-pin
doc 6 warning certificates 'the certificate of Alice expires in [0-9]+ days' certificates --days 20000
doc 1 error certificates 'no CA certificate can be read' certificates --ca pin
t 0 '' gt delete --label alice --type cert --yes --pin-file pin
cert Old old.der 20-21
t 0 '' gt import-cert old.der --pin-file pin
doc 1 error certificates 'the certificate of Old expired on 2021-01-01' certificates
t 0 '' gt delete --label alice --type cert --yes --pin-file pin
cert Later later.der 40-45
t 0 '' gt import-cert later.der --pin-file pin
doc 1 error certificates 'the certificate of Later is not valid before 2040-01-01' certificates
doc 1 error clock 'a certificate of the token "work" begins on 2040-01-01' clock
t 0 '' gt delete --label alice --type cert --yes --pin-file pin
key=alice cert Stranger stranger.der
make_token other
t 0 '' gt import-cert stranger.der --no-key --label Stranger --token other --pin-file pin
doc 6 warning keys 'the key of the certificate of Stranger is not on the token' keys --token other
remedy "gosttoken delete 'pkcs11:"
gt doctor keys --pin-file pin >out 2>err
is "one PIN is not tried on two tokens" "$(grep -c 'the PIN is not used: there are 2 tokens' out)" -eq 1
t 0 '' gt delete --token other --type cert --label Stranger --yes --pin-file pin

# A real chain, by the stock program: a CA and what it has signed. (A module with a sanitizer does not load into it.)
if ! ldd "$gosttoken" | grep libasan >/dev/null; then
    for name in ca leaf; do
        t 0 '' gt keygen --token other --label $name --type gost2012_256 --pin-file pin
    done
    gt config --token other --pin-source pin >chain.cnf
    on() {
        OPENSSL_CONF=$work/chain.cnf openssl "$@" >out 2>err || flaw "openssl $*"
    }
    on req -x509 -new -key 'pkcs11:object=ca;type=private' -subj /CN=Root -days 400 -out ca.pem
    on req -new -key 'pkcs11:object=leaf;type=private' -subj /CN=Leaf -out leaf.csr
    on x509 -req -in leaf.csr -CA ca.pem -CAkey 'pkcs11:object=ca;type=private' -set_serial 2 -days 300 -out leaf.pem
    on req -x509 -new -key 'pkcs11:object=leaf;type=private' -subj /CN=Root -days 400 -out forged.pem
    t 0 '' gt import-cert leaf.pem --token other --pin-file pin
    doc 0 ok certificates 'the chain of the certificate of Leaf is whole' certificates --token other --ca ca.pem
    doc 1 error certificates 'the certificate of Leaf does not lead to one of forged.pem' certificates --token other --ca forged.pem
    remedy 'gosttoken explain SIGNATURE_CHAIN_NOT_BUILT'
    doc 6 warning certificates 'Leaf expires in (299|300) days' certificates --token other --days 365
    doc 6 warning keys 'there is no certificate for the key "ca"' keys --token other --pin-file pin
fi

# ---- PINs ---------------------------------------------------------------------------------------------------

# Two tries, and PINs that expire; a token of its own for each fault.
cat >strict.conf <<'END'
pin.tries = 2
so-pin.tries = 2
pin.expiry-days = 20
so-pin.expiry-days = 300
END
export GOSTTOKEN_CONF=$work/strict.conf GOSTTOKEN_DIR=$work/strict
make_token work
doc 6 warning pins 'the user PIN expires in (19|20) days' pins
remedy 'gosttoken pin change --token work'
doc 6 warning pins 'the SO PIN expires in (299|300) days' pins --days 400
remedy 'gosttoken pin change --so --token work'
doc 0 ok pins 'the PINs are in order' pins --days 5
t 4 'wrong' gt list objects --pin-file wrong-pin
doc 6 warning pins 'one try is left for the user PIN' pins --days 5
remedy 'gosttoken list objects --login --token work'
gt doctor keys --pin-file pin >out 2>err
is "the last try is not risked" "$(grep -c 'the last try is not risked' out)" -eq 1
if command -v expect >/dev/null; then
    expect -c "set timeout 60; spawn $gosttoken list objects --login; expect \"PIN of\"; send \"wrong-$pin\r\"; expect eof" \
        >/dev/null 2>&1
    doc 1 error pins 'the user PIN is locked' pins
    remedy 'gosttoken pin unlock --token work'
    gt doctor --nagios pins >out 2>err
    is "monitoring is told" $? -eq 2
    is "in one line" "$(grep -cE '^GOSTTOKEN CRITICAL - 1 error, [0-9]+ warnings?: .*the user PIN is locked \| errors=1' out)" -eq 1
    gt doctor --json pins >out 2>err
    json 'j["status"] == "error" and j["findings"][0]["remedy"] == "gosttoken pin unlock --token work"'
fi
echo 'pin.tries = 5' >strict.conf
export GOSTTOKEN_DIR=$work/lowtries
make_token work
t 4 'wrong' gt list objects --pin-file wrong-pin
doc 6 warning pins 'the last user PIN tried was a wrong one' pins
t 0 '' gt list objects --pin-file pin
doc 0 ok pins 'the PINs are in order' pins
gt doctor --nagios pins space --min-free 100000000 >out 2>err
is "a warning is 1 to monitoring" $? -eq 1

# The factory's PINs, and a first PIN that has to be changed.
export GOSTTOKEN_DIR=$work/factory GOSTTOKEN_CONF=/dev/null
echo 12345678 >factory-pin
t 0 '' gt keygen --token gosttoken --label x --type gost2012_256 --pin-file factory-pin
doc 6 warning pins 'the user PIN is the maker' pins
doc 6 warning pins 'the SO PIN is the maker' pins
