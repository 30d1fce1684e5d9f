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

# server PORT CERTIFICATE KEY SUITES VERIFY
server() {
    cat <<END
    server {
        listen 127.0.0.1:$1 ssl;
        ssl_certificate $work/$2;
        ssl_certificate_key "$3";
        ssl_ciphers $4;
        ssl_client_certificate $work/ca.crt;
        ssl_verify_client $5;
        location / { return 200 "\$ssl_cipher \$ssl_client_verify \$ssl_client_s_dn\n"; }
    }
END
}

# get CA PORT CURL-OPTION...
get() {
    curl -sS --cacert "$1" --max-time 120 "${@:3}" "https://localhost:$2/"
}

# nginx_conf NAME WORKERS <SERVERS: writes NAME.conf.
nginx_conf() {
    local name=$1
    echo "$2" >"$name.workers"
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

# nginx_start NAME: returns when its workers are there; the master writes its number before it starts them.
nginx_start() {
    must nginx_run "$1" -t
    must nginx_run "$1"
    until_true test -s "$1.pid" || true
    nginx_master=$(cat "$1.pid")
    running+=("$nginx_master")
    until_true has_workers "$(cat "$1.workers")" || true
}

workers() {
    ps -o pid= --ppid "$nginx_master" | sort -n | tr -d ' '
}

has_workers() {
    [ "$(workers | wc -l)" -eq "$1" ]
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

# many COUNT PORT CA ARGUMENT...: requests of four clients at once, and a reload among them.
many() {
    local count=$1 pids=() n before
    before=$(workers)
    for n in 1 2 3 4; do
        curl -sS --cacert "$3" --max-time 90 "${@:4}" "https://localhost:$2/[1-$((count / 4))]" \
            >"many.$n" 2>"many.$n.err" &
        pids+=($!)
    done
    sleep 1
    ok nginx_run main -s reload
    for n in 1 2 3 4; do
        checks=$((checks + 1))
        if ! wait "${pids[n - 1]}"; then
            sort "many.$n.err" | uniq -c | head >"$out"
            flaw "requests failed"
        fi
    done
    holds "every request was answered" "$(cat many.? | grep -c SUCCESS)" -eq "$count"
    for n in $before; do
        holds "the workers of before the reload are gone" "$(until_true gone "$n" && echo gone)" = gone
    done
    holds "four workers again" "$(workers | wc -l)" -eq 4
}
