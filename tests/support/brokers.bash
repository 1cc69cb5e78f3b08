# Real brokers on loopback, on ports of their own.  After helper.bash:
# load ../support/brokers.bash
#
#   redis_start [CONFIG-LINE…]    start Redis: REDIS_PORT
#   redis_stop [SIGNAL]           in teardown; a later start in the same test
#                                 has the same port and, if written, data
#   redis COMMAND…                ask it, in the database REDIS_DB (7)
#   rabbit_start [CONFIG-LINE…]   start RabbitMQ: RABBIT_PORT, user and
#                                 password guest; for a whole file of tests
#                                 (setup_file), it takes seconds
#   rabbit_stop [SIGNAL]          a later start has the same ports and data and,
#                                 without lines, configuration
#   rabbit_fini                   in teardown_file: stop it, and its epmd
#   rabbitctl COMMAND…            rabbitmqctl
#   make_tls PATH                 PATH.key and PATH.pem, the certificate of a
#                                 server on localhost, which is its own
#                                 authority
#   cutter_start PORT             a proxy to it (cutter.py): CUTTER_PORT
#   cutter_tell [WORD…]           what to spoil; without words nothing
#   cutter_stop                   in teardown
#
# Pids are in files, for a test may stop and start what setup_file started.
#
# Names come from helper.bash and bats, and go to the tests.
# shellcheck disable=SC2034,SC2154

REDIS_DB=7
RABBIT_BIN=/usr/lib/rabbitmq/bin

# Folders of the test, or of the file when it is no test that asks.
broker_dir() {
	echo "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/$1"
}

# pid_end FILE [SIGNAL]: end the process whose pid is in FILE.
pid_end() {
	[ -s "$1" ] || return 0
	local pid
	pid=$(cat "$1")
	kill -"${2:-TERM}" "$pid" 2>/dev/null || true
	stop_pid "$pid"
	rm -f "$1"
}

# pid_runs FILE: a process that becomes another program has no command line
# for a moment.
pid_runs() {
	[ -s "$1" ] || return 1
	is_running "$(cat "$1")" || { sleep 0.2 && is_running "$(cat "$1")"; }
}

make_tls() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$1.key" -out "$1.pem" -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost 2>/dev/null
	chmod 644 "$1.key"
}

# --- Redis

redis_answers() {
	[ "$(redis-cli -p "$REDIS_PORT" ping 2>&1)" = PONG ] ||
	    redis-cli -p "$REDIS_PORT" ping 2>&1 | grep -q NOAUTH
}

redis_launch() {
	printf '%s\n' 'bind 127.0.0.1' "port $REDIS_PORT" "dir \"$REDIS_DIR\"" \
	    'save ""' 'appendfsync no' 'daemonize no' "$@" \
	    >"$REDIS_DIR/redis.conf"
	redis-server "$REDIS_DIR/redis.conf" >>"$REDIS_DIR/output" 2>&1 3>&- &
	echo $! >"$REDIS_DIR/pid"
}

redis_start() {
	local is_new=${REDIS_PORT:+no}
	REDIS_DIR=$(broker_dir redis)
	mkdir -p "$REDIS_DIR"
	for _ in 1 2 3; do
		REDIS_PORT=${REDIS_PORT:-$(free_port)}
		redis_launch "$@"
		while pid_runs "$REDIS_DIR/pid"; do
			if redis_answers; then
				export REDIS_PORT REDIS_DIR
				return 0
			fi
			sleep 0.05
		done
		# Somebody else had the port first.
		[ -n "$is_new" ] || REDIS_PORT=
	done
	tail -n 20 "$REDIS_DIR/output"
	return 1
}

redis_stop() {
	[ -z "${REDIS_DIR-}" ] || pid_end "$REDIS_DIR/pid" "$@"
}

redis() {
	redis-cli -p "$REDIS_PORT" -n "$REDIS_DB" --no-auth-warning "$@"
}

# --- RabbitMQ

# The programs see these variables and none of the caller's.  The wrapper in
# /usr/sbin is for root and the user rabbitmq alone.  For a subshell.
rabbit_exec() {
	# Where it leaves a core of its own.
	cd "$RABBIT_DIR" || return
	exec env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME="$RABBIT_DIR" \
	    ERL_EPMD_PORT="$RABBIT_EPMD" ERL_EPMD_ADDRESS=127.0.0.1 \
	    RABBITMQ_NODENAME="mh$RABBIT_PORT@localhost" \
	    RABBITMQ_CONF_ENV_FILE="$RABBIT_DIR/env.conf" \
	    RABBITMQ_CONFIG_FILE="$RABBIT_DIR/rabbitmq.conf" \
	    RABBITMQ_ADVANCED_CONFIG_FILE="$RABBIT_DIR/advanced.config" \
	    RABBITMQ_ENABLED_PLUGINS_FILE="$RABBIT_DIR/plugins" \
	    RABBITMQ_PLUGINS_EXPAND_DIR="$RABBIT_DIR/expand" \
	    RABBITMQ_GENERATED_CONFIG_DIR="$RABBIT_DIR/generated" \
	    RABBITMQ_MNESIA_BASE="$RABBIT_DIR/mnesia" \
	    RABBITMQ_LOG_BASE="$RABBIT_DIR/log" RABBITMQ_LOGS=- \
	    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
	    RABBITMQ_NODE_PORT="$RABBIT_PORT" \
	    RABBITMQ_DIST_PORT="$RABBIT_DIST" RUNNING_UNDER_SYSTEMD=true \
	    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 $RABBIT_ERL" \
	    RABBITMQ_CTL_ERL_ARGS="+S 1:1 $RABBIT_ERL" \
	    RABBITMQ_CTL_DIST_PORT_MIN="$RABBIT_CTL" \
	    RABBITMQ_CTL_DIST_PORT_MAX="$((RABBIT_CTL + 10))" "$@"
}

# Nothing of it is seen from outside, and epmd is ours to start and to stop.
RABBIT_ERL='-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}'

rabbit_ports() {
	RABBIT_PORT=$(free_port)
	RABBIT_TLS_PORT=$(free_port)
	RABBIT_DIST=$(free_port)
	RABBIT_CTL=$(free_port)
	RABBIT_EPMD=$(free_port)
	export RABBIT_PORT RABBIT_TLS_PORT RABBIT_DIST RABBIT_CTL RABBIT_EPMD
}

rabbit_folder() {
	export RABBIT_DIR=$BATS_FILE_TMPDIR/rabbit
	mkdir -p "$RABBIT_DIR"
	: >"$RABBIT_DIR/env.conf"
	echo '[].' >"$RABBIT_DIR/advanced.config"
	echo '[].' >"$RABBIT_DIR/plugins"
	(umask 277 && echo "MINUTEHANDTESTS$RANDOM$RANDOM" \
	    >"$RABBIT_DIR/.erlang.cookie")
}

rabbit_conf() {
	[ "$#" -gt 0 ] || [ ! -f "$RABBIT_DIR/rabbitmq.conf" ] || return 0
	printf '%s\n' 'vm_memory_high_watermark.absolute = 512MB' \
	    'disk_free_limit.absolute = 1MB' 'log.console.level = info' \
	    "$@" >"$RABBIT_DIR/rabbitmq.conf"
}

rabbit_epmd() {
	! pid_runs "$RABBIT_DIR/epmd.pid" || return 0
	env -i PATH="$PATH" epmd -port "$RABBIT_EPMD" -address 127.0.0.1 \
	    >>"$RABBIT_DIR/epmd.output" 2>&1 3>&- &
	echo $! >"$RABBIT_DIR/epmd.pid"
}

# 0: it is up; 1: it ended, or takes too long.
rabbit_launch() {
	local end=$((SECONDS + 60))
	rabbit_epmd
	: >"$RABBIT_DIR/output"
	rabbit_exec "$RABBIT_BIN/rabbitmq-server" >>"$RABBIT_DIR/output" 2>&1 \
	    3>&- &
	echo $! >"$RABBIT_DIR/pid"
	until grep -q 'Server startup complete' "$RABBIT_DIR/output"; do
		pid_runs "$RABBIT_DIR/pid" && [ "$SECONDS" -lt "$end" ] ||
		    return 1
		sleep 0.1
	done
}

rabbit_start() {
	if [ -n "${RABBIT_DIR-}" ]; then
		rabbit_conf "$@"
		rabbit_launch && return
	else
		rabbit_folder
		for _ in 1 2 3; do
			rabbit_ports
			# The lines may name ports.
			rabbit_conf "${@//@TLS_PORT@/$RABBIT_TLS_PORT}"
			rabbit_launch && return
			rabbit_fini
		done
	fi
	tail -n 40 "$RABBIT_DIR/output"
	return 1
}

rabbit_stop() {
	[ -z "${RABBIT_DIR-}" ] || pid_end "$RABBIT_DIR/pid" "$@"
}

rabbit_fini() {
	[ -n "${RABBIT_DIR-}" ] || return 0
	pid_end "$RABBIT_DIR/pid"
	pid_end "$RABBIT_DIR/epmd.pid"
}

rabbitctl() {
	(rabbit_exec "$RABBIT_BIN/rabbitmqctl" -q "$@") 3>&-
}

# --- the proxy

cutter_start() {
	CUTTER_DIR=$(broker_dir cutter)
	mkdir -p "$CUTTER_DIR"
	rm -f "$CUTTER_DIR/port"
	/usr/bin/python3 "$abs_top_srcdir/tests/support/cutter.py" "$CUTTER_DIR/port" "$1" \
	    "$CUTTER_DIR/control" >>"$CUTTER_DIR/output" 2>&1 3>&- &
	echo $! >"$CUTTER_DIR/pid"
	wait_for 10 test -s "$CUTTER_DIR/port" || return
	CUTTER_PORT=$(cat "$CUTTER_DIR/port")
}

cutter_tell() {
	echo "$*" >"$CUTTER_DIR/control~"
	mv "$CUTTER_DIR/control~" "$CUTTER_DIR/control"
}

cutter_stop() {
	[ -z "${CUTTER_DIR-}" ] || pid_end "$CUTTER_DIR/pid"
}
