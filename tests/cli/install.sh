#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cmake --install and the target uninstall, under DESTDIR: what goes where, and that it all goes again.
. "$(dirname "$0")/lib.sh"

manifest=$build/install_manifest.txt
[ -e "$manifest" ] && cp "$manifest" manifest.saved
restore() {
    rm -f "$manifest"
    [ ! -e manifest.saved ] || cp manifest.saved "$manifest"
}

cached() {
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}
modules=$(cached GOSTTOKEN_MODULES_DIR)
pkcs11=$(cached GOSTTOKEN_PKCS11_DIR)
p11kit=$(cached GOSTTOKEN_P11KIT_CONFIG_DIR)
prefix=$(cached CMAKE_INSTALL_PREFIX)
is "the directories are known" -n "$modules" -a -n "$pkcs11" -a -n "$p11kit"

export DESTDIR=$work/root
t 0 '' cmake --install "$build"
for f in "$modules/gosttoken.so" "$pkcs11/libgosttoken-pkcs11.so" "$p11kit/gosttoken.module" \
    "$prefix/bin/gosttoken" "$prefix/include/gosttoken/pkcs11-gost.h" \
    "$prefix/share/man/man1/gosttoken.1" "$prefix/share/man/man5/gosttoken.conf.5" \
    "$prefix/share/bash-completion/completions/gosttoken"; do
    is "$f is installed" -f "$DESTDIR$f"
done
is "and nothing else of libraries" "$(find "$DESTDIR" -name '*.a' | wc -l)" -eq 0
t 0 '^module: .*libgosttoken-pkcs11.so$' cat "$DESTDIR$p11kit/gosttoken.module"

# The program speaks of the installed place, without DESTDIR.
t 0 "^module = $modules/gosttoken.so$" "$DESTDIR$prefix/bin/gosttoken" config
t 0 "^module-path = $pkcs11/libgosttoken-pkcs11.so$" "$DESTDIR$prefix/bin/gosttoken" config
t 0 'factory|not-initialized' "$DESTDIR$prefix/bin/gosttoken" --module \
    "$DESTDIR$pkcs11/libgosttoken-pkcs11.so" list

t 0 '' cmake --build "$build" --target uninstall
is "nothing is left" "$(find "$DESTDIR" -type f -o -type l | wc -l)" -eq 0
t 0 '' cmake --build "$build" --target uninstall
rm -f "$manifest"
checks=$((checks + 1))
cmake --build "$build" --target uninstall >out 2>&1 && flaw "uninstalled what was not installed"
restore

# Another prefix moves what is relative to it.
t 0 '' cmake --install "$build" --prefix /opt/gosttoken
is "in the other prefix" -f "$DESTDIR/opt/gosttoken/bin/gosttoken"
is "where OpenSSL looks, still" -f "$DESTDIR$modules/gosttoken.so"
restore
