#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A large file is signed in constant memory, at the speed of its digest. GOSTTOKEN_BIG=1 takes the
# full size of 1 GiB; the file is sparse.
. "$(dirname "$0")/lib.sh"

size=128M
[ "${GOSTTOKEN_BIG:-0}" != 1 ] || size=1G
truncate -s "$size" large
new_token work
new_key work alice gost2012_256
self_signed work alice

# measured COMMAND...: sets rss (kB) and user (ms)
measured() {
    ok env "${preload[@]}" OPENSSL_CONF="$cnf" "$build/tests/rusage" "$openssl" "$@"
    rss=$(sed -n 's/^rusage: \([0-9]*\) kB.*/\1/p' "$out")
    user=$(sed -n 's/^rusage: .* \([0-9]*\) ms$/\1/p' "$out")
    holds "it was measured" -n "$rss"
}

measured dgst -md_gost12_256 large
digest=$user
for options in "" "-noattr" "-stream"; do
    # shellcheck disable=SC2086 # several words or none
    measured cms -sign $options -binary -in large -signer "$(cert work alice)" \
        -inkey "$(key work alice)" -outform DER -out large.p7s
    printf 'cms -sign %-8s %s: %d kB, user time %d ms = %d.%02d x its digest\n' "$options" \
        "$size" "$rss" "$user" $((user / digest)) $((user * 100 / digest % 100))
    holds "at most 20 MB: $rss kB" "$rss" -lt 20480
    # openssl puts the content in with -stream, and reads such a file whole.
    [ "$options" != -stream ] || continue
    measured cms -verify -binary -inform DER -in large.p7s -content large -CAfile alice.crt \
        -purpose any -out /dev/null
    printf 'cms -verify %-6s %s: %d kB, user time %d ms\n' "$options" "$size" "$rss" "$user"
    holds "at most 20 MB: $rss kB" "$rss" -lt 20480
done
