#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2153,SC2154 # helper.bash sets what is used here
# Render's API for one-off jobs as its clients see it, through a web server:
# shapes by the published schema, paging, filters, and the three scripts that
# people wrote for it, by plain curl and by our command.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
	# With a key, as far as can be told here: without, each answer warns.
	printf 'render_key "main" {\n\tenv = "A_KEY"\n}\n' >>"$CONF"
	web_start lighttpd-fastcgi
	srv='srv-c3rfdgg6n88pa7t3a6ag'
	jobs=/v1/services/$srv/jobs
	tasks="cleanup-reminders cleanup-users hot-content-notifications weekly-summary-notifications cleanup-notifications update-hot-scores update-content-based update-collaborative update-social-collaborative update-all-recommendations check-meme-counts check-user-counts"
}

teardown() {
	web_stop
}

# The facts of the published schema, and what we add: renderJobId, reason, and
# in lists the members of each job beside "job" and "cursor".
schema='
def time: type == "string" and
    test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$");
def id(prefix): type == "string" and test("^(" + prefix + ")-[0-9a-v]{20}$");
def job: type == "object" and
    (.id | id("job")) and (.serviceId | id("srv|crn")) and
    (.startCommand | type == "string" and length > 0) and
    (.planId | type == "string") and (.createdAt | time) and
    (.status | IN("pending", "running", "succeeded", "failed", "canceled")) and
    ((has("startedAt") | not) or (.startedAt | time)) and
    ((has("finishedAt") | not) or (.finishedAt | time)) and
    ((has("renderJobId") | not) or (.renderJobId | id("job"))) and
    ((has("reason") | not) or (.reason | type == "string" and length > 0)) and
    (keys - ["id", "serviceId", "startCommand", "planId", "createdAt",
	"status", "startedAt", "finishedAt", "renderJobId", "reason"] == []);
def list: type == "array" and
    all(.[]; (.job | job) and
	(.cursor | type == "string" and length > 0) and
	(del(.job, .cursor) == .job));
def error: type == "object" and keys == ["message"] and
    (.message | type == "string" and length > 0);
'

# call METHOD PATH [CURL-OPTION…]: into $code and the file body.
call() {
	local method=$1 path=$2
	shift 2
	code=$(api "$method" "$path" -o "$BATS_TEST_TMPDIR/body" \
	    -w '%{http_code}' "$@")
}

# body_is EXPRESSION: it holds for what was answered.
body_is() {
	jq -e "$schema$1" "$BATS_TEST_TMPDIR/body" >/dev/null || {
		echo "not so: $1 of"
		cat "$BATS_TEST_TMPDIR/body"
		return 1
	}
}

body() {
	jq -r "$1" "$BATS_TEST_TMPDIR/body"
}

# create COMMAND [MEMBERS]: one more job.
create() {
	call POST "$jobs" -H 'Content-Type: application/json' \
	    -d "{\"startCommand\":\"$1\"${2-}}"
}

# refused CODE TEXT: an error in Render's shape, its message with the text.
refused() {
	[ "$code" = "$1" ] || { echo "$code, not $1"; body .; return 1; }
	body_is error
	body_is ".message | contains(\"$2\")"
}

minutehand() {
	(as_user "$MINUTEHAND" -c "$CONF" "$@")
}

sql() {
	(as_user sqlite3 -cmd '.timeout 5000' "$WEB/instance/store.db" "$1")
}

@test "each operation answers by the schema, with Render's status codes" {
	create 'node x.js' ',"planId":"plan-srv-008"'
	[ "$code" = 201 ]
	body_is job
	body_is ".serviceId == \"$srv\" and .planId == \"plan-srv-008\""
	body_is '.status == "pending" and .startCommand == "node x.js"'
	body_is 'has("startedAt") or has("finishedAt") | not'
	id=$(body .id)
	cp "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/created"
	call GET "$jobs/$id"
	[ "$code" = 200 ]
	cmp "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/created"
	call GET "$jobs"
	[ "$code" = 200 ]
	body_is 'list and length == 1'
	[ "$(body '.[0].job')" = "$(jq . "$BATS_TEST_TMPDIR/created")" ]
	call POST "$jobs/$id/cancel" -d ''
	[ "$code" = 200 ]
	body_is 'job and .status == "canceled"'
	call POST "$jobs/$id/cancel" -d ''
	[ "$code" = 200 ]
	body_is '.status == "canceled"'
}

@test "planId empty or null is absent, and any command is accepted" {
	create x ',"planId":""'
	[ "$code" = 201 ]
	body_is 'job and .planId == ""'
	create x ',"planId":null'
	[ "$code" = 201 ]
	create 'a \"b\"\n\t\\ 报告 & | #'
	[ "$code" = 201 ]
	body_is '.startCommand == "a \"b\"\n\t\\ 报告 & | #"'
	call GET "/mh$jobs"
	body_is 'list and length == 3'
	call GET "${jobs/srv-/crn-}"
	body_is '. == []'
}

@test "errors have a message, in the client's language, and change nothing" {
	create ''
	refused 400 'startCommand: must not be empty'
	create x ',"planId":"starter"'
	refused 400 planId
	create x ',"planId":"plan-crn-003"'
	refused 400 planId
	create x ',"serviceID":"y"'
	refused 400 'serviceID: unknown field'
	create x ',"startCommand":"twice'
	refused 400 JSON
	call POST "$jobs" -H 'Content-Type: application/json' -d '[]'
	refused 400 object
	call POST "$jobs" -d startCommand=x
	refused 415 application/json
	call GET "$jobs/job-00000000000000000000"
	refused 404 job-00000000000000000000
	call POST "$jobs/job-00000000000000000000/cancel" -d ''
	refused 404 job-00000000000000000000
	for bad in 0 101 x -1; do
		call GET "$jobs?limit=$bad"
		refused 400 limit
	done
	call GET "$jobs?cursor=x"
	refused 400 cursor
	call GET "$jobs?status=done"
	refused 400 status
	call GET "$jobs?status=pending,"
	refused 400 status
	call GET "$jobs?createdAfter=yesterday"
	refused 400 createdAfter
	call GET /v1/services/srv-xxxxxxxxxx/jobs
	refused 400 serviceId
	call DELETE "$jobs"
	refused 405 method
	call GET "$jobs/x" -H 'Accept-Language: zh'
	refused 404 该服务没有任务
	call GET "$jobs"
	body_is '. == []'
}

@test "our tokens, with their scopes and services" {
	TOKEN=wrong
	call GET "$jobs"
	refused 401 token
	TOKEN=rnd_0123456789abcdef0123456789ab
	call GET "$jobs"
	refused 401 token
	TOKEN=$(minutehand token add --json --scopes read --services '*' |
		jq -r .token)
	create x
	refused 403 write
	call GET "$jobs"
	[ "$code" = 200 ]
	TOKEN=$(minutehand token add --json --scopes read,write \
	    --services 'srv-00*' | jq -r .token)
	create x
	refused 404 service
	call GET "$jobs"
	refused 404 service
	call GET /v1/services/srv-00000000000000000000/jobs
	[ "$code" = 200 ]
}

# A client is made for this: bounded pages, the next after the last cursor.
@test "paging over 250 jobs is complete, newest first, while jobs are added" {
	api POST "$jobs?n=[1-250]" -H 'Content-Type: application/json' \
	    -d '{"startCommand":"old"}' -o /dev/null
	cursor='' pages=0 limit=''
	: >"$BATS_TEST_TMPDIR/seen"
	while :; do
		call GET "$jobs?cursor=$cursor$limit"
		[ "$code" = 200 ]
		body_is list
		[ "$(body length)" -gt 0 ] || break
		body '.[].job | .createdAt + " " + .id + " " + .startCommand' \
		    >>"$BATS_TEST_TMPDIR/seen"
		cursor=$(body '.[-1].cursor')
		pages=$((pages + 1))
		limit="&limit=$((pages * 7))"
		create new
	done
	[ "$pages" -gt 5 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/seen")" -eq 250 ]
	[ "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/seen" | sort -u | wc -l)" -eq 250 ]
	run ! grep -q 'new$' "$BATS_TEST_TMPDIR/seen"
	sort -rc "$BATS_TEST_TMPDIR/seen" || [ "$(cut -c 1-19 "$BATS_TEST_TMPDIR/seen" | sort -r)" = "$(cut -c 1-19 "$BATS_TEST_TMPDIR/seen")" ]
	call GET "$jobs?limit=100"
	body_is "length == 100 and .[0].job.startCommand == \"new\""
	call GET "$jobs"
	body_is 'length == 20'
}

# One job in each state a run can be in, as the ticker leaves them.
states() {
	local i=0 state
	for state in due sending unknown created running succeeded failed \
	    canceled refused dead; do
		create "$state"
		i=$((i + 1))
		sql "UPDATE delivery SET state = '$state',
			next_us = iif('$state' IN ('due', 'sending', 'unknown',
				'created', 'running'), 1, NULL),
			started_us = iif('$state' IN ('running', 'succeeded',
				'failed'), 1742472962000000 + $i * 1000000, NULL),
			finished_us = iif('$state' IN ('succeeded', 'failed'),
				1742480000000000 + $i * 1000000, NULL),
			remote_id = iif('$state' IN ('created', 'running',
				'succeeded'), printf('job-%020d', $i), NULL)
		    WHERE run = $i;
		    UPDATE run SET state = '$state', decided_us =
			1742472000000000 + $i * 1000000 WHERE id = $i"
	done
}

# matching QUERY COMMANDS: what the list with that query has, oldest first.
matching() {
	call GET "$jobs?$1"
	[ "$code" = 200 ]
	body_is list
	[ "$(body 'map(.job.startCommand) | reverse | join(" ")')" = "$2" ] || {
		echo "$1 gives $(body 'map(.job.startCommand) | reverse | join(" ")'), not $2"
		return 1
	}
}

@test "filters by status and by time" {
	states
	matching '' 'due sending unknown created running succeeded failed canceled refused dead'
	matching status=pending 'due sending unknown created'
	matching status=running running
	matching status=succeeded,canceled 'succeeded canceled'
	matching 'status=succeeded&status=canceled' 'succeeded canceled'
	matching 'status=failed&status=running,canceled' \
	    'running failed canceled refused dead'
	# Their instants are 2025-03-20T12:00:01Z and a second more each.
	matching createdBefore=2025-03-20T12:00:03Z 'due sending'
	matching createdAfter=2025-03-20T12:00:08Z 'refused dead'
	matching createdAfter=2025-03-20T08:00:07.999999-04:00 'canceled refused dead'
	matching 'createdAfter=2025-03-20T12:00:01Z&createdBefore=2025-03-20T12:00:04Z&status=pending' 'sending unknown'
	matching createdAfter=2025-03-20T12:00:08.000000999Z 'refused dead'
	matching createdAfter=2025-03-20T12:00:07.999999999Z 'canceled refused dead'
	call GET "$jobs?createdAfter=2025-03-20T12:00:07.0000000001Z"
	refused 400 createdAfter
	matching startedAfter=2025-03-20T12:16:07Z 'succeeded failed'
	matching startedBefore=2025-03-20T12:16:08Z running
	matching finishedBefore=2030-01-01T00:00:00Z 'succeeded failed'
	matching 'finishedAfter=2025-03-20T14:13:26%2B00:00' failed
	matching 'finishedAfter=2025-03-20T20:13:26%2B06:00&status=succeeded' ''
	call GET "$jobs"
	body_is 'map(.job | select(has("renderJobId")) | .startCommand) == ["succeeded", "running", "created"]'
}

# The twelve names into the file, each with what was answered.
loop_by_curl() {
	local name
	for name in $tasks; do
		call POST "$jobs" -H 'Content-Type: application/json' \
		    -d "{\"startCommand\":\"node scripts/render-jobs.js $name\",\"planId\":\"plan-srv-008\"}"
		[ "$code" = 201 ] || return
		body .id
	done
}

loop_by_command() {
	local name
	for name in $tasks; do
		minutehand render create "$srv" --plan plan-srv-008 -- \
		    node scripts/render-jobs.js "$name" || return
	done
}

@test "first script: a job for each of a dozen names" {
	loop_by_curl >"$BATS_TEST_TMPDIR/curl"
	loop_by_command >"$BATS_TEST_TMPDIR/command"
	for way in curl command; do
		[ "$(grep -cxE 'job-[0-9a-v]{20}' "$BATS_TEST_TMPDIR/$way")" -eq 12 ]
	done
	call GET "$jobs?limit=100"
	body_is 'list and length == 24'
	# Answer for answer the same, but for id and time.
	body_is 'map(.job | del(.id, .createdAt)) | .[:12] == .[12:]'
	body_is "map(.job.startCommand | split(\" \")[2]) | .[12:] | reverse | join(\" \") == \"$tasks\""
	[ "$(body '[.[].job.id] | reverse[]')" = "$(cat "$BATS_TEST_TMPDIR/curl" "$BATS_TEST_TMPDIR/command")" ]
}

@test "second script: a list with the state of each" {
	states
	call GET "$jobs?limit=100"
	body '.[].job | "\(.id) \(.startCommand) \(.status)"' >"$BATS_TEST_TMPDIR/curl"
	minutehand render list "$srv" |
		awk 'NR > 1 { print $1, $2, $3 }' >"$BATS_TEST_TMPDIR/command"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/curl")" -eq 10 ]
	diff "$BATS_TEST_TMPDIR/curl" "$BATS_TEST_TMPDIR/command"
	cp "$BATS_TEST_TMPDIR/curl" "$BATS_TEST_TMPDIR/table"
	minutehand render list "$srv" --json >"$BATS_TEST_TMPDIR/command"
	[ "$(cat "$BATS_TEST_TMPDIR/command")" = "$(cat "$BATS_TEST_TMPDIR/body")" ]
	# As scripts have it that were written for a plain array.
	body '.[] | "\(.id) \(.startCommand) \(.status)"' \
		>"$BATS_TEST_TMPDIR/plain"
	cmp "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/table"
	call GET "$jobs?status=failed,canceled&limit=2"
	minutehand render list "$srv" --status failed,canceled --limit 2 --json \
		>"$BATS_TEST_TMPDIR/command"
	[ "$(cat "$BATS_TEST_TMPDIR/command")" = "$(cat "$BATS_TEST_TMPDIR/body")" ]
}

@test "third script: run one task, print its id or the error" {
	create 'node scripts/render-jobs.js check-user-counts'
	[ "$(body '.id // .message')" = "$(body .id)" ]
	run -0 minutehand render create "$srv" -- \
	    node scripts/render-jobs.js check-user-counts
	[[ $output =~ ^job-[0-9a-v]{20}$ ]]
	call GET "$jobs/$output"
	[ "$code" = 200 ]
	# The same complaint by both ways.
	create ' ' ',"planId":"starter"'
	refused 400 'startCommand: must not be empty; planId: must be plan-srv-'
	run -65 minutehand render create "$srv" --plan starter -- ' '
	[[ $output == *'startCommand: must not be empty'* ]]
	[[ $output == *'planId: must be plan-srv-'* ]]
	jobs=/v1/services/srv-xxxxxxxxxx/jobs create x
	refused 400 'serviceId: must be srv- or crn-'
	run -65 minutehand render create srv-xxxxxxxxxx -- x
	[[ $output == *'serviceId: must be srv- or crn-'* ]]
}
