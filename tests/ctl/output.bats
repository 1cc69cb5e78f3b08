#!/usr/bin/env bats
# minutehand(1): what commands print.  The shape of each --json, tables for
# people, standard output that is full, closed, a file or a pipe, and standard
# input.
# Each test is a subshell of its own.
# SC2016, SC2046: for an inner shell; words on purpose.
# shellcheck disable=SC2016,SC2030,SC2031,SC2046,SC2154

bats_require_minimum_version 1.5.0

# One home for all, with a little of everything in it.
setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	"$MH" job add q --id j --every 1d --args '[1,"é"]' --description 'a	b' >/dev/null
	"$MH" job add r --id once --date 2099-01-01 --paused --priority 3 >/dev/null
	"$MH" job run q j >/dev/null
	"$MH" job run q j >/dev/null
	"$MH" queue pause s
	"$TICKER" --once
	"$MH" consume q --max 1 -- sh -c 'exit 3' || true
	RUN=$("$MH" runs --json | jq -r '.[0].id')
	export RUN
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
}

# json_is FILTER WORD…: the command's one line of JSON is so by jq's filter.
json_is() {
	local filter=$1
	shift
	run --separate-stderr "$MH" "$@"
	if [ "$(wc -l <<<"$output")" -ne 1 ] ||
	    [ "$(jq -c "$filter" <<<"$output")" != true ]; then
		printf '%s\nis not %s: %s\n' "$output" "$filter" "$*"
		return 1
	fi
}

# Commands that print something, to be given to a shell.
printing() {
	cat <<-'EOT'
	--help
	--version
	job --help
	job list --help
	job list
	job list --json
	job show q j
	job show q j --json
	export
	job run q j
	queue list
	queue list --json
	queue peek q
	queue peek q --json
	runs
	runs --json
	output --json $RUN
	why q j 2020-01-01
	why q j 2020-01-01 --json
	replay $RUN
	token list
	token list --json
	token add
	token add --json
	preview --every 1h
	preview --json --every 1h
	doctor
	doctor --json
	init
	init --json
	EOT
}

@test "a full standard output: 69, and a message" {
	while read -r words; do
		# shellcheck disable=SC2086
		run --separate-stderr sh -c '"$@" >/dev/full' - "$MH" \
		    $(eval echo "$words")
		[ "$status" -eq 69 ] || { echo "$words: $status"; false; }
		[[ $stderr == *'minutehand: standard output cannot be written' ]]
	done < <(printing)
}

@test "a closed standard output: the same" {
	while read -r words; do
		# shellcheck disable=SC2086
		run --separate-stderr sh -c '"$@" >&-' - "$MH" \
		    $(eval echo "$words")
		[ "$status" -eq 69 ] || { echo "$words: $status"; false; }
		[[ $stderr == *'minutehand: standard output cannot be written' ]]
	done < <(printing)
	# What prints nothing does not need it.
	for words in 'queue pause s' 'job pause q j' 'job resume q j'; do
		# shellcheck disable=SC2086
		sh -c '"$@" >&- 2>&- <&-' - "$MH" $words
	done
}

@test "a full standard output: the same of the other programs" {
	for words in --help -h -V; do
		run --separate-stderr sh -c '"$0" "$1" >/dev/full' "$FCGI" "$words"
		[ "$status" -eq 70 ]
		[[ $stderr == *'standard output cannot be written' ]]
	done
	run sh -c 'REQUEST_METHOD=GET PATH_INFO=/ "$0" >/dev/full' "$FCGI"
	[ "$status" -eq 70 ]
}

@test "a closed pipe ends the command only" {
	for words in 'job list' 'runs --json' 'preview --every 1h --count 1000'; do
		# shellcheck disable=SC2086
		"$MH" $words | true
	done
	[ "$("$MH" job list --json | jq .count)" -eq 2 ]
}

@test "tables and JSON are the same to a file, a pipe and a terminal" {
	for words in 'job list' 'job list --json' 'queue list' 'runs'; do
		# shellcheck disable=SC2086
		"$MH" $words >"$BATS_TEST_TMPDIR/file"
		# shellcheck disable=SC2086
		"$MH" $words | cat >"$BATS_TEST_TMPDIR/pipe"
		cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/pipe"
		# But for colours, which NO_COLOR switches off.
		script -qec "$MH $words" /dev/null </dev/null | tr -d '\r' |
		    sed 's/\x1b\[[0-9;]*m//g' >"$BATS_TEST_TMPDIR/terminal"
		cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/terminal"
		NO_COLOR=1 script -qec "$MH $words" /dev/null </dev/null |
		    tr -d '\r' >"$BATS_TEST_TMPDIR/terminal"
		cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/terminal"
	done
	run ! grep -q $'\e' "$BATS_TEST_TMPDIR/terminal"
}

@test "consume prints a summary on a terminal only" {
	"$MH" job add t --id t --every 1d >/dev/null
	"$MH" job run t t >/dev/null
	run script -qec "$MH consume t -- true" /dev/null </dev/null
	[[ $output == *"1 done, 0 put back, 0 lapsed"* ]]
	"$MH" job run t t >/dev/null
	run "$MH" consume t -- true
	[ -z "$output" ]
	"$MH" job delete t t
}

@test "--json: jobs" {
	json_is 'keys == ["count","jobs"] and .count == (.jobs | length)' \
	    job list --json
	json_is '.jobs | map(.queue_name) == ["q"]' job list q --json
	json_is '.count == 1' job list --limit 1 --json
	json_is '.jobs == [] and .count == 0' job list none --json
	json_is '.job_id == "j" and .args == [1,"é"] and .kwargs == {}
	    and .trigger_kind == "interval" and .status == "running"
	    and .priority == 0 and .description == "a\tb" and .reason == null' \
	    job show q j --json
	json_is '.status == "paused" and .next_run_time == null and
	    .priority == 3 and .trigger == "date[2099-01-01 00:00:00 UTC]"' \
	    job show r once --json
}

@test "--json: queues and messages" {
	json_is 'map(keys == ["dead","held","jobs","oldest","paused",
	    "queue_name","ready","waiting"]) | all' queue list --json
	json_is 'map(.queue_name) == ["q","r","s"] and .[2].paused and
	    .[0].jobs == 1 and .[1].oldest == null' queue list --json
	json_is 'map(keys == ["attempt","body","enqueued_at","held_until",
	    "id","priority","reason","state"]) | all' queue peek q --json
	json_is 'map(select(.state == "held")) | length == 1 and
	    .[0].reason == "exit 3" and (.[0].held_until | endswith("Z"))' \
	    queue peek q --json
	json_is 'length == 1' queue peek q --limit 1 --json
	json_is '. == []' queue peek none --json
}

@test "--json: runs and why" {
	json_is 'map(keys == ["attempts","count","decided_at","duration_ms",
	    "error","finished_at","id","job_id","last_slot","outcome",
	    "queue_name","reason","slot","started_at","state","status",
	    "worker"]) | all' runs --json
	json_is 'map(.state) | unique == ["sent"]' runs q j --json
	json_is '. == []' runs none --json
	json_is 'keys == ["answer","facts","message"] and
	    .answer == "before_job"' why q j 2020-01-01 --json
}

@test "--json: tokens, without their secrets" {
	json_is 'keys == ["id","token"] and (.token | startswith("mh_"))' \
	    token add --json --name x --scopes consume --queues 'a*,b'
	json_is 'map(keys == ["created","expires","id","last_used","name",
	    "queues","scopes","services"]) | all' token list --json
	json_is 'map(select(.name == "x")) | .[0].scopes == "consume" and
	    .[0].queues == "a*,b" and .[0].expires == null and
	    .[0].last_used == null' token list --json
	json_is 'map(tostring) | join(" ") | test("[0-9a-f]{64}") | not' \
	    token list --json
	"$MH" token add --expires 1d >/dev/null
	json_is 'map(select(.expires != null)) | length == 1' token list --json
}

@test "--json: doctor, init and preview" {
	json_is 'map(keys == ["advice","check","level","text"]) | all' \
	    doctor --json
	json_is 'map(.level) | unique - ["ok","warn","FAIL"] == []' doctor --json
	json_is 'keys == ["conf","crontab","dir","served","store","token",
	    "webserver"]
	    and .token == null' init --json
	json_is 'keys == ["exhausted","fires","timezone","trigger",
	    "trigger_kind","warnings","words"]' preview --json --every 1h
	json_is '.fires | length == 3' preview --json --every 1h --count 3
	json_is '.timezone == "Asia/Tokyo"' preview --json \
	    '{"trigger":"date","timezone":"Asia/Tokyo"}'
	json_is '.trigger == "cron[hour='"'3'"']"' preview --json --body \
	    '{"trigger":"cron","hour":3}'
}

@test "tables: headings, a line each, nothing without rows" {
	[ "$("$MH" job list | head -n 1 | tr -s ' ')" = \
	    "QUEUE JOB TRIGGER NEXT RUN LAST ZONE STATE REASON" ]
	[ "$("$MH" queue list | head -n 1 | tr -s ' ')" = \
	    "QUEUE STATE JOBS WAITING READY HELD DEAD OLDEST" ]
	[ "$("$MH" queue peek q | head -n 1 | tr -s ' ')" = \
	    "ID STATE ATTEMPT ENQUEUED REASON BODY" ]
	[ "$("$MH" runs | head -n 1 | tr -s ' ')" = \
	    "SLOT QUEUE JOB STATE OUTCOME TOOK COUNT REASON RUN" ]
	[ "$("$MH" token list | head -n 1 | tr -s ' ')" = \
	    "ID NAME SCOPES QUEUES SERVICES CREATED EXPIRES LAST USED" ]
	[ "$("$MH" job list | wc -l)" -eq 3 ]
	[ -z "$("$MH" job list none)" ]
	[ -z "$("$MH" queue peek none)" ]
	# What could move a cursor is shown as a sign.
	"$MH" job add q --id esc --date 2099-01-01 \
	    --description $'\e[31mred' >/dev/null
	[[ $("$MH" job show q esc --json) == *'\u001b[31mred'* ]]
	"$MH" job delete q esc
}

@test "standard input: job add --json - and preview --batch" {
	job='{"queue_name":"in","trigger":"date","run_date":"2099-01-01"'
	echo "$job,\"job_id\":\"one\"}" | "$MH" job add --json -
	printf '[%s,"job_id":"two"},%s,"job_id":"three"}]' "$job" "$job" |
	    "$MH" job add --json -
	json_is '.jobs | map(.job_id) | sort == ["one","three","two"]' \
	    job list in --json
	for text in '' '{' 'null' '5' '"x"' '[5]' '[null]' '{}' '[{}]' '[[]]' \
	    "$job,\"job_id\":\"a\"} x" "$job,\"x\":1}"; do
		run --separate-stderr "$MH" job add --json - <<<"$text"
		[ "$status" -eq 65 ] || { echo "$text: $status"; false; }
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	# None of a list is added unless every one is right, be it the last.
	run "$MH" job add --json - <<<"[$job,\"job_id\":\"four\"},$job,\"x\":1}]"
	[ "$status" -eq 65 ]
	[[ $output == *'[1].x: unknown field'* ]]
	# An empty list is nothing to do.
	"$MH" job add --json - <<<'[]'
	run timeout 10 sh -c '"$0" job add --json - <&-' "$MH"
	[ "$status" -eq 65 ]
	run "$MH" job add --json /nonexistent
	[ "$status" -eq 65 ]
	[[ $output == *'/nonexistent: No such file'* ]]
	run "$MH" job add --json "$BATS_TEST_TMPDIR"
	[ "$status" -eq 65 ]
	json_is '.count == 3' job list in --json
	[ -z "$("$MH" preview --batch </dev/null)" ]
}
