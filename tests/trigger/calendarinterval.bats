#!/usr/bin/env bats
# calendarinterval: against a search day by day, and as a job that is added,
# changed and run.  More by `make check-calendarinterval N=…`.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	WALK=$abs_top_srcdir/tests/proof/calendarinterval.py
}

@test "1,500 triggers fire as a search day by day finds" {
	run /usr/bin/python3 "$WALK" -n 1500 "$MINUTEHAND"
	echo "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" -eq 0 ]
	[[ $output == *' 1500 cases, '*' 0 differences'* ]]
}

@test "a program that answers differently is detected" {
	cat >"$BATS_TEST_TMPDIR/wrong" <<-EOF
	#!/bin/sh
	sed 's/"last"/"skip"/' | "$MINUTEHAND" "\$@"
	EOF
	chmod 755 "$BATS_TEST_TMPDIR/wrong"
	run /usr/bin/python3 "$WALK" -n 300 "$BATS_TEST_TMPDIR/wrong"
	[ "$status" -eq 1 ]
	[[ $output == *'differs: '* ]]
}

@test "a job of it: added, registered again, changed, audited" {
	new_store
	"$MINUTEHAND" job add q --id two --calendarinterval 'weeks=2 hour=9' \
	    --timezone Europe/Berlin
	shown() { "$MINUTEHAND" job show q two --json | jq -r ".$1"; }
	was=$(shown next_run_time)
	first=$(shown trigger)
	[[ $first == calendarinterval\[weeks=2* ]]
	[ "$(shown trigger_kind)" = calendarinterval ]
	# The first date is only implied: again is no other.
	"$MINUTEHAND" job add q --id two --calendarinterval 'weeks=2 hour=9' \
	    --timezone Europe/Berlin --replace
	[ "$(shown next_run_time)" = "$was" ]
	"$MINUTEHAND" job set q two hour=10
	[ "$(shown trigger)" = "${first/09:/10:}" ]
	"$MINUTEHAND" job set q two months=1
	[[ $(shown trigger) == "calendarinterval[months=1, time='10:00:00', "* ]]
	run "$MINUTEHAND" job set q two seconds=5
	[ "$status" -ne 0 ]
	[[ $output == *'seconds: is not a field of a calendarinterval trigger'* ]]
	"$MINUTEHAND" audit
}
