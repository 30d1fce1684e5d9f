# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The Debian packages this project needs, and install_packages, which installs them. To be sourced
# by bash: ./quickstart, ./run-tests and .ci/run do. Debian 12 and 13 are the ones it is tried on.
#
#   install_packages build    what building and the quick start need
#   install_packages test     that, and what the tests need
#
# In the lists "a|b" is a if the distribution has it, else b; "?a" is left out where the
# distribution has no such package (the tests that use it skip themselves).

# libc6-dev is named because gcc only recommends it.
packages_build=(
    cmake ninja-build gcc libc6-dev "pkgconf|pkg-config"
    libssl-dev libp11-kit-dev libsqlite3-dev libargon2-dev libcjson-dev
    gettext openssl
)

# The peers (softhsm2, gost-engine, nettle, libgcrypt, libp11) are oracles and clients in the tests
# and in the benchmarks; nothing that is installed uses them.
packages_test=(
    libcmocka-dev opensc softhsm2 nettle-dev libgcrypt20-dev
    valgrind libc6-dbg expect python3 p11-kit gnutls-bin groff-base
    "?libengine-gost-openssl" libp11-dev "?libengine-pkcs11-openssl"
    clang clang-format
    nginx curl wrk procps locales gdb jq
    debootstrap dpkg-dev debhelper lintian "?rpm"
)

# Packages that bring a service which must not run for having been needed in a test.
packages_service=(nginx)

# Is this package installed?
package_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Has apt a version of this package to install?
package_known() {
    apt-cache policy "$1" 2>/dev/null | grep '^ *Candidate: [^(]' >/dev/null
}

# Puts what is missing of the list entries given into the array `packages_missing`, and returns 1
# if apt does not know one that is needed (its lists may be old or not there at all).
find_missing_packages() {
    local entry name first unknown=0
    packages_missing=()
    for entry in "$@"; do
        local optional=0
        if [ "${entry#\?}" != "$entry" ]; then
            optional=1
            entry=${entry#\?}
        fi
        first=
        local choice=() installed=0
        IFS='|' read -r -a choice <<<"$entry"
        for name in "${choice[@]}"; do
            if package_installed "$name"; then
                installed=1
                break
            fi
        done
        [ $installed = 1 ] && continue
        for name in "${choice[@]}"; do
            if package_known "$name"; then
                first=$name
                break
            fi
        done
        if [ -n "$first" ]; then
            packages_missing+=("$first")
        elif [ $optional = 0 ]; then
            packages_missing+=("${choice[0]}")
            unknown=1
        else
            packages_unknown+=("$entry")
        fi
    done
    return $unknown
}

# On a machine that has just started another apt may be at work: dpkg's lock is waited for.
apt_get() {
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}

# Lists that could not be fetched are an error (apt would go on with what it has), and a reason to
# try again, as is the lock on the lists, which apt does not wait for.
apt_update() {
    local try
    for try in 1 2 3; do
        apt_get -o APT::Update::Error-Mode=any update && return 0
        [ "$try" = 3 ] || sleep $((10 * try))
    done
    return 1
}

# apt_install PACKAGE...: without starting, now or at the next boot, a service that comes with one.
apt_install() {
    local policy=/usr/sbin/policy-rc.d status=0 made=0 new=() name
    for name in "${packages_service[@]}"; do
        [[ " $* " != *" $name "* ]] || new+=("$name")
    done
    if [ ${#new[@]} -gt 0 ] && [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee $policy >/dev/null
        "${sudo[@]}" chmod 755 $policy
        made=1
    fi
    apt_get -y --no-install-recommends install "$@" || status=$?
    [ $made = 0 ] || "${sudo[@]}" rm -f $policy
    if [ ${#new[@]} -gt 0 ] && [ $status = 0 ] && [ -d /run/systemd/system ]; then
        "${sudo[@]}" systemctl disable "${new[@]}" || true
    fi
    return $status
}

# install_packages build|test
install_packages() {
    local wanted=("${packages_build[@]}") sudo=() packages_missing=() packages_unknown=() try
    [ "$1" = test ] && wanted+=("${packages_test[@]}")

    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "This is not a Debian system: install what packaging/packages.sh lists by hand." >&2
        return 0
    fi
    local lists_old=0
    find_missing_packages "${wanted[@]}" || lists_old=1
    if [ ${#packages_missing[@]} = 0 ] && [ ${#packages_unknown[@]} = 0 ]; then
        return 0
    fi

    if [ "$(id -u)" != 0 ]; then
        # Without a terminal sudo must not wait for a password.
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            sudo=(sudo)
        elif [ ${#packages_missing[@]} = 0 ]; then
            return 0
        else
            echo "These packages are missing, and installing them needs root or sudo:" >&2
            echo "    apt-get install ${packages_missing[*]}" >&2
            return 1
        fi
    fi

    if [ $lists_old = 1 ]; then
        apt_update || echo "apt-get update failed; going on with the lists that are there" >&2
        packages_unknown=()
        find_missing_packages "${wanted[@]}" || true # apt-get below names what it cannot find
    fi
    # What is optional and not known even to fresh lists does not exist here.
    [ ${#packages_missing[@]} = 0 ] && return 0
    for try in 1 2 3; do
        apt_install "${packages_missing[@]}" && return 0
        # The lists may name versions that the mirror has dropped since, or it is away for a moment.
        [ "$try" = 3 ] || apt_update || sleep 10
    done
    return 1
}
