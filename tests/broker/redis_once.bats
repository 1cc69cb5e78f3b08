#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # helper.bash, once.bash
# Each message arrives in Redis once, in spite of failures: a part here, all by
# `make check-brokers N=10000`.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	load ../support/once.bash
	redis_needed
	new_store
	runs=${ONCE_N:-1000}
	# What is answered is in the journal, and survives the process.
	journal=(appendonly\ yes 'auto-aof-rewrite-percentage 0')
	redis_start "${journal[@]}"
	cutter_start "$REDIS_PORT"
}

teardown() {
	pid_end "$BATS_TEST_TMPDIR/worker"
	pid_end "$BATS_TEST_TMPDIR/ticker" KILL
	redis_stop
	cutter_stop
}

again() {
	redis_start "${journal[@]}"
}

@test "a worker gets each message once, unchanged" {
	server main "$CUTTER_PORT"
	queue bench redis
	once_fill "$runs"
	/usr/bin/python3 "$abs_top_srcdir/tests/support/redis_worker.py" "$REDIS_PORT" \
	    "$REDIS_DB" bench >"$BATS_TEST_TMPDIR/got" 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/worker"
	wait_for 10 test -e "$BATS_TEST_TMPDIR/got"
	from=$(date +%s.%N)
	once_settle
	to=$(date +%s.%N)
	wait_for 30 eval '[ "$(redis llen bench)" = 0 ]'
	pid_end "$BATS_TEST_TMPDIR/worker"
	jq -r .body.extra.task_id "$BATS_TEST_TMPDIR/got" >"$BATS_TEST_TMPDIR/ids"
	once_count "$BATS_TEST_TMPDIR/ids"
	[ "$LOST $TWICE" = '0 0' ]
	# Three of each job, and its own parameters.
	jq -c '.body | del(.extra) | [keys, .x, .y]' "$BATS_TEST_TMPDIR/got" |
	    sort | uniq -c | sort >"$BATS_TEST_TMPDIR/params"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/params")" = $((ONCE_RUNS / 3)) ]
	run ! grep -qvE '^ *3 \[\["x","y"\],' "$BATS_TEST_TMPDIR/params"
	jq -se 'all(.body.y == 2 * .body.x)' "$BATS_TEST_TMPDIR/got"
	# Published when it was handed over, as far as the worker can keep up.
	printf '# %.3f s from publish_time to the worker at most\n' \
	    "$(jq -s 'map(.at - .body.extra.publish_time) | max' "$BATS_TEST_TMPDIR/got")" >&3
	jq -se --arg from "$from" --arg to "$to" 'map(.body.extra.publish_time) |
	    min > ($from | tonumber) - 1 and max < ($to | tonumber) + 1' \
	    "$BATS_TEST_TMPDIR/got"
	jq -se 'all(.at - .body.extra.publish_time > -1)' "$BATS_TEST_TMPDIR/got"
}

@test "lost answers, killed ticks and servers: none lost, none twice" {
	server main "$CUTTER_PORT" 'timeout = 1s'
	queue bench redis
	once_fill "$runs"
	once_suffer redis_stop again
	once_settle
	bodies bench | jq -r .extra.task_id >"$BATS_TEST_TMPDIR/ids"
	once_count "$BATS_TEST_TMPDIR/ids"
	[ "$LOST $TWICE" = '0 0' ] && [ "$SPOILED" -gt 0 ]
	# The key of each is there, and runs out.
	[ "$(redis --scan --pattern 'minutehand:{bench}:*' | wc -l)" = "$ONCE_RUNS" ]
	[ "$(redis ttl "$(redis --scan --pattern 'minutehand:*' | head -n 1)")" -gt 80000 ]
}

@test "with dedup off none is lost; some arrive twice" {
	server main "$CUTTER_PORT" 'timeout = 1s' 'dedup = off'
	queue bench redis
	once_fill $((runs / 3))
	once_suffer redis_stop again
	once_settle
	bodies bench | jq -r .extra.task_id >"$BATS_TEST_TMPDIR/ids"
	once_count "$BATS_TEST_TMPDIR/ids"
	[ "$LOST" = 0 ] && [ "$SPOILED" -gt 0 ]
	[ -z "$(redis --scan --pattern 'minutehand:*')" ]
}
