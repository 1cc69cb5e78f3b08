# Start a web server on the example of etc/ that is meant for it.
# Load after helper.bash.
#
#   web_init          a folder $WEB with an instance: CONF TOKEN
#   web_start NAME    lighttpd-fastcgi lighttpd-cgi apache-fcgid apache-cgid
#                     nginx htaccess; sets URL
#   web_stop          stops it; fails if a program of it is left
#
# With WEB_HTTP2=yes the server speaks HTTP/2 without TLS, as lighttpd does by
# itself, and is asked by it.
#
# None of them needs root.  Where the tests run as root, the servers run as
# nobody, for Apache refuses to start programs as root; $WEB is theirs, and
# holds a copy of the program, for the build may lie where nobody may not look.
#
# Names come from helper.bash, and go to the tests.
# shellcheck disable=SC2034,SC2154

as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		exec setpriv --reuid="$(id -u nobody)" \
		    --regid="$(id -g nobody)" --clear-groups -- "$@"
	fi
	exec "$@"
}

# Not in $BATS_TEST_TMPDIR, which is root's alone, and whose path may be too
# long for a socket.
web_init() {
	WEB=$(mktemp -d "${TMPDIR:-/tmp}/mh-web.XXXXXX")
	WEB_PIDS=()
	"$MINUTEHAND" init --json "$WEB/instance" >"$BATS_TEST_TMPDIR/init.json"
	CONF=$WEB/instance/minutehand.conf
	TOKEN=$(jq -r .token "$BATS_TEST_TMPDIR/init.json")
	printf 'timezone = "Asia/Shanghai"\n' >>"$CONF"
	cp "$FCGI" "$WEB/minutehand.fcgi"
	web_own
}

web_own() {
	[ "$(id -u)" -ne 0 ] || chown -R "$(id -u nobody):$(id -g nobody)" "$WEB"
}

# web_conf EXAMPLE: the file with the words between @ signs filled in.
web_conf() {
	sed -e "s|@PORT@|$WEB_PORT|g" -e "s|@DIR@|$WEB|g" \
	    -e "s|@FCGI@|$WEB/minutehand.fcgi|g" -e "s|@CONF@|$CONF|g" \
	    ${WEB_HTTP2:+-e "$web_http2"} "$1"
}

# Apache and nginx have to be told.
web_http2='s|^Listen .*|&\
LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so\
Protocols h2c http/1.1|
s|listen 127[0-9.:]*|& http2|'

# The web space of someone whose host allows .htaccess files.
web_space() {
	mkdir -p "$WEB/space/mh"
	cp "$FCGI" "$WEB/space/minutehand.cgi"
	cp "$FCGI" "$WEB/space/mh/minutehand.cgi"
	web_conf "$abs_top_srcdir/etc/htaccess.example" >"$WEB/space/.htaccess"
	cp "$WEB/space/.htaccess" "$WEB/space/mh/.htaccess"
	echo 'hello' >"$WEB/space/page.html"
}

# In the background: as_user replaces the subshell, so $! is the server.
web_run() {
	as_user "$@" >>"$WEB/output" 2>&1 3>&- &
	WEB_PIDS+=($!)
}

# Programs for nginx: spawn-fcgi itself ends once they run.
web_spawn() {
	local pids
	rm -f "$WEB/minutehand.pid"
	(as_user spawn-fcgi -F 4 -P "$WEB/minutehand.pid" \
	    -s "$WEB/minutehand.sock" -M 0600 -- \
	    "$WEB/minutehand.fcgi" -c "$CONF") >>"$WEB/output" 2>&1 3>&- ||
	    return
	mapfile -t pids < <(tr ' ' '\n' <"$WEB/minutehand.pid")
	WEB_PIDS+=("${pids[@]}")
	[ "${#pids[@]}" -eq 4 ]
}

web_launch() {
	local conf=$WEB/server.conf etc=$abs_top_srcdir/etc
	case $1 in
	lighttpd-*)
		web_conf "$etc/$1.conf" >"$conf"
		web_run lighttpd -D -f "$conf"
		;;
	apache-*)
		web_conf "$etc/$1.conf" >"$conf"
		web_run apache2 -D FOREGROUND -f "$conf"
		;;
	htaccess)
		web_conf "$abs_top_srcdir/tests/support/shared-host.conf" >"$conf"
		[ -z "${web_plain-}" ] || sed -i '/rewrite_module/d' "$conf"
		web_space
		web_own
		web_run apache2 -D FOREGROUND -f "$conf"
		;;
	nginx)
		web_conf "$etc/nginx.conf" >"$conf"
		rm -f "$WEB/minutehand.sock"
		web_spawn || return 1
		web_run nginx -p "$WEB" -e "$WEB/nginx.log" -c "$conf"
		;;
	*)
		echo "no server $1"
		return 1
		;;
	esac
}

# Only the instance of this test knows its token: an answer is not another's.
web_is_ours() {
	[ "$(api GET "${web_plain:+/minutehand.cgi}/funboost/get_all_queues" \
	    --max-time 5 -o /dev/null ${WEB_HTTP2:+--http2-prior-knowledge} \
	    -w '%{http_code}' 2>/dev/null)" = 200 ]
}

# Until it answers; 2 when it has ended.
web_await() {
	local end=$((SECONDS + 20)) pid
	while [ "$SECONDS" -lt "$end" ]; do
		if web_is_ours; then return 0; fi
		for pid in "${WEB_PIDS[@]}"; do
			is_running "$pid" || return 2
		done
		sleep 0.1
	done
	return 1
}

web_start() {
	for _ in 1 2 3; do
		WEB_PORT=$(free_port)
		URL=http://127.0.0.1:$WEB_PORT
		if web_launch "$1" && web_await; then
			return 0
		fi
		web_halt
	done
	web_log
	return 1
}

# What there is to read about a failure.
web_log() {
	tail -n 20 "$WEB/output" "$WEB"/*.log
}

web_halt() {
	local pid
	for pid in "${WEB_PIDS[@]}"; do
		stop_pid "$pid"
	done
	WEB_PIDS=()
}

web_none_left() {
	[ -z "$(pids_of "$WEB/minutehand.fcgi")" ]
}

web_stop() {
	local status=0 pid
	[ -n "${WEB-}" ] || return 0
	web_halt
	if ! wait_for 20 web_none_left; then
		echo "left running: $(pids_of "$WEB/minutehand.fcgi")"
		for pid in $(pids_of "$WEB/minutehand.fcgi"); do
			stop_pid "$pid"
		done
		status=1
	fi
	rm -rf "$WEB"
	return "$status"
}
