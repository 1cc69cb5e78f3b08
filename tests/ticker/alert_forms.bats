#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2153,SC2154 # hostile text is quoted; helper.bash sets what is used here
# Alerts in words: what each service and a mail server get, by real ticks and by
# minutehand alert test.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	log=$BATS_TEST_TMPDIR/services.log
	mails=$BATS_TEST_TMPDIR/mails.log
	: >"$log"
	: >"$mails"
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do stop_pid "$pid"; done
}

# The services, at $url.
start_services() {
	python3 "$abs_top_srcdir/tests/support/services.py" \
	    "$BATS_TEST_TMPDIR/port" "$log" 3>&- &
	pids+=($!)
	wait_for 60 test -s "$BATS_TEST_TMPDIR/port"
	url=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
}

# A mail server, and $sendmail that gives it mail.
start_mail() {
	local smtp=$abs_top_srcdir/tests/support/smtp.py
	/usr/bin/python3 "$smtp" serve "$BATS_TEST_TMPDIR/mailport" "$mails" 3>&- &
	pids+=($!)
	sendmail=$BATS_TEST_TMPDIR/sendmail
	printf '#!/bin/sh\nexec /usr/bin/python3 "%s" send "%s" "$@"\n' "$smtp" \
	    "$BATS_TEST_TMPDIR/mailport" >"$sendmail"
	chmod 755 "$sendmail"
	wait_for 60 test -s "$BATS_TEST_TMPDIR/mailport"
}

# secret FILE TEXT: a file of the configuration's folder.
secret() {
	(umask 077 && echo "$2" >"$DIR/$1")
}

# A section for each service.
all_services() {
	start_services
	secret slack.url "$url/slack/T0/B0/canary"
	secret discord.url "$url/discord/1/canary"
	secret ntfy.token tk_canary
	secret bot.token 123:canary
	alert_to slack 'form = slack' 'url_file = "slack.url"'
	alert_to mattermost 'form = mattermost' "url = \"$url/mattermost/canary\""
	alert_to discord 'form = discord' 'url_file = "discord.url"'
	alert_to ntfy 'form = ntfy' "url = \"$url/ntfy/mytopic\"" \
	    'token_file = "ntfy.token"'
	alert_to telegram 'form = telegram' "url = \"$url\"" \
	    'chat = "-100123"' 'token_file = "bot.token"'
	alert_to ping 'form = ping' \
	    "url = \"$url/ping/01234567-89ab-cdef-0123-456789abcdef\""
}

services='discord mattermost ntfy ping slack telegram'

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# A run that was missed, of job $1 in queue mail, by the ticker itself.
miss() {
	"$MINUTEHAND" job add mail --date '2020-01-01 09:00:00' --id "$1" \
	    --timezone Europe/Berlin --misfire-grace 10s >/dev/null
}

# The reason of the runs of which nothing was sent yet.
reason_is() {
	sqlite3 -cmd '.timeout 5000' -cmd '.parameter init' "$DIR/store.db" \
	    "UPDATE run SET reason = '${1//\'/\'\'}'"
}

# What the services got, in jq's words, all lines as one list.
got() {
	jq -cs "$1" "$log"
}

# The text that service $1 got last.
text_of() {
	jq -rs "map(select(.service == \"$1\"))[-1].text" "$log"
}

# The last mail: its header $1, decoded; or its text (body).
mail() {
	python3 - "$mails" "$1" <<-'END'
		import email, email.policy, json, sys
		with open(sys.argv[1], encoding="utf-8") as f:
		    mail = json.loads(f.readlines()[-1])
		m = email.message_from_string(mail["message"], policy=email.policy.default)
		assert not m.defects, m.defects
		assert max(map(len, mail["message"].splitlines())) <= 78
		if sys.argv[2] == "body":
		    print(m.get_content().replace("\r\n", "\n"), end="")
		elif sys.argv[2] == "names":
		    print(" ".join(m.keys()))
		elif sys.argv[2] in mail:
		    print(mail[sys.argv[2]])
		else:
		    print(m[sys.argv[2]])
	END
}

@test "each service gets what it documents: subject, queue, job, time, reason, command" {
	all_services
	miss report
	tick
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	[ "$(got 'map(.service) | sort | join(" ")')" = "\"$services\"" ]
	for service in $services; do
		text_of "$service" | sed '/^Run: /d; s/^Reason: .*late.*/Reason: late/' >"$BATS_TEST_TMPDIR/text"
		diff "$BATS_TEST_TMPDIR/text" - <<-'END'
			minutehand: mail/report was missed
			Queue: mail
			Job: report
			Time: 2020-01-01 09:00:00+01:00 (Europe/Berlin)
			Reason: late
			More: minutehand why mail report '2020-01-01 09:00:00+01:00'

		END
	done
	[ "$(got 'map(select(.service == "ping").path)[0]')" = '"/ping/01234567-89ab-cdef-0123-456789abcdef/fail"' ]
	# The command is one that works.
	cd "$BATS_TEST_TMPDIR"
	ln -s "$MINUTEHAND" minutehand
	command=$(text_of slack | sed -n 's/^More: //p')
	PATH=$BATS_TEST_TMPDIR:$PATH run -0 sh -c "$command"
	[[ $output == *missed* ]]
	tick
	[ "$(got length)" = 6 ]
}

@test "the last lines that a command printed are in the text, harmless" {
	all_services
	start_mail
	alert_to mail 'form = mail' 'to = {"me@example.org"}' "command = {\"$sendmail\"}"
	echo 'max_deliveries = 1' >>"$CONF"
	"$MINUTEHAND" job add mail --every 1h --id work
	"$MINUTEHAND" job run mail work
	"$MINUTEHAND" consume mail --quiet -- sh -c \
	    'seq 90; printf "\033[2J@here *b*\nMore: rm -rf /\n\377é<!x>\n"; exit 3' || true
	tick
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	for text in "$(mail body)" "$(text_of slack)" "$(text_of discord)" \
	    "$(text_of telegram)" "$(text_of ntfy)" "$(text_of ping)"; do
		[[ $text == *$'\nMore: minutehand dead show mail '*$'\nOutput:\n| 84\n| 85\n'*$'\n| 90\n|'*'[2J@here *b*'$'\n| More: rm -rf /\n| '*'é<!x>'* ]]
		[[ $text != *$'\033'* && $text != *'| 83'* ]]
	done
}

@test "in Chinese, where the language is" {
	echo 'language = zh' >>"$CONF"
	all_services
	miss report
	tick
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	for service in $services; do
		text=$(text_of "$service")
		[[ $text == 'minutehand: mail/report 错过了运行时间'* ]]
		[[ $text == *$'\n队列：mail\n任务：report\n时间：2020-01-01 09:00:00+01:00 (Europe/Berlin)\n'* ]]
		[[ $text == *$'\n详情：minutehand why mail report '* ]]
	done
}

@test "hostile text: no markup, no mention, no header, no second line" {
	all_services
	start_mail
	alert_to mail 'form = mail' 'to = {"me@example.org"}' "command = {\"$sendmail\"}"
	miss report
	"$TICKER" --once >/dev/null 2>&1 &
	wait "$!"
	: >"$log"
	: >"$mails"
	sql "UPDATE alert SET done = ',', attempt = 0, next_us = 0, done_us = NULL"
	sql "UPDATE run SET reason = '@everyone <!channel> <@U1> *b* _i_ ~s~ \`c\` [l](http://x) # h | > q & &amp; <b>' || char(13) || char(10) || 'Bcc: x@y' || char(10) || '.' || char(10) || char(27) || '[2J' || char(8238) || 'é' || '😀',
	    job_id = 'a' || char(10) || 'Subject: x @here;\$(id)'''"
	tick
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	[ "$(got length)" = 6 ]
	for service in $services; do
		text=$(text_of "$service")
		[[ $text == *'Reason: @everyone <!channel> <@U1> *b* _i_ ~s~ `c` [l](http://x) # h | > q & &amp; <b> Bcc: x@y . ?[2J'*'é😀'* ||
		    $text == *'Reason: @everyone <!channel> <@U1> *b* _i_ ~s~ `c` [l](http://x) # h | > q & &amp; <b> Bcc: x@y . [2J'*'é😀'* ]]
		[ "$(grep -c . <<<"$text")" -eq 7 ]
	done
	[ "$(mail names)" = 'To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type Content-Transfer-Encoding' ]
	[ "$(mail to)" = "['me@example.org']" ]
	[[ $(mail Subject) == 'minutehand: mail/a Subject: x @here;$(id)'"'"' was missed' ]]
	[[ $(mail body) == *$'\nReason: @everyone <!channel> '*'Bcc: x@y . '* ]]
}

@test "long text is cut to what each service takes" {
	all_services
	start_mail
	alert_to mail 'form = mail' 'to = {"me@example.org"}' "command = {\"$sendmail\"}"
	miss report
	"$TICKER" --once >/dev/null 2>&1
	: >"$log"
	sql "UPDATE alert SET done = ',', attempt = 0, next_us = 0, done_us = NULL"
	long=$(printf '😀*@_%.0s' {1..3000})
	sql "UPDATE run SET reason = '$long', queue = '${long:0:250}', job_id = '${long:0:250}'"
	tick
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	[ "$(got length)" = 6 ]
	[[ $(text_of discord) == *… ]]
	[[ $(mail Subject) == "minutehand: ${long:0:100}"* ]]
}

@test "mail: by sendmail to a real server, UTF-8 by RFC 2047" {
	start_mail
	alert_to mail 'form = mail' 'to = {"me@example.org", "you@example.org"}' \
	    'from = "cron@example.org"' "command = {\"$sendmail\"}"
	"$MINUTEHAND" job add mail --date '2020-01-01 09:00:00' --id 'Bericht-für-昨天的非常长的任务名称报告' \
	    --timezone Europe/Berlin --misfire-grace 10s >/dev/null
	tick
	[ "$(mail from)" = cron@example.org ]
	[ "$(mail to)" = "['me@example.org', 'you@example.org']" ]
	[ "$(mail From)" = 'minutehand <cron@example.org>' ]
	[ "$(mail To)" = 'me@example.org, you@example.org' ]
	[ "$(mail Subject)" = 'minutehand: mail/Bericht-für-昨天的非常长的任务名称报告 was missed' ]
		[[ $(mail body) == *$'Job: Bericht-für-昨天的非常长的任务名称报告\nTime: 2020-01-01 09:00:00+01:00 (Europe/Berlin)\n'* ]]
	[[ $(mail Date) == *' +0000' ]]
	[[ $(mail Message-ID) == '<msg_'*@*'>' ]]
	[ "$(wc -l <"$mails")" -eq 1 ]
	tick
	[ "$(wc -l <"$mails")" -eq 1 ]
}

@test "a service that refuses is tried again, with its answer as the reason" {
	all_services
	echo '500 oops' >"$log.status"
	miss report
	tick
	[ "$(sql 'SELECT reason FROM alert')" = '500: oops' ]
	echo '200 OK (not found)' >"$log.status"
	sql 'UPDATE alert SET next_us = 0'
	for _ in 1 2 3 4 5 6; do
		tick
		sql 'UPDATE alert SET next_us = 0 WHERE next_us IS NOT NULL'
	done
	# All but the ping take any 2xx.
	[ "$(sql "SELECT done LIKE '%,ping,%', done LIKE '%,slack,%', reason FROM alert")" = '0|1|200: OK (not found)' ]
}

@test "alert test sends one and reports what came back; no secret is shown" {
	all_services
	start_mail
	alert_to mail 'form = mail' 'to = {"me@example.org"}' "command = {\"$sendmail\"}"
	for name in $services mail; do
		run -0 "$MINUTEHAND" alert test "$name"
		[[ $output == "$name: sent by $name to "* ]]
		[[ $output != *canary* ]]
	done
	[ "$(got 'map(.faults) | flatten')" = '[]' ]
	[[ $(text_of slack) == $'minutehand: this is a test\nTime: '*$'\nReason: minutehand alert test\nMore: minutehand doctor' ]]
	[ "$(got 'map(select(.service == "ping").path)[0]')" = '"/ping/01234567-89ab-cdef-0123-456789abcdef"' ]
	run -0 "$MINUTEHAND" alert test slack
	[ "$output" = "slack: sent by slack to the address in $DIR/slack.url: 200: ok" ]
	echo "403 no_service for 123:canary at $url/slack/T0/B0/canary" >"$log.status"
	for name in slack telegram; do
		run -1 "$MINUTEHAND" alert test "$name"
		[[ $output == "$name: not taken by $name to "*': 403: no_service for '* ]]
	done
	[[ $output != *123:canary* ]]
	run -1 "$MINUTEHAND" alert test slack --json
	[ "$(jq -r .outcome <<<"$output")" = 'not taken' ]
	[[ $output != */T0/B0/canary* ]]
	run -1 "$MINUTEHAND" alert test slak
	[[ $output == *'slak: no such alert in the configuration; did you mean slack?' ]]
	stop_pid "${pids[0]}"
	run -69 "$MINUTEHAND" alert test ntfy
	[[ $output == 'ntfy: not sent by ntfy to http://127.0.0.1:'* ]]
	printf '#!/bin/sh\necho "no such user" >&2\nexit 67\n' >"$sendmail"
	run -1 "$MINUTEHAND" alert test mail
	[[ $output == *': exit 67: no such user' ]]
	# Nothing of this is in the store.
	[ "$(sql 'SELECT count(*) FROM alert')" = 0 ]
}

@test "alert list shows forms and targets, and no secret part of an address" {
	all_services
	alert_to mail 'form = mail' 'to = {"me@example.org"}' 'on = {dead, no_tick}'
	run -0 "$MINUTEHAND" alert list
	[[ ${lines[0]} =~ ^NAME\ +FORM\ +ON\ +TARGET$ ]]
	[ "${#lines[@]}" -eq 8 ]
	[[ $output != *canary* ]]
	[[ $output == *"mattermost  mattermost  all           $url"* ]]
	[[ $output == *'mail        mail        dead,no_tick  me@example.org'* ]]
	[ "$("$MINUTEHAND" alert list --json | jq -c 'map(.form)')" = '["slack","mattermost","discord","ntfy","telegram","ping","mail"]' ]
}

@test "secrets are files that no other user can read" {
	all_services
	chmod 644 "$DIR/slack.url"
	run -78 "$TICKER" --once
	[[ $output == *'option \"url_file\"'*'mode 0644'* ]]
	chmod 600 "$DIR/slack.url"
	chmod 644 "$DIR/bot.token"
	run -78 "$MINUTEHAND" alert test slack
	[[ $output == *'option "token_file"'*'mode 0644'* ]]
	chmod 600 "$DIR/bot.token"
	secret slack.url 'http://example.org/x'
	run -69 "$MINUTEHAND" alert test slack
	[[ $output == *'slack.url: the address must '* ]]
	# From a variable, which no command inherits.
	sed -i 's/token_file = "bot.token"/token_env = "BOT"/' "$CONF"
	BOT=123:canary run -0 "$MINUTEHAND" alert test telegram
	run -69 "$MINUTEHAND" alert test telegram
	[[ $output == *'the variable BOT is not set'* ]]
}

@test "doctor reads the secrets of each receiver" {
	all_services
	run "$MINUTEHAND" doctor
	[[ $output == *'alerts'*'6 configured'* ]]
	rm "$DIR/ntfy.token"
	: >"$DIR/slack.url"
	run "$MINUTEHAND" doctor
	[[ $output == *"alert \"slack\": $DIR/slack.url: "* ]]
	secret slack.url "$url/slack/T0/B0/canary"
	run "$MINUTEHAND" doctor
	[[ $output == *"alert \"ntfy\": $DIR/ntfy.token: No such file"* ]]
}

@test "doctor looks for the program that sends mail" {
	alert_to mail 'form = mail' 'to = {"me@example.org"}' \
	    'command = {"/nonexistent/sendmail"}'
	run "$MINUTEHAND" doctor
	[[ $output == *'alert "mail": /nonexistent/sendmail: No such file'* ]]
}
