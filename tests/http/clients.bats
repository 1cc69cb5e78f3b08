#!/usr/bin/env bats
# Clients that wait, go away, or are slow, at every kind of web server: nothing
# is leased to a client that has gone, a token cannot hold all processes, and
# what waits ends when its token, the client or the worker does.
#
# Names come from helper.bash and webserver.bash.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
	cp "$MINUTEHAND" "$WEB/minutehand"
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
	web_stop
}

db() {
	sqlite3 "$WEB/instance/store.db" '.timeout 5000' "$@"
}

json='Content-Type: application/json'

# curl itself, so that it can be killed: poll QUEUE SECONDS OUTPUT
poll() {
	curl -qsS --noproxy '*' --max-time 40 -o "$3" -D "$3.head" \
	    -w '%{http_code}\n' -H "Authorization: Bearer $TOKEN" -H "$json" \
	    -d "{\"wait_seconds\":$2,\"max\":3}" \
	    "$URL/v1/queues/$1/lease" >"$3.code" 2>/dev/null 3>&- &
	pids+=($!)
}

# How many wait: each holds a byte of the file (proc_locks(5)).
waiting() {
	local inode
	inode=$(stat -c %i "$WEB/instance/store.db-waiting" 2>/dev/null) || {
		echo 0
		return
	}
	awk -v i="$inode" '$6 ~ (":" i "$") && $7 < 1024' /proc/locks | wc -l
}

waits() {
	[ "$(waiting)" -eq "$1" ]
}

# publish [QUEUE]
publish() {
	api POST /funboost/publish -o /dev/null -H "$json" \
	    -d "{\"queue_name\":\"${1:-q}\",\"msg_body\":{\"x\":1}}"
}

# What belongs to the server's user is for no other.
ctl() {
	(as_user "$WEB/minutehand" -c "$CONF" "$@")
}

# Rounds of two consumers that wait, are killed, and of two messages that come
# at once.  Then one that is there gets all of them for the first time.
gone() {
	local n
	web_start "$1"
	for n in {1..6}; do
		poll "q$n" 15 "$WEB/poll1"
		poll "q$n" 15 "$WEB/poll2"
		wait_for 20 waits 2
		kill -KILL "${pids[@]}"
		wait "${pids[@]}" 2>/dev/null || true
		pids=()
		publish "q$n"
		publish "q$n"
		wait_for 20 waits 0
	done
	db "SELECT count(*), sum(attempt), sum(state <> 0) FROM message" \
	    >"$WEB/count"
	echo "# $1: 12 killed consumers; messages|attempts|not ready: $(cat "$WEB/count")" >&3
	[ "$(cat "$WEB/count")" = '12|0|0' ]
	poll q6 15 "$WEB/live"
	wait "${pids[@]}"
	pids=()
	[ "$(jq -c '[.messages[].attempt]' "$WEB/live")" = '[1,1]' ]
}

@test "lighttpd, FastCGI: consumers that have gone" { gone lighttpd-fastcgi; }
@test "lighttpd, CGI: consumers that have gone" { gone lighttpd-cgi; }
@test "Apache mod_fcgid: consumers that have gone" { gone apache-fcgid; }
@test "Apache mod_cgid: consumers that have gone" { gone apache-cgid; }
@test "nginx and spawn-fcgi: consumers that have gone" { gone nginx; }
@test ".htaccess, CGI: consumers that have gone" { gone htaccess; }

refused() {
	[ "$(cat "$WEB"/"$1"*.code | grep -c 429)" -eq "$2" ]
}

# Ends all that wait: a message each, until NUMBER have gone.
release() {
	local n
	for ((n = $1; n > 0; n--)); do
		publish empty
		wait_for 20 waits $((n - 1))
	done
	wait "${pids[@]}"
	pids=()
}

# Eight consumers of one token, then of four: the rest is refused at once, and
# others are answered meanwhile.
held() {
	local n
	local -a tokens
	web_start "$1"
	for n in {1..8}; do poll empty 20 "$WEB/poll$n"; done
	wait_for 15 refused poll 6
	waits 2
	for n in 1 2 3 4 5; do
		api GET /funboost/get_all_queues --max-time 15 -o /dev/null
	done
	waits 2
	grep -qi '^Retry-After: 2' "$WEB"/poll*.head
	grep -q max_waiting_per_token "$WEB"/poll[1-8]
	# What is there needs no waiting.
	publish
	api POST /v1/queues/q/lease -H "$json" -d '{"wait_seconds":20}' |
	    grep -q '"attempt":1'
	release 2
	[ "$(cat "$WEB"/poll*.code | grep -c 200)" -eq 2 ]
	for n in {1..4}; do
		tokens+=("$(ctl token add --json --name "t$n" --scopes consume |
		    jq -r .token)")
	done
	for n in {1..4}; do
		TOKEN=${tokens[n - 1]} poll empty 20 "$WEB/many$n"
		TOKEN=${tokens[n - 1]} poll empty 20 "$WEB/many$n$n"
	done
	wait_for 15 refused many 5
	waits 3
	release 3
	echo "# $1: 8 of one token: 2 waited; 8 of four: $(cat "$WEB"/many*.code | grep -c 200)" >&3
	[ "$(cat "$WEB"/many*.code | grep -c 200)" -eq 3 ]
}

@test "lighttpd, FastCGI: one token does not hold all" { held lighttpd-fastcgi; }
@test "lighttpd, CGI: one token does not hold all" { held lighttpd-cgi; }
@test "Apache mod_fcgid: one token does not hold all" { held apache-fcgid; }
@test "Apache mod_cgid: one token does not hold all" { held apache-cgid; }
@test "nginx and spawn-fcgi: one token does not hold all" { held nginx; }
@test ".htaccess, CGI: one token does not hold all" { held htaccess; }

@test "a wait ends when its token is revoked or expires" {
	local admin=$TOKEN id
	web_start lighttpd-fastcgi
	ctl token add --json --name short --scopes consume >"$WEB/token"
	TOKEN=$(jq -r .token "$WEB/token")
	id=$(jq -r .id "$WEB/token")
	poll q 20 "$WEB/poll"
	wait_for 10 waits 1
	ctl token revoke "$id"
	TOKEN=$admin publish
	wait_for 5 is_gone "${pids[0]}"
	[ "$(cat "$WEB/poll.code")" = 401 ]
	TOKEN=$admin
	poll r 20 "$WEB/poll"
	wait_for 10 waits 1
	db "UPDATE token SET expires_us = 1"
	wait_for 5 is_gone "${pids[1]}"
	[ "$(cat "$WEB/poll.code")" = 401 ]
	[ "$(db 'SELECT count(*), sum(attempt) FROM message')" = '1|0' ]
}

# The head of a request with half a body, to a server that hands on what comes
# as it comes, and then nothing.
stall() {
	exec 8<>"/dev/tcp/127.0.0.1/$WEB_PORT"
	printf 'POST /funboost/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n\r\n%s' \
	    "$TOKEN" "$1" "$2" >&8
}

# Apache reads the body to its end before it looks at the answer, so what there
# is to see is that the program has ended, and what it has done.
slow() {
	local start=$SECONDS
	web_start "$1"
	stall "$2" "$3"
	wait_for 10 runs
	wait_for 25 rests
	[ $((SECONDS - start)) -ge 9 ]
	exec 8>&-
	[ "$(db 'SELECT count(*) FROM message')" -eq 0 ]
}

rests() {
	[ -z "$(pids_of "$WEB/minutehand.fcgi")$(pids_of "$WEB/space/minutehand.cgi")" ]
}

runs() {
	! rests
}

@test "Apache mod_cgid: a slow body" { slow apache-cgid 'Content-Length: 99' '{"queue'; }
@test ".htaccess, CGI: a slow body in chunks" {
	slow htaccess 'Transfer-Encoding: chunked' $'7\r\n{"queue\r\n'
}

# What was sent before the client went away is not all of it.
cut() {
	web_start "$1"
	stall "$2" "$3"
	sleep 0.5
	exec 8>&-
	sleep 0.5
	[ "$(db 'SELECT count(*) FROM message')" -eq 0 ]
	api GET '/funboost/get_msg_count?queue_name=q' -o /dev/null
	web_halt
	[ "$(db 'SELECT count(*) FROM message')" -eq 0 ]
}

cuts() {
	# JSON that is whole by itself, in chunks that are not.
	cut "$1" 'Transfer-Encoding: chunked' \
	    $'25\r\n{"queue_name":"q","msg_body":{"x":1}}\r\n'
	cut "$1" 'Content-Length: 99' '{"queue_name":"q","msg_body":{"x":1}}'
}

@test "lighttpd, FastCGI: a body that is cut" { cuts lighttpd-fastcgi; }
@test "lighttpd, CGI: a body that is cut" { cuts lighttpd-cgi; }
@test "Apache mod_fcgid: a body that is cut" { cuts apache-fcgid; }
@test "Apache mod_cgid: a body that is cut" { cuts apache-cgid; }
@test "nginx and spawn-fcgi: a body that is cut" { cuts nginx; }
@test ".htaccess, CGI: a body that is cut" { cuts htaccess; }

# cgi_alone PATH LENGTH: minutehand.fcgi as a CGI program without a server.
cgi_alone() {
	as_user env -i MINUTEHAND_CONF="$CONF" REQUEST_METHOD=POST \
	    QUERY_STRING= REMOTE_ADDR=127.0.0.1 SCRIPT_NAME= \
	    SERVER_PROTOCOL=HTTP/1.1 "PATH_INFO=$1" \
	    CONTENT_TYPE=application/json CONTENT_LENGTH="$2" \
	    HTTP_AUTHORIZATION="Bearer $TOKEN" "$WEB/minutehand.fcgi"
}

# stops STATUS: within a second of SIGTERM, with that answer.
stops() {
	local start=${EPOCHREALTIME/./}
	kill -TERM "$pid"
	wait "$pid"
	[ $((${EPOCHREALTIME/./} - start)) -lt 1500000 ]
	grep -q "^Status: $1" "$WEB/out"
}

is_program() {
	[ "/proc/$pid/exe" -ef "$WEB/minutehand.fcgi" ]
}

@test "CGI: SIGTERM while a body is read, or a consumer waits" {
	local pid
	mkfifo "$WEB/fifo"
	cgi_alone /funboost/publish 99 <>"$WEB/fifo" >"$WEB/out" 3>&- &
	pid=$!
	wait_for 10 is_program
	wait_for 10 grep -q 'SigCgt:.*400[13]' "/proc/$pid/status"
	stops 503
	printf '{"wait_seconds":20}' >"$WEB/in"
	cgi_alone /v1/queues/q/lease 19 <"$WEB/in" >"$WEB/out" 3>&- &
	pid=$!
	wait_for 10 waits 1
	stops 200
	grep -q '{"messages":\[\]}' "$WEB/out"
}

@test "CGI: an answer that is not taken gives its messages back" {
	local pid
	web_start lighttpd-fastcgi
	publish
	publish
	mkfifo "$WEB/fifo"
	printf '{"wait_seconds":0}' >"$WEB/in"
	# The reader has gone before anything was written.
	cat "$WEB/fifo" >/dev/null 3>&- &
	pid=$!
	exec 7>"$WEB/fifo"
	kill -KILL "$pid"
	wait "$pid" || true
	cgi_alone /v1/queues/q/lease 18 <"$WEB/in" >&7 3>&- 7>&- &
	pid=$!
	exec 7>&-
	wait "$pid" || true
	[ "$(db 'SELECT count(*), sum(attempt), sum(state) FROM message')" = '2|0|0' ]
}
