#!/usr/bin/env bats
# Every command that takes an instant, with every form and word of one.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

# One home for all; a job to ask about.
setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	"$MH" job add q --id j --every 1h >/dev/null
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
}

# The commands; @T@ is where the instant goes.
places() {
	cat <<-'EOT'
	"$MH" job add q --date @T@
	"$MH" job add q --every 1h --start @T@
	"$MH" job add q --cron second=0 --end @T@
	"$MH" job set q j start_date=@T@
	"$MH" preview --every 1h --now @T@
	"$MH" preview --every 1h --start @T@
	"$MH" runs --from @T@
	"$MH" runs --to @T@
	"$MH" audit --since @T@
	"$MH" why q j @T@
	"$MH" token add --name t --expires @T@
	"$TICKER" simulate --from @T@ --to 2200-01-01 --cadence 5000d
	"$TICKER" simulate --from 2026-01-01 --to @T@ --cadence 5000d
	EOT
}

@test "every input accepts every form" {
	local n=0
	while read -r words; do
		for t in 2099-01-02 '2099-1-2 03:04' 2099-01-02T03:04:05.123456789Z \
		    2099-01-02t03:04:05z 2099-01-02T03:04:05+0000 \
		    2099-01-02T03:04:05+00 @4070995200 4070995200.5 \
		    'tomorrow 09:00' tomorrow +30m; do
			eval "run ${words//@T@/\"\$t\"}"
			case $status in 0 | 1) ;; *) # audit and why may say no
				echo "$words: $t: $status $output"
				false
				;;
			esac
			n=$((n + 1))
		done
	done < <(places)
	echo "# $n pairs" >&3
}

@test "every input refuses other text, and shows an example" {
	while read -r words; do
		for t in soon 'tomorrow 9' +3x 20990102 4070995200000; do
			# Seconds from now, as it always was.
			[[ $words == *token* && $t == 20990102 ]] && continue
			eval "run ${words//@T@/\"\$t\"}"
			[ "$status" -ne 0 ] || { echo "$words: $t"; false; }
			[[ $output == *"$t"* && $output =~ 2030-12-03|09:00|30m|1922540400 ]] || {
				echo "$words: $t: $output"
				false
			}
		done
	done < <(places)
}

@test "an instant that begins with a dash is no option" {
	local at
	for at in '-2h' '-1h30m' '-90'; do
		run -0 "$MH" why q j "$at"
		run -0 "$MH" why --json q j "$at"
		[[ $output == '{"answer":"before_job"'* ]]
		run -0 "$MH" why q j --json -- "$at"
		run -0 "$MH" runs --from "$at"
		run -0 "$MH" preview --every 1h --now "$at"
		run -0 "$MH" job add q --id dash --replace --every 1h --start "$at"
	done
	run -64 "$MH" why q j -2h -3h
	[[ $output == *'too many arguments'* ]]
	run -64 "$MH" why q j -h2
	[[ $output == *"invalid option -- 'h'"* ]]
	run -64 "$MH" job list -5
	[[ $output == *"invalid option -- '5'"* ]]
}

@test "words are relative to now, in the job's zone" {
	"$MH" job add z --id d --date 'tomorrow 09:00' --timezone Asia/Tokyo
	got=$("$MH" job show z d --json | jq -r .next_run_time)
	[ "$got" = "$(TZ=Asia/Tokyo date -d 'tomorrow 09:00' +'%F %T+09:00')" ]
	"$MH" job add z --id e --date +90m
	got=$("$MH" job show z e --json | jq -r '.next_run_time[:16]')
	a=$(date -u -d '+90 min' +'%F %H:%M') b=$(date -u -d '+89 min' +'%F %H:%M')
	[[ $got == "$a" || $got == "$b" ]]
}

@test "a file of bodies is as for the API: no words, but numbers" {
	echo '{"queue_name":"f","trigger":"date","run_date":"tomorrow"}' |
	    run -65 "$MH" job add --json -
	echo '{"queue_name":"f","job_id":"n","trigger":"date","run_date":4070995200.5}' |
	    "$MH" job add --json -
	[ "$("$MH" job show f n --json | jq -r .next_run_time)" = \
	    "2099-01-02 00:00:00.500000+00:00" ]
}

@test "an expiry in the past is refused; 0 is never" {
	run -64 "$MH" token add --name p --expires 2001-01-01
	[[ $output == *"a time that lies ahead"* ]]
	"$MH" token add --name ever --expires 0 >/dev/null
	[ "$("$MH" token list --json | jq -r '[.. | objects | select(.name? == "ever")][0].expires')" = null ]
}

# A variable that is not set must not run a job at once, or for ever.
@test "an empty option of a trigger is refused, by job add and preview" {
	local o was
	was=$("$MH" job list --json | jq '.jobs | length')
	for o in date crontab; do
		run "$MH" job add q "--$o" ''
		[ "$status" -eq 64 ]
		[ "$output" = "minutehand: --$o: must not be empty" ]
		run "$MH" preview "--$o" ''
		[ "$status" -eq 64 ]
	done
	for o in start end timezone dst id; do
		run "$MH" job add q --every 1h "--$o" ''
		[ "$status" -eq 64 ]
		[ "$output" = "minutehand: --$o: must not be empty" ]
	done
	[ "$("$MH" job list --json | jq '.jobs | length')" -eq "$was" ]
}
