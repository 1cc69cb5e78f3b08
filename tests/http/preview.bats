#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # cgi.bash sets and uses these
# Previews over HTTP, and the warnings that adding a job gives.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

preview() {
	post /v1/preview "$@"
}

@test "sentence, times and the rest, without a queue" {
	preview '{"trigger":"cron","day_of_week":"mon-fri","hour":3,"timezone":"America/New_York","now":"2026-01-01","count":2}'
	status_is 200
	is trigger "cron[day_of_week='mon-fri', hour='3']"
	is trigger_kind cron
	is timezone America/New_York
	is words.en "at 03:00, Monday to Friday, in America/New_York"
	is words.zh "每周一至周五 03:00（America/New_York）"
	is 'fires[0]' '{"local":"2026-01-01 03:00:00-05:00","utc":"2026-01-01T08:00:00Z","epoch":1767254400}'
	is 'fires|length' 2
	is exhausted false
	is warnings '[]'
}

@test "the zone is the configured one, ten fires are listed" {
	preview '{"trigger":"interval","minutes":5}'
	is timezone Asia/Shanghai
	is 'fires|length' 10
	is words.en 'every 5 minutes'
}

@test "warnings have a code, and the language asked for" {
	preview '{"trigger":"cron","hour":2,"minute":30,"timezone":"Europe/Berlin","now":"2026-01-01"}' HTTP_ACCEPT_LANGUAGE=en
	is 'warnings[0].code' gap
	has 'warnings[0].message' '2026-03-29 02:30:00 does not exist'
	has 'warnings[0].message' 'it fires at 2026-03-29 03:00:00 instead'
	is 'warnings[1].code' fold
	is 'warnings[2]' null
	preview '{"trigger":"date","run_date":"2020-01-01"}' HTTP_ACCEPT_LANGUAGE=zh
	is 'warnings[0].code' past
	has 'warnings[0].message' 已经过去
	is exhausted true
	preview '{"trigger":"cron","year":"2030-2031","month":1}'
	is 'warnings[0].code' ends
	is 'fires|length' 2
}

@test "finer than the interval of ticks that do not stay" {
	printf 'window = 0\n' >>"$conf"
	preview '{"trigger":"interval","seconds":10}' HTTP_ACCEPT_LANGUAGE=en
	is 'warnings[0].code' cadence
	has 'warnings[0].message' 'every 10 seconds'
}

@test "every fault is named" {
	preview '{"trigger":"cron","hour":25,"count":0,"x":1}'
	status_is 400
	has error_data.hour ''
	has error_data.count ''
	has error_data.x ''
	preview '{"trigger":"cron","month":2,"day":30}' HTTP_ACCEPT_LANGUAGE=en
	status_is 400
	has error_data.day 'can never fire'
	preview '[]'
	status_is 400
	preview '{"trigger":"cron","hour":3,"now":"never"}'
	status_is 400
	has error_data.now ''
	cgi GET /v1/preview
	status_is 405
}

@test "the scope read is enough, for the token's queues" {
	token=$(new_token read 'mine')
	preview '{"trigger":"interval","seconds":10}'
	status_is 200
	preview '{"trigger":"interval","seconds":10,"queue_name":"other"}'
	status_is 404
	token=$(new_token write)
	preview '{"trigger":"interval","seconds":10}'
	status_is 403
	preview '{"trigger":"interval","seconds":10}' -HTTP_AUTHORIZATION
	status_is 401
}

@test "adding a job answers with the warnings" {
	add '{"queue_name":"q","trigger":"interval","seconds":10}'
	status_is 200
	is 'data.warnings[0].code' unknown_queue
	is 'data.warnings[1]' null
	post /v1/lease '{"queue_name":"q"}'
	add '{"queue_name":"q","trigger":"interval","seconds":10}'
	is data.warnings '[]'
	add '{"queue_name":"q","trigger":"date","run_date":"2020-01-01"}' HTTP_ACCEPT_LANGUAGE=en
	has 'data.warnings[0]' 'has passed: it runs at the next tick'
	is data.description null
}
