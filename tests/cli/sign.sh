#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken sign: what it makes, of what, with whose key; other programs verify it.
. "$(dirname "$0")/lib.sh"
. "$here/cms-lib.sh"

make_authority
make_token work
signer alice gost2012_256
signer bob gost2012_512
sign=(gt sign --token work --pin-file pin)
verify=(gt verify --ca ca.crt)

echo 'a contract' >a.txt
head -c 400000 /dev/urandom >b.bin
: >nothing
printf 'one\ntwo\r\n' >lines

# ---- usage -----------------------------------------------------------------------------------
t 2 'name the files' "${sign[@]}"
t 2 'takes the place' "${sign[@]}" --dir . a.txt
t 2 'outform is' "${sign[@]}" --outform TXT a.txt
t 2 'include is' "${sign[@]}" --include all a.txt
t 2 'only one message' "${sign[@]}" --out - a.txt b.bin
t 2 'must be a directory' "${sign[@]}" --out x a.txt b.bin
t 2 'both want' "${sign[@]}" --json --out - a.txt
t 2 'is for --add' "${sign[@]}" --content b.bin a.txt
t 3 'several|match' "${sign[@]}" a.txt
t 3 'no private key' "${sign[@]}" --label carol a.txt
t 1 'cannot read' "${sign[@]}" --label alice not-there
t 1 'cannot read' "${sign[@]}" --label alice .
t 4 'is wrong' gt sign --token work --pin-file wrong-pin --label alice a.txt
t 4 'PIN' gt sign --token work --label alice a.txt
t 1 'cannot write' "${sign[@]}" --label alice --out nowhere/m.sig a.txt
is "nothing was written" "$(find . -name '*.sig' | wc -l)" -eq 0

# ---- attached, detached, forms ---------------------------------------------------------------
t 0 '^a.txt.sig$' "${sign[@]}" --label alice a.txt
t 0 'good signature of CN=alice' "${verify[@]}" a.txt.sig
grep -q CAdES-BES out || flaw "it is not CAdES-BES"
t 1 'there already' "${sign[@]}" --label alice a.txt
t 0 '' "${sign[@]}" --force --signer 'pkcs11:object=alice;type=cert' a.txt
t 0 'good' "${verify[@]}" --cades a.txt.sig
for file in a.txt b.bin nothing lines; do
    for form in der PEM; do
        for how in '' --detached; do
            t 0 '' "${sign[@]}" --label alice $how --outform $form --out m.sig --force "$file"
            content=()
            [ -z "$how" ] || content=(--content "$file")
            t 0 'good' "${verify[@]}" "${content[@]}" m.sig
            if [ -z "$how" ]; then
                t 0 '' "${verify[@]}" --out content --force m.sig
                is "the content comes out of the message" "$(cmp content "$file" && echo same)" = same
            fi
            checks=$((checks + 1))
            ours cms -verify -in m.sig -inform $form ${how:+-content "$file"} -binary -cades \
                -CAfile ca.crt -purpose any -out content >/dev/null 2>err || flaw "openssl says no: $file $form $how"
            is "openssl has the same content" "$(cmp content "$file" && echo same)" = same
        done
    done
done
t 0 '' "${sign[@]}" --label alice --out m.der --force b.bin
cp m.der out
is "an attached message is DER: definite lengths only" \
    "$(ours asn1parse -inform DER -in m.der | grep -c 'l=inf')" -eq 0
t 0 '' "${sign[@]}" --label alice --quiet --out q.sig a.txt
is "--quiet" "$(wc -c <out)" -eq 0
t 0 '' "${sign[@]}" --label alice --json --out j.sig a.txt
json 'j == [{"file": "a.txt", "signature": "j.sig"}]'
is "a message for all to read" "$(umask 022; gt sign --token work --pin-file pin --label alice --detached --out p.sig a.txt >/dev/null; stat -c %a p.sig)" = 644
chmod 600 a.txt
is "its content is not for all" "$(umask 022; gt sign --token work --pin-file pin --label alice --out p2.sig a.txt >/dev/null; stat -c %a p2.sig)" = 600

# ---- standard input and output ---------------------------------------------------------------
pipe() {
    cat a.txt | gt sign --token work --pin-file pin --label alice "$@" - >piped
}
for how in '' --detached; do
    checks=$((checks + 1))
    pipe $how 2>err || flaw "standard input $how"
    t 0 'good' "${verify[@]}" ${how:+--content a.txt} piped
done

# ---- several signers, adding -----------------------------------------------------------------
t 0 '' "${sign[@]}" --signer alice --signer 'pkcs11:token=work;object=bob' --out two.sig a.txt
t 0 'good signature of CN=bob' "${verify[@]}" two.sig
is "two signatures" "$(grep -c 'good signature' out)" -eq 2
t 2 'named twice' "${sign[@]}" --signer alice --label alice --out x a.txt
t 0 '' "${sign[@]}" --label alice --detached --out a.sig a.txt
t 1 'there already' "${sign[@]}" --label bob --add --content a.txt a.sig
t 2 'name its file' "${sign[@]}" --label bob --add --out both.det piped
t 0 '' "${sign[@]}" --label bob --add --content a.txt --out both.sig a.sig
t 0 'CN=alice' "${verify[@]}" --content a.txt both.sig
is "two signatures in a detached one" "$(grep -c 'good signature' out)" -eq 2
t 0 '' "${sign[@]}" --label bob --add --force a.txt.sig
t 0 'CN=bob' "${verify[@]}" a.txt.sig
is "two signatures in an attached one" "$(grep -c 'good signature' out)" -eq 2
t 0 '' "${sign[@]}" --label bob --add --content b.bin --out wrong.sig a.sig
checks=$((checks + 1))
gt verify --ca ca.crt --content b.bin wrong.sig >out 2>err && flaw "alice has not signed b.bin"
grep -q 'good signature of CN=bob' out || flaw "what bob signed is what he was shown"
grep -q 'CN=alice.*changed' err || flaw "alice's is told of"
t 1 'no CMS message' "${sign[@]}" --label bob --add --out x a.txt
t 2 'content inside' "${sign[@]}" --label bob --add --content a.txt --out x two.sig
# A message of indefinite lengths.
checks=$((checks + 1))
ours cms -sign -in a.txt -binary -nodetach -stream -cades -outform DER -out ber.sig -signer alice.crt \
    -inkey 'pkcs11:token=work;object=alice;type=private' >out 2>err || flaw "openssl cms -stream"
t 0 '' "${sign[@]}" --label bob --add --out ber2.sig ber.sig
t 0 'CN=alice' "${verify[@]}" ber2.sig
is "two signatures in what was BER" "$(grep -c 'good signature' out)" -eq 2

# ---- certificates ----------------------------------------------------------------------------
count() {
    ours cms -verify -noverify -no_content_verify -no_attr_verify -in "$1" -inform DER -certsout all.pem -out /dev/null 2>/dev/null
    grep -c BEGIN all.pem
}
t 0 '' "${sign[@]}" --label alice --include none --out none.sig a.txt
t 1 'not in the message' "${verify[@]}" none.sig
t 0 'good' "${verify[@]}" --cert alice.crt none.sig
t 0 'chain as far' "${sign[@]}" --label alice --include chain --out x.sig a.txt
t 0 '' "${sign[@]}" --label alice --include chain --chain ca.crt --out x.sig --force a.txt
is "the root stays out" "$(count x.sig)" -eq 1
t 0 '^pkcs11:' gt keygen --token work --label lone --type gost2012_256 --pin-file pin
t 3 'there is no certificate for the key' "${sign[@]}" --label lone --out l.sig a.txt
certificate lone signer 100
t 3 'there is no certificate for the key' "${sign[@]}" --label lone --cert alice.crt --out l.sig a.txt
t 0 '' "${sign[@]}" --label lone --cert lone.crt --out l.sig a.txt
t 0 'good' "${verify[@]}" l.sig
t 0 '^pkcs11:' gt keygen --token work --label agree --type gost2012_256 --pin-file pin
certificate agree agree 100
t 0 'not for signing' "${sign[@]}" --label agree --cert agree.crt --out g.sig a.txt
t 1 'not for signing' "${verify[@]}" g.sig

# ---- a directory -----------------------------------------------------------------------------
mkdir -p tree/below/deep tree/.hidden
cp a.txt tree/one
cp b.bin tree/below/two
: >tree/below/deep/three
cp a.txt tree/.hidden/four
ln -s ../a.txt tree/link
t 0 'below/deep/three.sig' "${sign[@]}" --label alice --dir tree
is "three messages" "$(find tree -name '*.sig' | wc -l)" -eq 3
t 0 '3 files had theirs before' "${sign[@]}" --label alice --dir tree
touch -d '+1 hour' tree/one
t 0 'newer than' "${sign[@]}" --label alice --dir tree
t 0 'good' "${verify[@]}" tree
t 0 '' "${sign[@]}" --label alice --detached --dir tree --out copies
is "a copy of the tree" "$(cd copies && find . -type f | sort | tr '\n' ' ')" = "./below/deep/three.sig ./below/two.sig ./one.sig "
t 0 '' "${sign[@]}" --label alice --dir tree --force --json
json 'len(j) == 3'
mkdir into
t 0 '' "${sign[@]}" --label alice --out into a.txt b.bin
is "into a directory" "$(ls into | tr '\n' ' ')" = "a.txt.sig b.bin.sig "
mkdir other
cp b.bin other/a.txt
t 2 'would both have' "${sign[@]}" --label alice --force --out into a.txt other/a.txt
t 1 'cannot read the directory' "${sign[@]}" --label alice --dir no-such

# What is killed leaves nothing that the next run takes for a file; a full disk is named.
mkdir cut
head -c 300000 /dev/urandom >cut/a
checks=$((checks + 1))
(
    trap '' XFSZ
    ulimit -f 100
    "${sign[@]}" --label alice cut/a >out 2>err
) && flaw "a file beyond the limit"
grep -q 'cannot write cut/a.sig: File too large' err || flaw "why it cannot be written"
is "nothing is left" "$(ls -A cut)" = a
checks=$((checks + 1))
(
    ulimit -f 100
    exec "$gosttoken" sign --token work --pin-file pin --label alice cut/a
) >out 2>err && flaw "a file beyond the limit"
t 0 '' "${sign[@]}" --label alice --dir cut
is "one message" "$(ls cut | tr '\n' ' ')" = 'a a.sig '
t 1 'no certificate of --cert' "${sign[@]}" --label alice --cert bob.crt --out no.sig a.txt

# ---- the content changes while it is being signed ---------------------------------------------
mkfifo slow
timeout 60 sh -c '{ echo x; sleep 0.2; echo y; } >slow' &
t 0 '' "${sign[@]}" --label alice --out fifo.sig slow
t 0 'good' "${verify[@]}" fifo.sig
wait

# ---- gost-engine on the other side -----------------------------------------------------------
if have_peer; then
    for s in two.sig both.sig x.sig ber2.sig l.sig; do
        checks=$((checks + 1))
        peer cms -verify -in $s -inform DER -content a.txt -binary -cades -CAfile ca.crt \
            -purpose any -out /dev/null 2>err || flaw "gost-engine says no to $s"
    done
else
    echo "no gost-engine here: left out"
fi
