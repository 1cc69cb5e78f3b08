#!/usr/bin/env bats
# Memory: valgrind over the programs as they are built, and the unit programs
# in a build with the address and undefined-behavior sanitizers.
# shellcheck disable=SC2154,SC2016

setup() {
	load ../support/helper.bash
	LOGS=$BATS_TEST_TMPDIR/valgrind
	mkdir "$LOGS"
}

# In a build with sanitizers valgrind has no say.
need_plain_build() {
	! grep -q -- '-fsanitize' "$abs_top_builddir/Makefile" ||
	    skip "this build has sanitizers of its own"
}

# A program that is PROGRAM under valgrind: watched NAME PROGRAM
watched() {
	cat >"$BATS_TEST_TMPDIR/$1" <<EOF
#!/bin/sh
exec valgrind -q --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite,indirect,possible \
    --suppressions='$abs_top_srcdir/tests/support/valgrind.supp' \
    --log-file='$LOGS/$1.%p' '$2' "\$@"
EOF
	chmod 755 "$BATS_TEST_TMPDIR/$1"
	echo "$BATS_TEST_TMPDIR/$1"
}

no_complaints() {
	[ -n "$(ls "$LOGS")" ]
	[ -z "$(cat "$LOGS"/*)" ] || {
		cat "$LOGS"/*
		return 1
	}
}

# A request to $FCGI as a CGI program; prints the answer's status line.
cgi() {
	local method=$1 path=$2 body=${3-}
	printf '%s' "$body" | env REQUEST_METHOD="$method" \
	    PATH_INFO="${path%%\?*}" SCRIPT_NAME= REMOTE_ADDR=127.0.0.1 \
	    QUERY_STRING="$(case $path in *\?*) echo "${path#*\?}" ;; esac)" \
	    ${body:+CONTENT_TYPE=application/json} \
	    ${body:+CONTENT_LENGTH="${#body}"} \
	    HTTP_AUTHORIZATION="Bearer $TOKEN" "$FCGI" |
	    sed -n '1s/^Status: \([0-9]*\).*/\1/p'
}

# What a client does, good and bad.
cgi_session() {
	local q='queue_name=q&job_id=i'
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"i","kwargs":{"x":[1,{"y":null}]}}')" = 200 ]
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"i"}')" = 409 ]
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":"q","trigger":"cron","hour":"*/2","day":"last","job_id":"c"}')" = 200 ]
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":"q","trigger":"date","run_date":"2020-01-01","job_id":"d"}')" = 200 ]
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":"q","trigger":"cron","hour":"25"}')" = 400 ]
	[ "$(cgi POST /funboost/add_timing_job '{"queue_name":')" = 400 ]
	[ "$(cgi GET /funboost/get_timing_jobs)" = 200 ]
	[ "$(cgi GET "/funboost/get_timing_job?$q")" = 200 ]
	[ "$(cgi GET '/funboost/get_timing_job?queue_name=q&job_id=none')" = 404 ]
	[ "$(cgi POST "/funboost/pause_timing_job?$q")" = 200 ]
	[ "$(cgi POST "/funboost/resume_timing_job?$q")" = 200 ]
	[ "$(cgi DELETE "/funboost/delete_timing_job?$q")" = 200 ]
	[ "$(cgi POST /funboost/publish '{"queue_name":"q","msg_body":{"x":1}}')" = 200 ]
	[ "$(cgi GET '/funboost/get_msg_count?queue_name=q')" = 200 ]
	[ "$(cgi GET /no/such/thing)" = 404 ]
	[ "$(cgi PUT /funboost/get_timing_jobs)" = 405 ]
	TOKEN=mh_wrong
	[ "$(cgi GET /funboost/get_timing_jobs)" = 401 ]
}

owner_session() {
	"$MINUTEHAND" job list
	"$MINUTEHAND" job show q c
	"$TICKER" --once
	"$MINUTEHAND" queue peek q
	"$MINUTEHAND" consume q -- cat
	"$MINUTEHAND" runs
	"$MINUTEHAND" preview --cron 'hour=*/2' || [ "$?" -eq 64 ]
}

@test "valgrind: a session of the CGI program, the ticker, the owner" {
	need_plain_build
	new_store
	FCGI=$(watched fcgi "$FCGI")
	TICKER=$(watched ticker "$TICKER")
	MINUTEHAND=$(watched minutehand "$MINUTEHAND")
	cgi_session
	owner_session
	no_complaints
}

# Those that look at very many cases, or wait, take minutes under valgrind; to
# it a program that cannot be started is one that ended (t_child), and one that
# is aborted on purpose leaks (t_stmt).  The sanitizers see them all.
@test "valgrind: the unit programs" {
	local program
	need_plain_build
	for program in $unit_programs; do
		case ${program##*/t_} in
		vectors | oom_* | child | stmt | api_authority | calendar | trigger_count | trigger_dst | tz | due | \
		    clock | deliver | sink_webhook_fail | store_prune | \
		    store_fault | gate | api_store | api_consume | \
		    sched_lease) ;;
		*) watched "${program##*/}" "$abs_top_builddir/$program" ;;
		esac
	done >"$BATS_TEST_TMPDIR/programs"
	cd "$abs_top_builddir"
	xargs -P 2 -I '{}' sh -c \
	    '"$1" >"$1.out" 2>&1 || { echo "$1"; grep -v "^ok" "$1.out"; exit 255; }' \
	    sh '{}' <"$BATS_TEST_TMPDIR/programs"
	no_complaints
}

@test "sanitizers: the unit programs, and a session" {
	mkdir "$BATS_TEST_TMPDIR/build"
	cd "$BATS_TEST_TMPDIR/build"
	{
		"$abs_top_srcdir/configure" --enable-sanitize CFLAGS='-g -O1' &&
		    make -j2 check TESTS=
	} >log 2>&1 || {
		tail -n 40 log
		false
	}
	echo "$unit_programs" | xargs -n 1 -P 2 sh -c \
	    '"./$1" >"$1.out" 2>&1 || { grep -v "^ok" "$1.out"; exit 255; }' sh
	abs_top_builddir=$PWD
	FCGI=$PWD/fcgi/minutehand.fcgi
	MINUTEHAND=$PWD/ctl/minutehand
	TICKER=$PWD/ticker/ticker
	new_store
	cgi_session
	owner_session
}
