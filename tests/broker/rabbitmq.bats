#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# shellcheck disable=SC2030,SC2031 # each test has its own variables
# Messages for RabbitMQ, against a real one: what they look like, what becomes
# of them when it refuses.

bats_require_minimum_version 1.5.0

setup_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/rabbit.bash
	! is_built RABBITMQ || rabbit_start
}

teardown_file() {
	rabbit_fini
}

setup() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/rabbit.bash
	rabbit_test
}

teardown() {
	redis_stop
}

# --- messages and queues

@test "a message has every field" {
	conf -- 'max_priority = 9' 'params = {x, y}'
	before=$(date +%s)
	pushed 'done=1 ' '' -k '{"extra":{"note":"ä"}}' -a '[10,"é"]' -p 4 1
	run -0 client get "$q"
	echo "$output"
	id=00000000-0000-7000-8000-000000000000
	[ "$(jq -c 'del(.timestamp, .body)' <<<"$output")" = \
	    '{"content_type":"application/json","content_encoding":"utf-8","delivery_mode":2,"priority":4,"message_id":"'$id'","routing_key":"'"$q"'"}' ]
	stamp=$(jq .timestamp <<<"$output")
	[ "$stamp" -ge "$before" ]
	[ "$stamp" -le "$(date +%s)" ]
	body=$(jq -r .body <<<"$output")
	jq -e --arg id "$id" '.x == 10 and .y == "é" and .extra.note == "ä" and
	    .extra.task_id == $id and
	    .extra.other_extra_params.priroty == 4' <<<"$body"
}

@test "an envelope is sent, too" {
	conf -- 'format = "envelope"'
	pushed 'done=1 ' '' 1
	run -0 client get "$q"
	jq -e --arg q "$q" '.priority == null and (.body | fromjson |
	    .queue_name == $q and .kwargs == {"n":0} and .attempt == 1)' \
	    <<<"$output"
}

@test "priorities: from kwargs, not above the queue's, none without one" {
	conf -- 'max_priority = 5'
	pushed 'done=1 ' '' -p 200 1
	pushed 'done=1 ' '' -p 1 -k \
	    '{"extra":{"other_extra_params":{"priroty":3}}}' 1
	pushed 'done=1 ' '' 1
	run -0 client get "$q"
	[ "$(jq -c .priority <<<"$output" | tr '\n' ' ')" = '5 3 null ' ]
}

@test "a new queue is durable, and has priorities if it should" {
	pushed 'done=1 ' '' 1
	conf -- 'max_priority = 9'
	plain=$q
	q=$q-levels
	pushed 'done=1 ' '' 1
	run -0 rabbitctl list_queues --formatter json name durable auto_delete \
	    exclusive arguments
	echo "$output"
	jq -e --arg a "$plain" --arg b "$q" 'map(select(.name == $a or
	    .name == $b)) | length == 2 and all(.durable and
	    (.auto_delete or .exclusive | not))' <<<"$output"
	[ "$(jq -c --arg a "$plain" '.[] | select(.name == $a) | .arguments |
	    length' <<<"$output")" = 0 ]
	[[ $(jq -c --arg b "$q" '.[] | select(.name == $b) | .arguments' \
	    <<<"$output") == *x-max-priority*9* ]]
}

@test "an existing queue is used unchanged" {
	client declare "$q" '{"x-max-priority": 2}'
	conf -- 'max_priority = 9'
	pushed 'done=3 ' '' 3
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 3 ]
}

@test "messages are counted and deleted; a missing queue has none" {
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 0 ]
	run -0 "$SINK" "$CONF" "$q" clear
	pushed 'done=7 ' '' 7
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 7 ]
	run -0 "$SINK" "$CONF" "$q" clear
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 0 ]
}

@test "10,000 messages, in their order, each once" {
	pushed 'done=10000 ' '' 10000
	client get "$q" | jq -r '.body | fromjson.n' >"$BATS_TEST_TMPDIR/n"
	seq 0 9999 | cmp - "$BATS_TEST_TMPDIR/n"
}

@test "messages of 64 KiB" {
	kwargs=$(head -c 65000 /dev/zero | tr '\0' x)
	pushed 'done=200 ' '' -k "{\"x\":\"$kwargs\"}" 200
	[ "$("$SINK" "$CONF" "$q" count)" = 200 ]
	client delete "$q"
}

@test "a worker that has registered with RabbitMQ in Redis" {
	is_built HIREDIS || skip 'Redis is not built in'
	redis_start
	redis hset funboost_queue__consumer_parmas "$q" "$(jq -n '{
	    broker_kind: "RABBITMQ_PIKA",
	    broker_exclusive_config: {"x-max-priority": 7},
	    auto_generate_info: {final_func_input_params_info:
	    {func_name: "f", all_arg_name_list: ["x", "y"]}}}')"
	printf 'redis "r" {\n\tport = %d\n}\n' "$REDIS_PORT" >>"$CONF"
	sed -i 's/broker = "rabbitmq"/broker = "funboost"/' "$CONF"
	pushed 'done=3000 ' '' -a '[1, 2]' -k '{}' -p 9 3000
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 3000 ]
	[ "$(client get "$q" | jq -c '[.priority, (.body | fromjson | .x, .y)]' |
	    sort | uniq -c | xargs)" = '3000 [7,1,2]' ]
	run -0 rabbitctl list_queues --formatter json name arguments
	[[ $(jq -c --arg q "$q" '.[] | select(.name == $q)' <<<"$output") == \
	    *x-max-priority*7* ]]
}

# --- refusals

@test "a wrong password: the server's reason, without the password" {
	echo 'Wr0ngAndSecret' >"$BATS_TEST_TMPDIR/password"
	chmod 600 "$BATS_TEST_TMPDIR/password"
	conf "password_file = \"$BATS_TEST_TMPDIR/password\""
	pushed 'waits=2 ' 'ACCESS_REFUSED - Login was refused' 2
	[[ $output != *Wr0ng* ]]
	run -1 "$SINK" "$CONF" "$q" count
	[[ $output == *ACCESS_REFUSED* ]]
}

@test "a password that cannot be read is reported" {
	conf 'password_env = "NO_SUCH_VARIABLE"'
	pushed 'waits=1 ' 'NO_SUCH_VARIABLE is not set' 1
}

@test "a missing virtual host" {
	conf 'vhost = "nowhere"'
	pushed 'waits=1 ' 'nowhere' 1
}

@test "a virtual host and a user of its own" {
	rabbitctl add_vhost side
	rabbitctl add_user porter 'p w,d'
	rabbitctl set_permissions -p side porter '.*' '.*' '.*'
	export PORTER_PASSWORD='Porter-3'
	rabbitctl change_password porter "$PORTER_PASSWORD"
	conf 'vhost = "side"' 'user = "porter"' \
	    'password_env = "PORTER_PASSWORD"'
	pushed 'done=5 ' '' 5
	[ "$(rabbitctl list_queues -p side --formatter json messages |
	    jq -c .)" = '[{"messages":5}]' ]
	# Without permissions in the other one.
	conf 'user = "porter"' 'password_env = "PORTER_PASSWORD"'
	pushed 'waits=1 ' "access to vhost '/' refused for user 'porter'" 1
}

@test "no permission to declare a queue, none to publish" {
	rabbitctl add_user reader Reader-1
	rabbitctl set_permissions reader '' '' '.*'
	export READER_PASSWORD=Reader-1
	conf 'user = "reader"' 'password_env = "READER_PASSWORD"'
	pushed 'later=9 ' "access to queue '$q' in vhost '/' refused" 9
	client declare "$q" '{}'
	pushed 'later=9 ' 'access to exchange' 9
	# What is wrong with one connection is over with the permission.
	rabbitctl set_permissions reader '' '.*' '.*'
	pushed 'done=9 ' '' 9
}

@test "a full queue refuses, and accepts more when there is room" {
	client declare "$q" '{"x-max-length": 5, "x-overflow": "reject-publish"}'
	pushed 'later=15 ' 'the broker refused it (queue full?)' 20
	[[ ${lines[0]} == *'done=5 '* ]]
	"$SINK" "$CONF" "$q" clear
	pushed 'done=5 ' '' 5
}
