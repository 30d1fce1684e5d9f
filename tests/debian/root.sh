# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A bare Debian in a directory of its own, made by debootstrap. To be sourced; needs root and
# debootstrap. The roots are kept in $cache; a pristine copy of each beside it saves the next one
# the download.
#
#   debian_possible            is it? else prints why not
#   debian_make SUITE ROOT     makes it, if it is not there; exits 77 (skipped) if the archive
#                              cannot be had
#   debian_mount ROOT          /proc, /dev: to be undone by debian_unmount ROOT
#   debian_enter ROOT CMD...   runs a command inside

cache=${GOSTTOKEN_TEST_CACHE:-/var/cache/gosttoken-test}

# The machine's own Debian mirrors, whichever of the two forms its source lists have.
debian_mirrors() {
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
        /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
        awk '/^URIs:/ { for (i = 2; i <= NF; i++) print $i }
             /^deb[[:space:]]/ { for (i = 2; i <= NF; i++) if ($i ~ /:\//) print $i }' |
        sort -u
}

debian_possible() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "needs root"
    elif ! command -v debootstrap >/dev/null; then
        echo "debootstrap is not installed"
    elif [ -z "$(debian_mirrors | grep -E '/debian/?$' | head -n 1)" ]; then
        echo "no Debian archive in /etc/apt"
    elif ! unshare --mount mount -t tmpfs tmpfs /mnt 2>/dev/null; then
        echo "this root may not mount"
    else
        return 0
    fi
    return 1
}

debian_make() {
    local suite=$1 root=$2 archive security pristine=$cache/$1.tar
    [ ! -e "$root/.complete" ] || return 0
    archive=$(debian_mirrors | grep -E '/debian/?$' | head -n 1)
    security=$(debian_mirrors | grep -E 'debian-security/?$' | head -n 1 || true)
    rm -rf --one-file-system "$root"
    mkdir -p "$root"
    if [ -e "$pristine" ]; then
        tar -C "$root" --numeric-owner -xf "$pristine"
    else
        debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$root" "$archive" \
            >"$cache/debootstrap.log" 2>&1 || {
            tail "$cache/debootstrap.log"
            echo "skipped: debootstrap cannot make a root of $suite here" >&2
            exit 77
        }
        rm -f "$root"/var/cache/apt/archives/*.deb
        tar -C "$root" --numeric-owner --one-file-system -cf "$pristine.new" .
        mv "$pristine.new" "$pristine"
    fi
    {
        echo "deb $archive $suite main"
        [ -z "$security" ] || echo "deb $security $suite-security main"
    } >"$root/etc/apt/sources.list"
    # How this machine reaches its mirrors: proxies, checks, names.
    apt-config dump | grep -Ei '^Acquire::(https?|Check|Retries)' \
        >"$root/etc/apt/apt.conf.d/00outside" || true
    cp /etc/hosts /etc/resolv.conf "$root/etc/"
    touch "$root/.complete"
}

debian_mount() {
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    mkdir -p "$1/dev/pts" "$1/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts" || true
    mount -t tmpfs tmpfs "$1/dev/shm"
}

debian_unmount() {
    local where
    for where in dev/shm dev/pts dev proc; do
        mountpoint -q "$1/$where" && umount -l "$1/$where"
    done
    return 0
}

debian_enter() {
    local root=$1
    shift
    chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# debian_tree TOP ROOT: a clean clone of the tree as ROOT/src, and never the build trees;
# GOSTTOKEN_TEST_TREE=work takes what is not committed too.
debian_tree() {
    rm -rf "$2/src"
    if [ "${GOSTTOKEN_TEST_TREE:-}" = work ]; then
        mkdir "$2/src"
        (cd "$1" && git ls-files -z --cached --others --exclude-standard |
            tar --null --ignore-failed-read -T - -cf -) | tar -C "$2/src" -xf -
    else
        git clone --quiet --no-hardlinks "$1" "$2/src"
    fi
}
