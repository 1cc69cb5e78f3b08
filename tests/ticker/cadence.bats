#!/usr/bin/env bats
# Hosts whose cron runs every 5 or 15 minutes, measured by the rows of ticks.
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	store=$dir/store.db
}

sql() {
	sqlite3 "$store" "$1"
}

# ticks EVERY STAY: ten of them, the last one EVERY seconds ago; each looked
# for STAY seconds, or was killed at once ("").
ticks() {
	sql "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i - 1 FROM n
	    WHERE i > 1), t(s) AS (SELECT 1000000 * (strftime('%s') - i * $1)
	    FROM n) INSERT INTO tick (started_us, until_us, ended_us, sent,
	    decided) SELECT s, s, ${2:+s + 1000000 *} ${2:-NULL}, 0, 0 FROM t"
}

# late ID SECONDS GRACE: a job whose slot was due that long ago.
late() {
	add "{\"queue_name\":\"q\",\"job_id\":\"$1\",\"trigger\":\"interval\",
	    \"hours\":24,\"misfire_grace_time\":$3}"
	status_is 200
	sql "UPDATE job SET cursor_us = 1000000 * (strftime('%s') - $2),
	    next_run_us = 1000000 * (strftime('%s') - $2),
	    trigger = 'interval;timezone=UTC;length_us=86400000000;run_us='
	    || (1000000 * (strftime('%s') - $2)) WHERE job_id = '$1'"
}

row() {
	sql "SELECT state, reason FROM run WHERE job_id = '$1'"
}

@test "the interval is measured, and reported by healthz and doctor" {
	while read -r every stay cadence gap; do
		sql 'DELETE FROM tick'
		ticks "$every" "$stay"
		cgi GET /healthz
		is cadence "$cadence"
		is unwatched "$gap"
		is late false
		run "$ctl" doctor
		if [ "$gap" -eq 0 ]; then
			[[ $output == *"ok    ticker"*"one every $cadence s"* ]]
		else
			[[ $output == *"warn  ticker"*"a tick every $cadence s, and no ticker runs for $gap s in between"* ]]
			[[ $output == *"window = auto"* ]]
		fi
	done <<-EOF2
		60 62 60 0
		60 1 60 59
		60 25 60 35
		300 301 300 0
		300 0 300 300
		900 901 900 0
		900 25 900 875
		30 31 60 0
	EOF2
}

@test "before three ticks nothing is known" {
	cgi GET /healthz
	is unwatched null
	is cadence 60
	ticks 300 1
	sql 'DELETE FROM tick WHERE id > 2'
	cgi GET /healthz
	is unwatched null
}

@test "previews and adds warn by the measured interval, HTTP and command" {
	spec='{"queue_name":"q","trigger":"interval","minutes":1}'
	for n in 1 2 3; do
		case $n in
		1) ticks 60 62; want=0 ;;	# ticks stay
		2) ticks 300 301; want=0 ;;	# also those that are rare
		3) ticks 300 1; want=1 ;;	# nobody looks for five minutes
		esac
		post /v1/preview "$spec"
		[ "$(field '[.warnings[] | select(.code == "cadence")] | length')" \
		    -eq "$want" ]
		cgi POST /v1/preview "$spec" HTTP_ACCEPT_LANGUAGE=en
		[ "$want" -eq 0 ] ||
		    has 'warnings[0].message' 'ticks run every 5 minutes'
		run "$ctl" preview "$spec"
		[ "$status" -eq 0 ]
		[ "$(grep -c 'warning: .*ticks run every 5 minutes' \
		    <<<"$output")" -eq "$want" ]
		add "$spec"
		[ "$(field '[.data.warnings[] | select(.code == "cadence")] | length')" \
		    -eq "$want" ]
		sql 'DELETE FROM tick'
	done
	# Without a store the configuration must do.
	rm "$store"
	printf 'window = 0\n' >>"$conf"
	run "$ctl" preview '{"trigger":"interval","seconds":5}'
	[[ $output == *'every 5 seconds, but ticks run every'* ]]
}

@test "a short grace with a tick every five minutes: it runs, with a warning" {
	ticks 300 1
	late short 280 1
	late none 280 null
	late own 500 600
	"$ticker" --once
	[[ $(row short) == "sent|late by 28"*" s, misfire_grace_time is 1.000 s, but 329.000 s here, for nobody looks for 299.000 s between ticks" ]]
	[ "$(row none)" = 'sent|' ]
	[ "$(row own)" = 'sent|' ]
	[ "$(sql 'SELECT count(*) FROM message')" -eq 3 ]
	run "$ctl" doctor
	[[ $output == *"A misfire_grace_time below "*"counts as that: 1 job(s)"* ]]
	# In one sentence, too.
	at=$(sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', slot_us / 1000000,
	    'unixepoch') FROM run WHERE job_id = 'short'")
	[[ $("$ctl" why q short "$at") == *"nobody looks for 299.000 s"* ]]
}

@test "later than the host's usual delay: missed, by its own grace" {
	ticks 300 1
	late j 400 1
	"$ticker" --dry-run | grep -q '^skip	q	j'
	"$ticker" --once
	[[ $(row j) == "missed|late by 40"*" s, misfire_grace_time is 1.000 s, but 329.000 s here"* ]]
}

@test "with ticks that stay, the grace is exact" {
	ticks 300 301
	late j 100 60
	late k 40 60
	"$ticker" --once
	[[ $(row j) == "missed|late by 10"*" s, misfire_grace_time is 60.000 s" ]]
	[ "$(row k)" = 'sent|' ]
}

@test "an outage with rare ticks: only the newest slot is recent" {
	ticks 300 1
	late j 5000 1
	sql "UPDATE job SET coalesce = 0, trigger = replace(trigger,
	    '86400000000', '100000000')"
	"$ticker" --once
	[ "$(sql "SELECT state, sum(count) FROM run GROUP BY state
	    ORDER BY state" | xargs)" = 'missed|47 sent|4' ]
}
