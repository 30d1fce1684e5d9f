# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# nginx in a directory of its own: its configuration's head, start, reload, graceful end.

need nginx curl
nginx_version=$(nginx -v 2>&1 | sed 's/.*nginx.//')

# The token's module wants a store of the user it runs as, in the master and in the workers: they are
# one user here (docs/nginx.md tells how that is done for a service).
nginx_user=
if [ "$(id -u)" -eq 0 ]; then
    nginx_user='user root;'
fi

# nginx_conf NAME WORKERS <SERVERS: writes NAME.conf.
nginx_conf() {
    local name=$1
    mkdir -p "$name.d"
    {
        cat <<END
$nginx_user
daemon on;
worker_processes $2;
pid $work/$name.pid;
error_log $work/$name.error;
env OPENSSL_CONF;
env GOSTTOKEN_DIR;
events { worker_connections 512; }
http {
    access_log $work/$name.access;
    client_body_temp_path $work/$name.d/body;
    proxy_temp_path $work/$name.d/proxy;
    fastcgi_temp_path $work/$name.d/fastcgi;
    uwsgi_temp_path $work/$name.d/uwsgi;
    scgi_temp_path $work/$name.d/scgi;
    # Every request is a handshake of its own, and a full one.
    keepalive_timeout 0;
    ssl_session_cache off;
    ssl_session_tickets off;
    ssl_protocols TLSv1.2;
END
        cat
        echo '}'
    } >"$name.conf"
}

nginx_run() {
    local name=$1
    shift
    nginx -e "$work/$name.error" -c "$work/$name.conf" "$@"
}

# nginx_start NAME
nginx_start() {
    must nginx_run "$1" -t
    must nginx_run "$1"
    until_true test -s "$1.pid" || true
    nginx_master=$(cat "$1.pid")
    running+=("$nginx_master")
}

workers() {
    ps -o pid= --ppid "$nginx_master" | sort -n | tr -d ' '
}

# nginx_stop NAME: it goes when it is asked to, all of it.
nginx_stop() {
    local all pid
    all="$nginx_master $(workers | tr '\n' ' ')"
    ok nginx_run "$1" -s quit
    for pid in $all; do
        holds "nginx leaves no process" "$(until_true gone "$pid" && echo gone)" = gone
    done
    nginx_quiet "$1"
}

# nginx_quiet NAME: nothing worse than a refused client stands in its log.
nginx_quiet() {
    checks=$((checks + 1))
    if grep -E '\[(alert|crit|emerg)\]|exited on signal' "$1.error" >"$out"; then
        flaw "nginx complains"
    fi
    clean cat "$1.error"
}
