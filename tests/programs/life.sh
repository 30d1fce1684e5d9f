#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A process that signs ten thousand times keeps no file, session or memory for it.
. "$(dirname "$0")/lib.sh"
[ "$mode" = hybrid ] || skip "one mode is enough"

make_pki
begin "C program: 10,000 signatures by one process leave no file, session or memory behind"
says 'sessions' "$build/tests/many" 10000 "$(key cli client)" "$build/lib/libgosttoken-pkcs11.so"
cat "$out"
says 'sessions' "$build/tests/many" 1000 "$(key cli client512)" "$build/lib/libgosttoken-pkcs11.so"
end
