#!/usr/bin/env bats
# Debian's cron and the line that `minutehand init` prints: "every 10 seconds"
# comes every 10 seconds, although cron starts the ticker once a minute.
#
# The cron daemon is the real one, in a mount namespace of its own: it sees
# our crontab alone, and the machine's own cron sees nothing of it.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "cron and mount namespaces need root"
	unshare -m true 2>/dev/null ||
	    skip "no mount namespaces here (a container without SYS_ADMIN)"
	load ../support/helper.bash
	new_store
	cron_pid=''
}

teardown() {
	local pid
	[ -z "${cron_pid-}" ] || stop_pid "$cron_pid"
	for pid in $(our_tickers); do
		stop_pid "$pid"
	done
}

# The tickers of this test among those of the machine.
our_tickers() {
	local pid
	[ -n "${CONF-}" ] || return 0
	for pid in $(pids_of "$TICKER"); do
		if tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF "$CONF"; then
			echo "$pid"
		fi
	done
}

is_ticking() {
	[ -n "$(our_tickers)" ]
}

# What cron runs commands with (SHELL= in the crontab), so as to see what
# would be mailed, and each exit status.
make_shell() {
	cat >"$BATS_TEST_TMPDIR/shell" <<EOF
#!/bin/sh
/bin/sh "\$@" >>"$BATS_TEST_TMPDIR/mailed" 2>&1
echo \$? >>"$BATS_TEST_TMPDIR/statuses"
EOF
	chmod 755 "$BATS_TEST_TMPDIR/shell"
	: >"$BATS_TEST_TMPDIR/mailed"
}

make_crontab() {
	echo "SHELL=$BATS_TEST_TMPDIR/shell"
	jq -r .crontab "$BATS_TEST_TMPDIR/init.json"
}

# Hide the machine's tables, pid file and login rules, then become cron.
namespace_script() {
	cat <<'EOF'
set -e
mount -t tmpfs none /run
mount -t tmpfs none /etc/cron.d
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
cp "$1/crontab" /var/spool/cron/crontabs/root
chmod 600 /var/spool/cron/crontabs/root
: >"$1/empty"
mount --bind "$1/empty" /etc/crontab
printf '%s required pam_permit.so\n' auth account session >"$1/pam"
mount --bind "$1/pam" /etc/pam.d/cron
exec cron -f
EOF
}

start_cron() {
	make_shell
	make_crontab >"$BATS_TEST_TMPDIR/crontab"
	namespace_script >"$BATS_TEST_TMPDIR/script"
	unshare -m sh "$BATS_TEST_TMPDIR/script" "$BATS_TEST_TMPDIR" \
	    >"$BATS_TEST_TMPDIR/cron.log" 2>&1 3>&- &
	cron_pid=$!
}

sql() {
	sqlite3 -readonly "$DIR/store.db" "$1"
}

# Standard input: the slots, in microseconds, and how late each message was.
# All on one grid of 10 seconds, each once, none missing, none two seconds late.
check_slots() {
	awk -F '|' '
	NR > 1 && $1 != last + 10000000 {
		print "slot " NR " is " $1 - last " after the one before"
		bad = 1
	}
	$2 < 0 || $2 > 2000000 { print "slot " NR ": late by " $2; bad = 1 }
	{ last = $1 }
	END {
		print NR " slots"
		exit bad || NR < 17 || NR > 19
	}'
}

@test "every 10 seconds under cron: 18 messages in three minutes, on the grid" {
	start_cron
	wait_for 75 is_ticking || {
		cat "$BATS_TEST_TMPDIR/cron.log"
		false
	}
	"$MINUTEHAND" job add q --id ten --every 10s
	sleep 185
	sql "SELECT slot_us, decided_us - slot_us FROM run
	    WHERE state = 'sent' ORDER BY slot_us" >"$BATS_TEST_TMPDIR/slots"
	check_slots <"$BATS_TEST_TMPDIR/slots"
	# One message each: what the ledger says is what consumers get.
	sql "SELECT count(*), count(DISTINCT body ->> 'scheduled_at'),
	    count(DISTINCT body ->> 'task_id') FROM message" |
	    awk -F '|' -v n="$(wc -l <"$BATS_TEST_TMPDIR/slots")" \
	    '{ print; exit !($1 >= n && $1 == $2 && $1 == $3) }'
	# Nothing but 'sent' came of any slot.
	[ "$(sql 'SELECT DISTINCT state FROM run')" = sent ]
	# Nothing to mail, and no tick failed.
	diff /dev/null "$BATS_TEST_TMPDIR/mailed"
	[ "$(grep -c '^0$' "$BATS_TEST_TMPDIR/statuses")" -ge 2 ]
	[ "$(grep -vc '^0$' "$BATS_TEST_TMPDIR/statuses")" -eq 0 ]
}
