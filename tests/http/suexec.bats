#!/usr/bin/env bats
# A real suEXEC: Apache is started by root, as hosts do, in mount namespaces of
# its own with a user and a document root of the test, and runs the program as
# that user, without MINUTEHAND_CONF and HOME.
# Names come from helper.bash, and go to webserver.bash.
# shellcheck disable=SC2034,SC2153,SC2154

SUEXEC=/usr/lib/apache2/suexec-custom

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	[ "$(id -u)" -eq 0 ] || skip "needs root, as suEXEC does"
	unshare -m true || skip "no mount namespaces here"
	[ -x "$SUEXEC" ]
	WEB=$(mktemp -d /tmp/mh-suexec.XXXXXX)
	WEB_PIDS=()
	mkdir "$WEB/home" "$WEB/www" "$WEB/apache"
	chmod 755 "$WEB" "$WEB/home" "$WEB/www"
	sed '/^mhowner:/d' /etc/passwd >"$WEB/passwd"
	echo "mhowner:x:23451:23451::$WEB/home:/bin/sh" >>"$WEB/passwd"
	sed '/^mhowner:/d' /etc/group >"$WEB/group"
	echo 'mhowner:x:23451:' >>"$WEB/group"
	printf '%s\n' "$WEB/www" public_html/cgi-bin >"$WEB/suexec"
	cp "$MINUTEHAND" "$TICKER" "$WEB/home"
	chown -R 23451:23451 "$WEB/home" "$WEB/www"
	MINUTEHAND=$WEB/home/minutehand
	owner "$MINUTEHAND" init --json >"$BATS_TEST_TMPDIR/init.json"
	TOKEN=$(jq -r .token "$BATS_TEST_TMPDIR/init.json")
	CONF=$WEB/home/.minutehand/minutehand.conf
	echo 'memory_store = ""' >>"$CONF"
}

teardown() {
	local pid
	for pid in "${WEB_PIDS[@]}"; do
		stop_pid "$pid"
	done
	rm -rf "${WEB:-/nonexistent/x}"
}

owner() {
	setpriv --reuid=23451 --regid=23451 --clear-groups \
	    env -u MINUTEHAND_CONF HOME="$WEB/home" "$@"
}

# A command that sees the test's user and suEXEC's settings.
namespace() {
	# shellcheck disable=SC2016 # for an inner shell
	exec unshare -m bash -ec '
	    mount --bind "$1/passwd" /etc/passwd
	    mount --bind "$1/group" /etc/group
	    mount --bind "$1/suexec" /etc/apache2/suexec/www-data
	    mount --bind /usr/lib/apache2/suexec-custom \
		"$(readlink -f /usr/lib/apache2/suexec)"
	    mount -t tmpfs none /var/log
	    mkdir /var/log/apache2
	    shift
	    exec "$@"' - "$WEB" "$@"
}

# apache CONF: with "sub/dir" of the example's words filled in.
apache() {
	for _ in 1 2 3; do
		WEB_PORT=$(free_port)
		URL=http://127.0.0.1:$WEB_PORT
		sed -e "s|@PORT@|$WEB_PORT|g" -e "s|@DIR@/space|$WEB/www|g" \
		    -e "s|@DIR@|$WEB/apache|g" -e "s|@USER@|mhowner|g" \
		    -e "s|@GROUP@|mhowner|g" -e "s|@CONF@|$CONF|g" \
		    -e "s|@FCGI@|$WEB/www/minutehand.fcgi|g" "$1" \
		    >"$WEB/server.conf"
		namespace apache2 -D FOREGROUND -f "$WEB/server.conf" \
		    >>"$WEB/output" 2>&1 3>&- &
		WEB_PIDS=($!)
		if wait_for 20 is_up; then return 0; fi
		stop_pid "${WEB_PIDS[0]}"
	done
	cat "$WEB/output" "$WEB"/apache/*.log
	return 1
}

is_up() {
	[ -n "$(web -o /dev/null -w '%{http_code}' "$URL/" 2>/dev/null)" ] &&
	    [ "$(web -o /dev/null -w '%{http_code}' "$URL/" 2>/dev/null)" != 000 ]
}

# program NAME: a copy of ours for suEXEC to run.
program() {
	cp "$FCGI" "$WEB/www/$1"
	chown 23451:23451 "$WEB/www/$1"
	chmod 755 "$WEB/www/$1"
}

added() {
	api POST "$1/funboost/add_timing_job" -H 'Content-Type: application/json' \
	    -d '{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"j","replace_existing":true}'
}

@test "the example: the program runs as the owner, and finds the configuration" {
	program minutehand.fcgi
	apache "$abs_top_srcdir/etc/apache-suexec.conf"
	for prefix in '' /mh; do
		run added "$prefix"
		[[ $output == *'"succ":true'* ]] || {
			echo "$output"
			cat "$WEB"/apache/*.log
			false
		}
	done
	[[ $(owner "$MINUTEHAND" job list) == *' j '* ]]
	# All of it is the owner's.
	[ -z "$(find "$WEB/home/.minutehand" ! -user 23451)" ]
	owner "$WEB/home/ticker" --once
}

@test ".htaccess below suEXEC: the token arrives, MINUTEHAND_CONF is not needed" {
	program minutehand.cgi
	sed "s|@CONF@|$CONF|" "$abs_top_srcdir/etc/htaccess.example" >"$WEB/www/.htaccess"
	sed -e 's|^LoadModule cgid.*|&\nLoadModule suexec_module /usr/lib/apache2/modules/mod_suexec.so\nSuexecUserGroup mhowner mhowner\nUser www-data\nGroup www-data|' \
	    "$abs_top_srcdir/tests/support/shared-host.conf" >"$WEB/host.conf"
	apache "$WEB/host.conf"
	run added ''
	[[ $output == *'"succ":true'* ]] || {
		echo "$output"
		cat "$WEB"/apache/*.log
		false
	}
	# What others could have written is not started on.
	chmod 666 "$CONF"
	[ "$(api GET /funboost/get_timing_jobs -o /dev/null -w '%{http_code}')" = 503 ]
	chmod 600 "$CONF"
	[ "$(api GET /funboost/get_timing_jobs -o /dev/null -w '%{http_code}')" = 200 ]
}
