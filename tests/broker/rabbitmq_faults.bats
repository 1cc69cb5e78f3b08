#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# shellcheck disable=SC2030,SC2031 # each test has its own variables
# Messages for a RabbitMQ that blocks, breaks off, goes away or loses answers;
# and TLS.

bats_require_minimum_version 1.5.0

setup_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/rabbit.bash
	is_built RABBITMQ || return 0
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
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/rabbit.bash
	rabbit_test
}

teardown() {
	[ -z "${sink_pid-}" ] || stop_pid "$sink_pid"
	cutter_stop
}

# --- a server that is not well

@test "a queue that is deleted meanwhile is declared again" {
	sink_begin -b 1 -r 50 -w 100 1000
	wait_for 10 has_more 50
	client delete "$q"
	sink_ended 60
	[[ ${lines[0]} == *'done=1000 '* ]]
	[ "$("$SINK" "$CONF" "$q" count)" -gt 0 ]
}

@test "an alarm blocks for at most the timeout, and ends" {
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

@test "a server that restarts between two pushes" {
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

@test "connections that end at once" {
	through refuse
	pushed 'waits=3 ' '?' 3
	took_less 1000
	cutter_tell
	pushed 'done=3 ' '' 3
}

@test "a silent server: the wait ends with the timeout, or at a stop" {
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

@test "cut connections: nothing is lost, duplicates have the same id" {
	through cut=550-900
	pushed 'done=10000 ' '?' -b 200 -r 200 10000
	read -r all ids <<<"$(client ids "$q")"
	echo "# cut: $all messages, ${lines[0]}, $(cat "$CUTTER_DIR/control.count")" >&3
	[ "$ids" -eq 10000 ]
	[ "$all" -le "$((10000 + $(doubts)))" ]
	spoiled 5
}

@test "lost answers: nothing is lost, duplicates have the same id" {
	through swallow=0.1 spare=700
	pushed 'done=10000 ' '?' -b 200 -r 200 10000
	read -r all ids <<<"$(client ids "$q")"
	echo "# swallow: $all messages, ${lines[0]}, $(cat "$CUTTER_DIR/control.count")" >&3
	[ "$ids" -eq 10000 ]
	[ "$all" -le "$((10000 + $(doubts)))" ]
	spoiled 5
}

# --- TLS

# tls CA [HOST [PORT]]: the configuration; "" = no ca_file.
tls() {
	port=${3:-$RABBIT_TLS_PORT} conf "host = \"${2:-localhost}\"" \
	    'tls = "on"' -- -- ${1:+"ca_file = \"$1\""}
}

@test "TLS with the right CA" {
	tls "$BATS_FILE_TMPDIR/tls.pem"
	pushed 'done=2000 ' '' 2000
	[ "$("$SINK" "$CONF" "$q" count)" = 2000 ]
}

@test "TLS with a wrong CA, without one, with a wrong name" {
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

@test "TLS to a server without TLS, and to a silent one" {
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
