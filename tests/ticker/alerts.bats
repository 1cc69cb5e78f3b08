#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# Alerts: the rows, the sections that get them, attempts, and delays.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	srv='srv-c3rfdgg6n88pa7t3a6ag'
	secret='whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
	log=$BATS_TEST_TMPDIR/hook.log
	: >"$log"
}

teardown() {
	[ -z "${hook_pid-}" ] || stop_pid "$hook_pid"
}

# A receiver at $hook_url.
start_hook() {
	python3 "$abs_top_srcdir/tests/support/hook.py" "$BATS_TEST_TMPDIR/port" \
	    "$log" "$secret" 3>&- &
	hook_pid=$!
	wait_for 20 test -s "$BATS_TEST_TMPDIR/port"
	hook_url=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")/hook
}

hook_section() {
	echo "$secret" >"$DIR/alert.secret"
	chmod 600 "$DIR/alert.secret"
	start_hook
	alert_to hook "url = \"$hook_url\"" 'secret = "alert.secret"' "$@"
}

command_section() {
	cat >"$BATS_TEST_TMPDIR/tell" <<-END
		#!/bin/sh
		cat >>"$BATS_TEST_TMPDIR/told"
	END
	chmod 755 "$BATS_TEST_TMPDIR/tell"
	alert_to tell "command = {\"$BATS_TEST_TMPDIR/tell\"}" "$@"
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

# rows_are N TABLE…: there are that many, or more.
rows_are() {
	[ "$(sql "SELECT count(*) FROM $2")" -ge "$1" ]
}

# told_are N: the command got that many, or more.
told_are() {
	[ "$(wc -l <"$BATS_TEST_TMPDIR/told")" -ge "$1" ]
} 2>/dev/null

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# A one-off job, and what the ticker writes down about it: run_is STATE [REASON]
run_is() {
	local news
	case $1 in
	succeeded | canceled | running) news='' ;;
	*) news="INSERT INTO alert (about, subject, kind)
		SELECT 'run', max(run), '$1' FROM delivery;" ;;
	esac
	id=$("$MINUTEHAND" render create "$srv" -- "x $1")
	sql "BEGIN IMMEDIATE;
	    UPDATE delivery SET state = '$1', next_us = NULL
	    WHERE run = (SELECT max(run) FROM delivery);
	    UPDATE run SET state = '$1', reason = nullif('${2-}', '')
	    WHERE id = (SELECT max(run) FROM delivery);
	    $news
	    COMMIT"
}

# What the receiver has got, in jq's words, all lines as one list.
got() {
	jq -cs "$1" "$log"
}

@test "a failed run reaches a webhook, signed, and once" {
	hook_section
	run_is failed 'nonZeroExit: 1'
	tick
	[ "$(got 'length')" = 1 ]
	[ "$(got '.[0] | [.signed, .fresh, .type]')" = '[true,true,"application/json"]' ]
	[ "$(got '.[0].body.type')" = '"run.failed"' ]
	[ "$(got '.[0].body.data | [.run_id, .queue_name, .job_id, .state, .reason, .service_id]')" = "[\"$id\",\"$srv\",null,\"failed\",\"nonZeroExit: 1\",\"$srv\"]" ]
	[[ $(got '.[0].body | .timestamp + .data.slot') =~ ^\"20[0-9T:-]*Z20[0-9T:-]*Z\"$ ]]
	[[ $(got '.[0].id') =~ ^\"msg_[0-9a-f]{24}\"$ ]]
	tick
	sql "UPDATE run SET state = 'failed', reason = 'again'"
	tick
	[ "$(got 'length')" = 1 ]
}

@test "every failed state raises one alert, and no other state does" {
	hook_section
	for state in failed refused dead unknown succeeded canceled; do
		run_is "$state" why
	done
	# In doubt, but still looked for.
	"$MINUTEHAND" render create "$srv" -- x
	sql "UPDATE delivery SET state = 'unknown', next_us = 9e17
	    WHERE run = (SELECT max(run) FROM delivery);
	    UPDATE run SET state = 'unknown' WHERE id = (SELECT max(run) FROM delivery)"
	# Missed, by the ticker itself.
	"$MINUTEHAND" job add q --date '2020-01-01' --id late --misfire-grace 10s
	# Not to be understood, by the ticker itself.
	"$MINUTEHAND" job add q --every 1h --id odd
	sql "UPDATE job SET trigger = 'cron;x', next_run_us = 1 WHERE job_id = 'odd'"
	# Delivered in vain.
	echo 'max_deliveries = 1' >>"$CONF"
	"$MINUTEHAND" job add w --every 1h --id work
	"$MINUTEHAND" job run w work
	run -1 "$MINUTEHAND" consume w -- false
	tick
	[ "$(got 'map(.body.type) | sort')" = '["job.quarantined","message.dead","run.dead","run.failed","run.missed","run.refused","run.unknown"]' ]
	[ "$(got 'map(.signed) | all')" = true ]
	[ "$(got '.[].body | select(.type == "job.quarantined").data | [.queue_name, .job_id, .state]')" = '["q","odd","quarantined"]' ]
	[ "$(got '.[].body | select(.type == "run.missed").data | [.queue_name, .job_id, .state]')" = '["q","late","missed"]' ]
	[ "$(got '.[].body | select(.type == "message.dead").data | [.queue_name, .job_id]')" = '["w","work"]' ]
	[ "$(got 'map(.id) | unique | length')" = 7 ]
}

@test "on = {…} selects the alerts of a section" {
	hook_section 'on = {refused, dead}'
	command_section 'on = {failed}'
	run_is failed
	run_is refused
	run_is unknown
	tick
	[ "$(got 'map(.body.type)')" = '["run.refused"]' ]
	[ "$(jq -c .type "$BATS_TEST_TMPDIR/told")" = '"run.failed"' ]
	[ "$(sql 'SELECT count(*) FROM alert WHERE next_us IS NOT NULL')" -eq 0 ]
}

# The job mail/work: its command ends with status $1 (0: it works).
work() {
	"$MINUTEHAND" job run mail work >/dev/null
	"$MINUTEHAND" consume mail --quiet -- sh -c "exit $1" >/dev/null 2>&1 || true
	tick
}

@test "failures in a row: the first is reported after N of them, the end only then" {
	echo 'max_deliveries = 1' >>"$CONF"
	hook_section 'after = 3' 'on = {dead, recovered}'
	command_section 'on = {dead, recovered, succeeded}'
	"$MINUTEHAND" job add mail --every 1h --id work
	# One more than the first receiver waits for, a success, one less.
	for status in 3 3 3 3 0 0 3 3 0; do work "$status"; done
	[ "$(got 'map([.body.type, .body.data.streak])')" = '[["message.dead",3],["message.dead",4],["run.recovered",4]]' ]
	[ "$(got '.[2].body.data | [.queue_name, .job_id, .outcome]')" = '["mail","work","succeeded"]' ]
	[ "$(jq -r .type "$BATS_TEST_TMPDIR/told" | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = ' 6 message.dead; 2 run.recovered; 3 run.succeeded;' ]
}

@test "off by job and by queue, the job goes first; also of a job that is gone" {
	echo 'max_deliveries = 1' >>"$CONF"
	echo 'queue "quiet-*" { alerts = no }' >>"$CONF"
	hook_section
	add() { "$MINUTEHAND" job add "$@" --date '2020-01-01' --misfire-grace 10s; }
	add loud --id on
	add loud --id off --alerts no
	add quiet-1 --id off
	add quiet-1 --id on --alerts yes
	add quiet-1 --id later
	"$MINUTEHAND" job add loud --every 1h --id odd --alerts no
	"$MINUTEHAND" job set loud odd alerts=true
	"$MINUTEHAND" job set loud odd alerts=false
	"$MINUTEHAND" job show loud odd | grep -qE '^alerts +no$'
	sql "UPDATE job SET trigger = 'cron;x', next_run_us = 1 WHERE job_id = 'odd'"
	# Dead letters: of a job that is off, of one that has gone since.
	for id in off gone; do
		"$MINUTEHAND" job add work --every 1h --id "$id" --alerts no
		"$MINUTEHAND" job run work "$id"
	done
	"$MINUTEHAND" job delete work gone
	"$MINUTEHAND" consume work --quiet -- false || true
	tick
	[ "$(got 'map(.body.data | .queue_name + "/" + .job_id) | sort')" = '["loud/on","quiet-1/on"]' ]
	[ "$(sql 'SELECT count(*) FROM alert WHERE next_us IS NOT NULL')" -eq 0 ]
	[ "$(sql "SELECT count(*) FROM alert WHERE kind IN ('dead', 'missed', 'quarantined')")" -eq 8 ]
	run -64 "$MINUTEHAND" job add q --every 1h --alerts maybe
	[[ $output == *'--alerts: must be yes or no'* ]]
}

@test "queues = {…}: a receiver for some queues, and for what belongs to none" {
	hook_section 'queues = {"mail*", web}'
	echo 'alert_no_tick = 10m' >>"$CONF"
	for queue in mail mail-2 web webs other; do
		"$MINUTEHAND" job add "$queue" --date '2020-01-01' --id j --misfire-grace 10s
	done
	tick
	sql "UPDATE tick SET started_us = started_us - 660000000,
		until_us = until_us - 660000000, ended_us = ended_us - 660000000"
	tick
	[ "$(got 'map(.body.data.queue_name) | sort')" = '[null,"mail","mail-2","web"]' ]
}

@test "a success is reported only to those who ask for it" {
	hook_section
	"$MINUTEHAND" job add mail --every 1h --id work
	work 0
	work 0
	[ "$(got length)" = 0 ]
	[ "$(sql 'SELECT count(*) FROM alert')" = 0 ]
}

@test "a webhook that fails is tried again with the same message, and gets it once" {
	hook_section
	command_section
	echo 503 >"$log.status"
	run_is failed
	tick
	[ "$(got 'length')" = 1 ]
	grep -q 'alert-failed.*error=503' "$BATS_TEST_TMPDIR/ticker.log"
	# The other has it meanwhile, or has it next; not before its time the
	# hook.
	sql 'UPDATE alert SET next_us = 1'
	tick
	[ "$(jq -c .type "$BATS_TEST_TMPDIR/told")" = '"run.failed"' ]
	rm "$log.status"
	sql 'UPDATE alert SET next_us = 1 WHERE next_us > 0'
	tick
	sql 'UPDATE alert SET next_us = 1 WHERE next_us > 0'
	tick
	[ "$(got 'map(select(.answer == "200")) | length')" = 1 ]
	[ "$(got 'map(.id) | unique | length')" = 1 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/told")" -eq 1 ]
	[ "$(sql "SELECT next_us IS NULL, done LIKE '%,hook,%', done LIKE '%,tell,%' FROM alert")" = '1|1|1' ]
}

@test "the delay between attempts grows, up to a limit of attempts" {
	alert_to bad 'command = {/bin/false}'
	run_is failed
	before=$(date +%s)
	tick
	wait_s=$(sql "SELECT next_us / 1000000 - $before FROM alert")
	[ "$wait_s" -ge 5 ]
	[ "$wait_s" -le 60 ]
	[ "$(sql 'SELECT reason FROM alert')" = 'exit 1' ]
	sql 'UPDATE alert SET attempt = 31, next_us = 1'
	tick
	[ "$(sql 'SELECT next_us IS NULL, done_us > 0, reason FROM alert')" = '1|1|exit 1' ]
	grep -q alert-given-up "$BATS_TEST_TMPDIR/ticker.log"
	tick
	[ "$(sql 'SELECT attempt FROM alert')" -eq 32 ]
}

@test "a command gets the JSON, a clean environment, and no more than its time" {
	cat >"$BATS_TEST_TMPDIR/tell" <<-END
		#!/bin/sh
		cat >"$BATS_TEST_TMPDIR/told"
		env >"$BATS_TEST_TMPDIR/env"
		printf '%s\n' "\$@" >"$BATS_TEST_TMPDIR/words"
		echo \$\$ >"$BATS_TEST_TMPDIR/pid"
		sleep 300
	END
	chmod 755 "$BATS_TEST_TMPDIR/tell"
	alert_to tell "command = {\"$BATS_TEST_TMPDIR/tell\", \"a b\", \"\$x;\"}"
	echo 'http_timeout = 1s' >>"$CONF"
	run_is failed 'she said "no"'
	RENDER_API_KEY=rnd_canary tick
	[ "$(jq -r .data.reason "$BATS_TEST_TMPDIR/told")" = 'she said "no"' ]
	run ! grep -q canary "$BATS_TEST_TMPDIR/env"
	run ! grep -q MINUTEHAND "$BATS_TEST_TMPDIR/env"
	[ "$(cat "$BATS_TEST_TMPDIR/words")" = $'a b\n$x;' ]
	[ "$(sql 'SELECT reason FROM alert')" = 'took longer than 1 s' ]
	# And what it has started with it.
	run ! pgrep -r R,S,D,T -g "$(cat "$BATS_TEST_TMPDIR/pid")"
}

@test "a section that hangs does not delay later alerts of others" {
	hook_section
	command_section
	echo 'http_timeout = 5m' >>"$CONF"
	echo hang >"$log.status"
	for _ in 1 2 3; do run_is failed; done
	"$TICKER" --window 5m 2>/dev/null 3>&- &
	pid=$!
	wait_for 20 test -s "$log"
	for _ in 1 2 3 4 5 6 7 8 9; do run_is refused; done
	wait_for 20 told_are 9
	kill -TERM "$pid"
	wait_for 5 is_gone "$pid"
	wait "$pid"
	# What hung is no longer held, and says why it is not told.
	[ "$(sql "SELECT count(*) FROM alert
	    WHERE reason IS NOT NULL AND next_us IS NOT NULL")" -ge 1 ]
}

@test "a webhook that hangs delays no job" {
	hook_section
	echo 'http_timeout = 5m' >>"$CONF"
	echo hang >"$log.status"
	run_is failed
	"$TICKER" --window 5m 2>/dev/null 3>&- &
	pid=$!
	wait_for 20 test -s "$log"
	"$MINUTEHAND" job add q --every 1s --id often
	wait_for 30 rows_are 3 "run WHERE state = 'sent'"
	[ "$(sql "SELECT done, reason IS NULL FROM alert")" = ',|1' ]
	# And none of it keeps a ticker that is told to go.
	kill -TERM "$pid"
	wait_for 5 is_gone "$pid"
	wait "$pid"
	[ "$(got length)" = 1 ]
}

@test "an alert raised while a tick waits is sent by that tick" {
	hook_section
	"$TICKER" --window 30 2>/dev/null 3>&- &
	pid=$!
	wait_for 10 rows_are 1 tick
	run_is failed
	wait_for 5 test -s "$log"
	stop_pid "$pid"
	[ "$(got length)" = 1 ]
}

@test "two tickers at once send it once" {
	hook_section
	for _ in 1 2 3 4 5; do run_is failed; done
	pids=()
	for _ in 1 2 3 4; do
		"$TICKER" --once 2>/dev/null 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(got 'length')" = 5 ]
	[ "$(got 'map(.id) | unique | length')" = 5 ]
}

@test "a gap between ticks is reported by the next tick" {
	hook_section
	echo 'alert_no_tick = 10m' >>"$CONF"
	tick
	tick
	[ "$(got length)" = 0 ]
	sql "UPDATE tick SET started_us = started_us - 660000000,
		until_us = until_us - 660000000, ended_us = ended_us - 660000000"
	tick
	tick
	[ "$(got 'map(.body.type)')" = '["ticker.no_tick"]' ]
	[ "$(got '.[0].body.data | (.silent_until | fromdate) - (.silent_from | fromdate) | . >= 655 and . <= 670')" = true ]
}

@test "without a secret, or with one that others can read, nothing is sent" {
	start_hook
	alert_to hook "url = \"$hook_url\""
	run_is failed
	tick
	[ "$(sql 'SELECT reason FROM alert')" = 'a webhook needs a secret to be signed with' ]
	echo "$secret" >"$DIR/alert.secret"
	chmod 644 "$DIR/alert.secret"
	sed -i 's/^\turl = .*/&\n\tsecret = "alert.secret"/' "$CONF"
	sql 'UPDATE alert SET next_us = 1'
	run "$TICKER" --once
	[ "$status" -eq 78 ]
	[[ $output == *'option \"secret\"'*'mode 0644'* ]]
	chmod 600 "$DIR/alert.secret"
	echo 'not a secret of webhooks' | tr -d ' ' >"$DIR/alert.secret"
	sql 'UPDATE alert SET next_us = 1'
	tick
	[[ "$(sql 'SELECT reason FROM alert')" == *whsec_* ]]
	[ "$(got length)" = 0 ]
	echo "$secret" >"$DIR/alert.secret"
	sql 'UPDATE alert SET next_us = 1'
	tick
	[ "$(got 'map(.signed)')" = '[true]' ]
}

@test "without a section no alerts are stored" {
	run_is failed
	"$MINUTEHAND" job add q --date '2020-01-01' --id late --misfire-grace 10s
	tick
	[ "$(sql 'SELECT count(*) FROM alert')" -eq 0 ]
	[ "$(sql "SELECT count(*) FROM run WHERE state IN ('failed', 'missed')")" -eq 2 ]
}

@test "memory jobs have their alerts, too" {
	hook_section
	echo 'memory_store = "memory/store.db"' >>"$CONF"
	"$MINUTEHAND" job add q --date '2020-01-01' --id late --memory \
	    --misfire-grace 10s
	tick
	[ "$(got 'map([.body.type, .body.data.job_id])')" = '[["run.missed","late"]]' ]
}

@test "errors in the configuration are reported" {
	alert_to both 'url = "https://example.org"' 'command = {x}'
	run -78 "$TICKER" --once
	[[ $output == *'either url or command'* ]]
	sed -i '/^alert /,$d' "$CONF"
	alert_to ops 'command = {x}' 'on = {failed, late}'
	run -78 "$TICKER" --once
	[[ $output == *late*'failed or refused'* ]]
	sed -i '/^alert /,$d' "$CONF"
	alert_to ops 'url = "http://example.org"'
	run -78 "$TICKER" --once
	[[ $output == *https* ]]
}

# changed FILE GOOD BAD TEXT: while a tick runs, the mode of a file becomes BAD;
# nothing is started or sent until it is GOOD again, and the log says why.
changed() {
	: >"$BATS_TEST_TMPDIR/told"
	: >"$log"
	: >"$BATS_TEST_TMPDIR/ticker.log"
	# The command would be refused afterwards.
	run_is running
	"$TICKER" --window 60s 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&- &
	tick_pid=$!
	wait_for 10 rows_are 1 "tick WHERE ended_us IS NULL" || return
	chmod "$3" "$1"
	sql "BEGIN IMMEDIATE;
	    INSERT INTO alert (about, subject, kind)
	    SELECT 'run', id, 'failed' FROM run WHERE state = 'running';
	    UPDATE delivery SET state = 'failed' WHERE state = 'running';
	    UPDATE run SET state = 'failed' WHERE state = 'running';
	    COMMIT"
	wait_for 10 grep -q "$4" "$BATS_TEST_TMPDIR/ticker.log" ||
	    { cat "$BATS_TEST_TMPDIR/ticker.log"; return 1; }
	[ ! -s "$BATS_TEST_TMPDIR/told" ] && [ ! -s "$log" ]
	chmod "$2" "$1"
	stop_pid "$tick_pid"
	sql 'UPDATE alert SET next_us = 0'
	tick
	[ -s "$BATS_TEST_TMPDIR/told" ] || [ -s "$log" ]
	sql 'DELETE FROM alert'
	tried=$((tried + 1))
}

@test "a program or certificates that others can write by now are not used" {
	local tried=0
	command_section
	changed "$BATS_TEST_TMPDIR/tell" 755 777 'mode 0777 lets others write'
	changed "$BATS_TEST_TMPDIR/tell" 755 775 'mode 0775 lets its group write'
	mkdir "$BATS_TEST_TMPDIR/bin"
	mv "$BATS_TEST_TMPDIR/tell" "$BATS_TEST_TMPDIR/bin"
	sed -i "s|/tell\"|/bin/tell\"|" "$CONF"
	changed "$BATS_TEST_TMPDIR/bin" 755 777 'mode 0777 lets others write'
	sed -i "s|command = {|command = {/bin/sh, |" "$CONF"
	changed "$BATS_TEST_TMPDIR/bin/tell" 755 757 'mode 0757 lets others write'
	sed -i '/^alert/,$d' "$CONF"
	hook_section
	sed -i '1i ca_file = "ca"' "$CONF"
	cp /etc/ssl/certs/ca-certificates.crt "$DIR/ca" || : >"$DIR/ca"
	changed "$DIR/ca" 644 666 'ca_file: .*mode 0666 lets others write'
	changed "$DIR/alert.secret" 600 644 'mode 0644 lets others'
	printf '# %d files\n' "$tried" >&3
}

@test "doctor names a command that cannot be run" {
	command_section
	run "$MINUTEHAND" doctor
	[[ $output == *'1 configured'* ]]
	rm "$BATS_TEST_TMPDIR/tell"
	run "$MINUTEHAND" doctor
	[[ $output == *"alert \"tell\": $BATS_TEST_TMPDIR/tell: No such file"* ]]
}
