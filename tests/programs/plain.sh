#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that know nothing of us, in C and in Python, and work because openssl.cnf says so. Their
# key is a file; that there is a URI in it they do not know.
. "$(dirname "$0")/lib.sh"
need python3
plain=$build/tests/plain
in_python() {
    env "${preload[@]}" "$python" "$programs/plain.py" "$@"
}

make_pki
make_rsa
stub gost2012_256 "$(key cli client)" client.key
stub gost2012_512 "$(key srv server512)" server512.key
ports 4
gost=${suites[0]}

background rsa ours s_server -accept "${port[0]}" -www -cert rsa.crt -key rsa.key -CAfile ca.crt \
    -Verify 2 -verify_return_error
listening "${port[0]}"
if have_suites; then
    background gost ours s_server -accept "${port[1]}" -www -cert server.crt \
        -key "$(key srv server)" -CAfile ca.crt -Verify 2 -verify_return_error
    listening "${port[1]}"
fi

# libssl_of PYTHON: the one it has must be the one we are made for.
python=$(command -v /usr/bin/python3 python3 | head -n 1)
env OPENSSL_CONF=/dev/null "$python" -c 'import ssl; assert ssl.OPENSSL_VERSION_INFO >= (3, 0)' || skip "this Python has another OpenSSL"

begin "C program: client with a GOST certificate, AES suites"
says 'CN *= *client' "$plain" connect "${port[0]}" rsa.crt client.crt client.key
refuses '.' "$plain" connect "${port[0]}" ca.crt client.crt client.key
end
begin "Python ssl: client with a GOST certificate, AES suites"
says 'CN *= *client' in_python connect "${port[0]}" rsa.crt client.crt client.key
end

if have_suites; then
    begin "C program: client, GOST suites"
    says "^TLSv1.2 GOST2012-" "$plain" connect "${port[1]}" ca.crt client.crt client.key
    also 'CN *= *client'
    end
    begin "Python ssl: client, GOST suites"
    says "^TLSv1.2 $gost" in_python connect "${port[1]}" ca.crt client.crt \
        client.key "$gost"
    also 'CN *= *client'
    end "the program names the suites"

    begin "C program: server, GOST suites"
    background serve "$plain" serve "${port[2]}" ca.crt server512.crt server512.key
    until_true grep -q ready serve.log || true
    says 'GOST2012-.*/CN=client' "$plain" connect "${port[2]}" ca.crt client.crt client.key
    end
    begin "Python ssl: server, GOST suites"
    background serve-py env "${preload[@]}" "$python" "$programs/plain.py" serve "${port[3]}" ca.crt server512.crt \
        server512.key "$gost"
    listening "${port[3]}"
    says "$gost .*client" "$plain" connect "${port[3]}" ca.crt client.crt client.key
    end "the program names the suites"
else
    for what in "C program: client" "Python ssl: client" "C program: server" "Python ssl: server"; do
        begin "$what, GOST suites"
        line no
    done
fi
