#!/usr/bin/env bats
# minutehand upcoming and GET /v1/fires: what will fire, and when.

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	for i in 1 2 3; do
		"$MH" job add mail --id "daily$i" --crontab "0 $((i * 3)) * * *" \
		    >"$BATS_TEST_TMPDIR/out"
	done
	"$MH" job add mail --id often --every 10s >"$BATS_TEST_TMPDIR/out"
	"$MH" job add other --id paused --crontab '0 5 * * *' \
	    --timezone Asia/Tokyo >"$BATS_TEST_TMPDIR/out"
	"$MH" job pause other paused >"$BATS_TEST_TMPDIR/out"
}

@test "a table: each fire, sums, paused jobs last, 80 columns" {
	run "$MH" upcoming
	[ "$status" -eq 0 ]
	[ "$(grep -c ' mail  *daily[123] ' <<<"$output")" -eq 3 ]
	[ "$(grep -c ' 8640 fires, the last ' <<<"$output")" -eq 1 ]
	[[ ${lines[-1]} == *' other '*paused*paused ]]
	[[ ${lines[0]} == AT*QUEUE*JOB*NOTE ]]
	run "$MH" upcoming other
	[ "${#lines[@]}" -eq 2 ]
	run "$MH" upcoming mail daily2 --in 1d24h
	[ "${#lines[@]}" -eq 3 ]
}

@test "pages: the next one begins at the cursor" {
	from=$(date -u -d '+1 day' +'%Y-%m-%d 00:00:00')
	"$MH" upcoming mail --from "$from" --in 72h --limit 1000 --json \
	    >"$BATS_TEST_TMPDIR/all"
	cursor=''
	while :; do
		"$MH" upcoming mail --from "$from" --in 72h --limit 2 --json \
		    --cursor "$cursor" >"$BATS_TEST_TMPDIR/page"
		jq -r '.items[] | select(.at) | .at[]' "$BATS_TEST_TMPDIR/page" \
		    >>"$BATS_TEST_TMPDIR/at"
		cursor=$(jq -r '.next_cursor // ""' "$BATS_TEST_TMPDIR/page")
		[ -n "$cursor" ] || break
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/at")" -eq 9 ]
	sort -c "$BATS_TEST_TMPDIR/at"
	[ "$(sort -u "$BATS_TEST_TMPDIR/at")" = "$(jq -r \
	    '.items[] | select(.at) | .at[]' "$BATS_TEST_TMPDIR/all" | sort)" ]
	[ "$(jq '.fires' "$BATS_TEST_TMPDIR/all")" -eq $((9 + 3 * 8640)) ]
	[ "$(jq '[.buckets.n[]] | add' "$BATS_TEST_TMPDIR/all")" -eq $((9 + 3 * 8640)) ]
}

@test "load: every minute of a day, and the fullest are named" {
	"$MH" upcoming --load --json >"$BATS_TEST_TMPDIR/load"
	[ "$(jq '.n | length' "$BATS_TEST_TMPDIR/load")" -eq 1440 ]
	sum=$(jq '.n | add' "$BATS_TEST_TMPDIR/load")
	# The last minute may be cut by the one that has begun.
	[ "$sum" -ge $((3 + 8640 - 6)) ]
	[ "$sum" -le $((3 + 8640)) ]
	run "$MH" upcoming --load
	[ "$(grep -c '+00:00  ' <<<"$output")" -eq 34 ]
	[[ $output == *'Busiest minutes'* ]]
}

@test "calendar and CSV" {
	"$MH" upcoming mail --format ics >"$BATS_TEST_TMPDIR/ics"
	[ "$(grep -c '^BEGIN:VEVENT' "$BATS_TEST_TMPDIR/ics")" -eq 4 ]
	[ "$(tail -c 15 "$BATS_TEST_TMPDIR/ics" | tr -d '\r')" = END:VCALENDAR ]
	"$MH" upcoming mail --format csv >"$BATS_TEST_TMPDIR/csv"
	python3 -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert len(rows) == 4, rows
assert sum(int(r["count"]) for r in rows) == 8643, rows
assert {r["queue_name"] for r in rows} == {"mail"}' "$BATS_TEST_TMPDIR/csv"
}

@test "refused options, by name" {
	while IFS='|' read -r status_is text args; do
		# shellcheck disable=SC2086
		run "$MH" upcoming $args
		[ "$status" -eq "$status_is" ]
		[[ $output == *"$text"* ]]
	done <<-'EOT'
	64|--limit|--limit 0
	64|--limit|--limit 1001
	64|--in|--in 0s
	64|--in|--in 400d
	64|--in|--in 366d1s
	64|--in|--in x
	64|--format|--format pdf
	65|--cursor|--cursor x
	65|--from|--from never
	EOT
}

@test "HTTP: the same page, of the queues that the token may see" {
	export MINUTEHAND_CONF=$CONF
	ask() {
		env -i PATH="$PATH" MINUTEHAND_CONF="$CONF" HOME="$HOME" \
		    REQUEST_METHOD=GET SCRIPT_NAME=/mh PATH_INFO=/v1/fires \
		    QUERY_STRING="$1" REMOTE_ADDR=192.0.2.7 \
		    HTTP_AUTHORIZATION="Bearer ${2:-$TOKEN}" "$FCGI" |
		    tr -d '\r' >"$BATS_TEST_TMPDIR/answer"
		sed '1,/^$/d' "$BATS_TEST_TMPDIR/answer" >"$BATS_TEST_TMPDIR/body"
	}
	# A page ends early on a machine that is busy.
	is_whole() {
		ask ''
		[ "$(jq -c '[.jobs, .overdue, (.paused | length)]' "$BATS_TEST_TMPDIR/body")" = '[4,0,1]' ]
	}
	wait_for 20 is_whole
	jq -e '.items[] | select(.dense) | .dense.n == 8640 and .dense.every == 10' \
	    "$BATS_TEST_TMPDIR/body"
	limited=$("$MH" token add --json --scopes read --queues other | jq -r .token)
	ask '' "$limited"
	[ "$(jq -c '[.jobs, .fires, (.paused | length)]' "$BATS_TEST_TMPDIR/body")" = '[0,0,1]' ]
	ask 'format=ics'
	grep -q '^Content-Type: text/calendar' "$BATS_TEST_TMPDIR/answer"
	for bad in limit=0 limit=1001 dense=0 to=2000-01-01 to=2100-01-01 format=x \
	    cursor=x job_id=x from=x; do
		ask "$bad"
		grep -q '^Status: 400' "$BATS_TEST_TMPDIR/answer"
		[ "$(jq -r '.error_data | keys[0]' "$BATS_TEST_TMPDIR/body")" = \
		    "$(sed 's/=.*//; s/job_id/queue_name/' <<<"$bad")" ]
	done
}

@test "upcoming: options without effect are refused, and a missing job" {
	local o
	for o in '--in 1h' '--limit 3' '--format csv' '--cursor 1.0.1' q 'q j'; do
		# shellcheck disable=SC2086
		run "$MH" upcoming --load $o
		[ "$status" -eq 64 ]
		[[ $output == *'goes with --from and --json alone' ]]
	done
	run "$MH" upcoming q nothing-of-that-name
	[ "$status" -eq 1 ]
	[[ $output == *'q nothing-of-that-name: not found' ]]
}
