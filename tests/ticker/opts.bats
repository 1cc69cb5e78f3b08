#!/usr/bin/env bats
# ticker(8): options, exit status, what --dry-run prints, what a tick leaves.
# Names come from helper.bash; each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031,SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	STORE=$DIR/store.db
	printf 'memory_store = "%s"\ntimezone = "UTC"\n' \
	    "$BATS_TEST_TMPDIR/memory/store.db" >>"$CONF"
}

sql() {
	sqlite3 "$STORE" "$1"
}

# job QUEUE ID JSON-MEMBERS
job() {
	printf '{"queue_name":"%s","job_id":"%s",%s}' "$1" "$2" "$3" |
	    "$MINUTEHAND" job add --json - >"$BATS_TEST_TMPDIR/added"
}

GRID='"trigger":"interval","start_date":"2026-01-01 00:00:00","seconds":1000'

# Let the job's last $2 slots be undecided.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000000,
	    next_run_us = next_run_us - $2 * 1000000000 WHERE job_id = '$1'"
}

@test "wrong usage: 64, a message on standard error, and no tick" {
	while IFS='|' read -r text words; do
		eval "run --separate-stderr \"\$TICKER\" $words"
		[ "$status" -eq 64 ] || { echo "$words: $status"; false; }
		[ -z "$output" ]
		[[ $stderr == *"$text"* ]] || { echo "$words: $stderr"; false; }
	done <<-'EOT'
	--window soon|--window soon
	--window |--window ''
	--window -1|--window -1
	--window 1.5|--window 1.5
	--window 1y|--window 1y
	requires an argument|--window
	requires an argument|--config
	requires an argument|-c
	unexpected argument once|once
	unexpected argument x|--once x
	unrecognized option|--nosuch
	unrecognized option|--once2
	doesn't allow an argument|--once=1
	doesn't allow an argument|--dry-run=1
	invalid option|-x
	EOT
	[ "$(sql 'SELECT count(*) FROM tick')" -eq 0 ]
}

@test "help and version need no configuration, and do nothing" {
	export MINUTEHAND_CONF=/nonexistent
	for word in -h --help; do
		run --separate-stderr "$TICKER" $word --once
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[[ $output == 'usage: ticker '* ]]
		for option in --config --once --window --dry-run --help --version; do
			[[ $output == *"$option"* ]]
		done
	done
	for word in -V --version; do
		run "$TICKER" $word
		[ "$status" -eq 0 ]
		[[ $output =~ ^ticker\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	done
	[ "$("$TICKER" -V | sed 's/.* //')" = "$("$MINUTEHAND" --version | sed 's/.* //')" ]
}

@test "the configuration: -c, --config, the environment, HOME" {
	"$TICKER" -c "$CONF" --once
	"$TICKER" --config "$CONF" --once
	"$TICKER" "--config=$CONF" --once
	MINUTEHAND_CONF=$CONF "$TICKER" --once
	mkdir "$BATS_TEST_TMPDIR/home"
	ln -s "$DIR" "$BATS_TEST_TMPDIR/home/.minutehand"
	env -u MINUTEHAND_CONF HOME="$BATS_TEST_TMPDIR/home" "$TICKER" --once
	[ "$(sql 'SELECT count(*) FROM tick')" -eq 5 ]
	# -c is before the environment.
	MINUTEHAND_CONF=/nonexistent "$TICKER" -c "$CONF" --once
	run env MINUTEHAND_CONF=/nonexistent "$TICKER" --once
	[ "$status" -eq 78 ]
}

@test "an error in the configuration: 78, with file and line" {
	echo 'windows = 5s' >>"$CONF"
	run "$TICKER" --once
	[ "$status" -eq 78 ]
	[[ $output == *"minutehand.conf:"*"no such option"* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "no store, another program's file, a newer store: 69 or 70, unchanged" {
	: >"$STORE.empty"
	for text in '' 'this is no database, and longer than a header of one is'; do
		rm -f "$STORE"*
		printf '%s' "$text" >"$STORE"
		before=$(cksum <"$STORE")
		run "$TICKER" --once
		[[ $status == 69 || $status == 70 ]]
		[[ $output == *level=err* ]]
		[ "$(cksum <"$STORE")" = "$before" ]
	done
	rm -f "$STORE"*
	sqlite3 "$STORE" 'PRAGMA application_id = 0x6d686e64; PRAGMA user_version = 999;
	    CREATE TABLE x (y)'
	before=$(cksum <"$STORE")
	run "$TICKER" --once
	[[ $status == 69 || $status == 70 ]]
	[[ $output == *newer* ]]
	[ "$(cksum <"$STORE")" = "$before" ]
}

@test "--window and --once: the last one counts, and how long it means to stay" {
	job q j "$GRID"
	began=$SECONDS
	"$TICKER" --window 60s --once
	"$TICKER" --once --window 0
	"$TICKER" --window 0s
	[ $((SECONDS - began)) -lt 20 ]
	[ "$(sql 'SELECT count(*) FROM tick WHERE ended_us IS NOT NULL AND
	    until_us <= started_us + 1000000')" -eq 3 ]
	"$TICKER" --window 1s
	[ "$(sql 'SELECT until_us - started_us FROM tick ORDER BY id DESC LIMIT 1')" \
	    -ge 1000000 ]
	[ "$(sql 'SELECT ended_us - started_us >= 900000 FROM tick
	    ORDER BY id DESC LIMIT 1')" -eq 1 ]
	# That of the configuration, when there is none on the command line.
	echo 'window = 0' >>"$CONF"
	"$TICKER"
	[ "$(sql 'SELECT count(*) FROM tick')" -eq 5 ]
}

@test "--dry-run: a line each with tabs, a word, queue, job and detail" {
	job send s "$GRID"
	job skip k "$GRID"',"misfire_grace_time":1'
	job hold h "$GRID"
	job quarantine q "$GRID"
	job quiet none "$GRID"
	job mixed m "$GRID"',"coalesce":false,"max_catchup":2'
	for id in s h q; do rewind $id 1; done
	rewind k 4
	rewind m 5
	sql "UPDATE job SET next_run_us = next_run_us - 2000000000,
	    cursor_us = cursor_us - 2000000000 WHERE job_id = 'k'"
	sql "UPDATE job SET trigger = 'nonsense' WHERE job_id = 'q'"
	"$MINUTEHAND" queue pause hold
	sql "SELECT * FROM job; SELECT * FROM run; SELECT * FROM message;
	    SELECT * FROM tick; SELECT * FROM audit" >"$BATS_TEST_TMPDIR/before"
	run --separate-stderr "$TICKER" --dry-run
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(grep -c $'^send\tsend\ts\t20..-..-.. ..:..:..+00:00$' <<<"$output")" -eq 1 ]
	[ "$(grep -cE $'^skip\tskip\tk\t[0-9]+ slots$' <<<"$output")" -eq 1 ]
	[ "$(grep -c $'^hold\thold\th\t1 slots$' <<<"$output")" -eq 1 ]
	[ "$(grep -c $'^quarantine\tquarantine\tq\t.' <<<"$output")" -eq 1 ]
	[ "$(grep -c $'^send\tmixed\tm\t' <<<"$output")" -eq 2 ]
	[ "$(grep -c $'^skip\tmixed\tm\t3 slots$' <<<"$output")" -eq 1 ]
	[[ $output != *quiet* ]]
	[ "$(awk -F '\t' 'NF != 4' <<<"$output" | wc -l)" -eq 0 ]
	sql "SELECT * FROM job; SELECT * FROM run; SELECT * FROM message;
	    SELECT * FROM tick; SELECT * FROM audit" >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	# What it said is what a tick does.
	"$TICKER" --once 2>"$BATS_TEST_TMPDIR/log"
	[ "$(sql "SELECT group_concat(queue || state || count, ' ') FROM (SELECT
	    queue, state, sum(count) AS count FROM run GROUP BY queue, state
	    ORDER BY queue, state)")" = \
	    "$(sql "SELECT 'holdpaused1 mixedmissed3 mixedsent2 sendsent1 ' ||
	    'skipmissed' || sum(count) FROM run WHERE queue = 'skip'")" ]
	[ "$(sql "SELECT state FROM job WHERE job_id = 'q'")" = quarantined ]
	[ -z "$("$TICKER" --dry-run)" ]
}

@test "--dry-run sees memory jobs, too" {
	job q m '"trigger":"date","job_store_kind":"memory"'
	[[ $("$TICKER" --dry-run) == send$'\t'q$'\t'm$'\t'* ]]
	[ "$("$MINUTEHAND" queue list --json | jq '.[0].ready')" -eq 0 ]
}

@test "the row of a tick: what it sent, and what it decided" {
	job q a "$GRID"
	job q b "$GRID"',"coalesce":false'
	rewind a 4
	rewind b 3
	"$TICKER" --once
	[ "$(sql 'SELECT sent, decided FROM tick')" = '4|5' ]
	[ "$(sql 'SELECT count(*) FROM run')" -eq 5 ]
	[ "$(sql 'SELECT count(*) FROM message')" -eq 4 ]
}

@test "any number at once: no slot twice, all exit with 0" {
	for i in {1..20}; do
		echo "{\"queue_name\":\"q\",\"job_id\":\"$i\",$GRID,\"coalesce\":false}"
	done | jq -s . | "$MINUTEHAND" job add --json - >"$BATS_TEST_TMPDIR/added"
	sql 'UPDATE job SET cursor_us = cursor_us - 5000000000,
	    next_run_us = next_run_us - 5000000000'
	pids=
	for _ in {1..6}; do
		"$TICKER" --once 3>&- &
		pids+=" $!"
	done
	for pid in $pids; do wait "$pid"; done
	[ "$(sql 'SELECT count(*) FROM run')" -eq 100 ]
	[ "$(sql 'SELECT count(DISTINCT job || slot_us) FROM run')" -eq 100 ]
	[ "$(sql 'SELECT count(*) FROM message')" -eq 100 ]
	[ "$(sql 'SELECT count(*) FROM tick WHERE ended_us IS NULL')" -eq 0 ]
}

@test "standard output that cannot be written: 69" {
	job q due '"trigger":"date","run_date":"2020-01-01"'
	for words in --help --version --dry-run; do
		run "$TICKER" "$words"
		[ "$status" -eq 0 ]
		run sh -c "'$TICKER' $words >/dev/full"
		[ "$status" -eq 69 ]
		[[ $output == *event=output* ]]
	done
}
