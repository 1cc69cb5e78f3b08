#!/bin/sh
# Read by bench/run: due messages of the outbox sent to Redis, against redis-cli
# with the same commands.
#
# bench/run gives the names, and median, ratio, row, say.
# shellcheck disable=SC2154

start_redis() {
	for port in 18179 18180 18181 28179 28180 28181; do
		redis-server --bind 127.0.0.1 --port "$port" --save '' \
		    --appendonly no --dir "$dir" >"$dir/redis.log" 2>&1 3>&- &
		pid=$!
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			sleep 0.2
			kill -0 "$pid" 2>/dev/null || break
			[ "$(redis-cli -p "$port" ping 2>&1)" != PONG ] ||
			    return 0
		done
	done
	return 1
}

ask_redis() {
	redis-cli -p "$port" -n 7 "$@"
}

# Everything claimed, nothing handed over; nothing falls due again.
fill_outbox() {
	rm -f "$dir"/store.db*
	cat >>"$dir/minutehand.conf" <<-EOF2
		redis "bench" { port = $port }
		queue "bench" { broker = redis }
	EOF2
	"$bench/mkjobs" "$dir/store.db" "$due" due
	kill "$pid"
	wait "$pid" || :
	"$ticker" -c "$dir/minutehand.conf" --once 2>/dev/null
	sqlite3 "$dir/store.db" 'DELETE FROM job;
		UPDATE lane SET lease_us = 0, next_us = 0, fails = 0;
		PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp "$dir/store.db" "$dir/outbox.db"
	start_redis
}

# The hash of the script that ours pushes with, as Redis saw it.
script_sha() {
	ask_redis config set slowlog-log-slower-than 0 >/dev/null
	"$builddir/ctl/minutehand" -c "$dir/minutehand.conf" queue test bench \
	    >/dev/null
	ask_redis slowlog get -1 | grep -A1 -x EVALSHA | tail -n 1
	ask_redis config set slowlog-log-slower-than -1 >/dev/null
}

# The commands that put what is in the list there once more; $1 is EVALSHA or
# RPUSH, $2 the script.
commands() {
	ask_redis lrange bench 0 -1 | LC_ALL=C awk -v how="$1" -v sha="${2-}" '
	function word(w) { printf("$%d\r\n%s\r\n", length(w), w) }
	BEGIN { printf("*2\r\n"); word("SELECT"); word("7") }
	how == "RPUSH" { printf("*3\r\n"); word(how); word("bench"); word($0) }
	how != "RPUSH" {
		match($0, /"task_id":"[^"]*/)
		id = substr($0, RSTART + 11, RLENGTH - 11)
		printf("*8\r\n"); word(how); word(sha); word("2")
		word("minutehand:{bench}:" id); word("bench"); word("89999")
		word("RPUSH"); word($0)
	}'
}

# ms of a program, its input from a file
time_pipe() {
	ask_redis flushall >/dev/null
	# shellcheck disable=SC2016
	set -- "$("$bench/once" 1 /bin/sh -c 'exec redis-cli -p "$1" --pipe \
	    <"$2" >/dev/null' sh "$port" "$1")"
	echo "${1%% *}"
	[ "$(ask_redis llen bench)" = "$due" ] || {
		echo "bench/run: redis-cli pushed $(ask_redis llen bench)" >&2
		exit 1
	}
}

time_ours() {
	rm -f "$dir"/store.db*
	cp "$dir/outbox.db" "$dir/store.db"
	ask_redis flushall >/dev/null
	"$bench/once" 1 "$ticker" -c "$dir/minutehand.conf" --once
	set -- "$(ask_redis llen bench)" \
	    "$(sqlite3 "$dir/store.db" 'SELECT count(*) FROM outbox')"
	[ "$1 $2" = "$due 0" ] || {
		echo "bench/run: $1 pushed of $due, $2 left" >&2
		exit 1
	}
}

bench_pushes() {
	command -v redis-server >/dev/null ||
	    { echo "no redis-server: no pushes"; return; }
	start_redis
	fill_outbox
	sha=$(script_sha)
	: >"$dir/pushes"
	for i in $(seq "$rounds"); do
		say "$due pushes, round $i of $rounds"
		# shellcheck disable=SC2046
		set -- $(time_ours)
		ours=$1 kib=$2
		if [ "$i" -eq 1 ]; then
			commands EVALSHA "$sha" >"$dir/evalsha"
			commands RPUSH >"$dir/rpush"
		fi
		floor=$(time_pipe "$dir/evalsha")
		plain=$(time_pipe "$dir/rpush")
		echo "$(ratio "$ours" "$floor") $ours $floor $plain" \
		    "$(ratio "$ours" "$plain")" >>"$dir/pushes"
	done
	kill "$pid"
	wait "$pid" || :
	pid=
	row "$due pushes to Redis, each once [ms]" \
	    "$(cut -d' ' -f2 "$dir/pushes" | median)" \
	    "$(cut -d' ' -f3 "$dir/pushes" | median)" \
	    "$(cut -d' ' -f1 "$dir/pushes" | median)" \
	    "floor: redis-cli --pipe, the same commands; bar 3"
	row "  against plain RPUSH [ms]" \
	    "$(cut -d' ' -f2 "$dir/pushes" | median)" \
	    "$(cut -d' ' -f4 "$dir/pushes" | median)" \
	    "$(cut -d' ' -f5 "$dir/pushes" | median)" \
	    "floor: redis-cli --pipe"
	row "  memory [KiB]" "$kib" - - ""
	conf
}
