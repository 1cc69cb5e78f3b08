#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2053,SC2153,SC2154 # bats, helper.bash
# Redis that is down, slow, full, read-only or refuses: the ledger has the
# reason, other servers are not delayed, and all messages arrive later, once.

bats_require_minimum_version 1.5.0

# A second server, which is always well.
setup_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	redis_start
	export OTHER_PORT=$REDIS_PORT OTHER_DIR=$REDIS_DIR
}

teardown_file() {
	pid_end "$OTHER_DIR/pid"
}

setup() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	redis_needed
	new_store
	n=0 bad=0
	unset REDIS_PORT REDIS_DIR
	redis-cli -p "$OTHER_PORT" flushall >/dev/null
	server other "$OTHER_PORT"
	queue other redis 'server = other'
	queue bad redis 'server = main'
}

teardown() {
	pid_end "$BATS_TEST_TMPDIR/ticker"
	redis_stop
	cutter_stop
}

# A job of queue $1 that is due, once.
due() {
	n=$((n + 1))
	[ "$1" != bad ] || bad=$((bad + 1))
	printf '{"queue_name":"%s","job_id":"j%d","trigger":"date",
	    "run_date":"2026-01-01 00:00:00","kwargs":{"n":%d}%s}' \
	    "$1" "$n" "$n" "${2-}" | "$MINUTEHAND" job add --json - >/dev/null 2>&1
}

tick_start() {
	"$TICKER" --window 60 2>>"$BATS_TEST_TMPDIR/tick.log" 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/ticker"
}

# TERM ends it at once, whatever it waits for.
tick_stop() {
	local from
	from=$(date +%s%N)
	kill -TERM "$(cat "$BATS_TEST_TMPDIR/ticker")"
	wait_for 5 is_gone "$(cat "$BATS_TEST_TMPDIR/ticker")"
	# A second, and what a busy host adds.
	[ $(($(date +%s%N) - from)) -lt 2500000000 ]
	rm "$BATS_TEST_TMPDIR/ticker"
}

reason_is() {
	[[ $(outcome bad) == $1 ]]
}

has() {
	[ "$(redis llen bad)" = "$1" ]
}

others_have() {
	[ "$(sql "SELECT count(*) FROM message WHERE queue = 'home'")" = "$1" ] &&
	    [ "$(redis-cli -p "$OTHER_PORT" -n "$REDIS_DB" llen other)" = "$1" ]
}

# A tick begins; what is due is told in those words, and keeps nobody waiting.
suffer() {
	tick_start
	due bad
	due home
	due other
	wait_for 2 others_have 1
	wait_for 8 reason_is "$1" || { outcome bad; return 1; }
	# Nor later, while it is tried again.
	due home
	due other
	wait_for 2 others_have 2
}

# The same tick hands over what waited: each run once.
recover() {
	due bad
	wait_for 20 has "$bad" || { outcome bad; return 1; }
	wait_for 5 settled
	tick_stop
	[ "$(bodies bad | jq .extra.task_id | sort -u | wc -l)" = "$bad" ]
	run -0 "$MINUTEHAND" audit --json
	jq -e 'select(.gap) | .gap + .double + .unexplained == 0' <<<"$output"
}

settled() {
	[ "$(sql 'SELECT count(*) FROM outbox')" = 0 ] &&
	    [ "$(sql "SELECT count(*) FROM run WHERE state <> 'sent'")" = 0 ]
}

@test "no server listens" {
	redis_start
	server main "$REDIS_PORT"
	redis_stop
	suffer 'due: waiting: redis:main: Connection refused'
	redis_start
	recover
}

@test "it accepts connections, and does not answer" {
	redis_start
	cutter_start "$REDIS_PORT"
	server main "$CUTTER_PORT" 'timeout = 1s'
	cutter_tell hang
	suffer 'due: waiting: redis:main: no answer within the timeout'
	cutter_tell
	recover
}

@test "it stops answering, and ends, in the middle" {
	redis_start
	cutter_start "$REDIS_PORT"
	server main "$CUTTER_PORT" 'timeout = 1s'
	tick_start
	due bad
	wait_for 5 has 1
	wait_for 5 settled
	# What is sent into silence may arrive, and this does, later.
	cutter_tell hang
	due bad
	due other
	due home
	wait_for 2 others_have 1
	wait_for 8 reason_is 'due: attempt 1: no answer within the timeout*'
	cutter_tell swallow=1 spare=0
	due bad
	wait_for 15 reason_is 'due:*waiting: redis:main: *closed*'
	cutter_tell
	recover
}

@test "a tick that waits for it ends on SIGTERM" {
	redis_start
	cutter_start "$REDIS_PORT"
	server main "$CUTTER_PORT" 'timeout = 60s'
	cutter_tell hang
	tick_start
	due bad
	due other
	due home
	wait_for 2 others_have 1
	sleep 0.5
	tick_stop
	reason_is 'due: null'
	# It waits for nobody's lease to run out.
	cutter_tell
	tick_start
	recover
}

@test "it has no memory left" {
	redis_start 'maxmemory 100mb' 'maxmemory-policy noeviction'
	server main "$REDIS_PORT"
	redis config set maxmemory 1 >/dev/null
	suffer 'due: attempt *: OOM command not allowed*'
	redis config set maxmemory 0 >/dev/null
	recover
}

@test "it is a read-only replica" {
	redis_start "replicaof 127.0.0.1 $(free_port)"
	server main "$REDIS_PORT"
	suffer "due: *: READONLY You can't write against a read only replica*"
	redis replicaof no one >/dev/null
	recover
}

@test "it is loading its data" {
	redis_start
	server main "$REDIS_PORT"
	redis eval 'for i = 1, 4000 do redis.call("SET", "k" .. i, i) end' 0
	redis save >/dev/null
	redis_stop
	redis_launch 'key-load-delay 700' \
	    'loading-process-events-interval-bytes 1024'
	wait_for 5 eval 'redis ping 2>&1 | grep -q LOADING'
	suffer 'due: *: LOADING *'
	recover
}

@test "a wrong password, and a right one in a file" {
	redis_start
	(umask 077 && echo wrong >"$DIR/redis.password")
	server main "$REDIS_PORT" 'password_file = redis.password'
	redis config set requirepass 'ses"ame!x' >/dev/null
	suffer 'due: waiting: redis:main: WRONGPASS *'
	run ! grep -q -e ses -e wrong "$BATS_TEST_TMPDIR/tick.log"
	echo 'ses"ame!x' >"$DIR/redis.password"
	export REDISCLI_AUTH='ses"ame!x'
	recover
}

@test "a password in a variable, and none at all" {
	redis_start
	server main "$REDIS_PORT" 'password_env = MY_REDIS'
	redis config set requirepass sesame >/dev/null
	due bad
	tick
	reason_is 'due: waiting: redis:main: the variable MY_REDIS is not set'
	sed -i 's/password_env = MY_REDIS/timeout = 2s/' "$CONF"
	sql 'UPDATE endpoint SET next_us = 0'
	tick
	reason_is 'due: waiting: redis:main: NOAUTH *'
	sed -i 's/timeout = 2s/password_env = MY_REDIS/' "$CONF"
	sql 'UPDATE endpoint SET next_us = 0'
	export MY_REDIS=sesame REDISCLI_AUTH=sesame
	tick_start
	recover
}

@test "a user who may not run scripts, or not touch the keys" {
	redis_start
	redis acl setuser mh on '>pw' '~*' '&*' '+@all' '-evalsha' >/dev/null
	(umask 077 && echo pw >"$DIR/redis.password")
	server main "$REDIS_PORT" 'user = mh' 'password_file = redis.password'
	suffer 'due: *: NOPERM *evalsha*'
	redis acl setuser mh +evalsha resetkeys '~bad' >/dev/null
	due bad
	wait_for 8 reason_is 'due: *: NOPERM *keys*'
	redis acl setuser mh '~minutehand:*' >/dev/null
	recover
	# So little is enough.
	redis acl setuser mh reset on '>pw' '~bad' '~minutehand:*' '+select' \
	    '+script|load' '+evalsha' '+set' '+del' '+rpush' >/dev/null
	due bad
	tick
	[ "$(outcome bad)" = 'sent: null' ]
}

@test "the queue's key has another type" {
	redis_start
	server main "$REDIS_PORT"
	queue fine redis 'server = main'
	redis set bad x >/dev/null
	suffer 'due: attempt *: WRONGTYPE *'
	due fine
	wait_for 2 eval '[ "$(redis llen fine)" = 1 ]'
	[ -z "$(redis keys 'minutehand:{bad}:*')" ]
	redis del bad >/dev/null
	recover
}

@test "over a Unix socket" {
	redis_start "unixsocket $BATS_TEST_TMPDIR/redis.sock"
	server main 1 "socket = \"$BATS_TEST_TMPDIR/redis.sock\""
	redis_stop
	rm -f "$BATS_TEST_TMPDIR/redis.sock"
	suffer 'due: waiting: redis:main: No such file or directory'
	redis_start "unixsocket $BATS_TEST_TMPDIR/redis.sock"
	recover
}

@test "the script is flushed" {
	redis_start
	server main "$REDIS_PORT"
	tick_start
	due bad
	wait_for 5 has 1
	redis script flush >/dev/null
	due bad ',"retry":{"max_attempts":1}'
	wait_for 5 has 2
	recover
}

@test "attempts are limited, by number and by age" {
	redis_start
	server main "$REDIS_PORT"
	redis set bad x >/dev/null
	tick_start
	due bad ',"retry":{"max_attempts":2,"base":0}'
	wait_for 8 reason_is 'dead: given up: its retry allows no more attempts; attempt 2 was the last: WRONGTYPE Operation against a key holding the wrong kind of value'
	# Attempts to connect are attempts.
	redis_stop
	due bad ',"retry":{"max_attempts":2,"base":0}'
	wait_for 8 reason_is 'dead: *attempt 2 was the last: Connection refused'
	# Who has all the time in the world hides nobody who has not.
	due bad
	wait_for 4 reason_is 'due: *'
	due bad ',"retry":{"max_age":2}'
	wait_for 8 reason_is 'dead: given up: it is older than its retry allows'
	redis_start
	sql 'UPDATE endpoint SET next_us = 0'
	wait_for 20 has 1
	tick_stop
	[ "$(bodies bad | jq .n)" = 3 ]
}

@test "a client with a short timeout is not delayed" {
	redis_start
	server main "$REDIS_PORT"
	redis set bad x >/dev/null
	due bad ',"retry":{"base":0}'
	tick --window 2
	[ "$(sql 'SELECT attempt BETWEEN 2 AND 11 FROM outbox')" = 1 ]
}
