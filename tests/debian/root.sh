# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A bare Debian in a directory of its own, made by debootstrap. To be sourced; needs root and
# debootstrap. The roots are kept in $cache; a pristine copy of each beside it saves the next one
# the download.
#
#   debian_possible            is it? else prints why not
#   debian_alone               waits until no other run has the roots in $cache
#   debian_make SUITE ROOT     makes it, if it is not there; exits 77 (skipped) if the archive
#                              cannot be had
#   debian_mount ROOT          /proc, /dev: to be undone by debian_unmount ROOT
#   debian_enter ROOT CMD...   runs a command inside
#   debian_again ROOT CMD...   one that needs the archive: three times at most
#   debian_update ROOT         apt-get update inside

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

# The lock is descriptor 9. What runs inside does not get it: a daemon would keep the lock.
debian_alone() {
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -n 9 && return 0
    echo "waiting for another run that uses $cache"
    flock 9
}

# A mirror may be away for a moment, which debootstrap does not always outlive.
debian_bootstrap() {
    local suite=$1 root=$2 archive=$3 try
    for try in 1 2 3; do
        [ "$try" = 1 ] || sleep 15
        debian_unmount "$root"
        rm -rf --one-file-system "$root"
        mkdir -p "$root"
        debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$root" "$archive" \
            9>&- >"$cache/debootstrap.log" 2>&1 && return 0
    done
    return 1
}

debian_make() {
    local suite=$1 root=$2 archive security pristine=$cache/$1.tar
    [ ! -e "$root/.complete" ] || return 0
    archive=$(debian_mirrors | grep -E '/debian/?$' | head -n 1)
    security=$(debian_mirrors | grep -E 'debian-security/?$' | head -n 1 || true)
    if [ -e "$pristine" ]; then
        debian_unmount "$root"
        rm -rf --one-file-system "$root"
        mkdir -p "$root"
        tar -C "$root" --numeric-owner -xf "$pristine"
    else
        debian_bootstrap "$suite" "$root" "$archive" || {
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
    debian_unmount "$1" # of a run that was killed
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    mount --make-private "$1/dev" # or what is mounted below it appears in the machine's own /dev
    mkdir -p "$1/dev/pts" "$1/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts" || true
    mount -t tmpfs tmpfs "$1/dev/shm"
}

debian_unmount() {
    local where
    for where in dev/shm dev/pts dev sys proc; do
        while mountpoint -q "$1/$where" && umount -l "$1/$where"; do :; done
    done
    return 0
}

debian_enter() {
    local root=$1
    shift
    chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@" 9>&-
}

# A run that was killed may have left dpkg half way, too.
debian_again() {
    local root=$1 try
    shift
    for try in 1 2 3; do
        if [ "$try" != 1 ]; then
            echo "once more: $*"
            sleep 15
            debian_enter "$root" dpkg --configure -a || true
        fi
        debian_enter "$root" "$@" && return 0
    done
    return 1
}

debian_update() {
    # Lists that could not be fetched are an error, or a package seems not to exist.
    debian_again "$1" apt-get -o APT::Update::Error-Mode=any update -qq
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
