#!/usr/bin/env bats
# The client's session through every kind of web server, started with the
# examples of etc/, at the root of the host and below a prefix.  The answers
# are compared with one another.
#
# What the servers differ in, as seen by a client:
#   - A POST without Content-Length (curl -X POST without -d) is refused by
#     lighttpd with 411 and a page of its own; all others hand it on.  With -d
#     '' it works everywhere (RFC 9110, 8.6: a client should send the length).
#   - lighttpd adds "Accept-Ranges: bytes" to a 200.
#   - Apache with mod_cgid sends chunks in place of Content-Length where it does
#     not see the end of the answer in time, and closes the connection after an
#     error.
#   - Apache hides the Authorization header from programs: CGIPassAuth, or a
#     rewrite rule, which brings it as REDIRECT_HTTP_AUTHORIZATION.
#   - "/mh" without a slash: nginx redirects to "/mh/" (301), the others answer.
#   - A body over the server's own limit gets the server's own page: lighttpd
#     and nginx 413 (2 MiB in the examples), mod_fcgid 500 (16 MiB).
#   - "%2F" in a path: Apache answers 404 by itself (AllowEncodedSlashes).
#     Names with a slash go into the query, where every server leaves them be.

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
}

teardown() {
	web_stop
}

# step METHOD PATH [CURL-OPTION…]: one line with what was asked and what came:
# status, media type, and the body without what differs from time to time.
step() {
	local method=$1 path=$2 what
	shift 2
	what=$(api "$method" "$path" -o "$BATS_TEST_TMPDIR/body" \
	    -w '%{http_code} %{content_type}' "$@")
	printf '%s %s %s ' "$method" "$path" "$what"
	jq -cS 'walk(if type == "object" then del(.trace_id) | with_entries(
	    if (.key | test("_time$|_at$")) and .value != null
	    then .value = "TIME" else . end) else . end) |
	    if .data.reason? then .data.reason |= sub("by .*"; "by TOKEN")
	    else . end' \
	    "$BATS_TEST_TMPDIR/body"
}

json() {
	step POST "$1" -H 'Content-Type: application/json' -d "$2"
}

# A request with parameters in the query and nothing in the body.
bare() {
	step "$@" -d ''
}

# The session of a client in its order, below a prefix.
session() {
	local p=$1/funboost q=test_fastapi_router_queue id=interval_job_10s
	json "$p/add_timing_job" "{\"queue_name\":\"$q\",\"trigger\":\"interval\",\"seconds\":10,\"job_id\":\"$id\",\"replace_existing\":true}"
	json "$p/add_timing_job" "{\"queue_name\":\"$q\",\"trigger\":\"cron\",\"hour\":\"15\",\"minute\":\"30\",\"job_id\":\"daily_3pm_job\",\"args\":[1,2],\"replace_existing\":true}"
	step GET "$p/get_timing_jobs"
	step GET "$p/get_timing_jobs?queue_name=$q"
	bare POST "$p/pause_timing_job?job_id=$id&queue_name=$q"
	bare POST "$p/resume_timing_job?job_id=$id&queue_name=$q"
	step DELETE "$p/delete_timing_job?job_id=$id&queue_name=$q"
	step GET "$p/get_timing_jobs"
}

# Names that are not ASCII, encoded as browsers do: in the body, in the query
# (with a slash, a plus and a space) and in the path.
names() {
	local p=$1 q=%E9%98%9F%E5%88%97 id=%E6%AF%8F%E6%97%A5%2F1%2B1%201
	json "$p/funboost/add_timing_job" '{"queue_name":"队列","trigger":"interval","seconds":10,"job_id":"每日/1+1 1","replace_existing":true}'
	step GET "$p/funboost/get_timing_job?queue_name=$q&job_id=$id"
	step GET "$p/funboost/get_timing_job?queue_name=$q&job_id=%e6%af%8f%e6%97%a5%2f1%2b1+1"
	json "$p/funboost/publish" '{"queue_name":"队列","msg_body":{"x":"每"},"task_id":"'"t${p#/}"'"}' | grep -o ' 200 .*'
	step GET "$p/v1/queues/$q/messages" | grep -o ' 200 application/json'
	step DELETE "$p/funboost/delete_timing_job?queue_name=$q&job_id=$id"
}

# Everything that must be alike everywhere, at the root and below the prefix.
all_of() {
	session ''
	session /mh
	names ''
	names /mh
	step GET /no/such/thing
	step GET /mh/funboost/no_such_thing
	bare PUT /funboost/get_timing_jobs
	step GET /
	step GET /mh/
}

check_session() {
	local first=$BATS_FILE_TMPDIR/first
	web_start "$1"
	all_of >"$WEB/answers"
	# The first one is checked for its sense, the rest against it.
	[ -f "$first" ] || cp "$WEB/answers" "$first"
	diff "$first" "$WEB/answers" || {
		web_log
		return 1
	}
	[ "$(grep -c ' 200 application/json' "$first")" -eq 30 ]
	[ "$(grep -c '"code":404' "$first")" -eq 2 ]
	grep -q '^PUT .* 405 .*"code":405' "$first"
	grep -q '^POST /mh/.*"msg":"定时任务 interval_job_10s 已暂停"' "$first"
	grep -q '^GET .*"job_id":"每日/1+1 1"' "$first"
}

# head_of METHOD PATH [CURL-OPTION…]: status and headers.
head_of() {
	api "$@" -D - -o /dev/null | tr -d '\r'
}

check_access() {
	local good=$TOKEN
	TOKEN='' head_of GET /funboost/get_timing_jobs >"$WEB/head"
	grep -q '^HTTP/1.1 401' "$WEB/head"
	grep -qi '^WWW-Authenticate: Bearer' "$WEB/head"
	for TOKEN in '' mh_wrong "${good}x"; do
		step GET /funboost/get_timing_jobs | grep -q ' 401 .*"succ":false'
		step GET /mh/funboost/get_timing_jobs | grep -q '"code":401'
	done
	TOKEN=$good
}

check_methods() {
	head_of HEAD /funboost/get_timing_jobs -I >"$WEB/head"
	grep -q '^HTTP/1.1 200' "$WEB/head"
	grep -qi '^Content-Type: application/json' "$WEB/head"
	grep -qi '^Cache-Control: no-store' "$WEB/head"
	head_of OPTIONS /funboost/get_timing_jobs >"$WEB/head"
	grep -q '^HTTP/1.1 204' "$WEB/head"
	grep -qi '^Allow: GET, HEAD, OPTIONS' "$WEB/head"
	# The one thing that lighttpd alone refuses.
	head_of POST '/funboost/pause_scheduler?queue_name=q' >"$WEB/head"
	case $1 in
	lighttpd-*)	grep -q '^HTTP/1.1 411' "$WEB/head" ;;
	*)	grep -q '^HTTP/1.1 200' "$WEB/head" ;;
	esac
}

# body SIZE: a message padded with blanks to so many bytes.
body() {
	local head='{"queue_name":"q","msg_body":{"x":1}'
	printf '%s%*s}' "$head" $(($1 - ${#head} - 1)) ''
}

post_body() {
	step POST "$1" -H 'Content-Type: application/json' \
	    --data-binary "@$WEB/body"
}

check_bodies() {
	body 1048576 >"$WEB/body"
	[ "$(wc -c <"$WEB/body")" -eq 1048576 ]
	post_body /funboost/publish | grep ' 200 .*"succ":true'
	post_body /mh/funboost/publish | grep ' 200 .*"succ":true'
	body 1048577 >"$WEB/body"
	post_body /funboost/publish | grep ' 413 .*"code":413'
	body 1900000 >"$WEB/body"
	post_body /mh/funboost/publish | grep ' 413 .*"code":413'
	# The next request is not disturbed by it.
	step GET '/funboost/get_msg_count?queue_name=q' | grep '"count":2'
}

check_edges() {
	web_start "$1"
	check_access
	check_methods "$1"
	check_bodies
}

# Two consumers wait; the next request is answered all the same.
check_waiting() {
	local n pids=()
	web_start "$1"
	for n in 1 2; do
		api POST "/v1/queues/empty$n/lease" -o /dev/null \
		    -H 'Content-Type: application/json' \
		    -d '{"wait_seconds":4}' 3>&- &
		pids+=($!)
	done
	sleep 0.5
	for n in 1 2 3; do
		api GET /funboost/get_all_queues --max-time 2 -o /dev/null
	done
	for n in "${pids[@]}"; do is_running "$n"; done
	wait "${pids[@]}"
}

@test "lighttpd, FastCGI: the session" { check_session lighttpd-fastcgi; }
@test "lighttpd, FastCGI: tokens, methods, bodies" { check_edges lighttpd-fastcgi; }
@test "lighttpd, FastCGI: waiting consumers hold nobody up" { check_waiting lighttpd-fastcgi; }
@test "lighttpd, CGI: the session" { check_session lighttpd-cgi; }
@test "lighttpd, CGI: tokens, methods, bodies" { check_edges lighttpd-cgi; }
@test "Apache mod_fcgid: the session" { check_session apache-fcgid; }
@test "Apache mod_fcgid: tokens, methods, bodies" { check_edges apache-fcgid; }
@test "Apache mod_fcgid: waiting consumers hold nobody up" { check_waiting apache-fcgid; }
@test "Apache mod_cgid: the session" { check_session apache-cgid; }
@test "Apache mod_cgid: tokens, methods, bodies" { check_edges apache-cgid; }
@test "nginx and spawn-fcgi: the session" { check_session nginx; }
@test "nginx and spawn-fcgi: tokens, methods, bodies" { check_edges nginx; }
@test "nginx and spawn-fcgi: waiting consumers hold nobody up" { check_waiting nginx; }
@test ".htaccess, CGI: the session" { check_session htaccess; }
@test ".htaccess, CGI: tokens, methods, bodies" { check_edges htaccess; }

# What people leave in a folder: ours, and what editors and backups make of it.
left_behind=(
	minutehand.conf minutehand.conf~ minutehand.conf.bak .minutehand.conf.swp
	'#minutehand.conf#' minutehand.conf.save store.db store.db-wal store.db-shm
	store.db-journal store.db-turn store.db.before-restore store.db-restore
	backup.db backup-2026-11-30.db.gz render.key alert.secret site.secret
	.htaccess .htpasswd .env ticker.log ram/store.db data/store.db
	.minutehand/minutehand.conf .minutehand/store.db
)

# Others: denied, too, but where pages are served beside the program.
others=(page.html backup backup.tar notes.txt key password minutehand.cgi.txt
	data/x store)

# denied FILE…: in both folders of the web space, with and without a token.
denied() {
	local file folder code
	for file; do
		for folder in '' mh/; do
			mkdir -p "$(dirname "$WEB/space/$folder$file")"
			[ -f "$WEB/space/$folder$file" ] ||
			    echo S3CR3T >"$WEB/space/$folder$file"
			code=$(api GET "/$folder${file//#/%23}" -o "$BATS_TEST_TMPDIR/body" \
			    -w '%{http_code}')
			tried=$((tried + 1))
			# To mod_rewrite a # ends the path: the program answers
			# /.
			if [[ $code != 40[34] && $file != '#'* ]] ||
			    grep -q 'S3CR3T\|@CONF@\|Rewrite' "$BATS_TEST_TMPDIR/body"; then
				echo "$folder$file: $code"
				return 1
			fi
		done
	done
	chmod -R a+rX "$WEB/space"
}

@test ".htaccess: nothing but the program is served, its name is not needed" {
	local tried=0
	web_start htaccess
	denied "${left_behind[@]}" "${others[@]}"
	api GET /mh/minutehand.cgi/funboost/get_all_queues | grep '"succ":true'
	api GET /minutehand.cgi/funboost/get_all_queues | grep '"succ":true'
	api GET /mh/funboost/get_all_queues | grep '"succ":true'
	# A folder is no list of its files.
	web "$URL/mh/data/" | { ! grep S3CR3T; }
	# Pages of one's own, where that is wanted; nothing of ours all the
	# same.
	sed -i 's/#\(RewriteCond.*!-f\)/\1/' "$WEB/space/.htaccess" "$WEB/space/mh/.htaccess"
	[ "$(web "$URL/page.html")" = hello ]
	denied "${left_behind[@]}"
	api GET /mh/funboost/get_all_queues | grep '"succ":true'
	echo "# $tried files asked for" >&3
}

@test ".htaccess without mod_rewrite: nothing but the program is served" {
	local tried=0
	web_plain=1 web_start htaccess
	denied "${left_behind[@]}" "${others[@]}"
	api GET /mh/minutehand.cgi/funboost/get_all_queues | grep '"succ":true'
	echo "# $tried files asked for" >&3
}

# ask PATH: the status alone, from this host and without a token.
ask() {
	web -o /dev/null -w '%{http_code}' "$URL$1"
}

# Each of the workers has to notice by itself.
all_answer() {
	local n
	for n in {1..12}; do
		[ "$(ask /funboost/get_all_queues)" = "$1" ] || return 1
	done
}

# A worker that no request has reached since the file was changed has what it
# read before: each state below is what all of them were started with, or one
# that a file without a mistake states.
@test "a running worker reads a changed configuration" {
	echo 'anonymous = off' >>"$CONF"
	web_start lighttpd-fastcgi
	all_answer 401
	sed -i -e 's/^anonymous = .*/anonymous = loopback/' -e '$a nonsense' "$CONF"
	all_answer 401
	all_answer 401
	# Once in each worker that was asked.
	n=$(cat "$WEB/output" "$WEB"/*.log | grep -c conf-bad)
	[ "$n" -ge 1 ]
	[ "$n" -le 4 ]
	sed -i '/^nonsense/d' "$CONF"
	[ "$(id -u)" -ne 0 ] || chown nobody "$CONF"
	all_answer 200
	sed -i 's/^anonymous = .*/anonymous = off/' "$CONF"
	all_answer 401
}

@test "a running worker notices that the memory store was replaced" {
	local memory=$WEB/memory/store.db job
	job='{"queue_name":"q","trigger":"interval","hours":1,"job_store_kind":"memory"}'
	printf 'memory_store = "%s"\n' "$memory" >>"$CONF"
	web_start lighttpd-fastcgi
	add_in_memory() {
		api POST /funboost/add_timing_job -o /dev/null \
		    -w '%{http_code}' -H 'Content-Type: application/json' -d "$job"
	}
	for _ in {1..8}; do [ "$(add_in_memory)" = 200 ]; done
	rm "$memory"*
	[ "$(add_in_memory)" = 200 ]
	for _ in {1..8}; do
		[ "$(api GET '/funboost/get_timing_jobs?job_store_kind=memory' |
		    jq .data.count)" = 1 ]
	done
}
