#!/usr/bin/env bats
# minutehand export, plan and apply: jobs as one file.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	F=$BATS_TEST_TMPDIR/jobs.json
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$STORE" "$1"
}

# A file of jobs: file OWNER [MEMBERS OF A JOB]…
file() {
	local owner=$1 job sep=
	shift
	{
		printf '{"version":1,%s"jobs":[' "${owner:+\"owner\":\"$owner\",}"
		for job; do
			printf '%s{%s}' "$sep" "$job"
			sep=,
		done
		printf ']}\n'
	} >"$F"
}

A='"queue_name":"q","job_id":"a","trigger":"cron","crontab":"0 9 * * *"'
B='"queue_name":"q","job_id":"b","trigger":"interval","hours":1'

# A line per job, as options of job add.
jobs() {
	cat <<-'EOT'
	--crontab '0 3 * * 1-5' --timezone Europe/Berlin
	--crontab 'CRON_TZ=Asia/Tokyo 0 9 * * *'
	--crontab '@daily' --dst once
	--crontab '0 0 9 ? * 2#1'
	--crontab 'H H(3-5) L * *'
	--crontab '@every 1h30m' --end '2031-01-01 10:00:00'
	--cron 'hour=3 minute=*/5' --start 2096-12-24 --dst wall
	--cron 'day=last month=jan-mar,dec second=1' --timezone +05:45
	--cron "day='1st mon,last fri' hour=3" --end 2098-01-01
	--every 90s --jitter 5s
	--every 2w
	--every 1d1s --start '2030-06-30 02:30' --timezone America/New_York
	--calendarinterval 'weeks=2 hour=9' --start 2030-01-31 --timezone Europe/Berlin
	--calendarinterval 'months=1 hour=9 on_missing_day=last' --start 2030-01-31
	--calendarinterval 'years=1 days=3 hour=9 minute=8 second=7'
	--date '2099-01-01 10:00' --timezone Asia/Kolkata
	--date '2099-01-01 10:00:00.000123'
	--date '2099-01-01 10:00+02:00' --timezone Asia/Kolkata
	--date '2099-10-25 02:30+01:00' --timezone Europe/Berlin
	--date '2099-10-25 02:30' --timezone Europe/Berlin
	--date '2099-03-29 02:30' --timezone Europe/Berlin
	--date '1850-01-01 10:00' --timezone Europe/Amsterdam
	--every 1h --kwargs '{"b":{"x":[1,2]},"a":"ü\u0007\u202e\n\"\\"}' --priority 3
	--every 1h --args '[1,"x",null]' --description 'For people: "日本"'
	--every 1h --no-coalesce --max-catchup 7 --misfire-grace 60
	--every 1h --paused
	--every 1h --render srv-c3rfdgg6n88pa7t3a6ag --command 'echo 1' --max-runtime 1h
	EOT
}

@test "an export applied changes nothing, here or in an empty store" {
	local n=0 line
	while read -r line; do
		eval "\"\$MH\" job add 'q é' --id j$((n += 1)) $line" \
		    >/dev/null 2>&1 || { echo "$line"; return 1; }
	done < <(jobs)
	[ "$n" -eq 27 ]
	echo '{"queue_name":"q","job_id":"r","trigger":"interval","hours":1,
	    "retry":{"max_attempts":7,"base":3},"max_instances":4}' |
	    "$MH" job add --json - >/dev/null
	"$MH" export >"$F"
	sql 'SELECT * FROM job ORDER BY id' >"$BATS_TEST_TMPDIR/before"
	sql 'SELECT count(*) FROM audit' >>"$BATS_TEST_TMPDIR/before"
	run -0 "$MH" plan "$F" --check
	[ "$output" = "plan: 0 new, 0 changed, 0 deleted, $((n + 1)) same, 0 ran already, 0 refused; nothing was changed" ]
	run -0 "$MH" apply "$F"
	sql 'SELECT * FROM job ORDER BY id' >"$BATS_TEST_TMPDIR/after"
	sql 'SELECT count(*) FROM audit' >>"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	"$MH" export | cmp - "$F"
	# Made anew by it, they are exported as before.
	"$MH" init "$BATS_TEST_TMPDIR/other" >/dev/null
	"$MH" -c "$BATS_TEST_TMPDIR/other/minutehand.conf" apply "$F" >"$BATS_TEST_TMPDIR/out"
	tail -n 1 "$BATS_TEST_TMPDIR/out" | grep "^applied: $((n + 1)) new"
	"$MH" -c "$BATS_TEST_TMPDIR/other/minutehand.conf" export | cmp - "$F"
}

@test "every column of a job is exported, or known not to be" {
	echo '{"queue_name":"q","job_id":"r","trigger":"interval","hours":1,
	    "description":"d","kwargs":{"x":1},"priority":3,"coalesce":false,
	    "misfire_grace_time":60,"max_catchup":7,"max_instances":4,
	    "max_runtime":5,"expect_within":6,"alerts":false,"paused":true,
	    "retry":{"max_attempts":7,"base":3,"cap":9,"max_age":99},
	    "retry_failed":{"max_attempts":3,"base":4}}' |
	    "$MH" job add --json - >/dev/null
	"$MH" export >"$F"
	jq -e '.jobs[0] | length == 18 and .alerts == false and
	    .expect_within == 6 and (.retry | length) == 4' "$F"
	run -0 "$MH" plan "$F" --check
	for member in alerts expect_within max_runtime priority retry retry_failed; do
		jq --arg m "$member" '.jobs[0] |= del(.[$m])' "$F" >"$F.less"
		run -1 "$MH" plan "$F.less" --check
		[[ $output == *"    $member: "*" becomes not set"* ]]
	done
	# A new column belongs into lib/job/body.c and lib/sched/apply.c.
	[ "$(sql "SELECT group_concat(name, ' ') FROM pragma_table_info('job')")" = \
	    "id queue job_id trigger args kwargs render max_attempts description priority misfire_grace_us coalesce max_catchup max_instances state reason next_run_us cursor_us created_us changed_us since_us max_runtime_us max_age_us base_us cap_us owner alerts expect_within_us failed_max_attempts failed_base_us failed_cap_us badge" ]
}

@test "the order of an export is that of names, whatever was added first" {
	for id in b a c; do
		"$MH" job add "z" --id $id --every 1h >/dev/null
		"$MH" job add "a" --id $id --every 1h >/dev/null
	done
	run -0 jq -r '.jobs[] | .queue_name + .job_id' <("$MH" export)
	[ "$(echo "$output" | tr '\n' ' ')" = "aa ab ac za zb zc " ]
	run -0 jq -r '.jobs[] | .queue_name + .job_id' <("$MH" export --queue 'z*')
	[ "$(echo "$output" | tr '\n' ' ')" = "za zb zc " ]
	run -64 "$MH" export --queue ''
	[ "$(jq -c .jobs <("$MH" export --queue none))" = "[]" ]
}

@test "a plan says what differs, and when it fires; it changes nothing" {
	file '' "$A" "$B"
	"$MH" apply "$F" >/dev/null
	sql 'SELECT * FROM job' >"$BATS_TEST_TMPDIR/before"
	file '' "${A/0 9/30 10},\"kwargs\":{\"x\":1}" "${B/\"b\"/\"c\"},\"paused\":true"
	run -0 "$MH" plan "$F"
	[ "${lines[0]}" = "changed: q a" ]
	[ "${lines[1]}" = '    crontab: "0 9 * * *" becomes "30 10 * * *"' ]
	[ "${lines[2]}" = '    kwargs: not set becomes {"x":1}' ]
	[[ ${lines[3]} =~ ^"    fires now   "20..-..-..\ 09:00:00\+00:00,\ .*,\ .*$ ]]
	[[ ${lines[4]} =~ ^"    then        "20..-..-..\ 10:30:00\+00:00,\ .*,\ .*$ ]]
	[ "${lines[5]}" = "new: q c" ]
	[ "${lines[6]}" = "    every 1 hour, in UTC" ] || [[ ${lines[6]} == "    every hour"* ]]
	[ "${lines[7]}" = "    fires       paused" ]
	[ "${lines[8]}" = "plan: 1 new, 1 changed, 0 deleted, 0 same, 0 ran already, 0 refused; nothing was changed" ]
	sql 'SELECT * FROM job' | cmp - "$BATS_TEST_TMPDIR/before"
	run -1 "$MH" plan "$F" --check
	run -0 "$MH" plan "$F" --json
	[ "$(jq -c '.jobs[0].changes' <<<"$output")" = '{"crontab":{"old":"0 9 * * *","new":"30 10 * * *"},"kwargs":{"old":null,"new":{"x":1}}}' ]
	[ "$(jq -c '[.is_applied, .new, .changed, .same, (.jobs[0].fires_then | length)]' <<<"$output")" = '[false,1,1,0,3]' ]
	"$MH" apply "$F" >/dev/null
	run -0 "$MH" plan "$F" --check
}

# Lines of FIELD|TEXT|MEMBERS of jobs[1]: refused so, with nothing changed.
@test "what is no job is refused by file, job and field; nothing is changed" {
	local field text members
	"$MH" job add q --id old --every 1h >/dev/null
	sql 'SELECT * FROM job' >"$BATS_TEST_TMPDIR/before"
	while IFS='|' read -r field text members; do
		file me "$A" "$members"
		for what in plan apply; do
			run --separate-stderr "$MH" $what "$F" --prune
			[ "$status" -eq 65 ] &&
			    [[ $stderr == "minutehand: $F: jobs[1].$field: "*"$text"* ]] || {
				echo "$members: $status: $stderr"
				return 1
			}
		done
	done <<-'EOT'
	hour|25|"queue_name":"q","job_id":"x","trigger":"cron","hour":25
	job_id|required|"queue_name":"q","trigger":"cron","hour":5
	queue_name|required|"job_id":"q","trigger":"cron","hour":5
	job_store_kind|must not be memory|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"job_store_kind":"memory"
	replace_existing|must be left out|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"replace_existing":false
	owner|must|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"owner":7
	owner|empty|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"owner":""
	hourz|did you mean hours|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"hourz":1
	job_id|a of queue q is jobs[0] already|"queue_name":"q","job_id":"a","trigger":"cron","hour":5
	render.serviceId|srv-|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"render":{"serviceId":"x","startCommand":"y"}
	timezone|Mars|"queue_name":"q","job_id":"x","trigger":"cron","hour":5,"timezone":"Mars"
	EOT
	sql 'SELECT * FROM job' | cmp - "$BATS_TEST_TMPDIR/before"
}

@test "what is no file of jobs is refused; a missing list is not an empty one" {
	local text json
	"$MH" job add q --id old --every 1h >/dev/null
	sql "UPDATE job SET owner = 'me'"
	while IFS='|' read -r text json; do
		printf '%s' "$json" >"$F"
		run --separate-stderr "$MH" apply "$F" --prune
		[ "$status" -eq 65 ] && [[ $stderr == *"$F: $text"* ]] ||
		    { echo "$json: $status: $stderr"; return 1; }
	done <<-'EOT'
	file: must be an object|[]
	expected a value|null
	version: is required|{"owner":"me","jobs":[]}
	version: |{"version":2,"owner":"me","jobs":[]}
	jobs: is required|{"version":1,"owner":"me"}
	jobs: is required|{"version":1,"owner":"me","jobs":null}
	jobs: |{"version":1,"owner":"me","jobs":{}}
	owner: is required with --prune|{"version":1,"jobs":[]}
	owner: |{"version":1,"owner":"","jobs":[]}
	job|{"version":1,"owner":"me","job":[],"jobs":[]}
	|{"version":1,
	EOT
	[ "$(sql 'SELECT count(*) FROM job')" = 1 ]
}

@test "--prune takes the owner's jobs alone, and another's are not taken over" {
	file mine "$A" "$B"
	"$MH" apply "$F" >/dev/null
	"$MH" job add q --id nobody --every 1h >/dev/null
	file other "${A/\"a\"/\"theirs\"}"
	"$MH" apply "$F" >/dev/null
	file mine "$B"
	run -0 "$MH" plan "$F" --prune
	[ "${lines[0]}" = "deleted: q a" ]
	run -0 "$MH" apply "$F"
	[ "$(sql 'SELECT group_concat(job_id) FROM (SELECT job_id FROM job ORDER BY job_id)')" = "a,b,nobody,theirs" ]
	run -0 "$MH" apply "$F" --prune
	[ "$(sql 'SELECT group_concat(job_id) FROM (SELECT job_id FROM job ORDER BY job_id)')" = "b,nobody,theirs" ]
	[ "$(sql "SELECT action FROM audit WHERE job_id = 'a' ORDER BY id DESC LIMIT 1")" = job.delete ]
	# An empty list is a list: all of mine go.
	file mine
	"$MH" apply "$F" --prune >/dev/null
	[ "$(sql 'SELECT group_concat(job_id) FROM (SELECT job_id FROM job ORDER BY job_id)')" = "nobody,theirs" ]
	# Another's job is refused, and with it the file; --adopt takes it.
	file mine "$B" "${A/\"a\"/\"theirs\"}"
	run -65 --separate-stderr "$MH" apply "$F"
	[[ $stderr == *"jobs[1]: q theirs: it belongs to another owner"* ]]
	[ "$(sql 'SELECT count(*) FROM job')" = 2 ]
	# By a file without an owner, too.
	file '' "$B" "${A/\"a\"/\"theirs\"}"
	run -65 --separate-stderr "$MH" apply "$F"
	[[ $stderr == *"jobs[1]: q theirs: it belongs to another owner"* ]]
	file mine "$B" "${A/\"a\"/\"theirs\"}"
	"$MH" apply "$F" --adopt >/dev/null
	[ "$(sql "SELECT owner FROM job WHERE job_id = 'theirs'")" = mine ]
	# A change by another way leaves the owner.
	"$MH" job set q theirs hour=3 trigger=cron >/dev/null 2>&1 ||
	    "$MH" job set q theirs description=x >/dev/null
	"$MH" job add q --id theirs --every 2h --replace >/dev/null
	[ "$(sql "SELECT owner FROM job WHERE job_id = 'theirs'")" = mine ]
	[ "$("$MH" job show q theirs --json | jq -r .owner)" = mine ]
	# Of one owner: the name stands once.
	"$MH" export --owner mine >"$F"
	[ "$(jq -c '[.owner, (.jobs | length), (.jobs[] | has("owner"))]' "$F")" = '["mine",2,false,false]' ]
	run -0 "$MH" plan "$F" --prune --check
}

@test "all or nothing: a limit, a job that never fires, a kill" {
	echo 'max_jobs_per_queue = 2' >>"$CONF"
	file '' "$A" "$B" "${A/\"a\"/\"x\"}"
	run -65 --separate-stderr "$MH" apply "$F"
	[[ $stderr == *"jobs[2]: q x: the queue has max_jobs_per_queue jobs"* ]]
	[ "$(sql 'SELECT count(*) FROM job')" = 0 ]
	file '' "$A" "$B,\"end_date\":\"2001-01-01\""
	run -65 --separate-stderr "$MH" apply "$F"
	[[ $stderr == *"jobs[1]"*"q b"* ]]
	[ "$(sql 'SELECT count(*) FROM job')" = 0 ]
}

@test "a one-off that ran is not run again; a job that cannot be read is left out" {
	file '' "\"queue_name\":\"q\",\"job_id\":\"once\",\"trigger\":\"date\",\"run_date\":\"2026-01-01 10:00\""
	"$MH" apply "$F" >/dev/null
	"$TICKER" -c "$CONF" --once
	run -0 "$MH" apply "$F"
	[[ $output == *"0 new, 0 changed, 0 deleted, 0 same, 1 ran already"* ]]
	"$MH" job add q --id bad --every 1h >/dev/null
	sql "UPDATE job SET trigger = 'x'"
	run -1 --separate-stderr "$MH" export
	[[ $stderr == *"q bad: left out: trigger"* ]]
	[ "$(jq -c .jobs <<<"$output")" = "[]" ]
}
