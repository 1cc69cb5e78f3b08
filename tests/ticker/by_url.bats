#!/usr/bin/env bats
# Ticks without cron: /v1/tick, tick_on_request, minutehand tick.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

KEY=0123456789abcdef-of-ticks

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	printf '%s\n' "$KEY" >"$HOME/.minutehand/tick.key"
	chmod 600 "$HOME/.minutehand/tick.key"
	{
		echo 'tick_key_file = "tick.key"'
		echo 'window = 0'
	} >>"$CONF"
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$STORE" "$1"
}

# call METHOD QUERY [BODY]: a request to /v1/tick; its answer in $output,
# status and body.
call() {
	local text=${3-}
	run --separate-stderr env MINUTEHAND_CONF="$CONF" REQUEST_METHOD="$1" PATH_INFO=/v1/tick \
	    SCRIPT_NAME= QUERY_STRING="$2" SERVER_PROTOCOL=HTTP/1.1 \
	    REMOTE_ADDR=127.0.0.1 CONTENT_LENGTH="${#text}" \
	    ${text:+CONTENT_TYPE=application/x-www-form-urlencoded} \
	    "$FCGI" <<<"$text"
	code=${lines[0]#Status: }
	code=${code%% *}
	body=${lines[-1]}
}

# A job that has been due for a moment.
due() {
	"$MH" job add q --id "$1" --date "$(date -u -d '-1 second' +%FT%TZ)" >/dev/null
}

# Ticks were long ago.
age() {
	sql 'UPDATE tick SET started_us = started_us - 60000000,
	    until_us = until_us - 60000000, ended_us = ended_us - 60000000'
}

@test "a tick by URL hands over what is due, and says so" {
	due a
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[ "$body" = '{"ticks":1,"handed_over":1,"next_s":null}' ]
	[ "${#body}" -lt 200 ]
	grep -q 'Cache-Control: no-store' <<<"$output"
	[ "$(count_state q ready)" = 1 ]
	[ "$(sql 'SELECT group_concat(kind) FROM tick')" = 2 ]
	age
	"$MH" job add q --id b --every 1h >/dev/null
	call POST '' "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":1,"handed_over":0,"next_s":35'[0-9][0-9]'}' ]]
}

@test "a wrong key, none, and no file of keys" {
	local query
	due a
	for query in '' key= key=x "key=${KEY}x" "key=${KEY%?}" "Key=$KEY" \
	    "key=$KEY&key=$KEY&x=1" "keys=$KEY"; do
		call GET "$query"
		[[ $code == 40[03] ]] || { echo "$query: $code $body"; return 1; }
	done
	printf 'short\n' >"$HOME/.minutehand/tick.key"
	call GET key=short
	[ "$code" = 403 ]
	rm "$HOME/.minutehand/tick.key"
	call GET "key=$KEY"
	[ "$code" = 403 ]
	sed -i '/tick_key_file/d' "$CONF"
	call GET "key=$KEY"
	[ "$code" = 404 ]
	[ "$(sql 'SELECT count(*) FROM tick')" = 0 ]
	# A key that others can read is refused, as other secrets are.
	printf '%s\n' "$KEY" >"$HOME/.minutehand/tick.key"
	echo 'tick_key_file = "tick.key"' >>"$CONF"
	chmod 644 "$HOME/.minutehand/tick.key"
	call GET "key=$KEY"
	[[ $code != 200 ]]
	[ "$(sql 'SELECT count(*) FROM tick')" = 0 ]
}

@test "one in five seconds; another that is at work is enough" {
	call GET "key=$KEY"
	[ "$code" = 200 ]
	call GET "key=$KEY"
	[ "$code" = 429 ]
	grep -q '^Retry-After: 5' <<<"$output"
	# A tick that waits within its window.
	sql "INSERT INTO tick (started_us, until_us, sent, decided) SELECT
	    max(started_us), max(started_us) + 60000000, 0, 0 FROM tick"
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":0,"busy":true,'* ]]
	# One that was killed keeps nothing back after a minute, nor one that
	# began before the clock was set back.
	sql 'UPDATE tick SET started_us = started_us - 61000000,
	    until_us = until_us + 3600000000'
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":1,'* ]]
	age
	sql 'INSERT INTO tick (started_us, until_us, sent, decided) SELECT
	    max(started_us) + 864000000000, max(started_us) + 864060000000, 0, 0 FROM tick'
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":1,'* ]]
	sql 'DELETE FROM tick WHERE sent = 0 AND ended_us IS NULL'
	# Another kind of tick makes none by URL come too soon.
	age
	"$TICKER" --window 0 </dev/null
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":1,'* ]]
	sql "INSERT INTO tick (started_us, until_us, sent, decided) SELECT
	    max(started_us), max(started_us) + 60000000, 0, 0 FROM tick"
	# One that was killed, and whose window is over, keeps nothing back.
	age
	sql 'UPDATE tick SET until_us = started_us'
	call GET "key=$KEY"
	[ "$code" = 200 ]
	[[ $body == '{"ticks":1,'* ]]
}

@test "ticks by URL are a cadence, and doctor knows them" {
	for _ in 3 2 1; do
		call GET "key=$KEY"
		sql "UPDATE tick SET started_us = started_us - 120000000,
		    until_us = until_us - 120000000, ended_us = ended_us - 120000000"
	done
	call GET "key=$KEY"
	run "$MH" doctor
	[[ $output == *"a tick by URL every 120 s"* ]]
	# By hand and after answers, they are none.
	sql 'UPDATE tick SET kind = 3'
	run "$MH" doctor
	[[ $output == *"they only ran after requests (tick_on_request)"* ]]
}

# health: a request that changes nothing.
health() {
	env MINUTEHAND_CONF="$CONF" REQUEST_METHOD=GET PATH_INFO=/healthz \
	    SCRIPT_NAME= QUERY_STRING= SERVER_PROTOCOL=HTTP/1.1 \
	    REMOTE_ADDR=127.0.0.1 "$FCGI"
}

@test "tick_on_request: after an answer, if none was for a cadence" {
	due a
	health >"$BATS_TEST_TMPDIR/answer"
	[ "$(sql 'SELECT count(*) FROM tick')" = 0 ]
	echo 'tick_on_request = yes' >>"$CONF"
	health >"$BATS_TEST_TMPDIR/answer"
	grep -q '^Status: 503' "$BATS_TEST_TMPDIR/answer"
	[ "$(sql 'SELECT group_concat(kind) FROM tick')" = 3 ]
	[ "$(count_state q ready)" = 1 ]
	health >/dev/null
	[ "$(sql 'SELECT count(*) FROM tick')" = 1 ]
	sql 'UPDATE tick SET started_us = started_us - 61000000,
	    ended_us = ended_us - 61000000, until_us = until_us - 61000000'
	health >/dev/null
	[ "$(sql 'SELECT count(*) FROM tick')" = 2 ]
}

@test "minutehand tick is the ticker" {
	due a
	run -0 "$MH" tick --dry-run
	[ "$output" = "$("$TICKER" --dry-run)" ]
	run -0 "$MH" -c "$CONF" tick --once
	[ "$(count_state q ready)" = 1 ]
	[ "$(sql 'SELECT group_concat(kind) FROM tick')" = 0 ]
	run -64 "$MH" tick --nonsense
	run -0 "$MH" -c "$CONF" tick simulate --to +1h
}
