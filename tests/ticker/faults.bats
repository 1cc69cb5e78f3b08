#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash and cgi.bash set what is used here
# A full disk, one that is read-only, no file descriptors, a limit on the size
# of files: a clear answer from each program, and nothing lost or twice after.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	MOUNTED=
	cgi_setup
	STORE=$dir/store.db
	echo 'memory_store = ""' >>"$conf"
}

teardown() {
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

# A disk of its own for the store: small_disk SIZE
small_disk() {
	[ "$(id -u)" -eq 0 ] || skip "only root can mount a disk"
	MOUNTED=$BATS_TEST_TMPDIR/disk
	mkdir "$MOUNTED"
	mount -t tmpfs -o "size=$1,mode=700" tmpfs "$MOUNTED" || {
		MOUNTED=
		skip "no disk can be mounted here"
	}
	printf 'store = "%s/store.db"\n' "$MOUNTED" >>"$conf"
	STORE=$MOUNTED/store.db
	# The web server's token is in the first store.
	cp "$dir"/store.db* "$MOUNTED"
}

owner_add() {
	"$ctl" job add q --id "$1" --every 1s --no-coalesce --max-catchup 99
}

web_add() {
	add "{\"queue_name\": \"q\", \"job_id\": \"$1\",
	    \"trigger\": \"interval\", \"seconds\": 1}"
}

# The CGI program behind a limit: limited_fcgi ULIMIT-OPTION
limited_fcgi() {
	fcgi=$BATS_TEST_TMPDIR/limited
	printf '#!/bin/sh\nulimit %s\nexec %s\n' "$1" \
	    "$abs_top_builddir/fcgi/minutehand.fcgi" >"$fcgi"
	chmod +x "$fcgi"
}

# Each of the three is told no, clearly: refused
refused() {
	run -69 owner_add refused
	[[ $output == *"cannot be written"* ]]
	run -69 "$ticker" --once
	[[ $output == *level=err* ]]
	web_add refused
	status_is 503
}

# All is well again, every slot of the job a has one row and one message.
recovered() {
	"$ticker" --once
	"$ctl" job pause q a >/dev/null
	owner_add later
	web_add later-web
	status_is 200
	[ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
	[ "$(sqlite3 "$STORE" "SELECT count(*) FROM job
	    WHERE job_id IN ('a', 'later', 'later-web')")" -eq 3 ]
	[ "$(sqlite3 "$STORE" "SELECT sum(count) = 1 + (max(last_us) -
	    min(slot_us)) / 1000000 FROM run WHERE job_id = 'a'")" -eq 1 ]
	[ "$(sqlite3 "$STORE" "SELECT (SELECT count(*) FROM message) =
	    (SELECT count(DISTINCT task_id) FROM run WHERE state = 'sent')")" \
	    -eq 1 ]
}

@test "full disk" {
	small_disk 1m
	owner_add a
	sleep 1.2
	"$ticker" --once
	dd if=/dev/zero of="$MOUNTED/fill" bs=4096 status=none || true
	# What the log has room for may still be added; then nothing more.
	for stored in {0..99}; do
		owner_add "fill$stored" || break
	done
	[ "$stored" -lt 99 ]
	sleep 1.2
	refused
	[ "$(sqlite3 "$STORE" "SELECT count(*) FROM job
	    WHERE job_id LIKE 'fill%'")" -eq "$stored" ]
	rm "$MOUNTED/fill"
	recovered
}

@test "read-only disk" {
	small_disk 2m
	owner_add a
	sleep 1.2
	"$ticker" --once
	mount -o remount,ro "$MOUNTED"
	sleep 1.2
	refused
	mount -o remount,rw "$MOUNTED"
	recovered
}

# Found here: a job whose zone could not be read for want of a descriptor was
# quarantined for good.
@test "no file descriptors" {
	local ctl_seen='' ticker_seen='' web_seen=''
	limited() {
		status=0
		output=$(exec 2>&1 3>&-; ulimit -n "$1"; shift; exec "$@") ||
		    status=$?
		echo "$* $status $output"
	}
	web_limited() {
		limited_fcgi "-n $1"
		web_add "web$2" || true
		web_status=${status_code:-127}
	}
	owner_add a
	"$ctl" job add q --id zoned --cron 'second=*'
	sleep 1.2
	# 127: not even the libraries; 0: enough after all.
	for n in {3..12}; do
		limited "$n" "$ctl" job add q --id "x$n" --every 1h
		[[ $status =~ ^(127|69|0)$ ]]
		# The same for a client of the web server.
		web_limited "$n" "x$n"
		[[ $web_status =~ ^(127|503|200)$ ]]
		web_seen="$web_seen $web_status"
		[ "$status" -ne 69 ] || grep -q 'cannot be' <<<"$output"
		ctl_seen="$ctl_seen $status"
		limited "$n" "$ticker" --once
		[[ $status =~ ^(127|69|0)$ ]]
		[ "$status" -ne 69 ] || grep -q level=err <<<"$output"
		ticker_seen="$ticker_seen $status"
		[ "$(sqlite3 "$STORE" "SELECT count(*) FROM job
		    WHERE state = 'quarantined'")" -eq 0 ]
	done
	[[ $ctl_seen == *69*0 && $ticker_seen == *69*0 ]]
	[[ $web_seen == *503*200 ]]
	fcgi=$abs_top_builddir/fcgi/minutehand.fcgi
	recovered
}

@test "a limit on the size of files, SIGXFSZ and all" {
	owner_add a
	sleep 1.2
	small() { ulimit -f 8; "$@"; }
	run -69 small owner_add refused
	[[ $output == *"cannot be written"* ]]
	run -69 small "$ticker" --once
	[[ $output == *level=err* ]]
	run -69 small "$ctl" backup "$BATS_TEST_TMPDIR/backup.db"
	[ ! -e "$BATS_TEST_TMPDIR/backup.db" ]
	limited_fcgi '-f 16'
	web_add refused
	status_is 503
	fcgi=$abs_top_builddir/fcgi/minutehand.fcgi
	# The copy that a simulation makes finds no room.
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
	run -69 small "$ticker" simulate
	[ -z "$(ls -A "$TMPDIR")" ]
	recovered
}
