#!/usr/bin/env bats
# What becomes of a body in every form in which one comes: each route that
# takes one, through every kind of web server.  q0 is named and nothing else may
# change; what was lost or is not understood changes nothing.
#
# Names come from helper.bash and webserver.bash.
# shellcheck disable=SC2034,SC2154

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
	count=0
	bad=0
	quirks=0
	opts=()
}

teardown() {
	web_stop
}

# Method, path, JSON, the same as a form ("-": JSON alone), and whether it
# changes what state prints.
routes() {
	cat <<-'END'
	POST|/funboost/add_timing_job|{"queue_name":"q0","trigger":"interval","hours":2,"job_id":"new"}|-|yes
	POST|/funboost/pause_timing_job|{"queue_name":"q0","job_id":"j"}|queue_name=q0&job_id=j|yes
	POST|/funboost/resume_timing_job|{"queue_name":"q0","job_id":"p"}|queue_name=q0&job_id=p|yes
	POST|/funboost/pause_scheduler|{"queue_name":"q0"}|queue_name=q0|yes
	POST|/funboost/resume_scheduler|{"queue_name":"q0"}|queue_name=q0|no
	POST|/funboost/publish|{"queue_name":"q0","msg_body":{"x":1}}|-|yes
	POST|/funboost/clear_queue|{"queue_name":"q0"}|queue_name=q0|yes
	DELETE|/funboost/delete_timing_job|{"queue_name":"q0","job_id":"j"}|queue_name=q0&job_id=j|yes
	DELETE|/funboost/delete_all_timing_jobs|{"queue_name":"q0"}|queue_name=q0|yes
	PATCH|/v1/timing_jobs/q0/j|{"description":"changed"}|-|yes
	POST|/v1/queues/q0/lease|{"max":1}|-|yes
	POST|/v1/queues/q0/ack|{"leases":["d1-0"]}|-|no
	POST|/v1/queues/q0/nack|{"leases":["d1-0"]}|-|no
	POST|/v1/queues/q0/extend|{"leases":["d1-0"]}|-|no
	POST|/v1/preview|{"trigger":"interval","hours":2}|-|no
	POST|/v1/services/srv-0123456789abcdefghij/jobs|{"startCommand":"true"}|-|no
	POST|/v1/jobs|{"queue_name":"q0","trigger":"interval","hours":2,"job_id":"new"}|-|yes
	PATCH|/v1/job|{"queue_name":"q0","job_id":"j","set":{"description":"changed"}}|-|yes
	DELETE|/v1/job|{"queue_name":"q0","job_id":"j"}|queue_name=q0&job_id=j|yes
	POST|/v1/job/run|{"queue_name":"q0","job_id":"j"}|queue_name=q0&job_id=j|yes
	POST|/v1/job/pause|{"queue_name":"q0","job_id":"j"}|queue_name=q0&job_id=j|yes
	POST|/v1/job/resume|{"queue_name":"q0","job_id":"p"}|queue_name=q0&job_id=p|yes
	POST|/v1/queue/pause|{"queue_name":"q0"}|queue_name=q0|yes
	POST|/v1/queue/resume|{"queue_name":"q0"}|queue_name=q0|no
	POST|/v1/lease|{"queue_name":"q0","max":1}|-|yes
	POST|/v1/ack|{"queue_name":"q0","leases":["d1-0"]}|-|no
	POST|/v1/nack|{"queue_name":"q0","leases":["d1-0"]}|-|no
	POST|/v1/extend|{"queue_name":"q0","leases":["d1-0"]}|-|no
	POST|/v1/dead/replay|{"queue_name":"q0","ids":["dead"]}|-|yes
	POST|/v1/dead/purge|{"queue_name":"q0","all":true}|-|yes
	DELETE|/v1/dead/letter|{"queue_name":"q0","id":"dead"}|queue_name=q0&id=dead|yes
	POST|/v1/run/replay|{"queue_name":"q0","run_id":"run"}|queue_name=q0&run_id=run|yes
	POST|/v1/run/start|{"queue_name":"q0","run_id":"run","worker":"w"}|-|yes
	POST|/v1/run/progress|{"queue_name":"q0","run_id":"busy","output":"x"}|-|no
	POST|/v1/run/done|{"queue_name":"q0","run_id":"busy"}|-|yes
	POST|/v1/run/fail|{"queue_name":"q0","run_id":"busy"}|-|yes
	END
}

# Every route that takes a body is among them: "METHOD PATTERN" of --help, with
# any name for a placeholder.  Those whose path says it all take none.
uncovered() {
	local method pattern rest
	while read -r method pattern rest; do
		case $method:$pattern in
		# Its body is a key: tests/ticker/by_url.bats.
		POST:/v1/tick) continue ;;
		*'}'*/cancel | *'{run}/'* | *'}'*/run | *'}'*/replay | *'}'/dead | *'{message}') continue ;;
		POST:/* | PATCH:/* | DELETE:/*) ;;
		*) continue ;;
		esac
		routes | grep -Eq "^$method\\|$(sed 's/{[a-z]*}/[^|\/]+/g' <<<"$pattern")\\|" ||
		    echo "$method $pattern"
	done < <("$FCGI" --help)
}

@test "every route with a body is walked" {
	[ "$(uncovered)" = '' ]
}

# The jobs, switches, messages and outcomes of all queues.
state() {
	sqlite3 "$WEB/instance/store.db" "
	    SELECT queue, job_id, state, description FROM job ORDER BY 1, 2;
	    SELECT name, is_paused FROM queue
	    WHERE is_paused ORDER BY 1;
	    SELECT queue, state, count(*) FROM message
	    GROUP BY 1, 2 ORDER BY 1, 2;
	    SELECT queue, task_id, outcome FROM run JOIN work ON run = id
	    ORDER BY 1, 2"
}

# Two jobs, one of them paused, and a message in each of two queues.
fill() {
	local q body id
	for q in q0 q1; do
		body="{\"queue_name\":\"$q\",\"job_id\":\"j\",\"trigger\":\"interval\",\"hours\":1}"
		call POST /funboost/add_timing_job "$body"
		call POST /funboost/add_timing_job "${body/\"j\"/\"p\"}"
		call POST /funboost/pause_timing_job "{\"queue_name\":\"$q\",\"job_id\":\"p\"}"
		for id in run busy; do
			call POST /funboost/publish "{\"queue_name\":\"$q\",\"msg_body\":{},\"task_id\":\"$id\"}"
		done
		call POST /v1/run/start "{\"queue_name\":\"$q\",\"run_id\":\"busy\"}"
		sqlite3 "$WEB/instance/store.db" "INSERT INTO message (queue,
		    priority, state, attempt, enqueued_us, body)
		    VALUES ('$q', 0, 2, 1, 1, json_object('task_id', 'dead'))"
	done
	sqlite3 "$WEB/instance/store.db" ".backup '$WEB/backup'"
	all=$(state)
	[ "$(wc -l <<<"$all")" -eq 12 ]
}

call() {
	api "$1" "$2" "${opts[@]}" -o /dev/null -H "$json" -d "$3"
}

# As it was, while the server runs.
refill() {
	sqlite3 "$WEB/instance/store.db" '.timeout 5000' ".restore '$WEB/backup'"
}

json='Content-Type: application/json'
form='Content-Type: application/x-www-form-urlencoded'
chunked='Transfer-Encoding: chunked'

# try WHAT WANTED CURL-OPTION…: the route at hand, in this form.
try() {
	local what=$1 want=$2 code now
	shift 2
	: >"$WEB/body"
	code=$(api "$method" "$path" "${opts[@]}" -o "$WEB/body" \
	    -w '%{http_code}' "$@" 2>>"$WEB/curl") || true
	if is_quirk "$what"; then want=$code; fi
	now=$(state)
	count=$((count + 1))
	if [ "$code" != "$want" ] || ! is_right; then
		bad=$((bad + 1))
		echo "$server: $method $path $what: $code, not $want: $(cat "$WEB/body")"
		diff <(echo "$all") <(echo "$now")
	fi
	[ "$now" = "$all" ] || refill
}

# What these servers do with HTTP/2 by themselves; nothing changes by it,
# either.
#   - mod_fcgid (2.3.9) announces the right length for a body that came without
#     one, and then gives nothing of it: we refuse that, if it does not (500).
#   - lighttpd (1.4.69) refuses a POST without a length by 411, or resets its
#     stream, unless all of it is there when it looks.
is_quirk() {
	case ${WEB_HTTP2-}:$server:$1:$code in
	yes:apache-fcgid:*chunked*:[45]00 | yes:apache-fcgid:*stream:[45]00) ;;
	yes:lighttpd-*:*chunked*:411 | yes:lighttpd-*:*stream:411) ;;
	yes:lighttpd-*:*chunked*:000 | yes:lighttpd-*:*stream:000) ;;
	*) return 1 ;;
	esac
	quirks=$((quirks + 1))
}

# A good request changes q0 alone, if anything; all others change nothing.
is_right() {
	if [ "${want:0:1}" = 2 ] && [ "$changes" = yes ]; then
		[ "$now" != "$all" ] &&
		    [ "$(grep -v '^q0|' <<<"$now")" = "$(grep -v '^q0|' <<<"$all")" ]
	else
		[ "$now" = "$all" ]
	fi
}

forms() {
	local good=200
	case $path in */services/*) good=201 ;; esac
	try 'JSON, length' $good -H "$json" -d "$as_json"
	try 'JSON, chunked' $good -H "$json" -H "$chunked" -d "$as_json"
	printf %s "$as_json" >"$WEB/input"
	try 'JSON, a file' $good -H "$json" -H 'Expect:' -T "$WEB/input"
	try 'JSON, a stream' $good -H "$json" -H 'Expect:' -T - <"$WEB/input"
	try 'JSON, no type' 415 -H 'Content-Type:' -d "$as_json"
	try 'JSON, wrong type' 415 -H 'Content-Type: text/plain' -d "$as_json"
	try 'JSON, wrong type, chunked' 415 -H 'Content-Type: text/plain' \
	    -H "$chunked" -d "$as_json"
	try 'JSON, cut' 400 -H "$json" -d "${as_json%?}"
	try 'JSON, cut, chunked' 400 -H "$json" -H "$chunked" -d "${as_json%?}"
	try 'JSON type, nothing' 400 -H "$json" -d ''
	try 'JSON type, chunked nothing' 400 -H "$json" -H "$chunked" -d ''
	try 'form type, chunked nothing' 400 -H "$form" -H "$chunked" -d ''
	if [ "$as_form" != - ]; then
		try 'form, length' $good -H "$form" -d "$as_form"
		try 'form, chunked' $good -H "$form" -H "$chunked" -d "$as_form"
		try 'form, a stream' $good -H "$form" -H 'Expect:' -T - < <(printf %s "$as_form")
	else
		try 'form' 415 -H "$form" -d "$as_json"
		try 'form, chunked' 415 -H "$form" -H "$chunked" -d "$as_json"
	fi
	# lighttpd asks for a length (411) where a POST has none.
	case $method:$server in
	POST:lighttpd-* | PATCH:lighttpd-*) ;;
	*)
		try 'JSON type alone' 400 -H "$json"
		try 'form type alone' 400 -H "$form"
		;;
	esac
}

matrix() {
	local method path as_json as_form changes
	server=$1
	web_start "$server"
	fill
	while IFS='|' read -r method path as_json as_form changes; do
		forms </dev/null
	done < <(routes)
	echo "# $server${WEB_HTTP2:+, HTTP/2}: $((count - bad)) of $count forms of a body${WEB_HTTP2:+, $quirks refused by the server or its module}" >&3
	[ "$bad" -eq 0 ]
}

http2() {
	WEB_HTTP2=yes
	opts=(--http2-prior-knowledge)
	matrix "$1"
}

@test "lighttpd, FastCGI: bodies" { matrix lighttpd-fastcgi; }
@test "lighttpd, CGI: bodies" { matrix lighttpd-cgi; }
@test "Apache mod_fcgid: bodies" { matrix apache-fcgid; }
@test "Apache mod_cgid: bodies" { matrix apache-cgid; }
@test "nginx and spawn-fcgi: bodies" { matrix nginx; }
@test ".htaccess, CGI: bodies" { matrix htaccess; }
@test "lighttpd, FastCGI, HTTP/2: bodies" { http2 lighttpd-fastcgi; }
@test "lighttpd, CGI, HTTP/2: bodies" { http2 lighttpd-cgi; }
@test "Apache mod_fcgid, HTTP/2: bodies" { http2 apache-fcgid; }
@test "Apache mod_cgid, HTTP/2: bodies" { http2 apache-cgid; }
@test "nginx and spawn-fcgi, HTTP/2: bodies" { http2 nginx; }
