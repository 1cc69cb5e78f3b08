#!/bin/bash
# How much the file of a store grows: rows of the ledger as a tick, a consumer
# and their outputs write them, for 100 jobs that run every minute.
#
#   bench/growth.sh [RUNS]     RUNS (default 50000) are written twice, without
#                              and with outputs, and measured per run
#
# In 50 runs one fails twice and becomes a dead letter.  What a year holds is
# computed: with the default retention, at most 10,000 rows of a job and
# 1,000,000 in all.
set -euo pipefail

n=${1:-50000}
build=${abs_top_builddir:-$PWD/build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# bytes BYTES: of a store of n runs, each with so much output; 0: none.
bytes() {
	local store=$dir/$1/store.db
	TZ=UTC "$build/ctl/minutehand" init --json "$dir/$1" >/dev/null 2>&1
	sqlite3 "$store" >/dev/null <<-EOT
	PRAGMA wal_checkpoint(TRUNCATE);
	PRAGMA journal_mode = off;
	PRAGMA synchronous = off;
	BEGIN;
	INSERT INTO job (id, queue, job_id, trigger, priority, coalesce,
		max_catchup, max_instances, state, next_run_us, cursor_us,
		created_us, changed_us)
	SELECT value, 'mail', printf('report-%03d', value),
		'interval;timezone=UTC;length_us=60000000;run_us=0', 0, 1, 100,
		1, 'active', 1, 1, 1, 1 FROM generate_series(1, 100);
	COMMIT;
	EOT
	stat -c %s "$store" >"$dir/before"
	sqlite3 "$store" >/dev/null <<-EOT
	PRAGMA journal_mode = off;
	PRAGMA synchronous = off;
	BEGIN;
	INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us, count,
		state, decided_us)
	SELECT value, printf('019ac000-%04x-7%03x-8000-%012x', value >> 12,
			value & 4095, value * 40503 % 281474976710656),
		1 + value % 100, 'mail', printf('report-%03d', 1 + value % 100),
		1800000000000000 + value / 100 * 60000000,
		1800000000000000 + value / 100 * 60000000, 1, 'sent',
		1800000000123456 + value / 100 * 60000000
	FROM generate_series(1, $n);
	INSERT INTO work (run, outcome, due_us, attempts, started_us, finished_us,
		status, worker, error)
	SELECT id, iif(id % 50 = 0, 'dead', 'succeeded'), slot_us,
		iif(id % 50 = 0, 2, 1), slot_us + 1234567, slot_us + 3456789,
		iif(id % 50 = 0, 1, NULL), 'host:12345',
		iif(id % 50 = 0, 'exit status 1', NULL) FROM run;
	INSERT INTO attempt SELECT run, 1, started_us, finished_us, status, worker,
		error FROM work WHERE outcome = 'dead';
	INSERT INTO attempt SELECT run, 2, started_us, finished_us, status, worker,
		error FROM work WHERE outcome = 'dead';
	INSERT INTO output SELECT run, attempts, finished_us, NULL,
		substr(hex(randomblob($1)), 1, $1) FROM work WHERE $1 > 0;
	COMMIT;
	EOT
	echo $(($(stat -c %s "$store") - $(<"$dir/before")))
}

line() {
	printf '%-34s %8d bytes a run  %6d MB at 1,000,000 rows  %6d MB a year unpruned\n' \
	    "$1" $(($2 / n)) $(($2 / n)) $(($2 * 52560000 / n / 1000000))
}

line 'without output' "$(bytes 0)"
line '200 bytes of output each' "$(bytes 200)"
line '4,096 bytes of output each' "$(bytes 4096)"
