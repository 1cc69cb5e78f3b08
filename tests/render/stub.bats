#!/usr/bin/env bats
# The stand-in for Render's API itself, asked by curl: it behaves as Render.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/render.bash
	stub_start
}

teardown() {
	stub_stop
}

# render METHOD PATH [CURL-OPTION…]: body, then the status on a line.
render() {
	local method=$1 path=$2
	shift 2
	web -w '\n%{http_code}\n' -X "$method" \
	    -H "Authorization: Bearer $RENDER_KEY" "$@" "$STUB_HTTP/v1$path"
}

create() {
	render POST "/services/$1/jobs" -d "{\"startCommand\":\"$2\"}" | head -1
}

@test "create, get, list, cancel" {
	run render POST /services/srv-a/jobs \
	    -d '{"startCommand":"a b","planId":"plan-srv-008"}'
	[ "${lines[1]}" = 201 ]
	id=$(jq -r .id <<<"${lines[0]}")
	[[ $id =~ ^job-[0-9a-v]{20}$ ]]
	jq -e '.serviceId == "srv-a" and .startCommand == "a b" and
	    .planId == "plan-srv-008" and .status == "running" and
	    (has("finishedAt") | not)' <<<"${lines[0]}"
	run render GET "/services/srv-a/jobs/$id"
	[ "${lines[1]}" = 200 ]
	run render GET /services/srv-a/jobs
	jq -e --arg id "$id" 'length == 1 and .[0].job.id == $id' \
	    <<<"${lines[0]}"
	run render POST "/services/srv-a/jobs/$id/cancel"
	jq -e '.status == "canceled" and has("finishedAt")' <<<"${lines[0]}"
}

@test "errors: no key, not found, no command" {
	RENDER_KEY=other run render GET /services/srv-a/jobs
	[ "${lines[1]}" = 401 ]
	for path in /services/x/jobs /services/srv-a/jobs/job-x /other; do
		run render GET "$path"
		[ "${lines[1]}" = 404 ]
		jq -e .message <<<"${lines[0]}"
	done
	for body in '' '{' '[]' '{}' '{"startCommand":""}' \
	    '{"startCommand":5}'; do
		run render POST /services/srv-a/jobs -d "$body"
		[ "${lines[1]}" = 400 ]
	done
	[ "$(stub_stats .launches)" = 0 ]
}

@test "lists: pages, states, times, jobs that appear late" {
	stub_set 'clock=1000000000&start_s=10&run_s=10'
	for i in 1 2 3 4 5; do
		create srv-a "c$i" >/dev/null
		stub_set advance=1
	done
	page=$(render GET '/services/srv-a/jobs?limit=2' | head -1)
	[ "$(jq -c '[.[].job.startCommand]' <<<"$page")" = '["c5","c4"]' ]
	cursor=$(jq -r '.[1].cursor' <<<"$page")
	page=$(render GET "/services/srv-a/jobs?limit=2&cursor=$cursor" | head -1)
	[ "$(jq -c '[.[].job.startCommand]' <<<"$page")" = '["c3","c2"]' ]
	page=$(render GET '/services/srv-a/jobs?createdAfter=2001-09-09T01:46:42Z' |
	    head -1)
	[ "$(jq -c '[.[].job.startCommand]' <<<"$page")" = '["c5","c4"]' ]
	stub_set advance=7
	page=$(render GET '/services/srv-a/jobs?status=running,succeeded' |
	    head -1)
	[ "$(jq length <<<"$page")" = 3 ]
	stub_set 'hide_s=30'
	create srv-a hidden >/dev/null
	[[ $(render GET /services/srv-a/jobs) != *hidden* ]]
	stub_set advance=31
	[[ $(render GET /services/srv-a/jobs) == *hidden* ]]
}

@test "events say how jobs ended" {
	stub_set 'clock=1000000000&run_s=5'
	for end in succeeded failed oom evicted timed_out canceled; do
		stub_set "end.succeeded=0&end.$end=1"
		create srv-a "$end" >/dev/null
		stub_set "end.$end=0"
	done
	[ "$(render GET /services/srv-a/events | head -1)" = '[]' ]
	stub_set advance=10
	events=$(render GET '/services/srv-a/events?type=job_run_ended' | head -1)
	[ "$(jq -c '[.[].event.details.status]' <<<"$events")" = \
	    '["canceled","failed","failed","failed","failed","succeeded"]' ]
	[ "$(jq -c '[.[].event.details.reason | keys?] | add' <<<"$events")" = \
	    '["timedOutSeconds","evicted","oomKilled","nonZeroExit"]' ]
}

@test "rates: headers once or twice, windows that end" {
	stub_set 'clock=1000000000&limit_create=2&retry_after=7'
	render POST /services/srv-a/jobs -D "$BATS_TEST_TMPDIR/h" \
	    -d '{"startCommand":"a"}' >/dev/null
	grep -qi '^ratelimit-limit: 2' "$BATS_TEST_TMPDIR/h"
	grep -qi '^ratelimit-remaining: 1' "$BATS_TEST_TMPDIR/h"
	grep -qi '^ratelimit-reset: 60' "$BATS_TEST_TMPDIR/h"
	create srv-a b >/dev/null
	run render POST /services/srv-a/jobs -D "$BATS_TEST_TMPDIR/h" \
	    -d '{"startCommand":"c"}'
	[ "${lines[1]}" = 429 ]
	grep -qi '^retry-after: 7' "$BATS_TEST_TMPDIR/h"
	stub_set 'advance=61&rate_twice=1'
	render GET /services/srv-a/jobs -D "$BATS_TEST_TMPDIR/h" >/dev/null
	[ "$(grep -ci '^ratelimit-reset: ' "$BATS_TEST_TMPDIR/h")" = 2 ]
	create srv-a d >/dev/null
	[ "$(stub_stats .launches)" = 3 ]
}

@test "the same seed, the same faults" {
	for round in 1 2; do
		stub_set 'seed=7&create.500=0.3&create.429=0.3&create.500_after=0.2'
		for i in 1 2 3 4 5 6 7 8 9 10; do
			render POST /services/srv-a/jobs \
			    -d '{"startCommand":"a"}' | tail -1
		done >"$BATS_TEST_TMPDIR/$round"
	done
	diff "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
	grep -q 500 "$BATS_TEST_TMPDIR/1"
	[ "$(stub_stats .launches)" -gt 0 ]
	[ "$(stub_stats .doubles)" = $(($(stub_stats .launches) - 1)) ]
	[ "$(stub_launches 2)" = "{\"a\":$(stub_stats .launches)}" ]
}

@test "settings that do not exist are refused, the log has each request" {
	run stub_set 'colour=red'
	[ "$status" -ne 0 ]
	run stub_set 'next=soon'
	[ "$status" -ne 0 ]
	create srv-a "a \\\" b" >/dev/null
	stub_stats >/dev/null
	jq -e '.method == "POST" and .status == 201 and
	    .sent.startCommand == "a \" b"' "$STUB_LOG"
	run ! grep -q "$RENDER_KEY" "$STUB_LOG"
}
