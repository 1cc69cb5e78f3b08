#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# shellcheck disable=SC2030,SC2031 # each test has its own variables
# Messages for RabbitMQ, against a real one: what they look like, what becomes
# of them when it refuses, blocks, breaks off or goes away.

bats_require_minimum_version 1.5.0

is_built() {
	grep -q '#define HAVE_RABBITMQ 1' "$abs_top_builddir/config.h"
}

# The certificate of the server is its own authority.
make_tls() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$1.key" -out "$1.pem" -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost 2>/dev/null
	chmod 644 "$1.key"
}

setup_file() {
	load helper.bash
	load brokers.bash
	is_built || return 0
	make_tls "$BATS_FILE_TMPDIR/tls"
	make_tls "$BATS_FILE_TMPDIR/other"
	rabbit_start 'listeners.ssl.1 = 127.0.0.1:@TLS_PORT@' \
	    "ssl_options.cacertfile = $BATS_FILE_TMPDIR/tls.pem" \
	    "ssl_options.certfile = $BATS_FILE_TMPDIR/tls.pem" \
	    "ssl_options.keyfile = $BATS_FILE_TMPDIR/tls.key"
}

teardown_file() {
	rabbit_fini
}

setup() {
	load helper.bash
	load brokers.bash
	is_built || skip 'RabbitMQ is not built in'
	SINK=$abs_top_builddir/tests/sink
	CONF=$BATS_TEST_TMPDIR/minutehand.conf
	# A queue for each test.
	q=q$BATS_TEST_NUMBER
	conf
}

teardown() {
	[ -z "${sink_pid-}" ] || stop_pid "$sink_pid"
	cutter_stop
	redis_stop
}

# conf [SERVER-LINE…] [-- [QUEUE-LINE…] [-- [LINE…]]], with port= and timeout=
conf() {
	local at=server server=() queue=() other=()
	for line; do
		case $at,$line in
		server,--)	at=queue ;;
		queue,--)	at=other ;;
		server,*)	server+=("$line") ;;
		queue,*)	queue+=("$line") ;;
		*)		other+=("$line") ;;
		esac
	done
	{
		printf '%s\n' 'rabbitmq "main" {' "port = ${port:-$RABBIT_PORT}" \
		    "timeout = \"${timeout:-2s}\"" "${server[@]}" '}' 'queue "*" {' \
		    'broker = "rabbitmq"' "${queue[@]}" '}' "${other[@]}"
	} >"$CONF"
}

client() {
	/usr/bin/python3 "$abs_top_srcdir/tests/rabbit.py" "$RABBIT_PORT" "$@"
}

# pushed 'WORDS' WHY [SINK-OPTION…] N: what becomes of N messages; WHY is a
# pattern of one of the reasons, "" when there is to be none.
pushed() {
	local words=$1 why=$2
	shift 2
	run "$SINK" "${@:1:$#-1}" "$CONF" "$q" "${*: -1}"
	echo "$output"
	[[ ${lines[0]} == *"$words"* ]] || return 1
	if [ -n "$why" ]; then
		[[ $output == *"why: "*$why* ]]
	else
		[ "${#lines[@]}" -eq 1 ]
	fi
}

# It took less than so many milliseconds.
took_less() {
	local ms=${lines[0]##*ms=}
	[ "$ms" -lt "$1" ] || { echo "took $ms ms"; return 1; }
}

# The queue has more than so many messages.
has_more() {
	[ "$("$SINK" "$CONF" "$q" count)" -gt "$1" ]
}

is_alarmed() {
	rabbitctl eval 'rabbit_alarm:get_alarms().' | grep -q memory
}

# Wait for the sink in the background, for so many seconds; its output.
sink_ended() {
	wait_for "$1" is_gone "$sink_pid"
	output=$(cat "$BATS_TEST_TMPDIR/sink")
	mapfile -t lines <<<"$output"
	echo "$output"
	sink_pid=
}

sink_begin() {
	"$SINK" "${@:1:$#-1}" "$CONF" "$q" "${*: -1}" \
	    >"$BATS_TEST_TMPDIR/sink" 3>&- &
	sink_pid=$!
}

# --- messages and queues

@test "a message has each field as it should be" {
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

@test "an envelope travels, too" {
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

@test "a queue that is there is used as it is" {
	client declare "$q" '{"x-max-priority": 2}'
	conf -- 'max_priority = 9'
	pushed 'done=3 ' '' 3
	run -0 "$SINK" "$CONF" "$q" count
	[ "$output" = 3 ]
}

@test "messages are counted and deleted; no queue has none" {
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
	grep -q '#define HAVE_HIREDIS 1' "$abs_top_builddir/config.h" ||
	    skip 'Redis is not built in'
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

@test "a wrong password is told by the server, and not told by us" {
	echo 'Wr0ngAndSecret' >"$BATS_TEST_TMPDIR/password"
	chmod 600 "$BATS_TEST_TMPDIR/password"
	conf "password_file = \"$BATS_TEST_TMPDIR/password\""
	pushed 'waits=2 ' 'ACCESS_REFUSED - Login was refused' 2
	[[ $output != *Wr0ng* ]]
	run -1 "$SINK" "$CONF" "$q" count
	[[ $output == *ACCESS_REFUSED* ]]
}

@test "a password that cannot be had is told" {
	conf 'password_env = "NO_SUCH_VARIABLE"'
	pushed 'waits=1 ' 'NO_SUCH_VARIABLE is not set' 1
}

@test "a virtual host that is not there" {
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

@test "no permission to make a queue, none to publish" {
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

@test "a full queue refuses, and takes more when there is room" {
	client declare "$q" '{"x-max-length": 5, "x-overflow": "reject-publish"}'
	pushed 'later=15 ' 'the broker refused it (queue full?)' 20
	[[ ${lines[0]} == *'done=5 '* ]]
	"$SINK" "$CONF" "$q" clear
	pushed 'done=5 ' '' 5
}

@test "a queue that is deleted meanwhile is made again" {
	sink_begin -b 1 -r 50 -w 100 1000
	wait_for 10 has_more 50
	client delete "$q"
	sink_ended 60
	[[ ${lines[0]} == *'done=1000 '* ]]
	[ "$("$SINK" "$CONF" "$q" count)" -gt 0 ]
}

# --- a server that is not well

@test "an alarm blocks, for no longer than the timeout, and passes" {
	rabbitctl set_vm_memory_high_watermark 0.0000001
	wait_for 20 is_alarmed
	pushed 'waits=99 ' 'the broker blocks publishers: low on memory' 100
	[[ ${lines[0]} == *'doubt=1 '* ]]
	took_less 3500
	pushed 'waits=99 ' 'the broker blocks publishers' -s 500 100 ||
	    [[ $output == *'the tick ends'* ]]
	took_less 1200
	rabbitctl set_vm_memory_high_watermark absolute 512MB
	pushed 'done=100 ' '' -r 20 -w 200 100
}

@test "a server that goes and comes back between two pushes" {
	sink_begin -b 10 -r 1000 -w 100 2000
	wait_for 10 has_more 50
	rabbit_stop
	rabbit_start
	sink_ended 120
	[[ ${lines[0]} == *'done=2000 '* ]]
	[[ $output == *'why: '* ]]
	read -r all ids <<<"$(client ids "$q")"
	echo "# restart: $all messages, ${lines[0]}" >&3
	[ "$ids" -eq 2000 ]
}

@test "a server that is killed" {
	sink_begin -b 500 -r 1000 -w 100 10000
	wait_for 10 has_more 50
	rabbit_stop KILL
	rabbit_start
	sink_ended 120
	[[ ${lines[0]} == *'done=10000 '* ]]
	read -r all ids <<<"$(client ids "$q")"
	echo "# killed: $all messages, ${lines[0]}" >&3
	[ "$ids" -eq 10000 ]
}

@test "nothing listens" {
	port=$(free_port) conf
	pushed 'waits=1 ' 'nothing listens at 127.0.0.1' 1
	took_less 1000
	conf 'host = "no-such-name.invalid"'
	pushed 'waits=1 ' 'lookup' 1
}

# through WORD…: the server is behind a proxy that has been told so.
through() {
	cutter_start "$RABBIT_PORT"
	cutter_tell "$@"
	port=$CUTTER_PORT conf
}

@test "connections that end at once" {
	through refuse
	pushed 'waits=3 ' '?' 3
	took_less 1000
	cutter_tell
	pushed 'done=3 ' '' 3
}

@test "silence ends with the timeout, or when it is time to stop" {
	through hang
	pushed 'waits=3 ' 'no answer within the timeout' 3
	took_less 3000
	pushed 'waits=3 ' 'the tick ends' -s 300 3
	took_less 1500
}

@test "a server that stops reading" {
	through
	port=$CUTTER_PORT timeout=1s conf
	sink_begin -b 10000 60000
	wait_for 10 has_more 50
	cutter_tell deaf
	sink_ended 10
	[[ $output == *'no answer within the timeout'* ]]
	[[ ${lines[0]} != *'doubt=0 '* ]]
	cutter_tell
	pushed 'done=3 ' '' 3
}

@test "connections that are cut: nothing is lost, doubles have the same id" {
	through cut=550-900
	pushed 'done=10000 ' '?' -b 200 -r 200 10000
	read -r all ids <<<"$(client ids "$q")"
	echo "# cut: $all messages, ${lines[0]}, $(cat "$CUTTER_DIR/control.count")" >&3
	[ "$ids" -eq 10000 ]
	[ "$all" -le "$((10000 + $(doubts)))" ]
	spoiled 5
}

@test "answers that are lost: nothing is lost, doubles have the same id" {
	through swallow=0.1 spare=700
	pushed 'done=10000 ' '?' -b 200 -r 200 10000
	read -r all ids <<<"$(client ids "$q")"
	echo "# swallow: $all messages, ${lines[0]}, $(cat "$CUTTER_DIR/control.count")" >&3
	[ "$ids" -eq 10000 ]
	[ "$all" -le "$((10000 + $(doubts)))" ]
	spoiled 5
}

# How often a message was in doubt; at least so many connections were spoiled.
doubts() {
	local words=${lines[0]##*doubts=}
	echo "${words%% *}"
}

spoiled() {
	local connections spoiled
	read -r connections spoiled <"$CUTTER_DIR/control.count"
	echo "$connections connections, $spoiled spoiled"
	[ "$spoiled" -ge "$1" ]
}

# --- TLS

# tls CA [HOST [PORT]]: the configuration; "" = no ca_file.
tls() {
	port=${3:-$RABBIT_TLS_PORT} conf "host = \"${2:-localhost}\"" \
	    'tls = "on"' -- -- ${1:+"ca_file = \"$1\""}
}

@test "TLS by the right authority" {
	tls "$BATS_FILE_TMPDIR/tls.pem"
	pushed 'done=2000 ' '' 2000
	[ "$("$SINK" "$CONF" "$q" count)" = 2000 ]
}

@test "TLS by a wrong authority, by none, under a wrong name" {
	tls "$BATS_FILE_TMPDIR/other.pem"
	pushed 'waits=1 ' 'verif' 1
	tls ''
	pushed 'waits=1 ' 'verif' 1
	tls "$BATS_TEST_TMPDIR/missing.pem"
	run "$SINK" "$CONF" "$q" 1
	[ "$status" -ne 0 ]
	[[ $output == *missing.pem* ]]
	tls "$BATS_FILE_TMPDIR/tls.pem" 127.0.0.1
	pushed 'waits=1 ' 'ostname' 1
}

@test "TLS to what speaks none, and to silence" {
	tls "$BATS_FILE_TMPDIR/tls.pem" localhost "$RABBIT_PORT"
	pushed 'waits=1 ' '?' 1
	took_less 3000
	cutter_start "$RABBIT_TLS_PORT"
	cutter_tell hang
	tls "$BATS_FILE_TMPDIR/tls.pem" localhost "$CUTTER_PORT"
	pushed 'waits=1 ' 'no answer within the timeout' 1
	took_less 3000
	pushed 'waits=1 ' 'the tick ends' -s 300 1
	took_less 1500
}
