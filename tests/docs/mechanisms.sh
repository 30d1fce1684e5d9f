#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every mechanism and every extended function of the module stands in docs/pkcs11.md.
#   mechanisms.sh SOURCE_DIR
set -euo pipefail
cd "$1"
missing=0 seen=0
for name in $(grep -ho '{CKM_[A-Za-z0-9_]*' token/mechs_*.c | tr -d '{' | grep -v '_HMAC_GENERAL$' | sort -u) \
    $(grep -o 'C_EX_[A-Za-z0-9]*' token/lists.c | grep -v GetFunctionListExtended | sort -u); do
    seen=$((seen + 1))
    case $name in
    CKM_MD5_HMAC | CKM_SHA*_HMAC) continue ;; # "and their _HMAC"
    esac
    grep -q "\`$name\`" docs/pkcs11.md || { echo "docs/pkcs11.md lacks $name"; missing=1; }
done
for name in $(grep -o 'NOT_SUPPORTED(C_EX_[A-Za-z0-9]*' token/api_unsupported.c | cut -d'(' -f2); do
    grep 'CKR_FUNCTION_NOT_SUPPORTED' docs/pkcs11.md | grep "\`$name\`" >/dev/null ||
        { echo "docs/pkcs11.md does not say that $name is not supported"; missing=1; }
done
[ $seen -gt 100 ] || { echo "only $seen names found"; missing=1; }
exit $missing
