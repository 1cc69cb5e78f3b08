#!/usr/bin/env bats
# FastCGI as spoken by hand (fcgi_raw.py): requests that are cut or aborted
# anywhere, lengths that lie, variables that are missing, and a worker that is
# asked to end while it waits for something.
#
# abs_top_srcdir and more come from helper.bash.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	new_store
	sock=$(mktemp -u "${TMPDIR:-/tmp}/mh-fcgi.XXXXXX")
	spawn-fcgi -n -s "$sock" -M 0600 -- "$FCGI" -c "$CONF" \
	    >"$BATS_TEST_TMPDIR/worker" 2>&1 3>&- &
	worker=$!
	# The socket is there before the worker; which handles SIGTERM (15).
	wait_for 10 is_serving
}

is_serving() {
	[ -S "$sock" ] &&
	    (((16#$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$worker/status") >> 14) & 1))
}

teardown() {
	stop_pid "$worker"
	rm -f "$sock"
}

raw() {
	timeout 120 python3 "$abs_top_srcdir/tests/support/fcgi_raw.py" "$sock" "$TOKEN" "$@"
}

scene() {
	raw "$1" >"$BATS_TEST_TMPDIR/scene" || {
		cat "$BATS_TEST_TMPDIR/scene"
		return 1
	}
	sed 's/^/# /' "$BATS_TEST_TMPDIR/scene" >&3
	is_running "$worker"
}

@test "a request that was cut at any byte is not executed" { scene cut; }
@test "a request that was aborted is not executed" { scene abort; }
@test "lengths that lead past the end are refused" { scene lengths; }
@test "a request without method, query or address is refused" { scene missing; }
@test "records as the specification has them" { scene records; }
@test "a head or a body that does not come is given up" { scene slow; }

# The worker stands still there; SIGTERM ends it within a second.
stops() {
	local start held
	raw hold "$1" >"$BATS_TEST_TMPDIR/held" 3>&- &
	held=$!
	wait_for 10 grep -q holding "$BATS_TEST_TMPDIR/held"
	start=$EPOCHREALTIME
	kill -TERM "$worker"
	wait_for 5 is_gone "$worker"
	printf '# %s: %s us\n' "$1" $((${EPOCHREALTIME/./} - ${start/./})) >&3
	[ $((${EPOCHREALTIME/./} - ${start/./})) -lt 1500000 ]
	wait "$held"
	tail -n 1 "$BATS_TEST_TMPDIR/held"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/held")" = "$2" ]
}

@test "SIGTERM while nothing is sent" { stops none closed; }
@test "SIGTERM while a head is read" { stops head closed; }
@test "SIGTERM while a body is read" { stops body 503; }
@test "SIGTERM while a connection is kept" { stops kept closed; }
@test "SIGTERM while a consumer waits" { stops poll 200; }

@test "SIGTERM while nothing is asked" {
	kill -TERM "$worker"
	wait_for 1 is_gone "$worker"
	wait "$worker"
}
