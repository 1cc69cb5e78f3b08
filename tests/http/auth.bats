#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Access: tokens, scopes, queues, and the loopback exception.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

local_env=(-HTTP_AUTHORIZATION REMOTE_ADDR=127.0.0.1 HTTP_HOST=localhost:8080)
list=/funboost/get_timing_jobs
job='{"queue_name":"q","trigger":"interval","seconds":10}'

@test "no token, no access, in the envelope" {
	cgi GET $list '' -HTTP_AUTHORIZATION
	envelope_is 401 unauthorized
	[[ "$(header WWW-Authenticate)" == 'Bearer realm="minutehand"'*'Basic realm="minutehand"'* ]]
	cgi GET /v1/queues '' -HTTP_AUTHORIZATION
	status_is 401
	has message CGIPassAuth
	is error_data.token missing
	[ "$(header WWW-Authenticate)" = 'Bearer realm="minutehand"' ]
}

@test "only an issued token is accepted" {
	local t
	for t in 'Bearer x' Bearer 'Bearer ' "Basic $token" "$token" \
	    "Bearer ${token%?}" "Bearer ${token}0" "Bearer ${token%?}g"; do
		cgi GET $list '' HTTP_AUTHORIZATION="$t"
		envelope_is 401 unauthorized
	done
	cgi GET $list '' HTTP_AUTHORIZATION="bearer  $token"
	status_is 200
}

@test "Apache's renamed header is read" {
	cgi GET $list '' -HTTP_AUTHORIZATION REDIRECT_HTTP_AUTHORIZATION="Bearer $token"
	status_is 200
}

@test "an expired token is refused" {
	token=$(new_token read '*' --expires 1s)
	cgi GET $list
	status_is 200
	sleep 1.2
	cgi GET $list
	envelope_is 401 unauthorized
	is error_data.token expired
}

@test "a token revoked by the command is refused as revoked" {
	token=$(new_token read)
	cgi GET $list
	status_is 200
	"$ctl" -c "$conf" token revoke "${token:3:8}"
	cgi GET $list
	envelope_is 401 unauthorized
	is error_data.token revoked
	! "$ctl" -c "$conf" token list | grep -q "${token:3:8}" || false
	run "$ctl" -c "$conf" token revoke "${token:3:8}"
	[ "$status" -eq 1 ]
}

@test "a client made for an API without tokens: the token as password" {
	local t own
	own=$(new_token read)
	t=$(printf 'anyone:%s' "$own" | base64 -w0)
	cgi GET $list '' HTTP_AUTHORIZATION="Basic $t"
	status_is 200
	cgi GET $list '' -HTTP_AUTHORIZATION HTTP_X_MINUTEHAND_TOKEN="$own"
	status_is 200
	cgi GET $list '' HTTP_X_MINUTEHAND_TOKEN="$(new_token read)"
	envelope_is 400 bad_input
}

@test "scopes: read, write, consume, admin" {
	token=$(new_token read)
	cgi GET $list
	status_is 200
	add "$job"
	envelope_is 403 forbidden
	has msg write
	cgi POST /v1/queues/q/lease
	status_is 403
	token=$(new_token write)
	add "$job"
	status_is 200
	cgi GET $list
	envelope_is 403 forbidden
	token=$(new_token consume)
	cgi POST /v1/queues/q/lease
	status_is 200
	add "$job"
	status_is 403
	token=$(new_token admin)
	add "$job"
	status_is 200
	cgi GET $list
	status_is 200
	cgi POST /v1/queues/q/lease
	status_is 200
}

@test "a token limited to queues touches no other" {
	add '{"queue_name":"mail-out","trigger":"interval","seconds":10,"job_id":"m"}'
	add '{"queue_name":"bill","trigger":"interval","seconds":10,"job_id":"b"}'
	token=$(new_token admin 'mail-*,news')
	cgi GET "$list?queue_name=mail-out"
	status_is 200
	cgi GET "$list?queue_name=bill"
	envelope_is 404 not_found
	has error_data.queue_name ''
	cgi GET $list
	envelope_is 403 forbidden
	has error_data.queue_name ''
	add "$job"
	envelope_is 404 not_found
	cgi DELETE '/funboost/delete_timing_job?job_id=b&queue_name=bill'
	envelope_is 404 not_found
	cgi DELETE /funboost/delete_all_timing_jobs
	envelope_is 403 forbidden
	cgi POST /funboost/pause_scheduler
	envelope_is 403 forbidden
	post /funboost/publish '{"queue_name":"bill","msg_body":{}}'
	envelope_is 404 not_found
	cgi POST /funboost/clear_queue '{"queue_name":"bill"}'
	envelope_is 404 not_found
	cgi POST /v1/queues/bill/lease
	status_is 404
	cgi POST /v1/timing_jobs/bill/b/run
	status_is 404
	cgi GET /funboost/get_all_queues
	is data.queues '["mail-out"]'
	cgi GET /v1/queues
	is 'queues|length' 1
	cgi POST '/funboost/pause_timing_job?job_id=m&queue_name=mail-out'
	status_is 200
}

@test "loopback has no access by default" {
	cgi GET $list '' "${local_env[@]}"
	envelope_is 401 unauthorized
}

@test "anonymous = loopback grants access to programs of this host" {
	local a
	printf 'anonymous = loopback\n' >>"$conf"
	for a in 127.0.0.1 127.8.9.10 ::1 ::ffff:127.0.0.1; do
		cgi GET $list '' "${local_env[@]}" REMOTE_ADDR=$a
		status_is 200
	done
	for a in localhost 127.0.0.1:80 '[::1]:8080' LocalHost:1; do
		add "$job" "${local_env[@]}" HTTP_HOST="$a"
		status_is 200
	done
	cgi POST /v1/queues/q/lease '' "${local_env[@]}"
	status_is 200
	for site in same-origin none; do
		cgi GET $list '' "${local_env[@]}" HTTP_SEC_FETCH_SITE=$site
		status_is 200
	done
	cgi GET $list '' "${local_env[@]}" HTTP_ORIGIN=http://localhost:8080
	status_is 200
}

@test "anonymous = loopback refuses others, proxies, rebound names, pages of other sites" {
	local v
	printf 'anonymous = loopback\n' >>"$conf"
	for v in REMOTE_ADDR=192.0.2.1 REMOTE_ADDR=::2 REMOTE_ADDR= \
	    REMOTE_ADDR=127.0.0.1.example.org \
	    HTTP_X_FORWARDED_FOR=127.0.0.1 HTTP_FORWARDED='for=127.0.0.1' \
	    HTTP_X_REAL_IP=127.0.0.1 HTTP_HOST=evil.example \
	    HTTP_HOST=127.evil.example HTTP_HOST=localhost.evil.example:80 \
	    HTTP_VIA='1.1 proxy' HTTP_SEC_FETCH_SITE=cross-site \
	    HTTP_SEC_FETCH_SITE=same-site HTTP_SEC_FETCH_SITE= \
	    HTTP_ORIGIN=http://evil.example HTTP_ORIGIN=null \
	    HTTP_ORIGIN=http://localhost.evil.example:8080; do
		cgi GET $list '' "${local_env[@]}" "$v"
		envelope_is 401 unauthorized
	done
	cgi GET $list '' "${local_env[@]}" HTTP_AUTHORIZATION='Bearer bad'
	envelope_is 401 unauthorized
}
