# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154  # tap_work comes from tap.sh
# A real nginx on a loopback port, for tests that need no machine; source after tap.sh.
#
# Provides: web_start FOLDER   serves it; sets $web_url. The same below /locked/ for the users in $tap_work/users, below /token/
#                              for the bearer t0ken; /elsewhere/ redirects to another host, which logs who came in $tap_work/saw.log
#           web_stop, web_again  connections break; it comes back on the same port

web_port=$((20000 + $$ % 20000))
web_url=http://127.0.0.1:$web_port
web_folder=

web_conf()
{
    cat <<CONF
daemon off;
pid $tap_work/nginx.pid;
error_log $tap_work/nginx.log;
user root;
worker_processes 1;
events { worker_connections 256; }
http {
    access_log $tap_work/access.log;
    log_format saw 'authorization "\$http_authorization"';
    client_body_temp_path $tap_work/nginx-body;
    proxy_temp_path $tap_work/nginx-proxy;
    fastcgi_temp_path $tap_work/nginx-fastcgi;
    uwsgi_temp_path $tap_work/nginx-uwsgi;
    scgi_temp_path $tap_work/nginx-scgi;
    sendfile on;
    keepalive_requests 100000;
    server {
        listen 127.0.0.1:$web_port;
        root $web_folder;
        location /reports/ { dav_methods PUT MKCOL; client_max_body_size 64m; }
        location /locked/ { auth_basic halcyon; auth_basic_user_file $tap_work/users; alias $web_folder/; }
        location /token/ { if (\$http_authorization != "Bearer t0ken") { return 401; } alias $web_folder/; }
        location /elsewhere/ { return 302 http://localhost:$web_port/saw/; }
        location /saw/ { access_log $tap_work/saw.log saw; return 404; }
    }
}
CONF
}

web_again()
{
    nginx -c "$tap_work/nginx.conf" -p "$tap_work" 2>>"$tap_work/nginx.log" &
    web_pid=$!
    for _ in $(seq 100); do
        curl -s -o /dev/null "$web_url/" && return 0
        kill -0 "$web_pid" 2>/dev/null || break
        read -r -t 0.05 <> <(:) || true
    done
    echo "# nginx does not answer on $web_url" >&2
    return 1
}

web_start()
{
    web_folder=$(realpath "$1")
    mkdir -p "$web_folder/reports"
    web_conf >"$tap_work/nginx.conf"
    at_end web_stop
    web_again
}

web_stop()
{
    [ -n "${web_pid:-}" ] || return 0
    kill "$web_pid" 2>/dev/null || true
    wait "$web_pid" 2>/dev/null || true
    web_pid=
}
