#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Jobs that run at Render: what is taken, how it is shown, the twelve tasks.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	# With a key, as far as can be told here: without, each answer warns.
	printf 'render_key "main" {\n\tenv = "A_KEY"\n}\n' >>"$conf"
	srv='srv-c3rfdgg6n88pa7t3a6ag'
	crn='crn-c3rfdgg6n88pa7t3a6ag'
	tasks=$abs_top_srcdir/etc/examples/render-tasks.json
}

# add_to_render TARGET-MEMBERS [MORE-MEMBERS]
add_to_render() {
	add "{\"queue_name\":\"maintenance\",\"trigger\":\"cron\",\"hour\":\"3\",\"job_id\":\"j\",\"replace_existing\":true,\"render\":{$1}${2-}}"
}

target="\"serviceId\":\"srv-c3rfdgg6n88pa7t3a6ag\",\"startCommand\":\"node scripts/render-jobs.js cleanup-reminders\""

@test "a job with a render target is accepted, stored and shown" {
	add_to_render "$target,\"planId\":\"plan-srv-008\""
	status_is 200
	want="{$target,\"planId\":\"plan-srv-008\"}"
	is data.render "$want"
	is data.args '[]'
	is data.kwargs '{}'
	is data.warnings '[]'
	cgi GET '/funboost/get_timing_job?job_id=j&queue_name=maintenance'
	is data.render "$want"
	cgi GET '/funboost/get_timing_jobs?queue_name=maintenance'
	is 'data.jobs[0].render' "$want"
	run -0 "$ctl" job show maintenance j
	[[ $output == *"render "*"$want"* ]]
	add '{"queue_name":"q","trigger":"date","job_id":"plain"}'
	is data.render null
}

@test "every trigger, pause and resume work as for a message" {
	add_to_render "$target" ',"paused":true'
	is data.status paused
	cgi POST '/funboost/resume_timing_job?job_id=j&queue_name=maintenance'
	is data.status running
	is data.render "{$target}"
	cgi POST '/funboost/pause_timing_job?job_id=j&queue_name=maintenance'
	is data.status paused
	for trigger in '"trigger":"date","run_date":"2099-01-01"' \
	    '"trigger":"interval","minutes":5' \
	    '"trigger":"cron","crontab":"0 3 * * *"'; do
		add "{\"queue_name\":\"q\",$trigger,\"render\":{$target}}"
		status_is 200
		is data.render "{$target}"
	done
}

@test "a bad target is refused, each field by its name, and nothing is added" {
	add_to_render '"serviceId":"srv-xxxxxxxxxx","startCommand":"","planId":"starter","marker":"x","on_ambiguous":"x","region":"y"'
	bad '"render.serviceId"' 'srv- or crn-'
	has 'error_data."render.startCommand"' empty
	has 'error_data."render.planId"' plan-srv-008
	has 'error_data."render.marker"' 'comment or env'
	has 'error_data."render.on_ambiguous"' 'retry or skip'
	has 'error_data."render.region"' unknown
	has msg 添加定时任务失败
	add_to_render '"serviceId":"srv-xxxxxxxxxx","startCommand":"x"' '' \
	    HTTP_ACCEPT_LANGUAGE=en
	bad '"render.serviceId"'
	add_to_render "\"serviceId\":\"$crn\",\"startCommand\":\"x\",\"planId\":\"plan-srv-008\""
	bad '"render.planId"' cron
	add_to_render "$target" ',"args":[1]'
	bad args startCommand
	add_to_render "$target" ',"kwargs":{"x":1}'
	bad kwargs startCommand
	add_to_render "$target" ',"job_store_kind":"memory"'
	bad job_store_kind memory
	cgi GET /funboost/get_timing_jobs
	is data.count 0
}

@test "a command of 128 KiB is accepted, one more byte is not" {
	local x
	x=$(head -c 131072 /dev/zero | tr '\0' x)
	printf '{"queue_name":"q","trigger":"date","run_date":"2099-01-01","render":{"serviceId":"%s","startCommand":"%s"}}' \
	    "$srv" "$x" >"$BATS_TEST_TMPDIR/long"
	add "@$BATS_TEST_TMPDIR/long"
	status_is 200
	[ "$(field .data.render.startCommand | wc -c)" -eq 131073 ]
	sed -i 's/xx"/xxx"/' "$BATS_TEST_TMPDIR/long"
	add "@$BATS_TEST_TMPDIR/long"
	bad '"render.startCommand"' 131073
}

@test "an unknown plan is accepted, with a warning" {
	add_to_render "$target,\"planId\":\"plan-srv-999\""
	status_is 200
	is data.render.planId plan-srv-999
	has 'data.warnings[0]' '不在已知方案之列'
	post /funboost/add_timing_job \
	    "{\"queue_name\":\"q\",\"trigger\":\"cron\",\"hour\":3,\"render\":{$target,\"planId\":\"plan-srv-999\"}}" \
	    HTTP_ACCEPT_LANGUAGE=en
	has 'data.warnings[0]' 'plan-srv-999 is not among the known plans'
	run -0 --separate-stderr "$ctl" job add q --every 1h --id w \
	    --render "$srv" --command x --plan plan-srv-999
	[[ $stderr == *'plan-srv-999 is not among'* ]]
	[[ $output == "q w: next run "* ]]
}

@test "a token needs the service as well as the queue" {
	local all=$token
	token=$(new_token write maintenance)
	add_to_render "$target"
	envelope_is 403 forbidden
	has 'error_data."render.serviceId"' 'not among'
	has msg 令牌无权访问该服务
	token=$(new_token write "maintenance,srv-c3*")
	add_to_render "$target"
	envelope_is 403 forbidden
	token=$(new_token write none --services "$srv")
	add_to_render "$target"
	envelope_is 404 not_found
	has error_data.queue_name 'not among'
	token=$(new_token write maintenance --services "srv-c3*")
	add_to_render "$target"
	status_is 200
	token=$all
}

@test "the command adds such jobs, too" {
	run -0 "$ctl" job add maintenance --id a --crontab '0 3 * * *' \
	    --render "$srv" --command 'node x.js "y z"' --plan plan-srv-008 \
	    --marker env --on-ambiguous skip
	run -0 "$ctl" job show maintenance a --json
	[ "$(jq -c .render <<<"$output")" = "{\"serviceId\":\"$srv\",\"startCommand\":\"node x.js \\\"y z\\\"\",\"planId\":\"plan-srv-008\",\"marker\":\"env\",\"on_ambiguous\":\"skip\"}" ]
	run -64 "$ctl" job add q --every 1h --command x
	[[ $output == *'--command needs --render'* ]]
	run -65 "$ctl" job add q --every 1h --render "$srv"
	[[ $output == *'render.startCommand: is required'* ]]
	run -65 "$ctl" job add q --every 1h --render "$srv" --command x \
	    --args '[1]'
	[[ $output == *'args: '* ]]
	run -65 "$ctl" job add q --every 1h --render srv-x --command $'\xff'
	[[ $output == *UTF-8* ]]
	run -0 "$ctl" job list --json
	[ "$(jq '.jobs | length' <<<"$output")" -eq 1 ]
}

@test "the twelve tasks are loaded by one command, all or none" {
	run -65 "$ctl" render import "$tasks"
	[[ $output == *'12 of 12 jobs name no service of yours'* ]]
	run -0 "$ctl" job list
	[ -z "$output" ]
	run -0 "$ctl" render import "$tasks" --service "$srv"
	[ "${#lines[@]}" -eq 12 ]
	cgi GET '/funboost/get_timing_jobs?queue_name=maintenance'
	is data.count 12
	is "data.jobs | map(.job_id) | sort | join(\" \")" "check-meme-counts check-user-counts cleanup-notifications cleanup-reminders cleanup-users hot-content-notifications update-all-recommendations update-collaborative update-content-based update-hot-scores update-social-collaborative weekly-summary-notifications"
	is 'data.jobs | map(.render.startCommand == "node scripts/render-jobs.js " + .job_id) | all' true
	is 'data.jobs | map(.render.serviceId) | unique | join(" ")' "$srv"
	is 'data.jobs | map(.description | length > 0) | all' true
	run -1 "$ctl" render import "$tasks" --service "$srv"
	run -0 "$ctl" render import "$tasks" --service "$crn" --replace
	cgi GET '/funboost/get_timing_jobs?queue_name=maintenance'
	is data.count 12
	is 'data.jobs | map(.render.serviceId) | unique | join(" ")' "$crn"
}

@test "render import reports errors in its file" {
	cd "$BATS_TEST_TMPDIR"
	echo '[{"queue_name":"q","trigger":"date"}]' >none.json
	run -65 "$ctl" render import none.json --service "$srv"
	[[ $output == *'[0].render: must be an object'* ]]
	echo '{}' >object.json
	run -65 "$ctl" render import object.json
	[[ $output == *'must be a list of jobs'* ]]
	echo '[]' >empty.json
	run -65 "$ctl" render import empty.json
	echo '[7]' >seven.json
	run -65 "$ctl" render import seven.json
	run -65 "$ctl" render import absent.json
	run -65 "$ctl" render import "$tasks" --service "srv-xxxxxxxxxx"
	run -0 "$ctl" job list
	[ -z "$output" ]
}
