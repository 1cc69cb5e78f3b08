#!/usr/bin/env bats
# minutehand(1): everything but consume and the configuration.

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
}

@test "init: its files are private to the owner" {
	[ "$(stat -c %a "$HOME/.minutehand")" = 700 ]
	[ "$(stat -c %a "$CONF")" = 600 ]
	[ "$(stat -c %a "$STORE")" = 600 ]
	[[ $TOKEN =~ ^mh_[0-9a-f]{8}_[0-9a-f]{64}$ ]]
	run grep -q "$TOKEN" "$STORE" "$STORE-wal"
	[ "$status" -eq 1 ]
}

@test "init: a second run keeps everything and creates no token" {
	echo "busy = 9s" >>"$CONF"
	run "$MH" init
	[ "$status" -eq 0 ]
	[[ $output == *"store.db (kept)"* ]]
	[[ $output == *"exists (kept)"* ]]
	grep -q "busy = 9s" "$CONF"
	[ "$("$MH" token list | wc -l)" -eq 2 ]
	run "$MH" init --json
	[[ $output == *'"token":null'* ]]
}

@test "init: the crontab line runs" {
	line=$("$MH" init | grep '^\* \* \* \* \* ')
	[[ $line == *" -c $CONF" ]]
	run sh -c "${line#\* \* \* \* \* } --once"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "init: spaces and percent signs in a folder's name" {
	mkdir "$BATS_TEST_TMPDIR/a b%c"
	run "$MH" init "$BATS_TEST_TMPDIR/a b%c/d"
	[ "$status" -eq 0 ]
	[[ $output == *"/a b'\\%'c/d/minutehand.conf'"* ]]
}

@test "init: --anonymous-loopback is a setting of its own" {
	"$MH" init --anonymous-loopback "$BATS_TEST_TMPDIR/anon"
	grep -qx "anonymous = loopback" "$BATS_TEST_TMPDIR/anon/minutehand.conf"
	run "$MH" -c "$BATS_TEST_TMPDIR/anon/minutehand.conf" job list
	[ "$status" -eq 0 ]
}

@test "init: the folder cannot be created" {
	run "$MH" init "$BATS_TEST_TMPDIR/none/there"
	[ "$status" -eq 69 ]
	touch "$BATS_TEST_TMPDIR/file"
	run "$MH" init "$BATS_TEST_TMPDIR/file"
	[ "$status" -eq 69 ]
}

@test "usage: help, version, errors" {
	run "$MH" --version
	[[ $output =~ ^minutehand\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	run "$MH" --help
	[ "$status" -eq 0 ]
	"$MH" --help | sed -n 's/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p' |
	while read -r sub; do
		# shellcheck disable=SC2086
		"$MH" $sub --help | grep -q "^usage: minutehand \[-c FILE\] $sub"
	done
	run "$MH"
	[ "$status" -eq 64 ]
	run "$MH" nosuch
	[ "$status" -eq 64 ]
	run "$MH" job
	[ "$status" -eq 64 ]
	run "$MH" job list --nosuch
	[ "$status" -eq 64 ]
	[[ $output == *"usage: minutehand"* ]]
	run "$MH" job show q
	[ "$status" -eq 64 ]
}

@test "exit status: no store, no configuration, full standard output" {
	run "$MH" -c "$BATS_TEST_TMPDIR/none.conf" job list
	[ "$status" -eq 78 ]
	: >"$BATS_TEST_TMPDIR/empty.conf"
	run "$MH" -c "$BATS_TEST_TMPDIR/empty.conf" job list
	[ "$status" -eq 69 ]
	[[ $output == *"minutehand init"* ]]
	run sh -c "'$MH' queue list --json >/dev/full"
	[ "$status" -eq 69 ]
}

@test "doctor: reports errors, then none" {
	run "$MH" doctor
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  ticker"*"never run"*"crontab"* ]]
	"$TICKER" -c "$CONF" --once
	run "$MH" doctor
	[ "$status" -eq 0 ]
	chmod 644 "$STORE"
	run "$MH" doctor
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  permissions"*"chmod o-rwx"* ]]
	run "$MH" doctor --json
	[[ $output == *'"check":"permissions","level":"FAIL"'* ]]
}

@test "doctor: keys of Render that cannot be read" {
	"$TICKER" -c "$CONF" --once
	key=$HOME/.minutehand/render.key
	printf 'render_key "main" {\n\tfile = "render.key"\n}\n' >>"$CONF"
	run "$MH" doctor
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  render keys"*'render_key "main": '*"$key: No such"* ]]
	echo rnd_C4n4ry >"$key"
	chmod 640 "$key"
	run "$MH" doctor
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  configuration"*"mode 0640"*"chmod 600 $key"* ]]
	[[ $output != *C4n4ry* ]]
	chmod 600 "$key"
	run "$MH" doctor
	[ "$status" -eq 0 ]
	[[ $output == *"ok    render keys    1, readable by you alone"* ]]
	printf 'render_key "other" {\n\tenv = "OTHER_KEY"\n}\n' >>"$CONF"
	run "$MH" doctor
	[ "$status" -eq 0 ]
	[[ $output == *"warn  render keys"*"OTHER_KEY is not set here"* ]]
	OTHER_KEY=rnd_C4n4ry run "$MH" doctor
	[[ $output == *"ok    render keys    2, "* ]]
}

@test "doctor: a broken configuration, no server at the URL" {
	run "$MH" doctor --url http://127.0.0.1:1/
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  web server"* ]]
	run "$MH" doctor --url ftp://localhost/
	[[ $output == *"must begin with https:// or http://"* ]]
	echo "window = soon" >>"$CONF"
	run "$MH" doctor
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  configuration"* ]]
}

@test "token: add, list, revoke" {
	run "$MH" token add --name ci --scopes read,consume --queues 'a-*,b' \
	    --expires 2d
	[ "$status" -eq 0 ]
	[[ $output =~ ^mh_[0-9a-f]{8}_[0-9a-f]{64}$ ]]
	id=${output:3:8}
	run "$MH" token list
	[[ $output == *"$id"*"ci"*"read,consume"*"a-*,b"* ]]
	[[ $("$MH" token list --json) == *'"name":"ci"'* ]]
	"$MH" token revoke "$id"
	[[ $("$MH" token list) != *"$id"* ]]
	run "$MH" token revoke "$id"
	[ "$status" -eq 1 ]
	run "$MH" token add --scopes everything
	[ "$status" -eq 64 ]
}

@test "token: services are globs of their own, none by default" {
	"$MH" token add --name plain >/dev/null
	"$MH" token add --name some --services 'srv-a*,crn-*' >/dev/null
	"$MH" token add --name none --services none >/dev/null
	[ "$("$MH" token list --json | jq -c 'map({(.name): .services}) | add')" = \
	    '{"first":"*","plain":"","some":"srv-a*,crn-*","none":""}' ]
	id=$("$MH" token list --json | jq -r '.[] | select(.name == "some").id')
	"$MH" token set --services none "$id"
	[ "$("$MH" token list --json | jq -c 'map(.services)')" = '["*","","",""]' ]
	"$MH" token set "$id" --services 'srv-*'
	[[ $("$MH" token list) == *"some"*"srv-*"* ]]
	run "$MH" token set --services none 00000000
	[ "$status" -eq 1 ]
	run "$MH" token set "$id"
	[ "$status" -eq 64 ]
	[ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit
	    WHERE action = 'token.change'")" = 2 ]
	run "$MH" doctor
	[[ $output == *"ok    tokens"* ]]
}

@test "token: globs that never match, or seem to exclude, are refused" {
	for globs in '!secret' 'a,!b' '[!a]*' 'a,,b' ',a' 'a,' ' a' 'a, b' ''; do
		for option in queues services; do
			run "$MH" token add "--$option" "$globs"
			[ "$status" -eq 65 ]
			[[ $output == *"--$option: "* ]]
		done
		run "$MH" token set --services "$globs" 00000000
		[ "$status" -eq 65 ]
	done
	[ "$("$MH" token list --json | jq length)" = 1 ]
}

@test "token: older ones are reported by list and doctor" {
	"$MH" token add --name old --queues 'mail,s*' >/dev/null
	sqlite3 "$STORE" "UPDATE token SET services = NULL WHERE name = 'old'"
	id=$("$MH" token list --json 2>/dev/null |
		jq -r '.[] | select(.services == null).id')
	run "$MH" token list
	[ "$status" -eq 0 ]
	[[ $output == *"old"*"mail,s*"*"(as queues)"* ]]
	[[ $output == *"token $id was created before"*"token set --services"* ]]
	run "$MH" doctor
	[[ $output == *"warn  tokens"*"$id (old)"*'"mail,s*" grants services'* ]]
	[[ $output == *"minutehand token set --services GLOBS $id"* ]]
	"$MH" token set --services none "$id"
	run "$MH" doctor
	[[ $output == *"ok    tokens"* ]]
}

@test "job: add in each way, list, show" {
	"$MH" job add q --id d --date "2030-12-03 15:00" --timezone Asia/Tokyo
	"$MH" job add q --id e --every 10s --args '[1,"x"]' --kwargs '{"y":2}'
	"$MH" job add q --id c --cron "hour=3 minute=*/5 day='1st mon'"
	"$MH" job add r --id t --crontab "0 3 * * 1-5" --description "a b"
	"$MH" job add q --id m --every 1h --memory
	run "$MH" job list q
	[ "$status" -eq 0 ]
	[[ $output == *"d "*"date[2030-12-03 15:00:00 JST]"*"2030-12-03 15:00:00+09:00"* ]]
	[[ $output == *"interval[0:00:10]"* ]]
	[[ $output == *"cron[day='1st mon', hour='3', minute='*/5']"* ]]
	[[ $output != *"crontab["* ]]
	[[ $("$MH" job list --json) == *'"count":5}' ]]
	[ "$("$MH" job list --limit 2 | wc -l)" -eq 3 ]
	[[ $("$MH" job show r t) == *"description    a b"* ]]
	[[ $("$MH" job show q e --json) == *'"args":[1,"x"],"kwargs":{"y":2}'* ]]
	[[ $("$MH" job show q m) == *"store          memory"* ]]
}

@test "job: errors name the field" {
	run "$MH" job add q
	[ "$status" -eq 64 ]
	run "$MH" job add q --every 10s --date 2030-01-01
	[ "$status" -eq 64 ]
	run "$MH" job add q --every 1500ms
	[ "$status" -eq 64 ]
	run "$MH" job add q --cron "hours=3"
	[ "$status" -eq 64 ]
	[[ $output == *'no such field "hours"'* ]]
	run "$MH" job add q --cron "hour=25 minute=77"
	[ "$status" -eq 65 ]
	[[ $output == *"hour: "*"minute: "* ]]
	run "$MH" job add q --every 10s --args '{'
	[ "$status" -eq 65 ]
	run "$MH" job add q --every 10s --timezone No/Where
	[ "$status" -eq 65 ]
	[ -z "$("$MH" job list)" ]
}

@test "job: pause, resume, run, delete, and a job that is not there" {
	"$MH" job add q --id a --every 1h
	run "$MH" job add q --id a --every 1h
	[ "$status" -eq 1 ]
	"$MH" job add q --id a --every 2h --replace
	"$MH" job pause q a
	[[ $("$MH" job show q a) == *"state          paused"* ]]
	"$MH" job resume q a
	[[ $("$MH" job show q a) == *"state          active"* ]]
	run "$MH" job run q a
	[[ $output =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7 ]]
	[[ $("$MH" runs q a) == *"sent"*"$output"* ]]
	[[ $("$MH" runs --json) == *'"state":"sent"'* ]]
	"$MH" job delete q a
	for sub in show pause resume delete run; do
		run "$MH" job "$sub" q a
		[ "$status" -eq 1 ]
	done
}

@test "job add --json: one, many, all or none" {
	echo '{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"x"}' |
	    "$MH" job add --json -
	cat >"$BATS_TEST_TMPDIR/jobs" <<-EOF
	[{"queue_name":"q","trigger":"interval","seconds":10,"job_id":"y"},
	 {"queue_name":"q","trigger":"cron","hour":"25","job_id":"z"}]
	EOF
	run "$MH" job add --json "$BATS_TEST_TMPDIR/jobs"
	[ "$status" -eq 65 ]
	[[ $output == *"[1].hour: "* ]]
	[ "$("$MH" job list | wc -l)" -eq 2 ]
	sed -i 's/25/5/' "$BATS_TEST_TMPDIR/jobs"
	"$MH" job add --json "$BATS_TEST_TMPDIR/jobs"
	[ "$("$MH" job list | wc -l)" -eq 4 ]
	run "$MH" job add q --json "$BATS_TEST_TMPDIR/jobs"
	[ "$status" -eq 64 ]
}

@test "queue: list, peek, pause, clear" {
	send q
	send q
	run "$MH" queue list
	[[ ${lines[1]} =~ ^q\ +running\ +1\ +0\ +2\ +0\ +0 ]]
	[ "$(count_state q ready)" -eq 2 ]
	[[ $("$MH" queue peek q --json --limit 1) == '[{"id":'*'"body":{'* ]]
	"$MH" queue pause q
	[[ $("$MH" queue list --json) == *'"paused":true'* ]]
	"$MH" queue resume q
	"$MH" queue pause later
	"$MH" queue resume later
	run "$MH" queue resume latre
	[ "$status" -eq 1 ]
	[[ $output == *'latre: no such queue: '*'did you mean later?' ]]
	run "$MH" queue list
	[[ $output != *latre* ]]
	run "$MH" queue clear q
	[ "$status" -eq 64 ]
	run "$MH" queue clear q --yes
	[ "$output" = "2 messages deleted" ]
}

@test "tables: wide characters keep the columns in line" {
	"$MH" job add 队列 --id 日本語 --every 1h
	"$MH" job add plain --id abc --every 1h
	run "$MH" job list
	# 日本語 takes six columns, so the heading stands at the same place.
	[[ ${lines[0]} == "QUEUE  JOB     TRIGGER"* ]]
	[[ "$output" == *"队列   日本語  interval"* ]]
	[[ "$output" == *"plain  abc     interval"* ]]
}

@test "preview: times in the zone and in UTC, over a DST gap" {
	run "$MH" preview --cron "hour=2 minute=30" --timezone Europe/Berlin \
	    --now 2026-03-28 --count 2
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = "at 02:30 every day, in Europe/Berlin" ]
	[ "${lines[3]}" = "2026-03-28 02:30:00+01:00  2026-03-28T01:30:00Z" ]
	[ "${lines[4]}" = "2026-03-29 03:00:00+02:00  2026-03-29T01:00:00Z" ]
	[[ ${lines[5]} == "warning: 2026-03-29 02:30:00 does not exist"* ]]
	run "$MH" preview --json '{"trigger":"date","run_date":"2030-01-01"}'
	[[ $output == *'"utc":"2030-01-01T00:00:00Z"'*'"exhausted":true'* ]]
	run "$MH" preview --cron hour=25
	[ "$status" -eq 65 ]
}

@test "preview: needs no configuration and no store" {
	HOME=/nonexistent run "$MH" preview --every 10s --count 1
	[ "$status" -eq 0 ]
}

@test "preview --batch: one answer per line, for any line" {
	run "$MH" preview --batch <<-'EOF'
	{"trigger":"interval","seconds":"0.25","now":"2026-01-01T00:00:00Z","count":2}
	{"trigger":"cron","hour":"25"}
	{"trigger":"cron","hour":[1]}
	{"trigger":"cron","year":2000,"now":"2026-01-01","timezone":"UTC"}
	{"trigger":"date","run_date":"1969-12-31T23:59:59.5Z","count":2}
	EOF
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = '{"epoch":[1767225600.25,1767225600.5],"exhausted":false}' ]
	[[ ${lines[1]} == '{"error":"hour: '* ]]
	[[ ${lines[2]} == '{"error":"hour: '* ]]
	[ "${lines[3]}" = '{"epoch":[],"exhausted":true}' ]
	[ "${lines[4]}" = '{"epoch":[-0.5],"exhausted":true}' ]
	run "$MH" preview --batch < <(printf 'no\n[]\n{"trigger":"date"}')
	[ "$status" -eq 65 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[2]} == '{"epoch":['* ]]
}

@test "preview --batch: a client that writes line by line is answered at once" {
	coproc B { "$MH" preview --batch 3>&-; }
	echo '{"trigger":"interval","days":1,"now":"1970-01-01T00:00:00Z"}' >&"${B[1]}"
	read -r -t 5 answer <&"${B[0]}"
	[ "$answer" = '{"epoch":[86400],"exhausted":false}' ]
}

@test "a file size limit: exit 69, and nothing is lost" {
	"$MH" job add q --id first --every 1d
	run bash -c 'ulimit -f 1; exec "$0" job add q --id second --every 1d' "$MH"
	[ "$status" -eq 69 ]
	"$MH" job add q --id third --every 1d
	[ "$("$MH" job list --json | jq -c '[.jobs[].job_id] | sort' )" = \
	    '["first","third"]' ]
}

@test "doctor: an invalid TZ is named, and the zone used instead" {
	"$TICKER" --once
	# To libc, too, such a name is UTC.
	for tz in No/Where /nowhere/zone; do
		TZ=$tz run "$MH" doctor
		[[ $output == *"warn  time zone "*"TZ is \"$tz\""*"is used instead"* ]]
	done
	# A rule that libc understands: its clock is another.
	TZ=CST-8 run "$MH" doctor
	[[ $output == *"FAIL  time zone "*"differs from it by"* ]]
	TZ='' run "$MH" doctor
	[[ $output == *"ok    time zone "* ]]
	for tz in Asia/Shanghai :Asia/Shanghai /usr/share/zoneinfo/Asia/Shanghai; do
		TZ=$tz run "$MH" doctor
		[[ $output == *"warn  time zone      Asia/Shanghai here, by the TZ of this shell alone"* ]]
	done
	echo 'timezone = "Asia/Tokyo"' >>"$CONF"
	TZ=CST-8 run "$MH" doctor
	[[ $output == *"ok    time zone      Asia/Tokyo"* ]]
}

@test "init: the web server's socket is in the folder of the store" {
	[[ $(jq -r .webserver "$BATS_TEST_TMPDIR/init.json") == \
	    *"\"socket\" => \"$HOME/.minutehand/minutehand-fcgi.sock\""* ]]
}

@test "job add: warnings are printed on standard error" {
	run --separate-stderr "$MH" job add q --id a --date 2020-01-01
	[ "$status" -eq 0 ]
	[[ $output == "q a: next run "* ]]
	# shellcheck disable=SC2154
	[[ $stderr == *"q a: warning: 2020-01-01 00:00:00 has passed"* ]]
	run --separate-stderr "$MH" job add q --id b --every 1d
	[ -z "$stderr" ]
}

@test "job show: all that the HTTP answer has" {
	cat >"$BATS_TEST_TMPDIR/job" <<-EOF
	{"queue_name":"q","job_id":"j","trigger":"cron","crontab":"0 3 * * 1",
	 "timezone":"Asia/Tokyo","start_date":"2090-01-01","end_date":"2091-01-01",
	 "jitter":5,"dst":"skip","args":[1],"kwargs":{"x":2},"priority":3,
	 "misfire_grace_time":60,"coalesce":false,"max_catchup":7,
	 "max_instances":2,"retry":{"base":4},"description":"what","paused":true}
	EOF
	"$MH" job add --json "$BATS_TEST_TMPDIR/job"
	run "$MH" job show q j
	for line in 'queue +q' 'job +j' 'description +what' \
	    'trigger +crontab\[0 3 \* \* 1\]' 'timezone +Asia/Tokyo' \
	    'start +2090-01-01 00:00:00\+09:00' \
	    'end +2091-01-01 00:00:00\+09:00' 'jitter +5 s' 'dst +skip' \
	    'next run +-' 'state +paused' 'reason +by owner since 20.*' \
	    'store +durable' 'args +\[1\]' 'kwargs +\{"x":2\}' 'priority +3' \
	    'coalesce +no' 'max catchup +7' 'max instances +2' \
	    'misfire grace +60 s' 'retry +\{"base":4\}' 'created +20.*' \
	    'changed +20.*'; do
		grep -Eqx -- "$line" <<<"$output" || {
			echo "no $line in: $output"
			return 1
		}
	done
}
