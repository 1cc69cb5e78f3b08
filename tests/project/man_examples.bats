#!/usr/bin/env bats
# The manual's examples are run as printed, and what the pages say of the
# store is so.
# shellcheck disable=SC2016,SC2030,SC2031,SC2153,SC2154,SC2034 # names of cgi.bash

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	export HOME=$BATS_TEST_TMPDIR/home TZ=UTC
	mkdir "$HOME"
	"$ctl" init --json >"$BATS_TEST_TMPDIR/init.json"
	token=$(json_of "$BATS_TEST_TMPDIR/init.json" .token)
	conf=$HOME/.minutehand/minutehand.conf
	store=$HOME/.minutehand/store.db
	echo 'memory_store = ""' >>"$conf"
	export MINUTEHAND_CONF=$conf
	# Programs by their names, as pages have them.
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$ctl" "$ticker" "$BATS_TEST_TMPDIR/bin"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# The literal blocks of a page's section EXAMPLES, a NUL after each.
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$abs_top_srcdir/man/$1" |
	    sed -n '/^\.Bd/,/^\.Ed/{/^\.Bd/d; s/\\e$/\\/; s/^\.Ed/\x00/; p}' |
	    sed 's/^\x00$/\x00/'
}

# Example number $2 of page $1.
example() {
	examples "$1" | awk -v RS='\0' -v n="$2" 'NR == n { sub(/^\n/, ""); print }'
}

@test "minutehand(1): the crontab line consumes" {
	line=$(example minutehand.1 1)
	[[ $line == '* * * * * minutehand consume mail --for 55s --max-workers 2 -- '* ]]
	mkdir -p "$HOME/bin"
	printf '#!/bin/sh\ncat >>"$HOME/mails"\n' >"$HOME/bin/send-mail"
	chmod +x "$HOME/bin/send-mail"
	minutehand job add mail --id m --every 1d
	minutehand job run mail m
	line=${line#'* * * * * '}
	line=${line/55s/2s}
	sh -ec "${line//\/home\/me/$HOME}"
	[ "$(jq -r .job_id "$HOME/mails")" = m ]
	[ -z "$(minutehand queue peek mail)" ]
}

@test "minutehand(1): when it fires around the end of summer time" {
	sh -ec "$(example minutehand.1 2)" >"$BATS_TEST_TMPDIR/out"
	grep -q '^2026-10-24 02:30:00+02:00  2026-10-24T00:30:00Z$' "$BATS_TEST_TMPDIR/out"
	grep -q '^2026-10-25 02:30:00+02:00  2026-10-25T00:30:00Z$' "$BATS_TEST_TMPDIR/out"
	grep -q '^2026-10-26 02:30:00+01:00  2026-10-26T01:30:00Z$' "$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '^2026-10-25' "$BATS_TEST_TMPDIR/out")" -eq 1 ]
}

@test "minutehand(1): the message is as it says" {
	minutehand job add q --id j --every 1d --args '[1]' --kwargs '{"a":1}'
	minutehand job run q j
	body=$(minutehand consume q --max 1 -- cat)
	# The names of the page's envelope, in its order.
	names=$(sed -n '/^\.Ss Messages/,/^\.Ed/p' "$abs_top_srcdir/man/minutehand.1" |
	    grep -oE '"[a-z_]+":' | tr -d '":' | jq -Rsc 'split("\n") | map(select(. != ""))')
	[ "$(jq -c keys_unsorted <<<"$body")" = "$names" ]
	[ "$(jq -c '[.queue_name, .job_id, .attempt, .args, .kwargs]' <<<"$body")" = \
	    '["q","j",1,[1],{"a":1}]' ]
	[ "$(jq '[.scheduled_at, .enqueued_at] | all(test("^20.*Z$"))' <<<"$body")" = true ]
	cgi POST /funboost/publish '{"queue_name":"q","msg_body":{"b":1}}'
	[ "$(minutehand consume q -- cat | jq -c '[.job_id, .kwargs]')" = '[null,{"b":1}]' ]
}

@test "ticker(8): the crontab lines tick, and the dry run is dry" {
	for n in 1 2 3; do
		line=$(example ticker.8 $n)
		[[ $line == '* * * * * ticker '* || $line == '*/5 * * * * ticker '* ]]
		line=${line##*'* '}
		run timeout 60 sh -ec "${line/25s/0} --once"
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
	minutehand job add q --date 2020-01-01
	[ "$(example ticker.8 4)" = 'ticker --dry-run' ]
	[[ $(sh -ec "$(example ticker.8 4)") == send$'\t'q$'\t'* ]]
	[ "$(sqlite3 "$store" 'SELECT count(*) FROM tick')" -eq 3 ]
}

@test "minutehand.conf(5): the example is valid, and its error message is as shown" {
	is_built HIREDIS ||
	    skip 'this build is one without Redis, which the example has'
	example minutehand.conf.5 1 >>"$conf"
	minutehand job add mail-x --every 1h --args '[1,2,3]'
	run minutehand job add mail-x --every 1h --args '[1,2,3,4]'
	[ "$status" -eq 65 ]
	want=$(sed -n '/^\.Sh DIAGNOSTICS/,/^\.Ed/p' \
	    "$abs_top_srcdir/man/minutehand.conf.5" |
	    sed -n '/^\.Bd/,/^\.Ed/{/^\./d; p}' | tr '\n' ' ')
	printf '\nwindow = soon\n' >"$conf"
	run minutehand job list
	[ "$status" -eq 78 ]
	[ "${output##*/} " = "$want" ]
}

@test "minutehand.fcgi(8): the request of the example adds a job" {
	body=$(example minutehand.fcgi.8 1 | sed -n "s/.*-d '\(.*\)'.*/\1/p")
	[[ $body == '{"queue_name":"mail",'* ]]
	path=$(example minutehand.fcgi.8 1 | sed -n 's|.*/minutehand.fcgi\(/[^ ]*\).*|\1|p')
	cgi POST "$path" "$body"
	status_is 200
	is data.trigger 'interval[0:00:10]'
	# The envelope of the page, member by member.
	names=$(sed -n '/answer with an envelope/,/^\.Ed/p' \
	    "$abs_top_srcdir/man/minutehand.fcgi.8" | grep -oE '"[a-z_]+":' |
	    tr -d '":' | jq -Rsc 'split("\n") | map(select(. != ""))')
	[ "$(field keys_unsorted)" = "$names" ]
}

@test "minutehand.fcgi(8): every field that add_timing_job knows is there" {
	page=$(sed -n '/^\.Ss Fields of a job/,/^\.Ss /p' "$abs_top_srcdir/man/minutehand.fcgi.8")
	n=0
	for field in queue_name trigger job_id job_store_kind replace_existing \
	    args kwargs misfire_grace_time coalesce max_instances max_catchup \
	    max_runtime expect_within alerts badge retry retry_failed render priority description paused; do
		# The API knows it, and so does the page.
		add "{\"$field\":[[]]}"
		status_is 400
		[[ $(field ".error_data.$field") != *unknown* ]]
		grep -qE "^\.(It )?Va .*\b$field\b" <<<"$page"
		n=$((n + 1))
	done
	# A limit that the page gives is the one that is told.
	while read -r field value text; do
		add "{\"queue_name\":\"q\",\"trigger\":\"date\",\"$field\":$value}"
		bad "$field" "$text"
		grep -qF "${text##*from }" <<<"$page" ||
		    grep -qF "${text##* to }" <<<"$page"
	done <<-'EOT'
	misfire_grace_time 0 from 1 to 3155760000
	max_catchup 0 from 1 to 10000
	max_instances 0 from 1 to 1000
	max_runtime 0 from 1 to 3155760000
	expect_within 0 from 1 to 3155760000
	priority 256 from 0 to 255
	EOT
}

@test "minutehand-store(5): versions, strict tables, unique names" {
	sql() { sqlite3 "$store" "$1"; }
	[ "$(sql 'PRAGMA application_id')" -eq $((0x6d686e64)) ]
	[ "$(sql "SELECT count(*) FROM pragma_table_list WHERE type = 'table'
	    AND name NOT LIKE 'sqlite_%' AND NOT strict")" -eq 0 ]
	[ "$(sql 'PRAGMA journal_mode')" = wal ]
	minutehand job add q --id j --every 1d
	minutehand job run q j
	while read -r text; do
		run sql "$text"
		[ "$status" -ne 0 ]
		[[ $output == *constraint* || $output == *'cannot store'* ]]
	done <<-'EOT'
	INSERT INTO job SELECT NULL, queue, job_id, trigger, args, kwargs, render, max_attempts, description, priority, misfire_grace_us, coalesce, max_catchup, max_instances, state, reason, next_run_us, cursor_us, created_us, changed_us, since_us, max_runtime_us, max_age_us, base_us, cap_us, owner, alerts, expect_within_us, failed_max_attempts, failed_base_us, failed_cap_us, badge FROM job
	INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count, state, decided_us) SELECT 'x', job, queue, job_id, slot_us, 0, 1, 'sent', 0 FROM run
	INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count, state, decided_us) SELECT task_id, job, queue, job_id, 5, 0, 1, 'sent', 0 FROM run
	UPDATE job SET state = 'asleep'
	UPDATE job SET priority = 'high'
	EOT
}

@test "minutehand-store(5): the audit has every change, with its actor" {
	sql() { sqlite3 "$store" "$1"; }
	"$ctl" job add q --id j --every 1d
	"$ctl" job pause q j
	"$ctl" job resume q j
	"$ctl" job run q j
	"$ctl" queue pause q
	"$ctl" queue resume q
	"$ctl" queue clear q --yes
	"$ctl" job delete q j
	add '{"queue_name":"q","job_id":"h","trigger":"date","run_date":"2099-01-01"}'
	cgi POST '/funboost/pause_scheduler?queue_name=q'
	cgi DELETE '/funboost/delete_timing_job?queue_name=q&job_id=h'
	id=${token:3:8}
	[ "$(sql 'SELECT count(*) FROM audit WHERE action = '"'job.add'"' AND
	    actor = '"'owner'"' AND queue = '"'q'"' AND job_id = '"'j'")" -eq 1 ]
	[ "$(sql "SELECT count(DISTINCT action) FROM audit WHERE actor = 'owner'")" -ge 8 ]
	[ "$(sql "SELECT group_concat(action, ' ') FROM (SELECT action FROM audit
	    WHERE actor = '$id' ORDER BY id)")" = 'job.add queue.pause job.delete' ]
	[ "$(sql 'SELECT count(*) FROM audit WHERE at_us < 1600000000000000')" -eq 0 ]
	# Reading leaves none.
	n=$(sql 'SELECT count(*) FROM audit')
	"$ctl" job list
	"$ctl" queue list
	"$ctl" runs
	cgi GET /funboost/get_timing_jobs
	[ "$(sql 'SELECT count(*) FROM audit')" -eq "$n" ]
}

@test "minutehand-store(5): queue numbers, and numbers of jobs are not used again" {
	sql() { sqlite3 "$store" "$1"; }
	minutehand job add q --id a --every 1d
	first=$(sql 'SELECT id FROM job')
	minutehand job delete q a
	minutehand job add q --id a --every 1d
	[ "$(sql 'SELECT id FROM job')" -gt "$first" ]
	# A replaced job keeps its number.
	second=$(sql 'SELECT id FROM job')
	minutehand job add q --id a --every 2d --replace
	[ "$(sql 'SELECT id FROM job')" -eq "$second" ]
	minutehand job run q a
	message=$(sql 'SELECT id FROM message')
	minutehand consume q -- true
	minutehand job run q a
	[ "$(sql 'SELECT id FROM message')" -gt "$message" ]
	[ "$(sql 'SELECT state, attempt, lease IS NULL FROM message')" = '0|0|1' ]
	post /v1/queues/q/lease '{}'
	[ "$(sql 'SELECT state, attempt, lease IS NULL FROM message')" = '1|1|0' ]
}
