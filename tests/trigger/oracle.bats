#!/usr/bin/env bats
# Triggers against APScheduler: 20,000 generated cases, the same ones every
# time.  More by `make check-oracle N=…`.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
}

@test "20,000 triggers: the fires of APScheduler, or its refusal" {
	run /usr/bin/python3 "$abs_top_srcdir/tests/proof/oracle.py" -n 20000 \
	    -j 2 "$MINUTEHAND"
	echo "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" -eq 0 ]
	[[ $output == *' 20000 cases, '*' 0 differences;'* ]]
}

@test "a program that answers differently is detected" {
	cat >"$BATS_TEST_TMPDIR/wrong" <<-EOF
	#!/bin/sh
	"$MINUTEHAND" "\$@" | sed 's/\([0-9]\)\]/\10]/'
	EOF
	chmod 755 "$BATS_TEST_TMPDIR/wrong"
	run /usr/bin/python3 "$abs_top_srcdir/tests/proof/oracle.py" -n 500 \
	    "$BATS_TEST_TMPDIR/wrong"
	[ "$status" -eq 1 ]
	[[ $output == *'differs: other instants'* ]]
}
