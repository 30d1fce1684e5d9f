#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Options that a command could only ignore: each is refused, with what it goes with, before anything
# is done or asked.
. "$(dirname "$0")/lib.sh"

make_token work

only() {
    t 2 "^gosttoken: $1 goes only with $2: see \"gosttoken [a-z-]+ --help\"\$" gt "${@:3}"
}
apart() {
    t 2 "^gosttoken: $1 and $2 exclude each other\$" gt "${@:3}"
}
never() {
    t 2 "^gosttoken: $2 takes no $1" gt "${@:2}"
}

only --login 'list objects' list --login
only --login 'list objects' list tokens --login
only --must-change 'pin set' pin change --must-change --pin-file pin --new-pin-file pin
only --must-change 'pin set' pin unlock --must-change --so-pin-file so-pin
only --new-pin-file 'pin change, pin set' pin unlock --new-pin-file pin --so-pin-file so-pin
only --new-pin-file 'pin change, pin set' pin policy --new-pin-file pin
only --new-pin-fd 'pin change, pin set' pin policy --new-pin-fd 3
only --so 'pin change' pin set --so
only --so-pin-file 'pin set, pin unlock, --so' pin change --so-pin-file so-pin
only --so-pin-fd 'pin set, pin unlock, --so' pin policy --so-pin-fd 3
only --pin-file 'pin change' pin set --pin-file pin
only --pin-fd 'pin change' pin unlock --pin-fd 3
apart --pin-file --so pin change --so --pin-file pin
never --pin-file format --pin-file pin
never --pin-fd format --pin-fd 3
apart --so-pin-file --repair format --repair --force --so-pin-file so-pin
apart --pin-file --so label new --so --pin-file pin
apart --pin-file --so-pin-file label new --so-pin-file so-pin --pin-file pin
t 0 '' gt label new --so-pin-file so-pin
t 0 '' gt label work --pin-file pin
only --since 'journal show' journal verify --since 2026-01-01
only --login 'journal verify' journal show --login
never --token init --token work --label work
never --token restore --token work copy
apart --slot --check restore --check --slot 1 copy
apart --force --check restore --check --force copy
apart --so --check restore --check --so copy
apart --so-pin-file --check restore --check --so-pin-file so-pin copy
apart --pin-file --so restore --so --pin-file pin copy
never --token events --token work --timeout 1
only --label 'cert install' cert show pin --label x
only --with-chain 'cert install' cert show pin --with-chain
only --force 'cert install' cert show pin --force
only --force --out export-cert --label x --force
only --force --out export-pub --label x --force
only --force --out csr --label x --subject CN=x --force
only --force --out verify --no-chain --force pin
only --chain '--include chain' sign --chain pin pin
only --chain '--include chain' sign --chain pin --include signer pin
only --days 'doctor pins, doctor certificates' doctor clock --days 3
only --ca 'doctor certificates' doctor store pins --ca pin
only --min-free 'doctor space' doctor clock --min-free 3
t 0 '' gt doctor clock space --min-free 1
for mode in p11-kit uninstall check; do
    apart --tls13 --$mode config --$mode --tls13
    apart --token --$mode config --$mode --token work
done
for mode in p11-kit nginx curl uninstall check; do
    apart --pin-source --$mode config --$mode --pin-source pin
done
never --pin-file config --pin-file pin
t 0 '^Usage' gt pin unlock --must-change --help

# What is empty, and what is most likely the next option.
t 2 '^gosttoken: --module is empty' gt --module '' list
t 2 '^gosttoken: --token is empty' gt list objects --token ''
t 2 '^gosttoken: --module is empty' gt config --module=
t 2 'needs its argument NAME, and --type follows' gt keygen --label --type gost2012_256 --pin-file pin
t 2 'given as --out=--force' gt export-pub --label x --out --force
t 2 'the label is empty' gt sign --label= --pin-file pin pin
make_key alice
t 0 '' gt export-pub --label alice --out=--force
is "a file of that name, if it is meant" -s ./--force

# A pipe that nobody writes into is not waited for; one that a shell makes is read.
mkfifo pipe
t 1 'pipe is a pipe, and a file is wanted' timeout 20 "$gosttoken" csr --label alice --params pipe
t 1 'pipe is a pipe' timeout 20 "$gosttoken" csr --label alice --subject CN=a --extensions-config pipe
t 1 'pipe is a pipe' timeout 20 "$gosttoken" config --check pipe
echo '{"Subject": "CN=Alice"}' >params.json
t 0 'BEGIN CERTIFICATE REQUEST' gt csr --label alice --pin-file pin --params <(cat params.json)
t 0 'BEGIN CERTIFICATE REQUEST' gt csr --label alice --pin-file pin --params /dev/stdin < <(cat params.json)
