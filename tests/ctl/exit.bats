#!/usr/bin/env bats
# minutehand(1): exit statuses of every command when the configuration is
# wrong, when there is no store, and while another writer holds it; and what
# options of minutehand.conf(5) do that nothing else shows.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
}

teardown() {
	[ -z "${HOLDER-}" ] || stop_pid "$HOLDER"
}

# Commands as they are right, by what they need of the store.
reading() {
	cat <<-'EOT'
	job list
	job show q j
	export
	queue list
	queue peek q
	runs
	output --json RUN
	why q j 2020-01-01
	token list
	backup BACKUP
	EOT
}

writing() {
	cat <<-'EOT'
	job add q --every 1h
	job add q --id j --replace --every 1h
	job pause q j
	job resume q j
	job run q j
	job delete q j
	queue pause q
	queue resume q
	queue clear q --yes
	replay RUN
	token add
	token set --services none ID
	token revoke ID
	consume q -- true
	EOT
}

# Run a line of these, with what it names put in.
do_line() {
	local line=$1
	line=${line/BACKUP/$BATS_TEST_TMPDIR/backup.$RANDOM$RANDOM}
	line=${line/RUN/${RUN-none}}
	line=${line/ID/${ID-none}}
	# shellcheck disable=SC2086
	run --separate-stderr "$MH" $line
}

# all_exit STATUS TEXT: every line of standard input does so.
all_exit() {
	local line
	while read -r line; do
		do_line "$line"
		if [ "$status" -ne "$1" ] || [[ $stderr != *"$2"* ]]; then
			printf '%s: %s, not %s\n%s\n' "$line" "$status" "$1" \
			    "$stderr"
			return 1
		fi
		[ "$1" -eq 0 ] || [ -z "$output" ]
	done
}

fill() {
	"$MH" job add q --id j --every 1d >"$BATS_TEST_TMPDIR/filled"
	RUN=$("$MH" job run q j)
	ID=${TOKEN:3:8}
}

# Hold the store as a writer would, until release.
hold() {
	mkfifo "$BATS_TEST_TMPDIR/hold"
	sqlite3 "$STORE" <"$BATS_TEST_TMPDIR/hold" >"$BATS_TEST_TMPDIR/held" 3>&- &
	HOLDER=$!
	exec 8>"$BATS_TEST_TMPDIR/hold"
	echo "BEGIN IMMEDIATE; UPDATE token SET name = name; SELECT 'held';" >&8
	wait_for 10 test -s "$BATS_TEST_TMPDIR/held"
}

@test "an error in the configuration: 78, one line with file and line number" {
	fill
	printf 'busy = 5s\nwindow = soon\n' >"$CONF"
	{ reading; writing; echo 'restore x'; } |
	    all_exit 78 "$CONF:2: option \"window\""
	export MINUTEHAND_CONF=$BATS_TEST_TMPDIR/none.conf
	{ reading; writing; echo 'restore x'; } | all_exit 78 none.conf
}

@test "no store: 69, and the command that creates one" {
	fill
	rm -f "$STORE"*
	{ reading; writing; } | all_exit 69 'minutehand init creates one'
	[ ! -e "$STORE" ]
}

@test "another writer: 75 for commands that write, 0 for those that read" {
	echo 'busy = 100ms' >>"$CONF"
	fill
	hold
	reading | all_exit 0 ''
	writing | all_exit 75 'busy'
	exec 8>&-
	wait "$HOLDER"
	HOLDER=
	# Nothing of all that was done.
	[ "$("$MH" job list --json | jq .count)" -eq 1 ]
	[ "$("$MH" queue list --json | jq '.[0].ready')" -eq 1 ]
	[ "$("$MH" token list --json | jq length)" -eq 1 ]
	"$MH" job pause q j
}

@test "a full disk: 69, and nothing is changed" {
	fill
	while read -r line; do
		line=${line/RUN/$RUN}
		line=${line/ID/$ID}
		# shellcheck disable=SC2086
		run bash -c 'ulimit -f 1; exec "$0" "$@"' "$MH" $line
		[ "$status" -eq 69 ] || { echo "$line: $status $output"; false; }
	done < <(writing | grep -v '^consume\|^queue resume\|^job resume')
	[ "$("$MH" job list --json | jq .count)" -eq 1 ]
	[ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
}

@test "log_level and log_target: events and target" {
	# A store that is missing is an error; an answer of 503 a warning.
	mv "$STORE" "$STORE.away"
	ask() {
		run --separate-stderr env -i REQUEST_METHOD=GET \
		    QUERY_STRING= REMOTE_ADDR=192.0.2.7 \
		    MINUTEHAND_CONF="$CONF" PATH_INFO=/v1/queues "$FCGI"
		[[ $output == 'Status: 503'* ]]
	}
	for level in err:0 warn:1 info:1 debug:1; do
		sed -i '/^log_/d' "$CONF"
		echo "log_level = ${level%:*}" >>"$CONF"
		ask
		[ "$(grep -c 'level=err event=store-not-open' <<<"$stderr")" -eq 1 ]
		[ "$(grep -c 'level=warn' <<<"$stderr")" -eq "${level#*:}" ]
	done
	echo 'log_target = syslog' >>"$CONF"
	ask
	[ -z "$stderr" ]
	run --separate-stderr "$TICKER" --once
	[ "$status" -eq 69 ]
	[ -z "$stderr" ]
	# minutehand itself always says it on standard error.
	run --separate-stderr "$MH" job list
	[ "$status" -eq 69 ]
	[ -n "$stderr" ]
}

@test "zoneinfo and timezone: the zones available, and the default" {
	mkdir -p "$HOME/zones/My"
	cp /usr/share/zoneinfo/Asia/Tokyo "$HOME/zones/My/Zone"
	printf 'zoneinfo = "%s"\ntimezone = My/Zone\n' "$HOME/zones" >>"$CONF"
	[ "$("$MH" preview --json --every 1h | jq -r .timezone)" = My/Zone ]
	"$MH" job add q --id z --cron hour=3 >"$BATS_TEST_TMPDIR/added"
	[[ $("$MH" job show q z --json | jq -r .next_run_time) == *03:00:00+09:00 ]]
	run "$MH" job add q --cron hour=3 --timezone Asia/Tokyo
	[ "$status" -eq 65 ]
	[[ $output == *Asia/Tokyo* ]]
	# UTC and offsets need no file.
	for zone in UTC +08:00; do
		"$MH" job add q --cron hour=3 --timezone "$zone" >"$BATS_TEST_TMPDIR/added"
	done
}

@test "the file's form: quotes, comments, order, the environment" {
	export MY_ZONE=Asia/Tokyo
	while IFS='|' read -r line zone; do
		printf '%b\nmemory_store = ""\n' "$line" >"$CONF"
		got=$("$MH" preview --json --every 1h | jq -r .timezone)
		[ "$got" = "$zone" ] || { echo "$line: $got"; false; }
	done <<-'EOT'
	timezone = Europe/Paris|Europe/Paris
	timezone="Europe/Paris"|Europe/Paris
	timezone   =   'Europe/Paris'|Europe/Paris
	# timezone = Asia/Tokyo\ntimezone = Europe/Paris # and so on|Europe/Paris
	// timezone = Asia/Tokyo\ntimezone = Europe/Paris // so|Europe/Paris
	/* timezone =\n Asia/Tokyo */ timezone = Europe/Paris|Europe/Paris
	busy = 5s\n\n\ntimezone = Europe/Paris\nlease = 5s|Europe/Paris
	timezone = ${MY_ZONE}|Asia/Tokyo
	timezone = "${MY_ZONE}"|Asia/Tokyo
	timezone = "${NO_SUCH_NAME}"|UTC
	EOT
	printf "timezone = '\${MY_ZONE}'\nmemory_store = ''\n" >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
}
