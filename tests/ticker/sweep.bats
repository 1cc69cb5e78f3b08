#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# A few thousand points of the crash sweep; `make check-sweep` has the rest.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	sweep=$abs_top_builddir/tests/sweep/sweep
}

@test "a kill, torn write, error or power cut at any step: nothing lost or twice" {
	run --separate-stderr -0 "$sweep" -j 2 -e 7
	echo "$output"
	[ -z "$stderr" ]
	# points, lost, doubles, unexplained
	awk '$1 == "all" { exit !($9 > 2000 && $10 + $11 + $12 == 0) }' \
	    <<<"$output"
	# Every fault happened in every scene that it can happen in.
	awk '$1 == "wal" || $1 == "network" {
	    for (i = 3; i <= 9; i++) if ($i == 0) bad = 1 }
	    END { exit bad }' <<<"$output"
}

@test "a disk that ignores flushes is detected" {
	run --separate-stderr -1 "$sweep" -j 2 -e 40 -l
	echo "$output"
	awk '$1 == "all" { exit !($10 > 0) }' <<<"$output"
	grep -q ':cut:' <<<"$stderr"
}

@test "one point can be repeated by its name" {
	run -0 "$sweep" -t "$BATS_TEST_TMPDIR" -o add:after:40
	[[ $output == *"store: $BATS_TEST_TMPDIR/now/store.db"* ]]
}

@test "random operations of users: the audit agrees after each" {
	run --separate-stderr -0 "$abs_top_builddir/tests/sweep/story" -n 40
	echo "$stderr"
	[ "$output" = "40 stories of 200 moves, 0 ended badly" ]
}
