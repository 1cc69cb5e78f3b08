#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # ctl.bash sets what is used here
# minutehand dead: messages that were given up, in the embedded queue and on
# their way to a broker that is not there.

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	cat >>"$CONF" <<-EOT
		max_deliveries = 2
		webhook "main" {
		    url = "http://127.0.0.1:$(free_port)/"
		    secret = "hook.secret"
		}
		queue "r*" {
		    broker = webhook
		}
	EOT
	(umask 077 && printf 'whsec_%s\n' "$(printf '%032d' 0 | base64)" \
	    >"${CONF%/*}/hook.secret")
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$STORE" "$1"
}

# A job of queue $1 named $2 that is due, with more members of its body in $3.
due() {
	echo "{\"queue_name\":\"$1\",\"job_id\":\"$2\",\"trigger\":\"date\",
	    \"run_date\":\"2020-01-01\",\"kwargs\":{\"n\":1}${3-}}" |
	    "$MH" job add --json - >/dev/null
}

# A consumer of queue $1 that cannot do it, until all is dead.
fail_all() {
	run -1 "$MH" consume "$1" --retry-after 0 -- false
}

ids() {
	"$MH" dead list "$1" --json | jq -r '.[].id'
}

@test "a message that no consumer processed: listed, shown, replayed, dead again, purged" {
	due q j
	"$TICKER" --once
	[ -z "$("$MH" dead list q)" ]
	fail_all q
	id=$(sql 'SELECT task_id FROM run')
	[ "$(ids q)" = "$id" ]
	run -0 "$MH" dead list q
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} =~ ^SINCE\ +QUEUE\ +JOB\ +WHERE\ +ATTEMPT\ +REASON\ +ID$ ]]
	[[ ${lines[1]} =~ \ q\ +j\ +queue\ +2\ .*\ $id$ ]]
	run -0 "$MH" dead show q "$id"
	for line in "id        $id" 'queue     q' 'job       j' \
	    'where     queue' 'attempt   2'; do
		grep -qxF "$line" <<<"$output"
	done
	grep -q '^body      {"task_id":' <<<"$output"
	"$MH" dead show q "$id" --json >"$BATS_TEST_TMPDIR/one"
	[ "$(jq -c '[.id, .queue_name, .job_id, .where, .attempt, .slot, .body.kwargs]' \
	    "$BATS_TEST_TMPDIR/one")" = \
	    "[\"$id\",\"q\",\"j\",\"queue\",2,\"2020-01-01T00:00:00Z\",{\"n\":1}]" ]
	# As in the list.
	[ "$("$MH" dead list q --json)" = "[$(cat "$BATS_TEST_TMPDIR/one")]" ]
	[ "$("$MH" dead replay q "$id")" = '1 replayed' ]
	[ "$("$MH" queue peek q --json | jq -c '.[] | [.state, .attempt]')" = \
	    '["ready",0]' ]
	fail_all q
	[ "$(ids q)" = "$id" ]
	[ "$("$MH" dead purge q "$id" --yes)" = '1 purged' ]
	[ -z "$("$MH" dead list q)$("$MH" queue peek q)" ]
	[ "$(sql 'SELECT state FROM run')" = sent ]
	[ "$(sql "SELECT group_concat(actor || ' ' || action || ' ' || job_id)
	    FROM audit WHERE action LIKE 'dead.%'")" = \
	    'owner dead.replay j,owner dead.purge j' ]
}

@test "a message that no broker accepted: reason, replayed under its name, purged" {
	due r1 j ',"retry":{"max_attempts":1}'
	"$TICKER" --once 2>"$BATS_TEST_TMPDIR/log"
	id=$(sql "SELECT task_id FROM run WHERE state = 'dead'")
	"$MH" dead show r1 "$id" --json >"$BATS_TEST_TMPDIR/one"
	[ "$(jq -c '[.id, .job_id, .where, .attempt, .slot, .body]' \
	    "$BATS_TEST_TMPDIR/one")" = \
	    "[\"$id\",\"j\",\"broker\",1,\"2020-01-01T00:00:00Z\",{\"args\":[],\"kwargs\":{\"n\":1}}]" ]
	[[ $(jq -r .reason "$BATS_TEST_TMPDIR/one") == *'onnect'* ]]
	[[ $("$MH" dead list r1) == *' broker '*'onnect'*"$id" ]]
	# Its job is gone: what it carried is known all the same.
	again=$("$MH" replay "$id")
	[ "$(sql "SELECT kwargs || max_attempts FROM outbox JOIN run ON run = id
	    WHERE task_id = '$again'")" = '{"n":1}1' ]
	[ "$("$MH" dead replay r1 "$id")" = '1 replayed' ]
	[[ $("$MH" runs r1 --state due --json |
	    jq -r ".[] | select(.id == \"$id\").reason") == 'replayed by owner; waiting: '* ]]
	[ -z "$("$MH" dead list r1)" ]
	sql 'UPDATE endpoint SET next_us = 0, fails = 0'
	"$TICKER" --once 2>"$BATS_TEST_TMPDIR/log"
	[ "$(ids r1 | sort)" = "$(printf '%s\n' "$id" "$again" | sort)" ]
	[ "$("$MH" dead purge r1 --all --yes)" = '2 purged' ]
	[ -z "$("$MH" dead list r1)" ]
	[ "$(sql 'SELECT count(*) FROM outbox')" -eq 0 ]
	[ "$("$MH" runs r1 --state dead --json | jq length)" -eq 2 ]
}

@test "pages, and all of a queue, those in memory too" {
	for _ in 1 2 3 4 5; do send q >/dev/null; done
	"$MH" job add q --id m --every 1d --memory >/dev/null
	"$MH" job run q m >/dev/null
	fail_all q
	[ "$(ids q | wc -l)" -eq 6 ]
	run -0 --separate-stderr "$MH" dead list q --limit 4 --json
	jq -r '.[].id' <<<"$output" >"$BATS_TEST_TMPDIR/pages"
	cursor=${stderr##* }
	run -0 --separate-stderr "$MH" dead list q --limit 4 --cursor "$cursor" --json
	[ -z "$stderr" ]
	jq -r '.[].id' <<<"$output" >>"$BATS_TEST_TMPDIR/pages"
	[ "$(cat "$BATS_TEST_TMPDIR/pages")" = "$(ids q)" ]
	[ "$("$MH" dead replay q --all)" = '6 replayed' ]
	[ "$(count_state q ready)" -eq 6 ]
	[ "$("$MH" dead purge q --all --yes)" = '0 purged' ]
	[ "$(count_state q ready)" -eq 6 ]
}

@test "missing letters, and missing arguments" {
	run -1 --separate-stderr "$MH" dead show q nothing
	[ "$stderr" = 'minutehand: q has no dead letter nothing' ]
	run -1 --separate-stderr "$MH" dead replay q nothing
	[ "$stderr" = 'minutehand: q has no dead letter nothing' ]
	run -1 --separate-stderr "$MH" dead purge q nothing --yes
	[ "$stderr" = 'minutehand: q has no dead letter nothing' ]
	# What waits for its consumer is none.
	id=$(send q)
	run -1 "$MH" dead purge q "$id" --yes
	[ "$(count_state q ready)" -eq 1 ]
	run -0 "$MH" dead list q --json
	[ "$output" = '[]' ]
	for words in 'replay q' 'replay q x --all' 'purge q --yes' \
	    'purge q x --all --yes' 'purge q x' 'purge q --all'; do
		# shellcheck disable=SC2086
		run -64 --separate-stderr "$MH" dead $words
		[[ $stderr == *confirm* || $stderr == *'is required'* ]]
	done
	run -65 "$MH" dead list q --cursor x
}

@test "dead letters of all queues, their reasons, and those of one reason" {
	local queue
	for queue in q s; do
		due "$queue" j
		due "$queue" k
	done
	"$TICKER" --once
	fail_all q
	fail_all s
	[ "$("$MH" dead list --json | jq -c 'map(.queue_name)')" = '["q","q","s","s"]' ]
	# Page by page it is the same list; a cursor of it is none of a queue.
	run --separate-stderr -0 "$MH" dead list --limit 3 --json
	[ "$(jq length <<<"$output")" -eq 3 ]
	# shellcheck disable=SC2154 # bats sets it
	local cursor=${stderr##* }
	[ "$("$MH" dead list --cursor "$cursor" --json | jq -c 'map(.queue_name)')" = '["s"]' ]
	run -65 "$MH" dead list q --cursor "$cursor"
	reason=$("$MH" dead list --json | jq -r '.[0].reason')
	[ "$("$MH" dead list --reasons --json | jq -c 'map([.n, .reason])')" = "[[4,\"$reason\"]]" ]
	[ "$("$MH" dead list q --reasons --json | jq -c 'map(.n)')" = '[2]' ]
	run -0 "$MH" dead list --reasons
	[[ ${lines[0]} =~ ^N\ +REASON$ ]]
	run -64 "$MH" dead list --reasons --limit 1
	# Of a reason: those of the queue that have it, no others.
	[ "$("$MH" dead replay q --reason 'another one')" = '0 replayed' ]
	[ "$("$MH" dead replay q --reason "$reason")" = '2 replayed' ]
	[ "$("$MH" dead list --json | jq -c 'map(.queue_name)')" = '["s","s"]' ]
	run -64 "$MH" dead purge s --reason "$reason"
	run -64 "$MH" dead purge s --yes
	run -64 "$MH" dead purge s --reason "$reason" --all --yes
	[ "$("$MH" dead list s --json | jq length)" -eq 2 ]
	[ "$("$MH" dead purge s --reason "$reason" --yes)" = '2 purged' ]
	[ "$("$MH" dead list --json)" = '[]' ]
}
