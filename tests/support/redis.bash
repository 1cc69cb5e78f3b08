# What the tests of queues in Redis share.  After helper.bash and
# brokers.bash, with $CONF and $DIR of an instance: load ../support/redis.bash
#
#   redis_needed                skip where Redis is not built in
#   server NAME PORT [LINE…]    a section redis
#   queue GLOB BROKER [LINE…]   a section queue
#   tick [OPTION…]              a tick, of one pass when nothing is said
#   sql TEXT                    what the store says
#   outcome QUEUE               outcome and reason of its newest run
#   register QUEUE KIND [JQ]    what a worker of funboost registers; JQ changes
#                               the registration
#   bodies QUEUE                the messages in a list
#
# Names come from helper.bash and brokers.bash, and go to the tests.
# shellcheck disable=SC2153,SC2154

redis_needed() {
	is_built HIREDIS ||
	    skip 'this build is one without Redis'
}

section() {
	printf '%s {\n' "$1" >>"$CONF"
	shift
	printf '\t%s\n' "$@" '}' | sed 's/^\t}$/}/' >>"$CONF"
}

server() {
	section "redis \"$1\"" "port = $2" "${@:3}"
}

queue() {
	section "queue \"$1\"" "broker = $2" "${@:3}"
}

tick() {
	[ "$#" -gt 0 ] || set -- --once
	"$TICKER" -c "$CONF" "$@" 2>>"$BATS_TEST_TMPDIR/tick.log"
}

sql() {
	sqlite3 -cmd '.timeout 10000' "$DIR/store.db" "$1"
}

outcome() {
	"$MINUTEHAND" -c "$CONF" runs "$1" --json --limit 1 2>/dev/null |
	    jq -r '.[0] | "\(.state): \(.reason)"'
}

register() {
	redis hset funboost_queue__consumer_parmas "$1" "$(jq -cn \
	    --arg queue "$1" --arg kind "$2" '{queue_name: $queue,
	    broker_kind: $kind, broker_exclusive_config: {},
	    should_check_publish_func_params: true,
	    auto_generate_info: {final_func_input_params_info: {
	    func_name: "add", all_arg_name_list: ["x", "y", "z"],
	    must_arg_name_list: ["x", "y"], optional_arg_name_list: ["z"]}}} |
	    '"${3:-.}")" >/dev/null
	redis sadd funboost_all_queue_names "$1" >/dev/null
}

bodies() {
	redis lrange "$1" 0 -1
}
