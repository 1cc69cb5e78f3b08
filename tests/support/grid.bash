# Jobs whose slots began long ago, and a look into the store.  Load it after
# cgi.bash and cgi_setup:
#
#   sql TEXT                   what the store says
#   grid ID [JSON-MEMBERS]     a job of queue q, a slot each 1000 s
#   rewind ID N                let its last N slots be undecided
#   rows ID                    state, count, reason of its rows, oldest first

# cgi.bash gives the name.
# shellcheck disable=SC2154
store=$dir/store.db

sql() {
	sqlite3 "$store" "$1"
}

# No slot falls due while the test looks: one that is near is waited for.
grid() {
	local left=$((1000 - ($(date +%s) - 1767225600) % 1000))
	[ "$left" -gt 30 ] || sleep $((left + 1))
	add "{\"queue_name\":\"q\",\"job_id\":\"$1\",\"trigger\":\"interval\",
	    \"start_date\":\"2026-01-01 00:00:00\",\"timezone\":\"UTC\",
	    \"seconds\":1000,\"args\":[1]${2-}}"
	status_is 200
}

# The job is older than those slots, too.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000000,
	    next_run_us = next_run_us - $2 * 1000000000,
	    created_us = created_us - ($2 + 1) * 1000000000,
	    changed_us = changed_us - ($2 + 1) * 1000000000
	    WHERE job_id = '$1'"
}

rows() {
	sql "SELECT state, count, reason FROM run WHERE job_id = '$1'
	    ORDER BY slot_us"
}
