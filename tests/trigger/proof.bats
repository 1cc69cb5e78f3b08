#!/usr/bin/env bats
# Short forms of the proofs; the whole by `make check-dst`, `make check-zones`.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	PROOF=$abs_top_builddir/tests/proof
}

# Zones in which more happens than an hour twice a year.
odd_zones='Africa/Casablanca America/Havana America/Sao_Paulo Antarctica/Troll
    Australia/Lord_Howe Europe/Dublin Pacific/Apia Pacific/Kwajalein
    America/Caracas Africa/Monrovia Asia/Manila'

@test "DST: a sample of zones and transitions, minute by minute" {
	# shellcheck disable=SC2086
	run "$PROOF/dst" -j 2 -s 3 -t 6 -z 60 $odd_zones
	echo "$output"
	echo "# ${lines[-1]}" >&3
	[ "$status" -eq 0 ]
	[[ $output == *' 4 policies: '*' 0 differences '* ]]
}

@test "zones: every line of zdump -v from 1960 to 2045" {
	run "$PROOF/zdump" 1960,2045
	echo "$output"
	echo "# ${lines[-1]}" >&3
	[ "$status" -eq 0 ]
	[[ $output == *' 0 differences' ]]
}
