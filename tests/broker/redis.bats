#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # cgi.bash sets what is used here
# Queues in Redis: what arrives there, by every kind of funboost's workers, and
# what API and command say of it.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	redis_needed
	cgi_setup
	CONF=$conf DIR=$dir
	redis_start
	server main "$REDIS_PORT"
	queue list redis 'params = {"x", "y", "z"}'
	queue bare redis
	queue stream redis-stream
	queue channel redis-pubsub
	queue 'f*' funboost
}

teardown() {
	pid_end "$BATS_TEST_TMPDIR/ticker"
	redis_stop
	cutter_stop
}

publish() {
	post /funboost/publish "{\"queue_name\":\"$1\",\"msg_body\":${2-{\}}${3-}}"
	status_is 200
}

# A job that is due, once.
due() {
	add "{\"queue_name\":\"$1\",\"job_id\":\"j\",\"trigger\":\"date\",
	    \"run_date\":\"2026-01-01 00:00:00\",$2}"
}

outcome_is() {
	local got
	got=$(outcome "$1")
	[ "$got" = "$2" ] || { echo "$1: $got, want $2"; return 1; }
}

# The one message of a list without what differs each time.
message() {
	[ "$(redis llen "$1")" = 1 ] || { echo "$1: $(bodies "$1")"; return 1; }
	bodies "$1" | jq -c 'del(.extra.task_id, .extra.publish_time,
	    .extra.publish_time_format)'
}

@test "a message as funboost's workers want it, field by field" {
	local from text whole run
	due list '"args":[5,"é"],"kwargs":{"y":0,"z":null,"extra":{"a":[1],
	    "task_id":"mine","publish_time":1,"publish_time_format":"never"}}'
	status_is 200
	from=$(date +%s.%N)
	tick
	text=$(bodies list)
	echo "$text"
	[ "$(message list)" = '{"x":5,"y":"é","z":null,"extra":{"a":[1]}}' ]
	run=$("$ctl" runs list --json | jq -r '.[0].id')
	[[ $run =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	whole='"extra":\{"a":\[1\],"task_id":"'$run'","publish_time":[0-9]{10}\.[0-9]{4},'
	whole+='"publish_time_format":"20[0-9-]{8} [0-9:]{8}"\}\}$'
	[[ $text =~ $whole ]]
	jq -e --arg from "$from" --arg to "$(date +%s.%N)" '.extra.publish_time |
	    . > ($from | tonumber) - 1 and . < ($to | tonumber) + 1' <<<"$text"
	[ "$(jq -r .extra.publish_time_format <<<"$text")" = "$(TZ=Asia/Shanghai \
	    date -d "@$(jq '.extra.publish_time | floor' <<<"$text")" '+%F %T')" ]
	outcome_is list 'sent: null'
}

@test "into a stream, and to subscribers" {
	local id
	publish stream '{"x":1}'
	publish channel '{"x":1}'
	tick
	outcome_is channel 'sent: nobody listened'
	redis --json xrange stream - + >"$BATS_TEST_TMPDIR/x"
	jq -e 'length == 1 and (.[0][1] | length) == 2 and .[0][1][0] == "" and
	    (.[0][1][1] | fromjson | .x) == 1' "$BATS_TEST_TMPDIR/x"
	# Its id is when the server got it.
	jq -e '.[0] | (.[0] | split("-")[0] | tonumber / 1000) -
	    (.[1][1] | fromjson | .extra.publish_time) | . > -1 and . < 1' \
	    "$BATS_TEST_TMPDIR/x"
	redis subscribe channel >"$BATS_TEST_TMPDIR/heard" 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/subscriber"
	wait_for 5 grep -q subscribe "$BATS_TEST_TMPDIR/heard"
	publish channel '{"x":2}'
	id=$(field .data.task_id)
	tick
	wait_for 5 grep -q '"x":2' "$BATS_TEST_TMPDIR/heard"
	pid_end "$BATS_TEST_TMPDIR/subscriber"
	grep -q "\"task_id\":\"$id\"" "$BATS_TEST_TMPDIR/heard"
	outcome_is channel 'sent: null'
}

@test "each kind of worker gets its own form" {
	local kind
	for kind in REDIS REDIS_ACK_ABLE reids_ack_using_timeout RedisBrpopLpush; do
		register "f$kind" "$kind"
		publish "f$kind" '{"x":1,"y":2}'
		publish "f$kind" '{"x":2,"y":2}'
	done
	register fstream REDIS_STREAM
	publish fstream '{"x":3,"y":2}'
	register fchannel REDIS_PUBSUB
	publish fchannel '{"x":4,"y":2}'
	tick
	for kind in REDIS REDIS_ACK_ABLE reids_ack_using_timeout; do
		[ "$(bodies "f$kind" | jq -c .x | xargs)" = '1 2' ]
	done
	# Who pushes left and pops right is in order, too.
	[ "$(bodies fRedisBrpopLpush | jq -c .x | xargs)" = '2 1' ]
	[ "$(redis --json xrange fstream - + | jq -r '.[0][1][1] | fromjson | .x')" = 3 ]
	outcome_is fstream 'sent: null'
	outcome_is fchannel 'sent: nobody listened'
}

@test "priorities have a list each, up to the worker's maximum" {
	register fp REDIS_PRIORITY '.broker_exclusive_config."x-max-priority" = 4'
	publish fp '{"x":0,"y":0}'
	publish fp '{"x":2,"y":0,"extra":{"other_extra_params":{"priroty":2}}}'
	publish fp '{"x":4,"y":0,"extra":{"other_extra_params":{"priroty":9}}}'
	publish fp '{"x":3,"y":0}' ',"priority":3'
	tick
	[ "$(bodies fp | jq .x)" = 0 ]
	[ "$(bodies fp:2 | jq .x)" = 2 ]
	[ "$(bodies fp:4 | jq -c '[.x, .extra.other_extra_params]')" = '[4,{"priroty":9}]' ]
	# The worker, too, sees the priority the client gave beside the message.
	[ "$(bodies fp:3 | jq -c '[.x, .extra.other_extra_params]')" = '[3,{"priroty":3}]' ]
	cgi GET '/funboost/get_msg_count?queue_name=fp'
	is data.count 4
	post /funboost/clear_queue '{"queue_name":"fp"}'
	status_is 200
	[ -z "$(redis keys 'fp*')" ]
}

@test "a queue without registration waits, and is sent once registered" {
	publish flate '{"x":1,"y":2}'
	tick
	[[ $(outcome flate) =~ ^due:\ attempt\ [0-9]+:\ no\ worker\ has\ registered ]]
	[ "$(redis exists flate)" = 0 ]
	register flate RedisBrpopLpush
	sql 'UPDATE outbox SET next_us = 1'
	tick
	[ "$(message flate)" = '{"x":1,"y":2,"extra":{}}' ]
	outcome_is flate 'sent: null'
}

@test "a queue that accepts no external messages is refused at the add" {
	local kind
	for kind in MEMORY_QUEUE FAST_MEM_QUEUE; do
		register fin "$kind"
		due fin '"kwargs":{"x":1,"y":2}'
		bad queue_name "$kind"
		post /funboost/publish '{"queue_name":"fin","msg_body":{"x":1,"y":2}}'
		bad queue_name "$kind"
	done
	run -65 "$ctl" job add fin --every 1h --kwargs '{"x":1,"y":2}'
	[[ $output == *FAST_MEM_QUEUE* ]]
	run -1 "$ctl" queue test fin --kwargs '{"x":1,"y":2}'
	[[ $output == *'not taken: its worker takes FAST_MEM_QUEUE'* ]]
	# Nor is it sent when the worker became such a one later.
	publish flater '{"x":1,"y":2}'
	register flater MEMORY_QUEUE
	tick
	[[ $(outcome flater) == *'takes MEMORY_QUEUE, which nobody can push to' ]]
}

@test "parameters are checked against the worker's registration" {
	register fc REDIS
	due fc '"kwargs":{"x":1}'
	bad kwargs '"y"'
	due fc '"kwargs":{"x":1,"y":2,"w":3}'
	bad kwargs '"w"'
	due fc '"args":[1,2,3,4]'
	bad args 'accepts 3'
	due fc '"args":[1],"kwargs":{"x":1}'
	bad kwargs '"y"'
	post /funboost/publish '{"queue_name":"fc","msg_body":{"x":1}}'
	bad msg_body '"y"'
	due fc '"args":[1],"kwargs":{"x":0,"y":2}'
	status_is 200
	tick
	[ "$(message fc)" = '{"x":1,"y":2,"extra":{}}' ]
	# Who takes anything says so.
	register fany REDIS '.should_check_publish_func_params = false'
	due fany '"kwargs":{"w":1}'
	status_is 200
	due fany '"args":[1,2,3,4]'
	bad args 'accepts 3'
	# The configured names are checked likewise, but none of them must be.
	due list '"args":[1,2,3,4]'
	bad args 'accepts 3'
	due list '"kwargs":{"w":1}'
	bad kwargs '"w"'
	due list '"kwargs":{"y":1}'
	status_is 200
	# Without names there is nothing args could be.
	due bare '"args":[1]'
	bad args names
	due bare '"kwargs":{"w":1}'
	status_is 200
}

@test "a registration that cannot be parsed is reported, and delays no other" {
	redis hset funboost_queue__consumer_parmas fbad '{"broker_kind":' >/dev/null
	register fgood REDIS
	publish fbad '{"x":1}'
	publish fgood '{"x":1,"y":2}'
	tick
	[[ $(outcome fbad) == *'its registration cannot be read'* ]]
	[ "$(redis llen fgood)" = 1 ]
	redis del funboost_queue__consumer_parmas >/dev/null
	redis set funboost_queue__consumer_parmas x >/dev/null
	publish fnone '{"x":1}'
	publish list '{"x":1}'
	tick
	[[ $(outcome fnone) == *WRONGTYPE* ]]
	[ "$(redis llen list)" = 1 ]
}

@test "jobs are added while Redis is down, if their names need not be known" {
	register fd REDIS
	redis_stop
	due fd '"args":[1,2]'
	bad args 'Connection refused'
	due fd '"kwargs":{"x":1,"y":2}'
	status_is 200
	tick
	outcome_is fd 'due: waiting: redis:main: Connection refused'
	publish fd '{"x":3,"y":4}'
	outcome_is fd 'due: published; waiting: redis:main: Connection refused'
}

@test "parameters that a worker would unpickle are refused, for every queue" {
	local key='{"x":1,"y":1,"extra":{"can_not_json_serializable_keys":["x"]}}' q
	register fr REDIS
	for q in fr list; do
		due "$q" "\"kwargs\":$key"
		bad kwargs can_not_json_serializable_keys
		post /funboost/publish "{\"queue_name\":\"$q\",\"msg_body\":$key}"
		bad msg_body can_not_json_serializable_keys
		run "$ctl" queue test "$q" --kwargs "$key"
		[ "$status" -eq 65 ]
	done
	tick
	[ -z "$(redis keys 'minutehand:*')" ]
	[ "$(redis exists fr list)" = 0 ]
}

@test "clearing: a key of another type stays, whichever it is" {
	local q n=0
	register fq REDIS_ACK_ABLE
	redis hset funboost_queue__consumer_parmas fp \
	    '{"broker_kind":"REDIS_PRIORITY","broker_exclusive_config":{"x-max-priority":3}}' >/dev/null
	for q in list fq fp fp:2; do
		for make in "set $q v" "hset $q f v" "sadd $q v" "zadd $q 1 v" \
		    "xadd $q 1-1 f v"; do
			redis del fp fp:2 >/dev/null
			redis rpush fp keep >/dev/null
			redis del "$q" >/dev/null
			# shellcheck disable=SC2086 # words of a command
			redis $make >/dev/null
			post /funboost/clear_queue "{\"queue_name\":\"${q%:*}\"}"
			status_is 409
			has error_data.queue_name 'another type'
			[ "$(redis exists "$q")" = 1 ]
			[ "$q" = fp ] || [ "$(redis llen fp)" = 1 ]
			n=$((n + 1))
		done
		redis del "$q" >/dev/null
	done
	redis rpush stream v >/dev/null
	post /funboost/clear_queue '{"queue_name":"stream"}'
	status_is 409
	[ "$(redis llen stream)" = 1 ]
	run -1 "$ctl" queue clear stream --yes
	[[ $output == *'stream is a list, no stream: nothing was deleted'* ]]
	[ "$n" = 20 ]
}

@test "clearing deletes what killed workers hold, and no more" {
	register fq REDIS_ACK_ABLE
	register fb RedisBrpopLpush
	redis hset funboost_queue__consumer_parmas fp \
	    '{"broker_kind":"REDIS_PRIORITY","broker_exclusive_config":{"x-max-priority":3}}' >/dev/null
	redis sadd funboost_all_queue_names fq fb fb_other fp >/dev/null
	redis zadd fq__unack_id_host_1 1 a >/dev/null
	redis zadd fq__unack_id_host_2 1 b >/dev/null
	redis zadd fqx__unack_id_host_1 1 c >/dev/null
	redis zadd fp__unack_id_host_1 1 d >/dev/null
	redis rpush unack_fb_host_1 e >/dev/null
	redis rpush unack_fb_other_host_1 f >/dev/null
	redis set fq__unack_id_note text >/dev/null
	redis rpush fp:3 g >/dev/null
	for q in fq fb fp list; do
		post /funboost/clear_queue "{\"queue_name\":\"$q\"}"
		status_is 200
	done
	[ "$(redis keys '*unack*' | sort | xargs)" = \
	    'fq__unack_id_note fqx__unack_id_host_1 unack_fb_other_host_1' ]
	[ "$(redis exists fp:3)" = 0 ]
}

@test "queues over HTTP: counts, clearing, names, configuration" {
	local q
	register fq REDIS_ACK_ABLE
	redis sadd funboost_all_queue_names foreign >/dev/null
	for q in list stream fq; do
		publish "$q" '{"x":1,"y":2}'
		cgi GET "/funboost/get_msg_count?queue_name=$q"
		is data.count 1
	done
	tick
	publish list '{"x":3}'
	# What is on its way counts with what is there.
	cgi GET '/funboost/get_msg_count?queue_name=list'
	is data.count 2
	redis xgroup create stream workers 0 >/dev/null
	for q in list stream fq; do
		post /funboost/clear_queue "{\"queue_name\":\"$q\"}"
		is data.success true
		cgi GET "/funboost/get_msg_count?queue_name=$q"
		is data.count 0
	done
	[ "$(redis --json xinfo groups stream | jq length)" = 1 ]
	[[ $(outcome list) == 'canceled: queue cleared by '* ]]
	cgi GET /funboost/get_all_queues
	[ "$(field '.data.queues | sort | join(" ")')" = 'bare channel foreign fq list stream' ]
	cgi GET '/funboost/get_one_queue_config?queue_name=fq'
	is data.broker_kind REDIS_ACK_ABLE
	is data.should_check_publish_func_params true
	is data.auto_generate_info.final_func_input_params_info '{"func_name":"add","all_arg_name_list":["x","y","z"],"must_arg_name_list":["x","y"],"optional_arg_name_list":["z"]}'
	cgi GET '/funboost/get_one_queue_config?queue_name=list'
	is data.broker_kind REDIS
	cgi GET /funboost/get_queues_config
	is data.queues_config.fq.broker_kind REDIS_ACK_ABLE
	is data.queues_config.stream.broker_kind REDIS_STREAM
}

@test "metrics and health report the broker, and only the command the reason" {
	publish list '{"x":1}'
	cgi GET /metrics
	[[ $body == *'minutehand_broker_up{broker="redis:main"} 1'* ]]
	[[ $body == *'minutehand_broker_waiting{broker="redis:main"} 1'* ]]
	redis_stop
	tick
	cgi GET /metrics
	[[ $body == *'minutehand_broker_up{broker="redis:main"} 0'* ]]
	[[ $body == *'minutehand_queue_messages{queue="list",state="waiting"} 1'* ]]
	cgi GET /healthz
	is 'brokers[0].state' down
	is 'brokers[0].waiting' 1
	[[ $body != *refused* ]]
	run "$ctl" doctor
	[[ $output == *'redis:main: Connection refused'* ]]
	redis_start
	sql 'UPDATE endpoint SET next_us = 0'
	tick
	[ "$(redis llen list)" = 1 ]
	cgi GET /healthz
	is 'brokers[0]' '{"broker":"redis:main","state":"ok","since":null,"waiting":0}'
	run "$ctl" doctor
	[[ $output == *'1, all of them can be reached'* ]]
}

@test "a broker that accepts nothing is reported, though it can be reached" {
	redis config set maxmemory 1 maxmemory-policy noeviction >/dev/null
	publish list '{"x":1,"y":2}'
	tick
	[[ $(outcome list) == 'due: attempt 1: OOM '* ]]
	cgi GET /healthz
	is 'brokers[0].state' refusing
	[[ $body != *OOM* ]]
	cgi GET /metrics
	[[ $body == *'minutehand_broker_up{broker="redis:main"} 0'* ]]
	# Nobody asked it since.
	publish fnobody '{"x":1}'
	sql 'UPDATE outbox SET next_us = next_us + 60000000 WHERE queue = "list"'
	tick
	[[ $(outcome fnobody) == 'due: attempt 1: '* ]]
	cgi GET /healthz
	is 'brokers[0].state' refusing
	# A queue of its own trouble is none of the broker's.
	redis config set maxmemory 0 >/dev/null
	sql 'UPDATE outbox SET next_us = 0'
	tick
	[[ $(outcome list) == sent:* ]]
	redis set bare 1
	publish bare '{"x":1}'
	tick
	[[ $(outcome bare) == 'due: attempt 1: '*WRONGTYPE* ]]
	cgi GET /healthz
	is 'brokers[0].state' ok
	cgi GET /metrics
	[[ $body == *'minutehand_broker_up{broker="redis:main"} 1'* ]]
}

@test "after expired messages the next one is sent once Redis is back" {
	local n
	redis_stop
	for n in {1..150}; do
		publish list "{\"x\":$n,\"y\":2}"
	done
	tick
	redis_start
	# The first 149 are too old by now.
	sql 'UPDATE endpoint SET next_us = 0;
	    UPDATE outbox SET next_us = 1000000 + run, due_us = 1000000
	    WHERE run < (SELECT max(run) FROM outbox)'
	tick
	[ "$(redis llen list)" = 1 ]
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'dead'")" = 149 ]
	[ "$(sql 'SELECT fails FROM endpoint')" = 0 ]
}

@test "a RabbitMQ that is not tried costs no attempts" {
	is_built RABBITMQ || skip 'RabbitMQ is not built in'
	section 'rabbitmq "away"' "port = $(free_port)"
	register fall RABBITMQ_AMQP
	publish fall '{"x":1,"y":2}'
	"$ticker" -c "$CONF" --window 15 2>>"$BATS_TEST_TMPDIR/tick.log" 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/ticker"
	wait_for 5 has_tried
	publish fall '{"x":1,"y":3}'
	wait_for 5 is_waiting
	pid_end "$BATS_TEST_TMPDIR/ticker"
	[ "$(sql 'SELECT max(attempt), sum(attempt) FROM outbox')" = '1|1' ]
	# And is not Redis' trouble.
	[ "$(sql 'SELECT since_us IS NULL FROM endpoint')" = 1 ]
}

has_tried() {
	[ "$(sql 'SELECT sum(attempt) FROM outbox')" = 1 ]
}

is_waiting() {
	[[ $(outcome fall) == 'due: waiting: nothing listens at '* ]]
}

@test "a job added without a registration is checked when it fires" {
	redis_stop
	due fast '"kwargs":{"x":1,"z":2}'
	due fall '"kwargs":{"x":1,"y":2}'
	redis_start
	register fast REDIS
	register fall REDIS
	sql 'UPDATE endpoint SET next_us = 0'
	tick
	[ "$(outcome fall)" = 'sent: null' ]
	[ "$(outcome fast)" = 'refused: kwargs: the target of this queue needs the parameter "y"' ]
	[ "$(redis exists fast)" = 0 ]
	run "$ctl" dead list fast
	[[ $output == *'needs the parameter "y"'* ]]
}

# soon SECONDS COMMAND…: takes less; once of three times, the host may be busy.
soon() {
	local limit=$1 from
	shift
	for _ in 1 2 3; do
		from=$SECONDS
		"$@"
		[ $((SECONDS - from)) -ge "$limit" ] || return 0
	done
	return 1
}

@test "requests while the broker is down, or hangs, are answered soon" {
	local way q
	cutter_start "$REDIS_PORT"
	server slow "$CUTTER_PORT" 'timeout = 30s'
	sed -i 's/^queue "list" {$/&\n\tserver = slow/' "$conf"
	for way in refuse hang deaf; do
		cutter_tell "$way"
		# 2 s; the server's own time is 30 s.
		if [ "$way" = hang ]; then
			soon 5 post /funboost/clear_queue '{"queue_name":"list"}'
		else
			soon 5 cgi GET '/funboost/get_msg_count?queue_name=list'
		fi
		envelope_is 503 unavailable
		[ "$(header Retry-After)" = 5 ]
		[[ $body != *slow* ]]
		grep -q 'redis:slow' "$BATS_TEST_TMPDIR/log"
	done
	# However many queues there are, it is waited for once.
	for q in z1 z2 z3 z4 z5 z6; do
		printf 'queue "%s" { broker = funboost\n server = slow }\n' "$q" \
		    >>"$conf"
	done
	# One by one it would be 14 s.
	soon 8 cgi GET /funboost/get_queues_config
	is data.queues_config.z6.broker_kind REDIS
}

@test "queue test sends a message outside the schedule, and reports its end" {
	local id
	redis rpush list old >/dev/null
	run -0 "$ctl" queue test list --kwargs '{"x":1}' --json
	id=$(jq -r .id <<<"$output")
	jq -e '.broker == "redis" and .server == "redis:main" and .before == 1 and
	    .after == 2 and .outcome == "arrived" and (.body | fromjson | .x) == 1' \
	    <<<"$output"
	[ "$(redis lindex list 1 | jq -r .extra.task_id)" = "$id" ]
	[ "$(redis lindex list 1)" = "$(jq -r .body <<<"$output")" ]
	run -0 "$ctl" queue test list
	[[ $output == *'redis at redis:main'*arrived* ]]
	run -65 "$ctl" queue test list --kwargs '{"w":1}'
	register ft REDIS_STREAM
	run -0 "$ctl" queue test ft --kwargs '{"x":1,"y":2}'
	[[ $output == *'worker     add, REDIS_STREAM'*arrived* ]]
	run -0 "$ctl" queue test channel
	[[ $output == *'nobody listened'*'unknown'* ]]
	redis set stream x >/dev/null
	run "$ctl" queue test stream
	[ "$status" -ne 0 ]
	[[ $output == *WRONGTYPE* ]]
	redis_stop
	run -69 "$ctl" queue test list
	[[ $output == *'not sent: redis:main: Connection refused'* ]]
	# It is no run, and leaves nothing behind.
	[ "$("$ctl" runs --json)" = '[]' ]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 0 ]
}

@test "queue list and queue clear include messages being sent" {
	publish list '{"x":1}'
	redis rpush list a b >/dev/null
	run -0 "$ctl" queue list --json
	jq -e '.[] | select(.queue_name == "list") | .waiting == 1' <<<"$output"
	run -0 "$ctl" queue clear list --yes
	[ "$output" = 'the queue is empty; 1 messages were on their way' ]
	[ "$(redis exists list)" = 0 ]
	outcome_is list 'canceled: queue cleared by owner'
	publish list '{"x":1}'
	redis_stop
	run -69 "$ctl" queue clear list --yes
	[[ $output == *'redis:main: Connection refused'* ]]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 1 ]
}

@test "jobs in memory: once, and a broker that is down is reported by all" {
	# A memory store of its own, for that of others is not the test's.
	echo "memory_store = \"/dev/shm/minutehand-test-$$-$RANDOM/m.db\"" >>"$CONF"
	port=$(free_port)
	server away "$port"
	queue 'mem*' redis 'server = away'
	"$MINUTEHAND" job add mem --date 2026-01-01 --kwargs '{"n":1}' --memory \
	    >/dev/null 2>&1
	tick
	[[ $(outcome mem) == 'due: waiting: redis:away: Connection refused' ]]
	[ "$(sql "SELECT fails, since_us IS NULL FROM endpoint
	    WHERE name = 'redis:away'")" = '1|0' ]
	sed -i "s/port = $port/port = $REDIS_PORT/" "$CONF"
	sql 'UPDATE endpoint SET next_us = 0'
	tick
	tick
	[[ $(outcome mem) == sent:* ]]
	[ "$(redis llen mem)" = 1 ]
	[ "$(sql "SELECT fails, since_us IS NULL FROM endpoint
	    WHERE name = 'redis:away'")" = '0|1' ]
	rm -rf "$(sed -n 's|^memory_store = "\(.*\)/m.db"|\1|p' "$CONF")"
}

@test "a queue that is always full delays no other" {
	queue 'busy*' redis
	queue 'calm*' redis
	"$abs_top_builddir/bench/mkjobs" "$DIR/store.db" 1 idle
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	    WHERE i < 9001)
	INSERT INTO run (id, task_id, queue, job_id, slot_us, last_us, count,
	    state, decided_us)
	SELECT 100000 + i, 'run-' || i, iif(i = 9001, 'calm', 'busy'), '', i,
	    i, 1, 'due', i FROM n;
	INSERT INTO outbox (run, queue, priority, base_us, cap_us, due_us,
	    attempt, next_us)
	SELECT id, queue, 0, 1, 1, decided_us, 0, decided_us FROM run
	WHERE task_id LIKE 'run-%'"
	tick
	[ "$(redis llen busy)" = 9000 ]
	[ "$(redis llen calm)" = 1 ]
	# It came with the second batch, not behind all the others.
	[ "$(redis lrange busy 4500 4500 | jq -r .extra.publish_time)" \> \
	    "$(redis lrange calm 0 0 | jq -r .extra.publish_time)" ]
}
