#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2153,SC2154 # helper.bash sets what is used here
# minutehand render: one-off jobs by command.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	srv='srv-c3rfdgg6n88pa7t3a6ag'
}

# What the ticker would find out about the newest job: set_state STATE [REASON]
set_state() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "
	    UPDATE delivery SET state = '$1', next_us =
		iif('$1' IN ('created', 'running'), 1, NULL)
	    WHERE run = (SELECT max(run) FROM delivery);
	    UPDATE run SET state = '$1', reason = nullif('${2-}', '')
	    WHERE id = (SELECT max(run) FROM delivery)"
}

command_of() {
	"$MINUTEHAND" render show "$1" --json | jq -r .startCommand
}

@test "create takes a command line, or words that need quotes" {
	id=$("$MINUTEHAND" render create "$srv" -- 'cd app && ./x "$HOME" | cat')
	[ "$(command_of "$id")" = 'cd app && ./x "$HOME" | cat' ]
	id=$("$MINUTEHAND" render create "$srv" -- node scripts/x.js --all a=b)
	[ "$(command_of "$id")" = 'node scripts/x.js --all a=b' ]
	id=$("$MINUTEHAND" render create "$srv" -- printf '%s|' 'a b' "it's" '' \
	    '$HOME' 'é')
	[ "$(sh -c "$(command_of "$id")")" = "a b|it's||\$HOME|é|" ]
}

@test "create prints the id only, or the job; an unknown plan is reported" {
	run -0 --separate-stderr "$MINUTEHAND" render create "$srv" \
	    --plan plan-srv-999 --marker env --on-ambiguous skip -- x
	[[ $output =~ ^job-[0-9a-v]{20}$ ]]
	[[ $stderr == *'plan-srv-999 is not among'* ]]
	[ "$(sqlite3 "$DIR/store.db" 'SELECT marker, on_ambiguous, plan FROM delivery')" = 'env|skip|plan-srv-999' ]
	run -0 "$MINUTEHAND" render create "$srv" --json -- x
	[ "$(jq -r .status <<<"$output")" = pending ]
}

@test "defaults are those of the configuration" {
	cat >>"$CONF" <<-'EOF'
		on_ambiguous = skip
		render_service "srv-c3*" { marker = comment }
	EOF
	kept() {
		sqlite3 "$DIR/store.db" 'SELECT marker, on_ambiguous
		    FROM delivery ORDER BY run DESC LIMIT 1'
	}
	"$MINUTEHAND" render create "$srv" -- x
	[ "$(kept)" = 'comment|skip' ]
	"$MINUTEHAND" render create "$srv" --marker none --on-ambiguous retry -- x
	[ "$(kept)" = '|retry' ]
	"$MINUTEHAND" render create "${srv/srv/crn}" -- x
	[ "$(kept)" = '|skip' ]
	"$MINUTEHAND" job add q --every 1h --id a --render "$srv" --command x
	[ "$("$MINUTEHAND" job show q a --json | jq -c '[.render.marker, .render.on_ambiguous]')" = '["comment","skip"]' ]
	"$MINUTEHAND" job add q --every 1h --id b --render "$srv" \
	    --command x --marker none --on-ambiguous retry
	[ "$("$MINUTEHAND" job show q b --json | jq -c '[.render.marker, .render.on_ambiguous]')" = '[null,null]' ]
}

@test "invalid input is named, and nothing is stored" {
	run -64 "$MINUTEHAND" render create "$srv"
	[[ $output == *'-- COMMAND'* ]]
	run -64 "$MINUTEHAND" render create -- x
	run -64 "$MINUTEHAND" render create "$srv" --marker x -- x
	[[ $output == *'--marker: none, comment or env'* ]]
	run -64 "$MINUTEHAND" render create "$srv" --on-ambiguous x -- x
	[[ $output == *'--on-ambiguous: retry or skip'* ]]
	run -65 "$MINUTEHAND" render create srv-x --plan p -- $'\xff'
	[[ $output == *'serviceId: '*'startCommand: '*'planId: '* ]]
	run -65 "$MINUTEHAND" render list srv-x
	run -64 "$MINUTEHAND" render list "$srv" --status over
	run -64 "$MINUTEHAND" render list "$srv" --limit 0
	run -65 "$MINUTEHAND" render list "$srv" --cursor x
	for command in show cancel watch; do
		run -1 "$MINUTEHAND" render $command job-00000000000000000000
		[[ $output == *'no such one-off job: job-0000'* ]]
	done
	run -0 --separate-stderr "$MINUTEHAND" render list "$srv"
	[ -z "$output" ]
	[ -z "$stderr" ]
}

@test "list continues at the cursor, show prints all fields" {
	for i in 1 2 3 4 5; do
		"$MINUTEHAND" render create "$srv" -- "task $i" >/dev/null
	done
	set_state refused 'the service is suspended'
	run -0 --separate-stderr "$MINUTEHAND" render list "$srv" --limit 2
	[[ ${lines[0]} == ID*COMMAND*STATUS*CREATED* ]]
	[[ ${lines[1]} == job-*'task 5'*failed* ]]
	[[ ${lines[2]} == job-*'task 4'*pending* ]]
	[ "${#lines[@]}" -eq 3 ]
	[[ $stderr =~ '--cursor '(.*)$ ]]
	run -0 --separate-stderr "$MINUTEHAND" render list "$srv" \
	    --cursor "${BASH_REMATCH[1]}"
	[[ ${lines[1]} == job-*'task 3'* ]]
	[ "${#lines[@]}" -eq 4 ]
	[ -z "$stderr" ]
	run -0 "$MINUTEHAND" render list "$srv" --status failed --json
	[ "$(jq length <<<"$output")" -eq 1 ]
	run -0 "$MINUTEHAND" render show "$(jq -r '.[0].job.id' <<<"$output")"
	[[ $output == *'ledger '*refused*'reason '*'the service is suspended'* ]]
}

@test "cancel: at once before the run is sent, else by the ticker" {
	id=$("$MINUTEHAND" render create "$srv" -- x)
	run -0 "$MINUTEHAND" render cancel "$id"
	[ "$output" = canceled ]
	run -0 "$MINUTEHAND" render cancel "$id"
	[ "$output" = canceled ]
	run -0 "$MINUTEHAND" runs "$srv" --state canceled
	[[ $output == *'by owner'*"$id"* ]]
	id=$("$MINUTEHAND" render create "$srv" -- y)
	set_state running
	run -0 "$MINUTEHAND" render cancel "$id"
	[ "$output" = 'it will be canceled at the next tick' ]
	[ "$(sqlite3 "$DIR/store.db" "SELECT count(*) FROM delivery WHERE state = 'running' AND cancel_us > 0")" -eq 1 ]
	set_state succeeded
	run -0 "$MINUTEHAND" render cancel "$id" --json
	[ "$(jq -r .status <<<"$output")" = succeeded ]
	[ "$(sqlite3 "$DIR/store.db" "SELECT count(*) FROM audit WHERE action = 'render.cancel'")" -eq 2 ]
}

@test "watch prints changes, and exits with the status of the end" {
	id=$("$MINUTEHAND" render create "$srv" -- x)
	run -3 "$MINUTEHAND" render watch "$id" --timeout 300ms
	[[ $output == *'pending (due)'*'has not ended yet'* ]]
	"$MINUTEHAND" render watch "$id" --timeout 60 \
	    >"$BATS_TEST_TMPDIR/watch" 3>&- &
	pid=$!
	wait_for 20 grep -q 'pending (due)' "$BATS_TEST_TMPDIR/watch"
	set_state running
	wait_for 20 grep -q 'running (running)' "$BATS_TEST_TMPDIR/watch"
	set_state succeeded
	wait "$pid"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/watch")" -eq 3 ]
	grep -q 'succeeded (succeeded)$' "$BATS_TEST_TMPDIR/watch"
	for state in failed canceled refused dead unknown; do
		set_state "$state" 'for a reason'
		run -1 "$MINUTEHAND" render watch "$id"
		[[ $output == *"($state: for a reason)" ]]
	done
	set_state succeeded
	run -0 "$MINUTEHAND" render watch "$id"
}

@test "the audit has the actors of create and cancel" {
	id=$("$MINUTEHAND" render create "$srv" -- x)
	"$MINUTEHAND" render cancel "$id"
	[ "$(sqlite3 "$DIR/store.db" "SELECT group_concat(actor || ' ' || action || ' ' || queue, ',') FROM audit WHERE action LIKE 'render%'")" = "owner render.create $srv,owner render.cancel $srv" ]
}
