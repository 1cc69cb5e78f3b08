#!/usr/bin/env bats
# Stored text that a terminal would obey: no command prints it as it is, as
# text or as JSON.  The texts are put into every column that is shown.
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031,SC2154

setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	local service=srv-cukouhrtq21c73e9scng col
	"$MH" job add q --id plain --every 1h
	"$MH" job add q --id broken --every 1h
	printf '{"queue_name":"q","job_id":"there","trigger":"interval","hours":1,"render":{"serviceId":"%s","startCommand":"x"}}' \
	    "$service" | "$MH" job add --json -
	"$MH" job run q plain
	"$MH" job run q there
	RENDER=$("$MH" render create "$service" -- echo hi)
	DEAD=$("$MH" job run q plain)
	"$MH" queue pause q
	"$MH" token add --name x >/dev/null
	# Title, color, cursor; C1; a new line; direction; bytes that are none.
	BAD=$(printf 'a\033]0;t\007\033[31m\302\2331m\177\r\nEVIL\342\200\256b\342\201\246c\330\234\342\200\250d')
	for col in job.description job.reason job.render run.reason \
	    message.reason delivery.command delivery.plan \
	    delivery.remote_id token.name queue.reason; do
		set_column "$col" "$BAD"
	done
	sqlite3 "$STORE" "UPDATE job SET trigger = '$BAD' WHERE job_id = 'broken';
	    UPDATE message SET state = 2 WHERE id = (SELECT max(id) FROM message)"
	export RENDER DEAD BAD
}

# Every row's column of that name, where the table has it.
set_column() {
	local table=${1%.*} name=${1#*.}
	sqlite3 "$STORE" "SELECT 1 FROM pragma_table_info('$table')
	    WHERE name = '$name'" | grep -q 1 || return 0
	sqlite3 "$STORE" "UPDATE OR IGNORE $table SET $name = '$2'"
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
}

# Bytes that a terminal may obey; a new line is none where it ends a line.
obeyed='[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]'

clean() {
	clean_of "$MH" "$@"
}

# The same of another program; tabs part what ticker --dry-run prints.
clean_of() {
	local out=$BATS_TEST_TMPDIR/out
	"$@" >"$out" 2>&1 || true
	[ -s "$out" ] || { printf 'no output: %s\n' "$*"; return 1; }
	if tr -d "${tabs-}" <"$out" | LC_ALL=C grep -aqP "$obeyed" ||
	    ! iconv -f UTF-8 -t UTF-8 <"$out" >/dev/null ||
	    grep -aq '^EVIL' "$out"; then
		printf 'obeyed: %s\n' "$*"
		cat -v "$out"
		return 1
	fi
	n=$((n + 1))
}

@test "no command prints terminal control characters" {
	local n=0 c
	while read -r c; do
		# shellcheck disable=SC2086 # words of a command
		clean $c
	done <<-EOF
	job list
	job show q plain
	job show q broken
	job show q there
	export --queue q
	runs
	runs q
	runs q plain
	why q plain now
	why q plain 2020-01-01
	queue list
	queue peek q
	dead list q
	dead show q $DEAD
	render list
	render show $RENDER
	render watch $RENDER --timeout 1s
	token list
	doctor
	audit
	job list --json
	job show q plain --json
	job show q broken --json
	runs --json
	queue list --json
	queue peek q --json
	dead list q --json
	render list --json
	render show $RENDER --json
	token list --json
	doctor --json
	EOF
	printf '# %d commands\n' "$n" >&3
	[ "$n" -ge 30 ]
}

@test "a name in the arguments is cleaned before it is printed" {
	local n=0
	clean job show "$(printf 'q\033[31m')" x
	clean job show q "$(printf 'x\342\200\256y')"
	clean dead show q "$(printf 'x\342\200\256y')"
	clean render show "$(printf 'x\033[31m')"
	clean token revoke "$(printf 'x\342\200\256')"
	clean runs q --state "$(printf 'x\033[31m')"
	clean "$(printf 'x\033[31m')"
	[ "$n" -eq 7 ]
}

# Names and texts as another program might have written them.
hostile_store() {
	COPY=$BATS_TEST_TMPDIR/copy
	cp -r "$HOME/.minutehand" "$COPY"
	sqlite3 "$COPY/store.db" "UPDATE job SET queue = '$BAD',
	    next_run_us = 1, cursor_us = 1;
	    UPDATE job SET job_id = '$BAD', reason = NULL, render = NULL, state = 'active'
	    WHERE job_id = 'plain';
	    UPDATE queue SET is_paused = 0; UPDATE run SET queue = '$BAD'"
}

@test "ticker, and lists of names: no terminal control characters" {
	local n=0
	hostile_store
	tabs='\t' clean_of "$TICKER" -c "$COPY/minutehand.conf" --dry-run
	clean_of "$TICKER" simulate -c "$COPY/minutehand.conf"
	clean_of "$TICKER" simulate -c "$COPY/minutehand.conf" --json
	tail -n 1 "$BATS_TEST_TMPDIR/out" | jq -e '.jobs[0].slots > 0'
	for words in 'job list' 'queue list' 'runs' 'upcoming' 'upcoming --json' \
	    'upcoming --format ics' 'upcoming --format csv' 'doctor' audit; do
		# The ends of iCalendar's lines.
		# shellcheck disable=SC2086
		clean_of pipe -c "$COPY/minutehand.conf" $words
	done
	clean_of "$TICKER" -c "$COPY/minutehand.conf" --once
	printf '# %d commands\n' "$n" >&3
	[ "$n" -eq 13 ]
}

# CR before a new line is a line's end.
pipe() {
	"$MH" "$@" 2>&1 | sed 's/\r$//'
}

@test "arguments are cleaned before they are printed, by every program" {
	local n=0 bad name word
	for bad in "$(printf 'x\033[31m')" "$(printf 'x\342\200\256y')" \
	    "$(printf 'x\302\2331m')" "$(printf 'x\377')" \
	    "$(printf 'x\nEVIL')" "$(printf 'x\357\273\277')"; do
		for word in "--$bad" "--$bad=1" "-$bad" "$bad" "--c$bad" \
		    "--once=$bad" "--help=$bad"; do
			clean_of "$TICKER" "$word"
			clean_of "$TICKER" simulate "$word"
			clean_of "$FCGI" "$word"
			clean "$word"
			clean job "$word"
		done
		for word in --window --from --to --outage --cadence --kill-rate \
		    --seed; do
			clean_of "$TICKER" simulate "$word" "$bad"
		done
		clean_of "$TICKER" --window "$bad"
		clean_of "$TICKER" -c "/$bad"
		clean_of "$TICKER" simulate --keep "/nowhere/$bad"
		clean -c "/$bad" doctor
		clean -c "/$bad" job list
		while read -r name; do
			# shellcheck disable=SC2086 # words of a command
			clean $name "--$bad"
			# shellcheck disable=SC2086
			clean $name a b c d e "$bad"
		done < <("$MH" --help | sed -n 's/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p')
	done
	printf '# %d command lines\n' "$n" >&3
	[ "$n" -ge 700 ]
}

@test "JSON keeps the text: escaped, the same when it is read" {
	"$MH" job show q plain --json | jq -e '.description | contains("EVIL")'
	"$MH" job show q plain --json | jq -r .description |
	    grep -q "$(printf 'EVIL\342\200\256b')"
}

@test "job show has each line once" {
	"$MH" job show q there >"$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '^render ' "$BATS_TEST_TMPDIR/out")" -eq 1 ]
	[ -z "$(cut -c1-14 "$BATS_TEST_TMPDIR/out" | sort | uniq -d)" ]
}

@test "runs --state: help and manuals have all its names" {
	local words w
	words=$("$MH" runs --help | grep -A3 -- --state | tr -c 'a-z-' '\n')
	for w in sent missed coalesced paused overlap due sending unknown \
	    created running succeeded failed canceled refused dead; do
		grep -qx "$w" <<<"$words"
		"$MH" runs q --state "$w"
		for page in minutehand.1 minutehand.fcgi.8; do
			grep -q "^\.Cm .*\b$w\b" "$abs_top_srcdir/man/$page"
		done
	done
}
