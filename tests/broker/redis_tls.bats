#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2153,SC2154 # bats, helper.bash
# TLS to Redis, where hiredis has it.

bats_require_minimum_version 1.5.0

setup_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	is_built HIREDIS_SSL || return 0
	make_tls "$BATS_FILE_TMPDIR/tls"
	make_tls "$BATS_FILE_TMPDIR/other"
	TLS_PORT=$(free_port)
	export TLS_PORT
	redis_start "tls-port $TLS_PORT" 'tls-auth-clients no' \
	    "tls-cert-file $BATS_FILE_TMPDIR/tls.pem" \
	    "tls-key-file $BATS_FILE_TMPDIR/tls.key" \
	    'user secure on >word ~* &* +@all'
}

teardown_file() {
	redis_stop
}

setup() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	is_built HIREDIS_SSL || skip 'no TLS to Redis is built in: it needs hiredis 1.0'
	redis flushall >/dev/null
	new_store
}

teardown() {
	cutter_stop
}

# tls CA [HOST [PORT [LINE…]]]: the configuration, and a run that is due.
tls() {
	[ -z "$1" ] || printf 'ca_file = "%s"\n' "$1" >>"$CONF"
	server main "${3:-$TLS_PORT}" "host = \"${2:-localhost}\"" 'tls = on' \
	    'timeout = 2s' "${@:4}"
	queue q redis
	"$MINUTEHAND" job add --json - >/dev/null <<-'EOF'
	{"queue_name":"q","job_id":"j","trigger":"date",
	 "run_date":"2026-01-01 00:00:00","kwargs":{"n":1}}
	EOF
}

arrived() {
	tick
	[ "$(outcome q)" = 'sent: null' ]
	[ "$(bodies q | jq .n)" = 1 ]
}

# kept WHY: it waits, and the lane says why.
kept() {
	tick
	[ "$(redis llen q)" = 0 ]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 1 ]
	sql 'SELECT reason FROM endpoint' | tee /dev/stderr | grep -q "$1"
}

@test "with the right CA: a run, and requests" {
	tls "$BATS_FILE_TMPDIR/tls.pem"
	arrived
	run -0 "$MINUTEHAND" queue test q
	[ "$(redis llen q)" = 2 ]
}

@test "as a user with a password" {
	(umask 077 && echo word >"$BATS_TEST_TMPDIR/word")
	tls "$BATS_FILE_TMPDIR/tls.pem" localhost "$TLS_PORT" \
	    'user = "secure"' "password_file = \"$BATS_TEST_TMPDIR/word\""
	arrived
}

@test "with a wrong CA" {
	tls "$BATS_FILE_TMPDIR/other.pem"
	kept 'certificate verify failed: self.signed certificate'
}

@test "with an unknown CA" {
	tls ''
	kept 'certificate verify failed: self.signed certificate'
}

@test "with a CA file that cannot be read" {
	tls "$BATS_TEST_TMPDIR/gone"
	kept "cannot read ca_file $BATS_TEST_TMPDIR/gone"
}

@test "with a wrong name" {
	tls "$BATS_FILE_TMPDIR/tls.pem" 127.0.0.1
	kept 'certificate verify failed: IP address mismatch'
}

@test "to a server without TLS" {
	tls "$BATS_FILE_TMPDIR/tls.pem" localhost "$REDIS_PORT"
	# It takes the greeting for the beginning of a line.
	kept 'no answer within the timeout'
}

@test "to a silent server" {
	cutter_start "$TLS_PORT"
	cutter_tell hang
	tls "$BATS_FILE_TMPDIR/tls.pem" localhost "$CUTTER_PORT"
	kept 'no answer within the timeout'
}
