#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets what is used here
# minutehand status: what it reports, and its exit status.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	STORE=$DIR/store.db
	echo 'max_deliveries = 1' >>"$CONF"
	alert_to owner 'command = {"/bin/true"}'
}

mh() {
	"$MINUTEHAND" "$@"
}

# The present state as JSON; its exit status is not looked at.
state() {
	mh status --json | jq -c "$1"
}

# A run of job q/$1 whose command is the rest.
work() {
	mh job run q "$1" >/dev/null
	mh consume q --max 1 --lease 30s --quiet -- "${@:2}" || :
}

# A tick that cron might have started.
tick() {
	"$TICKER" --window 0 </dev/null
}

@test "nothing yet: no ticker has run" {
	run -1 mh status
	[ "${lines[0]}" = 'The ticker does not run: no job fires.' ]
	[ "${lines[1]}" = '  cron has never run the ticker' ]
	[[ $output == *'last 24 hours    no runs'*'next             nothing' ]]
	[ "$(state '[.verdict, .ticker.state, .attention[0].code]')" = '["asleep","never","ticker_late"]' ]
}

@test "all right; a failure, a success after it" {
	mh job add q --id job --date 2099-01-01 >/dev/null
	mh job add q --id later --date 2098-01-01 --paused >/dev/null
	tick
	run -0 mh status
	[ "${lines[0]}" = 'Everything is all right.' ]
	[[ $output == *'jobs             2, 1 paused'* ]]
	[[ $output == *'next             2099-01-01 00:00:00'*'  q job' ]]
	work job true
	run -0 mh status
	[[ $output == *'last 24 hours    1 sent'* ]]
	work job sh -c 'echo broken >&2; exit 3'
	run -1 mh status
	[ "${lines[0]}" = 'Something is wrong.' ]
	[[ ${lines[1]} == '  q job has not succeeded, 1 run in a row: '*', since '* ]]
	[[ ${lines[2]} == '    minutehand output '* ]]
	[[ $output == *'  1 dead letter'* ]]
	[[ $output == *'last 24 hours    1 sent, 1 dead'* ]]
	run -0 mh output "${lines[2]##* }"
	[ "$output" = broken ]
	work job false
	[ "$(state '[.verdict, .jobs.failing, .messages.dead, .attention[0].n]')" = '["trouble",1,2,2]' ]
	# It works again: what is left are its dead letters.
	work job true
	[ "$(state '[.verdict, .jobs.failing, .attention[].code]')" = '["look",0,"dead_letters"]' ]
	mh dead purge q --all --yes >/dev/null
	run -0 mh status
	# Fails once more: the ones before the success are none of the streak.
	work job false
	[ "$(state '.attention[0].n')" = 1 ]
}

@test "late, missed, in quarantine" {
	mh job add q --id job --every 1d >/dev/null
	mh job add q --id bad --every 1d >/dev/null
	tick
	sqlite3 "$STORE" "UPDATE job SET next_run_us = 1000000 WHERE job_id = 'job'"
	[ "$(state '[.verdict, .jobs.overdue, .attention[0].code, .attention[0].job_id]')" = '["look",1,"overdue","job"]' ]
	run -1 mh status
	[[ $output == *'  1 job overdue, the first is q job'* ]]
	sqlite3 "$STORE" "UPDATE job SET state = 'quarantined', reason = 'damaged' WHERE job_id = 'bad';
	    UPDATE job SET next_run_us = 4000000000000000;
	    INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count, state, decided_us)
	    VALUES ('m', 1, 'q', 'job', (unixepoch() - 60) * 1000000, (unixepoch() - 60) * 1000000, 1, 'missed', 1)"
	[ "$(state '[.verdict, .jobs.put_aside, .runs_24h.missed, .attention[].code]')" = \
	    '["trouble",1,1,"job_put_aside","missed"]' ]
	run -1 mh status
	[[ $output == *'  1 job in quarantine, the first is q bad: damaged'*'  1 missed in the last 24 hours'* ]]
}

@test "many failing jobs: twenty lines, and how many more" {
	tick
	sqlite3 "$STORE" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
	    INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us, count, state, decided_us)
	    SELECT i, 't' || i, i, 'q', 'j' || (i % 30), (unixepoch() - 60 - i) * 1000000,
	    (unixepoch() - 60 - i) * 1000000, 1, 'sent', 1 FROM n;
	    INSERT INTO work (run, outcome, due_us, attempts) SELECT id, 'failed', slot_us, 1 FROM run"
	[ "$(state '[.jobs.failing, (.attention | length), .attention_more, .attention[0].n]')" = '[30,20,10,2]' ]
	run -1 mh status
	[[ $output == *'  and 10 more'* ]]
}

@test "what doctor finds, too: no consumer, no key, no alerts" {
	mh job add q --id job --every 1h >/dev/null
	tick
	run -0 mh status
	# Without a receiver all is right; it is said.
	sed -i '/^alert/,/^}/d' "$CONF"
	run -0 mh status
	[ "${lines[0]}" = 'Everything is all right.' ]
	[[ ${lines[1]} == '  no alert is configured:'* ]]
	[ "$(state '[.verdict, .attention[].code]')" = '["fine","no_alerts"]' ]
	# A message that waits for hours.
	mh job run q job >/dev/null
	sqlite3 "$STORE" "UPDATE message SET enqueued_us = enqueued_us - 36000000000"
	run -1 mh status
	[ "${lines[0]}" = 'Something needs a look.' ]
	[[ ${lines[1]} == '  q: 1 message waits, and nothing consumes, since '* ]]
	# A job at a service whose key is nowhere.
	mh job add r --id job --every 1h --render srv-1234567890abcdefghij \
	    --command true >/dev/null
	[ "$(state '[.attention[] | .code]')" = '["no_consumer","no_key","no_alerts"]' ]
	run -1 mh status
	[[ $output == *'  srv-1234567890abcdefghij: no key for the 1 job there'* ]]
}
