#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How programs live and die: fork, threads, exit with everything open, and another GOST engine in
# the same configuration.
. "$(dirname "$0")/lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    uri=$(key work "$type")
    # Built as our modules are, so nothing has to be preloaded here.
    for mode in fork fork-first threads; do
        ok env OPENSSL_CONF="$cnf" "$build/tests/life" "$mode" "$uri"
    done
    ok env OPENSSL_CONF="$cnf" ASAN_OPTIONS=detect_leaks=0 "$build/tests/life" exit "$uri"
    ok env OPENSSL_CONF="$cnf" "$build/tests/loadloop" "$cnf" "$uri" 10
done

# Another engine beside ours. The section that openssl_conf names gets a line more, before or
# after the line that activates our provider: the modules are loaded in the order of the lines.
if have_peer; then
    section=$(sed -n 's/^[[:space:]]*openssl_conf[[:space:]]*=[[:space:]]*\([^[:space:]#]*\).*/\1/p' "$cnf")
    tail -n +3 peer.cnf | sed -e 's/^engines = engines$//' -e 's/^\[engines\]/[other_engines]/' \
        -e 's/^gost = gost$/gost = other_gost/' -e 's/^\[gost\]/[other_gost]/' >other.part
    awk -v s="[$section]" '{ print }
        $0 ~ /^[[:space:]]*\[/ { line = $0; gsub(/[[:space:]]/, "", line)
                                 if (line == s) print "engines = other_engines" }' "$cnf" >engine-first.cnf
    awk -v s="[$section]" '{ line = $0; gsub(/[[:space:]]/, "", line) }
        within && line ~ /^\[/ { print "engines = other_engines"; within = 0 }
        { print }
        line == s { within = 1 }
        END { if (within) print "engines = other_engines" }' "$cnf" >engine-last.cnf
    for order in first last; do
        cat other.part >>"engine-$order.cnf"
        both=$work/engine-$order.cnf
        says 'gost' env OPENSSL_CONF="$both" "${preload[@]}" "$openssl" engine
        for type in gost2012_256 gost2012_512; do
            crt=$type.crt
            uri=$(key work "$type")
            run=(env OPENSSL_CONF="$both" "${preload[@]}" "$openssl")
            ok "${run[@]}" cms -sign -binary -in message -signer "$(cert work "$type")" \
                -inkey "$uri" -outform DER -out m.p7s
            ok "${run[@]}" cms -verify -binary -inform DER -in m.p7s -content message \
                -CAfile "$crt" -purpose any -out /dev/null
            refuses 'verif|digest|signature' "${run[@]}" cms -verify -binary -inform DER \
                -in m.p7s -content altered -CAfile "$crt" -purpose any -out /dev/null
            ok "${run[@]}" req -new -x509 -key "$uri" -subj /CN=both -out both.crt
            says ': OK' "${run[@]}" verify -check_ss_sig -CAfile both.crt both.crt
            ok "${run[@]}" dgst "-$(digest_of "$type")" -sign "$uri" -out sig message
            # The other engine's own keys go on working.
            md=$(digest_of "$type")
            ok "${run[@]}" genpkey -algorithm "$type" -pkeyopt paramset:A -out soft.pem
            ok "${run[@]}" dgst "-$md" -sign soft.pem -out sig message
            says 'Verified OK' "${run[@]}" dgst "-$md" -prverify soft.pem -signature sig message
            ok env OPENSSL_CONF="$both" ASAN_OPTIONS=detect_leaks=0 "$build/tests/life" threads "$uri"
        done
    done
fi

# The provider named by options alone, without any configuration.
run=(env OPENSSL_CONF=/dev/null "${preload[@]}" "$openssl")
module=(-provider-path "$build/lib" -provider gosttoken -provider default)
ok "${run[@]}" dgst "${module[@]}" -md_gost12_512 -sign "$uri" -out sig message
ok "${run[@]}" storeutl "${module[@]}" -noout 'pkcs11:token=work;type=cert'

# Two processes at once, many times.
pids=()
for n in 1 2 3 4 5 6 7 8; do
    ours dgst -md_gost12_512 -sign "$uri" -out "sig.$n" message >"par.$n" 2>&1 &
    pids+=($!)
done
for n in 1 2 3 4 5 6 7 8; do
    checks=$((checks + 1))
    if ! wait "${pids[$((n - 1))]}"; then
        cp "par.$n" "$out"
        flaw "one of eight processes at once failed"
    fi
done
ours pkey -in "$uri" -pubout -out pub.pem
for n in 1 2 3 4 5 6 7 8; do
    says 'Verified OK' ours dgst -md_gost12_512 -verify pub.pem -signature "sig.$n" message
done
