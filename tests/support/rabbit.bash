# What the tests of RabbitMQ's sink share.  After helper.bash and brokers.bash:
# load ../support/rabbit.bash
#
#   rabbit_test              in setup: SINK CONF, a queue q for each test
#   conf …, pushed …         see there
#   client COMMAND…          rabbit.py
#
# Names come from helper.bash and bats, and go to the tests.
# shellcheck disable=SC2034,SC2154

rabbit_test() {
	is_built RABBITMQ || skip 'RabbitMQ is not built in'
	SINK=$abs_top_builddir/tests/sink
	CONF=$BATS_TEST_TMPDIR/minutehand.conf
	q=q$BATS_TEST_NUMBER
	conf
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
	/usr/bin/python3 "$abs_top_srcdir/tests/support/rabbit.py" "$RABBIT_PORT" "$@"
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

# through WORD…: the server is behind a proxy that has been told so.
through() {
	cutter_start "$RABBIT_PORT"
	cutter_tell "$@"
	port=$CUTTER_PORT conf
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
