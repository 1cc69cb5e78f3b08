#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# One client, made for Render: against the stand-in, and against us in front
# of it, with ticks that hand over.  It must not see whom it talks to.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/render.bash
	load ../support/webserver.bash
	stub_start start_s=1 run_s=1
	web_init
	cp "$BATS_TEST_TMPDIR/render.key" "$WEB/instance/render.key"
	cat >>"$CONF" <<-END
		render_key "main" {
			file = "render.key"
			base_url = "$STUB_HTTP"
		}
		http_timeout = 2s
		settle = 2s
	END
	web_own
	web_start lighttpd-fastcgi
	tick_pid=
}

teardown() {
	[ -z "$tick_pid" ] || stop_pid "$tick_pid"
	web_stop
	stub_stop
}

srv='srv-c3rfdgg6n88pa7t3a6ag'

# At Render itself, and at ours: client WHERE PHASE
client() {
	local base=$STUB_HTTP/v1 key=$RENDER_KEY
	[ "$1" = stub ] || base=$URL/v1 key=$TOKEN
	KEY=$key python3 "$abs_top_srcdir/tests/support/render_client.py" \
	    "$base" "$srv" "$2" >"$BATS_TEST_TMPDIR/$1"
}

tick_start() {
	as_user "$TICKER" -c "$CONF" --window 5m \
	    2>>"$BATS_TEST_TMPDIR/ticker.err" 3>&- &
	tick_pid=$!
}

minutehand() {
	(as_user "$MINUTEHAND" -c "$CONF" "$@")
}

same() {
	diff "$BATS_TEST_TMPDIR/stub" "$BATS_TEST_TMPDIR/ours"
}

is_at_work() {
	[ "$(minutehand render show "$1" --json | jq -r .status)" = running ]
}

# What the first round left at the stand-in is not for the second to see.
elsewhere() {
	srv='srv-d3rfdgg6n88pa7t3a6ag'
}

@test "a dozen tasks, to their ends, listed page by page" {
	client stub twelve
	elsewhere
	tick_start
	client ours twelve
	same
	grep -c '^end .* succeeded$' "$BATS_TEST_TMPDIR/ours"
	# All of them are known by both names.
	minutehand render list "$srv" --limit 100 --json >"$BATS_TEST_TMPDIR/list"
	[ "$(jq '[.[].job | select(.renderJobId != null and
	    .renderJobId != .id)] | length' "$BATS_TEST_TMPDIR/list")" -eq 12 ]
	[ "$(stub_stats .launches)" -eq 24 ]
	run ! grep -rqF "$RENDER_KEY" "$BATS_TEST_TMPDIR/list" \
	    "$BATS_TEST_TMPDIR/ticker.err" "$WEB/instance/store.db" \
	    "$WEB/instance/store.db-wal"
}

@test "cancel, before the run was sent and after" {
	stub_set run_s=600
	client stub cancel
	client ours cancel
	same
	tick_start
	elsewhere
	client ours cancel
	same
	id=$(minutehand render create "$srv" -- x)
	wait_for 20 is_at_work "$id"
	minutehand render cancel "$id"
	run -1 minutehand render watch "$id" --timeout 30s
	[[ $output == *'canceled (canceled'* ]]
}

@test "errors are the same as Render's" {
	client stub errors
	client ours errors
	same
}

@test "a refusal by Render is reported by every interface" {
	cat >"$WEB/tell" <<-END
		#!/bin/sh
		cat >>"$WEB/told"
	END
	chmod 755 "$WEB/tell"
	printf 'alert "me" {\n\tcommand = {%s}\n}\n' "$WEB/tell" >>"$CONF"
	stub_set next=400
	id=$(minutehand render create "$srv" -- x)
	(as_user "$TICKER" -c "$CONF" --once 2>/dev/null)
	run -1 minutehand render watch "$id" --timeout 30s
	[[ $output == *'failed (refused: '* ]]
	[ "$(api GET "/v1/services/$srv/jobs/$id" | jq -r .status)" = failed ]
	[ "$(api GET "/v1/runs/$id" | jq -r .state)" = refused ]
	[ "$(jq -c '[.type, .data.run_id]' "$WEB/told")" = "[\"run.refused\",\"$id\"]" ]
	[[ "$(jq -r .data.reason "$WEB/told")" == *[a-z]* ]]
}
