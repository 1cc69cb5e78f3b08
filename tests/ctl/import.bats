#!/usr/bin/env bats
# minutehand import: schedules of other programs; the corpus is lines as
# found in public repositories.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	S=$BATS_TEST_DIRNAME/../vectors/schedules
	F=$BATS_TEST_TMPDIR/file
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$STORE" "$1"
}

# counted WANT STATUS SOURCE OPTION…: "JOBS REFUSED", and every job whose
# fires are known there has the same ones here.
counted() {
	local want=$1 expected=$2
	shift 2
	run "-$expected" "$MH" import "$@" --json
	[ "$(jq -r '"\(.new) \(.refused | length)"' <<<"$output")" = "$want" ] || {
		jq -c '[.new, (.refused | length)]' <<<"$output"
		return 1
	}
	jq -c '.jobs[] | select(.fires_there != null and
	    (.fires_then | length) > 0 and .fires_there != .fires_then)' \
	    <<<"$output" >"$BATS_TEST_TMPDIR/differ"
	[ ! -s "$BATS_TEST_TMPDIR/differ" ] || { cat "$BATS_TEST_TMPDIR/differ"; return 1; }
	sum=$((sum + ${want% *})) refused=$((refused + ${want#* }))
}

@test "the corpus: jobs, refusals, and fires as computed apart" {
	local sum=0 refused=0
	counted '126 19' 1 crontab "$S/user.crontab"
	counted '14 23' 1 crontab --system --user root "$S/system.crontab"
	counted '24 6' 1 eventbridge "$S/eventbridge.json"
	counted '8 6' 1 celery-beat "$S/celery.json"
	printf '# %d schedules: %d jobs, %d refused\n' \
	    $((sum + refused)) "$sum" "$refused" >&3
	[ $((sum + refused)) -ge 200 ]
	[ "$(sql 'SELECT count(*) FROM job')" = 0 ]
	# Other zones, with their changes of clocks.
	for zone in Europe/Berlin America/New_York Australia/Lord_Howe; do
		counted '126 19' 1 crontab "$S/user.crontab" --timezone $zone
	done
}

@test "a crontab is applied, once; another time changes the job" {
	cat >"$F" <<-'EOT'
	MAILTO=me
	# Make a copy
	# of the store
	0 3 * * * /usr/bin/backup --to=/x
	@daily rotate
	EOT
	run -0 "$MH" import crontab "$F"
	[ "${lines[-1]}" = "plan: 2 new, 0 changed, 0 deleted, 0 same, 0 ran already, 0 not expressible; nothing was changed" ]
	[ "$(sql 'SELECT count(*) FROM job')" = 0 ]
	run -0 "$MH" import crontab "$F" --apply --queue c --owner cron
	[ "$(sql 'SELECT count(*) FROM job')" = 2 ]
	id=$(sql "SELECT job_id FROM job WHERE job_id LIKE 'backup-%'")
	run -0 "$MH" job show c "$id" --json
	[ "$(jq -c '[.description, .crontab, .kwargs, .owner]' <<<"$output")" = \
	    '["Make a copy of the store","0 3 * * *",{"command":"/usr/bin/backup --to=/x","env":{"MAILTO":"me"}},"cron"]' ]
	run -0 "$MH" import crontab - --apply --queue c --owner cron <"$F"
	[[ ${lines[-1]} == "applied: 0 new, 0 changed, 0 deleted, 2 same"* ]]
	sed -i 's/^0 3/30 4/' "$F"
	run -0 "$MH" import crontab "$F" --queue c --owner cron
	[[ $output == *'crontab: "0 3 * * *" becomes "30 4 * * *"'* ]]
	[[ ${lines[-1]} == "plan: 0 new, 1 changed, 0 deleted, 1 same"* ]]
}

# Lines of CRONTAB LINES;JQ: the filter holds for kwargs of the last job.
@test "percent signs, variables, zones, names and twins" {
	local text filter
	while IFS=';' read -r text filter; do
		printf '%b\n' "$text" >"$F"
		"$MH" import crontab "$F" --apply --queue q >/dev/null
		"$MH" export --queue q | jq '.jobs' >"$BATS_TEST_TMPDIR/jobs"
		jq -e "$filter" "$BATS_TEST_TMPDIR/jobs" >/dev/null ||
		    { echo "$text"; cat "$BATS_TEST_TMPDIR/jobs"; return 1; }
		sql 'DELETE FROM job'
	done <<-'EOT'
	0 1 * * * mail a%Hi,%%bye%;.[0].kwargs == {"command":"mail a","stdin":"Hi,\n\nbye\n"}
	0 1 * * * date +\\%F\\%T x;.[0].kwargs.command == "date +%F%T x"
	0 1 * * * cat%;.[0].kwargs.stdin == ""
	A = "x y" \n B='z'\n"C D" = e\n0 1 * * * x;.[0].kwargs.env == {"A":"x y","B":"z","C D":"e"}
	A=1\n0 1 * * * x\nA=2\n0 2 * * * y;[.[].kwargs.env.A] == ["1","2"]
	CRON_TZ=Asia/Tokyo\n0 1 * * * x\nCRON_TZ=\n0 1 * * * y;[.[].timezone] == ["Asia/Tokyo","Etc/UTC"] or [.[].timezone] == ["Asia/Tokyo","UTC"]
	TZ=Asia/Tokyo\n0 1 * * * x;.[0].timezone != "Asia/Tokyo" and .[0].kwargs.env.TZ == "Asia/Tokyo"
	0 1 * * * same\n0 2 * * * same;(.[1].job_id == .[0].job_id + "-2") and length == 2
	  \t0   1\t*  *  SUN \t x y ;.[0].crontab == "0 1 * * sun" and .[0].kwargs.command == "x y "
	0 1 13 * 5 x;.[0].crontab == "0 1 13 * 5"
	0 1 * * 7 x;.[0].crontab == "0 1 * * 7" or .[0].crontab == "0 1 * * 0"
	# 0 5 * * * old line\n0 1 * * * x;.[0] | has("description") | not
	# far away\n\n0 1 * * * x;.[0] | has("description") | not
	0 1 * * * x\r;.[0].kwargs.command == "x"
	@WEEKLY x;.[0].crontab == "@weekly"
	0 1 * * * cd /x && FOO=1 /usr/bin/prog a;.[0].job_id | startswith("prog-")
	EOT
}

@test "day or weekday: either in a crontab, both in Celery" {
	echo '0 0 13 * 5 x' >"$F"
	run -0 "$MH" import crontab "$F" --json
	# In any 40 days there are more than three Fridays and a 13th.
	last=$(jq -r '.jobs[0].fires_then[2]' <<<"$output")
	[ $(($(date -d "$last" +%s) - $(date +%s))) -lt $((22 * 86400)) ]
	echo '{"x":{"task":"t","schedule":{"minute":0,"hour":0,"day_of_month":"13","day_of_week":"fri"}}}' >"$F"
	run -0 "$MH" import celery-beat "$F" --json
	for at in $(jq -r '.jobs[0].fires_then[]' <<<"$output"); do
		[ "$(date -u -d "$at" +%a%d)" = Fri13 ]
	done
	[ "$(jq '.jobs[0].fires_there == .jobs[0].fires_then' <<<"$output")" = true ]
}

@test "system crontabs: users, and whose lines are imported" {
	printf '0 1 * * * root a\n0 2 * * * www-data b\n0 3 * * * root\n' >"$F"
	run -1 "$MH" import crontab --system --user www-data "$F" --json
	[ "$(jq -c '[.new, (.refused | length)]' <<<"$output")" = '[1,2]' ]
	[[ $(jq -r '.refused[0].why' <<<"$output") == *"runs as user root"* ]]
	run -64 "$MH" import crontab --user x "$F"
}

@test "beat_schedule, and one task of dumpdata with all it has" {
	cat >"$F" <<-'EOT'
	{"beat_schedule": {
	  "celery.backend_cleanup": {"task": "c", "schedule": 5},
	  "a": {"task": "t.a", "schedule": 30.0, "args": [16, 16]},
	  "b": {"task": "t.b", "schedule": {"crontab": {"hour": "7", "minute": 30}}, "options": {"queue": "slow"}},
	  "c": {"task": "t.c", "schedule": {"every": 2, "period": "hours"}, "kwargs": {"x": 1}},
	  "d": {"task": "t.d", "schedule": "sunset"},
	  "e": {"task": "t.e", "schedule": 0.5},
	  "f": {"schedule": 5}}}
	EOT
	run -1 "$MH" import celery-beat "$F" --json
	[ "$(jq -c '[.jobs[] | .queue_name + " " + .job_id]' <<<"$output")" = '["celery a","slow b","celery c"]' ]
	[ "$(jq '.refused | length' <<<"$output")" = 3 ]
	"$MH" import celery-beat "$S/celery.json" --apply >/dev/null || true
	run -0 "$MH" job show slow nightly --json
	[ "$(jq -c '[.misfire_grace_time, .description, .kwargs]' <<<"$output")" = \
	    '[3600,"Every night",{"task":"app.tasks.nightly","args":[1,"x"],"kwargs":{"y":2}}]' ]
	[ "$("$MH" job show celery 'first monday' --json | jq -r .status)" = paused ]
	[[ "$("$MH" job show celery around --json | jq -r .trigger)" == *"month='1,2,11,12', day='*', day_of_week='sun,mon,fri,sat', hour='0,1,2,22,23'"* ]]
}

@test "funboost: triggers as it prints them" {
	cat >"$F" <<-'EOT'
	{"succ":true,"data":{"jobs_by_queue":{"q1":[
	 {"job_id":"c","queue_name":"q1","trigger":"cron[day_of_week='mon-fri', hour='*/2', minute='30']","status":"running","next_run_time":null,"kwargs":{"x":1}},
	 {"job_id":"i","trigger":"interval[1 day, 0:00:10]","status":"paused","next_run_time":"2099-12-03 15:00:00+08:00"},
	 {"job_id":"d","trigger":"date[2099-12-03 15:00:00 CST]","status":"running","next_run_time":"2099-12-03 15:00:00+08:00"},
	 {"job_id":"x","trigger":"and[…]","status":"running","next_run_time":null}],
	 "q2":[]}}}
	EOT
	run -1 "$MH" import funboost "$F" --apply --timezone Asia/Shanghai
	run -0 "$MH" export
	[ "$(jq -c '[.jobs[] | [.job_id, .hour, .seconds, .start_date, .run_date, .paused]]' <<<"$output")" = \
	    '[["c","*/2",null,null,null,true],["d",null,null,null,"2099-12-03 15:00:00+08:00",null],["i",null,86410,"2099-12-03 15:00:00",null,true]]' ] ||
	    { jq -c '.jobs[]' <<<"$output"; return 1; }
}

@test "APScheduler: by the script, with its own next fires" {
	/usr/bin/python3 - "$abs_top_srcdir/etc/examples/apscheduler-export" >"$F" <<-'EOT'
	import importlib.machinery, importlib.util, os, sys
	loader = importlib.machinery.SourceFileLoader("x", sys.argv[1])
	x = importlib.util.module_from_spec(importlib.util.spec_from_loader("x", loader))
	sys.dont_write_bytecode = True
	loader.exec_module(x)
	from apscheduler.schedulers.background import BackgroundScheduler
	from apscheduler.triggers.combining import OrTrigger
	from apscheduler.triggers.cron import CronTrigger
	s = BackgroundScheduler(timezone="Europe/Berlin")
	s.start(paused=True)
	s.add_job(os.getpid, "cron", hour="3", day="last", id="c", args=[])
	s.add_job(os.getpid, "cron", day_of_week="mon-fri", minute="*/20", id="w")
	s.add_job(os.getpid, "interval", minutes=90, id="i", jitter=5)
	s.add_job(os.getpid, "date", run_date="2099-01-01 10:00:00", id="d")
	s.add_job(os.getpid, OrTrigger([CronTrigger(hour=1)]), id="o")
	s.add_job(print, "interval", hours=1, id="p", args=[{1}])
	s.pause_job("w")
	x.export(s)
	EOT
	run -1 "$MH" import apscheduler "$F" --json
	[ "$(jq -c '[.jobs[].job_id] | sort' <<<"$output")" = '["c","d","i","w"]' ]
	[ "$(jq -c '[.refused[].where] | sort' <<<"$output")" = '["job o","job p"]' ]
	[ "$(jq -c '[.jobs[] | select(.job_id == "c" or .job_id == "d") | .fires_there == .fires_then]' <<<"$output")" = '[true,true]' ]
}

@test "pickles and databases are not read, and the message says what to do" {
	for begin in 'SQLite format 3' 'REDIS0009' '\0200\0004\0225'; do
		printf '%b\0x' "$begin" >"$F"
		for source in apscheduler funboost; do
			run -65 --separate-stderr "$MH" import $source "$F"
			[[ $stderr == *"pickles"*"apscheduler-export"* ]]
		done
	done
	for source in celery-beat eventbridge apscheduler funboost; do
		for text in '' '7' '"x"' '{' 'null'; do
			echo "$text" >"$F"
			run --separate-stderr "$MH" import $source "$F"
			[ "$status" -eq 65 ] || { echo "$source $text"; return 1; }
		done
	done
	run -65 "$MH" import crontab /nonexistent
	run -65 "$MH" import crontab --queue '' "$F"
}

@test "hostile lines: bytes that are no text, and very long ones" {
	printf '0 1 * * * a\377b\n0 1 * * * \033[31mEVIL\n%s x\n0 1 * * * ok\n' \
	    "$(printf '%5000s' '' | tr ' ' 1)" >"$F"
	run -1 "$MH" import crontab "$F"
	[ "$(grep -c '^new:' <<<"$output")" = 2 ]
	[ "$(grep -c '^not expressible:' <<<"$output")" = 2 ]
	run ! grep -q $'\e' <<<"$output"
	printf '0 1 * * * a\0b\n' >"$F"
	run -65 "$MH" import crontab "$F"
}

@test "an imported command runs as cron would run it" {
	cat >"$F" <<-EOT
	SHELL=/bin/bash
	WHO=me
	0 0 1 1 * cat >$BATS_TEST_TMPDIR/ran; echo \$WHO >>$BATS_TEST_TMPDIR/ran%one%two
	EOT
	"$MH" import crontab "$F" --apply >/dev/null
	"$MH" job run crontab "$(sql 'SELECT job_id FROM job')"
	"$MH" consume crontab -- "$abs_top_srcdir/etc/examples/run-cron"
	[ "$(cat "$BATS_TEST_TMPDIR/ran")" = "$(printf 'one\ntwo\nme')" ]
}
