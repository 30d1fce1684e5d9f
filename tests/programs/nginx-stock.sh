#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nginx as Debian ships it: its own nginx.conf, the master as root and the workers as www-data, and
# the store theirs (root may use anybody's). All in a prefix of this test's own; nothing is changed in
# nginx.conf but where the prefix is: a site and one line in modules-enabled are added, as an
# administrator would.
. "$(dirname "$0")/lib.sh"
. "$programs/nginx-lib.sh"
[ "$(id -u)" -eq 0 ] || skip "only root can start workers of another user"
[ -f /etc/nginx/nginx.conf ] && id www-data >/dev/null 2>&1 || skip "this is not Debian's nginx"
have_suites || skip "no GOST suites"

make_pki
stub gost2012_256 "$(key cli client)" client.key
mutual=(--cert client.crt --key client.key)
ports 1
gost=${suites[0]}

# The prefix, world-readable as / is; the client's token stays where it was.
site=$work/site
chmod 711 "$work"
mkdir -p "$site"/{etc,run,var/log/nginx,var/lib/nginx,var/lib/gosttoken}
cp -rL /etc/nginx "$site/etc/nginx"
rm -f "$site"/etc/nginx/sites-enabled/* "$site"/etc/nginx/conf.d/* "$site"/etc/nginx/modules-enabled/*
sed -i -E "s,([ \t])/(etc|run|var)/,\1$site/\2/,g" "$site/etc/nginx/nginx.conf"
mv "$GOSTTOKEN_DIR" "$site/var/lib/gosttoken/tokens"
mkdir -m 700 "$GOSTTOKEN_DIR"
cp -p "$site"/var/lib/gosttoken/tokens/* "$GOSTTOKEN_DIR"
cp "$work/pin" "$site/etc/nginx/pin"
chown -R www-data: "$site/var/lib/gosttoken" "$site/etc/nginx/pin"
chmod 600 "$site/etc/nginx/pin"
echo "store = $site/var/lib/gosttoken/tokens" >"$site/etc/gosttoken.conf"
"$gosttoken" config --pin-source "$site/etc/nginx/pin" >"$site/etc/openssl.cnf"
printf 'env %s;\n' OPENSSL_CONF GOSTTOKEN_CONF >"$site/etc/nginx/modules-enabled/90-gosttoken.conf"
{
    server "${port[0]}" server.crt "engine:gosttoken:$(key srv server)" "$gost" on
    # Where a request's time goes is not asked here; each is a full handshake.
    echo "keepalive_timeout 0; ssl_session_cache off; ssl_session_tickets off;"
} >"$site/etc/nginx/sites-enabled/gost"
# The certificates have their place there too.
cp server.crt ca.crt "$site/etc/nginx/"
sed -i "s,$work/\(server\|ca\)\.crt,$site/etc/nginx/\1.crt," "$site/etc/nginx/sites-enabled/gost"

# As nginx.service starts it, but for the prefix and the number of workers, which is the machine's.
nginx_run() {
    shift
    env -u GOSTTOKEN_DIR OPENSSL_CONF="$site/etc/openssl.cnf" GOSTTOKEN_CONF="$site/etc/gosttoken.conf" \
        nginx -p "$site" -e "$site/var/log/nginx/error.log" -c "$site/etc/nginx/nginx.conf" \
        -g 'daemon on; master_process on;' "$@"
}
sed -i 's/^worker_processes .*/worker_processes 4;/' "$site/etc/nginx/nginx.conf"
echo 4 >main.workers
ln -s "$site/run/nginx.pid" main.pid
ln -s "$site/var/log/nginx/error.log" main.error

begin "nginx: as Debian ships it, root and www-data, 4 workers, clients' certificates required"
nginx_start main
holds "there are four workers" "$(workers | wc -l)" -eq 4
holds "the master is root" "$(ps -o user= -p "$nginx_master")" = root
for n in $(workers); do
    holds "a worker is www-data" "$(ps -o user= -p "$n")" = www-data
done
says "$gost SUCCESS CN=client" get ca.crt "${port[0]}" "${mutual[@]}"
says '400 No required SSL certificate' get ca.crt "${port[0]}"
many 1000 "${port[0]}" ca.crt "${mutual[@]}"
for n in $(workers); do
    holds "a worker is www-data" "$(ps -o user= -p "$n")" = www-data
done
# The service is stopped and comes back; what root and www-data wrote they can both read.
nginx_stop main
holds "nothing in the store is root's" -z "$(find "$site/var/lib/gosttoken" ! -user www-data)"
nginx_start main
says "$gost SUCCESS CN=client" get ca.crt "${port[0]}" "${mutual[@]}"
nginx_stop main
end "1,000 handshakes, reloaded meanwhile (nginx $nginx_version)"
