#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# What the API answers when something is wrong, and to odd requests.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

job='{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"a"}'

@test "an unknown path is a 404 in the form of its dialect" {
	for p in /funboost/nothing /nothing /funboost; do
		cgi GET $p
		envelope_is 404 not_found
	done
	for p in /v1 /v1/nothing /v1/queues/q /v1/queues//lease; do
		cgi GET $p
		status_is 404
		[ "$body" = '{"message":"No such resource","error_data":{}}' ]
	done
	cgi GET /v1/services/none
	status_is 404
	[ "$body" = '{"message":"No such resource"}' ]
}

@test "a wrong method is a 405 with Allow" {
	cgi GET /funboost/add_timing_job
	envelope_is 405 method_not_allowed
	[ "$(header Allow)" = 'POST, OPTIONS' ]
	cgi PATCH /funboost/get_timing_jobs
	envelope_is 405 method_not_allowed
	[ "$(header Allow)" = 'GET, HEAD, OPTIONS' ]
	cgi DELETE /v1/queues/q/lease
	status_is 405
	is error_data '{}'
	has message ''
}

@test "OPTIONS answers 204 with Allow, without a token" {
	cgi OPTIONS /funboost/delete_timing_job '' -HTTP_AUTHORIZATION
	status_is 204
	[ "$(header Allow)" = 'DELETE, OPTIONS' ]
	[ -z "$body" ]
}

@test "HEAD answers as GET, without the body" {
	cgi GET /funboost/get_timing_jobs '' HTTP_X_REQUEST_ID=x
	local length
	length=$(header Content-Length)
	cgi HEAD /funboost/get_timing_jobs '' HTTP_X_REQUEST_ID=x
	status_is 200
	[ "$(header Content-Length)" = "$length" ]
	[ -z "$body" ]
}

@test "GET / lists the routes, --help prints them" {
	cgi GET / '' -HTTP_AUTHORIZATION
	status_is 200
	has 'routes[0].path' /funboost/add_timing_job
	cgi GET '' '' -HTTP_AUTHORIZATION
	status_is 200
	run "$fcgi" --help
	[ "$status" -eq 0 ]
	[[ $output == *'/funboost/get_timing_jobs'* ]]
	run "$fcgi" -V
	[[ $output == minutehand* ]]
	run "$fcgi" -x
	[ "$status" -eq 64 ]
}

@test "it works under any prefix the server maps to it" {
	cgi GET /add_timing_job '' SCRIPT_NAME=/funboost
	status_is 405
	cgi GET '' '' SCRIPT_NAME=/funboost/get_timing_jobs
	status_is 200
	cgi GET /get_timing_jobs '' SCRIPT_NAME=/funboost
	status_is 200
	cgi GET /funboost/get_timing_jobs '' SCRIPT_NAME=/any/where
	status_is 200
	cgi GET '' '' SCRIPT_NAME=/funboost/nothing
	envelope_is 404 not_found
}

@test "a body of exactly 1 MiB is read, one byte more is a 413" {
	local f=$BATS_TEST_TMPDIR/big
	{ printf '%s' "$job"; head -c $((1048576 - ${#job})) /dev/zero | tr '\0' ' '; } >"$f"
	add "@$f"
	status_is 200
	printf ' ' >>"$f"
	add "@$f"
	envelope_is 413 too_large
	add "$job" CONTENT_LENGTH=99999999999999999999999
	envelope_is 413 too_large
}

@test "a truncated body and a bad length are a 400" {
	add "$job" CONTENT_LENGTH=500
	bad body 'of 500 bytes'
	for n in -1 +5 12x ' 3' 0x10; do
		add "$job" CONTENT_LENGTH="$n"
		bad '"Content-Length"'
	done
}

@test "without a length a body is read to its end" {
	add "$job" -CONTENT_LENGTH
	status_is 200
	add '' CONTENT_TYPE=application/json
	bad body 'is missing'
	cgi POST '/funboost/pause_scheduler?queue_name=q'
	status_is 200
	add "${job/\"a\"/\"b\"}" CONTENT_LENGTH=
	status_is 200
}

@test "content types: JSON in UTF-8, any spelling; others are a 415" {
	local t
	for t in 'application/json; charset=utf-8' 'Application/JSON;charset="UTF-8"' \
	    'application/json ; charset=utf8'; do
		add "${job/\"a\"/\"$RANDOM$RANDOM\"}" CONTENT_TYPE="$t"
		status_is 200
	done
	for t in text/plain 'application/json; charset=gbk' '' application/jsonx \
	    application/x-www-form-urlencoded multipart/form-data; do
		add "$job" CONTENT_TYPE="$t"
		envelope_is 415 unsupported_media_type
	done
	cgi POST /funboost/pause_scheduler 'queue_name=q' CONTENT_TYPE=text/plain
	envelope_is 415 unsupported_media_type
}

@test "a body that is not JSON is a 400 with the position" {
	local t
	for t in '{' '[1]' 'null' '"x"' '{"a":1,}' "{'a':1}" '{"a":NaN}' \
	    '{"a":01}' '{"a":1.}' '{"a":"\ud800"}' '{}{}' '{"a":tru}' \
	    '{"a\u0000":1}' '{"a":123456789012345678901234567890}'; do
		add "$t"
		bad body
	done
	add '{"a":01}'
	bad body 'at byte'
	printf '{"queue_name":"\xff"}' >"$BATS_TEST_TMPDIR/latin"
	add "@$BATS_TEST_TMPDIR/latin"
	bad body UTF-8
	printf '{"queue_name":"a\0b"}' >"$BATS_TEST_TMPDIR/nul"
	add "@$BATS_TEST_TMPDIR/nul"
	bad body
	add "$(printf '%33s' '' | tr ' ' '[')$(printf '%33s' '' | tr ' ' ']')"
	bad body 'too deep'
}

@test "query parameters: escapes, twice, unknown, NUL" {
	cgi GET '/funboost/get_msg_count?queue_name=%zz'
	bad queue_name '%'
	cgi GET '/funboost/get_msg_count?queue_name=a%4'
	bad queue_name
	cgi GET '/funboost/get_msg_count?queue_name=a%00b'
	bad queue_name NUL
	cgi GET '/funboost/get_msg_count?queue_name=%ff'
	bad queue_name UTF-8
	cgi GET '/funboost/get_msg_count?queue_name=a&queue_name=b'
	bad queue_name twice
	cgi POST '/funboost/pause_scheduler?queue_name=a' '{"queue_name":"b"}'
	bad queue_name twice
	cgi GET '/funboost/get_msg_count?queue_name=a%20+b&_=17&_=18&x=%zz&&'
	status_is 200
	is data.queue_name 'a  b'
	cgi POST /funboost/pause_scheduler '{"queue_name":["b"]}'
	bad queue_name
	cgi GET /funboost/get_timing_job
	bad queue_name required
	bad job_id required
	cgi GET '/funboost/get_timing_jobs?job_store_kind=disk'
	bad job_store_kind
}

@test "Chinese below /funboost for clients that name no language or prefer it" {
	local lang want
	local -A ok=([zh]=获取成功 [en]=OK)
	while IFS='|' read -r lang want; do
		cgi GET /funboost/get_timing_jobs '' HTTP_ACCEPT_LANGUAGE="$lang"
		is msg "${ok[$want]}"
	done <<-'EOF'
	en|en
	en-US,en;q=0.9|en
	EN-gb|en
	zh-CN,zh;q=0.9,en;q=0.8|zh
	en;q=0.8,zh;q=0.9|zh
	en;q=0.9, zh;q=0.8|en
	en,zh|en
	zh,en|zh
	*|zh
	en;q=0.5,*|en
	en,*;q=0.5|en
	en;q=0|zh
	fr|en
	de,zh;q=0.5|zh
	zh-TW|zh
	fr,en;q=0.1|en
	en;q=2|zh
	en;q=abc|zh
	english|en
	|zh
	EOF
	cgi GET /funboost/get_timing_jobs
	is msg 获取成功
}

@test "a valid request id is returned, another is replaced" {
	cgi GET /funboost/get_timing_jobs '' HTTP_X_REQUEST_ID=Ab9._-
	is trace_id Ab9._-
	cgi GET /funboost/get_timing_jobs '' HTTP_X_REQUEST_ID='a"b'
	[[ $(field .trace_id) =~ ^[0-9a-f]{32}$ ]]
	cgi GET /funboost/get_timing_jobs '' HTTP_X_REQUEST_ID="$(printf '%65s' '' | tr ' ' a)"
	[[ $(field .trace_id) =~ ^[0-9a-f]{32}$ ]]
}

@test "without a store: 503 with Retry-After, and no internal details" {
	mv "$dir/store.db" "$dir/away.db"
	cgi GET /funboost/get_timing_jobs
	envelope_is 503 unavailable
	[ -n "$(header Retry-After)" ]
	[[ $body != *"$dir"* ]]
	grep -q store-not-open "$BATS_TEST_TMPDIR/log"
	mv "$dir/away.db" "$dir/store.db"
	cgi GET /funboost/get_timing_jobs
	status_is 200
}

@test "a configuration that cannot be read: 503, the reason is logged" {
	printf 'nonsense = {\n' >>"$conf"
	cgi GET /funboost/get_timing_jobs
	envelope_is 503 unavailable
	grep -q minutehand.conf "$BATS_TEST_TMPDIR/log"
	[[ $body != *nonsense* ]]
}

@test "a query without = cannot set options" {
	run env -i REQUEST_METHOD=GET QUERY_STRING='-c+/etc/passwd' \
	    PATH_INFO=/ "$fcgi" -c /etc/passwd
	[[ $output == 'Status: 400'* ]]
}

@test "a request without a method, a query or a client is 400" {
	local name
	for name in REQUEST_METHOD QUERY_STRING REMOTE_ADDR; do
		cgi DELETE '/funboost/delete_all_timing_jobs?queue_name=q' '' "-$name"
		status_is 400
		has "error_data.$name" 'was not set by the web server'
	done
}

@test "healthz: no token, 503 while no ticker runs" {
	cgi GET /healthz '' -HTTP_AUTHORIZATION
	status_is 503
	[ "$body" = '{"status":"late","last_tick_age":null}' ]
	cgi GET /healthz
	is late true
	is last_tick null
	"$ticker" -c "$conf" --once
	cgi GET /healthz '' -HTTP_AUTHORIZATION
	status_is 200
	is status ok
	[ "$(field 'keys | join(",")')" = last_tick_age,status ]
	cgi GET /healthz '' HTTP_AUTHORIZATION='Bearer nonsense'
	[ "$(field 'keys | join(",")')" = last_tick_age,status ]
	cgi GET /healthz
	is late false
}

# cause WORD: every route but / names it, and nothing of the inside.
cause() {
	cgi GET /healthz
	status_is 503
	is status error
	is cause "$1"
	is uid "$(id -u)"
	[ "$(field 'keys | length')" -eq 3 ]
	cgi GET /v1/queues
	status_is 503
	is error_data.cause "$1"
	cgi GET /funboost/get_timing_jobs
	status_is 503
	is error_data.cause "$1"
	[[ $headers == *'Retry-After: '* ]]
	[[ $body != *"$BATS_TEST_TMPDIR"* ]]
	cgi GET /
	status_is 200
}

@test "a configuration or store that cannot be used: 503 with the cause" {
	local store=$dir/store.db
	mv "$conf" "$conf.away"
	cause configuration-missing
	cp "$conf.away" "$conf"
	echo 'window = soon' >>"$conf"
	cause configuration-invalid
	cp "$conf.away" "$conf"
	chmod 666 "$conf"
	cause configuration-untrusted
	cp "$conf.away" "$conf"
	chmod 600 "$conf"
	printf 'render_key m {\n\tfile = "m.key"\n}\n' >>"$conf"
	echo rnd_k >"$dir/m.key"
	cause configuration-untrusted
	chmod 600 "$dir/m.key"
	sed -i '/^timezone/d' "$conf"
	echo 'timezone = "No/Where"' >>"$conf"
	cause configuration-invalid
	mv -f "$conf.away" "$conf"
	chmod 666 "$store"
	cause store-untrusted
	chmod 600 "$store"
	mkdir "$dir/away"
	mv "$store"* "$dir/away"
	cause store-missing
	echo 'This file is no store, but long enough to have a header.' >"$store"
	cause store-unusable
	mv "$dir"/away/* "$dir"
	cgi GET /v1/queues
	status_is 200
}

# The limit is in KiB: from nothing may grow to the log alone may not.
@test "a file size limit: 503 in the envelope, and nothing is lost" {
	local limit n=1
	add '{"queue_name":"q","trigger":"interval","hours":1,"job_id":"first"}'
	status_is 200
	for limit in 1 8 33; do
		(ulimit -f "$limit" && add "$job")
		cgi_split
		if [ "$status_code" = 200 ]; then
			[ "$limit" -gt 8 ]
			n=2
		else
			envelope_is 503 unavailable
		fi
		cgi GET /funboost/get_timing_jobs
		is data.count "$n"
	done
	add "${job/\"a\"/\"after\"}"
	status_is 200
	cgi GET /funboost/get_timing_jobs
	is data.count "$((n + 1))"
}
