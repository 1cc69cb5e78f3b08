# What the tests share.  In setup: load ../support/helper.bash
#
#   MINUTEHAND TICKER FCGI     the programs under test
#   new_store [INIT-OPTION…]   an instance in $BATS_TEST_TMPDIR: DIR CONF TOKEN
#   alert_to NAME OPTION…      one more section of the configuration
#   wait_for SECONDS COMMAND…  until the command succeeds
#   free_port                  print a port nobody listens on
#   is_built NAME              was the broker's library there at configure?
#                              HIREDIS HIREDIS_SSL RABBITMQ
#   stop_pid PID               TERM, wait, KILL
#   complaints                 what is wrong with a store at rest
#   api METHOD PATH [CURL-OPTION…]   a request to $URL, with $TOKEN
#
# Anything that stays in the background is started with 3>&- (bats waits for
# its fd 3 to be closed), its pid is kept and stopped in teardown.

# make check says where things are; by hand the build is in build/.
abs_top_srcdir=${abs_top_srcdir:-$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}
abs_top_builddir=${abs_top_builddir:-$abs_top_srcdir/build}

MINUTEHAND=${MINUTEHAND:-$abs_top_builddir/ctl/minutehand}
TICKER=${TICKER:-$abs_top_builddir/ticker/ticker}
FCGI=${FCGI:-$abs_top_builddir/fcgi/minutehand.fcgi}

# The caller's settings are not the tests'.
unset MINUTEHAND_CONF REDIRECT_MINUTEHAND_CONF TZ MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C.UTF-8
# What others may write is refused.
umask 022

new_store() {
	DIR=$BATS_TEST_TMPDIR/instance
	"$MINUTEHAND" init --json "$@" "$DIR" >"$BATS_TEST_TMPDIR/init.json" ||
	    return
	CONF=$DIR/minutehand.conf
	TOKEN=$(jq -r .token "$BATS_TEST_TMPDIR/init.json")
	export MINUTEHAND_CONF=$CONF
}

alert_to() {
	local name=$1
	shift
	{
		echo "alert \"$name\" {"
		printf '\t%s\n' "$@"
		echo '}'
	} >>"$CONF"
}

wait_for() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# Whoever binds it first has it: a server that fails to start gets another.
free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 12000))
		if ! (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return 0
		fi
	done
	return 1
}

is_built() {
	grep -q "^#define HAVE_$1 1" "$abs_top_builddir/config.h"
}

# A process that has ended and was not waited for yet has no command line.
is_running() {
	[ -n "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ] 2>/dev/null
}

is_gone() {
	! is_running "$1"
}

stop_pid() {
	kill -TERM "$1" 2>/dev/null || true
	wait_for 10 is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# The pids of all processes that run the program FILE.
pids_of() {
	local exe
	for exe in /proc/[0-9]*/exe; do
		[ "$exe" -ef "$1" ] || continue
		exe=${exe#/proc/}
		echo "${exe%/exe}"
	done
}

# curl as we need it: no settings of the caller, no proxy, no endless waiting.
web() {
	curl -qsS --noproxy '*' --max-time 30 "$@"
}

api() {
	local method=$1 path=$2
	shift 2
	web -X "$method" -H "Authorization: Bearer $TOKEN" "$URL$path" "$@"
}

# What an auditor asks of a store at rest: prints each complaint.
# sql QUERY is the test's own.
complaints() {
	# A run without its message, a message without its run, one twice.
	sql "SELECT 'no message', task_id FROM run WHERE state = 'sent'
	    EXCEPT SELECT 'no message', json_extract(body, '\$.task_id')
	    FROM message LIMIT 5"
	sql "SELECT 'no run', json_extract(body, '\$.task_id') FROM message
	    EXCEPT SELECT 'no run', task_id FROM run LIMIT 5"
	sql "SELECT 'twice', json_extract(body, '\$.task_id') FROM message
	    GROUP BY 2 HAVING count(*) > 1 LIMIT 5"
	sql "PRAGMA quick_check" | grep -vx ok || true
}
