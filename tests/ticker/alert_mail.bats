#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# Alerts by mail, to a real mail server, by SMTP: plain on this host, TLS from
# the start, STARTTLS, log-in, and servers that must not be believed.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	mails=$BATS_TEST_TMPDIR/mails.log
	: >"$mails"
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do stop_pid "$pid"; done
}

# serve [WAY]: a mail server, at 127.0.0.1:$port.
serve() {
	rm -f "$BATS_TEST_TMPDIR/port"
	/usr/bin/python3 "$abs_top_srcdir/tests/support/smtp.py" serve \
	    "$BATS_TEST_TMPDIR/port" "$mails" ${1:+"$1" "$DIR/ca.pem" "$BATS_TEST_TMPDIR/key.pem"} 3>&- &
	pids+=($!)
	wait_for 60 test -s "$BATS_TEST_TMPDIR/port"
	port=$(cat "$BATS_TEST_TMPDIR/port")
}

# A certificate of its own for $1, which the configuration trusts.
certify() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 1 -subj /CN=test -addext "subjectAltName=$1" \
	    -keyout "$BATS_TEST_TMPDIR/key.pem" -out "$DIR/ca.pem" 2>/dev/null
	chmod 644 "$DIR/ca.pem"
}

# mail_by SERVER OPTION…: the section, in place of the one before.
mail_by() {
	sed -i '/^alert "mail" {$/,/^}$/d' "$CONF"
	{
		printf 'alert "mail" {\n\tform = mail\n\tserver = "%s"\n' "$1"
		shift
		printf '\t%s\n' 'to = {"you@example.org"}' "$@"
		echo '}'
	} >>"$CONF"
}

log_in() {
	(umask 077 && echo "${1-canary}" >"$DIR/mail.password")
	echo 'user = me
	token_file = "mail.password"'
}

test_mail() {
	run "-$1" "$MINUTEHAND" alert test mail
}

last() {
	tail -n 1 "$mails" | jq -r "$1"
}

@test "a server on this host, by real ticks: each recipient, once" {
	serve
	mail_by "smtp://127.0.0.1:$port" 'from = "cron@example.org"'
	sed -i 's/to = {"you@example.org"}/to = {"you@example.org", "me@example.org"}/' "$CONF"
	"$MINUTEHAND" job add mail --date '2020-01-01 09:00:00' --id 'für' \
	    --timezone Europe/Berlin --misfire-grace 10s >/dev/null
	"$TICKER" --once
	"$TICKER" --once
	[ "$(wc -l <"$mails")" -eq 1 ]
	[ "$(last .from)" = cron@example.org ]
	[ "$(last '.to | join(" ")')" = 'you@example.org me@example.org' ]
	[ "$(last .tls)" = false ]
	[[ $(last .message) == *$'\r\nSubject: =?UTF-8?Q?'* ]]
	[[ $(last .message) == *$'\r\nTime: 2020-01-01 09:00:00+01:00 (Europe/Berlin)\r\n'* ]]
	[ "$(sqlite3 "$DIR/store.db" 'SELECT done FROM alert')" = ',mail,' ]
}

@test "TLS from the start, with a log-in" {
	certify IP:127.0.0.1
	echo 'ca_file = "ca.pem"' >>"$CONF"
	serve tls
	mail_by "smtps://127.0.0.1:$port" "$(log_in)"
	test_mail 0
	[ "$output" = 'mail: sent by mail to you@example.org: 250' ]
	[ "$(last '[.tls, .from] | join(" ")')" = 'true you@example.org' ]
	mail_by "smtps://127.0.0.1:$port" "$(log_in wrong)"
	test_mail 1
	[[ $output == 'mail: not taken by mail to you@example.org: '* ]]
	[[ $output != *wrong* ]]
}

@test "STARTTLS, with a log-in; it is verified, too" {
	certify IP:127.0.0.1
	serve starttls
	mail_by "smtp://127.0.0.1:$port" "$(log_in)"
	test_mail 69
	[ ! -s "$mails" ]
	echo 'ca_file = "ca.pem"' >>"$CONF"
	test_mail 0
	[ "$(last .tls)" = true ]
}

@test "a certificate that is not trusted, or another host's: nothing is sent" {
	certify IP:127.0.0.1
	serve tls
	mail_by "smtps://127.0.0.1:$port" "$(log_in)"
	test_mail 69
	[[ $output == *'certificate'* ]]
	certify DNS:example.org
	echo 'ca_file = "ca.pem"' >>"$CONF"
	serve tls
	mail_by "smtps://127.0.0.1:$port" "$(log_in)"
	test_mail 69
	[ ! -s "$mails" ]
}

@test "a recipient that is refused, a server that is gone or hangs" {
	serve
	mail_by "smtp://127.0.0.1:$port"
	sed -i 's/to = {"you@example.org"}/to = {"refused@example.org"}/' "$CONF"
	test_mail 1
	[[ $output == *550* ]]
	[ ! -s "$mails" ]
	stop_pid "${pids[0]}"
	test_mail 69
	# One that accepts connections and says nothing.
	echo 'http_timeout = 1s' >>"$CONF"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/silent" 3>&- <<-'END' &
		import os, socket, sys, time
		s = socket.create_server(("127.0.0.1", 0))
		with open(sys.argv[1] + ".new", "w") as f:
		    f.write(str(s.getsockname()[1]))
		os.rename(sys.argv[1] + ".new", sys.argv[1])
		time.sleep(600)
	END
	pids+=($!)
	wait_for 60 test -s "$BATS_TEST_TMPDIR/silent"
	mail_by "smtp://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/silent")"
	test_mail 69
	[[ $output == *'timed out'* || $output == *'Timeout'* ]]
}
