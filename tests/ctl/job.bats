#!/usr/bin/env bats
# minutehand job add and preview: every option, its good values and its bad.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# One home for all; each test has a queue of its own.
setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	Q=q$BATS_TEST_NUMBER
}

# Lines of FILTER;OPTIONS, as a shell takes them: jq's filter holds for the
# job that they add.
all_added() {
	local filter words
	while IFS=';' read -r filter words; do
		eval "\"\$MH\" job add \$Q --id x --replace $words" \
		    >"$BATS_TEST_TMPDIR/added" || { echo "$words"; return 1; }
		grep -q "^$Q x: next run " "$BATS_TEST_TMPDIR/added"
		"$MH" job show "$Q" x --json >"$BATS_TEST_TMPDIR/job"
		jq -e "$filter" "$BATS_TEST_TMPDIR/job" >"$BATS_TEST_TMPDIR/is" || {
			printf '%s: not %s\n' "$words" "$filter"
			cat "$BATS_TEST_TMPDIR/job"
			return 1
		}
	done
}

# Lines of STATUS|TEXT|OPTIONS: refused so, and nothing is added.
all_refused() {
	local want text words
	while IFS='|' read -r want text words; do
		eval "run --separate-stderr \"\$MH\" job add \$Q --id x $words"
		if [ "$status" -ne "$want" ] || [ -n "$output" ] ||
		    [[ $stderr != *"$text"* ]]; then
			printf '%s: %s, not %s\n%s\n' "$words" "$status" "$want" \
			    "$stderr"
			return 1
		fi
	done
	[ -z "$("$MH" job list "$Q")" ]
}

@test "triggers: each option, and its member" {
	all_added <<-'EOT'
	.trigger == "date[2099-01-02 03:04:00 UTC]";--date '2099-01-02 03:04'
	.trigger == "date[2099-01-02 03:04:05 UTC]";--date 2099-01-02T03:04:05Z
	.trigger == "interval[0:01:30]";--every 90
	.trigger == "interval[0:00:10]";--every 10s
	.trigger == "interval[0:05:00]";--every 5m
	.trigger == "interval[1:00:00]";--every 1h
	.trigger == "interval[2 days, 0:00:00]";--every 2d
	.trigger == "interval[7 days, 0:00:00]";--every 1w
	.trigger == "interval[0:00:02]";--every 2000ms
	.trigger == "interval[1:30:00]";--every 1h30m
	.trigger == "interval[1:30:00]";--every 1.5h
	.trigger == "interval[1 day, 0:00:01]";--every 1d1000ms
	.misfire_grace_time == 90;--every 1h --misfire-grace 1m30s
	.trigger == "cron[hour='3']";--cron hour=3
	.trigger == "cron[day='1st mon', hour='3', minute='*/5']";--cron "hour=3 minute=*/5 day='1st mon'"
	.trigger == "cron[day='1st mon', hour='3']";--cron 'day="1st mon" 	hour=3'
	.trigger == "cron[month='jan', day_of_week='mon-fri', second='0']";--cron 'month=JAN day_of_week=mon-fri second=0'
	.crontab == "0 3 * * 1-5";--crontab '0 3 * * 1-5'
	.crontab == "@daily";--crontab @daily
	.crontab == "0 9 * * mon";--crontab '0 0 9 ? * 2'
	.timezone == "Asia/Tokyo";--crontab 'CRON_TZ=Asia/Tokyo 0 9 * * *'
	.trigger == "interval[1:30:00]";--crontab '@every 1h30m'
	.trigger == "calendarinterval[weeks=2, time='09:00:00', start_date='2030-01-01']";--calendarinterval 'weeks=2 hour=9' --start 2030-01-01
	.trigger == "calendarinterval[months=3, time='00:00:30', start_date='2030-01-31', on_missing_day='last']";--calendarinterval 'months=3 second=30 on_missing_day=last' --start 2030-01-31
	EOT
}

@test "triggers: none, two, and invalid ones" {
	all_refused <<-'EOT'
	64|one of --date, --every, --cron and --crontab is needed|
	64|one of --date, --every, --cron and --crontab|--every 1h --cron hour=3
	64|one of --date, --every, --cron and --crontab|--cron hour=3 --crontab @daily
	64|one of --date, --every, --cron and --crontab|--timezone UTC
	64|--every: a duration such as|--every soon
	64|--every: a duration such as|--every ''
	64|--every: a duration such as|--every -5
	64|--every: a duration such as|--every 1.5
	64|--every: a duration such as|--every 1h30
	64|--every: a duration such as|--every '1h 30m'
	64|--every: whole seconds are needed|--every 1500ms
	65|seconds: the interval must be longer than 0|--every 0
	64|--every: a duration such as|--every 36526d
	64|--cron: name=value is needed at "hour"|--cron hour
	64|--cron: name=value is needed at "=3"|--cron =3
	64|--cron: name=value is needed at "3"|--cron 'hour=2 3'
	64|--cron: unterminated quotes|--cron "day='1st mon"
	64|--cron: no such field "hours"|--cron hours=3
	64|--cron: no such field "timezone"|--cron 'hour=3 timezone=UTC'
	65|trigger: |--cron ''
	64|--calendarinterval: no such field "hours"; fields are years months weeks|--calendarinterval hours=3
	64|one of --date, --every, --cron and --crontab|--calendarinterval days=1 --every 1h
	65|trigger: interval must be at least 1 day|--calendarinterval hour=3
	65|months: must be a whole number|--calendarinterval months=1.5
	65|hour: must be a whole number from 0 to 23|--calendarinterval 'days=1 hour=24'
	65|on_missing_day: must be skip or last|--calendarinterval 'days=1 on_missing_day=next'
	65|end_date: end_date cannot be earlier than start_date|--calendarinterval days=1 --start 2030-01-02 --end 2030-01-01
	65|hour: |--cron hour=24
	65|hour: |--cron hour=
	65|day: |--cron 'month=2 day=30'
	65|crontab: |--crontab '* * * *'
	65|run_date: Invalid date string|--date soon
	65|run_date: month must be in 1..12|--date 2099-13-01
	EOT
}

@test "more about the trigger" {
	all_added <<-'EOT'
	.timezone == "Asia/Tokyo" and (.next_run_time | endswith("03:00:00+09:00"));--cron hour=3 --timezone Asia/Tokyo
	.timezone == "+05:30";--every 1h --timezone +05:30
	.next_run_time == "2090-01-01 00:00:00+00:00";--every 1h --start 2090-01-01
	.start_date == "2090-01-01 00:00:00+00:00";--every 1h --start 2090-01-01
	.end_date == "2091-01-01 00:00:00+00:00";--every 1h --end 2091-01-01
	.jitter == 30;--every 1h --jitter 30s
	.jitter == 0;--every 1h --jitter 0
	.dst == "skip";--cron hour=3 --dst skip
	.dst == "auto";--cron hour=3
	EOT
	Q+=b
	all_refused <<-'EOT'
	65|timezone: |--every 1h --timezone Mars/Base
	65|start_date: Invalid date string|--every 1h --start soon
	65|end_date: |--every 1h --end 2001-01-01
	64|--jitter: a duration such as|--every 1h --jitter x
	64|--jitter: whole seconds are needed|--every 1h --jitter 5ms
	65|dst: must be one of auto, wall, skip, once|--cron hour=3 --dst x
	EOT
}

@test "the job itself" {
	all_added <<-'EOT'
	.args == [1,"é",null];--every 1h --args '[1,"é",null]'
	.kwargs == {"x":{"y":1}};--every 1h --kwargs '{"x":{"y":1}}'
	.priority == 255;--every 1h --priority 255
	.priority == 0 and .coalesce and .max_catchup == 100 and .misfire_grace_time == null;--every 1h
	.description == "two\nlines";--every 1h --description $'two\nlines'
	.misfire_grace_time == 90;--every 1h --misfire-grace 90s
	.coalesce == true;--every 1h --coalesce
	.coalesce == false and .max_catchup == 5;--every 1h --no-coalesce --max-catchup 5
	.status == "paused" and .next_run_time == null;--every 1h --paused
	EOT
	Q+=b
	all_refused <<-'EOT'
	65|--args: |--every 1h --args '['
	65|args: must be a list, not an object|--every 1h --args '{}'
	65|kwargs: must be an object, not a list|--every 1h --kwargs '[]'
	65|a duplicate name|--every 1h --kwargs '{"a":1,"a":2}'
	65|kwargs: |--every 1h --kwargs '{"extra":{"can_not_json_serializable_keys":1}}'
	65|priority: must be a whole number from 0 to 255|--every 1h --priority 256
	65|priority: |--every 1h --priority high
	65|description: has more than 1024 bytes|--every 1h --description "$(printf '%1025s' x)"
	65|misfire_grace_time: must be a whole number from 1|--every 1h --misfire-grace 0
	64|--misfire-grace: a duration such as|--every 1h --misfire-grace x
	64|--misfire-grace: whole seconds|--every 1h --misfire-grace 1ms
	65|max_catchup: must be a whole number from 1 to 10000|--every 1h --max-catchup 0
	65|max_catchup: must be|--every 1h --max-catchup 10001
	64|--coalesce and --no-coalesce exclude each other|--every 1h --coalesce --no-coalesce
	65|job_id: |--every 1h --id ''$'\n'
	EOT
}

@test "every bad field at once, a line each" {
	run "$MH" job add "$Q" --cron 'hour=25 minute=61' --priority 999 \
	    --max-catchup 0 --timezone Mars/Base
	[ "$status" -eq 65 ]
	[ "${#lines[@]}" -eq 5 ]
	for line in "${lines[@]}"; do
		[[ $line == "minutehand: "*": "* ]]
	done
}

@test "--id, --replace, --memory: which job is meant" {
	id=$("$MH" job add "$Q" --every 1h | sed 's/^[^ ]* \([0-9a-f]*\):.*/\1/')
	[[ $id =~ ^[0-9a-f]{32}$ ]]
	"$MH" job add "$Q" --id a --every 1h --description old
	run "$MH" job add "$Q" --id a --every 2h
	[ "$status" -eq 1 ]
	[[ $output == *"$Q a: exists already"* ]]
	"$MH" job add "$Q" --id a --every 2h --memory
	[ "$("$MH" job list "$Q" --json | jq .count)" -eq 3 ]
	"$MH" job add "$Q" --id a --every 3h --replace
	[ "$("$MH" job show "$Q" a --json | jq -c '[.trigger, .description]')" = \
	    '["interval[3:00:00]",null]' ]
	"$MH" job delete "$Q" a
	[ "$("$MH" job show "$Q" a --json | jq -r .job_store_kind)" = memory ]
}

@test "--json: no other option with it" {
	file=$BATS_TEST_TMPDIR/job
	echo "{\"queue_name\":\"$Q\",\"trigger\":\"date\",\"run_date\":\"2099-01-01\"}" >"$file"
	for option in '--id x' '--every 1h' '--args []' '--priority 1' --paused \
	    --replace --memory '--timezone UTC' --coalesce '--misfire-grace 1'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$MH" job add --json "$file" $option
		[ "$status" -eq 64 ]
		[[ $stderr == *"--json and ${option%% *} exclude each other"* ]]
	done
	run "$MH" job add "$Q" --json "$file"
	[ "$status" -eq 64 ]
	[[ $output == *'the queue must be given in the file, as queue_name'* ]]
	"$MH" job add --json "$file"
	[ "$("$MH" job list "$Q" --json | jq .count)" -eq 1 ]
}

@test "pause, resume: the next run, and jobs without one" {
	"$MH" job add "$Q" --id a --every 1h --start 2026-01-01T00:30:00Z
	"$MH" job pause "$Q" a
	"$MH" job pause "$Q" a
	[[ $("$MH" job show "$Q" a --json | jq -r .reason) == 'by owner since '* ]]
	"$MH" job resume "$Q" a
	"$MH" job resume "$Q" a
	# An interval keeps its phase.
	[[ $("$MH" job show "$Q" a --json | jq -r .next_run_time) == *:30:00+00:00 ]]
	"$MH" job add "$Q" --id over --every 1h --paused
	sqlite3 "$STORE" "UPDATE job SET trigger = replace(trigger, ';', ';end_us=1;')
	    WHERE job_id = 'over'"
	run "$MH" job resume "$Q" over
	[ "$status" -eq 1 ]
	[[ $output == *"$Q over: can never run again; nothing was changed"* ]]
	[ "$("$MH" job show "$Q" over --json | jq -r .status)" = paused ]
}

@test "preview: options, and invalid ones" {
	while IFS=';' read -r filter words; do
		eval "\"\$MH\" preview --json $words" >"$BATS_TEST_TMPDIR/p"
		jq -e "$filter" "$BATS_TEST_TMPDIR/p" >"$BATS_TEST_TMPDIR/is" ||
		    { echo "$words"; cat "$BATS_TEST_TMPDIR/p"; false; }
	done <<-'EOT'
	(.fires | length) == 10;--every 1h
	.fires[0].utc == "2026-01-01T01:00:00Z";--every 1h --now 2026-01-01 --count 1
	.fires[0].utc == "2025-12-31T18:00:00Z";--cron hour=3 --timezone Asia/Tokyo --now 2026-01-01 --count 1
	.exhausted and (.fires | length) == 1;--date 2099-01-01
	.warnings[0].code == "past";--date 2001-01-01
	EOT
	while IFS='|' read -r want text words; do
		eval "run --separate-stderr \"\$MH\" preview $words"
		[ "$status" -eq "$want" ] || { echo "$words: $status"; false; }
		[ -z "$output" ]
		[[ $stderr == *"$text"* ]]
	done <<-'EOT'
	64|one of --date, --every, --cron and --crontab|
	65|--now: Invalid date string|--every 1h --now soon
	65|hour: |--cron hour=24
	65|a trigger is an object, not a list|--json '[]'
	65|unexpected character|'nonsense'
	65|timezone: |--every 1h --timezone Mars/Base
	65|--now: |--every 1h --timezone Mars/Base --now 2026-01-01
	EOT
	# A configuration named by -c must be right; one that is found need not.
	run "$MH" -c /nonexistent preview --every 1h
	[ "$status" -eq 78 ]
	MINUTEHAND_CONF=/nonexistent run "$MH" preview --every 1h
	[ "$status" -eq 0 ]
}
