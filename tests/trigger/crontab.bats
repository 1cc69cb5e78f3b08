#!/usr/bin/env bats
# Crontab lines against real programs: Debian's crontab(1), python3-croniter,
# and models of the other dialects.  More by `make check-crontab N=…`.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	CRONTAB_PY=$abs_top_srcdir/tests/proof/crontab.py
}

@test "crontab lines of every dialect: same fires, or a known difference" {
	run /usr/bin/python3 "$CRONTAB_PY" -n 1000 -c 100 "$MINUTEHAND"
	echo "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" -eq 0 ]
	[[ $output == *'crontab lines: 6000 of '*' 0 differences'* ]]
}

@test "a program that reads lines differently is detected" {
	cat >"$BATS_TEST_TMPDIR/wrong" <<-EOF
	#!/bin/sh
	sed 's/\* \* \*",/* * 1",/' | "$MINUTEHAND" "\$@"
	EOF
	chmod 755 "$BATS_TEST_TMPDIR/wrong"
	run /usr/bin/python3 "$CRONTAB_PY" -n 200 "$BATS_TEST_TMPDIR/wrong"
	[ "$status" -eq 1 ]
	[[ $output == *'differs: '* ]]
}

@test "H is chosen by queue and id: preview, add and a patch agree" {
	new_store
	want=$("$MINUTEHAND" preview --json --body '{"trigger":"cron",
	    "crontab":"H H * * *","queue_name":"q","job_id":"one"}' |
	    jq -r .trigger)
	[[ $want =~ ^crontab\[[0-9]+\ [0-9]+\ \*\ \*\ \*\]$ ]]
	"$MINUTEHAND" job add q --id one --crontab 'H H * * *'
	[ "$("$MINUTEHAND" job show q one --json | jq -r .trigger)" = "$want" ]
	"$MINUTEHAND" job set q one 'crontab=0 5 * * *'
	"$MINUTEHAND" job set q one 'crontab=H H * * *'
	[ "$("$MINUTEHAND" job show q one --json | jq -r .trigger)" = "$want" ]
	# Another name, another time: of forty names not all fall together.
	for i in {1..40}; do
		"$MINUTEHAND" job add q --id "n$i" --crontab 'H H * * *'
	done >/dev/null
	[ "$("$MINUTEHAND" job list --json | jq '[.. | objects | .trigger? | strings] | unique | length')" -gt 30 ]
}
