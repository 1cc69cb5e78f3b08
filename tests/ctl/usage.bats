#!/usr/bin/env bats
# minutehand(1): every command with too few words, too many, unknown options,
# options without their value or with a bad one; help; what is printed where.
# bats runs each test in a subshell of its own, as it means to.
# shellcheck disable=SC2030,SC2031,SC2046,SC2154 # SC2046: words on purpose

bats_require_minimum_version 1.5.0

# One home for all: nothing here changes it.
setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	"$MH" job add q --id j --every 1d
	"$TICKER" --once
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
}

# Each command, and how many words it takes at least and at most.
commands() {
	cat <<-'EOT'
	init|0|1
	doctor|0|0
	token add|0|0
	token list|0|0
	token set|1|1
	token revoke|1|1
	job add|0|1
	job list|0|1
	job show|2|2
	job pause|2|2
	job resume|2|2
	job delete|2|2
	job run|2|2
	export|0|0
	import crontab|0|1
	import celery-beat|0|1
	import eventbridge|0|1
	import apscheduler|0|1
	import funboost|0|1
	plan|1|1
	apply|1|1
	queue list|0|0
	queue peek|1|1
	queue pause|1|1
	queue resume|1|1
	queue clear|1|1
	dead list|0|1
	dead show|2|2
	dead replay|1|2
	dead purge|1|2
	runs|0|2
	output|1|1
	why|3|3
	replay|1|1
	preview|0|1
	backup|1|1
	restore|1|1
	EOT
}

# refused STATUS TEXT WORD…: nothing on standard output, the text on standard
# error.
refused() {
	local want=$1 text=$2
	shift 2
	run --separate-stderr "$MH" "$@"
	if [ "$status" -ne "$want" ] || [ -n "$output" ] ||
	    [[ $stderr != *"$text"* ]]; then
		printf '%s: %s, not %s\n%s\n%s\n' "$*" "$status" "$want" \
		    "$output" "$stderr"
		return 1
	fi
}

# The lines of standard input: STATUS|TEXT|WORDS, as a shell takes them.
all_refused() {
	local want text words
	while IFS='|' read -r want text words; do
		eval "refused $want \"\$text\" $words"
	done
}

@test "the list of commands is the one of --help" {
	n=0
	while IFS='|' read -r name _; do
		n=$((n + 1))
		"$MH" --help | grep -qE "^  $name( |$)" || { echo "$name"; false; }
	done < <(commands; echo 'consume|1|1')
	[ "$("$MH" --help | grep -c '^  [a-z]')" -ge "$n" ]
}

@test "too few arguments, too many: 64 and the usage on standard error" {
	while IFS='|' read -r name min max; do
		words=$(for _ in $(seq "$min"); do echo x; done)
		# shellcheck disable=SC2086
		refused 64 "usage: minutehand [-c FILE] $name" $name $words \
		    $(for _ in $(seq $((max + 1 - min))); do echo x; done)
		[[ $stderr == *'too many arguments'* ]]
		[ "$min" -gt 0 ] || continue
		# shellcheck disable=SC2086
		refused 64 "usage: minutehand [-c FILE] $name" $name ${words%x}
		[[ $stderr == *'too few arguments'* ]]
	done < <(commands)
}

@test "an unknown option: 64 and the usage" {
	while IFS='|' read -r name _; do
		for option in --nosuch=1 -x; do
			# shellcheck disable=SC2086
			refused 64 "usage: minutehand [-c FILE] $name" $name $option
		done
	done < <(commands)
	refused 64 'usage: minutehand' consume q --nosuch -- true
}

@test "--help prints the usage, wherever it stands, and does nothing" {
	while IFS='|' read -r name _; do
		# shellcheck disable=SC2086
		run --separate-stderr "$MH" $name x y z --help
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[[ $output == "usage: minutehand [-c FILE] $name"* ]]
		# One line each for what it is and for every option.
		[ "$(grep -cE '^  --[a-z-]+( [A-Z]+)? +[^ ]' <<<"$output")" -eq \
		    "$(grep -c '^  --' <<<"$output")" ]
	done < <(commands; echo 'consume|1|1')
	# Behind "--" it is the command's.
	run "$MH" consume q --max 1 -- echo --help
	[ "$status" -eq 0 ]
	[[ $output != *usage* ]]
}

@test "help: by purpose, within 80 columns; of a command; -h" {
	run --separate-stderr "$MH" help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$output" = "$("$MH" --help)" ]
	[ "$output" = "$("$MH" -h)" ]
	[ "$(grep -c '^[A-Z].*:$' <<<"$output")" -ge 6 ]
	# No command is outside of a purpose, none is there twice.
	all=$output
	[ -z "$(awk '/^[A-Z].*:$/ { p = 1 } /^  [a-z]/ && !p' <<<"$output")" ]
	[ -z "$(grep '^  [a-z]' <<<"$output" | cut -c1-16 | sort | uniq -d)" ]
	while IFS='|' read -r name _; do
		# shellcheck disable=SC2086
		[ "$("$MH" help $name)" = "$("$MH" $name --help)" ]
		# shellcheck disable=SC2086
		[ "$("$MH" $name -h)" = "$("$MH" $name --help)" ]
	done < <(commands; echo 'consume|1|1')
	[ "$("$MH" help token)" = "$("$MH" token --help)" ]
	run ! grep -E '.{81}' <<<"$all"
	refused 64 'no such command: "nosuch"' help nosuch
}

# on_terminal WORD…: what minutehand prints there.
on_terminal() {
	TERM=xterm script -qec "$MH $*" /dev/null </dev/null
}

@test "colours: of states, on a terminal alone, not with NO_COLOR" {
	red=$'\033[31m' yellow=$'\033[33m'
	"$MH" job add failed --id paused --every 1d
	"$MH" job pause failed paused
	run on_terminal job list
	[[ $output == *"${yellow}paused"* ]]
	# A name is not a state.
	[[ $output != *"$red"* ]]
	[ "$(grep -oF "$yellow" <<<"$output" | wc -l)" -eq 1 ]
	NO_COLOR=1 run on_terminal job list
	[[ $output != *$'\033'* ]]
	NO_COLOR='' run on_terminal job list
	[[ $output == *"$yellow"* ]]
	run "$MH" job list
	[[ $output == *paused* && $output != *$'\033'* ]]
	"$MH" job delete failed paused
}

@test "--watch: a list again and again, until a signal" {
	for list in 'job list' 'queue list' upcoming; do
		: >"$BATS_TEST_TMPDIR/out"
		# shellcheck disable=SC2086
		"$MH" $list --watch >>"$BATS_TEST_TMPDIR/out" 3>&- &
		pid=$!
		for _ in {1..100}; do
			[ "$(grep -c '^[A-Z]' "$BATS_TEST_TMPDIR/out")" -lt 2 ] || break
			sleep 0.1
		done
		kill "$pid"
		wait "$pid" || true
		[ "$(grep -c '^[A-Z]' "$BATS_TEST_TMPDIR/out")" -ge 2 ]
		[[ $(<"$BATS_TEST_TMPDIR/out") != *$'\033'* ]]
	done
	# Not one that cannot be printed, nor what is no list.
	refused 64 '--limit: a number from 1' job list --watch --limit 0
	refused 64 "unrecognized option" job show q j --watch
}

@test "every option of --help is accepted, with its value or without" {
	while IFS='|' read -r name _; do
		# shellcheck disable=SC2086
		"$MH" $name --help | sed -n 's/^  \(--[a-z-]*\) \{0,1\}\([A-Z]*\).*/\1|\2/p' \
		    >"$BATS_TEST_TMPDIR/options"
		while IFS='|' read -r option value; do
			if [ -n "$value" ]; then
				# shellcheck disable=SC2086
				refused 64 'requires an argument' $name "$option"
			else
				# shellcheck disable=SC2086
				refused 64 "doesn't allow an argument" $name "$option=x"
			fi
		done <"$BATS_TEST_TMPDIR/options"
	done < <(commands)
}

@test "groups: their commands are listed" {
	for group in token job queue dead; do
		refused 64 "  $group " "$group"
		refused 64 "  $group " "$group" nosuch
		run --separate-stderr "$MH" "$group" --help
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(wc -l <<<"$output")" -eq "$("$MH" --help | grep -c "^  $group ")" ]
	done
	refused 64 'no such command: "jo"' jo
	refused 64 'no such command: "jobs"' jobs
	refused 64 'did you mean "job list"?' job lst
	refused 64 'did you mean "job list"?' jbo list
	refused 64 'did you mean "runs"?' Runs
	refused 64 'did you mean "token revoke"?' token_revoke
	refused 64 'no such command: ""' ''
	refused 64 'usage: minutehand' -x
	refused 64 'usage: minutehand' -c
	refused 64 'usage: minutehand'
}

@test "invalid option values: 64, the option named" {
	all_refused <<-'EOT'
	64|--limit: a number from 1|job list --limit 0
	64|--limit: a number from 1|job list --limit -1
	64|--limit: a number from 1|job list --limit x
	64|--limit: a number from 1|job list --limit ''
	64|--limit: a number from 1|job list --limit 99999999999999999999
	64|--limit: a number from 1 to 1000 is needed, not "0"|queue peek q --limit 0
	64|--limit: a number from 1 to 1000|queue peek q --limit 1001
	64|--limit: a number from 1 to 1000000|runs --limit 0
	64|--keep-output: a number from 0 to 65536|consume q --keep-output 65537 -- true
	64|--keep-output: a number from 0 to 65536|consume q --keep-output -1 -- true
	64|--keep-output: a number from 0 to 65536|consume q --keep-output 4k -- true
	64|--limit: a number from 1 to 1000000|runs --limit 1000001
	64|--limit: a number from 1 to 1000000|dead list q --limit 0
	64|--state: sent, missed, coalesced, paused, overlap|runs --state ''
	64|--state: sent, missed, coalesced, paused, overlap|runs --state SENT
	64|--count: a number from 1 to 1000|preview --every 1h --count 0
	64|--count: a number from 1 to 1000|preview --every 1h --count 1001
	64|--scopes: a list of read, write, consume and admin|token add --scopes ''
	64|--scopes: a list of read, write, consume and admin|token add --scopes read,
	64|--scopes: a list of read, write, consume and admin|token add --scopes Read
	64|--scopes: a list of read, write, consume and admin|token add --scopes 'read write'
	64|--expires: a duration such as|token add --expires soon
	64|--expires: a duration such as|token add --expires -1
	64|--max: a number from 1|consume q --max 0 -- true
	64|--max: a number from 1|consume q --max x -- true
	64|--parallel: a number from 1 to 64|consume q --parallel 0 -- true
	64|--parallel: a number from 1 to 64|consume q --parallel 65 -- true
	64|--lease: must be at least 1s|consume q --lease 0 -- true
	64|--lease: must be at least 1s|consume q --lease 999ms -- true
	64|--lease: a duration such as|consume q --lease x -- true
	64|--wait: a duration such as|consume q --wait -1s -- true
	64|--retry-after: a duration such as|consume q --retry-after 1x -- true
	64|"-- COMMAND" is required|consume q
	64|"-- COMMAND" is required|consume q --
	64|"-- COMMAND" is required|consume q echo x
	64|too few arguments|consume -- true
	64|too many arguments|consume q r -- true
	64|confirm with --yes|queue clear q
	64|confirm with --yes|dead purge q x
	64|confirm with --yes|dead purge q --all
	64|one of ID, --reason and --all is required|dead purge q --yes
	64|one of ID, --reason and --all is required|dead replay q
	64|one of ID, --reason and --all is required|dead replay q --reason x --all
	64|--reasons goes without --limit|dead list --reasons --limit 1
	64|one of ID, --reason and --all is required|dead replay q x --all
	64|init requires a folder, not -c FILE|-c x init
	EOT
	[ "$("$MH" token list | wc -l)" -eq 2 ]
}

@test "invalid names: 65, the name shown" {
	long=$(printf '%256s' '' | tr ' ' x)
	while IFS='|' read -r words field; do
		for name in '' $'a\nb' $'\xff' "$long"; do
			# shellcheck disable=SC2086
			refused 65 "$field: " $words "$name" ${field/QUEUE/j}
		done
	done <<-'EOT'
	job pause|QUEUE
	job resume|QUEUE
	job delete|QUEUE
	job show|QUEUE
	job run|QUEUE
	EOT
	for name in '' $'a\nb' $'\xff' "$long"; do
		for sub in pause resume delete show run; do
			refused 65 'ID: ' job "$sub" q "$name"
		done
		refused 65 'QUEUE: ' queue peek "$name"
		refused 65 'QUEUE: ' queue pause "$name"
		refused 65 'QUEUE: ' queue resume "$name"
		refused 65 'QUEUE: ' queue clear "$name" --yes
		refused 65 'QUEUE: ' dead list "$name"
		refused 65 'QUEUE: ' dead show "$name" x
		refused 65 'QUEUE: ' dead replay "$name" --all
		refused 65 'QUEUE: ' dead purge "$name" --all --yes
		refused 65 'ID: ' dead show q "$name"
		refused 65 'ID: ' dead replay q "$name"
		refused 65 'ID: ' dead purge q "$name" --yes
		refused 65 'QUEUE: ' job list "$name"
		refused 65 'QUEUE: ' runs "$name"
		refused 65 'JOB: ' runs q "$name"
		refused 65 'QUEUE: ' why "$name" j 2026-01-01
		refused 65 'JOB: ' why q "$name" 2026-01-01
		refused 65 'QUEUE: ' consume "$name" -- true
		refused 65 'ID: ' token revoke "$name"
		refused 65 '--name: ' token add --name "$name"
		refused 65 '--queues: ' token add --queues "$name"
		refused 65 'QUEUE: ' job add "$name" --every 1h
	done
	for option in id date cron crontab timezone start end dst description \
	    args kwargs; do
		refused 65 "--$option: bytes that are not UTF-8" job add q \
		    --every 1h "--$option" $'a=\xff'
	done
	refused 65 '--now: bytes that are not UTF-8' preview --every 1h \
	    --now $'\xff'
	refused 65 'AT: ' why q j soon
	refused 65 '--from: ' runs --from soon
	refused 65 '--to: ' runs --to 2026-02-30
	refused 65 '--cursor: ' runs --cursor x
	refused 65 '--cursor: ' dead list q --cursor x
}

@test "not found: 1, and the name is shown" {
	all_refused <<-'EOT'
	1|q none: not found|job show q none
	1|q none: not found|job pause q none
	1|q none: not found|job resume q none
	1|q none: not found|job delete q none
	1|none j: not found|job run none j
	1|no such job: q/none|why q none 2026-01-01
	1|no such run: none|replay none
	1|q has no dead letter none|dead show q none
	1|q has no dead letter none|dead replay q none
	1|q has no dead letter none|dead purge q none --yes
	1|12345678: not found|token revoke 12345678
	1|none: not found|token revoke none
	1|q j: exists already|job add q --id j --every 1h
	EOT
	# An empty answer is none of that.
	for words in 'job list none' 'queue peek none' 'dead list none' 'runs none' 'runs q none'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$MH" $words
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
	done
}
